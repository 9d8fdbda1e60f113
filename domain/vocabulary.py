"""词汇表 — the one glossary: stored name ↔ class ↔ 中文 ↔ English.

Pages, exports and documents are fed from it. A stored name is for ever: the golden file
``tests/architecture/stored_names.txt`` is only appended to.
"""

from typing import Final, NamedTuple

from domain.decider import Fact
from domain.notice.notice import DisclosureChecked, NoticeClosed, NoticeDrafted, NoticeLineDrafted, NoticePosted
from domain.organisation.appointments import RoleAppointed, RoleEnded
from domain.organisation.member import MemberRegistered
from domain.organisation.roster import MemberEnrolled
from domain.organisation.unit import UnitEstablished
from domain.oversight.log import LogOpened, LogRestored
from domain.recording.archive import PointsConfirmed, PointsRecorded
from domain.recording.matter import EvidenceAttached, MatterHeld, MatterNotHeld, MatterPlanned
from domain.recording.sheet import (
    SheetApproved,
    SheetLineReferred,
    SheetLineSet,
    SheetOpened,
    SheetReturned,
    SheetSubmitted,
)
from domain.rules.calendar import CalendarPublished
from domain.rules.ruleset import RulePartAdded, RuleSetApproved, RuleSetDrafted, RuleSetLinted, RuleSetPublished


class FactTerm(NamedTuple):
    """One kind of fact."""

    stored_name: str
    fact: type[Fact]
    zh: str
    en: str


FACT_TERMS: Final[tuple[FactTerm, ...]] = (
    FactTerm("log-opened", LogOpened, "总账开立", "log opened"),
    FactTerm("unit-established", UnitEstablished, "组织设立", "organisation established"),
    FactTerm("member-registered", MemberRegistered, "党员登记", "member registered"),
    FactTerm("member-enrolled", MemberEnrolled, "编入名册", "member enrolled"),
    FactTerm("role-appointed", RoleAppointed, "任命", "role appointed"),
    FactTerm("role-ended", RoleEnded, "免职", "role ended"),
    FactTerm("rule-set-drafted", RuleSetDrafted, "办法拟订", "rule set drafted"),
    FactTerm("rule-part-added", RulePartAdded, "办法条目", "part of a rule set added"),
    FactTerm("rule-set-linted", RuleSetLinted, "办法体检", "rule set linted"),
    FactTerm("rule-set-approved", RuleSetApproved, "办法审议通过", "rule set approved"),
    FactTerm("rule-set-published", RuleSetPublished, "办法印发", "rule set published"),
    FactTerm("calendar-published", CalendarPublished, "工作日历发布", "work calendar published"),
    FactTerm("matter-planned", MatterPlanned, "事项计划", "matter planned"),
    FactTerm("matter-held", MatterHeld, "事项开展", "matter held"),
    FactTerm("matter-not-held", MatterNotHeld, "事项未开展", "matter not held"),
    FactTerm("evidence-attached", EvidenceAttached, "佐证", "evidence attached"),
    FactTerm("sheet-opened", SheetOpened, "建表", "sheet opened"),
    FactTerm("sheet-line-set", SheetLineSet, "登记一行", "line of a sheet set"),
    FactTerm("sheet-submitted", SheetSubmitted, "送审", "sheet submitted"),
    FactTerm("sheet-returned", SheetReturned, "退回", "sheet returned"),
    FactTerm("sheet-approved", SheetApproved, "审定", "sheet approved"),
    FactTerm("sheet-line-referred", SheetLineReferred, "移送上级", "line referred upwards"),
    FactTerm("points-recorded", PointsRecorded, "记分", "points recorded"),
    FactTerm("points-confirmed", PointsConfirmed, "积分确认", "points confirmed"),
    FactTerm("notice-drafted", NoticeDrafted, "拟公示", "notice drafted"),
    FactTerm("notice-line-drafted", NoticeLineDrafted, "公示行", "line of a notice drafted"),
    FactTerm("disclosure-checked", DisclosureChecked, "公开审查", "disclosure checked"),
    FactTerm("notice-posted", NoticePosted, "公示发布", "notice posted"),
    FactTerm("notice-closed", NoticeClosed, "公示期满", "notice closed"),
    FactTerm("log-restored", LogRestored, "总账恢复", "log restored"),
)

_NAMES: Final = {term.fact: term.stored_name for term in FACT_TERMS}


def stored_name(fact: type[Fact]) -> str:
    """The word under which a fact is stored for ever."""
    return _NAMES[fact]
