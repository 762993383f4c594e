-- A queue, and not a set: a row that is there already may be read and deleted by a
-- refresh that does not see the observation yet, so every statement adds its own.  A
-- refresh deletes what it sees, and that is older than the observations it reads.
CREATE TABLE ocean.dirty_day (
    stream_id bigint NOT NULL,
    day date NOT NULL
);
COMMENT ON TABLE ocean.dirty_day IS
    'days of streams whose observations have changed since their mean was taken, one row or more for each; ocean.refresh_daily_means() takes them away';
COMMENT ON COLUMN ocean.dirty_day.stream_id IS 'the stream';
COMMENT ON COLUMN ocean.dirty_day.day IS 'day of UTC';

CREATE TABLE ocean.daily_mean (
    stream_id bigint NOT NULL,
    day date NOT NULL,
    mean double precision CONSTRAINT daily_mean_mean_finite CHECK (mean > '-Infinity' AND mean < 'Infinity'),
    valid integer NOT NULL CHECK (valid >= 0),
    excluded integer NOT NULL CHECK (excluded >= 0),
    expected integer NOT NULL CHECK (expected > 0),
    coverage double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1),
    revision bigint NOT NULL CHECK (revision > 0),
    PRIMARY KEY (stream_id, day)
);
CREATE INDEX daily_mean_revision_idx ON ocean.daily_mean (stream_id, revision);
COMMENT ON TABLE ocean.daily_mean IS 'means of the observations of each day of UTC; what climatologies and the detection of heatwaves read';
COMMENT ON COLUMN ocean.daily_mean.stream_id IS 'the stream';
COMMENT ON COLUMN ocean.daily_mean.day IS 'day of UTC';
COMMENT ON COLUMN ocean.daily_mean.mean IS 'mean of the valid values, the same whatever order they came in; NULL: coverage is below min_coverage of the stream';
COMMENT ON COLUMN ocean.daily_mean.valid IS 'number of values that the mean is of';
COMMENT ON COLUMN ocean.daily_mean.excluded IS 'number of values left out for their flag';
COMMENT ON COLUMN ocean.daily_mean.expected IS 'number of values in a whole day by the cadence of the stream';
COMMENT ON COLUMN ocean.daily_mean.coverage IS 'valid / expected, at most 1';
COMMENT ON COLUMN ocean.daily_mean.revision IS 'number of the refresh of this stream that wrote the row: what changed after revision n is what has a greater one';
COMMENT ON INDEX ocean.daily_mean_revision_idx IS 'days of a stream that changed since a revision';

CREATE TABLE ocean.daily_state (
    stream_id bigint PRIMARY KEY,
    revision bigint NOT NULL CHECK (revision >= 0),
    refreshed_at timestamptz NOT NULL
);
COMMENT ON TABLE ocean.daily_state IS
    'data revision of the daily means of each stream; a refresh locks the row, so revisions follow the order of commits';
COMMENT ON COLUMN ocean.daily_state.stream_id IS 'the stream';
COMMENT ON COLUMN ocean.daily_state.revision IS 'greatest revision in ocean.daily_mean; goes up by one where a refresh changes a day';
COMMENT ON COLUMN ocean.daily_state.refreshed_at IS 'when the last refresh looked at the stream';
