-- The only way in. One call is one group of saves, and each of them is appended whole or not at all.
--
-- Every array has one element per save, per entry, per guard, per key or per box; the last four name their save by
-- its number from 1. Entries stand in the order of their saves; a guard names the version that must come next in a
-- stream that was read. The caller sees to it that no save of a group writes a stream that another save of the group
-- writes or reads, and that no two carry one command id or one new key: then the saves of a group are judged as if
-- each came alone, one after the other.
--
-- The answer is the last position before the call and, after a blank, one letter per save, as in `1206 cckc`:
--     c  committed: its entries have the positions that follow, after those of the committed saves before it
--     k  known: this command was committed before; nothing was appended
--     x  conflict: a stream that was read or written has moved, or a subject's key is not the one that was used
--     t  the time of the save lies more than 5 s before what the log knows, or after the database's clock

CREATE FUNCTION ledger.append(
    commands uuid[], digests bytea[], ats timestamptz[],
    entry_saves integer[], streams uuid[], versions integer[], types text[], states bytea[],
    guard_saves integer[], guard_streams uuid[], guard_nexts integer[],
    key_saves integer[] DEFAULT '{}', key_subjects uuid[] DEFAULT '{}', wrapped_keys bytea[] DEFAULT '{}',
    box_saves integer[] DEFAULT '{}', commitments bytea[] DEFAULT '{}', box_subjects uuid[] DEFAULT '{}',
    boxes bytea[] DEFAULT '{}'
) RETURNS text
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
    outcomes text := '';
    head bigint;
    tolerance CONSTANT interval := interval '5 s';
    now_known timestamptz;
    known integer[];
    moved integer[];
    simulated boolean;
    -- Whether one save with one entry came alone: what people do most, and worth a short way.
    is_lone boolean;
    -- Of each stream that a save writes, the first version; what does not count up from there is astray.
    first_saves integer[] := entry_saves;
    first_streams uuid[] := streams;
    first_versions integer[] := versions;
    astray integer[] := '{}';
    has_long boolean := false;
    save integer;
    previous integer := 1;
    -- Per save: how many entries it has, where they start in the arrays, the position of the first of them, which
    -- stays null unless the save is committed, and what is known to be the time after it.
    counts integer[];
    starts integer[];
    firsts bigint[];
    known_ats timestamptz[];
    next bigint;
    start integer := 1;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append needs READ COMMITTED: an older snapshot would not show what the lock protects';
    END IF;
    -- Not a SET clause of the function, which would end with it: this one holds until the commit.
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    is_lone := cardinality(commands) = 1 AND entry_saves = ARRAY[1]
        AND cardinality(key_saves) + cardinality(box_saves) = 0;
    IF NOT is_lone THEN
        counts := array_fill(0, ARRAY[cardinality(commands)]);
        FOREACH save IN ARRAY entry_saves LOOP
            -- Positions are counted below as if it were so: otherwise a careless caller could leave a hole.
            IF save < previous OR save > cardinality(commands) THEN
                RAISE EXCEPTION 'entries must stand in the order of their saves';
            END IF;
            counts[save] := counts[save] + 1;
            has_long := has_long OR counts[save] > 1;
            previous := save;
        END LOOP;
        IF has_long THEN
            -- The first new version of a stream must follow what is stored, each later one the one before it.
            SELECT
                array_agg(w.save) FILTER (WHERE w.step IS NULL),
                array_agg(w.stream) FILTER (WHERE w.step IS NULL),
                array_agg(w.version) FILTER (WHERE w.step IS NULL),
                coalesce(array_agg(w.save) FILTER (WHERE w.step <> 1), astray)
            INTO first_saves, first_streams, first_versions, astray
            FROM (
                SELECT e.save, e.stream, e.version, e.version - lag(e.version) OVER (
                    PARTITION BY e.save, e.stream ORDER BY e.number
                ) AS step
                FROM unnest(entry_saves, streams, versions) WITH ORDINALITY AS e (save, stream, version, number)
            ) AS w;
        END IF;
    END IF;

    -- EXCLUSIVE, not shared, and held until the commit is visible: nobody ever sees position 8 before 7, and
    -- what is read below cannot move. The next position comes from the index: a row that counts would be
    -- updated at every append, and slows down tenfold under any open snapshot.
    LOCK TABLE ledger.append_lock IN EXCLUSIVE MODE;
    SELECT
        coalesce(e.position, 0),
        e.known_at,
        ARRAY(
            SELECT array_position(append.commands, c.command)
            FROM ledger.commands AS c WHERE c.command = ANY (append.commands)
        ),
        ARRAY(
            SELECT g.save
            FROM (
                SELECT
                    unnest(guard_saves || first_saves) AS save,
                    unnest(guard_streams || first_streams) AS stream,
                    unnest(guard_nexts || first_versions) AS next
            ) AS g
            WHERE g.next <> 1 + coalesce((
                SELECT v.version FROM ledger.entries AS v
                WHERE v.stream = g.stream ORDER BY v.version DESC LIMIT 1
            ), 0)
        )
    INTO head, now_known, known, moved
    FROM (VALUES (true)) AS once
    LEFT JOIN LATERAL (
        SELECT l.position, l.known_at FROM ledger.entries AS l ORDER BY l.position DESC LIMIT 1
    ) AS e ON true;
    next := head + 1;

    IF is_lone AND known = '{}' AND moved = '{}'
        AND ats[1] BETWEEN now_known - tolerance AND clock_timestamp() + tolerance THEN
        -- One save, one entry, nothing to object to: what is done below, without its loops.
        INSERT INTO ledger.entries (position, stream, version, type, known_at, state)
        VALUES (next, streams[1], versions[1], types[1], greatest(now_known, ats[1]), states[1]);
        INSERT INTO ledger.commands (command, digest, first, last) VALUES (commands[1], digests[1], next, next);
        PERFORM pg_notify('ledger', next::text);
        RETURN head || ' c';
    END IF;

    moved := moved || astray;
    counts := coalesce(counts, ARRAY[1]);
    starts := counts;
    firsts := array_fill(NULL::bigint, ARRAY[cardinality(commands)]);
    known_ats := ats;
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

    FOR number IN 1 .. cardinality(commands) LOOP
        starts[number] := start;
        start := start + counts[number];
        -- The first entry of all says for ever whether the log's time is the world's time.
        IF next = 1 THEN
            simulated := counts[number] > 0 AND ledger.opens_simulation(types[starts[number]], states[starts[number]]);
        ELSIF simulated IS NULL AND ats[number] > clock_timestamp() + tolerance THEN
            SELECT ledger.opens_simulation(e.type, e.state) INTO simulated
            FROM ledger.entries AS e WHERE e.position = 1;
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
        RETURN head || ' ' || outcomes;
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
    RETURN head || ' ' || outcomes;
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
