"""销毁与留存 — who may hold, restrict, ask to erase and agree; and what stands in the way of destroying a key.

Two people erase: one proposes with ground and document, another agrees. Whatever still needs the person (a hold, an
objection, a case or measure on its way, a period that is not determined, a review) refuses it under one and the same
code, so that the refusal of an office tells nobody which it is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeAlias, assert_never
from uuid import UUID

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, StreamRef
from domain.objection.objection import OBJECTION, Objection
from domain.objection.retaliation import RETALIATION, Flag
from domain.organisation import member as members
from domain.organisation.custody import (
    Custody,
    ErasureApproved,
    ErasureDeclined,
    ErasureGround,
    ErasureProposed,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonalKeyDestroyed,
    PersonErased,
    ProcessingIsRestricted,
    ProcessingRestricted,
    RestrictionGround,
    RestrictionLifted,
)
from domain.organisation.member import MEMBER, MemberUnknown, Registered, refuse_own
from domain.organisation.unit import established
from domain.oversight.case_key import CaseKind
from domain.oversight.review import REVIEW, Review
from domain.oversight.running import runs
from domain.recording.archive import ARCHIVE
from domain.recording.sheet import acting
from domain.rules.demands import kept_until
from domain.rules.ruleset import RULES, NoRuleInForce
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Reference, Sha256, Title, day_of


class HoldExists(Refused):
    """该文号的留存令已下达。 There is a hold of this number already."""

    code = "hold-exists"


class HoldUnknown(Refused):
    """没有这个文号的留存令。 There is no hold of this number."""

    code = "hold-unknown"


class SameHand(Refused):
    """须由另一人办理:一人提出,另一人决定。 Another person decides: one asks, another agrees."""

    code = "same-hand"


class NotRestricted(Refused):
    """此人的信息未被限制处理。 This person's data is not restricted."""

    code = "not-restricted"


class MembershipLasts(Refused):
    """党籍未终止,不得销毁个人信息。 The membership lasts: nothing of a member is erased."""

    code = "membership-lasts"


class RetentionRuns(Refused):
    """保存期限未满,无法律依据不得提前销毁。 The retention term runs: only an order by law erases sooner."""

    code = "retention-runs"


class StillNeeded(Refused):
    """尚有留存令或未了结的程序,不得销毁。 A hold, or a procedure that is not over, still needs this person's data."""

    code = "still-needed"


class ErasureExists(Refused):
    """已有销毁申请。 An erasure is on its way already."""

    code = "erasure-exists"


class NotTheProposer(Refused):
    """只有提出销毁的人可以撤回。 Nobody takes a proposal back but who made it."""

    code = "not-the-proposer"


class NoErasure(Refused):
    """没有待办的销毁申请。 There is no erasure to decide or to carry out."""

    code = "no-erasure"


class PlaceHold(Command, frozen=True, kw_only=True):
    """Forbid every destruction."""

    operation = "hold.place"
    unit: Code
    member: MemberId
    number: Reference
    basis: Title
    document: Sha256


class LiftHold(Command, frozen=True, kw_only=True):
    """End a hold: by another person than placed it."""

    operation = "hold.lift"
    unit: Code
    member: MemberId
    number: Reference
    basis: Title
    document: Sha256


class RestrictProcessing(Command, frozen=True, kw_only=True):
    """Let his data be stored and nothing else."""

    operation = "restriction.place"
    unit: Code
    member: MemberId
    ground: RestrictionGround
    basis: Title
    document: Sha256


class LiftRestriction(Command, frozen=True, kw_only=True):
    """Let it be used again."""

    operation = "restriction.lift"
    unit: Code
    member: MemberId
    basis: Title
    document: Sha256


class ProposeErasure(Command, frozen=True, kw_only=True):
    """Ask that a person's key be destroyed."""

    operation = "erasure.propose"
    unit: Code
    member: MemberId
    ground: ErasureGround
    basis: Title
    document: Sha256


class DecideErasure(Command, frozen=True, kw_only=True):
    """Agree, or do not: by another person than proposed it; or take back what is approved and waits."""

    operation = "erasure.decide"
    unit: Code
    member: MemberId
    approve: bool
    minute: Reference
    minute_sha256: Sha256


class WithdrawErasure(Command, frozen=True, kw_only=True):
    """Take back what one proposed oneself, in whatever office one did, until it is carried out."""

    operation = "erasure.withdraw"
    unit: Code
    member: MemberId
    minute: Reference
    minute_sha256: Sha256


class CaseOf(msgspec.Struct, frozen=True, kw_only=True):
    """A case in which a person is the subject, or the one who objected."""

    case: UUID
    kind: CaseKind


class DestroyKey(Command, frozen=True, kw_only=True):
    """Carry out what was approved, unless one of the ``cases`` that the vault and the registers know of him runs."""

    operation = "erasure.carry_out"
    fresh = ("cases",)
    unit: Code
    member: MemberId
    cases: tuple[CaseOf, ...] = ()


CustodyCommand: TypeAlias = (
    PlaceHold
    | LiftHold
    | RestrictProcessing
    | LiftRestriction
    | ProposeErasure
    | DecideErasure
    | WithdrawErasure
    | DestroyKey
)
CUSTODY_COMMANDS: Final = (
    PlaceHold,
    LiftHold,
    RestrictProcessing,
    LiftRestriction,
    ProposeErasure,
    DecideErasure,
    WithdrawErasure,
    DestroyKey,
)


def decide(past: Past, command: CustodyCommand) -> Decision:
    """What becomes of a person's data; never by himself, and never of one who is gone already."""
    person = members.registered(past, command.member)
    if person.unit != command.unit:
        raise MemberUnknown(member=command.member)
    refuse_own(command, command.member)
    if person.custody.destroyed:
        raise PersonErased
    ref = MEMBER.of(command.member)
    match command:
        case PlaceHold() | LiftHold():
            return [ref.says(_held(person.custody, command))]
        case RestrictProcessing() | LiftRestriction():
            return [ref.says(_restricted(person.custody, command))]
        case ProposeErasure():
            return [ref.says(_proposed(past, person, command))]
        case DecideErasure():
            return [ref.says(_decided(past, person, command))]
        case WithdrawErasure():
            return [ref.says(_withdrawn(person, command))]
        case DestroyKey():
            return _destroyed(past, ref, person, command)
        case _:
            assert_never(command)


def _held(custody: Custody, command: PlaceHold | LiftHold) -> Fact:
    standing = next((one for one in custody.holds if one.number == command.number), None)
    by = acting(command)
    if isinstance(command, PlaceHold):
        if standing is not None:
            raise HoldExists(number=command.number)
    elif standing is None:
        raise HoldUnknown(number=command.number)
    elif standing.by == by:
        raise SameHand
    kind = LegalHoldPlaced if isinstance(command, PlaceHold) else LegalHoldLifted
    return kind(
        member=command.member,
        unit=command.unit,
        number=command.number,
        basis=command.basis,
        document=command.document,
        by=by,
    )


def _restricted(custody: Custody, command: RestrictProcessing | LiftRestriction) -> Fact:
    by = acting(command)
    if isinstance(command, RestrictProcessing):
        if custody.restricted:
            raise ProcessingIsRestricted
        return ProcessingRestricted(
            member=command.member,
            unit=command.unit,
            ground=command.ground,
            basis=command.basis,
            document=command.document,
            by=by,
        )
    if not custody.restricted:
        raise NotRestricted
    return RestrictionLifted(
        member=command.member, unit=command.unit, basis=command.basis, document=command.document, by=by
    )


def _proposed(past: Past, person: Registered, command: ProposeErasure) -> Fact:
    if person.custody.erasure is not None:
        raise ErasureExists
    need_term_over(past, person, command.ground, day_of(command.at))
    need_unneeded(past, person, day_of(command.at))
    return ErasureProposed(
        member=command.member,
        unit=command.unit,
        ground=command.ground,
        basis=command.basis,
        document=command.document,
        by=acting(command),
    )


def _decided(past: Past, person: Registered, command: DecideErasure) -> Fact:
    asked, by = person.custody.erasure, acting(command)
    if asked is None:
        raise NoErasure
    if asked.status == "approved":
        # Until it is carried out, whoever proposed or approved it may take it back, and nobody says why.
        if command.approve or by not in (asked.proposed_by, asked.approved_by):
            raise NoErasure
    elif asked.proposed_by == by:
        raise SameHand
    if command.approve:
        need_unneeded(past, person, day_of(command.at))
    kind = ErasureApproved if command.approve else ErasureDeclined
    return kind(
        member=command.member,
        unit=command.unit,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        by=by,
    )


def _withdrawn(person: Registered, command: WithdrawErasure) -> Fact:
    asked, by = person.custody.erasure, acting(command)
    if asked is None:
        raise NoErasure
    if asked.proposed_by != by:
        raise NotTheProposer
    return ErasureDeclined(
        member=command.member,
        unit=command.unit,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        by=by,
    )


def _destroyed(past: Past, ref: StreamRef[members.State], person: Registered, command: DestroyKey) -> Decision:
    asked = person.custody.erasure
    if asked is None or asked.approved_by is None:
        raise NoErasure
    need_unneeded(past, person, day_of(command.at))
    for one in command.cases:
        need_over(past, one)
    gone = PersonalKeyDestroyed(
        member=command.member,
        unit=command.unit,
        ground=asked.ground,
        basis=asked.basis,
        document=asked.document,
        proposed_by=asked.proposed_by,
        approved_by=asked.approved_by,
    )
    # The keys of his cases go by wishes of their own, later: beside this fact they would say who objected.
    return [ref.says(gone)]


def need_over(past: Past, one: CaseOf) -> None:
    """Refuse while a case runs."""
    match one.kind:
        case "review":
            review = past[REVIEW.of(one.case)]
            over = not isinstance(review, Review) or review.closed
        case "flag":
            flag = past[RETALIATION.of(one.case)]
            over = not isinstance(flag, Flag) or flag.conclusion is not None
        case "objection":
            objection = past[OBJECTION.of(one.case)]
            over = not isinstance(objection, Objection) or objection.status == "closed"
        case _:
            assert_never(one.kind)
    if not over:
        raise StillNeeded


def need_free(past: Past, persons: Iterable[MemberId]) -> None:
    """Refuse while one of these people is under a hold; whoever is not on the register cannot be."""
    found = past.many([MEMBER.of(person) for person in sorted(set(persons))])
    if any(isinstance(person, Registered) and person.custody.holds for person in found):
        raise StillNeeded


def scheme_now(past: Past, unit: Code, day: date) -> Scheme:
    """The rule set by whose terms an organisation keeps things today."""
    found = past[RULES.of(established(past, unit).scheme)].in_force(day)
    if found is None or found.scheme is None:
        raise NoRuleInForce(day=day)
    return found.scheme


def need_term_over(past: Past, person: Registered, ground: ErasureGround, today: date) -> None:
    """Refuse to erase a member, and, unless a law orders it, anybody whose records must still be kept."""
    if person.ended_on is None or person.belongs(today):
        raise MembershipLasts
    kept = kept_until(scheme_now(past, person.unit, today), date(_last_year(past, person, today), 12, 31))
    if ground == "term" and today <= kept:
        raise RetentionRuns(until=kept)


def _last_year(past: Past, person: Registered, today: date) -> int:
    """The last year of which anything is on record of him."""
    assert person.ended_on is not None, "asked of those who left"
    after = range(person.ended_on.year + 1, today.year + 1)
    found = past.many([ARCHIVE.of(person.member, year) for year in after])
    used = [year for year, archive in zip(after, found, strict=True) if archive.records]
    return max((person.ended_on.year, *used))


def need_unneeded(past: Past, person: Registered, today: date) -> None:
    """Refuse while a hold, or anything that is on its way, needs the person."""
    if person.custody.holds or runs(past, person, today):
        raise StillNeeded
