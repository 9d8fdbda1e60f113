"""以往年度 — one member's results and records of a year before the log, as papers say them: imported, never determined.

A result stands on a source document and on whoever brought it in. It is taken back by a fact of its own, and may then
be brought in anew; nothing of it is counted again (decision 0037).
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.assessment.result import result_of
from domain.decider import NAMESPACE, Command, Decision, Fact, NotPermitted, Past, Refused, Stream, StreamRef
from domain.history.past_rules import PastRulesEntered, first_day, past_rules_of
from domain.organisation.member import Registered, refuse_own, registered
from domain.organisation.unit import established, higher_than
from domain.recording.sheet import acting
from domain.sealed import Secret
from domain.values import Code, MemberId, Points, Sha256, Title, day_of

PastKind: TypeAlias = Literal["responsibility", "honour", "deduction", "veto"]


class OfPast(Fact, frozen=True, kw_only=True):
    """What every fact of a past year names."""

    entry: UUID
    member: MemberId
    unit: Code
    """The organisation that keeps the papers."""
    year: int


class PastResultImported(OfPast, frozen=True, kw_only=True):
    """历史结果导入 — a sealed result of a period before the log, by the rules of its time."""

    period: Code
    last_on: date
    rules: Code
    """The version in force on the period's last day."""
    total: Points
    base: Points | None = None
    honours: Points | None = None
    deductions: Points | None = None
    appraisal: Points | None = None
    grade: Code | None = None
    document: Sha256
    file: Sha256
    """The workbook by which it was brought in."""
    by: MemberId
    """Who vouches for it."""


class PastRecordImported(OfPast, frozen=True, kw_only=True):
    """历史记录导入 — a record behind such a result, where there is one: one matter, one item."""

    kind: PastKind
    matter: Code
    item: Code
    title: Title
    """What the item was called then."""
    rules: Code
    occurred_on: date
    points: Points | None = None
    document: Sha256
    file: Sha256
    by: MemberId


class PastEntryWithdrawn(OfPast, frozen=True, kw_only=True):
    """历史导入撤回 — what was brought in was wrong; it stays readable, and counts for nothing."""

    reason: Sha256
    by: MemberId
    period: Code | None = None
    """Of a result."""


class PastYear(msgspec.Struct, frozen=True):
    """What stands, by entry; how many were ever brought in."""

    results: dict[UUID, PastResultImported] = {}
    records: dict[UUID, PastRecordImported] = {}
    entries: int = 0

    def result(self, period: Code) -> PastResultImported | None:
        """The result of a period."""
        return next((one for one in self.results.values() if one.period == period), None)


class BeforeNoRules(Refused):
    """当日没有登记以往办法,请先登记。 No earlier rules are on record for that day: enter them first."""

    code = "past-rules-missing"


class NotOfPastRules(Refused):
    """当时的办法没有这个考评期或格次。 The rules of that time had no such period or grade."""

    code = "not-of-past-rules"


class AssessedHere(Refused):
    """该日期由本系统记录和评定,不能导入。 That day is this log's own: nothing is brought in for it."""

    code = "assessed-here"


class PastEntryKnown(Refused):
    """该结果或记录已经导入;有误的先撤回。 This is on record already; take it back first where it is wrong."""

    code = "past-entry-known"


class PastEntryUnknown(Refused):
    """没有这项历史导入。 There is no such imported entry."""

    code = "past-entry-unknown"


class ImportPastResult(Command, frozen=True, kw_only=True):
    """Bring a result in."""

    operation = "history.import"
    unit: Code
    member: MemberId
    year: int
    period: Code
    total: Points
    base: Points | None = None
    honours: Points | None = None
    deductions: Points | None = None
    appraisal: Points | None = None
    grade: Code | None = None
    document: Sha256
    file: Sha256


class ImportPastRecord(Command, frozen=True, kw_only=True):
    """Bring a record in."""

    operation = "history.import"
    unit: Code
    member: MemberId
    kind: PastKind
    matter: Code
    item: Code
    title: Title
    occurred_on: date
    points: Points | None = None
    document: Sha256
    file: Sha256


class WithdrawPastEntry(Command, frozen=True, kw_only=True):
    """Take one back."""

    operation = "history.import"
    unit: Code
    member: MemberId
    year: int
    entry: UUID
    reason: Secret


PastYearCommand: TypeAlias = ImportPastResult | ImportPastRecord | WithdrawPastEntry


def evolve(state: PastYear, fact: Fact) -> PastYear:
    """The year after one more fact."""
    match fact:
        case PastResultImported():
            return replace(state, results={**state.results, fact.entry: fact}, entries=state.entries + 1)
        case PastRecordImported():
            return replace(state, records={**state.records, fact.entry: fact}, entries=state.entries + 1)
        case PastEntryWithdrawn():
            assert fact.entry in state.results or fact.entry in state.records, "it stands"
            return replace(
                state,
                results={key: one for key, one in state.results.items() if key != fact.entry},
                records={key: one for key, one in state.records.items() if key != fact.entry},
            )
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a past year")


PAST_YEAR: Final[Stream[PastYear]] = Stream(
    "past-year", PastYear(), evolve, (PastResultImported, PastRecordImported, PastEntryWithdrawn)
)


def past_year_of(member: MemberId, year: int) -> StreamRef[PastYear]:
    """The one stream of what papers say of a member's year."""
    return PAST_YEAR.of(member, year)


def decide(past: Past, command: PastYearCommand) -> Decision:
    """Bring in, take back; nobody for himself."""
    refuse_own(command, command.member)
    _below(past, command)
    match command:
        case ImportPastResult():
            return _result(past, command)
        case ImportPastRecord():
            return _record(past, command)
        case WithdrawPastEntry():
            return _withdraw(past, command)


def _below(past: Past, command: PastYearCommand) -> Registered:
    """The member, if he belongs to the organisation or to one below it, or did so last."""
    found = registered(past, command.member)
    if command.unit not in (found.unit, *higher_than(past, found.unit)):
        raise NotPermitted
    return found


def _result(past: Past, command: ImportPastResult) -> Decision:
    scheme = established(past, command.unit).scheme
    rules = _of_period(past, scheme, command)
    ref = past_year_of(command.member, command.year)
    known = past[ref]
    if known.result(command.period) is not None:
        raise PastEntryKnown(year=command.year, period=command.period)
    # No rule set of this log reaches so far back, so that this cannot be; it would be two truths.
    if past[result_of(command.member, command.year, command.period)].determinations:
        raise AssessedHere(day=f"{command.year}-12-31")
    period = next(one for one in rules.periods if one.code == command.period)
    said = PastResultImported(
        entry=_entry(command.member, command.year, known),
        member=command.member,
        unit=command.unit,
        year=command.year,
        period=command.period,
        last_on=period.ends_on(command.year),
        rules=rules.version,
        total=command.total,
        base=command.base,
        honours=command.honours,
        deductions=command.deductions,
        appraisal=command.appraisal,
        grade=command.grade,
        document=command.document,
        file=command.file,
        by=acting(command),
    )
    return [ref.says(said)]


def _of_period(past: Past, scheme: Code, command: ImportPastResult) -> PastRulesEntered:
    """The version in force on the last day of the period that it calls so."""
    for rules in past[past_rules_of(scheme)].versions:
        for period in rules.periods:
            ends_on = period.ends_on(command.year)
            if period.code == command.period and rules.effective_on <= ends_on <= rules.last_on:
                if command.grade is not None and command.grade not in rules.grades:
                    raise NotOfPastRules(version=rules.version)
                return rules
    year_end = date(command.year, 12, 31)
    rules_then = _rules_on(past, scheme, command, year_end)
    raise NotOfPastRules(version=rules_then.version)


def _rules_on(past: Past, scheme: Code, command: Command, day: date) -> PastRulesEntered:
    first = first_day(past, scheme)
    if day >= (day_of(command.at) if first is None else first):
        raise AssessedHere(day=day)
    found = past[past_rules_of(scheme)].in_force(day)
    if found is None:
        raise BeforeNoRules(day=day)
    return found


def _entry(member: MemberId, year: int, known: PastYear) -> UUID:
    return uuid5(NAMESPACE, f"past/{member}/{year}/{known.entries + 1}")


def _record(past: Past, command: ImportPastRecord) -> Decision:
    scheme = established(past, command.unit).scheme
    rules = _rules_on(past, scheme, command, command.occurred_on)
    year = command.occurred_on.year
    ref = past_year_of(command.member, year)
    known = past[ref]
    if any((one.matter, one.item) == (command.matter, command.item) for one in known.records.values()):
        raise PastEntryKnown(year=year, matter=command.matter)
    said = PastRecordImported(
        entry=_entry(command.member, year, known),
        member=command.member,
        unit=command.unit,
        year=year,
        kind=command.kind,
        matter=command.matter,
        item=command.item,
        title=command.title,
        rules=rules.version,
        occurred_on=command.occurred_on,
        points=command.points,
        document=command.document,
        file=command.file,
        by=acting(command),
    )
    return [ref.says(said)]


def _withdraw(past: Past, command: WithdrawPastEntry) -> Decision:
    ref = past_year_of(command.member, command.year)
    known = past[ref]
    if command.entry not in known.results and command.entry not in known.records:
        raise PastEntryUnknown(entry=command.entry)
    said = PastEntryWithdrawn(
        entry=command.entry,
        member=command.member,
        unit=command.unit,
        year=command.year,
        reason=command.reason.commitment,
        by=acting(command),
        period=known.results[command.entry].period if command.entry in known.results else None,
    )
    return [ref.says(said)]
