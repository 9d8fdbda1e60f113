"""民主评议: one ballot of each voter for everybody but himself, and nobody can say whose it is."""

from collections import Counter
from uuid import UUID

from domain.actor import person
from domain.assessment.appraisal import AppraisalTallied, BallotCast, VoterTookPart
from domain.assessment.balloting import (
    AppraisalExists,
    BallotInvalid,
    CodesWrong,
    FileSelfEvaluation,
    IssuedCode,
    SelfEvaluated,
    TellersWrong,
    TooFewVoters,
    VoterUnknown,
)
from domain.assessment.opening import PartsNotSealed
from domain.assessment.tallying import Ballot, shown
from domain.entry import encode
from domain.ledger import Ledger
from domain.rules.scheme import load
from tests.domain.branch import BRANCH, DOCUMENT, MEMBER, OTHER, PEOPLE, SECRETARY, digest, secret, who, wish
from tests.domain.given import Given
from tests.domain.year import (
    SEATED,
    Y_OVER,
    YEAR,
    appraisal_closed,
    appraisal_opened,
    ballots,
    halves,
    period_opened,
)

SCHEME = load(DOCUMENT)
HALVES = halves(SEATED)
OPEN = HALVES.given(appraisal_opened())


def codes(subjects: tuple[UUID, ...] = PEOPLE, each: int = len(PEOPLE) - 1) -> tuple[IssuedCode, ...]:
    """So many codes for each."""
    return tuple(
        IssuedCode(subject=one, digest=digest(f"code {one} {number}")) for one in subjects for number in range(each)
    )


def all_say(mark: str, each: int) -> tuple[Ballot, ...]:
    """The same mark for everybody."""
    return ballots({one: {mark: each} for one in PEOPLE})


def tallied(given: Given, cast: tuple[Ballot, ...], member: UUID = MEMBER) -> AppraisalTallied:
    """What is published of one member."""
    facts = given.when(appraisal_closed(cast)).facts()
    return next(one for one in facts if isinstance(one, AppraisalTallied) and one.member == member)


def test_the_appraisal_comes_after_the_halves_and_once() -> None:
    SEATED.given(period_opened("Y")).when(appraisal_opened()).refused(PartsNotSealed)
    OPEN.when(appraisal_opened()).refused(AppraisalExists)


def test_there_is_one_code_for_each_voter_and_each_other_member() -> None:
    by_code = appraisal_opened(codes(), "single_subject_codes")
    issued = [one.code_digest for one in HALVES.when(by_code).facts() if hasattr(one, "code_digest")]
    assert len(issued) == len(PEOPLE) * (len(PEOPLE) - 1)
    assert issued == sorted(issued)
    own_too = appraisal_opened(codes(each=len(PEOPLE)), "single_subject_codes")
    HALVES.when(own_too).refused(CodesWrong, wanted=56, issued=64)


def test_a_ballot_of_a_code_that_was_not_issued_or_for_somebody_else_is_refused() -> None:
    session = HALVES.given(appraisal_opened(codes(), "single_subject_codes"))
    right = Ballot(subject=MEMBER, digest=digest(f"code {MEMBER} 0"), mark="qualified")
    assert tallied(session, (right,)).ballots == 1
    for wrong in (
        Ballot(subject=MEMBER, digest=digest("forged"), mark="qualified"),
        Ballot(subject=OTHER, digest=digest(f"code {MEMBER} 0"), mark="qualified"),
        Ballot(subject=MEMBER, digest=digest(f"code {MEMBER} 0"), mark="splendid"),
    ):
        session.when(appraisal_closed((wrong,))).refused(BallotInvalid, invalid=1)
    session.when(appraisal_closed((right, right))).refused(BallotInvalid)


def test_nobody_has_more_ballots_than_others_who_voted() -> None:
    OPEN.when(appraisal_closed(all_say("qualified", len(PEOPLE)))).refused(BallotInvalid, too_many=len(PEOPLE))


def test_two_different_voters_count_and_half_must_have_voted() -> None:
    cast = all_say("qualified", 1)
    OPEN.when(appraisal_closed(cast, tellers=(SECRETARY, SECRETARY))).refused(TellersWrong)
    OPEN.when(appraisal_closed(cast, took_part=(*PEOPLE, who("stranger")))).refused(VoterUnknown, strangers=1)
    OPEN.when(appraisal_closed(cast, took_part=PEOPLE[:3])).refused(TooFewVoters, voters=8, took_part=3)


def test_under_five_voices_there_is_no_mean() -> None:
    assert tallied(OPEN, all_say("excellent", 4)).mean is None
    assert tallied(OPEN, all_say("excellent", 5)).mean == "100.00"
    silent = ballots({MEMBER: {"excellent": 4, "abstain": 3}})
    assert (tallied(OPEN, silent).voices, tallied(OPEN, silent).mean) == (4, None)


def test_a_distribution_is_shown_from_ten_ballots_on_and_never_if_unanimous() -> None:
    rules = SCHEME.appraisal
    assert shown(Counter({"excellent": 5, "qualified": 4}), rules) is None
    assert shown(Counter({"excellent": 10}), rules) is None
    assert shown(Counter({"excellent": 5, "qualified": 5}), rules) == {"excellent": 5, "qualified": 5}


def test_who_voted_is_known_and_nothing_joins_him_to_a_ballot() -> None:
    facts = OPEN.when(appraisal_closed(all_say("qualified", 5))).facts()
    cast = [one for one in facts if isinstance(one, BallotCast)]
    assert [one.code_digest for one in cast] == sorted(one.code_digest for one in cast)
    there = [one.member for one in facts if isinstance(one, VoterTookPart)]
    assert there == sorted(there, key=str)
    assert set(BallotCast.__struct_fields__) == {
        *("unit", "year", "period", "subject", "code_digest", "mark", "category")
    }


def test_the_entry_of_a_ballot_names_no_actor_no_command_and_no_cause() -> None:
    closing = appraisal_closed(all_say("qualified", 5))
    decision = [write for write in OPEN.world.copy().execute(closing) if isinstance(write.fact, BallotCast)]
    ledger = Ledger.__new__(Ledger)
    entries = [ledger._entry(closing, number, write, 1, "test") for number, write in enumerate(decision)]
    assert all((one.actor, one.command, one.cause) == (None, None, None) for one in entries)
    assert {one.at for one in entries} == {Y_OVER}
    said = b"".join(map(encode, entries))
    assert str(closing.id).encode() not in said
    assert b'"person"' not in said


def test_a_self_evaluation_is_filed_once() -> None:
    mine = wish(
        FileSelfEvaluation,
        person(MEMBER, "member", BRANCH),
        Y_OVER,
        unit=BRANCH,
        year=YEAR,
        period="Y",
        statement=secret("statement", "尽职", MEMBER),
    )
    OPEN.given(mine).when(mine).refused(SelfEvaluated)
