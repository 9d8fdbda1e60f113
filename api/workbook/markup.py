"""XML 部件 — one part of a workbook as a stream of elements, without anything that could grow by itself.

A part that declares a document type is refused: entities are the one way in which XML expands. Names come without
their prefix, since programs differ in the prefixes and even in the namespaces that they write.
"""

import re
from typing import Final, Protocol
from xml.parsers import expat

from api.workbook.package import WorkbookUnreadable


class Listener(Protocol):
    """Hears a part from top to bottom."""

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        ...

    def ends(self, name: str) -> None:
        """An element ends."""
        ...

    def says(self, text: str) -> None:
        """Characters, possibly in pieces."""
        ...


_PREFIX: Final = re.compile(rb"<[^\s<>]*:")


def tell(content: bytes, listener: Listener) -> None:
    """Read a part aloud; a part that is not well-formed XML refuses the workbook."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def starts(name: str, attributes: dict[str, str]) -> None:
        listener.starts(name.rpartition(":")[2], attributes)

    def ends(name: str) -> None:
        listener.ends(name.rpartition(":")[2])

    def declares(*_: object) -> None:
        raise WorkbookUnreadable

    # Most programs write no prefix, in letters of one byte: then each element costs one call less.
    bare = content.startswith(b"<") and b"\0" not in content and _PREFIX.search(content) is None
    parser.StartElementHandler = listener.starts if bare else starts
    parser.EndElementHandler = listener.ends if bare else ends
    parser.CharacterDataHandler = listener.says
    parser.StartDoctypeDeclHandler = declares
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as malformed:
        raise WorkbookUnreadable from malformed
