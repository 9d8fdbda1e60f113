"""The year of the worked checks as a log: every entry as the ledger would have stored it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from uuid import UUID, uuid5

from domain.actor import system
from domain.assessment.committing import CommitState, decide
from domain.assessment.period import period_of
from domain.decider import NAMESPACE, Command, Write
from domain.entry import Entry, encode, entry_id
from domain.leaf import leaf_hash
from domain.notice.committing import archives_committed
from domain.notice.notice import NOTICE, Notice
from domain.sealed import Secret
from projections.transparency.offline.replay import History, Told
from tests.domain.assessment.test_year import DETERMINED
from tests.domain.branch import BRANCH, PROCESS, who, wish
from tests.domain.notice.test_committing import CONFIRMED, OVER
from tests.domain.notice.test_notice import NOTICE_ID
from tests.domain.past import brought, entered, recorded
from tests.domain.year import TERM, Y_OVER, YEAR

LOG = "points.example/branch-log"
BEFORE = datetime.fromisoformat("2025-12-01T00:00:00Z")
SEED = Secret(subject=period_of(BRANCH, YEAR, "Y").id, name="seed", value="of-256-random-bits", salt="salt")
COMMIT = wish(CommitState, PROCESS, Y_OVER + TERM, unit=BRANCH, year=YEAR, period="Y", round=1, seed=SEED)


def entries_of(said: list[tuple[Command | None, Write]]) -> Iterator[Entry]:
    """Envelopes around facts, in order."""
    versions: Counter[UUID] = Counter()
    ordinals: Counter[UUID] = Counter()
    at = BEFORE
    for command, write in said:
        by = uuid5(NAMESPACE, f"simply there/{write.stream}") if command is None else command.id
        at = max(at, BEFORE if command is None else command.at)
        versions[write.stream] += 1
        ordinals[by] += 1
        secret = type(write.fact).secret
        yield Entry(
            actor=None if secret else (system("installation") if command is None else command.actor),
            at=at,
            cause=None,
            command=None if secret else by,
            fact=write.fact,
            id=entry_id(by, ordinals[by]),
            log=LOG,
            stream=write.stream,
            version=versions[write.stream],
        )


@cache
def worked_log() -> tuple[bytes, ...]:
    """The bytes of every entry; the last commits to the state of the year's members."""
    said = list(DETERMINED.given(entered(), brought(who("C")), recorded(who("C"))).world.said)
    said += [(COMMIT, write) for write in decide(history_of(said), COMMIT)]
    return tuple(encode(one) for one in entries_of(said))


@cache
def noticed_log() -> tuple[bytes, ...]:
    """The bytes of every entry of a notice that is over; the last commits to the archives of those it shows."""
    said = list(OVER.world.said)
    past = history_of(said)
    notice = past[NOTICE.of(NOTICE_ID)]
    assert isinstance(notice, Notice)
    said.append((CONFIRMED, archives_committed(past, notice, SEED)))
    return tuple(encode(one) for one in entries_of(said))


def history_of(said: list[tuple[Command | None, Write]]) -> History:
    """What an outsider has read so far."""
    states = [encode(one) for one in entries_of(said)]
    values = [_value(state) for state in states]
    past = History(lambda line: values[line - 1])
    for line, (state, value) in enumerate(zip(states, values, strict=True), 1):
        past.take(Told(line, value, leaf_hash(state).hex()))
    return past


def _value(state: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(state)
    return found


def rows(states: Iterable[bytes] | None = None) -> Iterator[tuple[int, str, int, str, bytes]]:
    """Rows of `ledger.entries`, of the worked log where no other is given."""
    for position, state in enumerate(worked_log() if states is None else states, 1):
        value = json.loads(state)
        yield position, value["stream"], value["version"], value["type"], state
