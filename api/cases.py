"""申报与拟减分的样子 — a claim or a proposal as it is shown: who said what, who decided, who may vote, who may read."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from api.asked import Asked
from api.names import Names, names_of
from api.seats import Seats, seats_of
from domain.rules.demands import chain_by_worth
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Quantity, RecordId, Sha256, points
from projections import cases
from projections.answers import AsyncConnection
from projections.local_items import scheme_here

READERS_OF_WORDS: Final = ("recorder", "substitute_recorder", "secretary", "committee_member", "leading_group")
"""Who reads, beside the person himself, what was written of a matter: an auditor sees that it was, not what."""


class CaseRowView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim or a proposal in a list."""

    case: UUID
    kind: str
    unit: Code
    member: MemberId
    name: str
    title: str | None
    item_zh: str
    item_en: str
    level_zh: str
    level_en: str
    points: str
    status: str
    dated_on: date
    ends_on: date | None
    """The last day for his statement, while it runs."""
    answer_by: datetime | None


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """One document behind it."""

    zh: str
    en: str
    sha256: Sha256
    name: str
    """Of whoever entered it."""
    position: int


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """What the person said, for whoever may read it."""

    text: str | None
    final: bool
    at: datetime
    position: int


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One body's decision."""

    step: int
    body: Code
    body_title: str
    verdict: str
    minute: str
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    recused: tuple[str, ...]
    reason: str | None
    at: datetime
    position: int


class CaseVoter(msgspec.Struct, frozen=True, kw_only=True):
    """One of the body that decides now."""

    member: MemberId
    name: str
    recused: bool
    """He is its subject or entered it: he does not vote."""


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One claim or proposal with everything on it."""

    case: UUID
    kind: str
    unit: Code
    unit_title: str
    member: MemberId
    name: str
    matter: Code
    title: str | None
    item: Code
    item_zh: str
    item_en: str
    clause: str
    level: Code
    level_zh: str
    level_en: str
    points: str
    quantity: Quantity
    """Of a range the points chosen, else how many units."""
    condition_zh: str | None
    condition_en: str | None
    share_zh: str | None
    """The place in the group whose result it is."""
    share_en: str | None
    choice_reason: str | None
    """Why these points of a range."""
    rules: Code
    occurred_on: date
    dated_on: date
    entered_by: str
    source: str | None
    particulars: str | None
    late: bool
    status: str
    round: int
    body: Code
    body_title: str
    answer_by: datetime | None
    deemed_at: datetime | None
    delivery: str | None
    delivered_on: date | None
    ends_on: date | None
    may_decide_at: datetime | None
    decidable: bool
    """A body may decide now."""
    withdrawable: bool
    """The reader may take the claim back: his own, or one that he entered."""
    reason: str | None
    record: RecordId | None
    papers: tuple[PaperView, ...]
    statements: tuple[StatementView, ...]
    decisions: tuple[DecisionView, ...]
    voters: tuple[CaseVoter, ...]


def case_row(header: cases.CaseHeader, names: Names) -> CaseRowView:
    """A header as a row."""
    return CaseRowView(
        case=header.case,
        kind=header.kind,
        unit=header.unit,
        member=header.member,
        name=names(header.member),
        title=header.title,
        item_zh=header.item_zh,
        item_en=header.item_en,
        level_zh=header.level_zh,
        level_en=header.level_en,
        points=points(header.points),
        status=header.status,
        dated_on=header.dated_on,
        ends_on=header.ends_on if header.status == "notified" else None,
        answer_by=header.answer_by,
    )


async def case_rows(
    asked: Asked, connection: AsyncConnection, found: Iterable[cases.CaseHeader]
) -> tuple[CaseRowView, ...]:
    """Headers as rows, with the names of whom they concern."""
    headers = tuple(found)
    names = await names_of(asked, connection, [header.member for header in headers])
    return tuple(case_row(header, names) for header in headers)


async def case_view(asked: Asked, connection: AsyncConnection, case: cases.Case) -> CaseView:
    """Everything, as far as this reader may see it."""
    header = case.header
    scheme = await scheme_of(connection, header)
    voters = await voters_of(connection, asked.today, case, scheme)
    people = [header.member, header.entered_by, *(paper.entered_by for paper in case.papers), *voters]
    people += [person for decision in case.decisions for person in decision.recused]
    names = await names_of(asked, connection, people, unit=header.unit, day=header.occurred_on)
    texts = await _texts(asked, case)
    return CaseView(
        case=header.case,
        kind=header.kind,
        unit=header.unit,
        unit_title=header.unit_title,
        member=header.member,
        name=names(header.member),
        matter=header.matter,
        title=header.title,
        item=header.item,
        item_zh=header.item_zh,
        item_en=header.item_en,
        clause=header.clause,
        level=header.level,
        level_zh=header.level_zh,
        level_en=header.level_en,
        points=points(header.points),
        quantity=points(header.quantity),
        condition_zh=header.condition_zh,
        condition_en=header.condition_en,
        share_zh=header.share_zh,
        share_en=header.share_en,
        choice_reason=_said(texts, header.choice_reason),
        rules=header.rules,
        occurred_on=header.occurred_on,
        dated_on=header.dated_on,
        entered_by=names(header.entered_by),
        source=header.source,
        particulars=_said(texts, header.particulars),
        late=header.late,
        status=header.status,
        round=header.round,
        body=header.body,
        body_title=header.body_title,
        answer_by=header.answer_by,
        deemed_at=header.deemed_at if header.status == "proposed" else None,
        delivery=header.delivery,
        delivered_on=header.delivered_on,
        ends_on=header.ends_on,
        may_decide_at=header.may_decide_at,
        decidable=decidable(asked, header),
        withdrawable=_withdrawable(asked, header),
        reason=_said(texts, header.reason),
        record=header.record,
        papers=tuple(_paper(paper, scheme, names) for paper in case.papers),
        statements=tuple(_statement(one, texts) for one in case.statements),
        decisions=tuple(_decision(decision, names, texts) for decision in case.decisions),
        voters=tuple(
            CaseVoter(member=one, name=names(one), recused=not case.concerned.isdisjoint({one, holder}))
            for one, holder in voters.items()
        ),
    )


def decidable(asked: Asked, header: cases.CaseHeader) -> bool:
    """Whether a body may decide now: a claim at once, a proposal once the person was heard or his term is over."""
    if header.status == "notified":
        return header.may_decide_at is not None and header.may_decide_at <= asked.now
    return header.status in ("claimed", "heard")


def _withdrawable(asked: Asked, header: cases.CaseHeader) -> bool:
    open_still = header.kind == "honour" and header.status in ("claimed", "returned")
    return open_still and asked.may("honour.claim") and asked.reader.person in (header.member, header.entered_by)


async def voters_of(connection: AsyncConnection, today: date, case: cases.Case, scheme: Scheme) -> Seats:
    """The body that decides next, and in whose place each sits; nobody where it is decided.

    Where it went up for want of voters, the committee above decides in the place of the chain's own body.
    """
    header = case.header
    if not header.open:
        return {}
    body = chain_by_worth(scheme, header.item, header.level, points(header.points))[header.step]
    if body == "branch_meeting" and header.body != header.unit:
        body = "parent_committee"
    return await seats_of(connection, scheme, body, header.body, today)


async def scheme_of(connection: AsyncConnection, header: cases.CaseHeader) -> Scheme:
    """The rule set of the day of the act."""
    published = await scheme_here(connection, header.unit, header.occurred_on)
    assert published is not None, f"a case was entered under {header.rules}, which is not there"
    return published.scheme


async def _texts(asked: Asked, case: cases.Case) -> dict[Sha256, str]:
    """The sealed words that this reader may read; gone where their author's key is."""
    reader = asked.reader
    acting = asked.acting
    may_read = reader.person == case.header.member or (acting is not None and acting.role in READERS_OF_WORDS)
    sealed = [case.header.particulars, case.header.reason, case.header.choice_reason]
    sealed += [statement.statement for statement in case.statements]
    sealed += [decision.reason for decision in case.decisions]
    wanted = tuple({one for one in sealed if one is not None})
    opened: Mapping[Sha256, str] = await asked.house.vault.values(wanted if may_read else ())
    missing = asked.words("text.gone") if may_read else asked.words("text.sealed")
    return {one: opened.get(one, missing) for one in wanted}


def _said(texts: dict[Sha256, str], sealed: Sha256 | None) -> str | None:
    return None if sealed is None else texts[sealed]


def _paper(paper: cases.Paper, scheme: Scheme, names: Names) -> PaperView:
    kind = scheme.evidence_kinds[paper.kind]
    return PaperView(zh=kind.zh, en=kind.en, sha256=paper.sha256, name=names(paper.entered_by), position=paper.position)


def _statement(one: cases.StatementFiled, texts: dict[Sha256, str]) -> StatementView:
    return StatementView(text=_said(texts, one.statement), final=one.final, at=one.at, position=one.position)


def _decision(decision: cases.Decided, names: Names, texts: dict[Sha256, str]) -> DecisionView:
    return DecisionView(
        step=decision.step,
        body=decision.body,
        body_title=decision.body_title,
        verdict=decision.verdict,
        minute=decision.minute,
        minute_sha256=decision.minute_sha256,
        entitled=decision.entitled,
        present=decision.present,
        in_favour=decision.in_favour,
        recused=names.of(decision.recused),
        reason=_said(texts, decision.reason),
        at=decision.at,
        position=decision.position,
    )
