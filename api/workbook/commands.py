"""命令 — from a clean month to the wishes that put it on record, in order, under ids that let it be done once.

An id is made of the person who acts, the file's digest and what is wished, never of a row's number or of chance:
the same file twice wishes the same things, and the ledger answers with the first receipts. Nothing here submits a
sheet: what a recorder uploads, he still reads before he puts it before the committee.
"""

from collections.abc import Callable, Iterator
from uuid import uuid5

import msgspec

from api.workbook.month import MatterWish, Month, SheetWish
from domain.actor import Actor
from domain.decider import Command
from domain.recording.filling import FillSheet, OpenSheet
from domain.recording.matter import AttachEvidence, DropMatter, HoldMatter, PlanMatter
from domain.sealed import Secret
from domain.values import Code, CommandId, Instant, MemberId, Sha256


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who uploads which file, and when; clock and chance are read by whoever makes this."""

    person: MemberId
    role: Code
    unit: Code
    """The branch whose month it is: nobody uploads for another."""
    at: Instant
    file: Sha256
    salt: Callable[[], str]
    """128 random bits in base64url, drawn anew for each sealed text."""

    @property
    def actor(self) -> Actor:
        """As he acts."""
        return Actor(person=self.person, role=self.role, unit=self.unit)

    def id_of(self, *wish: str) -> CommandId:
        """The id under which he wishes this with this file."""
        # No code holds a space, so two different wishes never share a name.
        return uuid5(self.person, " ".join(("workbook", self.file, *wish)))

    def secret(self, name: str, text: str) -> Secret:
        """His own words, kept under his own key."""
        return Secret(subject=self.person, name=name, value=text, salt=self.salt())


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One wish and where it stands in the workbook."""

    command: Command
    matter: MatterWish | None
    """None where the workbook names only marks for a matter on record."""
    sheet: SheetWish | None = None


def steps(month: Month, author: Author) -> Iterator[Step]:
    """Matter by matter: plan, hold or drop, evidence, then its sheets."""
    sheets: dict[Code, list[SheetWish]] = {}
    for sheet in month.sheets:
        sheets.setdefault(sheet.matter, []).append(sheet)
    for wish in month.matters:
        for command in _of_matter(wish, author):
            yield Step(command=command, matter=wish)
        for sheet in sheets.pop(wish.matter, []):
            for command in _of_sheet(sheet, wish.late_reason, author):
                yield Step(command=command, matter=wish, sheet=sheet)
    for left in sheets.values():
        for sheet in left:
            for command in _of_sheet(sheet, None, author):
                yield Step(command=command, matter=None, sheet=sheet)


def _of_matter(wish: MatterWish, author: Author) -> Iterator[Command]:
    unit, actor, at, matter = author.unit, author.actor, author.at, wish.matter
    plan = author.id_of("plan", matter)
    yield PlanMatter(
        id=plan,
        actor=actor,
        at=at,
        unit=unit,
        matter=matter,
        kind=wish.kind,
        title=wish.title,
        planned_on=wish.planned_on,
    )
    if wish.reason is not None:
        drop, reason = author.id_of("drop", matter), author.secret("reason", wish.reason)
        yield DropMatter(id=drop, actor=actor, at=at, unit=unit, matter=matter, reason=reason)
    if wish.held_on is not None:
        hold = author.id_of("hold", matter)
        yield HoldMatter(id=hold, actor=actor, at=at, unit=unit, matter=matter, occurred_on=wish.held_on)
    for document in wish.documents:
        attach = author.id_of("attach", matter, document.sha256)
        kind, sha256 = document.kind, document.sha256
        yield AttachEvidence(id=attach, actor=actor, at=at, unit=unit, matter=matter, kind=kind, sha256=sha256)


def _of_sheet(sheet: SheetWish, late_reason: str | None, author: Author) -> Iterator[Command]:
    unit, actor, at, matter, item = author.unit, author.actor, author.at, sheet.matter, sheet.item
    opened = author.id_of("open", matter, item)
    late = _late(late_reason, author)
    yield OpenSheet(id=opened, actor=actor, at=at, unit=unit, matter=matter, item=item, late_reason=late)
    yield FillSheet(
        id=author.id_of("fill", matter, item),
        actor=actor,
        at=at,
        unit=unit,
        matter=matter,
        item=item,
        otherwise=sheet.otherwise,
        but=tuple(line.wish for line in sheet.lines),
        # A sheet that was opened in time may still be filled late.
        late_reason=_late(late_reason, author),
    )


def _late(reason: str | None, author: Author) -> Secret | None:
    """Sealed anew for each wish: two commitments never tell that two reasons are one."""
    return None if reason is None else author.secret("late_reason", reason)
