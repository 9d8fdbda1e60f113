"""A branch of five without a committee of its own."""

from datetime import UTC, datetime
from typing import Final

from domain.actor import person
from domain.assessment.computing import ComputePeriod
from domain.assessment.opening import OpenPeriod
from tests.domain.branch import TOP, appointed, established, registered, who, wish
from tests.domain.year import H1_OVER, SEATED, YEAR

SMALL: Final = "GW/PK-02"
FIVE: Final = tuple(who(f"small-{number}") for number in range(5))
AS_ITS_SECRETARY: Final = person(FIVE[0], "secretary", SMALL)

SMALL_COMPUTED: Final = SEATED.given(
    established(SMALL, TOP, approval_body="parent_committee"),
    *(registered(one, SMALL) for one in FIVE),
    appointed(FIVE[0], "secretary", SMALL),
    wish(OpenPeriod, AS_ITS_SECRETARY, datetime(YEAR, 7, 2, 1, tzinfo=UTC), unit=SMALL, year=YEAR, period="H1"),
    wish(ComputePeriod, AS_ITS_SECRETARY, H1_OVER, unit=SMALL, year=YEAR, period="H1"),
)
"""Its first half is computed."""
