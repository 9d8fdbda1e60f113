"""Pages of the log say who cosigns it; without anybody they say that too."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.transparency.cosignature import cosigner_key
from projections.transparency.note import Signer, generate_key, parse_vkey
from projections.transparency.policy import Policy
from projections.transparency.witness import Answer, Witness
from projections.transparency.witnessed import WITNESSED, Witnesses, put_policy
from tests.api.town import PAGE, Town, key

NOW_S = 1_790_000_000


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[tuple[Signer, Policy]]:
    """Another office, asked by the log for the time of one test."""
    signer = generate_key(tmp_path / "key", "city.example/w")
    log = town.deployment.settings.log
    assert log is not None
    lines = f"witness city {cosigner_key(signer)} http://city\nquorum city\n"
    policy = put_policy(log, lines.encode())
    assert policy is not None
    yield signer, policy
    put_policy(log, None)
    (log / WITNESSED).unlink(missing_ok=True)


def test_a_log_that_nobody_cosigns_says_so(town: Town) -> None:
    client = town.known("")
    told = client.get("/log").json()
    assert (told["witnesses"], told["witnessed"]) == ([], None)
    assert "未经见证" in client.get("/log", headers=PAGE).text
    assert client.get("/log/witnessed").status_code == 404


def test_what_was_cosigned_is_public_and_goes_with_the_proofs(
    town: Town, office: tuple[Signer, Policy], tmp_path: Path
) -> None:
    signer, policy = office
    log, client = town.deployment.settings.log, town.known("")
    assert log is not None
    assert client.get("/log").json()["witnesses"] == ["city.example/w"]
    vkey = parse_vkey((log / "key").read_text().strip())
    witness = Witness(tmp_path / "state", signer, [vkey])

    def ask(url: str, body: bytes) -> Answer:
        return witness.add_checkpoint(body, NOW_S)

    assert [asked.status for asked in Witnesses(policy, ask).cosign(log, vkey)] == [200]
    told = client.get("/log").json()
    assert told["witnessed"]["by"] == ["city.example/w"]
    assert "city.example/w" in client.get("/log", headers=PAGE).text
    note = client.get("/log/witnessed").text
    assert "— city.example/w " in note
    assert client.get("/log/policy").text.startswith("witness city ")
    member = town.members["member"]
    own = town.known("member")
    spans = own.get(f"/members/{member}/points/2026/LX").json()["value"]["spans"]
    record = spans[0]["items"][0]["records"][0]["record"]
    proof = own.get(f"/members/{member}/records/{record}").json()["value"]["proof"]
    assert proof["witnesses"] == ["city.example/w"]
    assert proof["checkpoint"] == note


def test_the_same_export_again_holds_the_cosignatures_of_now(
    town: Town, office: tuple[Signer, Policy], tmp_path: Path
) -> None:
    """Nothing of what was exported is another, so it is given out and not refused as changed."""
    signer, policy = office
    log, auditor, once = town.deployment.settings.log, town.known("auditor"), key()
    assert log is not None
    vkey = parse_vkey((log / "key").read_text().strip())
    witness = Witness(tmp_path / "state", signer, [vkey])

    def cosigned() -> None:
        asked = Witnesses(policy, lambda _, body: witness.add_checkpoint(body, NOW_S)).cosign(log, vkey)
        assert [one.status for one in asked] == [200]

    def taken() -> dict[str, bytes]:
        answer = auditor.post("/log/export.tar", json={"period": "2026"}, headers=once)
        assert answer.status_code == 200, answer.text
        with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
            return {one.name: file.read() for one in tar if (file := tar.extractfile(one)) is not None}

    cosigned()
    first = taken()
    town.settled()
    assert taken() == first
    cosigned()
    again = taken()
    cosignature = {f"steelyard/{WITNESSED}", "steelyard/MANIFEST"}
    assert {name for name in first.keys() | again.keys() if first.get(name) != again.get(name)} == cosignature
