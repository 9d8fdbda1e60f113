"""流程 — what follows by itself: from one entry to the commands that the rules call for, and when.

Each follow-up has a command id made of its trigger, its purpose and its due instant, so that a restart does nothing
twice and an extended term can still close. The machine only carries out what the procedure says; it decides nothing.
"""

from typing import Final, Literal, TypeAlias
from uuid import uuid5

import msgspec

from domain.actor import system
from domain.decider import Command
from domain.entry import Entry
from domain.notice.drafting import DraftNotice
from domain.notice.extension import NoticeExtended
from domain.notice.notice import NoticeClosed, NoticePosted
from domain.notice.running import CloseNotice, ConfirmRecords
from domain.recording.sheet import SheetApproved
from domain.values import CommandId, EntryId, Instant

PROCESS: Final = system("process")

Purpose: TypeAlias = Literal["draft-notice", "close-notice", "confirm-records"]


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must be done at an instant, under an id that lets it be done once."""

    purpose: Purpose
    trigger: EntryId
    due_at: Instant

    @property
    def command(self) -> CommandId:
        """The id under which it will be carried out."""
        return uuid5(self.trigger, f"{self.purpose}/{self.due_at.isoformat()}")


def follow_up(entry: Entry) -> FollowUp | None:
    """What an entry calls for, if anything."""
    match entry.fact:
        case SheetApproved():
            return FollowUp(purpose="draft-notice", trigger=entry.id, due_at=entry.at)
        case NoticePosted(may_close_at=may_close_at) | NoticeExtended(may_close_at=may_close_at):
            return FollowUp(purpose="close-notice", trigger=entry.id, due_at=may_close_at)
        case NoticeClosed():
            return FollowUp(purpose="confirm-records", trigger=entry.id, due_at=entry.at)
        case _:
            return None


def carried_out(wanted: FollowUp, trigger: Entry, at: Instant) -> Command:
    """The command of a follow-up."""
    assert trigger.id == wanted.trigger
    match trigger.fact:
        case SheetApproved() as sheet:
            return DraftNotice(
                id=wanted.command,
                actor=PROCESS,
                at=at,
                cause=trigger.id,
                unit=sheet.unit,
                matter=sheet.matter,
                item=sheet.item,
                decision=sheet.decision,
            )
        case (NoticePosted() | NoticeExtended()) as posted:
            return CloseNotice(
                id=wanted.command, actor=PROCESS, at=at, cause=trigger.id, unit=posted.unit, notice=posted.notice
            )
        case NoticeClosed() as closed:
            return ConfirmRecords(
                id=wanted.command, actor=PROCESS, at=at, cause=trigger.id, unit=closed.unit, notice=closed.notice
            )
        case _:
            raise AssertionError(f"{trigger.type} calls for nothing")
