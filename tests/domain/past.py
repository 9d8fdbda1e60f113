"""What papers say of the years before the log, as wishes."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from domain.history.past_rules import EnterPastRules, PastPeriod
from domain.history.past_year import ImportPastRecord, ImportPastResult
from tests.domain.branch import AS_OFFICER, BRANCH, MEMBER, TOP, digest, wish

FILED_AT: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
TRIAL: Final = "trial-2016"
PERIODS: Final = (
    PastPeriod(code="H1", last_day="06-30"),
    PastPeriod(code="H2", last_day="12-31"),
    PastPeriod(code="Y", last_day="12-31"),
)
GRADES: Final = ("excellent", "qualified", "basically_qualified", "unqualified")


def entered(
    version: str = TRIAL,
    effective_on: date = date(2016, 3, 1),
    last_on: date = date(2025, 12, 31),
    **fields: object,
) -> EnterPastRules:
    """The document of those years is entered."""
    said = {
        "unit": TOP,
        "version": version,
        "title": "党员积分制管理实施意见(试行)",
        "number": "区级机关工委〔2016〕5号",
        "effective_on": effective_on,
        "last_on": last_on,
        "periods": PERIODS,
        "grades": GRADES,
        "document": digest(version),
        "file": digest("past rules"),
    }
    return wish(EnterPastRules, AS_OFFICER, FILED_AT, **{**said, **fields})


def brought(
    member: UUID = MEMBER, year: int = 2025, grade: str | None = "qualified", **fields: object
) -> ImportPastResult:
    """A result of a past year is brought in."""
    said = {
        "unit": BRANCH,
        "member": member,
        "year": year,
        "period": "Y",
        "total": "81.50",
        "grade": grade,
        "document": digest(f"results {year}"),
        "file": digest("results"),
    }
    return wish(ImportPastResult, AS_OFFICER, FILED_AT, **{**said, **fields})


def recorded(member: UUID = MEMBER, occurred_on: date = date(2017, 5, 4), **fields: object) -> ImportPastRecord:
    """A record of a past year is brought in."""
    said = {
        "unit": BRANCH,
        "member": member,
        "kind": "honour",
        "matter": "ZW-2017-1",
        "item": "RY-3",
        "title": "征文获奖",
        "occurred_on": occurred_on,
        "points": "2.00",
        "document": digest("certificate"),
        "file": digest("records"),
    }
    return wish(ImportPastRecord, AS_OFFICER, FILED_AT, **{**said, **fields})
