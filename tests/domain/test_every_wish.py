"""Whatever is wished in whatever order: it is granted or refused, and what is granted can be believed for ever."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import house
from domain.actor import Actor, person, system
from domain.decider import NAMESPACE, Command, Refused
from domain.notice.changing import EvidencePosting, ExtendNotice, RepostNotice, WithdrawNotice
from domain.notice.drafting import DraftNotice
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.objection.appeal import DecideAppeal, FileAppeal
from domain.objection.closing import CloseObjection, EndBlock, EscalateObjection
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import EnterObjection, FileObjection, WithdrawObjection, digest_of
from domain.objection.handling import (
    AcceptObjection,
    AssignHandler,
    DeclineObjection,
    HoldHearing,
    RecordFinding,
    RecuseHandler,
)
from domain.objection.objection import Correction
from domain.organisation.appointments import OFFICES, AppointRole, DelegateRole, EndRole, HandOverRole, SubstituteRole
from domain.organisation.describing import DescribeMember
from domain.organisation.exemption import DecideExemption, EndExemption, RequestExemption
from domain.organisation.member import RegisterMember
from domain.organisation.membership import (
    AssignProfile,
    EndMembership,
    RegisterLeave,
    ShortenLeave,
    TransferMember,
)
from domain.organisation.reorganisation import AssignApprovalBody, DissolveUnit, MoveUnit, RenameUnit
from domain.organisation.roster import belonging
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.archive import ARCHIVE, ENDED, Archive, archive_of
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, DropMatter, HoldMatter, PlanMatter
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    HIGHER,
    MEMBER,
    OTHER,
    PEOPLE,
    RECORDER,
    RULED,
    SECRETARY,
    STUDY,
    SUBSTITUTE,
    TOP,
    digest,
    secret,
    who,
    wish,
)

ACTORS = [
    person(RECORDER, "recorder", BRANCH),
    person(SUBSTITUTE, "substitute_recorder", BRANCH),
    person(SECRETARY, "secretary", BRANCH),
    person(HIGHER[0], "secretary", TOP),
    person(who("officer"), "officer", TOP),
    system("process"),
    Actor(sealed=secret("objector", "x").commitment),
    person(HIGHER[1], "committee_member", TOP),
    person(who("leader"), "leading_group", TOP),
]
SHEETS = [("MT-1", STUDY), ("MT-2", "R-WM-1"), ("MT-3", STUDY)]
DAYS = [date(2026, 5, 12), date(2026, 9, 30)]
COMING = [date(2026, 10, 5), date(2026, 10, 20)]
MORNING = datetime(2026, 9, 29, 2, tzinfo=UTC)
OUTCOMES = ["attended", "absent", "excused", "earned", "done", "not-done"]


def one(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


LINES = st.lists(
    st.builds(LineWish, member=one(*PEOPLE, who("stranger")), outcome=one(*OUTCOMES), quantity=one("1.00", "2.00")),
    max_size=3,
).map(tuple)
FILING: dict[str, st.SearchStrategy[Any]] = {
    "about": one("line", "line", "line", "missing_line", "grade", "procedure"),
    "line": one(1, 2, 99, None),
    "objector": one(secret("objector", "x")),
    "reason": one(secret("reason", "x")),
    "key": one(digest_of("key")),
    "anonymous": one(False, False, False, True),
}
FIELDS: dict[type[Command], dict[str, st.SearchStrategy[Any]]] = {
    PlanMatter: {"kind": one("study_session", "visit"), "title": one("事项"), "planned_on": one(*DAYS)},
    HoldMatter: {"occurred_on": one(*DAYS)},
    DropMatter: {"reason": one(secret("reason", "x"))},
    AttachEvidence: {"kind": one("sign_in_list", "visit_register", "x"), "sha256": one(digest("1"), digest("2"))},
    OpenSheet: {"late_reason": one(None, secret("late_reason", "x"))},
    FillSheet: {"otherwise": one(None, "attended", "earned"), "but": LINES},
    SubmitSheet: {},
    ReturnSheet: {"reason": one(secret("reason", "x"))},
    ApproveSheet: {
        "minute": one("1号"),
        "minute_sha256": one(digest("m")),
        "present": one(COMMITTEE, COMMITTEE, COMMITTEE, COMMITTEE[:3], HIGHER, ()),
        "not_in_favour": one((), (), (), (SECRETARY,)),
    },
    DraftNotice: {"decision": one(1, 1, 2)},
    CheckDisclosure: {"shows": one((), ("name", "outcome"))},
    PostNotice: {},
    EvidencePosting: {"posted_on": one(*DAYS), "sha256": one(digest("p"))},
    ExtendNotice: {"ends_on": one(*DAYS, date(2026, 10, 19), date(2026, 10, 20), date(2028, 1, 1))},
    WithdrawNotice: {"reason": one(secret("reason", "x"))},
    RepostNotice: {},
    CloseNotice: {},
    ConfirmRecords: {},
    FileObjection: FILING,
    EnterObjection: {**FILING, "received_on": one(*DAYS)},
    WithdrawObjection: {"secret": one("key", "wrong")},
    AcceptObjection: {},
    DeclineObjection: {"ground": one("late", "x"), "reason": one(secret("reason", "x"))},
    AssignHandler: {"handler": one(HIGHER[1], HIGHER[1], HIGHER[0], who("leader"), SECRETARY)},
    RecuseHandler: {},
    HoldHearing: {"heard": one(("subject",), ()), "held_on": one(*DAYS), "note": one(secret("note", "x"))},
    RecordFinding: {"finding": one(secret("finding", "x"))},
    DecideObjection: {
        "outcome": one("upheld", "partly", "rejected"),
        "correction": one(None, Correction(outcome="absent"), Correction(outcome="excused", member=OTHER)),
        "reply": one(secret("reply", "x")),
    },
    DeliverReply: {"how": one("page", "witnessed_paper")},
    FileAppeal: {"ground": one(secret("ground", "x")), "secret": one("key", None)},
    DecideAppeal: {
        "outcome": one("upheld", "rejected"),
        "reply": one(secret("reply", "x")),
        "minute": one("1号"),
        "minute_sha256": one(digest("m")),
        "present": one((who("leader"),), ()),
    },
    CloseObjection: {},
    EndBlock: {},
    EscalateObjection: {"stage": one("acceptance", "decision"), "due_on": one(*DAYS, date(2026, 10, 9))},
    AppointRole: {"role": one(*OFFICES), "person": one(*PEOPLE), "from_on": one(*DAYS)},
    EndRole: {"role": one(*OFFICES), "person": one(*PEOPLE), "last_on": one(*DAYS)},
    RegisterMember: {
        "member": one(MEMBER, who("newcomer")),
        "profile": one("full"),
        "name": one(secret("name", "n")),
        "work_number": one(secret("work_number", "n")),
        "present_from": one(*DAYS),
    },
    HandOverRole: {
        "role": one(*OFFICES),
        "person": one(*PEOPLE),
        "successor": one(*PEOPLE),
        "from_on": one(*DAYS),
    },
    SubstituteRole: {
        "role": one(*OFFICES),
        "person": one(*PEOPLE),
        "stands_for": one(*PEOPLE),
        "from_on": one(*DAYS, *COMING),
        "until_on": one(*COMING),
    },
    DelegateRole: {"person": one(*PEOPLE), "from_on": one(*COMING), "until_on": one(*COMING)},
    TransferMember: {"member": one(*PEOPLE), "to_unit": one(TOP, BRANCH), "from_on": one(*DAYS, *COMING)},
    AssignProfile: {"member": one(*PEOPLE), "profile": one("full", "probationary"), "from_on": one(*DAYS)},
    DescribeMember: {"member": one(*PEOPLE), "traits": one(secret("traits", "sex=female"), secret("traits", "x"))},
    EndMembership: {"member": one(*PEOPLE), "last_on": one(*DAYS), "reason": one(secret("reason", "x"))},
    RegisterLeave: {
        "member": one(*PEOPLE),
        "kind": one("leave"),
        "from_on": one(*DAYS, *COMING),
        "until_on": one(*DAYS, *COMING),
    },
    ShortenLeave: {"member": one(*PEOPLE), "from_on": one(*DAYS), "last_on": one(*DAYS, *COMING)},
    RequestExemption: {
        "member": one(*PEOPLE),
        "from_on": one(*DAYS, *COMING),
        "ground": one(secret("ground", "retired"), secret("ground", "busy")),
        "reason": one(secret("reason", "x")),
    },
    DecideExemption: {
        "member": one(*PEOPLE),
        "exemption": one(1, 2),
        "grant": one(True, False),
        "minute": one("1号"),
        "minute_sha256": one(digest("m")),
        "present": one(PEOPLE, (who("leader"),)),
    },
    EndExemption: {"member": one(*PEOPLE), "last_on": one(*DAYS)},
    RenameUnit: {"title": one("新名"), "from_on": one(*DAYS)},
    MoveUnit: {"parent": one(TOP, BRANCH), "from_on": one(*DAYS)},
    AssignApprovalBody: {"approval_body": one("own_committee", "parent_committee", "branch_meeting")},
    DissolveUnit: {"last_on": one(*DAYS)},
}
USUAL: dict[type[Command], Actor] = {
    ReturnSheet: ACTORS[2],
    ApproveSheet: ACTORS[2],
    CheckDisclosure: ACTORS[2],
    PostNotice: ACTORS[2],
    EvidencePosting: ACTORS[2],
    ExtendNotice: ACTORS[2],
    WithdrawNotice: ACTORS[2],
    RepostNotice: ACTORS[2],
    FileObjection: ACTORS[6],
    WithdrawObjection: ACTORS[6],
    FileAppeal: ACTORS[6],
    AcceptObjection: ACTORS[3],
    DeclineObjection: ACTORS[3],
    AssignHandler: ACTORS[3],
    RecuseHandler: ACTORS[7],
    HoldHearing: ACTORS[7],
    RecordFinding: ACTORS[7],
    DecideObjection: ACTORS[7],
    DeliverReply: ACTORS[7],
    DecideAppeal: ACTORS[8],
    CloseObjection: ACTORS[5],
    EndBlock: ACTORS[5],
    EscalateObjection: ACTORS[5],
    AppointRole: ACTORS[4],
    EndRole: ACTORS[4],
    RegisterMember: ACTORS[4],
    HandOverRole: ACTORS[4],
    SubstituteRole: ACTORS[4],
    DelegateRole: ACTORS[2],
    TransferMember: ACTORS[4],
    AssignProfile: ACTORS[4],
    DescribeMember: ACTORS[4],
    EndMembership: ACTORS[4],
    RequestExemption: ACTORS[2],
    DecideExemption: ACTORS[2],
    EndExemption: ACTORS[2],
    RenameUnit: ACTORS[4],
    MoveUnit: ACTORS[4],
    AssignApprovalBody: ACTORS[4],
    DissolveUnit: ACTORS[4],
    DraftNotice: ACTORS[5],
    CloseNotice: ACTORS[5],
    ConfirmRecords: ACTORS[5],
}
"""Who usually wishes this; the rest is the recorder's. Now and then it is somebody else."""


FLOW = [SubmitSheet, ApproveSheet, DraftNotice, CheckDisclosure, PostNotice, CloseNotice, ConfirmRecords]
DISPUTE = [FileObjection, AcceptObjection, AssignHandler, HoldHearing, RecordFinding, DecideObjection, DeliverReply]


@st.composite
def wishes(draw: Callable[[st.SearchStrategy[Any]], Any], day: int) -> Command:
    """One wish on a day after 29 September, by its number."""
    kind = draw(st.sampled_from([*FIELDS, *FLOW, *FLOW, *DISPUTE, CloseObjection]))
    fields = {name: draw(values) for name, values in FIELDS[kind].items()}
    matter, item = draw(st.sampled_from(SHEETS))
    number = uuid5(NAMESPACE, f"objection/{matter}/{draw(st.integers(0, 1))}")
    about = {
        "objection": number,
        "unit": BRANCH,
        "matter": matter,
        "item": item,
        "notice": notice_id(BRANCH, matter, item, 1),
    }
    fields |= {name: value for name, value in about.items() if name in kind.__struct_fields__}
    usual = draw(st.integers(0, 9)) > 0
    actor = USUAL.get(kind, ACTORS[0]) if usual else draw(st.sampled_from(ACTORS))
    return wish(kind, actor, MORNING + timedelta(days=day), **fields)


HISTORIES = st.integers(0, 40).flatmap(lambda n: st.tuples(*(wishes(day) for day in range(n))))


def sheet(matter: str, item: str, kind: str, evidence: str) -> tuple[Command, ...]:
    """A matter that was held, and its open sheet."""
    common: dict[str, Any] = {"unit": BRANCH, "matter": matter}
    late = secret("late_reason", "x")
    return (
        wish(PlanMatter, ACTORS[0], MORNING, **common, kind=kind, title="事项", planned_on=DAYS[0]),
        wish(HoldMatter, ACTORS[0], MORNING, **common, occurred_on=DAYS[0]),
        wish(AttachEvidence, ACTORS[0], MORNING, **common, kind=evidence, sha256=digest(matter)),
        wish(OpenSheet, ACTORS[0], MORNING, **common, item=item, late_reason=late),
    )


def said(matter: str, item: str, **fields: Any) -> FillSheet:
    return wish(FillSheet, fields.pop("actor", ACTORS[0]), MORNING, unit=BRANCH, matter=matter, item=item, **fields)


OWN = (LineWish(member=RECORDER, outcome="attended"),)
ON_THE_WAY = RULED.given(
    *sheet("MT-1", STUDY, "study_session", "sign_in_list"),
    said("MT-1", STUDY, otherwise="attended"),
    said("MT-1", STUDY, actor=ACTORS[1], but=OWN),
    *sheet("MT-2", "R-WM-1", "visit", "visit_register"),
    said("MT-2", "R-WM-1", but=(LineWish(member=OTHER, outcome="earned"),)),
    *sheet("MT-3", STUDY, "study_session", "sign_in_list"),
    said("MT-3", STUDY, otherwise="attended"),
    said("MT-3", STUDY, actor=ACTORS[1], but=OWN),
    wish(SubmitSheet, ACTORS[0], MORNING, unit=BRANCH, matter="MT-1", item=STUDY),
    wish(SubmitSheet, ACTORS[0], MORNING, unit=BRANCH, matter="MT-3", item=STUDY),
    wish(
        ApproveSheet,
        ACTORS[2],
        MORNING,
        unit=BRANCH,
        matter="MT-3",
        item=STUDY,
        minute="1号",
        minute_sha256=digest("m"),
        present=COMMITTEE,
    ),
    wish(DraftNotice, ACTORS[5], MORNING, unit=BRANCH, matter="MT-3", item=STUDY, decision=1),
    wish(
        CheckDisclosure,
        ACTORS[2],
        MORNING,
        unit=BRANCH,
        notice=notice_id(BRANCH, "MT-3", STUDY, 1),
        shows=("name", "outcome"),
    ),
    wish(PostNotice, ACTORS[2], MORNING, unit=BRANCH, notice=notice_id(BRANCH, "MT-3", STUDY, 1)),
)
"""A party day before the committee, another in its notice, a visit not yet submitted: for wishes to meet."""


@given(HISTORIES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_wish_is_granted_or_refused(history: tuple[Command, ...]) -> None:
    world = ON_THE_WAY.world.copy()
    for command in history:
        before = dict(world.states)
        try:
            world.execute(command)
        except Refused:
            assert world.states == before
        for member in PEOPLE:
            was, now = (states.get(archive_of(member, DAYS[0]).id, Archive()) for states in (before, world.states))
            assert isinstance(was, Archive)
            assert isinstance(now, Archive)
            _only_grew(was, now)
        for day in (*DAYS, *COMING):
            everybody = belonging(world, BRANCH, day) + belonging(world, TOP, day)
            assert len(set(everybody)) == len(everybody), "I25: nobody belongs to two organisations on one day"


def _only_grew(was: Archive, now: Archive) -> None:
    """I1, I6, I11: one live record of a matter and item; none leaves; none is confirmed unless it was approved."""
    assert was.records.keys() <= now.records.keys()
    live = [r for r in now.records.values() if r.status not in ENDED]
    assert len({(r.matter, r.item) for r in live}) == len(live)
    fresh = now.records.keys() - was.records.keys()
    assert all(now.records[record].status == "approved" for record in fresh)
    for number, before in was.records.items():
        after = now.records[number]
        assert before.status not in ENDED or after == before, "reversed once and for good"
        assert before.status != "confirmed" or after.status in ("confirmed", "reversed")
        assert not before.held_by or after.status != "confirmed", "what is held back is not confirmed"


def test_every_kind_of_stream_has_its_word_once() -> None:
    kinds = [stream.kind for stream in house.STREAMS]
    assert len(set(kinds)) == len(kinds)
    assert ARCHIVE in house.STREAMS
