"""支部考评 — one organisation's period, from its opening to its sealing: facts and state.

opened → computed → decided → noticed → determined → sealed; what a body returns is computed anew. Its members' own
results stand in streams of their own (``domain.assessment.result``); here stand the header of each step, its count
and its digest.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, TypeAlias, TypedDict, assert_never
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream, StreamRef
from domain.organisation.unit import established
from domain.recording.committee import Vote
from domain.recording.sealing import PeriodSealedAlready
from domain.rules.assessing import Period
from domain.rules.ruleset import RULES
from domain.values import Code, CommandId, MemberId, NoticeId, Reference, Sha256


class Key(TypedDict):
    """Whose period of which year."""

    unit: Code
    year: int
    period: Code


class PeriodOpened(Fact, frozen=True, kw_only=True):
    """考评期开启."""

    unit: Code
    year: int
    period: Code
    first_on: date
    last_on: date
    rules: Code
    """Version of the rule set in force when it was opened; the one in force on the last day rules it."""


class CompletenessChecked(Fact, frozen=True, kw_only=True):
    """完整性核查 — everything planned is settled, every sheet final, nothing under way: how much there was."""

    unit: Code
    year: int
    period: Code
    planned: int
    held: int
    not_held: int
    sheets: int
    cases: int
    records: int


class PeriodComputed(Fact, frozen=True, kw_only=True):
    """核算 — the header: how many members follow, the digest that pins them, and by what they were computed."""

    unit: Code
    year: int
    period: Code
    computation: int
    rules: Code
    rules_digest: Sha256
    calendar: Sha256
    """Digest of the editions of the calendars of the year and the next."""
    as_of: CommandId
    """The command that computed: every entry before its first was known, and none after."""
    members: int
    digest: Sha256


class PeriodReturned(Fact, frozen=True, kw_only=True):
    """退回核算 — a body does not adopt the figures and says why; it alters none."""

    unit: Code
    year: int
    period: Code
    computation: int
    by: MemberId
    reason: Sha256


class CommitteeDecided(Fact, frozen=True, kw_only=True):
    """支部定分 — one body adopts the figures as they were computed."""

    unit: Code
    year: int
    period: Code
    computation: int
    step: int
    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    next_step: int | None = None
    to: Code | None = None
    """Which organisation adopts next; None where this decision was the last."""


class DecisionReferred(Fact, frozen=True, kw_only=True):
    """定分上提 — too few are left in the body once everybody steps aside for his own line."""

    unit: Code
    year: int
    period: Code
    computation: int
    to: Code


class QuotaApplied(Fact, frozen=True, kw_only=True):
    """优秀名额核定 — how many were determined, how many seats that gives, how many are excellent."""

    unit: Code
    year: int
    period: Code
    graded: int
    seats: int | None = None
    """None where the rule set has no quota, and where the seats are shared with others."""
    candidates: int
    excellent: int
    pool: Code | None = None
    """Over whose organisations the seats were shared."""


class PeriodDetermined(Fact, frozen=True, kw_only=True):
    """积分确定批次 — one round: whose line was clear is determined; the others wait."""

    unit: Code
    year: int
    period: Code
    notice: NoticeId
    determined: int
    blocked: int
    """Members whose own line an objection holds back."""
    waiting: int
    """Members whose score stands and whose grade waits for a blocked member."""


class PeriodSealed(Fact, frozen=True, kw_only=True):
    """封存."""

    unit: Code
    year: int
    period: Code
    members: int
    digest: Sha256
    """Over (member, total, grade) of everybody, by member."""


class PeriodRestated(Fact, frozen=True, kw_only=True):
    """考评期重算 — one round of a restatement: whose line was clear has a new determination."""

    unit: Code
    year: int
    period: Code
    number: int
    notice: NoticeId | None = None
    """None where the restatement changed nothing for anybody."""
    adopted: int
    blocked: int
    """Members whose line an objection holds back."""


class StateCommitted(Fact, frozen=True, kw_only=True):
    """状态承诺 — the root over the members' stream heads, totals and grades, as they stood before this entry."""

    unit: Code
    year: int
    period: Code
    round: int
    """Of determination: one more each time."""
    members: int
    root: Sha256
    seed: Sha256
    """Commitment of the seed of which the salts of the leaves are made."""


class NotOpened(msgspec.Struct, frozen=True):
    """Nobody has opened it."""


Status: TypeAlias = Literal["opened", "computed", "decided", "noticed", "sealed"]


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation's period on its way."""

    unit: str
    year: int
    period: str
    first_on: date
    last_on: date
    status: Status = "opened"
    computation: int = 0
    rules: str | None = None
    rules_digest: str | None = None
    calendar: str | None = None
    as_of: CommandId | None = None
    step: int = 0
    body: str | None = None
    """Which organisation adopts next, where it is not the chain's own."""
    bodies: tuple[str, ...] = ()
    """Who adopted."""
    rounds: int = 0
    restated: int = 0
    """The number of the last restatement that was adopted."""


State: TypeAlias = NotOpened | Assessment


class PeriodUnknown(Refused):
    """办法中没有这个考评期。 The rule set in force knows no such period."""

    code = "period-unknown"


class PeriodNotOpened(Refused):
    """该考评期尚未开启。 Nobody has opened this period."""

    code = "period-not-opened"


class PeriodNotThere(Refused):
    """该考评期不在这一步。 The period is at another step: no step can be skipped or taken twice."""

    code = "period-not-there"


class PeriodBeingDecided(Refused):
    """该考评期已核算,正在定分公示;须先退回。 This period is computed and being decided: return it first."""

    code = "period-being-decided"


def evolve(state: State, fact: Fact) -> State:
    """The period after one more fact."""
    match state, fact:
        case NotOpened(), PeriodOpened():
            return Assessment(
                unit=fact.unit, year=fact.year, period=fact.period, first_on=fact.first_on, last_on=fact.last_on
            )
        case Assessment(), CompletenessChecked() | QuotaApplied() | StateCommitted():
            return state
        case Assessment(status="opened" | "noticed"), PeriodComputed():
            return replace(
                state,
                status="computed",
                computation=fact.computation,
                rules=fact.rules,
                rules_digest=fact.rules_digest,
                calendar=fact.calendar,
                as_of=fact.as_of,
                step=0,
                body=None,
                bodies=(),
            )
        case Assessment(status="computed"), PeriodReturned():
            return replace(state, status="opened")
        case Assessment(status="computed"), CommitteeDecided():
            return _decided(state, fact)
        case Assessment(status="computed"), DecisionReferred():
            return replace(state, body=fact.to)
        case Assessment(status="decided" | "noticed"), PeriodDetermined():
            return replace(state, status="noticed", rounds=state.rounds + 1)
        case Assessment(status="sealed"), PeriodRestated():
            return replace(state, restated=max(state.restated, fact.number))
        case Assessment(status="noticed"), PeriodSealed():
            return replace(state, status="sealed")
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _decided(state: Assessment, fact: CommitteeDecided) -> Assessment:
    bodies = (*state.bodies, fact.body)
    if fact.to is None or fact.next_step is None:
        return replace(state, status="decided", bodies=bodies)
    return replace(state, step=fact.next_step, body=fact.to, bodies=bodies)


PERIOD: Final[Stream[State]] = Stream(
    "branch-assessment",
    NotOpened(),
    evolve,
    (
        PeriodOpened,
        CompletenessChecked,
        PeriodComputed,
        PeriodReturned,
        CommitteeDecided,
        DecisionReferred,
        QuotaApplied,
        PeriodDetermined,
        PeriodSealed,
        PeriodRestated,
        StateCommitted,
    ),
)


def period_of(unit: Code, year: int, period: Code) -> StreamRef[State]:
    """The one stream of an organisation's period."""
    return PERIOD.of(unit, year, period)


def living(past: Past, unit: Code, year: int, period: Code) -> Assessment:
    """The period, or a refusal that it is not open."""
    state = past[period_of(unit, year, period)]
    match state:
        case Assessment() as found:
            return found
        case NotOpened():
            raise PeriodNotOpened(period=period, year=year)
        case _:
            assert_never(state)


def standing(past: Past, unit: Code, year: int, period: Code, *at: Status) -> Assessment:
    """The period, at one of these steps."""
    found = living(past, unit, year, period)
    if found.status not in at:
        raise PeriodNotThere(period=period, year=year, status=found.status)
    return found


def days_of(period: Period, year: int) -> tuple[date, date]:
    """A period's first and last day in a year.

    >>> from domain.rules.scheme import HALVES_AND_YEAR
    >>> days_of(HALVES_AND_YEAR[0], 2026)
    (datetime.date(2026, 1, 1), datetime.date(2026, 6, 30))
    """
    return date.fromisoformat(f"{year}-{period.first_day}"), date.fromisoformat(f"{year}-{period.last_day}")


def result_notice_id(unit: Code, year: int, period: Code, computation: int) -> NoticeId:
    """The one notice of one computation's results."""
    return uuid5(NAMESPACE, f"notice-of-period/{unit}/{year}/{period}/{computation}")


def line_id(member: UUID, year: int, period: Code, computation: int) -> UUID:
    """The one line of a member in one computation."""
    return uuid5(NAMESPACE, f"line-of-period/{member}/{year}/{period}/{computation}")


def need_unsealed(past: Past, unit: Code, day: date) -> None:
    """Refuse what would enter a sealed period of an organisation (I12), or one that is computed and not returned."""
    rules = past[RULES.of(established(past, unit).scheme)].in_force(day)
    if rules is None or rules.scheme is None:
        return
    touched = periods_over(rules.scheme.periods, day)
    for state in past.many([period_of(unit, day.year, one.code) for one in touched]):
        if isinstance(state, Assessment) and state.status == "sealed":
            raise PeriodSealedAlready(period=state.period, last_on=state.last_on)
        # Once a first round is determined, each determined member's archive is sealed by itself.
        if isinstance(state, Assessment) and state.status in ("computed", "decided"):
            raise PeriodBeingDecided(period=state.period, last_on=state.last_on)


def periods_over(periods: Iterable[Period], day: date) -> list[Period]:
    """Those that hold a day."""
    spans = ((one, days_of(one, day.year)) for one in periods)
    return [one for one, (first_on, last_on) in spans if first_on <= day <= last_on]
