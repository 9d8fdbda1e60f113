"""An outsider counts again: ballots, scores, grades and state roots, and the first that differs is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from domain.house import STREAMS
from domain.leaf import leaf_hash
from domain.vocabulary import stored_name
from projections.transparency.offline.replay import Differs, Tally, Told, replay, word_of
from tests.projections.transparency.worked import SEED, noticed_log, worked_log

SEEDS = {SEED.commitment: (SEED.salt, SEED.name, SEED.value)}
Change = Callable[[dict[str, Any]], None]


def counted_again(states: tuple[bytes, ...], tally: Tally | None = None) -> list[Differs]:
    values = [json.loads(state) for state in states]
    entries = (
        Told(line, value, leaf_hash(state).hex())
        for line, (state, value) in enumerate(zip(states, values, strict=True), 1)
    )
    return list(replay(entries, lambda line: values[line - 1], SEEDS, tally or Tally()))


def altered(kind: str, change: Change, number: int = -1) -> tuple[int, tuple[bytes, ...]]:
    """The log with one entry of a kind altered, and where it stands."""
    states = list(worked_log())
    there = [line for line, state in enumerate(states) if f'"type":"{kind}"'.encode() in state]
    value = json.loads(states[there[number]])
    change(value["fact"])
    states[there[number]] = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return there[number] + 1, tuple(states)


def test_the_worked_year_is_decided_again_to_the_cent() -> None:
    tally = Tally()
    assert counted_again(worked_log(), tally) == []
    assert (tally.rounds, tally.figures, tally.grades, tally.ballots) == (8, 39, 13, 130)


def test_a_fact_s_word_is_its_name() -> None:
    assert {word_of(fact) for stream in STREAMS for fact in stream.facts} == {
        stored_name(fact) for stream in STREAMS for fact in stream.facts
    }


def set_to(field: str, value: object) -> Change:
    def change(fact: dict[str, Any]) -> None:
        assert fact[field] != value
        fact[field] = value

    return change


@pytest.mark.parametrize(
    ("kind", "change", "fields"),
    [
        ("score-determined", set_to("total", "99.99"), {"total"}),
        ("score-determined", set_to("records_digest", "0" * 64), {"records_digest"}),
        ("grade-determined", set_to("grade", "excellent"), {"grade"}),
        ("member-computed", set_to("ledger", "1.00"), {"ledger"}),
        ("grade-proposed", set_to("reason", "veto"), {"reason"}),
        ("appraisal-tallied", set_to("mean", "99.00"), {"mean"}),
        ("quota-applied", set_to("seats", 13), {"seats"}),
        ("period-computed", set_to("calendar", "0" * 64), {"calendar"}),
        ("state-committed", set_to("root", "0" * 64), {"root"}),
    ],
)
def test_a_figure_that_the_rules_do_not_give_is_named(kind: str, change: Change, fields: set[str]) -> None:
    line, states = altered(kind, change)
    first = counted_again(states)[0]
    assert (first.line, first.field) == (line, *fields)


def test_another_ballot_does_not_give_the_tally() -> None:
    _, states = altered("ballot-cast", set_to("mark", "unqualified"), 0)
    first = counted_again(states)[0]
    assert b'"type":"appraisal-tallied"' in states[first.line - 1]
    assert first.field in ("mean", "marks")


def test_a_record_that_is_gone_shows_in_the_figures() -> None:
    states = list(worked_log())
    gone = next(line for line, state in enumerate(states) if b'"type":"points-confirmed"' in state)
    first = counted_again((*states[:gone], *states[gone + 1 :]))[0]
    assert b'"type":"completeness-checked"' in states[first.line]
    assert first.counted.startswith("period-incomplete")


def test_the_archives_that_a_notice_bound_are_bound_again_and_a_dropped_record_shows() -> None:
    tally = Tally()
    states = noticed_log()
    assert counted_again(states, tally) == []
    assert tally.states == 1
    recorded = [line for line, state in enumerate(states) if b'"type":"points-recorded"' in state]
    first = counted_again((*states[: recorded[-1]], *states[recorded[-1] + 1 :]))[0]
    assert (first.line, first.field) == (len(states) - 1, "root")


def test_a_rule_set_whose_parts_were_altered_is_named_where_it_was_published() -> None:
    def raise_points(fact: dict[str, Any]) -> None:
        fact["content"]["clause"] = "another"

    _, states = altered("rule-part-added", raise_points, 40)
    first = counted_again(states)[0]
    assert b'"type":"rule-set-published"' in states[first.line - 1]


def test_a_decision_that_the_rules_refuse_is_named() -> None:
    """The year is computed although the appraisal was never closed."""
    closing = ("appraisal-closed", "voter-took-part", "ballot-cast", "appraisal-tallied")
    kept = [state for state in worked_log() if json.loads(state)["type"] not in closing]
    first = counted_again(tuple(kept))[0]
    assert first.counted.startswith("appraisal-missing")
