"""A branch's determined year, other versions of its rule set, and a restatement, as wishes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from domain.actor import Actor, person
from domain.assessment.ordering import ApproveRestatement, FileRestatementStatement, OrderRestatement
from domain.assessment.restatement import restatement_id, restatement_notice_id
from domain.assessment.superseding import ComputeRestatement, DraftRestatementNotice
from domain.decider import Command
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet, SimulateRuleSet
from tests.domain.branch import (
    AS_LEADER,
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    DOCUMENT,
    PROCESS,
    SCHEME,
    TOP,
    VERSION,
    appointed,
    digest,
    registered,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.year import TERM, YEAR

LEADERS: Final = tuple(who(f"leader-{number}") for number in range(2, 7))
"""Beside the one who approves versions."""
ORDERER, APPROVER = LEADERS[0], LEADERS[1]
AS_ORDERER: Final = person(ORDERER, "leading_group", TOP)
AS_APPROVER: Final = person(APPROVER, "leading_group", TOP)
RULES_AT: Final = datetime(2027, 3, 1, 1, tzinfo=UTC)
ORDERED_AT: Final = datetime(2027, 4, 1, 1, tzinfo=UTC)
SIMULATED: Final = {
    "year": YEAR, "period": "Y", "members": 13, "better": 0, "worse": 0, "unmapped": 0, "digest": digest("what-if")
}  # fmt: skip
"""What the officer saw of a version, as far as the log keeps it."""
HEARD_AT: Final = ORDERED_AT + timedelta(days=20)
"""After every term to be heard."""


def document(changes: Mapping[str, str], version: str) -> bytes:
    """The example's rule set, changed here and there."""
    text = DOCUMENT.decode().replace(VERSION, version)
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text.encode()


def version_published(
    version: str, changes: Mapping[str, str], effective_on: date, at: datetime = RULES_AT
) -> tuple[Command, ...]:
    """Another version, drafted by the officer, approved by a leader, in force from a day on."""
    about = {"unit": TOP, "scheme": SCHEME, "version": version}
    content = msgspec.Raw(document(changes, version))
    return (
        wish(DraftRuleSet, AS_OFFICER, at, **about, document=content),
        wish(SimulateRuleSet, AS_OFFICER, at, **about, **SIMULATED),
        wish(ApproveRuleSet, AS_LEADER, at, **about, minute="3号", minute_sha256=digest("rules")),
        wish(PublishRuleSet, AS_OFFICER, at, **about, effective_on=effective_on),
    )


def with_leaders(base: Given) -> Given:
    """A leading group of six."""
    everybody = (*(registered(one, TOP) for one in LEADERS), *(appointed(one, "leading_group", TOP) for one in LEADERS))
    return base.given(*everybody)


def ordered(
    rules: str | None = None,
    period: str = "Y",
    at: datetime = ORDERED_AT,
    actor: Actor = AS_ORDERER,
    present: tuple[UUID, ...] = LEADERS,
    **fields: object,
) -> OrderRestatement:
    """The leading group orders it."""
    said = {
        "unit": BRANCH,
        "year": YEAR,
        "period": period,
        "rules": rules,
        "document_kind": "decision",
        "document": digest("basis"),
        "reason": secret("reason", "办法有误", ORDERER),
        "minute": "领导小组〔2027〕4号",
        "minute_sha256": digest("order"),
        "present": present,
    }
    return wish(OrderRestatement, actor, at, **{**said, **fields})


def computed(period: str = "Y", number: int = 1, at: datetime = ORDERED_AT) -> ComputeRestatement:
    """The machine computes it."""
    return wish(ComputeRestatement, PROCESS, at, unit=BRANCH, year=YEAR, period=period, number=number)


def stated(member: UUID, at: datetime = ORDERED_AT, *, final: bool = True) -> FileRestatementStatement:
    """A member says his view."""
    return wish(
        FileRestatementStatement,
        person(member, "member", BRANCH),
        at,
        unit=BRANCH,
        year=YEAR,
        period="Y",
        number=1,
        statement=secret("statement", "我有意见", member),
        final=final,
    )


def approved(
    period: str = "Y",
    at: datetime = HEARD_AT,
    actor: Actor = AS_APPROVER,
    present: tuple[UUID, ...] = LEADERS,
    verdict: str = "approved",
    number: int = 1,
    **fields: object,
) -> ApproveRestatement:
    """Others of the group approve it."""
    said = {
        "minute": "领导小组〔2027〕5号",
        "minute_sha256": digest("approval"),
        "present": present,
        "verdict": verdict,
    }
    return wish(
        ApproveRestatement, actor, at, unit=BRANCH, year=YEAR, period=period, number=number, **{**said, **fields}
    )


def adopted(period: str = "Y", number: int = 1, at: datetime = HEARD_AT) -> tuple[Command, ...]:
    """Noticed for its term, then adopted."""
    notice = restatement_notice_id(restatement_id(BRANCH, YEAR, period, number))
    over = at + TERM
    return (
        wish(DraftRestatementNotice, PROCESS, at, unit=BRANCH, year=YEAR, period=period, number=number),
        wish(CheckDisclosure, AS_SECRETARY, at, unit=BRANCH, notice=notice, shows=("name", "points")),
        wish(PostNotice, AS_SECRETARY, at, unit=BRANCH, notice=notice),
        wish(CloseNotice, PROCESS, over, unit=BRANCH, notice=notice),
        wish(ConfirmRecords, PROCESS, over, unit=BRANCH, notice=notice),
    )


def through(
    base: Given, rules: str | None = None, number: int = 1, at: datetime = ORDERED_AT, **fields: object
) -> Given:
    """From the order to the new determinations, everybody heard by the end of his term."""
    heard = at + (HEARD_AT - ORDERED_AT)
    return base.given(
        ordered(rules, at=at, **fields),
        computed(number=number, at=at),
        approved(at=heard, number=number),
        *adopted(number=number, at=heard),
    )
