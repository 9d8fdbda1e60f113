"""事项: planned once, settled once, evidenced while held."""

from datetime import UTC, date, datetime

from domain.organisation.unit import DayInFuture
from domain.recording.docket import MatterListed
from domain.recording.matter import (
    DropMatter,
    EvidenceAttached,
    EvidenceKindUnknown,
    EvidenceRepeated,
    MatterExists,
    MatterHeld,
    MatterKindUnknown,
    MatterNotHeld,
    MatterNotHeldYet,
    MatterPlanned,
    MatterSettled,
    MatterUnknown,
)
from domain.rules.ruleset import NoRuleInForce
from tests.domain.branch import (
    AS_RECORDER,
    BRANCH,
    HELD_ON,
    RULED,
    digest,
    evidenced,
    held,
    planned,
    secret,
    wish,
)

REASON = secret("reason", "主讲人出差")


def dropped() -> DropMatter:
    return wish(DropMatter, AS_RECORDER, unit=BRANCH, matter="MT-0512", reason=REASON)


def test_a_matter_is_planned_held_and_evidenced() -> None:
    RULED.when(planned()).then(
        MatterPlanned(unit=BRANCH, matter="MT-0512", kind="study_session", title="主题党日", planned_on=HELD_ON),
        MatterListed(unit=BRANCH, matter="MT-0512", planned_on=HELD_ON),
    )
    RULED.given(planned()).when(held()).then(MatterHeld(unit=BRANCH, matter="MT-0512", occurred_on=HELD_ON))
    RULED.given(planned(), held()).when(evidenced()).then(
        EvidenceAttached(unit=BRANCH, matter="MT-0512", kind="sign_in_list", sha256=digest("sign_in_list MT-0512"))
    )


def test_a_code_names_one_matter() -> None:
    RULED.given(planned()).when(planned()).refused(MatterExists, matter="MT-0512")


def test_i2_a_kind_must_stand_in_the_rule_set_of_its_day() -> None:
    RULED.when(planned(kind="tea_party")).refused(MatterKindUnknown, kind="tea_party")
    RULED.when(planned(planned_on=date(2025, 12, 31))).refused(NoRuleInForce, day=date(2025, 12, 31))


def test_i27_nothing_is_held_before_its_day() -> None:
    RULED.given(planned()).when(held(occurred_on=date(2026, 5, 14))).refused(DayInFuture)


def test_i27_the_day_is_that_of_shanghai() -> None:
    before_midnight = datetime(2026, 5, 11, 15, 59, 59, tzinfo=UTC)
    midnight = datetime(2026, 5, 11, 16, tzinfo=UTC)
    RULED.given(planned()).when(held(at=before_midnight)).refused(DayInFuture)
    RULED.given(planned()).when(held(at=midnight)).says(MatterHeld)


def test_a_matter_is_settled_once() -> None:
    RULED.given(planned(), held()).when(held()).refused(MatterSettled)
    RULED.given(planned(), held()).when(dropped()).refused(MatterSettled)
    RULED.given(planned(), dropped()).when(held()).refused(MatterSettled)


def test_only_a_commitment_to_the_reason_is_on_record() -> None:
    RULED.given(planned()).when(dropped()).then(MatterNotHeld(unit=BRANCH, matter="MT-0512", reason=REASON.commitment))


def test_what_was_not_planned_is_neither_held_nor_dropped() -> None:
    RULED.when(held()).refused(MatterUnknown)
    RULED.when(dropped()).refused(MatterUnknown)
    RULED.when(evidenced()).refused(MatterUnknown)


def test_evidence_needs_a_matter_that_was_held() -> None:
    RULED.given(planned()).when(evidenced()).refused(MatterNotHeldYet)
    RULED.given(planned(), dropped()).when(evidenced()).refused(MatterNotHeldYet)


def test_evidence_is_of_a_kind_that_the_rule_set_names_and_attached_once() -> None:
    there = RULED.given(planned(), held())
    there.when(evidenced(kind="rumour")).refused(EvidenceKindUnknown, kind="rumour")
    there.given(evidenced()).when(evidenced()).refused(EvidenceRepeated)
    there.given(evidenced()).when(evidenced(kind="minutes")).says(EvidenceAttached)
