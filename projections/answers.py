"""An answer of the read models: what was asked for, as of which position, and whether anything is missing in it.

Every answer is one statement, so that a swap of rebuilt tables can never tear it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from types import GenericAlias
from typing import Any, Final, Generic, LiteralString, NamedTuple, TypeAlias, TypeVar

import msgspec
import psycopg
from psycopg import sql
from psycopg.errors import UndefinedTable

from domain.values import Code, MemberId

T = TypeVar("T")
AsyncConnection: TypeAlias = "psycopg.AsyncConnection[tuple[Any, ...]]"


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """How far the read models have read the log."""

    position: int
    """Of the last entry applied; 0 before the first."""
    at: datetime | None
    """Its instant."""
    known_at: datetime | None
    """The latest instant of any entry up to it."""
    generation: int
    """Grows with every rebuild that was swapped in."""


class Answer(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value with what must be said of it. ``complete`` is False while a fact it rests on is parked."""

    as_of: AsOf
    complete: bool
    value: T


_ANSWER: Final = sql.SQL(
    """
    SELECT t.position, t.as_of_at, t.known_at, t.generation,
           NOT EXISTS (
             SELECT FROM parked AS p
             WHERE p.kind = 'stream'
                OR (%(whose)s::uuid IS NULL AND %(where)s::text IS NULL)
                OR p.key = %(whose)s::uuid
                OR (%(where)s::text IS NOT NULL AND NOT EXISTS (SELECT FROM members AS m WHERE m.person = p.key))
                OR EXISTS (
                  SELECT FROM members AS m JOIN enrolments AS e ON e.member = m.member
                  WHERE m.person = p.key AND e.unit = %(where)s::text
                )
           ),
           (SELECT COALESCE(json_agg(r), '[]') FROM ({query}) AS r)::text
    FROM tracking AS t
    """
)


_PLACE: Final = re.compile(rb"%(?:%|\((\w+)\)s)")


class _Statement(NamedTuple):
    """A statement with numbered places, and the names of the values that stand in them."""

    text: bytes
    names: tuple[str, ...]


@lru_cache(maxsize=512)
def _statement(query: LiteralString) -> _Statement:
    """The whole statement, put together once: a query is a constant of the program.

    Its places are numbered here: the driver does it anew with every request where a statement is long.
    """
    numbers: dict[str, int] = {}

    def numbered(place: "re.Match[bytes]") -> bytes:
        if place[1] is None:
            return b"%"
        return b"$%d" % numbers.setdefault(place[1].decode(), len(numbers) + 1)

    text = _PLACE.sub(numbered, _ANSWER.format(query=sql.SQL(query)).as_bytes(None))
    return _Statement(text, tuple(numbers))


_DECODERS: Final[dict[object, "msgspec.json.Decoder[Any]"]] = {}


def _decoder(kind: object) -> "msgspec.json.Decoder[Any]":
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(GenericAlias(tuple, (kind, ...)))
    return _DECODERS[kind]


class NotFollowed(Exception):
    """查询数据尚未建立:请先启动后台汇总。 The read models are not there yet: start the follower."""


async def ask(
    connection: AsyncConnection,
    kind: type[T],
    query: LiteralString,
    parameters: dict[str, object],
    *,
    whose: MemberId | None = None,
    where: Code | None = None,
) -> Answer[tuple[T, ...]]:
    """Every row of a query whose columns are the fields of ``kind``, in the query's order.

    ``whose`` and ``where`` say on which member's or organisation's facts the answer rests; neither: on everybody's.
    """
    known: dict[str, object] = {"whose": whose, "where": where, **parameters}
    statement = _statement(query)
    cursor = psycopg.AsyncRawCursor(connection)
    try:
        await cursor.execute(statement.text, [known[name] for name in statement.names])
    except UndefinedTable as missing:
        raise NotFollowed from missing
    row = await cursor.fetchone()
    if row is None:
        raise NotFollowed
    position, at, known_at, generation, complete, body = row
    as_of = AsOf(position=position, at=at, known_at=known_at, generation=generation)
    return Answer(as_of=as_of, complete=complete, value=_decoder(kind).decode(body))


async def ask_one(
    connection: AsyncConnection,
    kind: type[T],
    query: LiteralString,
    parameters: dict[str, object],
    *,
    whose: MemberId | None = None,
    where: Code | None = None,
) -> Answer[T | None]:
    """The one row of a query, or None."""
    found = await ask(connection, kind, query, parameters, whose=whose, where=where)
    return instead(found, found.value[0] if found.value else None)


def instead(answer: Answer[Any], value: T) -> Answer[T]:
    """The same answer with another value made of it."""
    return Answer(as_of=answer.as_of, complete=answer.complete, value=value)


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Part of a list, newest first."""

    items: tuple[T, ...]
    before: int | None
    """Cursor of the next part; None where there is none."""


PAGE: Final = 50


def paged(answer: Answer[tuple[T, ...]], positions: Sequence[int], limit: int) -> Answer[Page[T]]:
    """The first ``limit`` of what was found; a query asks for one more, to know whether there is more."""
    items = answer.value[:limit]
    before = positions[limit - 1] if len(answer.value) > limit else None
    return instead(answer, Page(items=items, before=before))
