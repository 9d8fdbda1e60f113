"""示例人员 — made-up people of a made-up branch, each with the offices that he holds in the example."""

from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from domain.organisation.appointments import Role

WORK_COMMITTEE: Final = "PK"
BRANCH: Final = "PK-ZWB"
SEED: Final = 2026


class Person(NamedTuple):
    """One made-up person."""

    login: str
    """With which he signs in to the example; everybody else has no account."""
    name: str
    work_number: str
    unit: str
    profile: str
    roles: tuple[Role, ...]
    member: UUID


_ROSTER: Final[tuple[tuple[str, str, str, tuple[Role, ...]], ...]] = (
    ("officer", "示例·陈工委", WORK_COMMITTEE, ("officer",)),
    ("leader", "示例·冯组长", WORK_COMMITTEE, ("leading_group", "secretary")),
    ("", "示例·蒋委员", WORK_COMMITTEE, ("committee_member", "leading_group")),
    ("higher", "示例·沈委员", WORK_COMMITTEE, ("committee_member", "leading_group")),
    ("auditor", "示例·韩督查", WORK_COMMITTEE, ("auditor",)),
    ("secretary", "示例·杨书记", BRANCH, ("secretary",)),
    ("committee", "示例·朱副书记", BRANCH, ("committee_member",)),
    ("recorder", "示例·秦组织", BRANCH, ("committee_member", "recorder")),
    ("", "示例·许纪检", BRANCH, ("committee_member",)),
    ("substitute", "示例·何宣传", BRANCH, ("committee_member", "substitute_recorder")),
    ("member", "示例·吕淏然", BRANCH, ()),
    ("", "示例·施一喆", BRANCH, ()),
    ("", "示例·张文堃", BRANCH, ()),
    ("", "示例·孔珺", BRANCH, ()),
    ("", "示例·曹翀", BRANCH, ()),
    ("", "示例·严玥", BRANCH, ()),
    ("", "示例·华昇", BRANCH, ()),
    ("", "示例·金晓兰", BRANCH, ()),
    ("", "示例·魏远", BRANCH, ()),
    ("probationary", "示例·陶新", BRANCH, ()),
)


def people() -> list[Person]:
    """Everybody, always under the same pseudonyms: the example can be loaded again where it broke off."""
    random = Random(SEED)  # noqa: S311 - made-up people need no secret
    return [
        Person(
            login=login,
            name=name,
            work_number=f"SL{number:04d}",
            unit=unit,
            profile="probationary" if login == "probationary" else "full",
            roles=roles,
            member=UUID(int=random.getrandbits(128), version=4),
        )
        for number, (login, name, unit, roles) in enumerate(_ROSTER, start=1)
    ]
