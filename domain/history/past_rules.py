"""以往办法 — the documents by which years before the log were assessed, each with the days on which it was in force.

What is kept of them is what a result of that time has to be read by: number, days, periods, grades, the document's
digest. Nothing is counted by them here (decision 0037).
"""

from datetime import date
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.decider import Command, Decision, Fact, NotPermitted, Past, Refused, Stream, StreamRef
from domain.organisation.unit import established
from domain.recording.sheet import acting
from domain.rules.ruleset import RULES
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, Title, day_of


class PastPeriod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A period that such a document had, and its last day."""

    code: Code
    last_day: str
    """Month and day: ``06-30``."""

    def ends_on(self, year: int) -> date:
        """Its last day in a year."""
        return date.fromisoformat(f"{year:04d}-{self.last_day}")


class PastRulesEntered(Fact, frozen=True, kw_only=True):
    """以往办法登记 — one version of its time; the periods and grades are at most those of one document."""

    scheme: Code
    version: Code
    title: Title
    number: Reference
    effective_on: date
    last_on: date
    """The last day on which it was in force."""
    periods: tuple[PastPeriod, ...]
    grades: tuple[Code, ...]
    """Best first; where a word means what it means today, today's code."""
    document: Sha256
    file: Sha256
    """The workbook by which it was brought in."""
    by: MemberId
    """Who vouches for it."""


class PastRulesWithdrawn(Fact, frozen=True, kw_only=True):
    """以往办法登记撤回 — it was entered wrongly; what was brought in under it keeps naming it."""

    scheme: Code
    version: Code
    reason: Sha256
    by: MemberId


class PastRules(msgspec.Struct, frozen=True):
    """What is entered, oldest first."""

    versions: tuple[PastRulesEntered, ...] = ()
    names: frozenset[Code] = frozenset()
    """Of every version that was ever entered: what was imported under one goes on naming it."""

    def find(self, version: Code) -> PastRulesEntered | None:
        """The version of this name."""
        return next((one for one in self.versions if one.version == version), None)

    def in_force(self, day: date) -> PastRulesEntered | None:
        """The one in force on a day."""
        return next((one for one in self.versions if one.effective_on <= day <= one.last_on), None)


class PastRulesKnown(Refused):
    """这一版以往办法已登记过,名称不再使用。 A version of this name was entered before, if only to be taken back."""

    code = "past-rules-known"


class PastRulesOverlap(Refused):
    """施行期间与另一版以往办法或现行办法重叠。 Another version was in force on some of these days."""

    code = "past-rules-overlap"


class PastRulesMalformed(Refused):
    """考评期、格次或施行期间有误。 Its periods, grades or days do not make sense."""

    code = "past-rules-malformed"


class PastRulesUnknown(Refused):
    """没有这一版以往办法。 There is no such version of earlier rules."""

    code = "past-rules-unknown"


class EnterPastRules(Command, frozen=True, kw_only=True):
    """Enter one."""

    operation = "history.import"
    unit: Code
    version: Code
    title: Title
    number: Reference
    effective_on: date
    last_on: date
    periods: tuple[PastPeriod, ...]
    grades: tuple[Code, ...]
    document: Sha256
    file: Sha256


class WithdrawPastRules(Command, frozen=True, kw_only=True):
    """Take one back."""

    operation = "history.import"
    unit: Code
    version: Code
    reason: Secret


PastRulesCommand: TypeAlias = EnterPastRules | WithdrawPastRules


def evolve(state: PastRules, fact: Fact) -> PastRules:
    """What is entered after one more fact."""
    match fact:
        case PastRulesEntered():
            versions = tuple(sorted((*state.versions, fact), key=lambda one: one.effective_on))
            return PastRules(versions, state.names | {fact.version})
        case PastRulesWithdrawn():
            return replace(state, versions=tuple(one for one in state.versions if one.version != fact.version))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to earlier rules")


PAST_RULES: Final[Stream[PastRules]] = Stream("past-rules", PastRules(), evolve, (PastRulesEntered, PastRulesWithdrawn))


def past_rules_of(scheme: Code) -> StreamRef[PastRules]:
    """The one stream of a scheme's earlier rules."""
    return PAST_RULES.of(scheme)


def decide(past: Past, command: PastRulesCommand) -> Decision:
    """Enter or take back, for the organisation at the top: what was in force is one answer for everybody."""
    owner = established(past, command.unit)
    if owner.parent is not None:
        raise NotPermitted
    ref = past_rules_of(owner.scheme)
    known = past[ref].find(command.version)
    match command:
        case EnterPastRules():
            if command.version in past[ref].names:
                raise PastRulesKnown(version=command.version)
            _need_sense(command)
            _need_room(past, owner.scheme, command)
            return [ref.says(_entered(owner.scheme, command))]
        case WithdrawPastRules():
            if known is None:
                raise PastRulesUnknown(version=command.version)
            said = PastRulesWithdrawn(
                scheme=owner.scheme,
                version=command.version,
                reason=command.reason.commitment,
                by=acting(command),
            )
            return [ref.says(said)]


def _need_sense(command: EnterPastRules) -> None:
    codes = [one.code for one in command.periods]
    doubled = len({*codes}) < len(codes) or len({*command.grades}) < len(command.grades)
    backwards = not command.effective_on <= command.last_on < day_of(command.at)
    if not codes or doubled or backwards or not all(_is_day(one) for one in command.periods):
        raise PastRulesMalformed(version=command.version)


def _is_day(period: PastPeriod) -> bool:
    try:
        return period.ends_on(2017).strftime("%m-%d") == period.last_day
    except ValueError:
        return False


def _need_room(past: Past, scheme: Code, command: EnterPastRules) -> None:
    """No two versions on one day, and none where this log's own begin."""
    others = past[past_rules_of(scheme)].versions
    if any(one.effective_on <= command.last_on and command.effective_on <= one.last_on for one in others):
        raise PastRulesOverlap(version=command.version)
    first = first_day(past, scheme)
    if first is not None and command.last_on >= first:
        raise PastRulesOverlap(version=command.version)


def first_day(past: Past, scheme: Code) -> date | None:
    """The day from which on this log's own rule sets hold."""
    return min((one.effective_on for one in past[RULES.of(scheme)].versions if one.effective_on), default=None)


def _entered(scheme: Code, command: EnterPastRules) -> PastRulesEntered:
    return PastRulesEntered(
        scheme=scheme,
        version=command.version,
        title=command.title,
        number=command.number,
        effective_on=command.effective_on,
        last_on=command.last_on,
        periods=command.periods,
        grades=command.grades,
        document=command.document,
        file=command.file,
        by=acting(command),
    )
