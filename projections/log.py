"""总账 — what the log says of itself: the name that it bears now, and whether its clock is simulated."""

from typing import Final, LiteralString

import msgspec

from domain.oversight.log import LogOpened, LogRestored
from domain.values import Code
from projections.answers import Answer, AsyncConnection, ask_one
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE log (
    position integer PRIMARY KEY,
    origin text NOT NULL,
    title text NOT NULL,
    clock text NOT NULL
);
"""


class LogRow(Row, kw_only=True):
    """The opening of the log."""

    table = "log"
    position: int
    origin: str
    title: str
    clock: str


class LogOpening(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says of itself."""

    origin: Code
    title: str
    clock: str
    """real, or simulated: then every page and export says so."""
    position: int


def _opened(this: Applied, fact: LogOpened) -> None:
    this.batch.insert(LogRow(position=this.position, origin=fact.origin, title=fact.title, clock=fact.clock))


def _restored(this: Applied, fact: LogRestored) -> None:
    this.batch.change(LogRow, 1, origin=fact.origin)


HANDLERS: Final[Handlers] = {LogOpened: _opened, LogRestored: _restored}

_LOG: Final = "SELECT origin, title, clock, position FROM log ORDER BY position LIMIT 1"


async def log(connection: AsyncConnection) -> Answer[LogOpening | None]:
    """The log's own description; None before it was opened or while that entry is not read yet."""
    return await ask_one(connection, LogOpening, _LOG, {})
