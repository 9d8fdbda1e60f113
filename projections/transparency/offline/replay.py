"""复算 — an outsider decides again what was decided: tallies, scores, grades, restatements, probation windows, roots.

Whatever a round wrote is compared, fact by fact, with what the same rules give from the same past: the ballots give the
marks, the records and the rule set of the day give the lines and totals, the totals and the quota give the grades. The
rules are the very modules by which the service counts. The first entry that says something else is named.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast
from uuid import UUID

import msgspec

from domain.actor import Actor
from domain.assessment import balloting, committing, computing, superseding
from domain.assessment.adopting import superseded
from domain.assessment.determination import determined
from domain.assessment.tallying import Ballot
from domain.decider import Command, Decision, Fact, Head, Refused, Stream, StreamRef
from domain.notice.committing import archives_committed
from domain.notice.notice import NOTICE, Notice
from domain.result import proposing
from domain.sealed import Secret
from domain.values import Instant, day_of

S = TypeVar("S")
C = TypeVar("C", bound=Command)


class Told(NamedTuple):
    """One entry: the number of its line, what its bytes say as JSON's own kinds, and its leaf hash."""

    line: int
    value: Mapping[str, Any]
    leaf: str

    @property
    def stream(self) -> UUID:
        """The stream that it stands in."""
        return UUID(self.value["stream"])

    @property
    def type(self) -> str:
        """The fact's word."""
        return cast(str, self.value["type"])

    @property
    def fact(self) -> dict[str, Any]:
        """The fact as JSON's own kinds."""
        return cast("dict[str, Any]", self.value["fact"])


class Differs(NamedTuple):
    """An entry, by its line, that says something else than the rules give; no field where it is the whole fact."""

    line: int
    field: str
    stored: str
    counted: str


BROKEN: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What facts that were tampered with lead to, where they are not refused."""


class History:
    """The past as the entries so far tell it: a stream is read again and folded when somebody asks for it.

    `read` gives what the entry of a line says.
    """

    def __init__(self, read: Callable[[int], Mapping[str, Any]]) -> None:
        self._read = read
        self._lines: dict[UUID, array[int]] = {}
        self._leaves: dict[UUID, str] = {}
        self._folded: dict[UUID, tuple[int, object]] = {}

    def take(self, entry: Told) -> None:
        """One more entry."""
        self._lines.setdefault(entry.stream, array("Q")).append(entry.line)
        self._leaves[entry.stream] = entry.leaf

    def __getitem__(self, ref: StreamRef[S]) -> S:
        """The state of one stream."""
        lines = self._lines.get(ref.id, array("Q"))
        at, state = self._folded.get(ref.id, (0, ref.stream.initial))
        for line in lines[at:]:
            value = self._read(line)
            try:
                state = ref.stream.evolve(cast(S, state), fact_of(ref.stream, value["type"], value["fact"]))
            except BROKEN as broken:
                raise Unfoldable(line, f"{type(broken).__name__}: {broken}") from broken
        self._folded[ref.id] = len(lines), state
        return cast(S, state)

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        """The states of several streams."""
        return [self[ref] for ref in refs]

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        """Where several streams end."""
        return [Head(len(self._lines.get(ref.id, ())), self._leaves.get(ref.id)) for ref in refs]


class Unfoldable(Exception):
    """An entry that cannot follow those before it."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


_WORDS: dict[str, dict[str, type[Fact]]] = {}


def word_of(fact: type[Fact]) -> str:
    """The word under which a fact is stored: its name, in small letters with hyphens.

    >>> word_of(type("BallotCast", (Fact,), {}))
    'ballot-cast'
    """
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in fact.__name__).lstrip("-")


def fact_of(stream: Stream[Any], word: str, said: Mapping[str, Any]) -> Fact:
    """The fact that an entry of a stream tells."""
    words = _WORDS.get(stream.kind)
    if words is None:
        words = _WORDS[stream.kind] = {word_of(fact): fact for fact in stream.facts}
    # By way of its bytes: a part of a rule set stays raw, which only bytes can.
    return msgspec.json.decode(msgspec.json.encode(said), type=words[word])


class Given(NamedTuple):
    """A wish as its facts and envelope let it be put again."""

    past: History
    round: Sequence[Told]
    seeds: Mapping[str, tuple[str, str, str]]
    """Commitment → salt, name and value of a sealed field that was disclosed."""

    def put(self, kind: Callable[..., C], **fields: object) -> C:
        """The wish behind the round's first entry."""
        said = self.round[0].value
        made: dict[str, object] = {name: msgspec.convert(said[key], of) for name, (key, of) in _ENVELOPE.items()}
        return kind(**made, **fields)

    def head(self) -> dict[str, Any]:
        """The first fact."""
        return self.round[0].fact


_ENVELOPE: Final[dict[str, tuple[str, Any]]] = {
    "id": ("command", UUID),
    "actor": ("actor", Actor),
    "at": ("at", Instant),
}


def _counted(given: Given) -> Decision:
    said = given.head()
    wish = given.put(computing.ComputePeriod, unit=said["unit"], year=said["year"], period=said["period"])
    return computing.decide(given.past, wish)


def _notice(given: Given) -> Notice:
    """The notice of results on which a round rests."""
    notice = given.past[NOTICE.of(UUID(given.head()["notice"]))]
    if not isinstance(notice, Notice) or notice.results is None:
        raise Unfoldable(given.round[0].line, "its notice")
    return notice


def _determined(given: Given) -> Decision:
    notice = _notice(given)
    assert notice.results is not None, "it is a notice of results"
    at = msgspec.convert(given.round[0].value["at"], Instant)
    return determined(given.past, notice, notice.results, day_of(at))


def _restated(given: Given) -> Decision:
    said = given.head()
    fields = {name: said[name] for name in ("unit", "year", "period", "number")}
    return superseding.decide(given.past, given.put(superseding.ComputeRestatement, **fields))


def _adopted(given: Given) -> Decision | None:
    """What was adopted; nothing is derived where nothing changed for anybody: then there was no notice."""
    if given.head().get("notice") is None:
        return None
    notice = _notice(given)
    assert notice.results is not None, "it is a notice of results"
    return superseded(given.past, notice, notice.results)


def looked_at(given: Given) -> Decision | None:
    """A probation window, as the machine saw it; what a person proposed on another ground is not derived."""
    said = given.head()
    if said.get("ground") == "other":
        return None
    wish = given.put(proposing.LookAtProbation, unit=said["unit"], member=UUID(said["member"]))
    return proposing.decide(given.past, wish)


def _tallied(given: Given) -> Decision:
    said = given.head()
    cast_ones = [one.fact for one in given.round if one.type == "ballot-cast"]
    wish = given.put(
        balloting.CloseAppraisal,
        unit=said["unit"],
        year=said["year"],
        period=said["period"],
        tellers=tuple(UUID(one) for one in said["tellers"]),
        took_part=tuple(UUID(one.fact["member"]) for one in given.round if one.type == "voter-took-part"),
        ballots=tuple(
            Ballot(
                subject=UUID(one["subject"]), digest=one["code_digest"], mark=one["mark"], category=one.get("category")
            )
            for one in cast_ones
        ),
        spoilt=said.get("spoilt", 0),
    )
    return balloting.decide(given.past, wish)


def _committed(given: Given) -> Decision | None:
    said = given.head()
    if said["seed"] not in given.seeds:
        return None
    seed = _opened(given, said["seed"])
    fields = {name: said[name] for name in ("unit", "year", "period", "round")}
    return committing.decide(given.past, given.put(committing.CommitState, seed=seed, **fields))


def _opened(given: Given, commitment: str) -> Secret:
    salt, name, value = given.seeds[commitment]
    return Secret(subject=UUID(int=0), name=name, value=value, salt=salt)


def _archived(given: Given) -> Decision | None:
    said = given.head()
    notice = given.past[NOTICE.of(UUID(said["notice"]))]
    if said["seed"] not in given.seeds:
        return None
    if not isinstance(notice, Notice):
        raise Unfoldable(given.round[0].line, "its notice")
    return [archives_committed(given.past, notice, _opened(given, said["seed"]))]


class Round(NamedTuple):
    """A kind of decision that is put again: the words of its facts, the first of them first, and the decision."""

    words: tuple[str, ...]
    again: Callable[[Given], Decision | None]


ROUNDS: Final = (
    Round(("completeness-checked", "period-computed", "member-computed", "grade-proposed", "pool-joined"), _counted),
    Round(
        (
            "period-determined",
            "score-determined",
            "archive-sealed",
            "grade-determined",
            "quota-applied",
            "period-sealed",
        ),
        _determined,
    ),
    Round(("appraisal-closed", "voter-took-part", "ballot-cast", "appraisal-tallied"), _tallied),
    Round(("state-committed",), _committed),
    Round(("archives-committed",), _archived),
    Round(("restatement-computed", "member-restated", "line-restated"), _restated),
    Round(
        (
            "period-restated",
            "record-reversed",
            "record-replaced",
            "points-confirmed",
            "determination-superseded",
            "member-computed",
            "score-determined",
            "grade-determined",
        ),
        _adopted,
    ),
)
WINDOWS: Final = ("probation-outlook-issued", "confirmation-proposed", "extension-proposed", "cancellation-proposed")
"""What is said of a probation window: it rests on the archives of two years."""
_BEGINS: Final = {one.words[0]: one for one in (*ROUNDS, *(Round((word,), looked_at) for word in WINDOWS))}


class Tally:
    """What was put again, for the report."""

    def __init__(self) -> None:
        self.rounds = 0
        self.figures = 0
        self.grades = 0
        self.ballots = 0
        self.states = 0
        self.restated = 0
        self.windows = 0

    def add(self, entry: Told) -> None:
        """One entry that holds."""
        self.figures += entry.type == "member-computed"
        self.grades += entry.type == "grade-determined"
        self.ballots += entry.type == "ballot-cast"
        self.states += entry.type in ("state-committed", "archives-committed")
        self.restated += entry.type == "determination-superseded"
        self.windows += entry.type in WINDOWS


def replay(
    entries: Iterable[Told],
    read: Callable[[int], Mapping[str, Any]],
    seeds: Mapping[str, tuple[str, str, str]],
    tally: Tally,
    *,
    one_time: bool = False,
) -> Iterator[Differs]:
    """Yield the entries that say something else than the rules give, in the order of the log.

    ``one_time``: only a year or less of the log is there, which is too little for a probation window.
    """
    past, waiting = History(read), list[Told]()
    for entry in entries:
        if waiting and not _belongs(waiting, entry):
            yield from _again(past, waiting, seeds, tally)
            waiting = []
        if waiting or (entry.type in _BEGINS and not (one_time and entry.type in WINDOWS)):
            waiting.append(entry)
        else:
            past.take(entry)
    if waiting:
        yield from _again(past, waiting, seeds, tally)


def _belongs(waiting: Sequence[Told], entry: Told) -> bool:
    """Whether an entry is of the same save: a ballot alone names no command."""
    first = waiting[0]
    words = _BEGINS[first.type].words
    return entry.type in words[1:] and (entry.value["command"] == first.value["command"] or entry.type == "ballot-cast")


def _again(
    past: History, waiting: Sequence[Told], seeds: Mapping[str, tuple[str, str, str]], tally: Tally
) -> Iterator[Differs]:
    first = waiting[0]
    try:
        decided = _BEGINS[first.type].again(Given(past, waiting, seeds))
    except Refused as refused:
        yield Differs(first.line, "", "", f"{refused.code} {refused.facts}")
        decided = None
    except Unfoldable as broken:
        yield Differs(broken.line, "", "", str(broken))
        decided = None
    except BROKEN as broken:
        yield Differs(first.line, "", "", f"{type(broken).__name__}: {broken}")
        decided = None
    if decided is not None:
        tally.rounds += 1
        yield from _compared(waiting, decided, tally)
    for entry in waiting:
        past.take(entry)


def _compared(waiting: Sequence[Told], decided: Decision, tally: Tally) -> Iterator[Differs]:
    for entry, write in zip(waiting, decided, strict=False):
        found = list(difference(entry, write.stream, write.fact))
        yield from found
        if not found:
            tally.add(entry)
    if len(waiting) != len(decided):
        at = waiting[min(len(waiting), len(decided)) - 1].line
        yield Differs(at, "", f"{len(waiting)} facts", f"{len(decided)} facts")


def difference(entry: Told, stream: UUID, fact: Fact) -> Iterator[Differs]:
    """Yield the fields in which an entry is not the fact that it should be."""
    if (entry.type, entry.stream) != (word_of(type(fact)), stream):
        yield Differs(entry.line, "", f"{entry.type} {entry.stream}", f"{word_of(type(fact))} {stream}")
        return
    counted = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(fact)))
    for field in sorted({*counted, *entry.fact}):
        if counted.get(field) != entry.fact.get(field):
            yield Differs(entry.line, field, str(entry.fact.get(field)), str(counted.get(field)))
