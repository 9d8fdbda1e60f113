"""示例事项 — what the made-up branch did from January to May 2026, item by item."""

from datetime import date
from typing import Final, NamedTuple

from domain.recording.archive import Outcome


class Done(NamedTuple):
    """One matter: what, when, and how far its sheet has come when the example ends."""

    code: str
    kind: str
    item: str
    title: str
    held_on: date
    evidence: str
    otherwise: Outcome | None
    """What is said of everybody who is not an exception; None where only some are concerned."""
    reaches: str = "confirmed"
    """``planned``, ``draft``, ``submitted``, ``returned``, ``approved``, ``posted`` or ``confirmed``."""


def _monthly(month: int) -> list[Done]:
    return [
        Done(
            f"TD-2026{month:02d}",
            "study_session",
            "R-LX-1",
            f"{month}月主题党日",
            date(2026, month, 8),
            "sign_in_list",
            "attended",
        ),
        Done(
            f"BM-2026{month:02d}",
            "branch_meeting",
            "R-GJ-1",
            f"{month}月支部党员大会",
            date(2026, month, 12),
            "sign_in_list",
            "attended",
        ),
        Done(
            f"DF-2026{month:02d}",
            "monthly_dues",
            "R-GJ-2",
            f"{month}月党费交纳",
            date(2026, month, 10),
            "dues_register",
            "attended",
        ),
    ]


_REGULAR: Final = [done for month in range(1, 5) for done in _monthly(month)]

MATTERS: Final[tuple[Done, ...]] = (
    *_REGULAR,
    Done("ZZ-202601", "organisational_life", "R-ZT-1", "年度组织生活会", date(2026, 1, 20), "minutes", "earned"),
    Done("CN-202602", "public_pledge", "R-DD-1", "公开承诺", date(2026, 2, 3), "pledge_form", "earned"),
    Done("LC-202602", "integrity_pledge", "R-LJ-2", "上半年廉洁承诺", date(2026, 2, 4), "pledge_form", "earned"),
    Done("DK-202603", "party_lecture", "R-LX-2", "第一季度党课", date(2026, 3, 18), "sign_in_list", "attended"),
    Done("ZF-202603", "visit", "R-WM-1", "3月“大走访”", date(2026, 3, 24), "visit_register", None),
    Done("JB-202603", "party_assignment", "R-QZ-2", "窗口延时服务轮值", date(2026, 3, 27), "assignment_sheet", None),
    Done("LZ-202604", "integrity_education", "R-LJ-1", "廉政教育", date(2026, 4, 9), "sign_in_list", "attended"),
    Done("WT-202604", "public_issue", "R-WM-2", "4月群众问题交办", date(2026, 4, 15), "assignment_sheet", None),
    Done("ZY-202604", "volunteer_service", "R-WM-3", "社区志愿服务", date(2026, 4, 18), "service_hours", None),
    Done("JT-202604", "collective_activity", "R-ZT-2", "春季登山", date(2026, 4, 22), "sign_in_list", "attended"),
    Done("GY-202604", "charity", "R-CY-2", "爱心助学", date(2026, 4, 24), "donation_receipt", None),
    Done(
        "TD-202605", "study_session", "R-LX-1", "5月主题党日", date(2026, 5, 12), "sign_in_list", "attended", "posted"
    ),
    Done(
        "BM-202605",
        "branch_meeting",
        "R-GJ-1",
        "5月支部党员大会",
        date(2026, 5, 13),
        "sign_in_list",
        "attended",
        "approved",
    ),
    Done(
        "DF-202605",
        "monthly_dues",
        "R-GJ-2",
        "5月党费交纳",
        date(2026, 5, 11),
        "dues_register",
        "attended",
        "submitted",
    ),
    Done("ZB-202605", "duty", "R-DD-2", "防汛值班", date(2026, 5, 15), "duty_roster", None, "returned"),
    Done("ZF-202605", "visit", "R-WM-1", "5月“大走访”", date(2026, 5, 18), "visit_register", None, "draft"),
    Done(
        "DK-202606", "party_lecture", "R-LX-2", "第二季度党课", date(2026, 6, 17), "sign_in_list", "attended", "planned"
    ),
)
