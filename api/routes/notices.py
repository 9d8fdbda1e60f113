"""公示 — the notice board of an organisation, and one notice: the least that must be shown, and its witness."""

from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Final
from uuid import UUID

import msgspec
import segno
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.answering import answer, granted, unchanged
from api.as_of import Back, BackAsked, LookingBack, looking_back, when_of
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.objecting import hangs, has_link, link_token
from api.objection_wishes import CheckWish, ExtendWish, PictureWish, WithdrawNoticeWish
from api.pages import address
from api.proofs import covering
from api.refusals import NotFound, NoticeOver, ProofPending
from api.result_notices import SCORED, called, grade_named, shows_results
from api.routes.home import NoticeRow, notice_row
from api.routes.matters import Before, Since
from api.wishes import Nothing
from domain.notice.changing import EvidencePosting, ExtendNotice, RepostNotice, WithdrawNotice
from domain.notice.notice import Shown
from domain.notice.running import CheckDisclosure, PostNotice
from domain.rules.scheme import Scheme
from domain.values import Code, NoticeId, Quantity, hundredths, points
from projections import boards, notice_board, offices, organisation, prefix, rules, then
from projections.answers import Answer, AsyncConnection, instead

router = APIRouter(tags=["notices"])

_ONE: Final = 100
SHOWN: Final[tuple[Shown, ...]] = ("name", "item", "outcome", "quantity", "points", "day", "clause")
"""What our page of a notice shows of a person."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on the board, what waits to be posted, what has hung there."""

    running: tuple[NoticeRow, ...]
    to_post: tuple[NoticeRow, ...]
    closed: tuple[NoticeRow, ...]
    before: int | None
    """Cursor into what has hung there."""
    coming: tuple[boards.Announced, ...] = ()
    """Changes of the rules that are announced: `/rules/{scheme}/coming` says what changes."""


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a name, what happened, and what a single deed is worth. No number, no reason, no pseudonym."""

    line: int
    name: str
    outcome: str
    quantity: Quantity
    level_zh: str | None
    level_en: str | None
    """Of an honour, a deduction or a shortfall."""
    grade_zh: str | None
    grade_en: str | None
    """Of a result, where its period has one."""
    points: str | None
    """Of a deed with a price or of a level; a share of what was attended has none by itself."""
    state: str
    """open, suspended or corrected."""


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the paper on the wall."""

    posted_on: date
    sha256: str
    by: str


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
    assessed: int | None
    """How many the notice is about; None in a public edition that would tell one unnamed person apart by it."""
    results: bool
    shows: tuple[Shown, ...]
    """What the check found to be shown; before it, what this page shows."""
    pictures: tuple[PictureView, ...]
    corrects: UUID | None
    """The objection after which a corrected line is noticed here."""
    withdrawn: str | None
    """Why it was taken down."""
    steps_back: bool
    """The reader entered or proposed what is shown, or sits in the place of somebody who did: others post it."""
    link: str | None
    """For the public, while it hangs; shown to whoever posts."""
    checkpoint: str | None
    """The signed checkpoint that covers the posting: whoever keeps it can prove what was posted."""
    back: LookingBack | None = None
    """From where the answer looks back, if it does."""


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
    if (same := unchanged(asked, since)) is not None:
        return same

    async def find(connection: AsyncConnection) -> Answer[Board]:
        hung = await boards.board(
            connection, unit, asked.today, waiting=asked.sees("drafted"), over=asked.sees("closed"), before=before
        )
        return instead(hung, _board(hung.value))

    return answer(asked, "notices.html", await asked.once(find, since), unit=asked.unit)


def _board(found: boards.Board) -> Board:
    return Board(
        coming=found.announced,
        running=tuple(map(notice_row, found.running)),
        to_post=tuple(map(notice_row, found.to_post)),
        closed=tuple(map(notice_row, found.closed)),
        before=found.before,
    )


@router.get("/units/{unit:code}/notices/{notice:uuid}")
@described(NoticeView)
async def one(
    unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.read")], back: BackAsked, since: Since = None
) -> Response:
    """One notice, as it hangs on the board and as it is printed; now, or as it was known then."""
    async with asked.ready(since) as connection:
        found = await notice_board.notice(connection, notice)
        shown, seen = await _then(connection, visible(asked, found), back)
        people = [line.member for line in shown.lines] + [picture.by for picture in shown.postings]
        names = await names_of(asked, connection, people, unit=unit, day=shown.header.occurred_on)
        scheme = await scheme_of_notice(connection, shown)
        note = None if shown.header.posted is None else await covering(asked.house.log, shown.header.posted)
        view = notice_view(asked, shown, names, note, scheme, await _withdrawn(asked, shown.header))
        steps_back = await _steps_back(asked, connection, shown.header)
        view = msgspec.structs.replace(view, steps_back=steps_back, back=seen)
    # The checkpoint comes a moment after the posting, and without a further entry.
    return answer(asked, "notice.html", instead(found, view), fresh=note, unit=asked.unit)


@router.get("/units/{unit:code}/notices/{notice:uuid}/checkpoint.svg")
@described(media_type="image/svg+xml")
async def checkpoint(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.read")]) -> Response:
    """The checkpoint that covers the posting, as a QR code: what a phone reads from the paper is the witness."""
    async with asked.ready() as connection:
        shown = visible(asked, await notice_board.notice(connection, notice))
    note = None if shown.header.posted is None else await covering(asked.house.log, shown.header.posted)
    if note is None:
        raise ProofPending
    drawn = BytesIO()
    segno.make(note.decode(), error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, scale=4)
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


async def _steps_back(asked: Asked, connection: AsyncConnection, header: notice_board.NoticeHeader) -> bool:
    if header.status not in ("drafted", "checked", "withdrawn") or asked.acting is None:
        return False
    committee = await offices.committee_of(connection, asked.acting.unit, asked.today)
    behind = {office.stands_for for office in committee.value if office.member == asked.reader.person}
    return not behind.isdisjoint(header.entered_by) or asked.reader.person in header.entered_by


async def _then(
    connection: AsyncConnection, now: notice_board.Notice, back: Back
) -> tuple[notice_board.Notice, LookingBack | None]:
    """What the reader may see now, as it stood where he looks back from; his right to it is that of today."""
    if not back:
        return now, None
    steps = await then.notice_steps(connection, now.header.notice, await prefix.head(connection))
    when = await when_of(connection, back, steps)
    found = await then.notice_then(connection, now, when.position)
    if found is None:
        raise NotFound
    return found, await looking_back(connection, when, steps)


async def _withdrawn(asked: Asked, header: notice_board.NoticeHeader) -> str | None:
    reason = header.withdrawn_reason
    if reason is None or header.status != "withdrawn":
        return None
    return (await asked.house.vault.values((reason,))).get(reason, asked.words("text.gone"))


async def scheme_of_notice(connection: AsyncConnection, notice: notice_board.Notice) -> Scheme | None:
    """The rule set that names the grades of a notice of results."""
    if not shows_results(notice.header):
        return None
    unit = (await organisation.unit(connection, notice.header.unit)).value
    published = None if unit is None else await rules.scheme_on(connection, unit.scheme, notice.header.occurred_on)
    return None if published is None else published.scheme


def notice_view(
    asked: Asked,
    notice: notice_board.Notice,
    names: Names,
    note: bytes | None,
    scheme: Scheme | None,
    withdrawn: str | None = None,
) -> NoticeView:
    """A notice as it hangs on the board and is printed."""
    header = notice.header
    title, item_zh, item_en = called(header)
    return NoticeView(
        unit=header.unit,
        unit_title=header.unit_title,
        notice=header.notice,
        stage=header.stage,
        title=title,
        item_zh=item_zh,
        item_en=item_en,
        clause=header.clause,
        occurred_on=header.occurred_on,
        status=header.status,
        audience=header.audience,
        working_days=header.working_days,
        posted_on=header.posted_on,
        ends_on=header.ends_on,
        may_close_at=header.may_close_at,
        closed_at=header.closed_at,
        lines=shown_lines(notice, names, scheme),
        assessed=header.lines,
        results=shows_results(header),
        shows=SHOWN if header.shows is None else tuple(word for word in SHOWN if word in header.shows),
        pictures=tuple(
            PictureView(posted_on=one.posted_on, sha256=one.sha256, by=names(one.by)) for one in notice.postings
        ),
        corrects=header.objection,
        withdrawn=withdrawn,
        steps_back=False,
        link=_link(asked, notice),
        checkpoint=None if note is None else note.decode(),
    )


def shown_lines(notice: notice_board.Notice, names: Names, scheme: Scheme | None) -> tuple[LineView, ...]:
    """Its lines as they are shown."""
    return tuple(_line(notice.header, line, names, scheme) for line in notice.lines)


def _line(
    header: notice_board.NoticeHeader, line: notice_board.NoticeLine, names: Names, scheme: Scheme | None
) -> LineView:
    grade_zh, grade_en = grade_named(scheme, line.grade)
    priced = line.points is not None or line.outcome == SCORED
    return LineView(
        line=line.line,
        name=names(line.member),
        outcome=line.outcome,
        quantity=points(line.quantity),
        level_zh=line.level_zh,
        level_en=line.level_en,
        grade_zh=grade_zh,
        grade_en=grade_en,
        points=_signed(line) if priced else _worth(header.unit_points, line.quantity),
        state=line.state,
    )


def _link(asked: Asked, notice: notice_board.Notice) -> str | None:
    header = notice.header
    if not has_link(notice) or not hangs(asked, header):
        return None
    return f"{asked.house.settings.origin}/public/notices/{header.notice}/{link_token(asked.house, header.notice)}"


@router.post("/units/{unit:code}/notices/{notice:uuid}/check")
@described()
def check(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.check", takes=CheckWish)]) -> Response:
    """Find what is shown of a person: the minimum, and nothing beyond it."""
    receipt = asked.execute(CheckDisclosure, unit=unit, notice=notice, shows=asked.body.shows)
    return granted(asked, receipt, _place(unit, notice))


@router.post("/units/{unit:code}/notices/{notice:uuid}/posting")
@described()
def post(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.post", takes=Nothing)]) -> Response:
    """Post what was checked: from now on the term runs."""
    receipt = asked.execute(PostNotice, unit=unit, notice=notice)
    return granted(asked, receipt, _place(unit, notice))


@router.post("/units/{unit:code}/notices/{notice:uuid}/reposting")
@described()
def repost(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.post", takes=Nothing)]) -> Response:
    """Post what was withdrawn again, for the full term."""
    receipt = asked.execute(RepostNotice, unit=unit, notice=notice)
    return granted(asked, receipt, _place(unit, notice))


@router.post("/units/{unit:code}/notices/{notice:uuid}/pictures")
@described()
def picture(
    unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.evidence", takes=PictureWish)]
) -> Response:
    """Keep the digest of a picture of the paper on the wall."""
    body: PictureWish = asked.body
    receipt = asked.execute(EvidencePosting, unit=unit, notice=notice, posted_on=body.posted_on, sha256=body.sha256)
    return granted(asked, receipt, _place(unit, notice))


@router.post("/units/{unit:code}/notices/{notice:uuid}/extension")
@described()
def extend(unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.extend", takes=ExtendWish)]) -> Response:
    """Let the term end later; never earlier."""
    receipt = asked.execute(ExtendNotice, unit=unit, notice=notice, ends_on=asked.body.ends_on)
    return granted(asked, receipt, _place(unit, notice))


@router.post("/units/{unit:code}/notices/{notice:uuid}/withdrawal")
@described()
def withdraw(
    unit: str, notice: UUID, asked: Annotated[Asked, permitted("notice.withdraw", takes=WithdrawNoticeWish)]
) -> Response:
    """Take a running notice down, with a reason that goes to the vault."""
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    receipt = asked.execute(WithdrawNotice, unit=unit, notice=notice, reason=reason)
    return granted(asked, receipt, _place(unit, notice))


def _place(unit: Code, notice: NoticeId) -> str:
    return f"/units/{address(unit)}/notices/{notice}"


def visible(asked: Asked, found: Answer[notice_board.Notice | None]) -> notice_board.Notice:
    """The notice if it belongs to this organisation and the reader may see it in its state.

    Whoever sees it only while it hangs is told, once its term is over, that it has been taken down.
    """
    notice = found.value
    if notice is None or asked.unit is None or notice.header.unit != asked.unit.unit:
        raise NotFound
    header = notice.header
    if asked.sees("closed"):
        if not asked.sees(header.status):
            raise NotFound
        return notice
    if header.posted is None or not asked.sees("posted"):
        raise NotFound
    if not hangs(asked, header):
        raise NoticeOver
    return notice


def _signed(line: notice_board.NoticeLine) -> str | None:
    """What a level gives or takes."""
    if line.points is None:
        return None
    return points(line.points if line.outcome in ("honoured", SCORED) else -line.points)


def _worth(unit_points: str | None, quantity: int) -> str | None:
    return None if unit_points is None else points(hundredths(unit_points) * quantity // _ONE)
