"""The database's roles: their names, and what each may be.

| role | logs in | for |
|---|---|---|
| owner | no | owns the database and every object but the append function |
| appender | no | owns the append function, and alone may insert entries |
| migrator | yes | may become owner, to migrate |
| writer | yes | the service: EXECUTE the append function, SELECT |
| eraser | yes | deletes sealed values and personal keys |
| projector | yes | keeps the read models |
| reader | yes | reads |
| auditor | yes | reads what an audit may see |
"""

NO_LOGIN = ("owner", "appender")
LOGIN = ("migrator", "writer", "eraser", "projector", "reader", "auditor")
ROLES = NO_LOGIN + LOGIN

_NAME_BYTES = 63  # PostgreSQL cuts longer names silently


def names_of(database: str) -> dict[str, str]:
    """Role → its name on the server, e.g. writer → steelyard_writer; and database → its own name."""
    names = {role: f"{database}_{role}" for role in ROLES} | {"database": database}
    too_long = [name for name in names.values() if len(name.encode()) > _NAME_BYTES]
    if too_long:
        raise ValueError(f"names of at most {_NAME_BYTES} bytes: {too_long}")
    return names
