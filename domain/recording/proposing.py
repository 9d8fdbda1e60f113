"""拟减分 — proposed with a basis document of the demanded kind, never for what was counted already; evidence added."""

from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from domain.assessment.period import need_unsealed
from domain.decider import Command, Decision, Past, Refused
from domain.organisation.unit import established
from domain.recording.amounts import Amount, need_amount, reason_of, worth_shown
from domain.recording.archive import ENDED, archive_of
from domain.recording.chain import steps_of
from domain.recording.deduction import (
    DEDUCTION,
    Deduction,
    DeductionEvidenceAdded,
    DeductionProposed,
    Source,
    deduction_id,
    still_open,
)
from domain.recording.department import need_department
from domain.recording.docket import CaseListed, case_listed
from domain.recording.entering import AlreadyRecorded, need_open_period
from domain.recording.filling import OwnPoints
from domain.recording.lateness import late_reason
from domain.recording.matter import MATTER, NotPlanned
from domain.recording.papers import need_days, need_kind
from domain.recording.sheet import acting
from domain.recording.terms import ends_on
from domain.result.measure import measures_of
from domain.rules.demands import chain_by_worth, levels_of, terms_of
from domain.rules.items import NegativeItem, ResponsibilityItem
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Quantity, Sha256, day_of, midnight_after

RECORDERS: Final = ("recorder", "substitute_recorder")


class DeductionUnknown(Refused):
    """负面清单中没有这个条目或档次。 The rule set in force has no such deduction or shortfall, or no such level."""

    code = "deduction-unknown"


class DeductionWaiting(Refused):
    """该事项已拟减分,正在办理。 This deduction is proposed already and on its way."""

    code = "deduction-waiting"


class AlreadyCounted(Refused):
    """同一事实已在责任清单中计算,不得重复减分。 The same fact lowers a responsibility item already."""

    code = "already-counted"


class OwnMeasure(Refused):
    """本系统开出的措施不得作为减分依据。 A measure opened here is never the basis of a deduction."""

    code = "own-measure"


class OwnPaper(Refused):
    """本人书写的材料不得作为减分依据。 What the person wrote himself is never the basis of a deduction."""

    code = "own-paper"


class EvidenceKnown(Refused):
    """该依据已登记。 This document is already among the evidence."""

    code = "evidence-known"


class ProposeDeduction(Command, frozen=True, kw_only=True):
    """Propose a deduction, or a shortfall of a presumed item."""

    operation = "deduction.propose"
    unit: Code
    member: MemberId
    matter: Code
    item: Code
    level: Code
    occurred_on: date
    dated_on: date
    document_kind: Code
    document: Sha256
    from_own_measure: bool = False
    """The document comes of a measure that was opened here."""
    quantity: Quantity = "1.00"
    """For a range the points chosen, with their reason; else how many units."""
    condition: Code | None = None
    choice_reason: Secret | None = None
    particulars: Secret
    late_reason: Secret | None = None


class AddDeductionEvidence(Command, frozen=True, kw_only=True):
    """A further document: the person is told again."""

    operation = "deduction.propose"
    unit: Code
    deduction: UUID
    document_kind: Code
    document: Sha256


ProposingCommand: TypeAlias = ProposeDeduction | AddDeductionEvidence


def decide(past: Past, command: ProposingCommand) -> Decision:
    """Propose, add evidence."""
    match command:
        case ProposeDeduction():
            return _propose(past, command)
        case AddDeductionEvidence():
            return _add(past, command)


def _propose(past: Past, command: ProposeDeduction) -> Decision:
    unit = established(past, command.unit)
    rules, scheme = scheme_here(past, unit.unit, command.occurred_on)
    item = _item(scheme, command.item)
    if command.level not in {one.code for one in levels_of(item)}:
        raise DeductionUnknown(item=command.item, level=command.level)
    if acting(command) == command.member:
        raise OwnPoints
    need_department(scheme, item.code, command.actor)
    need_days(past, command.unit, command.member, command.occurred_on, command.dated_on, command.at)
    need_open_period(past, command.member, command.dated_on)
    need_unsealed(past, command.unit, command.dated_on)
    _need_basis(past, scheme, item, command)
    said = Amount(command.quantity, command.condition)
    need_amount(scheme, item.code, command.level, said, has_reason=command.choice_reason is not None)
    worth = worth_shown(scheme, item.code, command.level, said)
    _never_twice(past, scheme, item, command)
    deduction = deduction_id(command.unit, command.member, command.matter, command.item)
    _not_waiting(past, deduction, command)
    fact = DeductionProposed(
        deduction=deduction,
        unit=command.unit,
        member=command.member,
        matter=command.matter,
        item=command.item,
        level=command.level,
        shortfall=isinstance(item, ResponsibilityItem),
        rules=rules,
        occurred_on=command.occurred_on,
        dated_on=command.dated_on,
        document_kind=command.document_kind,
        document=command.document,
        quantity=said.unless_one,
        condition=command.condition,
        choice_reason=reason_of(scheme, item.code, command.level, command.choice_reason),
        points_shown=worth,
        source=_source(command),
        by=acting(command),
        particulars=command.particulars.commitment,
        late_reason=late_reason(past, scheme, command.dated_on, command.at, command.late_reason),
        body=steps_of(past, unit, chain_by_worth(scheme, item.code, command.level, worth))[0].unit,
        told_from=day_of(command.at),
        deemed_at=_deemed_at(past, scheme, command.at),
    )
    listed = CaseListed(
        unit=command.unit, kind="deduction", case=deduction, member=command.member, dated_on=command.dated_on
    )
    return [DEDUCTION.of(deduction).says(fact), *case_listed(past, listed)]


def _item(scheme: Scheme, code: Code) -> NegativeItem | ResponsibilityItem:
    found = scheme.item(code)
    if isinstance(found, NegativeItem) or (isinstance(found, ResponsibilityItem) and found.mode == "presumed"):
        return found
    raise DeductionUnknown(item=code)


def _source(command: ProposeDeduction) -> Source:
    return "recorder" if command.actor.role in RECORDERS else "body"


def _need_basis(past: Past, scheme: Scheme, item: NegativeItem | ResponsibilityItem, command: ProposeDeduction) -> None:
    need_kind(item, command.document_kind)
    if scheme.evidence_kinds[command.document_kind].own_paper:
        raise OwnPaper(kind=command.document_kind)
    own = past[measures_of(command.member)].papers()
    if command.from_own_measure or command.document in own:
        raise OwnMeasure(item=command.item)


def _never_twice(
    past: Past, scheme: Scheme, item: NegativeItem | ResponsibilityItem, command: ProposeDeduction
) -> None:
    """A fact that an item takes account of by itself is not deducted; nor falls short what a deduction took over."""
    act = past[archive_of(command.member, command.occurred_on)]
    if isinstance(item, NegativeItem):
        counted = scheme.already_counted_in(item.code)
        kind = _kind_of(past, command)
        for code in counted:
            paired = scheme.item(code)
            if isinstance(paired, ResponsibilityItem) and paired.matter == kind:
                raise AlreadyCounted(item=code)
    else:
        counted = tuple(negative.code for negative in scheme.negative if item.code in scheme.leaves(negative.code))
    archives = (act, past[archive_of(command.member, command.dated_on)])
    for archive in archives:
        for record in archive.records.values():
            same = (record.unit, record.matter) == (command.unit, command.matter)
            # The decision behind a veto is not deducted as well.
            if same and record.kind == "veto" and record.status not in ENDED:
                raise AlreadyCounted(item=record.item)
    for code in counted:
        if any(archive.live(command.unit, command.matter, code) is not None for archive in archives):
            raise AlreadyCounted(item=code)


def _kind_of(past: Past, command: ProposeDeduction) -> str | None:
    """What kind of matter it is, where it stands in the organisation's plan."""
    matter = past[MATTER.of(command.unit, command.matter)]
    return None if isinstance(matter, NotPlanned) else matter.kind


def _not_waiting(past: Past, deduction: UUID, command: ProposeDeduction) -> None:
    state = past[DEDUCTION.of(deduction)]
    days = {command.dated_on}
    if isinstance(state, Deduction):
        if state.open:
            raise DeductionWaiting(deduction=deduction)
        days.add(state.proposal.dated_on)
    for day in days:
        earlier = past[archive_of(command.member, day)].live(command.unit, command.matter, command.item)
        if earlier is not None:
            raise AlreadyRecorded(record=earlier.record, matter=command.matter, item=command.item)


def _deemed_at(past: Past, scheme: Scheme, at: Instant) -> Instant:
    today = day_of(at)
    return midnight_after(ends_on(past, today, terms_of(scheme).deemed_delivered, today))


def _add(past: Past, command: AddDeductionEvidence) -> Decision:
    deduction = still_open(past, command.deduction, command.unit)
    proposal = deduction.proposal
    _, scheme = scheme_here(past, command.unit, proposal.occurred_on)
    if acting(command) == proposal.member:
        raise OwnPoints
    if command.document in deduction.documents:
        raise EvidenceKnown(sha256=command.document)
    need_department(scheme, proposal.item, command.actor)
    need_kind(_item(scheme, proposal.item), command.document_kind)
    fact = DeductionEvidenceAdded(
        deduction=command.deduction,
        unit=command.unit,
        member=proposal.member,
        round=deduction.round + 1,
        document_kind=command.document_kind,
        document=command.document,
        by=acting(command),
        told_from=day_of(command.at),
        deemed_at=_deemed_at(past, scheme, command.at),
    )
    return [DEDUCTION.of(command.deduction).says(fact)]
