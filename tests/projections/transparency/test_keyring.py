"""A log changes its key: what was signed before holds, the former key signs nothing more, a lost one is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from projections.transparency import verify
from projections.transparency.audit import verify_database
from projections.transparency.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from projections.transparency.export import export
from projections.transparency.keyring import hand_over, keyring, next_key
from projections.transparency.note import Signer, VerifierKey, generate_key, load_key
from projections.transparency.publisher import rotate
from projections.transparency.refusals import CheckpointMissing, SignatureInvalid
from tests.projections.transparency.conftest import ORIGIN, Log

LANG = ["--lang", "en"]


@pytest.fixture
def rotating(log: Log, tmp_path: Path) -> Log:
    """A log whose key lies in a file of its own."""
    first = generate_key(tmp_path / "signing", ORIGIN)
    own = replace(log, folder=tmp_path / "rotating", state=tmp_path / "rotating-state", signer=first)
    own.publish()
    own.grow_to(5, 9)
    return own


def _rotated(log: Log, tmp_path: Path, former: VerifierKey | None = None) -> Log:
    vkey = None if former is None else str(former)
    rotate(log.folder, tmp_path / "signing", ORIGIN, state_folder=log.state, former=vkey)
    return replace(log, signer=load_key(tmp_path / "signing", ORIGIN))


def _exit(log: Log, tmp_path: Path, *arguments: str) -> int:
    target = tmp_path / f"export-{len(list(tmp_path.iterdir()))}"
    export(log.connection, log.folder, target, log.signer.verifier)
    return verify.main([str(target), *arguments, *LANG])


def test_the_log_goes_on_under_another_key_and_what_was_signed_holds(rotating: Log, tmp_path: Path) -> None:
    old = rotating.signer.verifier
    second = _rotated(rotating, tmp_path)
    second.grow_to(12, 300)
    third = _rotated(second, tmp_path)
    third.grow_to(301)
    keys = keyring(third.folder, third.signer.verifier)
    assert [(key, key.last) for key in keys] == [
        (third.signer.verifier, None), (second.signer.verifier, 300), (old, 9)
    ]  # fmt: skip
    assert (third.folder / "key").read_text() == f"{third.signer.verifier}\n"
    assert verify_database(third.connection, third.folder, key=str(third.signer.verifier)) == []
    for key in (third.signer.verifier, second.signer.verifier, old):
        assert _exit(third, tmp_path, "--key", str(key)) == 0
    assert not (tmp_path / "signing.next").exists()


def test_a_checkpoint_on_an_old_notice_still_counts(rotating: Log, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    paper.write_bytes((rotating.folder / "checkpoint").read_bytes())
    second = _rotated(rotating, tmp_path)
    second.grow_to(12)
    assert _exit(second, tmp_path, "--key", str(second.signer.verifier), "--trusted", str(paper)) == 0


def test_the_former_key_signs_nothing_larger(rotating: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever stole it cannot go on with it."""
    stolen = Signer(ORIGIN, rotating.signer.private_key)
    second = _rotated(rotating, tmp_path)
    second.grow_to(12)
    head = open_checkpoint((second.folder / "checkpoint").read_bytes(), [second.signer.verifier])
    forged = sign_checkpoint(head, stolen)
    with pytest.raises(SignatureInvalid):
        open_checkpoint(forged, keyring(second.folder, second.signer.verifier))
    paper = tmp_path / "paper"
    paper.write_bytes(forged)
    assert _exit(second, tmp_path, "--key", str(second.signer.verifier), "--trusted", str(paper)) == 1
    assert "signature" in capsys.readouterr().out


def test_a_lost_key_is_named_by_the_new_one_which_has_to_come_on_paper(rotating: Log, tmp_path: Path) -> None:
    old = rotating.signer.verifier
    (tmp_path / "signing").unlink()
    second = _rotated(rotating, tmp_path, former=old)
    second.grow_to(12)
    assert [key.last for key in keyring(second.folder, second.signer.verifier)] == [None, 9]
    assert _exit(second, tmp_path, "--key", str(second.signer.verifier)) == 0
    assert _exit(second, tmp_path, "--key", str(old)) == 1, "anybody could name a key that he lost"


def test_a_key_that_took_over_from_nobody_is_not_believed(rotating: Log, tmp_path: Path) -> None:
    """A handover that the key itself did not sign, or that speaks of another, says nothing."""
    stranger = generate_key(tmp_path / "stranger", ORIGIN)
    second = _rotated(rotating, tmp_path)
    head = Checkpoint(ORIGIN, 9, b"\x01" * 32)
    hand_over(second.folder, second.state, head, None, stranger, str(second.signer.verifier))
    assert keyring(second.folder, second.signer.verifier) == [second.signer.verifier, rotating.signer.verifier]
    assert keyring(second.folder, rotating.signer.verifier) == [rotating.signer.verifier]


def test_an_interrupted_rotation_is_run_again_with_the_same_next_key(rotating: Log, tmp_path: Path) -> None:
    waiting = next_key(tmp_path / "signing", ORIGIN)
    head = open_checkpoint((rotating.folder / "checkpoint").read_bytes(), [rotating.signer.verifier])
    hand_over(rotating.folder, rotating.state, head, rotating.signer, waiting, str(rotating.signer.verifier))
    rotating.grow_to(11)  # it was not in place: the former goes on
    second = _rotated(rotating, tmp_path)
    assert second.signer.verifier == waiting.verifier
    assert [key.last for key in keyring(second.folder, second.signer.verifier)] == [None, 11]
    second.grow_to(12)
    assert _exit(second, tmp_path, "--key", str(rotating.signer.verifier)) == 0


def test_two_rotations_at_one_size_and_one_that_was_stopped_leave_the_chain_whole(
    rotating: Log, tmp_path: Path
) -> None:
    old = rotating.signer.verifier
    second = _rotated(rotating, tmp_path)
    third = _rotated(second, tmp_path)
    ring = keyring(third.folder, third.signer.verifier)
    assert [(key, key.last) for key in ring] == [
        (third.signer.verifier, None), (second.signer.verifier, 9), (old, 9)
    ]  # fmt: skip
    # Stopped before the key was made public: run again, it is only made public.
    (third.folder / "key").write_text(f"{second.signer.verifier}\n")
    again = _rotated(third, tmp_path)
    assert again.signer.verifier == third.signer.verifier
    assert (again.folder / "key").read_text() == f"{third.signer.verifier}\n"
    again.grow_to(12)
    for key in (again.signer.verifier, second.signer.verifier, old):
        assert _exit(again, tmp_path, "--key", str(key)) == 0


def test_without_a_checkpoint_there_is_nothing_to_hand_over(log: Log, tmp_path: Path) -> None:
    generate_key(tmp_path / "signing", ORIGIN)
    with pytest.raises(CheckpointMissing):
        rotate(tmp_path / "nowhere", tmp_path / "signing", ORIGIN, state_folder=tmp_path / "nobody")
