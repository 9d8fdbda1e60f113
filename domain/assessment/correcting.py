"""封存后的更正 — an archive with what an order puts right in it: a reversal, and the right record in its place."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from domain.assessment.restatement import AdditionOrdered, CorrectionOrdered
from domain.decider import Fact, StreamRef
from domain.recording.archive import ENDED, Archive, PointsConfirmed, Record, RecordReplaced, RecordReversed, evolve
from domain.recording.entering import record_id
from domain.values import NoticeId

Ordered: TypeAlias = CorrectionOrdered | AdditionOrdered


def put_right(ref: StreamRef[Archive], state: Archive, ordered: Iterable[Ordered]) -> Archive:
    """The archive as it would be; the right records count as if they were confirmed."""
    for one in ordered:
        for fact in corrections(ref, state, one):
            state = evolve(state, fact)
            if isinstance(fact, RecordReplaced):
                right = replace(state.records[fact.record], status="confirmed")
                state = replace(state, records={**state.records, fact.record: right})
    return state


def corrections(ref: StreamRef[Archive], state: Archive, one: Ordered) -> Sequence[Fact]:
    """The reversal, and what takes its place; or what was left out: in a sealed period, by order alone (I12).

    Nothing where another order has put the record right since: what stands in its place stays.
    """
    if isinstance(one, AdditionOrdered):
        there = state.live(one.unit, one.matter, one.item)
        return [] if there is not None else [_addition(ref, state, one)]
    before = state.records[one.record]
    if before.status in ENDED:
        return []
    reverse = RecordReversed(record=one.record, member=one.member, restatement=one.restatement)
    return [reverse] if one.right is None else [reverse, _replacement(ref, state, one, before)]


def adopted(ref: StreamRef[Archive], state: Archive, ordered: Iterable[Ordered], notice: NoticeId) -> list[Fact]:
    """The same as facts, each right record confirmed by the notice of the restatement."""
    said: list[Fact] = []
    for one in ordered:
        for fact in corrections(ref, state, one):
            said.append(fact)
            state = evolve(state, fact)
            if isinstance(fact, RecordReplaced):
                confirm = PointsConfirmed(record=fact.record, notice=notice)
                said.append(confirm)
                state = evolve(state, confirm)
    return said


def _addition(ref: StreamRef[Archive], state: Archive, one: AdditionOrdered) -> RecordReplaced:
    return RecordReplaced(
        record=record_id(ref, state),
        member=one.member,
        restatement=one.restatement,
        kind=one.kind,
        unit=one.unit,
        matter=one.matter,
        item=one.item,
        rules=one.rules,
        outcome=one.right.outcome,
        quantity=one.right.quantity,
        level=one.right.level,
        points_shown=one.points_shown,
        condition=one.right.condition,
        share=one.right.share,
        occurred_on=one.occurred_on,
        counted_on=one.counted_on,
    )


def _replacement(ref: StreamRef[Archive], state: Archive, one: CorrectionOrdered, before: Record) -> RecordReplaced:
    right = one.right
    assert right is not None, "something takes its place"
    occurred_on = one.occurred_on or before.occurred_on
    lined = before.kind == "responsibility"
    return RecordReplaced(
        record=record_id(ref, state),
        member=one.member,
        replaces=one.record,
        restatement=one.restatement,
        kind=before.kind,
        unit=before.unit,
        matter=before.matter,
        item=before.item,
        rules=one.rules or before.rules,
        outcome=right.outcome,
        quantity=right.quantity,
        level=right.level,
        points_shown=one.points_shown,
        condition=right.condition,
        share=right.share,
        occurred_on=occurred_on,
        counted_on=one.counted_on or (occurred_on if lined else before.counted_on),
    )
