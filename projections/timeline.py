"""时间线 — every entry that names a member, and what happened to the notices of his records, newest first.

Lines of sheets and notices, records and their confirmation are most of a log and have rows of their own already: the
view adds them to the moments that stand here alone. What an objection or a restatement put in place has a moment.
"""

from datetime import datetime
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

from domain.history.past_year import PAST_YEAR, PastEntryWithdrawn, PastRecordImported, PastResultImported
from domain.organisation.appointments import RoleAppointed, RoleDelegated, RoleEnded, RoleSubstituted
from domain.organisation.member import (
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    LeaveRegistered,
    LeaveShortened,
    MemberDescribed,
    MemberProfileAssigned,
    MemberRegistered,
    MembershipEnded,
    MemberTransferred,
)
from domain.organisation.roster import MemberEnrolled, MemberReleased
from domain.recording.archive import (
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsConfirmed,
    RecordReleased,
    RecordReplaced,
    RecordReversed,
    RecordSuspended,
    VetoLifted,
    VetoRegistered,
)
from domain.recording.bringing import BroughtVetoClosed, VetoBrought
from domain.recording.deduction import (
    DeductionDecided,
    DeductionEvidenceAdded,
    DeductionProposed,
    DeductionReferred,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
)
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred, HonourReturned, HonourWithdrawn
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.recording.sheet import SheetLineReferred
from domain.result.measure import (
    MEASURES,
    AdmonitionHeld,
    CommendationAwarded,
    DesigneeAccepted,
    DesigneeAssigned,
    DesigneeDeclined,
    HandlingDecisionFiled,
    HelpEnded,
    HelperPaired,
    HelpReviewed,
    HelpTaken,
    MeasureClosed,
    MeasureEscalated,
    MeasureOpened,
    MeasureProposed,
    MeasureSetAside,
    MeasureStepDone,
    MeasureStepSet,
    MeasureWithdrawn,
    OrganisationalHandlingOpened,
    RecommendationReported,
    TalkHeld,
    ThoughtReportReceived,
)
from domain.result.probation import (
    PROBATION,
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
from domain.values import Code, MemberId, NoticeId, RecordId
from domain.vocabulary import stored_name
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, paged
from projections.applying import Applied, Handlers

DDL: Final[LiteralString] = """
CREATE TABLE moments (
    member integer NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    about integer NOT NULL,
    PRIMARY KEY (member, position)
);
CREATE VIEW timeline AS
SELECT member, position, type, about FROM moments
UNION ALL SELECT member, position, 'sheet-line-set', sheet FROM sheet_lines
UNION ALL SELECT member, position, 'notice-line-drafted', record FROM notice_lines WHERE result IS NULL
UNION ALL SELECT member, record, 'points-recorded', record FROM records AS r
  WHERE objection IS NULL
    AND NOT EXISTS (SELECT FROM moments AS m WHERE m.member = r.member AND m.position = r.record)
UNION ALL SELECT member, confirmed, 'points-confirmed', record FROM records WHERE confirmed IS NOT NULL;
"""


RecordFact: TypeAlias = (
    HonourAdded
    | DeductionApproved
    | DeductionDismissed
    | VetoRegistered
    | VetoLifted
    | RecordSuspended
    | RecordReleased
    | RecordReversed
    | RecordReplaced
)
CaseFact: TypeAlias = (
    HonourClaimed
    | HonourReturned
    | HonourWithdrawn
    | HonourDecided
    | HonourReferred
    | DeductionProposed
    | DeductionEvidenceAdded
    | MemberNotified
    | MemberStatementFiled
    | StatementTermEnded
    | DeductionDecided
    | DeductionReferred
)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in a member's life here, with what it is about where it is about a matter."""

    position: int
    at: datetime
    type: str
    """Stored name of the fact; the vocabulary has its words."""
    unit: Code | None
    unit_title: str | None
    matter: Code | None
    title: str | None
    item: Code | None
    outcome: str | None
    record: RecordId | None
    notice: NoticeId | None
    case: UUID | None
    """The claim or the proposal that it is about."""


CONSEQUENCES: Final = (*MEASURES.facts, *PROBATION.facts, *PAST_YEAR.facts)
_OF_MEASURES: Final = [stored_name(kind) for kind in MEASURES.facts]


InUnit: TypeAlias = (
    MemberRegistered
    | MemberEnrolled
    | MemberReleased
    | MemberProfileAssigned
    | MemberDescribed
    | MembershipEnded
    | LeaveRegistered
    | LeaveShortened
    | ExemptionRequested
    | ExemptionSupported
    | ExemptionGranted
    | ExemptionRefused
    | ExemptionEnded
    | OmissionHeld
    | OmissionSettled
    | VetoBrought
    | BroughtVetoClosed
    | ProbationStarted
    | ProbationOutlookIssued
    | ConfirmationProposed
    | ExtensionProposed
    | CancellationProposed
    | MeetingResolved
    | HigherApprovalGiven
    | HigherApprovalRefused
    | HigherOrganisationDecided
    | ProbationExtended
    | ProbationCancelled
    | MemberConfirmed
    | MeasureProposed
    | MeasureOpened
    | MeasureStepSet
    | DesigneeAssigned
    | DesigneeAccepted
    | DesigneeDeclined
    | ThoughtReportReceived
    | TalkHeld
    | AdmonitionHeld
    | CommendationAwarded
    | RecommendationReported
    | HandlingDecisionFiled
    | MeasureStepDone
    | HelperPaired
    | HelpTaken
    | HelpReviewed
    | HelpEnded
    | OrganisationalHandlingOpened
    | MeasureEscalated
    | MeasureClosed
    | MeasureWithdrawn
    | MeasureSetAside
    | PastResultImported
    | PastRecordImported
    | PastEntryWithdrawn
)


def _in_unit(this: Applied, fact: InUnit) -> None:
    _say(this, this.keys.member(fact.member), this.keys.unit(fact.unit)[0])


def _to_unit(this: Applied, fact: MemberTransferred) -> None:
    _say(this, this.keys.member(fact.member), this.keys.unit(fact.to_unit)[0])


def _in_office(this: Applied, fact: RoleAppointed | RoleEnded) -> None:
    _say(this, this.keys.member(fact.person), this.keys.unit(fact.unit)[0])


def _lent(this: Applied, fact: RoleSubstituted | RoleDelegated) -> None:
    """Of both: who acts, and for whom."""
    for person in (fact.person, fact.stands_for):
        _say(this, this.keys.member(person), this.keys.unit(fact.unit)[0])


def _on_sheet(this: Applied, fact: SheetLineReferred) -> None:
    _say(this, this.keys.member(fact.member), this.keys.sheet_of_stream(this.stream))


def _on_record(this: Applied, fact: RecordFact) -> None:
    record, member, _ = this.keys.record(fact.record)
    _say(this, member, record)


def _confirmed(this: Applied, fact: PointsConfirmed) -> None:
    """Of a record that no sheet brought: those of sheets say it themselves."""
    if this.keys.kind(fact.record) != "responsibility":
        _say(this, this.keys.record(fact.record)[1], this.keys.record(fact.record)[0])


def _on_case(this: Applied, fact: CaseFact) -> None:
    id_ = (
        fact.honour
        if isinstance(fact, HonourClaimed | HonourReturned | HonourWithdrawn | HonourDecided | HonourReferred)
        else fact.deduction
    )
    _say(this, this.keys.member(fact.member), this.keys.case(id_))


def _say(this: Applied, member: int, about: int) -> None:
    this.batch.append("moments", f"{member}\t{this.position}\t{this.at}\t{this.line.type}\t{about}")


HANDLERS: Final[Handlers] = {
    MemberRegistered: _in_unit,
    MemberEnrolled: _in_unit,
    MemberReleased: _in_unit,
    MemberTransferred: _to_unit,
    MemberProfileAssigned: _in_unit,
    MemberDescribed: _in_unit,
    MembershipEnded: _in_unit,
    LeaveRegistered: _in_unit,
    LeaveShortened: _in_unit,
    ExemptionRequested: _in_unit,
    ExemptionSupported: _in_unit,
    ExemptionGranted: _in_unit,
    ExemptionRefused: _in_unit,
    ExemptionEnded: _in_unit,
    OmissionHeld: _in_unit,
    OmissionSettled: _in_unit,
    VetoBrought: _in_unit,
    BroughtVetoClosed: _in_unit,
    **dict.fromkeys(CONSEQUENCES, _in_unit),
    RoleAppointed: _in_office,
    RoleEnded: _in_office,
    RoleSubstituted: _lent,
    RoleDelegated: _lent,
    SheetLineReferred: _on_sheet,
    PointsConfirmed: _confirmed,
    RecordSuspended: _on_record,
    RecordReleased: _on_record,
    RecordReversed: _on_record,
    RecordReplaced: _on_record,
    HonourAdded: _on_record,
    DeductionApproved: _on_record,
    DeductionDismissed: _on_record,
    VetoRegistered: _on_record,
    VetoLifted: _on_record,
    HonourClaimed: _on_case,
    HonourReturned: _on_case,
    HonourWithdrawn: _on_case,
    HonourDecided: _on_case,
    HonourReferred: _on_case,
    DeductionProposed: _on_case,
    DeductionEvidenceAdded: _on_case,
    MemberNotified: _on_case,
    MemberStatementFiled: _on_case,
    StatementTermEnded: _on_case,
    DeductionDecided: _on_case,
    DeductionReferred: _on_case,
}

_TIMELINE: Final = """
SELECT t.position, (convert_from(e.state, 'UTF8')::jsonb->>'at')::timestamptz AS at, t.type,
       COALESCE(s.unit, x.unit, c.unit, u.code) AS unit, COALESCE(su.title, u.title) AS unit_title,
       COALESCE(m.code, x.matter, c.matter) AS matter, COALESCE(m.title, c.title) AS title,
       COALESCE(s.item, x.item, c.item) AS item, line.outcome,
       COALESCE(r.id, x.id) AS record, n.id AS notice, c.id AS case
FROM (
  SELECT t.* FROM timeline AS t
  WHERE t.member = (SELECT m.member FROM members AS m WHERE m.person = %(member)s)
    AND (%(before)s::int IS NULL OR t.position < %(before)s)
    AND (%(vetoes)s OR (t.type NOT LIKE 'veto-%%' AND t.type <> 'brought-veto-closed' AND NOT EXISTS (
      SELECT FROM merits AS v WHERE v.merit = t.about AND v.kind = 'veto')))
    AND (%(measures)s OR t.type <> ALL(%(of_measures)s))
  ORDER BY t.position DESC LIMIT %(limit)s + 1
) AS t
JOIN ledger.entries AS e ON e.position = t.position
LEFT JOIN records AS r
  ON r.record = t.about AND (t.type IN ('points-recorded', 'points-confirmed', 'notice-line-drafted')
                             OR t.type LIKE 'record-%%')
LEFT JOIN merits AS x ON x.merit = t.about
LEFT JOIN cases AS c ON c.opened = COALESCE(x.opened, t.about)
LEFT JOIN sheets AS s
  ON s.sheet = COALESCE(r.sheet, t.about) AND (r.record IS NOT NULL OR t.type LIKE 'sheet-%%')
LEFT JOIN units AS u ON u.unit = t.about
LEFT JOIN units AS su ON su.code = s.unit
LEFT JOIN matters AS m ON m.matter = s.matter
LEFT JOIN LATERAL (
  SELECT x.outcome FROM sheet_lines AS x
  WHERE x.sheet = s.sheet AND x.member = t.member AND x.position <= t.position ORDER BY x.position DESC LIMIT 1
) AS line ON true
LEFT JOIN LATERAL (
  SELECT n.id FROM notice_lines AS y JOIN notices AS n ON n.notice = y.notice
  WHERE y.record = COALESCE(r.record, x.merit) AND y.position <= t.position ORDER BY y.position DESC LIMIT 1
) AS n ON true
ORDER BY t.position DESC
"""


async def timeline(
    connection: AsyncConnection,
    member: MemberId,
    *,
    before: int | None = None,
    limit: int = PAGE,
    vetoes: bool = True,
    measures: bool = True,
) -> Answer[Page[Moment]]:
    """The entries that name a member, newest first; without ``vetoes`` or ``measures`` for who may know of none."""
    known: dict[str, object] = {"member": member, "before": before, "limit": limit, "vetoes": vetoes}
    known |= {"measures": measures, "of_measures": _OF_MEASURES}
    found = await ask(connection, Moment, _TIMELINE, known, whose=member)
    return paged(found, [moment.position for moment in found.value], limit)
