"""展望 — what one member's running year is scored from, as far as it has come, and what it may still come to."""

from datetime import date

from domain.assessment.outlook import When, YearOutlook, YearSoFar, outlook
from domain.assessment.period import days_of
from domain.assessment.rows import Uncountable
from domain.rules.scheme import Scheme
from domain.values import MemberId
from projections.answers import Answer, AsyncConnection, instead
from projections.inputs import inputs_of, subject_of
from projections.periods import case_of, lists_of, reaching, ruled_periods


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
    year = YearSoFar(
        tariff=ruled.tariff,
        case=case,
        earlier=[one.over(ruled.tariff.months) for one in subject.others(ruled.version)],
        parts=[_when(*days_of(part, today.year), today) for part in ruled.parts],
        ends=[days_of(part, today.year)[1] for part in ruled.parts],
    )
    try:
        return instead(given, (scheme, outlook(scheme, known, year)))
    except Uncountable:
        return instead(given, None)


def _when(first_on: date, last_on: date, today: date) -> When:
    return "ahead" if today < first_on else "running" if today <= last_on else "over"
