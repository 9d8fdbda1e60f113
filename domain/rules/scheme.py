"""办法 — the typed content of one rule set, and what can be looked up in it."""

from collections.abc import Mapping as Lookup
from functools import cached_property
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from domain.decider import Refused
from domain.rules.approving import Sought, chains_for
from domain.rules.assessing import (
    Appraisal,
    BodyScores,
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
    modes_in_words,
)
from domain.rules.malformed import Problem, parse, problems_of, repeated_codes
from domain.rules.measuring import Cap
from domain.rules.procedure import ApprovalChain, Bodies, Notice, NoticeStage, Objection, Roles, Source, Statement
from domain.rules.wording import MONTHS, Bilingual, Day, Name, Stated, Text

HALVES_AND_YEAR: Final = (
    Period(code="H1", zh="上半年", en="First half", first_day="01-01", last_day="06-30", result="half_score"),
    Period(code="H2", zh="下半年", en="Second half", first_day="07-01", last_day="12-31", result="half_score"),
    Period(
        code="Y",
        zh="年度",
        en="Year",
        first_day="01-01",
        last_day="12-31",
        result="total",
        graded=True,
        base="sum_of_halves",
    ),
)
"""半年一评、年末总评."""


class Document(Bilingual, frozen=True, kw_only=True):
    """The published paper that the rule set puts into numbers."""

    number: Text | None = None
    issuer: Bilingual
    issued_on: Day | None = None
    effective_on: Day
    status: Literal["试行", "正式", "废止"] = "正式"
    expires_on: Day | None = None
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")] | None = None


class Provenance(Stated, frozen=True, kw_only=True):
    """Where each part comes from."""

    seed: tuple[Text, ...] = ()
    party_rules: tuple[Text, ...] = ()
    illustrative: Text = "nothing"


class Scheme(Stated, frozen=True, kw_only=True, dict=True):
    """One version of a rule set; its fields stand in the order of the published document."""

    id: Name
    version: Name
    illustrative: bool = False
    document: Document
    provenance: Provenance = Provenance()
    basis_texts: dict[Name, Bilingual] = msgspec.field(default_factory=dict[Name, Bilingual])
    scale: Scale
    rounding: Rounding = Rounding()
    interpretation: Interpretation = Interpretation()
    categories: tuple[Category, ...] = ()
    evidence_kinds: dict[Name, EvidenceKind] = msgspec.field(default_factory=dict[Name, EvidenceKind])
    modes: dict[Mode, ModeText] = msgspec.field(default_factory=modes_in_words)
    responsibility: tuple[ResponsibilityItem, ...] = ()
    honour: tuple[HonourItem, ...] = ()
    honour_rules: HonourRules = HonourRules()
    negative: tuple[NegativeItem, ...] = ()
    veto: tuple[VetoItem, ...] = ()
    veto_rules: VetoRules = VetoRules()
    caps: tuple[Cap, ...] = ()
    counting: Counting = Counting()
    profiles: tuple[Profile, ...]
    profile_of_year: Literal["profile on the last day of the year"] = "profile on the last day of the year"
    appraisal: Appraisal = Appraisal()
    body_scores: BodyScores = BodyScores()
    periods: tuple[Period, ...] = HALVES_AND_YEAR
    outlook: Outlook = Outlook()
    grades: tuple[Grade, ...] = ()
    excellent_quota: Quota = Quota()
    bodies: Bodies = Bodies()
    roles: Roles = Roles()
    sources: tuple[Source, ...] = ()
    approval_chains: tuple[ApprovalChain, ...]
    statement: Statement = Statement()
    notice: Notice = Notice()
    objection: Objection = Objection()
    measures: Measures = Measures()
    probation: Probation = Probation()
    correction: Correction = Correction()
    mapping: tuple[Mapping, ...] = ()
    local_items: LocalItems = LocalItems()
    carry_over: CarryOver = CarryOver()
    completeness: Completeness = Completeness()
    retention_years: Retention = Retention()
    fairness: Fairness = Fairness()

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

    @cached_property
    def ballot(self) -> tuple[Category, ...]:
        """The categories that a ballot asks about, each by itself; none where it asks for one mark alone."""
        if self.appraisal.scope == "overall":
            return ()
        return tuple(category for category in self.categories if category.parent is None)

    def path_of(self, category: str) -> tuple[str, ...]:
        """A category and those above it, nearest first; a loop ends where it closes."""
        parents = {one.code: one.parent for one in self.categories}
        found: list[str] = []
        at: str | None = category
        while at is not None and at not in found:
            found.append(at)
            at = parents.get(at)
        return tuple(found)

    def mode_text(self, mode: Mode) -> ModeText:
        """A mode in words: the rule set's own, else the common ones."""
        return self.modes.get(mode) or modes_in_words()[mode]

    def includes(self, grade: Grade) -> bool:
        """Whether a grade's threshold includes the number itself."""
        return grade.above is None and (grade.from_on is None or self.interpretation.from_on == "inclusive")

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

    def chain(
        self,
        what: str,
        *,
        tier: str | None = None,
        points: int | None = None,
        item: str | None = None,
        outside_cap: bool = False,
    ) -> ApprovalChain | None:
        """The approval chain for a matter, else the one for "any".

        By tier for honours, by hundredths of points for deductions; where a chain names items, by item before all.
        """
        sought = Sought(what, tier, points, item, outside_cap)
        return next(iter(chains_for(self.approval_chains, sought)), None)

    @property
    def cycle_months(self) -> int:
        """Months of the shortest period: the stretch for which the lists' lines are made."""
        return min((months_of(period) for period in self.periods), default=MONTHS["year"])

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


def months_of(period: Period) -> int:
    """How many months a period has, from the month of its first day to that of its last.

    >>> months_of(HALVES_AND_YEAR[0]), months_of(HALVES_AND_YEAR[2])
    (6, 12)
    """
    return (int(period.last_day[:2]) - int(period.first_day[:2])) % MONTHS["year"] + 1


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
    try:
        scheme = msgspec.convert(document, Scheme, strict=True)
        problems = repeated_codes(document)
    except msgspec.ValidationError:
        # To name every problem takes thirty times as long as to see that there is none.
        scheme, problems = None, problems_of(document, Scheme)
    if scheme is None or problems:
        raise SchemeMalformed(problems)
    return scheme
