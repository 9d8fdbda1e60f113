"""Records of a half-year drawn at random, and their score."""

from datetime import date

from hypothesis import strategies as st

from domain.assessment.rows import OUTCOMES, ResponsibilityRow, tally
from domain.assessment.scoring import Case, Scored, Span, score
from domain.assessment.tariff import Tariff, half_tariff
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import load
from tests.domain.assessment.conftest import EXAMPLE
from tests.domain.assessment.counted import row

SCHEME = load(EXAMPLE.read_bytes())
HALF = half_tariff(SCHEME)
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


def said_by(item: ResponsibilityItem) -> tuple[str, ...]:
    return OUTCOMES[item.mode] or tuple(shortfall.code for shortfall in item.shortfalls)


@st.composite
def responsibility_rows(draw: st.DrawFn) -> list[ResponsibilityRow]:
    found: list[ResponsibilityRow] = []
    for position in range(draw(st.integers(0, 30))):
        item = draw(st.sampled_from(SCHEME.responsibility))
        found.append(
            row(
                position,
                item.code,
                draw(st.sampled_from(said_by(item))),
                draw(DAYS),
                draw(st.sampled_from(["1.00", "1.00", "0.50", "2.00", "3.33"])),
                confirmed=draw(st.booleans()),
                replaced=draw(st.integers(0, 9)) == 0,
            )
        )
    return found


ROWS = responsibility_rows()
MONTHS = st.integers(1, 6)


def half(rows: list[ResponsibilityRow], months: int = 6, tariff: Tariff = HALF) -> Scored:
    return score(tariff, Case(spans=(Span(code="H1", months_present=months, tallies=tally(rows)),)))
