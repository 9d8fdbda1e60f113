"""Tallies and rows written as the page of worked checks writes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.assessment.rows import MatterRow, ResponsibilityRow, Tally
from domain.rules.scheme import Scheme
from domain.values import hundredths

RULES = "illustrative-1"
NAMESPACE = UUID("2f0c2f0e-6a0f-4f3c-9f55-0c1f4b6f9b77")


class Held(NamedTuple):
    """A ratio or an assignment: hit of asked, some excused, some replaced by a deduction."""

    hit: int
    asked: int
    excused: int = 0
    replaced: int = 0


Said = Held | int | Sequence[str]
"""A ratio, a number of deeds, or the shortfalls found."""

FULL_DEEDS = {"R-LX-3": 1, "R-DD-1": 1, "R-DD-2": 2, "R-ZT-1": 1, "R-LJ-2": 1, "R-WM-1": 3, "R-WM-3": 3, "R-CY-2": 1}
"""`earn` per half of a member with full duty."""


def full_duty(scheme: Scheme) -> dict[str, Said]:
    """Every line at its cap: all attended, all done, no shortfall, the deeds of the page."""
    said: dict[str, Said] = {}
    for item in scheme.responsibility:
        if item.mode == "earn":
            said[item.code] = FULL_DEEDS[item.code]
        else:
            said[item.code] = () if item.mode == "presumed" else Held(6, 6)
    return said


def tallies(scheme: Scheme, said: Mapping[str, Said], *, month: int = 1, confirmed: bool = True) -> list[Tally]:
    """The tallies of one half."""
    found: list[Tally] = []
    for code, what in said.items():
        item = scheme.item(code)
        assert item is not None
        for outcome, count, replaced in outcomes(getattr(item, "mode", ""), what):
            if count:
                found.append(
                    Tally(
                        item=code,
                        outcome=outcome,
                        month=month,
                        rules=RULES,
                        confirmed=confirmed,
                        replaced=replaced,
                        count=count,
                    )
                )
    return found


def outcomes(mode: str, what: Said) -> Iterator[tuple[str, int, bool]]:
    if isinstance(what, int):
        yield "earned", what, False
    elif isinstance(what, Held):
        hit, miss, out = ("attended", "absent", "excused") if mode == "ratio" else ("done", "not-done", "withdrawn")
        yield hit, what.hit, False
        yield miss, what.asked - what.hit, False
        yield out, what.excused, False
        yield miss, what.replaced, True
    else:
        for shortfall in what:
            yield shortfall, 1, False


def matters(*rows: tuple[str, str, str, str]) -> list[MatterRow]:
    """Honours or deductions as (item, level, matter, day), in the order of the log."""
    return [
        MatterRow(
            record=uuid5(NAMESPACE, f"{item} {matter} {position}"),
            item=item,
            level=level,
            matter=matter,
            counted_on=date.fromisoformat(day),
            position=position,
            rules=RULES,
        )
        for position, (item, level, matter, day) in enumerate(rows)
    ]


def row(
    position: int,
    item: str,
    outcome: str,
    day: date,
    quantity: str = "1.00",
    *,
    confirmed: bool = True,
    replaced: bool = False,
) -> ResponsibilityRow:
    """One responsibility record."""
    return ResponsibilityRow(
        record=uuid5(NAMESPACE, str(position)),
        item=item,
        outcome=outcome,
        counted_on=day,
        position=position,
        rules=RULES,
        quantity=hundredths(quantity),
        confirmed=confirmed,
        replaced=replaced,
    )
