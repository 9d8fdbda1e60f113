"""导航 — where a reader may go from any page: sections, and within the section where he is, its links.

Whoever holds no more than a few links sees them in one row; a secretary holds some twenty, and finds them by section.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from api.reader import Reader

FEW: Final = 11
"""Links that stand in one row."""


class Link(Struct, frozen=True):
    """One page: its address, and the message that names it."""

    to: str
    words: str


class Section(Struct, frozen=True):
    """Pages that belong together; the first is where the section itself leads."""

    words: str
    links: tuple[Link, ...]
    current: bool = False


class Navigation(Struct, frozen=True):
    """What stands in the head of a page: sections, or links; within the current section its links; where one is."""

    sections: tuple[Section, ...]
    within: tuple[Link, ...]
    here: Link | None


class _Place(Struct, frozen=True):
    """A page of one's own organisation, for whoever holds an operation there."""

    operation: str
    page: str
    words: str
    hidden_from: str | None = None
    """The office in which this page of the organisation's is no use."""
    otherwise: str | None = None
    """The page of one's own that stands in its place, under ``/members/…`` or by itself."""


_SECTIONS: Final = {
    "nav.section.recording": (
        _Place("sheet.read", "/matters", "nav.matters"),
        _Place("sheet.read", "/sheets", "nav.sheets"),
        _Place("sheet.decide", "/meeting", "nav.meeting"),
        _Place("honour.read", "/honours", "nav.honours", hidden_from="member", otherwise="/members/{person}/honours"),
        _Place("deduction.read", "/deductions", "nav.deductions", hidden_from="member"),
        _Place("veto.read", "/vetoes", "nav.vetoes", hidden_from="member"),
    ),
    "nav.section.notices": (
        _Place("notice.read", "/notices", "nav.notices"),
        _Place("objection.read", "/objections", "objections.title"),
        _Place("objection.handle", "/objections/desk", "objections.desk"),
    ),
    "nav.section.year": (
        _Place("period.read", "/periods", "nav.periods"),
        _Place("appraisal.read", "/appraisals", "nav.appraisals"),
        _Place("measure.read", "/measures", "nav.measures", hidden_from="member", otherwise="/measures/mine"),
        _Place("probation.read", "/probations", "nav.probation", hidden_from="member"),
        _Place("restatement.read", "/restatements", "nav.restatements", hidden_from="member"),
    ),
    "nav.section.unit": (
        _Place("dashboard.read", "/dashboard", "nav.dashboard"),
        _Place("unit.read", "", "nav.unit"),
        _Place("register.read", "/registers", "nav.registers"),
        _Place("report.read", "/reports", "nav.reports"),
    ),
    "nav.section.oversight": (
        _Place("custody.read", "/retention", "nav.retention", hidden_from="auditor"),
        _Place("review.read", "/reviews", "nav.reviews"),
    ),
}
_RULES: Final = (
    _Place("rules.simulate", "/rules", "nav.versions"),
    _Place("rules.simulate", "/rules/what-if", "versions.what_if"),
)
_DESK: Final = "/objections/desk"  # one desk for all organisations


def navigation(reader: Reader, holds: Callable[[str], bool], path: str) -> Navigation:
    """Where this reader may go from this path."""
    sections = [
        Section("nav.home", (Link("/", "nav.home"),)),
        Section("nav.points", (Link(f"/members/{reader.person}/points", "nav.points"),)),
        *(Section(words, tuple(_open(reader, holds, places))) for words, places in _SECTIONS.items()),
        Section("nav.rules", (Link("/rules", "nav.rules"), *_open(reader, holds, _RULES))),
        Section("nav.log", (Link("/log", "nav.log"),)),
    ]
    links = [link for section in sections for link in section.links]
    here = _nearest(links, path)
    if len(links) <= FEW:
        return Navigation(tuple(Section(one.words, (one,), one == here) for one in links), (), here)
    marked = [_marked(section, here) for section in sections if section.links]
    within = next((one.links for one in marked if one.current and len(one.links) > 1), ())
    return Navigation(tuple(marked), within, here)


def _open(reader: Reader, holds: Callable[[str], bool], places: Iterable[_Place]) -> Iterable[Link]:
    """The places of a section that are open to him."""
    acting = reader.acting
    if acting is None:
        return
    board = f"/units/{acting.unit.replace('/', '~')}"
    for place in places:
        if holds(place.operation) and acting.role != place.hidden_from:
            yield Link(place.page if place.page == _DESK else board + place.page, place.words)
        elif place.otherwise is not None:
            yield Link(place.otherwise.format(person=reader.person), place.words)


def _marked(section: Section, here: Link | None) -> Section:
    """The section, marked if one is in it; where only one page of it is open, it bears that page's name."""
    words = section.links[0].words if len(section.links) == 1 else section.words
    return Section(words, section.links, here in section.links)


def _nearest(links: Iterable[Link], path: str) -> Link | None:
    """The link that leads to this page or to what it is a part of, be it another organisation's or member's."""
    shape = _shape(path)
    above = [one for one in links if one.to == path or (one.to != "/" and f"{shape}/".startswith(f"{_shape(one.to)}/"))]
    return max(above, key=lambda one: len(_shape(one.to)), default=None)


def _shape(path: str) -> str:
    """A path but for whose it is.

    >>> _shape("/units/PK-ZWB/notices/7"), _shape("/rules")
    ('/units/*/notices/7', '/rules')
    """
    first, *rest = path.strip("/").split("/")
    return "/" + "/".join([first, "*", *rest[1:]] if first in {"units", "members"} and rest else [first, *rest])
