"""A database that is away, or has no connection to spare: 503, when to come again, nothing of the inside."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from eventsourcing import persistence
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.problems import OUTAGES
from ops.deployment import on_reads
from ops.embedded import Running
from ops.example.people import BRANCH
from ops.serve import POOL_TIMEOUT_S, house, pool_of
from tests.api.town import Town, key, served

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %(name)s"
NAME = "to-be-ended"


@contextmanager
def _known(town: Town) -> Generator[httpx2.Client]:
    """A client of a service that has one connection for sign-ins, which goes by a name of its own."""
    url = on_reads(town.deployment.database.urls.writer)
    kwargs = {"autocommit": True, "application_name": NAME}
    access = AsyncConnectionPool(url, kwargs=kwargs, min_size=1, max_size=1, open=False)
    with served(replace(house(town.deployment), access=access)) as base:
        token = town.known("member").cookies["steelyard"]
        with httpx2.Client(base_url=base, cookies={"steelyard": token}, timeout=120) as client:
            yield client


def _end(server: Running) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        assert admin.execute(END, {"name": NAME}).fetchall() == [(True,)]


def test_a_lost_connection_is_no_failure_of_ours_and_passes(town: Town, server: Running) -> None:
    with _known(town) as client:
        assert client.get("/session").status_code == 200
        _end(server)
        lost = client.get("/session")
        assert (lost.status_code, lost.json()["code"]) == (503, "database-unavailable")
        assert int(lost.headers["retry-after"]) > 0
        assert lost.json()["facts"] == {}
        assert client.get("/session").status_code == 200


def test_a_pool_without_a_free_connection_and_a_ledger_without_its_database_are_outages() -> None:
    assert issubclass(PoolTimeout, OUTAGES)
    assert issubclass(persistence.OperationalError, OUTAGES)
    # What a table refuses, and a statement that is wrong, is a failure of ours.
    for failure in (persistence.IntegrityError, persistence.DataError, psycopg.DataError, psycopg.ProgrammingError):
        assert not issubclass(failure, OUTAGES), failure


def test_while_the_database_is_away_everybody_is_told_within_five_seconds(
    town: Town, server: Running, tmp_path: Path
) -> None:
    """The way to the server goes over a link that is cut: nobody gets a connection any more.

    What ends the waiting is the patience of the pool; how busy the machine is decides nothing.
    """
    assert POOL_TIMEOUT_S < 5
    way = tmp_path / "way"
    place = conninfo_to_dict(server.admin_url)["host"]
    way.symlink_to(str(place))
    urls = town.deployment.database.urls

    def pool(url: str) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
        return pool_of(make_conninfo(url, host=str(way), application_name=NAME), 2)

    made = replace(house(town.deployment), reads=pool(on_reads(urls.reader)), access=pool(on_reads(urls.writer)))
    token = town.known("member").cookies["steelyard"]
    with served(made) as base, httpx2.Client(base_url=base, cookies={"steelyard": token}, timeout=120) as client:
        assert client.get("/session").status_code == 200
        way.unlink()
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(END, {"name": NAME})
        for method, path in (("GET", "/session"), ("GET", "/points"), ("POST", f"/units/{BRANCH}/matters")):
            answered = client.request(method, path, headers=key())
            assert (answered.status_code, answered.json()["code"]) == (503, "database-unavailable"), path
        answered = httpx2.get(f"{base}/readyz", timeout=120)
        assert (answered.status_code, answered.json()["status"]) == (503, "down")
        way.symlink_to(str(place))
        deadline = time.monotonic() + 120
        while client.get("/session").status_code != 200:
            assert time.monotonic() < deadline, "the service did not come back"
