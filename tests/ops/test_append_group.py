"""Saves that go together do not meet, nobody is overtaken by what he depends on, and nobody waits for ever."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus

from domain.ledger import OutcomeUnknown
from domain.sealed import KeyRow, SealedRow, Sealing
from ops.bootstrap import Urls
from ops.group import GROUP_LIMIT, GROUP_LIMIT_BYTES, Outcome, Pending, Queue, chosen
from ops.parcel import TYPES, TYPES_SEALED, packed
from tests.ops.saves import entry, save

STREAMS = [UUID(int=number) for number in range(1, 5)]
COMMANDS = [UUID(int=number) for number in range(101, 104)]


def pending(writes: Sequence[UUID] = (), reads: Sequence[UUID] = (), command: UUID | None = None) -> Pending:
    guards = tuple((stream, 0) for stream in reads)
    return Pending([entry(stream) for stream in writes], save(*guards, command=command))


def meet(one: Pending, other: Pending) -> bool:
    """As it is meant, without any cleverness."""
    wrote, touched = set(one.writes), set(one.writes) | one.reads
    others_wrote, others_touched = set(other.writes), set(other.writes) | other.reads
    return bool(wrote & others_touched or touched & others_wrote or one.names & other.names)


some = st.lists(st.sampled_from(STREAMS), unique=True, max_size=3)
pendings = st.lists(st.builds(pending, some, some, st.sampled_from(COMMANDS)), min_size=1, max_size=8)


@given(pendings)
def test_who_goes_together_does_not_meet_and_who_waits_met_somebody_before(waiting: list[Pending]) -> None:
    group, later = chosen(waiting)
    assert group[0] is waiting[0]
    assert sorted(map(id, group + later)) == sorted(map(id, waiting))
    assert not any(meet(one, other) for one in group for other in group if one is not other)
    for who in later:
        before = waiting[: waiting.index(who)]
        assert any(meet(who, other) for other in before)
    for who in group:
        before = waiting[: waiting.index(who)]
        assert not any(meet(who, other) for other in before)


def test_a_group_has_an_end() -> None:
    many = [pending([UUID(int=number)]) for number in range(1, GROUP_LIMIT + 10)]
    assert [len(part) for part in chosen(many)] == [GROUP_LIMIT, 9]
    large = [Pending([entry(UUID(int=number), 1, bytes(GROUP_LIMIT_BYTES))], save()) for number in (1, 2)]
    assert [len(part) for part in chosen(large)] == [1, 1]


class Committing:
    """Commits after a moment, and fails as it is told to."""

    def __init__(self, wait_s: float = 0.0, error: BaseException | None = None) -> None:
        self.groups: list[int] = []
        self._wait_s, self._error = wait_s, error
        self._inside = threading.Lock()

    def begin(self, group: Sequence[Pending]) -> None:
        pass

    def finish(self, group: Sequence[Pending]) -> None:
        assert self._inside.acquire(blocking=False), "two groups at once"
        try:
            time.sleep(self._wait_s)
            self.groups.append(len(group))
            if self._error is not None:
                raise self._error
            for pending in group:
                pending.outcome = Outcome.COMMITTED
        finally:
            self._inside.release()


def test_a_lone_save_is_committed_by_its_own_thread() -> None:
    committing = Committing()
    queue = Queue(committing)
    for _ in range(3):
        queue.run(pending([STREAMS[0]]))
    assert committing.groups == [1, 1, 1]


def test_many_callers_get_their_outcomes_in_groups() -> None:
    committing = Committing(wait_s=0.005)
    queue = Queue(committing)

    def call(number: int) -> Outcome | None:
        mine = pending([UUID(int=number)])
        queue.run(mine)
        return mine.outcome

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(call, range(1, 401))) == {Outcome.COMMITTED}
    assert sum(committing.groups) == 400
    assert len(committing.groups) < 400


def test_an_error_reaches_every_caller_of_the_group_and_the_queue_goes_on() -> None:
    committing = Committing(wait_s=0.005, error=ValueError("no"))
    queue = Queue(committing)

    def call(number: int) -> str:
        with pytest.raises(ValueError, match="no") as error:
            queue.run(pending([UUID(int=number)]))
        return str(error.value)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(1, 41))) == ["no"] * 40


def test_an_interrupted_leader_leaves_the_others_an_unknown_outcome_and_a_working_queue() -> None:
    committing = Committing(wait_s=0.05, error=KeyboardInterrupt())
    queue = Queue(committing)
    outcomes: list[type[BaseException]] = []

    def call(number: int) -> None:
        try:
            queue.run(pending([UUID(int=number)]))
        except BaseException as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) == {KeyboardInterrupt, OutcomeUnknown}
    assert len(outcomes) == 8


instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.uuids(), st.integers(1, 2**31 - 1), texts, st.binary(max_size=99)), max_size=3),
            st.lists(st.tuples(st.uuids(), st.integers(0, 2**31 - 2)), max_size=3),
            instants,
            st.binary(max_size=40),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_postgresql_reads_from_a_parcel_what_was_put_in(database: Urls, saves: list[tuple]) -> None:  # type: ignore[type-arg]
    group = []
    for number, (entries, guards, at, digest, is_sealed) in enumerate(saves):
        subject = UUID(int=number)
        row = SealedRow(commitment=f"{number:064x}", subject=subject, box=digest)
        sealing = Sealing(keys=(KeyRow(subject=subject, wrapped=digest),), rows=(row,)) if is_sealed else Sealing()
        stored = [entry(stream, version, state, topic) for stream, version, topic, state in entries]
        group.append(Pending(stored, save(*guards, at=at, digest=digest, sealing=sealing)))
    parameters = packed(group)
    types = TYPES if len(parameters) == len(TYPES) else TYPES_SEALED
    names = ", ".join(f"${number}" for number in range(1, len(types) + 1))
    with psycopg.connect(database.writer) as connection:
        answer = connection.pgconn.exec_params(
            f"SELECT {names}".encode(), parameters, types, [1] * len(types), result_format=1
        )
        assert answer.status == ExecStatus.TUPLES_OK, answer.error_message
        transformer = Transformer(connection)
        transformer.set_pgresult(answer)
        read = transformer.load_row(0, tuple)
    assert read is not None
    flat = [(number, *one) for number, (entries, *_) in enumerate(saves, 1) for one in entries]
    assert list(read[0]) == [one.save.command for one in group]
    assert list(read[1]) == [digest for _, _, _, digest, _ in saves]
    assert list(read[2]) == [at for _, _, at, _, _ in saves]
    assert list(zip(*read[3:8], strict=True)) == flat
    sealed = [number for number, (*_, is_sealed) in enumerate(saves, 1) if is_sealed]
    assert (list(read[11]) if sealed else []) == sealed


def test_a_guard_on_a_written_stream_travels_only_if_it_says_something_else() -> None:
    stream = UUID(int=1)
    plain = packed([Pending([entry(stream, 4)], save((stream, 3)))])
    stale = packed([Pending([entry(stream, 4)], save((stream, 2)))])
    assert plain[8:] == packed([Pending([entry(stream, 4)], save())])[8:]
    assert stale[8:] != plain[8:]
