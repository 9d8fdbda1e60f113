"""Who decides and how it is made public: bodies, roles, chains, statement, notice, objection."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.rules.wording import Bilingual, Coded, Name, Positive, Ratio, Stated, Text, Written

Days = Annotated[int, Meta(ge=0, le=1000)]


class Body(Bilingual, frozen=True, kw_only=True, rename={"in_favour": "for"}):
    """A body that decides: when it exists, who must be there, how many must agree."""

    exists_from_full_members: Positive | None = None
    present: Ratio | None = None
    in_favour: Literal["more_than_half_of_entitled"] | None = None
    min_voters: Positive | None = None
    entitled: Text | None = None


class Bodies(Stated, frozen=True, kw_only=True):
    """All bodies, and who steps in."""

    branch_committee: Body
    branch_meeting: Body
    parent_committee: Body
    work_committee: Body
    leading_group: Body
    without_committee: Name
    below_min_voters: Name
    recused_count: Literal["neither entitled nor present"]

    def named(self, code: str) -> Body | None:
        """The body of a code, or nothing."""
        found = getattr(self, code, None) if code in self.__struct_fields__ else None
        return found if isinstance(found, Body) else None


class Role(Bilingual, frozen=True, kw_only=True):
    """A role in a unit, and the post that carries it."""

    held_by: Bilingual
    per_unit: Positive
    substitute: bool
    own_points: Literal["entered by the substitute"]


class Roles(Stated, frozen=True, kw_only=True):
    """The roles that the rule set itself defines."""

    recorder: Role


class ApprovalChain(Stated, frozen=True, kw_only=True):
    """The bodies that approve, first to last; chosen by what, and by tier or points where it matters."""

    what: Name
    steps: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=4)]
    tiers: tuple[Name, ...] = ()
    points_below: Written | None = None
    points_from: Written | None = None


class Statement(Stated, frozen=True, kw_only=True, rename={"starts": "from"}):
    """本人陈述: the person is told first and may state his view."""

    working_days: Positive
    starts: Literal["delivery"]
    delivery: tuple[Literal["acknowledged", "witnessed_paper"], ...]
    evidence: tuple[Name, ...]
    deemed_delivered_working_days: Positive
    ends_early_if: Text
    new_evidence: Literal["notify again"]


class NoticeStage(Coded, frozen=True, kw_only=True):
    """A kind of notice, its term in working days, and who sees it."""

    days: Positive
    audience: Name


class Editions(Stated, frozen=True, kw_only=True):
    """What each edition of a notice shows of a person."""

    branch: tuple[Literal["name", "category_points", "total", "grade"], ...]
    public: tuple[Literal["name_of_excellent", "count_of_determined"], ...]


class Notice(Stated, frozen=True, kw_only=True):
    """公示."""

    unit: Literal["working_days"]
    posting_day_counts: Literal[False]
    ends: Literal["24:00"]
    zone: Literal["Asia/Shanghai"]
    calendar: Literal["all days from posting to end lie in published calendars"]
    calendar_change: Literal["may lengthen a running term, never shorten it"]
    paper_grace_working_days: Days
    minimum_days: Positive
    stages: tuple[NoticeStage, ...]
    audiences: dict[Name, Bilingual]
    editions: Editions
    public_deduction_lines_from_points: Written | None
    names_removed_after_term: bool


class ObjectionTerms(Stated, frozen=True, kw_only=True):
    """Terms of an objection, in working days."""

    acceptance: Positive
    decision: Positive
    reply: Positive
    appeal: Positive
    appeal_decision: Positive
    deemed_reply_delivered: Positive


class ObjectionStarts(Stated, frozen=True, kw_only=True):
    """The act from which each term runs."""

    acceptance: Literal["filing"]
    decision: Literal["acceptance"]
    reply: Literal["decision"]
    appeal: Literal["delivery of the reply"]
    appeal_decision: Literal["appeal"]


class ObjectionHandler(Stated, frozen=True, kw_only=True, rename={"source": "from"}):
    """Who looks into an objection."""

    source: Name
    if_none_eligible: Text


class Objection(Stated, frozen=True, kw_only=True):
    """异议与复核."""

    open_to: Bilingual
    targets: tuple[Literal["line", "missing_line", "grade", "procedure"], ...]
    real_name: bool
    anonymous: Literal["kept as information, suspends nothing"]
    paper_counts_by: Literal["day received"]
    suspends_from: Literal["filing"]
    notice_term_while_suspended: Literal["runs on"]
    terms_working_days: ObjectionTerms
    starts: ObjectionStarts
    handler: ObjectionHandler
    appeal_to: Name
    appeal_by: tuple[Literal["objector", "subject"], ...]
    appeals: Positive
    decline_grounds: tuple[Coded, ...]
    line_released: Literal["after the appeal term or the appeal decision"]
    late: Literal["becomes a correction request, suspends nothing"]
    overdue: Literal["next level takes over, new term"]
    longest_block_working_days: Positive
    after_longest_block: Text
