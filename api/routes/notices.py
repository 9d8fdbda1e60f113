"""公示 — the notice board of an organisation, and one notice: the least that must be shown, and its witness."""

from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Final
from uuid import UUID

import msgspec
import segno
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.pages import address
from api.proofs import covering
from api.refusals import NotFound, ProofPending
from api.routes.home import NoticeRow, notice_row
from api.routes.matters import Before, Since
from api.wishes import Nothing
from domain.notice.running import PostNotice
from domain.values import Code, NoticeId, Quantity, hundredths, points
from projections import notice_board
from projections.answers import Answer, Page, instead

router = APIRouter(tags=["notices"])

_ONE: Final = 100


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on the board, what waits to be posted, what has hung there."""

    running: tuple[NoticeRow, ...]
    to_post: tuple[NoticeRow, ...]
    closed: tuple[NoticeRow, ...]
    before: int | None
    """Cursor into what has hung there."""


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a name, what happened, and what a single deed is worth. No number, no reason, no pseudonym."""

    line: int
    name: str
    outcome: str
    quantity: Quantity
    points: str | None
    """Of a deed with a price; a share of what was attended has none by itself."""


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """One notice."""

    unit: Code
    unit_title: str
    notice: NoticeId
    stage: Code
    title: str
    item_zh: str
    item_en: str
    clause: str
    occurred_on: date
    status: str
    audience: Code | None
    working_days: int | None
    posted_on: date | None
    ends_on: date | None
    may_close_at: datetime | None
    closed_at: datetime | None
    lines: tuple[LineView, ...]
    checkpoint: str | None
    """The signed checkpoint that covers the posting: whoever keeps it can prove what was posted."""


@router.get("/notices")
@described(media_type="text/html")
async def own(asked: Annotated[Asked, permitted("open")]) -> Response:
    """To the board of the organisation for which I act."""
    if asked.acting is None:
        return RedirectResponse("/session?to=/notices", 303)
    return RedirectResponse(f"/units/{address(asked.acting.unit)}/notices", 303)


@router.get("/units/{unit:code}/notices")
@described(Board)
async def board(
    unit: str, asked: Annotated[Asked, permitted("notice.read")], before: Before = None, since: Since = None
) -> Response:
    """The notice board of an organisation."""
    async with asked.ready(since) as connection:
        running = await notice_board.open_notices(connection, [unit])
        value = Board(running=_rows(running), to_post=(), closed=(), before=None)
        if asked.sees("drafted"):
            waiting = await notice_board.notices_to_post(connection, [unit])
            value = msgspec.structs.replace(value, to_post=_rows(waiting))
        if asked.sees("closed"):
            closed = await notice_board.notice_history(connection, [unit], before=before)
            value = msgspec.structs.replace(value, closed=_rows(closed), before=closed.value.before)
    return answer(asked, "notices.html", instead(running, value), unit=asked.unit)


@router.get("/units/{unit:code}/notices/{notice:uuid}")
@described(NoticeView)
async def one(
    unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.read")], since: Since = None
) -> Response:
    """One notice, as it hangs on the board and as it is printed."""
    async with asked.ready(since) as connection:
        found = await notice_board.notice(connection, notice)
        shown = _visible(asked, found)
        people = [line.member for line in shown.lines]
        names = await names_of(asked, connection, people, unit=unit, day=shown.header.occurred_on)
    header = shown.header
    note = None if header.posted is None else await covering(asked.house.log, header.posted)
    view = NoticeView(
        unit=header.unit,
        unit_title=header.unit_title,
        notice=header.notice,
        stage=header.stage,
        title=header.title,
        item_zh=header.item_zh,
        item_en=header.item_en,
        clause=header.clause,
        occurred_on=header.occurred_on,
        status=header.status,
        audience=header.audience,
        working_days=header.working_days,
        posted_on=header.posted_on,
        ends_on=header.ends_on,
        may_close_at=header.may_close_at,
        closed_at=header.closed_at,
        lines=tuple(
            LineView(
                line=line.line,
                name=names(line.member),
                outcome=line.outcome,
                quantity=points(line.quantity),
                points=_worth(header.unit_points, line.quantity),
            )
            for line in shown.lines
        ),
        checkpoint=None if note is None else note.decode(),
    )
    # The checkpoint comes a moment after the posting, and without a further entry.
    return answer(asked, "notice.html", instead(found, view), fresh=note, unit=asked.unit)


@router.get("/units/{unit:code}/notices/{notice:uuid}/checkpoint.svg")
@described(media_type="image/svg+xml")
async def checkpoint(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.read")]) -> Response:
    """The checkpoint that covers the posting, as a QR code: what a phone reads from the paper is the witness."""
    async with asked.ready() as connection:
        shown = _visible(asked, await notice_board.notice(connection, notice))
    note = None if shown.header.posted is None else await covering(asked.house.log, shown.header.posted)
    if note is None:
        raise ProofPending
    drawn = BytesIO()
    segno.make(note.decode(), error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, scale=4)
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/units/{unit:code}/notices/{notice:uuid}/posting")
@described()
def post(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.post", takes=Nothing)]) -> Response:
    """Check that nothing beyond the minimum is shown, and post: from now on the term runs."""
    receipt = asked.execute(PostNotice, unit=unit, notice=notice)
    return granted(asked, receipt, f"/units/{address(unit)}/notices/{notice}")


def _visible(asked: Asked, found: Answer[notice_board.Notice | None]) -> notice_board.Notice:
    """The notice if it belongs to this organisation and the reader may see it in its state."""
    notice = found.value
    if notice is None or asked.unit is None or notice.header.unit != asked.unit.unit:
        raise NotFound
    if not asked.sees(notice.header.status):
        raise NotFound
    return notice


def _rows(found: Answer[Page[notice_board.NoticeHeader]]) -> tuple[NoticeRow, ...]:
    return tuple(notice_row(header) for header in found.value.items)


def _worth(unit_points: str | None, quantity: int) -> str | None:
    return None if unit_points is None else points(hundredths(unit_points) * quantity // _ONE)
