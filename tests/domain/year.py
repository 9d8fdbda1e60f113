"""A branch's year, as wishes: periods opened, appraised, computed, decided, noticed, determined."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from domain.actor import Actor
from domain.assessment.balloting import CloseAppraisal, IssuedCode, OpenAppraisal
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod, ReturnPeriod
from domain.assessment.noticing import DraftResultNotice
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.assessment.tallying import Ballot
from domain.decider import Command
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from tests.domain.branch import (
    AS_HIGHER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DOCUMENT,
    HIGHER,
    PEOPLE,
    PROCESS,
    RECORDER,
    RULED,
    SECRETARY,
    calendar,
    digest,
    secret,
    wish,
)
from tests.domain.given import Given

YEAR: Final = 2026
H1_OVER: Final = datetime(2026, 7, 8, 1, tzinfo=UTC)
H2_OVER: Final = datetime(2027, 1, 8, 1, tzinfo=UTC)
Y_OVER: Final = datetime(2027, 2, 1, 1, tzinfo=UTC)
TERM: Final = timedelta(days=12)
"""After which a notice of five working days has closed in any of these weeks."""

SEATED: Final = RULED.given(calendar(2027), calendar(2028, (date(2028, 10, 2),)))
"""The branch with calendars enough for its year."""

BY_CATEGORY: Final = DOCUMENT.replace(b'"scope": "overall"', b'"scope": "per_category"')
"""The example's rule set, with a mark for each of its eight categories."""


def period_opened(period: str, actor: Actor = AS_SECRETARY, year: int = YEAR) -> OpenPeriod:
    """A period is opened."""
    return wish(OpenPeriod, actor, datetime(year, 7, 2, 1, tzinfo=UTC), unit=BRANCH, year=year, period=period)


def computed(period: str, at: datetime, actor: Actor = AS_SECRETARY) -> ComputePeriod:
    """Its figures are computed."""
    return wish(ComputePeriod, actor, at, unit=BRANCH, year=YEAR, period=period)


def adopted(
    period: str,
    at: datetime,
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = COMMITTEE,
    against: tuple[UUID, ...] = (),
) -> DecidePeriod:
    """A body adopts them."""
    return wish(
        DecidePeriod,
        actor,
        at,
        unit=BRANCH,
        year=YEAR,
        period=period,
        minute="纪要〔2026〕9号",
        minute_sha256=digest("minute"),
        present=present,
        not_in_favour=against,
    )


def given_back(period: str, at: datetime) -> ReturnPeriod:
    """A body returns them."""
    reason = secret("reason", "出勤有误")
    return wish(ReturnPeriod, AS_SECRETARY, at, unit=BRANCH, year=YEAR, period=period, reason=reason)


def noticed(period: str, at: datetime, computation: int = 1) -> tuple[Command, ...]:
    """The notice is drafted, checked and posted."""
    notice = result_notice_id(BRANCH, YEAR, period, computation)
    return (
        wish(DraftResultNotice, PROCESS, at, unit=BRANCH, year=YEAR, period=period),
        wish(CheckDisclosure, AS_SECRETARY, at, unit=BRANCH, notice=notice, shows=("name", "points")),
        wish(PostNotice, AS_SECRETARY, at, unit=BRANCH, notice=notice),
    )


def term_over(period: str, at: datetime, computation: int = 1) -> tuple[Command, ...]:
    """Its term is over: it closes, and whose line is clear is determined."""
    notice = result_notice_id(BRANCH, YEAR, period, computation)
    return wish(CloseNotice, PROCESS, at, unit=BRANCH, notice=notice), confirmed(period, at, computation)


def confirmed(period: str, at: datetime, computation: int = 1) -> ConfirmRecords:
    """A round of determination."""
    notice = result_notice_id(BRANCH, YEAR, period, computation)
    return wish(ConfirmRecords, PROCESS, at, unit=BRANCH, notice=notice)


def through(base: Given, period: str, at: datetime) -> Given:
    """A whole period, from its opening to its sealing, where no appraisal belongs to it."""
    return base.given(*half(period, at))


def half(period: str, at: datetime) -> tuple[Command, ...]:
    """The same as wishes, in order of time."""
    return (
        msgspec.structs.replace(period_opened(period), at=at),
        computed(period, at),
        adopted(period, at),
        *noticed(period, at),
        *term_over(period, at + TERM),
    )


def year_adopted(base: Given, at: datetime = Y_OVER) -> Given:
    """The year's figures computed and adopted by both bodies; the appraisal is behind it."""
    return base.given(computed("Y", at), adopted("Y", at), adopted("Y", at, AS_HIGHER, HIGHER), *noticed("Y", at))


def halves(base: Given) -> Given:
    """Both halves sealed and the year open."""
    return through(through(base, "H1", H1_OVER), "H2", H2_OVER).given(period_opened("Y"))


def appraisal_opened(codes: tuple[IssuedCode, ...] = (), method: str = "paper_two_tellers") -> OpenAppraisal:
    """The session is opened."""
    return wish(OpenAppraisal, AS_SECRETARY, Y_OVER, unit=BRANCH, year=YEAR, period="Y", method=method, codes=codes)


def ballots(of: Mapping[UUID, Mapping[str, int]], category: str | None = None) -> tuple[Ballot, ...]:
    """Paper ballots, so many of each mark for each person."""
    return tuple(
        Ballot(
            subject=subject,
            digest=digest(f"paper {subject} {mark} {number} {category or ''}".strip()),
            mark=mark,
            category=category,
        )
        for subject, marks in of.items()
        for mark, many in marks.items()
        for number in range(many)
    )


def appraisal_closed(
    cast: tuple[Ballot, ...],
    took_part: Iterable[UUID] = PEOPLE,
    tellers: tuple[UUID, UUID] = (SECRETARY, RECORDER),
) -> CloseAppraisal:
    """The ballots are counted."""
    return wish(
        CloseAppraisal,
        AS_SECRETARY,
        Y_OVER,
        unit=BRANCH,
        year=YEAR,
        period="Y",
        tellers=tellers,
        took_part=tuple(took_part),
        ballots=cast,
    )


def days(half: int) -> date:
    """A day in the middle of a half."""
    return date(YEAR, 4 if half == 1 else 10, 14)
