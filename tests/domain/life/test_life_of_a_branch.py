"""Whoever wishes whatever on whatever day, for as long as one likes: granted, or refused by name, and every rule holds.

STEELYARD_LIFE_LIVES sets how many lives of 100 steps are played (default 250: more than twenty thousand steps),
STEELYARD_LIFE_SEED which; the same seed plays the same lives where the same modules are loaded: Hypothesis tries the
numbers that stand in them.
"""

import os
from collections import Counter
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from domain.decider import Command, Write
from domain.entry import decode, encode
from domain.oversight.log import OpenLog
from tests.domain.given import STREAMS, World
from tests.domain.life.beside_invariants import OVER_WHAT_STANDS_BESIDE
from tests.domain.life.closing_invariants import OVER_PERIODS
from tests.domain.life.consequence_invariants import OVER_CONSEQUENCES
from tests.domain.life.invariants import CHECKS
from tests.domain.life.playing import BEGINNING, GRADED_BEFORE, Player
from tests.domain.life.wishes import LIVED, POOLS

LIVES: Final = int(os.environ.get("STEELYARD_LIFE_LIVES", "250"))
SEED: Final = int(os.environ.get("STEELYARD_LIFE_SEED", "20260701"))
STEPS: Final = 100
FURTHER: Final = 10
"""Times that a fifth as many lives are played where a rare wish was granted in none."""
LARGEST_ENTRY: Final = 65_535

played: Counter[str] = Counter()
granted: Counter[type[Command]] = Counter()


class BranchLife(RuleBasedStateMachine):
    """One life, a step at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.player = Player()
        self.steps = 0

    @initialize(beginning=st.sampled_from((*((one, ()) for one in BEGINNING), *GRADED_BEFORE)))
    def begins(self, beginning: tuple[tuple[Command, ...], tuple[Write, ...]]) -> None:
        """With nothing at all, or where something is under way; after what history."""
        self.player = Player(*beginning)

    @rule(chance=st.integers(0, 2**32 - 1))
    def goes_on(self, chance: int) -> None:
        """Somebody wishes something, or time passes and what is due follows by itself."""
        played["steps"] += 1
        self.steps += 1
        # The number of the step as well: chances come again and again, and would tell the same story.
        for step in self.player.play(Random(f"{chance}/{self.steps}")):
            for holds in (*CHECKS, *OVER_PERIODS, *OVER_CONSEQUENCES, *OVER_WHAT_STANDS_BESIDE):
                holds(step)

    def teardown(self) -> None:
        """At the end of every life: told again from its bytes alone, the world is the same."""
        life = self.player.life
        granted.update(life.granted)
        played["refusals"] += sum(life.refused.values())
        again = World(self.player.before)
        for said in life.log:
            stored = encode(said.entry)
            assert len(stored) <= LARGEST_ENTRY
            stream = STREAMS[said.write.kind]
            now = again.states.get(said.write.stream, stream.initial)
            again.states[said.write.stream] = stream.evolve(now, decode(stored).fact)
        assert again.states == life.world.states, "rebuilt == followed"


def live(number: int, lives: int) -> None:
    """So many lives of one seed."""
    wanted = settings(
        max_examples=lives,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(seed(number)(BranchLife), settings=wanted)


@pytest.fixture(scope="module")
def lives() -> Counter[type[Command]]:
    """Twenty thousand steps or more; how often each kind of wish was granted."""
    live(SEED, LIVES)
    return granted


def never_granted() -> list[str]:
    return [kind.__name__ for kind in LIVED if not granted[kind]]


def test_every_wish_is_granted_or_refused_and_every_rule_holds(lives: Counter[type[Command]]) -> None:
    assert lives
    assert played["steps"] >= LIVES * STEPS * 5 // 6, "nearly every life is played to its end"
    assert played["refusals"] > 0


def test_every_kind_of_wish_is_granted_in_some_life(lives: Counter[type[Command]]) -> None:
    assert lives
    for more in range(1, FURTHER + 1):
        if len(never_granted()) > 1:
            live(SEED + more, LIVES // 5)
    assert never_granted() == [OpenLog.__name__], "a log is opened once, at the founding, and never again"


def test_every_field_of_every_wish_has_values_to_try() -> None:
    fields: set[str] = {name for kind in LIVED for name in kind.__struct_fields__}
    known: dict[str, Any] = {**POOLS, **dict.fromkeys(("id", "actor", "at", "cause", "successor"))}
    assert fields - known.keys() == set()
