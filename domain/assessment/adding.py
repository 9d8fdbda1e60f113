"""封存后的补记 — a record that was never entered, into a sealed period: by an order of the leading group alone (I12).

Only what speaks for its member: a duty done, an honour earned. A deduction or a shortfall that is found late takes its
own procedure, and counts as its document's date says (decision 0038).
"""

from datetime import date
from typing import Final

import msgspec

from domain.assessment.period import Assessment
from domain.assessment.restatement import AdditionOrdered, OfRestatement
from domain.decider import Past, Refused
from domain.objection.objection import Correction
from domain.objection.righting import need_sayable_right, worth_of_right
from domain.organisation.unit import established
from domain.recording.archive import SAYS, Kind, Outcome, Record, archive_of
from domain.recording.entering import AlreadyRecorded
from domain.recording.matter import MATTER, Held, MatterUnknown
from domain.recording.papers import need_kind
from domain.recording.sheet import SHEET, Sheet, SheetUnknown
from domain.rules.items import HonourItem, ResponsibilityItem
from domain.rules.ruleset import NoRuleInForce
from domain.rules.ruling import rules_here
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Sha256

BURDENS: Final[frozenset[Outcome]] = frozenset({"absent", "not-done"})
"""What a sheet may say to its subject's harm."""


class AdditionIsBurden(Refused):
    """封存后只能补记应得的;减分和短欠另按程序办理。 Only credit is added; a deduction takes its own way."""

    code = "addition-is-burden"


class AdditionOutside(Refused):
    """补记的事项不在该考评期内。 The matter to be added is not of this period."""

    code = "addition-outside"


class AddRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was left out: of a matter on record, or an honour with its certificate."""

    member: MemberId
    matter: Code
    item: Code
    right: Correction
    occurred_on: date | None = None
    """Of an honour; a duty has the day of its matter."""
    counted_on: date | None = None
    """The date of the honour's document, where that is another day."""
    document_kind: Code
    document: Sha256


def addition(past: Past, found: Assessment, key: OfRestatement, one: AddRecord) -> AdditionOrdered:
    """The order's word on it, or a refusal."""
    day = _day(past, found, one)
    counted_on = one.counted_on or day
    version = rules_here(past, found.unit).in_force(day)
    if version is None or version.scheme is None:
        raise NoRuleInForce(scheme=established(past, found.unit).scheme, day=day)
    kind = _kind(past, version.scheme, found, one)
    if not found.first_on <= counted_on <= found.last_on or counted_on < day:
        raise AdditionOutside(matter=one.matter)
    earlier = past[archive_of(one.member, counted_on)].live(found.unit, one.matter, one.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=one.matter, item=one.item)
    return AdditionOrdered(
        **msgspec.structs.asdict(key),
        **msgspec.structs.asdict(msgspec.structs.replace(one, occurred_on=day, counted_on=counted_on)),
        kind=kind,
        rules=version.version,
        points_shown=worth_of_right(version.scheme, one.item, one.right),
    )


def _day(past: Past, found: Assessment, one: AddRecord) -> date:
    """Of the matter on record; of an honour as the order says."""
    if one.occurred_on is not None:
        return one.occurred_on
    matter = past[MATTER.of(found.unit, one.matter)]
    if not isinstance(matter, Held):
        raise MatterUnknown(matter=one.matter)
    return matter.occurred_on


def _kind(past: Past, scheme: Scheme, found: Assessment, one: AddRecord) -> Kind:
    item = scheme.item(one.item)
    match item:
        case ResponsibilityItem():
            if item.mode == "presumed" or one.right.outcome in BURDENS:
                raise AdditionIsBurden(item=one.item)
            _need_sheet(past, found, one)
            need_sayable_right(scheme, one.item, None, one.member, one.right)
            kind: Kind = "responsibility"
        case HonourItem():
            need_sayable_right(scheme, one.item, _as_record(one), one.member, one.right)
            kind = "honour"
        case _:
            raise AdditionIsBurden(item=one.item)
    need_kind(item, one.document_kind)
    return kind


def _need_sheet(past: Past, found: Assessment, one: AddRecord) -> None:
    """A duty belongs to a matter that was held and had a sheet that was approved; its day is not chosen."""
    matter = past[MATTER.of(found.unit, one.matter)]
    if not isinstance(matter, Held) or {one.occurred_on, one.counted_on} - {None, matter.occurred_on}:
        raise MatterUnknown(matter=one.matter)
    sheet = past[SHEET.of(found.unit, one.matter, one.item)]
    if not isinstance(sheet, Sheet) or sheet.status != "approved":
        raise SheetUnknown(matter=one.matter, item=one.item)


def _as_record(one: AddRecord) -> Record:
    day = one.counted_on or one.occurred_on or date.min
    return Record(
        record=one.member,
        matter=one.matter,
        item=one.item,
        unit="",
        status="approved",
        kind="honour",
        rules="",
        outcome=SAYS["honour"],
        occurred_on=day,
        counted_on=day,
    )
