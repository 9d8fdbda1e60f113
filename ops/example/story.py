"""示例经过 — the made-up half-year as commands at their own instants, oldest first.

Nothing here writes: the story is told to ``Ledger.execute`` like everybody else's wishes. Command ids come from
labels, so that telling it twice changes nothing.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final
from uuid import UUID, uuid5

from domain.actor import Actor, person
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, PostNotice
from domain.organisation.appointments import COMMITTEE
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.archive import Outcome
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.sealed import Secret
from domain.values import SHANGHAI
from ops.example.disputes import disputes
from ops.example.district import history
from ops.example.founding import founding
from ops.example.matters import MATTERS, Done
from ops.example.merits import Salt, merits
from ops.example.people import BRANCH, SEED, people
from ops.example.pilot import pilot
from ops.example.places import is_piloted
from ops.example.probations import probations
from ops.example.registers import registers
from ops.example.told import SHOWN, Told

ENDS_AT: Final = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
"""10:00 on Wednesday 20 May 2026: in the middle of the term of the May theme day's notice."""

_NAMESPACE: Final = UUID("c8f6a2de-57a1-5d3c-8b52-3f1c2f1f9a10")


def story(salt: Salt, branches: int = 1) -> list[Told]:
    """The whole story in order, with so many branches; this one is told in full, whoever else is there.

    ``salt`` draws 128 random bits in base64url for each sealed field.
    """
    told = ordinary(salt, piloted=is_piloted(branches))
    told += [Told(at, command) for at, command in disputes(salt)]
    told += [Told(step.at, step.command) for step in merits(salt)]
    told += probations()
    told += registers(salt)
    told += history(branches, salt)
    if is_piloted(branches):
        told += pilot(salt)
    return sorted(told, key=lambda step: step.at)


def begins_at(branches: int = 1) -> datetime:
    """When the log of so many branches is opened."""
    return next(founding(lambda: "", piloted=is_piloted(branches))).at


def ordinary(salt: Salt, *, piloted: bool = False) -> list[Told]:
    """The founding and the matters with their sheets and notices, in order: no honours, deductions or objections."""
    told = [*founding(salt, piloted=piloted), *(step for done in MATTERS for step in _matter(done, salt))]
    return sorted(told, key=lambda step: step.at)


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def _digest(label: str) -> str:
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def _at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def _acting(login: str, role: str) -> Actor:
    one = next(one for one in people() if one.login == login)
    return person(one.member, role, one.unit)


def _matter(done: Done, salt: Salt) -> Iterator[Told]:
    """One matter's road, as far as it has come when the example ends."""
    yield _plan(done)
    steps = (_draft, partial(_submit, salt=salt), _approve, _post)
    last = {"planned": 0, "draft": 1, "returned": 2, "submitted": 2, "approved": 3, "posted": 4, "confirmed": 4}
    for step in steps[: last[done.reaches]]:
        yield from step(done)
    if done.reaches == "returned":
        yield _return(done, salt)


def _plan(done: Done) -> Told:
    at = _at(date(2026, 1, 5), 9) + timedelta(seconds=MATTERS.index(done))
    command = PlanMatter(
        id=_id(f"plan/{done.code}"),
        actor=_acting("recorder", "recorder"),
        at=at,
        unit=BRANCH,
        matter=done.code,
        kind=done.kind,
        title=done.title,
        planned_on=done.held_on,
    )
    return Told(at, command)


def _draft(done: Done) -> Iterator[Told]:
    """Held, evidenced, opened and filled by the recorder; the recorder's own line by the substitute."""
    at = _at(done.held_on, 18)
    recorder, substitute = _acting("recorder", "recorder"), _acting("substitute", "substitute_recorder")
    hold = HoldMatter(
        id=_id(f"hold/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, occurred_on=done.held_on
    )
    yield Told(at, hold)
    at += timedelta(minutes=1)
    attach = AttachEvidence(
        id=_id(f"evidence/{done.code}"),
        actor=recorder,
        at=at,
        unit=BRANCH,
        matter=done.code,
        kind=done.evidence,
        sha256=_digest(done.title),
    )
    yield Told(at, attach)
    at += timedelta(minutes=1)
    opened = OpenSheet(
        id=_id(f"open/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, item=done.item
    )
    yield Told(at, opened)
    for label, actor, otherwise, but in _fillings(done, recorder, substitute):
        at += timedelta(minutes=5)
        fill = FillSheet(
            id=_id(f"{label}/{done.code}"),
            actor=actor,
            at=at,
            unit=BRANCH,
            matter=done.code,
            item=done.item,
            otherwise=otherwise,
            but=but,
        )
        yield Told(at, fill)


def _fillings(
    done: Done, recorder: Actor, substitute: Actor
) -> Iterator[tuple[str, Actor, Outcome | None, tuple[LineWish, ...]]]:
    others = tuple(wish for wish in exceptions(done) if wish.member != recorder.person)
    own = tuple(wish for wish in exceptions(done) if wish.member == recorder.person)
    yield "fill", recorder, done.otherwise, others
    if done.otherwise is not None and not own and recorder.person is not None:
        own = (LineWish(member=recorder.person, outcome=done.otherwise),)
    if own:
        yield "own", substitute, None, own


def exceptions(done: Done) -> tuple[LineWish, ...]:
    """Who did otherwise, drawn once and for all: a few were absent or excused, some did a deed."""
    random = Random(f"{SEED}/{done.code}")  # noqa: S311 - made-up attendance needs no secret
    members = [one.member for one in people() if one.unit == BRANCH]
    match done.item:
        case "R-WM-1" | "R-CY-2":
            return tuple(LineWish(member=m, outcome="earned") for m in random.sample(members, 9))
        case "R-DD-2":
            return tuple(LineWish(member=m, outcome="earned") for m in random.sample(members, 4))
        case "R-WM-3":
            return tuple(LineWish(member=m, outcome="earned", hours="2.50") for m in random.sample(members, 8))
        case "R-QZ-2" | "R-WM-2":
            drawn = random.sample(members, 5)
            return tuple(LineWish(member=m, outcome="not-done" if n == 0 else "done") for n, m in enumerate(drawn))
        case _ if done.otherwise == "attended" and done.kind != "monthly_dues":
            absent, *excused = random.sample(members, 3)
            return (
                LineWish(member=absent, outcome="absent"),
                *(LineWish(member=m, outcome="excused") for m in excused),
            )
        case _:
            return ()


def _submit(done: Done, salt: Salt) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=1), 9)
    recorder = _acting("recorder", "recorder")
    command = SubmitSheet(
        id=_id(f"submit/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, item=done.item
    )
    yield Told(at, command)


def _return(done: Done, salt: Salt) -> Told:
    at = _at(done.held_on + timedelta(days=3), 15)
    actor = _acting("secretary", "secretary")
    assert actor.person is not None
    command = ReturnSheet(
        id=_id(f"return/{done.code}"),
        actor=actor,
        at=at,
        unit=BRANCH,
        matter=done.code,
        item=done.item,
        reason=Secret(subject=actor.person, name="reason", value="值班表缺少第二页,请补齐后再送审。", salt=salt()),
    )
    return Told(at, command)


def _approve(done: Done) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=2), 15)
    committee = [one.member for one in people() if one.unit == BRANCH and set(one.roles) & set(COMMITTEE)]
    minute = f"支委会纪要 {at:%Y-%m-%d} {done.code}"
    command = ApproveSheet(
        id=_id(f"approve/{done.code}"),
        actor=_acting("secretary", "secretary"),
        at=at,
        unit=BRANCH,
        matter=done.code,
        item=done.item,
        minute=minute,
        minute_sha256=_digest(minute),
        present=tuple(committee),
    )
    yield Told(at, command)


def _post(done: Done) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=6), 9)
    notice, secretary = notice_id(BRANCH, done.code, done.item, 1), _acting("secretary", "secretary")
    check = CheckDisclosure(
        id=_id(f"check/{done.code}"), actor=secretary, at=at, unit=BRANCH, notice=notice, shows=SHOWN
    )
    yield Told(at, check)
    yield Told(at, PostNotice(id=_id(f"post/{done.code}"), actor=secretary, at=at, unit=BRANCH, notice=notice))
