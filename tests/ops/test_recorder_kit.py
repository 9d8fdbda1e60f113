"""The library's own test-kits, run against both recorders.

The kits know no commands: an adapter gives every insertion a save of its own, as the ledger would. They begin
streams at version 0 or 1 as they like, while streams of the log begin at 1 and never skip: the adapter counts
from 0, so that the kits' ``INITIAL_VERSION`` is 0 everywhere. Nothing else is adapted and no case is left out.
The kit for aggregate recorders wants no positions back, because such a recorder has none.
"""

from collections.abc import Sequence
from typing import Any
from unittest import TestCase
from uuid import UUID

import pytest
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, Notification, StoredEvent, Subscription
from eventsourcing.tests.persistence import AggregateRecorderTestCase, ApplicationRecorderTestCase

from domain.ledger import LogRecorder
from ops.bootstrap import Urls
from ops.recorder import PostgresRecorder
from tests.memory import MemoryRecorder
from tests.ops.saves import save


class Adapter(ApplicationRecorder):
    """A recorder as the kits know it: no saves, versions from 0."""

    def __init__(self, log: LogRecorder) -> None:
        self.log = log

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        return self.log.insert_events([shifted(event, 1) for event in stored_events], save=save())

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        after, upto = (None if bound is None else bound + 1 for bound in (gt, lte))
        found = self.log.select_events(originator_id, gt=after, lte=upto, desc=desc, limit=limit)
        return [shifted(event, -1) for event in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        found = self.log.select_notifications(start, limit, stop, topics, inclusive_of_start=inclusive_of_start)
        return [counted_from_0(notification) for notification in found]

    def max_notification_id(self) -> int | None:
        return self.log.max_notification_id()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return AdaptedSubscription(self, self.log.subscribe(gt=gt, topics=topics))


class WithoutPositions(Adapter):
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> None:
        super().insert_events(stored_events)


def shifted(event: StoredEvent, by: int) -> StoredEvent:
    return StoredEvent(
        originator_id=event.originator_id,
        originator_version=event.originator_version + by,
        topic=event.topic,
        state=event.state,
    )


class AdaptedSubscription(Subscription[ApplicationRecorder]):
    def __init__(self, adapter: Adapter, inner: Subscription[ApplicationRecorder]) -> None:
        super().__init__(recorder=adapter)
        self._inner = inner

    def stop(self) -> None:
        super().stop()
        self._inner.stop()

    def __next__(self) -> Notification:
        return counted_from_0(next(self._inner))

    def __exit__(self, *args: object, **kwargs: object) -> None:
        super().__exit__(*args, **kwargs)
        with self._inner:
            pass


def counted_from_0(notification: Notification) -> Notification:
    return Notification(
        originator_id=notification.originator_id,
        originator_version=notification.originator_version - 1,
        topic=notification.topic,
        state=notification.state,
        id=notification.id,
    )


class AggregateKit(AggregateRecorderTestCase):
    __test__ = False
    INITIAL_VERSION = 0
    log: Any

    def create_recorder(self) -> AggregateRecorder:
        return WithoutPositions(self.log)


class ApplicationKit(ApplicationRecorderTestCase[ApplicationRecorder]):
    __test__ = False
    INITIAL_VERSION = 0
    log: Any

    def create_recorder(self) -> ApplicationRecorder:
        return Adapter(self.log)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


def cases_of(kit: type[TestCase]) -> list[str]:
    return [name for name in dir(kit) if name.startswith("test_")]


KITS = [
    *((AggregateKit, name) for name in cases_of(AggregateKit)),
    *((ApplicationKit, name) for name in cases_of(ApplicationKit)),
]
NAMES = [f"{kit.__name__}-{name}" for kit, name in KITS]


# As functions: pytest cannot run a unittest class once for every PostgreSQL.
@pytest.mark.parametrize(("kit", "name"), KITS, ids=NAMES)
def test_in_memory(kit: type[AggregateKit | ApplicationKit], name: str) -> None:
    case = kit(name)
    case.log = MemoryRecorder()
    case.debug()


@pytest.mark.parametrize(("kit", "name"), KITS, ids=NAMES)
def test_in_postgres(kit: type[AggregateKit | ApplicationKit], name: str, database: Urls) -> None:
    case = kit(name)
    case.log = PostgresRecorder(database.writer)
    try:
        case.debug()
    finally:
        case.log.close()


def test_the_kits_are_not_empty() -> None:
    assert len(KITS) >= 7
