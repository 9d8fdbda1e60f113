"""试点的半年 — what a pilot branch did in each half-year, sheet by sheet, and how the half was closed.

==============  ==========================================================================
its 5th         everything planned
day held        held, with its evidence, its sheet filled; the recorder's own line by the substitute
one day on      submitted; two days on decided; three days on checked and posted
the month after opened, computed, adopted; its scores noticed, determined and sealed by the process
==============  ==========================================================================
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.notice.notice import Shown, notice_id
from domain.notice.running import CheckDisclosure, PostNotice
from domain.recording.approval import ApproveSheet
from domain.recording.archive import Outcome
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.values import NoticeId
from ops.example.cast import Team, Way
from ops.example.people import Person
from ops.example.told import SHOWN, Told
from ops.example.wishing import at, digest, sitting, told

SHOWN_OF_RESULTS: Final[tuple[Shown, ...]] = ("name", "points")


class Planned(NamedTuple):
    """One matter of every half: when, what it is, and who did otherwise than all."""

    code: str
    month: int
    """From the half's first, 0 to 5."""
    day: int
    kind: str
    item: str
    title: str
    evidence: str
    did: tuple[Way, ...] = ()
    """Of a deed: who did it. Of a meeting: who was absent. Of a task: who left it undone."""
    quantity: str = "1.00"
    hours: str | None = None


_ALL: Final[tuple[Way, ...]] = ("keen", "steady", "slack", "absent")
_MOST: Final[tuple[Way, ...]] = ("keen", "steady")
_POOR: Final[tuple[Way, ...]] = ("slack", "absent")

MATTERS: Final = (
    Planned("CN", 0, 10, "public_pledge", "R-DD-1", "公开承诺", "pledge_form", _MOST),
    Planned("TD1", 0, 10, "study_session", "R-LX-1", "主题党日(一)", "sign_in_list", ("absent",)),
    Planned("ZZ", 0, 12, "organisational_life", "R-ZT-1", "组织生活会", "minutes", _MOST),
    Planned("LC", 1, 10, "integrity_pledge", "R-LJ-2", "廉洁承诺与履诺报告", "pledge_form", _ALL),
    Planned("DF", 1, 10, "monthly_dues", "R-GJ-2", "党费交纳", "dues_register"),
    Planned("BM1", 1, 12, "branch_meeting", "R-GJ-1", "支部党员大会(一)", "sign_in_list", ("absent",)),
    Planned("DK", 2, 10, "party_lecture", "R-LX-2", "党课", "sign_in_list", _POOR),
    Planned("ZF", 2, 12, "visit", "R-WM-1", "“大走访”", "visit_register", _MOST, "3.00"),
    Planned("TD2", 2, 12, "study_session", "R-LX-1", "主题党日(二)", "sign_in_list", _POOR),
    Planned("JB", 2, 14, "party_assignment", "R-QZ-2", "交办事项", "assignment_sheet", ("absent",)),
    Planned("LZ", 3, 10, "integrity_education", "R-LJ-1", "廉政教育", "sign_in_list", ("absent",)),
    Planned("ZY", 3, 12, "volunteer_service", "R-WM-3", "社区志愿服务", "service_hours", ("keen",), "3.00", "7.50"),
    Planned("GY", 3, 12, "charity", "R-CY-2", "爱心助学", "donation_receipt", ("keen",)),
    Planned("ZB", 4, 10, "duty", "R-DD-2", "值班与急难任务", "duty_roster", ("keen",), "2.00"),
    Planned("TD3", 4, 12, "study_session", "R-LX-1", "主题党日(三)", "sign_in_list"),
    Planned("XX", 5, 10, "half_year_study_task", "R-LX-3", "半年学习任务", "study_paper", ("keen", "steady", "slack")),
)
"""What a pilot branch did in each half: fewer matters than a real one, of every kind that counts."""

_DEEDS: Final = ("R-DD-1", "R-ZT-1", "R-LJ-2", "R-WM-1", "R-WM-3", "R-CY-2", "R-DD-2", "R-LX-3")


class Half(NamedTuple):
    """One half-year of the pilot."""

    year: int
    period: str

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.period == "H1" else 7, 1)

    @property
    def closing(self) -> date:
        """The day on which it is opened for its closing."""
        return date(self.year, 7, 8) if self.period == "H1" else date(self.year + 1, 1, 6)

    def code(self, planned: Planned) -> str:
        """The code of a matter in it."""
        return f"{planned.code}-{self.year}{self.period}"

    def held_on(self, planned: Planned) -> date:
        """When a matter was held."""
        return date(self.year, self.first.month + planned.month, planned.day)


def halves(one: Team, year: int) -> Iterator[Told]:
    """Both halves of a branch's year, each with its closing."""
    for period in ("H1", "H2"):
        half = Half(year, period)
        for number, planned in enumerate(MATTERS):
            yield _plan(one, half, planned, number)
            yield from _sheet(one, half, planned)
        yield from _closed(one, half)


def _plan(one: Team, half: Half, planned: Planned, second: int) -> Told:
    code, when = half.code(planned), at(half.first + timedelta(days=4), 9) + timedelta(seconds=second)
    what: dict[str, Any] = {"kind": planned.kind, "title": planned.title, "planned_on": half.held_on(planned)}
    recorder = one.acting("recorder")
    return told(PlanMatter, f"{one.unit}/{code}", recorder, when, one.unit, unit=one.unit, matter=code, **what)


def _sheet(one: Team, half: Half, planned: Planned) -> Iterator[Told]:
    """The road of one matter, from the day it was held to its notice; the process closes that and confirms."""
    code, day, unit = half.code(planned), half.held_on(planned), one.unit
    label, recorder, matter = f"{unit}/{code}", one.acting("recorder"), {"unit": unit, "matter": code}
    sheet = {**matter, "item": planned.item}
    evening, paper = at(day, 18), {"kind": planned.evidence, "sha256": digest(label)}
    yield told(HoldMatter, label, recorder, evening, unit, **matter, occurred_on=day)
    yield told(AttachEvidence, label, recorder, evening, unit, **matter, **paper)
    yield told(OpenSheet, label, recorder, evening, unit, **sheet)
    yield from _filled(one, half, planned, sheet)
    yield told(SubmitSheet, label, recorder, at(day + timedelta(days=1), 9), unit, **sheet)
    meeting = sitting(one.committee, f"支委会纪要 {code}")
    yield told(ApproveSheet, label, one.secretary, at(day + timedelta(days=2), 15), unit, **sheet, **meeting)
    yield from posted(one, notice_id(unit, code, planned.item, 1), label, day + timedelta(days=3), SHOWN)


def _filled(one: Team, half: Half, planned: Planned, sheet: dict[str, str]) -> Iterator[Told]:
    day, himself = half.held_on(planned), one.acting("recorder")
    substitute, otherwise = one.acting("substitute_recorder"), _otherwise(planned)
    lines = {who: _line(one, half, planned, who) for who in one.here(day)}
    others = tuple(line for line in lines.values() if line is not None and line.member != himself.person)
    label, evening = f"{one.unit}/{sheet['matter']}", at(day, 18)
    yield told(FillSheet, label, himself, evening, one.unit, **sheet, otherwise=otherwise, but=others)
    own = next(line for who, line in lines.items() if who.member == himself.person)
    if own is None and otherwise is not None and himself.person is not None:
        own = LineWish(member=himself.person, outcome=otherwise)
    if own is not None:
        yield told(FillSheet, f"{label}/own", substitute, evening, one.unit, **sheet, but=(own,))


def _otherwise(planned: Planned) -> Outcome | None:
    if planned.item in _DEEDS:
        return None
    return "done" if planned.item == "R-QZ-2" else "attended"


def _line(one: Team, half: Half, planned: Planned, who: Person) -> LineWish | None:
    """What is said of somebody beyond what is said of all; nothing where nothing is."""
    if one.way(who, half.year) not in planned.did:
        return None
    if planned.item in _DEEDS:
        return LineWish(member=who.member, outcome="earned", quantity=planned.quantity, hours=planned.hours)
    return LineWish(member=who.member, outcome="not-done" if planned.item == "R-QZ-2" else "absent")


def posted(one: Team, notice: NoticeId, label: str, day: date, shows: tuple[Shown, ...]) -> Iterator[Told]:
    """A notice is checked and posted in the morning."""
    about: dict[str, Any] = {"unit": one.unit, "notice": notice}
    morning = at(day, 9)
    yield told(CheckDisclosure, label, one.secretary, morning, one.unit, **about, shows=shows)
    yield told(PostNotice, label, one.secretary, morning, one.unit, **about)


def _closed(one: Team, half: Half) -> Iterator[Told]:
    """Opened, computed, adopted, posted, a day each; the process determines and seals."""
    about: dict[str, Any] = {"unit": one.unit, "year": half.year, "period": half.period}
    day, label = half.closing, f"{one.unit}/{half.year}{half.period}"
    yield told(OpenPeriod, label, one.secretary, at(day, 9), one.unit, **about)
    yield told(ComputePeriod, label, one.secretary, at(day, 10), one.unit, **about)
    meeting = sitting(one.committee, f"支委会纪要 {half.year}{half.period} 定分")
    yield told(DecidePeriod, label, one.secretary, at(day + timedelta(days=1), 15), one.unit, **about, **meeting)
    notice = result_notice_id(one.unit, half.year, half.period, 1)
    yield from posted(one, notice, label, day + timedelta(days=2), SHOWN_OF_RESULTS)
