"""Periods, results and their notices, in the read models, as followed and as rebuilt."""

import asyncio
from datetime import timedelta

import pytest

from domain.assessment.period import result_notice_id
from projections import assessments, notice_board, parking, progress
from projections.follow import catch_up
from projections.rebuild import rebuild
from tests.domain.branch import BRANCH, PEOPLE, commands
from tests.domain.branch import calendar as calendar_of
from tests.domain.year import (
    H1_OVER,
    TERM,
    YEAR,
    adopted,
    computed,
    given_back,
    noticed,
    period_opened,
    term_over,
)
from tests.projections.conftest import House, tables_of


@pytest.fixture
def sealed(house: House) -> House:
    """The first half of the branch: returned once, then adopted, noticed, determined and sealed."""
    house.tell(
        (
            *commands(),
            calendar_of(2027),
            period_opened("H1"),
            computed("H1", H1_OVER),
            given_back("H1", H1_OVER),
            computed("H1", H1_OVER),
            adopted("H1", H1_OVER),
            *noticed("H1", H1_OVER, 2),
            *term_over("H1", H1_OVER + TERM + timedelta(minutes=1), 2),
        )
    )
    house.follow()
    return house


def test_a_period_is_followed_to_its_sealing_and_nobody_is_parked(sealed: House) -> None:
    (period,) = asyncio.run(sealed.ask(progress.periods_of, [BRANCH], YEAR)).value
    assert (period.status, period.computation, period.members, period.blocked) == ("sealed", 2, len(PEOPLE), 0)
    with sealed.projector() as connection:
        assert not parking.parked_keys(connection)


def test_everybody_has_a_determined_result_and_a_half_has_no_grade(sealed: House) -> None:
    results = asyncio.run(sealed.ask(assessments.results_of_unit, BRANCH, YEAR, "H1")).value
    assert [(one.version, one.determined_total, one.grade) for one in results] == [(1, 3300, None)] * len(PEOPLE)
    assert [one.member for one in results] == sorted(PEOPLE, key=str)
    own = asyncio.run(sealed.ask(assessments.results_of_member, PEOPLE[0])).value
    assert [one.period for one in own] == ["H1"]


def test_the_notice_of_results_is_on_the_board_line_by_line(sealed: House) -> None:
    found = asyncio.run(sealed.ask(notice_board.notice, result_notice_id(BRANCH, YEAR, "H1", 2))).value
    assert found is not None
    assert (found.header.stage, found.header.status, found.header.title) == ("half_year", "closed", "2026-H1")
    assert [(one.outcome, one.points, one.state) for one in found.lines] == [("scored", 3300, "open")] * len(PEOPLE)


def test_a_rebuild_gives_the_same(sealed: House) -> None:
    with sealed.projector() as connection:
        catch_up(connection)
        before = tables_of(connection)
        rebuild(sealed.urls.projector, readers=sealed.readers)
        assert tables_of(connection) == before
