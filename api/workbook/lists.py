"""名单 — the lists that an office brings as a workbook of one sheet: people, traits, offices, merits, past years.

==========  ==================================================================================================
党员        one row per person who enters the system
任职        one row per office that somebody is given
情况        one row per member of whom year of birth, sex or disability is said: sealed, never handed out again
以往办法    one row per version of the rules of years before the log
历史结果    one row per sealed result of such a year
历史记录    one row per record behind such a result
荣誉        one row per honour that is claimed, with its certificate
减分        one row per deduction that is proposed, with its basis document
==========  ==================================================================================================

What a month's workbook says of its cells holds here too: the same reading, the same findings, the same marked copy.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from api.workbook.columns import Column, SheetLayout
from api.workbook.directory import choice
from domain.history.past_year import PastKind
from domain.organisation.appointments import Role
from domain.organisation.describing import Disability, Sex
from domain.rules.demands import levels_of
from domain.rules.items import HonourItem, Item, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.rules.wording import Bilingual, Coded

ROLE_WORDS: Final[dict[str, Role]] = {
    "书记": "secretary",
    "委员": "committee_member",
    "积分记录员": "recorder",
    "代理记录员": "substitute_recorder",
    "工委干部": "officer",
    "领导小组": "leading_group",
    "部门专员": "department_officer",
    "督查": "auditor",
}
"""Offices as the template offers them; the stored words are understood too, and those of ``ALSO``."""
ALSO: Final[dict[str, Role]] = {
    "支部书记": "secretary",
    "支部委员": "committee_member",
    "工委干事": "officer",
    "领导小组成员": "leading_group",
    "督查员": "auditor",
}
"""As the pages print them, and as offices used to write them."""

_WHO: Final = (Column("work_number", "工号", "Work number", width=14), Column("name", "姓名", "Name", width=14))
_WHERE: Final = Column("unit", "组织编号", "Organisation code", optional=True, width=18)
_DOCUMENTED: Final = (
    Column("matter", "事项编号", "Matter code", width=18),
    Column("item", "条目", "Item", width=36),
    Column("level", "档次", "Level", width=24),
    Column("quantity", "数量或分值", "Amount or points", optional=True, width=12),
    Column("choice_reason", "取分理由", "Reason for the points", optional=True, width=24),
    Column("condition", "附加情形", "Condition", optional=True, width=20),
    Column("occurred_on", "发生日期", "Happened on", optional=True, width=14),
    Column("dated_on", "文书日期", "Dated on", width=14),
    Column("evidence_kind", "佐证类别", "Evidence kind", width=22),
    Column("document", "依据文书", "Document", width=36),
    Column("late_reason", "补记理由", "Reason for late entry", optional=True, width=24),
)
_SHARE: Final = Column("share", "集体位次", "Place in the group", optional=True, width=20)

MEMBERS: Final = SheetLayout(
    "党员",
    "Members",
    (
        *_WHO,
        Column("profile", "党员类别", "Class", width=22),
        Column("present_from", "进入日期", "Present from", width=14),
        _WHERE,
        Column("identity", "身份号码", "Identity number", optional=True, width=22),
    ),
)
TRAITS: Final = SheetLayout(
    "情况",
    "Traits",
    (
        *_WHO,
        Column("born", "出生年", "Year of birth", optional=True, width=12),
        Column("sex", "性别", "Sex", optional=True, width=10),
        Column("disability", "残疾", "Disability", optional=True, width=10),
        _WHERE,
    ),
)
APPOINTMENTS: Final = SheetLayout(
    "任职",
    "Appointments",
    (
        *_WHO,
        Column("role", "职务", "Office", width=18),
        Column("from_on", "任职日期", "From", width=14),
        Column("until_on", "届满日期", "Until", optional=True, width=14),
        _WHERE,
    ),
)
HONOURS: Final = SheetLayout(
    "荣誉", "Honours", (*_WHO, Column("title", "名称", "Title", width=36), *_DOCUMENTED, _SHARE)
)
DEDUCTIONS: Final = SheetLayout(
    "减分", "Deductions", (*_WHO, *_DOCUMENTED, Column("particulars", "情况说明", "Particulars", width=48))
)

_DOCUMENT: Final = Column("document", "依据文书", "Document", width=36)
PAST_RULES: Final = SheetLayout(
    "以往办法",
    "Earlier rules",
    (
        Column("version", "版本", "Version", width=18),
        Column("title", "名称", "Title", width=36),
        Column("number", "文号", "Number", width=24),
        Column("effective_on", "施行日期", "In force from", width=14),
        Column("last_on", "施行至", "In force until", width=14),
        Column("periods", "考评期", "Periods", width=30),
        Column("grades", "格次", "Grades", width=36),
        _DOCUMENT,
    ),
)
PAST_RESULTS: Final = SheetLayout(
    "历史结果",
    "Past results",
    (
        *_WHO,
        Column("year", "年度", "Year", width=10),
        Column("period", "考评期", "Period", width=14),
        Column("total", "总分", "Total", width=12),
        Column("base", "基础分", "Base", optional=True, width=12),
        Column("honours", "加分", "Honours", optional=True, width=12),
        Column("deductions", "减分", "Deductions", optional=True, width=12),
        Column("appraisal", "民主评议", "Appraisal", optional=True, width=12),
        Column("grade", "格次", "Grade", optional=True, width=14),
        _DOCUMENT,
        _WHERE,
    ),
)
PAST_RECORDS: Final = SheetLayout(
    "历史记录",
    "Past records",
    (
        *_WHO,
        Column("kind", "清单", "List", width=14),
        Column("matter", "事项编号", "Matter code", width=18),
        Column("item", "条目", "Item", width=18),
        Column("title", "条目名称", "Name of the item", width=36),
        Column("occurred_on", "发生日期", "Happened on", width=14),
        Column("points", "分值", "Points", optional=True, width=12),
        _DOCUMENT,
        _WHERE,
    ),
)
PAST_KINDS: Final[dict[str, PastKind]] = {
    "责任清单": "responsibility",
    "荣誉清单": "honour",
    "负面清单": "deduction",
    "一票否决": "veto",
}
"""Lists as the template offers them; the stored words are understood too."""

SEX_WORDS: Final[dict[str, Sex]] = {"女": "female", "男": "male"}
DISABILITY_WORDS: Final[dict[str, Disability]] = {"有": "yes", "无": "no"}
"""What is said of a member as the template offers it; the stored words are understood too."""

LISTS: Final[Mapping[str, SheetLayout]] = {
    "members": MEMBERS,
    "traits": TRAITS,
    "appointments": APPOINTMENTS,
    "honours": HONOURS,
    "deductions": DEDUCTIONS,
    "past-rules": PAST_RULES,
    "past-results": PAST_RESULTS,
    "past-records": PAST_RECORDS,
}
"""By the word that stands in addresses."""


FROM_BELOW: Final = frozenset({"traits", "appointments", "past-results", "past-records"})
"""The lists that may name people of the organisations below."""


class Offered(NamedTuple):
    """What the drop-down of a column offers."""

    key: str
    values: tuple[str, ...]


Choices = Callable[[Scheme], tuple[Offered, ...]]


def honours_of(scheme: Scheme) -> tuple[Item, ...]:
    """The items under which an honour is claimed."""
    return scheme.honour


def deductions_of(scheme: Scheme) -> tuple[Item, ...]:
    """The items under which points are taken: the negative list, and presumed duties that fell short."""
    presumed = (item for item in scheme.responsibility if item.mode == "presumed")
    return (*scheme.negative, *presumed)


def levels_in(items: tuple[Item, ...]) -> tuple[tuple[str, Bilingual], ...]:
    """Every level of some items, each code once."""
    found: dict[str, Bilingual] = {}
    for item in items:
        if isinstance(item, HonourItem | NegativeItem | ResponsibilityItem):
            for level in levels_of(item):
                found.setdefault(level.code, level)
    return tuple(found.items())


def named_in(items: tuple[Item, ...], field: Literal["conditions", "shares"]) -> tuple[tuple[str, Bilingual], ...]:
    """Every condition, or every place in a group, of some items, each code once."""
    found: dict[str, Bilingual] = {}
    for item in items:
        named: tuple[Coded, ...] = getattr(item, field, ())
        for one in named:
            found.setdefault(one.code, one)
    return tuple(found.items())


def _of_items(scheme: Scheme, items: tuple[Item, ...]) -> tuple[Offered, ...]:
    kinds = {kind for item in items for kind in item.evidence}
    offered = (
        Offered("item", tuple(choice(item.code, item) for item in items)),
        Offered("level", tuple(choice(code, level) for code, level in levels_in(items))),
        Offered("condition", tuple(choice(code, one) for code, one in named_in(items, "conditions"))),
        Offered("share", tuple(choice(code, one) for code, one in named_in(items, "shares"))),
        Offered("evidence_kind", tuple(choice(c, k) for c, k in scheme.evidence_kinds.items() if c in kinds)),
    )
    return tuple(one for one in offered if one.values)


CHOICES: Final[Mapping[str, Choices]] = {
    "members": lambda scheme: (Offered("profile", tuple(choice(one.code, one) for one in scheme.profiles)),),
    "traits": lambda scheme: (Offered("sex", tuple(SEX_WORDS)), Offered("disability", tuple(DISABILITY_WORDS))),
    "appointments": lambda scheme: (Offered("role", tuple(ROLE_WORDS)),),
    "honours": lambda scheme: _of_items(scheme, honours_of(scheme)),
    "deductions": lambda scheme: _of_items(scheme, deductions_of(scheme)),
    "past-rules": lambda scheme: (),
    "past-results": lambda scheme: (Offered("grade", tuple(choice(one.code, one) for one in scheme.grades)),),
    "past-records": lambda scheme: (Offered("kind", tuple(PAST_KINDS)),),
}
"""What each list's template offers."""
