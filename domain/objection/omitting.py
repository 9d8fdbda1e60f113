"""漏记的异议 — whom an objection to a missing line concerns: everybody of that day of whom the sheet has no record.

Whoever objects need not say whose line it is, and the log never hears it before the decision: so nothing is said of
anybody, but of all whose line it can be. Those of whom there is a record it holds back in nothing, and once a decision
names one, nobody else.
"""

from msgspec.structs import replace

from domain.decider import Past, StreamRef, Write
from domain.notice.notice import Notice
from domain.objection.objection import Objection
from domain.organisation.bodies import assessed
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import roster_of
from domain.recording.archive import Archive, archive_of
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.recording.sheet import item_of
from domain.rules.ruling import scheme_here
from domain.values import MemberId, ObjectionId


def held_back(past: Past, notice: Notice, objection: ObjectionId) -> list[Write]:
    """Whoever may be the one left out waits; not whose period is sealed, for that only a restatement changes."""
    day = notice.occurred_on
    refs = {one: archive_of(one, day) for one in on_sheet(past, notice)}
    archives = past.many(list(refs.values()))
    return [
        ref.says(
            OmissionHeld(
                objection=objection,
                member=member,
                unit=notice.unit,
                matter=notice.matter,
                item=notice.item,
                occurred_on=day,
            )
        )
        for (member, ref), archive in zip(refs.items(), archives, strict=True)
        if archive.live(notice.unit, notice.matter, notice.item) is None and archive.sealed_on(day) is None
    ]


def on_sheet(past: Past, notice: Notice) -> list[MemberId]:
    """Whom the sheet can hold, and of them those whose class is asked the item, that day or now."""
    people, _ = assessed(past, notice.unit, notice.occurred_on)
    _, scheme = scheme_here(past, notice.unit, notice.occurred_on)
    asked = item_of(scheme, notice.item).profiles
    if not asked:
        return people
    states = zip(people, past.many([MEMBER.of(one) for one in people]), strict=True)
    return [
        one
        for one, state in states
        if not isinstance(state, Registered) or {state.profile_on(notice.occurred_on), state.profile} & {*asked}
    ]


def settled(past: Past, notice: Notice, objection: Objection) -> list[Write]:
    """Nobody waits for this objection any more, wherever he belongs by now."""
    return [ref.says(fact) for ref, fact in _settlements(past, notice, objection)]


def let_go(past: Past, notice: Notice, objection: Objection, but: MemberId | None = None) -> list[Write]:
    """Nobody ``but`` one waits for it any more, and it goes on: the last who is let go calls for a further round."""
    found = [(ref, fact) for ref, fact in _settlements(past, notice, objection) if fact.member != but]
    last = len(found) - 1
    rounds = (notice.notice if number == last else None for number in range(len(found)))
    return [ref.says(replace(fact, notice=one)) for (ref, fact), one in zip(found, rounds, strict=True)]


def _settlements(past: Past, notice: Notice, objection: Objection) -> list[tuple[StreamRef[Archive], OmissionSettled]]:
    if objection.target != "missing_line":
        return []
    people = dict.fromkeys(one.member for one in past[roster_of(notice.unit)].enrolments)
    refs = {one: archive_of(one, notice.occurred_on) for one in people}
    archives = past.many(list(refs.values()))
    return [
        (ref, OmissionSettled(objection=objection.objection, member=member, unit=notice.unit))
        for (member, ref), archive in zip(refs.items(), archives, strict=True)
        if objection.objection in archive.omissions
    ]
