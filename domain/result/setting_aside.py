"""不予采取 — a person decides that a proposed measure is not opened, on a document and for a reason.

The measure stays on record and is not proposed again for that result; the organisations above see it, and one of them
may open it all the same (``domain.result.opening``).
"""

from uuid import UUID

from domain.decider import Command, Decision, NotPermitted, Past
from domain.organisation.member import refuse_own
from domain.recording.sheet import acting
from domain.result.measure import MeasureNotThere, MeasureSetAside, living, measures_of
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256


class SetAsideMeasure(Command, frozen=True, kw_only=True):
    """Do not open what is proposed: the document on which that rests, and why."""

    operation = "measure.set_aside"
    unit: Code
    member: MemberId
    measure: UUID
    basis: Reference
    basis_sha256: Sha256
    reason: Secret


def decide(past: Past, command: SetAsideMeasure) -> Decision:
    """Once, while it is proposed, and nobody his own."""
    refuse_own(command, command.member)
    found = living(past, command.member, command.measure, command.unit)
    if found.status != "proposed":
        raise MeasureNotThere(status=found.status)
    if command.actor.unit is None:
        raise NotPermitted
    fact = MeasureSetAside(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        by=acting(command),
        body=command.actor.unit,
        basis=command.basis,
        basis_sha256=command.basis_sha256,
        reason=command.reason.commitment,
    )
    return [measures_of(command.member).says(fact)]
