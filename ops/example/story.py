"""示例经过 — the made-up half-year as commands at their own instants, oldest first.

Nothing here writes: the story is told to ``Ledger.execute`` like everybody else's wishes. Command ids come from
labels, so that telling it twice changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeAlias
from uuid import UUID, uuid5

import msgspec
from chinese_calendar import is_workday  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from domain.actor import Actor, person, system
from domain.decider import Command
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, PostNotice
from domain.organisation.appointments import COMMITTEE, AppointRole, Role
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit, UnitKind
from domain.oversight.log import OpenLog
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.archive import Outcome
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet
from domain.sealed import Secret
from domain.values import SHANGHAI
from ops.example.disputes import disputes
from ops.example.district import history
from ops.example.matters import MATTERS, Done
from ops.example.merits import Salt, merits
from ops.example.people import BRANCH, SEED, WORK_COMMITTEE, Person, people
from ops.example.probations import probations
from ops.example.registers import registers
from ops.example.told import SCHEME, SHOWN, Told

ORIGIN: Final = "example.pukou"
VERSION: Final = "illustrative-1"
RULES_FILE: Final = Path(__file__).with_name("pukou.json")
ENDS_AT: Final = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
"""10:00 on Wednesday 20 May 2026: in the middle of the term of the May theme day's notice."""

INSTALLATION: Final = system("installation")
_NAMESPACE: Final = UUID("c8f6a2de-57a1-5d3c-8b52-3f1c2f1f9a10")

FOUNDED_ON: Final = date(2025, 12, 15)

Step: TypeAlias = Callable[[datetime], Command]


def story(salt: Salt, branches: int = 1) -> list[Told]:
    """The whole story in order, with so many branches; this one is told in full, whoever else is there.

    ``salt`` draws 128 random bits in base64url for each sealed field.
    """
    told = ordinary(salt)
    told += [Told(at, command) for at, command in disputes(salt)]
    told += [Told(step.at, step.command) for step in merits(salt)]
    told += probations()
    told += registers(salt)
    told += history(branches, salt)
    return sorted(told, key=lambda step: step.at)


def ordinary(salt: Salt) -> list[Told]:
    """The founding and the matters with their sheets and notices, in order: no honours, deductions or objections."""
    told = [*_founding(salt), *(step for done in MATTERS for step in _matter(done, salt))]
    return sorted(told, key=lambda step: step.at)


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def _digest(label: str) -> str:
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def _at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def _founding(salt: Salt) -> Iterator[Told]:
    """15 December 2025: the log opens, people are entered, the rule set and the calendar are published."""
    commands = (_open, *_organisation(salt), *_rules(), _calendar)
    start = _at(date(2025, 12, 15), 9)
    for second, command in enumerate(commands):
        at = start + timedelta(seconds=second)
        yield Told(at, command(at))


def _open(at: datetime) -> Command:
    title = "浦口示例(合成数据,非真实人员)"
    return OpenLog(id=_id("open"), actor=INSTALLATION, at=at, origin=ORIGIN, title=title, clock="simulated")


def _organisation(salt: Salt) -> Iterator[Step]:
    yield partial(_unit, WORK_COMMITTEE, "work_committee", "区级机关工委(示例)", None)
    yield partial(_unit, BRANCH, "branch", "政务办党支部(示例)", WORK_COMMITTEE)
    for one in people():
        yield partial(_register, one, salt)
    for one in people():
        for role in one.roles:
            yield partial(_appoint, one, role)


def _unit(code: str, kind: UnitKind, title: str, parent: str | None, at: datetime) -> Command:
    return EstablishUnit(
        id=_id(f"unit/{code}"),
        actor=INSTALLATION,
        at=at,
        unit=code,
        kind=kind,
        title=title,
        parent=parent,
        scheme=SCHEME,
        established_on=FOUNDED_ON,
    )


def _register(one: Person, salt: Salt, at: datetime) -> Command:
    return RegisterMember(
        id=_id(f"member/{one.work_number}"),
        actor=INSTALLATION,
        at=at,
        member=one.member,
        unit=one.unit,
        profile=one.profile,
        name=Secret(subject=one.member, name="name", value=one.name, salt=salt()),
        work_number=Secret(subject=one.member, name="work_number", value=one.work_number, salt=salt()),
        present_from=FOUNDED_ON,
    )


def _appoint(one: Person, role: Role, at: datetime) -> Command:
    return AppointRole(
        id=_id(f"appoint/{one.work_number}/{role}"),
        actor=INSTALLATION,
        at=at,
        unit=one.unit,
        role=role,
        person=one.member,
        from_on=FOUNDED_ON,
    )


def _acting(login: str, role: str) -> Actor:
    one = next(one for one in people() if one.login == login)
    return person(one.member, role, one.unit)


def _rules() -> tuple[Step, ...]:
    return (_draft_rules, _approve_rules, _publish_rules)


def _draft_rules(at: datetime) -> Command:
    return DraftRuleSet(
        id=_id("rules/draft"),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=VERSION,
        document=msgspec.Raw(RULES_FILE.read_bytes()),
    )


def _approve_rules(at: datetime) -> Command:
    return ApproveRuleSet(
        id=_id("rules/approve"),
        actor=_acting("leader", "leading_group"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=VERSION,
        minute="领导小组纪要〔2025〕1号",
        minute_sha256=_digest("领导小组纪要〔2025〕1号"),
    )


def _publish_rules(at: datetime) -> Command:
    return PublishRuleSet(
        id=_id("rules/publish"),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=VERSION,
        effective_on=date(2026, 1, 1),
    )


def _calendar(at: datetime) -> Command:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    return PublishCalendar(
        id=_id("calendar/2026"),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        year=2026,
        days_off=tuple(day for day in year if day.weekday() < 5 and not is_workday(day)),
        make_up_days=tuple(day for day in year if day.weekday() >= 5 and is_workday(day)),
        document_sha256=_digest("2026年节假日安排"),
    )


def _matter(done: Done, salt: Salt) -> Iterator[Told]:
    """One matter's road, as far as it has come when the example ends."""
    yield _plan(done)
    steps = (_draft, partial(_submit, salt=salt), _approve, _post)
    last = {"planned": 0, "draft": 1, "returned": 2, "submitted": 2, "approved": 3, "posted": 4, "confirmed": 4}
    for step in steps[: last[done.reaches]]:
        yield from step(done)
    if done.reaches == "returned":
        yield _return(done, salt)


def _plan(done: Done) -> Told:
    at = _at(date(2026, 1, 5), 9) + timedelta(seconds=MATTERS.index(done))
    command = PlanMatter(
        id=_id(f"plan/{done.code}"),
        actor=_acting("recorder", "recorder"),
        at=at,
        unit=BRANCH,
        matter=done.code,
        kind=done.kind,
        title=done.title,
        planned_on=done.held_on,
    )
    return Told(at, command)


def _draft(done: Done) -> Iterator[Told]:
    """Held, evidenced, opened and filled by the recorder; the recorder's own line by the substitute."""
    at = _at(done.held_on, 18)
    recorder, substitute = _acting("recorder", "recorder"), _acting("substitute", "substitute_recorder")
    hold = HoldMatter(
        id=_id(f"hold/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, occurred_on=done.held_on
    )
    yield Told(at, hold)
    at += timedelta(minutes=1)
    attach = AttachEvidence(
        id=_id(f"evidence/{done.code}"),
        actor=recorder,
        at=at,
        unit=BRANCH,
        matter=done.code,
        kind=done.evidence,
        sha256=_digest(done.title),
    )
    yield Told(at, attach)
    at += timedelta(minutes=1)
    opened = OpenSheet(
        id=_id(f"open/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, item=done.item
    )
    yield Told(at, opened)
    for label, actor, otherwise, but in _fillings(done, recorder, substitute):
        at += timedelta(minutes=5)
        fill = FillSheet(
            id=_id(f"{label}/{done.code}"),
            actor=actor,
            at=at,
            unit=BRANCH,
            matter=done.code,
            item=done.item,
            otherwise=otherwise,
            but=but,
        )
        yield Told(at, fill)


def _fillings(
    done: Done, recorder: Actor, substitute: Actor
) -> Iterator[tuple[str, Actor, Outcome | None, tuple[LineWish, ...]]]:
    others = tuple(wish for wish in exceptions(done) if wish.member != recorder.person)
    own = tuple(wish for wish in exceptions(done) if wish.member == recorder.person)
    yield "fill", recorder, done.otherwise, others
    if done.otherwise is not None and not own and recorder.person is not None:
        own = (LineWish(member=recorder.person, outcome=done.otherwise),)
    if own:
        yield "own", substitute, None, own


def exceptions(done: Done) -> tuple[LineWish, ...]:
    """Who did otherwise, drawn once and for all: a few were absent or excused, some did a deed."""
    random = Random(f"{SEED}/{done.code}")  # noqa: S311 - made-up attendance needs no secret
    members = [one.member for one in people() if one.unit == BRANCH]
    match done.item:
        case "R-WM-1" | "R-CY-2":
            return tuple(LineWish(member=m, outcome="earned") for m in random.sample(members, 9))
        case "R-DD-2":
            return tuple(LineWish(member=m, outcome="earned") for m in random.sample(members, 4))
        case "R-WM-3":
            return tuple(LineWish(member=m, outcome="earned", hours="2.50") for m in random.sample(members, 8))
        case "R-QZ-2" | "R-WM-2":
            drawn = random.sample(members, 5)
            return tuple(LineWish(member=m, outcome="not-done" if n == 0 else "done") for n, m in enumerate(drawn))
        case _ if done.otherwise == "attended" and done.kind != "monthly_dues":
            absent, *excused = random.sample(members, 3)
            return (
                LineWish(member=absent, outcome="absent"),
                *(LineWish(member=m, outcome="excused") for m in excused),
            )
        case _:
            return ()


def _submit(done: Done, salt: Salt) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=1), 9)
    recorder = _acting("recorder", "recorder")
    command = SubmitSheet(
        id=_id(f"submit/{done.code}"), actor=recorder, at=at, unit=BRANCH, matter=done.code, item=done.item
    )
    yield Told(at, command)


def _return(done: Done, salt: Salt) -> Told:
    at = _at(done.held_on + timedelta(days=3), 15)
    actor = _acting("secretary", "secretary")
    assert actor.person is not None
    command = ReturnSheet(
        id=_id(f"return/{done.code}"),
        actor=actor,
        at=at,
        unit=BRANCH,
        matter=done.code,
        item=done.item,
        reason=Secret(subject=actor.person, name="reason", value="值班表缺少第二页,请补齐后再送审。", salt=salt()),
    )
    return Told(at, command)


def _approve(done: Done) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=2), 15)
    committee = [one.member for one in people() if one.unit == BRANCH and set(one.roles) & set(COMMITTEE)]
    minute = f"支委会纪要 {at:%Y-%m-%d} {done.code}"
    command = ApproveSheet(
        id=_id(f"approve/{done.code}"),
        actor=_acting("secretary", "secretary"),
        at=at,
        unit=BRANCH,
        matter=done.code,
        item=done.item,
        minute=minute,
        minute_sha256=_digest(minute),
        present=tuple(committee),
    )
    yield Told(at, command)


def _post(done: Done) -> Iterator[Told]:
    at = _at(done.held_on + timedelta(days=6), 9)
    notice, secretary = notice_id(BRANCH, done.code, done.item, 1), _acting("secretary", "secretary")
    check = CheckDisclosure(
        id=_id(f"check/{done.code}"), actor=secretary, at=at, unit=BRANCH, notice=notice, shows=SHOWN
    )
    yield Told(at, check)
    yield Told(at, PostNotice(id=_id(f"post/{done.code}"), actor=secretary, at=at, unit=BRANCH, notice=notice))
