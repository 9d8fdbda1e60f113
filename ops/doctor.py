"""体检 — looks at a deployment and says of each thing whether it is as it must be, in plain words.

It changes nothing. Every check gives a finding; one that is not well makes the command end with 1.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection

from domain.values import day_of
from ops.backup import last_backup
from ops.catalogue import fingerprint
from ops.deployment import Deployment
from ops.guarded import refusal
from projections.transparency.history import last_signed
from projections.transparency.keyring import keyring
from projections.transparency.publisher import check_signed
from projections.transparency.refusals import CheckpointMissing, LogRefused

FINGERPRINTS: Final = Path(__file__).parent / "sql" / "fingerprints"
"""One line a release: its last migration, its fingerprint."""
CLOCK_TOLERANCE: Final = timedelta(seconds=5)
BACKUP_AGE: Final = timedelta(days=8)
DISK_BYTES: Final = 1_000_000_000
DISK_PERCENT: Final = 10

_VERSION: Final = "SHOW server_version_num"
_MIGRATION: Final = "SELECT max(number) FROM public.migrations"
_SYNCHRONOUS: Final = "SHOW synchronous_commit"
_NOW: Final = "SELECT clock_timestamp()"
_CHECKSUMS: Final = "SHOW data_checksums"
_TRACKING: Final = """
SELECT (SELECT position FROM reads.tracking), (SELECT coalesce(max(position), 0) FROM ledger.entries),
       (SELECT count(*) FROM reads.parked)
"""
_EXISTS: Final = "SELECT to_regclass('reads.tracking')"
_CALENDAR: Final = """
SELECT count(*) FROM ledger.entries
WHERE type = 'calendar-published' AND (convert_from(state, 'UTF8')::jsonb #>> '{fact,year}')::int = %(year)s
"""


class Finding(NamedTuple):
    """One thing that was looked at."""

    code: str
    well: bool
    zh: str
    en: str


def examine(deployment: Deployment) -> Iterator[Finding]:
    """Every finding, in the order in which an operator would ask."""
    now = deployment.clock().now()
    with deployment.connect(deployment.database.urls.auditor) as connection:
        yield _server(connection)
        yield _durability(connection)
        yield _clock(deployment, connection, now)
        yield _catalogue(deployment, connection)
        yield _calendar(connection, now)
        yield _next_calendar(connection, now)
        yield _followed(connection)
    yield _checkpoint(deployment)
    yield _disk(deployment.settings.data)
    yield _backed_up(deployment, now)
    yield from _key_files(deployment)
    yield _vault(deployment)


def _one(connection: Connection[Any], query: str, **values: object) -> Any:  # noqa: ANN401 - a cell of any type
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def _server(connection: Connection[Any]) -> Finding:
    number = int(_one(connection, _VERSION))
    major = number // 10000
    return Finding(
        "postgresql", major >= 15, f"PostgreSQL {major}(要求 15 及以上)", f"PostgreSQL {major} (15 or later is needed)"
    )


def _durability(connection: Connection[Any]) -> Finding:
    setting = str(_one(connection, _SYNCHRONOUS))
    sums = str(_one(connection, _CHECKSUMS))
    well = setting in ("on", "remote_apply", "remote_write")
    text = f"synchronous_commit={setting}, data_checksums={sums}"
    return Finding("durability", well, f"提交落盘设置:{text}", f"durability: {text}")


def _clock(deployment: Deployment, connection: Connection[Any], now: datetime) -> Finding:
    if deployment.simulated:
        return Finding(
            "clock", True, f"模拟时钟:{now:%Y-%m-%d %H:%M}(UTC)", f"simulated clock: {now:%Y-%m-%d %H:%M} UTC"
        )
    apart = abs(_one(connection, _NOW) - now)
    seconds = apart.total_seconds()
    well = apart <= CLOCK_TOLERANCE
    return Finding(
        "clock", well, f"本机与数据库时钟相差 {seconds:.1f} 秒", f"the database's clock is {seconds:.1f} s away"
    )


def _catalogue(deployment: Deployment, connection: Connection[Any]) -> Finding:
    found = fingerprint(connection, deployment.database.urls.database)
    migration = int(_one(connection, _MIGRATION))
    known = released(migration)
    well = found in known
    zh = "账本的表、触发器、函数和权限与发布版本一致" if well else f"账本的表、触发器、函数或权限被改动:{found}"
    en = "tables, triggers, functions and rights are as released" if well else f"the catalogue was changed: {found}"
    return Finding("catalogue", well, zh, en)


def released(migration: int) -> frozenset[str]:
    """The fingerprints of the releases whose last migration this is; one on every server."""
    rows = (line.split() for line in FINGERPRINTS.read_text().splitlines() if line and not line.startswith("#"))
    return frozenset(known for number, known in rows if int(number) == migration)


def _calendar(connection: Connection[Any], now: datetime) -> Finding:
    year = day_of(now).year + (1 if day_of(now).month == 12 else 0)
    well = bool(_one(connection, _CALENDAR, year=year))
    zh = f"{year} 年工作日历{'已发布' if well else '尚未发布,不能公示'}"
    en = f"the calendar of {year} is {'published' if well else 'missing: no notice can be posted'}"
    return Finding("calendar", well, zh, en)


def _next_calendar(connection: Connection[Any], now: datetime) -> Finding:
    today = day_of(now)
    published = bool(_one(connection, _CALENDAR, year=today.year + 1))
    well = published or today.month < 12
    zh = f"{today.year + 1} 年工作日历{'已发布' if published else '尚未发布,12 月 1 日前须发布'}"
    en = f"the calendar of {today.year + 1} is {'published' if published else 'wanted by 1 December'}"
    return Finding("calendar-next", well, zh, en)


def _checkpoint(deployment: Deployment) -> Finding:
    """What was signed last, kept outside the database, next to what the database holds now."""
    found, problem = refusal(deployment.state_folder), ""
    if found is not None:
        problem = found.code
    elif deployment.origin is not None:
        problem = _checkpoint_problem(deployment, deployment.origin)
    zh = f"总账与签名的检查点不符:{problem}" if problem else "总账与库外保存的检查点相符"
    en = f"the log does not agree: {problem}" if problem else "the log agrees with the checkpoint kept outside"
    return Finding("checkpoint", not problem, zh, en)


def _checkpoint_problem(deployment: Deployment, origin: str) -> str:
    """Code of what is wrong; empty where the entries still give the signed root."""
    log = deployment.settings.log
    assert log is not None, "settings always name the log's folder"
    keys = keyring(log, deployment.signer(origin).verifier)
    try:
        signed = last_signed(log, deployment.state_folder, keys)
        if signed is None:
            return CheckpointMissing.code
        with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
            check_signed(connection, signed[0])
    except LogRefused as refused:
        return refused.code
    return ""


def _disk(data: Path) -> Finding:
    usage = shutil.disk_usage(data)
    free_gb, share = usage.free / 1e9, 100 * usage.free // usage.total
    well = usage.free >= DISK_BYTES and share >= DISK_PERCENT
    return Finding(
        "disk", well, f"磁盘剩余 {free_gb:.1f} GB({share}%)", f"{free_gb:.1f} GB of disk are left ({share} %)"
    )


def _backed_up(deployment: Deployment, now: datetime) -> Finding:
    last = last_backup(deployment.state_folder)
    if last is None:
        # An example is made again by telling it again.
        return Finding("backup", deployment.simulated, "还没有备份", "there is no backup yet")
    age = now - last.made_at
    days = age / timedelta(days=1)
    zh = f"最近一次备份在 {days:.1f} 天前,含 {last.size} 条"
    return Finding("backup", age <= BACKUP_AGE, zh, f"the last backup is {days:.1f} days old and holds {last.size}")


def _followed(connection: Connection[Any]) -> Finding:
    if _one(connection, _EXISTS) is None:
        return Finding("read-models", False, "查询数据尚未汇总:请先运行 serve", "not followed yet: run serve")
    row = connection.execute(_TRACKING).fetchone()
    assert row is not None
    position, head, parked = row
    behind = head - (position or 0)
    well = parked == 0 and behind < 1000
    return Finding(
        "read-models",
        well,
        f"查询数据落后 {behind} 条,暂停更新的党员 {parked} 名",
        f"read models are {behind} entries behind; {parked} members are parked",
    )


def _vault(deployment: Deployment) -> Finding:
    well = deployment.vault.fits()
    zh = "主密钥与保密库相符" if well else "主密钥打不开这个保密库:请从备份放回原来的主密钥文件"
    en = (
        "the master key opens the vault" if well else "the master key does not open this vault: put the right file back"
    )
    return Finding("vault", well, zh, en)


def _key_files(deployment: Deployment) -> Iterator[Finding]:
    settings = deployment.settings
    for name, file in (("master-key", settings.master_key), ("signing-key", settings.signing_key)):
        assert file is not None
        well = file.exists() and not file.stat().st_mode & 0o077
        zh = f"密钥文件 {file.name} {'仅本人可读' if well else '缺失或他人可读'}"
        en = f"key file {file.name} is {'readable by its owner alone' if well else 'missing or readable by others'}"
        yield Finding(name, well, zh, en)
