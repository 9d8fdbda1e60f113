"""What the publisher signs, what it refuses, and that it may be stopped anywhere."""

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from projections.transparency import publisher
from projections.transparency.checkpoint import open_checkpoint
from projections.transparency.merkle import EMPTY_ROOT, leaf_hash, root
from projections.transparency.note import generate_key
from projections.transparency.publisher import adopt, publish_once
from projections.transparency.refusals import (
    CheckpointMissing,
    LogRefused,
    LogRewritten,
    LogRolledBack,
    Malformed,
    NameMismatch,
    ProofInvalid,
    PublisherBusy,
    SignatureInvalid,
    TileDamaged,
)
from projections.transparency.tiles import tiles_of
from projections.transparency.tlogproof import inclusion, parse_proof, verify_proof
from tests.projections.transparency import ledgers
from tests.projections.transparency.conftest import Log


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def expected_root(size: int) -> bytes:
    return root(leaf_hash(state) for *_, state in ledgers.rows(1, size))


def test_an_empty_log_is_signed_before_its_first_entry(log: Log) -> None:
    published = log.publish()
    assert (published.checkpoint.size, published.checkpoint.root) == (0, EMPTY_ROOT)
    assert sorted(files(log.folder)) == ["checkpoint", "checkpoints/000000000", "key"]
    assert (log.state / "checkpoint").read_bytes() == (log.folder / "checkpoint").read_bytes()


def test_each_growth_is_signed_kept_and_has_its_tiles(log: Log) -> None:
    sizes = [1, 2, 255, 256, 257, 300, 512, 700]
    log.grow_to(*sizes)
    for size in sizes:
        note = (log.folder / f"checkpoints/{size:09d}").read_bytes()
        assert open_checkpoint(note, [log.signer.verifier]).root == expected_root(size)
    assert {tile.path for tile in tiles_of(700)} <= set(files(log.folder))
    assert not (log.folder / "tile/0/000.p").exists()  # dropped with the full tile
    assert log.publish().grown == 0


def test_steps_leave_the_same_tiles_as_one_stride(log: Log, tmp_path: Path) -> None:
    log.grow_to(3, 256, 300, 801)
    other = Log(log.connection, tmp_path / "other", tmp_path / "other-state", log.signer)
    adopt(log.connection, other.folder, log.signer, log.signer.name, state_folder=other.state)
    stepped, strode = files(log.folder), files(other.folder)
    assert strode["checkpoint"] == stepped["checkpoint"]
    assert {tile.path for tile in tiles_of(801)} == {name for name in strode if name.startswith("tile/")}
    assert all(stepped[name] == data for name, data in strode.items() if name.startswith("tile/"))


def test_extension_lines_are_signed_along(log: Log) -> None:
    ledgers.append(log.connection, 1, 1)
    head = log.publish(extensions=["catalogue 9f86d081"]).checkpoint
    note = (log.folder / "checkpoint").read_bytes()
    assert head.extensions == ("catalogue 9f86d081",)
    assert open_checkpoint(note, [log.signer.verifier]) == head


@pytest.mark.parametrize("lost", ["state", "both"])
def test_a_log_without_its_last_checkpoint_is_refused_until_adopted_by_name(log: Log, lost: str) -> None:
    log.grow_to(10)
    note = (log.folder / "checkpoint").read_bytes()
    (log.state / "checkpoint").unlink()
    if lost == "both":
        shutil.rmtree(log.folder)
    with pytest.raises(CheckpointMissing):
        log.publish()
    with pytest.raises(NameMismatch):
        adopt(log.connection, log.folder, log.signer, "another.example/log", state_folder=log.state)
    adopt(log.connection, log.folder, log.signer, log.signer.name, state_folder=log.state)
    assert (log.folder / "checkpoint").read_bytes() == note
    log.grow_to(20)


def test_adopting_never_overrules_a_checkpoint_that_is_left(log: Log) -> None:
    log.grow_to(10)
    (log.state / "checkpoint").unlink()
    ledgers.replace(log.connection, 4, b"{}")
    with pytest.raises(LogRewritten):
        adopt(log.connection, log.folder, log.signer, log.signer.name, state_folder=log.state)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("left", [0, 5, 256, 299])
def test_a_database_shorter_than_the_last_checkpoint_is_refused(log: Log, left: int, whole: bool) -> None:
    log.grow_to(300)
    log.connection.execute("DELETE FROM ledger.entries WHERE position > %s", (left,))
    before = files(log.folder)
    with pytest.raises(LogRolledBack):
        log.publish(whole=whole)
    assert files(log.folder) == before


@pytest.mark.parametrize("position", [1, 100, 256, 257, 300])
def test_a_rewritten_entry_is_refused_and_named(log: Log, position: int) -> None:
    log.grow_to(120, 300)
    ledgers.replace(log.connection, position, b"{}")
    ledgers.append(log.connection, 301, 400)
    before = files(log.folder)
    with pytest.raises(LogRewritten) as refused:
        log.publish()
    assert refused.value.position == position
    assert files(log.folder) == before


def test_between_two_whole_checks_the_open_tile_is_compared_all_the_same(log: Log) -> None:
    log.grow_to(300)
    ledgers.replace(log.connection, 299, b"{}")
    with pytest.raises(LogRewritten) as refused:
        log.publish(whole=False)
    assert refused.value.position == 299


def test_an_entry_rewritten_with_its_tile_is_placed_between_two_signed_sizes(log: Log) -> None:
    log.grow_to(100, 120, 300)
    ledgers.replace(log.connection, 110, b"{}")
    tile = log.folder / "tile/0/000"
    data = bytearray(tile.read_bytes())
    data[109 * 32 : 110 * 32] = leaf_hash(b"{}")
    tile.write_bytes(data)
    with pytest.raises(LogRewritten) as refused:
        log.publish()
    assert "101 and 120" in refused.value.detail


def test_a_hole_in_the_positions_is_refused(log: Log) -> None:
    log.grow_to(10)
    ledgers.append(log.connection, 12, 13)
    with pytest.raises(LogRewritten) as refused:
        log.publish(whole=False)
    assert refused.value.position == 11


def test_a_leaf_that_is_not_its_entrys_hash_is_refused(log: Log) -> None:
    log.grow_to(10)
    log.connection.execute("ALTER TABLE ledger.entries ALTER leaf DROP EXPRESSION")
    log.connection.execute("UPDATE ledger.entries SET state = '{}' WHERE position = 4")
    with pytest.raises(LogRewritten) as refused:
        log.publish()
    assert refused.value.position == 4


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
@pytest.mark.parametrize("how", ["altered", "removed"])
def test_a_damaged_tile_is_not_taken_for_a_rewritten_log(log: Log, path: str, how: str) -> None:
    log.grow_to(300)
    sound = (log.folder / path).read_bytes()
    (log.folder / path).unlink()
    if how == "altered":
        (log.folder / path).write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    with pytest.raises(TileDamaged):
        log.publish()
    adopt(log.connection, log.folder, log.signer, log.signer.name, state_folder=log.state)
    assert (log.folder / path).read_bytes() == sound


@pytest.mark.parametrize("place", ["folder", "state"])
def test_a_checkpoint_that_another_key_signed_or_nobody_is_refused(log: Log, tmp_path: Path, place: str) -> None:
    log.grow_to(5)
    path = (log.folder if place == "folder" else log.state) / "checkpoint"
    note = path.read_bytes()
    signature = base64.b64decode(note.split(b" ")[-1])
    forged = base64.b64encode(signature[:-1] + bytes([signature[-1] ^ 1]))
    path.write_bytes(note.replace(note.split(b" ")[-1].strip(), forged))
    with pytest.raises(SignatureInvalid):
        log.publish()
    path.write_bytes(b"")
    with pytest.raises(Malformed):
        log.publish()
    path.write_bytes(note)
    stranger = generate_key(tmp_path / "stranger", log.signer.name)
    with pytest.raises(SignatureInvalid):
        publish_once(log.connection, log.folder, stranger, state_folder=log.state)


def test_two_signed_heads_that_contradict_each_other_are_refused(log: Log, tmp_path: Path) -> None:
    log.grow_to(10)
    other = Log(log.connection, tmp_path / "other", tmp_path / "other-state", log.signer)
    ledgers.replace(log.connection, 3, b"{}")
    ledgers.append(log.connection, 11, 20)
    adopt(log.connection, other.folder, log.signer, log.signer.name, state_folder=other.state)
    with pytest.raises(LogRewritten):
        publish_once(log.connection, other.folder, log.signer, state_folder=log.state)


def test_a_second_publisher_is_refused_while_one_is_at_work(log: Log) -> None:
    with publisher.alone(log.state), pytest.raises(PublisherBusy):
        log.publish()
    log.publish()


class Stopped(BaseException):
    """The process ends here."""


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """End the process before its `step`-th write, counted over tiles, key and checkpoints as they get their names."""
    writes = iter(range(1, 10**6))

    def instead(write: Callable[..., object]) -> Callable[..., None]:
        def stopping(*arguments: Any) -> None:
            if next(writes) == step:
                raise Stopped
            write(*arguments)

        return stopping

    monkeypatch.setattr(Path, "replace", instead(Path.replace))
    monkeypatch.setattr(publisher, "sync_folder", instead(publisher.sync_folder))
    monkeypatch.setattr(shutil, "rmtree", instead(shutil.rmtree))


def test_stopped_at_any_write_it_goes_on_to_the_same_log(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.grow_to(200)
    ledgers.append(log.connection, 201, 600)
    start = tmp_path / "start"
    shutil.copytree(log.folder, start / "log")
    shutil.copytree(log.state, start / "state")
    log.publish()
    ledgers.append(log.connection, 601, 650)
    log.publish()
    finished = files(log.folder)
    log.connection.execute("DELETE FROM ledger.entries WHERE position > 600")
    step, ended = 0, False
    while not ended:
        step += 1
        trial = Log(log.connection, tmp_path / f"{step}/log", tmp_path / f"{step}/state", log.signer)
        shutil.copytree(start, tmp_path / str(step))
        with monkeypatch.context() as patched:
            stop_at(patched, step)
            try:
                trial.publish()
                ended = True
            except Stopped:
                pass
        covered = open_checkpoint((trial.folder / "checkpoint").read_bytes(), [log.signer.verifier]).size
        assert all((trial.folder / tile.path).is_file() for tile in tiles_of(covered))
        trial.publish()
        ledgers.append(log.connection, 601, 650)
        trial.publish()
        log.connection.execute("DELETE FROM ledger.entries WHERE position > 600")
        left = files(trial.folder)
        assert {name: data for name, data in left.items() if name in finished} == finished
        # Only a partial tile that a stopped run had outgrown may remain.
        assert all(".p/" in name for name in set(left) - set(finished))
    assert step > 8


def test_what_a_stopped_run_wrote_unsigned_is_replaced(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    log.grow_to(100)
    ledgers.append(log.connection, 101, 300)
    with monkeypatch.context() as patched:
        patched.setattr(publisher, "sign_checkpoint", lambda *_: (_ for _ in ()).throw(Stopped))
        with pytest.raises(Stopped):
            log.publish()
    log.connection.execute("DELETE FROM ledger.entries WHERE position > 150")  # the server lost its tail
    ledgers.copy_in(log.connection, [(n, s, v, t, b) for n, s, v, t, b in ledgers.rows(151, 299)])
    ledgers.copy_in(log.connection, [(300, *row[1:4], b"{}") for row in ledgers.rows(300, 300)])
    head = log.publish().checkpoint
    assert head.root != expected_root(300)
    assert head.size == 300
    log.publish()


def test_every_entry_of_a_log_has_a_proof_from_tiles_alone_at_any_signed_size(log: Log) -> None:
    log.grow_to(5, 257, 520)
    states = {position: state for position, *_, state in ledgers.rows(1, 520)}
    keys = [log.signer.verifier]
    for size in (5, 257, 520):
        note = (log.folder / f"checkpoints/{size:09d}").read_bytes()
        for position in {1, 2, 5, 256, 257, 258, 519, 520} & set(range(1, size + 1)):
            proof = inclusion(log.folder, position, note, keys)
            assert parse_proof(proof.encode()) == proof
            assert verify_proof(proof, states[position], keys).size == size
            with pytest.raises(ProofInvalid):
                verify_proof(proof, states[position] + b" ", keys)
        with pytest.raises(ProofInvalid):
            inclusion(log.folder, size + 1, note, keys)


def test_no_altered_byte_of_a_proof_is_accepted(log: Log) -> None:
    log.grow_to(9)
    proof = inclusion(log.folder, 3, (log.folder / "checkpoint").read_bytes(), [log.signer.verifier])
    state = next(state for *_, state in ledgers.rows(3, 3))
    data = proof.encode()
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(LogRefused):
                verify_proof(parse_proof(bytes(flipped)), state, [log.signer.verifier])


def test_an_open_transaction_elsewhere_does_not_stop_it(log: Log, server: str) -> None:
    log.grow_to(3)
    with psycopg.connect(server) as other:
        other.execute("SELECT count(*) FROM ledger.entries")
        log.grow_to(6)
    assert log.publish().checkpoint.size == 6


def test_the_second_copy_of_the_leaves_is_what_was_signed_wherever_a_run_was_stopped(log: Log) -> None:
    log.grow_to(3, 256, 300)
    leaves = b"".join(leaf_hash(state) for *_, state in ledgers.rows(1, 300))
    copy = log.state / "leaves"
    assert copy.read_bytes() == leaves
    assert copy.stat().st_mode & 0o077 == 0
    for left in (b"", leaves[: 32 * 200], leaves[: 32 * 299 + 7], leaves + b"x" * 40):
        copy.write_bytes(left)
        log.publish()
        assert copy.read_bytes() == leaves
    copy.unlink()
    log.publish()
    assert copy.read_bytes() == leaves
