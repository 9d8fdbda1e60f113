"""披露控制 — of which groups figures may be told, so that no smaller group can be worked out from them either.

A group below the smallest is never told of. What a whole has more than its told parts is the sum of the others: so
that they must be enough people as well, and if they are not, the smallest of the told parts is not told of either
(complementary suppression). For organisations that holds at every branching of the tree, and an answer depends on
nobody who asks: two readers who put their answers together learn no more than the one above them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from domain.values import Code

K = TypeVar("K", bound=Hashable)

Path: TypeAlias = tuple[Code, ...]
"""The organisations from the top down to the one that is meant."""


def told(parts: Mapping[K, int], smallest: int) -> frozenset[K]:
    """Which parts of a whole may be told of beside the whole, by how many people they are.

    Whoever asks must have made sure that the whole is enough people.

    >>> sorted(told({"a": 20, "b": 30, "c": 3}, 10))
    ['b']
    >>> sorted(told({"a": 20, "b": 30, "c": 6, "d": 4}, 10))
    ['a', 'b']
    """
    peopled = {key: number for key, number in parts.items() if number}
    ordered = sorted((key for key in peopled if peopled[key] >= smallest), key=lambda key: (peopled[key], str(key)))
    rest = sum(number for number in peopled.values() if number < smallest)
    while 0 < rest < smallest and ordered:
        rest += peopled[ordered.pop(0)]
    return frozenset(ordered)


def told_units(people: Iterable[tuple[Path, int]], smallest: int) -> frozenset[Code]:
    """Of which organisations, each with all below it, may be told; by how many people belong to each directly.

    Whoever belongs to a higher organisation directly is a part of it like those below.

    >>> sorted(told_units([(("D",), 2), (("D", "a"), 12), (("D", "b"), 15), (("D", "c"), 11)], 10))
    ['D', 'a', 'b']
    """
    whole: defaultdict[Path, int] = defaultdict(int)
    below: defaultdict[Path, set[Path]] = defaultdict(set)
    own: dict[Path, int] = {}
    for path, number in people:
        own[path] = own.get(path, 0) + number
        for depth in range(1, len(path) + 1):
            whole[path[:depth]] += number
            below[path[: depth - 1]].add(path[:depth])
    found: list[Path] = []
    waiting = [top for top in below[()] if whole[top] >= smallest]
    while waiting:
        path = waiting.pop()
        found.append(path)
        parts = {part: whole[part] for part in below.get(path, ())}
        waiting += told({**parts, (*path, ""): own.get(path, 0)}, smallest) - {(*path, "")} if parts else ()
    return frozenset(path[-1] for path in found)
