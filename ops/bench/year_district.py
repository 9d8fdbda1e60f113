"""A district for closing a year: branches of eighteen members, told through the ledger like everybody's wishes."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final, TypeVar, cast
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person
from domain.assessment.balloting import CloseAppraisal, OpenAppraisal
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod
from domain.assessment.noticing import DraftResultNotice
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.assessment.tallying import Ballot
from domain.decider import NAMESPACE, Command
from domain.notice.drafting import DraftNotice
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.organisation.appointments import AppointRole
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit
from domain.process import PROCESS
from domain.recording.approval import ApproveSheet
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.rules.calendar import PublishCalendar
from domain.sealed import Secret
from domain.values import NoticeId
from ops.example.founding import INSTALLATION
from ops.example.people import WORK_COMMITTEE, people
from ops.example.told import SCHEME

C = TypeVar("C", bound=Command)

YEAR: Final = 2026
MEMBERS: Final = 18
ITEM: Final = "R-LX-1"
MATTERS: Final = 12
"""In each half, each with a line for everybody: the party days of half a year, twice."""
ENTERED: Final = {"H1": datetime(2026, 6, 9, 4, tzinfo=UTC), "H2": datetime(2026, 12, 9, 4, tzinfo=UTC)}
NOTICED: Final = {"H1": datetime(2026, 6, 26, 4, tzinfo=UTC), "H2": datetime(2026, 12, 26, 4, tzinfo=UTC)}
OVER: Final = {
    "H1": datetime(2026, 7, 8, 1, tzinfo=UTC),
    "H2": datetime(2027, 1, 8, 1, tzinfo=UTC),
    "Y": datetime(2027, 2, 1, 1, tzinfo=UTC),
}
TERM_OVER: Final = {
    "H1": datetime(2026, 7, 25, 1, tzinfo=UTC),
    "H2": datetime(2027, 1, 25, 1, tzinfo=UTC),
    "Y": datetime(2027, 2, 20, 1, tzinfo=UTC),
}
_FOUNDED: Final = datetime(2025, 12, 16, 1, tzinfo=UTC)
_numbers: Final = count()


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One branch and its people; the first five are its committee."""

    code: str
    members: tuple[UUID, ...]

    def acting(self, place: int, role: str) -> Actor:
        """One of its people in an office."""
        return person(self.members[place], role, self.code)


def branch(number: int) -> Branch:
    """A branch by its number."""
    code = f"PK-Y{number:03d}"
    return Branch(code=code, members=tuple(uuid5(NAMESPACE, f"bench/{code}/{n}") for n in range(MEMBERS)))


def _wish(wished: type[C], actor: Actor, at: datetime, /, **fields: object) -> C:
    made = cast("Callable[..., C]", wished)
    return made(id=uuid5(NAMESPACE, f"bench/command/{next(_numbers)}"), actor=actor, at=at, **fields)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def calendars() -> Iterable[Command]:
    """The calendars of the two years after: the notices of a year's end run into them."""
    officer = next(who for who in people() if who.login == "officer")
    for year in (YEAR + 1, YEAR + 2):
        yield _wish(
            PublishCalendar,
            person(officer.member, "officer", WORK_COMMITTEE),
            _FOUNDED,
            unit=WORK_COMMITTEE,
            year=year,
            days_off=(date(year, 10, 1) if year != YEAR + 2 else date(year, 10, 2),),
            make_up_days=(),
            document_sha256=_digest(f"calendar {year}"),
        )


def _sealed(member: UUID, name: str) -> Secret:
    return Secret(subject=member, name=name, value=str(member), salt="c2FsdC1vZi0xMjgtYml0cw")


def founded(one: Branch) -> Iterable[Command]:
    """The branch, its people, its offices."""
    yield _wish(
        EstablishUnit,
        INSTALLATION,
        _FOUNDED,
        unit=one.code,
        kind="branch",
        title=one.code,
        parent=WORK_COMMITTEE,
        scheme=SCHEME,
        established_on=date(2025, 1, 1),
    )
    for member in one.members:
        yield _wish(
            RegisterMember,
            INSTALLATION,
            _FOUNDED,
            member=member,
            unit=one.code,
            profile="full",
            name=_sealed(member, "name"),
            work_number=_sealed(member, "work_number"),
            present_from=date(2025, 1, 1),
        )
    offices = ("secretary", *["committee_member"] * 4, "recorder", "substitute_recorder")
    for member, role in zip(one.members, offices, strict=False):
        wanted = {"unit": one.code, "role": role, "person": member, "from_on": date(2025, 12, 1)}
        yield _wish(AppointRole, INSTALLATION, _FOUNDED, **wanted)


def entered(period: str, one: Branch) -> Iterable[Command]:
    """Every matter of a half with its sheet and its notice."""
    month = 6 if period == "H1" else 12
    for number in range(MATTERS):
        matter = f"TD-{period}-{number}"
        yield from _sheet(one, matter, date(YEAR, month, 8), ENTERED[period])


def confirmed(period: str, one: Branch) -> Iterable[Command]:
    """The notices of a half have run their term."""
    for number in range(MATTERS):
        notice = notice_id(one.code, f"TD-{period}-{number}", ITEM, 1)
        yield from _closed(one, notice, NOTICED[period])


def _sheet(one: Branch, matter: str, day: date, at: datetime) -> Iterable[Command]:
    recorder, substitute, secretary = (
        one.acting(5, "recorder"),
        one.acting(6, "substitute_recorder"),
        one.acting(0, "secretary"),
    )
    sheet: dict[str, Any] = {"unit": one.code, "matter": matter}
    absent = one.members[7 + sum(matter.encode()) % (MEMBERS - 7)]
    yield _wish(PlanMatter, recorder, at, **sheet, kind="study_session", title=matter, planned_on=day)
    yield _wish(HoldMatter, recorder, at, **sheet, occurred_on=day)
    yield _wish(AttachEvidence, recorder, at, **sheet, kind="sign_in_list", sha256=_digest(matter))
    yield _wish(OpenSheet, recorder, at, **sheet, item=ITEM)
    missed = (LineWish(member=absent, outcome="absent"),)
    yield _wish(FillSheet, recorder, at, **sheet, item=ITEM, otherwise="attended", but=missed)
    own = (LineWish(member=one.members[5], outcome="attended"),)
    yield _wish(FillSheet, substitute, at, **sheet, item=ITEM, but=own)
    yield _wish(SubmitSheet, recorder, at, **sheet, item=ITEM)
    yield _wish(ApproveSheet, secretary, at, **sheet, item=ITEM, **_sitting(one.members[:5]))
    yield _wish(DraftNotice, PROCESS, at, **sheet, item=ITEM, decision=1)
    yield from _posted(one, notice_id(one.code, matter, ITEM, 1), at)


def _posted(one: Branch, notice: NoticeId, at: datetime) -> Iterable[Command]:
    secretary = one.acting(0, "secretary")
    yield _wish(CheckDisclosure, secretary, at, unit=one.code, notice=notice, shows=("name", "points"))
    yield _wish(PostNotice, secretary, at, unit=one.code, notice=notice)


def _closed(one: Branch, notice: NoticeId, at: datetime) -> Iterable[Command]:
    yield _wish(CloseNotice, PROCESS, at, unit=one.code, notice=notice)
    yield _wish(ConfirmRecords, PROCESS, at, unit=one.code, notice=notice)


def _sitting(present: tuple[UUID, ...]) -> dict[str, Any]:
    return {"minute": "纪要〔2026〕9号", "minute_sha256": _digest("minute"), "present": present}


def opened(period: str, one: Branch) -> Iterable[Command]:
    """The period is opened; the year's appraisal is held and counted."""
    secretary, about = one.acting(0, "secretary"), {"unit": one.code, "year": YEAR, "period": period}
    yield _wish(OpenPeriod, secretary, OVER[period], **about)
    if period == "Y":
        yield _wish(OpenAppraisal, secretary, OVER[period], **about, method="paper_two_tellers")
        counted = {"tellers": (one.members[0], one.members[5]), "took_part": one.members, "ballots": _ballots(one)}
        yield _wish(CloseAppraisal, secretary, OVER[period], **about, **counted)


def _ballots(one: Branch) -> tuple[Ballot, ...]:
    marks = ("excellent", "qualified", "qualified", "basically_qualified")
    return tuple(
        Ballot(subject=member, digest=_digest(f"{member}/{number}"), mark=marks[(place + number) % 4])
        for place, member in enumerate(one.members)
        for number in range(MEMBERS - 1)
    )


def computed(period: str, one: Branch) -> Iterable[Command]:
    """Its figures."""
    yield _wish(ComputePeriod, one.acting(0, "secretary"), OVER[period], unit=one.code, year=YEAR, period=period)


def adopted(period: str, one: Branch) -> Iterable[Command]:
    """Adopted by every body, drafted and posted."""
    about = {"unit": one.code, "year": YEAR, "period": period}
    yield _wish(DecidePeriod, one.acting(0, "secretary"), OVER[period], **about, **_sitting(one.members[:5]))
    if period == "Y":
        above = tuple(who.member for who in people() if who.unit == WORK_COMMITTEE and _sits(who.roles))
        higher = person(above[0], "secretary", WORK_COMMITTEE)
        yield _wish(DecidePeriod, higher, OVER[period], **about, **_sitting(above))
    yield _wish(DraftResultNotice, PROCESS, OVER[period], **about)
    yield from _posted(one, result_notice_id(one.code, YEAR, period, 1), OVER[period])


def _sits(roles: tuple[str, ...]) -> bool:
    return bool({"secretary", "committee_member"} & set(roles))


def determined(period: str, one: Branch) -> Iterable[Command]:
    """The term is over: everybody is determined and the period sealed."""
    yield from _closed(one, result_notice_id(one.code, YEAR, period, 1), TERM_OVER[period])
