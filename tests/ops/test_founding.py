"""A real deployment is opened, founded once, and people sign in to it."""

import asyncio
import json
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from api.accounts import LocalAccounts
from domain.oversight.log import LogAlreadyOpened
from ops.bootstrap import Urls
from ops.database import Database
from ops.deployment import Deployment, RealLogRefused
from ops.doctor import examine
from ops.founding import FoundingMalformed, found, give_account, open_real_log
from ops.recorder import PostgresRecorder
from ops.settings import Settings
from projections import follow
from projections.vault import Vault, load_master_key

RULES = Path(__file__).parents[2] / "ops" / "example" / "pukou.json"


def founding(folder: Path, **changed: object) -> Path:
    plan: dict[str, object] = {
        "scheme": "pukou-district-offices",
        "version": "illustrative-1",
        "rules": str(RULES),
        "units": [
            {"unit": "PK", "kind": "work_committee", "title": "工委", "established_on": "2016-01-01"},
            {"unit": "PK-01", "kind": "branch", "title": "一支部", "parent": "PK", "established_on": "2016-01-01"},
        ],
        "people": [
            {
                "work_number": "SL0001",
                "name": "试验·林",
                "unit": "PK",
                "present_from": "2020-01-01",
                "roles": ["officer", "secretary"],
            },
            {"work_number": "SL0002", "name": "试验·木", "unit": "PK-01", "present_from": "2020-01-01"},
        ],
        "calendars": [{"year": 2026, "days_off": ["2026-01-01"], "document_sha256": "0" * 64}],
    }
    file = folder / "founding.json"
    file.write_text(json.dumps(plan | changed))
    return file


@pytest.fixture
def deployment(database: Urls, tmp_path: Path):  # noqa: ANN201 - a generator fixture
    settings = Settings(deployment="real", data=tmp_path)
    recorder = PostgresRecorder(database.writer)
    vault = Vault(load_master_key(tmp_path / "keys" / "master"), database.writer)
    yield Deployment(settings, Database(database, database.reader, [], None), recorder, vault)
    recorder.close()
    vault.close()


def followed(deployment: Deployment) -> None:
    with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
        follow.ready(connection, [f"{deployment.database.urls.database}_{role}" for role in ("reader", "auditor")])
        follow.catch_up(connection)


def test_a_log_is_opened_once_and_founded_once(deployment: Deployment, tmp_path: Path) -> None:
    open_real_log(deployment, "test.gov/points", "试验")
    with pytest.raises(LogAlreadyOpened):
        open_real_log(deployment, "test.gov/points", "试验")
    wishes = found(deployment, founding(tmp_path))
    entries = deployment.recorder.max_notification_id()
    assert found(deployment, founding(tmp_path)) == wishes
    assert deployment.recorder.max_notification_id() == entries


def test_whoever_is_given_an_account_signs_in_with_it(deployment: Deployment, tmp_path: Path) -> None:
    open_real_log(deployment, "test.gov/points", "试验")
    found(deployment, founding(tmp_path))
    followed(deployment)
    give_account(deployment, "lin", "SL0001", "correct-horse-battery")

    async def signed_in(password: str) -> object:
        url = deployment.database.urls.writer
        async with AsyncConnectionPool(url, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
            return await LocalAccounts(pool, deployment.clock()).identify("lin", password, "test")

    assert asyncio.run(signed_in("wrong-horse-battery")) is None
    assert asyncio.run(signed_in("correct-horse-battery")) is not None


def test_a_founding_file_that_is_not_well_formed_writes_nothing(deployment: Deployment, tmp_path: Path) -> None:
    open_real_log(deployment, "test.gov/points", "试验")
    with pytest.raises(FoundingMalformed):
        found(deployment, founding(tmp_path, unites=[]))
    assert deployment.recorder.max_notification_id() == 1


def test_an_example_deployment_opens_no_real_log(deployment: Deployment) -> None:
    example = Deployment(
        Settings(deployment="example", data=deployment.settings.data),
        deployment.database,
        deployment.recorder,
        deployment.vault,
    )
    with pytest.raises(RealLogRefused):
        open_real_log(example, "test.gov/points", "试验")


def test_the_doctor_examines_a_log_that_nobody_followed_yet(deployment: Deployment, tmp_path: Path) -> None:
    open_real_log(deployment, "test.gov/points", "试验")
    found(deployment, founding(tmp_path))
    findings = {finding.code: finding.well for finding in examine(deployment)}
    assert findings["read-models"] is False
    assert findings["catalogue"] is True
    assert findings["vault"] is True
    followed(deployment)
    assert {finding.code: finding.well for finding in examine(deployment)}["read-models"] is True
