"""Wishes about what becomes of a person's data, and a branch that somebody left."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from domain.actor import Actor, person
from domain.organisation.membership import EndMembership
from domain.oversight.erasing import (
    CaseOf,
    DecideErasure,
    DestroyKey,
    LiftHold,
    LiftRestriction,
    PlaceHold,
    ProposeErasure,
    RestrictProcessing,
    WithdrawErasure,
)
from domain.oversight.retention import DestroyCaseKey, DestroyErasedCase, OrderRetention, RecordTrim
from tests.domain.branch import (
    AS_LEADER,
    AS_OFFICER,
    AT,
    BRANCH,
    OTHER,
    PROCESS,
    RULED,
    TOP,
    appointed,
    digest,
    registered,
    secret,
    who,
    wish,
)

SECOND_OFFICER: Final = who("second-officer")
AS_SECOND: Final = person(SECOND_OFFICER, "officer", TOP)
LEFT_ON: Final = date(2026, 5, 12)
IN_TERM: Final = datetime(2031, 12, 31, 1, tzinfo=UTC)
TERM_OVER: Final = datetime(2032, 1, 1, 1, tzinfo=UTC)
"""Five years after the end of the year in which he left."""
HOLD: Final = "浦纪函〔2026〕7号"
ORDER: Final[dict[str, Any]] = {"basis": "《个人信息保护法》第四十七条", "document": digest("order")}

OFFICES: Final = RULED.given(registered(SECOND_OFFICER, TOP), appointed(SECOND_OFFICER, "officer", TOP))


def left(at: datetime = AT) -> EndMembership:
    """Somebody leaves."""
    why = secret("reason", "x", OTHER)
    return wish(EndMembership, AS_OFFICER, at, unit=BRANCH, member=OTHER, last_on=LEFT_ON, reason=why)


LEFT: Final = OFFICES.given(left())
"""Somebody has left, without any record."""


def held(actor: Actor = AS_OFFICER, number: str = HOLD, at: datetime = AT, of: UUID = OTHER) -> PlaceHold:
    """A hold is placed."""
    return wish(PlaceHold, actor, at, unit=BRANCH, member=of, number=number, **ORDER)


def released(actor: Actor = AS_LEADER, number: str = HOLD, at: datetime = AT) -> LiftHold:
    """It is lifted."""
    return wish(LiftHold, actor, at, unit=BRANCH, member=OTHER, number=number, **ORDER)


def restricted(of: UUID = OTHER, at: datetime = AT) -> RestrictProcessing:
    """His data is stored and nothing else."""
    return wish(RestrictProcessing, AS_OFFICER, at, unit=BRANCH, member=of, ground="disputed", **ORDER)


def unrestricted(of: UUID = OTHER) -> LiftRestriction:
    """It may be used again."""
    return wish(LiftRestriction, AS_OFFICER, AT, unit=BRANCH, member=of, **ORDER)


def proposed(ground: str = "term", at: datetime = TERM_OVER, actor: Actor = AS_OFFICER) -> ProposeErasure:
    """Somebody asks to erase."""
    return wish(ProposeErasure, actor, at, unit=BRANCH, member=OTHER, ground=ground, **ORDER)


def decided(approve: bool = True, actor: Actor = AS_LEADER, at: datetime = TERM_OVER) -> DecideErasure:
    """Somebody agrees or does not."""
    return wish(
        DecideErasure,
        actor,
        at,
        unit=BRANCH,
        member=OTHER,
        approve=approve,
        minute="纪要〔2032〕1号",
        minute_sha256=digest("minute"),
    )


def taken_back(actor: Actor = AS_OFFICER, at: datetime = TERM_OVER) -> WithdrawErasure:
    """Whoever proposed it takes it back."""
    paper = {"minute": "撤回〔2032〕1号", "minute_sha256": digest("withdrawal")}
    return wish(WithdrawErasure, actor, at, unit=BRANCH, member=OTHER, **paper)


def destroyed(*cases: CaseOf, actor: Actor = PROCESS, at: datetime = TERM_OVER) -> DestroyKey:
    """It is carried out."""
    return wish(DestroyKey, actor, at, unit=BRANCH, member=OTHER, cases=cases)


def ordered(
    before_on: date = date(2029, 1, 1), kind: str = "access-log", at: datetime = TERM_OVER, unit: str = TOP
) -> OrderRetention:
    """A plan is confirmed."""
    return wish(OrderRetention, AS_OFFICER, at, unit=unit, kind=kind, before_on=before_on, due=3, plan=digest("plan"))


def trimmed(before_on: date = date(2029, 1, 1), at: datetime = TERM_OVER) -> RecordTrim:
    """The access log was cleared."""
    return wish(RecordTrim, PROCESS, at, unit=TOP, before_on=before_on, readings=2, sessions=1, tokens=0)


def cleared(
    objection: UUID, at: datetime = TERM_OVER, objector: UUID | None = None, flag: UUID | None = None
) -> DestroyCaseKey:
    """An objection's key goes, or that of a flag after it."""
    return wish(DestroyCaseKey, PROCESS, at, unit=TOP, objection=objection, objector=objector, flag=flag)


def followed(case: CaseOf, *persons: UUID, unit: str = BRANCH, at: datetime = TERM_OVER) -> DestroyErasedCase:
    """The key of a case follows somebody who was erased."""
    return wish(DestroyErasedCase, PROCESS, at, unit=unit, case=case.case, kind=case.kind, persons=persons)
