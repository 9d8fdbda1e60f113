"""荣誉申报与加分审议 — a member or the recorder claims, the chain decides, the archive receives what is added."""

from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from domain.assessment.period import need_unsealed
from domain.decider import Command, Decision, NotPermitted, Past, Refused, Write
from domain.organisation.unit import established
from domain.recording.amounts import Amount, need_amount, reason_of, worth_shown
from domain.recording.approval import WrongBody
from domain.recording.archive import HonourAdded, archive_of
from domain.recording.chain import (
    Motion,
    Step,
    following,
    higher,
    need_unconcerned,
    seat_of,
    sitting_of,
    steps_of,
    voted,
)
from domain.recording.committee import Vote
from domain.recording.department import need_department
from domain.recording.docket import CaseListed, case_listed
from domain.recording.entering import AlreadyRecorded, need_open_period, recorded
from domain.recording.filling import OwnPoints
from domain.recording.helping import by_pairing, need_help
from domain.recording.honour import (
    HONOUR,
    UNNUMBERED,
    Honour,
    HonourClaimed,
    HonourDecided,
    HonourNotOpen,
    HonourReferred,
    HonourReturned,
    HonourWithdrawn,
    NoHonour,
    honour_id,
    living,
)
from domain.recording.lateness import late_reason
from domain.recording.papers import need_days, need_kind
from domain.recording.sheet import acting
from domain.recording.terms import answer_by
from domain.rules.demands import chain_by_worth, declarers_of, departments_of, terms_of
from domain.rules.items import Declarer, HonourItem
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Quantity, Sha256, Title, day_of


class HonourUnknown(Refused):
    """荣誉清单中没有这个条目或档次。 The honour list in force has no such item or level."""

    code = "honour-unknown"


class HonourWaiting(Refused):
    """该荣誉已申报,正在审议。 This honour is claimed already and waits for a decision."""

    code = "honour-waiting"


class ClaimHonour(Command, frozen=True, kw_only=True):
    """Claim an honour for oneself, or for a member as the recorder."""

    operation = "honour.claim"
    unit: Code
    member: MemberId
    matter: Code
    title: Title
    item: Code
    level: Code
    occurred_on: date
    dated_on: date
    document_kind: Code
    document: Sha256
    quantity: Quantity = "1.00"
    """For a range the points chosen, with their reason; else how many units."""
    condition: Code | None = None
    share: Code | None = None
    choice_reason: Secret | None = None
    late_reason: Secret | None = None


class ReturnHonour(Command, frozen=True, kw_only=True):
    """Give a claim back with a reason; it may be claimed anew."""

    operation = "honour.decide"
    unit: Code
    honour: UUID
    reason: Secret


class WithdrawHonour(Command, frozen=True, kw_only=True):
    """Take a claim back before it is decided."""

    operation = "honour.claim"
    unit: Code
    honour: UUID


class DecideHonour(Motion, frozen=True, kw_only=True):
    """A body's decision on a claim."""

    operation = "honour.decide"
    honour: UUID


class EscalateHonour(Command, frozen=True, kw_only=True):
    """Nobody answered in time: the claim goes up."""

    operation = "honour.escalate"
    unit: Code
    honour: UUID
    turn: int


HonourCommand: TypeAlias = ClaimHonour | ReturnHonour | WithdrawHonour | DecideHonour | EscalateHonour


def decide(past: Past, command: HonourCommand) -> Decision:
    """Claim, return, withdraw, decide, escalate."""
    match command:
        case ClaimHonour():
            return _claim(past, command)
        case ReturnHonour():
            return _return(past, command)
        case WithdrawHonour():
            return _withdraw(past, command)
        case DecideHonour():
            return _decide(past, command)
        case EscalateHonour():
            return _escalate(past, command)


def _claim(past: Past, command: ClaimHonour) -> Decision:
    unit = established(past, command.unit)
    rules, scheme = scheme_here(past, unit.unit, command.occurred_on)
    item = scheme.item(command.item)
    if not isinstance(item, HonourItem) or command.level not in {level.code for level in item.levels}:
        raise HonourUnknown(item=command.item, level=command.level)
    _may_claim(scheme, command)
    need_days(past, command.unit, command.member, command.occurred_on, command.dated_on, command.at)
    need_open_period(past, command.member, command.dated_on)
    need_unsealed(past, command.unit, command.dated_on)
    need_kind(item, command.document_kind)
    said = Amount(command.quantity, command.condition, command.share)
    need_amount(scheme, item.code, command.level, said, has_reason=command.choice_reason is not None)
    if by_pairing(item):
        need_help(past, scheme, command.member, command.matter, command.dated_on)
    honour = honour_id(command.unit, command.member, command.matter, command.item)
    turn = _turn(past, honour, command)
    worth = worth_shown(scheme, item.code, command.level, said)
    steps = steps_of(past, unit, chain_by_worth(scheme, item.code, command.level, worth))
    fact = HonourClaimed(
        honour=honour,
        unit=command.unit,
        member=command.member,
        matter=command.matter,
        title=command.title,
        item=command.item,
        level=command.level,
        rules=rules,
        occurred_on=command.occurred_on,
        dated_on=command.dated_on,
        document_kind=command.document_kind,
        document=command.document,
        points_shown=worth,
        quantity=said.unless_one,
        condition=command.condition,
        share=command.share,
        choice_reason=reason_of(scheme, item.code, command.level, command.choice_reason),
        by=acting(command),
        late_reason=late_reason(past, scheme, command.dated_on, command.at, command.late_reason),
        turn=turn,
        body=steps[0].unit,
        answer_by=_answer_by(past, scheme, command.at),
    )
    listed = CaseListed(unit=command.unit, kind="honour", case=honour, member=command.member, dated_on=command.dated_on)
    return [HONOUR.of(honour).says(fact), *case_listed(past, listed)]


def _may_claim(scheme: Scheme, command: ClaimHonour) -> None:
    """A member for himself, the recorder for the others: what the rule set lets."""
    who = acting(command)
    as_member = command.actor.role == "member"
    if as_member and who != command.member:
        raise NotPermitted
    if not as_member and who == command.member:
        raise OwnPoints
    need_department(scheme, command.item, command.actor)
    brings: Declarer = "source" if departments_of(scheme, command.item) else ("member" if as_member else "recorder")
    if brings != "source" and brings not in declarers_of(scheme, command.item):
        raise NotPermitted


def _turn(past: Past, honour: UUID, command: ClaimHonour) -> int:
    """The number of this move, or a refusal that the honour waits or counts already."""
    archive = past[archive_of(command.member, command.dated_on)]
    earlier = archive.live(command.unit, command.matter, command.item)
    state = past[HONOUR.of(honour)]
    if isinstance(state, Honour) and earlier is None:
        # The document of the earlier claim may have been of another year.
        other = past[archive_of(command.member, state.claim.dated_on)]
        earlier = other.live(command.unit, command.matter, command.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=command.matter, item=command.item)
    if isinstance(state, NoHonour):
        return 1
    if state.status == "claimed":
        raise HonourWaiting(honour=honour)
    return state.turn + 1


def _answer_by(past: Past, scheme: Scheme, at: Instant) -> Instant:
    return answer_by(past, at, terms_of(scheme).claim_answer)


def _open(past: Past, command: ReturnHonour | DecideHonour) -> tuple[Honour, Scheme]:
    honour = living(past, command.honour, command.unit)
    if honour.status != "claimed":
        raise HonourNotOpen(honour=command.honour)
    _, scheme = scheme_here(past, command.unit, honour.claim.occurred_on)
    return honour, scheme


def _return(past: Past, command: ReturnHonour) -> Decision:
    honour, scheme = _open(past, command)
    who, step = acting(command), _seat(past, scheme, honour)
    body = sitting_of(past, scheme, step, day_of(command.at))
    need_unconcerned(body, who, subject=honour.claim.member, entered_by=honour.entered_by)
    if command.actor.unit != honour.body:
        raise WrongBody(body=honour.body)
    fact = HonourReturned(
        honour=command.honour,
        unit=command.unit,
        member=honour.claim.member,
        by=who,
        reason=command.reason.commitment,
        turn=honour.turn + 1,
        returned_on=day_of(command.at),
    )
    return [HONOUR.of(command.honour).says(fact)]


def _withdraw(past: Past, command: WithdrawHonour) -> Decision:
    """By whoever entered what is before the body now, or by the person himself; nothing was added yet."""
    honour, who = living(past, command.honour, command.unit), acting(command)
    if honour.status not in ("claimed", "returned"):
        raise HonourNotOpen(honour=command.honour)
    if who not in (honour.claim.member, honour.claim.by):
        raise NotPermitted
    fact = HonourWithdrawn(
        honour=command.honour, unit=command.unit, member=honour.claim.member, by=who, turn=honour.turn + 1
    )
    return [HONOUR.of(command.honour).says(fact)]


def _decide(past: Past, command: DecideHonour) -> Decision:
    honour, scheme = _open(past, command)
    claim = honour.claim
    ruling = voted(
        past, scheme, _seat(past, scheme, honour), command, subject=claim.member, entered_by=honour.entered_by
    )
    ref = HONOUR.of(command.honour)
    if ruling.vote is None:
        return [ref.says(_referred(past, scheme, command, honour, higher(past, honour.body), "too-few"))]
    steps = _steps(past, scheme, honour)
    number = following(past, steps, honour.step, honour.body)
    going_on = command.verdict == "approved" and number < len(steps)
    decided = HonourDecided(
        honour=command.honour,
        unit=command.unit,
        member=claim.member,
        step=honour.step + 1,
        body=honour.body,
        verdict=command.verdict,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=ruling.vote,
        recused=ruling.recused,
        reason=None if command.reason is None else command.reason.commitment,
        turn=honour.turn + 1,
        next_step=number if going_on else None,
        to=steps[number].unit if going_on else None,
        answer_by=_answer_by(past, scheme, command.at) if going_on else None,
    )
    if going_on or command.verdict == "refused":
        return [ref.says(decided)]
    return [ref.says(decided), _added(past, claim, ruling.vote)]


def _steps(past: Past, scheme: Scheme, honour: Honour) -> list[Step]:
    claim = honour.claim
    return steps_of(
        past, established(past, claim.unit), chain_by_worth(scheme, claim.item, claim.level, claim.points_shown)
    )


def _seat(past: Past, scheme: Scheme, honour: Honour) -> Step:
    """The body that decides the claim now."""
    return seat_of(_steps(past, scheme, honour), honour.step, honour.body)


def _added(past: Past, claim: HonourClaimed, vote: Vote) -> Write:
    return recorded(
        past,
        HonourAdded(
            record=UNNUMBERED,
            member=claim.member,
            unit=claim.unit,
            matter=claim.matter,
            item=claim.item,
            level=claim.level,
            rules=claim.rules,
            occurred_on=claim.occurred_on,
            counted_on=claim.dated_on,
            points_shown=claim.points_shown,
            quantity=claim.quantity,
            condition=claim.condition,
            share=claim.share,
            late=claim.late_reason is not None,
            entitled=vote.entitled,
            present=vote.present,
            in_favour=vote.in_favour,
        ),
    )


def _escalate(past: Past, command: EscalateHonour) -> Decision:
    """Up by one level, with a new term; nothing where somebody answered meanwhile or nobody is above."""
    honour = living(past, command.honour, command.unit)
    above = established(past, honour.body).parent
    if honour.status != "claimed" or honour.turn != command.turn or above is None:
        return []
    _, scheme = scheme_here(past, command.unit, honour.claim.occurred_on)
    return [HONOUR.of(command.honour).says(_referred(past, scheme, command, honour, above, "overdue"))]


def _referred(
    past: Past,
    scheme: Scheme,
    command: DecideHonour | EscalateHonour,
    honour: Honour,
    to: Code,
    because: Literal["too-few", "overdue"],
) -> HonourReferred:
    return HonourReferred(
        honour=command.honour,
        unit=command.unit,
        member=honour.claim.member,
        to=to,
        because=because,
        turn=honour.turn + 1,
        answer_by=_answer_by(past, scheme, command.at),
    )
