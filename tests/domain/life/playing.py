"""How a life is played: something begins, what follows is wished for, anything else is wished for, time goes on."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from msgspec import structs

from domain.decider import Command, Write
from domain.notice.drafting import DraftNotice
from domain.notice.running import CheckDisclosure, PostNotice
from domain.organisation.appointments import EndRole
from domain.recording.filling import LineWish
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    HIGHER,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    RECORDER,
    STUDY,
    TOP,
    calendar,
    evidenced,
    filled,
    held,
    opened,
    planned,
    sheet_approved,
    submitted,
    wish,
)
from tests.domain.life.intentions import AFTER, BEGINNINGS
from tests.domain.life.life import Life, Step
from tests.domain.life.wishes import anything, known_from, made
from tests.domain.measured import GOOD, called_for, year_of
from tests.domain.merits import claimed, proposed
from tests.domain.objection.disputes import (
    FILED_AT,
    LEADERS,
    MONDAY,
    NOTICE_ID,
    accepted,
    appealed,
    assigned,
    decided,
    filed,
    found,
    heard,
    replied,
)
from tests.domain.probationer import approved, looked, newcomer, resolved, started
from tests.domain.year import (
    H1_OVER,
    H2_OVER,
    Y_OVER,
    adopted,
    appraisal_closed,
    appraisal_opened,
    ballots,
    computed,
    half,
    noticed,
    period_opened,
)

MOST_HOPES: Final = 60
NEXT_DAY: Final = FILED_AT + timedelta(days=1)
GONE: Final = (
    *("matter-settled", "honour-not-open", "deduction-not-open", "objection-not-at-step", "already-notified"),
    *("sheet-not-draft", "sheet-not-submitted", "sheet-exists", "notice-not-draft", "notice-not-posted"),
    *("objection-exists", "own-measure", "no-appraisal", "appraisal-exists", "appraisal-not-open", "self-evaluated"),
    *("period-exists", "period-not-there", "already-fed-back", "nobody-to-compute"),
    "effective-in-past",
)
"""Refusals of what came too late: nobody tries again."""

NOTHING: Final[tuple[Command, ...]] = ()
PROPOSED: Final = (proposed(), claimed())
HANGING: Final = (
    *(planned(), held(), evidenced(), opened()),
    filled(otherwise="attended", but=(LineWish(member=OTHER, outcome="absent"),)),
    filled(AS_SUBSTITUTE, but=(LineWish(member=RECORDER, outcome="attended"),)),
    *(submitted(), sheet_approved()),
    wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=1),
    wish(CheckDisclosure, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID, shows=("name", "outcome")),
    wish(PostNotice, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID),
)
DISPUTED: Final = (*HANGING, filed(), accepted(), assigned())
FOUND: Final = (*DISPUTED, heard(), found())
CALENDARS: Final = (calendar(2027), calendar(2028, (date(2028, 10, 2),)))
HALF_OVER: Final = (*CALENDARS, *half("H1", H1_OVER)[:1])
HALF_ADOPTED: Final = (*CALENDARS, *half("H1", H1_OVER)[:3])
HALVES: Final = (*CALENDARS, *half("H1", H1_OVER), *half("H2", H2_OVER))
YEAR_OPEN: Final = (*HALVES, structs.replace(period_opened("Y"), at=Y_OVER))
EVERYBODY_QUALIFIED: Final = ballots({one: {"excellent": 4, "qualified": 3} for one in PEOPLE})
YEAR_APPRAISED: Final = (*YEAR_OPEN, appraisal_opened(), appraisal_closed(EVERYBODY_QUALIFIED))
YEAR_HANGS: Final = (
    *YEAR_APPRAISED,
    *(computed("Y", Y_OVER), adopted("Y", Y_OVER), adopted("Y", Y_OVER, AS_HIGHER, HIGHER)),
    *noticed("Y", Y_OVER),
)
AT_AN_END: Final = (HALF_OVER, HALF_ADOPTED, HALVES, YEAR_OPEN, YEAR_OPEN, YEAR_APPRAISED, YEAR_HANGS)
TOO_FEW: Final = (
    *FOUND,
    *(
        wish(EndRole, AS_OFFICER, FILED_AT, unit=TOP, role="leading_group", person=one, last_on=FILED_AT.date())
        for one in LEADERS[1:]
    ),
    structs.replace(decided("rejected"), at=NEXT_DAY),
    replied(NEXT_DAY),
    appealed(at=NEXT_DAY),
)
ADMITTED: Final = (*CALENDARS, newcomer(), started())
OUTCOME_PROPOSED: Final = (*ADMITTED, looked())
EXTENDED: Final = (*OUTCOME_PROPOSED, resolved(6), approved())
GRADED: Final = year_of(2026, {**GOOD, MEMBER: "unqualified", OTHER: "basically_qualified"})
GRADED_AGAIN: Final = (*GRADED, *year_of(2027, {**GOOD, MEMBER: "unqualified"}))
CALENDARS_AHEAD: Final = (*CALENDARS, calendar(2029, (date(2029, 10, 2),)))
ON_PROBATION: Final = (ADMITTED, OUTCOME_PROPOSED, EXTENDED)
BEGINNING: Final = (NOTHING, PROPOSED, HANGING, DISPUTED, FOUND, *AT_AN_END, TOO_FEW, *ON_PROBATION)
"""Where a life begins: with nothing, a claim and a deduction proposed, a notice that hangs, an objection under way;
where a half or a year comes to its end; with an appeal before a leading group of whom one is left; or where somebody
is on probation, first or extended, or it is over."""
GRADED_BEFORE: Final = (
    ((*CALENDARS_AHEAD, called_for(2026)), GRADED),
    ((*CALENDARS_AHEAD, called_for(2026), called_for(2027)), GRADED_AGAIN),
)
"""And with a year or two of grades behind it, which call for measures: what is wished first, and that history."""


class Player:
    """A life and what its people mean to do next."""

    def __init__(self, beginning: Sequence[Command] = (), history: Sequence[Write] = ()) -> None:
        self.life = Life()
        for write in history:
            self.life.world.add(write)
        self.before = self.life.world.copy()
        self._hopes: list[tuple[type[Command], dict[str, Any]]] = []
        for command in beginning:
            self.life.now = max(self.life.now, command.at)
            assert list(self._run(command)), "a beginning is granted"

    def play(self, random: Random) -> Iterator[Step]:
        """One step: a wish that was granted, none, or several where time goes on."""
        move = random.randrange(100)
        if move < 9:
            yield from self._wait(random)
        elif move < 24:
            yield from self._run(anything(self.life, random))
        elif move < 34 or not self._hopes:
            yield from self._run(made(random.choice(BEGINNINGS), self.life, random))
        else:
            # Mostly what was meant last: a matter goes on to its end before the next begins.
            place = max(0, len(self._hopes) - 1 - random.choice((0, 0, 0, 1, 2, random.randrange(MOST_HOPES))))
            kind, known = self._hopes.pop(place)
            granted = list(self._run(made(kind, self.life, random, known)))
            if not granted and self.life.last_refusal not in GONE and random.randrange(4):
                self._hopes.insert(place, (kind, known))
            yield from granted

    def _wait(self, random: Random) -> Iterator[Step]:
        self.life.wait(random)
        while due := self.life.due():
            for command in due:
                yield from self._run(command)

    def _run(self, command: Command) -> Iterator[Step]:
        step = self.life.run(command)
        if step is None:
            return
        kinds = set()
        for said in step.said:
            if type(said.fact) in kinds:
                continue
            kinds.add(type(said.fact))
            known = known_from(said.fact, command)
            self._hopes += [(kind, known) for kind in reversed(AFTER.get(type(said.fact), ()))]
        self._hopes = self._hopes[-MOST_HOPES:]
        yield step
