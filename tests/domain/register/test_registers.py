"""台账: entered once, taken step by step, corrected and never overwritten; a total never points at a person."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from domain.actor import Actor
from domain.decider import NotPermitted, Refused
from domain.organisation.unit import DayInFuture
from domain.recording.matter import MatterNotHeldYet, MatterUnknown
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
from domain.register.fields import (
    CountExceeded,
    FieldInvalid,
    FieldMissing,
    FieldUnknown,
    TooFewAsked,
    Value,
)
from domain.register.keeping import (
    EntryExists,
    KeptByPublic,
    NothingChanged,
    PartNotNamed,
    PartRepeated,
    PartUnknown,
    PersonUnknown,
    ProofMissing,
    SaidByMatter,
    StepBackwards,
    StepUnknown,
    TitleMissing,
    WordsUnasked,
)
from domain.register.kinds import KINDS, KindCode
from domain.register.register import (
    EntryUnknown,
    EntryWithdrawn,
    RegisterAdvanced,
    RegisterCorrected,
    RegisterEntered,
    RegisterPartNamed,
    RegisterPartStruck,
    RegisterStepTakenBack,
    RegisterWithdrawn,
)
from tests.domain.branch import (
    AS_OFFICER,
    AS_RECORDER,
    BRANCH,
    HELD_ON,
    MEMBER,
    RULED,
    TOP,
    digest,
    established,
    held,
    planned,
    registered,
    secret,
    who,
    wish,
)

DAY = date(2026, 4, 1)
REASON = secret("reason", "录错")
PUBLIC = Actor(sealed=digest("feedback"))


def values(**said: object) -> tuple[Value, ...]:
    return tuple(Value(field=field, value=str(value)) for field, value in said.items())


def entered(register: KindCode, entry: str, actor: Actor = AS_RECORDER, **more: Any) -> EnterRegister:
    said = {"unit": actor.unit, "title": "一件事", "on": DAY, **more}
    return wish(EnterRegister, actor, register=register, entry=entry, **said)


def advanced(register: KindCode, entry: str, step: str, **more: Any) -> AdvanceRegister:
    said = {"unit": BRANCH, "on": date(2026, 5, 1), **more}
    return wish(AdvanceRegister, AS_RECORDER, register=register, entry=entry, step=step, **said)


def part(kind: type[Any], register: KindCode, entry: str, name: str, **more: Any) -> Any:
    return wish(kind, AS_RECORDER, unit=BRANCH, register=register, entry=entry, part=name, **more)


CONTEST = entered("contest", "ZW", AS_OFFICER, values=values(category="征文"))
WORK = entered("work", "ZW-1", values=values(contest=f"{TOP}:ZW"))
VISITS = entered("visit", "DZF", values=values(target="residents", targets=100))
ISSUE = entered("issue", "WT-1", words=secret("words", "路灯不亮"))
PROJECT = entered("project", "XM-1")


def test_a_work_goes_from_the_submission_to_its_award() -> None:
    here = RULED.given(CONTEST)
    link = values(contest=f"{TOP}:ZW")
    here.when(WORK).then(
        RegisterEntered(unit=BRANCH, register="work", entry="ZW-1", title="一件事", on=DAY, values=link)
    )
    here = here.given(WORK, advanced("work", "ZW-1", "recommended"))
    award = advanced("work", "ZW-1", "awarded", values=values(level="city", prize="first"), document=digest("奖状"))
    here.when(award).then(
        RegisterAdvanced(
            unit=BRANCH,
            register="work",
            entry="ZW-1",
            number=2,
            step="awarded",
            on=date(2026, 5, 1),
            values=values(level="city", prize="first"),
            document=digest("奖状"),
        )
    )
    here.given(award).when(advanced("work", "ZW-1", "recommended")).refused(StepUnknown, step="recommended")


def test_one_code_is_one_entry_also_after_it_was_withdrawn() -> None:
    here = RULED.given(PROJECT)
    again = entered("project", "XM-1", title="另一件事")
    here.when(again).refused(EntryExists, entry="XM-1")
    gone = wish(WithdrawRegister, AS_RECORDER, unit=BRANCH, register="project", entry="XM-1", reason=REASON)
    here.when(gone).then(RegisterWithdrawn(unit=BRANCH, register="project", entry="XM-1", reason=REASON.commitment))
    here.given(gone).when(again).refused(EntryExists)
    here.given(gone).when(advanced("project", "XM-1", "carried_out", document=digest("验收"))).refused(EntryWithdrawn)


def test_a_correction_is_a_fact_of_its_own_and_says_something_new() -> None:
    def corrected(**more: Any) -> CorrectRegister:
        said = {"title": "一件事", "on": DAY, "values": values(target="residents", targets=120), **more}
        return wish(CorrectRegister, AS_RECORDER, unit=BRANCH, register="visit", entry="DZF", reason=REASON, **said)

    here = RULED.given(VISITS, advanced("visit", "DZF", "round", values=values(visited=90, visitors=5)))
    here.when(corrected()).then(
        RegisterCorrected(
            unit=BRANCH,
            register="visit",
            entry="DZF",
            title="一件事",
            on=DAY,
            values=values(target="residents", targets=120),
            reason=REASON.commitment,
        )
    )
    here.when(corrected(values=values(target="residents", targets=100))).refused(NothingChanged)
    here.when(corrected(values=values(target="residents", targets=89))).refused(CountExceeded, total="targets")
    here.when(corrected(on=date(2026, 5, 2))).refused(StepBackwards)


def test_all_rounds_together_visit_no_more_than_there_are() -> None:
    def made(visited: int) -> AdvanceRegister:
        return advanced("visit", "DZF", "round", values=values(visited=visited, visitors=3))

    here = RULED.given(VISITS, made(60))
    here.when(made(40)).says(RegisterAdvanced)
    here.when(made(41)).refused(CountExceeded, field="visited")


def test_a_step_that_was_entered_in_error_is_taken_back_and_its_number_is_not_used_again() -> None:
    back = wish(TakeBackStep, AS_RECORDER, unit=BRANCH, register="work", entry="ZW-1", reason=REASON)
    here = RULED.given(CONTEST, WORK, advanced("work", "ZW-1", "recommended"))
    here.when(back).then(
        RegisterStepTakenBack(unit=BRANCH, register="work", entry="ZW-1", number=1, reason=REASON.commitment)
    )
    (again,) = here.given(back).when(advanced("work", "ZW-1", "recommended")).says(RegisterAdvanced)
    assert isinstance(again, RegisterAdvanced)
    assert again.number == 2
    here.given(back).when(back).refused(StepUnknown)


def test_a_step_has_its_day_and_its_proof() -> None:
    here = RULED.given(ISSUE)
    here.when(advanced("issue", "WT-1", "closed")).refused(ProofMissing, step="closed")
    here.when(advanced("issue", "WT-1", "closed", document=digest("办结"))).says(RegisterAdvanced)
    here.when(advanced("issue", "WT-1", "assigned", on=date(2026, 3, 31))).refused(StepBackwards, day=DAY)
    here.when(advanced("issue", "WT-1", "assigned", on=date(2027, 1, 1))).refused(DayInFuture)
    here.when(advanced("issue", "WT-2", "assigned")).refused(EntryUnknown, entry="WT-2")


def test_e14_an_activity_is_a_matter_and_nothing_of_it_is_entered_twice() -> None:
    def sorted_in(**more: Any) -> EnterRegister:
        said: dict[str, Any] = {"title": None, "on": None, "values": values(category="登山"), **more}
        return entered("activity", "MT-0512", **said)

    RULED.when(sorted_in()).refused(MatterUnknown)
    RULED.given(planned()).when(sorted_in()).refused(MatterNotHeldYet)
    here = RULED.given(planned(), held())
    here.when(sorted_in()).then(
        RegisterEntered(
            unit=BRANCH,
            register="activity",
            entry="MT-0512",
            title="主题党日",
            on=HELD_ON,
            values=values(category="登山"),
        )
    )
    here.when(sorted_in(title="又一遍")).refused(SaidByMatter)


def test_members_stand_under_their_pseudonyms_and_are_named_once() -> None:
    here = RULED.given(entered("team", "XJT"))
    named = part(NameRegisterPart, "team", "XJT", "speaker", member=MEMBER)
    struck = part(StrikeRegisterPart, "team", "XJT", "speaker", member=MEMBER)
    fields: dict[str, Any] = {"unit": BRANCH, "register": "team", "entry": "XJT", "part": "speaker", "member": MEMBER}
    here.when(named).then(RegisterPartNamed(**fields))
    here.given(named).when(named).refused(PartRepeated)
    here.given(named).when(struck).then(RegisterPartStruck(**fields))
    here.when(struck).refused(PartNotNamed)
    here.given(named, struck).when(named).says(RegisterPartNamed)
    here.when(part(NameRegisterPart, "team", "XJT", "speaker", member=who("stranger"))).refused(PersonUnknown)
    here.when(part(NameRegisterPart, "team", "XJT", "author", member=MEMBER)).refused(PartUnknown)
    here.when(part(NameRegisterPart, "team", "XJT", "speaker")).refused(PartUnknown)


def test_nobody_is_named_whose_organisation_is_in_no_line_with_the_register_s() -> None:
    other, below = who("elsewhere"), who("above")
    here = RULED.given(established("B2", TOP), registered(other, "B2"), registered(below, TOP), entered("team", "XJT"))
    here.when(part(NameRegisterPart, "team", "XJT", "speaker", member=other)).refused(PersonUnknown)
    here.when(part(NameRegisterPart, "team", "XJT", "speaker", member=below)).says(RegisterPartNamed)


def test_a_project_names_the_issues_behind_it() -> None:
    source = part(NameRegisterPart, "project", "XM-1", "source", of_unit=BRANCH, of_entry="WT-1")
    here = RULED.given(PROJECT)
    here.when(source).refused(EntryUnknown, entry="WT-1")
    here.given(ISSUE).when(source).says(RegisterPartNamed)
    here.given(ISSUE).when(part(NameRegisterPart, "project", "XM-1", "source", member=MEMBER)).refused(PartUnknown)


def test_satisfaction_of_fewer_than_ten_is_not_taken_down() -> None:
    def asked(number: int, satisfied: int) -> EnterRegister:
        paper = {"source": "调查表", "source_sha256": digest("表")}
        return entered("satisfaction", "MYD", values=values(asked=number, satisfied=satisfied, **paper))

    RULED.when(asked(9, 9)).refused(TooFewAsked, least=10)
    RULED.when(asked(10, 9)).says(RegisterEntered)
    RULED.when(asked(10, 11)).refused(CountExceeded, field="satisfied")


def test_anybody_leaves_feedback_without_a_name_and_nobody_leaves_it_for_him() -> None:
    left = wish(
        LeaveFeedback, PUBLIC, unit=BRANCH, entry="F1", values=values(aware="yes", approves="partly"), words=None
    )
    RULED.when(left).says(RegisterEntered)
    RULED.given(left).when(replace(left, id=who("another"))).refused(EntryExists)
    RULED.when(entered("feedback", "F1", values=values(aware="yes", approves="yes"))).refused(KeptByPublic)
    by_keeper = wish(LeaveFeedback, AS_RECORDER, unit=BRANCH, entry="F2", values=left.values)
    RULED.when(by_keeper).refused(NotPermitted)
    gone = wish(WithdrawRegister, AS_RECORDER, unit=BRANCH, register="feedback", entry="F1", reason=REASON)
    RULED.given(left).when(gone).says(RegisterWithdrawn)


def test_what_is_filled_in_fits_its_field() -> None:
    def visit(**said: object) -> EnterRegister:
        return entered("visit", "DZF", values=values(**said))

    wrong: list[tuple[EnterRegister, type[Refused]]] = [
        (visit(target="residents"), FieldMissing),
        (visit(target="residents", targets="1", colour="red"), FieldUnknown),
        (visit(target="neighbours", targets="1"), FieldInvalid),
        (visit(target="residents", targets="01"), FieldInvalid),
        (visit(target="residents", targets="-1"), FieldInvalid),
        (visit(target="residents", targets="9" * 40), FieldInvalid),
        (entered("work", "ZW-1", values=values(contest="GW")), FieldInvalid),
        (entered("work", "ZW-1", values=values(contest="GW:none")), EntryUnknown),
        (entered("project", "XM-1", title=None), TitleMissing),
        (entered("project", "XM-1", on=date(2027, 1, 1)), DayInFuture),
        (entered("project", "XM-1", words=secret("words", "x")), WordsUnasked),
    ]
    for one, refusal in wrong:
        RULED.when(one).refused(refusal)
    twice = (*values(target="residents", targets=1), *values(targets=2))
    RULED.when(entered("visit", "DZF", values=twice)).refused(FieldInvalid)


def test_whoever_keeps_the_registers_of_one_organisation_keeps_no_other() -> None:
    RULED.when(entered("project", "XM-1", unit=TOP)).refused(NotPermitted)


def test_every_register_can_be_counted_by_what_its_table_says() -> None:
    for kind in KINDS:
        steps = {step.code for step in kind.steps}
        for step in kind.steps:
            assert set(step.after) <= steps | {""}, kind.code
        fields = [*kind.fields, *(field for step in kind.steps for field in step.fields)]
        for field in fields:
            assert (field.type == "choice") == bool(field.choices), field
            assert (field.type == "link") == bool(field.to), field
            assert not field.within or field.within in {other.code for other in kind.fields}, field
