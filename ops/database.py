"""The deployment's database, ready: served by somebody or by us, with its roles, migrated."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops import embedded
from ops.bootstrap import Urls, bootstrap
from ops.migrate import FOLDER, Migration, migrate
from ops.settings import Settings


class NoDatabaseName(Exception):
    """DATABASE_URL 没有写明数据库名。 DATABASE_URL does not name a database."""


@dataclass
class Database:
    """Addresses of the login roles, where reads go, and the private server if there is one."""

    urls: Urls
    read_url: str = field(repr=False)
    applied: list[Migration]
    server: embedded.Running | None

    def close(self) -> None:
        """Stop the private server if we own it."""
        if self.server is not None:
            self.server.close()

    def __enter__(self) -> Self:
        """Give the database itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it, whatever happened."""
        self.close()


def open_database(settings: Settings, *, migrations: Path = FOLDER, renew_passwords: bool = False) -> Database:
    """Make whatever is missing, up to the newest migration.

    With DATABASE_URL the server is that one, and its roles' passwords lie in the data folder; without, a
    private server is started, from the main thread. Raises what `embedded.start`, `bootstrap` and `migrate`
    raise, or NoDatabaseName.
    """
    _make_private(settings.data)
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        name = conninfo_to_dict(url).get("dbname")
        if not name:
            raise NoDatabaseName(NoDatabaseName.__doc__)
        urls = bootstrap(url, str(name), settings.data, renew=renew_passwords)
        return _ready(settings, urls, migrations, None)
    server = embedded.start(settings.data / "postgresql", binaries=settings.postgres_binaries)
    try:
        urls = bootstrap(server.admin_url, settings.database, None)
        return _ready(settings, urls, migrations, server)
    except BaseException:
        server.close()
        raise


def _make_private(data: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It holds keys and passwords, and by default it lies where somebody may say `git add .`.
    if not (data / ".gitignore").exists():
        (data / ".gitignore").write_text("*\n")


def _ready(settings: Settings, urls: Urls, migrations: Path, server: embedded.Running | None) -> Database:
    applied = migrate(urls.migrator, urls.database, migrations)
    return Database(urls, _read_url(settings, urls), applied, server)


def _read_url(settings: Settings, urls: Urls) -> str:
    """Where reads go: READ_DATABASE_URL with the reader's login, else the reader's address."""
    if settings.read_database_url is None:
        return urls.reader
    reader = conninfo_to_dict(urls.reader)
    login = {key: str(reader[key]) for key in ("user", "password", "dbname") if key in reader}
    return make_conninfo(settings.read_database_url.get_secret_value(), **login)
