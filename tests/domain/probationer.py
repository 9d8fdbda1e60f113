"""A probationary member of the branch, and what happens to him, as wishes and facts."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from domain.actor import Actor
from domain.decider import NAMESPACE, Write
from domain.organisation.member import RegisterMember
from domain.recording.archive import PointsConfirmed, PointsRecorded, archive_of
from domain.result.proposing import LookAtProbation, ProposeOutcome, StartProbation
from domain.result.resolving import ApproveProbation, ResolveProbation
from domain.values import points
from tests.domain.branch import (
    AS_HIGHER,
    AS_SECRETARY,
    BRANCH,
    HIGHER,
    INSTALLATION,
    PEOPLE,
    PROCESS,
    SETUP_AT,
    VERSION,
    digest,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.year import SEATED

NEWCOMER: Final = who("newcomer-on-probation")
ADMITTED_ON: Final = date(2026, 4, 15)
ENDS_ON: Final = date(2027, 4, 14)
STARTED_AT: Final = datetime(2026, 4, 20, 1, tzinfo=UTC)
OVER: Final = datetime(2027, 4, 15, 1, tzinfo=UTC)
"""The morning after the window."""
IDLE: Final = 6600
"""What a window comes to in which nothing was asked and nothing was done, in hundredths."""


def newcomer(profile: str = "probationary") -> RegisterMember:
    """He enters."""
    return wish(
        RegisterMember,
        INSTALLATION,
        SETUP_AT,
        member=NEWCOMER,
        unit=BRANCH,
        profile=profile,
        name=secret("name", "newcomer", NEWCOMER),
        work_number=secret("work_number", "newcomer", NEWCOMER),
        present_from=date(2025, 1, 1),
    )


def started(actor: Actor = AS_SECRETARY, at: datetime = STARTED_AT, admitted_on: date = ADMITTED_ON) -> StartProbation:
    """His probation is entered."""
    return wish(
        StartProbation,
        actor,
        at,
        unit=BRANCH,
        member=NEWCOMER,
        admitted_on=admitted_on,
        minute="大会〔2026〕2号",
        minute_sha256=digest("admission"),
    )


def looked(at: datetime = OVER) -> LookAtProbation:
    """The window is looked at."""
    return wish(LookAtProbation, PROCESS, at, unit=BRANCH, member=NEWCOMER)


def proposed(proposal: str, at: datetime = OVER, actor: Actor = AS_SECRETARY) -> ProposeOutcome:
    """Somebody proposes something else, with ground and document."""
    return wish(
        ProposeOutcome,
        actor,
        at,
        unit=BRANCH,
        member=NEWCOMER,
        proposal=proposal,
        document_kind="decision_document",
        document=digest("ground"),
        reason=secret("reason", "另有依据", NEWCOMER),
    )


def resolved(
    months: int | None = None,
    at: datetime = OVER,
    present: tuple[UUID, ...] = PEOPLE,
    against: tuple[UUID, ...] = (),
    actor: Actor = AS_SECRETARY,
) -> ResolveProbation:
    """The general meeting votes."""
    return wish(
        ResolveProbation,
        actor,
        at,
        unit=BRANCH,
        member=NEWCOMER,
        months=months,
        minute="大会〔2027〕3号",
        minute_sha256=digest("resolution"),
        present=present,
        not_in_favour=against,
    )


def approved(verdict: str = "approved", at: datetime = OVER, **fields: object) -> ApproveProbation:
    """The higher organisation's committee decides; a refusal or a cancellation says why."""
    return wish(
        ApproveProbation,
        fields.pop("actor", AS_HIGHER),
        at,
        unit=BRANCH,
        member=NEWCOMER,
        verdict=verdict,
        minute="党委〔2027〕8号",
        minute_sha256=digest("approval"),
        present=fields.pop("present", HIGHER),
        **{"reason": secret("reason", "理由", NEWCOMER), **fields},
    )


def visits(quantity: int, on: date = date(2026, 9, 9), *, confirmed: bool = True) -> tuple[Write, ...]:
    """Visits for so many hundredths of a point: R-WM-1 gives one each."""
    record = uuid5(NAMESPACE, f"test/visits/{on}/{quantity}")
    ref = archive_of(NEWCOMER, on)
    recorded = PointsRecorded(
        record=record,
        member=NEWCOMER,
        unit=BRANCH,
        matter=f"VS-{on}",
        item="R-WM-1",
        rules=VERSION,
        outcome="earned",
        quantity=points(quantity),
        occurred_on=on,
        entitled=5,
        present=5,
        in_favour=5,
    )
    writes = ref.says(recorded)
    return (
        (writes, ref.says(PointsConfirmed(record=record, notice=uuid5(NAMESPACE, "test/notice"))))
        if confirmed
        else (writes,)
    )


def window_with(total: int, base: Given | None = None) -> Given:
    """A first window that comes to so many hundredths: 66.00 by itself, the rest is visits."""
    begun = RUNNING if base is None else base
    return begun.given(*visits(total - IDLE)) if total > IDLE else begun


def in_extension(months: int = 6) -> Given:
    """The probation was extended."""
    return window_with(IDLE).given(looked(), resolved(months), approved())


SET_UP: Final = SEATED.given(newcomer())
RUNNING: Final = SET_UP.given(started())
SIX_MONTHS: Final = timedelta(days=184)
