"""A backup holds everything that cannot be made again; a restore takes nothing that is not what was signed."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.ledger import Ledger
from domain.organisation.unit import EstablishUnit
from domain.oversight.log import LogAlreadyOpened, LogNameUsed, NothingLost, OpenLog
from ops.backup import BackupDamaged, back_up, expired, last_backup, read_backup
from ops.deployment import Deployment
from ops.destroyed import note_destroyed
from ops.doctor import examine
from ops.founding import INSTALLATION
from ops.guarded import refusal, resume_writing, stop_writing
from ops.proving import exported, verified
from ops.publish import publish, publish_or_stop
from ops.restore import KeysMismatch, KeysMissing, TargetNotEmpty, adopt, restore
from projections.transparency.note import generate_key
from projections.transparency.refusals import LogRolledBack, TargetExists
from projections.transparency.verify import Folder, Trusted, verify_folder
from tests.faults.deployments import Example, told

SECRETARY = "SL0001"
NEW = "example.pukou-2"

STORED = """
SELECT (SELECT count(*) FROM ledger.entries), (SELECT count(*) FROM ledger.commands),
       (SELECT count(*) FROM vault.keys), (SELECT count(*) FROM vault.sealed),
       (SELECT count(*) FROM access.accounts), (SELECT count(*) FROM access.readings)
"""
SCORES = "SELECT count(*), md5(string_agg(scores::text, '' ORDER BY member, year)) FROM reads.scores"


@pytest.fixture(scope="module")
def whole(binaries: Path) -> Iterator[Example]:
    with told(binaries) as example:
        yield example


@pytest.fixture(scope="module")
def backup(whole: Example, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "first"
    with whole.deployed() as deployment:
        back_up(deployment, folder)
    return folder


@pytest.fixture
def fresh(whole: Example, short_folder: Path) -> Example:
    """Another machine, to which only the keys were brought, and with them the last checkpoint."""
    shutil.copytree(whole.data / "keys", short_folder / "keys")
    return Example(short_folder, whole.binaries)


def counted(deployment: Deployment) -> tuple[object, ...]:
    with psycopg.connect(deployment.database.urls.migrator) as connection:
        connection.execute("SET ROLE steelyard_owner")
        stored = connection.execute(STORED).fetchone()
    with psycopg.connect(deployment.database.urls.reader) as connection:
        scores = connection.execute(SCORES).fetchone()
    assert stored is not None
    assert scores is not None
    return (*stored, *scores)


def wish(deployment: Deployment) -> OpenLog:
    at = deployment.clock().now()
    return OpenLog(id=uuid4(), actor=INSTALLATION, at=at, origin="other/log", title="x", clock="simulated")


def establish(deployment: Deployment, code: str) -> None:
    ledger: Ledger = deployment.ledger()
    ledger.execute(
        EstablishUnit(
            id=uuid4(),
            actor=INSTALLATION,
            at=deployment.clock().now(),
            unit=code,
            kind="work_committee",
            title=code,
            parent=None,
            scheme="pukou-district-offices",
            established_on=deployment.clock().now().date() - timedelta(days=2),
        )
    )


def test_what_was_backed_up_is_back_and_writing_goes_on(whole: Example, fresh: Example, backup: Path) -> None:
    done = restore(fresh.settings, backup)
    assert done.refused is None
    with whole.deployed() as deployment:
        before = counted(deployment)
    with fresh.deployed() as deployment:
        assert counted(deployment) == before
        assert verified(deployment, None) == []
        with pytest.raises(LogAlreadyOpened):
            deployment.ledger().execute(wish(deployment))
        establish(deployment, "AFTER")
        published = publish_or_stop(deployment, whole=True)
    assert published is not None
    assert published.checkpoint.size == done.backup.size + 1


@pytest.mark.parametrize(
    "file", ["backup.json", "tables/ledger.entries", "tables/vault.keys", "tables/access.accounts", "log/checkpoint"]
)
def test_a_backup_with_one_byte_altered_is_refused(fresh: Example, backup: Path, tmp_path: Path, file: str) -> None:
    copy = tmp_path / "altered"
    shutil.copytree(backup, copy)
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    with pytest.raises(BackupDamaged):
        restore(fresh.settings, copy)
    assert not (fresh.data / "postgresql").exists()


def test_an_altered_log_is_refused_even_where_the_manifest_was_made_to_agree(
    fresh: Example, backup: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "forged"
    shutil.copytree(backup, copy)
    entries = copy / "tables" / "ledger.entries"
    before = read_backup(copy)
    data = entries.read_bytes()
    entries.write_bytes(data.replace(b'"quantity":"1.00"', b'"quantity":"2.00"', 1))
    manifest = copy / "MANIFEST"
    old, new = (Folder(place).sha256("tables/ledger.entries") for place in (backup, copy))
    manifest.write_text(manifest.read_text().replace(old, new))
    assert read_backup(copy) == before
    with pytest.raises(BackupDamaged):
        restore(fresh.settings, copy)
    with fresh.deployed(unread=True) as deployment:
        assert deployment.recorder.max_notification_id() is None


def test_a_missing_file_and_one_too_many_are_refused(backup: Path, tmp_path: Path) -> None:
    for name, change in (("missing", Path.unlink), ("extra", lambda file: file.with_name("more").write_bytes(b"x"))):
        copy = tmp_path / name
        shutil.copytree(backup, copy)
        change(copy / "tables" / "vault.sealed")
        with pytest.raises(BackupDamaged):
            read_backup(copy)


def test_nothing_is_restored_without_the_keys_or_with_others(fresh: Example, backup: Path, tmp_path: Path) -> None:
    signing = fresh.data / "keys" / "signing"
    signing.rename(tmp_path / "signing")
    with pytest.raises(KeysMissing):
        restore(fresh.settings, backup)
    generate_key(signing, "example.pukou")
    with pytest.raises(KeysMismatch):
        restore(fresh.settings, backup)


def test_nothing_is_restored_over_a_log(whole: Example, backup: Path) -> None:
    with pytest.raises(TargetNotEmpty):
        restore(whole.settings, backup)


def test_a_backup_is_not_written_over_anything_and_says_until_when_it_may_be_kept(whole: Example, backup: Path) -> None:
    with whole.deployed() as deployment:
        with pytest.raises(TargetExists):
            back_up(deployment, backup)
        last = last_backup(deployment.state_folder)
    made = read_backup(backup)
    assert last is not None
    assert last.made_at == made.made_at
    assert not expired(made, made.keep_until)
    assert expired(made, made.keep_until + timedelta(seconds=1))
    assert backup.stat().st_mode & 0o077 == 0


def test_the_doctor_sees_what_is_signed_and_how_old_the_backup_is(whole: Example, backup: Path) -> None:
    with whole.deployed() as deployment:
        findings = {finding.code: finding for finding in examine(deployment)}
        assert findings["checkpoint"].well
        assert findings["backup"].well
        assert {"disk", "calendar-next", "read-models"} <= findings.keys()
        assert f"holds {read_backup(backup).size}" in findings["backup"].en
        stop_writing(deployment.state_folder, LogRolledBack("x"), deployment.clock().now())
        findings = {finding.code: finding for finding in examine(deployment)}
        resume_writing(deployment.state_folder)
    assert not findings["checkpoint"].well
    assert "log-rolled-back" in findings["checkpoint"].en


def test_a_key_that_was_destroyed_after_the_backup_stays_destroyed(fresh: Example, backup: Path) -> None:
    subject = member_of(backup)
    note_destroyed(fresh.data / "keys" / "checkpoint", subject)
    assert restore(fresh.settings, backup).destroyed == 1
    with fresh.deployed() as deployment, psycopg.connect(deployment.database.urls.eraser) as connection:
        found = connection.execute("SELECT count(*) FROM vault.sealed WHERE subject = %s", (subject,)).fetchone()
        assert found == (0,)
        assert verified(deployment, None) == []


def member_of(backup: Path) -> UUID:
    """Somebody whom the log names."""
    entries, mark = (backup / "tables" / "ledger.entries").read_bytes(), b'"fact":{"member":"'
    at = entries.index(mark) + len(mark)
    return UUID(entries[at : at + 36].decode())


def test_an_older_state_is_refused_until_an_operator_names_what_was_lost(
    whole: Example, backup: Path, fresh: Example, tmp_path: Path
) -> None:
    # given: two more entries, signed, after the backup
    later = Example(tmp_path / "later", whole.binaries)
    later.data.mkdir(mode=0o755)
    whole.copy(later.data)
    with later.deployed() as deployment:
        establish(deployment, "LOST-1")
        establish(deployment, "LOST-2")
        publish(deployment, whole=False)
        shutil.copytree(later.log, tmp_path / "outside")
    shutil.rmtree(fresh.data / "keys")
    shutil.copytree(later.data / "keys", fresh.data / "keys")
    # when
    done = restore(fresh.settings, backup)
    # then
    assert isinstance(done.refused, LogRolledBack)
    size = done.backup.size
    with fresh.deployed() as deployment:
        with pytest.raises(LogRolledBack, match=f"{size} entries, {size + 2} were signed"):
            deployment.ledger().execute(wish(deployment))
        with pytest.raises(LogNameUsed):
            adopt(deployment, "example.pukou", SECRETARY)
        # and when
        fact = adopt(deployment, NEW, SECRETARY)
        assert (fact.former, fact.kept, fact.signed) == ("example.pukou", size, size + 2)
        assert refusal(deployment.state_folder) is None
        assert adopt(deployment, NEW, SECRETARY) == fact
        establish(deployment, "AFTER")
        publish(deployment, whole=True)
        assert verified(deployment, None) == []
        found = exported(deployment, tmp_path / "export")
    assert found.checkpoint.size == size + 2
    report = verify_folder(Folder(tmp_path / "export"), "", Trusted(tmp_path / "outside" / "checkpoints"))
    assert report.problems == []
    assert (report.origin, [(lost.former, lost.kept, lost.signed) for lost in report.restored]) == (
        NEW,
        [("example.pukou", size, size + 2)],
    )


def test_a_log_that_lost_nothing_is_not_renamed(whole: Example) -> None:
    with whole.deployed() as deployment, pytest.raises(NothingLost):
        adopt(deployment, NEW, SECRETARY)
