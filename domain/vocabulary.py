"""词汇表 — the one glossary: stored name ↔ class ↔ 中文 ↔ English.

Pages, exports and documents are fed from it. A stored name is for ever: the golden file
``tests/architecture/stored_names.txt`` is only appended to.
"""

from typing import Final, NamedTuple

from domain.decider import Fact


class FactTerm(NamedTuple):
    """One kind of fact."""

    stored_name: str
    fact: type[Fact]
    zh: str
    en: str


FACT_TERMS: Final[tuple[FactTerm, ...]] = ()

_NAMES: Final = {term.fact: term.stored_name for term in FACT_TERMS}


def stored_name(fact: type[Fact]) -> str:
    """The word under which a fact is stored for ever."""
    return _NAMES[fact]
