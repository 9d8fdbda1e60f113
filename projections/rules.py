"""办法与日历 — the rule sets with every part's place in the log, and the published work calendars.

A published document never changes, so that a scheme is loaded once per digest and kept.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.assessment.counting import tariff_of
from domain.assessment.tariff import Tariff
from domain.rules.calendar import CalendarPublished
from domain.rules.digest import Part, assemble, digest
from domain.rules.ruleset import (
    RulePartAdded,
    RuleSetApproved,
    RuleSetDrafted,
    RuleSetLinted,
    RuleSetPublished,
    RuleSetSimulated,
)
from domain.rules.scheme import Scheme, load
from domain.rules.working_days import YearCalendar
from domain.values import Code, MemberId, Reference, Sha256, day_of
from projections.answers import Answer, AsyncConnection, ask, instead
from projections.applying import Applied, Handlers
from projections.rows import Connection, Row

DDL: Final[LiteralString] = """
CREATE TABLE rule_sets (
    rule_set integer PRIMARY KEY,
    stream uuid NOT NULL,
    scheme text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    status text NOT NULL,
    author uuid,
    parts integer NOT NULL,
    warnings integer,
    minute text,
    minute_sha256 text,
    approved integer,
    published integer,
    effective_on date,
    document json,
    simulated integer,
    simulated_on text,
    simulated_members integer,
    simulated_better integer,
    simulated_worse integer,
    UNIQUE (scheme, version)
);
CREATE TABLE rule_parts (
    part integer PRIMARY KEY,
    rule_set integer NOT NULL,
    section text NOT NULL,
    code text,
    content json NOT NULL,
    unit text
);
CREATE INDEX rule_parts_of_set ON rule_parts (rule_set, section, code);
CREATE TABLE calendars (
    year integer PRIMARY KEY,
    days_off date[] NOT NULL,
    make_up_days date[] NOT NULL,
    document_sha256 text NOT NULL,
    position integer NOT NULL
);
"""


class RuleSetRow(Row, kw_only=True):
    """One version."""

    table = "rule_sets"
    rule_set: int
    stream: UUID
    scheme: str
    version: str
    digest: str
    status: str
    author: UUID | None
    parts: int
    warnings: int | None = None
    minute: str | None = None
    minute_sha256: str | None = None
    approved: int | None = None
    published: int | None = None
    effective_on: date | None = None
    simulated: int | None = None
    simulated_on: str | None = None
    simulated_members: int | None = None
    simulated_better: int | None = None
    simulated_worse: int | None = None


class RulePartRow(Row, kw_only=True):
    """One section or item of a version; its key is where it stands in the log."""

    table = "rule_parts"
    part: int
    rule_set: int
    section: str
    code: str | None
    content: str
    unit: str | None = None
    """Whose own item it is; None for what the document says."""


class CalendarRow(Row, kw_only=True):
    """The working days of one year."""

    table = "calendars"
    year: int
    days_off: tuple[date, ...]
    make_up_days: tuple[date, ...]
    document_sha256: str
    position: int


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a scheme's rule set, without its text."""

    scheme: Code
    version: Code
    digest: Sha256
    status: str
    """drafted, approved or published."""
    author: MemberId | None
    warnings: int | None
    minute: Reference | None
    minute_sha256: Sha256 | None
    effective_on: date | None
    drafted: int
    """Positions of the entries."""
    approved: int | None
    published: int | None
    simulated: int | None
    simulated_on: str | None
    """Of which past period: ``2026/Y``."""
    simulated_members: int | None
    simulated_better: int | None
    simulated_worse: int | None


class RulePart(msgspec.Struct, frozen=True, kw_only=True):
    """One section or item as it stands in the log."""

    section: str
    code: Code | None
    content: msgspec.Raw
    position: int


class _Moded(msgspec.Struct):
    """An item as far as counting needs it here."""

    mode: str


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One published version, made ready for counting."""

    version: str
    digest: str
    effective_on: date
    scheme: Scheme
    document: str
    """As it was published, in JSON; what it leaves out stands in ``scheme`` at its default."""
    priced: Scheme | None = None
    """Where units add items: the version with every item that was ever asked under it anywhere."""
    priced_digest: str | None = None

    @property
    def tariff(self) -> Tariff:
        """What a stretch of the rule set's own cycle is scored with."""
        return self.over(self.scheme.cycle_months)

    def over(self, months: int, *, anew: bool = False) -> Tariff:
        """What a stretch of so many months is scored with; ``anew`` for one in which only the year's caps hold."""
        return tariff_of(self, months, anew=anew)

    def has_expired(self, day: date) -> bool:
        """Whether the document's own last day, say that of a trial, has come."""
        last = self.scheme.document.expires_on
        return last is not None and date.fromisoformat(last) <= day


def _drafted(this: Applied, fact: RuleSetDrafted) -> None:
    stream = this.stream
    this.keys.remember("rule-set", stream, fact.version, key=(this.position, fact.scheme))
    this.batch.insert(
        RuleSetRow(
            rule_set=this.position,
            stream=stream,
            scheme=fact.scheme,
            version=fact.version,
            digest=fact.digest,
            status="drafted",
            author=fact.author,
            parts=fact.parts,
        )
    )


def _part_added(this: Applied, fact: RulePartAdded) -> None:
    rule_set, scheme = this.keys.rule_set(this.stream, fact.version)
    if fact.section == "responsibility":
        mode = msgspec.json.decode(fact.content, type=_Moded).mode
        this.keys.remember("item", scheme, fact.version, fact.code, key=(this.position, mode))
    this.batch.insert(
        RulePartRow(
            part=this.position,
            rule_set=rule_set,
            section=fact.section,
            code=fact.code,
            content=bytes(fact.content).decode(),
        )
    )


def _linted(this: Applied, fact: RuleSetLinted) -> None:
    rule_set, _ = this.keys.rule_set(this.stream, fact.version)
    this.batch.change(RuleSetRow, rule_set, warnings=fact.warnings)


def _simulated(this: Applied, fact: RuleSetSimulated) -> None:
    rule_set, _ = this.keys.rule_set(this.stream, fact.version)
    this.batch.change(
        RuleSetRow,
        rule_set,
        simulated=this.position,
        simulated_on=f"{fact.year}/{fact.period}",
        simulated_members=fact.members,
        simulated_better=fact.better,
        simulated_worse=fact.worse,
    )


def _approved(this: Applied, fact: RuleSetApproved) -> None:
    rule_set, _ = this.keys.rule_set(this.stream, fact.version)
    this.batch.change(
        RuleSetRow,
        rule_set,
        status="approved",
        minute=fact.minute,
        minute_sha256=fact.minute_sha256,
        approved=this.position,
    )


_PARTS: Final = """
SELECT s.digest, p.section, p.code, p.content::text FROM rule_sets AS s JOIN rule_parts AS p USING (rule_set)
WHERE s.rule_set = %(rule_set)s AND p.unit IS NULL ORDER BY p.part
"""
_PUBLISH: Final = """
UPDATE rule_sets
SET status = 'published', published = %(position)s, effective_on = %(effective_on)s, document = %(document)s
WHERE rule_set = %(rule_set)s
"""
_CONCERNED: Final = """
SELECT DISTINCT e.member, y.year
FROM enrolments AS e JOIN units AS u ON u.code = e.unit
CROSS JOIN generate_series(%(first)s::int, %(last)s::int) AS y (year)
WHERE u.scheme = %(scheme)s
"""


def _published(this: Applied, fact: RuleSetPublished) -> None:
    """The document is put together from its parts, and everybody under it is scored again."""
    rule_set, scheme = this.keys.rule_set(this.stream, fact.version)
    found = this.execute(_PARTS, {"rule_set": rule_set}).fetchall()
    document = assemble(Part(section, code, msgspec.json.decode(text)) for _, section, code, text in found)
    assert found, f"{fact.version} has no parts"
    assert digest(document) == found[0][0], f"parts of {fact.version} do not make its document"
    known = {
        "rule_set": rule_set,
        "position": this.position,
        "effective_on": fact.effective_on,
        "document": msgspec.json.encode(document).decode(),
    }
    this.execute(_PUBLISH, known)
    years: dict[str, object] = {"first": fact.effective_on.year, "last": day_of(this.entry.at).year}
    this.batch.touched.update(this.execute(_CONCERNED, {"scheme": scheme, **years}).fetchall())


def _calendar(this: Applied, fact: CalendarPublished) -> None:
    """The newest edition of a year stands in the place of an earlier one."""
    row = CalendarRow(
        year=fact.year,
        days_off=fact.days_off,
        make_up_days=fact.make_up_days,
        document_sha256=fact.document_sha256,
        position=this.position,
    )
    if fact.edition == 1:
        this.batch.insert(row)
        return
    columns = {name: value for name, value in msgspec.structs.asdict(row).items() if name != "year"}
    this.batch.change(CalendarRow, fact.year, **columns)


HANDLERS: Final[Handlers] = {
    RuleSetDrafted: _drafted,
    RulePartAdded: _part_added,
    RuleSetLinted: _linted,
    RuleSetSimulated: _simulated,
    RuleSetApproved: _approved,
    RuleSetPublished: _published,
    CalendarPublished: _calendar,
}

_RULE_SETS: Final = """
SELECT scheme, version, digest, status, author, warnings, minute, minute_sha256, effective_on,
       rule_set AS drafted, approved, published, simulated, simulated_on, simulated_members, simulated_better,
       simulated_worse
FROM rule_sets WHERE scheme = %(scheme)s ORDER BY rule_set
"""
_RULE_PARTS: Final = """
SELECT p.section, p.code, p.content, p.part AS position
FROM rule_sets AS s JOIN rule_parts AS p USING (rule_set)
WHERE s.scheme = %(scheme)s AND s.version = %(version)s AND p.unit IS NULL ORDER BY p.part
"""
_CALENDARS: Final = "SELECT year, days_off, make_up_days FROM calendars ORDER BY year"
_VERSIONS: Final = """
SELECT version, digest, effective_on FROM rule_sets
WHERE scheme = %(scheme)s AND status = 'published' ORDER BY effective_on
"""
PUBLISHED: Final = """
SELECT string_agg(concat_ws(' ', scheme, version, digest, effective_on), ',' ORDER BY effective_on)
FROM rule_sets WHERE status = 'published'
"""
"""The published versions of all schemes, for the follower."""
_DOCUMENT: Final = "SELECT document::text FROM rule_sets WHERE digest = %(digest)s AND document IS NOT NULL LIMIT 1"

_SHELF: Final[dict[str, tuple[Scheme, str]]] = {}
"""Loaded documents by digest. A digest names its content, so that nothing here is ever out of date."""


def _ready(version: str, known: str, effective_on: date, content: str | None) -> Published:
    """A version from the shelf, or put there now."""
    if known not in _SHELF:
        assert content is not None, f"{version} is published without a document"
        scheme = load(content.encode())
        _SHELF[known] = scheme, content
    scheme, document = _SHELF[known]
    return Published(version=version, digest=known, effective_on=effective_on, scheme=scheme, document=document)


def versions_in(connection: Connection, told: str | None) -> dict[Code, tuple[Published, ...]]:
    """Scheme → its published versions, earliest first."""
    found: dict[Code, list[Published]] = {}
    for one in told.split(",") if told else ():
        scheme, version, known, since = one.split(" ")
        row = None if known in _SHELF else connection.execute(_DOCUMENT, {"digest": known}).fetchone()
        ready = _ready(version, known, date.fromisoformat(since), row[0] if row else None)
        found.setdefault(scheme, []).append(ready)
    return {scheme: tuple(versions) for scheme, versions in found.items()}


def every_version(connection: Connection) -> dict[Code, tuple[Published, ...]]:
    """The same, asked for now."""
    row = connection.execute(PUBLISHED).fetchone()
    assert row is not None, "all versions are one row"
    return versions_in(connection, row[0])


async def loaded_version(connection: AsyncConnection, version: Code, known: str, effective_on: date) -> Published:
    """One published version with its document; what is on the shelf is not read again."""
    if known in _SHELF:
        return _ready(version, known, effective_on, None)
    row = await (await connection.execute(_DOCUMENT, {"digest": known})).fetchone()
    return _ready(version, known, effective_on, row[0] if row else None)


async def versions(connection: AsyncConnection, scheme: Code) -> list[Published]:
    """The published versions of a scheme, earliest first, loaded."""
    rows = await (await connection.execute(_VERSIONS, {"scheme": scheme})).fetchall()
    return [await loaded_version(connection, *row) for row in rows]


def in_force(known: Sequence[Published], day: date) -> Published | None:
    """The one version in force on a day."""
    begun = [version for version in known if version.effective_on <= day]
    return None if not begun or begun[-1].has_expired(day) else begun[-1]


async def rule_sets(connection: AsyncConnection, scheme: Code) -> Answer[tuple[RuleSet, ...]]:
    """Every version of a scheme, in the order of drafting."""
    return await ask(connection, RuleSet, _RULE_SETS, {"scheme": scheme})


async def rule_parts(connection: AsyncConnection, scheme: Code, version: Code) -> Answer[tuple[RulePart, ...]]:
    """One version part by part, each with its place in the log: an item's position proves its clause."""
    return await ask(connection, RulePart, _RULE_PARTS, {"scheme": scheme, "version": version})


async def calendars(connection: AsyncConnection) -> Answer[dict[int, YearCalendar]]:
    """The published work calendars by year."""
    found = await ask(connection, YearCalendar, _CALENDARS, {})
    return instead(found, {calendar.year: calendar for calendar in found.value})


async def scheme_on(connection: AsyncConnection, scheme: Code, day: date) -> Published | None:
    """The rule set in force on a day, loaded."""
    return in_force(await versions(connection, scheme), day)
