"""审定的表决, exhaustively for small committees. Source: SPEC §4.10.14."""

from itertools import combinations, product
from uuid import UUID, uuid5

import pytest

from domain.decider import NAMESPACE
from domain.recording.committee import NoMajority, NoQuorum, NotInBody, Vote, convened

PEOPLE = [uuid5(NAMESPACE, f"voter {number}") for number in range(6)]


def outcome(body: set[UUID], recused: set[UUID], present: set[UUID], against: set[UUID]) -> object:
    try:
        return convened(frozenset(body), present, against, 2).vote(recused)
    except (NoQuorum, NoMajority) as refused:
        return type(refused)


@pytest.mark.parametrize("size", range(1, 6))
def test_every_vote_of_a_small_committee(size: int) -> None:
    body = set(PEOPLE[:size])
    recusals = [set(r) for n in range(size + 1) for r in combinations(body, n)]
    for recused, votes in product(recusals, product(("absent", "for", "against"), repeat=size)):
        present = {p for p, vote in zip(sorted(body, key=str), votes, strict=True) if vote != "absent"}
        against = {p for p, vote in zip(sorted(body, key=str), votes, strict=True) if vote == "against"}
        entitled = body - recused
        counted, in_favour = present & entitled, (present - against) & entitled
        found = outcome(body, recused, present, against)
        if len(entitled) < 2:
            assert found is None
        elif len(counted) < len(entitled) / 2:
            assert found is NoQuorum
        elif len(in_favour) <= len(entitled) / 2:
            assert found is NoMajority
        else:
            assert found == Vote(entitled=len(entitled), present=len(counted), in_favour=len(in_favour))


def test_strangers_are_not_counted() -> None:
    body = frozenset(PEOPLE[:3])
    with pytest.raises(NotInBody):
        convened(body, PEOPLE[:4], (), 2)
    with pytest.raises(NotInBody):
        convened(body, PEOPLE[:2], PEOPLE[2:3], 2)
