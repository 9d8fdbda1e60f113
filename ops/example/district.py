"""示例全区 — the half-year of every other branch: workbooks through the importer, decisions and notices at their dates.

==========  ====================================================================================
15 December  the organisations are set up; roster and appointments come as workbooks
the 13th     the recorder's workbook of the month, and the substitute's for the recorder himself
the 14th     submitted; on the 16th decided; on the 19th checked and posted
12 March     honours as workbooks; 10 April deductions as workbooks
May          part decided, part posted, part nowhere yet: the example ends in the middle of it
==========  ====================================================================================

All branches do a thing at the same instant, so that it can be carried out for all of them together.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from api.workbook.directory import Person as Known
from domain.actor import Actor, person
from domain.decider import Command
from domain.notice.notice import notice_id, notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.organisation.appointments import COMMITTEE
from domain.organisation.unit import EstablishUnit
from domain.recording.approval import ApproveSheet
from domain.recording.archive import archive_of
from domain.recording.claiming import DecideHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import deduction_id
from domain.recording.filling import SubmitSheet
from domain.recording.hearing import AcknowledgeNotification, FileStatement
from domain.recording.honour import honour_id
from domain.sealed import Secret
from domain.values import SHANGHAI, MemberId
from ops.example import books
from ops.example.books import MONTHS, Award, Planned, digest
from ops.example.cast import still_here
from ops.example.people import SEED, WORK_COMMITTEE, Person, people
from ops.example.places import Branch, District, Place, is_piloted, newcomers, stays_unrecorded
from ops.example.places import district as district_of
from ops.example.told import SCHEME, SHOWN, SHOWN_OF_RECORDS, BookKind, Brought, Load, Salt, Told

_NAMESPACE: Final = UUID("7f1f9d6e-2c0b-5a53-9f0c-4f3a2b8d1e77")
FOUNDED_ON: Final = date(2025, 12, 15)
_CLAIMED_ON: Final = date(2026, 3, 12)
_PROPOSED_ON: Final = date(2026, 4, 10)
_CLAIMING_SHARE: Final = 0.4
_PROPOSING_SHARE: Final = 0.2


def history(branches: int, salt: Salt) -> Iterator[Told]:
    """Everything that happens outside the story's own branch; what the pilot branches did before is told elsewhere."""
    found = district_of(branches)
    if not found.branches:
        return
    yield from founded(newcomers(found) if is_piloted(branches) else found, FOUNDED_ON)
    for branch in map(still_here, found.branches) if is_piloted(branches) else found.branches:
        directory = _directory(branch)
        for month in MONTHS:
            if not stays_unrecorded(branch, month):
                yield from _month(branch, month, directory)
        yield from _honours(branch, found, directory)
        yield from _deductions(branch, salt, directory)


def _id(*label: str) -> UUID:
    return uuid5(_NAMESPACE, " ".join(label))


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def _acting(who: Person, role: str, unit: str | None = None) -> Actor:
    return person(who.member, role, unit or who.unit)


def _official(login: str) -> Person:
    return next(one for one in people() if one.login == login)


def _directory(branch: Branch) -> Mapping[str, Known]:
    return {one.work_number: Known(member=one.member, name=one.name) for one in branch.people}


def founded(found: District, day: date) -> Iterator[Told]:
    """Organisations one after the other, then two workbooks for all of them."""
    officer = _acting(_official("officer"), "officer")
    start = _at(day, 10)
    for second, place in enumerate(found.places):
        at = start + timedelta(seconds=second)
        yield Told(at, _established(place, officer, day, at), WORK_COMMITTEE)
    everybody = {number: known for branch in found.branches for number, known in _directory(branch).items()}
    # Who leads an organisation may belong to a branch that was founded before.
    everybody |= {one.work_number: Known(member=one.member, name=one.name) for _, _, one in found.offices}
    brought: tuple[tuple[int, BookKind, Callable[[District, date], bytes]], ...] = (
        (14, "members", books.roster),
        (15, "appointments", books.appointments),
    )
    for hour, kind, book in brought:
        yield Told(_at(day, hour), Brought(kind, officer, partial(book, found, day), everybody), WORK_COMMITTEE)


def _established(place: Place, officer: Actor, day: date, at: datetime) -> Command:
    return EstablishUnit(
        id=_id("unit", place.unit),
        actor=officer,
        at=at,
        unit=place.unit,
        kind=place.kind,
        title=place.title,
        parent=place.parent,
        scheme=SCHEME,
        established_on=day,
    )


def _month(branch: Branch, month: int, directory: Mapping[str, Known]) -> Iterator[Told]:
    """The two workbooks of a month, and what becomes of each of its sheets."""
    lane, first = branch.place.unit, date(2026, month, 13)
    recorder, substitute = branch.one("recorder"), branch.one("substitute_recorder")
    whole, own = partial(books.month, branch, month), partial(books.own, branch, month)
    yield Told(_at(first, 18), Brought("month", _acting(recorder, "recorder"), whole, directory), lane)
    acting = _acting(substitute, "substitute_recorder")
    yield Told(_at(first, 18, 30), Brought("month", acting, own, directory), lane)
    for planned in MONTHS[month]:
        for at, command in _sheet(branch, planned, first):
            yield Told(at, command, lane)


def _sheet(branch: Branch, planned: Planned, first: date) -> Iterator[tuple[datetime, Command]]:
    """Submitted, decided, checked and posted; what lies after the example's end is not told."""
    unit, secretary = branch.place.unit, _acting(branch.people[0], "secretary")
    about: dict[str, Any] = {"unit": unit, "matter": planned.code, "item": planned.item}
    at = _at(first + timedelta(days=1), 9)
    recorder = _acting(branch.one("recorder"), "recorder")
    yield at, SubmitSheet(id=_id("submit", unit, planned.code), actor=recorder, at=at, **about)
    at = _at(first + timedelta(days=3), 15)
    yield (
        at,
        ApproveSheet(
            id=_id("approve", unit, planned.code), actor=secretary, at=at, **about, **_sitting(branch, planned.code)
        ),
    )
    at, notice = _at(first + timedelta(days=6), 9), notice_id(unit, planned.code, planned.item, 1)
    if planned.code.startswith(("BM-202605", "DF-202605")):
        return
    yield (
        at,
        CheckDisclosure(
            id=_id("check", unit, planned.code), actor=secretary, at=at, unit=unit, notice=notice, shows=SHOWN
        ),
    )
    yield at, PostNotice(id=_id("post", unit, planned.code), actor=secretary, at=at, unit=unit, notice=notice)


def _committee(branch: Branch) -> tuple[MemberId, ...]:
    return tuple(one.member for one in branch.people if set(one.roles) & set(COMMITTEE))


def _sitting(branch: Branch, label: str) -> dict[str, Any]:
    minute = f"支委会纪要 {branch.place.unit} {label}"
    return {"minute": minute, "minute_sha256": digest(minute), "present": _committee(branch)}


def _drawn(branch: Branch, what: str) -> Random:
    return Random(f"{SEED}/{what}/{branch.place.unit}")  # noqa: S311 - made-up merits need no secret


def _plain_member(branch: Branch, random: Random) -> Person:
    """Somebody without an office."""
    return random.choice([one for one in branch.people if not one.roles])


def _honours(branch: Branch, found: District, directory: Mapping[str, Known]) -> Iterator[Told]:
    """A prize or a piece of advice, claimed by the recorder; decided here and above; posted."""
    random, unit = _drawn(branch, "honour"), branch.place.unit
    if random.random() >= _CLAIMING_SHARE:
        return
    who = _plain_member(branch, random)
    award = random.choice(
        (
            Award(who, "AW-2026-1", "H-LX-1", "district", "区级征文获奖", date(2026, 3, 5), "award_certificate"),
            Award(who, "HL-2026-1", "H-QZ-3", "each", "合理化建议被采纳", date(2026, 3, 4), "adoption_notice"),
        )
    )
    recorder, at = _acting(branch.one("recorder"), "recorder"), _at(_CLAIMED_ON, 10)
    yield Told(at, Brought("honours", recorder, partial(books.honours, (award,)), directory), unit)
    honour = honour_id(unit, who.member, award.matter, award.item)
    for days, actor, present in (
        (1, _acting(branch.people[0], "secretary"), _committee(branch)),
        (5, *_higher(branch, found)),
    ):
        at, minute = _at(_CLAIMED_ON + timedelta(days=days), 15), f"荣誉审定 {unit} {days}"
        motion = DecideHonour(
            id=_id("honour", unit, str(days)),
            actor=actor,
            at=at,
            unit=unit,
            honour=honour,
            verdict="approved",
            minute=minute,
            minute_sha256=digest(minute),
            present=present,
        )
        yield Told(at, motion, unit)
    yield from _posted(branch, award, _at(_CLAIMED_ON + timedelta(days=6), 9))


def _higher(branch: Branch, found: District) -> tuple[Actor, tuple[MemberId, ...]]:
    """Who decides above the branch, and the committee there; who has decided here may not decide again there."""
    parent = branch.place.parent
    if parent == WORK_COMMITTEE:
        present = tuple(one.member for one in people() if one.unit == parent and set(one.roles) & set(COMMITTEE))
        return _acting(_official("leader"), "secretary"), present
    led = [(role, who) for unit, role, who in found.offices if unit == parent]
    outside = [(role, who) for role, who in led if who.unit != branch.place.unit] or led
    role, who = outside[0]
    return _acting(who, role, parent), tuple(one.member for _, one in led)


def _posted(branch: Branch, award: Award, at: datetime) -> Iterator[Told]:
    """The notice of the record that came of it: checked, then posted."""
    for kind in (CheckDisclosure, PostNotice):
        yield Told(at, partial(_of_notice, kind, branch, award, at), branch.place.unit)


def _of_notice(
    kind: type[CheckDisclosure] | type[PostNotice], branch: Branch, award: Award, at: datetime, load: Load
) -> Command:
    unit = branch.place.unit
    record = load(archive_of(award.person.member, award.dated_on)).live(unit, award.matter, award.item)
    assert record is not None, f"{unit} {award.matter} is not on record"
    actor, notice = _acting(branch.people[0], "secretary"), notice_of_record(record.record)
    command = _id(kind.__name__, unit, award.matter)
    if kind is PostNotice:
        return PostNotice(id=command, actor=actor, at=at, unit=unit, notice=notice)
    return CheckDisclosure(id=command, actor=actor, at=at, unit=unit, notice=notice, shows=SHOWN_OF_RECORDS)


def _deductions(branch: Branch, salt: Salt, directory: Mapping[str, Known]) -> Iterator[Told]:
    """Proposed, acknowledged, answered, decided either way."""
    random, unit = _drawn(branch, "deduction"), branch.place.unit
    if random.random() >= _PROPOSING_SHARE:
        return
    who, upheld = _plain_member(branch, random), random.random() < 0.6
    award = Award(who, "JB-2026-1", "N-WM-1", "each", "交办的群众问题逾期", date(2026, 4, 8), "assignment_sheet")
    recorder, at = _acting(branch.one("recorder"), "recorder"), _at(_PROPOSED_ON, 10)
    yield Told(at, Brought("deductions", recorder, partial(books.deductions, (award,)), directory), unit)
    deduction = deduction_id(unit, who.member, award.matter, award.item)
    himself = _acting(who, "member")
    at = _at(_PROPOSED_ON + timedelta(days=3), 9)
    yield Told(
        at, AcknowledgeNotification(id=_id("seen", unit), actor=himself, at=at, unit=unit, deduction=deduction), unit
    )
    at = _at(_PROPOSED_ON + timedelta(days=4), 9)
    view = Secret(subject=who.member, name="statement", value="当时在外出差,回来即办结。", salt=salt())
    statement = FileStatement(
        id=_id("state", unit), actor=himself, at=at, unit=unit, deduction=deduction, statement=view, final=True
    )
    yield Told(at, statement, unit)
    yield _decided(branch, award, deduction, upheld, salt)
    if upheld:
        yield from _posted(branch, award, _at(_PROPOSED_ON + timedelta(days=13), 9))


def _decided(branch: Branch, award: Award, deduction: UUID, upheld: bool, salt: Salt) -> Told:
    unit, at = branch.place.unit, _at(_PROPOSED_ON + timedelta(days=12), 15)
    why = Secret(subject=award.person.member, name="reason", value="陈述属实,不予减分。", salt=salt())
    command = DecideDeduction(
        id=_id("deduct", unit),
        actor=_acting(branch.people[0], "secretary"),
        at=at,
        unit=unit,
        deduction=deduction,
        verdict="approved" if upheld else "refused",
        reason=None if upheld else why,
        **_sitting(branch, award.matter),
    )
    return Told(at, command, unit)
