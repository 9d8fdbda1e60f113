"""The permission table, cell by cell, through HTTP."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
import pytest
from fastapi.routing import APIRoute

from api.asked import OPEN, declared
from api.permission_table import markdown
from api.routes import ROUTERS
from api.tokens import issue
from domain.permissions import GRANTS, Holder, Relation, may
from domain.recording.deduction import deduction_id
from domain.recording.honour import honour_id
from ops.example.merits import COMPLAINT, POST
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from tests.api.town import OTHER, READERS, Town

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]

OPEN_ROUTES = {
    "GET /": "open",
    "GET /session": "open",
    "POST /session": "open",
    "POST /session/end": "signed-in",
    "POST /session/office": "signed-in",
    "POST /language": "open",
    "GET /points": "signed-in",
    "GET /measures/mine": "signed-in",
    "GET /notices": "open",
    "GET /public/notices/{notice}/{token}": "open",
    "POST /public/notices/{notice}/{token}/objections": "open",
    "GET /public/feedback/{unit}": "open",
    "POST /public/feedback/{unit}": "open",
    "GET /rules/schema.json": "open",
    "GET /objections/follow": "open",
    "POST /objections/follow": "open",
    "POST /objections/withdrawal": "open",
    "POST /objections/appeal": "open",
    "POST /objections/acts": "signed-in",
    "POST /objections/flag": "signed-in",
    "GET /objections/mine": "signed-in",
    "POST /objections/mine/{objection}/appeal": "signed-in",
    "POST /results/{year}/{period}/acknowledgement": "signed-in",
    "GET /ballots/{unit}/appraisals/{year}/{period}": "open",
    "POST /ballots/{unit}/appraisals/{year}/{period}": "open",
    "GET /livez": "open",
    "GET /readyz": "open",
    "GET /metrics": "open",
    "GET /openapi.json": "open",
    "GET /docs": "open",
    "GET /docs/{file}": "open",
    "GET /problems": "open",
    "GET /permissions": "open",
}
"""The whole list of what no cell decides."""

SERVED_ELSEWHERE = {
    "objection.withdraw",
    "objection.appeal",
    "feedback.leave",
    "objection.close",
    "objection.escalate",
    "log.open",
    "log.restore",
    "duties.read",
    "notice.draft",
    "state.commit",
    "export.produce",
    "notice.close",
    "record.confirm",
    "honour.escalate",
    "deduction.advance",
    "probation.look",
    "measure.propose",
    "measure.escalate",
    "restatement.compute",
    "erasure.carry_out",
    "retention.carry_out",
    "result.acknowledge",
}
"""Operations of processes, of the command line, or of a later release."""

NOT_IN_THE_EXAMPLE = {
    "GET /units/{unit}/restatements/{year}/{period}/{number}",
    "GET /units/{unit}/restatements/{year}/{period}/{number}/exports/lines.{kind}",
    "GET /units/{unit}/rules/what-if/exports/branches.{kind}",
    "GET /units/{unit}/appraisals/{year}/{period}/exports/means.{kind}",
    "GET /units/{unit}/measures/{measure}",
    *(f"GET /units/{{unit}}/reviews/{{review}}{part}" for part in ("", "/points", "/dossier")),
    "GET /units/{unit}/reviews/{review}/points/{year}/{category}",
    "GET /units/{unit}/reviews/{review}/bundles/{bundle}.zip",
    "GET /units/{unit}/seats/{year}/{period}",
    "GET /units/{unit}/scores/{year}/{period}/{component}",
    "GET /units/{unit}/reserved/sheets/{matter}/{item}",
    *("GET /log/witnessed", "GET /log/policy", "GET /log/keys/{name}"),
}
"""No year of the example is determined, so that no measure follows, and this year's appraisal is not counted; nobody is
reviewed, scored by a body or shares seats, and the log has no witness and had one key: ``test_measures``,
``test_appraisals_by_category``, ``test_reviews``, ``test_body_scores``, ``test_quota_tie`` and ``test_witnessed`` read
real ones."""

OFFICES: tuple[Holder, ...] = (
    "secretary",
    "committee_member",
    "recorder",
    "substitute_recorder",
    "officer",
    "leading_group",
    "auditor",
    "reviewer",
    "department_officer",
    "member",
)
UNITS: dict[str, tuple[str, Relation]] = {
    "own": (BRANCH, "own"),
    "above": (WORK_COMMITTEE, "above"),
    "foreign": (OTHER, "any"),
}


class Cell(NamedTuple):
    route: APIRoute
    holder: Holder
    standing: str


def _name(route: APIRoute) -> str:
    return f"{sorted(route.methods or ())[0]} {route.path_format}"


def _decided() -> list[APIRoute]:
    return [route for route in ROUTES if (found := declared(route)) is not None and found.operation not in OPEN]


def test_every_route_declares_its_operation() -> None:
    undeclared = [_name(route) for route in ROUTES if declared(route) is None]
    assert undeclared == []


def test_every_operation_of_a_route_stands_in_the_table_or_in_the_short_list_of_open_ones() -> None:
    operations = {grant.operation for grant in GRANTS}
    found: dict[str, str] = {}
    for route in ROUTES:
        declaration = declared(route)
        assert declaration is not None
        if declaration.operation in OPEN:
            found[_name(route)] = declaration.operation
        else:
            assert declaration.operation in operations, _name(route)
    assert found == OPEN_ROUTES


def test_every_operation_of_the_table_is_served_or_named_as_not_served() -> None:
    served = {declaration.operation for route in ROUTES if (declaration := declared(route)) is not None}
    assert {grant.operation for grant in GRANTS} - served == SERVED_ELSEWHERE


@pytest.fixture(scope="module")
def clients(town: Town) -> Iterator[dict[tuple[Holder, str], httpx2.Client]]:
    """Somebody who holds exactly this office there; in every other respect he belongs to the other branch."""
    with ExitStack() as stack:
        yield {
            (holder, standing): stack.enter_context(_acting(town, holder, standing))
            for holder in OFFICES
            for standing in UNITS
        }


@contextmanager
def _acting(town: Town, holder: Holder, standing: str) -> Iterator[httpx2.Client]:
    unit, _ = UNITS[standing]
    own_recorder = (holder, standing) == ("recorder", "own")
    login = "recorder" if own_recorder else READERS.get(holder, "everybody")
    if holder == "member":
        login = {"own": "member", "above": "leader", "foreign": "everybody"}[standing]
    with town.visit(login) as client:
        chosen = client.post("/session/office", json={"office": f"{holder}@{unit}"})
        assert chosen.status_code == 303, chosen.text
        yield client


@pytest.fixture(scope="module")
def known(town: Town) -> dict[str, str]:
    """Something of the example for each name in a path."""
    return {
        "unit": BRANCH,
        "matter": "TD-202605",
        "item": "R-LX-1",
        "member": str(town.members["substitute"]),
        "year": "2026",
        "period": "Y",
        "number": "1",
        "category": "LX",
        "scheme": "pukou-district-offices",
        "version": "illustrative-1",
        "notice": _notice(town),
        "objection": _objection(town),
        "record": _record(town),
        "position": str(_places(town)[0]),
        "file": "entry.json",
        "kind": "csv",
        "size": min(path.name for path in (Path(str(town.deployment.settings.log)) / "checkpoints").iterdir()),
        "path": "0/000",
        "name": "000000001-00000000",
        "measure": str(UUID(int=1)),
        "review": str(UUID(int=1)),
        "bundle": "0" * 64,
        "flag": str(UUID(int=2)),
        "step": "talk",
        "register": "project",
        "entry": "XM-1",
        "told": str(UUID(int=3)),
        "figure": "issues",
        "sheet": "entries",
        "report": "diligence",
        "table": "units",
        "component": "task",
    }


def _path(town: Town, route: APIRoute, known: dict[str, str]) -> str:
    known = dict(known)
    # Of people who do not sign in: nobody reads them as his own.
    for name, about, identify in (("honour", POST, honour_id), ("deduction", COMPLAINT, deduction_id)):
        if f"{{{name}}}" in route.path_format:
            member = next(one.member for one in people() if one.name.endswith(about.name))
            known[name] = str(identify(BRANCH, member, about.matter, about.item))
            known["member"] = str(member)
    if route.path_format.startswith("/members/{member}/probation"):
        known["member"] = str(town.members["probationary"])
    return route.path_format.format(**known)


def _json(town: Town, path: str) -> Any:
    return town.known("secretary").get(path, headers={"accept": "application/json"}).json()["value"]


def _notice(town: Town) -> str:
    town.acting("secretary", "secretary", BRANCH)
    return str(_json(town, f"/units/{BRANCH}/notices")["running"][0]["notice"])


def _objection(town: Town) -> str:
    town.acting("secretary", "secretary", BRANCH)
    return str(_json(town, f"/units/{BRANCH}/objections")["objections"][0]["objection"])


def _record(town: Town) -> str:
    town.acting("secretary", "secretary", BRANCH)
    member = town.members["substitute"]
    spans = _json(town, f"/members/{member}/points/2026/LX")["spans"]
    return str(spans[0]["items"][0]["records"][0]["record"])


def _places(town: Town) -> list[int]:
    member = town.members["substitute"]
    record = _json(town, f"/members/{member}/records/{_record(town)}")
    return [place["position"] for place in record["places"]]


def _reading(cell: Cell, operation: str) -> bool:
    """Readings are granted also to what the reader is besides: here never more, because he belongs elsewhere."""
    _, relation = UNITS[cell.standing]
    granted = may(operation, cell.holder, relation)
    if (cell.holder, cell.standing) == ("recorder", "own"):
        granted = granted or may(operation, "member", "own")
    return granted or may(operation, "public", "any")


@pytest.fixture(scope="module")
def paths(town: Town, known: dict[str, str]) -> dict[str, str]:
    return {_name(route): _path(town, route, known) for route in _decided()}


@pytest.mark.parametrize("route", _decided(), ids=_name)
def test_a_route_lets_through_exactly_whom_the_table_names(
    clients: dict[tuple[Holder, str], httpx2.Client], route: APIRoute, paths: dict[str, str]
) -> None:
    declaration = declared(route)
    assert declaration is not None
    operation, path = declaration.operation, paths[_name(route)]
    for holder in OFFICES:
        for standing in UNITS:
            cell = Cell(route, holder, standing)
            client = clients[holder, standing]
            if "POST" in (route.methods or ()):
                # The table is asked before the body is read: nothing is ever written here.
                answered = client.post(path, json={"?": 1}, headers={"idempotency-key": "cell"})
                placed = "{unit}" in route.path_format or "{member}" in route.path_format
                unit = UNITS[standing][1] if placed else "own"
                allowed = may(operation, holder, unit)
                expected = {"body-invalid"} if allowed else {"not-permitted", "not-found"}
                assert answered.json()["code"] in expected, (holder, standing, answered.text)
            else:
                answered = client.get(path, headers={"accept": "application/json"})
                allowed = _reading(cell, operation)
                if "/readings" in route.path_format or route.path_format.endswith("/outlook"):
                    allowed = False  # for nobody but the person himself
                if _name(route) in NOT_IN_THE_EXAMPLE:
                    # Past the table nothing is found; whoever is stopped by it and has to do with the place is told so.
                    # Elsewhere it may be either: he may have to do with that place in another office.
                    stopped = (403, 404) if standing == "foreign" else (403,)
                    assert allowed or answered.status_code in stopped, (holder, standing, answered.text[:200])
                    assert not allowed or answered.status_code == 404, (holder, standing, answered.text[:200])
                    continue
                assert (answered.status_code not in (403, 404)) == allowed, (holder, standing, answered.text[:200])


@pytest.fixture(scope="module")
def tokens(town: Town) -> dict[tuple[Holder, str, bool], str]:
    """A token of every office that may look at nobody: without a paper for taking lists, and with one."""
    now = town.deployment.clock().now()
    return {
        (holder, unit, taking): issue(
            town.sql,
            name="nobody",
            person=town.members["member" if holder == "member" else READERS.get(holder, "everybody")],
            role=holder,
            unit=unit,
            scopes=sorted({grant.operation for grant in GRANTS}),
            now=now,
            until=now + timedelta(days=1),
            people_most=0,
            mandate="浦审〔2026〕3号" if taking else None,
        )
        for holder in OFFICES
        for unit, _ in UNITS.values()
        for taking in (False, True)
    }


def _people_in(content: bytes) -> set[str]:
    """Whom of the example an answer names, by name or pseudonym, in whatever form."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            content = b"\n".join(package.read(name) for name in package.namelist())
    text = content.decode(errors="replace")
    return {one.name for one in people() if str(one.member) in text or one.name in text}


def _readable(operation: str) -> Iterator[tuple[Holder, str]]:
    """Who may read it of the branch: two offices at most, the nearest and the farthest."""
    cells = [(one, unit) for unit, relation in UNITS.values() for one in OFFICES if may(operation, one, relation)]
    yield from dict.fromkeys((*cells[:1], *cells[-1:]))


def test_a_token_that_may_look_at_nobody_is_shown_nobody_by_any_route_in_any_form(
    town: Town, paths: dict[str, str], tokens: dict[tuple[Holder, str, bool], str]
) -> None:
    refused: set[str] = set()
    shown: set[tuple[str, ...]] = set()
    for route in (one for one in _decided() if "GET" in (one.methods or ())):
        name, declaration = _name(route), declared(route)
        assert declaration is not None
        for holder, unit in _readable(declaration.operation):
            if name in refused:
                continue
            own = town.members["member" if holder == "member" else READERS.get(holder, "everybody")]
            token = tokens[holder, unit, "/exports/" in name]
            for form in ("application/json", "text/html"):
                headers = {"authorization": f"Bearer {token}", "accept": form}
                answered = town.known("").get(paths[name], headers=headers)
                assert answered.status_code < 500, (name, holder, answered.text[:200])
                named = _people_in(answered.content) - {one.name for one in people() if one.member == own}
                asked_for = {one.name for one in people() if str(one.member) in paths[name]}
                shown |= {(name, holder, form, *sorted(named - asked_for))} if named - asked_for else set()
                if answered.headers.get("content-type", "").startswith("application/problem+json"):
                    refused |= {name} if answered.json()["code"] == "beyond-purpose" else set()
    assert not shown
    assert {"GET /units/{unit}", "GET /units/{unit}/exports/roster.{kind}", "GET /units/{unit}/workbook"} <= refused
    assert len(refused) > 40, sorted(refused)


def test_the_person_himself_may_read_his_own_archive_in_every_office(town: Town) -> None:
    for login in ("member", "recorder", "secretary", "auditor", "officer"):
        client, member = town.known(login), town.members[login]
        for path in ("points", "timeline", "readings", "outlook"):
            assert client.get(f"/members/{member}/{path}").status_code == 200, (login, path)


def test_who_has_nothing_to_do_with_a_branch_is_told_that_there_is_nothing(town: Town) -> None:
    stranger, member = town.known("stranger"), town.members["member"]
    for path in (
        f"/units/{BRANCH}",
        f"/units/{BRANCH}/sheets",
        f"/units/{BRANCH}/matters/TD-202605",
        f"/units/{BRANCH}/notices",
        f"/units/{BRANCH}/notices/{_notice(town)}",
        f"/members/{member}/points",
    ):
        answered = stranger.get(path)
        missing = stranger.get(path.replace(BRANCH, "PK-99").replace(str(member), str(town.members["member"])[::-1]))
        assert answered.status_code == 404, path
        assert missing.status_code == 404, path
    sent = stranger.post(f"/units/{BRANCH}/matters", json={}, headers={"idempotency-key": "k"})
    assert sent.json()["code"] == "not-found"


def test_who_is_not_signed_in_is_asked_to_sign_in(town: Town, paths: dict[str, str]) -> None:
    client = town.known("")
    for route in _decided():
        declaration = declared(route)
        assert declaration is not None
        if may(declaration.operation, "public", "any"):
            continue
        method = sorted(route.methods or ())[0]
        answered = client.request(method, paths[_name(route)], json={} if method == "POST" else None)
        assert (answered.status_code, answered.json()["code"]) == (401, "not-signed-in"), _name(route)


def test_the_documents_show_the_table_as_it_is() -> None:
    page = Path(__file__).parents[2] / "ops" / "docs" / "permissions.md"
    assert page.read_text() == markdown(), "python -m api.permission_table > ops/docs/permissions.md"
