"""台账 — what an organisation began in a year: every matter planned, honour claimed, deduction proposed.

Each of them has a stream of its own that says how far it has come; here stands only that there is one, so that a
decision about "everything of this period" reads everything: nothing can be left out of a completeness check.
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from domain.decider import Fact, Past, Stream, StreamRef, Write
from domain.values import Code, MemberId

Kind: TypeAlias = Literal["honour", "deduction"]


class MatterListed(Fact, frozen=True, kw_only=True):
    """事项列入台账."""

    unit: Code
    matter: Code
    planned_on: date


class CaseListed(Fact, frozen=True, kw_only=True):
    """荣誉申报、拟减分列入台账."""

    unit: Code
    kind: Kind
    case: UUID
    member: MemberId
    dated_on: date


class Docket(msgspec.Struct, frozen=True, kw_only=True):
    """What was begun in one organisation and year."""

    matters: tuple[str, ...] = ()
    honours: frozenset[UUID] = frozenset()
    deductions: frozenset[UUID] = frozenset()
    subjects: dict[UUID, MemberId] = {}
    """Of whom each claim and each proposal is."""

    def of(self, member: MemberId) -> frozenset[UUID]:
        """The claims and proposals of one person."""
        return frozenset(case for case, subject in self.subjects.items() if subject == member)


def evolve(state: Docket, fact: Fact) -> Docket:
    """The docket after one more fact."""
    match fact:
        case MatterListed():
            return msgspec.structs.replace(state, matters=(*state.matters, fact.matter))
        case CaseListed():
            listed = msgspec.structs.replace(state, subjects={**state.subjects, fact.case: fact.member})
            if fact.kind == "honour":
                return msgspec.structs.replace(listed, honours=state.honours | {fact.case})
            return msgspec.structs.replace(listed, deductions=state.deductions | {fact.case})
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a docket")


DOCKET: Final[Stream[Docket]] = Stream("docket", Docket(), evolve, (MatterListed, CaseListed))


def docket_of(unit: Code, year: int) -> StreamRef[Docket]:
    """The docket of an organisation and year: that of the plan, or of the document."""
    return DOCKET.of(unit, year)


def matter_listed(past: Past, unit: Code, matter: Code, planned_on: date) -> Write:
    """A matter enters the docket of the year for which it is planned."""
    ref = docket_of(unit, planned_on.year)
    past.many([ref])
    return ref.says(MatterListed(unit=unit, matter=matter, planned_on=planned_on))


def case_listed(past: Past, fact: CaseListed) -> list[Write]:
    """A claim or a proposal enters the docket of its document's year; once, however often it is made anew."""
    ref = docket_of(fact.unit, fact.dated_on.year)
    known = past[ref].honours if fact.kind == "honour" else past[ref].deductions
    return [] if fact.case in known else [ref.says(fact)]
