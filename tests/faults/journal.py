"""What a client knows of its commands: which it tried, and which were acknowledged, line by line.

    try 3f0c… 5d11… 7        command, stream and version; written before anything is sent
    ack 3f0c… 1206           command and position; written when the answer is there
    false 3f0c… conflict     an answer that cannot be right

Lines are written with one call each, so that killing the client loses none that was written.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class Attempt:
    """One fact that shall be in the log once."""

    command: UUID
    stream: UUID
    version: int

    @property
    def state(self) -> bytes:
        return f'{{"command":"{self.command}"}}'.encode()


@dataclass
class Told:
    """A journal as read."""

    tried: dict[UUID, Attempt] = field(default_factory=dict)
    acknowledged: dict[UUID, int] = field(default_factory=dict)
    false: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[Attempt]:
        """Attempts without an answer, in the order in which they were made."""
        return [attempt for command, attempt in self.tried.items() if command not in self.acknowledged]

    def head(self, stream: UUID) -> int:
        """The newest version of a stream that was ever tried."""
        return max((attempt.version for attempt in self.tried.values() if attempt.stream == stream), default=0)


class Journal:
    """A file of such lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, *words: object) -> None:
        os.write(self._file, (" ".join(str(word) for word in words) + "\n").encode())

    def close(self) -> None:
        os.close(self._file)


def told(path: Path) -> Told:
    """What a journal says; an unfinished last line was never said."""
    found = Told()
    for line in _lines(path):
        match line.split():
            case ["try", command, stream, version]:
                found.tried[UUID(command)] = Attempt(UUID(command), UUID(stream), int(version))
            case ["ack", command, position]:
                found.acknowledged[UUID(command)] = int(position)
            case _:
                found.false.append(line)
    return found


def acknowledgements(path: Path) -> int:
    """How many lines acknowledge something, by now."""
    return sum(line.startswith("ack ") for line in _lines(path))


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        whole, _, _ = path.read_text().rpartition("\n")
        yield from whole.splitlines()
