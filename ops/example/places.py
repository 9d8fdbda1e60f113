"""示例组织 — the district as the article counts it: 51 directly-run organisations, 132 known branches, all members.

=====================  =====================================================================
34 直属党支部          the story's own branch, and 33 more
1 机关党委             its own branches are not counted in the article, and none are made up
16 党总支              with 98 branches below them
=====================  =====================================================================

Everything is made up and drawn from one seed; every name begins with 示例·, and no real person is meant.
"""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from domain.organisation.appointments import Role
from domain.organisation.unit import UnitKind
from ops.example.people import SEED, WORK_COMMITTEE, Person

BRANCHES: Final = 132
"""34 directly below the work committee and 98 below the general branches."""
GENERAL_BRANCHES: Final = 16
_DIRECT: Final = 33
_WITH_SEVEN: Final = 2
"""General branches with seven branches; the others have six: 2 × 7 + 14 × 6 = 98."""
PARTY_COMMITTEE: Final = "PK-DW"
PILOT: Final = "PK-ZZ16"
"""The general branch of which three branches tried the scheme out two years before the others."""
PILOT_BRANCHES: Final = (f"{PILOT}-1", f"{PILOT}-2", f"{PILOT}-3")
_BEFORE_PILOT: Final = 2
"""So many other branches come first: a district of three has one of each kind, and no years before."""

_FEWEST: Final = 14
_MOST: Final = 24
_PROBATIONARY_SHARE: Final = 0.7
"""Of the branches: that many have one probationary member."""

_SURNAMES: Final = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
    "戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
)
_GIVEN: Final = (
    "安邦博超晨承达德东帆芳飞刚国海涵浩恒宏华辉佳建杰静娟军凯可兰乐磊丽良林琳"
    "龙梅敏明娜宁鹏平琪强青蓉瑞山珊胜书涛婷伟文贤晓欣雪雅燕阳毅颖勇宇雨玉源悦云泽振志卓"
)
_TITLES: Final = (
    *("发展改革", "财政", "教育", "科技", "民政", "司法", "人社", "自然资源", "生态环境", "城乡建设", "交通运输"),
    *("水务", "农业农村", "商务", "文化旅游", "卫生健康", "退役军人", "应急管理", "审计", "市场监管", "统计"),
    *("医疗保障", "信访", "档案", "供销", "残联", "妇联", "团委", "工商联", "科协", "文联", "机关事务", "城市管理"),
)


class Place(NamedTuple):
    """One organisation of the district."""

    unit: str
    kind: UnitKind
    title: str
    parent: str


class Branch(NamedTuple):
    """One branch and everybody in it, in the order of its roster."""

    place: Place
    people: tuple[Person, ...]

    def one(self, role: Role) -> Person:
        """Who holds an office here."""
        return next(person for person in self.people if role in person.roles)


class District(NamedTuple):
    """The district without the story's own branch."""

    places: tuple[Place, ...]
    """Parents before children."""
    branches: tuple[Branch, ...]
    offices: tuple[tuple[str, Role, Person], ...]
    """(organisation, role, person): who leads what has no members of its own."""


@cache
def district(branches: int) -> District:
    """The district with so many branches, the story's own among them; always the same people."""
    numbered = list(enumerate(_places()))
    pilot = [(number, place) for number, place in numbered if place.unit in PILOT_BRANCHES]
    others = [one for one in numbered if one not in pilot]
    ordered = [*others[:_BEFORE_PILOT], *pilot, *others[_BEFORE_PILOT:]]
    return _with(tuple(_branch(place, number) for number, place in ordered[: branches - 1]), whole=branches >= BRANCHES)


def is_piloted(branches: int) -> bool:
    """Whether a district of so many branches holds those that have two years behind them."""
    return branches > _BEFORE_PILOT + len(PILOT_BRANCHES)


@cache
def pilot_district() -> District:
    """The pilot branches and the general branch above them."""
    found = district(_BEFORE_PILOT + len(PILOT_BRANCHES) + 1)
    return District(
        places=tuple(place for place in found.places if place.unit.startswith(PILOT)),
        branches=tuple(branch for branch in found.branches if branch.place.unit in PILOT_BRANCHES),
        offices=tuple(office for office in found.offices if office[0] == PILOT),
    )


def newcomers(found: District) -> District:
    """Those of a district that join when the pilot is over."""
    known = {place.unit for place in pilot_district().places}
    return District(
        places=tuple(place for place in found.places if place.unit not in known),
        branches=tuple(branch for branch in found.branches if branch.place.unit not in known),
        offices=tuple(office for office in found.offices if office[0] not in known),
    )


def _with(kept: tuple[Branch, ...], *, whole: bool) -> District:
    above = [place for place in _above() if whole or any(b.place.parent == place.unit for b in kept)]
    return District(
        places=(*above, *(branch.place for branch in kept)),
        branches=kept,
        offices=tuple(office for place in above for office in _led(place, kept)),
    )


def _above() -> list[Place]:
    general = [
        Place(f"PK-ZZ{n:02d}", "general_branch", f"区直第{n}党总支(示例)", WORK_COMMITTEE)
        for n in range(1, GENERAL_BRANCHES + 1)
    ]
    return [*general, Place(PARTY_COMMITTEE, "party_committee", "区级机关党委(示例)", WORK_COMMITTEE)]


def _places() -> list[Place]:
    """Branches in such an order that the first few are of both kinds."""
    below = [
        Place(f"PK-ZZ{n:02d}-{m}", "branch", f"区直第{n}党总支第{m}党支部(示例)", f"PK-ZZ{n:02d}")
        for n in range(1, GENERAL_BRANCHES + 1)
        for m in range(1, 8 if n <= _WITH_SEVEN else 7)
    ]
    direct = [
        Place(f"PK-Z{n:02d}", "branch", f"{_TITLES[n - 1]}党支部(示例)", WORK_COMMITTEE) for n in range(1, _DIRECT + 1)
    ]
    return [below[0], direct[0], *below[1:], *direct[1:]]


_OFFICES: Final[tuple[tuple[Role, ...], ...]] = (
    ("secretary",),
    ("committee_member",),
    ("committee_member", "recorder"),
    ("committee_member",),
    ("committee_member", "substitute_recorder"),
)


def _branch(place: Place, number: int) -> Branch:
    random = Random(f"{SEED}/{place.unit}")  # noqa: S311 - made-up people need no secret
    size = random.randint(_FEWEST, _MOST)
    has_probationary = random.random() < _PROBATIONARY_SHARE
    people = (
        Person(
            login="",
            name=f"示例·{random.choice(_SURNAMES)}{random.choice(_GIVEN)}{random.choice(_GIVEN)}",
            work_number=f"SL{100 * (number + 1) + order:05d}",
            unit=place.unit,
            profile="probationary" if has_probationary and order == size else "full",
            roles=_OFFICES[order - 1] if order <= len(_OFFICES) else (),
            member=UUID(int=random.getrandbits(128), version=4),
        )
        for order in range(1, size + 1)
    )
    return Branch(place, tuple(people))


def _led(place: Place, branches: Sequence[Branch]) -> list[tuple[str, Role, Person]]:
    """A secretary and two members of the committee, who are the secretaries of branches below it, or of the first."""
    below = [branch for branch in branches if branch.place.parent == place.unit] or list(branches)
    persons = [*(branch.people[0] for branch in below), *below[0].people[1:]][:3]
    roles: tuple[Role, ...] = ("secretary", "committee_member", "committee_member")
    return [(place.unit, role, person) for role, person in zip(roles, persons, strict=False)]


def stays_unrecorded(branch: Branch, month: int) -> bool:
    """Where a recorder has been idle: one branch in eleven since April, one in five in May."""
    draw = Random(f"{SEED}/idle/{branch.place.unit}").random()  # noqa: S311 - the same
    return (month >= 4 and draw < 1 / 11) or (month >= 5 and draw < 1 / 5)
