-- Runs of the planning: each looks at many series, counts those that fail, and leaves a row.
CREATE TABLE inventory.planning_run (
    run_id bigint PRIMARY KEY DEFAULT inventory.new_id(),
    task text COLLATE "C" NOT NULL CHECK (task IN ('refit', 'update', 'propose')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    series integer NOT NULL,
    failed integer NOT NULL,
    error text,
    actor text NOT NULL DEFAULT current_user
);
CREATE INDEX planning_run_finished_at_idx ON inventory.planning_run USING brin (finished_at);
COMMENT ON INDEX inventory.planning_run_finished_at_idx IS 'what ran lately';
COMMENT ON TABLE inventory.planning_run IS 'runs of refit_forecasts, update_forecasts and propose_orders';
COMMENT ON COLUMN inventory.planning_run.series IS 'items at locations that were looked at';
COMMENT ON COLUMN inventory.planning_run.failed IS 'of them those that could not be served; the others were';
COMMENT ON COLUMN inventory.planning_run.error IS 'why the first of them could not';

-- A run is a value until it ends: nobody sees a row of one that rolled back.
CREATE FUNCTION inventory.begin_run(task text, OUT run inventory.planning_run) RETURNS inventory.planning_run
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    run.task := begin_run.task;
    run.started_at := clock_timestamp();
    run.series := 0;
    run.failed := 0;
END
$$;
COMMENT ON FUNCTION inventory.begin_run(text) IS 'a run that begins now; not stored before inventory.end_run()';

CREATE FUNCTION inventory.count_failure(INOUT run inventory.planning_run, item_id bigint, location_id bigint, error text)
    RETURNS inventory.planning_run
    LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    run.failed := run.failed + 1;
    run.error := coalesce(run.error, format('item %s at location %s: %s', item_id, location_id, count_failure.error));
END
$$;
COMMENT ON FUNCTION inventory.count_failure(inventory.planning_run, bigint, bigint, text) IS
    'the run with one more series that failed; of the first one it keeps why';

CREATE FUNCTION inventory.end_run(run inventory.planning_run) RETURNS void
    LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    DELETE FROM inventory.planning_run WHERE finished_at < now() - interval '400 days';
    INSERT INTO inventory.planning_run (task, started_at, finished_at, series, failed, error)
    VALUES (run.task, run.started_at, clock_timestamp(), run.series, run.failed, run.error);
    $$;
COMMENT ON FUNCTION inventory.end_run(inventory.planning_run) IS 'stores a run that ends now; rows of more than 400 days go';
