"""职责分离 — that nobody entered, decided and reviewed the same thing: each rule counted over what was really done.

A rule names what is looked at one by one, by person and never by office: ``wrong`` must be nowhere. ``near`` is what
the rules allow and a reader may want to look at: a stand-in acted, or somebody wrote down the decision of a meeting in
which he himself had no vote. It is asked of the facts as they were recorded, not of the code that refused.
"""

from datetime import date, datetime
from typing import Final, LiteralString, NamedTuple

from domain.values import day_of
from projections.reports.asking import Asking
from projections.reports.table import Column, Row, Table, Value

RULES: Final = (Column("rule", "word"), Column("checked"), Column("wrong"), Column("near"))
CASES: Final = (
    *(Column("rule", "word"), Column("found", "word"), Column("unit", "text"), Column("thing", "text")),
    *(Column("day", "day"), Column("who", "person"), Column("position")),
)
MOST: Final = 500
"""Near-misses that are listed, newest first; all are counted."""

_STANDS_IN: Final = """EXISTS (
  SELECT FROM appointments AS seat JOIN members AS holder ON holder.member = seat.member
  WHERE holder.person = {who} AND seat.unit = {unit} AND seat.stands_for IS NOT NULL
    AND seat.from_on <= {day} AND (seat.until_on IS NULL OR {day} <= seat.until_on))"""
_SITS: Final = """EXISTS (
  SELECT FROM appointments AS seat JOIN members AS holder ON holder.member = seat.member
  WHERE holder.person = {who} AND seat.unit = {unit} AND seat.role IN ('secretary', 'committee_member')
    AND seat.stands_for IS NULL AND seat.from_on <= {day} AND (seat.until_on IS NULL OR {day} <= seat.until_on)
    AND NOT EXISTS (
      SELECT FROM appointments AS other
      WHERE other.unit = seat.unit AND other.role = seat.role AND other.stands_for = seat.member
        AND other.from_on <= {day} AND (other.until_on IS NULL OR {day} <= other.until_on)))"""
"""Whether somebody sits in a committee himself on a day; the columns of both have names that no rule below uses."""


class Rule(NamedTuple):
    """One rule: its word, and a query of (unit, thing, position, who, wrong, near) for everything it concerns."""

    word: str
    query: LiteralString
    lasts: bool = False
    """Whether what was done before the period still stands in it: the rules that are in force."""


def _on(text: LiteralString, who: LiteralString, unit: LiteralString, day: LiteralString) -> LiteralString:
    return text.replace("{who}", who).replace("{unit}", unit).replace("{day}", day)


_DECIDED: Final = "(ap.at AT TIME ZONE 'Asia/Shanghai')::date"
_RULED: Final = "(d.at AT TIME ZONE 'Asia/Shanghai')::date"
_RULES: Final = (
    Rule(
        "enters-own",
        "".join(
            (
                """
SELECT s.unit, m.title || ' · ' || s.item AS thing, l.position, p.person AS who, l.entered_by = l.member AS wrong, """,
                _on(_STANDS_IN, "p.person", "s.unit", "s.occurred_on"),
                """ AS near
FROM sheet_lines AS l JOIN sheets AS s USING (sheet) JOIN matters AS m ON m.matter = s.matter
JOIN members AS p ON p.member = l.entered_by
""",
            )
        ),
    ),
    Rule(
        "enters-and-decides",
        "".join(
            (
                """
SELECT s.unit, m.title || ' · ' || s.item AS thing, ap.approval AS position, ap.decided_by AS who,
       EXISTS (SELECT FROM sheet_lines AS l JOIN members AS p ON p.member = l.entered_by
               WHERE l.sheet = s.sheet AND l.position < ap.approval
                 AND (p.person = ap.decided_by OR (NOT p.person = ANY(ap.recused) AND """,
                _on(_SITS, "p.person", "ap.body", _DECIDED),
                """)))
       OR ap.decided_by IS NOT DISTINCT FROM s.submitted_by AS wrong,
       """,
                _on(_STANDS_IN, "ap.decided_by", "ap.body", _DECIDED),
                """ AS near
FROM approvals AS ap JOIN sheets AS s USING (sheet) JOIN matters AS m ON m.matter = s.matter
""",
            )
        ),
    ),
    Rule(
        "decides-own-line",
        "".join(
            (
                """
SELECT s.unit, m.title || ' · ' || s.item AS thing, r.record AS position, ap.decided_by AS who,
       r.entitled >= ap.entitled AND NOT p.person = ANY(ap.recused) AS wrong, ap.decided_by = p.person AS near
FROM records AS r JOIN sheets AS s USING (sheet) JOIN matters AS m ON m.matter = s.matter
JOIN members AS p ON p.member = r.member
JOIN LATERAL (SELECT a.* FROM approvals AS a WHERE a.sheet = r.sheet AND a.approval < r.record
              ORDER BY a.approval DESC LIMIT 1) AS ap ON true
WHERE r.entitled > 0 AND """,
                _on(_SITS, "p.person", "ap.body", _DECIDED),
            )
        ),
    ),
    Rule(
        "decides-own-case",
        "".join(
            (
                """
SELECT c.unit, COALESCE(c.title, c.matter) || ' · ' || c.item AS thing, d.decision AS position, d.decided_by AS who,
       d.decided_by = p.person OR (NOT p.person = ANY(d.recused) AND """,
                _on(_SITS, "p.person", "d.body", _RULED),
                """) AS wrong,
       """,
                _on(_STANDS_IN, "d.decided_by", "d.body", _RULED),
                """ AS near
FROM case_decisions AS d JOIN cases AS c USING (opened) JOIN members AS p ON p.member = c.member
""",
            )
        ),
    ),
    Rule(
        "enters-and-decides-case",
        "".join(
            (
                """
SELECT c.unit, COALESCE(c.title, c.matter) || ' · ' || c.item AS thing, d.decision AS position, d.decided_by AS who,
       EXISTS (SELECT FROM case_papers AS y WHERE y.opened = c.opened AND y.position < d.decision
                 AND (y.entered_by = d.decided_by OR (NOT y.entered_by = ANY(d.recused) AND """,
                _on(_SITS, "y.entered_by", "d.body", _RULED),
                """))) AS wrong,
       false AS near
FROM case_decisions AS d JOIN cases AS c USING (opened)
""",
            )
        ),
    ),
    Rule(
        "handles-own-doing",
        """
SELECT o.unit, COALESCE(o.receipt, '') AS thing, o.filed AS position, o.handler AS who,
       o.handler IS NOT DISTINCT FROM o.subject
       OR EXISTS (SELECT FROM records AS r JOIN sheet_lines AS l ON l.sheet = r.sheet AND l.member = r.member
                  JOIN members AS p ON p.member = l.entered_by WHERE r.id = o.record AND p.person = o.handler)
       OR EXISTS (SELECT FROM records AS r JOIN approvals AS ap ON ap.sheet = r.sheet
                  WHERE r.id = o.record AND ap.decided_by = o.handler)
       OR EXISTS (SELECT FROM cases AS c JOIN case_papers AS y USING (opened)
                  WHERE c.record = o.record AND y.entered_by = o.handler)
       OR EXISTS (SELECT FROM cases AS c JOIN case_decisions AS d USING (opened)
                  WHERE c.record = o.record AND d.decided_by = o.handler) AS wrong,
       o.escalated > 0 AS near
FROM objections AS o WHERE o.handler IS NOT NULL
""",
    ),
    Rule(
        "handles-and-hears-appeal",
        """
SELECT o.unit, COALESCE(o.receipt, '') AS thing, e.position, (y.said #>> '{actor,person}')::uuid AS who,
       (y.said #>> '{actor,person}')::uuid IS NOT DISTINCT FROM o.handler AS wrong, false AS near
FROM ledger.entries AS e CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS said) AS y
JOIN objections AS o ON o.id = (y.said #>> '{fact,objection}')::uuid
WHERE e.type = 'appeal-decided'
""",
    ),
    Rule(
        "drafts-and-approves",
        """
SELECT u.code AS unit, r.scheme || ' ' || r.version AS thing, r.approved AS position,
       COALESCE(y.said #>> '{fact,by}', y.said #>> '{actor,person}')::uuid AS who,
       COALESCE(COALESCE(y.said #>> '{fact,by}', y.said #>> '{actor,person}')::uuid = r.author, false) AS wrong,
       r.author IS NULL AS near
FROM rule_sets AS r JOIN ledger.entries AS e ON e.position = r.approved
CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS said) AS y
JOIN units AS u ON u.scheme = r.scheme AND u.parent IS NULL
""",
        lasts=True,
    ),
    Rule(
        "orders-and-approves",
        """
SELECT t.unit, t.rules || ' ' || t.year || ' ' || t.period AS thing, e.position,
       (y.said #>> '{actor,person}')::uuid AS who,
       (y.said #>> '{actor,person}')::uuid IS NOT DISTINCT FROM t.by AS wrong, false AS near
FROM ledger.entries AS e CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS said) AS y
JOIN restatements AS t ON t.unit = y.said #>> '{fact,unit}' AND t.year = (y.said #>> '{fact,year}')::int
 AND t.period = y.said #>> '{fact,period}' AND t.number = (y.said #>> '{fact,number}')::int
WHERE e.type = 'restatement-approved'
""",
    ),
)
_ASKED: Final = """
WITH every AS MATERIALIZED (SELECT x.*, e.known_at FROM ("""
_COUNTED: Final = """) AS x JOIN units AS u ON u.code = x.unit JOIN ledger.entries AS e ON e.position = x.position
WHERE %(unit)s = ANY(u.path) AND e.known_at >= %(first_on)s::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND e.known_at < (%(last_on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
SELECT count(*), count(*) FILTER (WHERE wrong), count(*) FILTER (WHERE near AND NOT wrong),
       COALESCE((SELECT json_agg(json_build_array(y.unit, y.thing, y.position, y.who, y.wrong, y.known_at))
                 FROM (SELECT * FROM every WHERE wrong OR near ORDER BY wrong DESC, position DESC LIMIT %(most)s) AS y),
                '[]')
FROM every
"""


def duties(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Each rule with its numbers, and what of it is to be looked at."""
    rules: list[Row] = []
    cases: list[Row] = []
    for rule in _RULES:
        first_on = date.min if rule.lasts else asking.first_on
        known = {"unit": asking.unit, "first_on": first_on, "last_on": asking.last_on, "most": MOST}
        found = asking.connection.execute("".join((_ASKED, rule.query, _COUNTED)), known).fetchone()
        assert found is not None
        checked, wrong, near, listed = found
        numbers: dict[str, Value] = {"rule": rule.word, "checked": checked, "wrong": wrong, "near": near}
        rules.append(Row(values=numbers, marked=wrong > 0))
        cases += [_case(rule.word, *one) for one in listed]
    cases.sort(key=lambda row: not row.marked)
    tables = (
        Table(code="rules", columns=RULES, rows=tuple(rules)),
        Table(code="cases", columns=CASES, rows=tuple(cases)),
    )
    return tables, ("duties", "broken" if any(row.marked for row in rules) else "kept")


def _case(rule: str, unit: str, thing: str, position: int, who: str | None, wrong: bool, at: str) -> Row:
    values: dict[str, Value] = {
        "rule": rule,
        "found": "wrong" if wrong else "near",
        "unit": unit,
        "thing": thing,
        "day": day_of(datetime.fromisoformat(at)).isoformat(),
        "who": who,
        "position": position,
    }
    return Row(values=values, marked=wrong)
