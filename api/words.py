"""Words for people: the two catalogues, and which of them a reader wants.

No sentence stands in code or templates: both name a key, ``words("notice.closed", count=3)``, and the catalogues
``locale/<language>/messages.po`` hold the words. Rule sets, facts and refusals bring their own two languages.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from domain.decider import Refused
from domain.rules.wording import Language

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
TAGS: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en"}
"""As ``lang`` and ``Content-Language`` write them."""

LOCALES: Final[Mapping[Language, str]] = {"zh": "zh_CN", "en": "en"}
"""As Babel writes them."""

FOLDER: Final = Path(__file__).parent / "locale"
COOKIE: Final = "steelyard-language"

_SENTENCES: Final = re.compile(r"(?P<zh>.*?[。])\s+(?P<en>[A-Z].*)", re.DOTALL)


class Words:
    """One language's catalogue."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language: Language = language
        self.tag = TAGS[language]
        self.messages = messages

    def __call__(self, key: str, **figures: object) -> str:
        """The words of a key, with figures in their places; an unknown key is a broken promise."""
        text = self.messages[key]
        return text.format(**figures) if figures else text

    def has(self, key: str) -> bool:
        """Whether the catalogue knows a key: codes of a rule set may be newer than this program."""
        return key in self.messages

    def either(self, zh: str, en: str) -> str:
        """The one of two texts that is in this language."""
        return zh if self.language == "zh" else en


def catalogue(language: Language) -> Catalog:
    """The catalogue as it stands in the file."""
    return read_po(BytesIO((FOLDER / language / "messages.po").read_bytes()), locale=LOCALES[language])


@cache
def words_of(language: Language) -> Words:
    """The words of a language; the file is read once."""
    found = {str(m.id): str(m.string) for m in catalogue(language) if m.id and m.string}
    return Words(language, found)


def chosen(cookie: str | None, accepted: str | None) -> Language:
    """The language that a reader chose, else the one that his browser prefers, else Chinese.

    >>> chosen(None, "en-GB,en;q=0.9,zh;q=0.5"), chosen("zh", "en"), chosen(None, "*"), chosen(None, "de")
    ('en', 'zh', 'zh', 'zh')
    """
    for language in LANGUAGES:
        if cookie == language:
            return language
    for tag in _by_preference(accepted or ""):
        for language in LANGUAGES:
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return "zh"


def _by_preference(accepted: str) -> Iterable[str]:
    weighed: list[tuple[float, str]] = []
    for part in accepted.lower().split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        weight = float(quality) if re.fullmatch(r"[01](\.[0-9]{1,3})?", quality) else 1.0
        if weight > 0:
            weighed.append((weight, tag.strip()))
    return (tag for _, tag in sorted(weighed, key=lambda pair: -pair[0]))


def sentence(kind: type[Refused], language: Language) -> str:
    """The sentence of a refusal: its docstring holds both, "中文。 English."

    >>> from domain.decider import NotPermitted
    >>> sentence(NotPermitted, "en")
    'You are not permitted to do this.'
    """
    found = _SENTENCES.fullmatch(" ".join((kind.__doc__ or "").split()))
    assert found is not None, f"{kind.__name__} does not say it in both languages"
    return found[language]
