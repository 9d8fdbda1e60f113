"""一个月 — what a clean workbook says: the matters of one branch and, by exception, everybody's part in them."""

from datetime import date

import msgspec

from domain.recording.archive import Outcome
from domain.recording.filling import LineWish
from domain.values import Code, Sha256, Title


class Document(msgspec.Struct, frozen=True):
    """One document behind a matter."""

    kind: Code
    sha256: Sha256


class MatterWish(msgspec.Struct, frozen=True, kw_only=True):
    """What the workbook says of one matter, and in which row."""

    row: int
    matter: Code
    kind: Code
    title: Title
    planned_on: date
    held_on: date | None
    reason: str | None
    """Present where the matter was not held."""
    late_reason: str | None
    documents: tuple[Document, ...]


class Line(msgspec.Struct, frozen=True):
    """What the workbook says of one person, and in which row."""

    row: int
    wish: LineWish


class SheetWish(msgspec.Struct, frozen=True, kw_only=True):
    """What the workbook says of everybody in one matter under one item."""

    matter: Code
    item: Code
    otherwise: Outcome | None
    """What is said of everybody who is not named; None where only those named are concerned."""
    lines: tuple[Line, ...]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A clean workbook: nothing is left to guess."""

    matters: tuple[MatterWish, ...]
    sheets: tuple[SheetWish, ...]
