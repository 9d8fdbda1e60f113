"""一票否决 — registered on the decision document of a competent body, lifted when that decision is changed.

What a department keeps is brought by its officer first (``domain.recording.bringing``). Its effect on a grade is the
rule set's; here stands only that there is one. It is never shown publicly.
"""

from collections.abc import Collection
from datetime import date
from typing import TypeAlias

from msgspec.structs import replace

from domain.assessment.period import need_unsealed
from domain.decider import Decision, Past, Refused
from domain.organisation.unit import DayInFuture, Established, established
from domain.recording.approval import NotOneDecides
from domain.recording.archive import ENDED, RecordUnknown, VetoLifted, VetoRegistered, archive_of
from domain.recording.bringing import RestsOn, brought_of, closed, need_brought, used_up, veto_named, waiting
from domain.recording.chain import Sitting, steps_of, voted
from domain.recording.committee import Vote
from domain.recording.entering import need_open_period, recorded
from domain.recording.honour import UNNUMBERED
from domain.recording.papers import need_days, need_kind
from domain.recording.sheet import acting
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, RecordId, Sha256, day_of


class VetoNotStanding(Refused):
    """该一票否决已解除。 This veto was lifted already."""

    code = "veto-not-standing"


class LiftedBeforeDecided(Refused):
    """变更决定的日期早于原决定。 The decision cannot be changed before it was made."""

    code = "lifted-before-decided"


class RegisterVeto(Sitting, frozen=True, kw_only=True):
    """A competent body has decided: its document, its name, its day."""

    operation = "veto.register"
    member: MemberId
    matter: Code
    item: Code
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Secret


class LiftVeto(Sitting, frozen=True, kw_only=True):
    """The decision was changed or withdrawn: the document that says so."""

    operation = "veto.lift"
    member: MemberId
    counted_on: date
    """The day of the decision that is changed."""
    record: RecordId
    lifted_on: date
    document_kind: Code
    document: Sha256


class DeclineBroughtVeto(Sitting, frozen=True, kw_only=True):
    """The body that registers gives back what a department brought, and says why."""

    operation = "veto.register"
    member: MemberId
    matter: Code
    item: Code
    reason: Secret


VetoCommand: TypeAlias = RegisterVeto | LiftVeto | DeclineBroughtVeto


def decide(past: Past, command: VetoCommand) -> Decision:
    """Register, decline, lift."""
    match command:
        case DeclineBroughtVeto():
            return _decline(past, command)
        case RegisterVeto():
            return _register(past, command)
        case LiftVeto():
            return _lift(past, command)


def _register(past: Past, command: RegisterVeto) -> Decision:
    unit = established(past, command.unit)
    rules, scheme = scheme_here(past, unit.unit, command.occurred_on)
    item = veto_named(scheme, command.item)
    need_days(past, command.unit, command.member, command.occurred_on, command.decided_on, command.at)
    need_unsealed(past, command.unit, command.decided_on)
    need_kind(item, command.document_kind)
    brought = brought_of(command.unit, command.member, command.matter, command.item)
    rests_on = RestsOn(command.occurred_on, command.decided_on, command.document_kind, command.document)
    found = need_brought(past, scheme, brought, item.code, rests_on)
    vote = _carried(past, scheme, unit, command, () if found is None else found.by)
    used = [] if found is None else [used_up(brought, found, acting(command))]
    return [
        *used,
        recorded(
            past,
            VetoRegistered(
                record=UNNUMBERED,
                member=command.member,
                unit=command.unit,
                matter=command.matter,
                item=command.item,
                rules=rules,
                occurred_on=command.occurred_on,
                counted_on=command.decided_on,
                document_kind=command.document_kind,
                document=command.document,
                issuer=command.issuer.commitment,
                noticed=scheme.stage("veto") is not None,
                minute=command.minute,
                minute_sha256=command.minute_sha256,
                entitled=vote.entitled,
                present=vote.present,
                in_favour=vote.in_favour,
            ),
        ),
    ]


def _decline(past: Past, command: DeclineBroughtVeto) -> Decision:
    ref = brought_of(command.unit, command.member, command.matter, command.item)
    found = waiting(past, ref)
    unit = established(past, command.unit)
    _, scheme = scheme_here(past, unit.unit, found.last.occurred_on)
    said = replace(
        closed(found.last, "declined", acting(command)),
        reason=command.reason.commitment,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=_carried(past, scheme, unit, command, found.by),
    )
    return [ref.says(said)]


def _carried(
    past: Past, scheme: Scheme, unit: Established, command: VetoCommand, brought_by: Collection[MemberId] = ()
) -> Vote:
    """The vote of the body that registers, without the subject and whoever brought it."""
    step = steps_of(past, unit, (scheme.veto_rules.registered_by,))[0]
    ruling = voted(past, scheme, step, command, subject=command.member, entered_by=brought_by)
    if ruling.vote is None:
        raise NotOneDecides(body=step.unit)
    return ruling.vote


def _lift(past: Past, command: LiftVeto) -> Decision:
    ref = archive_of(command.member, command.counted_on)
    found = past[ref].records.get(command.record)
    if found is None or found.kind != "veto" or found.unit != command.unit:
        raise RecordUnknown(record=command.record)
    if found.status in ENDED:
        raise VetoNotStanding(record=command.record)
    if command.lifted_on > day_of(command.at):
        raise DayInFuture(day=command.lifted_on)
    need_open_period(past, command.member, command.lifted_on)
    if command.lifted_on < found.counted_on:
        raise LiftedBeforeDecided(day=command.lifted_on)
    unit = established(past, command.unit)
    _, scheme = scheme_here(past, unit.unit, found.occurred_on)
    item = veto_named(scheme, found.item)
    need_kind(item, command.document_kind)
    _carried(past, scheme, unit, command)
    return [
        ref.says(
            VetoLifted(
                record=command.record,
                member=command.member,
                unit=command.unit,
                document_kind=command.document_kind,
                document=command.document,
                lifted_on=command.lifted_on,
                minute_sha256=command.minute_sha256,
            )
        )
    ]
