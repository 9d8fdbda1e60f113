"""展望 — what one member's running year is scored from, as far as it has come, and what it may still come to."""

from collections import Counter, defaultdict
from datetime import date
from typing import Final

import msgspec

from domain.assessment.outlook import Further, When, YearOutlook, YearSoFar, outlook
from domain.assessment.period import days_of
from domain.assessment.rows import Uncountable
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections.answers import Answer, AsyncConnection, ask, instead
from projections.inputs import Inputs, inputs_of, subject_of
from projections.periods import case_of, lists_of, reaching, ruled_periods

_MATTERS: Final = """
SELECT m.code, m.kind, COALESCE(m.occurred_on, m.planned_on) AS day FROM matters AS m
WHERE m.unit = ANY(%(units)s) AND m.status <> 'not-held'
  AND COALESCE(m.occurred_on, m.planned_on) BETWEEN %(first_on)s AND %(today)s::date - 1
"""


class Unsaid(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that was held, or whose day has come and nobody has said how it went."""

    code: Code
    kind: Code
    day: date


async def outlook_of(
    connection: AsyncConnection, member: MemberId, today: date
) -> Answer[tuple[Scheme, YearOutlook] | None]:
    """What the year of a day may still come to, and the rule set that rules its end.

    Nothing where no rule set is in force at its end, for a class of members that has no total, and where a record is of
    something that no rule set prices.
    """
    given = await inputs_of(connection, member, today.year)
    if given.value is None:
        return instead(given, None)
    subject = await subject_of(connection, given.value)
    periods = ruled_periods(subject, today.year)
    ruled = max(periods, key=lambda one: (one.ends_on, one.ends_on - one.begins_on), default=None)
    if ruled is None:
        return instead(given, None)
    known = ruled.version.scheme.profile(subject.profile_on(ruled.ends_on) or "")
    if known is None or known.components.ledger is None:
        return instead(given, None)
    lists = lists_of(reaching(subject, today.year, given.value.merits))
    case = case_of(subject, today.year, ruled, given.value.tallies, lists)
    scheme = ruled.version.scheme
    unsaid = await _unsaid(connection, given.value, today)
    year = YearSoFar(
        tariff=ruled.tariff,
        case=case,
        earlier=[one.over(ruled.tariff.months) for one in subject.others(ruled.version)],
        parts=[_when(*days_of(part, today.year), today) for part in ruled.parts],
        ends=[days_of(part, today.year)[1] for part in ruled.parts],
        further=[_further(*days_of(part, today.year), today, scheme, unsaid) for part in ruled.parts],
    )
    try:
        return instead(given, (scheme, outlook(scheme, known, year)))
    except Uncountable:
        return instead(given, None)


async def _unsaid(connection: AsyncConnection, given: Inputs, today: date) -> list[tuple[Unsaid, frozenset[Code]]]:
    """Matters of the year until today where he belonged, and the items of which his record is confirmed there."""
    units = [stay.path[-1] for stay in given.stays if stay.path]
    known: dict[str, object] = {"units": units, "first_on": date(today.year, 1, 1), "today": today}
    found = (await ask(connection, Unsaid, _MATTERS, known)).value
    said = defaultdict[tuple[Code, date], set[Code]](set)
    for record in given.records:
        if record.confirmed is not None:
            said[record.matter, record.day].add(record.item)
    return [(one, frozenset(said[one.code, one.day])) for one in found]


def _further(
    first_on: date, last_on: date, today: date, scheme: Scheme, matters: list[tuple[Unsaid, frozenset[Code]]]
) -> Further:
    within = [(one.kind, said) for one, said in matters if first_on <= one.day <= last_on]
    unsaid = Counter(
        item.code
        for kind, said in within
        for item in scheme.responsibility
        if item.matter == kind and item.code not in said
    )
    return Further(days=max(0, (last_on - max(first_on, today)).days + 1), unsaid=unsaid)


def _when(first_on: date, last_on: date, today: date) -> When:
    return "ahead" if today < first_on else "running" if today <= last_on else "over"
