"""卷宗 — what of a person's entries is opened for whoever reviews him."""

from uuid import UUID, uuid5

from domain.decider import Fact
from domain.entry import Entry
from domain.organisation.member import MEMBER, MemberDescribed, MembershipEnded
from projections.dossier import Row, sealed_in
from projections.prefix import Placed
from tests.domain.branch import AT, BRANCH
from tests.domain.branch import MEMBER as PERSON


def row(position: int, fact: Fact) -> Row:
    entry = Entry(
        actor=None,
        at=AT,
        cause=None,
        command=None,
        fact=fact,
        id=uuid5(UUID(int=1), str(position)),
        log="steelyard",
        stream=MEMBER.of(PERSON).id,
        version=position,
    )
    return Row(position=position, known_at=AT, state=b"", placed=Placed(position, AT, entry))


def test_a_reviewer_is_given_the_reasons_but_not_what_is_sealed_for_figures_alone() -> None:
    ended = MembershipEnded(member=PERSON, unit=BRANCH, last_on=AT.date(), reason="a" * 64)
    described = MemberDescribed(member=PERSON, unit=BRANCH, traits="b" * 64)
    assert sealed_in([row(1, ended), row(2, described)]) == ["a" * 64]
