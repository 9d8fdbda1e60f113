"""A database that is away, or has no connection to spare: 503, when to come again, nothing of the inside."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import httpx2
import psycopg
from eventsourcing import persistence
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.problems import OUTAGES
from ops.embedded import Running
from ops.serve import house
from tests.api.town import Town, served

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %(name)s"
NAME = "to-be-ended"


@contextmanager
def _known(town: Town) -> Generator[httpx2.Client]:
    """A client of a service that has one connection for sign-ins, which goes by a name of its own."""
    url = town.deployment.database.urls.writer
    kwargs = {"autocommit": True, "application_name": NAME}
    access = AsyncConnectionPool(url, kwargs=kwargs, min_size=1, max_size=1, open=False)
    with served(replace(house(town.deployment), access=access)) as base:
        token = town.known("member").cookies["steelyard"]
        with httpx2.Client(base_url=base, cookies={"steelyard": token}, timeout=30) as client:
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
