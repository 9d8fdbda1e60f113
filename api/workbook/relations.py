"""部件关系 — which part of the package is the list of sheets, a sheet, the strings, the styles."""

import posixpath
from typing import NamedTuple

from api.workbook.markup import tell
from api.workbook.package import Package, WorkbookUnreadable


class SheetPart(NamedTuple):
    """One sheet of the workbook: the name on its tab and the part that holds it."""

    name: str
    part: str


class Contents(NamedTuple):
    """Where everything is."""

    sheets: tuple[SheetPart, ...]
    strings: str | None
    styles: str | None
    since_1904: bool
    """Whether days are counted from 1904, as old programs for Macintosh did."""


class _Relations:
    """Relationship id → (kind, target part)."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", ""))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = kind, target

    def ends(self, name: str) -> None:
        """Nothing to do: a relationship is one empty element."""

    def says(self, text: str) -> None:
        """Nothing to hear."""


class _Tabs:
    """The sheets in their order, as (name, relationship id)."""

    def __init__(self) -> None:
        self.tabs: list[tuple[str, str]] = []
        self.since_1904 = False

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            ids = [value for key, value in attributes.items() if key == "id" or key.endswith(":id")]
            self.tabs.append((attributes.get("name", ""), ids[-1] if ids else ""))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")

    def ends(self, name: str) -> None:
        """Nothing to do: the list is flat."""

    def says(self, text: str) -> None:
        """Nothing to hear."""


def contents(package: Package) -> Contents:
    """Where the sheets, strings and styles lie; refused where the package is no workbook."""
    top = _relations(package, "", "_rels/.rels")
    books = [target for kind, target in top.values() if kind == "officeDocument"]
    if len(books) != 1 or not books[0].lower().startswith("xl/"):
        raise WorkbookUnreadable
    folder, _, file = books[0].rpartition("/")
    around = _relations(package, folder, f"{folder}/_rels/{file}.rels")
    tabs = _Tabs()
    tell(package.part(books[0]), tabs)
    sheets = tuple(SheetPart(name, around[key][1]) for name, key in tabs.tabs if _is(around, key, "worksheet"))
    return Contents(sheets, _only(package, around, "sharedStrings"), _only(package, around, "styles"), tabs.since_1904)


def _relations(package: Package, folder: str, part: str) -> dict[str, tuple[str, str]]:
    relations = _Relations(folder)
    tell(package.part(part), relations)
    return relations.found


def _is(relations: dict[str, tuple[str, str]], key: str, kind: str) -> bool:
    return relations.get(key, ("", ""))[0] == kind


def _only(package: Package, relations: dict[str, tuple[str, str]], kind: str) -> str | None:
    found = [target for found, target in relations.values() if found == kind]
    return found[0] if found and found[0] in package else None
