"""措施 — each measure with its steps: what is proposed, who is in charge, what is due, done, overdue, withdrawn.

The notes of talks are commitments; the vault opens them to whoever may read them. The tables: ``projections.measured``.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from domain.values import Code, MemberId, Reference, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one


class StepState(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a measure."""

    step: Code
    by: Code
    closes_with: Code
    due_on: date | None
    optional: bool
    sealed: bool
    designee: MemberId | None
    accept_by: date | None
    accepted: bool
    helper: MemberId | None
    plan: Sha256 | None
    review_by: date | None
    escalated_to: Code | None
    done_on: date | None
    done_by: MemberId | None
    proof: Sha256 | None
    note: Sha256 | None

    @property
    def waits_until(self) -> date | None:
        """The day by which something must be done about it; None where nothing is waited for."""
        if self.done_on is not None:
            return None
        return self.review_by if self.helper is not None else self.due_on


class FactState(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about a measure."""

    position: int
    type: str
    at: datetime


class MeasureState(msgspec.Struct, frozen=True, kw_only=True):
    """One measure with its steps."""

    measure: UUID
    member: MemberId
    unit: Code
    unit_title: str
    scheme: Code
    code: Code
    year: int
    period: Code
    rules: Code
    grade: Code | None
    total: int
    streak: int
    status: str
    opened_on: date | None
    minute: Reference | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    handed_to: Code | None
    set_aside_by: Code | None
    basis: Reference | None
    basis_sha256: Sha256 | None
    reason: Sha256 | None
    steps: tuple[StepState, ...]
    facts: tuple[FactState, ...]
    position: int

    def overdue(self, today: date) -> bool:
        """Whether a step of it should have been done, accepted or reviewed by now."""
        return self.status == "open" and any(_late(step, today) for step in self.steps)


def _late(step: StepState, today: date) -> bool:
    until = step.waits_until
    unanswered = step.done_on is None and not step.accepted and step.accept_by is not None and step.accept_by < today
    return unanswered or (until is not None and until < today)


_MEASURE: Final = """
SELECT x.id AS measure, m.person AS member, x.unit, u.title AS unit_title, u.scheme, x.code, x.year, x.period, x.rules,
       x.grade, x.total, x.streak, x.status, x.opened_on, x.minute, x.minute_sha256, x.entitled, x.present,
       x.in_favour, x.handed_to, x.set_aside_by, x.basis, x.basis_sha256, x.reason,
       (SELECT COALESCE(json_agg(s ORDER BY s.position), '[]') FROM (
          SELECT step, by, closes_with, due_on, optional, sealed, designee, accept_by, accepted, helper, plan,
                 review_by, escalated_to, done_on, done_by, proof, note, position
          FROM measure_steps WHERE measure = x.id) AS s) AS steps,
       (SELECT COALESCE(json_agg(f ORDER BY f.position DESC), '[]') FROM (
          SELECT position, type, at FROM measure_facts WHERE measure = x.id) AS f) AS facts,
       x.position
FROM measures AS x JOIN members AS m ON m.member = x.member JOIN units AS u ON u.code = x.unit
"""
_ORDER: Final = " ORDER BY x.status NOT IN ('proposed', 'open'), x.status <> 'set_aside', x.year DESC, x.code, m.person"
_UNDER: Final = "".join((_MEASURE, "WHERE %(unit)s = ANY(u.path)", _ORDER))
_OF_MEMBER: Final = "".join((_MEASURE, "WHERE m.person = %(member)s", _ORDER))
_CONCERNING: Final = "".join(
    (
        _MEASURE,
        "WHERE x.status = 'open' AND x.id IN (SELECT measure FROM measure_steps",
        " WHERE designee = %(person)s OR helper = %(person)s)",
        _ORDER,
    )
)
_WAITING: Final = "".join(
    (
        _MEASURE,
        """WHERE x.status IN ('proposed', 'open') AND (x.unit = %(unit)s OR EXISTS (
  SELECT FROM measure_steps AS s WHERE s.measure = x.id AND s.done_on IS NULL AND x.status = 'open'
    AND (s.escalated_to = %(unit)s OR (s.by = 'work_committee' AND %(unit)s = ANY(u.path)))))""",
        """ ORDER BY COALESCE((SELECT min(CASE WHEN s.helper IS NULL THEN s.due_on ELSE s.review_by END)
  FROM measure_steps AS s WHERE s.measure = x.id AND s.done_on IS NULL), %(today)s), x.year DESC, x.code, m.person
LIMIT 100""",
    )
)
_HELPED: Final = """
SELECT s.measure, x.year, m.person AS mentee
FROM measure_steps AS s JOIN measures AS x ON x.id = s.measure JOIN members AS m ON m.member = x.member
WHERE s.helper = %(person)s ORDER BY x.year DESC, s.measure
"""
_ONE: Final = _MEASURE + "WHERE x.id = %(measure)s"


async def measures_under(connection: AsyncConnection, unit: Code) -> Answer[tuple[MeasureState, ...]]:
    """The measures of an organisation and all below it: what is open first."""
    return await ask(connection, MeasureState, _UNDER, {"unit": unit})


async def measures_of_member(connection: AsyncConnection, member: MemberId) -> Answer[tuple[MeasureState, ...]]:
    """A member's measures."""
    return await ask(connection, MeasureState, _OF_MEMBER, {"member": member}, whose=member)


async def measures_concerning(connection: AsyncConnection, person: MemberId) -> Answer[tuple[MeasureState, ...]]:
    """The open measures in which somebody is in charge of a step, or helps."""
    return await ask(connection, MeasureState, _CONCERNING, {"person": person})


async def measures_waiting(connection: AsyncConnection, unit: Code, today: date) -> Answer[tuple[MeasureState, ...]]:
    """What an organisation has to see to: its own, those that were escalated to it, the steps that it takes below.

    What is overdue first, the longest overdue before; then what has no day, then what is due later: of all the first
    hundred.
    """
    return await ask(connection, MeasureState, _WAITING, {"unit": unit, "today": today})


async def measure(connection: AsyncConnection, measure: UUID) -> Answer[MeasureState | None]:
    """One measure."""
    return await ask_one(connection, MeasureState, _ONE, {"measure": measure})


class Helped(msgspec.Struct, frozen=True, kw_only=True):
    """Whom somebody helps or has helped, and in which measure."""

    measure: UUID
    year: int
    mentee: MemberId


async def helped_by(connection: AsyncConnection, person: MemberId) -> Answer[tuple[Helped, ...]]:
    """Everybody whom a person was paired with as a helper, the latest year first."""
    return await ask(connection, Helped, _HELPED, {"person": person}, whose=person)
