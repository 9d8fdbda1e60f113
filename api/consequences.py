"""措施的样子 — measures in the words of their rule set, with what this reader may do about each step."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from api.asked import Asked
from api.names import Names, names_of
from domain import vocabulary
from domain.organisation.appointments import COMMITTEE
from domain.result.opening import before_meeting
from domain.rules.consequences import MeasureRule
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Reference, Sha256, points
from projections import measures, rules
from projections.answers import AsyncConnection

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}
READERS_OF_NOTES: Final = ("secretary",)
"""Who reads, beside the person and whoever wrote it, the note of a talk."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step, and what the reader may do about it."""

    step: Code
    zh: str
    en: str
    by: Code
    due_on: date | None
    optional: bool
    sealed: bool
    pairing: bool
    """It is one-to-one help."""
    designated: bool
    """Somebody is put in charge of it."""
    designee: str | None
    accepted: bool
    accept_by: date | None
    helper: str | None
    review_by: date | None
    escalated: bool
    overdue: bool
    done_on: date | None
    done_by: str | None
    proof: Sha256 | None
    note: str | None
    mine: bool
    """The reader is in charge of it."""


class PastView(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about it."""

    zh: str
    en: str
    at: datetime
    position: int


class MeasureView(msgspec.Struct, frozen=True, kw_only=True):
    """One measure."""

    measure: UUID
    member: MemberId
    name: str
    unit: Code
    unit_title: str
    code: Code
    zh: str
    en: str
    year: int
    period: Code
    grade_zh: str | None
    grade_en: str | None
    total: str
    streak: int
    status: str
    overdue: bool
    before_meeting: bool
    opened_on: date | None
    minute: Reference | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    handed_to: Code | None
    set_aside_by: Code | None
    """The organisation that decided not to open it."""
    basis: Reference | None
    reason: str | None
    """Why; None for whoever may not read it."""
    recommended: bool | None
    """Reported as a candidate; None where the measure recommends nobody."""
    closable: bool
    helper_grade: Code | None
    """Which grade whoever helps has; None: any."""
    steps: tuple[StepView, ...]
    past: tuple[PastView, ...]


async def measure_views(
    asked: Asked, connection: AsyncConnection, found: Iterable[measures.MeasureState]
) -> tuple[MeasureView, ...]:
    """Measures as this reader may see them."""
    known = tuple(found)
    names = await names_of(asked, connection, _people(known))
    schemes: dict[tuple[Code, Code], Scheme] = {}
    for code in {one.scheme for one in known}:
        for version in await rules.versions(connection, code):
            schemes[code, version.version] = version.scheme
    notes = {step.note for one in known for step in one.steps if step.note and _reads_note(asked, one, step.done_by)}
    reasons = {one.reason for one in known if one.reason and _reads_note(asked, one, None)}
    opened = await asked.house.vault.values(tuple(notes | reasons))
    return tuple(_view(asked, one, schemes[one.scheme, one.rules], names, opened) for one in known)


def _people(known: Iterable[measures.MeasureState]) -> list[MemberId | None]:
    people: list[MemberId | None] = []
    for one in known:
        people.append(one.member)
        for step in one.steps:
            people += [step.designee, step.helper, step.done_by]
    return people


def _reads_note(asked: Asked, one: measures.MeasureState, written_by: MemberId | None) -> bool:
    acting = asked.acting
    own = asked.reader.person in (one.member, written_by)
    return own or (acting is not None and acting.role in READERS_OF_NOTES)


def rule_of(scheme: Scheme, code: Code) -> MeasureRule:
    """The row of the table under which a measure was proposed."""
    return next(rule for rule in scheme.measures.table if rule.code == code)


def _view(
    asked: Asked, one: measures.MeasureState, scheme: Scheme, names: Names, opened: Mapping[Sha256, str]
) -> MeasureView:
    rule = rule_of(scheme, one.code)
    grade = next((grade for grade in scheme.grades if grade.code == one.grade), None)
    reports = [step for step in one.steps if step.closes_with == "recommendation_report"]
    return MeasureView(
        measure=one.measure,
        member=one.member,
        name=names(one.member),
        unit=one.unit,
        unit_title=one.unit_title,
        code=one.code,
        zh=rule.zh,
        en=rule.en,
        year=one.year,
        period=one.period,
        grade_zh=None if grade is None else grade.zh,
        grade_en=None if grade is None else grade.en,
        total=points(one.total),
        streak=one.streak,
        status=one.status,
        overdue=one.overdue(asked.today),
        before_meeting=before_meeting(rule),
        opened_on=one.opened_on,
        minute=one.minute,
        entitled=one.entitled,
        present=one.present,
        in_favour=one.in_favour,
        handed_to=one.handed_to,
        set_aside_by=one.set_aside_by,
        basis=one.basis,
        reason=None if one.reason is None else opened.get(one.reason),
        recommended=any(step.done_on is not None for step in reports) if reports else None,
        closable=one.status == "open" and all(step.done_on is not None or step.optional for step in one.steps),
        helper_grade=scheme.measures.helper.grade,
        steps=tuple(_step(asked, one, step, rule, names, opened) for step in one.steps),
        past=tuple(
            PastView(zh=_TERMS[fact.type].zh, en=_TERMS[fact.type].en, at=fact.at, position=fact.position)
            for fact in one.facts
        ),
    )


def _step(
    asked: Asked,
    one: measures.MeasureState,
    step: measures.StepState,
    rule: MeasureRule,
    names: Names,
    opened: Mapping[Sha256, str],
) -> StepView:
    words = next(known for known in rule.steps if known.code == step.step)
    until = step.waits_until
    note = None if step.note is None else opened.get(step.note, asked.words("text.sealed"))
    return StepView(
        step=step.step,
        zh=words.zh,
        en=words.en,
        by=step.by,
        due_on=step.due_on,
        optional=step.optional,
        sealed=step.sealed,
        pairing=step.closes_with == "help_plan",
        designated=step.by == "designated_person",
        designee=None if step.designee is None else names(step.designee),
        accepted=step.accepted,
        accept_by=step.accept_by,
        helper=None if step.helper is None else names(step.helper),
        review_by=step.review_by,
        escalated=step.escalated_to is not None and step.done_on is None,
        overdue=one.status == "open" and until is not None and until < asked.today,
        done_on=step.done_on,
        done_by=None if step.done_by is None else names(step.done_by),
        proof=step.proof,
        note=note,
        mine=in_charge(asked, one, step),
    )


def in_charge(asked: Asked, one: measures.MeasureState, step: measures.StepState) -> bool:
    """Whether the reader is in charge: as whoever was put in charge, or in the committee that the step names."""
    person, acting = asked.reader.person, asked.acting
    if one.status != "open" or step.done_on is not None or person == one.member:
        return False
    if step.by == "designated_person":
        return step.designee == person
    if acting is None or acting.role not in COMMITTEE:
        return False
    return step.by != "work_committee" or acting.unit != one.unit
