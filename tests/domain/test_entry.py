"""The canonical bytes of an entry stay what they were, for ever."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import Actor, person, system
from domain.entry import Entry, EntryTooLarge, TextNotNormal, decode, encode, entry_id
from domain.leaf import leaf_hash
from domain.organisation.unit import UnitEstablished
from domain.recording.matter import MatterPlanned
from domain.vocabulary import FACT_TERMS

SOMEBODY = UUID("00000000-0000-4000-8000-000000000001")
GOLDEN = (Path(__file__).parent / "entries.golden").read_bytes().splitlines()
NAMES = (Path(__file__).parents[1] / "architecture" / "stored_names.txt").read_text().split()


def entry(title: str = "三月主题党日", at: datetime = datetime(2026, 3, 8, 1, tzinfo=UTC)) -> Entry:
    fact = MatterPlanned(
        unit="PK-ZWB", matter="TD-202603", kind="study_session", title=title, planned_on=date(2026, 3, 8)
    )
    return Entry(
        actor=person(SOMEBODY, "recorder", "PK-ZWB"),
        at=at,
        cause=None,
        command=SOMEBODY,
        fact=fact,
        id=entry_id(SOMEBODY, 0),
        log="test",
        stream=SOMEBODY,
        version=1,
    )


@pytest.mark.parametrize("golden", GOLDEN, ids=NAMES)
def test_every_entry_ever_released_is_read_and_written_byte_for_byte(golden: bytes) -> None:
    assert encode(decode(golden)) == golden
    assert rfc8785.dumps(msgspec.json.decode(golden)) == golden


def test_every_stored_name_has_a_golden_entry_and_none_was_renamed() -> None:
    words = [term.stored_name for term in FACT_TERMS]
    assert words == NAMES, "stored names are only appended to"
    assert [decode(golden).type for golden in GOLDEN] == words


def test_chinese_and_english_are_said_for_every_word() -> None:
    assert all(term.zh and term.en for term in FACT_TERMS)
    assert len({term.zh for term in FACT_TERMS}) == len(FACT_TERMS)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120))
def test_sorted_output_equals_rfc_8785_for_any_text_that_is_let_in(title: str) -> None:
    try:
        state = encode(entry(title))
    except TextNotNormal:
        return
    assert rfc8785.dumps(msgspec.json.decode(state)) == state
    assert decode(state) == entry(title)


@given(st.datetimes(datetime(2016, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive by contract
def test_an_instant_survives_to_the_microsecond(at: datetime) -> None:
    assert decode(encode(entry(at=at))).at == at


def test_text_that_is_not_normal_is_refused() -> None:
    for title in ("e\u0301", "\u0000", "\u001f"):
        with pytest.raises(TextNotNormal):
            encode(entry(title))


def test_an_entry_beyond_the_limit_of_a_bundle_is_refused() -> None:
    with pytest.raises(EntryTooLarge):
        encode(entry("长" * 30_000))


def test_the_leaf_is_the_hash_of_the_exact_bytes() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_an_actor_is_exactly_one_of_three_shapes() -> None:
    assert msgspec.json.encode(system("process")) == b'{"system":"process"}'
    for wrong in ({}, {"person": SOMEBODY}, {"system": "a", "sealed": "0" * 64}, {"role": "r", "unit": "u"}):
        with pytest.raises(ValueError, match="an actor is"):
            Actor(**wrong)  # type: ignore[arg-type]


def test_a_word_that_nobody_released_is_loud() -> None:
    state = encode(entry()).replace(b'"type":"matter-planned"', b'"type":"matter-planed"')
    with pytest.raises(KeyError):
        decode(state)


def test_an_unknown_field_of_a_fact_is_loud() -> None:
    state = encode(entry()).replace(b'"unit":"PK-ZWB"},"id"', b'"unit":"PK-ZWB","x":1},"id"')
    with pytest.raises(msgspec.ValidationError):
        decode(state)


def test_points_can_never_be_a_number() -> None:
    golden = next(line for line in GOLDEN if b'"type":"points-recorded"' in line)
    for wrong in (b'"quantity":1', b'"quantity":1.5', b'"quantity":"1.5"', b'"quantity":"1E+2"', b'"quantity":"-1.00"'):
        with pytest.raises(msgspec.ValidationError):
            decode(golden.replace(b'"quantity":"1.00"', wrong))


def test_a_unit_without_parent_says_so() -> None:
    golden = next(line for line in GOLDEN if b'"type":"unit-established"' in line)
    fact = decode(golden).fact
    assert isinstance(fact, UnitEstablished)
    assert fact.parent is None
