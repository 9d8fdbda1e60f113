"""试点的一票否决 — two decisions of a competent body: one stands, the other was changed and is lifted."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from domain.recording.archive import archive_of
from domain.recording.veto import LiftVeto, RegisterVeto
from ops.example.cast import CLEARED, VETOED, player, top, top_committee
from ops.example.people import Person
from ops.example.told import Load, Salt, Told
from ops.example.wishing import at, digest, made, secret, sitting, told

_STANDS: Final = ("DEC-2024-1", "V-2", date(2024, 5, 10))
_LIFTED: Final = ("DEC-2025-1", "V-1", date(2025, 4, 10))
_CHANGED_ON: Final = date(2025, 10, 15)


def rulings(salt: Salt) -> Iterator[Told]:
    """Both registered; the second lifted in the same year, so that its grade is free again."""
    yield _registered(player(VETOED), *_STANDS, salt)
    yield _registered(player(CLEARED), *_LIFTED, salt)
    yield _lifted(player(CLEARED))


def _registered(who: Person, matter: str, item: str, decided_on: date, salt: Salt) -> Told:
    fields: dict[str, Any] = {
        "unit": who.unit,
        "member": who.member,
        "matter": matter,
        "item": item,
        "occurred_on": decided_on,
        "decided_on": decided_on,
        "document_kind": "party_decision",
        "document": digest(f"处分决定 {matter}"),
        "issuer": secret(who.member, "issuer", "示例区纪委", salt),
        **sitting(top_committee(), f"工委纪要 {matter}"),
    }
    return told(RegisterVeto, matter, top("leader", "secretary"), at(decided_on, 16), who.unit, **fields)


def _lifted(who: Person) -> Told:
    when, (matter, item, decided_on) = at(_CHANGED_ON, 16), _LIFTED

    def lifting(load: Load) -> LiftVeto:
        record = load(archive_of(who.member, decided_on)).live(who.unit, matter, item)
        assert record is not None, f"{matter} is on record"
        fields: dict[str, Any] = {
            "unit": who.unit,
            "member": who.member,
            "counted_on": decided_on,
            "record": record.record,
            "lifted_on": _CHANGED_ON,
            "document_kind": "party_decision",
            "document": digest("撤销处分决定"),
            **sitting(top_committee(), f"工委纪要 {matter} 解除"),
        }
        return made(LiftVeto, matter, top("leader", "secretary"), when, **fields)

    return Told(when, lifting, who.unit)
