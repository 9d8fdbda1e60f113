"""组织评分 — what a body gives one member for one part of his total: the score, its reason, the vote. Facts and state.

A later score for the same part takes the earlier one's place while nothing is computed with it; both stay readable.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.assessment.counting import Ruled
from domain.assessment.period import Assessment
from domain.decider import Fact, Past, Refused, Stream, StreamRef
from domain.organisation.member import Registered
from domain.recording.committee import Vote
from domain.rules.assessing import BODY_PARTS, BodyPart
from domain.values import Code, MemberId, Points, Reference, Sha256, hundredths

Given: TypeAlias = Mapping[BodyPart, int]
"""Part → score in hundredths."""


class ComponentAssessed(Fact, frozen=True, kw_only=True):
    """组织评分 — a body gave one member a score for one part of his total."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    component: BodyPart
    score: Points
    body: Code
    """Whose committee gave it."""
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    """Without the member himself."""
    reason: Sha256 | None = None


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """What bodies gave a member in one period, as it stands."""

    given: Given = {}
    units: Mapping[BodyPart, Code] = {}
    """In which organisation's period each was given."""


class ComponentMissing(Refused):
    """组织评分尚未评全,不能核算。 Some scores that bodies give are missing: nothing can be computed."""

    code = "component-missing"


def evolve(state: Scored, fact: Fact) -> Scored:
    """What was given after one more fact."""
    match fact:
        case ComponentAssessed():
            given = {**state.given, fact.component: hundredths(fact.score)}
            return replace(state, given=given, units={**state.units, fact.component: fact.unit})
        case _:
            raise AssertionError(f"{type(fact).__name__} is no score of a body")


COMPONENT: Final[Stream[Scored]] = Stream("component-assessment", Scored(), evolve, (ComponentAssessed,))


def component_of(member: MemberId, year: int, period: Code) -> StreamRef[Scored]:
    """The one stream of what bodies give a member in a period."""
    return COMPONENT.of(member, year, period)


def asked_of(rules: Ruled, member: Registered) -> tuple[BodyPart, ...]:
    """Which parts of his total a body gives in this period: only a total is made of parts."""
    if rules.period.result != "total":
        return ()
    profile = rules.scheme.profile(member.profile_on(rules.last_on))
    return () if profile is None else profile.components.by_bodies


def given_to(past: Past, rules: Ruled, found: Assessment, members: Sequence[Registered]) -> dict[MemberId, Given]:
    """What counts of that: of whoever belongs to a class that asks for it, the parts that it asks for.

    What was given where somebody belonged before he was transferred does not count here: another body gave it.
    """
    asked = {one.member: parts for one in members if (parts := asked_of(rules, one))}
    states = past.many([component_of(one, found.year, found.period) for one in asked])
    return {
        member: {part: state.given[part] for part in asked[member] if state.units.get(part) == found.unit}
        for member, state in zip(asked, states, strict=True)
    }


def missing(past: Past, rules: Ruled, found: Assessment, members: Sequence[Registered]) -> dict[BodyPart, int]:
    """How many scores are still wanted, by part; only what computing waits for.

    Nobody may say more of somebody whose data is restricted or destroyed: of his, the ledger has the share.
    """
    members = [one for one in members if not (one.custody.restricted or one.custody.destroyed)]
    given = given_to(past, rules, found, members)
    wanted: list[BodyPart] = [part for part in BODY_PARTS if rules.scheme.body_scores.of(part).required]
    asked = [(part, one.member) for one in members for part in asked_of(rules, one) if part in wanted]
    lacking = [part for part, member in asked if part not in given[member]]
    return {part: lacking.count(part) for part in wanted if part in lacking}


def need_given(past: Past, rules: Ruled, found: Assessment, members: Sequence[Registered]) -> None:
    """Refuse while a score that computing waits for is missing."""
    lacking = missing(past, rules, found, members)
    if lacking:
        raise ComponentMissing(scores=sum(lacking.values()), **lacking)
