"""Given, when, then: deciders over a past in memory.

``given(*wishes_or_facts).when(wish).then(*facts)``, or ``.refused(Refusal)``, or ``.nothing()``.
A wish in ``given`` is granted through the whole house, permissions included; a fact (``stream.says(fact)``) is simply
there, as history.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
import pytest

from domain import house
from domain.decider import Command, Decision, Fact, Head, Refused, Stream, StreamRef, Write

S = TypeVar("S")

STREAMS: dict[str, Stream[Any]] = {stream.kind: stream for stream in house.STREAMS}


class World:
    """A past in memory that grants wishes."""

    def __init__(self, earlier: "World | None" = None) -> None:
        self.states: dict[UUID, object] = {} if earlier is None else dict(earlier.states)
        self.facts: list[Fact] = [] if earlier is None else list(earlier.facts)
        self.said: list[tuple[Command | None, Write]] = [] if earlier is None else list(earlier.said)
        """Every fact with the wish behind it, none for what was simply there."""
        self.done: set[UUID] = set() if earlier is None else set(earlier.done)
        self.ends: dict[UUID, Head] = {} if earlier is None else dict(earlier.ends)

    def __getitem__(self, ref: StreamRef[S]) -> S:
        return cast(S, self.states.get(ref.id, ref.stream.initial))

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        return [self[ref] for ref in refs]

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        return [self.ends.get(ref.id, Head(0, None)) for ref in refs]

    def load(self, ref: StreamRef[S], /) -> S:
        """As ``Ledger.load``."""
        return self[ref]

    def known(self, commands: Sequence[UUID], /) -> set[UUID]:
        """Which commands were granted here."""
        return {command for command in commands if command in self.done}

    def add(self, write: Write, behind: Command | None = None) -> None:
        """A fact that happened."""
        stream = STREAMS[write.kind]
        self.states[write.stream] = stream.evolve(self[StreamRef(stream, write.stream)], write.fact)
        self.facts.append(write.fact)
        self.said.append((behind, write))
        version, before = self.ends.get(write.stream, Head(0, None))
        said = f"{before}".encode() + msgspec.json.encode(write.fact)
        self.ends[write.stream] = Head(version + 1, hashlib.sha256(said).hexdigest())

    def execute(self, command: Command) -> Decision:
        """Grant a wish and keep what it says; a repeat says nothing, as in the ledger."""
        if command.id in self.done:
            return []
        decision = house.decide(self, command)
        for write in decision:
            self.add(write, command)
        self.done.add(command.id)
        return decision

    def copy(self) -> "World":
        """The same past, to be continued differently."""
        return World(self)


class Given:
    """What happened so far."""

    def __init__(self, world: World) -> None:
        self.world = world

    def given(self, *happened: Command | Write) -> "Given":
        """More that happened."""
        world = self.world.copy()
        for one in happened:
            world.execute(one) if isinstance(one, Command) else world.add(one)
        return Given(world)

    def when(self, wish: Command) -> "When":
        """What somebody wishes now."""
        return When(self.world, wish)


class When:
    """A wish and what becomes of it."""

    def __init__(self, world: World, wish: Command) -> None:
        self._world = world
        self._wish = wish

    def facts(self) -> list[Fact]:
        """What the wish comes to."""
        return [write.fact for write in house.decide(self._world, self._wish)]

    def then(self, *facts: Fact) -> None:
        """Exactly these facts, in this order."""
        assert self.facts() == list(facts)

    def says(self, *kinds: type[Fact]) -> list[Fact]:
        """Facts of exactly these kinds, in this order."""
        facts = self.facts()
        assert [type(fact) for fact in facts] == list(kinds)
        return facts

    def nothing(self) -> None:
        """The wish is granted and changes nothing."""
        self.then()

    def refused(self, refusal: type[Refused], **facts: object) -> None:
        """The wish is refused with this refusal, which names at least these figures."""
        with pytest.raises(Refused) as refused:
            self.facts()
        assert refused.type is refusal
        assert facts.items() <= refused.value.facts.items()


def given(*happened: Command | Write) -> Given:
    """A past that begins with nothing."""
    return Given(World()).given(*happened)
