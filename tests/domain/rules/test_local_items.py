"""F32 单位细化项: a unit adds items below the central rule set, within its limits, by somebody else's decision."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
import pytest

from domain.actor import person
from domain.assessment.period import PeriodComputed
from domain.assessment.result import MemberComputed
from domain.decider import NAMESPACE, Command, NotPermitted, Write
from domain.organisation.appointments import DelegateRole
from domain.recording.archive import PointsConfirmed, PointsRecorded, archive_of
from domain.recording.claiming import HonourUnknown
from domain.recording.honour import HonourClaimed
from domain.recording.sheet import ItemUnknown, SheetOpened
from domain.rules.refinement import LocalItemAuthorised, LocalItemDeclined, LocalItemProposed, LocalItemRetired
from domain.rules.refining import (
    AuthoriseLocalItem,
    DeclineLocalItem,
    InsidePeriod,
    LocalItemDecided,
    LocalItemUnknown,
    NotInVersion,
    ProposeLocalItem,
    RetireLocalItem,
)
from domain.rules.ruleset import AuthorApproves, DraftRuleSet, EffectiveInPast, RuleSetRefused, VersionUnknown
from domain.rules.ruling import scheme_here
from domain.values import hundredths, points
from tests.domain.branch import (
    AS_LEADER,
    AS_RECORDER,
    AS_SECRETARY,
    BRANCH,
    DOCUMENT,
    INSTALLATION,
    MEMBER,
    NATIONAL_DAY_2026,
    OTHER,
    SCHEME,
    SECRETARY,
    SETUP_AT,
    TOP,
    VERSION,
    appointed,
    approved,
    calendar,
    digest,
    established,
    evidenced,
    foundation,
    held,
    opened,
    planned,
    published,
    registered,
    who,
    wish,
)
from tests.domain.given import Given, given
from tests.domain.merits import claimed
from tests.domain.year import H1_OVER, computed, period_opened

LIMITS: Final = {
    "allowed": True,
    "max_points_per_category": "3",
    "lists": ["responsibility", "honour", "negative"],
    "counts": "on_top",
}
BELOW: Final = "GW/PK-01/1"
ASIDE: Final = "GW/PK-02"
SOON: Final = date(2025, 12, 20)


def ruled(**limits: Any) -> Given:
    """The branch with one below and one beside it, under the example's rule set with room for local items."""
    document = {**json.loads(DOCUMENT), "local_items": {**LIMITS, **limits}}
    content = msgspec.Raw(json.dumps(document, ensure_ascii=False).encode())
    drafted = wish(DraftRuleSet, INSTALLATION, SETUP_AT, unit=TOP, scheme=SCHEME, version=VERSION, document=content)
    calendars = (calendar(2025), calendar(2026, NATIONAL_DAY_2026, (date(2026, 10, 10),)), calendar(2027))
    units = (established(BELOW, BRANCH), established(ASIDE, TOP))
    return given(*foundation(), *units, drafted, approved(), published(effective_on=date(2025, 12, 15)), *calendars)


BASE: Final = ruled()


def own(code: str = "L-1", **more: Any) -> dict[str, Any]:
    """For each visit one point, one in each half."""
    return {
        "code": code, "cat": "WM", "mode": "earn", "zh": "走访老党员", "en": "Visits to old party members",
        "clause": "细则第三条", "evidence": ["sign_in_list"], "matter": "visit", "points": "1",
        "cap_half": "1", "cap_year": "2", **more,
    }  # fmt: skip


def proposed(item: dict[str, Any] | None = None, actor: Any = AS_SECRETARY, **more: Any) -> ProposeLocalItem:
    content = msgspec.Raw(json.dumps(item or own(), ensure_ascii=False).encode())
    section = more.pop("section", "responsibility")
    fields = {"unit": BRANCH, "version": VERSION, "section": section, "item": content, **more}
    return wish(ProposeLocalItem, actor, SETUP_AT, **fields)


def decided(kind: type[Command] = AuthoriseLocalItem, actor: Any = AS_LEADER, **more: Any) -> Command:
    fields: dict[str, Any] = {"unit": BRANCH, "version": VERSION, "item": "L-1"}
    if kind is AuthoriseLocalItem:
        fields["effective_on"] = SOON
    papers = {"minute": "纪要〔2025〕12号", "minute_sha256": digest("minute")}
    return wish(kind, actor, more.pop("at", SETUP_AT), **{**fields, **papers, **more})


def retired(from_on: date, at: datetime = datetime(2026, 5, 1, 1, tzinfo=UTC), **more: Any) -> Command:
    return decided(RetireLocalItem, at=at, from_on=from_on, **more)


HOLDS: Final = BASE.given(proposed(), decided())


def codes(history: Given, unit: str, day: date) -> set[str]:
    return {code for code in scheme_here(history.world, unit, day)[1].items if code.startswith("L-")}


def test_a_unit_proposes_and_the_leading_group_lets_it_hold() -> None:
    BASE.when(proposed()).says(LocalItemProposed)
    BASE.given(proposed()).when(decided()).says(LocalItemAuthorised)
    BASE.given(proposed()).when(decided(DeclineLocalItem)).says(LocalItemDeclined)


def test_it_holds_for_the_unit_and_what_lies_below_from_its_day_on() -> None:
    assert codes(HOLDS, BRANCH, date(2025, 12, 19)) == set()
    assert [codes(HOLDS, unit, SOON) for unit in (BRANCH, BELOW, TOP, ASIDE)] == [{"L-1"}, {"L-1"}, set(), set()]


def test_what_waits_or_was_declined_does_not_hold_and_may_be_proposed_anew() -> None:
    waiting = BASE.given(proposed())
    assert codes(waiting, BRANCH, SOON) == set()
    declined = waiting.given(decided(DeclineLocalItem))
    assert codes(declined, BRANCH, SOON) == set()
    declined.when(decided()).refused(LocalItemDecided)
    assert codes(declined.given(proposed(), decided()), BRANCH, SOON) == {"L-1"}


def test_i3_whoever_wrote_it_does_not_decide_it_nor_does_his_stand_in() -> None:
    both = appointed(SECRETARY, "leading_group", TOP)
    BASE.given(proposed(), both).when(decided(actor=person(SECRETARY, "leading_group", TOP))).refused(AuthorApproves)
    lent = wish(
        DelegateRole, person(SECRETARY, "leading_group", TOP), SETUP_AT, unit=TOP, person=who("officer"),
        from_on=SETUP_AT.date(), until_on=date(2025, 12, 31),
    )  # fmt: skip
    stands_in = person(who("officer"), "leading_group", TOP)
    BASE.given(proposed(), both, lent).when(decided(actor=stands_in)).refused(AuthorApproves)


def test_only_those_in_charge_of_the_unit_propose_and_only_the_leading_group_decides() -> None:
    for actor in (AS_RECORDER, AS_LEADER, person(MEMBER, "member", BRANCH)):
        BASE.when(proposed(actor=actor)).refused(NotPermitted)
    BASE.when(proposed(unit=ASIDE)).refused(NotPermitted)
    BASE.given(proposed()).when(decided(actor=AS_SECRETARY)).refused(NotPermitted)
    HOLDS.when(retired(date(2026, 7, 1), actor=AS_SECRETARY)).refused(NotPermitted)


def test_the_rule_set_says_which_kinds_of_organisation_may_add() -> None:
    ruled(proposed_by=["general_branch"]).when(proposed()).refused(NotPermitted)


@pytest.mark.parametrize(
    "item",
    [
        own(code="R-LX-1"),
        own(cap_year="3.5"),
        own(cap_half=None, cap_year=None),
        own(evidence=[]),
        own(points=1),
        {key: value for key, value in own().items() if key != "cat"},
        own(zh="朋友圈点赞"),
    ],
)
def test_what_the_limits_or_the_lint_forbid_is_refused_with_the_findings(item: dict[str, Any]) -> None:
    with pytest.raises(RuleSetRefused) as refused:
        BASE.when(proposed(item)).facts()
    assert refused.value.facts["findings"]


def test_the_limit_is_for_all_that_is_asked_of_one_member() -> None:
    # 2 of 3 are taken in the category: above and below the branch one more fits, two do not; beside it they do
    as_below = person(who("below"), "secretary", BELOW)
    below = HOLDS.given(registered(who("below"), BELOW), appointed(who("below"), "secretary", BELOW))
    below.when(proposed(own("L-2"), as_below, unit=BELOW)).refused(RuleSetRefused)
    below.when(proposed(own("L-2", cap_half="0.5", cap_year="1"), as_below, unit=BELOW)).says(LocalItemProposed)
    full = below.given(proposed(own("L-2", cap_half="0.5", cap_year="1"), as_below, unit=BELOW))
    full.when(proposed(own("L-3", cap_half="0.5", cap_year="1"))).refused(RuleSetRefused)
    full.when(proposed(own("L-1"))).refused(RuleSetRefused)


def test_it_takes_effect_on_a_day_to_come_under_the_version_that_it_refines() -> None:
    waiting = BASE.given(proposed())
    waiting.when(decided(effective_on=SETUP_AT.date())).refused(EffectiveInPast)
    waiting.when(decided(effective_on=date(2025, 12, 14))).refused(NotInVersion)
    waiting.when(decided(version="v0")).refused(LocalItemUnknown)
    BASE.when(proposed(version="v0")).refused(VersionUnknown)
    HOLDS.when(decided()).refused(LocalItemDecided)


def test_it_is_retired_on_the_first_day_of_a_period_to_come() -> None:
    BASE.given(proposed()).when(retired(date(2026, 7, 1))).refused(LocalItemDecided)
    HOLDS.when(retired(date(2026, 5, 1))).refused(EffectiveInPast)
    HOLDS.when(retired(date(2026, 6, 1))).refused(InsidePeriod)
    HOLDS.when(retired(date(2026, 7, 1))).says(LocalItemRetired)
    over = HOLDS.given(retired(date(2026, 7, 1)))
    assert [codes(over, BRANCH, day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [{"L-1"}, set()]
    over.when(retired(date(2027, 1, 1))).refused(LocalItemDecided)


def visits(number: int, member: UUID = MEMBER, unit: str = BRANCH, item: str = "L-1") -> list[Write]:
    """So many confirmed visits of April."""
    ref, day = archive_of(member, date(2026, 4, 14)), date(2026, 4, 14)
    found: list[Write] = []
    for turn in range(number):
        record = uuid5(NAMESPACE, f"{member}/{unit}/{item}/{turn}")
        said = PointsRecorded(
            record=record, member=member, unit=unit, matter=f"MT-{turn}", item=item, rules=VERSION, outcome="earned",
            quantity="1.00", occurred_on=day, entitled=5, present=5, in_favour=5,
        )  # fmt: skip
        found += [ref.says(said), ref.says(PointsConfirmed(record=record, notice=uuid5(NAMESPACE, "noticed")))]
    return found


def first_half(history: Given) -> dict[UUID, tuple[str, str]]:
    """(base, maximum) of everybody in the first half."""
    facts = history.given(period_opened("H1")).when(computed("H1", H1_OVER)).facts()
    return {fact.member: (fact.base, fact.base_max) for fact in facts if isinstance(fact, MemberComputed)}


NO_DEEDS: Final = hundredths("33.00")
"""What somebody has in a half of whom nothing was asked and who did nothing: all but the items that are earned."""


def test_members_of_the_unit_are_scored_by_it_by_the_one_scoring_function() -> None:
    # of 50.00 a half, 2.5 + 3 + 2 + 2 + 1 + 3 + 2.5 + 1 = 17.00 are earned by deeds: 33.00 are left;
    # a visit gives 1.00, and a half has 1.00 more: 51.00
    found = first_half(HOLDS.given(*visits(1)))
    assert found[MEMBER] == (points(NO_DEEDS + 100), "51.00")
    assert found[OTHER] == (points(NO_DEEDS), "51.00")
    assert first_half(HOLDS.given(*visits(3)))[MEMBER] == (points(NO_DEEDS + 100), "51.00")
    assert set(first_half(BASE).values()) == {(points(NO_DEEDS), "50.00")}


def test_an_item_of_another_unit_gives_nothing_here_and_stops_nobody() -> None:
    as_aside = person(who("aside"), "secretary", ASIDE)
    aside = HOLDS.given(
        registered(who("aside"), ASIDE),
        appointed(who("aside"), "secretary", ASIDE),
        proposed(own("L-9"), as_aside, unit=ASIDE),
        decided(unit=ASIDE, item="L-9"),
    )
    assert first_half(aside.given(*visits(1, unit=ASIDE, item="L-9")))[MEMBER] == (points(NO_DEEDS), "51.00")


def test_what_was_recorded_before_it_was_retired_counts() -> None:
    over = HOLDS.given(*visits(1), retired(date(2026, 7, 1)))
    assert first_half(over)[MEMBER] == (points(NO_DEEDS + 100), "51.00")


def test_the_figures_name_the_version_and_what_was_added() -> None:
    def header(history: Given) -> PeriodComputed:
        facts = history.given(period_opened("H1")).when(computed("H1", H1_OVER)).facts()
        return next(fact for fact in facts if isinstance(fact, PeriodComputed))

    plain, more = header(BASE), header(HOLDS)
    assert plain.rules == more.rules == VERSION
    assert plain.rules_digest != more.rules_digest
    elsewhere = BASE.given(proposed(unit=BRANCH), decided(), retired(date(2026, 1, 1), at=SETUP_AT))
    assert header(elsewhere).rules_digest == plain.rules_digest


def test_a_honour_of_the_unit_is_claimed_there_and_nowhere_else() -> None:
    mine = {
        "code": "L-H", "cat": "WM", "zh": "服务标兵", "en": "Model of service", "clause": "细则第五条",
        "evidence": ["award_certificate"], "unit": {"zh": "项", "en": "honour"}, "cap_year": "1",
        "levels": [{"code": "each", "zh": "每项", "en": "Each", "points": "1", "tier": "unit"}],
    }  # fmt: skip
    claim = claimed(item="L-H", level="each", document_kind="award_certificate")
    BASE.when(claim).refused(HonourUnknown)
    holds = BASE.given(proposed(mine, section="honour"), decided(item="L-H"))
    (fact, _) = holds.when(claim).facts()
    assert isinstance(fact, HonourClaimed)
    assert (fact.rules, fact.points_shown) == (VERSION, "1.00")


def test_a_sheet_is_opened_by_an_item_of_the_unit() -> None:
    there = HOLDS.given(planned(kind="visit"), held(), evidenced())
    there.when(opened(item="L-1")).says(SheetOpened)
    BASE.given(planned(kind="visit"), held(), evidenced()).when(opened(item="L-1")).refused(ItemUnknown)
