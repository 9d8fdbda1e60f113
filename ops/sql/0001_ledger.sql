-- The log: entries in one order without a hole, and the commands that made them. Nothing in it ever changes.

CREATE SCHEMA ledger;

CREATE TABLE ledger.entries (
    -- 1, 2, 3 …: the entry's leaf in the transparency tree is position - 1.
    position bigint PRIMARY KEY,
    stream uuid NOT NULL,
    -- 1, 2, 3 … in its stream. The append function sees to both; a CHECK is parsed anew at every insert.
    version integer NOT NULL,
    type text NOT NULL,
    -- The running maximum of the entries' own "at": what was known at t is the prefix with known_at <= t.
    known_at timestamptz NOT NULL,
    -- The canonical bytes. What an entry bundle of the transparency log can hold is the limit.
    state bytea NOT NULL CHECK (octet_length(state) <= 65535),
    leaf bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || state)) STORED,
    UNIQUE (stream, version)
);

CREATE TABLE ledger.commands (
    command uuid PRIMARY KEY,
    -- HMAC of the request: tells a repeat from another request under the same id.
    digest bytea NOT NULL,
    -- Positions of the first and last entry; 0 and 0 of a command that changed nothing.
    first bigint NOT NULL,
    last bigint NOT NULL
);

-- Always empty. An advisory lock could be taken by any role; this table only the append function may lock.
CREATE TABLE ledger.append_lock (nothing boolean CHECK (false));

CREATE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

-- By row, so that a change through a parent table is seen too; TRUNCATE knows no rows.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.entries
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON ledger.entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.commands
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON ledger.commands
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- ALWAYS: session_replication_role = replica would silence an ordinary trigger.
ALTER TABLE ledger.entries ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.entries ENABLE ALWAYS TRIGGER append_only_whole;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only_whole;

GRANT USAGE ON SCHEMA ledger TO {appender}, {writer}, {projector}, {reader}, {auditor};
GRANT SELECT, INSERT ON ledger.entries, ledger.commands TO {appender};
-- UPDATE is what LOCK TABLE … IN EXCLUSIVE MODE asks for; there is nothing to update.
GRANT UPDATE ON ledger.append_lock TO {appender};
GRANT SELECT ON ledger.entries, ledger.commands TO {writer}, {reader}, {auditor};
GRANT SELECT ON ledger.entries TO {projector};
