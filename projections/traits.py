"""情况登记 — what was sealed of members for fairness figures, with the day on which it was said."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, LiteralString, TypeAlias

from domain.organisation.describing import Traits, traits_of
from domain.organisation.member import MemberDescribed
from domain.sealed import Secret
from domain.values import Sha256, day_of
from projections.applying import Applied, Handlers
from projections.rows import Connection, Row

DDL: Final[LiteralString] = """
CREATE TABLE traits (
    described integer PRIMARY KEY,
    member integer NOT NULL,
    day date NOT NULL,
    traits text NOT NULL
);
CREATE INDEX traits_of_member ON traits (member, described);
"""

Open: TypeAlias = Callable[[Sequence[Sha256]], Mapping[Sha256, Secret]]
"""The vault's values by commitment; what was destroyed is missing."""

_SAID: Final = """
SELECT DISTINCT ON (t.member) t.member, t.traits FROM traits AS t
WHERE t.day <= %(day)s ORDER BY t.member, t.described DESC
"""
_SAID_SINCE: Final = "SELECT t.member, t.traits FROM traits AS t WHERE t.day > %(day)s"


class TraitsRow(Row, kw_only=True):
    """What was said of one member at one time."""

    table = "traits"
    described: int
    member: int
    day: date
    traits: str


def _described(this: Applied, fact: MemberDescribed) -> None:
    member, day = this.keys.member(fact.member), day_of(this.entry.at)
    this.batch.insert(TraitsRow(described=this.position, member=member, day=day, traits=fact.traits))


HANDLERS: Final[Handlers] = {MemberDescribed: _described}


def said_by(connection: Connection, day: date, opened: Open) -> dict[int, Traits]:
    """What was said of members up to a day, the latest of each; whose key was destroyed is missing.

    So is whoever has taken it back since.
    """
    sealed: dict[int, Sha256] = dict(connection.execute(_SAID, {"day": day}).fetchall())
    values = opened(tuple(sealed.values()))
    found = {member: traits_of(values[one].value) for member, one in sealed.items() if one in values}
    gone = taken_back(connection, day, opened)
    return {member: traits for member, traits in found.items() if traits is not None and member not in gone}


def taken_back(connection: Connection, day: date, opened: Open) -> set[int]:
    """Who was described as nothing at all after a day: whatever was said of him before is not used any more."""
    since: list[tuple[int, Sha256]] = connection.execute(_SAID_SINCE, {"day": day}).fetchall()
    values = opened(tuple(one for _, one in since))
    return {member for member, one in since if one in values and traits_of(values[one].value) == Traits()}
