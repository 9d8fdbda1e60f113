"""分类评议 over HTTP and pages: one slip, eight marks, eight envelopes that nothing joins; two ways of counting."""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from domain.assessment.appraisal import BallotCast, BallotCodeIssued
from domain.entry import Entry, decode
from domain.rules.scheme import load
from ops.backup import back_up
from ops.embedded import Running
from projections.ballot_box import digest_of_code
from tests.api.lived import lived, to_the_appraisal
from tests.api.test_appraisals import BALLOTS, OTHERS, PLACE, annulled, count, opened, value
from tests.api.test_ballot_secrecy import ENVELOPE_BYTES, everything
from tests.api.test_exports import rows_of
from tests.api.town import PAGE, Town, key
from tests.domain.branch import BRANCH, MEMBER, OTHER, PEOPLE, SECRETARY
from tests.domain.year import BY_CATEGORY

CATEGORIES = tuple(one.code for one in load(BY_CATEGORY).categories)


@pytest.fixture(scope="module")
def year(server: Running) -> Iterator[Town]:
    """The branch at the end of its year, under a rule set with eight marks on a ballot."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, to_the_appraisal(BY_CATEGORY)) as town:
        yield town
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def operator(server: Running, year: Town) -> Iterator["psycopg.Connection[Any]"]:
    """The database's superuser: whoever has the machine."""
    url = server.url(year.deployment.database.urls.database, "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def cast(town: Town, code: str, **marks: str) -> Any:
    """All marks of a slip; 合格 where nothing else is said."""
    return town.known("").post(BALLOTS, json={"code": code, "marks": dict.fromkeys(CATEGORIES, "qualified") | marks})


def entries_since(operator: "psycopg.Connection[Any]", first: int) -> list[Entry]:
    rows = operator.execute(
        "SELECT state FROM ledger.entries WHERE position > %(first)s ORDER BY position", {"first": first}
    ).fetchall()
    return [decode(bytes(row[0])) for row in rows]


def test_a_ballot_gives_one_mark_for_each_category_and_for_nothing_else(year: Town) -> None:
    session = opened(year, "single_subject_codes")
    code = session["slips"][0]["code"]
    assert Counter(one["member"] for one in session["slips"]) == {str(one): OTHERS for one in PEOPLE}, "one slip each"
    assert [one["code"] for one in value(year.known("secretary"))["categories"]] == list(CATEGORIES)
    for wrong in (
        {"mark": "qualified"},
        {"marks": {"LX": "qualified"}},
        {"marks": {}},
        {"marks": dict.fromkeys((*CATEGORIES, "XX"), "qualified")},
        {"mark": "qualified", "marks": dict.fromkeys(CATEGORIES, "qualified")},
    ):
        sent = year.known("").post(BALLOTS, json={"code": code, **wrong})
        assert (sent.status_code, sent.json()["code"]) == (422, "ballot-marks-incomplete")
    assert cast(year, code, LX="splendid").json()["code"] == "ballot-mark-unknown"
    assert cast(year, "AAAA-BBBB-CCCC-DDDD").json()["code"] == "ballot-code-unknown"
    assert cast(year, code).json() == {"cast": True}
    annulled(year)


def need_compact_and_labelled(page: str) -> None:
    """One person is open, the others fold away; each of the small fields is named by person, category and mark."""
    fields = re.findall(r'<input name="count\.[^>]*aria-labelledby="([^"]*)"', page)
    assert len(fields) == len(PEOPLE) * len(CATEGORIES) * len(load(BY_CATEGORY).appraisal.values)
    named = Counter(re.findall(r'\bid="([^"]*)"', page))
    assert {named[one] for field in fields for one in field.split()} == {1}
    assert {len(field.split()) for field in fields} == {3}
    assert len(set(fields)) == len(fields)
    assert page.count('<details class="tally-of">') == len(PEOPLE) - 1
    assert page.count('<details class="tally-of" open>') == 1


def test_on_paper_two_tellers_enter_each_category_by_itself(year: Town) -> None:
    opened(year, "paper_two_tellers")
    for language, heading in (("zh", "理想信念"), ("en", "Ideals and convictions")):
        page = year.known("secretary").get(PLACE, headers={**PAGE, "accept-language": language})
        assert heading in page.text
    assert f'name="count.{MEMBER}.excellent:LX"' in page.text
    need_compact_and_labelled(page.text)
    too_many = [{"member": str(MEMBER), "mark": "excellent", "category": "LX", "ballots": OTHERS + 1}]
    assert count(year, None, counts=too_many).json()["code"] == "ballot-invalid"
    unknown = [{"member": str(MEMBER), "mark": "excellent", "ballots": 5}]
    assert count(year, None, counts=unknown).json()["code"] == "ballot-invalid", "a mark for nothing"
    annulled(year)


@pytest.fixture(scope="module")
def voted(year: Town, operator: "psycopg.Connection[Any]") -> Any:
    """Everybody has voted by code, MEMBER's slips on the page; what the operator saw in between."""
    before = year.position()
    session = opened(year, "single_subject_codes")
    issued = [one.fact for one in entries_since(operator, before) if isinstance(one.fact, BallotCodeIssued)]
    page = year.known("").get(BALLOTS, headers=PAGE)
    assert "本票共 8 类" in page.text
    assert 'name="mark.CY"' in page.text
    box_before = everything(operator)
    codes = [(one["member"], one["code"]) for one in session["slips"]]
    for number, (member, code) in enumerate(codes):
        if member == str(MEMBER):
            # For MEMBER: 理想信念 all excellent; in 勤政务实 only four say something.
            mine = Counter(one for one, _ in codes[:number])[member]
            marks = {"LX": "excellent", "QZ": "qualified" if mine < 4 else "abstain"}
            form = {f"mark.{part}": marks.get(part, "qualified") for part in CATEGORIES}
            sent = year.known("").post(BALLOTS, data={"code": code, **form}, headers=PAGE, follow_redirects=False)
            assert sent.status_code == 303, sent.text
        else:
            assert cast(year, code).status_code == 200
    spoilt = next(code for member, code in codes if member == str(OTHER))
    assert cast(year, spoilt, DD="unqualified").status_code == 200, "another mark in one category spoils that one alone"
    return session, issued, box_before, everything(operator)


def test_the_eight_marks_of_a_slip_are_eight_envelopes_that_nothing_joins(
    voted: Any, server: Running, year: Town, operator: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    session, issued, before, after = voted
    slips = len(session["slips"])
    assert len(issued) == slips * len(CATEGORIES)
    digests = [one.code_digest for one in issued]
    assert digests == sorted(set(digests)), "all together, by digest"
    changed = {table: rows - before[table] for table, rows in after.items() if rows != before[table]}
    changed.pop("reads.agenda", None)
    assert set(changed) <= {"access.envelopes", "access.boxes", "access.sessions", "access.attempts"}
    assert len(changed["access.envelopes"]) == (slips + 1) * len(CATEGORIES)
    rows = operator.execute("SELECT envelope FROM access.envelopes ORDER BY xmin::text::bigint, ctid").fetchall()
    envelopes = [bytes(row[0]) for row in rows]
    assert {len(one) for one in envelopes} == {ENVELOPE_BYTES}
    assert len(set(envelopes)) == len(envelopes)
    for start in range(0, len(envelopes), len(CATEGORIES)):
        of_one_slip = envelopes[start : start + len(CATEGORIES)]
        assert of_one_slip == sorted(of_one_slip), "not in the order of the categories"
    back_up(year.deployment, tmp_path / "backup")
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    walls = [path for path in server.folder.rglob("pg_wal/*") if path.is_file()]
    said = [path.read_bytes() for path in (*files, *walls)]
    for slip in session["slips"]:
        code = slip["code"]
        for hidden in (code.encode(), code.replace("-", "").encode(), bytes.fromhex(digest_of_code(code))):
            assert not any(hidden in one for one in said)


def test_the_counting_says_each_category_and_the_whole_and_joins_no_two_ballots(
    voted: Any, year: Town, operator: "psycopg.Connection[Any]"
) -> None:
    """By hand for MEMBER: 理想信念 100.00 weighs 15, 勤政务实 has four voices and no mean, the others 80.00 weigh 65.

    (15 × 100.00 + 65 × 80.00) ÷ 80 = 6,700 ÷ 80 = 83.75.
    """
    session = voted[0]
    first = year.position()
    counted = count(year, session["keys"])
    assert counted.status_code == 200, counted.text
    year.settled()
    entries = entries_since(operator, first)
    ballots = [one for one in entries if isinstance(one.fact, BallotCast)]
    facts = [one.fact for one in ballots if isinstance(one.fact, BallotCast)]
    assert len(facts) == len(session["slips"]) * len(CATEGORIES) - 1, "one category of one slip is spoilt"
    assert {(one.actor, one.command, one.cause) for one in ballots} == {(None, None, None)}
    assert [one.code_digest for one in facts] == sorted({one.code_digest for one in facts})
    assert len({one.at for one in entries}) == 1
    seen = value(year.acting("secretary", "secretary", BRANCH))
    assert (seen["session"]["ballots"], seen["session"]["spoilt"]) == (len(facts), 1)
    people = {one["member"]: one for one in seen["people"]}
    mine = people[str(MEMBER)]
    means = {one["category"]: (one["ballots"], one["voices"], one["mean"]) for one in mine["categories"]}
    assert (mine["mean"], means["LX"], means["QZ"]) == ("83.75", (OTHERS, OTHERS, "100.00"), (OTHERS, 4, None))
    assert means["CY"] == (OTHERS, OTHERS, "80.00")
    assert all(one["marks"] is None for person in people.values() for one in person["categories"]), "under ten ballots"
    assert {one["category"]: one["ballots"] for one in people[str(OTHER)]["categories"]}["DD"] == OTHERS - 1
    assert people[str(SECRETARY)]["mean"] == "80.00"


def test_each_sees_his_own_categories_and_whoever_fixes_the_scores_sees_all(voted: Any, year: Town) -> None:
    assert voted
    own = value(year.acting("member", "member", BRANCH))
    assert own["people"] == []
    assert [one["category"] for one in own["mine"]["categories"]] == list(CATEGORIES)
    for login in ("secretary", "member"):
        for language, heading in (("zh", "理想信念"), ("en", "Ideals and convictions")):
            shown = year.known(login).get(PLACE, headers={**PAGE, "accept-language": language})
            assert shown.status_code == 200
            assert heading in shown.text
            assert "83.75" in shown.text


def test_the_means_are_taken_away_category_by_category_and_too_few_voices_have_none(voted: Any, year: Town) -> None:
    assert voted

    def taken(reader: httpx2.Client, kind: str = "csv") -> list[list[str]]:
        return rows_of(kind, reader.get(f"{PLACE}/exports/means.{kind}").content)

    table = taken(year.known("secretary"))
    names = [f"民主评议 · {one.zh}" for one in load(BY_CATEGORY).categories]
    assert table[0] == ["姓名", "年度", "考评期", "票数", "民主评议", *names]
    line = next(row for row in table[1:] if row[4] == "83.75")
    # In 勤政务实 four of seven said something: no mean leaves the house.
    assert line[5:8] == ["100.00", "", "80.00"]
    assert taken(year.known("secretary"), "xlsx")[0] == table[0]
    assert len(table) == len(PEOPLE) + 1
    assert len(taken(year.acting("member", "member", BRANCH))) == 2, "a member takes his own line away"
    period = PLACE.replace("appraisals", "periods")
    computed = year.acting("secretary", "secretary", BRANCH).post(f"{period}/computation", json={}, headers=key())
    assert computed.status_code == 200, computed.text
    year.settled()
    results = rows_of("csv", year.known("secretary").get(f"{period}/exports/results.csv").content)
    first = results[0].index(names[0])
    assert results[0][first - 1 : first + len(names)] == ["民主评议", *names]
    assert [row[first - 1 : first + 3] for row in results if "83.75" in row] == [["83.75", "100.00", "", "80.00"]]
