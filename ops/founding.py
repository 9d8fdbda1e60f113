"""开立 — a real log's first entry, its first organisations, people, offices and calendars, and the first accounts.

The founding file is JSON (``ops/docs/founding.md`` shows one). Its wishes have ids made of its own content, so that a
founding that broke off is simply run again.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from uuid import UUID, uuid4, uuid5

import msgspec
import psycopg

from api.accounts import disable_account, open_account, reset_password
from api.sessions import end_all
from api.tokens import Purpose, end, issue
from domain.actor import Actor, system
from domain.decider import Command, Refused
from domain.ledger import Ledger, Receipt
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.member import MemberRegistered, RegisterMember
from domain.organisation.unit import ApprovalBody, EstablishUnit, UnitKind
from domain.oversight.log import OpenLog
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import DraftRuleSet
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Sha256, Title, day_of
from ops.deployment import Deployment, RealLogRefused
from ops.example.load import entries_of
from ops.explain import person_of
from ops.publish import publish

INSTALLATION: Final[Actor] = system("installation")
SALT_BYTES: Final = 16
_NAMESPACE: Final = UUID("0d4d2bb0-93c5-5b0e-8f0a-41a5a0c2a6d5")


class FoundingMalformed(Refused):
    """开立文件格式不对。 The founding file is not well formed."""

    code = "founding-malformed"


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file."""


class UnitPlan(_Strict, frozen=True, kw_only=True):
    """One organisation; those above come first."""

    unit: Code
    kind: UnitKind
    title: Title
    parent: Code | None = None
    approval_body: ApprovalBody = "own_committee"
    established_on: date


class PersonPlan(_Strict, frozen=True, kw_only=True):
    """One person and the offices that he holds from his first day on."""

    work_number: str
    name: str
    identity: str | None = None
    """What tells the person from everybody else, such as an identity number: compared, never stored."""
    unit: Code
    profile: Code = "full"
    present_from: date
    roles: tuple[Role, ...] = ()


class CalendarPlan(_Strict, frozen=True, kw_only=True):
    """The working days of one year, as the State Council's notice says them."""

    year: int
    days_off: tuple[date, ...]
    make_up_days: tuple[date, ...] = ()
    document_sha256: Sha256


class Founding(_Strict, frozen=True, kw_only=True):
    """The whole file."""

    scheme: Code
    version: Code
    rules: str
    """Path of the rule set's JSON, beside the founding file; it is drafted, and approved later by people."""
    units: tuple[UnitPlan, ...]
    people: tuple[PersonPlan, ...]
    calendars: tuple[CalendarPlan, ...]


def open_real_log(deployment: Deployment, origin: str, title: str) -> Receipt:
    """Sign the empty tree, then say the first word. Refused in an example deployment, and a second time."""
    if deployment.settings.deployment == "example":
        raise RealLogRefused
    if deployment.opened is None:
        publish(deployment, whole=True, log=origin)
    now = deployment.clock().now()
    command = OpenLog(id=uuid4(), actor=INSTALLATION, at=now, origin=origin, title=title, clock="real")
    return deployment.ledger(origin).execute(command)


def read_founding(file: Path) -> Founding:
    """The plan of a founding file, or a refusal that says where it is wrong."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Founding)
    except msgspec.DecodeError as wrong:
        raise FoundingMalformed(detail=str(wrong)) from wrong


def found(deployment: Deployment, file: Path) -> int:
    """Carry out a founding file; gives how many wishes it came to. Run again, it changes nothing."""
    plan, ledger = read_founding(file), deployment.ledger()
    document = (file.parent / plan.rules).read_bytes()
    wishes = 0
    for command in (*_units(deployment, plan), *_calendars(deployment, plan), _draft(deployment, plan, document)):
        ledger.execute(command)
        wishes += 1
    for one in plan.people:
        wishes += _enter(deployment, ledger, one)
    return wishes


def _units(deployment: Deployment, plan: Founding) -> Iterator[Command]:
    for one in plan.units:
        yield EstablishUnit(
            id=_id("unit", one.unit),
            actor=INSTALLATION,
            at=deployment.clock().now(),
            unit=one.unit,
            kind=one.kind,
            title=one.title,
            parent=one.parent,
            scheme=plan.scheme,
            approval_body=one.approval_body,
            established_on=one.established_on,
        )


def _calendars(deployment: Deployment, plan: Founding) -> Iterator[Command]:
    top = next(one.unit for one in plan.units if one.parent is None)
    for one in plan.calendars:
        yield PublishCalendar(
            id=_id("calendar", str(one.year)),
            actor=INSTALLATION,
            at=deployment.clock().now(),
            unit=top,
            year=one.year,
            days_off=one.days_off,
            make_up_days=one.make_up_days,
            document_sha256=one.document_sha256,
        )


def _draft(deployment: Deployment, plan: Founding, document: bytes) -> Command:
    top = next(one.unit for one in plan.units if one.parent is None)
    return DraftRuleSet(
        id=_id("rules", hashlib.sha256(document).hexdigest()),
        actor=INSTALLATION,
        at=deployment.clock().now(),
        unit=top,
        scheme=plan.scheme,
        version=plan.version,
        document=msgspec.Raw(document),
    )


def _enter(deployment: Deployment, ledger: Ledger, one: PersonPlan) -> int:
    """Register a person and give his offices; a repeat finds him under the pseudonym that he got first."""
    member = uuid4()
    registration = RegisterMember(
        id=_id("person", one.work_number),
        actor=INSTALLATION,
        at=deployment.clock().now(),
        member=member,
        unit=one.unit,
        profile=one.profile,
        name=_secret(member, "name", one.name),
        work_number=_secret(member, "work_number", one.work_number),
        identity=None if one.identity is None else _secret(member, "identity", one.identity),
        present_from=one.present_from,
    )
    first = next(iter(entries_of(deployment.recorder, ledger.execute(registration)))).fact
    known = cast(MemberRegistered, first).member
    for role in one.roles:
        ledger.execute(_office(deployment, one, role, known))
    return 1 + len(one.roles)


def _office(deployment: Deployment, one: PersonPlan, role: Role, member: MemberId) -> Command:
    return AppointRole(
        id=_id("office", f"{one.work_number}/{role}"),
        actor=INSTALLATION,
        at=deployment.clock().now(),
        unit=one.unit,
        role=role,
        person=member,
        from_on=one.present_from,
    )


def _secret(member: MemberId, name: str, value: str) -> Secret:
    return Secret(subject=member, name=name, value=value, salt=secrets.token_urlsafe(SALT_BYTES))


def _id(what: str, key: str) -> UUID:
    return uuid5(_NAMESPACE, f"{what}/{key}")


def give_account(deployment: Deployment, login: str, work_number: str, password: str) -> None:
    """Let a registered member sign in; whoever was signed in under an older password is signed out."""
    now = deployment.clock().now()
    member, _ = asyncio.run(person_of(deployment, work_number, day_of(now)))
    with psycopg.connect(deployment.database.urls.writer) as connection:
        open_account(connection, login, member, password, now)
        end_all(connection, member, now)


def renew_password(deployment: Deployment, login: str, password: str) -> None:
    """Another password for an account; whoever is signed in, and every token of its person, ends."""
    with psycopg.connect(deployment.database.urls.writer) as connection:
        _end_everything(connection, reset_password(connection, login, password), deployment.clock().now())


def disable(deployment: Deployment, login: str) -> None:
    """Shut an account: whoever is signed in, and every token of its person, ends at once."""
    now = deployment.clock().now()
    with psycopg.connect(deployment.database.urls.writer) as connection:
        _end_everything(connection, disable_account(connection, login, now), now)


def enable(deployment: Deployment, login: str) -> None:
    """Open a disabled account again, under the password that it had."""
    with psycopg.connect(deployment.database.urls.writer) as connection:
        disable_account(connection, login, None)


def _end_everything(connection: "psycopg.Connection[Any]", person: MemberId, now: Instant) -> None:
    end_all(connection, person, now)
    end(connection, person, None, now)


class Bound(NamedTuple):
    """To what a token is bound beside its office and operations."""

    purpose: Purpose
    people_most: int | None = None
    mandate: str | None = None


def issue_token(
    deployment: Deployment,
    work_number: str,
    name: str,
    role: str,
    unit: Code,
    scopes: list[str],
    days: int,
    bound: Bound,
) -> str:
    """A token for a program that acts for a member in one office and for one purpose; never shown again."""
    now = deployment.clock().now()
    member, _ = asyncio.run(person_of(deployment, work_number, day_of(now)))
    with psycopg.connect(deployment.database.urls.writer) as connection:
        return issue(
            connection,
            name=name,
            person=member,
            role=role,
            unit=unit,
            scopes=scopes,
            now=now,
            until=now + timedelta(days=days),
            purpose=bound.purpose,
            people_most=bound.people_most,
            mandate=bound.mandate,
        )


def end_tokens(deployment: Deployment, work_number: str, name: str | None) -> int:
    """End a member's tokens of one name, or all; gives how many."""
    now = deployment.clock().now()
    member, _ = asyncio.run(person_of(deployment, work_number, day_of(now)))
    with psycopg.connect(deployment.database.urls.writer) as connection:
        return end(connection, member, name, now)
