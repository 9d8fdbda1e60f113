"""Whatever is wished of honours, deductions and vetoes, in any order: granted or refused, and never against a rule."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.actor import Actor, person
from domain.decider import Command, Fact, Refused
from domain.process import PROCESS
from domain.recording.archive import ENDED, DeductionApproved, DeductionDismissed, HonourAdded, archive_of
from domain.recording.claiming import ClaimHonour, DecideHonour, EscalateHonour, ReturnHonour, WithdrawHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import DeductionDecided, DeductionProposed, MemberNotified, deduction_id
from domain.recording.hearing import (
    AcknowledgeNotification,
    DeemDelivered,
    DeliverOnPaper,
    EndStatementTerm,
    FileStatement,
)
from domain.recording.honour import HonourDecided, honour_id
from domain.recording.proposing import AddDeductionEvidence, ProposeDeduction
from domain.recording.veto import LiftVeto, RegisterVeto
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HIGHER,
    MEMBER,
    RECORDER,
    RULED,
    SECRETARY,
    digest,
    secret,
    wish,
)
from tests.domain.given import World

SUBJECTS = (MEMBER, SECRETARY, RECORDER)
ACTORS = (
    AS_RECORDER,
    AS_SECRETARY,
    AS_HIGHER,
    person(DISCIPLINE, "committee_member", BRANCH),
    *(person(one, "member", BRANCH) for one in SUBJECTS),
    PROCESS,
)
HONOUR, DEDUCTION = ("AW-1", "H-LX-1"), ("CMP-7", "N-CY-1")
DATED_ON = date(2026, 5, 8)


def one(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


SITTING: dict[str, st.SearchStrategy[Any]] = {
    "minute": one("1号"),
    "minute_sha256": one(digest("m")),
    "present": one(COMMITTEE, COMMITTEE, HIGHER, HIGHER, COMMITTEE[:2], ()),
    "not_in_favour": one((), (), (), (SECRETARY,)),
}
MOTION = {**SITTING, "verdict": one("approved", "approved", "refused"), "reason": one(None, secret("reason", "r"))}
DAYS = {"occurred_on": one(DATED_ON, date(2026, 4, 1)), "dated_on": one(DATED_ON, date(2026, 5, 1))}
FIELDS: dict[type[Command], dict[str, st.SearchStrategy[Any]]] = {
    ClaimHonour: {
        **DAYS,
        "title": one("征文"),
        "level": one("municipal_first", "district", "x"),
        "document_kind": one("award_certificate", "award_certificate", "minutes"),
        "document": one(digest("1")),
        "late_reason": one(secret("late_reason", "r")),
    },
    ReturnHonour: {"reason": one(secret("reason", "r"))},
    WithdrawHonour: {},
    DecideHonour: MOTION,
    EscalateHonour: {"turn": one(1, 2, 3)},
    ProposeDeduction: {
        **DAYS,
        "level": one("minor", "serious", "x"),
        "document_kind": one("finding_report", "finding_report", "minutes"),
        "document": one(digest("1")),
        "from_own_measure": one(False, False, False, True),
        "particulars": one(secret("particulars", "p")),
        "late_reason": one(secret("late_reason", "r")),
    },
    AddDeductionEvidence: {"document_kind": one("finding_report"), "document": one(digest("1"), digest("2"))},
    AcknowledgeNotification: {},
    DeliverOnPaper: {
        "delivered_on": one(DATED_ON, AT.date(), date(2026, 5, 20)),
        "proof_kind": one("delivery_proof", "minutes"),
        "proof": one(digest("p")),
    },
    DeemDelivered: {"round": one(1, 2)},
    FileStatement: {"statement": one(None, secret("statement", "s")), "final": one(True, False)},
    EndStatementTerm: {"round": one(1, 2)},
    DecideDeduction: MOTION,
    RegisterVeto: {
        **SITTING,
        "item": one("V-1", "V-2", "x"),
        "matter": one("D-1", "D-2"),
        "occurred_on": one(date(2026, 3, 1)),
        "decided_on": one(DATED_ON),
        "document_kind": one("party_decision", "minutes"),
        "document": one(digest("d")),
        "issuer": one(secret("issuer", "i")),
    },
    LiftVeto: {
        **SITTING,
        "counted_on": one(DATED_ON),
        "record": one(UUID(int=1)),
        "lifted_on": one(DATED_ON),
        "document_kind": one("party_decision"),
        "document": one(digest("l")),
    },
}
FLOW = (ClaimHonour, DecideHonour, DecideHonour, ProposeDeduction, FileStatement, DecideDeduction, DecideDeduction)
USUAL: dict[type[Command], tuple[Actor, ...]] = {
    ClaimHonour: (ACTORS[4], AS_RECORDER),
    DecideHonour: (AS_SECRETARY, AS_HIGHER),
    ReturnHonour: (AS_SECRETARY,),
    EscalateHonour: (PROCESS,),
    AcknowledgeNotification: (ACTORS[4],),
    FileStatement: (ACTORS[4],),
    DeemDelivered: (PROCESS,),
    EndStatementTerm: (PROCESS,),
    DecideDeduction: (AS_SECRETARY, AS_HIGHER),
    RegisterVeto: (AS_HIGHER,),
    LiftVeto: (AS_HIGHER,),
}


@st.composite
def wishes(draw: Callable[[st.SearchStrategy[Any]], Any], day: int) -> Command:
    kind = draw(st.sampled_from([*FIELDS, *FLOW, *FLOW]))
    fields = {name: draw(values) for name, values in FIELDS[kind].items()}
    member = draw(one(MEMBER, MEMBER, *SUBJECTS))
    matter, item = HONOUR if "Honour" in kind.__name__ else DEDUCTION
    about: dict[str, Any] = {
        "unit": BRANCH,
        "member": member,
        "matter": matter,
        "item": item,
        "honour": honour_id(BRANCH, member, *HONOUR),
        "deduction": deduction_id(BRANCH, member, *DEDUCTION),
    }
    fields = {name: value for name, value in about.items() if name in kind.__struct_fields__} | fields
    usual = draw(st.integers(0, 9)) > 0
    actor = draw(st.sampled_from(USUAL.get(kind, (AS_RECORDER,)) if usual else ACTORS))
    return wish(kind, actor, AT + timedelta(days=day), **fields)


HISTORIES = st.integers(0, 30).flatmap(lambda n: st.tuples(*(wishes(day) for day in range(n))))


@given(HISTORIES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_wish_is_granted_or_refused(history: tuple[Command, ...]) -> None:
    world = RULED.world.copy()
    for command in history:
        before = dict(world.states)
        try:
            said = [write.fact for write in world.execute(command)]
        except Refused:
            assert world.states == before
            continue
        _never_by_whom_it_concerns(command, said)
        _never_untold(world, said)
        _one_live_record(world)


def _never_by_whom_it_concerns(command: Command, said: list[Fact]) -> None:
    """I3: neither the subject nor whoever entered it decides or is counted."""
    for fact in said:
        if isinstance(fact, HonourDecided | DeductionDecided):
            assert command.actor.person != fact.member
            assert command.actor.person not in fact.recused
            assert fact.vote.entitled >= 2
            assert 2 * fact.vote.present >= fact.vote.entitled
            assert 2 * fact.vote.in_favour > fact.vote.entitled


def _never_untold(world: World, said: list[Fact]) -> None:
    """I5: proposed with its document, told, and only then on record."""
    for fact in said:
        if isinstance(fact, DeductionApproved | DeductionDismissed):
            earlier = [type(one) for one in world.facts if getattr(one, "member", None) == fact.member]
            assert DeductionProposed in earlier
            assert MemberNotified in earlier
        if isinstance(fact, HonourAdded):
            assert fact.entitled >= 2


def _one_live_record(world: World) -> None:
    """I1: at most one live record of a member, matter and item."""
    for member in SUBJECTS:
        archive = world[archive_of(member, DATED_ON)]
        live = [(r.unit, r.matter, r.item) for r in archive.records.values() if r.status not in ENDED]
        assert len(set(live)) == len(live)
