"""流程管理 — the journeys J1 to J3 with the service stopped and started between each two steps: the log is the same.

What a log should hold is worked out in memory, without any service. The same steps are then taken with a real
database by processes that are made anew before every step, by two that run side by side, and by ones that die after
each append, before the read models know of it.
"""

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID, uuid5

import msgspec
import pytest

from domain.actor import Actor
from domain.decider import Command, Fact
from domain.entry import Entry, entry_id
from domain.house import decide
from domain.ledger import Ledger
from domain.notice.commitment import ArchivesCommitted
from domain.notice.notice import NoticeClosed, correction_id, notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.filing import FileObjection, digest_of
from domain.objection.handling import AcceptObjection, AssignHandler, HoldHearing, RecordFinding
from domain.objection.objection import Correction, ObjectionClosed, ObjectionEscalated
from domain.process import FollowUp, carried_out, follow_up
from domain.recording.archive import DeductionApproved, PointsConfirmed, RecordReplaced, RecordReversed, archive_of
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import MemberNotified, StatementTermEnded, deduction_id
from domain.recording.proposing import ProposeDeduction
from ops.process import ProcessManager
from ops.recorder import PostgresRecorder
from projections import agenda
from projections.follow import catch_up
from projections.vault import Vault
from tests.domain.given import World
from tests.foundings import BRANCH, LOG, WORK, acting, at, digest, label_id, member, secret
from tests.histories import KINDS, Done, notice_of, road
from tests.lives import BRANCH_BODY, HIGHER, RECORDER, SECRETARY, founded
from tests.projections.conftest import House

C = TypeVar("C", bound=Command)

PARTY_DAY: Final = Done("MT-1", KINDS[0], date(2026, 5, 12), but=((5, "absent", "1.00"),), reaches="submitted")
ABSENT: Final = member(5)
NOTICE: Final = notice_of(PARTY_DAY)
LINE_OF_THE_ABSENT: Final = 5
OBJECTION: Final = label_id("restart/objection")
OBJECTOR: Final = secret(OBJECTION, "objector", "张三 138…")
DEDUCTED: Final = member(6)
DEDUCTION: Final = deduction_id(BRANCH, DEDUCTED, "CMP-1", "N-QZ-1")
DEPUTY: Final = acting(3, "committee_member", WORK)


class Moment(NamedTuple):
    """An instant, and what somebody wishes then; None where time alone goes on."""

    instant: datetime
    command: Command | None = None


def wished(kind: type[C], actor: Actor, when: datetime, /, **fields: Any) -> Moment:
    """Somebody wishes something; under the same id whenever the journey is told."""
    return Moment(
        when, kind(id=label_id(f"restart/{kind.__name__}/{when}"), actor=actor, at=when, unit=BRANCH, **fields)
    )


def journeys() -> list[Moment]:
    """J1, J2 and J3 of one branch, in order of time."""
    told = [Moment(command.at, command) for command in road(PARTY_DAY)]
    return sorted([*told, *_month(), *_deduction(), *_objection()], key=lambda moment: moment.instant)


def _posted(notice: UUID, day: date) -> Iterator[Moment]:
    yield wished(CheckDisclosure, SECRETARY, at(day, 9), notice=notice, shows=("name", "outcome"))
    yield wished(PostNotice, SECRETARY, at(day, 10), notice=notice)


def _month() -> Iterator[Moment]:
    """J1: approved, noticed from Friday 15 May, confirmed by itself but for the line that is objected to."""
    *_, approve = road(PARTY_DAY._replace(reaches="approved"))[:-1]
    yield Moment(approve.at, approve)
    yield from _posted(NOTICE, date(2026, 5, 15))
    yield from (Moment(at(date(2026, 5, day), 8)) for day in (20, 21, 22))


def _deduction() -> Iterator[Moment]:
    """J2: proposed; nobody acknowledges it and nobody answers; decided, noticed, confirmed."""
    yield wished(
        ProposeDeduction,
        RECORDER,
        at(date(2026, 5, 13), 9),
        member=DEDUCTED,
        matter="CMP-1",
        item="N-QZ-1",
        level="each",
        occurred_on=date(2026, 5, 4),
        dated_on=date(2026, 5, 8),
        document_kind="complaint_finding",
        document=digest("finding"),
        particulars=secret(DEDUCTED, "particulars", "窗口服务投诉"),
    )
    yield from (Moment(at(date(2026, 5, day), 7)) for day in (19, 25, 26))
    sitting = {"deduction": DEDUCTION, "verdict": "approved", "minute": "1号", "minute_sha256": digest("minute")}
    yield wished(DecideDeduction, SECRETARY, at(date(2026, 5, 27), 9), **sitting, present=BRANCH_BODY)
    ref = archive_of(DEDUCTED, date(2026, 5, 8))
    yield from _posted(notice_of_record(uuid5(ref.id, "1")), date(2026, 5, 28))
    yield from (Moment(at(date(2026, 6, day), 7)) for day in (5, 8))


def _objection() -> Iterator[Moment]:
    """J3: nobody accepts it in time; upheld, replied to, and after the appeal term corrected and noticed anew."""
    about = {"objection": OBJECTION}
    yield wished(
        FileObjection,
        Actor(sealed=OBJECTOR.commitment),
        at(date(2026, 5, 18), 9),
        **about,
        notice=NOTICE,
        about="line",
        line=LINE_OF_THE_ABSENT,
        objector=OBJECTOR,
        reason=secret(OBJECTION, "reason", "他到会了"),
        key=digest_of("a key"),
    )
    yield Moment(at(date(2026, 5, 22), 12))
    yield wished(AcceptObjection, HIGHER, at(date(2026, 5, 25), 9), **about)
    yield wished(AssignHandler, HIGHER, at(date(2026, 5, 25), 10), **about, handler=DEPUTY.person)
    heard = {
        "heard": ("recorder", "subject"),
        "held_on": date(2026, 5, 26),
        "note": secret(OBJECTION, "note", "已听取"),
    }
    yield wished(HoldHearing, DEPUTY, at(date(2026, 5, 26), 9), **about, **heard)
    yield wished(
        RecordFinding, DEPUTY, at(date(2026, 5, 26), 10), **about, finding=secret(OBJECTION, "finding", "到会")
    )
    right = {"outcome": "upheld", "correction": Correction(outcome="attended")}
    reply = secret(OBJECTION, "reply", "成立")
    yield wished(DecideObjection, DEPUTY, at(date(2026, 5, 26), 11), **about, **right, reply=reply)
    yield wished(DeliverReply, DEPUTY, at(date(2026, 5, 26), 12), **about, how="witnessed_paper")
    yield from (Moment(at(date(2026, 6, day), 8)) for day in (2, 3))
    yield from _posted(correction_id(OBJECTION), date(2026, 6, 4))
    yield from (Moment(at(date(2026, 6, day), 8)) for day in (10, 12))


class Entered(NamedTuple):
    """One entry, as far as it must be the same whoever wrote it."""

    stream: UUID
    version: int
    id: UUID
    fact: Fact


def without_leaves(fact: Fact) -> Fact:
    """A fact but for what is drawn at random or made of bytes, which nothing in memory has."""
    if not isinstance(fact, ArchivesCommitted):
        return fact
    return msgspec.structs.replace(fact, root="0" * 64, seed="0" * 64)


def in_memory(moments: list[Moment]) -> list[Entered]:
    """What the log should hold: every follow-up once, at the first moment at which it is due."""
    world, found, due = World(), list[Entered](), list[tuple[datetime, int, FollowUp, Entry]]()
    versions: Counter[UUID] = Counter()

    def run(command: Command) -> None:
        for ordinal, write in enumerate(world.execute(command)):
            versions[write.stream] += 1
            entry = Entry(
                actor=command.actor,
                at=command.at,
                cause=command.cause,
                command=command.id,
                fact=write.fact,
                id=entry_id(command.id, ordinal),
                log=LOG,
                stream=write.stream,
                version=versions[write.stream],
            )
            found.append(Entered(entry.stream, entry.version, entry.id, without_leaves(entry.fact)))
            wanted = follow_up(entry)
            if wanted is not None:
                heapq.heappush(due, (wanted.due_at, len(found), wanted, entry))

    for command in founded():
        run(command)
    for moment in moments:
        if moment.command is not None:
            run(moment.command)
        while due and due[0][0] <= moment.instant:
            _, _, wanted, trigger = heapq.heappop(due)
            run(carried_out(wanted, trigger, moment.instant, lambda: "salt"))
    return sorted(found, key=lambda one: (str(one.stream), one.version))


class Service:
    """The service from its start to its stop: nothing is kept but the database."""

    def __init__(self, house: House) -> None:
        self._vault = Vault(b"k" * 32, house.urls.writer)
        self._recorder = PostgresRecorder(house.urls.writer)
        self.ledger = Ledger(self._recorder, self._vault, decide, LOG)
        self.connection = house.projector()
        self.manager = ProcessManager(self.connection, self.ledger)

    def carry_out(self, now: datetime) -> int:
        """What is due by the agenda as it stands."""
        return self.manager.carry_out_due(now)

    def stop(self) -> None:
        """The end of its processes."""
        self.connection.close()
        self.ledger.close()
        self._recorder.close()
        self._vault.close()


def restarted(house: House, moment: Moment) -> None:
    """Stopped and started before the wish, after it, and between any two rounds of follow-ups."""
    granted = 1
    if moment.command is not None:
        service = Service(house)
        service.ledger.execute(moment.command)
        service.stop()
    while granted:
        service = Service(house)
        catch_up(service.connection)
        granted = service.carry_out(moment.instant)
        service.stop()


def beside_each_other(house: House, moment: Moment) -> None:
    """Two services at once, each with the same wish and the same agenda before it."""
    services = Service(house), Service(house)
    try:
        if moment.command is not None:
            command = moment.command
            _together(lambda service: service.ledger.execute(command), services)
        catch_up(services[0].connection)
        while agenda.due(services[0].connection, moment.instant):
            _together(lambda service: service.carry_out(moment.instant), services)
            catch_up(services[0].connection)
    finally:
        for service in services:
            service.stop()


def _together(do: Callable[[Service], object], services: tuple[Service, ...]) -> None:
    failed: list[BaseException] = []

    def tried(service: Service) -> None:
        try:
            do(service)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=tried, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def dying_after_each_append(house: House, moment: Moment) -> None:
    """It dies before the read models know what it did: the next one finds the same agenda, and does it again."""
    granted = 1
    while granted:
        for _ in range(2):
            service = Service(house)
            if moment.command is not None:
                service.ledger.execute(moment.command)
            service.carry_out(moment.instant)
            service.stop()
        service = Service(house)
        before = len(agenda.due(service.connection, moment.instant))
        catch_up(service.connection)
        granted = before + len(agenda.due(service.connection, moment.instant))
        service.stop()


@pytest.mark.parametrize("taken", [restarted, beside_each_other, dying_after_each_append])
def test_nothing_happens_twice_or_is_missed(house: House, taken: Callable[[House, Moment], None]) -> None:
    moments = journeys()
    house.tell(founded())
    house.follow()
    for moment in moments:
        taken(house, moment)
    logged = [Entered(one.stream, one.version, one.id, without_leaves(one.fact)) for one in house.entries()]
    assert sorted(logged, key=lambda one: (str(one.stream), one.version)) == in_memory(moments)


def test_the_journeys_come_to_their_ends() -> None:
    counted = Counter(type(one.fact) for one in in_memory(journeys()))
    once = (MemberNotified, StatementTermEnded, DeductionApproved, ObjectionEscalated, ObjectionClosed)
    assert {kind.__name__: counted[kind] for kind in once} == {kind.__name__: 1 for kind in once}
    assert (counted[RecordReversed], counted[RecordReplaced]) == (1, 1)
    assert counted[NoticeClosed] == 3
    assert counted[PointsConfirmed] == 7 + 1 + 1, "seven clear lines, the deduction, the replacement"
