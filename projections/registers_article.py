"""文中数据 — the figures that the article itself reports, each made of records and traced to them.

A figure is a sum, a share, a mean or a number of persons over the rows of ``registers_rows``; nothing is entered as a
figure, and nothing here is stored.
"""

from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import msgspec

from domain.register.kinds import ASKED_LEAST
from domain.values import Code, half_up, points
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, instead
from projections.registers_rows import ROWS

Measure: TypeAlias = Literal["sum", "percent", "days", "persons", "rank", "weekly", "range"]
"""How a figure is made of its rows."""


class Reported(msgspec.Struct, frozen=True):
    """One of the figures: the line of SPEC §1.5 that it answers, its code, and how it is made."""

    line: int
    code: Code
    measure: Measure
    public: bool = False
    """Whether it is made of what single persons answered: then of ten or more, or not shown."""


REPORTED: Final[tuple[Reported, ...]] = (
    Reported(20, "tagged", "sum"),
    Reported(49, "person_times", "sum"),
    Reported(50, "works", "sum"),
    Reported(50, "works_recommended", "sum"),
    Reported(50, "works_awarded", "sum"),
    Reported(50, "awards", "sum"),
    Reported(51, "works_share", "percent"),
    Reported(51, "awards_share", "percent"),
    Reported(51, "rank_submitted", "rank"),
    Reported(51, "rank_awarded", "rank"),
    Reported(52, "persons_awarded", "persons"),
    Reported(52, "honours", "sum"),
    Reported(53, "services", "sum"),
    Reported(53, "services_immediate", "sum"),
    Reported(53, "service_days", "days"),
    Reported(53, "posts", "sum"),
    Reported(53, "pledges", "sum"),
    Reported(54, "satisfaction", "percent"),
    Reported(55, "team", "persons"),
    Reported(55, "team_winners", "persons"),
    Reported(55, "talks", "sum"),
    Reported(55, "talks_weekly", "weekly"),
    Reported(55, "talk_speakers", "range"),
    Reported(56, "visitors", "sum"),
    Reported(56, "visit_coverage", "percent"),
    Reported(57, "issues", "sum"),
    Reported(57, "issues_closed", "percent"),
    Reported(58, "projects", "sum"),
    Reported(58, "projects_carried_out", "percent"),
    Reported(58, "projects_sourced", "percent"),
    Reported(59, "feedback_aware", "percent", public=True),
    Reported(59, "feedback_approves", "percent", public=True),
)
_BY_CODE: Final = {one.code: one for one in REPORTED}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. ``value`` is "4700", "16.04" per cent or days, "5–8"; None where too few answered."""

    line: int
    code: Code
    detail: str
    """By what it is told apart: a category, a contest, a level; empty for the whole."""
    measure: Measure
    value: str | None
    counted: int
    whole: int
    rows: int
    """How many rows stand behind it."""


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row behind a figure."""

    detail: str
    unit: Code
    unit_title: str
    register: Code
    entry: Code
    title: str
    day: date
    counted: int
    whole: int
    position: int


class _Sums(msgspec.Struct, frozen=True, kw_only=True):
    code: Code
    detail: str
    counted: int
    whole: int
    rows: int
    persons: int
    weeks: int
    least: int
    most: int


_FIGURES: Final = (
    ROWS
    + """
SELECT code, COALESCE(detail, '') AS detail, sum(counted)::bigint AS counted, sum(whole)::bigint AS whole,
       count(*) AS rows, count(DISTINCT person) AS persons, count(DISTINCT date_trunc('week', day)) AS weeks,
       min(counted) AS least, max(counted) AS most
FROM one GROUP BY code, COALESCE(detail, '') ORDER BY code, detail
"""
)
_BEHIND: Final = (
    ROWS
    + """
SELECT COALESCE(detail, '') AS detail, unit, unit_title, register, entry, title, day, counted::bigint AS counted,
       whole::bigint AS whole, position
FROM one WHERE code = %(code)s AND (%(detail)s::text IS NULL OR COALESCE(detail, '') = %(detail)s::text)
  AND (%(before)s::integer IS NULL OR position < %(before)s::integer)
  AND (NOT %(answers)s OR unit = %(keeps)s::text)
ORDER BY position DESC LIMIT %(limit)s
"""
)


async def figures(connection: AsyncConnection, unit: Code, since: date, until: date) -> Answer[tuple[Figure, ...]]:
    """Every figure of an organisation and all below it over some days, in the article's order; what is empty is 0."""
    found = await ask(connection, _Sums, _FIGURES, {"unit": unit, "since": since, "until": until})
    by_code: dict[str, list[_Sums]] = {}
    for one in found.value:
        by_code.setdefault(one.code, []).append(one)
    made = [figure for one in REPORTED for figure in _figures_of(one, by_code.get(one.code, []))]
    return instead(found, tuple(made))


async def behind(
    connection: AsyncConnection,
    unit: Code,
    code: str,
    since: date,
    until: date,
    *,
    detail: str | None = None,
    before: int | None = None,
    keeps: Code | None = None,
    limit: int = PAGE,
) -> Answer[Page[ArticleRow]]:
    """The rows behind one figure, last entered first; summed as its measure says they give the figure.

    Each row behind a public figure is what one person answered: there are those alone of the organisation whose
    register the reader ``keeps``, and none behind a figure that is not shown because too few answered.
    """
    known: dict[str, object] = {
        "unit": unit,
        "since": since,
        "until": until,
        "code": code,
        "detail": detail,
        "before": before,
        "answers": code in _BY_CODE and _BY_CODE[code].public,
        "keeps": keeps,
        "limit": limit + 1,
    }
    if known["answers"]:
        whole = await ask(connection, _Sums, _FIGURES, {"unit": unit, "since": since, "until": until})
        if any(one.code == code and one.rows < ASKED_LEAST for one in whole.value):
            return instead(whole, Page(items=(), before=None))
    found = await ask(connection, ArticleRow, _BEHIND, known)
    return instead(found, _page(found.value, limit))


def reported(code: str) -> Reported | None:
    """The figure of a code."""
    return _BY_CODE.get(code)


def _page(rows: tuple[ArticleRow, ...], limit: int) -> Page[ArticleRow]:
    """The first ``limit`` rows, less those that share their entry with the one after: they begin the next page.

    An entry stands in several rows where several persons or standards belong to it.
    """
    if len(rows) <= limit:
        return Page(items=rows, before=None)
    entry = rows[limit].position
    whole = tuple(one for one in rows[:limit] if one.position > entry)
    return Page(items=whole, before=entry + 1) if whole else Page(items=rows[:limit], before=entry)


def _figures_of(one: Reported, sums: list[_Sums]) -> list[Figure]:
    """The whole, where it can be made of the parts, and each part that has a name."""
    if one.code == "tagged":
        # A record may answer to several standards: they do not add up to a whole.
        return [_figure(one, found) for found in sums]
    parts = [_figure(one, found) for found in sums if found.detail]
    if one.measure in ("rank", "persons") and parts:
        return parts
    whole = [found for found in sums if not found.detail]
    if not whole:
        whole = [_together(one.code, sums)]
    return [*(_figure(one, found) for found in whole), *parts]


def _together(code: str, sums: list[_Sums]) -> _Sums:
    return _Sums(
        code=code,
        detail="",
        counted=sum(one.counted for one in sums),
        whole=sum(one.whole for one in sums),
        rows=sum(one.rows for one in sums),
        persons=0,
        weeks=0,
        least=min((one.least for one in sums), default=0),
        most=max((one.most for one in sums), default=0),
    )


def _figure(one: Reported, sums: _Sums) -> Figure:
    few = one.public and sums.rows < ASKED_LEAST
    return Figure(
        line=one.line,
        code=one.code,
        detail=sums.detail,
        measure=one.measure,
        value=None if few else _value(one.measure, sums),
        counted=0 if few else sums.counted,
        whole=sums.whole,
        rows=sums.rows,
    )


def _value(measure: Measure, sums: _Sums) -> str | None:
    match measure:
        case "sum" | "rank":
            return str(sums.counted)
        case "persons":
            return str(sums.persons)
        case "percent":
            return None if sums.whole == 0 else points(half_up(Fraction(sums.counted * 10_000, sums.whole)))
        case "days":
            return None if sums.whole == 0 else points(half_up(Fraction(sums.counted, sums.whole)))
        case "weekly":
            return None if sums.weeks == 0 else points(half_up(Fraction(sums.counted * 100, sums.weeks)))
        case "range":
            return None if sums.rows == 0 else f"{sums.least}–{sums.most}"
