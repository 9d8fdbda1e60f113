"""What people wish when a half or a year comes to its end: periods, the appraisal, the decisions, the talks."""

from collections.abc import Callable
from random import Random
from typing import Any, Final
from uuid import UUID

from domain.actor import Actor, person
from domain.assessment.appraisal import Session, appraisal_of
from domain.assessment.balloting import (
    AnnulAppraisal,
    CloseAppraisal,
    FileSelfEvaluation,
    IssuedCode,
    OpenAppraisal,
    electorate,
)
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod, ReturnPeriod
from domain.assessment.feedback import AcknowledgeResult, FeedBackResult
from domain.assessment.noticing import DraftResultNotice
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import Assessment, period_of
from domain.assessment.tallying import Ballot
from domain.decider import Command
from domain.values import day_of
from tests.domain.branch import BRANCH, HIGHER, SECRETARY, TOP, digest, secret
from tests.domain.life.life import SMALL, SMALL_SECRETARY, Life

CLOSING: Final = (
    *(OpenPeriod, ComputePeriod, DecidePeriod, ReturnPeriod, DraftResultNotice, FeedBackResult),
    *(OpenAppraisal, FileSelfEvaluation, CloseAppraisal, AnnulAppraisal, AcknowledgeResult),
)
"""Every wish of a period's way."""
MARKS: Final = ("excellent", "qualified", "qualified", "basically_qualified", "abstain")
HALF_BEGINS: Final = 7
SECRETARIES: Final = {
    BRANCH: person(SECRETARY, "secretary", BRANCH),
    SMALL: person(SMALL_SECRETARY, "secretary", SMALL),
}
HIGHER_SECRETARY: Final = person(HIGHER[0], "secretary", TOP)

POOLS: Final[dict[str, Callable[[Life, Random], Any]]] = {
    "period": lambda life, random: random.choice(_begun(life)),
    "method": lambda _, random: random.choice(("paper_two_tellers", "paper_two_tellers", "single_subject_codes")),
    "codes": lambda _, __: (),
    "box": lambda _, random: random.choice((None, digest("box"))),
    "tellers": lambda _, __: (SECRETARY, HIGHER[0]),
    "took_part": lambda _, __: (SECRETARY,),
    "ballots": lambda _, __: (),
    "spoilt": lambda _, random: random.choice((0, 0, 1)),
    "seed": lambda life, _: secret("seed", f"seed {life.number()}"),
    "told_on": lambda life, _: day_of(life.now),
}


def _begun(life: Life) -> tuple[str, ...]:
    """The periods that are at hand: the year's end comes in the next spring."""
    return ("H1", "Y", "Y") if day_of(life.now).month < HALF_BEGINS else ("H1", "H1", "H2", "Y")


def who_closes(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> Actor:
    """The secretary of the branch; the body before which the figures lie; whoever evaluates himself."""
    branch = known.get("unit") if known.get("unit") in SECRETARIES else BRANCH
    assert branch is not None, "one of the two"
    if kind is FileSelfEvaluation:
        session = _session(life, known)
        left = sorted(set(session.subjects) - session.self_evaluated, key=str) if session else []
        return person(random.choice(left) if left else SECRETARY, "member", branch)
    if kind is AcknowledgeResult:
        return person(known.get("member", SECRETARY), "member", branch)
    if kind in (DecidePeriod, ReturnPeriod):
        found = _period(life, known)
        body = None if found is None else found.body
        return HIGHER_SECRETARY if body == TOP or branch == SMALL else SECRETARIES[branch]
    return SECRETARIES[branch]


def closing(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """The fields of such a wish that belong together."""
    today = day_of(life.now)
    branch = known["unit"] if known.get("unit") in SECRETARIES else random.choice((BRANCH, BRANCH, SMALL))
    # In spring it is the year before that comes to its end.
    year = today.year if today.month >= HALF_BEGINS else today.year - random.choice((0, 1, 1, 1))
    about = {"unit": branch, "year": year, "period": random.choice(_begun(life))} | known
    match kind:
        case kind if kind is OpenAppraisal:
            return about | _codes(life, random, about)
        case kind if kind is CloseAppraisal:
            return about | _counted(life, random, about)
        case _:
            return about


def _period(life: Life, known: dict[str, Any]) -> Assessment | None:
    found = life.world[period_of(known.get("unit", BRANCH), known.get("year", 0), known.get("period", "H1"))]
    return found if isinstance(found, Assessment) else None


def _session(life: Life, known: dict[str, Any]) -> Session | None:
    found = life.world[appraisal_of(known.get("unit", BRANCH), known.get("year", 0), known.get("period", "Y"))]
    return found if isinstance(found, Session) else None


def _codes(life: Life, random: Random, about: dict[str, Any]) -> dict[str, Any]:
    """One code for each voter and each other member appraised, now and then one too few."""
    if random.randrange(3):
        return {"method": "paper_two_tellers", "codes": (), "box": None}
    from tests.domain.life.actors import RULES

    subjects, voters = electorate(life.world, RULES, about["unit"], day_of(life.now))
    issued = tuple(
        IssuedCode(subject=subject, digest=digest(f"code {life.number()}"))
        for subject in subjects
        for _ in set(voters) - {subject}
    )
    return {"method": "single_subject_codes", "codes": issued if random.randrange(8) else issued[1:]}


def _counted(life: Life, random: Random, about: dict[str, Any]) -> dict[str, Any]:
    """Most who may vote have voted, and most of them for everybody else."""
    session = _session(life, about)
    if session is None or len(session.voters) <= 1:
        return {}
    there = session.voters if random.randrange(4) else session.voters[: len(session.voters) // random.choice((2, 3))]
    ballots = _of_codes(session, random) if session.codes else _of_paper(life, session, random, there)
    if session.codes:
        allowed = {one: session.may_cast_for(one, frozenset(there)) for one in session.subjects}
        ballots = tuple(one for one in ballots if _spent(allowed, one.subject))
    return {"tellers": session.voters[:2], "took_part": there, "ballots": ballots}


def _spent(allowed: dict[UUID, int], subject: UUID) -> bool:
    allowed[subject] -= 1
    return allowed[subject] >= 0


def _of_codes(session: Session, random: Random) -> tuple[Ballot, ...]:
    return tuple(
        Ballot(subject=good_for.subject, digest=code, mark=random.choice(MARKS))
        for code, good_for in session.codes.items()
        if random.randrange(8)
    )


def _of_paper(life: Life, session: Session, random: Random, there: tuple[UUID, ...]) -> tuple[Ballot, ...]:
    # Now and then one ballot too many for somebody: his own.
    most = {one: session.may_cast_for(one, frozenset(there)) + (not random.randrange(24)) for one in session.subjects}
    return tuple(
        Ballot(subject=one, digest=digest(f"paper {life.number()}"), mark=random.choice(MARKS))
        for one, number in most.items()
        for _ in range(number - random.choice((0, 0, 1)))
    )
