"""As of any day: what a page says of the past is, word for word, what it said then."""

import asyncio
import json
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.decider import Command
from domain.organisation.membership import TransferMember
from domain.rules.refining import AuthoriseLocalItem, ProposeLocalItem
from domain.rules.ruling import scheme_here
from domain.values import MemberId, RecordId
from projections import prefix
from projections.as_of import When, inputs_at
from projections.explanation import Explanation, explanation
from projections.inputs import Inputs, StayInput, inputs_of
from projections.offices import Office, officers_below
from projections.offices_then import officers_below_then
from projections.own_year import OwnYear, own_year
from projections.record_then import record_steps, record_then
from projections.records import RecordChain, record
from projections.steps import steps_of
from tests.domain.branch import MEMBER, RECORDER, SUBSTITUTE, TOP, appointed, commands, registered
from tests.domain.branch import calendar as calendar_of
from tests.domain.life.life import FOUNDING
from tests.domain.life.playing import BEGINNING, Player
from tests.domain.restated import HEARD_AT, LEADERS, adopted, approved, computed, ordered, version_published
from tests.domain.rules.kinds.writing import category, item
from tests.domain.year import H1_OVER, half
from tests.foundings import BRANCH, FOUNDED_ON, SCHEME, VERSION, WORK, acting, digest, establish, member
from tests.lives import SECRETARY, Life
from tests.projections.conftest import House
from tests.projections.test_kinds import kind

STEPS = 140
SECOND = "PK-02"
MOVED_ON = date(2026, 8, 1)


@cache
def life(seed: int) -> list[Command]:
    """What was wished for in one life, in order of time."""
    player, random = Player(BEGINNING[seed]), Random(seed)
    for _ in range(STEPS):
        list(player.play(random))
    return player.life.commands


YEARS = (2026, 2027)
PEOPLE = (MEMBER, RECORDER, SUBSTITUTE)


def said(house: House, person: UUID, year: int, when: When | None = None) -> tuple[Explanation | None, OwnYear]:
    """Why somebody's score is what it is, and his page of the year."""

    async def ask(connection: Any) -> tuple[Explanation | None, OwnYear]:
        why = await explanation(connection, person, year, "Y", when=when)
        page = await own_year(connection, person, year, "Y", date(year, 12, 31), when)
        return why.value, page.value

    return asyncio.run(house.ask(ask))


RECORDS = """
SELECT r.id, m.person FROM records AS r JOIN members AS m ON m.member = r.member
UNION ALL SELECT r.id, m.person FROM merits AS r JOIN members AS m ON m.member = r.member ORDER BY 1
"""


async def _record(connection: Any, one: RecordId, person: MemberId, when: When | None = None) -> RecordChain | None:
    now = (await record(connection, one, person)).value
    assert now is not None
    return now if when is None else await record_then(connection, now, when)


def records_said(house: House, when: When | None = None) -> list[RecordChain]:
    """The page of every record that there was."""

    async def ask(connection: Any) -> list[RecordChain]:
        rows = await (await connection.execute(RECORDS)).fetchall()
        pages = [await _record(connection, one, person, when) for one, person in rows]
        return [page for page in pages if page is not None]

    return asyncio.run(house.ask(ask))


def offices_said(house: House, when: When | None = None) -> list[object]:
    """Who acts in which office of the whole district, at three days of its life."""

    async def ask(connection: Any) -> list[Office]:
        found: list[Office] = []
        for day in (date(2026, 4, 1), date(2026, 8, 1), date(2027, 1, 1)):
            if when is None:
                found += (await officers_below(connection, TOP, day)).value
            else:
                found += await officers_below_then(connection, TOP, day, when.position)
        return found

    return [msgspec.structs.replace(one, position=0) for one in asyncio.run(house.ask(ask))]


def everything(house: House, when: When | None = None) -> list[object]:
    """Of everybody, and of every year; every record; and every office."""
    people = [said(house, person, year, when) for person in PEOPLE for year in YEARS]
    return [*people, *records_said(house, when), *offices_said(house, when)]


@pytest.mark.parametrize("seed", [0, 2])
def test_what_was_said_at_a_position_is_said_of_it_for_ever(house: House, seed: int) -> None:
    house.tell(FOUNDING)
    commands = life(seed)
    then: dict[int, list[object]] = {}
    for start in range(0, len(commands), 1 + len(commands) // 4):
        house.tell(commands[start : start + 1 + len(commands) // 4])
        position = house.follow()
        then[position] = everything(house)
    for position, page in then.items():
        assert msgspec.to_builtins(everything(house, When(position=position))) == msgspec.to_builtins(page)


def test_a_day_has_the_rules_and_the_records_of_that_day(house: House) -> None:
    house.tell(FOUNDING)
    house.tell(life(0))
    last, day = house.follow(), date(2026, 7, 3)
    then = said(house, MEMBER, 2026, When(position=last, valid_on=day))[0]
    assert then is not None
    items = [item for span in then.spans for category in span.categories for item in category.items]
    assert all(record.occurred_on <= day for item in items for record in item.records)
    assert all(one.counted_on <= day for one in (*then.honour_lines, *then.deduction_lines))
    assert all(one.counted_on <= day for one in then.vetoes)
    assert said(house, MEMBER, 2026, When(position=last, valid_on=date(2020, 1, 1)))[0] is None


def test_an_instant_is_the_last_position_known_at_it(house: House) -> None:
    house.tell(FOUNDING)
    entries = house.entries()

    async def ask(connection: Any) -> list[int]:
        return [await prefix.position_at(connection, entry.at) for entry in entries]

    latest = {entry.at: position for position, entry in enumerate(entries, 1)}
    assert asyncio.run(house.ask(ask)) == [latest[entry.at] for entry in entries]


@pytest.mark.parametrize("seed", [1, 3])
def test_the_steps_are_the_positions_at_which_something_changed(house: House, seed: int) -> None:
    house.tell(FOUNDING)
    house.tell(life(seed))
    last = house.follow()

    async def ask(connection: Any) -> list[int]:
        steps = await steps_of(connection, MEMBER, 2026, last, vetoes=True, results=True, custody=True)
        return [one.position for one in steps]

    positions = asyncio.run(house.ask(ask))
    assert positions == sorted(set(positions))
    assert len(positions) > 2
    for before, after in zip(positions, (*positions[1:], last + 1), strict=True):
        assert said(house, MEMBER, 2026, When(position=before)) == said(house, MEMBER, 2026, When(position=after - 1))


def test_the_steps_of_a_record_are_the_positions_at_which_its_page_changed(house: House) -> None:
    house.tell(FOUNDING)
    house.tell(life(3))
    last = house.follow()

    async def ask(connection: Any) -> int:
        changes = 0
        for page in records:
            steps = [one.position for one in await record_steps(connection, page, last)]
            assert steps[0] == page.places.recorded
            assert steps == sorted(set(steps))
            changes += len(steps) - 1
            for before, after in zip(steps, (*steps[1:], last + 1), strict=True):
                first = await record_then(connection, page, When(position=before))
                assert first is not None
                assert first == await record_then(connection, page, When(position=after - 1))
            assert await record_then(connection, page, When(position=steps[0] - 1)) is None
            assert await record_then(connection, page, When(position=last)) == page
        return changes

    records = records_said(house)
    assert len(records) > 2
    assert asyncio.run(house.ask(ask)) > len(records)


def test_a_restated_result_stands_as_it_stood_before_and_after(house: House) -> None:
    """8: the first determination at the first date, the one that supersedes it at the second."""
    house.tell(
        (
            *commands(),
            calendar_of(2027),
            *(registered(one, TOP) for one in LEADERS),
            *(appointed(one, "leading_group", TOP) for one in LEADERS),
            *half("H1", H1_OVER),
            *version_published("renamed-2", {'"R-LX-1"': '"R-LX-9"'}, date(2027, 7, 1)),
        )
    )
    first = house.follow()
    before = everything(house)
    adoption = adopted("H1", at=HEARD_AT + timedelta(days=1))
    house.tell((ordered("renamed-2", period="H1"), computed("H1"), approved("H1"), *adoption))
    last = house.follow()
    assert everything(house, When(position=first)) == before
    assert everything(house, When(position=last)) == everything(house)
    assert before != everything(house)


def moved_in_august() -> list[Command]:
    """A branch with an item of its own, two deeds of it in March, and who did them belongs elsewhere in August."""
    life = Life(
        kind(
            scale={"base_max": "20"},
            categories=[category("ALL", "20")],
            responsibility=[item("R-1", "ALL", "ratio", cap_half="10")],
            local_items={"allowed": True, "max_points_per_category": "2", "counts": "on_top"},
        )
    )
    life.on(date(2026, 2, 2))
    life.run(establish(SECOND, "branch", WORK, life.now))
    content = msgspec.Raw(json.dumps(item("L-1", "ALL", "earn", points="1", cap_half="1")).encode())
    own = {"unit": BRANCH, "version": VERSION}
    life.do(ProposeLocalItem, SECRETARY, **own, section="responsibility", item=content)
    minute = {"item": "L-1", "minute": "纪要 L", "minute_sha256": digest("minute L")}
    life.do(AuthoriseLocalItem, acting(1, "leading_group", WORK), **own, **minute, effective_on=date(2026, 3, 1))
    life.rules = scheme_here(life.world, BRANCH, date(2026, 3, 1))[1]
    life.sheet("V-1", "L-1", date(2026, 3, 10), [(5, "earned", 2)])
    life.on(MOVED_ON)
    life.do(TransferMember, acting(0, "officer", WORK), unit=BRANCH, member=member(5), to_unit=SECOND, from_on=MOVED_ON)
    return life.commands


def inputs(house: House, when: When | None = None) -> Inputs:
    """What member 5 is scored from: live, or as seen from there."""

    async def ask(connection: Any) -> Inputs | None:
        if when is None:
            return (await inputs_of(connection, member(5), 2026)).value
        return (await inputs_at(connection, member(5), 2026, when)).value

    found = asyncio.run(house.ask(ask))
    assert found is not None
    return found


def test_whoever_moved_was_where_he_was_and_is_asked_what_was_asked_there(house: House) -> None:
    house.tell(moved_in_august())
    head = When(position=house.follow())
    then, live = inputs(house, head), inputs(house)
    first = StayInput(scheme=SCHEME, from_on=FOUNDED_ON, until_on=date(2026, 7, 31), path=(WORK, BRANCH))
    assert then.stays == (first, StayInput(scheme=SCHEME, from_on=MOVED_ON, until_on=None, path=(WORK, SECOND)))
    assert then.stays == live.stays
    assert [one.item for one in then.local] == [one.item for one in live.local]
    assert (then.records, then.away) == (live.records, live.away)
    assert said(house, member(5), 2026, head) == said(house, member(5), 2026)
    before = inputs(house, When(position=head.position, valid_on=date(2026, 7, 31)))
    assert before.stays == (msgspec.structs.replace(first, until_on=None),)
