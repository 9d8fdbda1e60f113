"""同样的情况 — many members' years scored by what they have in common, so that it is looked at once.

Which rule sets rule, which class and which months: for most of a branch all that is the same, and so is what their
records say of many a category. What a score depends on is the whole key of whatever is remembered here, so that it is
what the scoring function would give again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.assessment.counting import months_of_days
from domain.assessment.many import PeriodAlike, SpanFound, SpansAlike, Written
from domain.assessment.period import days_of
from domain.assessment.presence import Away, Stay
from domain.assessment.rows import Tally, tally
from domain.assessment.scoring import Case, Score, Span, SpanScore, Totals
from domain.rules.assessing import Period as RulePeriod
from domain.values import Code
from projections.crowd import FEW, Counted, Crowd, Token
from projections.figures import heads_of, row_text, row_texts
from projections.given import Given
from projections.periods import NOTHING, Lists, Ruled, Spans, Subject, case_of, ruled_periods
from projections.records import ItemNames
from projections.rules import Published
from projections.sayings import Numbers, Said, Sayings, tallied

KEPT: Final = 1_000
"""Situations remembered at a time, so that memory stays bounded."""

KINDS: Final = 200_000
"""Different things said that have numbers."""

_Key: TypeAlias = tuple[object, ...]
Both: TypeAlias = tuple[Written, Written | None]
"""By the confirmed records, and by all if that is another."""


class Period(NamedTuple):
    """One period of all whose situation is the same."""

    ruled: Ruled
    case: Case
    alike: PeriodAlike[Token]
    spans: slice
    """Which of the situation's spans it is made of."""


class Part(NamedTuple):
    """One stretch of the year."""

    months: frozenset[int]
    crowd: Crowd

    def said(self, every: Iterable[Token]) -> list[Token]:
        """What was said in it."""
        return [one for one in every if one.month in self.months]


class Situation(NamedTuple):
    """Under which rules somebody was where, and when, in a year: all that his score depends on but his records."""

    periods: tuple[Period, ...]
    parts: tuple[Part, ...]
    carries: bool
    """Whether last year's total counts."""
    heads: str


class Supposed(NamedTuple):
    """What is asked instead of what is: one period, under other rule sets."""

    period: Code
    subject: Callable[[Subject], Subject]
    placed: Callable[[Tally], Tally | None]
    """What a record says under them; None where that has no place, and its member is counted by himself."""


class Alike:
    """Scores of members.

    ``named`` gives the names of all items; it is asked again for one that is not known yet. A key never gets another
    meaning, so that one of these serves as long as its connection.
    """

    def __init__(self, named: Callable[[], ItemNames], supposed: Supposed | None = None) -> None:
        self._named, self._supposed = named, supposed
        self._names: ItemNames = {}
        self._versions: tuple[Published, ...] = ()
        self._rules: _Key = ()
        self._situations: dict[_Key, Situation] = {}
        self._crowds: dict[_Key, Crowd] = {}
        self._numbers: dict[Said, int] = {}
        self._said: list[Said] = []

    def texts(self, given: Sequence[Given]) -> list[str]:
        """The scores of all years that were read together, as rows keep them; raises Uncountable."""
        self.bound()
        situations = self.situations(given)
        if len(given) <= FEW:
            return [self.text(one, situation) for one, situation in zip(given, situations, strict=True)]
        return Together(self, given, situations).texts()

    def text(self, one: Given, situation: Situation) -> str:
        """One year's, counted by itself."""
        said = _said(one)
        found = [part.crowd.span.find(part.said(said)) for part in situation.parts]
        return text_of(one, situation, found)

    def numbered(self, said: Sequence[Said]) -> NDArray[np.intp]:
        """A number for each, which it keeps until all is forgotten."""
        for one in said:
            if one not in self._numbers:
                self._numbers[one] = len(self._said)
                self._said.append(one)
        return np.array([self._numbers[one] for one in said], dtype=np.intp)

    def named(self, number: int) -> Said:
        """What has a number and, in its lowest four bits, a month."""
        return self._said[number >> 4]._replace(month=number & 15)

    def bound(self) -> None:
        """Forget everything once too much has a number: before a range is looked at, never within it."""
        if len(self._said) > KINDS:
            self._said.clear()
            self._numbers.clear()
            self._forget()

    @property
    def kept(self) -> int:
        """How many different things said have a number."""
        return len(self._said)

    def _forget(self) -> None:
        self._situations.clear()
        self._crowds.clear()

    def spans(self, one: Given, period: str) -> list[SpanScore]:
        """The stretches of one period with their lines, by the confirmed records; none where no rule set names it."""
        situation = self.situation(one.subject, one.year)
        own = next((each for each in situation.periods if each.ruled.period == period), None)
        if own is None:
            return []
        said = _said(one)
        return [part.crowd.span.scores(part.crowd.span.find(part.said(said)))[0] for part in situation.parts[own.spans]]

    def situations(self, given: Sequence[Given]) -> list[Situation]:
        """Of each year that was read together; those who are one subject are looked at once."""
        keys = [(id(one.subject), one.year) for one in given]
        known = {key: self.situation(one.subject, one.year) for key, one in dict(zip(keys, given, strict=True)).items()}
        return [known[key] for key in keys]

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
                self._forget()
            found = self._situations[key] = self._situated(subject, year)
        return found

    def _rules_of(self, versions: tuple[Published, ...]) -> _Key:
        """Made once for all who have the very same tuple."""
        if versions is not self._versions:
            self._versions, self._rules = versions, tuple((one.digest, one.effective_on) for one in versions)
        return self._rules

    def _ruled(self, subject: Subject, year: int) -> Iterable[Ruled]:
        every, supposed = ruled_periods(subject, year), self._supposed
        return every if supposed is None else [one for one in every if one.period == supposed.period][:1]

    def _situated(self, subject: Subject, year: int) -> Situation:
        if self._supposed is not None:
            subject = self._supposed.subject(subject)
        periods: list[Period] = []
        parts: list[Part] = []
        heads: list[tuple[Ruled, Case, Score]] = []
        stretches = Spans()
        for ruled in self._ruled(subject, year):
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
            alike = PeriodAlike(totals, [one.crowd.span for one in own], short=short)
            first = 0 if own == parts[: len(own)] else len(parts) - len(own)
            periods.append(Period(ruled, case, alike, slice(first, first + len(own))))
            spans = [one.crowd.span for one in own]
            heads.append((ruled, case, totals.of([one.scores(one.nothing) for one in spans]).confirmed))
        carries = any(one.ruled.tariff.carried[0] for one in periods)
        return Situation(tuple(periods), tuple(parts), carries, heads_of(heads))

    def _part(self, subject: Subject, year: int, ruled: Ruled, case: Case, part: RulePeriod, span: Span) -> Part:
        first_on, last_on = days_of(part, year)
        months = frozenset(
            month for _, month in months_of_days(first_on, last_on, ruled.version.scheme.counting.pro_rata)
        )
        tariff = span.tariff or ruled.tariff
        others = [(one.digest, one.priced_digest, one.effective_on) for one in subject.versions]
        version = ruled.version
        # Tariffs are made once for good, so that each is known by its identity.
        key = (
            *(tuple(others), (subject.local, subject.seats) if subject.local else ()),
            *(version.digest, version.priced_digest, id(tariff), id(ruled.tariff)),
            *(span.code, months, case.profile, span.months_present),
        )
        if key not in self._crowds:
            earlier = [one.over(ruled.tariff.months) for one in subject.others(version)]
            prices = {one.version: one.prices for one in (ruled.tariff, *earlier)}
            self._crowds[key] = Crowd(SpansAlike(tariff, prices, case.profile, span, self._read))
        return Part(months, self._crowds[key])

    def _read(self, said: Token) -> Tally | None:
        found = self.tally(said)
        return found if self._supposed is None else self._supposed.placed(found)

    def tally(self, said: Token) -> Tally:
        """What a record says, as the scoring counts it."""
        if isinstance(said, Tally):
            return said
        if said.item not in self._names:
            self._names = self._named()
        return tallied(said, self._names)


class Together:
    """A range of members' years: stretch by stretch counted for all of them, and then made into rows."""

    def __init__(self, alike: Alike, given: Sequence[Given], situations: Sequence[Situation]) -> None:
        self._alike, self._given = alike, given
        self._sayings: Sayings = given[0].sayings
        said, which = self._sayings.different()
        self._said = alike.numbered(said)[which] << 4
        groups: dict[int, list[int]] = {}
        for place, situation in enumerate(situations):
            groups.setdefault(id(situation), []).append(place)
        self.groups = [(situations[places[0]], np.array(places, dtype=np.intp)) for places in groups.values()]
        """The years by their situation."""
        self._parts: dict[int, Part] = {}
        self._members: dict[int, list[NDArray[np.intp]]] = {}
        for situation, places in self.groups:
            for part in situation.parts:
                self._parts[id(part.crowd)] = part
                self._members.setdefault(id(part.crowd), []).append(places)
        self._rows = {key: self._row_of(np.concatenate(places)) for key, places in self._members.items()}
        self._counted = {key: self._count(part, self._rows[key]) for key, part in self._parts.items()}

    def _row_of(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Of each year its row among those that have a stretch, or -1."""
        rows = np.full(len(self._given), -1, dtype=np.intp)
        rows[places] = np.arange(len(places))
        return rows

    def _count(self, part: Part, rows: NDArray[np.intp]) -> Counted | None:
        number = int(rows.max()) + 1
        if number <= FEW:
            return None
        inside = np.zeros(13, dtype=np.bool_)
        inside[list(part.months)] = True
        row = rows[self._sayings.place]
        meant = np.flatnonzero((row >= 0) & inside[self._sayings.month])
        said = self._said[meant]
        if part.crowd.span.monthly:
            said |= self._sayings.month[meant]
        return part.crowd.count(number, row[meant], said, self._alike.named)

    def texts(self) -> list[str]:
        """The rows, in the order of those given."""
        texts = [""] * len(self._given)
        for situation, places in self.groups:
            apart = self.apart(situation, places)
            if not all(one.alike.plain for one in situation.periods):
                apart[:] = True
            for place in places[apart].tolist():
                texts[place] = self._alone(place, situation)
            plain = places[~apart]
            if len(plain):
                rows = row_texts(situation.heads, self._figures(situation, plain))
                for place, row in zip(plain.tolist(), rows, strict=True):
                    texts[place] = row
        return texts

    def apart(self, situation: Situation, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Of whom more than his counts makes the figures."""
        counted, given = [self._counted[id(part.crowd)] for part in situation.parts], self._given
        if situation.carries or None in counted:
            return np.full(len(places), True)
        own: list[int] = places.tolist()
        apart = np.array([given[place].lists is not NOTHING for place in own], dtype=np.bool_)
        for part, one in zip(situation.parts, counted, strict=True):
            if one is not None and len(one.apart):
                apart |= np.isin(self._rows[id(part.crowd)][places], one.apart)
        return apart

    def _alone(self, place: int, situation: Situation) -> str:
        one = self._given[place]
        if one.lists.shortfalls:
            return self._alike.text(one, situation)
        return text_of(one, situation, [self._found(place, part) for part in situation.parts])

    def _found(self, place: int, part: Part) -> SpanFound:
        counted, row = self._counted[id(part.crowd)], int(self._rows[id(part.crowd)][place])
        if counted is None or row in counted.apart:
            return part.crowd.span.find(part.said(self._given[place].said))
        return counted.found(row)

    def points(self, situation: Situation, places: NDArray[np.intp]) -> Numbers:
        """Of those who do not stand apart: what all that is confirmed gives."""
        found: Numbers = np.zeros(len(places), dtype=np.int64)
        for counted, rows in self._found_of(situation, places):
            found += counted.sure.sum(axis=1)[rows]
        return found

    def _found_of(self, situation: Situation, places: NDArray[np.intp]) -> Iterator[tuple[Counted, NDArray[np.intp]]]:
        for part in situation.parts:
            counted = self._counted[id(part.crowd)]
            assert counted is not None, "who is not counted stands apart"
            yield counted, self._rows[id(part.crowd)][places]

    def _figures(self, situation: Situation, places: NDArray[np.intp]) -> list[tuple[object, ...]]:
        """Of those whose periods are no more than their parts' sums."""
        sure: list[Numbers] = []
        both: list[Numbers] = []
        for counted, rows in self._found_of(situation, places):
            sure.append(counted.sure[rows])
            both.append(counted.both[rows])
        if not situation.periods:
            return [()] * len(places)
        periods = [_period(one.alike, sure[one.spans], both[one.spans]) for one in situation.periods]
        return list(zip(*periods, strict=True))


def _period(alike: PeriodAlike[Token], sure: Sequence[Numbers], both: Sequence[Numbers]) -> list[Both]:
    """One period by the categories' points of its parts, member by member."""
    members = len(sure[0])
    if all((one == one[0]).all() for one in (*sure, *both)):
        # As in a half that has only begun: all the same, and looked at once.
        sure, both = ([one[:1] for one in every] for every in (sure, both))
    settled = np.logical_and.reduce([(own == other).all(axis=1) for own, other in zip(sure, both, strict=True)])
    alone = len(sure) == 1
    found = alike.summed(
        *(_sums(sure), _sums(both), settled.tolist()),
        *(sure[0].tolist() if alone else None, both[0].tolist() if alone and not settled.all() else None),
    )
    return found * members if len(found) < members else found


def _sums(parts: Sequence[Numbers]) -> list[int]:
    """Each member's points of all categories of all parts."""
    found: list[int] = np.concatenate(parts, axis=1).sum(axis=1).tolist()
    return found


def text_of(one: Given, situation: Situation, found: Sequence[SpanFound]) -> str:
    """A year's scores as a row keeps them, by the stretches that were found."""
    if one.lists is NOTHING and not situation.carries:
        figures = [each.alike.figures([*found[each.spans]]) for each in situation.periods]
    else:
        figures = [
            each.alike.figures([*found[each.spans]], _own_totals(each, one.subject, one.year, one.lists))
            for each in situation.periods
        ]
    return row_text(situation.heads, figures)


def _totals(subject: Subject, ruled: Ruled, case: Case) -> Totals:
    return Totals(ruled.tariff, case, [one.over(ruled.tariff.months) for one in subject.others(ruled.version)])


def _own_totals(one: Period, subject: Subject, year: int, lists: Lists) -> Totals:
    """Of somebody with honours, deductions or vetoes, or of whose last total a part counts."""
    if lists is not NOTHING:
        return _totals(subject, one.ruled, case_of(subject, year, one.ruled, (), lists))
    last_total = subject.totals.get((year - 1, one.ruled.whole.code))
    return _totals(subject, one.ruled, msgspec.structs.replace(one.case, last_total=last_total))


_HALVES: Final = 2


def _said(one: Given) -> list[Token]:
    """What records and shortfalls of a year say."""
    return [*one.said, *(tally([row])[0] for row in one.lists.shortfalls)]


def _stays_in(stays: Sequence[Stay], year: int) -> _Key:
    """The days of a year between which a member was there, on which his presence depends; none for all of it."""
    first, last = _days(year)
    if len(stays) == 1 and stays[0].last_on is None and stays[0].first_on <= first:
        return ()
    return tuple(
        [
            (max(first, stay.first_on), last if stay.last_on is None else min(last, stay.last_on))
            for stay in stays
            if stay.first_on <= last and (stay.last_on is None or first <= stay.last_on)
        ]
    ) or (None,)


@lru_cache(maxsize=64)
def _days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _away_in(away: Sequence[Away], year: int) -> _Key:
    """What takes from his presence: whole, because the length of a leave counts."""
    first, last = _days(year)
    return tuple(
        (one.first_on, one.last_on, one.exempt)
        for one in away
        if one.first_on <= last and (one.last_on is None or first <= one.last_on)
    )
