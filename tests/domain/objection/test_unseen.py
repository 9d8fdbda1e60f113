"""异议人不可见: two histories that differ only in who objected, and in what he wrote, are the same history.

The log is all that read models, exports, notices and pages are made of, and a refusal names no more than its figures.
So the entries are compared byte for byte, lengths included, once the commitments are replaced.
"""

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import house
from domain.actor import Actor
from domain.decider import Command, Refused
from domain.entry import Entry, encode, entry_id
from domain.objection.filing import FileObjection, digest_of
from tests.domain.branch import BRANCH, HIGHER_DEPUTY, PEOPLE, secret, wish
from tests.domain.objection.disputes import (
    FILED_AT,
    KEY,
    LINE,
    NOTICE_ID,
    OBJECTION_ID,
    POSTED,
    accepted,
    appeal_decided,
    appealed,
    assigned,
    closed,
    confirmed,
    decided,
    declined,
    found,
    heard,
    replied,
    withdrawn,
)

COMMITMENT = re.compile(rb"[0-9a-f]{64}")
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=400)
OBJECTORS = st.one_of(st.sampled_from([f'{{"person":"{one}"}}' for one in PEOPLE]), TEXTS)


def filed_by(who: str, why: str, about: str) -> FileObjection:
    name = secret("objector", who, OBJECTION_ID)
    return wish(
        FileObjection,
        Actor(sealed=name.commitment),
        FILED_AT,
        unit=BRANCH,
        notice=NOTICE_ID,
        objection=OBJECTION_ID,
        about=about,
        line=LINE if about == "line" else None,
        objector=name,
        reason=secret("reason", why, OBJECTION_ID),
        key=digest_of(KEY),
    )


FOLLOWING: list[Command] = [
    closed(),
    confirmed(),
    accepted(),
    declined(),
    assigned(),
    assigned(handler=HIGHER_DEPUTY),
    heard(),
    found(),
    decided(),
    decided("rejected"),
    replied(),
    appealed(key="guessed"),
    appeal_decided(),
    withdrawn("guessed"),
]


def history(who: str, why: str, about: str, wishes: Sequence[Command]) -> list[bytes]:
    """Every entry, and every refusal with what it names, in the order in which they came."""
    world = POSTED.world.copy()
    seen: list[bytes] = []
    for number, command in enumerate([filed_by(who, why, about), *wishes]):
        try:
            decision = house.decide(world, command)
        except Refused as refused:
            seen.append(f"{refused.code} {refused.facts}".encode())
            continue
        fixed = entry_id(OBJECTION_ID, number)  # the wishes of the two histories have other ids
        for ordinal, write in enumerate(decision):
            world.add(write)
            entry = Entry(
                actor=command.actor,
                at=command.at,
                cause=None,
                command=fixed,
                fact=write.fact,
                id=entry_id(fixed, ordinal),
                log="test",
                stream=write.stream,
                version=1,
            )
            seen.append(COMMITMENT.sub(b"#" * 64, encode(entry)))
    return seen


@given(
    st.tuples(OBJECTORS, TEXTS),
    st.tuples(OBJECTORS, TEXTS),
    st.sampled_from(["line", "missing_line", "procedure"]),
    st.lists(st.sampled_from(FOLLOWING), max_size=12),
)
@settings(max_examples=200, deadline=None)
def test_who_objects_and_what_he_writes_changes_nothing_that_anybody_sees(
    one: tuple[str, str], other: tuple[str, str], about: str, wishes: list[Command]
) -> None:
    assert history(*one, about, wishes) == history(*other, about, wishes)


def test_the_objector_himself_is_the_only_one_who_can_act_as_objector() -> None:
    seen = history("张三 138…", "他到会了", "line", [withdrawn(), appealed()])
    assert any(b'"objection-withdrawn"' in one for one in seen)
    stranger = history("李四", "他到会了", "line", [withdrawn(), appealed()])
    assert [one for one in stranger if one.startswith(b"objection-key-wrong")] == [b"objection-key-wrong {}"] * 2
