"""What the rules demand of one matter: who approves, which papers, which notice, which terms.

Pure questions to one rule set, asked by the procedures of recording, notice and objection.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from domain.rules.items import HonourItem, Level, ListItem, NegativeItem, ResponsibilityItem, Shortfall, VetoItem
from domain.rules.procedure import NoticeStage
from domain.rules.scheme import Scheme
from domain.values import hundredths

NoticeKind: TypeAlias = Literal[
    "record_sheet",
    "honour",
    "deduction",
    "shortfall",
    "veto",
    "correction",
    "half_year",
    "year_end",
    "probation",
    "restatement",
    "rule_change",
]
"""What a notice may be about; a rule set names a stage for each, or for the one that it follows."""

_FOLLOWS: Final[dict[str, str]] = {"shortfall": "deduction", "veto": "deduction", "correction": "record_sheet"}
"""The stage whose term and audience a kind takes where the rule set has no stage of its own for it."""


class NotInRules(LookupError):
    """规则中没有这个条目或档次。 The rule set has no such item, level or stage."""


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of statement, objection and appeal, in days of `unit`."""

    unit: str
    statement: int
    deemed_delivered: int
    acceptance: int
    decision: int
    reply: int
    appeal: int
    appeal_decision: int
    deemed_reply_delivered: int
    longest_block: int
    claim_answer: int


def terms_of(scheme: Scheme) -> Terms:
    """Every term that runs for or against a person."""
    objection, statement = scheme.objection.terms_working_days, scheme.statement
    return Terms(
        unit="working_days",
        statement=statement.working_days,
        deemed_delivered=statement.deemed_delivered_working_days,
        acceptance=objection.acceptance,
        decision=objection.decision,
        reply=objection.reply,
        appeal=objection.appeal,
        appeal_decision=objection.appeal_decision,
        deemed_reply_delivered=objection.deemed_reply_delivered,
        longest_block=scheme.objection.longest_block_working_days,
        claim_answer=scheme.completeness.claim_answer_working_days,
    )


def stage_of(scheme: Scheme, kind: NoticeKind, of: NoticeKind | None = None) -> NoticeStage:
    """The stage by which a notice of this kind is posted: its days and its audience.

    A correction is posted as what it corrects: `of` names that kind. Raises NotInRules where the rule set has no
    such stage.
    """
    found = scheme.stage(kind) or (scheme.stage(_FOLLOWS.get(of, of)) if of else None)
    found = found or scheme.stage(_FOLLOWS.get(kind, kind))
    if found is None:
        raise NotInRules(kind)
    return found


def item_named(scheme: Scheme, item: str) -> ListItem:
    """The item of a code. Raises NotInRules for an unknown one."""
    found = scheme.item(item)
    if found is None:
        raise NotInRules(item)
    return found


def level_named(scheme: Scheme, item: str, level: str) -> Level | Shortfall:
    """A level of an honour or a deduction, or a shortfall of a presumed item. Raises NotInRules for an unknown one."""
    levels = levels_of(item_named(scheme, item))
    found = next((one for one in levels if one.code == level), None)
    if found is None:
        raise NotInRules(f"{item} {level}")
    return found


def levels_of(item: ListItem) -> tuple[Level | Shortfall, ...]:
    """The published levels of an item, in the order of the document."""
    match item:
        case HonourItem() | NegativeItem():
            return item.levels
        case ResponsibilityItem():
            return item.shortfalls
        case VetoItem():
            return ()


def evidence_of(scheme: Scheme, item: str, level: str | None = None) -> tuple[str, ...]:
    """The kinds of evidence of which a record of this item, at this level, needs one. Raises NotInRules."""
    if level is not None:
        level_named(scheme, item, level)
    return item_named(scheme, item).evidence


def chain_of(scheme: Scheme, item: str, level: str | None = None, points: int | None = None) -> tuple[str, ...]:
    """The bodies that approve a record of this item, first to last.

    A responsibility item without level goes with its sheet; with a shortfall as a deduction. `points` (hundredths)
    takes the place of the level's own where the record is worth something else. Raises NotInRules for an unknown
    item or level; that there is one chain for each is the lint's promise.
    """
    what, tier, amount = approval_sought(scheme, item, level, points)
    chain = scheme.chain(what, tier=tier, points=amount)
    if chain is None:
        raise NotInRules(f"{what} {item} {level}")
    return chain.steps


def approval_sought(
    scheme: Scheme, item: str, level: str | None, points: int | None
) -> tuple[str, str | None, int | None]:
    """(what, tier, points) by which an approval chain is chosen."""
    found = item_named(scheme, item)
    match found:
        case VetoItem():
            return "veto", None, None
        case ResponsibilityItem() if level is None:
            return "responsibility_sheet", None, None
        case HonourItem():
            named = level_named(scheme, item, level or "")
            assert isinstance(named, Level), item
            return "honour", named.chain_tier, points
        case ResponsibilityItem() | NegativeItem():
            own = hundredths(level_named(scheme, item, level or "").points)
            return "deduction_or_shortfall", None, own if points is None else points
