"""台账工作簿 — entries, steps and persons of a register, a workbook of one sheet each, made of the table of registers.

==========  ==================================================================================================
登记        one row per entry: code, title, day, and a column for each field of the register
进展        one row per step: which entry, which step, when, what it says, the document that shows it
人员        one row per person who belongs to an entry, by work number and name
==========  ==================================================================================================
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from api.workbook.check import digest
from api.workbook.columns import Column, SheetLayout, plain
from api.workbook.directory import chosen
from api.workbook.lists import CHOICES, FROM_BELOW, LISTS, Offered
from api.workbook.rows import Row
from domain.decider import Command
from domain.register.commands import AdvanceRegister, EnterRegister, NameRegisterPart
from domain.register.fields import Field, Value
from domain.register.kinds import KINDS, Kind, step_of
from domain.register.register import entry_of
from domain.rules.scheme import Scheme
from domain.sealed import Secret

_CODE: Final = Column("entry", "编号", "Code", width=18)
_TITLE: Final = Column("title", "名称", "Title", width=36)
_ON: Final = Column("entered_on", "日期", "Day", width=14)
_WORDS: Final = Column("words", "原话", "What was said", optional=True, width=48)
_STEP: Final = Column("step", "进展", "Step", width=18)
_STEP_ON: Final = Column("step_on", "进展日期", "Day of the step", width=14)
_DOCUMENT: Final = Column("document", "证明材料", "Document", optional=True, width=36)
_PART: Final = Column("part", "身份", "As what", width=18)
_WHO: Final = (Column("work_number", "工号", "Work number", width=14), Column("name", "姓名", "Name", width=14))
_WIDTHS: Final = {"count": 12, "number": 12, "choice": 18}


def _column(field: Field, *, optional: bool) -> Column:
    return Column(f"field.{field.code}", field.zh, field.en, optional, _WIDTHS.get(field.type, 30))


def _entries(kind: Kind) -> SheetLayout:
    own = () if kind.of_matter else (_TITLE, _ON)
    words = (_WORDS,) if kind.words else ()
    fields = (_column(field, optional=not field.required) for field in kind.fields)
    return SheetLayout(f"{kind.zh}登记", f"{kind.en} entries", (_CODE, *own, *fields, *words))


def _step_fields(kind: Kind) -> tuple[Field, ...]:
    """Every field of any step, each once."""
    found = {field.code: field for step in kind.steps for field in step.fields}
    return tuple(found.values())


def _steps(kind: Kind) -> SheetLayout:
    fields = (_column(field, optional=True) for field in _step_fields(kind))
    return SheetLayout(f"{kind.zh}进展", f"{kind.en} steps", (_CODE, _STEP, _STEP_ON, *fields, _DOCUMENT))


def _persons(kind: Kind) -> SheetLayout:
    return SheetLayout(f"{kind.zh}人员", f"{kind.en} persons", (_CODE, _PART, *_WHO))


def _shelves() -> dict[str, tuple[Kind, SheetLayout]]:
    found: dict[str, tuple[Kind, SheetLayout]] = {}
    for kind in KINDS:
        if kind.public:
            continue
        found[f"registers/{kind.code}/entries"] = kind, _entries(kind)
        if kind.steps:
            found[f"registers/{kind.code}/steps"] = kind, _steps(kind)
        if any(part.of == "member" for part in kind.parts):
            found[f"registers/{kind.code}/persons"] = kind, _persons(kind)
    return found


_SHELVES: Final = _shelves()
SHELVES: Final[Mapping[str, SheetLayout]] = {name: layout for name, (_, layout) in _SHELVES.items()}
"""By the words that stand in addresses: ``registers/issue/entries``."""


def layout_of(kind: str) -> SheetLayout:
    """The sheet of a list, or of a register."""
    return SHELVES[kind] if kind in SHELVES else LISTS[kind]


def choices_of(kind: str, scheme: Scheme) -> tuple[Offered, ...]:
    """What the template of a list offers by the rule set, or that of a register by its table."""
    return offered(kind) if kind in SHELVES else CHOICES[kind](scheme)


def from_below(kind: str) -> bool:
    """Whether a list may name people of the organisations below."""
    return kind in FROM_BELOW or kind.endswith("/persons")


def keys_of(shelf: str) -> tuple[tuple[str, ...], ...]:
    """The columns that together may say a thing once."""
    if shelf.endswith("/persons"):
        return (("entry", "part", "work_number"),)
    return (("entry",),) if shelf.endswith("/entries") else (("entry", "step", "step_on"),)


def offered(shelf: str) -> tuple[Offered, ...]:
    """What a template's drop-downs offer."""
    kind, _ = _SHELVES[shelf]
    steps, parts = shelf.endswith("/steps"), shelf.endswith("/persons")
    fields = () if parts else _step_fields(kind) if steps else kind.fields
    found = [Offered(f"field.{f.code}", tuple(c.zh for c in f.choices)) for f in fields if f.choices]
    if steps:
        found.append(Offered("step", tuple(step.zh for step in kind.steps)))
    if parts:
        found.append(Offered("part", tuple(part.zh for part in kind.parts if part.of == "member")))
    return tuple(found)


def _wish_on(shelf: str, row: Row) -> Command | None:
    kind, _ = _SHELVES[shelf]
    if shelf.endswith("/persons"):
        return _person(kind, row)
    return _entry(kind, row) if shelf.endswith("/entries") else _step(kind, row)


def _entry(kind: Kind, row: Row) -> Command | None:
    cells, author, unit = row.cells, row.ground.author, row.ground.place
    entry = cells.needed("entry", cells.code)
    title = None if kind.of_matter else cells.needed("title", cells.title)
    on = None if kind.of_matter else cells.needed("entered_on", cells.day)
    values, words = _values(kind.fields, row), cells.words("words") if kind.words else None
    if not row.clean or entry is None:
        return None
    subject = entry_of(unit, kind.code, entry).id
    sealed = None if words is None else Secret(subject=subject, name="words", value=words, salt=author.salt())
    return EnterRegister(
        id=author.id_of("register", kind.code, entry),
        actor=author.actor,
        at=author.at,
        unit=unit,
        register=kind.code,
        entry=entry,
        title=title,
        on=on,
        values=values,
        words=sealed,
    )


def _step(kind: Kind, row: Row) -> Command | None:
    cells, author = row.cells, row.ground.author
    entry, on = cells.needed("entry", cells.code), cells.needed("step_on", cells.day)
    named = {plain(word): one.code for one in kind.steps for word in (one.zh, one.en, one.code)}
    said = cells.needed("step", cells.words)
    code = None if said is None else chosen(said, named)
    step = None if code is None else step_of(kind, code)
    if said is not None and step is None:
        row.note("step", "step-unknown")
    values = _values(_step_fields(kind), row)
    document = _digest(row, "document")
    if not row.clean or entry is None or step is None or on is None:
        return None
    return AdvanceRegister(
        id=author.id_of("register", kind.code, entry, step.code, on.isoformat()),
        actor=author.actor,
        at=author.at,
        unit=row.ground.place,
        register=kind.code,
        entry=entry,
        step=step.code,
        on=on,
        values=values,
        document=document,
    )


def _person(kind: Kind, row: Row) -> Command | None:
    cells, author, person = row.cells, row.ground.author, row.person()
    entry, said = cells.needed("entry", cells.code), cells.needed("part", cells.words)
    named = {plain(word): one.code for one in kind.parts for word in (one.zh, one.en, one.code)}
    part = None if said is None else chosen(said, named)
    if said is not None and part is None:
        row.note("part", "part-unknown")
    if not row.clean or entry is None or part is None or person is None:
        return None
    return NameRegisterPart(
        id=author.id_of("register", kind.code, entry, part, str(person.member)),
        actor=author.actor,
        at=author.at,
        unit=row.ground.place,
        register=kind.code,
        entry=entry,
        part=part,
        member=person.member,
    )


def _values(fields: tuple[Field, ...], row: Row) -> tuple[Value, ...]:
    found = ((field.code, _value(field, row)) for field in fields)
    return tuple(Value(field=code, value=value) for code, value in found if value is not None)


def _value(field: Field, row: Row) -> str | None:
    """A cell as its field asks for it; what does not fit is left for the refusal of the domain."""
    key, cells = f"field.{field.code}", row.cells
    if field.type in ("count", "number"):
        number = cells.quantity(key)
        return number.removesuffix(".00") if number is not None and field.type == "count" else number
    if field.type == "sha256":
        return _digest(row, key)
    said = cells.words(key)
    if said is None or field.type != "choice":
        return said
    named = {plain(word): one.code for one in field.choices for word in (one.zh, one.en, one.code)}
    return chosen(said, named) or said


def _digest(row: Row, key: str) -> str | None:
    said = row.cells.words(key)
    found = None if said is None else digest(said, row.ground.directory.documents)
    if said is not None and found is None:
        row.note(key, "evidence-file-unknown", file=said[:80])
    return found


SHELF_WISHES: Final[dict[str, Callable[[Row], Command | None]]] = {shelf: partial(_wish_on, shelf) for shelf in SHELVES}
"""The wish of one row, or None where something is wrong with it."""
