"""Pages of the log say who cosigns it; without anybody they say that too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.transparency.cosignature import cosigner_key
from projections.transparency.note import Signer, generate_key, parse_vkey
from projections.transparency.policy import Policy
from projections.transparency.witness import Answer, Witness
from projections.transparency.witnessed import WITNESSED, Witnesses, put_policy
from tests.api.town import PAGE, Town

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
    key = parse_vkey((log / "key").read_text().strip())
    witness = Witness(tmp_path / "state", signer, [key])

    def ask(url: str, body: bytes) -> Answer:
        return witness.add_checkpoint(body, NOW_S)

    assert [asked.status for asked in Witnesses(policy, ask).cosign(log, key)] == [200]
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
