"""异议: filed inside the term it holds its line and nothing else; heard, decided, appealed; corrected with a trace."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.actor import Actor, person
from domain.decider import Command, NotPermitted, Write
from domain.notice.notice import (
    NoticeDrafted,
    NoticeLineCleared,
    NoticeLineCorrected,
    NoticeLineDrafted,
    NoticeLineSuspended,
    NoticeLineUnknown,
    NoticeUnknown,
    correction_id,
)
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.objection.appeal import GroupTooSmall, NotTheSubject
from domain.objection.closing import (
    AppealTermRunning,
    BlockRunning,
    CloseObjection,
    EndBlock,
    EscalateObjection,
    TermNotMissed,
)
from domain.objection.deciding import (
    CorrectionChangesNothing,
    CorrectionMissing,
    CorrectionNotWanted,
    DeliverReply,
    NotOnSheet,
)
from domain.objection.filing import KeyWrong, ObjectionExists, ReceivedBeforePosting, TargetNotOfNotice
from domain.objection.handling import GroundUnknown, HandlerUnfit, RecuseHandler
from domain.objection.objection import (
    AppealDecided,
    AppealFiled,
    Correction,
    HandlerAssigned,
    HandlerRecused,
    ObjectionAccepted,
    ObjectionClosed,
    ObjectionEscalated,
    ObjectionFiled,
    ObjectionLapsed,
    ObjectionNotThere,
    ObjectionReceipted,
    ObjectionRejected,
    ObjectionUnknown,
    ObjectionUpheld,
    ObjectionWithdrawn,
    ReplyDelivered,
)
from domain.objection.recusal import ConcernedSteps, NotTheBody, NotTheHandler, levels, next_level
from domain.organisation.appointments import EndRole, SubstituteRole
from domain.organisation.member import MEMBER as PERSON
from domain.organisation.member import ExemptionGranted, ExemptionRequested
from domain.organisation.roster import NotOnRoster
from domain.recording.archive import (
    PointsConfirmed,
    RecordReleased,
    RecordReplaced,
    RecordReversed,
    RecordSuspended,
    archive_of,
)
from domain.recording.committee import Vote
from domain.recording.entering import AlreadyRecorded
from domain.recording.filling import OutcomeNotOfItem
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.recording.sealing import ArchiveSealed
from tests.domain.branch import (
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    HELD_ON,
    HIGHER_DEPUTY,
    HIGHER_THIRD,
    LEADER,
    MEMBER,
    OFFICER,
    OTHER,
    PEOPLE,
    PROCESS,
    TOP,
    appointed,
    established,
    registered,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.objection.disputes import (
    AS_DEPUTY,
    AS_SUBJECT,
    CHECKED,
    FILED,
    FILED_AT,
    FOUND,
    LAST_MINUTE,
    LEADERS,
    LINE,
    MAY_CLOSE_AT,
    NOTICE_ID,
    OBJECTION_ID,
    POSTED,
    about,
    accepted,
    appeal_decided,
    appealed,
    assigned,
    closed,
    confirmed,
    decided,
    declined,
    filed,
    found,
    heard,
    line_of,
    notice,
    objection,
    on_paper,
    record,
    replied,
    withdrawn,
)

LONG_AFTER = datetime(2026, 7, 1, 16, 2, tzinfo=UTC)


def confirmed_members(history: Given) -> set[object]:
    archives = {member: history.world[archive_of(member, HELD_ON)] for member in PEOPLE}
    return {m for m, archive in archives.items() if any(r.status == "confirmed" for r in archive.records.values())}


def test_filing_is_one_save_with_its_receipt_and_what_it_holds_back() -> None:
    said = POSTED.when(filed()).says(ObjectionFiled, ObjectionReceipted, NoticeLineSuspended, RecordSuspended)
    first, receipt, line, held = said
    assert isinstance(first, ObjectionFiled)
    assert (first.standing, first.line, first.subject) == ("objection", LINE, OTHER)
    assert first.block_until == date(2026, 8, 11), "45 working days from 9 June"
    assert isinstance(receipt, ObjectionReceipted)
    assert (receipt.body, receipt.accept_by) == (TOP, date(2026, 6, 11))
    assert isinstance(line, NoticeLineSuspended)
    assert isinstance(held, RecordSuspended)
    assert held.member == OTHER
    POSTED.given(filed()).when(filed()).refused(ObjectionExists)


def test_i10_an_objection_in_the_last_minute_blocks() -> None:
    late = POSTED.given(filed(at=LAST_MINUTE))
    assert confirmed_members(late.given(closed(), confirmed())) == set(PEOPLE) - {OTHER}


def test_i10_until_the_notice_is_closed_filing_still_wins_however_late_the_closing() -> None:
    a_year_later = MAY_CLOSE_AT + timedelta(days=100)
    assert confirmed_members(POSTED.given(filed(at=a_year_later), closed(a_year_later), confirmed())) == set(PEOPLE) - {
        OTHER
    }


def test_i9_an_objection_on_one_line_lets_all_the_others_confirm() -> None:
    history = FILED.given(closed(), confirmed())
    assert confirmed_members(history) == set(PEOPLE) - {OTHER}
    assert history.world[archive_of(OTHER, HELD_ON)].held()
    assert not history.world[archive_of(MEMBER, HELD_ON)].held()


def test_an_objection_after_the_term_is_a_request_for_correction_and_holds_nothing() -> None:
    over = POSTED.given(closed(), confirmed())
    fact, _ = over.when(filed(at=LONG_AFTER)).says(ObjectionFiled, ObjectionReceipted)
    assert isinstance(fact, ObjectionFiled)
    assert (fact.standing, fact.block_until) == ("correction_request", None)


def test_without_a_name_it_is_information_and_holds_nothing() -> None:
    fact, receipt, end = POSTED.when(filed(anonymous=True)).says(ObjectionFiled, ObjectionReceipted, ObjectionClosed)
    assert isinstance(fact, ObjectionFiled)
    assert fact.standing == "information"
    assert isinstance(receipt, ObjectionReceipted)
    assert receipt.accept_by is None
    assert isinstance(end, ObjectionClosed)
    assert end.outcome == "information"


def test_paper_counts_by_the_day_received_even_after_the_closing() -> None:
    in_time = POSTED.when(on_paper(date(2026, 6, 11), MAY_CLOSE_AT - timedelta(hours=12))).facts()
    assert [type(fact) for fact in in_time][2:] == [NoticeLineSuspended, RecordSuspended]
    over = POSTED.given(closed(), confirmed())
    (first, _) = over.when(on_paper(date(2026, 6, 11), LONG_AFTER)).facts()
    assert isinstance(first, ObjectionFiled)
    assert (first.standing, first.block_until) == ("objection", None), "in time, with nothing left to hold back"
    (first, _) = over.when(on_paper(date(2026, 6, 12), LONG_AFTER)).facts()
    assert isinstance(first, ObjectionFiled)
    assert first.standing == "correction_request"
    POSTED.when(on_paper(date(2026, 6, 7), FILED_AT)).refused(ReceivedBeforePosting)


def test_what_can_be_objected_to() -> None:
    POSTED.when(filed(about="grade", line=None)).refused(TargetNotOfNotice)
    POSTED.when(filed(line=99)).refused(NoticeLineUnknown)
    POSTED.when(filed(line=None)).refused(NoticeLineUnknown)
    POSTED.when(filed(about="procedure", line=None)).says(ObjectionFiled, ObjectionReceipted)
    CHECKED.when(filed()).refused(NoticeUnknown)


def test_only_a_sealed_actor_files_and_only_under_his_own_commitment() -> None:
    POSTED.when(wish_by(person(MEMBER, "member", BRANCH))).refused(NotPermitted)
    POSTED.when(wish_by(Actor(sealed="0" * 64))).refused(NotPermitted)
    sealed = Actor(sealed="0" * 64)
    POSTED.when(wish(PostNotice, sealed, unit=BRANCH, notice=NOTICE_ID)).refused(NotPermitted)


def wish_by(actor: Actor) -> Command:
    command = filed()
    fields = {name: getattr(command, name) for name in command.__struct_fields__ if name not in ("id", "actor", "at")}
    return wish(type(command), actor, FILED_AT, **fields)


def test_j3_it_is_received_by_the_next_higher_organisation() -> None:
    (fact,) = FILED.when(accepted()).says(ObjectionAccepted)
    assert isinstance(fact, ObjectionAccepted)
    assert fact.decide_by == date(2026, 6, 23), "ten working days from 9 June"
    FILED.when(accepted(actor=AS_SECRETARY)).refused(NotTheBody)
    FILED.given(accepted()).when(accepted()).refused(ObjectionNotThere)
    FILED.when(about(RecuseHandler, AS_DEPUTY)).refused(ObjectionNotThere)


def test_declining_needs_a_ground_of_the_rules_and_can_be_appealed() -> None:
    FILED.when(declined(ground="boring")).refused(GroundUnknown)
    history = FILED.given(declined())
    history.when(close()).refused(AppealTermRunning)
    history.when(close(LONG_AFTER)).says(NoticeLineCleared, RecordReleased, ObjectionClosed)
    history.when(appealed()).says(AppealFiled)


def close(at: datetime = FILED_AT) -> CloseObjection:
    return about(CloseObjection, PROCESS, at)  # type: ignore[no-any-return]


def test_i3_the_handler_had_no_part_in_it() -> None:
    taken = FILED.given(accepted())
    taken.when(assigned(handler=MEMBER)).refused(HandlerUnfit)
    taken.when(assigned(handler=OFFICER)).says(HandlerAssigned)
    both = FILED.given(appointed(who("secretary"), "officer", TOP), accepted())
    both.when(assigned(handler=who("secretary"))).refused(HandlerUnfit)
    subject = FILED.given(appointed(OTHER, "officer", TOP), accepted())
    subject.when(assigned(handler=OTHER)).refused(HandlerUnfit)


def test_i3_who_stands_in_for_somebody_concerned_is_concerned() -> None:
    standing_in = wish(
        SubstituteRole,
        AS_OFFICER,
        FILED_AT,
        unit=BRANCH,
        role="secretary",
        person=MEMBER,
        stands_for=who("secretary"),
        from_on=date(2026, 6, 9),
        until_on=date(2026, 6, 30),
    )
    deputy = wish(
        SubstituteRole,
        AS_OFFICER,
        FILED_AT,
        unit=TOP,
        role="officer",
        person=who("discipline"),
        stands_for=OFFICER,
        from_on=date(2026, 6, 9),
        until_on=date(2026, 6, 30),
    )
    FILED.given(deputy, accepted()).when(assigned(handler=who("discipline"))).refused(HandlerUnfit)
    as_deputy = msgspec.structs.replace(deputy, person=MEMBER)
    FILED.given(as_deputy, accepted()).when(assigned(handler=MEMBER)).says(HandlerAssigned)
    FILED.given(standing_in, as_deputy, accepted()).when(assigned(handler=MEMBER)).refused(HandlerUnfit)


def test_the_handler_alone_hears_finds_and_decides() -> None:
    taken = FILED.given(accepted(), assigned())
    taken.when(heard(actor=AS_OFFICER)).refused(NotTheHandler)
    taken.when(decided()).refused(ObjectionNotThere)
    taken.given(heard()).when(decided()).refused(ObjectionNotThere)
    FOUND.when(decided(actor=AS_OFFICER)).refused(NotTheHandler)


def test_a_handler_steps_back_without_a_ground_and_does_not_return() -> None:
    history = FILED.given(accepted(), assigned())
    history.when(about(RecuseHandler, AS_DEPUTY)).then(
        HandlerRecused(objection=OBJECTION_ID, unit=BRANCH, handler=HIGHER_DEPUTY)
    )
    history.given(about(RecuseHandler, AS_DEPUTY)).when(assigned()).refused(HandlerUnfit)


def test_a_correction_says_what_the_rules_let_be_said() -> None:
    FOUND.when(decided(correction=Correction(outcome="done"))).refused(OutcomeNotOfItem)
    FOUND.when(decided(correction=Correction(outcome="absent"))).refused(CorrectionChangesNothing)
    FOUND.when(decided(correction=Correction(outcome="attended", member=MEMBER))).refused(CorrectionNotWanted)
    procedure = POSTED.given(filed(about="procedure", line=None), accepted(), assigned(), heard(), found())
    procedure.when(decided()).refused(CorrectionNotWanted)


def test_6_upheld_becomes_reversal_replacement_and_a_notice_of_its_own_after_the_appeal_term() -> None:
    history = FOUND.given(decided(), replied())
    (reply,) = FOUND.given(decided()).when(replied()).says(ReplyDelivered)
    assert isinstance(reply, ReplyDelivered)
    assert (reply.delivered_on, reply.appeal_by) == (date(2026, 6, 9), date(2026, 6, 16))
    history.when(close(datetime(2026, 6, 16, 16, 0, 59, tzinfo=UTC))).refused(AppealTermRunning)
    said = history.when(close(LONG_AFTER)).says(
        NoticeLineCorrected, RecordReversed, RecordReplaced, NoticeDrafted, NoticeLineDrafted, ObjectionClosed
    )
    replacement, header, line = said[2:5]
    assert isinstance(replacement, RecordReplaced)
    assert (replacement.outcome, replacement.replaces) == ("attended", record(history.world).record)
    assert isinstance(header, NoticeDrafted)
    assert (header.notice, header.objection) == (correction_id(OBJECTION_ID), OBJECTION_ID)
    assert isinstance(line, NoticeLineDrafted)
    assert line.record == replacement.record
    again = history.given(close(LONG_AFTER))
    again.when(close(LONG_AFTER)).nothing()
    assert not again.world[archive_of(OTHER, HELD_ON)].held()


def test_6_the_replacement_counts_after_its_own_notice_and_the_reversed_never() -> None:
    corrected = correction_id(OBJECTION_ID)
    posted_at = LONG_AFTER
    history = FOUND.given(closed(), confirmed(), decided(), replied(), close(LONG_AFTER))
    assert OTHER not in confirmed_members(history)
    history = history.given(
        wish(CheckDisclosure, AS_SECRETARY, posted_at, unit=BRANCH, notice=corrected, shows=("name",)),
        wish(PostNotice, AS_SECRETARY, posted_at, unit=BRANCH, notice=corrected),
        wish(CloseNotice, PROCESS, posted_at + timedelta(days=30), unit=BRANCH, notice=corrected),
        wish(ConfirmRecords, PROCESS, posted_at + timedelta(days=30), unit=BRANCH, notice=corrected),
    )
    before, after = history.world[archive_of(OTHER, HELD_ON)].records.values()
    assert (before.status, after.status, after.outcome) == ("reversed", "confirmed", "attended")
    history.when(confirmed()).nothing()


def test_rejected_releases_only_after_the_appeal_term_and_then_confirms() -> None:
    history = FOUND.given(closed(), confirmed(), decided("rejected"), replied())
    history.when(close()).refused(AppealTermRunning)
    released = history.given(close(LONG_AFTER))
    assert OTHER not in confirmed_members(released)
    released.when(confirmed()).says(PointsConfirmed)


def test_on_the_page_a_reply_counts_as_delivered_after_its_term() -> None:
    (fact,) = FOUND.given(decided()).when(replied(how="page")).says(ReplyDelivered)
    assert isinstance(fact, ReplyDelivered)
    assert (fact.delivered_on, fact.appeal_by) == (date(2026, 6, 12), date(2026, 6, 19))


def test_one_appeal_by_the_objector_with_his_secret_or_by_the_subject() -> None:
    history = FOUND.given(decided("rejected"), replied())
    history.when(appealed(key="guessed")).refused(KeyWrong)
    history.when(appealed(person(MEMBER, "member", BRANCH))).refused(NotTheSubject)
    (fact,) = history.when(appealed(AS_SUBJECT)).says(AppealFiled)
    assert isinstance(fact, AppealFiled)
    assert (fact.by, fact.body, fact.decide_by) == ("subject", TOP, date(2026, 6, 30))
    history.given(appealed(AS_SUBJECT)).when(appealed()).refused(ObjectionNotThere)
    history.given(appealed()).when(close(LONG_AFTER)).nothing()


def test_the_leading_group_decides_without_whoever_dealt_with_it() -> None:
    history = FOUND.given(decided("rejected"), replied(), appealed())
    (fact,) = history.when(appeal_decided()).says(AppealDecided)
    assert isinstance(fact, AppealDecided)
    assert (fact.vote.entitled, fact.vote.in_favour) == (4, 4)
    handled_by_leader = FILED.given(accepted(), assigned(handler=LEADER))
    as_leader = person(LEADER, "leading_group", TOP)
    handled_by_leader = handled_by_leader.given(
        heard(as_leader), found(as_leader), decided("rejected", actor=as_leader), about_reply(as_leader), appealed()
    )
    second = person(LEADERS[1], "leading_group", TOP)
    (fact,) = handled_by_leader.when(appeal_decided(actor=second)).says(AppealDecided)
    assert isinstance(fact, AppealDecided)
    assert fact.vote.entitled == 3
    few = history.given(*(ended(leader) for leader in LEADERS[2:]))
    few.when(appeal_decided(present=LEADERS[:2])).refused(GroupTooSmall)


def ended(leader: UUID) -> EndRole:
    return wish(EndRole, AS_OFFICER, unit=TOP, role="leading_group", person=leader, last_on=date(2026, 6, 1))


def about_reply(actor: Actor) -> Command:
    return about(DeliverReply, actor, how="witnessed_paper")  # type: ignore[no-any-return]


def test_an_appeal_that_succeeds_corrects_at_once() -> None:
    history = FOUND.given(decided("rejected"), replied(), appealed())
    done = history.given(appeal_decided("upheld", correction=Correction(outcome="attended")))
    done.when(close()).says(
        NoticeLineCorrected, RecordReversed, RecordReplaced, NoticeDrafted, NoticeLineDrafted, ObjectionClosed
    )
    denied = FOUND.given(decided(), replied(), appealed(AS_SUBJECT), appeal_decided("rejected"))
    denied.when(close()).says(NoticeLineCleared, RecordReleased, ObjectionClosed)


def test_whoever_filed_it_takes_it_back_before_the_decision() -> None:
    FILED.when(withdrawn("guessed")).refused(KeyWrong)
    FILED.when(withdrawn()).says(ObjectionWithdrawn, ObjectionClosed, NoticeLineCleared, RecordReleased)
    FOUND.given(decided()).when(withdrawn()).refused(ObjectionNotThere)


def escalated(stage: str, due_on: date, at: datetime = LONG_AFTER) -> EscalateObjection:
    return about(EscalateObjection, PROCESS, at, stage=stage, due_on=due_on)  # type: ignore[no-any-return]


def test_a_missed_term_takes_it_one_level_up_with_a_new_term() -> None:
    FILED.when(escalated("acceptance", date(2026, 6, 11), FILED_AT)).refused(TermNotMissed)
    (fact,) = FILED.when(escalated("acceptance", date(2026, 6, 11))).says(ObjectionEscalated)
    assert isinstance(fact, ObjectionEscalated)
    assert (fact.to, fact.due_on) == (TOP, date(2026, 7, 6)), "the topmost keeps it, with a term of its own"
    FILED.given(accepted()).when(escalated("acceptance", date(2026, 6, 11))).nothing()
    taken = FILED.given(accepted(), assigned())
    again = taken.given(escalated("decision", date(2026, 6, 23)))
    assert (objection(again.world).status, objection(again.world).handler) == ("accepted", None)
    again.when(assigned()).refused(HandlerUnfit)
    again.when(assigned(handler=HIGHER_THIRD)).facts()


def test_the_next_level_is_the_organisation_above() -> None:
    low, committee = "GW/PK-01/1", who("low-secretary")
    world = POSTED.given(established(low, BRANCH), registered(committee, low)).world
    below = notice(world)
    there = msgspec.structs.replace(below, unit=low, bodies=(low,))
    assert levels(world, there) == [BRANCH, TOP]
    assert next_level(world, there, BRANCH) == TOP
    assert levels(world, msgspec.structs.replace(there, bodies=(BRANCH, low))) == [TOP]


def test_after_the_longest_block_it_is_decided_for_the_person() -> None:
    end = about(EndBlock, PROCESS, datetime(2026, 8, 11, 16, 1, tzinfo=UTC))
    FILED.when(about(EndBlock, PROCESS, FILED_AT)).refused(BlockRunning)
    FILED.when(end).says(NoticeLineCorrected, RecordReversed, ObjectionLapsed)
    present = POSTED.given(filed(line=line_of(POSTED.world, MEMBER).line))
    present.when(end).says(NoticeLineCleared, RecordReleased, ObjectionLapsed)
    FILED.given(withdrawn()).when(end).nothing()


def test_two_objections_to_one_line_hold_it_until_both_are_over() -> None:
    other = who("second objection")
    both = FILED.given(filed(number=other))
    one_gone = both.given(withdrawn())
    assert not line_of(one_gone.world, OTHER).clear
    assert record(one_gone.world).held_by == {other}


def test_an_objection_to_a_missing_line_holds_back_whoever_has_none_and_nobody_else() -> None:
    late, missing = who("was there too"), {"about": "missing_line", "line": None}
    posted = POSTED.given(registered(late))
    fact, _, held = posted.when(filed(**missing)).says(ObjectionFiled, ObjectionReceipted, OmissionHeld)
    assert isinstance(fact, ObjectionFiled)
    assert (fact.subject, fact.block_until) == (None, date(2026, 8, 11)), "whose line it is nobody says"
    assert isinstance(held, OmissionHeld)
    assert (held.member, held.matter, held.occurred_on) == (late, "MT-0512", HELD_ON)
    history = posted.given(filed(**missing))
    assert history.world[archive_of(late, HELD_ON)].held()
    assert confirmed_members(history.given(closed(), confirmed())) == set(PEOPLE)
    history.when(withdrawn()).says(ObjectionWithdrawn, ObjectionClosed, OmissionSettled)
    for nothing in (filed(**missing, anonymous=True), filed(**missing, at=LONG_AFTER)):
        facts = posted.given(closed(), confirmed()).when(nothing).facts()
        assert not any(isinstance(one, OmissionHeld) for one in facts)
    assert OmissionHeld not in [type(one) for one in posted.given(sealed(late)).when(filed(**missing)).facts()]


def test_after_the_longest_block_a_missing_line_holds_nobody_and_is_still_decided() -> None:
    late = who("was there too")
    end = about(EndBlock, PROCESS, datetime(2026, 8, 11, 16, 1, tzinfo=UTC))
    open_still = POSTED.given(registered(late), filed(about="missing_line", line=None))
    right = Correction(outcome="attended", member=late)
    upheld = open_still.given(accepted(), assigned(), heard(), found(), decided(correction=right), replied())
    for history in (open_still, upheld, upheld.given(appealed(person(late, "member", BRANCH)))):
        (settled,) = history.when(end).says(OmissionSettled)
        assert isinstance(settled, OmissionSettled)
        assert settled.notice == NOTICE_ID, "the objection runs on, so this calls for the further round"
        over = history.given(end)
        assert objection(over.world).open
        over.when(end).nothing()
    upheld.given(end).when(close(LONG_AFTER)).says(RecordReplaced, NoticeDrafted, NoticeLineDrafted, ObjectionClosed)
    (closing,) = upheld.given(end, sealed(late)).when(close(LONG_AFTER)).says(ObjectionClosed)
    assert isinstance(closing, ObjectionClosed)
    assert closing.by_restatement, "determined meanwhile, he gets his line by a restatement"


def test_a_line_that_was_missing_is_added_and_noticed() -> None:
    late = who("was there too")
    history = POSTED.given(registered(late), filed(about="missing_line", line=None))
    history = history.given(accepted(), assigned(), heard(), found())
    history.when(decided(correction=None)).refused(CorrectionMissing)
    history.when(decided(correction=Correction(outcome="attended", member=MEMBER))).refused(AlreadyRecorded)
    done = history.given(decided(correction=Correction(outcome="attended", member=late)), replied())
    _, replaced, header, *_ = done.when(close(LONG_AFTER)).says(
        OmissionSettled, RecordReplaced, NoticeDrafted, NoticeLineDrafted, ObjectionClosed
    )
    assert isinstance(replaced, RecordReplaced)
    assert (replaced.member, replaced.replaces) == (late, None)
    assert isinstance(header, NoticeDrafted)
    done.when(appealed(person(late, "member", BRANCH))).says(AppealFiled)


def test_once_it_is_said_whose_line_is_missing_nobody_else_waits() -> None:
    late, other = who("was there too"), who("was there as well")
    history = POSTED.given(registered(late), registered(other), filed(about="missing_line", line=None))
    history = history.given(accepted(), assigned(), heard(), found())
    history.when(decided("rejected")).says(ObjectionRejected)
    right = Correction(outcome="attended", member=late)
    _, settled = history.when(decided(correction=right)).says(ObjectionUpheld, OmissionSettled)
    assert isinstance(settled, OmissionSettled)
    assert (settled.member, settled.notice) == (other, NOTICE_ID)
    named = history.given(decided(correction=right)).world
    assert [named[archive_of(one, HELD_ON)].held() for one in (late, other)] == [True, False]


def exempted(member: UUID) -> list[Write]:
    """Granted to him for the whole year."""
    said = {"member": member, "unit": BRANCH, "exemption": 1}
    asked = ExemptionRequested(**said, from_on=date(2026, 1, 1), ground="0" * 64, reason="0" * 64)
    vote = Vote(entitled=3, present=3, in_favour=3)
    granted = ExemptionGranted(**said, body="branch_meeting", minute="纪要", minute_sha256="0" * 64, vote=vote)
    return [PERSON.of(member).says(fact) for fact in (asked, granted)]


def test_an_objection_to_a_missing_line_holds_nobody_whom_the_sheet_does_not_ask() -> None:
    late, exempt = who("was there too"), who("is not assessed")
    posted = POSTED.given(registered(late), registered(exempt), *exempted(exempt))
    facts = posted.when(filed(about="missing_line", line=None)).facts()
    assert [one.member for one in facts if isinstance(one, OmissionHeld)] == [late]


def test_no_decision_gives_a_line_to_whom_the_sheet_cannot_hold() -> None:
    """Exempt from the beginning, or since it was filed: in either case nobody waits for him, and he has no score."""
    late, exempt, stranger = who("was there too"), who("is not assessed"), who("was never here")
    history = POSTED.given(registered(late), registered(exempt), filed(about="missing_line", line=None))
    history = history.given(*exempted(exempt), accepted(), assigned(), heard(), found())
    right = Correction(outcome="attended", member=exempt)
    history.when(decided(correction=right)).refused(NotOnSheet, member=exempt)
    history.when(decided(correction=replace(right, member=stranger))).refused(NotOnRoster, member=stranger)
    history.when(decided(correction=replace(right, member=late))).says(ObjectionUpheld, OmissionSettled)


def sealed(member: UUID) -> Write:
    """The half-year of the party day is determined for one person."""
    fact = ArchiveSealed(
        member=member, unit=BRANCH, year=2026, period="H1", first_on=date(2026, 1, 1), last_on=date(2026, 6, 30)
    )
    return archive_of(member, HELD_ON).says(fact)


def test_what_is_upheld_after_its_period_was_sealed_is_closed_and_takes_effect_by_a_restatement() -> None:
    late = who("was there too")
    missing = POSTED.given(registered(late), filed(about="missing_line", line=None))
    missing = missing.given(accepted(), assigned(), heard(), found())
    missing = missing.given(decided(correction=Correction(outcome="attended", member=late)), replied())
    _, end = missing.given(sealed(late)).when(close(LONG_AFTER)).says(OmissionSettled, ObjectionClosed)
    assert isinstance(end, ObjectionClosed)
    assert (end.outcome, end.by_restatement) == ("upheld", True)
    (*_, end) = missing.given(sealed(OTHER)).when(close(LONG_AFTER)).facts()
    assert isinstance(end, ObjectionClosed)
    assert not end.by_restatement, "another person's period says nothing about his"


def test_a_late_request_about_a_sealed_record_is_closed_and_changes_no_record() -> None:
    history = POSTED.given(closed(), confirmed(), filed(at=LONG_AFTER), accepted(at=LONG_AFTER))
    steps = (assigned(), heard(), found(), decided(), replied())
    history = history.given(*(replace(step, at=LONG_AFTER) for step in steps), sealed(OTHER))
    (end,) = history.when(close(LONG_AFTER + timedelta(days=30))).says(ObjectionClosed)
    assert isinstance(end, ObjectionClosed)
    assert end.by_restatement
    assert record(history.world).status == "confirmed"


def test_there_is_no_objection_of_another_organisation() -> None:
    FILED.when(wish(type(accepted()), AS_DEPUTY, unit=TOP, objection=OBJECTION_ID)).refused(ObjectionUnknown)


def test_who_is_concerned_does_not_receive_it() -> None:
    both = POSTED.given(appointed(OTHER, "officer", TOP), filed())
    both.when(accepted(actor=person(OTHER, "officer", TOP))).refused(ConcernedSteps)
