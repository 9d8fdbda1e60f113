"""本人核验 Check at home what a member took with him: these are all my records, and this is the total they give.

    python3 own.py [FOLDER] [--key FILE]

FOLDER is what was downloaded, unpacked: own.json, key.vkey, entries/POSITION.json and .tlog-proof, verify.py. It shows

1. that each entry stands in the signed log,
2. that the commitment is one of them, and that its root covers the member's own leaf,
3. that the leaf names both of his streams with as many entries as lie here, the last of them by its hash,
4. that the total and the grade of the leaf are those that were determined.

Give ``--key`` a key that came another way: the one in the folder proves nothing about who made it.
Standard library only. Exit 0: all of it holds; 1: it does not; 2: something cannot be read.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

if __package__:
    from projections.transparency.verify import Bad, Key, parse_key, verify_proof
else:  # beside verify.py, at home
    from verify import Bad, Key, parse_key, verify_proof  # type: ignore[import-not-found,no-redef]

STREAMS = ("archive", "result")


def leaf_hash(data: bytes) -> bytes:
    """32-byte RFC 6962 leaf hash."""
    return hashlib.sha256(b"\x00" + data).digest()


def climbed(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and the hashes beside it give, or ``Bad``. Source: RFC 9162 §2.1.3.2."""
    node, last = leaf, size - 1
    if not 0 <= index <= last:
        raise Bad("index")
    for sibling in path:
        if not last:
            raise Bad("path")
        while index == last and not index & 1:
            index, last = index >> 1, last >> 1
        node = hashlib.sha256(b"\x01" + (sibling + node if index & 1 else node + sibling)).digest()
        index, last = index >> 1, last >> 1
    if last:
        raise Bad("path")
    return node


def check(folder: Path, key: Key) -> dict[str, Any]:
    """What the folder shows: total, grade, how many entries of each stream; ``Bad`` says what does not hold."""
    own = json.loads((folder / "own.json").read_bytes())
    entries = {int(path.stem): path.read_bytes() for path in (folder / "entries").glob("*.json")}
    for position, state in entries.items():
        verify_proof((folder / "entries" / f"{position}.tlog-proof").read_bytes(), state, key)
    commitment = own["commitment"]
    fact = json.loads(entries.pop(commitment))
    if fact["type"] != "state-committed":
        raise Bad("commitment")
    leaf, path = leaf_hash(own["disclosure"].encode()), [bytes.fromhex(one) for one in own["path"]]
    if climbed(leaf, own["index"], own["size"], path).hex() != fact["fact"]["root"]:
        raise Bad("root")
    padded = own["disclosure"] + "=" * (-len(own["disclosure"]) % 4)
    _, name, (_member, archive, result, total, grade, _rules) = json.loads(base64.urlsafe_b64decode(padded))
    if name != "state":
        raise Bad("disclosure")
    before = {position: state for position, state in entries.items() if position < commitment}
    counts = [_whole(before, *named) for named in (archive, result)]
    if sum(counts) != len(entries) or (total, grade) != _determined(before, result[0]):
        raise Bad("total")
    return {"total": total, "grade": grade, **dict(zip(STREAMS, counts, strict=True))}


def _whole(entries: dict[int, bytes], stream: str, version: int, head: str | None) -> int:
    """How many entries of a stream there are: all, one after the other, up to the one whose hash the leaf names."""
    known = [(json.loads(state), state) for _, state in sorted(entries.items())]
    states = [(one["version"], state) for one, state in known if one["stream"] == stream]
    if [number for number, _ in states] != list(range(1, version + 1)):
        raise Bad("missing")
    if (leaf_hash(states[-1][1]).hex() if states else None) != head:
        raise Bad("head")
    return version


def _determined(entries: dict[int, bytes], stream: str) -> tuple[str | None, str | None]:
    """(total, grade) as they were determined last."""
    total: str | None = None
    grade: str | None = None
    for _, state in sorted(entries.items()):
        entry = json.loads(state)
        if entry["stream"] == stream and entry["type"] == "score-determined":
            total, grade = entry["fact"]["total"], None
        if entry["stream"] == stream and entry["type"] == "grade-determined":
            grade = entry["fact"]["grade"]
    return total, grade


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 if everything holds, 1 if something does not, 2 if something cannot be read."""
    asked = argparse.ArgumentParser(description="本人核验 · Check one's own bundle")
    asked.add_argument("folder", type=Path, nargs="?", default=Path())
    asked.add_argument("--key", type=Path)
    given = asked.parse_args(arguments)
    try:
        key = parse_key((given.key or given.folder / "key.vkey").read_text().strip())
        found = check(given.folder, key)
    except Bad as problem:
        print(f"不成立:{problem}。 It does not hold: {problem}.")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"无法读取:{problem}。 It cannot be read: {problem}.")
        return 2
    print(
        f"核验通过:档案条目 {found['archive']} 条、考评条目 {found['result']} 条,一条不少,合计 {found['total']}。 "
        f"It holds: {found['archive']} entries of the archive and {found['result']} of the result, none is missing, "
        f"and the total is {found['total']}."
    )
    if given.key is None:
        print(
            "公钥取自同一文件夹,请与另处得到的核对。 The key came with the folder: compare it with one from elsewhere."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
