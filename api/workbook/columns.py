"""栏目 — the two sheets of a month and their columns, in Chinese and English. Readers, template and docs share them.

==========  ===========================================================================================
事项        one row per matter: planned, held or not, with its evidence
记分        one row per person and matter, by exception: who is not named was present
==========  ===========================================================================================

The other sheets of the template (说明, 名册, 选项) and of a marked copy (问题) are never read.
"""

import unicodedata
from typing import Final, NamedTuple


class Column(NamedTuple):
    """One column: the key of this code, both headings, whether a workbook may leave it out, width in characters."""

    key: str
    zh: str
    en: str
    optional: bool = False
    width: int = 16


class SheetLayout(NamedTuple):
    """One sheet: its name in both languages and its columns as the template orders them."""

    zh: str
    en: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """The column of this key."""
        return next(column for column in self.columns if column.key == key)


MATTERS: Final = SheetLayout(
    "事项",
    "Matters",
    (
        Column("matter", "事项编号", "Matter code", width=18),
        Column("kind", "事项类别", "Kind", width=36),
        Column("title", "名称", "Title", width=36),
        Column("planned_on", "计划日期", "Planned on", width=14),
        Column("held_on", "开展日期", "Held on", width=14),
        Column("reason", "未开展原因", "Reason not held", optional=True, width=24),
        Column("late_reason", "补记理由", "Reason for late entry", optional=True, width=24),
        Column("evidence_kind", "佐证类别", "Evidence kind", width=22),
        Column("evidence", "佐证材料", "Evidence", width=36),
    ),
)

MARKS: Final = SheetLayout(
    "记分",
    "Marks",
    (
        Column("work_number", "工号", "Work number", width=14),
        Column("name", "姓名", "Name", width=14),
        Column("matter", "事项编号", "Matter code", width=18),
        Column("item", "条目", "Item", width=36),
        Column("outcome", "登记结果", "Outcome", width=14),
        Column("quantity", "数量", "Quantity", optional=True, width=10),
        Column("hours", "小时数", "Hours", optional=True, width=10),
        Column("level", "档次", "Level", optional=True, width=24),
        Column("condition", "附加情形", "Condition", optional=True, width=20),
    ),
)

LAYOUTS: Final = (MATTERS, MARKS)

UNREAD_SHEETS: Final = {"instructions": "说明", "roster": "名册", "choices": "选项", "findings": "问题"}
"""Sheets that we write ourselves and never read."""

NOT_HELD: Final = ("未开展", "not held")
"""What stands in place of a day for a matter that did not take place."""


def plain(text: str) -> str:
    r"""Text as it is compared: width, case, spaces, line ends and the star of a needed column do not count.

    >>> plain("事项编号 \nMatter Code *") == plain("事项编号mattercode")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("*", "").split())


def heading(column: Column) -> str:
    """The heading as the template writes it: Chinese above English."""
    return f"{column.zh}\n{column.en}"


def names(layout: SheetLayout) -> frozenset[str]:
    """The tab names under which a sheet is recognised."""
    return frozenset((plain(layout.zh), plain(layout.en), plain(layout.zh + layout.en)))


def headings(layout: SheetLayout) -> dict[str, str]:
    """Every heading under which a column is recognised → the column's key."""
    return {
        plain(text): column.key for column in layout.columns for text in (column.zh, column.en, column.zh + column.en)
    }
