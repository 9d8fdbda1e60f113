"""Counting: which day, which matter, and who was there."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.rules.wording import Name, Positive, Stated, Text


class CountingDays(Stated, frozen=True, kw_only=True):
    """The day by which a record falls into a period."""

    responsibility: Literal["day of the act"] = "day of the act"
    honour: Literal["date of the honour document"] = "date of the honour document"
    negative: Literal["date of the basis document"] = "date of the basis document"
    shortfall: Literal["date of the basis document"] = "date of the basis document"
    veto: Literal["date of the decision"] = "date of the decision"


class SameMatter(Stated, frozen=True, kw_only=True):
    """一事一记: what several records of one matter come to."""

    responsibility: Literal["one_item_per_matter"] = "one_item_per_matter"
    honour: Literal["highest_over_all_items", "first", "sum"] = "highest_over_all_items"
    negative: Literal["highest_over_all_items", "first", "sum"] = "highest_over_all_items"


class Pair(Stated, frozen=True, kw_only=True):
    """A deduction and the responsibility items that the same fact could lower as well."""

    negative: Name
    responsibility: tuple[Name, ...]
    wins: Literal["deduction", "shortfall"]


class SameFact(Stated, frozen=True, kw_only=True):
    """The same fact never lowers twice."""

    deduction_wins: Text = "the matter leaves the paired responsibility item (held, assigned or shortfalls)"
    shortfall_wins: Text = "the deduction is refused: already-counted"
    pairs: tuple[Pair, ...] = ()


class ProRata(Stated, frozen=True, kw_only=True):
    """Joiners, leavers and those away."""

    month_counts_if_present_on_day: Annotated[int, Meta(ge=1, le=28)] = 15
    earn: Literal[
        "quantity × 6 ÷ months present in the half", "cap × months present ÷ months of the span", "not scaled"
    ] = "quantity × 6 ÷ months present in the half"
    other_modes: Literal["opportunities while present"] = "opportunities while present"
    base: Literal["not scaled", "base × months present ÷ months of the period"] = "not scaled"
    honour_cap: Literal["not scaled", "cap × months present ÷ months of the period"] = "not scaled"
    half_without_presence: Literal["the other half counts twice", "counts nothing"] = "the other half counts twice"
    min_months_for_grade: Annotated[int, Meta(ge=0, le=12)] = 6
    leave_counts_from_days: Positive = 30
    """A leave of at least so many days counts as absence; a shorter one leaves the month as it is."""


class Counting(Stated, frozen=True, kw_only=True):
    """Which version, period, matter and share of the year a record counts in."""

    rule_version: Literal["of the day of the act"] = "of the day of the act"
    period: CountingDays = CountingDays()
    late_entry_days: Positive = 30
    carry_between_halves: Literal[False] = False
    same_matter: SameMatter = SameMatter()
    same_fact: SameFact = SameFact()
    pro_rata: ProRata = ProRata()
