"""结转引起的重算 — a superseded total of which the next year carried a share over has that year computed anew.

Under the same order, on the same document: the machine only puts the next year's results before the leading group,
which approves them as it does any restatement. It goes on year by year, as far as a share was carried.
"""

from typing import Final

import msgspec

from domain.assessment.computing import ruled_period
from domain.assessment.counting import Ruled
from domain.assessment.ordering import key_of, next_number
from domain.assessment.period import Assessment, period_of
from domain.assessment.restatement import Restatement, restatement_of
from domain.assessment.restating import version_under
from domain.assessment.result import result_of
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
    """Have the next year computed anew, once for everybody; nothing where no share of this total stands in it."""
    following = past[result_of(command.member, command.year + 1, command.period)].standing
    cause = past[restatement_of(command.unit, command.year, command.period)]
    if following is None or not isinstance(cause, Restatement) or cause.order.restatement != command.restatement:
        return NOTHING
    found = past[period_of(following.unit, command.year + 1, command.period)]
    if not isinstance(found, Assessment) or found.status != "sealed":
        return NOTHING
    ref = restatement_of(found.unit, found.year, found.period)
    running, version = past[ref], _standing_version(past, found)
    if not carries(version_under(past, found, version)) or _waits(running, command.restatement):
        return NOTHING
    key = key_of(found, next_number(past, found))
    said = msgspec.structs.replace(
        cause.order,
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


def _waits(running: object, cause: RestatementId) -> bool:
    """Whether one that follows the same is ordered and not computed yet: it will see this total too."""
    return isinstance(running, Restatement) and running.status == "ordered" and running.order.follows == cause


def _standing_version(past: Past, found: Assessment) -> Version:
    """Under which the year stands: that of its last restatement, else its own."""
    last = past[restatement_of(found.unit, found.year, found.period)]
    if isinstance(last, Restatement) and found.restated >= last.order.number:
        version = rules_here(past, found.unit).asked(last.order.rules, found.last_on)
        assert version is not None, f"{last.order.rules} was adopted"
        return version
    return ruled_period(past, found).version
