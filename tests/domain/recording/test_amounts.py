"""分量: points of a range with their reason, a condition, a place in a group, an amount; on sheets levels too."""

from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from domain.actor import person
from domain.decider import NotPermitted, Refused
from domain.recording.amounts import (
    ConditionUnknown,
    LevelUnknown,
    PointsOutsideRange,
    QuantityOutsideRule,
    RangeReasonMissing,
    ShareMissing,
    ShareUnknown,
)
from domain.recording.archive import DeductionApproved, HonourAdded, PointsRecorded
from domain.recording.deduction import DeductionProposed, deduction_id
from domain.recording.department import KeptByDepartment
from domain.recording.docket import CaseListed
from domain.recording.filling import LineWish, OwnPoints
from domain.recording.honour import HonourClaimed, honour_id
from domain.recording.sheet import SheetLineSet, SheetOpened
from domain.rules.ruleset import DraftRuleSet
from tests.domain.amounts import more_asked
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SUBSTITUTE,
    BRANCH,
    MEMBER,
    NATIONAL_DAY_2026,
    OTHER,
    RECORDER,
    SCHEME,
    TOP,
    appointed,
    approved,
    calendar,
    drafted,
    established,
    evidenced,
    filled,
    held,
    opened,
    organised,
    planned,
    published,
    registered,
    secret,
    sheet_approved,
    submitted,
    who,
)
from tests.domain.given import Given
from tests.domain.merits import AS_MEMBER, claimed, deduction_decided, honour_decided, proposed, stated
from tests.domain.rules.kinds.writing import named

WHY = secret("choice_reason", "影响范围较大")


def ruled(**sections: Any) -> Given:
    """The branch under that rule set, with some sections changed."""
    document = msgspec.Raw(msgspec.json.encode(more_asked(SCHEME, **sections)))
    draft: DraftRuleSet = replace(drafted("v1"), document=document)
    years = calendar(2025), calendar(2026, NATIONAL_DAY_2026)
    return organised().given(draft, approved("v1"), published("v1"), *years)


ASKED = ruled()


def award(**fields: Any) -> Any:
    return claimed(**{"item": "H-1", "level": "city", "document_kind": "paper", **fields})


def finding(**fields: Any) -> Any:
    return proposed(**{"item": "N-1", "level": "heavy", "document_kind": "finding", **fields})


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ({"share": "lead"}, "4.00"),
        ({"share": "part"}, "2.00"),
        ({"share": "part", "condition": "media"}, "4.00"),  # 4.00 × 2 × ½
        ({"share": "part", "level": "district", "quantity": "2.50", "choice_reason": WHY}, "1.25"),
        ({"share": "part", "level": "district", "quantity": "2.55", "choice_reason": WHY}, "1.28"),  # 1.275
    ],
)
def test_a_claim_says_its_place_its_condition_and_the_points_chosen(said: dict[str, Any], worth: str) -> None:
    claim, _ = ASKED.when(award(**said)).facts()
    assert isinstance(claim, HonourClaimed)
    assert claim.points_shown == worth
    assert (claim.choice_reason is None) == ("choice_reason" not in said)
    honour = honour_id(BRANCH, MEMBER, "AW-1", "H-1")
    added = ASKED.given(award(**said)).when(honour_decided(honour=honour)).facts()[-1]
    assert isinstance(added, HonourAdded)
    assert (added.points_shown, added.share, added.condition) == (worth, claim.share, claim.condition)
    assert added.quantity == said.get("quantity")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({}, ShareMissing),
        ({"share": "third"}, ShareUnknown),
        ({"share": "lead", "condition": "snow"}, ConditionUnknown),
        ({"share": "lead", "quantity": "2.00"}, QuantityOutsideRule),
        ({"share": "lead", "level": "district", "quantity": "3.01", "choice_reason": WHY}, PointsOutsideRange),
        ({"share": "lead", "level": "district", "quantity": "2.00"}, RangeReasonMissing),
    ],
)
def test_what_the_item_does_not_let_be_said_is_refused(said: dict[str, Any], refusal: type[Refused]) -> None:
    ASKED.when(award(**said)).refused(refusal)


def test_a_deduction_says_the_points_chosen_or_how_much() -> None:
    ASKED.when(finding(level="light", quantity="1.50")).refused(RangeReasonMissing)
    chosen = finding(level="light", quantity="1.50", choice_reason=WHY)
    proposal, _ = ASKED.when(chosen).facts()
    assert isinstance(proposal, DeductionProposed)
    assert (proposal.points_shown, proposal.quantity) == ("1.50", "1.50")
    # 2.25 hours are five half hours begun: 2.50 × 0.50
    measured, _ = ASKED.when(finding(item="N-2", level="hour", quantity="2.25")).facts()
    assert isinstance(measured, DeductionProposed)
    assert measured.points_shown == "1.25"
    ASKED.when(finding(item="N-2", level="hour", quantity="0.00")).refused(QuantityOutsideRule)
    deduction = deduction_id(BRANCH, MEMBER, "CMP-7", "N-1")
    heard = ASKED.given(chosen, replace(stated(None, final=True), deduction=deduction))
    recorded = heard.when(deduction_decided(deduction=deduction)).facts()[-1]
    assert isinstance(recorded, DeductionApproved)
    assert (recorded.points_shown, recorded.quantity) == ("1.50", "1.50")


VISITED = ASKED.given(planned(kind="r-1"), held(), evidenced(kind="list"), opened(item="R-1"))


def line(**fields: Any) -> Any:
    wanted: dict[str, Any] = {"member": MEMBER, "outcome": "earned", **fields}
    return LineWish(**wanted)


def test_a_sheet_says_levels_conditions_and_the_points_chosen_in_a_range() -> None:
    lines = (line(level="visit", condition="media"), line(member=OTHER, level="survey", quantity="3.50"))
    history = VISITED.given(filled(item="R-1", but=lines, choice_reason=WHY), submitted(item="R-1"))
    said = [fact for fact in history.world.facts if isinstance(fact, SheetLineSet)]
    assert [(one.level, one.condition, one.choice_reason is None) for one in said] == [
        ("visit", "media", True),
        ("survey", None, False),
    ]
    decided = history.when(sheet_approved(item="R-1")).facts()
    records = {fact.member: fact for fact in decided if isinstance(fact, PointsRecorded)}
    assert (records[MEMBER].level, records[MEMBER].condition, records[MEMBER].quantity) == ("visit", "media", "1.00")
    assert (records[OTHER].level, records[OTHER].quantity) == ("survey", "3.50")
    VISITED.given(filled(item="R-1", but=(line(level="visit"),))).when(
        filled(item="R-1", but=(line(level="visit"),))
    ).nothing()


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({}, LevelUnknown),
        ({"level": "journey"}, LevelUnknown),
        ({"level": "visit", "condition": "snow"}, ConditionUnknown),
        ({"level": "visit", "quantity": "1.50"}, QuantityOutsideRule),
        ({"level": "survey", "quantity": "3.00"}, RangeReasonMissing),
    ],
)
def test_a_sheet_says_nothing_that_its_item_does_not_know(said: dict[str, Any], refusal: type[Refused]) -> None:
    VISITED.when(filled(item="R-1", but=(line(**said),))).refused(refusal)
    VISITED.when(filled(AS_SUBSTITUTE, item="R-1", but=(line(member=RECORDER, **said),))).refused(refusal)


DEPARTMENT: Final = "PUB"
"""Publicity, below the top and beside the branch."""
OFFICE: Final = who("publicity officer")
AS_DEPARTMENT: Final = person(OFFICE, "department_officer", DEPARTMENT)


def with_department(items: list[str]) -> Given:
    """The department keeps some items; it has an officer, and a plain member."""
    base = ruled(sources=[named("publicity", unit=DEPARTMENT, items=items)])
    plain = registered(who("publicity member"), DEPARTMENT)
    return base.given(
        established(DEPARTMENT, TOP),
        registered(OFFICE, DEPARTMENT),
        plain,
        appointed(OFFICE, "department_officer", DEPARTMENT),
    )


def test_f21_what_a_department_keeps_is_brought_by_its_officer_for_any_member() -> None:
    kept = with_department(["N-1", "H-1", "R-1"])
    city = {"item": "H-1", "level": "city", "document_kind": "paper", "share": "lead"}
    kept.when(claimed(AS_DEPARTMENT, **city)).says(HonourClaimed, CaseListed)
    heavy = {"item": "N-1", "level": "heavy", "document_kind": "finding"}
    kept.when(proposed(AS_DEPARTMENT, **heavy)).says(DeductionProposed, CaseListed)
    there = kept.given(planned(kind="r-1"), held(), evidenced(kind="list"))
    there.when(opened(item="R-1", actor=AS_DEPARTMENT)).says(SheetOpened)
    opened_there = there.given(opened(item="R-1", actor=AS_DEPARTMENT))
    opened_there.when(filled(AS_DEPARTMENT, item="R-1", but=(line(level="visit"),))).says(SheetLineSet)
    opened_there.when(filled(AS_RECORDER, item="R-1", but=(line(level="visit"),))).refused(KeptByDepartment)


def test_f21_nobody_else_brings_it_not_even_who_belongs_to_the_department() -> None:
    kept = with_department(["N-1", "H-1", "R-1"])
    city = {"item": "H-1", "level": "city", "document_kind": "paper", "share": "lead"}
    for actor in (AS_RECORDER, AS_MEMBER):
        kept.when(claimed(actor, **city)).refused(KeptByDepartment)
    of_department = who("publicity member")
    mine = claimed(person(of_department, "member", DEPARTMENT), unit=DEPARTMENT, member=of_department, **city)
    kept.when(mine).refused(KeptByDepartment)
    kept.when(finding()).refused(KeptByDepartment)
    kept.when(proposed(AS_HIGHER, item="N-1", level="heavy", document_kind="finding")).refused(KeptByDepartment)
    kept.given(planned(kind="r-1"), held(), evidenced(kind="list")).when(opened(item="R-1")).refused(KeptByDepartment)
    own = claimed(AS_DEPARTMENT, unit=DEPARTMENT, member=OFFICE, **city)
    kept.when(own).refused(OwnPoints)


def test_f21_an_officer_of_a_department_brings_nothing_else() -> None:
    kept = with_department(["N-1"])
    hour = {"item": "N-2", "level": "hour", "document_kind": "finding"}
    kept.when(proposed(AS_DEPARTMENT, **hour)).refused(NotPermitted)
    kept.when(claimed(AS_DEPARTMENT, item="H-1", level="city", document_kind="paper", share="lead")).refused(
        NotPermitted
    )
    kept.when(finding(item="N-2", level="hour")).says(DeductionProposed, CaseListed)
    kept.when(award(share="lead")).says(HonourClaimed, CaseListed)
    other = kept.given(established("ORG", TOP), registered(who("foreign officer"), "ORG"))
    other = other.given(appointed(who("foreign officer"), "department_officer", "ORG"))
    foreign = person(who("foreign officer"), "department_officer", "ORG")
    other.when(proposed(foreign, item="N-1", level="heavy", document_kind="finding")).refused(KeptByDepartment)
