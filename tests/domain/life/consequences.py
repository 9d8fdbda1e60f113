"""What people wish when grades have consequences, and while somebody is on probation."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from domain.actor import Actor, person
from domain.decider import Command
from domain.organisation.bodies import meeting_of
from domain.organisation.member import MEMBER, Registered
from domain.result import carrying, due, noticing, opening, pairing, proposing, resolving, setting_aside
from domain.result.measure import MEASURES, Measure, Step, measures_of
from domain.result.probation import EndPending, ExtensionPending, ProbationStarted, probation_of
from domain.rules.ruleset import scheme_on
from domain.values import day_of
from tests.domain.branch import BRANCH, DISCIPLINE, HIGHER, PROCESS, PUBLICITY, SCHEME, SECRETARY, TOP, YOUTH
from tests.domain.branch import MEMBER as SOMEBODY
from tests.domain.life.life import SMALL, SMALL_SECRETARY, Life
from tests.domain.probationer import NEWCOMER

MEASURE: Final = (
    *(opening.OpenMeasure, opening.CloseMeasure, setting_aside.SetAsideMeasure),
    *(carrying.AssignDesignee, carrying.AcceptAssignment, carrying.DeclineAssignment, carrying.CompleteStep),
    *(carrying.EscalateMeasure, pairing.PairHelper, pairing.ReviewHelp, due.ProposeMeasures, due.ReviewMeasures),
)
PROBATION: Final = (
    *(proposing.StartProbation, proposing.LookAtProbation, proposing.ProposeOutcome),
    *(resolving.ResolveProbation, resolving.ApproveProbation, noticing.DraftProbationNotice),
)
FOLLOWING: Final = (*MEASURE, *PROBATION)
"""Every wish about what follows a result."""
BY_THEMSELVES: Final = (
    *(carrying.EscalateMeasure, due.ProposeMeasures, due.ReviewMeasures),
    *(proposing.LookAtProbation, noticing.DraftProbationNotice),
)
BY_WHOM_IT_IS_DONE: Final = (carrying.AcceptAssignment, carrying.DeclineAssignment, carrying.CompleteStep)
HIGHER_SECRETARY: Final = person(HIGHER[0], "secretary", TOP)
COMMITTEE_OF: Final = {
    BRANCH: (person(SECRETARY, "secretary", BRANCH), person(DISCIPLINE, "committee_member", BRANCH)),
    SMALL: (person(SMALL_SECRETARY, "secretary", SMALL),),
}

POOLS: Final[dict[str, Callable[[Life, Random], Any]]] = {
    "measure": lambda _, __: UUID(int=1),
    "step": lambda _, random: random.choice(("report", "talk", "admonition", "pairing", "case", "commendation")),
    "designee": lambda _, random: random.choice((PUBLICITY, YOUTH, HIGHER[1], SOMEBODY)),
    "helper": lambda _, random: random.choice((SECRETARY, DISCIPLINE, DISCIPLINE, YOUTH)),
    "plan": lambda _, __: "0" * 64,
    "basis": lambda _, __: "1号",
    "basis_sha256": lambda _, __: "0" * 64,
    "proposal": lambda _, random: random.choice(("confirm", "extend", "cancel")),
    "months": lambda _, random: random.choice((None, 6, 12)),
    "instead": lambda _, random: random.choice((None, "confirm", "extend", "cancel")),
    "body": lambda _, __: TOP,
    **dict.fromkeys(("done_on", "paired_on", "reviewed_on", "admitted_on"), lambda life, _: day_of(life.now)),
}


def who_follows(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> Actor:
    """The machine where it follows by itself; who is in charge of a step; else somebody of a committee, not himself."""
    if kind in BY_THEMSELVES:
        return PROCESS
    branch = known.get("unit", BRANCH)
    if kind is proposing.StartProbation or kind in (proposing.ProposeOutcome, resolving.ResolveProbation):
        return COMMITTEE_OF.get(branch, COMMITTEE_OF[BRANCH])[0]
    if kind is resolving.ApproveProbation:
        return HIGHER_SECRETARY
    ours = [one for one in COMMITTEE_OF.get(branch, ()) if one.person != known.get("member")] or [HIGHER_SECRETARY]
    if kind in BY_WHOM_IT_IS_DONE:
        step = _step(life, known)
        if step is not None and step.designee is not None:
            return _as_member(life, step.designee)
        return HIGHER_SECRETARY if step is not None and step.by == "work_committee" else random.choice(ours)
    return random.choice((*ours, *ours, HIGHER_SECRETARY))


def _as_member(life: Life, someone: UUID) -> Actor:
    known = life.world[MEMBER.of(someone)]
    return person(someone, "member", known.unit if isinstance(known, Registered) else BRANCH)


def following(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """The fields of such a wish that belong together."""
    if kind in (due.ProposeMeasures, due.ReviewMeasures):
        today = day_of(life.now)
        return {"unit": BRANCH, "year": today.year - 1, "period": "Y"} | known
    return _of_measure(kind, life, random, known) if kind in MEASURE else _of_probation(kind, life, random, known)


def _of_measure(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    today = day_of(life.now)
    someone, found = _some_measure(kind, life, random, known)
    if found is None:
        return {}
    about: dict[str, Any] = {"member": someone, "measure": found.measure, "unit": found.unit}
    about |= dict.fromkeys(("done_on", "paired_on", "reviewed_on"), today)
    if kind is opening.OpenMeasure:
        return about | {"present": _meeting(life, found.unit) if found.unit in COMMITTEE_OF else ()}
    steps = [step for step in found.steps if _fits(kind, step)] or list(found.steps)
    if not steps:
        return about
    step = random.choice(steps)
    return about | {"step": step.code, "stage": "completion", "due_on": step.due_on}


def _meeting(life: Life, unit: str) -> tuple[UUID, ...]:
    """Everybody of a branch who has a vote."""
    today = day_of(life.now)
    return tuple(sorted(meeting_of(life.world, scheme_on(life.world, SCHEME, today)[1], unit, today).members, key=str))


def _fits(kind: type[Command], step: Step) -> bool:
    if step.done:
        return False
    by_somebody, help_ = step.by == "designated_person", step.closes_with == "help_plan"
    match kind:
        case carrying.AssignDesignee:
            return by_somebody and step.designee is None
        case carrying.AcceptAssignment | carrying.DeclineAssignment:
            return step.designee is not None and not step.accepted
        case carrying.CompleteStep:
            return not help_ and (step.accepted or not by_somebody)
        case pairing.PairHelper:
            return help_ and step.helper is None
        case pairing.ReviewHelp:
            return step.helper is not None
        case _:
            return True


WANTED: Final[dict[type[Command], tuple[str, ...]]] = {
    opening.OpenMeasure: ("proposed", "proposed", "set_aside"),
    setting_aside.SetAsideMeasure: ("proposed",),
}


def _some_measure(
    kind: type[Command], life: Life, random: Random, known: dict[str, Any]
) -> tuple[UUID, Measure | None]:
    """The one that is spoken of, else one that is as far as the wish asks."""
    member = known.get("member", UUID(int=1))
    spoken_of = life.world[measures_of(member)].known.get(known.get("measure", UUID(int=1)))
    status = random.choice(WANTED.get(kind, ("open",)))
    if spoken_of is not None and (spoken_of.status == status or not random.randrange(4)):
        return member, spoken_of
    every = [(who, one) for who, one in measures(life) if one.status == status]
    fit = [pair for pair in every if any(_fits(kind, step) for step in pair[1].steps)]
    return random.choice(fit or every) if every else (member, spoken_of)


def measures(life: Life) -> list[tuple[UUID, Measure]]:
    """Every measure with whose it is, in an order that does not change from run to run."""
    people = sorted({fact.member for fact in life.world.facts if type(fact) in MEASURES.facts}, key=str)
    return [(one, measure) for one in people for measure in life.world[measures_of(one)].known.values()]


def _step(life: Life, known: dict[str, Any]) -> Step | None:
    if "member" not in known or "measure" not in known:
        return None
    found = life.world[measures_of(known["member"])].known.get(known["measure"])
    return None if found is None else found.step(known.get("step", ""))


def _of_probation(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    today = day_of(life.now)
    started = [fact.member for fact in life.world.facts if isinstance(fact, ProbationStarted)]
    someone = random.choice(started) if started else NEWCOMER
    if kind is proposing.StartProbation:
        someone = known.get("member", NEWCOMER)
        return {"unit": known.get("unit", BRANCH), "member": someone, "admitted_on": _admitted(today, random)}
    about: dict[str, Any] = {"member": someone, "unit": BRANCH}
    state = life.world[probation_of(someone)]
    extends = isinstance(state, ExtensionPending)
    if kind is resolving.ResolveProbation:
        there = tuple(one for one in _meeting(life, BRANCH) if one != someone)
        against = there[:5] if not random.randrange(5) else ()
        about |= {
            "present": there,
            "not_in_favour": against,
            "months": random.choice((6, 6, 12, 5)) if extends else None,
        }
    if kind is resolving.ApproveProbation:
        instead = random.choice(("confirm", "extend", "cancel"))
        verdict = random.choice(("approved", "refused"))
        about |= {"verdict": verdict, "instead": instead, "months": 6 if instead == "extend" else None}
        about |= {"present": HIGHER, "not_in_favour": ()}
    if kind is noticing.DraftProbationNotice:
        about |= {"outcome": random.choice(("confirm", "extend", "cancel"))}
    if kind is proposing.ProposeOutcome and isinstance(state, EndPending):
        about |= {"proposal": state.proposal}
    return about


def _admitted(today: date, random: Random) -> date:
    return today - timedelta(days=random.choice((0, 5, 30, 300, 360)))
