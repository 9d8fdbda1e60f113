"""试点的预备党员 — one confirmed, one extended and then cancelled, one in his extension, one in his first window.

The process looks at each window on its days and proposes by its total; the general meeting resolves, the general
branch approves, the outcome is noticed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from domain.assessment.probation import Proposal
from domain.organisation.member import RegisterMember
from domain.result.noticing import probation_notice_id
from domain.result.proposing import StartProbation
from domain.result.resolving import ApproveProbation, ResolveProbation
from ops.example.cast import (
    CANCELLED,
    CONFIRMED,
    EXTENDED,
    RUNNING,
    Team,
    Trainee,
    above,
    chair_above,
    player,
    team,
    top,
)
from ops.example.halves import SHOWN_OF_RESULTS, posted
from ops.example.people import Person
from ops.example.told import Salt, Told
from ops.example.wishing import at, digest, secret, sitting, told

ADMITTED_ON: Final = date(2023, 12, 5)
"""Of the two who were probationary when the pilot began."""


class Outcome(NamedTuple):
    """What the meeting resolved and the general branch approved, after the process had proposed it."""

    proposal: Proposal
    resolved_on: date
    approved_on: date
    posted_on: date
    months: int | None = None


_OUTCOMES: Final = (
    (CONFIRMED, Outcome("confirm", date(2024, 12, 10), date(2024, 12, 13), date(2024, 12, 16))),
    (CANCELLED, Outcome("extend", date(2024, 12, 10), date(2024, 12, 13), date(2024, 12, 16), 6)),
    (CANCELLED, Outcome("cancel", date(2025, 6, 11), date(2025, 6, 17), date(2025, 6, 18))),
)
_EXTENSION: Final = Outcome("extend", date(2026, 3, 10), date(2026, 3, 13), date(2026, 3, 16), 6)


def candidates(salt: Salt) -> Iterator[Told]:
    """Everything about the four of them."""
    for place in (CONFIRMED, CANCELLED):
        yield _started(player(place), ADMITTED_ON, date(2024, 1, 5))
    for one in (EXTENDED, RUNNING):
        yield _registered(one, salt)
        yield _started(one.person, one.admitted_on, one.admitted_on)
    for place, outcome in _OUTCOMES:
        yield from _decided(team(place[0]), player(place), outcome, salt)
    yield from _decided(team(EXTENDED.person.unit), EXTENDED.person, _EXTENSION, salt)


def _registered(one: Trainee, salt: Salt) -> Told:
    who = one.person
    fields: dict[str, Any] = {
        "member": who.member,
        "unit": who.unit,
        "profile": who.profile,
        "name": secret(who.member, "name", who.name, salt),
        "work_number": secret(who.member, "work_number", who.work_number, salt),
        "present_from": one.admitted_on,
    }
    return told(RegisterMember, who.work_number, top("officer", "officer"), at(one.admitted_on, 9), who.unit, **fields)


def _started(who: Person, admitted_on: date, entered_on: date) -> Told:
    minute = f"支部党员大会纪要 {who.work_number} 接收预备党员"
    return told(
        StartProbation,
        who.work_number,
        team(who.unit).secretary,
        at(entered_on, 10),
        who.unit,
        unit=who.unit,
        member=who.member,
        admitted_on=admitted_on,
        minute=minute,
        minute_sha256=digest(minute),
    )


def _decided(one: Team, who: Person, outcome: Outcome, salt: Salt) -> Iterator[Told]:
    label, about = f"{who.work_number}/{outcome.proposal}", {"unit": one.unit, "member": who.member}
    meeting = sitting(one.full(outcome.resolved_on), f"支部党员大会纪要 {label}")
    when = at(outcome.resolved_on, 15)
    yield told(ResolveProbation, label, one.secretary, when, one.unit, **about, **meeting, months=outcome.months)
    reason = secret(who.member, "reason", "延长期满,积分仍未达到要求,经支部大会表决。", salt)
    yield told(
        ApproveProbation,
        label,
        chair_above(),
        at(outcome.approved_on, 15),
        one.unit,
        **about,
        **sitting(above(), f"党总支委员会纪要 {label}"),
        verdict="approved",
        reason=reason if outcome.proposal == "cancel" else None,
    )
    notice = probation_notice_id(who.member, outcome.proposal)
    yield from posted(one, notice, label, outcome.posted_on, SHOWN_OF_RESULTS)
