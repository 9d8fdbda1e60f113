"""优秀名额与抽签 through HTTP and pages (F25): people draw the lot that parts a tie, before anything is adopted."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.decider import Command
from domain.rules.ruleset import DraftRuleSet
from ops.embedded import Running
from tests.api.assessed import read, refused, sitting
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.town import PAGE, Town, key
from tests.domain.branch import BRANCH, DOCUMENT, HIGHER_DEPUTY, HIGHER_SECRETARY, PEOPLE, TOP, calendar, commands
from tests.domain.year import (
    H1_OVER,
    H2_OVER,
    Y_OVER,
    appraisal_closed,
    appraisal_opened,
    ballots,
    computed,
    half,
    period_opened,
)

PLACE = f"/units/{BRANCH.replace('/', '~')}"
YEAR, SEATS = f"{PLACE}/periods/2026/Y", f"{PLACE}/seats/2026/Y"


def told() -> Iterator[Command]:
    """All eight come to 68.80, which is excellent here; there are two seats and a lot."""
    document: dict[str, Any] = msgspec.json.decode(DOCUMENT)
    for grade, threshold in zip(document["grades"], ("60", "50", "40", "0"), strict=True):
        grade["at_least"] = threshold
    document["excellent_quota"] |= {"still_tied": "lot", "fraction": "1/4"}
    raw = msgspec.Raw(msgspec.json.encode(document))
    for one in commands():
        yield msgspec.structs.replace(one, document=raw) if isinstance(one, DraftRuleSet) else one
    yield from (calendar(2027), calendar(2028, (date(2028, 10, 2),)))
    yield from (*half("H1", H1_OVER), *half("H2", H2_OVER))
    yield msgspec.structs.replace(period_opened("Y"), at=Y_OVER)
    yield appraisal_opened()
    yield appraisal_closed(ballots({one: {"qualified": 7} for one in PEOPLE}))
    yield computed("Y", Y_OVER)


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), LOGINS) as found:
        yield found
    shutil.rmtree(folder)


def test_13_名额并列_is_parted_by_a_lot_that_two_others_draw_before_anything_is_adopted(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    assert refused(secretary, f"{YEAR}/decision", sitting()) == (409, "seats-unsettled")
    assert read(secretary, YEAR)["seats"] == BRANCH
    shown = secretary.get(YEAR, headers=PAGE).text
    assert "优秀名额尚未排定" in shown
    assert "采纳核算结果" not in shown
    higher = town.acting("higher", "secretary", TOP)
    stand = read(higher, SEATS)
    assert [(one["unit"], one["unit_title"]) for one in stand["branches"]] == [(BRANCH, BRANCH)]
    assert (stand["seats"], stand["candidates"], stand["left"], stand["settled"]) == (2, 8, 2, False)
    assert {one["member"] for one in stand["equal"]} == {str(one) for one in PEOPLE}
    for language, word in (("zh", "公开抽签"), ("en", "drawn by lot in the open")):
        assert word in higher.get(SEATS, headers={**PAGE, "accept-language": language}).text
    drawn = [str(one) for one in reversed(PEOPLE)]
    form = {"idempotency_key": key()["idempotency-key"], "minute": "名额会议〔2027〕1号", "order": drawn}
    drawers = {"drawn_by": [str(HIGHER_SECRETARY), str(HIGHER_DEPUTY)]}
    sent = higher.post(SEATS, data={**form, **drawers}, files={"file": ("纪要.pdf", b"minute")}, headers=PAGE)
    assert sent.status_code == 303, sent.text
    town.settled()
    settled = read(higher, SEATS)
    assert settled["settled"]
    assert {one["member"] for one in settled["seated"]} == set(drawn[:2])
    results = read(town.acting("secretary", "secretary", BRANCH), YEAR)["results"]
    assert {one["member"] for one in results if one["grade"] == "excellent"} == set(drawn[:2])
    adopted = town.known("secretary").post(f"{YEAR}/decision", json=sitting(), headers=key())
    assert adopted.status_code == 200, adopted.text
    nobody = town.acting("member", "member", BRANCH)
    assert nobody.get(SEATS, headers={"accept": "application/json"}).status_code == 403
