"""情况登记 — what may be said of a person for fairness figures: three things, none needed, all of them sealed."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain.decider import Command, NotPermitted
from domain.organisation.describing import DescribeMember, Traits, TraitsMalformed, traits_of
from domain.organisation.member import MemberDescribed, MemberUnknown
from domain.sealed import Secret
from tests.domain.branch import AS_OFFICER, AS_RECORDER, BRANCH, MEMBER, RULED, wish

TRAITS = st.builds(
    Traits,
    st.none() | st.integers(1900, 2099),
    st.none() | st.sampled_from(("female", "male")),
    st.none() | st.sampled_from(("yes", "no")),
)


@given(TRAITS)
def test_what_is_said_is_read_again(traits: Traits) -> None:
    assert traits_of(traits.line()) == traits


@given(st.text("bornsexdiablty=;1985femal", max_size=40))
def test_nothing_else_is_read(line: str) -> None:
    found = traits_of(line)
    assert found is None or found.line() == line


def described(line: str, member: UUID = MEMBER) -> Command:
    traits = Secret(subject=member, name="traits", value=line, salt="c2FsdC1vZi10aGUtdGVzdHM")
    return wish(DescribeMember, AS_OFFICER, unit=BRANCH, member=member, traits=traits)


def test_an_officer_says_it_of_a_member_and_the_fact_holds_a_commitment_alone() -> None:
    RULED.when(described("born=1985;sex=female")).says(MemberDescribed)
    RULED.when(described("")).says(MemberDescribed)
    RULED.when(described("born=1985;faith=none")).refused(TraitsMalformed)
    RULED.when(described("", UUID(int=7))).refused(MemberUnknown)


def test_nobody_else_says_it() -> None:
    said = msgspec.structs.replace(described("sex=male"), actor=AS_RECORDER)
    RULED.when(said).refused(NotPermitted)
