"""Rule sets written as short as the page on rules allows, and records to score them with."""

import copy
import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid5

from domain.assessment.rows import MatterRow, ResponsibilityRow, VetoRow, tally
from domain.assessment.scoring import Case, Score, Span, score
from domain.assessment.tariff import span_tariff
from domain.rules.lint import lint
from domain.rules.scheme import Scheme, load

Document = dict[str, Any]

NAMESPACE: Final = UUID("2f0c2f0e-6a0f-4f3c-9f55-0c1f4b6f9b78")
VERSION: Final = "v1"
_positions = count()

PAPERS: Final = {
    "list": {"zh": "签到表", "en": "Sign-in list"},
    "paper": {"zh": "证明文件", "en": "Proof"},
    "finding": {"zh": "查实结论", "en": "Finding"},
}


def rule_set(**sections: Any) -> Document:
    """A rule set: what every one must say, and the sections of a test."""
    return {
        "id": "kind",
        "version": VERSION,
        "document": {
            "zh": "积分管理办法",
            "en": "Points rules",
            "issuer": {"zh": "机关党委", "en": "Party committee"},
            "effective_on": "2026-01-01",
        },
        "evidence_kinds": copy.deepcopy(PAPERS),
        "profiles": [{"code": "full", "zh": "正式党员", "en": "Full member"}],
        "approval_chains": [{"what": "any", "steps": ["branch_committee"]}],
        **sections,
    }


def category(code: str, weight: str | None = None, **more: Any) -> Document:
    """A category."""
    return {"code": code, "zh": f"{code}类", "en": code, "clause": code, "weight": weight, **more}


def item(code: str, cat: str, mode: str, **more: Any) -> Document:
    """A responsibility item."""
    return {
        "code": code, "cat": cat, "mode": mode, "zh": f"{code}事项", "en": code, "clause": code,
        "evidence": ["list"], "matter": code.lower(), **more,
    }  # fmt: skip


def level(code: str, points: str, **more: Any) -> Document:
    """A level of an honour or a deduction."""
    return {"code": code, "zh": f"{code}级", "en": code, "points": points, **more}


def honour(code: str, cat: str, *levels: Document, **more: Any) -> Document:
    """An honour."""
    return {
        "code": code, "cat": cat, "zh": f"{code}表彰", "en": code, "clause": code, "evidence": ["paper"],
        "unit": {"zh": "项", "en": "piece"}, "levels": list(levels), **more,
    }  # fmt: skip


def negative(code: str, cat: str, *levels: Document, **more: Any) -> Document:
    """A deduction."""
    return {
        "code": code, "cat": cat, "zh": f"{code}减分", "en": code, "clause": code, "evidence": ["finding"],
        "levels": list(levels), **more,
    }  # fmt: skip


def veto(code: str, effect: str, **more: Any) -> Document:
    """A veto."""
    return {
        "code": code,
        "zh": f"{code}否决",
        "en": code,
        "clause": code,
        "evidence": ["finding"],
        "effect": effect,
        **more,
    }


def named(code: str, **more: Any) -> Document:
    """Anything else with a code and words."""
    return {"code": code, "zh": f"{code}名", "en": code, **more}


def period(code: str, first: str, last: str, result: str) -> Document:
    """A period, from a day of the year to another."""
    return named(code, **{"from": first, "to": last}, result=result)


def months(*numbers: int) -> list[Document]:
    """Monthly periods, and the year."""
    ends = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
    cycle = [
        period(f"M{month:02d}", f"{month:02d}-01", f"{month:02d}-{ends.get(month, 31)}", "score") for month in numbers
    ]
    return [*cycle, period("Y", "01-01", "12-31", "total")]


def adopted(document: Document) -> Scheme:
    """The rule set, which the loader takes and the lint does not refuse."""
    scheme = load(json.dumps(document).encode())
    assert [finding for finding in lint(scheme) if finding.severity == "refuse"] == []
    return scheme


def record(code: str, outcome: str, on: str, quantity: int = 100, condition: str | None = None) -> ResponsibilityRow:
    """One record of a responsibility item; quantity in hundredths."""
    position = next(_positions)
    return ResponsibilityRow(
        record=uuid5(NAMESPACE, str(position)), item=code, outcome=outcome, counted_on=date.fromisoformat(on),
        position=position, rules=VERSION, quantity=quantity, condition=condition,
    )  # fmt: skip


def records(code: str, said: Iterable[tuple[str, int]], on: str = "2026-01-10") -> list[ResponsibilityRow]:
    """Some records of one item and day, by outcome and number."""
    return [record(code, outcome, on) for outcome, number in said for _ in range(number)]


def matter(code: str, at: str, on: str, name: str = "", quantity: int = 100, **more: str) -> MatterRow:
    """One honour or one deduction, a matter of its own unless named."""
    position = next(_positions)
    return MatterRow(
        record=uuid5(NAMESPACE, str(position)), item=code, level=at, matter=name or f"matter-{position}",
        counted_on=date.fromisoformat(on), position=position, rules=VERSION, quantity=quantity, **more,
    )  # fmt: skip


def vetoed(code: str, on: str, lifted: str | None = None) -> VetoRow:
    """One veto."""
    position = next(_positions)
    return VetoRow(
        record=uuid5(NAMESPACE, str(position)), item=code, decided_on=date.fromisoformat(on), position=position,
        lifted_on=None if lifted is None else date.fromisoformat(lifted),
    )  # fmt: skip


def spans(scheme: Scheme, rows: Sequence[ResponsibilityRow], length: int | None = None) -> tuple[Span, ...]:
    """A whole year of spans in which the person is present, each with its rows."""
    each = length or scheme.cycle_months
    return tuple(
        Span(
            code=f"S{first}",
            months_present=each,
            tallies=tally(row for row in rows if first <= row.counted_on.month < first + each),
        )
        for first in range(1, 13, each)
    )


def year(scheme: Scheme, rows: Sequence[ResponsibilityRow] = (), length: int | None = None, **more: Any) -> Score:
    """The score of a year, everything confirmed."""
    case = Case(spans=spans(scheme, rows, length), ends_on=date(2026, 12, 31), closed=True, **more)
    return score(span_tariff(scheme, length or scheme.cycle_months), case).confirmed
