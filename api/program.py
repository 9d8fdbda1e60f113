"""The program itself, as far as its answers depend on it: an answer that another release made is another answer."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

_ROOMS: Final = ("domain", "projections", "api")
_HOUSE: Final = Path(__file__).parents[1]


@cache
def program_digest() -> str:
    """SHA-256 in hex over every file that answers are made of, with its name: code, templates, words, assets.

    Not the version's number: two builds of one number may differ by a sentence. Read once, when the service starts.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((_HOUSE / room).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(_HOUSE)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
