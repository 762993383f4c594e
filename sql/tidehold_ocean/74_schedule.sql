-- The jobs as jobs of pg_cron, where that is installed in this database.
CREATE FUNCTION ocean.jobs(
    ingest_folder text DEFAULT NULL, ingest_relation text DEFAULT NULL, lookback interval DEFAULT NULL,
    export_folder text DEFAULT NULL, keep interval DEFAULT NULL,
    OUT job text, OUT schedule text, OUT command text)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 7
    SET search_path = pg_catalog, pg_temp
    SET intervalstyle = 'postgres'
    AS $$
    SELECT 'tidehold ocean ' || j.name, j.schedule,
           format('CALL ocean.run_job(%L, %L)', j.job, jsonb_strip_nulls(j.options))
    FROM (VALUES
        ('ingest', 'ingest', '*/10 * * * *', jsonb_build_object('folder', ingest_folder)),
        ('ingest relation', 'ingest', '*/10 * * * *', jsonb_build_object('relation', ingest_relation, 'lookback', lookback)),
        ('partitions', 'partitions', '5 0 * * *', jsonb_build_object('keep', keep)),
        ('days', 'days', '20 0 * * *', '{}'),
        ('predictions', 'predictions', '40 0 * * *', '{}'),
        ('climatology', 'climatology', '0 2 2 1 *', '{}'),
        ('export', 'export', '30 2 * * 1', jsonb_build_object('folder', export_folder))) AS j (name, job, schedule, options)
    WHERE CASE j.name WHEN 'ingest' THEN ingest_folder IS NOT NULL
                      WHEN 'ingest relation' THEN ingest_relation IS NOT NULL
                      WHEN 'export' THEN export_folder IS NOT NULL ELSE true END
    $$;
COMMENT ON FUNCTION ocean.jobs(text, text, interval, text, interval) IS
    'what ocean.schedule_jobs() hands to pg_cron with these arguments, and what to call, and when, where there is none';

CREATE FUNCTION ocean.schedule_jobs(
    ingest_folder text DEFAULT NULL, ingest_relation text DEFAULT NULL, lookback interval DEFAULT NULL,
    export_folder text DEFAULT NULL, keep interval DEFAULT NULL, times jsonb DEFAULT '{}') RETURNS SETOF bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 7
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    wanted record;
    names text[] := (SELECT array_agg(j.job) FROM ocean.jobs(ingest_folder, ingest_relation, lookback, export_folder, keep) AS j);
    wrong text := (SELECT k.name FROM jsonb_object_keys(times) AS k (name)
                   WHERE 'tidehold ocean ' || k.name <> ALL (names) LIMIT 1);
BEGIN
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'there is no job "%" to set a time for', wrong
            USING ERRCODE = 'TH026', DETAIL = format('Jobs are: %s.', array_to_string(names, ', '));
    END IF;
    PERFORM tidehold.unschedule_jobs(ARRAY(SELECT j.job FROM ocean.jobs('', '', NULL, '') AS j WHERE j.job <> ALL (names)));
    FOR wanted IN SELECT j.* FROM ocean.jobs(ingest_folder, ingest_relation, lookback, export_folder, keep) AS j LOOP
        RETURN NEXT tidehold.schedule_job(wanted.job,
            coalesce(times ->> substr(wanted.job, length('tidehold ocean ') + 1), wanted.schedule), wanted.command);
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.schedule_jobs(text, text, interval, text, interval, jsonb) IS
    'makes or changes the jobs of ocean.jobs() in pg_cron: ingest from a folder, from a relation, or both, partitions (dropping what is older than keep), days, predictions, climatology, and export to a folder; what is not asked for is dropped; times gives other times by name (crontab syntax); the caller owns the jobs; returns their ids';

CREATE FUNCTION ocean.unschedule_jobs() RETURNS bigint
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT tidehold.unschedule_jobs(array_agg(j.job)) FROM ocean.jobs('', '', NULL, '') AS j
    $$;
COMMENT ON FUNCTION ocean.unschedule_jobs() IS 'drops the jobs of ocean.jobs() that the caller owns; returns how many there were';
