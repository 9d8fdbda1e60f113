"""Every refusal has a status, a stable code and a sentence in both languages, and shows nothing of the inside."""

import importlib
import pkgutil
import re

import pytest
from starlette.requests import Request
from starlette.types import Scope

import api
import domain
import projections
from api.negotiation import prefers_page
from api.problems import answer_problem, every_refusal, problem_of
from api.refusals import Failed
from api.statuses import STATUSES
from api.words import LANGUAGES, sentence, words_of
from domain.decider import Refused
from domain.recording.filling import SheetIncomplete
from ops.guarded import LogNotTrusted
from tests.api.town import PAGE, Town


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    """Load every module, so that no refusal is overlooked."""
    for room in (domain, projections, api):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)


def _ours() -> list[type[Refused]]:
    rooms = ("domain", "projections", "api")
    return [kind for kind in every_refusal() if kind.__module__.partition(".")[0] in rooms]


def test_every_refusal_has_a_status() -> None:
    assert [kind.code for kind in _ours() if kind.code not in STATUSES] == []


def test_no_status_is_kept_for_a_refusal_that_is_gone() -> None:
    known = {kind.code for kind in every_refusal()}
    assert sorted(STATUSES.keys() - known - {Refused.code, LogNotTrusted.code}) == []


def test_every_code_is_kebab_case_and_stands_for_one_sentence() -> None:
    for kind in _ours():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.code), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_says_it_in_both_languages(language: str) -> None:
    for kind in _ours():
        said = sentence(kind, "zh" if language == "zh" else "en")
        assert said, kind
        assert bool(re.search(r"[\u4e00-\u9fff]", said)) == (language == "zh"), kind


def test_figures_of_a_refusal_come_along() -> None:
    problem = problem_of(SheetIncomplete(missing=3), "zh")
    assert (problem.status, problem.code, problem.facts) == (422, "sheet-incomplete", {"missing": 3})


def test_a_failure_of_ours_shows_nothing_of_the_inside(town: Town) -> None:
    scope: Scope = {"type": "http", "headers": [], "method": "GET", "path": "/", "state": {"words": words_of("en")}}
    answered = answer_problem(Request(scope), Failed())
    assert answered.status_code == 500
    assert b"Traceback" not in bytes(answered.body)
    assert b'"facts":{}' in bytes(answered.body)


def test_a_browser_gets_a_page_and_a_program_a_problem(town: Town) -> None:
    page = town.known("").get("/nowhere", headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    assert "没有找到" in page.text
    assert "not-found" in page.text
    problem = town.known("").get("/nowhere")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {
        "type": "/problems#not-found",
        "title": "没有找到。",
        "status": 404,
        "code": "not-found",
        "facts": {},
    }


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html", True),
        ("text/html;q=0.5,application/json", False),
        ("application/json;q=0.5,text/html", True),
        ("*/*", False),
        ("text/*", True),
        ("application/problem+json", False),
        ("", False),
        ("text/html;q=0", False),
        ("text/html;q=banana,*/*;q=0.1", True),
    ],
)
def test_who_prefers_a_page_gets_one(accept: str, page: bool) -> None:
    assert prefers_page(accept) is page


def test_the_page_of_problems_lists_every_code(town: Town) -> None:
    page = town.known("").get("/problems", headers=PAGE).text
    assert all(f'id="{kind.code}"' in page for kind in _ours())
