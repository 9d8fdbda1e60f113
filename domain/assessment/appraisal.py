"""民主评议 — one session of one organisation: who is appraised, who votes, what came of it. Facts and state.

A ballot carries no voter, no time and no order. With codes, each member appraised has as many codes as there are
others who vote; whoever votes draws one blindly, so that nobody, not even an operator, can say whose it is: the log
holds its digest and for whom it counts, no more. Where each category is marked by itself, a code has one digest for
each of them, and each mark is a ballot of its own: eight marks side by side would be a handwriting. All ballots enter
the log together, at closing, sorted by digest; until then they lie in a box that the keys of two tellers open together.
A session that went wrong is annulled whole.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Annotated, ClassVar, Final, Literal, NamedTuple, TypeAlias, assert_never

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Past, Refused, Stream, StreamRef
from domain.values import Code, MemberId, Points, Sha256, hundredths

Method: TypeAlias = Literal["paper_two_tellers", "single_subject_codes"]
BoxKey: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""An X25519 public key (RFC 7748) in lower-case hex."""


LEAF: Final = 256
"""So many codes lie in a leaf: with eight marks for each of fifty people there are twenty thousand."""


class AppraisalOpened(Fact, frozen=True, kw_only=True):
    """民主评议开启 — the header: how many are appraised, how many vote, how many codes were issued."""

    unit: Code
    year: int
    period: Code
    method: Method
    opened_on: date
    rules: Code
    subjects: int
    voters: int
    codes: int
    box: BoxKey | None = None
    """Public key of the box into which ballots of codes are put; None where they are counted from paper."""


class AppraisalSubjectNamed(Fact, frozen=True, kw_only=True):
    """评议对象."""

    unit: Code
    year: int
    period: Code
    member: MemberId


class AppraisalVoterNamed(Fact, frozen=True, kw_only=True):
    """参评人员 — may vote for everybody but himself."""

    unit: Code
    year: int
    period: Code
    member: MemberId


class BallotCodeIssued(Fact, frozen=True, kw_only=True):
    """评议码 — one ballot for one member appraised; nobody's in particular."""

    unit: Code
    year: int
    period: Code
    subject: MemberId
    code_digest: Sha256
    category: Code | None = None
    """What it is a mark for; None for the whole of a person."""


class SelfEvaluationFiled(Fact, frozen=True, kw_only=True):
    """自评 — sealed."""

    unit: Code
    year: int
    period: Code
    member: MemberId
    statement: Sha256


class AppraisalClosed(Fact, frozen=True, kw_only=True):
    """民主评议结束 — who counted, how many took part, how many ballots follow."""

    unit: Code
    year: int
    period: Code
    tellers: tuple[MemberId, MemberId]
    took_part: int
    ballots: int
    self_evaluations: int
    spoilt: int = 0
    """Codes under which ballots lay that say different things: they count for nothing."""


class AppraisalAnnulled(Fact, frozen=True, kw_only=True):
    """评议作废 — nothing of the session counts and no ballot of it is opened; another may be opened."""

    unit: Code
    year: int
    period: Code
    reason: Sha256


class VoterTookPart(Fact, frozen=True, kw_only=True):
    """到会投票 — that he voted is known; what he voted is not."""

    unit: Code
    year: int
    period: Code
    member: MemberId


class BallotCast(Fact, frozen=True, kw_only=True):
    """投票 — one ballot, without voter, time or order."""

    secret: ClassVar[bool] = True

    unit: Code
    year: int
    period: Code
    subject: MemberId
    code_digest: Sha256
    mark: Code
    category: Code | None = None


class AppraisalTallied(Fact, frozen=True, kw_only=True):
    """计票 — one member's: under the rule set's number of voices there is no mean, and his total is the ledger.

    Where each category is marked by itself, one for each of them, and then one for the whole: its mean is theirs by
    their weights, and it counts all their ballots.
    """

    unit: Code
    year: int
    period: Code
    member: MemberId
    ballots: int
    voices: int
    """Ballots that say something."""
    mean: Points | None = None
    marks: dict[Code, int] | None = None
    """How often each mark was given; None where the rule set does not let it be shown."""
    category: Code | None = None


class CodeFor(NamedTuple):
    """What a code is good for."""

    subject: MemberId
    category: Code | None = None


class Codes(msgspec.Struct, frozen=True):
    """The codes of a session by their digests, in leaves: one more copies the last leaf alone, never all of them."""

    leaves: tuple[dict[Sha256, CodeFor], ...] = ()

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self.leaves))

    def get(self, digest: Sha256) -> CodeFor | None:
        """What a code is good for; None for one that was not issued."""
        return next((leaf[digest] for leaf in self.leaves if digest in leaf), None)

    def items(self) -> Iterator[tuple[Sha256, CodeFor]]:
        """Every digest, and what its code is good for."""
        return chain.from_iterable(leaf.items() for leaf in self.leaves)

    def and_one(self, digest: Sha256, good_for: CodeFor) -> "Codes":
        """With one more."""
        full = not self.leaves or len(self.leaves[-1]) >= LEAF
        kept, last = (self.leaves, {}) if full else (self.leaves[:-1], self.leaves[-1])
        return Codes((*kept, {**last, digest: good_for}))


class NoSession(msgspec.Struct, frozen=True):
    """No such session."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session."""

    method: Method
    opened_on: date
    rules: str
    status: Literal["open", "closed"] = "open"
    subjects: tuple[MemberId, ...] = ()
    voters: tuple[MemberId, ...] = ()
    codes: Codes = Codes()
    box: str | None = None
    self_evaluated: frozenset[MemberId] = frozenset()
    means: dict[MemberId, int | None] = {}
    """Hundredths; None where too few said something."""

    def may_cast_for(self, subject: MemberId, took_part: frozenset[MemberId]) -> int:
        """How many ballots there can be for somebody, in each category: one of each voter, none of his own."""
        return len(took_part - {subject})


State: TypeAlias = NoSession | Session


class AppraisalUnknown(Refused):
    """没有这次民主评议。 There is no such appraisal."""

    code = "appraisal-unknown"


class AppraisalNotOpen(Refused):
    """民主评议已结束。 This appraisal is closed."""

    code = "appraisal-not-open"


def evolve(state: State, fact: Fact) -> State:
    """The session after one more fact."""
    match state, fact:
        case NoSession(), AppraisalOpened():
            return Session(method=fact.method, opened_on=fact.opened_on, rules=fact.rules, box=fact.box)
        case Session(status="open"), AppraisalSubjectNamed():
            return replace(state, subjects=(*state.subjects, fact.member))
        case Session(status="open"), AppraisalVoterNamed():
            return replace(state, voters=(*state.voters, fact.member))
        case Session(status="open"), BallotCodeIssued():
            return replace(state, codes=state.codes.and_one(fact.code_digest, CodeFor(fact.subject, fact.category)))
        case Session(status="open"), SelfEvaluationFiled():
            return replace(state, self_evaluated=state.self_evaluated | {fact.member})
        case Session(status="open"), AppraisalClosed():
            return replace(state, status="closed")
        case Session(status="open"), AppraisalAnnulled():
            return NoSession()
        case Session(status="closed"), VoterTookPart() | BallotCast():
            return state
        case Session(status="closed"), AppraisalTallied() if fact.category is not None:
            return state
        case Session(status="closed"), AppraisalTallied():
            mean = None if fact.mean is None else hundredths(fact.mean)
            return replace(state, means={**state.means, fact.member: mean})
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


APPRAISAL: Final[Stream[State]] = Stream(
    "appraisal-session",
    NoSession(),
    evolve,
    (
        AppraisalOpened,
        AppraisalSubjectNamed,
        AppraisalVoterNamed,
        BallotCodeIssued,
        SelfEvaluationFiled,
        AppraisalClosed,
        VoterTookPart,
        BallotCast,
        AppraisalTallied,
        AppraisalAnnulled,
    ),
)


def appraisal_of(unit: Code, year: int, period: Code) -> StreamRef[State]:
    """The one session of an organisation's period."""
    return APPRAISAL.of(unit, year, period)


def open_session(past: Past, unit: Code, year: int, period: Code) -> Session:
    """The session, while it is open."""
    state = past[appraisal_of(unit, year, period)]
    match state:
        case Session() as found:
            if found.status != "open":
                raise AppraisalNotOpen(year=year)
            return found
        case NoSession():
            raise AppraisalUnknown(year=year)
        case _:
            assert_never(state)
