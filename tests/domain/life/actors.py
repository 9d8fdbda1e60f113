"""Who usually wishes what: the offices of the town, and whoever a thing is with at the moment."""

from random import Random
from typing import Any, Final
from uuid import UUID

from domain.actor import Actor, person, system
from domain.assessment.committing import CommitState
from domain.assessment.noticing import DraftResultNotice
from domain.decider import Command
from domain.notice.changing import EvidencePosting, ExtendNotice, RepostNotice, WithdrawNotice
from domain.notice.drafting import DraftNotice, DraftRecordNotice
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.objection import objection as objections
from domain.objection.appeal import DecideAppeal, EnterAppealDecision, FileAppeal
from domain.objection.closing import CloseObjection, EndBlock, EscalateObjection
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
from domain.organisation import appointments, exemption, member, membership, reorganisation, unit
from domain.oversight.log import OpenLog, RestoreLog
from domain.recording import deduction, honour, sheet
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.bringing import BringVeto, CloseBroughtVeto
from domain.recording.claiming import ClaimHonour, DecideHonour, EscalateHonour, ReturnHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.filling import FillSheet
from domain.recording.hearing import (
    AcknowledgeNotification,
    DeemDelivered,
    EndStatementTerm,
    FileStatement,
)
from domain.recording.veto import DeclineBroughtVeto, LiftVeto, RegisterVeto
from domain.rules import calendar, ruleset
from domain.rules.authorship import ApproveRuleSet
from domain.rules.scheme import Scheme, load
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HIGHER,
    OFFICER,
    PEOPLE,
    RECORDER,
    SECRETARY,
    SUBSTITUTE,
    TOP,
    secret,
    who,
)
from tests.domain.life.beside import BESIDE, who_keeps
from tests.domain.life.closing import CLOSING, who_closes
from tests.domain.life.consequences import FOLLOWING, who_follows
from tests.domain.life.life import (
    AUDITOR,
    LEADERS,
    OFFICIAL,
    ROOMY,
    SMALL,
    SMALL_DEPUTY,
    SMALL_PEOPLE,
    SMALL_RECORDER,
    SMALL_SECRETARY,
    Life,
)
from tests.domain.life.refining import REFINING, who_refines

RULES: Final[Scheme] = load(ROOMY)
EVERYBODY: Final = (*PEOPLE, *SMALL_PEOPLE, *HIGHER, *LEADERS, OFFICER, AUDITOR, who("stranger"))
MEMBERS: Final = {BRANCH: PEOPLE, SMALL: SMALL_PEOPLE, TOP: (*HIGHER, *LEADERS)}
COMMITTEES: Final = {BRANCH: COMMITTEE, TOP: HIGHER, SMALL: (SMALL_SECRETARY,)}
PROCESS: Final = system("process")
KEY: Final = "a-secret-of-128-random-bits"


def ours(role: str, branch: str = BRANCH) -> Actor:
    """Who holds an office of one of the branches at the start."""
    holders = {
        BRANCH: {"secretary": SECRETARY, "recorder": RECORDER, "substitute_recorder": SUBSTITUTE},
        SMALL: {"secretary": SMALL_SECRETARY, "recorder": SMALL_RECORDER, "substitute_recorder": SMALL_DEPUTY},
    }
    return person(holders[branch][role], role, branch)


HIGHER_SECRETARY: Final = person(HIGHER[0], "secretary", TOP)
HIGHER_DEPUTY: Final = person(HIGHER[1], "committee_member", TOP)
LEADER: Final = person(LEADERS[1], "leading_group", TOP)
AS_OFFICER: Final = person(OFFICER, "officer", TOP)
AS_OFFICIAL: Final = person(OFFICIAL, "department_officer", TOP)
ACTORS: Final = (
    *(ours(role, branch) for branch in (BRANCH, SMALL) for role in ("secretary", "recorder", "substitute_recorder")),
    *(person(one, "member", BRANCH) for one in PEOPLE),
    person(DISCIPLINE, "committee_member", BRANCH),
    HIGHER_SECRETARY,
    HIGHER_DEPUTY,
    LEADER,
    AS_OFFICER,
    AS_OFFICIAL,
    person(AUDITOR, "auditor", TOP),
    PROCESS,
    system("installation"),
    Actor(sealed=secret("objector", "somebody").commitment),
)

DECIDING: Final = (ApproveSheet, ReturnSheet, DecideHonour, ReturnHonour, DecideDeduction)
HANGING: Final = (CheckDisclosure, PostNotice, EvidencePosting, ExtendNotice, WithdrawNotice, RepostNotice)
BY_ITSELF: Final = (
    *(DraftNotice, DraftRecordNotice, CloseNotice, ConfirmRecords, CloseObjection, EscalateObjection, EndBlock),
    *(EscalateHonour, DeemDelivered, EndStatementTerm, DraftResultNotice, CommitState),
)
HANDLED: Final = (RecuseHandler, HoldHearing, RecordFinding, DecideObjection, DeliverReply)
OFFICE: Final = (
    *(unit.EstablishUnit, member.RegisterMember, appointments.AppointRole, appointments.EndRole),
    *(appointments.HandOverRole, appointments.SubstituteRole, reorganisation.RenameUnit, reorganisation.MoveUnit),
    *(reorganisation.AssignApprovalBody, reorganisation.DissolveUnit, membership.TransferMember),
    *(membership.AssignProfile, membership.EndMembership, ruleset.DraftRuleSet, ruleset.PublishRuleSet),
    ruleset.SimulateRuleSet,
    calendar.PublishCalendar,
)


def usual(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> Actor:
    """Who usually wishes this."""
    branch = known.get("unit", BRANCH) if known.get("unit") in (BRANCH, SMALL) else BRANCH
    if kind in BY_ITSELF:
        return PROCESS
    if kind in CLOSING:
        return who_closes(kind, life, random, known)
    if kind in FOLLOWING:
        return who_follows(kind, life, random, known)
    if kind in REFINING:
        return who_refines(kind, random, known)
    if kind in BESIDE:
        return who_keeps(kind, life, random, known)
    if kind in (OpenLog, RestoreLog):
        return system("installation")
    if kind in DECIDING:
        return _of_body(life, random, known, branch)
    if kind in (BringVeto, CloseBroughtVeto):
        return AS_OFFICIAL
    if kind in (RegisterVeto, LiftVeto, DeclineBroughtVeto):
        return HIGHER_SECRETARY
    if kind in HANGING:
        return random.choice((ours("secretary", branch), HIGHER_SECRETARY if branch == SMALL else ours("secretary")))
    if kind in (FlagRetaliation, ExamineRetaliation):
        return random.choice((AS_OFFICER, LEADER, HIGHER_DEPUTY))
    if kind in HANDLED:
        return _handler(life, known)
    if kind is EnterAppealDecision:
        return random.choice((HIGHER_SECRETARY, HIGHER_SECRETARY, AS_OFFICER, HIGHER_DEPUTY))
    if kind in (AcceptObjection, DeclineObjection, AssignHandler):
        return random.choice((HIGHER_SECRETARY, HIGHER_DEPUTY, LEADER, AS_OFFICER))
    if kind in (FileObjection, EnterObjection, WithdrawObjection, FileAppeal):
        return _objector(kind, life, known, branch)
    if kind in (DecideAppeal, ApproveRuleSet):
        return person(random.choice(LEADERS), "leading_group", TOP)
    if kind in OFFICE:
        return AS_OFFICER
    if kind in (AcknowledgeNotification, FileStatement):
        return person(known.get("member", PEOPLE[-1]), "member", branch)
    if kind is ClaimHonour:
        return random.choice((person(known.get("member", PEOPLE[-1]), "member", branch), ours("recorder", branch)))
    if kind is exemption.DecideExemption:
        supported = known.get("of_fact") is member.ExemptionSupported
        return LEADER if supported or not random.randrange(4) else ours("secretary", branch)
    if kind in (
        appointments.DelegateRole,
        exemption.RequestExemption,
        exemption.EndExemption,
        membership.RegisterLeave,
    ):
        return ours("secretary", branch)
    if kind is FillSheet:
        return ours(random.choice(("recorder", "recorder", "substitute_recorder")), branch)
    if kind is membership.ShortenLeave:
        return random.choice((AS_OFFICER, ours("secretary", branch)))
    return ours("recorder", branch)


def _of_body(life: Life, random: Random, known: dict[str, Any], branch: str) -> Actor:
    """Somebody of the organisation before which the thing is."""
    found = life.world[honour.HONOUR.of(known.get("honour", UUID(int=0)))]
    if isinstance(found, honour.NoHonour):
        found = life.world[deduction.DEDUCTION.of(known.get("deduction", UUID(int=0)))]
    body = getattr(found, "body", None)
    if body is None:
        paper = life.world[sheet.SHEET.of(branch, known.get("matter", ""), known.get("item", ""))]
        body = getattr(paper, "referred_to", None) or (branch if isinstance(paper, sheet.Sheet) else None)
    if body == TOP or (body is not None and branch == SMALL) or not random.randrange(8):
        return random.choice((HIGHER_SECRETARY, HIGHER_SECRETARY, LEADER))
    return ours("secretary", branch) if body == branch or random.randrange(2) else HIGHER_SECRETARY


def _handler(life: Life, known: dict[str, Any]) -> Actor:
    found = life.world[objections.OBJECTION.of(known.get("objection", UUID(int=0)))]
    if isinstance(found, objections.Objection) and found.handler in LEADERS:
        return person(found.handler, "leading_group", TOP)
    if isinstance(found, objections.Objection) and found.handler == OFFICER:
        return AS_OFFICER
    return HIGHER_DEPUTY if isinstance(found, objections.Objection) and found.handler == HIGHER[1] else HIGHER_SECRETARY


def _objector(kind: type[Command], life: Life, known: dict[str, Any], branch: str) -> Actor:
    if kind is EnterObjection:
        return ours("recorder", branch)
    known_as = life.objectors.get(known.get("objection", UUID(int=0)))
    return known_as or Actor(sealed=secret("objector", "somebody").commitment)
