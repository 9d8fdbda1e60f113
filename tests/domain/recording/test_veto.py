"""一票否决: only on the decision document of a competent body, lifted when that decision is changed."""

import json
from datetime import date
from typing import Final

import pytest

from domain.actor import person
from domain.decider import Command, NotPermitted, Refused
from domain.organisation.appointments import SubstituteRole
from domain.organisation.member import OwnAffair
from domain.organisation.unit import DayInFuture
from domain.recording.approval import RecorderApproves, WrongBody
from domain.recording.archive import RecordUnknown, VetoLifted, VetoRegistered, archive_of
from domain.recording.bringing import BroughtVetoClosed, NotAsBrought, VetoBrought, VetoNotBrought, VetoUnknown
from domain.recording.chain import SubjectDecides
from domain.recording.committee import NoMajority, NoQuorum, Vote
from domain.recording.department import KeptByDepartment
from domain.recording.entering import AlreadyRecorded
from domain.recording.sheet import EvidenceMissing
from domain.recording.veto import LiftedBeforeDecided, VetoNotStanding
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    AT,
    COMMITTEE,
    DOCUMENT,
    HIGHER,
    HIGHER_SECRETARY,
    MEMBER,
    RULED,
    TOP,
    appointed,
    established,
    organised,
    registered,
    rules_in_force,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.merits import DATED_ON, brought_closed, brought_declined, lifted, veto_brought, vetoed

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


DISCIPLINE_OFFICE: Final = "GW/DI"
OFFICIAL: Final = who("discipline official")
AS_OFFICIAL: Final = person(OFFICIAL, "department_officer", DISCIPLINE_OFFICE)


def kept(*items: str, also: str | None = None) -> Given:
    """The branch under a rule set by which a department keeps some items, or two do; the first has an officer."""
    source = {"code": "discipline", "zh": "纪检", "en": "Discipline", "unit": DISCIPLINE_OFFICE, "items": items}
    others = [] if also is None else [{**source, "code": "other", "unit": also}]
    document = json.dumps({**json.loads(DOCUMENT), "sources": [source, *others]}, ensure_ascii=False).encode()
    return organised().given(
        *rules_in_force(document),
        established(DISCIPLINE_OFFICE, TOP),
        registered(OFFICIAL, DISCIPLINE_OFFICE),
        appointed(OFFICIAL, "department_officer", DISCIPLINE_OFFICE),
    )


KEPT: Final = kept("V-1")
BROUGHT: Final = KEPT.given(veto_brought(AS_OFFICIAL))


def test_f21_a_veto_of_a_department_is_brought_by_its_officer_and_then_registered_by_the_body() -> None:
    KEPT.when(vetoed()).refused(KeptByDepartment)
    (fact,) = KEPT.when(veto_brought(AS_OFFICIAL)).says(VetoBrought)
    assert isinstance(fact, VetoBrought)
    assert (fact.department, fact.by) == (DISCIPLINE_OFFICE, OFFICIAL)
    BROUGHT.when(vetoed()).says(BroughtVetoClosed, VetoRegistered)
    BROUGHT.when(veto_brought(AS_OFFICIAL)).nothing()
    BROUGHT.given(vetoed()).when(veto_brought(AS_OFFICIAL)).refused(AlreadyRecorded)


@pytest.mark.parametrize(
    "other",
    [{"document": "0" * 64}, {"decided_on": date(2026, 5, 9)}, {"occurred_on": date(2026, 3, 2)}],
)
def test_f21_the_body_registers_what_was_brought_and_nothing_else(other: dict[str, object]) -> None:
    BROUGHT.when(vetoed(**other)).refused(NotAsBrought)
    anew = BROUGHT.given(veto_brought(AS_OFFICIAL, **other))
    anew.when(vetoed()).refused(NotAsBrought)
    anew.when(vetoed(**other)).says(BroughtVetoClosed, VetoRegistered)


@pytest.mark.parametrize(
    ("wish", "outcome"), [(brought_closed(AS_OFFICIAL), "taken_back"), (brought_declined(), "declined")]
)
def test_f21_what_was_brought_is_taken_back_or_declined_and_then_not_registered(wish: Command, outcome: str) -> None:
    (fact,) = BROUGHT.when(wish).says(BroughtVetoClosed)
    assert isinstance(fact, BroughtVetoClosed)
    assert (fact.outcome, fact.reason is None) == (outcome, False)
    closed = BROUGHT.given(wish)
    closed.when(vetoed()).refused(KeptByDepartment)
    closed.when(brought_closed(AS_OFFICIAL)).refused(VetoNotBrought)
    closed.when(brought_declined()).refused(VetoNotBrought)
    closed.given(veto_brought(AS_OFFICIAL)).when(vetoed()).says(BroughtVetoClosed, VetoRegistered)


def test_i28_what_was_brought_is_declined_in_a_meeting_and_by_nobody_alone() -> None:
    (fact,) = BROUGHT.when(brought_declined()).says(BroughtVetoClosed)
    assert isinstance(fact, BroughtVetoClosed)
    assert fact.vote == Vote(entitled=3, present=3, in_favour=3)
    assert fact.minute_sha256 is not None
    BROUGHT.when(brought_declined(AS_HIGHER, (HIGHER_SECRETARY,))).refused(NoQuorum)
    BROUGHT.when(brought_declined(AS_HIGHER, HIGHER, not_in_favour=HIGHER[1:])).refused(NoMajority)
    BROUGHT.when(brought_declined(AS_SECRETARY, COMMITTEE)).refused(WrongBody, body=TOP)
    BROUGHT.when(brought_closed(AS_HIGHER)).refused(NotPermitted)


def test_f21_what_was_brought_is_registered_once_even_after_the_veto_was_lifted() -> None:
    registered = BROUGHT.given(vetoed())
    registered.when(brought_closed(AS_OFFICIAL)).refused(VetoNotBrought)
    record = next(fact.record for fact in registered.world.facts if isinstance(fact, VetoRegistered))
    registered.given(lifted(record)).when(vetoed()).refused(KeptByDepartment)


def test_f21_what_a_log_of_before_registered_without_closing_it_waits_no_longer() -> None:
    _, fact = BROUGHT.when(vetoed()).says(BroughtVetoClosed, VetoRegistered)
    assert isinstance(fact, VetoRegistered)
    old = BROUGHT.given(archive_of(MEMBER, DATED_ON).says(fact))
    old.when(brought_closed(AS_OFFICIAL)).refused(VetoNotBrought)
    old.when(brought_declined()).refused(VetoNotBrought)
    lifted_since = old.given(lifted(fact.record))
    lifted_since.when(vetoed()).refused(KeptByDepartment)
    (anew,) = lifted_since.when(veto_brought(AS_OFFICIAL)).says(VetoBrought)
    assert isinstance(anew, VetoBrought)
    assert anew.registered == 1, "counted, and signed by nobody as if he had registered it"
    lifted_since.given(veto_brought(AS_OFFICIAL)).when(veto_brought(AS_OFFICIAL)).nothing()
    lifted_since.given(veto_brought(AS_OFFICIAL)).when(vetoed()).says(BroughtVetoClosed, VetoRegistered)


def test_f21_whoever_stands_in_for_the_person_declines_nothing_of_his() -> None:
    deputy = who("stand-in of the secretary above")
    lent = {"role": "secretary", "person": deputy, "stands_for": HIGHER_SECRETARY}
    term = {"from_on": AT.date(), "until_on": date(2026, 12, 31)}
    stands = wish(SubstituteRole, AS_OFFICER, unit=TOP, **lent, **term)
    his = {"unit": TOP, "member": HIGHER_SECRETARY, "issuer": secret("issuer", "区纪委", HIGHER_SECRETARY)}
    brought = KEPT.given(registered(deputy, TOP), stands, veto_brought(AS_OFFICIAL, **his))
    as_deputy, present = person(deputy, "secretary", TOP), (deputy, *HIGHER[1:])
    brought.when(brought_declined(as_deputy, present, unit=TOP, member=HIGHER_SECRETARY)).refused(SubjectDecides)
    BROUGHT.given(registered(deputy, TOP), stands).when(brought_declined(as_deputy, present)).says(BroughtVetoClosed)


def test_f21_what_one_department_brought_no_other_takes_back() -> None:
    office, official = "GW/OD", who("other official")
    other = person(official, "department_officer", office)
    both = kept("V-1", also=office).given(
        established(office, TOP), registered(official, office), appointed(official, "department_officer", office)
    )
    brought = both.given(veto_brought(AS_OFFICIAL))
    brought.when(brought_closed(other)).refused(KeptByDepartment, departments=(DISCIPLINE_OFFICE,))
    brought.when(brought_closed(AS_OFFICIAL)).says(BroughtVetoClosed)


def test_f21_only_its_department_takes_back_what_was_brought() -> None:
    KEPT.when(brought_closed(AS_OFFICIAL)).refused(VetoNotBrought)
    BROUGHT.when(brought_closed(AS_SECRETARY)).refused(NotPermitted)
    BROUGHT.when(brought_closed(person(OFFICIAL, "member", DISCIPLINE_OFFICE))).refused(NotPermitted)


def test_f21_nobody_else_brings_it_and_the_officer_brings_nothing_else_and_has_no_vote() -> None:
    for actor in (AS_HIGHER, AS_SECRETARY, person(OFFICIAL, "member", DISCIPLINE_OFFICE)):
        KEPT.when(veto_brought(actor)).refused(NotPermitted)
    kept("V-2").when(veto_brought(AS_OFFICIAL)).refused(NotPermitted)
    KEPT.when(veto_brought(AS_OFFICIAL, member=OFFICIAL, unit=DISCIPLINE_OFFICE)).refused(OwnAffair)
    KEPT.when(veto_brought(AS_OFFICIAL, item="N-QZ-1")).refused(VetoUnknown)
    KEPT.when(veto_brought(AS_OFFICIAL, document_kind="minutes")).refused(EvidenceMissing)
    seated = BROUGHT.given(appointed(OFFICIAL, "committee_member", TOP))
    seated.when(vetoed(person(OFFICIAL, "committee_member", TOP), (*HIGHER, OFFICIAL))).refused(RecorderApproves)
    _, fact = seated.when(vetoed(AS_HIGHER, (*HIGHER, OFFICIAL))).says(BroughtVetoClosed, VetoRegistered)
    assert isinstance(fact, VetoRegistered)
    assert fact.entitled == len(HIGHER)
