"""流程 — what follows by itself: from one entry to the commands that the rules call for, and when.

Each follow-up has a command id made of its trigger, its purpose and its due instant, so that a restart does nothing
twice and an extended term can still close. The machine only carries out what the procedure says; it decides nothing.

One row of ``FOLLOW_UPS`` per fact that calls for something: the purpose, when it is due (None: not at all), and the
command. A new follow-up is a new row and two small functions.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar
from uuid import UUID, uuid5

import msgspec

from domain.actor import system
from domain.assessment.committing import CommitState
from domain.assessment.following import FollowCarried
from domain.assessment.noticing import DraftResultNotice
from domain.assessment.period import CommitteeDecided, PeriodDetermined, PeriodRestated, PeriodSealed, period_of
from domain.assessment.restatement import RestatementApproved, RestatementOrdered
from domain.assessment.result import DeterminationSuperseded, GradeDetermined
from domain.assessment.superseding import ComputeRestatement, DraftRestatementNotice
from domain.decider import Command, Fact
from domain.entry import Entry
from domain.history.past_year import PastEntryWithdrawn, PastResultImported
from domain.notice.drafting import DraftNotice, DraftRecordNotice
from domain.notice.notice import NOTICE, NoticeClosed, NoticeExtended, NoticePosted, NoticeReposted
from domain.notice.running import CloseNotice, ConfirmRecords
from domain.objection.closing import CloseObjection, EndBlock, EscalateObjection
from domain.objection.objection import (
    AppealDecided,
    AppealFiled,
    ObjectionAccepted,
    ObjectionClosed,
    ObjectionDeclined,
    ObjectionEscalated,
    ObjectionFiled,
    ObjectionLapsed,
    ObjectionPartlyUpheld,
    ObjectionReceipted,
    ObjectionRejected,
    ObjectionUpheld,
    ReplyDelivered,
    Stage,
)
from domain.objection.terms import over_at
from domain.recording.archive import DeductionApproved, HonourAdded, VetoRegistered
from domain.recording.claiming import EscalateHonour
from domain.recording.deduction import DeductionEvidenceAdded, DeductionProposed, MemberNotified
from domain.recording.hearing import DeemDelivered, EndStatementTerm
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred
from domain.recording.omission import OmissionSettled
from domain.recording.sheet import SheetApproved
from domain.result.carrying import EscalateMeasure
from domain.result.due import ProposeMeasures, ReviewMeasures
from domain.result.measure import DesigneeAssigned, HelperPaired, MeasureStepSet
from domain.result.measure import Stage as MeasureStage
from domain.result.noticing import DraftProbationNotice
from domain.result.probation import (
    HigherApprovalGiven,
    HigherOrganisationDecided,
    MeetingResolved,
    ProbationExtended,
    ProbationOutlookIssued,
    ProbationStarted,
)
from domain.result.proposing import LookAtProbation
from domain.sealed import Secret
from domain.values import CommandId, EntryId, Instant

PROCESS: Final = system("process")

Purpose: TypeAlias = Literal[
    "draft-notice",
    "close-notice",
    "confirm-records",
    "escalate-honour",
    "deem-delivered",
    "end-statement-term",
    "escalate-objection",
    "close-objection",
    "end-block",
    "draft-result-notice",
    "look-at-probation",
    "commit-state",
    "propose-measures",
    "review-measures",
    "escalate-measure",
    "compute-restatement",
    "follow-carried",
]

C = TypeVar("C", bound=Command)
Salt: TypeAlias = Callable[[], str]
"""Draws 128 random bits in base64url; at the edge, as everything that is random."""


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must be done at an instant, under an id that lets it be done once."""

    purpose: Purpose
    trigger: EntryId
    due_at: Instant

    @property
    def command(self) -> CommandId:
        """The id under which it will be carried out."""
        return uuid5(self.trigger, f"{self.purpose}/{self.due_at.isoformat()}")


class Task(NamedTuple):
    """A follow-up about to be carried out."""

    wanted: FollowUp
    trigger: Entry
    at: Instant
    salt: Salt

    def wish(self, kind: type[C], **fields: object) -> C:
        """The command of this kind, by the process, caused by the trigger."""
        made: Callable[..., C] = kind
        return made(id=self.wanted.command, actor=PROCESS, at=self.at, cause=self.trigger.id, **fields)


class CallsFor(NamedTuple):
    """What one kind of fact calls for."""

    purpose: Purpose
    due_at: Callable[[Entry, Any], Instant | None]
    command: Callable[[Task, Any], Command]


def follow_up(entry: Entry) -> FollowUp | None:
    """What an entry calls for, if anything."""
    rule = FOLLOW_UPS.get(type(entry.fact))
    due_at = None if rule is None else rule.due_at(entry, entry.fact)
    if rule is None or due_at is None:
        return None
    return FollowUp(purpose=rule.purpose, trigger=entry.id, due_at=due_at)


def carried_out(wanted: FollowUp, trigger: Entry, at: Instant, salt: Salt) -> Command:
    """The command of a follow-up; ``salt`` draws 128 random bits in base64url where it seals something."""
    assert trigger.id == wanted.trigger
    rule = FOLLOW_UPS.get(type(trigger.fact))
    assert rule is not None, f"{trigger.type} calls for nothing"
    assert rule.purpose == wanted.purpose, f"{trigger.type} does not call for {wanted.purpose}"
    return rule.command(Task(wanted, trigger, at, salt), trigger.fact)


def _at_once(entry: Entry, _: Fact) -> Instant:
    return entry.at


def _draft_sheet(task: Task, fact: SheetApproved) -> Command:
    return task.wish(DraftNotice, unit=fact.unit, matter=fact.matter, item=fact.item, decision=fact.decision)


def _draft_record(task: Task, fact: HonourAdded | DeductionApproved | VetoRegistered) -> Command:
    return task.wish(
        DraftRecordNotice, unit=fact.unit, member=fact.member, record=fact.record, counted_on=fact.counted_on
    )


def _if_noticed(entry: Entry, fact: VetoRegistered) -> Instant | None:
    return entry.at if fact.noticed else None


def _closes_at(_: Entry, fact: NoticePosted | NoticeReposted | NoticeExtended) -> Instant:
    return fact.may_close_at


def _close(task: Task, fact: NoticePosted | NoticeReposted | NoticeExtended) -> Command:
    return task.wish(CloseNotice, unit=fact.unit, notice=fact.notice, term=fact.may_close_at)


def _confirm(task: Task, fact: NoticeClosed | ObjectionClosed | ObjectionLapsed | OmissionSettled) -> Command:
    assert fact.notice is not None, "of somebody let go, only where a round follows"
    after_objection = not isinstance(fact, NoticeClosed)
    seed = _seed(task, NOTICE.of(fact.notice).id)
    return task.wish(ConfirmRecords, unit=fact.unit, notice=fact.notice, after_objection=after_objection, seed=seed)


def _seed(task: Task, stream: UUID) -> Secret:
    """What the salts of a commitment are made of; it belongs to the stream that holds the commitment."""
    return Secret(subject=stream, name="seed", value=task.salt() + task.salt(), salt=task.salt())


def _unanswered_at(_: Entry, fact: HonourClaimed | HonourDecided | HonourReferred) -> Instant | None:
    return fact.answer_by


def _escalate(task: Task, fact: HonourClaimed | HonourDecided | HonourReferred) -> Command:
    return task.wish(EscalateHonour, unit=fact.unit, honour=fact.honour, turn=fact.turn)


def _deemed_at(_: Entry, fact: DeductionProposed | DeductionEvidenceAdded) -> Instant:
    return fact.deemed_at


def _deem(task: Task, fact: DeductionProposed | DeductionEvidenceAdded) -> Command:
    number = fact.round if isinstance(fact, DeductionEvidenceAdded) else 1
    return task.wish(DeemDelivered, unit=fact.unit, deduction=fact.deduction, round=number)


def _heard_at(_: Entry, fact: MemberNotified) -> Instant:
    return fact.may_decide_at


def _end_term(task: Task, fact: MemberNotified) -> Command:
    return task.wish(EndStatementTerm, unit=fact.unit, deduction=fact.deduction, round=fact.round)


def _block_ends_at(_: Entry, fact: ObjectionFiled) -> Instant | None:
    return None if fact.block_until is None else over_at(fact.block_until)


def _end_block(task: Task, fact: ObjectionFiled) -> Command:
    return task.wish(EndBlock, unit=fact.unit, objection=fact.objection)


def _if_last(entry: Entry, fact: CommitteeDecided) -> Instant | None:
    return entry.at if fact.to is None else None


def _draft_results(task: Task, fact: CommitteeDecided) -> Command:
    return task.wish(DraftResultNotice, unit=fact.unit, year=fact.year, period=fact.period)


Looked: TypeAlias = ProbationStarted | ProbationOutlookIssued | MeetingResolved | ProbationExtended


def _looked_at(_: Entry, fact: Looked) -> Instant | None:
    return fact.next_at


def _look(task: Task, fact: Looked) -> Command:
    return task.wish(LookAtProbation, unit=fact.unit, member=fact.member)


def _draft_outcome(task: Task, fact: HigherApprovalGiven | HigherOrganisationDecided) -> Command:
    outcome = fact.proposal if isinstance(fact, HigherApprovalGiven) else fact.outcome
    return task.wish(DraftProbationNotice, unit=fact.unit, member=fact.member, outcome=outcome, body=fact.body)


def _compute_restatement(task: Task, fact: RestatementOrdered) -> Command:
    return task.wish(ComputeRestatement, unit=fact.unit, year=fact.year, period=fact.period, number=fact.number)


def _follow_carried(task: Task, fact: DeterminationSuperseded) -> Command:
    about = {"unit": fact.unit, "member": fact.member, "year": fact.year, "period": fact.period}
    return task.wish(FollowCarried, **about, restatement=fact.restatement)


def _if_adopted(entry: Entry, fact: RestatementApproved | PeriodRestated) -> Instant | None:
    return entry.at if fact.adopted else None


def _draft_restated(task: Task, fact: RestatementApproved) -> Command:
    return task.wish(DraftRestatementNotice, unit=fact.unit, year=fact.year, period=fact.period, number=fact.number)


def _commit(task: Task, fact: PeriodDetermined | PeriodRestated) -> Command:
    seed = _seed(task, period_of(fact.unit, fact.year, fact.period).id)
    return task.wish(
        CommitState, unit=fact.unit, year=fact.year, period=fact.period, round=task.trigger.version, seed=seed
    )


def _propose_measures(task: Task, fact: PeriodSealed) -> Command:
    return task.wish(ProposeMeasures, unit=fact.unit, year=fact.year, period=fact.period)


def _if_superseding(entry: Entry, fact: GradeDetermined) -> Instant | None:
    return entry.at if fact.version > 1 else None


def _review_measures(task: Task, fact: GradeDetermined) -> Command:
    return task.wish(ReviewMeasures, unit=fact.unit, member=fact.member, year=fact.year, period=fact.period)


def _if_of_grade(entry: Entry, fact: PastResultImported | PastEntryWithdrawn) -> Instant | None:
    said = fact.grade if isinstance(fact, PastResultImported) else fact.period
    return None if said is None else entry.at


def _review_imported(task: Task, fact: PastResultImported | PastEntryWithdrawn) -> Command:
    about = {"unit": fact.unit, "member": fact.member, "year": fact.year, "period": fact.period}
    return task.wish(ReviewMeasures, **about, imported=True)


InCharge: TypeAlias = MeasureStepSet | DesigneeAssigned | HelperPaired
"""After which a step of a measure has to be accepted, done or reviewed within a term."""


def _measure_awaits(fact: InCharge) -> tuple[MeasureStage, date | None]:
    match fact:
        case MeasureStepSet():
            return "completion", fact.due_on
        case DesigneeAssigned():
            return "acceptance", fact.accept_by
        case HelperPaired():
            return "review", fact.review_by


def _measure_overdue_at(_: Entry, fact: InCharge) -> Instant | None:
    due_on = _measure_awaits(fact)[1]
    return None if due_on is None else over_at(due_on)


def _escalate_measure(task: Task, fact: InCharge) -> Command:
    stage, due_on = _measure_awaits(fact)
    wish = {"unit": fact.unit, "member": fact.member, "measure": fact.measure, "step": fact.step}
    return task.wish(EscalateMeasure, **wish, stage=stage, due_on=due_on)


Awaited: TypeAlias = (
    ObjectionReceipted
    | ObjectionAccepted
    | ObjectionUpheld
    | ObjectionPartlyUpheld
    | ObjectionRejected
    | AppealFiled
    | ObjectionEscalated
)
"""After which somebody has to act within a term."""


def _awaited(fact: Awaited) -> tuple[Stage, date | None]:
    match fact:
        case ObjectionReceipted():
            return "acceptance", fact.accept_by
        case ObjectionAccepted():
            return "decision", fact.decide_by
        case ObjectionUpheld() | ObjectionPartlyUpheld() | ObjectionRejected():
            return "reply", fact.reply_by
        case AppealFiled():
            return "appeal_decision", fact.decide_by
        case ObjectionEscalated():
            return fact.stage, fact.due_on


def _overdue_at(_: Entry, fact: Awaited) -> Instant | None:
    due_on = _awaited(fact)[1]
    return None if due_on is None else over_at(due_on)


def _take_up(task: Task, fact: Awaited) -> Command:
    stage, due_on = _awaited(fact)
    return task.wish(EscalateObjection, unit=fact.unit, objection=fact.objection, stage=stage, due_on=due_on)


def _appeal_over_at(_: Entry, fact: ReplyDelivered | ObjectionDeclined) -> Instant:
    return over_at(fact.appeal_by)


def _close_objection(task: Task, fact: ReplyDelivered | ObjectionDeclined | AppealDecided) -> Command:
    return task.wish(CloseObjection, unit=fact.unit, objection=fact.objection)


def _if_noticed_before(entry: Entry, fact: ObjectionClosed | ObjectionLapsed) -> Instant | None:
    return None if isinstance(fact, ObjectionClosed) and fact.outcome == "information" else entry.at


def _if_running(entry: Entry, fact: OmissionSettled) -> Instant | None:
    return None if fact.notice is None else entry.at


FOLLOW_UPS: Final[dict[type[Fact], CallsFor]] = {
    SheetApproved: CallsFor("draft-notice", _at_once, _draft_sheet),
    HonourAdded: CallsFor("draft-notice", _at_once, _draft_record),
    DeductionApproved: CallsFor("draft-notice", _at_once, _draft_record),
    VetoRegistered: CallsFor("draft-notice", _if_noticed, _draft_record),
    NoticePosted: CallsFor("close-notice", _closes_at, _close),
    NoticeReposted: CallsFor("close-notice", _closes_at, _close),
    NoticeExtended: CallsFor("close-notice", _closes_at, _close),
    NoticeClosed: CallsFor("confirm-records", _at_once, _confirm),
    HonourClaimed: CallsFor("escalate-honour", _unanswered_at, _escalate),
    HonourDecided: CallsFor("escalate-honour", _unanswered_at, _escalate),
    HonourReferred: CallsFor("escalate-honour", _unanswered_at, _escalate),
    DeductionProposed: CallsFor("deem-delivered", _deemed_at, _deem),
    DeductionEvidenceAdded: CallsFor("deem-delivered", _deemed_at, _deem),
    MemberNotified: CallsFor("end-statement-term", _heard_at, _end_term),
    ObjectionFiled: CallsFor("end-block", _block_ends_at, _end_block),
    ObjectionReceipted: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionAccepted: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionUpheld: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionPartlyUpheld: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionRejected: CallsFor("escalate-objection", _overdue_at, _take_up),
    AppealFiled: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionEscalated: CallsFor("escalate-objection", _overdue_at, _take_up),
    ObjectionDeclined: CallsFor("close-objection", _appeal_over_at, _close_objection),
    ReplyDelivered: CallsFor("close-objection", _appeal_over_at, _close_objection),
    AppealDecided: CallsFor("close-objection", _at_once, _close_objection),
    ObjectionClosed: CallsFor("confirm-records", _if_noticed_before, _confirm),
    ObjectionLapsed: CallsFor("confirm-records", _if_noticed_before, _confirm),
    OmissionSettled: CallsFor("confirm-records", _if_running, _confirm),
    CommitteeDecided: CallsFor("draft-result-notice", _if_last, _draft_results),
    ProbationStarted: CallsFor("look-at-probation", _looked_at, _look),
    ProbationOutlookIssued: CallsFor("look-at-probation", _looked_at, _look),
    MeetingResolved: CallsFor("look-at-probation", _looked_at, _look),
    ProbationExtended: CallsFor("look-at-probation", _looked_at, _look),
    HigherApprovalGiven: CallsFor("draft-result-notice", _at_once, _draft_outcome),
    HigherOrganisationDecided: CallsFor("draft-result-notice", _at_once, _draft_outcome),
    PeriodDetermined: CallsFor("commit-state", _at_once, _commit),
    PeriodSealed: CallsFor("propose-measures", _at_once, _propose_measures),
    PeriodRestated: CallsFor("commit-state", _if_adopted, _commit),
    RestatementOrdered: CallsFor("compute-restatement", _at_once, _compute_restatement),
    RestatementApproved: CallsFor("draft-result-notice", _if_adopted, _draft_restated),
    DeterminationSuperseded: CallsFor("follow-carried", _at_once, _follow_carried),
    GradeDetermined: CallsFor("review-measures", _if_superseding, _review_measures),
    PastResultImported: CallsFor("review-measures", _if_of_grade, _review_imported),
    PastEntryWithdrawn: CallsFor("review-measures", _if_of_grade, _review_imported),
    MeasureStepSet: CallsFor("escalate-measure", _measure_overdue_at, _escalate_measure),
    DesigneeAssigned: CallsFor("escalate-measure", _measure_overdue_at, _escalate_measure),
    HelperPaired: CallsFor("escalate-measure", _measure_overdue_at, _escalate_measure),
}
"""What each kind of fact calls for."""
