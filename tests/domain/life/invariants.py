"""SPEC §4.4 as checks: one readable rule a row, asked after every wish that was granted.

Each is given the world before and after, the wish, and what was said. Where a rule can be worked out by other means
than the code under test (a term by counting days, a vote by its own numbers) it is.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from domain.assessment.matters import honour_lines
from domain.assessment.rows import ResponsibilityRow
from domain.decider import Fact
from domain.notice.notice import (
    NOTICE,
    Notice,
    NoticeClosed,
    NoticeExtended,
    NoticePosted,
    NoticeReposted,
)
from domain.notice.running import ConfirmRecords
from domain.objection.objection import (
    OBJECTION,
    AppealDecided,
    HandlerAssigned,
    Objection,
    ObjectionFiled,
)
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.member import MEMBER, ExemptionGranted, ExemptionSupported, Registered
from domain.organisation.roster import belonging, roster_of
from domain.recording.archive import (
    ENDED,
    Archive,
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsConfirmed,
    PointsRecorded,
    Record,
    RecordReplaced,
    RecordReversed,
    VetoRegistered,
    archive_of,
)
from domain.recording.committee import Vote
from domain.recording.deduction import DEDUCTION, Deduction, DeductionDecided, DeductionProposed, deduction_id
from domain.recording.honour import HONOUR, HonourClaimed, HonourDecided
from domain.recording.matter import MATTER, Held, MatterHeld
from domain.recording.sheet import SHEET, Sheet, SheetLineSet, SheetOpened
from domain.rules.assessing import Period
from domain.rules.calendar import CalendarPublished
from domain.rules.demands import level_named
from domain.rules.items import ResponsibilityItem, VetoItem
from domain.rules.ruleset import RULES, RuleSetApproved, RuleSetPublished, scheme_on
from domain.rules.ruling import scheme_here
from domain.values import day_of, hundredths
from tests.domain.assessment.counted import matters
from tests.domain.assessment.drawn import HALF, half
from tests.domain.assessment.drawn import SCHEME as SCORED
from tests.domain.branch import BRANCH, SCHEME, TOP
from tests.domain.given import World
from tests.domain.life.life import SMALL, Step

UNITS: Final = (BRANCH, SMALL, TOP)
NEW_RECORD: Final = (PointsRecorded, HonourAdded, DeductionApproved, DeductionDismissed, VetoRegistered)
POSTED: Final = (NoticePosted, NoticeReposted)


def facts(step: Step, *kinds: type[Any]) -> Iterator[Any]:
    """What was said, of these kinds."""
    return (said.fact for said in step.said if isinstance(said.fact, kinds))


def archives(step: Step) -> Iterator[tuple[Archive, Archive]]:
    """Every archive that changed, before and after."""
    for stream in {said.write.stream for said in step.said if said.write.kind == "archive"}:
        was, now = step.before.states.get(stream, Archive()), step.after.states[stream]
        assert isinstance(was, Archive)
        assert isinstance(now, Archive)
        yield was, now


def i1_one_matter_one_live_record(step: Step) -> None:
    """I1, §4.10.17: at most one live record per (member, matter, item)."""
    for _, now in archives(step):
        live = [(r.unit, r.matter, r.item) for r in now.records.values() if r.status not in ENDED]
        assert len(set(live)) == len(live)


def i2_no_points_outside_the_rule_of_the_day(step: Step) -> None:
    """I2: item, level and quantity exist in the version valid on the day of the act."""
    for fact in facts(step, *NEW_RECORD, RecordReplaced):
        version, scheme = scheme_here(step.after, fact.unit, fact.occurred_on)
        item = scheme.item(fact.item)
        assert fact.rules == version
        assert item is not None
        level = getattr(fact, "level", None)
        if level is not None and not isinstance(item, VetoItem):
            shown = fact.points_shown if isinstance(fact, HonourAdded | DeductionApproved) else None
            worth = hundredths(level_named(scheme, fact.item, level).points)
            assert shown is None or hundredths(shown) == worth
        if isinstance(fact, PointsRecorded):
            assert isinstance(item, ResponsibilityItem)
            assert hundredths(fact.quantity) > 0


def i3_nobody_decides_what_is_his(step: Step) -> None:
    """I3: recorder ≠ subject, approver ∉ {recorder, subject}, rule author ≠ approver; auditors have no write."""
    actor = step.command.actor
    assert actor.role != "auditor" or not step.said, "auditors have no write"
    for fact in facts(step, SheetLineSet):
        assert fact.by != fact.member
    for fact in facts(step, PointsRecorded):
        sheet = step.before[SHEET.of(fact.unit, fact.matter, fact.item)]
        assert isinstance(sheet, Sheet)
        assert actor.person not in sheet.entered_by
    for fact in facts(step, HonourDecided, DeductionDecided):
        thing: Any = step.before[
            HONOUR.of(fact.honour) if isinstance(fact, HonourDecided) else DEDUCTION.of(fact.deduction)
        ]
        assert actor.person not in {fact.member, *thing.entered_by}
    for fact in facts(step, RuleSetApproved):
        version = step.before[RULES.of(SCHEME)].find(fact.version)
        assert version is not None
        assert version.author is None or version.author != actor.person


def i3_the_handler_had_no_part(step: Step) -> None:
    """I3: handler ∉ {recorder, approvers, subject, their substitutes}; an appeal is decided by others again."""
    for fact in facts(step, HandlerAssigned, AppealDecided):
        objection = step.before[OBJECTION.of(fact.objection)]
        assert isinstance(objection, Objection)
        notice = step.before[NOTICE.of(objection.notice)]
        assert isinstance(notice, Notice)
        today = day_of(step.command.at)
        out = {objection.subject, *notice.hands, *objection.recused}
        out |= step.before[APPOINTMENTS.of(notice.unit)].holders(("recorder", "substitute_recorder"), today)
        for body in notice.bodies:
            behind = step.before[APPOINTMENTS.of(body)]
            out |= behind.holders(("secretary", "committee_member"), notice.decided_on or today)
        if isinstance(fact, HandlerAssigned):
            assert fact.handler not in out
        else:
            group = step.before[APPOINTMENTS.of(objection.appeal_body or "")].holders(("leading_group",), today)
            left = group - out - objection.involved - {objection.handler}
            assert fact.vote.entitled <= len(left)


def i4_no_approval_without_its_evidence(step: Step) -> None:
    """I4: a document of a kind that the item demands."""
    for fact in facts(step, PointsRecorded, HonourAdded, DeductionApproved, VetoRegistered):
        item = scheme_here(step.after, fact.unit, fact.occurred_on)[1].item(fact.item)
        assert item is not None
        if isinstance(fact, PointsRecorded):
            matter = step.before[MATTER.of(fact.unit, fact.matter)]
            assert isinstance(matter, Held)
            assert {one.kind for one in matter.evidence} & set(item.evidence)
        elif isinstance(fact, HonourAdded):
            claim = next(f for f in reversed(step.after.facts) if _is_of(f, HonourClaimed, fact))
            assert claim.document_kind in item.evidence
        elif isinstance(fact, DeductionApproved):
            proposal = next(f for f in reversed(step.after.facts) if _is_of(f, DeductionProposed, fact))
            assert proposal.document_kind in item.evidence
        else:
            assert fact.document_kind in item.evidence


def _is_of(fact: Fact, kind: type[Any], record: Any) -> bool:
    same = ("unit", "member", "matter", "item")
    return isinstance(fact, kind) and all(getattr(fact, name) == getattr(record, name) for name in same)


def i5_told_and_heard_before_a_deduction(step: Step) -> None:
    """I5: basis document, notification and the statement term precede approval."""
    for fact in facts(step, DeductionApproved, DeductionDismissed):
        before = step.before[DEDUCTION.of(deduction_id(fact.unit, fact.member, fact.matter, fact.item))]
        assert isinstance(before, Deduction)
        assert before.may_decide_at is not None, "told"
        assert before.status == "heard" or step.command.at >= before.may_decide_at


def i6_nothing_counts_before_its_notice_ran_out(step: Step) -> None:
    """I6: approved, noticed for the full term, confirmed: in this order, each of them."""
    for _, now in archives(step):
        fresh = {fact.record for fact in facts(step, *NEW_RECORD, RecordReplaced)}
        assert all(now.records[one].status in ("approved", "dismissed") for one in fresh & now.records.keys())
    for fact in facts(step, PointsConfirmed):
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(notice, Notice)
        assert notice.status == "closed"
        assert notice.may_close_at is not None
        assert step.command.at >= notice.may_close_at
        line = next(line for line in notice.lines if line.record == fact.record)
        assert line.clear


def i7_a_notice_hangs_its_full_working_days(step: Step) -> None:
    """I7: N full working days after the posting day, to 24:00; closed not a moment sooner; a change begins anew."""
    for fact in facts(step, *POSTED):
        end = _counted(step.before, fact.posted_on, fact.working_days)
        assert fact.ends_on >= end
        assert fact.may_close_at > _midnight_after(end)
        assert fact.posted_on == day_of(step.command.at)
    for fact in facts(step, NoticeClosed):
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(notice, Notice)
        assert notice.may_close_at is not None
        assert notice.ends_on is not None
        assert step.command.at >= max(notice.may_close_at, _midnight_after(notice.ends_on))
    for fact in facts(step, NoticeExtended):
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(notice, Notice)
        assert notice.may_close_at is not None
        assert fact.may_close_at > notice.may_close_at, "never shorter"


def _counted(world: World, posted_on: date, working_days: int) -> date:
    """The N-th working day after a day, counted one by one in the published calendars."""
    day = posted_on
    while working_days:
        day += timedelta(days=1)
        working_days -= _works(world, day)
    return day


def _works(world: World, day: date) -> bool:
    published = [f for f in world.facts if isinstance(f, CalendarPublished) and f.year == day.year]
    assert published, f"I8: no calendar of {day.year}"
    return _worked(published[-1], day)


def _worked(year: CalendarPublished, day: date) -> bool:
    return day in year.make_up_days or (day.weekday() < 5 and day not in year.days_off)


def _midnight_after(day: date) -> datetime:
    """24:00 in Shanghai, as UTC, without the clock's library."""
    return datetime.fromisoformat(f"{day + timedelta(days=1)}T00:00:00+08:00")


def i8_no_notice_without_a_calendar(step: Step) -> None:
    """I8: every year that a term touches has a published calendar."""
    for fact in facts(step, *POSTED, NoticeExtended):
        for year in range(day_of(step.command.at).year, fact.ends_on.year + 1):
            assert any(isinstance(one, CalendarPublished) and one.year == year for one in step.before.facts)


def i9_an_objection_blocks_its_line_and_no_other(step: Step) -> None:
    """I9: nothing is confirmed under an open objection; after the confirmation no clear line is left behind."""
    for fact in facts(step, PointsConfirmed):
        assert not any(
            state.record == fact.record and state.open and state.block_until is not None
            for state in step.after.states.values()
            if isinstance(state, Objection)
        )
    if isinstance(step.command, ConfirmRecords) and step.said:
        notice = step.after[NOTICE.of(step.command.notice)]
        assert isinstance(notice, Notice)
        for line in notice.lines if notice.results is None else ():
            record = step.after[archive_of(line.member, notice.occurred_on)].records[line.record]
            assert record.status != "approved" or record.held_by, "the other lines go on"


def i10_an_objection_in_time_is_never_lost(step: Step) -> None:
    """I10: until the notice is closed filing wins, however late the closing; and it holds its line at once."""
    for fact in facts(step, ObjectionFiled):
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(notice, Notice)
        if notice.status == "posted" and fact.standing != "information":
            assert fact.standing == "objection"
            line = None if fact.line is None else notice.line(fact.line)
            after = step.after[NOTICE.of(fact.notice)]
            assert isinstance(after, Notice)
            if line is not None and notice.results is not None:
                # What was corrected is computed and noticed anew: there is nothing left of it to hold.
                holders = next(one.held_by for one in after.lines if one.line == fact.line)
                assert line.corrected or fact.objection in holders
            elif line is not None:
                record = step.after[archive_of(line.member, notice.occurred_on)].records[line.record]
                assert record.status != "approved" or fact.objection in record.held_by


def i11_correction_is_reversal_and_replacement(step: Step) -> None:
    """I11: nothing leaves an archive; what ended stays ended; a reversal reverses once; both ends are linked."""
    for was, now in archives(step):
        assert was.records.keys() <= now.records.keys()
        for number, before in was.records.items():
            after = now.records[number]
            assert before.status not in ENDED or after.status == before.status
            assert before.status != "confirmed" or after.status in ("confirmed", "reversed", "lifted")
            assert _what(before) == _what(after), "what happened is never rewritten"
        for number in now.records.keys() - was.records.keys():
            replaced = now.records[number].replaces
            assert replaced is None or now.records[replaced].status == "reversed"
            assert sum(one.replaces == replaced for one in now.records.values()) == 1 or replaced is None
    reversals = [fact.record for fact in step.after.facts if isinstance(fact, RecordReversed)]
    assert len(reversals) == len(set(reversals)), "once"


def _what(record: Record) -> tuple[object, ...]:
    return (record.matter, record.item, record.unit, record.kind, record.level, record.rules, record.outcome)


def i14_an_excused_absence_lowers_the_denominator_alone(step: Step) -> None:
    """I14: without the excused records the base is the same; with them absent it is never more."""
    for _, now in archives(step):
        rows = [one for number, r in enumerate(now.records.values()) if (one := _row(number, r)) is not None]
        excused = [row for row in rows if row.outcome in ("excused", "withdrawn")]
        if excused:
            base = half(rows, 6).with_pending.base
            assert half([row for row in rows if row not in excused], 6).with_pending.base == base


def _row(number: int, record: Record) -> ResponsibilityRow | None:
    if record.kind != "responsibility" or record.status in ENDED or record.counted_on.month > 6:
        return None
    if record.rules != SCORED.version or record.item not in SCORED.items:
        return None
    return ResponsibilityRow(
        record=record.record,
        item=record.item,
        outcome=record.outcome,
        counted_on=record.counted_on,
        position=number,
        rules=record.rules,
        quantity=hundredths(record.quantity),
    )


def i15_an_honour_counts_once_and_under_its_caps(step: Step) -> None:
    """I15: of one matter the highest alone; what a cap cuts off is surplus; the sum stays under the cap."""
    for _, now in archives(step):
        honours = [
            (r.item, r.level, r.matter, r.counted_on.isoformat())
            for r in now.records.values()
            if r.kind == "honour"
            and r.status not in ENDED
            and r.rules == SCORED.version
            and r.item in SCORED.items
            and r.level is not None
        ]
        lines = honour_lines(HALF, {HALF.version: HALF}, matters(*honours))
        for _, same in groupby(sorted(lines, key=lambda line: line.matter), key=lambda line: line.matter):
            group = list(same)
            counting = [line for line in group if line.covered_by is None]
            assert len(counting) == 1
            assert all(line.claimed <= counting[0].claimed for line in group)
        assert all(line.claimed == line.points + line.surplus for line in lines if line.covered_by is None)
        capped = sum(line.points for line in lines if not line.outside_cap)
        assert capped <= hundredths(SCORED.honour_rules.cap_year or "0")


def p2_what_is_said_names_nobody(step: Step) -> None:
    """P2: pseudonyms and commitments alone; what was sealed stands nowhere in a fact."""
    for said in step.said:
        for secret in step.command.secrets():
            assert secret.value not in repr(said.fact)


def i25_one_organisation_a_day(step: Step) -> None:
    """I25: no overlap and no gap; a record stays with the branch of its day."""
    touched = {one.fact.member for one in step.said if one.write.kind in ("roster", "member")}
    for member in touched:
        state = step.after[MEMBER.of(member)]
        assert isinstance(state, Registered)
        start = day_of(step.command.at)
        for day in (start + timedelta(days=number) for number in (-1, 0, 1, 2, 21)):
            places = [unit for unit in _units(step.after) if member in belonging(step.after, unit, day)]
            assert len(places) <= 1, "no overlap"
            assert len(places) == 1 or not _should_belong(step.after, member, day), "no gap"
    for fact in facts(step, PointsRecorded, HonourAdded, DeductionApproved, VetoRegistered):
        assert fact.member in belonging(step.after, fact.unit, fact.occurred_on)


def _units(world: World) -> set[str]:
    return {*UNITS, *(one.unit for one in world.facts if hasattr(one, "established_on"))}


def _should_belong(world: World, member: Any, day: date) -> bool:
    state = world[MEMBER.of(member)]
    first = min((one.from_on for unit in _units(world) for one in _enrolled(world, unit, member)), default=date.max)
    return isinstance(state, Registered) and first <= day and state.belongs(day)


def _enrolled(world: World, unit: str, member: Any) -> Iterator[Any]:
    return (one for one in world[roster_of(unit)].enrolments if one.member == member)


def i26_a_version_in_force_never_changes(step: Step) -> None:
    """I26: what was published stays as it was published; one version a day."""
    if not any(said.write.kind == "rule-set" for said in step.said):
        return
    was, now = step.before[RULES.of(SCHEME)], step.after[RULES.of(SCHEME)]
    for version in was.versions:
        if version.status == "published":
            assert now.find(version.version) == version
    starts = [version.effective_on for version in now.versions if version.effective_on is not None]
    assert len(set(starts)) == len(starts)
    for fact in facts(step, RuleSetPublished):
        assert fact.effective_on > day_of(step.command.at)


DAYS_OF_ACTS: Final = ("occurred_on", "dated_on", "decided_on", "counted_on", "delivered_on", "held_on", "received_on")


def i27_nothing_is_recorded_before_it_happened(step: Step) -> None:
    """I27: the day of an act is not after the day of its record; a late entry has its reason and is flagged."""
    today = day_of(step.command.at)
    for fact in facts(step, MatterHeld, *NEW_RECORD, HonourClaimed, DeductionProposed):
        for name in DAYS_OF_ACTS:
            day = getattr(fact, name, None)
            assert day is None or day <= today, name
    for fact in facts(step, SheetOpened, HonourClaimed, DeductionProposed):
        counts_on = fact.occurred_on if isinstance(fact, SheetOpened) else fact.dated_on
        scheme = scheme_on(step.after, SCHEME, fact.occurred_on)[1]
        old = (today - counts_on).days > scheme.counting.late_entry_days
        closed = _entry_closed(step.after, scheme.periods, counts_on, today)
        assert (fact.late_reason is not None) == (old or closed)


def _entry_closed(world: World, periods: Iterable[Period], counts_on: date, today: date) -> bool:
    """Whether the first period to end has closed for entry: its working days counted one by one, or none published."""
    day = f"{counts_on:%m-%d}"
    held = [(one.last_day, one.entry_closes_working_days) for one in periods if one.first_day <= day <= one.last_day]
    if not held:
        return False
    last_day, left = min(held)
    end = date.fromisoformat(f"{counts_on.year}-{last_day}")
    said = [f for f in world.facts if isinstance(f, CalendarPublished)]
    known = {f.year: f for f in said if f.effective_on is None or f.effective_on <= today}
    if today <= end:
        return False
    each = end
    while each.year in known and left:
        each += timedelta(days=1)
        left -= each.year in known and _worked(known[each.year], each)
    return each.year not in known or today > each


def i28_a_body_decides_with_its_quorum(step: Step) -> None:
    """I28, §4.10.14: half of the entitled present, more than half of them in favour, at least two."""
    for fact in facts(step, HonourDecided, DeductionDecided, AppealDecided, ExemptionGranted, ExemptionSupported):
        if getattr(fact, "authority", None) is None:
            _carried(fact.vote)
    for fact in facts(step, PointsRecorded, HonourAdded, DeductionApproved, VetoRegistered):
        _carried(Vote(entitled=fact.entitled, present=fact.present, in_favour=fact.in_favour))


def _carried(vote: Vote) -> None:
    assert vote.entitled >= 2
    assert 2 * vote.present >= vote.entitled
    assert 2 * vote.in_favour > vote.entitled
    assert vote.in_favour <= vote.present <= vote.entitled


CHECKS: Final[tuple[Callable[[Step], None], ...]] = (
    i1_one_matter_one_live_record,
    i2_no_points_outside_the_rule_of_the_day,
    i3_nobody_decides_what_is_his,
    i3_the_handler_had_no_part,
    i4_no_approval_without_its_evidence,
    i5_told_and_heard_before_a_deduction,
    i6_nothing_counts_before_its_notice_ran_out,
    i7_a_notice_hangs_its_full_working_days,
    i8_no_notice_without_a_calendar,
    i9_an_objection_blocks_its_line_and_no_other,
    i10_an_objection_in_time_is_never_lost,
    i11_correction_is_reversal_and_replacement,
    i14_an_excused_absence_lowers_the_denominator_alone,
    i15_an_honour_counts_once_and_under_its_caps,
    p2_what_is_said_names_nobody,
    i25_one_organisation_a_day,
    i26_a_version_in_force_never_changes,
    i27_nothing_is_recorded_before_it_happened,
    i28_a_body_decides_with_its_quorum,
)
