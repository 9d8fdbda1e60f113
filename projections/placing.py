"""安放 — what members' records say, each under the item that takes its item's place in a version."""

from collections.abc import Iterable

import msgspec

from domain.assessment.carried import Place, Said, placed
from domain.assessment.rows import MatterRow, ResponsibilityRow, Tally
from domain.assessment.tariff import Tariff
from domain.values import Code
from projections.periods import NOTHING, Lists


class Placing:
    """Where one version puts what is said."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._places: dict[Said, Place] = {}

    def tally(self, one: Tally) -> Tally | None:
        """Records of a responsibility item; None for what the version can place nowhere."""
        match self._place(Said("responsibility", one.rules, one.item, one.outcome, one.condition)):
            case "unmapped":
                return None
            case "own":
                return msgspec.structs.replace(one, rules=self._tariff.version)
            case _:
                return one

    def tallies(self, every: Iterable[Tally]) -> tuple[list[Tally], frozenset[Code]]:
        """What has a place, and the items of what has none: nothing else is placed of those."""
        found: list[Tally] = []
        unmapped: set[Code] = set()
        for one in every:
            own = self.tally(one)
            if own is None:
                unmapped.add(one.item)
            else:
                found.append(own)
        return [one for one in found if one.item not in unmapped], frozenset(unmapped)

    def lists(self, lists: Lists) -> Lists:
        """What the version does not know of honours and deductions counts as in its own day."""
        if lists is NOTHING:
            return lists
        return Lists(
            honours=tuple(self._matter("honour", one) for one in lists.honours),
            deductions=tuple(self._matter("deduction", one) for one in lists.deductions),
            shortfalls=tuple(one for one in map(self._shortfall, lists.shortfalls) if one is not None),
            vetoes=lists.vetoes,
        )

    def has_items_of(self, own: Tariff) -> bool:
        """Whether the version knows or maps every item of another."""
        return own.prices.keys() <= self._tariff.prices.keys() | self._tariff.mapped.keys()

    def _matter(self, kind: str, row: MatterRow) -> MatterRow:
        place = self._place(Said(kind, row.rules, row.item, row.level, row.condition, row.share))
        return msgspec.structs.replace(row, rules=self._tariff.version) if place == "own" else row

    def _shortfall(self, row: ResponsibilityRow) -> ResponsibilityRow | None:
        place = self._place(Said("shortfall", row.rules, row.item, row.outcome, row.condition))
        if place == "unmapped":
            return None
        return msgspec.structs.replace(row, rules=self._tariff.version) if place == "own" else row

    def _place(self, said: Said) -> Place:
        if said not in self._places:
            self._places[said] = placed(said, self._tariff)
        return self._places[said]
