"""异议登记 in the read models: what is followed is what is rebuilt, and a parked member holds up nobody's objection."""

import asyncio
from datetime import UTC, datetime

from domain.decider import Command
from domain.notice.drafting import DraftNotice
from domain.notice.running import CheckDisclosure, PostNotice
from domain.objection.closing import CloseObjection
from domain.recording.filling import LineWish
from projections import disputes, explanation, notice_board, organisation, records
from projections.follow import catch_up
from projections.rebuild import rebuild
from tests.domain.branch import (
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    OTHER,
    PROCESS,
    RECORDER,
    STUDY,
    TOP,
    appointed,
    commands,
    evidenced,
    filled,
    held,
    opened,
    planned,
    registered,
    sheet_approved,
    submitted,
    wish,
)
from tests.domain.objection.disputes import (
    LEADERS,
    MONDAY,
    NOTICE_ID,
    OBJECTION_ID,
    about,
    accepted,
    assigned,
    closed,
    confirmed,
    decided,
    filed,
    found,
    heard,
    replied,
    withdrawn,
)
from tests.projections.conftest import House, tables_of

AFTER = datetime(2026, 7, 1, 16, 2, tzinfo=UTC)


def posted() -> tuple[Command, ...]:
    """As in the tests of the domain: a party day with one absent, in its notice."""
    absent = (LineWish(member=OTHER, outcome="absent"),)
    own = (LineWish(member=RECORDER, outcome="attended"),)
    return (
        *commands(),
        *(registered(leader, TOP) for leader in LEADERS[1:]),
        *(appointed(leader, "leading_group", TOP) for leader in LEADERS[1:]),
        planned(),
        held(),
        evidenced(),
        opened(),
        filled(otherwise="attended", but=absent),
        filled(AS_SUBSTITUTE, but=own),
        submitted(),
        sheet_approved(),
        wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=1),
        wish(CheckDisclosure, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID, shows=("name",)),
        wish(PostNotice, AS_SECRETARY, MONDAY, unit=BRANCH, notice=NOTICE_ID),
    )


def upheld() -> tuple[Command, ...]:
    return (
        filed(),
        accepted(),
        assigned(),
        heard(),
        found(),
        decided(),
        replied(),
        closed(),
        confirmed(),
        about(CloseObjection, PROCESS, AFTER),
    )


def test_an_objection_is_followed_step_by_step(house: House) -> None:
    house.tell((*posted(), filed()))
    house.follow()
    register = (asyncio.run(house.ask(disputes.register, BRANCH))).value
    (header,) = register.items
    assert (header.status, header.holds, header.awaits, header.body) == ("filed", True, "acceptance", TOP)
    board = (asyncio.run(house.ask(notice_board.notice, NOTICE_ID))).value
    assert board is not None
    assert board.header.held == 1
    assert [line.state for line in board.lines if line.member == OTHER] == ["suspended"]
    why = (asyncio.run(house.ask(explanation.explanation, OTHER, 2026))).value
    assert why is not None
    lines = [record for span in why.spans for one in span.categories for item in one.items for record in item.records]
    assert [one.state for one in lines] == ["suspended"]
    house.tell(upheld()[1:])
    house.follow()
    one = (asyncio.run(house.ask(disputes.objection, OBJECTION_ID))).value
    assert one is not None
    assert (one.header.status, one.header.ended, one.header.holds) == ("closed", "upheld", False)
    assert one.renoticed is not None
    assert [step.type for step in one.steps][:3] == ["objection-filed", "objection-receipted", "objection-accepted"]


def test_a_reversed_record_counts_no_more_and_leads_to_what_took_its_place(house: House) -> None:
    house.tell((*posted(), *upheld()))
    house.follow()
    with house.projector() as connection:
        rows = connection.execute("SELECT id, reversed IS NULL FROM records ORDER BY record").fetchall()
        (gone,) = [one for one, stands in rows if not stands]
        tallied = connection.execute("SELECT count(*) FROM records WHERE reversed IS NULL").fetchone()
    assert tallied == (8,)
    before = (asyncio.run(house.ask(records.record, gone, OTHER))).value
    assert before is not None
    assert before.state == "reversed"
    assert before.replaced_by is not None
    after = (asyncio.run(house.ask(records.record, before.replaced_by, OTHER))).value
    assert after is not None
    assert (after.state, after.outcome, after.replaces) == ("pending", "attended", gone)


def test_what_is_rebuilt_is_what_was_followed(house: House) -> None:
    for command in (*posted(), *upheld()):
        house.tell([command])
    with house.projector() as connection:
        catch_up(connection)
        followed = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == followed


def test_a_parked_member_parks_his_records_and_nobodys_objection(house: House) -> None:
    house.tell(posted())
    house.follow()
    with house.projector() as connection:
        key = organisation.key_of(connection, OTHER)
        assert key is not None
        connection.execute("DELETE FROM records WHERE member = %(member)s", {"member": key})
    house.tell((filed(), withdrawn()))
    house.follow()
    found_ = asyncio.run(house.ask(disputes.objection, OBJECTION_ID))
    assert found_.value is not None
    assert found_.value.header.ended == "withdrawn"
    with house.projector() as connection:
        parked = connection.execute("SELECT key, kind FROM parked").fetchall()
    assert parked == [(OTHER, "member")]
