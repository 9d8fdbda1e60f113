"""Problems: every refusal as RFC 9457 ``application/problem+json``, or as a page for a browser.

::

    {"type":"/problems#own-points","title":"不得登记本人积分:由代理记录员登记。","status":409,"code":"own-points",
     "facts":{"member":"…"}}

The code is stable, the title is in the reader's language, ``facts`` are the figures that the refusal names.
Nothing of the inside is shown. The HTTP statuses of all codes stand here and nowhere else.
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
from api.words import Words, sentence
from domain.decider import Refused
from domain.rules.wording import Language
from projections.answers import NotFollowed

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[dict[str, int]] = {
    # The request itself
    "body-unreadable": 400,
    "idempotency-key-missing": 400,
    "idempotency-key-invalid": 400,
    "not-signed-in": 401,
    "sign-in-failed": 401,
    "wrong-origin": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "body-too-large": 413,
    "media-type-unknown": 415,
    "body-invalid": 422,
    "calendar-without-holidays": 422,
    "not-present": 422,
    "profile-unknown": 422,
    "version-mismatch": 422,
    "parameter-invalid": 422,
    "idempotency-key-reused": 422,
    "text-not-normal": 422,
    "entry-too-large": 413,
    "ballot-invalid": 422,
    "ballot-codes-wrong": 422,
    "ballot-code-unknown": 422,
    "ballot-mark-unknown": 422,
    "ballot-box-keys-wrong": 422,
    "appraisal-method-unknown": 422,
    "tellers-wrong": 422,
    "voter-unknown": 422,
    "too-many-attempts": 429,
    "sign-in-busy": 429,
    # Who may
    "not-permitted": 403,
    "office-not-held": 403,
    # What there is
    "unit-unknown": 404,
    "period-unknown": 404,
    "period-not-opened": 404,
    "appraisal-unknown": 404,
    "not-determined": 404,
    "member-unknown": 404,
    "matter-unknown": 404,
    "sheet-unknown": 404,
    "record-unknown": 404,
    "notice-unknown": 404,
    "nothing-known-then": 404,
    "review-unknown": 404,
    "review-outside-period": 404,
    "review-no-access": 403,
    "review-subject-gone": 410,
    "review-bundle-changed": 410,
    "review-closed": 409,
    "review-exists": 409,
    "review-access-to-oneself": 409,
    "review-access-term": 422,
    "reviewer-in-line": 409,
    "version-unknown": 404,
    "local-item-unknown": 404,
    # What the rules say of the content
    "item-unknown": 422,
    "matter-kind-unknown": 422,
    "evidence-kind-unknown": 422,
    "item-not-of-matter": 422,
    "outcome-not-of-item": 422,
    "quantity-outside-rule": 422,
    "shortfall-needs-procedure": 422,
    "late-reason-missing": 422,
    "evidence-missing": 422,
    "sheet-incomplete": 422,
    "not-on-roster": 422,
    "not-in-body": 422,
    "day-in-future": 422,
    "term-backwards": 422,
    "calendar-day-wrong": 422,
    "calendar-changes-past": 422,
    "no-calendar": 422,
    "effective-in-past": 422,
    "local-item-outside-version": 422,
    "local-item-inside-period": 422,
    "rule-set-refused": 422,
    "scheme-malformed": 422,
    "nothing-to-notice": 422,
    "before-enrolment": 422,
    "not-before-today": 422,
    "stand-in-unfit": 422,
    "profile-by-exemption": 422,
    "exemption-not-provided": 422,
    "other-scheme": 422,
    "no-rule-in-force": 422,
    # Honours, deductions, vetoes
    "honour-not-found": 404,
    "deduction-not-found": 404,
    "honour-unknown": 422,
    "deduction-unknown": 422,
    "veto-unknown": 422,
    "reason-missing": 422,
    "act-after-document": 422,
    "kept-by-department": 403,
    "points-outside-range": 422,
    "range-reason-missing": 422,
    "condition-unknown": 422,
    "share-missing": 422,
    "share-unknown": 422,
    "own-measure": 422,
    "own-paper": 422,
    "delivery-not-known": 422,
    "delivered-before-proposed": 422,
    "statement-empty": 422,
    "lifted-before-decided": 422,
    **dict.fromkeys(("honour-not-open", "honour-waiting", "deduction-not-open", "deduction-waiting"), 409),
    **dict.fromkeys(("subject-decides", "already-counted", "evidence-known", "already-notified", "telling-runs"), 409),
    "statement-term-runs": 409,
    "veto-not-standing": 409,
    # Restatement and what-if
    **dict.fromkeys(("restatement-unknown", "nothing-determined"), 404),
    **dict.fromkeys(("nothing-to-restate", "correction-outside", "figure-unknown", "figure-wrong"), 422),
    **dict.fromkeys(("restatement-not-there", "restatement-running", "concerned-orders", "orderer-approves"), 409),
    **dict.fromkeys(("not-restated-worse", "not-simulated"), 409),
    # Probation
    "probation-unknown": 404,
    "not-probationary": 422,
    "extension-length": 422,
    "outcome-missing": 422,
    "probation-exists": 409,
    "probation-over": 409,
    "proposal-pending": 409,
    "nothing-proposed": 409,
    "extended-already": 409,
    "cancel-without-ground": 409,
    "window-runs": 409,
    "records-waiting": 409,
    "profile-by-probation": 409,
    # Measures
    "measure-unknown": 404,
    "measure-step-unknown": 404,
    "proof-missing": 422,
    "meeting-missing": 422,
    "helper-unfit": 422,
    "not-helped": 422,
    "seats-unsettled": 409,
    "seats-nothing-to-settle": 409,
    "pool-incomplete": 409,
    "tie-open": 422,
    "lot-drawn-wrong": 422,
    "designee-unfit": 422,
    "not-pairing": 422,
    "not-in-charge": 409,
    "measure-not-there": 409,
    "steps-open": 409,
    # Workbooks
    "workbook-findings": 422,
    "workbook-too-large": 413,
    "workbook-unreadable": 422,
    "workbook-expands": 422,
    "workbook-macros": 422,
    "workbook-links": 422,
    "workbook-sheet-missing": 422,
    "workbook-sheet-twice": 422,
    "workbook-sheet-unknown": 422,
    "workbook-column-missing": 422,
    "workbook-column-twice": 422,
    "workbook-column-unknown": 422,
    "workbook-too-many-rows": 422,
    "table-too-long": 422,
    # What stands in the way now
    "already-recorded": 409,
    "auditor-writes": 409,
    "unit-exists": 409,
    "member-exists": 409,
    "person-exists": 409,
    "role-already-held": 409,
    "role-not-held": 409,
    "one-recorder-only": 409,
    "unit-dissolved": 409,
    "unit-in-circle": 409,
    "unit-peopled": 409,
    "unit-on-top": 409,
    "no-own-committee": 409,
    "membership-over": 409,
    "own-affair": 409,
    "same-unit": 409,
    "offices-held": 409,
    "leave-overlaps": 409,
    "leave-unknown": 409,
    "exemption-pending": 409,
    "exemption-unknown": 409,
    "not-this-body": 409,
    "already-represented": 409,
    "version-exists": 409,
    "version-not-ready": 409,
    "author-approves": 409,
    "local-item-decided": 409,
    "not-after-previous": 409,
    "calendar-exists": 409,
    "matter-exists": 409,
    "matter-settled": 409,
    "matter-not-held": 409,
    "evidence-repeated": 409,
    "sheet-exists": 409,
    "sheet-not-draft": 409,
    "sheet-not-submitted": 409,
    "own-points": 409,
    "recorder-approves": 409,
    "wrong-body": 409,
    "body-too-small": 409,
    "no-quorum": 409,
    "no-majority": 409,
    "notice-exists": 409,
    "notice-not-draft": 409,
    "notice-not-posted": 409,
    "notice-not-closed": 409,
    "term-running": 409,
    "notice-not-checked": 409,
    "enterer-shows": 409,
    "notice-not-withdrawn": 409,
    "term-not-longer": 422,
    "evidence-outside-term": 422,
    "notice-line-unknown": 422,
    "notice-over": 410,
    # Objections
    "objection-unknown": 404,
    "objection-key-wrong": 404,
    "objection-not-at-step": 409,
    "objection-exists": 409,
    "objection-wrong-body": 409,
    "received-before-posting": 422,
    "target-not-of-notice": 422,
    "ground-unknown": 422,
    "nobody-heard": 422,
    "level-unknown": 422,
    "correction-not-wanted": 422,
    "correction-missing": 422,
    "correction-changes-nothing": 422,
    "handler-unfit": 409,
    "concerned-steps-back": 409,
    "not-the-handler": 409,
    "not-the-subject": 409,
    "not-at-meeting": 422,
    "leading-group-too-small": 409,
    "leading-group-able": 409,
    "appeal-term-running": 409,
    "block-running": 409,
    "term-not-missed": 409,
    "retaliation-unknown": 404,
    "retaliation-act-unknown": 404,
    "retaliation-act-of-others": 422,
    "retaliation-outside-protection": 422,
    "retaliation-already-flagged": 409,
    "retaliation-without-consent": 422,
    "retaliation-already-examined": 409,
    "log-already-opened": 409,
    "log-not-opened": 409,
    "log-name-used": 409,
    "export-exists": 409,
    "scope-empty": 404,
    "nothing-to-take": 404,
    "not-published": 503,
    "nothing-lost": 409,
    # What passes by itself
    "ledger-busy": 503,
    "clock-wrong": 503,
    "outcome-unknown": 503,
    "proof-pending": 503,
    "database-unavailable": 503,
    # What an operator must put right: the log is not what was signed
    "log-rewritten": 503,
    "log-rolled-back": 503,
    "log-unreadable": 503,
    "log-not-trusted": 503,
    "checkpoint-missing": 503,
    "tile-damaged": 503,
    "not-ready": 503,
    "internal-error": 500,
    "proof-broken": 500,
    "disclosure-unknown": 500,
    "key-unsafe": 500,
    "policy-wrong": 500,
    "master-key-missing": 500,
    "master-key-wrong": 500,
    "log-refused": 500,
    "malformed": 500,
    "name-mismatch": 500,
    "proof-invalid": 500,
    "publisher-busy": 500,
    "signature-invalid": 500,
    "target-exists": 500,
    "refused": 409,
    # The year
    "period-sealed": 409,
    "period-being-decided": 409,
    "period-not-there": 409,
    "period-exists": 409,
    "period-not-begun": 409,
    "period-running": 409,
    "period-incomplete": 409,
    "parts-not-sealed": 409,
    "period-base-unsupported": 409,
    "nobody-to-compute": 409,
    "record-uncountable": 409,
    "appraisal-missing": 409,
    "no-appraisal": 409,
    "appraisal-exists": 409,
    "appraisal-not-open": 409,
    "ballot-box-shut": 409,
    "ballot-codes-shown-once": 409,
    "appraisal-no-quorum": 409,
    "not-appraised": 409,
    "self-evaluated": 409,
    "already-fed-back": 409,
}
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
