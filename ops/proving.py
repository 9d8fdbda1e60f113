"""证明 — export and verification from the command line."""

from pathlib import Path
from typing import Final

import psycopg

from domain.decider import Refused
from ops.deployment import Deployment
from projections.transparency.audit import verify_database
from projections.transparency.export import Exported, export
from projections.transparency.history import CHECKPOINT
from projections.transparency.note import load_key, parse_vkey
from projections.transparency.verify import Problem

KEY_FILE: Final = "key"


class NotPublished(Refused):
    """总账尚未签发检查点。 No checkpoint of this log has been signed yet."""

    code = "not-published"


def _key(deployment: Deployment) -> str:
    """The log's vkey: that of the signing key, where it is at hand; the published one is only somebody's word.

    Its name is taken from the second copy of the checkpoint, else from the published key.
    """
    folder, signing = deployment.settings.log, deployment.settings.signing_key
    assert folder is not None, "settings always name the log's folder"
    assert signing is not None, "settings always name the signing key"
    published, kept = folder / KEY_FILE, deployment.state_folder / CHECKPOINT
    if kept.exists() and signing.exists():
        return str(load_key(signing, kept.read_text().partition("\n")[0]).verifier)
    if not published.exists():
        raise NotPublished
    vkey = published.read_text().strip()
    return str(load_key(signing, parse_vkey(vkey).name).verifier) if signing.exists() else vkey


def exported(deployment: Deployment, target: Path) -> Exported:
    """Write the whole log, as far as it is signed, to a new folder."""
    assert deployment.settings.log is not None, "settings always name the log's folder"
    key = parse_vkey(_key(deployment))
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        return export(connection, deployment.settings.log, target, key)


def verified(deployment: Deployment, trusted: Path | None) -> list[Problem]:
    """What is wrong with the stored log, the first bad entry first; nothing when it is whole.

    Its measures are the published tiles and checkpoints, the second copy of the last checkpoint, which neither the
    database nor the log's folder holds, and ``trusted``, a checkpoint file or folder from elsewhere.
    """
    assert deployment.settings.log is not None, "settings always name the log's folder"
    key, kept = _key(deployment), deployment.state_folder / CHECKPOINT
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        return verify_database(
            connection,
            deployment.settings.log,
            key=key,
            trusted=trusted,
            kept=kept if kept.exists() else None,
        )
