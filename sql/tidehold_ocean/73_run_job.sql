-- Jobs by name.  pg_cron runs ocean.run_job(), and so may anybody by hand.
--
-- One run of a job at a time, by an advisory lock of the transaction, tried at each step and
-- never waited for: no lock outlives its transaction, so it works behind a pooler and a dead
-- session holds nothing.  Between two steps another run may come in: it makes the row of this
-- one "interrupted", and this one stops there.
CREATE FUNCTION ocean.check_job(job text, options jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    known text[] := CASE job WHEN 'ingest' THEN '{folder,relation,lookback}' WHEN 'days' THEN '{}'
                             WHEN 'predictions' THEN '{horizon,years,method}' WHEN 'climatology' THEN '{corrected}'
                             WHEN 'partitions' THEN '{months_ahead,keep}' WHEN 'export' THEN '{folder,since,until}' END;
    wrong text;
BEGIN
    IF known IS NULL THEN
        RAISE EXCEPTION 'job "%" does not exist', coalesce(job, 'NULL')
            USING ERRCODE = 'TH026', HINT = 'Jobs are ingest, days, predictions, climatology, partitions and export.';
    ELSIF jsonb_typeof(options) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'options of job "%" are no object', job USING ERRCODE = 'TH026';
    END IF;
    SELECT k.name INTO wrong FROM jsonb_object_keys(options) AS k (name) WHERE k.name <> ALL (known) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'job "%" has no option "%"', job, wrong
            USING ERRCODE = 'TH026', HINT = format('It has: %s.', coalesce(nullif(array_to_string(known, ', '), ''), 'none'));
    ELSIF job = 'ingest' AND num_nonnulls(options ->> 'folder', options ->> 'relation') <> 1 THEN
        RAISE EXCEPTION 'job "ingest" needs a folder or a relation' USING ERRCODE = 'TH026';
    ELSIF job = 'export' AND options ->> 'folder' IS NULL THEN
        RAISE EXCEPTION 'job "export" needs a folder' USING ERRCODE = 'TH026';
    END IF;
END
$$;
COMMENT ON FUNCTION ocean.check_job(text, jsonb) IS 'refuses (TH026) a job or an option that does not exist';

-- A run of the same job on another folder or relation is another job.
CREATE FUNCTION ocean.lock_job(job text, options jsonb) RETURNS boolean
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT pg_try_advisory_xact_lock('ocean.job_run'::regclass::oid::integer,
        hashtext(format('%s %s', job, coalesce(options ->> 'folder', options ->> 'relation'))))
    $$;
COMMENT ON FUNCTION ocean.lock_job(text, jsonb) IS 'takes the lock of a job until the end of the transaction; false: another has it';

CREATE FUNCTION ocean.begin_job(job text, options jsonb) RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM ocean.check_job(job, options);
    DELETE FROM ocean.job_run WHERE started_at < now() - interval '400 days';
    INSERT INTO ocean.job_run (job, options) VALUES (begin_job.job, begin_job.options) RETURNING run_id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION ocean.begin_job(text, jsonb) IS 'notes that a run begins; for ocean.run_job()';

CREATE FUNCTION ocean.job_days(run ocean.job_run, OUT since date, OUT until date) RETURNS record
    LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT coalesce((run.options ->> 'since')::date, w.monday - 7), coalesce((run.options ->> 'until')::date, w.monday)
    FROM (SELECT date_trunc('week', run.started_at AT TIME ZONE 'UTC')::date AS monday) AS w
    $$;
COMMENT ON FUNCTION ocean.job_days(ocean.job_run) IS
    'days of an export: as its options say, else the last whole week of UTC, from Monday on, before the run';

CREATE FUNCTION ocean.next_job_item(run ocean.job_run) RETURNS text
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT run.options ? 'folder' THEN
        RETURN '';
    ELSIF run.job = 'ingest' THEN
        RETURN ocean.next_ingest_file(run.options ->> 'folder', run.run_id, run.last_item);
    END IF;
    PERFORM ocean.export_folder(run.options ->> 'folder');
    RETURN (SELECT ocean.next_export_station(d.since, d.until, run.last_item) FROM ocean.job_days(run) AS d);
END
$$;
COMMENT ON FUNCTION ocean.next_job_item(ocean.job_run) IS
    'file or station that comes next; empty: the job is done in one step; NULL: nothing is left';

CREATE FUNCTION ocean.do_job_item(
    run ocean.job_run, item text, OUT rows bigint, OUT files integer, OUT failed integer, OUT detail jsonb, OUT error_code text,
    OUT error text)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    options jsonb := run.options;
BEGIN
    files := 0; failed := 0; detail := '{}';
    CASE run.job
    WHEN 'ingest' THEN
        IF options ? 'folder' THEN
            files := 1;
            detail := ocean.take_ingest_file(run.run_id, options ->> 'folder', item);
        ELSE
            SELECT r.counts, r.failed, r.error_code, r.error INTO detail, failed, error_code, error
            FROM ocean.take_ingest_relation(options ->> 'relation', (options ->> 'lookback')::interval) AS r;
        END IF;
        rows := coalesce((detail ->> 'inserted')::bigint + (detail ->> 'corrected')::bigint, 0);
    WHEN 'days' THEN
        rows := ocean.refresh_daily_means();
        detail := to_jsonb(ocean.advance_heatwaves());
        detail := detail || jsonb_build_object('predictions', ocean.update_predictions());
    WHEN 'predictions' THEN
        SELECT f.series - f.failed, f.failed INTO rows, failed
        FROM ocean.fit_predictions(horizon => coalesce((options ->> 'horizon')::integer, 30),
                                   years => coalesce((options ->> 'years')::integer, 15),
                                   method => coalesce(options ->> 'method', 'climatology')) AS f;
        IF failed > 0 THEN
            SELECT 'TH026', m.status INTO error_code, error
            FROM ocean.prediction_model AS m WHERE m.model IS NULL AND m.status <> 'ok' ORDER BY m.updated_at DESC, m.stream_id LIMIT 1;
        END IF;
    WHEN 'climatology' THEN
        SELECT count(*) INTO rows
        FROM ocean.renew_climatologies(corrected => coalesce((options ->> 'corrected')::boolean, false));
    WHEN 'partitions' THEN
        detail := jsonb_build_object('made', ocean.ensure_partitions(coalesce((options ->> 'months_ahead')::integer, 3)), 'dropped',
            CASE WHEN options ->> 'keep' IS NULL THEN 0 ELSE ocean.drop_partitions(now() - (options ->> 'keep')::interval) END);
        rows := (detail ->> 'made')::bigint + (detail ->> 'dropped')::bigint;
    WHEN 'export' THEN
        files := 1;
        SELECT ocean.export_station(options ->> 'folder', item, d.since, d.until) INTO rows FROM ocean.job_days(run) AS d;
    END CASE;
END
$$;
COMMENT ON FUNCTION ocean.do_job_item(ocean.job_run, text) IS 'does one step of a job: all of it, or one file or station';

CREATE FUNCTION ocean.end_job(run_id bigint, state text) RETURNS boolean
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    UPDATE ocean.job_run AS r SET state = end_job.state, finished_at = clock_timestamp() WHERE r.run_id = end_job.run_id;
    SELECT false
    $$;
COMMENT ON FUNCTION ocean.end_job(bigint, text) IS 'notes how a run ended; false, for ocean.step_job() to answer with';

-- What fails is undone up to here, and noted.  A cancel or a statement_timeout ends the run
-- as an error does: it is answered with the row that says so.
CREATE FUNCTION ocean.step_job(run_id bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    run ocean.job_run;
    item text;
    got record;
BEGIN
    SELECT r.* INTO run FROM ocean.job_run AS r WHERE r.run_id = step_job.run_id AND r.state = 'running' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    ELSIF NOT ocean.lock_job(run.job, run.options) THEN
        RETURN ocean.end_job(run.run_id, CASE WHEN run.last_item IS NULL THEN 'skipped' ELSE 'interrupted' END);
    END IF;
    UPDATE ocean.job_run AS r SET state = 'interrupted', finished_at = clock_timestamp()
    WHERE r.job = run.job AND r.state = 'running' AND r.run_id <> run.run_id AND r.started_at < run.started_at
      AND coalesce(r.options ->> 'folder', r.options ->> 'relation') IS NOT DISTINCT FROM coalesce(run.options ->> 'folder', run.options ->> 'relation');
    BEGIN
        item := ocean.next_job_item(run);
        IF item IS NULL THEN
            RETURN ocean.end_job(run.run_id, 'done');
        END IF;
        SELECT d.* INTO got FROM ocean.do_job_item(run, item) AS d;
    EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
        RETURN ocean.fail_job(run, item, SQLSTATE, SQLERRM);
    END;
    UPDATE ocean.job_run AS r
    SET rows = r.rows + got.rows, files = r.files + got.files, failed = r.failed + got.failed,
        detail = ocean.add_counts(r.detail, got.detail), last_item = nullif(item, ''),
        error_code = coalesce(r.error_code, got.error_code), error = coalesce(r.error, got.error)
    WHERE r.run_id = run.run_id;
    RETURN item <> '' OR ocean.end_job(run.run_id, 'done');
END
$$;
COMMENT ON FUNCTION ocean.step_job(bigint) IS 'does the next step of a run, in a transaction of its own; false: that was the last one; for ocean.run_job()';

CREATE FUNCTION ocean.fail_job(run ocean.job_run, item text, error_code text, error text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    goes_on boolean := coalesce(item, '') <> '' AND error_code <> '57014';
BEGIN
    RAISE WARNING 'job "%" failed%: %', run.job, coalesce(' at "' || nullif(item, '') || '"', ''), error USING ERRCODE = error_code;
    UPDATE ocean.job_run AS r
    SET failed = r.failed + goes_on::integer, last_item = coalesce(nullif(item, ''), r.last_item),
        error_code = CASE WHEN goes_on THEN coalesce(r.error_code, fail_job.error_code) ELSE fail_job.error_code END,
        error = CASE WHEN goes_on THEN coalesce(r.error, format('%s: %s', item, fail_job.error)) ELSE fail_job.error END
    WHERE r.run_id = run.run_id;
    IF goes_on AND run.job = 'ingest' THEN
        PERFORM ocean.note_ingested_file(run.run_id, run.options ->> 'folder', item, NULL, NULL, error_code, error);
    END IF;
    RETURN goes_on OR ocean.end_job(run.run_id, 'failed');
END
$$;
COMMENT ON FUNCTION ocean.fail_job(ocean.job_run, text, text, text) IS
    'notes an error: of a file or station, which stops no other, or of the run; whether it goes on';

-- It commits, so it cannot have a search_path of its own: every name is in full, and there
-- is no operator.
CREATE PROCEDURE ocean.run_job(job text, options jsonb DEFAULT '{}')
    LANGUAGE plpgsql
    AS $$
DECLARE
    run bigint;
    goes_on boolean;
BEGIN
    run := ocean.begin_job(run_job.job, run_job.options);
    COMMIT;
    LOOP
        goes_on := ocean.step_job(run);
        COMMIT;
        EXIT WHEN NOT goes_on;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE ocean.run_job(text, jsonb) IS
    'runs a job: ingest (folder, or relation and lookback), days, predictions (horizon, years, method), climatology (corrected), partitions (months_ahead, keep) or export (folder, since, until); what it did is a row of ocean.job_run, and an error is a warning and in that row; commits, so it cannot be called in a transaction';
