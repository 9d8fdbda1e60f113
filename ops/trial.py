"""试算 — a rule-set file checked and tried at the desk, without any log: its schema, its lint, the score of one case.

A case is one JSON object::

    {"profile": "full", "ends_on": "2026-12-31", "last_total": "92.00",
     "spans": [{"code": "H1", "months_present": 6,
                "records": [{"item": "R-1", "outcome": "attended", "on": "2026-03-02", "times": 4}]}],
     "honours": [{"item": "H-1", "level": "district", "matter": "essay", "on": "2026-05-02"}],
     "deductions": [], "vetoes": []}
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import msgspec

from domain.assessment.explaining_matters import explain_matter, explain_veto
from domain.assessment.explanation import explain, names_of
from domain.assessment.rows import MatterRow, ResponsibilityRow, VetoRow, tally
from domain.assessment.scoring import Case, Score, Span, score
from domain.assessment.tariff import span_tariff
from domain.rules.findings import Finding
from domain.rules.items import ResponsibilityItem
from domain.rules.lint import lint
from domain.rules.scheme import Scheme, load
from domain.rules.wording import Language, Written
from domain.values import hundredths, points

_NAMESPACE: Final = UUID("6f0f6a0c-3f6e-4a51-9d0a-0d6f0b3c5a11")


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some records of a responsibility item that say the same."""

    item: str
    outcome: str
    on: date
    quantity: Written = "1"
    condition: str | None = None
    times: int = 1


class Merit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One honour or one deduction; for a level that is a range, the quantity is the points chosen."""

    item: str
    level: str
    matter: str
    on: date
    quantity: Written = "1"
    condition: str | None = None
    share: str | None = None


class Veto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One veto."""

    item: str
    on: date
    lifted_on: date | None = None


class Stretch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One span of the case."""

    code: str
    months_present: int
    first_month: int | None = None
    records: tuple[Record, ...] = ()


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One member's period."""

    spans: tuple[Stretch, ...]
    span_months: int | None = None
    """Months of each span; none: the rule set's shortest period."""
    profile: str | None = None
    honours: tuple[Merit, ...] = ()
    deductions: tuple[Merit, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    last_total: Written | None = None
    ends_on: date | None = None


def checked(file: Path) -> tuple[Scheme, list[Finding]]:
    """The rule set in a file and what the lint finds. Raises SchemeMalformed with every problem of its form."""
    scheme = load(file.read_bytes())
    return scheme, lint(scheme)


def tried(scheme: Scheme, content: bytes) -> Score:
    """The score of a case under a rule set; all records count as confirmed."""
    trial = msgspec.json.decode(content, type=Trial)
    numbers = iter(range(1_000_000))
    case = Case(
        spans=tuple(_span(scheme, span, numbers) for span in trial.spans),
        honours=[_row(scheme, one, next(numbers)) for one in trial.honours],
        deductions=[_row(scheme, one, next(numbers)) for one in trial.deductions],
        vetoes=[_veto(one, next(numbers)) for one in trial.vetoes],
        profile=trial.profile,
        last_total=None if trial.last_total is None else hundredths(trial.last_total),
        ends_on=trial.ends_on,
        closed=True,
    )
    return score(span_tariff(scheme, trial.span_months or scheme.cycle_months), case).confirmed


def sentences(scheme: Scheme, found: Score, language: Language) -> list[str]:
    """The score line by line, as the member reads it."""
    told: list[str] = []
    for span in found.spans:
        told.append(f"[{span.code}] {points(span.base)} / {points(span.maximum)}")
        for line in (line for category in span.categories for line in category.lines):
            item = scheme.item(line.item)
            assert isinstance(item, ResponsibilityItem), line.item
            told.append(f"  {item.text(language)}: {explain(line, language, item.unit, names_of(item))}")
    told += [f"+ {explain_matter(line, scheme, language)}" for line in found.honours]
    told += [f"- {explain_matter(line, scheme, language)}" for line in found.deductions]
    told += [f"! {explain_veto(line, scheme, language)}" for line in found.vetoes]
    return [*told, _sum(found, language)]


def _sum(found: Score, language: Language) -> str:
    base, added, taken = points(found.base), points(found.honour_points), points(found.deduction_points)
    carried = f" + {points(found.carried)}" if found.carried else ""
    over = f" − {points(found.over)}" if found.over else ""
    word = "积分" if language == "zh" else "ledger"
    return f"{base} + {added}{carried} − {taken}{over} → {word} {points(found.ledger)}"


def _span(scheme: Scheme, span: Stretch, numbers: Iterator[int]) -> Span:
    rows = [
        ResponsibilityRow(
            record=uuid5(_NAMESPACE, str(number)),
            item=one.item,
            outcome=one.outcome,
            counted_on=one.on,
            position=number,
            rules=scheme.version,
            quantity=hundredths(one.quantity),
            condition=one.condition,
        )
        for one in span.records
        for _ in range(one.times)
        for number in [next(numbers)]
    ]
    return Span(code=span.code, months_present=span.months_present, tallies=tally(rows), first_month=span.first_month)


def _row(scheme: Scheme, one: Merit, number: int) -> MatterRow:
    return MatterRow(
        record=uuid5(_NAMESPACE, str(number)),
        item=one.item,
        level=one.level,
        matter=one.matter,
        counted_on=one.on,
        position=number,
        rules=scheme.version,
        quantity=hundredths(one.quantity),
        condition=one.condition,
        share=one.share,
    )


def _veto(one: Veto, number: int) -> VetoRow:
    return VetoRow(
        record=uuid5(_NAMESPACE, str(number)),
        item=one.item,
        decided_on=one.on,
        position=number,
        lifted_on=one.lifted_on,
    )
