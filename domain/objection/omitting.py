"""漏记的异议 — whom an objection to a missing line concerns: everybody of that day of whom the matter has no record.

Whoever objects need not say whose line it is, and the log never hears it before the decision: so nothing is said of
anybody, but of all whose line it can be. Those of whom there is a record it holds back in nothing.
"""

from domain.decider import Past, Write
from domain.notice.notice import Notice
from domain.objection.objection import Objection
from domain.organisation.roster import belonging, roster_of
from domain.recording.archive import archive_of
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.values import ObjectionId


def held_back(past: Past, notice: Notice, objection: ObjectionId) -> list[Write]:
    """Whoever may be the one left out waits; not whose period is sealed, for that only a restatement changes."""
    day = notice.occurred_on
    refs = {one: archive_of(one, day) for one in belonging(past, notice.unit, day)}
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


def settled(past: Past, notice: Notice, objection: Objection) -> list[Write]:
    """Nobody waits for this objection any more, wherever he belongs by now."""
    if objection.target != "missing_line":
        return []
    people = dict.fromkeys(one.member for one in past[roster_of(notice.unit)].enrolments)
    refs = {one: archive_of(one, notice.occurred_on) for one in people}
    archives = past.many(list(refs.values()))
    return [
        ref.says(OmissionSettled(objection=objection.objection, member=member, unit=notice.unit))
        for (member, ref), archive in zip(refs.items(), archives, strict=True)
        if objection.objection in archive.omissions
    ]
