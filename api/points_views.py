"""我的积分的样子 — a person's points of a year, and why a category is what it is, as they are shown."""

from datetime import date

import msgspec

from api.as_of import LookingBack
from api.lists import MatterRow, VetoRow
from api.past_views import PastResultView
from api.period_views import ResultLine
from domain.values import Code, MemberId, Quantity, RecordId, Reference


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the eight categories over the year."""

    code: Code
    zh: str
    en: str
    points: str
    with_pending: str
    maximum: str
    share: int
    """Per mille of the maximum that is confirmed, and that would be with what is pending: lengths of bars."""
    share_pending: int


class PeriodView(msgspec.Struct, frozen=True, kw_only=True):
    """One period of the year."""

    period: str
    zh: str
    en: str
    so_far_zh: str | None
    """The last part of a running total; None for a period of the rule set."""
    so_far_en: str | None
    begins_on: date
    ends_on: date
    provisional: bool
    base: str
    maximum: str
    honours: str
    deductions: str
    total: str
    pending_total: str
    months_present: int


class PointsView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's points of a year: what is confirmed, and what would be if everything pending were."""

    member: MemberId
    name: str
    year: int
    rules: Code | None
    current: str | None
    """Which of the periods sums what has begun: of a year of halves H1 in the first half, then Y."""
    periods: tuple[PeriodView, ...]
    categories: tuple[CategoryView, ...]
    honours: tuple[MatterRow, ...]
    deductions: tuple[MatterRow, ...]
    vetoes: tuple[VetoRow, ...]
    """For whoever may know of them."""
    carried: str | None
    """From last year's determined total; None where nothing is."""
    ceiling_zh: str | None
    ceiling_en: str | None
    """The best grade that they let him have."""
    results: tuple[ResultLine, ...]
    """What was determined of the year's periods, for whoever may read it."""
    past: tuple[PastResultView, ...] = ()
    """What papers say of the years before the log, for whoever may read results: imported, never determined here."""
    back: LookingBack | None = None
    """From where the answer looks back, if it does."""


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one record brought to its line."""

    record: RecordId
    title: str
    occurred_on: date
    outcome: str
    quantity: Quantity
    state: str
    effect: str
    points: str
    surplus: str | None
    said_zh: str | None
    """Level and condition in words."""
    said_en: str | None


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One line, with the sentence that anybody can check with a pencil."""

    item: Code
    zh: str
    en: str
    clause: str
    mode: str
    points: str
    maximum: str
    start: str
    sentence: str
    records: tuple[RecordRow, ...]
    unit: Code | None
    """Whose own item it is; None for one of the central rule set."""
    minute: Reference | None
    """By which decision it is asked there."""


class SpanView(msgspec.Struct, frozen=True, kw_only=True):
    """The category's lines of one half."""

    code: str
    zh: str
    en: str
    points: str
    maximum: str
    borrowed: bool
    items: tuple[ItemView, ...]


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a category is what it is."""

    member: MemberId
    name: str
    year: int
    code: Code
    zh: str
    en: str
    shown: str
    points: str
    maximum: str
    rules: Code
    title_zh: str
    title_en: str
    spans: tuple[SpanView, ...]
    back: LookingBack | None = None
    """From where the answer looks back, if it does."""
