"""办法: drafted, linted, approved by somebody else, published; in force from a day on, and never changed again."""

import json
from datetime import UTC, date, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.actor import person
from domain.decider import NotPermitted
from domain.rules.calendar import (
    CalendarChangesPast,
    CalendarExists,
    CalendarPublished,
    DayOutsideYear,
    NoDaysOff,
)
from domain.rules.calendar import (
    published as calendars_published,
)
from domain.rules.digest import digest
from domain.rules.ruleset import (
    RULES,
    AuthorApproves,
    DraftRuleSet,
    EffectiveInPast,
    NoRuleInForce,
    NotAfterPrevious,
    RulePartAdded,
    RuleSetApproved,
    RuleSetDrafted,
    RuleSetLinted,
    RuleSetPublished,
    RuleSetRefused,
    RuleSets,
    VersionExists,
    VersionMismatch,
    VersionNotReady,
    VersionUnknown,
    scheme_on,
)
from domain.rules.scheme import load
from tests.domain.branch import (
    AS_LEADER,
    AS_OFFICER,
    AS_RECORDER,
    BRANCH,
    DOCUMENT,
    OFFICER,
    PUBLICITY,
    RECORDER,
    SCHEME,
    SETUP_AT,
    TOP,
    VERSION,
    appointed,
    approved,
    calendar,
    drafted,
    organised,
    published,
    registered,
    who,
    wish,
)
from tests.domain.given import Given

EMPTY = organised()


def rules(history: Given) -> RuleSets:
    return history.world[RULES.of(SCHEME)]


def draft_of(document: dict[str, object]) -> DraftRuleSet:
    content = msgspec.Raw(json.dumps(document, ensure_ascii=False).encode())
    return wish(DraftRuleSet, AS_OFFICER, SETUP_AT, unit=TOP, scheme=SCHEME, version=VERSION, document=content)


def test_a_version_enters_part_by_part_under_the_digest_of_the_whole() -> None:
    header, *parts, linted = EMPTY.when(drafted()).facts()
    assert isinstance(header, RuleSetDrafted)
    assert isinstance(linted, RuleSetLinted)
    assert {type(part) for part in parts} == {RulePartAdded}
    assert (header.parts, header.digest) == (len(parts), digest(json.loads(DOCUMENT)))


def test_what_is_published_is_what_was_drafted() -> None:
    world = EMPTY.given(drafted(), approved(), published()).world
    assert scheme_on(world, SCHEME, date(2026, 1, 1)) == (VERSION, load(DOCUMENT))


def test_i26_a_version_is_never_changed() -> None:
    EMPTY.given(drafted()).when(drafted()).refused(VersionExists)
    EMPTY.given(drafted(), approved(), published()).when(drafted()).refused(VersionExists)
    EMPTY.given(drafted(), approved(), published()).when(approved()).refused(VersionNotReady)
    EMPTY.given(drafted(), approved(), published()).when(published()).refused(VersionNotReady)


def test_the_steps_follow_each_other() -> None:
    EMPTY.when(approved()).refused(VersionUnknown)
    EMPTY.when(published()).refused(VersionUnknown)
    EMPTY.given(drafted()).when(published()).refused(VersionNotReady)
    EMPTY.given(drafted()).when(approved()).says(RuleSetApproved)
    EMPTY.given(drafted(), approved()).when(published()).says(RuleSetPublished)


def test_i3_the_author_does_not_approve() -> None:
    both = EMPTY.given(appointed(OFFICER, "leading_group", TOP), drafted(actor=AS_OFFICER))
    as_both = msgspec.structs.replace(AS_LEADER, person=OFFICER)
    both.when(approved(actor=as_both)).refused(AuthorApproves)
    both.when(approved()).says(RuleSetApproved)


def test_a_version_that_binds_a_whole_tree_is_made_at_its_top_by_whatever_office() -> None:
    local = EMPTY.given(appointed(RECORDER, "officer"), appointed(PUBLICITY, "leading_group"))
    officer, leader = person(RECORDER, "officer", BRANCH), person(PUBLICITY, "leading_group", BRANCH)
    here = {"unit": BRANCH}
    local.when(msgspec.structs.replace(drafted(), actor=officer, **here)).refused(NotPermitted)
    draft = local.given(drafted())
    draft.when(msgspec.structs.replace(approved(), actor=leader, **here)).refused(NotPermitted)
    ready = draft.given(approved())
    ready.when(msgspec.structs.replace(published(), actor=officer, **here)).refused(NotPermitted)
    ready.when(published()).says(RuleSetPublished)


def test_a_rule_set_that_contradicts_itself_is_refused_as_a_draft() -> None:
    broken = json.loads(DOCUMENT)
    broken["categories"][0]["weight"] = "16"
    EMPTY.when(draft_of(broken)).refused(RuleSetRefused)
    del broken["categories"]
    EMPTY.when(draft_of(broken)).refused(RuleSetRefused)


@for_all(st.sampled_from([b"", b"[]", b"null", b"{", b'"x"', b"1e999", b'{"id":1}', b"\xff", b'{"id":"a","id":"b"}']))
def test_what_is_no_rule_set_is_refused(content: bytes) -> None:
    command = wish(
        DraftRuleSet, AS_OFFICER, SETUP_AT, unit=TOP, scheme=SCHEME, version="v9", document=msgspec.Raw(content)
    )
    EMPTY.when(command).refused(RuleSetRefused)


def test_i26_on_each_day_one_version_is_in_force() -> None:
    two = EMPTY.given(
        drafted(),
        approved(),
        published(),
        drafted("illustrative-2"),
        approved("illustrative-2"),
        published("illustrative-2", date(2026, 7, 1)),
    ).world
    with pytest.raises(NoRuleInForce):
        scheme_on(two, SCHEME, date(2025, 12, 31))
    assert scheme_on(two, SCHEME, date(2026, 1, 1))[0] == VERSION
    assert scheme_on(two, SCHEME, date(2026, 6, 30))[0] == VERSION
    assert scheme_on(two, SCHEME, date(2026, 7, 1))[0] == "illustrative-2"
    assert scheme_on(two, SCHEME, date(2030, 1, 1))[0] == "illustrative-2"


def test_i26_versions_take_effect_one_after_the_other_and_never_backwards() -> None:
    two = EMPTY.given(drafted(), approved(), published(), drafted("v2"), approved("v2"))
    two.when(published("v2", date(2026, 1, 1))).refused(NotAfterPrevious)
    two.when(published("v2", date(2025, 12, 15))).refused(NotAfterPrevious)
    two.when(published("v2", date(2026, 1, 2))).says(RuleSetPublished)
    EMPTY.given(drafted(), approved()).when(published(effective_on=date(2025, 12, 1))).refused(EffectiveInPast)


def test_who_drafts_approves_and_publishes() -> None:
    EMPTY.when(drafted(actor=AS_LEADER)).refused(NotPermitted)
    EMPTY.when(drafted(actor=AS_RECORDER)).refused(NotPermitted)
    EMPTY.given(drafted()).when(approved(actor=AS_OFFICER)).refused(NotPermitted)


def test_a_branch_does_not_make_the_districts_rules() -> None:
    officer = who("branch-officer")
    branch = EMPTY.given(registered(officer), appointed(officer, "officer", BRANCH))
    acting = msgspec.structs.replace(AS_OFFICER, person=officer, unit=BRANCH)
    branch.when(msgspec.structs.replace(drafted(actor=acting), unit=BRANCH)).refused(NotPermitted)


def without(*codes: str, **changed: object) -> DraftRuleSet:
    """The example's rule set as version v2 in which items are renamed, so that every weight still adds up."""
    text = DOCUMENT.decode().replace(f'"{VERSION}"', '"v2"')
    for code in codes:
        text = text.replace(f'"{code}"', f'"{code}-NEW"')
    return msgspec.structs.replace(draft_of({**json.loads(text), **changed}), version="v2")


IN_FORCE = EMPTY.given(drafted(), approved(), published())


def second(draft: DraftRuleSet) -> Given:
    return IN_FORCE.given(draft, approved("v2"))


@pytest.mark.parametrize(
    ("code", "effective_on", "is_refused"),
    [
        ("R-LX-1", date(2026, 3, 1), True),
        ("R-LX-1", date(2026, 7, 2), True),
        ("R-LX-1", date(2026, 7, 1), False),
        ("R-LX-1", date(2027, 1, 1), False),
        ("H-LX-1", date(2026, 7, 1), True),
        ("H-LX-1", date(2027, 1, 1), False),
        ("N-QZ-1", date(2026, 7, 1), True),
        ("N-QZ-1", date(2027, 1, 1), False),
    ],
)
def test_an_item_is_not_dropped_while_a_period_runs_that_counts_it(
    code: str, effective_on: date, *, is_refused: bool
) -> None:
    ready = second(without(code))
    if not is_refused:
        ready.when(published("v2", effective_on)).says(RuleSetPublished)
        return
    with pytest.raises(RuleSetRefused) as refused:
        ready.when(published("v2", effective_on)).facts()
    assert [finding.code for finding in refused.value.facts["findings"]] == ["item-cut-off"]  # type: ignore[attr-defined]


def test_an_item_with_an_heir_of_its_kind_may_be_dropped_at_any_time() -> None:
    named = [{"from": "R-LX-1", "to": "R-LX-1-NEW"}]
    second(without("R-LX-1", mapping=named)).when(published("v2", date(2026, 3, 1))).says(RuleSetPublished)
    other_mode = [{"from": "R-LX-1", "to": "R-QZ-2"}]
    second(without("R-LX-1", mapping=other_mode)).when(published("v2", date(2026, 3, 1))).refused(RuleSetRefused)


def test_a_third_version_in_one_period_still_knows_what_the_first_one_counted() -> None:
    """The second maps the item, the third forgets that it did."""
    mapped = without("R-LX-1", mapping=[{"from": "R-LX-1", "to": "R-LX-1-NEW"}])
    two = second(mapped).given(published("v2", date(2026, 2, 1)))
    text = without("R-LX-1").document
    third = json.loads(bytes(text).decode().replace('"v2"', '"v3"'))
    three = two.given(msgspec.structs.replace(draft_of(third), version="v3"), approved("v3"))
    three.when(published("v3", date(2026, 3, 1))).refused(RuleSetRefused)
    three.when(published("v3", date(2026, 7, 1))).says(RuleSetPublished)


def test_a_draft_is_warned_of_what_it_drops() -> None:
    def warnings(history: Given, draft: DraftRuleSet) -> int:
        linted = history.when(draft).facts()[-1]
        assert isinstance(linted, RuleSetLinted)
        return linted.warnings

    assert warnings(IN_FORCE, without("R-LX-1", "R-LX-2")) == warnings(EMPTY, without("R-LX-1", "R-LX-2")) + 2


def test_a_calendar_is_published_once_a_year_with_the_right_kinds_of_days() -> None:
    EMPTY.when(calendar(2026)).says(CalendarPublished)
    EMPTY.given(calendar(2026)).when(calendar(2026)).refused(CalendarExists, year=2026)
    saturday, monday = date(2026, 10, 10), date(2026, 10, 12)
    EMPTY.when(calendar(2026, (saturday,))).refused(DayOutsideYear, day=saturday)
    EMPTY.when(calendar(2026, (monday,), (monday,))).refused(DayOutsideYear, day=monday)
    EMPTY.when(calendar(2026, ())).refused(NoDaysOff, year=2026)
    EMPTY.when(calendar(2026, (date(2027, 1, 1),))).refused(DayOutsideYear)
    [fact] = EMPTY.when(calendar(2026, (monday, monday), (saturday,))).says(CalendarPublished)
    assert isinstance(fact, CalendarPublished)
    assert (fact.days_off, fact.make_up_days) == ((monday,), (saturday,))


def test_a_later_edition_of_a_calendar_holds_from_the_next_day_and_changes_only_days_to_come() -> None:
    first, second = date(2026, 10, 1), date(2026, 10, 2)
    year = EMPTY.given(calendar(2026, (first,)))
    again = msgspec.structs.replace(calendar(2026, (first, second)), at=datetime(2026, 9, 29, 1, tzinfo=UTC))
    [fact] = year.when(again).says(CalendarPublished)
    assert isinstance(fact, CalendarPublished)
    assert (fact.edition, fact.effective_on) == (2, date(2026, 9, 30))
    world = year.given(again).world
    years = range(2026, 2027)
    assert calendars_published(world, years, date(2026, 9, 29))[2026].is_working_day(second)
    assert not calendars_published(world, years, date(2026, 9, 30))[2026].is_working_day(second)
    too_late = msgspec.structs.replace(again, at=datetime(2026, 10, 2, 1, tzinfo=UTC))
    year.when(too_late).refused(CalendarChangesPast, day=second)
    year.given(again).when(msgspec.structs.replace(again, id=uuid4())).refused(CalendarExists, year=2026)


def test_the_versions_keep_their_order() -> None:
    assert [v.version for v in rules(EMPTY.given(drafted("a"), drafted("b"))).versions] == ["a", "b"]


def test_a_version_bears_the_name_that_its_document_states() -> None:
    """Records name it by the one word, prices by the other: two names would be two truths."""
    EMPTY.when(msgspec.structs.replace(drafted(), version="another")).refused(VersionMismatch)
    EMPTY.when(msgspec.structs.replace(drafted("pk-2"), version=VERSION)).refused(VersionMismatch)


def test_no_branch_makes_the_districts_calendar() -> None:
    officer = who("branch-officer")
    branch = EMPTY.given(registered(officer), appointed(officer, "officer", BRANCH))
    acting = msgspec.structs.replace(AS_OFFICER, person=officer, unit=BRANCH)
    branch.when(msgspec.structs.replace(calendar(2027), actor=acting, unit=BRANCH)).refused(NotPermitted)
