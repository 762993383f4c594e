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
BEGIN
    FOR wanted IN SELECT j.* FROM inventory.planning_jobs() AS j LOOP
        RETURN NEXT tidehold.schedule_job(wanted.job,
            coalesce(CASE wanted.job WHEN 'tidehold planning refit' THEN refit WHEN 'tidehold planning update' THEN refresh ELSE propose END,
                     wanted.schedule), wanted.command);
    END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.schedule_planning(text, text, text) IS
    'makes or changes the jobs of inventory.planning_jobs() in pg_cron, at other times if given (crontab syntax); the caller owns them; returns their ids';

CREATE FUNCTION inventory.unschedule_planning() RETURNS bigint
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT tidehold.unschedule_jobs(array_agg(j.job)) FROM inventory.planning_jobs() AS j
    $$;
COMMENT ON FUNCTION inventory.unschedule_planning() IS
    'drops the jobs of inventory.planning_jobs() that the caller owns; returns how many there were';
