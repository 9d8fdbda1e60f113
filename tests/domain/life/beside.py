"""What is wished beside the points: registers, disciplinary reviews, exports, holds, and what is said of a person."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actor import Actor, person, system
from domain.decider import NAMESPACE, Command, Fact
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.custody import LegalHoldPlaced, ProcessingRestricted
from domain.organisation.describing import DescribeMember, Traits
from domain.oversight.erasing import LiftHold, LiftRestriction, PlaceHold, RestrictProcessing
from domain.oversight.export import ProduceExport
from domain.oversight.retention import KEPT_KINDS, OrderRetention, RecordTrim, RetentionOrdered
from domain.oversight.review import REVIEW, Review, review_id
from domain.oversight.reviewing import (
    CloseReview,
    GrantAccess,
    OpenReview,
    RevokeAccess,
    SealBundle,
    TakeOverReview,
)
from domain.register.commands import (
    AdvanceRegister,
    CorrectRegister,
    EnterRegister,
    LeaveFeedback,
    NameRegisterPart,
    StrikeRegisterPart,
    TakeBackStep,
    WithdrawRegister,
)
from domain.register.fields import Value
from domain.register.register import RegisterEntered, RegisterPartNamed
from domain.values import day_of
from tests.domain.branch import BRANCH, OFFICER, OTHER, PEOPLE, RECORDER, TOP, YOUTH, digest, secret
from tests.domain.life.life import LEADERS, REVIEWERS, SMALL, SMALL_PEOPLE, SMALL_RECORDER, Life

REGISTERS: Final = (
    *(EnterRegister, CorrectRegister, WithdrawRegister, AdvanceRegister, TakeBackStep),
    *(NameRegisterPart, StrikeRegisterPart, LeaveFeedback),
)
REVIEWS: Final = (OpenReview, GrantAccess, RevokeAccess, TakeOverReview, SealBundle, CloseReview)
CUSTODY: Final = (PlaceHold, LiftHold, RestrictProcessing, LiftRestriction)
RETENTIONS: Final = (OrderRetention, RecordTrim)
BESIDE: Final = (*REGISTERS, *REVIEWS, *CUSTODY, *RETENTIONS, ProduceExport, DescribeMember)
"""Every wish that stands beside the points."""
RECORDERS: Final = {BRANCH: person(RECORDER, "recorder", BRANCH), SMALL: person(SMALL_RECORDER, "recorder", SMALL)}
HOME: Final = {BRANCH: PEOPLE, SMALL: SMALL_PEOPLE}
STEPS: Final = {"issue": ("assigned", "closed"), "project": ("carried_out",)}
PARTS: Final = {"post": "holder", "team": "speaker"}
ANSWERS: Final = (Value(field="aware", value="yes"), Value(field="approves", value="partly"))

POOLS: Final[dict[str, Callable[[Life, Random], Any]]] = {
    "register": lambda _, random: random.choice(("issue", "project", "post", "team")),
    "entry": lambda _, random: f"E-{random.randrange(20)}",
    "on": lambda life, _: day_of(life.now),
    "values": lambda _, __: (),
    "part": lambda _, random: random.choice(tuple(PARTS.values())),
    "number": lambda _, random: f"{random.randrange(9)}号",
    "first_on": lambda _, __: date(2026, 1, 1),
    "reviewer": lambda _, random: random.choice(REVIEWERS),
    "purpose": lambda _, __: "discipline",
    "until": lambda life, random: life.now + timedelta(days=random.choice((1, 30, 200))),
    "size": lambda _, __: 9,
    "entries": lambda _, __: 3,
    **dict.fromkeys(("due", "readings", "sessions", "tokens"), lambda _, random: random.randrange(9)),
    "before_on": lambda _, random: date(random.choice((2020, 2021, 2022, 2023, 2024)), 1, 1),
    "plan": lambda _, __: digest("plan"),
    "mandate": lambda _, __: "auditor",
    **dict.fromkeys(("bundle", "manifest", "content"), lambda _, __: digest("taken")),
    **dict.fromkeys(("review", "export"), lambda _, __: UUID(int=1)),
    **dict.fromkeys(("subject", "receiver", "traits"), lambda _, __: secret("said", "said")),
    **dict.fromkeys(("words", "of_unit", "of_entry", "scope", "by"), lambda _, __: None),
}


def who_keeps(kind: type[Command], life: Life, random: Random, known: dict[str, Any]) -> Actor:
    """The recorder, the disciplinary office, the operator, an officer or the leading group; of feedback anybody."""
    if kind is LeaveFeedback:
        return Actor(sealed=secret("objector", "somebody").commitment)
    if kind in REGISTERS:
        return RECORDERS.get(known["unit"], RECORDERS[BRANCH])
    if kind in (ProduceExport, RecordTrim):
        return system("installation" if kind is ProduceExport else "process")
    if kind in REVIEWS:
        review = life.world[REVIEW.of(known.get("review", UUID(int=1)))]
        if not isinstance(review, Review) or kind is TakeOverReview or not random.randrange(3):
            return person(random.choice(REVIEWERS), "reviewer", TOP)
        reads = [one.reviewer for one in review.access]
        return person(random.choice(reads) if reads and kind is SealBundle else review.led_by, "reviewer", TOP)
    asked = person(OFFICER, "officer", TOP)
    return random.choice((asked, person(LEADERS[1], "leading_group", TOP))) if kind in CUSTODY else asked


def beside(kind: type[Command], life: Life, random: Random) -> dict[str, Any]:
    """The fields of such a wish that belong together: of something new, or of what stands."""
    if kind in REGISTERS:
        return _of_register(kind, life, random)
    if kind in REVIEWS:
        return _of_review(kind, life, random)
    if kind in RETENTIONS:
        ordered = _last(life, random, RetentionOrdered) if kind is RecordTrim else None
        due = {"unit": random.choice((TOP, TOP, BRANCH)), "kind": random.choice(KEPT_KINDS)}
        return due if ordered is None else {"unit": ordered.unit, "before_on": ordered.before_on}
    branch = random.choice((BRANCH, BRANCH, SMALL))
    about: dict[str, Any] = {"unit": branch, "member": random.choice(HOME[branch])}
    if kind is ProduceExport:
        export = uuid5(NAMESPACE, f"life/export/{life.number()}")
        return {"export": export, "receiver": secret("receiver", "审计局", export)}
    if kind is DescribeMember:
        said = Traits(1985, random.choice((None, "female")), random.choice((None, "no")))
        return {**about, "traits": secret("traits", said.line(), about["member"])}
    placed = _last(life, random, LegalHoldPlaced if kind is LiftHold else ProcessingRestricted)
    if kind in (LiftHold, LiftRestriction) and placed is not None:
        return {name: getattr(placed, name) for name in ("unit", "member", "number") if hasattr(placed, name)}
    # Whose data is restricted is not processed: of a few only, so that a life goes on.
    return {**about, "unit": BRANCH, "member": random.choice((OTHER, YOUTH)), "ground": "requested", "basis": "依据"}


def leaders_of_reviews(life: Life) -> list[UUID]:
    """Who leads a running review, as they were opened."""
    found = [life.world[REVIEW.of(review)] for review in life.reviewed]
    return [one.led_by for one in found if isinstance(one, Review) and not one.closed]


def _left(life: Life) -> list[UUID]:
    """Running reviews whose leader holds his office no more."""
    seats = life.world[APPOINTMENTS.of(TOP)].holders(("reviewer",), day_of(life.now))
    found = [life.world[REVIEW.of(review)] for review in life.reviewed]
    return [one.review for one in found if isinstance(one, Review) and not one.closed and one.led_by not in seats]


def _last(life: Life, random: Random, kind: type[Fact]) -> Any:
    found = [one.fact for one in life.log if isinstance(one.fact, kind)]
    return random.choice(found[-4:]) if found else None


def _of_register(kind: type[Command], life: Life, random: Random) -> dict[str, Any]:
    today = day_of(life.now)
    if kind is LeaveFeedback:
        return {"unit": random.choice((BRANCH, SMALL)), "entry": f"F-{life.number()}", "values": ANSWERS}
    if kind is StrikeRegisterPart and (named := _last(life, random, RegisterPartNamed)) is not None:
        return {name: getattr(named, name) for name in ("unit", "register", "entry", "part", "member")}
    entered = _last(life, random, RegisterEntered)
    if kind is EnterRegister or entered is None:
        register = random.choice(("issue", "project", "post", "team"))
        words = secret("words", "反映的问题") if register == "issue" else None
        entry = f"E-{random.randrange(40)}"
        return {
            "unit": random.choice((BRANCH, SMALL)),
            "register": register,
            "entry": entry,
            "on": today,
            "words": words,
        }
    about = {"unit": entered.unit, "register": entered.register, "entry": entered.entry}
    if kind is AdvanceRegister:
        step = random.choice(STEPS.get(entered.register, ("closed",)))
        return {**about, "step": step, "on": today, "document": digest("proof")}
    if kind is NameRegisterPart:
        someone = random.choice(HOME.get(entered.unit, PEOPLE))
        return {**about, "part": PARTS.get(entered.register, "holder"), "member": someone}
    return {**about, "on": entered.on, "title": f"更正{life.number()}", "values": entered.values}


def _of_review(kind: type[Command], life: Life, random: Random) -> dict[str, Any]:
    if kind is OpenReview or not life.reviewed:
        number = f"核〔2026〕{life.number()}号"
        review = review_id(TOP, number)
        subject = secret("subject", str(random.choice((*PEOPLE, *SMALL_PEOPLE))), review)
        reason = secret("reason", "信访件反映", review)
        days = {"first_on": date(2026, 1, 1), "last_on": date(2026, 12, 31)}
        return {"unit": TOP, "review": review, "number": number, "subject": subject, "reason": reason, **days}
    left = _left(life) if kind is TakeOverReview else []
    review = random.choice(left or list(life.reviewed)[-3:])
    conclusion = secret("conclusion", "了结", review)
    found = life.world[REVIEW.of(review)]
    given = [one.reviewer for one in found.access] if isinstance(found, Review) else []
    reviewer = random.choice(given) if kind is RevokeAccess and given else random.choice(REVIEWERS)
    return {
        "unit": TOP,
        "review": review,
        "subject": life.reviewed[review],
        "conclusion": conclusion,
        "reviewer": reviewer,
        "until": life.now + timedelta(days=random.choice((1, 30, 179, 200))),
    }
