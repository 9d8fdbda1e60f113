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

A function of the log up to its checkpoint, and of what was cosigned by then: the same export twice is byte-identical.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from psycopg import Connection

from projections.transparency import verify
from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.history import CHECKPOINT, history_name, signed_history
from projections.transparency.keyring import KEYS, keyring
from projections.transparency.merkle import leaf_hash
from projections.transparency.note import VerifierKey
from projections.transparency.publisher import KEY, check_prefix
from projections.transparency.refusals import DisclosureUnknown, EntryTooLarge, LogRewritten, TargetExists
from projections.transparency.tiles import (
    ENTRIES,
    MAX_ENTRY_BYTES,
    TILE_WIDTH,
    Tile,
    TileTree,
    encode_bundle,
)
from projections.transparency.witnessed import WITNESSED, newest_witnessed, policy_of

STATES = """
COPY (
    SELECT state FROM ledger.entries WHERE position <= %(last)s ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""

README = """\
公平秤积分账本导出  Steelyard points ledger export

日志 Log: {origin}
记录 Entries: {size}

这个文件夹里是账本从第 1 条到第 {size} 条的全部记录,以及证明它们没有被改动的材料。
核验只需要 Python 3.8 以上,不联网,不需要我们的任何程序:

    python verify.py . --trusted 您另外得到的检查点 --key 您另外得到的钥匙

可信的检查点请取自公示纸、以前的导出或别的单位;没有它,只能说明文件夹与它自己的钥匙相符。
verify.py 的 SHA-256 在文件夹之外公布,用前请对照。退出码:0 完整,1 不完整,2 无法核验。

This folder holds all entries of the ledger from 1 to {size}, and what proves that none was altered.
To check it you need Python 3.8 or later, no network and none of our programs:

    python verify.py . --trusted CHECKPOINT_YOU_GOT_ELSEWHERE --key VKEY_YOU_GOT_ELSEWHERE

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
) -> Exported:
    """Write the log up to its last checkpoint, or to the signed `note`, to a new folder `target`.

    `disclosures` are (commitment, disclosure) pairs; the caller has checked the mandate. Memory stays
    bounded. Refuses with `target-exists`, and when what is stored is not what was signed: `log-rewritten`,
    `log-rolled-back`, `tile-damaged`. Nothing is left behind by a refusal.
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
        manifest = _fill(connection, log_folder, _Target(unfinished), key, signed, checkpoint, disclosures)
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

    def write(self, name: str, data: bytes) -> None:
        """Write one file whole."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.sums[name] = hashlib.sha256(data).hexdigest()

    def write_tile(self, tile: Tile, data: bytes) -> None:
        """Write a tile or a bundle."""
        self.write(tile.path, data)

    def finish(self) -> str:
        """Write the MANIFEST; return its SHA-256."""
        lines = [f"{self.sums[name]}  {name}\n" for name in sorted(self.sums)]
        self.write("MANIFEST", "".join(lines).encode())
        return self.sums["MANIFEST"]


def _fill(
    connection: Connection[Any],
    log_folder: Path,
    target: _Target,
    key: VerifierKey,
    signed: bytes,
    checkpoint: Checkpoint,
    disclosures: Iterable[tuple[str, str]],
) -> str:
    wanted = dict(disclosures)
    if _write_entries(connection, target, checkpoint, set(wanted)) != checkpoint.root:
        # Names what differs; a log that holds now was rewritten while it was being read.
        check_prefix(connection, log_folder, checkpoint, keyring(log_folder, key))
        raise LogRewritten(f"the entries do not give the root signed at {checkpoint.size}")
    if wanted:
        pairs = [{"commitment": each, "disclosure": wanted[each]} for each in sorted(wanted)]
        target.write("disclosures.jsonl", b"".join(msgspec.json.encode(pair) + b"\n" for pair in pairs))
    for each in signed_history(log_folder, keyring(log_folder, key)):
        if each.size <= checkpoint.size:
            name = history_name(each.size)
            target.write(name, (log_folder / name).read_bytes())
    target.write(CHECKPOINT, signed)
    seen = newest_witnessed(log_folder, key, policy_of(log_folder))
    if seen is not None and seen.checkpoint.size <= checkpoint.size:
        target.write(WITNESSED, seen.note)
    target.write(KEY, f"{key}\n".encode())
    for path in sorted((log_folder / KEYS).glob("[0-9]*")):
        target.write(f"{KEYS}/{path.name}", path.read_bytes())
    target.write("README", README.format(origin=checkpoint.origin, size=checkpoint.size).encode())
    target.write("verify.py", Path(verify.__file__).read_bytes())
    return target.finish()


def _write_entries(connection: Connection[Any], target: _Target, checkpoint: Checkpoint, wanted: set[str]) -> bytes:
    """Write bundles, tiles and entries.jsonl; return the root of what was written."""
    tree = TileTree(target.write_tile)
    digest = hashlib.sha256()
    missing = {each.encode() for each in wanted}
    with (target.folder / "entries.jsonl").open("wb") as view:
        for number, entries in enumerate(_bundles(connection, checkpoint.size)):
            target.write_tile(Tile(ENTRIES, number, len(entries)), encode_bundle(entries))
            tree.extend(b"".join(leaf_hash(entry) for entry in entries))
            lines = b"".join(entry + b"\n" for entry in entries)
            view.write(lines)
            digest.update(lines)
            missing = {each for each in missing if b'"' + each + b'"' not in lines}
    target.sums["entries.jsonl"] = digest.hexdigest()
    for tile, data in tree.partials():
        target.write_tile(tile, data)
    if missing:
        raise DisclosureUnknown(min(missing).decode())
    return tree.root()


def _bundles(connection: Connection[Any], last: int) -> Iterator[list[bytes]]:
    """Yield the stored entries, 256 at a time, in one snapshot."""
    entries: list[bytes] = []
    with connection.cursor() as cursor, cursor.copy(STATES, {"last": last}) as copy:
        copy.set_types(["bytea"])
        for (state,) in copy.rows():
            if len(state) > MAX_ENTRY_BYTES:
                raise EntryTooLarge(f"{len(state)} bytes")
            entries.append(state)
            if len(entries) == TILE_WIDTH:
                yield entries
                entries = []
    if entries:
        yield entries
