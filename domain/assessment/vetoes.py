"""一票否决 — which vetoes hold at a period's end, and what they empty."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from domain.assessment.rows import Uncountable, VetoRow
from domain.assessment.tariff import Tariff, VetoStandard
from domain.rules.working_days import months_later
from domain.values import RecordId


class VetoLine(Struct, frozen=True):
    """A veto that holds: its record, its item, and what of the score it brings to zero."""

    record: RecordId
    item: str
    zeroes: Literal["ledger", "honours", "category"] | None = None
    category: str | None = None


def veto_lines(
    tariff: Tariff, tariffs: Mapping[str, Tariff], rows: Iterable[VetoRow], ends_on: date | None
) -> tuple[VetoLine, ...]:
    """The vetoes that hold on the period's last day, in (day, position) order; without a day, all not lifted.

    A veto that the period's rules know no more does what those of its own day say.
    """
    found: list[VetoLine] = []
    for row in sorted(rows, key=lambda one: (one.decided_on, one.position)):
        standard = tariff.vetoes.get(row.item)
        if standard is None and row.rules in tariffs:
            standard = tariffs[row.rules].vetoes.get(row.item)
        if standard is None:
            raise Uncountable(f"{tariff.version}: there is no veto {row.item}")
        if holds(standard, row, ends_on):
            found.append(VetoLine(row.record, row.item, standard.zeroes, standard.category))
    return tuple(found)


def holds(standard: VetoStandard, row: VetoRow, on: date | None) -> bool:
    """Whether a veto holds on a day: from its decision on, for its months or to the end of its year, unless lifted."""
    if row.lifted_on is not None and (on is None or row.lifted_on <= on):
        return False
    if on is None:
        return True
    if on < row.decided_on:
        return False
    if standard.months is None:
        return on.year == row.decided_on.year
    return on < months_later(row.decided_on, standard.months)
