"""情况登记 — year of birth, sex, disability: sealed, voluntary, and read for figures of ten people or more alone.

Nothing else of the system asks for them: no rule set, no item, no page of a person. What is sealed is one line::

    born=1985;sex=female;disability=no

Whatever is not said is left out; so that a commitment tells not even how much was said.
"""

import re
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from domain.decider import Command, Decision, Past, Refused
from domain.organisation.member import MEMBER, MemberDescribed, belonging_to
from domain.sealed import Secret
from domain.values import Code, MemberId, day_of

Sex: TypeAlias = Literal["female", "male"]
Disability: TypeAlias = Literal["yes", "no"]

_LINE: Final = re.compile(
    r"(born=(?P<born>(19|20)[0-9]{2}))?;?(sex=(?P<sex>female|male))?;?(disability=(?P<disability>yes|no))?"
)


class TraitsMalformed(Refused):
    """情况登记的内容不合规定。 What is said of the person is none of what may be said."""

    code = "traits-malformed"


class Traits(NamedTuple):
    """What is said of a person, as far as it is."""

    born: int | None = None
    sex: Sex | None = None
    disability: Disability | None = None

    def line(self) -> str:
        """As it is sealed.

        >>> Traits(1985, None, "no").line(), Traits().line()
        ('born=1985;disability=no', '')
        """
        said = [f"{name}={value}" for name, value in self._asdict().items() if value is not None]
        return ";".join(said)


def traits_of(line: str) -> Traits | None:
    """What a sealed line says; None for anything else.

    >>> traits_of("born=1985;disability=no")
    Traits(born=1985, sex=None, disability='no')
    >>> traits_of("faith=none") is None
    True
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    born = found["born"]
    sex = next((one for one in get_args(Sex) if one == found["sex"]), None)
    disability = next((one for one in get_args(Disability) if one == found["disability"]), None)
    traits = Traits(None if born is None else int(born), sex, disability)
    return traits if traits.line() == line else None


class DescribeMember(Command, frozen=True, kw_only=True):
    """Say of a member what fairness figures are made by; what is said later takes the place of all said before."""

    operation = "member.describe"
    member: MemberId
    unit: Code
    traits: Secret


def decide(past: Past, command: DescribeMember) -> Decision:
    """One commitment; whoever belongs to the organisation today."""
    belonging_to(past, command.member, command.unit, day_of(command.at))
    if traits_of(command.traits.value) is None:
        raise TraitsMalformed
    fact = MemberDescribed(member=command.member, unit=command.unit, traits=command.traits.commitment)
    return [MEMBER.of(command.member).says(fact)]
