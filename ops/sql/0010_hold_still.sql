-- Whoever deletes what a hold could still protect lets nobody append from his last look at the holds to his commit.

-- SHARE keeps the append function out and not another deletion. It ends with the transaction; an append waits for it
-- for as long as for another append, and is refused as busy after that.
CREATE FUNCTION ledger.hold_still() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' SET lock_timeout = '10s' AS $$
BEGIN
    LOCK TABLE ledger.append_lock IN SHARE MODE;
END
$$;

REVOKE ALL ON FUNCTION ledger.hold_still FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO {eraser};
GRANT EXECUTE ON FUNCTION ledger.hold_still TO {eraser};

GRANT CREATE ON SCHEMA ledger TO {appender};
ALTER FUNCTION ledger.hold_still OWNER TO {appender};
REVOKE CREATE ON SCHEMA ledger FROM {appender};
