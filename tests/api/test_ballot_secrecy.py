"""Who voted is known, what he voted is not: no table, entry, log line, backup, write-ahead log or order joins them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from domain.assessment.appraisal import BallotCast
from domain.entry import Entry, decode
from ops.backup import back_up
from ops.embedded import Running
from projections.ballot_box import digest_of_code
from tests.api.lived import lived, to_the_appraisal
from tests.api.test_appraisals import cast, count, opened
from tests.api.town import Town
from tests.domain.branch import PEOPLE

ENVELOPE_BYTES = 144
EVERY_TABLE = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""


@pytest.fixture(scope="module")
def year(server: Running) -> Iterator[Town]:
    """The branch at the end of its year."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, to_the_appraisal()) as town:
        yield town
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def operator(server: Running, year: Town) -> Iterator["psycopg.Connection[Any]"]:
    """The database's superuser: whoever has the machine."""
    url = server.url(year.deployment.database.urls.database, "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def everything(operator: "psycopg.Connection[Any]") -> dict[str, set[str]]:
    """Every row of every table, as text, with the transaction that wrote it."""
    found: dict[str, set[str]] = {}
    for schema, table in operator.execute(EVERY_TABLE).fetchall():
        place = sql.Identifier(schema, table)
        rows = operator.execute(sql.SQL("SELECT t.xmin::text || ' ' || t::text FROM {} AS t").format(place)).fetchall()
        found[f"{schema}.{table}"] = {row for (row,) in rows}
    return found


@pytest.fixture(scope="module")
def session(year: Town) -> Any:
    """An open session by codes."""
    return opened(year, "single_subject_codes")


@pytest.fixture(scope="module")
def before(operator: "psycopg.Connection[Any]", session: Any, year: Town) -> dict[str, set[str]]:
    """What the operator sees before anybody has voted."""
    slip = session["slips"][0]
    assert cast(year, slip["code"], "qualified").status_code == 200
    return everything(operator)


@pytest.fixture(scope="module")
def voted(before: dict[str, set[str]], session: Any, year: Town) -> list[str]:
    """Everybody casts all that he drew, one voter after the other, each signed in as himself; the codes in order."""
    assert before
    codes: list[str] = []
    for slip in session["slips"]:
        sent = year.known("member").post(session["address"], json={"code": slip["code"], "mark": "excellent"})
        assert sent.status_code == 200, sent.text
        codes.append(slip["code"])
    return codes


def test_a_ballot_leaves_one_opaque_row_and_no_other_trace_in_any_table(
    operator: "psycopg.Connection[Any]", before: dict[str, set[str]], voted: list[str]
) -> None:
    after = everything(operator)
    changed = {table: rows - before[table] for table, rows in after.items() if rows != before[table]}
    changed.pop("reads.agenda", None)  # what follows by itself from the year goes on beside it
    assert set(changed) <= {"access.envelopes", "access.sessions", "access.attempts"}, "a sign-in is no ballot"
    assert len(changed["access.envelopes"]) == len(voted)
    columns = operator.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'access' AND table_name = 'envelopes'"
    ).fetchall()
    assert {name for (name,) in columns} == {"box", "envelope"}, "no voter, no time, no number"


def test_the_order_of_envelopes_is_an_order_of_nothing(operator: "psycopg.Connection[Any]", voted: list[str]) -> None:
    rows = operator.execute("SELECT envelope FROM access.envelopes ORDER BY xmin::text::bigint, ctid").fetchall()
    envelopes = [bytes(row[0]) for row in rows]
    assert {len(one) for one in envelopes} == {ENVELOPE_BYTES}
    assert len(set(envelopes)) == len(envelopes), "the same ballot twice looks like two"
    for code in voted:
        assert not any(bytes.fromhex(digest_of_code(code)) in one for one in envelopes)
    assert not any(b"excellent" in one or b"qualified" in one for one in envelopes)


def test_neither_a_backup_nor_the_write_ahead_log_holds_a_code_or_whose_mark_it_is(
    server: Running, year: Town, voted: list[str], tmp_path: Path
) -> None:
    back_up(year.deployment, tmp_path / "backup")
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    walls = [path for path in server.folder.rglob("pg_wal/*") if path.is_file()]
    assert files
    assert walls
    said = [path.read_bytes() for path in (*files, *walls)]
    for code in voted:
        plain = code.replace("-", "").encode()
        digest = bytes.fromhex(digest_of_code(code))
        assert not any(code.encode() in one or plain in one or digest in one for one in said)
    box = next(path for path in files if path.name == "access.envelopes").read_bytes()
    assert b"excellent" not in box


def test_no_log_line_tells_of_a_ballot(year: Town, session: Any, capfd: pytest.CaptureFixture[str]) -> None:
    code = session["slips"][1]["code"]
    assert cast(year, code, "unqualified").status_code == 200
    assert cast(year, code, "splendid").status_code == 422
    written = "".join(capfd.readouterr())
    assert code not in written
    assert "unqualified" not in written
    assert "splendid" not in written


def test_at_the_counting_ballots_enter_the_log_together_by_digest_and_name_nobody(
    operator: "psycopg.Connection[Any]", year: Town, session: Any, voted: list[str]
) -> None:
    first = year.position() + 1
    assert count(year, session["keys"]).status_code == 200
    rows = operator.execute(
        "SELECT state FROM ledger.entries WHERE position >= %(first)s ORDER BY position", {"first": first}
    ).fetchall()
    entries: list[Entry] = [decode(bytes(row[0])) for row in rows]
    cast_facts = [one for one in entries if isinstance(one.fact, BallotCast)]
    assert len(cast_facts) >= len(voted) - 2
    assert {(one.actor, one.command, one.cause) for one in cast_facts} == {(None, None, None)}
    digests = [one.fact.code_digest for one in cast_facts if isinstance(one.fact, BallotCast)]
    assert digests == sorted(digests)
    assert len({one.at for one in entries}) == 1, "one instant for all of them"
    for one in entries:
        if isinstance(one.fact, BallotCast):
            assert not any(str(person) in str(one) for person in PEOPLE if person != one.fact.subject)
    assert operator.execute("SELECT count(*) FROM access.envelopes").fetchone() == (0,), "the box is empty"
