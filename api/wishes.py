"""What a client sends with a wish: everything that the address and the session do not say already."""

import hashlib
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta
from starlette.datastructures import FormData, UploadFile

from api.bodies import decoded, texts, uploads
from domain.organisation.appointments import Role
from domain.organisation.unit import ApprovalBody, UnitKind
from domain.recording.archive import Outcome
from domain.recording.chain import Verdict
from domain.recording.filling import LineWish
from domain.values import Code, MemberId, Quantity, Reference, Sha256, Title
from projections.transparency.scope import TIME

Told: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
"""Words about a matter or a person; they go to the vault."""
DIGITS_MOST: Final = 64
"""Of a figure that a person types."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body. Unknown fields are refused: what is not read must not look as if it had been."""


class SignIn(Wish, frozen=True, kw_only=True):
    """Who signs in."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    to: Annotated[str, Meta(max_length=500)] = "/"
    """Where a form's sign-in leads: an address of ours."""


class Choice(Wish, frozen=True, kw_only=True):
    """In which of today's offices to act: ``recorder@PK-ZWB``."""

    office: Annotated[str, Meta(max_length=100, pattern=r"^[a-z_]+@[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$(?!\n)")]


class LanguageChoice(Wish, frozen=True, kw_only=True):
    """In which language to read, and where to go on."""

    language: Annotated[str, Meta(pattern=r"^(zh|en)$(?!\n)")]
    to: Annotated[str, Meta(max_length=500)] = "/"


class TakeWish(Wish, frozen=True, kw_only=True):
    """Which part of the log is taken away: of whom, and of which year or period; nothing of it: the whole log."""

    unit: Code | None = None
    member: MemberId | None = None
    period: Annotated[str, Meta(pattern=rf"^({TIME.pattern})$(?!\n)", max_length=69)] | None = None


class Nothing(Wish, frozen=True, kw_only=True):
    """The address says it all: ``{}``."""


class PlanWish(Wish, frozen=True, kw_only=True):
    """A matter for the plan."""

    matter: Code
    kind: Code
    title: Title
    planned_on: date


class HoldWish(Wish, frozen=True, kw_only=True):
    """On which day it took place."""

    occurred_on: date


class DropWish(Wish, frozen=True, kw_only=True):
    """Why it did not take place."""

    reason: Told


class EvidenceWish(Wish, frozen=True, kw_only=True):
    """A document behind a matter, by its digest. A form sends the file itself; it is hashed and not kept."""

    kind: Code
    sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest of the chosen file, or the one that was typed."""
        return {"kind": last(form, "kind"), "sha256": await digest_of(form, "file", "sha256")}


class OpenSheetWish(Wish, frozen=True, kw_only=True):
    """Under which item; a late entry says why it is late."""

    item: Code
    late_reason: Told | None = None


class FillWish(Wish, frozen=True, kw_only=True):
    """Of everybody ``otherwise``, of some something else; a late entry and a choice in a range say why."""

    otherwise: Outcome | None = None
    but: tuple[LineWish, ...] = ()
    choice_reason: Told | None = None
    late_reason: Told | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """One field ``outcome.<member>`` per person; with ``quantity.``, ``hours.``, ``level.``, ``condition.``."""
        lines: list[dict[str, str]] = []
        for name in dict.fromkeys(form.keys()):
            field, _, member = name.partition(".")
            outcome = last(form, name)
            if field != "outcome" or not outcome:
                continue
            line = {"member": member, "outcome": outcome}
            for extra in ("quantity", "hours"):
                figure = last(form, f"{extra}.{member}")
                if figure:
                    line[extra] = two_places(figure)
            named = {name: last(form, f"{name}.{member}") for name in ("level", "condition")}
            lines.append(line | {name: code for name, code in named.items() if code})
        return {"but": lines, **filled(form, "otherwise", "choice_reason", "late_reason")}


class ApproveWish(Wish, frozen=True, kw_only=True):
    """The meeting's decision: its minute, who was present, who of them was not in favour."""

    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {
            "minute": last(form, "minute"),
            "minute_sha256": await digest_of(form, "file", "minute_sha256"),
            "present": texts(form, "present"),
            "not_in_favour": texts(form, "not_in_favour"),
        }


class ReturnWish(Wish, frozen=True, kw_only=True):
    """Why the sheet goes back."""

    reason: Told


class DocumentedWish(Wish, frozen=True, kw_only=True):
    """What a claim and a proposal have in common: item and level, how much of it, the document and its day."""

    item: Code
    level: Code
    quantity: Quantity = "1.00"
    """Of a range the points chosen, with their reason; else how many units of the item's measure."""
    condition: Code | None = None
    choice_reason: Told | None = None
    dated_on: date
    occurred_on: date | None = None
    """None where it is the day of the document."""
    document_kind: Code
    document: Sha256
    late_reason: Told | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """``what`` is item, level and kind of document in one choice; the document's file is hashed, not kept."""
        names = ("dated_on", "occurred_on", "member", "matter", "condition", "choice_reason", "late_reason")
        figure = last(form, "quantity")
        much = {"quantity": two_places(figure)} if figure else {}
        return {**_chosen(form), **filled(form, *names), **much, "document": await digest_of(form, "file", "document")}


class ClaimWish(DocumentedWish, frozen=True, kw_only=True):
    """An honour: under which item and level, what it was for, its certificate.

    Without a member it is the reader's own; without a matter the certificate stands for it, so that one certificate is
    one matter whatever the items under which it is claimed.
    """

    title: Title
    member: MemberId | None = None
    matter: Code | None = None
    share: Code | None = None
    """The person's place in the group whose result it is."""

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As of every documented wish, with the title and the place in a group."""
        return {**await DocumentedWish.from_form(form), **filled(form, "title", "share")}


class ProposeWish(DocumentedWish, frozen=True, kw_only=True):
    """A deduction or a shortfall, its basis document, and what the person is told of the matter."""

    member: MemberId
    matter: Code
    from_own_measure: bool = False
    particulars: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As of every documented wish, with what the person is told."""
        own = {"from_own_measure": True} if last(form, "from_own_measure") else {}
        return {**await DocumentedWish.from_form(form), **filled(form, "particulars"), **own}


class MotionWish(ApproveWish, frozen=True, kw_only=True):
    """A body's verdict in a meeting; a refusal says why."""

    verdict: Verdict
    reason: Told | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        said = await ApproveWish.from_form(form)
        return {**said, **filled(form, "verdict", "reason")}


class StatementWish(Wish, frozen=True, kw_only=True):
    """The person's view; final, it ends the term."""

    statement: Told | None = None
    final: bool = False


class DeliveryWish(Wish, frozen=True, kw_only=True):
    """Handed over on paper before a witness: the day, and the proof of it."""

    delivered_on: date
    proof_kind: Code
    proof: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest of the proof's file, which is not kept."""
        return {**filled(form, "delivered_on", "proof_kind"), "proof": await digest_of(form, "file", "proof")}


class OpenPeriodWish(Wish, frozen=True, kw_only=True):
    """Which period of which year."""

    year: Annotated[int, Meta(ge=2000, le=2100)]
    period: Code


class FeedBackWish(Wish, frozen=True, kw_only=True):
    """Who was told his result on which day; the note of the talk goes to the vault."""

    member: MemberId
    told_on: date
    note: Told | None = None


class UnitWish(Wish, frozen=True, kw_only=True):
    """A new organisation below the one in the address."""

    unit: Code
    kind: UnitKind
    title: Title
    scheme: Code
    approval_body: ApprovalBody = "own_committee"
    established_on: date


class MemberWish(Wish, frozen=True, kw_only=True):
    """A person who enters; name and work number go to the vault."""

    profile: Code
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    work_number: Annotated[str, Meta(min_length=1, max_length=60)]
    present_from: date


class AppointWish(Wish, frozen=True, kw_only=True):
    """An office for a person."""

    role: Role
    person: MemberId
    from_on: date
    until_on: date | None = None


class EndRoleWish(Wish, frozen=True, kw_only=True):
    """The last day of an office."""

    role: Role
    person: MemberId
    last_on: date


class DraftRulesWish(Wish, frozen=True, kw_only=True):
    """A rule set as a JSON document."""

    scheme: Code
    version: Code
    document: dict[str, Any]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The chosen file; scheme and version are what it says itself."""
        document = decoded(await _content(form, "file"), dict[str, Any])
        return {"scheme": document.get("id"), "version": document.get("version"), "document": document}


class ApproveRulesWish(Wish, frozen=True, kw_only=True):
    """The leading group's decision on a version."""

    minute: Reference
    minute_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {"minute": last(form, "minute"), "minute_sha256": await digest_of(form, "file", "minute_sha256")}


class PublishRulesWish(Wish, frozen=True, kw_only=True):
    """From which day on a version is in force."""

    effective_on: date


class CalendarWish(Wish, frozen=True, kw_only=True):
    """The working days of a year."""

    year: Annotated[int, Meta(ge=2000, le=2100)]
    days_off: Annotated[tuple[date, ...], Meta(max_length=366)]
    make_up_days: Annotated[tuple[date, ...], Meta(max_length=366)]
    document_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """Days as people type them into a field, one after the other; of the notice's file the digest."""
        return {
            "year": last(form, "year"),
            "days_off": last(form, "days_off").split(),
            "make_up_days": last(form, "make_up_days").split(),
            "document_sha256": await digest_of(form, "file", "document_sha256"),
        }


def filled(form: FormData, *names: str) -> dict[str, str]:
    """What was filled in under some names."""
    return {name: told for name in names if (told := last(form, name))}


def _chosen(form: FormData) -> dict[str, str]:
    """Item, level and kind of document, which a form offers as one choice."""
    words = last(form, "what").split(" ")
    return dict(zip(("item", "level", "document_kind"), words, strict=False))


def two_places(figure: str) -> Quantity:
    """What a person types as a quantity, as it stands on the wire; anything else is left for the refusal.

    >>> two_places("2"), two_places("2.5"), two_places("two")
    ('2.00', '2.50', 'two')
    """
    whole, dot, places = figure.partition(".")
    # Python reads no number of thousands of digits; no quantity has them either.
    if len(whole) > DIGITS_MOST:
        return figure
    if whole.isdecimal() and whole.isascii() and (not dot or (places.isdecimal() and len(places) <= 2)):
        return f"{int(whole)}.{places.ljust(2, '0')}"
    return figure


async def digest_of(form: FormData, file: str, typed: str) -> str:
    """SHA-256 of the file that was chosen, in lower-case hex; else what was typed."""
    chosen = uploads(form, file)
    if not chosen:
        return last(form, typed).lower()
    return await sha256_of(chosen[0])


async def sha256_of(file: UploadFile) -> Sha256:
    """SHA-256 of a file in lower-case hex; the file itself is not kept."""
    return hashlib.sha256(await file.read()).hexdigest()


async def _content(form: FormData, name: str) -> bytes:
    chosen = uploads(form, name)
    return await chosen[0].read() if chosen else b""


def last(form: FormData, name: str) -> str:
    """What was filled in last under a name."""
    found = texts(form, name)
    return found[-1] if found else ""
