"""登记的请求 — what keepers of a register wish, and what anybody may leave."""

from datetime import date
from typing import TypeAlias

from domain.decider import Command
from domain.register.fields import Value
from domain.register.kinds import KindCode
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, Title


class EnterRegister(Command, frozen=True, kw_only=True):
    """Enter one thing. Of a matter title and day are known already; ``words`` is what somebody said."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    title: Title | None = None
    on: date | None = None
    values: tuple[Value, ...] = ()
    words: Secret | None = None


class CorrectRegister(Command, frozen=True, kw_only=True):
    """Say anew what the entry says, and why."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    title: Title | None = None
    on: date | None = None
    values: tuple[Value, ...] = ()
    reason: Secret


class WithdrawRegister(Command, frozen=True, kw_only=True):
    """Say that it should not have been entered, and why."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    reason: Secret


class AdvanceRegister(Command, frozen=True, kw_only=True):
    """Take a step."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    step: Code
    on: date
    values: tuple[Value, ...] = ()
    document: Sha256 | None = None


class TakeBackStep(Command, frozen=True, kw_only=True):
    """Say that the last step was entered in error, and why."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    reason: Secret


class NameRegisterPart(Command, frozen=True, kw_only=True):
    """Name a member, or an entry of another register."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    part: Code
    member: MemberId | None = None
    of_unit: Code | None = None
    of_entry: Code | None = None


class StrikeRegisterPart(Command, frozen=True, kw_only=True):
    """Strike what was named in error."""

    operation = "register.keep"
    unit: Code
    register: KindCode
    entry: Code
    part: Code
    member: MemberId | None = None
    of_unit: Code | None = None
    of_entry: Code | None = None


class LeaveFeedback(Command, frozen=True, kw_only=True):
    """What anybody tells an organisation: no name, two answers, and words if he likes, which are sealed."""

    operation = "feedback.leave"
    unit: Code
    entry: Code
    values: tuple[Value, ...]
    words: Secret | None = None


RegisterCommand: TypeAlias = (
    EnterRegister
    | CorrectRegister
    | WithdrawRegister
    | AdvanceRegister
    | TakeBackStep
    | NameRegisterPart
    | StrikeRegisterPart
    | LeaveFeedback
)
