"""停放 — whom a fact could not be applied for: what is held back for him, and how it is put right.

A parked member misses facts; everybody else goes on. His later facts are held back in order and applied after the
fix. A fact that cannot be read at all parks the stream it stands in: then no answer is complete.
"""

from datetime import date, datetime
from typing import Any, Final, Literal, LiteralString, Protocol, TypeAlias, cast
from uuid import UUID

import msgspec

from domain.assessment.component import ComponentAssessed
from domain.assessment.restatement import (
    AdditionOrdered,
    CorrectionOrdered,
    LineRestated,
    MemberRestated,
    RestatementStatementFiled,
)
from domain.assessment.result import (
    DeterminationSuperseded,
    GradeDetermined,
    GradeProposed,
    MemberComputed,
    ResultAcknowledged,
    ResultFedBack,
    ScoreDetermined,
)
from domain.decider import Fact
from domain.history.past_year import PAST_YEAR
from domain.notice.notice import NoticeLineDrafted
from domain.notice.results import ResultLineDrafted
from domain.organisation.appointments import RoleAppointed, RoleDelegated, RoleEnded, RoleSubstituted
from domain.organisation.custody import CUSTODY_FACTS
from domain.organisation.member import (
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    LeaveRegistered,
    LeaveShortened,
    MemberDescribed,
    MemberProfileAssigned,
    MemberRegistered,
    MembershipEnded,
    MemberTransferred,
)
from domain.organisation.roster import MemberEnrolled, MemberReleased
from domain.recording.archive import (
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsConfirmed,
    PointsRecorded,
    RecordReleased,
    RecordReplaced,
    RecordReversed,
    RecordSuspended,
    VetoLifted,
    VetoRegistered,
    archive_of,
)
from domain.recording.bringing import BroughtVetoClosed, VetoBrought
from domain.recording.deduction import (
    DeductionDecided,
    DeductionEvidenceAdded,
    DeductionProposed,
    DeductionReferred,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
)
from domain.recording.docket import CaseListed
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred, HonourReturned, HonourWithdrawn
from domain.recording.omission import OmissionHeld, OmissionSettled
from domain.recording.sealing import ArchiveSealed
from domain.recording.sheet import SheetLineReferred, SheetLineSet
from domain.result.measure import MEASURES
from domain.result.probation import PROBATION
from domain.values import MemberId
from projections.answers import Answer, AsyncConnection, ask
from projections.rows import Connection

DDL: Final[LiteralString] = """
CREATE TABLE parked (
    key uuid PRIMARY KEY,
    kind text NOT NULL,
    position bigint NOT NULL,
    type text NOT NULL,
    code text NOT NULL,
    since timestamptz NOT NULL
);
CREATE TABLE held (
    key uuid NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (key, position)
);
"""

Kind: TypeAlias = Literal["member", "stream"]


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """One member, or one stream, for whom facts are missing."""

    key: UUID
    kind: Kind
    position: int
    """Of the first fact that is missing, or that could not be scored."""
    type: str
    code: str
    """What stood in the way."""
    since: datetime
    held: int
    """How many facts wait."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The little of an entry that can be read even where the fact cannot."""

    at: datetime
    stream: UUID
    type: str
    fact: dict[str, Any]


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_PARKED: Final = """
SELECT p.key, p.kind, p.position, p.type, p.code, p.since,
       (SELECT count(*) FROM held AS h WHERE h.key = p.key) AS held
FROM parked AS p ORDER BY p.position, p.key
"""
_KEYS: Final = "SELECT key FROM parked"
_PARK: Final = """
INSERT INTO parked (key, kind, position, type, code, since)
VALUES (%(key)s, %(kind)s, %(position)s, %(type)s, %(code)s, %(since)s) ON CONFLICT (key) DO NOTHING
"""
_HOLD: Final = "INSERT INTO held (key, position) VALUES (%(key)s, %(position)s) ON CONFLICT DO NOTHING"
_PERSONS: Final = """
SELECT key FROM parked WHERE kind = 'member' UNION ALL SELECT person FROM members
"""
_HELD: Final = "SELECT position FROM held WHERE key = %(key)s ORDER BY position"
_HELD_ELSEWHERE: Final = """
SELECT EXISTS (SELECT FROM held WHERE position = %(position)s AND key <> %(key)s)
"""
_RELEASE: Final = "DELETE FROM parked WHERE key = %(key)s"
_RELEASE_FACT: Final = "DELETE FROM held WHERE key = %(key)s AND position = %(position)s"


def envelope(state: bytes) -> Envelope:
    """An entry as far as anybody can read it."""
    return _ENVELOPE.decode(state)


def parked_keys(connection: Connection) -> set[UUID]:
    """Members and streams that are parked."""
    return {key for (key,) in connection.execute(_KEYS)}


def park(
    connection: Connection, keys: dict[UUID, Kind], position: int, entry: Envelope, code: str, *, hold: bool = True
) -> None:
    """Park everybody whom an entry touches; with ``hold`` the entry waits to be applied."""
    for key, kind in keys.items():
        known = {"key": key, "kind": kind, "position": position, "code": code}
        connection.execute(_PARK, {**known, "type": entry.type, "since": entry.at})
        if hold:
            connection.execute(_HOLD, known)


def code_of(error: Exception) -> str:
    """A stable word for what stood in the way: ``Uncountable`` → ``uncountable``."""
    name = type(error).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


OF_ONE_MEMBER: Final[frozenset[type[Fact]]] = frozenset(
    {
        MemberRegistered,
        MemberEnrolled,
        MemberReleased,
        MemberTransferred,
        MemberProfileAssigned,
        MemberDescribed,
        MembershipEnded,
        LeaveRegistered,
        LeaveShortened,
        ExemptionRequested,
        ExemptionSupported,
        ExemptionGranted,
        ExemptionRefused,
        ExemptionEnded,
        SheetLineSet,
        SheetLineReferred,
        NoticeLineDrafted,
        PointsRecorded,
        RecordSuspended,
        RecordReleased,
        RecordReversed,
        RecordReplaced,
        OmissionHeld,
        OmissionSettled,
        HonourClaimed,
        HonourReturned,
        HonourWithdrawn,
        HonourDecided,
        HonourReferred,
        HonourAdded,
        DeductionProposed,
        DeductionEvidenceAdded,
        MemberNotified,
        MemberStatementFiled,
        StatementTermEnded,
        DeductionDecided,
        DeductionReferred,
        DeductionApproved,
        DeductionDismissed,
        VetoBrought,
        BroughtVetoClosed,
        VetoRegistered,
        VetoLifted,
        CaseListed,
        ArchiveSealed,
        ComponentAssessed,
        MemberComputed,
        GradeProposed,
        ResultLineDrafted,
        ScoreDetermined,
        GradeDetermined,
        ResultFedBack,
        ResultAcknowledged,
        AdditionOrdered,
        CorrectionOrdered,
        MemberRestated,
        LineRestated,
        RestatementStatementFiled,
        DeterminationSuperseded,
        *CUSTODY_FACTS,
        *MEASURES.facts,
        *PROBATION.facts,
        *PAST_YEAR.facts,
    }
)
"""The facts that say something of one member, whom they name."""


class _OfOneMember(Protocol):
    @property
    def member(self) -> MemberId: ...


def named_members(fact: Fact) -> tuple[MemberId, ...]:
    """The members whom a fact names; not those whom it names only by a record."""
    if type(fact) in OF_ONE_MEMBER:
        return (cast("_OfOneMember", fact).member,)
    match fact:
        case RoleAppointed(person=person) | RoleEnded(person=person):
            return (person,)
        case RoleSubstituted(person=person, stands_for=holder) | RoleDelegated(person=person, stands_for=holder):
            return (person, holder)
        case _:
            return ()


def touched(connection: Connection, entry: Envelope, fact: Fact | None) -> dict[UUID, Kind]:
    """Whom an entry touches: the members it names, the member of the record it names, else its stream.

    ``fact`` is None where it cannot be read.
    """
    match fact:
        case None:
            member = _member_in(entry) or _archive_owner(connection, entry)
        case PointsConfirmed():
            member = _archive_owner(connection, entry)
        case _:
            named = named_members(fact)
            return dict.fromkeys(named, "member") if named else {entry.stream: "stream"}
    return {entry.stream: "stream"} if member is None else {member: "member"}


def _member_in(entry: Envelope) -> MemberId | None:
    """Whom a fact names that cannot be read otherwise."""
    for field in ("member", "person"):
        value = entry.fact.get(field)
        if isinstance(value, str):
            try:
                return UUID(value)
            except ValueError:
                continue
    return None


def _archive_owner(connection: Connection, entry: Envelope) -> MemberId | None:
    """Whose archive a stream is; tried out, because a stream's id does not say it."""
    years = range(2016, entry.at.year + 2)
    people: list[MemberId] = [person for (person,) in connection.execute(_PERSONS).fetchall()]
    for person in people:
        if any(archive_of(person, date(year, 1, 1)).id == entry.stream for year in years):
            return person
    return None


def held_positions(connection: Connection, key: UUID) -> list[int]:
    """The facts that wait for one member or stream, in order."""
    return [position for (position,) in connection.execute(_HELD, {"key": key})]


def waits_elsewhere(connection: Connection, key: UUID, position: int) -> bool:
    """Whether a held fact waits for somebody else, too."""
    row = connection.execute(_HELD_ELSEWHERE, {"key": key, "position": position}).fetchone()
    return row is not None and bool(row[0])


def release(connection: Connection, key: UUID) -> None:
    """No longer parked."""
    connection.execute(_RELEASE, {"key": key})


def release_fact(connection: Connection, key: UUID, position: int) -> None:
    """A held fact no longer waits for this one."""
    connection.execute(_RELEASE_FACT, {"key": key, "position": position})


def listed(connection: Connection) -> list[Parked]:
    """Who is parked, where and why, by the first fact that each misses; for an operator."""
    rows = connection.execute(_PARKED).fetchall()
    return [Parked(**dict(zip(Parked.__struct_fields__, row, strict=True))) for row in rows]


async def parked(connection: AsyncConnection) -> Answer[tuple[Parked, ...]]:
    """Who is parked, where and why; pages, ``/readyz`` and the command line show it."""
    return await ask(connection, Parked, _PARKED, {})
