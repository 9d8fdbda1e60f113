"""证明 — export and verification from the command line."""

from pathlib import Path
from typing import Final

import psycopg

from domain.decider import Refused
from ops.deployment import Deployment
from projections.transparency.audit import verify_database
from projections.transparency.export import Exported, export
from projections.transparency.note import parse_vkey
from projections.transparency.verify import Problem

KEY_FILE: Final = "key"


class NotPublished(Refused):
    """总账尚未签发检查点。 No checkpoint of this log has been signed yet."""

    code = "not-published"


def _key(deployment: Deployment) -> str:
    folder = deployment.settings.log
    assert folder is not None, "settings always name the log's folder"
    file = folder / KEY_FILE
    if not file.exists():
        raise NotPublished
    return file.read_text().strip()


def exported(deployment: Deployment, target: Path) -> Exported:
    """Write the whole log, as far as it is signed, to a new folder."""
    assert deployment.settings.log is not None, "settings always name the log's folder"
    key = parse_vkey(_key(deployment))
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        return export(connection, deployment.settings.log, target, key)


def verified(deployment: Deployment, trusted: Path | None) -> list[Problem]:
    """What is wrong with the stored log, the first bad entry first; nothing when it is whole."""
    assert deployment.settings.log is not None, "settings always name the log's folder"
    key = _key(deployment)
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        return verify_database(connection, deployment.settings.log, key=key, trusted=trusted)
