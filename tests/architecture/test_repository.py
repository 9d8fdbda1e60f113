"""What may lie in this repository, and what every module must have.

Each rule has been broken somewhere once: a lock file that named a private package index, a test that only ran
on its author's machine, an event store that lost events because of one environment variable.
"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "projections", "api", "ops", "tests")
FILES = ("pyproject.toml", "README.md")
SIZE_BYTES = 1_000_000
LINES = 450

# Each with a class of one letter, so that this page does not break its own rules.
HOSTS = [r"pypi\.or[g]", r"pythonhosted\.or[g]", r"npmjs\.(org|co[m])", "unpk[g]", "jsdeliv[r]", "cdnj[s]"]
HOSTS += [
    r"fonts\.googleapi[s]",
    r"fonts\.gstati[c]",
    r"aliyun\.com/pyp[i]",
    "tuna[.]tsinghu[a]",
    "npmmirro[r]",
]
MACHINE = ["/roo[t]/", "/wor[k]/", "/hom[e]/", "/User[s]/", r"C:\\User[s]"]
LOSES_EVENTS = "POSTGRES_ENABLE_DB_FUNCTION[S]"


def tracked() -> list[Path]:
    """Files of the repository as git knows them, new ones included, ignored ones not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - no shell
    return sorted(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def texts() -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for path in tracked():
        stored = path.read_bytes()
        if b"\0" not in stored:
            found.append((path, stored.decode()))
    return found


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def places(pattern: str) -> list[str]:
    """`file:line` of every match."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_the_top_level_holds_the_rooms_and_nothing_else() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= {*ROOMS, *FILES}


@pytest.mark.parametrize("host", HOSTS)
def test_no_package_index_or_content_network_is_named(host: str) -> None:
    assert places(host) == []


@pytest.mark.parametrize("place", MACHINE)
def test_no_path_of_somebodys_machine_is_named(place: str) -> None:
    assert places(rf"(?<![\w.$}}*]){place}\w") == []


def test_no_file_is_large() -> None:
    assert [path for path in tracked() if path.stat().st_size > SIZE_BYTES] == []


def test_no_pattern_of_a_struct_lets_a_line_s_end_through() -> None:
    """``$`` alone holds before a last line's end as well: "2026\\n" passed for a year, and what read it next failed."""
    assert places(r'Meta\([^"]*pattern=[rf]*"[^"]*\$"') == []


def test_the_switch_that_loses_events_is_never_thrown() -> None:
    """The library's database functions insert without a lock: a reader in order misses what commits late."""
    assert places(rf"{LOSES_EVENTS}\W+(y|t|1|on|True)") == []


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


ONE_FILE_ON_PURPOSE = "verify.py"
"""An outsider takes it away alone: everything that it needs stands in it."""


def test_no_module_is_too_long_to_hold_in_mind() -> None:
    rooms = [path for path in modules() if path.relative_to(ROOT).parts[0] != "tests"]
    rooms = [path for path in rooms if path.name != ONE_FILE_ON_PURPOSE]
    assert [path.name for path in rooms if len(path.read_text().splitlines()) > LINES] == []


def test_every_link_of_a_document_leads_somewhere() -> None:
    lost = [
        f"{path.relative_to(ROOT)}: {target}"
        for path, text in texts()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
        if not (path.parent / target).exists()
    ]
    assert lost == []


def test_imports_go_one_way() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout


def locked(name: str) -> str:
    return (ROOT / "ops/requirements" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", ["run", "test"])
def test_a_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    requirement = r"[a-z0-9._-]+==[^\s;\\]+( ; [^\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+"
    assert re.sub(requirement, "", locked(name)) == ""


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for lock, wanted in (
        ("run", project["dependencies"]),
        ("test", project["optional-dependencies"]["test"]),
    ):
        versions = set(re.findall(r"^([a-z0-9._-]+)==", locked(lock), re.MULTILINE))
        names = {re.split(r"[\[=><]", requirement)[0].lower() for requirement in wanted}
        assert names - versions == set()


def test_tests_run_with_the_versions_of_the_service() -> None:
    pins = {name: set(re.findall(r"^[a-z0-9._-]+==\S+", locked(name), re.MULTILINE)) for name in ("run", "test")}
    assert pins["run"] <= pins["test"]
