"""考评进度 — how a period stands for those who work on it: what is missing, what must come before, who decides next.

Every part of it is what the step itself asks: the page that shows it and the refusal can never differ.
"""

import msgspec

from domain.assessment.appraisal import NoSession, appraisal_of
from domain.assessment.completeness import BelowPlan, Missing, looked_through
from domain.assessment.component import missing
from domain.assessment.computing import assessed_members, ruled_period, undetermined
from domain.assessment.deciding import SeatsUnsettled, chain_of_period, need_seats
from domain.assessment.opening import open_parts
from domain.assessment.period import Assessment, period_of
from domain.assessment.seats import pool_unit
from domain.decider import Past
from domain.organisation.unit import established
from domain.recording.chain import seat_of, sitting_of
from domain.rules.assessing import BodyPart
from domain.rules.ruleset import RULES
from domain.values import Code, Instant, MemberId, day_of


class Voter(msgspec.Struct, frozen=True, kw_only=True):
    """One of the body whose turn it is."""

    member: MemberId
    concerned: bool
    """A line is his own: for that line he is not counted."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What stands between an open period and its figures."""

    over: bool
    open_parts: tuple[Code, ...]
    appraisal_missing: bool
    scores_missing: dict[BodyPart, int]
    """How many scores bodies still have to give, by part."""
    missing: Missing
    members: int
    """Whose figures would be made."""
    planned: int
    held: int
    not_held: int
    sheets: int
    cases: int
    below_plan: tuple[BelowPlan, ...] = ()
    """Of which items fewer matters were held than planned: it holds nothing up, and whoever adopts should know."""

    @property
    def clear(self) -> bool:
        """Whether nothing stands in the way."""
        return (
            self.over
            and not self.open_parts
            and not self.appraisal_missing
            and not self.scores_missing
            and not self.missing
        )


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Which body adopts now."""

    body: Code
    unit: Code
    voters: tuple[Voter, ...]


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """One period of one organisation."""

    state: Assessment
    gate: Gate | None = None
    """While figures can be made."""
    turn: Turn | None = None
    """While they wait to be adopted."""
    seats: Code | None = None
    """In whose pool the seats must be settled before that."""


def stand(past: Past, unit: Code, year: int, period: Code, now: Instant) -> Stand | None:
    """How it stands; None where nobody has opened it."""
    found = past[period_of(unit, year, period)]
    if not isinstance(found, Assessment):
        return None
    if past[RULES.of(established(past, unit).scheme)].in_force(found.last_on) is None:
        return Stand(state=found)
    if found.status in ("opened", "noticed"):
        return Stand(state=found, gate=_gate(past, found, now))
    if found.status == "computed":
        return Stand(state=found, turn=_turn(past, found, now), seats=unsettled(past, found))
    return Stand(state=found)


def unsettled(past: Past, found: Assessment) -> Code | None:
    """Whose pool waits to be settled before the figures can be adopted, if any does."""
    scheme = ruled_period(past, found).scheme
    try:
        need_seats(past, scheme, found)
    except SeatsUnsettled:
        return pool_unit(past, scheme.excellent_quota, found.unit)
    return None


def _gate(past: Past, found: Assessment, now: Instant) -> Gate:
    rules = ruled_period(past, found)
    people = undetermined(past, found, assessed_members(past, rules, found))
    members = [one.member for one in people]
    seen = looked_through(past, rules.scheme, found, members)
    session = past[appraisal_of(found.unit, found.year, found.period)] if rules.period.appraisal else None
    return Gate(
        over=day_of(now) > found.last_on,
        open_parts=open_parts(past, rules.scheme, found.unit, found.year, found.period),
        appraisal_missing=session is not None and (isinstance(session, NoSession) or session.status != "closed"),
        scores_missing=missing(past, rules, found, people),
        missing=seen.missing,
        members=len(members),
        planned=seen.planned,
        held=seen.held,
        not_held=seen.not_held,
        sheets=seen.sheets,
        cases=seen.cases,
        below_plan=seen.below_plan,
    )


def _turn(past: Past, found: Assessment, now: Instant) -> Turn:
    rules = ruled_period(past, found)
    steps = chain_of_period(past, rules.scheme, found)
    step = seat_of(steps, found.step, found.body or steps[found.step].unit)
    subjects = (one.member for one in assessed_members(past, rules, found))
    body = sitting_of(past, rules.scheme, step, day_of(now))
    concerned = body.recused(subjects)
    return Turn(
        body=step.body,
        unit=step.unit,
        voters=tuple(Voter(member=one, concerned=one in concerned) for one in sorted(body.members, key=str)),
    )
