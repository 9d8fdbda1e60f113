"""Both recorders keep the contract, and what the one in PostgreSQL stores is what it was given."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import DataError, RecordConflictError

from domain.ledger import LogRecorder
from ops.bootstrap import Urls
from ops.recorder import PostgresRecorder
from tests.memory import MemoryRecorder
from tests.ops.recorder_contract import Contract
from tests.ops.saves import append, entry, save, sealed


class TestInMemory(Contract):
    @pytest.fixture
    def recorder(self) -> LogRecorder:
        return MemoryRecorder()


class TestInPostgres(Contract):
    @pytest.fixture
    def recorder(self, database: Urls) -> Iterator[LogRecorder]:
        recorder = PostgresRecorder(database.writer)
        yield recorder
        recorder.close()

    def test_what_is_sealed_is_stored_with_the_entries_or_not_at_all(
        self, recorder: LogRecorder, database: Urls
    ) -> None:
        subject, other = uuid4(), uuid4()
        append(recorder, entry(uuid4()), save=save(sealing=sealed(subject, b"kept", key=b"wrapped")))
        for attempt in (entry(uuid4(), 2), entry(uuid4(), 1, b"x" * 65_536)):
            with pytest.raises((RecordConflictError, DataError)):
                append(recorder, attempt, save=save(sealing=sealed(other, b"lost", key=b"wrapped")))
        with psycopg.connect(database.writer) as connection:
            assert connection.execute("SELECT subject, wrapped FROM vault.keys").fetchall() == [(subject, b"wrapped")]
            assert connection.execute("SELECT subject, box FROM vault.sealed").fetchall() == [(subject, b"kept")]
