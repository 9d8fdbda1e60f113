"""The log in memory, under the same contract as the one in PostgreSQL: for tests that want no database."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from domain.ledger import ClockWrong, CommandKnown, IdentityTaken, Known, LogRecorder, OutcomeUnknown, Receipt, Save
from domain.sealed import KeyRow, SealedRow
from domain.values import CommandId

TOLERANCE = timedelta(seconds=5)
LIMIT_BYTES = 65_535


def world_clock() -> datetime:
    return datetime.now(UTC)


class MemoryRecorder(LogRecorder):
    """Every append is judged under one lock, as the append function judges it."""

    def __init__(self, clock: Callable[[], datetime] = world_clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._log: list[StoredEvent] = []
        self._streams: dict[UUID, list[StoredEvent]] = {}
        self._commands: dict[UUID, Known] = {}
        self._known_at = datetime.min.replace(tzinfo=UTC)
        self.keys: dict[UUID, KeyRow] = {}
        self.sealed: dict[str, SealedRow] = {}
        self.identities: dict[bytes, UUID] = {}

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        save = kwargs["save"]
        assert isinstance(save, Save)
        with self._changed:
            if known := self._commands.get(save.command):
                raise CommandKnown(known)
            self._judge(stored_events, save)
            positions = list(range(len(self._log) + 1, len(self._log) + len(stored_events) + 1))
            self._keep(stored_events, save, positions)
            self._changed.notify_all()
        return positions

    def _judge(self, entries: Sequence[StoredEvent], save: Save) -> None:
        heads: dict[UUID, int] = {}
        for entry in entries:
            stream = stream_of(entry)
            head = heads.get(stream, self._head(stream))
            if entry.originator_version != head + 1:
                raise IntegrityError("a stream has moved")
            heads[stream] = head + 1
        if any(version != self._head(stream) for stream, version in save.guards):
            raise IntegrityError("a stream has moved")
        self._judge_keys(save)
        if any(self.identities.get(row.digest, row.subject) != row.subject for row in save.sealing.identities):
            raise IdentityTaken
        is_early = save.at < self._known_at - TOLERANCE if self._log else False
        if is_early or (save.at > self._clock() + TOLERANCE and not self._is_simulated(entries)):
            raise ClockWrong
        if any(len(entry.state) > LIMIT_BYTES for entry in entries):
            raise DataError("an entry is too large")

    def _judge_keys(self, save: Save) -> None:
        new = {key.subject: key for key in save.sealing.keys}
        if any(self.keys.get(subject, key) != key for subject, key in new.items()):
            raise IntegrityError("a key has moved")
        if any(row.subject not in self.keys and row.subject not in new for row in save.sealing.rows):
            raise IntegrityError("a key has gone")

    def _is_simulated(self, entries: Sequence[StoredEvent]) -> bool:
        first = (self._log or entries)[:1]
        if not first or first[0].topic != "log-opened":
            return False
        return bool(msgspec.json.decode(first[0].state)["fact"].get("clock") == "simulated")

    def _keep(self, entries: Sequence[StoredEvent], save: Save, positions: Sequence[int]) -> None:
        for entry in entries:
            self._log.append(entry)
            self._streams.setdefault(stream_of(entry), []).append(entry)
            self._known_at = max(self._known_at, save.at)
        receipt = Receipt(
            command=save.command,
            first=positions[0] if entries else 0,
            last=positions[-1] if entries else 0,
            leaves=tuple(hashlib.sha256(b"\x00" + entry.state).hexdigest() for entry in entries),
        )
        self._commands[save.command] = Known(digest=save.digest, receipt=receipt)
        self.identities.update((row.digest, row.subject) for row in save.sealing.identities)
        self.keys.update((key.subject, key) for key in save.sealing.keys)
        self.sealed.update((row.commitment, row) for row in save.sealing.rows if row.commitment not in self.sealed)

    def _head(self, stream: UUID) -> int:
        return len(self._streams.get(stream, ()))

    def find_command(self, command: CommandId) -> Known | None:
        return self._commands.get(command)

    def select_streams(self, after: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        with self._changed:
            return [entry for stream, version in after for entry in self._streams.get(stream, ())[version:]]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        assert isinstance(originator_id, UUID)
        with self._changed:
            chosen = self._streams.get(originator_id, [])[gt or 0 : lte]
        return (chosen[::-1] if desc else chosen)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = max(1, 1 if start is None else start + (not inclusive_of_start))
        with self._changed:
            numbered = list(enumerate(self._log, 1))[first - 1 : stop]
        return [
            Notification(entry.originator_id, entry.originator_version, entry.topic, entry.state, position)
            for position, entry in numbered
            if not topics or entry.topic in topics
        ][:limit]

    def max_notification_id(self) -> int | None:
        return len(self._log) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return MemorySubscription(self, gt, topics)

    def wait_beyond(self, position: int) -> None:
        """Until the log is longer, at most for a moment."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._log) > position, timeout=0.1)


class MemorySubscription(Subscription[ApplicationRecorder]):
    def __init__(self, recorder: MemoryRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._memory = recorder

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            after = self._last_notification_id or 0
            page = self._memory.select_notifications(after, 1, topics=self._topics, inclusive_of_start=False)
            if page:
                self._last_notification_id = page[0].id
                return page[0]
            self._memory.wait_beyond(after)
        raise StopIteration


def stream_of(entry: StoredEvent) -> UUID:
    assert isinstance(entry.originator_id, UUID)
    return entry.originator_id


class UnsureRecorder(MemoryRecorder):
    """Commits, and says that the outcome is unknown, as often as it is told to."""

    def __init__(self, clock: Callable[[], datetime] = world_clock) -> None:
        super().__init__(clock)
        self.replies_lost = 0

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        positions = super().insert_events(stored_events, **kwargs)
        if self.replies_lost:
            self.replies_lost -= 1
            raise OutcomeUnknown
        return positions
