"""积分档案 — my points, why they are so, each record down to its proof, my timeline, who read my archive."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.proofs import Proven, prove, proven_or_why
from api.readings import Reading, note, readings_of
from api.refusals import NotFound
from api.routes.matters import Before, Since
from domain import vocabulary
from domain.decider import Refused
from domain.permissions import NotPermitted
from domain.values import Code, MemberId, NoticeId, Quantity, RecordId, Sha256, points
from projections import explanation, periods, records, rules, scores, timeline
from projections.answers import Answer, AsyncConnection, Page, instead
from projections.matters import Evidence
from projections.periods import PeriodScore
from projections.transparency.note import encode_base64
from projections.waiting import as_of

router = APIRouter(tags=["members"])

Year = Annotated[int, Path(ge=2000, le=2100)]
YearAsked = Annotated[int | None, Query(ge=2000, le=2100)]
Shown = Annotated[Literal["confirmed", "with_pending"], Query()]


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the eight categories over the year."""

    code: Code
    zh: str
    en: str
    points: str
    with_pending: str
    maximum: str
    share: int
    """Per mille of the maximum that is confirmed, and that would be with what is pending: lengths of bars."""
    share_pending: int


class PeriodView(msgspec.Struct, frozen=True, kw_only=True):
    """One period of the year."""

    period: str
    ends_on: date
    provisional: bool
    base: str
    maximum: str
    honours: str
    deductions: str
    total: str
    pending_total: str
    months_present: int


class PointsView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's points of a year: what is confirmed, and what would be if everything pending were."""

    member: MemberId
    name: str
    year: int
    rules: Code | None
    periods: tuple[PeriodView, ...]
    categories: tuple[CategoryView, ...]


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one record brought to its line."""

    record: RecordId
    title: str
    occurred_on: date
    outcome: str
    quantity: Quantity
    state: str
    effect: str
    points: str
    surplus: str | None


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One line, with the sentence that anybody can check with a pencil."""

    item: Code
    zh: str
    en: str
    clause: str
    mode: str
    points: str
    maximum: str
    start: str
    sentence: str
    records: tuple[RecordRow, ...]


class SpanView(msgspec.Struct, frozen=True, kw_only=True):
    """The category's lines of one half."""

    code: str
    zh: str
    en: str
    points: str
    maximum: str
    borrowed: bool
    items: tuple[ItemView, ...]


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a category is what it is."""

    member: MemberId
    name: str
    year: int
    code: Code
    zh: str
    en: str
    shown: str
    points: str
    maximum: str
    rules: Code
    title_zh: str
    title_en: str
    spans: tuple[SpanView, ...]


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
    entered_by: str
    submitted_by: str | None
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


class MomentView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the log says of a person."""

    position: int
    at: datetime
    type: str
    zh: str
    en: str
    title: str | None
    outcome: str | None
    record: RecordId | None


class ReadingView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has read a person's archive."""

    reading: int
    at: datetime
    name: str
    role: str
    unit: Code
    what: str


@router.get("/points")
@described(media_type="text/html")
async def own(asked: Annotated[Asked, permitted("signed-in")]) -> Response:
    """To my own points."""
    return RedirectResponse(f"/members/{asked.reader.person}/points", 303)


@router.get("/members/{member:uuid}/points")
@described(PointsView)
async def of_year(
    member: UUID,
    asked: Annotated[Asked, permitted("archive.read")],
    year: YearAsked = None,
    since: Since = None,
) -> Response:
    """A person's points of a year: confirmed and pending apart, category by category."""
    wanted = year or asked.today.year
    await _note(asked, member, "points")
    async with asked.ready(since) as connection:
        found = await scores.points_of(connection, member, wanted)
        names = await names_of(asked, connection, [member])
        categories = await _category_names(asked, connection, found.value)
    whole = next((period for period in found.value if period.period == "Y"), None)
    view = PointsView(
        member=member,
        name=names(member),
        year=wanted,
        rules=None if whole is None else whole.rules,
        periods=tuple(_period(asked, period) for period in found.value),
        categories=() if whole is None else tuple(_category(one, categories) for one in whole.categories),
    )
    return answer(asked, "points.html", instead(found, view))


@router.get("/members/{member:uuid}/points/{year}/{category:code}")
@described(WhyView)
async def why(
    member: UUID,
    year: Year,
    category: str,
    asked: Annotated[Asked, permitted("archive.read")],
    shown: Shown = "confirmed",
) -> Response:
    """Why a category is what it is: line by line in plain words, record by record."""
    await _note(asked, member, "category")
    async with asked.ready() as connection:
        found = await explanation.explanation(connection, member, year, "Y", shown)
        names = await names_of(asked, connection, [member])
    view = None if found.value is None else _why(asked, found.value, category, names)
    if view is None:
        raise NotFound
    return answer(asked, "why.html", instead(found, view))


@router.get("/members/{member:uuid}/records/{record:uuid}")
@described(RecordView)
async def one_record(member: UUID, record: UUID, asked: Annotated[Asked, permitted("archive.read")]) -> Response:
    """One record: what, when, under which clause, who decided, where it was noticed, and the proof."""
    await _note(asked, member, "record", record)
    async with asked.ready() as connection:
        found = await _chain(connection, record, member)
        chain = found.value
        people = [member, chain.entered_by, chain.submitted_by, *chain.approval.recused]
        names = await names_of(asked, connection, people, unit=chain.unit, day=chain.occurred_on)
        proof = await proven_or_why(asked.house, connection, chain.places.recorded)
    return answer(asked, "record.html", instead(found, _record(asked, chain, names, proof)), steps=_steps(chain))


@router.get("/members/{member:uuid}/records/{record:uuid}/proofs/{position}")
@described(ProofView)
async def one_proof(
    member: UUID,
    record: UUID,
    position: Annotated[int, Path(ge=1, le=2**62)],
    asked: Annotated[Asked, permitted("archive.read")],
) -> Response:
    """The proof of one fact behind a record."""
    await _note(asked, member, "record", record)
    async with asked.ready() as connection:
        proven = await _proven(asked, connection, member, record, position)
        known = Answer(as_of=await as_of(connection), complete=True, value=proof_view(proven))
    return answer(asked, "proof.html", known, record=record, member=member)


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
    await _note(asked, member, "record", record)
    async with asked.ready() as connection:
        proven = await _proven(asked, connection, member, record, position)
    content = proven.state if file == "entry.json" else proven.proof.encode()
    name = f"{position}.{'json' if file == 'entry.json' else 'tlog-proof'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/members/{member:uuid}/timeline")
@described(Page[MomentView])
async def moments(member: UUID, asked: Annotated[Asked, permitted("archive.read")], before: Before = None) -> Response:
    """Everything that the log says of a person, newest first."""
    await _note(asked, member, "timeline")
    async with asked.ready() as connection:
        found = await timeline.timeline(connection, member, before=before)
        names = await names_of(asked, connection, [member])
    rows = Page(items=tuple(_moment(one) for one in found.value.items), before=found.value.before)
    return answer(asked, "timeline.html", instead(found, rows), member=member, name=names(member))


@router.get("/members/{member:uuid}/readings")
@described(Page[ReadingView])
async def who_read(member: UUID, asked: Annotated[Asked, permitted("archive.read")], before: Before = None) -> Response:
    """Who has read my archive: for nobody but myself."""
    if member != asked.reader.person:
        raise NotPermitted
    async with asked.ready() as connection:
        found = await readings_of(asked.house, member, before)
        names = await names_of(asked, connection, [one.reader for one in found])
        known = await as_of(connection)
    items = tuple(_reading(one, names) for one in found)
    rows = Page(items=items, before=found[-1].reading if len(found) == 50 else None)
    return answer(asked, "readings.html", Answer(as_of=known, complete=True, value=rows), fresh=found[:1])


_OWN = """
SELECT EXISTS (
    SELECT FROM records AS r JOIN members AS m ON m.member = r.member
    WHERE r.id = %(record)s AND m.person = %(member)s
)
"""


async def _chain(connection: AsyncConnection, record: RecordId, member: MemberId) -> Answer[records.RecordChain]:
    """Everything behind a record, if it is this member's: whoever may read one archive may not read another by it."""
    row = await (await connection.execute(_OWN, {"record": record, "member": member})).fetchone()
    if row != (True,):
        raise NotFound
    found = await records.record(connection, record, member)
    if found.value is None:
        raise NotFound
    return instead(found, found.value)


async def _note(asked: Asked, member: MemberId, what: str, record: RecordId | None = None) -> None:
    """Write down that somebody else is about to look."""
    reader = asked.reader
    if member == reader.person:
        return
    assert reader.acting is not None, "who holds no office is granted nobody's archive but his own"
    acting = reader.acting
    await note(
        asked.house,
        reader=reader.person,
        role=acting.role,
        unit=acting.unit,
        subject=member,
        what=what,
        record=record,
    )


async def _category_names(
    asked: Asked, connection: AsyncConnection, found: tuple[PeriodScore, ...]
) -> dict[Code, tuple[str, str]]:
    if not found or asked.unit is None:
        return {}
    versions = await rules.versions(connection, asked.unit.scheme)
    wanted = {period.digest for period in found}
    return {
        category.code: (category.zh, category.en)
        for version in versions
        if version.digest in wanted
        for category in version.scheme.categories
    }


def _period(asked: Asked, period: PeriodScore) -> PeriodView:
    return PeriodView(
        period=period.period,
        ends_on=period.ends_on,
        provisional=period.provisional(asked.today),
        base=points(period.base),
        maximum=points(period.maximum),
        honours=points(period.honours),
        deductions=points(period.deductions),
        total=points(period.ledger),
        pending_total=points(period.pending_ledger),
        months_present=period.months_present,
    )


def _category(one: periods.CategoryPoints, names: dict[Code, tuple[str, str]]) -> CategoryView:
    zh, en = names.get(one.code, (one.code, one.code))
    return CategoryView(
        code=one.code,
        zh=zh,
        en=en,
        points=points(one.points),
        with_pending=points(one.with_pending),
        maximum=points(one.maximum),
        share=_per_mille(one.points, one.maximum),
        share_pending=_per_mille(one.with_pending, one.maximum),
    )


def _per_mille(part: int, whole: int) -> int:
    return min(1000, max(0, part) * 1000 // whole) if whole else 0


def _why(asked: Asked, found: explanation.Explanation, category: Code, names: Names) -> WhyView | None:
    spans = [(span, one) for span in found.spans for one in span.categories if one.code == category]
    if not spans:
        return None
    first = spans[0][1]
    return WhyView(
        member=found.member,
        name=names(found.member),
        year=found.year,
        code=category,
        zh=first.zh,
        en=first.en,
        shown=found.shown,
        points=points(sum(one.points for _, one in spans)),
        maximum=points(sum(one.maximum for _, one in spans)),
        rules=found.rules,
        title_zh=found.title_zh,
        title_en=found.title_en,
        spans=tuple(
            SpanView(
                code=span.code,
                zh=span.zh,
                en=span.en,
                points=points(one.points),
                maximum=points(one.maximum),
                borrowed=span.borrowed,
                items=tuple(_item(asked, item) for item in one.items),
            )
            for span, one in spans
        ),
    )


def _item(asked: Asked, item: explanation.ItemPart) -> ItemView:
    return ItemView(
        item=item.item,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        mode=item.mode,
        points=points(item.points),
        maximum=points(item.maximum),
        start=points(item.start),
        sentence=asked.words.either(item.sentence_zh, item.sentence_en),
        records=tuple(
            RecordRow(
                record=record.record,
                title=record.title,
                occurred_on=record.occurred_on,
                outcome=record.outcome,
                quantity=points(record.quantity),
                state=record.state,
                effect=record.effect,
                points=points(record.points),
                surplus=points(record.surplus) if record.surplus else None,
            )
            for record in item.records
        ),
    )


def _record(asked: Asked, chain: records.RecordChain, names: Names, proof: Proven | Refused) -> RecordView:
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
        entered_by=names(chain.entered_by),
        submitted_by=None if chain.submitted_by is None else names(chain.submitted_by),
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
}
_TERMS = {term.stored_name: term for term in vocabulary.FACT_TERMS}


def places_of(chain: records.RecordChain) -> tuple[Place, ...]:
    """Every fact behind a record that stands in the log, in its order."""
    found: list[Place] = []
    for field, name in _WHAT.items():
        position = getattr(chain.places, field)
        if position is not None:
            term = _TERMS[name]
            found.append(Place(what=name, zh=term.zh, en=term.en, position=position))
    found += [
        Place(
            what="evidence-attached", zh=_TERMS["evidence-attached"].zh, en=_TERMS["evidence-attached"].en, position=p
        )
        for p in (document.position for document in chain.evidence)
    ]
    return tuple(sorted(found, key=lambda place: place.position))


def _steps(chain: records.RecordChain) -> dict[str, int | None]:
    """Places by name, for the page's links."""
    return {field: getattr(chain.places, field) for field in _WHAT}


async def _proven(
    asked: Asked, connection: AsyncConnection, member: MemberId, record: RecordId, position: int
) -> Proven:
    """The proof of a position, if it is one of those behind the record."""
    found = await _chain(connection, record, member)
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
    )


def _moment(one: timeline.Moment) -> MomentView:
    term = _TERMS[one.type]
    return MomentView(
        position=one.position,
        at=one.at,
        type=one.type,
        zh=term.zh,
        en=term.en,
        title=one.title,
        outcome=one.outcome,
        record=one.record,
    )


def _reading(one: Reading, names: Names) -> ReadingView:
    return ReadingView(
        reading=one.reading, at=one.at, name=names(one.reader), role=one.role, unit=one.unit, what=one.what
    )
