"""What the scoring counts: responsibility rows one by one or tallied, and honours and deductions one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from domain.rules.items import Mode
from domain.values import RecordId

RatioOutcome: TypeAlias = Literal["attended", "absent", "excused"]
"""What a record of a `ratio` item says; an excused one leaves the denominator."""

AssignedOutcome: TypeAlias = Literal["done", "not-done", "withdrawn"]
"""What a record of an `assigned` item says; a withdrawn one leaves the denominator."""

EarnOutcome: TypeAlias = Literal["earned"]
"""What a record of an `earn` item says; its quantity counts."""

OUTCOMES: Final[dict[Mode, tuple[str, ...]]] = {
    "ratio": ("attended", "absent", "excused"),
    "assigned": ("done", "not-done", "withdrawn"),
    "earn": ("earned",),
    "threshold": ("attended", "absent", "excused"),
    "presumed": (),
}
"""The outcomes of each mode; a record of a `presumed` item says the code of one of the item's shortfalls."""


class Uncountable(ValueError):
    """这条记录在当时的规则中没有对应条目。 The rule set of its day does not know what this record says."""


class ResponsibilityRow(Struct, frozen=True, kw_only=True):
    """One record of a responsibility item."""

    record: RecordId
    item: str
    outcome: str
    counted_on: date  # the day of the act, for a shortfall that of its basis document
    position: int  # of its fact in the log
    rules: str  # version of the rule set in force on the day of the act
    quantity: int = 100  # hundredths; read by `earn` alone
    condition: str | None = None
    confirmed: bool = True
    replaced: bool = False  # a confirmed deduction took its matter


class Tally(Struct, frozen=True, kw_only=True, gc=False):
    """How many records say the same, for one member and one span."""

    item: str
    outcome: str
    month: int
    rules: str
    quantity: int = 100  # hundredths, of each record
    condition: str | None = None
    confirmed: bool = True
    replaced: bool = False
    count: int = 1


class MatterRow(Struct, frozen=True, kw_only=True):
    """One honour or one deduction."""

    record: RecordId
    item: str
    level: str
    matter: str  # the same matter counts once, whatever the item
    counted_on: date  # of the honour's or the basis document
    position: int
    rules: str
    quantity: int = 100  # hundredths; for a level that is a range, the points chosen
    condition: str | None = None
    share: str | None = None  # the place in a group, for an item that shares its points
    confirmed: bool = True


class VetoRow(Struct, frozen=True, kw_only=True):
    """One veto."""

    record: RecordId
    item: str
    decided_on: date
    position: int
    rules: str = ""
    lifted_on: date | None = None
    confirmed: bool = True


def tally(rows: Iterable[ResponsibilityRow]) -> list[Tally]:
    """Rows counted by what they say, in the order in which each was first said."""
    counted = Counter(
        (
            row.item,
            row.outcome,
            row.counted_on.month,
            row.rules,
            row.quantity,
            row.condition,
            row.confirmed,
            row.replaced,
        )
        for row in rows
    )
    return [
        Tally(
            item=item,
            outcome=outcome,
            month=month,
            rules=rules,
            quantity=quantity,
            condition=condition,
            confirmed=confirmed,
            replaced=replaced,
            count=count,
        )
        for (item, outcome, month, rules, quantity, condition, confirmed, replaced), count in counted.items()
    ]


def in_order(rows: Iterable[MatterRow]) -> Sequence[MatterRow]:
    """Rows by counting day, then by position in the log: the order in which caps fill up."""
    return sorted(rows, key=lambda row: (row.counted_on, row.position))
