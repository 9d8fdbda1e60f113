"""当时的公示与名册 — a notice, and the roster of an organisation, as they were known at a position."""

from datetime import date
from typing import Final

import msgspec

from domain.decider import Fact, Past
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    NoNotice,
    NoticeExtended,
    NoticeLine,
    NoticePosted,
    NoticeReposted,
    NoticeWithdrawn,
)
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.member import MEMBER, MemberProfileAssigned, Registered
from domain.organisation.roster import roster_of
from domain.values import Code, MemberId, NoticeId
from domain.vocabulary import stored_name
from projections.answers import AsyncConnection
from projections.notice_board import Notice
from projections.prefix import Placed, entries_of, known
from projections.steps import Step, steps_among


async def notice_then(connection: AsyncConnection, now: Notice, position: int) -> Notice | None:
    """A notice as it stood; None where it was not drafted yet."""
    state = await known(connection, position, lambda past: past[NOTICE.of(now.header.notice)])
    if isinstance(state, NoNotice):
        return None
    header = now.header
    closed = header.closed is not None and header.closed <= position
    marks = await _marks(connection, header.notice, position)
    posted = marks["posted"].entry.fact if "posted" in marks else None
    seen = msgspec.structs.replace(
        header,
        status=state.status,
        held=sum(bool(line.held_by) for line in state.lines),
        posted_on=state.posted_on,
        ends_on=state.ends_on,
        may_close_at=state.may_close_at,
        closed_at=header.closed_at if closed else None,
        cleared=header.cleared if closed else None,
        audience=posted.audience if isinstance(posted, NoticePosted | NoticeReposted) else None,
        working_days=None if state.term is None else state.term.working_days,
        shows=header.shows if "checked" in marks else None,
        closed=header.closed if closed else None,
        **{name: marks[name].position if name in marks else None for name in ("posted", "withdrawn", "extended")},
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


async def notice_steps(connection: AsyncConnection, notice: NoticeId, until: int) -> tuple[Step, ...]:
    """The positions at which a notice became another."""
    return steps_among(await entries_of(connection, [NOTICE.of(notice)], until))


_CLASSES: Final = [stored_name(MemberProfileAssigned)]
_MARKS: Final[dict[type[Fact], str]] = {
    DisclosureChecked: "checked",
    NoticePosted: "posted",
    NoticeReposted: "posted",
    NoticeExtended: "extended",
    NoticeWithdrawn: "withdrawn",
}


async def _marks(connection: AsyncConnection, notice: NoticeId, position: int) -> dict[str, Placed]:
    """The last entry of each kind that a notice's head names: what was withdrawn may be posted again."""
    types = [stored_name(one) for one in _MARKS]
    entries = await entries_of(connection, [NOTICE.of(notice)], position, types)
    return {_MARKS[type(placed.entry.fact)]: placed for placed in entries}


def _state(line: NoticeLine) -> str:
    if line.corrected:
        return "corrected"
    return "suspended" if line.held_by else "open"


async def roster_then(connection: AsyncConnection, unit: Code, day: date, position: int) -> dict[MemberId, str]:
    """Who was known to belong to an organisation on a day, and in which class, in enrolment order."""

    def question(past: Past) -> dict[MemberId, str]:
        people = past[roster_of(unit)].on(day)
        states = past.many([MEMBER.of(one) for one in people])
        return {one.member: one.profile_on(day) for one in states if isinstance(one, Registered)}

    return await known(connection, position, question)


async def unit_steps(connection: AsyncConnection, unit: Code, until: int) -> tuple[Step, ...]:
    """The positions at which the roster or the offices of an organisation became others."""
    roster = await known(connection, until, lambda past: past[roster_of(unit)])
    people = {one.member for one in roster.enrolments}
    classes = await entries_of(connection, [MEMBER.of(one) for one in people], until, _CLASSES)
    own = await entries_of(connection, [roster_of(unit), APPOINTMENTS.of(unit)], until)
    return steps_among((*own, *classes))
