"""组织 — organisations, who belonged to one on a day, who held which office; and who may change that."""

from datetime import date
from typing import Annotated, NamedTuple
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer, granted
from api.as_of import Back, BackAsked, LookingBack, looking_back, when_of
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.pages import address
from api.people_wishes import (
    BodyWish,
    DelegateWish,
    HandOverWish,
    LastDayWish,
    MoveWish,
    RenameWish,
    SubstituteWish,
)
from api.routes.matters import Choice, Since
from api.wishes import AppointWish, EndRoleWish, MemberWish, UnitWish
from domain import vocabulary
from domain.organisation.appointments import (
    OFFICES,
    AppointRole,
    DelegateRole,
    EndRole,
    HandOverRole,
    SubstituteRole,
)
from domain.organisation.member import RegisterMember
from domain.organisation.reorganisation import AssignApprovalBody, DissolveUnit, MoveUnit, RenameUnit
from domain.organisation.unit import EstablishUnit
from domain.values import Code, MemberId
from projections import membership, offices, offices_then, organisation, prefix, rules, then
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["organisation"])

_TERMS = {term.stored_name: term for term in vocabulary.FACT_TERMS}

DayAsked = Annotated[date | None, Query(description="The day asked for; today by default.")]
From = Annotated[
    str | None,
    Query(max_length=64, description="An organisation whose people the page's forms offer; this one by default."),
]


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One person on the roster."""

    member: MemberId
    name: str
    profile: Code
    away: str | None
    """Of which kind his leave is on that day, ``exempt`` for who is not assessed; only for whoever may read that."""


class OfficeView(msgspec.Struct, frozen=True, kw_only=True):
    """One office and who acts in it."""

    role: str
    member: MemberId
    name: str
    from_on: date
    until_on: date | None
    stands_for: str | None
    """Whose office it is, where somebody else acts in it."""
    asked: bool
    """By the holder himself."""


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One change in an organisation's life."""

    type: str
    zh: str
    en: str
    day: date
    said: str
    position: int


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation on a day."""

    unit: Code
    day: date
    kind: str
    title: str
    parent: Code | None
    scheme: Code
    approval_body: str
    first_body: Code
    established_on: date
    dissolved_on: date | None
    members: tuple[MemberView, ...]
    offices: tuple[OfficeView, ...]
    terms: tuple[OfficeView, ...]
    """Every office that was ever given, and for how long."""
    committee_from: int | None
    """From how many full members a branch has a committee, where this one has one with fewer."""
    committee_instead: str | None
    """What the rule set gives such a branch in its place."""
    changes: tuple[ChangeView, ...]
    below: tuple[organisation.Unit, ...]
    back: LookingBack | None = None
    """From where roster and offices are looked back at, if they are."""


class People(msgspec.Struct, frozen=True, kw_only=True):
    """What the page's forms offer to choose from."""

    unit: Code
    persons: tuple[MemberView, ...]
    units: tuple[organisation.Unit, ...]
    profiles: tuple[Choice, ...]


@router.get("/units/{unit:code}")
@described(UnitView)
async def one(
    unit: str,
    asked: Annotated[Asked, permitted("unit.read")],
    back: BackAsked,
    on: DayAsked = None,
    people: From = None,
    since: Since = None,
) -> Response:
    """An organisation on a day: its roster, its offices, its history, what lies directly below it.

    With ``known_at`` or ``step`` the roster and the offices are those that were known then.
    """
    assert asked.unit is not None
    day = on or back.valid_on or asked.today
    async with asked.ready(since) as connection:
        staff = await _staff(connection, asked.unit, day, back)
        changes = (await organisation.changes_of(connection, unit)).value
        # Who is away is nothing for the other members' eyes.
        absences = (await membership.away_from(connection, unit, day)).value if asked.may("membership.read") else ()
        away = {one.member: one.kind for one in absences}
        units = await organisation.units(connection, unit)
        everybody = [one.member for one in staff.roster]
        everybody += [person for office in staff.ever for person in (office.member, office.stands_for) if person]
        names = await names_of(asked, connection, everybody, unit=unit, day=day)
        published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
        offered = await _people(asked, connection, people or unit, units.value, published)
    too_small = _too_small(asked.unit, staff.roster, published)
    view = UnitView(
        unit=unit,
        day=day,
        kind=asked.unit.kind,
        title=asked.unit.title,
        parent=asked.unit.parent,
        scheme=asked.unit.scheme,
        approval_body=asked.unit.approval_body,
        first_body=asked.unit.first_body,
        established_on=asked.unit.established_on,
        dissolved_on=asked.unit.dissolved_on,
        members=tuple(_member(one, names, away) for one in staff.roster),
        offices=tuple(office_view(office, names) for office in staff.held),
        terms=tuple(office_view(office, names) for office in staff.ever),
        committee_from=too_small,
        committee_instead=None if too_small is None or published is None else published.scheme.bodies.without_committee,
        changes=tuple(_change(one) for one in changes),
        below=tuple(below for below in units.value if below.parent == unit),
        back=staff.back,
    )
    return answer(asked, "unit.html", instead(units, view), people=offered, roles=OFFICES)


class Staff(NamedTuple):
    """Who belongs to an organisation on a day and who holds an office there; or was known to."""

    roster: tuple[organisation.Member, ...]
    held: tuple[offices.Office, ...]
    ever: tuple[offices.Office, ...]
    back: LookingBack | None = None


async def _staff(connection: AsyncConnection, unit: organisation.Unit, day: date, back: Back) -> Staff:
    if back.known_at is None and back.step is None:
        return Staff(
            (await organisation.members_of(connection, unit.unit, day)).value,
            (await offices.officers_of(connection, unit.unit, day)).value,
            (await offices.appointments_of(connection, unit.unit)).value,
        )
    steps = await then.unit_steps(connection, unit.unit, await prefix.head(connection))
    when = await when_of(connection, back, steps)
    roster: list[organisation.Member] = []
    for person, profile in (await then.roster_then(connection, unit.unit, day, when.position)).items():
        found = (await organisation.member(connection, person)).value
        assert found is not None, "who was enrolled is registered"
        roster.append(msgspec.structs.replace(found, unit=unit.unit, profile=profile))
    ever = await offices_then.offices_then(connection, unit.unit, unit.title, when.position)
    acting = await offices_then.acting_then(connection, unit.unit, day, when.position)
    held = tuple(one for one in ever if (one.role, one.member, one.from_on) in acting)
    return Staff(tuple(roster), held, tuple(ever), await looking_back(connection, when, steps))


def _member(one: organisation.Member, names: Names, away: dict[MemberId, str]) -> MemberView:
    return MemberView(member=one.member, name=names(one.member), profile=one.profile, away=away.get(one.member))


def office_view(office: offices.Office, names: Names) -> OfficeView:
    """One office, by name."""
    return OfficeView(
        role=office.role,
        member=office.member,
        name=names(office.member),
        from_on=office.from_on,
        until_on=office.until_on,
        stands_for=None if office.stands_for is None else names(office.stands_for),
        asked=office.asked,
    )


def _change(one: organisation.UnitChange) -> ChangeView:
    term = _TERMS[one.type]
    return ChangeView(type=one.type, zh=term.zh, en=term.en, day=one.day, said=one.said, position=one.position)


def _too_small(
    unit: organisation.Unit, roster: tuple[organisation.Member, ...], published: rules.Published | None
) -> int | None:
    if published is None or unit.kind != "branch" or unit.approval_body != "own_committee":
        return None
    voting = {profile.code for profile in published.scheme.profiles if profile.votes}
    least = published.scheme.bodies.branch_committee.exists_from_full_members or 0
    return least if sum(one.profile in voting for one in roster) < least else None


async def _people(
    asked: Asked,
    connection: AsyncConnection,
    wanted: Code,
    units: tuple[organisation.Unit, ...],
    published: rules.Published | None,
) -> People:
    """Of this organisation or of one below it: nobody chooses among people with whom he has nothing to do."""
    assert asked.unit is not None
    place = wanted if any(one.unit == wanted for one in units) else asked.unit.unit
    found = (await organisation.members_of(connection, place, asked.today)).value
    names = await names_of(asked, connection, [one.member for one in found], unit=place)
    profiles = () if published is None else published.scheme.profiles
    return People(
        unit=place,
        persons=tuple(_member(one, names, {}) for one in found),
        units=units,
        profiles=tuple(Choice(code=one.code, zh=one.zh, en=one.en) for one in profiles if not one.decided_by),
    )


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


@router.post("/units/{unit:code}/name")
@described()
def rename(unit: str, asked: Annotated[Asked, permitted("unit.change", takes=RenameWish)]) -> Response:
    """Give an organisation another name."""
    wish: RenameWish = asked.body
    receipt = asked.execute(RenameUnit, unit=unit, title=wish.title, from_on=wish.from_on)
    return granted(asked, receipt, _place(unit))


@router.post("/units/{unit:code}/parent")
@described()
def move(unit: str, asked: Annotated[Asked, permitted("unit.change", takes=MoveWish)]) -> Response:
    """Put an organisation below another one."""
    wish: MoveWish = asked.body
    receipt = asked.execute(MoveUnit, unit=unit, parent=wish.parent, from_on=wish.from_on)
    return granted(asked, receipt, _place(unit))


@router.post("/units/{unit:code}/approval-body")
@described()
def assign_body(unit: str, asked: Annotated[Asked, permitted("unit.change", takes=BodyWish)]) -> Response:
    """Say who decides an organisation's sheets."""
    wish: BodyWish = asked.body
    return granted(asked, asked.execute(AssignApprovalBody, unit=unit, approval_body=wish.approval_body), _place(unit))


@router.post("/units/{unit:code}/dissolution")
@described()
def dissolve(unit: str, asked: Annotated[Asked, permitted("unit.change", takes=LastDayWish)]) -> Response:
    """Dissolve an organisation to which nobody belongs any more."""
    wish: LastDayWish = asked.body
    return granted(asked, asked.execute(DissolveUnit, unit=unit, last_on=wish.last_on), _place(unit))


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
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/appointments", status_code=201)
@described(creates=True)
def appoint(unit: str, asked: Annotated[Asked, permitted("role.appoint", takes=AppointWish)]) -> Response:
    """Give an office."""
    wish: AppointWish = asked.body
    receipt = asked.execute(
        AppointRole, unit=unit, role=wish.role, person=wish.person, from_on=wish.from_on, until_on=wish.until_on
    )
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/appointments/handover", status_code=201)
@described(creates=True)
def hand_over(unit: str, asked: Annotated[Asked, permitted("role.appoint", takes=HandOverWish)]) -> Response:
    """Hand an office over: the day before the successor's first is the last of who held it."""
    wish: HandOverWish = asked.body
    receipt = asked.execute(
        HandOverRole,
        unit=unit,
        role=wish.role,
        person=wish.person,
        successor=wish.successor,
        from_on=wish.from_on,
        until_on=wish.until_on,
    )
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/appointments/substitutes", status_code=201)
@described(creates=True)
def substitute(unit: str, asked: Annotated[Asked, permitted("role.substitute", takes=SubstituteWish)]) -> Response:
    """Let another person act in somebody's office for some days."""
    wish: SubstituteWish = asked.body
    receipt = asked.execute(
        SubstituteRole,
        unit=unit,
        role=wish.role,
        person=wish.person,
        stands_for=wish.stands_for,
        from_on=wish.from_on,
        until_on=wish.until_on,
    )
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/appointments/delegates", status_code=201)
@described(creates=True)
def delegate(unit: str, asked: Annotated[Asked, permitted("role.delegate", takes=DelegateWish)]) -> Response:
    """Let another person act in my own office for some days."""
    wish: DelegateWish = asked.body
    receipt = asked.execute(DelegateRole, unit=unit, person=wish.person, from_on=wish.from_on, until_on=wish.until_on)
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/appointments/ending")
@described()
def end(unit: str, asked: Annotated[Asked, permitted("role.end", takes=EndRoleWish)]) -> Response:
    """End an office."""
    wish: EndRoleWish = asked.body
    receipt = asked.execute(EndRole, unit=unit, role=wish.role, person=wish.person, last_on=wish.last_on)
    return granted(asked, receipt, _place(unit))


def _place(unit: Code) -> str:
    return f"/units/{address(unit)}"
