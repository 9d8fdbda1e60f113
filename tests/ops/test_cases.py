"""案件中人 — when the keys of cases follow the people who were erased."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from domain.oversight.case_key import CaseKind
from domain.oversight.erasing import CaseOf
from ops.cases import Case, following

A, B, C, D = (UUID(int=number) for number in range(1, 5))
SPRING, SUMMER, AUTUMN = (datetime(2032, month, 1, tzinfo=UTC) for month in (3, 6, 9))
NOBODY: frozenset[UUID] = frozenset()


def case(number: int, *persons: UUID, kind: CaseKind = "objection") -> Case:
    """A case that still has its key."""
    return Case(of=CaseOf(case=UUID(int=number), kind=kind), unit="GW", persons=frozenset(persons))


def numbers(cases: Iterable[Case]) -> list[int]:
    """Which cases these are."""
    return [one.of.case.int for one in cases]


def test_keys_wait_until_three_erased_persons_are_in_the_cases_that_are_left() -> None:
    # given: three were erased, but of the third there is no case any more
    erased = dict.fromkeys((A, B, C), SPRING)
    left = [case(1, A, D), case(2, A), case(3, B)]
    assert numbers(following(left, erased, NOBODY, 3, {})[1]) == []
    # then: whatever keys went meanwhile, all go when a third stands beside them
    left.append(case(4, C, kind="review"))
    assert numbers(following([*left, case(5, D)], erased, NOBODY, 3, {})[1]) == [1, 2, 3, 4]


def test_whose_case_is_held_hides_nobody() -> None:
    left = [case(1, A), case(2, B), case(3, C, D)]
    due, going = following(left, dict.fromkeys((A, B, C), SPRING), {D}, 3, {})
    assert (numbers(due), going) == ([1, 2, 3], [])


def test_a_review_that_an_order_outlived_goes_with_it_and_not_by_an_older_order() -> None:
    left = [case(1, A, kind="review"), case(2, B, kind="review"), case(3, A)]
    orders = dict.fromkeys((UUID(int=1), UUID(int=2)), SUMMER)
    due, going = following(left, {A: SPRING, B: AUTUMN}, NOBODY, 3, orders)
    assert (numbers(due), numbers(going)) == ([1, 2, 3], [1])
