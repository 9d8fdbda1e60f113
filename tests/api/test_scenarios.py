"""SPEC §5 through HTTP and pages: scenario 1 (the same matter twice), 2 (one's own sheet), 20 (an auditor's hands)."""

import re
from uuid import UUID, uuid4

import httpx2
from fastapi.routing import APIRoute

from api.routes import ROUTERS
from ops.example.people import BRANCH
from tests.api.town import PAGE, Town, key

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
MATTERS = f"/units/{BRANCH}/matters"


def test_1_一事一记_the_same_matter_twice_is_refused_with_the_first_ones_place(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    before = town.position()
    again = recorder.post(f"{MATTERS}/TD-202605/sheets", json={"item": "R-LX-1"}, headers=key())
    assert (again.status_code, again.json()["code"]) == (409, "sheet-exists")
    form = {"item": "R-LX-1", "idempotency_key": str(uuid4())}
    page = recorder.post(f"{MATTERS}/TD-202605/sheets", data=form, headers=PAGE)
    assert page.status_code == 409
    assert "这一事项的记分表已建立" in page.text
    english = recorder.post(f"{MATTERS}/TD-202605/sheets", data=form, headers={**PAGE, "accept-language": "en"})
    assert "The sheet of this matter exists already" in english.text
    assert town.position() == before


def test_2_按照制度评议审定_nobody_approves_the_sheet_that_he_entered(town: Town) -> None:
    code = f"S2-{uuid4().hex[:6]}"
    recorder = town.acting("recorder", "recorder", BRANCH)
    place = f"{MATTERS}/{code}"
    day = str(town.deployment.clock().now().date())
    plan = {"kind": "visit", "title": "走访", "matter": code, "planned_on": day}
    one = {"member": str(town.members["member"]), "outcome": "earned", "quantity": "1.00"}
    for where, wish in (
        (MATTERS, plan),
        (f"{place}/holding", {"occurred_on": day}),
        (f"{place}/evidence", {"kind": "visit_register", "sha256": "ab" * 32}),
        (f"{place}/sheets", {"item": "R-WM-1"}),
        (f"{place}/sheets/R-WM-1/lines", {"but": [one]}),
        (f"{place}/sheets/R-WM-1/submission", {}),
    ):
        sent = recorder.post(where, json=wish, headers=key())
        assert sent.status_code in (200, 201), (where, sent.text)
    town.settled()
    before = town.position()
    himself = str(town.members["recorder"])
    minute = {"minute": "1号", "minute_sha256": "ab" * 32, "present": [himself], "not_in_favour": []}
    denied = recorder.post(f"{place}/sheets/R-WM-1/approval", json=minute, headers=key())
    assert (denied.status_code, denied.json()["code"]) == (403, "not-permitted")
    seated = town.acting("recorder", "committee_member", BRANCH)
    own = seated.post(f"{place}/sheets/R-WM-1/approval", json=minute, headers=key())
    assert own.json()["code"] == "recorder-approves"
    assert "您登记了这张表" in seated.get(f"{place}/sheets/R-WM-1", headers=PAGE).text
    assert town.position() == before


def test_20_an_auditor_writes_nowhere(town: Town) -> None:
    watcher = town.acting("watcher", "auditor", BRANCH)
    before = town.position()
    tried = 0
    for route in ROUTES:
        if not (route.methods or set()) - {"GET", "HEAD"}:
            continue
        if route.path_format.startswith("/session"):
            continue
        if route.path_format == "/log/export.tar":
            continue  # He takes it away, and that stands in the log: the installation's word, not his.
        path = re.sub(r"\{(\w+)\}", lambda found: _filled(town, found.group(1)), route.path_format)
        for body in ({}, {"reason": "看看"}):
            answered = watcher.post(path, json=body, headers=key())
            assert answered.status_code in (403, 404, 405, 409, 422), (path, answered.status_code)
            tried += 1
    assert tried >= 100
    assert town.position() == before
    _offered_nothing(town, watcher)


def _offered_nothing(town: Town, watcher: httpx2.Client) -> None:
    """What he reads has no form but those of the page's own head: language, office, leaving."""
    for path in (
        f"{MATTERS}/TD-202605/sheets/R-LX-1",
        f"/units/{BRANCH}/notices",
        f"/units/{BRANCH}/honours",
        f"/units/{BRANCH}/deductions",
        f"/units/{BRANCH}/objections",
        f"/members/{town.members['member']}/points",
    ):
        page = watcher.get(path, headers=PAGE)
        assert page.status_code == 200, path
        assert re.findall(r'<form method="post" action="(?!/session|/language)', page.text) == [], path


def _filled(town: Town, name: str) -> str:
    known = {"unit": BRANCH, "matter": "TD-202605", "item": "R-LX-1", "member": str(town.members["member"])}
    known |= {"scheme": "pukou-district-offices", "version": "illustrative-1", "number": "1", "exemption": "1"}
    return known.get(name, str(UUID(int=1)))
