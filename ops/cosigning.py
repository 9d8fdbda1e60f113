"""请求见证 — the log's side: each newest checkpoint is put before the witnesses of the policy in force."""

import threading
import urllib.error
import urllib.request
from typing import Final

import structlog

from ops.deployment import Deployment
from projections.transparency.history import CHECKPOINT
from projections.transparency.note import parse_vkey
from projections.transparency.policy import Policy
from projections.transparency.publisher import KEY
from projections.transparency.refusals import LogRefused
from projections.transparency.witness import MOST_BYTES, PATH, Answer
from projections.transparency.witnessed import Asked, Witnesses, put_policy

POLL_S: Final = 10.0
"""How often the newest checkpoint is put before the witnesses: what they see of the log is that much late at most."""
TIMEOUT_S: Final = 10.0
_UNREACHABLE: Final = Answer(0)

_log = structlog.get_logger("witness")


def ask(url: str, body: bytes) -> Answer:
    """Put a request before a witness; one that does not answer is status 0."""
    if not url.startswith(("http://", "https://")):
        return _UNREACHABLE
    request = urllib.request.Request(url.rstrip("/") + PATH, body, {"Content-Type": "text/plain"})  # noqa: S310 - checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310 - checked above
            return Answer(reply.status, _text(reply.read(MOST_BYTES)), reply.headers.get_content_type())
    except urllib.error.HTTPError as problem:
        with problem:
            return Answer(problem.code, _text(problem.read(MOST_BYTES)), problem.headers.get_content_type())
    except OSError:
        return _UNREACHABLE


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def in_force(deployment: Deployment) -> Policy | None:
    """Put the operator's policy file in force, or none; a wrong one is refused before anything starts."""
    settings = deployment.settings
    assert settings.log is not None, "settings always name the log's folder"
    file = settings.witness_policy
    return put_policy(settings.log, None if file is None else file.read_bytes())


def witnessing(deployment: Deployment, policy: Policy, stop: threading.Event, poll_s: float = POLL_S) -> None:
    """Have every newest checkpoint cosigned until stopped. A witness that does not answer is asked again."""
    assert deployment.settings.log is not None, "settings always name the log's folder"
    folder, witnesses = deployment.settings.log, Witnesses(policy, ask)
    while not stop.is_set():
        if (folder / CHECKPOINT).is_file() and (folder / KEY).is_file():
            key = parse_vkey((folder / KEY).read_text().strip())
            try:
                for asked in witnesses.cosign(folder, key):
                    _say(asked)
            except LogRefused as refused:
                # Between two files of the publisher: the next look finds them whole.
                _log.warning("not cosigned", code=refused.code, detail=refused.detail)
        stop.wait(poll_s)


def _say(asked: Asked) -> None:
    if asked.status == 200:
        _log.info("cosigned", witness=asked.name)
    elif asked.ahead is not None:
        _log.error("a witness has seen another history", witness=asked.name, size=asked.ahead)
    else:
        _log.warning("not cosigned", witness=asked.name, status=asked.status)
