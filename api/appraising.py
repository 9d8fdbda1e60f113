"""民主评议, at the edge: codes and keys are drawn, ballots put into the box, the box opened for counting."""

import hashlib
import secrets
from collections.abc import Sequence
from functools import partial

import msgspec
from anyio import to_thread

from api.appraisal_wishes import BallotWish, CountWish, PaperCount
from api.asked import Asked
from domain.assessment.appraisal import AppraisalNotOpen, Method, Session, appraisal_of, open_session
from domain.assessment.balloting import IssuedCode, asks_of, electorate
from domain.assessment.period import living
from domain.assessment.tallying import Ballot
from domain.decider import Past, Refused
from domain.organisation.unit import established
from domain.rules.assessing import Appraisal
from domain.rules.ruleset import scheme_on
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, day_of
from projections import ballot_box

KEYS = 2
"""So many tellers open a box together."""


class BallotCodeUnknown(Refused):
    """评议码不正确。 This code belongs to no ballot of this appraisal."""

    code = "ballot-code-unknown"


class MarkUnknown(Refused):
    """办法没有规定这种评议意见。 The rule set does not know this mark."""

    code = "ballot-mark-unknown"


class MarksIncomplete(Refused):
    """请按票面逐项表态,不漏项、不加项。 Give one mark for each thing that the ballot asks, and for nothing else."""

    code = "ballot-marks-incomplete"


class BallotBoxKeysWrong(Refused):
    """两把钥匙打不开投票箱,请核对。 These two keys do not open the ballot box; please check them."""

    code = "ballot-box-keys-wrong"


class BallotBoxShut(Refused):
    """正在计票,投票箱已关闭。 The ballots are being counted; the box is shut."""

    code = "ballot-box-shut"


class CodesShownOnce(Refused):
    """评议码只显示一次:如已遗失,请作废重开。 The codes are shown once: if they are lost, annul and open anew."""

    code = "ballot-codes-shown-once"


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """One slip of paper: a code and for whom it counts."""

    member: MemberId
    name: str
    code: str


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown once, when a session is opened, and kept nowhere."""

    slips: tuple[Slip, ...]
    """In the order of their digests, so that a printed stack tells nothing."""
    asks: tuple[Code | None, ...] = (None,)
    """What each code gives a mark for: every category of the ballot, or the whole of a person."""
    keys: tuple[str, ...]
    """One for each teller; empty where no box is needed."""


def issued(drawn: Drawn) -> tuple[IssuedCode, ...]:
    """The codes as the log knows them."""
    return tuple(
        IssuedCode(subject=one.member, digest=ballot_box.digest_of_code(one.code, part), category=part)
        for one in drawn.slips
        for part in drawn.asks
    )


def draw(asked: Asked, unit: Code, year: int, period: Code, method: Method) -> Drawn:
    """A code for each voter and each other member appraised, and a key for each teller."""
    if method != "single_subject_codes":
        return Drawn(slips=(), keys=())
    day = day_of(asked.now)

    def people(past: Past) -> tuple[tuple[Code | None, ...], list[MemberId], list[MemberId]]:
        found = living(past, unit, year, period)
        _, scheme = scheme_on(past, established(past, unit).scheme, found.last_on)
        return (tuple(asks_of(scheme)), *electorate(past, scheme, unit, day))

    asks, subjects, voters = asked.house.ledger.ask(people)
    slips = [
        Slip(member=subject, name="", code=ballot_box.drawn(ballot_box.CODE_LETTERS))
        for subject in subjects
        for _ in set(voters) - {subject}
    ]
    slips.sort(key=lambda one: ballot_box.digest_of_code(one.code))
    keys = tuple(ballot_box.drawn(ballot_box.KEY_LETTERS) for _ in range(KEYS))
    return Drawn(slips=tuple(slips), asks=asks, keys=keys)


def need_ours(asked: Asked, unit: Code, year: int, period: Code, drawn: Drawn) -> None:
    """Refuse where the session was opened by an earlier attempt: what was drawn now belongs to nothing."""
    session = asked.house.ledger.load(appraisal_of(unit, year, period))
    ours = {one.digest for one in issued(drawn)}
    if drawn.slips and (not isinstance(session, Session) or {digest for digest, _ in session.codes.items()} != ours):
        raise CodesShownOnce


async def cast(asked: Asked, unit: Code, year: int, period: Code, wish: BallotWish, scheme: Scheme) -> None:
    """Put a ballot into the box, or one for each category. Nothing is written of who, when, or which code."""

    def opened(past: Past) -> Session:
        return open_session(past, unit, year, period)

    session = await to_thread.run_sync(asked.house.ledger.ask, opened)
    said = {ballot_box.digest_of_code(wish.code, part): mark for part, mark in marks_said(wish, scheme).items()}
    if session.box is None or any(session.codes.get(code) is None for code in said):
        raise BallotCodeUnknown
    async with asked.house.access.connection() as connection:
        await ballot_box.make(connection, session.box)
        envelopes = [ballot_box.sealed(session.box, code, mark) for code, mark in said.items()]
        if not await ballot_box.put(connection, session.box, envelopes):
            raise BallotBoxShut


def marks_said(wish: BallotWish, scheme: Scheme) -> dict[Code | None, Code]:
    """What a ballot says, by what it is asked: each category, or the whole. Refuses what leaves one of them out."""
    asks = tuple(asks_of(scheme))
    said: dict[Code | None, Code] = {}
    said.update(wish.marks)
    if wish.mark is not None:
        said[None] = wish.mark
    if said.keys() != set(asks):
        raise MarksIncomplete(asked=len(asks), said=len(said))
    if not set(said.values()) <= {value.code for value in scheme.appraisal.values}:
        raise MarkUnknown
    return said


class Counting:
    """A box that is shut, read, and emptied where its ballots have entered the log; else it is open again."""

    def __init__(self, asked: Asked, session: Session, wish: CountWish, rules: Appraisal) -> None:
        self._asked = asked
        self._session = session
        self._wish = wish
        self._marks = frozenset(value.code for value in rules.values)
        self._counted = False
        self.ballots: tuple[Ballot, ...] = ()
        self.spoilt = 0

    async def __aenter__(self) -> "Counting":
        """Shut it and read it; paper needs no box."""
        box, keys = self._session.box, self._wish.keys
        if box is None:
            self.ballots = on_paper(self._wish.counts)
            return self
        if keys is None or ballot_box.box_of(*keys) != box:
            raise BallotBoxKeysWrong
        async with self._asked.house.access.connection() as connection:
            await ballot_box.make(connection, box)
            await ballot_box.shut(connection, box, shut=True)
            envelopes = await ballot_box.envelopes_of(connection, box)
        found = await to_thread.run_sync(partial(ballot_box.opened, keys, envelopes, self._marks))
        known = dict(self._session.codes.items())
        self.ballots = tuple(
            Ballot(subject=known[code].subject, digest=code, mark=mark, category=known[code].category)
            for code, mark in found.marks.items()
            if code in known
        )
        self.spoilt = found.spoilt
        return self

    def counted(self) -> None:
        """The ballots stand in the log."""
        self._counted = True

    async def __aexit__(self, *_: object) -> None:
        """Empty it, or let ballots in again."""
        box = self._session.box
        if box is None:
            return
        async with self._asked.house.access.connection() as connection:
            if self._counted:
                await ballot_box.empty(connection, box)
            else:
                await ballot_box.shut(connection, box, shut=False)


def on_paper(counts: Sequence[PaperCount]) -> tuple[Ballot, ...]:
    """As many ballots as were counted, each under a number that is drawn and that nobody keeps."""
    return tuple(
        Ballot(
            subject=one.member,
            digest=hashlib.sha256(secrets.token_bytes(32)).hexdigest(),
            mark=one.mark,
            category=one.category,
        )
        for one in counts
        for _ in range(one.ballots)
    )


async def session_of(asked: Asked, unit: Code, year: int, period: Code) -> Session:
    """The session as the ledger holds it, open or counted."""
    state = await to_thread.run_sync(asked.house.ledger.load, appraisal_of(unit, year, period))
    if not isinstance(state, Session):
        raise AppraisalNotOpen(year=year)
    return state
