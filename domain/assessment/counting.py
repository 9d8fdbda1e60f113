"""计入 — from one member's archive to what the scoring counts, in one period. Only what is confirmed counts (I6)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

import msgspec

from domain.assessment.presence import Away, Stay, months_present
from domain.assessment.rows import MatterRow, ResponsibilityRow, VetoRow, tally
from domain.assessment.scoring import Case, Span
from domain.assessment.tariff import Tariff, priced_by, span_tariff, window_tariff
from domain.organisation.member import Registered
from domain.recording.archive import Archive, Record
from domain.rules.assessing import Period
from domain.rules.counting import ProRata
from domain.rules.ruleset import RuleSets, Version
from domain.rules.scheme import Scheme, months_of
from domain.rules.wording import MONTHS
from domain.rules.working_days import months_later
from domain.values import Sha256, hundredths

_TARIFFS: Final[dict[tuple[str, str | None, int, bool], Tariff]] = {}
"""Made once for each document and length: the digests say which document it is, and what else has a price."""


_hundredths: Final = lru_cache(maxsize=1_024)(hundredths)
"""Remembered: an archive says "1.00" over and over."""


class Part(NamedTuple):
    """One stretch of a period over which each cap holds once, and the rule set that rules it."""

    code: str
    first_on: date
    last_on: date
    tariff: Tariff


class Ruled(NamedTuple):
    """A period with everything by which its members are scored alike."""

    version: Version
    scheme: Scheme
    period: Period
    first_on: date
    last_on: date
    tariff: Tariff
    parts: tuple[Part, ...]
    earlier: tuple[Tariff, ...]
    leaves: Mapping[tuple[str, str], tuple[str, ...]]
    """(version, deduction) → the items that its matter leaves."""
    throughout: bool = False
    """Whether the version is asked as if it had been in force all through the period."""
    lasting: Mapping[tuple[str, str], int] = {}
    """(version, deduction or veto) → the months for which its effect lasts, where the rule set says so."""

    @property
    def years_back(self) -> int:
        """How many years before its own a record may lie whose effect lasts into the period."""
        return _years(self.lasting)


class Counted(NamedTuple):
    """A case, and the records behind it by count and digest."""

    case: Case
    records: int
    digest: Sha256


class Priced(Protocol):
    """A published version, wherever it was read."""

    @property
    def digest(self) -> str:
        """Of all that it asks."""
        ...

    @property
    def scheme(self) -> Scheme | None:
        """All that it asks."""
        ...

    @property
    def priced(self) -> Scheme | None:
        """All that was ever asked under it anywhere, where that is more."""
        ...

    @property
    def priced_digest(self) -> str | None:
        """Of that."""
        ...


def tariff_of(version: Priced, months: int, *, anew: bool = False) -> Tariff:
    """The tariff of a version for a stretch of so many months; ``anew`` for one in which only the year's caps hold."""
    assert version.scheme is not None, "it is published"
    key = version.digest, version.priced_digest, months, anew
    if key not in _TARIFFS:
        make = window_tariff if anew else span_tariff
        made = make(version.scheme, months)
        _TARIFFS[key] = made if version.priced is None else priced_by(made, make(version.priced, months))
    return _TARIFFS[key]


def ruled(
    known: RuleSets,
    version: Version,
    period: Period,
    first_on: date,
    parts: Sequence[Period],
    *,
    throughout: bool = False,
) -> Ruled:
    """A period under the rule set in force on its last day; each part under that of its own last day.

    ``throughout`` asks for a version as if it had been in force all through the period.
    """
    scheme = version.scheme
    assert scheme is not None, f"{version.version} is published"
    last_on = _day(period.last_day, first_on.year)
    anew = period.base == "recompute"
    parts = () if anew else parts
    months = scheme.cycle_months if parts else months_of(period)
    dated = RuleSets() if throughout else known
    spans = tuple(_part(dated, version, one, first_on.year, anew=anew) for one in (parts or (period,)))
    published = [one for one in known.versions if one.scheme is not None and one.version != version.version]
    every = (version, *published)
    return Ruled(
        version=version,
        scheme=_with_vetoes(scheme, published),
        period=period,
        first_on=first_on,
        last_on=last_on,
        tariff=tariff_of(version, months, anew=anew),
        parts=spans,
        earlier=tuple(tariff_of(one, months) for one in published),
        leaves={
            (one.version, item.code): one.scheme.leaves(item.code)
            for one in every
            if one.scheme is not None
            for item in one.scheme.negative
        },
        throughout=throughout,
        lasting=_lasting(every),
    )


def years_back(versions: Iterable[Version]) -> int:
    """How many years before its own a record may lie whose effect, under one of these, lasts into a year."""
    return _years(_lasting(versions))


def _years(lasting: Mapping[tuple[str, str], int]) -> int:
    return -(-max(lasting.values(), default=0) // MONTHS["year"])


def _lasting(versions: Iterable[Version]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one in versions:
        scheme = one.scheme
        if scheme is not None:
            stated = [(item.code, item.effect_months) for item in scheme.negative]
            stated += [(item.code, item.lasts_months) for item in scheme.veto]
            found.update({(one.version, code): months for code, months in stated if months is not None})
    return found


def _with_vetoes(scheme: Scheme, published: Sequence[Version]) -> Scheme:
    """With the vetoes of other versions that this one knows no more: one found late still caps a grade."""
    others = (item for one in reversed(published) if one.scheme is not None for item in one.scheme.veto)
    gone = {item.code: item for item in others if scheme.item(item.code) is None}
    return msgspec.structs.replace(scheme, veto=(*scheme.veto, *gone.values())) if gone else scheme


def _day(text: str, year: int) -> date:
    return date.fromisoformat(f"{year}-{text}")


def _part(known: RuleSets, version: Version, period: Period, year: int, *, anew: bool) -> Part:
    first_on, last_on = _day(period.first_day, year), _day(period.last_day, year)
    own = known.in_force(last_on) or version
    return Part(period.code, first_on, last_on, tariff_of(own, months_of(period), anew=anew))


def counted(ruled: Ruled, member: Registered, archive: Archive, last_total: int | None) -> Counted:
    """What one member's period is scored from: his confirmed records, in the order of the log.

    Beside those of the period, those of years before whose effect lasts into its year (F38).
    """
    inside = [(position, record) for position, record in enumerate(archive.records.values()) if concerns(ruled, record)]
    taken = _taken(ruled, (record for _, record in inside))
    rows = [_row(at, one, taken) for at, one in inside if one.kind in ("responsibility", "shortfall")]
    case = Case(
        spans=tuple(_span(ruled, member, part, rows) for part in ruled.parts),
        honours=[_matter(at, one) for at, one in inside if one.kind == "honour"],
        deductions=[_matter(at, one) for at, one in inside if one.kind == "deduction"],
        vetoes=[_veto(at, one) for at, one in inside if one.kind == "veto"],
        profile=member.profile_on(ruled.last_on),
        last_total=last_total,
        ends_on=ruled.last_on,
        closed=True,
        mean=ruled.period.base == "mean_of_halves",
    )
    return Counted(case, len(inside), digest_of(record for _, record in inside))


def concerns(ruled: Ruled, record: Record) -> bool:
    """Whether a record counts in a period: by its day, or by its effect."""
    return counts(record) and (ruled.first_on <= record.counted_on <= ruled.last_on or _lasts_into(ruled, record))


def _lasts_into(ruled: Ruled, record: Record) -> bool:
    year = ruled.first_on.year
    if record.counted_on.year >= year or record.kind not in ("deduction", "veto"):
        return False
    months = ruled.lasting.get((record.rules, record.item))
    return months is not None and months_later(record.counted_on, months) > date(year, 1, 1)


def counts(record: Record) -> bool:
    """Whether a record counts: confirmed, or a veto that has no notice; and no objection holds it back."""
    return not record.held_by and (record.status == "confirmed" or (record.status == "approved" and not record.noticed))


def digest_of(records: Iterable[Record]) -> Sha256:
    """SHA-256 over the sorted ids of records, one a line."""
    return hashlib.sha256("\n".join(sorted(str(one.record) for one in records)).encode()).hexdigest()


def _taken(ruled: Ruled, records: Iterable[Record]) -> frozenset[tuple[str, str, str]]:
    """(organisation, matter, item) that a confirmed deduction took over: a fact lowers once."""
    return frozenset(
        (one.unit, one.matter, item)
        for one in records
        if one.kind == "deduction"
        for item in ruled.leaves.get((one.rules, one.item), ())
    )


def _row(position: int, record: Record, taken: frozenset[tuple[str, str, str]]) -> ResponsibilityRow:
    return ResponsibilityRow(
        record=record.record,
        item=record.item,
        outcome=record.level or record.outcome,
        counted_on=record.counted_on,
        position=position,
        rules=record.rules,
        quantity=_hundredths(record.quantity),
        condition=record.condition,
        replaced=(record.unit, record.matter, record.item) in taken,
    )


def _matter(position: int, record: Record) -> MatterRow:
    return MatterRow(
        record=record.record,
        item=record.item,
        level=record.level or "",
        matter=f"{record.unit}/{record.matter}",
        counted_on=record.counted_on,
        position=position,
        rules=record.rules,
        quantity=_hundredths(record.quantity),
        condition=record.condition,
        share=record.share,
    )


def _veto(position: int, record: Record) -> VetoRow:
    return VetoRow(
        record=record.record,
        item=record.item,
        decided_on=record.counted_on,
        position=position,
        rules=record.rules,
    )


def _span(ruled: Ruled, member: Registered, part: Part, rows: Sequence[ResponsibilityRow]) -> Span:
    months = months_of_days(part.first_on, part.last_on, ruled.scheme.counting.pro_rata)
    own = [row for row in rows if part.first_on <= row.counted_on <= part.last_on]
    return Span(
        code=part.code,
        months_present=len(presence(ruled, member, months)),
        tallies=tally(own),
        tariff=part.tariff,
        first_month=part.first_on.month,
    )


def months_of_days(first_on: date, last_on: date, rule: ProRata) -> list[tuple[int, int]]:
    """The (year, month)s whose counting day lies in a stretch, which may begin in the middle of a month."""
    day = rule.month_counts_if_present_on_day
    stretch = range(12 * first_on.year + first_on.month - 1, 12 * last_on.year + last_on.month)
    months = ((number // 12, number % 12 + 1) for number in stretch)
    return [(year, month) for year, month in months if first_on <= date(year, month, day) <= last_on]


def presence(ruled: Ruled, member: Registered, months: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Those months in which a member was there."""
    away = [
        *(Away(one.from_on, one.until_on) for one in member.leaves),
        *(Away(one.from_on, one.last_on, exempt=True) for one in member.exemptions if one.status in GRANTED),
    ]
    stay = Stay(member.present_from, member.ended_on)
    return months_present([stay], months, ruled.scheme.counting.pro_rata, away)


GRANTED: Final = ("granted", "ended")
"""The states of an exemption that takes or took effect."""
