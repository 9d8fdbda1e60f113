"""Rule sets that differ in kind, through the ledger: what the read model says is what the engine says."""

import asyncio
from datetime import date, timedelta

from domain.assessment.computing import ComputePeriod, with_years_before
from domain.assessment.counting import counted, ruled
from domain.assessment.deciding import DecidePeriod
from domain.assessment.opening import OpenPeriod, assessed_period, parts_of
from domain.assessment.result import result_of
from domain.assessment.scoring import score
from domain.organisation.member import MEMBER, Registered
from domain.organisation.membership import AssignProfile
from domain.recording.filling import LineWish
from domain.recording.veto import RegisterVeto
from domain.rules.calendar import PublishCalendar
from domain.rules.ruling import rules_here
from projections import scores
from projections.explanation import Explanation, explanation
from projections.follow import catch_up
from projections.rebuild import rebuild
from tests.domain.amounts import more_asked
from tests.domain.rules.kinds.writing import (
    Document,
    category,
    honour,
    item,
    level,
    named,
    negative,
    rule_set,
    veto,
)
from tests.foundings import BRANCH, SCHEME, WORK, acting, digest, member, secret
from tests.lives import BRANCH_BODY, HIGHER, HIGHER_BODY, SECRETARY, Life
from tests.projections.conftest import House, tables_of

WHY = secret(member(5), "choice_reason", "影响范围")
LASTING = {"records": 3, "effect_of_deduction": "as each item says"}


def kind(**sections: object) -> Document:
    """A rule set of the test's scheme."""
    return rule_set(**{"id": SCHEME, **sections})


def by_engine(life: Life, number: int, year: int, code: str) -> int:
    """The ledger that the decider would compute."""
    known = rules_here(life.world, BRANCH)
    version = known.in_force(date(year, 12, 31))
    assert version is not None
    assert version.scheme is not None
    wanted = assessed_period(version.scheme, code)
    first_on = date.fromisoformat(f"{year}-{wanted.first_day}")
    rules = ruled(known, version, wanted, first_on, parts_of(version.scheme, wanted, year))
    person = life.world[MEMBER.of(member(number))]
    assert isinstance(person, Registered)
    before = life.world[result_of(member(number), year - 1, code)].standing
    archive = with_years_before(life.world, member(number), year, rules.years_back)
    given = counted(rules, person, archive, None if before is None else before.total)
    return score(rules.tariff, given.case, rules.earlier).confirmed.ledger


def told(house: House, life: Life) -> None:
    """The life is in the ledger and in the read models; a rebuild gives the same."""
    house.tell(life.commands)
    with house.projector() as connection:
        catch_up(connection)
        before = tables_of(connection)
        assert before["parked"] == []
        rebuild(house.urls.projector, readers=house.readers)
        assert tables_of(connection) == before


def shown(house: House, life: Life, number: int, year: int = 2026) -> dict[str, int]:
    """Period → the ledger that the read model shows; it is what the engine says, where the rule set names it."""
    found = asyncio.run(house.ask(scores.points_of, member(number), year)).value
    ledgers = {one.period: one.ledger for one in found}
    named = {code: ledger for code, ledger in ledgers.items() if "-" not in code}
    assert named == {code: by_engine(life, number, year, code) for code in named}
    return ledgers


def why(house: House, number: int, year: int = 2026) -> Explanation:
    found = asyncio.run(house.ask(explanation, member(number), year)).value
    assert found is not None
    return found


def test_levels_ranges_conditions_shares_and_amounts_are_counted(house: House) -> None:
    """R-1 of member 5: a visit that the media report, 1.00 × 2, and a survey of 3.50 → 5.50 in the first half.

    H-1: as one of the group, reported, 4.00 × 2 × ½ = 4.00; of the district 2.50 chosen, as the leader 2.50 → 6.50.
    N-1: 1.50 chosen; N-2: 2.25 hours are five half hours begun, 2.50 × 0.50 = 1.25 → 2.75.
    Ledger: 5.50 + 6.50 − 2.75 = 9.25.
    """
    life = Life(more_asked(SCHEME))
    life.sheet(
        "V-1",
        "R-1",
        date(2026, 3, 2),
        (),
        LineWish(member=member(5), outcome="earned", level="visit", condition="media"),
    )
    survey = LineWish(member=member(5), outcome="earned", level="survey", quantity="3.50")
    life.sheet("V-2", "R-1", date(2026, 3, 9), (), survey, LineWish(member=member(6), outcome="earned", level="visit"))
    life.honour(5, "H-1", "city", "A-1", date(2026, 3, 20), share="part", condition="media")
    life.honour(5, "H-1", "district", "A-2", date(2026, 3, 24), share="lead", quantity="2.50", choice_reason=WHY)
    life.deduction(5, "N-1", "light", "C-1", date(2026, 4, 1), quantity="1.50", choice_reason=WHY)
    life.deduction(5, "N-2", "hour", "C-2", date(2026, 4, 8), quantity="2.25")
    life.on(date(2026, 12, 30))
    told(house, life)
    assert shown(house, life, 5)["Y"] == 550 + 650 - 275
    assert shown(house, life, 6)["Y"] == 100
    tree = why(house, 5)
    assert [line.points for line in tree.honour_lines] == [400, 250]
    records = [one for span in tree.spans for cat in span.categories for one in cat.items for one in one.records]
    assert [(one.said_en, one.points) for one in records] == [("visit, media", 200), ("survey", 350)]


def test_a_class_begins_with_its_own_base_and_is_asked_its_own_items(house: House) -> None:
    """Full members begin with 60 and are asked R-1 (4.00 a half, nothing held: full); core members with 70, R-2 too.

    Member 5 becomes a core member on 1 July: H1 60 + 4 = 64; H2 70 + 4 + 2 = 76; the year by the class of its last
    day, 70 + (4 + 2) × 2 = 82. Member 6 stays: 60 + 4 = 64, 64, and 60 + 8 = 68.
    """
    life = Life(
        kind(
            scale={"base_max": "72", "base": "60"},
            categories=[category("ALL", "8"), category("CORE", "4")],
            responsibility=[
                item("R-1", "ALL", "ratio", cap_half="4"),
                item("R-2", "CORE", "ratio", cap_half="2", profiles=["core"]),
            ],
            profiles=[named("full"), named("core", base="70")],
        )
    )
    life.on(date(2026, 7, 2))
    life.do(
        AssignProfile,
        acting(0, "officer", WORK),
        unit=BRANCH,
        member=member(5),
        profile="core",
        from_on=date(2026, 7, 1),
    )
    life.on(date(2026, 12, 30))
    told(house, life)
    assert shown(house, life, 5) == {"H1": 6400, "H2": 7600, "Y": 8200}
    assert shown(house, life, 6) == {"H1": 6400, "H2": 6400, "Y": 6800}


def test_the_effect_of_a_deduction_and_of_a_veto_ends_before_the_record_does(house: House) -> None:
    """R-1 stands at 10.00 a half. N-1 takes 3.00 on 10 February and ends after six months, on 10 August.

    H1: 10 − 3 = 7. The year ends after it: 20 − 0. N-2 takes 1.00 for its year: H1 6.00, H2 10.00, the year 19.00.
    The veto of 1 April empties the ledger for three months, to 1 July: H1 0, the year 19.00 again.
    """
    life = Life(
        kind(
            scale={"base_max": "20"},
            categories=[category("ALL", "20")],
            responsibility=[item("R-1", "ALL", "ratio", cap_half="10")],
            negative=[
                negative("N-1", "ALL", level("light", "3"), effect_months=6),
                negative("N-2", "ALL", level("light", "1")),
            ],
            veto=[veto("V-1", "zero", lasts_months=3)],
            grades=[named("fit", at_least="10", candidate=True), named("unfit", at_least="0")],
            retention_years=LASTING,
        )
    )
    life.deduction(5, "N-1", "light", "C-1", date(2026, 2, 10))
    life.deduction(5, "N-2", "light", "C-2", date(2026, 3, 10))
    life.deduction(6, "N-1", "light", "C-3", date(2026, 3, 17))
    life.on(date(2026, 4, 2))
    life.do(
        RegisterVeto,
        HIGHER,
        unit=BRANCH,
        member=member(5),
        matter="DEC-1",
        item="V-1",
        occurred_on=date(2026, 3, 1),
        decided_on=date(2026, 4, 1),
        document_kind="finding",
        document=digest("decision"),
        issuer=secret(member(5), "issuer", "区纪委"),
        minute="纪要 V",
        minute_sha256=digest("minute V"),
        present=HIGHER_BODY,
    )
    life.on(date(2026, 12, 30))
    told(house, life)
    assert shown(house, life, 5) == {"H1": 0, "H2": 1000, "Y": 1900}
    assert shown(house, life, 6) == {"H1": 700, "H2": 1000, "Y": 2000}
    assert [(line.points, line.effect) for line in why(house, 5).deduction_lines] == [(0, "lapsed"), (100, "counted")]


def determined(life: Life, code: str, over: date) -> None:
    """A period of 2026 is opened, computed, adopted, noticed and, two weeks on, determined."""
    at_period: dict[str, object] = {"unit": BRANCH, "year": 2026, "period": code}
    life.do(OpenPeriod, SECRETARY, **at_period)
    life.on(over)
    life.do(ComputePeriod, SECRETARY, **at_period)
    life.do(
        DecidePeriod,
        SECRETARY,
        **at_period,
        minute=f"纪要 {code}",
        minute_sha256=digest(f"minute {code}"),
        present=BRANCH_BODY,
    )
    life.on(over + timedelta(days=14))


def test_a_part_of_last_year_s_total_is_carried_over(house: House) -> None:
    """2026: R-1 by deed 1.00 each up to 20, H-1 city 4.00: member 5 has 7 + 4 = 11, member 6 nothing.

    A fifth is carried, 5 at most: member 5 begins 2027 with 11.00 × 20 % = 2.20 and earns 3.00 there → 5.20.
    """
    life = Life(
        kind(
            scale={"base_max": "20"},
            categories=[category("ALL", "20")],
            responsibility=[item("R-1", "ALL", "earn", cap_half="10", points="1")],
            honour=[honour("H-1", "ALL", level("city", "4"))],
            carry_over={"fraction": "0.20", "most": "5"},
        )
    )
    life.do(
        PublishCalendar,
        acting(0, "officer", WORK),
        unit=WORK,
        year=2027,
        days_off=(date(2027, 1, 1),),
        make_up_days=(),
        document_sha256=digest("calendar 2027"),
    )
    life.sheet("D-1", "R-1", date(2026, 3, 2), [(5, "earned", 7)])
    life.honour(5, "H-1", "city", "A-1", date(2026, 3, 20))
    for code, over in (("H1", date(2026, 7, 8)), ("H2", date(2027, 1, 8)), ("Y", date(2027, 1, 25))):
        determined(life, code, over)
    life.sheet("D-2", "R-1", date(2027, 3, 1), [(5, "earned", 3)])
    life.on(date(2027, 4, 1))
    told(house, life)
    for number, last, now in ((5, 1100, 520), (6, 0, 0)):
        found = {one.year: one for year in (2026, 2027) for one in points(house, number, year) if one.period == "Y"}
        assert (found[2026].ledger, found[2027].ledger) == (last, now)
        assert by_engine(life, number, 2027, "Y") == now
    assert why(house, 5, 2027).carried == 220


def points(house: House, number: int, year: int) -> tuple[scores.PeriodScore, ...]:
    return asyncio.run(house.ask(scores.points_of, member(number), year)).value
