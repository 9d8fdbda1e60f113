"""保存期限 — whose time is over goes: a person orders it for everything before a day, the machine carries it out.

Two kinds are kept for the years that the rule set names and then not at all: who read whose archive, with ended
sign-ins; and what was said in an objection or in a flag after it. Whatever stands under a hold stays.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.objection.objection import OBJECTION, Objection
from domain.objection.retaliation import RETALIATION, Flag
from domain.organisation.member import MEMBER, Registered
from domain.organisation.unit import established
from domain.oversight.case_key import CaseKind, destroyed_key
from domain.oversight.erasing import CaseOf, RetentionRuns, need_free, need_over, scheme_now
from domain.oversight.review import REVIEW, Review
from domain.recording.sheet import acting
from domain.values import Code, MemberId, Sha256, day_of

KeptKind: TypeAlias = Literal["access-log", "objections"]
KEPT_KINDS: Final[tuple[KeptKind, ...]] = ("access-log", "objections")


class RetentionOrdered(Fact, frozen=True, kw_only=True):
    """到期清理决定 — everything of this kind before a day is no longer kept; what that was, by number and digest."""

    unit: Code
    kind: KeptKind
    before_on: date
    due: int
    """How much the plan named that was shown."""
    plan: Sha256
    by: MemberId


class AccessLogTrimmed(Fact, frozen=True, kw_only=True):
    """查阅记录到期清理 — how many rows went."""

    unit: Code
    before_on: date
    readings: int
    sessions: int
    tokens: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation's orders say: nothing before these days is kept."""

    access_log: date | None = None
    objections: date | None = None
    trimmed: date | None = None
    """Up to where the access log was cleared."""


class OnlyAtTheTop(Refused):
    """全库的记录由最上级组织决定清理。 What belongs to the whole deployment is ordered by its highest organisation."""

    code = "only-at-the-top"


class AlreadyOrdered(Refused):
    """此前的记录已决定清理。 Everything before that day is ordered to go already."""

    code = "retention-ordered"


class NotOrdered(Refused):
    """没有相应的清理决定。 Nobody ordered this to go."""

    code = "retention-not-ordered"


class OrderRetention(Command, frozen=True, kw_only=True):
    """Confirm a plan."""

    operation = "retention.order"
    unit: Code
    kind: KeptKind
    before_on: date
    due: int
    plan: Sha256


class RecordTrim(Command, frozen=True, kw_only=True):
    """Say what went of the access log."""

    operation = "retention.carry_out"
    unit: Code
    before_on: date
    readings: int
    sessions: int
    tokens: int


class DestroyCaseKey(Command, frozen=True, kw_only=True):
    """Carry an order out for one objection, or for one flag of retaliation after it."""

    operation = "retention.carry_out"
    fresh = ("objector",)
    unit: Code
    """Of the order."""
    objection: UUID
    objector: MemberId | None = None
    """As only the vault can tell; None for whoever is not on the register."""
    flag: UUID | None = None
    """As only the vault can tell that it is about this objection: then its key goes, and not the objection's."""


class DestroyErasedCase(Command, frozen=True, kw_only=True):
    """Let the key of a case follow a person who was erased: ``persons`` are all of it whom the vault can tell."""

    operation = "erasure.carry_out"
    fresh = ("persons",)
    unit: Code
    """Of the case."""
    case: UUID
    kind: CaseKind
    persons: tuple[MemberId, ...]


RetentionCommand: TypeAlias = OrderRetention | RecordTrim | DestroyCaseKey | DestroyErasedCase


def evolve(state: Kept, fact: Fact) -> Kept:
    """The orders after one more fact."""
    match fact:
        case RetentionOrdered(kind="access-log"):
            return replace(state, access_log=fact.before_on)
        case RetentionOrdered():
            return replace(state, objections=fact.before_on)
        case AccessLogTrimmed():
            return replace(state, trimmed=fact.before_on)
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to the orders of retention")


RETENTION: Final[Stream[Kept]] = Stream("retention", Kept(), evolve, (RetentionOrdered, AccessLogTrimmed))


def first_kept(past: Past, unit: Code, kind: KeptKind, today: date) -> date:
    """The first day whose rows must be kept: so many whole years after the end of their own."""
    kept = scheme_now(past, unit, today).retention_years
    return date(today.year - (kept.access_log if kind == "access-log" else kept.objections), 1, 1)


def decide(past: Past, command: RetentionCommand) -> Decision:
    """Order, and carry out what is ordered."""
    ref = RETENTION.of(command.unit)
    match command:
        case OrderRetention():
            return [ref.says(_ordered(past, past[ref], command))]
        case RecordTrim():
            if past[ref].access_log != command.before_on or past[ref].trimmed == command.before_on:
                raise NotOrdered
            said = AccessLogTrimmed(
                unit=command.unit,
                before_on=command.before_on,
                readings=command.readings,
                sessions=command.sessions,
                tokens=command.tokens,
            )
            return [ref.says(said)]
        case DestroyCaseKey():
            return _case(past, past[ref], command)
        case DestroyErasedCase():
            return _erased_case(past, command)
        case _:
            assert_never(command)


def _ordered(past: Past, kept: Kept, command: OrderRetention) -> Fact:
    if established(past, command.unit).parent is not None:
        raise OnlyAtTheTop
    if command.before_on > first_kept(past, command.unit, command.kind, day_of(command.at)):
        raise RetentionRuns(until=command.before_on)
    before = kept.access_log if command.kind == "access-log" else kept.objections
    if before is not None and command.before_on <= before:
        raise AlreadyOrdered(before_on=before)
    return RetentionOrdered(
        unit=command.unit,
        kind=command.kind,
        before_on=command.before_on,
        due=command.due,
        plan=command.plan,
        by=acting(command),
    )


def _case(past: Past, kept: Kept, command: DestroyCaseKey) -> Decision:
    objection = past[OBJECTION.of(command.objection)]
    filed_on = objection.filed_on if isinstance(objection, Objection) else None
    if kept.objections is None or filed_on is None or filed_on >= kept.objections:
        raise NotOrdered
    assert isinstance(objection, Objection), "only an objection was filed"
    need_over(past, CaseOf(case=command.objection, kind="objection"))
    need_free(past, objection.persons if command.objector is None else {*objection.persons, command.objector})
    if command.flag is None:
        return destroyed_key(past, command.objection, "objection", objection.unit)
    flag = past[RETALIATION.of(command.flag)]
    if not isinstance(flag, Flag):
        raise NotOrdered
    need_over(past, CaseOf(case=command.flag, kind="flag"))
    return destroyed_key(past, command.flag, "flag", flag.body)


def _erased_case(past: Past, command: DestroyErasedCase) -> Decision:
    case = _case_of(past, command)
    persons = {*command.persons, *(case.persons if isinstance(case, Objection) else ())}
    known = past.many([MEMBER.of(person) for person in sorted(persons)])
    erased = any(isinstance(person, Registered) and person.custody.destroyed for person in known)
    if case is None or _unit_of(case) != command.unit or not erased:
        raise NotOrdered
    need_over(past, CaseOf(case=command.case, kind=command.kind))
    need_free(past, persons)
    return destroyed_key(past, command.case, command.kind, command.unit)


def _case_of(past: Past, command: DestroyErasedCase) -> Objection | Review | Flag | None:
    match command.kind:
        case "objection":
            found: object = past[OBJECTION.of(command.case)]
        case "flag":
            found = past[RETALIATION.of(command.case)]
        case "review":
            found = past[REVIEW.of(command.case)]
        case _:
            assert_never(command.kind)
    return found if isinstance(found, Objection | Review | Flag) else None


def _unit_of(case: Objection | Review | Flag) -> Code:
    return case.body if isinstance(case, Flag) else case.unit
