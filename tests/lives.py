"""The life of a branch as commands in order of time, with everything that follows by itself carried out when it is due.

Played in memory first; what was granted can then be told to a ledger. Notices are posted as soon as they are drafted.

    WORK     PK       0 officer, 1 leading group, 2 secretary, 3 and 4 of the committee
    BRANCH   PK-01    0 secretary, 1 and 2 of the committee, 3 recorder, 4 substitute recorder, 5 … 7 members
"""

import heapq
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from domain.actor import Actor
from domain.decider import Command
from domain.entry import Entry, entry_id
from domain.notice.notice import NoticeDrafted
from domain.notice.results import ResultNoticeDrafted
from domain.notice.running import CheckDisclosure, PostNotice
from domain.process import FollowUp, carried_out, follow_up
from domain.recording.approval import ApproveSheet
from domain.recording.archive import Outcome, PointsRecorded
from domain.recording.claiming import ClaimHonour, DecideHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import deduction_id
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.hearing import FileStatement
from domain.recording.honour import honour_id
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.recording.proposing import ProposeDeduction
from domain.rules.items import HonourItem, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme, load
from tests.domain.given import World
from tests.foundings import (
    BRANCH,
    RULES_FILE,
    WORK,
    acting,
    appoint,
    at,
    digest,
    founding,
    label_id,
    member,
    register,
    secret,
)

C = TypeVar("C", bound=Command)

RECORDER: Final = acting(3, "recorder")
SECRETARY: Final = acting(0, "secretary")
HIGHER: Final = acting(2, "secretary", WORK)
BRANCH_BODY: Final = tuple(member(number) for number in range(3))
HIGHER_BODY: Final = tuple(member(number, WORK) for number in (2, 3, 4))
RULES: Final[Scheme] = load(RULES_FILE.read_bytes())


def founded(document: dict[str, object] | None = None) -> list[Command]:
    """The founding, with a committee at the top as well, under the example's rule set or another."""
    commands = founding(document=document)
    last = commands[-1].at
    for number, role in ((2, "secretary"), (3, "committee_member"), (4, "committee_member")):
        last += timedelta(seconds=1)
        commands += [register(number, WORK, last), appoint(number, role, WORK, last)]
    return commands


class Life:
    """Wishes as they are granted, and what they call for."""

    def __init__(self, document: dict[str, object] | None = None) -> None:
        self.rules = RULES if document is None else load(document)
        self.world = World()
        self.commands: list[Command] = []
        self.now = founded(document)[0].at
        self._due: list[tuple[datetime, int, FollowUp | UUID, Entry]] = []
        for command in founded(document):
            self.run(command)

    def do(self, kind: type[C], actor: Actor, /, **fields: object) -> C:
        """Somebody wishes something, a minute after the last."""
        self.now += timedelta(minutes=1)
        self.until(self.now)
        made: Callable[..., C] = kind
        command = made(id=label_id(f"life/{len(self.commands)}"), actor=actor, at=self.now, **fields)
        self.run(command)
        return command

    def on(self, day: date, hour: int = 9) -> None:
        """A day begins."""
        self.until(at(day, hour))

    def until(self, when: datetime) -> None:
        """Time goes on: what is due until then is carried out."""
        while self._due and self._due[0][0] <= when:
            due_at, _, wanted, trigger = heapq.heappop(self._due)
            self.now = max(self.now, due_at)
            if isinstance(wanted, UUID):
                check = CheckDisclosure(
                    id=label_id(f"life/{len(self.commands)}"),
                    actor=SECRETARY,
                    at=self.now,
                    unit=BRANCH,
                    notice=wanted,
                    shows=("name", "item"),
                )
                self.run(check)
                post = PostNotice(
                    id=label_id(f"life/{len(self.commands)}"), actor=SECRETARY, at=self.now, unit=BRANCH, notice=wanted
                )
                self.run(post)
            else:
                self.run(carried_out(wanted, trigger, self.now, lambda: "salt"))
        self.now = max(self.now, when)

    def run(self, command: Command) -> None:
        """Have one wish granted, and note what it calls for."""
        self.commands.append(command)
        for ordinal, write in enumerate(self.world.execute(command)):
            entry = Entry(
                actor=command.actor,
                at=command.at,
                cause=command.cause,
                command=command.id,
                fact=write.fact,
                id=entry_id(command.id, ordinal),
                log="x",
                stream=write.stream,
                version=1,
            )
            wanted = follow_up(entry)
            if wanted is not None:
                heapq.heappush(self._due, (wanted.due_at, len(self._due) + len(self.commands), wanted, entry))
            if isinstance(write.fact, NoticeDrafted | ResultNoticeDrafted):
                heapq.heappush(self._due, (command.at, len(self._due) + len(self.commands), write.fact.notice, entry))

    def sheet(
        self, matter: str, item: str, day: date, said: Sequence[tuple[int, Outcome, int]] = (), /, *more: LineWish
    ) -> None:
        """One matter from the plan to the decision: (member's number, outcome, how often); of all others nothing."""
        rule = self.rules.item(item)
        assert isinstance(rule, ResponsibilityItem)
        at_matter = {"unit": BRANCH, "matter": matter}
        self.on(day)
        self.do(PlanMatter, RECORDER, **at_matter, kind=rule.matter, title=f"事项{matter}", planned_on=day)
        self.do(HoldMatter, RECORDER, **at_matter, occurred_on=day)
        self.do(AttachEvidence, RECORDER, **at_matter, kind=rule.evidence[0], sha256=digest(matter))
        self.do(OpenSheet, RECORDER, **at_matter, item=item)
        lines = (*(_line(rule, number, outcome, count) for number, outcome, count in said), *more)
        otherwise = "excused" if rule.mode in ("ratio", "threshold") else None
        why = secret(member(3), "choice_reason", "按影响") if any(level.up_to for level in rule.levels) else None
        self.do(FillSheet, RECORDER, **at_matter, item=item, otherwise=otherwise, but=lines, choice_reason=why)
        if otherwise is not None:
            own = LineWish(member=member(3), outcome=otherwise)
            self.do(FillSheet, acting(4, "substitute_recorder"), **at_matter, item=item, but=(own,))
        self.do(SubmitSheet, RECORDER, **at_matter, item=item)
        self.do(
            ApproveSheet,
            SECRETARY,
            **at_matter,
            item=item,
            minute=f"纪要 {matter}",
            minute_sha256=digest(f"minute {matter}"),
            present=BRANCH_BODY,
        )

    def honour(
        self,
        number: int,
        item: str,
        level: str,
        matter: str,
        dated_on: date,
        *,
        decided: bool = True,
        **more: object,
    ) -> UUID:
        """A member claims, and unless told otherwise every body approves."""
        rule = self.rules.item(item)
        assert isinstance(rule, HonourItem)
        honour = honour_id(BRANCH, member(number), matter, item)
        self.on(dated_on + timedelta(days=1))
        self.do(
            ClaimHonour,
            acting(number, "member"),
            unit=BRANCH,
            member=member(number),
            matter=matter,
            title=f"荣誉{matter}",
            item=item,
            level=level,
            occurred_on=dated_on,
            dated_on=dated_on,
            document_kind=rule.evidence[0],
            document=digest(f"certificate {matter}"),
            **more,
        )
        if decided:
            self.decide(DecideHonour, "honour", honour)
        return honour

    def deduction(
        self,
        number: int,
        item: str,
        level: str,
        matter: str,
        dated_on: date,
        *,
        decided: bool = True,
        **more: object,
    ) -> UUID:
        """It is proposed; the person has nothing to say; unless told otherwise every body approves."""
        rule = self.rules.item(item)
        assert isinstance(rule, NegativeItem | ResponsibilityItem)
        deduction = deduction_id(BRANCH, member(number), matter, item)
        self.on(dated_on + timedelta(days=1))
        self.do(
            ProposeDeduction,
            RECORDER,
            unit=BRANCH,
            member=member(number),
            matter=matter,
            item=item,
            level=level,
            occurred_on=dated_on,
            dated_on=dated_on,
            document_kind=rule.evidence[-1],
            document=digest(f"finding {matter}"),
            particulars=secret(member(number), "particulars", f"经过{matter}"),
            **more,
        )
        if decided:
            self.do(FileStatement, acting(number, "member"), unit=BRANCH, deduction=deduction, final=True)
            self.decide(DecideDeduction, "deduction", deduction)
        return deduction

    def decide(self, kind: type[DecideHonour] | type[DecideDeduction], field: str, case: UUID) -> None:
        """The branch, and whoever comes after it, approves."""
        for actor, body in ((SECRETARY, BRANCH_BODY), (HIGHER, HIGHER_BODY)):
            wish = {
                "unit": BRANCH,
                field: case,
                "verdict": "approved",
                "minute": f"纪要 {case.hex[:8]}",
                "minute_sha256": digest(case.hex),
                "present": body,
            }
            decided = self.do(kind, actor, **wish)
            last = [type(write).__name__ for write in self.world.facts[-1:]]
            if decided and last in (["HonourAdded"], ["DeductionApproved"]):
                return

    def recorded(self, number: int) -> int:
        """How many records of sheets a member has."""
        facts = self.world.facts
        return sum(isinstance(fact, PointsRecorded) and fact.member == member(number) for fact in facts)


def _line(rule: ResponsibilityItem, number: int, outcome: Outcome, count: int) -> LineWish:
    hours = None if rule.minimum_hours is None else f"{2 * count}.00"
    return LineWish(member=member(number), outcome=outcome, quantity=f"{count}.00", hours=hours)
