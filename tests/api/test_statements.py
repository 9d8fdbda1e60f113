"""How many statements a page costs: what it shows comes from one; and what has not changed is not sent again."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from api.arrival import BY_COOKIE, BY_TOKEN
from ops.deployment import on_reads
from ops.example.people import BRANCH, WORK_COMMITTEE
from ops.example.told import SCHEME
from ops.serve import house
from tests.api.town import Town, served

JSON = {"accept": "application/json"}
OWN = "substitute"
"""Of whom no paper speaks: what papers say of earlier years, and who vouches for it, is asked for besides."""
SAID: list[str] = []
"""Every statement that was sent to the read models since it was last cleared."""


class Listening(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A connection that writes down what it is asked, through whichever kind of cursor."""

    async def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
        query = gen.gi_frame.f_locals.get("query")
        if query is not None:
            SAID.append(query.decode() if isinstance(query, bytes) else str(query))
        return await super().wait(gen, *arguments, **named)


@pytest.fixture(scope="module")
def listened(town: Town) -> Iterator[Town]:
    """The same town over connections that write down what they are asked."""
    url = on_reads(town.deployment.database.read_url)
    pool = AsyncConnectionPool(
        url, connection_class=Listening, kwargs={"autocommit": True}, min_size=1, max_size=4, open=False
    )
    with served(replace(house(town.deployment), reads=pool)) as base:
        found = replace(town, base=base, clients={})
        yield found
        for client in found.clients.values():
            client.close()
        found.sql.close()


def said(client: httpx2.Client, path: str, word: str) -> tuple[int, int]:
    """(statements that name a table, statements altogether) of one request to the read models, once all is warm."""
    client.get(f"{path}?first", headers=JSON)
    SAID.clear()
    # The query makes it another question: nothing is answered from what was kept.
    assert client.get(f"{path}?again={uuid4()}", headers=JSON).status_code == 200
    naming = [one for one in SAID if re.search(rf"\bFROM {word}\b", one)]
    return len(naming), len(SAID)


def test_my_points_come_from_one_statement(listened: Town) -> None:
    member = listened.acting(OWN, "member", BRANCH)
    assert said(member, f"/members/{listened.members[OWN]}/points", "scores") == (1, 1)


def test_why_a_category_is_what_it_is_comes_from_one_statement(listened: Town) -> None:
    member = listened.acting(OWN, "member", BRANCH)
    assert said(member, f"/members/{listened.members[OWN]}/points/2026/LX", "records") == (1, 1)


def test_the_notice_board_comes_from_one_statement_whoever_reads_it(listened: Town) -> None:
    for login in ("member", "secretary"):
        reader = listened.acting(login, login, BRANCH)
        assert said(reader, f"/units/{BRANCH}/notices", "notices") == (1, 1)


def test_who_comes_and_whom_he_asks_for_is_found_by_indexes_alone(town: Town) -> None:
    """Asked with every request: it must not become slower with the number of people and offices."""
    known = {"token": b"", "now": town.deployment.clock().now(), "day": "2026-05-20", "unit": None, "member": uuid4()}
    with psycopg.connect(on_reads(town.deployment.database.urls.writer)) as connection:
        connection.execute("SET enable_seqscan = off")
        for query in (BY_COOKIE, BY_TOKEN):
            plan = "\n".join(line for (line,) in connection.execute("EXPLAIN " + query, known))
            # How far the read models are, and what is parked or held back: a row or a few.
            assert set(re.findall(r"Seq Scan on (\w+)", plan)) <= {"tracking", "parked", "held"}


def test_who_comes_is_planned_once_whatever_he_asks_for(town: Town) -> None:
    """Planning the statement takes longer than answering it."""
    known = {"token": b"", "now": town.deployment.clock().now(), "day": "2026-05-20"}
    with psycopg.connect(str(house(town.deployment).access.conninfo)) as connection:
        for asked in ({"unit": BRANCH, "member": None}, {"unit": None, "member": uuid4()}):
            for _ in range(9):
                connection.execute(BY_COOKIE, {**known, **asked})
        planned = connection.execute("SELECT bool_or(generic_plans > 0), sum(custom_plans) FROM pg_prepared_statements")
        assert planned.fetchone() == (True, 0)


def test_while_nothing_is_applied_the_read_models_are_not_asked_again(listened: Town) -> None:
    listened.settled()
    member = listened.acting(OWN, "member", BRANCH)
    for path in (f"/units/{BRANCH}/notices", f"/members/{listened.members[OWN]}/points"):
        first = member.get(path, headers=JSON)
        SAID.clear()
        again = member.get(path, headers=JSON)
        assert (SAID, again.content) == ([], first.content)


def test_a_dashboard_comes_from_one_statement_for_a_branch_and_for_the_district(listened: Town) -> None:
    for login, unit in (("secretary", BRANCH), ("officer", WORK_COMMITTEE)):
        client = listened.acting(login, login, unit)
        assert said(client, f"/units/{unit}/dashboard", "units AS u WHERE")[0] == 1


def test_what_has_not_changed_is_not_sent_again(listened: Town) -> None:
    listened.settled()
    member = listened.acting(OWN, "member", BRANCH)
    own = f"/members/{listened.members[OWN]}"
    for path in (f"/units/{BRANCH}/notices", f"{own}/points", f"{own}/points/2026/LX", f"{own}/timeline", "/rules/{}"):
        path = path.format(SCHEME)
        first = member.get(path, headers=JSON)
        SAID.clear()
        again = member.get(path, headers={**JSON, "if-none-match": first.headers["etag"]})
        # It is known before anything is looked for.
        assert (again.status_code, again.content, SAID) == (304, b"", [])
        page = member.get(path, headers={"accept": "text/html", "if-none-match": first.headers["etag"]})
        assert page.status_code == 200
