"""示例的设立 — the log is opened, people are entered, the rule set and the calendars are published.

With the pilot branches told, the log opens two years earlier: the work committee, a trial version of the rule set and
the calendars of those years come first, and the version of 2026 follows the trial.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID, uuid5

import msgspec
from chinese_calendar import is_workday  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from domain.actor import Actor, person, system
from domain.decider import Command
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit, UnitKind
from domain.oversight.log import OpenLog
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet, SimulateRuleSet
from domain.sealed import Secret
from domain.values import SHANGHAI
from ops.example.people import BRANCH, WORK_COMMITTEE, Person, people
from ops.example.places import pilot_district
from ops.example.told import SCHEME, Salt, Told

ORIGIN: Final = "example.pukou"
VERSION: Final = "illustrative-1"
TRIAL: Final = "trial-2024"
"""The version under which the pilot branches lived before; at the seats' line their committee parts equals."""
RULES_FILE: Final = Path(__file__).with_name("pukou.json")
INSTALLATION: Final = system("installation")
FOUNDED_ON: Final = date(2025, 12, 15)
PILOTED_ON: Final = date(2023, 12, 15)
_NAMESPACE: Final = UUID("c8f6a2de-57a1-5d3c-8b52-3f1c2f1f9a10")

_UNITS: Final[dict[str, tuple[UnitKind, str, str | None]]] = {
    WORK_COMMITTEE: ("work_committee", "区级机关工委(示例)", None),
    BRANCH: ("branch", "政务办党支部(示例)", WORK_COMMITTEE),
}

Step: TypeAlias = Callable[[datetime], Command]


def founding(salt: Salt, *, piloted: bool = False) -> Iterator[Told]:
    """15 December 2025; where the pilot is told, the same day of the two years before it as well."""
    if piloted:
        yield from _piloted(salt)
        return
    both = _organisation((WORK_COMMITTEE, BRANCH), FOUNDED_ON, salt)
    yield from _one_by_one(FOUNDED_ON, (_open, *both, *_rules(VERSION, date(2026, 1, 1)), partial(_calendar, 2026)))


def _piloted(salt: Salt) -> Iterator[Told]:
    above = _organisation((WORK_COMMITTEE,), PILOTED_ON, salt)
    trial = _rules(TRIAL, date(2024, 1, 1))
    yield from _one_by_one(PILOTED_ON, (_open, *above, *trial, partial(_calendar, 2024)))
    yield from _one_by_one(date(2024, 12, 15), (partial(_calendar, 2025),))
    own = _organisation((BRANCH,), FOUNDED_ON, salt)
    following = _rules(VERSION, date(2026, 1, 1), simulated=True)
    yield from _one_by_one(FOUNDED_ON, (*own, *following, partial(_calendar, 2026)))


def _one_by_one(day: date, steps: Iterable[Step]) -> Iterator[Told]:
    start = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI).astimezone(UTC)
    for second, step in enumerate(steps):
        at = start + timedelta(seconds=second)
        yield Told(at, step(at))


def _id(label: str) -> UUID:
    return uuid5(_NAMESPACE, label)


def _digest(label: str) -> str:
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def _acting(login: str, role: str) -> Actor:
    one = next(one for one in people() if one.login == login)
    return person(one.member, role, one.unit)


def _organisation(units: Sequence[str], day: date, salt: Salt) -> Iterator[Step]:
    """Organisations, their people, their offices."""
    for unit in units:
        yield partial(_unit, unit, day)
    here = [one for one in people() if one.unit in units]
    for one in here:
        yield partial(_register, one, salt, day)
    for one in here:
        for role in one.roles:
            yield partial(_appoint, one, role, day)


def _open(at: datetime) -> Command:
    title = "浦口示例(合成数据,非真实人员)"
    return OpenLog(id=_id("open"), actor=INSTALLATION, at=at, origin=ORIGIN, title=title, clock="simulated")


def _unit(code: str, day: date, at: datetime) -> Command:
    kind, title, parent = _UNITS[code]
    return EstablishUnit(
        id=_id(f"unit/{code}"),
        actor=INSTALLATION,
        at=at,
        unit=code,
        kind=kind,
        title=title,
        parent=parent,
        scheme=SCHEME,
        established_on=day,
    )


def _register(one: Person, salt: Salt, day: date, at: datetime) -> Command:
    return RegisterMember(
        id=_id(f"member/{one.work_number}"),
        actor=INSTALLATION,
        at=at,
        member=one.member,
        unit=one.unit,
        profile=one.profile,
        name=Secret(subject=one.member, name="name", value=one.name, salt=salt()),
        work_number=Secret(subject=one.member, name="work_number", value=one.work_number, salt=salt()),
        present_from=day,
    )


def _appoint(one: Person, role: Role, day: date, at: datetime) -> Command:
    return AppointRole(
        id=_id(f"appoint/{one.work_number}/{role}"),
        actor=INSTALLATION,
        at=at,
        unit=one.unit,
        role=role,
        person=one.member,
        from_on=day,
    )


def _rules(version: str, effective_on: date, *, simulated: bool = False) -> list[Step]:
    """Drafted by one, approved by another, published; what follows a version is tried on a past half-year first."""
    trying = [partial(_simulate, version)] if simulated else []
    return [
        partial(_draft, version, effective_on),
        *trying,
        partial(_approve, version, effective_on.year - 1),
        partial(_publish, version, effective_on),
    ]


def document(version: str, effective_on: date) -> bytes:
    """The text of a version: the trial differs in its name, its day, and in who parts equals at the seats' line."""
    text = RULES_FILE.read_bytes()
    if version == VERSION:
        return text
    found = json.loads(text)
    found["version"] = version
    found["document"]["effective_on"] = effective_on.isoformat()
    found["excellent_quota"]["still_tied"] = "committee"
    return json.dumps(found, ensure_ascii=False).encode()


def _draft(version: str, effective_on: date, at: datetime) -> Command:
    return DraftRuleSet(
        id=_id(_label("draft", version)),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=version,
        document=msgspec.Raw(document(version, effective_on)),
    )


def _label(what: str, version: str) -> str:
    return f"rules/{what}" if version == VERSION else f"rules/{what}/{version}"


def _simulate(version: str, at: datetime) -> Command:
    """Nobody's points differ between the two versions: the same items, the same numbers."""
    return SimulateRuleSet(
        id=_id(_label("simulate", version)),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=version,
        year=2025,
        period="H1",
        members=sum(len(branch.people) for branch in pilot_district().branches),
        better=0,
        worse=0,
        unmapped=0,
        digest=_digest("2025年上半年试算"),
    )


def _approve(version: str, year: int, at: datetime) -> Command:
    minute = f"领导小组纪要〔{year}〕1号"
    return ApproveRuleSet(
        id=_id(_label("approve", version)),
        actor=_acting("leader", "leading_group"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=version,
        minute=minute,
        minute_sha256=_digest(minute),
    )


def _publish(version: str, effective_on: date, at: datetime) -> Command:
    return PublishRuleSet(
        id=_id(_label("publish", version)),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        scheme=SCHEME,
        version=version,
        effective_on=effective_on,
    )


def _calendar(year: int, at: datetime) -> Command:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return PublishCalendar(
        id=_id(f"calendar/{year}"),
        actor=_acting("officer", "officer"),
        at=at,
        unit=WORK_COMMITTEE,
        year=year,
        days_off=tuple(day for day in days if day.weekday() < 5 and not is_workday(day)),
        make_up_days=tuple(day for day in days if day.weekday() >= 5 and is_workday(day)),
        document_sha256=_digest(f"{year}年节假日安排"),
    )
