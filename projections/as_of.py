"""某日所知 — a member's year as it was known at a position of the log, and as it was valid on a day.

Folded from the streams concerned, with no table of its own, into the very inputs that the live pages are made of: so
every page, and the command line, says of the past what it said then, in the same words.

*Known at* cuts the log off: nothing that was entered later is there. *Valid on* leaves out, of what was known, all
that is dated later: records by the day that counts, rule sets by the day on which they took effect, leaves by their
first day, the end of a stay or of a veto by its own day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from domain.assessment.counting import GRANTED, years_back
from domain.assessment.result import (
    RESULT,
    DeterminationSuperseded,
    GradeDetermined,
    GradeProposed,
    MemberComputed,
    ResultAcknowledged,
    ResultFedBack,
    ScoreDetermined,
)
from domain.decider import Past
from domain.organisation.member import MEMBER, MemberRegistered, MemberTransferred, Registered
from domain.organisation.unit import established, higher_than
from domain.recording.archive import (
    ARCHIVE,
    Archive,
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsConfirmed,
    PointsRecorded,
    Record,
    RecordReplaced,
    VetoLifted,
    VetoRegistered,
)
from domain.recording.honour import HONOUR, Honour, honour_id
from domain.recording.matter import MATTER, NotPlanned
from domain.rules.ruleset import RULES, RuleSetDrafted, RuleSetPublished, RuleSets
from domain.values import Code, MemberId, day_of, hundredths
from domain.vocabulary import stored_name
from projections.answers import Answer, AsyncConnection
from projections.assessments import ResultState, figures_of
from projections.inputs import (
    AwayInput,
    Inputs,
    RecordInput,
    StayInput,
    TotalInput,
    VersionInput,
)
from projections.local_items import input_of
from projections.merits import LASTING, MeritInput
from projections.periods import ProfileSince
from projections.prefix import Placed, as_known, entries_of, known
from projections.records import NUMBERS

_VERSIONS: Final = [stored_name(RuleSetDrafted), stored_name(RuleSetPublished)]
_MOVES: Final = [stored_name(MemberRegistered), stored_name(MemberTransferred)]
_BORN: Final = (
    PointsRecorded,
    HonourAdded,
    DeductionApproved,
    DeductionDismissed,
    VetoRegistered,
    RecordReplaced,
)


class When(msgspec.Struct, frozen=True, kw_only=True):
    """From where one looks back."""

    position: int
    """As known at."""
    valid_on: date | None = None
    """As valid on; None for all that was known."""

    def covers(self, day: date) -> bool:
        """Whether what is dated so is seen."""
        return self.valid_on is None or day <= self.valid_on


class _Kept(NamedTuple):
    """One record with the positions of what made it so."""

    record: Record
    position: int
    confirmed: int | None
    lifted_on: date | None


async def inputs_at(connection: AsyncConnection, member: MemberId, year: int, when: When) -> Answer[Inputs | None]:
    """All that a member's year was scored from, seen from there; None for somebody who was not known then."""
    mark = await as_known(connection, when.position)
    person = await known(connection, when.position, lambda past: person_in(past, member))
    if person is None:
        return Answer(as_of=mark.as_of, complete=True, value=None)
    about, scheme = person
    stays = await stays_of(connection, about, when)
    rules = await known(connection, when.position, lambda past: past[RULES.of(scheme)])
    back = years_back(rules.versions)
    archives = {
        one: await entries_of(connection, [ARCHIVE.of(member, one)], when.position)
        for one in range(year - max(back, 1), year + 2)
    }
    every = {one: _kept(entries, when) for one, entries in archives.items()}
    versions = await versions_at(connection, scheme, when)
    taken = await _taken(connection, scheme, [kept for kepts in every.values() for kept in kepts], when)
    lasting = [kept for one in range(year - back, year) for kept in every[one] if kept.record.kind in LASTING]
    concerned = [*lasting, *every[year]]
    records, merits = await known(connection, when.position, lambda past: _records(past, member, concerned, taken))
    results = await _results(connection, member, (year - 1, year), rules, when)
    local = [one for one in rules.local if one.effective_on is not None and when.covers(one.effective_on)]
    value = Inputs(
        stays=stays,
        away=tuple(_away(about, when)),
        versions=versions,
        profiles=tuple(_profiles(about, when)),
        totals=tuple(
            TotalInput(year=one.year, period=one.period, total=one.determined_total)
            for one in results
            if one.determined_total is not None
        ),
        records=records,
        merits=merits,
        scores=(),
        results=results,
        local=tuple(input_of(one) for one in local),
    )
    return Answer(as_of=mark.as_of, complete=True, value=value)


def person_in(past: Past, member: MemberId) -> tuple[Registered, str] | None:
    """(who he is, his scheme)."""
    found = past[MEMBER.of(member)]
    if not isinstance(found, Registered):
        return None
    return found, established(past, found.unit).scheme


async def stays_of(connection: AsyncConnection, about: Registered, when: When) -> tuple[StayInput, ...]:
    """Where he belonged from which day to which, in the order of the log: until the day before the next one begins."""
    seen: list[tuple[date, str]] = []
    for placed in await entries_of(connection, [MEMBER.of(about.member)], when.position, _MOVES):
        match placed.entry.fact:
            case MemberRegistered(present_from=from_on, unit=unit):
                seen.append((from_on, unit))
            case MemberTransferred(from_on=from_on, to_unit=unit) if when.covers(from_on):
                seen.append((from_on, unit))
            case _:
                pass  # what is dated later is not seen
    ends = (*(from_on - timedelta(days=1) for from_on, _ in seen[1:]), _past(about.ended_on, when))

    def placed_in(past: Past) -> tuple[StayInput, ...]:
        return tuple(_stay(past, unit, from_on, end) for (from_on, unit), end in zip(seen, ends, strict=True))

    return await known(connection, when.position, placed_in)


def _stay(past: Past, unit: Code, from_on: date, until_on: date | None) -> StayInput:
    path = (*reversed(higher_than(past, unit)), unit)
    return StayInput(scheme=established(past, unit).scheme, from_on=from_on, until_on=until_on, path=path)


async def periods_of(connection: AsyncConnection, member: MemberId, position: int) -> tuple[str, ...]:
    """The codes of all periods that a member's rule sets name, as known at a position."""
    person = await known(connection, position, lambda past: person_in(past, member))
    if person is None:
        return ()
    return periods_named(await known(connection, position, lambda past: past[RULES.of(person[1])]))


def periods_named(rules: RuleSets) -> tuple[str, ...]:
    """The codes of all periods that a published version names."""
    schemes = [version.scheme for version in rules.versions if version.scheme is not None]
    return tuple(dict.fromkeys(period.code for scheme in schemes for period in scheme.periods))


def _past(day: date | None, when: When) -> date | None:
    """The end of a span, unless it was still open on the day."""
    return day if day is None or when.covers(day) else None


def _away(about: Registered, when: When) -> Iterator[AwayInput]:
    for leave in about.leaves:
        if when.covers(leave.from_on):
            yield AwayInput(from_on=leave.from_on, until_on=leave.until_on, exempt=False)
    for one in about.exemptions:
        if one.status in GRANTED and when.covers(one.from_on):
            yield AwayInput(from_on=one.from_on, until_on=_past(one.last_on, when), exempt=True)


def _profiles(about: Registered, when: When) -> Iterator[ProfileSince]:
    known_since = (*about.earlier_profiles, (about.profile_from, about.profile))
    for number, (since, profile) in enumerate(known_since):
        if number == 0 or when.covers(since):
            yield ProfileSince(profile=profile, from_on=since)


async def versions_at(connection: AsyncConnection, scheme: str, when: When) -> tuple[VersionInput, ...]:
    """The rule sets that were published and, on the day, in effect, earliest first."""
    digests: dict[str, str] = {}
    found: list[VersionInput] = []
    for placed in await entries_of(connection, [RULES.of(scheme)], when.position, _VERSIONS):
        fact = placed.entry.fact
        if isinstance(fact, RuleSetDrafted):
            digests[fact.version] = fact.digest
        elif isinstance(fact, RuleSetPublished) and when.covers(fact.effective_on):
            version = VersionInput(version=fact.version, digest=digests[fact.version], effective_on=fact.effective_on)
            found.append(version)
    return tuple(sorted(found, key=lambda one: one.effective_on))


def _kept(entries: Sequence[Placed], when: When) -> list[_Kept]:
    """The records of one archive that are dated until then, in the order of the log."""
    archive = Archive()
    born: dict[UUID, int] = {}
    confirmed: dict[UUID, int] = {}
    lifted: dict[UUID, date] = {}
    for placed in entries:
        fact = placed.entry.fact
        archive = ARCHIVE.evolve(archive, fact)
        match fact:
            case PointsConfirmed():
                confirmed[fact.record] = placed.position
            case VetoLifted() if when.covers(fact.lifted_on):
                lifted[fact.record] = fact.lifted_on
            case _ if isinstance(fact, _BORN):
                born[fact.record] = placed.position
            case _:
                pass  # what it did to a record, or to the archive, stands in the state
    return [
        _Kept(record, born[key], confirmed.get(key), lifted.get(key))
        for key, record in archive.records.items()
        if when.covers(record.counted_on)
    ]


_Place: TypeAlias = tuple[str, str, str]


async def _taken(connection: AsyncConnection, scheme: str, kept: Sequence[_Kept], when: When) -> Mapping[_Place, int]:
    """(organisation, matter, item) → the confirmed deduction that took the matter over from the item."""
    sure = [one for one in kept if one.record.kind == "deduction" and one.record.status == "confirmed"]
    if not sure:
        return {}
    rules = await known(connection, when.position, lambda past: past[RULES.of(scheme)])
    found: dict[_Place, int] = {}
    for one in sure:
        version = rules.find(one.record.rules)
        assert version is not None, f"{one.record.rules} is known"
        assert version.scheme is not None, f"{one.record.rules} is published"
        for item in version.scheme.leaves(one.record.item):
            found.setdefault((one.record.unit, one.record.matter, item), one.position)
    return found


def _records(
    past: Past, member: MemberId, kept: Sequence[_Kept], taken: Mapping[_Place, int]
) -> tuple[tuple[RecordInput, ...], tuple[MeritInput, ...]]:
    ordered = sorted(kept, key=lambda one: (one.record.counted_on, one.position))
    sheets = [one for one in ordered if one.record.kind == "responsibility" and one.record.status != "reversed"]
    others = [one for one in ordered if one.record.kind != "responsibility"]
    matters = past.many([MATTER.of(one.record.unit, one.record.matter) for one in sheets])
    titles = ["" if isinstance(matter, NotPlanned) else matter.title for matter in matters]
    claims = past.many([HONOUR.of(_claim(member, one.record)) for one in others])
    return (
        tuple(_record(one, title, taken) for one, title in zip(sheets, titles, strict=True)),
        tuple(
            _merit(one, claim.claim.title if isinstance(claim, Honour) else None, taken)
            for one, claim in zip(others, claims, strict=True)
        ),
    )


def _claim(member: MemberId, record: Record) -> UUID:
    return honour_id(record.unit, member, record.matter, record.item)


def _place(record: Record) -> _Place:
    return record.unit, record.matter, record.item


def _record(one: _Kept, title: str, taken: Mapping[_Place, int]) -> RecordInput:
    record = one.record
    return RecordInput(
        id=record.record,
        item=record.item,
        rules=record.rules,
        number=NUMBERS[record.outcome],
        quantity=hundredths(record.quantity),
        day=record.occurred_on,
        position=one.position,
        confirmed=one.confirmed,
        replaced=taken.get(_place(record)),
        matter=record.matter,
        title=title,
        level=record.level,
        condition=record.condition,
        held=bool(record.held_by),
    )


def _merit(one: _Kept, title: str | None, taken: Mapping[_Place, int]) -> MeritInput:
    record = one.record
    return MeritInput(
        id=record.record,
        kind=record.kind,
        item=record.item,
        level=record.level,
        rules=record.rules,
        unit=record.unit,
        matter=record.matter,
        title=title,
        occurred_on=record.occurred_on,
        day=record.counted_on,
        position=one.position,
        points=None if record.points_shown is None else hundredths(record.points_shown),
        status=record.status,
        confirmed=one.confirmed,
        replaced=taken.get(_place(record)) if record.kind == "shortfall" else None,
        lifted_on=one.lifted_on,
        quantity=hundredths(record.quantity),
        condition=record.condition,
        share=record.share,
        held=bool(record.held_by),
    )


async def _results(
    connection: AsyncConnection, member: MemberId, years: Sequence[int], rules: RuleSets, when: When
) -> tuple[ResultState, ...]:
    """What was computed and determined of some years, as it stood."""
    found: list[ResultState] = []
    for year in years:
        for period in periods_named(rules):
            entries = await entries_of(connection, [RESULT.of(member, year, period)], when.position)
            if entries:
                found.append(_result(entries))
    return tuple(found)


def _result(entries: Sequence[Placed]) -> ResultState:
    state: ResultState | None = None
    for placed in entries:
        fact, at = placed.entry.fact, placed.position
        if isinstance(fact, MemberComputed):
            state = _computed(fact, at, state)
            continue
        assert state is not None, "what is determined was computed"
        match fact:
            case ScoreDetermined():
                state = msgspec.structs.replace(
                    state,
                    version=fact.version,
                    determined_total=hundredths(fact.total),
                    rules=fact.rules,
                    notice=fact.notice,
                    position=at,
                )
            case GradeDetermined():
                state = msgspec.structs.replace(state, grade=fact.grade, reason=fact.reason, position=at)
            case ResultFedBack():
                state = msgspec.structs.replace(state, fed_back_on=fact.told_on, position=at)
            case ResultAcknowledged():
                state = msgspec.structs.replace(state, acknowledged_on=day_of(placed.entry.at), position=at)
            case DeterminationSuperseded():
                unsaid = dict.fromkeys(("grade", "reason", "fed_back_on", "acknowledged_on"))
                state = msgspec.structs.replace(state, **unsaid, position=at)
            case GradeProposed():
                state = msgspec.structs.replace(state, proposed=fact.grade, position=at)
            case _:
                raise AssertionError(f"{type(fact).__name__} does not belong to a result")
    assert state is not None
    return state


def _computed(fact: MemberComputed, position: int, before: ResultState | None) -> ResultState:
    """The figures of a computation; what was determined before stands beside them."""
    return ResultState(
        member=fact.member,
        year=fact.year,
        period=fact.period,
        **figures_of(fact),
        version=0 if before is None else before.version,
        determined_total=None if before is None else before.determined_total,
        grade=None if before is None else before.grade,
        reason=None if before is None else before.reason,
        rules=None if before is None else before.rules,
        notice=None if before is None else before.notice,
        fed_back_on=None if before is None else before.fed_back_on,
        acknowledged_on=None if before is None else before.acknowledged_on,
        position=position,
    )
