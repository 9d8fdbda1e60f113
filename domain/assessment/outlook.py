"""展望 — what the year may still come to: shown to the person alone, promised by nobody.

A part of the year (a half, a quarter, a month: whatever the rule set scores by) that runs can rise to its maximum, one
that lies ahead gives all of its maximum, one that is over gives no more. The best total takes every point that can
still be earned and the best mark of the appraisal; no grade is foretold beyond *can it still be reached*: quota, vetoes
and objections are no arithmetic (SPEC §4.10.2).
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.assessment.grading import reaches
from domain.assessment.rounding import rounder_of
from domain.assessment.scoring import ledger, mean_of
from domain.assessment.totals import total
from domain.rules.assessing import Appraisal, BodyPart, Profile
from domain.rules.scheme import Scheme, months_of
from domain.values import Code, hundredths

When: TypeAlias = Literal["over", "running", "ahead"]


class CategorySoFar(Struct, frozen=True, kw_only=True):
    """One category of a half, in hundredths."""

    code: Code
    points: int
    maximum: int


class HalfSoFar(Struct, frozen=True, kw_only=True):
    """One half as it stands; of one that lies ahead no point is counted."""

    when: When
    base: int
    categories: tuple[CategorySoFar, ...]


class Room(Struct, frozen=True, kw_only=True):
    """What a category can still give, in hundredths."""

    code: Code
    points: int


class Reach(Struct, frozen=True, kw_only=True):
    """Whether a grade can still be reached by points."""

    grade: Code
    reachable: bool


class YearOutlook(Struct, frozen=True, kw_only=True):
    """What a year may come to, in hundredths."""

    earned: int
    """Base of the halves that have begun, as it stands."""
    honours: int
    deductions: int
    expected: int | None
    """Base of the parts that are over × all parts ÷ those that are over + honours − deductions so far.

    Of halves: 2 × base of the first. None while the first part runs.
    """
    room: tuple[Room, ...]
    honour_room: int | None
    """None where honours are not capped."""
    best_ledger: int
    """With the room of the categories and of the honours' cap; where there is no cap, with the honours of now."""
    best_total: int
    grades: tuple[Reach, ...]


def outlook(
    scheme: Scheme, profile: Profile, halves: Sequence[HalfSoFar], honours: int, deductions: int
) -> YearOutlook:
    """What can still be earned, by the rule set and what is confirmed."""
    begun = [half for half in halves if half.when != "ahead"]
    earned = sum(half.base for half in begun)
    room = _room(halves)
    cap = scheme.honour_rules.cap_year
    honour_room = None if cap is None else max(0, hundredths(cap) - honours)
    best = _between(
        scheme,
        _best_base(scheme, halves, earned + sum(one.points for one in room)),
        honours + (honour_room or 0),
        deductions,
    )
    mark = _best_mark(scheme.appraisal) if profile.appraised else None
    bodies: dict[BodyPart, int] = {
        part: hundredths(scheme.body_scores.of(part).most) for part in profile.components.by_bodies
    }
    best_total = total(best, mark, profile, rounder_of(scheme.rounding), bodies).points
    over = [half.base for half in halves if half.when == "over"]
    expected = rounder_of(scheme.rounding)(sum(over) * len(halves), len(over)) if over else 0
    return YearOutlook(
        earned=earned,
        honours=honours,
        deductions=deductions,
        expected=_between(scheme, expected, honours, deductions) if over else None,
        room=room,
        honour_room=honour_room,
        best_ledger=best,
        best_total=best_total,
        grades=_grades(scheme, best_total) if profile.graded else (),
    )


def _room(halves: Sequence[HalfSoFar]) -> tuple[Room, ...]:
    left: dict[Code, int] = {}
    for half in halves:
        for one in half.categories:
            had = one.points if half.when == "running" else 0
            more = 0 if half.when == "over" else max(0, one.maximum - had)
            left[one.code] = left.get(one.code, 0) + more
    return tuple(Room(code=code, points=number) for code, number in left.items())


def _best_base(scheme: Scheme, halves: Sequence[HalfSoFar], summed: int) -> int:
    """The best base of the year: the sum, the mean of the best halves, or, counted anew, all of the year."""
    whole = max(scheme.periods, key=months_of, default=None)
    maxima = [sum(one.maximum for one in half.categories) for half in halves]
    if whole is not None and whole.base == "mean_of_halves":
        ends = [half.base if half.when == "over" else most for half, most in zip(halves, maxima, strict=True)]
        return mean_of(zip(ends, maxima, strict=True), rounder_of(scheme.rounding))
    if whole is not None and whole.base == "recompute" and any(half.when != "over" for half in halves):
        return sum(maxima)
    return summed


def _between(scheme: Scheme, base: int, honours: int, deductions: int) -> int:
    floor, ceiling = scheme.scale.floor, scheme.scale.ceiling
    return ledger(
        base,
        honours,
        deductions,
        None if floor is None else hundredths(floor),
        None if ceiling is None else hundredths(ceiling),
    )


def _best_mark(appraisal: Appraisal) -> int | None:
    return max((hundredths(one.value) for one in appraisal.values if one.value is not None), default=None)


def _grades(scheme: Scheme, best: int) -> tuple[Reach, ...]:
    return tuple(Reach(grade=one.code, reachable=reaches(best, one, scheme.interpretation)) for one in scheme.grades)
