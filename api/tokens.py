"""Tokens for programs: a person's, for one office and some operations, until a day; hashed like a session's."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

import psycopg

from api.sessions import hashed
from domain.permissions import GRANTS
from domain.values import Code, MemberId

PREFIX: Final = "steelyard_"
"""So that a token that was published by mistake is found."""

_ISSUE: Final = """
INSERT INTO access.tokens
  (token_hash, name, person, role, unit, scopes, made_at, expires_at, purpose, people_most, mandate)
VALUES (%(token)s, %(name)s, %(person)s, %(role)s, %(unit)s, %(scopes)s, %(now)s, %(until)s,
  %(purpose)s, %(people_most)s, %(mandate)s)
"""
FIND: Final = """
SELECT person, role, unit, scopes, purpose FROM access.tokens
WHERE token_hash = %(token)s AND ended_at IS NULL AND made_at <= %(now)s AND expires_at > %(now)s
  AND access.is_enabled(person)
"""
_END: Final = """
UPDATE access.tokens SET ended_at = %(now)s
WHERE person = %(person)s AND (name = %(name)s OR %(name)s::text IS NULL) AND ended_at IS NULL
"""


Purpose: TypeAlias = Literal["office", "entry", "statistics", "notices", "audit"]
"""Daily work of an office, entering, figures, showing notices, an audit: no other purpose has a token."""
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
PEOPLE: Final[dict[Purpose, int]] = {"office": 60, "entry": 60, "statistics": 60, "notices": 60, "audit": 200}
"""At how many people a token may look, in archives and in lists, unless its issuer says another number: a branch."""


_PLAIN: Final = frozenset({"unit.read", "rules.read", "log.verify"})
"""Nothing of it is about a person."""
OPERATIONS: Final[dict[Purpose, frozenset[str]]] = {
    "entry": _PLAIN
    | {"sheet.read", "sheet.fill", "matter.plan", "matter.hold", "matter.drop", "evidence.attach"}
    | {"register.read", "register.keep"},
    "statistics": _PLAIN | {"report.read", "dashboard.read", "register.read", "period.read"},
    "notices": _PLAIN | {"notice.read"},
}
"""Which operations a purpose needs; a purpose that is not named here may have every one of its office."""


class BeyondPurpose(ValueError):
    """这种用途的令牌不得有这些操作。 A token for this purpose has none of these operations."""


class ScopeUnknown(ValueError):
    """权限表中没有这种操作。 The permission table knows no such operation."""


class TokenEndsBefore(ValueError):
    """令牌的到期时间须晚于现在。 A token expires later than now."""


def within(purpose: str | None, scopes: Iterable[str]) -> frozenset[str]:
    """Those of some operations that a purpose needs today, whatever it needed when the token was made."""
    if purpose in OPERATIONS:
        return OPERATIONS[purpose].intersection(scopes)
    return frozenset(scopes) if purpose in PURPOSES else frozenset()


def issue(
    connection: "psycopg.Connection[Any]",
    *,
    name: str,
    person: MemberId,
    role: str,
    unit: Code,
    scopes: Sequence[str],
    now: datetime,
    until: datetime,
    purpose: Purpose = "office",
    people_most: int | None = None,
    mandate: str | None = None,
) -> str:
    """A new token, which is shown once and never stored; the connection's role is ``writer``.

    It is for one purpose, looks at no more people than that allows or ``people_most`` says, and takes lists away
    only under the paper of this number.

    It can do no more than its person may on the day it is used, and of that only the operations in ``scopes`` that
    its purpose needs on that day.
    Raises ScopeUnknown, BeyondPurpose for an operation that the purpose does not need, and TokenEndsBefore where
    ``until`` is not after ``now``.
    """
    if until <= now:
        raise TokenEndsBefore(TokenEndsBefore.__doc__)
    unknown = set(scopes) - {grant.operation for grant in GRANTS}
    if unknown:
        raise ScopeUnknown(f"{ScopeUnknown.__doc__} {sorted(unknown)}")
    beyond = set(scopes) - within(purpose, scopes)
    if beyond:
        raise BeyondPurpose(f"{BeyondPurpose.__doc__} {sorted(beyond)}")
    token = PREFIX + secrets.token_urlsafe(32)
    known = {"token": hashed(token), "name": name, "person": person, "role": role, "unit": unit}
    most = PEOPLE[purpose] if people_most is None else people_most
    bound = {"purpose": purpose, "people_most": most, "mandate": mandate}
    connection.execute(_ISSUE, {**known, **bound, "scopes": sorted(set(scopes)), "now": now, "until": until})
    return token


def end(connection: "psycopg.Connection[Any]", person: MemberId, name: str | None, now: datetime) -> int:
    """End a person's tokens of this name, or all; how many there were. The connection's role is ``writer``."""
    return connection.execute(_END, {"person": person, "name": name, "now": now}).rowcount


def token_in(authorization: str) -> bytes | None:
    """The hash of the token in an ``Authorization: Bearer …`` header, if there is one."""
    scheme, _, token = authorization.partition(" ")
    return hashed(token) if scheme.lower() == "bearer" and token.startswith(PREFIX) else None
