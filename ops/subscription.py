"""Entries as they come: read in order, woken by a hint, and asked for again every second without one."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

POLL_S: Final = 1.0
PAGE: Final = 500

_LISTEN: Final = "LISTEN ledger"


class LogSubscription(Subscription[ApplicationRecorder]):
    """Iterates over entries after a position, for ever or until ``stop``.

    A hint is only a hint: it may come late, twice or never. LISTEN comes before the first read, and every read
    starts after the last entry that was given.
    """

    def __init__(self, recorder: ApplicationRecorder, url: str, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._url = url
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._page: Sequence[Notification] = ()
        self._given = 0

    def __next__(self) -> Notification:
        """The next entry; waits for it."""
        while not self._has_been_stopped:
            if self._given < len(self._page):
                self._given += 1
                return self._page[self._given - 1]
            self._turn_page()
        self._close()
        raise StopIteration

    def stop(self) -> None:
        """End the iteration, within a second if it waits in another thread."""
        super().stop()

    def __exit__(self, *args: object, **kwargs: object) -> None:
        """Stop and let the connection go."""
        super().__exit__(*args, **kwargs)
        self._close()

    def _turn_page(self) -> None:
        is_listening = self._connection is not None
        if not is_listening:
            self._listen()
        self._page, self._given = self._read(), 0
        if not self._page and is_listening:
            self._wait()

    def _read(self) -> Sequence[Notification]:
        page = self._recorder.select_notifications(
            self._last_notification_id or 0, PAGE, topics=self._topics, inclusive_of_start=False
        )
        if page:
            self._last_notification_id = page[-1].id
        return page

    def _listen(self) -> None:
        self._connection = psycopg.connect(self._url, autocommit=True)
        self._connection.execute(_LISTEN)

    def _wait(self) -> None:
        assert self._connection is not None
        try:
            for _ in self._connection.notifies(timeout=POLL_S, stop_after=1):
                break
        except psycopg.OperationalError:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
