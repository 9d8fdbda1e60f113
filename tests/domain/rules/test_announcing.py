"""办法修订公示: a change of the rules is known to everybody for a full term; and what it changes, figure by figure."""

from datetime import UTC, date, datetime

import msgspec

from domain.rules.announcing import AnnouncedTooLate
from domain.rules.differences import Difference, differences
from domain.rules.ruleset import PublishRuleSet, RuleSetPublished
from domain.rules.working_days import NoCalendar
from tests.domain.branch import AT, DOCUMENT, RULED, organised, rules_in_force
from tests.domain.given import When
from tests.domain.restated import document, version_published

CHANGES = {'"cap_year": "15", "order"': '"cap_year": "12", "order"'}


def publication(effective_on: date, at: datetime = AT) -> When:
    """A second version, approved while the first is in force, is about to be published."""
    *before, last = version_published("illustrative-2", CHANGES, effective_on, at)
    assert isinstance(last, PublishRuleSet)
    return RULED.given(*before).when(last)


def test_j6_a_change_of_the_rules_takes_effect_after_seven_full_working_days() -> None:
    """Published on Wednesday 13 May 2026: the seventh working day after it is Friday 22 May."""
    publication(date(2026, 5, 22)).refused(AnnouncedTooLate, ends_on=date(2026, 5, 22))
    publication(date(2026, 5, 14)).refused(AnnouncedTooLate, ends_on=date(2026, 5, 22))
    publication(date(2026, 5, 23)).says(RuleSetPublished)


def test_where_a_trial_has_ended_its_term_holds_for_what_follows() -> None:
    """The trial ends with April; published on 13 May, a new version cannot begin the next day."""
    trial = organised().given(
        *rules_in_force(DOCUMENT.replace(b'"sha256": null', b'"sha256": null, "expires_on": "2026-04-30"', 1))
    )
    *before, last = version_published("illustrative-2", CHANGES, date(2026, 5, 14), AT)
    trial.given(*before).when(last).refused(AnnouncedTooLate, ends_on=date(2026, 5, 22))


def test_a_change_is_not_announced_in_a_year_without_a_calendar() -> None:
    publication(date(2030, 1, 1), datetime(2029, 3, 1, 1, tzinfo=UTC)).refused(NoCalendar, year=2029)


def test_what_changes_is_said_figure_by_figure() -> None:
    before = msgspec.json.decode(DOCUMENT)
    after = msgspec.json.decode(document(CHANGES, "illustrative-2"))
    (found,) = differences(before, after)
    assert (found.section, found.code, found.path) == ("honour_rules", None, "cap_year")
    assert (found.change, found.before, found.after) == ("changed", "15", "12")
    assert list(differences(before, before)) == []


def test_an_item_that_comes_or_goes_is_said_whole() -> None:
    old = {"honour": [{"code": "H-1", "zh": "甲", "en": "A", "levels": [{"points": "2"}]}]}
    new = {"honour": [{"code": "H-2", "zh": "乙", "en": "B"}, {**old["honour"][0], "levels": [{"points": "3"}]}]}
    assert [(one.code, one.zh, one.change, one.path, one.before, one.after) for one in differences(old, new)] == [
        ("H-2", "乙", "added", "", None, '{"code":"H-2","zh":"乙","en":"B"}'),
        ("H-1", "甲", "changed", "levels[1].points", "2", "3"),
    ]
    removed = [one for one in differences(new, old) if one.change == "removed"]
    assert [(one.code, one.after) for one in removed] == [("H-2", None)]
    assert all(isinstance(one, Difference) for one in removed)
