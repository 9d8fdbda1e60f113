"""What a stream is, what a command may read and what it may say.

A command is a wish, a fact is past, a state is what the facts of one stream amount to. ``decide`` is a pure
function from the past and a wish to facts, or a refusal; ``evolve`` is a pure fold that never decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor
from domain.sealed import Secret
from domain.values import Code, CommandId, EntryId, Instant

NAMESPACE = UUID("6f1d8f5e-3b0a-5c55-9a53-7d2f0a4f5b11")
"""Under which all stream ids are derived; chosen once, for ever."""

STREAMS_KEPT: Final = 50_000

S = TypeVar("S")


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something that happened, in plain values. A fact says everything that must be believed later.

    Optional fields with defaults are the way to grow; a new meaning takes a new name in the vocabulary.
    ``secret`` is true of a secret ballot alone: its entry names neither actor nor command nor cause.
    """

    secret: ClassVar[bool] = False


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish. Clock, actor, ids and salts are read at the edge and come with it.

    ``operation`` is its row in the permission table; ``fresh`` names fields drawn at random for this
    attempt, which are left out when a repeat is compared with the first.
    """

    operation: ClassVar[str]
    fresh: ClassVar[tuple[str, ...]] = ()

    id: CommandId
    actor: Actor
    at: Instant
    cause: EntryId | None = None

    def target(self) -> Code | None:
        """The organisation whose things the wish concerns; None for no particular one."""
        unit: Code | None = getattr(self, "unit", None)
        return unit

    def secrets(self) -> tuple[Secret, ...]:
        """Every sealed field of this wish."""
        values = (getattr(self, name) for name in self.__struct_fields__)
        return tuple(value for value in values if isinstance(value, Secret))

    def identities(self) -> tuple[Secret, ...]:
        """The sealed values that one person alone may have: the vault finds them again without storing them."""
        return ()

    def duplicate(self, past: "Past", holder: UUID) -> "Refused":
        """The refusal where one of the ``identities`` is somebody's already."""
        raise AssertionError(f"{type(self).__name__} names no identities")


class Refused(Exception):
    """不能办理。 This cannot be done."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts
        """Figures for the sentence that the reader is shown: the reference of the first record, a day…"""


class NotPermitted(Refused):
    """您没有办理此事的权限。 You are not permitted to do this."""

    code = "not-permitted"


@dataclass(frozen=True)
class Write:
    """A fact that shall be appended to a stream."""

    stream: UUID
    kind: str
    fact: Fact


@lru_cache(maxsize=STREAMS_KEPT)
def _stream(stream: "Stream[Any]", *key: str | UUID | int | date) -> "StreamRef[Any]":
    # Every decision asks for the same few streams again and again: hashing their names was a tenth of its time.
    return StreamRef(stream, uuid5(NAMESPACE, "/".join((stream.kind, *(str(part) for part in key)))))


@dataclass(frozen=True, eq=False)
class Stream(Generic[S]):
    """One kind of stream: its word, its beginning, its fold and the facts that may stand in it."""

    kind: str
    initial: S
    evolve: Callable[[S, Fact], S]
    facts: tuple[type[Fact], ...]

    def of(self, *key: str | UUID | int | date) -> "StreamRef[S]":
        """The stream with this natural key: the same key is always the same stream."""
        return _stream(self, *key)


@dataclass(frozen=True)
class StreamRef(Generic[S]):
    """One stream."""

    stream: Stream[S]
    id: UUID

    def says(self, fact: Fact) -> Write:
        """The wish's answer: this fact is appended to this stream."""
        assert type(fact) in self.stream.facts, f"{type(fact).__name__} does not belong to {self.stream.kind}"
        return Write(self.id, self.stream.kind, fact)


Decision: TypeAlias = Sequence[Write]


class Head(NamedTuple):
    """How many facts a stream holds, and the leaf hash of its last entry in hex; none for an empty one."""

    version: int
    leaf: str | None


class Past(Protocol):
    """What is known: the state of any stream, by reference. Every stream asked for becomes a guard."""

    def __getitem__(self, ref: StreamRef[S]) -> S:
        """The state of one stream; its initial state if nothing was ever said there."""
        ...

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        """The states of several streams in the order asked, loaded together."""
        ...

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        """Where several streams end, in the order asked, loaded together."""
        ...


Decide: TypeAlias = Callable[[Past, Command], Decision]
"""The whole house as one pure function."""
