"""名额 — who of the candidates has a seat: by the quota's line alone, or as people settled it in the pool."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.assessment.grading import Candidate, line, within_quota
from domain.assessment.period import Assessment, Key
from domain.assessment.pool import Pool, PoolJoined, pool_of
from domain.decider import Past, Write
from domain.organisation.unit import next_higher
from domain.rules.assessing import Quota
from domain.values import Code


class Seating(NamedTuple):
    """Who of the candidates has a seat, and for whom nobody has settled it yet."""

    inside: frozenset[str]
    waiting: frozenset[str] = frozenset()


def by_people(quota: Quota) -> bool:
    """Whether seats may have to be settled by people: shared over organisations, or equals that are to be parted."""
    return quota.enabled and (quota.scope == "pooled" or quota.still_tied != "include")


def pool_unit(past: Past, quota: Quota, unit: Code) -> Code:
    """Over whose organisations the seats are shared: one's own, or those below the next higher one."""
    return unit if quota.scope == "unit" else next_higher(past, unit) or unit


def joining(past: Past, quota: Quota, found: Assessment, computation: int) -> list[Write]:
    """The organisation takes part in its pool, with this computation."""
    if not by_people(quota):
        return []
    ref = pool_of(pool_unit(past, quota, found.unit), found.year, found.period)
    if past[ref].joined.get(found.unit) == computation:
        return []
    key = Key(unit=pool_unit(past, quota, found.unit), year=found.year, period=found.period)
    return [ref.says(PoolJoined(**key, branch=found.unit, computation=computation))]


def seating(
    past: Past, quota: Quota, found: Assessment, computation: int, candidates: Sequence[Candidate], graded: int
) -> Seating:
    """The seats of one organisation's candidates."""
    drawn = line(candidates, graded, quota)
    if not by_people(quota):
        return Seating(drawn.inside | drawn.equal)
    pool: Pool = past[pool_of(pool_unit(past, quota, found.unit), found.year, found.period)]
    if pool.covers(found.unit, computation):
        return Seating(frozenset(str(member) for member, branch in pool.seated.items() if branch == found.unit))
    if quota.scope == "unit":
        return Seating(drawn.inside, drawn.equal)
    return Seating(frozenset(), frozenset(one.member for one in candidates))


def seated_anew(quota: Quota, holders: frozenset[str], candidates: Sequence[Candidate], graded: int) -> frozenset[str]:
    """Who has a seat where a determined period is looked at again: what people settled stays with its holders."""
    return holders if by_people(quota) else within_quota(candidates, graded, quota)
