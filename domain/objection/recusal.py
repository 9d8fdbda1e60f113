"""回避 — who looks into an objection, and who may not: recusal goes by person, never by office.

Not who entered what is objected to, nor whose body decided it, nor who checked or posted it, nor its subject, nor
anybody who stands in for one of them. Whether somebody is himself the objector is not asked here: nobody but he and
the handler knows.
"""

from collections.abc import Iterable
from datetime import date

from domain.decider import Command, NotPermitted, Past, Refused
from domain.notice.notice import Notice
from domain.objection.objection import Objection
from domain.organisation.appointments import APPOINTMENTS, COMMITTEE, HANDLING, OFFICES
from domain.organisation.unit import established, higher_than
from domain.values import Code, MemberId, day_of


class ConcernedSteps(Refused):
    """您与此事有关联或曾经参与,应当回避。 You are concerned or had a part in this, and step back."""

    code = "concerned-steps-back"


class NotTheBody(Refused):
    """该异议由上一级组织办理。 This objection is with another organisation."""

    code = "objection-wrong-body"


class NotTheHandler(Refused):
    """该异议由指定的承办人办理。 This objection is with its handler."""

    code = "not-the-handler"


def levels(past: Past, notice: Notice) -> list[Code]:
    """The organisations that may look into it, nearest first; those that decided do not, while there is another."""
    above = higher_than(past, notice.unit)
    living = [unit for unit in above if established(past, unit).dissolved_on is None]
    free = [unit for unit in living if unit not in notice.bodies]
    return free or living[-1:] or [notice.unit]


def next_level(past: Past, notice: Notice, body: Code) -> Code:
    """The level above; the topmost keeps it."""
    found = levels(past, notice)
    return found[min(found.index(body) + 1, len(found) - 1)] if body in found else found[-1]


def concerned(past: Past, notice: Notice, subject: MemberId | None, day: date) -> frozenset[MemberId]:
    """Who had a hand in what is objected to, whose line it is, and who stands for any of them."""
    places = {notice.unit, *notice.bodies, *levels(past, notice)}
    decided_on = notice.decided_on or notice.posted_on or notice.occurred_on
    people = set(notice.hands)
    if subject is not None:
        people.add(subject)
    for place in notice.bodies or (notice.unit,):
        people |= past[APPOINTMENTS.of(place)].holders(COMMITTEE, decided_on)
    for when in (decided_on, day):
        people |= past[APPOINTMENTS.of(notice.unit)].holders(("recorder", "substitute_recorder"), when)
    return frozenset(people) | _standing_for(past, places, people, {decided_on, day})


def _standing_for(
    past: Past, places: Iterable[Code], people: Iterable[MemberId], days: Iterable[date]
) -> frozenset[MemberId]:
    known = frozenset(people)
    found = (past[APPOINTMENTS.of(place)].stand_ins(OFFICES, day) for place in places for day in days)
    return frozenset(person for behind in found for person, principal in behind.items() if principal in known)


def eligible(past: Past, unit: Code, day: date) -> frozenset[MemberId]:
    """Who may look into objections for an organisation."""
    return past[APPOINTMENTS.of(unit)].holders(HANDLING, day)


def receiving(past: Past, command: Command, objection: Objection, notice: Notice) -> MemberId:
    """Who acts for the organisation that has the objection, if he had no part in the matter."""
    person = acting(command)
    if command.actor.unit != objection.body:
        raise NotTheBody(body=objection.body)
    if person in concerned(past, notice, objection.subject, day_of(command.at)) | objection.recused:
        raise ConcernedSteps
    return person


def handling(command: Command, objection: Objection) -> MemberId:
    """The handler, and nobody else."""
    person = acting(command)
    if objection.handler != person:
        raise NotTheHandler
    return person


def acting(command: Command) -> MemberId:
    """The natural person who acts."""
    if command.actor.person is None:
        raise NotPermitted
    return command.actor.person
