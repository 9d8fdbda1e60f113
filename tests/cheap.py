"""What costs a run less and tests the same: things that are made once, and passwords that are hashed quickly."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api import accounts

T = TypeVar("T")

PRODUCT: Final = accounts.hashing
"""How the product hashes."""


@dataclass(frozen=True)
class Kept:
    """Things made at their first use and ended with the run, by their names."""

    stack: ExitStack
    made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, name: Hashable, make: Callable[[], AbstractContextManager[T]]) -> T:
        """The thing of that name."""
        if name not in self.made:
            self.made[name] = self.stack.enter_context(make())
        return cast("T", self.made[name])


def use_cheap_passwords() -> None:
    """The same algorithm at its least figures: a town has fifteen accounts, and a run signs in thousands of times."""
    accounts.hashing = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
