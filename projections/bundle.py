"""核查材料 — what a reviewer takes to the file: entries, the values sealed in them, and proofs, in one archive.

    MANIFEST             SHA-256 of every file below, `sha256sum -c` form, sorted: its own SHA-256 is what is sealed
    checkpoint           the signed head
    disclosures.jsonl    {"commitment":…,"disclosure":…} in order of commitment
    entries/POSITION.json    the very bytes of an entry
    key                  the log's vkey
    proofs/POSITION.tlog-proof   that this entry stands under the checkpoint
    review.json          number, basis, person, period
    README, verify.py    how to check it; not in the MANIFEST, so that a later release of them changes nothing sealed

A function of the log up to the checkpoint: the same bundle again has the same MANIFEST.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from domain.sealed import Secret
from domain.values import Sha256
from projections.dossier import Row
from projections.transparency import verify
from projections.transparency.note import VerifierKey
from projections.transparency.tlogproof import inclusion

README: Final = """\
核查材料  Review bundle

entries/ 是总账原文,proofs/ 证明每一条都在签名检查点 checkpoint 之下,disclosures.jsonl 是其中封存内容的披露。
逐条核验(Python 3.8 以上,不联网):

    python verify.py --proof proofs/N.tlog-proof --entry entries/N.json --key KEY

KEY 请取自本包之外。sha256sum -c MANIFEST 核对其余文件;MANIFEST 的 SHA-256 即封存摘要。

entries/ holds the ledger's own bytes, proofs/ shows that each stands under the signed checkpoint, disclosures.jsonl
discloses what is sealed in them. Check each entry as above (Python 3.8 or later, no network); take KEY from elsewhere.
sha256sum -c MANIFEST checks the other files; the SHA-256 of MANIFEST is the digest that was sealed.
"""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle ready to be sealed or taken."""

    digest: Sha256
    """Of its MANIFEST."""
    entries: int
    archive: bytes
    """A ZIP file."""


def bundle(
    log: Path, key: VerifierKey, note: bytes, rows: Sequence[Row], secrets: Mapping[Sha256, Secret], about: object
) -> Bundle:
    """Put a bundle together; every proof is verified before it is put in."""
    files: dict[str, bytes] = {
        "checkpoint": note,
        "key": f"{key}\n".encode(),
        "review.json": msgspec.json.encode(about, order="sorted") + b"\n",
        "disclosures.jsonl": b"".join(
            msgspec.json.encode({"commitment": one, "disclosure": secrets[one].disclosure}) + b"\n"
            for one in sorted(secrets)
        ),
    }
    for row in rows:
        files[f"entries/{row.position}.json"] = row.state
        files[f"proofs/{row.position}.tlog-proof"] = inclusion(log, row.position, note, [key]).encode()
    manifest = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()
    every = {
        "MANIFEST": manifest,
        **files,
        "README": README.encode(),
        "verify.py": Path(verify.__file__).read_bytes(),
    }
    return Bundle(digest=hashlib.sha256(manifest).hexdigest(), entries=len(rows), archive=_zipped(every))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()
