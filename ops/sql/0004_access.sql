-- Who signs in, and who has read whose archive.

CREATE SCHEMA access;

CREATE TABLE access.accounts (
    account uuid PRIMARY KEY,
    login text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    -- The pseudonym; the name lies in the vault.
    person uuid NOT NULL,
    password_hash text NOT NULL,
    made_at timestamptz NOT NULL,
    disabled_at timestamptz
);

CREATE TABLE access.sessions (
    -- SHA-256 of a random token of 256 bits: who reads this table cannot sign in with it.
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    person uuid NOT NULL,
    -- The office in which the person acts; both null for the one that the pages choose.
    role text,
    unit text,
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((role IS NULL) = (unit IS NULL))
);
CREATE INDEX sessions_of_person ON access.sessions (person) WHERE ended_at IS NULL;

CREATE TABLE access.tokens (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    name text NOT NULL,
    person uuid NOT NULL,
    role text NOT NULL,
    unit text NOT NULL,
    -- Operations of the permission table; the token may never do more than its holder.
    scopes text[] NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);

-- Sign-ins that failed, for the throttle alone. The login is hashed: people type passwords into the wrong field.
CREATE TABLE access.attempts (
    attempt bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_hash bytea NOT NULL,
    address text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX attempts_of_login ON access.attempts (login_hash, at);
CREATE INDEX attempts_of_address ON access.attempts (address, at);

-- Every read of another person's archive, written before it is shown.
CREATE TABLE access.readings (
    reading bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    reader uuid NOT NULL,
    role text NOT NULL,
    unit text NOT NULL,
    subject uuid NOT NULL,
    what text NOT NULL,
    record uuid
);
CREATE INDEX readings_of_subject ON access.readings (subject, reading);

-- Every export of the log, written before its folder is.
CREATE TABLE access.exports (
    export bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    -- The operator's account on the machine: whoever runs the command line.
    operator text NOT NULL,
    size bigint NOT NULL
);

CREATE FUNCTION access.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE ON access.readings
FOR EACH ROW EXECUTE FUNCTION access.refuse_change();
ALTER TABLE access.readings ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON access.exports
FOR EACH ROW EXECUTE FUNCTION access.refuse_change();
ALTER TABLE access.exports ENABLE ALWAYS TRIGGER append_only;

GRANT USAGE ON SCHEMA access TO {writer}, {eraser}, {auditor};
GRANT SELECT, INSERT ON access.accounts, access.sessions, access.tokens, access.attempts, access.readings TO {writer};
GRANT UPDATE (password_hash, disabled_at) ON access.accounts TO {writer};
GRANT UPDATE (role, unit, ended_at) ON access.sessions TO {writer};
GRANT UPDATE (ended_at) ON access.tokens TO {writer};
GRANT DELETE ON access.attempts TO {writer};
-- The access log is kept for the years that the rule set names, then the eraser removes it.
GRANT SELECT, DELETE ON access.readings, access.sessions, access.tokens TO {eraser};
GRANT SELECT, DELETE ON access.accounts TO {eraser};
GRANT INSERT ON access.exports TO {writer};
GRANT SELECT ON access.readings, access.exports TO {auditor};
