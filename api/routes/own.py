"""本人材料 — "these are all my records, and this is the total they give": shown, downloaded, verified at home."""

import io
import json
import zipfile
from importlib.resources import files
from typing import Annotated, Any
from uuid import UUID

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.exports.folder import folder_of
from api.proofs import Proven, key_of, prove
from api.refusals import NotFound, ProofPending
from api.routes.matters import Since
from api.routes.periods import Year
from api.wishes import Nothing
from domain.assessment.computing import known_members
from domain.assessment.period import living
from domain.decider import Past
from domain.values import Code, MemberId, Sha256, points
from projections import assessments
from projections.answers import Answer, AsyncConnection
from projections.own_state import OwnState, committed, own_state
from projections.transparency.mandate import Profile
from projections.transparency.scope import Scope
from projections.waiting import as_of

router = APIRouter(tags=["members"])

CODE = ("own.py", "verify.py")
_EPOCH = (2020, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the same bundle twice is the same bytes."""


class OwnView(msgspec.Struct, frozen=True, kw_only=True):
    """A member's own records of a period under the newest commitment to them."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    total: str | None
    grade: Code | None
    entries: int
    """How many entries of his the commitment covers."""
    position: int
    """Of the commitment."""
    root: Sha256
    members: int
    index: int
    proven: bool
    """Whether the signed log covers the commitment already."""


@router.get("/members/{member:uuid}/own/{year}/{period:code}")
@described(OwnView)
async def shown(
    member: UUID, year: Year, period: str, asked: Annotated[Asked, permitted("own.take")], since: Since = None
) -> Response:
    """What the newest commitment of a period says of me."""
    async with asked.ready(since) as connection:
        unit, found = await _own(asked, connection, member, year, period)
        view = OwnView(
            member=member,
            unit=unit,
            year=year,
            period=period,
            total=None if found.total is None else points(found.total),
            grade=found.grade,
            entries=len(found.entries),
            position=found.position,
            root=found.root,
            members=found.size,
            index=found.index,
            proven=await _is_proven(asked, connection, found.position),
        )
        known = Answer(as_of=await as_of(connection), complete=True, value=view)
    return answer(asked, "own.html", known, fresh=view)


@router.get("/members/{member:uuid}/own/{year}/{period:code}/own.zip")
@described(media_type="application/zip")
async def taken(member: UUID, year: Year, period: str, asked: Annotated[Asked, permitted("own.take")]) -> Response:
    """My entries, their proofs, my leaf, and the program that checks them at home."""
    async with asked.ready() as connection:
        _, found = await _own(asked, connection, member, year, period)
        proofs = [await prove(asked.house, connection, one) for one in (*found.entries, found.position)]
    key = key_of(asked.house)
    if key is None:
        raise ProofPending
    content = await to_thread.run_sync(_packed, str(key), found, proofs)
    name = f"own-{year}-{period}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/members/{member:uuid}/own/export.tar")
@described(media_type="application/x-tar")
async def everything(
    member: UUID, asked: Annotated[Asked, permitted("own.take", takes=Nothing, reads=True)]
) -> Response:
    """All that the log holds of me, with what is sealed under my own key, and the program that checks it at home."""
    return await folder_of(asked, "own", Scope(member=member), Profile(mandate="member", member=member))


async def _is_proven(asked: Asked, connection: AsyncConnection, position: int) -> bool:
    try:
        await prove(asked.house, connection, position)
    except ProofPending:
        return False
    return True


async def _own(
    asked: Asked, connection: AsyncConnection, member: UUID, year: int, period: Code
) -> tuple[Code, OwnState]:
    results = (await assessments.results_of_member(connection, member)).value
    unit = next((one.unit for one in results if (one.year, one.period) == (year, period)), None)
    seal = None if unit is None else await committed(connection, unit, year, period)
    if unit is None or seal is None:
        raise NotFound
    known = await asked.house.vault.values((seal.fact.seed,))
    seed = known.get(seal.fact.seed)

    def everybody(past: Past) -> list[MemberId]:
        return [one.member for one in known_members(past, living(past, unit, year, period))]

    members = await to_thread.run_sync(asked.house.ledger.ask, everybody)
    found = None if seed is None else await own_state(connection, seal, seed, members, member)
    if found is None:
        raise NotFound
    return unit, found


def _packed(key: str, found: OwnState, proofs: list[Proven]) -> bytes:
    own: dict[str, Any] = {
        "commitment": found.position,
        "disclosure": found.disclosure,
        "index": found.index,
        "size": found.size,
        "path": list(found.path),
    }
    parts = {"own.json": json.dumps(own, indent=1).encode(), "key.vkey": f"{key}\n".encode()}
    for one in proofs:
        parts[f"entries/{one.position}.json"] = one.state
        parts[f"entries/{one.position}.tlog-proof"] = one.proof.encode()
    parts |= {name: (files("projections.transparency") / name).read_bytes() for name in CODE}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
