"""个人信息清单 — which data about people is kept, where, under whose key, for what, who reads it, and how long.

Made of the commands, the facts, the permission table and the migrations:
``python -m ops.data_map > ops/docs/data-map.md``.

A sealed field or a table that has no row here fails a test, so that nothing personal is added without being declared.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args, get_type_hints

import msgspec

from domain import house
from domain.decider import Fact
from domain.permissions import GRANTS
from domain.sealed import Secret
from domain.values import MemberId, Reference, Title
from domain.vocabulary import FACT_TERMS

MIGRATIONS: Final = Path(__file__).parent / "sql"

Key: TypeAlias = Literal["person", "writer", "case", "review", "round", "export", "none"]
KEYS: Final[dict[Key, tuple[str, str]]] = {
    "person": ("本人", "the person's"),
    "writer": ("书写人", "of who wrote it"),
    "case": ("该项异议、登记", "of the objection, flag or entry"),
    "review": ("该项核查", "of the review"),
    "round": ("该轮评定", "of the round"),
    "export": ("该次导出", "of the export"),
    "none": ("不保存", "not stored"),
}
Term: TypeAlias = Literal["records", "objections", "archive", "none"]
TERMS: Final[dict[Term, tuple[str, str]]] = {
    "records": ("积分记录保存期(规则 `retention_years.records`)", "`retention_years.records` of the rule set"),
    "objections": ("异议保存期(规则 `retention_years.objections`)", "`retention_years.objections` of the rule set"),
    "archive": ("按档案规定", "as the archives rules say"),
    "none": ("用后即弃", "only compared"),
}


class SealedField(NamedTuple):
    """One kind of sealed value: in which wishes it comes, under whose key it lies, who reads it, how long."""

    name: str
    wishes: tuple[str, ...]
    zh: str
    en: str
    key: Key
    readers: str
    """The operation of the permission table that opens it."""
    term: Term = "records"


FIELDS: Final[tuple[SealedField, ...]] = (
    SealedField("name", ("RegisterMember",), "姓名", "name", "person", "unit.read"),
    SealedField("work_number", ("RegisterMember",), "工号", "work number", "person", "unit.read"),
    SealedField(
        "traits",
        ("DescribeMember",),
        "出生年、性别、残疾(自愿,只作十人以上合计)",
        "year of birth, sex, disability (voluntary, for figures of ten or more alone)",
        "person",
        "report.read",
    ),
    SealedField("identity", ("RegisterMember",), "身份核对值", "identity, compared", "none", "member.register", "none"),
    SealedField(
        "reason",
        ("EndMembership", "RequestExemption"),
        "党籍终止、免积分的原因",
        "why a membership ended, why an exemption is asked",
        "person",
        "membership.read",
    ),
    SealedField("ground", ("RequestExemption",), "免积分事由", "ground of an exemption", "person", "membership.read"),
    SealedField(
        "reason",
        ("ProposeOutcome", "ApproveProbation", "SetAsideMeasure"),
        "预备期、措施的理由",
        "reasons about probation and measures",
        "person",
        "measure.read",
    ),
    SealedField(
        "reason",
        (
            *("DropMatter", "ReturnSheet", "WithdrawNotice", "AnnulAppraisal", "ReturnPeriod", "SettleSeats"),
            *("OrderRestatement", "ApproveRestatement", "DeclineAssignment", "CorrectRegister", "WithdrawRegister"),
            *("TakeBackStep", "WithdrawPastRules", "WithdrawPastEntry"),
        ),
        "办理人写的理由",
        "reasons that an office gives",
        "writer",
        "archive.read",
    ),
    SealedField(
        "reason",
        ("ReturnHonour", "DecideHonour", "DecideDeduction", "CloseBroughtVeto", "DeclineBroughtVeto"),
        "退回、不予通过的理由",
        "why a claim or what is said of a member was given back or refused",
        "person",
        "archive.read",
    ),
    SealedField(
        "reason",
        ("AssessComponent",),
        "组织评分的理由",
        "why a body gave a member this score",
        "person",
        "result.read",
    ),
    SealedField(
        "late_reason",
        ("OpenSheet", "FillSheet", "ClaimHonour", "ProposeDeduction"),
        "补记理由",
        "why an entry is late",
        "writer",
        "sheet.read",
    ),
    SealedField(
        "choice_reason",
        ("FillSheet", "ClaimHonour", "ProposeDeduction"),
        "取值理由",
        "why this amount of a range",
        "writer",
        "sheet.read",
    ),
    SealedField(
        "particulars", ("ProposeDeduction",), "拟减分事由", "particulars of a deduction", "person", "deduction.read"
    ),
    SealedField(
        "statement",
        ("FileStatement", "FileSelfEvaluation", "FileRestatementStatement"),
        "本人陈述、自评",
        "his own statement or evaluation",
        "person",
        "deduction.read",
    ),
    SealedField("issuer", ("RegisterVeto", "BringVeto"), "作出决定的机关", "who decided", "person", "veto.read"),
    SealedField(
        "note", ("FeedBackResult", "CompleteStep", "ReviewHelp"), "谈话记录", "note of a talk", "person", "measure.read"
    ),
    SealedField(
        "objector",
        ("FileObjection", "EnterObjection"),
        "异议人身份",
        "who objects",
        "case",
        "objection.handle",
        "objections",
    ),
    SealedField(
        "reason",
        ("FileObjection", "EnterObjection", "DeclineObjection", "FlagRetaliation"),
        "异议内容",
        "what an objection says",
        "case",
        "objection.handle",
        "objections",
    ),
    SealedField("ground", ("FileAppeal",), "复核理由", "ground of an appeal", "case", "objection.handle", "objections"),
    SealedField("note", ("HoldHearing",), "听取意见记录", "a hearing", "case", "objection.handle", "objections"),
    SealedField(
        "finding",
        ("RecordFinding", "ExamineRetaliation"),
        "查核结果",
        "what was found",
        "case",
        "objection.handle",
        "objections",
    ),
    SealedField(
        "reply",
        ("DecideObjection", "DecideAppeal", "EnterAppealDecision"),
        "答复",
        "the reply",
        "case",
        "objection.handle",
        "objections",
    ),
    SealedField(
        "about",
        ("FlagRetaliation", "ExamineRetaliation"),
        "报复标记所指",
        "whom a flag is about",
        "case",
        "retaliation.examine",
        "objections",
    ),
    SealedField(
        "subject",
        ("OpenReview", "GrantAccess", "TakeOverReview"),
        "被核查人",
        "who is reviewed",
        "review",
        "review.read",
    ),
    SealedField("reason", ("OpenReview",), "核查缘由", "why it is reviewed", "review", "review.read"),
    SealedField("conclusion", ("CloseReview",), "核查结论", "what came of it", "review", "review.read"),
    SealedField(
        "words",
        ("EnterRegister", "LeaveFeedback"),
        "登记册和群众反馈中的文字",
        "words of a register or of feedback",
        "case",
        "unit.read",
    ),
    SealedField(
        "seed", ("CommitState", "ConfirmRecords"), "承诺种子", "seed of a commitment", "round", "own.take", "archive"
    ),
    SealedField("receiver", ("ProduceExport",), "导出接收人", "who got an export", "export", "log.export", "archive"),
)


class Store(NamedTuple):
    """One table of the database outside the read models, and what it holds of people."""

    table: str
    zh: str
    en: str
    term_zh: str
    term_en: str


_LOG: Final = ("永久;只有假名和承诺", "for ever; pseudonyms and commitments alone")
_KEPT: Final = ("与本人密钥同存亡", "goes with the person's key")
_YEARS: Final = ("规则 `retention_years.access_log` 年", "`retention_years.access_log` years")
STORES: Final[tuple[Store, ...]] = (
    Store("ledger.entries", "总账条目", "entries of the log", *_LOG),
    Store("ledger.commands", "操作编号和请求的密钥摘要", "command ids and keyed digests of requests", *_LOG),
    Store("ledger.append_lock", "空表", "empty", "—", "—"),
    Store("vault.keys", "每人一把的密钥(已用主密钥加密)", "a key per person, wrapped", *_KEPT),
    Store("vault.sealed", "封存字段的密文", "sealed values, encrypted", *_KEPT),
    Store("vault.identities", "工号等的密钥摘要", "keyed digests of work numbers", *_KEPT),
    Store("vault.master_check", "主密钥校验值", "a known value", "—", "—"),
    Store("access.accounts", "账号、口令散列", "login and hash of the password", *_KEPT),
    Store("access.sessions", "登录", "sign-ins", *_YEARS),
    Store("access.tokens", "程序令牌(散列)", "tokens of programs, hashed", *_YEARS),
    Store(
        "access.attempts",
        "登录失败:账号散列、网络地址",
        "failed sign-ins: hash, address",
        "十五分钟,至下次登录失败时删除",
        "a quarter of an hour, until the next one",
    ),
    Store("access.token_people", "令牌查阅过的人(假名)", "at whom a token has looked", *_YEARS),
    Store("access.refused_pulls", "超出用途而被拒绝的查阅", "what a token was refused", *_YEARS),
    Store("access.readings", "谁查阅了谁的档案", "who read whose archive", *_YEARS),
    Store("access.exports", "导出记录", "what was taken away", "按档案规定", "as the archives rules say"),
    Store("access.boxes", "投票箱公钥", "public keys of ballot boxes", "—", "—"),
    Store("access.envelopes", "密封选票,不记投票人", "sealed ballots, voters unknown", "计票后清空", "until the tally"),
)


def sealed_in_wishes() -> Iterator[tuple[str, str]]:
    """(field, wish) of every sealed value that any wish brings."""
    for kind in house.COMMANDS:
        hints: dict[str, Any] = get_type_hints(kind)
        for name, hint in hints.items():
            if _holds_secret(hint):
                yield name, kind.__name__
            for part in get_args(hint):
                if isinstance(part, type) and issubclass(part, msgspec.Struct) and part is not Secret:
                    yield from ((inner, kind.__name__) for inner, of in _hints(part) if _holds_secret(of))


def _hints(shape: type[msgspec.Struct]) -> Iterable[tuple[str, object]]:
    return get_type_hints(shape).items()


def _holds_secret(hint: object) -> bool:
    return hint is Secret or any(_holds_secret(one) for one in get_args(hint))


def tables() -> Iterator[str]:
    """Every table that the migrations make outside the read models."""
    for file in sorted(MIGRATIONS.glob("*.sql")):
        yield from re.findall(r"^CREATE (?:UNLOGGED )?TABLE ([a-z_]+\.[a-z_]+)", file.read_text(), re.MULTILINE)


def _of_type(fact: type[Fact], wanted: object) -> list[str]:
    hints: dict[str, Any] = get_type_hints(fact, include_extras=True)
    return [name for name, hint in hints.items() if hint == wanted or wanted in get_args(hint)]


def markdown() -> str:
    """The map in both languages."""
    return "\n".join([*_HEAD, *_sealed(), *_stores(), *_facts()]) + "\n"


_HEAD: Final = (
    "# 个人信息清单 · Data map",
    "",
    "由程序生成:`python -m ops.data_map`。总账里没有姓名,只有假名和承诺;文字和身份在保密库,每人一把密钥。",
    "Generated: `python -m ops.data_map`. No name stands in the log, only pseudonyms and commitments; words and",
    "identities lie in the vault, under a key per person.",
    "",
)


def _sealed() -> Iterator[str]:
    yield from ("## 封存字段 · Sealed fields", "")
    yield "|字段 field|内容 what|密钥 key|可读 readers|期限 term|来自 from|"
    yield "|---|---|---|---|---|---|"
    for one in FIELDS:
        (key_zh, key_en), (term_zh, term_en) = KEYS[one.key], TERMS[one.term]
        offices = sorted({grant.holder for grant in GRANTS if grant.operation == one.readers})
        readers = f"`{one.readers}`: {', '.join(offices)}"
        wishes = ", ".join(one.wishes)
        yield f"|`{one.name}`|{one.zh} {one.en}|{key_zh} {key_en}|{readers}|{term_zh} {term_en}|{wishes}|"
    yield ""


def _stores() -> Iterator[str]:
    yield from ("## 数据库的表 · Tables", "", "|表 table|内容 what|期限 term|", "|---|---|---|")
    for one in STORES:
        yield f"|`{one.table}`|{one.zh} {one.en}|{one.term_zh} {one.term_en}|"
    yield from ("", "查询数据(`reads`)由总账重建,只有假名、承诺、日期和数。", "")
    yield from ("The read models (`reads`) are made of the log: pseudonyms, commitments, days and numbers.", "")


def _facts() -> Iterator[str]:
    yield from ("## 总账里写明的 · In clear in the log", "")
    yield from ("|事实 fact|假名 pseudonyms|名称、文号 designations|", "|---|---|---|")
    for term in FACT_TERMS:
        people = _of_type(term.fact, MemberId)
        words = _of_type(term.fact, Title) + _of_type(term.fact, Reference)
        if people or words:
            yield f"|{term.zh} `{term.stored_name}`|{', '.join(people)}|{', '.join(words)}|"


if __name__ == "__main__":
    sys.stdout.write(markdown())
