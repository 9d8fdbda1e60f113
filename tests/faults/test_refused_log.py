"""A log that is not what was signed: found in spite of rewritten tiles, never written on, left only by an operator."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import rfc8785

from domain.actor import system
from domain.oversight.log import LogAlreadyOpened, OpenLog
from ops.deployment import Deployment
from ops.embedded import Running
from ops.guarded import refusal
from ops.proving import verified
from ops.publish import adopt, publish, publish_or_stop, publishing
from ops.serve import house
from projections.transparency import publisher
from projections.transparency.note import generate_key
from projections.transparency.refusals import LogRefused, LogRewritten, LogRolledBack, LogUnreadable, NameMismatch
from tests.faults.deployments import Example, superuser, told

ALTERED = 700


@pytest.fixture(scope="module")
def whole(binaries: Path) -> Iterator[Example]:
    with told(binaries) as example:
        yield example


@pytest.fixture
def example(whole: Example, short_folder: Path) -> Example:
    return whole.copy(short_folder)


@pytest.fixture
def server(example: Example) -> Iterator[Running]:
    with example.running(fsync="off") as server:
        yield server


@pytest.fixture
def deployment(example: Example, server: Running) -> Iterator[Deployment]:
    with example.deployed() as deployment:
        yield deployment


def rewrite(server: Running, position: int = ALTERED) -> bytes:
    """Make an entry say something else, faultlessly; gives what it said."""
    with superuser(server) as connection:
        row = connection.execute("SELECT state FROM ledger.entries WHERE position = %s", (position,)).fetchone()
        assert row is not None
        entry = json.loads(row[0])
        entry["actor"] = {"system": "nobody"}
        put(connection, position, rfc8785.dumps(entry))
        connection.execute("ALTER TABLE ledger.entries ENABLE ALWAYS TRIGGER append_only")
    return bytes(row[0])


def put(connection: "psycopg.Connection[tuple[object, ...]]", position: int, state: bytes) -> None:
    connection.execute("UPDATE ledger.entries SET state = %s WHERE position = %s", (state, position))


def wish(deployment: Deployment) -> OpenLog:
    """A wish that the domain itself refuses, so that it changes nothing where it is let through."""
    at = deployment.clock().now() + timedelta(seconds=1)
    return OpenLog(id=uuid4(), actor=system("installation"), at=at, origin="other/log", title="x", clock="simulated")


def forge_tiles(example: Example, deployment: Deployment, folder: Path, *, keep_checkpoint: bool) -> None:
    """Put tiles of the rewritten database into the log's folder, and take the signed history away."""
    assert deployment.opened is not None
    forger = generate_key(folder / "forger", deployment.opened.origin)
    with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
        publisher.adopt(connection, folder / "forged", forger, forger.name, state_folder=folder / "state")
    shutil.rmtree(example.log / "tile")
    shutil.copytree(folder / "forged" / "tile", example.log / "tile")
    shutil.rmtree(example.log / "checkpoints")
    if not keep_checkpoint:
        for name in ("checkpoint", "checkpoints", "key"):
            (example.log / name).unlink(missing_ok=True)
            if (folder / "forged" / name).is_dir():
                shutil.copytree(folder / "forged" / name, example.log / name)
            else:
                shutil.copy(folder / "forged" / name, example.log / name)


@pytest.mark.parametrize("keep_checkpoint", [True, False])
def test_rewritten_tiles_and_lost_checkpoints_are_found_by_the_second_copy_and_by_one_from_elsewhere(
    example: Example, server: Running, deployment: Deployment, tmp_path: Path, keep_checkpoint: bool
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(example.log, elsewhere)
    rewrite(server)
    forge_tiles(example, deployment, tmp_path, keep_checkpoint=keep_checkpoint)
    first = verified(deployment, None)[0]
    assert (first.code, first.position) == ("entry-altered", ALTERED)
    first = verified(deployment, elsewhere / "checkpoint")[0]
    assert (first.code, first.position) == ("entry-altered", ALTERED)
    first = verified(deployment, elsewhere)[0]
    assert (first.code, first.position) == ("entry-not-trusted", ALTERED)
    with pytest.raises(LogRefused):
        publish(deployment, whole=True)


def test_a_rewritten_entry_is_refused_and_nothing_more_is_written_until_it_is_put_right(
    server: Running, deployment: Deployment
) -> None:
    # given
    ledger, before = deployment.ledger(), deployment.recorder.max_notification_id()
    said = rewrite(server)
    with pytest.raises(LogRewritten) as refused:
        publish(deployment, whole=True)
    assert refused.value.position == ALTERED
    # when
    assert publish_or_stop(deployment, whole=True) is None
    # then
    with pytest.raises(LogRewritten, match=f"position {ALTERED}"):
        ledger.execute(wish(deployment))
    with pytest.raises(LogRewritten):
        deployment.ledger().execute(wish(deployment))
    assert house(deployment).refused() == "log-rewritten"
    assert deployment.recorder.max_notification_id() == before
    assert len(deployment.recorder.select_notifications(1, 10)) == 10
    # and an operator cannot adopt what does not hold
    assert deployment.opened is not None
    with pytest.raises(LogRewritten):
        adopt(deployment, deployment.opened.origin)
    with superuser(server) as connection:
        put(connection, ALTERED, said)
    with pytest.raises(NameMismatch):
        adopt(deployment, "another/log")
    assert publish_or_stop(deployment, whole=True) is None
    with pytest.raises(LogRewritten):
        ledger.execute(wish(deployment))
    adopt(deployment, deployment.opened.origin)
    assert refusal(deployment.state_folder) is None
    with pytest.raises(LogAlreadyOpened):
        ledger.execute(wish(deployment))


def test_an_older_database_put_back_is_refused_as_rolled_back(server: Running, deployment: Deployment) -> None:
    with superuser(server) as connection:
        connection.execute("DELETE FROM ledger.entries WHERE position > 1500")
    with pytest.raises(LogRolledBack):
        publish(deployment, whole=False)
    assert publish_or_stop(deployment, whole=True) is None
    with pytest.raises(LogRolledBack, match="1500 entries"):
        deployment.ledger().execute(wish(deployment))


def test_a_page_that_cannot_be_read_stops_the_writing_too(example: Example) -> None:
    with example.running() as server, psycopg.connect(server.url("steelyard", "postgres")) as connection:
        row = connection.execute("SELECT pg_relation_filepath('ledger.entries')").fetchone()
        assert row is not None
    file = example.data / "postgresql" / "cluster" / row[0]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    with file.open("r+b") as stream:
        stream.write(data)
    with example.running(), example.deployed() as deployment:
        assert publish_or_stop(deployment, whole=True) is None
        with pytest.raises(LogUnreadable):
            deployment.ledger().execute(wish(deployment))


def test_the_running_publisher_stops_every_process_and_goes_on_once_the_log_is_adopted(
    server: Running, deployment: Deployment
) -> None:
    stop = threading.Event()
    said = rewrite(server, 1768)  # of the open tile, which is compared every time
    thread = threading.Thread(target=publishing, args=(deployment, stop))
    thread.start()
    try:
        until = time.monotonic() + 120
        while refusal(deployment.state_folder) is None and time.monotonic() < until:
            time.sleep(0.02)
        found = refusal(deployment.state_folder)
        assert found is not None
        assert (found.code, found.detail) == ("log-rewritten", "position 1768")
        assert thread.is_alive()
        with superuser(server) as connection:
            put(connection, 1768, said)
        assert deployment.opened is not None
        adopt(deployment, deployment.opened.origin)
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join()
    assert refusal(deployment.state_folder) is None


def test_the_command_line_says_which_entry_and_ends_with_1(
    example: Example, server: Running, deployment: Deployment
) -> None:
    size, done = deployment.recorder.max_notification_id(), example.steelyard("verify")
    assert (done.returncode, done.stdout.strip()) == (0, f"完整:{size} 条,无一处被改动。")
    rewrite(server)
    done = example.steelyard("verify")
    assert done.returncode == 1
    assert f"第 {ALTERED} 条记录" in done.stderr
    done = example.steelyard("verify", "--lang", "en")
    assert done.returncode == 1
    assert f"entry {ALTERED} " in done.stderr
    done = example.steelyard("adopt", "pukou.example/points")
    assert done.returncode == 2


def test_even_a_damaged_first_entry_is_named_by_the_command_line(example: Example, server: Running) -> None:
    with superuser(server) as connection:
        put(connection, 1, b"{}")
    done = example.steelyard("verify")
    assert (done.returncode, "第 1 条记录" in done.stderr) == (1, True)
