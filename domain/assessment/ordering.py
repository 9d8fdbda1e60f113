"""重算的决定与审定 — the leading group orders a restatement, hears whom it harms, and approves it with others voting.

Who wrote or approved the version, who took the first decision, and whose line is concerned has no vote; where too few
are left in the nearest leading group, the next one above decides.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.assessment.adding import AddRecord, addition
from domain.assessment.agreeing import RightRecord, need_agreement, need_once, runs
from domain.assessment.carried import readable
from domain.assessment.period import Assessment, PeriodRestated, period_of, result_notice_id, standing
from domain.assessment.restatement import (
    AdditionOrdered,
    CorrectionOrdered,
    NotRestated,
    OfRestatement,
    Restatement,
    RestatementApproved,
    RestatementDropped,
    RestatementOrdered,
    RestatementRunning,
    RestatementStatementFiled,
    RestatementUnknown,
    at_step,
    restatement_id,
    restatement_of,
)
from domain.assessment.restating import determined_members
from domain.assessment.result import result_of
from domain.decider import Command, Decision, NotPermitted, Past, Refused, Write
from domain.notice.notice import NOTICE, Notice
from domain.objection.recusal import concerned
from domain.objection.righting import need_sayable_right, worth_of_right
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.bodies import Seated
from domain.organisation.unit import established, higher_than
from domain.recording.approval import NotOneDecides, NotPresent, WrongBody
from domain.recording.archive import ENDED, Record, RecordUnknown, archive_of
from domain.recording.chain import Motion, ReasonMissing, Sitting
from domain.recording.committee import Meeting, Vote, convened
from domain.recording.hearing import StatementEmpty, StatementTermRuns
from domain.recording.sheet import acting
from domain.rules.ruleset import NoRuleInForce, Version, VersionUnknown, scheme_on
from domain.rules.ruling import rules_here
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of

LEAST_VOTERS: Final = 3


class ConcernedOrders(Refused):
    """制定办法、作出原评定或涉及本人结果的,不得决定重算。 Who made the rule or the first decision steps back."""

    code = "concerned-orders"


class OrdererApproves(Refused):
    """提出重算决定的人员不得审定重算结果。 Who brought the order does not approve what came of it."""

    code = "orderer-approves"


class NothingToRestate(Refused):
    """未指明另一版本,也未指明须更正的记录。 Neither another version nor a record to put right is named."""

    code = "nothing-to-restate"


class CorrectionOutside(Refused):
    """更正的记录不在该考评期内。 The record to be put right is not of this period."""

    code = "correction-outside"


class CorrectionUndetermined(Refused):
    """该党员本考评期的结果不是由本组织评定的。 This organisation determined no result of this member in this period."""

    code = "correction-undetermined"


class NotRestatedWorse(Refused):
    """本人结果没有变差,无须陈述。 The result is not worse for this member: there is nothing to be heard on."""

    code = "not-restated-worse"


class OrderRestatement(Sitting, frozen=True, kw_only=True):
    """Order it."""

    operation = "restatement.order"
    year: int
    period: Code
    rules: Code | None = None
    """The version; None for the one in force on the period's last day."""
    unfavourable: bool = False
    corrections: tuple[RightRecord, ...] = ()
    additions: tuple[AddRecord, ...] = ()
    document_kind: Code
    document: Sha256
    reason: Secret


class FileRestatementStatement(Command, frozen=True, kw_only=True):
    """The view of a member for whom it comes out worse; or, final and without words, that he has none."""

    operation = "restatement.answer"
    unit: Code
    year: int
    period: Code
    number: int
    statement: Secret | None = None
    final: bool = False


class ApproveRestatement(Motion, frozen=True, kw_only=True):
    """Approve or drop it; ``spared`` are those whose worse result is not adopted."""

    operation = "restatement.approve"
    year: int
    period: Code
    number: int
    spared: tuple[MemberId, ...] = ()


OrderingCommand: TypeAlias = OrderRestatement | FileRestatementStatement | ApproveRestatement


def decide(past: Past, command: OrderingCommand) -> Decision:
    """Order, hear, approve."""
    match command:
        case OrderRestatement():
            return _order(past, command)
        case FileRestatementStatement():
            return _state(past, command)
        case ApproveRestatement():
            return _approve(past, command)


def _order(past: Past, command: OrderRestatement) -> Decision:
    found = standing(past, command.unit, command.year, command.period, "sealed")
    number = next_number(past, found)
    version = _version(past, found, command.rules)
    if command.rules is None and not command.corrections and not command.additions:
        raise NothingToRestate
    vote = _carried(past, command, found, version, ())
    key = key_of(found, number)
    need_once((*command.corrections, *command.additions))
    corrections = [_right(past, found, key, one) for one in command.corrections]
    additions = [_add(past, found, key, one) for one in command.additions]
    need_agreement(past, found, version, (*command.corrections, *additions))
    order = RestatementOrdered(
        **msgspec.structs.asdict(key),
        rules=version.version,
        rules_digest=version.digest,
        unfavourable=command.unfavourable,
        corrections=len(corrections),
        additions=len(additions),
        document_kind=command.document_kind,
        document=command.document,
        reason=command.reason.commitment,
        by=acting(command),
        body=command.actor.unit or command.unit,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
    )
    ref = restatement_of(found.unit, found.year, found.period)
    return [ref.says(one) for one in (order, *corrections, *additions)]


def key_of(found: Assessment, number: int) -> OfRestatement:
    """What every fact of an order names."""
    return OfRestatement(
        restatement=restatement_id(found.unit, found.year, found.period, number),
        unit=found.unit,
        year=found.year,
        period=found.period,
        number=number,
    )


def next_number(past: Past, found: Assessment) -> int:
    """The number of another restatement, or a refusal where one is on its way."""
    state = past[restatement_of(found.unit, found.year, found.period)]
    if isinstance(state, NotRestated):
        return 1
    if runs(past, found, state):
        raise RestatementRunning(period=found.period, year=found.year)
    return state.order.number + 1


def _version(past: Past, found: Assessment, asked: Code | None) -> Version:
    scheme = established(past, found.unit).scheme
    known = rules_here(past, found.unit)
    version = known.in_force(found.last_on) if asked is None else known.asked(asked, found.last_on)
    if version is None and asked is None:
        raise NoRuleInForce(scheme=scheme, day=found.last_on)
    # Nobody is judged by what was not published.
    if version is None or version.status != "published":
        raise VersionUnknown(version=asked)
    return readable(version)


def _need_determined(past: Past, found: Assessment, member: MemberId) -> None:
    there = past[result_of(member, found.year, found.period)].standing
    if there is None or there.unit != found.unit:
        raise CorrectionUndetermined(member=member)


def _add(past: Past, found: Assessment, key: OfRestatement, one: AddRecord) -> AdditionOrdered:
    _need_determined(past, found, one.member)
    return addition(past, found, key, one)


def _right(past: Past, found: Assessment, key: OfRestatement, one: RightRecord) -> CorrectionOrdered:
    record = past[archive_of(one.member, found.last_on)].records.get(one.record)
    if record is None or record.status in ENDED:
        raise RecordUnknown(record=one.record)
    _need_determined(past, found, one.member)
    if not all(found.first_on <= day <= found.last_on for day in _days(record, one)):
        raise CorrectionOutside(record=one.record)
    said = CorrectionOrdered(**msgspec.structs.asdict(key), **msgspec.structs.asdict(one))
    if one.right is None:
        return said
    version = _version_of_act(past, found, record, one)
    scheme = version.scheme
    assert scheme is not None, f"version {version.version} was in force"
    need_sayable_right(scheme, record.item, record, one.member, one.right)
    rules = None if version.version == record.rules else version.version
    return replace(said, points_shown=worth_of_right(scheme, record.item, one.right), rules=rules)


def _days(record: Record, one: RightRecord) -> Iterator[date]:
    """By which it counts: the act's day of a responsibility, of everything else the document's."""
    yield record.counted_on
    if one.counted_on is not None:
        yield one.counted_on
    elif one.occurred_on is not None and record.kind == "responsibility":
        yield one.occurred_on


def _version_of_act(past: Past, found: Assessment, record: Record, one: RightRecord) -> Version:
    """The version of the act's day (I2): the record's own, or, where that day was wrong, the one of the right day."""
    if one.occurred_on is None or one.occurred_on == record.occurred_on:
        return _version(past, found, record.rules)
    version = rules_here(past, found.unit).in_force(one.occurred_on)
    if version is None:
        raise NoRuleInForce(scheme=established(past, found.unit).scheme, day=one.occurred_on)
    return readable(version)


def groups(past: Past, unit: Code, day: date) -> list[Seated]:
    """The leading groups from an organisation upwards, nearest first."""
    offices = {place: past[APPOINTMENTS.of(place)] for place in (unit, *higher_than(past, unit))}
    return [
        Seated(unit=place, members=members, behind=one.stand_ins(("leading_group",), day))
        for place, one in offices.items()
        if (members := one.holders(("leading_group",), day))
    ]


def barred(past: Past, found: Assessment, version: Version, day: date) -> frozenset[MemberId]:
    """Who made the rule or the first decision, or has a result of his own in it."""
    out = {one for one in (version.author, version.approver) if one is not None}
    out |= {member.member for member, _ in determined_members(past, found)}
    notice = past[NOTICE.of(result_notice_id(found.unit, found.year, found.period, found.computation))]
    if isinstance(notice, Notice):
        out |= concerned(past, notice, None, day)
    return frozenset(out)


def _carried(
    past: Past,
    command: OrderRestatement | ApproveRestatement,
    found: Assessment,
    version: Version,
    more: Iterable[MemberId],
) -> Vote:
    """The vote of the nearest leading group of which enough are left without the concerned."""
    person, today = acting(command), day_of(command.at)
    out = barred(past, found, version, today) | frozenset(more)
    least = _least(past, found, today)
    there = groups(past, found.unit, today)
    able = [one for one in there if len(one.members - one.recused(out)) >= least]
    if not able:
        raise NotOneDecides(body=there[-1].unit if there else found.unit)
    group = able[0]
    if command.actor.unit != group.unit:
        raise WrongBody(body=group.unit)
    if person in group.recused(more):
        raise OrdererApproves
    if person in group.recused(out):
        raise ConcernedOrders
    if person not in command.present:
        raise NotPresent
    meeting: Meeting = convened(group.members, command.present, command.not_in_favour, least)
    vote = meeting.vote(group.recused(out))
    assert vote is not None, "enough are left"
    return vote


def _least(past: Past, found: Assessment, today: date) -> int:
    _, scheme = scheme_on(past, established(past, found.unit).scheme, today)
    return scheme.bodies.leading_group.min_voters or LEAST_VOTERS


def _state(past: Past, command: FileRestatementStatement) -> Decision:
    now = _computed(past, command)
    person = acting(command)
    if command.statement is None and not command.final:
        raise StatementEmpty
    own = now.members.get(person)
    if own is None:
        raise NotPermitted
    if own.effect != "worse" or not own.adopted:
        raise NotRestatedWorse
    fact = RestatementStatementFiled(
        **msgspec.structs.asdict(_of(now)),
        member=person,
        statement=None if command.statement is None else command.statement.commitment,
        final=command.final,
    )
    return [restatement_of(command.unit, command.year, command.period).says(fact)]


def _computed(past: Past, command: FileRestatementStatement | ApproveRestatement) -> Restatement:
    """The restatement that is meant, computed: an earlier one is over."""
    now = at_step(past, command.unit, command.year, command.period, "computed")
    if now.order.number != command.number:
        raise RestatementUnknown(number=command.number)
    return now


def _of(now: Restatement) -> OfRestatement:
    order = now.order
    return OfRestatement(
        restatement=order.restatement, unit=order.unit, year=order.year, period=order.period, number=order.number
    )


def _approve(past: Past, command: ApproveRestatement) -> Decision:
    now = _computed(past, command)
    found = standing(past, command.unit, command.year, command.period, "sealed")
    version = _version(past, found, now.order.rules)
    vote = _carried(past, command, found, version, (now.order.by,))
    ref = restatement_of(command.unit, command.year, command.period)
    said: dict[str, Any] = {
        **msgspec.structs.asdict(_of(now)),
        "body": command.actor.unit,
        "minute": command.minute,
        "minute_sha256": command.minute_sha256,
        "vote": vote,
    }
    if command.verdict == "refused":
        if command.reason is None:
            raise ReasonMissing
        return [ref.says(RestatementDropped(**said, reason=command.reason.commitment))]
    if now.unheard(command.at):
        raise StatementTermRuns(may_decide_at=max(one.may_decide_at or command.at for one in now.unheard(command.at)))
    spared = _spared(now, command)
    adopted = len(now.adopted) - len(spared)
    approved = ref.says(RestatementApproved(**said, adopted=adopted, spared=spared))
    return [approved] if adopted else [approved, _without_change(now)]


def _spared(now: Restatement, command: ApproveRestatement) -> tuple[MemberId, ...]:
    harmed = {one.member for one in now.adopted if one.effect == "worse"}
    if not harmed.issuperset(command.spared):
        raise NotRestatedWorse
    return tuple(sorted(set(command.spared), key=str))


def _without_change(now: Restatement) -> Write:
    """Nothing changes for anybody: there is nothing to notice, and the restatement is over."""
    order = now.order
    fact = PeriodRestated(
        unit=order.unit, year=order.year, period=order.period, number=order.number, adopted=0, blocked=0
    )
    return period_of(order.unit, order.year, order.period).says(fact)
