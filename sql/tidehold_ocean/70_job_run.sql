-- What the scheduled jobs of the ocean have done.  Each run has its row from its start on,
-- committed before the work begins: a run that dies with its session leaves "running"
-- behind, which the next run of that job makes "interrupted".
CREATE TABLE ocean.job_run (
    run_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    job text COLLATE "C" NOT NULL CHECK (job IN ('ingest', 'days', 'predictions', 'climatology', 'partitions', 'export')),
    options jsonb NOT NULL DEFAULT '{}',
    state text COLLATE "C" NOT NULL DEFAULT 'running'
        CHECK (state IN ('running', 'done', 'failed', 'skipped', 'interrupted')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    rows bigint NOT NULL DEFAULT 0,
    files integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    error_code text COLLATE "C",
    error text,
    detail jsonb NOT NULL DEFAULT '{}',
    last_item text COLLATE "C",
    actor text NOT NULL DEFAULT current_user,
    CONSTRAINT job_run_finished_check CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX job_run_started_at_idx ON ocean.job_run USING brin (started_at);
CREATE INDEX job_run_running_idx ON ocean.job_run (job) WHERE state = 'running';
COMMENT ON TABLE ocean.job_run IS 'runs of ocean.run_job(), kept for 400 days';
COMMENT ON COLUMN ocean.job_run.job IS 'what was run';
COMMENT ON COLUMN ocean.job_run.options IS 'with which options';
COMMENT ON COLUMN ocean.job_run.state IS
    'running; done; failed: ended by an error; skipped: the job was running already; interrupted: the session ended before the job did';
COMMENT ON COLUMN ocean.job_run.started_at IS 'when it began';
COMMENT ON COLUMN ocean.job_run.finished_at IS 'when it ended; of an interrupted run, when that was found';
COMMENT ON COLUMN ocean.job_run.rows IS
    'ingest: observations that are new or corrected; days: daily means that changed; predictions: series; climatology: new versions; partitions: made and dropped; export: observations';
COMMENT ON COLUMN ocean.job_run.files IS 'files that were read or written';
COMMENT ON COLUMN ocean.job_run.failed IS 'files, streams or series that could not be served; the others were';
COMMENT ON COLUMN ocean.job_run.error_code IS 'SQLSTATE of the error that ended the run, or of the first file, stream or series that failed';
COMMENT ON COLUMN ocean.job_run.error IS 'what was wrong with it';
COMMENT ON COLUMN ocean.job_run.detail IS 'more counts, by name';
COMMENT ON COLUMN ocean.job_run.last_item IS 'file or station that it has come to';
COMMENT ON COLUMN ocean.job_run.actor IS 'role that ran it';
COMMENT ON INDEX ocean.job_run_started_at_idx IS 'what ran lately, and what has been kept long enough';
COMMENT ON INDEX ocean.job_run_running_idx IS 'runs that are not over, or never ended';

CREATE TABLE ocean.ingested_file (
    folder text COLLATE "C" NOT NULL,
    file text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    modified_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id bigint NOT NULL,
    inserted bigint,
    unchanged bigint,
    corrected bigint,
    refused bigint,
    ignored bigint,
    reasons text[],
    error_code text COLLATE "C",
    error text,
    PRIMARY KEY (folder, file)
);
COMMENT ON TABLE ocean.ingested_file IS
    'files that the job ingest has read; a file is read again when it has changed or could not be taken; delete its row to have it read again';
COMMENT ON COLUMN ocean.ingested_file.folder IS 'where it is';
COMMENT ON COLUMN ocean.ingested_file.file IS 'its name';
COMMENT ON COLUMN ocean.ingested_file.size IS 'bytes that it had';
COMMENT ON COLUMN ocean.ingested_file.modified_at IS 'when it had been changed last';
COMMENT ON COLUMN ocean.ingested_file.read_at IS 'when it was read last';
COMMENT ON COLUMN ocean.ingested_file.run_id IS 'run that read it';
COMMENT ON COLUMN ocean.ingested_file.inserted IS 'rows, as ocean.ingest() counts them; NULL where the file failed';
COMMENT ON COLUMN ocean.ingested_file.unchanged IS 'rows that were there';
COMMENT ON COLUMN ocean.ingested_file.corrected IS 'rows that replaced others';
COMMENT ON COLUMN ocean.ingested_file.refused IS 'rows that could not be taken';
COMMENT ON COLUMN ocean.ingested_file.ignored IS 'values that the station has no stream for';
COMMENT ON COLUMN ocean.ingested_file.reasons IS 'why the first ten were refused';
COMMENT ON COLUMN ocean.ingested_file.error_code IS 'SQLSTATE where nothing of it was taken';
COMMENT ON COLUMN ocean.ingested_file.error IS 'and why';

CREATE FUNCTION ocean.add_counts(one jsonb, other jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(c.name, c.count), '{}')
    FROM (SELECT e.key AS name, sum(e.value::bigint) AS count
          FROM (SELECT * FROM jsonb_each_text(add_counts.one) UNION ALL SELECT * FROM jsonb_each_text(add_counts.other)) AS e
          GROUP BY e.key) AS c;
END;
COMMENT ON FUNCTION ocean.add_counts(jsonb, jsonb) IS 'sums of two objects of counts, name by name';
