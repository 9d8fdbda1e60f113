"""公开版: names the excellent and counts the others; nobody can be told apart by it (SPEC §4.10.1)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from api.result_notices import assessed, public_edition
from domain.decider import NAMESPACE
from domain.rules.scheme import load
from projections.notice_board import Notice, NoticeHeader, NoticeLine
from tests.domain.branch import DOCUMENT

SCHEME = load(DOCUMENT)


def filled(kind: Any, **fields: object) -> Any:
    """A row of the board of which a test says only what it is about."""
    known = {one.name: fields.get(one.name, one.default) for one in msgspec.structs.fields(kind)}
    return kind(**{name: None if value is msgspec.NODEFAULT else value for name, value in known.items()})


def member(number: int) -> UUID:
    return uuid5(NAMESPACE, f"member-{number}")


def notice(stage: str, item: str, *grades: str) -> Notice:
    lines = tuple(
        filled(NoticeLine, line=number, member=member(number), outcome="scored", quantity=100, points=9000,
               grade=grade, state="suspended")
        for number, grade in enumerate(grades, 1)
    )  # fmt: skip
    header = filled(NoticeHeader, stage=stage, item=item, lines=len(grades), occurred_on=date(2026, 12, 31),
                    posted_at=datetime(2027, 2, 1, tzinfo=UTC))  # fmt: skip
    return filled(Notice, header=header, lines=lines, postings=())


@pytest.mark.parametrize(
    ("grades", "count"),
    [
        (("qualified",), None),
        (("excellent",), None),
        (("excellent", "unqualified"), None),
        (("excellent", "excellent"), None),
        (("excellent", "qualified", "unqualified"), 3),
    ],
)
def test_a_lone_person_is_not_told_apart_by_the_number(grades: tuple[str, ...], count: int | None) -> None:
    whole = notice("year_end", "Y", *grades)
    shown = public_edition(whole, SCHEME)
    assert assessed(whole.header, len(shown.lines)) == count


def test_what_is_named_is_numbered_anew_so_that_no_gap_tells_of_the_others() -> None:
    shown = public_edition(notice("year_end", "Y", "unqualified", "excellent", "qualified", "excellent"), SCHEME)
    assert [(one.line, one.member) for one in shown.lines] == [(1, member(2)), (2, member(4))]
    assert {(one.points, one.state) for one in shown.lines} == {(None, "open")}


@pytest.mark.parametrize(("outcome", "named"), [("confirm", 1), ("extend", 0), ("cancel", 0)])
def test_of_a_probation_the_public_learns_of_a_confirmation_alone(outcome: str, named: int) -> None:
    assert len(public_edition(notice("probation", "probation", outcome), SCHEME).lines) == named
