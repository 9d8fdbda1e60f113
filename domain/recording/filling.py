"""填表 — the recorder opens a sheet, fills it by exception and puts it before the committee."""

from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.assessment.period import need_unsealed
from domain.decider import Command, Decision, Past, Refused, StreamRef
from domain.organisation.bodies import assessed
from domain.organisation.roster import NotOnRoster
from domain.organisation.unit import established
from domain.recording.amounts import Amount, LevelUnknown, QuantityOutsideRule, need_amount, reason_of
from domain.recording.archive import Outcome
from domain.recording.department import need_department
from domain.recording.lateness import late_reason
from domain.recording.matter import held
from domain.recording.sheet import (
    SHEET,
    NoSheet,
    Sheet,
    SheetLineSet,
    SheetOpened,
    SheetSubmitted,
    State,
    acting,
    item_of,
    living,
    need_evidence,
)
from domain.rules.items import Mode, ResponsibilityItem
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Quantity, hundredths

OUTCOMES: Final[dict[Mode, tuple[Outcome, ...]]] = {
    "ratio": ("attended", "absent", "excused"),
    "assigned": ("done", "not-done", "withdrawn"),
    "earn": ("earned",),
    "threshold": ("attended", "absent", "excused"),
    "presumed": (),
}
"""What may be said of a person, by the mode of the item. A shortfall needs its own procedure."""


class SheetExists(Refused):
    """这一事项的记分表已建立。 The sheet of this matter exists already."""

    code = "sheet-exists"


class SheetNotDraft(Refused):
    """记分表已送审,不能再改。 The sheet was submitted and can no longer be changed."""

    code = "sheet-not-draft"


class SheetIncomplete(Refused):
    """记分表还有人未登记。 The sheet says nothing yet of some members."""

    code = "sheet-incomplete"


class ItemNotOfMatter(Refused):
    """该条目不适用于这类事项。 This item does not belong to a matter of this kind."""

    code = "item-not-of-matter"


class ShortfallNeedsProcedure(Refused):
    """默认得分条目的扣减须按减分程序办理。 A shortfall follows the deduction procedure, not a sheet."""

    code = "shortfall-needs-procedure"


class OutcomeNotOfItem(Refused):
    """该登记结果不适用于这个条目。 This outcome does not fit the item's way of counting."""

    code = "outcome-not-of-item"


class OwnPoints(Refused):
    """不得登记本人积分:由代理记录员登记。 Nobody records his own points; the substitute enters them."""

    code = "own-points"


class LineWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the recorder wants to say of one person."""

    member: MemberId
    outcome: Outcome
    quantity: Quantity = "1.00"
    """Of a level that is a range, the points chosen."""
    hours: Quantity | None = None
    level: Code | None = None
    condition: Code | None = None


class OpenSheet(Command, frozen=True, kw_only=True):
    """Open the sheet of a matter that was held."""

    operation = "sheet.fill"
    unit: Code
    matter: Code
    item: Code
    late_reason: Secret | None = None


class FillSheet(Command, frozen=True, kw_only=True):
    """Say of everybody ``otherwise``, but of some something else. Sets only what changes."""

    operation = "sheet.fill"
    unit: Code
    matter: Code
    item: Code
    otherwise: Outcome | None = None
    but: tuple[LineWish, ...] = ()
    choice_reason: Secret | None = None
    """Why points inside a range are what they are; it stands for every such line of the wish."""
    late_reason: Secret | None = None


class SubmitSheet(Command, frozen=True, kw_only=True):
    """Put the sheet before the committee."""

    operation = "sheet.fill"
    unit: Code
    matter: Code
    item: Code


SheetCommand: TypeAlias = OpenSheet | FillSheet | SubmitSheet


def sheet_of(command: SheetCommand) -> StreamRef[State]:
    """The sheet that a command is about."""
    return SHEET.of(command.unit, command.matter, command.item)


def decide(past: Past, command: SheetCommand) -> Decision:
    """Open, fill, submit."""
    match command:
        case OpenSheet():
            return _open(past, command)
        case FillSheet():
            return _fill(past, command)
        case SubmitSheet():
            return _submit(past, command)


def _open(past: Past, command: OpenSheet) -> Decision:
    unit = established(past, command.unit)
    matter = held(past, command.unit, command.matter)
    rules, scheme = scheme_here(past, unit.unit, matter.occurred_on)
    item = item_of(scheme, command.item)
    if item.mode == "presumed":
        raise ShortfallNeedsProcedure(item=item.code)
    if item.matter != matter.kind:
        raise ItemNotOfMatter(item=item.code, kind=matter.kind)
    need_department(scheme, item.code, command.actor)
    need_unsealed(past, command.unit, matter.occurred_on)
    if past[sheet_of(command)] != NoSheet():
        raise SheetExists(matter=command.matter)
    fact = SheetOpened(
        unit=command.unit,
        matter=command.matter,
        item=command.item,
        rules=rules,
        occurred_on=matter.occurred_on,
        late_reason=late_reason(past, scheme, matter.occurred_on, command.at, command.late_reason),
    )
    return [sheet_of(command).says(fact)]


def _draft(past: Past, command: FillSheet | SubmitSheet) -> Sheet:
    sheet = living(past, sheet_of(command))
    if sheet.status != "draft":
        raise SheetNotDraft(matter=command.matter)
    return sheet


def _fill(past: Past, command: FillSheet) -> Decision:
    sheet = _draft(past, command)
    scheme = _scheme_in_force(past, sheet)
    item = item_of(scheme, sheet.item)
    need_department(scheme, item.code, command.actor)
    late = None if sheet.late else late_reason(past, scheme, sheet.occurred_on, command.at, command.late_reason)
    ref = sheet_of(command)
    lines = (
        replace(_line_set(scheme, item, wish, command), late_reason=late) for wish in _wishes(past, sheet, command)
    )
    return [ref.says(line) for line in lines if _says_something_new(sheet, line)]


def _wishes(past: Past, sheet: Sheet, command: FillSheet) -> list[LineWish]:
    """The exceptions, and ``otherwise`` for everybody else but the recorder himself; what is decided stays."""
    people, away = assessed(past, sheet.unit, sheet.occurred_on)
    decided = {member for member, line in sheet.lines.items() if line.decision}
    exceptions = {wish.member: wish for wish in command.but}
    for member in exceptions:
        if member not in people:
            raise NotOnRoster(member=member)
        if member in decided:
            raise SheetNotDraft(matter=command.matter)
    if acting(command) in exceptions:
        raise OwnPoints
    if command.otherwise is None:
        return list(exceptions.values())
    untouched = decided | {acting(command)}
    # Who is on leave is excused without anybody's saying so; only attendance knows an excuse.
    excused: Outcome = "excused" if command.otherwise == "attended" else command.otherwise
    return [
        exceptions.get(member) or LineWish(member=member, outcome=excused if member in away else command.otherwise)
        for member in people
        if member not in untouched
    ]


def _scheme_in_force(past: Past, sheet: Sheet) -> Scheme:
    _, scheme = scheme_here(past, sheet.unit, sheet.occurred_on)
    return scheme


def _line_set(scheme: Scheme, item: ResponsibilityItem, wish: LineWish, command: FillSheet) -> SheetLineSet:
    ranged = need_sayable(scheme, item, wish, has_reason=command.choice_reason is not None)
    if item.minimum_hours is not None:
        least = hundredths(item.minimum_hours) * (100 if ranged else hundredths(wish.quantity)) // 100
        if wish.hours is None or hundredths(wish.hours) < least:
            raise QuantityOutsideRule(hours=wish.hours, item=item.code)
    return SheetLineSet(
        member=wish.member,
        outcome=wish.outcome,
        quantity=wish.quantity,
        hours=wish.hours,
        level=wish.level,
        condition=wish.condition,
        choice_reason=reason_of(scheme, item.code, wish.level, command.choice_reason),
        by=acting(command),
    )


def need_sayable(scheme: Scheme, item: ResponsibilityItem, said: LineWish, *, has_reason: bool) -> bool:
    """Refuse what the item does not let be said of a person; whether the quantity is points chosen in a range."""
    if said.outcome not in OUTCOMES[item.mode]:
        raise OutcomeNotOfItem(outcome=said.outcome, item=item.code)
    # Whoever says nothing of a level must not be taken for having earned something.
    known = {level.code: level.up_to is not None for level in item.levels}
    if (said.level is None) != (not item.levels) or (said.level is not None and said.level not in known):
        raise LevelUnknown(item=item.code, level=said.level)
    ranged = said.level is not None and known[said.level]
    amount = Amount(said.quantity, said.condition)
    if ranged or said.condition is not None:
        need_amount(scheme, item.code, said.level, amount, has_reason=has_reason)
    quantity, most = hundredths(said.quantity), 100 * (item.quantity_max or 9_999) if item.mode == "earn" else 100
    if not 0 < quantity <= most or (quantity % 100 and item.measure is None and not ranged):
        raise QuantityOutsideRule(quantity=said.quantity, item=item.code)
    return ranged


def _says_something_new(sheet: Sheet, line: SheetLineSet) -> bool:
    before = sheet.lines.get(line.member)
    said = (line.outcome, line.quantity, line.hours, line.level, line.condition)
    return before is None or (before.outcome, before.quantity, before.hours, before.level, before.condition) != said


def _submit(past: Past, command: SubmitSheet) -> Decision:
    sheet = _draft(past, command)
    scheme = _scheme_in_force(past, sheet)
    item = item_of(scheme, sheet.item)
    need_department(scheme, item.code, command.actor)
    people, _ = assessed(past, sheet.unit, sheet.occurred_on)
    silent = [m for m in people if m not in sheet.lines]
    # A deed or an assignment concerns whom it concerns; attendance concerns everybody.
    if not sheet.lines or (item.mode in ("ratio", "threshold") and silent):
        raise SheetIncomplete(missing=len(silent))
    need_evidence(held(past, sheet.unit, sheet.matter), item)
    return [sheet_of(command).says(SheetSubmitted(lines=len(sheet.lines), by=acting(command)))]
