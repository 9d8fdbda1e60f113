"""到期执行 — carries out what people decided: keys are destroyed, and what is ordered to go is deleted.

The fact comes first, because a hold can still refuse it; the deletion follows and is made up for after a crash: what
the facts say is compared with what still lies there, again and again. Each key is written down outside the database
before it goes, so that no backup brings it back.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID, uuid4

import msgspec
import psycopg
import structlog
from psycopg import sql

from api.retaining import COUNTS, ONLY_TOP, Plan, first_days, instants, plans
from domain.actor import person as person_in_role
from domain.actor import system
from domain.decider import Command, Refused
from domain.ledger import Ledger
from domain.organisation.unit import UNIT, Established
from domain.oversight.erasing import DestroyKey
from domain.oversight.retention import DestroyCaseKey, DestroyErasedCase, OnlyAtTheTop, OrderRetention, RecordTrim
from domain.rules.consequences import Retention
from domain.rules.ruleset import RULES, NoRuleInForce
from domain.values import Code, MemberId, day_of, midnight_after
from ops import cases
from ops.deployment import Deployment, on_reads, readers
from ops.destroyed import destroy, note_destroyed, note_swept, note_unswept, still_unswept
from ops.roles import names_of
from projections import custody, follow

T = TypeVar("T")

POLL_S: Final = 5.0
WAIT_DAYS: Final = 7
"""So many whole days every approved erasure waits: that one hangs longer shows nobody at once that something runs."""
CROWD: Final = 3
"""Of so many erased persons the keys of the cases that are left go together: of one or two they would say who objected.
Until then a case keeps its key, at most until the order that clears the cases of its year."""
LOCK_TIMEOUT_S = 10.0
"""So long the rewriting of a table waits for whoever reads it; what it could not rewrite it tries again."""
PROCESS: Final = system("process")

_CAUGHT_UP: Final = """
SELECT t.position >= (SELECT COALESCE(max(position), 0) FROM ledger.entries)
  AND NOT EXISTS (SELECT FROM parked WHERE kind = 'stream')
FROM tracking AS t
"""
"""Whether the read models know everything that was acknowledged until now: a hold that they miss protects nobody. Cases
and orders have streams of their own; facts about a parked member may be missing, so he counts as one who is held."""
_PARKED: Final = "SELECT key FROM parked WHERE kind = 'member'"
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
_HELD: Final = "SELECT person FROM custodies WHERE holds > 0 UNION SELECT key FROM parked WHERE kind = 'member'"
_HOLD_STILL: Final = "SELECT ledger.hold_still()"
_TRIM: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM access.readings WHERE at < %(until)s AND subject <> ALL(%(held)s) AND reader <> ALL(%(held)s)",
    "DELETE FROM access.sessions WHERE COALESCE(ended_at, expires_at) < %(until)s AND person <> ALL(%(held)s)",
    "DELETE FROM access.tokens WHERE COALESCE(ended_at, expires_at) < %(until)s AND person <> ALL(%(held)s)",
)
_REFUSED: Final = """
DELETE FROM access.refused_pulls
WHERE at < %(until)s AND reader <> ALL(%(held)s) AND (subject IS NULL OR subject <> ALL(%(held)s))
"""
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
    """What is approved or ordered, and still needed by something, or failed."""
    behind: bool = False
    """Nothing was done, because the read models did not know everything yet."""


def carry_out(
    deployment: Deployment,
    ledger: Ledger,
    now: datetime,
    *,
    batch: bool = True,
    wait_days: int = WAIT_DAYS,
    erased_before: datetime | None = None,
    crowd: int = CROWD,
) -> Done:
    """Everything that was decided and is not done; again without harm. The read models must be there.

    What fails is logged and waits for the next time: one bad case stops nobody else's. People are erased, and the keys
    of their cases go, in a ``batch`` for all alike, and so not every time.
    """
    month = erased_before or midnight_after(day_of(now).replace(day=1) - timedelta(days=1))
    with psycopg.connect(on_reads(deployment.database.urls.writer), autocommit=True) as connection:
        if not caught_up(connection):
            return Done(behind=True)
        persons, waiting = _erase(deployment, connection, ledger, now, wait_days) if batch else (set[UUID](), 0)
        followed, stuck = _follow(deployment, connection, ledger, now, month, crowd) if batch else (set[UUID](), 0)
        ordered, rows, kept = _clear(deployment, connection, ledger, now)
        left = {one for (one,) in connection.execute(_LEFT).fetchall()} | persons | followed | ordered
    keys, failed = _destroy(deployment, left)
    # A rewriting keeps whoever signs in waiting: one that failed is tried again with each batch, not at every look.
    again = batch and still_unswept(deployment.state_folder)
    swept = _swept(deployment) if again or failed < len(left) else True
    return Done(
        persons=len(persons),
        cases=len(followed | ordered),
        rows=rows,
        keys=keys,
        waiting=waiting + stuck + kept + failed + (not swept),
    )


def caught_up(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the read models know everything that the log holds at this moment."""
    return connection.execute(_CAUGHT_UP).fetchone() == (True,)


def _tried(step: Callable[[], T], otherwise: T, what: str, **about: object) -> T:
    """What a step gives; where it fails, that is logged, and the next one goes on."""
    try:
        return step()
    except Exception:
        _log.exception("failed, will be tried again", what=what, **about)
        return otherwise


def _erase(
    deployment: Deployment, connection: "psycopg.Connection[Any]", ledger: Ledger, now: datetime, wait_days: int
) -> tuple[set[UUID], int]:
    """Who was erased, and how many wait."""

    def erased(person: MemberId, unit: Code) -> bool:
        if not caught_up(connection):
            return False
        found = tuple(case.of for case in cases.living(deployment.vault, connection) if case.may_name(person))
        return _granted(ledger, DestroyKey(id=uuid4(), actor=PROCESS, at=now, unit=unit, member=person, cases=found))

    before = midnight_after(day_of(now) - timedelta(days=wait_days))
    asked = connection.execute(custody.APPROVED, {"before": before}).fetchall()
    parked = {person for (person,) in connection.execute(_PARKED).fetchall()}
    gone = {
        person
        for person, unit in asked
        if person not in parked and _tried(partial(erased, person, unit), False, "erasure", person=str(person))
    }
    return gone, len(asked) - len(gone)


def _follow(
    deployment: Deployment,
    connection: "psycopg.Connection[Any]",
    ledger: Ledger,
    now: datetime,
    month: datetime,
    crowd: int,
) -> tuple[set[UUID], int]:
    """The cases that lose their keys because somebody of them was erased before the month, and how many wait.

    All go together, in the order of their ids, once so many erased persons are in them: a key that went beside its
    person's, or after nobody else's, would name him. Fewer wait for the next order that clears the cases of the year.
    """
    erased = dict(connection.execute(custody.ERASED_BEFORE, {"before": month}).fetchall())
    if not erased:
        return set(), 0
    held = {person for (person,) in connection.execute(_HELD).fetchall()}
    outlived = dict(connection.execute(custody.OUTLIVED).fetchall())
    due, going = cases.following(cases.living(deployment.vault, connection), erased, held, crowd, outlived)

    def followed(case: cases.Case) -> bool:
        persons = tuple(sorted(case.persons))
        wish = DestroyErasedCase(
            id=uuid4(), actor=PROCESS, at=now, unit=case.unit, case=case.of.case, kind=case.of.kind, persons=persons
        )
        return _granted(ledger, wish)

    done = {case.of.case for case in going if _tried(partial(followed, case), False, "case", case=str(case.of.case))}
    return done, len(due) - len(done)


def _granted(ledger: Ledger, wish: Command) -> bool:
    try:
        ledger.execute(wish)
    except Refused as refused:
        _log.info("not carried out", operation=wish.operation, code=refused.code)
        return False
    return True


def _clear(
    deployment: Deployment, connection: "psycopg.Connection[Any]", ledger: Ledger, now: datetime
) -> tuple[set[UUID], int, int]:
    """What was ordered: whose cases lost their keys, how many rows of the access log went, and how much waits."""
    gone: set[UUID] = set()
    rows = waiting = 0
    if connection.execute(ONLY_TOP).fetchone() != (True,):
        return gone, rows, waiting
    for unit, kind, before_on in connection.execute(_ORDERED).fetchall():
        if kind == "objections":
            done, stuck = _clear_objections(deployment, connection, ledger, now, unit, before_on)
            gone |= done
            waiting += stuck
        elif connection.execute(_TRIMMED, {"unit": unit, "before_on": before_on}).fetchone() == (False,):
            trim = partial(_trim, deployment, connection, ledger, now, unit, before_on)
            went = _tried(trim, None, "access log", unit=unit)
            rows += went or 0
            waiting += went is None
    return gone, rows, waiting


def _clear_objections(
    deployment: Deployment,
    connection: "psycopg.Connection[Any]",
    ledger: Ledger,
    now: datetime,
    unit: Code,
    before_on: date,
) -> tuple[set[UUID], int]:
    """Objections of before a day with their flags, unless somebody in them is held; and how many wait."""
    due = connection.execute(custody.OBJECTIONS_DUE, {"before_on": before_on}).fetchall()
    closed = {one for (one,) in connection.execute(custody.CLOSED_BEFORE, {"before_on": before_on}).fetchall()}
    flags = [case for case in cases.living(deployment.vault, connection) if case.objection in closed]

    def cleared(objection: UUID, objector: UUID | None, flag: UUID | None) -> bool:
        wish = DestroyCaseKey(
            id=uuid4(), actor=PROCESS, at=now, unit=unit, objection=objection, objector=objector, flag=flag
        )
        return _granted(ledger, wish)

    def opened(objection: UUID, commitment: str) -> bool:
        return cleared(objection, cases.objector_of(deployment.vault, commitment), None)

    def flag_cleared(case: cases.Case) -> bool:
        assert case.objection is not None, "only flags were looked for"
        return cleared(case.objection, case.objector, case.of.case)

    steps = [(one, partial(opened, one, who)) for one, who in due]
    # In the order of the ids, apart from their objections: a key beside another would say to which it belongs.
    steps += [(case.of.case, partial(flag_cleared, case)) for case in flags]
    done = {one for one, step in steps if _tried(step, False, "objection", case=str(one))}
    return done, len(steps) - len(done)


def _trim(
    deployment: Deployment,
    connection: "psycopg.Connection[Any]",
    ledger: Ledger,
    now: datetime,
    unit: Code,
    before_on: date,
) -> int | None:
    """Rows of the access log and of sign-ins before a day, but for those of people under a hold; None for not now."""
    held = _held(connection)
    if held is None:
        return None
    # Who looked at a flag of retaliation stands under the flag: the vault alone can tell that its person is held.
    living = cases.living(deployment.vault, connection)
    flags = {case.of.case for case in living if case.of.kind == "flag" and any(map(case.may_name, held))}
    known = {"until": midnight_after(before_on - timedelta(days=1)), "held": sorted(held | flags)}
    with psycopg.connect(deployment.database.urls.eraser) as eraser:
        readings, sessions, tokens = (eraser.execute(statement, known).rowcount for statement in _TRIM)
        eraser.execute(_REFUSED, known)
        # Looked at again where no hold can come any more, and not before the deletion: nobody waits as long as that.
        eraser.execute(_HOLD_STILL)
        still_held = _held(connection)
        if still_held is None or still_held - held:
            eraser.rollback()
            return None
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


def _held(connection: "psycopg.Connection[Any]") -> frozenset[UUID] | None:
    """Whose rows stay; None while somebody could be missing."""
    if not caught_up(connection):
        return None
    return frozenset(person for (person,) in connection.execute(_HELD).fetchall())


def _destroy(deployment: Deployment, subjects: Iterable[UUID]) -> tuple[int, int]:
    """Delete keys with all that they sealed, once each is written down outside the database; and what failed."""
    wanted = sorted(set(subjects))

    def noted(subject: UUID) -> bool:
        note_destroyed(deployment.state_folder, subject)
        return True

    def deleted() -> int:
        # Marked first: by the time a rewriting fails, or is not come to, no key is left that would call for it.
        note_unswept(deployment.state_folder)
        with psycopg.connect(deployment.database.urls.eraser) as eraser:
            return destroy(eraser, gone)

    gone = [one for one in wanted if _tried(partial(noted, one), False, "list of destroyed keys")]
    if not gone:
        return 0, len(wanted)
    keys = _tried(deleted, None, "deletion")
    return (0, len(wanted)) if keys is None else (keys, len(wanted) - len(gone))


def _swept(deployment: Deployment) -> bool:
    """Whether no byte of what was deleted is left in the tables' files; where one may be, the mark stays."""
    if not _tried(partial(_rewrite, deployment), False, "rewriting of the tables"):
        return False
    note_swept(deployment.state_folder)
    return True


def _rewrite(deployment: Deployment) -> bool:
    owner = names_of(deployment.database.urls.database)["owner"]
    with psycopg.connect(deployment.database.urls.migrator, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner)))
        # Whoever signs in waits behind a rewriting that waits, and so not for long.
        connection.execute("SELECT set_config('lock_timeout', %(timeout)s, false)", {"timeout": f"{LOCK_TIMEOUT_S}s"})
        for statement in _REWRITTEN:
            connection.execute(statement)
    return True


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
    with psycopg.connect(on_reads(deployment.database.urls.writer), autocommit=True) as connection:
        if connection.execute(ONLY_TOP).fetchone() != (True,):
            raise OnlyAtTheTop
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
    """Carry out what is decided, until stopped: people are erased in one batch a day."""
    ledger, clock, behind = deployment.ledger(), deployment.clock(), False
    with psycopg.connect(on_reads(deployment.database.urls.projector), autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
    last: date | None = None
    while not stop.wait(POLL_S):
        now = clock.now()
        today = day_of(now)
        done = _tried(partial(carry_out, deployment, ledger, now, batch=today != last), None, "retention")
        if done is None:
            continue
        if done.behind and not behind:  # said once, and not at every look
            _log.warning("behind: nothing goes until the read models know everything")
        behind = done.behind
        if not behind:
            last = today
