"""示例异议 — objections of the example's branch, one at each step of its way, so that a newcomer sees every one.

Who objects here is as made up as everybody else; a second telling must seal him alike, so his salt hangs on a label.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person
from domain.decider import Command
from domain.notice.notice import notice_id
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import FileObjection, WithdrawObjection, digest_of
from domain.objection.handling import AcceptObjection, AssignHandler, HoldHearing, RecordFinding
from domain.objection.objection import Outcomes, Target
from domain.sealed import Secret
from domain.values import SHANGHAI
from ops.example.people import BRANCH, WORK_COMMITTEE, people

_NAMESPACE: Final = UUID("0e0c3b52-7a4e-5b1f-9c55-7d1f5d0c2a61")
Told = tuple[datetime, Command]


class Dispute(NamedTuple):
    """One objection and how far it has come."""

    label: str
    matter: str
    item: str
    about: Target
    line: int | None
    filed_on: date
    why: str
    until: str = "filed"
    """filed, withdrawn, information, accepted, assigned, heard, found, decided, replied"""
    outcome: Outcomes = "rejected"


DISPUTES: Final = (
    Dispute("rejected", "LZ-202604", "R-LJ-1", "line", 3, date(2026, 4, 16), "他当天请假了。", "replied"),
    Dispute("withdrawn", "JT-202604", "R-ZT-2", "procedure", None, date(2026, 4, 29), "公示张贴太晚。", "withdrawn"),
    Dispute("information", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 18), "听说的。", "information"),
    Dispute("filed", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 19), "公示栏看不清。"),
    Dispute("assigned", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 18), "名单与签到簿不符。", "assigned"),
    Dispute("found", "TD-202605", "R-LX-1", "missing_line", None, date(2026, 5, 18), "漏了一人。", "found"),
)
"""At the story's end: closed, withdrawn, without a name, waiting, with its handler, looked into."""


def disputes(salt: Callable[[], str]) -> Iterator[Told]:
    """Everything about every objection, each at its instant."""
    for one in DISPUTES:
        yield from _told(one, salt)


def _told(one: Dispute, salt: Callable[[], str]) -> Iterator[Told]:
    steps = [_file, *_after(one)]
    for number, step in enumerate(steps):
        at = datetime(
            one.filed_on.year, one.filed_on.month, one.filed_on.day, 15 + number // 2, 5 * number, tzinfo=SHANGHAI
        )
        yield at.astimezone(UTC), step(one, at.astimezone(UTC), salt)


Step = Callable[[Dispute, datetime, Callable[[], str]], Command]
_WAY: Final = ("accepted", "assigned", "heard", "found", "decided", "replied")


def _after(one: Dispute) -> list[Step]:
    if one.until == "withdrawn":
        return [_withdraw]
    if one.until not in _WAY:
        return []
    every: list[Step] = [_accept, _assign, _hear, _find, _decide, _reply]
    return every[: _WAY.index(one.until) + 1]


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def _objection(one: Dispute) -> UUID:
    return _id(f"objection/{one.label}")


def _key(one: Dispute) -> str:
    return hashlib.sha256(f"示例查询码 {one.label}".encode()).hexdigest()[:22]


def _objector(one: Dispute) -> Secret:
    told = None if one.until == "information" else "示例·群众"
    who = msgspec.json.encode(
        {"person": None, "name": told, "contact": None if told is None else "示例联系方式"}
    ).decode()
    return Secret(subject=_objection(one), name="objector", value=who, salt=_key(one))


def _sealed(one: Dispute) -> Actor:
    return Actor(sealed=_objector(one).commitment)


def _officer() -> Actor:
    member = next(person_.member for person_ in people() if person_.login == "officer")
    return person(member, "officer", WORK_COMMITTEE)


def _secret(one: Dispute, name: str, value: str, salt: Callable[[], str]) -> Secret:
    return Secret(subject=_objection(one), name=name, value=value, salt=salt())


def _file(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return FileObjection(
        id=_id(f"file/{one.label}"),
        actor=_sealed(one),
        at=at,
        unit=BRANCH,
        notice=notice_id(BRANCH, one.matter, one.item, 1),
        objection=_objection(one),
        about=one.about,
        line=one.line,
        objector=_objector(one),
        reason=_secret(one, "reason", one.why, salt),
        key=digest_of(_key(one)),
        anonymous=one.until == "information",
    )


def _withdraw(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return WithdrawObjection(
        id=_id(f"withdraw/{one.label}"),
        actor=_sealed(one),
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        secret=_key(one),
    )


def _accept(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return AcceptObjection(
        id=_id(f"accept/{one.label}"), actor=_officer(), at=at, unit=BRANCH, objection=_objection(one)
    )


def _assign(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    officer = _officer()
    assert officer.person is not None, "an officer is a person"
    return AssignHandler(
        id=_id(f"assign/{one.label}"),
        actor=officer,
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        handler=officer.person,
    )


def _hear(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return HoldHearing(
        id=_id(f"hear/{one.label}"),
        actor=_officer(),
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        heard=("objector", "recorder", "subject"),
        held_on=one.filed_on,
        note=_secret(one, "note", "三方意见均已听取。", salt),
    )


def _find(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return RecordFinding(
        id=_id(f"find/{one.label}"),
        actor=_officer(),
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        finding=_secret(one, "finding", "签到簿与记分表一致。", salt),
    )


def _decide(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return DecideObjection(
        id=_id(f"decide/{one.label}"),
        actor=_officer(),
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        outcome=one.outcome,
        reply=_secret(one, "reply", "经查核,签到簿有其本人签名,异议不成立。", salt),
    )


def _reply(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return DeliverReply(
        id=_id(f"reply/{one.label}"),
        actor=_officer(),
        at=at,
        unit=BRANCH,
        objection=_objection(one),
        how="witnessed_paper",
    )
