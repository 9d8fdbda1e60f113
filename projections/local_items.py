"""单位细化项 — the items that units have below the central rule sets, and a version as it holds in one organisation.

An item that was decided stands among the parts of its version, under the position of the decision: so a record of it
is counted, explained and proved like any other.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, LiteralString

import msgspec

from domain.rules.local import LocalList
from domain.rules.refinement import (
    LocalItem,
    LocalItemAuthorised,
    LocalItemDeclined,
    LocalItemProposed,
    LocalItemRetired,
    LocalStatus,
    digest_of,
    digest_with,
    read_item,
)
from domain.rules.ruling import asked_in, priced, scheme_with
from domain.values import Code, MemberId, Reference, Sha256, day_of
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Connection, Row
from projections.rules import Published, RulePartRow, in_force, versions

DDL: Final[LiteralString] = """
CREATE TABLE local_items (
    proposed integer PRIMARY KEY,
    unit text NOT NULL,
    scheme text NOT NULL,
    version text NOT NULL,
    section text NOT NULL,
    code text NOT NULL,
    content json NOT NULL,
    digest text NOT NULL,
    author uuid NOT NULL,
    status text NOT NULL,
    minute text,
    minute_sha256 text,
    decided integer,
    effective_on date,
    retired integer,
    retired_on date
);
CREATE INDEX local_items_of_scheme ON local_items (scheme);
"""


class LocalItemRow(Row, kw_only=True):
    """One item of one unit."""

    table = "local_items"
    proposed: int
    unit: str
    scheme: str
    version: str
    section: str
    code: str
    content: str
    digest: str
    author: MemberId
    status: str = "proposed"
    minute: str | None = None
    minute_sha256: str | None = None
    decided: int | None = None
    effective_on: date | None = None
    retired: int | None = None
    retired_on: date | None = None


class LocalInput(msgspec.Struct, frozen=True, kw_only=True):
    """One item as the scoring needs it."""

    unit: Code
    version: Code
    section: LocalList
    content: msgspec.Raw
    digest: Sha256
    author: MemberId
    status: LocalStatus
    minute: str | None
    effective_on: date | None
    retired_on: date | None

    @property
    def item(self) -> LocalItem:
        """As the domain knows it."""
        return LocalItem(
            unit=self.unit,
            version=self.version,
            section=self.section,
            item=read_item(self.section, self.content),
            digest=self.digest,
            author=self.author,
            status=self.status,
            minute=self.minute,
            effective_on=self.effective_on,
            retired_on=self.retired_on,
        )


def input_of(item: LocalItem) -> LocalInput:
    """An item of the domain as the scoring needs it."""
    return LocalInput(
        unit=item.unit,
        version=item.version,
        section=item.section,
        content=msgspec.Raw(msgspec.json.encode(item.item)),
        digest=item.digest,
        author=item.author,
        status=item.status,
        minute=item.minute,
        effective_on=item.effective_on,
        retired_on=item.retired_on,
    )


def _proposed(this: Applied, fact: LocalItemProposed) -> None:
    _, scheme = this.keys.rule_set(this.stream, fact.version)
    this.batch.insert(
        LocalItemRow(
            proposed=this.position,
            unit=fact.unit,
            scheme=scheme,
            version=fact.version,
            section=fact.section,
            code=fact.code,
            content=bytes(fact.content).decode(),
            digest=digest_of(fact.content),
            author=fact.author,
        )
    )


_FIND: Final = """
SELECT proposed, content::text FROM local_items
WHERE scheme = %(scheme)s AND unit = %(unit)s AND version = %(version)s AND code = %(code)s AND status <> 'declined'
"""
_CONCERNED: Final = """
SELECT DISTINCT e.member, y.year
FROM enrolments AS e JOIN units AS u ON u.code = e.unit
CROSS JOIN generate_series(%(first)s::int, %(last)s::int) AS y (year)
WHERE u.scheme = %(scheme)s AND %(unit)s = ANY(u.path)
"""


def _decided(this: Applied, fact: LocalItemAuthorised) -> None:
    """From now on it is a part of its version, and everybody of whom it is asked is scored again."""
    rule_set, scheme = this.keys.rule_set(this.stream, fact.version)
    proposed, content = _find(this, scheme, fact)
    known = {"minute": fact.minute, "minute_sha256": fact.minute_sha256, "decided": this.position}
    this.batch.change(LocalItemRow, proposed, status="authorised", effective_on=fact.effective_on, **known)
    this.batch.insert(
        RulePartRow(
            part=this.position,
            rule_set=rule_set,
            section=fact.section,
            code=fact.code,
            content=content,
            unit=fact.unit,
        )
    )
    _touch(this, scheme, fact.unit, fact.effective_on)


def _declined(this: Applied, fact: LocalItemDeclined) -> None:
    _, scheme = this.keys.rule_set(this.stream, fact.version)
    proposed, _ = _find(this, scheme, fact)
    known = {"minute": fact.minute, "minute_sha256": fact.minute_sha256, "decided": this.position}
    this.batch.change(LocalItemRow, proposed, status="declined", **known)


def _retired(this: Applied, fact: LocalItemRetired) -> None:
    _, scheme = this.keys.rule_set(this.stream, fact.version)
    proposed, _ = _find(this, scheme, fact)
    this.batch.change(LocalItemRow, proposed, retired=this.position, retired_on=fact.from_on)
    _touch(this, scheme, fact.unit, fact.from_on)


def _find(
    this: Applied, scheme: Code, fact: LocalItemAuthorised | LocalItemDeclined | LocalItemRetired
) -> tuple[int, str]:
    known = {"scheme": scheme, "unit": fact.unit, "version": fact.version, "code": fact.code}
    found = this.execute(_FIND, known).fetchone()
    assert found is not None, f"{fact.unit} has no {fact.code}"
    return int(found[0]), str(found[1])


def _touch(this: Applied, scheme: Code, unit: Code, since: date) -> None:
    years: dict[str, object] = {"first": since.year, "last": day_of(this.entry.at).year}
    found = this.execute(_CONCERNED, {"scheme": scheme, "unit": unit, **years})
    this.batch.touched.update(found.fetchall())


HANDLERS: Final[Handlers] = {
    LocalItemProposed: _proposed,
    LocalItemAuthorised: _decided,
    LocalItemDeclined: _declined,
    LocalItemRetired: _retired,
}

_AUTHORISED: Final = """
SELECT l.unit, l.version, l.section, l.content, l.digest, l.author, l.status, l.minute, l.effective_on, l.retired_on
FROM local_items AS l WHERE l.scheme = %(scheme)s AND l.status = 'authorised' ORDER BY l.proposed
"""
ITEMS_OF_MEMBER: Final = """
SELECT l.unit, l.version, l.section, l.content, l.digest, l.author, l.status, l.minute, l.effective_on, l.retired_on
FROM local_items AS l
WHERE l.status = 'authorised' AND l.scheme = (
  SELECT u.scheme FROM enrolments AS e JOIN units AS u ON u.code = e.unit
  WHERE e.member = m.member ORDER BY e.enrolment DESC LIMIT 1)
ORDER BY l.proposed
"""
"""Those below the scheme of the last organisation of a member m."""
_ROWS: Final = "".join(("SELECT row_to_json(x)::text FROM (", _AUTHORISED, ") AS x"))
_ONE: Final = msgspec.json.Decoder(LocalInput)


def items_of(connection: Connection, scheme: Code) -> tuple[LocalItem, ...]:
    """Every item that was decided below a scheme, in the order of proposal; for the follower."""
    rows = connection.execute(_ROWS, {"scheme": scheme}).fetchall()
    return tuple(_ONE.decode(body).item for (body,) in rows)


REFINED: Final = "SELECT string_agg(DISTINCT scheme, ' ') FROM local_items"
"""Below which schemes anything was ever proposed, for the follower."""

_MADE: Final[dict[tuple[Sha256, Sha256], Published]] = {}
"""Versions made ready, by the digests of what is asked and of all that has a price: never out of date."""


def known_with(version: Published, items: Sequence[LocalItem]) -> Published:
    """A version with every item that was ever asked under it anywhere: for names and prices."""
    every = priced(version.scheme, version.version, items)
    return _made(version, every, every)


def here(version: Published, items: Sequence[LocalItem], path: Sequence[Code], day: date) -> Published:
    """A version as it holds on a day in an organisation; ``path`` is itself and those above it."""
    return _made(version, asked_in(items, version.version, path, day), priced(version.scheme, version.version, items))


def _made(version: Published, own: Sequence[LocalItem], every: Sequence[LocalItem]) -> Published:
    if not every:
        return version
    digest, wider = digest_with(version.digest, own), digest_with(version.digest, every)
    if (digest, wider) not in _MADE:
        _MADE[digest, wider] = msgspec.structs.replace(
            version,
            digest=digest,
            scheme=scheme_with(version.scheme, version.digest, own),
            priced=scheme_with(version.scheme, version.digest, every),
            priced_digest=wider,
        )
    return _MADE[digest, wider]


class LocalView(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a unit with everything that was decided of it; positions are places in the log."""

    unit: Code
    unit_title: str
    version: Code
    section: LocalList
    code: Code
    content: msgspec.Raw
    author: MemberId
    status: LocalStatus
    minute: Reference | None
    minute_sha256: Sha256 | None
    effective_on: date | None
    retired_on: date | None
    proposed: int
    decided: int | None
    retired: int | None


_SHOWN: Final = """
SELECT l.unit, u.title AS unit_title, l.version, l.section, l.code, l.content, l.author, l.status, l.minute,
       l.minute_sha256, l.effective_on, l.retired_on, l.proposed, l.decided, l.retired
FROM local_items AS l JOIN units AS u ON u.code = l.unit JOIN units AS h ON h.code = %(unit)s
WHERE l.scheme = h.scheme AND (l.unit = ANY(h.path) OR %(unit)s = ANY(u.path)) ORDER BY l.proposed DESC
"""


async def items_around(connection: AsyncConnection, unit: Code) -> Answer[tuple[LocalView, ...]]:
    """The items of an organisation, of those above it and of those below it, newest first."""
    return await ask(connection, LocalView, _SHOWN, {"unit": unit})


_PATH: Final = "SELECT scheme, path FROM units WHERE code = %(unit)s"


async def scheme_here(connection: AsyncConnection, unit: Code, day: date) -> Published | None:
    """The rule set in force in an organisation on a day, loaded."""
    row = await (await connection.execute(_PATH, {"unit": unit})).fetchone()
    if row is None:
        return None
    scheme, path = row
    found = in_force(await versions(connection, scheme), day)
    if found is None:
        return None
    rows = await (await connection.execute(_ROWS, {"scheme": scheme})).fetchall()
    return here(found, [_ONE.decode(body).item for (body,) in rows], path, day)
