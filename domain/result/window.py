"""预备期窗口 — the stretch over which a probationary member is scored: its days, its dates, and what it comes to.

Twelve months from the day of admission, or the months of the one extension; each cap of the year × months ÷ 12, the
base brought to a year. Only confirmed records count, as everywhere (I6). Source: SPEC §4.7, §4.10.11.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from domain.assessment.computing import RecordUncountable
from domain.assessment.counting import Counted, Part, Ruled, counted
from domain.assessment.probation import WindowTotal, window_total
from domain.assessment.rows import Uncountable
from domain.assessment.scoring import Score, score
from domain.assessment.tariff import MONTHS_OF_YEAR, Tariff, priced_by, window_tariff
from domain.decider import Past, Refused
from domain.organisation.member import Registered
from domain.organisation.unit import established
from domain.recording.archive import ENDED, Archive, archive_of
from domain.rules.assessing import Period, Probation, Profile
from domain.rules.ruleset import NoRuleInForce, Version
from domain.rules.ruling import rules_here
from domain.rules.scheme import Scheme
from domain.rules.working_days import months_later
from domain.values import Instant, MemberId, Sha256, midnight_after

WHOLE: Final = Period(
    code="probation", zh="预备期", en="Probation", first_day="01-01", last_day="12-31", result="total"
)
_TARIFFS: Final[dict[tuple[str, str | None, int], Tariff]] = {}
"""Made once for each document and length: the digest says which document it is."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The first window or the extension; both days count."""

    number: int
    first_on: date
    last_on: date
    months: int

    def over(self, day: date) -> bool:
        """Whether its last day lies behind."""
        return day > self.last_on


class WindowFigures(NamedTuple):
    """What a window comes to, and behind it the rule set and the records by count and digest."""

    version: Version
    total: WindowTotal
    base_max: int
    honours: int
    deductions: int
    months_present: int
    records: int
    digest: Sha256


class RecordsWaiting(Refused):
    """预备期内还有积分记录在公示或异议中,待其确定后再提出。 Records of the window are still noticed or disputed."""

    code = "records-waiting"


def window_from(number: int, first_on: date, months: int) -> Window:
    """So many months from a day.

    >>> window_from(1, date(2026, 4, 15), 12).last_on
    datetime.date(2027, 4, 14)
    """
    last_on = months_later(first_on, months) - timedelta(days=1)
    return Window(number=number, first_on=first_on, last_on=last_on, months=months)


def looks(window: Window, rule: Probation) -> list[Instant]:
    """When somebody looks at a window: the outlooks, and the end of its last day; in order."""
    after_months = [months_later(window.first_on, months) for months in rule.outlook_months if months < window.months]
    before_end = [window.last_on - timedelta(days=days) for days in rule.outlook_days_before_end]
    days = {day for day in (*after_months, *before_end) if window.first_on < day <= window.last_on}
    # A look is taken when its day begins, which is when the day before it ends.
    return [midnight_after(day - timedelta(days=1)) for day in sorted(days)] + [midnight_after(window.last_on)]


def next_look(window: Window, rule: Probation, at: datetime) -> Instant:
    """The first look after an instant; once the window is over, the last one, which is due at once."""
    known = looks(window, rule)
    return next((look for look in known if look > at), known[-1])


def probationary(profile: Profile | None) -> bool:
    """Whether a class is that of probationary members."""
    return profile is not None and ("probation" in profile.code or "预备" in profile.zh)


def figures(past: Past, member: Registered, window: Window) -> WindowFigures:
    """What a window comes to by the records that are confirmed now."""
    known = rules_here(past, member.unit)
    version = known.in_force(window.last_on)
    if version is None or version.scheme is None:
        raise NoRuleInForce(scheme=established(past, member.unit).scheme, day=window.last_on)
    scheme, tariff = version.scheme, _tariff(version, window.months)
    published = [one for one in known.versions if one.scheme is not None and one.version != version.version]
    ruled = Ruled(
        version=version,
        scheme=scheme,
        period=WHOLE,
        first_on=window.first_on,
        last_on=window.last_on,
        tariff=tariff,
        parts=(Part(WHOLE.code, window.first_on, window.last_on, tariff),),
        earlier=tuple(_tariff(one, window.months) for one in published),
        leaves=_leaves((version, *published)),
    )
    given = counted(ruled, member, _archive(past, member.member, window), None)
    try:
        made = score(tariff, given.case, ruled.earlier).confirmed
    except Uncountable as unknown:
        raise RecordUncountable(member=member.member, reason=str(unknown)) from unknown
    return _figures(ruled, made, window, given)


def _figures(ruled: Ruled, made: Score, window: Window, given: Counted) -> WindowFigures:
    return WindowFigures(
        version=ruled.version,
        total=window_total(
            made.base,
            made.honour_points,
            made.deduction_points,
            window.months,
            ruled.tariff.floor,
            ruled.tariff.ceiling,
        ),
        base_max=(2 * made.base_max * MONTHS_OF_YEAR + window.months) // (2 * window.months),
        honours=made.honour_points,
        deductions=made.deduction_points,
        months_present=sum(span.months_present for span in given.case.spans),
        records=given.records,
        digest=given.digest,
    )


def need_settled(past: Past, member: MemberId, window: Window) -> None:
    """Refuse while a record of the window is noticed, disputed or said to be missing: it is not known yet."""
    archive = _archive(past, member, window)
    inside = [one for one in archive.records.values() if window.first_on <= one.counted_on <= window.last_on]
    waiting = [one for one in inside if one.status not in ENDED and (one.waiting or one.held_by)]
    missing = archive.missing(window.first_on, window.last_on)
    if waiting or missing:
        raise RecordsWaiting(records=len(waiting) + len(missing))


def _archive(past: Past, member: MemberId, window: Window) -> Archive:
    """The records and omissions of every year that the window touches, in the order of the years."""
    years = range(window.first_on.year, window.last_on.year + 1)
    archives = past.many([archive_of(member, date(year, 1, 1)) for year in years])
    return Archive(
        records={number: one for archive in archives for number, one in archive.records.items()},
        omissions={number: one for archive in archives for number, one in archive.omissions.items()},
    )


def _tariff(version: Version, months: int) -> Tariff:
    assert version.scheme is not None, f"{version.version} is published"
    key = version.digest, version.priced_digest, months
    if key not in _TARIFFS:
        made = window_tariff(version.scheme, months)
        _TARIFFS[key] = made if version.priced is None else priced_by(made, window_tariff(version.priced, months))
    return _TARIFFS[key]


def _leaves(versions: Sequence[Version]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(version, deduction) → the items that its matter leaves."""
    return {
        (one.version, item.code): one.scheme.leaves(item.code)
        for one in versions
        if one.scheme is not None
        for item in one.scheme.negative
    }


def confirmed_class(scheme: Scheme) -> Profile:
    """The class into which a confirmed member goes: the first that is graded and votes."""
    return next(one for one in scheme.profiles if one.graded and one.votes and not probationary(one))
