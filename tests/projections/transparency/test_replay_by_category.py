"""An outsider counts ballots by category again: each category's mean, the whole, and the total that rests on it."""

import json
from functools import cache

import pytest

from projections.transparency.mandate import BALLOTS
from projections.transparency.offline.replay import Tally
from tests.domain.assessment.test_by_category import CATEGORIES, OPEN, all_say
from tests.domain.branch import MEMBER, PEOPLE
from tests.domain.year import Y_OVER, appraisal_closed, ballots, computed
from tests.projections.transparency.test_restated import States, altered, bytes_of, counted_again, own_of

CAST = (*all_say({"qualified": 5}), *ballots({MEMBER: {"excellent": 2}}, "LX"))


@cache
def year_log() -> States:
    """A year whose ballots are counted by category, and computed."""
    return bytes_of(OPEN.given(appraisal_closed(CAST), computed("Y", Y_OVER)))


def test_each_category_and_the_whole_are_derived_again_to_the_cent() -> None:
    tally = Tally()
    assert counted_again(year_log(), tally) == []
    assert tally.ballots == len(CAST)
    own = Tally()
    assert counted_again(own_of(MEMBER, year_log()), own, MEMBER) == []
    assert own.ballots == 5 * len(CATEGORIES) + 2


def test_whoever_takes_his_own_home_gets_no_single_ballot_and_his_total_rests_on_the_tally() -> None:
    """From the ballots for him he would count what no tally shows; a printer of slips would join the marks of each."""
    states, tally = own_of(MEMBER, year_log(), BALLOTS), Tally()
    assert not any(b'"type":"ballot-' in one for one in states)
    assert counted_again(states, tally, MEMBER, by_tally=True) == []
    assert (tally.ballots, tally.figures) == (0, 3)
    assert counted_again(states, Tally(), MEMBER), "where they are not said to be withheld, ballots are missing"


@pytest.mark.parametrize("category", ["LX", None])
def test_a_mean_that_the_ballots_do_not_give_is_named(category: str | None) -> None:
    there = [
        (line, fact)
        for line, one in enumerate(map(json.loads, year_log()), 1)
        if one["type"] == "appraisal-tallied" and (fact := one["fact"])["member"] == str(MEMBER)
    ]
    assert len(there) == len(CATEGORIES) + 1
    line, fact = next((line, fact) for line, fact in there if fact.get("category") == category)
    # LX: (5 × 80 + 2 × 100) ÷ 7 = 85.714 → 85.71; the whole: (15 × 85.71 + 85 × 80) ÷ 100 = 80.8565 → 80.86
    assert fact["mean"] == {"LX": "85.71", None: "80.86"}[category]
    value = json.loads(year_log()[line - 1])
    value["fact"]["mean"] = "99.00"
    wrong = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    states = (*year_log()[: line - 1], wrong, *year_log()[line:])
    assert counted_again(states, Tally())[0][:2] == (line, "mean")
    states = own_of(MEMBER, states)
    assert counted_again(states, Tally(), MEMBER)[0].field == "mean"


def test_a_ballot_moved_to_another_category_is_found_by_the_counting() -> None:
    _, states = altered(year_log(), "ballot-cast", "category", "elsewhere")
    assert counted_again(states, Tally())[0].counted.startswith("ballot-invalid")
    first = json.loads(next(one for one in year_log() if b'"type":"ballot-cast"' in one))["fact"]
    other = next(one for one in CATEGORIES if one != first["category"])
    moved = [one.replace(f'"category":"{first["category"]}"'.encode(), f'"category":"{other}"'.encode())
             if first["code_digest"].encode() in one else one for one in year_log()]  # fmt: skip
    assert json.loads(year_log()[counted_again(tuple(moved), Tally())[0].line - 1])["type"] == "appraisal-tallied"


def test_everybody_is_counted_once_a_category() -> None:
    said = [json.loads(one)["fact"] for one in year_log() if b'"type":"appraisal-tallied"' in one]
    assert len(said) == len(PEOPLE) * (len(CATEGORIES) + 1)
