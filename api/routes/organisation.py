"""组织 — organisations, who belongs to one, who holds which office; and who may change that."""

from datetime import date
from typing import Annotated
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.pages import address
from api.routes.matters import Since
from api.wishes import AppointWish, EndRoleWish, MemberWish, UnitWish
from domain.organisation.appointments import AppointRole, EndRole
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit
from domain.values import Code, MemberId
from projections import organisation
from projections.answers import instead

router = APIRouter(tags=["organisation"])


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One person on the roster."""

    member: MemberId
    name: str
    profile: Code


class OfficeView(msgspec.Struct, frozen=True, kw_only=True):
    """One office and who holds it."""

    role: str
    member: MemberId
    name: str
    from_on: date
    until_on: date | None


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation today."""

    unit: Code
    kind: str
    title: str
    parent: Code | None
    scheme: Code
    approval_body: str
    members: tuple[MemberView, ...]
    offices: tuple[OfficeView, ...]
    below: tuple[organisation.Unit, ...]


@router.get("/units/{unit:code}")
@described(UnitView)
async def one(unit: str, asked: Annotated[Asked, permitted("sheet.read")], since: Since = None) -> Response:
    """An organisation: its roster, its offices, what lies directly below it."""
    assert asked.unit is not None
    async with asked.ready(since) as connection:
        roster = await organisation.members_of(connection, unit, asked.today)
        offices = await organisation.officers_of(connection, unit, asked.today)
        units = await organisation.units(connection, unit)
        people = [one.member for one in roster.value] + [office.member for office in offices.value]
        names = await names_of(asked, connection, people, unit=unit)
    view = UnitView(
        unit=unit,
        kind=asked.unit.kind,
        title=asked.unit.title,
        parent=asked.unit.parent,
        scheme=asked.unit.scheme,
        approval_body=asked.unit.approval_body,
        members=tuple(
            MemberView(member=one.member, name=names(one.member), profile=one.profile) for one in roster.value
        ),
        offices=tuple(
            OfficeView(
                role=office.role,
                member=office.member,
                name=names(office.member),
                from_on=office.from_on,
                until_on=office.until_on,
            )
            for office in offices.value
        ),
        below=tuple(below for below in units.value if below.parent == unit),
    )
    return answer(asked, "unit.html", instead(units, view))


@router.post("/units/{unit:code}/units", status_code=201)
@described(creates=True)
def establish(unit: str, asked: Annotated[Asked, permitted("unit.establish", takes=UnitWish)]) -> Response:
    """Set up an organisation below this one."""
    wish: UnitWish = asked.body
    receipt = asked.execute(
        EstablishUnit,
        unit=wish.unit,
        kind=wish.kind,
        title=wish.title,
        parent=unit,
        scheme=wish.scheme,
        approval_body=wish.approval_body,
        established_on=wish.established_on,
    )
    return granted(asked, receipt, f"/units/{address(wish.unit)}", created=True)


@router.post("/units/{unit:code}/members", status_code=201)
@described(creates=True)
def register(unit: str, asked: Annotated[Asked, permitted("member.register", takes=MemberWish)]) -> Response:
    """Register a person: a random pseudonym; name and work number go to the vault."""
    wish: MemberWish = asked.body
    member = uuid4()
    receipt = asked.execute(
        RegisterMember,
        member=member,
        unit=unit,
        profile=wish.profile,
        name=asked.secret(member, "name", wish.name),
        work_number=asked.secret(member, "work_number", wish.work_number),
        present_from=wish.present_from,
    )
    return granted(asked, receipt, f"/units/{address(unit)}", created=True)


@router.post("/units/{unit:code}/appointments", status_code=201)
@described(creates=True)
def appoint(unit: str, asked: Annotated[Asked, permitted("role.appoint", takes=AppointWish)]) -> Response:
    """Give an office."""
    wish: AppointWish = asked.body
    receipt = asked.execute(
        AppointRole, unit=unit, role=wish.role, person=wish.person, from_on=wish.from_on, until_on=wish.until_on
    )
    return granted(asked, receipt, f"/units/{address(unit)}", created=True)


@router.post("/units/{unit:code}/appointments/ending")
@described()
def end(unit: str, asked: Annotated[Asked, permitted("role.end", takes=EndRoleWish)]) -> Response:
    """End an office."""
    wish: EndRoleWish = asked.body
    receipt = asked.execute(EndRole, unit=unit, role=wish.role, person=wish.person, last_on=wish.last_on)
    return granted(asked, receipt, f"/units/{address(unit)}")
