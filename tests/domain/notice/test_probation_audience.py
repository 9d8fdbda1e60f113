"""预备期处理公示: whatever audience a rule set names, only a confirmation is told beyond the branch (SPEC §6, E5)."""

from datetime import date
from uuid import uuid5

import pytest
from msgspec.structs import replace

from domain.decider import NAMESPACE
from domain.notice.drafting import audience_of
from domain.notice.notice import Notice, NoticeLine
from domain.notice.results import PROBATION, Results
from domain.rules.demands import stage_of
from domain.rules.scheme import load
from tests.domain.branch import BRANCH, DOCUMENT, MEMBER

SCHEME = load(DOCUMENT)
NUMBER = uuid5(NAMESPACE, "notice of a probation")


@pytest.mark.parametrize(("outcome", "audience"), [("confirm", "public"), ("extend", "branch"), ("cancel", "branch")])
def test_an_extension_or_a_cancellation_stays_in_the_branch(outcome: str, audience: str) -> None:
    line = NoticeLine(line=1, member=MEMBER, record=NUMBER, outcome="scored", quantity="1.00", grade=outcome)
    notice = Notice(
        notice=NUMBER, unit=BRANCH, stage="probation", matter="2027", item=PROBATION, occurred_on=date(2027, 4, 15),
        lines=(line,), results=Results(year=2027, period=PROBATION, computation=1),
    )  # fmt: skip
    stage = replace(stage_of(SCHEME, "probation"), audience="public")
    assert audience_of(SCHEME.notice, stage, notice) == audience
