"""考评结果公示 — the notices that show results of a period, on the board of all notices."""

from typing import Final, LiteralString

from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted
from projections.applying import Applied, Handlers
from projections.notice_board import NULL, NoticeRow
from projections.reading import hundredths_of

DDL: Final[LiteralString] = ""
"""It writes to the tables of the board."""


def _drafted_results(this: Applied, fact: ResultNoticeDrafted) -> None:
    this.keys.remember("notice", fact.notice.int, key=(this.position,))
    this.keys.notices[this.stream.int] = this.position
    this.batch.insert(
        NoticeRow(
            notice=this.position,
            id=fact.notice,
            stream=this.stream,
            unit=fact.unit,
            stage=fact.stage,
            matter=f"{fact.year}-{fact.period}",
            sheet=None,
            item=fact.period,
            decision=fact.computation,
            occurred_on=fact.last_on,
            lines=fact.lines,
            digest=fact.digest,
            status="drafted",
        )
    )


def _result_line(this: Applied, fact: ResultLineDrafted) -> None:
    notice, member = this.keys.notice_of_stream(this.stream), this.keys.member(fact.member)
    total = NULL if fact.total is None else hundredths_of(fact.total)
    # It has no record: the position of the line itself stands in its place, which no record can have.
    this.batch.append(
        "notice_lines",
        f"{notice}\t{fact.line}\t{this.position}\t{member}\t{this.position}\tscored\t100\t{NULL}\t"
        f"{total}\t{fact.result}\t{fact.grade or NULL}",
    )


HANDLERS: Final[Handlers] = {ResultNoticeDrafted: _drafted_results, ResultLineDrafted: _result_line}
