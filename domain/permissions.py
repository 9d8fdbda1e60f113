"""权限表 — who may do what, to whose things, in which state. One table; whatever is not in it is denied.

Routes, buttons, row filters, the generated tests and the page of permissions all read this table. Separation of
duties between persons is decided beside it, in each ``decide``: an office never excuses a person.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from domain.decider import Command, NotPermitted, Past
from domain.organisation.appointments import COMMITTEE, HANDLING, OFFICES, READING, Role, holds
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import belonging
from domain.organisation.unit import higher_than
from domain.values import Code, MemberId, day_of

Relation: TypeAlias = Literal["self", "own", "above", "any"]
"""How the actor's organisation stands to the thing's: his own person, the same, a higher one, or any at all."""

Holder: TypeAlias = Role | Literal["member", "public", "objector", "process", "installation"]
"""An office, every member, everybody, whoever objects without being known, or a process of the service."""

SYSTEMS: Final[tuple[Literal["process", "installation"], ...]] = ("process", "installation")


class Grant(NamedTuple):
    """One permitted cell."""

    operation: str
    holder: Holder
    relation: Relation
    states: tuple[str, ...] = ()
    """Of the thing; empty for any."""


def granted(
    operation: str, holders: Iterable[Holder], relations: Iterable[Relation], states: tuple[str, ...] = ()
) -> Iterator[Grant]:
    """A row of the table: a cell for each holder in each relation."""
    return (Grant(operation, holder, relation, states) for holder in holders for relation in relations)


RELATED: Final[tuple[Relation, ...]] = ("own", "above")
KEEPING: Final[tuple[Role, ...]] = ("recorder", "substitute_recorder", "secretary", "officer")
"""Whoever keeps the registers of an organisation."""

GRANTS: Final[tuple[Grant, ...]] = (
    # Setting up
    Grant("log.open", "installation", "any"),
    Grant("log.restore", "installation", "any"),
    Grant("unit.establish", "installation", "any"),
    *granted("unit.establish", ("officer",), RELATED),
    Grant("member.register", "installation", "any"),
    *granted("member.register", ("officer",), RELATED),
    Grant("role.appoint", "installation", "any"),
    *granted("role.appoint", ("officer",), RELATED),
    *granted("role.end", ("officer",), RELATED),
    # People over time
    *granted("unit.change", ("officer",), RELATED),
    *granted("member.transfer", ("officer",), RELATED),
    *granted("member.change", ("officer",), RELATED),
    *granted("member.describe", ("officer",), RELATED),
    *granted("member.end", ("officer",), RELATED),
    *granted("role.substitute", ("officer",), RELATED),
    *granted("role.delegate", ("secretary", "committee_member", "leading_group"), ("own",)),
    *granted("leave.register", ("recorder", "substitute_recorder", "secretary"), ("own",)),
    *granted("exemption.request", ("member", "secretary"), ("own",), ("none",)),
    *(
        Grant("exemption.decide", office, relation, ("requested",))
        for office in (*COMMITTEE, "leading_group")
        for relation in RELATED
    ),
    Grant("exemption.end", "secretary", "own", ("granted",)),
    Grant("exemption.end", "officer", "above", ("granted",)),
    # Looking at an organisation and at where somebody belongs; his points are another matter
    Grant("unit.read", "member", "own"),
    *(Grant("unit.read", office, "own") for office in OFFICES if office not in READING),
    *granted("unit.read", ("secretary", "committee_member", "leading_group", "officer"), ("above",)),
    Grant("unit.read", "auditor", "any"),
    *(Grant("dashboard.read", office, "own") for office in OFFICES if office not in READING),
    *(Grant("dashboard.read", office, "above") for office in HANDLING),
    Grant("dashboard.read", "auditor", "any"),
    Grant("membership.read", "member", "self"),
    *granted("membership.read", ("recorder", "substitute_recorder"), ("own",)),
    *granted("membership.read", ("secretary", "committee_member", "officer", "leading_group"), RELATED),
    Grant("membership.read", "auditor", "any"),
    Grant("calendar.publish", "installation", "any"),
    Grant("calendar.publish", "officer", "own"),
    # Rules
    Grant("rules.draft", "installation", "any"),
    Grant("rules.draft", "officer", "own"),
    *granted("rules.simulate", ("officer", "leading_group"), ("own",)),
    Grant("rules.approve", "leading_group", "own", ("drafted",)),
    Grant("rules.publish", "officer", "own", ("approved",)),
    *granted("rules.refine", ("secretary", "officer"), ("own",)),
    Grant("rules.decide_local", "leading_group", "above", ("submitted",)),
    Grant("rules.retire_local", "leading_group", "above", ("approved",)),
    Grant("rules.read", "public", "any"),
    # The years before the log, as papers say them
    *granted("history.import", ("officer",), RELATED),
    # Matters
    *granted("matter.plan", ("recorder", "substitute_recorder"), ("own",)),
    *granted("matter.hold", ("recorder", "substitute_recorder"), ("own",), ("planned",)),
    *granted("matter.drop", ("recorder", "substitute_recorder"), ("own",), ("planned",)),
    *granted("evidence.attach", ("recorder", "substitute_recorder"), ("own",), ("held",)),
    # Sheets
    *granted("sheet.fill", ("recorder", "substitute_recorder"), ("own",), ("draft",)),
    Grant("sheet.fill", "department_officer", "any", ("draft",)),
    *(Grant("sheet.decide", office, relation, ("submitted",)) for office in COMMITTEE for relation in RELATED),
    *granted("sheet.read", ("recorder", "substitute_recorder"), ("own",)),
    *granted("sheet.read", ("secretary", "committee_member"), RELATED),
    Grant("sheet.read", "auditor", "any"),
    # Honours
    *granted("honour.claim", ("member", "recorder", "substitute_recorder"), ("own",)),
    # What the rule set reserves to a department, and nothing else, for every member under it
    Grant("department.submit", "department_officer", "any"),
    Grant("honour.claim", "department_officer", "any"),
    *granted("honour.decide", ("secretary", "committee_member", "leading_group"), RELATED, ("claimed",)),
    Grant("honour.escalate", "process", "any", ("claimed",)),
    Grant("honour.read", "member", "self"),
    *granted("honour.read", ("recorder", "substitute_recorder"), ("own",)),
    *granted("honour.read", ("secretary", "committee_member", "leading_group"), RELATED),
    Grant("honour.read", "auditor", "any"),
    # Deductions and shortfalls
    *granted("deduction.propose", ("recorder", "substitute_recorder"), ("own",)),
    Grant("deduction.propose", "department_officer", "any"),
    *granted("deduction.propose", ("secretary", "committee_member"), RELATED),
    *granted("deduction.deliver", ("recorder", "substitute_recorder"), ("own",), ("proposed",)),
    *granted("deduction.deliver", ("secretary", "committee_member"), RELATED, ("proposed",)),
    Grant("deduction.answer", "member", "own", ("proposed", "notified", "heard")),
    Grant("deduction.advance", "process", "any", ("proposed", "notified")),
    *granted("deduction.decide", ("secretary", "committee_member", "leading_group"), RELATED, ("notified", "heard")),
    Grant("deduction.read", "member", "self"),
    *granted("deduction.read", ("recorder", "substitute_recorder"), ("own",)),
    *granted("deduction.read", ("secretary", "committee_member", "leading_group"), RELATED),
    Grant("deduction.read", "auditor", "any"),
    # Vetoes
    Grant("veto.bring", "department_officer", "any"),
    Grant("veto.close_brought", "department_officer", "any"),
    *(Grant("veto.register", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("veto.lift", office, relation) for office in COMMITTEE for relation in RELATED),
    Grant("veto.read", "member", "self"),
    *granted("veto.read", ("secretary", "leading_group"), RELATED),
    Grant("veto.read", "committee_member", "above"),
    Grant("veto.read", "auditor", "any"),
    # Notices
    Grant("notice.draft", "process", "any"),
    *granted("notice.post", ("secretary",), RELATED, ("checked", "withdrawn")),
    Grant("notice.post", "committee_member", "own", ("checked", "withdrawn")),
    *granted("notice.check", ("secretary",), RELATED, ("drafted",)),
    Grant("notice.check", "committee_member", "own", ("drafted",)),
    *granted("notice.evidence", ("recorder", "committee_member"), ("own",), ("posted",)),
    *granted("notice.evidence", ("secretary",), RELATED, ("posted",)),
    *granted("notice.extend", ("secretary",), RELATED, ("posted",)),
    Grant("notice.extend", "process", "any", ("posted",)),
    *granted("notice.withdraw", ("secretary",), RELATED, ("posted",)),
    Grant("notice.close", "process", "any", ("posted",)),
    Grant("record.confirm", "process", "any", ("closed",)),
    Grant("notice.read", "member", "own", ("posted",)),
    *granted("notice.read", ("secretary", "committee_member"), RELATED),
    Grant("notice.read", "recorder", "own"),
    *(Grant("notice.read", office, relation) for office in ("officer", "leading_group") for relation in RELATED),
    Grant("notice.read", "auditor", "any"),
    # Objections; whoever objects is known to the handler alone
    Grant("objection.file", "objector", "any"),
    Grant("objection.file", "member", "own", ("posted",)),
    *(Grant("objection.file", office, "own", ("posted",)) for office in OFFICES if office not in READING),
    *granted("objection.enter", ("recorder", "substitute_recorder"), ("own",)),
    Grant("objection.enter", "secretary", "above"),
    Grant("objection.withdraw", "objector", "any"),
    *granted("objection.appeal", ("objector", "member"), ("any",)),
    *(Grant("objection.receive", office, relation) for office in HANDLING for relation in RELATED),
    *(Grant("objection.handle", office, "any") for office in HANDLING),
    *granted("objection.decide_appeal", ("leading_group",), RELATED),
    *(Grant("objection.enter_appeal", office, relation) for office in HANDLING for relation in RELATED),
    Grant("objection.close", "process", "any"),
    Grant("objection.escalate", "process", "any"),
    *granted("objection.read", ("recorder", "substitute_recorder"), ("own",)),
    *(Grant("objection.read", office, relation) for office in HANDLING for relation in RELATED),
    Grant("objection.read", "auditor", "any"),
    # What was done to somebody after he objected: for the level above alone
    Grant("retaliation.flag", "objector", "any"),
    *(Grant("retaliation.flag", office, "any") for office in HANDLING),
    *(Grant("retaliation.examine", office, "own") for office in HANDLING),
    # The year
    *(Grant("period.read", office, relation) for office in COMMITTEE for relation in RELATED),
    *granted("period.read", ("recorder", "substitute_recorder"), ("own",)),
    *(Grant("period.read", office, relation) for office in ("officer", "leading_group") for relation in RELATED),
    Grant("period.read", "auditor", "any"),
    Grant("state.commit", "process", "any"),
    Grant("result.read", "member", "self"),
    *(Grant("result.read", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("result.read", "leading_group", relation) for relation in RELATED),
    Grant("result.read", "auditor", "any"),
    *granted("period.open", ("secretary",), RELATED),
    *granted("period.compute", ("secretary",), RELATED),
    *(Grant("period.decide", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("component.assess", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("seats.settle", office, relation) for office in COMMITTEE for relation in RELATED),
    *granted("appraisal.run", ("secretary",), RELATED),
    Grant("appraisal.evaluate_self", "member", "own"),
    Grant("appraisal.read", "member", "own"),
    *(Grant("appraisal.read", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("appraisal.read", "leading_group", relation) for relation in RELATED),
    Grant("appraisal.read", "auditor", "any"),
    *granted("result.feed_back", ("secretary",), RELATED),
    Grant("result.feed_back", "committee_member", "own"),
    # Restatement: the leading group orders and approves, the machine computes, whom it harms is heard
    *(Grant("restatement.order", "leading_group", relation, ("sealed",)) for relation in RELATED),
    Grant("restatement.compute", "process", "any", ("ordered",)),
    Grant("restatement.answer", "member", "any", ("computed",)),
    *(Grant("restatement.approve", "leading_group", relation, ("computed",)) for relation in RELATED),
    *(
        Grant("restatement.read", office, relation)
        for office in (*COMMITTEE, "officer", "leading_group")
        for relation in RELATED
    ),
    Grant("restatement.read", "member", "self"),
    Grant("restatement.read", "auditor", "any"),
    # Probation: the machine proposes, the meeting resolves, the higher organisation approves
    *(Grant("probation.start", "officer", relation) for relation in RELATED),
    Grant("probation.start", "secretary", "own"),
    Grant("probation.look", "process", "any"),
    *(Grant("probation.propose", office, "own") for office in COMMITTEE),
    *(Grant("probation.resolve", office, "own") for office in COMMITTEE),
    *(Grant("probation.approve", office, "above") for office in COMMITTEE),
    Grant("probation.read", "member", "self"),
    Grant("probation.read", "recorder", "own"),
    *(
        Grant("probation.read", office, relation)
        for office in (*COMMITTEE, "officer", "leading_group")
        for relation in RELATED
    ),
    Grant("probation.read", "auditor", "any"),
    # Measures: the machine proposes, a person opens; whoever is put in charge may hold any office or none
    Grant("measure.propose", "process", "any"),
    Grant("measure.escalate", "process", "any"),
    *(Grant("measure.open", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("measure.set_aside", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("measure.assign", office, relation) for office in COMMITTEE for relation in RELATED),
    *(Grant("measure.carry", "member", relation) for relation in RELATED),
    *(Grant("measure.carry", office, relation) for office in OFFICES if office not in READING for relation in RELATED),
    Grant("measure.read", "member", "self"),
    *(
        Grant("measure.read", office, relation)
        for office in (*COMMITTEE, "officer", "leading_group")
        for relation in RELATED
    ),
    Grant("measure.read", "auditor", "any"),
    # Registers: kept where things happen; the figures made of them are read above as well
    *(Grant("register.keep", office, "own") for office in KEEPING),
    *(Grant("register.read", office, "own") for office in OFFICES if office not in READING),
    *(Grant("register.read", office, "above") for office in (*COMMITTEE, "officer", "leading_group")),
    Grant("register.read", "auditor", "any"),
    Grant("feedback.leave", "objector", "any"),
    # Archives
    Grant("archive.read", "member", "self"),
    Grant("own.take", "member", "self"),
    Grant("result.acknowledge", "member", "own"),
    Grant("archive.read", "recorder", "own"),
    *granted("archive.read", ("secretary", "committee_member"), RELATED),
    Grant("archive.read", "auditor", "any"),
    # Oversight
    *(Grant(f"review.{operation}", "reviewer", "own") for operation in ("open", "grant", "seal", "close", "read")),
    Grant("log.verify", "public", "any"),
    Grant("log.export", "auditor", "any"),
    Grant("export.produce", "installation", "any"),
    # What the records of many come to: aggregates, and the proof that duties were separated
    *(
        Grant("report.read", office, relation)
        for office in (*COMMITTEE, "officer", "leading_group")
        for relation in RELATED
    ),
    Grant("report.read", "auditor", "any"),
    *(Grant("duties.read", "leading_group", relation) for relation in RELATED),
    Grant("duties.read", "auditor", "any"),
    # What becomes of a person's data: an officer asks, the leading group agrees, the machine carries it out
    *(
        Grant(operation, office, relation)
        for operation in ("hold.place", "hold.lift", "restriction.place", "restriction.lift", "custody.read")
        for office in ("officer", "leading_group")
        for relation in RELATED
    ),
    *(Grant(f"erasure.{wish}", "officer", relation) for wish in ("propose", "withdraw") for relation in RELATED),
    *(Grant("erasure.decide", "leading_group", relation) for relation in RELATED),
    Grant("erasure.carry_out", "process", "any"),
    Grant("retention.order", "officer", "own"),
    Grant("retention.carry_out", "process", "any"),
    Grant("custody.read", "auditor", "any"),
)


def _by_cell() -> dict[tuple[str, str], tuple[Grant, ...]]:
    found: dict[tuple[str, str], tuple[Grant, ...]] = {}
    for grant in GRANTS:
        cell = grant.operation, grant.holder
        found[cell] = (*found.get(cell, ()), grant)
    return found


# Asked many times for one page: looked up, not searched.
_BY_CELL: Final = _by_cell()


def grants(operation: str, holder: Holder) -> tuple[Grant, ...]:
    """The cells of one operation and one holder."""
    return _BY_CELL.get((operation, holder), ())


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
    if actor.sealed is not None:
        if not may(command.operation, "objector", "any"):
            raise NotPermitted
        return
    if actor.person is None or actor.role is None or actor.unit is None:
        raise NotPermitted
    _hold(past, actor.person, actor.role, actor.unit, command)
    if not may(command.operation, _holder(actor.role), _relation(past, actor.unit, command.target())):
        raise NotPermitted


def _hold(past: Past, person: MemberId, role: Code, unit: Code, command: Command) -> None:
    day = day_of(command.at)
    member = past[MEMBER.of(person)]
    if isinstance(member, Registered) and not member.belongs(day):
        raise NotPermitted
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
