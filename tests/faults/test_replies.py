"""A lost answer is looked up, never guessed: nothing is awarded twice, and no conflict is made up."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, RecordConflictError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.ledger import ClockWrong, CommandKnown, LedgerBusy, OutcomeUnknown
from ops.recorder import PostgresRecorder
from tests.faults.proxy import Fault, Proxy
from tests.faults.victim import Victim
from tests.ops.saves import append, entry, positions_of, save

THREADS = 16
SAVES_PER_THREAD = 60
FAULTS = 60

_STATES = "SELECT state FROM ledger.entries"
_BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE usename LIKE '%%\\_writer' AND wait_event = 'SyncRep'
"""


@pytest.fixture
def proxy(victim: Victim) -> Iterator[Proxy]:
    with Proxy(str(victim.server.socket / ".s.PGSQL.5432")) as proxy:
        yield proxy


@pytest.fixture
def recorder(victim: Victim, proxy: Proxy) -> Iterator[PostgresRecorder]:
    """A recorder that reaches the server through the proxy."""
    recorder = PostgresRecorder(through(proxy, victim.urls.writer))
    append(recorder, entry(uuid4(), 1, b"first"), save=save())
    yield recorder
    recorder.close()


def through(proxy: Proxy, url: str) -> str:
    direct = conninfo_to_dict(url)
    return make_conninfo("", user=direct["user"], dbname=direct["dbname"], host="127.0.0.1", port=proxy.port)


def test_a_committed_save_whose_answer_is_lost_is_known(recorder: PostgresRecorder, proxy: Proxy) -> None:
    stream, command = uuid4(), uuid4()
    proxy.faults.put(Fault.REPLY_LOST)
    with pytest.raises(CommandKnown) as answer:
        append(recorder, entry(stream), save=save((stream, 0), command=command))
    assert answer.value.known == recorder.find_command(command)
    assert answer.value.known.receipt.first == 2
    assert positions_of(recorder) == [1, 2]


def test_a_save_that_never_arrived_is_sent_again(recorder: PostgresRecorder, proxy: Proxy) -> None:
    stream = uuid4()
    proxy.faults.put(Fault.REQUEST_LOST)
    assert append(recorder, entry(stream), save=save((stream, 0))) == [2]


def test_a_save_that_arrives_late_is_waited_for(recorder: PostgresRecorder, proxy: Proxy) -> None:
    """The old backend has not begun when the client is back: asked now, the log would not know the command."""
    stream = uuid4()
    proxy.faults.put(Fault.REQUEST_LATE)
    with pytest.raises(CommandKnown) as answer:
        append(recorder, entry(stream), save=save((stream, 0)))
    assert answer.value.known.receipt.first == 2
    assert positions_of(recorder) == [1, 2]


def test_a_refusal_whose_answer_is_lost_stays_a_refusal(recorder: PostgresRecorder, proxy: Proxy) -> None:
    for fault in Fault:
        proxy.faults.put(fault)
        with pytest.raises(RecordConflictError):
            append(recorder, entry(uuid4(), 2), save=save())
        assert proxy.faults.empty()
    assert positions_of(recorder) == [1]


def test_a_line_that_breaks_again_and_again_is_followed_to_the_end(recorder: PostgresRecorder, proxy: Proxy) -> None:
    for fault in (Fault.REQUEST_LOST, Fault.REQUEST_LOST, Fault.REQUEST_LATE, Fault.REPLY_LOST):
        proxy.faults.put(fault)
    with pytest.raises(CommandKnown) as answer:
        append(recorder, entry(uuid4()), save=save())
    assert answer.value.known.receipt.first == 2
    assert proxy.broken == 4


def test_under_many_broken_lines_nothing_is_doubled_and_no_conflict_is_made_up(
    victim: Victim, recorder: PostgresRecorder, proxy: Proxy
) -> None:
    faults, stopped = random.Random(3), threading.Event()

    def break_lines() -> None:
        for _ in range(FAULTS):
            proxy.faults.put(faults.choice(list(Fault)))
            while not proxy.faults.empty() and not stopped.is_set():
                time.sleep(0.002)

    def award(thread: int) -> list[UUID]:
        """Nobody else writes this stream: a conflict cannot be true."""
        stream, commands = uuid4(), []
        for version in range(1, SAVES_PER_THREAD + 1):
            command = uuid4()
            wish = save((stream, version - 1), command=command)
            with suppress(CommandKnown):
                append(recorder, entry(stream, version, str(command).encode()), save=wish)
            commands.append(command)
        return commands

    breaking = threading.Thread(target=break_lines)
    breaking.start()
    with ThreadPoolExecutor(THREADS) as pool:
        awarded = [command for commands in pool.map(award, range(THREADS)) for command in commands]
    stopped.set()
    breaking.join()
    assert proxy.broken > 0
    wanted = Counter([b"first", *(str(command).encode() for command in awarded)])
    assert Counter(state for (state,) in victim.ask(_STATES)) == wanted
    assert positions_of(recorder) == list(range(1, len(awarded) + 2))


@pytest.mark.parametrize("fault", Fault)
def test_an_outcome_that_cannot_be_found_out_is_unknown(
    recorder: PostgresRecorder, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """The way to the server is gone with the answer. It is never called a conflict, and a repeat finds out."""
    monkeypatch.setattr("ops.appending.RESOLVE_TIMEOUT_S", 0.5)
    stream = uuid4()
    wish = save((stream, 0))
    proxy.faults.put(fault)
    proxy.lets_in = False
    with pytest.raises(OutcomeUnknown):
        append(recorder, entry(stream), save=wish)
    proxy.lets_in = True
    with suppress(CommandKnown):
        append(recorder, entry(stream), save=wish)
    assert [stored.originator_version for stored in recorder.select_events(stream)] == [1]
    assert positions_of(recorder) == [1, 2]


def test_a_database_that_is_away_is_no_unknown_outcome(victim: Victim) -> None:
    recorder = PostgresRecorder(victim.urls.writer)
    victim.crash()
    with pytest.raises(OperationalError):
        append(recorder, entry(uuid4()), save=save())
    victim.restart()
    assert append(recorder, entry(uuid4()), save=save()) == [1]
    recorder.close()


def test_a_cancelled_wait_for_a_standby_is_unknown(victim: Victim) -> None:
    """PostgreSQL commits and only warns: the standby that may take over does not have it."""
    recorder = PostgresRecorder(victim.urls.writer)
    append(recorder, entry(uuid4()), save=save())
    victim.tell("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    victim.tell("SELECT pg_reload_conf()")
    outcome: list[Exception] = []

    def attempt() -> None:
        # The process that hears of the standby last decides who waits: until then saves are answered as before.
        while not outcome:
            try:
                append(recorder, entry(uuid4()), save=save())
            except Exception as error:
                outcome.append(error)

    waiting = threading.Thread(target=attempt)
    waiting.start()
    while not (backends := victim.ask(_BACKENDS)):
        assert waiting.is_alive()
        time.sleep(0.01)
    victim.ask("SELECT pg_cancel_backend(%s)", *backends[0])
    waiting.join()
    assert [type(error) for error in outcome] == [OutcomeUnknown]
    recorder.close()


def test_a_lock_that_cannot_be_had_is_a_busy_ledger(victim: Victim) -> None:
    victim.tell("ALTER FUNCTION ledger.append SET lock_timeout = '50ms'")
    recorder = PostgresRecorder(victim.urls.writer)
    command = uuid4()
    with psycopg.connect(victim.server.url("victim", "postgres")) as holder:
        holder.execute("LOCK TABLE ledger.append_lock IN EXCLUSIVE MODE")
        with pytest.raises(LedgerBusy):
            append(recorder, entry(uuid4()), save=save(command=command))
    assert append(recorder, entry(uuid4()), save=save(command=command)) == [1]
    recorder.close()


def test_a_repeat_after_a_long_break_is_answered_before_its_clock_is_judged(
    recorder: PostgresRecorder, proxy: Proxy
) -> None:
    wish = save()
    proxy.faults.put(Fault.REPLY_LOST)
    with pytest.raises(CommandKnown):
        append(recorder, entry(uuid4()), save=wish)
    with pytest.raises(ClockWrong):
        append(recorder, entry(uuid4()), save=save(at=wish.at.replace(year=wish.at.year - 1)))
