"""A large branch — a sheet of 200 members and a notice of 500 lines through the ledger, each step timed alone.

The example's founding, then more and more members. Every step is one command and one save: approval, drafting, check,
posting, closing, confirmation. Beside it stands one transaction with as many plain rows as the confirmation writes.
"""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final, TypeVar, cast
from uuid import uuid4

import msgspec
import psycopg

from domain.actor import Actor, person
from domain.decider import Command
from domain.house import decide
from domain.ledger import Ledger
from domain.notice.drafting import DraftNotice
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.organisation.appointments import COMMITTEE
from domain.organisation.member import RegisterMember
from domain.process import PROCESS
from domain.recording.approval import ApproveSheet
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.sealed import Secret
from domain.values import day_of
from ops.bootstrap import Urls, bootstrap
from ops.clock import SimulatedClock
from ops.example.founding import FOUNDED_ON, INSTALLATION, ORIGIN
from ops.example.load import salt, tell
from ops.example.people import BRANCH, people
from ops.example.story import ordinary
from ops.migrate import migrate
from ops.recorder import PostgresRecorder
from projections.vault import Vault

SIZES: Final = (200, 500)
ROUNDS: Final = 3
"""Sheets of each size: the median counts, so that one slow moment of the machine does not."""
BAR_S: Final = 1.0
LIMIT_BYTES: Final = 65_535
ITEM: Final = "R-LX-1"
AT: Final = datetime(2026, 1, 7, 1, tzinfo=UTC)
TERM: Final = timedelta(days=21)
"""Longer than the term of a notice in any month."""

C = TypeVar("C", bound=Command)

_SCRATCH: Final = "CREATE TABLE scratch (number bigserial PRIMARY KEY, state bytea NOT NULL)"
_INSERT: Final = "INSERT INTO scratch (state) VALUES (%(state)s)"
_LARGEST: Final = "SELECT max(octet_length(state)) FROM ledger.entries"


class Contested(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured: for each size, the median of each step in seconds."""

    steps_s: dict[str, dict[str, float]]
    insert_s: dict[str, float]
    """As many plain rows in one transaction."""
    confirmation_to_insert: dict[str, float]
    largest_entry_bytes: int
    bars: tuple[dict[str, object], ...]


class Branch:
    """The example's branch, and as many more members as are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = {one.login: one for one in people() if one.login}
        self._size = sum(one.unit == BRANCH for one in people())

    def grow(self, size: int, at: datetime) -> None:
        """Until the branch has so many members."""
        for _ in range(self._size, size):
            member = uuid4()
            name = Secret(subject=member, name="name", value=f"示例·{member.hex[:6]}", salt=salt())
            number = Secret(subject=member, name="work_number", value=member.hex[:10], salt=salt())
            entered = {"unit": BRANCH, "member": member, "profile": "full", "present_from": FOUNDED_ON}
            self.wish(RegisterMember, INSTALLATION, at, **entered, name=name, work_number=number)
        self._size = max(size, self._size)

    def wish(self, kind: type[C], actor: Actor, at: datetime, /, **fields: object) -> float:
        """How long a command took, in seconds."""
        made = cast(Callable[..., C], kind)
        command = made(id=uuid4(), actor=actor, at=at, **fields)
        began = time.perf_counter()
        self._ledger.execute(command)
        return time.perf_counter() - began

    def acting(self, login: str, role: str) -> Actor:
        """Somebody of the example in an office."""
        return person(self._known[login].member, role, BRANCH)

    def submitted(self, matter: str, at: datetime) -> None:
        """A party day of everybody, before the committee."""
        recorder, own = self.acting("recorder", "recorder"), self._known["recorder"].member
        day = day_of(at - timedelta(days=1))
        about = {"unit": BRANCH, "matter": matter}
        sheet = {**about, "item": ITEM}
        self.wish(PlanMatter, recorder, at, **about, kind="study_session", title="主题党日", planned_on=day)
        self.wish(HoldMatter, recorder, at, **about, occurred_on=day)
        self.wish(AttachEvidence, recorder, at, **about, kind="sign_in_list", sha256=_digest(matter))
        self.wish(OpenSheet, recorder, at, **sheet)
        self.wish(FillSheet, recorder, at, **sheet, otherwise="attended")
        substitute = self.acting("substitute", "substitute_recorder")
        self.wish(FillSheet, substitute, at, **sheet, but=(LineWish(member=own, outcome="attended"),))
        self.wish(SubmitSheet, recorder, at, **sheet)

    def measured(self, matter: str, at: datetime, over: datetime) -> dict[str, float]:
        """Each step from the approval to the confirmation, in seconds."""
        secretary, sheet = self.acting("secretary", "secretary"), {"unit": BRANCH, "matter": matter, "item": ITEM}
        seats = tuple(one.member for one in people() if one.unit == BRANCH and set(one.roles) & set(COMMITTEE))
        notice: dict[str, object] = {"unit": BRANCH, "notice": notice_id(BRANCH, matter, ITEM, 1)}
        minute = {"minute": "纪要〔2026〕1号", "minute_sha256": _digest("minute"), "present": seats}
        return {
            "approval": self.wish(ApproveSheet, secretary, at, **sheet, **minute),
            "drafting": self.wish(DraftNotice, PROCESS, at, **sheet, decision=1),
            "check": self.wish(CheckDisclosure, secretary, at, **notice, shows=("name", "outcome")),
            "posting": self.wish(PostNotice, secretary, at, **notice),
            "closing": self.wish(CloseNotice, PROCESS, over, **notice),
            "confirmation": self.wish(ConfirmRecords, PROCESS, over, **notice),
        }


def main(admin_url: str) -> bytes:
    """Measure in a database of its own; one JSON object."""
    urls = bootstrap(admin_url, "contested", None)
    migrate(urls.migrator, urls.database)
    vault, recorder = Vault(b"\0" * 32, urls.writer), PostgresRecorder(urls.writer)
    ledger = Ledger(recorder, vault, decide, ORIGIN)
    try:
        founding = [step for step in ordinary(salt) if step.at.date() <= FOUNDED_ON]
        tell(ledger, recorder, SimulatedClock(founding[0].at), founding)
        steps_s = _steps(Branch(ledger))
    finally:
        ledger.close()
        recorder.close()
        vault.close()
    return msgspec.json.encode(_result(admin_url, urls, steps_s), order="sorted")


def _steps(branch: Branch) -> dict[str, dict[str, float]]:
    """Every sheet two weeks after the one before: a log's time goes on. Medians, in seconds."""
    found: dict[str, dict[str, float]] = {}
    since = AT
    for size in SIZES:
        branch.grow(size, since)
        rounds: list[dict[str, float]] = []
        for number in range(ROUNDS):
            branch.submitted(f"TD-{size}-{number}", since)
            rounds.append(branch.measured(f"TD-{size}-{number}", since, since + TERM))
            since += TERM
        found[str(size)] = {name: round(median(one[name] for one in rounds), 4) for name in rounds[0]}
    return found


def _result(admin_url: str, urls: Urls, steps_s: dict[str, dict[str, float]]) -> Contested:
    with psycopg.connect(urls.writer, autocommit=True) as connection:
        row = connection.execute(_LARGEST).fetchone()
    assert row is not None, "a maximum is one row"
    insert_s = {size: round(median(_inserted(admin_url, int(size)) for _ in range(ROUNDS)), 4) for size in steps_s}
    slowest = {size: max(steps.values()) for size, steps in steps_s.items()}
    return Contested(
        steps_s=steps_s,
        insert_s=insert_s,
        confirmation_to_insert={size: round(steps_s[size]["confirmation"] / insert_s[size], 2) for size in steps_s},
        largest_entry_bytes=row[0],
        bars=(
            *(_bar(f"slowest step of {size}, s", slowest[size], BAR_S) for size in steps_s),
            _bar("largest entry, bytes", row[0], LIMIT_BYTES),
        ),
    )


def _inserted(admin_url: str, rows: int) -> float:
    with psycopg.connect(admin_url) as connection:
        connection.execute("DROP TABLE IF EXISTS scratch")
        connection.execute(_SCRATCH)
        connection.commit()
        began = time.perf_counter()
        connection.cursor().executemany(_INSERT, [{"state": os.urandom(600)} for _ in range(rows)])
        connection.commit()
        return time.perf_counter() - began


def _bar(name: str, value: float, bar: float) -> dict[str, object]:
    return {"name": name, "value": value, "bar": f"<= {bar:g}", "met": value <= bar}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
