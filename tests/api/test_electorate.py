"""Who is listed as entitled to vote: those of the body that the rule set names, whatever body that is."""

import asyncio

import psycopg
import pytest
from msgspec.structs import replace

from api.electorate import Voters, body_of, of_case
from domain.rules.scheme import Scheme
from ops.deployment import on_reads
from ops.example.people import BRANCH, WORK_COMMITTEE
from projections import cases, organisation, rules
from tests.api.town import Town


def chained(scheme: Scheme, *steps: str) -> Scheme:
    """The same rule set with one chain for everything."""
    chain = replace(scheme.approval_chains[0], what="any", tiers=(), items=(), steps=steps)
    return replace(scheme, approval_chains=(chain,))


async def found(town: Town, body: str, unit: str, step: str) -> tuple[str, Voters]:
    url = on_reads(town.deployment.database.urls.reader)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        here = (await organisation.unit(connection, BRANCH)).value
        assert here is not None
        day = town.deployment.clock().now().date()
        known = await rules.scheme_on(connection, here.scheme, day)
        assert known is not None
        listed = (await cases.cases_of_unit(connection, BRANCH, cases.HONOURS)).value.items
        header = replace(listed[0], status="claimed", body=unit, step=0)
        scheme = chained(known.scheme, step)
        assert body_of(here, header, scheme) == body
        return body, await of_case(connection, here, header, scheme, day)


@pytest.mark.parametrize(
    ("step", "unit", "body", "inside", "outside"),
    [
        ("branch_committee", BRANCH, "branch_committee", {"secretary", "committee"}, {"member", "probationary"}),
        ("branch_meeting", BRANCH, "branch_meeting", {"secretary", "member", "recorder"}, {"probationary"}),
        ("leading_group", WORK_COMMITTEE, "leading_group", {"everybody"}, {"member", "secretary"}),
        ("branch_committee", WORK_COMMITTEE, "parent_committee", {"higher"}, {"secretary"}),
    ],
)
def test_whoever_belongs_to_the_body_is_listed_and_nobody_else(
    town: Town, step: str, unit: str, body: str, inside: set[str], outside: set[str]
) -> None:
    _, voters = asyncio.run(found(town, body, unit, step))
    assert {town.members[one] for one in inside} <= voters.keys()
    assert not {town.members[one] for one in outside} & voters.keys()
