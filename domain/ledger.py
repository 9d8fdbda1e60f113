"""总账 — the only way in: a wish becomes facts, or is refused, and is never half of either.

``Ledger.execute`` loads what the wish needs, decides, and appends everything in one transaction: facts, sealed
values, the command's id, and a guard for every stream that the decision read. A repeat of a committed command
gets its first receipt; a lost reply is looked up, never guessed.
"""

from abc import abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    ProcessRecorder,
    RecordConflictError,
    Recording,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from domain.decider import Command, Decide, Decision, Past, Refused, StreamRef, Write
from domain.entry import Entry, EntryMapper, decode, entry_id
from domain.leaf import leaf_hash
from domain.loading import HeadsMissing, LoadedPast, Missing, StateCache
from domain.sealed import IdentityRow, Sealing, Secret
from domain.values import CommandId, Instant

S = TypeVar("S")
T = TypeVar("T")

RETRIES: Final = 3


class CommandIdReused(Refused):
    """同一个操作编号已用于另一件事。 This idempotency key was already used for another request."""

    code = "idempotency-key-reused"


class LedgerBusy(Refused):
    """几个人同时改动了同一处,请稍后重试。 Others changed the same thing at the same time; please try again."""

    code = "ledger-busy"


class ClockWrong(Refused):
    """系统时钟有误,暂停记账。 The service clock is wrong; nothing is recorded until it is put right."""

    code = "clock-wrong"


class OutcomeUnknown(Refused):
    """结果未知:请用同一操作编号重试,不会重复记账。 Outcome unknown: repeat with the same key; nothing is doubled."""

    code = "outcome-unknown"


class Vault(Protocol):
    """保密库 as the ledger needs it."""

    def seal(self, secrets: Sequence[Secret]) -> Sealing:
        """Encrypt values for storage; nothing is stored yet."""
        ...

    def digest(self, request: bytes) -> bytes:
        """32-byte HMAC of a request under a vault key: a bare hash could be guessed and would outlive erasure."""
        ...

    def identities(self, secrets: Sequence[Secret]) -> tuple[IdentityRow, ...]:
        """Rows by which these values are found again, however they are written."""
        ...

    def holder(self, secrets: Sequence[Secret]) -> UUID | None:
        """Whose one of these values is already, if it is anybody's but their own subject's."""
        ...


class Save(msgspec.Struct, frozen=True, kw_only=True):
    """All that one append carries beside its entries."""

    command: CommandId
    digest: bytes
    at: Instant
    guards: tuple[tuple[UUID, int], ...] = ()
    """(stream, version) of every stream that was read: a changed one is a conflict."""
    sealing: Sealing = Sealing()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller holds in hand: where his entries stand and what they hash to."""

    command: CommandId
    first: int
    """Position of the first entry; 0 if the command changed nothing."""
    last: int
    leaves: tuple[str, ...]
    """Leaf hash of each entry in order, lower-case hex."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A committed command: the digest of its request and the receipt it got."""

    digest: bytes
    receipt: Receipt


class CommandKnown(Exception):
    """This command id is committed already."""

    def __init__(self, known: Known) -> None:
        super().__init__(str(known.receipt.command))
        self.known = known


class IdentityTaken(Exception):
    """An identity of this save is another subject's already."""


class LogRecorder(ApplicationRecorder):
    """The library's recorder, and what one ordered log needs beyond it.

    ``insert_events(entries, save=Save)`` appends everything of one command or nothing. It raises
    ``RecordConflictError`` when a stream or guard moved, ``CommandKnown`` for a committed command id,
    ``IdentityTaken``, ``ClockWrong`` and ``OutcomeUnknown``. It returns the positions, which are gap-free and in
    commit order.
    """

    @abstractmethod
    def find_command(self, command: CommandId) -> Known | None:
        """What became of a command; None if it never committed."""

    @abstractmethod
    def select_streams(self, after: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Entries of several streams beyond the given version of each, per stream in order; one query."""


class _Factory(InfrastructureFactory[Any]):
    """Hands the one recorder to the library; reads no environment and knows no snapshots."""

    def __init__(self, recorder: LogRecorder) -> None:
        super().__init__(Environment("Log", {}))
        self._recorder = recorder

    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise AssertionError(f"no aggregate recorder for {purpose}")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise AssertionError("read models track themselves")

    def process_recorder(self) -> ProcessRecorder:
        raise AssertionError("read models track themselves")


class Log(Application[UUID]):
    """The library's application over one recorder.

    The process environment is ignored on purpose: it could switch on snapshots or another recorder.
    """

    def __init__(self, recorder: LogRecorder) -> None:
        self._log_recorder = recorder
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """No setting of the library is taken from outside."""
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The one recorder."""
        return _Factory(self._log_recorder)

    def construct_mapper(self) -> Mapper[UUID]:
        """Canonical entries."""
        return EntryMapper()

    def append(self, entries: Sequence[Entry], save: Save) -> list[Recording[UUID]]:
        """``save``, without asking each entry whether it is one, which took as long as encoding it."""
        recordings = self.events.put(entries, save=save)
        self._notify(recordings)
        return recordings


class Ledger:
    """``execute`` and ``load``. There is no other way to write."""

    def __init__(self, recorder: LogRecorder, vault: Vault, decide: Decide, log: str) -> None:
        self.log_name = log
        self._log = Log(recorder)
        self._recorder = recorder
        self._vault = vault
        self._decide = decide
        self._cache = StateCache()
        self._is_alone = False

    def execute(self, command: Command, *, looked: bool = False) -> Receipt:
        """Grant the wish or raise ``Refused``. The same command again gets its first receipt.

        ``looked``: the caller has just looked for all that it is about, as a dry run does; see ``alone``.
        """
        digest = self._vault.digest(request_bytes(command))
        looked = looked or self._is_alone
        known = None if looked else self._recorder.find_command(command.id)
        if known is not None:
            return _first_receipt(known, digest)
        for attempt in range(1 + RETRIES):
            try:
                return self._try(command, digest, LoadedPast() if attempt else LoadedPast(self._cache, anew=looked))
            except CommandKnown as answer:
                return _first_receipt(answer.known, digest)
            except RecordConflictError:
                continue
            except IdentityTaken:
                self._refuse_duplicate(command)
            except OutcomeUnknown:
                # Not looked up: what is found may be on this server alone and be lost with it.
                raise
            except Refused:
                # Another attempt of this command may have committed while this one was deciding.
                known = self._recorder.find_command(command.id)
                if known is not None:
                    return _first_receipt(known, digest)
                raise
        raise LedgerBusy

    def load(self, ref: StreamRef[S]) -> S:
        """The present state of one stream."""
        return self.load_many((ref,))[0]

    def load_many(self, refs: Sequence[StreamRef[S]], *, fresh: bool = True) -> list[S]:
        """The present states of several streams, in the order asked; one query.

        Not ``fresh``: as they are at hand, which is as present for whoever alone writes to them.
        """
        past = LoadedPast() if fresh else LoadedPast(self._cache, anew=self._is_alone)
        try:
            return past.many(refs)
        except Missing as missing:
            self._load(past, missing.refs)
            return past.many(refs)

    def ask(self, question: Callable[[Past], T]) -> T:
        """What a rule says of the present; nothing is written. What a decision would rest on is read fresh."""
        past = LoadedPast()
        while True:
            try:
                return question(past)
            except Missing as missing:
                self._load(past, missing.refs)

    @contextmanager
    def alone(self) -> Generator[None]:
        """While nobody else writes: neither an id nor a stream that is not at hand is looked up before deciding.

        Only a look is spared. The append finds a known id and a moved stream as ever, and whatever failed is decided
        again on what was said since.
        """
        self._is_alone = True
        try:
            yield
        finally:
            self._is_alone = False

    def close(self) -> None:
        """Release the library's application; the recorder belongs to whoever made it."""
        self._log.close()

    def _try(self, command: Command, digest: bytes, past: LoadedPast) -> Receipt:
        decision = self._decided(command, past)
        entries = self._entries(command, past, decision)
        save = Save(
            command=command.id,
            digest=digest,
            at=command.at,
            guards=tuple((stream, past.version(stream)) for stream in past.states),
            sealing=self._sealing(command, decision),
        )
        recordings = self._log.append(entries, save)
        self._keep(past, entries)
        positions = [recording.notification.id for recording in recordings]
        return Receipt(
            command=command.id,
            first=positions[0] if positions else 0,
            last=positions[-1] if positions else 0,
            leaves=tuple(leaf_hash(recording.notification.state).hex() for recording in recordings),
        )

    def _sealing(self, command: Command, decision: Decision) -> Sealing:
        sealing = self._vault.seal(_spoken_secrets(command, decision))
        identities = command.identities() if decision else ()
        if not identities:
            return sealing
        return msgspec.structs.replace(sealing, identities=self._vault.identities(identities))

    def _refuse_duplicate(self, command: Command) -> None:
        """Say whom to ask; with nobody there any more, erased a moment ago, the wish is simply tried again."""
        holder = self._vault.holder(command.identities())
        if holder is None:
            return
        past = LoadedPast()
        while True:
            try:
                raise command.duplicate(past, holder)
            except Missing as missing:
                self._load(past, missing.refs)

    def _decided(self, command: Command, past: LoadedPast) -> Decision:
        """Decide on the states at hand first: a stale one is a guard that moved, and the append finds it out.

        A failure has no append to find it out, and states read at different moments can look like a past that never
        was. So whatever failed is decided again on what has moved since, and stands only where nothing has.
        """
        while True:
            try:
                return self._decide(past, command)
            except Missing as missing:
                self._load(past, missing.refs)
            except HeadsMissing as missing:
                self._load_heads(past, missing.streams)
            except Exception:
                if not self._read_on(past):
                    raise

    def _load(self, past: LoadedPast, refs: Sequence[StreamRef[Any]]) -> None:
        for ref in refs:
            past.put(ref, *self._cache.get(ref))
        self._read_on(past, [ref.id for ref in refs])

    def _load_heads(self, past: LoadedPast, streams: Sequence[UUID]) -> None:
        """The last entry of each; where one has grown meanwhile, it is read on and asked for again."""
        rows = self._recorder.select_streams([(key, past.version(key) - 1) for key in streams])
        self._read_on(past, streams)
        for row in rows:
            key = cast(UUID, row.originator_id)
            past.leaves[key] = row.originator_version, leaf_hash(row.state).hex()

    def _read_on(self, past: LoadedPast, stale: Sequence[UUID] | None = None) -> bool:
        """Read what these streams (all that were asked for, if none are named) have said since; whether they did."""
        keys = list(past.states) if stale is None else stale
        if not keys:
            return False
        rows = self._recorder.select_streams([(key, past.version(key)) for key in keys])
        for row in rows:
            key = cast(UUID, row.originator_id)
            version, state = past.states[key]
            assert row.originator_version == version + 1, f"stream {key} has a hole after {version}"
            past.states[key] = version + 1, past.streams[key].evolve(state, decode(row.state).fact)
        for key in {cast(UUID, row.originator_id) for row in rows}:
            self._cache.put(key, *past.states[key])
        return bool(rows)

    def _keep(self, past: LoadedPast, entries: Sequence[Entry]) -> None:
        """What was just appended is read on here: the next decision need not fetch it, nor be told of a conflict."""
        for entry in entries:
            _, state = past.states[entry.stream]
            past.states[entry.stream] = entry.version, past.streams[entry.stream].evolve(state, entry.fact)
        for stream in {entry.stream for entry in entries}:
            self._cache.put(stream, *past.states[stream])

    def _entries(self, command: Command, past: LoadedPast, decision: Decision) -> list[Entry]:
        versions: dict[UUID, int] = {}
        entries: list[Entry] = []
        name = self._name(past, decision)
        for ordinal, write in enumerate(decision):
            assert write.stream in past.states, f"{write.kind} was written without being read"
            version = versions.get(write.stream, past.version(write.stream)) + 1
            versions[write.stream] = version
            entries.append(self._entry(command, ordinal, write, version, name))
        return entries

    def _name(self, past: LoadedPast, decision: Decision) -> str:
        """The log's name, under which a decision's entries stand."""
        return self.log_name

    def _entry(self, command: Command, ordinal: int, write: Write, version: int, log: str) -> Entry:
        secret = write.fact.secret
        return Entry(
            actor=None if secret else command.actor,
            at=command.at,
            cause=None if secret else command.cause,
            command=None if secret else command.id,
            fact=write.fact,
            id=entry_id(command.id, ordinal),
            log=log,
            stream=write.stream,
            version=version,
        )


def request_bytes(command: Command) -> bytes:
    """What two attempts of one request have in common: all but clock, ids drawn for the attempt, and salts."""
    said = msgspec.json.encode(command)
    wish = cast(dict[str, JSON], msgspec.json.decode(said))
    for name in ("id", "at", "cause", *command.fresh):
        wish.pop(name, None)
    if b'"salt":' in said:
        wish = {name: _unsalted(value) for name, value in wish.items()}
    return msgspec.json.encode({"wish": type(command).__name__, **wish}, order="sorted")


JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | float | bool | None"


def _unsalted(said: JSON) -> JSON:
    """The same, of each secret in it no more than its name and value."""
    match said:
        case dict() if said.keys() == set(Secret.__struct_fields__):
            return {"name": said["name"], "value": said["value"]}
        case dict():
            return {name: _unsalted(value) for name, value in said.items()}
        case list():
            return [_unsalted(value) for value in said]
        case _:
            return said


def _first_receipt(known: Known, digest: bytes) -> Receipt:
    if known.digest != digest:
        raise CommandIdReused
    return known.receipt


def _spoken_secrets(command: Command, decision: Decision) -> list[Secret]:
    """The secrets whose commitments stand in the facts: a value that no fact mentions is not kept."""
    said = b"".join(msgspec.json.encode(write.fact) for write in decision) if command.secrets() else b""
    return [secret for secret in command.secrets() if secret.commitment.encode() in said]
