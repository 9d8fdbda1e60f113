"""Plain values of the wire: points, quantities, digests, codes, days and instants."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from msgspec import Meta

Points: TypeAlias = Annotated[str, Meta(pattern=r"^-?(0|[1-9][0-9]{0,6})\.[0-9]{2}$(?!\n)")]
"""Points as they stand on the wire: "1.50", never a number, so that no float can slip in."""

Quantity: TypeAlias = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})\.[0-9]{2}$(?!\n)")]
"""How often or how much, never negative: "2.00"."""

Sha256: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""SHA-256 in lower-case hex."""

Code: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$(?!\n)")]
"""A short ASCII name that people give: a unit, a matter, an item, a role."""

Title: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]
"""An official designation (a unit's or a matter's name); never words about a person."""

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""A moment in UTC; "2026-05-12T01:00:00Z" on the wire."""

Reference: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
"""The number of a paper as its body wrote it: "纪要〔2026〕3号"."""

MemberId: TypeAlias = UUID
"""A person's pseudonym: random, never derived from who he is."""

RecordId: TypeAlias = UUID
SheetId: TypeAlias = UUID
NoticeId: TypeAlias = UUID
ObjectionId: TypeAlias = UUID
RestatementId: TypeAlias = UUID
EntryId: TypeAlias = UUID
CommandId: TypeAlias = UUID

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Civil time of the whole country. China has kept one offset since 1991, so no zone file is needed."""

_DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


def hundredths(text: str) -> int:
    """Integer hundredths of a decimal with at most two places.

    >>> hundredths("1.50"), hundredths("2.5"), hundredths("-3")
    (150, 250, -300)
    """
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"not a decimal with at most two places: {text!r}")
    whole, _, places = text.partition(".")
    magnitude = int(whole.lstrip("-")) * 100 + int((places + "00")[:2])
    return -magnitude if text.startswith("-") else magnitude


def points(value: int) -> str:
    """Hundredths as they are written.

    >>> points(150), points(-5)
    ('1.50', '-0.05')
    """
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"


def half_up(value: Fraction) -> int:
    """The nearest integer, a half away from zero (四舍五入).

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -magnitude if value < 0 else magnitude


def day_of(instant: datetime) -> date:
    """The civil day in Asia/Shanghai on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


def midnight_after(day: date) -> datetime:
    """24:00 Asia/Shanghai of a day, as an instant in UTC."""
    end = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)
    return end.astimezone(UTC)
