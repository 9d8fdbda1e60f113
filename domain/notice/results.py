"""考评结果公示 — the facts of a notice that shows results of a period and no records."""

from datetime import date
from typing import Final

import msgspec

from domain.decider import Fact
from domain.values import Code, MemberId, NoticeId, Points, RecordId, Sha256

PROBATION: Final = "probation"
"""Stands where a notice has its period: it shows what was decided about a probation."""
CONFIRMED: Final = "confirm"
"""The one outcome of a probation that others than the branch may be told."""


class ResultNoticeDrafted(Fact, frozen=True, kw_only=True):
    """拟公示考评结果 — the header of a period's results: how many lines follow, and the digest that pins them."""

    notice: NoticeId
    unit: Code
    stage: Code
    year: int
    period: Code
    computation: int
    last_on: date
    """Of the period."""
    lines: int
    digest: Sha256
    decided_on: date
    bodies: tuple[Code, ...]
    """The organisations whose bodies adopted: none of them looks into an objection."""
    restatement: int | None = None
    """The number of the restatement whose results it shows."""


class ResultLineDrafted(Fact, frozen=True, kw_only=True):
    """考评结果公示行 — one member's total, and his grade or outcome where there is one; the branch edition shows it."""

    line: int
    member: MemberId
    result: RecordId
    """Of this member, period and computation."""
    total: Points | None = None
    """None where none is shown."""
    grade: Code | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Whose results of which computation a notice shows."""

    year: int
    period: str
    computation: int
    restatement: int | None = None
