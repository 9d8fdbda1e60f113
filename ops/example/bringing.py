"""导入示例 — takes the example's workbooks in by the ordinary importer; a faulty one is an error of the example."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from api.workbook.directory import Directory
from api.workbook.importing import plan_import
from api.workbook.listing import Surroundings, plan_list
from api.workbook.rehearsal import Known
from domain.decider import Command, StreamRef
from domain.ledger import Ledger, LogRecorder, Receipt
from domain.values import CommandId, MemberId
from ops.example.told import Brought

SALT_BYTES: Final = 16

S = TypeVar("S")


class Taken(NamedTuple):
    """What a workbook comes to."""

    before: list[Receipt]
    """First receipts of what an earlier telling had executed."""
    commands: tuple[Command, ...]


class Importer:
    """Plans workbooks. In a telling that is no repeat nothing is looked up: nothing can be known yet."""

    def __init__(self, ledger: Ledger, recorder: LogRecorder, *, repeats: bool) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._repeats = repeats

    def planned(self, brought: Brought, at: datetime) -> Taken:
        """The commands of a workbook that are still to be executed."""
        before: list[Receipt] = []

        def known(commands: Sequence[CommandId]) -> set[CommandId]:
            found = [self._recorder.find_command(command) for command in commands] if self._repeats else []
            receipts = [one.receipt for one in found if one is not None]
            before.extend(receipts)
            return {receipt.command for receipt in receipts}

        plan = self._month if brought.kind == "month" else self._list
        return Taken(before, plan(brought, at, known))

    def _at_hand(self, ref: StreamRef[S]) -> S:
        # Nobody else writes while the example is told.
        return self._ledger.load_many([ref], fresh=False)[0]

    def _all_at_hand(self, refs: Sequence[StreamRef[Any]]) -> list[Any]:
        return self._ledger.load_many(refs, fresh=False)

    def _month(self, brought: Brought, at: datetime, known: Known) -> tuple[Command, ...]:
        dry = plan_import(
            brought.content(),
            filename=f"{brought.actor.unit} {at:%Y-%m}.xlsx",
            directory=Directory(people=brought.people),
            actor=brought.actor,
            at=at,
            salt=_salt,
            load=self._at_hand,
            known=known,
            load_many=self._all_at_hand,
        )
        assert not dry.findings, f"the example brings a faulty workbook: {dry.findings[:3]}"
        return dry.commands

    def _list(self, brought: Brought, at: datetime, known: Known) -> tuple[Command, ...]:
        def pseudonym(work_number: str) -> MemberId:
            return brought.people[work_number].member

        dry = plan_list(
            brought.kind,
            brought.content(),
            filename=f"{brought.actor.unit} {brought.kind}.xlsx",
            directory=Directory(people=brought.people),
            actor=brought.actor,
            at=at,
            salt=_salt,
            pseudonym=pseudonym,
            house=Surroundings(load=self._at_hand, known=known, holder=lambda _: None, load_many=self._all_at_hand),
        )
        assert not dry.findings, f"the example brings a faulty list: {dry.findings[:3]}"
        return dry.commands


def _salt() -> str:
    return secrets.token_urlsafe(SALT_BYTES)
