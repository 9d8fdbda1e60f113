"""One person is registered once, however his number is written, and however many try at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from domain import house
from domain.decider import Refused
from domain.ledger import Ledger
from domain.organisation.member import MEMBER, PersonAlreadyRegistered, Registered, RegisterMember
from ops.bootstrap import Urls
from ops.identities import identify_registered
from ops.recorder import PostgresRecorder
from projections.vault import Vault
from tests.foundings import BRANCH, FOUNDED_ON, LOG, at, founding, register, secret

OTHER = "PK-02"
NOW = at(FOUNDED_ON, 10)


@pytest.fixture
def vault(database: Urls) -> Iterator[Vault]:
    vault = Vault(b"k" * 32, database.writer)
    yield vault
    vault.close()


@pytest.fixture
def ledger(database: Urls, vault: Vault) -> Iterator[Ledger]:
    recorder = PostgresRecorder(database.writer)
    ledger = Ledger(recorder, vault, house.decide, LOG)
    for command in founding((BRANCH, OTHER), members=8):
        ledger.execute(command)
    yield ledger
    ledger.close()
    recorder.close()


def registration(work_number: str, unit: str = OTHER, identity: str | None = None) -> RegisterMember:
    one = uuid4()
    wish = msgspec.structs.replace(register(0, unit, NOW), id=uuid4(), member=one, name=secret(one, "name", "某"))
    return msgspec.structs.replace(
        wish,
        work_number=secret(one, "work_number", work_number),
        identity=None if identity is None else secret(one, "identity", identity),
    )


@pytest.mark.parametrize(
    "written", ["PK-01-005", "pk-01-005", " PK-01-005 ", "\uff30\uff2b-01-\uff10\uff10\uff15", "PK - 01 - 005"]
)
def test_the_same_work_number_is_refused_and_says_which_organisation_to_ask(ledger: Ledger, written: str) -> None:
    with pytest.raises(PersonAlreadyRegistered) as refused:
        ledger.execute(registration(written))
    assert refused.value.facts == {"unit": BRANCH}


def test_the_same_identity_is_refused_under_another_work_number_and_is_stored_nowhere(
    ledger: Ledger, database: Urls, vault: Vault
) -> None:
    first = registration("NEW-1", identity="32010019700101001X")
    ledger.execute(first)
    with pytest.raises(PersonAlreadyRegistered) as refused:
        ledger.execute(registration("NEW-2", BRANCH, identity="32010019700101001x"))
    assert refused.value.facts == {"unit": OTHER}
    assert first.identity is not None
    assert vault.open([first.identity.commitment]) == {}
    with psycopg.connect(database.writer) as connection:
        entries = connection.execute("SELECT state FROM ledger.entries").fetchall()
    assert not any(first.identity.commitment.encode() in state for (state,) in entries)


def test_a_repeat_of_the_same_wish_gets_its_first_receipt(ledger: Ledger) -> None:
    wish = registration("NEW-1", identity="1")
    first = ledger.execute(wish)
    again = uuid4()
    renewed = {
        "member": again,
        "name": secret(again, "name", "某"),
        "work_number": secret(again, "work_number", "NEW-1"),
        "identity": secret(again, "identity", "1"),
    }
    assert ledger.execute(msgspec.structs.replace(wish, **renewed)) == first


def test_of_many_who_register_one_person_at_once_one_does(ledger: Ledger, database: Urls, vault: Vault) -> None:
    """From two service processes, as it were: each has its own connection and its own queue."""
    recorder = PostgresRecorder(database.writer)
    ledgers = (ledger, Ledger(recorder, vault, house.decide, LOG))
    wishes = [registration(f"number {number % 5}", (BRANCH, OTHER)[number % 2]) for number in range(40)]

    def attempt(number: int) -> str:
        try:
            ledgers[number % 2].execute(wishes[number])
        except Refused as refused:
            return refused.code
        return "registered"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(40)))
    recorder.close()
    for number in range(5):
        mine = outcomes[number::5]
        assert mine.count("registered") <= 1, mine
        assert set(mine) <= {"registered", "person-exists", "ledger-busy"}, mine
    stored = [wish for wish in wishes if isinstance(ledger.load(MEMBER.of(wish.member)), Registered)]
    assert len(stored) == outcomes.count("registered")


def test_with_the_persons_key_his_identity_is_gone_too(ledger: Ledger, database: Urls) -> None:
    wish = registration("NEW-1", identity="1")
    ledger.execute(wish)
    with psycopg.connect(database.eraser) as connection:
        connection.execute("DELETE FROM vault.keys WHERE subject = %(subject)s", {"subject": wish.member})
    assert held(database, wish.member) == 0
    ledger.execute(registration("NEW-1", identity="1"))


def test_people_from_before_the_index_are_entered_once(ledger: Ledger, database: Urls, vault: Vault) -> None:
    with psycopg.connect(database.eraser) as connection:
        connection.execute("DELETE FROM vault.identities")
    recorder = PostgresRecorder(database.writer)
    assert identify_registered(recorder, vault) == 2 + 8 + 8
    assert identify_registered(recorder, vault) == 0
    recorder.close()
    with pytest.raises(PersonAlreadyRegistered):
        ledger.execute(registration("PK-01-005"))


def held(database: Urls, subject: UUID) -> int:
    query = "SELECT count(*) FROM vault.identities WHERE subject = %(subject)s"
    with psycopg.connect(database.writer) as connection:
        row = connection.execute(query, {"subject": subject}).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("role", ["projector", "reader", "auditor"])
def test_nobody_but_the_service_and_the_eraser_sees_the_index(database: Urls, role: str) -> None:
    with (
        psycopg.connect(getattr(database, role)) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("SELECT digest FROM vault.identities")
