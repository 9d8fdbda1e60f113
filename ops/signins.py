"""示例登录 — sign-ins of the example: one for each role, passwords drawn once and kept beside the data.

The file is readable by its owner alone. A real deployment has none: its operator makes accounts one by one.
"""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ops.example.people import Person, people

SIGN_INS_FILE: Final = "sign-ins.json"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike: people type these from the screen."""


class SignIn(NamedTuple):
    """One account of the example."""

    login: str
    password: str
    person: Person


def sign_ins(folder: Path, others: Sequence[Person] = ()) -> list[SignIn]:
    """The example's accounts, and those of others who are told of; the same on every run in this data folder."""
    file = folder / SIGN_INS_FILE
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    wanted = [one for one in (*people(), *others) if one.login]
    passwords = {**known, **{one.login: known.get(one.login) or _draw() for one in wanted}}
    if passwords != known:
        file.touch(mode=0o600)
        file.write_text(json.dumps(passwords, indent=1))
    return [SignIn(one.login, passwords[one.login], one) for one in wanted]


def _draw() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
