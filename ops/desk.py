"""办公桌 — the recorder's work from the command line: who he is, and one sheet by exception.

The command line is no back door: it signs in with the account's password, acts in the office that the person holds
today, and every wish goes through ``Ledger.execute``.
"""

import asyncio
import secrets
from typing import Any, Final, NamedTuple, get_args
from uuid import uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool

from api.accounts import LocalAccounts
from api.workbook.directory import Person
from domain.actor import Actor
from domain.decider import Refused
from domain.organisation.member import MemberUnknown
from domain.recording.archive import Outcome
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.sheet import SHEET, NoSheet
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId
from ops.deployment import Deployment
from ops.intake import SALT_BYTES, people_of

ADDRESS: Final = "command-line"


class NotSignedIn(Refused):
    """账号或密码不对。 The login or the password is wrong."""

    code = "not-signed-in"


class OutcomeUnknownWord(Refused):
    """没有这种登记结果。 There is no such outcome."""

    code = "outcome-unknown-word"


def signed_in(deployment: Deployment, login: str, password: str) -> MemberId:
    """The person of an account."""

    async def identify() -> MemberId | None:
        async with _writers(deployment) as pool:
            return await LocalAccounts(pool, deployment.clock()).identify(login, password, ADDRESS)

    found = asyncio.run(identify())
    if found is None:
        raise NotSignedIn
    return found


def _writers(deployment: Deployment) -> "AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]":
    kwargs = {"autocommit": True}
    return AsyncConnectionPool(deployment.database.urls.writer, kwargs=kwargs, min_size=1, max_size=2, open=False)


class Entered(NamedTuple):
    """What the command line was asked to say on one sheet."""

    matter: Code
    item: Code
    otherwise: str | None
    but: dict[str, str]
    """Outcome by work number."""
    submit: bool
    late_reason: str | None = None
    """Why it comes late, where it does; goes to the vault."""


def fill_sheet(deployment: Deployment, actor: Actor, entered: Entered) -> int:
    """Open the sheet if need be, fill it by exception, submit it if asked; gives the last position written."""
    ledger, at = deployment.ledger(), deployment.clock().now()
    assert actor.unit is not None, "a person acts for an organisation"
    people = people_of(deployment, actor.unit, at)
    is_new = isinstance(ledger.load(SHEET.of(actor.unit, entered.matter, entered.item)), NoSheet)
    commands = _commands(actor, actor.unit, at, entered, people)
    wanted = commands if is_new else commands[1:]
    return max(ledger.execute(command).last for command in wanted)


def _commands(
    actor: Actor, unit: Code, at: Instant, entered: Entered, people: dict[str, Person]
) -> list[OpenSheet | FillSheet | SubmitSheet]:
    matter, item = entered.matter, entered.item
    late_reason = _late(actor, entered)
    opened = OpenSheet(id=uuid4(), actor=actor, at=at, unit=unit, matter=matter, item=item, late_reason=late_reason)
    filled = FillSheet(
        id=uuid4(),
        actor=actor,
        at=at,
        unit=unit,
        matter=matter,
        item=item,
        otherwise=None if entered.otherwise is None else _outcome(entered.otherwise),
        but=tuple(
            LineWish(member=_known(people, number).member, outcome=_outcome(word))
            for number, word in entered.but.items()
        ),
        late_reason=_late(actor, entered),
    )
    submitted = SubmitSheet(id=uuid4(), actor=actor, at=at, unit=unit, matter=matter, item=item)
    return [opened, filled, submitted] if entered.submit else [opened, filled]


def _late(actor: Actor, entered: Entered) -> Secret | None:
    """Sealed anew for each wish, under the key of who says it."""
    if entered.late_reason is None:
        return None
    assert actor.person is not None, "a person signs in"
    salt = secrets.token_urlsafe(SALT_BYTES)
    return Secret(subject=actor.person, name="late_reason", value=entered.late_reason, salt=salt)


def _known(people: dict[str, Person], work_number: str) -> Person:
    if work_number not in people:
        raise MemberUnknown(work_number=work_number)
    return people[work_number]


def _outcome(word: str) -> Outcome:
    for known in get_args(Outcome):
        if known == word:
            found: Outcome = known
            return found
    raise OutcomeUnknownWord(word=word)
