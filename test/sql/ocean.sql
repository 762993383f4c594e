-- Stations, distances and the search for the nearest.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;

-- Ids are the node's, from 1000; columns have their defaults.
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('FIRST', 0, 0)
    RETURNING station_id, code, name, active, attributes, created_at = now() AS created_now;
SELECT ocean.new_id() > max(station_id) AS grows FROM ocean.station;
DELETE FROM ocean.station;

-- The ends of the ranges are positions, what lies beyond and NaN are not.
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('E1', 90, 180), ('E2', -90, -180);
DELETE FROM ocean.station;
\set VERBOSITY sqlstate
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 90.0001, 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', -90.0001, 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 'NaN', 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 'Infinity', 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', NULL, 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 0, 180.0001);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 0, -180.0001);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 0, 'NaN');
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAD', 0, NULL);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('', 0, 0);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('TWICE', 0, 0), ('TWICE', 1, 1);
\set VERBOSITY default
SELECT count(*) FROM ocean.station;

-- Distances: cities, across the antimeridian, between poles and antipodes.
SELECT name, round(ocean.distance_m(a, b, c, d)::numeric, 3) AS distance_m
FROM (VALUES
    (1, 'London to Paris', 51.5074, -0.1278, 48.8566, 2.3522),
    (2, 'Sydney to Santiago', -33.8688, 151.2093, -33.4489, -70.6693),
    (3, 'Suva to Apia', -18.1416, 178.4419, -13.8333, -171.7667),
    (4, 'pole to pole', 90, 12, -90, 77),
    (5, 'one pole by two longitudes', 90, 12, 90, 77),
    (6, 'one meridian by two longitudes', 10, 180, 10, -180),
    (7, 'antipodes', 45, 30, -45, -150)) AS pair(n, name, a, b, c, d)
ORDER BY n;
SELECT ocean.distance_m(1, 2, 3, NULL) IS NULL AS null_of_null;
SELECT ocean.distance_m('NaN', 0, 0, 0);
SELECT ocean.distance_m(0, 0, -91, 0);
SELECT ocean.distance_m(0, 0, 0, 200);

-- Off Boston, on both sides of the antimeridian, at the poles.
INSERT INTO ocean.station (code, name, latitude, longitude, active) VALUES
    ('44013', 'Boston approach', 42.346, -70.651, true),
    ('44098', 'Jeffreys Ledge', 42.800, -70.169, true),
    ('44029', 'Massachusetts Bay', 42.523, -70.566, true),
    ('GONE', 'recovered in winter', 42.346, -70.652, false),
    ('FIJI', 'east of Fiji', -18, 179.9, true),
    ('TONGA', 'west of Tonga', -18, -179.8, true),
    ('NORTH', 'the north pole', 90, 0, true),
    ('SOUTH', 'the south pole', -90, 0, true);

SELECT code, name, round(distance_m) AS distance_m FROM ocean.nearest_stations(42.36, -71.06, 3);
SELECT code, round(distance_m) AS distance_m
FROM ocean.nearest_stations(latitude => 42.36, longitude => -71.06, max_distance_m => 50000);
SELECT code, round(distance_m) AS distance_m FROM ocean.nearest_stations(-18, 180, max_distance_m => 30000);
SELECT code, round(distance_m) AS distance_m FROM ocean.nearest_stations(-18, -180, max_distance_m => 30000);
SELECT code, round(distance_m) AS distance_m FROM ocean.nearest_stations(89.9, 150, 1);
SELECT code, round(distance_m) AS distance_m FROM ocean.nearest_stations(-89.9, -33, max_distance_m => 12000);
SELECT code FROM ocean.nearest_stations(42.346, -70.651, max_distance_m => 0);
SELECT count(*) FROM ocean.nearest_stations(0, 0, max_results => 0);
SELECT count(*) FROM ocean.nearest_stations(0, 0, max_results => NULL);
SELECT count(*) FROM ocean.nearest_stations(0, 0, max_distance_m => 'Infinity');

-- What the index finds is what a scan of everything finds, whoever asks from where.
INSERT INTO ocean.station (code, latitude, longitude)
    SELECT format('GRID%s/%s', i, k), i * 10, k * 20
    FROM generate_series(-9, 9) AS i, generate_series(-9, 9) AS k;
ANALYZE ocean.station;
CREATE FUNCTION pg_temp.differences(OUT found bigint, OUT differ bigint) LANGUAGE sql AS $$
    WITH search AS (
        SELECT north, east, radius
        FROM generate_series(-90, 90, 15) AS north, generate_series(-180, 180, 30) AS east,
             unnest(ARRAY[0, 1200000, 5000000, 20100000]::double precision[]) AS radius
    ), found AS (
        SELECT north, east, radius, n.code
        FROM search, ocean.nearest_stations(north, east, NULL, radius) AS n
    ), expected AS (
        SELECT north, east, radius, s.code
        FROM search, ocean.station AS s
        WHERE s.active AND ocean.distance_m(north, east, s.latitude, s.longitude) <= radius
    )
    SELECT (SELECT count(*) FROM found),
           (SELECT count(*) FROM (TABLE found EXCEPT ALL TABLE expected) AS too_many)
           + (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE found) AS missed)
$$;
SELECT found, differ FROM pg_temp.differences();
SET enable_seqscan = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (COSTS OFF) '' || query; END';
SELECT count(*) AS scans_by_latitude
FROM pg_temp.plan('SELECT code FROM ocean.nearest_stations(42.36, -71.06, 3, 50000)') AS line
WHERE line LIKE '%Index Cond: %(latitude >= %(latitude <= %';
SELECT found, differ FROM pg_temp.differences();
RESET enable_seqscan;

-- A search that cannot be meant is refused, also where no station is near.
SELECT ocean.nearest_stations(91, 0);
SELECT ocean.nearest_stations('NaN', 0);
SELECT ocean.nearest_stations(0, -180.5);
SELECT ocean.nearest_stations(0, 'Infinity');
SELECT ocean.nearest_stations(NULL, 0);
SELECT ocean.nearest_stations(0, NULL);
SELECT ocean.nearest_stations(0, 0, max_distance_m => -1);
SELECT ocean.nearest_stations(0, 0, max_distance_m => 'NaN');
SELECT ocean.nearest_stations(0, 0, max_results => -1);

-- Readers read, administrators keep stations, others may do nothing.
CREATE ROLE ocean_test_other;
CREATE ROLE ocean_test_reader IN ROLE tidehold_reader;
CREATE ROLE ocean_test_admin IN ROLE tidehold_admin;
SET ROLE ocean_test_other;
SELECT count(*) FROM ocean.station;
RESET ROLE;
SET ROLE ocean_test_reader;
SELECT code FROM ocean.nearest_stations(42.36, -71.06, 1);
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('READER', 0, 0);
SELECT ocean.new_id();
RESET ROLE;
SET ROLE ocean_test_admin;
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('ADMIN', 0, 0) RETURNING code;
UPDATE ocean.station SET active = false WHERE code = 'ADMIN';
DELETE FROM ocean.station WHERE code = 'ADMIN' RETURNING code;
RESET ROLE;
SELECT p.proname FROM pg_proc AS p
WHERE p.pronamespace = 'ocean'::regnamespace AND has_function_privilege('ocean_test_other', p.oid, 'EXECUTE');

-- Nothing is written in a read-only transaction.
BEGIN READ ONLY;
SELECT ocean.new_id();
ROLLBACK;

DROP ROLE ocean_test_other, ocean_test_reader, ocean_test_admin;
DROP EXTENSION tidehold_ocean;
DROP SCHEMA IF EXISTS ocean;
