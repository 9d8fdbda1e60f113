"""What the rules demand of one matter: who approves, which papers, which notice, which terms.

Pure questions to one rule set, asked by the procedures of recording, notice and objection.
"""

from datetime import date
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from domain.rules.approving import Sought, chains_for
from domain.rules.items import (
    Declarer,
    HonourItem,
    Level,
    ListItem,
    NegativeItem,
    ResponsibilityItem,
    Shortfall,
    VetoItem,
)
from domain.rules.procedure import Channel, DayKind, Notice, NoticeStage
from domain.rules.scheme import Scheme
from domain.rules.working_days import Calendars, calendar_term_end, months_later, term_end
from domain.values import hundredths
from domain.values import points as written

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


ONE: Final = 100
"""A record of one matter, in hundredths."""


class NotInRules(LookupError):
    """规则中没有这个条目或档次。 The rule set has no such item, level or stage."""


class Demand(Struct, frozen=True, kw_only=True):
    """All that a record of one item, at one level, must bring."""

    evidence: tuple[str, ...]  # one of these kinds
    approval: tuple[str, ...]  # bodies, first to last
    declared_by: tuple[Declarer, ...]
    departments: tuple[str, ...]  # that alone may submit it; none: no department keeps it
    acknowledged: bool  # the person signs
    registered_by: str | None = None  # the body that registers a veto
    points_from: int | None = None  # hundredths, of a range inside which points are chosen
    points_to: int | None = None
    reason: bool = False  # the choice needs one
    conditions: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()  # places in a group, of which the record names one


class Wrong(Struct, frozen=True):
    """What a record says against the rules: a stable code, and a sentence in both languages."""

    code: str
    zh: str
    en: str
    allowed: str = ""


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of statement, objection and appeal, in days of `unit`."""

    unit: DayKind
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


def unit_of(rules: Notice, stage: NoticeStage) -> DayKind:
    """Whether the stage's term counts working days or all days."""
    return stage.unit or rules.unit


def channels_of(stage: NoticeStage) -> tuple[Channel, ...]:
    """Where a notice of this stage must be made known, each with a posting of its own."""
    return stage.channels


def notice_ends_on(rules: Notice, stage: NoticeStage, posted_on: date, calendars: Calendars) -> date:
    """The day at whose 24:00 the term of a notice ends; the posting day does not count.

    Raises NoCalendar where working days fall into a year without a published calendar.
    """
    if unit_of(rules, stage) == "calendar_days":
        return calendar_term_end(posted_on, stage.days)
    return term_end(posted_on, stage.days, calendars)


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
            return (*item.levels, *item.shortfalls)
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
    chains = chains_for(scheme.approval_chains, approval_sought(scheme, item, level, points))
    if not chains:
        raise NotInRules(f"no approval for {item} {level}")
    return chains[0].steps


def chain_by_worth(scheme: Scheme, item: str, level: str | None, worth: str | None) -> tuple[str, ...]:
    """The same, for what a record comes to by its amount: twenty hours do not take the short way of one.

    Of a range still the most decides; where no chain is for so many points, the level's own. ``worth`` is points as
    they are written, None for what has none.
    """
    own = approval_sought(scheme, item, level)
    if worth is None or own.points is None:
        return chain_of(scheme, item, level)
    heavier = approval_sought(scheme, item, level, max(own.points, abs(hundredths(worth))))
    found = chains_for(scheme.approval_chains, heavier)
    return found[0].steps if found else chain_of(scheme, item, level)


def approval_sought(scheme: Scheme, item: str, level: str | None = None, points: int | None = None) -> Sought:
    """What an approval chain is chosen by. Raises NotInRules for an unknown item or level."""
    found = item_named(scheme, item)
    match found:
        case VetoItem():
            return Sought("veto", item=item)
        case HonourItem():
            named = level_named(scheme, item, level or "")
            assert isinstance(named, Level), item
            own = hundredths(named.up_to or named.points)
            return Sought("honour", named.chain_tier, own if points is None else points, item, named.outside_cap)
        case ResponsibilityItem() if level is None or level not in {one.code for one in found.shortfalls}:
            return Sought("responsibility_sheet", item=item)
        case ResponsibilityItem() | NegativeItem():
            named = level_named(scheme, item, level or "")
            # Of a range the most decides, so that nothing heavy takes the short way.
            own = hundredths((named.up_to if isinstance(named, Level) else None) or named.points)
            return Sought("deduction_or_shortfall", None, own if points is None else points, item)


def declarers_of(scheme: Scheme, item: str) -> tuple[Declarer, ...]:
    """Who may bring a record of this item forward: what the item says, else what its list says."""
    found = item_named(scheme, item)
    if found.declared_by:
        return found.declared_by
    if isinstance(found, HonourItem):
        return scheme.honour_rules.claim_by
    return ("recorder",)


def departments_of(scheme: Scheme, item: str) -> tuple[str, ...]:
    """The departments, by their organisations' codes, that alone may submit this item; none where nobody keeps it."""
    return tuple(source.unit or source.code for source in scheme.sources if item in source.items)


def may_submit(scheme: Scheme, item: str, department: str | None) -> bool:
    """Whether somebody of a department (None: of none) may submit this item."""
    keepers = departments_of(scheme, item)
    return not keepers or department in keepers


def demand_of(scheme: Scheme, item: str, level: str | None = None, points: int | None = None) -> Demand:
    """All that a record of this item, at this level, must bring. Raises NotInRules."""
    found = item_named(scheme, item)
    named = None if level is None else level_named(scheme, item, level)
    ranged = isinstance(named, Level) and named.up_to is not None
    return Demand(
        evidence=found.evidence,
        approval=chain_of(scheme, item, level, points),
        declared_by=declarers_of(scheme, item),
        departments=departments_of(scheme, item),
        acknowledged=found.acknowledged,
        registered_by=scheme.veto_rules.registered_by if isinstance(found, VetoItem) else None,
        points_from=hundredths(named.points) if ranged and named is not None else None,
        points_to=hundredths(named.up_to or "0") if ranged and isinstance(named, Level) else None,
        reason=ranged,
        conditions=() if isinstance(found, VetoItem) else tuple(one.code for one in found.conditions),
        shares=tuple(one.code for one in found.shares) if isinstance(found, HonourItem) else (),
    )


def wrongs_of(
    scheme: Scheme,
    item: str,
    level: str | None = None,
    *,
    quantity: int = ONE,
    condition: str | None = None,
    share: str | None = None,
    has_reason: bool = False,
) -> list[Wrong]:
    """All that a record says against the rules; quantity in hundredths, for a range the points chosen.

    Raises NotInRules for an unknown item or level.
    """
    asked = demand_of(scheme, item, level)
    found: list[Wrong] = []
    least, most = asked.points_from, asked.points_to
    if least is not None and most is not None:
        if not least <= quantity <= most:
            span = f"{written(least)}–{written(most)}"
            zh, en = f"分值应在 {span} 之间。", f"the points must lie in {span}"
            found.append(Wrong("points-outside-range", zh, en, span))
        if not has_reason:
            zh, en = "在区间内取分须说明理由。", "points inside a range need a reason"
            found.append(Wrong("range-reason-missing", zh, en))
    elif quantity <= 0:
        found.append(Wrong("quantity-outside-rule", "数量应大于 0。", "the quantity must be more than 0"))
    elif quantity != ONE and not _counts_amounts(item_named(scheme, item)):
        zh, en = "本条按件计,不计数量。", "this item counts matters, not amounts"
        found.append(Wrong("quantity-outside-rule", zh, en, written(ONE)))
    if condition is not None and condition not in asked.conditions:
        found.append(_not_among("condition-unknown", "条件", "condition", condition, asked.conditions))
    if asked.shares and share is None:
        known = ", ".join(asked.shares)
        zh, en = f"须写明在集体成果中的位次:{known}。", f"name the place in the group: {known}"
        found.append(Wrong("share-missing", zh, en, known))
    elif share is not None and share not in asked.shares:
        found.append(_not_among("share-unknown", "位次", "place in the group", share, asked.shares))
    return found


def _not_among(code: str, zh: str, en: str, said: str, known: tuple[str, ...]) -> Wrong:
    allowed = ", ".join(known)
    told = f"本条没有{zh}“{said}”,可写:{allowed or '无'}。"
    return Wrong(code, told, f"no {en} {said!r} here; allowed: {allowed or 'none'}", allowed)


def _counts_amounts(item: ListItem) -> bool:
    """Whether a record of the item says how much or how often."""
    if isinstance(item, VetoItem):
        return False
    return item.measure is not None or (isinstance(item, ResponsibilityItem) and item.mode == "earn")


def effect_ends_on(scheme: Scheme, item: str, counted_on: date) -> date:
    """The first day on which a deduction or a veto has no effect any more: it may be kept for longer.

    Raises NotInRules.
    """
    found = item_named(scheme, item)
    months = None
    if isinstance(found, NegativeItem):
        months = found.effect_months
    elif isinstance(found, VetoItem):
        months = found.lasts_months
    return date(counted_on.year + 1, 1, 1) if months is None else months_later(counted_on, months)


def kept_until(scheme: Scheme, counted_on: date) -> date:
    """The last day on which a record must be kept: so many years after the end of its year."""
    return date(counted_on.year + scheme.retention_years.records, 12, 31)
