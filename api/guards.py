"""Guards around every request: its language, where it comes from, and the headers that every answer carries."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.house import House
from api.words import COOKIE, chosen, words_of

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Everything from here, nothing inline."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guards:
    """The outermost of what is ours."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._secure = house.settings.secure_cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose the language, and add the headers to whatever is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        accepted = request.headers.get("accept-language")
        request.state.words = words_of(chosen(request.cookies.get(COOKIE), accepted))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, with_headers)


def same_origin(headers: Headers, origin: str) -> bool:
    """Whether an unsafe request comes from our own pages, or from a program that is no browser.

    Browsers send ``Origin`` with every POST; one that sends only ``Sec-Fetch-Site`` is asked for that.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    sent = headers.get("origin")
    if sent is None:
        return True
    wanted, given = urlsplit(origin), urlsplit(sent)
    host = headers.get("host", "")
    return (given.scheme, given.netloc) == (wanted.scheme, wanted.netloc) or (
        given.scheme in ("http", "https") and given.netloc == host and _is_loopback(host)
    )


def _is_loopback(host: str) -> bool:
    """Whoever reaches us by another name of this very machine is no other site."""
    return host.rpartition(":")[0] in ("127.0.0.1", "localhost", "[::1]")
