"""What follows from a grade and from a mistake: measures, correction, completeness, retention, fairness."""

from typing import Literal

from domain.rules.wording import Coded, Name, Positive, Share, Stated, Text


class When(Stated, frozen=True, kw_only=True, rename={"any_of": "any"}):
    """The grade, or the run of grades, that proposes a measure."""

    grade: Name | None = None
    streak_at_least: Positive | None = None
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

    sequence: Literal["determined, not superseded grades of consecutive calendar years"]
    gap: Literal["breaks"]
    mixed: Literal["literal"]
    after_decision: Text


class HelperRule(Stated, frozen=True, kw_only=True):
    """Who may be a mentor in one-to-one help (一对一帮促)."""

    grade: Name
    in_year: Text
    max_mentees: Positive
    not_under_measure: bool
    pool: tuple[Literal["branch", "parent"], ...]
    if_none: Text


class Designee(Stated, frozen=True, kw_only=True, rename={"never": "not"}):
    """Who may not be the person in charge of a measure."""

    never: tuple[Text, ...]


class Measures(Stated, frozen=True, kw_only=True):
    """Measures are proposed by the table and opened by a person."""

    start: Text
    unit: Literal["working_days"]
    combine: Literal["highest"]
    acceptance_working_days: Positive
    overdue: Literal["escalate one level"]
    table: tuple[MeasureRule, ...]
    streak: Streak
    helper: HelperRule
    designee: Designee


class Restatement(Stated, frozen=True, kw_only=True):
    """重算: how a determined result is corrected."""

    ordered_by: Name
    adopt: Literal["favourable_per_member"]
    unfavourable: Text
    unmapped: Literal["listed, old line kept until decided"]
    others_keep_excellent: Literal[True]
    appraisal: Literal["kept as tallied"]


class Correction(Stated, frozen=True, kw_only=True):
    """How mistakes are put right."""

    restatement: Restatement


class Completeness(Stated, frozen=True, kw_only=True):
    """What must be final before a period closes."""

    every_planned_matter: tuple[Literal["held", "not_held", "cancelled"], ...]
    every_sheet: tuple[Literal["approved", "rejected"], ...]
    member_claims: Literal["answered"]
    claim_answer_working_days: Positive
    escalate: Name


class Retention(Stated, frozen=True, kw_only=True):
    """How long, in years after the year; the effect of a deduction ends with its year."""

    records: Positive
    determinations: Literal["archives rules"]
    objections: Positive
    access_log: Positive
    effect_of_deduction: Literal["ends with its year"]


class Fairness(Stated, frozen=True, kw_only=True):
    """Limits at which the fairness report speaks up."""

    smallest_group: Positive
    branch_spread_sigma: Positive
    attainability_warn_below: Share
    subjective_share_max: Share
