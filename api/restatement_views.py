"""重算的样子 — a restatement as it is shown: how it came out, member by member, line by line, old and new."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from api.names import Names
from api.period_views import VoterView
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, NoticeId, RecordId, RestatementId, Sha256, points
from projections import determinations, restatements


class RestatementRowView(msgspec.Struct, frozen=True, kw_only=True):
    """One restatement in a list."""

    id: RestatementId
    unit: Code
    unit_title: str
    year: int
    period: Code
    number: int
    rules: Code
    status: str
    """ordered, computed, approved, dropped or adopted."""
    unfavourable: bool
    corrections: int
    ordered_at: datetime
    follows: RestatementId | None
    """The one that changed what is carried over into this year."""
    better: int | None
    worse: int | None
    unmapped: int | None
    adopted: int


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line, old and new."""

    item: Code
    zh: str
    en: str
    span: Code | None
    record: RecordId | None
    old: str | None
    new: str | None
    unmapped: bool


class RestatedView(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a restatement."""

    member: MemberId
    name: str
    before_total: str
    total: str
    before_grade: Code | None
    grade: Code | None
    before_zh: str | None
    before_en: str | None
    grade_zh: str | None
    grade_en: str | None
    reason: str | None
    effect: str
    adopted: bool
    spared: bool
    unmapped: int
    measures_due: tuple[Code, ...]
    measures_gone: tuple[Code, ...]
    state_by: date | None
    statement: str | None
    """What he said, for whoever may read it."""
    stated: bool
    lines: tuple[LineView, ...]


class DeterminationView(msgspec.Struct, frozen=True, kw_only=True):
    """One determination of a member, standing or superseded."""

    unit: Code
    year: int
    period: Code
    version: int
    total: str
    grade: Code | None
    grade_zh: str | None
    grade_en: str | None
    rules: Code
    determined_at: datetime
    superseded: bool
    position: int


class RestatementList(msgspec.Struct, frozen=True, kw_only=True):
    """The restatements of an organisation and those below, and who would vote on another."""

    unit: Code
    items: tuple[RestatementRowView, ...]
    versions: tuple[Code, ...]
    voters: tuple[VoterView, ...]
    sealed: tuple[str, ...]
    """What can be restated: ``2026/Y``."""


class RestatementPage(msgspec.Struct, frozen=True, kw_only=True):
    """One restatement."""

    row: RestatementRowView
    document_kind: Code
    document: Sha256
    minute: str
    approved_minute: str | None
    notice: NoticeId | None
    members: int | None
    same: int | None
    people: tuple[RestatedView, ...]
    voters: tuple[VoterView, ...]


class OwnRestatements(msgspec.Struct, frozen=True, kw_only=True):
    """A member's own: his determinations, and what is being restated of them."""

    member: MemberId
    name: str
    determinations: tuple[DeterminationView, ...]
    items: tuple[RestatementRowView, ...]
    waiting: tuple[RestatedView, ...]
    """His line in the restatement on which he may be heard, with its address in ``items``."""


def row_view(one: restatements.RestatementState) -> RestatementRowView:
    """One restatement in a list."""
    return RestatementRowView(
        id=one.id,
        unit=one.unit,
        unit_title=one.unit_title or one.unit,
        year=one.year,
        period=one.period,
        number=one.number,
        rules=one.rules,
        status=one.status,
        unfavourable=one.unfavourable,
        corrections=one.corrections,
        ordered_at=one.ordered_at,
        follows=one.follows,
        better=one.better,
        worse=one.worse,
        unmapped=one.unmapped,
        adopted=one.adopted,
    )


def member_view(
    one: restatements.RestatedMember, names: Names, schemes: Iterable[Scheme], statement: str | None
) -> RestatedView:
    """One member of it, old and new."""
    known = list(schemes)
    before_zh, before_en = _grade(known, one.before_grade)
    zh, en = _grade(known, one.grade)
    return RestatedView(
        member=one.member,
        name=names(one.member),
        before_total=points(one.before_total),
        total=points(one.total),
        before_grade=one.before_grade,
        grade=one.grade,
        before_zh=before_zh,
        before_en=before_en,
        grade_zh=zh,
        grade_en=en,
        reason=one.reason,
        effect=one.effect,
        adopted=one.adopted,
        spared=one.spared,
        unmapped=one.unmapped,
        measures_due=one.measures_due,
        measures_gone=one.measures_gone,
        state_by=one.state_by,
        statement=statement,
        stated=one.statement is not None or one.final,
        lines=tuple(_line(line, known) for line in one.lines),
    )


def _line(line: restatements.RestatedLine, schemes: list[Scheme]) -> LineView:
    found = next((item for one in schemes if (item := one.item(line.item)) is not None), None)
    return LineView(
        item=line.item,
        zh=line.item if found is None else found.zh,
        en=line.item if found is None else found.en,
        span=line.span,
        record=line.record,
        old=None if line.old is None else points(line.old),
        new=None if line.new is None else points(line.new),
        unmapped=line.unmapped,
    )


def _grade(schemes: list[Scheme], code: Code | None) -> tuple[str | None, str | None]:
    found = next((grade for one in schemes for grade in one.grades if grade.code == code), None)
    return (code, code) if found is None else (found.zh, found.en)


def determination_view(one: determinations.DeterminationState, schemes: Iterable[Scheme]) -> DeterminationView:
    """One determination."""
    zh, en = _grade(list(schemes), one.grade)
    return DeterminationView(
        unit=one.unit,
        year=one.year,
        period=one.period,
        version=one.version,
        total=points(one.total),
        grade=one.grade,
        grade_zh=zh,
        grade_en=en,
        rules=one.rules,
        determined_at=one.determined_at,
        superseded=one.superseded,
        position=one.position,
    )
