"""An entry as the read models read it: what every handler needs is decoded at once, the rest when it is asked for."""

from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from domain import vocabulary
from domain.decider import Fact
from domain.entry import SCHEMA
from domain.values import hundredths

_FACTS: Final = {term.stored_name: msgspec.json.Decoder(term.fact, strict=True) for term in vocabulary.FACT_TERMS}


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The envelope, but for what few handlers want."""

    actor: msgspec.Raw
    at: str
    """As it is written: an instant in UTC with ``Z``."""
    command: str | None
    """As it is written: seldom looked at, and quicker to compare."""
    fact: msgspec.Raw
    schema: int
    stream: UUID
    type: str


hundredths_of: Final = lru_cache(maxsize=1_024)(hundredths)
"""Integer hundredths of a decimal, remembered: a log says "1.00" over and over."""

_LINE: Final = msgspec.json.Decoder(Line)


def read(state: bytes) -> tuple[Line, Fact]:
    """The envelope and the fact; raises for a word or a schema that this release does not know."""
    line = _LINE.decode(state)
    assert line.schema == SCHEMA, f"entry schema {line.schema} is not known"
    return line, _FACTS[line.type].decode(line.fact)
