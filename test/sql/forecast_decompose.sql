-- What series are made of: trend and seasons, seasonal periods, classes of demand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;

-- A line and a season of four, by construction: the parts are found, and add up.
CREATE TEMPORARY TABLE made AS
    SELECT t, 100 + 2 * t AS trend, (ARRAY[10, -4, -9, 3])[t % 4 + 1] AS season FROM generate_series(0, 47) AS t;
SELECT array_agg((trend + season)::double precision ORDER BY t) AS value FROM made \gset made_
SELECT count(*) AS rows, min(ordinal) AS first, max(ordinal) AS last,
       max(abs(d.trend - m.trend)) < 0.01 AS trend, max(abs(d.seasonal - m.season)) < 0.01 AS season,
       max(abs(d.trend + d.seasonal + d.remainder - d.value)) < 1e-9 AS sum,
       bool_and(d.seasons[1] = d.seasonal AND array_length(d.seasons, 1) = 1) AS one_season
FROM tidehold.decompose(:'made_value', '{4}') AS d JOIN made AS m ON m.t = d.ordinal - 1;
-- Without periods those that are found.
SELECT max(abs(d.seasonal - m.season)) < 0.01 AS season
FROM tidehold.decompose(:'made_value') AS d JOIN made AS m ON m.t = d.ordinal - 1;
-- No period at all: a trend and the rest of it.
SELECT count(*) AS rows, bool_and(seasonal = 0 AND seasons = '{}') AS no_season FROM tidehold.decompose(:'made_value', '{}');

-- Two seasons in the order of the periods, whatever it is; one that does not come twice is NULL.
CREATE TEMPORARY TABLE week AS
    SELECT t, 10 * sin(t * pi() / 12) AS day, (ARRAY[5, 1, 0, 0, 1, -3, -4])[t / 24 % 7 + 1] AS weekday FROM generate_series(0, 671) AS t;
SELECT array_agg((50 + day + weekday)::double precision ORDER BY t) AS value FROM week \gset week_
SELECT avg(abs(d.seasons[1] - w.day)) < 0.5 AS day, avg(abs(d.seasons[2] - w.weekday)) < 0.5 AS weekday,
       max(abs(d.seasons[1] + d.seasons[2] - d.seasonal)) < 1e-9 AS sum
FROM tidehold.decompose(:'week_value', '{24,168}') AS d JOIN week AS w ON w.t = d.ordinal - 1;
SELECT count(*) AS differ
FROM tidehold.decompose(:'week_value', '{24,168}') AS a JOIN tidehold.decompose(:'week_value', '{168,24}') AS b USING (ordinal)
WHERE (a.seasons[1], a.seasons[2], a.trend) IS DISTINCT FROM (b.seasons[2], b.seasons[1], b.trend);
SELECT DISTINCT seasons[1] IS NULL AS first, seasons[2] IS NULL AS second FROM tidehold.decompose('{1,5,2,6,3,7,4}', '{9,2}');

-- A value that is missing has a trend and a season; one that is far off bends a robust
-- decomposition less.
SELECT ordinal, value, round(trend::numeric, 1) AS trend, round(seasonal::numeric, 1) AS seasonal, remainder
FROM tidehold.decompose(array_replace(:'made_value'::double precision[], 142, NULL), '{4}') WHERE value IS NULL;
SELECT robust, round(max(abs(d.trend - m.trend))::numeric, 1) AS trend_off
FROM unnest(ARRAY[false, true]) AS robust
CROSS JOIN LATERAL tidehold.decompose(array_replace(:'made_value'::double precision[], 142, 1142), '{4}', robust => robust) AS d
JOIN made AS m ON m.t = d.ordinal - 1
GROUP BY robust ORDER BY robust;

-- Nothing, one value, two, the same, the huge.
SELECT 'none' AS what, count(*) FROM tidehold.decompose('{}') UNION ALL
SELECT 'unknown', count(*) FROM tidehold.decompose(NULL) UNION ALL
SELECT 'missing', count(*) FROM tidehold.decompose('{NULL,NULL}') UNION ALL
SELECT 'periods, no value', count(*) FROM tidehold.decompose('{}', '{12}');
SELECT * FROM tidehold.decompose('{3}', '{12}');
SELECT ordinal, value, round(trend) AS trend, seasonal, seasons, round(remainder) + 0 AS remainder FROM tidehold.decompose('{3,4}', '{2}');
SELECT DISTINCT round(trend) AS trend, round(seasonal) AS seasonal, round(remainder) AS remainder FROM tidehold.decompose(array_fill(5::double precision, '{30}'), '{7}');
SELECT count(*), bool_and(abs(trend + seasonal + remainder - value) <= 1e-9 * abs(value)) AS sum
FROM tidehold.decompose((SELECT array_agg((1 + i % 3) * 1e300::double precision ORDER BY i) FROM generate_series(1, 30) AS i), '{3}');

-- Arguments that cannot be meant.
SELECT * FROM tidehold.decompose('{1,Infinity}', '{2}');
SELECT * FROM tidehold.decompose('{1,NaN}', '{2}');
SELECT * FROM tidehold.decompose('{1,2}', '{1}');
SELECT * FROM tidehold.decompose('{1,2}', '{20000}');
SELECT * FROM tidehold.decompose('{1,2}', '{7,7}');
SELECT * FROM tidehold.decompose('{1,2}', '{7,NULL}');
SELECT * FROM tidehold.decompose('{1,2}', '{2,3,4,5,6}');
SELECT * FROM tidehold.decompose('{{1},{2}}', '{2}');
SELECT * FROM tidehold.decompose('{1,2}', robust => NULL);

-- Seasonal periods: found, not multiples of them, not in a line, not in noise.
SELECT period, strength > 0.9 AS strong, p_value < 1e-6 AS sure FROM tidehold.detect_seasonality(:'made_value');
SELECT period FROM tidehold.detect_seasonality(:'week_value');
SELECT period FROM tidehold.detect_seasonality(:'week_value', longest => 30);
SELECT count(*) AS of_a_line FROM tidehold.detect_seasonality((SELECT array_agg(i::double precision) FROM generate_series(1, 60) AS i));
SELECT count(*) AS of_noise
FROM tidehold.detect_seasonality((SELECT array_agg(('x' || left(md5(i::text), 6))::bit(24)::integer::double precision ORDER BY i) FROM generate_series(1, 200) AS i));
SELECT 'none' AS what, count(*) FROM tidehold.detect_seasonality('{}') UNION ALL
SELECT 'unknown', count(*) FROM tidehold.detect_seasonality(NULL) UNION ALL
SELECT 'one', count(*) FROM tidehold.detect_seasonality('{1}') UNION ALL
SELECT 'constant', count(*) FROM tidehold.detect_seasonality(array_fill(5::double precision, '{50}')) UNION ALL
SELECT 'missing', count(*) FROM tidehold.detect_seasonality('{NULL,NULL,NULL,NULL,NULL,NULL}') UNION ALL
SELECT 'up to none', count(*) FROM tidehold.detect_seasonality(:'made_value', 0);
SELECT * FROM tidehold.detect_seasonality('{1,2}', -1);
SELECT * FROM tidehold.detect_seasonality('{1,2}', significance => 1);
SELECT * FROM tidehold.detect_seasonality('{1,-Infinity}');

-- Classes of demand, one series of each; by hand: 8 periods of 4 demands are 2 a demand,
-- demands 1, 2, 3, 10 have the mean 4 and the variance 50 / 3.
SELECT what, c.class, round(c.adi::numeric, 3) AS adi, round(c.cv2::numeric, 3) AS cv2, c.periods, c.demands
FROM (VALUES
    (1, 'every period alike', '{5,6,5,4,5,6}'), (2, 'every period, wild', '{1,20,2,40,1,3}'),
    (3, 'now and then alike', '{0,0,5,0,0,6,0,0,5}'), (4, 'now and then, wild', '{1,0,2,0,3,0,10,0}'),
    (5, 'zeros', '{0,0,0}'), (6, 'one demand', '{0,7,0}'), (7, 'none', '{}'), (8, 'missing', '{NULL,NULL}'),
    (9, 'with gaps', '{5,NULL,6,NULL,5,4}')) AS v(n, what, value)
CROSS JOIN LATERAL tidehold.demand_class(value::double precision[]) AS c ORDER BY n;
SELECT c.class IS NULL AS of_null FROM tidehold.demand_class(NULL) AS c;
SELECT tidehold.demand_class('{3,-1}');
SELECT tidehold.demand_class('{3,Infinity}');

-- A cancel ends it.
SET statement_timeout = '200ms';
SELECT count(*) FROM tidehold.detect_seasonality((SELECT array_agg(sin(i * 1e-3 * i)) FROM generate_series(1, 200000) AS i), 10000);
RESET statement_timeout;
