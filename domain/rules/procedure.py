"""Who decides and how it is made public: bodies, roles, chains, statement, notice, objection."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.rules.wording import Bilingual, Coded, Name, Positive, Ratio, Stated, Text, Written

Days = Annotated[int, Meta(ge=0, le=1000)]

DayKind: TypeAlias = Literal["working_days", "calendar_days"]
"""Whether a term counts the days that are worked, or all."""

Channel: TypeAlias = Literal["page", "paper", "meeting", "group_message"]
"""Where a notice is made known: on the page, on the wall, in a meeting, by message to the audience."""


class Body(Bilingual, frozen=True, kw_only=True, rename={"in_favour": "for"}):
    """A body that decides: when it exists, who must be there, how many must agree."""

    exists_from_full_members: Positive | None = None
    present: Ratio | None = None
    in_favour: Literal["more_than_half_of_entitled"] | None = None
    min_voters: Positive | None = None
    entitled: Text | None = None


_HALF: Final = "1/2"
_MOST: Final = "more_than_half_of_entitled"


class Bodies(Stated, frozen=True, kw_only=True):
    """All bodies, and who steps in."""

    branch_committee: Body = Body(
        zh="支部委员会",
        en="Branch committee",
        exists_from_full_members=7,
        present=_HALF,
        in_favour=_MOST,
        min_voters=2,
    )
    branch_meeting: Body = Body(zh="支部党员大会", en="Branch general meeting", present=_HALF, in_favour=_MOST)
    parent_committee: Body = Body(zh="上级党组织", en="Next higher organisation", min_voters=2)
    work_committee: Body = Body(zh="工作委员会", en="Work committee", min_voters=2)
    leading_group: Body = Body(zh="领导小组", en="Leading group", present=_HALF, in_favour=_MOST, min_voters=3)
    without_committee: Literal["parent_committee", "branch_meeting"] = "parent_committee"
    """What a branch with too few full members for a committee is given, unless people say otherwise."""
    below_min_voters: Literal["parent_committee"] = "parent_committee"
    recused_count: Literal["neither entitled nor present"] = "neither entitled nor present"

    def named(self, code: str) -> Body | None:
        """The body of a code, or nothing."""
        found = getattr(self, code, None) if code in self.__struct_fields__ else None
        return found if isinstance(found, Body) else None

    def least_voters(self, code: str) -> int:
        """Of how many entitled a body must consist at least; two where the rule set does not say."""
        found = self.named(code)
        return 2 if found is None or found.min_voters is None else found.min_voters


class Role(Bilingual, frozen=True, kw_only=True):
    """A role in a unit, and the post that carries it."""

    held_by: Bilingual
    per_unit: Literal[1] = 1
    substitute: bool = True
    own_points: Literal["entered by the substitute"] = "entered by the substitute"


class Roles(Stated, frozen=True, kw_only=True):
    """The roles that the rule set itself defines."""

    recorder: Role = Role(
        zh="积分记录员", en="Recorder", held_by=Bilingual(zh="组织委员", en="Organisation commissioner")
    )


class Source(Coded, frozen=True, kw_only=True):
    """牵头部门: a department that keeps the papers of some items, and alone may submit them."""

    unit: Text | None = None  # the code of its organisation; none: the same as its own
    items: Annotated[tuple[Name, ...], Meta(min_length=1)]


class ApprovalChain(Stated, frozen=True, kw_only=True):
    """The bodies that approve, first to last; chosen by what, and by item, tier, points or cap where it matters.

    `what` "any" is for all that no other chain is for.
    """

    what: Name
    steps: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=4)]
    items: tuple[Name, ...] = ()
    tiers: tuple[Name, ...] = ()
    points_below: Written | None = None
    points_from: Written | None = None
    outside_cap: bool | None = None  # for honours outside the cap, or for those inside; None: for both


class Statement(Stated, frozen=True, kw_only=True, rename={"starts": "from"}):
    """本人陈述: the person is told first and may state his view."""

    working_days: Positive = 3
    starts: Literal["delivery"] = "delivery"
    delivery: tuple[Literal["acknowledged", "witnessed_paper"], ...] = ("acknowledged", "witnessed_paper")
    evidence: tuple[Name, ...] = ()
    deemed_delivered_working_days: Positive = 3
    ends_early_if: Text = "the member declares it final"
    new_evidence: Literal["notify again"] = "notify again"


class NoticeStage(Coded, frozen=True, kw_only=True):
    """A kind of notice, its term, who sees it, and where it hangs."""

    days: Positive
    unit: DayKind | None = None  # none: as the notice section says
    audience: Name
    channels: tuple[Channel, ...] = ("page",)


class Editions(Stated, frozen=True, kw_only=True):
    """What each edition of a notice shows of a person."""

    branch: tuple[Literal["name", "category_points", "total", "grade"], ...] = (
        "name",
        "category_points",
        "total",
        "grade",
    )
    public: tuple[Literal["name_of_excellent", "count_of_determined"], ...] = (
        "name_of_excellent",
        "count_of_determined",
    )


def _stage(code: str, zh: str, en: str, days: int) -> NoticeStage:
    return NoticeStage(code=code, zh=zh, en=en, days=days, audience="branch")


class Notice(Stated, frozen=True, kw_only=True):
    """公示."""

    unit: DayKind = "working_days"
    posting_day_counts: Literal[False] = False
    ends: Literal["24:00"] = "24:00"
    zone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    calendar: Literal["all days from posting to end lie in published calendars"] = (
        "all days from posting to end lie in published calendars"
    )
    calendar_change: Literal["may lengthen a running term, never shorten it"] = (
        "may lengthen a running term, never shorten it"
    )
    paper_grace_working_days: Days = 1
    minimum_days: Positive = 3
    stages: tuple[NoticeStage, ...] = (
        _stage("record_sheet", "记分表公示", "Record sheet", 3),
        _stage("honour", "加分公示", "Honour additions", 5),
        _stage("deduction", "减分公示", "Deductions and shortfalls", 5),
        _stage("half_year", "半年积分公示", "Half-year scores", 5),
        _stage("year_end", "年度积分与格次公示", "Year totals and grades", 5),
        _stage("probation", "预备期处理公示", "Probation outcome", 5),
        _stage("restatement", "重算公示", "Restatement", 5),
        _stage("rule_change", "办法修订公示", "Rule change", 7),
    )
    audiences: dict[Name, Bilingual] = msgspec.field(
        default_factory=lambda: {"branch": Bilingual(zh="本支部党员", en="members of the branch")}
    )
    editions: Editions = Editions()
    public_deduction_lines_from_points: Written | None = None
    names_removed_after_term: bool = True


class ObjectionTerms(Stated, frozen=True, kw_only=True):
    """Terms of an objection, in working days."""

    acceptance: Positive = 2
    decision: Positive = 10
    reply: Positive = 2
    appeal: Positive = 5
    appeal_decision: Positive = 15
    deemed_reply_delivered: Positive = 3


class ObjectionStarts(Stated, frozen=True, kw_only=True):
    """The act from which each term runs."""

    acceptance: Literal["filing"] = "filing"
    decision: Literal["acceptance"] = "acceptance"
    reply: Literal["decision"] = "decision"
    appeal: Literal["delivery of the reply"] = "delivery of the reply"
    appeal_decision: Literal["appeal"] = "appeal"


class ObjectionHandler(Stated, frozen=True, kw_only=True, rename={"source": "from"}):
    """Who looks into an objection."""

    source: Name = "parent_committee"
    if_none_eligible: Text = "leading_group appoints from another organisation"


class Objection(Stated, frozen=True, kw_only=True):
    """异议与复核."""

    open_to: Bilingual = Bilingual(
        zh="该公示范围内的党员、群众及本人", en="everyone in the notice's audience, and the person concerned"
    )
    targets: tuple[Literal["line", "missing_line", "grade", "procedure"], ...] = (
        "line",
        "missing_line",
        "grade",
        "procedure",
    )
    forms: tuple[Literal["page", "paper", "oral"], ...] = ("page", "paper")
    real_name: bool = True
    anonymous: Literal["kept as information, suspends nothing"] = "kept as information, suspends nothing"
    paper_counts_by: Literal["day received"] = "day received"
    suspends_from: Literal["filing"] = "filing"
    notice_term_while_suspended: Literal["runs on"] = "runs on"
    terms_working_days: ObjectionTerms = ObjectionTerms()
    starts: ObjectionStarts = ObjectionStarts()
    handler: ObjectionHandler = ObjectionHandler()
    feedback_to: tuple[Literal["objector", "subject", "branch"], ...] = ("objector", "subject")
    appeal_to: Name = "leading_group"
    appeal_by: tuple[Literal["objector", "subject"], ...] = ("objector", "subject")
    appeals: Positive = 1
    decline_grounds: tuple[Coded, ...] = (
        Coded(code="late", zh="逾期", en="Filed after the term"),
        Coded(code="outside", zh="不属本次公示事项", en="Not about this notice"),
        Coded(code="audience", zh="非公示范围人员", en="Not in the audience"),
        Coded(code="repeated", zh="已就同一事由答复", en="Already answered on the same ground"),
    )
    line_released: Literal["after the appeal term or the appeal decision"] = (
        "after the appeal term or the appeal decision"
    )
    late: Literal["becomes a correction request, suspends nothing"] = "becomes a correction request, suspends nothing"
    overdue: Literal["next level takes over, new term"] = "next level takes over, new term"
    longest_block_working_days: Positive = 45
    protection_days: Positive = 180
    """For so many days after an objection what is done to the objector can be flagged as retaliation."""
    after_longest_block: Text = "decide in the person's favour, change only by restatement"
