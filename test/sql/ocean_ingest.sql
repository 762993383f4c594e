-- ocean.ingest(): arrays, files of the National Data Buoy Center, CSV; the view for late rows.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';

INSERT INTO ocean.station (code, latitude, longitude) VALUES ('44013', 42.346, -70.651), ('41008', 31.4, -80.87), ('BARE', 0, 0);
INSERT INTO ocean.stream (station_id, variable_id, cadence)
    SELECT s.station_id, v.variable_id, '10 min' FROM ocean.station AS s CROSS JOIN ocean.variable AS v
    WHERE s.code = '44013' AND v.code IN ('sea_water_temperature', 'sea_surface_wave_significant_height', 'wind_from_direction',
          'wind_speed', 'air_pressure_at_mean_sea_level', 'water_level', 'tendency_of_air_pressure');
INSERT INTO ocean.sensor (station_id, code) SELECT station_id, 'CTD' FROM ocean.station WHERE code = '41008';
INSERT INTO ocean.stream (station_id, variable_id, depth_m, cadence)
    SELECT s.station_id, v.variable_id, d.depth_m, '1 hour' FROM ocean.station AS s CROSS JOIN ocean.variable AS v
    CROSS JOIN (VALUES (1.0), (10.0)) AS d (depth_m)
    WHERE s.code = '41008' AND v.code IN ('sea_water_temperature', 'sea_water_practical_salinity', 'fractional_saturation_of_oxygen_in_sea_water',
          'sea_water_electrical_conductivity');
CREATE VIEW pg_temp.rows AS
    SELECT s.code AS station, left(v.code, 24) AS variable, m.depth_m, o.observed_at, o.value
    FROM ocean.observation AS o JOIN ocean.stream AS m USING (stream_id) JOIN ocean.station AS s USING (station_id)
    JOIN ocean.variable AS v USING (variable_id);

-- The same row twice is one row, a changed value a correction; NaN and NULL are missing.
PREPARE take(double precision[]) AS
    SELECT * FROM ocean.ingest('44013', 'sea_water_temperature',
        '{2022-07-01 00:00, 2022-07-01 00:10, 2022-07-01 00:20, 1985-03-01 00:00}', $1);
EXECUTE take('{15, NaN, NULL, 4.5}');
EXECUTE take('{15, NaN, NULL, 4.5}');
EXECUTE take('{15.5, NaN, 14.5, 4.5}');
EXECUTE take('{15.5, NaN, 14.5, 4.5}');
-- A missing value replaces none, unless it is meant to.
EXECUTE take('{NULL, NULL, NULL, NULL}');
SELECT corrected, unchanged FROM ocean.ingest('44013', 'sea_water_temperature', '{2022-07-01 00:20}', '{NULL}', withdraw => true, reason => 'buoy adrift');
SELECT observed_at, value FROM ocean.observation ORDER BY observed_at;
SELECT observed_at, revision, value, reason FROM ocean.observation_revision ORDER BY observed_at, revision;
SELECT partition FROM ocean.observation_partition ORDER BY since;
-- Of two rows of one time the one with a value counts, of two values the later one.
SELECT inserted, unchanged FROM ocean.ingest('44013', 'sea_water_temperature',
    '{2022-07-02, 2022-07-02, 2022-07-03, 2022-07-03, 2022-07-03}', '{16, NULL, 17, 18, NULL}');
SELECT observed_at, value FROM ocean.observation WHERE observed_at >= '2022-07-02' ORDER BY observed_at;

-- A flag that comes with the row is kept; another one is a correction, none is no change.
PREPARE flagged(smallint[]) AS
    SELECT inserted, unchanged, corrected FROM ocean.ingest('44013', 'sea_water_temperature', '{2022-07-03 01:00, 2022-07-03 02:00}', '{15, 15}', $1);
EXECUTE flagged('{3, NULL}');
EXECUTE flagged('{3, NULL}');
EXECUTE flagged('{4, 3}');
EXECUTE flagged('{NULL, 3}');
SELECT observed_at, flag FROM ocean.observation WHERE observed_at > '2022-07-03' ORDER BY observed_at;

-- What cannot be taken is counted and named; it makes no partition.
\set VERBOSITY terse
SELECT inserted, refused, reasons FROM ocean.ingest('44013', 'sea_water_temperature',
    '{2022-07-04 00:00, 2100-01-01, 1492-10-12, infinity, -infinity, NULL, 2022-07-04 00:10, 2022-07-04 00:20}',
    '{1, 1, 1, 1, 1, 1, Infinity, 1}', '{1, 1, 1, 1, 1, 1, 1, 77}');
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{2100-01-01}', '{1}');
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{2022-07-05, 2100-01-01}', '{1, 1}', strict => true);
SELECT count(*) FROM ocean.observation WHERE observed_at >= '2022-07-05';
SELECT count(*) FROM ocean.observation_partition WHERE since > '2022-08-01' OR since < '1985-03-01';
-- Twelve are refused, ten are named.
SELECT inserted, refused, cardinality(reasons) FROM ocean.ingest('44013', 'sea_water_temperature',
    array_append(array_fill('2100-01-01'::timestamptz, ARRAY[12]), '2022-07-04 00:00'), array_fill(1.0::double precision, ARRAY[13]));
-- The limits are settings.
SET tidehold.observation_first_year = 2020;
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{2019-12-31 23:59:59}', '{1}');
RESET tidehold.observation_first_year;
SELECT refused FROM ocean.ingest('44013', 'sea_water_temperature', ARRAY['2022-07-01', now() + interval '25 hours'], '{15.5, 1}');
SET tidehold.observation_ahead_max = '2d';
SELECT inserted FROM ocean.ingest('44013', 'sea_water_temperature', ARRAY[now() + interval '25 hours'], '{15}');
RESET tidehold.observation_ahead_max;

-- Nothing at all, and arguments that cannot be meant.
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{}', '{}');
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{2022-07-05}', '{}');
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', '{2022-07-05}', '{1}', '{}');
SELECT * FROM ocean.ingest('44013', 'sea_water_temperature', NULL, '{}');
SELECT * FROM ocean.ingest(NULL, 'sea_water_temperature', '{}', '{}');
SELECT * FROM ocean.ingest('NOWHERE', 'sea_water_temperature', '{}', '{}');
SELECT * FROM ocean.ingest('44013', 'sea_serpents', '{}', '{}');
SELECT * FROM ocean.ingest('44013', 'wind_speed_of_gust', '{}', '{}');
SELECT * FROM ocean.ingest('41008', 'sea_water_temperature', '{}', '{}');
SELECT * FROM ocean.ingest('41008', 'sea_water_temperature', '{}', '{}', depth_m => 5);
SELECT inserted FROM ocean.ingest('41008', 'sea_water_temperature', '{2022-07-05}', '{20}', depth_m => 10);
SELECT * FROM ocean.ingest_stream(-1, '{}', '{}');
-- By id, one and many.
SELECT stream_id AS id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = '44013' AND variable_id = 1 \gset
SELECT inserted FROM ocean.ingest_stream(:id, '{2022-07-06}', '{15}');
SELECT inserted, refused, reasons FROM ocean.ingest_many(ARRAY[:id, -1, NULL, :id], '{2022-07-06 01:00, 2022-07-06, 2022-07-06, 2022-07-06 02:00}', '{15, 1, 1, 15.5}');
\set VERBOSITY default

-- Realtime standard meteorological data, newest first; a column without a stream is passed over.
DELETE FROM ocean.observation;
SELECT * FROM ocean.ingest_ndbc('44013',
'#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE
#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft
2023 08 14 12 20  99  4.0  5.0    MM    MM    MM  MM 1009.9  20.1  18.4  17.0   MM   MM    MM
2023 08 14 12 10 180  4.0  5.0   0.6     8   4.4 120 1009.8  20.0  18.3  17.0   MM -0.4  1.00
2023 08 14 12 10 180  4.0  5.0    MM    MM    MM  MM 1009.8  20.0    MM  17.0   MM -0.4  1.00
2023 08 14 11 70 180  4.0  5.0   0.6     8   4.4 120 1009.8  20.0  18.3  17.0   MM -0.4  1.00
2023 08 14 11 50 180  4.0  5.0   0.6     8   4.4
2023 08 14 11 40 180  four 5.0   0.6     8   4.4 120 1009.8  20.0  18.3  17.0   MM -0.4  1.00
');
SELECT variable, observed_at, value FROM pg_temp.rows ORDER BY variable, observed_at;

-- Historical: no mark before the header, no units, no minutes, years of two digits, nines.
DELETE FROM ocean.observation;
SELECT inserted, refused, ignored FROM ocean.ingest_ndbc('44013',
'YY MM DD hh WD   WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP  DEWP  VIS
97 12 31 23 250 99.0 99.0 99.00 99.00 99.00 999 9999.0 999.0 999.0 999.0 99.0
98 01 01 00  99 09.9 11.1 01.20 08.30 05.10 999 0999.0  -1.3  04.2 999.0 99.0
YYYY MM DD hh mm  WD  WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP  DEWP  VIS  TIDE
2005 01 01 00 00 999  9.9 11.1   1.20  8.30  5.10 999 1012.0  -1.3   4.2 999.0 99.0 99.00
');
SELECT variable, observed_at, value FROM pg_temp.rows ORDER BY variable, observed_at;

-- Oceanographic data: depths, and an oxygen saturation of 99.9 % that is one.
DELETE FROM ocean.observation;
SELECT inserted, refused, ignored FROM ocean.ingest_ndbc('41008',
E'#YY  MM DD hh mm   DEPTH  OTMP   COND   SAL   O2% O2PPM  CLCON  TURB    PH    EH\r\n#yr  mo dy hr mn       m  degC  mS/cm   psu     %   ppm   ug/l   FTU     -    mv\r\n2021 05 01 10 00       1 22.13   99.9  35.1  99.9  99.0   99.0 999.0  99.9  9999\r\n2021 05 01 10 00      10 21.90   50.1  99.9 999.0    MM     MM    MM    MM    MM\r\n2021 05 01 10 00      30 21.00   50.1  35.1    MM    MM     MM    MM    MM    MM\r\n');
SELECT variable, depth_m, observed_at, value FROM pg_temp.rows ORDER BY variable, depth_m, observed_at;

\set VERBOSITY terse
SELECT * FROM ocean.ingest_ndbc('44013', '2023 08 14 12 20 180 4.0');
SELECT * FROM ocean.ingest_ndbc('44013', '#YY MM DD WSPD');
SELECT * FROM ocean.ingest_ndbc('NOWHERE', '');
SELECT inserted, ignored FROM ocean.ingest_ndbc('BARE', E'#YY MM DD hh mm WSPD\n2023 08 14 12 20 4.0');
SELECT inserted, refused FROM ocean.ingest_ndbc('44013', '');
SELECT * FROM ocean.ingest_ndbc('44013', E'#YY MM DD hh mm WSPD\n2101 08 14 12 20 4.0');
\set VERBOSITY default

-- CSV: names in any order, quotes, both ends of lines, offsets, flags.
DELETE FROM ocean.observation;
SELECT inserted, refused, reasons FROM ocean.ingest_csv(
E'Time,value,"Station",comment,variable\r\n2022-08-01T00:00:00Z,15.25,44013,"a, ""b""\nc",sea_water_temperature\r\n2022-08-01 02:10+02,,44013,,sea_water_temperature\n\n2022-08-01T00:20:30.5-0030,NaN,44013,,"sea_water_temperature"\n2022-02-30,1,44013,,sea_water_temperature\n2022-08-01,x,44013,,sea_water_temperature\n2022-08-01,1,ZZZ,,sea_water_temperature\n2022-08-01,1,,,sea_water_temperature\n2022-08-01,1\n2022-08-01,1,"44013"x,,sea_water_temperature\n2022-08-03,3,44013,,"sea_water');
SELECT observed_at, value FROM pg_temp.rows ORDER BY observed_at;
SELECT inserted, refused, reasons FROM ocean.ingest_csv(E'44013,2022-08-02,wind_speed,4.5,1\n44013,2022-08-02T01:00,wind_speed,5.5,\n44013,2022-08-02T02:00,wind_speed,5.5,11\n');
SELECT variable, observed_at, value FROM pg_temp.rows WHERE variable = 'wind_speed' ORDER BY observed_at;
SELECT inserted, unchanged FROM ocean.ingest_csv('');

-- The view takes what the table has no partition for.
\set VERBOSITY terse
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (:id, '1971-05-05', 7);
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (:id, '1971-05-05', 7), (:id, '1971-05-05', 7), (:id, '1972-01-01', 'NaN');
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (:id, '2100-01-01', 7);
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (:id, '1971-05-06', 'Infinity');
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (-1, '1971-05-06', 1);
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (NULL, '1971-05-06', 1);
INSERT INTO ocean.late_observation (stream_id, observed_at, value) VALUES (:id, NULL, 1);
INSERT INTO ocean.stream (stream_id, station_id, variable_id, cadence) SELECT 1, station_id, 1, '10 min' FROM ocean.station WHERE code = 'BARE';
COPY ocean.late_observation (stream_id, observed_at, value) FROM stdin WITH (FORMAT csv);
1,1970-02-01 00:00,3.5
1,1970-03-01 00:00,
\.
COPY ocean.late_observation (stream_id, observed_at, value) FROM stdin WITH (FORMAT csv);
1,1970-02-01 01:00,3.5
1,2170-02-01 00:00,3.5
\.
SELECT observed_at, value FROM ocean.observation WHERE observed_at < '1973-01-01' ORDER BY observed_at;
BEGIN READ ONLY;
SELECT * FROM ocean.ingest_stream(:id, '{2022-07-06}', '{15}');
ROLLBACK;

-- More rows than a batch holds, in any order, twice.
SELECT inserted, unchanged FROM ocean.ingest_stream(:id,
    (SELECT array_agg('2023-01-01'::timestamptz + n * interval '10 min' ORDER BY n % 7919, n) FROM generate_series(0, 49999) AS n),
    (SELECT array_agg(10 + n % 7 ORDER BY n % 7919, n) FROM generate_series(0, 49999) AS n));
SELECT inserted, unchanged, corrected FROM ocean.ingest_stream(:id,
    (SELECT array_agg('2023-01-01'::timestamptz + n * interval '10 min' ORDER BY n) FROM generate_series(0, 49999) AS n),
    (SELECT array_agg(10 + n % 7 + (n = 30000)::integer ORDER BY n) FROM generate_series(0, 49999) AS n));
SELECT count(*), min(observed_at), max(observed_at), sum(value) FROM ocean.observation WHERE stream_id = :id AND observed_at >= '2023-01-01' AND observed_at < '2024-01-01';

DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean;
