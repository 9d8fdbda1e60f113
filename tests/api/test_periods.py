"""J4 through HTTP: a half-year from its opening to its sealing, with every exit (SPEC §5: 7, 14)."""

import asyncio
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.assessment.committing import root, state_leaves
from domain.assessment.period import Assessment, StateCommitted, period_of
from domain.assessment.result import ScoreDetermined
from domain.decider import Head, StreamRef
from domain.entry import Entry, encode
from domain.house import STREAMS
from domain.leaf import leaf_hash
from ops.embedded import Running
from tests.api.assessed import assessed_town, at_branch, noticed, read, refused, send, sitting
from tests.api.moving import Moving
from tests.api.town import PAGE, Town
from tests.domain.assessment.small import SMALL
from tests.domain.branch import BRANCH, HIGHER, MEMBER, PEOPLE, RECORDER, TOP
from tests.domain.given import World

HERE = f"/units/{BRANCH.replace('/', '~')}"
H1 = f"{HERE}/periods/2026/H1"
SMALL_H1 = f"/units/{SMALL.replace('/', '~')}/periods/2026/H1"
JUNE = datetime(2026, 6, 20, 4, tzinfo=UTC)
JULY = datetime(2026, 7, 8, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 3, 1, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 8, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with assessed_town(server, folder) as found:
        yield found
    shutil.rmtree(folder)


def form(town: Town, path: str, **fields: object) -> int:
    """A page's form, as a browser without JavaScript sends it."""
    from tests.api.test_objections import form as sent

    return sent(at_branch(town), path, **fields).status_code


def test_a_period_is_opened_once_and_shows_what_is_missing(moving: Moving) -> None:
    with moving.at(JUNE) as town:
        recorder = at_branch(town, "recorder", "recorder")
        plan = {"matter": "TD-6", "kind": "study_session", "title": "六月主题党日", "planned_on": "2026-06-18"}
        send(recorder, f"{HERE}/matters", plan, 201)
        assert refused(recorder, f"{HERE}/periods", {"year": 2026, "period": "H1"}) == (403, "not-permitted")
        secretary = at_branch(town)
        assert refused(secretary, f"{HERE}/periods", {"year": 2026, "period": "Q9"}) == (404, "period-unknown")
        assert refused(secretary, f"{HERE}/periods", {"year": 2026, "period": "H2"}) == (409, "period-not-begun")
        assert refused(secretary, f"{H1}/computation", {}) == (404, "period-not-opened")
        assert form(town, f"{HERE}/periods", year=2026, period="H1") == 303
        assert refused(secretary, f"{HERE}/periods", {"year": 2026, "period": "H1"}) == (409, "period-exists")
        assert refused(secretary, f"{H1}/computation", {}) == (409, "period-running")
        moving.town.settled()
        found = read(at_branch(town, "recorder", "recorder"), H1)
        assert (found["row"]["status"], found["gate"]["over"], found["clear"]) == ("opened", False, False)
        assert found["gate"]["missing"]["unsettled"] == ["TD-6"]
        assert found["results"] == []


def test_it_is_not_computed_while_something_is_missing(moving: Moving) -> None:
    with moving.at(JULY) as town:
        secretary = at_branch(town)
        answered = secretary.post(f"{H1}/computation", json={}, headers={"idempotency-key": "gate"})
        assert (answered.status_code, answered.json()["facts"]["unsettled"]) == (409, ["TD-6"])
        page = secretary.get(H1, headers=PAGE).text
        assert f"{HERE}/matters/TD-6" in page
        assert f'action="{H1}/computation"' not in page
        send(at_branch(town, "recorder", "recorder"), f"{HERE}/matters/TD-6/dropping", {"reason": "防汛,未开展。"})
        moving.town.settled()
        assert read(at_branch(town), H1)["clear"] is True
        assert f'action="{H1}/computation"' in secretary.get(H1, headers=PAGE).text
        send(secretary, f"{H1}/computation", {})
        assert refused(secretary, f"{H1}/computation", {}) == (409, "period-not-there")


def test_the_committee_adopts_or_returns_what_was_computed_and_alters_nothing(moving: Moving) -> None:
    with moving.at(JULY) as town:
        found = read(at_branch(town), H1)
        assert (found["row"]["status"], found["turn"]["unit"]) == ("computed", BRANCH)
        assert {one["total"] for one in found["results"]} == {"33.00"}
        assert [one["member"] for one in found["results"]] == sorted(one["member"] for one in found["results"])
        assert refused(at_branch(town, "higher", "secretary", TOP), f"{H1}/decision", sitting(HIGHER)) == (
            409,
            "wrong-body",
        )
        send(at_branch(town), f"{H1}/return", {"reason": "请核对三月出勤。"})
        assert refused(at_branch(town), f"{H1}/decision", sitting()) == (409, "period-not-there")
        send(at_branch(town), f"{H1}/computation", {})
        send(at_branch(town), f"{H1}/decision", sitting())
    with moving.at(JULY) as town:
        noticed(town, H1)
        steps = read(at_branch(town), H1)["steps"]
        assert [one["what"] for one in steps] == ["computed", "returned", "computed", "decided"]
        assert steps[1]["reason"] == "请核对三月出勤。"
        board = at_branch(town).get(f"{HERE}/notices", headers=PAGE).text
        assert "2026 年上半年积分公示" in board


def test_a_branch_of_five_without_a_committee_is_decided_by_the_next_higher_organisation(moving: Moving) -> None:
    with moving.at(JULY) as town:
        small = at_branch(town, "small", "secretary", SMALL)
        send(small, SMALL_H1.removesuffix("/2026/H1"), {"year": 2026, "period": "H1"}, 201)
        send(small, f"{SMALL_H1}/computation", {})
        assert refused(small, f"{SMALL_H1}/decision", sitting()) == (409, "wrong-body")
        higher = at_branch(town, "higher", "secretary", TOP)
        moving.town.settled()
        assert read(higher, SMALL_H1)["turn"]["unit"] == TOP
        assert f'action="{SMALL_H1}/decision"' in higher.get(SMALL_H1, headers=PAGE).text
        send(higher, f"{SMALL_H1}/decision", sitting(HIGHER))


def test_an_objection_holds_back_its_member_and_nobody_else(moving: Moving) -> None:
    with moving.at(datetime(2026, 7, 10, 1, tzinfo=UTC)) as town:
        notice = _notice(town)
        shown = read(at_branch(town), notice)
        assert (shown["results"], len(shown["lines"])) == (True, shown["assessed"])
        own = next(one["line"] for one in shown["lines"] if str(MEMBER) in one["name"])
        body = {"about": "line", "line": own, "reason": "志愿服务漏记。"}
        send(at_branch(town, "member", "member"), f"{notice}/objections", body, 201)
        moving.town.settled()
        assert read(at_branch(town), H1)["row"]["status"] == "on_notice"
        shown = at_branch(town).get(f"{HERE}/objections", headers=PAGE).text
        assert "2026 年上半年积分公示" in shown
        assert "2026-H1" not in shown
    with moving.at(AUGUST) as town:
        found = read(at_branch(town), H1)
        assert (found["row"]["status"], found["row"]["blocked"]) == ("noticed", 1)
        standing = {one["member"]: one["version"] for one in found["results"]}
        assert standing.pop(str(MEMBER)) == 0
        assert set(standing.values()) == {1}
        assert read(at_branch(town, "member", "member"), f"/members/{MEMBER}/results")["items"] == []
        assert read(at_branch(town, "higher", "secretary", TOP), f"/units/{TOP}/periods?year=2026")["sealed"] == 0


def test_once_it_is_rejected_he_is_determined_and_the_period_sealed(moving: Moving) -> None:
    with moving.at(AUGUST) as town:
        reject_the_only_objection(town)
    moving.carry_out(datetime(2026, 9, 7, 1, tzinfo=UTC))
    with moving.at(datetime(2026, 9, 7, 2, tzinfo=UTC)) as town:
        found = read(at_branch(town), H1)
        assert found["row"]["status"] == "sealed"
        assert [one["what"] for one in found["steps"]][-5:] == [
            "determined",
            "committed",
            "determined",
            "sealed",
            "committed",
        ]
        member = at_branch(town, "member", "member")
        (own,) = read(member, f"/members/{MEMBER}/results")["items"]
        assert (own["total"], own["grade"], own["determined"]) == ("33.00", None, True)
        page = member.get(f"/members/{MEMBER}/points?year=2026", headers=PAGE).text
        assert "上半年 · 33.00" in page
        assert member.get(f"/members/{RECORDER}/results", headers={"accept": "application/json"}).status_code == 403


def test_7_a_sealed_period_refuses_every_record(moving: Moving) -> None:
    with moving.at(datetime(2026, 9, 7, 3, tzinfo=UTC)) as town:
        recorder = at_branch(town, "recorder", "recorder")
        plan = {"matter": "TD-9", "kind": "study_session", "title": "补记", "planned_on": "2026-06-19"}
        assert refused(recorder, f"{HERE}/matters", plan) == (409, "period-sealed")
        claim = {
            "member": str(MEMBER),
            "item": "H-LX-2",
            "level": "district",
            "title": "信息稿件",
            "dated_on": "2026-05-12",
            "document_kind": "publication",
            "document": "ab" * 32,
            "late_reason": "此前遗漏。",
        }
        assert refused(recorder, f"{HERE}/honours", claim) == (409, "period-sealed")


def test_everybody_is_told_by_somebody_else_and_once(moving: Moving) -> None:
    with moving.at(datetime(2026, 9, 7, 4, tzinfo=UTC)) as town:
        told = {"member": str(MEMBER), "told_on": "2026-09-07", "note": "已当面反馈。"}
        secretary = at_branch(town)
        own = {**told, "member": str(town.members["secretary"])}
        assert refused(secretary, f"{H1}/feedback", own) == (409, "own-affair")
        assert refused(secretary, f"{H1}/feedback", {**told, "told_on": "2026-12-01"}) == (422, "day-in-future")
        send(secretary, f"{H1}/feedback", told)
        assert refused(secretary, f"{H1}/feedback", told) == (409, "already-fed-back")
        moving.town.settled()
        (line,) = read(at_branch(town, "member", "member"), f"/members/{MEMBER}/results")["items"]
        assert line["fed_back_on"] == "2026-09-07"


def test_every_determination_says_by_what_it_was_made(moving: Moving) -> None:
    entries = moving.entries()
    found = [entry.fact for entry in entries if isinstance(entry.fact, ScoreDetermined) and entry.fact.unit == BRANCH]
    assert {one.member for one in found} >= set(PEOPLE)
    commands = {str(entry.command) for entry in entries if entry.type == "period-computed"}
    for one in found:
        assert (one.rules, one.records) == ("illustrative-1", 0)
        assert str(one.as_of) in commands


def _notice(town: Town) -> str:
    return f"{HERE}/notices/{read(at_branch(town), H1)['notice']}"


def reject_the_only_objection(town: Town) -> None:
    """The whole way of the only objection to its reply."""
    client: Any = at_branch(town, "higher", "secretary", TOP)
    register = read(client, f"{HERE}/objections")["objections"]
    place = f"{HERE}/objections/{register[0]['objection']}"
    send(client, f"{place}/acceptance", {})
    send(client, f"{place}/handler", {"handler": str(town.members["higher"])})
    send(client, f"{place}/hearing", {"heard": ["subject", "recorder"], "held_on": "2026-08-03", "note": "均已听取。"})
    send(client, f"{place}/finding", {"finding": "签到簿无记载。"})
    send(client, f"{place}/decision", {"outcome": "rejected", "reply": "答复如下。"})
    send(client, f"{place}/reply", {"how": "witnessed_paper"})


def test_after_each_round_the_state_of_all_its_members_is_committed_to(moving: Moving) -> None:
    entries = moving.entries()
    committed = [(at, entry) for at, entry in enumerate(entries) if isinstance(entry.fact, StateCommitted)]
    rounds = [entry for entry in entries if entry.type == "period-determined"]
    assert [entry.cause for _, entry in committed] == [entry.id for entry in rounds]
    for at, entry in committed:
        assert isinstance(entry.fact, StateCommitted)
        assert entry.fact.root == _recomputed(moving, entries[:at], entry.fact)


def world_of(entries: list[Entry]) -> World:
    """Every stream as a log leaves it."""
    world = World()
    for entry in entries:
        kind = next(stream for stream in STREAMS if type(entry.fact) in stream.facts)
        world.states[entry.stream] = kind.evolve(world[StreamRef(kind, entry.stream)], entry.fact)
        world.ends[entry.stream] = Head(entry.version, leaf_hash(encode(entry)).hex())
    return world


def _recomputed(moving: Moving, before: list[Entry], fact: StateCommitted) -> str:
    """The root from the log alone, with the seed that the vault discloses."""
    world = world_of(before)
    period = world[period_of(fact.unit, fact.year, fact.period)]
    assert isinstance(period, Assessment)
    seed = asyncio.run(moving.town.deployment.vault.values([fact.seed]))[fact.seed]
    return root(state_leaves(world, period, seed)).hex()


def test_a_member_takes_all_his_records_and_checks_at_home_that_none_is_missing(moving: Moving, tmp_path: Path) -> None:
    place = f"/members/{MEMBER}/own/2026/H1"
    with moving.at(SEPTEMBER) as town:
        town.settled()
        client = at_branch(town, "member", "member", BRANCH)
        shown = read(client, place)
        assert (shown["total"], shown["members"], shown["proven"]) == ("33.00", len(PEOPLE) + 4, True)
        assert "在家核验" in client.get(place, headers=PAGE).text
        taken = client.get(f"{place}/own.zip")
        assert at_branch(town).get(place, headers={"accept": "application/json"}).status_code in (403, 404)
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        archive.extractall(tmp_path)
    assert home(tmp_path) == 0
    entries = sorted((tmp_path / "entries").glob("*.json"), key=lambda path: int(path.stem))
    assert len(entries) == shown["entries"] + 1
    whole = entries[0].read_bytes()
    entries[0].write_bytes(whole.replace(b'"version":1', b'"version":2'))
    assert home(tmp_path) == 1, "an altered entry"
    entries[0].unlink()
    assert home(tmp_path) == 1, "a missing entry"
    entries[0].write_bytes(whole)
    own = tmp_path / "own.json"
    own.write_text(own.read_text().replace('"index": ', '"index": 1'))
    assert home(tmp_path) == 1, "another's place"


def home(folder: Path) -> int:
    """As at home: with nothing but Python and what was downloaded."""
    return subprocess.run([sys.executable, "own.py"], check=False, capture_output=True, cwd=folder).returncode
