"""The grain of a rule set: texts in two languages and the written forms of its numbers."""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct

# The look-ahead closes a hole: `$` alone also matches before a line break at the end.
_END = r"$(?!\n)"

Written: TypeAlias = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?" + _END)]
"""Points, hours or a maximum as a rule set writes them: "2.5", never a number."""

Exact: TypeAlias = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})\.[0-9]{2}" + _END)]
"""A published total, always with two places: "70.00"."""

Share: TypeAlias = Annotated[str, Meta(pattern=r"^(0(\.[0-9]{1,2})?|1(\.0{1,2})?)" + _END)]
"""A share from 0 to 1: "0.80"."""

Portion: TypeAlias = Annotated[str, Meta(pattern=r"^(0\.[0-9]{1,2}|1(\.0{1,2})?|[1-9][0-9]?/[1-9][0-9]?)" + _END)]
"""A part of a group's result: "0.50", "1" or "1/3"."""

Ratio: TypeAlias = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}" + _END)]
"""A part of a whole: "1/3"."""

MonthDay: TypeAlias = Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" + _END)]
"""A day of every year: "06-30"."""

Day: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" + _END)]
"""A civil day: "2026-01-01"."""

Name: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}" + _END)]
"""A short ASCII name inside the rule set: an item, a level, a body, a stage."""

Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
"""Words for people, in one language."""

Positive: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
"""A count or a number of days, at least one."""

Window: TypeAlias = Literal["month", "quarter", "half", "year"]
"""A stretch of the calendar over which a maximum holds once."""

MONTHS: Final[dict[Window, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}

Language: TypeAlias = Literal["zh", "en"]


class Stated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of a rule set: it cannot change, and it refuses a field that it does not know."""


class Bilingual(Stated, frozen=True, kw_only=True):
    """The same words in Chinese and in English."""

    zh: Text
    en: Text

    def text(self, language: Language) -> str:
        """The words in one of the two languages."""
        return self.zh if language == "zh" else self.en


class Coded(Bilingual, frozen=True, kw_only=True):
    """Something with a code and a name in two languages."""

    code: Name
