"""A veto that is objected to and lifted meanwhile: nothing is left to hold back, and the objection still ends."""

import json
from datetime import timedelta

import msgspec

from domain.actor import Actor
from domain.notice.drafting import DraftRecordNotice
from domain.notice.notice import NOTICE, Notice, notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.objection.filing import FileObjection, WithdrawObjection, digest_of
from domain.recording.archive import archive_of
from domain.rules.ruleset import DraftRuleSet
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    DOCUMENT,
    INSTALLATION,
    MEMBER,
    PROCESS,
    SCHEME,
    SETUP_AT,
    TOP,
    VERSION,
    approved,
    calendar,
    organised,
    published,
    secret,
    wish,
)
from tests.domain.given import World
from tests.domain.merits import DATED_ON, lifted, vetoed
from tests.domain.objection.disputes import KEY, MONDAY, OBJECTION_ID


def noticed() -> DraftRuleSet:
    """The example's rule set, with a notice for vetoes."""
    document = json.loads(DOCUMENT)
    stage = {"code": "veto", "zh": "一票否决公示", "en": "Vetoes", "days": 5, "audience": "branch"}
    document["notice"]["stages"].append(stage)
    raw = msgspec.Raw(json.dumps(document, ensure_ascii=False).encode())
    return wish(DraftRuleSet, INSTALLATION, SETUP_AT, unit=TOP, scheme=SCHEME, version=VERSION, document=raw)


def test_an_objection_to_a_veto_ends_though_the_veto_was_lifted() -> None:
    base = organised().given(noticed(), approved(), published(), calendar(2025), calendar(2026), vetoed())
    archive = archive_of(MEMBER, DATED_ON)
    (record,) = base.world[archive].records
    about = {"unit": BRANCH, "notice": notice_of_record(record)}
    name = secret("objector", "张三 138…", OBJECTION_ID)
    filed = wish(
        FileObjection,
        Actor(sealed=name.commitment),
        MONDAY + timedelta(hours=1),
        **about,
        objection=OBJECTION_ID,
        about="line",
        line=1,
        objector=name,
        reason=secret("reason", "决定已撤销", OBJECTION_ID),
        key=digest_of(KEY),
    )
    hanging = base.given(
        wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON),
        wish(CheckDisclosure, AS_SECRETARY, MONDAY, **about, shows=("name", "outcome")),
        wish(PostNotice, AS_SECRETARY, MONDAY, **about),
        filed,
    )
    assert hanging.world[archive].records[record].held_by == {OBJECTION_ID}
    withdrawn = wish(WithdrawObjection, filed.actor, MONDAY, unit=BRANCH, objection=OBJECTION_ID, secret=KEY)
    after: World = hanging.given(lifted(record), withdrawn).world
    assert after[archive].records[record].status == "lifted"
    assert not after[archive].records[record].held_by
    notice = after[NOTICE.of(about["notice"])]
    assert isinstance(notice, Notice)
    assert notice.lines[0].clear
