-- Forecasts of rows: time axes, policies, statuses, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;
SET DateStyle = 'ISO, YMD';

-- The last value goes on, so a forecast shows its dates and its distance.
CREATE FUNCTION naive(VARIADIC more text[] DEFAULT '{}') RETURNS tidehold.forecast_option_set
    LANGUAGE sql AS $$ SELECT '{"method": "naive"}'::jsonb || jsonb_object(more) $$;

-- ---- Times of four types ----
SELECT step, at, mean, quantiles, method, status
FROM unnest((SELECT tidehold.forecast(at, value, 5, 3, naive()) FROM (VALUES (10::bigint, 1), (15, 2), (20, 4)) AS v(at, value)));
SELECT step, at, mean, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper, status
FROM unnest((SELECT tidehold.forecast(at, value, '2 days', 3, naive())
             FROM (VALUES (date '2024-02-25', 1), ('2024-02-27', 2), ('2024-02-29', 4)) AS v(at, value)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, value, '36 hours', 3, naive())
    FROM (VALUES (timestamp '2024-02-28 12:00', 1), ('2024-03-01 00:00', 2)) AS v(at, value)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, value, '15 minutes', 3, naive())
    FROM (VALUES (timestamptz '2024-02-28 12:00+00', 1), ('2024-02-28 12:15+00', 2)) AS v(at, value)));
-- A day of dates may be written as hours.
SELECT at FROM unnest((SELECT tidehold.forecast(date '2024-02-28', 1, '24 hours', 2, naive())));
SELECT pg_typeof((tidehold.forecast(1::bigint, 1, 1, 1))[1].at), pg_typeof((tidehold.forecast(date '2024-01-01', 1, '1 day', 1))[1].at),
       pg_typeof((tidehold.forecast(timestamp '2024-01-01', 1, '1 day', 1))[1].at),
       pg_typeof((tidehold.forecast(timestamptz '2024-01-01', 1, '1 day', 1))[1].at);

-- ---- Months: last days stay last days, other days wait in short months ----
CREATE FUNCTION dates_after(step interval, h integer, VARIADIC dates date[]) RETURNS text
    LANGUAGE sql AS $$
    SELECT string_agg(at::text, ' ') FROM unnest((
        SELECT tidehold.forecast(at, n, step, h, naive()) FROM unnest(dates) WITH ORDINALITY AS d(at, n))) $$;
SELECT dates_after('1 month', 4, '2023-01-31', '2023-02-28', '2023-03-31') AS from_31_january;
SELECT dates_after('1 month', 4, '2023-02-28', '2023-03-31') AS from_28_february;
SELECT dates_after('1 month', 4, '2023-02-28', '2023-03-28') AS day_28;
SELECT dates_after('1 month', 4, '2023-02-28') AS one_last_day;
SELECT dates_after('1 month', 4, '2023-12-30', '2024-01-30') AS day_30;
SELECT dates_after('1 month', 4, '2024-02-29', '2024-03-30') AS day_30_from_february;
SELECT dates_after('1 month', 3, '2023-11-01') AS day_1;
SELECT dates_after('3 months', 4, '2023-06-30', '2023-09-30') AS quarters;
SELECT dates_after('3 months', 4, '2023-08-31', '2023-11-30') AS quarters_from_august;
SELECT dates_after('1 year', 5, '2020-02-29') AS years_from_29_february;
SELECT dates_after('1 year', 2, '2022-02-28', '2023-02-28') AS years_of_last_days;
SELECT dates_after('1 year', 2, '2023-02-28', '2024-02-28') AS years_of_28_february;
SELECT dates_after('1 month', 3, '0001-11-30 BC', '0001-12-31 BC') AS before_christ;
SELECT dates_after('1 month', 3, '2023-02-28', '2023-03-31', '2023-04-28');
SELECT dates_after('1 month', 3, '2023-01-15', '2023-02-14');
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 month', 2, naive())
    FROM (VALUES (timestamp '2024-01-31 18:30'), ('2024-02-29 18:30')) AS v(at)));
-- Several fields: all are added to the first date.
SELECT dates_after('1 month 1 day', 3, '2024-01-30', '2024-03-01') AS month_and_day,
       date '2024-01-30' + 2 * interval '1 month 1 day' AS server_2, date '2024-01-30' + 4 * interval '1 month 1 day' AS server_4;

-- ---- Clocks that change ----
SET TimeZone = 'America/New_York';
-- At noon of each day, whether it has 23 hours or 25.
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 day', 3, naive())
    FROM (VALUES (timestamptz '2024-03-08 12:00'), ('2024-03-09 12:00')) AS v(at)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 day', 3, naive())
    FROM (SELECT timestamptz '2024-03-01 02:30' + i * interval '1 day' FROM generate_series(0, 246) AS i) AS v(at)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '24 hours', 2, naive())
    FROM (VALUES (timestamptz '2024-03-08 12:00'), ('2024-03-09 12:00')) AS v(at)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 hour', 4, naive())
    FROM (VALUES (timestamptz '2024-11-02 23:00'), ('2024-11-03 00:00')) AS v(at)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 month', 2, naive())
    FROM (VALUES (timestamptz '2024-01-31 00:00'), ('2024-02-29 00:00')) AS v(at)));
-- 02:30 does not exist on the first day, and 01:30 comes twice on the last.
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 day', 2, naive())
    FROM (VALUES (timestamptz '2024-03-10 02:30'), ('2024-03-11 02:30')) AS v(at)));
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 day', 2, naive())
    FROM (VALUES (timestamptz '2024-11-03 01:30 EDT'), ('2024-11-04 01:30')) AS v(at)));
SELECT tidehold.forecast(at, 1, '1 day', 2, naive())
FROM (VALUES (timestamptz '2024-03-09 12:00'), ('2024-03-10 13:00')) AS v(at);
SELECT at FROM unnest((SELECT tidehold.forecast(at, 1, '1 day 12 hours', 2, naive())
    FROM (VALUES (timestamptz '2024-03-08 12:00'), ('2024-03-10 00:00'), ('2024-03-11 12:00')) AS v(at)));
RESET TimeZone;

-- In several zones and from many dates every step is where the server's arithmetic has it.
CREATE FUNCTION agrees(zone text, start timestamptz, step interval) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    RETURN (SELECT bool_and(f.at = start + (19 + f.step) * agrees.step) FROM unnest((
        SELECT tidehold.forecast(start + i * agrees.step, i, agrees.step, 40, naive()) FROM generate_series(0, 19) AS i)) AS f);
END $$;
SELECT agrees(zone, timestamptz '2023-01-01 00:00+00' + i * interval '37 days 5 hours 30 minutes', step) AS agrees, count(*)
FROM unnest(ARRAY['America/New_York', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kathmandu']) AS z(zone),
     unnest(ARRAY['1 day', '3 days', '1 month', '1 year', '1 month 3 days', '1 day 12 hours', '6 hours']::interval[]) AS s(step),
     generate_series(0, 29) AS i
GROUP BY 1;
RESET TimeZone;

-- ---- Seasonal periods that the step tells ----
CREATE FUNCTION season_of(step interval, n integer) RETURNS text
    LANGUAGE sql AS $$
    SELECT string_agg(mean::text, ' ' ORDER BY f.step) FROM unnest((
        SELECT tidehold.forecast(timestamp '2024-01-01' + i * step, i, step, 3, '{"method": "seasonal_naive"}')
        FROM generate_series(0, n - 1) AS i)) AS f $$;
SELECT season_of('1 hour', 400) AS week_of_hours, season_of('1 day', 20) AS week_of_days, season_of('7 days', 120) AS year_of_weeks,
       season_of('1 month', 30) AS year_of_months, season_of('3 months', 20) AS year_of_quarters;
SELECT string_agg(mean::text, ' ') FROM unnest((
    SELECT tidehold.forecast(i, i, 1, 3, tidehold.forecast_options('seasonal_naive', periods => '{5}')) FROM generate_series(1::bigint, 20) AS i));

-- ---- Gaps ----
CREATE TABLE gap (at date, value double precision);
INSERT INTO gap VALUES ('2024-01-01', 1), ('2024-01-02', 4), ('2024-01-04', NULL), ('2024-01-06', 12);
SELECT tidehold.forecast(at, value, '1 day', 1) FROM gap;
SELECT tidehold.forecast(at, value, '1 day', 1, tidehold.forecast_options(series => 'SKU-7')) FROM gap;
SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive('gaps', 'status')))).status FROM gap;
-- A window of all steps shows what they were filled with: the mean of 1 4 _ _ _ 12 and so on.
SELECT gaps, round(mean::numeric, 6) AS mean
FROM unnest(ARRAY['missing', 'zero', 'previous', 'linear']) AS g(gaps),
     LATERAL (SELECT (unnest(tidehold.forecast(at, value, '1 day', 1,
                  tidehold.forecast_options('window_mean', gaps => gaps, window_size => 6)))).mean FROM gap) AS f;
-- A row without a value is no gap.
SELECT count(*) FROM unnest((SELECT tidehold.forecast(at, value, '2 days', 2, naive())
    FROM gap WHERE at IN ('2024-01-02', '2024-01-04', '2024-01-06')));
-- A bogus date is one too, and where gaps are allowed there is a limit.
SELECT tidehold.forecast(at, 1, '1 day', 1) FROM unnest(ARRAY[date '2024-01-01', '2024-01-02', '2100-01-01']) AS u(at);
SELECT tidehold.forecast(at, 1, '1 minute', 1, tidehold.forecast_options(gaps => 'zero', series => 'meter 4'))
FROM unnest(ARRAY[timestamp '2024-01-01', '2024-01-01 00:01', '2100-01-01']) AS u(at);
SELECT tidehold.forecast(at, 1, 1, 1, tidehold.forecast_options(gaps => 'zero'))
FROM unnest(ARRAY[-9223372036854775808, 9223372036854775807]) AS u(at);
SELECT tidehold.forecast(at, 1, 3, 1) FROM unnest(ARRAY[-9223372036854775808, 9223372036854775807]) AS u(at);

-- ---- Rows between two steps ----
SELECT tidehold.forecast(at, 1, '7 days', 1, tidehold.forecast_options(series => 'SKU-7'))
FROM unnest(ARRAY[date '2024-01-01', '2024-01-08', '2024-01-16']) AS u(at);
SELECT (unnest(tidehold.forecast(at, 1, '7 days', 1, tidehold.forecast_options(gaps => 'status')))).status
FROM unnest(ARRAY[date '2024-01-01', '2024-01-08', '2024-01-16']) AS u(at);
SELECT tidehold.forecast(at, 1, '1 month', 1) FROM unnest(ARRAY[timestamp '2024-01-01 00:00', '2024-02-01 00:01']) AS u(at);
SELECT tidehold.forecast(at, 1, 10, 1) FROM unnest(ARRAY[0::bigint, 10, 19]) AS u(at);

-- ---- Duplicates ----
CREATE TABLE twice (at date, entered integer, value double precision);
INSERT INTO twice VALUES ('2024-01-02', 1, 5), ('2024-01-01', 1, 1), ('2024-01-02', 3, 2), ('2024-01-02', 2, NULL), ('2024-01-01', 2, 1);
SELECT tidehold.forecast(at, value, '1 day', 1) FROM twice;
SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive('duplicates', 'status')))).status FROM twice;
SELECT duplicates, mean
FROM unnest(ARRAY['sum', 'mean']) AS d(duplicates),
     LATERAL (SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive('duplicates', duplicates)))).mean FROM twice) AS f;
SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive('duplicates', 'first') ORDER BY at, entered))).mean AS first,
       (unnest(tidehold.forecast(at, value, '1 day', 1, naive('duplicates', 'last') ORDER BY at, entered))).mean AS last FROM twice;
SELECT tidehold.forecast(at, value, '1 day', 1, naive('duplicates', 'last')) FROM twice;
-- Where there are none, no order is needed.
SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive('duplicates', 'last')))).mean FROM twice WHERE entered = 1;

-- ---- One bad series is a row, the others are forecast ----
SELECT sku, (unnest(tidehold.forecast(at, value, '1 day', 1, naive('gaps', 'status')))).*
FROM (VALUES ('good', date '2024-01-01', 3.0::float8), ('good', '2024-01-02', 3), ('gap', '2024-01-01', 1), ('gap', '2024-01-03', 1),
             ('nan', '2024-01-01', 1), ('nan', '2024-01-02', 'NaN'), ('nan', '2024-01-03', 'Infinity'),
             ('infinite', '2024-01-02', 'NaN'), ('infinite', '2024-01-01', '-Infinity'),
             ('unknown', '2024-01-01', NULL), ('one', '2024-01-01', 1)) AS v(sku, at, value)
GROUP BY sku ORDER BY sku, step;
SELECT status FROM unnest((SELECT tidehold.forecast(date '5874897-12-30', 1, '1 day', 2)));
SELECT status FROM unnest((SELECT tidehold.forecast(9223372036854775806, 1, 1, 2)));
SELECT status FROM unnest((SELECT tidehold.forecast(date '5874897-12-01', 1, '1 month', 2)));
-- No row, no forecast.
SELECT tidehold.forecast(at, value, '1 day', 1) IS NULL AS nothing FROM gap WHERE false;
SELECT count(*) FROM (SELECT unnest(tidehold.forecast(at, value, '1 day', 1)) FROM gap WHERE false) AS f;

-- ---- What is refused ----
SELECT tidehold.forecast(date '2024-01-01', 1, '0', 1);
SELECT tidehold.forecast(date '2024-01-01', 1, '-1 day', 1);
SELECT tidehold.forecast(date '2024-01-01', 1, '1 month -1 day', 1);
SELECT tidehold.forecast(date '2024-01-01', 1, '36 hours', 1);
SELECT tidehold.forecast(timestamp '2024-01-01', 1, '178000000 years', 1);
SELECT tidehold.forecast(1::bigint, 1, 0, 1);
SELECT tidehold.forecast(1::bigint, 1, 1, 0);
SELECT tidehold.forecast(1::bigint, 1, 1, 100001);
SELECT tidehold.forecast(1::bigint, 1, NULL, 1);
SELECT tidehold.forecast(1::bigint, 1, 1, NULL);
SELECT tidehold.forecast(NULL::bigint, 1, 1, 1);
SELECT tidehold.forecast(date 'infinity', 1, '1 day', 1);
SELECT tidehold.forecast(timestamptz '-infinity', 1, '1 day', 1);
SELECT tidehold.forecast(i, 1, i, 1) FROM generate_series(1::bigint, 2) AS i;
SELECT tidehold.forecast(i, 1, 1, i::integer) FROM generate_series(1::bigint, 2) AS i;
SELECT tidehold.forecast(i, 1, 1, 1, naive('series', i::text)) FROM generate_series(1::bigint, 2) AS i;
SELECT tidehold.forecast(1::bigint, 1, 1, 1, '{"method": "sess"}');
SET tidehold.forecast_memory = '1MB';
SELECT tidehold.forecast(1::bigint, 1, 1, 1, naive('duplicates', 'sum')) FROM generate_series(1, 20000);
SELECT tidehold.forecast(i, 1, 1, 1, naive('gaps', 'zero')) FROM unnest(ARRAY[1::bigint, 500000]) AS i;
RESET tidehold.forecast_memory;

-- ---- As an aggregate like others ----
SELECT (unnest(tidehold.forecast(at, value, '1 day', 1, naive()) FILTER (WHERE entered = 1))).mean AS filtered FROM twice;
SELECT (unnest(tidehold.forecast(DISTINCT at, 1, '1 day', 1, naive()))).at AS of_distinct FROM twice;
SELECT i, f[1].at, f[1].mean, f[1].status
FROM (SELECT i, tidehold.forecast(i, i * i, 1, 1, naive()) OVER (ORDER BY i ROWS 2 PRECEDING) AS f
      FROM generate_series(1::bigint, 5) AS i) AS w;
SELECT i, f[1].at, f[1].mean
FROM (SELECT i, tidehold.forecast(i, i * i, 1, 1, naive()) OVER (ORDER BY i) AS f FROM generate_series(1::bigint, 3) AS i) AS w;
SELECT grouping(sku) AS total, sku, (unnest(tidehold.forecast(at, qty, 1, 1, naive('duplicates', 'sum')))).mean
FROM (VALUES ('a', 1::bigint, 1), ('a', 2, 2), ('b', 1, 10), ('b', 2, 20)) AS v(sku, at, qty) GROUP BY ROLLUP (sku) ORDER BY 1, 2;
SELECT step, quantiles[1] AS median, round(quantiles[2]::numeric, 6) AS at_90
FROM unnest((SELECT tidehold.forecast(i, i % 2, 1, 2, tidehold.forecast_options('naive', quantiles => '{0.5,0.9}'))
             FROM generate_series(1::bigint, 9) AS i));

-- ---- Models ----
SELECT tidehold.explain(tidehold.fit(at, value, '1 day', naive('gaps', 'missing')))->>'method' AS method FROM gap;
SELECT sku, tidehold.fit(at, value, '1 day', naive('gaps', 'status')) IS NULL AS is_null
FROM (VALUES ('good', date '2024-01-01', 3.0::float8), ('good', '2024-01-02', 3), ('gap', '2024-01-01', 1), ('gap', '2024-01-03', 1),
             ('unknown', '2024-01-01', NULL)) AS v(sku, at, value) GROUP BY sku ORDER BY sku;
SELECT tidehold.fit(at, value, '1 day') IS NULL AS nothing FROM gap WHERE false;
SELECT tidehold.fit(at, value, '1 day') FROM gap;
-- The same forecast, by way of a model; the step tells the season of both.
SELECT bool_and(m.mean = f.mean AND m.lower = f.lower) AS same, count(*)
FROM (SELECT tidehold.fit(date '2024-01-01' + i, (i * 37) % 7 + i, '1 day') AS model, tidehold.forecast(date '2024-01-01' + i, (i * 37) % 7 + i, '1 day', 7) AS rows
      FROM generate_series(0, 50) AS i) AS q,
     LATERAL tidehold.forecast(q.model, 7) AS m, LATERAL unnest(q.rows) AS f
WHERE f.step = m.step;
SELECT pg_typeof(tidehold.fit(1::bigint, 1, 1)), pg_typeof(tidehold.fit(timestamp '2024-01-01', 1, '1 day')), pg_typeof(tidehold.fit(timestamptz '2024-01-01', 1, '1 day'));

-- ---- The order of the rows and the plan change no bit ----
CREATE TABLE demand (sku integer, day date, quantity double precision) PARTITION BY RANGE (day);
CREATE TABLE demand_1 PARTITION OF demand FOR VALUES FROM ('2024-01-01') TO ('2024-01-15');
CREATE TABLE demand_2 PARTITION OF demand FOR VALUES FROM ('2024-01-15') TO ('2024-02-20');
CREATE TABLE demand_3 PARTITION OF demand FOR VALUES FROM ('2024-02-20') TO ('2024-04-01');
INSERT INTO demand
SELECT sku, date '2024-01-01' + d AS day, (hashint4(sku * 1000 + d) % 100) / 7.0::float8 AS quantity
FROM generate_series(1, 40) AS sku, generate_series(0, 60) AS d, generate_series(1, 2);
ANALYZE demand;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
CREATE VIEW forecast_of_all AS
SELECT sku, tidehold.forecast(day, quantity, '1 day', 5, tidehold.forecast_options('holt', duplicates => 'sum', quantiles => '{0.9}')) AS f
FROM demand GROUP BY sku;
SET max_parallel_workers_per_gather = 0;
SELECT md5(string_agg(sku || f::text, ',' ORDER BY sku)) AS serial FROM forecast_of_all \gset
SET enable_hashagg = off;
SELECT md5(string_agg(sku || f::text, ',' ORDER BY sku)) = :'serial' AS sorted FROM forecast_of_all;
RESET enable_hashagg;
CREATE TABLE shuffled AS SELECT * FROM demand ORDER BY hashint4(sku + extract(day FROM day)::integer * 77), quantity;
SELECT md5(string_agg(sku || f::text, ',' ORDER BY sku)) = :'serial' AS shuffled
FROM (SELECT sku, tidehold.forecast(day, quantity, '1 day', 5, tidehold.forecast_options('holt', duplicates => 'sum', quantiles => '{0.9}')) AS f
      FROM shuffled GROUP BY sku) AS s;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
-- Of each series three processes, or one after the other, make three states of one partition each.
SET enable_partitionwise_aggregate = on;
SELECT count(*) AS one_gather_and_three_parts FROM plan_of('SELECT * FROM forecast_of_all') AS p(line) WHERE line ~ 'Partial|Gather';
SELECT md5(string_agg(sku || f::text, ',' ORDER BY sku)) = :'serial' AS parallel FROM forecast_of_all;
-- Nothing to combine, and one error of many processes.
SELECT tidehold.forecast(day, quantity, '1 day', 5) IS NULL AS nothing FROM demand WHERE sku < 0;
SELECT tidehold.forecast(day, quantity, '2 days', 5) FROM demand;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET enable_partitionwise_aggregate;

-- ---- Progress is nobody's while nothing runs ----
SELECT count(*) FROM tidehold.stat_progress_forecast;

DROP FUNCTION naive, agrees, dates_after, season_of, plan_of;
DROP VIEW forecast_of_all;
DROP TABLE gap, twice, demand, shuffled;
