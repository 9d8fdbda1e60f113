"""Whatever the kind of rule set: what its records brought makes up the line, and counting is as good as one by one."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.assessment.allotment import allot
from domain.assessment.explanation import explain, names_of
from domain.assessment.rows import OUTCOMES, ResponsibilityRow, tally
from domain.assessment.scoring import Case, Span, score
from domain.assessment.tariff import half_tariff
from domain.rules.items import ResponsibilityItem
from domain.values import points
from tests.domain.rules.kinds import test_base_sixty, test_monthly, test_tree_and_groups
from tests.domain.rules.kinds.writing import record

SCHEMES = [test_base_sixty.SCHEME, test_monthly.SCHEME, test_tree_and_groups.SCHEME]


def said_by(item: ResponsibilityItem) -> list[str]:
    named = [] if item.levels else list(OUTCOMES[item.mode])
    return [*named, *(level.code for level in item.levels), *(one.code for one in item.shortfalls)]


@st.composite
def halves(draw: st.DrawFn) -> tuple[int, list[ResponsibilityRow], int]:
    """(which rule set, records of a half-year, months present)."""
    index = draw(st.integers(0, len(SCHEMES) - 1))
    rows: list[ResponsibilityRow] = []
    for _ in range(draw(st.integers(0, 12))):
        item = draw(st.sampled_from(SCHEMES[index].responsibility))
        conditions = [None, *(condition.code for condition in item.conditions)]
        day = draw(st.dates(date(2026, 1, 1), date(2026, 6, 30)))
        outcome = draw(st.sampled_from(said_by(item)))
        quantity = draw(st.sampled_from([100, 50, 333, 60_000]))
        rows.append(record(item.code, outcome, day.isoformat(), quantity, draw(st.sampled_from(conditions))))
    return index, rows, draw(st.integers(1, 6))


@given(halves())
def test_portions_make_up_the_line_and_the_sentence_ends_with_it(
    drawn: tuple[int, list[ResponsibilityRow], int],
) -> None:
    index, rows, months = drawn
    scheme = SCHEMES[index]
    tariff = half_tariff(scheme)
    found = score(tariff, Case(spans=(Span(code="H1", months_present=months, tallies=tally(rows)),))).confirmed
    single = [one for row in rows for one in tally([row])]
    again = score(tariff, Case(spans=(Span(code="H1", months_present=months, tallies=single),))).confirmed
    assert again == found
    lines = list(found.lines())
    assert {one.item: one.points for one in allot(tariff, lines, rows)} == {line.item: line.points for line in lines}
    for line in lines:
        item = scheme.item(line.item)
        assert isinstance(item, ResponsibilityItem)
        for language in ("zh", "en"):
            assert explain(line, language, item.unit, names_of(item)).endswith(points(line.points))
