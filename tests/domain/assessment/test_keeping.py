"""What is kept of items that a version no longer has counts as the version counts: in a sum, or in a mean."""

from domain.assessment.keeping import with_kept
from domain.assessment.lines import Line
from domain.assessment.rounding import HALF_UP
from domain.assessment.scoring import Score, mean_of
from domain.assessment.spans import CategoryScore, SpanScore
from domain.assessment.tariff import span_tariff
from domain.rules.scheme import load
from tests.domain.branch import DOCUMENT

TARIFF = span_tariff(load(DOCUMENT), 6)
ITEM, OTHER, GONE = "R-LX-1", "R-LX-2", "R-GONE"


def span(code: str, *lines: tuple[str, int, int]) -> SpanScore:
    """One span of (item, points, cap) in hundredths, all in one category."""
    made = tuple(Line(item, "LX", "earn", cap, points) for item, points, cap in lines)
    points, maximum = sum(line.points for line in made), sum(line.cap for line in made)
    return SpanScore(code, points, maximum, (CategoryScore("LX", points, maximum, made),))


def scored(*spans: SpanScore, is_mean: bool = False) -> Score:
    """A score with nothing but its spans."""
    pairs = [(one.base, one.maximum) for one in spans]
    base = mean_of(pairs, HALF_UP) if is_mean else sum(points for points, _ in pairs)
    return Score(spans, base, sum(most for _, most in pairs), (), 0, (), 0, base, is_mean=is_mean)


MADE = (span("H1", (ITEM, 3000, 4000)), span("H2", (OTHER, 5000, 6000)))
OWN = with_kept(TARIFF, scored(span("H1", (ITEM, 3000, 4000), (GONE, 500, 500)), span("H2", (OTHER, 5000, 6000))))


def test_kept_lines_are_added_to_a_sum() -> None:
    kept = with_kept(TARIFF, scored(*MADE), OWN).score
    assert (kept.base, kept.base_max, kept.ledger) == (8500, 10500, 8500)


def test_kept_lines_join_their_part_before_the_mean_is_taken() -> None:
    """(35 ÷ 45 + 50 ÷ 60) ÷ 2 × 105 = 84.583…; added to the mean of the others it would be 84.17."""
    kept = with_kept(TARIFF, scored(*MADE, is_mean=True), OWN).score
    assert (kept.base, kept.base_max, kept.ledger) == (8458, 10500, 8458)


def test_nothing_changes_where_nothing_is_kept() -> None:
    made = scored(*MADE, is_mean=True)
    assert with_kept(TARIFF, made, with_kept(TARIFF, scored(*MADE))).score == made
