"""报复标记的密钥: a flag names whoever objected, so its key goes with him and with the term of his objection."""

from datetime import date
from typing import Final

from domain.objection.retaliation import RETALIATION, RetaliationExamined, RetaliationFlagged
from domain.organisation.custody import PersonalKeyDestroyed
from domain.oversight.case_key import CaseKeyDestroyed
from domain.oversight.erasing import CaseOf, StillNeeded
from domain.oversight.retention import NotOrdered
from tests.domain.branch import MEMBER, OTHER, TOP, digest, who
from tests.domain.objection.disputes import OBJECTION_ID, withdrawn
from tests.domain.objection.test_retaliation import FLAG, FLAGGED, examined
from tests.domain.oversight.kept import (
    OFFICES,
    cleared,
    decided,
    destroyed,
    followed,
    held,
    left,
    ordered,
    proposed,
)

ABOUT: Final = CaseOf(case=FLAG, kind="flag")
RAISED: Final = RETALIATION.of(FLAG).says(
    RetaliationFlagged(flag=FLAG, body=TOP, about=digest("about"), reason=digest("reason"))
)
EXAMINED: Final = RETALIATION.of(FLAG).says(
    RetaliationExamined(flag=FLAG, body=TOP, by=who("examiner"), conclusion="unfounded", finding=digest("finding"))
)
ORDER: Final = ordered(date(2027, 1, 1), "objections")
CLEARED: Final = cleared(OBJECTION_ID, objector=MEMBER, flag=FLAG)
FOLLOWED: Final = followed(ABOUT, MEMBER, OTHER, unit=TOP)


def test_an_open_flag_holds_back_the_erasure_of_whoever_is_in_it() -> None:
    asked = OFFICES.given(RAISED, left(), proposed("law"), decided())
    asked.when(destroyed(ABOUT)).refused(StillNeeded)
    asked.given(EXAMINED).when(destroyed(ABOUT)).says(PersonalKeyDestroyed)


def test_the_key_of_a_flag_goes_with_the_term_of_its_objection_and_not_with_the_objections_key() -> None:
    over = FLAGGED.given(withdrawn(), examined())
    over.when(CLEARED).refused(NotOrdered)
    (fact,) = over.given(ORDER).when(CLEARED).says(CaseKeyDestroyed)
    assert fact == CaseKeyDestroyed(case=FLAG, kind="flag", unit=TOP)
    both = over.given(ORDER, CLEARED)
    both.when(cleared(OBJECTION_ID, objector=MEMBER)).says(CaseKeyDestroyed)
    both.when(cleared(OBJECTION_ID, objector=MEMBER, flag=FLAG)).nothing()


def test_the_key_of_a_flag_stays_while_it_is_open_or_its_objection_is_or_anybody_of_them_is_held() -> None:
    FLAGGED.given(withdrawn(), ORDER).when(CLEARED).refused(StillNeeded)
    FLAGGED.given(examined(), ORDER).when(CLEARED).refused(StillNeeded)
    over = FLAGGED.given(withdrawn(), examined(), ORDER)
    for one in (MEMBER, OTHER):
        over.given(held(of=one)).when(CLEARED).refused(StillNeeded)
    over.when(cleared(OBJECTION_ID, objector=MEMBER, flag=who("no flag"))).refused(NotOrdered)


def test_the_key_of_a_flag_follows_somebody_of_it_who_was_erased() -> None:
    ended = OFFICES.given(RAISED, EXAMINED, left())
    ended.when(FOLLOWED).refused(NotOrdered)
    gone = ended.given(proposed("law"), decided(), destroyed(ABOUT))
    (fact,) = gone.when(FOLLOWED).says(CaseKeyDestroyed)
    assert fact == CaseKeyDestroyed(case=FLAG, kind="flag", unit=TOP)
    gone.when(followed(ABOUT, MEMBER, OTHER)).refused(NotOrdered)
    gone.given(held(of=MEMBER)).when(FOLLOWED).refused(StillNeeded)
