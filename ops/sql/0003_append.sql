-- The only way in. One call is one group of saves, and each of them is appended whole or not at all.
--
-- Every array has one element per save, per entry, per guard, per key or per box; the last four name their save by
-- its number from 1. Entries stand in the order of their saves. The caller sees to it that no save of a group writes
-- a stream that another save of the group writes or reads, and that no two carry one command id or one new key:
-- then the saves of a group are judged as if each came alone, one after the other.
--
-- `outcomes` has one letter per save:
--     c  committed: its entries have the next positions after `head` and after those of the committed saves before it
--     k  known: this command was committed before; nothing was appended
--     x  conflict: a stream that was read or written has moved, or a subject's key is not the one that was used
--     t  the time of the save lies more than 5 s before what the log knows, or after the database's clock
-- `head` is the last position before the call.

CREATE FUNCTION ledger.append(
    commands uuid[], digests bytea[], ats timestamptz[],
    entry_saves integer[], streams uuid[], versions integer[], types text[], states bytea[],
    guard_saves integer[], guard_streams uuid[], guard_nexts integer[],
    key_saves integer[], key_subjects uuid[], wrapped_keys bytea[],
    box_saves integer[], commitments bytea[], box_subjects uuid[], boxes bytea[],
    OUT outcomes text, OUT head bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ''
SET lock_timeout = '10s'
-- A plan made while the log was empty would scan it from end to end for ever after.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    tolerance CONSTANT interval := interval '5 s';
    now_known timestamptz;
    known integer[];
    moved integer[];
    simulated boolean;
    -- Per save: how many entries it has, where they start in the arrays, and the position of the first of them,
    -- which stays null unless the save is committed.
    counts integer[] := array_fill(0, ARRAY[cardinality(commands)]);
    starts integer[] := counts;
    firsts bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(commands)]);
    known_ats timestamptz[] := ats;
    next bigint;
    start integer := 1;
    save integer;
    previous integer := 1;
    has_long boolean := false;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append needs READ COMMITTED: an older snapshot would not show what the lock protects';
    END IF;
    FOREACH save IN ARRAY entry_saves LOOP
        -- Positions are counted below as if it were so: otherwise a careless caller could leave a hole.
        IF save < previous OR save > cardinality(commands) THEN
            RAISE EXCEPTION 'entries must stand in the order of their saves';
        END IF;
        counts[save] := counts[save] + 1;
        has_long := has_long OR counts[save] > 1;
        previous := save;
    END LOOP;
    -- Not a SET clause of the function, which would end with it: this one holds until the commit.
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    -- EXCLUSIVE, not shared, and held until the commit is visible: nobody ever sees position 8 before 7, and
    -- what is read below cannot move. The next position comes from the index: a row that counts would be
    -- updated at every append, and slows down tenfold under any open snapshot.
    LOCK TABLE ledger.append_lock IN EXCLUSIVE MODE;
    SELECT e.position, e.known_at INTO head, now_known FROM ledger.entries AS e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    next := head + 1;

    known := ARRAY(
        SELECT array_position(append.commands, c.command)
        FROM ledger.commands AS c WHERE c.command = ANY (append.commands)
    );
    IF has_long THEN
        -- The first new version of a stream follows what is stored, each later one of the save the one before it.
        moved := ARRAY(
            SELECT g.save
            FROM (
                SELECT
                    unnest(guard_saves) AS save, unnest(guard_streams) AS stream, unnest(guard_nexts) AS next,
                    NULL::integer AS step
                UNION ALL
                SELECT w.save, w.stream, w.version, w.version - lag(w.version) OVER (
                    PARTITION BY w.save, w.stream ORDER BY w.number
                )
                FROM unnest(entry_saves, streams, versions) WITH ORDINALITY AS w (save, stream, version, number)
            ) AS g
            WHERE CASE
                WHEN g.step IS NOT NULL THEN g.step <> 1
                ELSE g.next <> 1 + coalesce((
                    SELECT e.version FROM ledger.entries AS e
                    WHERE e.stream = g.stream ORDER BY e.version DESC LIMIT 1
                ), 0)
            END
        );
    ELSE
        -- The same where no save has two entries, at a third of the cost.
        moved := ARRAY(
            SELECT g.save
            FROM (
                SELECT
                    unnest(guard_saves || entry_saves) AS save,
                    unnest(guard_streams || streams) AS stream,
                    unnest(guard_nexts || versions) AS next
            ) AS g
            WHERE g.next <> 1 + coalesce((
                SELECT e.version FROM ledger.entries AS e
                WHERE e.stream = g.stream ORDER BY e.version DESC LIMIT 1
            ), 0)
        );
    END IF;
    IF cardinality(key_saves) + cardinality(box_saves) > 0 THEN
        moved := moved || ARRAY(
            SELECT k.save
            FROM unnest(key_saves, key_subjects, wrapped_keys) AS k (save, subject, wrapped)
            WHERE EXISTS (SELECT FROM vault.keys AS v WHERE v.subject = k.subject AND v.wrapped <> k.wrapped)
            UNION ALL
            SELECT b.save
            FROM unnest(box_saves, box_subjects) AS b (save, subject)
            WHERE NOT EXISTS (SELECT FROM vault.keys AS v WHERE v.subject = b.subject)
              AND NOT EXISTS (
                SELECT FROM unnest(key_saves, key_subjects) AS k (save, subject)
                WHERE k.save = b.save AND k.subject = b.subject
              )
        );
    END IF;

    outcomes := '';
    FOR number IN 1 .. cardinality(commands) LOOP
        starts[number] := start;
        start := start + counts[number];
        -- The first entry of all says for ever whether the log's time is the world's time.
        IF next = 1 THEN
            simulated := counts[number] > 0 AND ledger.opens_simulation(types[starts[number]], states[starts[number]]);
        ELSIF simulated IS NULL AND ats[number] > clock_timestamp() + tolerance THEN
            SELECT ledger.opens_simulation(e.type, e.state) INTO simulated FROM ledger.entries AS e WHERE e.position = 1;
        END IF;
        IF number = ANY (known) THEN
            outcomes := outcomes || 'k';
        ELSIF number = ANY (moved) THEN
            outcomes := outcomes || 'x';
        ELSIF ats[number] < now_known - tolerance
            OR (ats[number] > clock_timestamp() + tolerance AND NOT simulated) THEN
            outcomes := outcomes || 't';
        ELSE
            outcomes := outcomes || 'c';
            firsts[number] := next;
            next := next + counts[number];
            now_known := greatest(now_known, ats[number]);
            known_ats[number] := now_known;
        END IF;
    END LOOP;
    IF strpos(outcomes, 'c') = 0 THEN
        RETURN;
    END IF;

    INSERT INTO ledger.entries (position, stream, version, type, known_at, state)
    SELECT firsts[e.save] + e.number - starts[e.save], e.stream, e.version, e.type, known_ats[e.save], e.state
    FROM (
        SELECT
            unnest(entry_saves) AS save, generate_subscripts(entry_saves, 1) AS number,
            unnest(streams) AS stream, unnest(versions) AS version, unnest(types) AS type, unnest(states) AS state
    ) AS e
    WHERE firsts[e.save] IS NOT NULL;

    INSERT INTO ledger.commands (command, digest, first, last)
    SELECT
        s.command, s.digest,
        CASE WHEN s.count = 0 THEN 0 ELSE s.first END,
        CASE WHEN s.count = 0 THEN 0 ELSE s.first + s.count - 1 END
    FROM (
        SELECT
            unnest(commands) AS command, unnest(digests) AS digest,
            unnest(counts) AS count, unnest(firsts) AS first
    ) AS s
    WHERE s.first IS NOT NULL;

    IF cardinality(key_saves) > 0 THEN
        INSERT INTO vault.keys (subject, wrapped)
        SELECT k.subject, k.wrapped
        FROM unnest(key_saves, key_subjects, wrapped_keys) AS k (save, subject, wrapped)
        WHERE firsts[k.save] IS NOT NULL
        ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(box_saves) > 0 THEN
        -- One commitment is one disclosure: a value that is sealed twice is kept once.
        INSERT INTO vault.sealed (commitment, subject, box)
        SELECT b.commitment, b.subject, b.box
        FROM unnest(box_saves, commitments, box_subjects, boxes) AS b (save, commitment, subject, box)
        WHERE firsts[b.save] IS NOT NULL
        ON CONFLICT DO NOTHING;
    END IF;

    -- A hint for followers, delivered after the commit; they poll as well.
    PERFORM pg_notify('ledger', (next - 1)::text);
END
$$;

-- Whether an entry, as the first of a log, says that the log's clock is simulated.
CREATE FUNCTION ledger.opens_simulation(type text, state bytea) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT CASE
        WHEN type <> 'log-opened' THEN false
        ELSE (convert_from(state, 'UTF8')::jsonb #>> '{fact,clock}') IS NOT DISTINCT FROM 'simulated'
    END
$$;

REVOKE ALL ON FUNCTION ledger.append, ledger.opens_simulation, ledger.refuse_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.opens_simulation TO {appender};
GRANT EXECUTE ON FUNCTION ledger.append TO {writer};

-- Last: who owns it decides what it may do. A new owner must be able to create in the schema at that moment.
GRANT CREATE ON SCHEMA ledger TO {appender};
ALTER FUNCTION ledger.append OWNER TO {appender};
REVOKE CREATE ON SCHEMA ledger FROM {appender};
