"""考评结果公示的样子 — what such a notice is called, whose grades it names, and its edition for the public.

The branch edition names everybody's total and grade. The public edition names the excellent and says how many were
assessed, and nothing by which one of the others could be told apart. Source: SPEC §4.10.1.
"""

from datetime import date
from typing import Final

import msgspec

from api.words import words_of
from domain.notice.results import CONFIRMED, PROBATION
from domain.rules.scheme import Scheme
from domain.rules.wording import Language
from domain.values import Code
from projections import disputes, notice_board

STAGES: Final = {
    "half_year": "notice.results.half_year",
    "year_end": "notice.results.year_end",
    "restatement": "notice.results.restatement",
}
"""Stage → what such a notice is called."""
SCORED: Final = "scored"
FEWEST_UNNAMED: Final = 2
"""A lone person whom the public edition does not name would be told apart by the number of the others."""


def shows_results(header: notice_board.NoticeHeader) -> bool:
    """Whether a notice shows results of a period and no records."""
    return header.rules is None and header.stage in STAGES


def called(header: notice_board.NoticeHeader) -> tuple[str, str, str]:
    """(title, item in Chinese, item in English) of a notice; one of results is called after its period."""
    if not shows_results(header):
        return header.title, header.item_zh, header.item_en
    return "", *_after_period(header.stage, header.item, header.occurred_on)


def objected_to(header: disputes.ObjectionHeader) -> tuple[str, str, str]:
    """(title, item in Chinese, item in English) of the notice that an objection is about."""
    shown = header.results
    if shown is None or shown.stage not in STAGES:
        return header.notice_title, header.item_zh, header.item_en
    return "", *_after_period(shown.stage, shown.period, shown.last_on)


def _after_period(stage: Code, period: Code, last_on: date) -> tuple[str, str]:
    """What a notice of a period's results is called, in Chinese and in English."""

    def called_in(language: Language) -> str:
        words = words_of(language)
        key = f"period.{period}"
        return words(STAGES[stage], year=last_on.year, period=words(key) if words.has(key) else period)

    return called_in("zh"), called_in("en")


def grade_named(scheme: Scheme | None, code: Code | None) -> tuple[str | None, str | None]:
    """The names in both languages of a grade, or of what was decided about a probation."""
    key = f"probation.proposal.{code}"
    if words_of("zh").has(key):
        return words_of("zh")(key), words_of("en")(key)
    grades = () if scheme is None else scheme.grades
    found = next((one for one in grades if one.code == code), None)
    return (code, code) if found is None else (found.zh, found.en)


def public_edition(notice: notice_board.Notice, scheme: Scheme | None) -> notice_board.Notice:
    """What the public is shown: of results the lines of the excellent, numbered anew, without figures or objections.

    Of a probation only who was confirmed: an extension or a cancellation is told to the branch.
    """
    if not shows_people(notice.header):
        return notice
    named = enumerate(public_lines(notice, scheme), 1)
    lines = tuple(msgspec.structs.replace(line, line=number, points=None, state="open") for number, line in named)
    return msgspec.structs.replace(notice, lines=lines)


def shows_people(header: notice_board.NoticeHeader) -> bool:
    """Whether a notice shows what became of people and no records: results, or the outcome of a probation."""
    return header.rules is None and (header.stage in STAGES or header.item == PROBATION)


def public_lines(notice: notice_board.Notice, scheme: Scheme | None) -> list[notice_board.NoticeLine]:
    """The lines that the public edition names, as they stand in the notice."""
    if notice.header.item == PROBATION:
        return [line for line in notice.lines if line.grade == CONFIRMED]
    best = {grade.code for grade in (() if scheme is None else scheme.grades) if grade.candidate}
    return [line for line in notice.lines if line.grade in best]


def assessed(header: notice_board.NoticeHeader, named: int) -> int | None:
    """How many were assessed, for the public; None where it would tell one unnamed person apart.

    Where all but one are named the number says who is not; so that its absence says nothing either, it is left out
    where all are named as well.
    """
    return header.lines if header.lines - named >= FEWEST_UNNAMED else None
