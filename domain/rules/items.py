"""The three lists and the vetoes: what a member is asked, what adds, what takes away, what caps a grade."""

from typing import Literal, TypeAlias

from domain.rules.measuring import Condition, GroupShare, Measure, Threshold
from domain.rules.wording import Bilingual, Coded, Name, Positive, Stated, Text, Written

Mode: TypeAlias = Literal["earn", "ratio", "presumed", "assigned", "threshold"]
"""How a responsibility item counts: by deed, by share attended, full unless a shortfall, by share done, by steps."""

ListKind: TypeAlias = Literal["responsibility", "honour", "negative", "veto"]
"""责任清单, 荣誉清单, 负面清单, 一票否决."""

Declarer: TypeAlias = Literal["member", "recorder", "source"]
"""Who may bring a matter forward: the person himself, the recorder, the department that keeps the paper."""

ChainTier: TypeAlias = Literal["unit", "district", "municipal", "provincial", "national"]
"""The level of the body that honours, from low to high."""

TIERS: tuple[ChainTier, ...] = ("unit", "district", "municipal", "provincial", "national")


class Category(Coded, frozen=True, kw_only=True):
    """A category of evaluation, at most three levels deep; its weight is the most that it gives in a year."""

    weight: Written | None = None  # None: as much as its items give
    clause: Text
    parent: Name | None = None
    capped: bool = False  # its items may come to more together, and the weight cuts them


class EvidenceKind(Bilingual, frozen=True, kw_only=True):
    """A kind of paper that proves an act."""

    own_paper: bool = False  # written by the person himself: never the basis of a deduction


class ModeText(Bilingual, frozen=True, kw_only=True):
    """A mode's name and its formula, for the page that shows the rules."""


def modes_in_words() -> dict[Mode, ModeText]:
    """The five modes as the published page names them where the rule set has no words of its own."""
    return {
        "earn": ModeText(zh="完成得分", en="points for each deed, up to the cap"),
        "ratio": ModeText(zh="按参加率得分", en="cap × attended ÷ asked"),
        "presumed": ModeText(zh="默认得分", en="the cap, less what was found short"),
        "assigned": ModeText(zh="按交办完成率得分", en="cap × done ÷ assigned"),
        "threshold": ModeText(zh="达到标准得分", en="the points of the highest step reached"),
    }


class Shortfall(Coded, frozen=True, kw_only=True):
    """A published level by which a presumed item is lowered."""

    points: Written
    per: Literal["matter"] = "matter"


class Level(Coded, frozen=True, kw_only=True):
    """A published level: fixed points, or a range from `points` to `up_to` whose choice needs a reason."""

    points: Written
    up_to: Written | None = None
    tier: ChainTier | None = None
    outside_cap: bool = False  # an honour that neither item, category nor list caps

    @property
    def chain_tier(self) -> str:
        """The tier that chooses the approval chain: the level's own, else the one that its code names."""
        return self.tier or self.code.removesuffix("_up")


class Item(Coded, frozen=True, kw_only=True):
    """What every item says, whatever its list."""

    evidence: tuple[Name, ...]
    clause: Text
    basis: Text | None = None
    note: Bilingual | None = None
    recognised_by: Name | None = None  # an open clause needs the body that decides what falls under it
    declared_by: tuple[Declarer, ...] = ()  # none: as the list says
    acknowledged: bool = False  # the person signs each record
    profiles: tuple[Name, ...] = ()  # none: asked of everybody


class ResponsibilityItem(Item, frozen=True, kw_only=True):
    """责任清单: what is asked of every member in each period."""

    cat: Name
    mode: Mode
    cap_month: Written | None = None
    cap_quarter: Written | None = None
    cap_half: Written | None = None
    cap_year: Written | None = None
    matter: Name
    points: Written | None = None
    levels: tuple[Level, ...] = ()
    unit: Bilingual | None = None
    measure: Measure | None = None
    conditions: tuple[Condition, ...] = ()
    quantity_max: Positive | None = None
    minimum_hours: Written | None = None
    planned_half: Positive | None = None
    steps: tuple[Threshold, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    alternative: Bilingual | None = None

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "responsibility"


class HonourItem(Item, frozen=True, kw_only=True):
    """荣誉清单: what adds points, per matter and level."""

    cat: Name
    levels: tuple[Level, ...]
    cap_month: Written | None = None
    cap_quarter: Written | None = None
    cap_half: Written | None = None
    cap_year: Written | None = None
    unit: Bilingual
    measure: Measure | None = None
    conditions: tuple[Condition, ...] = ()
    shares: tuple[GroupShare, ...] = ()

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "honour"


class NegativeItem(Item, frozen=True, kw_only=True):
    """负面清单: what takes points away once it is found and decided."""

    cat: Name
    levels: tuple[Level, ...]
    excludes: tuple[Literal["own_measure"], ...] = ()
    max_points: Written | None = None  # the most that it takes in a year; an open clause needs one
    cap_month: Written | None = None
    cap_quarter: Written | None = None
    cap_half: Written | None = None
    measure: Measure | None = None
    conditions: tuple[Condition, ...] = ()
    effect_months: Positive | None = None  # none: its effect ends with its year

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "negative"

    @property
    def cap_year(self) -> Written | None:
        """The most that it takes in a year."""
        return self.max_points


class VetoItem(Item, frozen=True, kw_only=True):
    """一票否决: a decision of a competent body that caps the grade, shuts out from excellent, or empties a score."""

    effect: Literal["grade_ceiling", "not_excellent", "zero"]
    to: Name | None = None  # the ceiling
    zeroes: Literal["ledger", "honours", "category"] | None = None
    cat: Name | None = None  # the category that is emptied
    lasts_months: Positive | None = None  # none: the year of the decision
    then: Literal["statutory_check"] | None = None

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "veto"


ListItem: TypeAlias = ResponsibilityItem | HonourItem | NegativeItem | VetoItem


class HonourRules(Stated, frozen=True, kw_only=True):
    """How honours come together."""

    cap_year: Written | None = None  # none: as much as they give
    order: tuple[Literal["counts_on"], Literal["position"]] = ("counts_on", "position")
    surplus: Literal["shown, not counted"] = "shown, not counted"
    claim_by: tuple[Declarer, ...] = ("member", "recorder")
    date: Literal["date of the honour document"] = "date of the honour document"


class VetoRules(Stated, frozen=True, kw_only=True):
    """How vetoes come together."""

    year: Literal["of the decision's date"] = "of the decision's date"
    score: Literal["unchanged", "by its effect"] = "by its effect"
    several: Literal["lowest ceiling"] = "lowest ceiling"
    also_deduct: Literal[False] = False
    lifted_when: Literal["the decision is changed or withdrawn"] = "the decision is changed or withdrawn"
    registered_by: Name = "work_committee"
