"""考评期开启 — a branch opens a period that its rule set names, once it has begun; the parts before the whole."""

from domain.assessment.period import (
    Assessment,
    NotOpened,
    PeriodOpened,
    PeriodUnknown,
    days_of,
    period_of,
)
from domain.assessment.seats import joining
from domain.decider import Command, Decision, Past, Refused
from domain.organisation.unit import established
from domain.rules.assessing import Period
from domain.rules.ruleset import RULES, scheme_on
from domain.rules.scheme import Scheme, months_of
from domain.values import Code, day_of


class PeriodExists(Refused):
    """该考评期已开启。 This period is open already."""

    code = "period-exists"


class PeriodNotBegun(Refused):
    """该考评期尚未开始。 This period has not begun yet."""

    code = "period-not-begun"


class PartsNotSealed(Refused):
    """须先封存本年度内的各短考评期。 The shorter periods inside this one must be sealed first."""

    code = "parts-not-sealed"


class OpenPeriod(Command, frozen=True, kw_only=True):
    """Open a period."""

    operation = "period.open"
    unit: Code
    year: int
    period: Code


def decide(past: Past, command: OpenPeriod) -> Decision:
    """By the rules in force on the day of opening; those of the last day rule the figures."""
    unit = established(past, command.unit)
    today = day_of(command.at)
    version, scheme = scheme_on(past, unit.scheme, today)
    period = assessed_period(scheme, command.period)
    first_on, last_on = days_of(period, command.year)
    ref = period_of(command.unit, command.year, command.period)
    if not isinstance(past[ref], NotOpened):
        raise PeriodExists(period=command.period, year=command.year)
    if today < first_on:
        raise PeriodNotBegun(first_on=first_on)
    fact = PeriodOpened(
        unit=command.unit,
        year=command.year,
        period=command.period,
        first_on=first_on,
        last_on=last_on,
        rules=version,
    )
    awaited = Assessment(
        unit=command.unit, year=command.year, period=command.period, first_on=first_on, last_on=last_on
    )
    return [ref.says(fact), *(joining(past, scheme.excellent_quota, awaited, 0) if period.graded else ())]


def assessed_period(scheme: Scheme, code: Code) -> Period:
    """The period of the rule set, or a refusal that there is none."""
    found = scheme.period(code)
    if found is None:
        raise PeriodUnknown(period=code)
    return found


def parts_of(scheme: Scheme, whole: Period, year: int) -> list[Period]:
    """The shortest periods that lie inside a longer one, in order; none for a period that has no shorter part."""
    first_on, last_on = days_of(whole, year)
    inside = [one for one in scheme.periods if first_on <= days_of(one, year)[0] and days_of(one, year)[1] <= last_on]
    shorter = [one for one in inside if months_of(one) == scheme.cycle_months and months_of(one) < months_of(whole)]
    return sorted(shorter, key=lambda one: one.first_day)


def parts_sealed(past: Past, scheme: Scheme, unit: Code, year: int, period: Code) -> None:
    """Refuse unless the parts of a period that any rule set was in force for are sealed."""
    waiting = open_parts(past, scheme, unit, year, period)
    if waiting:
        raise PartsNotSealed(periods=waiting)


def open_parts(past: Past, scheme: Scheme, unit: Code, year: int, period: Code) -> tuple[Code, ...]:
    """The parts of a period that must be sealed before it is computed, and are not."""
    known = past[RULES.of(established(past, unit).scheme)]
    parts = parts_of(scheme, assessed_period(scheme, period), year)
    ruled = [one for one in parts if known.in_force(days_of(one, year)[1]) is not None]
    states = past.many([period_of(unit, year, one.code) for one in ruled])
    return tuple(
        part.code
        for part, state in zip(ruled, states, strict=True)
        if not isinstance(state, Assessment) or state.status != "sealed"
    )
