"""某日所知 — from where a reader looks back: a position or an instant of the log, a day, one of the changes."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Query

from api.refusals import NothingKnownThen, ParameterInvalid
from domain import vocabulary
from domain.values import SHANGHAI, day_of, midnight_after
from projections import prefix
from projections.answers import AsyncConnection
from projections.as_of import When
from projections.steps import Step

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}
_POSITION_DIGITS: Final = 18
SHOWN: Final = 60
"""Of the changes of a whole district there are thousands: a page lists so many, and the slider reaches all."""

KnownAt = Annotated[
    str | None,
    Query(max_length=40, description="As known at: a position of the log, an instant (RFC 3339), or a day's end."),
]
ValidOn = Annotated[str | None, Query(max_length=10, description="As valid on: a day.")]
StepAsked = Annotated[str | None, Query(max_length=6, description="As known at the n-th change, 1 for the first.")]


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A position at which something changed."""

    position: int
    known_at: datetime
    type: str
    zh: str
    en: str


class LookingBack(msgspec.Struct, frozen=True, kw_only=True):
    """From where an answer looks back."""

    position: int
    known_at: datetime
    valid_on: date | None
    step: int
    """How many of the changes were known."""
    steps: tuple[StepView, ...]
    """At most ``SHOWN`` of the changes, those around the one that was known last."""
    first: int = 1
    """The number of the first of them."""
    count: int = 0
    """How many changes there are."""

    @property
    def query(self) -> str:
        """As an address says it, for what hangs together with a page."""
        day = "" if self.valid_on is None else f"&valid_on={self.valid_on}"
        return f"known_at={self.position}{day}"

    @property
    def day(self) -> date:
        """The day that the reader puts himself into."""
        return self.valid_on or day_of(self.known_at)


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for."""

    known_at: str | None
    valid_on: date | None
    step: int | None

    def __bool__(self) -> bool:
        """Whether it asks for anything but the present."""
        return self.known_at is not None or self.valid_on is not None or self.step is not None


NOW: Final = Back(known_at=None, valid_on=None, step=None)
"""Nothing is looked back at."""


def back_of(known_at: str | None = None, valid_on: str | None = None, step: str | None = None) -> Back:
    """A form sends an empty field for what was not chosen."""
    if step and not step.isdecimal():
        raise ParameterInvalid(parameter="step")
    try:
        day = date.fromisoformat(valid_on) if valid_on else None
    except ValueError as malformed:
        raise ParameterInvalid(parameter="valid_on") from malformed
    return Back(known_at=known_at or None, valid_on=day, step=int(step) if step else None)


async def _asked_back(known_at: KnownAt = None, valid_on: ValidOn = None, step: StepAsked = None) -> Back:
    """The same of a request: on the loop, for a plain function would be given a thread of its own each time."""
    return back_of(known_at, valid_on, step)


BackAsked = Annotated[Back, Depends(_asked_back)]


async def when_of(connection: AsyncConnection, back: Back, steps: tuple[Step, ...] = ()) -> When:
    """The position that is meant; with nothing said of it, the last one."""
    position = await prefix.head(connection)
    if back.step is not None and steps:
        position = steps[min(max(back.step, 1), len(steps)) - 1].position
    elif back.known_at is not None:
        position = min(position, await _position(connection, back.known_at))
    if position == 0:
        raise NothingKnownThen
    return When(position=position, valid_on=back.valid_on)


async def _position(connection: AsyncConnection, known_at: str) -> int:
    if known_at.isdecimal():
        if len(known_at) > _POSITION_DIGITS:
            raise ParameterInvalid(parameter="known_at")
        return int(known_at)
    return await prefix.position_at(connection, instant_of(known_at))


def instant_of(text: str) -> datetime:
    """An instant as people write it: with an offset, or by the clock of Shanghai; a day alone is its end.

    >>> instant_of("2026-07-03").isoformat(), instant_of("2026-07-03T09:00").isoformat()
    ('2026-07-03T16:00:00+00:00', '2026-07-03T01:00:00+00:00')
    """
    try:
        found = datetime.fromisoformat(text)
        if len(text) == len("2026-07-03"):
            return midnight_after(found.date())
        return (found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError) as malformed:
        raise ParameterInvalid(parameter="known_at") from malformed


async def looking_back(connection: AsyncConnection, when: When, steps: tuple[Step, ...] = ()) -> LookingBack:
    """What a page says of it."""
    return seen_from(await prefix.as_known(connection, when.position), when.valid_on, steps)


def seen_from(mark: prefix.Mark, valid_on: date | None, steps: tuple[Step, ...]) -> LookingBack:
    """The same of a place that is known, with the changes around it."""
    known = sum(one.position <= mark.position for one in steps)
    before = max(0, known - 1) // SHOWN * SHOWN
    return LookingBack(
        position=mark.position,
        known_at=mark.known_at,
        valid_on=valid_on,
        step=known,
        steps=tuple(_step(one) for one in steps[before : before + SHOWN]),
        first=before + 1,
        count=len(steps),
    )


def _step(one: Step) -> StepView:
    term = _TERMS[one.type]
    return StepView(position=one.position, known_at=one.known_at, type=one.type, zh=term.zh, en=term.en)
