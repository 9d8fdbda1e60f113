"""What every recorder of the log promises. A test class inherits these and gives the fixture ``recorder``."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import DataError, RecordConflictError

from domain.ledger import ClockWrong, CommandKnown, IdentityTaken, LogRecorder
from tests.ops.saves import append, entry, identified, now, positions_of, save, sealed, states_of


def opening(clock: str) -> bytes:
    return msgspec.json.encode({"fact": {"clock": clock, "origin": "example.test"}})


class Contract:
    def test_positions_count_from_one_without_a_hole(self, recorder: LogRecorder) -> None:
        first, second = uuid4(), uuid4()
        assert append(recorder, entry(first), entry(first, 2), save=save()) == [1, 2]
        with pytest.raises(RecordConflictError):
            append(recorder, entry(first, 2), save=save())
        with pytest.raises(DataError):
            append(recorder, entry(second, 1, b"x" * 65_536), save=save())
        assert append(recorder, entry(second), save=save()) == [3]
        assert positions_of(recorder) == [1, 2, 3]
        assert recorder.max_notification_id() == 3

    def test_versions_of_a_stream_count_from_one_without_a_hole(self, recorder: LogRecorder) -> None:
        stream = uuid4()
        for version in (0, 2):
            with pytest.raises(RecordConflictError):
                append(recorder, entry(stream, version), save=save())
        append(recorder, entry(stream, 1), save=save())
        for version in (1, 3):
            with pytest.raises(RecordConflictError):
                append(recorder, entry(stream, version), save=save())
        append(recorder, entry(stream, 2), save=save())
        assert [stored.originator_version for stored in recorder.select_events(stream)] == [1, 2]

    @pytest.mark.parametrize("versions", [(1, 1), (2, 1), (1, 3), (2, 3)])
    def test_versions_within_one_save_count_up(self, recorder: LogRecorder, versions: tuple[int, int]) -> None:
        stream = uuid4()
        with pytest.raises(RecordConflictError):
            append(recorder, *(entry(stream, version) for version in versions), save=save())
        assert recorder.max_notification_id() is None

    def test_a_save_over_several_streams_is_whole_or_not_at_all(self, recorder: LogRecorder) -> None:
        old, new = uuid4(), uuid4()
        append(recorder, entry(old), save=save())
        with pytest.raises(RecordConflictError):
            append(recorder, entry(new), entry(old, 1), save=save())
        assert recorder.select_events(new) == []
        assert append(recorder, entry(new, 1, b"n"), entry(old, 2, b"o"), save=save()) == [2, 3]
        assert sorted(states_of(recorder, [new, old])) == [b"n", b"o", b"{}"]

    def test_a_stream_that_was_read_and_has_moved_is_a_conflict(self, recorder: LogRecorder) -> None:
        read, written = uuid4(), uuid4()
        append(recorder, entry(read), save=save())
        for stale in (0, 2):
            with pytest.raises(RecordConflictError):
                append(recorder, entry(written), save=save((read, stale), (written, 0)))
        assert append(recorder, entry(written), save=save((read, 1), (written, 0))) == [2]

    def test_a_guard_that_contradicts_what_is_written_is_a_conflict(self, recorder: LogRecorder) -> None:
        stream = uuid4()
        append(recorder, entry(stream), save=save())
        with pytest.raises(RecordConflictError):
            append(recorder, entry(stream, 2), save=save((stream, 0)))

    def test_two_who_read_each_others_stream_cannot_both_write(self, recorder: LogRecorder) -> None:
        """Write skew: each alone would be right, both together break the rule that each has checked."""
        for _ in range(20):
            one, other = uuid4(), uuid4()
            ready = threading.Barrier(2)

            def attempt(
                mine: UUID, his: UUID, ready: threading.Barrier = ready, recorder: LogRecorder = recorder
            ) -> bool:
                ready.wait()
                try:
                    append(recorder, entry(mine), save=save((mine, 0), (his, 0)))
                except RecordConflictError:
                    return False
                return True

            with ThreadPoolExecutor(2) as pool:
                outcomes = list(pool.map(attempt, (one, other), (other, one)))
            assert sorted(outcomes) == [False, True]

    def test_a_committed_command_is_known_with_its_digest_and_receipt(self, recorder: LogRecorder) -> None:
        stream, command = uuid4(), uuid4()
        assert recorder.find_command(command) is None
        append(recorder, entry(uuid4()), save=save())
        append(recorder, entry(stream, 1, b"a"), entry(stream, 2, b"b"), save=save(command=command, digest=b"d"))
        for attempt in (entry(stream, 3), entry(stream, 1), entry(uuid4())):
            with pytest.raises(CommandKnown) as answer:
                append(recorder, attempt, save=save(command=command, digest=b"other"))
            assert answer.value.known == recorder.find_command(command)
        known = recorder.find_command(command)
        assert known is not None
        assert known.digest == b"d"
        assert (known.receipt.command, known.receipt.first, known.receipt.last) == (command, 2, 3)
        assert known.receipt.leaves == tuple(hashlib.sha256(b"\x00" + state).hexdigest() for state in (b"a", b"b"))
        assert recorder.max_notification_id() == 3

    def test_a_known_command_is_known_whatever_else_is_wrong_with_it(self, recorder: LogRecorder) -> None:
        stream, command = uuid4(), uuid4()
        append(recorder, entry(stream), save=save(command=command))
        with pytest.raises(CommandKnown):
            append(recorder, entry(stream, 9), save=save((stream, 7), command=command, at=now() - timedelta(days=1)))

    def test_a_command_that_yields_nothing_is_stored(self, recorder: LogRecorder) -> None:
        command, read = uuid4(), uuid4()
        assert append(recorder, save=save((read, 0), command=command)) == []
        known = recorder.find_command(command)
        assert known is not None
        assert (known.receipt.first, known.receipt.last, known.receipt.leaves) == (0, 0, ())
        with pytest.raises(CommandKnown):
            append(recorder, save=save(command=command))
        append(recorder, entry(read), save=save())
        with pytest.raises(RecordConflictError):
            append(recorder, save=save((read, 0)))
        assert recorder.max_notification_id() == 1

    def test_a_refused_command_is_not_stored(self, recorder: LogRecorder) -> None:
        stream, command = uuid4(), uuid4()
        with pytest.raises(RecordConflictError):
            append(recorder, entry(stream, 2), save=save(command=command))
        assert recorder.find_command(command) is None
        assert append(recorder, entry(stream), save=save(command=command)) == [1]

    def test_time_before_what_the_log_knows_is_refused(self, recorder: LogRecorder) -> None:
        known_at = now()
        append(recorder, entry(uuid4()), save=save(at=known_at))
        append(recorder, entry(uuid4()), save=save(at=known_at - timedelta(seconds=4)))
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4()), save=save(at=known_at - timedelta(seconds=6)))
        assert recorder.max_notification_id() == 2

    def test_time_after_the_databases_clock_is_refused(self, recorder: LogRecorder) -> None:
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4()), save=save(at=now() + timedelta(minutes=1)))
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4(), 1, opening("real"), "log-opened"), save=save(at=now() + timedelta(days=1)))
        assert append(recorder, entry(uuid4(), 1, opening("real"), "log-opened"), save=save()) == [1]
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4()), save=save(at=now() + timedelta(minutes=1)))

    def test_a_log_opened_as_simulated_may_run_ahead_but_not_back(self, recorder: LogRecorder) -> None:
        start = datetime(2099, 1, 1, tzinfo=UTC)
        append(recorder, entry(uuid4(), 1, opening("simulated"), "log-opened"), save=save(at=start))
        append(recorder, entry(uuid4()), save=save(at=start + timedelta(days=365)))
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4()), save=save(at=start))

    def test_a_log_that_runs_cannot_become_simulated(self, recorder: LogRecorder) -> None:
        append(recorder, entry(uuid4()), save=save())
        append(recorder, entry(uuid4(), 1, opening("simulated"), "log-opened"), save=save())
        with pytest.raises(ClockWrong):
            append(recorder, entry(uuid4()), save=save(at=now() + timedelta(days=1)))

    def test_a_save_with_another_key_for_a_subject_is_a_conflict(self, recorder: LogRecorder) -> None:
        subject = uuid4()
        append(recorder, entry(uuid4()), save=save(sealing=sealed(subject, b"1", key=b"first")))
        with pytest.raises(RecordConflictError):
            append(recorder, entry(uuid4()), save=save(sealing=sealed(subject, b"2", key=b"second")))
        append(recorder, entry(uuid4()), save=save(sealing=sealed(subject, b"3", key=b"first")))
        append(recorder, entry(uuid4()), save=save(sealing=sealed(subject, b"4")))
        assert recorder.max_notification_id() == 3

    def test_a_sealed_value_without_its_subjects_key_is_a_conflict(self, recorder: LogRecorder) -> None:
        with pytest.raises(RecordConflictError):
            append(recorder, entry(uuid4()), save=save(sealing=sealed(uuid4())))
        assert recorder.max_notification_id() is None

    def test_an_identity_is_one_subjects_alone(self, recorder: LogRecorder) -> None:
        first, second, command = uuid4(), uuid4(), uuid4()
        append(recorder, entry(uuid4()), save=save(command=command, sealing=identified(first, b"1", b"2")))
        for values in ((b"1",), (b"2",), (b"3", b"1")):
            with pytest.raises(IdentityTaken):
                append(recorder, entry(uuid4()), save=save(sealing=identified(second, *values)))
        with pytest.raises(CommandKnown):
            append(recorder, entry(uuid4()), save=save(command=command, sealing=identified(second, b"1")))
        append(recorder, entry(uuid4()), save=save(sealing=identified(first, b"1")))
        append(recorder, entry(uuid4()), save=save(sealing=identified(second, b"3")))
        assert recorder.max_notification_id() == 3

    def test_of_many_who_claim_an_identity_at_once_one_gets_it_and_nobody_else_is_touched(
        self, recorder: LogRecorder
    ) -> None:
        def attempt(number: int) -> str:
            wanted = b"same" if number % 2 else str(number).encode()
            try:
                append(recorder, entry(uuid4()), save=save(sealing=identified(uuid4(), wanted)))
            except IdentityTaken:
                return "taken"
            return "committed"

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(attempt, range(100)))
        assert outcomes[0::2] == ["committed"] * 50
        assert sorted(outcomes[1::2]) == ["committed"] + ["taken"] * 49
        assert positions_of(recorder) == list(range(1, 52))

    def test_a_poisoned_save_falls_alone(self, recorder: LogRecorder) -> None:
        def attempt(number: int) -> list[int] | str:
            state = b"x" * 65_536 if number % 10 == 0 else b"{}"
            try:
                return append(recorder, entry(uuid4(), 1, state), save=save())
            except DataError:
                return "too large"

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(attempt, range(200)))
        assert [number for number, outcome in enumerate(outcomes) if outcome == "too large"] == list(range(0, 200, 10))
        given = sorted(position for outcome in outcomes if outcome != "too large" for position in outcome)
        assert given == positions_of(recorder) == list(range(1, 181))

    def test_every_outcome_belongs_to_its_own_caller(self, recorder: LogRecorder) -> None:
        """Sixteen callers at once: conflicts, repeats, clocks and commits never touch each other."""
        busy, command = uuid4(), uuid4()
        append(recorder, entry(busy), save=save(command=command))

        def attempt(number: int) -> object:
            state = str(number).encode()
            try:
                match number % 4:
                    case 0:
                        append(recorder, entry(busy, 1), save=save())
                    case 1:
                        append(recorder, entry(uuid4()), save=save(command=command))
                    case 2:
                        append(recorder, entry(uuid4()), save=save(at=now() - timedelta(hours=1)))
                    case _:
                        (position,) = append(recorder, entry(uuid4(), 1, state), save=save())
                        (stored,) = recorder.select_notifications(position, 1)
                        return stored.state == state
            except (RecordConflictError, CommandKnown, ClockWrong) as answer:
                return type(answer).__mro__[0].__name__
            return "committed"

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(attempt, range(400)))
        assert outcomes[0::4] == ["IntegrityError"] * 100
        assert outcomes[1::4] == ["CommandKnown"] * 100
        assert outcomes[2::4] == ["ClockWrong"] * 100
        assert outcomes[3::4] == [True] * 100
        assert positions_of(recorder) == list(range(1, 102))

    def test_many_who_want_the_same_stream_get_it_one_after_the_other(self, recorder: LogRecorder) -> None:
        stream = uuid4()

        def attempt(_: int) -> int:
            while True:
                version = len(recorder.select_events(stream))
                try:
                    (position,) = append(recorder, entry(stream, version + 1), save=save((stream, version)))
                except RecordConflictError:
                    continue
                return position

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(attempt, range(60))) == list(range(1, 61))
        assert [stored.originator_version for stored in recorder.select_events(stream)] == list(range(1, 61))

    def test_one_command_sent_many_times_at_once_is_committed_once(self, recorder: LogRecorder) -> None:
        command = uuid4()

        def attempt(_: int) -> int:
            try:
                return append(recorder, entry(uuid4()), save=save(command=command))[0]
            except CommandKnown as answer:
                return answer.known.receipt.first

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(attempt, range(64))) == {1}
        assert positions_of(recorder) == [1]

    def test_several_streams_are_read_at_once_beyond_what_is_known(self, recorder: LogRecorder) -> None:
        one, other, third = uuid4(), uuid4(), uuid4()
        append(recorder, *(entry(one, version, b"1%d" % version) for version in (1, 2, 3)), save=save())
        append(recorder, *(entry(other, version, b"2%d" % version) for version in (1, 2)), save=save())
        rows = recorder.select_streams([(one, 1), (other, 0), (third, 0)])
        assert [row.state for row in rows if row.originator_id == one] == [b"12", b"13"]
        assert [row.state for row in rows if row.originator_id == other] == [b"21", b"22"]
        assert len(rows) == 4
        assert recorder.select_streams([]) == []

    def test_a_subscriber_gets_what_was_and_what_comes(self, recorder: LogRecorder) -> None:
        append(recorder, entry(uuid4(), 1, b"1"), entry(uuid4(), 1, b"2"), save=save())
        with recorder.subscribe(gt=1) as subscription:
            assert next(subscription).state == b"2"
            later = threading.Timer(0.1, lambda: append(recorder, entry(uuid4(), 1, b"3"), save=save()))
            later.start()
            assert next(subscription).state == b"3"
            later.join()
