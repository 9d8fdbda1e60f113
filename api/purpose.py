"""用途限定 — a program's token is for one purpose: at how many people it may look, and whether it may take lists away.

Whatever goes beyond is refused and written down. A person who signs in himself is bound by his office and by what he
reads being shown to whom it is about.
"""

from typing import Final, LiteralString

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
  SELECT count(*) AS looked_at, COALESCE(bool_or(person = %(person)s), false) AS again
  FROM access.token_people WHERE token_hash = %(token)s
), added AS (
  INSERT INTO access.token_people (token_hash, person, at)
  SELECT t.token_hash, %(person)s, %(now)s FROM access.tokens AS t CROSS JOIN known AS k
  WHERE t.token_hash = %(token)s AND NOT k.again AND k.looked_at < t.people_most
  ON CONFLICT DO NOTHING RETURNING person
)
SELECT again OR EXISTS (SELECT FROM added) FROM known
"""
_MANDATE: Final = "SELECT mandate IS NOT NULL FROM access.tokens WHERE token_hash = %(token)s"
_REFUSED: Final = """
INSERT INTO access.refused_pulls (at, token_hash, reader, code, what, subject)
VALUES (%(now)s, %(token)s, %(reader)s, %(code)s, %(what)s, %(person)s)
"""


async def look_at(asked: Asked, person: MemberId, what: str) -> None:
    """Refuse a program that looks at more people than its purpose allows; a person who signed in is not counted."""
    await _bound(asked, _LOOK, BeyondPurpose, what, person)


async def take_away(asked: Asked, what: str) -> None:
    """Refuse a program that takes a list away without a mandate."""
    await _bound(asked, _MANDATE, NoMandate, what, None)


async def _bound(
    asked: Asked,
    query: LiteralString,
    refusal: type[Refused],
    what: str,
    person: MemberId | None,
) -> None:
    session = asked.reader.session
    if session.scopes is None:
        return
    known = {"token": session.token_hash, "person": person, "now": asked.now, "reader": asked.reader.person}
    async with asked.house.access.connection() as connection:
        async with connection.transaction():
            await connection.execute(_ONE_AT_A_TIME, known)
            row = await (await connection.execute(query, known)).fetchone()
        if row == (True,):
            return
        await connection.execute(_REFUSED, {**known, "code": refusal.code, "what": what})
    raise refusal
