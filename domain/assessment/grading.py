"""格次 — from a published total to a grade, under vetoes and the quota."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

from msgspec import Struct

from domain.rules.assessing import Grade, Interpretation, Quota
from domain.rules.items import VetoItem
from domain.values import half_up, hundredths

INCLUSIVE: Final = Interpretation()


class Candidate(Struct, frozen=True):
    """A member whose total reaches the first grade: all that the order at the quota's line may look at."""

    member: str
    total: int
    ledger: int
    appraisal: int
    deductions: int

    def rank(self, ties: Iterable[str]) -> tuple[int, ...]:
        """Higher is better: the total, then what the rule set names."""
        by_name = {"ledger": self.ledger, "appraisal": self.appraisal, "fewest_deductions": -self.deductions}
        return (self.total, *(by_name[tie] for tie in ties))


def grade_of(total: int, grades: Sequence[Grade], words: Interpretation = INCLUSIVE) -> Grade:
    """The first grade whose threshold the published total reaches; "以上" means what the rule set's words say."""
    return next(grade for grade in grades if reaches(total, grade, words))


def reaches(total: int, grade: Grade, words: Interpretation = INCLUSIVE) -> bool:
    """Whether a total reaches a grade, the number itself included or not as the threshold says."""
    includes = grade.above is None and (grade.from_on is None or words.from_on == "inclusive")
    threshold = hundredths(grade.threshold)
    return total >= threshold if includes else total > threshold


def under_vetoes(grade: Grade, vetoes: Iterable[VetoItem], grades: Sequence[Grade]) -> Grade:
    """The grade under the lowest ceiling of the vetoes in force; one that shuts out from excellent is a ceiling too."""
    codes = [one.code for one in grades]
    return grades[max([codes.index(grade.code), *(_ceiling(veto, grades) for veto in vetoes)])]


def _ceiling(veto: VetoItem, grades: Sequence[Grade]) -> int:
    if veto.effect == "not_excellent":
        return next((index for index, grade in enumerate(grades) if not grade.candidate), 0)
    return next((index for index, grade in enumerate(grades) if grade.code == veto.to), 0)


def seats(graded_members: int, quota: Quota) -> int:
    """How many may be excellent: the fraction rounded as the rule set says, but the minimum at least."""
    share = Fraction(quota.fraction) * graded_members
    rounded = {"floor": floor(share), "half_up": half_up(share), "up": ceil(share)}
    return max(quota.min_seats, rounded[quota.rounding])


class Line(NamedTuple):
    """Where the seats end: who is surely in, who are wholly equal at the line, and how many seats are left for them."""

    inside: frozenset[str]
    equal: frozenset[str] = frozenset()
    left: int = 0


def line(candidates: Iterable[Candidate], graded_members: int, quota: Quota) -> Line:
    """The quota's line among the candidates; nobody is equal at it where everybody equal has a seat."""
    ordered = sorted(candidates, key=lambda one: one.rank(quota.ties), reverse=True)
    allowed = seats(graded_members, quota)
    if not quota.enabled or len(ordered) <= allowed:
        return Line(frozenset(one.member for one in ordered))
    if not allowed:
        return Line(frozenset())
    last = ordered[allowed - 1].rank(quota.ties)
    above = frozenset(one.member for one in ordered if one.rank(quota.ties) > last)
    equal = frozenset(one.member for one in ordered if one.rank(quota.ties) == last)
    left = allowed - len(above)
    return Line(above | equal) if len(equal) == left else Line(above, equal, left)


def within_quota(candidates: Iterable[Candidate], graded_members: int, quota: Quota) -> frozenset[str]:
    """The members who are excellent where those who are wholly equal at the line are all in."""
    found = line(candidates, graded_members, quota)
    return found.inside | found.equal
