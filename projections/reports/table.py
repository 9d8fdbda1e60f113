"""报告的表 — one report: tables with named columns, the same for a page, a program, a file and the command line.

::

    {"name":"late","unit":"PK",…,"tables":[{"code":"days","columns":[{"code":"days","kind":"text"},…],
      "rows":[{"values":{"days":"0–3","entries":12},"to":null,"marked":false,"bar":{"share":1000,…}}],"hidden":0}]}
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from domain.values import Code, half_up

Name: TypeAlias = Literal["attainability", "branches", "diligence", "late", "duties", "results", "fairness"]
NAMES: Final[tuple[Name, ...]] = get_args(Name)


class Said(msgspec.Struct, frozen=True):
    """A text of the rule set."""

    zh: str
    en: str


Value: TypeAlias = int | str | Said | None
"""Points are ``"1.50"``, shares ``"94.4"`` per cent, days ``"2026-03-02"``; None for what is not told."""

Kind: TypeAlias = Literal["text", "word", "count", "points", "percent", "day", "person"]
"""``word``: a code for which the catalogues have a word; ``person``: a pseudonym."""


class Column(msgspec.Struct, frozen=True):
    """One column."""

    code: str
    kind: Kind = "count"
    title: Said | None = None
    """Its heading where the rule set gives it; else the catalogues have a word for its code."""


class Bar(msgspec.Struct, frozen=True):
    """What a chart shows of a row, in thousandths of its width: a value, and perhaps how far it spreads."""

    share: int
    low: int | None = None
    high: int | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a value for each column."""

    values: dict[str, Value]
    to: str | None = None
    """Where more is to be seen."""
    marked: bool = False
    """Somebody should look at it."""
    bar: Bar | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table; ``hidden`` rows are left out, because too few people stand behind them."""

    code: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    hidden: int = 0
    drawn: str | None = None
    """The column that a chart shows beside it."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One report of an organisation and all below it."""

    name: Name
    unit: Code
    year: int | None
    period: Code | None
    first_on: date | None
    last_on: date | None
    periods: tuple[Code, ...]
    """Those of the year."""
    smallest: int
    """How many people there are at least behind every figure of people."""
    notes: tuple[str, ...]
    """Codes of what must be said beside it."""
    tables: tuple[Table, ...]


def percent(part: int, whole: int) -> str | None:
    """A share in per cent with one decimal; None of nothing.

    >>> percent(1, 3), percent(2, 3), percent(5, 5), percent(0, 0)
    ('33.3', '66.7', '100.0', None)
    """
    if not whole:
        return None
    tenths = half_up(Fraction(1000 * part, whole))
    return f"{tenths // 10}.{tenths % 10}"


def thousandths(part: int | Fraction, whole: int) -> int:
    """A share as a chart draws it.

    >>> thousandths(1, 4), thousandths(7, 4), thousandths(1, 0)
    (250, 1000, 0)
    """
    return min(1000, max(0, half_up(Fraction(1000 * part) / whole))) if whole > 0 else 0


def bars(values: Sequence[int]) -> list[Bar]:
    """Bars beside one another, the longest over the whole width."""
    most = max(values, default=0)
    return [Bar(thousandths(value, most)) for value in values]
