"""记分表 — who said what of whom in one matter, who approved it, and what went to the next higher organisation.

Lines are only added, as the facts are; the last one of a member is what the sheet says of him.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.recording.sheet import (
    SheetApproved,
    SheetLineReferred,
    SheetLineSet,
    SheetOpened,
    SheetReturned,
    SheetSubmitted,
)
from domain.values import Code, MemberId, RecordId, Reference, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
from projections.applying import Applied, Handlers
from projections.matters import Evidence
from projections.organisation import FIRST_BODY
from projections.reading import hundredths_of
from projections.rows import NULL, Row

DDL: Final[LiteralString] = """
CREATE TABLE sheets (
    sheet integer PRIMARY KEY,
    stream uuid NOT NULL UNIQUE,
    unit text NOT NULL,
    matter integer NOT NULL,
    item text NOT NULL,
    item_part integer NOT NULL,
    rules text NOT NULL,
    occurred_on date NOT NULL,
    late boolean NOT NULL,
    status text NOT NULL,
    lines integer,
    submitted integer,
    submitted_by uuid,
    returned integer,
    returned_by uuid,
    reason text,
    approved integer,
    referred_to text,
    changed_at timestamptz NOT NULL,
    UNIQUE (matter, item)
);
CREATE INDEX sheets_of_unit ON sheets (unit, status);
CREATE INDEX sheets_referred ON sheets (referred_to) WHERE referred_to IS NOT NULL;
CREATE TABLE sheet_lines (
    sheet integer NOT NULL,
    member integer NOT NULL,
    position integer NOT NULL,
    outcome text NOT NULL,
    quantity integer NOT NULL,
    hours integer,
    entered_by integer NOT NULL,
    level text,
    condition text,
    late boolean NOT NULL,
    PRIMARY KEY (sheet, member, position)
);
CREATE TABLE approvals (
    approval integer PRIMARY KEY,
    sheet integer NOT NULL,
    decision integer NOT NULL,
    body text NOT NULL,
    minute text NOT NULL,
    minute_sha256 text NOT NULL,
    entitled integer NOT NULL,
    present integer NOT NULL,
    in_favour integer NOT NULL,
    recused uuid[] NOT NULL,
    approved integer NOT NULL,
    referred integer NOT NULL,
    decided_by uuid,
    at timestamptz NOT NULL
);
CREATE INDEX approvals_of_sheet ON approvals (sheet);
CREATE TABLE referrals (
    referral integer PRIMARY KEY,
    sheet integer NOT NULL,
    member integer NOT NULL,
    referred_to text NOT NULL
);
CREATE INDEX referrals_of_sheet ON referrals (sheet);
"""
INDEXES: Final[LiteralString] = """
CREATE INDEX sheet_lines_of_member ON sheet_lines (member);
"""
"""For readers alone: a rebuild makes them when every row is there, in a third of the time."""


class SheetRow(Row, kw_only=True):
    """One sheet; ``item_part`` is where its item stands in the log."""

    table = "sheets"
    sheet: int
    stream: UUID
    unit: str
    matter: int
    item: str
    item_part: int
    rules: str
    occurred_on: date
    late: bool
    status: str
    changed_at: str
    lines: int | None = None
    submitted: int | None = None
    submitted_by: UUID | None = None
    returned: int | None = None
    returned_by: UUID | None = None
    reason: str | None = None
    approved: int | None = None
    referred_to: str | None = None


class ApprovalRow(Row, kw_only=True):
    """One body's decision on a sheet."""

    table = "approvals"
    approval: int
    sheet: int
    decision: int
    body: str
    minute: str
    minute_sha256: str
    entitled: int
    present: int
    in_favour: int
    recused: tuple[UUID, ...]
    approved: int
    referred: int
    decided_by: UUID | None
    at: str


class ReferralRow(Row, kw_only=True):
    """One line that went to the next higher organisation."""

    table = "referrals"
    referral: int
    sheet: int
    member: int
    referred_to: str


class SheetHeader(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet without its lines."""

    unit: Code
    matter: Code
    title: str
    item: Code
    item_zh: str
    item_en: str
    clause: str
    rules: Code
    occurred_on: date
    late: bool
    status: str
    """draft, submitted or approved."""
    lines: int
    referred_to: Code | None
    """Who decides next, after a referral."""
    changed_at: datetime
    opened: int
    """Positions of the entries."""
    submitted: int | None
    submitted_by: MemberId | None
    returned: int | None
    returned_by: MemberId | None
    reason: Sha256 | None
    """Commitment to the reason of the last return."""
    approved: int | None


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet says of one member; quantities in hundredths."""

    member: MemberId
    outcome: str
    quantity: int
    hours: int | None
    entered_by: MemberId
    position: int
    referred_to: Code | None
    record: RecordId | None
    """Present once the line is approved."""
    level: Code | None = None
    condition: Code | None = None

    @property
    def says_more(self) -> bool:
        """Whether it says more than its outcome."""
        return self.quantity != 100 or self.level is not None or self.condition is not None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One body's decision: the minute, and the vote on a line whose subject is nobody of the body."""

    decision: int
    body: Code
    minute: Reference
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    recused: tuple[MemberId, ...]
    approved: int
    referred: int
    decided_by: MemberId | None
    at: datetime
    position: int


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet with everything on it; lines in the order in which the members were enrolled."""

    header: SheetHeader
    evidence: tuple[Evidence, ...]
    lines: tuple[SheetLine, ...]
    approvals: tuple[Approval, ...]

    @property
    def ordinary(self) -> str | None:
        """The outcome that most lines have."""
        said = [line.outcome for line in self.lines]
        return max(said, key=said.count, default=None)

    @property
    def exceptions(self) -> tuple[SheetLine, ...]:
        """The lines that say something else than most."""
        ordinary = self.ordinary
        return tuple(line for line in self.lines if line.outcome != ordinary or line.says_more)


def _opened(this: Applied, fact: SheetOpened) -> None:
    matter = this.keys.matter(fact.unit, fact.matter)
    _, scheme = this.keys.unit(fact.unit)
    this.keys.sheets[this.stream.int] = this.position
    this.keys.remember("sheet", matter, fact.item, key=(this.position,))
    item_part, _ = this.keys.item(scheme, fact.rules, fact.item)
    this.batch.insert(
        SheetRow(
            sheet=this.position,
            stream=this.stream,
            unit=fact.unit,
            matter=matter,
            item=fact.item,
            item_part=item_part,
            rules=fact.rules,
            occurred_on=fact.occurred_on,
            late=fact.late_reason is not None,
            status="draft",
            changed_at=this.at,
        )
    )


def _line_set(this: Applied, fact: SheetLineSet) -> None:
    sheet, member = this.keys.sheet_of_stream(this.stream), this.keys.member(fact.member)
    hours = NULL if fact.hours is None else hundredths_of(fact.hours)
    by = this.keys.member(fact.by)
    this.batch.append(
        "sheet_lines",
        f"{sheet}\t{member}\t{this.position}\t{fact.outcome}\t{hundredths_of(fact.quantity)}\t{hours}\t{by}\t"
        f"{fact.level or NULL}\t{fact.condition or NULL}\t{fact.late_reason is not None}",
    )


def _submitted(this: Applied, fact: SheetSubmitted) -> None:
    this.batch.change(
        SheetRow,
        this.keys.sheet_of_stream(this.stream),
        status="submitted",
        lines=fact.lines,
        submitted=this.position,
        submitted_by=fact.by,
        changed_at=this.at,
    )


def _returned(this: Applied, fact: SheetReturned) -> None:
    this.batch.change(
        SheetRow,
        this.keys.sheet_of_stream(this.stream),
        status="draft",
        returned=this.position,
        returned_by=fact.by,
        reason=fact.reason,
        changed_at=this.at,
    )


def _approved(this: Applied, fact: SheetApproved) -> None:
    sheet = this.keys.sheet_of_stream(this.stream)
    status = "submitted" if fact.referred else "approved"
    this.batch.change(SheetRow, sheet, status=status, approved=this.position, referred_to=None, changed_at=this.at)
    actor = this.entry.actor
    this.batch.insert(
        ApprovalRow(
            approval=this.position,
            sheet=sheet,
            decision=fact.decision,
            body=fact.body,
            minute=fact.minute,
            minute_sha256=fact.minute_sha256,
            entitled=fact.vote.entitled,
            present=fact.vote.present,
            in_favour=fact.vote.in_favour,
            recused=fact.recused,
            approved=fact.approved,
            referred=fact.referred,
            decided_by=actor.person if actor is not None else None,
            at=this.at,
        )
    )


def _referred(this: Applied, fact: SheetLineReferred) -> None:
    sheet, member = this.keys.sheet_of_stream(this.stream), this.keys.member(fact.member)
    this.batch.change(SheetRow, sheet, referred_to=fact.to, changed_at=this.at)
    this.batch.insert(ReferralRow(referral=this.position, sheet=sheet, member=member, referred_to=fact.to))


HANDLERS: Final[Handlers] = {
    SheetOpened: _opened,
    SheetLineSet: _line_set,
    SheetSubmitted: _submitted,
    SheetReturned: _returned,
    SheetApproved: _approved,
    SheetLineReferred: _referred,
}

_HEADER: Final = """
SELECT s.unit, m.code AS matter, m.title, s.item, p.content->>'zh' AS item_zh, p.content->>'en' AS item_en,
       p.content->>'clause' AS clause, s.rules, s.occurred_on, s.late, s.status,
       (SELECT count(DISTINCT l.member) FROM sheet_lines AS l WHERE l.sheet = s.sheet) AS lines,
       s.referred_to, s.changed_at, s.sheet AS opened, s.submitted, s.submitted_by, s.returned, s.returned_by,
       s.reason, s.approved
FROM sheets AS s JOIN matters AS m ON m.matter = s.matter JOIN rule_parts AS p ON p.part = s.item_part
"""
_OF_UNIT: Final = (
    _HEADER
    + """
WHERE s.unit = %(unit)s AND (%(status)s::text IS NULL OR s.status = %(status)s)
  AND (%(before)s::int IS NULL OR s.sheet < %(before)s)
ORDER BY s.sheet DESC LIMIT %(limit)s + 1
"""
)
_BEFORE_BODY: Final = "".join(
    (
        _HEADER,
        """
JOIN units AS u ON u.code = s.unit
WHERE s.status = 'submitted' AND %(body)s = COALESCE(s.referred_to, """,
        FIRST_BODY,
        """)
ORDER BY s.submitted
""",
    )
)
_SHEET: Final = "".join(
    (
        "SELECT (SELECT row_to_json(h) FROM (",
        _HEADER,
        """WHERE s.sheet = this.sheet) AS h) AS header,
  (SELECT COALESCE(json_agg(json_build_object('kind', e.kind, 'sha256', e.sha256, 'position', e.evidence)
                            ORDER BY e.evidence), '[]')
   FROM evidence AS e WHERE e.matter = this.matter) AS evidence,
  (SELECT COALESCE(json_agg(json_build_object(
            'member', m.person, 'outcome', l.outcome, 'quantity', l.quantity, 'hours', l.hours,
            'entered_by', b.person, 'position', l.position, 'referred_to', l.referred_to, 'record', l.record,
            'level', l.level, 'condition', l.condition
          ) ORDER BY m.member), '[]')
   FROM (
     SELECT DISTINCT ON (l.member) l.*, r.id AS record,
            (SELECT f.referred_to FROM referrals AS f WHERE f.sheet = l.sheet AND f.member = l.member
             ORDER BY f.referral DESC LIMIT 1) AS referred_to
     FROM sheet_lines AS l LEFT JOIN records AS r ON r.sheet = l.sheet AND r.member = l.member
     WHERE l.sheet = this.sheet ORDER BY l.member, l.position DESC
   ) AS l
   JOIN members AS m ON m.member = l.member JOIN members AS b ON b.member = l.entered_by) AS lines,
  (SELECT COALESCE(json_agg(json_build_object(
            'decision', a.decision, 'body', a.body, 'minute', a.minute, 'minute_sha256', a.minute_sha256,
            'entitled', a.entitled, 'present', a.present, 'in_favour', a.in_favour, 'recused', a.recused,
            'approved', a.approved, 'referred', a.referred, 'decided_by', a.decided_by, 'at', a.at,
            'position', a.approval
          ) ORDER BY a.approval), '[]')
   FROM approvals AS a WHERE a.sheet = this.sheet) AS approvals
FROM sheets AS this JOIN matters AS of ON of.matter = this.matter
WHERE of.unit = %(unit)s AND of.code = %(matter)s AND this.item = %(item)s
""",
    )
)


async def sheets_of(
    connection: AsyncConnection,
    unit: Code,
    status: str | None = None,
    *,
    before: int | None = None,
    limit: int = PAGE,
) -> Answer[Page[SheetHeader]]:
    """The sheets of an organisation, newest first; of one status (draft, submitted, approved) or of any."""
    known: dict[str, object] = {"unit": unit, "status": status, "before": before, "limit": limit}
    found = await ask(connection, SheetHeader, _OF_UNIT, known, where=unit)
    return paged(found, [header.opened for header in found.value], limit)


async def sheets_before(connection: AsyncConnection, body: Code) -> Answer[tuple[SheetHeader, ...]]:
    """The submitted sheets that the committee of an organisation decides next, longest waiting first."""
    return await ask(connection, SheetHeader, _BEFORE_BODY, {"body": body})


async def sheet(connection: AsyncConnection, unit: Code, matter: Code, item: Code) -> Answer[Sheet | None]:
    """One sheet with its lines, evidence and approvals; ``exceptions`` are the lines unlike most."""
    known: dict[str, object] = {"unit": unit, "matter": matter, "item": item}
    return await ask_one(connection, Sheet, _SHEET, known, where=unit)
