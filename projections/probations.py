"""预备期 — each probationary member's case as it stands, and every step of it.

Points in hundredths. Reasons are commitments; the vault opens them.
"""

from datetime import date, datetime
from typing import Final, LiteralString, TypeAlias

import msgspec

from domain.recording.committee import Vote
from domain.result.probation import (
    CancellationProposed,
    ConfirmationProposed,
    ExtensionProposed,
    HigherApprovalGiven,
    HigherApprovalRefused,
    HigherOrganisationDecided,
    MeetingResolved,
    MemberConfirmed,
    ProbationCancelled,
    ProbationExtended,
    ProbationOutlookIssued,
    ProbationStarted,
)
from domain.values import Code, MemberId, Points, Reference, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE probations (
    member integer PRIMARY KEY,
    unit text NOT NULL,
    status text NOT NULL,
    number integer NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL,
    months integer NOT NULL,
    proposal text,
    round integer NOT NULL,
    months_resolved integer,
    body text,
    decide_by date,
    ended_on date,
    position integer NOT NULL
);
CREATE INDEX probations_of_unit ON probations (unit);
CREATE TABLE probation_steps (
    position integer PRIMARY KEY,
    member integer NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    number integer,
    proposal text,
    ground text,
    counted integer,
    base integer,
    base_max integer,
    honours integer,
    deductions integer,
    total integer,
    below boolean,
    hint boolean,
    adopted boolean,
    round integer,
    months integer,
    body text,
    minute text,
    minute_sha256 text,
    entitled integer,
    present integer,
    in_favour integer,
    document text,
    reason text,
    from_on date,
    last_on date
);
CREATE INDEX probation_steps_of_member ON probation_steps (member);
"""


class ProbationRow(Row, kw_only=True):
    """One case."""

    table = "probations"
    member: int
    unit: str
    status: str = "running"
    number: int = 1
    first_on: date
    last_on: date
    months: int
    proposal: str | None = None
    round: int = 1
    months_resolved: int | None = None
    body: str | None = None
    decide_by: date | None = None
    ended_on: date | None = None
    position: int


class StepRow(Row, kw_only=True):
    """One fact of a case; what it does not say is empty."""

    table = "probation_steps"
    position: int
    member: int
    type: str
    at: str
    number: int | None = None
    proposal: str | None = None
    ground: str | None = None
    counted: int | None = None
    base: int | None = None
    base_max: int | None = None
    honours: int | None = None
    deductions: int | None = None
    total: int | None = None
    below: bool | None = None
    hint: bool | None = None
    adopted: bool | None = None
    round: int | None = None
    months: int | None = None
    body: str | None = None
    minute: str | None = None
    minute_sha256: str | None = None
    entitled: int | None = None
    present: int | None = None
    in_favour: int | None = None
    document: str | None = None
    reason: str | None = None
    from_on: date | None = None
    last_on: date | None = None


Proposed: TypeAlias = ConfirmationProposed | ExtensionProposed | CancellationProposed
Decided: TypeAlias = HigherApprovalGiven | HigherApprovalRefused | HigherOrganisationDecided


def _say(this: Applied, member: MemberId, **said: object) -> None:
    row = StepRow(position=this.position, member=this.keys.member(member), type=this.line.type, at=this.at)
    for column, value in said.items():
        setattr(row, column, value)
    this.batch.insert(row)


def _change(this: Applied, member: MemberId, **columns: object) -> None:
    this.batch.change(ProbationRow, this.keys.member(member), position=this.position, **columns)


def _started(this: Applied, fact: ProbationStarted) -> None:
    this.batch.insert(
        ProbationRow(
            member=this.keys.member(fact.member),
            unit=fact.unit,
            first_on=fact.first_on,
            last_on=fact.last_on,
            months=fact.months,
            position=this.position,
        )
    )
    _say(
        this,
        fact.member,
        number=1,
        months=fact.months,
        from_on=fact.first_on,
        last_on=fact.last_on,
        minute=fact.minute,
        minute_sha256=fact.minute_sha256,
    )


def _outlook(this: Applied, fact: ProbationOutlookIssued) -> None:
    _change(this, fact.member, unit=fact.unit)
    _say(
        this,
        fact.member,
        number=fact.window,
        base=hundredths_of(fact.base),
        base_max=hundredths_of(fact.base_max),
        honours=hundredths_of(fact.honours),
        deductions=hundredths_of(fact.deductions),
        total=hundredths_of(fact.total),
        below=fact.below,
    )


def _proposed(this: Applied, fact: Proposed) -> None:
    kind = {ConfirmationProposed: "confirm", ExtensionProposed: "extend", CancellationProposed: "cancel"}[type(fact)]
    _change(this, fact.member, unit=fact.unit, status="meeting", proposal=kind, round=1, decide_by=fact.decide_by)
    _say(
        this,
        fact.member,
        number=fact.window,
        proposal=kind,
        ground=fact.ground,
        counted=_points(fact.counted),
        base=_points(fact.base),
        honours=_points(fact.honours),
        deductions=_points(fact.deductions),
        total=_points(fact.total),
        hint=fact.hint,
        document=fact.document,
        reason=fact.reason,
    )


def _points(said: Points | None) -> int | None:
    return None if said is None else hundredths_of(said)


def _vote(vote: Vote) -> dict[str, int]:
    return {"entitled": vote.entitled, "present": vote.present, "in_favour": vote.in_favour}


def _resolved(this: Applied, fact: MeetingResolved) -> None:
    if fact.adopted:
        _change(this, fact.member, status="higher", months_resolved=fact.months, body=fact.to)
    else:
        _change(this, fact.member, status="running", proposal=None, decide_by=None)
    _say(
        this,
        fact.member,
        proposal=fact.proposal,
        adopted=fact.adopted,
        round=fact.round,
        months=fact.months,
        minute=fact.minute,
        minute_sha256=fact.minute_sha256,
        **_vote(fact.vote),
    )


def _decided(this: Applied, fact: Decided) -> None:
    if isinstance(fact, HigherApprovalRefused):
        _change(this, fact.member, status="meeting", round=2, body=None)
    instead = isinstance(fact, HigherOrganisationDecided)
    _say(
        this,
        fact.member,
        proposal=fact.outcome if isinstance(fact, HigherOrganisationDecided) else fact.proposal,
        round=2 if isinstance(fact, HigherOrganisationDecided) else fact.round,
        months=fact.months if isinstance(fact, HigherOrganisationDecided) else None,
        adopted=instead or isinstance(fact, HigherApprovalGiven),
        body=fact.body,
        reason=None if isinstance(fact, HigherApprovalGiven) else fact.reason,
        minute=fact.minute,
        minute_sha256=fact.minute_sha256,
        **_vote(fact.vote),
    )


def _extended(this: Applied, fact: ProbationExtended) -> None:
    span = {"first_on": fact.first_on, "last_on": fact.last_on, "months": fact.months}
    nothing = {"proposal": None, "decide_by": None, "body": None, "months_resolved": None}
    _change(this, fact.member, status="running", number=2, round=1, **span, **nothing)
    _say(this, fact.member, number=2, months=fact.months, from_on=fact.first_on, last_on=fact.last_on)


def _confirmed(this: Applied, fact: MemberConfirmed) -> None:
    _change(this, fact.member, status="confirmed", decide_by=None, body=None, ended_on=fact.from_on)
    _say(this, fact.member, from_on=fact.from_on)


def _cancelled(this: Applied, fact: ProbationCancelled) -> None:
    _change(this, fact.member, status="cancelled", decide_by=None, body=None, ended_on=fact.last_on)
    _say(this, fact.member, last_on=fact.last_on)


HANDLERS: Final[Handlers] = {
    ProbationStarted: _started,
    ProbationOutlookIssued: _outlook,
    ConfirmationProposed: _proposed,
    ExtensionProposed: _proposed,
    CancellationProposed: _proposed,
    MeetingResolved: _resolved,
    HigherApprovalGiven: _decided,
    HigherApprovalRefused: _decided,
    HigherOrganisationDecided: _decided,
    ProbationExtended: _extended,
    ProbationCancelled: _cancelled,
    MemberConfirmed: _confirmed,
}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it stands."""

    member: MemberId
    unit: Code
    unit_title: str
    status: str
    """running, meeting, higher, confirmed or cancelled."""
    number: int
    first_on: date
    last_on: date
    months: int
    proposal: str | None
    round: int
    months_resolved: int | None
    body: Code | None
    body_title: str | None
    decide_by: date | None
    ended_on: date | None
    position: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case."""

    position: int
    type: str
    at: datetime
    number: int | None
    proposal: str | None
    ground: str | None
    counted: int | None
    base: int | None
    base_max: int | None
    honours: int | None
    deductions: int | None
    total: int | None
    below: bool | None
    hint: bool | None
    adopted: bool | None
    round: int | None
    months: int | None
    body: Code | None
    minute: Reference | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    document: Sha256 | None
    reason: Sha256 | None
    from_on: date | None
    last_on: date | None


class CaseWithSteps(msgspec.Struct, frozen=True, kw_only=True):
    """One case and its steps, newest first."""

    case: Case
    steps: tuple[Step, ...]


_CASE: Final = """
SELECT m.person AS member, p.unit, u.title AS unit_title, p.status, p.number, p.first_on, p.last_on, p.months,
       p.proposal, p.round, p.months_resolved, p.body,
       (SELECT b.title FROM units AS b WHERE b.code = p.body) AS body_title, p.decide_by, p.ended_on, p.position
FROM probations AS p JOIN members AS m ON m.member = p.member JOIN units AS u ON u.code = p.unit
"""
_UNDER: Final = _CASE + "WHERE %(unit)s = ANY(u.path) ORDER BY p.ended_on IS NOT NULL, p.last_on, m.person"
_ONE: Final = "".join(
    (
        "SELECT (SELECT row_to_json(h) FROM (",
        _CASE,
        """WHERE p.member = this.member) AS h) AS case,
  (SELECT COALESCE(json_agg(s ORDER BY s.position DESC), '[]')
   FROM (SELECT position, type, at, number, proposal, ground, counted, base, base_max, honours, deductions, total,
                below, hint, adopted, round, months, body, minute, minute_sha256, entitled, present, in_favour,
                document, reason, from_on, last_on
         FROM probation_steps WHERE member = this.member) AS s) AS steps
FROM probations AS this JOIN members AS who ON who.member = this.member WHERE who.person = %(member)s
""",
    )
)


async def cases_under(connection: AsyncConnection, unit: Code) -> Answer[tuple[Case, ...]]:
    """The probations of an organisation and all below it: those that run first, the nearest end first."""
    return await ask(connection, Case, _UNDER, {"unit": unit})


async def case_of(connection: AsyncConnection, member: MemberId) -> Answer[CaseWithSteps | None]:
    """One member's case."""
    return await ask_one(connection, CaseWithSteps, _ONE, {"member": member}, whose=member)
