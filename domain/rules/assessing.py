"""From points to a grade: scale, profiles, appraisal, periods, grades, quota, probation."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.rules.wording import (
    Bilingual,
    Coded,
    Exact,
    MonthDay,
    Name,
    Positive,
    Ratio,
    Share,
    Stated,
    Text,
    Written,
)


class Scale(Stated, frozen=True, kw_only=True):
    """Where the ledger begins, and between which ends it stays."""

    base_max: Written
    floor: Written
    ceiling: Written | None
    start: Literal["per_item"]


class Rounding(Stated, frozen=True, kw_only=True):
    """四舍五入, once, where a number is published."""

    mode: Literal["half_up"]
    places: Literal[2]
    at: tuple[Literal["line"], Literal["appraisal_mean"], Literal["component"]]
    compare: Literal["published_total"]
    note: Text | None = None


class Interpretation(Stated, frozen=True, kw_only=True, rename={"from_on": "以上", "below": "以下"}):
    """What the two words of Chinese rules mean here; for display, each threshold says its own."""

    from_on: Literal["inclusive", "exclusive"]
    below: Literal["inclusive", "exclusive"]
    note: Text | None = None


class Components(Stated, frozen=True, kw_only=True):
    """Shares of the total."""

    ledger: Share | None = None
    appraisal: Share | None = None


class Profile(Coded, frozen=True, kw_only=True):
    """A class of members: who is graded, who votes, who is appraised, and what the total is made of."""

    graded: bool
    votes: bool
    appraised: bool
    components: Components
    grounds: tuple[Coded, ...] = ()
    decided_by: tuple[Name, ...] = ()


class AppraisalValue(Coded, frozen=True, kw_only=True):
    """A mark on the ballot; one without a value is left out of the mean."""

    value: Written | None


class SelfEvaluation(Stated, frozen=True, kw_only=True):
    """自评: filed or not, and its share of the total."""

    required: bool
    weight: Literal["0"]


class Secrecy(Stated, frozen=True, kw_only=True):
    """How ballots stay secret."""

    methods: tuple[Literal["paper_two_tellers", "single_subject_codes"], ...]
    published_at: Literal["close"]
    order: Literal["sorted by code digest"]
    times_stored: Literal[False]


class AppraisalShow(Stated, frozen=True, kw_only=True):
    """Who sees what of an appraisal."""

    mean_to: tuple[Name, ...]
    distribution_from_ballots: Positive
    distribution_if_unanimous: bool


class Appraisal(Stated, frozen=True, kw_only=True):
    """民主评议."""

    values: tuple[AppraisalValue, ...]
    mean: Literal["arithmetic, abstentions left out"]
    scope: Literal["overall"]
    self_evaluation: SelfEvaluation
    voters: Text
    quorum: Ratio
    secrecy: Secrecy
    min_ballots: Positive
    below_min: Literal["ledger_only"]
    show: AppraisalShow


class Period(Coded, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """A half-year or the year, and what comes of it."""

    first_day: MonthDay
    last_day: MonthDay
    result: Literal["half_score", "total"]
    appraisal: bool
    graded: bool
    entry_closes_working_days: Positive
    base: Literal["sum_of_halves", "mean_of_halves", "recompute"] | None = None
    base_options: tuple[Literal["sum_of_halves", "mean_of_halves", "recompute"], ...] = ()
    order: tuple[Literal["appraisal", "committee", "notice", "determination"], ...] = ()


class Outlook(Stated, frozen=True, kw_only=True):
    """What the year may come to, shown to the person alone."""

    formula: Literal["2 × base of H1 + honours − deductions so far"]
    audience: tuple[Literal["subject"], ...]


class Grade(Coded, frozen=True, kw_only=True):
    """格次: given from a total on, the first that fits."""

    at_least: Written
    candidate: bool = False


class Quota(Stated, frozen=True, kw_only=True):
    """How many may be excellent."""

    enabled: bool
    fraction: Ratio
    of: Text
    scope: Literal["unit"]
    rounding: Literal["floor"]
    min_seats: Annotated[int, Meta(ge=0, le=1000)]
    ties: tuple[Literal["ledger", "appraisal", "fewest_deductions"], ...]
    still_tied: Literal["include"]
    reason_code: Name
    blocked_members: Text


class ProbationThreshold(Stated, frozen=True, kw_only=True):
    """The line under which an extension is proposed."""

    value: Written
    extend_if: Literal["below"]
    compare: Literal["published_total"]
    hint_at: tuple[Exact, ...]


class ProbationExtension(Stated, frozen=True, kw_only=True):
    """How long, and how often."""

    months_min: Positive
    months_max: Positive
    max_times: Positive
    total: Literal["of the extension only"]


class ProbationProposals(Stated, frozen=True, kw_only=True):
    """What the system proposes to the meeting."""

    at_or_above: Literal["confirm"]
    below: Literal["extend"]
    below_in_extension: Literal["cancel"]


class Probation(Stated, frozen=True, kw_only=True):
    """预备期: one window instead of halves."""

    threshold: ProbationThreshold
    window_months: Annotated[int, Meta(ge=1, le=24)]
    starts: Text
    caps: Literal["cap_year × window months ÷ 12, lines rounded, then base × 12 ÷ window months, rounded"]
    honours_and_deductions: Literal["of the window, not scaled"]
    extension: ProbationExtension
    proposals: ProbationProposals
    other_proposal: Text
    higher_refusal: Text
    outlook_months: tuple[Positive, ...]
    outlook_days_before_end: tuple[Positive, ...]
    due_decision_days: Positive
    half_scores: Literal["shown as outlook"]
    after_confirmation: Text


class LocalItems(Stated, frozen=True, kw_only=True):
    """Whether a unit may add items of its own, and how much they may give."""

    allowed: bool
    max_points_per_category: Written


class CarryOver(Stated, frozen=True, kw_only=True):
    """The share of last year's points that this year begins with."""

    fraction: Share


class Mapping(Stated, frozen=True, kw_only=True, rename={"old": "from", "new": "to"}):
    """An item of the version before, and the one that takes its place."""

    old: Name
    new: Name
    note: Bilingual | None = None
