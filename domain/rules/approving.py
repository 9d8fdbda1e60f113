"""审定程序 — which of the approval chains a matter meets."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from domain.rules.procedure import ApprovalChain
from domain.values import hundredths

ANY: Final = "any"
"""What a chain names that is for all that no other chain is for."""


class Sought(Struct, frozen=True):
    """What an approval is sought for; points in hundredths."""

    what: str
    tier: str | None = None
    points: int | None = None
    item: str | None = None
    outside_cap: bool = False


def chains_for(chains: Iterable[ApprovalChain], sought: Sought) -> list[ApprovalChain]:
    """The chains that a matter meets: those that name its item, else those for such matters, else those for any."""
    known = [chain for chain in chains if fits(chain, sought)]
    by_item = [chain for chain in known if chain.items]
    return by_item or [chain for chain in known if chain.what != ANY] or known


def fits(chain: ApprovalChain, sought: Sought) -> bool:
    """Whether a chain is one for a matter; a chain that asks for points fits none without."""
    if chain.what not in (sought.what, ANY):
        return False
    if chain.items and sought.item not in chain.items:
        return False
    if chain.tiers and sought.tier not in chain.tiers:
        return False
    if chain.outside_cap is not None and chain.outside_cap != sought.outside_cap:
        return False
    if chain.points_below is not None and (sought.points is None or sought.points >= hundredths(chain.points_below)):
        return False
    return not (
        chain.points_from is not None and (sought.points is None or sought.points < hundredths(chain.points_from))
    )
