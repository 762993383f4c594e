-- Quality control: thresholds, flag schemes, verdicts at insert.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set VERBOSITY terse
SELECT ocean.make_partitions('2021-03-01', '2021-03-31') AS made;
INSERT INTO ocean.station (station_id, code, latitude, longitude) VALUES (71, 'QC', 42, -70);
INSERT INTO ocean.stream (stream_id, station_id, variable_id, depth_m, cadence) VALUES
    (7101, 71, 1, 1, '10 minutes'), (7102, 71, 1, 2, '10 minutes'), (7103, 71, 1, 3, '1 hour');

-- Flags of other systems: 2 and 3 mean other things there.
SELECT from_scheme, from_flag, from_meaning, to_scheme, to_flag, to_meaning, lossy
FROM ocean.flag_mapping ORDER BY from_scheme, from_flag;
SELECT ocean.map_flag(2::smallint, 'argo', 'qartod'), ocean.map_flag(2::smallint, 'qartod', 'argo');
SELECT ocean.map_flag(8::smallint, 'qartod', 'argo');
SELECT ocean.map_flag(1::smallint, 'qartod', 'wmo');

-- Thresholds: what is wrong is named.
SELECT ocean.thresholds_valid('[]');
SELECT ocean.thresholds_valid('{"spkie": {"suspect": 1}}');
SELECT ocean.thresholds_valid('{"spike": 1}');
SELECT ocean.thresholds_valid('{"spike": {}}');
SELECT ocean.thresholds_valid('{"spike": {"suspect": "1"}}');
SELECT ocean.thresholds_valid('{"spike": {"suspect": 2, "fail": 1}}');
SELECT ocean.thresholds_valid('{"spike": {"suspect": -2}}');
SELECT ocean.thresholds_valid('{"spike": {"suspect": 1, "method": "both"}}');
SELECT ocean.thresholds_valid('{"gross_range": {"fail": [40, -2]}}');
SELECT ocean.thresholds_valid('{"gross_range": {"fail": [0, 1, 2]}}');
SELECT ocean.thresholds_valid('{"gross_range": {"fail": [-2, 40], "suspect": [-3, 15]}}');
SELECT ocean.thresholds_valid('{"flat_line": {"suspect_s": 3600, "fail_s": 7200}}');
SELECT ocean.thresholds_valid('{"flat_line": {"suspect_s": 3600, "fail_s": 7200, "tolerance": 0}}');
SELECT ocean.thresholds_valid('{"rate_of_change": {"suspect_per_s": 1e400}}');
SELECT ocean.thresholds_valid('{"attenuated_signal": {"suspect": 1, "fail": 2, "period_s": 3600}}');
SELECT ocean.thresholds_valid('{"attenuated_signal": {"suspect": 2, "fail": 1}}');
SELECT ocean.thresholds_valid('{"location": {"latitude": 91, "longitude": 0, "max_distance_m": 1}}');
SELECT ocean.thresholds_valid('{"climatology": {"vspan": [0, 1]}}');
SELECT ocean.thresholds_valid('{"climatology": [{"vspan": [0, 1], "tspan": [1, 2]}]}');
SELECT ocean.thresholds_valid('{"climatology": [{"vspan": [0, 1], "tspan": ["2021-03-01", "yesterday"]}]}');
SELECT ocean.thresholds_valid('{"climatology": [{"vspan": [0, 1], "tspan": [1, 2], "period": "month"}, {"tspan": [1, 2], "period": "month"}]}');
SELECT ocean.thresholds_valid('{}') AS none;

-- In force: of the stream, else of its variable at its cadence, else of its variable.
SELECT count(*) FROM ocean.qc_config_in_force(7101);
SELECT ocean.set_qc_config('{"gross_range": {"fail": [0, 30]}}', variable => 'sea_water_temperature') > 0 AS set;
SELECT ocean.set_qc_config('{"gross_range": {"fail": [1, 30]}}', variable => 'sea_water_temperature', cadence => '1 hour') > 0 AS set;
SELECT ocean.set_qc_config('{"gross_range": {"fail": [2, 30]}}', 7101) > 0 AS set;
SELECT ocean.set_qc_config('{"gross_range": {"fail": [3, 30]}}', 7101, remark => 'winter is over') > 0 AS set;
SELECT s, version, thresholds #> '{gross_range,fail}' AS fail, remark
FROM generate_series(7101, 7103) AS s, ocean.qc_config_in_force(s) ORDER BY s;
SELECT ocean.set_qc_config('{}');
SELECT ocean.set_qc_config('{}', 7101, 'sea_water_temperature');
SELECT ocean.set_qc_config('{}', 1);
SELECT ocean.set_qc_config('{}', variable => 'sea_water_temprature');
SELECT ocean.set_qc_config('{}', 7101, cadence => '1 hour');
UPDATE ocean.qc_config SET thresholds = '{}' WHERE stream_id = 7101 AND version = 1;

-- Every test at insert; the station stands still, 10 km from where it should be.
SELECT ocean.set_qc_config('{
    "gross_range": {"fail": [-2, 40], "suspect": [4, 15]},
    "spike": {"suspect": 0.5, "fail": 2},
    "rate_of_change": {"suspect_per_s": 0.001, "fail_per_s": 0.01},
    "flat_line": {"suspect_s": 1200, "fail_s": 2400, "tolerance": 0.01},
    "climatology": [{"period": "month", "tspan": [3, 3], "vspan": [9, 11], "fspan": [8, 16], "zspan": [0, 1]}],
    "attenuated_signal": {"type": "range", "suspect": 0.02, "fail": 0.005, "period_s": 1800, "min_obs": 3},
    "location": {"latitude": 42, "longitude": -70.12, "max_distance_m": 5000},
    "time_gap": {"fail_s": 7200}}', 7101) > 0 AS set;
INSERT INTO ocean.observation (stream_id, observed_at, value)
SELECT 7101, '2021-03-01'::timestamptz + n * interval '10 minutes', v
FROM unnest(ARRAY[10, 10.3, 13, 10.2, 10.2, 10.2, 10.2, 10.2, NULL, 10.1, 7]::double precision[]) WITH ORDINALITY AS u (v, n);
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7101, '2021-03-01 06:00', 7.2);
\pset null -
SELECT observed_at::time, value, flag, gross_range AS gross, spike, rate_of_change AS rate, flat_line AS flat,
       climatology AS clim, attenuated_signal AS att, location AS loc, time_gap AS gap
FROM ocean.observation_test WHERE stream_id = 7101 ORDER BY observed_at;

-- Without thresholds of its own a stream has its variable's.
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7102, '2021-03-01', 31), (7102, '2021-03-01 00:10', 30);
SELECT observed_at::time, flag, gross_range, spike FROM ocean.observation_test WHERE stream_id = 7102 ORDER BY observed_at;

-- A flag that comes with the row is one more test; in its own scheme it keeps its word.
INSERT INTO ocean.observation (stream_id, observed_at, value, flag, flag_scheme) VALUES
    (7102, '2021-03-02 00:00', 10, 3, 1), (7102, '2021-03-02 00:10', 10, 2, 2), (7102, '2021-03-02 00:20', 10, 8, 2),
    (7102, '2021-03-02 00:30', 99, 2, 2), (7102, '2021-03-02 00:40', 10, 3, 2);
SELECT observed_at::time, value, flag, flag_scheme, ocean.flag_text(flag_scheme, flag), gross_range, supplied
FROM ocean.observation_test WHERE stream_id = 7102 AND observed_at >= '2021-03-02' ORDER BY observed_at;
INSERT INTO ocean.observation (stream_id, observed_at, value, flag, flag_scheme) VALUES (7102, '2021-03-03', 10, 7, 1);

-- Latest values: by the time of observation; missing ones beat none.
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7103, '2021-03-02', NULL);
SELECT observed_at, value, flag FROM ocean.latest WHERE stream_id = 7103;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7103, '2021-03-01', 5);
SELECT observed_at, value, flag FROM ocean.latest WHERE stream_id = 7103;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7103, '2021-03-03', NULL), (7103, '2021-02-28 23:00', 6);
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (7103, '2021-03-03', NULL), (7103, '2021-03-01 01:00', 0.5);
SELECT observed_at, value, flag FROM ocean.latest WHERE stream_id = 7103;
UPDATE ocean.observation SET value = 2 WHERE stream_id = 7103 AND observed_at = '2021-03-01 01:00';
SELECT observed_at, value, flag FROM ocean.latest WHERE stream_id = 7103;
DELETE FROM ocean.observation WHERE stream_id = 7103 AND observed_at = '2021-03-01 01:00';
SELECT observed_at, value, flag FROM ocean.latest WHERE stream_id = 7103;

-- A correction, and what quality control made of it, are revisions.
SELECT observed_at, revision, value, flag, reason FROM ocean.observation_revision WHERE stream_id = 7103 ORDER BY 1, 2;

-- By hand; the next verdict leaves it.
UPDATE ocean.observation SET flag = 1 WHERE stream_id = 7102 AND observed_at = '2021-03-01';
SELECT ocean.rejudge(7102);
SELECT observed_at::time, flag, gross_range, supplied, by_hand FROM ocean.observation_test
WHERE stream_id = 7102 AND observed_at < '2021-03-02' ORDER BY observed_at;
-- Judged again on request.
UPDATE ocean.observation SET tests = 0 WHERE stream_id = 7102 AND observed_at = '2021-03-01';
SELECT observed_at::time, flag, gross_range, supplied, by_hand FROM ocean.observation_test
WHERE stream_id = 7102 AND observed_at < '2021-03-02' ORDER BY observed_at;

-- Arrays: what a set of thresholds would have said.
SELECT s.observed_at::time, s.value, s.flag, s.gross_range, s.spike FROM ocean.qartod_series(
    ARRAY['2021-03-01 00:00', '2021-03-01 00:10', '2021-03-01 00:20', '2021-03-01 00:30']::timestamptz[],
    ARRAY[10, 12, 10, NULL], '{"gross_range": {"fail": [0, 11]}, "spike": {"suspect": 1}}') AS s;
SELECT ocean.qartod_gross_range('{}', 0, 1), ocean.qartod_gross_range(ARRAY[NULL, 'NaN', 'Infinity', 1]::double precision[], 0, 1);
SELECT ocean.qartod_spike(ARRAY[1, 5, 1], 1, 3), ocean.qartod_spike(ARRAY[1, 5, 1], 1, NULL, 'differential');
SELECT ocean.qartod_spike(ARRAY[1, 5, 1], 1, 3, 'median');
SELECT ocean.qartod_time_gap(ARRAY['2021-03-01 00:00', '2021-03-01 02:00', '2021-03-01 04:01']::timestamptz[]);
SELECT ocean.qartod_rate_of_change(ARRAY['2021-03-01', '2021-03-01']::timestamptz[], ARRAY[1, 2], 1, 1);
SELECT ocean.qartod_rate_of_change(ARRAY['2021-03-01', 'infinity']::timestamptz[], ARRAY[1, 2], 1, 1);
SELECT ocean.qartod_rate_of_change(ARRAY['2021-03-01']::timestamptz[], ARRAY[1, 2], 1, 1);
SELECT ocean.qartod_gross_range(ARRAY[1], 5, 0);
SELECT ocean.qartod_aggregate(ARRAY[[1, 1, 9, 2], [3, 9, 9, 9], [4, 2, 9, 9]]::smallint[]);
SELECT ocean.qartod_aggregate(ARRAY[1, 5]::smallint[]);
SELECT ocean.qartod_location_bounds(ARRAY[0.5], ARRAY[0.5], ARRAY[0, 1], ARRAY[0, 1]);
DELETE FROM ocean.observation WHERE stream_id BETWEEN 7101 AND 7103;
SELECT count(*) FROM ocean.latest WHERE stream_id BETWEEN 7101 AND 7103;
DROP EXTENSION tidehold_ocean;
DROP SCHEMA IF EXISTS ocean;
