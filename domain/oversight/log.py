"""总账 — the first entry of a log gives it its name; an older state put back goes on under a new one."""

from typing import Annotated, Final, Literal, TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.organisation.member import registered
from domain.values import Code, MemberId, Sha256, Title

Size: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
"""A number of entries."""


class LogOpened(Fact, frozen=True, kw_only=True):
    """总账开立 — from here on everything is remembered."""

    origin: Code
    title: Title
    clock: Literal["real", "simulated"]
    """A simulated clock belongs to an example or a drill; pages and exports of such a log say so."""


class LogRestored(Fact, frozen=True, kw_only=True):
    """总账恢复 — the first entry under a new name: an older state was put back, and this is what was lost.

    Entries 1 … ``kept`` of the former log stand before this one, unchanged. Its last known checkpoint had ``signed``
    entries and ``root``: whatever stood at ``kept`` + 1 … ``signed`` is gone, and nobody can say later that it was not.
    """

    origin: Code
    """The new name."""
    former: Code
    kept: Size
    signed: Size
    root: Sha256
    operator: MemberId
    """Who answers for it."""


class NotOpened(msgspec.Struct, frozen=True):
    """Nothing was ever said."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The log runs."""

    origin: str
    title: str
    clock: Literal["real", "simulated"]
    former: tuple[str, ...] = ()
    """Names that it bore before it was restored."""


State = NotOpened | Opened


class LogAlreadyOpened(Refused):
    """总账已经开立。 The log is already open."""

    code = "log-already-opened"


class LogNotOpened(Refused):
    """总账尚未开立。 The log is not open yet."""

    code = "log-not-opened"


class LogNameUsed(Refused):
    """恢复后的总账须用新名称。 A restored log goes on under a name that it never bore."""

    code = "log-name-used"


class NothingLost(Refused):
    """已签名的记录一条不少,不需要恢复。 No signed entry is missing: there is nothing to restore."""

    code = "nothing-lost"


class OpenLog(Command, frozen=True, kw_only=True):
    """Open the log: the first command of all."""

    operation = "log.open"
    origin: Code
    title: Title
    clock: Literal["real", "simulated"]


class RestoreLog(Command, frozen=True, kw_only=True):
    """Go on under a new name from an older state that was put back."""

    operation = "log.restore"
    origin: Code
    kept: Size
    signed: Size
    root: Sha256
    operator: MemberId


def evolve(state: State, fact: Fact) -> State:
    """The log after one more fact of its own stream."""
    match state, fact:
        case NotOpened(), LogOpened():
            return Opened(origin=fact.origin, title=fact.title, clock=fact.clock)
        case Opened(), LogRestored():
            return msgspec.structs.replace(state, origin=fact.origin, former=(*state.former, fact.former))
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


LOG: Final[Stream[State]] = Stream("log", NotOpened(), evolve, (LogOpened, LogRestored))


def decide(past: Past, command: OpenLog | RestoreLog) -> Decision:
    """Open once; restore what is open."""
    state = past[LOG.of()]
    match state:
        case NotOpened():
            return _opened(command)
        case Opened():
            return _restored(past, state, command)
        case _:
            assert_never(state)


def _opened(command: OpenLog | RestoreLog) -> Decision:
    if isinstance(command, RestoreLog):
        raise LogNotOpened
    return [LOG.of().says(LogOpened(origin=command.origin, title=command.title, clock=command.clock))]


def _restored(past: Past, state: Opened, command: OpenLog | RestoreLog) -> Decision:
    if isinstance(command, OpenLog):
        raise LogAlreadyOpened
    registered(past, command.operator)
    if command.origin in (state.origin, *state.former):
        raise LogNameUsed(origin=command.origin)
    if command.signed <= command.kept:
        raise NothingLost(kept=command.kept, signed=command.signed)
    fact = LogRestored(
        origin=command.origin,
        former=state.origin,
        kept=command.kept,
        signed=command.signed,
        root=command.root,
        operator=command.operator,
    )
    return [LOG.of().says(fact)]
