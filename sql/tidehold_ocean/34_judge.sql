-- Quality control at insert.  Rows that bring a verdict (tests is not 0) keep it, so that a
-- restore brings back the flags as they were; replication has the triggers off by itself.
CREATE FUNCTION ocean.judge_observation() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_observation_judge';
COMMENT ON FUNCTION ocean.judge_observation() IS
    'trigger: makes the tests of quality control on a row, with its neighbours found by index';

CREATE FUNCTION ocean.observation_statement() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_observation_statement';
COMMENT ON FUNCTION ocean.observation_statement() IS
    'trigger: when a statement ends, judges again what its rows have changed the neighbours of, and keeps ocean.latest and ocean.dirty_day';

-- Triggers fire in order of their names: ours is the last, and judges what will be stored.
CREATE TRIGGER zz_judge BEFORE INSERT OR UPDATE OR DELETE ON ocean.observation
    FOR EACH ROW EXECUTE FUNCTION ocean.judge_observation();
CREATE TRIGGER statement_begins BEFORE INSERT OR UPDATE OR DELETE ON ocean.observation
    FOR EACH STATEMENT EXECUTE FUNCTION ocean.observation_statement();
CREATE TRIGGER statement_ends AFTER INSERT OR UPDATE OR DELETE ON ocean.observation
    FOR EACH STATEMENT EXECUTE FUNCTION ocean.observation_statement();
CREATE TRIGGER statement_truncates AFTER TRUNCATE ON ocean.observation
    FOR EACH STATEMENT EXECUTE FUNCTION ocean.observation_statement();
COMMENT ON TRIGGER zz_judge ON ocean.observation IS 'quality control of the row';
COMMENT ON TRIGGER statement_begins ON ocean.observation IS 'counts the statements that are open';
COMMENT ON TRIGGER statement_ends ON ocean.observation IS 'does what is done once a statement';
COMMENT ON TRIGGER statement_truncates ON ocean.observation IS 'empties ocean.latest';

CREATE FUNCTION ocean.rejudge(
    stream_id bigint, from_time timestamptz DEFAULT NULL, to_time timestamptz DEFAULT NULL)
    RETURNS void
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_rejudge';
COMMENT ON FUNCTION ocean.rejudge(bigint, timestamptz, timestamptz) IS
    'judges the rows of a stream, from one time to another, by the thresholds in force; flags that a person has set stay';

CREATE FUNCTION ocean.refresh_latest(stream_id bigint) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_refresh_latest';
COMMENT ON FUNCTION ocean.refresh_latest(bigint) IS
    'looks up the latest value of a stream whose rows came or went without the triggers: with a partition that was dropped, or by replication';

CREATE FUNCTION ocean.test_flag(tests integer, place integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (CASE (tests >> (3 * place)) & 7 WHEN 0 THEN NULL WHEN 7 THEN 9 ELSE (tests >> (3 * place)) & 7 END)::smallint;
COMMENT ON FUNCTION ocean.test_flag(integer, integer) IS
    'flag of one test in ocean.observation.tests: 0 gross range, 1 spike (6: no spike), 2 rate of change, 3 flat line, 4 climatology, 5 attenuated signal, 6 location, 7 time gap, 8 the flag that came with the row; NULL: not made';

CREATE FUNCTION ocean.spike_flag(tests integer, stream_id bigint, observed_at timestamptz) RETURNS smallint
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_spike_flag';
COMMENT ON FUNCTION ocean.spike_flag(integer, bigint, timestamptz) IS
    'flag of the spike test of the observation that has these tests: whether one that is no spike is good or not evaluated is told by its neighbours';

CREATE VIEW ocean.observation_test AS
    SELECT o.stream_id, o.observed_at, o.value, o.flag, o.flag_scheme, o.qc_config_id,
           ocean.test_flag(o.tests, 0) AS gross_range,
           ocean.spike_flag(o.tests, o.stream_id, o.observed_at) AS spike,
           ocean.test_flag(o.tests, 2) AS rate_of_change,
           ocean.test_flag(o.tests, 3) AS flat_line,
           ocean.test_flag(o.tests, 4) AS climatology,
           ocean.test_flag(o.tests, 5) AS attenuated_signal,
           ocean.test_flag(o.tests, 6) AS location,
           ocean.test_flag(o.tests, 7) AS time_gap,
           ocean.test_flag(o.tests, 8) AS supplied,
           o.tests & (1 << 27) <> 0 AS by_hand
    FROM ocean.observation AS o;
COMMENT ON VIEW ocean.observation_test IS 'observations with the flag of each test; a test that is not configured is NULL';
COMMENT ON COLUMN ocean.observation_test.stream_id IS 'series that the value belongs to';
COMMENT ON COLUMN ocean.observation_test.observed_at IS 'phenomenon time';
COMMENT ON COLUMN ocean.observation_test.value IS 'in the unit of the variable';
COMMENT ON COLUMN ocean.observation_test.flag IS 'aggregate, in the terms of flag_scheme';
COMMENT ON COLUMN ocean.observation_test.flag_scheme IS 'what the numbers of flag mean; the tests have flags of QARTOD';
COMMENT ON COLUMN ocean.observation_test.qc_config_id IS 'thresholds of the tests; NULL: the sane range of the variable';
COMMENT ON COLUMN ocean.observation_test.gross_range IS 'gross range test';
COMMENT ON COLUMN ocean.observation_test.spike IS 'spike test; not evaluated as long as the row has no successor';
COMMENT ON COLUMN ocean.observation_test.rate_of_change IS 'rate of change test';
COMMENT ON COLUMN ocean.observation_test.flat_line IS 'flat line test';
COMMENT ON COLUMN ocean.observation_test.climatology IS 'climatology test';
COMMENT ON COLUMN ocean.observation_test.attenuated_signal IS 'attenuated signal test';
COMMENT ON COLUMN ocean.observation_test.location IS 'location test: the station''s position when the row came';
COMMENT ON COLUMN ocean.observation_test.time_gap IS 'time gap test';
COMMENT ON COLUMN ocean.observation_test.supplied IS 'flag that came with the row, in the terms of QARTOD';
COMMENT ON COLUMN ocean.observation_test.by_hand IS 'a person has set the flag';
