"""存证 — the public log: its key, its signed checkpoints, its tiles of hashes; never an entry."""

import re
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Response

from api.answering import VARY
from api.asked import Asked, permitted
from api.documents import described
from api.negotiation import wants_page
from api.pages import show
from api.proofs import key_of, newest_checkpoint
from api.refusals import NotFound, ProofPending
from projections.transparency.checkpoint import open_checkpoint
from projections.transparency.history import HISTORY
from projections.transparency.note import encode_base64
from projections.transparency.refusals import LogRefused
from projections.transparency.tiles import ENTRIES, TILE_WIDTH, parse_path

router = APIRouter(tags=["log"])

_FOREVER: Final = "public, max-age=31536000, immutable"
_SIZE: Final = re.compile(r"[0-9]{1,20}")
_PATH_MOST: Final = 64
"""Characters: far more than the tiles of 2**62 entries need."""


class LogView(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness needs."""

    origin: str
    key: str
    size: int
    root: str
    checkpoint: str


@router.get("/log")
@described(LogView, bare=True)
async def log(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """The log's key and newest checkpoint, and how to verify a proof at home."""
    key, note = key_of(asked.house), newest_checkpoint(asked.house)
    if key is None or note is None:
        raise ProofPending
    newest = open_checkpoint(note, [key])
    value = LogView(
        origin=newest.origin, key=str(key), size=newest.size, root=encode_base64(newest.root), checkpoint=note.decode()
    )
    if wants_page(asked.request):
        response = show(asked.request, "log.html", {"value": value})
    else:
        response = Response(msgspec.json.encode(value), media_type="application/json")
    response.headers.update({"Cache-Control": "no-cache", "Vary": VARY})
    return response


@router.get("/log/checkpoint")
@described(media_type="text/plain")
async def checkpoint(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """The newest signed checkpoint."""
    note = newest_checkpoint(asked.house)
    if note is None:
        raise ProofPending
    return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.get("/log/key")
@described(media_type="text/plain")
async def key(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """The public key: compare it with the one printed on paper."""
    known = key_of(asked.house)
    if known is None:
        raise ProofPending
    return Response(f"{known}\n", media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.get("/log/checkpoints/{size}")
@described(media_type="text/plain")
async def earlier(size: str, asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """An earlier signed checkpoint, by its size with nine digits."""
    if not _SIZE.fullmatch(size):
        raise NotFound
    path = asked.house.log / HISTORY / size
    if not path.is_file():
        raise NotFound
    return Response(path.read_bytes(), media_type="text/plain; charset=utf-8", headers={"Cache-Control": _FOREVER})


@router.get("/log/tile/{path:path}")
@described(media_type="application/octet-stream")
async def tile(path: str, asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """One tile of hashes. Entries are not public: who has a mandate gets them in an export."""
    if len(path) > _PATH_MOST:
        raise NotFound
    try:
        named = parse_path(f"tile/{path}")
    except LogRefused as problem:
        raise NotFound from problem
    file = asked.house.log / named.path
    if named.level == ENTRIES or not file.is_file():
        raise NotFound
    cache = _FOREVER if named.width == TILE_WIDTH else "public, max-age=60"
    return Response(file.read_bytes(), media_type="application/octet-stream", headers={"Cache-Control": cache})
