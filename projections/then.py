"""当时的公示与任职 — a notice, the offices and the roster of an organisation as they were known at a position."""

from datetime import date

import msgspec

from domain.decider import Past
from domain.notice.notice import NOTICE, NoNotice, NoticeLine
from domain.organisation.appointments import APPOINTMENTS, Appointment, RoleDelegated
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import roster_of
from domain.values import Code, MemberId
from projections.answers import AsyncConnection
from projections.notice_board import Notice
from projections.offices import Office
from projections.prefix import entries_of, known


async def notice_then(connection: AsyncConnection, now: Notice, position: int) -> Notice | None:
    """A notice as it stood; None where it was not drafted yet."""
    state = await known(connection, position, lambda past: past[NOTICE.of(now.header.notice)])
    if isinstance(state, NoNotice):
        return None
    header = now.header
    closed = header.closed is not None and header.closed <= position
    posted = header.posted is not None and header.posted <= position
    seen = msgspec.structs.replace(
        header,
        status=state.status,
        held=sum(bool(line.held_by) for line in state.lines),
        posted_on=state.posted_on,
        ends_on=state.ends_on,
        may_close_at=state.may_close_at,
        closed_at=header.closed_at if closed else None,
        cleared=header.cleared if closed else None,
        audience=header.audience if posted else None,
        working_days=None if state.term is None else state.term.working_days,
        posted=header.posted if posted else None,
        closed=header.closed if closed else None,
        shows=header.shows if header.checked is not None and header.checked <= position else None,
    )
    stood = {line.line: _state(line) for line in state.lines}
    lines = tuple(
        msgspec.structs.replace(
            line,
            state=stood[line.line],
            confirmed=line.confirmed if line.confirmed is not None and line.confirmed <= position else None,
        )
        for line in now.lines
        if line.line in stood
    )
    return Notice(header=seen, lines=lines, postings=tuple(one for one in now.postings if one.position <= position))


def _state(line: NoticeLine) -> str:
    if line.corrected:
        return "corrected"
    return "suspended" if line.held_by else "open"


async def offices_then(connection: AsyncConnection, unit: Code, title: str, position: int) -> list[Office]:
    """Every office of an organisation that was known to have been given, by its first day."""
    asked = {
        (placed.entry.fact.role, placed.entry.fact.person, placed.entry.fact.from_on)
        for placed in await entries_of(connection, [APPOINTMENTS.of(unit)], position)
        if isinstance(placed.entry.fact, RoleDelegated)
    }
    held = (await known(connection, position, lambda past: past[APPOINTMENTS.of(unit)])).held
    every = [_office(unit, title, one, position, (one.role, one.person, one.from_on) in asked) for one in held]
    return sorted(every, key=lambda one: one.from_on)


def _office(unit: Code, title: str, one: Appointment, position: int, asked: bool) -> Office:
    return Office(
        unit=unit,
        unit_title=title,
        role=one.role,
        member=one.person,
        from_on=one.from_on,
        until_on=one.until_on,
        stands_for=one.stands_for,
        asked=asked,
        position=position,
    )


async def acting_then(
    connection: AsyncConnection, unit: Code, day: date, position: int
) -> frozenset[tuple[str, MemberId, date]]:
    """(role, person, first day) of the offices in which somebody was known to act on a day."""
    state = await known(connection, position, lambda past: past[APPOINTMENTS.of(unit)])
    return frozenset((one.role, one.person, one.from_on) for one in state.acting(day))


async def roster_then(connection: AsyncConnection, unit: Code, day: date, position: int) -> dict[MemberId, str]:
    """Who was known to belong to an organisation on a day, and in which class, in enrolment order."""

    def question(past: Past) -> dict[MemberId, str]:
        people = past[roster_of(unit)].on(day)
        states = past.many([MEMBER.of(one) for one in people])
        return {one.member: one.profile_on(day) for one in states if isinstance(one, Registered)}

    return await known(connection, position, question)
