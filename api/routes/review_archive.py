"""核查卷宗 — what a reviewer sees under a review: the archive as of any day, who did what when, papers, the bundle."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Query, Response

from api.answering import answer, granted
from api.as_of import BackAsked
from api.asked import Asked, permitted
from api.documents import described
from api.exports.folder import folder_of
from api.names import Names, names_of
from api.past_views import vouched
from api.points_views import PointsView, WhyView
from api.proofs import key_of, newest_checkpoint
from api.readings import Reading, readings_of
from api.refusals import NotFound, ProofPending
from api.reviewing import Seen, allowed, looking
from api.routes.members import Shown, Sight, Year, points_then, why_then
from api.routes.reviews import place
from api.wishes import Nothing
from domain import vocabulary
from domain.decider import Refused
from domain.oversight.reviewing import SealBundle
from domain.sealed import Secret
from domain.values import Code, Sha256, day_of
from projections import dossier, organisation, prefix, reviews
from projections.answers import Answer, AsyncConnection, instead
from projections.bundle import Bundle, bundle
from projections.transparency.checkpoint import open_checkpoint
from projections.transparency.history import history_name
from projections.transparency.mandate import Profile
from projections.transparency.note import VerifierKey
from projections.transparency.scope import Scope

router = APIRouter(tags=["reviews"])

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}
_EVERYTHING: Final = Sight(vetoes=True, results=True, custody=False)
_READINGS: Final = 500


class OutsideReview(Refused):
    """该年度不在核查期间之内。 This year is not of the period that is looked at."""

    code = "review-outside-period"


class NotAWholeYear(Refused):
    """核查期间不是一个完整年度,请取密封材料包。 The review is not of one whole year: take the sealed bundle."""

    code = "review-not-a-year"


class BundleChanged(Refused):
    """材料已与封存时不同(如有信息已依规销毁)。 Something was destroyed since this bundle was sealed."""

    code = "review-bundle-changed"


class DoneView(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what when, and by which rules."""

    position: int
    at: datetime
    type: str
    zh: str
    en: str
    by: str | None
    """The name of who acted; None for the service itself, or for somebody whose identity is sealed."""
    role: str | None
    unit: Code | None
    occurred_on: date | None
    rules: Code | None


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """Who read his archive when."""

    at: datetime
    name: str
    role: str
    unit: Code
    what: str


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of the evidence list."""

    position: int
    zh: str
    en: str
    kind: str
    sha256: Sha256


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """Who knew what when: what was done, who has read, which papers there are."""

    unit: Code
    review: UUID
    name: str
    first_on: date
    last_on: date
    done: tuple[DoneView, ...]
    readings: tuple[ReadView, ...]
    papers: tuple[PaperView, ...]


@router.get("/units/{unit:code}/reviews/{review:uuid}/points")
@described(PointsView)
async def points(
    unit: str,
    review: UUID,
    asked: Annotated[Asked, permitted("review.read")],
    back: BackAsked,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> Response:
    """The person's points of a year of the period; now, or as known and valid then."""
    seen = await looking(asked, unit, review, "points")
    wanted = _within(seen, year or seen.review.last_on.year)
    async with asked.ready() as connection:
        found = await points_then(asked, connection, seen.subject, wanted, back, _EVERYTHING)
        names = await names_of(asked, connection, [seen.subject])
        past = await vouched(asked, connection, [one for one in found.value.past if one.year == wanted])
    name = names(seen.subject)
    results = tuple(msgspec.structs.replace(one, name=name) for one in found.value.results)
    view = msgspec.structs.replace(found.value, name=name, results=results, past=past)
    return answer(asked, "review_points.html", instead(found, view), fresh=asked.now, home=place(unit, review))


@router.get("/units/{unit:code}/reviews/{review:uuid}/points/{year}/{category:code}")
@described(WhyView)
async def why(
    unit: str,
    review: UUID,
    year: Year,
    category: str,
    asked: Annotated[Asked, permitted("review.read")],
    back: BackAsked,
    shown: Shown = "confirmed",
) -> Response:
    """Why a category is what it is, or was."""
    seen = await looking(asked, unit, review, "category")
    _within(seen, year)
    async with asked.ready() as connection:
        found = await why_then(asked, connection, seen.subject, year, category, shown, back, _EVERYTHING)
        names = await names_of(asked, connection, [seen.subject])
    view = msgspec.structs.replace(found.value, name=names(seen.subject))
    return answer(asked, "why.html", instead(found, view), fresh=asked.now, home=place(unit, review) + "/points")


def _within(seen: Seen, year: int) -> int:
    if not seen.review.first_on.year <= year <= seen.review.last_on.year:
        raise OutsideReview(first_on=seen.review.first_on, last_on=seen.review.last_on)
    return year


@router.get("/units/{unit:code}/reviews/{review:uuid}/dossier")
@described(DossierView)
async def file(unit: str, review: UUID, asked: Annotated[Asked, permitted("review.read")]) -> Response:
    """Who knew what when: entries with their actors, who has read, the papers; all of this person and period."""
    seen = await looking(asked, unit, review, "dossier")
    first_on, last_on = seen.review.first_on, seen.review.last_on
    async with asked.ready() as connection:
        position = await prefix.head(connection)
        rows = await dossier.dossier(connection, seen.subject, first_on, last_on, position)
        done = await dossier.done(connection, rows, await _scheme(connection, seen), position)
        told = [review, *await reviews.closed(connection)]
        read = [
            one
            for one in await readings_of(asked.house, seen.subject, told, limit=_READINGS)
            if first_on <= day_of(one.at) <= last_on
        ]
        people = [one.actor.person for one in done if one.actor is not None]
        names = await names_of(asked, connection, [seen.subject, *people, *(one.reader for one in read)])
        mark = await prefix.as_known(connection, position)
    view = DossierView(
        unit=unit,
        review=review,
        name=names(seen.subject),
        first_on=first_on,
        last_on=last_on,
        done=tuple(_done(one, names) for one in reversed(done)),
        readings=tuple(_read(one, names) for one in read),
        papers=tuple(_paper(one) for one in dossier.papers(rows)),
    )
    found = Answer(as_of=mark.as_of, complete=True, value=view)
    return answer(asked, "review_dossier.html", found, fresh=asked.now, home=place(unit, review))


async def _scheme(connection: AsyncConnection, seen: Seen) -> Code:
    person = (await organisation.member(connection, seen.subject)).value
    home = None if person is None else (await organisation.unit(connection, person.unit)).value
    if home is None:
        raise NotFound
    return home.scheme


def _done(one: dossier.Done, names: Names) -> DoneView:
    term, actor = _TERMS[one.type], one.actor
    return DoneView(
        position=one.position,
        at=one.at,
        type=one.type,
        zh=term.zh,
        en=term.en,
        by=None if actor is None or actor.person is None else names(actor.person),
        role=None if actor is None else actor.role or actor.system,
        unit=None if actor is None else actor.unit,
        occurred_on=one.occurred_on,
        rules=one.rules,
    )


def _read(one: Reading, names: Names) -> ReadView:
    return ReadView(at=one.at, name=names(one.reader), role=one.role, unit=one.unit, what=one.what)


def _paper(one: dossier.Paper) -> PaperView:
    term = _TERMS[one.type]
    return PaperView(position=one.position, zh=term.zh, en=term.en, kind=one.kind, sha256=one.sha256)


@router.post("/units/{unit:code}/reviews/{review:uuid}/bundles")
@described()
async def seal(unit: str, review: UUID, asked: Annotated[Asked, permitted("review.seal", takes=Nothing)]) -> Response:
    """Seal what is taken to the file: the digest of entries, disclosures and proofs up to the newest checkpoint."""
    seen = await looking(asked, unit, review, "bundle")
    key, note = key_of(asked.house), newest_checkpoint(asked.house)
    if key is None or note is None:
        raise ProofPending
    size = open_checkpoint(note, [key]).size
    async with _all_of(asked, size) as connection:
        made = await _bundle(asked, connection, seen, key, note, size)

    def write() -> Response:
        receipt = asked.execute(
            SealBundle, unit=unit, review=review, bundle=made.digest, size=size, entries=made.entries
        )
        return granted(asked, receipt, place(unit, review))

    return await to_thread.run_sync(write)


@router.get("/units/{unit:code}/reviews/{review:uuid}/bundles/{bundle}.zip")
@described(media_type="application/zip")
async def take(unit: str, review: UUID, bundle: str, asked: Annotated[Asked, permitted("review.read")]) -> Response:
    """A sealed bundle as a ZIP file: made again of the log, and refused if it is not what was sealed."""
    seen = await looking(asked, unit, review, "bundle")
    async with asked.ready() as connection:
        state = (await reviews.review(connection, unit, review)).value
        sealed = next((one for one in (() if state is None else state.bundles) if one.bundle == bundle), None)
        key = key_of(asked.house)
        if sealed is None or key is None:
            raise NotFound
    signed = asked.house.log / history_name(sealed.size)
    if not signed.is_file():
        raise ProofPending
    note = signed.read_bytes()
    async with _all_of(asked, sealed.size) as connection:
        made = await _bundle(asked, connection, seen, key, note, sealed.size)
    if made.digest != bundle:
        raise BundleChanged(sealed=bundle, found=made.digest)
    headers = {
        "Content-Disposition": f'attachment; filename="review-{bundle[:16]}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(made.archive, media_type="application/zip", headers=headers)


@router.post("/units/{unit:code}/reviews/{review:uuid}/export.tar")
@described(media_type="application/x-tar")
async def exported(
    unit: str, review: UUID, asked: Annotated[Asked, permitted("review.read", takes=Nothing, reads=True)]
) -> Response:
    """The person's audit export, with what is sealed in his own streams in the days of the review.

    Only of one whole year, with what of the years before still bears on it: an export consists of whole streams, and
    would show more than the days of any other review.
    """
    seen = await allowed(asked, unit, review)
    year = seen.review.first_on.year
    if (seen.review.first_on, seen.review.last_on) != (date(year, 1, 1), date(year, 12, 31)):
        raise NotAWholeYear(first_on=seen.review.first_on, last_on=seen.review.last_on)
    profile = Profile(
        mandate="reviewer",
        member=seen.subject,
        review=review,
        first_on=seen.review.first_on,
        last_on=seen.review.last_on,
    )
    return await folder_of(asked, "review", Scope(member=seen.subject, year=year), profile)


@asynccontextmanager
async def _all_of(asked: Asked, size: int) -> AsyncGenerator[AsyncConnection]:
    """A connection to read models that know all that is signed: a bundle made of less is never made again."""
    async with asked.ready(size) as connection:
        if asked.behind:
            raise ProofPending
        yield connection


async def _bundle(
    asked: Asked, connection: AsyncConnection, seen: Seen, key: VerifierKey, note: bytes, size: int
) -> Bundle:
    review = seen.review
    rows = await dossier.dossier(connection, seen.subject, review.first_on, review.last_on, size)
    about = {
        "review": str(review.review),
        "unit": review.unit,
        "person": str(seen.subject),
        "first_on": str(review.first_on),
        "last_on": str(review.last_on),
        "size": size,
        "entries": len(rows),
    }

    def build() -> Bundle:
        secrets: dict[Sha256, Secret] = dict(asked.house.vault.open(dossier.sealed_in(rows)))
        return bundle(asked.house.log, key, note, rows, secrets, about)

    return await to_thread.run_sync(build)
