"""组织关系 — where a member belonged when, in which class, his leaves and exemptions; and who may change that."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.people_wishes import (
    EndingWish,
    ExemptionDecisionWish,
    ExemptionWish,
    LastDayWish,
    LeaveWish,
    ProfileWish,
    ShortenWish,
    TraitsWish,
    TransferWish,
)
from api.readings import note_reading
from api.refusals import NotFound
from api.routes.matters import Choice, Since
from domain.ledger import Receipt
from domain.organisation.describing import DescribeMember, Traits
from domain.organisation.exemption import DecideExemption, EndExemption, RequestExemption
from domain.organisation.membership import (
    AssignProfile,
    EndMembership,
    RegisterLeave,
    ShortenLeave,
    TransferMember,
)
from domain.rules.assessing import Profile
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections import membership, offices, organisation, rules
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["members"])

Number = Annotated[int, Path(ge=1, le=1000)]


class TermView(msgspec.Struct, frozen=True, kw_only=True):
    """One office, and for how long."""

    unit: Code
    unit_title: str
    role: str
    from_on: date
    until_on: date | None
    stands_for: str | None
    asked: bool


class ExemptionView(msgspec.Struct, frozen=True, kw_only=True):
    """One request to be exempt; ground and words for himself and for whoever decides."""

    number: int
    from_on: date
    last_on: date | None
    status: str
    ground: str | None
    reason: str | None
    body: str | None
    """Of the rule set: which body has the word now."""


class MembershipView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member stood when."""

    member: MemberId
    name: str
    unit: Code
    unit_title: str
    profile: Code
    ended_on: date | None
    stays: tuple[membership.Stay, ...]
    profiles: tuple[membership.ProfileSpan, ...]
    offices: tuple[TermView, ...]
    absences: tuple[membership.Absence, ...]
    exemptions: tuple[ExemptionView, ...]


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """The body that decides a request, for the page's form."""

    number: int
    body: str
    voters: tuple[tuple[MemberId, str], ...]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What the page's forms offer to choose from."""

    units: tuple[organisation.Unit, ...]
    profiles: tuple[Choice, ...]
    grounds: tuple[Choice, ...]
    deciding: Deciding | None


@router.get("/members/{member:uuid}/membership")
@described(MembershipView)
async def course(member: UUID, asked: Annotated[Asked, permitted("membership.read")], since: Since = None) -> Response:
    """Where a member belonged when, his class, offices, leaves and exemptions."""
    await note_reading(asked, member, "membership")
    assert asked.subject is not None
    assert asked.unit is not None
    async with asked.ready(since) as connection:
        found = await membership.course_of(connection, member)
        now = (await organisation.member(connection, member)).value
        held = (await offices.appointments_held(connection, member)).value
        if found.value is None or now is None:
            raise NotFound
        published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
        scheme = None if published is None else published.scheme
        people = [person for office in held for person in (office.member, office.stands_for)]
        names = await names_of(asked, connection, [member, *people])
        told = await _told(asked, found.value)
        offered = await _offered(asked, connection, found.value, scheme)
    view = MembershipView(
        member=member,
        name=names(member),
        unit=asked.unit.unit,
        unit_title=asked.unit.title,
        profile=now.profile,
        ended_on=now.ended_on,
        stays=found.value.stays,
        profiles=found.value.profiles,
        offices=tuple(_term(office, names) for office in held),
        absences=tuple(one for one in found.value.absences if not one.exempt),
        exemptions=tuple(_exemption(one, told, scheme) for one in found.value.exemptions),
    )
    return answer(asked, "membership.html", instead(found, view), offered=offered, scheme=scheme)


def _term(office: offices.Office, names: Names) -> TermView:
    return TermView(
        unit=office.unit,
        unit_title=office.unit_title,
        role=office.role,
        from_on=office.from_on,
        until_on=office.until_on,
        stands_for=None if office.stands_for is None else names(office.stands_for),
        asked=office.asked,
    )


async def _told(asked: Asked, found: membership.Course) -> dict[str, str]:
    """Grounds and words by commitment: for himself, and for who decides as long as there is something to decide."""
    mine = asked.reader.person == asked.subject.member if asked.subject is not None else False
    open_ones = [one for one in found.exemptions if mine or (one.status == "requested" and _decides(asked))]
    return dict(await asked.house.vault.values([sealed for one in open_ones for sealed in (one.ground, one.reason)]))


def _decides(asked: Asked) -> bool:
    return asked.may("exemption.decide", "requested") or asked.may("exemption.request", "none")


def _exemption(one: membership.Exemption, told: dict[str, str], scheme: Scheme | None) -> ExemptionView:
    path = () if (profile := _exempting(scheme)) is None else profile.decided_by
    waiting = one.status == "requested" and one.steps < len(path)
    return ExemptionView(
        number=one.number,
        from_on=one.from_on,
        last_on=one.last_on,
        status=one.status,
        ground=told.get(one.ground),
        reason=told.get(one.reason),
        body=path[one.steps] if waiting else None,
    )


def _exempting(scheme: Scheme | None) -> Profile | None:
    return None if scheme is None else next((one for one in scheme.profiles if one.decided_by), None)


async def _offered(
    asked: Asked, connection: AsyncConnection, found: membership.Course, scheme: Scheme | None
) -> Offered:
    acting, profile = asked.acting, _exempting(scheme)
    units = (await organisation.units(connection, None if acting is None else acting.unit)).value
    return Offered(
        units=units if asked.may("member.transfer") else (),
        profiles=tuple(
            Choice(code=one.code, zh=one.zh, en=one.en)
            for one in (() if scheme is None else scheme.profiles)
            if not one.decided_by
        ),
        grounds=tuple(
            Choice(code=one.code, zh=one.zh, en=one.en) for one in (() if profile is None else profile.grounds)
        ),
        deciding=await _deciding(asked, connection, found, scheme),
    )


async def _deciding(
    asked: Asked, connection: AsyncConnection, found: membership.Course, scheme: Scheme | None
) -> Deciding | None:
    """The body that has the word, if the reader sits in it in the office in which he acts."""
    waiting = next((one for one in found.exemptions if one.status == "requested"), None)
    profile, acting = _exempting(scheme), asked.acting
    if waiting is None or scheme is None or profile is None or acting is None or asked.subject is None:
        return None
    body = profile.decided_by[min(waiting.steps, len(profile.decided_by) - 1)]
    voters = [one for one in await _voters(asked, connection, scheme, body) if one != asked.subject.member]
    if asked.reader.person not in voters or not asked.may("exemption.decide", "requested"):
        return None
    names = await names_of(asked, connection, voters)
    return Deciding(number=waiting.number, body=body, voters=tuple((one, names(one)) for one in voters))


async def _voters(asked: Asked, connection: AsyncConnection, scheme: Scheme, body: str) -> list[MemberId]:
    """Who belongs to the body, where it is one of the organisation in which the reader acts; else nobody."""
    unit, acting = asked.unit, asked.acting
    assert unit is not None
    assert acting is not None
    if body == "branch_meeting":
        if acting.unit != unit.unit:
            return []
        roster = (await organisation.members_of(connection, unit.unit, asked.today)).value
        profiles = {one.member: scheme.profile(one.profile) for one in roster}
        return [member for member, profile in profiles.items() if profile is not None and profile.votes]
    held = (await offices.officers_of(connection, acting.unit, asked.today)).value
    if body == "leading_group":
        return [one.member for one in held if one.role == "leading_group" and acting.role == "leading_group"]
    return [one.member for one in held if one.role in ("secretary", "committee_member")]


@router.post("/members/{member:uuid}/transfer")
@described()
def transfer(member: UUID, asked: Annotated[Asked, permitted("member.transfer", takes=TransferWish)]) -> Response:
    """Move a member to another organisation; his archive goes with him."""
    wish: TransferWish = asked.body
    receipt = asked.execute(
        TransferMember, unit=_home(asked), member=member, to_unit=wish.to_unit, from_on=wish.from_on
    )
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/profile")
@described()
def assign_profile(member: UUID, asked: Annotated[Asked, permitted("member.change", takes=ProfileWish)]) -> Response:
    """Put a member into another class."""
    wish: ProfileWish = asked.body
    receipt = asked.execute(AssignProfile, unit=_home(asked), member=member, profile=wish.profile, from_on=wish.from_on)
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/traits")
@described()
def describe(member: UUID, asked: Annotated[Asked, permitted("member.describe", takes=TraitsWish)]) -> Response:
    """Say of a member, sealed, what fairness figures of many are made by."""
    wish: TraitsWish = asked.body
    line = Traits(wish.born, wish.sex, wish.disability).line()
    receipt = asked.execute(
        DescribeMember, unit=_home(asked), member=member, traits=asked.secret(member, "traits", line)
    )
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/ending")
@described()
def end(member: UUID, asked: Annotated[Asked, permitted("member.end", takes=EndingWish)]) -> Response:
    """End a membership."""
    wish: EndingWish = asked.body
    reason = asked.secret(member, "reason", wish.reason)
    receipt = asked.execute(EndMembership, unit=_home(asked), member=member, last_on=wish.last_on, reason=reason)
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/leaves", status_code=201)
@described(creates=True)
def leave(member: UUID, asked: Annotated[Asked, permitted("leave.register", takes=LeaveWish)]) -> Response:
    """Enter an approved leave."""
    wish: LeaveWish = asked.body
    receipt = asked.execute(
        RegisterLeave,
        unit=_home(asked),
        member=member,
        kind=wish.kind,
        from_on=wish.from_on,
        until_on=wish.until_on,
    )
    return _done(asked, member, receipt, created=True)


@router.post("/members/{member:uuid}/leaves/shortening")
@described()
def shorten(member: UUID, asked: Annotated[Asked, permitted("leave.register", takes=ShortenWish)]) -> Response:
    """Say that a member came back before his leave was over."""
    wish: ShortenWish = asked.body
    receipt = asked.execute(ShortenLeave, unit=_home(asked), member=member, from_on=wish.from_on, last_on=wish.last_on)
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/exemptions", status_code=201)
@described(creates=True)
def request(member: UUID, asked: Annotated[Asked, permitted("exemption.request", takes=ExemptionWish)]) -> Response:
    """Ask to be exempt, for oneself or on paper through the secretary."""
    wish: ExemptionWish = asked.body
    receipt = asked.execute(
        RequestExemption,
        unit=_home(asked),
        member=member,
        from_on=wish.from_on,
        ground=asked.secret(member, "ground", wish.ground),
        reason=asked.secret(member, "reason", wish.reason),
    )
    return _done(asked, member, receipt, created=True)


@router.post("/members/{member:uuid}/exemptions/{number}/decision")
@described(uploads=True)
def decide(
    member: UUID,
    number: Number,
    asked: Annotated[Asked, permitted("exemption.decide", takes=ExemptionDecisionWish)],
) -> Response:
    """The decision of the body whose turn it is."""
    wish: ExemptionDecisionWish = asked.body
    receipt = asked.execute(
        DecideExemption,
        unit=_home(asked),
        member=member,
        exemption=number,
        grant=wish.grant,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return _done(asked, member, receipt)


@router.post("/members/{member:uuid}/exemptions/ending")
@described()
def end_exemption(member: UUID, asked: Annotated[Asked, permitted("exemption.end", takes=LastDayWish)]) -> Response:
    """The ground is gone: he is assessed again."""
    wish: LastDayWish = asked.body
    receipt = asked.execute(EndExemption, unit=_home(asked), member=member, last_on=wish.last_on)
    return _done(asked, member, receipt)


def _home(asked: Asked) -> Code:
    assert asked.unit is not None
    return asked.unit.unit


def _done(asked: Asked, member: UUID, receipt: Receipt, *, created: bool = False) -> Response:
    """Back to his page; whoever transferred him away may see him no more."""
    return granted(asked, receipt, f"/members/{member}/membership", created=created)
