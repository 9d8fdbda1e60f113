"""The read models together: their tables, who may read them, and which fact goes where.

They live in the schema ``reads``, owned by the projector. A rebuild makes the same tables in ``reads_next`` and
swaps the names. Every query names its tables without a schema: a connection's ``search_path`` says which it reads.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, LiteralString

from psycopg import sql

from domain.decider import Fact
from projections import (
    agenda,
    appraisals,
    assessments,
    body_scores,
    brought,
    casework,
    custody,
    determinations,
    local_items,
    log,
    matters,
    measured,
    membership,
    merits,
    noticed,
    objections,
    offices,
    organisation,
    parking,
    past_years,
    probations,
    progress,
    records,
    registers,
    restatements,
    result_notices,
    retaliations,
    reviews,
    rules,
    scores,
    sheets,
    taken,
    timeline,
    tracking,
    traits,
)
from projections.applying import Handler
from projections.rows import Connection

READS: Final = "reads"
NEXT: Final = "reads_next"
OLD: Final = "reads_old"

_MODELS: Final = (
    log,
    organisation,
    offices,
    membership,
    traits,
    rules,
    local_items,
    matters,
    sheets,
    casework,
    merits,
    brought,
    records,
    noticed,
    result_notices,
    objections,
    retaliations,
    timeline,
    progress,
    assessments,
    body_scores,
    determinations,
    restatements,
    probations,
    measured,
    appraisals,
    reviews,
    custody,
    past_years,
    taken,
    agenda,
    registers,
)
TABLES: Final[tuple[LiteralString, ...]] = (
    tracking.DDL,
    parking.DDL,
    *(model.DDL for model in _MODELS if model.DDL),
    scores.DDL,
)
INDEXES: Final[tuple[LiteralString, ...]] = (sheets.INDEXES, records.INDEXES, noticed.INDEXES)
"""Of the tables that most facts write to, and that nothing but readers looks into."""


def _handlers() -> dict[type[Fact], tuple[Handler, ...]]:
    """What is done with each kind of fact, model by model."""
    found: defaultdict[type[Fact], tuple[Handler, ...]] = defaultdict(tuple)
    for model in _MODELS:
        for kind, handler in model.HANDLERS.items():
            found[kind] += (handler,)
    return dict(found)


HANDLERS: Final = _handlers()
SHAPE: Final = hashlib.sha256("\n".join((*TABLES, *INDEXES)).encode()).hexdigest()
"""Digest of the table definitions: tables of another shape must be rebuilt."""

_EXISTS: Final = "SELECT to_regnamespace(%(schema)s) IS NOT NULL AND to_regclass(%(tracking)s) IS NOT NULL"

_READERS: Final = """
SELECT pg_get_userbyid(a.grantee) FROM pg_namespace AS n CROSS JOIN aclexplode(n.nspacl) AS a
WHERE n.nspname = %(schema)s AND a.privilege_type = 'USAGE' AND a.grantee NOT IN (0, n.nspowner)
"""


def exists(connection: Connection, schema: str = READS) -> bool:
    """Whether the read models are there."""
    known = {"schema": schema, "tracking": f"{schema}.tracking"}
    row = connection.execute(_EXISTS, known).fetchone()
    return row is not None and bool(row[0])


def create(connection: Connection, schema: str = READS, *, readers: Iterable[str] = (), generation: int = 1) -> None:
    """Make empty tables in a new schema, readable by some roles; the connection's search path is set to it.

    They still want ``index``, at the latest before anybody reads.
    """
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    use(connection, schema)
    for table in TABLES:
        connection.execute(table)
    open_to(connection, readers, schema)
    tracking.begin(connection, SHAPE, generation)


def index(connection: Connection) -> None:
    """Make what readers alone need."""
    for indexes in INDEXES:
        connection.execute(indexes)


def open_to(connection: Connection, readers: Iterable[str], schema: str = READS) -> None:
    """Let some roles read the tables of a schema."""
    name = sql.Identifier(schema)
    for reader in readers:
        role = sql.Identifier(reader)
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, role))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(name, role))


def readers_of(connection: Connection, schema: str = READS) -> set[str]:
    """The roles that may read the tables of a schema now."""
    return {role for (role,) in connection.execute(_READERS, {"schema": schema})}


def use(connection: Connection, schema: str = READS) -> None:
    """Read and write the tables of this schema from now on."""
    connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
    # A crash takes back the last rows together with how far was read, and the log, where every entry is safe before
    # its receipt, gives them again. Waiting for the disk after each batch was most of what a single score took.
    connection.execute("SET synchronous_commit = off")
