"""Reading — the pages that people open most, next to an endpoint with one SELECT by key on the same server.

One web process over the example, 32 connections that ask as fast as they are answered, in short turns so that a slow
moment hits all alike. The pages are asked for as JSON by a member who is signed in, with everything that belongs to
them: session, offices, permission, names from the vault. Each is asked twice: as it is, where the log stands still and
what was found can be used again, and each time as a question that was never asked before.
"""

import asyncio
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import uvicorn
from fastapi import FastAPI, Response
from rich.console import Console

from api.app import create_app
from api.house import House
from ops import demo
from ops.bench.award import Client, free_port, until_served
from ops.bench.callers import Pace, summary
from ops.deployment import deployed
from ops.example.people import BRANCH, people
from ops.serve import house
from ops.settings import Settings
from ops.signins import sign_ins

CONNECTIONS: Final = 32
RATIO_BAR: Final = 0.6
ROUNDS: Final = 3
FLOOR: Final = "floor"
NEW: Final = "{new}"
"""In an address: a number that was never asked for, so that nothing is answered from what was kept."""
WARM_UP_S: Final = 0.5

_ONE: Final = "SELECT state FROM ledger.entries WHERE position = %(position)s"


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """What each address came to; the medians of the rounds."""

    connections: int
    paces: dict[str, Pace]
    ratios: dict[str, float]
    bars: tuple[dict[str, object], ...]


def main(data: Path, seconds: float) -> bytes:
    """Measure on an example in ``data``; one JSON object."""
    port = free_port()
    with _served(data, port):
        client = Client(port)
        until_served(client, port)
        login = next(one for one in sign_ins(data) if one.login == "member")
        client.ask("POST", "/session", {"login": login.login, "password": login.password})
        member = next(one.member for one in people() if one.login == "member")
        paths = {
            FLOOR: "/bench/one/7",
            "notice board": f"/units/{BRANCH}/notices",
            "my points": f"/members/{member}/points?year=2026",
            "explanation": f"/members/{member}/points/2026/LX",
        }
        paths |= {f"{name}, never asked before": _never_asked(path) for name, path in paths.items() if name != FLOOR}
        for path in paths.values():
            client.ask("GET", path.replace(NEW, "0"))
        rounds = [
            {name: asyncio.run(_asked(port, path, client.cookie, seconds)) for name, path in paths.items()}
            for _ in range(ROUNDS)
        ]
    paces = {name: sorted((found[name] for found in rounds), key=lambda pace: pace.per_s)[1] for name in paths}
    ratios = {
        name: round(median(found[name].per_s / found[FLOOR].per_s for found in rounds), 3)
        for name in paths
        if name != FLOOR
    }
    bars = tuple(_bar(name, ratio) for name, ratio in ratios.items())
    return msgspec.json.encode(Reads(connections=CONNECTIONS, paces=paces, ratios=ratios, bars=bars), order="sorted")


def _never_asked(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}n={NEW}"


def _bar(name: str, ratio: float) -> dict[str, object]:
    return {"name": name, "value": ratio, "bar": RATIO_BAR, "met": ratio >= RATIO_BAR}


async def _asked(port: int, path: str, cookie: str, seconds: float) -> Pace:
    """The pace of so many connections that ask for one address again and again."""
    numbers = count(time.time_ns())

    def request() -> bytes:
        line = f"GET {path.replace(NEW, str(next(numbers)))} HTTP/1.1\r\n"
        return f"{line}Host: 127.0.0.1\r\nAccept: application/json\r\nCookie: {cookie}\r\n\r\n".encode()

    since = time.perf_counter() + WARM_UP_S
    until = since + seconds
    waits = await asyncio.gather(*(_one_connection(port, request, since, until) for _ in range(CONNECTIONS)))
    return summary([wait for one in waits for wait in one], seconds)


async def _one_connection(port: int, request: Callable[[], bytes], since: float, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits: list[float] = []
    began = time.perf_counter()
    while began < until:
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head[:200]
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        ended = time.perf_counter()
        if began >= since:
            waits.append(ended - began)
        began = ended
    writer.close()
    await writer.wait_closed()
    return waits


@contextmanager
def _served(data: Path, port: int) -> Generator[None]:
    """The web service in a process of its own, without the worker: nothing is written while it is measured."""
    environment = {
        **os.environ,
        "STEELYARD_DATA": str(data),
        "STEELYARD_DEPLOYMENT": "example",
        "STEELYARD_PORT": str(port),
        "STEELYARD_SECURE_COOKIES": "false",
    }
    process = subprocess.Popen([sys.executable, "-m", "ops.bench.reads"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _with_floor(app: FastAPI, served: House) -> FastAPI:
    """The same application with the endpoint that is the measure.

    It is found before all others: to look through three hundred routes for it would take a third of its time, and the
    pages that people open most are found early as well.
    """

    async def one(position: int) -> Response:
        async with served.reads.connection() as connection:
            row = await (await connection.execute(_ONE, {"position": position})).fetchone()
        assert row is not None, "the example has more entries"
        return Response(bytes(row[0]), media_type="application/json")

    app.add_api_route("/bench/one/{position}", one)
    app.router.routes.insert(0, app.router.routes.pop())
    return app


def _serve() -> None:
    settings = Settings()
    with deployed(settings) as deployment:
        demo.prepare(deployment, Console(file=io.StringIO()))
        served = house(deployment)
        app = _with_floor(create_app(served), served)
        uvicorn.Server(uvicorn.Config(app, port=settings.port, log_level="warning", server_header=False)).run()


if __name__ == "__main__":
    _serve()
