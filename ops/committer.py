"""Commits groups of saves, and lets a poisoned one fall alone."""

from collections.abc import Sequence
from contextlib import suppress

import psycopg
from eventsourcing.persistence import DatabaseError, DataError, OperationalError
from psycopg.errors import LockNotAvailable

from domain.ledger import LedgerBusy, OutcomeUnknown
from ops.appending import Appender
from ops.group import Outcome, Pending


class GroupCommitter:
    """A ``Committer`` over one appending connection."""

    def __init__(self, url: str) -> None:
        self._appender = Appender(url)

    def begin(self, group: Sequence[Pending]) -> None:
        """Send the group off if that can be done without waiting."""
        with suppress(Exception):  # ``finish`` meets it again, and can answer it
            self._appender.begin(group)

    def finish(self, group: Sequence[Pending]) -> None:
        """Give every save of the group its outcome or its own error."""
        try:
            outcomes, head = self._appender.finish(group)
        except psycopg.OperationalError as error:
            # Nothing was sent, or the lock could not be had: in either case nothing was appended.
            raise (LedgerBusy() if isinstance(error, LockNotAvailable) else OperationalError(error)) from error
        except OutcomeUnknown:
            raise
        except Exception as error:
            if len(group) == 1:
                raise _refusal(error) from error
            self._finish_apart(group)
        else:
            _settle(group, outcomes, head)

    def close(self) -> None:
        """Let the connection go."""
        self._appender.close()

    def _finish_apart(self, group: Sequence[Pending]) -> None:
        for pending in group:
            try:
                self.finish((pending,))
            except Exception as error:
                pending.error = error


def _settle(group: Sequence[Pending], outcomes: bytes, head: int) -> None:
    for outcome, pending in zip(outcomes, group, strict=True):
        pending.outcome = Outcome(outcome)
        if outcome == Outcome.COMMITTED:
            pending.first = head + 1
            head += len(pending.entries)


def _refusal(error: Exception) -> Exception:
    """The library's word for what the database says of one save alone."""
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
        # Never the library's IntegrityError, which is a conflict to it: the same save would only fail again.
        return DataError(error)
    return DatabaseError(error) if isinstance(error, psycopg.Error) else error
