"""办法 — one scheme's rule sets: drafted, linted, approved by somebody else, published, in force from a day on.

A version enters the log part by part, one fact each, and its header carries the digest of the whole document:
a part that is missing or changed cannot be published. A version that was published never changes.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from domain.decider import Command, Decision, Fact, NotPermitted, Past, Refused, Stream
from domain.organisation.unit import established
from domain.rules.announcing import announce
from domain.rules.digest import Part, assemble, digest, parts
from domain.rules.lint import Finding, lint
from domain.rules.refinement import (
    LOCAL_FACTS,
    LocalItem,
    LocalItemAuthorised,
    LocalItemDeclined,
    LocalItemProposed,
    LocalItemRetired,
    after,
)
from domain.rules.scheme import Scheme, SchemeMalformed, load
from domain.rules.succession import cut_off, dropped, running_since
from domain.values import Code, MemberId, Reference, Sha256, day_of

Document: TypeAlias = msgspec.Raw
"""A rule set as JSON text."""


class RuleSetDrafted(Fact, frozen=True, kw_only=True):
    """拟订 — a version begins: the digest of its document and how many parts follow."""

    scheme: Code
    version: Code
    digest: Sha256
    parts: int
    author: MemberId | None = None
    """None where the set came with the installation."""


class RulePartAdded(Fact, frozen=True, kw_only=True):
    """条目 — one section or one item of the version that is being drafted."""

    version: Code
    section: Code
    code: Code | None = None
    content: msgspec.Raw


class RuleSetLinted(Fact, frozen=True, kw_only=True):
    """体检 — the version was checked; what the lint only warns of is counted."""

    version: Code
    warnings: int


class RuleSetSimulated(Fact, frozen=True, kw_only=True):
    """试算 — somebody looked at what a past period would have come to; the figures are pinned by a digest."""

    version: Code
    year: int
    period: Code
    members: int
    """0 where nothing was determined yet."""
    better: int
    worse: int
    unmapped: int
    """Items that the version neither knows nor maps."""
    digest: Sha256
    """Of the canonical JSON of everything that was shown."""
    by: MemberId | None = None


class RuleSetApproved(Fact, frozen=True, kw_only=True):
    """审议通过."""

    version: Code
    minute: Reference
    minute_sha256: Sha256
    by: MemberId | None = None
    """None in what was approved before this was kept."""


class RuleSetPublished(Fact, frozen=True, kw_only=True):
    """印发 — from ``effective_on`` on it is in force, until a later version takes over."""

    version: Code
    effective_on: date


VersionStatus: TypeAlias = Literal["drafted", "approved", "published"]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the scheme."""

    version: str
    digest: str
    author: MemberId | None
    approver: MemberId | None = None
    status: VersionStatus
    simulated: bool = False
    parts: tuple[Part, ...] = ()
    scheme: Scheme | None = None
    """Present from publication on."""
    effective_on: date | None = None
    priced: Scheme | None = None
    """Where units add items: the version with every item that was ever asked under it anywhere, for their prices."""
    priced_digest: str | None = None

    def has_expired(self, day: date) -> bool:
        """Whether the document's own last day, say that of a trial, has come."""
        last = None if self.scheme is None else self.scheme.document.expires_on
        return last is not None and date.fromisoformat(last) <= day


class RuleSets(msgspec.Struct, frozen=True, kw_only=True):
    """All versions, in the order in which they were drafted."""

    versions: tuple[Version, ...] = ()
    local: tuple[LocalItem, ...] = ()
    """What units have below them, in the order of proposal."""

    def find(self, version: str) -> Version | None:
        """The version of this name."""
        return next((found for found in self.versions if found.version == version), None)

    def asked(self, version: str, day: date) -> Version | None:
        """The version of this name as it would be asked on a day, whether in force then or not."""
        del day
        return self.find(version)

    def in_force(self, day: date) -> Version | None:
        """The one version in force on a day."""
        latest = self.last_begun(day)
        return None if latest is None or latest.has_expired(day) else latest

    def last_begun(self, day: date) -> Version | None:
        """The last one in force until a day, though its trial be over."""
        begun = [v for v in self.versions if v.effective_on is not None and v.effective_on <= day]
        return max(begun, key=lambda v: (v.effective_on is not None, v.effective_on), default=None)


class VersionExists(Refused):
    """该版本已存在,不可更改。 This version exists and cannot be changed."""

    code = "version-exists"


class VersionUnknown(Refused):
    """没有这个版本。 There is no such version."""

    code = "version-unknown"


class VersionMismatch(Refused):
    """版本名称与文件所载不一致。 The document says that it is another version, or of another scheme."""

    code = "version-mismatch"


class VersionNotReady(Refused):
    """该版本尚未走完前一步程序。 The step before has not been taken for this version."""

    code = "version-not-ready"


class RuleSetRefused(Refused):
    """办法未通过体检。 The rule set does not pass the lint."""

    code = "rule-set-refused"


class AuthorApproves(Refused):
    """起草人不得审议自己起草的办法。 The author of a rule set does not approve it."""

    code = "author-approves"


class NotSimulated(Refused):
    """修订的办法须先试算再审议。 A version that follows another is looked at by what-if before it is approved."""

    code = "not-simulated"


class NotAfterPrevious(Refused):
    """施行日必须晚于现行版本的施行日。 A version takes effect after the version before it."""

    code = "not-after-previous"


class EffectiveInPast(Refused):
    """办法不得溯及既往:施行日应晚于印发日。 A rule set takes effect after the day on which it is published."""

    code = "effective-in-past"


class NoRuleInForce(Refused):
    """当日没有施行的办法。 No rule set is in force on that day."""

    code = "no-rule-in-force"


class DraftRuleSet(Command, frozen=True, kw_only=True):
    """Draft a version."""

    operation = "rules.draft"
    unit: Code
    scheme: Code
    version: Code
    document: Document


class SimulateRuleSet(Command, frozen=True, kw_only=True):
    """Put on record what a version would have done to a past period."""

    operation = "rules.simulate"
    unit: Code
    scheme: Code
    version: Code
    year: int
    period: Code
    members: int
    better: int
    worse: int
    unmapped: int
    digest: Sha256


class ApproveRuleSet(Command, frozen=True, kw_only=True):
    """Approve a version."""

    operation = "rules.approve"
    unit: Code
    scheme: Code
    version: Code
    minute: Reference
    minute_sha256: Sha256


class PublishRuleSet(Command, frozen=True, kw_only=True):
    """Publish a version."""

    operation = "rules.publish"
    unit: Code
    scheme: Code
    version: Code
    effective_on: date


def evolve(state: RuleSets, fact: Fact) -> RuleSets:
    """The scheme after one more fact."""
    match fact:
        case RuleSetDrafted():
            draft = Version(version=fact.version, digest=fact.digest, author=fact.author, status="drafted")
            return msgspec.structs.replace(state, versions=(*state.versions, draft))
        case RulePartAdded() | RuleSetLinted() | RuleSetSimulated() | RuleSetApproved() | RuleSetPublished():
            changed = tuple(_changed(v, fact) if v.version == fact.version else v for v in state.versions)
            return msgspec.structs.replace(state, versions=changed)
        case LocalItemProposed() | LocalItemAuthorised() | LocalItemDeclined() | LocalItemRetired():
            return msgspec.structs.replace(state, local=after(state.local, fact))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a scheme")


def _changed(
    version: Version, fact: RulePartAdded | RuleSetLinted | RuleSetSimulated | RuleSetApproved | RuleSetPublished
) -> Version:
    replace = msgspec.structs.replace
    match fact:
        case RulePartAdded():
            part = Part(section=fact.section, code=fact.code, content=msgspec.json.decode(fact.content))
            return replace(version, parts=(*version.parts, part))
        case RuleSetLinted():
            return version
        case RuleSetSimulated():
            return replace(version, simulated=True)
        case RuleSetApproved():
            return replace(version, status="approved", approver=fact.by)
        case RuleSetPublished():
            document = assemble(version.parts)
            assert digest(document) == version.digest, f"parts of {version.version} do not make its document"
            return replace(version, status="published", scheme=load(document), effective_on=fact.effective_on)


RULES: Final[Stream[RuleSets]] = Stream(
    "rule-set",
    RuleSets(),
    evolve,
    (
        *(RuleSetDrafted, RulePartAdded, RuleSetLinted, RuleSetSimulated, RuleSetApproved, RuleSetPublished),
        *LOCAL_FACTS,
    ),
)


def scheme_on(past: Past, scheme: Code, day: date) -> tuple[str, Scheme]:
    """(version, content) of the central rule set in force on a day, or a refusal."""
    found = past[RULES.of(scheme)].in_force(day)
    if found is None or found.scheme is None:
        raise NoRuleInForce(scheme=scheme, day=day)
    return found.version, found.scheme


def scheme_of(past: Past, scheme: Code, version: Code) -> Scheme:
    """Content of a version of the central rule set by its name, in force or not, or a refusal."""
    found = past[RULES.of(scheme)].find(version)
    if found is None or found.scheme is None:
        raise NoRuleInForce(scheme=scheme)
    return found.scheme


def decide(past: Past, command: DraftRuleSet | SimulateRuleSet | ApproveRuleSet | PublishRuleSet) -> Decision:
    """Draft, simulate, approve, publish: in this order, by different people, for the organisation at the top."""
    owner = established(past, command.unit)
    if owner.parent is not None or owner.scheme != command.scheme:
        raise NotPermitted
    match command:
        case DraftRuleSet():
            return _draft(past, command)
        case SimulateRuleSet():
            return _simulate(past, command)
        case ApproveRuleSet():
            return _approve(past, command)
        case PublishRuleSet():
            return _publish(past, command)


def _draft(past: Past, command: DraftRuleSet) -> Decision:
    ref = RULES.of(command.scheme)
    if past[ref].find(command.version) is not None:
        raise VersionExists(version=command.version)
    try:
        scheme = load(bytes(command.document))
    except SchemeMalformed as malformed:
        raise RuleSetRefused(findings=malformed.problems) from malformed
    # Records name the version by the command's word, prices by the document's: two words would be two truths.
    if (scheme.id, scheme.version) != (command.scheme, command.version):
        raise VersionMismatch(version=scheme.version)
    findings = [*lint(scheme), *_dropped(past[ref], scheme)]
    document = msgspec.json.decode(command.document)
    refusing = [finding for finding in findings if finding.severity == "refuse"]
    if refusing:
        raise RuleSetRefused(findings=refusing)
    split = parts(document)
    header = RuleSetDrafted(
        scheme=command.scheme,
        version=command.version,
        digest=digest(document),
        parts=len(split),
        author=command.actor.person,
    )
    added = [_part_added(command.version, part) for part in split]
    linted = RuleSetLinted(version=command.version, warnings=len(findings))
    return [ref.says(fact) for fact in (header, *added, linted)]


def _dropped(known: RuleSets, scheme: Scheme) -> Iterator[Finding]:
    before = known.in_force(date.max)
    if before is not None and before.scheme is not None:
        yield from dropped(before.scheme, scheme)


def _part_added(version: str, part: Part) -> RulePartAdded:
    content = msgspec.Raw(msgspec.json.encode(part.content, order="sorted"))
    return RulePartAdded(version=version, section=part.section, code=part.code, content=content)


def _simulate(past: Past, command: SimulateRuleSet) -> Decision:
    version = _known(past, command.scheme, command.version)
    if version.status != "drafted":
        raise VersionNotReady(version=command.version)
    fact = RuleSetSimulated(
        version=command.version,
        year=command.year,
        period=command.period,
        members=command.members,
        better=command.better,
        worse=command.worse,
        unmapped=command.unmapped,
        digest=command.digest,
        by=command.actor.person,
    )
    return [RULES.of(command.scheme).says(fact)]


def _approve(past: Past, command: ApproveRuleSet) -> Decision:
    ref = RULES.of(command.scheme)
    version = _known(past, command.scheme, command.version)
    if version.status != "drafted":
        raise VersionNotReady(version=command.version)
    if version.author is not None and version.author == command.actor.person:
        raise AuthorApproves(version=command.version)
    if not version.simulated and past[ref].in_force(day_of(command.at)) is not None:
        raise NotSimulated(version=command.version)
    fact = RuleSetApproved(
        version=command.version,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        by=command.actor.person,
    )
    return [ref.says(fact)]


def _publish(past: Past, command: PublishRuleSet) -> Decision:
    ref = RULES.of(command.scheme)
    version = _known(past, command.scheme, command.version)
    if version.status != "approved":
        raise VersionNotReady(version=command.version)
    if command.effective_on <= day_of(command.at):
        raise EffectiveInPast(effective_on=command.effective_on)
    last = max((v.effective_on for v in past[ref].versions if v.effective_on is not None), default=None)
    if last is not None and command.effective_on <= last:
        raise NotAfterPrevious(effective_on=last)
    now = past[ref].last_begun(day_of(command.at))
    announce(past, None if now is None else now.scheme, day_of(command.at), command.effective_on)
    _keep_countable(past[ref], load(assemble(version.parts)), command.effective_on)
    return [ref.says(RuleSetPublished(version=command.version, effective_on=command.effective_on))]


def _keep_countable(known: RuleSets, scheme: Scheme, effective_on: date) -> None:
    """Refuse a version that would leave records of a running period without an item."""
    since = running_since(scheme, effective_on)
    at_start = known.in_force(since)
    running = [v for v in known.versions if v.effective_on is not None and since <= v.effective_on < effective_on]
    before = [v.scheme for v in (at_start, *running) if v is not None and v.scheme is not None]
    findings = list(cut_off(before, scheme, effective_on))
    if findings:
        raise RuleSetRefused(findings=findings)


def _known(past: Past, scheme: Code, version: Code) -> Version:
    found = past[RULES.of(scheme)].find(version)
    if found is None:
        raise VersionUnknown(version=version)
    return found
