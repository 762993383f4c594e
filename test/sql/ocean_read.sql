-- Whole series are read a page at a time; what is read is what SQL sees, whatever became of
-- the rows.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
INSERT INTO ocean.station (station_id, code, latitude, longitude) VALUES (1, 'BUOY', -32, 114);
INSERT INTO ocean.stream (stream_id, station_id, variable_id, cadence) SELECT n, 1, n, '1 day' FROM generate_series(1, 3) AS n;
-- Days of three streams lie beside each other on each page.
INSERT INTO ocean.daily_mean
    SELECT stream_id, day::date, 20 + sin(extract(epoch FROM day) / 86400 * stream_id), 1, 0, 1, 1, 1
    FROM generate_series(date '2001-01-01', '2003-12-31', '1 day') AS day, generate_series(1, 3) AS stream_id;
CREATE VIEW as_read AS
    SELECT stream_id, day, value FROM generate_series(1, 3) AS stream_id,
        ocean.label_stream(stream_id, ocean.heatwave_options(first_year => 2001, last_year => 2003)) WHERE value IS NOT NULL;
CREATE VIEW differs AS
    SELECT count(value) AS days, count(*) FILTER (WHERE value IS DISTINCT FROM mean) AS differ
    FROM as_read FULL JOIN (SELECT stream_id, day, mean FROM ocean.daily_mean WHERE mean IS NOT NULL) AS t USING (stream_id, day);
TABLE differs;
VACUUM ocean.daily_mean;
TABLE differs;
-- Room on each page, so that new versions of rows stay there and are found through the old ones.
DELETE FROM ocean.daily_mean WHERE extract(day FROM day) <= 10 AND extract(day FROM day) > 1;
TABLE differs;
VACUUM ocean.daily_mean;
UPDATE ocean.daily_mean SET mean = mean + 1 WHERE extract(day FROM day) % 5 = 0;
UPDATE ocean.daily_mean SET mean = mean + 1 WHERE extract(day FROM day) % 10 = 0;
UPDATE ocean.daily_mean SET mean = NULL, revision = 2 WHERE extract(day FROM day) % 11 = 0;
TABLE differs;
VACUUM ocean.daily_mean;
TABLE differs;
-- Of this transaction, and undone.
BEGIN;
UPDATE ocean.daily_mean SET mean = 30 WHERE stream_id = 2 AND extract(month FROM day) = 7;
SAVEPOINT s;
DELETE FROM ocean.daily_mean WHERE stream_id = 1 AND day > '2003-01-31';
TABLE differs;
ROLLBACK TO s;
TABLE differs;
ROLLBACK;
TABLE differs;
-- A cursor has its own snapshot, which pages that changed since are read with.
BEGIN;
DECLARE before CURSOR FOR SELECT count(*), round(sum(value)::numeric, 6) AS sum FROM as_read;
SELECT count(*), round(sum(mean)::numeric, 6) AS sum FROM ocean.daily_mean WHERE mean IS NOT NULL;
UPDATE ocean.daily_mean SET mean = mean + 1;
FETCH before;
ROLLBACK;
DROP VIEW differs, as_read;
SET client_min_messages = warning;
DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean CASCADE;
