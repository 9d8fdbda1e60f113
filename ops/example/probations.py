"""示例中的预备期 — one probation that runs: admitted in November, its first outlook is there when the example ends."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid5

from domain.actor import person
from domain.result.proposing import StartProbation
from domain.values import SHANGHAI
from ops.example.people import BRANCH, people
from ops.example.told import Told

_NAMESPACE: Final = UUID("0d6f3f6e-3a52-5f0c-9f0f-6f0f2b6f5a31")

ADMITTED_ON: Final = date(2025, 11, 5)
MINUTE: Final = "支部党员大会纪要〔2025〕5号"


def probations() -> Iterator[Told]:
    """The probation of the branch's one probationary member, entered when the year begins."""
    at = datetime(2026, 1, 6, 9, tzinfo=SHANGHAI).astimezone(UTC)
    by_login = {one.login: one.member for one in people()}
    command = StartProbation(
        id=uuid5(_NAMESPACE, "start"),
        actor=person(by_login["secretary"], "secretary", BRANCH),
        at=at,
        unit=BRANCH,
        member=by_login["probationary"],
        admitted_on=ADMITTED_ON,
        minute=MINUTE,
        minute_sha256=hashlib.sha256(f"示例材料 {MINUTE}".encode()).hexdigest(),
    )
    yield Told(at, command)
