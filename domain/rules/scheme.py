"""办法 — the typed content of one rule set, and what can be looked up in it."""

from collections.abc import Mapping as Lookup
from functools import cached_property
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from domain.decider import Refused
from domain.rules.assessing import (
    Appraisal,
    CarryOver,
    Grade,
    Interpretation,
    LocalItems,
    Mapping,
    Outlook,
    Period,
    Probation,
    Profile,
    Quota,
    Rounding,
    Scale,
)
from domain.rules.consequences import Completeness, Correction, Fairness, Measures, Retention
from domain.rules.counting import Counting
from domain.rules.items import (
    Category,
    EvidenceKind,
    HonourItem,
    HonourRules,
    ListItem,
    Mode,
    ModeText,
    NegativeItem,
    ResponsibilityItem,
    VetoItem,
    VetoRules,
)
from domain.rules.malformed import Problem, parse, problems_of
from domain.rules.procedure import ApprovalChain, Bodies, Notice, NoticeStage, Objection, Roles, Statement
from domain.rules.wording import Bilingual, Day, Name, Stated, Text
from domain.values import hundredths


class Document(Bilingual, frozen=True, kw_only=True):
    """The published paper that the rule set puts into numbers."""

    number: Text | None
    issuer: Bilingual
    issued_on: Day | None
    effective_on: Day
    status: Text
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")] | None


class Provenance(Stated, frozen=True, kw_only=True):
    """Where each part comes from."""

    seed: tuple[Text, ...]
    party_rules: tuple[Text, ...]
    illustrative: Text


class Scheme(Stated, frozen=True, kw_only=True, dict=True):
    """One version of a rule set; its fields stand in the order of the published document."""

    id: Name
    version: Name
    illustrative: bool
    document: Document
    provenance: Provenance
    basis_texts: dict[Name, Bilingual]
    scale: Scale
    rounding: Rounding
    interpretation: Interpretation
    categories: tuple[Category, ...]
    evidence_kinds: dict[Name, EvidenceKind]
    modes: dict[Mode, ModeText]
    responsibility: tuple[ResponsibilityItem, ...]
    honour: tuple[HonourItem, ...]
    honour_rules: HonourRules
    negative: tuple[NegativeItem, ...]
    veto: tuple[VetoItem, ...]
    veto_rules: VetoRules
    counting: Counting
    profiles: tuple[Profile, ...]
    profile_of_year: Literal["profile on the last day of the year"]
    appraisal: Appraisal
    periods: tuple[Period, ...]
    outlook: Outlook
    grades: tuple[Grade, ...]
    excellent_quota: Quota
    bodies: Bodies
    roles: Roles
    approval_chains: tuple[ApprovalChain, ...]
    statement: Statement
    notice: Notice
    objection: Objection
    measures: Measures
    probation: Probation
    correction: Correction
    mapping: tuple[Mapping, ...]
    local_items: LocalItems
    carry_over: CarryOver
    completeness: Completeness
    retention_years: Retention
    fairness: Fairness

    @cached_property
    def items(self) -> Lookup[str, ListItem]:
        """Every item of the four lists by its code, in the order of the document."""
        every: tuple[ListItem, ...] = (*self.responsibility, *self.honour, *self.negative, *self.veto)
        return {item.code: item for item in every}

    def item(self, code: str) -> ListItem | None:
        """The item of a code, whose `kind` names its list, or nothing."""
        return self.items.get(code)

    def category_of(self, item_code: str) -> Category | None:
        """The category of an item; nothing for a veto or an unknown item."""
        item = self.items.get(item_code)
        if item is None or isinstance(item, VetoItem):
            return None
        return next((category for category in self.categories if category.code == item.cat), None)

    def profile(self, code: str) -> Profile | None:
        """The class of members of a code, or nothing."""
        return next((profile for profile in self.profiles if profile.code == code), None)

    def period(self, code: str) -> Period | None:
        """The period of a code, or nothing."""
        return next((period for period in self.periods if period.code == code), None)

    def stage(self, code: str) -> NoticeStage | None:
        """The kind of notice of a code, or nothing."""
        return next((stage for stage in self.notice.stages if stage.code == code), None)

    def evidence_for(self, item_code: str) -> tuple[str, ...]:
        """The kinds of evidence of which the item needs one; none for an unknown item."""
        item = self.items.get(item_code)
        return () if item is None else item.evidence

    def chain(self, what: str, *, tier: str | None = None, points: int | None = None) -> ApprovalChain | None:
        """The approval chain for a matter: by tier for honours, by hundredths of points for deductions."""
        return next((chain for chain in self.approval_chains if fits(chain, what, tier, points)), None)

    def leaves(self, negative_code: str) -> tuple[str, ...]:
        """The responsibility items whose count a matter leaves once this deduction is confirmed for it."""
        return self._paired(negative_code, "deduction")

    def already_counted_in(self, negative_code: str) -> tuple[str, ...]:
        """The responsibility items that already take account of the fact, so that the deduction is refused."""
        return self._paired(negative_code, "shortfall")

    def _paired(self, negative_code: str, wins: str) -> tuple[str, ...]:
        pairs = self.counting.same_fact.pairs
        return tuple(
            code
            for pair in pairs
            if pair.negative == negative_code and pair.wins == wins
            for code in pair.responsibility
        )


def fits(chain: ApprovalChain, what: str, tier: str | None, points: int | None) -> bool:
    """Whether an approval chain is the one for a matter; a chain that asks for points fits none without."""
    if chain.what != what:
        return False
    if chain.tiers and tier not in chain.tiers:
        return False
    if chain.points_below is not None and (points is None or points >= hundredths(chain.points_below)):
        return False
    return not (chain.points_from is not None and (points is None or points < hundredths(chain.points_from)))


_PREPARED: Final = msgspec.json.Decoder(Scheme)
"""Nobody decodes with it: made on import, so that no two threads work out the structs below for the first time at
once, which ends the process (msgspec keeps what it finds on the type, and builds it without a lock)."""

SECTIONS: Final[tuple[str, ...]] = Scheme.__struct_fields__
"""The sections of a rule set, in the order of the published document."""


class SchemeMalformed(Refused):
    """规则文件格式不合规定。 The rule set is not well formed."""

    code = "scheme-malformed"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems=problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(f"{problem.path}: {problem.en}" for problem in self.problems)


def load(content: bytes | dict[str, object]) -> Scheme:
    """The rule set that a JSON document says.

    Raises SchemeMalformed with every problem, not only the first: unknown and missing fields, wrong types and
    values, the same code twice in one list, the same key twice in one object, numbers with a point.
    """
    if isinstance(content, bytes):
        document, problems = parse(content)
        if problems:
            raise SchemeMalformed(problems)
    else:
        document = content
    problems = problems_of(document, Scheme)
    if problems:
        raise SchemeMalformed(problems)
    return msgspec.convert(document, Scheme, strict=True)
