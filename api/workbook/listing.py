"""名单导入 — the dry run of a list: the wishes that it comes to, or everything that is wrong with it.

All or nothing, as with a month's workbook; what the domain would refuse is found by asking it, row after row.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from api.workbook.commands import Author
from api.workbook.directory import Directory
from api.workbook.entries import Cells, day
from api.workbook.findings import Finding, Findings
from api.workbook.importing import in_force
from api.workbook.past import PAST_WISHES
from api.workbook.read import Book, Page, read
from api.workbook.rehearsal import Known, Load, LoadMany, Rehearsal
from api.workbook.rows import WISHES, Ground, Row
from api.workbook.shelves import SHELF_WISHES, SHELVES, keys_of, layout_of
from domain.actor import Actor
from domain.decider import Command, NotPermitted, Refused
from domain.organisation.member import MEMBER, Registered, RegisterMember
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Sha256, day_of

KEYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "members": (("work_number",), ("identity",)),
    "traits": (("work_number",),),
    "appointments": (("work_number", "role", "unit"),),
    "honours": (("work_number", "matter", "item"),),
    "deductions": (("work_number", "matter", "item"),),
    "past-rules": (("version",),),
    "past-results": (("work_number", "year", "period"),),
    "past-records": (("work_number", "matter", "item"),),
}
"""The columns that together may say a thing once."""

_PLACES: Final[dict[str, str]] = {
    "not-permitted": "unit",
    "unit-unknown": "unit",
    "not-on-roster": "unit",
    "unit-dissolved": "unit",
    "profile-unknown": "profile",
    "role-already-held": "role",
    "one-recorder-only": "role",
    "auditor-writes": "role",
    "term-backwards": "until_on",
    "honour-unknown": "level",
    "deduction-unknown": "level",
    "evidence-missing": "evidence_kind",
    "own-paper": "evidence_kind",
    "late-reason-missing": "late_reason",
    "entry-closed": "late_reason",
    "no-calendar": "late_reason",
    "act-after-document": "occurred_on",
    "already-recorded": "matter",
    "already-counted": "matter",
    "honour-waiting": "matter",
    "deduction-waiting": "matter",
    "kept-by-department": "item",
    "points-outside-range": "quantity",
    "quantity-outside-rule": "quantity",
    "past-rules-known": "version",
    "past-rules-overlap": "effective_on",
    "past-rules-malformed": "periods",
    "past-rules-missing": "period",
    "not-of-past-rules": "period",
    "assessed-here": "period",
    "past-entry-known": "matter",
    "range-reason-missing": "choice_reason",
    "condition-unknown": "condition",
    "share-missing": "share",
    "share-unknown": "share",
}
"""The column that a refusal of the domain speaks of; otherwise the day, or the first one."""


_OF_DAY: Final = frozenset({"past-rules-missing", "assessed-here"})
"""What is wrong with a day, where the row gives one."""


class ListSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says, in figures."""

    rows: int
    commands: int
    on_record: int
    """Rows whose wish was granted before, or says nothing new."""


class ListDry(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run. ``commands`` is empty where ``findings`` is not."""

    book: Book
    commands: tuple[Command, ...]
    findings: tuple[Finding, ...]
    summary: ListSummary

    @property
    def sha256(self) -> Sha256:
        """Of the file: whoever confirms the dry run names it."""
        return self.book.sha256


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a dry run asks the house for."""

    load: Load
    known: Known
    holder: Callable[[Sequence[Secret]], MemberId | None]
    """Who has one of these identities already, other than their own subjects."""
    load_many: LoadMany | None = None


def plan_list(
    kind: str,
    data: bytes,
    *,
    filename: str,
    directory: Directory,
    place: Code | None = None,
    actor: Actor,
    at: Instant,
    salt: Callable[[], str],
    pseudonym: Callable[[str], MemberId],
    house: Surroundings,
) -> ListDry:
    """The dry run of a list for an organisation, by default the actor's own.

    Raises ``Refused`` where the file is no such list.
    """
    if actor.person is None or actor.role is None or actor.unit is None:
        raise NotPermitted
    layout = layout_of(kind)
    book = read(data, filename=filename, layouts=(layout,))
    page, findings = book.page(layout), Findings()
    past = Rehearsal(house.load, house.known, house.load_many)
    author = Author(person=actor.person, role=actor.role, unit=actor.unit, at=at, file=book.sha256, salt=salt)
    ground = _ground(past, page, directory, author, place or actor.unit, pseudonym)
    _repeated(kind, page, findings)
    wish_of = {**WISHES, **PAST_WISHES, **SHELF_WISHES}[kind]
    planned = [(row, wish) for row in page.rows if (wish := wish_of(Row(page, row, ground, findings)))]
    past.recall([wish for _, wish in planned])
    needed = tuple(_rehearsed(past, page, planned, findings, house))
    found = findings.in_order(page)
    summary = ListSummary(rows=len(page.rows), commands=len(needed), on_record=len(planned) - len(needed))
    return ListDry(book=book, commands=() if found else needed, findings=found, summary=summary)


def _ground(
    past: Rehearsal,
    page: Page,
    directory: Directory,
    author: Author,
    place: Code,
    pseudonym: Callable[[str], MemberId],
) -> Ground:
    cells = (page.value(row, key) for row in page.rows for key in ("occurred_on", "dated_on"))
    days = {found for cell in cells if (found := day(cell)) is not None}
    schemes = {one: rules for one in days if (rules := in_force(past, place, one)) is not None}
    today = in_force(past, place, day_of(author.at))
    known = msgspec.structs.replace(directory, schemes=schemes)
    return Ground(directory=known, author=author, place=place, today=today, pseudonym=pseudonym)


def _repeated(kind: str, page: Page, findings: Findings) -> None:
    """Note every row that says again what an earlier one says."""
    for keys in keys_of(kind) if kind in SHELVES else KEYS[kind]:
        first: dict[tuple[str | None, ...], int] = {}
        for row in page.rows:
            cells = Cells(page, row, Findings())
            said = tuple(cells.words(key) for key in keys)
            if any(said) and first.setdefault(said, row) != row:
                findings.note(page, row, keys[0], "row-twice", first=first[said])


def _rehearsed(
    past: Rehearsal, page: Page, planned: list[tuple[int, Command]], findings: Findings, house: Surroundings
) -> Iterator[Command]:
    """The wishes that are still needed; what would be refused is noted at its row."""
    for row, command in planned:
        try:
            if past.needless(command) or _registered(past, command, house):
                continue
            past.perform(command)
        except Refused as refusal:
            findings.refused(page, row, _key(page, command, refusal), refusal)
        else:
            yield command


def _key(page: Page, command: Command, refusal: Refused) -> str:
    """The column to point at: the first where none is to blame."""
    columns = {column.key for column in page.layout.columns}
    wanted = [_PLACES.get(refusal.code, ""), *(("occurred_on",) if refusal.code in _OF_DAY else ())]
    if getattr(command, "late_reason", None) is not None:
        # It is there: what no calendar tells then is a term that begins with the wish.
        columns.discard("late_reason")
    return next((one for one in wanted if one in columns), page.layout.columns[0].key)


def _registered(past: Rehearsal, command: Command, house: Surroundings) -> bool:
    """Whether this very person is on the roster already; raises where his number is somebody else's."""
    if not isinstance(command, RegisterMember):
        return False
    holder = house.holder(command.identities())
    if holder is None:
        return False
    found = past[MEMBER.of(holder)]
    if isinstance(found, Registered) and (found.unit, found.profile) == (command.unit, command.profile):
        return True
    raise command.duplicate(past, holder)
