"""登台账 — enter, correct, withdraw, take a step, name who belongs to it; and what anybody may leave as feedback."""

from datetime import date
from typing import Final, TypeVar, assert_never

from domain.decider import Decision, Past, Refused
from domain.organisation.member import MEMBER, Registered
from domain.organisation.unit import DayInFuture, established, higher_than
from domain.recording.matter import held
from domain.register.commands import (
    AdvanceRegister,
    CorrectRegister,
    EnterRegister,
    LeaveFeedback,
    NameRegisterPart,
    RegisterCommand,
    StrikeRegisterPart,
    TakeBackStep,
    WithdrawRegister,
)
from domain.register.fields import CountExceeded, Value, checked, link, said
from domain.register.kinds import Kind, KindCode, Step, kind_of, part_of, step_of
from domain.register.register import (
    Entered,
    Named,
    NotEntered,
    RegisterAdvanced,
    RegisterCorrected,
    RegisterEntered,
    RegisterPartNamed,
    RegisterPartStruck,
    RegisterStepTakenBack,
    RegisterWithdrawn,
    entry_of,
    living,
)
from domain.values import Code, Title, day_of

P = TypeVar("P", RegisterPartNamed, RegisterPartStruck)

FEEDBACK_TITLE: Final = "群众反馈"


class EntryExists(Refused):
    """该编号在本台账中已有登记:一事一登。 This code stands in the register already."""

    code = "register-entry-exists"


class SaidByMatter(Refused):
    """名称和日期已在事项中登记,不再重复填写。 Title and day stand with the matter and are not entered again."""

    code = "register-said-by-matter"


class TitleMissing(Refused):
    """请填写名称和日期。 A title and a day are needed."""

    code = "register-title-missing"


class WordsUnasked(Refused):
    """该台账不登记他人陈述。 This register takes down no words."""

    code = "register-words-unasked"


class KeptByPublic(Refused):
    """该台账只接收群众自己提交的内容。 What stands in this register comes from the public itself."""

    code = "register-kept-by-public"


class StepUnknown(Refused):
    """目前不能登记这一进展。 The entry cannot take this step now."""

    code = "register-step-unknown"


class StepBackwards(Refused):
    """进展日期不能早于登记日期和上一进展。 A step is not earlier than the entry and the step before."""

    code = "register-step-backwards"


class ProofMissing(Refused):
    """该进展须附证明材料。 This step needs a document that shows it."""

    code = "register-proof-missing"


class PartUnknown(Refused):
    """该台账没有这类人员或关联。 The entry names nothing of this kind."""

    code = "register-part-unknown"


class PartRepeated(Refused):
    """已经登记。 This is named already."""

    code = "register-part-repeated"


class PartNotNamed(Refused):
    """尚未登记。 This is not named."""

    code = "register-part-not-named"


class PersonUnknown(Refused):
    """没有这名党员。 There is no such member."""

    code = "register-person-unknown"


class NothingChanged(Refused):
    """更正内容与现有登记相同。 The correction says what stands already."""

    code = "register-nothing-changed"


def decide(past: Past, command: RegisterCommand) -> Decision:
    """Keep the registers."""
    established(past, command.unit)
    match command:
        case EnterRegister():
            return _enter(past, command)
        case CorrectRegister():
            return _correct(past, command)
        case WithdrawRegister():
            return _withdraw(past, command)
        case AdvanceRegister():
            return _advance(past, command)
        case TakeBackStep():
            return _take_back(past, command)
        case NameRegisterPart() | StrikeRegisterPart():
            return _part(past, command)
        case LeaveFeedback():
            return _leave(past, command)
        case _:
            assert_never(command)


def _enter(past: Past, command: EnterRegister) -> Decision:
    kind, ref = _kept(command.register), entry_of(command.unit, command.register, command.entry)
    if past[ref] != NotEntered():
        raise EntryExists(entry=command.entry)
    if command.words is not None and not kind.words:
        raise WordsUnasked
    title, on = _titled(past, command, kind)
    fact = RegisterEntered(
        unit=command.unit,
        register=kind.code,
        entry=command.entry,
        title=title,
        on=on,
        values=_values(past, kind, command.values),
        words=None if command.words is None else command.words.commitment,
    )
    return [ref.says(fact)]


def _correct(past: Past, command: CorrectRegister) -> Decision:
    kind = _kept(command.register)
    entry = living(past, command.unit, kind.code, command.entry)
    title, on = _titled(past, command, kind)
    values = _values(past, kind, command.values)
    if (title, on, values) == (entry.title, entry.on, entry.values):
        raise NothingChanged
    if entry.steps and on > entry.steps[0].on:
        raise StepBackwards(day=entry.steps[0].on)
    for step in entry.steps:
        _need_within(step_of(kind, step.step), values, entry, ())
    fact = RegisterCorrected(
        unit=command.unit,
        register=kind.code,
        entry=command.entry,
        title=title,
        on=on,
        values=values,
        reason=command.reason.commitment,
    )
    return [entry_of(command.unit, kind.code, command.entry).says(fact)]


def _withdraw(past: Past, command: WithdrawRegister) -> Decision:
    # Also of what the public left: abuse must not stand in a figure. It stays to be seen that it was withdrawn.
    living(past, command.unit, command.register, command.entry)
    fact = RegisterWithdrawn(
        unit=command.unit, register=command.register, entry=command.entry, reason=command.reason.commitment
    )
    return [entry_of(command.unit, command.register, command.entry).says(fact)]


def _advance(past: Past, command: AdvanceRegister) -> Decision:
    kind = kind_of(command.register)
    entry = living(past, command.unit, kind.code, command.entry)
    step = step_of(kind, command.step)
    if step is None or entry.step not in step.after:
        raise StepUnknown(step=command.step)
    if command.on > day_of(command.at):
        raise DayInFuture(day=command.on)
    before = entry.steps[-1].on if entry.steps else entry.on
    if command.on < before:
        raise StepBackwards(day=before)
    if step.proof and command.document is None:
        raise ProofMissing(step=step.code)
    values = checked(step.fields, command.values)
    _need_within(step, entry.values, entry, values)
    fact = RegisterAdvanced(
        unit=command.unit,
        register=kind.code,
        entry=command.entry,
        number=entry.last + 1,
        step=step.code,
        on=command.on,
        values=values,
        document=command.document,
    )
    return [entry_of(command.unit, kind.code, command.entry).says(fact)]


def _take_back(past: Past, command: TakeBackStep) -> Decision:
    entry = living(past, command.unit, command.register, command.entry)
    if not entry.steps:
        raise StepUnknown(step="")
    fact = RegisterStepTakenBack(
        unit=command.unit,
        register=command.register,
        entry=command.entry,
        number=entry.steps[-1].number,
        reason=command.reason.commitment,
    )
    return [entry_of(command.unit, command.register, command.entry).says(fact)]


def _part(past: Past, command: NameRegisterPart | StrikeRegisterPart) -> Decision:
    kind, ref = kind_of(command.register), entry_of(command.unit, command.register, command.entry)
    entry = living(past, command.unit, kind.code, command.entry)
    part = part_of(kind, command.part)
    of_entry = command.of_unit is not None and command.of_entry is not None
    if part is None or (command.member is not None) == of_entry or of_entry == (part.of == "member"):
        raise PartUnknown(part=command.part)
    wanted: Named = (command.part, command.member, command.of_unit, command.of_entry)
    if isinstance(command, StrikeRegisterPart):
        if wanted not in entry.parts:
            raise PartNotNamed(part=command.part)
        return [ref.says(_fact(RegisterPartStruck, command))]
    if wanted in entry.parts:
        raise PartRepeated(part=command.part)
    _need_part(past, part.of, command)
    return [ref.says(_fact(RegisterPartNamed, command))]


def _fact(kind: type[P], command: NameRegisterPart | StrikeRegisterPart) -> P:
    return kind(
        unit=command.unit,
        register=command.register,
        entry=command.entry,
        part=command.part,
        member=command.member,
        of_unit=command.of_unit,
        of_entry=command.of_entry,
    )


def _need_part(past: Past, of: str, command: NameRegisterPart) -> None:
    if command.member is not None:
        member = past[MEMBER.of(command.member)]
        if not isinstance(member, Registered) or not _in_line(past, member.unit, command.unit):
            raise PersonUnknown
        return
    assert command.of_unit is not None
    assert command.of_entry is not None
    living(past, command.of_unit, of, command.of_entry)


def _in_line(past: Past, one: Code, other: Code) -> bool:
    """Whether one of two organisations is the other, or stands above it: nobody else is named in a register."""
    return one == other or other in higher_than(past, one) or one in higher_than(past, other)


def _leave(past: Past, command: LeaveFeedback) -> Decision:
    kind, ref = kind_of("feedback"), entry_of(command.unit, "feedback", command.entry)
    if past[ref] != NotEntered():
        raise EntryExists(entry=command.entry)
    fact = RegisterEntered(
        unit=command.unit,
        register=kind.code,
        entry=command.entry,
        title=FEEDBACK_TITLE,
        on=day_of(command.at),
        values=checked(kind.fields, command.values),
        words=None if command.words is None else command.words.commitment,
    )
    return [ref.says(fact)]


def _kept(register: KindCode) -> Kind:
    kind = kind_of(register)
    if kind.public:
        raise KeptByPublic
    return kind


def _titled(past: Past, command: EnterRegister | CorrectRegister, kind: Kind) -> tuple[Title, date]:
    """Title and day of an entry: those of its matter, or those that were said."""
    if kind.of_matter:
        if command.title is not None or command.on is not None:
            raise SaidByMatter
        matter = held(past, command.unit, command.entry)
        return matter.title, matter.occurred_on
    if command.title is None or command.on is None:
        raise TitleMissing
    if command.on > day_of(command.at):
        raise DayInFuture(day=command.on)
    return command.title, command.on


def _values(past: Past, kind: Kind, values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values, each link leading to an entry that stands."""
    good = checked(kind.fields, values)
    found = said(good)
    for field in kind.fields:
        if field.type == "link" and field.code in found:
            living(past, *_address(found[field.code], field.to))
    return good


def _address(text: str, register: str) -> tuple[Code, str, Code]:
    unit, entry = link(text)
    return unit, register, entry


def _need_within(step: Step | None, own: tuple[Value, ...], entry: Entered, new: tuple[Value, ...]) -> None:
    """What all steps together say of a part must not exceed the total that the entry states."""
    totals = said(own)
    for field in () if step is None else step.fields:
        if field.within not in totals:
            continue
        every = [said(taken.values).get(field.code, "0") for taken in entry.steps]
        if sum(map(int, [*every, said(new).get(field.code, "0")])) > int(totals[field.within]):
            raise CountExceeded(field=field.code, total=field.within)
