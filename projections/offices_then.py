"""当时的任职 — who was known at a position to hold which office of an organisation, or of all below it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from domain.organisation.appointments import APPOINTMENTS, Appointment, RoleDelegated
from domain.organisation.unit import UNIT, Established
from domain.values import Code, MemberId
from domain.vocabulary import stored_name
from projections.answers import AsyncConnection
from projections.offices import Office
from projections.organisation import units
from projections.prefix import entries_of, known
from projections.steps import Step, steps_among

_DELEGATED: Final = [stored_name(RoleDelegated)]


async def offices_then(connection: AsyncConnection, unit: Code, title: str, position: int) -> list[Office]:
    """Every office of an organisation that was known to have been given, by its first day."""
    held = (await known(connection, position, lambda past: past[APPOINTMENTS.of(unit)])).held
    asked = await _asked(connection, [unit], position)
    return sorted(_offices(unit, title, held, asked, position), key=lambda one: one.from_on)


async def acting_then(
    connection: AsyncConnection, unit: Code, day: date, position: int
) -> frozenset[tuple[str, MemberId, date]]:
    """(role, person, first day) of the offices in which somebody was known to act on a day."""
    state = await known(connection, position, lambda past: past[APPOINTMENTS.of(unit)])
    return frozenset((one.role, one.person, one.from_on) for one in state.acting(day))


async def officers_below_then(
    connection: AsyncConnection, unit: Code, day: date, position: int, *, below: bool = True
) -> tuple[Office, ...]:
    """Who was known to act in which office on a day, in an organisation and all that was known to lie below it.

    Without ``below`` for who may know of that one alone.
    """
    titles = await _titles(connection, unit, position, below=below)
    asked = await _asked(connection, titles, position)
    refs = [APPOINTMENTS.of(one) for one in titles]
    states = await known(connection, position, lambda past: past.many(refs))
    return tuple(
        office
        for (one, title), state in zip(titles.items(), states, strict=True)
        for office in _offices(one, title, state.acting(day), asked, position)
    )


async def offices_steps(
    connection: AsyncConnection, unit: Code, role: Code | None, until: int, *, below: bool = True
) -> tuple[Step, ...]:
    """The positions at which an office of an organisation, or of one below it, was given, lent or ended."""
    refs = [APPOINTMENTS.of(one) for one in await _titles(connection, unit, until, below=below)]
    entries = await entries_of(connection, refs, until)
    return steps_among(one for one in entries if role in (None, getattr(one.entry.fact, "role", None)))


async def _titles(connection: AsyncConnection, unit: Code, position: int, *, below: bool) -> dict[Code, str]:
    """(code, title) of an organisation and of all that was known to lie below it, parents before children."""
    codes = [one.unit for one in (await units(connection)).value]
    refs = [UNIT.of(code) for code in codes]
    states = await known(connection, position, lambda past: past.many(refs))
    stood = {one.unit: one for one in states if isinstance(one, Established)}
    paths = sorted((_path(stood, code), one.title) for code, one in stood.items())
    return {path[-1]: title for path, title in paths if unit == path[-1] or (below and unit in path)}


def _path(stood: Mapping[Code, Established], code: Code) -> tuple[Code, ...]:
    parent = stood[code].parent
    return (code,) if parent is None else (*_path(stood, parent), code)


_Lent: TypeAlias = tuple[Code, str, MemberId, date]


async def _asked(connection: AsyncConnection, codes: Iterable[Code], position: int) -> frozenset[_Lent]:
    """The offices that their own holders lent."""
    entries = await entries_of(connection, [APPOINTMENTS.of(code) for code in codes], position, _DELEGATED)
    facts = (placed.entry.fact for placed in entries)
    return frozenset(
        (fact.unit, fact.role, fact.person, fact.from_on) for fact in facts if isinstance(fact, RoleDelegated)
    )


def _offices(
    unit: Code, title: str, held: Iterable[Appointment], asked: frozenset[_Lent], position: int
) -> Iterator[Office]:
    for one in held:
        yield Office(
            unit=unit,
            unit_title=title,
            role=one.role,
            member=one.person,
            from_on=one.from_on,
            until_on=one.until_on,
            stands_for=one.stands_for,
            asked=(unit, one.role, one.person, one.from_on) in asked,
            position=position,
        )
