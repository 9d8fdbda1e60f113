"""办法的主管与回避 — a version is made where its scheme is governed, and approved by nobody who wrote it.

A scheme binds an organisation and all below it that have the same: the topmost of them governs it. Whoever holds the
same office further down drafts, tries, approves and publishes nothing that binds the others. Nobody approves in the
author's place either: a right is never lent past a recusal.
"""

from typing import TypeAlias

from domain.decider import Decision, NotPermitted, Past
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.unit import established
from domain.rules import ruleset
from domain.rules.ruleset import (
    RULES,
    ApproveRuleSet,
    AuthorApproves,
    DraftRuleSet,
    PublishRuleSet,
    SimulateRuleSet,
)
from domain.values import Code, day_of

GoverningCommand: TypeAlias = DraftRuleSet | SimulateRuleSet | ApproveRuleSet | PublishRuleSet


def decide(past: Past, command: GoverningCommand) -> Decision:
    """Draft, try, approve, publish: where it is governed; approving, by others than its author."""
    if command.actor.system is None and not governs(past, command.unit, command.scheme):
        raise NotPermitted
    if isinstance(command, ApproveRuleSet):
        _need_others(past, command)
    return ruleset.decide(past, command)


def governs(past: Past, unit: Code, scheme: Code) -> bool:
    """Whether an organisation is the topmost that has a scheme."""
    own = established(past, unit)
    return own.scheme == scheme and (own.parent is None or established(past, own.parent).scheme != scheme)


def _need_others(past: Past, command: ApproveRuleSet) -> None:
    version = past[RULES.of(command.scheme)].find(command.version)
    actor = command.actor
    if version is not None and version.author is not None and actor.person is not None and actor.unit is not None:
        lent = past[APPOINTMENTS.of(actor.unit)].stand_ins(("leading_group",), day_of(command.at))
        if lent.get(actor.person) == version.author:
            raise AuthorApproves(version=command.version)
