"""Outlooks: of one member's running year, from the read models; what is still to be recorded of him is open."""

import asyncio
from datetime import date

from domain.assessment.outlook import YearOutlook
from projections.outlooks import outlook_of
from tests.foundings import founding, member
from tests.histories import KINDS, Done, road
from tests.projections.conftest import House

PARTY_DAY, MEETING = KINDS[0], KINDS[1]
"""R-LX-1: 3.00 a half, by attendance."""
TODAY = date(2026, 6, 29)


def outlook(house: House, number: int) -> YearOutlook | None:
    found = asyncio.run(house.ask(outlook_of, member(number), TODAY)).value
    return None if found is None else found[1]


def test_of_an_absence_only_what_is_left_and_what_is_unsaid_can_make_good(house: House) -> None:
    """One of two that are confirmed was missed; one sheet is not decided, one party day nobody has spoken of yet.

    With two days left, today's among them: 3.00 × (1 + 2 + 2) ÷ (2 + 2 + 2) = 2.50 of 3.00.
    """
    told = [
        Done("M1", PARTY_DAY, date(2026, 3, 10), but=((5, "absent", "1.00"),)),
        Done("M2", PARTY_DAY, date(2026, 3, 20)),
        Done("M3", PARTY_DAY, date(2026, 4, 10), but=((5, "absent", "1.00"),), reaches="submitted"),
        Done("M4", PARTY_DAY, date(2026, 5, 12), reaches="planned"),
        Done("M5", MEETING, date(2026, 5, 20), reaches="planned"),
    ]
    house.tell([*founding(), *sorted((one for done in told for one in road(done)), key=lambda one: one.at)])
    house.follow()
    present, absent = outlook(house, 0), outlook(house, 5)
    assert present is not None
    assert absent is not None
    assert present.best_ledger - absent.best_ledger == 300 - 250


def test_there_is_none_where_a_record_says_what_no_rule_set_prices(house: House) -> None:
    house.tell([*founding(), *road(Done("M1", PARTY_DAY, date(2026, 3, 10)))])
    house.follow()
    assert outlook(house, 5) is not None
    with house.projector() as connection:
        connection.execute("UPDATE records SET condition = 'unheard-of'")
    assert outlook(house, 5) is None
