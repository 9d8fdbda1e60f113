"""标记与核查 — flag what was done to somebody after he objected, and examine it a level above.

The wish names its act in a sealed field; the act must be one of those concerned against the person, inside the days
for which the rule set protects whoever objected. Nobody concerned examines it.
"""

import hmac
from datetime import date, timedelta
from typing import TypeAlias, assert_never
from uuid import UUID

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.notice.notice import Notice
from domain.notice.notice import living as notice_of
from domain.objection.filing import KeyWrong, digest_of
from domain.objection.objection import Objection
from domain.objection.objection import living as objection_of
from domain.objection.recusal import acting, concerned, eligible, handling
from domain.objection.retaliation import (
    RETALIATION,
    About,
    Act,
    Conclusion,
    FlagUnknown,
    NoFlag,
    RetaliationExamined,
    RetaliationFlagged,
    living,
    read_about,
)
from domain.objection.terms import scheme_of
from domain.organisation.unit import established, higher_than
from domain.recording.archive import archive_of
from domain.recording.deduction import DEDUCTION, Deduction
from domain.recording.honour import HONOUR, Honour
from domain.result.measure import MEASURES
from domain.sealed import Secret
from domain.values import Code, MemberId, day_of


class ActUnknown(Refused):
    """没有这项对本人的处理。 There is no such act against this person."""

    code = "retaliation-act-unknown"


class ActOfOthers(Refused):
    """该处理不是由与异议有关的人作出的。 This was not done by anybody concerned in the objection."""

    code = "retaliation-act-of-others"


class OutsideProtection(Refused):
    """不在异议后的保护期内。 This was not done within the days that are protected after an objection."""

    code = "retaliation-outside-protection"


class AlreadyFlagged(Refused):
    """该处理已经标记。 This is flagged already."""

    code = "retaliation-already-flagged"


class ConsentMissing(Refused):
    """须先征得异议人同意。 Whoever objected has to consent first."""

    code = "retaliation-without-consent"


class AlreadyExamined(Refused):
    """该标记已有核查结论。 This flag was examined already."""

    code = "retaliation-already-examined"


class FlagRetaliation(Command, frozen=True, kw_only=True):
    """Bring an act before the level above. Whoever objected shows his secret; the handler says that he consents."""

    operation = "retaliation.flag"
    unit: Code
    flag: UUID
    about: Secret
    reason: Secret
    secret: str | None = None
    consented: bool = False


class ExamineRetaliation(Command, frozen=True, kw_only=True):
    """What the level above found. ``about`` is the flag's own field, opened."""

    operation = "retaliation.examine"
    unit: Code
    flag: UUID
    about: Secret
    conclusion: Conclusion
    finding: Secret


FlaggingCommand: TypeAlias = FlagRetaliation | ExamineRetaliation


def decide(past: Past, command: FlaggingCommand) -> Decision:
    """Flag, examine."""
    match command:
        case FlagRetaliation():
            return _flag(past, command)
        case ExamineRetaliation():
            return _examine(past, command)
        case _:
            assert_never(command)


def _flag(past: Past, command: FlagRetaliation) -> Decision:
    about = read_about(command.about.value)
    objection = objection_of(past, about.unit, about.objection)
    _need_right(command, objection)
    if past[RETALIATION.of(command.flag)] != NoFlag():
        raise AlreadyFlagged
    today = day_of(command.at)
    notice, out = notice_of(past, objection.notice), barred(past, objection, today)
    by, made_on = _done(past, about.act, notice, objection)
    if by is not None and not by & out:
        raise ActOfOthers
    since = objection.received_on or objection.filed_on or notice.posted_on or today
    if not since <= (made_on or today) <= since + protection(past, objection, today):
        raise OutsideProtection
    fact = RetaliationFlagged(
        flag=command.flag,
        body=_level_above(past, objection, out, today),
        about=command.about.commitment,
        reason=command.reason.commitment,
    )
    return [RETALIATION.of(command.flag).says(fact)]


def _need_right(command: FlagRetaliation, objection: Objection) -> None:
    """The objector acts under the flag's own commitment, so that nobody can tell which objection is his."""
    if command.actor.sealed is None:
        handling(command, objection)
        if not command.consented:
            raise ConsentMissing
        return
    if command.actor.sealed != command.about.commitment:
        raise NotPermitted
    if not hmac.compare_digest(digest_of(command.secret or ""), objection.key):
        raise KeyWrong


def protection(past: Past, objection: Objection, day: date) -> timedelta:
    """How long after it was filed an objection protects."""
    return timedelta(days=scheme_of(past, objection.unit, day).objection.protection_days)


def barred(past: Past, objection: Objection, day: date) -> frozenset[MemberId]:
    """Whoever is concerned in the objection, looked into it or let its term pass."""
    before = objection.involved | objection.recused
    handler: frozenset[MemberId] = frozenset() if objection.handler is None else frozenset({objection.handler})
    return before | handler | concerned(past, notice_of(past, objection.notice), objection.subject, day)


def may_examine(past: Past, about: About, person: MemberId, day: date) -> bool:
    """Whether a person has neither a part in the objection nor in the act, nor is the one whom it is about."""
    objection = objection_of(past, about.unit, about.objection)
    by, _ = _done(past, about.act, notice_of(past, objection.notice), objection)
    return person not in barred(past, objection, day) | (by or frozenset()) | {about.act.subject}


def _level_above(past: Past, objection: Objection, out: frozenset[MemberId], day: date) -> Code:
    """The nearest level above the one that handles it with somebody who is free; else the one that handles it."""
    above = [unit for unit in higher_than(past, objection.body) if established(past, unit).dissolved_on is None]
    return next((unit for unit in above if eligible(past, unit, day) - out), objection.body)


def _done(past: Past, act: Act, notice: Notice, objection: Objection) -> tuple[frozenset[MemberId] | None, date | None]:
    """Who did it and when; None where a body did it, and where the facts keep no day."""
    match act.kind:
        case "deduction":
            found = past[DEDUCTION.of(act.id)]
            if isinstance(found, Deduction) and found.proposal.member == act.subject:
                return found.entered_by, found.told_from
        case "claim":
            claim = past[HONOUR.of(act.id)]
            if isinstance(claim, Honour) and claim.claim.member == act.subject and claim.returned_by is not None:
                return frozenset({claim.returned_by}), claim.returned_on
        case "measure":
            measure = past[MEASURES.of(act.subject)].known.get(act.id)
            if measure is not None and measure.opened_by is not None:
                return frozenset({measure.opened_by}), measure.opened_on
        case "veto":
            if act.counted_on is not None:
                record = past[archive_of(act.subject, act.counted_on)].records.get(act.id)
                places = (notice.unit, *notice.bodies, objection.body)
                if record is not None and record.kind == "veto" and record.unit in places:
                    return None, None
    raise ActUnknown


def _examine(past: Past, command: ExamineRetaliation) -> Decision:
    flag, person = living(past, command.flag, command.unit), acting(command)
    if command.about.commitment != flag.about:
        raise NotPermitted
    if not may_examine(past, read_about(command.about.value), person, day_of(command.at)):
        raise FlagUnknown  # Told as to anybody who guesses: that he has a part in it would tell him whose it is.
    if flag.conclusion is not None:
        raise AlreadyExamined
    fact = RetaliationExamined(
        flag=command.flag,
        body=command.unit,
        by=person,
        conclusion=command.conclusion,
        finding=command.finding.commitment,
    )
    return [RETALIATION.of(command.flag).says(fact)]
