"""导出组织与人员 — organisations, offices, where a member stood when, who read him: the lists of people as files."""

from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, listed, note_taking
from api.names import names_of
from api.readings import Reading, note_reading, readings_of
from api.refusals import NotFound
from api.retaliation import flags_against
from domain import vocabulary
from domain.decider import NotPermitted
from projections import membership, offices, organisation, reviews

router = APIRouter(tags=["exports"])

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}


@router.get("/units/{unit:code}/exports/appointments.{kind}")
@described(media_type=MEDIA["csv"])
async def appointments_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("unit.read")]) -> Response:
    """Every office of an organisation that was ever given, stand-ins included."""
    await note_taking(asked, f"appointments.{kind}")
    async with asked.ready() as connection:
        found = (await offices.appointments_of(connection, unit)).value
        people = [person for one in found for person in (one.member, one.stands_for)]
        names = await names_of(asked, connection, people, unit=unit)

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            stands_for = None if one.stands_for is None else names(one.stands_for)
            yield (asked.words(f"role.{one.role}"), names(one.member), one.from_on, one.until_on, stands_for)

    keys = ("export.offices", "export.name", "export.from_on", "export.until_on", "export.stands_for")
    return file_of(kind, file_name(unit, "appointments"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/organisations.{kind}")
@described(media_type=MEDIA["csv"])
async def organisations_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("unit.read")]) -> Response:
    """An organisation and all below it."""
    await note_taking(asked, f"organisations.{kind}")
    async with asked.ready() as connection:
        found = (await organisation.units(connection, unit)).value

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            kind_of, body = asked.words(f"unit.kind.{one.kind}"), asked.words(f"unit.body.{one.approval_body}")
            yield (one.unit, one.title, kind_of, one.parent, body, one.established_on, one.dissolved_on)

    keys = (
        "export.code",
        "export.unit",
        "export.kind",
        "export.parent",
        "people.approval_body",
        "people.established_on",
        "export.until_on",
    )
    return file_of(kind, file_name(unit, "organisations"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/changes.{kind}")
@described(media_type=MEDIA["csv"])
async def changes_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("unit.read")]) -> Response:
    """What changed in an organisation's life."""
    await note_taking(asked, f"changes.{kind}")
    async with asked.ready() as connection:
        found = (await organisation.changes_of(connection, unit)).value

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            term = _TERMS[one.type]
            yield (one.position, one.day, asked.words.either(term.zh, term.en), one.said)

    keys = ("export.position", "export.from_on", "export.fact", "export.title")
    return file_of(kind, file_name(unit, "changes"), headings(asked, keys), rows())


@router.get("/members/{member:uuid}/exports/membership.{kind}")
@described(media_type=MEDIA["csv"])
async def membership_of(member: UUID, kind: Format, asked: Annotated[Asked, permitted("membership.read")]) -> Response:
    """Where a member stood when: organisations, classes, leaves, exemptions; not why."""
    await note_taking(asked, f"membership.{kind}")
    await note_reading(asked, member, "export")
    async with asked.ready() as connection:
        course = (await membership.course_of(connection, member)).value
    if course is None:
        raise NotFound

    async def rows() -> AsyncIterator[Row]:
        for stay in course.stays:
            yield (asked.words("membership.stays"), stay.unit_title, stay.from_on, stay.until_on)
        for span in course.profiles:
            yield (asked.words("membership.profiles"), span.profile, span.from_on, None)
        for away in course.absences:
            yield (asked.words("membership.leaves"), asked.words(f"away.{away.kind}"), away.from_on, away.until_on)
        for one in course.exemptions:
            yield (
                asked.words("membership.exemptions"),
                asked.words(f"exemption.{one.status}"),
                one.from_on,
                one.last_on,
            )

    keys = ("export.what", "export.title", "export.from_on", "export.until_on")
    return file_of(kind, f"membership-{member}", headings(asked, keys), rows())


@router.get("/members/{member:uuid}/exports/readings.{kind}")
@described(media_type=MEDIA["csv"])
async def readings_taken(member: UUID, kind: Format, asked: Annotated[Asked, permitted("archive.read")]) -> Response:
    """Who has read my archive: for nobody but myself."""
    if member != asked.reader.person:
        raise NotPermitted
    await note_taking(asked, f"readings.{kind}")
    async with asked.ready() as connection:
        told, flags = await reviews.closed(connection), await flags_against(asked, connection, member)
        noted: list[Reading] = []
        while found := await readings_of(asked.house, member, told, noted[-1].reading if noted else None, flags=flags):
            noted += found
        names = await names_of(asked, connection, [one.reader for one in noted])
    rows = [(one.at, names(one.reader), asked.words(f"role.{one.role}"), one.unit, one.what) for one in noted]
    keys = ("readings.at", "readings.who", "readings.role", "export.unit", "readings.what")
    return file_of(kind, f"readings-{member}", headings(asked, keys), listed(rows))
