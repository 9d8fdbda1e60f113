"""减分审定 — the chain decides what was proposed, told and heard; approved or dismissed, it stays on record."""

from uuid import UUID

from msgspec.structs import replace

from domain.decider import Decision, Past, Write
from domain.organisation.custody import PersonErased
from domain.organisation.member import registered
from domain.organisation.unit import established
from domain.recording.archive import DeductionApproved, DeductionDismissed
from domain.recording.chain import Motion, Ruling, following, higher, seat_of, steps_of, voted
from domain.recording.committee import Vote
from domain.recording.deduction import (
    DEDUCTION,
    Deduction,
    DeductionDecided,
    DeductionProposed,
    DeductionReferred,
    still_open,
)
from domain.recording.entering import recorded
from domain.recording.hearing import need_hearing
from domain.recording.honour import UNNUMBERED
from domain.rules.demands import chain_by_worth
from domain.rules.ruling import scheme_here


class DecideDeduction(Motion, frozen=True, kw_only=True):
    """A body's decision on a proposed deduction."""

    operation = "deduction.decide"
    deduction: UUID


def decide(past: Past, command: DecideDeduction) -> Decision:
    """Approve and hand on, approve for good, or dismiss."""
    deduction = still_open(past, command.deduction, command.unit)
    need_hearing(deduction, command)
    proposal = deduction.proposal
    if command.verdict == "approved" and registered(past, proposal.member).custody.destroyed:
        raise PersonErased  # it can be dismissed, so that it holds up no period
    unit = established(past, proposal.unit)
    _, scheme = scheme_here(past, unit.unit, proposal.occurred_on)
    steps = steps_of(past, unit, chain_by_worth(scheme, proposal.item, proposal.level, proposal.points_shown))
    step = seat_of(steps, deduction.step, deduction.body)
    ruling = voted(past, scheme, step, command, subject=proposal.member, entered_by=deduction.entered_by)
    ref = DEDUCTION.of(command.deduction)
    if ruling.vote is None:
        to = higher(past, deduction.body)
        return [
            ref.says(DeductionReferred(deduction=command.deduction, unit=command.unit, member=proposal.member, to=to))
        ]
    number = following(past, steps, deduction.step, deduction.body)
    going_on = command.verdict == "approved" and number < len(steps)
    decided = _decided(command, deduction, ruling, ruling.vote)
    if going_on:
        return [ref.says(replace(decided, next_step=number, to=steps[number].unit))]
    return [ref.says(decided), _on_record(past, command, proposal, ruling.vote)]


def _decided(command: DecideDeduction, deduction: Deduction, ruling: Ruling, vote: Vote) -> DeductionDecided:
    return DeductionDecided(
        deduction=command.deduction,
        unit=command.unit,
        member=deduction.proposal.member,
        step=deduction.step + 1,
        body=deduction.body,
        verdict=command.verdict,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
        recused=ruling.recused,
        reason=None if command.reason is None else command.reason.commitment,
    )


def _on_record(past: Past, command: DecideDeduction, proposal: DeductionProposed, vote: Vote) -> Write:
    if command.verdict == "refused":
        return recorded(
            past,
            DeductionDismissed(
                record=UNNUMBERED,
                member=proposal.member,
                unit=proposal.unit,
                matter=proposal.matter,
                item=proposal.item,
                level=proposal.level,
                rules=proposal.rules,
                occurred_on=proposal.occurred_on,
                counted_on=proposal.dated_on,
                shortfall=proposal.shortfall,
            ),
        )
    return recorded(
        past,
        DeductionApproved(
            record=UNNUMBERED,
            member=proposal.member,
            unit=proposal.unit,
            matter=proposal.matter,
            item=proposal.item,
            level=proposal.level,
            rules=proposal.rules,
            occurred_on=proposal.occurred_on,
            counted_on=proposal.dated_on,
            shortfall=proposal.shortfall,
            points_shown=proposal.points_shown,
            quantity=proposal.quantity,
            condition=proposal.condition,
            late=proposal.late_reason is not None,
            entitled=vote.entitled,
            present=vote.present,
            in_favour=vote.in_favour,
        ),
    )
