"""审计导出 — that somebody was given the log, or a part of it, stands in the log: what, as of which head, to whom."""

from typing import ClassVar, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.oversight.log import Size
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256

Mandate: TypeAlias = Literal["auditor", "reviewer", "member"]
"""What the receiver may be shown of what is sealed."""


class ExportProduced(Fact, frozen=True, kw_only=True):
    """审计导出 — the scope's first entries up to a signed head; no unit, member and year: the whole log."""

    export: UUID
    unit: Code | None = None
    member: MemberId | None = None
    year: int | None = None
    period: Code | None = None
    """Of the year; None for all of it."""
    mandate: Mandate
    size: Size
    root: Sha256
    manifest: Sha256
    """SHA-256 of the folder's MANIFEST, which names the SHA-256 of every other file."""
    receiver: Sha256
    """Sealed."""
    by: MemberId | None = None
    """Who took it away; None for the operator of the machine."""
    review: UUID | None = None
    """Under which it was taken; whom it is about is sealed there, and so not named here."""


class NotProduced(msgspec.Struct, frozen=True):
    """No such export."""


class Produced(msgspec.Struct, frozen=True, kw_only=True):
    """An export that was handed over."""

    manifest: Sha256
    size: Size


State: TypeAlias = NotProduced | Produced


class ExportExists(Refused):
    """这次导出已经登记。 This export is on record already."""

    code = "export-exists"


class ExportChanged(Refused):
    """再做一次已与登记的不同(如有信息已销毁)。 Made again, this export is no longer the one on record."""

    code = "export-changed"


class ProduceExport(Command, frozen=True, kw_only=True):
    """Put on record that an export was produced."""

    operation = "export.produce"
    fresh: ClassVar[tuple[str, ...]] = ("size", "root", "manifest")
    """What was signed by then: asked for again under the same id it is the first one's."""
    export: UUID
    scope: Code | None = None
    member: MemberId | None = None
    year: int | None = None
    period: Code | None = None
    mandate: Mandate
    size: Size
    root: Sha256
    manifest: Sha256
    receiver: Secret
    by: MemberId | None = None
    review: UUID | None = None


def evolve(state: State, fact: Fact) -> State:
    """The export after one more fact: there is one."""
    match state, fact:
        case NotProduced(), ExportProduced():
            return Produced(manifest=fact.manifest, size=fact.size)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


EXPORT: Final[Stream[State]] = Stream("audit-export", NotProduced(), evolve, (ExportProduced,))


def decide(past: Past, command: ProduceExport) -> Decision:
    """Once each."""
    ref = EXPORT.of(command.export)
    if isinstance(past[ref], Produced):
        raise ExportExists(export=command.export)
    fact = ExportProduced(
        export=command.export,
        unit=command.scope,
        member=command.member,
        year=command.year,
        period=command.period,
        mandate=command.mandate,
        size=command.size,
        root=command.root,
        manifest=command.manifest,
        receiver=command.receiver.commitment,
        by=command.by,
        review=command.review,
    )
    return [ref.says(fact)]
