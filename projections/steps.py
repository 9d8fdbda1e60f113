"""变动 — the positions at which what a page shows became another, for its slider: one for each thing that was done."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from domain.assessment.result import RESULT
from domain.decider import StreamRef
from domain.organisation.custody import CUSTODY_FACTS
from domain.organisation.member import MEMBER
from domain.organisation.unit import UNIT, UnitEstablished, UnitMoved
from domain.recording.archive import ARCHIVE, VetoRegistered
from domain.rules.refinement import LocalItemAuthorised, LocalItemRetired
from domain.rules.ruleset import RULES, RuleSetPublished
from domain.values import Code, MemberId
from domain.vocabulary import stored_name
from projections.answers import AsyncConnection
from projections.as_of import When, periods_named, person_in, stays_of
from projections.prefix import Placed, entries_of, known

_RULED: Final = [stored_name(one) for one in (RuleSetPublished, LocalItemAuthorised, LocalItemRetired)]
_PLACED: Final = [stored_name(one) for one in (UnitEstablished, UnitMoved)]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A position at which something changed."""

    position: int
    known_at: datetime
    type: str
    """Stored name of the last fact of the step."""


def steps_among(entries: Iterable[Placed]) -> tuple[Step, ...]:
    """One step for each thing that was done, oldest first."""
    steps: dict[object, Step] = {}
    for placed in sorted(entries, key=lambda one: one.position):
        step = Step(position=placed.position, known_at=placed.known_at, type=placed.entry.type)
        steps[placed.entry.command] = step
    return tuple(steps.values())


async def steps_of(
    connection: AsyncConnection, member: MemberId, year: int, until: int, *, vetoes: bool, results: bool, custody: bool
) -> tuple[Step, ...]:
    """The positions at which a member's year changed, oldest first.

    Without ``vetoes``, ``results`` or ``custody`` for who may know of none.
    """
    person = await known(connection, until, lambda past: person_in(past, member))
    if person is None:
        return ()
    about, scheme = person
    refs: list[StreamRef[Any]] = [MEMBER.of(member), ARCHIVE.of(member, year)]
    if results:
        rules = await known(connection, until, lambda past: past[RULES.of(scheme)])
        refs += [RESULT.of(member, year, period) for period in periods_named(rules)]
    entries = await entries_of(connection, refs, until)
    stays = await stays_of(connection, about, When(position=until))
    entries += await _ruled(connection, scheme, {stay.path[-1] for stay in stays}, until)
    vetoed = {placed.entry.fact.record for placed in entries if isinstance(placed.entry.fact, VetoRegistered)}
    return steps_among(
        placed
        for placed in entries
        if (vetoes or getattr(placed.entry.fact, "record", None) not in vetoed)
        and (custody or not isinstance(placed.entry.fact, CUSTODY_FACTS))
    )


async def _ruled(connection: AsyncConnection, scheme: str, units: set[Code], until: int) -> list[Placed]:
    """What changed the rules in some organisations: versions, items of their own or of those above, and a move."""
    moves, above = await _above(connection, units, until)
    entries = await entries_of(connection, [RULES.of(scheme)], until, _RULED)
    return moves + [one for one in entries if getattr(one.entry.fact, "unit", None) in {None, *above}]


async def _above(connection: AsyncConnection, units: set[Code], until: int) -> tuple[list[Placed], set[Code]]:
    """(the moves of some organisations and of those above them, all of these)."""
    moves: list[Placed] = []
    found, asked = set(units), set(units)
    while asked:
        placed = await entries_of(connection, [UNIT.of(unit) for unit in asked], until, _PLACED)
        moves += [one for one in placed if isinstance(one.entry.fact, UnitMoved)]
        parents = {one.entry.fact.parent for one in placed if isinstance(one.entry.fact, UnitEstablished | UnitMoved)}
        asked = {parent for parent in parents if parent is not None} - found
        found |= asked
    return moves, found
