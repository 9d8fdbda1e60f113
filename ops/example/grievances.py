"""试点的格次异议 — objections against determined-to-be grades: over in the first year, at every step in the second.

A grade's objection goes past the general branch, which decided it, to the work committee; its appeal to the leading
group. In the second branch one holds its member's grade back, and with it the excellent of the branch.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.assessment.period import result_notice_id
from domain.values import Code, MemberId
from ops.example.cast import SLACK_TWICE, player
from ops.example.disputes import Dispute, Way, road
from ops.example.places import PILOT_BRANCHES
from ops.example.told import Salt, Told

_ONE, _TWO, _THREE = PILOT_BRANCHES
_REPLY: Final = "核算依据、票数和名额均经查核,格次无误,异议不成立。"


def _grievance(label: str, place: tuple[str, int], year: int, day: date, until: Way, why: str) -> Dispute:
    unit: Code = place[0]
    member: MemberId = player(place).member
    notice = result_notice_id(unit, year, "Y", 1)
    return Dispute(
        f"grade-{label}",
        "",
        "",
        "grade",
        None,
        day,
        why,
        until,
        reply=_REPLY,
        unit=unit,
        member=member,
        about_notice=notice,
    )


GRIEVANCES: Final = (
    _grievance("rejected", SLACK_TWICE, 2024, date(2025, 2, 10), "replied", "他全年都参加了党课。"),
    _grievance("final", (_TWO, 8), 2024, date(2025, 2, 11), "final", "两人同分,名额为何给了别人。"),
    _grievance("withdrawn", (_THREE, 19), 2024, date(2025, 2, 12), "withdrawn", "格次偏低。"),
    _grievance("appealed", (_TWO, 18), 2025, date(2026, 5, 12), "appealed", "下半年他承担了援建任务,未见登记。"),
    _grievance("filed", (_THREE, 9), 2025, date(2026, 5, 19), "filed", "评议得分低于往年。"),
    _grievance("accepted", (_THREE, 10), 2025, date(2026, 5, 19), "accepted", "总分与平时公示不符。"),
    _grievance("assigned", (_THREE, 11), 2025, date(2026, 5, 18), "assigned", "格次偏低。"),
    _grievance("heard", (_THREE, 12), 2025, date(2026, 5, 18), "heard", "名额计算有误。"),
    _grievance("found", (_THREE, 13), 2025, date(2026, 5, 18), "found", "志愿服务时长少算。"),
    _grievance("decided", (_THREE, 14), 2025, date(2026, 5, 18), "decided", "他未按时办结交办事项。"),
    _grievance("replied", (_THREE, 15), 2025, date(2026, 5, 15), "replied", "组织生活会他未到会。"),
)
"""One at each step; whoever objects is as made up as everybody else."""


def grievances(salt: Salt) -> Iterator[Told]:
    """Everything about every one of them, each at its instant."""
    for one in GRIEVANCES:
        for when, wish in road(one, salt):
            yield Told(when, wish, one.unit)
