"""一票否决: only on the decision document of a competent body, lifted when that decision is changed."""

from datetime import date

import pytest

from domain.decider import Refused
from domain.organisation.unit import DayInFuture
from domain.recording.approval import WrongBody
from domain.recording.archive import RecordUnknown, VetoLifted, VetoRegistered, archive_of
from domain.recording.entering import AlreadyRecorded
from domain.recording.sheet import EvidenceMissing
from domain.recording.veto import LiftedBeforeDecided, VetoNotStanding, VetoUnknown
from tests.domain.branch import AS_SECRETARY, COMMITTEE, MEMBER, RULED, secret, who
from tests.domain.merits import DATED_ON, lifted, vetoed

VETOED = RULED.given(vetoed())
(RECORD,) = VETOED.world[archive_of(MEMBER, DATED_ON)].records


def test_a_veto_rests_on_a_decision_document_and_is_registered_by_the_work_committee() -> None:
    (fact,) = RULED.when(vetoed()).says(VetoRegistered)
    assert isinstance(fact, VetoRegistered)
    assert (fact.item, fact.counted_on, fact.noticed) == ("V-1", DATED_ON, False)
    assert fact.issuer == secret("issuer", "区纪委", MEMBER).commitment
    RULED.when(vetoed(AS_SECRETARY, COMMITTEE)).refused(WrongBody)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"item": "N-QZ-1"}, VetoUnknown),
        ({"document_kind": "minutes"}, EvidenceMissing),
        ({"decided_on": date(2026, 5, 14)}, DayInFuture),
    ],
)
def test_nothing_else_makes_a_veto(fields: dict[str, object], refusal: type[Refused]) -> None:
    RULED.when(vetoed(**fields)).refused(refusal)


def test_one_decision_is_registered_once() -> None:
    VETOED.when(vetoed()).refused(AlreadyRecorded)


def test_it_is_lifted_once_by_the_document_that_changes_the_decision() -> None:
    (fact,) = VETOED.when(lifted(RECORD)).says(VetoLifted)
    assert isinstance(fact, VetoLifted)
    VETOED.when(lifted(RECORD, document_kind="minutes")).refused(EvidenceMissing)
    VETOED.when(lifted(RECORD, lifted_on=date(2026, 5, 7))).refused(LiftedBeforeDecided)
    VETOED.when(lifted(who("no record"))).refused(RecordUnknown)
    VETOED.given(lifted(RECORD)).when(lifted(RECORD)).refused(VetoNotStanding)


def test_without_a_stage_in_the_rule_set_a_veto_is_never_noticed() -> None:
    records = VETOED.world[archive_of(MEMBER, DATED_ON)].records
    assert [(record.kind, record.status) for record in records.values()] == [("veto", "approved")]
