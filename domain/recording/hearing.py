"""告知与陈述 — the person is told, has his term, says his view or that he has none; only then may a body decide."""

from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.unit import DayInFuture
from domain.recording.deduction import (
    DEDUCTION,
    Deduction,
    Delivery,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
    still_open,
)
from domain.recording.sheet import EvidenceMissing, acting
from domain.recording.terms import ends_on
from domain.rules.demands import terms_of
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, Sha256, day_of, midnight_after


class AlreadyNotified(Refused):
    """本人已获告知。 The person was told already."""

    code = "already-notified"


class DeliveryNotKnown(Refused):
    """办法不认可这种送达方式。 The rule set knows no delivery of this kind."""

    code = "delivery-not-known"


class DeliveredBeforeProposed(Refused):
    """送达日期早于拟减分之日。 It cannot have been delivered before it was proposed."""

    code = "delivered-before-proposed"


class StatementEmpty(Refused):
    """请写下陈述意见,或声明没有意见。 Write a statement, or declare that there is none."""

    code = "statement-empty"


class TellingRuns(Refused):
    """尚未到视为送达的时间。 It does not count as delivered yet."""

    code = "telling-runs"


class StatementTermRuns(Refused):
    """本人陈述期未满。 The term for the person's statement is still running."""

    code = "statement-term-runs"


class AcknowledgeNotification(Command, frozen=True, kw_only=True):
    """The person himself says that he was told."""

    operation = "deduction.answer"
    unit: Code
    deduction: UUID


class DeliverOnPaper(Command, frozen=True, kw_only=True):
    """It was handed over on paper before a witness."""

    operation = "deduction.deliver"
    unit: Code
    deduction: UUID
    delivered_on: date
    proof_kind: Code
    proof: Sha256


class DeemDelivered(Command, frozen=True, kw_only=True):
    """Nobody acknowledged or witnessed it in time: it counts as delivered."""

    operation = "deduction.advance"
    unit: Code
    deduction: UUID
    round: int


class FileStatement(Command, frozen=True, kw_only=True):
    """The person's view; or, final and without words, that he has none."""

    operation = "deduction.answer"
    unit: Code
    deduction: UUID
    statement: Secret | None = None
    final: bool = False


class EndStatementTerm(Command, frozen=True, kw_only=True):
    """The term is over."""

    operation = "deduction.advance"
    unit: Code
    deduction: UUID
    round: int


HearingCommand: TypeAlias = AcknowledgeNotification | DeliverOnPaper | DeemDelivered | FileStatement | EndStatementTerm


def decide(past: Past, command: HearingCommand) -> Decision:
    """Tell, hear, end the term."""
    match command:
        case AcknowledgeNotification():
            return _acknowledge(past, command)
        case DeliverOnPaper():
            return _deliver(past, command)
        case DeemDelivered():
            return _deem(past, command)
        case FileStatement():
            return _state(past, command)
        case EndStatementTerm():
            return _end(past, command)


def _own(past: Past, command: AcknowledgeNotification | FileStatement) -> Deduction:
    """The proposal, if it concerns the very person who acts."""
    deduction = still_open(past, command.deduction, command.unit)
    if acting(command) != deduction.proposal.member:
        raise NotPermitted
    return deduction


def _acknowledge(past: Past, command: AcknowledgeNotification) -> Decision:
    deduction = _own(past, command)
    if deduction.status != "proposed":
        raise AlreadyNotified
    fact = _notified(past, command, deduction, "acknowledged", day_of(command.at))
    return [DEDUCTION.of(command.deduction).says(fact)]


def _deliver(past: Past, command: DeliverOnPaper) -> Decision:
    deduction = still_open(past, command.deduction, command.unit)
    if deduction.status != "proposed":
        raise AlreadyNotified
    if acting(command) == deduction.proposal.member:
        raise NotPermitted
    scheme = _scheme(past, command, deduction)
    if "witnessed_paper" not in scheme.statement.delivery:
        raise DeliveryNotKnown
    if command.proof_kind not in scheme.statement.evidence:
        raise EvidenceMissing(kinds=scheme.statement.evidence)
    if command.delivered_on > day_of(command.at):
        raise DayInFuture(day=command.delivered_on)
    if command.delivered_on < deduction.told_from:
        raise DeliveredBeforeProposed(day=command.delivered_on)
    fact = _notified(past, command, deduction, "witnessed_paper", command.delivered_on, command.proof)
    return [DEDUCTION.of(command.deduction).says(fact)]


def _deem(past: Past, command: DeemDelivered) -> Decision:
    """Nothing where he was told meanwhile, or must be told anew."""
    deduction = _waiting(past, command)
    if deduction is None or deduction.status != "proposed":
        return []
    if command.at < deduction.deemed_at:
        raise TellingRuns(deemed_at=deduction.deemed_at)
    fact = _notified(past, command, deduction, "deemed", day_of(command.at))
    return [DEDUCTION.of(command.deduction).says(fact)]


def _waiting(past: Past, command: DeemDelivered | EndStatementTerm) -> Deduction | None:
    """The proposal in the round that was meant; None where it was decided or new evidence came."""
    state = past[DEDUCTION.of(command.deduction)]
    if not isinstance(state, Deduction) or not state.open or state.round != command.round:
        return None
    return state


def _scheme(past: Past, command: HearingCommand, deduction: Deduction) -> Scheme:
    _, scheme = scheme_here(past, command.unit, deduction.proposal.occurred_on)
    return scheme


def _notified(
    past: Past,
    command: HearingCommand,
    deduction: Deduction,
    delivery: Delivery,
    delivered_on: date,
    proof: Sha256 | None = None,
) -> MemberNotified:
    days = terms_of(_scheme(past, command, deduction)).statement
    last_on = ends_on(past, delivered_on, days, day_of(command.at))
    return MemberNotified(
        deduction=command.deduction,
        unit=command.unit,
        member=deduction.proposal.member,
        round=deduction.round,
        delivery=delivery,
        proof=proof,
        delivered_on=delivered_on,
        ends_on=last_on,
        may_decide_at=midnight_after(last_on),
    )


def _state(past: Past, command: FileStatement) -> Decision:
    """Whoever answers was told: the answer acknowledges as well."""
    deduction = _own(past, command)
    if command.statement is None and not command.final:
        raise StatementEmpty
    ref = DEDUCTION.of(command.deduction)
    told = deduction.status == "proposed"
    filed = MemberStatementFiled(
        deduction=command.deduction,
        unit=command.unit,
        member=deduction.proposal.member,
        statement=None if command.statement is None else command.statement.commitment,
        final=command.final,
    )
    if not told:
        return [ref.says(filed)]
    return [ref.says(_notified(past, command, deduction, "acknowledged", day_of(command.at))), ref.says(filed)]


def _end(past: Past, command: EndStatementTerm) -> Decision:
    """Nothing where he declared his statement final, or must be told anew."""
    deduction = _waiting(past, command)
    if deduction is None or deduction.status != "notified":
        return []
    assert deduction.may_decide_at is not None, "who was told has a term"
    if command.at < deduction.may_decide_at:
        raise StatementTermRuns(may_decide_at=deduction.may_decide_at)
    fact = StatementTermEnded(
        deduction=command.deduction, unit=command.unit, member=deduction.proposal.member, round=deduction.round
    )
    return [DEDUCTION.of(command.deduction).says(fact)]


def need_hearing(deduction: Deduction, command: Command) -> None:
    """Refuse unless the person was told and was heard, or let his term pass."""
    over = deduction.may_decide_at is not None and command.at >= deduction.may_decide_at
    if deduction.status == "proposed" or (deduction.status == "notified" and not over):
        raise StatementTermRuns(may_decide_at=deduction.may_decide_at)
