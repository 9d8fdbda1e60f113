"""不予采取: a proposed measure is set aside by a person, on a document; a committee above may open it all the same."""

from domain.actor import Actor
from domain.organisation.member import OwnAffair
from domain.result.measure import MeasureNotThere, MeasureOpened, MeasureSetAside, MeasureStepSet, measures_of
from domain.result.setting_aside import SetAsideMeasure
from tests.domain.branch import AS_HIGHER, AS_SECRETARY, BRANCH, MEMBER, SECRETARY, digest, secret, wish
from tests.domain.measured import at, called_for, determined, graded, looked_at_again, measure, opened

BASIC = "basically_qualified"
PROPOSED = determined({MEMBER: BASIC})


def aside(actor: Actor = AS_SECRETARY, member: object = MEMBER, code: str = "correct") -> SetAsideMeasure:
    return wish(
        SetAsideMeasure,
        actor,
        at(2027),
        unit=BRANCH,
        member=member,
        measure=measure(MEMBER if member == MEMBER else SECRETARY, code),
        basis="浦区委〔2027〕3号",
        basis_sha256=digest("basis"),
        reason=secret("reason", "已调离并另行处理", MEMBER),
    )


def test_what_is_proposed_is_set_aside_by_a_person_with_reason_and_document() -> None:
    (fact,) = PROPOSED.when(aside()).says(MeasureSetAside)
    assert isinstance(fact, MeasureSetAside)
    assert (fact.by, fact.body, fact.basis) == (SECRETARY, BRANCH, "浦区委〔2027〕3号")
    state = PROPOSED.given(aside()).world[measures_of(MEMBER)]
    assert state.known[measure(MEMBER, "correct")].status == "set_aside"


def test_nobody_sets_aside_his_own_nor_what_is_open() -> None:
    PROPOSED.when(aside(member=SECRETARY, code="commend")).refused(OwnAffair)
    PROPOSED.given(opened(MEMBER, "correct")).when(aside()).refused(MeasureNotThere, status="open")
    PROPOSED.given(aside()).when(aside(AS_HIGHER)).refused(MeasureNotThere, status="set_aside")


def test_what_is_set_aside_is_not_proposed_again_and_does_not_open_by_itself() -> None:
    set_aside = PROPOSED.given(aside())
    set_aside.when(called_for(2026)).nothing()
    again = set_aside.given(*graded(MEMBER, 2026, BASIC, 2))
    again.when(looked_at_again(MEMBER, 2026, at(2027, 4))).nothing()


def test_the_committee_above_may_open_it_all_the_same_and_nobody_below() -> None:
    set_aside = PROPOSED.given(aside())
    set_aside.when(opened(MEMBER, "correct")).refused(MeasureNotThere, status="set_aside")
    set_aside.when(opened(MEMBER, "correct", actor=AS_HIGHER)).says(MeasureOpened, MeasureStepSet, MeasureStepSet)
    by_higher = PROPOSED.given(aside(AS_HIGHER))
    by_higher.when(opened(MEMBER, "correct", actor=AS_HIGHER)).refused(MeasureNotThere, status="set_aside")
