"""记分表: opened for a matter that was held, filled by exception, submitted complete."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.organisation.roster import NotOnRoster
from domain.recording.archive import Outcome
from domain.recording.filling import (
    OUTCOMES,
    ItemNotOfMatter,
    LineWish,
    OutcomeNotOfItem,
    OwnPoints,
    QuantityOutsideRule,
    SheetExists,
    SheetIncomplete,
    SheetNotDraft,
    ShortfallNeedsProcedure,
)
from domain.recording.lateness import LateReasonMissing
from domain.recording.matter import MatterNotHeldYet, MatterUnknown
from domain.recording.sheet import (
    SHEET,
    EvidenceMissing,
    ItemUnknown,
    Sheet,
    SheetLineSet,
    SheetOpened,
    SheetSubmitted,
    SheetUnknown,
)
from domain.rules.items import Mode
from tests.domain.branch import (
    AS_RECORDER,
    AS_SUBSTITUTE,
    BRANCH,
    HELD_ON,
    MEMBER,
    OTHER,
    PEOPLE,
    READY,
    RECORDER,
    RULED,
    STUDY,
    SUBSTITUTE,
    VERSION,
    evidenced,
    filled,
    held,
    opened,
    planned,
    registered,
    secret,
    submitted,
    who,
)
from tests.domain.given import Given

HELD = RULED.given(planned(), held(), evidenced())
OPEN = HELD.given(opened())
REASON = secret("late_reason", "记录员住院")

KINDS: dict[Mode, tuple[str, str]] = {
    "ratio": ("study_session", STUDY),
    "assigned": ("party_assignment", "R-QZ-2"),
    "earn": ("visit", "R-WM-1"),
}


def said(member: UUID = MEMBER, outcome: Outcome = "attended", **fields: object) -> LineWish:
    return LineWish(member=member, outcome=outcome, **fields)


def open_for(mode: Mode, item: str | None = None, kind: str | None = None) -> Given:
    of_kind, of_item = KINDS[mode]
    return RULED.given(planned(kind=kind or of_kind), held(), opened(item=item or of_item))


def test_a_sheet_keeps_the_rule_set_of_the_day_of_the_act() -> None:
    HELD.when(opened()).then(SheetOpened(unit=BRANCH, matter="MT-0512", item=STUDY, rules=VERSION, occurred_on=HELD_ON))


def test_a_sheet_needs_a_matter_that_was_held() -> None:
    RULED.when(opened()).refused(MatterUnknown)
    RULED.given(planned()).when(opened()).refused(MatterNotHeldYet)


def test_i1_a_matter_has_one_sheet_for_an_item() -> None:
    OPEN.when(opened()).refused(SheetExists)


def test_i2_the_item_exists_in_the_rule_set_and_belongs_to_the_matter() -> None:
    HELD.when(opened(item="R-XX-9")).refused(ItemUnknown)
    HELD.when(opened(item="H-LX-1")).refused(ItemUnknown)
    HELD.when(opened(item="R-LX-2")).refused(ItemNotOfMatter)


def test_a_presumed_item_has_no_sheet() -> None:
    RULED.given(planned(kind="performance_review"), held()).when(opened(item="R-QZ-1")).refused(ShortfallNeedsProcedure)


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True), (200, True)])
def test_i27_an_entry_later_than_thirty_days_needs_a_reason_and_is_flagged(days: int, late: bool) -> None:
    at = datetime(2026, 5, 12, 1, tzinfo=UTC) + timedelta(days=days)
    silent, with_reason = (replace(opened(late_reason=reason), at=at) for reason in (None, REASON))
    on_time = SheetOpened(unit=BRANCH, matter="MT-0512", item=STUDY, rules=VERSION, occurred_on=HELD_ON)
    if late:
        HELD.when(silent).refused(LateReasonMissing, days=30)
        HELD.when(with_reason).then(replace(on_time, late_reason=REASON.commitment))
    else:
        HELD.when(silent).then(on_time)
        HELD.when(with_reason).then(on_time)


def test_i27_a_sheet_opened_in_time_and_filled_late_is_late() -> None:
    months_later = replace(filled(otherwise="attended"), at=datetime(2026, 12, 1, 1, tzinfo=UTC))
    OPEN.when(months_later).refused(LateReasonMissing)


def test_corrected_hours_are_something_new() -> None:
    service = open_for("earn", "R-WM-3", "volunteer_service").given(
        filled(item="R-WM-3", but=(said(MEMBER, "earned", hours="4.00"),))
    )
    service.when(filled(item="R-WM-3", but=(said(MEMBER, "earned", hours="3.00"),))).says(SheetLineSet)


def test_all_but_a_few_are_said_in_one_go() -> None:
    wish = filled(otherwise="attended", but=(said(MEMBER, "excused"), said(OTHER, "absent")))
    lines = [fact for fact in OPEN.when(wish).facts() if isinstance(fact, SheetLineSet)]
    outcomes = {line.member: line.outcome for line in lines}
    assert outcomes.pop(MEMBER) == "excused"
    assert outcomes.pop(OTHER) == "absent"
    assert set(outcomes) == set(PEOPLE) - {MEMBER, OTHER, RECORDER}
    assert set(outcomes.values()) == {"attended"}
    assert {line.by for line in lines} == {RECORDER}


def test_a_sheet_sets_only_what_changes() -> None:
    wish = filled(otherwise="attended")
    OPEN.given(wish).when(filled(otherwise="attended")).nothing()
    [line] = OPEN.given(wish).when(filled(but=(said(MEMBER, "absent"),))).says(SheetLineSet)
    assert isinstance(line, SheetLineSet)
    assert (line.member, line.outcome) == (MEMBER, "absent")


def test_i3_nobody_records_his_own_points() -> None:
    OPEN.when(filled(but=(said(RECORDER),))).refused(OwnPoints)
    OPEN.when(filled(AS_SUBSTITUTE, but=(said(SUBSTITUTE),))).refused(OwnPoints)
    # "Everybody" leaves him out as well.
    everybody = OPEN.when(filled(otherwise="attended")).facts()
    assert RECORDER not in {line.member for line in everybody if isinstance(line, SheetLineSet)}
    OPEN.when(filled(AS_SUBSTITUTE, but=(said(RECORDER),))).says(SheetLineSet)


def test_only_who_belonged_to_the_branch_on_that_day_is_on_the_sheet() -> None:
    newcomer = who("newcomer")
    joined = OPEN.given(registered(newcomer, since=date(2025, 11, 1)))
    joined.when(filled(but=(said(newcomer),))).says(SheetLineSet)
    OPEN.when(filled(but=(said(newcomer),))).refused(NotOnRoster)
    elsewhere = who("higher-secretary")
    OPEN.when(filled(but=(said(elsewhere),))).refused(NotOnRoster)


EVERY: tuple[Outcome, ...] = tuple(dict.fromkeys(o for outcomes in OUTCOMES.values() for o in outcomes))


@pytest.mark.parametrize("mode", KINDS)
@pytest.mark.parametrize("outcome", EVERY)
def test_i2_an_outcome_fits_the_items_way_of_counting(mode: Mode, outcome: Outcome) -> None:
    item = KINDS[mode][1]
    when = open_for(mode).when(filled(item=item, but=(said(MEMBER, outcome),)))
    if outcome in OUTCOMES[mode]:
        when.says(SheetLineSet)
    else:
        when.refused(OutcomeNotOfItem)


@pytest.mark.parametrize(
    ("mode", "item", "kind", "quantity", "fits"),
    [
        ("ratio", None, None, "1.00", True),
        ("ratio", None, None, "0.00", False),
        ("ratio", None, None, "0.50", False),
        ("ratio", None, None, "2.00", False),
        ("assigned", None, None, "2.00", False),
        ("earn", None, None, "5.00", True),
        ("earn", None, None, "1.50", False),
        ("earn", "R-LX-3", "half_year_study_task", "1.00", True),
        ("earn", "R-LX-3", "half_year_study_task", "2.00", False),
    ],
)
def test_i2_a_quantity_lies_inside_the_rule(
    mode: Mode, item: str | None, kind: str | None, quantity: str, fits: bool
) -> None:
    of_item = item or KINDS[mode][1]
    line = said(MEMBER, OUTCOMES[mode][0], quantity=quantity)
    when = open_for(mode, item, kind).when(filled(item=of_item, but=(line,)))
    if fits:
        when.says(SheetLineSet)
    else:
        when.refused(QuantityOutsideRule)


@pytest.mark.parametrize(
    ("quantity", "hours", "fits"),
    [
        ("1.00", "2.00", True),
        ("1.00", "1.99", False),
        ("1.00", None, False),
        ("2.00", "3.99", False),
        ("2.00", "4.00", True),
    ],
)
def test_voluntary_service_needs_its_hours(quantity: str, hours: str | None, fits: bool) -> None:
    line = said(MEMBER, "earned", quantity=quantity, hours=hours)
    when = open_for("earn", "R-WM-3", "volunteer_service").when(filled(item="R-WM-3", but=(line,)))
    if fits:
        when.says(SheetLineSet)
    else:
        when.refused(QuantityOutsideRule)


def test_attendance_concerns_everybody() -> None:
    OPEN.when(submitted()).refused(SheetIncomplete, missing=len(PEOPLE))
    OPEN.given(filled(otherwise="attended")).when(submitted()).refused(SheetIncomplete, missing=1)


def test_a_deed_concerns_whom_it_concerns() -> None:
    deeds = open_for("earn").given(evidenced(kind="visit_register"))
    deeds.when(submitted(item="R-WM-1")).refused(SheetIncomplete)
    one = deeds.given(filled(item="R-WM-1", but=(said(MEMBER, "earned"),)))
    one.when(submitted(item="R-WM-1")).then(SheetSubmitted(lines=1, by=RECORDER))


def test_i4_nothing_is_submitted_without_evidence_of_the_kind_that_the_item_demands() -> None:
    def complete(before: Given) -> Given:
        own = filled(AS_SUBSTITUTE, but=(said(RECORDER),))
        return before.given(opened(), filled(otherwise="attended"), own)

    bare = RULED.given(planned(), held())
    complete(bare).when(submitted()).refused(EvidenceMissing, kinds=("sign_in_list",))
    complete(bare.given(evidenced(kind="minutes"))).when(submitted()).refused(EvidenceMissing)
    complete(bare.given(evidenced())).when(submitted()).says(SheetSubmitted)


def test_what_was_submitted_stays_as_it_is() -> None:
    READY.when(filled(but=(said(MEMBER, "absent"),))).refused(SheetNotDraft)
    READY.when(submitted()).refused(SheetNotDraft)


def test_there_is_nothing_to_fill_before_a_sheet_is_opened() -> None:
    HELD.when(filled(otherwise="attended")).refused(SheetUnknown)
    HELD.when(submitted()).refused(SheetUnknown)


def test_whoever_entered_or_submitted_a_sheet_is_remembered() -> None:
    sheet = READY.world[SHEET.of(BRANCH, "MT-0512", STUDY)]
    assert isinstance(sheet, Sheet)
    assert sheet.entered_by == {RECORDER, SUBSTITUTE}
    assert AS_RECORDER.person in sheet.entered_by
