"""The whole house: every kind of stream, every wish, one pure ``decide``."""

from collections.abc import Callable
from typing import Any, Final

from domain.assessment import (
    appraisal,
    balloting,
    committing,
    component,
    computing,
    feedback,
    following,
    giving,
    noticing,
    opening,
    ordering,
    period,
    pool,
    restatement,
    result,
    settling,
    superseding,
)
from domain.assessment import (
    deciding as period_deciding,
)
from domain.decider import Command, Decision, Past, Stream
from domain.history import past_rules, past_year
from domain.notice import changing, drafting, notice, running
from domain.objection import appeal, closing, deciding, filing, flagging, handling, objection, retaliation
from domain.organisation import (
    appointments,
    custody,
    describing,
    exemption,
    member,
    membership,
    reorganisation,
    roster,
    unit,
)
from domain.oversight import case_key, erasing, export, log, retention, review, reviewing
from domain.permissions import permit
from domain.recording import (
    approval,
    archive,
    bringing,
    claiming,
    deducting,
    deduction,
    docket,
    filling,
    hearing,
    honour,
    matter,
    proposing,
    sheet,
    veto,
)
from domain.register import commands as register_commands
from domain.register import keeping, register
from domain.result import carrying, due, measure, pairing, probation, resolving, setting_aside
from domain.result import noticing as probation_noticing
from domain.result import opening as measure_opening
from domain.result import proposing as probation_proposing
from domain.rules import authorship, calendar, refining, ruleset

STREAMS: Final[tuple[Stream[Any], ...]] = (
    log.LOG,
    unit.UNIT,
    roster.ROSTER,
    member.MEMBER,
    appointments.APPOINTMENTS,
    ruleset.RULES,
    calendar.CALENDAR,
    matter.MATTER,
    sheet.SHEET,
    archive.ARCHIVE,
    honour.HONOUR,
    deduction.DEDUCTION,
    bringing.BROUGHT,
    notice.NOTICE,
    objection.OBJECTION,
    retaliation.RETALIATION,
    docket.DOCKET,
    period.PERIOD,
    result.RESULT,
    pool.POOL,
    restatement.RESTATEMENT,
    appraisal.APPRAISAL,
    component.COMPONENT,
    probation.PROBATION,
    measure.MEASURES,
    review.REVIEW,
    export.EXPORT,
    register.REGISTER,
    case_key.CASE_KEY,
    retention.RETENTION,
    past_rules.PAST_RULES,
    past_year.PAST_YEAR,
)

_DECIDERS: Final[dict[type[Command], Callable[[Past, Any], Decision]]] = {
    log.OpenLog: log.decide,
    log.RestoreLog: log.decide,
    unit.EstablishUnit: unit.decide,
    member.RegisterMember: member.decide,
    appointments.AppointRole: appointments.decide,
    appointments.EndRole: appointments.decide,
    appointments.HandOverRole: appointments.decide,
    appointments.SubstituteRole: appointments.decide,
    appointments.DelegateRole: appointments.decide,
    reorganisation.RenameUnit: reorganisation.decide,
    reorganisation.MoveUnit: reorganisation.decide,
    reorganisation.AssignApprovalBody: reorganisation.decide,
    reorganisation.DissolveUnit: reorganisation.decide,
    membership.TransferMember: membership.decide,
    membership.AssignProfile: membership.decide,
    describing.DescribeMember: describing.decide,
    membership.EndMembership: membership.decide,
    membership.RegisterLeave: membership.decide,
    membership.ShortenLeave: membership.decide,
    exemption.RequestExemption: exemption.decide,
    exemption.DecideExemption: exemption.decide,
    exemption.EndExemption: exemption.decide,
    ruleset.DraftRuleSet: authorship.decide,
    ruleset.SimulateRuleSet: authorship.decide,
    ruleset.ApproveRuleSet: authorship.decide,
    ruleset.PublishRuleSet: authorship.decide,
    refining.ProposeLocalItem: refining.decide,
    refining.AuthoriseLocalItem: refining.decide,
    refining.DeclineLocalItem: refining.decide,
    refining.RetireLocalItem: refining.decide,
    calendar.PublishCalendar: calendar.decide,
    matter.PlanMatter: matter.decide,
    matter.HoldMatter: matter.decide,
    matter.DropMatter: matter.decide,
    matter.AttachEvidence: matter.decide,
    filling.OpenSheet: filling.decide,
    filling.FillSheet: filling.decide,
    filling.SubmitSheet: filling.decide,
    approval.ReturnSheet: approval.decide,
    approval.ApproveSheet: approval.decide,
    claiming.ClaimHonour: claiming.decide,
    claiming.ReturnHonour: claiming.decide,
    claiming.WithdrawHonour: claiming.decide,
    claiming.DecideHonour: claiming.decide,
    claiming.EscalateHonour: claiming.decide,
    proposing.ProposeDeduction: proposing.decide,
    proposing.AddDeductionEvidence: proposing.decide,
    hearing.AcknowledgeNotification: hearing.decide,
    hearing.DeliverOnPaper: hearing.decide,
    hearing.DeemDelivered: hearing.decide,
    hearing.FileStatement: hearing.decide,
    hearing.EndStatementTerm: hearing.decide,
    deducting.DecideDeduction: deducting.decide,
    bringing.BringVeto: bringing.decide,
    bringing.CloseBroughtVeto: bringing.decide,
    veto.RegisterVeto: veto.decide,
    veto.LiftVeto: veto.decide,
    veto.DeclineBroughtVeto: veto.decide,
    drafting.DraftNotice: drafting.decide,
    drafting.DraftRecordNotice: drafting.decide,
    running.CheckDisclosure: running.decide,
    running.PostNotice: running.decide,
    running.CloseNotice: running.decide,
    running.ConfirmRecords: running.decide,
    changing.EvidencePosting: changing.decide,
    changing.ExtendNotice: changing.decide,
    changing.WithdrawNotice: changing.decide,
    changing.RepostNotice: changing.decide,
    filing.FileObjection: filing.decide,
    filing.EnterObjection: filing.decide,
    filing.WithdrawObjection: filing.decide,
    handling.AcceptObjection: handling.decide,
    handling.DeclineObjection: handling.decide,
    handling.AssignHandler: handling.decide,
    handling.RecuseHandler: handling.decide,
    handling.HoldHearing: handling.decide,
    handling.RecordFinding: handling.decide,
    deciding.DecideObjection: deciding.decide,
    deciding.DeliverReply: deciding.decide,
    appeal.FileAppeal: appeal.decide,
    appeal.DecideAppeal: appeal.decide,
    appeal.EnterAppealDecision: appeal.decide,
    closing.CloseObjection: closing.decide,
    closing.EscalateObjection: closing.decide,
    closing.EndBlock: closing.decide,
    flagging.FlagRetaliation: flagging.decide,
    flagging.ExamineRetaliation: flagging.decide,
    opening.OpenPeriod: opening.decide,
    balloting.OpenAppraisal: balloting.decide,
    balloting.FileSelfEvaluation: balloting.decide,
    balloting.CloseAppraisal: balloting.decide,
    balloting.AnnulAppraisal: balloting.decide,
    computing.ComputePeriod: computing.decide,
    period_deciding.DecidePeriod: period_deciding.decide,
    period_deciding.ReturnPeriod: period_deciding.decide,
    settling.SettleSeats: settling.decide,
    giving.AssessComponent: giving.decide,
    noticing.DraftResultNotice: noticing.decide,
    committing.CommitState: committing.decide,
    feedback.FeedBackResult: feedback.decide,
    feedback.AcknowledgeResult: feedback.acknowledge,
    ordering.OrderRestatement: ordering.decide,
    ordering.FileRestatementStatement: ordering.decide,
    ordering.ApproveRestatement: ordering.decide,
    superseding.ComputeRestatement: superseding.decide,
    superseding.DraftRestatementNotice: superseding.decide,
    following.FollowCarried: following.decide,
    probation_proposing.StartProbation: probation_proposing.decide,
    probation_proposing.LookAtProbation: probation_proposing.decide,
    probation_proposing.ProposeOutcome: probation_proposing.decide,
    resolving.ResolveProbation: resolving.decide,
    resolving.ApproveProbation: resolving.decide,
    probation_noticing.DraftProbationNotice: probation_noticing.decide,
    due.ProposeMeasures: due.decide,
    due.ReviewMeasures: due.decide,
    measure_opening.OpenMeasure: measure_opening.decide,
    measure_opening.CloseMeasure: measure_opening.decide,
    setting_aside.SetAsideMeasure: setting_aside.decide,
    carrying.AssignDesignee: carrying.decide,
    carrying.AcceptAssignment: carrying.decide,
    carrying.DeclineAssignment: carrying.decide,
    carrying.CompleteStep: carrying.decide,
    carrying.EscalateMeasure: carrying.decide,
    pairing.PairHelper: pairing.decide,
    pairing.ReviewHelp: pairing.decide,
    reviewing.OpenReview: reviewing.decide,
    reviewing.GrantAccess: reviewing.decide,
    reviewing.RevokeAccess: reviewing.decide,
    reviewing.TakeOverReview: reviewing.decide,
    reviewing.SealBundle: reviewing.decide,
    reviewing.CloseReview: reviewing.decide,
    export.ProduceExport: export.decide,
    **dict.fromkeys(
        (
            register_commands.EnterRegister,
            register_commands.CorrectRegister,
            register_commands.WithdrawRegister,
            register_commands.AdvanceRegister,
            register_commands.TakeBackStep,
            register_commands.NameRegisterPart,
            register_commands.StrikeRegisterPart,
            register_commands.LeaveFeedback,
        ),
        keeping.decide,
    ),
    **dict.fromkeys(erasing.CUSTODY_COMMANDS, erasing.decide),
    retention.OrderRetention: retention.decide,
    retention.RecordTrim: retention.decide,
    retention.DestroyCaseKey: retention.decide,
    retention.DestroyErasedCase: retention.decide,
    past_rules.EnterPastRules: past_rules.decide,
    past_rules.WithdrawPastRules: past_rules.decide,
    past_year.ImportPastResult: past_year.decide,
    past_year.ImportPastRecord: past_year.decide,
    past_year.WithdrawPastEntry: past_year.decide,
}

COMMANDS: Final = tuple(_DECIDERS)


def decide(past: Past, command: Command) -> Decision:
    """Grant any wish as facts, or refuse it: first the permission table, then the stream's own rules."""
    if not isinstance(command, log.OpenLog) and isinstance(past[log.LOG.of()], log.NotOpened):
        raise log.LogNotOpened
    permit(past, command)
    decision = _DECIDERS[type(command)](past, command)
    _respect_custody(past, command)
    return decision


def _respect_custody(past: Past, command: Command) -> None:
    """Refuse what somebody else would add about a person whose data is restricted or destroyed.

    Asked last: by then the decision has mostly read the member itself. What he says himself, and what follows by
    the procedure, goes on.
    """
    subject = getattr(command, "member", None)
    by = command.actor.person
    if subject is None or by is None or by == subject or isinstance(command, erasing.CUSTODY_COMMANDS):
        return
    known = past[member.MEMBER.of(subject)]
    if isinstance(known, member.Registered):
        custody.need_open(known.custody)
