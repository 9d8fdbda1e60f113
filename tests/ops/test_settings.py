"""Settings: safe when nothing is set, refused when wrong, every one on the operator's page."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from ops.settings import Settings

PAGE = Path(__file__).parents[2] / "ops/docs/settings.md"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def variables() -> list[str]:
    prefix = Settings.model_config.get("env_prefix", "")
    fields = Settings.model_fields.items()
    return [str(field.validation_alias or f"{prefix}{name}".upper()) for name, field in fields]


def test_the_page_names_every_setting_and_no_other() -> None:
    rows = [line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    written = [name for name in rows if name.isupper()]
    assert written == list(dict.fromkeys(written))
    assert sorted(written) == sorted(variables())


def test_the_page_names_the_defaults() -> None:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    written = {row[1].strip(" `"): row[2].strip(" `") for row in rows}
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"STEELYARD_{name.upper()}")
        if field.default not in (None, ""):
            assert written[variable] == str(field.default).replace("True", "true")


def test_nothing_set_is_a_real_deployment_on_this_machine_alone(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.deployment == "real"
    assert settings.secure_cookies
    assert settings.origin == "http://127.0.0.1:8000"
    assert settings.database_url is None
    assert settings.data == tmp_path / ".steelyard"
    assert settings.log == tmp_path / ".steelyard/log"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_PORT", "9000")
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@db/steelyard")
    settings = Settings()
    assert (settings.deployment, settings.origin) == ("example", "http://127.0.0.1:9000")
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value().endswith("@db/steelyard")
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("name", ["LOG", "MASTER_KEY", "SIGNING_KEY"])
@pytest.mark.parametrize("place", ["d/postgresql", "d/postgresql/log", "d/x/../postgresql/cluster/log"])
def test_what_proves_the_database_does_not_lie_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    monkeypatch.setenv("STEELYARD_DATA", "d")
    monkeypatch.setenv(f"STEELYARD_{name}", place)
    with pytest.raises(ValidationError, match=f"STEELYARD_{name}"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEPLOYMENT", "test"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("ORIGIN", "example.org"),
        ("ORIGIN", "https://example.org/"),
        ("DATABASE", 'x"; --'),
        ("SECURE_COOKIES", "perhaps"),
    ],
)
def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"STEELYARD_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
