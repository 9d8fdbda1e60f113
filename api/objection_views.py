"""异议页面 — one objection as its page shows it, and what of it its handler alone sees."""

from datetime import date
from uuid import UUID

import msgspec

from api.corrections import RightChoice
from api.objection_rows import ObjectionRow
from api.routes.objecting import StepView
from api.routes.retaliations import ActView
from domain.values import Code, MemberId


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be chosen."""

    member: MemberId
    name: str


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the rule set."""

    code: Code
    zh: str
    en: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What only the handler sees."""

    name: str
    contact: str | None
    reason: str
    note: str | None
    finding: str | None
    appeal_ground: str | None
    acts: tuple[ActView, ...]
    """What was done to whoever objects since, for the handler alone."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One objection."""

    row: ObjectionRow
    notice: UUID
    body: Code
    body_title: str
    subject: str | None
    handler: str | None
    mine: bool
    """Whether the reader is the handler."""
    receives: bool
    """Whether the reader acts for the organisation that has it."""
    decides_appeal: bool
    enters_outside: bool
    """Whether no leading group of the tree can decide the appeal, and the reader may enter who did."""
    must_step_back: bool
    opened: Opened | None
    reply: str | None
    candidates: tuple[Person, ...]
    """Who may be made the handler."""
    voters: tuple[Person, ...]
    """The leading group without whoever dealt with it, while it decides."""
    grounds: tuple[tuple[str, str, str], ...]
    """Code, Chinese, English of the grounds for declining."""
    rights: tuple[RightChoice, ...]
    """What may be right instead, for whoever decides."""
    conditions: tuple[Word, ...]
    shares: tuple[Word, ...]
    """What the item lets be said besides: under which condition, and in which place of a group."""
    roster: tuple[Person, ...]
    """Whose line may have been missing."""
    appeal_by: date | None
    appellant: str | None
    right_outcome: str | None
    renoticed: UUID | None
    steps: tuple[StepView, ...]
