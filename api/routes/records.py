"""积分记录 — one record: what, when, under which clause, who decided, where it was noticed, and its proof."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Response

from api.answering import answer
from api.as_of import Back, BackAsked, LookingBack, looking_back, when_of
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.proofs import Proven, prove, proven_or_why
from api.readings import note_reading
from api.refusals import NotFound, NothingKnownThen
from domain import vocabulary
from domain.decider import Refused
from domain.values import Code, MemberId, NoticeId, Quantity, RecordId, Sha256, points
from projections import prefix, records
from projections.answers import Answer, AsyncConnection, instead
from projections.matters import Evidence
from projections.record_then import record_steps, record_then
from projections.transparency.note import encode_base64
from projections.waiting import as_of

router = APIRouter(tags=["records"])

_TERMS = {term.stored_name: term for term in vocabulary.FACT_TERMS}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A fact behind the record, and where it stands in the log."""

    what: str
    zh: str
    en: str
    position: int


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry and the proof that it stands in the signed log, verified when it was shown."""

    position: int
    type: str
    zh: str
    en: str
    at: datetime
    entry: str
    """The stored bytes, which are UTF-8 JSON."""
    leaf: Sha256
    index: int
    hashes: tuple[str, ...]
    size: int
    root: str
    checkpoint: str
    witnesses: tuple[str, ...]
    """Who cosigned the checkpoint; nobody where the log is unwitnessed."""


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """One record and everything behind it."""

    record: RecordId
    member: MemberId
    name: str
    unit: Code
    unit_title: str
    matter: Code
    title: str
    occurred_on: date
    outcome: str
    quantity: Quantity
    late: bool
    state: str
    corrected_by: str | None
    """The receipt of the objection after which it took another's place."""
    replaces: RecordId | None
    replaced_by: RecordId | None
    entered_by: str
    submitted_by: str | None
    kind: str
    """On which list it stands."""
    level_zh: str | None
    level_en: str | None
    points: str | None
    """What its level gives or takes by itself."""
    condition_zh: str | None
    condition_en: str | None
    share_zh: str | None
    """The place in the group whose result it is."""
    share_en: str | None
    counted_on: date | None
    """The day that counts, where it is another than that of the act."""
    item: Code
    item_zh: str
    item_en: str
    clause: str
    rules: Code
    rules_digest: Sha256
    evidence: tuple[Evidence, ...]
    minute: str
    minute_sha256: Sha256
    decided_at: datetime
    body: Code
    entitled: int
    present: int
    in_favour: int
    recused: tuple[str, ...]
    notice: NoticeId | None
    notice_posted_on: date | None
    notice_ends_on: date | None
    notice_closed_at: datetime | None
    places: tuple[Place, ...]
    proof: ProofView | None
    """Of the record's own entry; missing while it is being made."""
    proof_missing: str | None
    back: LookingBack | None = None
    """From where the record is looked back at, if it is."""


@router.get("/members/{member:uuid}/records/{record:uuid}")
@described(RecordView)
async def one_record(
    member: UUID, record: UUID, asked: Annotated[Asked, permitted("archive.read")], back: BackAsked
) -> Response:
    """One record: what, when, under which clause, who decided, where it was noticed, and the proof.

    Now, or as it stood at a position or an instant.
    """
    await note_reading(asked, member, "record", record)
    async with asked.ready() as connection:
        found = await _chain(asked, connection, record, member)
        chain, seen = await _then(connection, found.value, back)
        people = [member, chain.entered_by, chain.submitted_by, *chain.approval.recused]
        names = await names_of(asked, connection, people, unit=chain.unit, day=chain.occurred_on)
        proof = await proven_or_why(asked.house, connection, chain.places.recorded)
    # Its proof comes a moment after the record, and without a further entry.
    fresh = proof.fresh if isinstance(proof, Proven) else proof.code
    view = _record(asked, chain, names, proof, seen)
    return answer(asked, "record.html", instead(found, view), fresh=fresh, steps=_steps(chain), behind=_behind(chain))


@router.get("/members/{member:uuid}/records/{record:uuid}/proofs/{position}")
@described(ProofView)
async def one_proof(
    member: UUID,
    record: UUID,
    position: Annotated[int, Path(ge=1, le=2**62)],
    asked: Annotated[Asked, permitted("archive.read")],
) -> Response:
    """The proof of one fact behind a record."""
    await note_reading(asked, member, "record", record)
    async with asked.ready() as connection:
        proven = await _proven(asked, connection, member, record, position)
        known = Answer(as_of=await as_of(connection), complete=True, value=proof_view(proven))
    fresh = proven.fresh
    return answer(asked, "proof.html", known, fresh=fresh, record=record, member=member)


@router.get("/members/{member:uuid}/records/{record:uuid}/proofs/{position}/{file}")
@described(media_type="application/octet-stream")
async def proof_file(
    member: UUID,
    record: UUID,
    position: Annotated[int, Path(ge=1, le=2**62)],
    file: Annotated[Literal["proof.tlog-proof", "entry.json"], Path()],
    asked: Annotated[Asked, permitted("archive.read")],
) -> Response:
    """The proof as a file, or the entry's own bytes: both together can be verified at home."""
    await note_reading(asked, member, "record", record)
    async with asked.ready() as connection:
        proven = await _proven(asked, connection, member, record, position)
    content = proven.state if file == "entry.json" else proven.proof.encode()
    name = f"{position}.{'json' if file == 'entry.json' else 'tlog-proof'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


_OWN = """
SELECT EXISTS (
    SELECT FROM records AS r JOIN members AS m ON m.member = r.member
    WHERE r.id = %(record)s AND m.person = %(member)s
    UNION ALL
    SELECT FROM merits AS r JOIN members AS m ON m.member = r.member
    WHERE r.id = %(record)s AND m.person = %(member)s
)
"""


async def _chain(
    asked: Asked, connection: AsyncConnection, record: RecordId, member: MemberId
) -> Answer[records.RecordChain]:
    """Everything behind a record, if it is this member's: whoever may read one archive may not read another by it."""
    row = await (await connection.execute(_OWN, {"record": record, "member": member})).fetchone()
    if row != (True,):
        raise NotFound
    found = await records.record(connection, record, member)
    if found.value is None or (found.value.kind == "veto" and not asked.reads("veto.read")):
        raise NotFound
    return instead(found, found.value)


async def _then(
    connection: AsyncConnection, now: records.RecordChain, back: Back
) -> tuple[records.RecordChain, LookingBack | None]:
    """What the reader may see now, as it stood where he looks back from."""
    if not back:
        return now, None
    steps = await record_steps(connection, now, await prefix.head(connection))
    when = await when_of(connection, back, steps)
    stood = await record_then(connection, now, when)
    if stood is None:
        raise NothingKnownThen
    return stood, await looking_back(connection, when, steps)


def _record(
    asked: Asked, chain: records.RecordChain, names: Names, proof: Proven | Refused, seen: LookingBack | None
) -> RecordView:
    notice = chain.notice
    return RecordView(
        record=chain.record,
        member=chain.member,
        name=names(chain.member),
        unit=chain.unit,
        unit_title=chain.unit_title,
        matter=chain.matter,
        title=chain.title,
        occurred_on=chain.occurred_on,
        outcome=chain.outcome,
        quantity=points(chain.quantity),
        late=chain.late,
        state=chain.state,
        corrected_by=chain.corrected_by,
        replaces=chain.replaces,
        replaced_by=chain.replaced_by,
        entered_by=names(chain.entered_by),
        submitted_by=None if chain.submitted_by is None else names(chain.submitted_by),
        kind=chain.kind,
        level_zh=chain.level_zh,
        level_en=chain.level_en,
        points=None if chain.points is None else points(chain.points),
        condition_zh=chain.condition_zh,
        condition_en=chain.condition_en,
        share_zh=chain.share_zh,
        share_en=chain.share_en,
        counted_on=chain.counted_on,
        item=chain.clause.item,
        item_zh=chain.clause.zh,
        item_en=chain.clause.en,
        clause=chain.clause.clause,
        rules=chain.clause.version,
        rules_digest=chain.clause.digest,
        evidence=chain.evidence,
        minute=chain.approval.minute,
        minute_sha256=chain.approval.minute_sha256,
        decided_at=chain.approval.at,
        body=chain.approval.body,
        entitled=chain.entitled,
        present=chain.present,
        in_favour=chain.in_favour,
        recused=names.of(chain.approval.recused),
        notice=None if notice is None else notice.notice,
        notice_posted_on=None if notice is None else notice.posted_on,
        notice_ends_on=None if notice is None else notice.ends_on,
        notice_closed_at=None if notice is None else notice.closed_at,
        places=places_of(chain),
        proof=proof_view(proof) if isinstance(proof, Proven) else None,
        proof_missing=None if isinstance(proof, Proven) else proof.code,
        back=seen,
    )


_WHAT = {
    "clause": "rule-part-added",
    "planned": "matter-planned",
    "held": "matter-held",
    "opened": "sheet-opened",
    "line": "sheet-line-set",
    "submitted": "sheet-submitted",
    "approved": "sheet-approved",
    "recorded": "points-recorded",
    "drafted": "notice-drafted",
    "noticed": "notice-line-drafted",
    "posted": "notice-posted",
    "closed": "notice-closed",
    "confirmed": "points-confirmed",
    "reversed": "record-reversed",
}


_CORRECTED = {"line": "objection-filed", "recorded": "record-replaced"}
"""For a record that took another's place after an objection."""


def places_of(chain: records.RecordChain) -> tuple[Place, ...]:
    """Every fact behind a record that stands in the log, in its order."""
    found: list[Place] = []
    words = _WHAT if chain.corrected_by is None else {**_WHAT, **_CORRECTED}
    for field, name in words.items():
        position = getattr(chain.places, field)
        if position is not None:
            found.append(_place(_BROUGHT[chain.kind] if field == "recorded" else name, position))
    found += _behind(chain)
    if chain.kind != "responsibility":
        # The documents came with the very facts that stand there already.
        return tuple(sorted(found, key=lambda place: place.position))
    found += [
        Place(
            what="evidence-attached", zh=_TERMS["evidence-attached"].zh, en=_TERMS["evidence-attached"].en, position=p
        )
        for p in (document.position for document in chain.evidence)
    ]
    return tuple(sorted(found, key=lambda place: place.position))


_BROUGHT = {
    "responsibility": "points-recorded",
    "honour": "honour-added",
    "deduction": "deduction-approved",
    "shortfall": "deduction-approved",
    "veto": "veto-registered",
}
"""The fact that brought a record into being, by its list."""


def _place(name: str, position: int) -> Place:
    term = _TERMS[name]
    return Place(what=name, zh=term.zh, en=term.en, position=position)


def _behind(chain: records.RecordChain) -> list[Place]:
    """What was claimed or proposed, told, said and decided before a record came of it."""
    return [_place(fact.type, fact.position) for fact in chain.behind]


def _steps(chain: records.RecordChain) -> dict[str, int | None]:
    """Places by name, for the page's links."""
    return {field: getattr(chain.places, field) for field in _WHAT}


async def _proven(
    asked: Asked, connection: AsyncConnection, member: MemberId, record: RecordId, position: int
) -> Proven:
    """The proof of a position, if it is one of those behind the record."""
    found = await _chain(asked, connection, record, member)
    if position not in {place.position for place in places_of(found.value)}:
        raise NotFound
    return await prove(asked.house, connection, position)


def proof_view(proven: Proven) -> ProofView:
    """A proof as it is shown."""
    term = _TERMS[proven.entry.type]
    return ProofView(
        position=proven.position,
        type=proven.entry.type,
        zh=term.zh,
        en=term.en,
        at=proven.entry.at,
        entry=proven.state.decode(),
        leaf=proven.leaf,
        index=proven.proof.index,
        hashes=tuple(encode_base64(each) for each in proven.proof.hashes),
        size=proven.checkpoint.size,
        root=encode_base64(proven.checkpoint.root),
        checkpoint=proven.proof.checkpoint.decode(),
        witnesses=proven.witnesses,
    )
