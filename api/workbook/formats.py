"""单元格格式 — which of a workbook's cell styles make a number a day."""

import re
from typing import Final

from api.workbook.markup import tell

_BUILT_IN: Final = frozenset((*range(14, 23), *range(27, 37), *range(50, 59)))
"""Format numbers that every program knows as dates; 27–36 and 50–58 are those of Chinese editions.

Source: ECMA-376 part 1, §18.8.30.
"""
_NOT_FORMAT: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""Quoted text, conditions and colours, escaped characters, padding."""


def shows_day(code: str) -> bool:
    """Whether a format code shows a year or a day of the month.

    >>> shows_day('yyyy"年"m"月"d"日"'), shows_day("0.00"), shows_day('0"d"')
    (True, False, False)
    """
    bare = _NOT_FORMAT.sub("", code).lower()
    return "general" not in bare and any(letter in bare for letter in "yd")


class _Styles:
    """For each cell style in order: does it show a day?"""

    def __init__(self) -> None:
        self.days: list[bool] = []
        self._custom: dict[str, bool] = {}
        self._in_cells = False

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        number = attributes.get("numFmtId", "0")
        if name == "numFmt":
            self._custom[number] = shows_day(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            built_in = number.isascii() and number.isdigit() and int(number[:6]) in _BUILT_IN
            self.days.append(self._custom.get(number, built_in))

    def ends(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def says(self, text: str) -> None:
        """Nothing to hear."""


def day_styles(content: bytes) -> frozenset[str]:
    """The numbers of the cell styles that show a day, as cells write them."""
    found = _Styles()
    tell(content, found)
    return frozenset(str(number) for number, shows in enumerate(found.days) if shows)
