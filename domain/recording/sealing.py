"""封存 — the days of a member's archive whose period is determined."""

from datetime import date

import msgspec

from domain.decider import Fact, Refused
from domain.values import Code, MemberId


class ArchiveSealed(Fact, frozen=True, kw_only=True):
    """封存 — this member's result of a period is determined: nothing enters its days but by an ordered restatement."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    first_on: date
    last_on: date


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The days of one determined period, both included."""

    period: str
    first_on: date
    last_on: date


class PeriodSealedAlready(Refused):
    """该考评期已封存,只能依决定重算。 This period is sealed: only an ordered restatement changes it."""

    code = "period-sealed"
