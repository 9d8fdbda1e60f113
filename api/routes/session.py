"""Signing in and out, the office in which to act, the language in which to read."""

import re
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api import sessions
from api.asked import Asked, permitted
from api.documents import described
from api.negotiation import wants_page
from api.pages import show
from api.reader import Acting
from api.refusals import NotSignedIn, OfficeNotHeld, SignInFailed
from api.wishes import Choice, LanguageChoice, Nothing, SignIn
from api.words import COOKIE
from domain.values import MemberId

router = APIRouter(tags=["session"])

_OURS: Final = re.compile(r"/(?![/\\])[!-~]*")
_YEAR_S: Final = 31_536_000


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and in which office he acts."""

    person: MemberId
    acting: Acting | None
    offices: tuple[Acting, ...]


@router.get("/session")
@described(Signed, bare=True)
async def session(asked: Annotated[Asked, permitted("open")], to: str = "/") -> Response:
    """The sign-in page; for a program, who is signed in."""
    if not wants_page(asked.request):
        if asked.signed_in is None:
            raise NotSignedIn
        return _signed(asked)
    if asked.signed_in is not None:
        return RedirectResponse("/", 303)
    return show(asked.request, "sign_in.html", {"to": ours(to), "failed": None})


@router.post("/session")
@described(media_type="application/json")
async def sign_in(asked: Annotated[Asked, permitted("open", takes=SignIn)]) -> Response:
    """Sign in."""
    wish: SignIn = asked.body
    client = asked.request.client
    address = client.host if client is not None else ""
    person = await asked.house.identity.identify(wish.login, wish.password, address)
    if person is None:
        if asked.sent is not None and asked.sent.by_form and wants_page(asked.request):
            return _again(asked, wish)
        raise SignInFailed
    by_form = asked.sent is not None and asked.sent.by_form
    response: Response = RedirectResponse(ours(wish.to), 303) if by_form else Response(status_code=204)
    await sessions.begin(asked.house, person, response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _again(asked: Asked, wish: SignIn) -> Response:
    sentence = asked.words("session.failed")
    response = show(asked.request, "sign_in.html", {"to": ours(wish.to), "failed": sentence}, status=401)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/session/end")
@described(media_type="application/json")
async def sign_out(asked: Annotated[Asked, permitted("signed-in", takes=Nothing)]) -> Response:
    """Sign out."""
    response: Response = RedirectResponse("/session", 303)
    await sessions.end(asked.house, asked.reader.session, response)
    return response


@router.post("/session/office")
@described(media_type="application/json")
async def choose_office(asked: Annotated[Asked, permitted("signed-in", takes=Choice)]) -> Response:
    """Act in another of today's offices."""
    role, _, unit = asked.body.office.partition("@")
    office = asked.reader.holding(role, unit)
    if office is None:
        raise OfficeNotHeld
    await sessions.choose(asked.house, asked.reader.session, office.role, office.unit)
    return RedirectResponse("/", 303)


@router.post("/language")
@described(media_type="application/json")
async def choose_language(asked: Annotated[Asked, permitted("open", takes=LanguageChoice)]) -> Response:
    """Read in another language from now on."""
    wish: LanguageChoice = asked.body
    response = RedirectResponse(ours(wish.to), 303)
    secure = asked.house.settings.secure_cookies
    response.set_cookie(COOKIE, wish.language, max_age=_YEAR_S, path="/", secure=secure, samesite="lax", httponly=True)
    return response


def ours(to: str) -> str:
    """An address of our own, or the beginning: nobody is sent to another site from here.

    >>> ours("/units/PK"), ours("//evil.example"), ours("https://evil.example")
    ('/units/PK', '/', '/')
    """
    return to if _OURS.fullmatch(to) else "/"


def _signed(asked: Asked) -> Response:
    reader = asked.reader
    value = Signed(person=reader.person, acting=reader.acting, offices=reader.offices)
    return Response(
        msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "private, no-store"}
    )
