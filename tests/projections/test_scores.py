"""Scores: counted by SQL, valued by the one scoring function, explained down to the record."""

import asyncio
import os
from collections import defaultdict
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from uuid import UUID

import msgspec
import pytest

from domain.assessment.presence import Stay, half_months, months_present
from domain.assessment.rows import ResponsibilityRow, Tally, tally
from domain.assessment.scoring import Case, Scored, Span, score
from domain.assessment.tariff import half_tariff
from domain.entry import Entry
from domain.organisation.roster import MemberEnrolled
from domain.recording.archive import PointsConfirmed, PointsRecorded
from domain.recording.filling import FillSheet, LineWish
from domain.rules.scheme import load
from domain.values import hundredths
from projections import bulk, given, records, sayings, scores
from projections.explanation import Explanation, RecordPart, Shown, explanation
from projections.folding import Fold
from projections.periods import PeriodScore
from projections.rebuild import rebuild
from projections.rules import scheme_on
from tests.foundings import BRANCH, RULES_FILE, SCHEME, VERSION, WORK, at, founding, member, register, rules
from tests.histories import KINDS, Done, history, road
from tests.projections.conftest import House, tables_of

TARIFF = half_tariff(load(RULES_FILE.read_bytes()))
RULE = load(RULES_FILE.read_bytes()).counting.pro_rata


def rows_of(entries: list[Entry]) -> dict[tuple[UUID, int], list[ResponsibilityRow]]:
    """(member, year) → rows, counted from the facts alone."""
    confirmed = {entry.fact.record for entry in entries if isinstance(entry.fact, PointsConfirmed)}
    found: defaultdict[tuple[UUID, int], list[ResponsibilityRow]] = defaultdict(list)
    for position, entry in enumerate(entries, 1):
        fact = entry.fact
        if isinstance(fact, PointsRecorded):
            row = ResponsibilityRow(
                record=fact.record,
                item=fact.item,
                outcome=fact.outcome,
                counted_on=fact.occurred_on,
                position=position,
                rules=fact.rules,
                quantity=hundredths(fact.quantity),
                confirmed=fact.record in confirmed,
            )
            found[fact.member, fact.occurred_on.year].append(row)
    return found


def scored_from(entries: list[Entry], person: UUID, period: str) -> Scored:
    """One member's score of 2026, from the facts alone."""
    stays = [
        Stay(entry.fact.from_on)
        for entry in entries
        if isinstance(entry.fact, MemberEnrolled) and entry.fact.member == person
    ]
    rows = rows_of(entries)[person, 2026]
    spans: list[Span] = []
    for half in (1, 2) if period == "Y" else (int(period[1]),):
        months = half_months(2026, half)
        own = [row for row in rows if (row.counted_on.month > 6) == (half == 2)]
        present = len(months_present(stays, months, RULE))
        spans.append(Span(code=f"H{half}", months_present=present, tallies=tally(own)))
    return score(TARIFF, Case(spans=tuple(spans)))


def comparable(tallies: list[Tally]) -> list[bytes]:
    return sorted(msgspec.json.encode(one) for one in tallies)


def points(house: House, number: int, year: int = 2026, unit: str = BRANCH) -> dict[str, PeriodScore]:
    found = asyncio.run(house.ask(scores.points_of, member(number, unit), year))
    return {one.period: one for one in found.value}


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_sql_counts_what_the_facts_say(house: House, seed: int) -> None:
    house.tell(history(seed, matters=10))
    house.follow()
    entries = house.entries()
    with house.projector() as connection:
        names = records.item_names(connection)
        persons = dict(connection.execute("SELECT member, person FROM members").fetchall())
        pairs = [(member, year) for member in persons for year in range(2025, 2028)]
        asked: list[list[tuple[int, int]]] = [pairs, *([pair] for pair in pairs)]
        together, *alone = [given.read(connection, one) for one in asked]
    told = {
        (persons[one.member], one.year): [sayings.tallied(said, names) for said in one.said]
        for one in together
        if one.said
    }
    assert [one.said for one in together] == [one.said for (one,) in alone]
    wanted = {key: [tally([row])[0] for row in rows] for key, rows in rows_of(entries).items()}
    assert {key: comparable(found) for key, found in told.items()} == {k: comparable(v) for k, v in wanted.items()}


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_stored_score_is_what_the_facts_are_worth(house: House, seed: int) -> None:
    house.tell(history(seed, matters=10))
    house.follow()
    entries = house.entries()
    for number in range(8):
        found = points(house, number)
        assert list(found) == ["H1", "H2", "Y"]
        for period, stored in found.items():
            wanted = scored_from(entries, member(number), period)
            assert (stored.base, stored.ledger) == (wanted.confirmed.base, wanted.confirmed.ledger)
            assert (stored.pending_base, stored.pending_ledger) == (
                wanted.with_pending.base,
                wanted.with_pending.ledger,
            )
            assert sum(category.points for category in stored.categories) == stored.base
            assert sum(category.with_pending for category in stored.categories) == stored.pending_base
            assert len(stored.categories) == 8


def test_what_is_pending_stands_apart_until_it_is_confirmed(house: House) -> None:
    visits = Done("M1", KINDS[3], date(2026, 3, 10), but=((5, "earned", "2.00"),))
    steps = road(visits)
    house.tell([*founding(), *steps[:-3]])  # approved, not yet posted
    house.follow()
    nothing = points(house, 7)["H1"].base
    before = points(house, 5)["H1"]
    assert (before.base, before.pending_base) == (nothing, nothing + 200)
    house.tell(steps[-3:])
    house.follow()
    after = points(house, 5)["H1"]
    assert (after.base, after.pending_base) == (nothing + 200, nothing + 200)
    assert points(house, 5)["Y"].base == points(house, 7)["Y"].base + 200


def test_a_score_is_provisional_until_its_period_ends(house: House) -> None:
    house.tell(founding())
    house.follow()
    half = points(house, 0)["H1"]
    assert half.provisional(date(2026, 6, 30))
    assert not half.provisional(date(2026, 7, 1))
    assert points(house, 0)["Y"].provisional(date(2026, 12, 31))


@pytest.mark.parametrize("shown", ["confirmed", "with_pending"])
def test_the_tree_adds_up_from_the_records_to_the_total(house: House, shown: Shown) -> None:
    house.tell(history(14, matters=12))
    house.follow()
    rows = rows_of(house.entries())
    for number in range(8):
        for period, stored in points(house, number).items():
            tree = asyncio.run(house.ask(explanation, member(number), 2026, period, shown)).value
            assert tree is not None
            assert tree.total == (stored.ledger if shown == "confirmed" else stored.pending_ledger)
            assert_adds_up(tree)
            told = _parts(tree)
            wanted = [
                row.record
                for row in rows[member(number), 2026]
                if period == "Y" or (row.counted_on.month > 6) == (period == "H2")
            ]
            assert sorted(part.record for part in told) == sorted(wanted)
            for part in told:
                assert (part.effect == "pending") == (shown == "confirmed" and part.state == "pending")


def _parts(tree: Explanation) -> list[RecordPart]:
    return [
        part for span in tree.spans for category in span.categories for item in category.items for part in item.records
    ]


def assert_adds_up(tree: Explanation) -> None:
    assert tree.total == max(0, tree.base + tree.honours - tree.deductions)
    assert tree.base == sum(span.base for span in tree.spans)
    for span in tree.spans:
        assert span.base == sum(category.points for category in span.categories)
        for category in span.categories:
            assert category.points == sum(item.points for item in category.items)
            for item in category.items:
                assert item.points == item.start + sum(part.points for part in item.records)
                assert item.points <= item.maximum
                assert item.sentence_zh
                assert item.sentence_en


def test_nobody_and_no_rule_set_are_explained_by_nothing(house: House) -> None:
    house.tell(founding())
    house.follow()
    assert asyncio.run(house.ask(explanation, member(99), 2026)).value is None
    assert asyncio.run(house.ask(explanation, member(0), 2024)).value is None


def test_after_a_rule_change_the_same_rows_are_scored_again(house: House) -> None:
    # given visits of May under the first version, and a second version from July on which pays double
    visits = Done("M1", KINDS[3], date(2026, 5, 12), but=((5, "earned", "1.00"),))
    house.tell([*founding(), *road(visits)])
    house.follow()
    first = points(house, 5)
    with house.projector() as connection:
        before = tables_of(connection)["records"]
    document = msgspec.json.decode(RULES_FILE.read_bytes())
    items = [{**item, "points": "2"} if item["code"] == "R-WM-1" else item for item in document["responsibility"]]
    start = at(date(2026, 6, 10), 9)
    house.tell(rules(start, date(2026, 7, 1), "illustrative-2", responsibility=items))
    later = Done("M2", KINDS[3], date(2026, 7, 14), but=((5, "earned", "1.00"),))
    house.tell(road(later))
    house.follow()
    # then no row changed, the first half stands under the first version, the year under the second
    second = points(house, 5)
    with house.projector() as connection:
        assert set(before) <= set(tables_of(connection)["records"])
        found = tables_of(connection)
    assert [second[period].rules for period in ("H1", "H2", "Y")] == [VERSION, "illustrative-2", "illustrative-2"]
    assert second["H1"].base == first["H1"].base
    assert second["H2"].base == points(house, 7)["H2"].base + 200, "two points under the second version"
    assert second["Y"].base == second["H1"].base + second["H2"].base, "the visit of May keeps the worth of its day"
    in_force = asyncio.run(house.ask(scheme_on, SCHEME, date(2026, 7, 1)))
    assert in_force is not None
    assert in_force.version == "illustrative-2"
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_a_new_year_begins_for_everybody(house: House) -> None:
    house.tell(founding())
    house.follow()
    # nothing is on record of 2027 yet: the score is made on the spot
    asked = points(house, 5, 2027)
    assert set(asked) == {"H1", "H2", "Y"}
    # the first entry of the year makes everybody's
    late = register(50, BRANCH, at(date(2027, 1, 4), 9), present_from=date(2027, 1, 4))
    house.tell([late])
    house.follow()
    assert points(house, 5, 2027) == asked
    listed = asyncio.run(house.ask(scores.branch_points, BRANCH, 2027))
    assert [one.member for one in listed.value] == [*(member(number) for number in range(8)), member(50)]
    with house.projector() as connection:
        found = tables_of(connection)
        assert Fold(connection).advance() == 0
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_months_before_he_came_do_not_count_against_him(house: House) -> None:
    house.tell(founding())
    house.tell([register(60, BRANCH, at(date(2026, 4, 2), 9), present_from=date(2026, 4, 1))])
    visit = Done("M1", KINDS[3], date(2026, 5, 12), but=((6, "earned", "1.00"),))
    earned = (LineWish(member=member(60), outcome="earned"),)
    house.tell(msgspec.structs.replace(c, but=earned) if isinstance(c, FillSheet) else c for c in road(visit))
    house.follow()
    joiner = points(house, 60)["H1"]
    assert joiner.months_present == 3
    assert joiner.base == points(house, 7)["H1"].base + 200, "one visit in half the months counts as two"
    assert points(house, 60)["Y"].months_present == 9


def test_a_branch_list_has_everybody_in_enrolment_order(house: House) -> None:
    house.tell(history(15, matters=3))
    house.follow()
    listed = asyncio.run(house.ask(scores.branch_points, BRANCH, 2026, "H1")).value
    assert [one.member for one in listed] == [member(number) for number in range(8)]
    assert [one.score for one in listed] == [points(house, number)["H1"] for number in range(8)]
    assert asyncio.run(house.ask(scores.branch_points, WORK, 2026)).value[0].member == member(0, WORK)


@pytest.mark.parametrize(("processes", "size"), [(1, 1), (2, 1), (1, scores.RANGE)])
def test_scores_made_again_in_any_ranges_by_any_number_of_processes_are_the_same(
    house: House, processes: int, size: int
) -> None:
    house.tell(history(12, matters=10))
    house.follow()
    with house.projector() as connection:
        before = tables_of(connection)["scores"]
        pairs = connection.execute("SELECT DISTINCT member, year FROM scores").fetchall()
        connection.execute("UPDATE scores SET scores = '[]'")
        assert bulk.rescore(house.urls.projector, pairs, processes=processes, size=size, worth_help=2) == []
        assert tables_of(connection)["scores"] == before


def _killed(*_: object) -> None:
    os._exit(1)


def test_a_helper_that_is_killed_is_an_error_and_no_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.tell(history(2, matters=1))
    house.follow()
    # given many ranges: the helper has long ended when they are
    monkeypatch.setattr(bulk, "_begin", _killed)
    monkeypatch.setattr(bulk, "SHARE", 1)
    with house.projector() as connection:
        pairs = connection.execute("SELECT DISTINCT member, year FROM scores").fetchall()
    with pytest.raises(BrokenProcessPool):
        bulk.rescore(house.urls.projector, pairs * 2_000, processes=2, size=1, worth_help=2)
