-- How good forecasts were: measures as aggregates.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;

-- By hand.  Errors are 2, -5, and 0 where both are 0; one value is missing.
CREATE TEMPORARY TABLE past (actual double precision, forecast double precision, lower double precision, upper double precision);
INSERT INTO past VALUES (10, 8, 9, 12), (20, 25, 10, 15), (NULL, 7, 0, 9), (0, 0, 1, 4);
SELECT tidehold.smape(actual, forecast) AS smape, (200 * 2 / 18.0 + 200 * 5 / 45.0) / 3 AS by_hand FROM past;
SELECT tidehold.mae(actual, forecast) AS mae, 7 / 3.0 AS by_hand FROM past;
SELECT tidehold.rmse(actual, forecast) AS rmse, sqrt(29 / 3.0) AS by_hand FROM past;
SELECT tidehold.mase(actual, forecast, 2) AS mase, 7 / 3.0 / 2 AS by_hand FROM past;
SELECT tidehold.rmsse(actual, forecast, 4) AS rmsse, sqrt(29 / 3.0 / 4) AS by_hand FROM past;
SELECT tidehold.bias(actual, forecast) AS bias, (30 - 33) / 30.0 AS by_hand FROM past;
-- Widths 3, 5, 3; 20 lies 5 above and 0 lies 1 below; 2 / (1 - level) is 40.
SELECT tidehold.msis(actual, lower, upper, 0.95, 2) AS msis, (11 + 40 * 6) / 3.0 / 2 AS by_hand FROM past;
SELECT tidehold.coverage(actual, lower, upper) AS coverage, 1 / 3.0 AS by_hand FROM past;
SELECT tidehold.pinball(actual, forecast, 0.9) AS pinball, (0.9 * 2 + 0.1 * 5) / 3 AS by_hand FROM past;
SELECT tidehold.owa(10, 1, 20, 4) AS owa, (0.5 + 0.25) / 2 AS by_hand;

-- Opposite signs are the worst, limits count as inside, and may be infinite.
SELECT tidehold.smape(-1, 1), tidehold.coverage(9, 9, 12), tidehold.coverage(12, 9, 12),
       tidehold.coverage(5, '-Infinity', 6), tidehold.coverage(7, '-Infinity', 6) AS outside;

-- Scales: differences of neighbours, of a period; squares from the first demand on.
SELECT tidehold.mase_scale('{0,0,3,5,NULL,1,2}') AS one, tidehold.mase_scale('{0,0,3,5,NaN,1,2}', 2) AS two,
       tidehold.rmsse_scale('{0,0,3,5,NULL,1,2}') AS squares;
SELECT tidehold.mase_scale('{}') AS none, tidehold.mase_scale('{1}') AS one, tidehold.mase_scale('{1,2}', 2) AS short,
       tidehold.mase_scale('{5,5,5}') AS constant, tidehold.rmsse_scale('{0,0}') AS no_demand,
       tidehold.rmsse_scale(NULL) AS unknown, tidehold.mase_scale('{NULL,NaN}') AS all_missing;

-- A set of series: each with a scale of its own; a constant one has none and takes no part.
WITH series (sku, train, actual, forecast) AS (VALUES
    ('A', ARRAY[1, 3, 5]::double precision[], 9, 7), ('B', ARRAY[100, 200, 300], 500, 400), ('C', ARRAY[4, 4, 4], 4, 5))
SELECT tidehold.mase(actual, forecast, tidehold.mase_scale(train)) AS mase, count(*) FROM series;

-- What nothing is known of is NULL; so is a bias of no demand.
SELECT tidehold.smape(actual, forecast), tidehold.mae(actual, forecast), tidehold.rmse(actual, forecast),
       tidehold.bias(actual, forecast), tidehold.coverage(actual, 0, 1), tidehold.pinball(actual, forecast, 0.5)
FROM (VALUES (NULL::double precision, 1::double precision), (1, NULL), ('NaN', 1), (1, 'NaN')) AS nothing(actual, forecast);
SELECT tidehold.smape(1, 1), tidehold.mase(1, 1, 1), tidehold.msis(1, 1, 1, 0.9, 1), tidehold.bias(1, 1) WHERE false;
SELECT tidehold.bias(actual, forecast), tidehold.mase(actual, forecast, 0) FROM (VALUES (0, 1), (1, 2), (-1, 0)) AS z(actual, forecast);
SELECT tidehold.owa(1, 1, 0, 1), tidehold.owa(1, 1, NULL, 1);

-- Means of what is too large to be added up, of what a running sum would lose, and the
-- errors that do not fit.
SELECT abs(tidehold.mae(x, 0) / 1.7e308 - 1) < 1e-15 AS huge FROM (VALUES (1.7e308), (-1.7e308), (1.7e308)) AS v(x);
SELECT tidehold.bias(x, 0) AS bias, tidehold.bias(x, x / 2) AS half FROM (VALUES (1e300), (1), (-1e300)) AS v(x);
SELECT tidehold.mae(x, 0) AS tiny FROM (VALUES (1e-320), (0)) AS v(x);
SELECT tidehold.mae(1.7e308, -1.7e308);
SELECT tidehold.rmse(1e200, 0);
SELECT tidehold.smape('Infinity', 1);
SELECT tidehold.mae('Infinity', 'Infinity');

-- Arguments that cannot be meant.
SELECT tidehold.mase(1, 2, -1);
SELECT tidehold.mase(1, 2, 'Infinity');
SELECT tidehold.msis(1, 0, 2, 1, 1);
SELECT tidehold.msis(1, 0, 2, 95, 1);
SELECT tidehold.pinball(1, 2, 0);
SELECT tidehold.mase_scale('{1,2,3}', 0);
SELECT tidehold.mase_scale('{1,-Infinity,3}');
SELECT tidehold.rmsse_scale('{{1,2},{3,4}}');

-- The same bits in any order and by any number of workers: sizes from 1e-30 to 1e30.
CREATE TABLE forecast_accuracy_many AS
    SELECT i, (i * 7919 % 1009 - 500) * 10.0 ^ (i * 31 % 61 - 30) AS actual,
           (i * 104729 % 1013 - 500) * 10.0 ^ (i * 17 % 61 - 30) AS forecast
    FROM generate_series(1, 20000) AS i;
ALTER TABLE forecast_accuracy_many ALTER actual TYPE double precision, ALTER forecast TYPE double precision;
ALTER TABLE forecast_accuracy_many SET (parallel_workers = 3);
ANALYZE forecast_accuracy_many;
CREATE VIEW forecast_accuracy_all AS
    SELECT tidehold.smape(actual, forecast), tidehold.mae(actual, forecast), tidehold.rmse(actual, forecast),
           tidehold.mase(actual, forecast, 3), tidehold.rmsse(actual, forecast, 3), tidehold.bias(actual, forecast),
           tidehold.msis(actual, forecast - 1, forecast + 1, 0.9, 3), tidehold.coverage(actual, forecast - 1, forecast + 1),
           tidehold.pinball(actual, forecast, 0.3)
    FROM forecast_accuracy_many;
SET max_parallel_workers_per_gather = 0;
SELECT * FROM forecast_accuracy_all \gset serial_
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT * FROM forecast_accuracy_all;
SELECT smape = :'serial_smape' AS smape, mae = :'serial_mae' AS mae, rmse = :'serial_rmse' AS rmse, mase = :'serial_mase' AS mase,
       rmsse = :'serial_rmsse' AS rmsse, bias = :'serial_bias' AS bias, msis = :'serial_msis' AS msis,
       coverage = :'serial_coverage' AS coverage, pinball = :'serial_pinball' AS pinball
FROM forecast_accuracy_all;
SELECT count(DISTINCT (smape, mae, rmse, bias)) AS results
FROM generate_series(1, 20) AS seed CROSS JOIN LATERAL (
    SELECT tidehold.smape(actual, forecast ORDER BY md5(seed || ' ' || i)), tidehold.mae(actual, forecast ORDER BY md5(seed || ' ' || i)),
           tidehold.rmse(actual, forecast ORDER BY md5(seed || ' ' || i)), tidehold.bias(actual, forecast ORDER BY md5(seed || ' ' || i))
    FROM forecast_accuracy_many WHERE i <= 1000) AS one;
-- A plain sum of the same rows would not pass.
SELECT count(DISTINCT total) > 1 AS plain_sums_differ
FROM generate_series(1, 20) AS seed CROSS JOIN LATERAL (
    SELECT sum(abs(actual - forecast) ORDER BY md5(seed || ' ' || i)) AS total
    FROM forecast_accuracy_many WHERE i <= 1000) AS one;

-- A running measure: the result of a window leaves its state as it was.
SELECT i, round(tidehold.mae(actual, forecast) OVER (ORDER BY i)::numeric, 6) AS mae
FROM (VALUES (1, 10, 8), (2, 20, 25), (3, NULL, 1), (4, 0, 0)) AS v(i, actual, forecast);

-- Readers may, others may not, and nobody may call what takes a state.
CREATE ROLE forecast_accuracy_reader IN ROLE tidehold_reader;
CREATE ROLE forecast_accuracy_other;
GRANT USAGE ON SCHEMA tidehold TO forecast_accuracy_other;
SET ROLE forecast_accuracy_reader;
SELECT tidehold.smape(1, 1), tidehold.owa(1, 1, 1, 1), tidehold.mase_scale('{1,2}');
RESET ROLE;
SET ROLE forecast_accuracy_other;
SELECT tidehold.smape(1, 1);
RESET ROLE;

DROP VIEW forecast_accuracy_all;
DROP TABLE forecast_accuracy_many;
DROP OWNED BY forecast_accuracy_reader, forecast_accuracy_other;
DROP ROLE forecast_accuracy_reader, forecast_accuracy_other;
