"""状态承诺: one root over the members' stream heads, totals and grades, that a dropped record would change."""

import msgspec
import pytest

from domain.assessment.committing import CommitState, disclosure, root, salt_of, state_leaves
from domain.assessment.period import Assessment, StateCommitted, period_of
from domain.assessment.result import result_of
from domain.decider import Head
from domain.leaf import leaf_hash
from domain.recording.archive import archive_of
from domain.sealed import Secret
from projections.transparency.merkle import root as tree_root
from tests.domain.assessment.test_period import SEALED
from tests.domain.branch import BRANCH, PEOPLE, PROCESS, wish
from tests.domain.given import Given
from tests.domain.year import H1_OVER, TERM, YEAR

SEED = Secret(subject=period_of(BRANCH, YEAR, "H1").id, name="seed", value="of-256-random-bits", salt="salt")
COMMIT = wish(CommitState, PROCESS, H1_OVER + TERM, unit=BRANCH, year=YEAR, period="H1", round=5, seed=SEED)


def committed(given: Given) -> StateCommitted:
    (fact,) = given.when(COMMIT).says(StateCommitted)
    assert isinstance(fact, StateCommitted)
    return fact


def test_everybody_of_the_period_has_a_leaf() -> None:
    fact = committed(SEALED)
    assert (fact.members, fact.seed) == (len(PEOPLE), SEED.commitment)


def test_a_dropped_record_or_another_total_gives_another_root() -> None:
    whole = committed(SEALED)
    world = SEALED.world.copy()
    archive = archive_of(PEOPLE[0], H1_OVER.date())
    world.ends[archive.id] = Head(world.ends[archive.id].version - 1, "0" * 64)
    assert committed(Given(world)).root != whole.root
    world = SEALED.world.copy()
    result = result_of(PEOPLE[0], YEAR, "H1")
    standing = world[result].standing
    assert standing is not None
    other = msgspec.structs.replace(standing, total=standing.total + 1)
    world.states[result.id] = msgspec.structs.replace(world[result], determinations=(other,))
    assert committed(Given(world)).root != whole.root


def test_a_member_finds_his_leaf_by_what_he_is_shown() -> None:
    world = SEALED.world
    found = world[period_of(BRANCH, YEAR, "H1")]
    assert isinstance(found, Assessment)
    leaves = state_leaves(world, found, SEED.value)
    member = sorted(PEOPLE, key=str)[2]
    archive, result = archive_of(member, found.last_on), result_of(member, YEAR, "H1")
    held, made = world.heads([archive, result])
    shown = disclosure(SEED.value, member, found, world[result], (archive, held), (result, made))
    assert leaf_hash(shown.encode()) == leaves[2]
    assert root(leaves).hex() == committed(SEALED).root


def test_the_salts_differ_by_member_and_by_seed() -> None:
    salts = {salt_of(seed, member) for seed in ("a", "b") for member in PEOPLE}
    assert len(salts) == 2 * len(PEOPLE)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100])
def test_the_root_is_that_of_the_log_s_own_tree(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    assert root(leaves) == tree_root(leaves)
