"""试运行 — the house's own decisions over a copy of the past: what would be refused, without writing anything.

The rules are asked, not repeated: every wish of a workbook goes through the same ``decide`` as in the ledger, one
after the other, each on top of what the earlier ones would have said.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

import msgspec

from domain import house
from domain.decider import Command, Head, Refused, Stream, StreamRef
from domain.organisation.appointments import APPOINTMENTS, AppointRole
from domain.organisation.member import MEMBER, NotRegistered, RegisterMember
from domain.recording.claiming import ClaimHonour
from domain.recording.deduction import DEDUCTION, Deduction, deduction_id
from domain.recording.filling import FillSheet, LineWish, OpenSheet
from domain.recording.honour import HONOUR, Honour, honour_id
from domain.recording.matter import (
    MATTER,
    AttachEvidence,
    DropMatter,
    Held,
    HoldMatter,
    NotHeld,
    NotPlanned,
    PlanMatter,
)
from domain.recording.proposing import ProposeDeduction
from domain.recording.sheet import SHEET, Line, Sheet
from domain.register.commands import AdvanceRegister, EnterRegister, NameRegisterPart
from domain.register.register import Entered, entry_of
from domain.values import CommandId

S = TypeVar("S")

_STREAMS: Final[dict[str, Stream[Any]]] = {stream.kind: stream for stream in house.STREAMS}


class Load(Protocol):
    """The present state of one stream, as ``Ledger.load`` gives it."""

    def __call__(self, ref: StreamRef[S], /) -> S:
        """Its initial state where nothing was ever said there."""
        ...


class LoadMany(Protocol):
    """The present states of several streams together, as ``Ledger.load_many`` gives them."""

    def __call__(self, refs: Sequence[StreamRef[Any]], /) -> Sequence[object]:
        """In the order asked."""
        ...


class Known(Protocol):
    """Which of some command ids were committed before."""

    def __call__(self, commands: Sequence[CommandId], /) -> Collection[CommandId]:
        """Asked once for a whole workbook."""
        ...


class Rehearsal:
    """A past that takes wishes without telling anybody."""

    def __init__(self, load: Load, known: Known, load_many: LoadMany | None = None) -> None:
        self._load = load
        self._load_many = load_many
        self._known = known
        self._states: dict[UUID, object] = {}
        self._granted: Collection[CommandId] = ()

    def __getitem__(self, ref: StreamRef[S]) -> S:
        """The state of one stream after everything that was rehearsed."""
        found = self._states.get(ref.id)
        if found is None:
            found = self._states[ref.id] = self._load(ref)
        return cast(S, found)

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        """Nothing that a workbook brings asks where a stream ends."""
        raise AssertionError("a rehearsal has no entries")

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        """The states of several streams, in the order asked."""
        try:
            # Mostly they are there: each is looked for once.
            return cast("list[S]", [self._states[ref.id] for ref in refs])
        except KeyError:
            missing = [ref for ref in refs if ref.id not in self._states]
        if self._load_many is not None and len(missing) > 1:
            self._states.update(zip((ref.id for ref in missing), self._load_many(missing), strict=True))
        return [self[ref] for ref in refs]

    def recall(self, commands: Sequence[Command]) -> None:
        """Look up which of these wishes were granted before."""
        self._granted = self._known([command.id for command in commands])

    def needless(self, command: Command) -> bool:
        """Whether the wish was granted before, or says only what is on record already."""
        return command.id in self._granted or _said(self, command)

    def perform(self, command: Command) -> None:
        """Grant the wish here, or raise what the ledger would refuse it with."""
        for write in house.decide(self, command):
            stream = _STREAMS[write.kind]
            self._states[write.stream] = stream.evolve(self[StreamRef(stream, write.stream)], write.fact)

    def refusal(self, command: Command) -> Refused | None:
        """What the wish would be refused with; nothing is kept of it."""
        try:
            house.decide(self, command)
        except Refused as refused:
            return refused
        return None


def respectful(past: Rehearsal, command: Command) -> Command:
    """The wish without what it would say, by leaving him out, of somebody of whom another person spoke.

    A substitute who names the recorder alone does not thereby say of everybody else that he was present. Whoever
    spoke himself says with a corrected workbook what holds now.
    """
    if not isinstance(command, FillSheet) or command.otherwise is None:
        return command
    sheet = past[SHEET.of(command.unit, command.matter, command.item)]
    if not isinstance(sheet, Sheet):
        return command
    passed_over = {command.actor.person, *(wish.member for wish in command.but)}
    others = (line for line in sheet.lines.values() if line.by != command.actor.person)
    kept = tuple(
        LineWish(
            member=line.member,
            outcome=line.outcome,
            quantity=line.quantity,
            level=line.level,
            condition=line.condition,
        )
        for line in others
        if line.member not in passed_over
    )
    return msgspec.structs.replace(command, but=(*command.but, *kept))


def _said(past: Rehearsal, command: Command) -> bool:
    match command:
        case PlanMatter():
            matter = past[MATTER.of(command.unit, command.matter)]
            return not isinstance(matter, NotPlanned) and (matter.kind, matter.title) == (command.kind, command.title)
        case HoldMatter():
            matter = past[MATTER.of(command.unit, command.matter)]
            return isinstance(matter, Held) and matter.occurred_on == command.occurred_on
        case DropMatter():
            return isinstance(past[MATTER.of(command.unit, command.matter)], NotHeld)
        case AttachEvidence():
            matter = past[MATTER.of(command.unit, command.matter)]
            wanted = (command.kind, command.sha256)
            return isinstance(matter, Held) and wanted in {(d.kind, d.sha256) for d in matter.evidence}
        case EnterRegister():
            entry = past[entry_of(command.unit, command.register, command.entry)]
            wanted_entry = (command.title, command.on, command.values)
            return isinstance(entry, Entered) and (entry.title, entry.on, entry.values) == wanted_entry
        case AdvanceRegister():
            entry = past[entry_of(command.unit, command.register, command.entry)]
            wanted_step = (command.step, command.on, command.values)
            taken = entry.steps if isinstance(entry, Entered) else ()
            return wanted_step in [(one.step, one.on, one.values) for one in taken]
        case NameRegisterPart():
            entry = past[entry_of(command.unit, command.register, command.entry)]
            return isinstance(entry, Entered) and (command.part, command.member, None, None) in entry.parts
        case OpenSheet():
            return isinstance(past[SHEET.of(command.unit, command.matter, command.item)], Sheet)
        case FillSheet():
            sheet = past[SHEET.of(command.unit, command.matter, command.item)]
            return isinstance(sheet, Sheet) and sheet.status != "draft" and _filled(sheet, command)
        case RegisterMember():
            member = past[MEMBER.of(command.member)]
            enters = (command.unit, command.profile)
            return not isinstance(member, NotRegistered) and (member.unit, member.profile) == enters
        case AppointRole():
            held = past[APPOINTMENTS.of(command.unit)].held
            office = (command.role, command.person, command.from_on, command.until_on)
            return office in {(one.role, one.person, one.from_on, one.until_on) for one in held}
        case ClaimHonour():
            claimed = past[HONOUR.of(honour_id(command.unit, command.member, command.matter, command.item))]
            if not isinstance(claimed, Honour) or claimed.status not in ("claimed", "approved"):
                return False
            return (claimed.claim.level, claimed.claim.document) == (command.level, command.document)
        case ProposeDeduction():
            found = past[DEDUCTION.of(deduction_id(command.unit, command.member, command.matter, command.item))]
            if not isinstance(found, Deduction) or found.status == "refused":
                return False
            return (found.proposal.level, found.proposal.document) == (command.level, command.document)
        case _:
            return False


def _filled(sheet: Sheet, command: FillSheet) -> bool:
    """Whether a submitted sheet says exactly this: rows of last week may stay in the workbook of this week."""
    said = {member: _what(line) for member, line in sheet.lines.items()}
    named = {wish.member: _what(wish) for wish in command.but}
    others = {said[member] for member in said.keys() - named.keys() - {command.actor.person}}
    return named.items() <= said.items() and (
        command.otherwise is None or others <= {(command.otherwise, "1.00", None, None)}
    )


def _what(line: Line | LineWish) -> tuple[str | None, ...]:
    return line.outcome, line.quantity, line.level, line.condition
