-- The vault: what must not stand in the ledger. A value goes with its subject's key, and the key can be deleted.

CREATE SCHEMA vault;

CREATE TABLE vault.keys (
    subject uuid PRIMARY KEY,
    -- A 256-bit key, wrapped by a master key that is kept outside the database.
    wrapped bytea NOT NULL
);

CREATE TABLE vault.sealed (
    -- SHA-256 of the disclosure, as the fact carries it in hex.
    commitment bytea PRIMARY KEY CHECK (octet_length(commitment) = 32),
    subject uuid NOT NULL REFERENCES vault.keys (subject) ON DELETE CASCADE,
    box bytea NOT NULL
);

CREATE INDEX sealed_of_subject ON vault.sealed (subject);

-- A sealed value is deleted or stays as it is.
CREATE TRIGGER never_changed BEFORE UPDATE ON vault.keys
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON vault.keys
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON vault.sealed
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON vault.sealed
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE vault.keys ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE vault.keys ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE vault.sealed ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE vault.sealed ENABLE ALWAYS TRIGGER never_emptied;

GRANT USAGE ON SCHEMA vault TO {appender}, {writer}, {eraser};
GRANT SELECT, INSERT ON vault.keys, vault.sealed TO {appender};
GRANT SELECT ON vault.keys, vault.sealed TO {writer};
GRANT SELECT, DELETE ON vault.keys, vault.sealed TO {eraser};
