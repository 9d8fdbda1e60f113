"""到期清单 — what the terms of the rule set let nobody keep any longer: counted for a person who decides.

The plan's digest stands in the order, so that what was confirmed is what was shown.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from domain.oversight.retention import KEPT_KINDS, KeptKind
from domain.rules.consequences import Retention
from domain.values import Code, Sha256, midnight_after

COUNTS: Final = """
SELECT
  (SELECT count(*) FROM access.readings AS r
   WHERE r.at < %(access_log)s
     AND NOT EXISTS (SELECT FROM custodies AS c WHERE c.person IN (r.subject, r.reader) AND c.holds > 0)) AS readings,
  (SELECT count(*) FROM access.sessions AS s WHERE COALESCE(ended_at, expires_at) < %(access_log)s
     AND NOT EXISTS (SELECT FROM custodies AS c WHERE c.person = s.person AND c.holds > 0)) AS sessions,
  (SELECT count(*) FROM access.tokens AS t WHERE COALESCE(ended_at, expires_at) < %(access_log)s
     AND NOT EXISTS (SELECT FROM custodies AS c WHERE c.person = t.person AND c.holds > 0)) AS tokens,
  (SELECT count(*) FROM objections AS o
   WHERE o.status = 'closed' AND o.filed_at < %(objections)s
     AND NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = o.id)
     AND NOT EXISTS (SELECT FROM custodies AS c WHERE c.person = o.subject AND c.holds > 0)) AS objections
"""
"""One row, asked by a role that may read both who looked at what and the read models.

Readings of a flag of retaliation are counted though its person be held, and stay; so is an objection whose objector is
held. Exact numbers would change with a hold, and tell whoever places one that its person had objected.
"""

ONLY_TOP: Final = "SELECT count(*) = 1 FROM units WHERE parent IS NULL"
"""What is ordered goes for the whole deployment: nobody orders it for another organisation without a superior."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one kind that is due."""

    kind: KeptKind
    before_on: date
    """The first day that is kept."""
    counted: Mapping[str, int]
    due: int
    plan: Sha256


def first_days(kept: Retention, today: date) -> dict[KeptKind, date]:
    """The first day of each kind that is kept: whole years after the end of a row's own."""
    years: dict[KeptKind, int] = {"access-log": kept.access_log, "objections": kept.objections}
    return {kind: date(today.year - years[kind], 1, 1) for kind in KEPT_KINDS}


def instants(days: Mapping[KeptKind, date]) -> dict[str, datetime]:
    """What ``COUNTS`` asks for."""
    return {kind.replace("-", "_"): midnight_after(day - timedelta(days=1)) for kind, day in days.items()}


def plans(unit: Code, days: Mapping[KeptKind, date], row: Sequence[int]) -> tuple[Plan, ...]:
    """The plan of each kind, from the row that was counted."""
    readings, sessions, tokens, objections = row
    counted: dict[KeptKind, dict[str, int]] = {
        "access-log": {"readings": readings, "sessions": sessions, "tokens": tokens},
        "objections": {"objections": objections},
    }
    return tuple(_plan(unit, kind, day, counted[kind]) for kind, day in days.items())


def _plan(unit: Code, kind: KeptKind, before_on: date, counted: Mapping[str, int]) -> Plan:
    said = msgspec.json.encode({"unit": unit, "kind": kind, "before_on": before_on, "counted": counted}, order="sorted")
    due = sum(counted.values())
    return Plan(kind=kind, before_on=before_on, counted=counted, due=due, plan=hashlib.sha256(said).hexdigest())
