"""经过的一步 — one step of the example's telling: a wish, a wish made of what the log says by then, or a workbook."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from api.workbook.directory import Person
from domain.actor import Actor
from domain.decider import Command
from domain.notice.notice import Shown
from ops.example.merits import Later, Load, Salt
from ops.example.people import BRANCH

__all__ = ["Brought", "Later", "Load", "Salt", "Told"]

SCHEME: Final = "pukou-district-offices"
SHOWN: Final[tuple[Shown, ...]] = ("name", "item", "outcome", "quantity", "points", "day", "clause")
"""What a notice of the example shows."""

SHOWN_OF_RECORDS: Final[tuple[Shown, ...]] = ("name", "item", "level", "points", "day", "clause")
"""What a notice of an honour or a deduction shows."""

BookKind: TypeAlias = Literal["month", "members", "appointments", "honours", "deductions"]


class Brought(NamedTuple):
    """A workbook that somebody brings: the ordinary importer takes it in."""

    kind: BookKind
    actor: Actor
    content: Callable[[], bytes]
    people: Mapping[str, Person]
    """Whom it may name, by work number; whoever it registers gets his pseudonym of here."""


class Told(NamedTuple):
    """One step and its instant."""

    at: datetime
    wish: Command | Later | Brought
    lane: str = BRANCH
    """Whose step it is: steps of one instant in different lanes do not depend on each other."""
