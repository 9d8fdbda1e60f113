"""试点的加分与减分 — in each branch and year an honour and a deduction; and what the helper of a mentee earned."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from domain.actor import Actor, person
from domain.assessment.result import result_of
from domain.notice.notice import notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.recording.archive import archive_of
from domain.recording.claiming import ClaimHonour, DecideHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import deduction_id
from domain.recording.hearing import FileStatement
from domain.recording.helping import helped_matter
from domain.recording.honour import honour_id
from domain.recording.proposing import ProposeDeduction
from domain.result.measure import measure_id
from ops.example.cast import HELPED, YEARS, Team, above, chair_above, player, team, teams
from ops.example.people import Person
from ops.example.places import PILOT_BRANCHES
from ops.example.told import SHOWN_OF_RECORDS, Load, Salt, Told
from ops.example.wishing import at, digest, made, secret, sitting, told

HELPER: Final = (PILOT_BRANCHES[0], 5)
_ONE, _TWO, _THREE = PILOT_BRANCHES
_HONOURED: Final = {_ONE: 8, _TWO: 9, _THREE: 8}
_REPROACHED: Final = {_ONE: 3, _TWO: 10, _THREE: 7}
"""Steady people, whom neither takes over a threshold."""
_CLAIMED_ON: Final = (4, 15)
_PROPOSED_ON: Final = (9, 4)
_HELPED_ON: Final = date(2026, 3, 9)


def pluses(salt: Salt) -> Iterator[Told]:
    """Of every branch and year one of each, and the helper's honour."""
    for one in teams():
        for year in YEARS:
            yield from _honour(one, year)
            yield from _deduction(one, year, salt)
    yield from _of_helper()


def _honour(one: Team, year: int) -> Iterator[Told]:
    who, day = one.people[_HONOURED[one.unit]], date(year, *_CLAIMED_ON)
    what: dict[str, Any] = {
        "matter": f"AW-{year}-1",
        "title": "区级主题征文获奖",
        "item": "H-LX-1",
        "level": "district",
        "occurred_on": day - timedelta(days=5),
        "dated_on": day - timedelta(days=5),
        "document_kind": "award_certificate",
        "document": digest(f"{one.unit} 征文 {year}"),
    }
    label = f"{who.member}/{what['matter']}"
    claim = {"unit": one.unit, "member": who.member, **what}
    yield told(ClaimHonour, label, one.acting("recorder"), at(day, 10), one.unit, **claim)
    yield from _granted(one, who, what["matter"], what["item"], day, lambda _: what["dated_on"])


def _granted(
    one: Team, who: Person, matter: str, item: str, day: date, dated_on: Callable[[Load], date]
) -> Iterator[Told]:
    """Decided by the branch and above it, then noticed."""
    about: dict[str, Any] = {"unit": one.unit, "honour": honour_id(one.unit, who.member, matter, item)}
    bodies = ((1, one.secretary, one.committee), (4, _outside(one), above()))
    for days, chair, present in bodies:
        label, meeting = f"{who.member}/{matter}/{days}", sitting(present, f"荣誉审定 {one.unit} {days}")
        when = at(day + timedelta(days=days), 15)
        yield told(DecideHonour, label, chair, when, one.unit, **about, verdict="approved", **meeting)
    yield from _posted(one, who, matter, item, day + timedelta(days=5), dated_on)


def _outside(one: Team) -> Actor:
    """Who chairs above: whoever has decided in the branch may not decide again."""
    chair = chair_above()
    if chair.person not in one.committee:
        return chair
    other = next(member for member in above() if member not in one.committee)
    return person(other, "committee_member", chair.unit or "")


def _posted(
    one: Team, who: Person, matter: str, item: str, day: date, dated_on: Callable[[Load], date]
) -> Iterator[Told]:
    when, label = at(day, 9, 30), f"{who.member}/{matter}"

    def about(load: Load) -> dict[str, Any]:
        record = load(archive_of(who.member, dated_on(load))).live(one.unit, matter, item)
        assert record is not None, f"{matter} is on record"
        return {"unit": one.unit, "notice": notice_of_record(record.record)}

    def check(load: Load) -> CheckDisclosure:
        return made(CheckDisclosure, label, one.secretary, when, **about(load), shows=SHOWN_OF_RECORDS)

    def post(load: Load) -> PostNotice:
        return made(PostNotice, label, one.secretary, when, **about(load))

    yield Told(when, check, one.unit)
    yield Told(when, post, one.unit)


def _deduction(one: Team, year: int, salt: Salt) -> Iterator[Told]:
    """Proposed; he states his view, which changes nothing; approved; noticed."""
    who, day = one.people[_REPROACHED[one.unit]], date(year, *_PROPOSED_ON)
    matter, item, dated_on = f"CMP-{year}-1", "N-GJ-2", day - timedelta(days=1)
    label, about = f"{who.member}/{matter}", {"unit": one.unit, "member": who.member}
    what: dict[str, Any] = {
        "matter": matter,
        "item": item,
        "level": "each",
        "occurred_on": dated_on,
        "dated_on": dated_on,
        "document_kind": "sign_in_list",
        "document": digest(f"{one.unit} 签到 {year}"),
        "particulars": secret(who.member, "particulars", "支部党员大会迟到二十分钟", salt),
    }
    yield told(ProposeDeduction, label, one.acting("recorder"), at(day, 10), one.unit, **about, **what)
    case = {"unit": one.unit, "deduction": deduction_id(one.unit, who.member, matter, item)}
    view = secret(who.member, "statement", "当天路上耽搁,以后提前出门。", salt)
    himself = person(who.member, "member", one.unit)
    yield told(
        FileStatement, label, himself, at(day + timedelta(days=1), 9), one.unit, **case, statement=view, final=True
    )
    meeting = sitting(one.committee, f"支委会纪要 {one.unit} {matter}")
    when = at(day + timedelta(days=8), 15)
    yield told(DecideDeduction, label, one.secretary, when, one.unit, **case, verdict="approved", **meeting)
    yield from _posted(one, who, matter, item, day + timedelta(days=9), lambda _: dated_on)


def _of_helper() -> Iterator[Told]:
    """His mentee was qualified the year after: two points, on the day on which that grade was determined."""
    helper, mentee, one = player(HELPER), player(HELPED), team(HELPER[0])
    matter = helped_matter(measure_id(mentee.member, 2024, "Y", "help"))
    when = at(_HELPED_ON, 10)

    def graded_on(load: Load) -> date:
        standing = load(result_of(mentee.member, 2025, "Y")).standing
        assert standing is not None, "the year is determined"
        assert standing.graded_on is not None, "and so is its grade"
        return standing.graded_on

    def claim(load: Load) -> ClaimHonour:
        fields: dict[str, Any] = {
            "unit": one.unit,
            "member": helper.member,
            "matter": matter,
            "title": "一对一帮促对象评为合格",
            "item": "H-ZT-1",
            "level": "each",
            "occurred_on": graded_on(load),
            "dated_on": graded_on(load),
            "document_kind": "grade_determination",
            "document": digest("2025年度格次评定"),
        }
        return made(ClaimHonour, "helper", one.acting("recorder"), when, **fields)

    yield Told(when, claim, one.unit)
    yield from _granted(one, helper, matter, "H-ZT-1", _HELPED_ON, graded_on)
