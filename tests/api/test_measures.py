"""SPEC §5.9 through HTTP and pages: two years 基本合格, then admonition and help, each step by a person."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from domain.assessment.balloting import CloseAppraisal, OpenAppraisal
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod
from domain.assessment.noticing import DraftResultNotice
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.decider import Command
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from ops.embedded import Running
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.moving import Moving
from tests.api.town import PAGE, Town, key
from tests.domain.branch import (
    AS_HIGHER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HIGHER,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    RECORDER,
    SECRETARY,
    TOP,
    calendar,
    commands,
    digest,
    wish,
)
from tests.domain.year import TERM, ballots

PLACE = f"/units/{BRANCH.replace('/', '~')}/measures"
FILE = ("文书.pdf", b"paper")
JSON = {"accept": "application/json"}
NOTE = "围绕考勤和群众走访指出不足,本人表示限期整改"
MARCH, JUNE = datetime(2028, 3, 28, 2, tzinfo=UTC), datetime(2028, 6, 20, 2, tzinfo=UTC)


def idle_year(year: int, people: tuple[UUID, ...] = PEOPLE) -> Iterator[Command]:
    """A year in which nothing was asked and everybody was marked 80: 68.80, which is 基本合格."""
    key_of = {"unit": BRANCH, "year": year}
    over = {"H1": datetime(year, 7, 8, 1, tzinfo=UTC), "H2": datetime(year + 1, 1, 10, 1, tzinfo=UTC)}
    for period, at in over.items():
        yield wish(OpenPeriod, AS_SECRETARY, at, **key_of, period=period)
        yield from decided(key_of, period, at)
    at = datetime(year + 1, 2, 7, 1, tzinfo=UTC)
    yield wish(OpenPeriod, AS_SECRETARY, at, **key_of, period="Y")
    yield wish(OpenAppraisal, AS_SECRETARY, at, **key_of, period="Y", method="paper_two_tellers")
    yield wish(
        CloseAppraisal,
        AS_SECRETARY,
        at,
        **key_of,
        period="Y",
        tellers=(SECRETARY, RECORDER),
        took_part=people,
        ballots=ballots({one: {"qualified": len(people) - 1} for one in people}),
    )
    yield from decided(key_of, "Y", at)


def decided(key_of: dict[str, Any], period: str, at: datetime) -> Iterator[Command]:
    """Computed, adopted, noticed, determined, sealed."""
    notice = result_notice_id(BRANCH, key_of["year"], period, 1)
    yield wish(ComputePeriod, AS_SECRETARY, at, **key_of, period=period)
    minute = {"minute": "纪要9号", "minute_sha256": digest("minute")}
    yield wish(DecidePeriod, AS_SECRETARY, at, **key_of, period=period, **minute, present=COMMITTEE)
    if period == "Y":
        yield wish(DecidePeriod, AS_HIGHER, at, **key_of, period=period, **minute, present=HIGHER)
    yield wish(DraftResultNotice, PROCESS, at, **key_of, period=period)
    yield wish(CheckDisclosure, AS_SECRETARY, at, unit=BRANCH, notice=notice, shows=("name", "points"))
    yield wish(PostNotice, AS_SECRETARY, at, unit=BRANCH, notice=notice)
    yield wish(CloseNotice, PROCESS, at + TERM, unit=BRANCH, notice=notice)
    yield wish(ConfirmRecords, PROCESS, at + TERM, unit=BRANCH, notice=notice)


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    """The branch after two such years."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    told = (*commands(), calendar(2027), calendar(2028, (date(2028, 10, 2),)), *idle_year(2026), *idle_year(2027))
    with lived(server, folder, told, {**LOGINS, "discipline": DISCIPLINE}) as found:
        yield found
    shutil.rmtree(folder)


def value(client: httpx2.Client, path: str) -> Any:
    answered = client.get(path, headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def page(client: httpx2.Client, path: str) -> str:
    answered = client.get(path, headers=PAGE)
    assert answered.status_code == 200, answered.text
    return answered.text


def form(client: httpx2.Client, path: str, *, paper: bool = False, **fields: Any) -> httpx2.Response:
    """A browser's form: afterwards its page is read, so that everybody can read it from here on."""
    wished = {"idempotency_key": str(uuid4()), "member": str(MEMBER), **fields}
    answered = client.post(path, data=wished, files={"file": FILE} if paper else None, headers=PAGE)
    if "location" in answered.headers:
        client.get(answered.headers["location"], headers=PAGE)
    return answered


def sent(answered: httpx2.Response) -> None:
    assert answered.status_code == 303, answered.text


def refused(client: httpx2.Client, path: str, **fields: Any) -> tuple[int, str]:
    answered = client.post(path, json={"member": str(MEMBER), **fields}, headers=key())
    return answered.status_code, answered.json()["code"]


def secretary(town: Town) -> httpx2.Client:
    return town.acting("secretary", "secretary", BRANCH)


def mine(client: httpx2.Client, year: int) -> Any:
    """The one measure of the member from a year."""
    items = [one for one in value(client, PLACE)["items"] if (one["member"], one["year"]) == (str(MEMBER), year)]
    assert len(items) == 1
    return items[0]


def waiting(client: httpx2.Client, found: Any) -> list[tuple[str, bool, str]]:
    """How a measure stands on the reader's first page."""
    rows = [one for one in value(client, "/")["measures"] if one["measure"] == found["measure"]]
    return [(one["status"], one["overdue"], one["place"]) for one in rows]


def step(found: Any, code: str) -> Any:
    return next(one for one in found["steps"] if one["step"] == code)


def test_9_连续两年基本合格_brings_admonition_and_one_to_one_help(town: Town) -> None:
    town.settled()
    client = secretary(town)
    first, second = mine(client, 2026), mine(client, 2027)
    assert (first["code"], first["status"], first["streak"], first["total"]) == ("correct", "proposed", 1, "68.80")
    assert (second["code"], second["status"], second["streak"]) == ("help", "proposed", 2)
    assert "诫勉谈话、一对一帮促" in page(client, PLACE)
    here = f"{PLACE}/{second['measure']}"
    assert waiting(client, second) == [("proposed", False, here)]
    assert "待办理的措施" in page(client, "/")
    assert refused(client, f"{here}/closing") == (409, "measure-not-there")
    sent(form(client, f"{here}/opening"))
    opened = value(client, here)["measure"]
    assert [one["step"] for one in opened["steps"]] == ["admonition", "pairing"]
    assert refused(client, f"{here}/steps/admonition/completion", done_on="2028-02-19") == (409, "not-in-charge")
    choices = value(client, here)
    assert str(MEMBER) not in {one["member"] for one in choices["designees"]}
    assert str(RECORDER) not in {one["member"] for one in choices["designees"]}
    assert {one["member"] for one in choices["helpers"]} == {str(one) for one in COMMITTEE}, "nobody was excellent"
    sent(form(client, f"{here}/steps/admonition/designee", designee=str(OTHER)))


def test_whoever_is_put_in_charge_accepts_and_holds_the_talk_on_his_own_page(town: Town) -> None:
    other = town.acting("other", "member", BRANCH)
    assert "我接受" in page(other, "/measures/mine")
    assert [one["place"] for one in value(other, "/")["measures"]] == ["/measures/mine"]
    (asked,) = value(other, "/measures/mine")["items"][-1:]
    assert asked["member"] == str(MEMBER)
    here = f"{PLACE}/{asked['measure']}/steps/admonition"
    sent(form(other, f"{here}/acceptance"))
    assert refused(other, f"{here}/completion", done_on="2028-02-19") == (422, "proof-missing")
    sent(form(other, f"{here}/completion", done_on="2028-02-19", note=NOTE))
    done = step(value(secretary(town), f"{PLACE}/{asked['measure']}")["measure"], "admonition")
    assert (done["done_on"], done["note"]) == ("2028-02-19", NOTE)
    himself = town.acting("member", "member", BRANCH)
    assert NOTE in page(himself, "/measures/mine")
    assert himself.get(f"{PLACE}/{asked['measure']}", headers=JSON).status_code == 403
    above = town.acting("higher", "secretary", TOP)
    assert "诫勉谈话" in page(above, f"{PLACE}/{asked['measure']}")


def test_what_is_set_aside_is_seen_above_and_may_be_opened_there_all_the_same(town: Town) -> None:
    client = secretary(town)
    here = f"{PLACE}/{mine(client, 2026)['measure']}"
    sent(form(client, f"{here}/setting-aside", paper=True, basis="工委〔2028〕7号", reason="已由2027年度措施吸收"))
    assert refused(client, f"{here}/opening") == (409, "measure-not-there")
    above = town_above(town)
    assert "不予采取" in page(above, f"/units/{TOP}/measures")
    shown = value(above, here)["measure"]
    assert (shown["status"], shown["set_aside_by"], shown["basis"]) == ("set_aside", BRANCH, "工委〔2028〕7号")
    assert shown["reason"] == "已由2027年度措施吸收"
    sent(form(above, f"{here}/opening"))
    assert value(client, here)["measure"]["status"] == "open"


def test_a_helper_is_paired_reviewed_and_the_measure_closed(town: Town) -> None:
    client = secretary(town)
    here = f"{PLACE}/{mine(client, 2027)['measure']}"
    sent(form(client, f"{here}/steps/pairing/helper", paper=True, helper=str(DISCIPLINE), paired_on="2028-02-19"))
    assert refused(client, f"{here}/closing") == (409, "steps-open")
    helped = step(value(client, here)["measure"], "pairing")
    assert (helped["review_by"], helped["done_on"]) == ("2028-05-19", None)
    with Moving(town).at(JUNE) as later:
        client = secretary(later)
        late = value(client, here)["measure"]
        assert late["overdue"]
        assert step(late, "pairing")["escalated"], "the review is overdue"
        assert "已上提一级" in page(client, here)
        assert "逾期" in page(town_above(later), f"/units/{TOP}/measures")
        assert waiting(client, late) == waiting(town_above(later), late) == [("open", True, here)]
        sent(form(client, f"{here}/steps/pairing/review", reviewed_on="2028-06-20", note="出勤、走访均达标"))
        sent(form(client, f"{here}/closing"))
        assert value(client, here)["measure"]["status"] == "closed"
        assert waiting(client, late) == []
        past = [one["zh"] for one in value(client, here)["measure"]["past"]]
        assert past[0] == "措施办结"
        assert "措施逾期上提" in past


def town_above(town: Town) -> httpx2.Client:
    return town.acting("higher", "secretary", TOP)


def test_nobody_opens_his_own_measure_and_members_do_not_read_others(town: Town) -> None:
    client = secretary(town)
    own = next(one for one in value(client, PLACE)["items"] if one["member"] == str(SECRETARY) and one["year"] == 2026)
    answered = client.post(f"{PLACE}/{own['measure']}/opening", json={"member": str(SECRETARY)}, headers=key())
    assert (answered.status_code, answered.json()["code"]) == (409, "own-affair")
    other = town.acting("other", "member", BRANCH)
    assert other.get(PLACE, headers=JSON).status_code == 403
    recorder = town.acting("recorder", "recorder", BRANCH)
    assert recorder.get(PLACE, headers=JSON).status_code == 403
