"""What people wish: anything at all, or what makes sense after what was said.

A field takes its value from what is known of the thing that the wish is about, else from a pool under its name. So a
new kind of command is wished for as soon as it exists, and one whose field has no pool fails loudly.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from domain import house
from domain.actor import Actor
from domain.decider import NAMESPACE, Command
from domain.notice import notice as notices
from domain.objection import objection as objections
from domain.objection.appeal import DecideAppeal, EnterAppealDecision, FileAppeal
from domain.objection.deciding import DecideObjection
from domain.objection.filing import EnterObjection, FileObjection, digest_of
from domain.objection.flagging import ExamineRetaliation, FlagRetaliation
from domain.objection.handling import (
    AssignHandler,
)
from domain.objection.retaliation import About, Act
from domain.organisation import appointments, exemption, member, membership, reorganisation, unit
from domain.organisation.roster import belonging
from domain.oversight.erasing import DecideErasure, DestroyKey, ProposeErasure, WithdrawErasure
from domain.oversight.retention import DestroyCaseKey, DestroyErasedCase
from domain.oversight.review import ReviewOpened
from domain.recording import deduction, honour, matter
from domain.recording.bringing import BringVeto, VetoBrought
from domain.recording.claiming import ClaimHonour
from domain.recording.filling import FillSheet, LineWish, OpenSheet
from domain.recording.proposing import AddDeductionEvidence, ProposeDeduction
from domain.recording.veto import LiftVeto, RegisterVeto
from domain.rules import calendar, ruleset
from domain.rules.demands import departments_of
from domain.rules.items import ResponsibilityItem
from domain.values import day_of
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HIGHER,
    OFFICER,
    PEOPLE,
    RECORDER,
    SCHEME,
    SECRETARY,
    TOP,
    VERSION,
    digest,
    secret,
)
from tests.domain.life.actors import (
    ACTORS,
    EVERYBODY,
    KEY,
    MEMBERS,
    OFFICE,
    RULES,
    usual,
)
from tests.domain.life.beside import BESIDE, beside, leaders_of_reviews
from tests.domain.life.beside import POOLS as BESIDE_POOLS
from tests.domain.life.closing import CLOSING, closing
from tests.domain.life.closing import POOLS as CLOSING_POOLS
from tests.domain.life.consequences import FOLLOWING, following
from tests.domain.life.consequences import POOLS as FOLLOWING_POOLS
from tests.domain.life.life import (
    LEADERS,
    ROOMY,
    SMALL,
    SMALL_RECORDER,
    Life,
)
from tests.domain.life.refining import POOLS as REFINING_POOLS
from tests.domain.life.refining import REFINING, holding, refining

Pool = Callable[[Life, Random], Any]


def _day(life: Life, random: Random) -> date:
    return day_of(life.now) + timedelta(days=random.choice((-100, -33, -20, -5, -1, 0, 0, 1, 5, 20)))


def _one(*values: Any) -> Pool:
    return lambda _, random: random.choice(values)


def _sealed(name: str, *values: str) -> Pool:
    return lambda _, random: secret(name, f"密封的{random.choice(values)}")


def _lines(life: Life, random: Random) -> tuple[LineWish, ...]:
    outcomes = ("attended", "absent", "excused", "earned", "done", "not-done")
    some = random.sample(EVERYBODY, random.randrange(3))
    return tuple(LineWish(member=one, outcome=random.choice(outcomes), quantity="1.00") for one in some)


LEVELLED: Final = (*RULES.honour, *RULES.negative)
ON_SHEETS: Final = [item for item in RULES.responsibility if item.mode != "presumed"]
KINDS: Final = sorted({item.matter for item in ON_SHEETS})
ITEMS: Final = [item.code for item in (*RULES.responsibility, *LEVELLED, *RULES.veto)]
LEVELS: Final = sorted({level.code for item in LEVELLED for level in item.levels})

POOLS: Final[dict[str, Pool]] = {
    "unit": _one(BRANCH, BRANCH, BRANCH, SMALL, TOP),
    "to_unit": _one(BRANCH, SMALL, TOP),
    "parent": _one(TOP, BRANCH, SMALL),
    "scheme": _one(SCHEME),
    "version": _one(VERSION, "illustrative-2", "illustrative-3"),
    "document": lambda _, random: digest(str(random.randrange(9))),
    "kind": _one(*KINDS, "branch", "leave", *RULES.evidence_kinds),
    "document_kind": _one(*RULES.evidence_kinds),
    "proof_kind": _one("delivery_proof", "minutes"),
    "matter": lambda life, random: f"MT-{random.randrange(1, 9)}",
    "item": _one(*ITEMS),
    "level": _one(*LEVELS),
    "record": lambda life, random: _known_of(life, random, "record") or UUID(int=1),
    "honour": lambda life, random: _known_of(life, random, "honour") or UUID(int=1),
    "deduction": lambda life, random: _known_of(life, random, "deduction") or UUID(int=1),
    "notice": lambda life, random: _known_of(life, random, "notice") or UUID(int=1),
    "objection": lambda life, random: _known_of(life, random, "objection") or UUID(int=1),
    "title": _one("事项"),
    "identity": _one(None),
    "origin": _one("example.test/pukou", "example.test/again", "example.test/once-more"),
    "kept": _one(7, 9),
    "signed": _one(9, 9, 12),
    "root": _one(digest("root")),
    "operator": _one(OFFICER, OFFICER, *EVERYBODY),
    "clock": _one("simulated"),
    "members": _one(8),
    **dict.fromkeys(("better", "worse", "unmapped"), _one(0, 0, 3)),
    "digest": lambda _, random: digest(str(random.randrange(9))),
    "approval_body": _one("own_committee", "own_committee", "parent_committee", "branch_meeting"),
    "role": _one(*appointments.OFFICES),
    "profile": _one("full", "probationary"),
    "effective_on": _day,
    "year": _one(2026, 2027, 2027, 2028),
    "days_off": lambda life, random: (date(random.choice((2026, 2027)), 1, 1), date(2027, 2, 8)),
    "make_up_days": _one((), (date(2027, 2, 6),)),
    "sha256": lambda _, random: digest(str(random.randrange(99))),
    "minute": _one("1号"),
    "minute_sha256": _one(digest("m")),
    "document_sha256": _one(digest("d")),
    "proof": _one(digest("p")),
    "present": _one(COMMITTEE, COMMITTEE[:3], HIGHER, LEADERS, LEADERS[1:], PEOPLE, ()),
    "not_in_favour": _one((), (), (), (), (SECRETARY,)),
    "verdict": _one("approved", "approved", "approved", "refused"),
    "grant": _one(True, True, True, True, False),
    "final": _one(True, True, False),
    "statement": _sealed("statement", "说明"),
    "particulars": _sealed("particulars", "经过"),
    "issuer": _sealed("issuer", "区纪委"),
    "name": lambda life, _: secret("name", f"name {life.number()}"),
    "work_number": lambda life, _: secret("work_number", f"工号 {life.number()}"),
    "reason": _sealed("reason", "理由"),
    "late_reason": _sealed("late_reason", "补记"),
    "note": _sealed("note", "已听取"),
    "finding": _sealed("finding", "查核"),
    "reply": _sealed("reply", "答复"),
    "objector": _sealed("objector", "somebody", "another"),
    "key": _one(digest_of(KEY)),
    "secret": _one(KEY, KEY, KEY, "wrong"),
    "imported": _one(False, False, False, True),
    "anonymous": _one(False, False, False, False, False, True),
    "about": _one("line", "line", "line", "missing_line", "procedure", "grade"),
    "line": _one(1, 1, 2, 3, None, 99),
    "heard": _one(("subject",), ("recorder", "subject"), ("subject", "recorder"), ()),
    "flag": _one(UUID(int=1)),
    "consented": _one(True, True, False),
    "conclusion": _one("founded", "unfounded"),
    "how": _one("page", "witnessed_paper"),
    "outcome": _one("upheld", "upheld", "partly", "rejected"),
    "correction": lambda life, random: _correction(random),
    "ground": _one("late", "outside"),
    "of": _one(None, None, TOP),
    "shows": _one(("name", "outcome"), ()),
    "term": _one(None),
    "after_objection": _one(False, True),
    "decision": _one(1, 2),
    "exemption": _one(1, 1, 2),
    "turn": _one(1, 2),
    "round": _one(1, 2),
    "stage": _one("acceptance", "decision", "reply", "appeal_decision"),
    "from_own_measure": _one(False, False, False, False, True),
    "quantity": _one("1.00", "1.00", "1.00", "1.00", "2.00"),
    "condition": _one(None, None, None, None, "none-such"),
    "share": _one(None, None, None, None, "none-such"),
    "choice_reason": _sealed("choice_reason", "理由"),
    "otherwise": _one(None, "attended", "attended", "done"),
    "but": _lines,
    "hours": _one(None),
    "authority": _one("区直机关工委"),
    **BESIDE_POOLS,
    **CLOSING_POOLS,
    **FOLLOWING_POOLS,
    **REFINING_POOLS,
    **dict.fromkeys(("member", "person", "successor", "stands_for", "handler"), _one(*EVERYBODY)),
    **dict.fromkeys(("occurred_on", "dated_on", "decided_on", "counted_on", "planned_on", "held_on"), _day),
    **dict.fromkeys(("from_on", "until_on", "last_on", "lifted_on", "delivered_on", "received_on", "posted_on"), _day),
    **dict.fromkeys(("due_on", "ends_on", "present_from", "established_on"), _day),
}
"""A value under each name that a command's field may have."""

SPECIAL: Final[dict[tuple[type[Command], str], Pool]] = {
    (exemption.RequestExemption, "ground"): lambda _, random: secret(
        "ground", random.choice(("retired", "retired", "retired", "busy"))
    ),
    (FileAppeal, "ground"): _sealed("ground", "不服"),
    (AssignHandler, "handler"): _one(HIGHER[1], HIGHER[1], HIGHER[0], OFFICER, LEADERS[3], SECRETARY),
    (membership.ShortenLeave, "last_on"): lambda life, _: day_of(life.now),
    (appointments.DelegateRole, "person"): _one(DISCIPLINE, *PEOPLE),
    (unit.EstablishUnit, "unit"): lambda life, _: f"GW/N-{life.number()}",
    (unit.EstablishUnit, "kind"): _one("branch"),
    (member.RegisterMember, "member"): lambda life, _: uuid5(NAMESPACE, f"newcomer/{life.number()}"),
    (membership.RegisterLeave, "kind"): _one("leave"),
    (ruleset.DraftRuleSet, "document"): _one(msgspec.Raw(ROOMY)),
    (matter.PlanMatter, "matter"): lambda life, _: f"MT-{life.number()}",
}


def _known_of(life: Life, random: Random, name: str) -> Any:
    found = [value for one in life.log[-200:] if (value := getattr(one.fact, name, None)) is not None]
    return random.choice(found) if found else None


def _correction(random: Random) -> objections.Correction | None:
    outcome = random.choice(("attended", "absent", "excused", "done"))
    some = objections.Correction(outcome=outcome, member=random.choice((None, None, *PEOPLE)))
    return random.choice((None, some, some))


def made(kind: type[Command], life: Life, random: Random, known: dict[str, Any] | None = None) -> Command:
    """A wish of this kind, about what is known."""
    about = dict(known or {})
    about |= {name: value for name, value in _fitting(kind, life, random, about).items() if value is not None}
    actor = usual(kind, life, random, about) if random.randrange(12) else random.choice(ACTORS)
    if kind in (FileObjection, EnterObjection):
        about |= _objecting(life, random, about)
    fields = {
        field.name: about[field.name]
        if field.name in about
        else SPECIAL.get((kind, field.name), POOLS[field.name])(life, random)
        for field in msgspec.structs.fields(kind)
        if field.name not in ("id", "actor", "at", "cause")
    }
    if kind is FillSheet and random.randrange(12):
        fields |= _own_line(actor, fields)
    if kind is FileObjection and random.randrange(12):
        actor = Actor(sealed=fields["objector"].commitment)
    if kind is FlagRetaliation and random.randrange(8):
        actor = Actor(sealed=fields["about"].commitment)
    if "present" in fields and kind not in FOLLOWING and random.randrange(8):
        fields["present"] = _body(life, actor, kind)
    return life.wish(kind, actor, **fields)


def _own_line(actor: Actor, fields: dict[str, Any]) -> dict[str, Any]:
    """The recorder says nothing of himself; whoever stands in for him says that alone."""
    if actor.role != "substitute_recorder":
        return {"but": tuple(line for line in fields["but"] if line.member != actor.person)}
    recorder = SMALL_RECORDER if actor.unit == SMALL else RECORDER
    own = LineWish(member=recorder, outcome=fields["otherwise"] or "attended")
    said = tuple(msgspec.structs.replace(line, member=recorder) for line in fields["but"][:1])
    return {"otherwise": None, "but": said if fields["otherwise"] is None else (own,)}


def _body(life: Life, actor: Actor, kind: type[Command]) -> tuple[UUID, ...]:
    """Those of the actor's body who hold a seat today."""
    if kind is exemption.DecideExemption and actor.role == "secretary" and actor.unit in MEMBERS:
        return tuple(belonging(life.world, actor.unit, day_of(life.now)))
    seats = ("leading_group",) if actor.role == "leading_group" else ("secretary", "committee_member")
    if actor.unit is None:
        return COMMITTEE
    found = life.world[appointments.APPOINTMENTS.of(actor.unit)].holders(seats, day_of(life.now))
    return tuple(sorted(found, key=str))


def _objecting(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    number = uuid5(NAMESPACE, f"life/objection/{life.number()}")
    name = secret("objector", random.choice(("张三", "李四")))
    life.objectors[number] = Actor(sealed=name.commitment)
    notice = life.world[notices.NOTICE.of(known.get("notice", UUID(int=0)))]
    about = random.choice(("line", "line", "line", "line", "missing_line", "procedure", "grade"))
    lines = notice.lines if isinstance(notice, notices.Notice) else ()
    line = random.choice(lines).line if lines and about == "line" else None
    return {"objection": number, "objector": name, "about": about, "line": line if random.randrange(12) else 99}


def _fitting(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """Fields that belong together: an item with its level and its paper, a day with the one before it."""
    today = day_of(life.now)
    branch = known.get("unit", random.choice((BRANCH, BRANCH, BRANCH, SMALL)))
    someone = known.get("member") or random.choice(MEMBERS.get(branch, PEOPLE))
    act = today - timedelta(days=random.choice((1, 2, 3, 10, 40)))
    if kind in CLOSING:
        return closing(kind, life, random, known)
    if kind in FOLLOWING:
        return following(kind, life, random, known)
    if kind in REFINING:
        return refining(kind, life, random, known)
    if kind in BESIDE:
        return beside(kind, life, random)
    if kind in _ABOUT:
        return _ABOUT[kind](life, random, known)
    if kind is appointments.EndRole and known.get("of_fact") is ReviewOpened and (led := leaders_of_reviews(life)):
        # Who leads a review leaves his office: somebody else of it takes the review over.
        return {"unit": TOP, "role": "reviewer", "person": led[-1], "last_on": today}
    if kind in OFFICE or kind is appointments.DelegateRole:
        return _organising(kind, life, random, branch)
    days = {"occurred_on": act, "dated_on": random.choice((act, today)), "decided_on": today, "planned_on": act}
    days |= {"from_on": today, "until_on": today + timedelta(days=30), "last_on": today, "lifted_on": today}
    days |= {"held_on": today, "posted_on": today, "delivered_on": today, "received_on": today}
    days["ends_on"] = today + timedelta(days=random.choice((5, 12, 20)))
    common = {"unit": branch, "member": someone, **(days if random.randrange(8) else {})}
    if kind in LISTED:
        own = holding(life, OF_LIST[kind]) if kind in OF_LIST and not random.randrange(3) else []
        return common | _listed(random, random.choice([one.item for one in own] or LISTED[kind]))
    if kind is matter.PlanMatter:
        return common | {"kind": random.choice(KINDS)}
    if kind is matter.HoldMatter:
        return {"occurred_on": known.get("planned_on")}
    if kind is membership.ShortenLeave:
        return {"last_on": today}
    if kind is exemption.RequestExemption:
        return common | {"member": random.choice(MEMBERS.get(branch, PEOPLE)[-2:])}
    return {name: value for name, value in common.items() if name not in known and name not in ("unit", "member")}


def _listed(random: Random, item: Any) -> dict[str, Any]:
    """An item of a list with one of its levels and the paper that it asks for."""
    levels = getattr(item, "levels", ()) or getattr(item, "shortfalls", ())
    found = {"matter": f"AW-{random.randrange(6)}", "item": item.code, "document_kind": random.choice(item.evidence)}
    return {**found, "level": random.choice(levels).code} if levels else found


def _registering(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """What a department brought, now and then at another day; else any veto of the list."""
    brought = [one.fact for one in life.log if isinstance(one.fact, VetoBrought)]
    if brought and random.randrange(3):
        last = random.choice(brought)
        names = ("unit", "member", "matter", "item", "occurred_on", "decided_on", "document_kind", "document")
        return {name: getattr(last, name) for name in names}
    someone = known.get("member") or random.choice(PEOPLE)
    act, today = day_of(life.now) - timedelta(days=random.choice((1, 2, 3, 10, 40))), day_of(life.now)
    days = {"occurred_on": act, "decided_on": today} if random.randrange(8) else {}
    return {"unit": BRANCH, "member": someone, **days, **_listed(random, random.choice(LISTED[RegisterVeto]))}


def _paper(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """One more paper of the kind that the thing asks for."""
    proposal = life.world[deduction.DEDUCTION.of(known.get("deduction", UUID(int=0)))]
    code = proposal.proposal.item if isinstance(proposal, deduction.Deduction) else known.get("item")
    item = next((one for one in (*LEVELLED, *RULES.responsibility, *RULES.veto) if one.code == code), RULES.veto[0])
    return {"document_kind": random.choice(item.evidence), "lifted_on": day_of(life.now)}


def _organising(kind: type[Command], life: Life, random: Random, branch: str) -> dict[str, Any]:
    """Changes of people and organisations from tomorrow on; rarely one that leaves a branch without its officers."""
    tomorrow = day_of(life.now) + timedelta(days=1)
    members = MEMBERS.get(branch, PEOPLE)
    someone = random.choice(members[-2:]) if random.randrange(6) else random.choice(members)
    day = random.choice((day_of(life.now), day_of(life.now), tomorrow))
    place = {"unit": branch, "from_on": day, "last_on": day}
    match kind:
        case reorganisation.RenameUnit | reorganisation.AssignApprovalBody:
            return place
        case reorganisation.MoveUnit | reorganisation.DissolveUnit:
            founded = [one.fact.unit for one in life.log if isinstance(one.fact, unit.UnitEstablished)]
            return {**place, "unit": random.choice(founded) if founded else branch}
        case unit.EstablishUnit:
            return {"parent": TOP, "kind": "branch", "established_on": day}
        case member.RegisterMember:
            return {"unit": branch, "present_from": day, "profile": random.choice(("full", "probationary"))}
        case membership.TransferMember:
            return {**place, "member": someone, "to_unit": SMALL if branch == BRANCH else BRANCH}
        case membership.AssignProfile | membership.EndMembership:
            return {**place, "member": someone}
        case calendar.PublishCalendar:
            year = random.choice((2027, 2027, 2028))
            return {"unit": TOP, "year": year, "days_off": (date(year, 1, 1),), "make_up_days": ()}
        case ruleset.DraftRuleSet:
            version = f"illustrative-{random.randrange(2, 5)}"
            document = msgspec.Raw(ROOMY.replace(VERSION.encode(), version.encode()))
            return {"unit": TOP, "version": version, "document": document}
        case ruleset.PublishRuleSet:
            return {"unit": TOP, "effective_on": tomorrow + timedelta(days=random.choice((0, 14, 40)))}
        case _:
            return place | _offices(life, random, branch, someone)


def _offices(life: Life, random: Random, branch: str, someone: UUID) -> dict[str, Any]:
    role, holder = random.choice((("committee_member", DISCIPLINE), ("recorder", RECORDER), ("secretary", SECRETARY)))
    given = [one.fact for one in life.log if isinstance(one.fact, appointments.RoleAppointed)]
    if given and random.randrange(2):
        last = random.choice(given)
        return {"unit": last.unit, "role": last.role, "person": last.person, "stands_for": last.person}
    until = day_of(life.now) + timedelta(days=20)
    office = {"role": role, "stands_for": holder, "until_on": until, "successor": someone}
    return {"unit": branch, **office, "person": random.choice((someone, someone, holder))}


def _items(life: Life, known: dict[str, Any]) -> list[ResponsibilityItem]:
    """The items that a matter of this kind is recorded under."""
    found = life.world[matter.MATTER.of(known.get("unit", BRANCH), known.get("matter", "MT-1"))]
    kind = getattr(found, "kind", None)
    own = [one.item for one in holding(life, "responsibility") if isinstance(one.item, ResponsibilityItem)]
    return [item for item in (*own, *ON_SHEETS) if item.matter == kind] or list(RULES.responsibility)


def _filling(_: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    item = RULES.item(known.get("item", ""))
    mode = item.mode if isinstance(item, ResponsibilityItem) else "ratio"
    people = MEMBERS.get(known.get("unit", BRANCH), PEOPLE)
    if mode in ("ratio", "threshold"):
        away = random.sample(people, random.randrange(3))
        but = tuple(LineWish(member=one, outcome=random.choice(("absent", "excused"))) for one in away)
        return {"otherwise": "attended", "but": but}
    words = ("earned",) if mode == "earn" else ("done", "done", "not-done")
    hours = "2.00" if isinstance(item, ResponsibilityItem) and item.minimum_hours is not None else None
    some = random.sample(people, 3)
    return {
        "otherwise": None,
        "but": tuple(LineWish(member=m, outcome=random.choice(words), hours=hours) for m in some),
    }


def _deciding(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """An outcome with the correction that fits what is objected to, now and then with one that does not."""
    outcome = random.choice(("upheld", "upheld", "partly", "rejected"))
    found = life.world[objections.OBJECTION.of(known.get("objection", UUID(int=0)))]
    if not isinstance(found, objections.Objection) or not random.randrange(6):
        return {"outcome": outcome, "correction": _correction(random)}
    notice = life.world[notices.NOTICE.of(found.notice)]
    assert isinstance(notice, notices.Notice)
    if outcome == "rejected" or found.target not in ("line", "missing_line"):
        return {"outcome": outcome, "correction": None} if outcome == "rejected" else {"outcome": outcome}
    if found.line is None:
        someone = random.choice(MEMBERS.get(found.unit, PEOPLE))
        item = RULES.item(notice.item)
        word = "earned" if isinstance(item, ResponsibilityItem) and item.mode == "earn" else "attended"
        return {"outcome": outcome, "correction": objections.Correction(outcome=word, member=someone)}
    line = notice.line(found.line)
    assert line is not None
    return {"outcome": outcome, "correction": _righted(random, notice.item, line)}


def _righted(random: Random, code: str, line: notices.NoticeLine) -> objections.Correction | None:
    item = RULES.item(code)
    if line.level is not None and item is not None:
        others = [one.code for one in (getattr(item, "levels", ()) or getattr(item, "shortfalls", ()))]
        level = random.choice(others)
        return random.choice((None, objections.Correction(outcome=line.outcome, level=level)))
    other = {"attended": "excused", "absent": "attended", "excused": "attended", "done": "not-done"}
    right = objections.Correction(outcome=other.get(line.outcome, "done"))
    return random.choice((right, right, None))


def _flagging(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    """An act that is known, or the last one, as it followed some objection."""
    filed = [one.fact for one in life.log if isinstance(one.fact, objections.ObjectionFiled)]
    done = [one.fact for one in life.log if isinstance(one.fact, deduction.DeductionProposed | honour.HonourReturned)]
    act = Act(kind="deduction", id=UUID(int=1), subject=RECORDER)
    for one in done:
        if isinstance(one, deduction.DeductionProposed):
            act = Act(kind="deduction", id=one.deduction, subject=one.member)
        else:
            act = Act(kind="claim", id=one.honour, subject=one.member)
    about = random.choice(filed) if filed else None
    branch, number = (BRANCH, UUID(int=1)) if about is None else (about.unit, about.objection)
    flag = uuid5(NAMESPACE, f"life/flag/{life.number()}")
    said = secret("about", About(unit=branch, objection=number, act=act).text, flag)
    return {"unit": branch, "flag": flag, "about": said}


def _examining(life: Life, random: Random, known: dict[str, Any]) -> dict[str, Any]:
    flag = random.choice(list(life.flagged)) if life.flagged else UUID(int=1)
    return {"unit": TOP, "flag": flag, "about": life.flagged.get(flag, secret("about", "{}", flag))}


_ABOUT: Final[dict[type[Command], Callable[[Life, Random, dict[str, Any]], dict[str, Any]]]] = {
    matter.AttachEvidence: lambda life, random, known: {"kind": random.choice(_items(life, known)[0].evidence)},
    OpenSheet: lambda life, random, known: {"item": random.choice(_items(life, known)).code},
    FillSheet: _filling,
    AddDeductionEvidence: _paper,
    LiftVeto: _paper,
    RegisterVeto: _registering,
    DecideObjection: _deciding,
    DecideAppeal: _deciding,
    EnterAppealDecision: _deciding,
    FlagRetaliation: _flagging,
    ExamineRetaliation: _examining,
}

LISTED: Final[dict[type[Command], list[Any]]] = {
    ClaimHonour: list(RULES.honour),
    ProposeDeduction: [*RULES.negative, *(item for item in RULES.responsibility if item.mode == "presumed")],
    RegisterVeto: list(RULES.veto),
    BringVeto: [item for item in RULES.veto if departments_of(RULES, item.code)],
}
OF_LIST: Final[dict[type[Command], str]] = {ClaimHonour: "honour", ProposeDeduction: "negative"}
CARRIED: Final = {
    *("unit", "matter", "item", "honour", "deduction", "notice", "objection", "member", "record", "counted_on"),
    *("year", "period", "measure", "step"),
    *("turn", "round", "exemption", "version", "planned_on", "person", "role", "from_on", "stands_for"),
}
"""What a wish takes over from the fact, or from the wish before it, that it follows."""


def known_from(*sources: object) -> dict[str, Any]:
    """What facts and wishes say of the thing that they are about; the first has the word."""
    found: dict[str, Any] = {"of_fact": type(sources[0])}
    for source in sources:
        for name in CARRIED - found.keys():
            value = getattr(source, name, None)
            if value is not None and not isinstance(value, tuple | msgspec.Raw):
                found[name] = value
    return found


ELSEWHERE: Final = (
    *("domain.assessment.ordering", "domain.assessment.superseding", "domain.assessment.settling"),
    *("domain.assessment.following", "domain.assessment.giving", "domain.history"),
)
DESTROYING: Final = (
    *(ProposeErasure, DecideErasure, WithdrawErasure, DestroyKey),
    *(DestroyCaseKey, DestroyErasedCase),
)
LIVED = tuple(kind for kind in house.COMMANDS if not kind.__module__.startswith(ELSEWHERE) and kind not in DESTROYING)
"""Wishes of a branch's days, of its year, of what follows and of what stands beside. What is destroyed of a person's
data or of a case has to wait for years, and is told in tests/domain/oversight; a restatement needs a second
rule set over a determined year, seats a pool of branches, and what bodies give a rule set that asks for it, in
tests/domain/assessment; what papers say of years before the log comes before all that is lived: in
tests/domain/history."""


def anything(life: Life, random: Random) -> Command:
    """A wish of any kind, about something that exists or about nothing."""
    kind = random.choice(LIVED)
    known: dict[str, Any] = {}
    if life.log and random.randrange(4):
        one = random.choice(life.log[-120:])
        known = known_from(one.fact, one.command)
        if kind is matter.PlanMatter:
            known.pop("matter", None)
    return made(kind, life, random, known)
