"""更正的内容 — what may stand in a record's place: an outcome or a level of its item, by the rules of its day."""

from domain.objection.objection import Correction
from domain.recording.amounts import Amount, LevelUnknown, need_amount, worth_shown
from domain.recording.archive import Record
from domain.recording.filling import LineWish, OutcomeNotOfItem, need_sayable
from domain.rules.demands import item_named, levels_of
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Points


def amount_of(right: Correction) -> Amount:
    """What a correction says beyond its level."""
    return Amount(right.quantity, right.condition, right.share)


def need_sayable_right(scheme: Scheme, item: Code, before: Record | None, whom: MemberId, right: Correction) -> None:
    """Refuse what the rules of the record's day do not know."""
    if before is not None and before.kind != "responsibility":
        _fits_level(scheme, item, before, right)
    else:
        _fits(scheme, item, whom, right)


def _fits_level(scheme: Scheme, item: Code, before: Record, right: Correction) -> None:
    """An honour, a deduction or a shortfall changes its level; a veto has none to change."""
    if right.outcome != before.outcome or scheme.item(item) is None:
        raise OutcomeNotOfItem(outcome=right.outcome, item=item)
    if right.level not in {one.code for one in levels_of(item_named(scheme, item))}:
        raise LevelUnknown(item=item, level=right.level)
    # The reply, or the order, says why to everybody whom it concerns.
    need_amount(scheme, item, right.level, amount_of(right), has_reason=True)


def _fits(scheme: Scheme, item: Code, whom: MemberId, right: Correction) -> None:
    found = scheme.item(item)
    if not isinstance(found, ResponsibilityItem):
        raise OutcomeNotOfItem(outcome=right.outcome, item=item)
    said = LineWish(
        member=whom,
        outcome=right.outcome,
        quantity=right.quantity,
        level=right.level,
        condition=right.condition,
    )
    need_sayable(scheme, found, said, has_reason=True)


def worth_of_right(scheme: Scheme, item: Code, right: Correction) -> Points | None:
    """Of a level of the lists; what a sheet says is worth what its line comes to."""
    if right.level is None or right.outcome == "earned":
        return None
    return worth_shown(scheme, item, right.level, amount_of(right))
