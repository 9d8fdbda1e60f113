"""示例中的荣誉、减分、一票否决 — one of each on every part of its road, so that a newcomer sees them all.

荣誉   a prize, confirmed; the same essay's publication, covered by it; an honour in its notice; one that waits
减分   one dismissed after the person was heard; one approved and confirmed; one in its statement term
否决   one, registered by the work committee
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar
from uuid import UUID, uuid5

from domain.actor import Actor, person
from domain.decider import Command, StreamRef
from domain.notice.notice import notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.organisation.appointments import COMMITTEE
from domain.recording.archive import archive_of
from domain.recording.chain import Verdict
from domain.recording.claiming import ClaimHonour, DecideHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import deduction_id
from domain.recording.hearing import AcknowledgeNotification, FileStatement
from domain.recording.honour import honour_id
from domain.recording.proposing import ProposeDeduction
from domain.recording.veto import RegisterVeto
from domain.sealed import Secret
from domain.values import SHANGHAI, MemberId, NoticeId
from ops.example.people import BRANCH, WORK_COMMITTEE, people

_NAMESPACE: Final = UUID("5b0f7c1e-90c4-5a0e-8a55-5d1f6a0c7b31")

Salt: TypeAlias = Callable[[], str]
S = TypeVar("S")


class Load(Protocol):
    """As ``Ledger.load``: what a stream has come to."""

    def __call__(self, ref: StreamRef[S], /) -> S:
        """The state of one stream."""
        ...


Later: TypeAlias = Callable[[Load], Command]
"""A wish that names what only the log knows: the number of a record."""


class Step(NamedTuple):
    """One wish and its instant."""

    at: datetime
    command: Command | Later


class Listed(NamedTuple):
    """What an honour or a deduction is about."""

    name: str
    """Of the member, as the roster has it."""
    item: str
    level: str
    matter: str
    title: str
    dated_on: date
    document_kind: str


PRIZE: Final = Listed(
    "吕淏然", "H-LX-1", "municipal_second", "AW-ESSAY", "全市机关主题征文二等奖", date(2026, 3, 10), "award_certificate"
)
ESSAY: Final = Listed("吕淏然", "H-LX-2", "district", "AW-ESSAY", "区刊采用主题征文", date(2026, 3, 6), "publication")
REFORM: Final = Listed("严玥", "H-QZ-2", "lead", "FW-2026-03", "承诺件转即办件", date(2026, 5, 6), "service_document")
POST: Final = Listed(
    "施一喆", "H-DD-1", "municipal", "AW-POST", "市级党员示范岗", date(2026, 5, 14), "commendation_document"
)
COMPLAINT: Final = Listed(
    "张文堃", "N-QZ-1", "each", "CMP-2026-04", "4月1日窗口办理时长投诉", date(2026, 4, 1), "complaint_finding"
)
OVERDUE: Final = Listed(
    "孔珺", "N-WM-1", "each", "JB-2026-017", "交办的停车问题逾期九天", date(2026, 4, 9), "assignment_sheet"
)
LATE: Final = Listed(
    "吕淏然", "N-GJ-2", "each", "TD-202605", "5月主题党日迟到二十分钟", date(2026, 5, 15), "sign_in_list"
)


def merits(salt: Salt) -> list[Step]:
    """Everything, oldest first."""
    return sorted(
        [
            *_honour(PRIZE, "member", date(2026, 3, 12)),
            *_honour(ESSAY, "member", date(2026, 3, 13)),
            *_honour(REFORM, "recorder", date(2026, 5, 7)),
            *_honour(POST, "recorder", date(2026, 5, 18), decided=False),
            *_dismissed(salt),
            *_approved(salt),
            *_in_term(salt),
            _veto(salt),
        ],
        key=lambda step: step.at,
    )


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def _digest(label: str) -> str:
    return hashlib.sha256(f"示例文书 {label}".encode()).hexdigest()


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def _member(name: str) -> MemberId:
    return next(one.member for one in people() if one.name.endswith(name))


def _acting(login: str, role: str) -> Actor:
    one = next(one for one in people() if one.login == login)
    return person(one.member, role, one.unit)


def _body(unit: str) -> tuple[MemberId, ...]:
    return tuple(one.member for one in people() if one.unit == unit and set(one.roles) & set(COMMITTEE))


def _sitting(label: str, unit: str) -> dict[str, Any]:
    minute = f"{'支委会' if unit == BRANCH else '工委'}纪要 {label}"
    return {"minute": minute, "minute_sha256": _digest(minute), "present": _body(unit)}


def _honour(about: Listed, login: str, claimed_on: date, *, decided: bool = True) -> Iterator[Step]:
    """Claimed; decided by the branch and by the work committee a few days later; its notice posted."""
    member, label = _member(about.name), f"honour/{about.matter}/{about.item}"
    at = _at(claimed_on, 10)
    claim = ClaimHonour(
        id=_id(label),
        actor=_acting(login, login),
        at=at,
        unit=BRANCH,
        member=member,
        matter=about.matter,
        title=about.title,
        item=about.item,
        level=about.level,
        occurred_on=about.dated_on,
        dated_on=about.dated_on,
        document_kind=about.document_kind,
        document=_digest(about.title),
    )
    yield Step(at, claim)
    if not decided:
        return
    honour = honour_id(BRANCH, member, about.matter, about.item)
    for days, login_of, unit in ((1, "secretary", BRANCH), (4, "leader", WORK_COMMITTEE)):
        at = _at(claimed_on + timedelta(days=days), 15)
        decide = DecideHonour(
            id=_id(f"{label}/{unit}"),
            actor=_acting(login_of, "secretary"),
            at=at,
            unit=BRANCH,
            honour=honour,
            verdict="approved",
            **_sitting(f"{about.matter} {about.item}", unit),
        )
        yield Step(at, decide)
    yield from _posted(about, claimed_on + timedelta(days=5))


def _posted(about: Listed, day: date) -> Iterator[Step]:
    """The notice of the record that came of it: checked, then posted."""
    at = _at(day, 9, 30)
    yield Step(at, partial(_check, about, at))
    yield Step(at, partial(_post, about, at))


def _notice(about: Listed, load: Load) -> NoticeId:
    record = load(archive_of(_member(about.name), about.dated_on)).live(BRANCH, about.matter, about.item)
    assert record is not None, f"{about.matter} is not on record"
    return notice_of_record(record.record)


def _check(about: Listed, at: datetime, load: Load) -> Command:
    return CheckDisclosure(
        id=_id(f"check/{about.matter}/{about.item}"),
        actor=_acting("secretary", "secretary"),
        at=at,
        unit=BRANCH,
        notice=_notice(about, load),
        shows=("name", "item", "level", "points", "day", "clause"),
    )


def _post(about: Listed, at: datetime, load: Load) -> Command:
    return PostNotice(
        id=_id(f"post/{about.matter}/{about.item}"),
        actor=_acting("secretary", "secretary"),
        at=at,
        unit=BRANCH,
        notice=_notice(about, load),
    )


def _proposed(about: Listed, day: date, salt: Salt) -> Step:
    member, at = _member(about.name), _at(day, 10)
    command = ProposeDeduction(
        id=_id(f"propose/{about.matter}"),
        actor=_acting("recorder", "recorder"),
        at=at,
        unit=BRANCH,
        member=member,
        matter=about.matter,
        item=about.item,
        level=about.level,
        occurred_on=about.dated_on,
        dated_on=about.dated_on,
        document_kind=about.document_kind,
        document=_digest(about.title),
        particulars=Secret(subject=member, name="particulars", value=about.title, salt=salt()),
    )
    return Step(at, command)


def _decided(about: Listed, day: date, verdict: Verdict, reason: Secret | None = None) -> Step:
    at = _at(day, 15, 30)
    command = DecideDeduction(
        id=_id(f"decide/{about.matter}"),
        actor=_acting("secretary", "secretary"),
        at=at,
        unit=BRANCH,
        deduction=deduction_id(BRANCH, _member(about.name), about.matter, about.item),
        verdict=verdict,
        reason=reason,
        **_sitting(about.matter, BRANCH),
    )
    return Step(at, command)


def _dismissed(salt: Salt) -> Iterator[Step]:
    """A complaint that the person's statement cleared up."""
    member = _member(COMPLAINT.name)
    yield _proposed(COMPLAINT, date(2026, 4, 2), salt)
    at = _at(date(2026, 4, 3), 11)
    view = "当天系统升级停机四十分钟,窗口已公告并逐一致歉。"
    statement = FileStatement(
        id=_id(f"state/{COMPLAINT.matter}"),
        actor=person(member, "member", BRANCH),
        at=at,
        unit=BRANCH,
        deduction=deduction_id(BRANCH, member, COMPLAINT.matter, COMPLAINT.item),
        statement=Secret(subject=member, name="statement", value=view, salt=salt()),
        final=True,
    )
    yield Step(at, statement)
    reason = Secret(subject=member, name="reason", value="陈述属实:停机非本人原因。", salt=salt())
    yield _decided(COMPLAINT, date(2026, 4, 8), "refused", reason)


def _approved(salt: Salt) -> Iterator[Step]:
    """Nobody acknowledged it, nobody said anything: it counts as delivered, the term ends, it is decided."""
    yield _proposed(OVERDUE, date(2026, 4, 10), salt)
    yield _decided(OVERDUE, date(2026, 4, 22), "approved")
    yield from _posted(OVERDUE, date(2026, 4, 23))


def _in_term(salt: Salt) -> Iterator[Step]:
    """Told yesterday: the member who signs in finds it on his page, with the term running."""
    member = _member(LATE.name)
    yield _proposed(LATE, date(2026, 5, 18), salt)
    at = _at(date(2026, 5, 19), 9)
    acknowledged = AcknowledgeNotification(
        id=_id(f"acknowledge/{LATE.matter}"),
        actor=person(member, "member", BRANCH),
        at=at,
        unit=BRANCH,
        deduction=deduction_id(BRANCH, member, LATE.matter, LATE.item),
    )
    yield Step(at, acknowledged)


def _veto(salt: Salt) -> Step:
    member, at = _member("曹翀"), _at(date(2026, 4, 15), 16)
    command = RegisterVeto(
        id=_id("veto/DEC-2026-1"),
        actor=_acting("leader", "secretary"),
        at=at,
        unit=BRANCH,
        member=member,
        matter="DEC-2026-1",
        item="V-1",
        occurred_on=date(2026, 1, 20),
        decided_on=date(2026, 4, 2),
        document_kind="party_decision",
        document=_digest("处分决定"),
        issuer=Secret(subject=member, name="issuer", value="示例区纪委", salt=salt()),
        **_sitting("DEC-2026-1", WORK_COMMITTEE),
    )
    return Step(at, command)
