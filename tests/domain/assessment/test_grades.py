"""Grades under quota, vetoes and open objections; small branches; what a blocked member holds up."""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

import msgspec

from domain.actor import Actor
from domain.assessment.computing import propose
from domain.assessment.deciding import DecidePeriod
from domain.assessment.period import CommitteeDecided, PeriodDetermined, PeriodSealed, result_notice_id
from domain.assessment.result import GradeDetermined, MemberComputed, ScoreDetermined
from domain.decider import NAMESPACE
from domain.notice.notice import NOTICE, Notice, NoticeLineSuspended
from domain.objection.filing import FileObjection
from domain.rules.scheme import Scheme, load
from domain.values import points
from tests.domain.assessment.test_year import ADOPTED
from tests.domain.branch import AS_HIGHER, BRANCH, DOCUMENT, HIGHER, digest, secret, who, wish
from tests.domain.given import Given
from tests.domain.year import TERM, Y_OVER, YEAR, confirmed, term_over

SCHEME: Final = load(DOCUMENT)


def made(name: str, total: int, deductions: int = 0, ledger: int = 0, **fields: object) -> MemberComputed:
    """Figures of one member of a branch."""
    known = MemberComputed(
        member=uuid5(NAMESPACE, name), unit=BRANCH, year=YEAR, period="Y", computation=1, profile="full",
        months_present=12, base="0.00", base_max="100.00", honours="0.00", deductions=points(deductions),
        ledger=points(ledger), ledger_part="0.00", total=points(total), graded=True, records=0,
        records_digest=digest(""),
    )  # fmt: skip
    return msgspec.structs.replace(known, **fields)


def grades(scheme: Scheme, *people: MemberComputed) -> list[tuple[str, str]]:
    """Grade and reason of each."""
    found = propose(scheme, people)
    return [(found[one.member].grade, found[one.member].reason) for one in people]


def with_quota(**fields: object) -> Scheme:
    """The example's rule set with another quota."""
    document = msgspec.json.decode(DOCUMENT)
    document["excellent_quota"] = {**document["excellent_quota"], **fields}
    return load(document)


def test_a_third_of_four_is_one_seat_and_a_tie_in_everything_lets_both_in() -> None:
    equal = made("a", 9500), made("b", 9500), made("c", 8000), made("d", 7000)
    assert grades(SCHEME, *equal)[:2] == [("excellent", "threshold"), ("excellent", "threshold")]
    fewer = made("a", 9500, deductions=100), made("b", 9500), made("c", 8000), made("d", 7000)
    assert grades(SCHEME, *fewer)[:2] == [("qualified", "quota"), ("excellent", "threshold")]


def test_without_a_quota_everybody_can_be_excellent() -> None:
    people = [made(str(number), 9000 + number) for number in range(6)]
    assert grades(with_quota(enabled=False), *people) == [("excellent", "threshold")] * 6


def test_a_veto_caps_the_grade_and_gives_its_seat_away() -> None:
    people = made("a", 9900, vetoes=("V-1",)), made("b", 9500), made("c", 8000), made("d", 6900)
    assert grades(SCHEME, *people) == [
        ("qualified", "veto"),
        ("excellent", "threshold"),
        ("qualified", "threshold"),
        ("basically_qualified", "threshold"),
    ]


def test_the_threshold_itself_is_inside() -> None:
    assert [one[0] for one in grades(with_quota(enabled=False), made("a", 9000), made("b", 8999), made("c", 7000))] == [
        "excellent",
        "qualified",
        "qualified",
    ]


def objected(history: Given, member: UUID) -> Given:
    """Somebody objects to one line of the year's notice."""
    notice = result_notice_id(BRANCH, YEAR, "Y", 1)
    state = history.world[NOTICE.of(notice)]
    assert isinstance(state, Notice)
    line = next(one.line for one in state.lines if one.member == member)
    objector = secret("objector", "群众甲")
    filing = wish(
        FileObjection,
        Actor(sealed=objector.commitment),
        Y_OVER + timedelta(days=1),
        unit=BRANCH,
        notice=notice,
        objection=uuid4(),
        about="grade",
        line=line,
        objector=objector,
        reason=secret("reason", "总分有误"),
        key=digest("key"),
    )
    return history.given(filing)


def test_a_blocked_member_waits_and_so_do_the_excellent_and_nobody_else() -> None:
    history = objected(ADOPTED, who("C"))
    assert any(isinstance(one, NoticeLineSuspended) for one in history.world.facts)
    over = term_over("Y", Y_OVER + TERM)
    facts = history.given(over[0]).when(over[1]).facts()
    header = facts[0]
    assert isinstance(header, PeriodDetermined)
    assert (header.determined, header.blocked, header.waiting) == (12, 1, 2)
    scored = {one.member for one in facts if isinstance(one, ScoreDetermined)}
    graded = {one.member: one.grade for one in facts if isinstance(one, GradeDetermined)}
    assert who("C") not in scored
    assert {who("A"), who("B")} <= scored
    assert not {who("A"), who("B")} & set(graded)
    assert graded[who("D")] == "unqualified"
    assert not any(isinstance(one, PeriodSealed) for one in facts)
    history.given(*over).when(confirmed("Y", Y_OVER + TERM)).nothing()


def test_a_branch_of_five_without_a_committee_is_decided_by_the_next_higher_organisation() -> None:
    from tests.domain.assessment.small import SMALL, SMALL_COMPUTED

    decided = wish(
        DecidePeriod,
        AS_HIGHER,
        Y_OVER,
        unit=SMALL,
        year=YEAR,
        period="H1",
        minute="纪要〔2026〕9号",
        minute_sha256=digest("minute"),
        present=HIGHER,
    )
    (fact,) = SMALL_COMPUTED.when(decided).says(CommitteeDecided)
    assert isinstance(fact, CommitteeDecided)
    assert fact.body != SMALL
