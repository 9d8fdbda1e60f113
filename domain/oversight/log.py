"""总账开立 — the first entry of a log: its name, its clock, and nothing before it."""

from typing import Final, Literal, assert_never

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.values import Code, Title


class LogOpened(Fact, frozen=True, kw_only=True):
    """总账开立 — from here on everything is remembered."""

    origin: Code
    title: Title
    clock: Literal["real", "simulated"]
    """A simulated clock belongs to an example or a drill; pages and exports of such a log say so."""


class NotOpened(msgspec.Struct, frozen=True):
    """Nothing was ever said."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The log runs."""

    origin: str
    title: str
    clock: Literal["real", "simulated"]


State = NotOpened | Opened


class LogAlreadyOpened(Refused):
    """总账已经开立。 The log is already open."""

    code = "log-already-opened"


class LogNotOpened(Refused):
    """总账尚未开立。 The log is not open yet."""

    code = "log-not-opened"


class OpenLog(Command, frozen=True, kw_only=True):
    """Open the log: the first command of all."""

    operation = "log.open"
    origin: Code
    title: Title
    clock: Literal["real", "simulated"]


def evolve(state: State, fact: Fact) -> State:
    """The log after one more fact of its own stream."""
    match fact:
        case LogOpened():
            return Opened(origin=fact.origin, title=fact.title, clock=fact.clock)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


LOG: Final[Stream[State]] = Stream("log", NotOpened(), evolve, (LogOpened,))


def decide(past: Past, command: OpenLog) -> Decision:
    """Open once."""
    log = LOG.of()
    state = past[log]
    match state:
        case NotOpened():
            return [log.says(LogOpened(origin=command.origin, title=command.title, clock=command.clock))]
        case Opened():
            raise LogAlreadyOpened
        case _:
            assert_never(state)
