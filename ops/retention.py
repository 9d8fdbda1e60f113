"""到期执行 — carries out what people decided: keys are destroyed, and what is ordered to go is deleted.

The fact comes first, because a hold can still refuse it; the deletion follows and is made up for after a crash: what
the facts say is compared with what still lies there, again and again. Each key is written down outside the database
before it goes, so that no backup brings it back.
"""

import asyncio
import threading
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import msgspec
import psycopg
import structlog
from psycopg import sql

from api.objecting import Objector
from api.retaining import COUNTS, Plan, first_days, instants, plans
from domain.actor import person as person_in_role
from domain.actor import system
from domain.decider import Command, Refused
from domain.ledger import Ledger
from domain.organisation.unit import UNIT, Established
from domain.oversight.erasing import CaseOf, DestroyKey
from domain.oversight.retention import DestroyCaseKey, OrderRetention, RecordTrim
from domain.rules.consequences import Retention
from domain.rules.ruleset import RULES, NoRuleInForce
from domain.values import Code, MemberId, day_of, midnight_after
from ops.deployment import Deployment, on_reads, readers
from ops.destroyed import destroy, note_destroyed
from ops.roles import names_of
from projections import custody, follow

POLL_S: Final = 5.0
PROCESS: Final = system("process")

_CASES: Final = """
SELECT 'objection', o.id, o.subject, o.objector FROM objections AS o
WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = o.id)
UNION ALL
SELECT 'review', r.review, NULL, r.subject FROM reviews AS r
WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = r.review)
"""
_LEFT: Final = """
SELECT k.subject FROM vault.keys AS k
WHERE EXISTS (SELECT FROM custodies AS c WHERE c.person = k.subject AND c.erasure = 'destroyed')
   OR EXISTS (SELECT FROM case_keys AS c WHERE c.id = k.subject)
UNION
SELECT a.person FROM access.accounts AS a JOIN custodies AS c ON c.person = a.person WHERE c.erasure = 'destroyed'
"""
"""What the facts say is gone and still lies there."""
_ORDERED: Final = """
SELECT DISTINCT ON (unit, kind) unit, kind, before_on FROM retention_orders WHERE type = 'retention-ordered'
ORDER BY unit, kind, position DESC
"""
_TRIMMED: Final = """
SELECT EXISTS (
  SELECT FROM retention_orders WHERE type = 'access-log-trimmed' AND unit = %(unit)s AND before_on = %(before_on)s
)
"""
_HELD: Final = "SELECT person FROM custodies WHERE holds > 0"
_TRIM: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM access.readings WHERE at < %(until)s AND subject <> ALL(%(held)s)",
    "DELETE FROM access.sessions WHERE COALESCE(ended_at, expires_at) < %(until)s",
    "DELETE FROM access.tokens WHERE COALESCE(ended_at, expires_at) < %(until)s",
)
_REFUSED: Final = "DELETE FROM access.refused_pulls WHERE at < %(until)s"
_REWRITTEN: Final[tuple[LiteralString, ...]] = (
    "VACUUM (FULL) vault.keys",
    "VACUUM (FULL) vault.identities",
    "VACUUM (FULL) access.accounts",
)
"""Small tables; without it the bytes of a deleted row stay in the file. The boxes need none: their key is gone."""

_log = structlog.get_logger("retention")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What one run did."""

    persons: int = 0
    cases: int = 0
    rows: int = 0
    keys: int = 0
    """That were still there and are gone now."""
    waiting: int = 0
    """What is approved and still needed by something."""


def carry_out(deployment: Deployment, ledger: Ledger, now: datetime) -> Done:
    """Everything that was decided and is not done; again without harm. The read models must be there."""
    with psycopg.connect(on_reads(deployment.database.urls.writer), autocommit=True) as connection:
        persons, waiting, told = _erase(deployment, connection, ledger, now)
        cases, rows = _clear(deployment, connection, ledger, now)
        left = {one for (one,) in connection.execute(_LEFT).fetchall()} | told | cases
    return Done(persons=persons, cases=len(cases), rows=rows, waiting=waiting, keys=_destroy(deployment, left))


def _erase(
    deployment: Deployment, connection: "psycopg.Connection[Any]", ledger: Ledger, now: datetime
) -> tuple[int, int, set[UUID]]:
    """How many people were erased and how many wait, and whose keys must go for it."""
    gone: set[UUID] = set()
    persons = waiting = 0
    for person, unit in connection.execute(custody.APPROVED).fetchall():
        cases = _cases_of(deployment, connection, person)
        wish = DestroyKey(id=uuid4(), actor=PROCESS, at=now, unit=unit, member=person, cases=cases)
        if _granted(ledger, wish):
            persons += 1
            gone |= {person, *(one.case for one in cases)}
        else:
            waiting += 1
    return persons, waiting, gone


def _granted(ledger: Ledger, wish: Command) -> bool:
    try:
        ledger.execute(wish)
    except Refused as refused:
        _log.info("not carried out", operation=wish.operation, code=refused.code)
        return False
    return True


def _cases_of(deployment: Deployment, connection: "psycopg.Connection[Any]", person: MemberId) -> tuple[CaseOf, ...]:
    """Every objection by him or about him, and every review of him, as only the vault can tell."""
    rows = connection.execute(_CASES).fetchall()
    opened = deployment.vault.open([commitment for *_, commitment in rows])
    found: list[CaseOf] = []
    for kind, case, subject, commitment in rows:
        secret = opened.get(commitment)
        said = None if secret is None else secret.value
        if subject == person or (said is not None and _names(kind, said, person)):
            found.append(CaseOf(case=case, kind=kind))
    return tuple(found)


def _names(kind: str, said: str, person: MemberId) -> bool:
    if kind == "review":
        return said == str(person)
    try:
        return msgspec.json.decode(said, type=Objector).person == person
    except msgspec.MsgspecError:
        return False  # the example writes who objects in plain words


def _clear(
    deployment: Deployment, connection: "psycopg.Connection[Any]", ledger: Ledger, now: datetime
) -> tuple[set[UUID], int]:
    """What was ordered: whose cases lost their keys, and how many rows of the access log went."""
    cases: set[UUID] = set()
    rows = 0
    for unit, kind, before_on in connection.execute(_ORDERED).fetchall():
        if kind == "objections":
            for (objection,) in connection.execute(custody.OBJECTIONS_DUE, {"before_on": before_on}).fetchall():
                wish = DestroyCaseKey(id=uuid4(), actor=PROCESS, at=now, unit=unit, objection=objection)
                if _granted(ledger, wish):
                    cases.add(objection)
        elif connection.execute(_TRIMMED, {"unit": unit, "before_on": before_on}).fetchone() == (False,):
            rows += _trim(deployment, connection, ledger, now, unit, before_on)
    return cases, rows


def _trim(
    deployment: Deployment,
    connection: "psycopg.Connection[Any]",
    ledger: Ledger,
    now: datetime,
    unit: Code,
    before_on: date,
) -> int:
    """Rows of the access log and of sign-ins before a day, but for those about people under a hold."""
    held = [person for (person,) in connection.execute(_HELD).fetchall()]
    known = {"until": midnight_after(before_on - timedelta(days=1)), "held": held}
    with psycopg.connect(deployment.database.urls.eraser) as eraser:
        readings, sessions, tokens = (eraser.execute(statement, known).rowcount for statement in _TRIM)
        eraser.execute(_REFUSED, known)
    # Deleted first: the order is a fact already, and after a crash in between the next run finds nothing left.
    said = RecordTrim(
        id=uuid4(),
        actor=PROCESS,
        at=now,
        unit=unit,
        before_on=before_on,
        readings=readings,
        sessions=sessions,
        tokens=tokens,
    )
    _granted(ledger, said)
    return readings + sessions + tokens


def _destroy(deployment: Deployment, subjects: Iterable[UUID]) -> int:
    """Delete keys with all that they sealed, once each is written down outside the database."""
    gone = sorted(set(subjects))
    if not gone:
        return 0
    for subject in gone:
        note_destroyed(deployment.state_folder, subject)
    with psycopg.connect(deployment.database.urls.eraser) as eraser:
        keys = destroy(eraser, gone)
    owner = names_of(deployment.database.urls.database)["owner"]
    with psycopg.connect(deployment.database.urls.migrator, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner)))
        for statement in _REWRITTEN:
            connection.execute(statement)
    return keys


def _kept(deployment: Deployment, unit: Code, today: date) -> Retention:
    ledger = deployment.ledger()
    state = ledger.load(UNIT.of(unit))
    rules = None if not isinstance(state, Established) else ledger.load(RULES.of(state.scheme)).in_force(today)
    if rules is None or rules.scheme is None:
        raise NoRuleInForce(day=today)
    return rules.scheme.retention_years


def planned(deployment: Deployment, unit: Code, now: datetime) -> tuple[Plan, ...]:
    """What is due, as the page shows it."""
    today = day_of(now)
    days = first_days(_kept(deployment, unit, today), today)
    with psycopg.connect(on_reads(deployment.database.urls.writer), autocommit=True) as connection:
        row = connection.execute(COUNTS, instants(days)).fetchone()
    assert row is not None, "a count is always given"
    return plans(unit, days, row)


def carried_out(deployment: Deployment, now: datetime) -> Done:
    """As ``carry_out``, with everything followed before and after: what the log says by then is what is done."""
    with psycopg.connect(on_reads(deployment.database.urls.projector), autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
        if follow.lead(connection):
            follow.catch_up(connection)
        done = carry_out(deployment, deployment.ledger(), now)
        if follow.lead(connection):
            follow.catch_up(connection)
    return done


def confirmed(deployment: Deployment, person: MemberId, unit: Code, plan: Plan, now: datetime) -> None:
    """A person confirms a plan from the command line, in the office that he holds."""
    wish = OrderRetention(
        id=uuid4(),
        actor=person_in_role(person, "officer", unit),
        at=now,
        unit=unit,
        kind=plan.kind,
        before_on=plan.before_on,
        due=plan.due,
        plan=plan.plan,
    )
    deployment.ledger().execute(wish)


def overdue(deployment: Deployment, unit: Code, now: datetime) -> tuple[custody.Standing, ...]:
    """Those below an organisation who left, and whose term is over."""
    first_kept = day_of(now).year - _kept(deployment, unit, day_of(now)).records

    async def asked() -> tuple[custody.Standing, ...]:
        async with await psycopg.AsyncConnection.connect(on_reads(deployment.database.urls.reader)) as connection:
            return (await custody.due(connection, unit, first_kept)).value

    return asyncio.run(asked())


def run(deployment: Deployment, stop: threading.Event) -> None:
    """Carry out what is decided, until stopped."""
    ledger, clock = deployment.ledger(), deployment.clock()
    with psycopg.connect(on_reads(deployment.database.urls.projector), autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
    while not stop.wait(POLL_S):
        carry_out(deployment, ledger, clock.now())
