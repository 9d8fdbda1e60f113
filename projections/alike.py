"""同样的情况 — many members' years scored by what they have in common, so that it is looked at once.

Which rule sets rule, which class and which months: for most of a branch all that is the same, and so is what their
records say of many a category. What a score depends on is the whole key of whatever is remembered here, so that it is
what the scoring function would give again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final, NamedTuple, TypeAlias

import msgspec

from domain.assessment.counting import months_of_days
from domain.assessment.many import Figures, PeriodAlike, SpansAlike
from domain.assessment.period import days_of
from domain.assessment.presence import Away, Stay
from domain.assessment.rows import Tally, tally
from domain.assessment.scoring import Case, Score, Span, SpanScore, Totals
from domain.rules.assessing import Period as RulePeriod
from projections.figures import heads_of, row_text
from projections.periods import NOTHING, Lists, Ruled, Spans, Subject, case_of, ruled_periods
from projections.records import ItemNames, Said, SaidOfYear, tallied
from projections.rules import Published

KEPT: Final = 1_000
"""Situations remembered at a time, so that memory stays bounded."""

_Key: TypeAlias = tuple[object, ...]
_Token: TypeAlias = Said | Tally


class Period(NamedTuple):
    """One period of all whose situation is the same."""

    ruled: Ruled
    case: Case
    alike: PeriodAlike[_Token]
    spans: slice
    """Which of the situation's spans it is made of."""


class Part(NamedTuple):
    """One stretch of the year."""

    half: int | None
    """Which half it is, from 0; None where it is another stretch."""
    months: frozenset[int]
    span: SpansAlike[_Token]

    def said(self, every: tuple[Sequence[_Token], Sequence[_Token]]) -> Sequence[_Token]:
        """What was said in it."""
        if self.half is not None:
            return every[self.half]
        return [one for half in every for one in half if _month(one) in self.months]


def _month(said: _Token) -> int:
    return said.month if isinstance(said, Tally) else int(said.rsplit(" ", 1)[1])


class Situation(NamedTuple):
    """Under which rules somebody was where, and when, in a year: all that his score depends on but his records."""

    periods: tuple[Period, ...]
    parts: tuple[Part, ...]
    carries: bool
    """Whether last year's total counts."""
    heads: str


class Alike:
    """Scores of members.

    ``named`` gives the names of all items; it is asked again for one that is not known yet. A key never gets another
    meaning, so that one of these serves as long as its connection.
    """

    def __init__(self, named: Callable[[], ItemNames]) -> None:
        self._named = named
        self._names: ItemNames = {}
        self._versions: tuple[Published, ...] = ()
        self._rules: _Key = ()
        self._situations: dict[_Key, Situation] = {}
        self._spans: dict[_Key, SpansAlike[_Token]] = {}

    def text(self, subject: Subject, year: int, said: SaidOfYear, lists: Lists = NOTHING) -> str:
        """A year's scores as a row keeps them; raises Uncountable."""
        situation = self.situation(subject, year)
        return row_text(situation.heads, self._figures(situation, subject, year, said, lists))

    def figures(
        self, subject: Subject, year: int, said: SaidOfYear, lists: Lists = NOTHING
    ) -> dict[str, tuple[Figures, Figures | None]]:
        """By the period, for which a rule set is in force at its end: by the confirmed records, and by all.

        None where what is pending makes no difference; raises Uncountable.
        """
        situation = self.situation(subject, year)
        found = self._figures(situation, subject, year, said, lists)
        return {one.ruled.period: both for one, both in zip(situation.periods, found, strict=True)}

    def _figures(
        self, situation: Situation, subject: Subject, year: int, said: SaidOfYear, lists: Lists
    ) -> list[tuple[Figures, Figures | None]]:
        every = _with_shortfalls(said, lists) if lists.shortfalls else said
        found = [one.span.find(own) if (own := one.said(every)) else one.span.nothing for one in situation.parts]
        if lists is NOTHING and not situation.carries:
            return [one.alike.figures(found[one.spans]) for one in situation.periods]
        return [
            one.alike.figures(found[one.spans], _own_totals(one, subject, year, lists)) for one in situation.periods
        ]

    def spans(
        self, subject: Subject, year: int, period: str, said: SaidOfYear, lists: Lists = NOTHING
    ) -> list[SpanScore]:
        """The stretches of one period with their lines, by the confirmed records; none where no rule set names it."""
        situation = self.situation(subject, year)
        own = next((one for one in situation.periods if one.ruled.period == period), None)
        if own is None:
            return []
        every = _with_shortfalls(said, lists) if lists.shortfalls else said
        parts = situation.parts[own.spans]
        return [one.span.scores(one.span.find(one.said(every)))[0] for one in parts]

    def situation(self, subject: Subject, year: int) -> Situation:
        """What somebody's year has in common with others'."""
        key = (
            year,
            self._rules_of(subject.versions),
            _stays_in(subject.stays, year),
            _away_in(subject.away, year) if subject.away else (),
            subject.profiles,
            (subject.local, subject.seats) if subject.local else (),
        )
        found = self._situations.get(key)
        if found is None:
            if len(self._situations) >= KEPT:
                self._situations.clear()
                self._spans.clear()
            found = self._situations[key] = self._situated(subject, year)
        return found

    def _rules_of(self, versions: tuple[Published, ...]) -> _Key:
        """Made once for all who have the very same tuple."""
        if versions is not self._versions:
            self._versions, self._rules = versions, tuple((one.digest, one.effective_on) for one in versions)
        return self._rules

    def _situated(self, subject: Subject, year: int) -> Situation:
        periods: list[Period] = []
        parts: list[Part] = []
        heads: list[tuple[Ruled, Case, Score]] = []
        stretches = Spans()
        for ruled in ruled_periods(subject, year):
            case = case_of(subject, year, ruled, (), NOTHING, stretches)
            own = [
                self._part(subject, year, ruled, case, part, span)
                for part, span in zip(ruled.parts, case.spans, strict=True)
            ]
            if own != parts[-len(own) :] and own != parts[: len(own)]:
                parts.extend(own)
            totals = _totals(subject, ruled, case)
            # Of a year whose parts are the periods before it, those have the categories already.
            short = len(periods) == len(own) == _HALVES and own == parts
            alike = PeriodAlike(totals, [one.span for one in own], short=short)
            first = 0 if own == parts[: len(own)] else len(parts) - len(own)
            periods.append(Period(ruled, case, alike, slice(first, first + len(own))))
            heads.append((ruled, case, totals.of([one.span.scores(one.span.nothing) for one in own]).confirmed))
        carries = any(one.ruled.tariff.carried[0] for one in periods)
        return Situation(tuple(periods), tuple(parts), carries, heads_of(heads))

    def _part(self, subject: Subject, year: int, ruled: Ruled, case: Case, part: RulePeriod, span: Span) -> Part:
        first_on, last_on = days_of(part, year)
        months = frozenset(
            month for _, month in months_of_days(first_on, last_on, ruled.version.scheme.counting.pro_rata)
        )
        half = next((half for half, one in enumerate(_MONTHS_OF_HALVES) if months == one), None)
        tariff = span.tariff or ruled.tariff
        others = [(one.digest, one.priced_digest, one.effective_on) for one in subject.versions]
        version = ruled.version
        # Tariffs are made once for good, so that each is known by its identity.
        key = (
            *(tuple(others), (subject.local, subject.seats) if subject.local else ()),
            *(version.digest, version.priced_digest, id(tariff), id(ruled.tariff)),
            *(span.code, months, case.profile, span.months_present),
        )
        if key not in self._spans:
            earlier = [one.over(ruled.tariff.months) for one in subject.others(version)]
            prices = {one.version: one.prices for one in (ruled.tariff, *earlier)}
            read = partial(self._read, min(months, default=1) // 7 + 1)
            self._spans[key] = SpansAlike(tariff, prices, case.profile, span, read)
        return Part(half, months, self._spans[key])

    def _read(self, half: int, said: _Token) -> Tally:
        return said if isinstance(said, Tally) else self.tally(said, half)

    def tally(self, said: Said, half: int) -> Tally:
        """What a record says, as the scoring counts it."""
        if int(said.replace("?", " ").split(" ", 1)[0]) not in self._names:
            self._names = self._named()
        return tallied(said, self._names, half)


def _totals(subject: Subject, ruled: Ruled, case: Case) -> Totals:
    return Totals(ruled.tariff, case, [one.over(ruled.tariff.months) for one in subject.others(ruled.version)])


def _own_totals(one: Period, subject: Subject, year: int, lists: Lists) -> Totals:
    """Of somebody with honours, deductions or vetoes, or of whose last total a part counts."""
    if lists is not NOTHING:
        return _totals(subject, one.ruled, case_of(subject, year, one.ruled, (), lists))
    last_total = subject.totals.get((year - 1, one.ruled.whole.code))
    return _totals(subject, one.ruled, msgspec.structs.replace(one.case, last_total=last_total))


_HALVES: Final = 2
_MONTHS_OF_HALVES: Final = (frozenset(range(1, 7)), frozenset(range(7, 13)))


def _with_shortfalls(said: SaidOfYear, lists: Lists) -> tuple[Sequence[_Token], Sequence[_Token]]:
    first, second = said
    fallen = [tally([row])[0] for row in lists.shortfalls]
    return [*first, *(one for one in fallen if one.month <= 6)], [*second, *(one for one in fallen if one.month > 6)]


def _stays_in(stays: Sequence[Stay], year: int) -> _Key:
    """The days of a year between which a member was there: all that his presence in it depends on."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(
        [
            (max(first, stay.first_on), last if stay.last_on is None else min(last, stay.last_on))
            for stay in stays
            if stay.first_on <= last and (stay.last_on is None or first <= stay.last_on)
        ]
    )


def _away_in(away: Sequence[Away], year: int) -> _Key:
    """What takes from his presence: whole, because the length of a leave counts."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(
        (one.first_on, one.last_on, one.exempt)
        for one in away
        if one.first_on <= last and (one.last_on is None or first <= one.last_on)
    )
