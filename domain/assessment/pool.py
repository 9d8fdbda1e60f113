"""优秀名额 — the seats of one organisation's period, or of all organisations below it together: facts and state.

A pool is what the seats are shared over. Whoever belongs to it joins by opening and computing its period; people
settle who has a seat once everybody's figures are there. Where a rule set has no pool and lets all be in who are
equal at the line, nothing of this is asked.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Stream, StreamRef
from domain.recording.committee import Vote
from domain.values import Code, MemberId, Reference, Sha256


class OfPool(Fact, frozen=True, kw_only=True):
    """What every fact about a pool says: whose seats of which period."""

    unit: Code
    """Whose pool it is: the organisation itself, or the next higher one."""
    year: int
    period: Code


class PoolJoined(OfPool, frozen=True, kw_only=True):
    """列入名额统筹 — an organisation takes part: since its period was opened, and with each computation of its own."""

    branch: Code
    computation: int = 0
    """0 while nothing is computed."""


class SeatsSettled(OfPool, frozen=True, kw_only=True):
    """名额排定 — the header: how many seats, candidates and seated there are, and how equals were parted."""

    round: int
    branches: int
    graded: int
    seats: int
    candidates: int
    seated: int
    equal: int = 0
    """How many were wholly equal at the line; by a lot, or as the body decided."""
    by_lot: bool = False
    by: MemberId
    drawn_by: tuple[MemberId, MemberId] | None = None
    """Who drew the lot, in the open; none of them takes part in it."""
    minute: Reference
    minute_sha256: Sha256
    reason: Sha256 | None = None
    vote: Vote | None = None
    """Of the body that parted equals."""


class SeatDrawn(OfPool, frozen=True, kw_only=True):
    """抽签结果 — a place among those who were equal at the line, as drawn or decided."""

    round: int
    place: int
    member: MemberId


class SeatGiven(OfPool, frozen=True, kw_only=True):
    """占用名额 — one seat."""

    round: int
    branch: Code
    member: MemberId


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool: who takes part with which computation, and who has a seat."""

    joined: dict[str, int] = {}
    settled: dict[str, int] = {}
    """As the members of the pool were computed when it was settled last."""
    seated: dict[MemberId, str] = {}
    """Who has a seat → in which organisation."""
    seats: int = 0
    round: int = 0

    def covers(self, branch: Code, computation: int) -> bool:
        """Whether the seats were settled with this computation of an organisation."""
        return self.settled.get(branch) == computation


def evolve(state: Pool, fact: Fact) -> Pool:
    """The pool after one more fact."""
    match fact:
        case PoolJoined():
            return replace(state, joined={**state.joined, fact.branch: fact.computation})
        case SeatsSettled():
            assert fact.round == state.round + 1, f"round {fact.round} follows no other"
            return replace(state, settled=state.joined, seated={}, seats=fact.seats, round=fact.round)
        case SeatDrawn():
            return state
        case SeatGiven():
            return replace(state, seated={**state.seated, fact.member: fact.branch})
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a pool")


POOL: Final[Stream[Pool]] = Stream("seat-pool", Pool(), evolve, (PoolJoined, SeatsSettled, SeatDrawn, SeatGiven))


def pool_of(unit: Code, year: int, period: Code) -> StreamRef[Pool]:
    """The one pool of an organisation's period."""
    return POOL.of(unit, year, period)
