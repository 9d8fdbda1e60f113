"""发布 — signs the tree's head at most a second after a commit, or refuses loudly when the log was rewritten."""

import threading
from pathlib import Path
from typing import Final

import psycopg
import structlog

from ops.catalogue import fingerprint
from ops.deployment import Deployment
from projections.transparency.publisher import Published, publish_once

POLL_S: Final = 0.3
STATE: Final = "checkpoint"
"""Folder beside the keys with a second copy of the last signed checkpoint: not in the database, not in the log."""

_log = structlog.get_logger("publish")


def state_folder(deployment: Deployment) -> Path:
    """Where the second copy of the last checkpoint is kept."""
    assert deployment.settings.signing_key is not None, "settings always name the signing key"
    return deployment.settings.signing_key.parent / STATE


def publish(deployment: Deployment, *, whole: bool, log: str | None = None) -> Published:
    """Publish what was committed; with ``whole`` every published leaf is compared with the database first.

    ``log`` names a log that is not open yet: its empty tree is signed before its first entry, so that from then on a
    log without its last checkpoint is a lost or exchanged one.
    """
    opened = deployment.opened
    origin = log if opened is None else opened.origin
    assert origin is not None, "an empty log has no name yet"
    assert deployment.settings.log is not None, "settings always name the log's folder"
    signer = deployment.signer(origin)
    with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
        catalogue = fingerprint(connection, deployment.database.urls.database)
        return publish_once(
            connection,
            deployment.settings.log,
            signer,
            state_folder=state_folder(deployment),
            extensions=(f"catalogue {catalogue}",),
            whole=whole,
        )


def publishing(deployment: Deployment, stop: threading.Event) -> None:
    """Publish until stopped. A refusal ends the worker: it must be seen, not tried again in silence."""
    publish(deployment, whole=True)
    while not stop.wait(POLL_S):
        published = publish(deployment, whole=False)
        if published.grown:
            _log.info("published", size=published.checkpoint.size, grown=published.grown)
