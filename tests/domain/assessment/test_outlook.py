"""展望: what can still be earned is the rule set's arithmetic on what is confirmed, and no promise."""

from domain.assessment.outlook import CategorySoFar, HalfSoFar, When, YearOutlook, outlook
from domain.rules.assessing import Profile
from domain.rules.scheme import Scheme, load
from tests.domain.branch import DOCUMENT

SCHEME = load(DOCUMENT)


def profile(code: str) -> Profile:
    found = SCHEME.profile(code)
    assert found is not None
    return found


def half(when: When, earned: int) -> HalfSoFar:
    """A half of 50.00 in one category of 20.00 and one of 30.00; the first is full before the second."""
    first = min(earned, 2_000)
    parts = (
        CategorySoFar(code="LX", points=first, maximum=2_000),
        CategorySoFar(code="WM", points=earned - first, maximum=3_000),
    )
    return HalfSoFar(when=when, base=earned, categories=parts)


def seen(*halves: HalfSoFar, honours: int = 0, deductions: int = 0, whose: str = "full") -> YearOutlook:
    return outlook(SCHEME, profile(whose), halves, honours, deductions)


def reachable(found: YearOutlook) -> list[str]:
    return [one.grade for one in found.grades if one.reachable]


def test_after_the_first_half_the_year_is_expected_to_be_twice_its_base() -> None:
    # 2 × 40.00 + 3.00 − 2.00 = 81.00; room 20.00 + 30.00 of the second half, 15.00 − 3.00 of the honours' cap.
    # Best ledger 40.00 + 50.00 + 15.00 − 2.00 = 103.00; best total 0.80 × 103.00 + 0.20 × 100.00 = 82.40 + 20.00.
    found = seen(half("over", 4_000), half("ahead", 0), honours=300, deductions=200)
    assert (found.expected, found.earned, found.honour_room) == (8_100, 4_000, 1_200)
    assert [(one.code, one.points) for one in found.room] == [("LX", 2_000), ("WM", 3_000)]
    assert (found.best_ledger, found.best_total) == (10_300, 10_240)
    assert reachable(found) == ["excellent", "qualified", "basically_qualified", "unqualified"]


def test_while_the_first_half_runs_nothing_is_expected_and_a_half_ahead_gives_no_point_yet() -> None:
    # The running half: 25.00, room 0.00 + 25.00. The half ahead shows 50.00 for want of anything asked: it is all room.
    found = seen(half("running", 2_500), half("ahead", 5_000))
    assert (found.expected, found.earned) == (None, 2_500)
    assert [one.points for one in found.room] == [0 + 2_000, 2_500 + 3_000]
    assert found.best_ledger == 2_500 + 7_500 + 1_500


def test_what_is_lost_is_lost_and_a_grade_out_of_reach_is_said_to_be() -> None:
    # Best ledger 20.00 + 50.00 + 15.00 − 25.00 = 60.00; best total 48.00 + 20.00 = 68.00: under 70 and over 60.
    found = seen(half("over", 2_000), half("ahead", 0), deductions=2_500)
    assert (found.best_ledger, found.best_total) == (6_000, 6_800)
    assert reachable(found) == ["basically_qualified", "unqualified"]


def test_at_the_end_nothing_is_left_but_honours_and_the_appraisal() -> None:
    found = seen(half("over", 4_500), half("over", 4_700), honours=1_500)
    assert {one.points for one in found.room} == {0}
    assert found.honour_room == 0
    # 92.00 + 15.00 = 107.00; 85.60 + 20.00 = 105.60.
    assert (found.best_ledger, found.best_total) == (10_700, 10_560)


def test_a_probationary_member_has_no_grade_and_no_appraisal_to_look_out_to() -> None:
    found = seen(half("over", 4_000), half("ahead", 0), whose="probationary")
    assert found.grades == ()
    assert found.best_total == found.best_ledger


def of_base(base: str) -> Scheme:
    """The example's rule set with the year's base made otherwise."""
    return load(DOCUMENT.replace(b'"base": "sum_of_halves"', f'"base": "{base}"'.encode()))


def test_the_best_base_is_made_as_the_rule_set_makes_the_year_s() -> None:
    """First half over with 30.00 of 50.00: the sum gives 80.00; so does the mean of 60.00 and 100.00; anew 100.00."""
    halves = (half("over", 3_000), half("ahead", 0))
    found = [
        outlook(scheme, profile("full"), halves, 0, 0).best_ledger
        for scheme in (SCHEME, of_base("mean_of_halves"), of_base("recompute"))
    ]
    most = found[0] - 8_000
    assert found == [8_000 + most, 8_000 + most, 10_000 + most]
    assert most == 1_500
