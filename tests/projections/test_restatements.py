"""A restatement in the read models: ordered, computed, approved, adopted; followed and rebuilt alike."""

import asyncio
from datetime import date, timedelta

from domain.assessment.restatement import restatement_id
from projections import assessments, restatements
from projections.follow import catch_up
from projections.rebuild import rebuild
from tests.domain.branch import BRANCH, PEOPLE, TOP, VERSION, appointed, commands, registered
from tests.domain.branch import calendar as calendar_of
from tests.domain.restated import HEARD_AT, LEADERS, adopted, approved, computed, ordered, version_published
from tests.domain.year import H1_OVER, YEAR, half
from tests.projections.conftest import House, tables_of

RENAMED = "renamed-2"


def test_a_restated_half_stands_beside_the_first_as_followed_and_as_rebuilt(house: House) -> None:
    """The renamed item is not mapped: its old line is kept, and listed, beside the new item's."""
    house.tell(
        (
            *commands(),
            calendar_of(2027),
            *(registered(one, TOP) for one in LEADERS),
            *(appointed(one, "leading_group", TOP) for one in LEADERS),
            *half("H1", H1_OVER),
            *version_published(RENAMED, {'"R-LX-1"': '"R-LX-9"'}, date(2027, 7, 1)),
            ordered(RENAMED, period="H1"),
            computed("H1"),
            approved("H1"),
            *adopted("H1", at=HEARD_AT + timedelta(days=1)),
        )
    )
    house.follow()
    (found,) = asyncio.run(house.ask(restatements.restatements_of, [BRANCH])).value
    assert (found.status, found.rules, found.members, found.better, found.adopted) == ("adopted", RENAMED, 8, 8, 8)
    number = restatement_id(BRANCH, YEAR, "H1", 1)
    members = asyncio.run(house.ask(restatements.restated_members, number)).value
    assert {(one.before_total, one.total, one.unmapped) for one in members} == {(3300, 3600, 1)}
    assert [(one.item, one.old, one.new, one.unmapped) for one in members[0].lines] == [
        ("R-LX-1", 300, 300, True),
        ("R-LX-9", None, 300, False),
    ]
    both = asyncio.run(house.ask(restatements.determinations_of, PEOPLE[0])).value
    assert [(one.version, one.total, one.rules, one.superseded) for one in both] == [
        (1, 3300, VERSION, True),
        (2, 3600, RENAMED, False),
    ]
    results = asyncio.run(house.ask(assessments.results_of_unit, BRANCH, YEAR, "H1")).value
    assert {(one.version, one.total, one.determined_total) for one in results} == {(2, 3600, 3600)}
    with house.projector() as connection:
        catch_up(connection)
        before = tables_of(connection)
        rebuild(house.urls.projector, readers=house.readers)
        assert tables_of(connection) == before
