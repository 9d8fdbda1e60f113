"""A party day on its whole way to the notice board, by program: what a test about notices begins with."""

import hashlib
from collections.abc import Iterable
from typing import Any

import httpx2

from domain.notice.notice import notice_id
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from tests.api.moving import Moving
from tests.api.town import Town, key

STUDY = "R-LX-1"
_COMMITTEE = ("杨书记", "朱副书记", "秦组织", "许纪检", "何宣传")
SHOWN = {"shows": ["name", "item", "outcome"]}


def sha(text: str) -> str:
    """The digest of a paper that only a test knows."""
    return hashlib.sha256(text.encode()).hexdigest()


def named(name: str) -> str:
    """The pseudonym of somebody of the example."""
    return str(next(one.member for one in people() if one.name.endswith(name)))


def granted(client: httpx2.Client, path: str, wish: object) -> httpx2.Response:
    """The answer to a wish that must be granted."""
    answered = client.post(path, json=wish, headers={**key(), "accept": "application/json"})
    assert answered.status_code in (200, 201), (path, answered.text)
    return answered


def minuted(*names: str) -> dict[str, object]:
    """A meeting of these persons; of the branch's committee where nobody is named."""
    present = [named(name) for name in names or _COMMITTEE]
    return {"minute": "支委会纪要〔2026〕31号", "minute_sha256": sha("minute"), "present": present}


def board_of(code: str) -> str:
    """The address of the notice of a party day."""
    return f"/units/{BRANCH}/notices/{notice_id(BRANCH, code, STUDY, 1)}"


def approved(town: Town, code: str, title: str, held_on: str, absent: Iterable[str] = ()) -> None:
    """Planned, held, evidenced, filled by exception, submitted and approved."""
    recorder = town.acting("recorder", "recorder", BRANCH)
    matter = f"/units/{BRANCH}/matters/{code}"
    sheet = f"{matter}/sheets/{STUDY}"
    plan = {"kind": "study_session", "title": title, "matter": code, "planned_on": held_on}
    granted(recorder, f"/units/{BRANCH}/matters", plan)
    granted(recorder, f"{matter}/holding", {"occurred_on": held_on})
    granted(recorder, f"{matter}/evidence", {"kind": "sign_in_list", "sha256": sha(code)})
    granted(recorder, f"{matter}/sheets", {"item": STUDY})
    but = [{"member": one, "outcome": "absent"} for one in absent]
    granted(recorder, f"{sheet}/lines", {"otherwise": "attended", "but": but})
    own = {"but": [{"member": str(town.members["recorder"]), "outcome": "attended"}]}
    granted(town.acting("substitute", "substitute_recorder", BRANCH), f"{sheet}/lines", own)
    granted(recorder, f"{sheet}/submission", {})
    granted(town.acting("secretary", "secretary", BRANCH), f"{sheet}/approval", {**minuted(), "not_in_favour": []})


def posted(town: Town, board: str) -> None:
    """Checked and posted by the secretary."""
    secretary = town.acting("secretary", "secretary", BRANCH)
    granted(secretary, f"{board}/check", SHOWN)
    granted(secretary, f"{board}/posting", {})


def hung(moving: Moving, town: Town, code: str, title: str, absent: Iterable[str] = ()) -> str:
    """A party day of today, on the board; gives the address of its notice."""
    approved(town, code, title, str(moving.today), absent)
    moving.carry_out(moving.now)
    posted(town, board_of(code))
    town.settled()
    return board_of(code)


def claimed(town: Town, code: str, title: str, name: str, dated_on: str) -> str:
    """An honour at its higher level, claimed by the recorder, approved by both bodies; gives the claim's address."""
    wish = {
        "member": named(name),
        "item": "H-QZ-2",
        "level": "lead",
        "matter": code,
        "title": title,
        "dated_on": dated_on,
        "document_kind": "service_document",
        "document": sha(code),
    }
    answered = granted(town.acting("recorder", "recorder", BRANCH), f"/units/{BRANCH}/honours", wish)
    place = answered.headers["location"].partition("?")[0]
    motion = {**minuted(), "verdict": "approved"}
    granted(town.acting("secretary", "secretary", BRANCH), f"{place}/decision", motion)
    above = {**minuted("冯组长", "蒋委员", "沈委员"), "verdict": "approved"}
    granted(town.acting("leader", "secretary", WORK_COMMITTEE), f"{place}/decision", above)
    return place


def honour_hung(moving: Moving, town: Town, code: str, title: str, name: str) -> str:
    """An honour of today, on the board; gives the address of its notice."""
    place = claimed(town, code, title, name, str(moving.today))
    moving.carry_out(moving.now)
    board = noticed(town, place, named(name))
    posted(town, board)
    town.settled()
    return board


def noticed(town: Town, case: str, member: str) -> str:
    """The address of the notice of what came of a claim or a proposal."""
    secretary = town.acting("secretary", "secretary", BRANCH)
    record = read(secretary, case)["record"]
    return f"/units/{BRANCH}/notices/{read(secretary, f'/members/{member}/records/{record}')['notice']}"


def read(client: httpx2.Client, path: str) -> Any:
    """What stands there, as JSON."""
    answered = client.get(path, headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]
