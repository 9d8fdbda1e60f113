"""A month through the real ledger: the same receipts the second time, and an entry for every wish."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from api.workbook.carrying import carry_in
from api.workbook.importing import Dry, plan_import
from domain import house
from domain.ledger import Ledger
from domain.recording.matter import MATTER, Held, MatterNotHeldYet
from domain.recording.sheet import SHEET, Sheet
from domain.sealed import IdentityRow, Sealing, Secret
from tests.api.workbook.books import DIRECTORY, LECTURE, PARTY_DAY, mark, month
from tests.domain import branch
from tests.memory import MemoryRecorder

MONTH = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="请假")])


class PlainVault:
    """Keeps nothing: these tests look at the ledger alone."""

    def seal(self, secrets: Sequence[Secret]) -> Sealing:
        return Sealing()

    def identities(self, secrets: Sequence[Secret]) -> tuple[IdentityRow, ...]:
        return ()

    def holder(self, secrets: Sequence[Secret]) -> UUID | None:
        return None

    def digest(self, request: bytes) -> bytes:
        return branch.digest(request.decode()).encode()[:32]


def test_a_month_is_taken_in_and_its_repeat_gets_the_first_receipts() -> None:
    recorder = MemoryRecorder(clock=lambda: branch.AT)
    ledger = Ledger(recorder, PlainVault(), house.decide, "test")
    for command in branch.commands():
        ledger.execute(command)

    def dry() -> Dry:
        return plan_import(
            MONTH,
            filename="五月.xlsx",
            directory=DIRECTORY,
            actor=branch.AS_RECORDER,
            at=branch.AT,
            salt=iter(f"salt-{number}" for number in range(99)).__next__,
            load=ledger.load,
            known=lambda commands: {one for one in commands if recorder.find_command(one) is not None},
        )

    first = dry()
    heard: list[int] = []
    last = carry_in(ledger, first.commands, heard.append)
    assert (last, sorted(heard)) == (recorder.max_notification_id(), list(range(1, len(first.commands) + 1)))
    receipts = [ledger.execute(command) for command in first.commands]
    assert max(receipt.last for receipt in receipts) == last
    assert [ledger.execute(command) for command in first.commands] == receipts
    again = dry()
    assert (again.commands, again.findings) == ((), ())
    sheet = ledger.load(SHEET.of(branch.BRANCH, "MT-0512", branch.STUDY))
    assert isinstance(sheet, Sheet)
    assert sheet.lines[branch.MEMBER].outcome == "excused"
    assert len(sheet.lines) == len(branch.PEOPLE) - 1
    ledger.close()


def test_a_refusal_ends_the_run_and_the_next_goes_on_from_there() -> None:
    recorder = MemoryRecorder(clock=lambda: branch.AT)
    ledger = Ledger(recorder, PlainVault(), house.decide, "test")
    for command in branch.commands():
        ledger.execute(command)
    unheld = branch.evidenced("MT-0520")
    plans = (branch.planned(), branch.planned("MT-0520"))
    with pytest.raises(MatterNotHeldYet):
        carry_in(ledger, (*plans, branch.held(), unheld))
    again = (*plans, branch.held("MT-0520"), unheld)
    before = recorder.max_notification_id() or 0
    assert carry_in(ledger, again) == before + 2
    assert isinstance(ledger.load(MATTER.of(branch.BRANCH, "MT-0520")), Held)
    ledger.close()
