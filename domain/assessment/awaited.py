"""待评分 — whose scores a body gives in a period, which of them stand, and which body gives each: for pages alone.

Every part of it is what the wish itself asks, so that a form offers nothing that would be refused.
"""

from collections.abc import Iterable

import msgspec

from domain.assessment.component import given_to
from domain.assessment.computing import ruled_period
from domain.assessment.giving import asked_for, body_for
from domain.assessment.period import Assessment, period_of
from domain.decider import Past
from domain.organisation.unit import established
from domain.recording.approval import NotOneDecides
from domain.recording.chain import steps_of
from domain.rules.assessing import BODY_PARTS, BodyPart, BodyScore
from domain.rules.ruling import rules_here
from domain.values import Code, Instant, MemberId, day_of


class AwaitedScore(msgspec.Struct, frozen=True, kw_only=True):
    """One member's score for one part."""

    member: MemberId
    body: Code | None
    """Whose committee gives it; None where none is large enough."""
    recused: tuple[MemberId, ...]
    """Of it: himself, and whoever sits in his place."""
    given: bool


class AwaitedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the totals of one organisation's period."""

    unit: Code
    year: int
    period: Code
    component: BodyPart
    rule: BodyScore
    open: bool
    """Whether scores can be given now."""
    body: Code
    """The organisation whose committee the rule set names."""
    scores: tuple[AwaitedScore, ...]
    voters: dict[Code, tuple[MemberId, ...]]
    """Of each body that gives one: who sits there."""


def awaited(past: Past, unit: Code, year: int, period: Code, part: BodyPart, now: Instant) -> AwaitedPart | None:
    """How a part stands; None where the period is not open or its rule set asks for none."""
    found = past[period_of(unit, year, period)]
    if not isinstance(found, Assessment) or rules_here(past, unit).in_force(found.last_on) is None:
        return None
    rules, today = ruled_period(past, found), day_of(now)
    if all(part not in profile.components.by_bodies for profile in rules.scheme.profiles):
        return None
    if rules.period.result != "total":
        return None
    members, rule = asked_for(past, rules, found, part), rules.scheme.body_scores.of(part)
    given = given_to(past, rules, found, members)
    scores: list[AwaitedScore] = []
    voters: dict[Code, tuple[MemberId, ...]] = {}
    for one in sorted(members, key=lambda one: str(one.member)):
        stands = part in given[one.member]
        try:
            seated = body_for(past, rules.scheme, unit, rule, one.member, today).seated
        except NotOneDecides:
            scores.append(AwaitedScore(member=one.member, body=None, recused=(), given=stands))
            continue
        voters[seated.unit] = tuple(sorted(seated.members, key=str))
        recused = tuple(sorted(seated.recused((one.member,)), key=str))
        scores.append(AwaitedScore(member=one.member, body=seated.unit, recused=recused, given=stands))
    return AwaitedPart(
        unit=unit,
        year=year,
        period=period,
        component=part,
        rule=rule,
        open=found.status in ("opened", "noticed") and today > found.last_on,
        body=steps_of(past, established(past, unit), (rule.given_by,))[0].unit,
        scores=tuple(scores),
        voters=voters,
    )


def awaited_in(
    past: Past, units: Iterable[Code], year: int, periods: Iterable[Code], now: Instant
) -> list[AwaitedPart]:
    """The parts of some organisations' periods, those that nobody opened left out."""
    codes = tuple(periods)
    found = (awaited(past, unit, year, code, part, now) for unit in units for code in codes for part in BODY_PARTS)
    return [one for one in found if one is not None]
