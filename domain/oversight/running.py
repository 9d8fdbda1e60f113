"""未了结的程序 — whether anything that is on its way still needs a person's data: a case, a measure, a hearing."""

from collections.abc import Mapping
from datetime import date

from domain.assessment.restatement import Restatement, restatement_of
from domain.assessment.result import result_of
from domain.decider import Past
from domain.organisation.member import Registered
from domain.recording.archive import ARCHIVE, ENDED, Archive
from domain.recording.deduction import DEDUCTION, Deduction
from domain.recording.docket import docket_of
from domain.recording.honour import HONOUR, Honour
from domain.result.measure import measures_of
from domain.result.probation import EndPending, ExtensionPending, probation_of


def runs(past: Past, person: Registered, today: date) -> bool:
    """Whether a record, a claim, a proposed deduction, a measure, a probation or a restatement is not over."""
    years = range(person.present_from.year, today.year + 1)
    archives = dict(zip(years, past.many([ARCHIVE.of(person.member, year) for year in years]), strict=True))
    measured = any(one.live for one in past[measures_of(person.member)].known.values())
    probation = past[probation_of(person.member)]
    return (
        measured
        or isinstance(probation, ExtensionPending | EndPending)
        or any(_unsettled(archive) for archive in archives.values())
        or _before_a_body(past, person, archives)
        or _restated(past, person, archives)
    )


def _unsettled(archive: Archive) -> bool:
    """Whether an objection holds a record, or the period of one is not determined."""
    standing = (record for record in archive.records.values() if record.status not in ENDED)
    return archive.held() or any(archive.sealed_on(record.counted_on) is None for record in standing)


def _before_a_body(past: Past, person: Registered, archives: Mapping[int, Archive]) -> bool:
    """Whether a claim or a proposed deduction of his waits, where he belongs or has records."""
    units = {person.unit, *(record.unit for archive in archives.values() for record in archive.records.values())}
    dockets = past.many([docket_of(unit, year) for unit in sorted(units) for year in archives])
    his = sorted({case for docket in dockets for case in docket.of(person.member)})
    claims = past.many([HONOUR.of(one) for one in his])
    proposals = past.many([DEDUCTION.of(one) for one in his])
    claimed = any(isinstance(one, Honour) and one.status == "claimed" for one in claims)
    return claimed or any(isinstance(one, Deduction) and one.open for one in proposals)


def _restated(past: Past, person: Registered, archives: Mapping[int, Archive]) -> bool:
    """Whether a restatement of one of his determined periods is not adopted or dropped yet."""
    periods = [(year, one.period) for year, archive in archives.items() for one in archive.sealed]
    results = past.many([result_of(person.member, year, period) for year, period in periods])
    orders = past.many(
        [
            restatement_of(result.standing.unit, year, period)
            for (year, period), result in zip(periods, results, strict=True)
            if result.standing is not None
        ]
    )
    return any(_concerns(one, person) for one in orders if isinstance(one, Restatement))


def _concerns(order: Restatement, person: Registered) -> bool:
    """Until it is computed it concerns everybody of the period; then whoever comes out of it otherwise."""
    return order.status == "ordered" or (order.status == "computed" and person.member in order.members)
