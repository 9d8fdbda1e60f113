"""A witness over HTTP, and a log that asks it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from typer.testing import CliRunner

from ops.cosigning import ask
from ops.witness import app, application, signer_of
from projections.transparency.checkpoint import Checkpoint, sign_checkpoint
from projections.transparency.cosignature import cosigned_at, cosigner_key
from projections.transparency.note import COSIGNATURE, generate_key, parse_note, parse_vkey
from projections.transparency.witness import MOST_BYTES, Request, Witness

NOW_S = 1_790_000_000


@contextmanager
def _served(witness: Witness) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(witness, lambda: NOW_S), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_it_is_asked_over_http(tmp_path: Path) -> None:
    log = generate_key(tmp_path / "log", "points.example/log")
    office = signer_of(tmp_path / "office/key", "city.example/w")
    note = sign_checkpoint(Checkpoint(log.name, 3, b"\x01" * 32), log)
    with _served(Witness(tmp_path / "state", office, [log.verifier])) as url:
        answer = ask(f"{url}/", Request(0, (), note).encode())
        assert answer.status == 200
        assert cosigned_at(parse_note(note + answer.body.encode()), cosigner_key(office)) == NOW_S
        told = ask(url, Request(0, (), note).encode())
        assert (told.status, told.body, told.media_type) == (409, "3\n", "text/x.tlog.size")
        assert ask(url, b"old").status == 400
        assert ask(url, b"x" * (MOST_BYTES + 1)).status == 413
        assert ask(f"{url}/elsewhere", Request(0, (), note).encode()).status == 404
    assert ask(url, b"").status == 0, "who does not answer is asked again later"
    assert ask("file:///etc/passwd", b"").status == 0


def test_its_key_is_made_once_and_told_for_the_policy(tmp_path: Path) -> None:
    file = tmp_path / "office/key"
    told = [CliRunner().invoke(app, ["key", "city.example/w", "--key", str(file)]).output.strip() for _ in range(2)]
    assert told[0] == told[1]
    assert parse_vkey(told[0], COSIGNATURE).name == "city.example/w"
    assert file.stat().st_mode & 0o077 == 0
