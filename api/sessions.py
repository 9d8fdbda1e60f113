"""Sessions: a random token in a cookie, its hash in the database; ending one ends it everywhere at once."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from fastapi import Request, Response

from api.house import House
from domain.values import Code, MemberId

_BEGIN: Final = """
INSERT INTO access.sessions (token_hash, person, begun_at, expires_at)
VALUES (%(token)s, %(person)s, %(now)s, %(until)s)
"""
FIND: Final = """
SELECT person, role, unit, NULL::text[] AS scopes, NULL AS purpose FROM access.sessions
WHERE token_hash = %(token)s AND ended_at IS NULL AND begun_at <= %(now)s AND expires_at > %(now)s
  AND access.is_enabled(person)
"""
_END: Final = "UPDATE access.sessions SET ended_at = %(now)s WHERE token_hash = %(token)s AND ended_at IS NULL"
_END_ALL: Final = "UPDATE access.sessions SET ended_at = %(now)s WHERE person = %(person)s AND ended_at IS NULL"
_CHOOSE: Final = "UPDATE access.sessions SET role = %(role)s, unit = %(unit)s WHERE token_hash = %(token)s"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is signed in, and the office that he chose to act in, if any."""

    token_hash: bytes
    person: MemberId
    role: str | None
    unit: Code | None
    scopes: frozenset[str] | None = None
    """Operations to which a program's token is bound; None for a person at a page."""


def cookie_name(house: House) -> str:
    """Bound to the host and to TLS by its prefix, where there is TLS."""
    return "__Host-steelyard" if house.settings.secure_cookies else "steelyard"


async def begin(house: House, person: MemberId, response: Response) -> None:
    """Sign a person in: a new token, never one that the browser brought."""
    token, now = secrets.token_urlsafe(32), house.clock.now()
    until = now + house.settings.session_time
    known = {"token": hashed(token), "person": person, "now": now, "until": until}
    async with house.access.connection() as connection:
        await connection.execute(_BEGIN, known)
    response.set_cookie(
        cookie_name(house),
        token,
        path="/",
        secure=house.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def token_in(house: House, request: Request) -> bytes | None:
    """The hash of the token in a request's cookie, if it brings one."""
    token = request.cookies.get(cookie_name(house))
    return hashed(token) if token else None


async def choose(house: House, session: Session, role: str, unit: Code) -> None:
    """From now on the person acts in this office."""
    async with house.access.connection() as connection:
        await connection.execute(_CHOOSE, {"token": session.token_hash, "role": role, "unit": unit})


async def end(house: House, session: Session, response: Response) -> None:
    """Sign out."""
    async with house.access.connection() as connection:
        await connection.execute(_END, {"token": session.token_hash, "now": house.clock.now()})
    secure = house.settings.secure_cookies
    response.delete_cookie(cookie_name(house), path="/", secure=secure, httponly=True, samesite="lax")


def end_all(connection: "psycopg.Connection[Any]", person: UUID, now: datetime) -> int:
    """End every session of a person; how many there were. The connection's role is ``writer``.

    His tokens go on: ``api.tokens.end`` without a name ends those.
    """
    return connection.execute(_END_ALL, {"person": person, "now": now}).rowcount


def hashed(token: str) -> bytes:
    """32 bytes: what the database knows of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
