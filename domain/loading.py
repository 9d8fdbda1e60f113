"""读取 — the states that a decision rests on: those it asks for, and the newest that are known of others."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from domain.decider import Head, Stream, StreamRef

S = TypeVar("S")

STATES_KEPT: Final = 50_000


class Missing(Exception):
    """The decision asks for streams that are not loaded yet."""

    def __init__(self, refs: Iterable[StreamRef[Any]]) -> None:
        super().__init__()
        self.refs = tuple(refs)


class HeadsMissing(Exception):
    """The decision asks where streams end whose last entries are not loaded yet."""

    def __init__(self, streams: Iterable[UUID]) -> None:
        super().__init__()
        self.streams = tuple(streams)


class LoadedPast:
    """States by stream; asking for one that is not loaded interrupts the decision, which is run again.

    What is ``at_hand`` is taken without an interruption; ``anew`` says that a stream which is not there is new.
    """

    def __init__(self, at_hand: "StateCache | None" = None, *, anew: bool = False) -> None:
        self._at_hand = at_hand
        self._anew = anew
        self.states: dict[UUID, tuple[int, object]] = {}
        self.streams: dict[UUID, Stream[Any]] = {}
        self.leaves: dict[UUID, tuple[int, str]] = {}
        """Leaf hash of the entry of that version, where somebody asked for it."""

    def put(self, ref: StreamRef[Any], version: int, state: object) -> None:
        """Keep a state that was read."""
        self.streams[ref.id] = ref.stream
        self.states[ref.id] = version, state

    def __getitem__(self, ref: StreamRef[S]) -> S:
        """The state of one stream."""
        found = self._find(ref)
        if found is None:
            raise Missing((ref,))
        return cast(S, found[1])

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        """The states of several streams, in the order asked."""
        found = [self._find(ref) for ref in refs]
        missing = [ref for ref, one in zip(refs, found, strict=True) if one is None]
        if missing:
            raise Missing(missing)
        return cast("list[S]", [one[1] for one in found if one is not None])

    def _find(self, ref: StreamRef[Any]) -> tuple[int, object] | None:
        found = self.states.get(ref.id)
        if found is not None or self._at_hand is None:
            return found
        found = self._at_hand.get(ref)
        if found[0] == 0 and not self._anew:
            return None
        self.put(ref, *found)
        return found

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        """Where several streams end, in the order asked."""
        self.many(refs)
        missing = [ref.id for ref in refs if self.version(ref.id) and not self._known(ref.id)]
        if missing:
            raise HeadsMissing(missing)
        return [Head(self.version(ref.id), self.leaves[ref.id][1] if self.version(ref.id) else None) for ref in refs]

    def _known(self, stream: UUID) -> bool:
        return stream in self.leaves and self.leaves[stream][0] == self.version(stream)

    def version(self, stream: UUID) -> int:
        """How many facts the stream held when it was read."""
        return self.states[stream][0]


class StateCache:
    """The newest known state of recently read streams.

    Every use is checked: the append compares the version of each stream that a decision rests on, and whatever is
    read fresh is read on from here.
    """

    def __init__(self, kept: int = STATES_KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._states: OrderedDict[UUID, tuple[int, object]] = OrderedDict()

    def get(self, ref: StreamRef[Any]) -> tuple[int, object]:
        """(version, state); (0, initial) for a stream that is not kept."""
        with self._lock:
            found = self._states.get(ref.id)
            if found is None:
                return 0, ref.stream.initial
            self._states.move_to_end(ref.id)
            return found

    def put(self, stream: UUID, version: int, state: object) -> None:
        """Keep a state, never an older one over a newer one."""
        with self._lock:
            if self._states.get(stream, (0, None))[0] <= version:
                self._states[stream] = version, state
                self._states.move_to_end(stream)
            if len(self._states) > self._kept:
                self._states.popitem(last=False)
