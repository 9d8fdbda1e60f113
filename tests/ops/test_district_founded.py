"""The whole district of the example, as it is loaded by default: every organisation, every person, every office."""

from collections import Counter

import pytest

from domain.entry import decode
from domain.house import decide
from domain.ledger import Ledger
from domain.organisation.appointments import RoleAppointed
from domain.organisation.member import MemberRegistered
from domain.organisation.unit import UnitEstablished
from ops.clock import SimulatedClock
from ops.example.district import FOUNDED_ON, founded
from ops.example.founding import ORIGIN, PILOTED_ON, founding
from ops.example.load import salt, tell
from ops.example.people import people
from ops.example.places import BRANCHES, PARTY_COMMITTEE, district, newcomers, pilot_district
from tests.api.workbook.test_through_the_ledger import PlainVault
from tests.memory import MemoryRecorder


@pytest.fixture(scope="module")
def recorder() -> MemoryRecorder:
    """Founded through the ledger and the importer: the pilot two years before, the others after it."""
    steps = [
        *founding(salt, piloted=True),
        *founded(pilot_district(), PILOTED_ON),
        *founded(newcomers(district(BRANCHES)), FOUNDED_ON),
    ]
    steps.sort(key=lambda step: step.at)
    clock = SimulatedClock(steps[0].at)
    recorder = MemoryRecorder(clock.now)
    ledger = Ledger(recorder, PlainVault(), decide, ORIGIN)
    tell(ledger, recorder, clock, steps)
    ledger.close()
    return recorder


def test_every_organisation_of_the_whole_district_is_founded_with_all_its_people(recorder: MemoryRecorder) -> None:
    facts = [decode(row.state).fact for row in recorder.select_notifications(1, 100_000)]
    whole = district(BRANCHES)
    established = {fact.unit for fact in facts if isinstance(fact, UnitEstablished)}
    assert established >= {place.unit for place in whole.places}
    registered = {fact.member for fact in facts if isinstance(fact, MemberRegistered)}
    assert registered >= {one.member for branch in whole.branches for one in branch.people}
    assert registered >= {one.member for one in people()}


def test_every_office_is_held_by_whom_the_example_names(recorder: MemoryRecorder) -> None:
    facts = [decode(row.state).fact for row in recorder.select_notifications(1, 100_000)]
    appointed = Counter((fact.unit, fact.role, fact.person) for fact in facts if isinstance(fact, RoleAppointed))
    whole = district(BRANCHES)
    here = {
        (branch.place.unit, role, one.member)
        for branch in whole.branches
        for one in branch.people
        for role in one.roles
    }
    above = {(unit, role, one.member) for unit, role, one in whole.offices}
    assert PARTY_COMMITTEE in {unit for unit, _, _ in above}
    assert here | above <= appointed.keys()
    assert set(appointed.values()) == {1}
