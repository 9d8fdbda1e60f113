"""漏记待查 — an objection says that a line was left out: whose it can be is not determined before that is settled."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec

from domain.decider import Fact
from domain.values import Code, MemberId, NoticeId, ObjectionId


class OmissionHeld(Fact, frozen=True, kw_only=True):
    """漏记待查 — of this matter the member has no record, and an objection in time says that one is missing."""

    objection: ObjectionId
    member: MemberId
    unit: Code
    matter: Code
    item: Code
    occurred_on: date


class OmissionSettled(Fact, frozen=True, kw_only=True):
    """漏记查毕 — he waits for this objection no longer: it is over, or has held him back for as long as it may."""

    objection: ObjectionId
    member: MemberId
    unit: Code
    notice: NoticeId | None = None
    """Of the last who is let go, where the objection itself runs on: a further round of determination follows."""


class Omission(msgspec.Struct, frozen=True, kw_only=True):
    """What may be missing in an archive."""

    unit: str
    matter: str
    item: str
    occurred_on: date


def omitted(before: Mapping[UUID, Omission], fact: OmissionHeld | OmissionSettled) -> dict[UUID, Omission]:
    """What may be missing after one more fact, by objection."""
    match fact:
        case OmissionHeld():
            one = Omission(unit=fact.unit, matter=fact.matter, item=fact.item, occurred_on=fact.occurred_on)
            return {**before, fact.objection: one}
        case OmissionSettled():
            assert fact.objection in before, f"objection {fact.objection} says nothing of this archive"
            return {objection: one for objection, one in before.items() if objection != fact.objection}
