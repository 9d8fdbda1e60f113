"""词汇表 — the one glossary: stored name ↔ class ↔ 中文 ↔ English.

Pages, exports and documents are fed from it. A stored name is for ever: the golden file
``tests/architecture/stored_names.txt`` is only appended to.
"""

from typing import Final, NamedTuple

from domain.assessment.appraisal import (
    AppraisalAnnulled,
    AppraisalClosed,
    AppraisalOpened,
    AppraisalSubjectNamed,
    AppraisalTallied,
    AppraisalVoterNamed,
    BallotCast,
    BallotCodeIssued,
    SelfEvaluationFiled,
    VoterTookPart,
)
from domain.assessment.period import (
    CommitteeDecided,
    CompletenessChecked,
    DecisionReferred,
    PeriodComputed,
    PeriodDetermined,
    PeriodOpened,
    PeriodReturned,
    PeriodSealed,
    QuotaApplied,
    StateCommitted,
)
from domain.assessment.result import (
    GradeDetermined,
    GradeProposed,
    MemberComputed,
    ResultFedBack,
    ScoreDetermined,
)
from domain.decider import Fact
from domain.notice.notice import (
    DisclosureChecked,
    NoticeClosed,
    NoticeDrafted,
    NoticeExtended,
    NoticeLineCleared,
    NoticeLineCorrected,
    NoticeLineDrafted,
    NoticeLineSuspended,
    NoticePosted,
    NoticeReposted,
    NoticeWithdrawn,
    PostingEvidenced,
)
from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted
from domain.objection.objection import (
    AppealDecided,
    AppealFiled,
    FindingRecorded,
    HandlerAssigned,
    HandlerRecused,
    HearingHeld,
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
    ObjectionWithdrawn,
    ReplyDelivered,
)
from domain.organisation.appointments import RoleAppointed, RoleDelegated, RoleEnded, RoleSubstituted
from domain.organisation.member import (
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    LeaveRegistered,
    LeaveShortened,
    MemberProfileAssigned,
    MemberRegistered,
    MembershipEnded,
    MemberTransferred,
)
from domain.organisation.roster import MemberEnrolled, MemberReleased
from domain.organisation.unit import ApprovalBodyAssigned, UnitDissolved, UnitEstablished, UnitMoved, UnitRenamed
from domain.oversight.log import LogOpened, LogRestored
from domain.recording.archive import (
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsConfirmed,
    PointsRecorded,
    RecordReleased,
    RecordReplaced,
    RecordReversed,
    RecordSuspended,
    VetoLifted,
    VetoRegistered,
)
from domain.recording.deduction import (
    DeductionDecided,
    DeductionEvidenceAdded,
    DeductionProposed,
    DeductionReferred,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
)
from domain.recording.docket import CaseListed, MatterListed
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred, HonourReturned
from domain.recording.matter import EvidenceAttached, MatterHeld, MatterNotHeld, MatterPlanned
from domain.recording.sealing import ArchiveSealed
from domain.recording.sheet import (
    SheetApproved,
    SheetLineReferred,
    SheetLineSet,
    SheetOpened,
    SheetReturned,
    SheetSubmitted,
)
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
from domain.rules.calendar import CalendarPublished
from domain.rules.ruleset import RulePartAdded, RuleSetApproved, RuleSetDrafted, RuleSetLinted, RuleSetPublished


class FactTerm(NamedTuple):
    """One kind of fact."""

    stored_name: str
    fact: type[Fact]
    zh: str
    en: str


FACT_TERMS: Final[tuple[FactTerm, ...]] = (
    FactTerm("log-opened", LogOpened, "总账开立", "log opened"),
    FactTerm("unit-established", UnitEstablished, "组织设立", "organisation established"),
    FactTerm("member-registered", MemberRegistered, "党员登记", "member registered"),
    FactTerm("member-enrolled", MemberEnrolled, "编入名册", "member enrolled"),
    FactTerm("role-appointed", RoleAppointed, "任命", "role appointed"),
    FactTerm("role-ended", RoleEnded, "免职", "role ended"),
    FactTerm("rule-set-drafted", RuleSetDrafted, "办法拟订", "rule set drafted"),
    FactTerm("rule-part-added", RulePartAdded, "办法条目", "part of a rule set added"),
    FactTerm("rule-set-linted", RuleSetLinted, "办法体检", "rule set linted"),
    FactTerm("rule-set-approved", RuleSetApproved, "办法审议通过", "rule set approved"),
    FactTerm("rule-set-published", RuleSetPublished, "办法印发", "rule set published"),
    FactTerm("calendar-published", CalendarPublished, "工作日历发布", "work calendar published"),
    FactTerm("matter-planned", MatterPlanned, "事项计划", "matter planned"),
    FactTerm("matter-held", MatterHeld, "事项开展", "matter held"),
    FactTerm("matter-not-held", MatterNotHeld, "事项未开展", "matter not held"),
    FactTerm("evidence-attached", EvidenceAttached, "佐证", "evidence attached"),
    FactTerm("sheet-opened", SheetOpened, "建表", "sheet opened"),
    FactTerm("sheet-line-set", SheetLineSet, "登记一行", "line of a sheet set"),
    FactTerm("sheet-submitted", SheetSubmitted, "送审", "sheet submitted"),
    FactTerm("sheet-returned", SheetReturned, "退回", "sheet returned"),
    FactTerm("sheet-approved", SheetApproved, "审定", "sheet approved"),
    FactTerm("sheet-line-referred", SheetLineReferred, "移送上级", "line referred upwards"),
    FactTerm("points-recorded", PointsRecorded, "记分", "points recorded"),
    FactTerm("points-confirmed", PointsConfirmed, "积分确认", "points confirmed"),
    FactTerm("notice-drafted", NoticeDrafted, "拟公示", "notice drafted"),
    FactTerm("notice-line-drafted", NoticeLineDrafted, "公示行", "line of a notice drafted"),
    FactTerm("disclosure-checked", DisclosureChecked, "公开审查", "disclosure checked"),
    FactTerm("notice-posted", NoticePosted, "公示发布", "notice posted"),
    FactTerm("notice-closed", NoticeClosed, "公示期满", "notice closed"),
    FactTerm("notice-extended", NoticeExtended, "公示延长", "notice extended"),
    FactTerm("unit-renamed", UnitRenamed, "组织更名", "organisation renamed"),
    FactTerm("unit-moved", UnitMoved, "隶属变更", "organisation moved"),
    FactTerm("unit-dissolved", UnitDissolved, "组织撤销", "organisation dissolved"),
    FactTerm("approval-body-assigned", ApprovalBodyAssigned, "审定主体认定", "approval body assigned"),
    FactTerm("member-released", MemberReleased, "移出名册", "member released from a roster"),
    FactTerm("member-transferred", MemberTransferred, "组织关系转接", "member transferred"),
    FactTerm("member-profile-assigned", MemberProfileAssigned, "类别认定", "class of a member assigned"),
    FactTerm("membership-ended", MembershipEnded, "党籍终止", "membership ended"),
    FactTerm("leave-registered", LeaveRegistered, "请假", "leave registered"),
    FactTerm("leave-shortened", LeaveShortened, "销假", "leave shortened"),
    FactTerm("exemption-requested", ExemptionRequested, "免积分申请", "exemption requested"),
    FactTerm("exemption-supported", ExemptionSupported, "免积分初审通过", "exemption supported"),
    FactTerm("exemption-granted", ExemptionGranted, "免积分批准", "exemption granted"),
    FactTerm("exemption-refused", ExemptionRefused, "免积分不予批准", "exemption refused"),
    FactTerm("exemption-ended", ExemptionEnded, "免积分结束", "exemption ended"),
    FactTerm("role-substituted", RoleSubstituted, "代理", "office stood in for"),
    FactTerm("role-delegated", RoleDelegated, "委托", "office delegated"),
    FactTerm("honour-claimed", HonourClaimed, "荣誉申报", "honour claimed"),
    FactTerm("honour-returned", HonourReturned, "申报退回", "claim of an honour returned"),
    FactTerm("honour-decided", HonourDecided, "加分审议", "claim of an honour decided by a body"),
    FactTerm("honour-referred", HonourReferred, "申报上提", "claim of an honour referred upwards"),
    FactTerm("honour-added", HonourAdded, "加分", "honour added"),
    FactTerm("deduction-proposed", DeductionProposed, "拟减分", "deduction proposed"),
    FactTerm("deduction-evidence-added", DeductionEvidenceAdded, "补充依据", "evidence of a deduction added"),
    FactTerm("member-notified", MemberNotified, "告知本人", "member notified"),
    FactTerm("member-statement-filed", MemberStatementFiled, "本人陈述", "statement of the member filed"),
    FactTerm("statement-term-ended", StatementTermEnded, "陈述期满", "term for the statement ended"),
    FactTerm("deduction-decided", DeductionDecided, "减分审议", "deduction decided by a body"),
    FactTerm("deduction-referred", DeductionReferred, "减分上提", "deduction referred upwards"),
    FactTerm("deduction-approved", DeductionApproved, "减分审定", "deduction approved"),
    FactTerm("deduction-dismissed", DeductionDismissed, "不予减分", "deduction dismissed"),
    FactTerm("veto-registered", VetoRegistered, "一票否决", "veto registered"),
    FactTerm("veto-lifted", VetoLifted, "解除一票否决", "veto lifted"),
    FactTerm("posting-evidenced", PostingEvidenced, "张贴留痕", "evidence of a posting kept"),
    FactTerm("notice-withdrawn", NoticeWithdrawn, "公示撤回", "notice withdrawn"),
    FactTerm("notice-reposted", NoticeReposted, "更正再公示", "notice posted again"),
    FactTerm("notice-line-suspended", NoticeLineSuspended, "公示行暂缓", "line of a notice suspended"),
    FactTerm("notice-line-cleared", NoticeLineCleared, "公示行恢复", "line of a notice cleared"),
    FactTerm("notice-line-corrected", NoticeLineCorrected, "公示行更正", "line of a notice corrected"),
    FactTerm("record-suspended", RecordSuspended, "暂缓", "record suspended"),
    FactTerm("record-released", RecordReleased, "解除暂缓", "record released"),
    FactTerm("record-reversed", RecordReversed, "冲销", "record reversed"),
    FactTerm("record-replaced", RecordReplaced, "更正补记", "record replaced"),
    FactTerm("objection-filed", ObjectionFiled, "提出异议", "objection filed"),
    FactTerm("objection-receipted", ObjectionReceipted, "异议回执", "receipt of an objection given"),
    FactTerm("objection-accepted", ObjectionAccepted, "异议受理", "objection accepted"),
    FactTerm("objection-declined", ObjectionDeclined, "不予受理", "objection declined"),
    FactTerm("handler-assigned", HandlerAssigned, "指定承办人", "handler assigned"),
    FactTerm("handler-recused", HandlerRecused, "承办人回避", "handler recused"),
    FactTerm("hearing-held", HearingHeld, "听取意见", "hearing held"),
    FactTerm("finding-recorded", FindingRecorded, "查核结果", "finding recorded"),
    FactTerm("objection-upheld", ObjectionUpheld, "异议成立", "objection upheld"),
    FactTerm("objection-partly-upheld", ObjectionPartlyUpheld, "异议部分成立", "objection partly upheld"),
    FactTerm("objection-rejected", ObjectionRejected, "异议不成立", "objection rejected"),
    FactTerm("objection-withdrawn", ObjectionWithdrawn, "异议撤回", "objection withdrawn"),
    FactTerm("reply-delivered", ReplyDelivered, "异议答复", "reply delivered"),
    FactTerm("appeal-filed", AppealFiled, "复核申请", "appeal filed"),
    FactTerm("appeal-decided", AppealDecided, "复核决定", "appeal decided"),
    FactTerm("objection-closed", ObjectionClosed, "异议归档", "objection closed"),
    FactTerm("objection-escalated", ObjectionEscalated, "逾期上提", "overdue objection taken to the next level"),
    FactTerm("objection-lapsed", ObjectionLapsed, "逾期从有利于本人", "objection lapsed in favour of the person"),
    FactTerm("log-restored", LogRestored, "总账恢复", "log restored"),
    FactTerm("matter-listed", MatterListed, "事项列入台账", "matter listed in the docket"),
    FactTerm("case-listed", CaseListed, "申报与减分列入台账", "case listed in the docket"),
    FactTerm("period-opened", PeriodOpened, "考评期开启", "period opened"),
    FactTerm("completeness-checked", CompletenessChecked, "完整性核查", "completeness of a period checked"),
    FactTerm("period-computed", PeriodComputed, "核算", "period computed"),
    FactTerm("member-computed", MemberComputed, "核算一人", "figures of a member computed"),
    FactTerm("grade-proposed", GradeProposed, "拟定格次", "grade proposed"),
    FactTerm("period-returned", PeriodReturned, "退回核算", "figures of a period returned"),
    FactTerm("committee-decided", CommitteeDecided, "支部定分", "figures of a period adopted by a body"),
    FactTerm("decision-referred", DecisionReferred, "定分上提", "decision on a period referred upwards"),
    FactTerm("result-notice-drafted", ResultNoticeDrafted, "拟公示考评结果", "notice of results drafted"),
    FactTerm("result-line-drafted", ResultLineDrafted, "考评结果公示行", "line of a notice of results drafted"),
    FactTerm("period-determined", PeriodDetermined, "积分确定批次", "round of determinations made"),
    FactTerm("score-determined", ScoreDetermined, "积分确定", "score determined"),
    FactTerm("grade-determined", GradeDetermined, "格次评定", "grade determined"),
    FactTerm("quota-applied", QuotaApplied, "优秀名额核定", "quota of excellent grades applied"),
    FactTerm("archive-sealed", ArchiveSealed, "档案封存", "archive of a period sealed"),
    FactTerm("period-sealed", PeriodSealed, "考评期封存", "period sealed"),
    FactTerm("result-fed-back", ResultFedBack, "反馈本人", "result fed back to the member"),
    FactTerm("appraisal-opened", AppraisalOpened, "民主评议开启", "appraisal opened"),
    FactTerm("appraisal-subject-named", AppraisalSubjectNamed, "评议对象", "subject of an appraisal named"),
    FactTerm("appraisal-voter-named", AppraisalVoterNamed, "参评人员", "voter of an appraisal named"),
    FactTerm("ballot-code-issued", BallotCodeIssued, "评议码", "code of a ballot issued"),
    FactTerm("self-evaluation-filed", SelfEvaluationFiled, "自评", "self-evaluation filed"),
    FactTerm("appraisal-closed", AppraisalClosed, "民主评议结束", "appraisal closed"),
    FactTerm("voter-took-part", VoterTookPart, "到会投票", "voter took part"),
    FactTerm("ballot-cast", BallotCast, "投票", "secret ballot cast"),
    FactTerm("appraisal-tallied", AppraisalTallied, "计票", "appraisal of a member tallied"),
    FactTerm("appraisal-annulled", AppraisalAnnulled, "评议作废", "appraisal annulled"),
    FactTerm("probation-started", ProbationStarted, "预备期开始", "probation started"),
    FactTerm("probation-outlook-issued", ProbationOutlookIssued, "预备期展望", "outlook of a probation issued"),
    FactTerm("confirmation-proposed", ConfirmationProposed, "拟按期转正", "confirmation proposed"),
    FactTerm("extension-proposed", ExtensionProposed, "拟延长预备期", "extension of a probation proposed"),
    FactTerm("cancellation-proposed", CancellationProposed, "拟取消预备党员资格", "cancellation proposed"),
    FactTerm("meeting-resolved", MeetingResolved, "支部大会决议", "general meeting resolved"),
    FactTerm("higher-approval-given", HigherApprovalGiven, "上级批准", "higher approval given"),
    FactTerm("higher-approval-refused", HigherApprovalRefused, "上级不予批准", "higher approval refused"),
    FactTerm("higher-organisation-decided", HigherOrganisationDecided, "上级决定", "higher organisation decided"),
    FactTerm("probation-extended", ProbationExtended, "延长预备期", "probation extended"),
    FactTerm("probation-cancelled", ProbationCancelled, "取消预备党员资格", "probation cancelled"),
    FactTerm("member-confirmed", MemberConfirmed, "转正", "member confirmed"),
    FactTerm("state-committed", StateCommitted, "状态承诺", "state of the members of a period committed to"),
)

_NAMES: Final = {term.fact: term.stored_name for term in FACT_TERMS}


def stored_name(fact: type[Fact]) -> str:
    """The word under which a fact is stored for ever."""
    return _NAMES[fact]
