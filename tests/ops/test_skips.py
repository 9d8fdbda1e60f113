"""A test may be left out only where a line says which and why."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import allowed_skips, unexplained

ROOT = Path(__file__).parents[2]

SKIPPING = """
import pytest
def test_runs(): pass
@pytest.mark.skip(reason="no such browser")
def test_waits(): pass
"""


def test_a_line_names_the_test_and_the_reason() -> None:
    assert allowed_skips("# why\n\n tests/a.py::test_x[*] | no browser \n") == [("tests/a.py::test_x[*]", "no browser")]
    for wrong in ("tests/a.py::test_x", "tests/a.py::test_x |", "| no browser"):
        with pytest.raises(ValueError, match="reason"):
            allowed_skips(wrong)


def test_both_must_fit() -> None:
    allowed = [("tests/a.py::test_x[*]", "no browser")]
    assert unexplained([("tests/a.py::test_x[pg18]", "no browser")], allowed) == []
    for skip in [("tests/a.py::test_x[pg18]", "tired"), ("tests/a.py::test_xx", "no browser")]:
        assert unexplained([skip], allowed) == [skip]


def test_every_line_of_the_list_can_be_read() -> None:
    allowed_skips((ROOT / "ops/allowed-skips").read_text())


@pytest.mark.parametrize("workers", [[], ["--numprocesses=1"]])
@pytest.mark.parametrize(
    ("line", "status"),
    [("", 1), ("*::test_waits | another reason", 1), ("*::test_waits | no such browser", 0)],
)
def test_an_unexplained_skip_fails_the_run(tmp_path: Path, workers: list[str], line: str, status: int) -> None:
    for name in ("conftest.py", "cheap.py", "skips.py"):
        (tmp_path / "tests").mkdir(exist_ok=True)
        (tmp_path / "tests" / name).write_text((ROOT / "tests" / name).read_text())
    (tmp_path / "tests/test_some.py").write_text(SKIPPING)
    (tmp_path / "allowed").write_text(line)
    environment = {"STEELYARD_ALLOWED_SKIPS": "allowed", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--rootdir=.",
        "-c",
        "/dev/null",
        "--import-mode=importlib",
        *workers,
    ]
    done = subprocess.run(  # noqa: S603
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert ("NOT ALLOWED TO SKIP" in done.stdout) == bool(status)
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]
