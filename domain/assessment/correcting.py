"""封存后的更正 — an archive with what an order puts right in it: a reversal, and the right record in its place."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from domain.assessment.restatement import CorrectionOrdered
from domain.decider import Fact, StreamRef
from domain.recording.archive import ENDED, Archive, PointsConfirmed, Record, RecordReplaced, RecordReversed, evolve
from domain.recording.entering import record_id
from domain.values import NoticeId


def put_right(ref: StreamRef[Archive], state: Archive, ordered: Iterable[CorrectionOrdered]) -> Archive:
    """The archive as it would be; the right records count as if they were confirmed."""
    for one in ordered:
        for fact in corrections(ref, state, one):
            state = evolve(state, fact)
        state = state if one.right is None else _as_confirmed(state)
    return state


def _as_confirmed(state: Archive) -> Archive:
    last = next(reversed(state.records.values()))
    confirmed = replace(last, status="confirmed") if last.status == "approved" and last.replaces else last
    return replace(state, records={**state.records, last.record: confirmed})


def corrections(ref: StreamRef[Archive], state: Archive, one: CorrectionOrdered) -> Sequence[Fact]:
    """The reversal, and what takes its place: in a sealed period, by order alone (I12).

    Nothing where another order has put the record right since: what stands in its place stays.
    """
    before = state.records[one.record]
    if before.status in ENDED:
        return []
    reverse = RecordReversed(record=one.record, member=one.member, restatement=one.restatement)
    return [reverse] if one.right is None else [reverse, _replacement(ref, state, one, before)]


def adopted(
    ref: StreamRef[Archive], state: Archive, ordered: Iterable[CorrectionOrdered], notice: NoticeId
) -> list[Fact]:
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
