"""收表 — workbooks from the command line: a recorder's month and the lists, rehearsed, marked, carried in."""

import asyncio
import secrets
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID, uuid4

import psycopg

from api.workbook.directory import Directory, Person
from api.workbook.findings import Finding
from api.workbook.importing import plan_import
from api.workbook.listing import Surroundings, plan_list
from api.workbook.mark import mark
from api.workbook.shelves import from_below
from domain.actor import Actor
from domain.decider import Command
from domain.values import Code, Instant, day_of
from ops.deployment import Deployment, on_reads
from projections.organisation import members_of, units

Kind: TypeAlias = Literal[
    "month",
    "members",
    "traits",
    "appointments",
    "honours",
    "deductions",
    "past-rules",
    "past-results",
    "past-records",
]
SALT_BYTES: Final = 16


class Rehearsed(NamedTuple):
    """What a workbook comes to, or everything that is wrong with it."""

    commands: tuple[Command, ...]
    findings: tuple[Finding, ...]
    marked: bytes | None
    """A copy with every finding at its cell, where there is one."""
    rows: int
    on_record: int
    """Wishes that were granted before, or say nothing new."""


def rehearse(deployment: Deployment, actor: Actor, kind: str, file: Path, place: Code | None = None) -> Rehearsed:
    """The dry run of a workbook for an organisation, by default the actor's own; nothing is written.

    ``kind`` is one of ``Kind``, or a workbook of a register: ``registers/issue/entries``.
    """
    at = deployment.clock().now()
    assert actor.unit is not None, "a person acts for an organisation"
    directory = Directory(people=people_of(deployment, place or actor.unit, at, below=from_below(kind)))
    if kind == "month":
        return _month(deployment, actor, file, directory, at)
    return _list(deployment, actor, kind, file, directory, at, place)


def _month(deployment: Deployment, actor: Actor, file: Path, directory: Directory, at: Instant) -> Rehearsed:
    ledger = deployment.ledger()
    dry = plan_import(
        file.read_bytes(),
        filename=file.name,
        directory=directory,
        actor=actor,
        at=at,
        salt=_salt,
        load=ledger.load,
        known=deployment.recorder.committed,
        load_many=ledger.load_many,
    )
    marked = mark(dry.book, dry.findings) if dry.findings else None
    rows = dry.summary.matters + dry.summary.marks
    return Rehearsed(dry.commands, dry.findings, marked, rows, dry.summary.on_record)


def _list(
    deployment: Deployment,
    actor: Actor,
    kind: str,
    file: Path,
    directory: Directory,
    at: Instant,
    place: Code | None,
) -> Rehearsed:
    ledger, drawn = deployment.ledger(), dict[str, UUID]()
    dry = plan_list(
        kind,
        file.read_bytes(),
        filename=file.name,
        directory=directory,
        place=place,
        actor=actor,
        at=at,
        salt=_salt,
        pseudonym=lambda number: drawn.setdefault(number, uuid4()),
        house=Surroundings(
            load=ledger.load,
            known=deployment.recorder.committed,
            holder=deployment.vault.holder,
            load_many=ledger.load_many,
        ),
    )
    marked = mark(dry.book, dry.findings) if dry.findings else None
    return Rehearsed(dry.commands, dry.findings, marked, dry.summary.rows, dry.summary.on_record)


def _salt() -> str:
    return secrets.token_urlsafe(SALT_BYTES)


def people_of(deployment: Deployment, unit: Code, at: Instant, *, below: bool = False) -> dict[str, Person]:
    """Everybody of an organisation by work number; with ``below`` also of the organisations below it."""
    return asyncio.run(_people(deployment, unit, at, below))


async def _people(deployment: Deployment, unit: Code, at: Instant, below: bool) -> dict[str, Person]:
    url = on_reads(deployment.database.read_url)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        places = [one.unit for one in (await units(connection, unit)).value] if below else [unit]
        members = [one for place in places for one in (await members_of(connection, place, day_of(at))).value]
    values = await deployment.vault.values([one.work_number for one in members] + [one.name for one in members])
    return {
        values[one.work_number]: Person(member=one.member, name=values[one.name])
        for one in members
        if one.work_number in values and one.name in values
    }
