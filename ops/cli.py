"""命令行 — ``steelyard``: run it, look after it, prove it."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import psycopg
import typer
from rich.console import Console
from rich.progress import Progress

from api.accounts import LoginTaken, LoginUnknown, PasswordWeak
from api.as_of import back_of
from api.tokens import ScopeUnknown, TokenEndsBefore
from api.workbook.carrying import carry_in
from api.workbook.shelves import SHELVES
from domain.actor import person
from domain.decider import Refused
from ops import access, ahead, article, desk, founding, intake, keeping, looking, proving, reporting, rules, witness
from ops import backup as backups
from ops import demo as example
from ops import doctor as checks
from ops import explain as explaining
from ops import publish as publishing
from ops import restore as restoring
from ops import serve as serving
from ops.bench import command as bench
from ops.binaries import NoAccount, NoBinaries
from ops.bootstrap import WrongEncoding
from ops.database import NoDatabaseName
from ops.deployment import Deployment, deployed, readers
from ops.embedded import OtherMajor
from ops.example.places import BRANCHES
from ops.guarded import refusal
from ops.logs import configure_log
from ops.migrate import DatabaseIsNewer, MigrationDrift
from ops.options import Login, Password, Unit
from ops.parked import unparked
from ops.passwords import PasswordsMissing
from ops.postmaster import NotReady, StillRunning
from ops.settings import Settings
from projections import follow, parking
from projections import rebuild as projecting
from projections.tracking import OutOfShape
from projections.transparency.offline.build import verifier_sha256
from projections.transparency.refusals import LogRefused
from projections.transparency.scope import Scope, time_of

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
NOT_STARTED: Final = (
    NoBinaries,
    NoAccount,
    WrongEncoding,
    NoDatabaseName,
    OtherMajor,
    MigrationDrift,
    DatabaseIsNewer,
    PasswordsMissing,
    NotReady,
    StillRunning,
    OutOfShape,
)
"""What can keep a deployment from starting; each says in a sentence what to do."""

COMPLAINTS: Final = (LoginUnknown, LoginTaken, PasswordWeak, ScopeUnknown, TokenEndsBefore)
"""What is wrong with an account or a token that was asked for; each says it in a sentence."""

console: Final = Console(soft_wrap=True)
complaints: Final = Console(stderr=True, soft_wrap=True)


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="载入后即退出 load, do not serve")] = False,
    branches: Annotated[int, typer.Option(help="几个党支部 how many branches", min=1, max=BRANCHES)] = BRANCHES,
) -> None:
    """载入浦口示例并提供服务 Load the Pukou example and serve it."""
    # An example is served on loopback without TLS.
    settings = Settings(deployment="example", secure_cookies=False)
    with deployed(settings) as deployment:
        found = example.prepare(deployment, console, branches)
        example.show(found, settings.origin, console)
        if not once:
            serving.serve(deployment)


@app.command()
def serve() -> None:
    """提供服务 Serve an open log."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        serving.serve(deployment)


@app.command(hidden=True)
def work() -> None:
    """后台 What runs beside the service: follow, carry out, publish."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        code = serving.work(deployment)
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """升级数据库 Bring the database to this release."""
    with deployed(Settings()) as deployment:
        applied = deployment.database.applied
        for migration in applied:
            console.print(f"{migration.number:04d} {migration.name}")
        console.print(f"已执行 {len(applied)} 个 applied {len(applied)}")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """体检 Look at the deployment; 1 if something is not well."""
    with deployed(Settings(), unkeyed=True) as deployment:
        findings = list(checks.examine(deployment))
    if as_json:
        console.print_json(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            console.print(
                f"{'✓' if finding.well else '✗'} {finding.code:<14} {finding.zh}  {finding.en}", highlight=False
            )
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@app.command(name="open")
def open_log(
    origin: Annotated[str, typer.Argument(help="总账名,如 district.example/points the log's name")],
    title: Annotated[str, typer.Argument(help="单位名称 title")],
) -> None:
    """开立正式总账 Open a real log: the first entry of all."""
    with deployed(Settings()) as deployment:
        receipt = founding.open_real_log(deployment, origin, title)
        console.print(f"{origin}: {receipt.first}")


@app.command()
def found(
    file: Annotated[Path, typer.Argument(help="开立文件 the founding file (.json)", exists=True, dir_okay=False)],
) -> None:
    """设立组织、人员、日历 Establish organisations, people, offices and calendars; the rule set is drafted."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        wishes = founding.found(deployment, file)
        with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
            follow.ready(connection, readers(deployment))
            follow.catch_up(connection)
        console.print(f"{file.name}: {wishes}", highlight=False)


Office = Annotated[str, typer.Option(help="recorder, substitute_recorder")]


@app.command()
def record(
    matter: Annotated[str, typer.Argument(help="事项编号 the matter's code")],
    item: Annotated[str, typer.Argument(help="条目编号 the item's code")],
    unit: Unit,
    login: Login,
    password: Password,
    role: Office = "recorder",
    otherwise: Annotated[str | None, typer.Option(help="其他人的结果 of everybody else: attended")] = None,
    but: Annotated[list[str] | None, typer.Option(help="例外 SL0012=absent")] = None,
    submit: Annotated[bool, typer.Option(help="送审 put it before the committee")] = False,
    late_reason: Annotated[str | None, typer.Option(help="补记原因,封存 why it comes late; sealed")] = None,
) -> None:
    """记分 Fill one sheet by exception."""
    exceptions = dict(pair.split("=", 1) for pair in but or [] if "=" in pair)
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, unit)
        entered = desk.Entered(matter, item, otherwise, exceptions, submit, late_reason)
        position = desk.fill_sheet(deployment, actor, entered)
        said = f"总账第 {position} 条 entry {position}" if position else "没有变化 nothing new"
        console.print(f"{matter} {item}: {said}", highlight=False)


@app.command(name="import")
def import_workbook(
    file: Annotated[Path, typer.Argument(help="工作簿 a workbook (.xlsx)", exists=True, dir_okay=False)],
    unit: Unit,
    login: Login,
    password: Password,
    kind: Annotated[intake.Kind, typer.Option(help="何种工作簿 which workbook")] = "month",
    register: Annotated[str, typer.Option(help="台账工作簿,如 of a register, like issue/entries")] = "",
    role: Office = "recorder",
    place: Annotated[
        str | None, typer.Option(help="为哪个组织,默认本级 for which organisation, by default UNIT")
    ] = None,
    marked: Annotated[Path | None, typer.Option(help="标注副本存于 where to put the marked copy")] = None,
    dry: Annotated[bool, typer.Option(help="只检查 check only")] = False,
) -> None:
    """导入工作簿 Import a month, one of the lists or a register's: all of it, or nothing and every error."""
    shelf = f"registers/{register}" if register else None
    if shelf is not None and shelf not in SHELVES:
        raise typer.BadParameter(" ".join(one.removeprefix("registers/") for one in SHELVES), param_hint="--register")
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, unit)
        found = intake.rehearse(deployment, actor, shelf or kind, file, place)
        for finding in found.findings:
            where = f"{finding.sheet}!{finding.column}{finding.row}"
            complaints.print(f"{where} {finding.code}: {finding.zh} {finding.en}", highlight=False, markup=False)
        if found.marked is not None:
            copy = marked or file.with_name(f"{file.stem}.marked.xlsx")
            copy.write_bytes(found.marked)
            complaints.print(f"标注副本 marked copy: {copy}", highlight=False, markup=False)
            raise typer.Exit(2)
        if not dry:
            with Progress(console=console) as progress:
                task = progress.add_task("导入 importing", total=len(found.commands))
                carry_in(deployment.ledger(), found.commands, lambda done: progress.update(task, completed=done))
        said = f"{found.rows} 行 rows, {len(found.commands)} 项 commands, {found.on_record} 项已入账 on record"
        console.print(f"{file.name}: {said}", highlight=False)


@app.command()
def explain(
    work_number: Annotated[str, typer.Argument(help="工号 work number")],
    year: Annotated[int, typer.Option(help="年度 year")],
    login: Login,
    password: Password,
    unit: Unit = "",
    role: Annotated[str, typer.Option(help="以何身份 the office in which you look")] = "member",
    period: Annotated[str, typer.Option(help="考评期代码,如 H1、M03、Y a period's code")] = "Y",
    lang: Annotated[explaining.Lang, typer.Option(help="语言 language")] = "zh",
    known_at: Annotated[str, typer.Option(help="当时已知:位置、时间或日期 position, instant or day known at")] = "",
    valid_on: Annotated[str, typer.Option(help="截至哪一天 day valid on")] = "",
) -> None:
    """说明一名党员的积分 Explain one member's score, now or as it was known and valid."""
    with deployed(Settings()) as deployment:
        back = back_of(known_at, valid_on)
        actor = person(desk.signed_in(deployment, login, password), role, unit or "-")
        # A tree that does not wrap is cut off at the edge, and a sentence would lose its figures.
        console.print(explaining.explained(deployment, actor, work_number, year, period, lang, back), soft_wrap=False)


app.command()(ahead.whatif)
app.command()(ahead.restate)
app.command()(reporting.report)
app.command()(article.article)


@app.command()
def rebuild() -> None:
    """重建查询数据 Rebuild all read models from the log and swap them in."""
    with deployed(Settings()) as deployment:
        with Progress(console=console) as progress:
            task = progress.add_task("重建 rebuilding", total=None)
            reached = projecting.rebuild(
                deployment.database.urls.projector,
                readers=readers(deployment),
                progress=lambda done, of: progress.update(task, completed=done, total=of),
                processes=os.cpu_count() or 1,
            )
        console.print(f"已重建至第 {reached.position} 条 rebuilt up to entry {reached.position}")


@app.command()
def unpark(
    keys: Annotated[list[UUID] | None, typer.Argument(help="党员或流的编号 members or streams")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="全部 everybody")] = False,
) -> None:
    """停放名单;改正程序后让其继续 Who is parked and why; with names, or --all, apply what waits. 1 if any stay."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
            follow.ready(connection, readers(deployment))
            if keys or everybody:
                for one in unparked(connection, keys or ()):
                    console.print(f"{one.kind} {one.key} 已继续 goes on", highlight=False)
            left = parking.listed(connection)
    for one in left:
        since = f"{one.since:%Y-%m-%d %H:%M} UTC"
        said = f"{one.kind} {one.key} 第 {one.position} 条 {one.type} {one.code} 等待 waiting {one.held} {since}"
        console.print(said, highlight=False)
    console.print(f"停放 parked: {len(left)}", highlight=False)
    if left:
        raise typer.Exit(1)


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="新文件夹 a new folder")],
    unit: Annotated[str | None, typer.Option(help="只要这个组织及其下级 this organisation and those below")] = None,
    member: Annotated[UUID | None, typer.Option(help="只要这个人 this person")] = None,
    period: Annotated[str, typer.Option(help="只要这一年或这一期 this year or period: 2026, 2026-H1")] = "",
    receiver: Annotated[str, typer.Option(help="交给谁 who receives it")] = "",
    size: Annotated[int | None, typer.Option("--at", help="到某个检查点为止 up to an earlier checkpoint")] = None,
    packed: Annotated[bool, typer.Option("--tar", help="另打成一个文件 as one file as well")] = False,
) -> None:
    """导出供外部核验 Export the log, or a part of it, for an outsider to verify."""
    try:
        year, part = time_of(period)
    except ValueError as neither:
        raise typer.BadParameter(f"{neither}", param_hint="--period") from neither
    taking = proving.Taking(Scope(unit=unit, member=member, year=year, period=part), receiver, None, size)
    file = target.with_name(f"{target.name}.tar") if packed else None
    if file is not None and file.exists():
        raise typer.BadParameter(f"{file} 已存在 exists already", param_hint="--tar")
    with deployed(Settings(), unread=True) as deployment, console.status("导出 exporting"):
        done = proving.exported(deployment, target, taking, file)
    console.print(f"{done.folder}: 1…{done.checkpoint.size}")
    console.print(f"MANIFEST sha256 {done.manifest_sha256}", highlight=False)
    console.print(f"verify.py sha256 {verifier_sha256()}", highlight=False)
    if file is not None:
        console.print(f"{file}", highlight=False)
    console.print(f"python -I {done.folder}/verify.py {done.folder}", highlight=False)


@app.command()
def verify(
    trusted: Annotated[Path | None, typer.Option(help="库外保存的检查点 a checkpoint kept elsewhere")] = None,
    lang: Annotated[explaining.Lang, typer.Option(help="语言 language")] = "zh",
) -> None:
    """核验数据库中的总账 Verify the log in the database: 0 whole, 1 not whole."""
    with deployed(Settings(), unread=True) as deployment:
        with console.status("核验 verifying"):
            problems = proving.verified(deployment, trusted)
        for problem in problems:
            complaints.print(problem.sentence(lang), highlight=False, markup=False, soft_wrap=True)
        _say_refusal(deployment, lang)
        if problems:
            raise typer.Exit(1)
        size = deployment.recorder.max_notification_id() or 0
        whole = f"完整:{size} 条,无一处被改动。" if lang == "zh" else f"Whole: {size} entries, none altered."
        console.print(whole, highlight=False)


@app.command()
def adopt(
    name: Annotated[str, typer.Argument(help="总账名,照写一遍 the log's name, written out")],
) -> None:
    """接管总账,恢复记账 Take the log over once what was signed holds again, and let writing go on."""
    with deployed(Settings()) as deployment:
        done = publishing.adopt(deployment, name)
    console.print(f"{name}: 1…{done.checkpoint.size}", highlight=False)


@app.command()
def rotate(
    lost: Annotated[str | None, typer.Option(help="原密钥已丢失:它的公钥 vkey of the key that was lost")] = None,
) -> None:
    """更换签名密钥 Another signing key: the former signs the handover and is destroyed."""
    with deployed(Settings(), unread=lost is not None) as deployment:
        console.print(publishing.rotate_key(deployment, lost), highlight=False)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="新文件夹 a new folder")],
    days: Annotated[int, typer.Option(help="最长保存天数 days that it may be kept", min=1)] = backups.LIFE_DAYS,
) -> None:
    """备份 Back up log, vault and accounts; the keys are kept elsewhere."""
    with deployed(Settings()) as deployment, console.status("备份 backing up"):
        made = backups.back_up(deployment, target, life_days=days)
    console.print(f"{target}: {made.origin} 1…{made.size}, {made.keep_until:%Y-%m-%d}", highlight=False)
    console.print(f"root {made.root}", highlight=False)


@app.command()
def restore(
    folder: Annotated[Path | None, typer.Argument(help="备份 a backup", exists=True, file_okay=False)] = None,
    adopt: Annotated[str | None, typer.Option(help="恢复后的新总账名 the new name under which it goes on")] = None,
    operator: Annotated[str, typer.Option(help="负责人工号 work number of who answers for it")] = "",
) -> None:
    """恢复 Put a backup back; with --adopt go on under a new name where signed entries are lost."""
    if folder is not None:
        with console.status("恢复 restoring"):
            _say_restored(restoring.restore(Settings(), folder))
    if adopt is not None:
        with deployed(Settings()) as deployment:
            fact = restoring.adopt(deployment, adopt, operator)
        console.print(f"{fact.former} {fact.kept + 1}…{fact.signed} → {fact.origin}", highlight=False)


app.command()(access.account)
app.command(name="retention")(keeping.clear)

app.add_typer(looking.app, name="then", help="当时 Offices, a record, a notice as they were known then.")
app.add_typer(rules.app, name="rules", help="规则文件 A rule-set file: schema, lint, a trial score.")
app.add_typer(witness.app, name="witness", help="见证 Watch another office's log; cosign what extends it.")
app.add_typer(access.token, name="token", help="令牌 Tokens for programs.")
app.add_typer(bench.app, name="bench", help="量一量 Measure against the machine's limits.")


def _say_restored(done: restoring.Restored) -> None:
    console.print(f"{done.backup.origin}: 1…{done.backup.size}, {done.destroyed} 个密钥再次销毁 keys destroyed again")
    if done.refused is not None:
        zh = "暂停记账:缺记录用 steelyard restore --adopt 新名称 --operator 工号;只缺检查点用 steelyard adopt 总账名。"
        en = "Nothing is written: `restore --adopt NAME --operator NUMBER` if entries are lost, else `adopt NAME`."
        complaints.print(f"{done.refused}", zh, en, highlight=False, markup=False, sep="\n")


def _say_refusal(deployment: Deployment, lang: explaining.Lang) -> None:
    found = refusal(deployment.state_folder)
    if found is not None:
        since, why = f"{found.at:%Y-%m-%d %H:%M} UTC", f"{found.code} {found.detail}"
        zh = f"自 {since} 起停止记账:{why}。改正后运行 steelyard adopt 总账名。"
        en = f"Nothing is written since {since}: {why}. Once it is put right, run `steelyard adopt NAME`."
        complaints.print(zh if lang == "zh" else en, highlight=False, markup=False, soft_wrap=True)


def _need_log(deployment: Deployment) -> None:
    if deployment.opened is None:
        complaints.print("总账尚未开立:先运行 steelyard open。 The log is not open yet: run `steelyard open` first.")
        raise typer.Exit(2)


def main() -> None:
    """Run the command line; a refusal is one sentence and exit code 2, never a traceback."""
    configure_log()
    try:
        app(standalone_mode=True)
    except Refused as refused:
        detail = f" ({refused.detail})" if isinstance(refused, LogRefused) and refused.detail else ""
        figures = "".join(f" {name}={value}" for name, value in refused.facts.items())
        complaints.print(f"{refused.code}: {type(refused).__doc__}{detail}{figures}", highlight=False, markup=False)
        sys.exit(2)
    except (*NOT_STARTED, *COMPLAINTS) as reason:
        complaints.print(str(reason) or type(reason).__doc__, highlight=False, markup=False)
        sys.exit(2)
    except psycopg.OperationalError as reason:
        complaints.print("数据库连接不上。 The database does not answer.", str(reason), highlight=False, markup=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
