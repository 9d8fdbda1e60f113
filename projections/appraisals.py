"""民主评议 — each session, who is appraised and who votes in it, and everybody's tally.

Points in hundredths. What a ballot said stands in no table: only how many there were, their mean, and how often each
mark was given where the rule set lets that be shown.
"""

from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID, uuid5

import msgspec

from domain.assessment.appraisal import (
    AppraisalAnnulled,
    AppraisalClosed,
    AppraisalOpened,
    AppraisalSubjectNamed,
    AppraisalTallied,
    AppraisalVoterNamed,
    BallotCast,
    BallotCodeIssued,
    SelfEvaluationFiled,
    VoterTookPart,
    appraisal_of,
)
from domain.decider import Fact
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE appraisals (
    stream uuid PRIMARY KEY,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    method text NOT NULL,
    opened_on date NOT NULL,
    rules text NOT NULL,
    subjects integer NOT NULL,
    voters integer NOT NULL,
    codes integer NOT NULL,
    status text NOT NULL,
    took_part integer,
    ballots integer,
    spoilt integer,
    position integer NOT NULL
);
CREATE INDEX appraisals_of_unit ON appraisals (unit, year);
CREATE TABLE appraised (
    person_of_session uuid PRIMARY KEY,
    stream uuid NOT NULL,
    member uuid NOT NULL,
    appraised boolean NOT NULL,
    votes boolean NOT NULL,
    statement text,
    took_part boolean NOT NULL,
    ballots integer,
    voices integer,
    mean integer,
    marks text[]
);
CREATE INDEX appraised_of_session ON appraised (stream);
CREATE TABLE appraised_categories (
    category_of_person uuid PRIMARY KEY,
    stream uuid NOT NULL,
    member uuid NOT NULL,
    category text NOT NULL,
    ballots integer NOT NULL,
    voices integer NOT NULL,
    mean integer,
    marks text[],
    position integer NOT NULL
);
CREATE INDEX appraised_categories_of_session ON appraised_categories (stream);
"""


class AppraisalRow(Row, kw_only=True):
    """One session."""

    table = "appraisals"
    stream: UUID
    unit: str
    year: int
    period: str
    method: str
    opened_on: date
    rules: str
    subjects: int
    voters: int
    codes: int
    status: str = "open"
    took_part: int | None = None
    ballots: int | None = None
    spoilt: int | None = None
    position: int


class AppraisedRow(Row, kw_only=True):
    """One person in a session: appraised, voting, or both."""

    table = "appraised"
    person_of_session: UUID
    stream: UUID
    member: UUID
    appraised: bool = False
    votes: bool = False
    statement: str | None = None
    took_part: bool = False
    ballots: int | None = None
    voices: int | None = None
    mean: int | None = None
    marks: list[str] | None = None


class CategoryRow(Row, kw_only=True):
    """What came of one category for one person, where each is marked by itself."""

    table = "appraised_categories"
    category_of_person: UUID
    stream: UUID
    member: UUID
    category: str
    ballots: int
    voices: int
    mean: int | None = None
    marks: list[str] | None = None
    position: int


def _opened(this: Applied, fact: AppraisalOpened) -> None:
    this.batch.insert(
        AppraisalRow(
            stream=this.stream,
            unit=fact.unit,
            year=fact.year,
            period=fact.period,
            method=fact.method,
            opened_on=fact.opened_on,
            rules=fact.rules,
            subjects=fact.subjects,
            voters=fact.voters,
            codes=fact.codes,
            position=this.position,
        )
    )


def _subject(this: Applied, fact: AppraisalSubjectNamed) -> None:
    key = uuid5(this.stream, str(fact.member))
    this.batch.insert(AppraisedRow(person_of_session=key, stream=this.stream, member=fact.member, appraised=True))


def _voter(this: Applied, fact: AppraisalVoterNamed) -> None:
    key = uuid5(this.stream, str(fact.member))
    # All of them are named by one wish: whoever is appraised as well was named just before.
    if this.batch.pending(AppraisedRow, key) is not None or _known(this, key):
        this.batch.change(AppraisedRow, key, votes=True)
    else:
        this.batch.insert(AppraisedRow(person_of_session=key, stream=this.stream, member=fact.member, votes=True))


def _known(this: Applied, key: UUID) -> bool:
    found = this.connection.execute(_ROW, {"key": key}).fetchone()
    return found is not None


def _of(this: Applied, member: MemberId, **columns: object) -> None:
    this.batch.change(AppraisedRow, uuid5(this.stream, str(member)), **columns)


def _evaluated(this: Applied, fact: SelfEvaluationFiled) -> None:
    _of(this, fact.member, statement=fact.statement)


def _closed(this: Applied, fact: AppraisalClosed) -> None:
    this.batch.change(
        AppraisalRow,
        this.stream,
        status="closed",
        took_part=fact.took_part,
        ballots=fact.ballots,
        spoilt=fact.spoilt,
        position=this.position,
    )


def _took_part(this: Applied, fact: VoterTookPart) -> None:
    _of(this, fact.member, took_part=True)


def _tallied(this: Applied, fact: AppraisalTallied) -> None:
    mean = None if fact.mean is None else hundredths_of(fact.mean)
    marks = None if fact.marks is None else [f"{mark}:{number}" for mark, number in sorted(fact.marks.items())]
    if fact.category is None:
        _of(this, fact.member, ballots=fact.ballots, voices=fact.voices, mean=mean, marks=marks)
        return
    this.batch.insert(
        CategoryRow(
            category_of_person=uuid5(this.stream, f"{fact.member}/{fact.category}"),
            stream=this.stream,
            member=fact.member,
            category=fact.category,
            ballots=fact.ballots,
            voices=fact.voices,
            mean=mean,
            marks=marks,
            position=this.position,
        )
    )


def _annulled(this: Applied, _: AppraisalAnnulled) -> None:
    for statement in (_FORGET_PEOPLE, _FORGET):
        this.execute(statement, {"stream": this.stream})


def _kept_in_the_log(_: Applied, __: Fact) -> None:
    """A code or a ballot: it is nobody's, and no table holds what it says."""


HANDLERS: Final[Handlers] = {
    AppraisalOpened: _opened,
    AppraisalSubjectNamed: _subject,
    AppraisalVoterNamed: _voter,
    BallotCodeIssued: _kept_in_the_log,
    SelfEvaluationFiled: _evaluated,
    AppraisalClosed: _closed,
    VoterTookPart: _took_part,
    BallotCast: _kept_in_the_log,
    AppraisalTallied: _tallied,
    AppraisalAnnulled: _annulled,
}

_ROW: Final = "SELECT 1 FROM appraised WHERE person_of_session = %(key)s"
_FORGET_PEOPLE: Final = "DELETE FROM appraised WHERE stream = %(stream)s"
_FORGET: Final = "DELETE FROM appraisals WHERE stream = %(stream)s"


class AppraisalState(msgspec.Struct, frozen=True, kw_only=True):
    """One session."""

    unit: Code
    year: int
    period: Code
    method: str
    opened_on: date
    rules: Code
    subjects: int
    voters: int
    codes: int
    status: str
    took_part: int | None
    ballots: int | None
    spoilt: int | None
    self_evaluations: int
    position: int


class AppraisedState(msgspec.Struct, frozen=True, kw_only=True):
    """One person in a session."""

    member: MemberId
    appraised: bool
    votes: bool
    statement: Sha256 | None
    took_part: bool
    ballots: int | None
    voices: int | None
    mean: int | None
    """Hundredths; None where too few said something, and before the counting."""
    marks: tuple[str, ...] | None
    """``code:number``; None where it is not shown."""


class CategoryState(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one category for one person."""

    member: MemberId
    category: Code
    ballots: int
    voices: int
    mean: int | None
    marks: tuple[str, ...] | None


_SESSION: Final = """
SELECT a.unit, a.year, a.period, a.method, a.opened_on, a.rules, a.subjects, a.voters, a.codes, a.status, a.took_part,
       a.ballots, a.spoilt, a.position,
       (SELECT count(p.statement) FROM appraised AS p WHERE p.stream = a.stream) AS self_evaluations
FROM appraisals AS a
"""
_ONE: Final = _SESSION + "WHERE a.stream = %(stream)s"
_OF_UNIT: Final = _SESSION + "WHERE a.unit = %(unit)s ORDER BY a.year DESC, a.position DESC"
_PEOPLE: Final = """
SELECT member, appraised, votes, statement, took_part, ballots, voices, mean, marks
FROM appraised WHERE stream = %(stream)s ORDER BY member
"""

_CATEGORIES: Final = """
SELECT member, category, ballots, voices, mean, marks
FROM appraised_categories WHERE stream = %(stream)s ORDER BY position
"""


def _key(unit: Code, year: int, period: Code) -> dict[str, Any]:
    return {"stream": appraisal_of(unit, year, period).id}


async def appraisal(connection: AsyncConnection, unit: Code, year: int, period: Code) -> Answer[AppraisalState | None]:
    """The session of an organisation's period, if there is one."""
    return await ask_one(connection, AppraisalState, _ONE, _key(unit, year, period), where=unit)


async def appraisals_of_unit(connection: AsyncConnection, unit: Code) -> Answer[tuple[AppraisalState, ...]]:
    """The sessions of an organisation, newest first."""
    return await ask(connection, AppraisalState, _OF_UNIT, {"unit": unit}, where=unit)


async def people_of(
    connection: AsyncConnection, unit: Code, year: int, period: Code
) -> Answer[tuple[AppraisedState, ...]]:
    """Everybody in a session, by pseudonym."""
    return await ask(connection, AppraisedState, _PEOPLE, _key(unit, year, period), where=unit)


async def categories_of(
    connection: AsyncConnection, unit: Code, year: int, period: Code
) -> Answer[tuple[CategoryState, ...]]:
    """What came of every category for everybody, in the order of the rule set; none before the counting."""
    return await ask(connection, CategoryState, _CATEGORIES, _key(unit, year, period), where=unit)
