"""The interface's document: every route in it, every example true to its schema, every answer true to the document."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from inspect import iscoroutinefunction
from typing import Any

import msgspec
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from api.asked import OPEN, Permitted, declared
from api.documents import Described
from api.examples import example
from api.routes import ROUTERS
from domain.values import day_of
from projections.answers import Answer
from tests.api.town import OTHER, PAGE, Town, key

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
DOCUMENTED = [route for route in ROUTES if route.include_in_schema]
EXAMPLES = 4
"""Cases that are made up for each operation, office and mode."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


@pytest.fixture(scope="module")
def openapi(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = town.known("").get("/openapi.json").json()
    return found


def _said(route: APIRoute) -> Described:
    said = route.endpoint.__dict__["described"]
    assert isinstance(said, Described)
    return said


def test_every_route_is_documented_with_its_operation(openapi: dict[str, Any]) -> None:
    for route in DOCUMENTED:
        for method in route.methods or ():
            found = openapi["paths"][route.path_format][method.lower()]
            declaration = declared(route)
            assert declaration is not None
            assert found["x-operation"] == declaration.operation
            assert found["summary"]


def test_nothing_that_a_route_depends_on_takes_a_thread() -> None:
    """A plain function would be given a thread of its own for each request, and the loop would wait for it."""
    for route in ROUTES:
        for below in route.dependant.dependencies:
            assert isinstance(below.call, Permitted) or iscoroutinefunction(below.call), route.path


def test_every_write_has_an_example_and_its_problems(openapi: dict[str, Any]) -> None:
    for route in DOCUMENTED:
        declaration = declared(route)
        if "POST" not in (route.methods or ()) or declaration is None:
            continue
        found = openapi["paths"][route.path_format]["post"]
        assert found["requestBody"]["content"]["application/json"]["example"] is not None
        assert {"400", "413", "415", "422"} <= found["responses"].keys()
        if declaration.operation not in OPEN:
            assert "Idempotency-Key" in [parameter["name"] for parameter in found["parameters"]]


@pytest.mark.parametrize("route", DOCUMENTED, ids=lambda route: route.path_format)
def test_every_example_is_true_to_its_type(route: APIRoute) -> None:
    said, declaration = _said(route), declared(route)
    assert declaration is not None
    if said.answers is not None:
        kind = said.answers if said.bare else Answer[said.answers]
        msgspec.json.decode(msgspec.json.encode(example(kind)), type=kind)
    if declaration.takes is not None:
        msgspec.json.decode(msgspec.json.encode(example(declaration.takes)), type=declaration.takes, strict=True)


def test_every_reference_of_the_document_leads_somewhere(openapi: dict[str, Any]) -> None:
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                names.add(node["$ref"].rpartition("/")[2])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(openapi)
    assert names <= openapi["components"]["schemas"].keys()


def test_the_page_to_try_it_comes_from_here(town: Town) -> None:
    client = town.known("")
    page = client.get("/docs", headers=PAGE)
    assert "http" not in page.text.replace("http-equiv", "")
    assert client.get("/docs/swagger-ui-bundle.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/docs/other.js").status_code == 422


def _fuzzed(town: Town, cookies: Sequence[str], mode: GenerationMode) -> int:
    """Every operation with made-up values, as each office: no 5xx, no status and no type that is not documented.

    Making a case up costs many times what sending it does, so that each is sent for every office.
    """
    schema = schemathesis.openapi.from_dict(_document(town))
    schema.config.update(base_url=town.base)
    told = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/session"):
            continue  # signing in and out has tests of its own; here it would sign us out

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=_known(operation.path)))
        def run(case: Any) -> None:
            nonlocal told
            for cookie in cookies:
                told += 1
                answered = case.call(headers={"cookie": cookie})
                case.validate_response(answered, checks=CHECKS)

        # An operation that takes nothing cannot be asked wrongly.
        with suppress(Unsatisfiable):
            run()
    return told


def _known(path: str) -> dict[str, Any] | None:
    """What exists, so that the made-up rest is really read."""
    known = {"unit": OTHER, "matter": "F-1", "item": "R-LX-1", "scheme": "made-up", "version": "v1"}
    named = {name: value for name, value in known.items() if f"{{{name}}}" in path}
    return named if len(named) == path.count("{") else None


@pytest.fixture(scope="module")
def prepared(town: Town) -> None:
    """A held matter with an open sheet in the second branch, where nobody else looks."""
    client = town.acting("everybody", "recorder", OTHER)
    day = str(day_of(town.deployment.clock().now()))
    matters = f"/units/{OTHER}/matters"
    wish = {"matter": "F-1", "kind": "study_session", "title": "试", "planned_on": day}
    for path, body in (
        ("", wish),
        ("/F-1/holding", {"occurred_on": day}),
        ("/F-1/sheets", {"item": "R-LX-1"}),
    ):
        sent = client.post(f"{matters}{path}", json=body, headers=key())
        assert sent.status_code in (200, 201), sent.text


def _document(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = town.known("").get("/openapi.json").json()
    return found


OFFICES = (("recorder", OTHER), ("secretary", OTHER), ("officer", "PK"))


@pytest.fixture(scope="module")
def cookies(town: Town) -> Iterator[list[str]]:
    """A session in each of the offices, all of one person."""
    with ExitStack() as stack:
        found: list[str] = []
        for role, unit in OFFICES:
            client = stack.enter_context(town.visit("everybody"))
            chosen = client.post("/session/office", json={"office": f"{role}@{unit}"})
            assert chosen.status_code == 303, chosen.text
            found.append(f"steelyard={client.cookies['steelyard']}")
        yield found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.filterwarnings("ignore::Warning")  # of the fuzzing library's own, about what it could not make up
def test_made_up_requests_are_answered_as_documented(
    town: Town, prepared: None, cookies: list[str], mode: GenerationMode
) -> None:
    assert _fuzzed(town, cookies, mode) > 100 * len(OFFICES)
