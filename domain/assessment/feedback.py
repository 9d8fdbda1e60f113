"""反馈本人 — each person is told his result, says that he has seen it, and both are on record."""

from datetime import date

from domain.assessment.result import (
    AlreadyAcknowledged,
    AlreadyFedBack,
    NotDetermined,
    ResultAcknowledged,
    ResultFedBack,
    result_of,
)
from domain.decider import Command, Decision, NotPermitted, Past
from domain.organisation.member import refuse_own
from domain.organisation.unit import DayInFuture
from domain.recording.sheet import acting
from domain.sealed import Secret
from domain.values import Code, MemberId, day_of


class FeedBackResult(Command, frozen=True, kw_only=True):
    """Say that the result was fed back."""

    operation = "result.feed_back"
    unit: Code
    member: MemberId
    year: int
    period: Code
    told_on: date
    note: Secret | None = None


class AcknowledgeResult(Command, frozen=True, kw_only=True):
    """Say that one has seen one's own result."""

    operation = "result.acknowledge"
    unit: Code
    member: MemberId
    year: int
    period: Code


def acknowledge(past: Past, command: AcknowledgeResult) -> Decision:
    """Of what stands, once a version, by the person himself and nobody else."""
    if command.actor.person != command.member:
        raise NotPermitted
    ref = result_of(command.member, command.year, command.period)
    found = past[ref].standing
    if found is None or found.superseded:
        raise NotDetermined(period=command.period, year=command.year)
    if found.acknowledged:
        raise AlreadyAcknowledged(period=command.period, year=command.year)
    fact = ResultAcknowledged(
        member=command.member,
        unit=command.unit,
        year=command.year,
        period=command.period,
        version=found.version,
    )
    return [ref.says(fact)]


def decide(past: Past, command: FeedBackResult) -> Decision:
    """Of a result that this organisation determined, once a version, by somebody else."""
    refuse_own(command, command.member)
    ref = result_of(command.member, command.year, command.period)
    found = past[ref].standing
    if found is None or found.unit != command.unit:
        raise NotDetermined(period=command.period, year=command.year)
    if found.fed_back:
        raise AlreadyFedBack(period=command.period, year=command.year)
    if command.told_on > day_of(command.at):
        raise DayInFuture(day=command.told_on)
    fact = ResultFedBack(
        member=command.member,
        unit=command.unit,
        year=command.year,
        period=command.period,
        version=found.version,
        by=acting(command),
        told_on=command.told_on,
        note=None if command.note is None else command.note.commitment,
    )
    return [ref.says(fact)]
