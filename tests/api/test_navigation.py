"""The head of a page leads whoever holds little to everything at once, and whoever holds much by section."""

from collections.abc import Callable
from uuid import UUID

import pytest

from api.navigation import FEW, Navigation, navigation
from api.reader import USEFUL, Acting, Reader
from api.sessions import Session
from api.words import LANGUAGES, catalogue
from domain.permissions import Holder, may

PERSON = UUID(int=7)


def reader(role: Holder) -> Reader:
    acting = Acting(role=role, unit="PK/A", unit_title="示例")
    session = Session(token_hash=b"", person=PERSON, role=None, unit=None)
    return Reader(person=PERSON, session=session, offices=(acting,), acting=acting)


def holds(role: Holder) -> Callable[[str], bool]:
    return lambda operation: may(operation, role, "own")


def at(role: Holder, path: str) -> Navigation:
    return navigation(reader(role), holds(role), path)


def test_a_member_sees_all_his_links_in_one_row() -> None:
    shown = at("member", "/")
    assert not shown.within
    assert len(shown.sections) <= FEW
    own = {f"/members/{PERSON}/points", f"/members/{PERSON}/honours", "/measures/mine"}
    assert own <= {section.links[0].to for section in shown.sections}


def test_a_secretary_finds_twenty_pages_by_section() -> None:
    home = at("secretary", "/")
    assert (home.here and home.here.to, home.within) == ("/", ())
    assert len(home.sections) <= FEW < sum(len(section.links) for section in home.sections)
    assert all(
        "/units/PK~A" in link.to or link.to == "/objections/desk" for one in home.sections[2:-2] for link in one.links
    )


@pytest.mark.parametrize("role", USEFUL)
def test_every_page_of_a_section_is_reached_from_its_first(role: Holder) -> None:
    for section in at(role, "/").sections:
        there = at(role, section.links[0].to)
        assert there.here == section.links[0]
        assert there.within == (section.links if len(section.links) > 1 else ())


def test_what_is_a_part_of_a_page_is_in_its_section_whoever_it_belongs_to() -> None:
    for path in ("/units/PK~A/sheets/7", "/units/OTHER/sheets"):
        shown = at("secretary", path)
        assert shown.here is not None
        assert shown.here.to == "/units/PK~A/sheets"
        assert [section.words for section in shown.sections if section.current] == ["nav.section.recording"]
    assert at("secretary", "/tokens").here is None


def test_every_link_has_words_in_both_languages() -> None:
    words = {"nav.home"}
    for role in USEFUL:
        for section in at(role, "/").sections:
            words |= {section.words, *(link.words for link in section.links)}
    for language in LANGUAGES:
        known = {str(message.id) for message in catalogue(language)}
        assert words <= known
