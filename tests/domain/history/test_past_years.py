"""以往年度: results of the years before the log are imported under the rules of their time, and never determined."""

from datetime import date

import msgspec
import pytest

from domain.actor import person
from domain.assessment.result import result_of
from domain.decider import NotPermitted
from domain.history.past_rules import (
    PastPeriod,
    PastRulesKnown,
    PastRulesMalformed,
    PastRulesOverlap,
    PastRulesUnknown,
    WithdrawPastRules,
    past_rules_of,
)
from domain.history.past_year import (
    AssessedHere,
    BeforeNoRules,
    NotOfPastRules,
    PastEntryKnown,
    PastEntryUnknown,
    PastEntryWithdrawn,
    PastResultImported,
    WithdrawPastEntry,
    past_year_of,
)
from domain.organisation.member import MemberUnknown, OwnAffair
from domain.process import FOLLOW_UPS
from domain.result.due import ReviewMeasures
from domain.result.measure import MeasureProposed, MeasureWithdrawn
from tests.domain.branch import (
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    DOCUMENT,
    HIGHER_SECRETARY,
    MEMBER,
    OFFICER,
    PROCESS,
    RULED,
    SCHEME,
    TOP,
    digest,
    organised,
    rules_in_force,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.measured import GOOD, at, called_for, year_of
from tests.domain.past import FILED_AT, TRIAL, brought, entered, recorded

FILED = RULED.given(entered())
BASIC = "basically_qualified"


def test_a_result_is_imported_under_the_rules_of_its_time() -> None:
    two = RULED.given(entered(last_on=date(2018, 12, 31)), entered("formal-2019", date(2019, 1, 1)))
    found = [
        fact.rules
        for year in (2017, 2018, 2019)
        for fact in two.when(brought(year=year)).says(PastResultImported)
        if isinstance(fact, PastResultImported)
    ]
    assert found == [TRIAL, TRIAL, "formal-2019"]


def test_it_names_its_papers_and_who_vouches_for_it() -> None:
    [fact] = FILED.when(brought()).says(PastResultImported)
    assert isinstance(fact, PastResultImported)
    assert (fact.document, fact.file, fact.by) == (digest("results 2025"), digest("results"), OFFICER)


def test_it_is_no_determination() -> None:
    world = FILED.given(brought()).world
    assert world[result_of(MEMBER, 2025, "Y")].standing is None
    assert world[past_year_of(MEMBER, 2025)].result("Y") is not None


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"year": 2015}, BeforeNoRules),
        ({"year": 2026}, AssessedHere),
        ({"period": "Q1"}, NotOfPastRules),
        ({"grade": "五星"}, NotOfPastRules),
        ({"member": who("stranger")}, MemberUnknown),
        ({"member": OFFICER, "unit": TOP}, OwnAffair),
        ({"member": HIGHER_SECRETARY}, NotPermitted),
    ],
)
def test_what_the_papers_cannot_say_is_refused(fields: dict[str, object], refusal: type[Exception]) -> None:
    FILED.when(brought(**fields)).refused(refusal)  # type: ignore[arg-type]


def test_a_result_is_imported_once_and_after_it_was_taken_back_again() -> None:
    filed = FILED.given(brought())
    filed.when(brought(total="90.00")).refused(PastEntryKnown)
    [entry] = filed.world[past_year_of(MEMBER, 2025)].results
    back = wish(
        WithdrawPastEntry,
        AS_OFFICER,
        FILED_AT,
        unit=BRANCH,
        member=MEMBER,
        year=2025,
        entry=entry,
        reason=secret("reason", "抄录有误", OFFICER),
    )
    taken = filed.given(back)
    taken.when(msgspec.structs.replace(back, id=who("again"))).refused(PastEntryUnknown)
    again = taken.given(brought(total="90.00")).world[past_year_of(MEMBER, 2025)]
    assert [one.total for one in again.results.values()] == ["90.00"]
    assert entry not in again.results


def test_one_matter_and_item_of_a_past_year_is_imported_once() -> None:
    filed = FILED.given(recorded())
    filed.when(recorded(points="3.00")).refused(PastEntryKnown)
    filed.when(recorded(occurred_on=date(2026, 1, 1))).refused(AssessedHere)
    assert len(filed.given(recorded(item="RY-4")).world[past_year_of(MEMBER, 2017)].records) == 2


def test_only_an_officer_brings_papers_in() -> None:
    FILED.when(msgspec.structs.replace(brought(), actor=AS_SECRETARY)).refused(NotPermitted)
    FILED.when(msgspec.structs.replace(brought(), actor=person(MEMBER, "member", BRANCH))).refused(NotPermitted)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, PastRulesKnown),
        ({"version": "b"}, PastRulesOverlap),
        ({"version": "b", "effective_on": date(2026, 1, 1), "last_on": date(2026, 2, 1)}, PastRulesOverlap),
        ({"version": "b", "effective_on": date(2015, 3, 1), "last_on": date(2015, 1, 1)}, PastRulesMalformed),
        ({"version": "b", "periods": ()}, PastRulesMalformed),
        ({"version": "b", "periods": (PastPeriod(code="Y", last_day="02-29"),)}, PastRulesMalformed),
        ({"version": "b", "grades": ("excellent", "excellent")}, PastRulesMalformed),
        ({"version": "b", "unit": BRANCH}, NotPermitted),
    ],
)
def test_one_version_of_earlier_rules_was_in_force_on_a_day(
    fields: dict[str, object], refusal: type[Exception]
) -> None:
    FILED.when(entered(**fields)).refused(refusal)  # type: ignore[arg-type]


def test_earlier_rules_entered_wrongly_are_taken_back() -> None:
    back = {"unit": TOP, "reason": secret("reason", "版本有误", OFFICER)}
    FILED.when(wish(WithdrawPastRules, AS_OFFICER, FILED_AT, version="b", **back)).refused(PastRulesUnknown)
    taken = FILED.given(wish(WithdrawPastRules, AS_OFFICER, FILED_AT, version=TRIAL, **back))
    assert taken.world[past_rules_of(SCHEME)].versions == ()
    taken.when(entered()).refused(PastRulesKnown)
    assert [one.version for one in taken.given(entered("trial-anew")).world[past_rules_of(SCHEME)].versions] == [
        "trial-anew"
    ]


def called(rules: Given) -> set[str]:
    """What a basic year calls for, of somebody whose papers say the same of the year before."""
    before = rules.given(entered(), brought(grade=BASIC))
    facts = before.given(*year_of(2026, {**GOOD, MEMBER: BASIC})).when(called_for(2026)).facts()
    return {fact.code for fact in facts if isinstance(fact, MeasureProposed) and fact.member == MEMBER}


def test_an_imported_grade_belongs_to_no_run_unless_the_rules_say_so() -> None:
    assert called(RULED) == {"correct"}
    content = msgspec.Raw(DOCUMENT.replace(b'"gap": "breaks"', b'"gap": "breaks", "imported": "counts"'))
    draft, *others = rules_in_force()
    assert called(organised().given(msgspec.structs.replace(draft, document=content), *others)) == {"help"}


def test_a_measure_that_rests_on_an_imported_grade_is_looked_at_again_when_that_changes() -> None:
    content = msgspec.Raw(DOCUMENT.replace(b'"gap": "breaks"', b'"gap": "breaks", "imported": "counts"'))
    draft, *others = rules_in_force()
    rules = organised().given(msgspec.structs.replace(draft, document=content), *others)
    year = (*year_of(2026, {**GOOD, MEMBER: BASIC}), called_for(2026))
    review = wish(
        ReviewMeasures, PROCESS, at(2027, 5), unit=BRANCH, member=MEMBER, year=2025, period="Y", imported=True
    )
    after = rules.given(entered(), brought(grade=BASIC), *year)
    after.when(review).nothing()
    [entry] = after.world[past_year_of(MEMBER, 2025)].results
    reason = secret("reason", "抄录有误", OFFICER)
    back = wish(
        WithdrawPastEntry, AS_OFFICER, FILED_AT, unit=BRANCH, member=MEMBER, year=2025, entry=entry, reason=reason
    )
    changed = {type(fact) for fact in after.given(back).when(review).facts()}
    assert {MeasureWithdrawn, MeasureProposed} <= changed
    late = rules.given(*year, entered(), brought(grade=BASIC))
    assert {"help"} == {one.code for one in late.when(review).facts() if isinstance(one, MeasureProposed)}
    assert FOLLOW_UPS[PastResultImported].purpose == FOLLOW_UPS[PastEntryWithdrawn].purpose == "review-measures"
