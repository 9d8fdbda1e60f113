"""A wish becomes facts or is refused, and is never half of either: the ledger over a log in memory."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from domain.actor import person
from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.entry import decode
from domain.ledger import (
    ClockWrong,
    CommandIdReused,
    Known,
    Ledger,
    LedgerBusy,
    OutcomeUnknown,
    Receipt,
    Save,
    request_bytes,
)
from domain.recording.matter import EvidenceAttached, MatterNotHeld
from domain.sealed import IdentityRow, SealedRow, Sealing, Secret
from tests.memory import MemoryRecorder, UnsureRecorder

CLERK = person(UUID(int=1), "recorder", "PK-ZWB")


class Put(Command, frozen=True, kw_only=True):
    """Put some things on a shelf that holds ten, unless the house is closed."""

    operation = "test.put"
    fresh = ("label",)
    shelf: str
    things: int = 1
    label: UUID = UUID(int=0)
    note: Secret | None = None


class ShelfFull(Refused):
    code = "shelf-full"


class HouseClosed(Refused):
    code = "house-closed"


def count(state: int, fact: Fact) -> int:
    return state + 1


SHELF: Stream[int] = Stream("shelf", 0, count, (EvidenceAttached, MatterNotHeld))
HOUSE: Stream[int] = Stream("house", 0, count, (EvidenceAttached,))


def thing(shelf: str) -> EvidenceAttached:
    return EvidenceAttached(unit="PK-ZWB", matter=shelf, kind="photo", sha256="0" * 64)


def decide(past: Past, command: Command) -> Decision:
    assert isinstance(command, Put)
    if past[HOUSE.of()]:
        raise HouseClosed
    shelf = SHELF.of(command.shelf)
    if past[shelf] + command.things > 10:
        raise ShelfFull(held=past[shelf])
    spoken = [] if command.note is None else [command.note.commitment]
    notes = [MatterNotHeld(unit="PK-ZWB", matter=command.shelf, reason=reason) for reason in spoken]
    return [shelf.says(fact) for fact in (*(thing(command.shelf) for _ in range(command.things)), *notes)]


class PlainVault:
    """Seals nothing really; a test of the ledger needs to see what it was given."""

    def seal(self, secrets: Sequence[Secret]) -> Sealing:
        rows = (SealedRow(commitment=secret.commitment, subject=secret.subject, box=b"") for secret in secrets)
        return Sealing(rows=tuple(rows))

    def identities(self, secrets: Sequence[Secret]) -> tuple[IdentityRow, ...]:
        return ()

    def holder(self, secrets: Sequence[Secret]) -> UUID | None:
        return None

    def digest(self, request: bytes) -> bytes:
        return hashlib.sha256(request).digest()


class Meddling(MemoryRecorder):
    """Just before an append somebody else is faster, as often as he is told to."""

    meddle: Callable[[], None]
    times = 0

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        if self.times:
            self.times -= 1
            self.meddle()
        return super().insert_events(stored_events, **kwargs)


def ledger_over(recorder: MemoryRecorder) -> Ledger:
    return Ledger(recorder, PlainVault(), decide, "test")


def put(shelf: str = "A", command: UUID | None = None, things: int = 1, **more: object) -> Put:
    wish = Put(id=command or uuid4(), actor=CLERK, at=datetime.now(UTC), shelf=shelf, things=things)
    return msgspec.structs.replace(wish, **more)


def meddling(act: Callable[[Meddling], object], times: int = 1) -> tuple[Meddling, Ledger]:
    """A log in which somebody does something just before each of the next appends, and a ledger over it."""
    recorder = Meddling()

    def meddle() -> None:
        left, recorder.times = recorder.times, 0  # nobody meddles with the meddler
        act(recorder)
        recorder.times = left

    recorder.meddle, recorder.times = meddle, times
    return recorder, ledger_over(recorder)


def test_a_wish_becomes_entries_and_a_receipt_that_names_them() -> None:
    recorder = MemoryRecorder()
    receipt = ledger_over(recorder).execute(put(things=3))
    stored = recorder.select_notifications(None, 10)
    assert (receipt.first, receipt.last) == (1, 3)
    assert receipt.leaves == tuple(hashlib.sha256(b"\x00" + entry.state).hexdigest() for entry in stored)
    assert [decode(entry.state).version for entry in stored] == [1, 2, 3]
    assert [decode(entry.state).id for entry in stored] == list(dict.fromkeys(decode(e.state).id for e in stored))
    assert ledger_over(recorder).load(SHELF.of("A")) == 3


def test_a_repeat_gets_the_first_receipt_and_adds_nothing() -> None:
    recorder = MemoryRecorder()
    ledger, wish = ledger_over(recorder), put()
    first = ledger.execute(wish)
    again = msgspec.structs.replace(wish, at=datetime.now(UTC), label=uuid4(), cause=uuid4())
    assert ledger.execute(again) == first
    assert ledger_over(recorder).execute(again) == first
    assert recorder.max_notification_id() == 1


def test_a_repeat_gets_its_receipt_even_where_the_wish_would_now_be_refused() -> None:
    recorder = MemoryRecorder()
    ledger, wish = ledger_over(recorder), put(things=9)
    first = ledger.execute(wish)
    ledger.execute(put())
    with pytest.raises(ShelfFull):
        ledger.execute(put())
    assert ledger.execute(wish) == first


@pytest.mark.parametrize(
    "change", [{"shelf": "B"}, {"things": 2}, {"actor": person(UUID(int=2), "recorder", "PK-ZWB")}]
)
def test_another_wish_under_the_same_id_is_refused(change: dict[str, object]) -> None:
    recorder = MemoryRecorder()
    ledger, wish = ledger_over(recorder), put()
    ledger.execute(wish)
    with pytest.raises(CommandIdReused):
        ledger.execute(msgspec.structs.replace(wish, **change))
    assert recorder.max_notification_id() == 1


def test_a_refused_wish_leaves_nothing_and_may_be_granted_later() -> None:
    recorder = MemoryRecorder()
    ledger, wish = ledger_over(recorder), put(things=11)
    with pytest.raises(ShelfFull):
        ledger.execute(wish)
    assert recorder.find_command(wish.id) is None
    assert ledger.execute(msgspec.structs.replace(wish, things=10)).last == 10


def test_a_wish_that_changes_nothing_is_remembered() -> None:
    recorder = MemoryRecorder()
    ledger, wish = ledger_over(recorder), put(things=0)
    receipt = ledger.execute(wish)
    assert (receipt.first, receipt.last, receipt.leaves) == (0, 0, ())
    assert ledger.execute(wish) == receipt
    with pytest.raises(CommandIdReused):
        ledger.execute(msgspec.structs.replace(wish, things=1))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_conflict_is_decided_anew_up_to_three_times(times: int) -> None:
    _, ledger = meddling(lambda log: ledger_over(log).execute(put(things=2)), times)
    assert ledger.execute(put(things=3)).first == 2 * times + 1
    assert ledger.load(SHELF.of("A")) == 2 * times + 3


def test_after_three_retries_the_ledger_is_busy_and_the_wish_can_come_again() -> None:
    recorder, ledger = meddling(lambda log: ledger_over(log).execute(put()), times=4)
    wish = put()
    with pytest.raises(LedgerBusy):
        ledger.execute(wish)
    assert recorder.find_command(wish.id) is None
    assert ledger.execute(wish).first == 5


def test_what_was_only_read_is_guarded_too() -> None:
    """No write skew: the house is closed between the decision and the append."""

    def close(past: Past, command: Command) -> Decision:
        assert past[HOUSE.of()] == 0
        return [HOUSE.of().says(thing("door"))]

    _, ledger = meddling(lambda log: Ledger(log, PlainVault(), close, "test").execute(put()))
    with pytest.raises(HouseClosed):
        ledger.execute(put())
    assert ledger.load(SHELF.of("A")) == 0


def test_whoever_loses_against_his_own_repeat_gets_its_receipt() -> None:
    wish = put()
    recorder, ledger = meddling(lambda log: first.append(ledger_over(log).execute(wish)))
    first: list[Receipt] = []
    assert [ledger.execute(wish)] == first
    assert recorder.max_notification_id() == 1


def test_whoever_is_refused_because_of_his_own_repeat_gets_its_receipt() -> None:
    """The other attempt fills the shelf after this one has looked its id up and before it decides."""
    recorder = MemoryRecorder()
    wish = put(things=10)
    first: list[Receipt] = []

    def late(past: Past, command: Command) -> Decision:
        if not first:
            first.append(ledger_over(recorder).execute(wish))
        return decide(past, command)

    assert [Ledger(recorder, PlainVault(), late, "test").execute(wish)] == first
    assert recorder.max_notification_id() == 10


def test_an_unknown_outcome_is_said_and_a_repeat_doubles_nothing() -> None:
    recorder = UnsureRecorder()
    ledger, wish = ledger_over(recorder), put()
    recorder.replies_lost = 1
    with pytest.raises(OutcomeUnknown):
        ledger.execute(wish)
    assert ledger.execute(wish).first == 1
    assert recorder.max_notification_id() == 1


def test_a_wrong_clock_is_refused_and_not_retried() -> None:
    recorder = MemoryRecorder()
    ledger = ledger_over(recorder)
    ledger.execute(put())
    with pytest.raises(ClockWrong):
        ledger.execute(put(at=datetime.now(UTC) - timedelta(minutes=1)))
    assert recorder.max_notification_id() == 1


def test_states_that_are_kept_are_brought_up_to_date_by_what_others_wrote() -> None:
    recorder = MemoryRecorder()
    one, other = ledger_over(recorder), ledger_over(recorder)
    for turn in range(1, 6):
        (one if turn % 2 else other).execute(put())
        assert one.load(SHELF.of("A")) == other.load(SHELF.of("A")) == turn


def test_states_of_different_ages_are_no_past() -> None:
    """What was read long ago beside what is read now is decided again, whatever it looked like."""

    def pair(past: Past, command: Command) -> Decision:
        shelves = SHELF.of("A"), SHELF.of("B")
        assert past[shelves[0]] == past[shelves[1]], "both shelves are always filled together"
        return [shelf.says(thing("both")) for shelf in shelves]

    recorder = MemoryRecorder()
    one, other = (Ledger(recorder, PlainVault(), pair, "test") for _ in range(2))
    other.execute(put())
    one.load(SHELF.of("A"))
    other.execute(put())
    assert one.execute(put()).first == 5


def test_whoever_thinks_himself_alone_and_is_not_does_no_harm() -> None:
    recorder = MemoryRecorder()
    one, other = ledger_over(recorder), ledger_over(recorder)
    wish = put(things=9)
    first = other.execute(wish)
    with one.alone():
        assert one.execute(wish) == first
        with pytest.raises(CommandIdReused):
            one.execute(msgspec.structs.replace(wish, shelf="B"))
        assert one.execute(put()).first == 10
        other.execute(put("B", things=10))
        with pytest.raises(ShelfFull):
            one.execute(put("B"))
        assert one.execute(wish) == first
    assert recorder.max_notification_id() == 20


def test_whoever_writes_alone_looks_nothing_up() -> None:
    class Counting(MemoryRecorder):
        looks = 0

        def find_command(self, command: UUID) -> Known | None:
            self.looks += 1
            return super().find_command(command)

        def select_streams(self, after: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
            self.looks += 1
            return super().select_streams(after)

    recorder = Counting()
    ledger = ledger_over(recorder)
    with ledger.alone():
        for shelf in ("A", "B", "A"):
            ledger.execute(put(shelf))
    for shelf in ("A", "C"):
        ledger.execute(put(shelf), looked=True)
    assert recorder.looks == 0
    ledger.execute(put("D"))
    assert recorder.looks > 0


def test_whoever_has_looked_and_was_overtaken_is_answered_as_if_he_had_not() -> None:
    recorder = MemoryRecorder()
    one, other = ledger_over(recorder), ledger_over(recorder)
    wish = put(things=9)
    first = other.execute(wish)
    assert one.execute(wish, looked=True) == first
    assert one.execute(put(), looked=True).first == 10
    with pytest.raises(ShelfFull):
        one.execute(put(things=10), looked=True)


def test_only_what_a_fact_speaks_of_is_sealed() -> None:
    saves: list[Save] = []

    class Watched(MemoryRecorder):
        def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
            save = kwargs["save"]
            assert isinstance(save, Save)
            saves.append(msgspec.structs.replace(save, sealing=Sealing()))
            sealed.append([row.commitment for row in save.sealing.rows])
            return super().insert_events(stored_events, save=saves[-1])

    def silent(past: Past, command: Command) -> Decision:
        return decide(past, msgspec.structs.replace(command, note=None))

    sealed: list[list[str]] = []
    note = Secret(subject=UUID(int=7), name="note", value="谈话记录", salt="c2FsdA")
    ledger_over(Watched()).execute(put(note=note))
    Ledger(Watched(), PlainVault(), silent, "test").execute(put(note=note))
    assert sealed == [[note.commitment], []]


def test_two_attempts_of_one_request_are_the_same_but_for_clock_ids_and_salts() -> None:
    note = Secret(subject=UUID(int=7), name="note", value="谈话记录", salt="c2FsdA")
    wish = put(note=note)
    attempt = put(note=msgspec.structs.replace(note, salt="b3RoZXI"), label=uuid4(), cause=uuid4())
    assert request_bytes(wish) == request_bytes(attempt)
    for other in (
        put(note=msgspec.structs.replace(note, value="另一记录")),
        put(),
        put("B", note=note),
    ):
        assert request_bytes(other) != request_bytes(wish)


def test_a_stream_that_was_not_read_cannot_be_written() -> None:
    def blind(past: Past, command: Command) -> Decision:
        return [SHELF.of("A").says(thing("A"))]

    with pytest.raises(AssertionError, match="without being read"):
        Ledger(MemoryRecorder(), PlainVault(), blind, "test").execute(put())
