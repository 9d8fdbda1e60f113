"""报复标记 — what was done to somebody after he objected, brought before the level above: facts and state of one flag.

Neither the objection nor the act nor the person stands in a fact: they are one sealed field, so that the log says no
more than that an organisation was asked to look. Whoever did what is flagged learns nothing of it, and it holds
nothing back: an act that stopped would tell him who objected.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Past, Refused, Stream
from domain.values import Code, MemberId, ObjectionId, Sha256

ActKind: TypeAlias = Literal["deduction", "claim", "veto", "measure"]
"""A deduction or shortfall proposed, a claim of an honour returned, a veto registered, a measure opened."""
Conclusion: TypeAlias = Literal["founded", "unfounded"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, by the stream in which it stands."""

    kind: ActKind
    id: UUID
    subject: MemberId
    counted_on: date | None = None
    """Of a veto: the day under which its record is kept."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a flag is about, as it is sealed."""

    unit: Code
    objection: ObjectionId
    act: Act

    @property
    def text(self) -> str:
        """As it goes to the vault."""
        return msgspec.json.encode(self).decode()


def read_about(text: str) -> About:
    """What a flag is about, of its opened field."""
    return msgspec.json.decode(text, type=About)


class RetaliationFlagged(Fact, frozen=True, kw_only=True):
    """报复标记 — by whoever objected, or by the handler with his consent."""

    flag: UUID
    body: Code
    """The organisation that examines it: the level above those concerned."""
    about: Sha256
    """Commitment to the objection and the act."""
    reason: Sha256


class RetaliationExamined(Fact, frozen=True, kw_only=True):
    """报复核查结论 — what the level above found; what follows from it goes its ordinary way."""

    flag: UUID
    body: Code
    by: MemberId
    conclusion: Conclusion
    finding: Sha256


class NoFlag(msgspec.Struct, frozen=True):
    """Nothing was flagged."""


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag, open until it is examined."""

    flag: UUID
    body: str
    about: str
    conclusion: Conclusion | None = None


State = NoFlag | Flag


class FlagUnknown(Refused):
    """没有这项报复标记。 There is no such flag."""

    code = "retaliation-unknown"


def evolve(state: State, fact: Fact) -> State:
    """The flag after one more fact."""
    match state, fact:
        case NoFlag(), RetaliationFlagged():
            return Flag(flag=fact.flag, body=fact.body, about=fact.about)
        case Flag(conclusion=None), RetaliationExamined():
            return replace(state, conclusion=fact.conclusion)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


RETALIATION: Final[Stream[State]] = Stream("retaliation", NoFlag(), evolve, (RetaliationFlagged, RetaliationExamined))


def living(past: Past, flag: UUID, body: Code) -> Flag:
    """The flag, if this organisation examines it; else there is none."""
    state = past[RETALIATION.of(flag)]
    match state:
        case Flag() as found:
            if found.body != body:
                raise FlagUnknown
            return found
        case NoFlag():
            raise FlagUnknown
        case _:
            assert_never(state)
