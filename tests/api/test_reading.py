"""Reading: page or JSON from one place, in the reader's language, only when it changed, part by part."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from api.program import program_digest
from domain.rules.digest import digest
from ops.deployment import on_reads
from ops.embedded import Running
from ops.example.people import BRANCH
from ops.serve import house
from tests.api.town import PAGE, Town, key, served

JSON = {"accept": "application/json"}


@pytest.fixture
def secretary(town: Town) -> httpx2.Client:
    """The example's secretary, acting as such."""
    return town.acting("secretary", "secretary", BRANCH)


def _value(client: httpx2.Client, path: str) -> Any:
    return client.get(path, headers=JSON).json()["value"]


def test_one_place_answers_programs_and_browsers(secretary: httpx2.Client) -> None:
    path = f"/units/{BRANCH}/notices"
    assert secretary.get(path).headers["content-type"] == "application/json"
    page = secretary.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Accept" in page.headers["vary"]


def test_every_answer_says_as_of_when_and_whether_it_is_complete(town: Town, secretary: httpx2.Client) -> None:
    for path in (
        "/",
        f"/units/{BRANCH}",
        f"/units/{BRANCH}/sheets",
        f"/units/{BRANCH}/notices",
        "/rules/pukou-district-offices",
    ):
        found = secretary.get(path, headers=JSON).json()
        assert found["complete"] is True, path
        assert found["as_of"]["position"] > 0, path


FIRST_OF_ITS_SCHEME = """
INSERT INTO reads.rule_sets
  (rule_set, stream, scheme, version, digest, status, parts, published, effective_on, document)
SELECT -1, stream, 'first-to-come', version, digest, status, parts, published, '2099-03-01', document
FROM reads.rule_sets WHERE status = 'published' ORDER BY rule_set LIMIT 1
"""


def test_before_the_first_version_of_a_rule_set_begins_it_is_announced_with_its_day(
    town: Town, server: Running
) -> None:
    place = "/rules/first-to-come"
    with (
        psycopg.connect(server.url(town.deployment.database.urls.database, "postgres"), autocommit=True) as owner,
        town.visit() as stranger,
    ):
        assert stranger.get(place).status_code == 404
        owner.execute(FIRST_OF_ITS_SCHEME)
        try:
            sent = stranger.get(place, headers=PAGE)
            assert (sent.status_code, sent.headers["location"]) == (303, f"{place}/coming")
            value = _value(stranger, f"{place}/coming")
            assert (value["in_force"], [one["effective_on"] for one in value["coming"]]) == (None, ["2099-03-01"])
            page = stranger.get(f"{place}/coming", headers=PAGE).text
            assert "目前没有施行中的办法" in page
            assert "2099年3月1日" in page
            assert stranger.get(f"{place}?day=2020-01-01").status_code == 404
        finally:
            owner.execute("DELETE FROM reads.rule_sets WHERE rule_set = -1")


@pytest.mark.parametrize(
    ("accepted", "language", "word"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "公示栏"),
        ("en-GB,en;q=0.9", "en", "Notice board"),
        ("de,fr;q=0.5", "zh-CN", "公示栏"),
        ("en;q=0.1,zh;q=0.2", "zh-CN", "公示栏"),
        ("*", "zh-CN", "公示栏"),
        ("not;a;header;q=x", "zh-CN", "公示栏"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_prefers(
    secretary: httpx2.Client, accepted: str, language: str, word: str
) -> None:
    page = secretary.get(f"/units/{BRANCH}/notices", headers={**PAGE, "accept-language": accepted})
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert word in page.text


def test_a_chosen_language_wins_over_the_browsers(town: Town) -> None:
    with town.visit("member") as client:
        client.post("/language", data={"language": "en", "to": "/points"})
        page = client.get("/points", headers={**PAGE, "accept-language": "zh"}, follow_redirects=True)
    assert page.headers["content-language"] == "en"
    refusal = {"accept": "application/json", "accept-language": "en"}
    with town.visit() as nobody:
        assert nobody.get("/nowhere", headers=refusal).json()["title"] == "Not found."


def test_an_unchanged_answer_is_not_sent_again(town: Town, secretary: httpx2.Client) -> None:
    path = f"/units/{BRANCH}/sheets"
    town.settled()
    first = secretary.get(path, headers=JSON)
    tag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]
    again = secretary.get(path, headers={**JSON, "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    # Another language, another form or another reader is another answer.
    assert secretary.get(path, headers={**PAGE, "if-none-match": tag}).status_code == 200
    other = {**JSON, "if-none-match": tag, "accept-language": "en"}
    assert secretary.get(path, headers=other).status_code == 200
    recorder = town.acting("recorder", "recorder", BRANCH)
    assert recorder.get(path, headers={**JSON, "if-none-match": tag}).status_code == 200


def test_a_changed_answer_is_sent_again(town: Town, secretary: httpx2.Client) -> None:
    path = f"/units/{BRANCH}/matters"
    tag = secretary.get(path, headers=JSON).headers["etag"]
    recorder = town.acting("recorder", "recorder", BRANCH)
    wish = {"matter": f"E-{key()['idempotency-key'][:8]}", "kind": "visit", "title": "走访", "planned_on": "2026-05-19"}
    receipt = recorder.post(path, json=wish, headers=key()).json()
    answered = secretary.get(path, params={"since": receipt["last"]}, headers={**JSON, "if-none-match": tag})
    assert answered.status_code == 200
    assert answered.headers["etag"] != tag


def test_a_new_reader_of_an_archive_is_shown_though_the_log_stands_still(town: Town) -> None:
    member = town.members["probationary"]
    path = f"/members/{member}/readings"
    town.settled()
    tag = town.known("probationary").get(path, headers=JSON).headers["etag"]
    known = {**JSON, "if-none-match": tag}
    assert town.known("probationary").get(path, headers=known).status_code == 304
    town.acting("secretary", "secretary", BRANCH).get(f"/members/{member}/points", headers=JSON)
    assert town.known("probationary").get(path, headers=known).status_code == 200


def _record_of(town: Town) -> str:
    member = town.members["member"]
    span = _value(town.known("member"), f"/members/{member}/points/2026/LX")["spans"][0]
    return f"/members/{member}/records/{span['items'][0]['records'][0]['record']}"


def _notice_of(town: Town) -> str:
    board = _value(town.known("member"), f"/units/{BRANCH}/notices")
    return f"/units/{BRANCH}/notices/{[*board['running'], *board['closed']][0]['notice']}"


@pytest.mark.parametrize(
    ("place", "field"), [(_record_of, "proof"), (_notice_of, "checkpoint")], ids=["record", "notice"]
)
def test_a_proof_that_was_made_since_is_shown_though_the_log_stands_still(
    town: Town, tmp_path: Path, place: Callable[[Town], str], field: str
) -> None:
    town.settled()
    published, path = tmp_path / "log", place(town)
    token = town.known("member").cookies["steelyard"]
    with (
        served(replace(house(town.deployment), log=published)) as base,
        httpx2.Client(base_url=base, cookies={"steelyard": token}, timeout=120) as client,
    ):
        pending = client.get(path, headers=JSON)
        assert pending.json()["value"][field] is None
        known = {**JSON, "if-none-match": pending.headers["etag"]}
        assert client.get(path, headers=known).status_code == 304
        shutil.copytree(str(town.deployment.settings.log), published)
        proven = client.get(path, headers=known)
        assert proven.status_code == 200
        assert proven.json()["value"][field] is not None


def test_a_page_that_is_behind_says_so(town: Town, secretary: httpx2.Client) -> None:
    page = secretary.get(f"/units/{BRANCH}/sheets", params={"since": town.position() + 1000}, headers=PAGE)
    assert "页面数据稍后更新" in page.text


def test_a_list_comes_part_by_part_without_gap_or_repeat(town: Town) -> None:
    member = town.members["member"]
    client = town.known("member")
    seen: list[int] = []
    path = f"/members/{member}/timeline"
    before: int | None = None
    while True:
        found = client.get(path, params={} if before is None else {"before": before}, headers=JSON).json()["value"]
        seen += [one["position"] for one in found["items"]]
        before = found["before"]
        if before is None:
            break
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) > 20


def test_from_the_total_to_the_proof_in_three_clicks(town: Town) -> None:
    client, member = town.known("member"), town.members["member"]
    points = client.get(f"/members/{member}/points", headers=PAGE).text
    category = re.search(rf'href="(/members/{member}/points/2026/[A-Z]+)"', points)
    assert category is not None
    why = client.get(category[1], headers=PAGE).text
    assert "÷" in why
    record = re.search(rf'href="(/members/{member}/records/[0-9a-f-]+)"', why)
    assert record is not None
    shown = client.get(record[1], headers=PAGE).text
    assert "已核验" in shown
    download = re.search(r'href="([^"]+/proof\.tlog-proof)"', shown)
    assert download is not None
    assert client.get(download[1]).content.startswith(b"c2sp.org/tlog-proof@v1\n")


def test_the_sum_of_the_categories_is_the_base(town: Town) -> None:
    client, member = town.known("member"), town.members["member"]
    found = _value(client, f"/members/{member}/points")
    whole = next(period for period in found["periods"] if period["period"] == found["current"])
    cents = sum(round(float(one["points"]) * 100) for one in found["categories"])
    assert cents == round(float(whole["base"]) * 100)
    assert len(found["categories"]) == 8


def test_a_record_of_somebody_else_is_not_found_under_ones_own_name(town: Town) -> None:
    member, other = town.members["member"], town.members["substitute"]
    secretary = town.acting("secretary", "secretary", BRANCH)
    record = _value(secretary, f"/members/{other}/points/2026/LX")["spans"][0]["items"][0]["records"][0]["record"]
    assert town.known("member").get(f"/members/{member}/records/{record}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/units/PK-ZWB/sheets?status=lost",
        "/units/PK-ZWB/sheets?before=zero",
        "/units/PK-ZWB/sheets?before=-1",
        "/units/PK-ZWB/sheets?before=99999999999999999999",
        "/units/PK-ZWB/sheets?since=99999999999999999999",
        "/rules/pukou-district-offices?day=yesterday",
        "/members/{me}/points?year=1",
        "/members/{me}/points/99999/LX",
        "/members/{me}/points/2026/LX?shown=all",
        "/members/{me}/timeline?before=99999999999999999999",
        "/units/PK-ZWB/workbook?month=2026-13",
    ],
)
def test_a_wrong_parameter_is_a_problem(town: Town, path: str) -> None:
    client = town.acting("recorder", "recorder", BRANCH)
    answered = client.get(path.replace("{me}", str(town.members["recorder"])), headers=JSON)
    assert (answered.status_code, answered.json()["code"]) == (422, "parameter-invalid"), answered.text


@pytest.mark.parametrize(
    "path",
    [
        "/units/PK-ZWB%0A/sheets",
        "/units/%00",
        "/units/PK-ZWB/matters/x%2Fy",
        "/members/1/points",
        "/log/tile/..%2Fkey",
        "/log/tile/entries/000",
        "/log/checkpoints/..%2Fkey",
        "/log/checkpoints/" + "1" * 300,
        "/log/tile/0/" + "x000/" * 2000 + "000",
    ],
)
def test_an_address_of_nothing_is_not_found(town: Town, secretary: httpx2.Client, path: str) -> None:
    assert secretary.get(path, headers=JSON).status_code == 404


def test_the_log_is_public_and_its_tiles_lead_to_the_signed_root(town: Town) -> None:
    town.settled()
    with town.visit() as nobody:
        found = nobody.get("/log", headers=JSON).json()
        assert nobody.get("/log/checkpoint").text.split("\n")[:2] == [found["origin"], str(found["size"])]
        assert nobody.get("/log/key").text.strip() == found["key"]
        tile = nobody.get("/log/tile/0/000")
        assert tile.status_code == 200
        assert len(tile.content) == 256 * 32
        assert "immutable" in tile.headers["cache-control"]
        assert nobody.get("/log/tile/entries/000").status_code == 404


def test_health(town: Town) -> None:
    with town.visit() as nobody:
        assert nobody.get("/livez").text == "ok\n"
        found = nobody.get("/readyz").json()
    assert found["ready"]
    assert found["status"] == "ok"
    assert found["calendar"]
    assert found["parked"] == 0


def test_the_rules_are_shown_as_they_were_published(secretary: httpx2.Client) -> None:
    value = _value(secretary, "/rules/pukou-district-offices")
    assert digest(value["document"]) == value["digest"]


def test_the_form_of_a_rule_set_is_published(secretary: httpx2.Client) -> None:
    found = secretary.get("/rules/schema.json")
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/schema+json"
    assert found.json()["$defs"]["Scheme"]["additionalProperties"] is False


def test_a_parked_member_makes_the_service_degraded_and_not_unready(town: Town) -> None:
    """Whoever balances the load goes on sending people here; whoever watches is told."""
    url = on_reads(town.deployment.database.urls.projector)
    parked = {"key": uuid4(), "kind": "member"}
    with psycopg.connect(url, autocommit=True) as connection, town.visit() as nobody:
        connection.execute(_PARK, parked)
        try:
            answered = nobody.get("/readyz")
        finally:
            connection.execute("DELETE FROM parked WHERE key = %(key)s", parked)
    found = answered.json()
    assert (answered.status_code, found["status"], found["ready"], found["parked"]) == (200, "degraded", True, 1)


_PARK = """
INSERT INTO parked (key, kind, position, type, code, since)
VALUES (%(key)s, %(kind)s, 1, 'points-recorded', 'uncountable', clock_timestamp())
"""


def test_another_program_gives_another_tag(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence that was mended must reach whoever has the page already."""
    client = town.known("member")
    tag = client.get("/", headers=PAGE).headers["etag"]
    assert client.get("/", headers={**PAGE, "if-none-match": tag}).status_code == 304
    monkeypatch.setattr("api.answering.program_digest", lambda: "another release")
    answered = client.get("/", headers={**PAGE, "if-none-match": tag})
    assert answered.status_code == 200
    assert answered.headers["etag"] != tag


def test_the_program_is_every_file_that_answers_are_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("domain", "projections", "api"):
        (tmp_path / room / "__pycache__").mkdir(parents=True)
    page = tmp_path / "api" / "page.html"
    monkeypatch.setattr("api.program._HOUSE", tmp_path)
    found: set[str] = set()
    for text in ("one", "two"):
        page.write_text(text)
        (tmp_path / "api" / "__pycache__" / "x.pyc").write_text(text * 2)
        found.add(program_digest.__wrapped__())
    page.rename(page.with_name("other.html"))
    found.add(program_digest.__wrapped__())
    assert len(found) == 3
