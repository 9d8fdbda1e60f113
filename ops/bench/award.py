"""One award — how long the recorder waits for the answer, and until the sheet's page shows what he recorded.

The whole service runs as a newcomer has it: embedded PostgreSQL, the web service, its worker beside it. One client on
one connection records one line of a draft sheet, then reads the sheet's page with the answer's own ``since``. Beside
it stand the same round trip to an address that does nothing, and a plain durable INSERT on the same server.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
import psycopg

from api.pages import address
from ops import embedded
from ops.bench.callers import Pace, summary
from ops.example.people import BRANCH
from ops.signins import sign_ins

SHEETS: Final = (("ZB-202605", "R-DD-2"), ("ZF-202605", "R-WM-1"))
"""Matter and item of the example's sheets that the recorder is still filling."""
OUTCOME: Final = "earned"
WARM_UP: Final = 3
POST_BAR_MS: Final = 15.0
SEEN_BAR_MS: Final = 300.0
READY_S: Final = 120.0

_SCRATCH: Final = "CREATE TABLE scratch (number bigserial PRIMARY KEY, state bytea NOT NULL)"
_INSERT: Final = "INSERT INTO scratch (state) VALUES (%(state)s)"


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, one client; ``seen`` begins when the POST's answer is there."""

    awards: int
    """How many were measured: the example's open sheets have only so many lines left."""
    post: Pace
    seen: Pace
    nothing: Pace
    insert: Pace
    post_to_insert: float
    """How many plain durable INSERTs one POST costs."""
    bars: tuple[dict[str, object], ...]


class Client:
    """One person on one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._cookie = ""

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    @property
    def cookie(self) -> str:
        """Of the session, once there is one."""
        return self._cookie

    def ask(self, method: str, path: str, wish: object = None, *, accept: str = "application/json") -> Any:  # noqa: ANN401 - JSON
        """The body of a good answer, JSON where it is; anything else is an error of this measurement."""
        headers = {"Accept": accept, "Cookie": self._cookie}
        if wish is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        self._connection.request(method, path, None if wish is None else json.dumps(wish), headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status >= 300:
            raise AssertionError(f"{method} {path}: {response.status} {body[:300]!r}")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._cookie = value.partition(";")[0]
        return json.loads(body) if "json" in response.headers.get("content-type", "") else body


def main(data: Path, rounds: int) -> bytes:
    """Measure ``rounds`` awards on an example in ``data``; one JSON object."""
    port = free_port()
    with _served(data, port), closing(Client(port)) as client:
        until_served(client, port)
        found = next(one for one in sign_ins(data) if one.login == "recorder")
        client.ask("POST", "/session", {"login": found.login, "password": found.password})
        award = _measured(data, client, rounds)
    return msgspec.json.encode(award, order="sorted")


def _measured(data: Path, client: Client, rounds: int) -> Award:
    posts_s: list[float] = []
    seen_s: list[float] = []
    for sheet, member in _unsaid(client)[: rounds + WARM_UP]:
        wish = {"but": [{"member": member, "outcome": OUTCOME}]}
        began = time.perf_counter()
        receipt = client.ask("POST", f"{sheet}/lines", wish)
        answered = time.perf_counter()
        client.ask("GET", f"{sheet}?since={receipt['last']}", accept="text/html")
        seen_s.append(time.perf_counter() - answered)
        posts_s.append(answered - began)
    posts_s, seen_s = posts_s[WARM_UP:], seen_s[WARM_UP:]
    nothing = _timed(lambda: client.ask("GET", "/livez"), rounds)
    server = embedded.start(data / "postgresql")
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(_SCRATCH)
        insert = _timed(lambda: connection.execute(_INSERT, {"state": os.urandom(600)}), rounds)
    post, seen = summary(posts_s, sum(posts_s)), summary(seen_s, sum(seen_s))
    return Award(
        awards=len(posts_s),
        post=post,
        seen=seen,
        nothing=nothing,
        insert=insert,
        post_to_insert=round(post.p50_ms / insert.p50_ms, 2),
        bars=(_bar("POST p50 ms", post.p50_ms, POST_BAR_MS), _bar("visible p50 ms", seen.p50_ms, SEEN_BAR_MS)),
    )


def _unsaid(client: Client) -> list[tuple[str, str]]:
    """(sheet, member) of everybody of whom the example's open sheets say nothing yet, but the recorder himself."""
    own = client.ask("GET", "/session")["person"]
    found: list[tuple[str, str]] = []
    for matter, item in SHEETS:
        sheet = f"/units/{address(BRANCH)}/matters/{address(matter)}/sheets/{address(item)}"
        lines = client.ask("GET", sheet)["value"]["lines"]
        found += [(sheet, line["member"]) for line in lines if line["outcome"] is None and line["member"] != own]
    return found


def _bar(name: str, value: float, bar: float) -> dict[str, object]:
    return {"name": name, "value": value, "bar": f"<= {bar}", "met": value <= bar}


def _timed(act: Callable[[], object], rounds: int) -> Pace:
    waits_s: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        waits_s.append(time.perf_counter() - began)
    return summary(waits_s, sum(waits_s))


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_served(client: Client, port: int) -> None:
    """Wait until the service is ready."""
    until = time.monotonic() + READY_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            client.ask("GET", "/readyz")
        except (OSError, AssertionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def _served(data: Path, port: int) -> Generator[None]:
    settings = {"STEELYARD_DATA": str(data), "STEELYARD_PORT": str(port), "STEELYARD_DEPLOYMENT": "example"}
    command = [sys.executable, "-m", "ops.cli", "demo", "--branches", "1"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STEELYARD_", "DATABASE_"))}
    environment = kept | settings | {"STEELYARD_SECURE_COOKIES": "false"}
    with (data / "service.log").open("wb") as said:
        service = subprocess.Popen(command, env=environment, stdout=said, stderr=said)  # noqa: S603 - our own program
    try:
        yield
    finally:
        service.send_signal(signal.SIGINT)
        service.wait(60)
