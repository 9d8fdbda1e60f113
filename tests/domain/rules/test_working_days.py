"""Terms in working days: across National Day, over the year's end, and when the calendar changes."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.working_days import (
    Edition,
    NoCalendar,
    Term,
    YearCalendar,
    calendars_of,
    calendars_on,
    closes_on,
    extended_end,
    is_working_day,
    lengthened_term,
    next_working_day,
    term_end,
    working_days_between,
)
from domain.values import midnight_after


def arrangement(year: int) -> YearCalendar:
    """The official arrangement of a year."""
    days = [date(year, 1, 1) + timedelta(days=offset) for offset in range(366)]
    days = [day for day in days if day.year == year]
    return YearCalendar(
        year=year,
        days_off=frozenset(day for day in days if day.weekday() < 5 and not chinese_calendar.is_workday(day)),
        make_up_days=frozenset(day for day in days if day.weekday() >= 5 and chinese_calendar.is_workday(day)),
    )


YEARS = calendars_of([arrangement(2025), arrangement(2026)])
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 1))


def test_a_notice_across_national_day_with_its_make_up_saturday() -> None:
    posted_on = date(2026, 9, 30)
    assert posted_on.strftime("%A") == "Wednesday"
    end = term_end(posted_on, 3, YEARS)
    assert end == date(2026, 10, 10)
    assert end.strftime("%A") == "Saturday"
    worked = [day for day in range(1, 11) if is_working_day(date(2026, 10, day), YEARS)]
    assert worked == [8, 9, 10]
    assert midnight_after(end) == datetime(2026, 10, 10, 16, tzinfo=UTC)
    assert closes_on(end, 1, YEARS) == date(2026, 10, 12)
    assert midnight_after(closes_on(end, 1, YEARS)) == datetime(2026, 10, 12, 16, tzinfo=UTC)


def test_without_grace_a_notice_closes_at_its_end() -> None:
    assert closes_on(date(2026, 10, 10), 0, YEARS) == date(2026, 10, 10)


@pytest.mark.parametrize(("posted_on", "year"), [(date(2026, 12, 29), 2027), (date(2024, 12, 30), 2024)])
def test_a_term_that_leaves_the_published_years_is_refused(posted_on: date, year: int) -> None:
    with pytest.raises(NoCalendar) as refused:
        term_end(posted_on, 5, YEARS)
    assert refused.value.year == year
    assert refused.value.code == "no-calendar"


def test_a_term_of_no_days_is_no_term() -> None:
    with pytest.raises(ValueError, match="at least one"):
        term_end(date(2026, 3, 2), 0, YEARS)


@given(DAYS, st.integers(1, 15))
def test_a_term_holds_exactly_its_working_days_and_ends_on_one(posted_on: date, days: int) -> None:
    end = term_end(posted_on, days, YEARS)
    assert working_days_between(posted_on, end, YEARS) == days
    assert chinese_calendar.is_workday(end)
    assert end > posted_on


@given(DAYS, st.integers(1, 8), st.integers(1, 8))
def test_terms_add_up(posted_on: date, first: int, second: int) -> None:
    assert term_end(term_end(posted_on, first, YEARS), second, YEARS) == term_end(posted_on, first + second, YEARS)


@given(DAYS, st.integers(0, 40))
def test_working_days_between_agree_with_the_official_arrangement(after: date, later: int) -> None:
    until = min(after + timedelta(days=later), date(2026, 12, 31))
    expected = len(chinese_calendar.get_workdays(after, until)) - chinese_calendar.is_workday(after)
    assert working_days_between(after, until, YEARS) == expected
    assert working_days_between(until, after, YEARS) == 0


def test_the_next_working_day_after_the_spring_festival() -> None:
    assert next_working_day(date(2026, 2, 14), YEARS) == date(2026, 2, 24)


@given(DAYS, st.integers(1, 10), st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30))
def test_a_changed_calendar_never_shortens_a_running_term(posted_on: date, days: int, off: frozenset[date]) -> None:
    changed = YearCalendar(year=2026, days_off=frozenset(day for day in off if day.weekday() < 5))
    old = term_end(posted_on, days, YEARS)
    new = term_end(posted_on, days, calendars_of([YEARS[2025], YEARS[2026], changed]))
    assert extended_end(old, new) >= old
    assert extended_end(old, new) in (old, new)


WEEKDAYS = st.dates(date(2026, 6, 1), date(2026, 7, 31)).filter(lambda day: day.weekday() < 5)


@given(
    st.dates(date(2026, 6, 1), date(2026, 6, 20)),
    st.integers(1, 6),
    st.integers(0, 2),
    st.lists(st.tuples(st.dates(date(2026, 5, 1), date(2026, 7, 15)), st.frozensets(WEEKDAYS, max_size=8)), max_size=4),
    st.dates(date(2026, 6, 1), date(2026, 8, 31)),
)
def test_a_running_term_is_the_longest_that_any_edition_since_its_posting_made_it(
    posted_on: date, days: int, grace: int, changes: list[tuple[date, frozenset[date]]], today: date
) -> None:
    editions = [Edition(calendar=YEARS[2026])]
    for effective_on, off in sorted(changes, key=lambda change: change[0]):
        editions.append(Edition(calendar=YearCalendar(year=2026, days_off=off), effective_on=effective_on))
    then = calendars_on(editions, posted_on)
    end = term_end(posted_on, days, then)
    term = Term(posted_on=posted_on, working_days=days, ends_on=end, closes_on=closes_on(end, grace, then))
    longer = lengthened_term(term, editions, today)
    candidates = {end}
    for edition in editions[1:]:
        assert edition.effective_on is not None
        if posted_on < edition.effective_on <= today:
            candidates.add(term_end(posted_on, days, calendars_on(editions, edition.effective_on)))
    assert longer.ends_on == max(candidates) >= term.ends_on
    assert longer.closes_on >= term.closes_on


def test_a_term_of_all_days_is_never_counted_again_in_working_days() -> None:
    """Posted Thursday 30 April for 3 days: ends Sunday 3 May; only the grace for paper knows working days."""
    then = {2026: YEARS[2026]}
    term = Term(
        posted_on=date(2026, 4, 30),
        working_days=3,
        ends_on=date(2026, 5, 3),
        closes_on=closes_on(date(2026, 5, 3), 1, then),
    )
    off = YearCalendar(year=2026, days_off=YEARS[2026].days_off | {term.closes_on}, make_up_days=frozenset())
    editions = [Edition(calendar=YEARS[2026]), Edition(calendar=off, effective_on=date(2026, 5, 2))]
    longer = lengthened_term(term, editions, date(2026, 5, 4), calendar_days=True)
    assert (longer.ends_on, longer.closes_on) == (date(2026, 5, 3), closes_on(date(2026, 5, 3), 1, {2026: off}))
    assert longer.closes_on > term.closes_on
    assert lengthened_term(term, editions, date(2026, 5, 4)).ends_on > date(2026, 5, 3)


@pytest.mark.parametrize(
    ("off", "make_up"),
    [({date(2026, 10, 10)}, set()), (set(), {date(2026, 10, 9)}), ({date(2027, 1, 1)}, set())],
)
def test_a_calendar_that_contradicts_itself_is_refused(off: set[date], make_up: set[date]) -> None:
    with pytest.raises(ValueError, match=r"weekday|weekend|not in"):
        YearCalendar(year=2026, days_off=frozenset(off), make_up_days=frozenset(make_up))
