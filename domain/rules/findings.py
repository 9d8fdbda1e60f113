"""What the lint answers with."""

from typing import Literal, TypeAlias

from msgspec import Struct

Severity: TypeAlias = Literal["refuse", "warn"]


class Finding(Struct, frozen=True):
    """One thing found: its stable code, whether it forbids adoption, where, and a sentence in both languages."""

    code: str
    severity: Severity
    path: str
    zh: str
    en: str


def refuse(code: str, path: str, zh: str, en: str) -> Finding:
    """A finding with which the rule set may not be adopted."""
    return Finding(code, "refuse", path, zh, en)


def warn(code: str, path: str, zh: str, en: str) -> Finding:
    """A finding to think about."""
    return Finding(code, "warn", path, zh, en)
