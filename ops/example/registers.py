"""示例台账 — a modest set of everything that the article's figures are made of, entered on one afternoon of May.

Figures of the made-up branch, not those of the article: small, so that each can be counted by hand.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.actor import Actor, person
from domain.decider import Command
from domain.register.commands import AdvanceRegister, EnterRegister, LeaveFeedback, NameRegisterPart
from domain.register.fields import Value
from domain.register.kinds import KindCode
from domain.register.register import entry_of
from domain.sealed import Secret
from domain.values import SHANGHAI
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from ops.example.told import Salt, Told

_NAMESPACE: Final = UUID("5e2f0f8a-1c1e-5a0b-8f5e-7d4b6a0c9e11")
ENTERED_AT: Final = datetime(2026, 5, 18, 14, tzinfo=SHANGHAI).astimezone(UTC)
STEPPED_ON: Final = date(2026, 5, 15)
ANSWERS: Final = (("yes", "yes"),) * 9 + (("yes", "partly"), ("yes", "yes"), ("partly", "yes"))


def registers(salt: Salt) -> Iterator[Told]:
    """The entries in order, a second apart."""
    for second, command in enumerate(_Keeper(salt).wishes):
        at = ENTERED_AT + timedelta(seconds=second)
        yield Told(at, replace(command, at=at))


def _digest(label: str) -> str:
    return hashlib.sha256(f"示例材料 {label}".encode()).hexdigest()


def _values(said: dict[str, object]) -> tuple[Value, ...]:
    return tuple(Value(field=field, value=str(value)) for field, value in said.items())


class _Keeper:
    """Whoever keeps the registers of the branch, and of the work committee."""

    def __init__(self, salt: Salt) -> None:
        self._salt = salt
        self._everybody = people()
        by_login = {one.login: one.member for one in self._everybody}
        self._recorder = person(by_login["recorder"], "recorder", BRANCH)
        self._officer = person(by_login["officer"], "officer", WORK_COMMITTEE)
        self.wishes: list[Command] = []
        self._culture()
        self._lectures()
        self._visits()
        self._service()

    def _wish(self, kind: type[Command], label: str, actor: Actor, **said: object) -> None:
        unit = actor.unit or BRANCH
        make = cast(Callable[..., Command], kind)
        made = make(id=uuid5(_NAMESPACE, label), actor=actor, at=ENTERED_AT, unit=unit, **said)
        self.wishes.append(made)

    def _enter(
        self,
        register: KindCode,
        entry: str,
        title: str | None,
        on: date | None,
        actor: Actor | None = None,
        **said: object,
    ) -> None:
        words = said.pop("words", None)
        sealed = None
        if words is not None:
            subject = entry_of(BRANCH, register, entry).id
            sealed = Secret(subject=subject, name="words", value=str(words), salt=self._salt())
        fields = {"title": title, "on": on, "values": _values(said), "words": sealed}
        self._wish(
            EnterRegister, f"{register}/{entry}", actor or self._recorder, register=register, entry=entry, **fields
        )

    def _step(self, register: KindCode, entry: str, step: str, actor: Actor | None = None, **said: object) -> None:
        about = {"register": register, "entry": entry, "step": step, "on": STEPPED_ON, "values": _values(said)}
        proof = _digest(f"{register} {entry} {step}")
        label = f"{register}/{entry}/{step}/{len(self.wishes)}"
        self._wish(AdvanceRegister, label, actor or self._recorder, **about, document=proof)

    def _name(self, register: KindCode, entry: str, part: str, number: int) -> None:
        """The member of this place on the roster."""
        about = {"register": register, "entry": entry, "part": part, "member": self._everybody[number].member}
        self._wish(NameRegisterPart, f"{register}/{entry}/{part}/{number}", self._recorder, **about)

    def _culture(self) -> None:
        for item, tag in (("R-LX-1", "faith"), ("R-WM-1", "people"), ("R-ZT-2", "giving")):
            title, since = f"{item} 标准对照(示例)", date(2026, 1, 1)
            self._enter("tag", item, title, since, self._officer, item=item, tag=tag)
        self._enter("activity", "JT-202604", None, None, category="登山")
        self._enter("activity", "DK-202603", None, None, category="微党课赛课")
        self._enter("contest", "ZX-2026", "“知行”征文", date(2026, 3, 1), self._officer, category="征文")
        for number in range(6):
            title = f"征文作品{number + 1}"
            self._enter("work", f"ZX-{number + 1}", title, date(2026, 3, 20), contest=f"{WORK_COMMITTEE}:ZX-2026")
            self._name("work", f"ZX-{number + 1}", "author", 10 + number)
        for number in (1, 2, 3):
            self._step("work", f"ZX-{number}", "recommended")
        self._step("work", "ZX-1", "awarded", level="city", prize="first")
        self._step("work", "ZX-2", "awarded", level="province", prize="exhibited")
        paper: dict[str, Any] = {"source": "市级机关征文通报(示例)", "source_sha256": _digest("征文通报")}
        figures: dict[str, Any] = {"submitted_in_all": 48, "awarded_in_all": 12, "rank_submitted": 1, "rank_awarded": 1}
        self._step("contest", "ZX-2026", "published", self._officer, **figures, **paper)

    def _lectures(self) -> None:
        self._enter("team", "XJT", "机关理论宣讲团(示例)", date(2026, 3, 2))
        for number in (10, 11, 12, 13, 14):
            self._name("team", "XJT", "speaker", number)
        for number, (day, speakers) in enumerate(((date(2026, 4, 2), (10, 11)), (date(2026, 4, 10), (12, 13, 14)))):
            title = f"微党课宣讲第{number + 1}场"
            self._enter("talk", f"XJ-{number + 1}", title, day, team=f"{BRANCH}:XJT", audience=30)
            for speaker in speakers:
                self._name("talk", f"XJ-{number + 1}", "speaker", speaker)

    def _visits(self) -> None:
        for code, target, targets in (("JM", "residents", 120), ("QY", "enterprises", 18), ("RC", "talents", 6)):
            self._enter("visit", f"DZF-{code}", "“大走访”(示例)", date(2026, 2, 2), target=target, targets=targets)
            self._step("visit", f"DZF-{code}", "round", visited=targets, visitors=5)
        issues = ("小区路灯", "停车位不足", "窗口午间无人", "公交班次少", "材料重复提交")
        for number, title in enumerate(issues, start=1):
            said: dict[str, Any] = {
                "target": "residents",
                "visit": f"{BRANCH}:DZF-JM",
                "words": f"群众反映:{title}(示例)",
            }
            self._enter("issue", f"WT-{number}", title, date(2026, 3, 3), **said)
            self._step("issue", f"WT-{number}", "closed")
        self._enter("project", "XM-1", "建设公共停车场(示例)", date(2026, 4, 1))
        about = {"register": "project", "entry": "XM-1", "part": "source", "of_unit": BRANCH, "of_entry": "WT-2"}
        self._wish(NameRegisterPart, "project/XM-1/source", self._recorder, **about)
        self._enter("project", "XM-2", "午间延时窗口(示例)", date(2026, 4, 1))
        self._step("project", "XM-2", "carried_out")

    def _service(self) -> None:
        kept = (("promised", "10.00"), ("promised", "5.00"), ("immediate", "1.00"))
        for number, (handling, days) in enumerate(kept, start=1):
            title = f"承接事项{number}(示例)"
            self._enter("service", f"SX-{number}", title, date(2026, 1, 12), handling=handling, working_days=days)
        self._step("service", "SX-2", "shortened", handling="immediate", working_days="1.00")
        self._enter("post", "GW-1", "综合窗口党员示范岗", date(2026, 1, 15))
        self._name("post", "GW-1", "holder", 10)
        self._enter("pledge", "CN-1", "当日受理、当日回复", date(2026, 1, 15), post=f"{BRANCH}:GW-1")
        for year, asked, satisfied in ((2025, 120, 104), (2026, 150, 141)):
            paper: dict[str, Any] = {
                "source": f"{year}年窗口满意度调查(示例)",
                "source_sha256": _digest(f"满意度 {year}"),
            }
            day = date(year, 4, 20)
            said: dict[str, Any] = {"asked": asked, "satisfied": satisfied, **paper}
            self._enter("satisfaction", f"MYD-{year}", "窗口满意度", day, **said)
        for number, (aware, approves) in enumerate(ANSWERS):
            actor = Actor(sealed=_digest(f"反馈 {number}"))
            values = _values({"aware": aware, "approves": approves})
            self._wish(LeaveFeedback, f"feedback/{number}", actor, entry=f"F-{number:016x}", values=values)
