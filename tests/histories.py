"""Made-up histories of one small branch, as commands with fixed ids and instants: pure, the same every time.

`founding()` opens a simulated log and sets up a work committee with one branch of eight members, the rule set of the
example and the calendar of 2026. `road(done)` is one matter's way from the plan to the confirmed record, as far as
`done.reaches` says. `history(seed, matters)` is a random life of that branch in order of time.

    WORK     PK       an officer and a member of the leading group
    BRANCH   PK-01    0 secretary, 1 and 2 of the committee, 3 recorder, 4 substitute recorder, 5 … 7 members
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.actor import Actor, person, system
from domain.decider import Command
from domain.entry import entry_id
from domain.notice.notice import CLOSING_GRACE, CloseNotice, ConfirmRecords, DraftNotice, PostNotice, notice_id
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit, UnitKind
from domain.oversight.log import OpenLog
from domain.process import PROCESS, FollowUp, Purpose
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.archive import Outcome
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.recording.sheet import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet
from domain.rules.working_days import YearCalendar, closes_on, term_end
from domain.sealed import Secret
from domain.values import SHANGHAI, midnight_after

SPACE: Final = UUID("0d8a3c5e-7d1f-5b6a-9a55-3f5a5c1f7e21")
LOG: Final = "test.pukou"
WORK: Final = "PK"
BRANCH: Final = "PK-01"
SCHEME: Final = "pukou-district-offices"
VERSION: Final = "illustrative-1"
RULES_FILE: Final = Path(__file__).parents[1] / "ops" / "example" / "pukou.json"
FOUNDED_ON: Final = date(2025, 12, 15)
INSTALLATION: Final = system("installation")
OFFICES: Final[tuple[Role, ...]] = (
    "secretary",
    "committee_member",
    "committee_member",
    "recorder",
    "substitute_recorder",
)
TERM_WORKING_DAYS: Final = 3
GRACE_WORKING_DAYS: Final = 1

DAYS_OFF: Final = tuple(
    date(2026, month, day)
    for month, days in ((1, (1, 2)), (2, (16, 17, 18, 19, 20, 23)), (4, (6,)), (5, (1, 4, 5)), (6, (19,)))
    for day in days
)
MAKE_UP_DAYS: Final = (date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9))
CALENDAR: Final = {
    2026: YearCalendar(year=2026, days_off=frozenset(DAYS_OFF), make_up_days=frozenset(MAKE_UP_DAYS)),
    2027: YearCalendar(year=2027),
}

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


def member(number: int, unit: str = BRANCH) -> UUID:
    """The pseudonym of a member."""
    return uuid5(SPACE, f"person/{unit}/{number}")


def acting(number: int, role: str, unit: str = BRANCH) -> Actor:
    """A member in a role."""
    return person(member(number, unit), role, unit)


def secret(subject: UUID, name: str, value: str) -> Secret:
    """A sealed field with a fixed salt: only a test may do that."""
    salt = hashlib.sha256(f"{subject}/{name}/{value}".encode()).hexdigest()[:22]
    return Secret(subject=subject, name=name, value=value, salt=salt)


def digest(label: str) -> str:
    """SHA-256 of a made-up paper."""
    return hashlib.sha256(label.encode()).hexdigest()


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def _id(label: str) -> UUID:
    return uuid5(SPACE, label)


def founding(
    branches: Sequence[str] = (BRANCH,), members: int = 8, effective_on: date = date(2026, 1, 1)
) -> list[Command]:
    """15 December 2025: the log, the organisations, the people, the rule set, the calendar, a second apart."""
    found: list[Command] = []
    start = at(FOUNDED_ON, 9)

    def now() -> datetime:
        return start + timedelta(seconds=len(found))

    found.append(OpenLog(id=_id("open"), actor=INSTALLATION, at=now(), origin=LOG, title="测试总账", clock="simulated"))
    found.append(establish(WORK, "work_committee", None, now()))
    heads: tuple[Role, ...] = ("officer", "leading_group")
    for number, role in enumerate(heads):
        found.append(register(number, WORK, now()))
        found.append(appoint(number, role, WORK, now()))
    for branch in branches:
        found.append(establish(branch, "branch", WORK, now()))
        for number in range(members):
            found.append(register(number, branch, now()))
        roles: tuple[Role, ...] = (
            "secretary",
            "committee_member",
            "committee_member",
            "recorder",
            "substitute_recorder",
        )
        for number, office in enumerate(roles):
            found.append(appoint(number, office, branch, now()))
    found.extend(rules(now(), effective_on))
    found.append(
        PublishCalendar(
            id=_id("calendar"),
            actor=acting(0, "officer", WORK),
            at=now(),
            year=2026,
            days_off=DAYS_OFF,
            make_up_days=MAKE_UP_DAYS,
            document_sha256=digest("calendar 2026"),
        )
    )
    return found


def establish(unit: str, kind: UnitKind, parent: str | None, when: datetime) -> EstablishUnit:
    """An organisation."""
    return EstablishUnit(
        id=_id(f"unit/{unit}"),
        actor=INSTALLATION,
        at=when,
        unit=unit,
        kind=kind,
        title=f"组织{unit}",
        parent=parent,
        scheme=SCHEME,
        established_on=FOUNDED_ON,
    )


def register(number: int, unit: str, when: datetime, present_from: date = FOUNDED_ON) -> RegisterMember:
    """A member."""
    one = member(number, unit)
    return RegisterMember(
        id=_id(f"member/{unit}/{number}"),
        actor=INSTALLATION,
        at=when,
        member=one,
        unit=unit,
        profile="full",
        name=secret(one, "name", f"成员{number}"),
        work_number=secret(one, "work_number", f"{unit}-{number:03d}"),
        present_from=present_from,
    )


def appoint(number: int, role: Role, unit: str, when: datetime) -> AppointRole:
    """An office."""
    return AppointRole(
        id=_id(f"appoint/{unit}/{number}/{role}"),
        actor=INSTALLATION,
        at=when,
        unit=unit,
        role=role,
        person=member(number, unit),
        from_on=FOUNDED_ON,
    )


def rules(start: datetime, effective_on: date, version: str = VERSION, **changed: object) -> Iterator[Command]:
    """The rule set drafted, approved and published; ``changed`` replaces whole sections of its document."""
    document = msgspec.json.decode(RULES_FILE.read_bytes())
    document = {**document, **changed, "version": version}
    yield DraftRuleSet(
        id=_id(f"rules/draft/{version}"),
        actor=acting(0, "officer", WORK),
        at=start,
        unit=WORK,
        scheme=SCHEME,
        version=version,
        document=msgspec.Raw(msgspec.json.encode(document)),
    )
    yield ApproveRuleSet(
        id=_id(f"rules/approve/{version}"),
        actor=acting(1, "leading_group", WORK),
        at=start + timedelta(milliseconds=1),
        unit=WORK,
        scheme=SCHEME,
        version=version,
        minute="领导小组纪要〔2025〕1号",
        minute_sha256=digest("rules"),
    )
    yield PublishRuleSet(
        id=_id(f"rules/publish/{version}"),
        actor=acting(0, "officer", WORK),
        at=start + timedelta(milliseconds=2),
        unit=WORK,
        scheme=SCHEME,
        version=version,
        effective_on=effective_on,
    )


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
    return _id(f"{step}/{branch}/{done.code}")


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
    (post,) = _post(done, branch)
    due = follow_up_of(post, 1, "close-notice", may_close_at(done))
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
    random = Random(seed)  # noqa: S311 - a made-up life needs no secret
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
