"""An export is put on record once, by the installation alone."""

from uuid import UUID

import msgspec

from domain.actor import Actor
from domain.decider import NotPermitted
from domain.oversight.export import ExportExists, ExportProduced, Produced, ProduceExport
from tests.domain.branch import AT, BRANCH, INSTALLATION, PROCESS, digest, organised, secret, who, wish

ORGANISED = organised()
EXPORT = UUID("00000000-0000-4000-8000-0000000000e1")
RECEIVER = secret("receiver", "示例区审计局", EXPORT)


def produced(actor: Actor = INSTALLATION) -> ProduceExport:
    return wish(
        ProduceExport,
        actor,
        AT,
        export=EXPORT,
        scope=BRANCH,
        year=2026,
        mandate="auditor",
        size=41,
        root=digest("root"),
        manifest=digest("manifest"),
        receiver=RECEIVER,
        by=who("auditor"),
        content=digest("content"),
    )


def test_what_was_taken_away_stands_in_the_log() -> None:
    (fact,) = ORGANISED.when(produced()).says(ExportProduced)
    assert isinstance(fact, ExportProduced)
    assert (fact.unit, fact.member, fact.year, fact.size) == (BRANCH, None, 2026, 41)
    assert (fact.receiver, fact.content) == (RECEIVER.commitment, digest("content"))


def test_the_period_of_a_year_is_told_as_well() -> None:
    wished = msgspec.structs.replace(produced(), period="H1")
    (fact,) = ORGANISED.when(wished).says(ExportProduced)
    assert isinstance(fact, ExportProduced)
    assert (fact.year, fact.period) == (2026, "H1")


def test_one_export_is_put_on_record_once() -> None:
    ORGANISED.given(produced()).when(produced()).refused(ExportExists, export=EXPORT)


def test_made_again_it_is_the_same_content_and_one_of_before_that_was_told_is_the_same_to_the_byte() -> None:
    told = Produced(size=41, manifest=digest("manifest"), content=digest("content"))
    before = Produced(size=41, manifest=digest("manifest"))
    assert told.is_again(digest("with a newer cosignature"), digest("content"))
    assert not told.is_again(digest("less"), digest("of somebody whose key was destroyed"))
    assert before.is_again(digest("manifest"), digest("content"))
    assert not before.is_again(digest("with a newer cosignature"), digest("content"))


def test_nobody_but_the_installation_puts_it_on_record() -> None:
    ORGANISED.when(produced(PROCESS)).refused(NotPermitted)


def test_under_a_review_nobody_is_named() -> None:
    wished = msgspec.structs.replace(produced(), scope=None, year=None, mandate="reviewer", review=EXPORT)
    (fact,) = ORGANISED.when(wished).says(ExportProduced)
    assert isinstance(fact, ExportProduced)
    assert (fact.mandate, fact.review, fact.member) == ("reviewer", EXPORT, None)
