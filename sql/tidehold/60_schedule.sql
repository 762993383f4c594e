-- Jobs of pg_cron, for the extensions that have work to do at set times.
CREATE FUNCTION tidehold.schedule_job(job text, schedule text, command text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RAISE EXCEPTION 'extension "pg_cron" is not installed in database "%"', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Create it in the database that cron.database_name names, or run the command of the job from elsewhere.';
    END IF;
    EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO made USING job, schedule, command;
    RETURN made;
END
$$;
COMMENT ON FUNCTION tidehold.schedule_job(text, text, text) IS
    'makes a job of pg_cron, or changes the one of that name; the caller owns it; returns its id';

CREATE FUNCTION tidehold.unschedule_jobs(jobs text[]) RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    dropped bigint := 0;
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        EXECUTE 'SELECT count(cron.unschedule(c.jobid)) FROM cron.job AS c
                 WHERE c.jobname = ANY ($1) AND c.username = current_user AND c.database = current_database()'
        INTO dropped USING jobs;
    END IF;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION tidehold.unschedule_jobs(text[]) IS
    'drops the jobs of pg_cron of these names that the caller owns in this database; returns how many there were';

REVOKE ALL ON FUNCTION tidehold.schedule_job, tidehold.unschedule_jobs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.schedule_job, tidehold.unschedule_jobs TO tidehold_admin;
