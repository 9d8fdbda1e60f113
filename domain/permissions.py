"""权限表 — who may do what, to whose things, in which state. One table; whatever is not in it is denied.

Routes, buttons, row filters, the generated tests and the page of permissions all read this table. Separation of
duties between persons is decided beside it, in each ``decide``: an office never excuses a person.
"""

from typing import Final, Literal, NamedTuple, TypeAlias

from domain.decider import Command, NotPermitted, Past
from domain.organisation.appointments import OFFICES, Role, holds
from domain.organisation.roster import belonging
from domain.organisation.unit import higher_than
from domain.values import Code, MemberId, day_of

Relation: TypeAlias = Literal["self", "own", "above", "any"]
"""How the actor's organisation stands to the thing's: his own person, the same, a higher one, or any at all."""

Holder: TypeAlias = Role | Literal["member", "public", "process", "installation"]
"""An office, every member, everybody, or a process of the service."""

SYSTEMS: Final[tuple[Literal["process", "installation"], ...]] = ("process", "installation")


class Grant(NamedTuple):
    """One permitted cell."""

    operation: str
    holder: Holder
    relation: Relation
    states: tuple[str, ...] = ()
    """Of the thing; empty for any."""


GRANTS: Final[tuple[Grant, ...]] = (
    # Setting up
    Grant("log.open", "installation", "any"),
    Grant("log.restore", "installation", "any"),
    Grant("unit.establish", "installation", "any"),
    Grant("unit.establish", "officer", "own"),
    Grant("unit.establish", "officer", "above"),
    Grant("member.register", "installation", "any"),
    Grant("member.register", "officer", "own"),
    Grant("member.register", "officer", "above"),
    Grant("role.appoint", "installation", "any"),
    Grant("role.appoint", "officer", "own"),
    Grant("role.appoint", "officer", "above"),
    Grant("role.end", "officer", "own"),
    Grant("role.end", "officer", "above"),
    Grant("calendar.publish", "installation", "any"),
    Grant("calendar.publish", "officer", "own"),
    # Rules
    Grant("rules.draft", "installation", "any"),
    Grant("rules.draft", "officer", "own"),
    Grant("rules.approve", "leading_group", "own", ("drafted",)),
    Grant("rules.publish", "officer", "own", ("approved",)),
    Grant("rules.read", "public", "any"),
    # Matters
    Grant("matter.plan", "recorder", "own"),
    Grant("matter.plan", "substitute_recorder", "own"),
    Grant("matter.hold", "recorder", "own", ("planned",)),
    Grant("matter.hold", "substitute_recorder", "own", ("planned",)),
    Grant("matter.drop", "recorder", "own", ("planned",)),
    Grant("matter.drop", "substitute_recorder", "own", ("planned",)),
    Grant("evidence.attach", "recorder", "own", ("held",)),
    Grant("evidence.attach", "substitute_recorder", "own", ("held",)),
    # Sheets
    Grant("sheet.fill", "recorder", "own", ("draft",)),
    Grant("sheet.fill", "substitute_recorder", "own", ("draft",)),
    Grant("sheet.decide", "secretary", "own", ("submitted",)),
    Grant("sheet.decide", "committee_member", "own", ("submitted",)),
    Grant("sheet.decide", "secretary", "above", ("submitted",)),
    Grant("sheet.decide", "committee_member", "above", ("submitted",)),
    Grant("sheet.read", "recorder", "own"),
    Grant("sheet.read", "substitute_recorder", "own"),
    Grant("sheet.read", "secretary", "own"),
    Grant("sheet.read", "committee_member", "own"),
    Grant("sheet.read", "secretary", "above"),
    Grant("sheet.read", "committee_member", "above"),
    Grant("sheet.read", "auditor", "any"),
    # Notices
    Grant("notice.draft", "process", "any"),
    Grant("notice.post", "secretary", "own", ("drafted",)),
    Grant("notice.post", "committee_member", "own", ("drafted",)),
    Grant("notice.post", "secretary", "above", ("drafted",)),
    Grant("notice.close", "process", "any", ("posted",)),
    Grant("record.confirm", "process", "any", ("closed",)),
    Grant("notice.read", "member", "own", ("posted",)),
    Grant("notice.read", "secretary", "own"),
    Grant("notice.read", "committee_member", "own"),
    Grant("notice.read", "recorder", "own"),
    Grant("notice.read", "secretary", "above"),
    Grant("notice.read", "committee_member", "above"),
    Grant("notice.read", "auditor", "any"),
    # Archives
    Grant("archive.read", "member", "self"),
    Grant("archive.read", "recorder", "own"),
    Grant("archive.read", "secretary", "own"),
    Grant("archive.read", "committee_member", "own"),
    Grant("archive.read", "secretary", "above"),
    Grant("archive.read", "committee_member", "above"),
    Grant("archive.read", "auditor", "any"),
    # Oversight
    Grant("log.verify", "public", "any"),
    Grant("log.export", "auditor", "any"),
    Grant("duties.read", "auditor", "any"),
)


def grants(operation: str, holder: Holder) -> list[Grant]:
    """The cells of one operation and one holder."""
    return [grant for grant in GRANTS if grant.operation == operation and grant.holder == holder]


def may(operation: str, holder: Holder, relation: Relation, state: str | None = None) -> bool:
    """Whether the table holds this cell; a state of None asks for any state."""
    return any(
        grant.relation in (relation, "any") and (state is None or not grant.states or state in grant.states)
        for grant in grants(operation, holder)
    )


def permit(past: Past, command: Command) -> None:
    """Refuse the wish unless its actor holds, today, an office to which the table grants it."""
    actor = command.actor
    if actor.system is not None:
        if not any(may(command.operation, system, "any") for system in SYSTEMS if system == actor.system):
            raise NotPermitted
        return
    if actor.person is None or actor.role is None or actor.unit is None:
        raise NotPermitted
    _hold(past, actor.person, actor.role, actor.unit, command)
    if not may(command.operation, _holder(actor.role), _relation(past, actor.unit, command.target())):
        raise NotPermitted


def _hold(past: Past, person: MemberId, role: Code, unit: Code, command: Command) -> None:
    day = day_of(command.at)
    if role == "member" and person in belonging(past, unit, day):
        return
    if role != "member" and holds(past, person, _office(role), unit, day):
        return
    raise NotPermitted


def _relation(past: Past, unit: Code, target: Code | None) -> Relation:
    if target is None:
        return "any"
    if target == unit:
        return "own"
    return "above" if unit in higher_than(past, target) else "any"


def _holder(role: Code) -> Holder:
    return "member" if role == "member" else _office(role)


def _office(role: Code) -> Role:
    for office in OFFICES:
        if office == role:
            return office
    raise NotPermitted
