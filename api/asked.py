"""One request of one reader: who asks, in which office, about whose things, and what he sent.

A route declares its operation, ``asked: Annotated[Asked, permitted("sheet.read")]``, and is reached only by whoever
the permission table lets through. Whoever has nothing to do with the organisation in question is told that there is
no such thing; whoever has, but may not, is told so.
"""

import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args
from uuid import UUID, uuid4, uuid5

from fastapi import Request, params
from fastapi.routing import APIRoute

from api.arrival import Arrival, arrive
from api.bodies import Sent, is_form, read_body
from api.guards import SAFE_METHODS, same_origin
from api.house import House
from api.reader import Acting, Reader, reader_of
from api.refusals import IdempotencyKeyInvalid, IdempotencyKeyMissing, NotFound, NotSignedIn, WrongOrigin
from api.waiting import caught_up
from api.wishes import Wish
from api.words import Words
from domain.actor import Actor
from domain.decider import Command, NotPermitted, Refused
from domain.ledger import Receipt
from domain.permissions import Holder, Relation, may
from domain.sealed import Secret
from domain.values import Code, MemberId, day_of
from projections import notice_board, organisation, records
from projections.answers import Answer, AsyncConnection

C = TypeVar("C", bound=Command)
T = TypeVar("T")

Body: TypeAlias = Any
"""A struct of ``api.wishes``: the one that the route declares."""

Open: TypeAlias = Literal["open", "signed-in"]
"""Routes that no cell of the table decides: for everybody, or for whoever is signed in, about himself alone."""
OPEN: Final[tuple[Open, ...]] = get_args(Open)

_KEY: Final = re.compile(r"[!-~]{1,128}")


class Asked:
    """What a route is given."""

    def __init__(self, request: Request, operation: str, arrived: Arrival | None) -> None:
        self.request = request
        self.house: House = request.app.state.house
        self.words: Words = request.state.words
        self.operation = operation
        self.arrived = arrived
        self.signed_in = None if arrived is None else reader_of(arrived.session, arrived.offices)
        self.now: datetime = self.house.clock.now()
        self.relation: Relation = "any"
        self.unit: organisation.Unit | None = None
        self.subject: organisation.Member | None = None
        self.named = False
        """Whether the notice that is asked for is about the reader, wherever he belongs now."""
        self.sent: Sent | None = None
        self.behind = False
        self.looks: dict[UUID, str] | None = None
        """At whom this request has looked so far, and for what; None where each look is counted at once."""
        self.count: Callable[[], Awaitable[None]] | None = None
        """Counts them; None where there is nobody to be counted."""

    @property
    def today(self) -> date:
        """The civil day in Asia/Shanghai."""
        return day_of(self.now)

    @property
    def reader(self) -> Reader:
        """Who asks; only where the route is for people."""
        assert self.signed_in is not None, f"{self.operation} is open to everybody"
        return self.signed_in

    @property
    def acting(self) -> Acting | None:
        """The office in which he acts."""
        return None if self.signed_in is None else self.signed_in.acting

    @property
    def body(self) -> Body:
        """What he sent, as the struct that the route takes."""
        assert self.sent is not None, f"{self.operation} takes nothing"
        return self.sent.value

    async def once(
        self,
        find: "Callable[[AsyncConnection], Awaitable[Answer[T]]]",
        since: int | None = None,
        *,
        again: bool = False,
    ) -> "Answer[T]":
        """What this very request was answered before, if nothing has been applied to the read models since; else anew.

        Only for an answer that is wholly made of the read models: no name, nothing that changes by the hour. ``again``
        for one of a route's answers that is not.
        """
        arrived = self.arrived
        assert arrived is not None, "nothing is kept for who is not signed in"
        kept = self.house.kept
        if not again and (since is None or since <= arrived.as_of.position):
            found: Answer[T] | None = kept.find(arrived.state, self.asked_for)
            if found is not None:
                return found
        async with self.ready(since) as connection:
            found = await find(connection)
        if not again and arrived.as_of == found.as_of:
            kept.put(arrived.state, self.asked_for, found)
        return found

    @cached_property
    def asked_for(self) -> tuple[object, ...]:
        """Everything on which an answer depends beside the read models: by whom, as what, when, for what."""
        reader, scope = self.signed_in, self.request.scope
        acting = None if reader is None or reader.acting is None else reader.acting.key
        bound = None if self._scopes is None else sorted(self._scopes)
        whose = None if reader is None else reader.person
        address = (scope["path"], scope["query_string"])
        return (*address, whose, acting, None if bound is None else tuple(bound), self.words.language, self.today)

    @property
    def _scopes(self) -> frozenset[str] | None:
        """The operations that a token was issued for; None for who has signed in himself."""
        scopes = None if self.signed_in is None else self.signed_in.session.scopes
        return None if scopes is None else frozenset(scopes)

    def _in_scope(self, operation: str) -> bool:
        return self._scopes is None or operation in self._scopes

    @asynccontextmanager
    async def ready(self, since: int | None = None) -> AsyncGenerator[AsyncConnection]:
        """A connection to read models that have reached a position; ``behind`` says where they have not in time.

        Who is not signed in has written nothing, and waits for nothing.
        """
        if since is not None and self.signed_in is not None:
            self.behind = not await caught_up(self.house, since)
        async with self.house.reads.connection() as connection:
            yield connection

    def may(self, operation: str, state: str | None = None) -> bool:
        """Whether the reader, in the office in which he acts, may do this to the things in question: for buttons."""
        acting = self.acting
        return acting is not None and self._in_scope(operation) and may(operation, acting.role, self.relation, state)

    def holds(self, operation: str) -> bool:
        """Whether the reader may do this in his own organisation: for the navigation."""
        reader = self.signed_in
        if reader is None or reader.acting is None:
            return False
        unit = reader.acting.unit
        return any(may(operation, office.role, "own") for office in reader.offices if office.unit == unit)

    def sees(self, state: str) -> bool:
        """Whether the reader may see, under this route's operation, a thing in this state."""
        return any(may(self.operation, role, relation, state) for role, relation in _standing(self, writes=False))

    def reads(self, operation: str) -> bool:
        """Whether the reader may see, beside what this route shows, what belongs to another operation."""
        if not self._in_scope(operation):
            return False
        return any(may(operation, role, relation) for role, relation in _standing(self, writes=False))

    def reads_below(self) -> bool:
        """Whether the reader may see, under this route's operation, the same of what lies below the organisation."""
        standing = _standing(self, writes=False)
        # Who has to do with the organisation is above all that lies below it.
        return any(may(self.operation, role, "any" if relation == "any" else "above") for role, relation in standing)

    def fresh_key(self) -> str:
        """An idempotency key for a form."""
        return str(uuid4())

    def secret(self, subject: MemberId, name: str, value: str) -> Secret:
        """A value for the vault, with a salt of 128 random bits."""
        return Secret(subject=subject, name=name, value=value, salt=secrets.token_urlsafe(16))

    def execute(self, kind: type[C], /, **wish: object) -> Receipt:
        """Have a wish granted under this request's key, or refused."""
        return self.execute_as(self.reader.actor, kind, **wish)

    def execute_as(self, actor: Actor, kind: type[C], /, **wish: object) -> Receipt:
        """The same in another capacity of the reader's own than the office in which he acts."""
        made = cast(Callable[..., C], kind)
        return self.house.ledger.execute(made(id=self.command(), actor=actor, at=self.house.clock.now(), **wish))

    def own_key(self) -> str:
        """The key that the client chose for this request."""
        key = self.request.headers.get("idempotency-key")
        if key is None and self.sent is not None:
            key = self.sent.key
        if key is None:
            raise IdempotencyKeyMissing
        if not _KEY.fullmatch(key):
            raise IdempotencyKeyInvalid
        return key

    def command(self, part: str = "") -> UUID:
        """One id for one person and key, and part where a key stands for several; another's key is another command."""
        return uuid5(self.reader.person, self.own_key() + part)


class Permitted:
    """The dependency that lets a request through to its route."""

    def __init__(self, operation: str, takes: type[Wish] | None = None, *, reads: bool = False) -> None:
        self.operation = operation
        self.takes = takes
        self.reads = reads

    async def __call__(self, request: Request) -> AsyncGenerator[Asked]:
        """What the route is given, or a refusal; whom its answer shows is counted before it is given, not before.

        A refusal tells of him as well: that a record is not there, that his data is restricted.
        """
        house: House = request.app.state.house
        arrived = await arrive(house, request)
        asked = Asked(request, self.operation, arrived)
        reader = asked.signed_in
        request.state.asked = asked
        if reader is not None and reader.acting is not None:
            asked.relation = "own"
        writes = request.method not in SAFE_METHODS
        if writes and not same_origin(request.headers, house.settings.origin):
            raise WrongOrigin
        await self._let_in(asked, writes=writes and not self.reads)
        if writes and self.takes is not None:
            if not is_form(request) and self.operation not in OPEN:
                _need_key(request)
            asked.sent = await read_body(request, self.takes)
        # A wish cannot be taken back once it is granted: whom it looks at is counted beforehand.
        asked.looks = None if writes else {}
        try:
            yield asked
        except Refused:
            await _counted(asked)
            raise
        await _counted(asked)
        # What is sent piece by piece looks on while it is sent.
        asked.looks = None

    async def _let_in(self, asked: Asked, *, writes: bool) -> None:
        if self.operation == "open" or may(self.operation, "public", "any"):
            return
        if asked.signed_in is None:
            raise NotSignedIn
        scopes = asked.signed_in.session.scopes
        if scopes is not None and self.operation not in scopes:
            raise NotPermitted
        if self.operation == "signed-in":
            return
        await _place(asked)
        if not any(may(self.operation, role, relation) for role, relation in _standing(asked, writes=writes)):
            raise NotPermitted if _concerned(asked) else NotFound


async def _counted(asked: Asked) -> None:
    if asked.count is not None:
        await asked.count()


def permitted(operation: str, takes: type[Wish] | None = None, *, reads: bool = False) -> params.Depends:
    """The dependency of a route whose requests are this operation, and what its body is.

    ``reads``: what is sent alters nothing but the list of what was taken away; who may read it, may send it.
    """
    return params.Depends(Permitted(operation, takes, reads=reads), scope="function")


def declared(route: APIRoute) -> Permitted | None:
    """The declaration among a route's dependencies, wherever it stands; for tests and documents."""
    for below in route.dependant.dependencies:
        if isinstance(below.call, Permitted):
            return below.call
    return None


async def _place(asked: Asked) -> None:
    """Find the organisation or person whose things are asked for, as the address names them."""
    path, arrived = asked.request.path_params, asked.arrived
    assert arrived is not None, "the permission table grants nothing to nobody"
    if "member" in path:
        if arrived.subject is None:
            raise NotFound
        asked.subject = arrived.subject
    elif "unit" not in path:
        return
    places = [] if arrived.place is None else [arrived.place]
    if "record" in path or "notice" in path:
        places += await _further(asked, path)
    if not places:
        raise NotFound
    acting = asked.acting
    related = (one for one in places if acting is not None and relation_of(acting.unit, one) is not None)
    asked.unit = next(related, places[0])
    relation = None if acting is None else relation_of(acting.unit, asked.unit)
    # "any" is granted to whoever may look everywhere, and to nobody else.
    asked.relation = "any" if relation is None else relation


async def _further(asked: Asked, path: Mapping[str, Any]) -> list[organisation.Unit]:
    """What few addresses ask besides: whom a notice names, and which branch made a record."""
    async with asked.house.reads.connection() as connection:
        if "notice" in path:
            asked.named = await notice_board.names(connection, path["notice"], asked.reader.person)
        if "record" not in path or "member" not in path:
            return []
        # What a branch recorded itself it may read also when the person has gone to another one.
        made_in = await records.made_in(connection, path["record"], path["member"])
        found = None if made_in is None else (await organisation.unit(connection, made_in)).value
    return [] if found is None else [found]


def relation_of(unit: Code, target: organisation.Unit) -> Relation | None:
    """How one organisation stands to another; None where it has nothing to do with it."""
    if unit == target.unit:
        return "own"
    return "above" if unit in target.path else None


def _standing(asked: Asked, *, writes: bool) -> list[tuple[Holder, Relation]]:
    """Every (holder, relation) in which the reader stands to the thing.

    He writes in the office in which he acts. He reads also as what he is besides: a member of his organisation, and
    the person himself.
    """
    reader = asked.reader
    found: list[tuple[Holder, Relation]] = []
    if reader.acting is not None:
        related = asked.unit is None or relation_of(reader.acting.unit, asked.unit) is not None
        found.append((reader.acting.role, asked.relation if related else "any"))
    if writes:
        return found
    if asked.named:
        # Who was transferred meanwhile must still be able to see what his old branch says of him.
        found.append(("member", "own"))
    for office in reader.offices:
        if office.role == "member" and asked.unit is not None:
            relation = relation_of(office.unit, asked.unit)
            if relation == "own":
                found.append(("member", relation))
    if asked.subject is not None and asked.subject.member == reader.person:
        found.append(("member", "self"))
    return found


def _concerned(asked: Asked) -> bool:
    """Whether the reader has to do with the organisation at all."""
    if asked.unit is None:
        return True
    return any(relation_of(office.unit, asked.unit) is not None for office in asked.reader.offices)


def _need_key(request: Request) -> None:
    key = request.headers.get("idempotency-key")
    if key is None:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid
