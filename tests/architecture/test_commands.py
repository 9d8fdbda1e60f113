"""The two commands: they find Python, say what lacks, install once and then leave things alone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Stands for a Python: $1 is -c or -m, its answer hangs on what it is asked.
PYTHON = """#!/bin/sh
echo "$@" >>"$CALLS"
case "$*" in
    *version_info*) echo "{version}" ;;
    *ensurepip*) exit {lacks_venv} ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository of the commands alone, with nothing else on the search path than a few tools."""
    (tmp_path / "ops/requirements").mkdir(parents=True)
    for name in ("demo", "test", "requirements/environment.sh"):
        shutil.copy(ROOT / "ops" / name, tmp_path / "ops" / name)
    (tmp_path / "ops/requirements/run.txt").write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat", "cksum", "cp", "dirname", "mkdir"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def put_python(folder: Path, name: str, version: str, *, has_venv: bool = True) -> None:
    program = folder / "bin" / name
    program.write_text(PYTHON.format(version=version, lacks_venv=int(not has_venv)))
    program.chmod(0o755)


def prepare(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(folder / "bin"), "CALLS": str(folder / "calls")}
    script = ". ops/requirements/environment.sh; prepare run"
    return subprocess.run(  # noqa: S603 - our own script
        [folder / "bin/sh", "-euc", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def installs(folder: Path) -> int:
    return (folder / "calls").read_text().count("--require-hashes --requirement ops/requirements/run.txt")


def test_without_python_the_sentence_names_the_package(folder: Path) -> None:
    done = prepare(folder)
    assert done.returncode != 0
    assert "python3-venv" in done.stderr


def test_an_old_python_is_none(folder: Path) -> None:
    put_python(folder, "python3", "")
    done = prepare(folder)
    assert done.returncode != 0
    assert "3.11" in done.stderr


def test_a_python_without_venv_is_named_with_its_package(folder: Path) -> None:
    put_python(folder, "python3.12", "3.12", has_venv=False)
    done = prepare(folder)
    assert done.returncode != 0
    assert "缺少 venv" in done.stderr
    assert "python3.12-venv" in done.stderr


def test_a_python_without_venv_does_not_hide_one_that_has_it(folder: Path) -> None:
    put_python(folder, "python3.13", "3.13", has_venv=False)
    put_python(folder, "python3", "3.11")
    assert prepare(folder).returncode == 0


def test_what_is_locked_is_installed_once_until_the_lock_changes(folder: Path) -> None:
    put_python(folder, "python3", "3.11")
    for _ in range(3):
        assert prepare(folder).returncode == 0
    assert installs(folder) == 1
    (folder / "ops/requirements/run.txt").write_text("a==2\n")
    assert prepare(folder).returncode == 0
    assert installs(folder) == 2


def test_a_moved_repository_is_installed_again(folder: Path) -> None:
    put_python(folder, "python3", "3.11")
    assert prepare(folder).returncode == 0
    moved = folder.rename(folder.with_name("moved"))
    assert prepare(moved).returncode == 0
    assert installs(moved) == 2


@pytest.mark.parametrize("command", ["ops/demo", "ops/test", ".ci/run", "ops/requirements/lock"])
def test_commands_can_be_run_as_programs(command: str) -> None:
    assert os.access(ROOT / command, os.X_OK)
