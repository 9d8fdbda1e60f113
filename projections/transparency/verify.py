#!/usr/bin/env python3
"""核验导出的积分账本,不联网。 Verify an exported points ledger, offline; needs Python 3.11 alone.

不重算得分(--no-scores)时 Python 3.8 即可。 Without counting scores again (--no-scores) Python 3.8 will do.

用法 Usage:
    python -I verify.py FOLDER [--trusted CHECKPOINT_FILE_OR_FOLDER] [--key VKEY] [--policy FILE]
                        [--no-scores] [--csv NEW_FOLDER] [--lang zh|en] [--json]
    python -I verify.py --proof FILE.tlog-proof --entry ENTRY.json --key VKEY [--policy FILE]

--trusted 是您另外得到的检查点:公示纸上的、以前的导出、别的单位保存的。没有它,文件夹只能对照自己的钥匙。
--trusted is a checkpoint that reached you another way: from the notice on the wall, an earlier export,
another office. Without it the folder only proves itself against its own key.
--policy 是见证策略(tlog-policy):哪些单位的见证签名才算数。没有它,结论标明“未经见证”。
--policy says whose cosignatures count (tlog-policy). Without it the answer is labelled unwitnessed.
--csv 把核验过的记录写成表格,每种事实一个文件;有问题就不写。
--csv writes what was proved as tables, one file a kind of fact; nothing where anything is wrong.
退出码 exit code: 0 完整 whole, 1 不完整 not whole, 2 无法核验 could not check.

Nothing in the folder is believed: every leaf is computed from the entry's bytes, and the root from the leaves
(RFC 6962; C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-proof, tlog-cosignature, tlog-policy). The tiles
only help to say where it differs.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gc
import hashlib
import importlib
import io
import json
import os
import re
import stat
import sys
import unicodedata
from array import array
from datetime import date, datetime
from functools import lru_cache
from importlib.machinery import ModuleSpec
from itertools import groupby, repeat
from operator import add, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.abc import Loader, MetaPathFinder
    from types import ModuleType
    from typing import BinaryIO

    Point = tuple[int, int, int, int]

LAG_S = 5
MAX_ENTRY_BYTES = 65535
MAX_INTEGER = 2**53 - 1


class Bad(Exception):
    """The bytes are not what they should be; the text says why."""


class Unreadable(Exception):
    """Nothing can be said: there is no such folder or file."""


# --- Ed25519 (RFC 8032 §5.1.7), verification alone ------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def _add(one: Point, other: Point) -> Point:
    """Sum of two points in extended coordinates (X, Y, Z, T)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _decode_point(data: bytes) -> Point | None:
    """Return the point 32 bytes stand for; None if there is none or its y is not below the prime."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _windows(point: Point) -> list[list[Point]]:
    """Multiples 0 to 15 of the point times 16**n, for n from 0 to 63: no doubling is left to do."""
    table: list[list[Point]] = []
    for _ in range(64):
        row: list[Point] = [(0, 1, 1, 0)]
        for _ in range(15):
            row.append(_add(row[-1], point))
        table.append(row)
        point = _add(row[-1], point)
    return table


_TABLES: dict[bytes, list[list[Point]] | None] = {}
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")


def _table(encoded: bytes) -> list[list[Point]] | None:
    if encoded not in _TABLES:
        point = _decode_point(encoded)
        _TABLES[encoded] = None if point is None else _windows(point)
    return _TABLES[encoded]


def verify_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` is of `public_key` (32 bytes)."""
    key, base = _table(public_key), _table(BASE)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or base is None or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = (ORDER - int.from_bytes(digest, "little")) % ORDER
    total: Point = (0, 1, 1, 0)
    for window in range(64):
        total = _add(total, base[window][scalar >> 4 * window & 15])
        total = _add(total, key[window][challenge >> 4 * window & 15])
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- tree, tiles, notes ---------------------------------------------------------------------------


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _hashes(first: bytes, texts: Iterable[bytes]) -> list[bytes]:
    """The hash of each text with a byte before it: to go on from a copy costs less than to put it there."""
    begin = hashlib.sha256(first).copy
    found: list[bytes] = []
    for text in texts:
        digest = begin()
        digest.update(text)
        found.append(digest.digest())
    return found


def _leaves(entries: Iterable[bytes]) -> list[bytes]:
    """The leaf hash of each entry."""
    return _hashes(b"\x00", entries)


def _nodes(row: list[bytes]) -> list[bytes]:
    """The node hash of each two neighbours."""
    each = iter(row)
    return _hashes(b"\x01", map(add, each, each))


def root_of(peaks: list[bytes]) -> bytes:
    """Return the root over complete subtrees, largest first."""
    if not peaks:
        return _sha256(b"")
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = _sha256(b"\x01" + peak + root)
    return root


def tile_path(level: str, index: int, size: int) -> str:
    """Return the path of tile `index` of a level ("0", "1", … or "entries") in the log of `size` entries."""
    width = width_of(level, index, size)
    digits = str(index)
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    parts = ["x" + digits[at : at + 3] for at in range(0, len(digits), 3)]
    parts[-1] = parts[-1][1:]
    return "tile/{}/{}{}".format(level, "/".join(parts), "" if width == 256 else f".p/{width}")


def width_of(level: str, index: int, size: int) -> int:
    """How many hashes or entries that tile holds."""
    height = 0 if level == "entries" else 8 * int(level)
    return min(256, (size >> height) - index * 256)


def tile_paths(size: int) -> set[str]:
    """Every tile and bundle that the log of `size` entries has."""
    paths = {tile_path("entries", index, size) for index in range((size + 255) // 256)}
    level, count = 0, size
    while count:
        paths |= {tile_path(str(level), index, size) for index in range((count + 255) // 256)}
        level, count = level + 1, count >> 8
    return paths


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Bad("base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise Bad("base64")
    return data


class Key(NamedTuple):
    """A log's name and public key, as its vkey says: name+hex(key id)+base64(0x01 || public key)."""

    name: str
    key_id: bytes
    public_key: bytes
    last: int = MAX_INTEGER  # entries of the last checkpoint that it may have signed
    former: tuple[Key, ...] = ()  # those that it took over from
    handed: bool = True  # whether it was handed over by a signature of its own, or lost

    def of(self, text: str) -> bool:
        """Whether it is the key of this vkey."""
        material = base64.b64encode(b"\x01" + self.public_key).decode()
        return text == f"{self.name}+{self.key_id.hex()}+{material}"


def parse_key(text: str, algorithm: bytes = b"\x01") -> Key:
    """Return the key of a vkey, or `Bad`: 0x01 signs for a log, 0x04 for a witness."""
    parts = text.split("+", 2)
    material = _base64(parts[-1])
    if len(parts) != 3 or len(material) != 33 or material[:1] != algorithm or not parts[0]:
        raise Bad("vkey")
    key_id = _sha256(parts[0].encode() + b"\n" + material)[:4]
    if parts[1] != key_id.hex() or any(each.isspace() for each in parts[0]):
        raise Bad("vkey")
    return Key(parts[0], key_id, material[1:])


class Head(NamedTuple):
    """A signed root: this many entries give this root; `file` is where it stands."""

    size: int
    root: bytes
    file: str
    trusted: bool = False
    former: str = ""  # the name under which it was signed, where that is not the log's own


def parse_head(data: bytes, key: Key, file: str, trusted: bool = False) -> Head:
    """Return what a checkpoint says, its signature verified, or `Bad`. Other keys' signatures are ignored."""
    try:
        text, separator, signatures = data.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError:
        raise Bad("UTF-8") from None
    lines, text = text.split("\n"), text + "\n"
    number = re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) if len(lines) > 2 else None
    if not separator or not signatures.endswith("\n") or number is None or not all(lines):
        raise Bad("checkpoint")
    if lines[0] != key.name or len(_base64(lines[2])) != 32:
        raise Bad("origin")
    verified = 0
    for line in signatures[:-1].split("\n"):
        if not line.startswith("\u2014 ") or line.count(" ") != 2:
            raise Bad("signature line")
        name, signed = line[2:].split(" ")
        for each in (key, *key.former):
            if name == each.name and _base64(signed)[:4] == each.key_id:
                if not verify_signature(each.public_key, _base64(signed)[4:], text.encode()):
                    raise Bad("signature")
                verified += int(lines[1]) <= each.last
    if not verified:
        raise Bad("signature")
    return Head(int(lines[1]), _base64(lines[2]), file, trusted)


def with_former(key: Key, notes: list[tuple[int, bytes]]) -> Key:
    """The key with those that it took over from, as the handovers, each with its size (`keys/…`), say."""
    former = [key]
    while len(former) <= len(notes):
        found = _taken_over(former[-1], notes)
        if found is None or found in former:
            break
        former.append(found)
    return Key(key.name, key.key_id, key.public_key, former=tuple(former[1:]))


def _taken_over(current: Key, notes: list[tuple[int, bytes]]) -> Key | None:
    """The key that this one took over from, by the largest handover that it signed."""
    for size, note in sorted(notes, reverse=True):
        try:
            head = parse_head(note, Key(current.name, current.key_id, current.public_key), "")
            said = dict(line.split(" ", 1) for line in note.decode().partition("\n\n")[0].split("\n")[3:])
            known = parse_key(said["former-key"])
        except (Bad, KeyError, ValueError):
            continue
        if not current.of(said.get("key", "")) or head.size != size:
            continue
        try:
            handed = current.handed and parse_head(note, known, "").size == size
        except Bad:
            handed = False
        return Key(known.name, known.key_id, known.public_key, size, (), handed)
    return None


class Policy:
    """Whose cosignatures count and how many of them must be there (c2sp.org/tlog-policy)."""

    def __init__(self, data: bytes) -> None:
        """Read the file, or `Bad` with the number of the line."""
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = ""
        self._members: set[str] = set()
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = re.split("[ \t]+", line.strip(" \t"))
            try:
                if words[0] and not words[0].startswith("#"):
                    self._take(words)
            except (Bad, IndexError, ValueError) as problem:
                raise Bad(f"--policy {number}: {problem}") from None
        if not self.quorum:
            raise Bad("--policy quorum")

    def _take(self, words: list[str]) -> None:
        kind, count = words[0], len(words)
        if kind == "log" and count in (2, 3):
            log = parse_key(words[1])
            if log.public_key in [each.public_key for each in self.logs]:
                raise Bad(words[1])
            self.logs.append(log)
        elif kind == "witness" and count in (3, 4) and self._is_new(words[1]):
            key = parse_key(words[2], b"\x04")
            if key.public_key in [each.public_key for each in self.witnesses.values()]:
                raise Bad(words[1])
            self.witnesses[words[1]] = key
        elif kind == "group" and count > 3 and self._is_new(words[1]):
            members = words[3:]
            for member in members:
                if member in self._members or member == "none" or self._is_new(member):
                    raise Bad(member)
                self._members.add(member)
            least = {"any": 1, "all": len(members)}.get(words[2]) or int(words[2])
            if not 1 <= least <= len(members):
                raise Bad(words[2])
            self.groups[words[1]] = (least, members)
        elif kind == "quorum" and count == 2 and not self.quorum and (words[1] == "none" or not self._is_new(words[1])):
            self.quorum = words[1]
        else:
            raise Bad(" ".join(words[:2]))

    def _is_new(self, name: str) -> bool:
        return name != "none" and name not in self.witnesses and name not in self.groups

    def cosigners(self, note: bytes) -> list[str] | None:
        """Names of the witnesses that cosigned the note; None where these are not enough."""
        found = [name for name, key in self.witnesses.items() if cosigned(note, key)]
        return found if self.quorum == "none" or self._enough(self.quorum, found) else None

    def _enough(self, name: str, found: list[str]) -> bool:
        if name in self.witnesses:
            return name in found
        least, members = self.groups[name]
        return sum(self._enough(member, found) for member in members) >= least


def cosigned(note: bytes, key: Key) -> bool:
    """Whether a witness cosigned: its line is key id, seconds since 1970 (8 bytes), and the signature (64)."""
    text, _, signatures = note.decode("utf-8", "replace").rpartition("\n\n")
    for line in signatures.split("\n"):
        name, _, signed = line[2:].rpartition(" ")
        if name != key.name or _base64(signed)[:4] != key.key_id:
            continue
        data = _base64(signed)[4:]
        message = f"cosignature/v1\ntime {int.from_bytes(data[:8], 'big')}\n{text}\n"
        return verify_signature(key.public_key, data[8:], message.encode())
    return False


def verify_proof(proof: bytes, entry: bytes, key: Key) -> Head:
    """Return the head under which a `.tlog-proof` shows `entry`, or `Bad`."""
    text, separator, checkpoint = proof.partition(b"\n\n")
    head = parse_head(checkpoint, key, "checkpoint")
    lines = text.decode("utf-8", "replace").split("\n")
    if lines[1:2] and lines[1].startswith("extra "):
        del lines[1]
    found = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[1]) if len(lines) > 1 else None
    if not separator or lines[0] != "c2sp.org/tlog-proof@v1" or found is None:
        raise Bad("tlog-proof")
    index, last, node = int(found.group(1)), head.size - 1, _sha256(b"\x00" + entry)
    if index > last:
        raise Bad("index")
    for line in lines[2:]:
        sibling = _base64(line)
        if len(sibling) != 32 or not last:
            raise Bad("tlog-proof")
        while index == last and not index & 1:  # no right sibling on these levels
            index, last = index >> 1, last >> 1
        node = _sha256(b"\x01" + (sibling + node if index & 1 else node + sibling))
        index, last = index >> 1, last >> 1
    if last or node != head.root:
        raise Bad("root")
    return head


# --- entries --------------------------------------------------------------------------------------


def _integer(text: str) -> int:
    number = int(text)
    if -MAX_INTEGER <= number <= MAX_INTEGER and text != "-0":
        return number
    raise Bad("number " + text[:20])


def _no_float(text: str) -> object:
    raise Bad("number with a fraction or exponent " + text[:20])


_ORDERED: set[tuple[str, ...]] = set()  # runs of keys already seen to be in order, without repeat


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    keys = tuple(found)
    if len(keys) != len(pairs):
        raise Bad("a key stands twice")
    if keys not in _ORDERED:
        if list(keys) != sorted(keys, key=lambda key: key.encode("utf-16-be", "surrogatepass")):
            raise Bad("keys out of order")
        if len(_ORDERED) < 4096:
            _ORDERED.add(keys)
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def decode_canonical(state: bytes) -> object:
    """Return the value whose RFC 8785 form is exactly `state`, or `Bad`; numbers with a fraction are refused.

    Keys in order without repeat and plain integers are seen while parsing. Then only escapes and white space
    can differ: where there is neither, the text is its own canonical form, else it is written again and
    compared.
    """
    try:
        text = state.decode("utf-8")
        value, end = _DECODER.raw_decode(text)
        loose = b"\\" in state or b" " in state or b"\n" in state or b"\t" in state or b"\r" in state
        if end != len(text) or (loose and _ENCODER.encode(value).encode() != state):
            raise Bad("not the canonical form")
    except (ValueError, RecursionError):
        raise Bad("not JSON in UTF-8") from None
    return cast("object", value)


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_AT = _DAY + "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?Z"
_ENVELOPE = re.compile(f"{_UUID} {_UUID} {_AT}")
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,63}")  # it names a file as well

# What has matched is never given back where Python can be told so (3.11): no text holds what comes after it.
_KEEP, _GROUP = (b"+", b"(?>") if sys.version_info >= (3, 11) else (b"", b"(?:")
_TEXT, _NUMBER = b'"[^"]*' + _KEEP + b'"', _GROUP + b"0|-?[1-9][0-9]{0,14})"
_FIELDS = {
    b"at": b'"([^"]{20,27}' + _KEEP + b')"',
    b"id": b'"([^"]{36}' + _KEEP + b')"',
    b"stream": b'"([^"]{36}' + _KEEP + b')"',
    b"version": b"([1-9][0-9]{0,14}" + _KEEP + b")",
}
_LOOSE = bytes(range(10)) + bytes(range(11, 32)) + b"\\"
_TOKEN = re.compile(rb'"[^"]*"(:?)|-?[0-9]+|[{}\[\]]')
_HOUR = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])")
_REST = re.compile(rb":[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?Z")


def shape_of(state: bytes) -> bytes:
    """Return a pattern for lines that differ from a canonical entry in their plain texts and integers alone.

    It matches any line, but the groups are set only where it is such an entry. `state` is canonical and plain. Whatever
    plain UTF-8 it matches so is canonical too: the same keys in the same order, no white space, no escape. `log`,
    `schema` and `type` stay as they are; the groups are at, id, stream and version, the first three of right length.
    """
    parts: list[bytes] = []
    depth, key, at = 0, b"", 0
    for token in _TOKEN.finditer(state):
        found, name, key = token.group(), key, b""  # name: the key of the envelope whose value this is
        part = re.escape(found)
        if found in b"{}[]":
            depth += 1 if found in b"{[" else -1
        elif token.group(1):
            key = found[1:-2] if depth == 1 else b""
        elif name in _FIELDS:
            part = _FIELDS[name]
        elif name not in (b"log", b"schema", b"type"):
            part = _TEXT if found[:1] == b'"' else _NUMBER
        parts += [re.escape(state[at : token.start()]), part]
        at = token.end()
    return b"(?m)^(?:" + b"".join(parts) + b"$|.*)"


def _is_plain(text: bytes) -> bool:
    """Whether no escape and no control character stands in it, but the ends of lines."""
    return not any(map(text.__contains__, _LOOSE))  # one search for each of them is quicker than one for all


def fits(shape: re.Pattern[bytes], state: bytes) -> re.Match[bytes] | None:
    """Return the match of an entry that is plain and of this shape; None where it is not."""
    found = shape.fullmatch(state) if b"\n" not in state and _is_plain(state) else None
    return found if found is not None and found[4] else None


_ASCII = bytes(range(128))
_NIL, _AS_NIL = b"00000000-0000-0000-0000-000000000000", bytes.maketrans(b"123456789abcdef", b"0" * 15)


def _check_ids(names: tuple[bytes, ...]) -> None:
    """Refuse what is not a UUID in small letters, each being of 36 bytes."""
    if b"".join(names).translate(_AS_NIL) != _NIL * len(names):
        raise Bad("envelope")


@lru_cache(4096)  # most versions are small and come again
def _next(version: bytes) -> bytes:
    return b"%d" % (int(version) + 1)


_LONE: set[str] = set()  # characters already seen to be so


def _is_nfc(text: bytes) -> bool:
    """Whether UTF-8 bytes are in NFC, or `Bad` where they are no UTF-8.

    Text of characters that never take part in a composition is. Whether they do is asked once a character: letters,
    digits, signs and punctuation of the basic plane outside the jamo, which are their own normal form.
    """
    if text.isascii():
        return True
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        raise Bad("not UTF-8") from None
    for each in set(text.translate(None, _ASCII).decode()) - _LONE:
        alone = each <= "\uffff" and not "\u1100" <= each <= "\u11ff" and unicodedata.category(each)[0] in "LNPSZ"
        if not alone or unicodedata.normalize("NFC", each) != each:
            return unicodedata.is_normalized("NFC", decoded)
        _LONE.add(each)
    return True


def microseconds_of(at: str) -> int:
    """Microseconds from year 1 to an instant whose form has been checked."""
    moment = datetime.fromisoformat(at[:19])
    second = ((moment.toordinal() * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
    return second * 1000000 + int(at[20:-1].ljust(6, "0"))


RESTORED = "log-restored"


class Restored(NamedTuple):
    """What a restored log says of itself: entries `kept` + 1 to `signed` of the `former` log were lost.

    Others may stand in their places: those written after an older state was put back, and before that was noticed.
    """

    former: str
    kept: int
    signed: int
    root: bytes

    def admits(self, head: Head) -> bool:
        """Whether a checkpoint of the former log speaks of what was lost, and not of more."""
        inside = self.kept < head.size <= self.signed and head.former == self.former
        return inside and (head.size < self.signed or head.root == self.root)


class Fields:
    """At, id, stream and version of an entry, as a match gives them."""

    def __init__(self, texts: list[str]) -> None:
        """Take them as texts."""
        self._found = tuple(each.encode() for each in texts)

    def groups(self) -> tuple[bytes, ...]:
        """The four."""
        return self._found


def _type_of(state: bytes) -> str:
    """The type of a canonical entry."""
    return state[state.rfind(b',"type":"') + 9 : state.rfind(b'","version":')].decode()


_type_at = itemgetter(slice(-30, -12))
"""The bytes at the end of an entry that hold its type, as a rule."""
_NO_SHAPE = re.compile(b"(?m)^.*()()()()")


def _runs(states: list[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """Yield neighbours of one type: where their lines begin and end, the index of the first, and how many they are.

    Where all that are tried are of one type, the others are taken to be so: whoever is not does not fit its shape.
    """
    if len(set(map(_type_at, states[::16]))) == 1:
        yield 0, sum(map(len, states)) + len(states) - 1, 0, len(states)
        return
    start, first = 0, 0
    for _, run in groupby(states, _type_at):
        lengths = list(map(len, run))
        end = start + sum(lengths) + len(lengths)
        yield start, end - 1, first, len(lengths)
        start, first = end, first + len(lengths)


class Rules:
    """What holds from one entry to the next: versions without hole, one log, no id twice, time not back.

    The log bears one name; an entry `log-restored` gives it another.
    """

    def __init__(self) -> None:
        """Begin before the first entry."""
        self.versions: dict[bytes, bytes] = {}  # of the next entry of each stream, as it stands in the text
        self.ids: set[bytes] = set()
        self.before = 0  # entries before the next one, those that are not shown among them
        self.picked: frozenset[str] = frozenset()  # words of facts that may stand alone, their streams not whole
        self.log: object = None
        self.latest = "0001-01-01T00:00:00Z"
        self.last = ("", 0, "")  # stream, version and type of the last entry taken
        self.restored: list[Restored] = []
        self._hours: set[bytes] = set()  # that exist
        self._rests: set[bytes] = set()  # minutes and seconds that do
        # By `_type_at`: there a shape is looked for, and first the last found.
        self._shapes: dict[bytes, list[re.Pattern[bytes]]] = {}
        self._once: dict[bytes, set[bytes]] = {}  # by the same, shapes met once
        self._first: dict[bytes, re.Pattern[bytes]] = {}

    def take(self, state: bytes) -> None:
        """Check the next entry, or `Bad`."""
        found = fits(self._first.get(_type_at(state), _NO_SHAPE), state)
        if found is not None:
            at, name, stream, version = (each.decode("utf-8", "replace") for each in found.groups())
            if not _ENVELOPE.fullmatch(f"{name} {stream} {at}"):
                raise Bad("envelope")
            self._follow(at, name, stream, int(version), _type_of(state))
        else:
            entry = self._read(state)
            if entry["type"] == RESTORED:
                self._restore(entry["log"], cast("dict[str, Any]", entry["fact"]))
            elif entry["log"] != self.log and self.log is not None:
                raise Bad(f"log {entry['log']}, not {self.log}")
            self.log = entry["log"]
            self._follow(entry["at"], entry["id"], entry["stream"], entry["version"], entry["type"])
            if entry["type"] != RESTORED:
                self._learn(state)
        if not _is_nfc(state):
            raise Bad("text is not NFC")

    def take_all(self, states: list[bytes], text: bytes) -> bool:
        """Check the next entries together, `text` being all of them; False, and none is taken, where one is in doubt.

        The same checks as one by one, each made for all entries at once: that is what makes them quick.
        """
        latest = self.latest
        try:
            ats, names, streams, numbers = self._tell(states, text)
            _check_ids(names + streams)
            ids = set(names)
            if len(ids) != len(states) or not ids.isdisjoint(self.ids) or not _is_nfc(text):
                return False
            self._check_times(ats)
            self._count_on(streams, numbers)
        except Bad:
            self.latest = latest
            return False
        self.ids |= ids
        self.last = (streams[-1].decode(), int(numbers[-1]), _type_of(states[-1]))
        return True

    def _tell(self, states: list[bytes], text: bytes) -> Iterator[tuple[bytes, ...]]:
        """The instants, ids, streams and versions of entries, all canonical, or `Bad`; their forms are to be checked.

        Neighbours of one type are looked at in one go.
        """
        if not _is_plain(text):
            return zip(*[self._fields(state).groups() for state in states])  # noqa: B905 - Python 3.8 knows no strict
        told: list[tuple[bytes, ...]] = []
        for start, end, first, count in _runs(states):
            shape, run = self._first.get(_type_at(states[first])), states[first : first + count]
            found = shape.findall(text, start, end) if shape else [self._fields(state).groups() for state in run]
            if len(found) != count:
                raise Bad("line")
            told += found
        if not all(map(itemgetter(3), told)):  # some have not the shape of their neighbours
            pairs = zip(told, states)  # noqa: B905 - Python 3.8 knows no strict
            told = [one if one[3] else self._fields(state).groups() for one, state in pairs]
        return zip(*told)  # noqa: B905 - Python 3.8 knows no strict

    def _fields(self, state: bytes) -> re.Match[bytes] | Fields:
        """At, id, stream and version of an entry that is canonical, or `Bad`; their forms are still to be checked."""
        key = _type_at(state)
        for shape in self._shapes.get(key, ()):
            found = fits(shape, state)
            if found is not None:
                self._first[key] = shape
                return found
        entry = self._read(state)
        if entry["log"] != self.log or entry["type"] == RESTORED:
            raise Bad("log")  # what changes the name is taken alone
        self._learn(state)
        return Fields([entry["at"], entry["id"], entry["stream"], str(entry["version"])])

    def _learn(self, state: bytes) -> None:
        """Remember the shape of an entry that is canonical and of this log, when it is met again: many never are."""
        key = _type_at(state)
        known, once = self._shapes.setdefault(key, []), self._once.setdefault(key, set())
        few = len(known) < 8 and len(once) < 64 and len(self._shapes) < 4096
        if few and len(state) < 4096 and b"\\" not in state:
            shape = shape_of(state)
            if shape in once:
                self._first[key] = re.compile(shape)
                known.append(self._first[key])
            once.add(shape)

    def _count_on(self, streams: tuple[bytes, ...], numbers: tuple[bytes, ...]) -> None:
        """Let each entry be the next of its stream; if one is not, `Bad`, and none is."""
        versions = self.versions
        if len(set(streams)) == len(streams):
            if tuple(map(versions.get, streams, repeat(b"1"))) != numbers:
                raise Bad("version")
            versions.update(zip(streams, map(_next, numbers)))  # noqa: B905 - Python 3.8 knows no strict
            return
        following: dict[bytes, bytes] = {}
        for stream, number in zip(streams, numbers):  # noqa: B905 - Python 3.8 knows no strict
            if (following.get(stream) or versions.get(stream, b"1")) != number:
                raise Bad("version")
            following[stream] = _next(number)
        versions.update(following)

    def _check_times(self, ats: tuple[bytes, ...]) -> None:
        """Refuse an hour that does not exist, and an instant too far behind the latest."""
        different = set(ats)
        for hour in {at[:13] for at in different} - self._hours:
            if not _HOUR.fullmatch(hour):
                raise Bad("envelope")
            self._check_day(hour[:10].decode())
            self._hours.add(hour)
        for rest in {at[13:] for at in different} - self._rests:
            if not _REST.fullmatch(rest):
                raise Bad("envelope")
            if len(rest) == len(b":00:00Z"):
                self._rests.add(rest)
        moments = list(ats)
        if set(map(len, different)) != {20}:
            moments = [at[:-1] for at in ats]  # in this form the order of text is that of time
        if moments == sorted(moments) and moments[0] >= self.latest[:-1].encode():
            self.latest = ats[-1].decode()
        else:
            for at in ats:
                self._check_time(at.decode())

    @staticmethod
    def _read(state: bytes) -> dict[str, Any]:
        """What an entry says, its bytes canonical and its envelope complete; or `Bad`."""
        if len(state) > MAX_ENTRY_BYTES:
            raise Bad("more than 65,535 bytes")
        value = decode_canonical(state)
        if not isinstance(value, dict):
            raise Bad("not an object")
        entry = cast("dict[str, Any]", value)
        try:
            at, stream, log, version = entry["at"], entry["stream"], entry["log"], entry["version"]
            shaped = type(entry["fact"]) is dict and type(entry["schema"]) is int and type(version) is int
            formed = _ENVELOPE.fullmatch(entry["id"] + " " + stream + " " + at)
            texts = _TYPE.fullmatch(entry["type"]) and log and log + ""
        except (KeyError, TypeError) as problem:
            raise Bad(f"envelope: {problem}") from None
        if not (formed and texts and shaped):
            raise Bad("envelope")
        return entry

    def _restore(self, log: str, fact: dict[str, Any]) -> None:
        """Take the name that a restored log goes on under: it names the former one and what was lost of it."""
        try:
            former, kept, signed = fact["former"], fact["kept"], fact["signed"]
            root = bytes.fromhex(fact["root"])
            named = fact["origin"] == log and former == self.log and log not in {each.former for each in self.restored}
        except (KeyError, TypeError, ValueError) as problem:
            raise Bad(f"{RESTORED}: {problem}") from None
        whole = type(kept) is int and type(signed) is int and 0 <= kept <= self.before and kept < signed
        if not named or former == log or not whole:
            raise Bad(f"{RESTORED}: {former}, {kept}, {signed}")
        self.restored.append(Restored(former, kept, signed, root))
        self._shapes.clear()  # they hold the former name
        self._first.clear()

    def _follow(self, at: str, name: str, stream: str, version: int, kind: str) -> None:
        """Check an entry against those before it."""
        expected = int(self.versions.get(stream.encode(), b"1"))
        if version != expected and not (kind in self.picked and version > expected):
            raise Bad(f"version {version}, expected {expected}")
        unique = name.encode()
        if unique in self.ids:
            raise Bad("its id stands twice")
        self._check_day(at[:10])
        self._check_time(at)
        self.versions[stream.encode()] = b"%d" % (version + 1)
        self.ids.add(unique)
        self.last = (stream, version, kind)

    @staticmethod
    def _check_day(day: str) -> None:
        """Refuse a day that does not exist."""
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Bad(f"at {day}") from None

    def _check_time(self, at: str) -> None:
        """Refuse an instant too far behind the latest."""
        if at[:19] > self.latest[:19]:
            self.latest = at
        elif at != self.latest:
            lag = microseconds_of(self.latest) - microseconds_of(at)
            if lag > LAG_S * 1000000:
                raise Bad(f"at {at} is more than {LAG_S} s behind an earlier entry")
            self.latest = at if lag < 0 else self.latest


# --- what is found --------------------------------------------------------------------------------

SENTENCES = {
    "entry-altered": ("与公布的哈希不符,内容被改动", "does not match its published hash: it was altered"),
    "entry-not-trusted": ("与您信任的哈希不符", "does not match the hash you trust"),
    "entry-wrong": ("不合规则({detail})", "breaks a rule ({detail})"),
    "column-differs": (
        "数据库的列与字节不符({detail})",
        "the table's columns differ from its bytes ({detail})",
    ),
    "entry-unreadable": (
        "从数据库里读不出来({detail})",
        "cannot be read from the database ({detail})",
    ),
    "reading-broke-off": (
        "从第 {first} 条起读不下去,数据库服务中断({detail})",
        "nothing could be read from entry {first} on, the database broke off ({detail})",
    ),
    "view-differs": ("entries.jsonl 与记录不符", "entries.jsonl differs from the entry"),
    "bundle-malformed": ("从这里起无法读取:{file}", "cannot be read from here on: {file}"),
    "position-missing": ("位置缺失,或后面的记录被插入", "its position is missing, or something was put in"),
    "range-altered": (
        "第 {first} 至 {last} 条记录之间第一次与签名的根不符({file})",
        "the log first differs between entries {first} and {last} from what was signed ({file})",
    ),
    "range-not-trusted": (
        "第 {first} 至 {last} 条记录之间第一次与您信任的检查点不符({file})",
        "the log first differs between entries {first} and {last} from the checkpoint you trust ({file})",
    ),
    "not-witnessed": (
        "没有一个检查点得到策略所要求的见证({detail})",
        "no checkpoint is cosigned as the policy asks ({detail})",
    ),
    "shorter-than-trusted": (
        "您信任的检查点有 {last} 条记录,这里只有 {first} 条({file})",
        "the checkpoint you trust has {last} entries, there are only {first} here ({file})",
    ),
    "log-rolled-back": ("签名时有 {last} 条,现有 {first} 条", "{last} entries were signed, {first} are left"),
    "tile-altered": ("{file}:哈希块缺失或被改动", "{file}: the tile is missing or was altered"),
    "checkpoint-invalid": ("{file}:格式或签名不成立({detail})", "{file}: form or signature fails ({detail})"),
    "key-invalid": (
        "钥匙不成立,或不是您给的({detail})",
        "the key is malformed or not the one given ({detail})",
    ),
    "file-changed": ("{file}:与 MANIFEST 不符", "{file}: differs from MANIFEST"),
    "file-missing": ("{file}:缺失", "{file}: missing"),
    "file-extra": ("{file}:MANIFEST 没有列出", "{file}: not listed in MANIFEST"),
    "manifest-malformed": ("MANIFEST 不合格式({detail})", "MANIFEST is malformed ({detail})"),
    "scope-malformed": (
        "scope.json 或 positions 不合格式({detail})",
        "scope.json or positions is malformed ({detail})",
    ),
    "state-differs": (
        "与当时承诺的状态不符:有记录被隐去,或得分、格次不同({detail})",
        "commits to another state: a record is left out, or a total or grade differs ({detail})",
    ),
    "opening-wrong": (
        "openings.jsonl 第 {first} 行不合格式({detail})",
        "openings.jsonl, line {first}: malformed ({detail})",
    ),
    "figure-differs": (
        "与按规则复算的结果不符({detail})",
        "differs from what the rules give from the entries before it ({detail})",
    ),
    "decision-refused": (
        "按规则不能作出({detail})",
        "could not be decided under the rules ({detail})",
    ),
    "disclosure-wrong": (
        "disclosures.jsonl 第 {first} 行与任何记录都对不上({detail})",
        "disclosures.jsonl, line {first}: matches no entry ({detail})",
    ),
}


class Problem(NamedTuple):
    """One thing that is not right; `position` is 0 when no single entry can be named, but a range."""

    code: str
    position: int = 0
    type: str = ""
    stream: str = ""
    id: str = ""
    file: str = ""
    first: int = 0
    last: int = 0
    detail: str = ""

    def sentence(self, lang: str) -> str:
        """Return the sentence in "zh" or "en"."""
        text = SENTENCES[self.code][lang == "en"].format(**self._asdict())
        if not self.position:
            return text
        if lang == "en":
            return f"entry {self.position} (type {self.type}, stream {self.stream}, id {self.id}) {text}"
        return f"第 {self.position} 条记录(类型 {self.type},流 {self.stream},编号 {self.id}){text}"


def about(code: str, position: int, state: bytes, detail: str = "", file: str = "") -> Problem:
    """Return a problem that names an entry, as far as its bytes still say what it is."""
    text = state.decode("utf-8", "replace")
    named = [re.findall(f'"{each}":"([^"]*)"', text)[-1:] or ["?"] for each in ("type", "stream", "id")]
    return Problem(code, position, named[0][0], named[1][0], named[2][0], file=file, detail=detail)


def _peaks_of(rows: list[list[bytes]], count: int) -> list[bytes]:
    """The complete subtrees over the first leaves of a tile, largest first; `rows` are its hashes by height."""
    peaks: list[bytes] = []
    at = 0
    for height in range(8, -1, -1):
        if count >> height & 1:
            peaks.append(rows[height][at >> height])
            at += 1 << height
    return peaks


class Scan:
    """The log read once, first entry to last: its leaves and roots, compared with those published and signed.

    `tile(level, index)` gives a published tile's bytes, b"" where there is none. Where a tile and an entry do
    not agree, the next signed root says which of them was altered.
    """

    def __init__(
        self,
        heads: Iterable[Head],
        tile: Callable[[int, int], bytes],
        trusted_tile: Callable[[int, int], bytes] | None = None,
    ) -> None:
        """Compare with signed `heads` of any size; `trusted_tile` gives level-0 tiles from outside."""
        self.heads = sorted(heads, key=lambda head: (head.size, not head.trusted))
        self.signed = max(head.size for head in self.heads)
        self.size = 0
        self.rules = Rules()
        self._passed = 0  # heads already compared
        self._holds = 0  # size of the last head that did hold
        self._peaks: list[bytes] = []
        self._next = self.heads[0].size
        self._tile, self._trusted_tile = tile, trusted_tile
        self._rows: dict[int, tuple[int, bytes]] = {}
        self._trusted_row = (-1, b"")
        self.suspect: Problem | None = None
        self._suspect_tile = ""
        self.former: list[Head] = []  # of another name than the log bears where they stand, or of larger size

    def skip(self, leaf: bytes) -> Problem | None:
        """Add the leaf of an entry that is not shown."""
        return self.take(b"", leaf)

    def take(self, state: bytes, leaf: bytes = b"") -> Problem | None:
        """Add the next entry, or the `leaf` of one that is not shown; return the first problem that is now certain."""
        index, node = self.size, leaf or hashlib.sha256(b"\x00" + state).digest()
        if self._trusted_tile is not None and self._trusted(index) not in (node, b""):
            return about("entry-not-trusted", index + 1, state)
        self._agrees(0, index, node, state)
        height, carry = 0, index
        while carry & 1:
            node = hashlib.sha256(b"\x01" + self._peaks.pop() + node).digest()
            height, carry = height + 1, carry >> 1
            if not height & 7:
                self._agrees(height >> 3, carry, node, state)
        self._peaks.append(node)
        self.size = index + 1
        try:
            if not leaf:
                self.rules.take(state)
        except Bad as problem:
            return self.suspect or about("entry-wrong", self.size, state, str(problem))
        self.rules.before = self.size
        return self.compare() if self.size == self._next else None

    def take_tile(self, states: list[bytes], text: bytes) -> bool:
        """Add all entries of the next tile together; False, and none is added, where one is in doubt.

        `text` is all of them. Whoever gets False adds them one by one, and is told which is wrong, if one is.
        """
        if self.suspect is not None or self.size & 255:
            return False
        row = _leaves(states)
        leaves, peaks, heads = b"".join(row), self._peaks, self._heads_up_to(self.size + len(states))
        outside = self._trusted_tile(0, self.size >> 8) if self._trusted_tile is not None else b""
        if not leaves.startswith(outside[: len(leaves)]) or not self._row(0, self.size).startswith(leaves):
            return False
        rows = [row]
        while len(row) > 1:
            row = _nodes(row)
            rows.append(row)
        for head in heads:
            if head.former or head.root != root_of(peaks + _peaks_of(rows, head.size - self.size)):
                return False
        peaks = self._merged(row[0]) if len(states) == 256 else peaks + _peaks_of(rows, len(states))
        if not peaks or not self.rules.take_all(states, text):
            return False
        self.size += len(states)
        self.rules.before, self._peaks = self.size, peaks
        if heads:
            self._passed, self._holds = self._passed + len(heads), heads[-1].size
            self._next = self.heads[self._passed].size if self._passed < len(self.heads) else 0
        return True

    def _heads_up_to(self, size: int) -> list[Head]:
        """The heads to be compared next, as far as they are signed at no more than a size."""
        found = self._passed
        while found < len(self.heads) and self.heads[found].size <= size:
            found += 1
        return self.heads[self._passed : found]

    def _merged(self, node: bytes) -> list[bytes]:
        """The peaks with a whole tile behind them; none where a published hash over tiles differs."""
        peaks, height, index = self._peaks[:], 8, self.size >> 8
        while True:
            if not height & 7 and not self._row(height >> 3, index).startswith(node, (index & 255) * 32):
                return []
            if not index & 1:
                return [*peaks, node]
            node = hashlib.sha256(b"\x01" + peaks.pop() + node).digest()
            height, index = height + 1, index >> 1

    def _row(self, level: int, index: int) -> bytes:
        """The published tile that holds hash `index` of a level."""
        row = self._rows.get(level)
        if row is None or row[0] != index >> 8:
            row = self._rows[level] = (index >> 8, self._tile(level, index >> 8))
        return row[1]

    def _trusted(self, index: int) -> bytes:
        if self._trusted_row[0] != index >> 8:
            self._trusted_row = (index >> 8, self._trusted_tile(0, index >> 8) if self._trusted_tile else b"")
        return self._trusted_row[1][(index & 255) * 32 : (index & 255) * 32 + 32]

    def _agrees(self, level: int, index: int, node: bytes, state: bytes) -> None:
        """Compare a computed hash with the published one; remember the first that differs."""
        if not self._row(level, index).startswith(node, (index & 255) * 32) and self.suspect is None:
            self._suspect(level, index, state)

    def _suspect(self, level: int, index: int, state: bytes) -> None:
        if self.size >= self.signed:
            return
        self._suspect_tile = tile_path(str(level), index >> 8, self.signed)
        if level == 0:
            self.suspect = about("entry-altered", self.size + 1, state)
        else:
            first = max(index << 8 * level, self._holds) + 1
            last = (index + 1) << 8 * level
            self.suspect = Problem("range-altered", file=self._suspect_tile, first=first, last=last)

    def compare(self) -> Problem | None:
        """Compare with the heads signed at the present size."""
        while self._passed < len(self.heads) and self.heads[self._passed].size == self.size:
            head = self.heads[self._passed]
            if head.former and (head.former != (self.rules.log or head.former) or root_of(self._peaks) != head.root):
                self.former.append(head)
                self._passed += 1
                continue
            if root_of(self._peaks) != head.root:
                code = "range-not-trusted" if head.trusted else "range-altered"
                span = Problem(code, file=head.file, first=self._holds + 1, last=self.size)
                return self.suspect or span
            if self.suspect is not None:
                return Problem("tile-altered", file=self._suspect_tile)
            self._passed, self._holds = self._passed + 1, self.size
        self._next = self.heads[self._passed].size if self._passed < len(self.heads) else 0
        return None

    def finish(self) -> Problem | None:
        """Say what is still missing after the last entry."""
        if self.size < self.signed:
            return self.suspect or Problem("log-rolled-back", first=self.size, last=self.signed)
        return next(self._contradicted(), None)

    def _contradicted(self) -> Iterator[Problem]:
        """Yield what a trusted checkpoint of a former name says beyond what the restored log owns to have lost."""
        known = {each.former for each in self.rules.restored}
        for head in self.heads + self.former:
            if head.former and head.former not in known:
                yield Problem("checkpoint-invalid", file=head.file, detail="origin")
        for head in self.former:
            if not any(each.admits(head) for each in self.rules.restored):
                code = "shorter-than-trusted" if head.size > self.size else "range-not-trusted"
                yield Problem(code, first=min(self.size, head.size), last=head.size, file=head.file)


# --- the folder -----------------------------------------------------------------------------------


class Folder:
    """The files below a folder; a link is not followed."""

    def __init__(self, path: Path) -> None:
        """Read below `path`."""
        self.path = path
        self.sums: dict[str, str] = {}  # SHA-256 of what was read and judged already
        self._names: list[str] = []
        if not path.is_dir():
            raise Unreadable(str(path))

    def names(self) -> list[str]:
        """Every file, relative, with slashes, sorted."""
        self._names = self._names or sorted(_below(str(self.path), ""))
        return self._names

    def open(self, name: str, buffering: int = -1) -> BinaryIO:
        """Open a file; one that is not there reads as empty."""
        path = f"{self.path}/{name}"
        try:
            regular = stat.S_ISREG(os.lstat(path).st_mode)
        except (OSError, ValueError):
            regular = False
        return open(path, "rb", buffering) if regular else io.BytesIO()  # noqa: PTH123 - thousands of small files

    def read(self, name: str) -> bytes:
        """Bytes of a file; empty when it is not there."""
        with self.open(name, 0) as file:
            return file.read()

    def read_once(self, name: str) -> bytes:
        """Bytes of a file, and let their SHA-256 be known from now on."""
        data = self.read(name)
        self.sums[name] = hashlib.sha256(data).hexdigest()
        return data

    def sha256(self, name: str) -> str:
        """Return the file's SHA-256 in hexadecimal."""
        if name in self.sums:
            return self.sums[name]
        digest = hashlib.sha256()
        with self.open(name) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        return digest.hexdigest()


def _below(folder: str, prefix: str) -> Iterator[str]:
    """Every file below a folder; a link is one, whatever it leads to."""
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir(follow_symlinks=False):
                yield from _below(each.path, f"{prefix}{each.name}/")
            else:
                yield prefix + each.name


REQUIRED = {"MANIFEST", "README", "checkpoint", "entries.jsonl", "key", "verify.py"}
_LISTED = re.compile("([0-9a-f]{64})  ([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)")


# --- counting again -------------------------------------------------------------------------------

OLDEST = (3, 11)
CARRIED = re.compile(r"^#= ([a-z_.]+)\n((?:#\|.*\n)*)", re.MULTILINE)


class Carried:
    """The modules that stand behind this program, each line as a comment: those by which the service counts.

    A finder and loader without their base classes: to import these takes longer than some thousands of entries do.
    """

    def __init__(self, text: str) -> None:
        """Find them in the text of this file."""
        self.sources = {each.group(1): each.group(2).replace("\n#|", "\n")[2:] for each in CARRIED.finditer(text)}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Answer for what is carried, before anything that lies about on this machine."""
        if name not in self.sources:
            return None
        package = any(each.startswith(name + ".") for each in self.sources)
        loader = cast("Loader", self)
        return ModuleSpec(name, loader, origin=f"verify.py: {name}", is_package=package)

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave that to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module."""
        name = module.__name__
        exec(compile(self.sources[name], f"verify.py: {name}", "exec"), module.__dict__)  # noqa: S102 - this file's own text
        if name == "msgspec":
            sys.modules["msgspec.structs"], sys.modules["msgspec.json"] = module.structs, module.json


def rules_of_the_service(name: str) -> ModuleType:
    """A module that decides again: carried by this file, or, in the house, the house's own."""
    carried = Carried(Path(__file__).read_text(encoding="utf-8"))
    if carried.sources:
        if sys.version_info < OLDEST:
            raise Unreadable("Python {}.{}; --no-scores".format(*OLDEST))
        if not any(isinstance(each, Carried) for each in sys.meta_path):
            sys.meta_path.insert(0, cast("MetaPathFinder", carried))
    return importlib.import_module("projections.transparency.offline." + name)


IMPORTED_WORD = b'"type":"past-re'
"""How the words of imported results and records begin, at the only place where an entry holds these bytes."""


class Lines:
    """entries.jsonl, line by line, and any line again."""

    def __init__(self, folder: Folder) -> None:
        """Open it."""
        self.view = folder.open("entries.jsonl")
        self.starts = array("Q")
        self.imported = 0  # of the entries told, those that papers alone say

    def read(self, line: int) -> dict[str, Any]:
        """Return what a line says, counted from 1."""
        here = self.view.tell()
        self.view.seek(self.starts[line - 1])
        state = self.view.readline()
        self.view.seek(here)
        return cast("dict[str, Any]", json.loads(state))

    def state(self, line: int) -> bytes:
        """Bytes of a line."""
        self.view.seek(self.starts[line - 1])
        return self.view.readline()[:-1]

    def told(self, rules: ModuleType) -> Iterator[Any]:
        """Yield every entry."""
        while True:
            self.starts.append(self.view.tell())
            state = self.view.readline()
            if not state:
                return
            leaf = hashlib.sha256(b"\x00" + state[:-1]).hexdigest()
            self.imported += IMPORTED_WORD in state
            yield rules.Told(len(self.starts), json.loads(state), leaf)


def check_decisions(folder: Folder, disclosures: Disclosures, positions: Positions, report: Report) -> None:
    """Count tallies, scores and grades again, and state roots whose seed is disclosed; add what differs."""
    import uuid  # here and below: what a check without counting does not need is not waited for

    gc.enable()
    rules, lines = rules_of_the_service("replay"), Lines(folder)
    tally, member = rules.Tally(), positions.scope and positions.scope["member"]
    one_time = bool(positions.scope and positions.scope["year"])
    told = bool(positions.scope and "ballots" in positions.scope)
    with lines.view:
        if member:
            own = rules_of_the_service("own")
            himself = uuid.UUID(cast("str", member))
            found = own.replay_own(lines.told(rules), lines.read, himself, tally, one_time=one_time, told=told)
        else:
            found = rules.replay(lines.told(rules), lines.read, disclosures.opened, tally, one_time=one_time)
        for each in sorted(found):
            code = "figure-differs" if each.stored else "decision-refused"
            detail = f"{each.field}: {each.stored} ≠ {each.counted}" if each.stored else each.counted
            report.problems.append(about(code, positions.of(each.line), lines.state(each.line), detail))
    report.imported = lines.imported
    report.counted, report.rounds, report.states = True, tally.rounds, max(report.states, tally.states)
    report.scores, report.grades, report.ballots = tally.figures, tally.grades, tally.ballots
    report.restated, report.windows = tally.restated, tally.windows


# --- the manifest ---------------------------------------------------------------------------------


def check_manifest(folder: Folder) -> Iterator[Problem]:
    """Compare every file with the list; the list names each file once, in order."""
    names = set(folder.names())
    lines = folder.read("MANIFEST").decode("utf-8", "replace").split("\n")
    found = [_LISTED.fullmatch(line) for line in lines[:-1]]
    listed = {each.group(2): each.group(1) for each in found if each is not None}
    if lines[-1] or None in found or len(listed) != len(found) or list(listed) != sorted(listed):
        yield Problem("manifest-malformed", detail="sha256sum -c")
    for name in sorted(names | set(listed) | REQUIRED):
        if name not in names:
            yield Problem("file-missing", file=name)
        elif name not in listed and name != "MANIFEST":
            yield Problem("file-extra", file=name)
        elif name in listed and folder.sha256(name) != listed[name]:
            yield Problem("file-changed", file=name)


class Trusted:
    """What the reader brought along: a checkpoint file, or a folder with checkpoints and perhaps tiles."""

    def __init__(self, path: Path) -> None:
        """Read a checkpoint file, or the `checkpoint`, `checkpoints/` and `tile/0/` of a folder."""
        self.notes: dict[str, bytes] = {}
        self.folder: Folder | None = None
        self.size = 0
        if path.is_dir():
            self.folder = Folder(path)
            names = self.folder.names()
            chosen = [name for name in names if name == "checkpoint" or name.startswith("checkpoints/")]
            self.notes = {name: self.folder.read(name) for name in chosen or names}
        elif path.is_file():
            self.notes = {path.name: path.read_bytes()}
        if not self.notes:
            raise Unreadable(str(path))

    def tile(self, level: int, index: int) -> bytes:
        """Bytes of a trusted tile; empty where there is none."""
        if self.folder is None or width_of(str(level), index, self.size) <= 0:
            return b""
        return self.folder.read(tile_path(str(level), index, self.size))


class Report:
    """What was found: the log is whole when there is no problem; the first is the one to look at first."""

    def __init__(self, problems: list[Problem], size: int = 0) -> None:
        """Nothing is known yet."""
        self.problems = problems
        self.origin = ""
        self.size = size
        self.root = ""
        self.trusted = 0  # checkpoints from outside that the entries were compared with
        self.witnessed = 0  # entries of the largest checkpoint that was cosigned as the policy asks
        self.witnesses: tuple[str, ...] = ()  # who cosigned it
        self.scope: dict[str, object] | None = None  # None: the whole log
        self.shown = 0  # entries that are in the folder
        self.counted = False  # whether what was decided was decided again
        self.rounds = 0  # decisions that were made again, and what they came to
        self.scores = 0
        self.grades = 0
        self.ballots = 0
        self.restated = 0  # results that took another's place
        self.windows = 0  # of probation
        self.states = 0  # state roots that were made again or opened
        self.imported = 0  # results and records of years before the log, from papers
        self.former: tuple[Head, ...] = ()  # larger ones, of a name that the log may have borne
        self.restored: tuple[Restored, ...] = ()

    @property
    def whole(self) -> bool:
        """Nothing was found."""
        return not self.problems


def verify_folder(
    folder: Folder,
    key_text: str = "",
    trusted: Trusted | None = None,
    policy: Policy | None = None,
    scores: bool = False,
) -> Report:
    """Verify an export; `key_text` is a vkey from outside, as are the checkpoints `trusted` and the policy.

    With `scores` what was decided is decided again, where nothing else is wrong.
    """
    if not folder.read("MANIFEST") and not folder.read("checkpoint"):
        raise Unreadable("MANIFEST")
    report = Report([])
    positions, disclosures = Positions(folder), Disclosures(folder)
    _verify_log(folder, (positions, disclosures), key_text, trusted, policy, report)
    report.problems += check_manifest(folder)
    if scores and not report.problems:
        check_decisions(folder, disclosures, positions, report)
    return report


def _verify_log(
    folder: Folder,
    views: tuple[Positions, Disclosures],
    key_text: str,
    trusted: Trusted | None,
    policy: Policy | None,
    report: Report,
) -> None:
    """Read the log once, and add to the report what it says and what is wrong, that to be looked at first in front."""
    key = read_key(folder, key_text, report)
    heads = list(read_heads(folder, key, report)) if key else []
    if key is None or not heads:
        return
    head = heads[0]
    report.origin, report.size, report.root = key.name, head.size, base64.b64encode(head.root).decode()
    heads += read_trusted(trusted, key, report)
    if policy is not None:
        read_witnessed(folder, trusted, key, policy, report)
    positions, disclosures = views
    report.scope, report.shown = positions.scope, len(positions.each) if positions.scope else head.size
    tiles = {name for name in folder.names() if name.startswith("tile/")}
    due = {name for name in tile_paths(head.size) if positions.scope is None or not name.startswith("tile/entries/")}
    report.problems += [Problem("tile-altered", file=name) for name in sorted(due ^ tiles)]
    outside = trusted.tile if trusted else None
    scan = Scan(heads, lambda level, index: _tile(folder, level, index, head.size), outside)
    scan.former += report.former
    if positions.scope is None:
        first = _read_entries(folder, scan, disclosures) or scan.finish()
    else:
        scan.rules.picked = positions.picked
        first = _read_scope(folder, scan, disclosures, positions) or scan.finish()
    report.problems[:0] = [first] if first else list(disclosures.finish())
    report.restored, report.states = tuple(scan.rules.restored), positions.opened


def read_key(folder: Folder, key_text: str, report: Report) -> Key | None:
    """Return the folder's key; it must be the one given, if one is, or have been handed over by that one."""
    own = folder.read("key").decode("utf-8", "replace")
    names = [name for name in folder.names() if re.fullmatch("keys/[0-9]{9,15}-[0-9a-f]{8}", name)]
    try:
        notes = [(int(name[5:-9]), folder.read(name)) for name in names]
        key = with_former(parse_key(own.rstrip("\n")), notes)
        known = not key_text or key.of(key_text) or any(each.handed and each.of(key_text) for each in key.former)
        if not known or not own.endswith("\n"):
            raise Bad(own.strip())
        return key
    except Bad as problem:
        report.problems.insert(0, Problem("key-invalid", detail=str(problem)))
        return None


def read_heads(folder: Folder, key: Key, report: Report) -> Iterator[Head]:
    """Yield the checkpoint, then those of the history that are of this log and not larger."""
    newest = MAX_INTEGER
    others = [name for name in folder.names() if name == "witnessed" or name.startswith("checkpoints/")]
    for name in ["checkpoint", *others]:
        try:
            head = parse_head(folder.read(name), key, name)
            if head.size > newest or name not in ("checkpoint", "witnessed", f"checkpoints/{head.size:09d}"):
                raise Bad("size")
        except Bad as problem:
            report.problems.append(Problem("checkpoint-invalid", file=name, detail=str(problem)))
            if name == "checkpoint":
                return
        else:
            newest = head.size if name == "checkpoint" else newest
            yield head


def read_witnessed(folder: Folder, trusted: Trusted | None, key: Key, policy: Policy, report: Report) -> None:
    """Find the largest checkpoint that is cosigned as the policy asks; `not-witnessed` where there is none."""
    notes = [folder.read(name) for name in ("witnessed", "checkpoint")]
    for note in filter(None, [*notes, *(trusted.notes.values() if trusted else ())]):
        try:
            head, names = parse_head(note, key, ""), policy.cosigners(note)
        except Bad:
            continue  # as a checkpoint it is judged elsewhere
        if names is not None and head.size >= report.witnessed:
            report.witnessed, report.witnesses = head.size, tuple(names)
    known = not policy.logs or key.public_key in [each.public_key for each in policy.logs]
    if not known or (policy.quorum != "none" and not report.witnesses):
        report.problems.insert(0, Problem("not-witnessed", detail=policy.quorum if known else key.name))


def read_trusted(trusted: Trusted | None, key: Key, report: Report, label: str = "--trusted ") -> Iterator[Head]:
    """Yield the checkpoints from outside that this log is long enough for."""
    for name, note in (trusted.notes if trusted else {}).items():
        file = label + name
        try:
            head = _parse_trusted(note, key, file)
        except Bad as problem:
            report.problems.insert(0, Problem("checkpoint-invalid", file=file, detail=str(problem)))
            continue
        if trusted and head.size > trusted.size:
            trusted.size = head.size
        report.trusted += 1
        if head.size > report.size and head.former:
            report.former += (head,)
        elif head.size > report.size:
            shorter = Problem("shorter-than-trusted", first=report.size, last=head.size, file=file)
            report.problems.insert(0, shorter)
        else:
            yield head


def _parse_trusted(note: bytes, key: Key, file: str) -> Head:
    """Return the head of a note from outside; a name that the log bore before it was restored has the same key."""
    name = note.partition(b"\n")[0].decode("utf-8", "replace")
    if not name or name == key.name:
        return parse_head(note, key, file, trusted=True)
    key_id = _sha256(f"{name}\n".encode() + b"\x01" + key.public_key)[:4]
    head = parse_head(note, Key(name, key_id, key.public_key), file)
    return Head(head.size, head.root, file, True, name)


def _tile(folder: Folder, level: int, index: int, size: int) -> bytes:
    """Bytes of a tile; empty when it has not the length its place demands."""
    data = folder.read_once(tile_path(str(level), index, size))
    return data if len(data) == 32 * width_of(str(level), index, size) else b""


def _read_entries(folder: Folder, scan: Scan, disclosures: Disclosures) -> Problem | None:
    """Read all bundles beside entries.jsonl; return the first problem."""
    problem, digest = scan.compare(), hashlib.sha256()
    with folder.open("entries.jsonl") as view:
        for index in range((scan.signed + 255) // 256):
            path, width = tile_path("entries", index, scan.signed), width_of("entries", index, scan.signed)
            data, start = folder.read_once(path), view.tell()
            text = view.read(max(0, len(data) - width))  # a line's end for each two bytes of length
            lines = text.split(b"\n")
            if problem is None and not lines.pop() and _bundle_of(lines, width) == data and scan.take_tile(lines, text):
                disclosures.take(text)
            else:
                view.seek(start)
                problem = problem or _read_bundle(data, path, view, scan, disclosures)
                text = _between(view, start)
            if problem is not None:
                return problem
            digest.update(text)
            _progress(scan)
        if view.read(1):
            return Problem("view-differs")
        folder.sums["entries.jsonl"] = digest.hexdigest()
        return problem


def _between(view: BinaryIO, start: int) -> bytes:
    """What was read of a file since it stood at `start`."""
    end = view.tell()
    view.seek(start)
    return view.read(end - start)


@lru_cache(4096)  # most lengths come again
def _length(size: int) -> bytes:
    return size.to_bytes(2, "big")


def _bundle_of(lines: list[bytes], width: int) -> bytes:
    """The bundle of these entries; nothing where they are not so many, or one is too long."""
    if len(lines) != width:
        return b""
    parts = lines * 2
    try:
        parts[::2], parts[1::2] = map(_length, map(len, lines)), lines
    except OverflowError:
        return b""
    return b"".join(parts)


def _read_bundle(data: bytes, path: str, view: BinaryIO, scan: Scan, disclosures: Disclosures) -> Problem | None:
    """Read one bundle entry by entry; return the first problem."""
    width, at = width_of("entries", scan.size >> 8, scan.signed), 0
    for place in range(width):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        state, at = data[at + 2 : end], end
        if end > len(data) or (place == width - 1 and end != len(data)):
            return scan.suspect or about("bundle-malformed", scan.size + 1, state, file=path)
        problem = scan.take(state)
        if view.readline(MAX_ENTRY_BYTES + 2) != state + b"\n":
            problem = problem or scan.suspect or about("view-differs", scan.size, state)
        if problem is not None:
            return problem
        disclosures.take(state)
    return None


def _read_scope(folder: Folder, scan: Scan, disclosures: Disclosures, positions: Positions) -> Problem | None:
    """Go through all leaves; where an entry is shown, through its bytes. Return the first problem."""
    openings = Openings(folder)
    if positions.problem is not None or openings.problem is not None:
        return positions.problem or openings.problem
    problem, shown = scan.compare(), iter(positions.each)
    with folder.open("entries.jsonl") as view:
        following = next(shown, 0)
        for index in range((scan.signed + 255) // 256):
            leaves = _tile(folder, 0, index, scan.signed)
            for at in range(0, len(leaves), 32):
                if scan.size + 1 == following:
                    line = view.readline(MAX_ENTRY_BYTES + 2)
                    problem = problem or scan.take(line[:-1]) or openings.take(scan.size, line[:-1])
                    disclosures.take(line)
                    following = next(shown, 0)
                else:
                    problem = problem or scan.skip(leaves[at : at + 32])
                if problem is not None:
                    return problem
            _progress(scan)
        positions.opened = openings.held
        return Problem("view-differs") if following or view.read(1) else problem


ALONE = frozenset(
    {
        "appraisal-opened",
        "appraisal-subject-named",
        "appraisal-voter-named",
        "ballot-code-issued",
        "self-evaluation-filed",
        "voter-took-part",
        "ballot-cast",
        "appraisal-tallied",
        "notice-line-drafted",
        "result-line-drafted",
        "sheet-line-set",
        "sheet-line-referred",
        "member-enrolled",
        "member-released",
        "case-listed",
        "register-part-named",
        "register-part-struck",
        "restatement-ordered",
        "addition-ordered",
        "correction-ordered",
        "restatement-computed",
        "member-restated",
        "line-restated",
        "restatement-statement-filed",
        "seat-drawn",
        "seat-given",
        "veto-brought",
        "brought-veto-closed",
    }
)
"""Facts that name one person in a stream that he shares with others: in an export of his they stand alone."""


class Openings:
    """One person's leaves of state roots: each says where his archive and his result ended, and his total and grade.

    Together with the root in the log it shows that these are all his records before it.
    """

    def __init__(self, folder: Folder) -> None:
        """Read openings.jsonl, if there is one."""
        self.at: dict[int, dict[str, Any]] = {}
        self.problem: Problem | None = None
        self.held = 0
        self.stood: dict[str, tuple[int, str]] = {}  # stream -> version and leaf of its last entry
        self.said: dict[str, dict[str, Any]] = {}  # type -> fact of its last entry
        for number, line in enumerate(folder.read("openings.jsonl").split(b"\n")[:-1], 1):
            try:
                value = cast("dict[str, Any]", decode_canonical(line))
                self.at[value["position"]] = value
            except (Bad, KeyError, TypeError) as problem:
                self.problem = self.problem or Problem("opening-wrong", first=number, detail=str(problem))

    def take(self, position: int, state: bytes) -> Problem | None:
        """One more entry that is shown; return what an opening says otherwise."""
        if not self.at:
            return None
        entry = json.loads(state)
        problem = None
        if position in self.at:
            try:
                self._open(self.at[position], entry["fact"])
                self.held += 1
            except (Bad, KeyError, TypeError, ValueError, IndexError) as wrong:
                problem = about("state-differs", position, state, str(wrong))
        self.stood[entry["stream"]] = entry["version"], hashlib.sha256(b"\x00" + state).hexdigest()
        if entry["type"] in ("score-determined", "grade-determined"):
            fact = entry["fact"]
            self.said["{} {} {}".format(entry["type"], fact["year"], fact["period"])] = fact
        return problem

    def _open(self, opening: dict[str, Any], fact: dict[str, Any]) -> None:
        disclosure = opening["disclosure"].encode("ascii")
        self._climb(disclosure, opening, fact)
        shown: list[Any] = json.loads(base64.urlsafe_b64decode(disclosure + b"=" * (-len(disclosure) % 4)))
        _, archive, result, total, grade, _ = shown[2]
        for stream, version, leaf in (archive, result):
            stands = self.stood.get(stream, (0, None))
            if stands != (version, leaf):
                raise Bad(f"{stream}: {stands[0]} / {version}")
        for kind, field, value in (("score-determined", "total", total), ("grade-determined", "grade", grade)):
            told = self.said.get("{} {} {}".format(kind, fact["year"], fact["period"]), {}).get(field)
            if told != value:
                raise Bad(f"{field}: {told} / {value}")

    @staticmethod
    def _climb(disclosure: bytes, opening: dict[str, Any], fact: dict[str, Any]) -> None:
        node, index, last = _sha256(b"\x00" + disclosure), opening["index"], fact["members"] - 1
        for sibling in [bytes.fromhex(each) for each in opening["path"]]:
            while index == last and not index & 1 and last:
                index, last = index >> 1, last >> 1
            node = _sha256(b"\x01" + (sibling + node if index & 1 else node + sibling))
            index, last = index >> 1, last >> 1
        if node.hex() != fact["root"] or last:
            raise Bad("root")


class Positions:
    """Where each line of entries.jsonl stands in the log; in an export of everything, where it stands in the file."""

    def __init__(self, folder: Folder) -> None:
        """Read scope.json and positions, if the folder is of a scope."""
        self.scope: dict[str, object] | None = None
        self.each, self.problem = array("Q"), None
        self.picked: frozenset[str] = frozenset()
        self.opened = 0  # state roots that one person's openings agree with
        names = set(folder.names())
        if not names & {"scope.json", "positions"}:
            return
        try:
            self.scope = cast("dict[str, object]", decode_canonical(folder.read("scope.json")))
            lines = folder.read("positions").decode("ascii").split("\n")
            self.each = array("Q", [int(line) for line in lines[:-1] if line.isdecimal() and line[0] != "0"])
            rising = all(self.each[at] < self.each[at + 1] for at in range(len(self.each) - 1))
            known = {"member", "unit", "year"} <= set(self.scope) <= {"ballots", "member", "period", "unit", "year"}
            known = known and self.scope.get("ballots", "told") == "told"
            if not known or not rising or len(self.each) != len(lines) - 1:
                raise Bad("order")
            self.picked = ALONE if self.scope["member"] else frozenset()
        except (Bad, ValueError, TypeError, AttributeError) as problem:
            self.scope = self.scope or {}
            self.problem = Problem("scope-malformed", detail=str(problem))

    def of(self, line: int) -> int:
        """Return the position of a line, counted from 1."""
        return line if self.scope is None else self.each[line - 1]


def _progress(scan: Scan) -> None:
    if scan.size % (1 << 16) == 0 and sys.stderr.isatty():
        sys.stderr.write(f"\r{scan.size}/{scan.signed}")


class Disclosures:
    """The texts disclosed with an export: {"commitment", "disclosure"}, one a line, in order of commitment.

    The commitment is SHA-256 of the disclosure, base64url([salt, name, value]) without padding (RFC 9901
    §4.2), in hexadecimal or base64url, and stands as a string inside some entry.
    """

    def __init__(self, folder: Folder) -> None:
        """Read disclosures.jsonl, if there is one."""
        self.lines = folder.read("disclosures.jsonl").split(b"\n")
        self.wanted: dict[str, int] = {}
        self.opened: dict[str, tuple[str, str, str]] = {}  # commitment -> salt, name, value
        self.problems: list[Problem] = []
        last = ""
        for number, line in enumerate(self.lines[:-1], 1):
            try:
                commitment = self._commitment(line)
                if commitment <= last:
                    raise Bad("order")
                self.wanted[commitment] = number
                last = commitment
            except (Bad, KeyError, TypeError, ValueError) as problem:
                self.problems.append(Problem("disclosure-wrong", first=number, detail=str(problem)))
        if self.lines[-1]:
            self.problems.append(Problem("disclosure-wrong", first=len(self.lines), detail="newline"))

    def _commitment(self, line: bytes) -> str:
        value = cast("dict[str, str]", decode_canonical(line))
        commitment, disclosure = value["commitment"], value["disclosure"]
        digest = _sha256(disclosure.encode("ascii"))
        forms = (digest.hex(), base64.urlsafe_b64encode(digest).decode().rstrip("="))
        decoded: Any = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
        if set(value) != {"commitment", "disclosure"} or commitment not in forms or len(decoded) != 3:
            raise Bad("commitment")
        self.opened[commitment] = tuple(decoded)
        return commitment

    def take(self, state: bytes) -> None:
        """Look for the commitments in an entry."""
        if self.wanted:
            for found in re.findall(b'"([0-9A-Za-z_-]{43}|[0-9a-f]{64})"', state):
                self.wanted.pop(found.decode(), None)

    def finish(self) -> Iterator[Problem]:
        """Yield what is malformed and what no entry holds."""
        yield from self.problems
        for commitment, number in self.wanted.items():
            yield Problem("disclosure-wrong", first=number, detail=commitment)


# --- tables -----------------------------------------------------------------------------------------

ACTOR = ("person", "role", "unit", "system", "sealed")
COLUMNS = ("position", "at", "stream", "version", *("actor." + each for each in ACTOR))
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def cell_of(value: object) -> str:
    """A value as text that no spreadsheet runs; lists and objects as JSON.

    >>> cell_of("=1+1"), cell_of("-1.50"), cell_of(None), cell_of(["a"])
    ("'=1+1", '-1.50', '', '["a"]')
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else _ENCODER.encode(value)
    return "'" + text if text.lstrip().startswith(_FORMULA) and not _DECIMAL.fullmatch(text) else text


def write_tables(folder: Folder, positions: Positions, target: Path) -> None:
    """Write the entries to a new folder, `TYPE.csv` for each type, a column for each field that a fact of it has."""
    import csv
    from contextlib import ExitStack

    fields: dict[str, set[str]] = {}
    for _, entry in _parsed(folder, positions):
        fields.setdefault(entry["type"], set()).update(entry["fact"])
    target.mkdir()
    with ExitStack() as opened:
        tables: dict[str, Any] = {}
        for kind in sorted(fields):
            file = opened.enter_context((target / f"{kind}.csv").open("w", encoding="utf-8-sig", newline=""))
            tables[kind] = csv.writer(file, lineterminator="\n")
            tables[kind].writerow([*COLUMNS, *("fact." + each for each in sorted(fields[kind]))])
        for position, entry in _parsed(folder, positions):
            actor = cast("dict[str, Any]", entry["actor"] or {})
            found = [position, entry["at"], entry["stream"], entry["version"]]
            found += [actor.get(each) for each in ACTOR]
            found += [entry["fact"].get(each) for each in sorted(fields[entry["type"]])]
            tables[entry["type"]].writerow([cell_of(each) for each in found])


def _parsed(folder: Folder, positions: Positions) -> Iterator[tuple[int, dict[str, Any]]]:
    with folder.open("entries.jsonl") as view:
        for line, state in enumerate(view, 1):
            yield positions.of(line), json.loads(state)


# --- the command ----------------------------------------------------------------------------------

WHOLE = ("完整:{size} 条记录,根 {root}", "Whole: {size} entries, root {root}")
PART = (
    "范围 {scope}:{size} 条中的 {shown} 条记录,都在原处;其余只有哈希。根 {root}",
    "Scope {scope}: {shown} of {size} entries, each in its place; of the others the hashes alone. Root {root}",
)
COUNTED = (
    "按当时的规则重算 {rounds} 次决定,全部相符:得分 {scores} 个,格次 {grades} 个,评议票 {ballots} 张,"
    "档案承诺 {states} 次。",
    "{rounds} decisions made again under the rules of their time, all the same: {scores} scores, {grades} grades, "
    "{ballots} ballots, {states} state roots.",
)
ANEW = (
    "其中重算改定的结果 {restated} 个,预备期窗口 {windows} 次。",
    "Among them {restated} result(s) determined anew and {windows} look(s) at a probation window.",
)
IMPORTED = (
    "另有 {imported} 项以往年度的结果和记录是凭文书导入的:只核对未被改动,不是在此评定,不重算。",
    "{imported} result(s) and record(s) of earlier years were imported from papers: proved unaltered; they were not "
    "determined here, and nothing is counted again.",
)
STATES = (
    "状态承诺 {states} 个相符:承诺之前,各人的记录一条不少。",
    "{states} state root(s) agree: of everybody they cover no record before them is left out.",
)
NO_STATES = (
    "注意:没有可对照的状态承诺,不能排除一个流末尾的记录被隐去。",
    "Note: there is no state root to compare with, so that records at the end of a stream may be left out.",
)
NOT_COUNTED = ("没有重算得分(--no-scores)。", "Scores were not counted again (--no-scores).")
NOT_WHOLE = ("不完整。最先要看的:", "Not whole. Look at this first:")
OWN_KEY_ONLY = (
    "注意:没有给出可信的检查点(--trusted),这只说明文件夹与它自己的钥匙相符。",
    "Note: without a trusted checkpoint (--trusted) this only shows that the folder agrees with its own key.",
)
TRUSTED = ("与您给出的 {trusted} 个检查点相符。", "It agrees with the {trusted} checkpoint(s) you gave.")
WITNESSED = ("截至第 {witnessed} 条由 {witnesses} 见证。", "Cosigned up to entry {witnessed} by {witnesses}.")
UNWITNESSED = (
    "未经见证:没有核对别的单位的签名(--policy)。",
    "Unwitnessed: no other office's signature was checked (--policy).",
)
LOST = (
    "注意:{former} 的第 {first} 至 {signed} 条在恢复时丢失,总账自第 {first} 条起改用新名称。",
    "Note: entries {first} to {signed} of {former} were lost; restored, it goes on under a new name from {first} on.",
)
PROVED = ("成立:它在 {size} 条的日志里,根 {root}", "Holds: it is in the log of {size} entries, root {root}")
DISPROVED = ("不成立({detail})", "Does not hold ({detail})")
UNREADABLE = ("无法核验:{detail}", "Could not check: {detail}")
SHOWN = 20


def _say(lang: str, *sentences: tuple[str, str], **values: object) -> None:
    """Print sentences, each in the language asked for, or in both."""
    for zh, en in sentences:
        for text in (zh, en) if not lang else (en if lang == "en" else zh,):
            sys.stdout.write(text.format(**values) + "\n")


def _print(report: Report, lang: str) -> None:
    values = dict(vars(report), scope=json.dumps(report.scope, ensure_ascii=False))
    if report.whole:
        _say(lang, PART if report.scope else WHOLE, COUNTED if report.counted else NOT_COUNTED, **values)
        if report.restated or report.windows:
            _say(lang, ANEW, **values)
        if report.imported:
            _say(lang, IMPORTED, **values)
        if report.scope:
            _say(lang, STATES if report.states else NO_STATES, **values)
        values["witnesses"] = ", ".join(report.witnesses)
        seen = WITNESSED if report.witnesses else UNWITNESSED
        _say(lang, TRUSTED if report.trusted else OWN_KEY_ONLY, seen, **values)
        for lost in report.restored:
            _say(lang, LOST, former=lost.former, first=lost.kept + 1, signed=lost.signed)
        return
    _say(lang, NOT_WHOLE)
    for problem in report.problems[:SHOWN]:
        for each in [lang] if lang else ["zh", "en"]:
            sys.stdout.write(f"  {problem.sentence(each)}\n")
    if len(report.problems) > SHOWN:
        sys.stdout.write(f"  … +{len(report.problems) - SHOWN}\n")


def _as_json(report: Report) -> str:
    problems = [dict(each._asdict(), zh=each.sentence("zh"), en=each.sentence("en")) for each in report.problems]
    restored = [dict(each._asdict(), root=each.root.hex()) for each in report.restored]
    told = dict(vars(report), whole=report.whole, problems=problems, restored=restored)
    del told["former"]  # compared, and told as a problem where it does not hold
    return json.dumps(told, ensure_ascii=False)


def _prove(asked: argparse.Namespace) -> int:
    try:
        entry, proof = Path(asked.entry).read_bytes(), Path(asked.proof).read_bytes()
        head = verify_proof(proof, entry, parse_key(asked.key))
        policy = Policy(Path(asked.policy).read_bytes()) if asked.policy else None
        names = policy.cosigners(proof.partition(b"\n\n")[2]) if policy else []
        if names is None:
            raise Bad("not-witnessed")
    except Bad as problem:
        _say(asked.lang, DISPROVED, detail=problem)
        return 1
    _say(asked.lang, PROVED, size=head.size, root=base64.b64encode(head.root).decode())
    _say(asked.lang, WITNESSED if names else UNWITNESSED, witnessed=head.size, witnesses=", ".join(names))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0 whole, 1 not whole, 2 could not check."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--trusted", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--lang", choices=["zh", "en"], default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--policy", default="")
    parser.add_argument("--no-scores", dest="scores", action="store_false")
    parser.add_argument("--csv", default="")
    parser.add_argument("--proof", default="")
    parser.add_argument("--entry", default="")
    asked = parser.parse_args(arguments)
    if bool(asked.folder) == bool(asked.proof) or (asked.proof and not (asked.entry and asked.key)):
        parser.error("FOLDER, or --proof FILE --entry FILE --key VKEY")
    try:
        if asked.proof:
            return _prove(asked)
        trusted = Trusted(Path(asked.trusted)) if asked.trusted else None
        policy = Policy(Path(asked.policy).read_bytes()) if asked.policy else None
        folder = Folder(Path(asked.folder))
        if asked.csv and os.path.lexists(asked.csv):
            raise Unreadable(asked.csv)
        report = verify_folder(folder, asked.key, trusted, policy, asked.scores)
        if asked.csv and report.whole:
            write_tables(folder, Positions(folder), Path(asked.csv))
    except (Bad, Unreadable, OSError) as problem:
        _say(asked.lang, UNREADABLE, detail=problem)
        return 2
    if asked.json:
        sys.stdout.write(_as_json(report) + "\n")
    else:
        _print(report, asked.lang)
    return 0 if report.whole else 1


if __name__ == "__main__":
    gc.disable()  # nothing that is read lies in a ring, and to look for rings takes a tenth of the time
    sys.exit(main())
