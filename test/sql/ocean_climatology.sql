-- Climatologies as values and as stored objects: policies, versions, errors.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET datestyle = iso;
\set SHOW_CONTEXT never

-- A sea with a year and two slow waves in it, ten years of days.
CREATE FUNCTION sea(day date) RETURNS double precision IMMUTABLE LANGUAGE sql AS $$
    SELECT round((15 + 5 * sin(2 * pi() * extract(doy FROM day)::float8 / 365.25)
                  + 1.2 * sin((day - '2000-01-01') * 2 * pi() / 97) + 0.8 * sin((day - '2000-01-01') * 2 * pi() / 41))::numeric, 3)
$$;
CREATE TABLE sea AS SELECT day::date, sea(day::date) AS value FROM generate_series(date '2001-01-01', '2010-12-31', '1 day') AS day;
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('REEF', -18, 147), ('NEAR', -18.1, 147), ('EMPTY', 0, 0);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station;
CREATE FUNCTION stream(text) RETURNS bigint STABLE LANGUAGE sql AS
    'SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = $1';
INSERT INTO ocean.daily_mean SELECT stream('REEF'), day, value, 1, 0, 1, 1, 1 FROM sea;
INSERT INTO ocean.daily_mean SELECT stream('NEAR'), day, value + 0.1, 1, 0, 1, 1, 1 FROM sea WHERE day >= '2009-03-01';

-- The day of the year is that of a leap year.
SELECT day, ocean.day_of_year(day) FROM unnest('{2001-01-01,2001-02-28,2004-02-29,2001-03-01,2004-03-01,2001-12-31,2004-12-31}'::date[]) AS day;

-- Of rows, of arrays and of a stream: the same bits.
CREATE VIEW curves AS
    SELECT 1 AS n, ocean.climatology(day, value) AS curve FROM sea
    UNION ALL SELECT 2, ocean.climatology(day, value, NULL) FROM sea
    UNION ALL SELECT 3, ocean.climatology_values(array_agg(day ORDER BY day), array_agg(value ORDER BY day)) FROM sea
    UNION ALL SELECT 4, ocean.climatology_values(array_agg(day ORDER BY value), array_agg(value ORDER BY value)) FROM sea
    UNION ALL SELECT 5, ocean.climatology_stream(stream('REEF'));
SELECT count(DISTINCT curve) AS curves FROM curves;
SELECT (curve).kind, (curve).first_year, (curve).last_year, (curve).years, (curve).observed, (curve).guarded,
       (curve).first_day, (curve).last_day, cardinality((curve).mean) AS days FROM curves WHERE n = 1;
SELECT d.day_of_year, round(d.mean::numeric, 6) AS mean, round(d.threshold::numeric, 6) AS threshold, d.samples
FROM curves, ocean.climatology_days(curve) AS d WHERE n = 1 AND d.day_of_year IN (1, 59, 60, 61, 200, 366);

-- By hand: day 200 without smoothing is the mean and the ninth decile of its 110 values.
SELECT round((d.mean - h.mean)::numeric, 9) AS mean, round((d.threshold - h.threshold)::numeric, 9) AS threshold, d.samples = h.n AS samples
FROM ocean.climatology_days(ocean.climatology_stream(stream('REEF'), ocean.heatwave_options(smoothing_width => 1))) AS d,
    (SELECT avg(s.value) AS mean, percentile_cont(0.9) WITHIN GROUP (ORDER BY s.value) AS threshold, count(*) AS n
     FROM sea AS c JOIN sea AS s ON s.day BETWEEN c.day - 5 AND c.day + 5 WHERE ocean.day_of_year(c.day) = 200) AS h
WHERE d.day_of_year = 200;

-- Cold is one flag, and the percentile stays what it is; seasons may have their own.
SELECT round((w.threshold - w.mean)::numeric, 3) AS warm, round((c.threshold - c.mean)::numeric, 3) AS cold,
       round((s.threshold - s.mean)::numeric, 3) AS in_season
FROM ocean.climatology_days(ocean.climatology_stream(stream('REEF'))) AS w
JOIN ocean.climatology_days(ocean.climatology_stream(stream('REEF'), ocean.heatwave_options(kind => 'cold_spell'))) AS c USING (day_of_year)
JOIN ocean.climatology_days(ocean.climatology_stream(stream('REEF'), ocean.heatwave_options(
    month_percentiles => '{90,90,90,90,99,99,99,99,90,90,90,90}'))) AS s USING (day_of_year)
WHERE day_of_year IN (15, 197);
SELECT ocean.detect_stream(stream('REEF'), ocean.heatwave_options(kind => 'cold_spell'), ocean.climatology_stream(stream('REEF')));
SELECT count(*) > 0 AND bool_and(intensity_max < 0) AS cold_by_the_curve
FROM ocean.detect_stream(stream('REEF'), NULL, ocean.climatology_stream(stream('REEF'), ocean.heatwave_options(kind => 'cold_spell')));

-- Stored: a version of its name each time, and never changed.
SELECT ocean.make_climatology(stream('REEF'), ocean.heatwave_options(first_year => 2001, last_year => 2005)) AS fixed \gset
SELECT ocean.make_climatology(stream('REEF'), ocean.heatwave_options(first_year => 2001, last_year => 2005)) AS again \gset
SELECT ocean.make_climatology(stream('REEF'), ocean.heatwave_options(kind => 'cold_spell', first_year => 2001, last_year => 2005)) AS cold \gset
SELECT ocean.make_climatology(stream('REEF'), ocean.heatwave_options(shift_years => 5)) AS shifting \gset
SELECT ocean.make_climatology(stream('REEF'), ocean.heatwave_options(percentile => 95), name => 'all, 95') AS strict \gset
SELECT kind, name, version, first_year, last_year, shift_years, percentile, years, observed, data_through, data_revision, created_by = current_user AS mine
FROM ocean.climatology ORDER BY climatology_id;
SELECT count(*), min(samples) FROM ocean.climatology_day WHERE climatology_id = :fixed;
SELECT count(DISTINCT (ocean.stored_curve(c)).threshold) FROM unnest(ARRAY[:fixed, :again]::bigint[]) AS c;
SELECT kind, name, version FROM ocean.current_climatology ORDER BY kind, name;
-- What is stored detects as what is not.
SELECT count(*) AS events, count(*) FILTER (WHERE d IS DISTINCT FROM v) AS other
FROM ocean.detect(stream('REEF'), :fixed) AS d
FULL JOIN ocean.detect_stream(stream('REEF'), ocean.heatwave_options(first_year => 2001, last_year => 2005)) AS v USING (event_no);
SELECT count(*) FROM ocean.detect(stream('REEF'), 1);

-- A shifting baseline moves when another year is over, and takes its watch along.
SELECT ocean.watch_heatwaves(stream('REEF'), :shifting) > 0 AS events;
SELECT count(*) FROM ocean.renew_climatologies();
INSERT INTO ocean.daily_mean SELECT stream('REEF'), day::date, sea(day::date), 1, 0, 1, 1, 2 FROM generate_series(date '2011-01-01', '2011-12-30', '1 day') AS day;
SELECT count(*) FROM ocean.renew_climatologies();
INSERT INTO ocean.daily_mean SELECT stream('REEF'), '2011-12-31', sea('2011-12-31'), 1, 0, 1, 1, 3;
SELECT replaced = :shifting AS replaced FROM ocean.renew_climatologies();
SELECT c.name, c.version, c.first_year, c.last_year, s.active, s.phase, s.through
FROM ocean.heatwave_state AS s JOIN ocean.climatology AS c USING (climatology_id) ORDER BY c.version;
-- Corrected values make new versions of those that they are in, if asked to.
SELECT count(*) FROM ocean.renew_climatologies(stream('REEF'));
UPDATE ocean.daily_mean SET mean = mean + 1, revision = 4 WHERE stream_id = stream('REEF') AND day = '2003-07-01';
SELECT count(*) FROM ocean.renew_climatologies(stream('REEF'), corrected => true);
SELECT kind, name, version, data_revision FROM ocean.current_climatology ORDER BY kind, name;
SELECT count(*) FROM ocean.renew_climatologies(stream('REEF'), corrected => true);

-- A short record: refused, or borrowed if it fits.
SELECT ocean.make_climatology(stream('NEAR'), ocean.heatwave_options(min_years => 5));
SELECT ocean.make_climatology(stream('NEAR'), ocean.heatwave_options(min_years => 5), borrow_from => stream('REEF'), max_rmse => 2) AS borrowed \gset
SELECT name, borrowed_from = stream('REEF') AS from_reef, max_rmse, fit_observed, round(fit_bias::numeric, 3) AS bias, round(fit_rmse::numeric, 3) AS rmse
FROM ocean.climatology WHERE climatology_id = :borrowed;
SELECT ocean.make_climatology(stream('NEAR'), ocean.heatwave_options(min_years => 5), borrow_from => stream('REEF'), max_rmse => 0.5);
SELECT ocean.make_climatology(stream('NEAR'), ocean.heatwave_options(min_years => 1), borrow_from => stream('REEF')) AS own \gset
SELECT name, borrowed_from IS NULL AS own FROM ocean.climatology WHERE climatology_id = :own;
SELECT observed, round(bias::numeric, 3) AS bias, round(rmse::numeric, 3) AS rmse, round(rmse_less_bias::numeric, 3) AS rmse_less_bias
FROM ocean.climatology_fit_stream(stream('NEAR'), ocean.stored_curve(:fixed));

-- A threshold that falls to the mean makes no event of nothing, and says so.
WITH ice AS (
    SELECT day, CASE WHEN extract(month FROM day) <= 4 THEN -1.8 ELSE value END AS value FROM sea
), curve AS (SELECT ocean.climatology(day, value) AS curve FROM ice)
SELECT (curve).guarded > 0 AS guarded,
       (SELECT count(*) FROM (SELECT array_agg(day) AS day, array_agg(value) AS value FROM ice) AS i, ocean.detect_values(day, value) AS h
        WHERE extract(month FROM h.start_date) <= 3 AND h.intensity_max <= 0) AS of_ice
FROM curve;

-- What cannot be is refused.
SELECT ocean.climatology_values('{}', '{}');
SELECT ocean.climatology_values(NULL, '{}') IS NULL AS null_of_null, (SELECT ocean.climatology(day, value) FROM sea WHERE false) IS NULL AS null_of_nothing;
SELECT ocean.climatology_values('{2001-01-01}', '{1,2}');
SELECT ocean.climatology_values('{2001-01-01,2001-01-01}', '{1,2}');
SELECT ocean.climatology_values('{2001-01-01,NULL}', '{1,2}');
SELECT ocean.climatology_values('{2001-01-01,infinity}', '{1,2}');
SELECT ocean.climatology_values('{2001-01-01,2001-01-02}', '{1,Infinity}');
SELECT ocean.climatology_values('{2001-01-01,4001-01-02}', '{1,2}');
SELECT ocean.climatology(day, 'NaN') FROM sea;
SELECT ocean.climatology(NULL, value) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(min_years => extract(year FROM day)::int - 2001)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(first_year => 1991, last_year => 2000)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(first_year => 2002, last_year => 2001)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(min_years => 11)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(shift_years => 3, first_year => 2001)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(shift_years => 20)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(kind => 'hot')) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(percentile => 100)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(percentile => 'NaN')) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(month_percentiles => '{90}')) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(month_percentiles => array_fill(NULL::float8, '{12}'))) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(smoothing_width => 30)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(window_half_width => 200)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(pad_days => -1)) FROM sea;
SELECT ocean.climatology(day, value, ocean.heatwave_options(min_duration => 0)) FROM sea;
SELECT ocean.climatology_stream(stream('EMPTY'));
SELECT ocean.make_climatology(stream('EMPTY'));
SELECT ocean.make_climatology(-1);
SELECT ocean.make_climatology(NULL);
SELECT ocean.detect_stream(stream('REEF'), NULL, ROW('heatwave', 1, 1, 1, 1, 0, NULL, NULL, '{1}', '{2}', NULL)::ocean.climatology_curve);

-- Defined: one day; a constant series; days that are absent; a leap day.
SELECT (c).years, (c).observed, (c).mean[1], (c).mean[100] FROM ocean.climatology_values('{2001-01-01}', '{20}', ocean.heatwave_options(smoothing_width => 1)) AS c;
SELECT (c).guarded, (c).mean[1] = 20 AND (c).threshold[366] = 20 AS constant, (SELECT count(*) FROM ocean.detect_values(d.day, d.value)) AS events
FROM (SELECT array_agg(day) AS day, array_agg(20.0::float8) AS value FROM sea) AS d, ocean.climatology_values(d.day, d.value) AS c;
SELECT abs((c).mean[60] - ((c).mean[59] + (c).mean[61]) / 2) < 1e-12 AS leap
FROM ocean.climatology_stream(stream('REEF'), ocean.heatwave_options(smoothing_width => 1)) AS c;

-- Readers may read and compute, and store nothing; who may not read the table does not by a function.
CREATE ROLE climatology_reader IN ROLE tidehold_reader;
CREATE ROLE climatology_other;
GRANT USAGE ON SCHEMA ocean TO climatology_other;
GRANT EXECUTE ON FUNCTION ocean.climatology_stream TO climatology_other;
SELECT stream('REEF') AS reef \gset
SET ROLE climatology_reader;
SELECT (ocean.climatology_stream(:reef)).years;
SELECT ocean.make_climatology(:reef);
SET ROLE climatology_other;
SELECT (ocean.climatology_stream(:reef)).years;
RESET ROLE;
REVOKE ALL ON SCHEMA ocean FROM climatology_other;
REVOKE ALL ON FUNCTION ocean.climatology_stream FROM climatology_other;
DROP ROLE climatology_reader, climatology_other;

-- Parallel workers make climatologies, each of its own streams.
INSERT INTO ocean.station (code, latitude, longitude) SELECT 'P' || n, 0, n FROM generate_series(1, 12) AS n;
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station WHERE code ~ '^P\d';
INSERT INTO ocean.daily_mean SELECT stream('P' || n), day, value + n, 1, 0, 1, 1, 1 FROM sea, generate_series(1, 12) AS n;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (COSTS OFF) '' || query; END';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE ocean.stream SET (parallel_workers = 2);
ANALYZE ocean.stream;
SELECT count(*) AS gathers FROM plan('SELECT sum((ocean.climatology_stream(stream_id)).observed) FROM ocean.stream WHERE stream_id > 0') AS line WHERE line LIKE '%Gather%';
SELECT count(*), sum(events) FROM (
    SELECT s.stream_id, (SELECT count(*) FROM ocean.detect_stream(s.stream_id)) AS events
    FROM ocean.stream AS s JOIN ocean.station USING (station_id) WHERE code ~ '^P\d') AS d;
SET max_parallel_workers_per_gather = 0;
SELECT count(*), sum(events) FROM (
    SELECT s.stream_id, (SELECT count(*) FROM ocean.detect_stream(s.stream_id)) AS events
    FROM ocean.stream AS s JOIN ocean.station USING (station_id) WHERE code ~ '^P\d') AS d;

DROP FUNCTION plan, stream, sea CASCADE;
DROP TABLE sea;
DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean CASCADE;
