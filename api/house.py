"""What the pages and the interface are served from: everything that ``ops`` made, in one frozen place.

Nothing in this room reads the environment, a clock of its own or a global: whoever wants something asks the house.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import psycopg
from anyio import CapacityLimiter
from psycopg_pool import AsyncConnectionPool

from api.kept import Kept
from api.refusals import NothingToTake
from domain.ledger import Ledger
from domain.sealed import Secret
from domain.values import CommandId, MemberId, Sha256
from projections.transparency.mandate import Profile
from projections.transparency.scope import Scope

Pool: TypeAlias = "AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]"


class Clock(Protocol):
    """Whoever can say what time it is."""

    def now(self) -> datetime:
        """Aware UTC instant."""
        ...


class OpenVault(Protocol):
    """保密库 as pages need it: values that the reader may be shown, by their commitments."""

    async def values(self, commitments: Sequence[Sha256]) -> Mapping[Sha256, str]:
        """The values that are still there; one whose key was destroyed is missing."""
        ...

    def open(self, commitments: Sequence[Sha256]) -> Mapping[Sha256, Secret]:
        """The values with their salts, so that they can be disclosed; one whose key was destroyed is missing."""
        ...

    def reveal(self, commitment: Sha256, subject: UUID, box: bytes, wrapped: bytes) -> str:
        """The plain value of one row of the vault that was read already."""
        ...

    def digest(self, request: bytes) -> bytes:
        """32 bytes that nobody can make without the vault's key."""
        ...

    def holder(self, secrets: Sequence[Secret]) -> UUID | None:
        """Whose one of these identities is already, if it is anybody's but their own subject's."""
        ...


class IdentityProvider(Protocol):
    """Who signs in: local accounts here; a directory or a single sign-on service can stand in their place."""

    async def identify(self, login: str, password: str, address: str) -> MemberId | None:
        """The person, or None for anything that does not fit; ``address`` is where the request came from.

        Raises TooManyAttempts. Takes as long, and answers the same, for an unknown login as for a wrong password.
        """
        ...


@dataclass(frozen=True)
class Taken:
    """An export that somebody asks for; an auditor's without a profile."""

    command: CommandId
    """The same again is the same export again, as of the checkpoint of the first."""
    by: MemberId
    scope: Scope
    profile: Profile | None = None


class TakeAway(Protocol):
    """Writes an export as one file into a folder, and puts it on record."""

    def __call__(self, taken: Taken, folder: Path) -> Path:
        """The file."""
        ...


def _nothing_to_take(taken: Taken, folder: Path) -> Path:
    raise NothingToTake


@dataclass(frozen=True)
class Settings:
    """What pages must know of the deployment."""

    origin: str
    """Public base address without a slash at its end: ``https://points.example``."""
    secure_cookies: bool
    """True wherever the service is reached through TLS."""
    simulated: bool
    """The log says in its first entry that its clock is simulated."""
    session_time: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class House:
    """One deployment."""

    ledger: Ledger
    looking: "Callable[[], psycopg.Connection[tuple[Any, ...]]]"
    """A connection of one's own to the read models, for a question that takes a while; the caller closes it."""
    reads: Pool
    """Connections of the role ``reader``: read models and entries."""
    access: Pool
    """Connections of the role ``writer``: sign-ins, the access log."""
    vault: OpenVault
    clock: Clock
    identity: IdentityProvider
    log: Path
    """Folder of the published log: key, checkpoint, tiles."""
    settings: Settings
    refused: Callable[[], str | None] = lambda: None
    """Code of why the log is refused, so that nothing may be written; None when all is well."""
    take_away: TakeAway = _nothing_to_take
    """The audit export; it runs in a thread of its own."""
    taking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    """One export at a time, in a thread that no request for anything else waits for: each reads the whole log."""
    kept: Kept = field(default_factory=Kept)
    counts: Callable[[], Mapping[str, int]] = dict
    """What became of the saves of this process: committed, entries, conflict, …; for the metrics."""
