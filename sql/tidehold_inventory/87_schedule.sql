-- The nightly work as jobs of pg_cron, where that is installed in this database.
CREATE FUNCTION inventory.planning_jobs(OUT job text, OUT schedule text, OUT command text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS $$
    VALUES ('tidehold planning refit', '15 1 * * *', 'SELECT inventory.refit_forecasts(tenant_id => t.tenant_id) FROM inventory.tenant AS t'),
           ('tidehold planning update', '15 5 * * *', 'SELECT inventory.update_forecasts(tenant_id => t.tenant_id) FROM inventory.tenant AS t'),
           ('tidehold planning propose', '45 5 * * *', 'SELECT inventory.propose_orders(tenant_id => t.tenant_id) FROM inventory.tenant AS t')
    $$;
COMMENT ON FUNCTION inventory.planning_jobs() IS
    'what inventory.schedule_planning() hands to pg_cron, and what to call at night where there is none';

CREATE FUNCTION inventory.schedule_planning(
    refit text DEFAULT NULL, refresh text DEFAULT NULL, propose text DEFAULT NULL) RETURNS SETOF bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    wanted record;
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RAISE EXCEPTION 'extension "pg_cron" is not installed in database "%"', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Create it in the database that cron.database_name names, or call what inventory.planning_jobs() lists from elsewhere.';
    END IF;
    FOR wanted IN SELECT j.* FROM inventory.planning_jobs() AS j LOOP
        EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO made USING wanted.job,
            coalesce(CASE wanted.job WHEN 'tidehold planning refit' THEN refit WHEN 'tidehold planning update' THEN refresh ELSE propose END,
                     wanted.schedule), wanted.command;
        RETURN NEXT made;
    END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.schedule_planning(text, text, text) IS
    'makes or changes the jobs of inventory.planning_jobs() in pg_cron, at other times if given (crontab syntax); the caller owns them; returns their ids';

CREATE FUNCTION inventory.unschedule_planning() RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    dropped bigint := 0;
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        EXECUTE 'SELECT count(cron.unschedule(c.jobid)) FROM cron.job AS c JOIN inventory.planning_jobs() AS j ON j.job = c.jobname
                 WHERE c.username = current_user AND c.database = current_database()' INTO dropped;
    END IF;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION inventory.unschedule_planning() IS
    'drops the jobs of inventory.planning_jobs() that the caller owns; returns how many there were';
