"""Tiles and entry bundles of C2SP tlog-tiles: their paths, their bytes, and a tree that writes them.

    tile/0/x001/x234/067      256 leaf hashes, 8,192 bytes: tile 1,234,067 of level 0
    tile/0/x001/234.p/17      the same kind, partial: its first 17 hashes
    tile/1/000                256 hashes, each over one full tile of level 0; and so on upwards
    tile/entries/x001/234     256 entries, each: length (uint16, big-endian), then that many bytes
    tile/entries/000.p/44     the first 44 entries

A full tile never changes. A tree of `size` leaves has floor(size / 256**level) mod 256 hashes in the last
tile of a level; empty tiles do not exist. Source: c2sp.org/tlog-tiles.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from projections.transparency.merkle import HASH_SIZE_BYTES, apart, fold, node_hashes
from projections.transparency.refusals import EntryTooLarge, Malformed, TileDamaged

TILE_WIDTH = 256
TILE_HEIGHT = 8
MAX_LEVEL = 63
ENTRIES = -1
MAX_ENTRY_BYTES = 65_535

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True)
class Tile:
    """One tile (level 0 to 63) or one entry bundle (level `ENTRIES`); `width` 256 is a full one."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its place below the log's folder or address.

        >>> Tile(0, 1_234_067).path
        'tile/0/x001/x234/067'
        >>> Tile(ENTRIES, 0, 44).path
        'tile/entries/000.p/44'
        """
        digits = str(self.index)
        digits = digits.zfill((len(digits) + 2) // 3 * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        index = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index}{partial}"


def parse_path(path: str) -> Tile:
    """Return the tile that a path names, or `Malformed`; no path but the one `Tile.path` gives is taken."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise Malformed(path)
    level = ENTRIES if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(found["width"] or TILE_WIDTH))
    if tile.path != path or tile.width > TILE_WIDTH or level > MAX_LEVEL:
        raise Malformed(path)
    return tile


def tiles_of(size: int, old_size: int = 0) -> Iterator[Tile]:
    """All tiles of the tree of `size` leaves that the tree of `old_size` did not have in this width."""
    level = 0
    while size:
        full, width = divmod(size, TILE_WIDTH)
        for index in range(old_size // TILE_WIDTH, full):
            yield Tile(level, index)
        if width and size != old_size:
            yield Tile(level, full, width)
        size, old_size, level = full, old_size // TILE_WIDTH, level + 1


def bundles_of(size: int) -> Iterator[Tile]:
    """All entry bundles of a log of `size` entries."""
    full, width = divmod(size, TILE_WIDTH)
    for index in range(full):
        yield Tile(ENTRIES, index)
    if width:
        yield Tile(ENTRIES, full, width)


_LENGTHS = [length.to_bytes(2, "big") for length in range(MAX_ENTRY_BYTES + 1)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    r"""Bytes of an entry bundle: each entry behind its length as uint16.

    >>> encode_bundle([b"ab", b""])
    b'\x00\x02ab\x00\x00'
    """
    if max(map(len, entries), default=0) > MAX_ENTRY_BYTES:
        raise EntryTooLarge
    parts = [b""] * (2 * len(entries))
    parts[::2], parts[1::2] = map(_LENGTHS.__getitem__, map(len, entries)), entries
    return b"".join(parts)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle, or `Malformed` when it holds fewer, more or half of one."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Malformed("the bundle ends inside an entry")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise Malformed(f"the bundle holds {len(entries)} entries, not {width}")
    return entries


def parse_tile(data: bytes, width: int) -> list[bytes]:
    """Return the `width` hashes of a tile, or `Malformed`."""
    if len(data) != width * HASH_SIZE_BYTES:
        raise Malformed(f"the tile has {len(data)} bytes, not {width * HASH_SIZE_BYTES}")
    return apart(data)


class TileReader:
    """A `HashReader` over the tiles of a folder, for the tree of exactly `size` leaves."""

    def __init__(self, folder: Path, size: int) -> None:
        """Read below `folder`; nothing behind leaf `size` is ever used."""
        self.folder = folder
        self.size = size
        self.hashes: Callable[[int, int], list[bytes]] = lru_cache(64)(self._hashes)

    def __call__(self, height: int, index: int) -> bytes:
        """32 bytes: complete subtree `index` of `height`; `TileDamaged` if its tile is not there."""
        if (index + 1) << height > self.size:
            raise TileDamaged(f"subtree {index} of height {height} is not in a tree of {self.size}")
        level, rest = divmod(height, TILE_HEIGHT)
        start = index << rest
        hashes = self.hashes(level, start // TILE_WIDTH)
        start %= TILE_WIDTH
        return complete_root(hashes[start : start + (1 << rest)])

    def _hashes(self, level: int, index: int) -> list[bytes]:
        width = min(TILE_WIDTH, (self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
        partial, full = Tile(level, index, width), Tile(level, index)
        # A log may delete a partial tile once the full one exists.
        found = next((tile for tile in (partial, full) if (self.folder / tile.path).is_file()), None)
        if found is None:
            raise TileDamaged(partial.path)
        data = (self.folder / found.path).read_bytes()
        if len(data) != found.width * HASH_SIZE_BYTES:
            raise TileDamaged(found.path)
        return parse_tile(data, found.width)[:width]


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """32-byte root over a power of two of hashes."""
    row = hashes
    while len(row) > 1:
        row = node_hashes(row)
    return row[0]


class TileTree:
    """A growing tree that hands out its tiles: every full one once, the partial ones when asked."""

    def __init__(self, write: Callable[[Tile, bytes], None]) -> None:
        """Hand each full tile to `write` as soon as its last hash is known, lower levels first."""
        self.write = write
        self.size = 0
        self.levels: list[bytearray] = [bytearray()]

    @classmethod
    def resume(cls, write: Callable[[Tile, bytes], None], reader: TileReader) -> "TileTree":
        """Return the tree of `reader.size` leaves, its open tiles read back."""
        tree = cls(write)
        tree.size = reader.size
        tree.levels = []
        count, level = reader.size, 0
        while count or not level:
            full, width = divmod(count, TILE_WIDTH)
            tree.levels.append(bytearray(b"".join(reader.hashes(level, full)) if width else b""))
            count, level = full, level + 1
        return tree

    def extend(self, leaves: bytes) -> None:
        """Add leaf hashes: a multiple of 32 bytes, oldest first."""
        at = 0
        while at < len(leaves):
            room = TILE_WIDTH * HASH_SIZE_BYTES - len(self.levels[0])
            part = leaves[at : at + room]
            self.size += len(part) // HASH_SIZE_BYTES
            self._add(0, part)
            at += room

    def _add(self, level: int, hashes: bytes) -> None:
        if level == len(self.levels):
            self.levels.append(bytearray())
        row = self.levels[level]
        row += hashes
        if len(row) == TILE_WIDTH * HASH_SIZE_BYTES:
            data = bytes(row)
            row.clear()
            count = self.size >> TILE_HEIGHT * (level + 1)
            self.write(Tile(level, count - 1), data)
            self._add(level + 1, complete_root(parse_tile(data, TILE_WIDTH)))

    def partials(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield the partial tiles of the present size with their bytes, lower levels first."""
        for level, row in enumerate(self.levels):
            if row:
                index = self.size >> TILE_HEIGHT * (level + 1)
                yield Tile(level, index, len(row) // HASH_SIZE_BYTES), bytes(row)

    def root(self) -> bytes:
        """32-byte root over all leaves."""
        peaks: list[bytes] = []
        for row in reversed(self.levels):
            hashes = parse_tile(bytes(row), len(row) // HASH_SIZE_BYTES)
            start = 0
            for bit in reversed(range(TILE_HEIGHT)):
                if len(hashes) >> bit & 1:
                    peaks.append(complete_root(hashes[start : start + (1 << bit)]))
                    start += 1 << bit
        return fold(peaks)
