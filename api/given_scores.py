"""组织评分的样子 — the scores that bodies gave, as they are shown, with their reasons for whoever may read them."""

from collections.abc import Iterable

import msgspec

from api.asked import Asked
from domain.rules.assessing import BodyPart
from domain.values import Code, MemberId, Reference, Sha256, points
from projections.body_scores import BodyScoreState


class GivenScore(msgspec.Struct, frozen=True, kw_only=True):
    """A score that stands, with its vote."""

    member: MemberId
    year: int
    period: Code
    component: BodyPart
    score: str
    body: Code
    body_title: str
    minute: Reference
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    reason: str | None
    position: int


async def given_scores(asked: Asked, states: Iterable[BodyScoreState]) -> tuple[GivenScore, ...]:
    """Scores with their reasons; the caller has looked whether the reader may."""
    found = tuple(states)
    texts = await asked.house.vault.values(tuple(one.reason for one in found if one.reason is not None))
    gone = asked.words("text.gone")
    return tuple(
        GivenScore(
            member=one.member,
            year=one.year,
            period=one.period,
            component=one.component,
            score=points(one.score),
            body=one.body,
            body_title=one.body_title,
            minute=one.minute,
            minute_sha256=one.minute_sha256,
            entitled=one.entitled,
            present=one.present,
            in_favour=one.in_favour,
            reason=None if one.reason is None else texts.get(one.reason, gone),
            position=one.position,
        )
        for one in found
    )
