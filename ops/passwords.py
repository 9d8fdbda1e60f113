"""The database roles' passwords, in `<folder>/roles.json`, readable by its owner alone.

The file is one JSON object, role name → password: {"steelyard_writer": "…43 characters…", …}.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

_FILE = "roles.json"
_RANDOM_BYTES = 32


class PasswordsMissing(Exception):
    """数据库角色已存在,而本机没有它们的密码:请从最初建库的机器复制 roles.json,或更换全部密码。

    The database roles exist, but their passwords are not on this machine: copy roles.json from the machine
    that made them, or renew all passwords.
    """


def new_password() -> str:
    """43 random characters, safe in an address."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def kept(folder: Path) -> dict[str, str]:
    """What the folder's file holds: role name → password; empty where there is no file."""
    try:
        stored = (folder / _FILE).read_bytes()
    except FileNotFoundError:
        return {}
    return {str(name): str(password) for name, password in json.loads(stored).items()}


def keep(folder: Path, passwords: Mapping[str, str]) -> None:
    """Replace the folder's file at once and durably; mode 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    side = folder / f"{_FILE}.new"
    side.unlink(missing_ok=True)
    with os.fdopen(os.open(side, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    side.rename(folder / _FILE)
