"""结转引起的重算 — a superseded total of which the next year carried a share over has that year computed anew.

Under the same order, on the same document: the machine only puts the next year's results before the leading group,
which approves them as it does any restatement. It goes on year by year, as far as a share was carried.
"""

from typing import Final

import msgspec

from domain.assessment.computing import ruled_period
from domain.assessment.counting import Ruled
from domain.assessment.ordering import key_of, next_number
from domain.assessment.period import Assessment, PeriodNotThere, living
from domain.assessment.restatement import Restatement, RestatementOrdered, restatement_of
from domain.assessment.restating import version_under
from domain.assessment.result import Determination, result_of
from domain.decider import Command, Decision, Past
from domain.rules.ruleset import Version
from domain.rules.ruling import rules_here
from domain.values import Code, MemberId, RestatementId

NOTHING: Final[Decision] = ()


class FollowCarried(Command, frozen=True, kw_only=True):
    """A member's total of a year was superseded."""

    operation = "restatement.compute"
    unit: Code
    member: MemberId
    year: int
    period: Code
    restatement: RestatementId


def decide(past: Past, command: FollowCarried) -> Decision:
    """Have the next year computed anew, once for everybody; nothing where no share of this total stands in it.

    A next year that was computed and is not sealed yet is refused, and looked at again once it is.
    """
    order = _cause(past, command)
    following = past[result_of(command.member, command.year + 1, command.period)]
    if order is None or following.computed is None:
        return NOTHING
    found = living(past, following.computed.unit, command.year + 1, command.period)
    version = _version(past, found, following.standing)
    if not carries(version_under(past, found, version)):
        return NOTHING
    if found.status != "sealed":
        raise PeriodNotThere(period=found.period, year=found.year, status=found.status)
    ref = restatement_of(found.unit, found.year, found.period)
    if following.standing is None or _waits(past[ref], order, version):
        return NOTHING
    key = key_of(found, next_number(past, found))
    said = msgspec.structs.replace(
        order,
        restatement=key.restatement,
        unit=key.unit,
        year=key.year,
        number=key.number,
        rules=version.version,
        rules_digest=version.digest,
        corrections=0,
        additions=0,
        follows=command.restatement,
    )
    return [ref.says(said)]


def carries(rules: Ruled) -> bool:
    """Whether a share of the year before counts."""
    return rules.tariff.carried[0] > 0


def _cause(past: Past, command: FollowCarried) -> RestatementOrdered | None:
    """The order by which the total was superseded, whatever was ordered since."""
    state = past[restatement_of(command.unit, command.year, command.period)]
    return state.ordered(command.restatement) if isinstance(state, Restatement) else None


def _waits(running: object, cause: RestatementOrdered, version: Version) -> bool:
    """Whether one that follows the same by this version is ordered and not computed yet: it will see this total too."""
    if not isinstance(running, Restatement) or running.status != "ordered":
        return False
    return (running.order.follows, running.order.rules) == (cause.restatement, version.version)


def _version(past: Past, found: Assessment, stands: Determination | None) -> Version:
    """By which this member's own year stands, or will."""
    if stands is None:
        return ruled_period(past, found).version
    version = rules_here(past, found.unit).asked(stands.rules, found.last_on)
    assert version is not None, f"determined under {stands.rules}"
    return version
