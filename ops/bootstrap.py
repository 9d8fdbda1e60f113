"""The database and its roles, made once by an administrator and then only looked at.

Roles belong to a whole server, so that each carries its database's name: `steelyard_writer`. None of them is
a superuser or may create roles or databases: on PostgreSQL 15 CREATEROLE is as good as superuser. None that
logs in inherits: a right that comes by membership must be asked for with SET ROLE. A function of the owner
can be executed by nobody until a migration grants it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops.passwords import PasswordsMissing, keep, kept, new_password
from ops.roles import LOGIN, ROLES, names_of

__all__ = ["PasswordsMissing", "Urls", "WrongEncoding", "bootstrap"]

Connection: TypeAlias = "psycopg.Connection[tuple[object, ...]]"

_LOCK = "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext('steelyard roles'))"
_EXISTING = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY(%(names)s)"
_RIGHT = """
SELECT rolname FROM pg_catalog.pg_roles
WHERE rolname = ANY(%(names)s)
  AND rolcanlogin = (rolname = ANY(%(login)s)) AND rolinherit = (rolname <> ALL(%(login)s))
  AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
"""
_MEMBERS = """
SELECT pg_catalog.pg_has_role(%(migrator)s, %(owner)s, 'MEMBER')
   AND pg_catalog.pg_has_role(%(owner)s, %(appender)s, 'MEMBER')
"""
_SETTLED = """
SELECT count(*) = 1 FROM pg_catalog.pg_database AS d
WHERE d.datname = %(database)s AND pg_catalog.pg_get_userbyid(d.datdba) = %(owner)s
  AND NOT EXISTS (
    SELECT FROM pg_catalog.aclexplode(COALESCE(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS a
    WHERE a.grantee = 0
  )
"""
_ENCODING = """
SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = %(database)s
"""
_IS_SUPERUSER = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"

_ATTRIBUTES = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
_CREATE_DATABASE = sql.SQL(
    "CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"
)
# Last among them comes what _SETTLED looks for.
_SETTLE = (
    sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
    sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"),
    sql.SQL("ALTER ROLE {reader} IN DATABASE {database} SET default_transaction_read_only = on"),
    sql.SQL("ALTER ROLE {auditor} IN DATABASE {database} SET default_transaction_read_only = on"),
    sql.SQL("ALTER ROLE {writer} IN DATABASE {database} SET lock_timeout = '10s'"),
    sql.SQL("ALTER ROLE {writer} IN DATABASE {database} SET idle_in_transaction_session_timeout = '60s'"),
    sql.SQL("GRANT CONNECT ON DATABASE {database} TO {migrator}, {writer}, {eraser}, {reader}, {auditor}"),
    sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {projector}"),
    sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
)


class WrongEncoding(Exception):
    """数据库的编码必须是 UTF8。 The database must be encoded in UTF8."""


@dataclass(frozen=True)
class Urls:
    """One address per login role of one database; they may hold passwords and are not shown."""

    database: str
    migrator: str = field(repr=False)
    writer: str = field(repr=False)
    eraser: str = field(repr=False)
    projector: str = field(repr=False)
    reader: str = field(repr=False)
    auditor: str = field(repr=False)


def bootstrap(admin_url: str, database: str, folder: Path | None, *, renew: bool = False) -> Urls:
    """Make what is missing of a database and its roles, and give their addresses.

    `folder` keeps the passwords; None where the server asks for none. Once everything stands nothing is
    changed, and `admin_url` may name any role that can log in. `renew` gives every login role a new password.
    Raises PasswordsMissing or WrongEncoding.
    """
    names = names_of(database)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        complete = _is_complete(connection, names)
        if renew or not complete:
            connection.execute(_LOCK)
            existing = _listed(connection, _EXISTING, names)
            passwords = _choose_passwords(names, existing, folder, renew=renew)
            _make_roles(connection, names, existing, passwords)
            _make_database(connection, names)
            _settle(make_conninfo(admin_url, dbname=database), names)
        else:
            passwords = kept(folder) if folder else {}
    if folder and (lacking := {names[role] for role in LOGIN} - passwords.keys()):
        raise PasswordsMissing(f"{PasswordsMissing.__doc__} {folder}: {sorted(lacking)}")
    return _urls(admin_url, names, passwords)


def _is_complete(connection: Connection, names: Mapping[str, str]) -> bool:
    right = _listed(connection, _RIGHT, names)
    if not right.issuperset(names[role] for role in ROLES):
        return False
    return all(connection.execute(question, names).fetchone() == (True,) for question in (_MEMBERS, _SETTLED))


def _listed(connection: Connection, query: str, names: Mapping[str, str]) -> set[str]:
    sought = {"names": [names[role] for role in ROLES], "login": [names[role] for role in LOGIN]}
    return {str(name) for (name,) in connection.execute(query.encode(), sought)}


def _choose_passwords(
    names: Mapping[str, str], existing: Iterable[str], folder: Path | None, *, renew: bool
) -> dict[str, str]:
    """One password per login role, on disk before the server learns it."""
    if folder is None:
        return {}
    passwords = kept(folder)
    for name in (names[role] for role in LOGIN):
        if renew or (name not in passwords and name not in existing):
            passwords[name] = new_password()
    keep(folder, passwords)
    return passwords


def _make_roles(
    connection: Connection, names: Mapping[str, str], existing: set[str], passwords: Mapping[str, str]
) -> None:
    right = _listed(connection, _RIGHT, names)
    for role in ROLES:
        name = names[role]
        verb = sql.SQL("ALTER" if name in existing else "CREATE")
        login = sql.SQL("LOGIN NOINHERIT" if role in LOGIN else "NOLOGIN INHERIT")
        if name not in right:
            parts = (verb, sql.SQL("ROLE"), sql.Identifier(name), login, _ATTRIBUTES)
            connection.execute(sql.SQL(" ").join(parts))
        if name in passwords:
            # The server gets the SCRAM verifier only, so that no log of its statements holds the password.
            verifier = connection.pgconn.encrypt_password(
                passwords[name].encode(), name.encode(), b"scram-sha-256"
            ).decode()
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), verifier)
            connection.execute(statement)
    connection.execute(_filled(sql.SQL("GRANT {owner} TO {migrator}"), names))
    connection.execute(_filled(sql.SQL("GRANT {appender} TO {owner}"), names))


def _make_database(connection: Connection, names: Mapping[str, str]) -> None:
    if connection.execute(_IS_SUPERUSER).fetchone() != (True,):
        connection.execute(_filled(sql.SQL("GRANT {owner} TO CURRENT_USER"), names))
    encoding = connection.execute(_ENCODING, names).fetchone()
    if encoding is None:
        connection.execute(_filled(_CREATE_DATABASE, names))
    elif encoding == ("UTF8",):
        connection.execute(_filled(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}"), names))
    else:
        raise WrongEncoding(f"{WrongEncoding.__doc__} {names['database']}: {encoding[0]}")


def _settle(admin_url: str, names: Mapping[str, str]) -> None:
    with psycopg.connect(admin_url) as connection:
        for statement in _SETTLE:
            connection.execute(_filled(statement, names))


def _filled(statement: sql.SQL, names: Mapping[str, str]) -> sql.Composed:
    return statement.format(**{role: sql.Identifier(name) for role, name in names.items()})


def _urls(admin_url: str, names: Mapping[str, str], passwords: Mapping[str, str]) -> Urls:
    # The administrator's own password goes no further.
    server = {key: str(value) for key, value in conninfo_to_dict(admin_url).items() if key != "password"}

    def url(role: str) -> str:
        login = {"user": names[role], "dbname": names["database"]}
        if names[role] in passwords:
            login["password"] = passwords[names[role]]
        return make_conninfo("", **(server | login))

    return Urls(names["database"], *(url(role) for role in LOGIN))
