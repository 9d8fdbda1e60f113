"""权限表: every cell, enforced for every operation, every office and every relation of organisations; else denied."""

from datetime import date
from typing import get_args

import pytest
from msgspec.structs import replace

from domain.actor import Actor, person, system
from domain.decider import Command, NotPermitted
from domain.house import COMMANDS
from domain.organisation.appointments import OFFICES, Role
from domain.organisation.member import RegisterMember
from domain.permissions import GRANTS, SYSTEMS, Holder, Relation, may, permit
from domain.recording.matter import PlanMatter
from tests.domain.branch import (
    BRANCH,
    INSTALLATION,
    MEMBER,
    RULED,
    TOP,
    appointed,
    established,
    planned,
    registered,
    who,
    wish,
)

OPERATIONS = sorted({command.operation for command in COMMANDS})
ASIDE = "GW/PK-02"
EVERYWHERE = {role: who(f"holder of {role}") for role in OFFICES}
"""For each office somebody who holds it in the branch alone."""
WORLD = RULED.given(
    established(ASIDE, TOP),
    established("GW/PK-01/1", BRANCH),
    *(registered(holder) for holder in EVERYWHERE.values()),
    *(appointed(holder, role) for role, holder in EVERYWHERE.items() if role != "recorder"),
).world
RELATIONS: dict[Relation | str, str | None] = {
    "own": BRANCH,
    "above": "GW/PK-01/1",
    "aside": ASIDE,
    "below": TOP,
    "none": None,
}
"""How the branch stands to the organisation that a wish concerns."""


def wished(operation: str, actor: Actor, unit: str | None) -> Command:
    """A wish of this operation for this organisation; what else it says does not matter here."""

    class Wished(Command, frozen=True, kw_only=True):
        unit: str | None

    Wished.operation = operation
    return wish(Wished, actor, unit=unit)


def permitted(operation: str, actor: Actor, unit: str | None) -> bool:
    try:
        permit(WORLD, wished(operation, actor, unit))
    except NotPermitted:
        return False
    return True


def holder_of(role: Role | str) -> Actor:
    if role == "member":
        return person(MEMBER, "member", BRANCH)
    return person(who("recorder") if role == "recorder" else EVERYWHERE[role], role, BRANCH)


def in_table(operation: str, holder: Holder, relation: str) -> bool:
    relations = {grant.relation for grant in GRANTS if (grant.operation, grant.holder) == (operation, holder)}
    return "any" in relations or (relation in ("own", "above") and relation in relations)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_cell_of_the_table_and_nothing_beside_it(operation: str) -> None:
    for role in (*OFFICES, "member"):
        for relation, unit in RELATIONS.items():
            expected = in_table(operation, role, relation)
            if relation in ("aside", "below") and expected:
                continue  # granted for any organisation at all: such wishes name none
            assert permitted(operation, holder_of(role), unit) is expected, (operation, role, relation)
    for name in (*SYSTEMS, "somebody"):
        expected = in_table(operation, name, "none")
        assert permitted(operation, system(name), BRANCH) is expected, (operation, name)


def test_every_wish_has_its_row_in_the_table() -> None:
    for command in COMMANDS:
        assert any(grant.operation == command.operation for grant in GRANTS), command.__name__


def test_what_is_not_in_the_table_is_denied() -> None:
    for role in (*OFFICES, "member"):
        assert not permitted("log.erase", holder_of(role), BRANCH)
        assert not may("log.erase", role, "own")
    assert not permitted("log.erase", INSTALLATION, BRANCH)


def test_an_office_is_not_a_claim() -> None:
    for role in OFFICES:
        claimed = person(MEMBER, role, BRANCH)
        elsewhere = replace(holder_of(role), unit=TOP)
        for operation in OPERATIONS:
            assert not permitted(operation, claimed, BRANCH)
            assert not permitted(operation, elsewhere, TOP)
    assert not permitted("matter.plan", person(MEMBER, "emperor", BRANCH), BRANCH)


def test_an_office_counts_on_the_day_of_the_wish() -> None:
    early = replace(planned(), at=planned().at.replace(year=2024))
    RULED.when(early).refused(NotPermitted)
    RULED.when(planned()).facts()


def test_a_sealed_person_may_object_or_leave_feedback_and_nothing_else() -> None:
    sealed = Actor(sealed="0" * 64)
    may = {operation for operation in OPERATIONS if permitted(operation, sealed, BRANCH)}
    speaking = {"retaliation.flag", "feedback.leave"}
    assert may == {"objection.file", "objection.withdraw", "objection.appeal", *speaking}


def test_auditors_write_nothing() -> None:
    assert not any(
        permitted(operation, holder_of("auditor"), unit) for operation in OPERATIONS for unit in RELATIONS.values()
    )


def test_the_whole_house_asks_the_table_first() -> None:
    stranger = person(who("stranger"), "recorder", BRANCH)
    RULED.when(replace(planned(), actor=stranger)).refused(NotPermitted)
    # Even where the stream would refuse as well.
    RULED.when(replace(planned(planned_on=date(2020, 1, 1)), actor=stranger)).refused(NotPermitted)
    assert {PlanMatter, RegisterMember} <= set(COMMANDS)
    assert set(get_args(Relation)) == {"self", "own", "above", "any"}
