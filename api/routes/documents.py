"""The interface's documents: OpenAPI, a page to try it, every problem, the permission table."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import swagger_ui_bundle  # pyright: ignore[reportMissingTypeStubs]
from fastapi import APIRouter, FastAPI, Response

from api.asked import Asked, permitted
from api.documents import described, document
from api.pages import show
from api.problems import every_refusal, status_of
from api.statuses import STATUSES
from api.words import sentence
from domain.permissions import GRANTS

router = APIRouter(tags=["documents"])

SWAGGER: Final = Path(swagger_ui_bundle.swagger_ui_path)
_TYPES: Final = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI writes styles of its own and draws with data addresses; no other page may."""


@router.get("/openapi.json")
@described(media_type="application/json")
async def openapi(asked: Annotated[Asked, permitted("open")]) -> Response:
    """This document."""
    return Response(_encoded(asked.request.app), media_type="application/json", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=4)
def _encoded(app: FastAPI) -> bytes:
    """Made once for each application."""
    return msgspec.json.encode(document(app))


@router.get("/docs", include_in_schema=False)
async def docs(asked: Annotated[Asked, permitted("open")]) -> Response:
    """The interface to read and to try."""
    response = show(asked.request, "docs.html", {})
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@router.get("/docs/{file}", include_in_schema=False)
async def docs_file(
    file: Literal["swagger-ui.css", "swagger-ui-bundle.js"], asked: Annotated[Asked, permitted("open")]
) -> Response:
    """Swagger UI as its package ships it."""
    content = (SWAGGER / file).read_bytes()
    return Response(content, media_type=_TYPES[file], headers={"Cache-Control": "public, max-age=86400"})


@router.get("/problems", include_in_schema=False)
async def problems(asked: Annotated[Asked, permitted("open")]) -> Response:
    """Every problem: code, status, sentence."""
    rows = [
        (kind.code, status_of(kind), sentence(kind, "zh"), sentence(kind, "en"))
        for kind in every_refusal()
        if kind.code in STATUSES
    ]
    return show(asked.request, "problems.html", {"rows": rows})


@router.get("/permissions", include_in_schema=False)
async def permissions(asked: Annotated[Asked, permitted("open")]) -> Response:
    """The permission table as it is in force."""
    operations: dict[str, list[object]] = {}
    for grant in GRANTS:
        operations.setdefault(grant.operation, []).append(grant)
    return show(asked.request, "permissions.html", {"operations": operations})
