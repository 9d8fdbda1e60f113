"""异议人不可见 through HTTP: two towns in which different persons object, in different words, answer everybody alike.

Everybody but the handler: answers and their lengths, pages, lists, refusals, the log. What is random (ids, keys,
commitments and the hashes over them) is replaced by marks of the same length first.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from api.sessions import hashed
from api.tokens import issue
from domain.notice.notice import notice_id
from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from tests.api.moving import Moving
from tests.api.test_objections import BOARD, JSON, NOTICE, at_desk, decided, read, send
from tests.api.town import PAGE, Town, founded, key

FILED_AT = datetime(2026, 5, 20, 4, tzinfo=UTC)
LOOKED_AT = datetime(2026, 5, 20, 6, tzinfo=UTC)
PEOPLE = {str(one.member) for one in people()}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")
HASH = re.compile(r"[A-Za-z0-9+/_-]{43,}=*")
RECEIPT = re.compile(r"YY-[0-9A-F]{10}")


class Case(NamedTuple):
    """A town in which somebody has objected."""

    moving: Moving
    login: str
    why: str
    number: str


@pytest.fixture(scope="module")
def cases(server: Running) -> Iterator[tuple[Case, Case]]:
    with ExitStack() as stack:
        found: list[Case] = []
        for login, why in (("member", "他不在。"), ("substitute", "当天他确实未到会,由他人代签。" * 20)):
            folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
            stack.callback(shutil.rmtree, folder)
            moving = Moving(stack.enter_context(founded(server, folder)))
            with moving.at(FILED_AT) as town:
                body = {"about": "line", "line": 9, "reason": why}
                told = send(town.acting(login, "member", BRANCH), f"{BOARD}/objections", body, 201)
                town.settled()
                decided(town, told["objection"], "rejected")
                flagged(town, login, told)
            found.append(Case(moving, login, why, told["objection"]))
        yield found[0], found[1]


def flagged(town: Town, login: str, told: dict[str, str]) -> None:
    """In both towns both are to lose points; whoever objected brings his before the level above."""
    for one in ("member", "substitute"):
        deduction = {
            "member": str(town.members[one]),
            "item": "R-QZ-3",
            "level": "breach",
            "matter": f"FR-{one[:1].upper()}",
            "dated_on": "2026-05-18",
            "document_kind": "finding_report",
            "document": "f" * 64,
            "particulars": "无故脱岗一次",
        }
        send(town.acting("recorder", "recorder", BRANCH), f"/units/{BRANCH}/deductions", deduction, 201)
    town.settled()
    himself = town.acting(login, "member", BRANCH)
    held = {"receipt": told["receipt"], "secret": told["secret"]}
    (act,) = send(himself, "/objections/acts", held)["acts"]
    assert (act["kind"], act["flagged_at"]) == ("deduction", None)
    (act,) = send(himself, "/objections/flag", {**held, "act": act["act"], "reason": "因我提出异议。"})["acts"]
    assert act["flagged_at"] is not None
    twice = {**held, "act": act["act"], "reason": "再说一次。"}
    assert send(himself, "/objections/flag", twice, 409)["code"] == "retaliation-already-flagged"


def marked(text: str) -> str:
    """What does not hang on chance; every mark is as long as what it stands for."""

    def known(found: re.Match[str]) -> str:
        kept = found.group() in PEOPLE or found.group() == str(NOTICE)
        return found.group() if kept else "u" * len(found.group())

    text = DIGEST.sub("d" * 64, UUID.sub(known, text))
    return HASH.sub(lambda found: "h" * len(found.group()), RECEIPT.sub("R" * 13, text))


OBSERVERS = (
    ("recorder", "recorder", BRANCH),
    ("secretary", "secretary", BRANCH),
    ("committee", "committee_member", BRANCH),
    ("probationary", "member", BRANCH),
    ("higher", "committee_member", WORK_COMMITTEE),
    ("leader", "leading_group", WORK_COMMITTEE),
    ("auditor", "auditor", WORK_COMMITTEE),
    ("stranger", "member", "PK-02"),
    ("", "", ""),
)


def paths(case: Case, subject: str) -> list[str]:
    return [
        "/",
        BOARD,
        f"/units/{BRANCH}/notices",
        f"/units/{BRANCH}/objections",
        f"/units/{BRANCH}/deductions",
        f"/units/{BRANCH}/objections/{case.number}",
        "/objections/desk",
        "/objections/mine",
        f"/members/{subject}/points",
        f"/members/{subject}/timeline",
        f"/units/{BRANCH}/matters/TD-202605/sheets/R-LX-1",
    ]


def looked(case: Case, town: Town) -> Iterator[tuple[str, int, int, str]]:
    """What each observer is told of each thing, and of what he may not do."""
    subject = str(next(one.member for one in people() if one.name.endswith("施一喆")))
    for login, role, unit in OBSERVERS:
        client = town.acting(login, role, unit) if login else town.known("")
        for path in paths(case, subject):
            for accept in (JSON, PAGE):
                answered = client.get(path, headers=accept)
                name = f"{login} {accept['accept']} {path.replace(case.number, 'N')}"
                yield name, answered.status_code, len(answered.text), marked(answered.text)
        for act, body in (
            ("acceptance", {}),
            ("finding", {"finding": "x"}),
            ("handler", {"handler": str(town.members["officer"])}),
            ("recusal", {}),
        ):
            path = f"/units/{BRANCH}/objections/{case.number}/{act}"
            answered = client.post(path, json=body, headers={**key(), **JSON})
            yield f"{login} {act}", answered.status_code, len(answered.text), marked(answered.text)
        wrong = client.post("/objections/follow", json={"receipt": "YY-0000000000", "secret": "x"}, headers=JSON)
        yield f"{login} follow", wrong.status_code, len(wrong.text), wrong.text


def test_nobody_but_the_handler_can_tell_who_objected_or_what_he_wrote(cases: tuple[Case, Case]) -> None:
    seen: list[list[tuple[str, int, int, str]]] = []
    for case in cases:
        with case.moving.at(LOOKED_AT) as town:
            seen.append(list(looked(case, town)))
    for one, other in zip(*seen, strict=True):
        assert one == other


def test_the_handler_sees_both(cases: tuple[Case, Case]) -> None:
    for case in cases:
        with case.moving.at(LOOKED_AT) as town:
            opened = read(at_desk(town), f"/units/{BRANCH}/objections/{case.number}")["opened"]
            name = next(one.name for one in people() if one.login == case.login)
            assert (opened["name"], opened["reason"]) == (name, case.why)


def read_by_token(town: Town, login: str, role: str, scope: str, path: str, people_most: int) -> tuple[int, bytes]:
    """What a program of an officer above is answered, and under which hash it is kept."""
    token = issue(
        town.sql,
        name="import",
        person=town.members[login],
        role=role,
        unit=WORK_COMMITTEE,
        scopes=[scope],
        now=LOOKED_AT - timedelta(days=1),
        until=LOOKED_AT + timedelta(days=1),
        people_most=people_most,
    )
    answered = town.known("").get(path, headers={"authorization": f"Bearer {token}", **JSON})
    return answered.status_code, hashed(token)


def test_what_is_written_of_a_program_that_opens_a_case_names_the_case_alone(cases: tuple[Case, Case]) -> None:
    looked_at = "SELECT DISTINCT person FROM access.token_people WHERE token_hash = ANY(%(tokens)s)"
    refused = "SELECT DISTINCT subject FROM access.refused_pulls WHERE token_hash = ANY(%(tokens)s)"
    for case in cases:
        with case.moving.at(LOOKED_AT) as town:
            desk = f"/units/{WORK_COMMITTEE}/retaliations"
            (flag,) = read(town.acting("higher", "committee_member", WORK_COMMITTEE), desk)["flags"]
            examines = ("higher", "committee_member", "retaliation.examine", desk)
            opens = ("officer", "officer", "objection.read", f"/units/{BRANCH}/objections/{case.number}")
            none, whole = read_by_token(town, *examines, 0), read_by_token(town, *examines, 1)
            # One person is whose line it is: whoever objected is the next.
            opened = read_by_token(town, *opens, 1)
            assert (none[0], whole[0], opened[0]) == (403, 200, 403)
            kept = town.sql.execute(looked_at, {"tokens": [none[1], whole[1]]}).fetchall()
            assert [str(one) for (one,) in kept] == [flag["flag"]], "a flag is looked at once"
            assert town.sql.execute(refused, {"tokens": [none[1], opened[1]]}).fetchall() == [(None,)]


def test_the_level_above_examines_a_flag_and_nobody_concerned_sees_it(cases: tuple[Case, Case]) -> None:
    examined = f"/units/{WORK_COMMITTEE}/retaliations"
    for case in cases:
        with case.moving.at(LOOKED_AT) as town:
            assert read(at_desk(town), examined)["flags"] == []
            branch = town.acting("secretary", "secretary", BRANCH)
            assert read(branch, f"/units/{BRANCH}/retaliations")["flags"] == []
            above = town.acting("higher", "committee_member", WORK_COMMITTEE)
            (flag,) = read(above, examined)["flags"]
            name = next(one.name for one in people() if one.login == case.login)
            assert (flag["name"], flag["kind"], flag["reason"]) == (name, "deduction", "因我提出异议。")
            himself = next(one for one in people() if one.login == case.login)
            looks = read(town.acting(case.login, "member", BRANCH), f"/members/{himself.member}/readings")["items"]
            assert ("retaliation", "committee_member") in {(one["what"], one["role"]) for one in looks}
            kept = town.sql.execute("SELECT DISTINCT subject FROM access.readings WHERE what = 'retaliation'")
            assert [str(one) for (one,) in kept.fetchall()] == [flag["flag"]], "nobody else can tell whose it is"
            page = above.get(examined, headers=PAGE).text
            assert f'action="/units/{WORK_COMMITTEE}/retaliations/{flag["flag"]}/finding"' in page
            found = f"/units/{WORK_COMMITTEE}/retaliations/{flag['flag']}/finding"
            said = {"conclusion": "unfounded", "finding": "依据属实,与异议无关。"}
            guessed = found.replace(flag["flag"], str(uuid4()))
            answers = [send(at_desk(town), path, said, 404) for path in (found, guessed)]
            assert marked(str(answers[0])) == marked(str(answers[1]))
            assert answers[0]["code"] == "retaliation-unknown"
            send(above, found, said)
            town.settled()
            (flag,) = read(above, examined)["flags"]
            assert (flag["conclusion"], flag["finding"]) == ("unfounded", said["finding"])


def test_the_log_and_so_every_export_is_the_same(cases: tuple[Case, Case]) -> None:
    logs: list[list[str]] = []
    for case in cases:
        rows = case.moving.town.sql.execute("SELECT state FROM ledger.entries ORDER BY position").fetchall()
        texts = [bytes(state).decode() for (state,) in rows]
        filed = f'"objection":"{case.number}"'
        start = next(n for n, text in enumerate(texts) if '"type":"objection-filed"' in text and filed in text)
        assert not any(case.why[:6] in text for text in texts)
        logs.append([marked(text) for text in texts[start:] if '"cause":null' in text or "objection" in text])
    assert logs[0] == logs[1]
    assert notice_id(BRANCH, "TD-202605", "R-LX-1", 1) == NOTICE
