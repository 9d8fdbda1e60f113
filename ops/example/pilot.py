"""试点 — three branches of one general branch, two years before the others: everything that a year can bring."""

from collections.abc import Iterator

from ops.example.candidates import candidates
from ops.example.cast import YEARS, teams
from ops.example.district import founded
from ops.example.founding import PILOTED_ON
from ops.example.grievances import grievances
from ops.example.halves import halves
from ops.example.outcomes import outcomes
from ops.example.places import pilot_district
from ops.example.pluses import pluses
from ops.example.rulings import rulings
from ops.example.told import Salt, Told
from ops.example.yearends import year_end


def pilot(salt: Salt) -> Iterator[Told]:
    """The pilot's founding and its years; its spring of 2026 is the district's."""
    yield from founded(pilot_district(), PILOTED_ON)
    yield from candidates(salt)
    yield from rulings(salt)
    yield from pluses(salt)
    yield from outcomes(salt)
    yield from grievances(salt)
    for one in teams():
        for year in YEARS:
            yield from halves(one, year)
            yield from year_end(one, year, salt)
