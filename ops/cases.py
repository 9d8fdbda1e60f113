"""案件中人 — who is in a case: by the registers whose line it is, by the vault who objected or is reviewed.

A flag of retaliation is a case too: it names whoever objected, and leads to his objection.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import structlog

from api.objecting import Objector
from domain.objection.retaliation import read_about
from domain.oversight.erasing import CaseOf
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256
from projections.vault import Vault

_LIVING: Final = """
SELECT 'objection', o.id, o.unit, array_remove(ARRAY[o.subject, o.right_member], NULL), o.objector FROM objections AS o
WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = o.id)
UNION ALL
SELECT 'review', r.review, r.unit, ARRAY[]::uuid[], r.subject FROM reviews AS r
WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = r.review)
UNION ALL
SELECT 'flag', f.id, f.body, ARRAY[]::uuid[], f.about FROM retaliations AS f
WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = f.id)
ORDER BY 2
"""
_LINES: Final = "SELECT id, array_remove(ARRAY[subject, right_member], NULL) FROM objections WHERE id = ANY(%(ids)s)"
"""Whose lines objections are, whether their keys are there or gone."""

_log = structlog.get_logger("cases")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose key is there, and who is in it."""

    of: CaseOf
    unit: Code
    persons: frozenset[UUID]
    readable: bool = True
    """Whether its box could be opened: else anybody may be in it."""
    objection: UUID | None = None
    """Of a flag: after which objection it was raised."""
    objector: UUID | None = None
    """Of a flag: to whom the act was done, who is whoever objected."""

    def may_name(self, person: MemberId) -> bool:
        """Whether he is in it, or nobody can tell."""
        return person in self.persons or not self.readable


def living(vault: Vault, connection: "psycopg.Connection[Any]") -> tuple[Case, ...]:
    """Every case that has its key still, in the order of the ids."""
    rows = connection.execute(_LIVING).fetchall()
    try:
        opened: Mapping[Sha256, Secret] | None = vault.open([commitment for *_, commitment in rows])
    except Exception:
        _log.exception("a box does not open: all are opened one by one")
        opened = None
    found = [_case(vault, opened, *row) for row in rows]
    ids = [case.objection for case in found if case.objection is not None]
    lines = dict(connection.execute(_LINES, {"ids": ids}).fetchall()) if ids else {}
    return tuple(
        msgspec.structs.replace(case, persons=case.persons.union(lines.get(case.objection, ()))) for case in found
    )


def following(
    living: Iterable[Case],
    erased: Mapping[UUID, datetime],
    held: Set[UUID],
    crowd: int,
    outlived: Mapping[UUID, datetime],
) -> tuple[list[Case], list[Case]]:
    """The cases of erased persons, and those whose keys go now: all once so many of these persons stand together.

    Of fewer, only what was ``outlived`` by an order that was given after they were erased. Who has no case left, or
    none whose key could go now, hides nobody.
    """
    due = [case for case in living if case.persons & erased.keys()]
    free = [case for case in due if not case.persons & held]
    if len({person for case in free for person in case.persons & erased.keys()}) >= crowd:
        return due, free

    def ordered(case: Case) -> bool:
        since, order = max(erased[one] for one in case.persons & erased.keys()), outlived.get(case.of.case)
        return order is not None and since < order

    return due, [case for case in free if ordered(case)]


def _case(
    vault: Vault,
    opened: Mapping[Sha256, Secret] | None,
    kind: str,
    case: UUID,
    unit: Code,
    subjects: list[UUID],
    commitment: Sha256,
) -> Case:
    of = msgspec.convert({"case": case, "kind": kind}, CaseOf)
    about = frozenset(subjects)
    try:
        secret = (vault.open([commitment]) if opened is None else opened).get(commitment)
        said = None if secret is None else secret.value
        if kind == "flag" and said is not None:
            flag = read_about(said)
            who = flag.act.subject
            return Case(of=of, unit=unit, persons=about | {who}, objection=flag.objection, objector=who)
        sealed = None if said is None else _objector(said) if kind == "objection" else UUID(said)
    except Exception:  # one box that does not open hides one case, and no other
        _log.exception("box does not open", case=str(case))
        return Case(of=of, unit=unit, persons=about, readable=False)
    return Case(of=of, unit=unit, persons=about if sealed is None else about | {sealed})


def objector_of(vault: Vault, commitment: Sha256) -> MemberId | None:
    """Who objected; None for whoever is not on the register, or whose key is gone."""
    secret = vault.open([commitment]).get(commitment)
    return None if secret is None else _objector(secret.value)


def _objector(said: str) -> MemberId | None:
    try:
        return msgspec.json.decode(said, type=Objector).person
    except msgspec.MsgspecError:
        return None  # the example writes who objects in plain words
