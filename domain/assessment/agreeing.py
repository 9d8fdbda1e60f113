"""重算决定之间的一致 — one order puts a record right once, and two that run at a time do not say two things of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

import msgspec

from domain.assessment.adding import AddRecord
from domain.assessment.adopting import still_open
from domain.assessment.period import Assessment, period_of
from domain.assessment.restatement import AdditionOrdered, CorrectionOrdered, Restatement, restatement_of
from domain.assessment.result import result_of
from domain.decider import Past, Refused
from domain.objection.objection import Correction
from domain.rules.ruleset import Version
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, RecordId


class CorrectionTwice(Refused):
    """同一记录在一项决定中只能更正一次。 One order puts a record right once."""

    code = "correction-twice"


class CorrectionElsewhere(Refused):
    """另一考评期(或转接前后组织)未办结的重算对同一记录另有更正。 Another restatement still runs and says otherwise."""

    code = "correction-elsewhere"


class RightRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed record to be taken back, and what is right in its place, if anything."""

    member: MemberId
    record: RecordId
    right: Correction | None = None
    occurred_on: date | None = None
    counted_on: date | None = None


Right: TypeAlias = RightRecord | CorrectionOrdered | AddRecord | AdditionOrdered
Place: TypeAlias = tuple[object, ...]


def need_once(ones: Sequence[RightRecord | AddRecord]) -> None:
    """Refuse to put one record right, or to add one thing, twice."""
    seen: set[Place] = set()
    for one in ones:
        place = _place(one)
        if place in seen:
            raise CorrectionTwice(record=place[-1])
        seen.add(place)


def _place(one: Right) -> Place:
    """What is put right or added; the last is how it is named."""
    return (one.record,) if isinstance(one, RightRecord | CorrectionOrdered) else (one.member, one.item, one.matter)


def runs(past: Past, found: Assessment, state: Restatement) -> bool:
    """Whether a restatement of a period can still change something."""
    adopted_at_all = found.restated >= state.order.number
    return state.status != "dropped" and (not adopted_at_all or still_open(past, found, state))


def need_agreement(
    past: Past, found: Assessment, version: Version, ones: Sequence[RightRecord | AdditionOrdered]
) -> None:
    """Refuse what an order for another period of the year, still on its way, puts right or adds otherwise.

    A half's record is the year's as well, and another organisation may have determined it: where the member came from,
    or went. Whichever order is adopted first puts it right for both, and the other would have been computed, heard and
    noticed by figures that then never come about.
    """
    scheme = version.scheme
    if not ones or scheme is None:
        return
    wanted = {_place(one): one for one in ones}
    for unit, code in _others(past, found, scheme, {one.member for one in ones}):
        other, state = past[period_of(unit, found.year, code)], past[restatement_of(unit, found.year, code)]
        if not isinstance(other, Assessment) or not isinstance(state, Restatement) or not runs(past, other, state):
            continue
        for said in state.put_right:
            one = wanted.get(_place(said))
            if one is not None and _as_said(one) != _as_said(said):
                raise CorrectionElsewhere(record=_place(said)[-1], unit=unit, period=code)


def _others(past: Past, found: Assessment, scheme: Scheme, members: Iterable[MemberId]) -> Iterable[tuple[Code, Code]]:
    """The year's other periods, here and wherever the results of these members were determined."""
    codes = [one.code for one in scheme.periods if one.code != found.period]
    refs = [(code, result_of(member, found.year, code)) for member in sorted(members) for code in codes]
    results = zip(refs, past.many([ref for _, ref in refs]), strict=True)
    away = ((result.standing.unit, code) for (code, _), result in results if result.standing is not None)
    return dict.fromkeys((*((found.unit, code) for code in codes), *away))


def _as_said(
    one: RightRecord | CorrectionOrdered | AdditionOrdered,
) -> tuple[Correction | None, date | None, date | None]:
    return one.right, one.occurred_on, one.counted_on
