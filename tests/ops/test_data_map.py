"""个人信息清单: nothing personal is kept that the map does not name, and the page is the map."""

from collections import Counter
from pathlib import Path

from domain.permissions import GRANTS
from ops.data_map import FIELDS, STORES, markdown, sealed_in_wishes, tables

PAGE = Path(__file__).parents[2] / "ops" / "docs" / "data-map.md"


def test_every_sealed_field_of_every_wish_has_one_row() -> None:
    named = Counter((one.name, wish) for one in FIELDS for wish in one.wishes)
    assert set(named) == set(sealed_in_wishes())
    assert [pair for pair, count in named.items() if count > 1] == []


def test_every_table_of_the_migrations_has_a_row() -> None:
    assert sorted(one.table for one in STORES) == sorted(tables())


def test_whoever_reads_a_field_stands_in_the_permission_table() -> None:
    assert {one.readers for one in FIELDS} <= {grant.operation for grant in GRANTS}


def test_the_page_is_the_map() -> None:
    assert PAGE.read_text() == markdown(), "python -m ops.data_map > ops/docs/data-map.md"
