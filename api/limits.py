"""How much may be sent: 1 MB of JSON, 5 MB of a form with files; more is refused while it arrives."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import BodyTooLarge

LIMIT_BYTES: Final = 1_000_000
UPLOAD_LIMIT_BYTES: Final = 5_000_000


class BodyLimit:
    """Counts what arrives; reading beyond the limit raises BodyTooLarge where the body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a body that ends in a refusal at its limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        multipart = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = UPLOAD_LIMIT_BYTES if multipart else LIMIT_BYTES
        declared = headers.get(b"content-length", b"0")
        too_large = declared.isdigit() and int(declared) > limit
        arrived = 0

        async def limited() -> Message:
            nonlocal arrived
            if too_large:
                raise BodyTooLarge(limit_bytes=limit)
            message = await receive()
            if message["type"] == "http.request":
                arrived += len(message.get("body", b""))
                if arrived > limit:
                    raise BodyTooLarge(limit_bytes=limit)
            return message

        await self._app(scope, limited, send)
