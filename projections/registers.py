"""台账 — the entries of every register with their steps, their parts and what was corrected; lists and single entries.

Nothing is taken out of these tables: what was taken back or struck names the fact that did so.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.register.fields import Value
from domain.register.kinds import kind_of, part_of
from domain.register.register import (
    RegisterAdvanced,
    RegisterCorrected,
    RegisterEntered,
    RegisterPartNamed,
    RegisterPartStruck,
    RegisterStepTakenBack,
    RegisterWithdrawn,
    entry_of,
)
from domain.values import Code, MemberId, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE register_entries (
    id uuid PRIMARY KEY,
    position integer NOT NULL UNIQUE,
    unit text NOT NULL,
    register text NOT NULL,
    entry text NOT NULL,
    title text NOT NULL,
    on_day date NOT NULL,
    said text NOT NULL,
    words text,
    withdrawn integer
);
CREATE INDEX register_entries_of_unit ON register_entries (register, unit, position);
CREATE TABLE register_steps (
    position integer PRIMARY KEY,
    entry uuid NOT NULL,
    number integer NOT NULL,
    step text NOT NULL,
    on_day date NOT NULL,
    said text NOT NULL,
    document text,
    taken_back integer
);
CREATE INDEX register_steps_of_entry ON register_steps (entry);
CREATE TABLE register_parts (
    position integer PRIMARY KEY,
    entry uuid NOT NULL,
    part text NOT NULL,
    person uuid,
    other uuid,
    of_unit text,
    of_entry text,
    struck integer
);
CREATE INDEX register_parts_of_entry ON register_parts (entry);
CREATE INDEX register_parts_of_other ON register_parts (other) WHERE other IS NOT NULL;
CREATE TABLE register_changes (
    position integer PRIMARY KEY,
    entry uuid NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    reason text
);
CREATE INDEX register_changes_of_entry ON register_changes (entry);
"""


class EntryRow(Row, kw_only=True):
    """One entry as it stands; ``said`` is a JSON object of its fields."""

    table = "register_entries"
    id: UUID
    position: int
    unit: str
    register: str
    entry: str
    title: str
    on_day: date
    said: str
    words: str | None = None
    withdrawn: int | None = None


class StepRow(Row, kw_only=True):
    """One step that was taken."""

    table = "register_steps"
    position: int
    entry: UUID
    number: int
    step: str
    on_day: date
    said: str
    document: str | None = None
    taken_back: int | None = None


class PartRow(Row, kw_only=True):
    """A member or another entry that was named."""

    table = "register_parts"
    position: int
    entry: UUID
    part: str
    person: UUID | None = None
    other: UUID | None = None
    of_unit: str | None = None
    of_entry: str | None = None
    struck: int | None = None


class ChangeRow(Row, kw_only=True):
    """One fact about an entry."""

    table = "register_changes"
    position: int
    entry: UUID
    type: str
    at: str
    reason: str | None = None


def _json(values: tuple[Value, ...]) -> str:
    return msgspec.json.encode({one.field: one.value for one in values}).decode()


def _noted(this: Applied, reason: str | None = None) -> None:
    this.batch.insert(
        ChangeRow(position=this.position, entry=this.stream, type=this.line.type, at=this.at, reason=reason)
    )


def _entered(this: Applied, fact: RegisterEntered) -> None:
    this.batch.insert(
        EntryRow(
            id=this.stream,
            position=this.position,
            unit=fact.unit,
            register=fact.register,
            entry=fact.entry,
            title=fact.title,
            on_day=fact.on,
            said=_json(fact.values),
            words=fact.words,
        )
    )
    _noted(this)


def _corrected(this: Applied, fact: RegisterCorrected) -> None:
    this.batch.change(EntryRow, this.stream, title=fact.title, on_day=fact.on, said=_json(fact.values))
    _noted(this, fact.reason)


def _withdrawn(this: Applied, fact: RegisterWithdrawn) -> None:
    this.batch.change(EntryRow, this.stream, withdrawn=this.position)
    _noted(this, fact.reason)


def _advanced(this: Applied, fact: RegisterAdvanced) -> None:
    this.batch.insert(
        StepRow(
            position=this.position,
            entry=this.stream,
            number=fact.number,
            step=fact.step,
            on_day=fact.on,
            said=_json(fact.values),
            document=fact.document,
        )
    )
    _noted(this)


_BACK: Final = "UPDATE register_steps SET taken_back = %(position)s WHERE entry = %(entry)s AND number = %(number)s"
_STRIKE: Final = """
UPDATE register_parts SET struck = %(position)s
WHERE entry = %(entry)s AND part = %(part)s AND struck IS NULL
  AND person IS NOT DISTINCT FROM %(person)s AND other IS NOT DISTINCT FROM %(other)s
"""


def _taken_back(this: Applied, fact: RegisterStepTakenBack) -> None:
    found = this.execute(_BACK, {"position": this.position, "entry": this.stream, "number": fact.number})
    assert found.rowcount == 1, f"step {fact.number} is not there"
    _noted(this, fact.reason)


def _other(fact: RegisterPartNamed | RegisterPartStruck) -> UUID | None:
    if fact.of_unit is None or fact.of_entry is None:
        return None
    part = part_of(kind_of(fact.register), fact.part)
    assert part is not None, f"{fact.register} names no {fact.part}"
    return entry_of(fact.of_unit, part.of, fact.of_entry).id


def _named(this: Applied, fact: RegisterPartNamed) -> None:
    this.batch.insert(
        PartRow(
            position=this.position,
            entry=this.stream,
            part=fact.part,
            person=fact.member,
            other=_other(fact),
            of_unit=fact.of_unit,
            of_entry=fact.of_entry,
        )
    )
    _noted(this)


def _struck(this: Applied, fact: RegisterPartStruck) -> None:
    gone = {"entry": this.stream, "part": fact.part, "person": fact.member, "other": _other(fact)}
    found = this.execute(_STRIKE, {"position": this.position, **gone})
    assert found.rowcount == 1, f"{fact.part} is not named"
    _noted(this)


HANDLERS: Final[Handlers] = {
    RegisterEntered: _entered,
    RegisterCorrected: _corrected,
    RegisterWithdrawn: _withdrawn,
    RegisterAdvanced: _advanced,
    RegisterStepTakenBack: _taken_back,
    RegisterPartNamed: _named,
    RegisterPartStruck: _struck,
}


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as a list shows it."""

    unit: Code
    unit_title: str
    register: Code
    entry: Code
    title: str
    on: date
    step: str
    """The last step that stands; empty for none."""
    step_on: date | None
    said: dict[str, str]
    withdrawn: bool
    position: int


class StepTaken(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an entry."""

    number: int
    step: str
    on: date
    said: dict[str, str]
    document: Sha256 | None
    taken_back: int | None
    position: int


class PartNamed(msgspec.Struct, frozen=True, kw_only=True):
    """A member or another entry that belongs to an entry."""

    part: str
    member: MemberId | None
    of_unit: Code | None
    of_entry: Code | None
    of_title: str | None
    position: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about an entry."""

    type: str
    at: datetime
    reason: Sha256 | None
    position: int


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with everything that was said of it."""

    head: Listed
    words: Sha256 | None
    steps: tuple[StepTaken, ...]
    parts: tuple[PartNamed, ...]
    changes: tuple[Change, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How much stands in a register of an organisation and all below it."""

    register: Code
    entries: int


_LISTED: Final = """
SELECT e.unit, u.title AS unit_title, e.register, e.entry, e.title, e.on_day AS on, COALESCE(s.step, '') AS step,
       s.on_day AS step_on, e.said::jsonb AS said, e.withdrawn IS NOT NULL AS withdrawn, e.position
FROM register_entries AS e JOIN units AS u ON u.code = e.unit
LEFT JOIN LATERAL (
  SELECT t.step, t.on_day FROM register_steps AS t WHERE t.entry = e.id AND t.taken_back IS NULL
  ORDER BY t.number DESC LIMIT 1
) AS s ON true
"""
_OF_REGISTER: Final = (
    _LISTED
    + """
WHERE e.register = %(register)s AND %(unit)s = ANY(u.path)
  AND (%(before)s::integer IS NULL OR e.position < %(before)s::integer)
ORDER BY e.position DESC LIMIT %(limit)s
"""
)
_KEPT: Final = """
SELECT e.register, count(*) AS entries FROM register_entries AS e JOIN units AS u ON u.code = e.unit
WHERE %(unit)s = ANY(u.path) AND e.withdrawn IS NULL GROUP BY e.register
"""
_WHOLE_HEAD: Final = """
SELECT to_jsonb(h) AS head, w.words, w.steps, w.parts, w.changes FROM (
"""
_WHOLE_REST: Final = """
WHERE e.id = %(id)s) AS h CROSS JOIN LATERAL (
  SELECT
    (SELECT e.words FROM register_entries AS e WHERE e.id = %(id)s) AS words,
    (SELECT COALESCE(json_agg(t ORDER BY t.position), '[]') FROM (
       SELECT number, step, on_day AS on, said::jsonb AS said, document, taken_back, position
       FROM register_steps WHERE entry = %(id)s) AS t) AS steps,
    (SELECT COALESCE(json_agg(t ORDER BY t.position), '[]') FROM (
       SELECT p.part, p.person AS member, p.of_unit, p.of_entry, o.title AS of_title, p.position
       FROM register_parts AS p LEFT JOIN register_entries AS o ON o.id = p.other
       WHERE p.entry = %(id)s AND p.struck IS NULL) AS t) AS parts,
    (SELECT COALESCE(json_agg(t ORDER BY t.position), '[]') FROM (
       SELECT type, at, reason, position FROM register_changes WHERE entry = %(id)s) AS t) AS changes
) AS w
"""
_WHOLE: Final = _WHOLE_HEAD + _LISTED + _WHOLE_REST
_CHOICES: Final = (
    _LISTED
    + """
WHERE e.register = ANY(%(registers)s) AND e.withdrawn IS NULL
  AND (%(unit)s = ANY(u.path) OR e.unit = ANY(%(above)s))
ORDER BY e.position DESC LIMIT %(limit)s
"""
)


async def kept(connection: AsyncConnection, unit: Code) -> Answer[tuple[Kept, ...]]:
    """How much stands in each register of an organisation and all below it; nothing of an empty one."""
    return await ask(connection, Kept, _KEPT, {"unit": unit})


async def entries(
    connection: AsyncConnection, unit: Code, register: str, *, before: int | None = None, limit: int = PAGE
) -> Answer[Page[Listed]]:
    """A register of an organisation and all below it, last entered first; also what was withdrawn."""
    known: dict[str, object] = {"unit": unit, "register": register, "before": before, "limit": limit + 1}
    found = await ask(connection, Listed, _OF_REGISTER, known)
    return paged(found, [one.position for one in found.value], limit)


async def entry(connection: AsyncConnection, unit: Code, register: str, code: Code) -> Answer[Whole | None]:
    """One entry with its steps, its parts and its history."""
    return await ask_one(connection, Whole, _WHOLE, {"id": entry_of(unit, register, code).id})


async def linkable(
    connection: AsyncConnection, unit: Code, above: list[str], registers: list[str]
) -> Answer[tuple[Listed, ...]]:
    """The entries to which one of this organisation may lead: its own, those below it and those above it."""
    known: dict[str, object] = {"unit": unit, "above": above, "registers": registers, "limit": PAGE * 4}
    return await ask(connection, Listed, _CHOICES, known)
