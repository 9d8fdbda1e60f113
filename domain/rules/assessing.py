"""From points to a grade: scale, profiles, appraisal, periods, grades, quota, probation."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
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
from domain.values import hundredths


class Scale(Stated, frozen=True, kw_only=True):
    """Where the ledger begins, and between which ends it stays."""

    base_max: Written
    floor: Written | None = "0"
    ceiling: Written | None = None
    start: Literal["per_item", "from_zero", "from_full"] = "per_item"
    base: Written | None = None  # what everybody begins with; none: 0, or the whole where all begin from full
    benchmark: Written | None = None  # what is expected of everybody who begins from zero


class Rounding(Stated, frozen=True, kw_only=True):
    """四舍五入, once, where a number is published."""

    mode: Literal["half_up", "half_even", "down", "up"] = "half_up"
    places: Literal[0, 1, 2] = 2
    at: tuple[Literal["line"], Literal["appraisal_mean"], Literal["component"]] = (
        "line",
        "appraisal_mean",
        "component",
    )
    compare: Literal["published_total"] = "published_total"
    note: Text | None = None


class Interpretation(Stated, frozen=True, kw_only=True, rename={"from_on": "以上", "below": "以下"}):
    """What the two words of Chinese rules mean here; a threshold written with another word says its own."""

    from_on: Literal["inclusive", "exclusive"] = "inclusive"
    below: Literal["inclusive", "exclusive"] = "exclusive"
    note: Text | None = None


BodyPart: TypeAlias = Literal["committee", "task"]
"""A part of the total that a body gives: 支部班子评价, 任务考核."""
BODY_PARTS: Final[tuple[BodyPart, ...]] = ("committee", "task")
JudgedPart: TypeAlias = Literal["appraisal", "committee", "task"]
JUDGED_PARTS: Final[tuple[JudgedPart, ...]] = ("appraisal", *BODY_PARTS)


class Components(Stated, frozen=True, kw_only=True):
    """Shares of the total."""

    ledger: Share | None = None
    appraisal: Share | None = None
    committee: Share | None = None
    task: Share | None = None

    def share(self, part: Literal["ledger"] | JudgedPart) -> int:
        """A share in hundredths; 0 for none."""
        found: Share | None = getattr(self, part)
        return 0 if found is None else hundredths(found)

    @property
    def by_bodies(self) -> tuple[BodyPart, ...]:
        """The parts that a body gives."""
        return tuple(part for part in BODY_PARTS if self.share(part))


class BodyScore(Stated, frozen=True, kw_only=True):
    """Which body gives a part of the total, between which ends, and whether nothing is computed without it."""

    given_by: Literal["branch_committee", "parent_committee", "work_committee"]
    least: Written = "0"
    most: Written = "100"
    reason: bool = True
    """Whether each score needs its reason."""
    required: bool = True
    """Whether computing waits for it; where it does not, the share of what nobody gave falls to the ledger."""


class BodyScores(Stated, frozen=True, kw_only=True):
    """支部班子评价 by the branch's own committee, 任务考核 by the next higher organisation, unless said otherwise."""

    committee: BodyScore = BodyScore(given_by="branch_committee")
    task: BodyScore = BodyScore(given_by="parent_committee")

    def of(self, part: BodyPart) -> BodyScore:
        """What is said of a part."""
        found: BodyScore = getattr(self, part)
        return found


class Profile(Coded, frozen=True, kw_only=True):
    """A class of members: who is graded, who votes, who is appraised, and what the total is made of."""

    graded: bool = True
    votes: bool = True
    appraised: bool = False
    components: Components = Components(ledger="1.00")
    base: Written | None = None  # what this class begins with; none: as the scale says
    grounds: tuple[Coded, ...] = ()
    decided_by: tuple[Name, ...] = ()


class AppraisalValue(Coded, frozen=True, kw_only=True):
    """A mark on the ballot; one without a value is left out of the mean."""

    value: Written | None


class SelfEvaluation(Stated, frozen=True, kw_only=True):
    """自评: filed or not, and its share of the total."""

    required: bool = False
    weight: Literal["0"] = "0"


class Secrecy(Stated, frozen=True, kw_only=True):
    """How ballots stay secret."""

    methods: tuple[Literal["paper_two_tellers", "single_subject_codes"], ...] = ("paper_two_tellers",)
    published_at: Literal["close"] = "close"
    order: Literal["sorted by code digest"] = "sorted by code digest"
    times_stored: Literal[False] = False


class AppraisalShow(Stated, frozen=True, kw_only=True):
    """Who sees what of an appraisal."""

    mean_to: tuple[Name, ...] = ("subject", "branch_committee")
    distribution_from_ballots: Positive = 10
    distribution_if_unanimous: bool = False


class Appraisal(Stated, frozen=True, kw_only=True):
    """民主评议."""

    values: tuple[AppraisalValue, ...] = ()
    mean: Literal["arithmetic, abstentions left out"] = "arithmetic, abstentions left out"
    scope: Literal["overall", "per_category"] = "overall"
    """One mark for the whole of a person, or one for each category at the top of the tree."""
    self_evaluation: SelfEvaluation = SelfEvaluation()
    voters: Text = "full members of the branch on the day of the session, each for every appraised member but himself"
    quorum: Ratio = "1/2"
    secrecy: Secrecy = Secrecy()
    min_ballots: Positive = 5
    below_min: Literal["ledger_only"] = "ledger_only"
    show: AppraisalShow = AppraisalShow()


class Period(Coded, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """A half-year or the year, and what comes of it."""

    first_day: MonthDay
    last_day: MonthDay
    result: Literal["half_score", "score", "total"]
    appraisal: bool = False
    graded: bool = False
    entry_closes_working_days: Positive = 10
    """After its last day; what is entered later needs a reason and is flagged, however young the act."""
    base: Literal["sum_of_halves", "mean_of_halves", "recompute"] | None = None
    base_options: tuple[Literal["sum_of_halves", "mean_of_halves", "recompute"], ...] = ()
    order: tuple[Literal["appraisal", "committee", "notice", "determination"], ...] = ()


class Outlook(Stated, frozen=True, kw_only=True):
    """What the year may come to, shown to the person alone."""

    formula: Literal["2 × base of H1 + honours − deductions so far"] = "2 × base of H1 + honours − deductions so far"
    audience: tuple[Literal["subject"], ...] = ("subject",)


class Grade(Coded, frozen=True, kw_only=True, rename={"from_on": "以上"}):
    """格次: the first whose threshold the total reaches; one of the three words says whether it includes the number."""

    at_least: Written | None = None
    above: Written | None = None
    from_on: Written | None = None
    candidate: bool = False

    @property
    def threshold(self) -> Written:
        """The number at which the grade begins."""
        return self.at_least or self.above or self.from_on or "0"


class Quota(Stated, frozen=True, kw_only=True):
    """How many may be excellent."""

    enabled: bool = False
    fraction: Ratio = "1/1"
    of: Text = "members of the branch with a determined year total"
    scope: Literal["unit", "pooled"] = "unit"
    """Seats of each organisation by itself, or of all below the same next higher one together."""
    rounding: Literal["floor", "half_up", "up"] = "floor"
    min_seats: Annotated[int, Meta(ge=0, le=1000)] = 1
    ties: tuple[Literal["ledger", "appraisal", "fewest_deductions"], ...] = ("ledger", "appraisal", "fewest_deductions")
    still_tied: Literal["include", "lot", "committee"] = "include"
    """Who is wholly equal at the line: all in; by a lot that people draw in the open; or as the body decides."""
    reason_code: Literal["quota"] = "quota"
    blocked_members: Text = "excellent grades wait while a blocked member could reach the threshold"


class ProbationThreshold(Stated, frozen=True, kw_only=True):
    """The line under which an extension is proposed."""

    value: Written = "70"
    extend_if: Literal["below", "at_or_below", "以下"] = "below"
    compare: Literal["published_total"] = "published_total"
    hint_at: tuple[Exact, ...] = ("70.00",)
    cancel_below: Written | None = None
    """Where there are three bands: a first window below this number leads to a proposal to cancel, not to extend."""


class ProbationExtension(Stated, frozen=True, kw_only=True):
    """How long, and how often."""

    months_min: Positive = 6
    months_max: Positive = 12
    max_times: Literal[1] = 1
    total: Literal["of the extension only"] = "of the extension only"


class ProbationProposals(Stated, frozen=True, kw_only=True):
    """What the system proposes to the meeting."""

    at_or_above: Literal["confirm"] = "confirm"
    below: Literal["extend"] = "extend"
    below_in_extension: Literal["cancel"] = "cancel"


class Probation(Stated, frozen=True, kw_only=True):
    """预备期: one window instead of halves."""

    threshold: ProbationThreshold = ProbationThreshold()
    window_months: Annotated[int, Meta(ge=1, le=24)] = 12
    starts: Text = "day the general meeting admitted the member"
    caps: Literal["cap_year × window months ÷ 12, lines rounded, then base × 12 ÷ window months, rounded"] = (
        "cap_year × window months ÷ 12, lines rounded, then base × 12 ÷ window months, rounded"
    )
    honours_and_deductions: Literal["of the window, not scaled"] = "of the window, not scaled"
    extension: ProbationExtension = ProbationExtension()
    proposals: ProbationProposals = ProbationProposals()
    other_proposal: Text = "allowed to the meeting with ground and basis document"
    higher_refusal: Text = "back to the meeting once, then the higher organisation decides"
    outlook_months: tuple[Positive, ...] = (6,)
    outlook_days_before_end: tuple[Positive, ...] = (60, 30, 7)
    due_decision_days: Positive = 30
    half_scores: Literal["shown as outlook"] = "shown as outlook"
    after_confirmation: Text = "graded for the year if full member on its last day and present 6 months or more"


class LocalItems(Stated, frozen=True, kw_only=True):
    """Whether a unit may add items of its own, on which lists, and how much they may give."""

    allowed: bool = False
    max_points_per_category: Written = "0"
    max_points_total: Written | None = None
    lists: tuple[Literal["responsibility", "honour", "negative"], ...] = ("responsibility",)
    counts: Literal["within_category", "on_top"] = "within_category"
    proposed_by: tuple[Literal["party_committee", "general_branch", "branch"], ...] = (
        "party_committee",
        "general_branch",
        "branch",
    )
    """Which kinds of organisation may."""


class CarryOver(Stated, frozen=True, kw_only=True):
    """The share of last year's determined total that this year begins with."""

    fraction: Share = "0"
    most: Written | None = None


class Mapping(Stated, frozen=True, kw_only=True, rename={"old": "from", "new": "to"}):
    """An item of a version before, and the one that takes its place."""

    old: Name
    new: Name
    value: Literal["as_recorded", "as_new"] = "as_recorded"
    """By which version's standard the record is worth."""
    outcomes: dict[Name, Name] = msgspec.field(default_factory=dict[Name, Name])
    """Old outcome, level or shortfall → the new one; those not named keep their code."""
    times: Written | None = None
    """New quantity for one of the old."""
    note: Bilingual | None = None
