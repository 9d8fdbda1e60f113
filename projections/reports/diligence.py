"""记分开展情况 — who records: matters held of those planned, sheets that are missing, claims that nobody answered.

The officials' own work, as of today: the numbers of the dashboard for every organisation at once. Few meetings make
full ratio lines, so that what was held is shown beside what was planned.
"""

from datetime import date
from typing import Final

from domain.values import Code
from projections.dashboard import Figures, figures_of
from projections.reports.asking import Asking
from projections.reports.table import Bar, Column, Row, Table, Value, percent, thousandths

COLUMNS: Final = (
    *(Column("unit", "text"), Column("members"), Column("recorders"), Column("planned"), Column("held")),
    *(Column("held_share", "percent"), Column("not_held"), Column("unsettled"), Column("without_sheet")),
    *(Column("last_on", "day"), Column("idle"), Column("unanswered"), Column("gone_up")),
)
_GONE_UP: Final = """
SELECT c.unit, count(*) FROM case_facts AS f JOIN cases AS c USING (opened)
JOIN ledger.entries AS e ON e.position = f.position
WHERE f.type = 'honour-referred' AND e.known_at >= %(since)s
  AND convert_from(e.state, 'UTF8')::jsonb #>> '{fact,because}' = 'overdue'
GROUP BY c.unit
"""
_UNANSWERED: Final = """
SELECT c.unit, count(*) FROM cases AS c WHERE c.status = 'claimed' AND c.answer_by < %(now)s GROUP BY c.unit
"""


def diligence(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Every organisation that has members or owes something, this year up to today."""
    since = {"since": date(asking.today.year, 1, 1)}
    gone_up: dict[Code, int] = dict(asking.connection.execute(_GONE_UP, since).fetchall())
    waiting: dict[Code, int] = dict(asking.connection.execute(_UNANSWERED, {"now": asking.now}).fetchall())
    rows = [
        row(one, waiting.get(one.unit, 0), gone_up.get(one.unit, 0))
        for one in figures_of(asking.connection, asking.unit, asking.today, asking.now)
        if one.members or any(one.counts.values()) or one.planned
    ]
    return (Table(code="units", columns=COLUMNS, rows=tuple(rows), drawn="held_share"),), ("diligence",)


def row(one: Figures, unanswered: int, gone_up: int) -> Row:
    """One organisation by itself."""
    values: dict[str, Value] = {
        "unit": one.title,
        "members": one.members,
        "recorders": one.recorders,
        "planned": one.planned,
        "held": one.held,
        "held_share": percent(one.held, one.planned),
        "not_held": one.not_held,
        "unsettled": one.counts.get("unsettled", 0),
        "without_sheet": one.counts.get("without-sheet", 0),
        "last_on": None if one.last_on is None else one.last_on.isoformat(),
        "idle": int(one.idle),
        "unanswered": unanswered,
        "gone_up": gone_up,
    }
    without = one.kind == "branch" and one.members > 0 and not one.recorders
    bar = Bar(thousandths(one.held, one.planned)) if one.planned else None
    return Row(values=values, to=f"/units/{_address(one.unit)}/dashboard", marked=one.idle or without, bar=bar)


def _address(code: Code) -> str:
    return code.replace("/", "~")
