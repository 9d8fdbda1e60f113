"""信息处置 — what may still be done with a person's data: holds against destruction, restriction, erasure in two hands.

The facts stand in the member's own stream, so that whoever decides anything about him reads them as well.
"""

from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Refused
from domain.values import Code, MemberId, Reference, Sha256, Title

RestrictionGround: TypeAlias = Literal["disputed", "unlawful", "requested", "term-over"]
"""He disputes that it is right, it was unlawful, he asks for it, or its term is over and it cannot be erased yet."""
ErasureGround: TypeAlias = Literal["term", "law"]
"""The retention term of the rule set is over; or a law, a court or a competent office orders it sooner."""
ErasureStatus: TypeAlias = Literal["proposed", "approved", "destroyed"]


class LegalHoldPlaced(Fact, frozen=True, kw_only=True):
    """留存令下达 — until it is lifted, nothing of this person is destroyed."""

    member: MemberId
    unit: Code
    number: Reference
    basis: Title
    """The provision or the letter that asks for it."""
    document: Sha256
    by: MemberId


class LegalHoldLifted(Fact, frozen=True, kw_only=True):
    """留存令解除."""

    member: MemberId
    unit: Code
    number: Reference
    basis: Title
    document: Sha256
    by: MemberId


class ProcessingRestricted(Fact, frozen=True, kw_only=True):
    """限制处理 — his data is stored and nothing else is done with it."""

    member: MemberId
    unit: Code
    ground: RestrictionGround
    basis: Title
    document: Sha256
    by: MemberId


class RestrictionLifted(Fact, frozen=True, kw_only=True):
    """解除限制处理."""

    member: MemberId
    unit: Code
    basis: Title
    document: Sha256
    by: MemberId


class ErasureProposed(Fact, frozen=True, kw_only=True):
    """提请销毁 — one person asks, with ground and document."""

    member: MemberId
    unit: Code
    ground: ErasureGround
    basis: Title
    document: Sha256
    by: MemberId


class ErasureApproved(Fact, frozen=True, kw_only=True):
    """批准销毁 — another person agrees; it is carried out from here on, unless a hold comes first."""

    member: MemberId
    unit: Code
    minute: Reference
    minute_sha256: Sha256
    by: MemberId


class ErasureDeclined(Fact, frozen=True, kw_only=True):
    """不予销毁."""

    member: MemberId
    unit: Code
    minute: Reference
    minute_sha256: Sha256
    by: MemberId


class PersonalKeyDestroyed(Fact, frozen=True, kw_only=True):
    """密钥销毁 — the key under which everything of this person lay is gone, and with it who he was."""

    member: MemberId
    unit: Code
    ground: ErasureGround
    basis: Title
    document: Sha256
    proposed_by: MemberId
    approved_by: MemberId


CustodyFact: TypeAlias = (
    LegalHoldPlaced
    | LegalHoldLifted
    | ProcessingRestricted
    | RestrictionLifted
    | ErasureProposed
    | ErasureApproved
    | ErasureDeclined
    | PersonalKeyDestroyed
)
CUSTODY_FACTS: Final = (
    LegalHoldPlaced,
    LegalHoldLifted,
    ProcessingRestricted,
    RestrictionLifted,
    ErasureProposed,
    ErasureApproved,
    ErasureDeclined,
    PersonalKeyDestroyed,
)


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One legal hold in force."""

    number: str
    by: MemberId


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure on its way, or carried out."""

    status: ErasureStatus
    ground: ErasureGround
    basis: str
    document: Sha256
    proposed_by: MemberId
    approved_by: MemberId | None = None


class Custody(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done with a person's data."""

    holds: tuple[Hold, ...] = ()
    restricted: bool = False
    erasure: Erasure | None = None

    @property
    def destroyed(self) -> bool:
        """Whether the person is gone."""
        return self.erasure is not None and self.erasure.status == "destroyed"


class PersonErased(Refused):
    """此人的个人信息已依规销毁。 This person's data was destroyed as the rules require."""

    code = "person-erased"


class ProcessingIsRestricted(Refused):
    """此人的信息已限制处理,除保存外不作他用。 This person's data is restricted: it is stored and nothing else."""

    code = "processing-restricted"


def follow(state: Custody, fact: Fact) -> Custody:
    """The custody after one more fact."""
    match fact:
        case LegalHoldPlaced():
            return replace(state, holds=(*state.holds, Hold(number=fact.number, by=fact.by)))
        case LegalHoldLifted():
            return replace(state, holds=tuple(one for one in state.holds if one.number != fact.number))
        case ProcessingRestricted():
            return replace(state, restricted=True)
        case RestrictionLifted():
            return replace(state, restricted=False)
        case ErasureProposed():
            asked = Erasure(
                status="proposed",
                ground=fact.ground,
                basis=fact.basis,
                document=fact.document,
                proposed_by=fact.by,
            )
            return replace(state, erasure=asked)
        case ErasureDeclined():
            return replace(state, erasure=None)
        case ErasureApproved():
            assert state.erasure is not None, "what is approved was proposed"
            return replace(state, erasure=replace(state.erasure, status="approved", approved_by=fact.by))
        case PersonalKeyDestroyed():
            assert state.erasure is not None, "what is destroyed was approved"
            return replace(state, erasure=replace(state.erasure, status="destroyed"))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a custody")


def need_open(state: Custody) -> None:
    """Refuse whatever would process what is restricted, or say more of somebody who is gone."""
    if state.destroyed:
        raise PersonErased
    if state.restricted:
        raise ProcessingIsRestricted
