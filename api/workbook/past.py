"""以往年度的行 — one row of what papers say of the years before the log, as the wish that it is, or None."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

import msgspec

from api.workbook.columns import plain
from api.workbook.directory import chosen
from api.workbook.lists import PAST_KINDS
from api.workbook.rows import Row
from domain.decider import Command
from domain.history.past_rules import EnterPastRules, PastPeriod
from domain.history.past_year import ImportPastRecord, ImportPastResult, PastKind
from domain.values import Code, Reference

YEAR: Final = re.compile(r"(19|20)[0-9]{2}")
PERIOD: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._/-]{0,63}) ([01][0-9]-[0-3][0-9])")
PARTED: Final = re.compile(r"[;;、,,\n]")
MOST: Final = 24
"""Periods or grades of one document."""
KINDS: Final[dict[str, PastKind]] = {plain(word): kind for zh, kind in PAST_KINDS.items() for word in (zh, kind)}


def _parts(row: Row, key: str) -> tuple[str, ...]:
    text = row.cells.needed(key, row.cells.words)
    plainly = "" if text is None else unicodedata.normalize("NFKC", text)
    return tuple(part for one in PARTED.split(plainly) if (part := one.strip()))


def _grade(row: Row, key: str, text: str) -> Code | None:
    """By the name that it has today, or a code of its own."""
    today = row.ground.today
    named = {plain(word): one.code for one in (today.grades if today else ()) for word in (one.zh, one.en)}
    found = chosen(text, named)
    if found is None:
        row.note(key, "grade-unknown")
    return found


def _periods(row: Row) -> tuple[PastPeriod, ...]:
    found = [PERIOD.fullmatch(part) for part in _parts(row, "periods")]
    if not found or len(found) > MOST or not all(found):
        if row.clean:
            row.note("periods", "periods-wrong")
        return ()
    return tuple(PastPeriod(code=one[1], last_day=one[2]) for one in found if one)


def _rules(row: Row) -> Command | None:
    cells, author = row.cells, row.ground.author
    version, title = cells.needed("version", cells.code), cells.needed("title", cells.title)
    number = cells.needed("number", lambda key: _reference(row, key))
    effective_on, last_on = cells.needed("effective_on", cells.day), cells.needed("last_on", cells.day)
    grades = tuple(_grade(row, "grades", one) for one in _parts(row, "grades")[:MOST])
    periods, document = _periods(row), row.document()
    if not (row.clean and version and title and number and effective_on and last_on and document):
        return None
    return EnterPastRules(
        id=author.id_of("past-rules", version),
        actor=author.actor,
        at=author.at,
        unit=row.ground.place,
        version=version,
        title=title,
        number=number,
        effective_on=effective_on,
        last_on=last_on,
        periods=periods,
        grades=tuple(one for one in grades if one is not None),
        document=document,
        file=author.file,
    )


def _reference(row: Row, key: str) -> Reference | None:
    text = row.cells.words(key)
    try:
        return None if text is None else msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        row.note(key, "text-too-long", most=64)
        return None


def _year(row: Row) -> int | None:
    text = row.cells.needed("year", row.cells.work_number)
    if text is None:
        return None
    if YEAR.fullmatch(text) is None:
        row.note("year", "year-wrong")
        return None
    return int(text)


def _result(row: Row) -> Command | None:
    cells, author, person = row.cells, row.ground.author, row.person()
    year, period, unit = _year(row), cells.needed("period", lambda key: _period(row, key)), row.unit()
    total, document = cells.needed("total", cells.quantity), row.document()
    base, honours = cells.quantity("base"), cells.quantity("honours")
    deductions, appraisal = cells.quantity("deductions"), cells.quantity("appraisal")
    said = cells.words("grade")
    grade = None if said is None else _grade(row, "grade", said)
    if not (row.clean and person and year and period and unit and total and document):
        return None
    return ImportPastResult(
        id=author.id_of("past-result", str(person.member), str(year), period),
        actor=author.actor,
        at=author.at,
        unit=unit,
        member=person.member,
        year=year,
        period=period,
        total=total,
        base=base,
        honours=honours,
        deductions=deductions,
        appraisal=appraisal,
        grade=grade,
        document=document,
        file=author.file,
    )


def _period(row: Row, key: str) -> Code | None:
    """By the name that it has today, or its code."""
    text, today = row.cells.words(key), row.ground.today
    named = {plain(word): one.code for one in (today.periods if today else ()) for word in (one.zh, one.en)}
    return row.cells.code(key) if text is None or plain(text) not in named else named[plain(text)]


def _record(row: Row) -> Command | None:
    cells, author, person = row.cells, row.ground.author, row.person()
    kind, matter, unit = _kind(row), cells.needed("matter", cells.code), row.unit()
    item, title = cells.needed("item", cells.code), cells.needed("title", cells.title)
    occurred_on, document = cells.needed("occurred_on", cells.day), row.document()
    points = cells.quantity("points")
    if not (row.clean and person and kind and matter and unit and item and title and occurred_on and document):
        return None
    return ImportPastRecord(
        id=author.id_of("past-record", str(person.member), matter, item),
        actor=author.actor,
        at=author.at,
        unit=unit,
        member=person.member,
        kind=kind,
        matter=matter,
        item=item,
        title=title,
        occurred_on=occurred_on,
        points=points,
        document=document,
        file=author.file,
    )


def _kind(row: Row) -> PastKind | None:
    text = row.cells.needed("kind", row.cells.words)
    found = None if text is None else KINDS.get(plain(text))
    if text is not None and found is None:
        row.note("kind", "past-kind-unknown")
    return found


PAST_WISHES: Final[dict[str, Callable[[Row], Command | None]]] = {
    "past-rules": _rules,
    "past-results": _result,
    "past-records": _record,
}
"""The wish of one row, or None where something is wrong with it."""
