"""拟订、审批和停用单位细化项 — a unit proposes within the limits of its rule set, somebody above it decides.

An item begins on a day to come, and ends on the first day of a period: nothing that was recorded in a running one is
cut off. It belongs to the version that it refines and ends with it.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.unit import Established, higher_than, living
from domain.rules.findings import Finding, refuse
from domain.rules.local import LocalAddition, LocalList, with_local
from domain.rules.malformed import problems_of
from domain.rules.refinement import (
    LocalFact,
    LocalItem,
    LocalItemAuthorised,
    LocalItemDeclined,
    LocalItemProposed,
    LocalItemRetired,
    added,
    after,
)
from domain.rules.ruleset import (
    RULES,
    AuthorApproves,
    Document,
    EffectiveInPast,
    RuleSetRefused,
    RuleSets,
    Version,
    VersionNotReady,
    VersionUnknown,
)
from domain.rules.scheme import Scheme, months_of
from domain.values import Code, Reference, Sha256, day_of


class LocalItemUnknown(Refused):
    """本单位没有这个细化项。 This organisation has no such item of its own."""

    code = "local-item-unknown"


class LocalItemDecided(Refused):
    """该细化项已有决定。 This item is decided already, or not yet as far as this asks."""

    code = "local-item-decided"


class NotInVersion(Refused):
    """施行日不在该版本施行期内。 On that day another version is in force than the one that the item refines."""

    code = "local-item-outside-version"


class InsidePeriod(Refused):
    """停用日应为考评期首日。 An item ends on the first day of a period: what was recorded in it must count."""

    code = "local-item-inside-period"


class ProposeLocalItem(Command, frozen=True, kw_only=True):
    """Propose an item for one's own organisation and all below it."""

    operation = "rules.refine"
    unit: Code
    version: Code
    section: LocalList
    item: Document


class AuthoriseLocalItem(Command, frozen=True, kw_only=True):
    """Let it hold from a day on."""

    operation = "rules.decide_local"
    unit: Code
    version: Code
    item: Code
    effective_on: date
    minute: Reference
    minute_sha256: Sha256


class DeclineLocalItem(Command, frozen=True, kw_only=True):
    """Do not let it hold; the minute says why."""

    operation = "rules.decide_local"
    unit: Code
    version: Code
    item: Code
    minute: Reference
    minute_sha256: Sha256


class RetireLocalItem(Command, frozen=True, kw_only=True):
    """Ask it no more from a day on."""

    operation = "rules.retire_local"
    unit: Code
    version: Code
    item: Code
    from_on: date
    minute: Reference
    minute_sha256: Sha256


RefiningCommand: TypeAlias = ProposeLocalItem | AuthoriseLocalItem | DeclineLocalItem | RetireLocalItem


def decide(past: Past, command: RefiningCommand) -> Decision:
    """Propose, authorise or decline, retire."""
    unit = living(past, command.unit, day_of(command.at))
    return [RULES.of(unit.scheme).says(_fact(past, command, unit, past[RULES.of(unit.scheme)]))]


def _fact(past: Past, command: RefiningCommand, unit: Established, known: RuleSets) -> LocalFact:
    match command:
        case ProposeLocalItem():
            return _proposed(past, command, unit, known)
        case AuthoriseLocalItem():
            return _authorised(past, command, unit, known)
        case DeclineLocalItem():
            _undecided(past, command, known)
            return LocalItemDeclined(
                unit=command.unit,
                version=command.version,
                code=command.item,
                minute=command.minute,
                minute_sha256=command.minute_sha256,
            )
        case RetireLocalItem():
            return _retired(command, known)
        case _:
            assert_never(command)


def _proposed(past: Past, command: ProposeLocalItem, unit: Established, known: RuleSets) -> LocalItemProposed:
    version, scheme = _published(known, command.version)
    if unit.kind not in scheme.local_items.proposed_by:
        raise NotPermitted
    content = msgspec.json.decode(command.item)
    wanted = {"unit": "unit", "scheme": scheme.id, "version": scheme.version, command.section: [content]}
    problems = problems_of(wanted, LocalAddition)
    if problems:
        raise RuleSetRefused(findings=problems)
    assert command.actor.person is not None, "the permission table lets only people propose"
    fact = LocalItemProposed(
        unit=command.unit,
        version=command.version,
        section=command.section,
        code=content["code"],
        content=msgspec.Raw(msgspec.json.encode(content, order="sorted")),
        author=command.actor.person,
    )
    if fact.code in {one.code for one in known.local if one.status != "declined"}:
        raise RuleSetRefused(findings=[_taken(fact.code)])
    _within_limits(past, version, scheme, after(known.local, fact), command.unit)
    return fact


def _taken(code: str) -> Finding:
    zh, en = f"代码“{code}”已被本办法的其他细化项使用。", f"the code {code!r} is taken by another item of this rule set"
    return refuse("local-code-taken", "$.code", zh, en)


def _within_limits(past: Past, version: Version, scheme: Scheme, items: Iterable[LocalItem], unit: Code) -> None:
    """Refuse what is too much in the organisation, or in one below that has items of its own."""
    living_items = [one for one in items if one.version == version.version and one.status != "declined"]
    living_items = [one for one in living_items if one.retired_on is None]
    findings: list[Finding] = []
    for path in _paths(past, unit, living_items):
        own = [one for one in living_items if one.unit in path]
        findings += with_local(scheme, added(scheme.id, scheme.version, unit, own))[1]
    if findings:
        raise RuleSetRefused(findings=findings)


def _paths(past: Past, unit: Code, items: Iterable[LocalItem]) -> Iterator[tuple[Code, ...]]:
    """An organisation with those above it, and the same for each below it that has items."""
    yield unit, *higher_than(past, unit)
    for other in sorted({one.unit for one in items} - {unit}):
        path = (other, *higher_than(past, other))
        if unit in path:
            yield path


def _authorised(past: Past, command: AuthoriseLocalItem, unit: Established, known: RuleSets) -> LocalItemAuthorised:
    found = _undecided(past, command, known)
    version, scheme = _published(known, command.version)
    if command.effective_on <= day_of(command.at):
        raise EffectiveInPast(effective_on=command.effective_on)
    _ruling(known, command.version, command.effective_on)
    _within_limits(past, version, scheme, known.local, unit.unit)
    return LocalItemAuthorised(
        unit=command.unit,
        version=command.version,
        section=found.section,
        code=command.item,
        effective_on=command.effective_on,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
    )


def _undecided(past: Past, command: AuthoriseLocalItem | DeclineLocalItem, known: RuleSets) -> LocalItem:
    """The proposal, before somebody who did not write it and does not act in its author's place."""
    found = _item(known, command)
    if found.status != "proposed":
        raise LocalItemDecided(item=command.item)
    actor = command.actor
    if found.author == actor.person:
        raise AuthorApproves(version=command.version)
    if actor.unit is not None and actor.person is not None:
        lent = past[APPOINTMENTS.of(actor.unit)].stand_ins(("leading_group",), day_of(command.at))
        if lent.get(actor.person) == found.author:
            raise AuthorApproves(version=command.version)
    return found


def _retired(command: RetireLocalItem, known: RuleSets) -> LocalItemRetired:
    found = _item(known, command)
    if found.effective_on is None or found.retired_on is not None:
        raise LocalItemDecided(item=command.item)
    if command.from_on <= day_of(command.at):
        raise EffectiveInPast(effective_on=command.from_on)
    _, scheme = _published(known, command.version)
    firsts = [one.first_day for one in scheme.periods if months_of(one) == scheme.cycle_months]
    if command.from_on > found.effective_on and f"{command.from_on:%m-%d}" not in firsts:
        raise InsidePeriod(firsts=firsts)
    return LocalItemRetired(
        unit=command.unit,
        version=command.version,
        code=command.item,
        from_on=command.from_on,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
    )


def _item(known: RuleSets, command: AuthoriseLocalItem | DeclineLocalItem | RetireLocalItem) -> LocalItem:
    key = command.unit, command.version, command.item
    found = [one for one in known.local if (one.unit, one.version, one.code) == key]
    if not found:
        raise LocalItemUnknown(item=command.item)
    return found[-1]


def _published(known: RuleSets, name: Code) -> tuple[Version, Scheme]:
    version = known.find(name)
    if version is None:
        raise VersionUnknown(version=name)
    if version.scheme is None:
        raise VersionNotReady(version=name)
    return version, version.scheme


def _ruling(known: RuleSets, name: Code, day: date) -> None:
    then = known.in_force(day)
    if then is None or then.version != name:
        raise NotInVersion(version=name, day=day)
