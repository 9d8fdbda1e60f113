"""审议的回避 — a version is approved by nobody who wrote it, and by nobody who acts in its author's place."""

from domain.decider import Decision, Past
from domain.organisation.appointments import APPOINTMENTS
from domain.rules import ruleset
from domain.rules.ruleset import RULES, ApproveRuleSet, AuthorApproves
from domain.values import day_of


def decide(past: Past, command: ApproveRuleSet) -> Decision:
    """Approve a version, unless the approver stands in for its author: a right is never lent past a recusal."""
    version = past[RULES.of(command.scheme)].find(command.version)
    actor = command.actor
    if version is not None and version.author is not None and actor.person is not None and actor.unit is not None:
        lent = past[APPOINTMENTS.of(actor.unit)].stand_ins(("leading_group",), day_of(command.at))
        if lent.get(actor.person) == version.author:
            raise AuthorApproves(version=command.version)
    return ruleset.decide(past, command)
