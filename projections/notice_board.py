"""公示栏 — the notices of an organisation: what runs, what ran, and each with its lines.

Who may see a notice is the caller's to decide; names are opened by the vault, and no longer after the term.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.notice.notice import (
    DisclosureChecked,
    NoticeClosed,
    NoticeDrafted,
    NoticeExtended,
    NoticeLineDrafted,
    NoticePosted,
    NoticeReposted,
    NoticeWithdrawn,
    PostingEvidenced,
)
from domain.values import Code, Instant, MemberId, NoticeId, ObjectionId, RecordId, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
from projections.applying import Applied, Handlers
from projections.keys import UnknownThing
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE notices (
    notice integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    stream uuid NOT NULL UNIQUE,
    unit text NOT NULL,
    stage text NOT NULL,
    matter text NOT NULL,
    sheet integer,
    item text NOT NULL,
    decision integer NOT NULL,
    occurred_on date NOT NULL,
    lines integer NOT NULL,
    digest text NOT NULL,
    status text NOT NULL,
    checked integer,
    checked_by uuid,
    audience text,
    posted integer,
    posted_on date,
    working_days integer,
    ends_on date,
    may_close_at timestamptz,
    closed integer,
    closed_at timestamptz,
    cleared integer,
    shows text[],
    withdrawn integer,
    withdrawn_reason text,
    extended integer,
    objection uuid,
    entered_by uuid[] NOT NULL
);
CREATE INDEX notices_of_unit ON notices (unit, notice);
CREATE INDEX notices_running ON notices (posted) WHERE status = 'posted';
CREATE TABLE notice_lines (
    notice integer NOT NULL,
    line integer NOT NULL,
    position integer NOT NULL,
    member integer NOT NULL,
    record integer NOT NULL,
    outcome text NOT NULL,
    quantity integer NOT NULL,
    level text,
    points integer,
    result uuid,
    grade text,
    PRIMARY KEY (notice, line)
);
CREATE INDEX notice_lines_of_record ON notice_lines (record);
CREATE TABLE postings (
    notice integer NOT NULL,
    position integer NOT NULL,
    posted_on date NOT NULL,
    sha256 text NOT NULL,
    by uuid NOT NULL,
    PRIMARY KEY (notice, position)
);
"""

NULL: Final = "\\N"
"""As COPY writes it."""


class NoticeRow(Row, kw_only=True):
    """One notice."""

    table = "notices"
    notice: int
    id: UUID
    stream: UUID
    unit: str
    stage: str
    matter: str
    sheet: int | None
    """None where the notice is of a record that no sheet brought."""
    item: str
    decision: int
    occurred_on: date
    lines: int
    digest: str
    status: str
    checked: int | None = None
    checked_by: UUID | None = None
    audience: str | None = None
    posted: int | None = None
    posted_on: date | None = None
    working_days: int | None = None
    ends_on: date | None = None
    may_close_at: Instant | None = None
    closed: int | None = None
    closed_at: str | None = None
    cleared: int | None = None
    shows: tuple[str, ...] | None = None
    withdrawn: int | None = None
    withdrawn_reason: str | None = None
    extended: int | None = None
    objection: UUID | None = None
    entered_by: tuple[UUID, ...] = ()


class NoticeHeader(msgspec.Struct, frozen=True, kw_only=True):
    """One notice without its lines."""

    notice: NoticeId
    unit: Code
    unit_title: str
    stage: Code
    matter: Code
    title: str
    item: Code
    item_zh: str
    item_en: str
    category: str
    """Empty for a veto, which belongs to none."""
    mode: str
    """How the item counts: a ``ratio`` or ``assigned`` line moves a share, an ``earned`` one gives points."""
    unit_points: str | None
    """What one unit of an ``earn`` item is worth, "1.00"; None for the other modes."""
    clause: str
    rules: Code | None  # None where it shows results, each of which names its own
    decision: int
    occurred_on: date
    lines: int
    digest: Sha256
    status: str
    """drafted, checked, posted, withdrawn or closed."""
    checked_by: MemberId | None
    audience: Code | None
    working_days: int | None
    posted_on: date | None
    ends_on: date | None
    may_close_at: datetime | None
    closed_at: datetime | None
    cleared: int | None
    shows: tuple[str, ...] | None
    """What the check of the disclosure found to be shown."""
    withdrawn_reason: Sha256 | None
    objection: ObjectionId | None
    """After which a corrected line is noticed here."""
    entered_by: tuple[MemberId, ...]
    """Who entered or proposed what is shown: none of them checks or posts it."""
    held: int
    """How many lines an objection holds back now."""
    drafted: int
    """Positions of the entries."""
    withdrawn: int | None
    extended: int | None
    checked: int | None
    posted: int | None
    closed: int | None


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it is shown; quantities in hundredths."""

    line: int
    member: MemberId
    record: RecordId
    outcome: str
    quantity: int
    level: Code | None
    level_zh: str | None
    level_en: str | None
    points: int | None
    """What the level of an honour, a deduction or a shortfall gives or takes; of a result, the total."""
    grade: Code | None  # of a result, where the period has one
    position: int
    recorded: int
    confirmed: int | None
    state: str
    """open, suspended or corrected."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the paper on the wall, by its digest."""

    position: int
    posted_on: date
    sha256: Sha256
    by: MemberId


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice with its lines."""

    header: NoticeHeader
    lines: tuple[NoticeLine, ...]
    postings: tuple[Posting, ...] = ()


def _drafted(this: Applied, fact: NoticeDrafted) -> None:
    this.keys.remember("notice", fact.notice.int, key=(this.position,))
    this.keys.notices[this.stream.int] = this.position
    this.batch.insert(
        NoticeRow(
            notice=this.position,
            id=fact.notice,
            stream=this.stream,
            unit=fact.unit,
            stage=fact.stage,
            matter=fact.matter,
            sheet=_sheet(this, fact),
            item=fact.item,
            decision=fact.decision,
            occurred_on=fact.occurred_on,
            lines=fact.lines,
            digest=fact.digest,
            status="drafted",
            objection=fact.objection,
            entered_by=fact.entered_by,
        )
    )


def _sheet(this: Applied, fact: NoticeDrafted) -> int | None:
    try:
        return this.keys.sheet(this.keys.matter(fact.unit, fact.matter), fact.item)
    except UnknownThing:
        return None


def _line(this: Applied, fact: NoticeLineDrafted) -> None:
    notice = this.keys.notice_of_stream(this.stream)
    record, member, _ = this.keys.record(fact.record)
    this.batch.append(
        "notice_lines",
        f"{notice}\t{fact.line}\t{this.position}\t{member}\t{record}\t{fact.outcome}\t{hundredths_of(fact.quantity)}\t"
        f"{fact.level or NULL}\t{NULL if fact.points is None else hundredths_of(fact.points)}\t{NULL}\t{NULL}",
    )


def _checked(this: Applied, fact: DisclosureChecked) -> None:
    notice = this.keys.notice_of_stream(this.stream)
    this.batch.change(NoticeRow, notice, status="checked", checked=this.position, checked_by=fact.by, shows=fact.shows)


def _posted(this: Applied, fact: NoticePosted | NoticeReposted) -> None:
    this.batch.change(
        NoticeRow,
        this.keys.notice(fact.notice),
        status="posted",
        audience=fact.audience,
        posted=this.position,
        posted_on=fact.posted_on,
        working_days=fact.working_days,
        ends_on=fact.ends_on,
        may_close_at=fact.may_close_at,
    )


def _closed(this: Applied, fact: NoticeClosed) -> None:
    over = {"status": "closed", "closed": this.position, "closed_at": this.at, "cleared": fact.cleared}
    this.batch.change(NoticeRow, this.keys.notice(fact.notice), **over)


def _extended(this: Applied, fact: NoticeExtended) -> None:
    longer = {"ends_on": fact.ends_on, "may_close_at": fact.may_close_at, "extended": this.position}
    this.batch.change(NoticeRow, this.keys.notice(fact.notice), **longer)


def _withdrawn(this: Applied, fact: NoticeWithdrawn) -> None:
    gone = {"status": "withdrawn", "withdrawn": this.position, "withdrawn_reason": fact.reason}
    this.batch.change(NoticeRow, this.keys.notice(fact.notice), **gone)


def _evidenced(this: Applied, fact: PostingEvidenced) -> None:
    notice = this.keys.notice(fact.notice)
    this.batch.append("postings", f"{notice}\t{this.position}\t{fact.posted_on}\t{fact.sha256}\t{fact.by}")


HANDLERS: Final[Handlers] = {
    NoticeDrafted: _drafted,
    NoticeLineDrafted: _line,
    DisclosureChecked: _checked,
    NoticePosted: _posted,
    NoticeReposted: _posted,
    NoticeExtended: _extended,
    NoticeWithdrawn: _withdrawn,
    PostingEvidenced: _evidenced,
    NoticeClosed: _closed,
}

HEADER: Final = """
SELECT n.id AS notice, n.unit, u.title AS unit_title, n.stage, n.matter,
       COALESCE(m.title, x.title, CASE WHEN p.part IS NULL THEN n.matter END, '') AS title,
       n.item,
       COALESCE(p.content->>'zh', n.item) AS item_zh, COALESCE(p.content->>'en', n.item) AS item_en,
       COALESCE(p.content->>'cat', '') AS category,
       COALESCE(p.content->>'mode', '') AS mode,
       CASE WHEN p.content->>'mode' = 'earn' THEN (p.content->>'points')::numeric(9, 2)::text END AS unit_points,
       COALESCE(p.content->>'clause', '') AS clause, COALESCE(s.rules, x.rules) AS rules, n.decision,
       n.occurred_on, n.lines,
       n.digest, n.status, n.checked_by, n.audience, n.working_days, n.posted_on, n.ends_on, n.may_close_at,
       n.closed_at, n.cleared, n.shows, n.withdrawn_reason, n.objection, n.entered_by, n.withdrawn, n.extended,
       (SELECT count(DISTINCT o.number) FROM objections AS o WHERE o.notice = n.id AND o.suspended IS NOT NULL
          AND o.cleared IS NULL AND o.corrected IS NULL) AS held,
       n.notice AS drafted, n.checked, n.posted, n.closed
FROM notices AS n
JOIN units AS u ON u.code = n.unit
LEFT JOIN sheets AS s ON s.sheet = n.sheet
LEFT JOIN matters AS m ON m.matter = s.matter
LEFT JOIN LATERAL (
  SELECT r.part, r.rules, c.title FROM notice_lines AS l JOIN merits AS r ON r.merit = l.record
  LEFT JOIN cases AS c ON c.opened = r.opened WHERE n.sheet IS NULL AND l.notice = n.notice ORDER BY l.line LIMIT 1
) AS x ON true
LEFT JOIN rule_parts AS p ON p.part = COALESCE(s.item_part, x.part)
"""
_LISTED: Final = (
    HEADER
    + """
WHERE n.unit = ANY(%(units)s) AND n.status = ANY(%(statuses)s)
  AND (%(audiences)s::text[] IS NULL OR n.audience = ANY(%(audiences)s))
  AND (%(before)s::int IS NULL OR n.notice < %(before)s)
ORDER BY n.notice DESC LIMIT %(limit)s + 1
"""
)
_NOTICE: Final = "".join(
    (
        "SELECT (SELECT row_to_json(h) FROM (",
        HEADER,
        """WHERE n.notice = this.notice) AS h) AS header,
  (SELECT COALESCE(json_agg(json_build_object(
            'line', l.line, 'member', m.person, 'record', COALESCE(r.id, x.id, l.result), 'outcome', l.outcome,
            'quantity', l.quantity, 'level', l.level, 'level_zh', v.level->>'zh', 'level_en', v.level->>'en',
            'points', l.points, 'grade', l.grade, 'position', l.position, 'recorded', l.record,
            'confirmed', COALESCE(r.confirmed, x.confirmed),
            'state', COALESCE((
              SELECT CASE WHEN bool_or(o.corrected IS NOT NULL) THEN 'corrected'
                          WHEN bool_or(o.cleared IS NULL) THEN 'suspended' END
              FROM objections AS o WHERE o.notice = this.id AND o.number = l.line AND o.suspended IS NOT NULL
            ), 'open')) ORDER BY l.line), '[]')
   FROM notice_lines AS l
   JOIN members AS m ON m.member = l.member
   LEFT JOIN records AS r ON r.record = l.record
   LEFT JOIN merits AS x ON x.merit = l.record
   LEFT JOIN LATERAL (
     SELECT one.level FROM rule_parts AS p
     CROSS JOIN json_array_elements(COALESCE(p.content->'levels', p.content->'shortfalls')) AS one(level)
     WHERE p.part = x.part AND one.level->>'code' = l.level
   ) AS v ON true
   WHERE l.notice = this.notice) AS lines,
  (SELECT COALESCE(json_agg(json_build_object('position', p.position, 'posted_on', p.posted_on, 'sha256', p.sha256,
                                              'by', p.by) ORDER BY p.position), '[]')
   FROM postings AS p WHERE p.notice = this.notice) AS postings
FROM notices AS this WHERE this.id = %(notice)s
""",
    )
)


async def open_notices(
    connection: AsyncConnection,
    units: list[Code],
    audiences: list[Code] | None = None,
    *,
    before: int | None = None,
    limit: int = PAGE,
) -> Answer[Page[NoticeHeader]]:
    """The running notices of some organisations, newest first; for some audiences or for any."""
    return await _listed(connection, units, ["posted"], audiences, before, limit)


async def notice_history(
    connection: AsyncConnection,
    units: list[Code],
    audiences: list[Code] | None = None,
    *,
    before: int | None = None,
    limit: int = PAGE,
) -> Answer[Page[NoticeHeader]]:
    """The notices that ran and closed or were withdrawn, newest first."""
    return await _listed(connection, units, ["closed", "withdrawn"], audiences, before, limit)


async def notices_to_post(
    connection: AsyncConnection, units: list[Code], *, before: int | None = None, limit: int = PAGE
) -> Answer[Page[NoticeHeader]]:
    """The notices that wait to be checked or posted."""
    return await _listed(connection, units, ["drafted", "checked"], None, before, limit)


async def _listed(
    connection: AsyncConnection,
    units: list[Code],
    statuses: list[str],
    audiences: list[Code] | None,
    before: int | None,
    limit: int,
) -> Answer[Page[NoticeHeader]]:
    known: dict[str, object] = {
        "units": units,
        "statuses": statuses,
        "audiences": audiences,
        "before": before,
        "limit": limit,
    }
    where = units[0] if len(units) == 1 else None
    found = await ask(connection, NoticeHeader, _LISTED, known, where=where)
    return paged(found, [header.drafted for header in found.value], limit)


async def notice(connection: AsyncConnection, notice: NoticeId) -> Answer[Notice | None]:
    """One notice with its lines in their order."""
    return await ask_one(connection, Notice, _NOTICE, {"notice": notice})


_NAMES: Final = """
SELECT EXISTS (
  SELECT FROM notices AS n JOIN notice_lines AS l ON l.notice = n.notice
  JOIN members AS m ON m.member = l.member
  WHERE n.id = %(notice)s AND m.person = %(person)s
)
"""


async def names(connection: AsyncConnection, notice: NoticeId, person: MemberId) -> bool:
    """Whether a line of a notice is about a person."""
    row = await (await connection.execute(_NAMES, {"notice": notice, "person": person})).fetchone()
    return row == (True,)
