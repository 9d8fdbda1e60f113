"""A notice of a party day that hangs from 8 to 11 June 2026, and what people wish about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actor import Actor, person
from domain.decider import NAMESPACE
from domain.notice.drafting import DraftNotice
from domain.notice.notice import NOTICE, Notice, NoticeLine, notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.objection.appeal import DecideAppeal, FileAppeal
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import EnterObjection, FileObjection, WithdrawObjection, digest_of
from domain.objection.handling import (
    AcceptObjection,
    AssignHandler,
    DeclineObjection,
    HoldHearing,
    RecordFinding,
)
from domain.objection.objection import OBJECTION, Correction, Objection
from domain.recording.archive import Record, archive_of
from tests.domain.branch import (
    AS_RECORDER,
    AS_SECRETARY,
    BRANCH,
    HELD_ON,
    HIGHER_DEPUTY,
    HIGHER_SECRETARY,
    LEADER,
    OTHER,
    PROCESS,
    RULED,
    STUDY,
    TOP,
    appointed,
    digest,
    ready,
    registered,
    secret,
    sheet_approved,
    who,
    wish,
)
from tests.domain.given import World

NOTICE_ID: Final = notice_id(BRANCH, "MT-0512", STUDY, 1)
MONDAY: Final = datetime(2026, 6, 8, 1, tzinfo=UTC)
"""Posted; three working days end on Thursday 11 June, and it may close after Friday's grace for paper."""
LAST_MINUTE: Final = datetime(2026, 6, 12, 16, 0, 59, tzinfo=UTC)
MAY_CLOSE_AT: Final = datetime(2026, 6, 12, 16, 1, tzinfo=UTC)
RIGHT: Final = Correction(outcome="attended")
FILED_AT: Final = MONDAY + timedelta(days=1)
OBJECTION_ID: Final = uuid5(NAMESPACE, "test/objection")
KEY: Final = "a-secret-of-128-random-bits"
LEADERS: Final = (LEADER, who("leader-2"), who("leader-3"), who("leader-4"))
AS_DEPUTY: Final = person(HIGHER_DEPUTY, "committee_member", TOP)
AS_SECRETARY_ABOVE: Final = person(HIGHER_SECRETARY, "secretary", TOP)
AS_LEADER: Final = person(LEADER, "leading_group", TOP)
AS_SUBJECT: Final = person(OTHER, "member", BRANCH)

GROUP: Final = RULED.given(
    *(registered(leader, TOP) for leader in LEADERS[1:]),
    *(appointed(leader, "leading_group", TOP) for leader in LEADERS[1:]),
)
DRAFTED: Final = ready(absent=(OTHER,), base=GROUP).given(
    sheet_approved(), wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=1)
)
CHECKED: Final = DRAFTED.given(
    wish(CheckDisclosure, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID, shows=("name", "outcome"))
)
POSTED: Final = CHECKED.given(wish(PostNotice, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID))


def notice(world: World, notice: UUID = NOTICE_ID) -> Notice:
    """The notice as it stands."""
    found = world[NOTICE.of(notice)]
    assert isinstance(found, Notice)
    return found


def line_of(world: World, member: UUID, at: UUID = NOTICE_ID) -> NoticeLine:
    """A person's line."""
    return next(line for line in notice(world, at).lines if line.member == member)


LINE: Final = line_of(POSTED.world, OTHER).line
"""Of the one who is said to have been absent."""


def record(world: World, member: UUID = OTHER) -> Record:
    """The newest record of a person."""
    return list(world[archive_of(member, HELD_ON)].records.values())[-1]


def objection(world: World, number: UUID = OBJECTION_ID) -> Objection:
    """The objection as it stands."""
    found = world[OBJECTION.of(number)]
    assert isinstance(found, Objection)
    return found


def filed(at: datetime = FILED_AT, number: UUID = OBJECTION_ID, by: str = "张三 138…", **fields: Any) -> FileObjection:
    """Somebody objects to the line of the absent one."""
    name = secret("objector", by, number)
    said: dict[str, Any] = {"about": "line", "line": LINE, "reason": secret("reason", "他到会了", number), **fields}
    return wish(
        FileObjection,
        Actor(sealed=name.commitment),
        at,
        unit=BRANCH,
        notice=NOTICE_ID,
        objection=number,
        objector=name,
        key=digest_of(KEY),
        **said,
    )


def on_paper(
    received_on: date, at: datetime, actor: Actor = AS_RECORDER, number: UUID = OBJECTION_ID
) -> EnterObjection:
    """A paper came in."""
    return wish(
        EnterObjection,
        actor,
        at,
        unit=BRANCH,
        notice=NOTICE_ID,
        objection=OBJECTION_ID,
        about="line",
        line=LINE,
        objector=secret("objector", "李四", OBJECTION_ID),
        reason=secret("reason", "他到会了", OBJECTION_ID),
        key=digest_of(KEY),
        received_on=received_on,
    )


def about(kind: type[Any], actor: Actor, at: datetime = FILED_AT, **fields: Any) -> Any:
    """A wish about the objection."""
    return wish(kind, actor, at, unit=BRANCH, objection=fields.pop("objection", OBJECTION_ID), **fields)


def accepted(at: datetime = FILED_AT, actor: Actor = AS_SECRETARY_ABOVE) -> AcceptObjection:
    """It is taken up."""
    return about(AcceptObjection, actor, at)  # type: ignore[no-any-return]


def declined(at: datetime = FILED_AT, ground: str = "outside") -> DeclineObjection:
    """It is not."""
    reason = secret("decline", "不属本次公示", OBJECTION_ID)
    return about(DeclineObjection, AS_SECRETARY_ABOVE, at, ground=ground, reason=reason)  # type: ignore[no-any-return]


def assigned(handler: UUID = HIGHER_DEPUTY, actor: Actor = AS_SECRETARY_ABOVE, **fields: Any) -> AssignHandler:
    """Somebody is to look into it."""
    return about(AssignHandler, actor, handler=handler, **fields)  # type: ignore[no-any-return]


def heard(actor: Actor = AS_DEPUTY) -> HoldHearing:
    """The recorder and the subject were heard."""
    note = secret("note", "均已听取", OBJECTION_ID)
    return about(HoldHearing, actor, heard=("recorder", "subject"), held_on=date(2026, 6, 9), note=note)  # type: ignore[no-any-return]


def found(actor: Actor = AS_DEPUTY) -> RecordFinding:
    """Something was found."""
    return about(RecordFinding, actor, finding=secret("finding", "签到簿有其签名", OBJECTION_ID))  # type: ignore[no-any-return]


def decided(
    outcome: str = "upheld", correction: Correction | None = RIGHT, actor: Actor = AS_DEPUTY
) -> DecideObjection:
    """It is decided."""
    right = correction if outcome != "rejected" else None
    return about(  # type: ignore[no-any-return]
        DecideObjection, actor, outcome=outcome, correction=right, reply=secret("reply", "理由", OBJECTION_ID)
    )


def replied(at: datetime = FILED_AT, how: str = "witnessed_paper") -> DeliverReply:
    """The reply is handed over."""
    return about(DeliverReply, AS_DEPUTY, at, how=how)  # type: ignore[no-any-return]


def appealed(actor: Actor | None = None, at: datetime = FILED_AT, key: str | None = KEY) -> FileAppeal:
    """Somebody wants another decision."""
    sealed = Actor(sealed=secret("objector", "张三 138…", OBJECTION_ID).commitment)
    ground = secret("appeal", "不服", OBJECTION_ID)
    return about(FileAppeal, actor or sealed, at, ground=ground, secret=key)  # type: ignore[no-any-return]


def appeal_decided(outcome: str = "rejected", present: tuple[UUID, ...] = LEADERS, **fields: Any) -> DecideAppeal:
    """The leading group decides."""
    return about(  # type: ignore[no-any-return]
        DecideAppeal,
        fields.pop("actor", AS_LEADER),
        outcome=outcome,
        reply=secret("appeal_reply", "维持", OBJECTION_ID),
        minute="纪要〔2026〕7号",
        minute_sha256=digest("minute"),
        present=present,
        **fields,
    )


def withdrawn(key: str = KEY) -> WithdrawObjection:
    """The objector takes it back."""
    sealed = Actor(sealed=secret("objector", "张三 138…", OBJECTION_ID).commitment)
    return about(WithdrawObjection, sealed, secret=key)  # type: ignore[no-any-return]


def closed(at: datetime = MAY_CLOSE_AT) -> CloseNotice:
    """The notice's term is over."""
    return wish(CloseNotice, PROCESS, at, unit=BRANCH, notice=NOTICE_ID)


def confirmed(notice: UUID = NOTICE_ID, at: datetime = MAY_CLOSE_AT) -> ConfirmRecords:
    """Its clear lines count."""
    return wish(ConfirmRecords, PROCESS, at, unit=BRANCH, notice=notice)


FILED: Final = POSTED.given(filed())
FOUND: Final = FILED.given(accepted(), assigned(), heard(), found())
