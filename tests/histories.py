"""Made-up histories of small branches, as commands with fixed ids and instants: pure, the same every time.

`road(done)` is one matter's way from the plan to the confirmed record, as far as `done.reaches` says, follow-ups
included. `history(seed, matters)` is the founding and a random life of one branch after it, in order of time.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, Literal, NamedTuple
from uuid import UUID

from domain.decider import Command
from domain.entry import entry_id
from domain.notice.drafting import DraftNotice
from domain.notice.notice import notice_id
from domain.notice.running import CLOSING_GRACE, CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.process import PROCESS, FollowUp, Purpose
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.archive import Outcome
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.rules.working_days import closes_on, term_end
from domain.values import midnight_after
from tests.foundings import (
    BRANCH,
    CALENDAR,
    acting,
    at,
    digest,
    founding,
    label_id,
    member,
    secret,
)

TERM_WORKING_DAYS: Final = 3
GRACE_WORKING_DAYS: Final = 1

Reaches = Literal["planned", "draft", "returned", "submitted", "approved", "posted", "closed", "confirmed"]
STEPS: Final[tuple[Reaches, ...]] = ("planned", "draft", "submitted", "approved", "posted", "closed", "confirmed")


class Kind(NamedTuple):
    """A kind of matter with its item, the kind of evidence, and what is ordinarily said."""

    kind: str
    item: str
    evidence: str
    otherwise: Outcome | None


KINDS: Final = (
    Kind("study_session", "R-LX-1", "sign_in_list", "attended"),
    Kind("branch_meeting", "R-GJ-1", "sign_in_list", "attended"),
    Kind("party_assignment", "R-QZ-2", "assignment_sheet", None),
    Kind("visit", "R-WM-1", "visit_register", None),
    Kind("volunteer_service", "R-WM-3", "sign_in_list", None),
)


class Done(NamedTuple):
    """One matter: what is said of whom, and how far it comes."""

    code: str
    kind: Kind
    held_on: date
    but: tuple[tuple[int, Outcome, str], ...] = ()
    """(member's number, outcome, quantity) where it differs from what is ordinary."""
    reaches: Reaches = "confirmed"


def road(done: Done, branch: str = BRANCH) -> list[Command]:
    """One matter's way, in order of time."""
    parts = {
        "planned": _plan,
        "draft": _draft,
        "submitted": _submit,
        "approved": _approve,
        "posted": _post,
        "closed": _close,
        "confirmed": _confirm,
    }
    last: Reaches = "submitted" if done.reaches == "returned" else done.reaches
    found: list[Command] = []
    for step in STEPS[: STEPS.index(last) + 1]:
        found.extend(parts[step](done, branch))
    if done.reaches == "returned":
        found.extend(_return(done, branch))
    return found


def _label(step: str, done: Done, branch: str) -> UUID:
    return label_id(f"{step}/{branch}/{done.code}")


def _plan(done: Done, branch: str) -> Iterator[Command]:
    yield PlanMatter(
        id=_label("plan", done, branch),
        actor=acting(3, "recorder", branch),
        at=at(done.held_on - timedelta(days=3), 9),
        unit=branch,
        matter=done.code,
        kind=done.kind.kind,
        title=f"{done.kind.kind} {done.code}",
        planned_on=done.held_on,
    )


def _draft(done: Done, branch: str) -> Iterator[Command]:
    recorder, start = acting(3, "recorder", branch), at(done.held_on, 18)
    yield HoldMatter(
        id=_label("hold", done, branch),
        actor=recorder,
        at=start,
        unit=branch,
        matter=done.code,
        occurred_on=done.held_on,
    )
    yield AttachEvidence(
        id=_label("evidence", done, branch),
        actor=recorder,
        at=start + timedelta(seconds=1),
        unit=branch,
        matter=done.code,
        kind=done.kind.evidence,
        sha256=digest(f"{branch}/{done.code}"),
    )
    yield OpenSheet(
        id=_label("open", done, branch),
        actor=recorder,
        at=start + timedelta(seconds=2),
        unit=branch,
        matter=done.code,
        item=done.kind.item,
    )
    yield from _fill(done, branch, start)


def _fill(done: Done, branch: str, start: datetime) -> Iterator[Command]:
    """The recorder says it of everybody but himself, the substitute of him."""
    own = [wish for number, wish in _wishes(done, branch) if number == 3]
    if done.kind.otherwise is not None and not own:
        own = [LineWish(member=member(3, branch), outcome=done.kind.otherwise)]
    yield FillSheet(
        id=_label("fill", done, branch),
        actor=acting(3, "recorder", branch),
        at=start + timedelta(minutes=5),
        unit=branch,
        matter=done.code,
        item=done.kind.item,
        otherwise=done.kind.otherwise,
        but=tuple(wish for number, wish in _wishes(done, branch) if number != 3),
    )
    if own:
        yield FillSheet(
            id=_label("own", done, branch),
            actor=acting(4, "substitute_recorder", branch),
            at=start + timedelta(minutes=6),
            unit=branch,
            matter=done.code,
            item=done.kind.item,
            but=tuple(own),
        )


def _wishes(done: Done, branch: str) -> Iterator[tuple[int, LineWish]]:
    for number, outcome, quantity in done.but:
        hours = f"{2 * int(quantity.partition('.')[0])}.00" if done.kind.item == "R-WM-3" else None
        yield number, LineWish(member=member(number, branch), outcome=outcome, quantity=quantity, hours=hours)


def _submit(done: Done, branch: str) -> Iterator[Command]:
    yield SubmitSheet(
        id=_label("submit", done, branch),
        actor=acting(3, "recorder", branch),
        at=at(done.held_on + timedelta(days=1), 9),
        unit=branch,
        matter=done.code,
        item=done.kind.item,
    )


def _return(done: Done, branch: str) -> Iterator[Command]:
    secretary = acting(0, "secretary", branch)
    yield ReturnSheet(
        id=_label("return", done, branch),
        actor=secretary,
        at=at(done.held_on + timedelta(days=1), 15),
        unit=branch,
        matter=done.code,
        item=done.kind.item,
        reason=secret(member(0, branch), "reason", f"请补正 {done.code}"),
    )


def _approve(done: Done, branch: str) -> Iterator[Command]:
    approve = ApproveSheet(
        id=_label("approve", done, branch),
        actor=acting(0, "secretary", branch),
        at=at(done.held_on + timedelta(days=2), 15),
        unit=branch,
        matter=done.code,
        item=done.kind.item,
        minute=f"纪要 {done.code}",
        minute_sha256=digest(f"minute {done.code}"),
        present=tuple(member(number, branch) for number in range(3)),
    )
    yield approve
    drafted = follow_up_of(approve, 0, "draft-notice", approve.at)
    yield DraftNotice(
        id=drafted.command,
        actor=PROCESS,
        at=approve.at + timedelta(seconds=1),
        cause=drafted.trigger,
        unit=branch,
        matter=done.code,
        item=done.kind.item,
        decision=1,
    )


def follow_up_of(command: Command, ordinal: int, purpose: Purpose, due_at: datetime) -> FollowUp:
    """What the n-th entry of a command calls for: its id needs no log."""
    return FollowUp(purpose=purpose, trigger=entry_id(command.id, ordinal), due_at=due_at)


def _post(done: Done, branch: str) -> Iterator[Command]:
    yield CheckDisclosure(
        id=_label("check", done, branch),
        actor=acting(0, "secretary", branch),
        at=_posted_at(done),
        unit=branch,
        notice=notice_of(done, branch),
        shows=("name", "item", "outcome", "quantity"),
    )
    yield PostNotice(
        id=_label("post", done, branch),
        actor=acting(0, "secretary", branch),
        at=_posted_at(done),
        unit=branch,
        notice=notice_of(done, branch),
    )


def _posted_at(done: Done) -> datetime:
    return at(done.held_on + timedelta(days=3), 9)


def notice_of(done: Done, branch: str = BRANCH) -> UUID:
    """The notice of a matter's first decision."""
    return notice_id(branch, done.code, done.kind.item, 1)


def may_close_at(done: Done) -> datetime:
    """When the notice of a matter may be closed."""
    ends_on = term_end(done.held_on + timedelta(days=3), TERM_WORKING_DAYS, CALENDAR)
    return midnight_after(closes_on(ends_on, GRACE_WORKING_DAYS, CALENDAR)) + CLOSING_GRACE


def _close(done: Done, branch: str) -> Iterator[Command]:
    *_, post = _post(done, branch)
    due = follow_up_of(post, 0, "close-notice", may_close_at(done))
    yield CloseNotice(
        id=due.command, actor=PROCESS, at=due.due_at, cause=due.trigger, unit=branch, notice=notice_of(done, branch)
    )


def _confirm(done: Done, branch: str) -> Iterator[Command]:
    (close,) = _close(done, branch)
    due = follow_up_of(close, 0, "confirm-records", close.at)
    yield ConfirmRecords(
        id=due.command,
        actor=PROCESS,
        at=close.at + timedelta(seconds=1),
        cause=due.trigger,
        unit=branch,
        notice=notice_of(done, branch),
    )


def some_matters(seed: int, matters: int, branch: str = BRANCH, members: int = 8) -> list[Done]:
    """Random matters of the first half of 2026; the later ones have not come to their end."""
    random = Random(seed)
    found: list[Done] = []
    for number in range(matters):
        kind = random.choice(KINDS)
        held_on = date(2026, 1, 8) + timedelta(days=random.randrange(150))
        reaches: Reaches = random.choice(("confirmed", "confirmed", "confirmed", *STEPS, "returned"))
        found.append(Done(f"M{number}", kind, held_on, _said(random, kind, members), reaches))
    return found


def _said(random: Random, kind: Kind, members: int) -> tuple[tuple[int, Outcome, str], ...]:
    outcomes: dict[str, tuple[Outcome, ...]] = {
        "R-LX-1": ("absent", "excused"),
        "R-GJ-1": ("absent", "excused"),
        "R-QZ-2": ("done", "done", "not-done", "withdrawn"),
        "R-WM-1": ("earned",),
        "R-WM-3": ("earned",),
    }
    most = 2 if kind.otherwise is not None else members
    chosen = random.sample(range(members), random.randint(1, most))
    return tuple(
        (number, random.choice(outcomes[kind.item]), f"{random.randint(1, 3)}.00" if kind.item == "R-WM-1" else "1.00")
        for number in sorted(chosen)
    )


def history(seed: int, matters: int = 12, branch: str = BRANCH) -> list[Command]:
    """The founding and a random life after it, in order of time."""
    roads = [command for done in some_matters(seed, matters, branch) for command in road(done, branch)]
    return [*founding((branch,)), *sorted(roads, key=lambda command: command.at)]
