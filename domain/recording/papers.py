"""依据文书 — what honours, deductions and vetoes rest on: a document of a demanded kind, its day, how late it comes."""

from datetime import date

from domain.decider import Past, Refused
from domain.organisation.roster import NotOnRoster, belonging
from domain.organisation.unit import DayInFuture
from domain.recording.filling import LateReasonMissing
from domain.recording.sheet import EvidenceMissing
from domain.rules.demands import wrongs_of
from domain.rules.items import Item, Level, Shortfall
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Points, Sha256, day_of, hundredths, points


class ActAfterDocument(Refused):
    """文书日期不能早于事情发生之日。 A document cannot be older than what it says."""

    code = "act-after-document"


class MoreIsAsked(Refused):
    """该条目还须写明区间分值或集体位次。 This item also asks for points inside a range or a place in a group."""

    code = "more-is-asked"


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


def need_nothing_more(scheme: Scheme, item: Code, level: Code) -> None:
    """Refuse a level that asks for a choice inside a range, or an item that asks for a place in a group."""
    wrong = wrongs_of(scheme, item, level, has_reason=True)
    if wrong:
        raise MoreIsAsked(asked=tuple(one.code for one in wrong))


def late_reason(scheme: Scheme, dated_on: date, at: Instant, reason: Secret | None) -> Sha256 | None:
    """Commitment to the reason where the entry comes late after its document; refuses where it lacks."""
    if (day_of(at) - dated_on).days <= scheme.counting.late_entry_days:
        return None
    if reason is None:
        raise LateReasonMissing(days=scheme.counting.late_entry_days)
    return reason.commitment


def points_of(level: Level | Shortfall) -> Points:
    """What a level gives or takes, as it is shown."""
    return points(hundredths(level.points))
