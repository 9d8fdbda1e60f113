"""名额排定 — people settle who of the candidates has a seat: over a pool of organisations, or among equals.

The order of the quota decides as far as it goes. Who is wholly equal at its line is let in, or parted by a lot that two
people draw in the open, or by a vote of the body with its reason: the machine never draws. Whoever had a seat in an
organisation whose results are adopted already keeps it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.assessment.completeness import members_of
from domain.assessment.computing import candidates_of, propose
from domain.assessment.grading import Line, line, seats
from domain.assessment.opening import assessed_period
from domain.assessment.period import Assessment, Key, period_of
from domain.assessment.pool import Pool, SeatDrawn, SeatGiven, SeatsSettled, pool_of
from domain.assessment.result import MemberComputed, result_of
from domain.assessment.seats import Seating, by_people
from domain.decider import Command, Decision, Past, Refused, Write
from domain.organisation.bodies import Seated, committee_of
from domain.organisation.member import MEMBER, Registered
from domain.organisation.unit import established, higher_than
from domain.recording.approval import NotOneDecides, NotPresent, WrongBody
from domain.recording.committee import Vote, convened
from domain.recording.sheet import acting
from domain.rules.assessing import Quota
from domain.rules.ruleset import scheme_on
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of

ADOPTED = ("decided", "noticed", "sealed")


class NothingToSettle(Refused):
    """本期没有需要排定的优秀名额。 There are no seats to be settled here."""

    code = "seats-nothing-to-settle"


class PoolIncomplete(Refused):
    """统筹范围内还有组织未核算,不能排定名额。 Some organisations that share the seats are not computed yet."""

    code = "pool-incomplete"


class TieOpen(Refused):
    """名额线上同分人员须按结果全部排序。 Everybody equal at the line must be put in order, and nobody else."""

    code = "tie-open"


class DrawnWrong(Refused):
    """抽签须由两名不在其中的人员公开进行。 Two people who take no part in it draw the lot."""

    code = "lot-drawn-wrong"


class SettleSeats(Command, frozen=True, kw_only=True):
    """Settle the seats; among equals in the order that was drawn or decided, best place first."""

    operation = "seats.settle"
    unit: Code
    year: int
    period: Code
    minute: Reference
    minute_sha256: Sha256
    order: tuple[MemberId, ...] = ()
    drawn_by: tuple[MemberId, MemberId] | None = None
    reason: Secret | None = None
    present: tuple[MemberId, ...] = ()
    """Who was at the meeting, where the body parts equals."""
    not_in_favour: tuple[MemberId, ...] = ()


class Contest(NamedTuple):
    """Everybody who competes for the seats of a pool."""

    quota: Quota
    scheme: Scheme
    branches: Mapping[Code, Assessment]
    graded: Sequence[MemberComputed]
    drawn: Line
    """As far as the order of the quota goes."""
    candidates: int
    kept: frozenset[MemberId]
    """Who keeps a seat because his organisation's results are adopted already."""


def decide(past: Past, command: SettleSeats) -> Decision:
    """Everybody computed, every equal in order: then each seat, and each candidate's grade."""
    pool: Pool = past[pool_of(command.unit, command.year, command.period)]
    found = contest(past, command.unit, command.year, command.period)
    if found is None or pool.settled == pool.joined or (found.quota.scope == "unit" and not found.drawn.equal):
        raise NothingToSettle(period=command.period)
    waiting = tuple(branch for branch, state in found.branches.items() if state.status == "opened")
    if waiting:
        raise PoolIncomplete(branches=waiting)
    vote = _parted(past, command, found)
    chosen = _chosen(found, command.order)
    return [*_settled(command, pool, found, chosen, vote), *_proposed(past, found, chosen)]


def contest(past: Past, unit: Code, year: int, period: Code) -> Contest | None:
    """Who competes; None where the rule set lets no seats be settled or nobody takes part."""
    pool: Pool = past[pool_of(unit, year, period)]
    states = past.many([period_of(branch, year, period) for branch in sorted(pool.joined)])
    branches = {one.unit: one for one in states if isinstance(one, Assessment)}
    if not branches:
        return None
    last_on = next(iter(branches.values())).last_on
    _, scheme = scheme_on(past, established(past, unit).scheme, last_on)
    if not by_people(scheme.excellent_quota) or not assessed_period(scheme, period).graded:
        return None
    results = _results(past, list(branches.values()))
    graded = [computed for computed, _ in results]
    candidates = candidates_of(scheme, graded)
    return Contest(
        quota=scheme.excellent_quota,
        scheme=scheme,
        branches=branches,
        graded=graded,
        drawn=line(candidates, len(graded), scheme.excellent_quota),
        candidates=len(candidates),
        kept=frozenset(one.member for one, given in results if _keeps(pool, branches[one.unit], one, given=given)),
    )


def _results(past: Past, branches: Sequence[Assessment]) -> list[tuple[MemberComputed, bool]]:
    """(figures, whether a grade is determined) of everybody who belongs to a grade."""
    members = [(branch, member) for branch in branches for member in members_of(past, branch)]
    states = past.many([result_of(member, branch.year, branch.period) for branch, member in members])
    return [
        (state.computed, state.standing is not None and state.standing.grade is not None)
        for (branch, _), state in zip(members, states, strict=True)
        if state.computed is not None and state.computed.unit == branch.unit and state.computed.graded
    ]


def _keeps(pool: Pool, branch: Assessment, one: MemberComputed, *, given: bool) -> bool:
    """Nobody loses his seat by another's new figures, once his organisation has adopted or his grade is determined."""
    return one.member in pool.seated and (branch.status in ADOPTED or given)


def _parted(past: Past, command: SettleSeats, found: Contest) -> Vote | None:
    """Equals at the line are in order, drawn by two others or voted on by the body with a reason; else nobody is."""
    parts = bool(found.drawn.equal) and found.quota.still_tied != "include"
    wanted = found.drawn.equal if parts else frozenset[str]()
    if frozenset(str(one) for one in command.order) != wanted or len(command.order) != len(wanted):
        raise TieOpen(equal=len(wanted), left=found.drawn.left)
    if not parts:
        return None
    day = day_of(command.at)
    here = committee_of(past, command.actor.unit or command.unit, day)
    if acting(command) in here.recused(command.order):
        raise DrawnWrong
    if found.quota.still_tied == "committee":
        return _voted(past, command, found.scheme, day)
    if not _drew(past, command, here):
        raise DrawnWrong
    return None


def _drew(past: Past, command: SettleSeats, here: Seated) -> bool:
    if command.drawn_by is None or len(set(command.drawn_by)) != len(command.drawn_by):
        return False
    known = past.many([MEMBER.of(one) for one in command.drawn_by])
    without = here.recused(command.order)
    return all(isinstance(one, Registered) and one.member not in without for one in known)


def _voted(past: Past, command: SettleSeats, scheme: Scheme, day: date) -> Vote:
    """What the committee carried without the equals; where too few are left, the next higher one's vote (I28)."""
    if command.reason is None:
        raise DrawnWrong
    for unit in (command.unit, *higher_than(past, command.unit)):
        body = committee_of(past, unit, day)
        without = body.recused(command.order)
        least = scheme.bodies.least_voters("branch_committee" if unit == command.unit else "parent_committee")
        if len(body.members - without) < least:
            continue
        if command.actor.unit != unit:
            raise WrongBody(body=unit)
        if acting(command) not in command.present:
            raise NotPresent
        vote = convened(body.members, command.present, command.not_in_favour, least).vote(without)
        assert vote is not None, "enough are left"
        return vote
    raise NotOneDecides(body=command.unit)


def _chosen(found: Contest, order: Sequence[MemberId]) -> frozenset[MemberId]:
    equal = [str(one) for one in order[: found.drawn.left]] if order else found.drawn.equal
    inside = found.drawn.inside | frozenset(equal)
    return frozenset(one.member for one in found.graded if str(one.member) in inside) | found.kept


def _settled(
    command: SettleSeats, pool: Pool, found: Contest, chosen: frozenset[MemberId], vote: Vote | None
) -> list[Write]:
    ref = pool_of(command.unit, command.year, command.period)
    key, turn = Key(unit=command.unit, year=command.year, period=command.period), pool.round + 1
    of = {one.member: one.unit for one in found.graded}
    header = SeatsSettled(
        **key,
        round=turn,
        branches=len(found.branches),
        graded=len(found.graded),
        seats=seats(len(found.graded), found.quota),
        candidates=found.candidates,
        seated=len(chosen),
        equal=len(command.order),
        by_lot=bool(command.order) and found.quota.still_tied == "lot",
        by=acting(command),
        drawn_by=command.drawn_by if command.order else None,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        reason=None if command.reason is None else command.reason.commitment,
        vote=vote,
    )
    places = [SeatDrawn(**key, round=turn, place=number, member=one) for number, one in enumerate(command.order, 1)]
    given = [SeatGiven(**key, round=turn, branch=of[one], member=one) for one in sorted(chosen, key=str)]
    return [ref.says(fact) for fact in (header, *places, *given)]


def _proposed(past: Past, found: Contest, chosen: frozenset[MemberId]) -> list[Write]:
    """The grades of those candidates whose figures still wait to be adopted."""
    seated = Seating(frozenset(str(one) for one in chosen))
    open_ = [one for one in found.graded if found.branches[one.unit].status == "computed"]
    proposals = propose(found.scheme, open_, seated)
    results = past.many([result_of(one.member, one.year, one.period) for one in open_])
    waiting = [one for one, state in zip(open_, results, strict=True) if state.standing is None]
    changed = [
        (one, proposals[one.member])
        for one, state in zip(open_, results, strict=True)
        if one in waiting and state.proposed != proposals[one.member]
    ]
    return [result_of(one.member, one.year, one.period).says(fact) for one, fact in changed]
