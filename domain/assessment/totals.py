"""总分 — the appraisal's mean, the components of the total, and the total itself."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from domain.assessment.rounding import HALF_UP, Rounder
from domain.rules.assessing import Appraisal, Profile
from domain.values import hundredths

_WHOLE: Final = 100  # hundredths of a share


class Total(Struct, frozen=True):
    """The published total and its rounded parts, in hundredths; no appraisal part where too few voted."""

    points: int
    ledger_part: int
    appraisal_part: int | None = None


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


def total(ledger: int, appraisal_mean: int | None, profile: Profile, rounding: Rounder = HALF_UP) -> Total:
    """Σ of each component × its share, each rounded.

    Without a mean the total is the ledger alone; so it is for a profile that has no appraisal. Raises ValueError
    for a profile without components: an exempt member has no total.
    """
    shares = profile.components
    if shares.ledger is None:
        raise ValueError(f"{profile.code} has no total")
    if appraisal_mean is None or shares.appraisal is None:
        return Total(ledger, ledger)
    ledger_part = rounding(ledger * hundredths(shares.ledger), _WHOLE)
    appraisal_part = rounding(appraisal_mean * hundredths(shares.appraisal), _WHOLE)
    return Total(ledger_part + appraisal_part, ledger_part, appraisal_part)
