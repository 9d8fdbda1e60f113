"""示例的写法 — how the pilot's story words its wishes: ids of labels, days of Shanghai, made-up papers."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar, cast
from uuid import UUID, uuid5

from domain.actor import Actor
from domain.decider import Command
from domain.sealed import Secret
from domain.values import SHANGHAI, MemberId
from ops.example.told import Salt, Told

_NAMESPACE: Final = UUID("3c9f2b1e-6d0a-5e47-8a1b-7d2e5f8c4b90")
C = TypeVar("C", bound=Command)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def made(kind: type[C], label: str, actor: Actor, when: datetime, /, **fields: object) -> C:
    """A wish whose id comes of its kind and label."""
    wish = cast("Callable[..., C]", kind)
    return wish(id=uuid5(_NAMESPACE, f"{kind.__name__}/{label}"), actor=actor, at=when, **fields)


def told(kind: type[C], label: str, actor: Actor, when: datetime, lane: str, /, **fields: object) -> Told:
    """The same as a step of the telling."""
    return Told(when, made(kind, label, actor, when, **fields), lane)


def digest(label: str) -> str:
    """Of a paper that nobody wrote."""
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def sitting(present: tuple[MemberId, ...], minute: str) -> dict[str, Any]:
    """A meeting: its minute and who was there."""
    return {"minute": minute, "minute_sha256": digest(minute), "present": present}


def secret(subject: UUID, name: str, value: str, salt: Salt) -> Secret:
    """What is said of a person, sealed."""
    return Secret(subject=subject, name=name, value=value, salt=salt())
