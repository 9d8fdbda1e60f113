"""提请待登记 — what departments brought and waits: it goes once it is registered, taken back or declined."""

from datetime import date
from typing import Final, LiteralString

import msgspec

from domain.recording.archive import VetoRegistered
from domain.recording.bringing import BroughtVetoClosed, VetoBrought
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers

DDL: Final[LiteralString] = """
CREATE TABLE brought_vetoes (
    unit text NOT NULL,
    member integer NOT NULL,
    matter text NOT NULL,
    item text NOT NULL,
    part integer NOT NULL,
    occurred_on date NOT NULL,
    decided_on date NOT NULL,
    document_kind text NOT NULL,
    document text NOT NULL,
    issuer text NOT NULL,
    department text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (unit, member, matter, item)
);
"""

_BROUGHT: Final = """
INSERT INTO brought_vetoes VALUES (%(unit)s, %(member)s, %(matter)s, %(item)s, %(part)s, %(occurred_on)s,
    %(decided_on)s, %(document_kind)s, %(document)s, %(issuer)s, %(department)s, %(position)s)
ON CONFLICT (unit, member, matter, item) DO UPDATE SET part = EXCLUDED.part, occurred_on = EXCLUDED.occurred_on,
    decided_on = EXCLUDED.decided_on, document_kind = EXCLUDED.document_kind, document = EXCLUDED.document,
    issuer = EXCLUDED.issuer, department = EXCLUDED.department, position = EXCLUDED.position
"""
_CLOSED: Final = """
DELETE FROM brought_vetoes WHERE unit = %(unit)s AND member = %(member)s AND matter = %(matter)s AND item = %(item)s
"""


def _brought(this: Applied, fact: VetoBrought) -> None:
    """Brought anew, the last stands."""
    known = {
        "unit": fact.unit,
        "member": this.keys.member(fact.member),
        "matter": fact.matter,
        "item": fact.item,
        "part": this.keys.list_item(this.keys.unit(fact.unit)[1], fact.rules, fact.item),
        "occurred_on": fact.occurred_on,
        "decided_on": fact.decided_on,
        "document_kind": fact.document_kind,
        "document": fact.document,
        "issuer": fact.issuer,
        "department": fact.department,
        "position": this.position,
    }
    this.execute(_BROUGHT, known)


def _closed(this: Applied, fact: BroughtVetoClosed | VetoRegistered) -> None:
    """What was registered is no longer waiting, in a log too that says no more of it than that."""
    member = this.keys.member(fact.member)
    this.execute(_CLOSED, {"unit": fact.unit, "member": member, "matter": fact.matter, "item": fact.item})


HANDLERS: Final[Handlers] = {VetoBrought: _brought, BroughtVetoClosed: _closed, VetoRegistered: _closed}


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that a department brought."""

    member: MemberId
    unit: Code
    unit_title: str
    matter: Code
    item: Code
    item_zh: str
    item_en: str
    clause: str
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Sha256
    department: Code
    position: int


_UNDER: Final = """
SELECT m.person AS member, b.unit, u.title AS unit_title, b.matter, b.item, p.content->>'zh' AS item_zh,
       p.content->>'en' AS item_en, p.content->>'clause' AS clause, b.occurred_on, b.decided_on, b.document_kind,
       b.document, b.issuer, b.department, b.position
FROM brought_vetoes AS b JOIN members AS m ON m.member = b.member JOIN units AS u ON u.code = b.unit
JOIN rule_parts AS p ON p.part = b.part
WHERE %(unit)s = ANY(u.path)
ORDER BY b.position
"""


_BY: Final = _UNDER.replace("WHERE %(unit)s = ANY(u.path)", "WHERE b.unit = %(unit)s AND b.department = %(department)s")


async def brought_by(connection: AsyncConnection, unit: Code, department: Code) -> Answer[tuple[Brought, ...]]:
    """What a department brought of one organisation and still waits, oldest first."""
    return await ask(connection, Brought, _BY, {"unit": unit, "department": department})


async def brought_under(connection: AsyncConnection, unit: Code) -> Answer[tuple[Brought, ...]]:
    """What waits to be registered of an organisation and all below it, oldest first."""
    return await ask(connection, Brought, _UNDER, {"unit": unit})
