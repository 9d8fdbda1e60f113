"""留存 — answers of the read models that are still good because nothing has been applied since they were made.

Every request asks, with who is signed in, how far the read models are: so an answer is used again only while it is
exactly what would be found anew. Nothing kept holds a name: those are opened from the vault each time.
"""

from collections import OrderedDict
from typing import Any, Final

from projections.answers import Answer

MOST: Final = 2_048
"""Answers at a time; the one that was asked for longest ago goes first."""


class Kept:
    """The answers of one state of the read models."""

    def __init__(self) -> None:
        self._state: tuple[int, ...] = ()
        self._answers: OrderedDict[tuple[object, ...], Answer[Any]] = OrderedDict()

    def find(self, state: tuple[int, ...], asked_for: tuple[object, ...]) -> Answer[Any] | None:
        """The answer to a question in this state; None where it was not asked yet."""
        if self._state != state:
            return None
        found = self._answers.get(asked_for)
        if found is not None:
            self._answers.move_to_end(asked_for)
        return found

    def put(self, state: tuple[int, ...], asked_for: tuple[object, ...], answer: Answer[Any]) -> None:
        """Remember an answer; another state of the read models makes all earlier ones void."""
        if state != self._state:
            self._state = state
            self._answers.clear()
        self._answers[asked_for] = answer
        if len(self._answers) > MOST:
            self._answers.popitem(last=False)
