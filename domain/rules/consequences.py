"""What follows from a grade and from a mistake: measures, correction, completeness, retention, fairness."""

from typing import Literal

from domain.rules.wording import Coded, Name, Positive, Share, Stated, Text, Written


class When(Stated, frozen=True, kw_only=True, rename={"any_of": "any"}):
    """What proposes a measure: a grade, a run of them, a low total, a place; all that is said must hold."""

    grade: Name | None = None
    streak_at_least: Positive | None = None
    period: Name | None = None
    """Of this period alone; none: of any."""
    below: Written | None = None
    """The determined total lies below this number."""
    top: Positive | None = None
    """Among the first so many of the organisation's graded members."""
    any_of: tuple["When", ...] = ()


class MeasureStep(Coded, frozen=True, kw_only=True):
    """One step of a measure: by whom, in how many working days, closed by which paper."""

    working_days: Positive | None
    by: Name
    closes_with: Name
    optional: bool = False
    sealed: bool = False
    review_months: Positive | None = None


class MeasureRule(Coded, frozen=True, kw_only=True):
    """结果运用: one row of the table of measures."""

    when: When
    rank: Positive
    steps: tuple[MeasureStep, ...]
    also: tuple[Name, ...] = ()


class Streak(Stated, frozen=True, kw_only=True):
    """How grades of several years are read together."""

    sequence: Literal["determined, not superseded grades of consecutive calendar years"] = (
        "determined, not superseded grades of consecutive calendar years"
    )
    gap: Literal["breaks", "skip"] = "breaks"
    mixed: Literal["literal", "at_or_below"] = "literal"
    imported: Literal["never", "counts"] = "never"
    """Whether the grade of a year before the log, which papers alone say, belongs to a run."""
    after_decision: Text = "a streak that led to a decided case starts again"


class HelperRule(Stated, frozen=True, kw_only=True):
    """Who may be a mentor in one-to-one help (一对一帮促)."""

    grade: Name | None = None
    in_year: Text = "the determined year that opened the measure"
    max_mentees: Positive = 1
    not_under_measure: bool = True
    pool: tuple[Literal["branch", "parent"], ...] = ("branch", "parent")
    if_none: Text = "branch committee member"


class Designee(Stated, frozen=True, kw_only=True, rename={"never": "not"}):
    """Who may not be the person in charge of a measure."""

    never: tuple[Text, ...] = ("subject", "recorder of the case", "handler of an objection in the case")


class Measures(Stated, frozen=True, kw_only=True):
    """Measures are proposed by the table and opened by a person."""

    start: Text = "human decision after determination"
    unit: Literal["working_days"] = "working_days"
    combine: Literal["highest", "cumulative"] = "highest"
    acceptance_working_days: Positive = 2
    overdue: Literal["escalate one level"] = "escalate one level"
    table: tuple[MeasureRule, ...] = ()
    streak: Streak = Streak()
    helper: HelperRule = HelperRule()
    designee: Designee = Designee()


class Restatement(Stated, frozen=True, kw_only=True):
    """重算: how a determined result is corrected."""

    ordered_by: Literal["leading_group"] = "leading_group"
    adopt: Literal["favourable_per_member"] = "favourable_per_member"
    unfavourable: Text = "only when ordered with basis document and statement first"
    unmapped: Literal["listed, old line kept until decided"] = "listed, old line kept until decided"
    others_keep_excellent: Literal[True] = True
    appraisal: Literal["kept as tallied"] = "kept as tallied"


class Correction(Stated, frozen=True, kw_only=True):
    """How mistakes are put right."""

    restatement: Restatement = Restatement()


class Completeness(Stated, frozen=True, kw_only=True):
    """What must be final before a period closes."""

    every_planned_matter: tuple[Literal["held"], Literal["not_held"], Literal["cancelled"]] = (
        "held",
        "not_held",
        "cancelled",
    )
    every_sheet: tuple[Literal["approved"], Literal["rejected"]] = ("approved", "rejected")
    member_claims: Literal["answered"] = "answered"
    claim_answer_working_days: Positive = 10
    escalate: Name = "parent_committee"


class Retention(Stated, frozen=True, kw_only=True):
    """How long, in years after the year; the effect of a deduction ends with its year."""

    records: Positive = 5
    determinations: Literal["archives rules"] = "archives rules"
    objections: Positive = 5
    access_log: Positive = 3
    effect_of_deduction: Literal["ends with its year", "as each item says"] = "ends with its year"


class Fairness(Stated, frozen=True, kw_only=True):
    """Limits at which the fairness report speaks up."""

    smallest_group: Positive = 10
    branch_spread_sigma: Positive = 2
    attainability_warn_below: Share = "0.80"
    subjective_share_max: Share = "0.20"
