"""The whole house: every kind of stream, every wish, one pure ``decide``."""

from collections.abc import Callable
from typing import Any, Final

from domain.decider import Command, Decision, Past, Stream
from domain.notice import drafting, notice, running
from domain.organisation import appointments, member, roster, unit
from domain.oversight import log
from domain.permissions import permit
from domain.recording import approval, archive, filling, matter, sheet
from domain.rules import calendar, ruleset

STREAMS: Final[tuple[Stream[Any], ...]] = (
    log.LOG,
    unit.UNIT,
    roster.ROSTER,
    member.MEMBER,
    appointments.APPOINTMENTS,
    ruleset.RULES,
    calendar.CALENDAR,
    matter.MATTER,
    sheet.SHEET,
    archive.ARCHIVE,
    notice.NOTICE,
)

_DECIDERS: Final[dict[type[Command], Callable[[Past, Any], Decision]]] = {
    log.OpenLog: log.decide,
    log.RestoreLog: log.decide,
    unit.EstablishUnit: unit.decide,
    member.RegisterMember: member.decide,
    appointments.AppointRole: appointments.decide,
    appointments.EndRole: appointments.decide,
    ruleset.DraftRuleSet: ruleset.decide,
    ruleset.ApproveRuleSet: ruleset.decide,
    ruleset.PublishRuleSet: ruleset.decide,
    calendar.PublishCalendar: calendar.decide,
    matter.PlanMatter: matter.decide,
    matter.HoldMatter: matter.decide,
    matter.DropMatter: matter.decide,
    matter.AttachEvidence: matter.decide,
    filling.OpenSheet: filling.decide,
    filling.FillSheet: filling.decide,
    filling.SubmitSheet: filling.decide,
    approval.ReturnSheet: approval.decide,
    approval.ApproveSheet: approval.decide,
    drafting.DraftNotice: drafting.decide,
    running.PostNotice: running.decide,
    running.CloseNotice: running.decide,
    running.ConfirmRecords: running.decide,
}

COMMANDS: Final = tuple(_DECIDERS)


def decide(past: Past, command: Command) -> Decision:
    """Grant any wish as facts, or refuse it: first the permission table, then the stream's own rules."""
    if not isinstance(command, log.OpenLog) and isinstance(past[log.LOG.of()], log.NotOpened):
        raise log.LogNotOpened
    permit(past, command)
    return _DECIDERS[type(command)](past, command)
