"""公示的表 — the tables of notices, their lines and pictures, and how each fact about them is applied."""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from domain.notice.commitment import ArchivesCommitted
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
from domain.values import Instant
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
CREATE TABLE postings (
    notice integer NOT NULL,
    position integer NOT NULL,
    posted_on date NOT NULL,
    sha256 text NOT NULL,
    by uuid NOT NULL,
    PRIMARY KEY (notice, position)
);
"""
INDEXES: Final[LiteralString] = """
CREATE INDEX notice_lines_of_record ON notice_lines (record);
CREATE INDEX notice_lines_of_member ON notice_lines (member);
"""
"""For readers alone: a rebuild makes them when every row is there, in a third of the time."""

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


def _kept_in_the_log(_: Applied, __: ArchivesCommitted) -> None:
    """Its root is read from its stream."""


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
    ArchivesCommitted: _kept_in_the_log,
}
