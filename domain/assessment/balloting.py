"""评议投票 — a session is opened, everybody evaluates himself, ballots are counted once, at closing, and published."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from domain.assessment.appraisal import (
    AppraisalAnnulled,
    AppraisalClosed,
    AppraisalOpened,
    AppraisalSubjectNamed,
    AppraisalVoterNamed,
    BallotCast,
    BallotCodeIssued,
    BoxKey,
    CodeFor,
    Method,
    NoSession,
    SelfEvaluationFiled,
    Session,
    VoterTookPart,
    appraisal_of,
    open_session,
)
from domain.assessment.opening import assessed_period, parts_sealed
from domain.assessment.period import Key, standing
from domain.assessment.tallying import Ballot, tallies
from domain.decider import Command, Decision, Fact, Past, Refused
from domain.organisation.bodies import votes
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import belonging
from domain.organisation.unit import established
from domain.recording.sheet import acting
from domain.rules.assessing import Appraisal
from domain.rules.ruleset import scheme_of, scheme_on
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of


class NoAppraisal(Refused):
    """办法规定本期不进行民主评议。 The rule set asks for no appraisal in this period."""

    code = "no-appraisal"


class AppraisalExists(Refused):
    """本期民主评议已开启。 The appraisal of this period is open already."""

    code = "appraisal-exists"


class MethodUnknown(Refused):
    """办法没有规定这种投票方式。 The rule set does not know this way of voting."""

    code = "appraisal-method-unknown"


class CodesWrong(Refused):
    """评议码数量与应发数量不符。 There must be one code for each voter and each other member, and no code twice."""

    code = "ballot-codes-wrong"


class NotAppraised(Refused):
    """您不在本次评议对象之列。 You are not among those appraised."""

    code = "not-appraised"


class SelfEvaluated(Refused):
    """您已提交自评。 Your self-evaluation is filed already."""

    code = "self-evaluated"


class TellersWrong(Refused):
    """须由两名参评党员监票计票。 Two different members who may vote count the ballots."""

    code = "tellers-wrong"


class VoterUnknown(Refused):
    """到会名单中有非参评人员。 Somebody listed as having voted may not vote here."""

    code = "voter-unknown"


class TooFewVoters(Refused):
    """参加评议人数不足规定比例。 Fewer voters took part than the rule set asks for."""

    code = "appraisal-no-quorum"


class BallotInvalid(Refused):
    """有无效票:评议码、对象或档次不符。 A ballot is not valid: its code, its subject or its mark is wrong."""

    code = "ballot-invalid"


class IssuedCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code, by its digest."""

    subject: MemberId
    digest: Sha256
    category: Code | None = None


class OpenAppraisal(Command, frozen=True, kw_only=True):
    """Open a session. The codes are drawn at the edge, and handed out on paper slips that anybody may draw."""

    operation = "appraisal.run"
    fresh = ("codes", "box")
    unit: Code
    year: int
    period: Code
    method: Method
    codes: tuple[IssuedCode, ...] = ()
    box: BoxKey | None = None


class FileSelfEvaluation(Command, frozen=True, kw_only=True):
    """Say how one sees one's own year."""

    operation = "appraisal.evaluate_self"
    unit: Code
    year: int
    period: Code
    statement: Secret


class CloseAppraisal(Command, frozen=True, kw_only=True):
    """Close it: who took part, and every ballot."""

    operation = "appraisal.run"
    fresh = ("ballots", "spoilt")
    unit: Code
    year: int
    period: Code
    tellers: tuple[MemberId, MemberId]
    took_part: tuple[MemberId, ...]
    ballots: tuple[Ballot, ...]
    spoilt: Annotated[int, Meta(ge=0)] = 0


class AnnulAppraisal(Command, frozen=True, kw_only=True):
    """Begin anew: codes went astray, a teller lost his key, the session was disturbed."""

    operation = "appraisal.run"
    unit: Code
    year: int
    period: Code
    reason: Secret


BallotingCommand: TypeAlias = OpenAppraisal | FileSelfEvaluation | CloseAppraisal | AnnulAppraisal


def decide(past: Past, command: BallotingCommand) -> Decision:
    """Open, evaluate oneself, close; or begin anew."""
    match command:
        case OpenAppraisal():
            return _open(past, command)
        case FileSelfEvaluation():
            return _evaluate(past, command)
        case CloseAppraisal():
            return _close(past, command)
        case AnnulAppraisal():
            return _annul(past, command)


def _open(past: Past, command: OpenAppraisal) -> Decision:
    unit = established(past, command.unit)
    today = day_of(command.at)
    found = standing(past, command.unit, command.year, command.period, "opened")
    version, scheme = scheme_on(past, unit.scheme, found.last_on)
    if not assessed_period(scheme, command.period).appraisal:
        raise NoAppraisal(period=command.period)
    parts_sealed(past, scheme, command.unit, command.year, command.period)
    if command.method not in scheme.appraisal.secrecy.methods:
        raise MethodUnknown(method=command.method)
    ref = appraisal_of(command.unit, command.year, command.period)
    if not isinstance(past[ref], NoSession):
        raise AppraisalExists(year=command.year)
    subjects, voters = electorate(past, scheme, command.unit, today)
    codes = sorted(command.codes, key=lambda one: one.digest)
    _need_codes(command, scheme, subjects, voters)
    key = Key(unit=command.unit, year=command.year, period=command.period)
    header = AppraisalOpened(
        **key,
        method=command.method,
        opened_on=today,
        rules=version,
        subjects=len(subjects),
        voters=len(voters),
        codes=len(codes),
        box=command.box,
    )
    facts: list[Fact] = [
        header,
        *(AppraisalSubjectNamed(**key, member=member) for member in subjects),
        *(AppraisalVoterNamed(**key, member=member) for member in voters),
        *(BallotCodeIssued(**key, subject=one.subject, code_digest=one.digest, category=one.category) for one in codes),
    ]
    return [ref.says(fact) for fact in facts]


def electorate(past: Past, scheme: Scheme, unit: Code, day: date) -> tuple[list[MemberId], list[MemberId]]:
    """(who is appraised, who votes) on a day, sorted by pseudonym; a probationary member is neither."""
    people = belonging(past, unit, day)
    states = [state for state in past.many([MEMBER.of(one) for one in people]) if isinstance(state, Registered)]
    appraised = {one.code for one in scheme.profiles if one.appraised}
    subjects = [one.member for one in states if one.profile_on(day) in appraised and not one.exempt(day)]
    voters = [one.member for one in states if votes(scheme, one, day)]
    return sorted(subjects, key=str), sorted(voters, key=str)


def _need_codes(
    command: OpenAppraisal, scheme: Scheme, subjects: Sequence[MemberId], voters: Sequence[MemberId]
) -> None:
    wanted = {CodeFor(one, part): len(set(voters) - {one}) for one in subjects for part in asks_of(scheme)}
    if command.method == "paper_two_tellers":
        wanted = {}
    issued = Counter(CodeFor(one.subject, one.category) for one in command.codes)
    digests = {one.digest for one in command.codes}
    if dict(issued) != {one: number for one, number in wanted.items() if number} or len(digests) != len(command.codes):
        raise CodesWrong(wanted=sum(wanted.values()), issued=len(command.codes))


def asks_of(scheme: Scheme) -> Sequence[Code | None]:
    """What a ballot asks a mark for: each category of the ballot, or the whole of a person."""
    return [category.code for category in scheme.ballot] or [None]


def _evaluate(past: Past, command: FileSelfEvaluation) -> Decision:
    session = open_session(past, command.unit, command.year, command.period)
    who = acting(command)
    if who not in session.subjects:
        raise NotAppraised
    if who in session.self_evaluated:
        raise SelfEvaluated
    fact = SelfEvaluationFiled(
        unit=command.unit,
        year=command.year,
        period=command.period,
        member=who,
        statement=command.statement.commitment,
    )
    return [appraisal_of(command.unit, command.year, command.period).says(fact)]


def _close(past: Past, command: CloseAppraisal) -> Decision:
    session = open_session(past, command.unit, command.year, command.period)
    standing(past, command.unit, command.year, command.period, "opened")
    # Whatever was published since: the slips ask what the version asked under which they were handed out.
    scheme = scheme_of(past, established(past, command.unit).scheme, session.rules)
    there = frozenset(command.took_part)
    _need_people(session, scheme.appraisal, command, there)
    _need_valid(session, scheme, command.ballots, there)
    key = Key(unit=command.unit, year=command.year, period=command.period)
    closed = AppraisalClosed(
        **key,
        tellers=command.tellers,
        took_part=len(there),
        ballots=len(command.ballots),
        self_evaluations=len(session.self_evaluated),
        spoilt=command.spoilt,
    )
    cast = [
        BallotCast(**key, subject=one.subject, code_digest=one.digest, mark=one.mark, category=one.category)
        for one in sorted(command.ballots, key=lambda one: one.digest)
    ]
    counts = [one for member in session.subjects for one in tallies(scheme, key, command.ballots, member)]
    took_part = [VoterTookPart(**key, member=one) for one in sorted(there, key=str)]
    ref = appraisal_of(command.unit, command.year, command.period)
    return [ref.says(fact) for fact in (closed, *took_part, *cast, *counts)]


def _annul(past: Past, command: AnnulAppraisal) -> Decision:
    open_session(past, command.unit, command.year, command.period)
    fact = AppraisalAnnulled(
        unit=command.unit, year=command.year, period=command.period, reason=command.reason.commitment
    )
    return [appraisal_of(command.unit, command.year, command.period).says(fact)]


def _need_people(session: Session, rules: Appraisal, command: CloseAppraisal, there: frozenset[MemberId]) -> None:
    voters = frozenset(session.voters)
    if not there <= voters:
        raise VoterUnknown(strangers=len(there - voters))
    if len(set(command.tellers)) != len(command.tellers) or not set(command.tellers) <= voters:
        raise TellersWrong
    if len(there) < Fraction(rules.quorum) * len(voters):
        raise TooFewVoters(voters=len(voters), took_part=len(there))


def _need_valid(session: Session, scheme: Scheme, ballots: Sequence[Ballot], there: frozenset[MemberId]) -> None:
    marks, parts = {value.code for value in scheme.appraisal.values}, asks_of(scheme)
    cast = Counter(CodeFor(one.subject, one.category) for one in ballots)
    digests = {one.digest for one in ballots}
    by_code, issued = session.method == "single_subject_codes", dict(session.codes.items())
    wrong = [
        one
        for one in ballots
        if one.mark not in marks
        or one.category not in parts
        or one.subject not in session.subjects
        or (by_code and issued.get(one.digest) != (one.subject, one.category))
    ]
    too_many = [one for one, number in cast.items() if number > session.may_cast_for(one.subject, there)]
    if wrong or too_many or len(digests) != len(ballots):
        raise BallotInvalid(invalid=len(wrong), too_many=len(too_many))
