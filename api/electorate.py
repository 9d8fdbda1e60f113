"""有表决权的人 — who belongs today to the body that decides next: a committee, a branch's meeting, the leading group.

The rule set names the bodies of a chain, the tree says which organisation that is; what is decided is decided again
from the streams, so that a page can never let anybody vote who may not.
"""

from collections.abc import Mapping
from datetime import date

from domain.organisation.appointments import COMMITTEE
from domain.rules.demands import chain_of
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections import cases, offices, organisation
from projections.answers import AsyncConnection

Voters = Mapping[MemberId, MemberId | None]
"""Each with whom he stands for, if he stands in."""


async def of_sheet(
    connection: AsyncConnection, unit: organisation.Unit, body: Code, scheme: Scheme | None, today: date
) -> Voters:
    """Who decides a sheet: a committee, or everybody with a vote where the branch's own meeting decides."""
    if body == unit.unit and unit.approval_body == "branch_meeting":
        return await _meeting(connection, body, scheme, today)
    return await _seats(connection, body, COMMITTEE, today)


async def of_case(
    connection: AsyncConnection, unit: organisation.Unit, header: cases.CaseHeader, scheme: Scheme, today: date
) -> Voters:
    """Who decides a claim or a proposal next; nobody where it is decided."""
    if not header.open:
        return {}
    match body_of(unit, header, scheme):
        case "branch_meeting":
            return await _meeting(connection, header.body, scheme, today)
        case "leading_group":
            return await _seats(connection, header.body, ("leading_group",), today)
        case _:
            return await _seats(connection, header.body, COMMITTEE, today)


def body_of(unit: organisation.Unit, header: cases.CaseHeader, scheme: Scheme) -> str:
    """The body that has the word: the chain's own, or the committee to which the matter went up."""
    body = chain_of(scheme, header.item, header.level)[header.step]
    return body if _seat(unit, body) == header.body else "parent_committee"


def _seat(unit: organisation.Unit, body: str) -> Code:
    if body == "branch_meeting" or unit.parent is None:
        return unit.unit
    if body == "branch_committee" and unit.approval_body == "own_committee":
        return unit.unit
    return unit.parent if body in ("branch_committee", "parent_committee") else unit.path[0]


async def _meeting(connection: AsyncConnection, unit: Code, scheme: Scheme | None, today: date) -> Voters:
    roster = (await organisation.members_of(connection, unit, today)).value
    profiles = {one.member: None if scheme is None else scheme.profile(one.profile) for one in roster}
    return {member: None for member, profile in profiles.items() if profile is not None and profile.votes}


async def _seats(connection: AsyncConnection, unit: Code, roles: tuple[str, ...], today: date) -> Voters:
    held = (await offices.officers_of(connection, unit, today)).value
    return {office.member: office.stands_for for office in held if office.role in roles}
