"""Problems: every refusal as RFC 9457 ``application/problem+json``, or as a page for a browser.

::

    {"type":"/problems#own-points","title":"不得登记本人积分:由代理记录员登记。","status":409,"code":"own-points",
     "facts":{"member":"…"}}

The code is stable, the title is in the reader's language, ``facts`` are the figures that the refusal names.
Nothing of the inside is shown. The HTTP statuses of all codes stand in `statuses.py` and nowhere else.
"""

from typing import Any, Final

import msgspec
import psycopg
import structlog
from eventsourcing import persistence
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api import refusals
from api.negotiation import wants_page
from api.pages import show
from api.statuses import STATUSES
from api.words import Words, sentence
from domain.decider import Refused
from domain.rules.wording import Language
from projections.answers import NotFollowed

MEDIA_TYPE: Final = "application/problem+json"

"""Code → HTTP status. A test walks every refusal of the program through it."""

OUTAGES: Final[tuple[type[Exception], ...]] = (psycopg.OperationalError, persistence.OperationalError)
"""A database that is away, or a pool without a free connection: for pages and, from the ledger, for writes.

A write whose outcome is not known is none of these: the ledger says so by itself.
"""

_log = structlog.get_logger("api")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What a program is told. Source: RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    facts: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])


def status_of(refused: Refused | type[Refused]) -> int:
    """The HTTP status of a refusal."""
    return STATUSES[refused.code]


def problem_of(refused: Refused, language: Language) -> Problem:
    """The problem that a refusal is."""
    return Problem(
        type=f"/problems#{refused.code}",
        title=sentence(type(refused), language),
        status=status_of(refused),
        code=refused.code,
        facts={name: msgspec.to_builtins(value, enc_hook=str) for name, value in refused.facts.items()},
    )


def every_refusal(kind: type[Refused] = Refused) -> list[type[Refused]]:
    """Every refusal that the program can give, by code."""
    found = [below for direct in kind.__subclasses__() for below in (direct, *every_refusal(direct))]
    return sorted({one.code: one for one in found}.values(), key=lambda one: one.code)


def answer_problem(request: Request, refused: Refused) -> Response:
    """The answer to a request that was refused."""
    words: Words = request.state.words
    problem = problem_of(refused, words.language)
    if wants_page(request):
        response = show(request, "problem.html", {"problem": problem}, status=problem.status)
    else:
        response = Response(msgspec.json.encode(problem), problem.status, media_type=MEDIA_TYPE)
        response.headers["Content-Language"] = words.tag
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    if problem.status in (429, 503):
        seconds = refused.facts.get("retry_after_s", 2)
        response.headers["Retry-After"] = str(seconds)
    return response


def install(app: FastAPI) -> None:
    """Let every error of an application be answered as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for outage in OUTAGES:
        app.add_exception_handler(outage, _unavailable)
    app.add_exception_handler(NotFollowed, _not_ready)
    app.add_exception_handler(Exception, _failed)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer_problem(request, error)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 404:
            return answer_problem(request, refusals.NotFound())
        case 405:
            response = answer_problem(request, refusals.MethodNotAllowed())
            response.headers.update(error.headers or {})
            return response
        case 413:
            return answer_problem(request, refusals.BodyTooLarge())
        case _:
            return answer_problem(request, refusals.BodyUnreadable())


def _invalid(request: Request, error: Exception) -> Response:
    """A parameter of the address: which one, never what the library says about it."""
    assert isinstance(error, RequestValidationError)
    places = [".".join(str(part) for part in found["loc"][1:]) for found in error.errors()]
    return answer_problem(request, refusals.ParameterInvalid(parameters=places))


def _unavailable(request: Request, error: Exception) -> Response:
    _log.warning("database unavailable", path=request.scope.get("path"), exc_info=error)
    return answer_problem(request, refusals.DatabaseUnavailable())


def _not_ready(request: Request, error: Exception) -> Response:
    return answer_problem(request, refusals.NotReady())


def _failed(request: Request, error: Exception) -> Response:
    _log.error("request failed", path=request.scope.get("path"), exc_info=error)
    return answer_problem(request, refusals.Failed())
