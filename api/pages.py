"""Pages: the templates, what each of them may ask, and the answer as HTML."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.words import LANGUAGES, Words, words_of
from domain.rules.wording import Bilingual, Language
from domain.values import SHANGHAI, points

FOLDER: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"


def show(request: Request, template: str, value: Mapping[str, object], *, status: int = 200) -> Response:
    """A page for the reader of this request."""
    words: Words = request.state.words
    frame = {
        "request": request,
        "house": request.app.state.house,
        "asked": getattr(request.state, "asked", None),
        "path": request.url.path,
        "now": request.app.state.house.clock.now(),
    }
    body = environment(words.language).get_template(template).render({**frame, **value})
    return HTMLResponse(body, status, headers={"Content-Language": words.tag})


@cache
def environment(language: Language) -> Environment:
    """The templates in one language; everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = words_of(language)
    made.globals.update(_=words, words=words, language=language, languages=LANGUAGES)
    made.filters.update(
        day=partial_words(day, words),
        instant=partial_words(instant, words),
        points=points,
        plain=plain,
        said=lambda text: said(text, language),
        short=short,
        address=address,
    )
    return made


def partial_words(function: Any, words: Words) -> Any:
    """A filter that knows its words."""
    return lambda value: "" if value is None else function(value, words)


def day(value: date, words: Words) -> str:
    """A day as people write it."""
    weekday = words(f"weekday.{value.isoweekday()}")
    return words("format.day", year=value.year, month=value.month, day=value.day, weekday=weekday)


def instant(value: datetime, words: Words) -> str:
    """An instant in the country's civil time."""
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date(), words)} {local:%H:%M}"


def plain(quantity: int) -> str:
    """A quantity in hundredths without zeros that say nothing.

    >>> plain(100), plain(250)
    ('1', '2.5')
    """
    return points(quantity).rstrip("0").rstrip(".")


def said(text: object, language: Language) -> str:
    """One of the two languages of a text of the rule set, or of a pair."""
    if isinstance(text, Bilingual):
        return text.text(language)
    zh, en = text  # type: ignore[misc] - whatever carries both
    return str(zh if language == "zh" else en)


def short(identifier: object) -> str:
    """The first eight characters of a pseudonym or a digest: enough to tell two apart on a page."""
    return str(identifier)[:8]


def address(code: str) -> str:
    """A code as it stands in an address: a slash would end the segment.

    >>> address("PK/A")
    'PK~A'
    """
    return code.replace("/", "~")


def utc(value: datetime) -> str:
    """An instant on the wire: RFC 3339 with ``Z``."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
