-- Tables of observations: constraints, partitions, revisions, daily means, former positions,
-- the search over stations and the views of SensorThings.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

INSERT INTO ocean.station (code, name, latitude, longitude, position_since) VALUES
    ('44013', 'Boston approach', 42.346, -70.651, '2020-01-01'),
    ('44025', 'Long Island', 40.258, -73.175, '2020-01-01');

-- Built-in variables stay as they are; numbers from 1000 are free.
SELECT count(*) > 20 AS many, bool_and(builtin) FROM ocean.variable;
\set VERBOSITY terse
UPDATE ocean.variable SET sane_max = 50 WHERE code = 'sea_water_temperature';
DELETE FROM ocean.variable WHERE code = 'sea_water_temperature';
INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max) VALUES (500, 'mine', 'mine', '1', 0, 1);
INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max) VALUES (1000, 'mine', 'mine', '1', 1, 0);
INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max) VALUES (1000, 'mine', 'mine', '1', 0, 'NaN');
INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max) VALUES (1000, 'mine', 'mine', '1', 0, 1);
DELETE FROM ocean.variable WHERE code = 'mine';

-- Streams: one of each station, variable, sensor and depth, NULLs counted as one.
CREATE FUNCTION pg_temp.station(code text) RETURNS bigint LANGUAGE sql AS
    'SELECT station_id FROM ocean.station AS s WHERE s.code = station.code';
INSERT INTO ocean.sensor (station_id, code) VALUES (pg_temp.station('44013'), 'CTD');
INSERT INTO ocean.stream (station_id, variable_id, cadence) VALUES (pg_temp.station('44013'), 1, '10 min');
INSERT INTO ocean.stream (station_id, variable_id, cadence) VALUES (pg_temp.station('44013'), 1, '1 hour');
INSERT INTO ocean.stream (station_id, variable_id, cadence, depth_m) VALUES (pg_temp.station('44013'), 1, '0', 5);
INSERT INTO ocean.stream (station_id, variable_id, cadence, depth_m) VALUES (pg_temp.station('44013'), 1, '1 hour', 'NaN');
INSERT INTO ocean.stream (station_id, variable_id, cadence, excluded_flags) VALUES (pg_temp.station('44025'), 1, '1 hour', '{4,10}');
INSERT INTO ocean.stream (station_id, variable_id, cadence, min_coverage) VALUES (pg_temp.station('44025'), 1, '1 hour', 1.5);
INSERT INTO ocean.stream (station_id, variable_id, cadence, sensor_id)
    SELECT pg_temp.station('44025'), 1, '1 hour', sensor_id FROM ocean.sensor;
\set VERBOSITY default
INSERT INTO ocean.stream (station_id, variable_id, cadence, sensor_id, depth_m)
    SELECT pg_temp.station('44013'), 1, '1 hour', sensor_id, 20 FROM ocean.sensor;
SELECT stream_id AS id FROM ocean.stream WHERE sensor_id IS NULL \gset

-- Partitions of months of UTC, whatever the session's zone; none for the rest.
SET timezone = 'America/New_York';
SELECT ocean.make_partitions('2021-12-31 23:30+00', '2022-03-01 00:00+00') AS made;
SELECT ocean.make_partitions('2021-12-31 23:30+00', '2022-03-01 00:00+00') AS made_again;
SET timezone = 'UTC';
SELECT * FROM ocean.observation_partition ORDER BY since;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES
    (:id, '2021-12-31 23:59:59.999999', 1), (:id, '2022-01-01', 2), (:id, '2022-03-31 23:50', NULL);
COPY ocean.observation (stream_id, observed_at, value) FROM stdin WITH (FORMAT csv);
1,2022-02-01 00:00+00,
1,2022-02-28 23:50+00,4.25
\.
SELECT tableoid::regclass AS partition, observed_at, value FROM ocean.observation ORDER BY observed_at;
DELETE FROM ocean.observation WHERE stream_id = 1;
\set VERBOSITY terse
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-04-01', 1);
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-01-01', 1);
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-01-02', 'NaN');
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-01-02', 'Infinity');
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-01-02', '-Infinity');
INSERT INTO ocean.observation (stream_id, observed_at, value, flag) VALUES (:id, '2022-01-02', 1, 10);
SELECT ocean.make_partitions('2022-01-01', '2100-01-01');
SELECT ocean.make_partitions('1492-10-12', '2022-01-01');
SELECT ocean.make_partitions('-infinity', 'infinity');
SELECT ocean.make_partitions('2022-03-01', '2022-01-01') AS none;
SELECT ocean.ensure_partitions(2) AS made;
SELECT count(*) FROM ocean.observation_partition AS p WHERE p.since <= now() + interval '2 months' AND p.until > now();

-- A name that is taken by something else.
CREATE TABLE ocean.observation_p202207 (a integer);
SELECT ocean.make_partitions('2022-07-01', '2022-07-02');
DROP TABLE ocean.observation_p202207;
\set VERBOSITY default

-- What is corrected or deleted by hand is kept too.
SET tidehold.revision_reason = 'calibration';
UPDATE ocean.observation SET value = 2.5 WHERE stream_id = :id AND observed_at = '2022-01-01';
UPDATE ocean.observation SET value = value, received_at = now() WHERE stream_id = :id AND observed_at = '2022-01-01';
UPDATE ocean.observation SET value = 2.75 WHERE stream_id = :id AND observed_at = '2022-01-01';
RESET tidehold.revision_reason;
DELETE FROM ocean.observation WHERE stream_id = :id AND observed_at = '2022-01-01';
SELECT observed_at, revision, value, reason FROM ocean.observation_revision WHERE stream_id = :id ORDER BY observed_at, revision;
DELETE FROM ocean.observation;

-- Daily means: 4 of 24 hours flagged, 2 missing; days of UTC; coverage; late data.
UPDATE ocean.stream SET cadence = '1 hour' WHERE stream_id = :id;
INSERT INTO ocean.observation (stream_id, observed_at, value)
    SELECT :id, '2022-01-10'::timestamptz + hour * interval '1 hour', CASE WHEN hour NOT IN (5, 6) THEN 10 + hour / 10.0 END
    FROM generate_series(0, 23) AS hour;
UPDATE ocean.observation SET flag = CASE extract(hour FROM observed_at)::integer WHEN 1 THEN 3 WHEN 2 THEN 4 WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE 1 END
WHERE stream_id = :id AND value IS NOT NULL;
INSERT INTO ocean.observation (stream_id, observed_at, value, flag)
    SELECT :id, '2022-01-11'::timestamptz + hour * interval '1 hour', 12, 1 FROM generate_series(0, 10) AS hour;
INSERT INTO ocean.dirty_day VALUES (:id, '2022-01-10'), (:id, '2022-01-11'), (:id, '2022-01-11'), (:id, '2022-01-12'), (-1, '2022-01-11');
SELECT ocean.refresh_daily_means() AS changed;
SELECT count(*) AS dirty FROM ocean.dirty_day;
SELECT day, mean, valid, excluded, expected, coverage, revision FROM ocean.daily_mean WHERE stream_id = :id ORDER BY day;
INSERT INTO ocean.dirty_day VALUES (:id, '2022-01-10'), (:id, '2022-01-11');
SELECT ocean.refresh_daily_means() AS unchanged;
-- The twelfth value of the second day comes late; the first day has no change.
INSERT INTO ocean.observation (stream_id, observed_at, value, flag) VALUES (:id, '2022-01-11 23:00', 18, 1);
INSERT INTO ocean.dirty_day VALUES (:id, '2022-01-10'), (:id, '2022-01-11');
SELECT ocean.refresh_daily_means(since => '2022-01-12') AS not_of_these_days;
SELECT ocean.refresh_daily_means(ARRAY[-1]) AS not_of_this_stream;
SELECT ocean.refresh_daily_means(until => '2022-01-12') AS changed;
SELECT day, mean, valid, coverage, revision FROM ocean.daily_mean WHERE stream_id = :id ORDER BY day;
-- With suspect values and with another minimum all days are taken anew.
UPDATE ocean.stream SET excluded_flags = '{4,9}', min_coverage = 0.75 WHERE stream_id = :id;
SELECT ocean.refresh_daily_means() AS changed;
SELECT day, mean, valid, excluded, coverage, revision FROM ocean.daily_mean WHERE stream_id = :id ORDER BY day;
SELECT revision FROM ocean.daily_state WHERE stream_id = :id;
-- A day that loses its observations keeps its row.
DELETE FROM ocean.observation WHERE stream_id = :id AND observed_at >= '2022-01-11';
INSERT INTO ocean.dirty_day VALUES (:id, '2022-01-11');
SELECT ocean.refresh_daily_means() AS changed;
SELECT day, mean, valid, excluded, coverage, revision FROM ocean.daily_mean WHERE stream_id = :id ORDER BY day;
-- The mean of a sum without rounding.
SELECT ocean.exact_mean(v) FROM unnest('{1e308,1e308,1,-1e308,-1e308,NULL,NaN,Infinity}'::double precision[]) AS v;
SELECT ocean.exact_mean(v) FROM unnest('{}'::double precision[]) AS v;
SELECT cadence, ocean.expected_per_day(cadence) FROM unnest('{10 min,1 hour,7 min,1 day,1 month,0,-1 hour}'::interval[]) AS cadence;
SELECT ocean.ensure_partitions(-1);
\set VERBOSITY terse
DELETE FROM ocean.stream WHERE stream_id = :id;
UPDATE ocean.stream SET variable_id = 2 WHERE stream_id = :id;
\set VERBOSITY default
UPDATE ocean.stream SET depth_m = 0.6 WHERE stream_id = :id;

-- Retention: whole months, daily means stay, older data is refused until somebody says otherwise.
SELECT ocean.drop_partitions('2022-02-20') AS dropped;
SELECT partition FROM ocean.observation_partition WHERE until < '2023-01-01' ORDER BY since;
SELECT kept_from FROM ocean.retention;
SELECT count(*) AS revisions FROM ocean.observation_revision WHERE stream_id = :id;
SELECT day, valid FROM ocean.daily_mean WHERE stream_id = :id ORDER BY day;
INSERT INTO ocean.dirty_day VALUES (:id, '2022-01-10');
SELECT ocean.refresh_daily_means() AS unchanged;
SELECT * FROM ocean.ingest_stream(:id, ARRAY['2022-01-31 23:59'::timestamptz], ARRAY[1.0]);
SELECT ocean.drop_partitions('2199-01-01');
DELETE FROM ocean.retention;
SELECT inserted FROM ocean.ingest_stream(:id, ARRAY['2022-01-31 23:59'::timestamptz], ARRAY[1.0]);

-- Where a station was.
UPDATE ocean.station SET latitude = 42.3, position_since = '2021-05-05' WHERE code = '44013';
UPDATE ocean.station SET name = 'Boston' WHERE code = '44013';
UPDATE ocean.station SET longitude = -70.6, position_since = '2022-06-06' WHERE code = '44013';
SELECT valid_from, valid_until, latitude, longitude FROM ocean.station_position ORDER BY valid_from;
SELECT at, p.* FROM unnest('{2019-01-01,2020-01-01,2021-05-05,2022-06-05,2022-06-06,2024-01-01}'::timestamptz[]) AS at,
    ocean.position_at(pg_temp.station('44013'), at) AS p;
UPDATE ocean.station SET latitude = 1, position_since = '2021-01-01' WHERE code = '44013';

-- SensorThings: every entity, and its links lead somewhere.
SELECT name, description FROM ocean.sensorthings_thing ORDER BY name;
SELECT l.name, l.location, l.is_current, h."time"
FROM ocean.sensorthings_location AS l JOIN ocean.sensorthings_historical_location AS h ON h.location_id = l.id AND h.thing_id = l.thing_id
ORDER BY l.name, h."time";
SELECT d.name, d.unit_of_measurement ->> 'symbol' AS unit, d.properties ->> 'depth_m' AS depth_m, s.name AS sensor, p.name AS property,
       t.name AS thing, o.phenomenon_time, o.result, f.feature
FROM ocean.sensorthings_datastream AS d
JOIN ocean.sensorthings_sensor AS s ON s.id = d.sensor_id
JOIN ocean.sensorthings_observed_property AS p ON p.id = d.observed_property_id
JOIN ocean.sensorthings_thing AS t ON t.id = d.thing_id
LEFT JOIN ocean.sensorthings_observation AS o ON o.datastream_id = d.id
LEFT JOIN ocean.sensorthings_feature_of_interest AS f ON f.id = o.feature_of_interest_id
ORDER BY d.id, o.phenomenon_time;

-- Typing errors.
SELECT code, name, score FROM ocean.search_stations('44013');
SELECT code, name FROM ocean.search_stations('Bostno');
SELECT code, name FROM ocean.search_stations('long iland');
SELECT code, name FROM ocean.search_stations('440');
SELECT code, name FROM ocean.search_stations('440', max_results => 1);
SELECT count(*) FROM ocean.search_stations('nowhere');

-- Readers read, operators bring, administrators repair, others may do nothing.
CREATE ROLE ocean_test_other;
CREATE ROLE ocean_test_reader IN ROLE tidehold_reader;
CREATE ROLE ocean_test_operator IN ROLE tidehold_operator;
CREATE ROLE ocean_test_admin IN ROLE tidehold_admin;
\set VERBOSITY terse
SET ROLE ocean_test_other;
SELECT count(*) FROM ocean.observation;
SELECT ocean.refresh_daily_means();
SET ROLE ocean_test_reader;
SELECT count(*) > 0 AS reads FROM ocean.observation;
SELECT count(*) > 0 AS searches FROM ocean.search_stations('boston');
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2022-02-01', 1);
SELECT ocean.make_partitions('2023-01-01', '2023-01-01');
SET ROLE ocean_test_operator;
SELECT ocean.make_partitions('2023-01-01', '2023-01-01') AS made;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '2023-01-02', 1);
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (:id, '1999-01-02', 1);
SELECT inserted FROM ocean.ingest('44013', 'sea_water_temperature', ARRAY['1998-01-02'::timestamptz], ARRAY[1.0], depth_m => 0.6);
SELECT ocean.refresh_daily_means() >= 0 AS refreshed;
UPDATE ocean.observation SET value = 2;
SELECT ocean.drop_partitions('2000-01-01');
SET ROLE ocean_test_admin;
UPDATE ocean.observation SET value = 2 WHERE stream_id = :id AND observed_at = '2023-01-02';
SELECT ocean.drop_partitions('2000-01-01') AS dropped;
RESET ROLE;
SELECT p.relname, r.rolname = current_user AS mine FROM pg_class AS p JOIN pg_roles AS r ON r.oid = p.relowner
WHERE p.relname = 'observation_p202301';
BEGIN READ ONLY;
SELECT ocean.make_partitions('2023-01-01', '2023-02-01');
ROLLBACK;
BEGIN READ ONLY;
SELECT ocean.refresh_daily_means();
ROLLBACK;

DROP ROLE ocean_test_other, ocean_test_reader, ocean_test_operator, ocean_test_admin;
DROP EXTENSION tidehold_ocean;
SELECT count(*) AS partitions_left FROM pg_class WHERE relname LIKE 'observation_p%';
DROP SCHEMA IF EXISTS ocean;
