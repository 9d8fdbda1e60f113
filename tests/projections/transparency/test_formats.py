"""Tree, tiles, notes, checkpoints and proofs against the public vectors and exhaustively for small sizes."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from projections.transparency import verify
from projections.transparency.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from projections.transparency.merkle import (
    EMPTY_ROOT,
    RightEdge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from projections.transparency.note import (
    Signer,
    generate_key,
    load_key,
    open_note,
    parse_note,
    parse_vkey,
)
from projections.transparency.refusals import (
    EntryTooLarge,
    KeyUnsafe,
    LogRefused,
    Malformed,
    ProofInvalid,
    SignatureInvalid,
)
from projections.transparency.tiles import (
    ENTRIES,
    Tile,
    TileReader,
    TileTree,
    bundles_of,
    complete_root,
    encode_bundle,
    parse_bundle,
    parse_path,
    tiles_of,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(256)]


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text) if text else b""


@cache
def read_leaves(height: int, index: int) -> bytes:
    return complete_root(LEAVES[index << height : (index + 1) << height])


def test_the_reference_tree_has_the_published_hashes(vectors: Path) -> None:
    reference = json.loads((vectors / "transparency-dev-merkle/rfc6962_reference.json").read_bytes())
    leaves = [leaf_hash(bytes.fromhex(each)) for each in reference["leaf_inputs_hex"]]
    level = leaves
    for expected in reference["node_hashes_hex_by_level"]:
        assert [each.hex() for each in level] == expected
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    for size, expected in enumerate(reference["root_hex_by_size"]):
        assert root(leaves[:size]).hex() == expected
        assert root_by_definition(leaves[:size]).hex() == expected


def root_by_definition(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(root_by_definition(leaves[:split]), root_by_definition(leaves[split:]))


def test_inclusion_and_consistency_vectors_are_judged_as_published(vectors: Path) -> None:
    folder = vectors / "transparency-dev-merkle/testdata"
    judged = 0
    for path in sorted(folder.rglob("*.json")):
        case: dict[str, Any] = json.loads(path.read_bytes())
        proof = [decoded(each) for each in case["proof"] or []]
        try:
            if "leafIdx" in case:
                leaf, expected = decoded(case["leafHash"]), decoded(case["root"])
                verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, expected)
            else:
                old, new = decoded(case["root1"]), decoded(case["root2"])
                verify_consistency(case["size1"], case["size2"], proof, old, new)
            refused = False
        except ProofInvalid:
            refused = True
        assert refused == case["wantErr"], path
        judged += 1
    assert judged == 196


def test_every_leaf_of_every_size_up_to_256_is_proved_and_no_other_leaf_is() -> None:
    for size in range(257):
        expected = root(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(read_leaves, index, size)
            verify_inclusion(LEAVES[index], index, size, proof, expected)
            with pytest.raises(ProofInvalid):
                verify_inclusion(LEAVES[(index + 1) % 256], index, size, proof, expected)


def test_every_pair_of_sizes_up_to_256_is_proved_consistent_and_only_from_its_own_root() -> None:
    roots = [root(LEAVES[:size]) for size in range(257)]
    for size in range(1, 257):
        for old_size in range(1, size + 1):
            proof = consistency_proof(read_leaves, old_size, size)
            verify_consistency(old_size, size, proof, roots[old_size], roots[size])
            with pytest.raises(ProofInvalid):
                verify_consistency(old_size, size, proof, roots[old_size - 1], roots[size])


@pytest.mark.parametrize("size", [0, 1, 7, 256])
def test_a_consistency_proof_from_size_0_is_never_accepted(size: int) -> None:
    with pytest.raises(ProofInvalid):
        verify_consistency(0, size, [], EMPTY_ROOT, root(LEAVES[:size]))
    with pytest.raises(ProofInvalid):
        consistency_proof(read_leaves, 0, size)


def test_a_proof_outside_the_checkpoints_size_is_refused() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ProofInvalid):
            inclusion_proof(read_leaves, index, size)


def test_the_right_edge_gives_the_root_at_every_size() -> None:
    edge = RightEdge()
    for size in range(257):
        assert edge.root() == root_by_definition(LEAVES[:size])
        assert RightEdge.of(read_leaves, size) == edge
        if size < 256:
            edge.append(LEAVES[size])


def test_tile_paths_and_widths_are_the_published_ones(vectors: Path) -> None:
    examples = json.loads((vectors / "c2sp-spec-examples/examples.json").read_bytes())["tiles"]
    for index, path in examples["index_path"].items():
        assert Tile(0, int(index)).path == f"tile/0/{path}"
    tiles = list(tiles_of(70_000))
    assert [sum(tile.level == level and tile.width == 256 for tile in tiles) for level in (0, 1, 2)] == [
        273,
        1,
        0,
    ]
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


def test_a_path_is_read_back_and_no_other_spelling_is_taken() -> None:
    for index in (0, 1, 255, 999, 1000, 123_456, 1_234_067, 10**12):
        for level in (ENTRIES, 0, 1, 63):
            for width in (1, 17, 255, 256):
                tile = Tile(level, index, width)
                assert parse_path(tile.path) == tile
    for path in (
        "tile/00/000", "tile/64/000", "tile/0/0", "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/300", "tile/0/000.p/07", "tile/0/x1/000", "tile/-1/000", "tile/data/000", "tile/0/000/",
        "/tile/0/000", "tile/0/x001", "tile/0/001/002", "tile/0/٠٠٠", "tile/0/000\n",
    ):  # fmt: skip
        with pytest.raises(Malformed):
            parse_path(path)


def test_the_verifier_names_the_same_tiles() -> None:
    for size in [*range(600), 65_535, 65_536, 65_537, 70_000]:
        expected = {tile.path for tile in [*tiles_of(size), *bundles_of(size)]}
        assert verify.tile_paths(size) == expected


def test_tiles_new_since_an_older_size_are_what_the_older_tree_lacked() -> None:
    for old_size in range(0, 800, 37):
        for size in range(old_size, 800, 29):
            new = set(tiles_of(size)) - set(tiles_of(old_size))
            assert set(tiles_of(size, old_size)) == new


def test_bundles_are_read_back_and_broken_ones_refused() -> None:
    entries = [b"", b"a", b"x" * 65_535]
    data = encode_bundle(entries)
    assert parse_bundle(data, 3) == entries
    for broken, width in ((data[:-1], 3), (data + b"\0", 3), (data, 2), (data, 4), (b"\0", 1)):
        with pytest.raises(Malformed):
            parse_bundle(broken, width)
    with pytest.raises(EntryTooLarge):
        encode_bundle([b"x" * 65_536])


def test_a_tree_written_in_any_steps_gives_the_same_tiles(tmp_path: Path) -> None:
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(1000)]

    def write(tile: Tile, data: bytes) -> None:
        path = tmp_path / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    size = 0
    while size < 1000:
        tree = TileTree.resume(write, TileReader(tmp_path, size))
        step = min(1000 - size, 1 + size % 97)
        tree.extend(b"".join(leaves[size : size + step]))
        size += step
        for tile, data in tree.partials():
            write(tile, data)
        assert tree.root() == root(leaves[:size])
        assert {tile.path for tile in tiles_of(size)} <= {
            each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*") if each.is_file()
        }
        assert RightEdge.of(TileReader(tmp_path, size), size).root() == tree.root()


def test_a_real_log_of_another_implementation_verifies(vectors: Path) -> None:
    folder = vectors / "transparency-dev-tessera/testdata/log"
    key = parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    heads = [open_checkpoint((folder / f"checkpoint.{size}").read_bytes(), [key]) for size in range(16)]
    entries = parse_bundle((folder / "tile/entries/000.p/15").read_bytes(), 15)
    leaves = [leaf_hash(each) for each in entries]
    for size, head in enumerate(heads):
        assert head.size == size
        assert head.root == root(leaves[:size])
        assert verify.parse_head(
            (folder / f"checkpoint.{size}").read_bytes(), verify.parse_key(str(key)), "checkpoint"
        ) == verify.Head(size, head.root, "checkpoint")
    for size in range(1, 16):
        read = TileReader(folder, size)
        assert encode_bundle(entries[:size]) == (folder / Tile(ENTRIES, 0, size).path).read_bytes()
        for index in range(size):
            proof = inclusion_proof(read, index, size)
            verify_inclusion(leaves[index], index, size, proof, heads[size].root)
        for old_size in range(1, size + 1):
            proof = consistency_proof(read, old_size, size)
            verify_consistency(old_size, size, proof, heads[old_size].root, heads[size].root)


def test_the_published_note_opens_and_no_altered_byte_does(vectors: Path) -> None:
    example = json.loads((vectors / "c2sp-spec-examples/examples.json").read_bytes())["signed_note"]
    key, data = parse_vkey(example["vkey"]), example["note"].encode()
    assert str(key) == example["vkey"]
    assert open_note(data, [key]).text == "This is an example message.\n"
    assert parse_note(data).encode() == data
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(LogRefused):
                open_note(bytes(flipped), [key])


def test_a_vkey_with_any_other_id_type_or_length_is_refused(vectors: Path) -> None:
    example = json.loads((vectors / "c2sp-spec-examples/examples.json").read_bytes())["signed_note"]["vkey"]
    for broken in (
        "",
        "a",
        "a+b",
        example[:-1],
        example + "=",
        example.replace("530d", "530e"),
        " " + example,
    ):
        with pytest.raises(Malformed):
            parse_vkey(broken)
        with pytest.raises(verify.Bad):
            verify.parse_key(broken)


def test_checkpoints_keep_extension_lines_and_refuse_every_other_form(signer: Signer) -> None:
    head = Checkpoint(signer.name, 5, b"r" * 32, ("catalogue 9f86d081", "note 2"))
    note = sign_checkpoint(head, signer)
    assert open_checkpoint(note, [signer.verifier]) == head
    assert verify.parse_head(note, verify.parse_key(str(signer.verifier)), "f").root == head.root
    text = head.text()
    for broken in (
        text[:-1], text + "\n", text.replace("5", "05", 1), text.replace("\n5\n", "\n-5\n"), "a\n1\n",
        text.replace("5", "five", 1), "a\n0\n" + base64.b64encode(b"x" * 32).decode() + "\n",
    ):  # fmt: skip
        with pytest.raises(Malformed):
            parse_checkpoint(broken)
    with pytest.raises(Malformed):
        Checkpoint(signer.name, 5, b"r" * 32, ("two\nlines",)).text()


def test_a_key_signs_for_its_own_origin_alone(signer: Signer, tmp_path: Path) -> None:
    note = sign_checkpoint(Checkpoint("another.example/log", 1, b"r" * 32), signer)
    with pytest.raises(Malformed):
        open_checkpoint(note, [signer.verifier])
    stranger = generate_key(tmp_path / "stranger", signer.name)
    with pytest.raises(SignatureInvalid):
        open_checkpoint(sign_checkpoint(Checkpoint(signer.name, 1, b"r" * 32), stranger), [signer.verifier])


def test_a_key_file_is_private_never_overwritten_and_read_in_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = generate_key(path, "points.example/a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path, "points.example/a").verifier == made.verifier
    with pytest.raises(FileExistsError):
        generate_key(path, "points.example/a")
    pem = made.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "pem").write_bytes(pem)
    (tmp_path / "pem").chmod(0o600)
    assert load_key(tmp_path / "pem", "points.example/a").verifier == made.verifier
    path.chmod(0o640)
    with pytest.raises(KeyUnsafe):
        load_key(path, "points.example/a")
    with pytest.raises(Malformed):
        generate_key(tmp_path / "other", "no spaces")


def ed25519_cases(vectors: Path) -> list[tuple[bytes, bytes, bytes, bool]]:
    groups = json.loads((vectors / "wycheproof/testvectors_v1/ed25519_test.json").read_bytes())["testGroups"]
    return [
        (
            bytes.fromhex(group["publicKey"]["pk"]),
            bytes.fromhex(case["sig"]),
            bytes.fromhex(case["msg"]),
            case["result"] == "valid",
        )
        for group in groups
        for case in group["tests"]
    ]


def test_both_ed25519_verifiers_judge_the_wycheproof_signatures_as_published(vectors: Path) -> None:
    cases = ed25519_cases(vectors)
    assert len(cases) > 100
    for public_key, signature, message, valid in cases:
        assert verify.verify_signature(public_key, signature, message) == valid
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
            accepted = True
        except InvalidSignature:
            accepted = False
        assert accepted == valid


def test_aes_gcm_judges_the_wycheproof_cases_as_published(vectors: Path) -> None:
    groups = json.loads((vectors / "wycheproof/testvectors_v1/aes_gcm_test.json").read_bytes())["testGroups"]
    judged = 0
    for group in groups:
        if group["keySize"] != 256 or group["ivSize"] != 96 or group["tagSize"] != 128:
            continue  # the vault uses 256-bit keys, 96-bit nonces and 128-bit tags alone
        for case in group["tests"]:
            sealed = bytes.fromhex(case["ct"] + case["tag"])
            cipher = AESGCM(bytes.fromhex(case["key"]))
            try:
                text = cipher.decrypt(bytes.fromhex(case["iv"]), sealed, bytes.fromhex(case["aad"]))
            except InvalidTag:
                assert case["result"] == "invalid"
            else:
                assert case["result"] == "valid"
                assert text.hex() == case["msg"]
            judged += 1
    assert judged > 50


def test_the_verifier_takes_canonical_json_alone_and_no_fractions(vectors: Path) -> None:
    folder = vectors / "jcs-rfc8785/testdata"
    refused: list[str] = []
    for path in sorted((folder / "input").glob("*.json")):
        canonical = bytes.fromhex((folder / f"outhex/{path.stem}.txt").read_text())
        assert canonical == (folder / f"output/{path.name}").read_bytes()
        try:
            value = verify.decode_canonical(canonical)
        except verify.Bad:
            refused.append(path.stem)
            continue
        assert value == json.loads(path.read_bytes())
        with pytest.raises(verify.Bad):
            verify.decode_canonical(path.read_bytes())
    assert refused == ["values"]  # numbers with a fraction or an exponent never stand in an entry
