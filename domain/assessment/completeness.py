"""完整性核查 — before a period is computed everything planned is settled, and nothing that belongs to it is under way.

With an idle recorder a blameless member would get a base of 36 or 66 of 100, so a period that lacks something is not
computed at all (I13).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from domain.assessment.period import Assessment
from domain.decider import Past, Refused, StreamRef
from domain.organisation.roster import belonging
from domain.recording.archive import ENDED, Archive, archive_of
from domain.recording.deduction import DEDUCTION, Deduction
from domain.recording.docket import Docket, docket_of
from domain.recording.honour import HONOUR, Honour
from domain.recording.matter import MATTER, Held, NotHeld, Planned
from domain.recording.sheet import SHEET, Sheet
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS
from domain.values import Code, MemberId


class PeriodIncomplete(Refused):
    """考评期资料不完整,不能核算。 Something of this period is missing or under way: it cannot be computed."""

    code = "period-incomplete"


class PeriodRunning(Refused):
    """考评期尚未结束。 The period is not over yet."""

    code = "period-running"


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way, each by its code or id."""

    unsettled: tuple[str, ...] = ()
    """Matters planned, of which nobody has said whether they were held."""
    without_sheet: tuple[str, ...] = ()
    open_sheets: tuple[str, ...] = ()
    """matter/item of every sheet that is not approved."""
    honours: tuple[str, ...] = ()
    deductions: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Records that no notice has confirmed yet or that an objection holds back, and objections to missing ones."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


class Found(NamedTuple):
    """What a period holds."""

    planned: int
    held: int
    not_held: int
    sheets: int
    cases: int
    missing: Missing
    below_plan: tuple["BelowPlan", ...] = ()


class BelowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """An item of which fewer matters were held than its rule set plans: few of them make a full line."""

    item: Code
    planned: int
    held: int


def looked_through(past: Past, scheme: Scheme, period: Assessment, members: Sequence[MemberId]) -> Found:
    """Everything of a period: the matters of its organisation, its cases, the records of its members."""
    dockets = past.many([docket_of(period.unit, year) for year in years_of(period)])
    codes = [code for docket in dockets for code in docket.matters]
    past.many(_begun(period.unit, dockets))
    matters = _matters(past, period, codes)
    held = [(code, state) for code, state in matters if isinstance(state, Held)]
    sheets = _sheets(past, scheme, period.unit, held)
    honours = past.many([HONOUR.of(one) for docket in dockets for one in sorted(docket.honours)])
    deductions = past.many([DEDUCTION.of(one) for docket in dockets for one in sorted(docket.deductions)])
    claims = [one for one in honours if isinstance(one, Honour) and _inside(period, one.claim.dated_on)]
    proposals = [one for one in deductions if isinstance(one, Deduction) and _inside(period, one.proposal.dated_on)]
    written = {code for code, _, _ in sheets}
    return Found(
        planned=len(matters),
        held=len(held),
        not_held=sum(isinstance(state, NotHeld) for _, state in matters),
        sheets=len(sheets),
        cases=len(claims) + len(proposals),
        missing=Missing(
            unsettled=tuple(code for code, state in matters if isinstance(state, Planned)),
            without_sheet=tuple(c for c, s in held if c not in written and _items(scheme, s.kind)),
            open_sheets=tuple(f"{code}/{item}" for code, item, sheet in sheets if sheet.status != "approved"),
            honours=tuple(str(one.claim.matter) for one in claims if one.status == "claimed"),
            deductions=tuple(str(one.proposal.matter) for one in proposals if one.open),
            waiting=_waiting(past, period, members),
        ),
        below_plan=_below_plan(scheme, period, [state.kind for _, state in held]),
    )


def _below_plan(scheme: Scheme, period: Assessment, kinds: Sequence[str]) -> tuple[BelowPlan, ...]:
    """Matters held against those planned, for so many months as the period has (SPEC §4.10.19)."""
    months = 12 * (period.last_on.year - period.first_on.year) + period.last_on.month - period.first_on.month + 1
    asked = [(one, (one.planned_half or 0) * months // MONTHS["half"]) for one in scheme.responsibility]
    found = ((one, planned, kinds.count(one.matter)) for one, planned in asked)
    return tuple(BelowPlan(item=one.code, planned=planned, held=held) for one, planned, held in found if held < planned)


def years_of(period: Assessment) -> list[int]:
    """In whose dockets something of a period can stand."""
    return sorted({period.first_on.year - 1, period.first_on.year, period.last_on.year})


def _begun(unit: Code, dockets: Sequence[Docket]) -> list[StreamRef[Any]]:
    """Everything that was begun, asked for at once."""
    return [
        *(MATTER.of(unit, code) for docket in dockets for code in docket.matters),
        *(HONOUR.of(one) for docket in dockets for one in docket.honours),
        *(DEDUCTION.of(one) for docket in dockets for one in docket.deductions),
    ]


def _inside(period: Assessment, day: date) -> bool:
    return period.first_on <= day <= period.last_on


def _matters(past: Past, period: Assessment, codes: Sequence[str]) -> list[tuple[str, Planned | Held | NotHeld]]:
    """The matters of the period: by the day held, else by the day planned."""
    found: list[tuple[str, Planned | Held | NotHeld]] = []
    for code, state in zip(codes, past.many([MATTER.of(period.unit, code) for code in codes]), strict=True):
        match state:
            case Held() if _inside(period, state.occurred_on):
                found.append((code, state))
            case Planned() | NotHeld() if _inside(period, state.planned_on):
                found.append((code, state))
            case _:
                pass
    return found


def _items(scheme: Scheme, kind: str) -> list[str]:
    """The items of which a matter of this kind has a sheet."""
    return [one.code for one in scheme.responsibility if one.matter == kind and one.mode != "presumed"]


def _sheets(past: Past, scheme: Scheme, unit: Code, held: Sequence[tuple[str, Held]]) -> list[tuple[str, str, Sheet]]:
    keys = [(code, item) for code, state in held for item in _items(scheme, state.kind)]
    states = past.many([SHEET.of(unit, code, item) for code, item in keys])
    return [(*key, state) for key, state in zip(keys, states, strict=True) if isinstance(state, Sheet)]


def _waiting(past: Past, period: Assessment, members: Sequence[MemberId]) -> tuple[str, ...]:
    archives: list[Archive] = past.many([archive_of(one, period.last_on) for one in members])
    standing = [one for archive in archives for one in archive.records.values() if one.status not in ENDED]
    records = (one.record for one in standing if (one.waiting or one.held_by) and _inside(period, one.counted_on))
    missing = (objection for archive in archives for objection in archive.missing(period.first_on, period.last_on))
    return tuple(str(one) for one in dict.fromkeys((*records, *missing)))


def members_of(past: Past, period: Assessment) -> list[MemberId]:
    """Whose last organisation of the period it is: everybody on its roster on the last day, by pseudonym."""
    return sorted(belonging(past, period.unit, period.last_on), key=str)
