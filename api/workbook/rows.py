"""名单的行 — one row of a list as the wish that it is, or None with a finding that says why it is none."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

import msgspec

from api.workbook.check import digest
from api.workbook.columns import plain
from api.workbook.commands import Author
from api.workbook.directory import Directory, Person, chosen
from api.workbook.entries import Cells
from api.workbook.findings import Findings
from api.workbook.lists import (
    ALSO,
    DISABILITY_WORDS,
    ROLE_WORDS,
    SEX_WORDS,
    deductions_of,
    honours_of,
    levels_in,
    named_in,
)
from api.workbook.read import Page
from domain.decider import Command
from domain.organisation.appointments import AppointRole, Role
from domain.organisation.describing import DescribeMember, Traits, traits_of
from domain.organisation.member import RegisterMember
from domain.recording.claiming import ClaimHonour
from domain.recording.proposing import ProposeDeduction
from domain.rules.items import Item
from domain.rules.scheme import Scheme
from domain.rules.wording import Bilingual
from domain.sealed import Secret
from domain.values import Code, MemberId, Quantity, Sha256

_ROLES: Final[dict[str, Role]] = {plain(word): role for zh, role in (ROLE_WORDS | ALSO).items() for word in (zh, role)}

T = TypeVar("T", bound=str)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What every row is read against."""

    directory: Directory
    author: Author
    place: Code
    """The organisation for which the list is brought."""
    today: Scheme | None
    """The rule set in force today: the classes of members are its words."""
    pseudonym: Callable[[str], MemberId]
    """A random id for whoever has this work number; drawn at the edge."""


class Row:
    """One row of a list."""

    def __init__(self, page: Page, row: int, ground: Ground, findings: Findings) -> None:
        self.row = row
        self.cells = Cells(page, row, findings)
        self.ground = ground
        self._page = page
        self._findings = findings
        self._before = len(findings)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong with it so far."""
        return len(self._findings) == self._before

    def note(self, key: str, code: str, **facts: object) -> None:
        """Say what is wrong."""
        self._findings.note(self._page, self.row, key, code, **facts)

    def unit(self) -> Code | None:
        """The organisation that the row names; where it names none, the one for which the list is brought."""
        return self.cells.code("unit") or (self.ground.place if self.clean else None)

    def number(self) -> str | None:
        """The work number."""
        return self.cells.needed("work_number", self.cells.work_number)

    def person(self) -> Person | None:
        """Whom the work number names; the name has to be his."""
        number, name = self.number(), self.cells.needed("name", self.cells.words)
        if number is None:
            return None
        found = self.ground.directory.people.get(number)
        if found is None:
            self.note("work_number", "member-unknown")
        elif name is not None and plain(name) != plain(found.name):
            self.note("name", "name-differs")
        return found

    def profile(self) -> Code | None:
        """A class of members."""
        text = self.cells.needed("profile", self.cells.words)
        profiles = self.ground.today.profiles if self.ground.today is not None else ()
        named = {plain(word): one.code for one in profiles for word in (one.zh, one.en)}
        found = None if text is None else chosen(text, named)
        if text is not None and found is None:
            self.note("profile", "profile-unknown")
        return found

    def role(self) -> Role | None:
        """An office."""
        text = self.cells.needed("role", self.cells.words)
        found = None if text is None else _ROLES.get(plain(text))
        if text is not None and found is None:
            self.note("role", "role-unknown")
        return found

    def born(self) -> int | None:
        """A year of birth, where it is said."""
        text = self.cells.work_number("born")
        said = None if text is None else traits_of(f"born={text}")
        if text is not None and (said is None or said != Traits(born=said.born)):
            self.note("born", "born-wrong")
            return None
        return None if said is None else said.born

    def trait(self, key: str, words: Mapping[str, T]) -> T | None:
        """One of a few words, where it is said."""
        text = self.cells.words(key)
        known = {plain(word): stored for zh, stored in words.items() for word in (zh, stored)}
        found = None if text is None else known.get(plain(text))
        if text is not None and found is None:
            self.note(key, "trait-unknown")
        return found

    def optional_day(self, key: str) -> date | None:
        """A day that may be missing."""
        return self.cells.day(key)

    def documented(self, items_of: Callable[[Scheme], tuple[Item, ...]]) -> "Documented | None":
        """What an honour and a deduction have in common."""
        cells = self.cells
        dated_on = cells.needed("dated_on", cells.day)
        occurred_on = cells.day("occurred_on") or dated_on
        matter = cells.needed("matter", cells.code)
        scheme = None if occurred_on is None else self.ground.directory.schemes.get(occurred_on)
        items = () if scheme is None else items_of(scheme)
        item = self._chosen("item", "item-unknown", {plain(w): i.code for i in items for w in (i.zh, i.en)})
        levels = levels_in(tuple(one for one in items if one.code == item))
        level = self._chosen("level", "level-unknown", {plain(w): c for c, one in levels for w in (one.zh, one.en)})
        chosen_items = tuple(one for one in items if one.code == item)
        condition = self._optional("condition", "condition-unknown", named_in(chosen_items, "conditions"))
        share = self._optional("share", "share-unknown", named_in(chosen_items, "shares"))
        kinds = {} if scheme is None else scheme.evidence_kinds
        named = {plain(word): code for code, kind in kinds.items() for word in (kind.zh, kind.en)}
        kind = self._chosen("evidence_kind", "evidence-kind-unknown", named)
        document = self.document()
        if not (self.clean and dated_on and occurred_on and matter and item and level and kind and document):
            return None
        return Documented(
            matter=matter,
            item=item,
            level=level,
            occurred_on=occurred_on,
            dated_on=dated_on,
            document_kind=kind,
            document=document,
            quantity=cells.quantity("quantity") or "1.00",
            choice_reason=cells.words("choice_reason"),
            condition=condition,
            share=share,
            late_reason=cells.words("late_reason"),
        )

    def _optional(self, key: str, code: str, named: tuple[tuple[Code, Bilingual], ...]) -> Code | None:
        """What was chosen, where anything was."""
        if not any(column.key == key for column in self._page.layout.columns) or self.cells.words(key) is None:
            return None
        return self._chosen(key, code, {plain(word): one for one, name in named for word in (name.zh, name.en)})

    def _chosen(self, key: str, code: str, named: dict[str, Code]) -> Code | None:
        text = self.cells.needed(key, self.cells.words)
        found = None if text is None else chosen(text, named)
        if text is not None and found is None:
            self.note(key, code)
        return found

    def document(self) -> Sha256 | None:
        """The paper on which it stands."""
        text = self.cells.needed("document", self.cells.words)
        found = None if text is None else digest(text, self.ground.directory.documents)
        if text is not None and found is None:
            self.note("document", "evidence-file-unknown", file=text[:80])
        return found


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """An honour or a deduction as its row says it."""

    matter: Code
    item: Code
    level: Code
    occurred_on: date
    dated_on: date
    document_kind: Code
    document: Sha256
    quantity: Quantity
    choice_reason: str | None
    condition: Code | None
    share: Code | None
    late_reason: str | None

    def amounts(self, author: Author) -> dict[str, Any]:
        """What a claim and a proposal say of how much, and why."""
        why, late = self.choice_reason, self.late_reason
        return {
            "quantity": self.quantity,
            "condition": self.condition,
            "choice_reason": None if why is None else author.secret("choice_reason", why),
            "late_reason": None if late is None else author.secret("late_reason", late),
        }


def _member(row: Row) -> Command | None:
    cells, author = row.cells, row.ground.author
    number, name, profile = row.number(), cells.needed("name", cells.words), row.profile()
    present_from, unit = cells.needed("present_from", cells.day), row.unit()
    identity = cells.words("identity")
    if not (row.clean and number and name and profile and present_from and unit):
        return None
    member = row.ground.pseudonym(number)
    return RegisterMember(
        id=author.id_of("register", *number.split()),
        actor=author.actor,
        at=author.at,
        member=member,
        unit=unit,
        profile=profile,
        name=_his(author, member, "name", name),
        work_number=_his(author, member, "work_number", number),
        identity=None if identity is None else _his(author, member, "identity", identity),
        present_from=present_from,
    )


def _his(author: Author, member: MemberId, name: str, value: str) -> Secret:
    """A value that is kept under the key of the person whom it is about."""
    return Secret(subject=member, name=name, value=value, salt=author.salt())


def _traits(row: Row) -> Command | None:
    """What is said of a member; a row in which nothing is said is none."""
    author, person, unit = row.ground.author, row.person(), row.unit()
    sex, disability = row.trait("sex", SEX_WORDS), row.trait("disability", DISABILITY_WORDS)
    line = Traits(row.born(), sex, disability).line()
    if not (row.clean and person and unit and line):
        return None
    return DescribeMember(
        id=author.id_of("describe", str(person.member)),
        actor=author.actor,
        at=author.at,
        member=person.member,
        unit=unit,
        traits=_his(author, person.member, "traits", line),
    )


def _appointment(row: Row) -> Command | None:
    author = row.ground.author
    person, role, unit = row.person(), row.role(), row.unit()
    from_on, until_on = row.cells.needed("from_on", row.cells.day), row.optional_day("until_on")
    if not (row.clean and person and role and unit and from_on):
        return None
    return AppointRole(
        id=author.id_of("appoint", unit, role, str(person.member)),
        actor=author.actor,
        at=author.at,
        unit=unit,
        role=role,
        person=person.member,
        from_on=from_on,
        until_on=until_on,
    )


def _honour(row: Row) -> Command | None:
    author, person = row.ground.author, row.person()
    title, said = row.cells.needed("title", row.cells.title), row.documented(honours_of)
    if not (row.clean and person and title and said):
        return None
    return ClaimHonour(
        id=author.id_of("claim", said.matter, said.item, str(person.member)),
        actor=author.actor,
        at=author.at,
        unit=row.ground.place,
        member=person.member,
        matter=said.matter,
        title=title,
        item=said.item,
        level=said.level,
        occurred_on=said.occurred_on,
        dated_on=said.dated_on,
        document_kind=said.document_kind,
        document=said.document,
        share=said.share,
        **said.amounts(author),
    )


def _deduction(row: Row) -> Command | None:
    author, person = row.ground.author, row.person()
    particulars, said = row.cells.needed("particulars", row.cells.words), row.documented(deductions_of)
    if not (row.clean and person and particulars and said):
        return None
    return ProposeDeduction(
        id=author.id_of("propose", said.matter, said.item, str(person.member)),
        actor=author.actor,
        at=author.at,
        unit=row.ground.place,
        member=person.member,
        matter=said.matter,
        item=said.item,
        level=said.level,
        occurred_on=said.occurred_on,
        dated_on=said.dated_on,
        document_kind=said.document_kind,
        document=said.document,
        particulars=_his(author, person.member, "particulars", particulars),
        **said.amounts(author),
    )


WISHES: Final[dict[str, Callable[[Row], Command | None]]] = {
    "members": _member,
    "traits": _traits,
    "appointments": _appointment,
    "honours": _honour,
    "deductions": _deduction,
}
"""The wish of one row, or None where something is wrong with it."""
