"""One cell of an exported list: a plain value, harmless in whatever program opens the file.

A spreadsheet takes text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break for a formula, and some take
the full-width signs for the same. Such a text gets an apostrophe before it; a plain decimal is none of that.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from domain.values import SHANGHAI

Cell: TypeAlias = str | int | Decimal | date | datetime | None
"""Points and quantities are ``Decimal``; an instant is shown by the clock of Asia/Shanghai."""

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def text_of(cell: Cell) -> str:
    """The cell as text that no program runs.

    >>> text_of("=1+1"), text_of("-1.50"), text_of("-x"), text_of(Decimal("1.50")), text_of(None)
    ("'=1+1", '-1.50', "'-x", '1.50', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    text = _CONTROL.sub("", str(cell))
    # Blanks before the sign do not help: some programs take them off first.
    dangerous = text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS)
    return f"'{text}" if dangerous and not _DECIMAL.fullmatch(text) else text
