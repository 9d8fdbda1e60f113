"""文中数据: small worked numbers, entered as facts, come out as the article reports its own; each can be traced."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from domain.actor import Actor
from domain.decider import Command
from domain.register.commands import (
    AdvanceRegister,
    CorrectRegister,
    EnterRegister,
    LeaveFeedback,
    NameRegisterPart,
    StrikeRegisterPart,
    TakeBackStep,
    WithdrawRegister,
)
from domain.register.fields import Value
from projections import registers, registers_article
from projections.rebuild import rebuild
from tests.foundings import BRANCH, WORK, acting, at, digest, founding, member, secret
from tests.histories import KINDS, Done, road
from tests.projections.conftest import House, tables_of

RECORDER: Final = acting(3, "recorder")
OFFICER: Final = acting(0, "officer", WORK)
DAY: Final = date(2026, 4, 1)
SINCE: Final = date(2026, 1, 1)
UNTIL: Final = date(2026, 12, 31)
REASON: Final = secret(member(3), "reason", "录错")


def said(**fields: object) -> tuple[Value, ...]:
    return tuple(Value(field=field, value=str(value)) for field, value in fields.items())


class Keeping:
    """Wishes about registers, a second apart."""

    def __init__(self) -> None:
        self.wishes: list[Command] = []
        self._now = at(date(2026, 9, 1), 9)

    def _wish(self, kind: type[Any], actor: Actor, **fields: Any) -> None:
        self._now += timedelta(seconds=1)
        made = {"id": uuid4(), "actor": actor, "at": self._now, "unit": actor.unit or BRANCH, **fields}
        self.wishes.append(kind(**made))

    def enter(
        self, register: str, entry: str, actor: Actor = RECORDER, on: date | None = DAY, **fields: object
    ) -> None:
        title = None if on is None else f"{register} {entry}"
        self._wish(EnterRegister, actor, register=register, entry=entry, title=title, on=on, values=said(**fields))

    def step(self, register: str, entry: str, step: str, actor: Actor = RECORDER, **fields: object) -> None:
        paper = {"document": digest("proof"), "values": said(**fields)}
        self._wish(AdvanceRegister, actor, register=register, entry=entry, step=step, on=date(2026, 5, 1), **paper)

    def name(self, register: str, entry: str, part: str, **who: Any) -> None:
        self._wish(NameRegisterPart, RECORDER, register=register, entry=entry, part=part, **who)

    def strike(self, register: str, entry: str, part: str, **who: Any) -> None:
        self._wish(StrikeRegisterPart, RECORDER, register=register, entry=entry, part=part, **who)

    def undo(self, kind: type[Any], register: str, entry: str, **fields: Any) -> None:
        self._wish(kind, RECORDER, register=register, entry=entry, reason=REASON, **fields)

    def feedback(self, number: int, aware: str, approves: str) -> None:
        actor = Actor(sealed=digest(f"feedback {number}"))
        self._wish(LeaveFeedback, actor, entry=f"F{number}", values=said(aware=aware, approves=approves))


def standards(keep: Keeping) -> None:
    """Six were present under an item that answers to two standards, one of them since before it was held."""
    keep.enter("tag", "R-LX-1.a", OFFICER, date(2026, 1, 1), item="R-LX-1", tag="faith")
    keep.enter("tag", "R-LX-1.b", OFFICER, date(2026, 1, 1), item="R-LX-1", tag="politics")
    keep.enter("tag", "R-LX-1.c", RECORDER, date(2026, 1, 1), item="R-LX-1", tag="faith")
    keep.enter("tag", "R-LX-1.d", OFFICER, DAY, item="R-LX-1", tag="daring")


def contest(keep: Keeping) -> None:
    """Four works, two recommended, one first prize in the city; the city had eight works and five awards."""
    keep.enter("contest", "ZW", OFFICER, category="征文")
    for number in range(5):
        keep.enter("work", f"W{number}", contest=f"{WORK}:ZW")
        keep.name("work", f"W{number}", "author", member=member(5))
    for number in (0, 1, 2):
        keep.step("work", f"W{number}", "recommended")
    keep.undo(TakeBackStep, "work", "W2")
    keep.step("work", "W0", "awarded", level="city", prize="first")
    keep.step("work", "W3", "awarded", level="province", prize="exhibited")
    keep.undo(WithdrawRegister, "work", "W4")
    paper: dict[str, Any] = {"source": "市级机关工委通报", "source_sha256": digest("通报")}
    figures: dict[str, Any] = {"submitted_in_all": 8, "awarded_in_all": 5, "rank_submitted": 1}
    keep.step("contest", "ZW", "published", OFFICER, **figures, **paper)


def people(keep: Keeping) -> None:
    """A team of two, one of them a winner; two lectures in one week with two speakers and one."""
    keep.enter("team", "XJT")
    for number in (5, 6):
        keep.name("team", "XJT", "speaker", member=member(number))
    for number, speakers in ((1, (5, 6)), (2, (6,))):
        keep.enter("talk", f"T{number}", on=DAY + timedelta(days=number), team=f"{BRANCH}:XJT")
        for speaker in speakers:
            keep.name("talk", f"T{number}", "speaker", member=member(speaker))
    keep.name("talk", "T2", "speaker", member=member(7))
    keep.strike("talk", "T2", "speaker", member=member(7))


def service(keep: Keeping) -> None:
    """Three issues with two closed; a project with a source; visits of 90 in 100; 6.50 days; eleven who answered."""
    keep.enter("visit", "DZF", target="residents", targets=90)
    keep.step("visit", "DZF", "round", visited=50, visitors=4)
    keep.step("visit", "DZF", "round", visited=40, visitors=3)
    target = {"title": "visit DZF", "on": DAY, "values": said(target="residents", targets=100)}
    keep.undo(CorrectRegister, "visit", "DZF", **target)
    for number in range(3):
        keep.enter("issue", f"I{number}", target="residents", visit=f"{BRANCH}:DZF")
    for number in range(2):
        keep.step("issue", f"I{number}", "closed")
    keep.enter("project", "P1")
    keep.name("project", "P1", "source", of_unit=BRANCH, of_entry="I0")
    keep.enter("project", "P2")
    keep.step("project", "P1", "carried_out")
    keep.enter("service", "S1", handling="promised", working_days="10.00")
    keep.enter("service", "S2", handling="promised", working_days="5.00")
    keep.step("service", "S2", "shortened", handling="immediate", working_days="3.00")
    keep.enter("post", "G1")
    keep.enter("pledge", "C1", post=f"{BRANCH}:G1")
    paper: dict[str, Any] = {"source": "调查表", "source_sha256": digest("表")}
    keep.enter("satisfaction", "M1", asked=20, satisfied=17, **paper)
    for number in range(11):
        keep.feedback(number, "yes", "yes" if number < 8 else "partly")


@pytest.fixture
def kept_well(house: House) -> House:
    keep = Keeping()
    activity = Done("MT-1", KINDS[0], date(2026, 3, 5), ((6, "absent", "1.00"), (7, "excused", "1.00")), "approved")
    keep.enter("activity", "MT-1", on=None, category="登山")
    standards(keep)
    contest(keep)
    people(keep)
    service(keep)
    house.tell([*founding(), *road(activity), *keep.wishes])
    house.follow()
    return house


def ask(house: House, question: Any, *arguments: object, **named: object) -> Any:
    answered = asyncio.run(house.ask(question, *arguments, **named))
    assert answered.complete
    return answered.value


EXPECTED: Final = {
    ("tagged", "faith"): "6",
    ("tagged", "politics"): "6",
    ("person_times", ""): "6",
    ("person_times", "登山"): "6",
    ("works", ""): "4",
    ("works_recommended", ""): "2",
    ("works_awarded", ""): "2",
    ("awards", "city first"): "1",
    ("works_share", ""): "50.00",
    ("awards_share", "contest ZW"): "40.00",
    ("rank_submitted", "contest ZW"): "1",
    ("persons_awarded", "province"): "1",
    ("honours", ""): "0",
    ("services", ""): "2",
    ("services_immediate", ""): "1",
    ("service_days", ""): "6.50",
    ("posts", ""): "1",
    ("pledges", ""): "1",
    ("satisfaction", ""): "85.00",
    ("team", ""): "2",
    ("team_winners", ""): "1",
    ("talks", ""): "2",
    ("talks_weekly", ""): "2.00",
    ("talk_speakers", ""): "1–2",
    ("visitors", ""): "7",
    ("visit_coverage", "residents"): "90.00",
    ("issues", ""): "3",
    ("issues_closed", ""): "66.67",
    ("projects", ""): "2",
    ("projects_carried_out", ""): "50.00",
    ("projects_sourced", ""): "50.00",
    ("feedback_aware", ""): "100.00",
    ("feedback_approves", ""): "72.73",
}


def test_every_figure_of_the_article_is_made_of_records_and_traced_to_them(kept_well: House) -> None:
    found = ask(kept_well, registers_article.figures, WORK, SINCE, UNTIL)
    values = {(one.code, one.detail): one.value for one in found}
    assert {key: values.get(key) for key in EXPECTED} == EXPECTED
    assert {code for code, _ in EXPECTED} == {one.code for one in registers_article.REPORTED} - {"rank_awarded"}
    for one in found:
        detail = one.detail or None
        rows = ask(kept_well, registers_article.behind, WORK, one.code, SINCE, UNTIL, detail=detail, keeps=BRANCH).items
        assert len(rows) == one.rows, one
        assert (sum(row.counted for row in rows), sum(row.whole for row in rows)) == (one.counted, one.whole), one
    assert ("tagged", "daring") not in values
    _and_no_page_loses_a_row(kept_well)
    _and_single_answers_are_for_whoever_keeps_the_register_of_their_organisation(kept_well)
    before = {one.code: one.rows for one in ask(kept_well, registers_article.figures, WORK, SINCE, date(2026, 3, 31))}
    assert (before.pop("person_times"), before.pop("tagged")) == (1, 1)
    assert not any(before.values())
    _and_what_was_followed_is_what_a_rebuild_makes(kept_well)


def _and_no_page_loses_a_row(house: House) -> None:
    for code, limit in (("tagged", 2), ("team", 1), ("works", 3)):
        whole = ask(house, registers_article.behind, WORK, code, SINCE, UNTIL).items
        part = ask(house, registers_article.behind, WORK, code, SINCE, UNTIL, limit=limit)
        found = list(part.items)
        while part.before is not None:
            part = ask(house, registers_article.behind, WORK, code, SINCE, UNTIL, before=part.before, limit=limit)
            found += part.items
        assert found == list(whole), code


def _and_single_answers_are_for_whoever_keeps_the_register_of_their_organisation(house: House) -> None:
    for code in ("feedback_aware", "feedback_approves"):
        for keeps, seen in ((None, 0), (WORK, 0), (BRANCH, 11)):
            page = ask(house, registers_article.behind, WORK, code, SINCE, UNTIL, keeps=keeps)
            assert (len(page.items), page.before) == (seen, None), (code, keeps)


def _and_what_was_followed_is_what_a_rebuild_makes(house: House) -> None:
    with house.projector() as connection:
        found = tables_of(connection)
        assert found["parked"] == []
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_an_entry_shows_all_that_was_said_of_it_and_a_list_what_was_withdrawn(kept_well: House) -> None:
    whole = ask(kept_well, registers.entry, BRANCH, "work", "W2")
    assert (whole.head.step, whole.steps[0].step, whole.steps[0].taken_back is None) == ("", "recommended", False)
    assert [change.type for change in whole.changes] == [
        "register-entered",
        "register-part-named",
        "register-advanced",
        "register-step-taken-back",
    ]
    assert ask(kept_well, registers.entry, BRANCH, "work", "W9") is None
    project = ask(kept_well, registers.entry, BRANCH, "project", "P1")
    assert [(one.part, one.of_entry, one.of_title) for one in project.parts] == [("source", "I0", "issue I0")]
    page = ask(kept_well, registers.entries, WORK, "work", limit=2)
    assert [(one.entry, one.withdrawn) for one in page.items] == [("W4", True), ("W3", False)]
    further = ask(kept_well, registers.entries, WORK, "work", before=page.before)
    assert [one.entry for one in further.items] == ["W2", "W1", "W0"]
    counts = {one.register: one.entries for one in ask(kept_well, registers.kept, WORK)}
    assert (counts["work"], counts["issue"], counts["feedback"]) == (4, 3, 11)
    assert {one.entry for one in ask(kept_well, registers.linkable, BRANCH, [WORK], ["contest"])} == {"ZW"}


def test_what_few_answered_is_not_shown(house: House) -> None:
    keep = Keeping()
    for number in range(9):
        keep.feedback(number, "no", "no")
    house.tell([*founding(), *keep.wishes])
    house.follow()
    found = {one.code: one for one in ask(house, registers_article.figures, WORK, SINCE, UNTIL)}
    assert (found["feedback_aware"].value, found["feedback_aware"].counted) == (None, 0)
    assert found["feedback_aware"].rows == 9
    assert ask(house, registers_article.behind, WORK, "feedback_aware", SINCE, UNTIL).items == ()


def test_a_day_more_or_less_does_not_single_out_one_answer(house: House) -> None:
    keep = Keeping()
    for number in range(12):
        keep.feedback(number, "yes", "yes")
    house.tell([*founding(), *keep.wishes])
    house.follow()

    def rows(since: date, until: date) -> int:
        found = {one.code: one for one in ask(house, registers_article.figures, WORK, since, until)}
        return found["feedback_aware"].rows if "feedback_aware" in found else 0

    left = ask(house, registers_article.behind, WORK, "feedback_aware", SINCE, UNTIL, keeps=BRANCH).items
    assert len(left) == 12
    last = max(one.day for one in left)
    assert rows(SINCE, last.replace(day=1)) == rows(SINCE, last)
    assert rows(last.replace(day=28), UNTIL) == rows(last.replace(day=1), UNTIL)
