"""What holds of whatever stands beside the points: it touches nothing of theirs, and tells nobody whom it is about."""

from collections.abc import Callable
from typing import Final

from domain.entry import encode
from domain.organisation.describing import DescribeMember
from domain.organisation.unit import UNIT, Established
from domain.oversight.retention import RETENTION, AccessLogTrimmed, RetentionOrdered, first_kept
from domain.oversight.reviewing import GrantAccess, OpenReview, TakeOverReview
from domain.process import follow_up
from domain.values import day_of
from tests.domain.life.beside import BESIDE, CUSTODY, REGISTERS, RETENTIONS, REVIEWS
from tests.domain.life.invariants import facts
from tests.domain.life.life import Step

OWN: Final = {
    **dict.fromkeys(REGISTERS, "register"),
    **dict.fromkeys(REVIEWS, "review"),
    **dict.fromkeys((*CUSTODY, DescribeMember), "member"),
    **dict.fromkeys(RETENTIONS, "retention"),
}
"""The only kind of stream that such a wish says anything in; else the one of the exports."""


def what_stands_beside_the_points_touches_nothing_of_theirs(step: Step) -> None:
    """No register, review, export, hold or description reaches a score, a grade or a notice, or calls for anything."""
    kind = type(step.command)
    if kind not in BESIDE:
        return
    assert {said.write.kind for said in step.said} == {OWN.get(kind, "audit-export")}
    written = {said.write.stream for said in step.said}
    before, after = step.before.states, step.after.states
    assert {stream for stream in after if after[stream] != before.get(stream)} <= written
    assert [said for said in step.said if follow_up(said.entry) is not None] == []


def i17_the_log_does_not_say_whom_a_review_is_about(step: Step) -> None:
    """I17, E10: neither an entry of a review nor anything that it changes names its subject."""
    if isinstance(step.command, OpenReview | GrantAccess | TakeOverReview):
        subject = step.command.subject.value.encode()
        assert all(subject not in encode(said.entry) for said in step.said)


def what_is_said_of_a_person_changes_nothing_of_his(step: Step) -> None:
    """E12: a description stands as a commitment; what any other wish reads of the member is as before."""
    if isinstance(step.command, DescribeMember):
        assert step.after.states == step.before.states


def e9_nothing_goes_before_its_term_nor_without_an_order(step: Step) -> None:
    """E9: ordered at the top alone, never of a day that must be kept; what went was ordered, and went once."""
    for ordered in facts(step, RetentionOrdered):
        unit = step.before[UNIT.of(ordered.unit)]
        assert isinstance(unit, Established)
        assert unit.parent is None
        assert ordered.before_on <= first_kept(step.before, ordered.unit, ordered.kind, day_of(step.command.at))
    for gone in facts(step, AccessLogTrimmed):
        before = step.before[RETENTION.of(gone.unit)]
        assert before.access_log == gone.before_on
        assert before.trimmed is None or before.trimmed < gone.before_on


OVER_WHAT_STANDS_BESIDE: Final[tuple[Callable[[Step], None], ...]] = (
    e9_nothing_goes_before_its_term_nor_without_an_order,
    what_stands_beside_the_points_touches_nothing_of_theirs,
    i17_the_log_does_not_say_whom_a_review_is_about,
    what_is_said_of_a_person_changes_nothing_of_his,
)
