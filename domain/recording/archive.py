"""积分档案 — one member's records of one year. 一事一记: one matter, one item, one live record.

What was entered on a sheet, honours, deductions and shortfalls stand here alike; a dismissed deduction stays, and
never counts. Vetoes stand here too: they cap a grade and change no points.
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Refused, Stream, StreamRef
from domain.recording.omission import Omission, OmissionHeld, OmissionSettled, omitted
from domain.recording.sealing import ArchiveSealed, Sealed
from domain.values import Code, MemberId, NoticeId, ObjectionId, Points, Quantity, RecordId, Reference, Sha256
from domain.values import RestatementId as OrderId

Outcome: TypeAlias = Literal[
    "attended", "absent", "excused", "done", "not-done", "withdrawn", "earned",
    "honoured", "deducted", "fallen-short", "vetoed",
]  # fmt: skip
"""What a record says: the first seven of a responsibility item, the others of a level of the lists or of a veto."""

Kind: TypeAlias = Literal["responsibility", "honour", "deduction", "shortfall", "veto"]
"""On which list a record stands; a shortfall lowers a responsibility item that counts in full otherwise."""


class PointsRecorded(Fact, frozen=True, kw_only=True):
    """记分 — what happened, approved; its value is a function of the rule set, never part of the fact."""

    record: RecordId
    member: MemberId
    unit: Code
    """The branch on the day of the act."""
    matter: Code
    item: Code
    rules: Code
    """Version of the rule set in force on ``occurred_on``."""
    outcome: Outcome
    quantity: Quantity
    level: Code | None = None
    """Where the item has levels; the quantity of a range is the points chosen."""
    condition: Code | None = None
    occurred_on: date
    late: bool = False
    """Entered more than the rule set's days after the act; the reason is sealed."""
    entitled: int
    present: int
    in_favour: int
    """The vote on this very line: whoever is its subject or entered it was recused."""


class PointsConfirmed(Fact, frozen=True, kw_only=True):
    """积分确认 — noticed for the full term without an open objection: from now on it counts."""

    record: RecordId
    notice: NoticeId


class HonourAdded(Fact, frozen=True, kw_only=True):
    """加分 — an honour that the whole chain approved."""

    record: RecordId
    member: MemberId
    unit: Code
    matter: Code
    item: Code
    level: Code
    rules: Code
    """Version of the rule set in force on ``occurred_on``."""
    occurred_on: date
    counted_on: date
    """The date of the honour's document: by it the record falls into a period."""
    points_shown: Points
    """What the bodies saw that the level gives; evidence of that, never an input of a score."""
    quantity: Quantity | None = None
    """For a range the points chosen, else how many units; None for one matter."""
    condition: Code | None = None
    share: Code | None = None
    """The person's place in the group whose result it is."""
    late: bool = False
    entitled: int
    present: int
    in_favour: int
    """The vote of the last body of the chain."""


class DeductionApproved(Fact, frozen=True, kw_only=True):
    """减分审定 — told, heard, and decided by the whole chain."""

    record: RecordId
    member: MemberId
    unit: Code
    matter: Code
    item: Code
    level: Code
    rules: Code
    occurred_on: date
    counted_on: date
    """The date of the basis document."""
    shortfall: bool = False
    """It lowers a responsibility item that counts in full otherwise; else it stands on the negative list."""
    points_shown: Points
    """What the level takes, as a positive number."""
    quantity: Quantity | None = None
    """For a range the points chosen, else how many units; None for one matter."""
    condition: Code | None = None
    late: bool = False
    entitled: int
    present: int
    in_favour: int


class DeductionDismissed(Fact, frozen=True, kw_only=True):
    """不予减分 — it stays in the archive as dismissed, and never counts."""

    record: RecordId
    member: MemberId
    unit: Code
    matter: Code
    item: Code
    level: Code
    rules: Code
    occurred_on: date
    counted_on: date
    shortfall: bool = False


class VetoRegistered(Fact, frozen=True, kw_only=True):
    """一票否决 — a competent body has decided; the grade is capped, the points stay."""

    record: RecordId
    member: MemberId
    unit: Code
    matter: Code
    item: Code
    rules: Code
    occurred_on: date
    counted_on: date
    """The date of the decision."""
    document_kind: Code
    document: Sha256
    """Of the decision document."""
    issuer: Sha256
    """Commitment to the name of the body that decided."""
    noticed: bool = False
    """Whether the rule set has a notice for it."""
    minute: Reference
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int


class VetoLifted(Fact, frozen=True, kw_only=True):
    """解除 — the decision behind a veto was changed or withdrawn."""

    record: RecordId
    member: MemberId
    unit: Code
    document_kind: Code
    document: Sha256
    """Of the document that changes the decision."""
    lifted_on: date
    minute_sha256: Sha256


# What an objection does to a record


class RecordSuspended(Fact, frozen=True, kw_only=True):
    """暂缓 — an objection holds the record back: it is not confirmed before that is decided."""

    record: RecordId
    member: MemberId
    objection: ObjectionId


class RecordReleased(Fact, frozen=True, kw_only=True):
    """解除暂缓 — this objection no longer holds the record back."""

    record: RecordId
    member: MemberId
    objection: ObjectionId


class RecordReversed(Fact, frozen=True, kw_only=True):
    """冲销 — taken back whole, once and for good; the record stays readable."""

    record: RecordId
    member: MemberId
    objection: ObjectionId | None = None
    restatement: OrderId | None = None  # that ordered it, where no objection did


class RecordReplaced(Fact, frozen=True, kw_only=True):
    """更正补记 — what is right, in the place of what was reversed or of what was left out; it is noticed anew."""

    record: RecordId
    member: MemberId
    replaces: RecordId | None = None  # None where a line was missing
    objection: ObjectionId | None = None
    restatement: OrderId | None = None  # that ordered it, where no objection did
    kind: Kind = "responsibility"
    unit: Code
    matter: Code
    item: Code
    rules: Code
    outcome: Outcome
    quantity: Quantity
    level: Code | None = None
    points_shown: Points | None = None
    """What the level gives or takes."""
    condition: Code | None = None
    share: Code | None = None
    occurred_on: date
    counted_on: date


RecordStatus: TypeAlias = Literal["approved", "confirmed", "dismissed", "lifted", "reversed"]
ENDED: Final[frozenset[RecordStatus]] = frozenset({"dismissed", "lifted", "reversed"})
"""What no longer stands: the matter could be recorded anew."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record."""

    record: RecordId
    matter: str
    item: str
    unit: str
    status: RecordStatus
    kind: Kind = "responsibility"
    level: str | None = None
    rules: str
    outcome: Outcome
    quantity: str = "1.00"
    condition: str | None = None
    share: str | None = None
    occurred_on: date
    counted_on: date
    points_shown: str | None = None
    held_by: frozenset[UUID] = frozenset()
    """The open objections against it."""
    disputed_by: frozenset[UUID] = frozenset()
    """Every objection that ever held it back."""
    replaces: UUID | None = None
    noticed: bool = True
    """Whether the rule set has a notice for it: a veto may have none."""

    @property
    def waiting(self) -> bool:
        """Whether it stands and does not count yet."""
        return self.status == "approved" and self.noticed


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one member and year, by id."""

    records: dict[UUID, Record] = {}
    sealed: tuple[Sealed, ...] = ()
    omissions: dict[UUID, Omission] = {}
    """What open objections say is missing."""

    def sealed_on(self, day: date) -> Sealed | None:
        """The determined period into which a day falls."""
        return next((one for one in self.sealed if one.first_on <= day <= one.last_on), None)

    def live(self, unit: Code, matter: Code, item: Code) -> Record | None:
        """The one record of this matter and item; a matter's code is unique in its organisation."""
        wanted = unit, matter, item
        standing = (r for r in self.records.values() if r.status not in ENDED)
        return next((r for r in standing if (r.unit, r.matter, r.item) == wanted), None)

    def missing(self, first_on: date, last_on: date) -> list[UUID]:
        """The objections that say something of these days is missing, where nothing stands in its place meanwhile."""
        inside = [(key, one) for key, one in self.omissions.items() if first_on <= one.occurred_on <= last_on]
        return [key for key, one in inside if self.live(one.unit, one.matter, one.item) is None]

    def held(self) -> bool:
        """Whether an open objection stands in the way of determining this member."""
        held = any(one.held_by for one in self.records.values() if one.status not in ENDED)
        return held or bool(self.missing(date.min, date.max))


class RecordUnknown(Refused):
    """没有这条积分记录。 There is no such record."""

    code = "record-unknown"


def evolve(state: Archive, fact: Fact) -> Archive:
    """The archive after one more fact."""
    match fact:
        case PointsRecorded() | HonourAdded() | DeductionApproved() | DeductionDismissed() | VetoRegistered():
            return _with(state, _new(fact))
        case PointsConfirmed():
            found = state.records[fact.record]
            assert found.status == "approved", f"record {fact.record} is {found.status}"
            return _with(state, replace(found, status="confirmed"))
        case VetoLifted():
            found = state.records[fact.record]
            assert found.kind == "veto", f"record {fact.record} is no veto"
            assert found.status not in ENDED, f"record {fact.record} is {found.status}"
            return _with(state, replace(found, status="lifted", held_by=frozenset()))
        case RecordReplaced():
            return _with(state, _replacement(fact))
        case RecordSuspended() | RecordReleased() | RecordReversed():
            return _with(state, _disputed(state.records[fact.record], fact))
        case OmissionHeld() | OmissionSettled():
            return replace(state, omissions=omitted(state.omissions, fact))
        case ArchiveSealed():
            span = Sealed(period=fact.period, first_on=fact.first_on, last_on=fact.last_on)
            return replace(state, sealed=(*state.sealed, span))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to an archive")


def _with(state: Archive, record: Record) -> Archive:
    return replace(state, records={**state.records, record.record: record})


NewRecord: TypeAlias = PointsRecorded | HonourAdded | DeductionApproved | DeductionDismissed | VetoRegistered
"""The facts that bring a record into being."""


def kind_of(fact: NewRecord) -> Kind:
    """On which list a record stands."""
    match fact:
        case PointsRecorded():
            return "responsibility"
        case HonourAdded():
            return "honour"
        case DeductionApproved() | DeductionDismissed():
            return "shortfall" if fact.shortfall else "deduction"
        case VetoRegistered():
            return "veto"


SAYS: Final[dict[Kind, Outcome]] = {
    "honour": "honoured",
    "deduction": "deducted",
    "shortfall": "fallen-short",
    "veto": "vetoed",
}
"""The outcome of a record that no sheet worded."""


def _new(fact: NewRecord) -> Record:
    if isinstance(fact, PointsRecorded):
        return Record(
            record=fact.record,
            matter=fact.matter,
            item=fact.item,
            unit=fact.unit,
            status="approved",
            rules=fact.rules,
            outcome=fact.outcome,
            quantity=fact.quantity,
            level=fact.level,
            condition=fact.condition,
            occurred_on=fact.occurred_on,
            counted_on=fact.occurred_on,
        )
    kind = kind_of(fact)
    return Record(
        record=fact.record,
        matter=fact.matter,
        item=fact.item,
        unit=fact.unit,
        status="dismissed" if isinstance(fact, DeductionDismissed) else "approved",
        kind=kind,
        level=None if isinstance(fact, VetoRegistered) else fact.level,
        rules=fact.rules,
        outcome=SAYS[kind],
        quantity=(fact.quantity or "1.00") if isinstance(fact, HonourAdded | DeductionApproved) else "1.00",
        condition=fact.condition if isinstance(fact, HonourAdded | DeductionApproved) else None,
        share=fact.share if isinstance(fact, HonourAdded) else None,
        occurred_on=fact.occurred_on,
        counted_on=fact.counted_on,
        points_shown=fact.points_shown if isinstance(fact, HonourAdded | DeductionApproved) else None,
        noticed=fact.noticed if isinstance(fact, VetoRegistered) else True,
    )


def _replacement(fact: RecordReplaced) -> Record:
    return Record(
        record=fact.record,
        matter=fact.matter,
        item=fact.item,
        unit=fact.unit,
        status="approved",
        kind=fact.kind,
        level=fact.level,
        rules=fact.rules,
        outcome=fact.outcome,
        quantity=fact.quantity,
        occurred_on=fact.occurred_on,
        counted_on=fact.counted_on,
        points_shown=fact.points_shown,
        condition=fact.condition,
        share=fact.share,
        replaces=fact.replaces,
    )


def _disputed(record: Record, fact: RecordSuspended | RecordReleased | RecordReversed) -> Record:
    assert record.status not in ENDED, f"record {record.record} is {record.status}"
    match fact:
        case RecordSuspended():
            held = {fact.objection}
            return replace(record, held_by=record.held_by | held, disputed_by=record.disputed_by | held)
        case RecordReleased():
            return replace(record, held_by=record.held_by - {fact.objection})
        case RecordReversed():
            return replace(record, status="reversed", held_by=frozenset())


ARCHIVE: Final[Stream[Archive]] = Stream(
    "archive",
    Archive(),
    evolve,
    (
        PointsRecorded,
        PointsConfirmed,
        HonourAdded,
        DeductionApproved,
        DeductionDismissed,
        VetoRegistered,
        VetoLifted,
        RecordSuspended,
        RecordReleased,
        RecordReversed,
        RecordReplaced,
        OmissionHeld,
        OmissionSettled,
        ArchiveSealed,
    ),
)


def archive_of(member: MemberId, counted_on: date) -> StreamRef[Archive]:
    """The archive of a year: that of the act, and for honours, deductions and vetoes that of their document."""
    return ARCHIVE.of(member, counted_on.year)
