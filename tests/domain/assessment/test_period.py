"""A period, step by step: no step can be skipped, and nothing enters what is sealed."""

from datetime import timedelta

from msgspec.structs import replace

from domain.assessment.completeness import PeriodIncomplete, PeriodRunning
from domain.assessment.computing import AppraisalMissing
from domain.assessment.opening import PartsNotSealed, PeriodExists
from domain.assessment.period import (
    CommitteeDecided,
    CompletenessChecked,
    PeriodBeingDecided,
    PeriodComputed,
    PeriodDetermined,
    PeriodNotOpened,
    PeriodNotThere,
    PeriodReturned,
    PeriodSealed,
)
from domain.assessment.result import MemberComputed, ScoreDetermined
from domain.decider import Fact
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    NoticeClosed,
    NoticeDrafted,
    NoticeNotClosed,
    NoticePosted,
    lines_digest,
    notice_id,
)
from domain.notice.running import ConfirmRecords
from domain.organisation.roster import MemberEnrolled, MemberReleased, roster_of
from domain.recording.approval import WrongBody
from domain.recording.archive import PointsConfirmed, Record, RecordReplaced, archive_of
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.recording.sealing import ArchiveSealed, PeriodSealedAlready
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AT,
    BRANCH,
    HELD_ON,
    HIGHER,
    MEMBER,
    PEOPLE,
    PROCESS,
    TOP,
    VERSION,
    planned,
    who,
    wish,
)
from tests.domain.merits import claimed, proposed, vetoed
from tests.domain.year import (
    H1_OVER,
    H2_OVER,
    SEATED,
    TERM,
    Y_OVER,
    adopted,
    computed,
    confirmed,
    given_back,
    halves,
    noticed,
    period_opened,
    term_over,
    through,
)

OPEN = SEATED.given(period_opened("H1"))
COMPUTED = OPEN.given(computed("H1", H1_OVER))
POSTED = COMPUTED.given(adopted("H1", H1_OVER), *noticed("H1", H1_OVER))
SEALED = POSTED.given(*term_over("H1", H1_OVER + TERM))


def test_a_period_is_opened_once() -> None:
    OPEN.when(period_opened("H1")).refused(PeriodExists)


def test_what_nobody_opened_is_not_computed() -> None:
    SEATED.when(computed("H1", H1_OVER)).refused(PeriodNotOpened)


def test_a_period_is_not_computed_before_it_is_over() -> None:
    OPEN.when(computed("H1", AT)).refused(PeriodRunning)


def test_a_planned_matter_of_which_nobody_said_whether_it_was_held_stops_the_period() -> None:
    OPEN.given(planned()).when(computed("H1", H1_OVER)).refused(PeriodIncomplete, unsettled=("MT-0512",))


def test_a_claim_that_nobody_answered_stops_the_period() -> None:
    OPEN.given(claimed()).when(computed("H1", H1_OVER)).refused(PeriodIncomplete, honours=("AW-1",))


def test_a_deduction_under_way_stops_the_period() -> None:
    OPEN.given(proposed()).when(computed("H1", H1_OVER)).refused(PeriodIncomplete, deductions=("CMP-7",))


LEFT_OUT, ARCHIVE = who("objection"), archive_of(MEMBER, HELD_ON)
MISSING = ARCHIVE.says(
    OmissionHeld(objection=LEFT_OUT, member=MEMBER, unit=BRANCH, matter="MT-0512", item="R-LX-1", occurred_on=HELD_ON)
)
SHEET_NOTICE = notice_id(BRANCH, "MT-0512", "R-LX-1", 1)


def hung(unit: str = BRANCH) -> tuple[Fact, ...]:
    """The notice of the sheet on which his line may be missing, from its draft to its end."""
    of = {"notice": SHEET_NOTICE, "unit": unit}
    sheet = {"stage": "record_sheet", "matter": "MT-0512", "item": "R-LX-1", "decision": 1, "occurred_on": HELD_ON}
    term = {"posted_on": HELD_ON, "working_days": 3, "audience": "branch", "ends_on": HELD_ON, "may_close_at": AT}
    return (
        NoticeDrafted(**of, **sheet, lines=0, digest=lines_digest([])),
        DisclosureChecked(by=MEMBER, shows=("name",)),
        NoticePosted(**of, **term),
        NoticeClosed(**of, cleared=0),
    )


FOUND = ARCHIVE.says(OmissionSettled(objection=LEFT_OUT, member=MEMBER, unit=BRANCH))


def test_an_objection_to_a_missing_line_stops_the_period_as_one_to_a_line_does() -> None:
    OPEN.given(MISSING).when(computed("H1", H1_OVER)).refused(PeriodIncomplete, waiting=(str(LEFT_OUT),))
    OPEN.given(MISSING, FOUND).when(computed("H1", H1_OVER)).says(
        CompletenessChecked, PeriodComputed, *[MemberComputed] * len(PEOPLE)
    )


def test_whose_line_may_be_missing_is_not_determined_and_everybody_else_is() -> None:
    over = term_over("H1", H1_OVER + TERM)
    waiting = POSTED.given(MISSING, *over)
    scored = {fact.member for fact in waiting.world.facts if isinstance(fact, ScoreDetermined)}
    assert scored == set(PEOPLE) - {MEMBER}
    # then: once the objection is over he is, by what follows its end
    after = wish(ConfirmRecords, PROCESS, H1_OVER + TERM, unit=BRANCH, notice=SHEET_NOTICE, after_objection=True)
    there = waiting.given(*(NOTICE.of(SHEET_NOTICE).says(fact) for fact in hung()))
    there.when(after).nothing()
    facts = there.given(FOUND).when(after).facts()
    assert [fact.member for fact in facts if isinstance(fact, ScoreDetermined)] == [MEMBER]
    assert isinstance(facts[-1], PeriodSealed)


def test_whose_line_is_put_in_is_not_determined_before_it_counts() -> None:
    """The decision puts the record in at once, and it counts after its own notice: till then he waits."""
    put_in = RecordReplaced(
        record=who("put in"), member=MEMBER, replaces=None, objection=LEFT_OUT, unit=BRANCH, matter="MT-0512",
        item="R-LX-1", rules=VERSION, outcome="absent", quantity="1.00", occurred_on=HELD_ON, counted_on=HELD_ON,
    )  # fmt: skip
    upheld = POSTED.given(MISSING, *term_over("H1", H1_OVER + TERM), ARCHIVE.says(put_in), FOUND)
    there = upheld.given(*(NOTICE.of(SHEET_NOTICE).says(fact) for fact in hung()))
    after = wish(ConfirmRecords, PROCESS, H1_OVER + TERM, unit=BRANCH, notice=SHEET_NOTICE, after_objection=True)
    there.when(after).nothing()
    # then: once it counts his figures are others, and the period is computed anew for him
    counting = there.given(ARCHIVE.says(PointsConfirmed(record=who("put in"), notice=SHEET_NOTICE)))
    counting.when(after).nothing()
    anew = counting.when(computed("H1", H1_OVER + TERM)).facts()
    assert [one.member for one in anew if isinstance(one, MemberComputed)] == [MEMBER]


def test_whoever_was_transferred_is_determined_where_he_went_once_the_objection_lets_go() -> None:
    before = {"unit": TOP, "member": MEMBER}
    roster = roster_of(TOP)
    in_out = MemberEnrolled(**before, from_on=HELD_ON), MemberReleased(**before, last_on=HELD_ON)
    waiting = POSTED.given(MISSING, *term_over("H1", H1_OVER + TERM), *map(roster.says, in_out))
    there = waiting.given(*(NOTICE.of(SHEET_NOTICE).says(fact) for fact in hung(TOP)), FOUND)
    after = wish(ConfirmRecords, PROCESS, H1_OVER + TERM, unit=TOP, notice=SHEET_NOTICE, after_objection=True)
    facts = there.when(after).facts()
    assert [fact.member for fact in facts if isinstance(fact, ScoreDetermined)] == [MEMBER]
    assert isinstance(facts[-1], PeriodSealed)


def test_what_stands_in_the_archive_meanwhile_is_missing_no_longer() -> None:
    recorded = Record(
        record=who("record"), matter="MT-0512", item="R-LX-1", unit=BRANCH, status="confirmed", rules="",
        outcome="attended", occurred_on=HELD_ON, counted_on=HELD_ON,
    )  # fmt: skip
    archive = OPEN.given(MISSING).world[ARCHIVE]
    entered = replace(archive, records={recorded.record: recorded})
    taken_back = replace(archive, records={recorded.record: replace(recorded, status="reversed")})
    assert [one.held() for one in (archive, entered, taken_back)] == [True, False, True]
    assert [one.missing(HELD_ON, HELD_ON) for one in (entered, taken_back)] == [[], [LEFT_OUT]]
    assert archive.missing(HELD_ON + timedelta(days=1), H1_OVER.date()) == []


def test_a_veto_without_a_notice_does_not_stop_the_period() -> None:
    OPEN.given(vetoed()).when(computed("H1", H1_OVER)).says(
        CompletenessChecked, PeriodComputed, *[MemberComputed] * len(PEOPLE)
    )


def test_figures_are_decided_once_they_are_computed_and_noticed_once_they_are_decided() -> None:
    OPEN.when(adopted("H1", H1_OVER)).refused(PeriodNotThere)
    COMPUTED.when(noticed("H1", H1_OVER)[0]).refused(PeriodNotThere)
    POSTED.when(confirmed("H1", H1_OVER)).refused(NoticeNotClosed)


def test_another_body_does_not_decide() -> None:
    COMPUTED.when(adopted("H1", H1_OVER, AS_HIGHER, HIGHER)).refused(WrongBody, body=BRANCH)


def test_the_committee_adopts_or_returns_and_alters_nothing() -> None:
    COMPUTED.when(adopted("H1", H1_OVER)).says(CommitteeDecided)
    COMPUTED.when(given_back("H1", H1_OVER)).says(PeriodReturned)
    again = COMPUTED.given(given_back("H1", H1_OVER)).when(computed("H1", H1_OVER)).facts()
    header = next(fact for fact in again if isinstance(fact, PeriodComputed))
    assert header.computation == 2


def test_nothing_enters_while_a_period_is_being_decided() -> None:
    late = H1_OVER + timedelta(days=1)
    COMPUTED.when(claimed(AS_RECORDER, late)).refused(PeriodBeingDecided)


def test_after_the_term_everybody_is_determined_and_the_period_sealed() -> None:
    over = term_over("H1", H1_OVER + TERM)
    facts = POSTED.given(over[0]).when(over[1]).facts()
    assert isinstance(facts[0], PeriodDetermined)
    assert (facts[0].determined, facts[0].blocked) == (len(PEOPLE), 0)
    assert sum(isinstance(fact, ScoreDetermined) for fact in facts) == len(PEOPLE)
    assert sum(isinstance(fact, ArchiveSealed) for fact in facts) == len(PEOPLE)
    assert isinstance(facts[-1], PeriodSealed)


def test_a_second_round_of_determination_says_nothing() -> None:
    SEALED.when(confirmed("H1", H1_OVER + TERM)).nothing()


def test_a_sealed_period_refuses_every_record() -> None:
    later = H1_OVER + TERM + timedelta(days=1)
    SEALED.when(planned()).refused(PeriodSealedAlready)
    SEALED.when(claimed(AS_RECORDER, later)).refused(PeriodSealedAlready)
    SEALED.when(proposed(AS_RECORDER, later)).refused(PeriodSealedAlready)
    SEALED.when(vetoed()).refused(PeriodSealedAlready)


def test_the_year_waits_for_its_halves_and_for_its_appraisal() -> None:
    SEALED.given(period_opened("Y")).when(computed("Y", Y_OVER)).refused(PartsNotSealed, periods=("H2",))
    halves(SEATED).when(computed("Y", Y_OVER)).refused(AppraisalMissing)


def test_the_other_half_is_not_sealed_with_the_first() -> None:
    through(SEALED, "H2", H2_OVER)
