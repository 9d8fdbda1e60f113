"""What a client sends about an appraisal: the way of voting, a self-evaluation, a ballot, what was counted."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.datastructures import FormData

from api.bodies import texts
from api.wishes import Told, Wish
from domain.assessment.appraisal import Method
from domain.values import Code, MemberId

Typed = Annotated[str, Meta(min_length=4, max_length=64)]
"""A code or key as somebody reads it off a slip of paper."""
COUNT_MOST = 1_000
MARK = "mark."
"""How the field of a category's mark begins."""


class OpenAppraisalWish(Wish, frozen=True, kw_only=True):
    """By codes or on paper."""

    method: Method


class SelfEvaluationWish(Wish, frozen=True, kw_only=True):
    """How one sees one's own year."""

    statement: Told


class BallotWish(Wish, frozen=True, kw_only=True):
    """One ballot: the code of the slip and the mark, or one for each category where the rule set asks for them."""

    code: Typed
    mark: Code | None = None
    marks: dict[Code, Code] = msgspec.field(default_factory=dict[Code, Code])
    """Category → mark."""

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """One field ``mark``, or ``mark.<category>`` for each category."""
        found: dict[str, Any] = {name: texts(form, name)[-1] for name in ("code", "mark") if texts(form, name)}
        by_category = {name.removeprefix(MARK): texts(form, name) for name in form if name.startswith(MARK)}
        return {**found, "marks": {category: said[-1] for category, said in by_category.items() if said}}


class PaperCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a mark was given to somebody on paper, in a category where each is marked by itself."""

    member: MemberId
    mark: Code
    category: Code | None = None
    ballots: Annotated[int, Meta(ge=0, le=COUNT_MOST)]


class CountWish(Wish, frozen=True, kw_only=True):
    """Who counted and who took part; with codes the tellers' keys, on paper what they counted."""

    tellers: tuple[MemberId, MemberId]
    took_part: tuple[MemberId, ...]
    keys: tuple[Typed, Typed] | None = None
    counts: tuple[PaperCount, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """One field ``count.<member>.<mark>`` per figure, with ``:<category>`` behind; those left empty are none."""
        found: dict[str, Any] = {"tellers": texts(form, "tellers"), "took_part": texts(form, "took_part")}
        keys = texts(form, "keys")
        if keys:
            found["keys"] = keys
        counts: list[dict[str, str | None]] = []
        for name in dict.fromkeys(form.keys()):
            field, _, rest = name.partition(".")
            member, _, mark = rest.partition(".")
            mark, _, category = mark.partition(":")
            told = texts(form, name)
            if field == "count" and told:
                counts.append({"member": member, "mark": mark, "category": category or None, "ballots": told[-1]})
        return {**found, "counts": counts}


class AnnulWish(Wish, frozen=True, kw_only=True):
    """Why the session does not count."""

    reason: Told
