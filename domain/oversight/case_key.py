"""案件密钥 — an objection, a flag or a review lies under a key of its own, which goes with its time or its person."""

from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from domain.decider import Fact, Past, Stream, Write
from domain.values import Code

CaseKind: TypeAlias = Literal["objection", "review", "flag"]


class CaseKeyDestroyed(Fact, frozen=True, kw_only=True):
    """案件密钥销毁 — what was said in this case, and by whom, is gone; that it was and how it ended stays."""

    case: UUID
    kind: CaseKind
    unit: Code


class CaseKey(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the key of a case is gone."""

    destroyed: bool = False


def evolve(state: CaseKey, fact: Fact) -> CaseKey:
    """The key after one more fact: there is one."""
    assert isinstance(fact, CaseKeyDestroyed), f"{type(fact).__name__} does not belong to the key of a case"
    assert not state.destroyed, "a key is destroyed once"
    return CaseKey(destroyed=True)


CASE_KEY: Final[Stream[CaseKey]] = Stream("case-key", CaseKey(), evolve, (CaseKeyDestroyed,))


def destroyed_key(past: Past, case: UUID, kind: CaseKind, unit: Code) -> list[Write]:
    """Its key is gone from here on; nothing where it is already."""
    ref = CASE_KEY.of(case)
    if past[ref].destroyed:
        return []
    return [ref.says(CaseKeyDestroyed(case=case, kind=kind, unit=unit))]
