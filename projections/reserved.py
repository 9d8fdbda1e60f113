"""部门的记分表 — the matters of an organisation that count under items which a department keeps, with their sheets."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from domain.values import Code
from projections.answers import Answer, AsyncConnection, ask

MOST: Final = 200
"""Of the newest matters: who looks further back asks for a sheet by its address."""

_RESERVED: Final = """
SELECT m.code AS matter, m.title, m.occurred_on, w.item, s.status, s.returned > s.submitted AS returned
FROM unnest(%(items)s::text[], %(kinds)s::text[]) AS w(item, kind)
JOIN matters AS m ON m.kind = w.kind LEFT JOIN sheets AS s ON s.matter = m.matter AND s.item = w.item
WHERE m.unit = %(unit)s AND m.status = 'held'
ORDER BY m.matter DESC, w.item LIMIT %(most)s
"""


class ReservedSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One matter under one item; ``status`` is None where no sheet is open yet."""

    matter: Code
    title: str
    occurred_on: date
    item: Code
    status: str | None
    returned: bool | None


async def reserved_sheets(
    connection: AsyncConnection, unit: Code, items: Sequence[tuple[Code, Code]]
) -> Answer[tuple[ReservedSheet, ...]]:
    """For (item, its kind of matter): what was held in an organisation, newest first."""
    known: dict[str, object] = {
        "unit": unit,
        "items": [item for item, _ in items],
        "kinds": [kind for _, kind in items],
        "most": MOST,
    }
    return await ask(connection, ReservedSheet, _RESERVED, known, where=unit)
