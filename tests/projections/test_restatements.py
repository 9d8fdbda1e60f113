"""A restatement in the read models: ordered, computed, approved, adopted; followed and rebuilt alike."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.assessment.adding import AddRecord
from domain.assessment.restatement import restatement_id
from domain.entry import encode
from domain.objection.objection import Correction
from domain.recording.archive import ARCHIVE, RecordReplaced
from domain.recording.matter import MATTER, MatterHeld, MatterPlanned
from domain.recording.sheet import SHEET, SheetOpened
from domain.rules.altering import altered
from projections import assessments, determinations, records, restatements, timeline, whatif
from projections.follow import catch_up
from projections.inputs import inputs_of
from projections.rebuild import rebuild
from tests.domain.branch import (
    BRANCH,
    DOCUMENT,
    HELD_ON,
    PEOPLE,
    RULED,
    SCHEME,
    STUDY,
    TOP,
    VERSION,
    appointed,
    commands,
    digest,
    registered,
)
from tests.domain.branch import calendar as calendar_of
from tests.domain.restated import HEARD_AT, LEADERS, adopted, approved, computed, ordered, version_published
from tests.domain.restated import document as document_of
from tests.domain.year import H1_OVER, YEAR, half
from tests.ops.saves import append, entry, save
from tests.projections.conftest import House, tables_of
from tests.projections.transparency.worked import entries_of

RENAMED = "renamed-2"


def test_a_restated_half_stands_beside_the_first_as_followed_and_as_rebuilt(house: House) -> None:
    """The renamed item is not mapped: its old line is kept, and listed, beside the new item's."""
    house.tell(
        (
            *commands(),
            calendar_of(2027),
            *(registered(one, TOP) for one in LEADERS),
            *(appointed(one, "leading_group", TOP) for one in LEADERS),
            *half("H1", H1_OVER),
            *version_published(RENAMED, {'"R-LX-1"': '"R-LX-9"'}, date(2027, 7, 1)),
            ordered(RENAMED, period="H1", additions=(_prize(),)),
            computed("H1"),
            approved("H1"),
            *adopted("H1", at=HEARD_AT + timedelta(days=1)),
        )
    )
    house.follow()
    (found,) = asyncio.run(house.ask(restatements.restatements_of, [BRANCH])).value
    assert (found.status, found.rules, found.members, found.better, found.adopted) == ("adopted", RENAMED, 8, 8, 8)
    number = restatement_id(BRANCH, YEAR, "H1", 1)
    _supposed(house)
    members = asyncio.run(house.ask(restatements.restated_members, number)).value
    assert {(one.before_total, one.total, one.unmapped) for one in members} == {(3300, 3600, 1), (3300, 3900, 1)}
    other = next(one for one in members if one.member != PEOPLE[0])
    assert [(one.item, one.old, one.new, one.unmapped) for one in other.lines] == [
        ("R-LX-1", 300, 300, True),
        ("R-LX-9", None, 300, False),
    ]
    both = asyncio.run(house.ask(determinations.determinations_of, PEOPLE[0])).value
    assert [(one.version, one.total, one.rules, one.superseded) for one in both] == [
        (1, 3300, VERSION, True),
        (2, 3900, RENAMED, False),
    ]
    results = asyncio.run(house.ask(assessments.results_of_unit, BRANCH, YEAR, "H1")).value
    assert {(one.version, one.total, one.determined_total) for one in results} == {(2, 3600, 3600), (2, 3900, 3900)}
    year = asyncio.run(house.ask(inputs_of, PEOPLE[0], YEAR)).value
    assert year is not None
    assert [(one.matter, one.kind, one.status) for one in year.merits] == [("AW-LEFT", "honour", "confirmed")]
    chain = asyncio.run(house.ask(records.record, year.merits[0].id, PEOPLE[0])).value
    assert chain is not None, "what an order added is shown like any record"
    assert (chain.state, chain.kind, chain.points, chain.replaces) == ("confirmed", "honour", 300, None)
    moments = asyncio.run(house.ask(timeline.timeline, PEOPLE[0])).value
    assert "record-replaced" in {one.type for one in moments.items}
    with house.projector() as connection:
        catch_up(connection)
        before = tables_of(connection)
        rebuild(house.urls.projector, readers=house.readers)
        assert tables_of(connection) == before


def test_what_an_order_put_in_place_is_one_moment_of_its_members_timeline(house: House) -> None:
    """A duty that a sheet forgot: no body voted on it, and it is not shown as recorded a second time."""
    key: dict[str, Any] = {"unit": BRANCH, "matter": "MT-LEFT"}
    about = MATTER.of(BRANCH, "MT-LEFT")
    added = RecordReplaced(
        **key,
        record=uuid4(),
        member=PEOPLE[0],
        restatement=uuid4(),
        kind="responsibility",
        item=STUDY,
        rules=VERSION,
        outcome="attended",
        quantity="1.00",
        occurred_on=HELD_ON,
        counted_on=HELD_ON,
    )
    known = RULED.given(
        about.says(MatterPlanned(**key, kind="study_session", title="主题党日", planned_on=HELD_ON)),
        about.says(MatterHeld(**key, occurred_on=HELD_ON)),
        SHEET.of(BRANCH, "MT-LEFT", STUDY).says(SheetOpened(**key, item=STUDY, rules=VERSION, occurred_on=HELD_ON)),
        ARCHIVE.of(PEOPLE[0], YEAR).says(added),
    )
    said = entries_of(list(known.world.said))
    append(house.recorder, *(entry(one.stream, one.version, encode(one), one.type) for one in said), save=save())
    last = house.follow()
    moments = asyncio.run(house.ask(timeline.timeline, PEOPLE[0])).value.items
    assert [(one.position, one.type) for one in moments if one.record == added.record] == [(last, "record-replaced")]


def _prize() -> AddRecord:
    """Nobody had entered it; nobody had claimed it either."""
    day = date(YEAR, 5, 20)
    right = Correction(outcome="honoured", level="municipal_first")
    return AddRecord(
        member=PEOPLE[0],
        matter="AW-LEFT",
        item="H-LX-1",
        right=right,
        occurred_on=day,
        counted_on=day,
        document_kind="award_certificate",
        document=digest("certificate"),
    )


def _supposed(house: House) -> None:
    """What-if on the restated half: a lower cap takes from everybody, the present version from nobody."""
    with house.projector() as connection:
        document = json.loads(DOCUMENT)
        less = whatif.supposed(altered(document, "responsibility.R-LX-1.cap_half", "1"))
        shown = whatif.what_if(connection, SCHEME, less, YEAR, "H1")
        assert (shown.too_few, shown.members, shown.worse) == (True, 8, 0), "eight people are too few to be shown"
        renamed = whatif.supposed(json.loads(document_of({'"R-LX-1"': '"R-LX-9"'}, RENAMED)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(whatif, "smallest_group", lambda version: 1)
            found = whatif.what_if(connection, SCHEME, less, YEAR, "H1")
            again = whatif.what_if(connection, SCHEME, renamed, YEAR, "H1")
        assert (found.members, found.worse, found.better, found.unmapped) == (8, 8, 0, ())
        assert found.mean_before - found.mean_after == 500, "3.00 for the renamed item, and 2.00 of its own"
        assert (again.changed, [one.item for one in again.unmapped]) == (0, ["R-LX-1"])
        assert whatif.what_if(connection, SCHEME, less, YEAR, "H1", unit=TOP).members == 8
        for asked in ({"period": "H2"}, {"period": "H1", "unit": "elsewhere"}):
            with pytest.raises(whatif.NothingDetermined):
                whatif.what_if(connection, SCHEME, less, YEAR, **asked)
