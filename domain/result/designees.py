"""专人人选 — who may be put in charge of a step: of the organisation or above it, and without a part in the case.

Not the person himself, nor a recorder of his branch, nor whoever handled an objection about a record or a result of
his of that year: the rule set's ``measures.designee`` says so in words.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.assessment.period import result_notice_id
from domain.assessment.result import MemberComputed, result_of
from domain.decider import Past
from domain.notice.notice import NOTICE, Notice
from domain.objection.objection import OBJECTION, Objection
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.member import MEMBER, Registered
from domain.organisation.unit import higher_than
from domain.recording.archive import archive_of
from domain.result.measure import Measure, measures_of
from domain.result.pairing import scheme_of_measure
from domain.values import Code, MemberId, NoticeId


def offered(
    past: Past, unit: Code, member: MemberId, measure: UUID, asked: Sequence[MemberId], day: date
) -> list[MemberId]:
    """What a form offers: those of these who would be accepted; nobody where there is no such measure."""
    found = past[measures_of(member)].known.get(measure)
    if found is None or found.unit != unit:
        return []
    return who_may_take_charge(past, found, member, asked, day)


def who_may_take_charge(
    past: Past, found: Measure, member: MemberId, asked: Sequence[MemberId], day: date
) -> list[MemberId]:
    """Who of these may be put in charge of a step of a member's measure, in their order."""
    places = (found.unit, *higher_than(past, found.unit))
    recorders = past[APPOINTMENTS.of(found.unit)].holders(("recorder", "substitute_recorder"), day)
    barred = {member, *recorders, *handlers(past, found, member)}
    people = zip(asked, past.many([MEMBER.of(one) for one in asked]), strict=True)
    return [one for one, person in people if one not in barred and _of(person, places, day)]


def _of(person: object, places: Sequence[Code], day: date) -> bool:
    return isinstance(person, Registered) and person.belongs(day) and person.unit in places


def _noticed(last: MemberComputed) -> list[NoticeId]:
    """The notices of all computations so far: what was objected to was computed anew, and noticed anew."""
    numbers = range(1, last.computation + 1)
    return [result_notice_id(last.unit, last.year, last.period, number) for number in numbers]


def handlers(past: Past, found: Measure, member: MemberId) -> frozenset[MemberId]:
    """Who handled an objection about one of his records or results of the measure's year."""
    periods = [period.code for period in scheme_of_measure(past, found).periods]
    results = past.many([result_of(member, found.year, period) for period in periods])
    computed = [result.computed for result in results if result.computed is not None]
    notices = past.many([NOTICE.of(notice) for one in computed for notice in _noticed(one)])
    lines = [line for one in notices if isinstance(one, Notice) for line in one.lines if line.member == member]
    records = past[archive_of(member, date(found.year, 1, 1))].records.values()
    held_back = (*(line.disputed_by for line in lines), *(record.disputed_by for record in records))
    disputes = {objection for one in held_back for objection in one}
    objections = past.many([OBJECTION.of(one) for one in sorted(disputes, key=str)])
    known = (one.handler for one in objections if isinstance(one, Objection))
    return frozenset(one for one in known if one is not None)
