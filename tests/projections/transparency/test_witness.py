"""A witness cosigns only what extends what it cosigned; a log publishes what enough of them have cosigned."""

import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from projections.transparency import verify
from projections.transparency.checkpoint import Checkpoint, sign_checkpoint
from projections.transparency.cosignature import cosign, cosigned_at, cosigner_key
from projections.transparency.export import export
from projections.transparency.merkle import consistency_proof
from projections.transparency.note import Note, Signer, generate_key, parse_note, parse_vkey
from projections.transparency.policy import parse_policy
from projections.transparency.refusals import LogRefused, SignatureInvalid
from projections.transparency.tiles import TileReader
from projections.transparency.tlogproof import inclusion
from projections.transparency.witness import Answer, Request, Witness
from projections.transparency.witnessed import Witnesses, newest_witnessed, put_policy
from tests.projections.transparency import ledgers
from tests.projections.transparency.conftest import Log

NOW_S = 1_790_000_000


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Signer]:
    """Keys of three other offices."""
    folder = tmp_path_factory.mktemp("offices")
    return {name: generate_key(folder / name, f"{name}.example/w") for name in ("city", "bureau", "archive")}


@pytest.fixture
def witness(log: Log, offices: dict[str, Signer], tmp_path: Path) -> Witness:
    return Witness(tmp_path / "witness", offices["city"], [log.signer.verifier])


def _note(log: Log) -> bytes:
    return (log.folder / "checkpoint").read_bytes()


def _request(log: Log, old: int, note: bytes | None = None) -> bytes:
    read = TileReader(log.folder, log.publish(whole=False).checkpoint.size)
    size = int((note or _note(log)).split(b"\n")[1])
    proof = consistency_proof(read, old, size) if 0 < old <= size else []
    return Request(old, tuple(proof), note or _note(log)).encode()


def _policy(log: Log, offices: dict[str, Signer], quorum: str) -> bytes:
    lines = [f"log {log.signer.verifier}"]
    lines += [f"witness {name} {cosigner_key(key)} http://{name}" for name, key in offices.items()]
    return "\n".join([*lines, quorum, ""]).encode()


def _asking(
    log: Log, offices: dict[str, Signer], tmp_path: Path, silent: tuple[str, ...] = ()
) -> Callable[..., Answer]:
    """Every office is asked in this process; some do not answer."""
    known = {name: Witness(tmp_path / name, key, [log.signer.verifier]) for name, key in offices.items()}

    def ask(url: str, body: bytes) -> Answer:
        name = url.removeprefix("http://")
        return Answer(0) if name in silent else known[name].add_checkpoint(body, NOW_S)

    return ask


def test_a_cosignature_says_when_and_what_it_saw(log: Log, offices: dict[str, Signer]) -> None:
    """72 bytes behind the key id: the time, big-endian, and the signature over the dated text."""
    text = parse_note(_note(log)).text
    line = cosign(offices["city"], text, NOW_S)
    key = cosigner_key(offices["city"])
    assert struct.unpack(">Q", line.signature[:8]) == (NOW_S,)
    assert len(line.signature) == 72
    assert cosigned_at(Note(text, (line,)), key) == NOW_S
    assert parse_vkey(str(key), b"\x04") == key
    assert key.key_id != offices["city"].verifier.key_id
    with pytest.raises(SignatureInvalid):
        cosigned_at(Note(text.replace("\n0\n", "\n1\n"), (line,)), key)


def test_it_cosigns_what_extends_what_it_cosigned(log: Log, witness: Witness, offices: dict[str, Signer]) -> None:
    for old, size in ((0, 3), (3, 3), (3, 7), (7, 300)):
        log.grow_to(size)
        answer = witness.add_checkpoint(_request(log, old), NOW_S)
        assert answer.status == 200, (old, size, answer)
        whole = parse_note(_note(log) + answer.body.encode())
        assert cosigned_at(whole, cosigner_key(offices["city"])) == NOW_S
    last = witness.last(log.signer.name)
    assert last is not None
    assert last.size == 300


def test_it_says_how_much_it_has_seen_to_whoever_does_not_know(log: Log, witness: Witness) -> None:
    log.grow_to(5)
    witness.add_checkpoint(_request(log, 0), NOW_S)
    log.grow_to(9)
    for old in (0, 3, 9):
        answer = witness.add_checkpoint(_request(log, old), NOW_S)
        assert (answer.status, answer.body, answer.media_type) == (409, "5\n", "text/x.tlog.size")


def test_another_root_of_the_same_size_is_a_conflict(log: Log, witness: Witness) -> None:
    log.grow_to(5)
    witness.add_checkpoint(_request(log, 0), NOW_S)
    other = sign_checkpoint(Checkpoint(log.signer.name, 5, b"\x07" * 32), log.signer)
    answer = witness.add_checkpoint(Request(5, (), other).encode(), NOW_S)
    assert (answer.status, answer.body) == (409, "5\n")


def test_a_history_that_was_rewritten_is_not_cosigned(log: Log, witness: Witness) -> None:
    log.grow_to(5)
    witness.add_checkpoint(_request(log, 0), NOW_S)
    other = sign_checkpoint(Checkpoint(log.signer.name, 8, b"\x07" * 32), log.signer)
    log.grow_to(8)
    proof = consistency_proof(TileReader(log.folder, 8), 5, 8)
    assert witness.add_checkpoint(Request(5, tuple(proof), other).encode(), NOW_S).status == 422
    assert witness.add_checkpoint(Request(5, (), _note(log)).encode(), NOW_S).status == 422
    assert witness.add_checkpoint(Request(5, tuple(proof), _note(log)).encode(), NOW_S).status == 200


def test_who_is_not_known_or_did_not_sign_is_sent_away(log: Log, witness: Witness, offices: dict[str, Signer]) -> None:
    log.grow_to(3)
    head = Checkpoint("elsewhere.example/log", 3, b"\x01" * 32)
    stranger = Signer(head.origin, offices["bureau"].private_key)
    forger = Signer(log.signer.name, offices["bureau"].private_key)
    assert witness.add_checkpoint(Request(0, (), sign_checkpoint(head, stranger)).encode(), NOW_S).status == 404
    forged = sign_checkpoint(Checkpoint(log.signer.name, 3, b"\x01" * 32), forger)
    assert witness.add_checkpoint(Request(0, (), forged).encode(), NOW_S).status == 403
    assert witness.last(log.signer.name) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0\n", b"old 0\nnot base64\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 63),
        lambda body: body.replace(b"old 0\n\n", b"old 0\n"),
        lambda body: body.replace(b"old 0", b"old 9"),
        lambda body: body + b"not a signature\n",
    ],
)
def test_what_is_malformed_is_named_so(log: Log, witness: Witness, spoil: Callable[[bytes], bytes]) -> None:
    log.grow_to(3)
    assert witness.add_checkpoint(spoil(_request(log, 0)), NOW_S).status == 400
    assert witness.last(log.signer.name) is None


def test_of_two_requests_at_once_one_is_told_to_come_again(log: Log, witness: Witness) -> None:
    """Never is the smaller cosigned after the larger: from the look to the renewal nobody else cosigns."""
    log.grow_to(2)
    witness.add_checkpoint(_request(log, 0), NOW_S)
    bodies: list[bytes] = []
    for size in range(3, 13):
        log.grow_to(size)
        bodies.append(_request(log, 2))
    with ThreadPoolExecutor(8) as pool:
        statuses = [each.status for each in pool.map(lambda body: witness.add_checkpoint(body, NOW_S), bodies)]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}


POLICIES = [
    ("quorum none", True),
    ("witness a A\nquorum a", True),
    (" # said\n\nwitness\ta   A  https://a\nwitness b B\ngroup g any a b\nquorum g", True),
    ("witness a A\nwitness b B\nwitness c C\ngroup g 2 a b\ngroup h all g c\nquorum h", True),
    ("", False),
    ("quorum a", False),
    ("quorum none\nquorum none", False),
    ("witness a A\nquorum b", False),
    ("witness none A\nquorum none", False),
    ("witness a A\nwitness a B\nquorum a", False),
    ("witness a A\nwitness b A\nquorum a", False),
    ("witness a LOG\nquorum a", False),
    ("log A\nquorum none", False),
    ("log LOG\nlog LOG\nquorum none", False),
    ("witness a A\ngroup g 2 a\nquorum g", False),
    ("witness a A\ngroup g 0 a\nquorum g", False),
    ("witness a A\ngroup g all\nquorum g", False),
    ("group g all a\nwitness a A\nquorum g", False),
    ("witness a A\ngroup g any a\ngroup h any a\nquorum g", False),
    ("witness a A\ngroup g any a none\nquorum g", False),
    ("others a\nquorum none", False),
]


@pytest.mark.parametrize(("text", "good"), POLICIES)
def test_a_policy_means_the_same_to_us_and_to_the_verifier(
    text: str, good: bool, signer: Signer, offices: dict[str, Signer]
) -> None:
    for name, office in (("A", "city"), ("B", "bureau"), ("C", "archive")):
        text = text.replace(f" {name}", f" {cosigner_key(offices[office])}")
    data = text.replace("LOG", str(signer.verifier)).encode() + b"\n"
    try:
        ours = parse_policy(data)
    except LogRefused:
        ours = None
    try:
        theirs = verify.Policy(data)
    except verify.Bad:
        theirs = None
    assert (ours is not None, theirs is not None) == (good, good)
    if ours is not None and theirs is not None:
        assert list(theirs.witnesses) == list(ours.witnesses)
        assert theirs.groups == {group.name: (group.least, list(group.members)) for group in ours.groups.values()}
        assert theirs.quorum == ours.quorum


def test_what_enough_witnesses_cosigned_is_published(log: Log, offices: dict[str, Signer], tmp_path: Path) -> None:
    policy = put_policy(log.folder, _policy(log, offices, "group two 2 city bureau archive\nquorum two"))
    assert policy is not None
    log.grow_to(5, 9)
    key, silent = log.signer.verifier, ("bureau", "archive")
    lonely = Witnesses(policy, _asking(log, offices, tmp_path / "one", silent))
    assert [asked.status for asked in lonely.cosign(log.folder, key)] == [200, 0, 0]
    assert newest_witnessed(log.folder, key, policy) is None
    both = Witnesses(policy, _asking(log, offices, tmp_path / "one", ("archive",)))
    assert [asked.status for asked in both.cosign(log.folder, key)] == [200, 200, 0]
    seen = newest_witnessed(log.folder, key, policy)
    assert seen is not None
    assert seen.checkpoint.size == 9
    assert set(seen.by) == {"city.example/w", "bureau.example/w"}
    log.grow_to(300)
    all_of_them = Witnesses(policy, _asking(log, offices, tmp_path / "one"))
    assert [asked.status for asked in all_of_them.cosign(log.folder, key)] == [200, 200, 200]
    assert all_of_them.cosign(log.folder, key) == [], "whoever cosigned is not asked again"
    again = newest_witnessed(log.folder, key, policy)
    assert again is not None
    assert (again.checkpoint.size, len(again.by)) == (300, 3)


def test_a_witness_that_has_seen_more_than_there_is_gives_the_alarm(
    log: Log, offices: dict[str, Signer], tmp_path: Path
) -> None:
    """So does an older state of the log that was put back; the witness does not forget."""
    policy = put_policy(log.folder, _policy(log, offices, "quorum city"))
    assert policy is not None
    log.grow_to(5)
    before = _note(log)
    log.grow_to(9)
    ask = _asking(log, offices, tmp_path, ("bureau", "archive"))
    Witnesses(policy, ask).cosign(log.folder, log.signer.verifier)
    (log.folder / "checkpoint").write_bytes(before)
    (log.folder / "witnessed").unlink()
    asked = Witnesses(policy, ask).cosign(log.folder, log.signer.verifier)
    assert (asked[0].status, asked[0].ahead) == (409, 9)
    assert newest_witnessed(log.folder, log.signer.verifier, policy) is None


def test_the_verifier_says_who_cosigned_or_that_nobody_did(
    log: Log, offices: dict[str, Signer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _policy(log, offices, "group two 2 city bureau archive\nquorum two")
    policy = put_policy(log.folder, data)
    assert policy is not None
    log.grow_to(9)
    file = tmp_path / "policy"
    file.write_bytes(data)
    key, vkey = log.signer.verifier, str(log.signer.verifier)
    export(log.connection, log.folder, tmp_path / "before", key)
    assert verify.main([str(tmp_path / "before"), "--key", vkey, "--lang", "en"]) == 0
    assert "Unwitnessed" in capsys.readouterr().out
    assert verify.main([str(tmp_path / "before"), "--key", vkey, "--policy", str(file), "--lang", "en"]) == 1
    assert "no checkpoint is cosigned as the policy asks (two)" in capsys.readouterr().out
    Witnesses(policy, _asking(log, offices, tmp_path / "w")).cosign(log.folder, key)
    log.grow_to(12)
    export(log.connection, log.folder, tmp_path / "after", key)
    assert verify.main([str(tmp_path / "after"), "--key", vkey, "--policy", str(file), "--lang", "en"]) == 0
    assert "Cosigned up to entry 9 by city, bureau, archive." in capsys.readouterr().out


def test_a_proof_carries_the_cosignatures_with_it(
    log: Log, offices: dict[str, Signer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _policy(log, offices, "quorum city")
    policy = put_policy(log.folder, data)
    assert policy is not None
    log.grow_to(9)
    key = log.signer.verifier
    Witnesses(policy, _asking(log, offices, tmp_path / "w")).cosign(log.folder, key)
    seen = newest_witnessed(log.folder, key, policy)
    assert seen is not None
    for name, note in (("seen", seen.note), ("unseen", _note(log))):
        (tmp_path / name).write_bytes(inclusion(log.folder, 4, note, [key]).encode())
    (tmp_path / "entry").write_bytes(ledgers.encode(ledgers.entry(4)))
    (tmp_path / "policy").write_bytes(data)
    asked = ["--entry", str(tmp_path / "entry"), "--key", str(key), "--policy", str(tmp_path / "policy")]
    assert verify.main(["--proof", str(tmp_path / "seen"), *asked]) == 0
    assert "city, bureau, archive" in capsys.readouterr().out
    assert verify.main(["--proof", str(tmp_path / "unseen"), *asked]) == 1
