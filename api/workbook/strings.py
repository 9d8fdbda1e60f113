"""共享文字 — the texts of a workbook, which its cells name by number."""

import re
from typing import Final

from api.workbook.markup import tell

_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    r"""Text with the escapes that stand for characters which XML cannot carry.

    >>> unescaped("a_x000D_b")
    'a\rb'
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Strings:
    """Runs of rich text joined; phonetic guides (rPh), which repeat the text in another script, left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._listening = False
        self._aside = False

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._aside = True
        elif name == "t":
            self._listening = not self._aside

    def ends(self, name: str) -> None:
        if name == "si":
            self.texts.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._aside = False
        elif name == "t":
            self._listening = False

    def says(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)


def strings(content: bytes) -> list[str]:
    """All texts in their order."""
    found = _Strings()
    tell(content, found)
    return found.texts
