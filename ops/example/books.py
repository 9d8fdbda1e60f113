"""示例工作簿 — what the made-up offices bring: roster, appointments, a branch's month, honours, deductions, as .xlsx.

The same seed gives the same bytes, so that a telling that broke off can be taken up with the same files.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Final, NamedTuple, TypeAlias

from api.workbook.columns import MARKS, MATTERS, SheetLayout, heading
from api.workbook.lists import APPOINTMENTS, DEDUCTIONS, HONOURS, MEMBERS
from api.workbook.paper import format_of, written
from ops.example.people import SEED, Person
from ops.example.places import Branch, District

Cells: TypeAlias = Mapping[str, str | date | None]
"""Values of one row by the column's key."""


class Planned(NamedTuple):
    """One matter of every branch: its code and item, what it is, how far it concerns everybody."""

    code: str
    kind: str
    item: str
    title: str
    held_on: date
    evidence: str
    named: int | None = None
    """How many are named with what they did; None where everybody was present but the exceptions."""
    hours: str | None = None


def _monthly(month: int, days: tuple[int, int, int]) -> tuple[Planned, ...]:
    day, dues, meeting = (date(2026, month, one) for one in days)
    code = f"2026{month:02d}"
    return (
        Planned(f"TD-{code}", "study_session", "R-LX-1", f"{month}月主题党日", day, "sign_in_list"),
        Planned(f"DF-{code}", "monthly_dues", "R-GJ-2", f"{month}月党费交纳", dues, "dues_register"),
        Planned(f"BM-{code}", "branch_meeting", "R-GJ-1", f"{month}月支部党员大会", meeting, "sign_in_list"),
    )


MONTHS: Final[Mapping[int, tuple[Planned, ...]]] = {
    1: (
        *_monthly(1, (8, 9, 12)),
        Planned("LC-202601", "integrity_pledge", "R-LJ-2", "上半年廉洁承诺", date(2026, 1, 12), "pledge_form", 99),
    ),
    2: _monthly(2, (9, 10, 12)),
    3: (
        *_monthly(3, (9, 10, 12)),
        Planned("DK-202603", "party_lecture", "R-LX-2", "第一季度党课", date(2026, 3, 11), "sign_in_list"),
    ),
    4: (
        *_monthly(4, (8, 9, 10)),
        Planned(
            "ZY-202604", "volunteer_service", "R-WM-3", "社区志愿服务", date(2026, 4, 11), "service_hours", 6, "2.50"
        ),
    ),
    5: _monthly(5, (12, 11, 13)),
}
"""What every branch does, month by month."""


class Award(NamedTuple):
    """An honour or a deduction that a branch brings."""

    person: Person
    matter: str
    item: str
    level: str
    title: str
    dated_on: date
    document_kind: str


def digest(label: str) -> str:
    """Of a document that nobody wrote."""
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def roster(district: District, day: date) -> bytes:
    """Everybody of the district, one row each, present from a day."""
    rows: list[Cells] = [
        {
            "work_number": person.work_number,
            "name": person.name,
            "profile": person.profile,
            "present_from": day,
            "unit": person.unit,
        }
        for branch in district.branches
        for person in branch.people
    ]
    return book("党员名册", {MEMBERS: rows})


def appointments(district: District, day: date) -> bytes:
    """Every office of the district, held from a day."""
    offices = [
        *(
            (branch.place.unit, role, person)
            for branch in district.branches
            for person in branch.people
            for role in person.roles
        ),
        *district.offices,
    ]
    rows: list[Cells] = [
        {
            "work_number": person.work_number,
            "name": person.name,
            "role": role,
            "from_on": day,
            "unit": unit,
        }
        for unit, role, person in offices
    ]
    return book("任职", {APPOINTMENTS: rows})


def month(branch: Branch, month: int) -> bytes:
    """The recorder's workbook of one month: matters, evidence, and everybody but himself by exception."""
    recorder = branch.one("recorder")
    matters: list[Cells] = [_matter(branch, planned) for planned in MONTHS[month]]
    marks = [row for planned in MONTHS[month] for row in _marks(branch, planned, recorder)]
    return book(f"{branch.place.title} {month}月", {MATTERS: matters, MARKS: marks})


def own(branch: Branch, month: int) -> bytes:
    """The substitute's workbook: the recorder's own lines, and nothing else."""
    recorder = branch.one("recorder")
    concerned = (one for one in MONTHS[month] if one.named is None or recorder in _named(branch, one))
    rows = [_mark(recorder, one, _outcome(branch, one, recorder), one.hours) for one in concerned]
    return book(f"{branch.place.title} {month}月 代理", {MATTERS: (), MARKS: rows})


def honours(awards: Sequence[Award]) -> bytes:
    """The honours that a branch claims."""
    return book("荣誉", {HONOURS: [{**_award(one), "title": one.title} for one in awards]})


def deductions(awards: Sequence[Award]) -> bytes:
    """The deductions that a branch proposes."""
    return book("减分", {DEDUCTIONS: [{**_award(one), "particulars": one.title} for one in awards]})


def _award(one: Award) -> dict[str, str | date | None]:
    return {
        "work_number": one.person.work_number,
        "name": one.person.name,
        "matter": one.matter,
        "item": one.item,
        "level": one.level,
        "dated_on": one.dated_on,
        "evidence_kind": one.document_kind,
        "document": digest(f"{one.person.work_number} {one.title}"),
    }


def _matter(branch: Branch, planned: Planned) -> Cells:
    return {
        "matter": planned.code,
        "kind": planned.kind,
        "title": planned.title,
        "planned_on": planned.held_on,
        "held_on": planned.held_on,
        "evidence_kind": planned.evidence,
        "evidence": digest(f"{branch.place.unit} {planned.title}"),
    }


def _marks(branch: Branch, planned: Planned, recorder: Person) -> list[Cells]:
    concerned = branch.people if planned.named is None else _named(branch, planned)
    said = ((person, _outcome(branch, planned, person)) for person in concerned if person != recorder)
    return [_mark(person, planned, outcome, planned.hours) for person, outcome in said if outcome != "attended"]


def _mark(person: Person, planned: Planned, outcome: str, hours: str | None) -> Cells:
    return {
        "work_number": person.work_number,
        "name": person.name,
        "matter": planned.code,
        "item": planned.item,
        "outcome": outcome,
        "hours": hours,
    }


def _named(branch: Branch, planned: Planned) -> list[Person]:
    assert planned.named is not None
    random = Random(f"{SEED}/{branch.place.unit}/{planned.code}")  # noqa: S311 - made-up deeds need no secret
    return random.sample(branch.people, min(planned.named, len(branch.people)))


def _outcome(branch: Branch, planned: Planned, person: Person) -> str:
    """Who did otherwise, drawn once and for all; whoever owes his dues pays them."""
    if planned.named is not None:
        return "earned"
    if planned.kind == "monthly_dues":
        return "attended"
    draw = Random(f"{SEED}/{branch.place.unit}/{planned.code}/{person.work_number}").random()  # noqa: S311 - the same
    return "absent" if draw < 0.02 else "excused" if draw < 0.09 else "attended"


def book(title: str, sheets: Mapping[SheetLayout, Sequence[Cells]]) -> bytes:
    """A workbook with these rows below the headings of its sheets."""
    into = io.BytesIO()
    with written(title, into) as paper:
        for layout, rows in sheets.items():
            sheet = paper.sheet(layout.zh)
            for number, column in enumerate(layout.columns):
                sheet.set_column(number, number, column.width, format_of(paper, column.key))
                sheet.write_string(0, number, heading(column), paper.heading)
            keys = [column.key for column in layout.columns]
            for row, cells in enumerate(rows, start=2):
                for key, value in cells.items():
                    paper.write(sheet, row, keys.index(key) + 1, value)
    return into.getvalue()
