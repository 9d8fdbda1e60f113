"""预备期处理公示 — the members of the branch are told what was decided about a probation: name and outcome.

The outcome holds from the decision; the notice tells of it, and whoever objects is heard as with every notice. Neither
the total nor a ground stands on it: the minimum, in favour of the person (SPEC §6, E5).
"""

from typing import Final
from uuid import uuid5

from domain.assessment.probation import Proposal
from domain.decider import NAMESPACE, Command, Decision, Past, Refused
from domain.notice.notice import NOTICE, NoNotice, NoticeExists, lines_digest
from domain.notice.results import PROBATION, ResultLineDrafted, ResultNoticeDrafted
from domain.organisation.unit import established
from domain.result.probation import Ended, EndPending, Extension, State, probation_of
from domain.rules.demands import stage_of
from domain.rules.ruleset import scheme_on
from domain.values import Code, MemberId, NoticeId, day_of

STAGE: Final = "probation"


class DraftProbationNotice(Command, frozen=True, kw_only=True):
    """Draft the notice of what was decided."""

    operation = "notice.draft"
    unit: Code
    member: MemberId
    outcome: Proposal
    body: Code


def probation_notice_id(member: MemberId, outcome: Proposal) -> NoticeId:
    """The one notice of an outcome: nobody is extended, confirmed or cancelled twice."""
    return uuid5(NAMESPACE, f"notice-of-probation/{member}/{outcome}")


class OutcomeNotDecided(Refused):
    """该预备期没有作出这一处理决定。 No such outcome of this probation was decided."""

    code = "probation-outcome-not-decided"


def decide(past: Past, command: DraftProbationNotice) -> Decision:
    """One line; once; of what was decided."""
    if command.outcome not in _decided(past[probation_of(command.member)]):
        raise OutcomeNotDecided(outcome=command.outcome)
    notice, today = probation_notice_id(command.member, command.outcome), day_of(command.at)
    ref = NOTICE.of(notice)
    if past[ref] != NoNotice():
        raise NoticeExists(notice=notice)
    _, scheme = scheme_on(past, established(past, command.unit).scheme, today)
    result = uuid5(NAMESPACE, f"line-of-probation/{command.member}/{command.outcome}")
    line = ResultLineDrafted(line=1, member=command.member, result=result, grade=command.outcome)
    header = ResultNoticeDrafted(
        notice=notice,
        unit=command.unit,
        stage=stage_of(scheme, STAGE).code,
        year=today.year,
        period=PROBATION,
        computation=1,
        last_on=today,
        lines=1,
        digest=lines_digest([line]),
        decided_on=today,
        bodies=tuple(sorted({command.unit, command.body})),
    )
    return [ref.says(header), ref.says(line)]


def _decided(state: State) -> frozenset[Proposal]:
    """What was decided of a probation so far."""
    match state:
        case Extension() | EndPending(before=Extension()):
            return frozenset({"extend"})
        case Ended():
            ended: Proposal = "confirm" if state.outcome == "confirmed" else "cancel"
            return frozenset({"extend", ended}) if state.window.number > 1 else frozenset({ended})
        case _:
            return frozenset()
