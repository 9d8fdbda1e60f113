"""What holds of measures, of probation, of items of a unit's own and of a decision from outside, after every wish."""

from collections.abc import Callable
from itertools import groupby
from typing import Final

from domain.objection.appeal import able_groups
from domain.objection.objection import OBJECTION, AppealDecided, Objection
from domain.organisation.member import MembershipEnded
from domain.recording.archive import VetoRegistered
from domain.recording.bringing import Brought, VetoBrought, brought_of
from domain.result.measure import (
    DesigneeAccepted,
    DesigneeAssigned,
    HelperPaired,
    HelpReviewed,
    MeasureClosed,
    MeasureOpened,
    MeasureProposed,
    MeasureSetAside,
    MeasureStepSet,
    OfMeasure,
    StepDone,
    measures_of,
)
from domain.result.opening import before_meeting
from domain.result.pairing import rule_of, scheme_of_measure
from domain.result.probation import (
    CancellationProposed,
    Ended,
    ExtensionProposed,
    HigherApprovalGiven,
    HigherOrganisationDecided,
    MeetingResolved,
    MemberConfirmed,
    NoCase,
    ProbationCancelled,
    ProbationExtended,
    ProbationStarted,
    probation_of,
)
from domain.rules.maxima import year_cap
from domain.rules.refinement import LocalItemAuthorised, LocalItemDeclined, LocalItemProposed, LocalItemRetired
from domain.rules.ruleset import RULES
from domain.values import day_of, hundredths
from tests.domain.branch import SCHEME
from tests.domain.life.invariants import facts
from tests.domain.life.life import KEPT, ROOM, Step

BY_PEOPLE: Final = (
    *(MeasureOpened, MeasureSetAside, MeasureClosed, StepDone, HelperPaired, HelpReviewed, DesigneeAssigned),
    *(MeetingResolved, HigherApprovalGiven, HigherOrganisationDecided),
    *(ProbationExtended, ProbationCancelled, MemberConfirmed),
)
EFFECTS: Final = (ProbationExtended, ProbationCancelled, MemberConfirmed)
LOCAL: Final = (LocalItemProposed, LocalItemAuthorised, LocalItemDeclined, LocalItemRetired)


def p5_people_decide_and_nobody_his_own(step: Step) -> None:
    """P5: no measure is opened, done or closed, and no probation ends, but by a person who is not its subject."""
    for fact in facts(step, *BY_PEOPLE):
        assert step.command.actor.person is not None
        assert step.command.actor.person != fact.member


def a_measure_goes_one_way(step: Step) -> None:
    """Proposed, then opened, then closed, each once; a step is done once; nothing follows what has ended."""
    for fact in facts(step, OfMeasure):
        was = step.before[measures_of(fact.member)].known.get(fact.measure)
        match fact:
            case MeasureProposed():
                assert was is None or was.status == "withdrawn"
            case MeasureOpened():
                assert was is not None
                assert was.status in ("proposed", "set_aside")
            case MeasureClosed():
                assert was is not None
                assert was.status == "open"
                assert all(one.done or one.optional for one in was.steps)
            case StepDone() | HelpReviewed():
                assert was is not None
                assert not next(one for one in was.steps if one.code == fact.step).done
            case _:
                pass
    _closed_once(step)


def _closed_once(step: Step) -> None:
    if any(True for _ in facts(step, MeasureClosed)):
        closed = [fact.measure for fact in step.after.facts if isinstance(fact, MeasureClosed)]
        assert len(closed) == len(set(closed)), "closed once"


def a_measure_is_opened_with_the_steps_of_its_rule(step: Step) -> None:
    """The steps are those of the table; what goes before the general meeting has its majority."""
    for fact in facts(step, MeasureOpened):
        found = step.before[measures_of(fact.member)].known[fact.measure]
        rule = rule_of(scheme_of_measure(step.before, found), found)
        assert [one.step for one in facts(step, MeasureStepSet)] == [one.code for one in rule.steps]
        assert (fact.vote is not None) == before_meeting(rule)
        assert fact.vote is None or 2 * fact.vote.in_favour > fact.vote.entitled


def a_step_is_done_by_who_is_in_charge(step: Step) -> None:
    """Where somebody was to be named, he was, has accepted, and does it himself."""
    for fact in facts(step, StepDone):
        before = step.before[measures_of(fact.member)].known[fact.measure].step(fact.step)
        assert before is not None
        assert before.by != "designated_person" or (before.accepted and before.designee == fact.by)
        assert (fact.note is not None) if before.sealed else (fact.proof is not None)
    for fact in facts(step, DesigneeAccepted):
        assert step.command.actor.person == fact.designee


def i20_a_helper_has_one_mentee(step: Step) -> None:
    """I20: nobody helps himself, and nobody two at once."""
    for fact in facts(step, HelperPaired):
        assert fact.helper != fact.member
        assert len(step.after[measures_of(fact.helper)].mentees) == 1


def i16_no_second_extension(step: Step) -> None:
    """I16: extended at most once, by six to twelve months, the day after the first window."""
    for fact in facts(step, ProbationExtended):
        assert sum(isinstance(one, ProbationExtended) and one.member == fact.member for one in step.after.facts) == 1
        assert 6 <= fact.months <= 12
        first = next(f for f in step.after.facts if isinstance(f, ProbationStarted) and f.member == fact.member)
        assert (fact.first_on - first.last_on).days == 1
    for fact in facts(step, ExtensionProposed):
        assert fact.window == 1


def i16_meeting_and_higher_organisation_before_an_outcome(step: Step) -> None:
    """I16: each outcome needs the meeting's resolution and the decision of the higher organisation."""
    for fact in facts(step, *EFFECTS):
        adopted = [f for f in step.before.facts if isinstance(f, MeetingResolved) and f.member == fact.member]
        assert adopted
        assert adopted[-1].adopted
        assert 2 * adopted[-1].vote.in_favour > adopted[-1].vote.entitled
        assert any(True for _ in facts(step, HigherApprovalGiven, HigherOrganisationDecided))
        assert not isinstance(step.before[probation_of(fact.member)], NoCase | Ended)
    for fact in facts(step, ProbationCancelled):
        assert any(one.member == fact.member for one in facts(step, MembershipEnded))
    for fact in facts(step, CancellationProposed):
        assert fact.ground == "other" or hundredths(fact.total or "0") < 7_000


def f32_an_item_of_a_unit_holds_by_anothers_decision(step: Step) -> None:
    """F32: decided once, by somebody else than its author, from a day to come, and never beyond its room."""
    if not any(True for _ in facts(step, *LOCAL)):
        return
    was, now = step.before[RULES.of(SCHEME)].local, step.after[RULES.of(SCHEME)].local
    for fact in facts(step, LocalItemAuthorised, LocalItemDeclined):
        one = [item for item in was if (item.unit, item.version, item.code) == (fact.unit, fact.version, fact.code)][-1]
        assert one.status == "proposed"
        assert one.author != step.command.actor.person
    for fact in facts(step, LocalItemAuthorised):
        assert fact.effective_on > day_of(step.command.at)
        central = step.after[RULES.of(SCHEME)].in_force(fact.effective_on)
        assert central is not None
        assert central.version == fact.version
    for fact in facts(step, LocalItemRetired):
        assert fact.from_on > day_of(step.command.at)
    standing = [one for one in now if one.status != "declined"]
    assert len({one.code for one in standing}) == len(standing), "a code says one thing"
    _within_room(step)


def _within_room(step: Step) -> None:
    known = step.after[RULES.of(SCHEME)]
    living = [one for one in known.local if one.status != "declined" and one.retired_on is None]
    for (unit, version), items in groupby(sorted(living, key=_where), key=_where):
        found = known.find(version)
        assert found is not None
        assert found.scheme is not None
        given = sum(year_cap(found.scheme, one.item) or 0 for one in items)
        assert given <= hundredths(str(ROOM["max_points_per_category"])), unit


def _where(one: object) -> tuple[str, str]:
    return getattr(one, "unit", ""), getattr(one, "version", "")


def f21_what_a_department_keeps_is_registered_as_it_was_brought(step: Step) -> None:
    """F21: its officer brought it, with the same document and days, and had no part in the vote."""
    for fact in facts(step, VetoBrought):
        assert step.command.actor.role == "department_officer"
        assert fact.item in KEPT["items"]
    for fact in facts(step, VetoRegistered):
        if fact.item in KEPT["items"]:
            state = step.before[brought_of(fact.unit, fact.member, fact.matter, fact.item)]
            assert isinstance(state, Brought)
            assert state.waits
            assert (state.last.document, state.last.decided_on) == (fact.document, fact.counted_on)
            assert step.command.actor.person not in state.by


def an_outside_decision_needs_that_nobody_inside_is_left(step: Step) -> None:
    """§4.10.12: what the level outside the log decided is entered only where no leading group of the tree can."""
    for fact in facts(step, AppealDecided):
        if fact.authority is not None:
            objection = step.before[OBJECTION.of(fact.objection)]
            assert isinstance(objection, Objection)
            assert not able_groups(step.before, objection, day_of(step.command.at))
            assert step.command.actor.person not in (objection.handler, objection.subject)


OVER_CONSEQUENCES: Final[tuple[Callable[[Step], None], ...]] = (
    p5_people_decide_and_nobody_his_own,
    a_measure_goes_one_way,
    a_measure_is_opened_with_the_steps_of_its_rule,
    a_step_is_done_by_who_is_in_charge,
    i20_a_helper_has_one_mentee,
    i16_no_second_extension,
    i16_meeting_and_higher_organisation_before_an_outcome,
    f32_an_item_of_a_unit_holds_by_anothers_decision,
    f21_what_a_department_keeps_is_registered_as_it_was_brought,
    an_outside_decision_needs_that_nobody_inside_is_left,
)
