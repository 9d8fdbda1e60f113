"""The year of the page of worked checks, entered through HTTP: sheets, honours, deductions, shortfalls, notices."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx2

from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import load
from tests.api.assessed import HERE, IDLE_HERE, IDLERS, MOVED, WORKED, at_branch, read, refused, send, sitting
from tests.api.moving import Moving
from tests.api.town import Town
from tests.domain.assessment.counted import FULL_DEEDS, Said, outcomes
from tests.domain.assessment.test_worked_checks import A, B, C, D, E, Member, Table
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    DOCUMENT,
    HIGHER,
    PEOPLE,
    RECORDER,
    SECRETARY,
    TOP,
    digest,
)

SCHEME: Final = load(DOCUMENT)
MEMBERS: Final[dict[UUID, Member]] = dict(zip(WORKED.values(), (A, B, C, D), strict=True))
ENTERED: Final = {1: datetime(2026, 6, 9, 4, tzinfo=UTC), 2: datetime(2026, 12, 9, 4, tzinfo=UTC)}
HELD_ON: Final = {1: "2026-06-08", 2: "2026-12-08"}
DEEMED: Final = {1: datetime(2026, 6, 17, 4, tzinfo=UTC), 2: datetime(2026, 12, 17, 4, tzinfo=UTC)}
"""By then whoever did not answer is deemed to have been told."""
HEARD: Final = {1: datetime(2026, 6, 26, 4, tzinfo=UTC), 2: datetime(2026, 12, 26, 4, tzinfo=UTC)}
"""By then whoever was told had his term."""
TASK: Final = "TASK-9"
LATE: Final = "集中补录。"


def table_of(member: Member, half: int) -> Table:
    """What differs from full duty in a half."""
    return member.first if half == 1 else member.second


def said_of(member: Member, half: int, item: ResponsibilityItem, asked: int) -> list[str]:
    """His outcomes under an item, one a matter: as many as are asked of everybody."""
    what: Said | None = table_of(member, half).get(item.code, (None, ""))[0]
    if item.mode == "earn":
        deeds = FULL_DEEDS[item.code] if what is None else what
        assert isinstance(deeds, int)
        return ["earned"] * deeds
    if what is None:
        return ["attended" if item.mode == "ratio" else "done"] * asked
    # What a deduction replaces comes first: it stands in the matter of that name.
    found = sorted(outcomes(item.mode, what), key=lambda one: not one[2])
    listed = [outcome for outcome, count, _ in found for _ in range(count)]
    return listed + ["excused" if item.mode == "ratio" else "withdrawn"] * (asked - len(listed))


def sheets_of(half: int) -> Iterator[tuple[ResponsibilityItem, str, dict[UUID, str]]]:
    """Every sheet of a half: its item, its matter, and what is said of the four members."""
    for item in SCHEME.responsibility:
        if item.mode == "presumed":
            continue
        asked = max(len(said_of(one, half, item, 0)) for one in (*MEMBERS.values(), A))
        if item.mode != "earn":
            asked = max(asked, 1)
        for number in range(asked):
            code = TASK if (item.code, half, number) == ("R-QZ-2", 2, 0) else f"{item.code}-H{half}-{number}"
            lists = {who: said_of(member, half, item, asked) for who, member in MEMBERS.items()}
            yield item, code, {who: told[number] for who, told in lists.items() if number < len(told)}


def enter_half(moving: Moving, half: int) -> None:
    """Everything of a half is entered, approved, told; noticed; decided once the term for a statement is over."""
    with moving.at(ENTERED[half]) as town:
        for item, matter, said in sheets_of(half):
            enter_sheet(town, half, item, matter, said)
        for honour in (one for one in B.honours if (one.counted_on.month > 6) == (half == 2)):
            claim(town, WORKED["B"], honour)
        for name, member in (("C", C), ("D", D)):
            propose_all(town, WORKED[name], member, half)
    decide_all(moving, ENTERED[half], "honours")
    post_all(moving, ENTERED[half])
    moving.carry_out(DEEMED[half])
    decide_all(moving, HEARD[half], "deductions")
    post_all(moving, HEARD[half])


def enter_sheet(town: Town, half: int, item: ResponsibilityItem, matter: str, said: dict[UUID, str]) -> None:
    """One matter, held, with its evidence and its approved sheet."""
    recorder = at_branch(town, "recorder", "recorder")
    place = f"{HERE}/matters/{matter}"
    plan = {"matter": matter, "kind": item.matter, "title": matter, "planned_on": HELD_ON[half]}
    send(recorder, f"{HERE}/matters", plan, 201)
    send(recorder, f"{place}/holding", {"occurred_on": HELD_ON[half]})
    send(recorder, f"{place}/evidence", {"kind": item.evidence[0], "sha256": digest(matter)}, 201)
    send(recorder, f"{place}/sheets", {"item": item.code}, 201)
    sheet = f"{place}/sheets/{item.code}"
    lines = [line(who, outcome, item) for who, outcome in said.items()]
    if item.mode == "earn":
        send(recorder, f"{sheet}/lines", {"but": lines})
    else:
        ordinary = "attended" if item.mode == "ratio" else "done"
        send(recorder, f"{sheet}/lines", {"otherwise": ordinary, "but": lines})
        substitute = at_branch(town, "substitute", "substitute_recorder")
        send(substitute, f"{sheet}/lines", {"but": [line(RECORDER, ordinary, item)]})
    send(recorder, f"{sheet}/submission", {})
    send(at_branch(town), f"{sheet}/approval", sitting())


def line(member: UUID, outcome: str, item: ResponsibilityItem) -> dict[str, str]:
    """One line of a sheet."""
    hours = {} if item.minimum_hours is None else {"hours": "2.00"}
    return {"member": str(member), "outcome": outcome, **hours}


def claim(town: Town, member: UUID, honour: Any) -> None:
    """The recorder claims an honour for a member."""
    body = {
        "member": str(member),
        "item": honour.item,
        "level": honour.level,
        "matter": honour.matter,
        "title": honour.matter,
        "dated_on": str(honour.counted_on),
        "document_kind": SCHEME.items[honour.item].evidence[0],
        "document": digest(honour.matter),
        "late_reason": LATE,
    }
    send(at_branch(town, "recorder", "recorder"), f"{HERE}/honours", body, 201)


def propose_all(town: Town, who: UUID, member: Member, half: int) -> None:
    """The deductions and the shortfalls of a half."""
    for one in member.deductions:
        if (one.counted_on.month > 6) == (half == 2):
            propose(town, who, one.item, one.level, one.matter, str(one.counted_on))
    for code, (what, _) in table_of(member, half).items():
        item = SCHEME.items[code]
        if isinstance(item, ResponsibilityItem) and item.mode == "presumed":
            assert not isinstance(what, int)
            for number, level in enumerate(what):
                propose(town, who, code, str(level), f"{code}-{half}-{number}-{str(who)[:4]}", HELD_ON[half])


def propose(town: Town, who: UUID, item: str, level: str, matter: str, dated_on: str) -> None:
    """The recorder proposes a deduction or a shortfall."""
    body = {
        "member": str(who),
        "item": item,
        "level": level,
        "matter": matter,
        "dated_on": dated_on,
        "document_kind": SCHEME.items[item].evidence[0],
        "document": digest(f"{matter} {who}"),
        "particulars": "经查属实。",
        "late_reason": LATE,
    }
    send(at_branch(town, "recorder", "recorder"), f"{HERE}/deductions", body, 201)


def decide_all(moving: Moving, instant: datetime, folder: str) -> None:
    """Every body of the chain decides what lies before it, until nothing does."""
    for login, unit, present in (("secretary", BRANCH, COMMITTEE), ("higher", TOP, HIGHER)):
        with moving.at(instant) as town:
            client = at_branch(town, login, "secretary", unit)
            for case in open_cases(client, folder):
                send(client, f"{HERE}/{folder}/{case}/decision", {**sitting(present), "verdict": "approved"})


def open_cases(client: httpx2.Client, folder: str) -> list[str]:
    """The cases that wait for whoever looks."""
    found: list[str] = []
    before = ""
    while True:
        page = read(client, f"{HERE}/{folder}{before}")
        found += [one["case"] for one in page["items"] if one["status"] in ("claimed", "notified", "heard")]
        if page["before"] is None:
            return found
        before = f"?before={page['before']}"


def post_all(moving: Moving, instant: datetime) -> None:
    """Every drafted notice is checked and posted."""
    with moving.at(instant) as town:
        client = at_branch(town)
        while rows := read(client, f"{HERE}/notices")["to_post"]:
            for row in rows:
                notice = f"{HERE}/notices/{row['notice']}"
                send(client, f"{notice}/check", {"shows": ["name", "item", "outcome", "points"]})
                send(client, f"{notice}/posting", {})
            moving.town.settled()


def appraise(moving: Moving, at: datetime) -> None:
    """Both branches appraise their members: ten paper ballots for each, counted by two tellers."""
    ordinary = {"qualified": 10}
    marks = {who: member.ballots for who, member in MEMBERS.items()} | dict.fromkeys(PEOPLE, ordinary)
    idle = dict.fromkeys((*IDLERS, MOVED), ordinary) | {IDLERS[0]: E.ballots}
    with moving.at(at) as town:
        for client, unit, cast, tellers in (
            (at_branch(town), HERE, marks, (SECRETARY, RECORDER)),
            (at_branch(town, "higher", "secretary", TOP), IDLE_HERE, idle, IDLERS[1:3]),
        ):
            place = f"{unit}/appraisals/2026/Y"
            send(client, f"{unit}/periods", {"year": 2026, "period": "Y"}, 201)
            assert refused(client, f"{unit}/periods/2026/Y/computation", {}) == (409, "appraisal-missing")
            send(client, place, {"method": "paper_two_tellers"}, 201)
            counts = [
                {"member": str(who), "mark": mark, "ballots": many}
                for who, given in cast.items()
                for mark, many in given.items()
            ]
            counted = {"tellers": [str(one) for one in tellers], "took_part": [str(one) for one in cast]}
            send(client, f"{place}/count", {**counted, "counts": counts})
