"""What an operator can set, all by environment variables; `ops/docs/settings.md` is their page."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one deployment; a wrong one is a ValidationError that names it.

    Paths come out absolute. `log`, `master_key` and `signing_key` are never None after validation.
    """

    model_config = SettingsConfigDict(
        env_prefix="STEELYARD_", env_ignore_empty=True, frozen=True, populate_by_name=True, extra="forbid"
    )

    deployment: Literal["example", "real"] = "real"
    data: Path = Path(".steelyard")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    origin: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    secure_cookies: bool = True
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    read_database_url: SecretStr | None = Field(default=None, validation_alias="READ_DATABASE_URL")
    database: str = Field(default="steelyard", pattern=r"^[a-z][a-z0-9_]{0,49}$")
    postgres_binaries: Path | None = None
    log: Path | None = None
    master_key: Path | None = None
    signing_key: Path | None = None
    witness_policy: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        data = self.data.resolve()
        defaults = {
            "log": data / "log",
            "master_key": data / "keys/master",
            "signing_key": data / "keys/signing",
        }
        filled: dict[str, object] = {"data": data, "origin": self.origin or f"http://{self.host}:{self.port}"}
        for name, default in defaults.items():
            place = (getattr(self, name) or default).resolve()
            # A copy, a restore or a thief of the database's folder must not come with what is to prove it.
            if place.is_relative_to(data / "postgresql"):
                raise ValueError(f"STEELYARD_{name.upper()} must not lie in the database's folder: {place}")
            filled[name] = place
        for name, value in filled.items():
            object.__setattr__(self, name, value)
        return self
