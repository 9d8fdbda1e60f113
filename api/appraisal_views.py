"""民主评议 as pages and programs see it: to each reader as far as it is his, and never whose a ballot was."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from api.asked import Asked
from api.names import Names, names_of
from api.readings import note_lines
from domain.rules.assessing import Appraisal
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, points
from projections import appraisals
from projections.answers import AsyncConnection
from projections.appraisals import AppraisalState, AppraisedState, CategoryState

SEES_ALL = "period.decide"
"""Who fixes the scores sees everybody's mean and who took part."""


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that may be given."""

    code: Code
    zh: str
    en: str
    points: str | None
    """What it is worth; None for one that is left out of the mean."""


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A category that is marked by itself."""

    code: Code
    zh: str
    en: str
    weight: str
    """What its mean weighs in the mean of the whole."""


class MarkCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a mark was given."""

    mark: Code
    ballots: int


class CategoryTally(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one category for one person."""

    category: Code
    ballots: int
    voices: int
    mean: str | None
    marks: tuple[MarkCount, ...] | None


class AppraisedView(msgspec.Struct, frozen=True, kw_only=True):
    """One person in a session."""

    member: MemberId
    name: str
    appraised: bool
    votes: bool
    self_evaluated: bool
    statement: str | None
    took_part: bool
    ballots: int | None
    voices: int | None
    mean: str | None
    """None where too few said something: his total is the ledger alone."""
    marks: tuple[MarkCount, ...] | None
    """From the rule set's number of ballots on, and never if unanimous."""
    categories: tuple[CategoryTally, ...] = ()
    """Where each category is marked by itself: the mean is theirs by their weights."""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """One session."""

    unit: Code
    year: int
    period: Code
    method: str
    opened_on: date
    subjects: int
    voters: int
    codes: int
    status: str
    self_evaluations: int
    took_part: int | None
    ballots: int | None
    spoilt: int | None
    position: int


class AppraisalView(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's appraisal of a period, for one reader."""

    year: int
    period: Code
    period_zh: str
    period_en: str
    session: SessionView | None
    """None as long as none was opened."""
    methods: tuple[str, ...]
    marks: tuple[MarkView, ...]
    categories: tuple[CategoryView, ...]
    """What is marked one by one; none where a ballot is one mark for the whole of a person."""
    min_ballots: int
    mine: AppraisedView | None
    people: tuple[AppraisedView, ...]
    """Everybody, for whoever fixes the scores; in the order of the pseudonyms, never of merit."""


def session_view(found: AppraisalState) -> SessionView:
    """A session as it is shown."""
    return SessionView(
        **{name: getattr(found, name) for name in SessionView.__struct_fields__},
    )


def period_names(scheme: Scheme | None, code: Code) -> dict[str, str]:
    """A period as the rule set names it; its code where no rule set knows it."""
    found = None if scheme is None else scheme.period(code)
    zh, en = (code, code) if found is None else (found.zh, found.en)
    return {"period_zh": zh, "period_en": en}


def marks_of(rules: Appraisal) -> tuple[MarkView, ...]:
    """The marks of a rule set, best first as it lists them."""
    return tuple(MarkView(code=one.code, zh=one.zh, en=one.en, points=one.value) for one in rules.values)


def categories_of(scheme: Scheme) -> tuple[CategoryView, ...]:
    """The categories that a ballot asks about, in the order of the rule set."""
    return tuple(CategoryView(code=one.code, zh=one.zh, en=one.en, weight=one.weight or "0") for one in scheme.ballot)


async def appraisal_view(
    asked: Asked,
    connection: AsyncConnection,
    year: int,
    period: Code,
    session: AppraisalState | None,
    scheme: Scheme | None,
) -> AppraisalView:
    """The session; of the people in it the reader himself, and everybody where he fixes the scores."""
    assert asked.unit is not None
    unit = asked.unit.unit
    people = () if session is None else (await appraisals.people_of(connection, unit, year, period)).value
    seen = [one for one in people if one.member == asked.reader.person or asked.reads(SEES_ALL)]
    said = [one.member for one in seen if one.statement is not None or one.ballots is not None]
    shown = await note_lines(asked, said, "appraisal")
    seen = [one for one in seen if one.member in shown or one.member not in said]
    names = await names_of(asked, connection, [one.member for one in seen], unit=unit)
    told = await asked.house.vault.values([one.statement for one in seen if one.statement is not None])
    tallies = () if session is None else (await appraisals.categories_of(connection, unit, year, period)).value
    views = [_person(one, names, told, [found for found in tallies if found.member == one.member]) for one in seen]
    rules = Appraisal() if scheme is None else scheme.appraisal
    return AppraisalView(
        year=year,
        period=period,
        **period_names(scheme, period),
        session=None if session is None else session_view(session),
        methods=tuple(rules.secrecy.methods),
        marks=marks_of(rules),
        categories=() if scheme is None else categories_of(scheme),
        min_ballots=rules.min_ballots,
        mine=next((one for one in views if one.member == asked.reader.person), None),
        people=tuple(views) if asked.reads(SEES_ALL) else (),
    )


def _person(
    one: AppraisedState, names: Names, told: Mapping[str, str], categories: Sequence[CategoryState]
) -> AppraisedView:
    return AppraisedView(
        member=one.member,
        name=names(one.member),
        appraised=one.appraised,
        votes=one.votes,
        self_evaluated=one.statement is not None,
        statement=None if one.statement is None else told.get(one.statement),
        took_part=one.took_part,
        ballots=one.ballots,
        voices=one.voices,
        mean=None if one.mean is None else points(one.mean),
        marks=None if one.marks is None else _counts(one.marks),
        categories=tuple(map(_category, categories)),
    )


def _category(one: CategoryState) -> CategoryTally:
    return CategoryTally(
        category=one.category,
        ballots=one.ballots,
        voices=one.voices,
        mean=None if one.mean is None else points(one.mean),
        marks=None if one.marks is None else _counts(one.marks),
    )


def _counts(marks: Sequence[str]) -> tuple[MarkCount, ...]:
    parted = (mark.rpartition(":") for mark in marks)
    return tuple(MarkCount(mark=code, ballots=int(number)) for code, _, number in parted)
