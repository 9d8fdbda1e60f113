"""The Merkle tree of RFC 6962: hashes, roots, inclusion proofs and consistency proofs.

    leaf hash   SHA-256(0x00 || entry)
    node hash   SHA-256(0x01 || left || right)
    root        of n > 1 leaves: the node over the first k and the other n - k, k the largest power of two < n
    empty root  SHA-256("")

Proofs are made through a `HashReader`, so that tiles are enough and the entries are not needed. Every
proof takes the size of a signed checkpoint, never the size the log happens to have now.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import add

from projections.transparency.refusals import ProofInvalid

HASH_SIZE_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

HashReader = Callable[[int, int], bytes]
"""(height, index) to the hash of the complete subtree over the 1 << height leaves from index << height."""


def leaf_hash(entry: bytes) -> bytes:
    """32 bytes: SHA-256(0x00 || entry). Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes: SHA-256(0x01 || left || right). Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each entry."""
    return _hashes(b"\x00", entries)


def node_hashes(row: Sequence[bytes]) -> list[bytes]:
    """`node_hash` of each two neighbours of an even number."""
    assert not len(row) & 1, "each has a neighbour"
    each = iter(row)
    return _hashes(b"\x01", map(add, each, each))


def _hashes(first: bytes, texts: Iterable[bytes]) -> list[bytes]:
    """The hash of each text with a byte before it: to go on from a copy costs less than to put it there."""
    begin, found = hashlib.sha256(first).copy, list[bytes]()
    for text in texts:
        digest = begin()
        digest.update(text)
        found.append(digest.digest())
    return found


def apart(hashes: bytes) -> list[bytes]:
    """The single hashes of several that are joined."""
    return [hashes[at : at + HASH_SIZE_BYTES] for at in range(0, len(hashes), HASH_SIZE_BYTES)]


@dataclass
class RightEdge:
    """The complete subtrees along the right edge: what an append needs, O(1) amortised, O(log n) memory."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list[bytes])  # largest subtree first, one per set bit of size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash behind the others."""
        carry = self.size
        while carry & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            carry >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """32-byte root over everything appended so far."""
        return fold(self.peaks)

    @classmethod
    def of(cls, read: HashReader, size: int) -> "RightEdge":
        """Return the edge of the tree of `size` leaves, from stored hashes."""
        return cls(size, [read(height, index) for height, index in subtrees(0, size)])


def fold(peaks: Sequence[bytes]) -> bytes:
    """32-byte root over complete subtrees, largest first; SHA-256("") for none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(height, index) of the complete subtrees that make up leaves [start, end), left to right.

    `start` is a multiple of every subtree in the range, as in each range RFC 6962 ever splits off.

    >>> list(subtrees(0, 7))
    [(2, 0), (1, 2), (0, 6)]
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def root(leaves: Iterable[bytes]) -> bytes:
    """32-byte root over leaf hashes, oldest first; SHA-256("") for none. Source: RFC 6962 §2.1."""
    edge = RightEdge()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def root_at(read: HashReader, size: int) -> bytes:
    """32-byte root of the first `size` leaves, from stored hashes."""
    return RightEdge.of(read, size).root()


def _range_root(read: HashReader, start: int, end: int) -> bytes:
    return fold([read(height, index) for height, index in subtrees(start, end)])


def _split(size: int) -> int:
    """Largest power of two smaller than `size` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(read: HashReader, index: int, size: int) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root of `size` leaves, the leaf's sibling first.

    Source: RFC 6962 §2.1.1.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(read, middle, end))
            end = middle
        else:
            proof.append(_range_root(read, start, middle))
            start = middle
    proof.reverse()
    return proof


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """32-byte root that the proof leads to, or `ProofInvalid`. Source: RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        raise ProofInvalid(f"leaf {index} is not in a tree of {size}")
    _check_hashes([leaf, *proof])
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof is too short")
    return leaf


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Return if `leaf` is leaf hash `index` of the `size` under `expected_root`, else `ProofInvalid`."""
    if root_from_inclusion(leaf, index, size, proof) != expected_root:
        raise ProofInvalid("the proof leads to another root")


def consistency_proof(read: HashReader, old_size: int, size: int) -> list[bytes]:
    """Hashes that show the first `old_size` (≥ 1) of `size` leaves unchanged. Source: RFC 6962 §2.1.2."""
    if not 1 <= old_size <= size:
        raise ProofInvalid(f"no consistency proof from {old_size} to {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_range_root(read, middle, end))
            end = middle
        else:
            proof.append(_range_root(read, start, middle))
            start = middle
    if start:  # the old root itself is known to whoever verifies
        proof.append(_range_root(read, start, end))
    proof.reverse()
    return proof


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, expected_root: bytes) -> None:
    """Return if the tree of `size` extends that of `old_size`, else `ProofInvalid`.

    An old size of 0 is refused: everything extends the empty tree, so such a proof proves nothing.
    Source: RFC 9162 §2.1.4.2.
    """
    if not 1 <= old_size <= size:
        raise ProofInvalid(f"no consistency proof from {old_size} to {size}")
    if old_size == size:
        if proof or old_root != expected_root:
            raise ProofInvalid("equal sizes have equal roots and an empty proof")
        return
    _check_hashes([*proof, old_root, expected_root])
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path or not proof:
        raise ProofInvalid("the proof is empty")
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof is too short")
    if old != old_root or new != expected_root:
        raise ProofInvalid("the proof leads to another root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH_SIZE_BYTES for each in hashes):
        raise ProofInvalid("a hash has 32 bytes")
