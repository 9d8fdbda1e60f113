"""审批链 — the bodies that decide one honour, deduction or veto, one after the other, each without the recused.

The rule set names the bodies; here they become organisations. A body that would decide twice running decides once.
Where too few are left after recusal, the next higher organisation takes the body's place.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

from domain.decider import Command, Past, Refused
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.bodies import Seated, committee_of, meeting_of
from domain.organisation.unit import Established, established, higher_than
from domain.recording.approval import NotOneDecides, NotPresent, RecorderApproves, WrongBody
from domain.recording.committee import Vote, convened
from domain.recording.sheet import acting
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of

COMMITTEES: Final = frozenset({"branch_committee", "parent_committee", "work_committee"})
"""Bodies that are the committee of an organisation; two of them in one organisation are the same body."""
Verdict: TypeAlias = Literal["approved", "refused"]


class SubjectDecides(Refused):
    """不得审定本人的事项。 Nobody decides his own matter."""

    code = "subject-decides"


class ReasonMissing(Refused):
    """不予通过须说明理由。 A refusal needs a reason."""

    code = "reason-missing"


class Step(NamedTuple):
    """One body of a chain, by the rule set's word, and the organisation in which it sits."""

    body: str
    unit: Code


class Ruling(NamedTuple):
    """The vote that carries a motion, None where too few are left; and who of the body had none."""

    vote: Vote | None
    recused: tuple[MemberId, ...]


class Sitting(Command, frozen=True, kw_only=True):
    """What a body carried in a meeting. Who was present and who was not in favour is counted, never stored by name."""

    operation: ClassVar[str]

    unit: Code
    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()


class Motion(Sitting, frozen=True, kw_only=True):
    """A verdict that a body carried: whoever is not in favour of a refusal is listed so."""

    operation: ClassVar[str]

    verdict: Verdict
    reason: Secret | None = None


def steps_of(past: Past, unit: Established, bodies: Sequence[str]) -> list[Step]:
    """The chain of an organisation, first to last, as many as the rule set names.

    A step keeps its number however the tree changes under it; ``following`` passes over what was decided already.
    """
    return [Step(body, _seat(past, unit, body)) for body in bodies]


def _seat(past: Past, unit: Established, body: str) -> Code:
    """Where a body sits: a branch without a committee is decided for by the next higher organisation."""
    above = higher_than(past, unit.unit)
    if body == "branch_meeting" or not above:
        return unit.unit
    if body == "branch_committee":
        return unit.unit if unit.approval_body == "own_committee" else above[0]
    if body == "parent_committee":
        return above[0]
    return above[-1]


def following(past: Past, steps: Sequence[Step], done: int, decided_by: Code) -> int:
    """The number of the next step: past what the deciding organisation, or one below it, would decide once more."""
    number = done + 1
    while number < len(steps) and _covered(past, steps[number], decided_by):
        number += 1
    return number


def _covered(past: Past, step: Step, decided_by: Code) -> bool:
    if step.body not in COMMITTEES:
        return False
    return step.unit == decided_by or decided_by in higher_than(past, step.unit)


def higher(past: Past, body: Code) -> Code:
    """The next higher organisation, or a refusal that there is none."""
    parent = established(past, body).parent
    if parent is None:
        raise NotOneDecides(body=body)
    return parent


def sitting_of(past: Past, scheme: Scheme, step: Step, day: date) -> Seated:
    """Who sits in the body of a step on a day, and in whose place."""
    if step.body == "leading_group":
        offices = past[APPOINTMENTS.of(step.unit)]
        members = offices.holders(("leading_group",), day)
        return Seated(unit=step.unit, members=members, behind=offices.stand_ins(("leading_group",), day))
    if step.body == "branch_meeting":
        return meeting_of(past, scheme, step.unit, day)
    return committee_of(past, step.unit, day)


def need_unconcerned(body: Seated, who: MemberId, *, subject: MemberId, entered_by: Collection[MemberId]) -> None:
    """Refuse the subject and whoever entered it, and whoever sits in the place of one of them."""
    if who in body.recused((subject,)):
        raise SubjectDecides
    if who in body.recused(entered_by):
        raise RecorderApproves


def voted(
    past: Past, scheme: Scheme, step: Step, sitting: Sitting, *, subject: MemberId, entered_by: Collection[MemberId]
) -> Ruling:
    """What the body decides: without the subject and without whoever entered it, present and carried by quorum."""
    who, body = acting(sitting), sitting_of(past, scheme, step, day_of(sitting.at))
    need_unconcerned(body, who, subject=subject, entered_by=entered_by)
    if sitting.actor.unit != step.unit:
        raise WrongBody(body=step.unit)
    if who not in sitting.present:
        raise NotPresent
    if isinstance(sitting, Motion) and sitting.verdict == "refused" and sitting.reason is None:
        raise ReasonMissing
    least = scheme.bodies.least_voters(step.body)
    without = body.recused((*entered_by, subject))
    vote = convened(body.members, sitting.present, sitting.not_in_favour, least).vote(without)
    return Ruling(vote, tuple(sorted(without & body.members, key=str)))


def seat_of(steps: Sequence[Step], number: int, unit: Code) -> Step:
    """The body that decides now: the chain's own, or the committee to which the matter went up."""
    return steps[number] if steps[number].unit == unit else Step("parent_committee", unit)
