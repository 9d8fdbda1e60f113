"""报复标记: what is done to somebody after he objected goes before the level above, and tells nobody who objected."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import pytest

from domain.actor import Actor, person
from domain.decider import NAMESPACE, NotPermitted
from domain.entry import Entry, encode, entry_id
from domain.objection.filing import KeyWrong
from domain.objection.flagging import (
    ActOfOthers,
    ActUnknown,
    AlreadyExamined,
    AlreadyFlagged,
    ConsentMissing,
    ExamineRetaliation,
    FlagRetaliation,
    OutsideProtection,
)
from domain.objection.recusal import NotTheHandler
from domain.objection.retaliation import About, Act, FlagUnknown, RetaliationExamined, RetaliationFlagged
from domain.recording.archive import VetoRegistered
from domain.recording.proposing import ProposeDeduction
from domain.result.measure import MEASURES, MeasureOpened, MeasureProposed, MeasureWithdrawn
from domain.sealed import Secret
from tests.domain.branch import (
    AS_HIGHER,
    AS_LEADER,
    AS_OFFICER,
    AS_RECORDER,
    AS_SECRETARY,
    BRANCH,
    HIGHER_THIRD,
    MEMBER,
    OTHER,
    RECORDER,
    SECRETARY,
    TOP,
    secret,
    wish,
)
from tests.domain.given import Given
from tests.domain.merits import AS_MEMBER, AWARD, COMPLAINT, claimed, honour_returned, proposed, vetoed
from tests.domain.objection.disputes import AS_DEPUTY, FILED, FILED_AT, FOUND, KEY, OBJECTION_ID, accepted, assigned

AS_THIRD = person(HIGHER_THIRD, "committee_member", TOP)
FILED_ON = FILED_AT.date()
NEXT_DAY = FILED_AT + timedelta(days=1)
FLAG = uuid5(NAMESPACE, "test/flag")
DEDUCTION = Act(kind="deduction", id=COMPLAINT, subject=MEMBER)
CLAIM = Act(kind="claim", id=AWARD, subject=MEMBER)


def deducted(actor: Actor = AS_RECORDER, at: datetime = NEXT_DAY, **fields: object) -> ProposeDeduction:
    """A deduction for something of a week before."""
    dated_on = at.date() - timedelta(days=7)
    return proposed(actor, at, **{"occurred_on": dated_on, "dated_on": dated_on, **fields})


AFTER = FILED.given(deducted())


def about(act: Act = DEDUCTION, flag: UUID = FLAG) -> Secret:
    said = About(unit=BRANCH, objection=OBJECTION_ID, act=act)
    return secret("about", said.text, flag)


def flagged(
    act: Act = DEDUCTION,
    at: datetime = NEXT_DAY,
    *,
    actor: Actor | None = None,
    key: str | None = KEY,
    **fields: object,
) -> FlagRetaliation:
    """By whoever objected, unless said otherwise."""
    what = about(act)
    return wish(
        FlagRetaliation,
        actor or Actor(sealed=what.commitment),
        at,
        unit=BRANCH,
        flag=FLAG,
        about=what,
        reason=secret("reason", "我提出异议次日即被拟减分", FLAG),
        secret=key,
        **fields,
    )


def examined(actor: Actor = AS_THIRD, act: Act = DEDUCTION, unit: str = TOP) -> ExamineRetaliation:
    return wish(
        ExamineRetaliation,
        actor,
        NEXT_DAY,
        unit=unit,
        flag=FLAG,
        about=about(act),
        conclusion="founded",
        finding=secret("finding", "系报复", FLAG),
    )


FLAGGED = AFTER.given(flagged())


def test_who_objected_brings_a_deduction_that_followed_before_the_level_above() -> None:
    what = flagged()
    AFTER.when(what).then(
        RetaliationFlagged(flag=FLAG, body=TOP, about=what.about.commitment, reason=what.reason.commitment)
    )


def test_a_flag_names_neither_the_objection_nor_the_act_nor_anybody() -> None:
    what = flagged()
    (fact,) = AFTER.when(what).facts()
    entry = Entry(
        actor=what.actor,
        at=what.at,
        cause=None,
        command=what.id,
        fact=fact,
        id=entry_id(what.id, 0),
        log="test",
        stream=FLAG,
        version=1,
    )
    told = encode(entry).decode()
    assert not any(f"{one}" in told for one in (OBJECTION_ID, COMPLAINT, MEMBER, RECORDER, BRANCH, KEY))


def test_what_is_flagged_goes_on_as_if_nothing_were() -> None:
    with_flag = FLAGGED.when(deducted(matter="CMP-8", member=OTHER)).facts()
    assert with_flag == AFTER.when(deducted(matter="CMP-8", member=OTHER)).facts()


def test_without_the_secret_of_the_objection_nothing_is_flagged() -> None:
    AFTER.when(flagged(key="guessed")).refused(KeyWrong)
    AFTER.when(flagged(key=None)).refused(KeyWrong)


def test_the_objector_shows_himself_by_the_flag_alone_and_not_by_his_objection() -> None:
    as_objector = Actor(sealed=secret("objector", "张三 138…", OBJECTION_ID).commitment)
    AFTER.when(flagged(actor=as_objector)).refused(NotPermitted)


def test_the_handler_flags_with_the_objectors_consent_alone() -> None:
    handled = FOUND.given(deducted())
    handled.when(flagged(actor=AS_DEPUTY, key=None, consented=True)).says(RetaliationFlagged)
    handled.when(flagged(actor=AS_DEPUTY, key=None)).refused(ConsentMissing)
    handled.when(flagged(actor=AS_HIGHER, key=None, consented=True)).refused(NotTheHandler)


@pytest.mark.parametrize("actor", [AS_RECORDER])
def test_whoever_holds_no_office_that_handles_flags_nothing(actor: Actor) -> None:
    AFTER.when(flagged(actor=actor, key=None, consented=True)).refused(NotPermitted)


def test_an_act_is_flagged_once() -> None:
    FLAGGED.when(flagged()).refused(AlreadyFlagged)


def test_an_act_of_somebody_who_is_not_concerned_is_no_retaliation() -> None:
    FILED.given(deducted(AS_THIRD)).when(flagged()).refused(ActOfOthers)


def test_an_act_against_somebody_else_is_not_flagged() -> None:
    AFTER.when(flagged(Act(kind="deduction", id=COMPLAINT, subject=OTHER))).refused(ActUnknown)
    AFTER.when(flagged(Act(kind="veto", id=COMPLAINT, subject=MEMBER))).refused(ActUnknown)


def test_what_was_done_before_the_objection_is_no_retaliation() -> None:
    FILED.given(deducted(at=FILED_AT - timedelta(days=1))).when(flagged()).refused(OutsideProtection)


def test_whoever_objected_is_protected_for_as_many_days_as_the_rules_say() -> None:
    last = FILED_AT + timedelta(days=180)
    # The year's calendar ends before: the deduction itself is proposed inside it.
    FILED.given(deducted(at=last)).when(flagged(at=last)).says(RetaliationFlagged)
    beyond = FILED_AT + timedelta(days=181)
    FILED.given(deducted(at=beyond)).when(flagged(at=beyond)).refused(OutsideProtection)


def test_a_claim_sent_back_is_flagged() -> None:
    sent_back = wish_returned(AS_SECRETARY)
    sent_back.when(flagged(CLAIM)).says(RetaliationFlagged)


def wish_returned(actor: Actor) -> Given:
    claim = FILED.given(claimed(AS_MEMBER, FILED_AT, occurred_on=FILED_ON, dated_on=FILED_ON))
    returned = honour_returned(actor)
    later = type(returned)(
        id=returned.id, actor=actor, at=NEXT_DAY, unit=BRANCH, honour=returned.honour, reason=returned.reason
    )
    return claim.given(later)


def test_a_flagged_claim_that_was_made_anew_is_examined_all_the_same() -> None:
    anew = claimed(AS_MEMBER, NEXT_DAY, occurred_on=FILED_ON, dated_on=FILED_ON)
    again = wish_returned(AS_SECRETARY).given(flagged(CLAIM), anew)
    again.when(examined(act=CLAIM)).says(RetaliationExamined)
    again.when(flagged(CLAIM)).refused(AlreadyFlagged)


def test_a_claim_that_still_stands_is_nothing_to_flag() -> None:
    claim = FILED.given(claimed(AS_MEMBER, FILED_AT, occurred_on=FILED_ON, dated_on=FILED_ON))
    claim.when(flagged(CLAIM)).refused(ActUnknown)


def test_a_measure_opened_by_somebody_concerned_is_flagged_and_examined_whatever_became_of_it() -> None:
    measure = uuid5(NAMESPACE, "test/measure")
    stream = MEASURES.of(MEMBER)
    known = {"measure": measure, "member": MEMBER, "unit": BRANCH}
    called_for = stream.says(
        MeasureProposed(
            **known, code="talk", year=2026, period="year", version=1, rules="illustrative-1", total="65.00"
        )
    )
    opened = FILED.given(called_for, stream.says(MeasureOpened(**known, by=SECRETARY, opened_on=NEXT_DAY.date())))
    act = Act(kind="measure", id=measure, subject=MEMBER)
    opened.when(flagged(act)).says(RetaliationFlagged)
    proposed_anew = opened.given(flagged(act), stream.says(MeasureWithdrawn(**known, version=2)), called_for)
    proposed_anew.when(examined(act=act)).says(RetaliationExamined)


def test_a_veto_registered_by_the_branch_is_flagged() -> None:
    after = FILED.given(vetoed())
    fact = next(one for one in after.world.facts if isinstance(one, VetoRegistered))
    act = Act(kind="veto", id=fact.record, subject=fact.member, counted_on=fact.counted_on)
    after.when(flagged(act)).says(RetaliationFlagged)


def test_the_level_above_examines_it_once() -> None:
    (fact,) = FLAGGED.when(examined()).says(RetaliationExamined)
    assert isinstance(fact, RetaliationExamined)
    assert (fact.body, fact.by, fact.conclusion) == (TOP, HIGHER_THIRD, "founded")
    FLAGGED.given(examined()).when(examined()).refused(AlreadyExamined)


@pytest.mark.parametrize("actor", [AS_OFFICER, AS_LEADER])
def test_everybody_free_at_the_level_above_may_examine_it(actor: Actor) -> None:
    FLAGGED.when(examined(actor)).says(RetaliationExamined)


def test_whoever_handled_the_objection_does_not_examine_what_followed_it() -> None:
    handled = FILED.given(accepted(), assigned(), deducted(), flagged())
    for actor in (AS_HIGHER, AS_DEPUTY):
        handled.when(examined(actor)).refused(FlagUnknown)
    handled.when(examined()).says(RetaliationExamined)


def test_whoever_is_concerned_is_told_what_is_told_of_a_flag_that_is_not_there() -> None:
    handled = FILED.given(accepted(), assigned(), deducted())
    handled.when(examined(AS_DEPUTY)).refused(FlagUnknown)
    handled.given(flagged()).when(examined(AS_DEPUTY)).refused(FlagUnknown)
    handled.given(flagged(), examined()).when(examined(AS_DEPUTY)).refused(FlagUnknown)


def test_the_branch_whose_people_are_concerned_does_not_examine_it() -> None:
    FLAGGED.when(examined(AS_SECRETARY)).refused(NotPermitted)
    FLAGGED.when(examined(AS_SECRETARY, unit=BRANCH)).refused(FlagUnknown)


def test_a_flag_is_examined_for_what_it_says_and_nothing_else() -> None:
    FLAGGED.when(examined(act=CLAIM)).refused(NotPermitted)
