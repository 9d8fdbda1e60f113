"""以往年度 — what papers say of the years before the log: earlier rules, imported results and records."""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.history.past_rules import PastRulesEntered, PastRulesWithdrawn
from domain.history.past_year import PastEntryWithdrawn, PastKind, PastRecordImported, PastResultImported
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE past_rules (
    position integer PRIMARY KEY,
    scheme text NOT NULL,
    version text NOT NULL,
    title text NOT NULL,
    number text NOT NULL,
    effective_on date NOT NULL,
    last_on date NOT NULL,
    periods text[] NOT NULL,
    grades text[] NOT NULL,
    document text NOT NULL,
    file text NOT NULL,
    by_person uuid NOT NULL
);
CREATE TABLE past_results (
    entry uuid PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    last_on date NOT NULL,
    rules text NOT NULL,
    total integer NOT NULL,
    base integer,
    honours integer,
    deductions integer,
    appraisal integer,
    grade text,
    document text NOT NULL,
    file text NOT NULL,
    by_person uuid NOT NULL,
    withdrawn integer,
    position integer NOT NULL
);
CREATE INDEX past_results_of_member ON past_results (member, year);
CREATE TABLE past_records (
    entry uuid PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    kind text NOT NULL,
    matter text NOT NULL,
    item text NOT NULL,
    title text NOT NULL,
    rules text NOT NULL,
    occurred_on date NOT NULL,
    points integer,
    document text NOT NULL,
    file text NOT NULL,
    by_person uuid NOT NULL,
    withdrawn integer,
    position integer NOT NULL
);
CREATE INDEX past_records_of_member ON past_records (member, year);
"""


class PastRulesRow(Row, kw_only=True):
    """One version of earlier rules."""

    table = "past_rules"
    position: int
    scheme: str
    version: str
    title: str
    number: str
    effective_on: date
    last_on: date
    periods: tuple[str, ...]
    grades: tuple[str, ...]
    document: str
    file: str
    by_person: UUID


class PastResultRow(Row, kw_only=True):
    """One imported result."""

    table = "past_results"
    entry: UUID
    member: int
    unit: str
    year: int
    period: str
    last_on: date
    rules: str
    total: int
    base: int | None
    honours: int | None
    deductions: int | None
    appraisal: int | None
    grade: str | None
    document: str
    file: str
    by_person: UUID
    withdrawn: int | None = None
    """Position of what took it back."""
    position: int


class PastRecordRow(Row, kw_only=True):
    """One imported record."""

    table = "past_records"
    entry: UUID
    member: int
    unit: str
    year: int
    kind: str
    matter: str
    item: str
    title: str
    rules: str
    occurred_on: date
    points: int | None
    document: str
    file: str
    by_person: UUID
    withdrawn: int | None = None
    """Position of what took it back."""
    position: int


def _amount(text: str | None) -> int | None:
    return None if text is None else hundredths_of(text)


def _rules(this: Applied, fact: PastRulesEntered) -> None:
    this.batch.insert(
        PastRulesRow(
            position=this.position,
            scheme=fact.scheme,
            version=fact.version,
            title=fact.title,
            number=fact.number,
            effective_on=fact.effective_on,
            last_on=fact.last_on,
            periods=tuple(f"{one.code} {one.last_day}" for one in fact.periods),
            grades=fact.grades,
            document=fact.document,
            file=fact.file,
            by_person=fact.by,
        )
    )


_GONE: Final = "DELETE FROM past_rules WHERE scheme = %(scheme)s AND version = %(version)s"


def _rules_gone(this: Applied, fact: PastRulesWithdrawn) -> None:
    this.execute(_GONE, {"scheme": fact.scheme, "version": fact.version})


def _result(this: Applied, fact: PastResultImported) -> None:
    this.batch.insert(
        PastResultRow(
            entry=fact.entry,
            member=this.keys.member(fact.member),
            unit=fact.unit,
            year=fact.year,
            period=fact.period,
            last_on=fact.last_on,
            rules=fact.rules,
            total=hundredths_of(fact.total),
            base=_amount(fact.base),
            honours=_amount(fact.honours),
            deductions=_amount(fact.deductions),
            appraisal=_amount(fact.appraisal),
            grade=fact.grade,
            document=fact.document,
            file=fact.file,
            by_person=fact.by,
            position=this.position,
        )
    )


def _record(this: Applied, fact: PastRecordImported) -> None:
    this.batch.insert(
        PastRecordRow(
            entry=fact.entry,
            member=this.keys.member(fact.member),
            unit=fact.unit,
            year=fact.year,
            kind=fact.kind,
            matter=fact.matter,
            item=fact.item,
            title=fact.title,
            rules=fact.rules,
            occurred_on=fact.occurred_on,
            points=_amount(fact.points),
            document=fact.document,
            file=fact.file,
            by_person=fact.by,
            position=this.position,
        )
    )


_TAKEN_BACK: Final[tuple[LiteralString, ...]] = (
    "UPDATE past_results SET withdrawn = %(position)s WHERE entry = %(entry)s",
    "UPDATE past_records SET withdrawn = %(position)s WHERE entry = %(entry)s",
)


def _withdrawn(this: Applied, fact: PastEntryWithdrawn) -> None:
    """Of one of the two tables; the other has no such entry."""
    for statement in _TAKEN_BACK:
        this.execute(statement, {"entry": fact.entry, "position": this.position})


HANDLERS: Final[Handlers] = {
    PastRulesEntered: _rules,
    PastRulesWithdrawn: _rules_gone,
    PastResultImported: _result,
    PastRecordImported: _record,
    PastEntryWithdrawn: _withdrawn,
}


class PastRulesState(msgspec.Struct, frozen=True, kw_only=True):
    """One version of earlier rules."""

    version: Code
    title: str
    number: str
    effective_on: date
    last_on: date
    periods: tuple[str, ...]
    """Code and last day: ``Y 12-31``."""
    grades: tuple[Code, ...]
    document: Sha256
    file: Sha256
    by_person: MemberId
    position: int


class PastResultState(msgspec.Struct, frozen=True, kw_only=True):
    """One imported result; points in hundredths."""

    entry: UUID
    member: MemberId
    unit: Code
    year: int
    period: Code
    last_on: date
    rules: Code
    number: str | None
    """Of the document by which it was assessed then."""
    total: int
    base: int | None
    honours: int | None
    deductions: int | None
    appraisal: int | None
    grade: Code | None
    document: Sha256
    file: Sha256
    by_person: MemberId
    withdrawn: bool
    position: int


class PastRecordState(msgspec.Struct, frozen=True, kw_only=True):
    """One imported record; points in hundredths."""

    entry: UUID
    unit: Code
    year: int
    kind: PastKind
    matter: Code
    item: Code
    title: str
    rules: Code
    occurred_on: date
    points: int | None
    document: Sha256
    file: Sha256
    by_person: MemberId
    withdrawn: bool
    position: int


_RULES: Final = """
SELECT version, title, number, effective_on, last_on, periods, grades, document, file, by_person, position
FROM past_rules WHERE scheme = %(scheme)s ORDER BY effective_on
"""
RESULTS: Final = """
SELECT p.entry, m.person AS member, p.unit, p.year, p.period, p.last_on, p.rules, r.number, p.total, p.base, p.honours,
       p.deductions, p.appraisal, p.grade, p.document, p.file, p.by_person,
       p.withdrawn <= COALESCE(%(until)s, p.withdrawn) IS TRUE AS withdrawn, p.position
FROM past_results AS p JOIN members AS m ON m.member = p.member
LEFT JOIN units AS u ON u.code = p.unit
LEFT JOIN past_rules AS r ON r.scheme = u.scheme AND r.version = p.rules
WHERE m.person = %(member)s AND p.position <= COALESCE(%(until)s, p.position)
ORDER BY p.last_on DESC, p.period DESC, p.position
"""
"""Of a ``member``, ``until`` a position or now."""
_RECORDS: Final = """
SELECT p.entry, p.unit, p.year, p.kind, p.matter, p.item, p.title, p.rules, p.occurred_on, p.points, p.document, p.file,
       p.by_person, p.withdrawn IS NOT NULL AS withdrawn, p.position
FROM past_records AS p JOIN members AS m ON m.member = p.member
WHERE m.person = %(member)s AND (%(vetoes)s OR p.kind <> 'veto')
  AND (%(year)s::int IS NULL OR p.year = %(year)s) ORDER BY p.occurred_on DESC, p.position
"""


async def past_rules(connection: AsyncConnection, scheme: Code) -> Answer[tuple[PastRulesState, ...]]:
    """The earlier rules of a scheme, oldest first."""
    return await ask(connection, PastRulesState, _RULES, {"scheme": scheme})


async def past_results(
    connection: AsyncConnection, member: MemberId, until: int | None = None
) -> Answer[tuple[PastResultState, ...]]:
    """What papers say of a member's periods before the log, newest first, now or as known at a position.

    What was taken back stays readable.
    """
    return await ask(connection, PastResultState, RESULTS, {"member": member, "until": until}, whose=member)


async def past_records(
    connection: AsyncConnection, member: MemberId, *, vetoes: bool, year: int | None = None
) -> Answer[tuple[PastRecordState, ...]]:
    """The imported records of a member, newest first; without ``vetoes`` for who may know of none."""
    asked: dict[str, object] = {"member": member, "vetoes": vetoes, "year": year}
    return await ask(connection, PastRecordState, _RECORDS, asked, whose=member)
