"""结转引起的重算 — a year into which a share was carried over is computed anew when that total is superseded."""

from datetime import UTC, date, datetime

from domain.assessment.following import FollowCarried
from domain.assessment.period import PeriodNotThere, PeriodSealed
from domain.assessment.restatement import (
    MemberRestated,
    Restatement,
    RestatementComputed,
    RestatementOrdered,
    restatement_id,
    restatement_of,
)
from domain.assessment.result import DeterminationSuperseded
from domain.assessment.superseding import ComputeRestatement
from domain.process import FOLLOW_UPS
from domain.values import hundredths
from tests.domain.assessment.test_adding import honour
from tests.domain.assessment.test_restatement import D, E, result
from tests.domain.assessment.test_year import DETERMINED
from tests.domain.branch import BRANCH, PROCESS, wish
from tests.domain.given import Given
from tests.domain.measured import Grades, year_of
from tests.domain.restated import (
    AS_ORDERER,
    adopted,
    approved,
    computed,
    ordered,
    version_published,
    with_leaders,
)
from tests.domain.year import YEAR

CARRYING = "carrying-2"
NEXT_AT = datetime(YEAR + 2, 4, 1, 1, tzinfo=UTC)
FIRST = restatement_id(BRANCH, YEAR, "Y", 1)


def without_next(fraction: str = "0.20") -> Given:
    """The worked year, and a version by which a share of its total is carried into the next."""
    changes = {'"carry_over": {"fraction": "0"': f'"carry_over": {{"fraction": "{fraction}"'}
    return with_leaders(DETERMINED).given(*version_published(CARRYING, changes, date(YEAR + 1, 7, 1)))


def base(grades: Grades | None = None, fraction: str = "0.20") -> Given:
    """With that next year, sealed."""
    return without_next(fraction).given(*year_of(YEAR + 1, grades or {D: "qualified"}, CARRYING))


def follows(year: int = YEAR) -> FollowCarried:
    return wish(FollowCarried, PROCESS, NEXT_AT, unit=BRANCH, member=D, year=year, period="Y", restatement=FIRST)


def computed_next() -> ComputeRestatement:
    return wish(ComputeRestatement, PROCESS, NEXT_AT, unit=BRANCH, year=YEAR + 1, period="Y", number=1)


def put_right(given: Given, *, unfavourable: bool = False) -> Given:
    """D's honour of the first year is added."""
    return given.given(ordered(additions=(honour(),), unfavourable=unfavourable), computed(), approved(), *adopted())


def total_of(given: Given) -> int:
    found = given.when(computed_next()).facts()
    return next(hundredths(one.figures.total) for one in found if isinstance(one, MemberRestated) and one.member == D)


def test_the_next_year_is_put_forward_by_itself_under_the_same_order() -> None:
    after = put_right(base())
    [order] = after.when(follows()).says(RestatementOrdered)
    first = after.world[restatement_of(BRANCH, YEAR, "Y")]
    assert isinstance(order, RestatementOrdered)
    assert isinstance(first, Restatement)
    assert (order.year, order.rules, order.follows, order.additions) == (YEAR + 1, CARRYING, FIRST, 0)
    assert (order.document, order.by, order.minute) == (first.order.document, first.order.by, first.order.minute)
    after.given(follows()).when(follows()).nothing()


def test_the_share_is_that_of_the_new_total() -> None:
    before = base().given(wish(type(ordered()), AS_ORDERER, NEXT_AT, **{**_said(ordered(CARRYING)), "year": YEAR + 1}))
    after = put_right(base()).given(follows())
    stood, stands = result(base(), D).standing, result(after, D).standing
    assert stood is not None
    assert stands is not None
    # A fifth of what the first year gained; without an appraisal the ledger is the total.
    assert total_of(after) - total_of(before) == (stands.total - stood.total) // 5 == 48
    header, *_ = after.when(computed_next()).facts()
    assert isinstance(header, RestatementComputed)


def _said(order: object) -> dict[str, object]:
    names = ("unit", "period", "rules", "document_kind", "document", "reason", "minute", "minute_sha256", "present")
    return {name: getattr(order, name) for name in names}


def test_where_nothing_is_carried_nothing_follows() -> None:
    put_right(base(fraction="0")).when(follows()).nothing()


def test_where_the_next_year_is_not_sealed_yet_nothing_follows() -> None:
    put_right(with_leaders(DETERMINED)).when(follows()).nothing()
    put_right(base()).when(follows(YEAR + 1)).nothing()


def test_a_superseded_determination_calls_for_it() -> None:
    assert FOLLOW_UPS[DeterminationSuperseded].purpose == "follow-carried"


def test_a_later_order_for_the_first_year_does_not_swallow_what_follows() -> None:
    after = put_right(base()).given(ordered(CARRYING, at=NEXT_AT))
    [order] = after.when(follows()).says(RestatementOrdered)
    assert isinstance(order, RestatementOrdered)
    assert (order.year, order.follows) == (YEAR + 1, FIRST)


def test_where_the_next_year_is_computed_and_not_sealed_yet_it_waits() -> None:
    unsealed = (one for one in year_of(YEAR + 1, {D: "qualified"}, CARRYING) if not isinstance(one.fact, PeriodSealed))
    put_right(without_next().given(*unsealed)).when(follows()).refused(PeriodNotThere)


def test_what_follows_is_computed_by_the_version_by_which_the_member_himself_stands() -> None:
    """He stands by another than was in force: what was ordered last, and perhaps dropped, says nothing of him."""
    changes = {'"carry_over": {"fraction": "0"': '"carry_over": {"fraction": "0.30"'}
    other = without_next().given(*version_published("other-2", changes, date(YEAR + 3, 1, 1)))
    [order] = (
        put_right(other.given(*year_of(YEAR + 1, {D: "qualified"}, "other-2"))).when(follows()).says(RestatementOrdered)
    )
    assert isinstance(order, RestatementOrdered)
    assert order.rules == "other-2"


def test_what_follows_is_adopted_only_for_those_whose_carried_total_changed() -> None:
    """E's figures come out otherwise too; nothing was carried over anew for him."""
    given = put_right(base({D: "qualified", E: "unqualified"}), unfavourable=True).given(follows())
    found = {one.member: one for one in given.when(computed_next()).facts() if isinstance(one, MemberRestated)}
    assert found[E].effect != "same"
    assert (found[D].adopted, found[E].adopted) == (True, False)
