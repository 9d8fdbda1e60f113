"""补录截止, as pages say it: by the rules of the day on which a period ends, whatever is in force today."""

from datetime import date

from api.entry_terms import closings_of
from domain.rules.scheme import load
from domain.rules.working_days import YearCalendar
from projections.rules import Published
from tests.domain.branch import DOCUMENT


def published(version: str, since: date, working_days: int) -> Published:
    said = DOCUMENT.replace(b'"entry_closes_working_days": 10', f'"entry_closes_working_days": {working_days}'.encode())
    return Published(version=version, digest=version, effective_on=since, scheme=load(said), document="")


def test_entry_of_a_period_closes_as_the_rules_of_its_last_day_say() -> None:
    known = published("v1", date(2026, 1, 1), 10), published("v2", date(2026, 9, 1), 2)
    calendars = {year: YearCalendar(year=year) for year in (2026, 2027)}
    last = closings_of(known, 2026, calendars)
    assert last == {"H1": date(2026, 7, 14), "H2": date(2027, 1, 4), "Y": date(2027, 1, 4)}
    assert closings_of(known, 2026, {2026: calendars[2026]}) == {"H1": date(2026, 7, 14)}, "2027 is not published"
