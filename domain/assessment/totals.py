"""总分 — the appraisal's mean, the components of the total, and the total itself."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from domain.assessment.rounding import HALF_UP, Rounder
from domain.rules.assessing import JUDGED_PARTS, Appraisal, BodyPart, JudgedPart, Profile
from domain.values import hundredths

_WHOLE: Final = 100  # hundredths of a share
NO_BODIES: Final[Mapping[BodyPart, int]] = {}


class Total(Struct, frozen=True):
    """The published total and its rounded parts, in hundredths; no part of what nobody gave or too few voted on."""

    points: int
    ledger_part: int
    appraisal_part: int | None = None
    committee_part: int | None = None
    task_part: int | None = None


def mean(ballots: Mapping[str, int], appraisal: Appraisal, rounding: Rounder = HALF_UP) -> int | None:
    """The mean of the ballots that say something, rounded; None if fewer than the rule set asks for.

    Ballots by the code of the mark. Abstentions count neither in the mean nor towards the minimum: among five
    ballots with four abstentions the mean would be one person's vote. Raises KeyError for an unknown mark.
    """
    values = {value.code: value.value for value in appraisal.values}
    marked = [(hundredths(value), count) for code, count in ballots.items() if (value := values[code]) is not None]
    voices = sum(count for _, count in marked)
    if voices < appraisal.min_ballots:
        return None
    worth = sum(value * count for value, count in marked)
    return rounding(worth, voices)


def total(
    ledger: int,
    appraisal_mean: int | None,
    profile: Profile,
    rounding: Rounder = HALF_UP,
    bodies: Mapping[BodyPart, int] = NO_BODIES,
) -> Total:
    """Σ of each component × its share, each rounded; the share of a part that is not there falls to the ledger.

    Without a mean and without what bodies give the total is the ledger alone; so it is for a profile that has no
    other part. Raises ValueError for a profile without components: an exempt member has no total.
    """
    shares = profile.components
    if shares.ledger is None:
        raise ValueError(f"{profile.code} has no total")
    values: dict[JudgedPart, int] = {part: bodies[part] for part in shares.by_bodies if part in bodies}
    if appraisal_mean is not None and shares.appraisal is not None:
        values["appraisal"] = appraisal_mean
    if not values:
        return Total(ledger, ledger)
    absent = sum(shares.share(part) for part in JUDGED_PARTS if part not in values)
    parts = {part: rounding(value * shares.share(part), _WHOLE) for part, value in values.items()}
    own = rounding(ledger * (shares.share("ledger") + absent), _WHOLE)
    return Total(own + sum(parts.values()), own, parts.get("appraisal"), parts.get("committee"), parts.get("task"))
