"""A made-up organisation from nothing: one work committee, its branches, their people, the rule set, the calendar.

Pure: commands with fixed ids and instants, the same every time.

    WORK     PK       an officer and a member of the leading group
    BRANCH   PK-01    0 secretary, 1 and 2 of the committee, 3 recorder, 4 substitute recorder, 5 … 7 members
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person, system
from domain.decider import Command
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit, UnitKind
from domain.oversight.log import OpenLog
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet, SimulateRuleSet
from domain.rules.working_days import YearCalendar
from domain.sealed import Secret
from domain.values import SHANGHAI

SPACE: Final = UUID("0d8a3c5e-7d1f-5b6a-9a55-3f5a5c1f7e21")
LOG: Final = "test.pukou"
WORK: Final = "PK"
BRANCH: Final = "PK-01"
SCHEME: Final = "pukou-district-offices"
VERSION: Final = "illustrative-1"
RULES_FILE: Final = Path(__file__).parents[1] / "ops" / "example" / "pukou.json"
FOUNDED_ON: Final = date(2025, 12, 15)
INSTALLATION: Final = system("installation")
OFFICES: Final[tuple[Role, ...]] = (
    "secretary",
    "committee_member",
    "committee_member",
    "recorder",
    "substitute_recorder",
)
DAYS_OFF: Final = tuple(
    date(2026, month, day)
    for month, days in ((1, (1, 2)), (2, (16, 17, 18, 19, 20, 23)), (4, (6,)), (5, (1, 4, 5)), (6, (19,)))
    for day in days
)
MAKE_UP_DAYS: Final = (date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9))
CALENDAR: Final = {
    2026: YearCalendar(year=2026, days_off=frozenset(DAYS_OFF), make_up_days=frozenset(MAKE_UP_DAYS)),
    2027: YearCalendar(year=2027),
}


def member(number: int, unit: str = BRANCH) -> UUID:
    """The pseudonym of a member."""
    return uuid5(SPACE, f"person/{unit}/{number}")


def acting(number: int, role: str, unit: str = BRANCH) -> Actor:
    """A member in a role."""
    return person(member(number, unit), role, unit)


def secret(subject: UUID, name: str, value: str) -> Secret:
    """A sealed field with a fixed salt: only a test may do that."""
    salt = hashlib.sha256(f"{subject}/{name}/{value}".encode()).hexdigest()[:22]
    return Secret(subject=subject, name=name, value=value, salt=salt)


def digest(label: str) -> str:
    """SHA-256 of a made-up paper."""
    return hashlib.sha256(label.encode()).hexdigest()


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def label_id(label: str) -> UUID:
    """The id of whatever a label names."""
    return uuid5(SPACE, label)


def founding(
    branches: Sequence[str] = (BRANCH,),
    members: int = 8,
    effective_on: date = date(2026, 1, 1),
    document: dict[str, object] | None = None,
) -> list[Command]:
    """15 December 2025: the log, the organisations, the people, the rule set, the calendar, a second apart."""
    found: list[Command] = []
    start = at(FOUNDED_ON, 9)

    def now() -> datetime:
        return start + timedelta(seconds=len(found))

    found.append(
        OpenLog(id=label_id("open"), actor=INSTALLATION, at=now(), origin=LOG, title="测试总账", clock="simulated")
    )
    found.append(establish(WORK, "work_committee", None, now()))
    heads: tuple[Role, ...] = ("officer", "leading_group")
    for number, role in enumerate(heads):
        found.append(register(number, WORK, now()))
        found.append(appoint(number, role, WORK, now()))
    for branch in branches:
        found.append(establish(branch, "branch", WORK, now()))
        for number in range(members):
            found.append(register(number, branch, now()))
        roles: tuple[Role, ...] = (
            "secretary",
            "committee_member",
            "committee_member",
            "recorder",
            "substitute_recorder",
        )
        for number, office in enumerate(roles):
            found.append(appoint(number, office, branch, now()))
    found.extend(rules(now(), effective_on, whole=document))
    found.append(
        PublishCalendar(
            id=label_id("calendar"),
            actor=acting(0, "officer", WORK),
            at=now(),
            unit=WORK,
            year=2026,
            days_off=DAYS_OFF,
            make_up_days=MAKE_UP_DAYS,
            document_sha256=digest("calendar 2026"),
        )
    )
    return found


def establish(unit: str, kind: UnitKind, parent: str | None, when: datetime) -> EstablishUnit:
    """An organisation."""
    return EstablishUnit(
        id=label_id(f"unit/{unit}"),
        actor=INSTALLATION,
        at=when,
        unit=unit,
        kind=kind,
        title=f"组织{unit}",
        parent=parent,
        scheme=SCHEME,
        established_on=FOUNDED_ON,
    )


def register(number: int, unit: str, when: datetime, present_from: date = FOUNDED_ON) -> RegisterMember:
    """A member."""
    one = member(number, unit)
    return RegisterMember(
        id=label_id(f"member/{unit}/{number}"),
        actor=INSTALLATION,
        at=when,
        member=one,
        unit=unit,
        profile="full",
        name=secret(one, "name", f"成员{number}"),
        work_number=secret(one, "work_number", f"{unit}-{number:03d}"),
        present_from=present_from,
    )


def appoint(number: int, role: Role, unit: str, when: datetime) -> AppointRole:
    """An office."""
    return AppointRole(
        id=label_id(f"appoint/{unit}/{number}/{role}"),
        actor=INSTALLATION,
        at=when,
        unit=unit,
        role=role,
        person=member(number, unit),
        from_on=FOUNDED_ON,
    )


def rules(
    start: datetime,
    effective_on: date,
    version: str = VERSION,
    whole: dict[str, object] | None = None,
    **changed: object,
) -> Iterator[Command]:
    """A rule set, the example's or another, drafted, approved and published; ``changed`` replaces whole sections."""
    document = msgspec.json.decode(RULES_FILE.read_bytes()) if whole is None else whole
    document = {**document, **changed, "version": version}
    yield DraftRuleSet(
        id=label_id(f"rules/draft/{version}"),
        actor=acting(0, "officer", WORK),
        at=start,
        unit=WORK,
        scheme=SCHEME,
        version=version,
        document=msgspec.Raw(msgspec.json.encode(document)),
    )
    if version != VERSION:
        yield SimulateRuleSet(
            id=label_id(f"rules/simulate/{version}"),
            actor=acting(0, "officer", WORK),
            at=start,
            unit=WORK,
            scheme=SCHEME,
            version=version,
            year=2026,
            period="Y",
            members=0,
            better=0,
            worse=0,
            unmapped=0,
            digest=digest("what-if"),
        )
    yield ApproveRuleSet(
        id=label_id(f"rules/approve/{version}"),
        actor=acting(1, "leading_group", WORK),
        at=start + timedelta(milliseconds=1),
        unit=WORK,
        scheme=SCHEME,
        version=version,
        minute="领导小组纪要〔2025〕1号",
        minute_sha256=digest("rules"),
    )
    yield PublishRuleSet(
        id=label_id(f"rules/publish/{version}"),
        actor=acting(0, "officer", WORK),
        at=start + timedelta(milliseconds=2),
        unit=WORK,
        scheme=SCHEME,
        version=version,
        effective_on=effective_on,
    )
