"""优秀名额 through HTTP (SPEC §5: 13; F25): a third of four is one seat; who is wholly equal at the line is in."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from domain.decider import Command
from domain.rules.ruleset import DraftRuleSet
from ops.embedded import Running
from tests.api.assessed import LOGINS, assessed_town, at_branch, beginning, noticed, read, refused, send, sitting
from tests.api.moving import Moving
from tests.api.town import PAGE
from tests.domain.branch import DOCUMENT, HIGHER, TOP, digest, established, registered, who

EXCEEDED: Final = "GW/PK-04"
TIED: Final = "GW/PK-05"
FIRST: Final = who("first of four")
FOURS: Final = {
    EXCEEDED: (FIRST, *(who(f"exceeded-{number}") for number in range(3))),
    TIED: tuple(who(f"tied-{number}") for number in range(4)),
}
DECEMBER: Final = datetime(2026, 12, 9, 4, tzinfo=UTC)
OVER: Final = {
    "H1": datetime(2026, 7, 8, 1, tzinfo=UTC),
    "H2": datetime(2027, 1, 8, 1, tzinfo=UTC),
    "Y": datetime(2027, 2, 1, 1, tzinfo=UTC),
}
END: Final = datetime(2027, 2, 20, 1, tzinfo=UTC)


def with_lower_thresholds() -> tuple[Command, ...]:
    """Of nothing but presumed and unasked lines a member has 66 points: here that is excellent."""
    document: dict[str, Any] = json.loads(DOCUMENT)
    for grade, threshold in zip(document["grades"], ("60", "50", "40", "0"), strict=True):
        grade["at_least"] = threshold
    raw = msgspec.Raw(json.dumps(document, ensure_ascii=False).encode())
    found = [
        msgspec.structs.replace(one, document=raw) if isinstance(one, DraftRuleSet) else one for one in beginning()
    ]
    for unit, members in FOURS.items():
        found += [
            established(unit, TOP, approval_body="parent_committee"),
            *(registered(member, unit) for member in members),
        ]
    return tuple(found)


@pytest.fixture(scope="module")
def closed(server: Running) -> Iterator[Moving]:
    """The year of both branches; in the one the first member has half a point more than the others."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with assessed_town(server, folder, with_lower_thresholds(), {**LOGINS, "first": FIRST}) as moving:
        close_period(moving, "H1")
        honour(moving)
        close_period(moving, "H2")
        close_period(moving, "Y")
        moving.carry_out(END)
        yield moving
    shutil.rmtree(folder)


def place(unit: str) -> str:
    return f"/units/{unit.replace('/', '~')}"


def honour(moving: Moving) -> None:
    """The first claims what the higher organisation decides and notices."""
    claim = {
        "item": "H-LX-2",
        "level": "district",
        "title": "区刊采用信息",
        "dated_on": "2026-12-08",
        "document_kind": "publication",
        "document": digest("publication"),
    }
    with moving.at(DECEMBER) as town:
        send(at_branch(town, "first", "member", EXCEEDED), f"{place(EXCEEDED)}/honours", claim, 201)
    with moving.at(DECEMBER) as town:
        higher = at_branch(town, "higher", "secretary", TOP)
        (case,) = read(higher, f"{place(EXCEEDED)}/honours")["items"]
        decision = {**sitting(HIGHER), "verdict": "approved"}
        send(higher, f"{place(EXCEEDED)}/honours/{case['case']}/decision", decision)
    with moving.at(DECEMBER) as town:
        higher = at_branch(town, "higher", "secretary", TOP)
        (row,) = read(higher, f"{place(EXCEEDED)}/notices")["to_post"]
        notice = f"{place(EXCEEDED)}/notices/{row['notice']}"
        send(higher, f"{notice}/check", {"shows": ["name", "item", "points"]})
        send(higher, f"{notice}/posting", {})


def close_period(moving: Moving, period: str) -> None:
    """Opened, appraised where it is the year, computed, adopted, noticed."""
    with moving.at(OVER[period]) as town:
        higher = at_branch(town, "higher", "secretary", TOP)
        for unit, members in FOURS.items():
            here = f"{place(unit)}/periods/2026/{period}"
            send(higher, f"{place(unit)}/periods", {"year": 2026, "period": period}, 201)
            if period == "Y":
                assert refused(higher, f"{here}/computation", {}) == (409, "appraisal-missing")
                appraise(higher, unit, members)
            send(higher, f"{here}/computation", {})
            send(higher, f"{here}/decision", sitting(HIGHER))
    with moving.at(OVER[period]) as town:
        for unit in FOURS:
            noticed(town, f"{place(unit)}/periods/2026/{period}", unit)


def appraise(client: Any, unit: str, members: tuple[Any, ...]) -> None:
    """Three ballots for each: too few for a mean."""
    session = f"{place(unit)}/appraisals/2026/Y"
    send(client, session, {"method": "paper_two_tellers"}, 201)
    counts = [{"member": str(one), "mark": "excellent", "ballots": 3} for one in members]
    took_part = [str(one) for one in members]
    send(client, f"{session}/count", {"tellers": took_part[:2], "took_part": took_part, "counts": counts})


def results(moving: Moving, unit: str) -> dict[str, dict[str, Any]]:
    with moving.at(END) as town:
        found = read(at_branch(town, "higher", "secretary", TOP), f"{place(unit)}/periods/2026/Y")
    assert found["row"]["status"] == "sealed"
    return {one["member"]: one for one in found["results"]}


def test_a_third_of_four_is_one_seat_and_the_others_are_told_why(closed: Moving) -> None:
    found = results(closed, EXCEEDED)
    first = found.pop(str(FIRST))
    # 66.00 + 0.50, and no mean of three ballots: the total is the ledger.
    assert (first["total"], first["appraisal"], first["grade"], first["reason"]) == (
        "66.50",
        None,
        "excellent",
        "threshold",
    )
    assert {(one["total"], one["grade"], one["reason"]) for one in found.values()} == {("66.00", "qualified", "quota")}
    with closed.at(END) as town:
        page = at_branch(town, "higher", "secretary", TOP).get(f"{place(EXCEEDED)}/periods/2026/Y", headers=PAGE).text
    assert "优秀名额 1 名,评定优秀 1 名。" in page
    assert "总分达到优秀标准,但名额已满,评为合格。" in page


def test_who_is_wholly_equal_at_the_line_is_in_with_all_the_others(closed: Moving) -> None:
    found = results(closed, TIED)
    assert {(one["total"], one["grade"]) for one in found.values()} == {("66.00", "excellent")}
    with closed.at(END) as town:
        row = read(at_branch(town, "higher", "secretary", TOP), f"{place(TIED)}/periods/2026/Y")["row"]
    assert (row["seats"], row["excellent"]) == (1, 4)
