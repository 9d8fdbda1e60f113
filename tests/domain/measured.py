"""A branch with determined years, and the measures that follow, as facts and wishes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid5

from domain.actor import Actor, person
from domain.assessment.period import (
    CommitteeDecided,
    PeriodComputed,
    PeriodDetermined,
    PeriodOpened,
    PeriodSealed,
    period_of,
)
from domain.assessment.result import GradeDetermined, MemberComputed, ScoreDetermined, result_of
from domain.decider import NAMESPACE, Write
from domain.recording.committee import Vote
from domain.result.carrying import AcceptAssignment, AssignDesignee, CompleteStep, DeclineAssignment, EscalateMeasure
from domain.result.due import ProposeMeasures, ReviewMeasures
from domain.result.measure import measure_id
from domain.result.opening import CloseMeasure, OpenMeasure
from domain.result.pairing import PairHelper, ReviewHelp
from tests.domain.branch import (
    AS_HIGHER,
    AS_SECRETARY,
    BRANCH,
    DISCIPLINE,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    PUBLICITY,
    SECRETARY,
    VERSION,
    YOUTH,
    calendar,
    digest,
    secret,
    wish,
)
from tests.domain.given import Given
from tests.domain.year import SEATED

TOTALS: Final = {"excellent": "95.00", "qualified": "80.00", "basically_qualified": "65.00", "unqualified": "40.00"}
Grades = Mapping[UUID, str]
GOOD: Final[Grades] = {
    **dict.fromkeys(PEOPLE, "qualified"),
    SECRETARY: "excellent",
    DISCIPLINE: "excellent",
}


def at(year: int, month: int = 2, day: int = 8) -> datetime:
    """A morning of the year after a period."""
    return datetime(year, month, day, 1, tzinfo=UTC)


def graded(
    member: UUID, year: int, grade: str, version: int = 1, total: str | None = None, rules: str = VERSION
) -> tuple[Write, ...]:
    """One member's determined year, as history."""
    ref, notice, points = result_of(member, year, "Y"), uuid5(NAMESPACE, f"notice/{year}"), total or TOTALS[grade]
    shared = {"member": member, "unit": BRANCH, "year": year, "period": "Y"}
    parts = {
        "profile": "full",
        "base": points,
        "honours": "0.00",
        "deductions": "0.00",
        "ledger": points,
        "ledger_part": points,
        "total": points,
        "records": 0,
        "records_digest": digest("records"),
    }
    computed = MemberComputed(**shared, **parts, computation=version, months_present=12, base_max="100.00", graded=True)
    score = ScoreDetermined(
        **shared,
        **parts,
        version=version,
        first_on=date(year, 1, 1),
        last_on=date(year, 12, 31),
        rules=rules,
        rules_digest=digest("rules"),
        calendar=digest("calendar"),
        as_of=notice,
        notice=notice,
    )
    fact = GradeDetermined(**shared, version=version, grade=grade, reason="threshold", total=points, notice=notice)
    return ref.says(computed), ref.says(score), ref.says(fact)


def sealed(year: int) -> tuple[Write, ...]:
    """The branch's year, sealed, as history."""
    ref = period_of(BRANCH, year, "Y")
    key = {"unit": BRANCH, "year": year, "period": "Y"}
    return (
        ref.says(PeriodOpened(**key, first_on=date(year, 1, 1), last_on=date(year, 12, 31), rules=VERSION)),
        ref.says(
            PeriodComputed(
                **key,
                computation=1,
                rules=VERSION,
                rules_digest=digest("rules"),
                calendar=digest("calendar"),
                as_of=uuid5(NAMESPACE, f"as-of/{year}"),
                members=8,
                digest=digest("results"),
            )
        ),
        ref.says(
            CommitteeDecided(
                **key,
                computation=1,
                step=1,
                body=BRANCH,
                minute="1号",
                minute_sha256=digest("minute"),
                vote=Vote(entitled=5, present=5, in_favour=5),
            )
        ),
        ref.says(
            PeriodDetermined(**key, notice=uuid5(NAMESPACE, f"notice/{year}"), determined=8, blocked=0, waiting=0)
        ),
        ref.says(PeriodSealed(**key, members=8, digest=digest("sealed"))),
    )


def year_of(year: int, grades: Grades, rules: str = VERSION) -> tuple[Write, ...]:
    """A whole year of the branch: everybody's grade, and the seal."""
    return (
        *(write for member, grade in grades.items() for write in graded(member, year, grade, rules=rules)),
        *sealed(year),
    )


def called_for(year: int) -> ProposeMeasures:
    """What the sealed year calls for."""
    return wish(ProposeMeasures, PROCESS, at(year + 1), unit=BRANCH, year=year, period="Y")


def looked_at_again(member: UUID, year: int, when: datetime) -> ReviewMeasures:
    """A superseded result calls for this."""
    return wish(ReviewMeasures, PROCESS, when, unit=BRANCH, member=member, year=year, period="Y")


def measure(member: UUID, code: str, year: int = 2026) -> UUID:
    """The number of a measure."""
    return measure_id(member, year, "Y", code)


def opened(
    member: UUID,
    code: str,
    year: int = 2026,
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = (),
    when: datetime | None = None,
    **fields: object,
) -> OpenMeasure:
    """Somebody opens it; with a minute where there was a meeting."""
    meeting = {"minute": "大会〔2027〕1号", "minute_sha256": digest("meeting"), "present": present} if present else {}
    return wish(
        OpenMeasure,
        actor,
        when or at(year + 1, 2, 10),
        unit=BRANCH,
        member=member,
        measure=measure(member, code, year),
        **{**meeting, **fields},
    )


def closed(member: UUID, code: str, year: int = 2026, when: datetime | None = None) -> CloseMeasure:
    """Somebody closes it."""
    return wish(
        CloseMeasure,
        AS_SECRETARY,
        when or at(year + 1, 6),
        unit=BRANCH,
        member=member,
        measure=measure(member, code, year),
    )


def assigned(member: UUID, code: str, step: str, designee: UUID, year: int = 2026) -> AssignDesignee:
    """Somebody is put in charge."""
    about = {"unit": BRANCH, "member": member, "measure": measure(member, code, year), "step": step}
    return wish(AssignDesignee, AS_SECRETARY, at(year + 1, 2, 10), **about, designee=designee)


def accepted(member: UUID, code: str, step: str, designee: UUID, year: int = 2026) -> AcceptAssignment:
    """He accepts."""
    about = {"unit": BRANCH, "member": member, "measure": measure(member, code, year), "step": step}
    return wish(AcceptAssignment, person(designee, "member", BRANCH), at(year + 1, 2, 11), **about)


def declined(member: UUID, code: str, step: str, designee: UUID, year: int = 2026) -> DeclineAssignment:
    """He cannot."""
    about = {"unit": BRANCH, "member": member, "measure": measure(member, code, year), "step": step}
    reason = secret("reason", "长期出差", member)
    return wish(DeclineAssignment, person(designee, "member", BRANCH), at(year + 1, 2, 11), **about, reason=reason)


def done(
    member: UUID, code: str, step: str, actor: Actor = AS_SECRETARY, year: int = 2026, **fields: object
) -> CompleteStep:
    """A step is done; its note is sealed, its paper named by digest."""
    about = {"unit": BRANCH, "member": member, "measure": measure(member, code, year), "step": step}
    return wish(
        CompleteStep,
        actor,
        at(year + 1, 2, 20),
        **about,
        done_on=fields.pop("done_on", date(year + 1, 2, 19)),
        **{"note": secret("note", "谈话记录", member), **fields},
    )


def paired(
    member: UUID, helper: UUID, code: str = "help", year: int = 2026, when: datetime | None = None
) -> PairHelper:
    """Somebody helps him."""
    return wish(
        PairHelper,
        AS_SECRETARY,
        when or at(year + 1, 2, 20),
        unit=BRANCH,
        member=member,
        measure=measure(member, code, year),
        step="pairing",
        helper=helper,
        paired_on=date(year + 1, 2, 20),
        plan=digest("plan"),
    )


def reviewed(member: UUID, code: str = "help", year: int = 2026) -> ReviewHelp:
    """What came of it."""
    return wish(
        ReviewHelp,
        AS_SECRETARY,
        at(year + 1, 5, 21),
        unit=BRANCH,
        member=member,
        measure=measure(member, code, year),
        step="pairing",
        reviewed_on=date(year + 1, 5, 20),
        note=secret("note", "帮促有效", member),
    )


YEARS: Final = SEATED.given(calendar(2029, (date(2029, 10, 2),)))


def determined(grades: Grades, year: int = 2026, base: Given = YEARS) -> Given:
    """The branch after a sealed year whose measures are proposed."""
    return base.given(*year_of(year, {**GOOD, **grades}), called_for(year))


def golden_worlds() -> Iterator[Given]:
    """Worlds in which every fact about measures occurs."""
    talk = person(PUBLICITY, "member", BRANCH)
    bad = determined({MEMBER: "unqualified", OTHER: "basically_qualified"})
    help_ = bad.given(
        opened(MEMBER, "help"),
        assigned(MEMBER, "help", "admonition", YOUTH),
        declined(MEMBER, "help", "admonition", YOUTH),
        assigned(MEMBER, "help", "admonition", PUBLICITY),
        accepted(MEMBER, "help", "admonition", PUBLICITY),
        done(MEMBER, "help", "admonition", talk),
        paired(MEMBER, DISCIPLINE),
        reviewed(MEMBER),
        closed(MEMBER, "help"),
    )
    yield help_
    yield bad.given(
        opened(OTHER, "correct"),
        done(OTHER, "correct", "report"),
        assigned(OTHER, "correct", "talk", PUBLICITY),
        accepted(OTHER, "correct", "talk", PUBLICITY),
        done(OTHER, "correct", "talk", talk),
        opened(SECRETARY, "commend", present=PEOPLE, actor=person(DISCIPLINE, "committee_member", BRANCH)),
    )
    commend = bad.given(
        opened(SECRETARY, "commend", present=PEOPLE, actor=person(DISCIPLINE, "committee_member", BRANCH)),
        done(SECRETARY, "commend", "commendation", AS_HIGHER, note=None, proof=digest("commendation")),
        done(SECRETARY, "commend", "recommendation", AS_HIGHER, note=None, proof=digest("recommendation")),
    )
    yield commend
    twice = bad.given(*year_of(2027, {**GOOD, MEMBER: "unqualified"}), called_for(2027))
    yield twice.given(
        opened(MEMBER, "handle", 2027, present=PEOPLE),
        done(MEMBER, "handle", "case", year=2027, note=None, proof=digest("decision")),
        *graded(OTHER, 2026, "qualified", 2),
        looked_at_again(OTHER, 2026, at(2028, 4)),
        wish(
            EscalateMeasure,
            PROCESS,
            at(2027, 4),
            unit=BRANCH,
            member=MEMBER,
            measure=measure(MEMBER, "handle", 2027),
            step="case",
            stage="completion",
            due_on=date(2028, 3, 2),
        ),
    )
