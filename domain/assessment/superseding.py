"""重算核算与公示 — what was ordered is computed by itself, and noticed once it is approved."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias
from uuid import uuid5

import msgspec

from domain.assessment.carried import readable
from domain.assessment.correcting import put_right
from domain.assessment.period import Assessment, living, standing
from domain.assessment.restatement import (
    LineRestated,
    MemberRestated,
    OfRestatement,
    Restatement,
    RestatementComputed,
    at_step,
    restatement_notice_id,
    restatement_of,
)
from domain.assessment.restating import Changed, Restated, determined_members, restated
from domain.assessment.result import result_of
from domain.decider import Command, Decision, Past
from domain.notice.notice import NOTICE, NoNotice, NoticeExists, lines_digest
from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted
from domain.organisation.unit import established
from domain.recording.archive import Archive, archive_of
from domain.recording.terms import ends_on
from domain.result.due import Foreseen, foreseen
from domain.rules.demands import stage_of, terms_of
from domain.rules.ruleset import Version, scheme_on
from domain.rules.ruling import rules_here
from domain.values import (
    Code,
    Instant,
    MemberId,
    Points,
    RecordId,
    Sha256,
    day_of,
    hundredths,
    midnight_after,
    points,
)


class ComputeRestatement(Command, frozen=True, kw_only=True):
    """Compute what was ordered."""

    operation = "restatement.compute"
    unit: Code
    year: int
    period: Code
    number: int


class DraftRestatementNotice(Command, frozen=True, kw_only=True):
    """Draft the notice of what was approved."""

    operation = "notice.draft"
    unit: Code
    year: int
    period: Code
    number: int


SupersedingCommand: TypeAlias = ComputeRestatement | DraftRestatementNotice


class Hearing(NamedTuple):
    """The last day for a statement of those whom it harms, as for a deduction: told, then the full term."""

    state_by: date
    may_decide_at: Instant


def decide(past: Past, command: SupersedingCommand) -> Decision:
    """Compute, notice; nothing where another restatement has taken its place since."""
    match command:
        case ComputeRestatement():
            return _compute(past, command)
        case DraftRestatementNotice():
            return _notice(past, command)


def _compute(past: Past, command: ComputeRestatement) -> Decision:
    now = at_step(past, command.unit, command.year, command.period, "ordered")
    found = standing(past, command.unit, command.year, command.period, "sealed")
    everybody = restated(
        past,
        found,
        version_of(past, found, now),
        archives_put_right(past, found, now),
        unfavourable=now.order.unfavourable,
        moved=_moved(past, found, now),
    )
    corrected = {one.member for one in now.put_right}
    rows = [one for one in everybody if one.differs or one.member.member in corrected]
    facts = _facts(past, command, found, now, rows)
    ref = restatement_of(found.unit, found.year, found.period)
    header = RestatementComputed(
        **msgspec.structs.asdict(_of(now)),
        rules=now.order.rules,
        as_of=command.id,
        members=len(everybody),
        better=sum(one.effect == "better" for one in everybody),
        same=sum(one.effect == "same" for one in everybody),
        worse=sum(one.effect == "worse" for one in everybody),
        unmapped=sum(one.unmapped for one in everybody),
        digest=_digest(facts),
    )
    return [ref.says(header), *(ref.says(one) for one in facts)]


def version_of(past: Past, found: Assessment, now: Restatement) -> Version:
    """The version that was ordered."""
    version = rules_here(past, found.unit).asked(now.order.rules, found.last_on)
    assert version is not None, f"{now.order.rules} was ordered"
    return readable(version)


def _moved(past: Past, found: Assessment, now: Restatement) -> frozenset[MemberId] | None:
    """Of an order that follows another: whose carried total that changed, as far as he stands by this version."""
    if now.order.follows is None:
        return None
    cause = restatement_notice_id(now.order.follows)
    people = determined_members(past, found)
    before = past.many([result_of(one.member, found.year - 1, found.period) for one, _ in people])
    return frozenset(
        one.member
        for (one, result), earlier in zip(people, before, strict=True)
        if earlier.standing is not None
        and earlier.standing.notice == cause
        and result.standing is not None
        and result.standing.rules == now.order.rules
    )


def archives_put_right(past: Past, found: Assessment, now: Restatement) -> Mapping[MemberId, Archive]:
    """The archives in which the order puts something right."""
    archives: dict[MemberId, Archive] = {}
    for one in now.put_right:
        ref = archive_of(one.member, found.last_on)
        archives[one.member] = put_right(ref, archives.get(one.member, past[ref]), (one,))
    return archives


def _of(now: Restatement) -> OfRestatement:
    order = now.order
    return OfRestatement(
        restatement=order.restatement, unit=order.unit, year=order.year, period=order.period, number=order.number
    )


def _facts(
    past: Past, command: ComputeRestatement, found: Assessment, now: Restatement, rows: Sequence[Restated]
) -> list[MemberRestated | LineRestated]:
    follows = foreseen(past, found, {one.member.member: _graded(one) for one in rows})
    harmed = any(one.effect == "worse" and one.adopted for one in rows)
    hearing = _hearing(past, command, found) if harmed else None
    facts: list[MemberRestated | LineRestated] = []
    for one in rows:
        facts.append(_member(now, one, follows[one.member.member], hearing))
        facts += [_line(now, one.member.member, line) for line in one.lines]
    return facts


def _graded(one: Restated) -> tuple[Code | None, int]:
    if not one.adopted:
        return one.standing.grade, one.standing.total
    return one.grade, hundredths(one.figures.total)


def _hearing(past: Past, command: ComputeRestatement, found: Assessment) -> Hearing:
    today = day_of(command.at)
    _, scheme = scheme_on(past, established(past, found.unit).scheme, today)
    terms = terms_of(scheme)
    last_on = ends_on(past, today, terms.deemed_delivered + terms.statement, today)
    return Hearing(last_on, midnight_after(last_on))


def _member(now: Restatement, one: Restated, follows: Foreseen, hearing: Hearing | None) -> MemberRestated:
    heard = hearing if one.effect == "worse" and one.adopted else None
    return MemberRestated(
        **msgspec.structs.asdict(_of(now)),
        member=one.member.member,
        standing=one.standing.version,
        figures=one.figures,
        before_total=points(one.standing.total),
        before_grade=one.standing.grade,
        grade=one.grade,
        reason=one.reason,
        effect=one.effect,
        adopted=one.adopted,
        lines=len(one.lines),
        unmapped=one.unmapped,
        measures_due=follows.due,
        measures_gone=follows.gone,
        state_by=None if heard is None else heard.state_by,
        may_decide_at=None if heard is None else heard.may_decide_at,
    )


def _line(now: Restatement, member: MemberId, line: Changed) -> LineRestated:
    return LineRestated(
        **msgspec.structs.asdict(_of(now)),
        member=member,
        item=line.item,
        span=line.span,
        record=line.record,
        old=_written(line.old),
        new=_written(line.new),
        unmapped=line.unmapped,
    )


def _written(value: int | None) -> Points | None:
    return None if value is None else points(value)


def _digest(facts: Sequence[MemberRestated | LineRestated]) -> Sha256:
    return hashlib.sha256(b"\n".join(msgspec.json.encode(one, order="sorted") for one in facts)).hexdigest()


def _notice(past: Past, command: DraftRestatementNotice) -> Decision:
    """One line for each member who gets another determination, by pseudonym; once."""
    now = at_step(past, command.unit, command.year, command.period, "approved")
    found = living(past, command.unit, command.year, command.period)
    if now.order.number != command.number:
        return []
    notice = restatement_notice_id(now.order.restatement)
    ref = NOTICE.of(notice)
    if past[ref] != NoNotice():
        raise NoticeExists(notice=notice)
    lines = [
        ResultLineDrafted(
            line=number,
            member=one.member,
            result=result_line_id(one.member, now),
            total=one.figures.total,
            grade=one.grade,
        )
        for number, one in enumerate(now.adopted, start=1)
    ]
    today = day_of(command.at)
    _, scheme = scheme_on(past, established(past, found.unit).scheme, today)
    header = ResultNoticeDrafted(
        notice=notice,
        unit=found.unit,
        stage=stage_of(scheme, "restatement").code,
        year=found.year,
        period=found.period,
        computation=found.computation,
        last_on=found.last_on,
        lines=len(lines),
        digest=lines_digest(lines),
        decided_on=today,
        bodies=(now.order.body,),
        restatement=now.order.number,
    )
    return [ref.says(header), *(ref.says(line) for line in lines)]


def result_line_id(member: MemberId, now: Restatement) -> RecordId:
    """The one line of a member in one restatement."""
    return uuid5(now.order.restatement, str(member))
