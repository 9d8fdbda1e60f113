"""留存、限制与销毁: two hands, a ground and a document; nothing goes while it is needed."""

from datetime import UTC, date, datetime
from typing import Any

from domain.actor import person
from domain.decider import NotPermitted
from domain.objection.closing import CloseObjection
from domain.objection.objection import Correction
from domain.organisation import member as member_stream
from domain.organisation.custody import (
    ErasureApproved,
    ErasureDeclined,
    ErasureProposed,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonalKeyDestroyed,
    PersonErased,
    ProcessingIsRestricted,
    ProcessingRestricted,
    RestrictionLifted,
)
from domain.organisation.member import OwnAffair, Registered
from domain.organisation.membership import RegisterLeave
from domain.oversight.case_key import CaseKeyDestroyed
from domain.oversight.erasing import (
    CaseOf,
    ErasureExists,
    HoldExists,
    HoldUnknown,
    MembershipLasts,
    NoErasure,
    NotRestricted,
    NotTheProposer,
    PlaceHold,
    RetentionRuns,
    SameHand,
    StillNeeded,
)
from domain.oversight.retention import (
    AccessLogTrimmed,
    AlreadyOrdered,
    NotOrdered,
    RetentionOrdered,
)
from domain.oversight.running import runs
from domain.recording.archive import DeductionApproved, DeductionDismissed
from domain.recording.deduction import DeductionDecided
from tests.domain import merits
from tests.domain.assessment.test_year import DETERMINED
from tests.domain.branch import (
    AS_LEADER,
    AS_OFFICER,
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    MEMBER,
    OFFICER,
    OTHER,
    PROCESS,
    READY,
    TOP,
    VERSION,
    appointed,
    digest,
    registered,
    secret,
    sheet_approved,
    who,
    wish,
)
from tests.domain.measured import GOOD, YEARS, called_for, graded, looked_at_again, year_of
from tests.domain.objection import disputes
from tests.domain.objection.disputes import (
    FILED,
    FILED_AT,
    OBJECTION_ID,
    POSTED,
    about,
    accepted,
    assigned,
    filed,
    found,
    heard,
    replied,
    withdrawn,
)
from tests.domain.oversight.kept import (
    AS_SECOND,
    IN_TERM,
    LEFT,
    OFFICES,
    ORDER,
    SECOND_OFFICER,
    TERM_OVER,
    cleared,
    decided,
    destroyed,
    followed,
    held,
    left,
    ordered,
    proposed,
    released,
    restricted,
    taken_back,
    trimmed,
    unrestricted,
)
from tests.domain.oversight.reviews import DAY, OFFICE, REVIEW_ID, closed, opened
from tests.domain.restated import ordered as restatement_ordered
from tests.domain.restated import with_leaders

JULY = datetime(2026, 7, 1, 16, 2, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 4, 1, 1, tzinfo=UTC)
ON_LEAVE = {"kind": "leave", "from_on": date(2026, 5, 1), "until_on": date(2026, 5, 2)}


def test_a_somebodyis_erased_in_two_hands_after_the_term() -> None:
    LEFT.when(proposed()).says(ErasureProposed)
    LEFT.given(proposed()).when(decided()).says(ErasureApproved)
    (gone,) = LEFT.given(proposed(), decided()).when(destroyed()).says(PersonalKeyDestroyed)
    assert isinstance(gone, PersonalKeyDestroyed)
    assert gone.proposed_by == OFFICER
    assert gone.approved_by == AS_LEADER.person


def test_whoever_proposes_does_not_decide() -> None:
    both = LEFT.given(appointed(OFFICER, "leading_group", TOP))
    both.given(proposed()).when(decided(actor=person(OFFICER, "leading_group", TOP))).refused(SameHand)


def test_whoever_proposed_takes_it_back_in_the_office_in_which_he_proposed() -> None:
    for before in ((proposed(),), (proposed(), decided())):
        (said,) = LEFT.given(*before).when(taken_back()).says(ErasureDeclined)
        assert isinstance(said, ErasureDeclined)
        assert said.by == OFFICER
        LEFT.given(*before).when(taken_back(AS_SECOND)).refused(NotTheProposer)
        LEFT.given(*before, taken_back()).when(destroyed()).refused(NoErasure)
        LEFT.given(*before, taken_back()).when(proposed()).says(ErasureProposed)
    LEFT.when(taken_back()).refused(NoErasure)
    LEFT.given(proposed()).when(taken_back(AS_RECORDER)).refused(NotPermitted)


def test_an_officer_does_not_decide_and_a_recorder_proposes_nothing() -> None:
    LEFT.given(proposed()).when(decided(actor=AS_SECOND)).refused(NotPermitted)
    LEFT.when(proposed(actor=AS_RECORDER)).refused(NotPermitted)
    LEFT.given(proposed(), decided()).when(destroyed(actor=AS_OFFICER)).refused(NotPermitted)


def test_nobody_is_erased_before_the_term_of_the_rule_set_unless_a_law_orders_it() -> None:
    LEFT.when(proposed(at=IN_TERM)).refused(RetentionRuns, until=date(2031, 12, 31))
    LEFT.when(proposed("law", at=IN_TERM)).says(ErasureProposed)


def test_a_member_is_never_erased() -> None:
    OFFICES.when(proposed("law")).refused(MembershipLasts)


def test_a_hold_refuses_every_step_and_its_end_frees_it() -> None:
    LEFT.given(held()).when(proposed()).refused(StillNeeded)
    LEFT.given(proposed(), held()).when(decided()).refused(StillNeeded)
    LEFT.given(proposed(), decided(), held()).when(destroyed()).refused(StillNeeded)
    LEFT.given(proposed(), decided(), held(), released()).when(destroyed()).says(PersonalKeyDestroyed)


def test_a_hold_is_lifted_by_somebody_else_and_only_once() -> None:
    LEFT.when(held()).says(LegalHoldPlaced)
    LEFT.given(held()).when(held(AS_LEADER)).refused(HoldExists)
    LEFT.given(held()).when(released(AS_OFFICER)).refused(SameHand)
    LEFT.given(held()).when(released(AS_SECOND)).says(LegalHoldLifted)
    LEFT.when(released()).refused(HoldUnknown)


def test_a_running_review_refuses_under_the_same_code_as_a_hold() -> None:
    base = OFFICES.given(*OFFICE, opened(OTHER), left())
    about = CaseOf(case=REVIEW_ID, kind="review")
    asked = base.given(proposed("law"), decided())
    asked.when(destroyed(about)).refused(StillNeeded)
    asked.given(closed()).when(destroyed(about)).says(PersonalKeyDestroyed)


def test_the_key_of_a_case_follows_an_erased_somebodyby_a_wish_of_its_own() -> None:
    about = CaseOf(case=REVIEW_ID, kind="review")
    follows = followed(about, OTHER, unit=TOP)
    ended = OFFICES.given(*OFFICE, opened(OTHER), left(), closed())
    ended.when(follows).refused(NotOrdered)
    gone = ended.given(proposed("law"), decided(), destroyed(about))
    (fact,) = gone.when(follows).says(CaseKeyDestroyed)
    assert isinstance(fact, CaseKeyDestroyed)
    assert (fact.case, fact.unit) == (REVIEW_ID, TOP)
    gone.when(followed(about, OTHER)).refused(NotOrdered)
    gone.given(follows).when(followed(about, OTHER, unit=TOP, at=TERM_OVER + DAY)).nothing()


def test_the_key_of_a_case_stays_while_anybody_of_it_is_held() -> None:
    about = CaseOf(case=REVIEW_ID, kind="review")
    ended = OFFICES.given(*OFFICE, opened(OTHER), left(), closed(), proposed("law"), decided(), destroyed(about))
    ended.given(held(of=MEMBER)).when(followed(about, OTHER, MEMBER, unit=TOP)).refused(StillNeeded)
    over = FILED.given(withdrawn(), ordered(date(2027, 1, 1), "objections"))
    over.when(cleared(OBJECTION_ID, objector=MEMBER)).says(CaseKeyDestroyed)
    for one in (OTHER, MEMBER):
        over.given(held(of=one)).when(cleared(OBJECTION_ID, objector=MEMBER)).refused(StillNeeded)


def test_a_hold_on_whoever_had_no_line_keeps_the_key_of_his_objection() -> None:
    missed = who("was there too")
    right = Correction(outcome="attended", member=missed)
    over = POSTED.given(registered(missed), filed(about="missing_line", line=None), accepted(), assigned(), heard())
    over = over.given(found(), disputes.decided(correction=right), replied(), about(CloseObjection, PROCESS, JULY))
    over = over.given(ordered(date(2027, 1, 1), "objections"))
    over.when(cleared(OBJECTION_ID)).says(CaseKeyDestroyed)
    over.given(held(of=missed)).when(cleared(OBJECTION_ID)).refused(StillNeeded)


def test_an_open_objection_and_an_open_period_refuse() -> None:
    FILED.given(left(FILED_AT)).when(proposed("law")).refused(StillNeeded)
    READY.given(sheet_approved(), left()).when(proposed("law")).refused(StillNeeded)


def test_a_case_that_waits_for_a_body_refuses() -> None:
    told = secret("particulars", "4月20日窗口服务投诉", OTHER)
    accused = OFFICES.given(merits.proposed(member=OTHER, particulars=told), left())
    accused.when(proposed("law")).refused(StillNeeded)
    claimed = OFFICES.given(merits.claimed(person(OTHER, "member", BRANCH), member=OTHER), left())
    claimed.when(proposed("law")).refused(StillNeeded)
    OFFICES.given(merits.claimed(), left()).when(proposed("law")).says(ErasureProposed)


def test_a_measure_on_its_way_refuses_until_it_is_withdrawn() -> None:
    base = YEARS.given(registered(SECOND_OFFICER, TOP), appointed(SECOND_OFFICER, "officer", TOP))
    called = base.given(*year_of(2026, {**GOOD, OTHER: "basically_qualified"}), called_for(2026), left(NEXT_YEAR))
    called.when(proposed("law")).refused(StillNeeded)
    corrected = called.given(*graded(OTHER, 2026, "qualified", 2), looked_at_again(OTHER, 2026, NEXT_YEAR))
    corrected.when(proposed("law")).says(ErasureProposed)


def test_a_restatement_on_its_way_refuses() -> None:
    determined = with_leaders(DETERMINED)
    today, somebody = TERM_OVER.date(), determined.world[member_stream.MEMBER.of(OTHER)]
    assert isinstance(somebody, Registered)
    assert not runs(determined.world, somebody, today)
    assert runs(determined.given(restatement_ordered(VERSION)).world, somebody, today)


def test_of_somebody_who_is_gone_a_deduction_is_dismissed_at_most() -> None:
    heard = OFFICES.given(merits.proposed(), merits.acknowledged(), merits.stated(None, final=True))
    heard.when(merits.deduction_decided()).says(DeductionDecided, DeductionApproved)
    said: dict[str, Any] = {"member": MEMBER, "unit": BRANCH}
    minute = {"minute": "纪要〔2026〕12号", "minute_sha256": digest("minute")}
    steps = (
        ErasureProposed(**said, ground="law", by=OFFICER, **ORDER),
        ErasureApproved(**said, by=SECOND_OFFICER, **minute),
        PersonalKeyDestroyed(**said, ground="law", proposed_by=OFFICER, approved_by=SECOND_OFFICER, **ORDER),
    )
    gone = heard.given(*(member_stream.MEMBER.of(MEMBER).says(fact) for fact in steps))
    gone.when(merits.deduction_decided()).refused(PersonErased)
    why = secret("reason", "不予减分", MEMBER)
    gone.when(merits.deduction_decided(verdict="refused", reason=why)).says(DeductionDecided, DeductionDismissed)


def test_what_is_declined_may_be_asked_again_and_what_runs_may_not() -> None:
    LEFT.given(proposed()).when(proposed()).refused(ErasureExists)
    LEFT.given(proposed()).when(decided(approve=False)).says(ErasureDeclined)
    LEFT.given(proposed(), decided(approve=False)).when(proposed()).says(ErasureProposed)
    LEFT.when(decided()).refused(NoErasure)
    LEFT.given(proposed()).when(destroyed()).refused(NoErasure)


def test_what_is_approved_and_waits_is_taken_back_by_whoever_proposed_or_approved_it() -> None:
    waits = LEFT.given(proposed(), decided())
    waits.when(decided(approve=False)).says(ErasureDeclined)
    waits.given(decided(approve=False)).when(destroyed()).refused(NoErasure)
    waits.when(decided()).refused(NoErasure)
    both = waits.given(appointed(OFFICER, "leading_group", TOP))
    both.when(decided(approve=False, actor=person(OFFICER, "leading_group", TOP))).says(ErasureDeclined)
    third = waits.given(appointed(SECOND_OFFICER, "leading_group", TOP))
    third.when(decided(approve=False, actor=person(SECOND_OFFICER, "leading_group", TOP))).refused(NoErasure)


def test_of_somebody_who_is_gone_nothing_more_is_said() -> None:
    gone = LEFT.given(proposed(), decided(), destroyed())
    for more in (proposed(), destroyed(), held(), restricted()):
        gone.when(more).refused(PersonErased)


def test_what_is_restricted_is_stored_and_nothing_else() -> None:
    OFFICES.when(restricted(MEMBER)).says(ProcessingRestricted)
    base = OFFICES.given(restricted(MEMBER))
    base.when(wish(RegisterLeave, AS_SECRETARY, AT, unit=BRANCH, member=MEMBER, **ON_LEAVE)).refused(
        ProcessingIsRestricted
    )
    base.when(restricted(MEMBER)).refused(ProcessingIsRestricted)
    base.when(unrestricted(MEMBER)).says(RestrictionLifted)
    OFFICES.when(unrestricted(MEMBER)).refused(NotRestricted)


def test_nobody_decides_about_his_own_data() -> None:
    own = wish(PlaceHold, AS_OFFICER, AT, unit=TOP, member=OFFICER, number="1号", **ORDER)
    OFFICES.when(own).refused(OwnAffair)


def test_the_access_log_goes_after_its_years_by_order_of_the_top() -> None:
    OFFICES.when(ordered()).says(RetentionOrdered)
    OFFICES.when(ordered(date(2029, 1, 2))).refused(RetentionRuns)
    OFFICES.when(ordered(unit=BRANCH)).refused(NotPermitted)
    OFFICES.given(ordered()).when(ordered()).refused(AlreadyOrdered)
    OFFICES.given(ordered()).when(trimmed()).says(AccessLogTrimmed)
    OFFICES.when(trimmed()).refused(NotOrdered)
    OFFICES.given(ordered(), trimmed()).when(trimmed()).refused(NotOrdered)


def test_an_objection_loses_its_words_only_when_it_is_over_and_its_years_are() -> None:
    order = ordered(date(2027, 1, 1), "objections")
    FILED.when(cleared(OBJECTION_ID)).refused(NotOrdered)
    FILED.given(order).when(cleared(OBJECTION_ID)).refused(StillNeeded)


def test_objections_are_kept_for_their_years() -> None:
    OFFICES.when(ordered(date(2028, 1, 1), "objections")).refused(RetentionRuns)
    OFFICES.when(ordered(date(2027, 1, 1), "objections")).says(RetentionOrdered)
