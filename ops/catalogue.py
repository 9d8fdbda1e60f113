"""目录指纹 — one SHA-256 over everything that guards the log inside PostgreSQL.

What an owner or a superuser could loosen is in it: columns and their expressions, constraints, indexes, triggers and
whether they fire, functions with their bodies, rules, row policies, owners and rights. Role names are written without
the database's prefix, and MAINTAIN, which PostgreSQL 17 brought, is left out, so that one release has one fingerprint
on every server.
"""

import hashlib
from typing import Any, Final

from psycopg import Connection

_OBJECTS: Final = """
SELECT 'table', c.oid::regclass::text, c.relkind::text, c.relpersistence::text, c.relrowsecurity::text,
       c.relhasrules::text, c.relhassubclass::text, pg_get_userbyid(c.relowner)::text, coalesce((
           SELECT string_agg(r.right_, ',' ORDER BY r.right_ COLLATE "C") FROM (
             SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END
                    || ':' || a.privilege_type
             FROM aclexplode(c.relacl) AS a WHERE a.privilege_type <> 'MAINTAIN'
           ) AS r (right_)), '')
FROM pg_class c WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[]) AND c.relkind IN ('r', 'v', 'p', 'm', 'S')
UNION ALL
SELECT 'column', a.attrelid::regclass::text, a.attnum::text, a.attname, format_type(a.atttypid, a.atttypmod),
       a.attnotnull::text, a.attgenerated::text, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[]) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid),
       convalidated::text, '', '', ''
FROM pg_constraint WHERE connamespace = ANY(%(schemas)s::regnamespace[]) AND contype <> 'n'
UNION ALL
SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
       indisvalid::text, '', '', '', ''
FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[]) AND c.relkind = 'r'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text, pg_get_triggerdef(t.oid), '', '', '', ''
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[]) AND NOT tgisinternal
UNION ALL
SELECT 'function', p.oid::regprocedure::text, md5(p.prosrc), p.prosecdef::text, p.provolatile::text,
       coalesce(p.proconfig::text, ''), pg_get_userbyid(p.proowner)::text, coalesce((
           SELECT string_agg(r.right_, ',' ORDER BY r.right_ COLLATE "C") FROM (
             SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END
                    || ':' || a.privilege_type
             FROM aclexplode(p.proacl) AS a WHERE a.privilege_type <> 'MAINTAIN'
           ) AS r (right_)), ''), ''
FROM pg_proc p WHERE p.pronamespace = ANY(%(schemas)s::regnamespace[])
UNION ALL
SELECT 'rule', ev_class::regclass::text, rulename, ev_enabled::text, pg_get_ruledef(r.oid), '', '', '', ''
FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[]) AND c.relkind = 'r'
UNION ALL
SELECT 'policy', polrelid::regclass::text, polname, polcmd::text, coalesce(pg_get_expr(polqual, polrelid), ''),
       coalesce(pg_get_expr(polwithcheck, polrelid), ''), '', '', ''
FROM pg_policy JOIN pg_class c ON c.oid = polrelid WHERE c.relnamespace = ANY(%(schemas)s::regnamespace[])
"""

SCHEMAS: Final = ("ledger", "vault")


def described(connection: Connection[Any], database: str) -> list[str]:
    """Every guarded object in one line each, sorted; role names without the database's prefix."""
    with connection.transaction():
        connection.execute("SET LOCAL search_path = ''")
        rows = connection.execute(_OBJECTS, {"schemas": list(SCHEMAS)}).fetchall()
    return sorted("|".join(str(cell) for cell in row).replace(f"{database}_", "") for row in rows)


def fingerprint(connection: Connection[Any], database: str) -> str:
    """Lower-case hex SHA-256 over the described objects."""
    return hashlib.sha256("\n".join(described(connection, database)).encode()).hexdigest()
