"""群众反馈 — how much feedback may come from one place in a while: written down without the address itself."""

from datetime import timedelta
from typing import Final

from api.asked import Asked
from domain.decider import Refused
from domain.values import Code

WINDOW: Final = timedelta(minutes=15)
PER_ADDRESS: Final = 20
PER_UNIT: Final = 200

_NOTE: Final = "INSERT INTO access.attempts (login_hash, address, at) VALUES (%(unit)s, %(place)s, %(at)s)"
_FORGET: Final = "DELETE FROM access.attempts WHERE login_hash = %(unit)s AND at <= %(since)s"
_COUNT: Final = """
SELECT count(*) FILTER (WHERE address = %(place)s), count(*) FILTER (WHERE login_hash = %(unit)s)
FROM access.attempts WHERE at > %(since)s AND (address = %(place)s OR login_hash = %(unit)s)
"""


class FeedbackTooMuch(Refused):
    """短时间内收到的反馈过多,请稍后再来。 Too much feedback came in a short time; please come back later."""

    code = "feedback-too-much"


async def need_room(asked: Asked, unit: Code) -> None:
    """Count this one, or refuse it where too many came from one address or to one organisation; 429."""
    client, digest = asked.request.client, asked.house.vault.digest
    host = client.host if client is not None else ""
    known: dict[str, object] = {
        "unit": digest(f"feedback/{unit}".encode())[:32],
        "place": f"feedback {digest(f'feedback-from/{host}'.encode()).hex()[:32]}",
        "at": asked.now,
        "since": asked.now - WINDOW,
    }
    async with asked.house.access.connection() as connection:
        row = await (await connection.execute(_COUNT, known)).fetchone()
        assert row is not None
        if row[0] >= PER_ADDRESS or row[1] >= PER_UNIT:
            raise FeedbackTooMuch(retry_after_s=int(WINDOW.total_seconds()))
        await connection.execute(_FORGET, known)
        await connection.execute(_NOTE, known)
