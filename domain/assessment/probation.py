"""预备期 — one window instead of halves, brought to a year, and what the system proposes."""

from typing import Literal, TypeAlias

from msgspec import Struct

from domain.assessment.grading import INCLUSIVE
from domain.assessment.scoring import ledger
from domain.assessment.tariff import MONTHS_OF_YEAR
from domain.rules.assessing import Interpretation, Probation
from domain.values import hundredths

Proposal: TypeAlias = Literal["confirm", "extend", "cancel"]


class WindowTotal(Struct, frozen=True):
    """A window's base as it was counted and as a year's, and the published total; hundredths."""

    counted: int
    base: int
    points: int


def window_total(
    base: int, honours: int, deductions: int, months: int, floor: int | None, ceiling: int | None
) -> WindowTotal:
    """Base × 12 ÷ months rounded half up, then honours and deductions of the window, which are never scaled.

    >>> window_total(3750, 100, 50, 6, 0, None).points
    7550
    """
    scaled = (2 * base * MONTHS_OF_YEAR + months) // (2 * months)
    return WindowTotal(base, scaled, ledger(scaled, honours, deductions, floor, ceiling))


def proposal(total: int, rule: Probation, *, in_extension: bool, words: Interpretation = INCLUSIVE) -> Proposal:
    """What the system proposes to the meeting; people decide. "以下" means what the rule set's words say."""
    threshold = hundredths(rule.threshold.value)
    if total > threshold or (total == threshold and not _extends_at(rule, words)):
        return rule.proposals.at_or_above
    if in_extension or _far_below(total, rule):
        return rule.proposals.below_in_extension
    return rule.proposals.below


def _far_below(total: int, rule: Probation) -> bool:
    """Whether a first window already ends below the lower of two lines."""
    return rule.threshold.cancel_below is not None and total < hundredths(rule.threshold.cancel_below)


def _extends_at(rule: Probation, words: Interpretation) -> bool:
    """Whether the threshold itself is still below."""
    if rule.threshold.extend_if == "以下":
        return words.below == "inclusive"
    return rule.threshold.extend_if == "at_or_below"


def needs_hint(total: int, rule: Probation) -> bool:
    """Whether the total stands exactly on a number to which the meeting's eye is drawn."""
    return total in [hundredths(hint) for hint in rule.threshold.hint_at]
