"""异议人不可见: two histories that differ only in who objected, and in what he wrote, are the same history.

The log is all that read models, exports, notices and pages are made of, and a refusal names no more than its figures.
So the entries are compared byte for byte, lengths included, once the commitments are replaced.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import house
from domain.actor import Actor
from domain.decider import NAMESPACE, Command, Refused
from domain.entry import Entry, encode, entry_id
from domain.objection.filing import FileObjection, digest_of
from domain.objection.flagging import FlagRetaliation
from domain.objection.retaliation import About, Act
from domain.recording.deduction import deduction_id
from domain.recording.proposing import ProposeDeduction
from tests.domain.branch import AS_RECORDER, BRANCH, HIGHER_DEPUTY, MEMBER, OTHER, PEOPLE, secret, wish
from tests.domain.merits import proposed
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

NEXT_DAY = FILED_AT + timedelta(days=1)
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


def flagged(subject: UUID, why: str) -> FlagRetaliation:
    """Whoever objected brings what was then done to him before the level above."""
    flag, act = uuid5(NAMESPACE, "test/flag"), Act(kind="deduction", id=deduction_of(subject), subject=subject)
    about = secret("about", About(unit=BRANCH, objection=OBJECTION_ID, act=act).text, flag)
    said = {"about": about, "reason": secret("reason", why, flag), "secret": KEY}
    return wish(FlagRetaliation, Actor(sealed=about.commitment), NEXT_DAY, unit=BRANCH, flag=flag, **said)


def deduction_of(subject: UUID) -> UUID:
    return deduction_id(BRANCH, subject, f"CMP-{subject.hex[:4]}", "N-QZ-1")


def deducted(subject: UUID) -> ProposeDeduction:
    dated_on = FILED_AT.date()
    matter = f"CMP-{subject.hex[:4]}"
    return proposed(AS_RECORDER, NEXT_DAY, member=subject, matter=matter, occurred_on=dated_on, dated_on=dated_on)


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


@given(st.tuples(st.sampled_from([MEMBER, OTHER]), TEXTS), st.tuples(st.sampled_from([MEMBER, OTHER]), TEXTS))
@settings(max_examples=20, deadline=None)
def test_whose_flag_it_is_and_what_it_is_about_changes_nothing_that_anybody_sees(
    one: tuple[UUID, str], other: tuple[UUID, str]
) -> None:
    def seen(subject: UUID, why: str) -> list[bytes]:
        done = [deducted(MEMBER), deducted(OTHER)]
        return history(f'{{"person":"{subject}"}}', "他到会了", "line", [*done, flagged(subject, why)])

    assert b'"retaliation-flagged"' in seen(*one)[-1]
    assert seen(*one) == seen(*other)


def test_the_objector_himself_is_the_only_one_who_can_act_as_objector() -> None:
    seen = history("张三 138…", "他到会了", "line", [withdrawn(), appealed()])
    assert any(b'"objection-withdrawn"' in one for one in seen)
    stranger = history("李四", "他到会了", "line", [withdrawn(), appealed()])
    assert [one for one in stranger if one.startswith(b"objection-key-wrong")] == [b"objection-key-wrong {}"] * 2
