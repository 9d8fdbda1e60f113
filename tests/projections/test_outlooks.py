"""Outlooks: of one member's running year, from the read models."""

import asyncio
from datetime import date

from domain.assessment.outlook import YearOutlook
from projections.outlooks import outlook_of
from tests.foundings import founding, member
from tests.histories import KINDS, Done, road
from tests.projections.conftest import House

PARTY_DAY = KINDS[0]
"""R-LX-1: 3.00 a half, by attendance."""
TODAY = date(2026, 6, 29)


def outlook(house: House, number: int) -> YearOutlook | None:
    found = asyncio.run(house.ask(outlook_of, member(number), TODAY)).value
    return None if found is None else found[1]


def test_an_absence_takes_nothing_from_what_can_be_reached_at_best(house: House) -> None:
    """Nothing bounds how many are still to come: two on one day, and those told after their day."""
    told = [
        Done("M1", PARTY_DAY, date(2026, 3, 10), but=((5, "absent", "1.00"),)),
        Done("M2", PARTY_DAY, date(2026, 3, 20)),
    ]
    house.tell([*founding(), *sorted((one for done in told for one in road(done)), key=lambda one: one.at)])
    house.follow()
    present, absent = outlook(house, 0), outlook(house, 5)
    assert present is not None
    assert absent is not None
    assert present.best_ledger == absent.best_ledger


def test_there_is_none_where_a_record_says_what_no_rule_set_prices(house: House) -> None:
    house.tell([*founding(), *road(Done("M1", PARTY_DAY, date(2026, 3, 10)))])
    house.follow()
    assert outlook(house, 5) is not None
    with house.projector() as connection:
        connection.execute("UPDATE records SET condition = 'unheard-of'")
    assert outlook(house, 5) is None
