"""An outsider's verifier: it finds the untouched folder whole and everything else not."""

import base64
import hashlib
import io
import json
import random
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any, BinaryIO

import pytest
import rfc8785
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from projections.transparency import verify
from projections.transparency.audit import Row, check_rows, verify_database
from projections.transparency.export import export
from projections.transparency.merkle import leaf_hash
from projections.transparency.note import generate_key
from projections.transparency.publisher import adopt
from projections.transparency.refusals import DisclosureUnknown, LogRewritten, LogRolledBack, TargetExists
from projections.transparency.tiles import Tile, TileTree, encode_bundle, parse_bundle
from projections.transparency.tlogproof import inclusion
from tests.projections.transparency import ledgers
from tests.projections.transparency.conftest import Log

SIZES = (1, 50, 100, 101, 120, 256, 257, 300)
NAMED = {"range-altered", "range-not-trusted"}


class Copy(verify.Folder):
    """An export held in memory, so that it can be altered a thousand times."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.sums = {}

    @classmethod
    def of(cls, folder: Path) -> "Copy":
        disk = verify.Folder(folder)
        return cls({name: disk.read(name) for name in disk.names()})

    def names(self) -> list[str]:
        return sorted(self.files)

    def open(self, name: str, buffering: int = -1) -> BinaryIO:
        return io.BytesIO(self.files.get(name, b""))

    def changed(self, **unused: bytes) -> "Copy":
        return Copy({**self.files, **unused})

    def with_files(self, files: dict[str, bytes]) -> "Copy":
        """The same with files altered, and a MANIFEST that agrees with them."""
        altered = {**self.files, **files}
        lines = [
            f"{hashlib.sha256(altered[name]).hexdigest()}  {name}\n" for name in sorted(altered) if name != "MANIFEST"
        ]
        return Copy({**altered, "MANIFEST": "".join(lines).encode()})

    def entries(self) -> list[bytes]:
        return self.files["entries.jsonl"].split(b"\n")[:-1]

    def with_entries(self, entries: list[bytes], *, tiles: bool) -> "Copy":
        """Other entries under the same file names; with `tiles` every hash tile recomputed for them too."""
        files: dict[str, bytes] = {"entries.jsonl": b"".join(each + b"\n" for each in entries)}
        size = len(self.entries())
        for number in range((size + 255) // 256):
            part = entries[number * 256 : number * 256 + 256]
            files[verify.tile_path("entries", number, size)] = encode_bundle(part)
        if tiles:

            def write(tile: Tile, data: bytes) -> None:
                files[verify.tile_path(str(tile.level), tile.index, size)] = data

            tree = TileTree(write)
            tree.extend(b"".join(leaf_hash(each) for each in entries))
            for tile, data in tree.partials():
                write(tile, data)
        return self.with_files(files)

    def write(self, folder: Path) -> Path:
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder


def first_problem(folder: verify.Folder, **how: Any) -> verify.Problem:
    report = verify.verify_folder(folder, **how)
    assert not report.whole
    return report.problems[0]


@pytest.fixture
def exported(log: Log, tmp_path: Path) -> Path:
    """An export of 300 entries with eight signed sizes."""
    log.grow_to(*SIZES)
    return export(log.connection, log.folder, tmp_path / "export", log.signer.verifier).folder


@pytest.fixture
def copy(exported: Path) -> Copy:
    return Copy.of(exported)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_untouched_folder_is_whole_by_the_file_itself_without_our_packages(exported: Path) -> None:
    answer = run(exported / "verify.py", exported)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "完整:300 条记录" in answer.stdout
    assert "Whole: 300 entries" in answer.stdout
    assert "--trusted" in answer.stdout  # says that it only agreed with its own key
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "MANIFEST"], cwd=exported, check=False)  # noqa: S607
    assert sums.returncode == 0


def test_exit_codes_and_languages(exported: Path, log: Log, tmp_path: Path) -> None:
    program = exported / "verify.py"
    assert run(program).returncode == 2
    assert run(program, tmp_path / "nowhere").returncode == 2
    assert run(program, exported, "--trusted", tmp_path / "nowhere").returncode == 2
    (tmp_path / "empty").mkdir()
    assert run(program, tmp_path / "empty").returncode == 2
    outside = ("--trusted", log.state / "checkpoint", "--key", log.signer.verifier)
    whole = run(program, exported, *outside, "--lang", "en")
    assert whole.returncode == 0
    assert "agrees with the 1 checkpoint" in whole.stdout
    assert "完整" not in whole.stdout
    view = exported / "entries.jsonl"
    view.write_bytes(view.read_bytes().replace(b'"1.50"', b'"9.50"', 1))
    broken = run(program, exported, "--json")
    assert broken.returncode == 1
    answer = json.loads(broken.stdout)
    assert not answer["whole"]
    assert answer["problems"][0]["position"] == 1
    assert "第 1 条记录(类型 points-recorded" in answer["problems"][0]["zh"]
    assert "entry 1 (type points-recorded" in answer["problems"][0]["en"]


def test_the_same_export_twice_is_byte_identical(log: Log, exported: Path, tmp_path: Path) -> None:
    again = export(log.connection, log.folder, tmp_path / "again", log.signer.verifier)
    assert Copy.of(again.folder).files == Copy.of(exported).files
    assert again.manifest_sha256 == hashlib.sha256((exported / "MANIFEST").read_bytes()).hexdigest()
    with pytest.raises(TargetExists):
        export(log.connection, log.folder, exported, log.signer.verifier)


def test_an_earlier_checkpoint_can_be_exported_later(log: Log, exported: Path, tmp_path: Path) -> None:
    note = (log.folder / "checkpoints/000000120").read_bytes()
    paper = log.folder / "checkpoints/000000100"
    earlier = export(log.connection, log.folder, tmp_path / "earlier", log.signer.verifier, note=note)
    report = verify.verify_folder(verify.Folder(earlier.folder), trusted=verify.Trusted(paper))
    assert report.whole
    assert report.size == 120
    shorter = verify.verify_folder(verify.Folder(earlier.folder), trusted=verify.Trusted(log.folder))
    assert shorter.problems[0].code == "shorter-than-trusted"


def test_an_export_of_what_was_not_signed_is_refused_and_leaves_nothing(log: Log, tmp_path: Path) -> None:
    log.grow_to(300)
    ledgers.replace(log.connection, 7, b"{}")
    with pytest.raises(LogRewritten) as refused:
        export(log.connection, log.folder, tmp_path / "out", log.signer.verifier)
    assert refused.value.position == 7
    log.connection.execute("DELETE FROM ledger.entries WHERE position > 6")
    with pytest.raises(LogRolledBack):
        export(log.connection, log.folder, tmp_path / "out", log.signer.verifier)
    assert not list(tmp_path.glob("out*"))


def test_an_export_for_which_there_is_no_room_leaves_nothing(log: Log, tmp_path: Path) -> None:
    log.grow_to(10)
    largest, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (1 << 18, hard))  # bytes of a file: the verifier alone is longer
    try:
        with pytest.raises(OSError, match=r"verify\.py"):
            export(log.connection, log.folder, tmp_path / "out", log.signer.verifier)
    finally:
        setrlimit(RLIMIT_FSIZE, (largest, hard))
    assert not list(tmp_path.glob("out*"))


def test_an_empty_log_is_exported_whole(log: Log, tmp_path: Path) -> None:
    folder = export(log.connection, log.folder, tmp_path / "out", log.signer.verifier).folder
    assert run(folder / "verify.py", folder).returncode == 0


@pytest.fixture
def memorised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pure functions remember their results, so that a folder altered in one bit is judged quickly."""
    monkeypatch.setattr(verify, "verify_signature", lru_cache(None)(verify.verify_signature))
    sums: dict[bytes, str] = {}

    def sha256(folder: verify.Folder, name: str) -> str:
        data = folder.read(name)
        if data not in sums:
            if len(sums) > 64:
                sums.clear()
            sums[data] = hashlib.sha256(data).hexdigest()
        return sums[data]

    monkeypatch.setattr(Copy, "sha256", sha256)


FLIPS = 20_000
GROWN = ((2, 130, 256, 260), (2,), (1, 17, 40), (7, 64))
"""Sizes at which the logs were signed: every bit that is flipped has a whole log read again, so that one is long."""


@pytest.mark.usefixtures("memorised")
@pytest.mark.parametrize("grown", GROWN, ids=lambda grown: str(grown[-1]))
def test_each_of_20000_flipped_bits_is_found_even_when_the_manifest_agrees(
    log: Log, tmp_path: Path, grown: tuple[int, ...]
) -> None:
    log.grow_to(*grown)
    disclosed = add_disclosures(log, grown[-1] + 1)
    key = log.signer.verifier
    copy = Copy.of(export(log.connection, log.folder, tmp_path / "out", key, disclosures=disclosed).folder)
    assert verify.verify_folder(copy).whole
    random_bits = random.Random(20260512 + len(grown) + grown[-1])
    names = [name for name in copy.names() if name != "verify.py"]
    sizes = [len(copy.files[name]) for name in names]
    chosen = names * 5 + random_bits.choices(names, sizes, k=FLIPS // len(GROWN) - 5 * len(names))
    for name in chosen:
        at, bit = random_bits.randrange(len(copy.files[name])), random_bits.randrange(8)
        data = bytearray(copy.files[name])
        data[at] ^= 1 << bit
        flipped = copy.changed(**{name: bytes(data)})
        # README says nothing that is signed; of all else the hashes in MANIFEST are not needed to notice.
        judged = flipped if name in ("README", "MANIFEST") else Mended(flipped.files, name, copy.files)
        report = verify.verify_folder(judged)
        assert not report.whole, (name, at, bit)
        assert list(verify.check_manifest(flipped)), (name, at, bit)


class Mended(Copy):
    """An altered copy whose MANIFEST was made to agree with it."""

    def __init__(self, files: dict[str, bytes], name: str, before: dict[str, bytes]) -> None:
        old, new = (hashlib.sha256(each[name]).hexdigest().encode() for each in (before, files))
        manifest = files["MANIFEST"]
        assert manifest.count(old) >= 1
        lines = manifest.split(b"\n")
        lines = [line.replace(old, new) if line.endswith(b"  " + name.encode()) else line for line in lines]
        super().__init__({**files, "MANIFEST": b"\n".join(lines)})


def alter(state: bytes) -> bytes:
    """The entry with more points than were awarded: canonical, and in every rule."""
    assert b'"1.50"' in state
    return state.replace(b'"1.50"', b'"9.50"')


POSITIONS = (1, 2, 49, 50, 51, 100, 101, 119, 256, 257, 258, 299, 300)


@pytest.mark.parametrize("position", POSITIONS)
def test_a_changed_entry_is_named(copy: Copy, position: int) -> None:
    entries = copy.entries()
    entries[position - 1] = alter(entries[position - 1])
    problem = first_problem(copy.with_entries(entries, tiles=False))
    wanted = ledgers.entry(position)
    assert (problem.code, problem.position) == ("entry-altered", position)
    assert (problem.type, problem.stream, problem.id) == (wanted["type"], wanted["stream"], wanted["id"])


@pytest.mark.parametrize("position", POSITIONS)
def test_an_entry_changed_with_its_leaf_hash_or_all_tiles_is_placed_between_two_signed_sizes(
    copy: Copy, position: int
) -> None:
    entries = copy.entries()
    entries[position - 1] = alter(entries[position - 1])
    everything = copy.with_entries(entries, tiles=True)
    path = verify.tile_path("0", (position - 1) // 256, 300)
    leaf_only = copy.with_entries(entries, tiles=False).with_files({path: everything.files[path]})
    first = max(size for size in (0, *SIZES) if size < position) + 1
    last = min(size for size in SIZES if size >= position)
    for altered in (everything, leaf_only):
        problem = first_problem(altered)
        assert problem.code == "range-altered"
        assert first <= problem.first <= position <= problem.last
        if altered is everything:
            assert (problem.first, problem.last) == (first, last)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 513, 777])
def test_paired_changes_are_found_whatever_tiles_are_partial(log: Log, tmp_path: Path, size: int) -> None:
    log.grow_to(size)
    copy = Copy.of(export(log.connection, log.folder, tmp_path / "out", log.signer.verifier).folder)
    for position in {1, size // 2 + 1, size}:
        entries = copy.entries()
        entries[position - 1] = alter(entries[position - 1])
        assert first_problem(copy.with_entries(entries, tiles=True)).code in NAMED
        path = verify.tile_path("0", (position - 1) // 256, size)
        row = bytearray(copy.files[path])
        at = (position - 1) % 256 * 32
        row[at : at + 32] = leaf_hash(entries[position - 1])
        paired = copy.with_entries(entries, tiles=False).with_files({path: bytes(row)})
        assert first_problem(paired).code in NAMED


def test_with_trusted_tiles_the_entry_is_named_even_when_all_was_signed_anew(
    log: Log, exported: Path, tmp_path: Path
) -> None:
    shutil.copytree(log.folder, tmp_path / "brought along")
    trusted = tmp_path / "brought along"
    ledgers.replace(log.connection, 110, alter(next(state for *_, state in ledgers.rows(110, 110))))
    forged = Log(log.connection, tmp_path / "forged", tmp_path / "forged-state", log.signer)
    adopt(log.connection, forged.folder, log.signer, log.signer.name, state_folder=forged.state)
    folder = export(log.connection, forged.folder, tmp_path / "out", log.signer.verifier).folder
    assert run(folder / "verify.py", folder).returncode == 0  # its own key vouches for it
    answer = run(folder / "verify.py", folder, "--trusted", trusted, "--json")
    problem = json.loads(answer.stdout)["problems"][0]
    assert (answer.returncode, problem["code"], problem["position"]) == (1, "entry-not-trusted", 110)
    paper = tmp_path / "paper"
    paper.write_bytes((trusted / "checkpoint").read_bytes())
    problem = first_problem(verify.Folder(folder), trusted=verify.Trusted(paper))
    assert (problem.code, problem.first, problem.last) == ("range-not-trusted", 1, 300)
    (tmp_path / "papers").mkdir()
    for name in ("000000101", "000000120", "000000300"):
        shutil.copy(trusted / "checkpoints" / name, tmp_path / "papers")
    problem = first_problem(verify.Folder(folder), trusted=verify.Trusted(tmp_path / "papers"))
    assert (problem.code, problem.first, problem.last) == ("range-not-trusted", 102, 120)
    assert exported.is_dir()


def test_a_log_signed_by_another_key_is_found_by_the_key_or_the_checkpoint_from_outside(
    log: Log, exported: Path, tmp_path: Path
) -> None:
    stranger = generate_key(tmp_path / "stranger", log.signer.name)
    forged = Log(log.connection, tmp_path / "forged", tmp_path / "forged-state", stranger)
    adopt(log.connection, forged.folder, stranger, stranger.name, state_folder=forged.state)
    folder = verify.Folder(export(log.connection, forged.folder, tmp_path / "out", stranger.verifier).folder)
    assert verify.verify_folder(folder).whole
    assert first_problem(folder, key_text=str(log.signer.verifier)).code == "key-invalid"
    assert first_problem(folder, trusted=verify.Trusted(exported / "checkpoint")).code == "checkpoint-invalid"


def cut(entries: list[bytes]) -> list[bytes]:
    return entries[:-1]


def twice(entries: list[bytes]) -> list[bytes]:
    return [*entries[:41], entries[40], *entries[41:-1]]


def swap(entries: list[bytes]) -> list[bytes]:
    return [*entries[:40], entries[41], entries[40], *entries[42:]]


def drop(entries: list[bytes]) -> list[bytes]:
    return [*entries[:40], *entries[41:]]


TROUBLED = {cut: 300, twice: 42, swap: 41, drop: 41}


@pytest.mark.parametrize("how", TROUBLED)
@pytest.mark.parametrize("tiles", [True, False])
def test_truncated_doubled_swapped_and_dropped_entries_are_found(
    copy: Copy, how: Callable[[list[bytes]], list[bytes]], tiles: bool
) -> None:
    position = TROUBLED[how]
    problem = first_problem(copy.with_entries(how(copy.entries()), tiles=tiles))
    if how is cut and tiles:  # its last tile is too short for the signed size, which holds still at 257
        assert (problem.code, problem.file) == ("tile-altered", "tile/0/001.p/44")
    elif how is cut:
        assert (problem.code, problem.position) == ("bundle-malformed", 300)
    elif how is drop and tiles:  # the next of the same stream, seven on, shows the hole in its versions
        assert (problem.code, problem.position) == ("entry-wrong", position + 6)
    elif how is swap and tiles:  # both streams stay in order: the signed roots alone tell
        assert (problem.code, problem.first, problem.last) == ("range-altered", 2, 50)
    else:
        assert problem.position == position


def rewritten(copy: Copy, position: int, change: Callable[[dict[str, Any]], object]) -> Copy:
    entries = copy.entries()
    value = json.loads(entries[position - 1])
    changed = change(value)
    entries[position - 1] = changed if isinstance(changed, bytes) else rfc8785.dumps(value)
    return copy.with_entries(entries, tiles=True)


def doubled_key(value: dict[str, Any]) -> bytes:
    return rfc8785.dumps(value).replace(b'"schema":1', b'"schema":1,"schema":1')


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "version skipped": lambda value: value.update(version=9),
    "version text": lambda value: value.update(version="15"),
    "version true": lambda value: value.update(version=True),
    "another log": lambda value: value.update(log="other"),
    "another id form": lambda value: value.update(id=value["id"].upper()),
    "id of another entry": lambda value: value.update(id=ledgers.entry(3)["id"]),
    "time 6 s back": lambda value: value.update(at=ledgers.entry(93)["at"]),
    "no such day": lambda value: value.update(at="2026-02-30T01:00:00Z"),
    "no such hour": lambda value: value.update(at="2026-05-30T24:00:00Z"),
    "local time": lambda value: value.update(at="2026-05-12T09:00:00+08:00"),
    "no fact": lambda value: value.pop("fact"),
    "fact is text": lambda value: value.update(fact="x"),
    "no type": lambda value: value.update(type=""),
    "no stream": lambda value: value.update(stream=None),
    "schema text": lambda value: value.update(schema="1"),
    "not NFC": lambda value: value["fact"].update(note="e\u0301"),
    "a fraction": lambda value: rfc8785.dumps(value).replace(b'"schema":1', b'"schema":1.0'),
    "an exponent": lambda value: rfc8785.dumps(value).replace(b'"schema":1', b'"schema":1e0'),
    "a key twice": doubled_key,
    "white space": lambda value: rfc8785.dumps(value).replace(b'"schema":1', b'"schema": 1'),
    "a needless escape": lambda value: rfc8785.dumps(value).replace(b"pukou", b"p\\u0075kou"),
    "keys out of order": lambda value: json.dumps(dict(reversed(value.items()))).replace(" ", "").encode(),
    "not JSON": lambda value: rfc8785.dumps(value)[:-1],
    "a list": lambda value: b"[]",
    "not UTF-8": lambda value: rfc8785.dumps(value).replace(b"pukou", b"puko\xff"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_entry_that_breaks_a_rule_is_named_though_all_hashes_agree(
    copy: Copy, change: Callable[[dict[str, Any]], object]
) -> None:
    problem = first_problem(rewritten(copy, 100, change))
    assert (problem.code, problem.position) == ("entry-wrong", 100)


def test_a_time_up_to_5_seconds_back_is_within_the_rules() -> None:
    rules = verify.Rules()
    rules.take(rfc8785.dumps(ledgers.entry(1, at="2026-05-12T01:00:05.5Z")))
    rules.take(rfc8785.dumps(ledgers.entry(2, at="2026-05-12T01:00:00.5Z")))
    with pytest.raises(verify.Bad):
        rules.take(rfc8785.dumps(ledgers.entry(3, at="2026-05-12T01:00:00.499999Z")))
    rules.take(rfc8785.dumps(ledgers.entry(3, at="2026-05-12T01:00:05.75Z")))
    with pytest.raises(verify.Bad):
        rules.take(rfc8785.dumps(ledgers.entry(4, at="2026-05-12T01:00:00.7Z")))


def state_of_rules(rules: verify.Rules) -> tuple[object, ...]:
    return dict(rules.versions), set(rules.ids), rules.log, rules.last, rules.latest


@given(st.integers(2, 40), st.sampled_from([None, *CHANGES]), st.integers(0, 39), st.booleans(), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_entries_taken_together_are_taken_as_one_by_one(
    count: int, change: str | None, place: int, fractions: bool, alone: int
) -> None:
    values = [ledgers.entry(position) for position in range(90, 90 + count)]
    if alone < count:  # one of another type among them
        values[alone] |= {"type": "points-confirmed", "fact": {"record": "R-1"}}
    for position, value in enumerate(values, 90):
        value["version"] -= ledgers.entry(90 + (position - 90) % 7)["version"] - 1  # each stream from its first on
        if fractions and position % 3:
            value["at"] = value["at"].replace("Z", f".{position}Z")
    states = [rfc8785.dumps(value) for value in values]
    if change is not None:
        changed = CHANGES[change](values[place % count])
        states[place % count] = changed if isinstance(changed, bytes) else rfc8785.dumps(values[place % count])
    slow, quick = verify.Rules(), verify.Rules()
    for rules in (slow, quick):
        if change is None or place % count:
            rules.take(states[0])
    rest = states[1:] if change is None or place % count else states
    before = state_of_rules(quick)
    taken = quick.take_all(rest, b"\n".join(rest))
    if taken:
        for state in rest:
            slow.take(state)  # refuses nothing
        assert state_of_rules(quick) == state_of_rules(slow)
    else:
        assert state_of_rules(quick) == before
    assert taken or change is not None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_canonical_bytes_are_taken_and_come_back_the_same(value: Any) -> None:
    assert verify.decode_canonical(rfc8785.dumps(value)) == value


SPELLINGS: list[dict[str, Any]] = [{"indent": 1}, {"separators": (", ", ":")}, {"ensure_ascii": True}, {}]


@given(VALUES, st.sampled_from(SPELLINGS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_other_spelling_of_a_value_is_refused(value: Any, spelling: dict[str, Any], sort: bool) -> None:
    how: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), **spelling}
    try:
        text = json.dumps(value, sort_keys=sort, **how).encode()
    except UnicodeEncodeError:
        return
    if text != rfc8785.dumps(value):
        with pytest.raises(verify.Bad):
            verify.decode_canonical(text)


@given(VALUES, VALUES, st.sampled_from(SPELLINGS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_what_has_the_shape_of_a_canonical_entry_is_canonical(
    one: Any,
    other: Any,
    spelling: dict[str, Any],
    same: bool,
) -> None:
    learned = rfc8785.dumps(ledgers.entry(1, fact={"x": one}))
    assume(b"\\" not in learned)  # an entry with an escape is never learned from
    shape = re.compile(verify.shape_of(learned))
    how: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), **spelling}
    text = json.dumps(ledgers.entry(8, fact={"x": one if same else other}), **how).encode("utf-8", "surrogatepass")
    if verify.fits(shape, text):
        assert verify.decode_canonical(text) == json.loads(text)
    if same and not spelling and not re.search(b"[0-9]{16}", text):  # longer integers are parsed
        assert verify.fits(shape, rfc8785.dumps(json.loads(text)))


NUMBERS = ["-0", "01", "1.0", "1e2", "9007199254740992", "NaN", "Infinity", " 1", "1 ", "\ufeff1", "1" * 5000]


@pytest.mark.parametrize("text", NUMBERS, ids=range(len(NUMBERS)))
def test_no_other_number_is_taken(text: str) -> None:
    with pytest.raises(verify.Bad):
        verify.decode_canonical(text.encode())


@pytest.mark.parametrize("name", ["tile/0/000", "tile/1/000.p/1", "checkpoint", "key", "entries.jsonl"])
def test_a_missing_an_extra_or_a_renamed_file_is_found(copy: Copy, name: str) -> None:
    without = {each: data for each, data in copy.files.items() if each != name}
    assert not verify.verify_folder(Copy(without).with_files({})).whole
    assert not verify.verify_folder(Copy({**copy.files, "tile/0/099": b"x"}).with_files({})).whole
    assert not verify.verify_folder(copy.changed(**{"note.txt": b"x"})).whole
    history = copy.files["checkpoints/000000120"]
    moved = {**copy.files, "checkpoints/000000121": history}
    assert first_problem(Copy(moved).with_files({})).code == "checkpoint-invalid"


def test_tiles_that_were_damaged_are_not_blamed_on_the_entry(copy: Copy) -> None:
    for name in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        data = copy.files[name]
        problem = first_problem(copy.with_files({name: data[:5] + bytes([data[5] ^ 1]) + data[6:]}))
        assert (problem.code, problem.file) == ("tile-altered", name)


def disclosure(value: str) -> tuple[str, str]:
    text = json.dumps(["c2FsdC1vZi0xNi1ieXRlcw", "reason", value], ensure_ascii=False)
    sealed = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return base64.urlsafe_b64encode(hashlib.sha256(sealed.encode()).digest()).decode().rstrip("="), sealed


def add_disclosures(log: Log, position: int) -> list[tuple[str, str]]:
    """Append two entries whose facts hold commitments; return what discloses them."""
    pairs = [disclosure("照顾独居老人"), disclosure("抢险")]
    for number, (commitment, _) in enumerate(pairs):
        fact = {"item": "R-ZZ-1", "quantity": "1.50", "reason": {"sealed": commitment}}
        value = ledgers.entry(position + number, fact=fact)
        row = (position + number, value["stream"], value["version"], value["type"], ledgers.encode(value))
        ledgers.copy_in(log.connection, [row])
    log.publish(whole=False)
    return pairs


def test_disclosed_texts_belong_to_commitments_in_the_log(log: Log, tmp_path: Path) -> None:
    log.grow_to(10)
    pairs = add_disclosures(log, 11)
    key = log.signer.verifier
    exported = export(log.connection, log.folder, tmp_path / "out", key, disclosures=reversed(pairs))
    copy = Copy.of(exported.folder)
    assert verify.verify_folder(copy).whole
    lines = copy.files["disclosures.jsonl"].splitlines(keepends=True)
    assert len(lines) == 2
    stranger = rfc8785.dumps(dict(zip(("commitment", "disclosure"), disclosure("别的"), strict=True))) + b"\n"
    for broken in (b"".join(reversed(lines)), lines[0] + lines[0], b"".join(lines)[:-1], stranger, b"{}\n"):
        assert first_problem(copy.with_files({"disclosures.jsonl": broken})).code == "disclosure-wrong"
    with pytest.raises(DisclosureUnknown):
        export(log.connection, log.folder, tmp_path / "other", key, disclosures=[disclosure("别的")])


def test_one_entry_is_proved_with_the_file_alone(log: Log, exported: Path, tmp_path: Path) -> None:
    note = (log.folder / "checkpoint").read_bytes()
    (tmp_path / "p").write_bytes(inclusion(log.folder, 41, note, [log.signer.verifier]).encode())
    (tmp_path / "e").write_bytes(Copy.of(exported).entries()[40])
    files = ("--proof", tmp_path / "p", "--entry", tmp_path / "e")
    command = [exported / "verify.py", *files, "--key", log.signer.verifier]
    assert run(*command).returncode == 0
    (tmp_path / "e").write_bytes(Copy.of(exported).entries()[41])
    assert run(*command).returncode == 1
    assert run(*command[:-2]).returncode == 2
    key = verify.parse_key(str(log.signer.verifier))
    for size in SIZES:
        note = (log.folder / f"checkpoints/{size:09d}").read_bytes()
        for position in range(1, size + 1):
            proof = inclusion(log.folder, position, note, [log.signer.verifier])
            assert verify.verify_proof(proof.encode(), state_of(position), key).size == size


@lru_cache(None)
def state_of(position: int) -> bytes:
    return next(state for *_, state in ledgers.rows(position, position))


def test_the_untouched_database_is_whole(log: Log) -> None:
    log.grow_to(*SIZES)
    ledgers.append(log.connection, 301, 310)  # not yet signed
    assert verify_database(log.connection, log.folder) == []
    assert verify_database(log.connection, log.folder, trusted=log.state / "checkpoint") == []


@pytest.mark.parametrize("position", [1, 100, 256, 257, 300])
def test_a_row_rewritten_by_an_owner_is_named(log: Log, position: int) -> None:
    log.grow_to(*SIZES)
    ledgers.replace(log.connection, position, alter(state_of(position)))
    problem = verify_database(log.connection, log.folder)[0]
    assert (problem.code, problem.position) == ("entry-altered", position)
    assert problem.id == ledgers.entry(position)["id"]


def test_a_row_and_all_tiles_rewritten_are_placed_between_two_signed_sizes(log: Log, tmp_path: Path) -> None:
    log.grow_to(*SIZES)
    ledgers.replace(log.connection, 110, alter(state_of(110)))
    forged = Log(log.connection, tmp_path / "forged", tmp_path / "forged-state", log.signer)
    adopt(log.connection, forged.folder, log.signer, log.signer.name, state_folder=forged.state)
    sound = tmp_path / "sound"
    shutil.copytree(log.folder, sound)
    shutil.rmtree(log.folder / "tile")
    shutil.copytree(forged.folder / "tile", log.folder / "tile")
    problem = verify_database(log.connection, log.folder)[0]
    assert (problem.code, problem.first, problem.last) == ("range-altered", 102, 120)
    problem = verify_database(log.connection, log.folder, trusted=sound)[0]
    assert (problem.code, problem.position) == ("entry-not-trusted", 110)


@pytest.mark.parametrize("position", [1, 110, 256, 257, 300])
def test_a_row_is_named_though_tiles_are_rewritten_and_every_public_checkpoint_is_gone(
    log: Log, tmp_path: Path, position: int
) -> None:
    """The leaves that lie beside the second copy of the checkpoint are out of reach of database and folder."""
    log.grow_to(*SIZES)
    ledgers.replace(log.connection, position, alter(state_of(position)))
    forged = Log(log.connection, tmp_path / "forged", tmp_path / "forged-state", log.signer)
    adopt(log.connection, forged.folder, log.signer, log.signer.name, state_folder=forged.state)
    for name in ("tile", "checkpoints"):
        shutil.rmtree(log.folder / name)
    shutil.copytree(forged.folder / "tile", log.folder / "tile")
    (log.folder / "checkpoint").unlink()
    kept = log.state / "checkpoint"
    problem = verify_database(log.connection, log.folder, key=str(log.signer.verifier), kept=kept)[0]
    assert (problem.code, problem.position) == ("entry-altered", position)
    assert problem.id == ledgers.entry(position)["id"]
    # Leaves that were altered as well no longer give the signed root, and are not believed: a range is left.
    (log.state / "leaves").write_bytes((forged.state / "leaves").read_bytes())
    problem = verify_database(log.connection, log.folder, key=str(log.signer.verifier), kept=kept)[0]
    assert (problem.code, problem.first, problem.last) == ("range-not-trusted", 1, 300)


def test_rows_that_vanish_or_disagree_with_their_columns_are_named(log: Log) -> None:
    log.grow_to(*SIZES)
    log.connection.execute("UPDATE ledger.entries SET type = 'points-awarded' WHERE position = 12")
    problem = verify_database(log.connection, log.folder)[0]
    assert (problem.code, problem.position, problem.detail) == ("column-differs", 12, "type")
    log.connection.execute("UPDATE ledger.entries SET known_at = known_at - interval '1 us' WHERE position = 9")
    problem = verify_database(log.connection, log.folder)[0]
    assert (problem.code, problem.position, problem.detail) == ("column-differs", 9, "known_at")
    log.connection.execute("DELETE FROM ledger.entries WHERE position IN (7, 300)")
    problem = verify_database(log.connection, log.folder)[0]
    assert (problem.code, problem.position) == ("position-missing", 7)
    log.connection.execute("DELETE FROM ledger.entries WHERE position > 6")
    assert verify_database(log.connection, log.folder)[0].code == "log-rolled-back"


ROW_FLIPS = 20_000


def test_each_flipped_bit_of_a_stored_row_is_found(log: Log) -> None:
    log.grow_to(5, 40)
    rows = [row_of(each) for each in ledgers.rows(1, 40)]
    scan = scan_of(log.folder)
    assert check_rows(scan(), rows) is None
    random_bits = random.Random(20260513)
    for _ in range(ROW_FLIPS):
        at, column = random_bits.randrange(40), random_bits.randrange(7)
        flipped = [*rows]
        flipped[at] = flip(rows[at], column, random_bits)
        found = check_rows(scan(), sorted(flipped, key=lambda row: row[0]))
        assert found is not None, (at, column)
        if column:
            assert found.position == at + 1


def row_of(values: tuple[int, str, int, str, bytes]) -> Row:
    position, stream, version, type_, state = values
    known_at = verify.microseconds_of(json.loads(state)["at"]) - verify.microseconds_of("2000-01-01T00:00:00Z")
    return position, uuid.UUID(stream), version, type_.encode(), known_at, state, leaf_hash(state)


def flip(row: Row, column: int, random_bits: random.Random) -> Row:
    values: list[Any] = list(row)
    value = values[column]
    if isinstance(value, int):
        values[column] = value ^ 1 << random_bits.randrange(31)
    elif isinstance(value, uuid.UUID):
        values[column] = uuid.UUID(int=value.int ^ 1 << random_bits.randrange(128))
    else:
        data = bytearray(value)
        data[random_bits.randrange(len(data))] ^= 1 << random_bits.randrange(8)
        values[column] = bytes(data)
    return tuple(values)


def scan_of(folder: Path) -> Callable[[], verify.Scan]:
    log = Copy.of(folder)
    report = verify.Report([])
    key = verify.read_key(log, "", report)
    assert key is not None
    heads = list(verify.read_heads(log, key, report))
    size = heads[0].size

    def tile(level: int, index: int) -> bytes:
        return log.read(verify.tile_path(str(level), index, size))

    return lambda: verify.Scan(heads, tile)


def test_bundles_of_the_export_hold_the_stored_bytes(exported: Path) -> None:
    stored = [state for *_, state in ledgers.rows(1, 300)]
    bundles = parse_bundle((exported / "tile/entries/000").read_bytes(), 256)
    assert bundles + parse_bundle((exported / "tile/entries/001.p/44").read_bytes(), 44) == stored
