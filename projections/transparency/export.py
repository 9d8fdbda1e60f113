"""The export: a folder that an outsider verifies on his own machine, with `verify.py` and nothing else.

    MANIFEST            SHA-256 of every other file, `sha256sum -c` form, sorted
    README              what this is and how to check it, Chinese and English
    checkpoint          the signed head
    checkpoints/…       every head signed before it
    disclosures.jsonl   {"commitment":…,"disclosure":…} in order of commitment; only with a mandate
    entries.jsonl       the entries, one a line, in position order: the same bytes as in the bundles
    key                 the log's vkey
    keys/…              where it took over from a former one (`keyring.py`)
    tile/…              tlog-tiles: hash tiles and entry bundles
    verify.py           the verifier
    witnessed           the newest checkpoint that enough witnesses have cosigned, where the log has a policy

An export of one organisation, person or year holds only its entries. Beside the above, but for the entry bundles:

    openings.jsonl      of one person: his leaves of the state roots (`openings`)
    positions           where each line of entries.jsonl stands in the log, one a line
    scope.json          what was asked for (`scope`)

All hash tiles are there: they are public, and prove the place of each entry under every head ever signed.

A function of the log up to its checkpoint, of the scope, and of what was cosigned by then: the same export twice is
byte-identical.
"""

import hashlib
import shutil
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from errno import ENOSPC
from os import strerror
from pathlib import Path
from typing import Any

import msgspec
from psycopg import Connection

from domain.sealed import Secret
from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.history import CHECKPOINT, history_name, signed_history
from projections.transparency.keyring import KEYS, keyring
from projections.transparency.leaves import read_leaves
from projections.transparency.mandate import BALLOTS, Profile
from projections.transparency.merkle import leaf_hashes
from projections.transparency.note import VerifierKey
from projections.transparency.offline.build import verifier
from projections.transparency.openings import OpenSealed, openings, seeds_of
from projections.transparency.publisher import KEY, check_prefix
from projections.transparency.refusals import DisclosureUnknown, EntryTooLarge, LogRewritten, Malformed, TargetExists
from projections.transparency.scope import WHOLE, Chosen, Scope, chosen
from projections.transparency.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    TileTree,
    encode_bundle,
)
from projections.transparency.witnessed import WITNESSED, newest_witnessed, policy_of

LINES = r"""
COPY (
    SELECT first, rows.lines
    FROM generate_series(1::bigint, %(last)s, %(group)s) AS first,
    LATERAL (
        SELECT string_agg(state, '\x0a'::bytea) AS lines
        FROM (
            SELECT state FROM ledger.entries
            WHERE position BETWEEN first AND least(first + %(group)s - 1, %(last)s)
            ORDER BY position
        ) AS entry
    ) AS rows
) TO STDOUT (FORMAT BINARY)
"""
# Canonical bytes hold no line's end. Lines are put together where they are: entry by entry, fetching alone took longer
# than all that follows.

INSIDE = """
COPY (
    SELECT position, state FROM ledger.entries
    WHERE position <= %(last)s AND (stream = ANY(%(streams)s) OR %(named)s)
    ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""

AT_ONCE = 2 * TILE_WIDTH
AHEAD = 8

README = """\
公平秤积分账本导出  Steelyard points ledger export

日志 Log: {origin}
记录 Entries: {size}

这个文件夹里是{which_zh},以及证明它们没有被改动的材料。
核验只需要 Python 3.11 以上,不联网,不需要我们的任何程序;计票、得分、格次按当时的规则重算一遍:

    python -I verify.py . --trusted 您另外得到的检查点 --key 您另外得到的钥匙

可信的检查点请取自公示纸、以前的导出或别的单位;没有它,只能说明文件夹与它自己的钥匙相符。
verify.py 的 SHA-256 在文件夹之外公布,用前请对照。退出码:0 完整,1 不完整,2 无法核验。

This folder holds {which_en}, and what proves that none was altered.
To check it you need Python 3.11 or later, no network and none of our programs; tallies, scores and grades are counted
again under the rules of their time:

    python -I verify.py . --trusted CHECKPOINT_YOU_GOT_ELSEWHERE --key VKEY_YOU_GOT_ELSEWHERE

Take the trusted checkpoint from a notice on paper, an earlier export or another office; without it the folder
only proves itself against its own key. The SHA-256 of verify.py is published outside this folder: compare it
first. Exit code: 0 whole, 1 not whole, 2 could not check.
"""


@dataclass(frozen=True)
class Exported:
    """The folder, what it holds, and the SHA-256 (hexadecimal) of its MANIFEST."""

    folder: Path
    checkpoint: Checkpoint
    manifest_sha256: str


def export(
    connection: Connection[Any],
    log_folder: Path,
    target: Path,
    key: VerifierKey,
    *,
    note: bytes | None = None,
    disclosures: Iterable[tuple[str, str]] = (),
    scope: Scope = WHOLE,
    profile: Profile | None = None,
    open_sealed: OpenSealed = lambda _: {},
) -> Exported:
    """Write the log, or a scope of it, up to its last checkpoint or to the signed `note`, to a new folder `target`.

    `disclosures` are (commitment, disclosure) pairs; the caller has checked the mandate. `open_sealed` is asked for
    the seeds of the state roots, which are disclosed, but of one person's scope only his leaves; and for what the
    `profile` under which one person's is taken allows. Memory stays bounded. Refuses with `target-exists`, and when
    what is stored is not what was signed: `log-rewritten`, `log-rolled-back`, `tile-damaged`. Nothing is left behind
    by a refusal.
    """
    if target.exists():
        raise TargetExists(target.name)
    signed = (log_folder / CHECKPOINT).read_bytes() if note is None else note
    checkpoint = open_checkpoint(signed, keyring(log_folder, key))
    unfinished = target.with_name(target.name + ".unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(parents=True)
    try:
        withheld = BALLOTS if profile is not None else frozenset[str]()
        within = None if scope.whole else chosen(connection, scope, checkpoint.size, withheld)
        filling = _Filling(connection, log_folder, _Target(unfinished), key, signed, checkpoint, within)
        seeds = seeds_of(connection, checkpoint.size, within, open_sealed)
        known = {**dict(disclosures), **_allowed(filling, profile, open_sealed)}
        manifest = _fill(filling, known, seeds)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return Exported(target, checkpoint, manifest)


class _Target:
    """The folder being filled; keeps the SHA-256 of every file for the MANIFEST."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sums: dict[str, str] = {}
        self._parents: set[str] = set()

    def write(self, name: str, data: bytes) -> None:
        """Write one file whole."""
        self.put(name, data)
        self.sum({name: data})

    def put(self, name: str, data: bytes) -> None:
        """Write a file whose sum is still to be told."""
        parent = name.rpartition("/")[0]
        if parent not in self._parents:
            (self.folder / parent).mkdir(parents=True, exist_ok=True)
            self._parents.add(parent)
        with open(f"{self.folder}/{name}", "wb", buffering=0) as file:  # noqa: PTH123 - thousands of small files
            if file.write(data) != len(data):  # the system writes what there is room for, and says so in the next call
                raise OSError(ENOSPC, strerror(ENOSPC), name)

    def sum(self, files: dict[str, bytes]) -> None:
        """Tell the sums of files that were put."""
        for name, data in files.items():
            self.sums[name] = hashlib.sha256(data).hexdigest()

    def write_tile(self, tile: Tile, data: bytes) -> None:
        """Write a tile or a bundle."""
        self.write(tile.path, data)

    def finish(self) -> str:
        """Write the MANIFEST; return its SHA-256."""
        lines = [f"{self.sums[name]}  {name}\n" for name in sorted(self.sums)]
        self.write("MANIFEST", "".join(lines).encode())
        return self.sums["MANIFEST"]


@dataclass(frozen=True)
class _Filling:
    """What a folder is filled from; `within` is None for the whole log."""

    connection: Connection[Any]
    log_folder: Path
    target: _Target
    key: VerifierKey
    signed: bytes
    checkpoint: Checkpoint
    within: Chosen | None


def _fill(now: _Filling, wanted: dict[str, str], seeds: dict[int, Secret]) -> str:
    target, checkpoint = now.target, now.checkpoint
    if now.within is not None and now.within.scope.member is not None:
        opened = openings(now.connection, now.within.scope.member, seeds)
        target.write("openings.jsonl", b"".join(msgspec.json.encode(one) + b"\n" for one in opened))
    else:
        wanted |= {seed.commitment: seed.disclosure for seed in seeds.values()}
    try:
        root = _write_entries(now, set(wanted)) if now.within is None else _write_scope(now, now.within, set(wanted))
    except (Malformed, EntryTooLarge):  # an entry is missing, or longer than a bundle can hold
        root = b""
    if root != checkpoint.root:
        # Names what differs; a log that holds now was rewritten while it was being read.
        check_prefix(now.connection, now.log_folder, checkpoint, keyring(now.log_folder, now.key))
        raise LogRewritten(f"the entries do not give the root signed at {checkpoint.size}")
    if wanted:
        pairs = [{"commitment": each, "disclosure": wanted[each]} for each in sorted(wanted)]
        target.write("disclosures.jsonl", b"".join(msgspec.json.encode(pair) + b"\n" for pair in pairs))
    for each in signed_history(now.log_folder, keyring(now.log_folder, now.key)):
        if each.size <= checkpoint.size:
            name = history_name(each.size)
            target.write(name, (now.log_folder / name).read_bytes())
    target.write(CHECKPOINT, now.signed)
    seen = newest_witnessed(now.log_folder, now.key, policy_of(now.log_folder))
    if seen is not None and seen.checkpoint.size <= checkpoint.size:
        target.write(WITNESSED, seen.note)
    target.write(KEY, f"{now.key}\n".encode())
    for path in sorted((now.log_folder / KEYS).glob("[0-9]*")):
        target.write(f"{KEYS}/{path.name}", path.read_bytes())
    target.write("README", _read_me(now).encode())
    target.write("verify.py", verifier())
    return target.finish()


def _allowed(now: _Filling, profile: Profile | None, open_sealed: OpenSealed) -> dict[str, str]:
    """What is disclosed of one person, by commitment."""
    if profile is None or now.within is None:
        return {}
    states = _inside(now.connection, now.within, now.checkpoint.size)
    asked = {commitment for _, state in states for commitment in profile.asks(state)}
    opened = open_sealed(sorted(asked))
    return {commitment: secret.disclosure for commitment, secret in opened.items() if profile.allows(secret)}


def _read_me(now: _Filling) -> str:
    size = now.checkpoint.size
    zh, en = f"账本从第 1 条到第 {size} 条的全部记录", f"all entries of the ledger from 1 to {size}"
    if now.within is not None:
        said = now.within.scope.encode().decode()
        zh = f"账本前 {size} 条中属于这一范围的全部记录 {said}"
        en = f"those of the first {size} entries of the ledger that lie in the scope {said}"
    return README.format(origin=now.checkpoint.origin, size=size, which_zh=zh, which_en=en)


class _View:
    """`entries.jsonl` while it is written; keeps its sum, and which commitments no line has held yet."""

    def __init__(self, target: _Target, wanted: set[str]) -> None:
        self._target, self._missing = target, {each.encode() for each in wanted}
        self._file = (target.folder / "entries.jsonl").open("wb")
        self._digest = hashlib.sha256()

    def write(self, lines: bytes) -> None:
        """Some more lines, the end of each with it."""
        self._file.write(lines)
        self._digest.update(lines)
        self._missing = {each for each in self._missing if b'"' + each + b'"' not in lines}

    def __enter__(self) -> "_View":
        return self

    def __exit__(self, failed: type[BaseException] | None, *unused: object) -> None:
        """No more lines; every disclosure must have met its entry."""
        self._file.close()
        self._target.sums["entries.jsonl"] = self._digest.hexdigest()
        if self._missing and failed is None:
            raise DisclosureUnknown(min(self._missing).decode())


def _write_entries(now: _Filling, wanted: set[str]) -> bytes:
    """Write bundles, tiles and entries.jsonl; return the root of what was written."""
    tree, number = TileTree(now.target.write_tile), 0
    with _View(now.target, wanted) as view, ThreadPoolExecutor(1) as beside:
        written: deque[Future[None]] = deque()
        for lines in _lines(now.connection, now.checkpoint.size):
            written.append(beside.submit(view.write, lines))  # where another core is free, it sums and writes there
            entries, bundles = lines.split(b"\n"), dict[str, bytes]()
            entries.pop()
            for at in range(0, len(entries), TILE_WIDTH):
                part = entries[at : at + TILE_WIDTH]
                path = Tile(ENTRIES, number, len(part)).path
                bundles[path] = encode_bundle(part)
                now.target.put(path, bundles[path])
                tree.extend(b"".join(leaf_hashes(part)))
                number += 1
            written.append(beside.submit(now.target.sum, bundles))
            while len(written) > AHEAD or (written and written[0].done()):
                written.popleft().result()
        for each in written:
            each.result()
    return _finished(now.target, tree)


def _write_scope(now: _Filling, within: Chosen, wanted: set[str]) -> bytes:
    """Write the hash tiles, and the entries of the scope with their positions; return the root of all leaves."""
    target, last = now.target, now.checkpoint.size
    tree, positions = TileTree(target.write_tile), array("Q")
    for leaves in read_leaves(now.connection, 0, last):
        tree.extend(leaves)
    with _View(target, wanted) as view:
        for position, state in _inside(now.connection, within, last):
            positions.append(position)
            view.write(state + b"\n")
    target.write("positions", "".join(f"{each}\n" for each in positions).encode())
    target.write("scope.json", within.encode())
    return _finished(target, tree)


def _finished(target: _Target, tree: TileTree) -> bytes:
    for tile, data in tree.partials():
        target.write_tile(tile, data)
    return tree.root()


def _inside(connection: Connection[Any], within: Chosen, last: int) -> Iterator[tuple[int, bytes]]:
    """Yield the entries of the scope with their positions."""
    named = within.scope.member is not None  # then single entries of shared streams belong to it as well
    asked = {"last": last, "streams": list(within.streams), "named": named}
    with connection.cursor() as cursor, cursor.copy(INSIDE, asked) as copy:
        copy.set_types(["int8", "bytea"])
        for position, state in copy.rows():
            if not named or within.holds(state):
                yield position, state


def _lines(connection: Connection[Any], last: int) -> Iterator[bytes]:
    """Yield the entries as lines, whole bundles of them at a time, in one snapshot."""
    expected = 1
    with connection.cursor() as cursor, cursor.copy(LINES, {"last": last, "group": AT_ONCE}) as copy:
        copy.set_types(["int8", "bytea"])
        for first, lines in copy.rows():
            if first != expected or lines is None:
                raise Malformed(f"entries from {expected} on")
            expected += AT_ONCE
            yield lines + b"\n"
