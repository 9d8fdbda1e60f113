"""待办 — what the rules call for next and when: the process manager's memory, made of the facts alone.

A row comes with the entry that calls for something, and goes with the first entry that its command yields, or with
whatever makes it moot: a claim that was answered, a person who was told or heard.
"""

from datetime import datetime
from typing import Final, LiteralString, TypeAlias, get_args
from uuid import UUID

import msgspec

from domain.decider import Fact
from domain.process import FOLLOW_UPS, PROCESS, FollowUp, Purpose, follow_up
from domain.recording.deduction import (
    DeductionDecided,
    DeductionEvidenceAdded,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
)
from domain.recording.honour import HonourDecided, HonourReferred, HonourReturned, HonourWithdrawn
from domain.values import CommandId, EntryId
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Connection, Row

DDL: Final[LiteralString] = """
CREATE TABLE agenda (
    command uuid PRIMARY KEY,
    purpose text NOT NULL,
    trigger uuid NOT NULL,
    trigger_position integer NOT NULL,
    about uuid,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    refused_code text
);
CREATE INDEX agenda_due ON agenda (due_at);
CREATE INDEX agenda_about ON agenda (about) WHERE about IS NOT NULL;
"""


class AgendaRow(Row, kw_only=True):
    """One command that is called for."""

    table = "agenda"
    command: UUID
    purpose: str
    trigger: UUID
    trigger_position: int
    about: UUID | None
    """The claim or the proposal that it waits for."""
    due_at: datetime
    tries: int = 0
    refused_code: str | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One command that is called for."""

    command: CommandId
    purpose: Purpose
    trigger: EntryId
    trigger_position: int
    due_at: datetime
    tries: int
    refused_code: str | None

    @property
    def follow_up(self) -> FollowUp:
        """As the domain says it."""
        return FollowUp(purpose=self.purpose, trigger=self.trigger, due_at=self.due_at)


_PROCESS: Final = msgspec.Raw(msgspec.json.encode(PROCESS, order="sorted"))
"""The process manager as an actor, in the bytes in which every entry writes it."""


Moved: TypeAlias = (
    HonourReturned
    | HonourWithdrawn
    | HonourDecided
    | HonourReferred
    | DeductionEvidenceAdded
    | MemberNotified
    | MemberStatementFiled
    | StatementTermEnded
    | DeductionDecided
)


def _moved(this: Applied, fact: Moved) -> None:
    """What waited for an answer, or for a term that ended otherwise, waits no more."""
    if isinstance(fact, MemberStatementFiled) and not fact.final:
        return
    this.execute(_MOOT, {"about": _about(fact), "position": this.position})


def _about(fact: Fact) -> UUID | None:
    for name in ("honour", "deduction"):
        found = getattr(fact, name, None)
        if isinstance(found, UUID):
            return found
    return None


_MOOT: Final = "DELETE FROM agenda WHERE about = %(about)s AND trigger_position < %(position)s"


def _called_for(this: Applied, fact: Fact) -> None:
    wanted = follow_up(this.entry)
    if wanted is None:
        return
    this.batch.insert(
        AgendaRow(
            command=wanted.command,
            purpose=wanted.purpose,
            trigger=wanted.trigger,
            trigger_position=this.position,
            about=_about(fact),
            due_at=wanted.due_at,
        )
    )


def carried_out(this: Applied) -> None:
    """Whatever an entry's command was called for is done; for entries of every kind."""
    line = this.line
    if line.command is not None and line.actor == _PROCESS:
        this.batch.remove(AgendaRow, UUID(line.command))


def _moved_and_called_for(this: Applied, fact: Moved) -> None:
    _moved(this, fact)
    _called_for(this, fact)


HANDLERS: Final[Handlers] = {
    **dict.fromkeys(FOLLOW_UPS, _called_for),
    **{kind: _moved_and_called_for if kind in FOLLOW_UPS else _moved for kind in get_args(Moved)},
}

_DUE: Final = """
SELECT command, purpose, trigger, trigger_position, due_at, tries, refused_code
FROM agenda WHERE due_at <= %(now)s ORDER BY tries, due_at, trigger_position LIMIT %(limit)s
"""
_ALL: Final = """
SELECT command, purpose, trigger, trigger_position, due_at, tries, refused_code
FROM agenda ORDER BY due_at, trigger_position
"""
_NEXT: Final = "SELECT min(due_at) FROM agenda WHERE due_at > %(now)s"
_REFUSED: Final = "UPDATE agenda SET tries = tries + 1, refused_code = %(code)s WHERE command = %(command)s"
_DONE: Final = "DELETE FROM agenda WHERE command = %(command)s"


def due(connection: Connection, now: datetime, *, limit: int = 100) -> list[Due]:
    """What is called for by now, what was refused least first, then longest due; for the process manager."""
    rows = connection.execute(_DUE, {"now": now, "limit": limit}).fetchall()
    fields = Due.__struct_fields__
    return [Due(**dict(zip(fields, row, strict=True))) for row in rows]


def next_due_at(connection: Connection, now: datetime) -> datetime | None:
    """When something is called for next, after now."""
    row = connection.execute(_NEXT, {"now": now}).fetchone()
    return row[0] if row is not None else None


def refused(connection: Connection, command: CommandId, code: str) -> None:
    """Note that a command was tried and refused; as the projector."""
    connection.execute(_REFUSED, {"command": command, "code": code})


def settled(connection: Connection, command: CommandId) -> None:
    """Note that a command was granted without any new fact, so that no entry will say so; as the projector."""
    connection.execute(_DONE, {"command": command})


async def agenda(connection: AsyncConnection) -> Answer[tuple[Due, ...]]:
    """Everything that is called for, earliest first."""
    return await ask(connection, Due, _ALL, {})
