"""Honours, deductions and vetoes of the branch, as wishes."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.actor import Actor, person
from domain.recording.bringing import BringVeto, CloseBroughtVeto
from domain.recording.claiming import ClaimHonour, DecideHonour, ReturnHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import deduction_id
from domain.recording.hearing import (
    AcknowledgeNotification,
    DeemDelivered,
    DeliverOnPaper,
    EndStatementTerm,
    FileStatement,
)
from domain.recording.honour import honour_id
from domain.recording.proposing import AddDeductionEvidence, ProposeDeduction
from domain.recording.veto import DeclineBroughtVeto, LiftVeto, RegisterVeto
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    COMMITTEE,
    HIGHER,
    MEMBER,
    PROCESS,
    digest,
    secret,
    wish,
)

AS_MEMBER: Final = person(MEMBER, "member", BRANCH)
DATED_ON: Final = date(2026, 5, 8)
AWARD: Final = honour_id(BRANCH, MEMBER, "AW-1", "H-LX-1")
COMPLAINT: Final = deduction_id(BRANCH, MEMBER, "CMP-7", "N-QZ-1")


def later(days: int, hours: int = 0) -> datetime:
    """An instant after the morning of everything here, Wednesday 13 May 2026."""
    return AT + timedelta(days=days, hours=hours)


def claimed(actor: Actor = AS_MEMBER, at: datetime = AT, /, **fields: object) -> ClaimHonour:
    """A municipal first prize is claimed."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "member": MEMBER,
        "matter": "AW-1",
        "title": "全市主题征文",
        "item": "H-LX-1",
        "level": "municipal_first",
        "occurred_on": date(2026, 5, 6),
        "dated_on": DATED_ON,
        "document_kind": "award_certificate",
        "document": digest("certificate"),
    }
    return wish(ClaimHonour, actor, at, **{**wanted, **fields})


def honour_decided(
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = COMMITTEE,
    at: datetime = AT,
    /,
    honour: UUID = AWARD,
    verdict: str = "approved",
    **fields: object,
) -> DecideHonour:
    """A body decides the claim."""
    return wish(
        DecideHonour,
        actor,
        at,
        unit=BRANCH,
        honour=honour,
        verdict=verdict,
        minute="纪要〔2026〕5号",
        minute_sha256=digest("minute"),
        present=present,
        **fields,
    )


def honour_decided_above(at: datetime = AT, /, **fields: object) -> DecideHonour:
    """The next higher organisation decides."""
    return honour_decided(AS_HIGHER, HIGHER, at, **fields)


def honour_returned(actor: Actor = AS_SECRETARY, honour: UUID = AWARD) -> ReturnHonour:
    """The claim goes back."""
    return wish(ReturnHonour, actor, unit=BRANCH, honour=honour, reason=secret("reason", "证书不清晰"))


def proposed(actor: Actor = AS_RECORDER, at: datetime = AT, /, **fields: object) -> ProposeDeduction:
    """A verified complaint."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "member": MEMBER,
        "matter": "CMP-7",
        "item": "N-QZ-1",
        "level": "each",
        "occurred_on": date(2026, 4, 20),
        "dated_on": DATED_ON,
        "document_kind": "complaint_finding",
        "document": digest("finding"),
        "particulars": secret("particulars", "4月20日窗口服务投诉", MEMBER),
    }
    return wish(ProposeDeduction, actor, at, **{**wanted, **fields})


def acknowledged(at: datetime = AT, actor: Actor = AS_MEMBER, deduction: UUID = COMPLAINT) -> AcknowledgeNotification:
    """The person says that he was told."""
    return wish(AcknowledgeNotification, actor, at, unit=BRANCH, deduction=deduction)


def handed_over(at: datetime = AT, /, **fields: object) -> DeliverOnPaper:
    """Delivered on paper before a witness."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "deduction": COMPLAINT,
        "delivered_on": date(2026, 5, 13),
        "proof_kind": "delivery_proof",
        "proof": digest("delivery"),
    }
    return wish(DeliverOnPaper, AS_RECORDER, at, **{**wanted, **fields})


def deemed(at: datetime, number: int = 1, deduction: UUID = COMPLAINT) -> DeemDelivered:
    """Nobody acknowledged it."""
    return wish(DeemDelivered, PROCESS, at, unit=BRANCH, deduction=deduction, round=number)


def stated(text: str | None, at: datetime = AT, *, final: bool = False, actor: Actor = AS_MEMBER) -> FileStatement:
    """The person's view."""
    view = None if text is None else secret("statement", text, MEMBER)
    return wish(FileStatement, actor, at, unit=BRANCH, deduction=COMPLAINT, statement=view, final=final)


def term_ended(at: datetime, number: int = 1, deduction: UUID = COMPLAINT) -> EndStatementTerm:
    """The term for his statement is over."""
    return wish(EndStatementTerm, PROCESS, at, unit=BRANCH, deduction=deduction, round=number)


def evidence_added(at: datetime = AT, /, **fields: object) -> AddDeductionEvidence:
    """A second finding."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "deduction": COMPLAINT,
        "document_kind": "complaint_finding",
        "document": digest("second finding"),
    }
    return wish(AddDeductionEvidence, AS_RECORDER, at, **{**wanted, **fields})


def deduction_decided(
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = COMMITTEE,
    at: datetime = AT,
    /,
    deduction: UUID = COMPLAINT,
    verdict: str = "approved",
    **fields: object,
) -> DecideDeduction:
    """A body decides the deduction."""
    return wish(
        DecideDeduction,
        actor,
        at,
        unit=BRANCH,
        deduction=deduction,
        verdict=verdict,
        minute="纪要〔2026〕6号",
        minute_sha256=digest("minute"),
        present=present,
        **fields,
    )


def vetoed(actor: Actor = AS_HIGHER, present: tuple[UUID, ...] = HIGHER, /, **fields: object) -> RegisterVeto:
    """A party warning."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "member": MEMBER,
        "matter": "DEC-1",
        "item": "V-1",
        "occurred_on": date(2026, 3, 1),
        "decided_on": DATED_ON,
        "document_kind": "party_decision",
        "document": digest("decision"),
        "issuer": secret("issuer", "区纪委", MEMBER),
        "minute": "纪要〔2026〕7号",
        "minute_sha256": digest("minute"),
        "present": present,
    }
    return wish(RegisterVeto, actor, **{**wanted, **fields})


def veto_brought(actor: Actor, at: datetime = AT, /, **fields: object) -> BringVeto:
    """The same, brought by the officer of a department."""
    said = vetoed()
    names = ("unit", "member", "matter", "item", "occurred_on", "decided_on", "document_kind", "document", "issuer")
    return wish(BringVeto, actor, at, **{**{name: getattr(said, name) for name in names}, **fields})


def brought_closed(actor: Actor, at: datetime = AT, /, **fields: object) -> CloseBroughtVeto:
    """What was brought is taken back."""
    said = vetoed()
    named = {name: getattr(said, name) for name in ("unit", "member", "matter", "item")}
    return wish(
        CloseBroughtVeto, actor, at, **{**named, "reason": secret("reason", "张冠李戴", actor.person), **fields}
    )


def brought_declined(
    actor: Actor = AS_HIGHER, present: tuple[UUID, ...] = HIGHER, /, **fields: object
) -> DeclineBroughtVeto:
    """The body does not register what was brought."""
    said = vetoed()
    named = {name: getattr(said, name) for name in ("unit", "member", "matter", "item")}
    sitting = {"minute": "纪要〔2026〕9号", "minute_sha256": digest("declined"), "present": present}
    reason = secret("reason", "证据不足", MEMBER)
    return wish(DeclineBroughtVeto, actor, **{**named, **sitting, "reason": reason, **fields})


def lifted(record: UUID, actor: Actor = AS_HIGHER, present: tuple[UUID, ...] = HIGHER, /, **fields: object) -> LiftVeto:
    """The decision is withdrawn."""
    wanted: dict[str, object] = {
        "unit": BRANCH,
        "member": MEMBER,
        "counted_on": DATED_ON,
        "record": record,
        "lifted_on": date(2026, 5, 12),
        "document_kind": "party_decision",
        "document": digest("withdrawal"),
        "minute": "纪要〔2026〕8号",
        "minute_sha256": digest("minute"),
        "present": present,
    }
    return wish(LiftVeto, actor, **{**wanted, **fields})
