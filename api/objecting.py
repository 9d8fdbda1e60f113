"""异议人 — how somebody objects, follows, withdraws and appeals without being known to anybody but the handler.

Everything that a request draws is made of its key under the vault's own: the command's id, the objection's id and
the secret. A repeat draws the same, and nobody can tell from any of it who sent it: an id made of the person, as other
commands have it, could be tried out by whoever knows the pseudonyms.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Final, TypeVar, cast
from uuid import UUID

import msgspec

from api.asked import Asked
from api.house import House
from api.refusals import NotFound
from domain.actor import Actor
from domain.decider import Command
from domain.ledger import Receipt
from domain.objection.filing import KeyWrong, digest_of
from domain.values import MemberId, NoticeId, ObjectionId, Sha256, day_of, midnight_after
from projections import disputes, notice_board
from projections.answers import AsyncConnection

C = TypeVar("C", bound=Command)

PUBLIC_AUDIENCES: Final = ("unit_and_public", "both_editions")
"""Audiences beyond the branch: their notices have a link for whoever is shown the paper."""


class Objector(msgspec.Struct, frozen=True, kw_only=True):
    """Who objects, as it is sealed: for the handler alone."""

    person: MemberId | None = None
    name: str | None = None
    contact: str | None = None

    @property
    def text(self) -> str:
        """As it goes to the vault; always with the same fields."""
        return msgspec.json.encode(self).decode()


async def objector_of(house: House, objector: Sha256) -> Objector | None:
    """Who objects, opened; only for the one who may be told, or to ask whether it is himself."""
    text = (await house.vault.values((objector,))).get(objector)
    return None if text is None else msgspec.json.decode(text, type=Objector)


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What one filing draws."""

    command: UUID
    objection: ObjectionId
    secret: str
    salt: str
    """Of who objects: a repeat must seal him alike, because his commitment is the actor of the wish."""

    @property
    def key(self) -> Sha256:
        """What the log keeps of the secret."""
        return digest_of(self.secret)


def drawn(house: House, scope: str, key: str) -> Drawn:
    """The ids and the secret of one filing: the same for the same scope and key."""
    root = house.vault.digest(f"objection/{scope}/{key}".encode())
    return Drawn(
        command=_id(root, b"command"),
        objection=_id(root, b"objection"),
        secret=_text(root, b"secret"),
        salt=_text(root, b"salt"),
    )


def command_id(house: House, scope: str, key: str) -> UUID:
    """The id of another wish of whoever objects."""
    return _id(house.vault.digest(f"objector/{scope}/{key}".encode()), b"command")


def _part(root: bytes, purpose: bytes) -> bytes:
    return hmac.digest(root, purpose, hashlib.sha256)[:16]


def _text(root: bytes, purpose: bytes) -> str:
    return base64.urlsafe_b64encode(_part(root, purpose)).rstrip(b"=").decode()


def _id(root: bytes, purpose: bytes) -> UUID:
    return UUID(bytes=_part(root, purpose), version=4)


def execute(asked: Asked, kind: type[C], command: UUID, objector: Sha256, /, **wish: object) -> Receipt:
    """Have a wish of a sealed person granted, or refused."""
    made = cast(Callable[..., C], kind)
    house = asked.house
    return house.ledger.execute(made(id=command, actor=Actor(sealed=objector), at=house.clock.now(), **wish))


def link_token(house: House, notice: NoticeId) -> str:
    """What makes a notice's link unguessable; the log knows nothing of it."""
    return base64.urlsafe_b64encode(house.vault.digest(b"notice-link/" + notice.bytes)[:18]).decode()


async def opened_by_link(
    asked: Asked, connection: AsyncConnection, notice: NoticeId, token: str
) -> notice_board.Notice:
    """The notice of a link, if it is one that hangs for more than the branch; ``NoticeOver`` is the caller's to say."""
    right = link_token(asked.house, notice)
    if not hmac.compare_digest(right.encode(), token.encode()):
        raise NotFound
    found = (await notice_board.notice(connection, notice)).value
    if found is None or found.header.posted is None or not has_link(found):
        raise NotFound
    return found


def has_link(notice: notice_board.Notice) -> bool:
    """Whether anybody beyond the branch may be shown it; of results, in the edition that is made for the public."""
    return notice.header.audience in PUBLIC_AUDIENCES


def hangs(asked: Asked, header: notice_board.NoticeHeader) -> bool:
    """Whether a notice is still shown to those for whom it was posted: until 24:00 of its last day."""
    if header.status != "posted" or header.ends_on is None:
        return False
    return day_of(asked.now) <= header.ends_on and asked.now < midnight_after(header.ends_on)


async def by_secret(connection: AsyncConnection, receipt: str, secret: str) -> disputes.Objection:
    """The objection of a receipt number, for whoever has its secret; the same refusal for either being wrong."""
    found = (await disputes.by_receipt(connection, receipt)).value
    known = "0" * 64 if found is None else found.key
    if not hmac.compare_digest(digest_of(secret), known) or found is None:
        raise KeyWrong
    return found
