"""Page or JSON: which of the two a client wants, by its ``Accept`` header alone."""

import re
from functools import lru_cache
from typing import Final

from starlette.requests import Request

PAGE: Final = "text/html"
JSON: Final = "application/json"

_QUALITY: Final = re.compile(r"[01](\.[0-9]{1,3})?")


def wants_page(request: Request) -> bool:
    """Whether the answer shall be a page: only for who prefers ``text/html``, as browsers do."""
    return prefers_page(request.headers.get("accept"))


@lru_cache(maxsize=64)
def prefers_page(accept: str | None) -> bool:
    """Whether an ``Accept`` header prefers a page to JSON.

    >>> prefers_page("text/html,application/xhtml+xml,*/*;q=0.8"), prefers_page("application/json"), prefers_page(None)
    (True, False, False)
    """
    page = _weight(accept or "*/*", PAGE)
    return page > 0 and page > _weight(accept or "*/*", JSON)


def _weight(accept: str, media_type: str) -> float:
    """The quality that the most specific range gives to a media type; 0 for one that is not wanted."""
    ranges = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    found: dict[str, float] = {}
    for part in accept.lower().split(",")[:20]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        found[name] = float(quality) if _QUALITY.fullmatch(quality) else 1.0
    return next((found[each] for each in ranges if each in found), 0.0)
