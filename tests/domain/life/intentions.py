"""What people mean to do: what begins something, and what sensibly follows a fact."""

from typing import Final

from domain.assessment import appraisal, period, result
from domain.assessment.balloting import AnnulAppraisal, CloseAppraisal, FileSelfEvaluation, OpenAppraisal
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod, ReturnPeriod
from domain.assessment.feedback import AcknowledgeResult, FeedBackResult
from domain.assessment.opening import OpenPeriod
from domain.decider import Command, Fact
from domain.notice import notice as notices
from domain.notice.changing import EvidencePosting, ExtendNotice, RepostNotice, WithdrawNotice
from domain.notice.results import ResultNoticeDrafted
from domain.notice.running import CheckDisclosure, PostNotice
from domain.objection import objection as objections
from domain.objection.appeal import DecideAppeal, EnterAppealDecision, FileAppeal
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import EnterObjection, FileObjection, WithdrawObjection
from domain.objection.flagging import ExamineRetaliation, FlagRetaliation
from domain.objection.handling import (
    AcceptObjection,
    AssignHandler,
    DeclineObjection,
    HoldHearing,
    RecordFinding,
    RecuseHandler,
)
from domain.objection.retaliation import RetaliationFlagged
from domain.organisation import appointments, exemption, member, membership, reorganisation, unit
from domain.organisation.custody import LegalHoldPlaced, ProcessingRestricted
from domain.organisation.describing import DescribeMember
from domain.oversight.erasing import LiftHold, LiftRestriction, PlaceHold, RestrictProcessing
from domain.oversight.export import ProduceExport
from domain.oversight.log import RestoreLog
from domain.oversight.retention import OrderRetention, RecordTrim, RetentionOrdered
from domain.oversight.review import AccessGranted, ReviewOpened
from domain.oversight.reviewing import CloseReview, GrantAccess, OpenReview, RevokeAccess, SealBundle, TakeOverReview
from domain.recording import archive, bringing, deduction, honour, matter, sheet
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.bringing import BringVeto, CloseBroughtVeto
from domain.recording.claiming import ClaimHonour, DecideHonour, ReturnHonour, WithdrawHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.filling import FillSheet, OpenSheet, SubmitSheet
from domain.recording.hearing import (
    AcknowledgeNotification,
    DeliverOnPaper,
    FileStatement,
)
from domain.recording.proposing import AddDeductionEvidence, ProposeDeduction
from domain.recording.veto import DeclineBroughtVeto, LiftVeto, RegisterVeto
from domain.register.commands import (
    AdvanceRegister,
    CorrectRegister,
    EnterRegister,
    LeaveFeedback,
    NameRegisterPart,
    StrikeRegisterPart,
    TakeBackStep,
    WithdrawRegister,
)
from domain.register.register import RegisterAdvanced, RegisterEntered, RegisterPartNamed
from domain.result import measure, probation
from domain.result.carrying import AcceptAssignment, AssignDesignee, CompleteStep, DeclineAssignment
from domain.result.due import ReviewMeasures
from domain.result.opening import CloseMeasure, OpenMeasure
from domain.result.pairing import PairHelper, ReviewHelp
from domain.result.proposing import ProposeOutcome, StartProbation
from domain.result.resolving import ApproveProbation, ResolveProbation
from domain.result.setting_aside import SetAsideMeasure
from domain.rules import calendar, refinement, ruleset
from domain.rules.authorship import ApproveRuleSet
from domain.rules.refining import AuthoriseLocalItem, DeclineLocalItem, ProposeLocalItem, RetireLocalItem

BEGINNINGS: Final[tuple[type[Command], ...]] = (
    *(matter.PlanMatter,) * 24,
    *(ClaimHonour,) * 12,
    *(ProposeDeduction,) * 12,
    *(RegisterVeto,) * 4,
    *(BringVeto,) * 3,
    *(exemption.RequestExemption,) * 9,
    *(membership.TransferMember,) * 3,
    *(membership.RegisterLeave,) * 8,
    *(calendar.PublishCalendar,) * 2,
    *(ruleset.DraftRuleSet,) * 2,
    *(appointments.SubstituteRole, appointments.DelegateRole, appointments.AppointRole, appointments.EndRole) * 2,
    *(appointments.HandOverRole, unit.EstablishUnit, member.RegisterMember, membership.AssignProfile) * 2,
    *(OpenPeriod,) * 4,
    RestoreLog,
    *(EnterRegister, OpenReview) * 2,
    *(PlaceHold, RestrictProcessing, DescribeMember, ProduceExport, LeaveFeedback, OrderRetention),
    *(ProposeLocalItem,) * 4,
    *(OpenMeasure, StartProbation) * 2,
    *(reorganisation.RenameUnit, reorganisation.MoveUnit, membership.EndMembership, reorganisation.AssignApprovalBody),
)
"""What begins something."""

AFTER: Final[dict[type[Fact], tuple[type[Command], ...]]] = {
    matter.MatterPlanned: (matter.HoldMatter, matter.DropMatter),
    matter.MatterHeld: (matter.AttachEvidence,),
    matter.EvidenceAttached: (OpenSheet,),
    sheet.SheetOpened: (FillSheet, FillSheet, FillSheet),
    sheet.SheetLineSet: (SubmitSheet,),
    sheet.SheetSubmitted: (ApproveSheet, ReturnSheet),
    sheet.SheetReturned: (SubmitSheet,),
    sheet.SheetLineReferred: (ApproveSheet,),
    notices.NoticeDrafted: (CheckDisclosure,),
    notices.DisclosureChecked: (PostNotice,),
    notices.NoticePosted: (
        FileObjection,
        FileObjection,
        FileObjection,
        EnterObjection,
        EvidencePosting,
        WithdrawNotice,
    ),
    notices.NoticeWithdrawn: (RepostNotice,),
    notices.NoticeReposted: (ExtendNotice, FileObjection),
    honour.HonourClaimed: (DecideHonour, ReturnHonour, WithdrawHonour),
    honour.HonourReturned: (FlagRetaliation, ClaimHonour),
    honour.HonourDecided: (DecideHonour,),
    honour.HonourReferred: (DecideHonour,),
    deduction.DeductionProposed: (AcknowledgeNotification, DeliverOnPaper, FlagRetaliation, AddDeductionEvidence),
    RetaliationFlagged: (ExamineRetaliation, ExamineRetaliation),
    deduction.DeductionEvidenceAdded: (AcknowledgeNotification,),
    deduction.MemberNotified: (FileStatement,),
    deduction.MemberStatementFiled: (DecideDeduction,),
    deduction.StatementTermEnded: (DecideDeduction,),
    deduction.DeductionDecided: (DecideDeduction,),
    deduction.DeductionReferred: (DecideDeduction,),
    bringing.VetoBrought: (RegisterVeto, RegisterVeto, BringVeto, CloseBroughtVeto, DeclineBroughtVeto),
    archive.VetoRegistered: (LiftVeto,),
    objections.ObjectionReceipted: (AcceptObjection, DeclineObjection, WithdrawObjection),
    objections.ObjectionAccepted: (AssignHandler, AssignHandler),
    objections.HandlerAssigned: (HoldHearing, RecuseHandler),
    objections.HandlerRecused: (AssignHandler,),
    objections.HearingHeld: (RecordFinding,),
    objections.FindingRecorded: (DecideObjection, DecideObjection),
    objections.ObjectionUpheld: (DeliverReply,),
    objections.ObjectionPartlyUpheld: (DeliverReply,),
    objections.ObjectionRejected: (DeliverReply,),
    objections.ReplyDelivered: (FileAppeal,),
    objections.ObjectionDeclined: (FileAppeal,),
    objections.AppealFiled: (EnterAppealDecision, DecideAppeal, DecideAppeal, EnterAppealDecision),
    objections.ObjectionEscalated: (AcceptObjection, AssignHandler, DecideAppeal),
    member.ExemptionRequested: (exemption.DecideExemption,),
    member.ExemptionSupported: (exemption.DecideExemption, exemption.DecideExemption),
    member.ExemptionGranted: (exemption.EndExemption, exemption.EndExemption, exemption.EndExemption),
    member.LeaveRegistered: (membership.ShortenLeave,),
    appointments.RoleAppointed: (appointments.EndRole, appointments.HandOverRole),
    appointments.RoleEnded: (TakeOverReview,) * 3,
    appointments.RoleSubstituted: (appointments.EndRole,),
    unit.UnitEstablished: (reorganisation.DissolveUnit, reorganisation.RenameUnit),
    ruleset.RuleSetDrafted: (ruleset.SimulateRuleSet, ApproveRuleSet),
    ruleset.RuleSetSimulated: (ApproveRuleSet,),
    ruleset.RuleSetApproved: (ruleset.PublishRuleSet,),
    period.PeriodOpened: (OpenAppraisal, ComputePeriod),
    period.PeriodComputed: (DecidePeriod, ReturnPeriod),
    period.PeriodReturned: (ComputePeriod,),
    period.CommitteeDecided: (DecidePeriod,),
    period.DecisionReferred: (DecidePeriod,),
    period.PeriodSealed: (OpenPeriod,),
    ResultNoticeDrafted: (CheckDisclosure,),
    result.ScoreDetermined: (FeedBackResult, FeedBackResult, AcknowledgeResult),
    appraisal.AppraisalOpened: (FileSelfEvaluation, CloseAppraisal, AnnulAppraisal, AnnulAppraisal, CloseAppraisal),
    appraisal.AppraisalAnnulled: (OpenAppraisal,),
    appraisal.AppraisalClosed: (ComputePeriod,),
    refinement.LocalItemProposed: (AuthoriseLocalItem, DeclineLocalItem, AuthoriseLocalItem),
    refinement.LocalItemAuthorised: (RetireLocalItem,),
    refinement.LocalItemDeclined: (ProposeLocalItem,),
    RegisterEntered: (AdvanceRegister, CorrectRegister, NameRegisterPart, WithdrawRegister),
    RegisterAdvanced: (AdvanceRegister, TakeBackStep),
    RegisterPartNamed: (StrikeRegisterPart,),
    ReviewOpened: (GrantAccess, GrantAccess, appointments.EndRole, CloseReview),
    AccessGranted: (SealBundle, SealBundle, RevokeAccess),
    LegalHoldPlaced: (LiftHold,),
    RetentionOrdered: (RecordTrim, RecordTrim, OrderRetention),
    ProcessingRestricted: (LiftRestriction, LiftRestriction),
    measure.MeasureProposed: (OpenMeasure, OpenMeasure, SetAsideMeasure, ReviewMeasures),
    measure.MeasureSetAside: (OpenMeasure,),
    measure.MeasureOpened: (AssignDesignee, PairHelper, CompleteStep, CompleteStep, OpenMeasure),
    measure.DesigneeAssigned: (AcceptAssignment, DeclineAssignment),
    measure.DesigneeAccepted: (CompleteStep,),
    measure.DesigneeDeclined: (AssignDesignee,),
    measure.TalkHeld: (CompleteStep, CloseMeasure),
    measure.AdmonitionHeld: (PairHelper, CloseMeasure),
    measure.ThoughtReportReceived: (AssignDesignee, CloseMeasure),
    measure.CommendationAwarded: (CloseMeasure, CompleteStep),
    measure.HandlingDecisionFiled: (CloseMeasure,),
    measure.HelperPaired: (ReviewHelp, ReviewHelp),
    measure.HelpReviewed: (AssignDesignee, CompleteStep, CloseMeasure),
    measure.MeasureEscalated: (AssignDesignee, CompleteStep),
    measure.MeasureClosed: (OpenMeasure,),
    member.MemberRegistered: (StartProbation,),
    probation.ProbationStarted: (ProposeOutcome,),
    probation.ConfirmationProposed: (ResolveProbation, ResolveProbation),
    probation.ExtensionProposed: (ResolveProbation, ResolveProbation),
    probation.CancellationProposed: (ResolveProbation, ResolveProbation),
    probation.MeetingResolved: (ApproveProbation, ApproveProbation),
    probation.HigherApprovalRefused: (ResolveProbation, ResolveProbation),
    probation.ProbationExtended: (ProposeOutcome, StartProbation),
}
"""What sensibly follows a fact; the first is what people mean to do first."""
