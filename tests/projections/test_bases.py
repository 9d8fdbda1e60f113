"""年度基础分 (A4): the sum of the halves, their mean, or the year counted anew — the same for one and for many."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import pytest

from domain.assessment.counting import Counted, Ruled, counted, ruled
from domain.assessment.opening import parts_of
from domain.assessment.presence import Stay
from domain.assessment.rows import ResponsibilityRow, tally
from domain.assessment.scoring import Score, score
from domain.organisation.member import Registered
from domain.recording.archive import Archive, Outcome, Record
from domain.rules.ruleset import RuleSets, Version
from domain.rules.scheme import Scheme
from projections.periods import Subject, scored
from projections.rules import Published
from tests.domain.rules.kinds.writing import NAMESPACE, adopted, category, item, period, rule_set

MEMBER: Final = UUID(int=7)
YEAR: Final = 2026
Said = tuple[str, Outcome, str]
"""Item, what was said, day."""


def version(name: str, base: str | None, weight: str, *items: dict[str, Any]) -> Scheme:
    """A rule set of two halves and the year, whose base is made so."""
    year = period("Y", "01-01", "12-31", "total")
    return adopted(
        rule_set(
            version=name,
            scale={"base_max": weight},
            categories=[category("A", weight)],
            responsibility=list(items),
            periods=[
                period("H1", "01-01", "06-30", "half_score"),
                period("H2", "07-01", "12-31", "half_score"),
                year if base is None else {**year, "base": base},
            ],
        )
    )


def two_items(base: str | None, name: str = "v1") -> Scheme:
    """Meetings, 10.00 a half and 20.00 a year; deeds of 1.00, 5.00 a half and 10.00 a year."""
    meet = item("R-MEET", "A", "ratio", cap_half="10", cap_year="20")
    deed = item("R-DEED", "A", "earn", points="1", cap_half="5", cap_year="10")
    return version(name, base, "30", meet, deed)


def on(item_of: str, outcome: Outcome, *said_on: str) -> list[Said]:
    """One record a day."""
    return [(item_of, outcome, day) for day in said_on]


DEEDS: Final = on("R-DEED", "earned", *(f"2026-0{1 + number % 6}-1{number}" for number in range(8)), "2026-09-12")
MEETINGS: Final = [
    *on("R-MEET", "attended", "2026-03-01", "2026-09-01", "2026-10-01", "2026-11-01"),
    *on("R-MEET", "absent", "2026-04-01"),
]
SAID: Final = [*DEEDS, *MEETINGS]


def in_domain(versions: Sequence[tuple[Scheme, date]], said: Sequence[Said]) -> Score:
    """As a period is computed: from an archive."""
    known = RuleSets(
        versions=tuple(
            Version(
                version=one.version, digest=f"{one.version} {one.periods} {one.responsibility}", author=None,
                status="published", scheme=one, effective_on=since,
            )
            for one, since in versions
        )
    )  # fmt: skip
    last = known.versions[-1]
    assert last.scheme is not None
    whole = last.scheme.periods[-1]
    rules: Ruled = ruled(known, last, whole, date(YEAR, 1, 1), parts_of(last.scheme, whole, YEAR))
    records = {
        row.record: Record(
            record=row.record, matter=f"M-{number}", item=row.item, unit="U", status="confirmed", rules=row.rules,
            outcome=said[number][1], occurred_on=row.counted_on, counted_on=row.counted_on,
        )
        for number, row in enumerate(rows(versions, said))
    }  # fmt: skip
    joined = date(2025, 1, 1)
    member = Registered(member=MEMBER, unit="U", profile="full", present_from=joined, profile_from=joined)
    found: Counted = counted(rules, member, Archive(records=records), None)
    return score(rules.tariff, found.case, rules.earlier).confirmed


def rows(versions: Sequence[tuple[Scheme, date]], said: Sequence[Said]) -> list[ResponsibilityRow]:
    """Each under the version of its day."""
    return [
        ResponsibilityRow(
            record=uuid5(NAMESPACE, f"{number}"), item=code, outcome=outcome, counted_on=date.fromisoformat(on),
            position=number, quantity=100,
            rules=[one.version for one, since in versions if since <= date.fromisoformat(on)][-1],
        )
        for number, (code, outcome, on) in enumerate(said)
    ]  # fmt: skip


def in_read_models(versions: Sequence[tuple[Scheme, date]], said: Sequence[Said]) -> dict[str, int]:
    """As a member's running figures are made: from the narrow rows."""
    published = tuple(
        Published(
            version=one.version, digest=f"{one.version} {one.periods} {one.responsibility}", effective_on=since,
            scheme=one, document="",
        )
        for one, since in versions
    )  # fmt: skip
    subject = Subject(stays=(Stay(date(2025, 1, 1)),), versions=published)
    return {one.period: one.base for one in scored(subject, YEAR, tally(rows(versions, said)))}


SINCE: Final = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        # halves: meetings 10 × 1 ÷ 2 = 5.00 and 10.00; deeds 8 of at most 5.00, and 1.00: 5 + 5 + 10 + 1 = 21.00
        (None, 2100),
        ("sum_of_halves", 2100),
        # both halves of 15.00 of 30.00: (10.00 × 2 + 11.00 × 2) ÷ 2 = 21.00: of equal halves the mean is the sum
        ("mean_of_halves", 2100),
        # the year anew: 20 × 4 ÷ 5 = 16.00; nine deeds of at most 10.00: 9.00; together 25.00
        ("recompute", 2500),
    ],
)
def test_a4_the_year_s_base_is_made_as_the_rule_set_says(base: str | None, expected: int) -> None:
    versions = [(two_items(base), SINCE)]
    assert in_domain(versions, SAID).base == expected
    found = in_read_models(versions, SAID)
    assert found == {"H1": 1000, "H2": 1100, "Y": expected}


def changed(base: str | None) -> list[tuple[Scheme, date]]:
    """Until June 20.00 a half, from July 30.00."""
    first = version("v1", base, "40", item("R-MEET", "A", "ratio", cap_half="20"))
    second = version("v2", base, "60", item("R-MEET", "A", "ratio", cap_half="30"))
    return [(first, SINCE), (second, date(2026, 7, 1))]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        # 20 × 1 ÷ 2 = 10.00; 30 × 3 ÷ 3 = 30.00; together 40.00 of 50.00
        ("sum_of_halves", 4000),
        # 10.00 × 50 ÷ 20 = 25.00; 30.00 × 50 ÷ 30 = 50.00; their mean 37.50
        ("mean_of_halves", 3750),
        # the year under the second version, 60.00: 60 × 4 ÷ 5 = 48.00
        ("recompute", 4800),
    ],
)
def test_a4_halves_of_different_maxima_weigh_alike_in_a_mean(base: str, expected: int) -> None:
    assert in_domain(changed(base), MEETINGS).base == expected
    assert in_read_models(changed(base), MEETINGS)["Y"] == expected


def test_a4_a_mean_is_rounded_once() -> None:
    """20 × 1 ÷ 3 → 6.67; 30 × 2 ÷ 3 = 20.00: (6.67 × 2.5 + 20.00 × 50 ÷ 30) ÷ 2 = 25.0041… → 25.00."""
    said = on("R-MEET", "attended", "2026-02-01", "2026-08-01", "2026-09-01")
    said += on("R-MEET", "absent", "2026-03-01", "2026-04-01", "2026-10-01")
    assert in_domain(changed("mean_of_halves"), said).base == 2500
    assert in_read_models(changed("mean_of_halves"), said)["Y"] == 2500


def test_a4_the_lines_of_a_year_counted_anew_are_its_own() -> None:
    found = in_domain([(two_items("recompute"), SINCE)], SAID)
    assert [(line.item, line.cap, line.points) for line in found.lines()] == [
        ("R-MEET", 2000, 1600),
        ("R-DEED", 1000, 900),
    ]
    assert found.base_max == 3000
