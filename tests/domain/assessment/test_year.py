"""The year end: appraisal, figures, grades, determination, replay."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from domain.actor import person
from domain.assessment.appraisal import BallotCast
from domain.assessment.computing import ruled_period
from domain.assessment.counting import counted
from domain.assessment.feedback import AcknowledgeResult, FeedBackResult
from domain.assessment.period import Assessment, QuotaApplied, period_of
from domain.assessment.result import (
    AlreadyAcknowledged,
    AlreadyFedBack,
    GradeDetermined,
    NotDetermined,
    Result,
    ResultAcknowledged,
    ScoreDetermined,
    result_of,
)
from domain.assessment.rounding import rounder_of
from domain.assessment.scoring import score
from domain.assessment.totals import total
from domain.decider import NAMESPACE, NotPermitted, Write
from domain.organisation.member import MEMBER as MEMBERS
from domain.organisation.member import OwnAffair, Registered
from domain.recording.archive import (
    DeductionApproved,
    HonourAdded,
    Outcome,
    PointsConfirmed,
    PointsRecorded,
    archive_of,
)
from domain.rules.scheme import load
from domain.values import Points, points
from tests.domain.assessment.counted import Said, full_duty, outcomes
from tests.domain.assessment.test_worked_checks import A, B, C, D, E, Member
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DOCUMENT,
    PEOPLE,
    SECRETARY,
    VERSION,
    registered,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.year import (
    SEATED,
    TERM,
    Y_OVER,
    YEAR,
    appraisal_closed,
    appraisal_opened,
    ballots,
    confirmed,
    days,
    halves,
    term_over,
    year_adopted,
)

SCHEME = load(DOCUMENT)
WORKED: dict[UUID, Member] = {who(name): member for name, member in zip("ABCDE", (A, B, C, D, E), strict=True)}
EVERYBODY = (*PEOPLE, *WORKED)
ORDINARY = {"qualified": 10}


def recorded(member: UUID, half: int, said: dict[str, Said]) -> Iterable[PointsRecorded | DeductionApproved]:
    """What the page of worked checks says of one half, as records."""
    for item, what in said.items():
        mode = getattr(SCHEME.item(item), "mode", "")
        for turn, (outcome, count, replaced) in enumerate(outcomes(mode, what)):
            for number in range(count):
                matter = "TASK-9" if replaced else f"{item}-H{half}-{turn}-{number}"
                yield record(member, half, item, matter, outcome, shortfall=mode == "presumed")


def record(
    member: UUID, half: int, item: str, matter: str, outcome: str, *, shortfall: bool
) -> PointsRecorded | DeductionApproved:
    """One record."""
    number, day = uuid5(NAMESPACE, f"{member}/{item}/{matter}"), days(half)
    if shortfall:
        return DeductionApproved(
            record=number, member=member, unit=BRANCH, matter=matter, item=item, level=outcome, rules=VERSION,
            occurred_on=day, counted_on=day, shortfall=True, points_shown="1.00", entitled=5, present=5, in_favour=5,
        )  # fmt: skip
    said: Outcome = outcome  # type: ignore[assignment]
    return PointsRecorded(
        record=number, member=member, unit=BRANCH, matter=matter, item=item, rules=VERSION, outcome=said,
        quantity="1.00", occurred_on=day, entitled=5, present=5, in_favour=5,
    )  # fmt: skip


def listed(member: UUID, worked: Member) -> Iterable[HonourAdded | DeductionApproved]:
    """Its honours and deductions."""
    for kind, rows in ((HonourAdded, worked.honours), (DeductionApproved, worked.deductions)):
        for one in rows:
            yield kind(
                record=one.record, member=member, unit=BRANCH, matter=one.matter, item=one.item, level=one.level,
                rules=VERSION, occurred_on=one.counted_on, counted_on=one.counted_on, points_shown="1.00",
                entitled=5, present=5, in_favour=5,
            )  # fmt: skip


def history(member: UUID, worked: Member) -> list[Write]:
    """Everything on record of one member of the page, confirmed."""
    facts: list[PointsRecorded | DeductionApproved | HonourAdded] = []
    if not worked.idle:
        for half, table in ((1, worked.first), (2, worked.second)):
            said = full_duty(SCHEME) | {item: what for item, (what, _) in table.items()}
            facts += recorded(member, half, said)
    facts += listed(member, worked)
    ref = archive_of(member, days(1))
    notice = uuid5(NAMESPACE, "noticed")
    return [
        write
        for fact in facts
        for write in (ref.says(fact), ref.says(PointsConfirmed(record=fact.record, notice=notice)))
    ]


def worked_branch() -> Given:
    """The branch with the five members of the page beside its own people, both halves sealed."""
    base = SEATED.given(*(registered(member) for member in WORKED))
    for member, worked in WORKED.items():
        base = base.given(*history(member, worked))
    return halves(base)


def appraised(base: Given) -> Given:
    """Ten ballots for everybody: the page's for its members."""
    marks = {member: worked.ballots for member, worked in WORKED.items()} | dict.fromkeys(PEOPLE, ORDINARY)
    return base.given(appraisal_opened(), appraisal_closed(ballots(marks), EVERYBODY))


HALVES = worked_branch()
ADOPTED = year_adopted(appraised(HALVES))
DETERMINED = ADOPTED.given(*term_over("Y", Y_OVER + TERM))


def result(given: Given, member: UUID, period: str = "Y") -> Result:
    """A member's result."""
    return given.world[result_of(member, YEAR, period)]


@pytest.mark.parametrize("member", WORKED, ids="ABCDE")
def test_the_worked_checks_come_out_to_the_cent(member: UUID) -> None:
    worked, found = WORKED[member], result(DETERMINED, member)
    assert found.computed is not None
    assert found.standing is not None
    ledger_part, _, rest = worked.total.partition(" + ")
    appraisal_part, _, whole = rest.partition(" = ")
    assert found.computed.base == worked.base.rpartition(" = ")[2]
    assert (found.computed.honours, found.computed.deductions) == (worked.honour_points, worked.deduction_points)
    assert (found.computed.ledger, found.computed.appraisal) == (worked.ledger, worked.appraisal)
    assert (found.computed.ledger_part, found.computed.appraisal_part) == (ledger_part, appraisal_part)
    assert points(found.standing.total) == whole
    grade = next(one for one in SCHEME.grades if one.code == found.standing.grade)
    assert grade.zh == worked.grade


@pytest.mark.parametrize("member", WORKED, ids="ABCDE")
def test_the_half_scores_of_the_page_come_out(member: UUID) -> None:
    halves_of: list[Points | None] = []
    for period in ("H1", "H2"):
        computed = result(DETERMINED, member, period).computed
        halves_of.append(None if computed is None else computed.base)
    assert " + ".join(str(one) for one in halves_of) == WORKED[member].base.partition(" = ")[0]


def test_the_quota_counts_whoever_was_determined() -> None:
    quota = next(fact for fact in DETERMINED.world.facts if isinstance(fact, QuotaApplied))
    assert (quota.graded, quota.seats, quota.candidates, quota.excellent) == (13, 4, 2, 2)


def test_a_replay_gives_every_determination_to_the_cent() -> None:
    before = next(n for n, fact in enumerate(ADOPTED.world.facts) if isinstance(fact, BallotCast))
    assert before
    for fact in (one for one in DETERMINED.world.facts if isinstance(one, ScoreDetermined) and one.period == "Y"):
        assert replayed(ADOPTED, fact) == (fact.base, fact.ledger, fact.total, fact.records, fact.records_digest)


def replayed(given: Given, fact: ScoreDetermined) -> tuple[str, str, str, int, str]:
    """The figures again, from the archive and the rule set that the determination names."""
    past = given.world
    period = past[period_of(fact.unit, fact.year, fact.period)]
    member = past[MEMBERS.of(fact.member)]
    assert isinstance(period, Assessment)
    assert isinstance(member, Registered)
    rules = ruled_period(past, period)
    assert (rules.version.version, rules.version.digest) == (fact.rules, fact.rules_digest)
    again = counted(rules, member, past[archive_of(fact.member, fact.last_on)], None)
    made = score(rules.tariff, again.case, rules.earlier).confirmed
    mean = None if fact.appraisal is None else round(float(fact.appraisal) * 100)
    profile = rules.scheme.profile(fact.profile)
    assert profile is not None
    whole = total(made.ledger, mean, profile, rounder_of(rules.scheme.rounding))
    return points(made.base), points(made.ledger), points(whole.points), again.records, again.digest


def test_everybody_is_told_once_and_nobody_tells_himself() -> None:
    told = fed_back(who("C"))
    DETERMINED.given(told).when(fed_back(who("C"))).refused(AlreadyFedBack)
    DETERMINED.when(fed_back(COMMITTEE[0])).refused(OwnAffair)


def test_everybody_acknowledges_his_own_result_once_and_nobody_elses() -> None:
    mine = acknowledged(who("C"))
    DETERMINED.when(mine).says(ResultAcknowledged)
    DETERMINED.given(mine).when(acknowledged(who("C"))).refused(AlreadyAcknowledged)
    DETERMINED.when(acknowledged(who("C"), SECRETARY)).refused(NotPermitted)
    HALVES.when(acknowledged(who("C"))).refused(NotDetermined)


def acknowledged(member: UUID, by: UUID | None = None) -> AcknowledgeResult:
    """He says that he has seen it."""
    at = Y_OVER + TERM + timedelta(days=1)
    actor = person(by or member, "member", BRANCH)
    return wish(AcknowledgeResult, actor, at, unit=BRANCH, member=member, year=YEAR, period="Y")


def fed_back(member: UUID) -> FeedBackResult:
    """The secretary tells him."""
    at = Y_OVER + TERM + timedelta(days=1)
    return wish(FeedBackResult, AS_SECRETARY, at, unit=BRANCH, member=member, year=YEAR, period="Y", told_on=at.date())


def test_a_second_round_changes_nothing() -> None:
    DETERMINED.when(confirmed("Y", Y_OVER + TERM)).nothing()


def test_every_grade_has_the_decisions_of_both_bodies_before_it() -> None:
    kinds = [type(fact).__name__ for fact in DETERMINED.world.facts]
    first = kinds.index(GradeDetermined.__name__)
    assert kinds[:first].count("CommitteeDecided") == 4  # one for each half, two for the year
