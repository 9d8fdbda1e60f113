"""说明 — one member's score as a tree of plain sentences, for the command line."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Literal

import psycopg
from rich.tree import Tree

from api.as_of import NOW, Back, when_of
from api.readings import WRITE
from domain.actor import Actor
from domain.decider import NotPermitted, Refused
from domain.organisation.appointments import OFFICES
from domain.organisation.custody import ProcessingIsRestricted
from domain.organisation.member import MemberUnknown
from domain.permissions import Relation, may
from domain.values import Code, MemberId, RecordId, day_of, points
from ops.deployment import Deployment, on_reads
from projections.answers import AsyncConnection
from projections.explanation import CategoryPart, Explanation, ItemPart, explanation
from projections.offices import offices_of
from projections.organisation import member as members_of_person
from projections.organisation import members_of, units

Lang = Literal["zh", "en"]


class NothingToExplain(Refused):
    """该党员该年度没有可说明的积分。 There is nothing to explain for this member and year."""

    code = "nothing-to-explain"


async def person_of(deployment: Deployment, work_number: str, day: date) -> tuple[MemberId, str]:
    """(pseudonym, name) of whoever has this work number on a day; the numbers lie in the vault."""
    async with await connected(deployment) as connection:
        for unit in (await units(connection)).value:
            for member in (await members_of(connection, unit.unit, day)).value:
                values = await deployment.vault.values([member.work_number, member.name])
                if values.get(member.work_number) == work_number:
                    return member.member, values[member.name]
    raise MemberUnknown(work_number=work_number)


async def noted(
    deployment: Deployment, actor: Actor, member: MemberId, what: str = "explanation", record: RecordId | None = None
) -> None:
    """Refuse, or write down who looks at whose archive; of a person whose data is restricted nothing is shown."""
    now = deployment.clock().now()
    assert actor.person is not None, "only people look"
    async with await connected(deployment) as connection:
        offices = (await offices_of(connection, actor.person, day_of(now))).value
        whose = (await members_of_person(connection, member)).value
        above = {unit.unit: unit.path for unit in (await units(connection)).value}
    held = any((office.role, office.unit) == (actor.role, actor.unit) for office in offices)
    path = () if whose is None else above.get(whose.unit, ())
    if not held or actor.unit is None or not _granted(actor.role, actor.unit, path):
        raise NotPermitted
    look = {"at": now, "reader": actor.person, "role": actor.role, "unit": actor.unit}
    about = {"whose": member, "subject": member, "what": what, "record": record, "review": None}
    with psycopg.connect(on_reads(deployment.database.urls.writer)) as writer:
        done = writer.execute(WRITE, {**look, **about})
        if done.rowcount == 0:
            raise ProcessingIsRestricted


def _granted(role: Code | None, unit: Code, path: tuple[Code, ...]) -> bool:
    relation: Relation = "own" if path[-1:] == (unit,) else "above" if unit in path else "any"
    return any(role == office and may("archive.read", office, relation) for office in OFFICES)


async def _found(
    deployment: Deployment, work_number: str, year: int, period: str, back: Back
) -> tuple[str, Explanation]:
    member, name = await person_of(deployment, work_number, date(year, 12, 31))
    async with await connected(deployment) as connection:
        when = await when_of(connection, back) if back else None
        answer = await explanation(connection, member, year, period, when=when)
    if answer.value is None:
        raise NothingToExplain(year=year)
    return name, answer.value


async def connected(deployment: Deployment) -> AsyncConnection:
    """A connection for one look at the read models; the caller closes it."""
    return await psycopg.AsyncConnection.connect(on_reads(deployment.database.read_url), autocommit=True)


def explained(
    deployment: Deployment,
    actor: Actor,
    work_number: str,
    year: int,
    period: str,
    lang: Lang,
    back: Back = NOW,
) -> Tree:
    """The tree of one member: total, halves, categories, items in a sentence each, records; now, or as it was known.

    Whoever is not the member himself must hold an office to which the permission table grants it, and his look is
    written down before it is granted.
    """
    member, _ = asyncio.run(person_of(deployment, work_number, date(year, 12, 31)))
    if actor.person != member:
        asyncio.run(noted(deployment, actor, member))
    name, found = asyncio.run(_found(deployment, work_number, year, period, back))
    tree = Tree(f"{name} {year} {period}: {points(found.total)}")
    for span in found.spans:
        title = span.zh if lang == "zh" else span.en
        branch = tree.add(f"{title} {points(span.base)} / {points(span.maximum)}")
        for category in span.categories:
            _category(branch, category, lang)
    return tree


def _category(branch: Tree, category: CategoryPart, lang: Lang) -> None:
    title = category.zh if lang == "zh" else category.en
    node = branch.add(f"{title} {points(category.points)} / {points(category.maximum)}")
    for item in category.items:
        node.add("\n".join(_item(item, lang)))


def _item(item: ItemPart, lang: Lang) -> Iterator[str]:
    title, sentence = (item.zh, item.sentence_zh) if lang == "zh" else (item.en, item.sentence_en)
    yield f"{item.item} {title}({item.clause}) {sentence}"
    for record in item.records:
        yield f"  {record.occurred_on} {record.title} {record.outcome} {points(record.points)} ({record.state})"
