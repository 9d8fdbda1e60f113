"""披露控制 — no group below the smallest is told of, and none can be worked out from what is told."""

from hypothesis import given
from hypothesis import strategies as st

from projections.reports.disclosure import Path, told, told_units

SMALLEST = 10
SIZES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 30), max_size=8)


def test_whoever_is_too_few_takes_the_next_smallest_along() -> None:
    """Nine women are 200 − 191 men: where both are told of, nobody is hidden."""
    assert told({"women": 9, "men": 191}, SMALLEST) == frozenset()
    assert told({"women": 9, "men": 150, "unsaid": 41}, SMALLEST) == {"men"}


@given(SIZES)
def test_what_is_left_out_is_nobody_or_enough_people(parts: dict[str, int]) -> None:
    shown = told(parts, SMALLEST)
    rest = sum(number for key, number in parts.items() if key not in shown)
    assert all(parts[key] >= SMALLEST for key in shown)
    if sum(parts.values()) >= SMALLEST:
        assert rest == 0 or rest >= SMALLEST


@given(st.dictionaries(st.lists(st.sampled_from("abc"), max_size=3).map(tuple), st.integers(0, 14), max_size=20))
def test_at_every_branching_what_is_left_out_is_nobody_or_enough_people(people: dict[Path, int]) -> None:
    """Codes are unique: an organisation is named by the whole way to it."""
    tree = [
        (tuple("/".join(("top", *path[:depth])) for depth in range(len(path) + 1)), n) for path, n in people.items()
    ]
    shown = told_units(tree, SMALLEST)
    nodes = {path[:depth] for path, _ in tree for depth in range(1, len(path) + 1)}
    whole = {node: sum(n for path, n in tree if path[: len(node)] == node) for node in nodes}
    for node in nodes:
        if node[-1] in shown:
            assert whole[node] >= SMALLEST
            assert len(node) == 1 or node[-2] in shown, "nobody is told of below whom he is hidden"
            below = [one for one in nodes if len(one) == len(node) + 1 and one[:-1] == node and one[-1] in shown]
            rest = whole[node] - sum(whole[one] for one in below)
            assert rest == 0 or rest >= SMALLEST
