"""One byte altered in the database's own file, behind PostgreSQL's back: verification names the entry and goes on."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ops.proving import narrowed, verified
from projections.transparency.verify import Problem
from tests.faults.deployments import Example, told

PAGE_BYTES = 8192
WHERE = """
SELECT pg_relation_filepath('ledger.entries'), (ctid::text::point)[0]::int, (ctid::text::point)[1]::int, state, leaf
FROM ledger.entries WHERE position = %s
"""
FIRST_ON_PAGE = """
SELECT min(position) FROM ledger.entries WHERE (ctid::text::point)[0] = %s
"""


@dataclass(frozen=True)
class Place:
    """Where a stored entry lies in the file of its table."""

    file: Path
    block: int
    begin: int
    """Of the whole tuple, header and columns, from the file's start."""
    size_bytes: int
    state: int
    leaf: int
    first_on_page: int
    """Position of the first entry that shares its page."""


@pytest.fixture(scope="module")
def example(binaries: Path) -> Iterator[Example]:
    with told(binaries) as example:
        yield example


@pytest.fixture(scope="module")
def unchecked(binaries: Path) -> Iterator[Example]:
    """The same cluster without page checksums."""
    with told(binaries) as other:
        other.program("pg_checksums", "--disable")
        yield other


def place_of(example: Example, position: int) -> Place:
    """Looked up while the server runs; it is stopped, and its pages are on disk, afterwards."""
    with example.running() as server, psycopg.connect(server.url("steelyard", "postgres")) as connection:
        row = connection.execute(WHERE, (position,)).fetchone()
        assert row is not None
        name, block, number, state, leaf = row
        first = connection.execute(FIRST_ON_PAGE, (block,)).fetchone()
        assert first is not None
    file = example.data / "postgresql" / "cluster" / name
    page = file.read_bytes()[block * PAGE_BYTES : (block + 1) * PAGE_BYTES]
    (pointer,) = struct.unpack_from("<I", page, 24 + 4 * (number - 1))
    begin, size_bytes = pointer & 0x7FFF, pointer >> 17
    found = page[begin : begin + size_bytes]
    at = block * PAGE_BYTES + begin
    return Place(file, block, at, size_bytes, at + found.index(state), at + found.index(leaf), first[0])


@contextmanager
def flipped(file: Path, at: int, bit: int = 0) -> Iterator[None]:
    """The file with one bit turned over, and as it was afterwards; the server must be stopped at both moments."""
    before = file.read_bytes()
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(bytes([before[at] ^ 1 << bit]))
    try:
        yield
    finally:
        with file.open("r+b") as stream:
            stream.write(before)


def problems(example: Example, **options: str) -> list[Problem]:
    with example.running(**options), example.deployed(unread=True) as deployment:
        return verified(deployment, None)


def test_whatever_byte_of_its_header_and_columns_is_altered_the_entry_is_named(unchecked: Example) -> None:
    """Its visibility, its null bits, the way to its columns, their lengths: some lead the server astray, even down."""
    place = place_of(unchecked, 700)
    columns = [2, 18, 22, 24, 35, 49, 52, 60, 74, 80]
    for offset in columns:
        with flipped(place.file, place.begin + offset, 0 if offset == 80 else 2):
            found = problems(unchecked)
        assert [problem.position for problem in found[:1]] == [700], (offset, found)


def test_an_entry_that_breaks_the_reading_is_found_even_where_it_is_harmless_alone(unchecked: Example) -> None:
    """The whole reading that ended the server reached some entries before; read alone the row need not end it."""
    place = place_of(unchecked, 700)
    with (
        flipped(place.file, place.begin + 52, 2),
        unchecked.running(),
        unchecked.deployed(unread=True) as deployment,
    ):
        broke_off = Problem("reading-broke-off", first=690, detail="closed")
        assert narrowed(deployment.database.urls.auditor, broke_off).position == 700


@pytest.mark.parametrize("position", [1, 700, 1768])
def test_a_byte_of_the_file_is_named_where_pages_have_no_checksums(unchecked: Example, position: int) -> None:
    place = place_of(unchecked, position)
    for at, codes in ((place.state + 40, {"entry-altered"}), (place.leaf + 7, {"column-differs"})):
        with flipped(place.file, at):
            problem = problems(unchecked)[0]
        assert problem.position == position
        assert problem.code in codes


@pytest.mark.parametrize("position", [1, 700, 1768])
def test_where_the_server_refuses_the_page_its_first_entry_is_named(example: Example, position: int) -> None:
    place = place_of(example, position)
    with flipped(place.file, place.state + 40):
        found = problems(example)
        assert (found[0].code, found[0].position) == ("entry-unreadable", place.first_on_page)
        assert "invalid page" in found[0].detail
        # given a superuser who lets the server read on: the same as without checksums
        found = problems(example, ignore_checksum_failure="on")
    assert (found[0].code, found[0].position) == ("entry-altered", position)
    assert problems(example) == []
