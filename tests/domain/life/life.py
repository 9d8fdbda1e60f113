"""One life of a branch: whoever wishes whatever on whatever day, with everything that follows by itself.

The town has two branches under the work committee: one with a committee of five, one that is too small for its own.
A life is played from a source of randomness alone, so that its seed tells it again.
"""

import heapq
import json
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from domain.actor import Actor
from domain.decider import NAMESPACE, Command, Fact, Refused, Write
from domain.entry import Entry, entry_id
from domain.objection.filing import FileObjection
from domain.objection.flagging import FlagRetaliation
from domain.oversight.review import review_id
from domain.oversight.reviewing import OpenReview
from domain.process import FollowUp, carried_out, follow_up
from domain.sealed import Secret
from tests.domain.branch import (
    AT,
    DOCUMENT,
    LEADER,
    TOP,
    appointed,
    established,
    foundation,
    registered,
    rules_in_force,
    who,
)
from tests.domain.given import World, given

SMALL: Final = "GW/PK-02"
"""Five members, no committee: the next higher organisation decides for it."""
SMALL_SECRETARY, SMALL_RECORDER, SMALL_DEPUTY = (who(f"small-{name}") for name in ("secretary", "recorder", "deputy"))
SMALL_PEOPLE: Final = (SMALL_SECRETARY, SMALL_RECORDER, SMALL_DEPUTY, who("small-member"), who("small-other"))
LEADERS: Final = (LEADER, *(who(f"leader-{number}") for number in (2, 3, 4)))
AUDITOR: Final = who("auditor")
OFFICIAL: Final = who("official")
"""Brings what his department keeps."""
REVIEWERS: Final = tuple(who(f"life-reviewer-{number}") for number in (1, 2, 3))
"""The disciplinary office."""
ROOM: Final = {
    "allowed": True,
    "max_points_per_category": "3",
    "lists": ["responsibility", "honour", "negative"],
    "counts": "on_top",
}
KEPT: Final = {"code": "discipline", "zh": "纪检", "en": "Discipline", "unit": TOP, "items": ["V-4"]}
ROOMY: Final = json.dumps({**json.loads(DOCUMENT), "local_items": ROOM, "sources": [KEPT]}, ensure_ascii=False).encode()
"""The rule set of the example with room for items of a unit's own, and one veto that a department keeps."""

FOUNDING: Final = (
    *foundation(),
    *rules_in_force(ROOMY),
    established(SMALL, TOP, approval_body="parent_committee"),
    *(registered(one, SMALL) for one in SMALL_PEOPLE),
    appointed(SMALL_SECRETARY, "secretary", SMALL),
    appointed(SMALL_RECORDER, "recorder", SMALL),
    appointed(SMALL_DEPUTY, "substitute_recorder", SMALL),
    *(registered(one, TOP) for one in (*LEADERS[1:], AUDITOR, OFFICIAL, *REVIEWERS)),
    *(appointed(one, "leading_group", TOP) for one in LEADERS[1:]),
    appointed(AUDITOR, "auditor", TOP),
    appointed(OFFICIAL, "department_officer", TOP),
    *(appointed(one, "reviewer", TOP) for one in REVIEWERS),
)
TOWN: Final = given(*FOUNDING)


class Said(NamedTuple):
    """One entry of the log: the wish and the fact that it came to."""

    command: Command
    write: Write
    entry: Entry

    @property
    def fact(self) -> Fact:
        """What happened."""
        return self.write.fact


class Step(NamedTuple):
    """One wish that was granted, with the world before and after it."""

    before: World
    command: Command
    said: list[Said]
    after: World


class Life:
    """A town's world, its clock, what is due, and what was granted and refused so far."""

    def __init__(self) -> None:
        self.world = TOWN.world.copy()
        self.now: datetime = AT
        self.log: list[Said] = []
        self.commands: list[Command] = []
        self.granted: Counter[type[Command]] = Counter()
        self.refused: Counter[str] = Counter()
        self.last_refusal = ""
        self.objectors: dict[UUID, Actor] = {}
        """Under which sealed name each objection was filed."""
        self.flagged: dict[UUID, Secret] = {}
        """What each flag of retaliation is about."""
        self.reviewed: dict[UUID, Secret] = {}
        """Whom each review is about."""
        self._due: list[tuple[datetime, int, FollowUp, Entry]] = []
        self._numbers = 0

    def number(self) -> int:
        """The next number: ids are the same whenever the same life is told."""
        self._numbers += 1
        return self._numbers

    def wish(self, kind: type[Command], actor: Actor, /, **fields: object) -> Command:
        """A wish of this minute."""
        self.now += timedelta(seconds=30)
        made: object = kind(id=uuid5(NAMESPACE, f"life/{self.number()}"), actor=actor, at=self.now, **fields)
        assert isinstance(made, Command)
        return made

    def run(self, command: Command) -> Step | None:
        """Have it granted; None where it is refused. Anything else is a defect."""
        before = World(self.world)
        try:
            writes = self.world.execute(command)
        except Refused as refused:
            assert self.world.states == before.states, "a refusal changes nothing"
            self.refused[refused.code] += 1
            self.last_refusal = refused.code
            return None
        self.commands.append(command)
        self.granted[type(command)] += 1
        if isinstance(command, FileObjection):
            self.objectors[command.objection] = command.actor
        if isinstance(command, FlagRetaliation):
            self.flagged[command.flag] = command.about
        if isinstance(command, OpenReview):
            self.reviewed[review_id(command.unit, command.number)] = command.subject
        said = [self._entered(command, ordinal, write) for ordinal, write in enumerate(writes)]
        return Step(before, command, said, self.world)

    def _entered(self, command: Command, ordinal: int, write: Write) -> Said:
        entry = Entry(
            actor=command.actor,
            at=command.at,
            cause=command.cause,
            command=command.id,
            fact=write.fact,
            id=entry_id(command.id, ordinal),
            log="life",
            stream=write.stream,
            version=1,
        )
        wanted = follow_up(entry)
        if wanted is not None:
            heapq.heappush(self._due, (wanted.due_at, self.number(), wanted, entry))
        said = Said(command, write, entry)
        self.log.append(said)
        return said

    def next_due_at(self) -> datetime | None:
        """When something follows by itself next."""
        return self._due[0][0] if self._due else None

    def wait(self, random: Random) -> None:
        """Time goes on: often to the very moment at which something is due, or to the last one before it."""
        due_at = self.next_due_at()
        if due_at is not None and due_at > self.now and random.randrange(3):
            self.now = max(self.now, due_at - timedelta(seconds=random.choice((0, 0, 0, 61))))
        else:
            self.now += timedelta(hours=random.choice((1, 8, 24, 24, 24, 24, 24, 24, 72, 72, 72, 1800)))

    def due(self) -> list[Command]:
        """What follows by itself by now; what is refused comes again with the next look, as on the agenda."""
        found: list[Command] = []
        while self._due and self._due[0][0] <= self.now:
            _, _, wanted, trigger = heapq.heappop(self._due)
            found.append(carried_out(wanted, trigger, self.now, lambda: "salt"))
        return found
