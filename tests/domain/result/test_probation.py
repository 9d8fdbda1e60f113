"""预备期: windows, outlooks, what is proposed at 69.99 and 70.00, resolutions, approvals, and no second extension."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from domain.assessment.probation import proposal
from domain.notice.notice import NoticeExists
from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.organisation.member import (
    MEMBER,
    MemberProfileAssigned,
    MembershipEnded,
    Registered,
)
from domain.organisation.membership import AssignProfile, ProfileByProbation
from domain.organisation.roster import MemberReleased, belonging
from domain.recording.approval import NotPresent
from domain.recording.archive import archive_of
from domain.recording.chain import ReasonMissing
from domain.recording.committee import NoMajority, NoQuorum, NotInBody
from domain.recording.omission import OmissionHeld
from domain.result.noticing import DraftProbationNotice, OutcomeNotDecided, probation_notice_id
from domain.result.probation import (
    CancellationProposed,
    ConfirmationProposed,
    ExtendedAlready,
    Extension,
    ExtensionPending,
    ExtensionProposed,
    FirstWindow,
    HigherApprovalGiven,
    HigherApprovalRefused,
    HigherOrganisationDecided,
    MeetingResolved,
    MemberConfirmed,
    NothingProposed,
    ProbationCancelled,
    ProbationExtended,
    ProbationOutlookIssued,
    ProbationStarted,
    ProbationUnknown,
    ProposalPending,
    evolve,
    probation_of,
)
from domain.result.proposing import NotProbationary, ProbationExists, WindowRuns
from domain.result.resolving import CancelWithoutGround, ExtensionLength, OutcomeMissing
from domain.result.window import RecordsWaiting, Window, looks, next_look, window_from
from domain.rules.assessing import Probation, ProbationThreshold
from domain.values import day_of, midnight_after
from tests.domain.branch import AS_OFFICER, AS_SECRETARY, BRANCH, HIGHER, PEOPLE, PROCESS, SECRETARY, person, who, wish
from tests.domain.given import Given
from tests.domain.probationer import (
    ADMITTED_ON,
    ENDS_ON,
    IDLE,
    NEWCOMER,
    OVER,
    RUNNING,
    SET_UP,
    approved,
    in_extension,
    looked,
    newcomer,
    proposed,
    resolved,
    started,
    visits,
    window_with,
)
from tests.domain.year import SEATED, TERM

RULE = Probation()


def state(given: Given) -> object:
    return given.world[probation_of(NEWCOMER)]


def test_the_window_runs_twelve_months_from_the_day_of_admission() -> None:
    (fact,) = SET_UP.when(started()).says(ProbationStarted)
    assert isinstance(fact, ProbationStarted)
    assert (fact.first_on, fact.last_on, fact.months) == (ADMITTED_ON, ENDS_ON, 12)
    assert fact.next_at == midnight_after(date(2026, 10, 14)), "month 6"


def test_outlooks_come_at_month_six_and_sixty_thirty_and_seven_days_before_the_end() -> None:
    days = [day_of(at) for at in looks(window_from(1, ADMITTED_ON, 12), RULE)]
    assert days[0] == date(2026, 10, 15)
    assert [(ENDS_ON - day).days for day in days[1:]] == [60, 30, 7, -1]


def test_each_outlook_calls_for_the_next_and_the_last_for_the_end() -> None:
    window = window_from(1, ADMITTED_ON, 12)
    known = looks(window, RULE)
    for at, following in pairwise(known):
        assert next_look(window, RULE, at) == following
    assert next_look(window, RULE, known[-1]) == known[-1]


@pytest.mark.parametrize("total", [IDLE, 6999, 7000, 7400])
def test_an_outlook_says_how_the_window_stands_and_decides_nothing(total: int) -> None:
    at = datetime(2026, 10, 14, 16, tzinfo=UTC)
    before = window_with(total) if total <= 7200 else window_with(7200)
    (fact,) = before.when(looked(at)).says(ProbationOutlookIssued)
    assert isinstance(fact, ProbationOutlookIssued)
    assert fact.below == (total < 7000)
    assert fact.next_at == midnight_after(date(2027, 2, 12))
    assert isinstance(state(before.given(looked(at))), FirstWindow)


def test_a_total_of_69_99_proposes_an_extension() -> None:
    (fact,) = window_with(6999).when(looked()).says(ExtensionProposed)
    assert isinstance(fact, ExtensionProposed)
    assert (fact.total, fact.hint, fact.ground) == ("69.99", False, "result")
    assert (fact.counted, fact.base, fact.honours, fact.deductions) == ("69.99", "69.99", "0.00", "0.00")


def test_a_total_of_70_00_proposes_the_confirmation_with_a_hint() -> None:
    (fact,) = window_with(7000).when(looked()).says(ConfirmationProposed)
    assert isinstance(fact, ConfirmationProposed)
    assert (fact.total, fact.hint) == ("70.00", True)


def test_what_is_still_noticed_is_waited_for() -> None:
    waiting = RUNNING.given(*visits(400, confirmed=False))
    waiting.when(looked()).refused(RecordsWaiting, records=1)


def test_what_an_objection_says_is_missing_is_waited_for_in_either_year() -> None:
    for day in (date(2026, 5, 12), date(2027, 2, 3)):
        missing = OmissionHeld(
            objection=who("objection"), member=NEWCOMER, unit=BRANCH, matter="MT-1", item="R-LX-1", occurred_on=day
        )
        waiting = window_with(6999).given(archive_of(NEWCOMER, day).says(missing))
        waiting.when(looked()).refused(RecordsWaiting, records=1)


def test_the_window_spans_two_years_and_counts_from_day_to_day() -> None:
    outside = visits(100, date(2026, 4, 14)), visits(100, date(2027, 4, 15))
    inside = visits(100, date(2026, 4, 15)), visits(100, date(2027, 4, 14))
    both = RUNNING.given(*(write for writes in (*outside, *inside) for write in writes))
    (fact,) = both.when(looked()).says(ExtensionProposed)
    assert isinstance(fact, ExtensionProposed)
    assert (fact.total, fact.records) == ("68.00", 2)


def test_an_extension_is_counted_by_itself_and_brought_to_a_year() -> None:
    extended = in_extension(6)
    assert state(extended) == Extension(window=window_from(2, date(2027, 4, 15), 6))
    counted = extended.given(*visits(200, date(2027, 5, 5)))
    (fact,) = counted.when(looked(datetime(2027, 10, 15, 1, tzinfo=UTC))).says(ConfirmationProposed)
    assert isinstance(fact, ConfirmationProposed)
    assert (fact.counted, fact.base, fact.total) == ("35.00", "70.00", "70.00"), "33.00 and two visits, × 12 ÷ 6"


def test_below_seventy_in_the_extension_proposes_the_cancellation() -> None:
    (fact,) = in_extension().when(looked(datetime(2027, 10, 15, 1, tzinfo=UTC))).says(CancellationProposed)
    assert isinstance(fact, CancellationProposed)
    assert fact.total == "66.00"


def test_the_meeting_resolves_and_the_higher_organisation_approves_the_extension() -> None:
    before = window_with(IDLE).given(looked())
    (fact,) = before.when(resolved(6)).says(MeetingResolved)
    assert isinstance(fact, MeetingResolved)
    assert (fact.adopted, fact.months, fact.to) == (True, 6, "GW")
    _, extended = before.given(resolved(6)).when(approved()).says(HigherApprovalGiven, ProbationExtended)
    assert isinstance(extended, ProbationExtended)
    assert (extended.first_on, extended.last_on, extended.months) == (date(2027, 4, 15), date(2027, 10, 14), 6)


def test_confirmed_he_is_a_full_member_from_the_day_after_the_window() -> None:
    before = window_with(7000).given(looked(), resolved())
    _, confirmed, assigned = before.when(approved()).says(HigherApprovalGiven, MemberConfirmed, MemberProfileAssigned)
    assert isinstance(confirmed, MemberConfirmed)
    assert isinstance(assigned, MemberProfileAssigned)
    assert (confirmed.from_on, confirmed.profile) == (date(2027, 4, 15), "full")
    member = before.given(approved()).world[MEMBER.of(NEWCOMER)]
    assert isinstance(member, Registered)
    assert (member.profile_on(ENDS_ON), member.profile_on(date(2027, 4, 15))) == ("probationary", "full")


def test_cancelled_he_leaves_the_roster_that_day() -> None:
    at = datetime(2027, 10, 20, 1, tzinfo=UTC)
    before = in_extension().given(looked(at), resolved(at=at))
    before.when(approved(at=at)).says(HigherApprovalGiven, ProbationCancelled, MembershipEnded, MemberReleased)
    after = before.given(approved(at=at))
    assert NEWCOMER not in belonging(after.world, BRANCH, date(2027, 10, 21))
    after.when(looked(at)).nothing()


def test_a_cancellation_says_why() -> None:
    at = datetime(2027, 10, 20, 1, tzinfo=UTC)
    in_extension().given(looked(at), resolved(at=at)).when(approved(at=at, reason=None)).refused(ReasonMissing)


def test_a_second_extension_cannot_be_proposed_resolved_or_imposed() -> None:
    at = datetime(2027, 10, 20, 1, tzinfo=UTC)
    extended = in_extension()
    extended.when(proposed("extend", at)).refused(ExtendedAlready)
    again = extended.given(looked(at), resolved(at=at), approved("refused", at), resolved(at=at))
    again.when(approved("refused", at, instead="extend", months=6)).refused(ExtendedAlready)
    extended.given(looked(at)).when(resolved(6, at)).refused(ExtensionLength)


def test_no_state_stands_for_a_second_extension() -> None:
    assert ExtensionPending.__annotations__["before"] is FirstWindow
    second = Extension(window=Window(number=2, first_on=ADMITTED_ON, last_on=ENDS_ON, months=12))
    fact = ExtensionProposed(
        member=NEWCOMER, unit=BRANCH, window=2, ground="other", rules="illustrative-1", decide_by=ENDS_ON
    )
    with pytest.raises(AssertionError):
        evolve(second, fact)


@pytest.mark.parametrize("months", [None, 5, 13])
def test_an_extension_lasts_six_to_twelve_months(months: int | None) -> None:
    window_with(IDLE).given(looked()).when(resolved(months)).refused(ExtensionLength, least=6, most=12)


def test_a_confirmation_has_no_months() -> None:
    window_with(7000).given(looked()).when(resolved(6)).refused(ExtensionLength)


def test_half_of_the_entitled_must_be_present() -> None:
    before = window_with(7000).given(looked())
    before.when(resolved(present=PEOPLE[:3])).refused(NoQuorum, entitled=8, present=3)
    before.when(resolved(present=(*PEOPLE, NEWCOMER))).refused(NotInBody)
    before.when(resolved(present=PEOPLE[1:])).refused(NotPresent)


def test_more_than_half_of_all_entitled_must_be_in_favour() -> None:
    before = window_with(7000).given(looked())
    (half,) = before.when(resolved(present=PEOPLE[:5], against=PEOPLE[4:5])).says(MeetingResolved)
    assert isinstance(half, MeetingResolved)
    assert (half.adopted, half.vote.in_favour, half.vote.entitled) == (False, 4, 8)
    (more,) = before.when(resolved(present=PEOPLE[:5])).says(MeetingResolved)
    assert isinstance(more, MeetingResolved)
    assert more.adopted


def test_what_the_meeting_does_not_adopt_is_proposed_otherwise() -> None:
    rejected = window_with(7000).given(looked(), resolved(against=PEOPLE[:4]))
    assert isinstance(state(rejected), FirstWindow)
    rejected.given(proposed("extend")).when(resolved(12)).says(MeetingResolved)


def test_nothing_is_approved_that_the_meeting_has_not_adopted() -> None:
    proposed_only = window_with(7000).given(looked())
    proposed_only.when(approved()).refused(NothingProposed, step="meeting")
    RUNNING.when(approved()).refused(NothingProposed, step="window")
    RUNNING.when(resolved()).refused(NothingProposed, step="window")
    proposed_only.given(resolved()).when(resolved()).refused(NothingProposed, step="higher")
    SET_UP.when(resolved()).refused(ProbationUnknown)


def test_a_refusal_returns_once_then_the_higher_organisation_decides() -> None:
    before = window_with(7000).given(looked(), resolved())
    before.when(approved("refused", reason=None)).refused(ReasonMissing)
    before.when(approved("refused")).says(HigherApprovalRefused)
    again = before.given(approved("refused"), resolved())
    again.when(approved("refused")).refused(OutcomeMissing)
    facts = again.when(approved("refused", instead="extend", months=6)).says(
        HigherOrganisationDecided, ProbationExtended
    )
    assert isinstance(facts[0], HigherOrganisationDecided)
    assert (facts[0].outcome, facts[0].months) == ("extend", 6)
    again.when(approved("refused", instead="confirm")).says(
        HigherOrganisationDecided, MemberConfirmed, MemberProfileAssigned
    )
    again.when(approved("refused", instead="cancel")).refused(CancelWithoutGround)
    again.when(approved()).says(HigherApprovalGiven, MemberConfirmed, MemberProfileAssigned)


def test_below_the_points_the_higher_organisation_may_cancel_in_its_second_refusal() -> None:
    again = window_with(6900).given(looked(), resolved(months=6), approved("refused"), resolved(months=6))
    again.when(approved("refused", instead="cancel")).says(
        HigherOrganisationDecided, ProbationCancelled, MembershipEnded, MemberReleased
    )


def test_the_higher_organisation_decides_in_its_own_sitting() -> None:
    before = window_with(7000).given(looked(), resolved())
    before.when(approved(present=HIGHER[1:])).refused(NotPresent)
    before.when(approved(present=HIGHER, not_in_favour=HIGHER[1:])).refused(NoMajority)
    outside = (*HIGHER, SECRETARY)
    before.when(approved(present=outside)).refused(NotInBody)


def test_another_ground_needs_a_document_and_may_cancel_at_any_time() -> None:
    at = datetime(2026, 8, 3, 1, tzinfo=UTC)
    (fact,) = RUNNING.when(proposed("cancel", at)).says(CancellationProposed)
    assert isinstance(fact, CancellationProposed)
    assert fact.ground == "other"
    assert fact.document is not None
    assert fact.reason is not None
    assert fact.total is None
    RUNNING.when(proposed("confirm", at)).refused(WindowRuns)
    RUNNING.when(proposed("extend", at)).refused(WindowRuns)


def test_while_something_is_proposed_nothing_else_is() -> None:
    pending = window_with(7000).given(looked())
    pending.when(proposed("cancel")).refused(ProposalPending, proposal="confirm")
    pending.when(looked()).nothing()


def test_a_window_goes_on_where_the_meeting_did_not_adopt_a_cancellation() -> None:
    at = datetime(2026, 8, 3, 1, tzinfo=UTC)
    (fact,) = RUNNING.given(proposed("cancel", at)).when(resolved(at=at, against=PEOPLE[:4])).says(MeetingResolved)
    assert isinstance(fact, MeetingResolved)
    assert fact.next_at == midnight_after(date(2026, 10, 14))


def test_only_a_probationary_member_has_a_probation_and_only_one() -> None:
    SEATED.given(newcomer("full")).when(started()).refused(NotProbationary, profile="full")
    RUNNING.when(started()).refused(ProbationExists)
    SET_UP.when(started(person(SECRETARY, "secretary", BRANCH))).says(ProbationStarted)


def test_his_class_is_not_assigned_past_the_meeting() -> None:
    wanted = wish(
        AssignProfile, AS_OFFICER, OVER, unit=BRANCH, member=NEWCOMER, profile="full", from_on=date(2027, 4, 15)
    )
    RUNNING.when(wanted).refused(ProfileByProbation)
    SET_UP.when(wanted).says(MemberProfileAssigned)


def test_where_there_are_three_bands_the_lowest_is_cancelled_at_once() -> None:
    bands = Probation(threshold=ProbationThreshold(value="85", cancel_below="70", hint_at=("85.00",)))
    found = [proposal(total, bands, in_extension=False) for total in (8500, 8499, 7000, 6999)]
    assert found == ["confirm", "extend", "extend", "cancel"]
    assert proposal(8499, bands, in_extension=True) == "cancel"


def test_the_outcome_is_noticed_by_name_and_nothing_more() -> None:
    decided = window_with(7000).given(looked(), resolved(), approved())
    draft = wish(DraftProbationNotice, PROCESS, OVER, unit=BRANCH, member=NEWCOMER, outcome="confirm", body="GW")
    header, line = decided.when(draft).says(ResultNoticeDrafted, ResultLineDrafted)
    assert isinstance(header, ResultNoticeDrafted)
    assert (header.stage, header.bodies) == ("probation", ("GW", BRANCH))
    assert isinstance(line, ResultLineDrafted)
    assert (line.member, line.grade, line.total) == (NEWCOMER, "confirm", None)
    decided.given(draft).when(draft).refused(NoticeExists)


@pytest.mark.parametrize("outcome", ["confirm", "extend", "cancel"])
def test_what_was_not_decided_is_not_noticed(outcome: str) -> None:
    draft = wish(DraftProbationNotice, PROCESS, OVER, unit=BRANCH, member=NEWCOMER, outcome=outcome, body="GW")
    SET_UP.when(draft).refused(OutcomeNotDecided)
    window_with(7000).given(looked(), resolved()).when(draft).refused(OutcomeNotDecided)
    extended = in_extension()
    if outcome == "extend":
        extended.when(draft).says(ResultNoticeDrafted, ResultLineDrafted)
    else:
        extended.when(draft).refused(OutcomeNotDecided)


def test_a_notice_of_an_outcome_runs_its_term_and_confirms_nothing() -> None:
    decided = window_with(7000).given(looked(), resolved(), approved())
    draft = wish(DraftProbationNotice, PROCESS, OVER, unit=BRANCH, member=NEWCOMER, outcome="confirm", body="GW")
    about = {"unit": BRANCH, "notice": probation_notice_id(NEWCOMER, "confirm")}
    posted = decided.given(
        draft,
        wish(CheckDisclosure, AS_SECRETARY, OVER, **about, shows=("name",)),
        wish(PostNotice, AS_SECRETARY, OVER, **about),
    )
    over = OVER + TERM
    closed = posted.given(wish(CloseNotice, PROCESS, over, **about))
    closed.when(wish(ConfirmRecords, PROCESS, over, **about)).nothing()
