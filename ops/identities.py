"""身份索引 — people who were registered before the vault kept identities are entered once, at the next start."""

from typing import Final

from domain.entry import decode
from domain.ledger import LogRecorder
from domain.organisation.member import MemberRegistered
from domain.values import Sha256
from projections.vault import Vault

PAGE: Final = 1000
REGISTERED: Final = ("member-registered",)


def identify_registered(recorder: LogRecorder, vault: Vault) -> int:
    """Enter everybody's work number if nobody's is there yet; gives how many were entered."""
    if not vault.is_unidentified():
        return 0
    opened = vault.open(_work_numbers(recorder))
    return vault.identify(list(opened.values()))


def _work_numbers(recorder: LogRecorder) -> list[Sha256]:
    found: list[Sha256] = []
    start = 1
    while rows := recorder.select_notifications(start, PAGE, topics=REGISTERED):
        for row in rows:
            fact = decode(row.state).fact
            assert isinstance(fact, MemberRegistered), "a stored name is for ever"
            found.append(fact.work_number)
        start = rows[-1].id + 1
    return found
