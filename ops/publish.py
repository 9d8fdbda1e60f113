"""发布 — signs the tree's head at most a second after a commit, or refuses loudly when the log was rewritten."""

import threading
import time
from typing import Final

import psycopg
import structlog

from domain.oversight.log import LogNotOpened
from ops.catalogue import fingerprint
from ops.deployment import Deployment
from ops.guarded import refusal, resume_writing, stop_writing
from projections.transparency import publisher
from projections.transparency.publisher import Published, publish_once
from projections.transparency.refusals import KeyUnsafe, LogRefused, PublisherBusy

POLL_S: Final = 0.3
WHOLE_S: Final = 3600.0
"""How often every published leaf is compared with the database; in between, those of the last open tile."""

_log = structlog.get_logger("publish")


def publish(deployment: Deployment, *, whole: bool, log: str | None = None) -> Published:
    """Publish what was committed; with ``whole`` every published leaf is compared with the database first.

    ``log`` names a log that is not open yet: its empty tree is signed before its first entry, so that from then on a
    log without its last checkpoint is a lost or exchanged one.
    """
    origin = deployment.origin or log
    assert origin is not None, "an empty log has no name yet"
    assert deployment.settings.log is not None, "settings always name the log's folder"
    signer = deployment.signer(origin)
    with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
        return publish_once(
            connection,
            deployment.settings.log,
            signer,
            state_folder=deployment.state_folder,
            extensions=_extensions(deployment, connection),
            whole=whole,
        )


def publish_or_stop(deployment: Deployment, *, whole: bool) -> Published | None:
    """Publish; where the log is refused, stop the writing of every process instead and say so.

    None then, and when another process is just publishing: it finds out the same.
    """
    if refusal(deployment.state_folder) is not None:
        return None
    try:
        return publish(deployment, whole=whole)
    except PublisherBusy:
        return None
    except KeyUnsafe:
        raise
    except LogRefused as refused:
        stopped = stop_writing(deployment.state_folder, refused, deployment.clock().now())
        _log.error("log refused, nothing more is written", code=stopped.code, detail=stopped.detail)
        return None


def adopt(deployment: Deployment, name: str) -> Published:
    """Take the log over by its name: whatever was ever signed must hold; then writing goes on.

    The way back after a database was put right again, and after tiles or the last checkpoint were lost.
    """
    assert deployment.settings.log is not None, "settings always name the log's folder"
    signer = deployment.signer(deployment.origin or name)
    with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
        adopted = publisher.adopt(
            connection,
            deployment.settings.log,
            signer,
            name,
            state_folder=deployment.state_folder,
            extensions=_extensions(deployment, connection),
        )
    resume_writing(deployment.state_folder)
    return adopted


def rotate_key(deployment: Deployment, lost: str | None = None) -> str:
    """Give the log another signing key; the former signs the handover, or is named by its vkey where it was lost."""
    settings, origin = deployment.settings, deployment.origin
    assert settings.log is not None, "settings always name the log's folder"
    assert settings.signing_key is not None, "settings always name the signing key"
    if origin is None:
        raise LogNotOpened
    if lost is None:
        publish(deployment, whole=True)
    key = publisher.rotate(
        settings.log, settings.signing_key, origin, state_folder=deployment.state_folder, former=lost
    )
    return str(key)


def publishing(deployment: Deployment, stop: threading.Event) -> None:
    """Publish until stopped. A log that is refused is not tried again before an operator has taken it over."""
    whole_at = time.monotonic()
    while not stop.is_set():
        whole = time.monotonic() >= whole_at
        published = publish_or_stop(deployment, whole=whole)
        if published is not None:
            whole_at = time.monotonic() + WHOLE_S if whole else whole_at
            if published.grown:
                _log.info("published", size=published.checkpoint.size, grown=published.grown)
        stop.wait(POLL_S)


def _extensions(deployment: Deployment, connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[str, ...]:
    return (f"catalogue {fingerprint(connection, deployment.database.urls.database)}",)
