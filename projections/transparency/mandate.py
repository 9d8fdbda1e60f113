"""披露 — which sealed values go with an export, by what whoever receives it may be shown.

|授权 mandate|披露 disclosed|
|---|---|
|`auditor` 审计|不披露个人的任何内容 nothing of a person: the seeds of the state roots alone|
|`reviewer` 核查|该人各流中期间内封存的内容 what is sealed in his own streams in the days of the review|
|`member` 本人|其中以本人密钥封存的内容 of all his own streams, what is sealed under his own key|

Single ballots go to the auditor alone, who has them of everybody: one person would read from those for him what no
tally shows him, and whoever printed the slips could join the marks of one.

To nobody: who objected and what he said, which the handler alone reads; what is read for figures of many people; what
is sealed in streams that others share. What stands open in one's own streams is in one's own export, a hold with it:
no entry of his may be missing.
"""

import re
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from domain.decider import Fact
from domain.entry import decode
from domain.organisation.member import MemberDescribed
from domain.oversight.export import Mandate
from domain.sealed import Secret
from domain.values import MemberId, Sha256, day_of
from projections.transparency.scope import KIND_OF, PERSONAL

BALLOTS: Final = frozenset({"ballot-code-issued", "ballot-cast"})
"""What a person's own export and a reviewer's do without: tallies are taken as they were told."""
PAPERS: Final = ("sha256", "document", "minute_sha256", "proof")
"""The fields that name a paper by its digest; other digests are commitments to sealed values."""
DAYS: Final = ("occurred_on", "counted_on", "dated_on", "decided_on", "held_on", "lifted_on")
"""The days by which a fact belongs to a period, beside that of its entry."""
_FOR_FIGURES_ALONE: Final = (MemberDescribed,)
"""What they seal is read for figures of many people: nobody who looks at one person is given it."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Under which mandate one person's export is taken."""

    mandate: Mandate
    member: MemberId
    review: UUID | None = None
    first_on: date = date.min
    last_on: date = date.max

    def asks(self, state: bytes) -> list[Sha256]:
        """What of an entry may be disclosed, if it is a commitment to a sealed value."""
        entry = decode(state)
        if KIND_OF[entry.type] not in PERSONAL or getattr(entry.fact, "member", self.member) != self.member:
            return []
        days = [day_of(entry.at), *days_of(entry.fact)]
        return sealed_in(entry.fact) if any(self.first_on <= day <= self.last_on for day in days) else []

    def allows(self, secret: Secret) -> bool:
        """Whether a sealed value goes with it: a member takes what lies under his own key."""
        return self.mandate == "reviewer" or secret.subject == self.member


def days_of(fact: Fact) -> list[date]:
    """The days of which a fact speaks."""
    found = (getattr(fact, name, None) for name in DAYS)
    return [day for day in found if isinstance(day, date)]


def sealed_in(fact: Fact) -> list[Sha256]:
    """What may be a commitment to a sealed value: every digest that is no paper's and not for figures alone."""
    if isinstance(fact, _FOR_FIGURES_ALONE):
        return []
    values = (getattr(fact, name) for name in fact.__struct_fields__ if name not in PAPERS)
    return [value for value in values if isinstance(value, str) and _DIGEST.fullmatch(value)]
