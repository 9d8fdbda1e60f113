"""What each mandate discloses, fact by fact: asked of one entry of every fact that was ever released."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

from domain.sealed import Secret
from projections.transparency.mandate import Profile

GOLDEN = Path(__file__).parents[2] / "domain" / "entries.golden"
NOBODY, HIMSELF = UUID(int=0), UUID(int=1)

SEALED = {
    "admonition-held.note",
    "component-assessed.reason",
    "deduction-decided.reason",
    "deduction-proposed.late_reason",
    "deduction-proposed.particulars",
    "designee-declined.reason",
    "exemption-requested.ground",
    "exemption-requested.reason",
    "help-reviewed.note",
    "helper-paired.plan",
    "higher-approval-refused.reason",
    "higher-organisation-decided.reason",
    "honour-claimed.late_reason",
    "honour-decided.reason",
    "honour-returned.reason",
    "measure-set-aside.reason",
    "member-registered.name",
    "member-registered.work_number",
    "member-statement-filed.statement",
    "membership-ended.reason",
    "past-entry-withdrawn.reason",
    "talk-held.note",
    "thought-report-received.note",
    "veto-registered.issuer",
}
"""All that an export of one person may open."""
OF_PAPERS = ("digest", "sha256", "document", "file", "calendar")
"""How fields end that name a paper or a list by its digest: the vault has nothing for them."""


def asked(first_on: date = date.min, last_on: date = date.max, *, of: UUID | None = None) -> set[str]:
    """Which fields of which facts a profile asks for, each fact being of its own member, or all of somebody else."""
    found: set[str] = set()
    for state in GOLDEN.read_bytes().splitlines():
        entry = json.loads(state)
        member = of or UUID(entry["fact"].get("member") or str(NOBODY))
        wanted = Profile(mandate="reviewer", member=member, first_on=first_on, last_on=last_on).asks(state)
        found |= {f"{entry['type']}.{name}" for name, value in entry["fact"].items() if value in wanted}
    return {name for name in found if not name.endswith(OF_PAPERS)}


def test_nothing_is_opened_but_what_is_sealed_in_the_persons_own_streams() -> None:
    """Not who objected and why, not a flag of retaliation, not a review, not the traits that figures are made of."""
    assert asked() == SEALED


def test_of_another_person_nothing_is_opened() -> None:
    assert asked(of=HIMSELF) == set()


def test_a_reviewer_is_shown_the_days_of_his_review_and_no_others() -> None:
    assert asked(date(2031, 1, 1), date(2031, 12, 31)) == set()
    assert asked(date(2026, 1, 1), date(2026, 12, 31)) <= SEALED


def test_a_member_takes_what_lies_under_his_own_key_alone() -> None:
    others = Secret(subject=NOBODY, name="late_reason", value="记录员住院", salt="c2FsdC1vZi0xMjgtYml0cw")
    own = Secret(subject=HIMSELF, name="statement", value="我在值班", salt="c2FsdC1vZi0xMjgtYml0cw")
    member = Profile(mandate="member", member=HIMSELF)
    assert (member.allows(own), member.allows(others)) == (True, False)
    assert Profile(mandate="reviewer", member=HIMSELF).allows(others)
