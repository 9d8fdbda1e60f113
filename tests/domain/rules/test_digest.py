"""A rule set comes apart into facts and together again, and its digest is the same everywhere."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.digest import Part, assemble, digest, parts
from domain.rules.scheme import SECTIONS

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
coded = st.lists(st.fixed_dictionaries({"code": st.text(max_size=3)}, optional={"points": plain}), max_size=5)
documents = st.dictionaries(st.sampled_from(SECTIONS) | st.text(max_size=5), plain | coded, max_size=8)


@given(documents)
def test_parts_put_together_are_the_document(document: dict[str, Any]) -> None:
    assert assemble(parts(document)) == document


@given(documents, st.randoms())
def test_the_digest_knows_no_order_of_keys(document: dict[str, Any], random: Random) -> None:
    items = list(document.items())
    random.shuffle(items)
    assert digest(dict(items)) == digest(document) == digest(assemble(parts(document)))


def test_the_example_comes_apart_into_small_parts(document: dict[str, Any]) -> None:
    found = parts(document)
    assert assemble(found) == document
    assert [part.code for part in found if part.section == "grades"] == [
        "excellent",
        "qualified",
        "basically_qualified",
        "unqualified",
    ]
    assert [part for part in found if part.section == "mapping"] == [Part("mapping", None, [])]
    assert max(len(json.dumps(part.content)) for part in found) < 16_000


def test_the_digest_of_the_example_is_fixed(document: dict[str, Any]) -> None:
    assert digest(document) == "5c03154f1769e198a965c2a333e46ce6ae61e12052d6c25a94fd6a08e4e22926"


def test_one_changed_hundredth_changes_the_digest(document: dict[str, Any]) -> None:
    before = digest(document)
    document["responsibility"][0]["cap_half"] = "3.01"
    assert digest(document) != before


def test_the_order_of_a_list_is_content(document: dict[str, Any]) -> None:
    before = digest(document)
    document["grades"].reverse()
    assert digest(document) != before


@pytest.mark.parametrize("document", [{"a": 1.0}, {"a": [{"b": 0.5}]}])
def test_no_float_has_a_digest(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="float"):
        digest(document)


@pytest.mark.parametrize(
    "twice",
    [
        [Part("id", None, "a"), Part("id", None, "b")],
        [Part("grades", "a", {}), Part("grades", "a", {})],
        [Part("grades", "a", {}), Part("grades", None, [])],
        [Part("grades", None, []), Part("grades", "a", {})],
    ],
)
def test_two_parts_for_one_place_are_refused(twice: list[Part]) -> None:
    with pytest.raises(ValueError, match="two parts"):
        assemble(twice)
