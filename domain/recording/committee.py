"""审定的表决 — who may vote on a line, and whether the vote carries it.

The recused count neither as entitled nor as present. Half of the entitled must be present, more than half of the
entitled in favour, at least the rule set's number must be entitled: otherwise the next higher organisation decides.
Source: SPEC §4.10.14.
"""

from collections.abc import Iterable

import msgspec

from domain.decider import Refused
from domain.values import MemberId


class NotInBody(Refused):
    """到会名单中有非本级班子成员。 Somebody listed as present does not belong to the deciding body."""

    code = "not-in-body"


class NoQuorum(Refused):
    """到会人数不足应到人数的一半。 Fewer than half of those entitled are present."""

    code = "no-quorum"


class NoMajority(Refused):
    """赞成票未超过应到人数的一半。 Not more than half of those entitled are in favour."""

    code = "no-majority"


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one decision."""

    entitled: int
    present: int
    in_favour: int


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """Who belongs to the body, who was there, who did not vote in favour."""

    body: frozenset[MemberId]
    present: frozenset[MemberId]
    not_in_favour: frozenset[MemberId]
    min_voters: int

    def counted(self, recused: Iterable[MemberId]) -> Vote:
        """The counts without the recused, whatever they come to."""
        entitled = self.body - frozenset(recused)
        present = self.present & entitled
        return Vote(entitled=len(entitled), present=len(present), in_favour=len(present - self.not_in_favour))

    def vote(self, recused: Iterable[MemberId]) -> Vote | None:
        """The vote without the recused; None where too few are left and the next higher body decides."""
        vote = self.counted(recused)
        if vote.entitled < self.min_voters:
            return None
        if 2 * vote.present < vote.entitled:
            raise NoQuorum(entitled=vote.entitled, present=vote.present)
        if 2 * vote.in_favour <= vote.entitled:
            raise NoMajority(entitled=vote.entitled, in_favour=vote.in_favour)
        return vote


def convened(
    body: frozenset[MemberId], present: Iterable[MemberId], not_in_favour: Iterable[MemberId], min_voters: int
) -> Meeting:
    """A meeting of a body; nobody from outside may be counted."""
    attending = frozenset(present)
    strangers = attending - body
    if strangers or not frozenset(not_in_favour) <= attending:
        raise NotInBody(strangers=len(strangers))
    return Meeting(body=body, present=attending, not_in_favour=frozenset(not_in_favour), min_voters=min_voters)
