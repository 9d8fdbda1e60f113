"""考评期 — what each period of a year is scored from, and the score as it is stored. Points in hundredths."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from datetime import date
from functools import partial
from typing import Final

import msgspec

from domain.assessment.counting import months_of_days
from domain.assessment.opening import parts_of
from domain.assessment.period import days_of
from domain.assessment.presence import Away, Stay, months_present
from domain.assessment.rows import MatterRow, ResponsibilityRow, Tally, VetoRow, tally
from domain.assessment.scoring import Case, Scored, ScoreOfSpan, Span, SpanScore, score
from domain.assessment.spans import Prices, span_scores
from domain.assessment.tariff import Tariff
from domain.rules.assessing import Period
from domain.rules.demands import effect_ends_on
from domain.rules.refinement import LocalItem
from domain.rules.scheme import months_of
from domain.values import Code
from projections.local_items import here, known_with
from projections.merits import LASTING, STANDING, MeritInput
from projections.rules import Published, in_force

SCORES: Final = """
SELECT s.year, s.scores::json AS scores FROM scores AS s JOIN members AS m ON m.member = s.member
WHERE m.person = %(member)s AND s.year = %(year)s
"""
"""A member's stored scores of a year, as ``figures.YearScores``."""


class CategoryPoints(msgspec.Struct, frozen=True, kw_only=True):
    """One category over a period, in hundredths."""

    code: Code
    points: int
    """Confirmed."""
    with_pending: int
    """If everything pending were confirmed; may be less than ``points``."""
    maximum: int


class PeriodScore(msgspec.Struct, frozen=True, kw_only=True):
    """One member's score of one period; ``pending_*`` is what would stand if everything pending were confirmed."""

    year: int
    period: str
    """Its code in the rule set; of a running total that of the whole and of its last part: "Y-M03"."""
    begins_on: date
    ends_on: date
    rules: Code
    digest: str
    months_present: int
    maximum: int
    base: int
    honours: int
    deductions: int
    ledger: int
    """The total, as long as there is no appraisal."""
    pending_base: int
    pending_honours: int
    pending_deductions: int
    pending_ledger: int
    categories: tuple[CategoryPoints, ...]

    def provisional(self, today: date) -> bool:
        """Whether the period is still open, so that a line may yet rise or fall."""
        return today <= self.ends_on


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """A year's honours, deductions and shortfalls that count, or would if they were confirmed."""

    honours: tuple[MatterRow, ...] = ()
    deductions: tuple[MatterRow, ...] = ()
    shortfalls: tuple[ResponsibilityRow, ...] = ()
    vetoes: tuple[VetoRow, ...] = ()


NOTHING: Final = Lists()


def lists_of(merits: Sequence[MeritInput]) -> Lists:
    """What of a year's records counts on which list; what was dismissed counts on none."""
    standing = [merit for merit in merits if merit.status in STANDING]
    return Lists(
        honours=tuple(merit.row for merit in standing if merit.kind == "honour"),
        deductions=tuple(merit.row for merit in standing if merit.kind == "deduction"),
        shortfalls=tuple(merit.shortfall for merit in standing if merit.kind == "shortfall"),
        vetoes=tuple(merit.veto for merit in merits if merit.kind == "veto" and merit.lifted_on is None),
    )


class ProfileSince(msgspec.Struct, frozen=True, kw_only=True):
    """A class of members, and the day from which somebody is in it."""

    profile: Code
    from_on: date


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody belongs from a day on: his organisation and those above it."""

    from_on: date
    path: tuple[Code, ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a score is made for: where he was when, and under which rule sets."""

    stays: tuple[Stay, ...]
    versions: tuple[Published, ...]
    """The central ones, earliest first."""
    away: tuple[Away, ...] = ()
    profiles: tuple[ProfileSince, ...] = ()
    """In the order in which they were assigned."""
    totals: Lookup[tuple[int, str], int] = {}
    """(year, period) → the determined total."""
    local: tuple[LocalItem, ...] = ()
    """All that any unit has below the versions."""
    seats: tuple[Seat, ...] = ()
    """In the order in which he took them; none where no unit adds anything."""

    def profile_on(self, day: date) -> str | None:
        """In which class he was on a day; before the first day, the one in which he entered."""
        known = [one.profile for one in self.profiles if one.from_on <= day] or [p.profile for p in self.profiles[:1]]
        return known[-1] if known else None

    def version_on(self, day: date) -> Published | None:
        """The rule set in force on a day in the organisation to which he belonged then."""
        found = in_force(self.versions, day)
        if found is None or not self.local:
            return found
        seats = [one for one in self.seats if one.from_on <= day] or list(self.seats[:1])
        path = max(seats, key=lambda one: one.from_on).path if seats else ()
        return here(found, self.local, path, day)

    def others(self, version: Published) -> list[Published]:
        """The other versions, each with all that was ever asked under it: for what was recorded under them."""
        return [known_with(one, self.local) for one in self.versions if one.version != version.version]

    def local_item(self, version: str, code: str) -> LocalItem | None:
        """The item of a unit that a code of a version names; None for one of the central version."""
        return next((one for one in self.local if (one.version, one.code) == (version, code)), None)

    def named(self, version: str) -> Published:
        """A version with all that was ever asked under it."""
        return known_with(next(one for one in self.versions if one.version == version), self.local)


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """One period of a year under the rule set in force on its last day, or the total of its first parts."""

    period: str
    begins_on: date
    ends_on: date
    version: Published
    parts: tuple[Period, ...]
    """Whose lines are summed: itself where it has none."""
    whole: Period
    """The period of which this is what has come so far; the period itself otherwise."""

    @property
    def so_far(self) -> Period | None:
        """The last part of a running total; None for a period of the rule set."""
        return None if self.period == self.whole.code else self.parts[-1]

    @property
    def tariff(self) -> Tariff:
        """What the period's lines are scored with."""
        return self.version.over(months_of(self.parts[0]), anew=self.anew)

    @property
    def anew(self) -> bool:
        """Whether it is counted from the records of all its months, whatever its parts came to."""
        return self.whole.base == "recompute"


_RULED: Final[dict[tuple[object, ...], list[Ruled]]] = {}
"""By year and rule sets, for whoever has no items of his unit: most members share both."""
_KEPT: Final = 1_000


def ruled_periods(subject: Subject, year: int) -> list[Ruled]:
    """The periods of a year that the rule sets in force on their last days name, and the year's running totals.

    A year of halves has no other running total than the first half and the year.
    """
    if subject.local:
        return _ruled_periods(subject, year)
    key = year, *((one.version, one.digest, one.effective_on) for one in subject.versions)
    if key not in _RULED:
        if len(_RULED) >= _KEPT:
            _RULED.clear()
        _RULED[key] = _ruled_periods(subject, year)
    return _RULED[key]


def _ruled_periods(subject: Subject, year: int) -> list[Ruled]:
    found: list[Ruled] = []
    for version in subject.versions:
        longest = max(map(months_of, version.scheme.periods), default=0)
        for period in version.scheme.periods:
            last_on = days_of(period, year)[1]
            now = subject.version_on(last_on)
            if now is None or now.version != version.version:
                continue
            parts = _parts(now, period, year)
            found.append(_ruled(year, now, period, parts, period.code))
            if months_of(period) == longest:
                found += _running_totals(subject, year, now, period, parts)
    return sorted(found, key=lambda one: (one.ends_on, one.period))


def _running_totals(
    subject: Subject, year: int, version: Published, period: Period, parts: Sequence[Period]
) -> Iterator[Ruled]:
    """What the whole comes to at the end of each of its parts but the first and the last."""
    for number in range(2, len(parts)):
        last = parts[number - 1]
        then = subject.version_on(days_of(last, year)[1])
        if then is not None:
            same = then if then.version == version.version else version
            yield _ruled(year, same, period, parts[:number], f"{period.code}-{last.code}")


def _parts(version: Published, period: Period, year: int) -> tuple[Period, ...]:
    if period.base == "recompute":
        return (period,)
    return tuple(parts_of(version.scheme, period, year)) or (period,)


def _ruled(year: int, version: Published, period: Period, parts: Sequence[Period], code: str) -> Ruled:
    first_on, last_on = days_of(period, year)
    so_far = last_on if code == period.code else days_of(parts[-1], year)[1]
    return Ruled(period=code, begins_on=first_on, ends_on=so_far, version=version, parts=tuple(parts), whole=period)


def ruled_period(subject: Subject, year: int, code: str) -> Ruled | None:
    """One period of a year, or nothing where no rule set in force names it."""
    return next((one for one in ruled_periods(subject, year) if one.period == code), None)


def running(known: Sequence[PeriodScore | Ruled], today: date) -> str | None:
    """Which of a year's periods sums what has begun: the first half while it runs, then the year.

    A part that has not begun would stand at its caps for want of anything asked: points that nobody has yet.
    """
    since = min((one.begins_on for one in known), default=None)
    sums = [one for one in known if one.begins_on == since]
    ahead = [one for one in sums if one.ends_on >= today] or sums[-1:]
    return min(ahead, key=lambda one: (one.ends_on, len(one.period))).period if ahead else None


def span_version(subject: Subject, year: int, ruled: Ruled, part: Period) -> Published:
    """The rule set in force at a part's end: it rules that part, in the sum as well."""
    return subject.version_on(days_of(part, year)[1]) or ruled.version


def case_of(
    subject: Subject,
    year: int,
    ruled: Ruled,
    counted: Sequence[Tally],
    lists: Lists = NOTHING,
    known: "Spans | None" = None,
) -> Case:
    """What one period of a year is scored from, each part under the rules in force at its own end.

    A period is noticed with its own honours and deductions, and with those of years before whose effect lasts.
    """
    known = Spans() if known is None else known
    inside = partial(_within, ruled)
    return Case(
        spans=tuple(known.span(subject, year, ruled, part, counted, lists) for part in ruled.parts),
        honours=[row for row in lists.honours if inside(row.counted_on)],
        deductions=[row for row in lists.deductions if inside(row.counted_on) or row.counted_on.year < year],
        vetoes=[row for row in lists.vetoes if inside(row.decided_on) or row.decided_on.year < year],
        profile=subject.profile_on(ruled.ends_on),
        last_total=subject.totals.get((year - 1, ruled.whole.code)),
        ends_on=ruled.ends_on,
        mean=ruled.whole.base == "mean_of_halves",
    )


def _within(ruled: Ruled, day: date) -> bool:
    return ruled.begins_on <= day <= ruled.ends_on


def reaching(subject: Subject, year: int, merits: Iterable[MeritInput]) -> list[MeritInput]:
    """What of somebody's records concerns a year: its own, and those before whose effect lasts into it (F38)."""
    return [one for one in merits if one.day.year == year or _lasts_into(subject, year, one)]


def _lasts_into(subject: Subject, year: int, merit: MeritInput) -> bool:
    if merit.day.year > year or merit.kind not in LASTING:
        return False
    return effect_ends_on(subject.named(merit.rules).scheme, merit.item, merit.day) > date(year, 1, 1)


def merits_in(ruled: Ruled, merits: Iterable[MeritInput]) -> list[MeritInput]:
    """Those that a period counts, in the order of their days."""
    before = ruled.begins_on.year
    return [one for one in merits if ruled.begins_on <= one.day <= ruled.ends_on or one.day.year < before]


class Spans:
    """The stretches of one year, each made once for all periods that sum it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int], Span] = {}

    def span(
        self,
        subject: Subject,
        year: int,
        ruled: Ruled,
        part: Period,
        counted: Sequence[Tally],
        lists: Lists,
    ) -> Span:
        """One part of a period."""
        months = months_of(part)
        version = span_version(subject, year, ruled, part)
        key = part.code, f"{version.digest} {ruled.version.digest}", months
        if key not in self._known:
            first_on, last_on = days_of(part, year)
            rule = ruled.version.scheme.counting.pro_rata
            of_part = months_of_days(first_on, last_on, rule)
            numbers = {month for _, month in of_part}
            every = [*counted, *tally(lists.shortfalls)]
            self._known[key] = Span(
                code=part.code,
                months_present=len(months_present(subject.stays, of_part, rule, subject.away)),
                tallies=[row for row in every if row.month in numbers],
                tariff=version.over(months, anew=ruled.anew),
                first_month=first_on.month,
            )
        return self._known[key]


def result_of(subject: Subject, ruled: Ruled, case: Case, of_span: ScoreOfSpan = span_scores) -> Scored:
    """The score of a period, by the one scoring function."""
    months = ruled.tariff.months
    earlier = [one.over(months) for one in subject.others(ruled.version)]
    return score(ruled.tariff, case, earlier, of_span=of_span)


def scored(subject: Subject, year: int, counted: Sequence[Tally], lists: Lists = NOTHING) -> list[PeriodScore]:
    """The scores of a year's periods for which a rule set is in force at their end.

    Raises Uncountable for a record that no rule set knows.
    """
    spans, of_span = Spans(), _Remembered()
    found: list[PeriodScore] = []
    for ruled in ruled_periods(subject, year):
        case = case_of(subject, year, ruled, counted, lists, spans)
        found.append(_stored(year, ruled, case, result_of(subject, ruled, case, of_span)))
    return found


class _Remembered:
    """Scores a span once for all periods of a year that share it: the year is scored from its halves."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str | None], tuple[SpanScore, SpanScore]] = {}
        self._kept: list[tuple[Span, Tariff]] = []

    def __call__(self, tariff: Tariff, prices: Prices, span: Span, profile: str | None) -> tuple[SpanScore, SpanScore]:
        key = id(span), id(tariff), profile
        if key not in self._known:
            self._known[key] = span_scores(tariff, prices, span, profile)
            self._kept.append((span, tariff))  # alive, so that no other gets its identity
        return self._known[key]


def _stored(year: int, ruled: Ruled, case: Case, result: Scored) -> PeriodScore:
    sure, both = result.confirmed, result.with_pending
    return PeriodScore(
        year=year,
        period=ruled.period,
        begins_on=ruled.begins_on,
        ends_on=ruled.ends_on,
        rules=ruled.version.version,
        digest=ruled.version.digest,
        months_present=sum(span.months_present for span in case.spans),
        maximum=sure.base_max,
        base=sure.base,
        honours=sure.honour_points,
        deductions=sure.deduction_points,
        ledger=sure.ledger,
        pending_base=both.base,
        pending_honours=both.honour_points,
        pending_deductions=both.deduction_points,
        pending_ledger=both.ledger,
        categories=_categories(result),
    )


def _categories(result: Scored) -> tuple[CategoryPoints, ...]:
    points: dict[str, list[int]] = {}
    for sure, both in zip(result.confirmed.spans, result.with_pending.spans, strict=True):
        for one, other in zip(sure.categories, both.categories, strict=True):
            sums = points.setdefault(one.code, [0, 0, 0])
            sums[0] += one.points
            sums[1] += other.points
            sums[2] += one.maximum
    return tuple(
        CategoryPoints(code=code, points=sums[0], with_pending=sums[1], maximum=sums[2])
        for code, sums in points.items()
    )
