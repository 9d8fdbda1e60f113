"""状态承诺 — after a round of determination one root binds the members' stream heads, totals and grades.

One leaf per member of the period, in the order of pseudonyms: the disclosure (``domain.sealed``) of

    ["<salt>","state",["<member>",[<archive stream>,<version>,"<head>"],[<result stream>,<version>,"<head>"],
                       "<total>","<grade>","<rules digest>"]]

where a head is the leaf hash of the stream's last entry, and total and grade are null where nothing is determined.
Leaves are hashed and joined as in RFC 6962. A record that is dropped, or a total that is changed, gives another root;
a member who is shown his leaf and the hashes beside it sees: these are all my records, and this is the total they give.

A salt is made of one sealed seed and the member, so that nobody can try out totals, and the salt of one says nothing
of another's. The heads are those before this entry: the append compares every stream that it rests on.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, Final

from domain.assessment.computing import known_members
from domain.assessment.period import Assessment, StateCommitted, period_of, standing
from domain.assessment.result import Result, result_of
from domain.decider import Command, Decision, Head, Past, StreamRef
from domain.leaf import leaf_hash
from domain.recording.archive import archive_of
from domain.sealed import Secret, disclosure_of
from domain.values import Code, MemberId, points

NODE: Final = b"\x01"


class CommitState(Command, frozen=True, kw_only=True):
    """Commit to the state of a period's members."""

    operation = "state.commit"
    fresh = ("seed",)

    unit: Code
    year: int
    period: Code
    round: int
    seed: Secret


def decide(past: Past, command: CommitState) -> Decision:
    """The root over everybody whose figures belong to the period, as the log stands before this entry."""
    found = standing(past, command.unit, command.year, command.period, "noticed", "computed", "decided", "sealed")
    leaves = state_leaves(past, found, command.seed.value)
    fact = StateCommitted(
        unit=found.unit,
        year=found.year,
        period=found.period,
        round=command.round,
        members=len(leaves),
        root=root(leaves).hex(),
        seed=command.seed.commitment,
    )
    return [period_of(found.unit, found.year, found.period).says(fact)]


def state_leaves(past: Past, found: Assessment, seed: str) -> list[bytes]:
    """Leaf hashes of everybody whose figures this organisation made, by pseudonym."""
    members = sorted((one.member for one in known_members(past, found)), key=str)
    results = [result_of(one, found.year, found.period) for one in members]
    archives = [archive_of(one, found.last_on) for one in members]
    states: list[Result] = past.many(results)
    past.many(archives)
    # Asked for together: one query for all of them.
    heads = past.heads([*results, *archives])
    shown = zip(members, states, results, heads[: len(members)], archives, heads[len(members) :], strict=True)
    return [
        leaf_hash(disclosure(seed, member, found, state, (archive, held), (result, made)).encode())
        for member, state, result, made, archive, held in shown
        if state.computed is not None and state.computed.unit == found.unit
    ]


def disclosure(
    seed: str,
    member: MemberId,
    found: Assessment,
    state: Result,
    archive: tuple[StreamRef[Any], Head],
    result: tuple[StreamRef[Any], Head],
) -> str:
    """What a member is shown of his leaf."""
    determined = state.standing
    said: list[object] = [
        str(member),
        headed(*archive),
        headed(*result),
        None if determined is None else points(determined.total),
        None if determined is None else determined.grade,
        found.rules_digest,
    ]
    return disclosure_of(salt_of(seed, member), "state", said)


def headed(ref: StreamRef[Any], head: Head) -> list[object]:
    """A stream, how many entries it has, and the leaf hash of the last."""
    return [str(ref.id), head.version, head.leaf]


def salt_of(seed: str, member: MemberId) -> str:
    """128 bits in base64url that only whoever knows the seed can make."""
    drawn = hmac.digest(seed.encode(), member.bytes, hashlib.sha256)[:16]
    return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()


def root(leaves: Sequence[bytes]) -> bytes:
    """32-byte root over leaf hashes in order; SHA-256(b"") for none. Source: RFC 6962 §2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(NODE + root(leaves[:half]) + root(leaves[half:])).digest()


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside one leaf up to the root, its sibling first. Source: RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(leaves[:half], index), root(leaves[half:])]
    return [*path(leaves[half:], index - half), root(leaves[:half])]
