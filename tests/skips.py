"""Which tests may be skipped: those that `ops/allowed-skips` names, each with its reason.

With STEELYARD_ALLOWED_SKIPS naming that file, any other skip makes the run fail.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

Skip = tuple[str, str]  # pytest id, reason


def allowed_skips(text: str) -> list[Skip]:
    """The lines `test | reason` of a file, without comments; ValueError for a line that lacks either."""
    lines = [line.strip() for line in text.splitlines()]
    found: list[Skip] = []
    for line in lines:
        if line and not line.startswith("#"):
            test, bar, reason = (part.strip() for part in line.partition("|"))
            if not (test and bar and reason):
                raise ValueError(f"not `test | reason`: {line}")
            found.append((test, reason))
    return found


def unexplained(skips: Iterable[Skip], allowed: Iterable[Skip]) -> list[Skip]:
    """Those skips that no line allows."""
    rules = [(re.compile(".*".join(map(re.escape, test.split("*")))), reason) for test, reason in allowed]
    return [
        (test, reason)
        for test, reason in skips
        if not any(reason == named and pattern.fullmatch(test) for pattern, named in rules)
    ]


def refused_skips(skips: Iterable[Skip]) -> list[Skip]:
    """Those of this run that must not be; none where STEELYARD_ALLOWED_SKIPS is not set."""
    place = os.environ.get("STEELYARD_ALLOWED_SKIPS")
    return unexplained(skips, allowed_skips(Path(place).read_text())) if place else []
