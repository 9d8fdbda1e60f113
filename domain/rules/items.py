"""The three lists and the vetoes: what a member is asked, what adds, what takes away, what caps a grade."""

from typing import Literal, TypeAlias

from domain.rules.wording import Bilingual, Coded, Name, Positive, Stated, Text, Written

Mode: TypeAlias = Literal["earn", "ratio", "presumed", "assigned"]
"""How a responsibility item counts: by deed, by share attended, full unless a shortfall, by share done."""

ListKind: TypeAlias = Literal["responsibility", "honour", "negative", "veto"]
"""责任清单, 荣誉清单, 负面清单, 一票否决."""

ChainTier: TypeAlias = Literal["unit", "district", "municipal", "provincial", "national"]
"""The level of the body that honours, from low to high."""

TIERS: tuple[ChainTier, ...] = ("unit", "district", "municipal", "provincial", "national")


class Category(Coded, frozen=True, kw_only=True):
    """One of the categories of evaluation; its weight is the most that its items give in a year."""

    weight: Written
    clause: Text


class EvidenceKind(Bilingual, frozen=True, kw_only=True):
    """A kind of paper that proves an act."""

    own_paper: bool = False  # written by the person himself: never the basis of a deduction


class ModeText(Bilingual, frozen=True, kw_only=True):
    """A mode's name and its formula, for the page that shows the rules."""


class Shortfall(Coded, frozen=True, kw_only=True):
    """A published level by which a presumed item is lowered."""

    points: Written
    per: Literal["matter"]


class Level(Coded, frozen=True, kw_only=True):
    """A published level of an honour or of a deduction."""

    points: Written
    tier: ChainTier | None = None

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


class ResponsibilityItem(Item, frozen=True, kw_only=True):
    """责任清单: what is asked of every member in each half-year."""

    cat: Name
    mode: Mode
    cap_half: Written
    cap_year: Written
    matter: Name
    points: Written | None = None
    unit: Bilingual | None = None
    quantity_max: Positive | None = None
    minimum_hours: Written | None = None
    planned_half: Positive | None = None
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
    cap_year: Written
    unit: Bilingual

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "honour"


class NegativeItem(Item, frozen=True, kw_only=True):
    """负面清单: what takes points away once it is found and decided."""

    cat: Name
    levels: tuple[Level, ...]
    excludes: tuple[Literal["own_measure"], ...] = ()
    max_points: Written | None = None  # the most that it takes in a period; an open clause needs one

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "negative"


class VetoItem(Item, frozen=True, kw_only=True):
    """一票否决: a decision of a competent body that caps the grade."""

    effect: Literal["grade_ceiling"]
    to: Name
    then: Literal["statutory_check"] | None = None

    @property
    def kind(self) -> ListKind:
        """The list on which the item stands."""
        return "veto"


ListItem: TypeAlias = ResponsibilityItem | HonourItem | NegativeItem | VetoItem


class HonourRules(Stated, frozen=True, kw_only=True):
    """How honours come together."""

    cap_year: Written
    order: tuple[Literal["counts_on"], Literal["position"]]
    surplus: Literal["shown, not counted"]
    claim_by: tuple[Literal["member", "recorder"], ...]
    date: Literal["date of the honour document"]


class VetoRules(Stated, frozen=True, kw_only=True):
    """How vetoes come together."""

    year: Literal["of the decision's date"]
    score: Literal["unchanged"]
    several: Literal["lowest ceiling"]
    also_deduct: Literal[False]
    lifted_when: Literal["the decision is changed or withdrawn"]
    registered_by: Name
