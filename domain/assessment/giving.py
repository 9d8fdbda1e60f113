"""打分 — a body gives members their scores for one part of the total, in a meeting; nobody decides his own.

The branch's committee or the next higher organisation, as the rule set says. For whoever sits in the body it is
carried without him; where too few are left, the next higher organisation gives his.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from domain.assessment.completeness import PeriodRunning
from domain.assessment.component import ComponentAssessed, asked_of, component_of
from domain.assessment.computing import assessed_members, ruled_period, undetermined
from domain.assessment.counting import Ruled
from domain.assessment.period import Assessment, standing
from domain.decider import Decision, Past, Refused, Write
from domain.organisation.bodies import Seated
from domain.organisation.custody import need_open
from domain.organisation.member import Registered
from domain.organisation.unit import established, higher_than
from domain.recording.approval import NotOneDecides, WrongBody
from domain.recording.chain import ReasonMissing, Sitting, Step, sitting_of, steps_of, voted
from domain.recording.committee import Vote
from domain.rules.assessing import BodyPart, BodyScore
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Points, day_of, hundredths


class ComponentNotAsked(Refused):
    """办法没有规定由组织为该党员评此部分,或其结果已确定。 No body gives this member this part, or he is determined."""

    code = "component-not-asked"


class ComponentOutside(Refused):
    """分值超出办法规定的上下限。 The score lies outside the ends that the rule set names."""

    code = "component-outside"


class ComponentTwice(Refused):
    """同一党员在一次评分中出现了两次。 The same member is named twice in one wish."""

    code = "component-twice"


class MemberScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One member's."""

    member: MemberId
    score: Points
    reason: Secret | None = None


class AssessComponent(Sitting, frozen=True, kw_only=True):
    """Give scores; of whoever has one already, the new one takes its place."""

    operation = "component.assess"
    year: int
    period: Code
    component: BodyPart
    scores: tuple[MemberScore, ...]

    def secrets(self) -> tuple[Secret, ...]:
        """Each reason, under the key of whom it is about."""
        return tuple(one.reason for one in self.scores if one.reason is not None)


class Body(NamedTuple):
    """Which body gives one member's score, and who sits there."""

    step: Step
    seated: Seated


def decide(past: Past, command: AssessComponent) -> Decision:
    """After the period, before it is computed: one fact for each member, carried without him."""
    found = standing(past, command.unit, command.year, command.period, "opened", "noticed")
    if day_of(command.at) <= found.last_on:
        raise PeriodRunning(last_on=found.last_on)
    rules = ruled_period(past, found)
    people = [one.member for one in command.scores]
    if len(set(people)) != len(people):
        raise ComponentTwice
    asked = {one.member: one for one in asked_for(past, rules, found, command.component)}
    if not people or not asked.keys() >= set(people):
        raise ComponentNotAsked(component=command.component)
    for person in people:
        need_open(asked[person].custody)
    past.many([component_of(one, command.year, command.period) for one in people])
    return [_given(past, rules, command, one) for one in command.scores]


def asked_for(past: Past, rules: Ruled, found: Assessment, part: BodyPart) -> list[Registered]:
    """Whose score for a part a body gives, and whose result is not determined."""
    members = [one for one in assessed_members(past, rules, found) if part in asked_of(rules, one)]
    return undetermined(past, found, members)


def _given(past: Past, rules: Ruled, command: AssessComponent, one: MemberScore) -> Write:
    rule = rules.scheme.body_scores.of(command.component)
    if not hundredths(rule.least) <= hundredths(one.score) <= hundredths(rule.most):
        raise ComponentOutside(least=rule.least, most=rule.most)
    if rule.reason and one.reason is None:
        raise ReasonMissing
    fact = ComponentAssessed(
        member=one.member,
        unit=command.unit,
        year=command.year,
        period=command.period,
        component=command.component,
        score=one.score,
        body=command.actor.unit or command.unit,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=_vote(past, rules.scheme, command, rule, one.member),
        reason=None if one.reason is None else one.reason.commitment,
    )
    return component_of(one.member, command.year, command.period).says(fact)


def _vote(past: Past, scheme: Scheme, command: AssessComponent, rule: BodyScore, member: MemberId) -> Vote:
    """By which it is carried: the member himself, and whoever sits in his place, is not counted."""
    body = body_for(past, scheme, command.unit, rule, member, day_of(command.at))
    if command.actor.unit != body.seated.unit:
        raise WrongBody(body=body.seated.unit)
    ruling = voted(past, scheme, body.step, command, subject=member, entered_by=())
    assert ruling.vote is not None, "a body that is large enough was chosen"
    return ruling.vote


def body_for(past: Past, scheme: Scheme, unit: Code, rule: BodyScore, member: MemberId, day: date) -> Body:
    """The rule set's body, or the nearest organisation above of whose committee enough are left without him."""
    (first,) = steps_of(past, established(past, unit), (rule.given_by,))
    for step in _upwards(past, first):
        seated = sitting_of(past, scheme, step, day)
        if len(seated.members - seated.recused((member,))) >= scheme.bodies.least_voters(step.body):
            return Body(step, seated)
    raise NotOneDecides(body=first.unit)


def _upwards(past: Past, first: Step) -> Sequence[Step]:
    return (first, *(Step("parent_committee", one) for one in higher_than(past, first.unit)))
