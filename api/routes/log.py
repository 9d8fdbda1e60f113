"""存证 — the public log: its key, its signed checkpoints, its tiles of hashes; never an entry."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Response

from api.answering import VARY
from api.asked import Asked, permitted
from api.documents import described
from api.exports.folder import folder_of
from api.house import House
from api.negotiation import wants_page
from api.pages import show
from api.proofs import key_of, newest_checkpoint, witnessed
from api.refusals import NotFound, ProofPending
from api.wishes import TakeWish
from projections.taken import Taken
from projections.taken import taken as taken_away
from projections.transparency.checkpoint import open_checkpoint
from projections.transparency.history import HISTORY
from projections.transparency.keyring import KEYS, keyring
from projections.transparency.note import encode_base64
from projections.transparency.offline.build import verifier_sha256
from projections.transparency.refusals import LogRefused
from projections.transparency.scope import Scope, time_of
from projections.transparency.tiles import ENTRIES, TILE_WIDTH, parse_path
from projections.transparency.witnessed import POLICY, policy_of

router = APIRouter(tags=["log"])

_FOREVER: Final = "public, max-age=31536000, immutable"
_SIZE: Final = re.compile(r"[0-9]{1,20}(-[0-9a-f]{8})?")
_PATH_MOST: Final = 64
"""Characters: far more than the tiles of 2**62 entries need."""


class WitnessedView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest checkpoint that enough witnesses have cosigned."""

    size: int
    by: tuple[str, ...]
    at: datetime
    """When the last of them cosigned."""


class LogView(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness needs."""

    origin: str
    key: str
    size: int
    root: str
    checkpoint: str
    witnesses: tuple[str, ...]
    """Who is asked to cosign; nobody: the log is unwitnessed."""
    witnessed: WitnessedView | None


@router.get("/log")
@described(LogView, bare=True)
async def log(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """The log's key and newest checkpoint, and how to verify a proof at home."""
    key, note = key_of(asked.house), newest_checkpoint(asked.house)
    if key is None or note is None:
        raise ProofPending
    newest, policy = open_checkpoint(note, keyring(asked.house.log, key)), policy_of(asked.house.log)
    value = LogView(
        origin=newest.origin,
        key=str(key),
        size=newest.size,
        root=encode_base64(newest.root),
        checkpoint=note.decode(),
        witnesses=() if policy is None else tuple(each.name for each in policy.keys),
        witnessed=_witnessed(asked.house),
    )
    if wants_page(asked.request):
        exports = await _on_record(asked)
        response = show(
            asked.request,
            "log.html",
            {"value": value, "asked": asked, "verifier": verifier_sha256(), "exports": exports},
        )
    else:
        response = Response(msgspec.json.encode(value), media_type="application/json")
    response.headers.update({"Cache-Control": "no-cache", "Vary": VARY})
    return response


def _witnessed(house: House) -> WitnessedView | None:
    seen = witnessed(house)
    if seen is None:
        return None
    at = datetime.fromtimestamp(max(seen.by.values()), UTC)
    return WitnessedView(size=seen.checkpoint.size, by=tuple(seen.by), at=at)


@router.get("/log/witnessed")
@described(media_type="text/plain")
async def cosigned(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """The newest checkpoint with the signatures of enough witnesses under it."""
    seen = witnessed(asked.house)
    if seen is None:
        raise NotFound
    return Response(seen.note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.get("/log/policy")
@described(media_type="text/plain")
async def policy(asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """Who is asked to cosign, and how many of them must: compare it with the one you were given."""
    file = asked.house.log / POLICY
    if not file.is_file():
        raise NotFound
    return Response(file.read_bytes(), media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.post("/log/export.tar")
@described(media_type="application/x-tar")
async def taken(asked: Annotated[Asked, permitted("log.export", takes=TakeWish, reads=True)]) -> Response:
    """The log as far as it is signed, or one organisation, person, year or period of it, for an outsider to verify.

    That it was taken is written down before anything leaves, and put on record in the log.
    """
    wish: TakeWish = asked.body
    year, part = time_of(wish.period or "")
    return await folder_of(asked, "log", Scope(unit=wish.unit, member=wish.member, year=year, period=part))


async def _on_record(asked: Asked) -> tuple[Taken, ...] | None:
    """What was taken away, for whoever may take it away himself."""
    if asked.signed_in is None or not asked.holds("log.export"):
        return None
    async with asked.ready() as connection:
        return (await taken_away(connection)).value


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


@router.get("/log/keys/{name}")
@described(media_type="text/plain")
async def handover(name: str, asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """Where one key took over from another: the checkpoint there, signed by both."""
    return _kept(asked.house.log / KEYS, name)


@router.get("/log/checkpoints/{size}")
@described(media_type="text/plain")
async def earlier(size: str, asked: Annotated[Asked, permitted("log.verify")]) -> Response:
    """An earlier signed checkpoint, by its size with nine digits."""
    return _kept(asked.house.log / HISTORY, size)


def _kept(folder: Path, name: str) -> Response:
    path = folder / name
    if not _SIZE.fullmatch(name) or not path.is_file():
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
