"""席位 — who sits in the body that decides next, and in whose place: a committee, a group, a general meeting."""

from datetime import date
from typing import TypeAlias

from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections import offices, organisation
from projections.answers import AsyncConnection

Seats: TypeAlias = dict[MemberId, MemberId | None]
"""Whoever votes; and in whose place, if it is not his own."""


async def seats_of(connection: AsyncConnection, scheme: Scheme, body: Code, unit: Code, day: date) -> Seats:
    """The seats of a body, by the rule set's word, in an organisation."""
    if body == "branch_meeting":
        roster = await organisation.members_of(connection, unit, day)
        profiles = {one.member: scheme.profile(one.profile) for one in roster.value}
        return {member: None for member, profile in profiles.items() if profile is not None and profile.votes}
    if body == "leading_group":
        found = await offices.officers_of(connection, unit, day)
        return {office.member: office.stands_for for office in found.value if office.role == "leading_group"}
    committee = await offices.committee_of(connection, unit, day)
    return {office.member: office.stands_for for office in committee.value}
