"""Integer keys by the names that facts use: asked of the tables once, then remembered.

Every key is the position of the fact that brought the thing into being. What a failed batch remembered is
forgotten with it, because its rows are not there.
"""

from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from domain.rules.items import Mode
from domain.values import Code, MemberId, NoticeId, RecordId
from projections.rows import Connection

KEPT: Final = 200_000

_MEMBER: Final = "SELECT member FROM members WHERE person = %(name)s"
_PERSON: Final = "SELECT person FROM members WHERE member = %(name)s"
_UNIT: Final = "SELECT unit, scheme FROM units WHERE code = %(name)s"
_PATH: Final = "SELECT path FROM units WHERE code = %(name)s"
_RULE_SET: Final = "SELECT rule_set, scheme FROM rule_sets WHERE stream = %(stream)s AND version = %(version)s"
_ITEM: Final = """
SELECT p.part, p.content->>'mode' FROM rule_sets AS s JOIN rule_parts AS p USING (rule_set)
WHERE s.scheme = %(scheme)s AND s.version = %(version)s AND p.section = 'responsibility' AND p.code = %(item)s
"""
_MATTER: Final = "SELECT matter FROM matters WHERE unit = %(unit)s AND code = %(code)s"
_SHEET_OF_STREAM: Final = "SELECT sheet FROM sheets WHERE stream = %(name)s"
_SHEET: Final = "SELECT sheet FROM sheets WHERE matter = %(matter)s AND item = %(item)s"
_NOTICE_OF_STREAM: Final = "SELECT notice FROM notices WHERE stream = %(name)s"
_NOTICE: Final = "SELECT notice FROM notices WHERE id = %(name)s"
_RECORD: Final = """
SELECT record, member, EXTRACT(YEAR FROM day)::int, 'responsibility' FROM records WHERE id = %(name)s
UNION ALL SELECT merit, member, EXTRACT(YEAR FROM day)::int, kind FROM merits WHERE id = %(name)s
"""
_LIST_ITEM: Final = """
SELECT p.part FROM rule_sets AS s JOIN rule_parts AS p USING (rule_set)
WHERE s.scheme = %(scheme)s AND s.version = %(version)s AND p.code = %(item)s
  AND p.section IN ('responsibility', 'honour', 'negative', 'veto')
"""
_CASE: Final = "SELECT opened FROM cases WHERE id = %(name)s"
_TAKEN: Final = """
SELECT d.member, d.unit, d.matter, one.code, d.merit
FROM merits AS d
JOIN rule_parts AS p ON p.part = d.part
JOIN rule_parts AS c ON c.rule_set = p.rule_set AND c.section = 'counting'
CROSS JOIN LATERAL json_array_elements(c.content->'same_fact'->'pairs') AS pair
CROSS JOIN LATERAL json_array_elements_text(pair->'responsibility') AS one(code)
WHERE d.kind = 'deduction' AND d.status = 'confirmed' AND (%(merit)s::int IS NULL OR d.merit = %(merit)s)
  AND pair->>'negative' = d.item AND pair->>'wins' = 'deduction'
ORDER BY d.merit DESC
"""

Taken: TypeAlias = dict[tuple[int, str, str, str], int]
"""(member, organisation, matter, item) that a confirmed deduction took over → the deduction."""


class UnknownThing(LookupError):
    """事实提到了未知的对象。 A fact names something that the read models do not know."""


def _halve(known: dict[Any, Any]) -> None:
    for name in list(known)[: len(known) // 2]:
        del known[name]


class Keys:
    """Names → keys, over one connection."""

    def __init__(self, connection: Connection, kept: int = KEPT) -> None:
        self._connection = connection
        self._kept = kept
        self._known: dict[tuple[object, ...], tuple[Any, ...]] = {}
        # What most facts name, by the number of the id: hashing that is much quicker than hashing an id.
        self.members: dict[int, int] = {}
        self.sheets: dict[int, int] = {}
        self.notices: dict[int, int] = {}
        self.records: dict[int, tuple[int, int, int]] = {}
        self.kinds: dict[int, str] = {}
        """Of the records that no sheet brought."""
        self.taken: Taken | None = None
        """What confirmed deductions took over, once it was asked for."""

    def forget(self) -> None:
        """Know nothing any more: a batch failed, or the memory is full."""
        for known in (self._known, self.members, self.sheets, self.notices, self.records, self.kinds):
            known.clear()
        self.forget_taken()

    def trim(self) -> None:
        """Forget the older half if there is too much; to be called between batches, when every row is written."""
        # Not `kinds`: it says of a record that is remembered on which list it stands.
        many: tuple[dict[Any, Any], ...] = (self._known, self.records, self.members, self.sheets, self.notices)
        if sum(map(len, many)) > self._kept:
            for known in many:
                _halve(known)

    def remember(self, *name: object, key: tuple[Any, ...]) -> None:
        """A thing that the present batch brings into being."""
        self._known[name] = key

    def _find(self, place: tuple[object, ...], query: LiteralString, **sought: object) -> tuple[Any, ...]:
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._ask(query, place, **sought)
        return found

    def _ask(self, query: LiteralString, place: object, **sought: object) -> tuple[Any, ...]:
        found = self._connection.execute(query, sought).fetchone()
        if found is None:
            raise UnknownThing(f"{place}")
        return found

    def member(self, person: MemberId) -> int:
        """A member's key."""
        key = self.members.get(person.int)
        if key is None:
            key = self.members[person.int] = int(self._ask(_MEMBER, person, name=person)[0])
        return key

    def person(self, member: int) -> MemberId:
        """The pseudonym of a key."""
        person: UUID = self._find(("person", member), _PERSON, name=member)[0]
        return person

    def unit(self, code: Code) -> tuple[int, str]:
        """(key, scheme) of an organisation."""
        place = "unit", code
        key, scheme = self._known.get(place) or self._find(place, _UNIT, name=code)
        return key, scheme

    def path(self, code: Code) -> list[str]:
        """Codes from the root down to an organisation."""
        return list(self._find(("path", code), _PATH, name=code)[0])

    def rule_set(self, stream: UUID, version: Code) -> tuple[int, str]:
        """(key, scheme) of a version."""
        key, scheme = self._find(("rule-set", stream, version), _RULE_SET, stream=stream, version=version)
        return key, scheme

    def item(self, scheme: Code, version: Code, item: Code) -> tuple[int, Mode]:
        """(key, mode) of a responsibility item of one version; the key is the position of its part."""
        place = "item", scheme, version, item
        key, mode = self._known.get(place) or self._find(place, _ITEM, scheme=scheme, version=version, item=item)
        return key, mode

    def matter(self, unit: Code, code: Code) -> int:
        """A matter's key."""
        place = "matter", unit, code
        return int((self._known.get(place) or self._find(place, _MATTER, unit=unit, code=code))[0])

    def sheet_of_stream(self, stream: UUID) -> int:
        """The key of the sheet whose facts stand in a stream."""
        key = self.sheets.get(stream.int)
        if key is None:
            key = self.sheets[stream.int] = int(self._ask(_SHEET_OF_STREAM, stream, name=stream)[0])
        return key

    def sheet(self, matter: int, item: Code) -> int:
        """The key of the sheet of a matter and item."""
        place = "sheet", matter, item
        return int((self._known.get(place) or self._find(place, _SHEET, matter=matter, item=item))[0])

    def place(self, unit: Code, matter: Code, rules: Code, item: Code) -> tuple[int, int, int, Mode, int]:
        """(organisation, matter, item, its mode, sheet) of what a sheet's lines say, line after line."""
        place = "place", unit, matter, rules, item
        found = self._known.get(place)
        if found is None:
            key, scheme = self.unit(unit)
            number = self.matter(unit, matter)
            found = self._known[place] = key, number, *self.item(scheme, rules, item), self.sheet(number, item)
        key, number, part, mode, sheet = found
        return key, number, part, mode, sheet

    def notice_of_stream(self, stream: UUID) -> int:
        """The key of the notice whose facts stand in a stream."""
        key = self.notices.get(stream.int)
        if key is None:
            key = self.notices[stream.int] = int(self._ask(_NOTICE_OF_STREAM, stream, name=stream)[0])
        return key

    def notice(self, notice: NoticeId) -> int:
        """A notice's key."""
        place = "notice", notice.int
        return int((self._known.get(place) or self._find(place, _NOTICE, name=notice))[0])

    def record(self, record: RecordId) -> tuple[int, int, int]:
        """(key, member, year) of a record."""
        found = self.records.get(record.int)
        if found is None:
            key, member, year, kind = self._ask(_RECORD, record, name=record)
            found = self.records[record.int] = key, member, year
            if kind != "responsibility":
                self.kinds[record.int] = kind
        return found

    def kind(self, record: RecordId) -> str:
        """On which list a record stands."""
        if record.int not in self.records:
            self.record(record)
        return self.kinds.get(record.int, "responsibility")

    def list_item(self, scheme: Code, version: Code, item: Code) -> int:
        """The key of an item of any list: the position of its part."""
        place = ("list-item", scheme, version, item)
        return int(self._find(place, _LIST_ITEM, scheme=scheme, version=version, item=item)[0])

    def case(self, case: UUID) -> int:
        """The key of a claim or a proposal."""
        return int(self._find(("case", case), _CASE, name=case)[0])

    def find_case(self, case: UUID) -> int | None:
        """The key of a claim or a proposal, if there is one already."""
        try:
            return self.case(case)
        except UnknownThing:
            return None

    def taken_by(self, deduction: int) -> Taken:
        """What one deduction took over, from now on remembered."""
        found = self.taken_from(deduction)
        if self.taken is not None:
            self.taken = found | self.taken
        return found

    def forget_taken(self) -> None:
        """Read anew what deductions took over: one was taken back."""
        self.taken = None

    def taken_from(self, deduction: int | None) -> Taken:
        """What one confirmed deduction took over, or all of them."""
        rows = self._connection.execute(_TAKEN, {"merit": deduction})
        return {(member, unit, matter, item): merit for member, unit, matter, item, merit in rows}
