"""重算的核算 — the same records under a version, member by member: every line, the total and the grade, old and new.

The appraisal stays as it was tallied. A result that is better for its member is adopted; one that is worse only where
that was ordered. Nobody loses 优秀 through another's restatement (SPEC §4.10.18).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from domain.assessment.carried import carried, inside, ruled_under
from domain.assessment.computing import (
    RecordUncountable,
    candidate,
    capped,
    figures_of,
    is_assessed,
    is_candidate,
    known_members,
    next_grade,
    ruled_period,
    with_years_before,
)
from domain.assessment.counting import Ruled, counted, digest_of
from domain.assessment.keeping import Kept, with_kept
from domain.assessment.period import Assessment
from domain.assessment.restatement import Effect, MemberRestated
from domain.assessment.result import Determination, MemberComputed, Reason, Result, result_of
from domain.assessment.rows import Uncountable
from domain.assessment.scoring import score
from domain.assessment.seats import seated_anew
from domain.decider import Past
from domain.organisation.member import Registered
from domain.recording.archive import Archive, archive_of
from domain.rules.assessing import BodyPart
from domain.rules.ruleset import Version
from domain.rules.ruling import rules_here
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Points, RecordId, Sha256, hundredths


class Changed(NamedTuple):
    """One line, old and new, in hundredths; None where one side has none."""

    item: Code
    span: Code | None
    record: RecordId | None
    old: int | None
    new: int | None
    unmapped: bool


class Restated(NamedTuple):
    """One member's result under another version, beside what stands."""

    member: Registered
    result: Result
    figures: MemberComputed
    lines: tuple[Changed, ...]
    """Those that differ or are not mapped."""
    grade: Code | None
    reason: Reason | None
    effect: Effect
    adopted: bool

    @property
    def standing(self) -> Determination:
        """What stands."""
        assert self.result.standing is not None, "only what is determined is restated"
        return self.result.standing

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell of it: a line, the result, or a seat that it would need now."""
        needs_seat = self.reason == "quota" and self.standing.reason != "quota"
        return bool(self.lines) or self.effect != "same" or needs_seat

    @property
    def unmapped(self) -> int:
        """How many lines the version has no item for."""
        return sum(line.unmapped for line in self.lines)


class Adopting(NamedTuple):
    """Whose new result may be adopted at all, whose archive is put right, and whether what is worse is adopted too."""

    able: frozenset[MemberId]
    corrected: frozenset[MemberId]
    unfavourable: bool


class Made(NamedTuple):
    """What a member's records come to under one version."""

    kept: Kept
    unmapped_records: frozenset[RecordId]
    months: int
    records: int
    digest: Sha256


def version_under(past: Past, found: Assessment, version: Version) -> Ruled:
    """A determined period under a version: its own rules where that was in force on its last day."""
    known = rules_here(past, found.unit)
    own = known.in_force(found.last_on)
    if own is not None and own.version == version.version:
        return ruled_period(past, found)
    return ruled_under(known, version, found.period, found.year)


def restated(
    past: Past,
    found: Assessment,
    version: Version,
    put_right: Mapping[MemberId, Archive] | None = None,
    *,
    unfavourable: bool = False,
    moved: frozenset[MemberId] | None = None,
) -> list[Restated]:
    """Everybody who is determined in the period, by pseudonym, with some archives put right.

    Where it only follows another restatement, nobody's result is adopted but of those whom that ``moved``.
    """
    rules = version_under(past, found, version)
    people = determined_members(past, found)
    past.many([archive_of(one.member, found.last_on) for one, _ in people])
    past.many([result_of(one.member, found.year - 1, found.period) for one, _ in people])
    corrected = put_right or {}
    assessed = [(member, result) for member, result in people if is_assessed(rules, member)]
    rows = [_restated(past, found, rules, *one, corrected.get(one[0].member)) for one in assessed]
    able = frozenset(one.member.member for one in rows if moved is None or one.member.member in moved)
    return _graded(rules.scheme, rows, Adopting(able, frozenset(corrected), unfavourable))


def resting_on(
    past: Past,
    found: Assessment,
    version: Version,
    ones: Sequence[MemberRestated],
    put_right: Mapping[MemberId, Archive],
) -> frozenset[MemberId]:
    """Whose records, put right, are still those by which he was computed."""
    rules, own = version_under(past, found, version), ruled_period(past, found)
    results = past.many([result_of(one.member, found.year, found.period) for one in ones])
    return frozenset(
        one.member
        for one, result in zip(ones, results, strict=True)
        if _digest_now(past, found, (own, rules, _standing_rules(past, found, result)), one.member, put_right)
        == one.figures.records_digest
    )


def _digest_now(
    past: Past,
    found: Assessment,
    known: tuple[Ruled, Ruled, Ruled],
    member: MemberId,
    put_right: Mapping[MemberId, Archive],
) -> Sha256:
    back = max(one.years_back for one in known)
    archive = with_years_before(past, member, found.last_on.year, back)
    corrected = put_right.get(member)
    return digest_of(inside(archive if corrected is None else _with(archive, corrected), known[1]))


def restated_alone(
    past: Past, found: Assessment, version: Version, member: Registered, put_right: Archive | None
) -> Restated:
    """One member's lines and figures anew, his archive put right; a grade needs everybody's."""
    result = past[result_of(member.member, found.year, found.period)]
    return _restated(past, found, version_under(past, found, version), member, result, put_right)


def determined_members(past: Past, found: Assessment) -> list[tuple[Registered, Result]]:
    """Everybody whose result this organisation determined."""
    members = known_members(past, found)
    results = past.many([result_of(one.member, found.year, found.period) for one in members])
    there = sorted(zip(members, results, strict=True), key=lambda one: str(one[0].member))
    return [
        (one, result) for one, result in there if result.standing is not None and result.standing.unit == found.unit
    ]


def _restated(
    past: Past, found: Assessment, rules: Ruled, member: Registered, result: Result, corrected: Archive | None
) -> Restated:
    own, stood = ruled_period(past, found), _standing_rules(past, found, result)
    back = max(own.years_back, rules.years_back, stood.years_back)
    archive = with_years_before(past, member.member, found.last_on.year, back)
    right = archive if corrected is None else _with(archive, corrected)
    earlier = past[result_of(member.member, found.year - 1, found.period)].standing
    last = None if earlier is None else earlier.total
    before_own = _made(own, member, archive, last)
    after_own = before_own if right is archive else _made(own, member, right, last)
    before = _made(stood, member, archive, last, before_own) if stood.throughout else before_own
    after = _made(rules, member, right, last, after_own) if rules.throughout else after_own
    figures = _figures(rules, member, result, after)
    lines = tuple(_changes(before, after))
    return Restated(member, result, figures, lines, None, None, "same", adopted=False)


def _with(archive: Archive, corrected: Archive) -> Archive:
    """The records of all years, those of one year put right."""
    return replace(archive, records={**archive.records, **corrected.records})


def _standing_rules(past: Past, found: Assessment, result: Result) -> Ruled:
    assert result.standing is not None, "only what is determined is restated"
    version = rules_here(past, found.unit).asked(result.standing.rules, found.last_on)
    assert version is not None, f"determined under {result.standing.rules}"
    return version_under(past, found, version)


def _made(rules: Ruled, member: Registered, archive: Archive, last: int | None, own: Made | None = None) -> Made:
    """What it comes to; with the old lines, by the period's ``own`` rules, of what the version has no item for."""
    seen = carried(archive, rules)
    given = counted(rules, member, seen.archive, last)
    try:
        made = score(rules.tariff, given.case, rules.earlier).confirmed
    except Uncountable as unknown:
        raise RecordUncountable(member=member.member, reason=str(unknown)) from unknown
    whole = inside(archive, rules)
    return Made(
        kept=with_kept(rules.tariff, made, None if own is None else own.kept, seen.unmapped_items),
        unmapped_records=seen.unmapped_records,
        months=sum(span.months_present for span in given.case.spans),
        records=len(whole),
        digest=digest_of(whole),
    )


def _figures(rules: Ruled, member: Registered, result: Result, made: Made) -> MemberComputed:
    before = result.computed
    assert before is not None, "only what was computed is determined"
    profile = rules.scheme.profile(member.profile_on(rules.last_on))
    assert profile is not None, "only whom the rule set knows is assessed"
    mean = None if before.appraisal is None else hundredths(before.appraisal)
    said: dict[BodyPart, Points | None] = {"committee": before.committee, "task": before.task}
    bodies: dict[BodyPart, int] = {part: hundredths(score) for part, score in said.items() if score is not None}
    return MemberComputed(
        member=member.member,
        unit=before.unit,
        year=before.year,
        period=before.period,
        computation=before.computation,
        profile=profile.code,
        records=made.records,
        records_digest=made.digest,
        **figures_of(rules, made.months, profile, made.kept.score, mean, bodies),
    )


def _changes(before: Made, after: Made) -> Iterable[Changed]:
    """Lines that differ, or that the version has no item for, in the order of the old score and then of the new."""
    for key in dict.fromkeys((*before.kept.lines, *after.kept.lines)):
        item, span, record = key
        old, new = before.kept.lines.get(key), after.kept.lines.get(key)
        unmapped = record in after.unmapped_records if span is None else item in after.kept.unmapped
        if old != new or unmapped:
            yield Changed(item, span, record, old, new, unmapped)


def _graded(scheme: Scheme, rows: Sequence[Restated], rule: Adopting) -> list[Restated]:
    """With grades: by threshold and vetoes, then the quota among whoever takes his new result and whoever keeps his.

    Seats that people settle are not given anew: whoever holds one keeps it, and nobody else gets one here.
    """
    taking = {
        one.member.member: one.member.member in rule.able and (rule.unfavourable or not _falls(scheme, one))
        for one in rows
        if one.figures.graded
    }
    seated = [
        candidate(one.figures if taking[one.member.member] else one.result.computed or one.figures)
        for one in rows
        if one.figures.graded and is_candidate(scheme, _before_quota(scheme, one, takes=taking[one.member.member]))
    ]
    holders = frozenset(str(one.member.member) for one in rows if is_candidate(scheme, one.standing.grade))
    inside_quota = seated_anew(scheme.excellent_quota, holders, seated, len(taking))
    return [_settled(scheme, one, inside_quota, rule) for one in rows]


def _before_quota(scheme: Scheme, one: Restated, *, takes: bool) -> Code | None:
    return capped(scheme, one.figures)[0] if takes else one.standing.grade


def _falls(scheme: Scheme, one: Restated) -> bool:
    """Whether his own figures make it worse for him, whatever the quota says."""
    grade = capped(scheme, one.figures)[0] if one.figures.graded else None
    return _compared(scheme, one, grade) == "worse"


def _settled(scheme: Scheme, one: Restated, seated: frozenset[str], rule: Adopting) -> Restated:
    grade, reason = _grade(scheme, one, seated)
    effect = _compared(scheme, one, grade)
    changed = effect != "same" or one.member.member in rule.corrected
    adopted = one.member.member in rule.able and changed and (effect != "worse" or rule.unfavourable)
    return one._replace(grade=grade, reason=reason, effect=effect, adopted=adopted)


def _grade(scheme: Scheme, one: Restated, seated: frozenset[str]) -> tuple[Code | None, Reason | None]:
    if not one.figures.graded:
        return None, None
    grade, reason = capped(scheme, one.figures)
    keeps = is_candidate(scheme, one.standing.grade) or str(one.member.member) in seated
    if is_candidate(scheme, grade) and not keeps:
        return next_grade(scheme, grade), "quota"
    return grade, reason


def _compared(scheme: Scheme, one: Restated, grade: Code | None) -> Effect:
    total, stands = hundredths(one.figures.total), one.standing
    worse = total < stands.total or _rank(scheme, grade) > _rank(scheme, stands.grade)
    if worse:
        return "worse"
    return "better" if total > stands.total or _rank(scheme, grade) < _rank(scheme, stands.grade) else "same"


def _rank(scheme: Scheme, grade: Code | None) -> int:
    """0 the best; a grade that the version does not name, or none, is after the last."""
    codes = [one.code for one in scheme.grades]
    return codes.index(grade) if grade in codes else len(codes)
