"""Answers: one value as JSON for programs and as a page for browsers, with what must be said of it.

::

    {"as_of":{"position":412,"at":"…","known_at":"…","generation":1},"complete":true,"value":{…}}
"""

import hashlib
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.asked import Asked
from api.negotiation import wants_page
from api.pages import show
from api.program import program_digest
from domain.ledger import Receipt
from projections.answers import Answer, AsOf

VARY: Final = "Accept, Accept-Language, Cookie"


def unchanged(asked: Asked, since: int | None = None) -> Response | None:
    """304 before anything is looked for, where the reader has this very answer already; else None.

    For a route whose answer is wholly made of the read models; whoever reads another's archive is written down first.
    """
    arrived, known = asked.arrived, _known(asked.request)
    if not known or arrived is None or (since is not None and arrived.as_of.position < since):
        return None
    tag = etag(asked, arrived.as_of)
    return _unchanged(tag) if tag in known else None


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers=_headers(tag))


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": VARY}


def answer(asked: Asked, template: str, found: Answer[Any], *, fresh: object = None, **page: object) -> Response:
    """The value as the client wants it; 304 where he has it already. ``page`` is what the page alone needs.

    ``fresh`` tells apart what the log's position does not: whatever the value shows that is no read model.
    """
    request = asked.request
    tag = etag(asked, found.as_of, fresh)
    if tag in _known(request) and not asked.behind:
        return _unchanged(tag)
    if wants_page(request):
        frame = {"as_of": found.as_of, "complete": found.complete, "value": found.value, "behind": asked.behind}
        response = show(request, template, {**frame, **page})
    else:
        response = Response(msgspec.json.encode(found), media_type="application/json")
        response.headers["Content-Language"] = asked.words.tag
    response.headers.update(_headers(tag))
    return response


def etag(asked: Asked, as_of: AsOf, fresh: object = None) -> str:
    """Says which state of the log an answer shows, by which program, to whom, in which language, on which day."""
    seen = (
        program_digest(),
        as_of.position,
        as_of.generation,
        0 if asked.arrived is None else asked.arrived.waiting,
        asked.asked_for,
        wants_page(asked.request),
        fresh,
    )
    return f'W/"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'


def _known(request: Request) -> list[str]:
    """The tags of the answers that the reader has already."""
    sent = request.headers.get("if-none-match")
    return [] if sent is None else [tag.strip() for tag in sent.split(",")]


def granted(asked: Asked, receipt: Receipt, to: str, *, created: bool = False) -> Response:
    """The answer to a wish that was granted: the receipt, and where to see what came of it."""
    place = since(to, receipt.last)
    if asked.sent is not None and asked.sent.by_form:
        return RedirectResponse(place, 303, headers={"Cache-Control": "no-store"})
    return Response(
        msgspec.json.encode(receipt),
        201 if created else 200,
        media_type="application/json",
        headers={"Location": place, "Cache-Control": "no-store", "Vary": VARY},
    )


def since(to: str, position: int) -> str:
    """An address whose answer waits until the read models have reached a position."""
    if position == 0:
        return to
    return f"{to}{'&' if '?' in to else '?'}{urlencode({'since': position})}"
