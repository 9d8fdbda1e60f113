"""示例异议 — objections of the example's branch, one at each step of its way, so that a newcomer sees every one.

Who objects here is as made up as everybody else; a second telling must seal him alike, so his salt hangs on a label.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person
from domain.decider import Command
from domain.notice.notice import NOTICE, Notice, Shown, correction_id, notice_id
from domain.notice.running import CheckDisclosure, PostNotice
from domain.objection.appeal import DecideAppeal, FileAppeal
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import FileObjection, WithdrawObjection, digest_of
from domain.objection.handling import AcceptObjection, AssignHandler, DeclineObjection, HoldHearing, RecordFinding
from domain.objection.objection import Correction, Outcomes, Target
from domain.sealed import Secret
from domain.values import SHANGHAI, Code, MemberId, NoticeId
from ops.example.merits import Later, Load
from ops.example.people import BRANCH, people

_NAMESPACE: Final = UUID("0e0c3b52-7a4e-5b1f-9c55-7d1f5d0c2a61")
Told: TypeAlias = tuple[datetime, Command | Later]
Way: TypeAlias = Literal[
    "filed",
    "withdrawn",
    "information",
    "declined",
    "accepted",
    "assigned",
    "heard",
    "found",
    "decided",
    "replied",
    "appealed",
    "final",
]


class Dispute(NamedTuple):
    """One objection and how far it has come."""

    label: str
    matter: str
    item: str
    about: Target
    of: str | None
    """Whose line."""
    filed_on: date
    why: str
    until: Way = "filed"
    outcome: Outcomes = "rejected"
    right: Correction | None = None
    reply: str = "经查核,签到簿有其本人签名,异议不成立。"
    unit: Code = BRANCH
    member: MemberId | None = None
    """Whose line, where it is about somebody of another branch."""
    about_notice: NoticeId | None = None
    """Of results; else it is about the record sheet of its matter and item."""

    @property
    def notice(self) -> NoticeId:
        """What it is about."""
        return self.about_notice or notice_id(BRANCH, self.matter, self.item, 1)


DISPUTES: Final = (
    Dispute("rejected", "LZ-202604", "R-LJ-1", "line", "秦组织", date(2026, 4, 16), "他当天请假了。", "replied"),
    Dispute("withdrawn", "JT-202604", "R-ZT-2", "procedure", None, date(2026, 4, 29), "公示张贴太晚。", "withdrawn"),
    Dispute("information", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 18), "听说的。", "information"),
    Dispute("filed", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 19), "公示栏看不清。"),
    Dispute("assigned", "TD-202605", "R-LX-1", "procedure", None, date(2026, 5, 18), "名单与签到簿不符。", "assigned"),
    Dispute("found", "TD-202605", "R-LX-1", "missing_line", None, date(2026, 5, 18), "漏了一人。", "found"),
    Dispute("late", "GY-202604", "R-CY-2", "procedure", None, date(2026, 5, 14), "名单应当写明捐款方式。"),
    Dispute("declined", "GY-202604", "R-CY-2", "procedure", None, date(2026, 5, 6), "食堂菜价上涨。", "declined"),
    Dispute(
        "partly",
        "GY-202604",
        "R-CY-2",
        "procedure",
        None,
        date(2026, 5, 7),
        "公示栏设在内部走廊,群众看不到。",
        "replied",
        "partly",
        reply="公示内容无误;公示栏已移到大厅。",
    ),
    Dispute(
        "upheld",
        "TD-202604",
        "R-LX-1",
        "line",
        "魏远",
        date(2026, 4, 15),
        "他当天由支部派去值守窗口。",
        "replied",
        "upheld",
        Correction(outcome="excused"),
        "值班表属实,更正为请假。",
    ),
    Dispute("final", "DK-202603", "R-LX-2", "line", "许纪检", date(2026, 3, 25), "他提前离场。", "final"),
    Dispute("appealed", "JT-202604", "R-ZT-2", "line", "陶新", date(2026, 5, 6), "他到过集合点。", "appealed"),
)
"""At the story's end: closed, withdrawn, without a name, waiting, with its handler, looked into; too late and gone up,
not taken up, partly right, right and its line noticed anew, decided for good on an appeal, and one whose appeal waits
while it holds its line."""
RENOTICED_AT: Final = datetime(2026, 4, 24, 9, tzinfo=SHANGHAI).astimezone(UTC)
"""The morning after the appeal term of the one that was right: the corrected line is posted."""


def disputes(salt: Callable[[], str]) -> Iterator[Told]:
    """Everything about every objection of the story's own branch, each at its instant."""
    for one in DISPUTES:
        yield from road(one, salt)
        if one.right is not None:
            yield from _renoticed(one)


def _renoticed(one: Dispute) -> Iterator[Told]:
    secretary = _acting("secretary", "secretary")
    about: dict[str, Any] = {
        "actor": secretary,
        "at": RENOTICED_AT,
        "unit": BRANCH,
        "notice": correction_id(objection_of(one)),
    }
    shows: tuple[Shown, ...] = ("name", "item", "outcome", "day", "clause")
    yield RENOTICED_AT, CheckDisclosure(id=_id(f"check/{one.label}"), **about, shows=shows)
    yield RENOTICED_AT, PostNotice(id=_id(f"post/{one.label}"), **about)


def road(one: Dispute, salt: Callable[[], str]) -> Iterator[Told]:
    """One objection, as far as it has come."""
    steps = [_file, *_after(one)]
    for number, step in enumerate(steps):
        at = datetime(
            one.filed_on.year, one.filed_on.month, one.filed_on.day, 15 + number // 2, 5 * number, tzinfo=SHANGHAI
        )
        yield at.astimezone(UTC), step(one, at.astimezone(UTC), salt)


Step: TypeAlias = Callable[[Dispute, datetime, Callable[[], str]], Command | Later]
_WAY: Final = ("accepted", "assigned", "heard", "found", "decided", "replied", "appealed", "final")


def _after(one: Dispute) -> list[Step]:
    if one.until == "withdrawn":
        return [_withdraw]
    if one.until == "declined":
        return [_decline]
    if one.until not in _WAY:
        return []
    every: list[Step] = [_accept, _assign, _hear, _find, _decide, _reply, _appeal, _decide_appeal]
    return every[: _WAY.index(one.until) + 1]


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def objection_of(one: Dispute) -> UUID:
    """Its id."""
    return _id(f"objection/{one.label}")


def _key(one: Dispute) -> str:
    return hashlib.sha256(f"示例查询码 {one.label}".encode()).hexdigest()[:22]


def _objector(one: Dispute) -> Secret:
    told = None if one.until == "information" else "示例·群众"
    who = msgspec.json.encode(
        {"person": None, "name": told, "contact": None if told is None else "示例联系方式"}
    ).decode()
    return Secret(subject=objection_of(one), name="objector", value=who, salt=_key(one))


def _sealed(one: Dispute) -> Actor:
    return Actor(sealed=_objector(one).commitment)


def _acting(login: str, role: str) -> Actor:
    one = next(one for one in people() if one.login == login)
    return person(one.member, role, one.unit)


def _officer() -> Actor:
    return _acting("officer", "officer")


def _secret(one: Dispute, name: str, value: str, salt: Callable[[], str]) -> Secret:
    return Secret(subject=objection_of(one), name=name, value=value, salt=salt())


def _file(one: Dispute, at: datetime, salt: Callable[[], str]) -> Later:
    reason = _secret(one, "reason", one.why, salt)

    def filed(load: Load) -> Command:
        return FileObjection(
            id=_id(f"file/{one.label}"),
            actor=_sealed(one),
            at=at,
            unit=one.unit,
            notice=one.notice,
            objection=objection_of(one),
            about=one.about,
            line=_line(one, load),
            objector=_objector(one),
            reason=reason,
            key=digest_of(_key(one)),
            anonymous=one.until == "information",
        )

    return filed


def _line(one: Dispute, load: Load) -> int | None:
    member = one.member or next((who.member for who in people() if one.of and who.name.endswith(one.of)), None)
    if member is None:
        return None
    notice = load(NOTICE.of(one.notice))
    assert isinstance(notice, Notice), f"{one.label} is about a notice"
    return next(line.line for line in notice.lines if line.member == member)


def _withdraw(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return WithdrawObjection(
        id=_id(f"withdraw/{one.label}"),
        actor=_sealed(one),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        secret=_key(one),
    )


def _decline(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return DeclineObjection(
        id=_id(f"decline/{one.label}"),
        actor=_officer(),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        ground="outside",
        reason=_secret(one, "decline", "所述不属本次公示事项,已转有关科室。", salt),
    )


def _accept(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return AcceptObjection(
        id=_id(f"accept/{one.label}"), actor=_officer(), at=at, unit=one.unit, objection=objection_of(one)
    )


def _assign(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    officer = _officer()
    assert officer.person is not None, "an officer is a person"
    return AssignHandler(
        id=_id(f"assign/{one.label}"),
        actor=officer,
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        handler=officer.person,
    )


def _hear(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return HoldHearing(
        id=_id(f"hear/{one.label}"),
        actor=_officer(),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        heard=("objector", "recorder", "subject"),
        held_on=one.filed_on,
        note=_secret(one, "note", "三方意见均已听取。", salt),
    )


def _find(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return RecordFinding(
        id=_id(f"find/{one.label}"),
        actor=_officer(),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        finding=_secret(one, "finding", "签到簿与记分表一致。", salt),
    )


def _decide(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return DecideObjection(
        id=_id(f"decide/{one.label}"),
        actor=_officer(),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        outcome=one.outcome,
        correction=one.right,
        reply=_secret(one, "reply", one.reply, salt),
    )


def _reply(one: Dispute, at: datetime, _: Callable[[], str]) -> Command:
    return DeliverReply(
        id=_id(f"reply/{one.label}"),
        actor=_officer(),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        how="witnessed_paper",
    )


def _appeal(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    return FileAppeal(
        id=_id(f"appeal/{one.label}"),
        actor=_sealed(one),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        ground=_secret(one, "appeal", "请领导小组调看签到录像。", salt),
        secret=_key(one),
    )


def _decide_appeal(one: Dispute, at: datetime, salt: Callable[[], str]) -> Command:
    minute = f"领导小组纪要 {one.label}"
    return DecideAppeal(
        id=_id(f"decide-appeal/{one.label}"),
        actor=_acting("leader", "leading_group"),
        at=at,
        unit=one.unit,
        objection=objection_of(one),
        outcome="rejected",
        reply=_secret(one, "appeal_reply", "录像与签到簿一致,维持原决定。", salt),
        minute=minute,
        minute_sha256=hashlib.sha256(minute.encode()).hexdigest(),
        present=tuple(one.member for one in people() if "leading_group" in one.roles),
    )
