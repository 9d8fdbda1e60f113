"""导出列表 — every list of an organisation as CSV or xlsx: the page's permission, the page's rows, all of them.

That a list was taken away is written down before the first row leaves; where it shows people's points, each of them
finds it among those who read his archive.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import PAGE, everything, file_name, headings, note_taking
from api.names import names_of
from api.readings import note_lines, note_reading
from api.routes.dashboards import COLUMNS, SortBy, figure, rows_of
from api.routes.matters import Before
from api.routes.members import YearAsked
from domain import vocabulary
from domain.values import points
from projections import dashboard, matters, notice_board, offices, organisation, scores, sheets, timeline
from projections.answers import Answer, AsyncConnection, Page

router = APIRouter(tags=["exports"])

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}

Period = Annotated[str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


@router.get("/units/{unit:code}/exports/matters.{kind}")
@described(media_type=MEDIA["csv"])
async def matters_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("sheet.read")]) -> Response:
    """The plan of an organisation."""
    await note_taking(asked, f"matters.{kind}")

    async def rows() -> AsyncIterator[Row]:
        async for one in everything(asked, lambda c, before: matters.matters_of(c, unit, before=before, limit=PAGE)):
            yield (
                one.matter,
                one.title,
                one.kind,
                one.planned_on,
                one.occurred_on,
                asked.words(f"status.{one.status}"),
            )

    keys = ("export.code", "export.title", "export.kind", "export.planned_on", "export.occurred_on", "export.status")
    return file_of(kind, file_name(unit, "matters"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/sheets.{kind}")
@described(media_type=MEDIA["csv"])
async def sheets_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("sheet.read")]) -> Response:
    """The sheets of an organisation."""
    await note_taking(asked, f"sheets.{kind}")

    async def rows() -> AsyncIterator[Row]:
        async for one in everything(
            asked, lambda c, before: sheets.sheets_of(c, unit, None, before=before, limit=PAGE)
        ):
            item = asked.words.either(one.item_zh, one.item_en)
            status = asked.words(f"status.{one.status}")
            yield (one.matter, one.title, one.item, item, one.occurred_on, status, one.changed_at)

    keys = (
        "export.code",
        "export.title",
        "export.item",
        "export.item_title",
        "export.occurred_on",
        "export.status",
        "export.changed_at",
    )
    return file_of(kind, file_name(unit, "sheets"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/notices.{kind}")
@described(media_type=MEDIA["csv"])
async def notices_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("notice.read")]) -> Response:
    """The notices of an organisation, as far as the reader sees them on the board."""
    await note_taking(asked, f"notices.{kind}")
    lists = {
        "posted": notice_board.open_notices,
        "drafted": notice_board.notices_to_post,
        "closed": notice_board.notice_history,
    }

    async def rows() -> AsyncIterator[Row]:
        for state, listed in lists.items():
            if not asked.sees(state):
                continue
            async for one in everything(asked, _page_of(listed, unit)):
                item, status = asked.words.either(one.item_zh, one.item_en), asked.words(f"status.{one.status}")
                yield (one.title, one.item, item, one.occurred_on, status, one.lines, one.posted_on, one.ends_on)

    keys = (
        "export.title",
        "export.item",
        "export.item_title",
        "export.occurred_on",
        "export.status",
        "export.lines",
        "export.posted_on",
        "export.ends_on",
    )
    return file_of(kind, file_name(unit, "notices"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/dashboard.{kind}")
@described(media_type=MEDIA["csv"])
async def dashboard_of(
    unit: str, kind: Format, asked: Annotated[Asked, permitted("dashboard.read")], sort: SortBy = None
) -> Response:
    """The numbers of an organisation and of everything directly below it."""
    await note_taking(asked, f"dashboard.{kind}")
    async with asked.ready() as connection:
        found = await rows_of(asked, await dashboard.dashboard(connection, unit, asked.today, asked.now), sort)

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            yield (one.unit, one.title, one.members, *(figure(one, column) for column in COLUMNS))

    keys = ("export.code", "export.unit", "export.members", *(f"dashboard.{column}" for column in COLUMNS))
    return file_of(kind, file_name(unit, "dashboard"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/roster.{kind}")
@described(media_type=MEDIA["csv"])
async def roster_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("sheet.read")]) -> Response:
    """Who belongs to an organisation today, and what offices he holds in it."""
    await note_taking(asked, f"roster.{kind}")
    async with asked.ready() as connection:
        roster = (await organisation.members_of(connection, unit, asked.today)).value
        held = (await offices.officers_of(connection, unit, asked.today)).value
        names = await names_of(asked, connection, [one.member for one in roster], unit=unit)

    async def rows() -> AsyncIterator[Row]:
        for one in roster:
            roles = ", ".join(asked.words(f"role.{office.role}") for office in held if office.member == one.member)
            yield (names(one.member), one.profile, one.present_from, roles)

    keys = ("export.name", "export.profile", "export.present_from", "export.offices")
    return file_of(kind, file_name(unit, "roster"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/points.{kind}")
@described(media_type=MEDIA["csv"])
async def points_of(
    unit: str,
    kind: Format,
    asked: Annotated[Asked, permitted("archive.read")],
    year: YearAsked = None,
    period: Period = "Y",
) -> Response:
    """Everybody of an organisation with his points of one period; each of them sees that they were taken away."""
    wanted = year or asked.today.year
    await note_taking(asked, f"points.{kind}")
    async with asked.ready() as connection:
        found = (await scores.branch_points(connection, unit, wanted, period)).value
        names = await names_of(asked, connection, [one.member for one in found], unit=unit)
    shown = await note_lines(asked, (one.member for one in found), "export")

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            if one.member not in shown:
                continue
            total, pending = points(one.score.ledger), points(one.score.pending_ledger)
            yield (names(one.member), wanted, period, Decimal(total), Decimal(pending))

    keys = ("export.name", "export.year", "export.period", "points.total", "points.pending_total")
    return file_of(kind, file_name(unit, f"points-{wanted}-{period}"), headings(asked, keys), rows())


@router.get("/members/{member:uuid}/exports/timeline.{kind}")
@described(media_type=MEDIA["csv"])
async def timeline_of(
    member: UUID, kind: Format, asked: Annotated[Asked, permitted("archive.read")], before: Before = None
) -> Response:
    """Everything that the log says of a person, newest first; from a position back, if one is given."""
    await note_taking(asked, f"timeline.{kind}")
    await note_reading(asked, member, "timeline")

    async def rows() -> AsyncIterator[Row]:
        async for one in everything(
            asked,
            lambda c, cursor: timeline.timeline(
                c,
                member,
                before=cursor or before,
                limit=PAGE,
                vetoes=asked.reads("veto.read"),
                measures=asked.reads("measure.read"),
            ),
        ):
            term = _TERMS[one.type]
            outcome = None if one.outcome is None else asked.words(f"outcome.{one.outcome}")
            yield (one.position, one.at, asked.words.either(term.zh, term.en), one.unit, one.title, outcome)

    keys = ("export.position", "export.at", "export.fact", "export.unit", "export.title", "export.outcome")
    return file_of(kind, f"timeline-{member}", headings(asked, keys), rows())


Listed = Callable[..., Awaitable[Answer[Page[notice_board.NoticeHeader]]]]


def _page_of(
    listed: Listed, unit: str
) -> Callable[[AsyncConnection, int | None], Awaitable[Answer[Page[notice_board.NoticeHeader]]]]:
    return lambda connection, before: listed(connection, [unit], before=before, limit=PAGE)
