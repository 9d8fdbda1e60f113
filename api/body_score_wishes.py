"""What a client sends about the scores that a body gives: the meeting, and each member's score and reason."""

from typing import Annotated, Any, Final

from msgspec import Meta
from starlette.datastructures import FormData

from api.wishes import ApproveWish, Told, Wish, last
from domain.rules.wording import Written
from domain.values import MemberId

_SCORE: Final = "score-"
_MOST: Final = 500


class ScoreWish(Wish, frozen=True, kw_only=True):
    """One member's."""

    member: MemberId
    score: Written
    reason: Told | None = None


class ScoresWish(ApproveWish, frozen=True, kw_only=True):
    """A meeting's scores; a form leaves out whoever has no score in it."""

    scores: Annotated[tuple[ScoreWish, ...], Meta(min_length=1, max_length=_MOST)]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """``score-MEMBER`` and ``reason-MEMBER``."""
        members = [name.removeprefix(_SCORE) for name in form if name.startswith(_SCORE) and last(form, name)]
        scores: list[dict[str, str]] = []
        for member in members:
            reason = last(form, f"reason-{member}")
            said = {"member": member, "score": last(form, _SCORE + member)}
            scores.append({**said, "reason": reason} if reason else said)
        return {**await super().from_form(form), "scores": scores}
