"""权限 — thirty cells written by hand from SPEC, each with the sentence that it comes from."""

from typing import Final, NamedTuple

import pytest

from domain.permissions import Holder, Relation, may


class Cell(NamedTuple):
    """Whether a holder may do something to a thing of an organisation that stands so to his own."""

    operation: str
    holder: Holder
    relation: Relation
    granted: bool
    sentence: str


ENTERS: Final = "I3: recorder ≠ subject; approver ≠ recorder"
NO_WRITE: Final = "I3: auditors have no write"
HANDLER: Final = "I3: handler ∉ {recorder, approvers, objector, subject, their substitutes}"
AUTHOR: Final = "I3: rule author ≠ rule approver"
LIMITED: Final = "E5: audience-limited"
IDENTITY: Final = "E7: objector's identity encrypted, seen only by the handler"
FILES: Final = "E3: the person learns of a deduction first, may state his view, objects, appeals"

CELLS: Final = (
    Cell("sheet.fill", "recorder", "own", True, ENTERS),
    Cell("sheet.decide", "recorder", "own", False, ENTERS),
    Cell("sheet.decide", "substitute_recorder", "own", False, ENTERS),
    Cell("sheet.fill", "secretary", "own", False, ENTERS),
    Cell("honour.decide", "recorder", "own", False, ENTERS),
    Cell("deduction.decide", "recorder", "own", False, ENTERS),
    Cell("deduction.decide", "member", "own", False, ENTERS),
    Cell("sheet.fill", "auditor", "own", False, NO_WRITE),
    Cell("sheet.decide", "auditor", "any", False, NO_WRITE),
    Cell("deduction.propose", "auditor", "any", False, NO_WRITE),
    Cell("notice.post", "auditor", "any", False, NO_WRITE),
    Cell("objection.file", "auditor", "own", False, NO_WRITE),
    Cell("rules.draft", "auditor", "any", False, NO_WRITE),
    Cell("sheet.read", "auditor", "any", True, "I3: auditors have no write; they read"),
    Cell("objection.receive", "recorder", "own", False, HANDLER),
    Cell("objection.handle", "recorder", "any", False, HANDLER),
    Cell("objection.handle", "member", "any", False, HANDLER),
    Cell("objection.receive", "secretary", "above", True, "J3: handler from the next higher organisation"),
    Cell("retaliation.examine", "secretary", "own", True, "E7: the level above examines"),
    Cell("retaliation.examine", "secretary", "above", False, "E7: nobody else looks"),
    Cell("retaliation.examine", "recorder", "own", False, "E7: not whoever records"),
    Cell("retaliation.examine", "auditor", "any", False, "E7: visible only to the level above"),
    Cell("register.keep", "recorder", "own", True, "E14: at most one entry of each fact, where it happens"),
    Cell("register.keep", "secretary", "above", False, "E14: nobody enters for an organisation below"),
    Cell("register.keep", "auditor", "any", False, NO_WRITE),
    Cell("register.read", "member", "own", False, LIMITED),
    Cell("feedback.leave", "objector", "any", True, "1.5 (59): whoever is served says how it was, without a name"),
    Cell("objection.decide_appeal", "leading_group", "above", True, "J3: appeal to the leading group"),
    Cell("objection.decide_appeal", "secretary", "above", False, "J3: appeal to the leading group"),
    Cell("rules.draft", "leading_group", "own", False, AUTHOR),
    Cell("rules.approve", "officer", "own", False, AUTHOR),
    Cell("notice.read", "member", "own", True, LIMITED),
    Cell("notice.read", "member", "any", False, LIMITED),
    Cell("notice.read", "recorder", "any", False, LIMITED),
    Cell("deduction.read", "member", "own", False, "E5: discipline details are not for the other members"),
    Cell("objection.read", "member", "own", False, IDENTITY),
    Cell("objection.withdraw", "objector", "any", True, "E7, J3: the objector follows his own under his secret"),
    Cell("deduction.answer", "member", "own", True, FILES),
    Cell("objection.appeal", "member", "any", True, FILES),
    Cell("notice.close", "secretary", "own", False, "I10: NoticeClosed may not be written before the term, by nobody"),
    Cell("record.confirm", "secretary", "own", False, "I6: nothing counts unless noticed for the full term"),
)


def test_there_are_thirty_cells_and_none_is_said_twice() -> None:
    assert len({cell[:3] for cell in CELLS}) == len(CELLS) >= 30


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.holder}-{cell.operation}-{cell.relation}")
def test_a_cell_is_as_the_specification_says(cell: Cell) -> None:
    assert may(cell.operation, cell.holder, cell.relation) is cell.granted, cell.sentence


def test_an_auditor_holds_no_cell_that_writes() -> None:
    writes = ("fill", "decide", "claim", "propose", "post", "check", "withdraw", "extend", "file", "enter", "appeal")
    kinds = (
        "sheet",
        "honour",
        "deduction",
        "notice",
        "objection",
        "veto",
        "matter",
        "evidence",
        "role",
        "unit",
        "rules",
    )
    for relation in ("self", "own", "above", "any"):
        assert not any(may(f"{kind}.{write}", "auditor", relation) for kind in kinds for write in writes)
