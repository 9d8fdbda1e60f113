"""What a unit wishes for below its rule set: items of its own, and what is decided of them above it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import msgspec

from domain.actor import Actor, person
from domain.decider import Command
from domain.rules.refinement import LocalItem
from domain.rules.refining import AuthoriseLocalItem, DeclineLocalItem, ProposeLocalItem, RetireLocalItem
from domain.rules.ruleset import RULES
from domain.values import day_of
from tests.domain.branch import BRANCH, SCHEME, SECRETARY, TOP, VERSION
from tests.domain.life.life import LEADERS, SMALL, SMALL_SECRETARY, Life

REFINING: Final = (ProposeLocalItem, AuthoriseLocalItem, DeclineLocalItem, RetireLocalItem)
"""Every wish about an item of a unit's own."""
SECRETARIES: Final = {
    BRANCH: person(SECRETARY, "secretary", BRANCH),
    SMALL: person(SMALL_SECRETARY, "secretary", SMALL),
}
SAID: Final = {"cat": "WM", "zh": "本支部服务", "en": "Service of our own", "clause": "细则第三条"}
OWN: Final[dict[str, dict[str, Any]]] = {
    "responsibility": {
        **SAID,
        "mode": "earn",
        "matter": "visit",
        "points": "1",
        "cap_half": "1",
        "evidence": ["sign_in_list"],
    },
    "honour": {
        **SAID,
        "evidence": ["award_certificate"],
        "unit": {"zh": "项", "en": "honour"},
        "levels": [{"code": "each", "zh": "每项", "en": "Each", "points": "1", "tier": "unit"}],
    },
    "negative": {
        **SAID,
        "evidence": ["minutes"],
        "levels": [{"code": "each", "zh": "每次", "en": "Each", "points": "1"}],
    },
}
"""One item for each list, without its code and its cap."""

POOLS: Final[dict[str, Callable[[Life, Random], Any]]] = {
    "section": lambda _, random: random.choice(tuple(OWN)),
}


def who_refines(kind: type[Command], random: Random, known: dict[str, Any]) -> Actor:
    """The secretary proposes; the leading group decides and retires."""
    if kind is ProposeLocalItem:
        return SECRETARIES.get(known["unit"], SECRETARIES[BRANCH])
    return person(random.choice(LEADERS), "leading_group", TOP)


def refining(kind: type[Command], life: Life, random: Random, _: dict[str, Any]) -> dict[str, Any]:
    """The fields of such a wish that belong together: a proposal, or what may be decided of one that stands."""
    today = day_of(life.now)
    if kind is ProposeLocalItem:
        section = random.choice(tuple(OWN))
        cap = "max_points" if section == "negative" else "cap_year"
        item = {**OWN[section], "code": f"L-{random.randrange(1, 7)}", cap: random.choice(("1", "2", "2", "9"))}
        content = msgspec.Raw(json.dumps(item, ensure_ascii=False).encode())
        return {"unit": random.choice((BRANCH, SMALL)), "version": VERSION, "section": section, "item": content}
    known = life.world[RULES.of(SCHEME)].local
    wanted = "authorised" if kind is RetireLocalItem else "proposed"
    found = [one for one in known if one.status == wanted and one.retired_on is None] or list(known)
    about = {"version": VERSION, "item": "L-1", "unit": BRANCH}
    if found:
        one = random.choice(found)
        about = {"version": one.version, "item": one.code, "unit": one.unit}
    if kind is RetireLocalItem:
        firsts = [date(year, month, 1) for year in (today.year, today.year + 1) for month in (1, 7)]
        return {**about, "from_on": random.choice((*(day for day in firsts if day > today), today))}
    return {**about, "effective_on": today + timedelta(days=random.choice((0, 1, 1, 20)))}


def holding(life: Life, section: str) -> list[LocalItem]:
    """The items of a list that some unit asks today."""
    known = life.world[RULES.of(SCHEME)].local
    return [one for one in known if one.section == section and one.holds(day_of(life.now))]
