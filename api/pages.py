"""Pages: the templates, what each of them may ask, and the answer as HTML."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from babel.dates import format_date
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.navigation import navigation
from api.words import LANGUAGES, LOCALES, Words, words_of
from domain.rules.wording import Bilingual, Language
from domain.values import SHANGHAI

FOLDER: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"


def show(request: Request, template: str, value: Mapping[str, object], *, status: int = 200) -> Response:
    """A page for the reader of this request."""
    words: Words = request.state.words
    house = request.app.state.house
    asked = getattr(request.state, "asked", None)
    frame: dict[str, object] = {
        "house": house,
        "asked": asked,
        "holds": asked.holds if asked is not None else _nothing,
        "navigation": navigation,
        "path": request.url.path,
        "back": _came_from(request),
        "now": house.clock.now(),
    }
    body = environment(words.language).get_template(template).render({**frame, **value})
    return HTMLResponse(body, status, headers={"Content-Language": words.tag})


def _nothing(operation: str) -> bool:
    """Who is not known holds no office."""
    return False


def _came_from(request: Request) -> str | None:
    """The page of ours from which the request came, if it did."""
    came = urlsplit(request.headers.get("referer", ""))
    return came.path if came.path.startswith("/") and came.netloc == request.headers.get("host") else None


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
    names: dict[str, Any] = {"_": words, "words": words, "language": language}
    filters: dict[str, Any] = {
        "day": _with(words, day),
        "instant": _with(words, instant),
        "added": added,
        "taken": taken,
        "trimmed": trimmed,
        "named": named,
        "said": partial(said, language=language),
        "address": address,
    }
    made.globals.update(names)
    made.filters.update(filters)
    return made


def _with(words: Words, function: Callable[[Any, Words], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None else function(value, words)


def day(value: date, words: Words) -> str:
    """A day as people write it."""
    return format_date(value, words("format.day"), locale=LOCALES[words.language])


def instant(value: datetime, words: Words) -> str:
    """An instant in the country's civil time."""
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date(), words)} {local:%H:%M}"


def added(figure: str) -> str:
    """Points that come on top, with their sign; nothing is neither added nor taken.

    >>> added("2.00"), added("0.00")
    ('+2.00', '0.00')
    """
    return f"+{figure}" if figure.strip("0.") else figure


def taken(figure: str) -> str:
    """Points that go off, with their sign.

    >>> taken("0.50"), taken("0.00")
    ('−0.50', '0.00')
    """
    return f"−{figure}" if figure.strip("0.") else figure


def trimmed(figure: str) -> str:
    """A figure without zeros that say nothing.

    >>> trimmed("1.00"), trimmed("2.50")
    ('1', '2.5')
    """
    return figure.rstrip("0").rstrip(".")


def named(choices: Iterable[Any], code: str) -> tuple[str, str]:
    """The choice of a code, to be said; the code itself where the rule set no longer knows it."""
    return next(((one.zh, one.en) for one in choices if one.code == code), (code, code))


def said(text: Bilingual | tuple[str, str], language: Language) -> str:
    """One of the two languages of a text of the rule set, or of a pair of Chinese and English."""
    if isinstance(text, Bilingual):
        return text.text(language)
    return text[LANGUAGES.index(language)]


def address(code: str) -> str:
    """A code as it stands in an address: a slash would end the segment.

    >>> address("PK/A")
    'PK~A'
    """
    return code.replace("/", "~")
