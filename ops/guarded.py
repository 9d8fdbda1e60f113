"""停笔 — where the log is refused nothing more is written, until an operator takes it over by name.

Who publishes finds out, and leaves one file beside the second copy of the checkpoint, for every process to see::

    refused.json    {"at":"2026-05-14T01:00:00Z","code":"log-rewritten","detail":"position 7"}

Reading goes on. `steelyard adopt` takes the file away once everything that was ever signed holds again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from domain.decider import Command, Decide, Decision
from domain.ledger import Ledger, LogRecorder, Receipt, Vault
from domain.loading import LoadedPast
from domain.oversight.log import LOG, LogRestored, Opened
from domain.values import Instant
from projections.transparency.files import sync_folder, write_durably
from projections.transparency.refusals import (
    CheckpointMissing,
    LogRefused,
    LogRewritten,
    LogRolledBack,
    LogUnreadable,
    TileDamaged,
)

FILE: Final = "refused.json"


class LogNotTrusted(LogRefused):
    """总账与已签名的记录对不上,停止记账。 The log does not agree with what was signed: nothing more is recorded."""

    code = "log-not-trusted"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing may be written."""

    at: Instant
    code: str
    detail: str


_KINDS: Final[dict[str, Callable[[str], LogRefused]]] = {
    kind.code: kind for kind in (CheckpointMissing, LogRewritten, LogRolledBack, LogUnreadable, TileDamaged)
}


def refusal(folder: Path) -> Refusal | None:
    """Why nothing may be written to the log whose second copy lies in this folder; None when all is well."""
    file = folder / FILE
    # Asked before every write: looking is cheap where there is nothing, which is nearly always.
    return msgspec.json.decode(file.read_bytes(), type=Refusal) if file.exists() else None


def stop_writing(folder: Path, refused: LogRefused, at: Instant) -> Refusal:
    """Stop every process of this deployment from writing; the first reason stands."""
    found = refusal(folder)
    if found is None:
        found = Refusal(at=at, code=refused.code, detail=refused.detail)
        write_durably(folder / FILE, msgspec.json.encode(found, order="sorted") + b"\n")
        sync_folder(folder)
    return found


def resume_writing(folder: Path) -> None:
    """Let writing go on."""
    (folder / FILE).unlink(missing_ok=True)
    sync_folder(folder)


class NamedLedger(Ledger):
    """The ledger, which writes under the name that the log bears after a decision.

    Every decision has read it and is guarded by it, so that no process goes on under a name of before a restore.
    """

    def _name(self, past: LoadedPast, decision: Decision) -> str:
        for write in decision:
            if isinstance(write.fact, LogRestored):
                return write.fact.origin
        _, state = past.states.get(LOG.of().id, (0, None))
        return state.origin if isinstance(state, Opened) else super()._name(past, decision)


class GuardedLedger(NamedLedger):
    """The ledger, which grants no wish while the log is refused; streams are read as ever."""

    def __init__(self, recorder: LogRecorder, vault: Vault, decide: Decide, log: str, folder: Path) -> None:
        super().__init__(recorder, vault, decide, log)
        self._folder = folder

    def execute(self, command: Command, *, looked: bool = False) -> Receipt:
        """Grant the wish or raise ``Refused``: with the log's own code, if it is the log that is refused."""
        found = refusal(self._folder)
        if found is not None:
            raise _KINDS.get(found.code, LogNotTrusted)(found.detail)
        return super().execute(command, looked=looked)
