"""Honours, deductions, shortfalls and vetoes through the ledger into the read models."""

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest

from domain.recording.archive import Outcome
from domain.recording.claiming import ReturnHonour
from domain.recording.deducting import DecideDeduction
from domain.recording.hearing import FileStatement
from domain.recording.veto import LiftVeto, RegisterVeto
from domain.rules.items import ResponsibilityItem
from domain.values import day_of, points
from projections import agenda, cases, merits, notice_board, parking, records, scores, timeline
from projections.explanation import Explanation, explanation
from projections.follow import catch_up
from projections.periods import PeriodScore
from projections.rebuild import rebuild
from tests.domain.assessment.counted import Held, full_duty
from tests.domain.assessment.test_worked_checks import MEMBERS, Member
from tests.foundings import BRANCH, WORK, acting, digest, member, secret
from tests.lives import BRANCH_BODY, HIGHER, HIGHER_BODY, RULES, SECRETARY, Life
from tests.projections.conftest import House, tables_of

NUMBERS = {"B": 5, "C": 6, "D": 7}


def said_of(name: str, half: int) -> dict[str, object]:
    """Item → what the page says of a member in a half."""
    page: Member = MEMBERS[name]
    said: dict[str, object] = dict(full_duty(RULES))
    said.update({item: what for item, (what, _) in (page.first, page.second)[half].items()})
    return said


def lines_of(item: ResponsibilityItem, half: int) -> Iterator[list[tuple[int, Outcome, int]]]:
    """Matter by matter what is said of B, C and D; whoever is not asked is excused, or not named."""
    told = {name: said_of(name, half)[item.code] for name in NUMBERS}
    if item.mode == "earn":
        found: list[tuple[int, Outcome, int]] = [
            (NUMBERS[name], "earned", what) for name, what in told.items() if isinstance(what, int) and what
        ]
        if found:
            yield found
        return
    hit, miss, out = ("attended", "absent", "excused") if item.mode == "ratio" else ("done", "not-done", "withdrawn")
    whole = {name: what for name, what in told.items() if isinstance(what, Held) and what.hit != what.asked}
    whole |= {name: what for name, what in told.items() if isinstance(what, Held) and what.excused}
    for number in range(max((what.asked + what.excused for what in whole.values()), default=0)):
        yield [
            (NUMBERS[name], hit if number < what.hit else (miss if number < what.asked else out), 1)
            for name, what in whole.items()
            if number < what.asked + what.excused
        ]  # type: ignore[misc]


def listed(first: bool) -> list[tuple[date, str, int, str, str, str]]:
    """Honours, deductions and shortfalls of a half by their documents' days."""
    found: list[tuple[date, str, int, str, str, str]] = []
    for name, number in NUMBERS.items():
        page = MEMBERS[name]
        found += [(row.counted_on, "honour", number, row.item, row.level, row.matter) for row in page.honours]
        found += [(row.counted_on, "deduction", number, row.item, row.level, row.matter) for row in page.deductions]
        for half, month in ((0, 4), (1, 11)):
            for item, levels in said_of(name, half).items():
                if isinstance(levels, tuple) and not isinstance(levels, Held):
                    found += [
                        (date(2026, month, 2 + place), "deduction", number, item, level, f"{item}/{half}/{place}")
                        for place, level in enumerate(levels)
                    ]
    return sorted(entry for entry in found if (entry[0].month <= 6) == first)


def worked() -> Life:
    """The year of the members B, C and D of the page, every record through its whole procedure."""
    life = Life()
    for half, begins in enumerate((date(2026, 2, 3), date(2026, 7, 2))):
        for item in RULES.responsibility:
            if item.mode != "presumed":
                for number, lines in enumerate(lines_of(item, half)):
                    life.sheet(f"{item.code}/{half}/{number}", item.code, max(begins, day_of(life.now)), lines)
        if half:
            life.sheet("TASK-9", "R-QZ-2", day_of(life.now), [(NUMBERS["D"], "not-done", 1)])
        for dated_on, kind, number, code, level, matter in listed(first=half == 0):
            (life.honour if kind == "honour" else life.deduction)(number, code, level, matter, dated_on)
    life.on(date(2026, 12, 30))
    return life


@pytest.fixture(scope="module")
def year() -> Life:
    return worked()


def of_year(house: House, number: int) -> PeriodScore:
    found = asyncio.run(house.ask(scores.points_of, member(number), 2026))
    return next(one for one in found.value if one.period == "Y")


def why(house: House, number: int, period: str = "Y", shown: str = "confirmed") -> Explanation:
    found = asyncio.run(house.ask(explanation, member(number), 2026, period, shown)).value
    assert found is not None
    return found


def test_the_members_b_c_and_d_of_the_page_come_out_through_the_ledger(house: House, year: Life) -> None:
    house.tell(year.commands)
    house.follow()
    for name, number in NUMBERS.items():
        page, found = MEMBERS[name], of_year(house, number)
        figures = (points(found.base), points(found.honours), points(found.deductions), points(found.ledger))
        assert (name, *figures) == (
            name,
            page.base.rpartition("= ")[2],
            page.honour_points,
            page.deduction_points,
            page.ledger,
        )
        tree = why(house, number)
        assert tree.total == found.ledger
        assert sum(line.points for line in tree.honour_lines) == found.honours
        assert sum(line.points for line in tree.deduction_lines) == found.deductions
    lectures = [(line.effect, points(line.surplus)) for line in why(house, NUMBERS["B"]).honour_lines[-3:]]
    assert lectures == [("counted", "0.00"), ("item-cap", "0.50"), ("item-cap", "0.50")]
    _task_nine_left_its_item(house)
    _rebuilt_is_followed(house)


def _task_nine_left_its_item(house: House) -> None:
    half = why(house, NUMBERS["D"], "H2").spans[0]
    line = next(item for category in half.categories for item in category.items if item.item == "R-QZ-2")
    assert (line.points, [record.effect for record in line.records]) == (300, ["replaced"])


def _rebuilt_is_followed(house: House) -> None:
    with house.projector() as connection:
        followed = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == followed
    assert not asyncio.run(house.ask(parking.parked)).value


@pytest.fixture
def on_the_way() -> Life:
    """One of each, somewhere on its way, in May 2026."""
    life = Life()
    life.honour(5, "H-LX-2", "district", "ESSAY-1", date(2026, 3, 2))
    life.honour(5, "H-LX-1", "municipal_second", "ESSAY-1", date(2026, 4, 1))
    life.honour(5, "H-DD-1", "municipal", "POST-1", date(2026, 5, 6), decided=False)
    life.deduction(6, "N-QZ-1", "each", "CMP-7", date(2026, 5, 7), decided=False)
    life.do(
        RegisterVeto,
        HIGHER,
        unit=BRANCH,
        member=member(7),
        matter="DEC-1",
        item="V-2",
        occurred_on=date(2026, 3, 1),
        decided_on=date(2026, 5, 6),
        document_kind="party_decision",
        document=digest("decision"),
        issuer=secret(member(7), "issuer", "区纪委"),
        minute="纪要 V",
        minute_sha256=digest("minute V"),
        present=HIGHER_BODY,
    )
    return life


def test_one_matter_counts_once_at_its_highest_and_the_lower_says_so(house: House, on_the_way: Life) -> None:
    on_the_way.on(date(2026, 5, 6))
    house.tell(on_the_way.commands)
    house.follow()
    lines = why(house, 5).honour_lines
    assert [(line.item, points(line.points), line.effect) for line in lines] == [
        ("H-LX-2", "0.00", "same-matter"),
        ("H-LX-1", "2.00", "counted"),
    ]
    assert lines[0].covered_by == lines[1].record
    assert points(of_year(house, 5).honours) == "2.00"
    (claim, *_) = asyncio.run(house.ask(cases.cases_of_member, member(5), cases.HONOURS)).value
    assert (claim.status, claim.item, claim.body) == ("claimed", "H-DD-1", BRANCH)
    chain = asyncio.run(house.ask(records.record, lines[1].record, member(5))).value
    assert chain is not None
    assert (chain.kind, chain.level, chain.state, chain.points) == ("honour", "municipal_second", "confirmed", 200)
    assert [fact.type for fact in chain.behind] == ["honour-claimed", "honour-decided", "honour-decided"]
    assert chain.notice is not None
    assert chain.approval.body == WORK
    board = asyncio.run(house.ask(notice_board.notice, chain.notice.notice)).value
    assert board is not None
    assert (board.header.stage, board.lines[0].level_zh, board.lines[0].points) == ("honour", "市级二等", 200)
    _rebuilt_is_followed(house)


def test_what_waits_stands_before_its_body_and_the_veto_caps_the_grade(house: House, on_the_way: Life) -> None:
    house.tell(on_the_way.commands)
    house.follow()
    waiting = asyncio.run(house.ask(cases.cases_before, BRANCH, on_the_way.now)).value
    assert [(one.kind, one.item) for one in waiting] == [("honour", "H-DD-1")]
    (proposal,) = asyncio.run(house.ask(cases.cases_of_member, member(6), cases.DEDUCTIONS)).value
    assert (proposal.status, proposal.level_zh, points(proposal.points)) == ("proposed", "每件", "2.00")
    found = asyncio.run(house.ask(cases.case, proposal.case, cases.DEDUCTIONS)).value
    assert found is not None
    assert found.entered_by == {member(3)}
    assert [paper.kind for paper in found.papers] == ["complaint_finding"]
    tree = why(house, 7)
    assert (tree.ceiling, [veto.item for veto in tree.vetoes]) == ("basically_qualified", ["V-2"])
    due = {(one.purpose, one.due_at.date()) for one in asyncio.run(house.ask(agenda.agenda)).value}
    assert ("escalate-honour", date(2026, 5, 20)) in due or ("escalate-honour", date(2026, 5, 21)) in due
    register = asyncio.run(house.ask(merits.vetoes_under, WORK)).value
    assert [(veto.item, veto.ceiling, veto.status) for veto in register] == [("V-2", "basically_qualified", "approved")]
    (veto,) = register
    on_the_way.do(
        LiftVeto,
        HIGHER,
        unit=BRANCH,
        member=member(7),
        counted_on=veto.decided_on,
        record=veto.record,
        lifted_on=date(2026, 5, 8),
        document_kind="party_decision",
        document=digest("withdrawal"),
        minute="纪要 V2",
        minute_sha256=digest("minute V2"),
        present=HIGHER_BODY,
    )
    house.tell(on_the_way.commands[-1:])
    house.follow()
    tree = why(house, 7)
    assert (tree.ceiling, tree.vetoes[0].lifted_on) == (None, date(2026, 5, 8))
    shown = asyncio.run(house.ask(timeline.timeline, member(7), vetoes=False)).value
    assert not any(moment.type.startswith("veto") for moment in shown.items)


def test_a_dismissed_deduction_stays_on_record_and_out_of_the_score(house: House, on_the_way: Life) -> None:
    life = on_the_way
    (deduction,) = [fact.deduction for fact in life.world.facts if type(fact).__name__ == "DeductionProposed"]
    view = secret(member(6), "statement", "当时系统故障")
    life.do(FileStatement, acting(6, "member"), unit=BRANCH, deduction=deduction, statement=view, final=True)
    life.do(
        DecideDeduction,
        SECRETARY,
        unit=BRANCH,
        deduction=deduction,
        verdict="refused",
        minute="纪要 D",
        minute_sha256=digest("minute D"),
        present=BRANCH_BODY,
        reason=secret(member(6), "reason", "陈述属实"),
    )
    house.tell(life.commands)
    house.follow()
    assert (of_year(house, 6).deductions, of_year(house, 6).pending_deductions) == (0, 0)
    (proposal,) = asyncio.run(house.ask(cases.cases_of_member, member(6), cases.DEDUCTIONS)).value
    assert proposal.status == "refused"
    assert proposal.record is not None
    chain = asyncio.run(house.ask(records.record, proposal.record, member(6))).value
    assert chain is not None
    assert chain.state == "dismissed"
    types = [moment.type for moment in asyncio.run(house.ask(timeline.timeline, member(6))).value.items]
    assert types[:3] == ["deduction-dismissed", "deduction-decided", "member-statement-filed"]


def test_what_comes_anew_after_a_return_or_a_dismissal_stands_in_its_old_place(house: House) -> None:
    life = Life()
    honour = life.honour(5, "H-DD-1", "municipal", "POST-1", date(2026, 5, 6), decided=False)
    why_not = secret(member(2), "reason", "证书看不清")
    life.do(ReturnHonour, SECRETARY, unit=BRANCH, honour=honour, reason=why_not)
    life.honour(5, "H-DD-1", "district", "POST-1", date(2026, 5, 7), decided=False)
    deduction = life.deduction(6, "N-QZ-1", "each", "CMP-7", date(2026, 5, 7), decided=False)
    life.do(FileStatement, acting(6, "member"), unit=BRANCH, deduction=deduction, final=True)
    minute = {"minute": "纪要 D", "minute_sha256": digest("minute D"), "present": BRANCH_BODY, "reason": why_not}
    life.do(DecideDeduction, SECRETARY, unit=BRANCH, deduction=deduction, verdict="refused", **minute)
    life.deduction(6, "N-QZ-1", "each", "CMP-7", date(2026, 5, 8), decided=False)
    for command in life.commands:
        house.tell([command])
    house.follow()
    (claim,) = asyncio.run(house.ask(cases.cases_of_member, member(5), cases.HONOURS)).value
    assert (claim.status, claim.level, claim.reason) == ("claimed", "district", None)
    (proposal,) = asyncio.run(house.ask(cases.cases_of_member, member(6), cases.DEDUCTIONS)).value
    assert (proposal.status, proposal.dated_on, proposal.record) == ("proposed", date(2026, 5, 8), None)
    _rebuilt_is_followed(house)


def test_a_fact_that_cannot_be_applied_parks_its_member_alone(house: House, on_the_way: Life) -> None:
    house.tell(on_the_way.commands)
    with house.projector() as connection:
        connection.execute("ALTER TABLE cases ADD CONSTRAINT none CHECK (kind <> 'deduction')")
        catch_up(connection)
    (parked,) = asyncio.run(house.ask(parking.parked)).value
    assert (parked.key, parked.kind) == (member(6), "member")
    assert points(of_year(house, 5).honours) == "2.00"
