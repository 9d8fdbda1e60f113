"""接续 — what a version owes to the versions that it follows: whatever was recorded under them can still be counted.

A half-year is counted by the rules in force at its end, the honours and deductions of a year by those at the year's
end. An item that such a version no longer knows, or knows as another kind, would leave records that nothing counts.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from domain.rules.assessing import Period
from domain.rules.findings import Finding, Severity
from domain.rules.items import ListItem, ResponsibilityItem
from domain.rules.scheme import Scheme

_RUNNING_LISTS: Final = ("honour", "negative")


def dropped(before: Scheme, after: Scheme) -> Iterator[Finding]:
    """A warning for each item that a later version drops or changes in kind: not in the middle of a period."""
    for item in _counted(before):
        if not _is_carried(item, after):
            yield _finding("warn", item)


def cut_off(before: Iterable[Scheme], after: Scheme, effective_on: date) -> Iterator[Finding]:
    """A refusal for each item of the running periods that a version would cut off on its first day.

    ``before`` are the versions that were in force since the longest of them began.
    """
    seen: set[str] = set()
    half = _runs(after, effective_on, shortest=True)
    year = _runs(after, effective_on, shortest=False)
    for scheme in before:
        for item in _counted(scheme):
            running = year if item.kind in _RUNNING_LISTS else half
            if running and item.code not in seen and not _is_carried(item, after):
                seen.add(item.code)
                yield _finding("refuse", item)


def running_since(scheme: Scheme, day: date) -> date:
    """The first day of the longest period that holds a day."""
    firsts = [period.first_day for period in scheme.periods if _holds(period, day)]
    month, first = map(int, min(firsts, default="01-01").split("-"))
    return date(day.year, month, first)


def _counted(scheme: Scheme) -> Iterator[ListItem]:
    yield from scheme.responsibility
    yield from scheme.honour
    yield from scheme.negative


def _is_carried(item: ListItem, after: Scheme) -> bool:
    heirs = [one.new for one in after.mapping if one.old == item.code]
    found = after.item(heirs[0] if heirs else item.code)
    return found is not None and found.kind == item.kind and _mode(found) == _mode(item)


def _mode(item: ListItem) -> str | None:
    return item.mode if isinstance(item, ResponsibilityItem) else None


def _runs(scheme: Scheme, day: date, *, shortest: bool) -> bool:
    """Whether the shortest, or the longest, period that holds a day has begun before it."""
    firsts = [period.first_day for period in scheme.periods if _holds(period, day)]
    first = (max if shortest else min)(firsts, default="01-01")
    return first < f"{day:%m-%d}"


def _holds(period: Period, day: date) -> bool:
    return period.first_day <= f"{day:%m-%d}" <= period.last_day


def _finding(severity: Severity, item: ListItem) -> Finding:
    zh = f"{item.code}“{item.zh}”被取消或改了类别:考评期内已有记录将无法计分。请从考评期首日起施行,或写明对应条目。"
    en = (
        f"{item.code} is dropped or changed in kind: what a running period holds of it could not be counted; "
        "take effect on a period's first day, or name the item that takes its place"
    )
    return Finding("item-cut-off", severity, f"$..[?@.code=='{item.code}']", zh, en)
