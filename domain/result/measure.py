"""措施 — what follows for one member from his determined results: proposed, opened, carried out, closed, withdrawn.

One stream holds all measures of a person, and whom he helps himself: whether he is under a measure and how many he
helps is asked at once (I20). The machine proposes; a person opens, assigns, carries out and closes (P5).
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream, StreamRef
from domain.recording.committee import Vote
from domain.values import Code, MemberId, Points, Reference, Sha256

Stage: TypeAlias = Literal["acceptance", "completion", "review"]


class OfMeasure(Fact, frozen=True, kw_only=True):
    """What every fact about a measure says: which one, whose, and of which organisation."""

    measure: UUID
    member: MemberId
    unit: Code


class MeasureProposed(OfMeasure, frozen=True, kw_only=True):
    """拟采取措施 — by the table of the rule set, from a determined result; nobody has decided anything."""

    code: Code
    year: int
    period: Code
    version: int
    """Of the determination."""
    rules: Code
    grade: Code | None = None
    total: Points
    streak: int = 0
    """How many years in a row, with this one, had this grade."""


class MeasureOpened(OfMeasure, frozen=True, kw_only=True):
    """措施开启 — by a person; what goes before the general meeting says how it voted."""

    by: MemberId
    opened_on: date
    minute: Reference | None = None
    minute_sha256: Sha256 | None = None
    vote: Vote | None = None


class MeasureStepSet(OfMeasure, frozen=True, kw_only=True):
    """措施步骤 — one step of an opened measure, as the rule set has it, and by when."""

    step: Code
    by: Code
    due_on: date | None = None
    closes_with: Code
    optional: bool = False
    sealed: bool = False
    review_months: int | None = None


class DesigneeAssigned(OfMeasure, frozen=True, kw_only=True):
    """指定专人."""

    step: Code
    designee: MemberId
    by: MemberId
    accept_by: date


class DesigneeAccepted(OfMeasure, frozen=True, kw_only=True):
    """专人接受."""

    step: Code
    designee: MemberId


class DesigneeDeclined(OfMeasure, frozen=True, kw_only=True):
    """专人不能承担 — and why; somebody else is assigned."""

    step: Code
    designee: MemberId
    reason: Sha256


class StepDone(OfMeasure, frozen=True, kw_only=True):
    """One step is done: its paper by digest, or its sealed note."""

    step: Code
    done_on: date
    by: MemberId
    proof: Sha256 | None = None
    note: Sha256 | None = None


class ThoughtReportReceived(StepDone, frozen=True, kw_only=True):
    """书面思想汇报."""


class TalkHeld(StepDone, frozen=True, kw_only=True):
    """谈心谈话 — the note is sealed."""


class AdmonitionHeld(StepDone, frozen=True, kw_only=True):
    """诫勉谈话 — the note is sealed; it is never the basis of a deduction."""


class CommendationAwarded(StepDone, frozen=True, kw_only=True):
    """表彰."""


class RecommendationReported(StepDone, frozen=True, kw_only=True):
    """推荐上报."""


class HandlingDecisionFiled(StepDone, frozen=True, kw_only=True):
    """组织处理决定归档 — what the competent organisation decided under other regulations."""


class MeasureStepDone(StepDone, frozen=True, kw_only=True):
    """步骤办结 — of a kind that has no word of its own."""


class HelperPaired(OfMeasure, frozen=True, kw_only=True):
    """一对一帮促."""

    step: Code
    helper: MemberId
    by: MemberId
    paired_on: date
    plan: Sha256
    review_by: date | None = None


class HelpTaken(OfMeasure, frozen=True, kw_only=True):
    """承担帮促 — in the helper's stream: ``member`` is the helper."""

    mentee: MemberId


class HelpReviewed(OfMeasure, frozen=True, kw_only=True):
    """帮促复查 — the note is sealed."""

    step: Code
    reviewed_on: date
    by: MemberId
    note: Sha256


class HelpEnded(OfMeasure, frozen=True, kw_only=True):
    """帮促结束 — in the helper's stream: ``member`` is the helper."""


class OrganisationalHandlingOpened(OfMeasure, frozen=True, kw_only=True):
    """组织处理提起 — a case for the competent organisation under other regulations; nothing is decided here."""

    to: Code


class MeasureEscalated(OfMeasure, frozen=True, kw_only=True):
    """措施逾期上提 — one level."""

    step: Code
    stage: Stage
    due_on: date
    to: Code


class MeasureClosed(OfMeasure, frozen=True, kw_only=True):
    """措施办结."""

    by: MemberId


class MeasureSetAside(OfMeasure, frozen=True, kw_only=True):
    """措施不予采取 — somebody decides that what was proposed is not opened: on which document, and why, sealed."""

    by: MemberId
    body: Code
    """The organisation for which he decided."""
    basis: Reference
    basis_sha256: Sha256
    reason: Sha256


class MeasureWithdrawn(OfMeasure, frozen=True, kw_only=True):
    """措施撤销 — the result from which it followed was superseded."""

    version: int
    """Of the determination that no longer calls for it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step on its way."""

    code: str
    by: str
    closes_with: str
    due_on: date | None = None
    optional: bool = False
    sealed: bool = False
    review_months: int | None = None
    designee: MemberId | None = None
    accept_by: date | None = None
    accepted: bool = False
    helper: MemberId | None = None
    paired_on: date | None = None
    review_by: date | None = None
    done: bool = False


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure."""

    measure: UUID
    code: str
    unit: str
    year: int
    period: str
    version: int
    rules: str
    grade: str | None = None
    status: Literal["proposed", "set_aside", "open", "closed", "withdrawn"] = "proposed"
    set_aside_by: str | None = None
    """The organisation that decided not to open it."""
    opened_by: MemberId | None = None
    """Who opened it last; known as well after it was withdrawn and proposed anew."""
    opened_on: date | None = None
    steps: tuple[Step, ...] = ()
    papers: frozenset[str] = frozenset()
    """Digests of its papers: none of them is ever the basis of a deduction."""
    decided: bool = False
    """A competent organisation's decision is filed."""

    @property
    def live(self) -> bool:
        """Whether it is proposed or open."""
        return self.status in ("proposed", "open")

    def step(self, code: Code) -> Step | None:
        """One of its steps."""
        return next((step for step in self.steps if step.code == code), None)


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """All measures of one person, and whom he helps."""

    known: dict[UUID, Measure] = {}
    mentees: dict[UUID, MemberId] = {}
    """Measure → whom he helps now."""
    helped: dict[UUID, MemberId] = {}
    """Measure → whom he helps or has helped: by these alone does a helper earn an honour."""

    def papers(self) -> frozenset[str]:
        """The digests of all papers of his measures."""
        return frozenset(paper for one in self.known.values() for paper in one.papers)


class MeasureUnknown(Refused):
    """没有这项措施。 There is no such measure."""

    code = "measure-unknown"


class StepUnknown(Refused):
    """措施中没有这一步。 The measure has no such step."""

    code = "measure-step-unknown"


class MeasureNotThere(Refused):
    """该措施不在这一步。 The measure is at another step."""

    code = "measure-not-there"


def evolve(state: Measures, fact: Fact) -> Measures:
    """The measures after one more fact."""
    match fact:
        case MeasureProposed():
            before = state.known.get(fact.measure)
            assert before is None or before.status == "withdrawn", "a measure is proposed once while it stands"
            return _with(state, _proposed(fact, before))
        case HelpTaken():
            taken = {fact.measure: fact.mentee}
            return replace(state, mentees=state.mentees | taken, helped=state.helped | taken)
        case HelpEnded():
            left = {measure: mentee for measure, mentee in state.mentees.items() if measure != fact.measure}
            return replace(state, mentees=left)
        case OfMeasure():
            return _with(state, _further(state.known[fact.measure], fact))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to measures")


def _with(state: Measures, measure: Measure) -> Measures:
    return replace(state, known={**state.known, measure.measure: measure})


def _proposed(fact: MeasureProposed, before: Measure | None) -> Measure:
    return Measure(
        measure=fact.measure,
        code=fact.code,
        unit=fact.unit,
        year=fact.year,
        period=fact.period,
        version=fact.version,
        rules=fact.rules,
        grade=fact.grade,
        opened_by=None if before is None else before.opened_by,
        opened_on=None if before is None else before.opened_on,
    )


def _further(measure: Measure, fact: OfMeasure) -> Measure:
    match fact:
        case MeasureOpened():
            assert measure.status in ("proposed", "set_aside"), f"a measure that is {measure.status} is not opened"
            return replace(measure, status="open", opened_by=fact.by, opened_on=fact.opened_on)
        case MeasureSetAside():
            assert measure.status == "proposed", f"a measure that is {measure.status} is not set aside"
            return replace(measure, status="set_aside", set_aside_by=fact.body)
        case MeasureWithdrawn():
            assert measure.live, f"a measure that is {measure.status} is not withdrawn"
            return replace(measure, status="withdrawn")
        case _:
            assert measure.status == "open", f"{type(fact).__name__} cannot follow while it is {measure.status}"
            return _in_progress(measure, fact)


def _in_progress(measure: Measure, fact: OfMeasure) -> Measure:
    match fact:
        case MeasureStepSet():
            return replace(measure, steps=(*measure.steps, _step(fact)))
        case DesigneeAssigned():
            return _change(measure, fact.step, designee=fact.designee, accept_by=fact.accept_by, accepted=False)
        case DesigneeAccepted():
            return _change(measure, fact.step, accepted=True)
        case DesigneeDeclined():
            return _change(measure, fact.step, designee=None, accept_by=None, accepted=False)
        case HelperPaired():
            measure = replace(measure, papers=measure.papers | {fact.plan})
            done = fact.review_by is None
            said = {"helper": fact.helper, "paired_on": fact.paired_on, "review_by": fact.review_by}
            return _change(measure, fact.step, **said, done=done)
        case HelpReviewed():
            return _change(measure, fact.step, done=True)
        case StepDone():
            papers = measure.papers if fact.proof is None else measure.papers | {fact.proof}
            decided = measure.decided or isinstance(fact, HandlingDecisionFiled)
            return _change(replace(measure, papers=papers, decided=decided), fact.step, done=True)
        case OrganisationalHandlingOpened() | MeasureEscalated():
            return measure
        case MeasureClosed():
            return replace(measure, status="closed")
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a measure")


def _step(fact: MeasureStepSet) -> Step:
    return Step(
        code=fact.step,
        by=fact.by,
        closes_with=fact.closes_with,
        due_on=fact.due_on,
        optional=fact.optional,
        sealed=fact.sealed,
        review_months=fact.review_months,
    )


def _change(measure: Measure, step: Code, **fields: object) -> Measure:
    assert measure.step(step) is not None, f"the measure has no step {step}"
    changed = (replace(one, **fields) if one.code == step else one for one in measure.steps)
    return replace(measure, steps=tuple(changed))


MEASURES: Final[Stream[Measures]] = Stream(
    "measures",
    Measures(),
    evolve,
    (
        MeasureProposed,
        MeasureOpened,
        MeasureStepSet,
        DesigneeAssigned,
        DesigneeAccepted,
        DesigneeDeclined,
        ThoughtReportReceived,
        TalkHeld,
        AdmonitionHeld,
        CommendationAwarded,
        RecommendationReported,
        HandlingDecisionFiled,
        MeasureStepDone,
        HelperPaired,
        HelpTaken,
        HelpReviewed,
        HelpEnded,
        OrganisationalHandlingOpened,
        MeasureEscalated,
        MeasureClosed,
        MeasureWithdrawn,
        MeasureSetAside,
    ),
)


def measures_of(member: MemberId) -> StreamRef[Measures]:
    """The one stream of a member's measures."""
    return MEASURES.of(member)


def measure_id(member: MemberId, year: int, period: Code, code: Code) -> UUID:
    """The one measure of a member, period and row of the table."""
    return uuid5(NAMESPACE, f"measure-of/{member}/{year}/{period}/{code}")


def living(past: Past, member: MemberId, measure: UUID, unit: Code) -> Measure:
    """The measure, or a refusal that the organisation has none of this id."""
    found = past[measures_of(member)].known.get(measure)
    if found is None or found.unit != unit:
        raise MeasureUnknown(measure=measure)
    return found


def opened(past: Past, member: MemberId, measure: UUID, unit: Code) -> Measure:
    """The measure, if it is open."""
    found = living(past, member, measure, unit)
    if found.status != "open":
        raise MeasureNotThere(status=found.status)
    return found
