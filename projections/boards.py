"""一块公示栏 — a whole board at once, and everything that hangs for one person wherever it hangs."""

from datetime import date
from typing import Final

import msgspec

from domain.values import Code, MemberId
from projections.answers import PAGE, Answer, AsyncConnection, ask, ask_one, instead
from projections.notice_board import HEADER, NoticeHeader


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the rules that is published and begins later."""

    version: Code
    effective_on: date


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a board, what waits to be posted, what has hung there; newest first."""

    running: tuple[NoticeHeader, ...]
    to_post: tuple[NoticeHeader, ...]
    closed: tuple[NoticeHeader, ...]
    announced: tuple[Announced, ...] = ()
    """Of the organisation's rules, earliest first."""
    before: int | None = None
    """Cursor into what has hung there."""


_BOARD: Final = "".join(
    (
        "SELECT (SELECT COALESCE(json_agg(row_to_json(h)), '[]') FROM (",
        HEADER,
        """WHERE n.unit = ANY(%(units)s) AND n.status = 'posted'
           ORDER BY n.notice DESC LIMIT %(limit)s) AS h) AS running,""",
        "(SELECT COALESCE(json_agg(row_to_json(h)), '[]') FROM (",
        HEADER,
        """WHERE %(waiting)s AND n.unit = ANY(%(units)s) AND n.status IN ('drafted', 'checked')
           ORDER BY n.notice DESC LIMIT %(limit)s) AS h) AS to_post,""",
        "(SELECT COALESCE(json_agg(row_to_json(h)), '[]') FROM (",
        HEADER,
        """WHERE %(over)s AND n.unit = ANY(%(units)s) AND n.status IN ('closed', 'withdrawn')
             AND (%(before)s::int IS NULL OR n.notice < %(before)s)
           ORDER BY n.notice DESC LIMIT %(limit)s + 1) AS h) AS closed,
           (SELECT COALESCE(json_agg(json_build_object('version', s.version, 'effective_on', s.effective_on)
                                     ORDER BY s.effective_on), '[]')
            FROM rule_sets AS s JOIN units AS u USING (scheme)
            WHERE u.code = ANY(%(units)s) AND s.status = 'published' AND s.effective_on > %(today)s) AS announced""",
    )
)
_HANGING: Final = (
    HEADER
    + """
WHERE n.status = 'posted' AND (n.unit = ANY(%(units)s) OR EXISTS (
  SELECT FROM notice_lines AS l JOIN members AS m ON m.member = l.member
  WHERE l.notice = n.notice AND m.person = %(person)s))
ORDER BY n.notice DESC LIMIT %(limit)s
"""
)


async def board(
    connection: AsyncConnection,
    unit: Code,
    today: date,
    *,
    waiting: bool,
    over: bool,
    before: int | None = None,
    limit: int = PAGE,
) -> Answer[Board]:
    """The board of an organisation; with ``waiting`` what is to be posted, with ``over`` what has hung there."""
    known: dict[str, object] = {"units": [unit], "today": today, "waiting": waiting, "over": over}
    known |= {"before": before, "limit": limit}
    found = await ask_one(connection, Board, _BOARD, known, where=unit)
    assert found.value is not None, "the statement gives one row"
    closed = found.value.closed
    more = closed[limit - 1].drafted if len(closed) > limit else None
    return instead(found, msgspec.structs.replace(found.value, closed=closed[:limit], before=more))


async def hanging_for(
    connection: AsyncConnection, person: MemberId, units: list[Code], limit: int = PAGE
) -> Answer[tuple[NoticeHeader, ...]]:
    """What hangs in a person's organisations, and wherever he is named: his old branch notices what he did there."""
    known: dict[str, object] = {"person": person, "units": units, "limit": limit}
    return await ask(connection, NoticeHeader, _HANGING, known, whose=person)
