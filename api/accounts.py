"""Local accounts: a login and a password for a person, argon2id, and a throttle against guessing.

An unknown login, a wrong password and a disabled account answer alike and take alike. At most ``AT_ONCE``
passwords are hashed at a time, because each takes 64 MiB for a quarter of a second, and at most ``WAITING_MOST``
wait for that. An attempt is written down before its password is looked at, and struck out if it fits: guesses that
come all at once are counted like any others.
"""

import hashlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import psycopg
from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash

from api.house import Clock, Pool
from api.refusals import SignInBusy, TooManyAttempts
from domain.values import MemberId
from projections.answers import AsyncConnection

AT_ONCE: Final = 2
WAITING_MOST: Final = 16
"""Two seconds of hashing."""
WINDOW: Final = timedelta(minutes=15)
PER_LOGIN_AND_ADDRESS: Final = 5
PER_ADDRESS: Final = 50
PER_LOGIN: Final = 100
"""High, so that nobody can shut a person out by guessing at his account from somewhere else."""
PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 256
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""As the table checks it: nothing else is ever looked up."""

_FIND: Final = """
SELECT person, password_hash FROM access.accounts WHERE login = %(login)s AND disabled_at IS NULL
"""
_FAILURES: Final = """
SELECT count(*) FILTER (WHERE login_hash = %(login)s AND address = %(address)s),
       count(*) FILTER (WHERE address = %(address)s),
       count(*) FILTER (WHERE login_hash = %(login)s)
FROM access.attempts
WHERE at > %(since)s AND (login_hash = %(login)s OR address = %(address)s)
"""
_ATTEMPT: Final = """
INSERT INTO access.attempts (login_hash, address, at) VALUES (%(login)s, %(address)s, %(at)s) RETURNING attempt
"""
_STRIKE_OUT: Final = "DELETE FROM access.attempts WHERE attempt = %(attempt)s"
_FORGET: Final = "DELETE FROM access.attempts WHERE at <= %(since)s"
_REHASH: Final = "UPDATE access.accounts SET password_hash = %(hash)s WHERE login = %(login)s"
_OPEN: Final[LiteralString] = """
INSERT INTO access.accounts (account, login, person, password_hash, made_at)
VALUES (%(account)s, %(login)s, %(person)s, %(hash)s, %(at)s)
ON CONFLICT (login) DO UPDATE SET password_hash = excluded.password_hash, disabled_at = NULL
WHERE access.accounts.person = excluded.person
RETURNING account
"""

_RESET: Final = "UPDATE access.accounts SET password_hash = %(hash)s WHERE login = %(login)s RETURNING person"
_DISABLE: Final = "UPDATE access.accounts SET disabled_at = %(at)s WHERE login = %(login)s RETURNING person"

hashing = PasswordHash.recommended()
"""Anew for each password what is recommended; a process that signs nobody in never pays for it."""


class LoginUnknown(ValueError):
    """没有这个账号。 There is no such account."""


class PasswordWeak(ValueError):
    """密码至少12个字符,最多256个。 A password has 12 to 256 characters."""


class LoginTaken(ValueError):
    """该账号已属于他人。 This login belongs to somebody else."""


def open_account(
    connection: "psycopg.Connection[tuple[Any, ...]]", login: str, person: MemberId, password: str, at: datetime
) -> UUID:
    """Give a person an account, or a new password; the connection's role is ``writer``.

    Raises PasswordWeak, and LoginTaken where the login is another person's.
    """
    known = {"account": uuid4(), "login": login, "person": person, "hash": _hash(password), "at": at}
    row = connection.execute(_OPEN, known).fetchone()
    if row is None:
        raise LoginTaken(LoginTaken.__doc__)
    account: UUID = row[0]
    return account


def reset_password(connection: "psycopg.Connection[Any]", login: str, password: str) -> MemberId:
    """Another password for an account, disabled or not; whose it is. Raises PasswordWeak and LoginUnknown."""
    return _changed(connection, _RESET, {"login": login, "hash": _hash(password)})


def disable_account(connection: "psycopg.Connection[Any]", login: str, at: datetime | None) -> MemberId:
    """Shut an account, or open it again with None; whose it is. Raises LoginUnknown.

    A person all of whose accounts are disabled is nobody to any session or token, from the commit on.
    """
    return _changed(connection, _DISABLE, {"login": login, "at": at})


def _changed(connection: "psycopg.Connection[Any]", query: LiteralString, known: dict[str, object]) -> MemberId:
    row = connection.execute(query, known).fetchone()
    if row is None:
        raise LoginUnknown(LoginUnknown.__doc__)
    person: MemberId = row[0]
    return person


def _hash(password: str) -> str:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordWeak(PasswordWeak.__doc__)
    return hashing.hash(password)


class LocalAccounts:
    """Accounts of this deployment's own database."""

    def __init__(self, access: Pool, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._limiter = CapacityLimiter(AT_ONCE)
        self._inside = 0
        # Verified for an unknown login, so that it takes as long as a known one.
        self._nobody = hashing.hash("nobody has this password")

    async def identify(self, login: str, password: str, address: str) -> MemberId | None:
        """The person whose login and password these are."""
        with self._place():
            known = self._sought(login, address)
            async with self._access.connection() as connection:
                attempt = await self._throttle(connection, known)
                person, stored = await self._stored(connection, login)
            fits, renewed = await to_thread.run_sync(_verified, password, stored, limiter=self._limiter)
            async with self._access.connection() as connection:
                if not fits or person is None:
                    await connection.execute(_FORGET, {"since": known["since"]})
                    return None
                await connection.execute(_STRIKE_OUT, {"attempt": attempt})
                if renewed is not None:
                    await connection.execute(_REHASH, {"hash": renewed, "login": login})
            return person

    @contextmanager
    def _place(self) -> Generator[None]:
        """A place among those who are looked at or wait for it."""
        if self._inside >= AT_ONCE + WAITING_MOST:
            raise SignInBusy
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def _stored(self, connection: AsyncConnection, login: str) -> tuple[MemberId | None, str]:
        """Whose login it is and the hash of his password; nobody, and a hash that nothing fits."""
        if not _LOGIN.fullmatch(login):
            return None, self._nobody
        row = await (await connection.execute(_FIND, {"login": login})).fetchone()
        return (None, self._nobody) if row is None else (row[0], row[1])

    def _sought(self, login: str, address: str) -> dict[str, object]:
        now = self._clock.now()
        digest = hashlib.sha256(login.encode("utf-8", "replace")).digest()
        return {"login": digest, "address": address, "at": now, "since": now - WINDOW}

    async def _throttle(self, connection: AsyncConnection, known: dict[str, object]) -> int:
        """The attempt that was written down; committed before the count, so that each sees those before it."""
        written = await (await connection.execute(_ATTEMPT, known)).fetchone()
        counted = await (await connection.execute(_FAILURES, known)).fetchone()
        assert written is not None
        assert counted is not None
        attempt: int = written[0]
        both, address, login = counted
        if both > PER_LOGIN_AND_ADDRESS or address > PER_ADDRESS or login > PER_LOGIN:
            # Whoever is turned away has guessed nothing: the time of waiting does not begin anew.
            await connection.execute(_STRIKE_OUT, {"attempt": attempt})
            raise TooManyAttempts(retry_after_s=int(WINDOW.total_seconds()))
        return attempt


def _verified(password: str, stored: str) -> tuple[bool, str | None]:
    # A very long password costs as much as a short one, but it is never hashed.
    return hashing.verify_and_update(password[:PASSWORD_MAX], stored)
