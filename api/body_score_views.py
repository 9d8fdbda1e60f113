"""待评分的样子 — which scores a body still gives, and the form of its meeting."""

import msgspec

from api.given_scores import GivenScore
from api.period_views import OfPeriod, VoterView
from domain.rules.assessing import BodyPart
from domain.values import Code, MemberId


class ScoreRow(OfPeriod, frozen=True, kw_only=True):
    """One part of one organisation's period."""

    unit_title: str
    component: BodyPart
    asked: int
    given: int
    ours: int
    """How many this organisation's committee still has to give."""
    open: bool


class ScoreBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of a year that a committee gives."""

    unit: Code
    year: int
    rows: tuple[ScoreRow, ...]


class ScoredMember(msgspec.Struct, frozen=True, kw_only=True):
    """One member, and his score."""

    member: MemberId
    name: str
    body: Code | None
    body_title: str | None
    ours: bool
    """Whether the reader may bring it to the meeting of his body."""
    recused: bool
    """Whether it is his body's to give, but he steps aside."""
    given: GivenScore | None


class ScoresView(OfPeriod, frozen=True, kw_only=True):
    """One part of the totals of one organisation's period."""

    component: BodyPart
    body: Code
    body_title: str
    least: str
    most: str
    reason: bool
    """Whether each score needs its reason."""
    required: bool
    open: bool
    voters: tuple[VoterView, ...]
    """Of the reader's body, where it gives a score here."""
    items: tuple[ScoredMember, ...]
