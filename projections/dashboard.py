"""看板 — what an organisation and everything below it owe: running terms, missing sheets, who is idle or parked.

The numbers of an organisation are counted from the very rows that its own page lists, in the same statement.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec

from domain.rules.counting import Counting
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask_one
from projections.offices import ACTS
from projections.rows import Connection

Group: TypeAlias = Literal["missing", "undecided", "honours", "deductions", "notices", "objections", "appeals"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)

Kind: TypeAlias = Literal[
    "unsettled",
    "without-sheet",
    "draft",
    "submitted",
    "claim",
    "telling",
    "statement",
    "decision",
    "drafted",
    "posted",
    "objection",
    "appeal-term",
    "appeal",
]
GROUP_OF: Final[dict[Kind, Group]] = {
    "unsettled": "missing",
    "without-sheet": "missing",
    "draft": "missing",
    "submitted": "undecided",
    "claim": "honours",
    "telling": "deductions",
    "statement": "deductions",
    "decision": "deductions",
    "drafted": "notices",
    "posted": "notices",
    "objection": "objections",
    "appeal-term": "appeals",
    "appeal": "appeals",
}
"""Under which number of the board each kind of open thing is counted."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not finished; of the ids only those by which it is found."""

    kind: Kind
    due_on: date | None
    """The last day of its term; of a matter the day for which it was planned, or on which it was held."""
    overdue: bool
    """Somebody's term is over."""
    title: str
    item_zh: str | None
    item_en: str | None
    case: UUID | None
    notice: UUID | None
    objection: UUID | None
    matter: Code | None
    item: Code | None

    @property
    def group(self) -> Group:
        """The number under which it is counted."""
        return GROUP_OF[self.kind]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one organisation by itself."""

    unit: Code
    title: str
    kind: str
    path: tuple[Code, ...]
    dissolved_on: date | None
    members: int
    planned: int
    """Matters planned for this year up to today; how many of them were held, and were not."""
    held: int
    not_held: int
    last_on: date | None
    """When the last matter was held of which a sheet was submitted."""
    recorders: int
    idle: bool
    """A branch of which no sheet has come for longer than the rule set lets an entry be late."""
    parked: int
    overdue: int
    counts: dict[Kind, int]


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """One person who acts as recorder here."""

    member: MemberId
    name: Sha256
    role: str


class ParkedMember(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the organisation for whom facts are missing."""

    member: MemberId
    name: Sha256
    code: str
    since: datetime


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's own open things, and the numbers of it and of everything below it."""

    open: tuple[Open, ...]
    recorders: tuple[Officer, ...]
    parked: tuple[ParkedMember, ...]
    units: tuple[Figures, ...]
    """The organisation itself first, then what lies below it, parents before children."""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one organisation together with everything below it."""

    unit: Code
    title: str
    kind: str
    units: int
    """How many organisations with members these are."""
    members: int
    planned: int
    held: int
    idle: int
    without_recorder: int
    parked: int
    overdue: int
    counts: dict[Group, int]


_SCOPE: Final = """
WITH scope AS MATERIALIZED (
  SELECT u.unit AS place, u.code, u.title, u.kind, u.path, u.scheme, u.established_on, u.dissolved_on
  FROM units AS u WHERE %(unit)s = ANY(u.path)
), """
_CASES: Final = """
  SELECT c.unit,
         CASE WHEN c.status = 'claimed' THEN 'claim' WHEN c.status = 'proposed' THEN 'telling'
              WHEN c.status = 'notified' AND c.may_decide_at > %(now)s THEN 'statement' ELSE 'decision' END AS kind,
         CASE c.status WHEN 'claimed' THEN ((c.answer_by - interval '1 second') AT TIME ZONE 'Asia/Shanghai')::date
                       WHEN 'proposed' THEN ((c.deemed_at - interval '1 second') AT TIME ZONE 'Asia/Shanghai')::date
                       WHEN 'notified' THEN c.ends_on END AS due_on,
         c.status IN ('claimed', 'proposed') AS ours, COALESCE(c.title, '') AS title, c.part, c.opened AS since,
         c.id AS case, NULL::uuid AS notice, NULL::uuid AS objection, NULL AS matter, c.item AS item
  FROM cases AS c JOIN scope ON scope.code = c.unit WHERE c.status IN ('claimed', 'proposed', 'notified', 'heard')
"""
_OBJECTIONS: Final = """
  SELECT o.unit,
         CASE WHEN o.awaits = 'appeal_decision' THEN 'appeal' WHEN o.awaits IS NULL THEN 'appeal-term'
              ELSE 'objection' END,
         o.due_on, o.awaits IS NOT NULL, COALESCE(o.receipt, ''), NULL::int, o.filed,
         NULL::uuid, NULL::uuid, o.id, NULL, NULL
  FROM objections AS o JOIN scope ON scope.code = o.unit
  WHERE o.status <> 'closed' AND (o.awaits IS NOT NULL OR o.appeal_by >= %(today)s)
"""
_NOTICES: Final = """
  SELECT n.unit, CASE n.status WHEN 'posted' THEN 'posted' ELSE 'drafted' END, n.ends_on, false,
         COALESCE(m.title, ''), COALESCE(s.item_part, x.part), n.notice,
         NULL::uuid, n.id, NULL::uuid, NULL, n.item
  FROM notices AS n JOIN scope ON scope.code = n.unit
  LEFT JOIN sheets AS s ON s.sheet = n.sheet LEFT JOIN matters AS m ON m.matter = s.matter
  LEFT JOIN LATERAL (
    SELECT r.part FROM notice_lines AS l JOIN merits AS r ON r.merit = l.record
    WHERE n.sheet IS NULL AND l.notice = n.notice ORDER BY l.line LIMIT 1
  ) AS x ON true
  WHERE n.status IN ('drafted', 'checked', 'posted')
"""
_MATTERS: Final = """
  SELECT m.unit, CASE m.status WHEN 'planned' THEN 'unsettled' ELSE 'without-sheet' END,
         COALESCE(m.occurred_on, m.planned_on), false, m.title, NULL::int, m.matter,
         NULL::uuid, NULL::uuid, NULL::uuid, m.code, NULL
  FROM matters AS m JOIN scope ON scope.code = m.unit
  WHERE (m.status = 'planned' AND m.planned_on < %(today)s)
     OR (m.status = 'held' AND NOT EXISTS (SELECT FROM sheets AS s WHERE s.matter = m.matter) AND EXISTS (
           SELECT FROM rule_sets AS r JOIN rule_parts AS p USING (rule_set)
           WHERE r.scheme = scope.scheme AND r.status = 'published' AND p.section = 'responsibility'
             AND p.content->>'matter' = m.kind AND p.content->>'mode' <> 'presumed'))
"""
_SHEETS: Final = """
  SELECT s.unit, s.status, s.occurred_on, false, m.title, s.item_part, s.sheet,
         NULL::uuid, NULL::uuid, NULL::uuid, m.code, s.item
  FROM sheets AS s JOIN scope ON scope.code = s.unit JOIN matters AS m ON m.matter = s.matter
  WHERE s.status IN ('draft', 'submitted')
"""
_OPEN: Final = " UNION ALL ".join((_CASES, _OBJECTIONS, _NOTICES, _MATTERS, _SHEETS))
_COUNTED: Final = """
), missed AS (
  SELECT p.key, p.code, p.since, m.member, m.name, e.unit
  FROM parked AS p JOIN members AS m ON m.person = p.key
  JOIN enrolments AS e ON e.member = m.member AND e.from_on <= %(today)s
   AND (e.until_on IS NULL OR %(today)s <= e.until_on)
), patience AS (
  SELECT DISTINCT ON (r.scheme) r.scheme, (p.content->>'late_entry_days')::int AS days
  FROM rule_sets AS r JOIN rule_parts AS p USING (rule_set)
  WHERE r.status = 'published' AND r.effective_on <= %(today)s AND p.section = 'counting'
  ORDER BY r.scheme, r.effective_on DESC
)
"""
_FIGURES: Final = "".join(
    (
        """
SELECT scope.code AS unit, scope.title, scope.kind, scope.path, scope.dissolved_on, people.members,
       plan.planned, plan.held, plan.not_held, done.last_on, acting.recorders,
       scope.kind = 'branch' AND scope.dissolved_on IS NULL AND people.members > 0
         AND %(today)s - GREATEST(done.last_on, scope.established_on) > COALESCE(patience.days, %(patience)s) AS idle,
       (SELECT count(DISTINCT key) FROM missed WHERE missed.unit = scope.code) AS parked,
       (SELECT count(*) FROM open WHERE open.unit = scope.code AND ours AND due_on < %(today)s) AS overdue,
       (SELECT COALESCE(json_object_agg(kind, things), '{}') FROM (
          SELECT kind, count(*) AS things FROM open WHERE open.unit = scope.code GROUP BY kind) AS k) AS counts
FROM scope
LEFT JOIN patience ON patience.scheme = scope.scheme
CROSS JOIN LATERAL (
  SELECT count(DISTINCT e.member) AS members FROM enrolments AS e
  WHERE e.unit = scope.code AND e.from_on <= %(today)s AND (e.until_on IS NULL OR %(today)s <= e.until_on)
) AS people
CROSS JOIN LATERAL (
  SELECT count(*) AS planned, count(*) FILTER (WHERE m.status = 'held') AS held,
         count(*) FILTER (WHERE m.status = 'not-held') AS not_held
  FROM matters AS m WHERE m.unit = scope.code AND m.planned_on <= %(today)s
    AND m.planned_on >= date_trunc('year', %(today)s::date)
) AS plan
CROSS JOIN LATERAL (
  SELECT max(s.occurred_on) AS last_on FROM sheets AS s WHERE s.unit = scope.code AND s.submitted IS NOT NULL
) AS done
CROSS JOIN LATERAL (
  SELECT count(DISTINCT a.member) AS recorders FROM appointments AS a
  WHERE a.unit = scope.code AND a.role IN ('recorder', 'substitute_recorder') AND """,
        ACTS,
        """
) AS acting
ORDER BY scope.path
""",
    )
)
_DASHBOARD: Final = "".join(
    (
        _SCOPE,
        "open AS MATERIALIZED (",
        _OPEN,
        _COUNTED,
        """
SELECT
  (SELECT COALESCE(json_agg(row_to_json(f)), '[]') FROM (""",
        _FIGURES,
        """) AS f) AS units,
  (SELECT COALESCE(json_agg(row_to_json(o)), '[]') FROM (
     SELECT open.kind, open.due_on, open.ours AND open.due_on < %(today)s AS overdue, open.title,
            p.content->>'zh' AS item_zh, p.content->>'en' AS item_en, open.case, open.notice, open.objection,
            open.matter, open.item
     FROM open LEFT JOIN rule_parts AS p ON p.part = open.part
     WHERE open.unit = %(unit)s ORDER BY open.due_on, open.since
   ) AS o) AS open,
  (SELECT COALESCE(json_agg(DISTINCT jsonb_build_object('member', m.person, 'name', m.name, 'role', a.role)), '[]')
   FROM appointments AS a JOIN members AS m ON m.member = a.member
   WHERE a.unit = %(unit)s AND a.role IN ('recorder', 'substitute_recorder') AND """,
        ACTS,
        """) AS recorders,
  (SELECT COALESCE(json_agg(json_build_object('member', key, 'name', name, 'code', code, 'since', since)
                            ORDER BY since, key), '[]')
   FROM missed WHERE missed.unit = %(unit)s) AS parked
""",
    )
)


async def dashboard(connection: AsyncConnection, unit: Code, today: date, now: datetime) -> Answer[Dashboard | None]:
    """What an organisation owes on a day, and the numbers of everything below it; nothing of anybody's points."""
    found = await ask_one(connection, Dashboard, _DASHBOARD, _known(unit, today, now), where=unit)
    missing = found.value is not None and any(one.parked for one in found.value.units)
    return msgspec.structs.replace(found, complete=found.complete and not missing)


_ALL_FIGURES: Final = "".join(
    ("SELECT row_to_json(f) FROM (", _SCOPE, "open AS MATERIALIZED (", _OPEN, _COUNTED, _FIGURES, ") AS f")
)


def figures_of(connection: Connection, unit: Code, today: date, now: datetime) -> list[Figures]:
    """The numbers of an organisation and of everything below it, parents before children."""
    found = connection.execute(_ALL_FIGURES, _known(unit, today, now))
    return [msgspec.convert(row, Figures, strict=False) for (row,) in found]


def _known(unit: Code, today: date, now: datetime) -> dict[str, object]:
    return {"unit": unit, "today": today, "day": today, "now": now, "patience": Counting().late_entry_days}


def summed(board: Dashboard) -> tuple[Sum, ...]:
    """One sum for everything directly below the organisation, in the order of the tree."""
    # What is dissolved stands here only while it still owes something.
    depth = len(board.units[0].path)
    branches: dict[Code, list[Figures]] = {}
    for one in board.units[1:]:
        branches.setdefault(one.path[depth], []).append(one)
    sums = (total(found[0], found) for found in branches.values())
    gone = {one.unit for one in board.units if one.dissolved_on is not None}
    return tuple(one for one in sums if one.unit not in gone or any(one.counts.values()))


def total(head: Figures, parts: Sequence[Figures]) -> Sum:
    """The numbers of some organisations together, under the name of one of them."""
    counts = dict.fromkeys(GROUPS, 0)
    for one in parts:
        for kind, things in one.counts.items():
            counts[GROUP_OF[kind]] += things
    return Sum(
        unit=head.unit,
        title=head.title,
        kind=head.kind,
        units=sum(one.members > 0 for one in parts),
        members=sum(one.members for one in parts),
        planned=sum(one.planned for one in parts),
        held=sum(one.held for one in parts),
        idle=sum(one.idle for one in parts),
        without_recorder=sum(one.kind == "branch" and one.members > 0 and not one.recorders for one in parts),
        parked=sum(one.parked for one in parts),
        overdue=sum(one.overdue for one in parts),
        counts=counts,
    )
