"""分类评议: a mark for each category, each a ballot of its own, and the whole by the published weights."""

from collections import Counter
from datetime import date
from random import Random
from uuid import UUID

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from domain.assessment.appraisal import AppraisalTallied, BallotCast, BallotCodeIssued, VoterTookPart
from domain.assessment.balloting import BallotInvalid, CodesWrong, IssuedCode
from domain.assessment.period import Key
from domain.assessment.result import result_of
from domain.assessment.tallying import Ballot, of_categories, tallies
from domain.rules.scheme import Scheme, load
from domain.values import hundredths
from tests.domain.branch import (
    BRANCH,
    DOCUMENT,
    MEMBER,
    OTHER,
    PEOPLE,
    approved,
    commands,
    digest,
    drafted,
    published,
)
from tests.domain.given import Given, given
from tests.domain.rules.kinds.writing import Document, adopted, category, item, named, period, rule_set
from tests.domain.year import (
    BY_CATEGORY,
    SEATED,
    Y_OVER,
    YEAR,
    appraisal_closed,
    appraisal_opened,
    ballots,
    calendar,
    computed,
    halves,
)

KEY = Key(unit=BRANCH, year=YEAR, period="Y")
SCHEME = load(BY_CATEGORY)
CATEGORIES = tuple(one.code for one in SCHEME.categories)
HALVES = halves(given(*commands(BY_CATEGORY)).given(calendar(2027)))
OPEN = HALVES.given(appraisal_opened())


def small(*weights: str, **appraisal: object) -> Scheme:
    """Three categories, marks of 100, 80 and 50, and a mean from three voices on."""
    marks = {"good": "100", "fair": "80", "poor": "50", "silent": None}
    base = str(sum(map(int, weights)))
    return adopted(
        rule_set(
            scale={"base_max": base},
            categories=[category(code, weight) for code, weight in zip("ABC", weights, strict=True)],
            responsibility=[
                item(f"R-{code}", code, "ratio", cap_year=weight) for code, weight in zip("ABC", weights, strict=True)
            ],
            periods=[period("H1", "01-01", "06-30", "half_score"), period("H2", "07-01", "12-31", "half_score"),
                     {**period("Y", "01-01", "12-31", "total"), "appraisal": True}],
            appraisal={
                "scope": "per_category", "min_ballots": 3,
                "values": [named(code, value=value) for code, value in marks.items()], **appraisal,
            },
        )
    )  # fmt: skip


def said(of: dict[str, str]) -> list[Ballot]:
    """For each category what was said of somebody: one letter a ballot."""
    words = {"g": "good", "f": "fair", "p": "poor", "-": "silent"}
    return [
        Ballot(subject=MEMBER, digest=digest(f"{code} {number}"), mark=words[letter], category=code)
        for code, letters in of.items()
        for number, letter in enumerate(letters)
    ]


def test_the_whole_is_the_published_means_by_the_weights_of_those_that_have_one() -> None:
    """By hand: A 50, B 30, C 20.

    A: 100, 100, 80 → 280 ÷ 3 = 93.333 → 93.33.  B: 80, 80, 50 → 210 ÷ 3 = 70.00.  C: one voice of three → no mean.
    The whole: (50 × 93.33 + 30 × 70.00) ÷ (50 + 30) = (4,666.50 + 2,100.00) ÷ 80 = 84.58125 → 84.58.
    """
    found = list(tallies(small("50", "30", "20"), KEY, said({"A": "ggf", "B": "ffp", "C": "g--"}), MEMBER))
    assert [(one.category, one.ballots, one.voices, one.mean) for one in found] == [
        ("A", 3, 3, "93.33"),
        ("B", 3, 3, "70.00"),
        ("C", 3, 1, None),
        (None, 9, 7, "84.58"),
    ]


def test_the_whole_is_rounded_as_the_rule_set_rounds() -> None:
    """By hand: A 93.33 weighs 1, B 70.00 weighs 2, C 80.00 weighs 3: (93.33 + 140 + 240) ÷ 6 = 78.888 → 78.89."""
    means: dict[str, int | None] = {"A": 9333, "B": 7000, "C": 8000}
    assert of_categories(small("1", "2", "3").ballot, means) == 7889


@pytest.mark.parametrize("of", [{}, {"A": "gg", "B": "ff"}, {"A": "ggg---"[:2], "C": "---"}])
def test_where_no_category_has_a_mean_there_is_none(of: dict[str, str]) -> None:
    found = list(tallies(small("50", "30", "20"), KEY, said(of), MEMBER))
    assert [one.mean for one in found] == [None] * 4


def test_a_category_that_weighs_nothing_makes_no_whole() -> None:
    assert of_categories(small("50", "30", "20").ballot, {"A": None}) is None
    assert of_categories([one for one in small("80", "20", "0").ballot if one.code == "C"], {"C": 9000}) is None


def test_only_the_top_of_the_tree_stands_on_the_ballot() -> None:
    document: Document = rule_set(
        scale={"base_max": "30"},
        categories=[category("A", "20"), category("A1", "20", parent="A"), category("B", "10")],
        appraisal={"scope": "per_category"},
    )
    assert [one.code for one in load(document).ballot] == ["A", "B"]


def codes(but: int = 0) -> tuple[IssuedCode, ...]:
    """A digest for each voter, each other member and each category."""
    issued = [
        IssuedCode(subject=subject, category=part, digest=digest(f"{subject} {number} {part}"))
        for subject in PEOPLE
        for number in range(len(PEOPLE) - 1)
        for part in CATEGORIES
    ]
    return tuple(issued[but:])


BY_CODE = HALVES.given(appraisal_opened(codes(), "single_subject_codes"))


def test_there_is_a_code_for_each_voter_each_other_member_and_each_category() -> None:
    issued = [one for one in BY_CODE.world.facts if isinstance(one, BallotCodeIssued)]
    assert Counter((one.subject, one.category) for one in issued) == {
        (subject, part): len(PEOPLE) - 1 for subject in PEOPLE for part in CATEGORIES
    }
    assert [one.code_digest for one in issued] == sorted({one.code_digest for one in issued})
    few = appraisal_opened(codes(1), "single_subject_codes")
    HALVES.when(few).refused(CodesWrong, wanted=448, issued=447)
    whole = tuple(IssuedCode(subject=one.subject, digest=one.digest) for one in codes())
    HALVES.when(appraisal_opened(whole, "single_subject_codes")).refused(CodesWrong)


def test_a_code_is_good_for_its_own_category_alone() -> None:
    own = digest(f"{MEMBER} 0 LX")
    right = Ballot(subject=MEMBER, digest=own, mark="qualified", category="LX")
    facts = BY_CODE.when(appraisal_closed((right,))).facts()
    assert [one.category for one in facts if isinstance(one, BallotCast)] == ["LX"]
    for wrong in ("QZ", "XX", None):
        other = Ballot(subject=MEMBER, digest=own, mark="qualified", category=wrong)
        BY_CODE.when(appraisal_closed((other,))).refused(BallotInvalid, invalid=1)


def all_say(marks: dict[str, int], people: tuple[UUID, ...] = PEOPLE) -> tuple[Ballot, ...]:
    """The same for everybody in every category."""
    return tuple(one for part in CATEGORIES for one in ballots(dict.fromkeys(people, marks), part))


def test_nobody_has_more_ballots_in_a_category_than_others_who_voted() -> None:
    one_more = (*all_say({"qualified": 7}), *ballots({MEMBER: {"excellent": 1}}, "LX"))
    OPEN.when(appraisal_closed(one_more)).refused(BallotInvalid, too_many=1)


def test_all_ballots_lie_among_each_other_by_digest_and_say_nothing_of_who_gave_them() -> None:
    facts = OPEN.when(appraisal_closed(all_say({"qualified": 5}))).facts()
    cast = [one for one in facts if isinstance(one, BallotCast)]
    assert [one.code_digest for one in cast] == sorted({one.code_digest for one in cast})
    assert len({one.category for one in cast[:40]}) > 1, "not category by category either"
    assert set(BallotCast.__struct_fields__) == {
        *("unit", "year", "period", "subject", "code_digest", "mark", "category")
    }
    assert len([one for one in facts if isinstance(one, VoterTookPart)]) == len(PEOPLE)


def year_of(base: Given, cast: tuple[Ballot, ...], member: UUID) -> tuple[str | None, str, str | None, str]:
    """(mean, the ledger's part, the appraisal's part, total) of somebody's year."""
    figures = base.given(appraisal_closed(cast), computed("Y", Y_OVER)).world[result_of(member, YEAR, "Y")].computed
    assert figures is not None
    return figures.appraisal, figures.ledger_part, figures.appraisal_part, figures.total


def test_the_year_counts_the_whole_and_without_a_mean_the_ledger_alone() -> None:
    """By hand, weights LX 15 QZ 20 DD 10 GJ 15 ZT 10 LJ 10 WM 15 CY 5, nothing recorded: the ledger is L.

    MEMBER: LX five 优秀 → 100.00; QZ five 合格 → 80.00; DD four voices → none; the others empty.
    (15 × 100.00 + 20 × 80.00) ÷ 35 = 3,100 ÷ 35 = 88.571 → 88.57; 88.57 × 0.20 = 17.714 → 17.71.
    OTHER: four voices in every category → no mean, T = L.
    """
    cast = (
        *ballots({MEMBER: {"excellent": 5}}, "LX"),
        *ballots({MEMBER: {"qualified": 5, "abstain": 2}}, "QZ"),
        *ballots({MEMBER: {"unqualified": 4, "abstain": 3}}, "DD"),
        *all_say({"unqualified": 4}, (OTHER,)),
    )
    mean, ledger_part, appraisal_part, total = year_of(OPEN, cast, MEMBER)
    assert (mean, appraisal_part) == ("88.57", "17.71")
    ledger = year_of(OPEN, (), MEMBER)[3]
    assert int(total.replace(".", "")) == int(ledger_part.replace(".", "")) + 1771
    assert year_of(OPEN, cast, OTHER) == (None, ledger, None, ledger)


def test_a_session_keeps_the_scope_under_which_it_was_opened() -> None:
    def turned(base: Given, document: bytes) -> Given:
        later = "illustrative-2"
        return base.given(drafted(later, document=document), approved(later), published(later, date(YEAR, 12, 1)))

    by_category = turned(OPEN, DOCUMENT)
    closing, of_the_whole = (
        appraisal_closed(all_say({"excellent": 5})),
        ballots({one: {"excellent": 5} for one in PEOPLE}),
    )
    by_category.when(closing).then(*OPEN.when(closing).facts())
    by_category.when(appraisal_closed(of_the_whole)).refused(BallotInvalid)
    overall = turned(halves(SEATED).given(appraisal_opened()), BY_CATEGORY)
    facts = overall.when(appraisal_closed(of_the_whole)).facts()
    assert {one.category for one in facts if isinstance(one, AppraisalTallied)} == {None}
    overall.when(closing).refused(BallotInvalid)


def test_a_whole_is_published_beside_its_categories_and_enters_no_mean_twice() -> None:
    facts = OPEN.when(appraisal_closed(all_say({"excellent": 5}))).facts()
    own = [one for one in facts if isinstance(one, AppraisalTallied) and one.member == MEMBER]
    assert [one.category for one in own] == [*CATEGORIES, None]
    assert {one.mean for one in own} == {"100.00"}
    assert (own[-1].ballots, own[-1].voices, own[-1].marks) == (40, 40, None)


@settings(max_examples=60, deadline=None)
@hypothesis.given(
    st.dictionaries(
        st.sampled_from(CATEGORIES),
        st.lists(st.sampled_from([one.code for one in SCHEME.appraisal.values]), max_size=9),
    ),
    st.randoms(),
)
def test_the_whole_lies_among_its_categories_whatever_was_marked_in_whatever_order(
    of: dict[str, list[str]], random: Random
) -> None:
    cast = [
        Ballot(subject=MEMBER, digest=digest(f"{part} {number}"), mark=mark, category=part)
        for part, marks in of.items()
        for number, mark in enumerate(marks)
    ]
    *parts, whole = tallies(SCHEME, KEY, cast, MEMBER)
    random.shuffle(cast)
    assert [*tallies(SCHEME, KEY, cast, MEMBER)] == [*parts, whole]
    means = [hundredths(one.mean) for one in parts if one.mean is not None]
    assert [one.mean is None for one in parts] == [one.voices < SCHEME.appraisal.min_ballots for one in parts]
    assert (whole.mean is None) == (not means)
    assert whole.mean is None or min(means) <= hundredths(whole.mean) <= max(means)
    assert (whole.ballots, whole.voices) == (len(cast), sum(one.voices for one in parts))
