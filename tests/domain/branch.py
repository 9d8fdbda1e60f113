"""One branch of the example's district: its people, its offices, its rule set in force, its calendar.

The committee has five members: secretary, organisation commissioner (the recorder), discipline, publicity, youth.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person, system
from domain.decider import NAMESPACE, Command
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit
from domain.oversight.log import OpenLog
from domain.recording.approval import ApproveSheet
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet
from domain.sealed import Secret
from tests.domain.given import Given, given

C = TypeVar("C", bound=Command)

SCHEME: Final = "pukou-district-offices"
VERSION: Final = "illustrative-1"
DOCUMENT: Final = (Path(__file__).parents[2] / "ops" / "example" / "pukou.json").read_bytes()
TOP: Final = "GW"
BRANCH: Final = "GW/PK-01"
STUDY: Final = "R-LX-1"
"""Theme party day, counted by the share attended."""

SETUP_AT: Final = datetime(2025, 12, 1, 1, tzinfo=UTC)
HELD_ON: Final = date(2026, 5, 12)
AT: Final = datetime(2026, 5, 13, 1, tzinfo=UTC)
"""The morning after."""

INSTALLATION: Final = system("installation")
PROCESS: Final = system("process")


def who(name: str) -> UUID:
    """A person of the branch; fixed, so that a failing test reads the same twice."""
    return uuid5(NAMESPACE, f"test/{name}")


SECRETARY, RECORDER, DISCIPLINE, PUBLICITY, YOUTH = (
    who(name) for name in ("secretary", "recorder", "discipline", "publicity", "youth")
)
SUBSTITUTE, MEMBER, OTHER = who("substitute"), who("member"), who("other")
COMMITTEE: Final = (SECRETARY, RECORDER, DISCIPLINE, PUBLICITY, YOUTH)
PEOPLE: Final = (*COMMITTEE, SUBSTITUTE, MEMBER, OTHER)
HIGHER_SECRETARY, HIGHER_DEPUTY, HIGHER_THIRD, OFFICER, LEADER = (
    who(name) for name in ("higher-secretary", "higher-deputy", "higher-third", "officer", "leader")
)
HIGHER: Final = (HIGHER_SECRETARY, HIGHER_DEPUTY, HIGHER_THIRD)

AS_RECORDER: Final = person(RECORDER, "recorder", BRANCH)
AS_SUBSTITUTE: Final = person(SUBSTITUTE, "substitute_recorder", BRANCH)
AS_SECRETARY: Final = person(SECRETARY, "secretary", BRANCH)
AS_HIGHER: Final = person(HIGHER_SECRETARY, "secretary", TOP)
AS_OFFICER: Final = person(OFFICER, "officer", TOP)
AS_LEADER: Final = person(LEADER, "leading_group", TOP)

_numbers: Iterator[int] = count()


def wish(kind: type[C], actor: Actor, at: datetime = AT, /, **fields: object) -> C:
    """A wish under an id of its own."""
    return kind(id=uuid5(NAMESPACE, f"test/command/{next(_numbers)}"), actor=actor, at=at, **fields)


def secret(name: str, value: str, subject: UUID = RECORDER) -> Secret:
    """A sealed text; the salt does not matter here."""
    return Secret(subject=subject, name=name, value=value, salt="c2FsdC1vZi0xMjgtYml0cw")


def digest(text: str) -> str:
    """SHA-256 of a document that only a test knows."""
    return hashlib.sha256(text.encode()).hexdigest()


def registered(member: UUID, unit: str = BRANCH, since: date = date(2025, 1, 1)) -> RegisterMember:
    """A person enters."""
    return wish(
        RegisterMember,
        INSTALLATION,
        SETUP_AT,
        member=member,
        unit=unit,
        profile="full",
        name=secret("name", str(member), member),
        work_number=secret("work_number", str(member)[:8], member),
        present_from=since,
    )


def appointed(member: UUID, role: Role, unit: str = BRANCH) -> AppointRole:
    """A person takes an office."""
    return wish(AppointRole, INSTALLATION, SETUP_AT, unit=unit, role=role, person=member, from_on=date(2025, 1, 1))


def established(unit: str, parent: str | None, **fields: object) -> EstablishUnit:
    """An organisation."""
    kind = "work_committee" if parent is None else "branch"
    return wish(
        EstablishUnit,
        INSTALLATION,
        SETUP_AT,
        unit=unit,
        kind=kind,
        title=unit,
        parent=parent,
        scheme=SCHEME,
        established_on=date(2016, 1, 1),
        **fields,
    )


def drafted(version: str = VERSION, actor: Actor = INSTALLATION, document: bytes = DOCUMENT) -> DraftRuleSet:
    """The rule set of the example is drafted, or one like it."""
    content = msgspec.Raw(document.replace(VERSION.encode(), version.encode()))
    return wish(DraftRuleSet, actor, SETUP_AT, unit=TOP, scheme=SCHEME, version=version, document=content)


def approved(version: str = VERSION, actor: Actor = AS_LEADER) -> ApproveRuleSet:
    """The leading group approves a version."""
    return wish(
        ApproveRuleSet,
        actor,
        SETUP_AT,
        unit=TOP,
        scheme=SCHEME,
        version=version,
        minute="纪要〔2025〕9号",
        minute_sha256=digest("minute"),
    )


def published(version: str = VERSION, effective_on: date = date(2026, 1, 1)) -> PublishRuleSet:
    """A version is published."""
    return wish(
        PublishRuleSet, AS_OFFICER, SETUP_AT, unit=TOP, scheme=SCHEME, version=version, effective_on=effective_on
    )


def calendar(
    year: int, days_off: tuple[date, ...] | None = None, make_up_days: tuple[date, ...] = ()
) -> PublishCalendar:
    """The working days of a year; with 1 October off where nothing is said."""
    return wish(
        PublishCalendar,
        INSTALLATION,
        SETUP_AT,
        unit=TOP,
        year=year,
        days_off=(date(year, 10, 1),) if days_off is None else days_off,
        make_up_days=make_up_days,
        document_sha256=digest(f"calendar {year}"),
    )


NATIONAL_DAY_2026: Final = tuple(date(2026, 10, 1) + timedelta(days=n) for n in (0, 1, 4, 5, 6))
"""Thursday 1 to Wednesday 7 October: the weekdays of the holiday."""


def offices() -> tuple[Command, ...]:
    """Everybody and what he holds."""
    branch = (registered(member) for member in PEOPLE)
    top = (registered(member, TOP) for member in (*HIGHER, OFFICER, LEADER))
    committee = (appointed(member, "committee_member") for member in (RECORDER, DISCIPLINE, PUBLICITY, YOUTH))
    higher = (appointed(member, "committee_member", TOP) for member in HIGHER[1:])
    return (
        *branch,
        *top,
        appointed(SECRETARY, "secretary"),
        *committee,
        appointed(RECORDER, "recorder"),
        appointed(SUBSTITUTE, "substitute_recorder"),
        appointed(HIGHER_SECRETARY, "secretary", TOP),
        *higher,
        appointed(OFFICER, "officer", TOP),
        appointed(LEADER, "leading_group", TOP),
    )


def foundation() -> tuple[Command, ...]:
    """The log, the organisations and their people."""
    opening = wish(OpenLog, INSTALLATION, SETUP_AT, origin="example.test/pukou", title="测试总账", clock="simulated")
    return (opening, established(TOP, None), established(BRANCH, TOP), *offices())


def rules_in_force(document: bytes = DOCUMENT) -> tuple[Command, ...]:
    """The example's rule set, or one like it, in force from 1 January 2026, and the calendars."""
    days_off, make_up_days = NATIONAL_DAY_2026, (date(2026, 10, 10),)
    return (drafted(document=document), approved(), published(), calendar(2025), calendar(2026, days_off, make_up_days))


def commands(document: bytes = DOCUMENT) -> tuple[Command, ...]:
    """Everything that makes up the branch, in order."""
    return (*foundation(), *rules_in_force(document))


def organised() -> Given:
    """The organisations and their people, without a rule set or a calendar."""
    return given(*foundation())


def ruled() -> Given:
    """The same with the rule set and the calendars."""
    return organised().given(*rules_in_force())


RULED: Final = ruled()
"""Made once: every test continues a copy."""


def planned(matter: str = "MT-0512", kind: str = "study_session", planned_on: date = HELD_ON) -> PlanMatter:
    """A theme party day stands in the plan."""
    return wish(PlanMatter, AS_RECORDER, unit=BRANCH, matter=matter, kind=kind, title="主题党日", planned_on=planned_on)


def held(matter: str = "MT-0512", occurred_on: date = HELD_ON, at: datetime = AT) -> HoldMatter:
    """It took place."""
    return wish(HoldMatter, AS_RECORDER, at, unit=BRANCH, matter=matter, occurred_on=occurred_on)


def evidenced(matter: str = "MT-0512", kind: str = "sign_in_list") -> AttachEvidence:
    """Its sign-in list is attached."""
    return wish(AttachEvidence, AS_RECORDER, unit=BRANCH, matter=matter, kind=kind, sha256=digest(f"{kind} {matter}"))


def opened(matter: str = "MT-0512", item: str = STUDY, **fields: object) -> OpenSheet:
    """Its sheet is opened."""
    return wish(OpenSheet, fields.pop("actor", AS_RECORDER), unit=BRANCH, matter=matter, item=item, **fields)


def filled(actor: Actor = AS_RECORDER, matter: str = "MT-0512", item: str = STUDY, **fields: object) -> FillSheet:
    """Something is said of people."""
    return wish(FillSheet, actor, unit=BRANCH, matter=matter, item=item, **fields)


def submitted(actor: Actor = AS_RECORDER, matter: str = "MT-0512", item: str = STUDY) -> SubmitSheet:
    """The sheet goes before the committee."""
    return wish(SubmitSheet, actor, unit=BRANCH, matter=matter, item=item)


def sheet_approved(
    actor: Actor = AS_SECRETARY, present: tuple[UUID, ...] = COMMITTEE, matter: str = "MT-0512", **fields: object
) -> ApproveSheet:
    """A body decides the sheet."""
    return wish(
        ApproveSheet,
        actor,
        unit=BRANCH,
        matter=matter,
        item=fields.pop("item", STUDY),
        minute="纪要〔2026〕3号",
        minute_sha256=digest("minute"),
        present=present,
        **fields,
    )


def ready(absent: tuple[UUID, ...] = (), base: Given = RULED) -> Given:
    """A party day's sheet before the committee; the recorder's own line was entered by the substitute."""
    own = LineWish(member=RECORDER, outcome="attended")
    others = tuple(LineWish(member=member, outcome="absent") for member in absent)
    return base.given(
        planned(),
        held(),
        evidenced(),
        opened(),
        filled(otherwise="attended", but=others),
        filled(AS_SUBSTITUTE, but=(own,)),
        submitted(),
    )


READY: Final = ready()
