"""带走 — what every list has in common that is taken away: all of it, part by part, and that it was is written down."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

from api.asked import Asked
from api.pages import address
from api.purpose import take_away
from projections.answers import Answer, AsyncConnection, Page

R = TypeVar("R")
T = TypeVar("T")

PAGE: Final = 500
NOTE: Final = "INSERT INTO access.exports (at, operator, size) VALUES (%(at)s, %(operator)s, %(size)s)"
_REACHED: Final = "SELECT position FROM tracking"


async def everything(
    asked: Asked, page: Callable[[AsyncConnection, int | None], Awaitable[Answer[Page[T]]]]
) -> AsyncIterator[T]:
    """Everything of a list, part by part."""
    before: int | None = None
    async with asked.ready() as connection:
        while True:
            found = (await page(connection, before)).value
            for one in found.items:
                yield one
            if found.before is None:
                return
            before = found.before


async def listed(rows: Iterable[R]) -> AsyncIterator[R]:
    """Rows that are at hand already."""
    for row in rows:
        yield row


async def note_taking(asked: Asked, what: str) -> None:
    """Write down that a list is about to be taken away: by whom in which office, and as of which entry."""
    await take_away(asked, what)
    reader = asked.reader
    async with asked.house.reads.connection() as connection:
        row = await (await connection.execute(_REACHED)).fetchone()
    office = "-" if reader.acting is None else reader.acting.key
    operator = f"{reader.person} {office} {what}"
    noted = {"at": asked.house.clock.now(), "operator": operator, "size": 0 if row is None else row[0]}
    async with asked.house.access.connection() as connection:
        await connection.execute(NOTE, noted)


def headings(asked: Asked, keys: Sequence[str]) -> list[str]:
    """The words above the columns."""
    return [asked.words(key) for key in keys]


def file_name(unit: str, what: str) -> str:
    """ASCII, without its ending."""
    return f"{address(unit)}-{what}"
