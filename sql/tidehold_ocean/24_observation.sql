-- No foreign keys: they cost a third of the speed.  ocean.stream refuses to lose a stream
-- that is in use, and ocean.ingest() looks every stream up.
CREATE TABLE ocean.observation (
    stream_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    -- NaN is greater than Infinity, so this refuses all three.
    value double precision CONSTRAINT observation_value_finite CHECK (value > '-Infinity' AND value < 'Infinity'),
    flag smallint NOT NULL DEFAULT 2 CHECK (flag BETWEEN 0 AND 9),
    flag_scheme smallint NOT NULL DEFAULT 1,
    tests integer NOT NULL DEFAULT 0,
    qc_config_id integer,
    corrections integer NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream_id, observed_at)
) PARTITION BY RANGE (observed_at);
COMMENT ON TABLE ocean.observation IS
    'values by stream and time, a partition for each month of UTC and none for the rest; INSERT and COPY work where ocean.make_partitions() has made one, ocean.ingest() and the view ocean.late_observation make it';
COMMENT ON COLUMN ocean.observation.stream_id IS 'series that the value belongs to';
COMMENT ON COLUMN ocean.observation.observed_at IS 'phenomenon time';
COMMENT ON COLUMN ocean.observation.value IS 'in the unit of the variable; NULL: known to be missing';
COMMENT ON COLUMN ocean.observation.flag IS 'quality of the value, in the terms of flag_scheme';
COMMENT ON COLUMN ocean.observation.flag_scheme IS 'what the numbers of flag mean: 1 is QARTOD (1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing)';
COMMENT ON COLUMN ocean.observation.tests IS 'what each quality test said, three bits a test; 0: none was made';
COMMENT ON COLUMN ocean.observation.qc_config_id IS 'thresholds by which the tests were made';
COMMENT ON COLUMN ocean.observation.corrections IS 'how often ocean.ingest() has corrected the row; what it was is in ocean.observation_revision';
COMMENT ON COLUMN ocean.observation.received_at IS 'when the row, or its last correction, came in';

CREATE TABLE ocean.observation_revision (
    stream_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    value double precision CONSTRAINT observation_revision_value_finite CHECK (value > '-Infinity' AND value < 'Infinity'),
    flag smallint NOT NULL,
    flag_scheme smallint NOT NULL,
    tests integer NOT NULL,
    qc_config_id integer,
    received_at timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    PRIMARY KEY (stream_id, observed_at, revision)
);
CREATE INDEX observation_revision_replaced_at_idx ON ocean.observation_revision USING brin (replaced_at);
COMMENT ON TABLE ocean.observation_revision IS 'what observations were before they were corrected: a row for each value or flag that was replaced';
COMMENT ON COLUMN ocean.observation_revision.stream_id IS 'of the observation';
COMMENT ON COLUMN ocean.observation_revision.observed_at IS 'of the observation';
COMMENT ON COLUMN ocean.observation_revision.revision IS '1 is what came first; the observation itself has no number, it is the last';
COMMENT ON COLUMN ocean.observation_revision.value IS 'value that was replaced';
COMMENT ON COLUMN ocean.observation_revision.flag IS 'flag that was replaced';
COMMENT ON COLUMN ocean.observation_revision.flag_scheme IS 'scheme of that flag';
COMMENT ON COLUMN ocean.observation_revision.tests IS 'what the quality tests had said';
COMMENT ON COLUMN ocean.observation_revision.qc_config_id IS 'thresholds of those tests';
COMMENT ON COLUMN ocean.observation_revision.received_at IS 'when the replaced row had come in';
COMMENT ON COLUMN ocean.observation_revision.replaced_at IS 'when it was replaced';
COMMENT ON COLUMN ocean.observation_revision.reason IS 'why: setting tidehold.revision_reason of the session that did it, or what quality control says';
COMMENT ON INDEX ocean.observation_revision_replaced_at_idx IS 'what was corrected lately';

-- Derived from the observations, whose triggers keep it, at a restore too: so it is not
-- dumped, or the restored rows would be there twice.
CREATE TABLE ocean.latest (
    stream_id bigint PRIMARY KEY,
    observed_at timestamptz NOT NULL,
    value double precision,
    flag smallint NOT NULL,
    flag_scheme smallint NOT NULL,
    received_at timestamptz NOT NULL,
    changes bigint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE ocean.latest IS
    'latest value of each stream by phenomenon time; a late row does not replace a newer one, and a missing value never replaces a value';
COMMENT ON COLUMN ocean.latest.stream_id IS 'series that the value belongs to';
COMMENT ON COLUMN ocean.latest.observed_at IS 'phenomenon time of the value';
COMMENT ON COLUMN ocean.latest.value IS 'in the unit of the variable; NULL: the stream has never had a value';
COMMENT ON COLUMN ocean.latest.flag IS 'quality of the value';
COMMENT ON COLUMN ocean.latest.flag_scheme IS 'what the numbers of flag mean';
COMMENT ON COLUMN ocean.latest.received_at IS 'when the value came in';
COMMENT ON COLUMN ocean.latest.changes IS 'goes up with every statement that changed the stream: so it knows whether another came between';
