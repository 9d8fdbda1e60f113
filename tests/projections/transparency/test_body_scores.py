"""An outsider counts a total again whose parts bodies gave: from the whole log, and from one person's own entries."""

from functools import cache
from uuid import UUID

import pytest

from projections.transparency.offline.replay import Tally
from tests.domain.assessment.test_components import COMPLETE, RULES, WORKED, appraised, by_committee, by_higher
from tests.domain.branch import MEMBER
from tests.domain.year import TERM, Y_OVER, term_over, year_adopted
from tests.projections.transparency.test_restated import States, altered, bytes_of, counted_again, own_of


@cache
def scored_log() -> States:
    """The year of a branch whose totals have four parts, determined."""
    return bytes_of(year_adopted(COMPLETE).given(*term_over("Y", Y_OVER + TERM)))


def test_the_totals_of_four_parts_are_counted_again_to_the_cent() -> None:
    tally = Tally()
    assert counted_again(scored_log(), tally) == []
    assert tally.figures == 27


@pytest.mark.parametrize("member", [WORKED, MEMBER])
def test_a_person_counts_his_own_from_what_is_his(member: UUID) -> None:
    own = own_of(member, scored_log())
    assert counted_again(own, Tally(), member) == []
    kinds = [one for one in own if b'"type":"component-assessed"' in one]
    assert len(kinds) == 2


@pytest.mark.parametrize("alone", [True, False])
def test_another_score_does_not_give_the_figures(alone: bool) -> None:
    states = own_of(WORKED, scored_log()) if alone else scored_log()
    _, wrong = altered(states, "component-assessed", "score", "99.99", WORKED)
    first = counted_again(wrong, Tally(), WORKED if alone else None)[0]
    assert b'"type":"member-computed"' in wrong[first.line - 1] or b'"type":"period-computed"' in wrong[first.line - 1]


@pytest.mark.parametrize("base", ["mean_of_halves", "recompute"])
def test_a_year_whose_base_is_no_sum_is_counted_again_to_the_cent(base: str) -> None:
    rules = RULES.replace(b'"base": "sum_of_halves"', f'"base": "{base}"'.encode())
    given = appraised(rules).given(*by_committee(), by_higher())
    states = bytes_of(year_adopted(given).given(*term_over("Y", Y_OVER + TERM)))
    assert counted_again(states, Tally()) == []
    assert counted_again(own_of(WORKED, states), Tally(), WORKED) == []
    _, wrong = altered(states, "member-computed", "base", "12.34", WORKED)
    assert counted_again(wrong, Tally())
