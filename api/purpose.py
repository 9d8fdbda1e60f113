"""用途限定 — a program's token is for one purpose: at how many people it may look, and whether it may take lists away.

It looks at whoever's archive it reads, and at everybody whom a list shows, in whichever form: page, JSON, file,
template. Whatever goes beyond is refused as a whole and written down, and nobody is counted: a reading request looks
at whom its answer shows, and they are counted once it is made, before it is given, or once it is refused for another
reason, which tells of them as well. A command counts at once. A person who signs in himself is bound by his office and
by what he reads being shown to whom it is about.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final, LiteralString
from uuid import UUID

from api.asked import Asked
from domain.decider import Refused
from domain.values import MemberId


class BeyondPurpose(Refused):
    """这个令牌查阅的人数已达其用途的上限。 This token has looked at as many people as its purpose allows."""

    code = "beyond-purpose"


class NoMandate(Refused):
    """没有授权文件的令牌不得导出名单。 A token without a mandate takes no lists away."""

    code = "export-without-mandate"


_ONE_AT_A_TIME: Final = "SELECT FROM access.tokens WHERE token_hash = %(token)s FOR UPDATE"
"""Two looks of one token at once must not both be the last that is allowed."""
_LOOK: Final = """
WITH known AS (
  SELECT person FROM access.token_people WHERE token_hash = %(token)s
), fresh AS (
  SELECT unnest(%(people)s::uuid[]) AS person EXCEPT SELECT person FROM known
), within AS (
  SELECT (SELECT count(*) FROM fresh) = 0
      OR (SELECT count(*) FROM known) + (SELECT count(*) FROM fresh) <= t.people_most AS fits
  FROM access.tokens AS t WHERE t.token_hash = %(token)s
), added AS (
  INSERT INTO access.token_people (token_hash, person, at)
  SELECT %(token)s, f.person, %(now)s FROM fresh AS f CROSS JOIN within AS w WHERE w.fits AND %(counted)s
)
SELECT fits FROM within
"""
_MANDATE: Final = "SELECT mandate IS NOT NULL FROM access.tokens WHERE token_hash = %(token)s"
_REFUSED: Final = """
INSERT INTO access.refused_pulls (at, token_hash, reader, code, what, subject)
VALUES (%(now)s, %(token)s, %(reader)s, %(code)s, %(what)s, %(only)s)
"""


async def look_at(asked: Asked, people: Iterable[MemberId], what: str) -> None:
    """Refuse a program that looks at more people than its purpose allows; a person who signed in is not counted.

    All of an answer or nobody: what does not fit as a whole is not counted either.
    """
    if asked.signed_in is None:
        return
    if others := sorted({*people} - {asked.reader.person}):
        await _look(asked, others, what, only=others[0] if len(others) == 1 else None)


async def look_at_case(asked: Asked, case: UUID, what: str) -> None:
    """The same of whoever a case conceals: the case counts in his place, and a refusal names neither."""
    if asked.signed_in is not None:
        await _look(asked, [case], what)


async def _look(asked: Asked, people: list[UUID], what: str, only: MemberId | None = None) -> None:
    """Count them, or see whether they fit with all at whom the request has looked already."""
    if asked.looks is None:
        await _bound(asked, _LOOK, BeyondPurpose, what, people, only)
        return
    if asked.looks.keys() >= set(people):
        return
    looks = asked.looks | dict.fromkeys(people, what)
    asked.count = None  # where these do not fit, nobody is counted
    await _bound(asked, _LOOK, BeyondPurpose, what, [*looks], only, counted=False)
    asked.looks, asked.count = looks, partial(_count, asked, looks, only if len(looks) == 1 else None)


async def _count(asked: Asked, looks: Mapping[UUID, str], only: MemberId | None) -> None:
    """All of them now; another request of the same token may have been the last that is allowed."""
    what = ", ".join(dict.fromkeys(looks.values()))
    await _bound(asked, _LOOK, BeyondPurpose, what, [*looks], only)


async def take_away(asked: Asked, what: str) -> None:
    """Refuse a program that takes a list away without a mandate."""
    await _bound(asked, _MANDATE, NoMandate, what, [])


async def _bound(
    asked: Asked,
    query: LiteralString,
    refusal: type[Refused],
    what: str,
    people: list[UUID],
    only: MemberId | None = None,
    *,
    counted: bool = True,
) -> None:
    session = asked.reader.session
    if session.scopes is None:
        return
    known: dict[str, object] = {"token": session.token_hash, "people": people, "only": only}
    known |= {"now": asked.now, "reader": asked.reader.person, "counted": counted}
    async with asked.house.access.connection() as connection:
        async with connection.transaction():
            await connection.execute(_ONE_AT_A_TIME, known)
            row = await (await connection.execute(query, known)).fetchone()
        if row == (True,):
            return
        await connection.execute(_REFUSED, {**known, "code": refusal.code, "what": what})
    raise refusal
