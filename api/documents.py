"""The interface's own document: OpenAPI 3.1, made of the routes, their operations, wishes and answers.

Schemas come from the very structs that decode and encode, so that the document cannot promise anything else.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar, cast

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.asked import OPEN, Permitted, declared
from api.examples import example
from api.problems import MEDIA_TYPE, Problem
from api.statuses import STATUSES
from api.words import words_of
from domain.ledger import Receipt
from projections.answers import Answer

F = TypeVar("F", bound=Callable[..., Any])
Kind: TypeAlias = Any
"""A type that msgspec encodes: a struct, or a generic one of something."""

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
REFERENCE: Final = "#/components/schemas/{name}"

PROBLEMS: Final = {
    400: "body-unreadable",
    401: "not-signed-in",
    403: "not-permitted",
    404: "not-found",
    413: "body-too-large",
    415: "media-type-unknown",
    409: "sheet-not-draft",
    422: "body-invalid",
    503: "ledger-busy",
}


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What a route's document says beside its signature."""

    answers: Kind | None = None
    """Type of the value in the answer; None for a route that answers something else than JSON."""
    creates: bool = False
    media_type: str | None = None
    """Of an answer that is no JSON."""
    uploads: bool = False
    bare: bool = False
    """The value stands alone, without position and completeness: it does not come from the read models."""


def described(
    answers: Kind | None = None,
    *,
    creates: bool = False,
    media_type: str | None = None,
    uploads: bool = False,
    bare: bool = False,
) -> Callable[[F], F]:
    """Say of a route what it answers."""

    def mark(endpoint: F) -> F:
        said = Described(answers=answers, creates=creates, media_type=media_type, uploads=uploads, bare=bare)
        endpoint.__dict__["described"] = said
        return endpoint

    return mark


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    title = words_of("zh")("product.name")
    made = get_openapi(
        title=f"{title} Steelyard",
        version=app.version,
        openapi_version="3.1.0",
        description=words_of("en")("api.description") + "\n\n" + words_of("zh")("api.description"),
        routes=app.routes,
    )
    routes = [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]
    schemas = _schemas(routes)
    components = made.setdefault("components", {})
    components["schemas"] = schemas.components
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-steelyard"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for route in routes:
        for method in route.methods or ():
            found = made["paths"].get(route.path_format, {}).get(method.lower())
            if found is not None:
                _describe(found, route, method, schemas)
    return made


class _Schemas:
    """Schemas by type, and what they refer to."""

    def __init__(self, kinds: list[Any]) -> None:
        made, self.components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
        self._made = list(zip(kinds, made, strict=True))

    def of(self, kind: Kind) -> dict[str, Any]:
        return next(schema for known, schema in self._made if known == kind)


def _schemas(routes: list[APIRoute]) -> _Schemas:
    kinds: list[Any] = [Problem, Receipt]
    for route in routes:
        said, permit = _said(route), declared(route)
        if said.answers is not None:
            kinds.append(_answer(said))
        if permit is not None and permit.takes is not None:
            kinds.append(permit.takes)
    return _Schemas([kind for n, kind in enumerate(kinds) if kind not in kinds[:n]])


def _said(route: APIRoute) -> Described:
    said = getattr(route.endpoint, "described", None)
    return said if isinstance(said, Described) else Described()


def _answer(said: Described) -> Kind:
    return said.answers if said.bare else cast(Any, Answer)[said.answers]


def _describe(found: dict[str, Any], route: APIRoute, method: str, schemas: _Schemas) -> None:
    said, permit = _said(route), declared(route)
    writes = method == "POST"
    found["summary"] = (route.endpoint.__doc__ or "").partition("\n")[0]
    found.pop("description", None)
    if permit is not None:
        found["x-operation"] = permit.operation
        if permit.operation not in OPEN:
            found["security"] = [{"session": []}, {"token": []}]
    found["responses"] = _responses(said, permit, schemas, writes=writes)
    if permit is not None and permit.takes is not None and writes:
        schema = {"schema": schemas.of(permit.takes), "example": example(permit.takes)}
        form = {"schema": {"type": "object"}}
        found["requestBody"] = {
            "required": True,
            "content": {JSON: schema, (MULTIPART if said.uploads else FORM): form},
        }
        if permit.operation not in OPEN:
            found.setdefault("parameters", []).append(_KEY)


_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "example": "6c1a0a3e-0a8e-4d6b-9d55-0f6f3b6a9d10",
    "description": "The same key again gets the first receipt; with another body 422 idempotency-key-reused.",
}


def _responses(said: Described, permit: Permitted | None, schemas: _Schemas, *, writes: bool) -> dict[str, Any]:
    """What can come back, by status."""
    found: dict[str, Any] = {}
    if writes and said.answers is None and said.media_type is None:
        status = "201" if said.creates else "200"
        body = {"schema": schemas.of(Receipt), "example": example(Receipt)}
        place = {"Location": {"schema": {"type": "string"}, "description": "Where to see it once it can be read."}}
        found[status] = {"description": "Granted.", "content": {JSON: body}, "headers": place}
        found["303"] = {"description": "Granted, for a form."}
    elif said.answers is not None:
        kind = _answer(said)
        body = {"schema": schemas.of(kind), "example": example(kind)}
        found["200"] = {"description": "Found.", "content": {JSON: body, "text/html": {}}}
        found["304"] = {"description": "Not changed since the ETag."}
    else:
        found["200"] = {"description": "Found.", "content": {said.media_type or "text/html": {}}}
        found["303"] = {"description": "Elsewhere."}
    for number, code in PROBLEMS.items():
        if _possible(number, permit, writes=writes):
            found[str(number)] = _problem(number, code, schemas)
    return found


def _possible(status: int, permit: Permitted | None, *, writes: bool) -> bool:
    if status in (400, 413, 415):
        return writes
    if status in (401, 403):
        return writes or (permit is not None and permit.operation != "open")
    return status != 409 or writes


def _problem(status: int, code: str, schemas: _Schemas) -> dict[str, Any]:
    nothing: dict[str, str] = {}
    shown: dict[str, object] = {
        "type": f"/problems#{code}",
        "title": "…",
        "status": status,
        "code": code,
        "facts": nothing,
    }
    codes = sorted(known for known, number in STATUSES.items() if number == status)
    body: dict[str, object] = {"schema": schemas.of(Problem), "example": shown}
    return {"description": "Refused: " + ", ".join(codes) + ".", "content": {MEDIA_TYPE: body, "text/html": {}}}
