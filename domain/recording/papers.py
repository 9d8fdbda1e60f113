"""依据文书 — what honours, deductions and vetoes rest on: a document of a demanded kind, and its day."""

from datetime import date

from domain.decider import Past, Refused
from domain.organisation.roster import NotOnRoster, belonging
from domain.organisation.unit import DayInFuture
from domain.recording.sheet import EvidenceMissing
from domain.rules.items import Item
from domain.values import Code, Instant, MemberId, day_of


class ActAfterDocument(Refused):
    """文书日期不能早于事情发生之日。 A document cannot be older than what it says."""

    code = "act-after-document"


def need_days(past: Past, unit: Code, member: MemberId, occurred_on: date, dated_on: date, at: Instant) -> None:
    """The act, then its document, then today; the member belonged to the organisation on the day of the act."""
    if dated_on > day_of(at):
        raise DayInFuture(day=dated_on)
    if occurred_on > dated_on:
        raise ActAfterDocument(occurred_on=occurred_on, dated_on=dated_on)
    if member not in belonging(past, unit, occurred_on):
        raise NotOnRoster(member=member)


def need_kind(item: Item, kind: Code) -> None:
    """The document is of a kind that the item demands."""
    if kind not in item.evidence:
        raise EvidenceMissing(kinds=item.evidence)
