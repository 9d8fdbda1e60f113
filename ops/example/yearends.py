"""试点的年终 — the appraisal, the figures, the seats, the two decisions and the notice of a pilot branch's year.

The first year is closed by all three in February. The second stands at three places when the example ends: sealed in
the first branch, waiting for an appeal in the second, noticed in the third.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from domain.actor import person
from domain.assessment.balloting import CloseAppraisal, FileSelfEvaluation, OpenAppraisal
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod
from domain.assessment.feedback import FeedBackResult
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.assessment.settling import SettleSeats
from domain.assessment.tallying import Ballot
from domain.values import Code, MemberId
from ops.example.cast import EQUALS, Team, above, chair_above, player
from ops.example.halves import SHOWN_OF_RESULTS, posted
from ops.example.people import Person
from ops.example.places import PILOT_BRANCHES
from ops.example.told import Salt, Told
from ops.example.wishing import at, digest, secret, sitting, told


class Days(NamedTuple):
    """When a year was closed."""

    opened: date
    posted: date
    fed_back: date | None = None


_ONE, _TWO, _THREE = PILOT_BRANCHES
_FIRST: Final = Days(date(2025, 1, 20), date(2025, 2, 6), date(2025, 2, 24))
CLOSED: Final[Mapping[tuple[str, int], Days]] = {
    **{(unit, 2024): _FIRST for unit in PILOT_BRANCHES},
    (_ONE, 2025): Days(date(2026, 1, 20), date(2026, 2, 5), date(2026, 2, 26)),
    (_TWO, 2025): Days(date(2026, 4, 20), date(2026, 5, 6)),
    (_THREE, 2025): Days(date(2026, 4, 20), date(2026, 5, 13)),
}
"""(branch, year) → when."""

_MARKS: Final[Mapping[str, tuple[Code, Code]]] = {
    "keen": ("excellent", "qualified"),
    "steady": ("qualified", "qualified"),
    "slack": ("basically_qualified", "qualified"),
    "absent": ("unqualified", "basically_qualified"),
}
"""What most find of somebody, and what the others do."""


def year_end(one: Team, year: int, salt: Salt) -> Iterator[Told]:
    """Everything of one branch's year after its halves are sealed."""
    days, label = CLOSED[one.unit, year], f"{one.unit}/{year}Y"
    about: dict[str, Any] = {"unit": one.unit, "year": year, "period": "Y"}
    yield told(OpenPeriod, label, one.secretary, at(days.opened, 9), one.unit, **about)
    yield from _appraised(one, year, days.opened, about, salt)
    counted = days.opened + timedelta(days=2)
    yield told(ComputePeriod, label, one.secretary, at(counted, 10), one.unit, **about)
    if (one.unit, year) == (EQUALS[0][0], 2024):
        yield _settled(one, at(counted, 16), about, salt)
    meeting = sitting(one.committee, f"支委会纪要 {year}年度定分")
    day = counted + timedelta(days=1)
    yield told(DecidePeriod, label, one.secretary, at(day, 15), one.unit, **about, **meeting)
    higher = sitting(above(), f"党总支委员会纪要 {year}年度")
    yield told(DecidePeriod, f"{label}/above", chair_above(), at(day, 17), one.unit, **about, **higher)
    yield from posted(one, result_notice_id(one.unit, year, "Y", 1), label, days.posted, SHOWN_OF_RESULTS)
    if days.fed_back is not None:
        yield from _fed_back(one, year, days.fed_back, salt)


def _appraised(one: Team, year: int, day: date, about: dict[str, Any], salt: Salt) -> Iterator[Told]:
    """Opened; everybody evaluates himself; the ballots are counted by two tellers the next day."""
    label, voters = f"{one.unit}/{year}Y", one.full(day)
    method = "paper_two_tellers"
    yield told(OpenAppraisal, label, one.secretary, at(day, 10), one.unit, **about, method=method)
    for member in voters:
        said = secret(member, "statement", "本年度学习、履职、联系群众情况已对照清单自查。", salt)
        himself = person(member, "member", one.unit)
        yield told(FileSelfEvaluation, f"{label}/{member}", himself, at(day, 14), one.unit, **about, statement=said)
    counted = {"tellers": voters[-2:], "took_part": voters, "ballots": _ballots(one, year, voters)}
    yield told(CloseAppraisal, label, one.secretary, at(day + timedelta(days=1), 16), one.unit, **about, **counted)


def _ballots(one: Team, year: int, voters: tuple[MemberId, ...]) -> tuple[Ballot, ...]:
    """Each votes for each other; how many find somebody so hangs on his way and his place."""
    return tuple(
        Ballot(subject=member, digest=digest(f"{one.unit}/{year}/{member}/{number}"), mark=mark)
        for member in voters
        for number, mark in enumerate(_marks(one, year, member, len(voters) - 1))
    )


def _marks(one: Team, year: int, member: MemberId, ballots: int) -> list[Code]:
    who = next(other for other in one.people if other.member == member)
    most, others = _MARKS[one.way(who, year)]
    fewer = min(ballots, one.fewer(member, year))
    return [most] * (ballots - fewer) + [others] * fewer


def _settled(one: Team, when: datetime, about: dict[str, Any], salt: Salt) -> Told:
    """Two are wholly equal at the line of the seats: the committee decides, and says why."""
    first, second = (player(place) for place in EQUALS)
    why = "两人总分、记实积分、评议均相同;前者全年承担窗口延时服务轮值,后者上年已获表彰。"
    return told(
        SettleSeats,
        f"{one.unit}/2024Y",
        one.secretary,
        when,
        one.unit,
        **about,
        **sitting(one.committee, "支委会纪要 2024年度优秀名额"),
        order=(first.member, second.member),
        reason=secret(one.committee[0], "reason", why, salt),
    )


def _fed_back(one: Team, year: int, day: date, salt: Salt) -> Iterator[Told]:
    """Somebody of the committee told each his result; the secretary is told by another."""
    chair, other = one.people[0], one.people[1]
    for who in one.here(day):
        if who.member not in one.full(date(year, 12, 31)):
            continue
        by: Person = other if who == chair else chair
        role = "committee_member" if who == chair else "secretary"
        note = secret(who.member, "note", "已当面反馈得分、格次和下年度努力方向,本人无异议。", salt)
        yield told(
            FeedBackResult,
            f"{who.member}/{year}Y",
            person(by.member, role, one.unit),
            at(day, 15),
            one.unit,
            unit=one.unit,
            member=who.member,
            year=year,
            period="Y",
            told_on=day,
            note=note,
        )
