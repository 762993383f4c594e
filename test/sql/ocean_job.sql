-- Jobs of the ocean by hand: what each does, what its row says, and that an error of one
-- file or of the run leaves its trace.
SET client_min_messages = error;
CREATE EXTENSION tidehold_ocean CASCADE;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\getenv folder PG_ABS_BUILDDIR
\set folder :folder '/results/ocean_job'
\setenv FOLDER :folder
\! rm -rf "$FOLDER" && mkdir -p "$FOLDER/in" "$FOLDER/out"
\set in '{"folder": "' :folder '/in"}'
\set year_file :folder '/in/44013h2022.txt'
\set csv_file :folder '/in/more.csv'
\set unknown_file :folder '/in/99999.txt'
\set other_file :folder '/in/README'
\set hidden_file :folder '/in/.44013.txt'
\set out '{"folder": "' :folder '/out", "since": "2022-07-01", "until": "2022-07-03"}'

INSERT INTO ocean.station (code, name, latitude, longitude) VALUES
    ('44013', 'Boston approach', 42.346, -70.651), ('../evil', 'leads out', 0, 0), ('EMPTY', 'no rows', 1, 1);
INSERT INTO ocean.stream (station_id, variable_id, cadence)
SELECT s.station_id, v.variable_id, '10 minutes' FROM ocean.station AS s, ocean.variable AS v
WHERE v.code = ANY (ARRAY['sea_water_temperature', 'sea_surface_temperature', 'wind_speed']);

CREATE VIEW lately AS
    SELECT job, state, rows, files, failed, error_code, replace(error, current_setting('test.folder'), 'FOLDER') AS error, detail,
           finished_at >= started_at AS ended
    FROM ocean.job_run ORDER BY started_at DESC LIMIT 1;
SELECT set_config('test.folder', :'folder', false) = :'folder' AS set;

-- A folder: a file of each kind, one of a station that nobody knows, one that is no matter,
-- and one that is not to be looked at yet.
COPY (VALUES ('#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE'),
             ('#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft'),
             ('2022 07 01 00 00 230  5.0  6.0   0.6     5   4.3 190 1012.8  18.2  15.2  15.1   MM   MM    MM'),
             ('2022 07 01 00 10 230  5.5  6.0    MM    MM    MM  MM 1012.8  18.2    MM  15.1   MM   MM    MM'))
    TO :'year_file';
COPY (VALUES ('station,time,variable,value'), ('44013,2022-07-01T01:00:00Z,sea_water_temperature,15.4'),
             ('../evil,2022-07-02T01:00:00.25Z,sea_water_temperature,1.5'), ('44013,2022-07-01T01:10:00Z,no_such,1'))
    TO :'csv_file';
COPY (VALUES ('#YY  MM DD hh mm WTMP'), ('#yr  mo dy hr mn degC'), ('2022 07 01 00 00 15.2')) TO :'unknown_file';
COPY (VALUES ('no matter')) TO :'other_file';
COPY (VALUES ('half')) TO :'hidden_file';
CALL ocean.run_job('ingest', :'in');
SELECT * FROM lately;
SELECT file, inserted, unchanged, corrected, refused, ignored, reasons, error_code, error FROM ocean.ingested_file ORDER BY file;

-- Taken once: with the seconds of their change over, files are passed over; the one that
-- failed is tried again, and is taken when there is a station.
UPDATE ocean.ingested_file SET read_at = read_at + interval '1 minute';
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('99999', 1, 2);
INSERT INTO ocean.stream (station_id, variable_id, cadence)
SELECT station_id, 1, '1 hour' FROM ocean.station WHERE code = '99999';
CALL ocean.run_job('ingest', :'in');
SELECT * FROM lately;
UPDATE ocean.ingested_file SET read_at = read_at + interval '1 minute';
CALL ocean.run_job('ingest', :'in');
SELECT * FROM lately;
-- One that was read in the second of its change is read again: the rows are there.
UPDATE ocean.ingested_file SET read_at = modified_at WHERE file = 'more.csv';
CALL ocean.run_job('ingest', :'in');
SELECT * FROM lately;
-- And so is one that has changed.
COPY (VALUES ('44013,2022-07-01T01:00:00Z,sea_water_temperature,15.5')) TO :'csv_file';
CALL ocean.run_job('ingest', :'in');
SELECT * FROM lately;

-- A relation.
CREATE TABLE arrived (station text, "time" timestamptz, variable text, value double precision);
INSERT INTO arrived VALUES ('44013', '2022-07-02 00:00+00', 'wind_speed', 7), ('44013', '2022-07-02 00:10+00', 'wind_speed', 8),
    ('nowhere', '2022-07-02 00:00+00', 'wind_speed', 7);
CALL ocean.run_job('ingest', '{"relation": "public.arrived"}');
SELECT * FROM lately;
CALL ocean.run_job('ingest', '{"relation": "public.arrived", "lookback": "2 days"}');
SELECT * FROM lately;

-- Export: a name that leads nowhere else, no file for a station without rows, nothing left
-- of the temporary one; and what is written can be read.
CALL ocean.run_job('export', :'out');
SELECT * FROM lately;
\! cd "$FOLDER/out" && LC_ALL=C ls -A && cat 44013*
SELECT i.inserted, i.refused, i.ignored FROM ocean.ingest_csv(pg_read_file(:'folder' || '/out/44013_20220701_20220702.csv')) AS i;
-- A file that cannot be written stops no other; neither does it touch what was there.
\! cd "$FOLDER/out" && mkdir .44013_20220701_20220702.csv.tmp
CALL ocean.run_job('export', :'out');
SELECT * FROM lately;
\! cd "$FOLDER/out" && LC_ALL=C ls -A && rmdir .44013_20220701_20220702.csv.tmp
SELECT ocean.export_name('a.b', '2022-07-01', '2022-07-08'), ocean.export_name('.å/%', '2022-07-01', '2022-07-02');

-- The nightly ones.
CALL ocean.run_job('days');
SELECT * FROM lately;
CALL ocean.run_job('predictions', '{"horizon": 3}');
SELECT * FROM lately;
CALL ocean.run_job('climatology', '{"corrected": true}');
SELECT * FROM lately;
CALL ocean.run_job('partitions', '{"months_ahead": 1}');
SELECT job, state, rows, failed, detail, ended FROM lately;
CALL ocean.run_job('partitions', '{"months_ahead": 1, "keep": "1 year"}');
SELECT * FROM lately;
SELECT count(*) FROM ocean.observation;
SELECT count(*) FROM ocean.daily_mean;

-- With something to do: a watched stream whose baseline shifts when another year is over, with
-- a hot month in that year; and then without its daily means.
SELECT s.stream_id AS id FROM ocean.stream AS s JOIN ocean.station AS p USING (station_id)
WHERE p.code = 'EMPTY' AND s.variable_id = 1 \gset
CREATE FUNCTION pg_temp.year(stream_id bigint, year integer, warmer double precision) RETURNS void LANGUAGE sql AS $$
    INSERT INTO ocean.daily_mean (stream_id, day, mean, valid, excluded, expected, coverage, revision)
    SELECT stream_id, d::date, 15 - 5 * cos(2 * pi() * extract(doy FROM d) / 365.25) + 0.1 * (extract(day FROM d)::integer % 3)
           + CASE extract(month FROM d) WHEN 7 THEN warmer ELSE 0 END, 144, 0, 144, 1, year
    FROM generate_series(make_date(year, 1, 1)::timestamp, make_date(year, 12, 31), '1 day') AS d $$;
SELECT pg_temp.year(:id, year, 0) FROM generate_series(2018, 2020) AS year;
SELECT ocean.watch_heatwaves(:id, ocean.make_climatology(:id, ocean.heatwave_options(shift_years => 3))) AS events;
SELECT pg_temp.year(:id, 2021, 4);
CALL ocean.run_job('days');
SELECT * FROM lately;
SELECT state, start_date, end_date FROM ocean.event WHERE stream_id = :id AND start_date >= '2021-07-01' ORDER BY start_date LIMIT 1;
CALL ocean.run_job('predictions', '{"horizon": 3}');
SELECT * FROM lately;
SELECT count(*) FROM ocean.prediction;
CALL ocean.run_job('climatology');
SELECT * FROM lately;
SELECT version, first_year, last_year FROM ocean.climatology WHERE stream_id = :id ORDER BY version;
DELETE FROM ocean.daily_mean WHERE stream_id = :id;
CALL ocean.run_job('predictions');
SELECT job, state, rows, failed, error_code, regexp_replace(error, '\d+', 'N', 'g') AS error FROM lately;

-- What ends a run: a folder that is not there or not allowed, an option that makes no sense,
-- a timeout.
RESET client_min_messages;
\set VERBOSITY terse
CALL ocean.run_job('ingest', '{"folder": "/no/such"}');
SELECT * FROM lately;
CALL ocean.run_job('export', '{"folder": "out"}');
SELECT * FROM lately;
CALL ocean.run_job('export', '{"folder": "/dev/null"}');
SELECT state, error_code FROM lately;
-- The data directory by way of a link.
SELECT current_setting('data_directory') AS data \gset
\setenv DATA :data
\! ln -s "$DATA/base" "$FOLDER/link"
\set link '{"folder": "' :folder '/link"}'
SET client_min_messages = error;
CALL ocean.run_job('export', :'link');
SELECT state, error_code, error FROM lately;
CREATE VIEW slow AS SELECT '44013' AS station, now() AS "time", 'wind_speed' AS variable, pg_sleep(100)::text::double precision AS value;
SET statement_timeout = '100ms';
CALL ocean.run_job('ingest', '{"relation": "public.slow"}');
RESET statement_timeout;
SELECT * FROM lately;

-- Refused, and no run.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT count(*) AS runs FROM ocean.job_run \gset
CALL ocean.run_job('nothing');
CALL ocean.run_job(NULL);
CALL ocean.run_job('days', '[]');
CALL ocean.run_job('days', '{"folder": "/tmp"}');
CALL ocean.run_job('ingest');
CALL ocean.run_job('ingest', '{"folder": "/tmp", "relation": "a.b"}');
CALL ocean.run_job('export');
SELECT count(*) = :runs AS none FROM ocean.job_run;
\set VERBOSITY terse
BEGIN;
CALL ocean.run_job('days');
ROLLBACK;

-- A session that died leaves its run behind, and the next one says so; old runs go.
INSERT INTO ocean.job_run (job) VALUES ('days'), ('climatology');
INSERT INTO ocean.job_run (job, started_at, finished_at, state) VALUES ('days', now() - interval '401 days', now(), 'done');
CALL ocean.run_job('days');
SELECT job, state FROM ocean.job_run ORDER BY started_at DESC LIMIT 4;
DELETE FROM ocean.job_run WHERE state = 'running';

-- The right to files is the caller's.
CREATE ROLE job_admin IN ROLE tidehold_admin;
SET ROLE job_admin;
CALL ocean.run_job('days');
CALL ocean.run_job('ingest', :'in');
CALL ocean.run_job('export', :'out');
SELECT ocean.publish_file('/tmp', 'a', 'b');
RESET ROLE;
SELECT job, state, actor, error_code, error FROM ocean.job_run ORDER BY started_at DESC LIMIT 3;
SELECT ocean.publish_file(:'folder' || '/out', '../a', 'b');
SELECT ocean.publish_file(:'folder' || '/out', 'a', '');
DROP ROLE job_admin;

-- What would be handed to pg_cron.
SELECT job, schedule, command FROM ocean.jobs();
SELECT job, schedule, command
FROM ocean.jobs(ingest_folder => '/in''s', ingest_relation => 'a.b', lookback => '2 days', export_folder => '/out', keep => '10 years');

DROP VIEW slow, lately;
DROP TABLE arrived;
SET client_min_messages = warning;
DROP EXTENSION tidehold_ocean;
