-- Two things that only the vault's keys can tell: whose an identity is, and whether the master key is the right one.

CREATE TABLE vault.identities (
    -- HMAC of a work number or the like under a key that is derived from the master key: nobody can guess it back.
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    -- It goes with the person's key.
    subject uuid NOT NULL REFERENCES vault.keys (subject) ON DELETE CASCADE
);
CREATE INDEX identities_of_subject ON vault.identities (subject);

CREATE TABLE vault.master_check (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- A known value, sealed under the master key that this vault was begun with.
    box bytea NOT NULL
);

CREATE TRIGGER never_changed BEFORE UPDATE ON vault.identities
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON vault.identities
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON vault.master_check
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON vault.master_check
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE vault.identities ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE vault.identities ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE vault.master_check ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE vault.master_check ENABLE ALWAYS TRIGGER never_emptied;

GRANT SELECT, INSERT ON vault.identities, vault.master_check TO {appender};
GRANT SELECT ON vault.identities, vault.master_check TO {writer};
GRANT SELECT, DELETE ON vault.identities TO {eraser};

-- As ledger.append, for a group in which somebody is identified. One more letter may stand in the answer:
--     d  duplicate: an identity of the save is another subject's already
-- No two saves of a group carry one identity.
CREATE FUNCTION ledger.append_identified(
    commands uuid[], digests bytea[], ats timestamptz[],
    entry_saves integer[], streams uuid[], versions integer[], types text[], states bytea[],
    guard_saves integer[], guard_streams uuid[], guard_nexts integer[],
    key_saves integer[], key_subjects uuid[], wrapped_keys bytea[],
    box_saves integer[], commitments bytea[], box_subjects uuid[], boxes bytea[],
    identity_saves integer[], identity_digests bytea[], identity_subjects uuid[]
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ''
SET lock_timeout = '10s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    taken integer[];
    answer text;
    outcomes text;
BEGIN
    -- The same lock: what is found here cannot move before the append below.
    LOCK TABLE ledger.append_lock IN EXCLUSIVE MODE;
    taken := ARRAY(
        SELECT DISTINCT i.save
        FROM unnest(identity_saves, identity_digests, identity_subjects) AS i (save, digest, subject)
        JOIN vault.identities AS v ON v.digest = i.digest
        WHERE v.subject <> i.subject
    );
    -- A guard that no stream can satisfy keeps a duplicate out; a repeat of what was committed is known before that.
    answer := ledger.append(
        commands, digests, ats, entry_saves, streams, versions, types, states,
        guard_saves || taken,
        guard_streams || array_fill(nobody, ARRAY[cardinality(taken)]),
        guard_nexts || array_fill(0, ARRAY[cardinality(taken)]),
        key_saves, key_subjects, wrapped_keys, box_saves, commitments, box_subjects, boxes
    );
    outcomes := split_part(answer, ' ', 2);
    INSERT INTO vault.identities (digest, subject)
    SELECT i.digest, i.subject
    FROM unnest(identity_saves, identity_digests, identity_subjects) AS i (save, digest, subject)
    WHERE substr(outcomes, i.save, 1) = 'c'
    ON CONFLICT DO NOTHING;
    FOR number IN 1 .. length(outcomes) LOOP
        IF number = ANY (taken) AND substr(outcomes, number, 1) = 'x' THEN
            outcomes := overlay(outcomes PLACING 'd' FROM number FOR 1);
        END IF;
    END LOOP;
    RETURN split_part(answer, ' ', 1) || ' ' || outcomes;
END
$$;

-- Keeps the sealed known value of a new vault; gives the one that stands.
CREATE FUNCTION ledger.keep_master_check(sealed bytea) RETURNS bytea
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO vault.master_check (box) VALUES (sealed) ON CONFLICT DO NOTHING;
    RETURN (SELECT box FROM vault.master_check);
END
$$;

-- Enters those who were registered before identities were kept; gives how many.
CREATE FUNCTION ledger.identify(identity_digests bytea[], identity_subjects uuid[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' SET lock_timeout = '10s' AS $$
DECLARE
    entered bigint;
BEGIN
    LOCK TABLE ledger.append_lock IN EXCLUSIVE MODE;
    INSERT INTO vault.identities (digest, subject)
    SELECT i.digest, i.subject
    FROM unnest(identity_digests, identity_subjects) AS i (digest, subject)
    WHERE EXISTS (SELECT FROM vault.keys AS k WHERE k.subject = i.subject)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS entered = ROW_COUNT;
    RETURN entered;
END
$$;

REVOKE ALL ON FUNCTION ledger.append_identified, ledger.keep_master_check, ledger.identify FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.append_identified, ledger.keep_master_check, ledger.identify TO {writer};

GRANT CREATE ON SCHEMA ledger TO {appender};
ALTER FUNCTION ledger.append_identified OWNER TO {appender};
ALTER FUNCTION ledger.keep_master_check OWNER TO {appender};
ALTER FUNCTION ledger.identify OWNER TO {appender};
REVOKE CREATE ON SCHEMA ledger FROM {appender};
