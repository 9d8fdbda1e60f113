"""What is sealed can be opened while its key lives, and by nobody else."""

import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from domain.sealed import SealedRow, Secret, commitment_of
from ops.bootstrap import Urls
from projections.vault import (
    SIZE_CLASSES_BYTES,
    MasterKeyMissing,
    MasterKeyUnsafe,
    MasterKeyWrong,
    SecretTooLong,
    Vault,
    load_master_key,
    open_unchecked,
    open_vault,
)

SOMEBODY = UUID("00000000-0000-4000-8000-000000000001")
OTHER = UUID("00000000-0000-4000-8000-000000000002")
_STORE_KEY = "INSERT INTO vault.keys (subject, wrapped) VALUES (%(subject)s, %(wrapped)s)"
_STORE_BOX = "INSERT INTO vault.sealed (commitment, subject, box) VALUES (%(commitment)s, %(subject)s, %(box)s)"


def secret(value: str, subject: UUID = SOMEBODY, salt: str = "AAAAAAAAAAAAAAAAAAAAAA") -> Secret:
    return Secret(subject=subject, name="name", value=value, salt=salt)


@pytest.fixture
def vault(database: Urls, tmp_path: Path) -> Iterator[Vault]:
    found = Vault(load_master_key(tmp_path / "master"), database.writer)
    yield found
    found.close()


def store(database: Urls, vault: Vault, *secrets: Secret) -> tuple[SealedRow, ...]:
    """As the append function does, by whoever owns the tables."""
    sealing = vault.seal(secrets)
    with psycopg.connect(database.migrator) as connection:
        connection.execute(f'SET ROLE "{database.database}_owner"'.encode())
        for key in sealing.keys:
            connection.execute(_STORE_KEY, {"subject": key.subject, "wrapped": key.wrapped})
        for row in sealing.rows:
            known = {"commitment": bytes.fromhex(row.commitment), "subject": row.subject, "box": row.box}
            connection.execute(_STORE_BOX, known)
    return sealing.rows


def test_a_sealed_name_is_opened_by_its_commitment(database: Urls, vault: Vault) -> None:
    name = secret("示例·秦组织")
    store(database, vault, name)
    assert vault.open([name.commitment]) == {name.commitment: name}


def test_an_unknown_commitment_opens_nothing(vault: Vault) -> None:
    assert vault.open(["0" * 64]) == {}


def test_two_subjects_have_two_keys_and_one_subject_has_one(database: Urls, vault: Vault) -> None:
    sealing = vault.seal([secret("甲"), secret("乙", salt="B" * 22), secret("丙", subject=OTHER)])
    assert {key.subject for key in sealing.keys} == {SOMEBODY, OTHER}
    store(database, vault, secret("甲"))
    assert [key.subject for key in vault.seal([secret("乙", salt="B" * 22)]).keys] == []


def test_with_the_key_destroyed_the_value_is_gone(database: Urls, vault: Vault) -> None:
    name = secret("示例·严玥")
    store(database, vault, name)
    with psycopg.connect(database.eraser) as connection:
        connection.execute("DELETE FROM vault.keys WHERE subject = %(subject)s", {"subject": SOMEBODY})
    assert vault.open([name.commitment]) == {}


def test_another_master_key_opens_nothing(database: Urls, vault: Vault, tmp_path: Path) -> None:
    name = secret("示例·华昇")
    store(database, vault, name)
    stranger = Vault(load_master_key(tmp_path / "another"), database.writer)
    with pytest.raises(InvalidTag):
        stranger.open([name.commitment])
    stranger.close()


def test_the_length_of_a_box_says_only_its_size_class(vault: Vault) -> None:
    sizes = {len(row.box) for length in (1, 2, 10, 20) for row in vault.seal([secret("字" * length)]).rows}
    assert len(sizes) == 1


def test_a_text_beyond_the_largest_class_is_refused(vault: Vault) -> None:
    with pytest.raises(SecretTooLong):
        vault.seal([secret("字" * SIZE_CLASSES_BYTES[-1])])


def test_the_request_digest_needs_the_key(database: Urls, vault: Vault, tmp_path: Path) -> None:
    stranger = Vault(load_master_key(tmp_path / "another"), database.writer)
    assert vault.digest(b"x") == vault.digest(b"x") != vault.digest(b"y")
    assert vault.digest(b"x") != stranger.digest(b"x")
    stranger.close()


def test_the_master_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master"
    assert load_master_key(file) == load_master_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(MasterKeyUnsafe):
        load_master_key(file)


def test_a_vault_opens_only_under_the_master_key_that_it_was_begun_with(database: Urls, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    open_vault(first, database.writer).close()
    open_vault(first, database.writer).close()
    load_master_key(second)
    with pytest.raises(MasterKeyWrong):
        open_vault(second, database.writer)


def test_a_vault_from_before_the_check_is_checked_by_its_keys(database: Urls, vault: Vault, tmp_path: Path) -> None:
    store(database, vault, secret("示例·秦组织"))
    load_master_key(tmp_path / "another")
    with pytest.raises(MasterKeyWrong):
        open_vault(tmp_path / "another", database.writer)
    open_vault(tmp_path / "master", database.writer).close()


def test_no_new_master_key_is_made_for_a_vault_in_use(database: Urls, tmp_path: Path) -> None:
    file = tmp_path / "master"
    open_vault(file, database.writer).close()
    file.unlink()
    with pytest.raises(MasterKeyMissing):
        open_vault(file, database.writer)
    looking = open_unchecked(file, database.writer)
    assert not looking.fits()
    looking.close()
    assert not file.exists()


@given(st.text(max_size=200), st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=22, max_size=22))
def test_a_commitment_is_the_hash_of_what_is_disclosed(value: str, salt: str) -> None:
    one = secret(value, salt=salt)
    assert one.commitment == commitment_of(one.disclosure)
    assert one.commitment != secret(value + "x", salt=salt).commitment
