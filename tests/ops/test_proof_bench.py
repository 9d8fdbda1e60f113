"""The measurement of the proof publishes, exports and verifies the same entries, and finds them whole."""

import json

from ops.bench import proof
from ops.embedded import Running


def test_the_proof_is_measured_from_the_leaf_to_the_verdict(server: Running) -> None:
    found = json.loads(proof.main(server.admin_url, 3_000, 1))
    for side in ("copy", "publish", "export", "verify", "with_scores", "hashing", "parsing", "writing"):
        assert found[side]["per_s"] > 0
        assert found[side]["per_core_s"] > 0
    assert [bar["name"] for bar in found["bars"]] == [
        "verified entries/s of one core", "published leaves/s", "export / COPY",
    ]  # fmt: skip
