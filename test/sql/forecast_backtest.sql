-- Forecasts as they would have been made, beside what came.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;

-- By hand: naive, of every origin the last value that it saw.
SELECT origin, step, actual, mean, method, status
FROM tidehold.backtest('{1,2,4,8,16,32}', 2, tidehold.forecast_options(method => 'naive'));
-- Seasonal naive, origins three apart, from the end; the first has two periods.
SELECT origin, step, actual, mean
FROM tidehold.backtest('{1,2,3,10,20,30,11,21,31,12,22,32}', 2, tidehold.forecast_options(method => 'seasonal_naive', periods => '{3}'), step_between => 3);
SELECT array_agg(DISTINCT origin ORDER BY origin) AS last_two
FROM tidehold.backtest('{1,2,3,4,5,6,7,8,9,10}', 2, tidehold.forecast_options(method => 'naive'), origins => 2);
SELECT array_agg(DISTINCT origin ORDER BY origin) AS from_six
FROM tidehold.backtest('{1,2,3,4,5,6,7,8,9,10}', 2, tidehold.forecast_options(method => 'naive'), min_train => 6);
SELECT array_agg(DISTINCT origin ORDER BY origin) AS one_fits
FROM tidehold.backtest('{1,2,3,4,5,6,7,8,9,10}', 2, tidehold.forecast_options(method => 'naive'), origins => 50, step_between => 2147483647);

-- A value that is missing is one of the future too; intervals and quantiles are in order.
SELECT origin, step, actual, mean, lower < mean AND mean < upper AS inside, quantiles[1] < quantiles[2] AS ascending
FROM tidehold.backtest('{3,5,NULL,4,6,NULL,5,7}', 2, tidehold.forecast_options(method => 'ses', quantiles => '{0.1,0.9}'), origins => 2);

-- Nothing of what comes after an origin reaches its forecast: values from t on are changed
-- beyond recognition, and the forecasts of all origins up to t stay as they were, bit by bit.
CREATE TEMPORARY TABLE season AS
    SELECT t, 100 + t + 20 * sin(t * pi() / 6) + t * 7919 % 13 AS value FROM generate_series(1, 60) AS t;
CREATE FUNCTION pg_temp.forecasts(wanted text, changed_from integer, again boolean)
    RETURNS TABLE (origin integer, step integer, mean double precision, lower double precision, upper double precision)
    LANGUAGE sql AS $$
    SELECT b.origin, b.step, b.mean, b.lower, b.upper
    FROM tidehold.backtest(
        (SELECT array_agg(CASE WHEN t >= changed_from THEN -1e6 * (t % 5) ELSE value END ORDER BY t) FROM season),
        6, tidehold.forecast_options(method => wanted, periods => '{12}'), step_between => 3, min_train => 30, refit => again) AS b
$$;
SELECT method, again, count(*) AS forecasts_compared,
       count(*) FILTER (WHERE (a.mean, a.lower, a.upper) IS DISTINCT FROM (b.mean, b.lower, b.upper)) AS reached
FROM unnest(ARRAY['seasonal_naive', 'holt_winters', 'theta', 'mstl', 'auto']) AS method CROSS JOIN unnest(ARRAY[true, false]) AS again
CROSS JOIN LATERAL pg_temp.forecasts(method, 1000, again) AS a
JOIN LATERAL pg_temp.forecasts(method, 46, again) AS b ON b.origin = a.origin AND b.step = a.step
WHERE a.origin <= 45
GROUP BY method, again ORDER BY method, again;
SELECT count(*) > 0 AS later_ones_change
FROM pg_temp.forecasts('theta', 1000, true) AS a JOIN pg_temp.forecasts('theta', 46, true) AS b USING (origin, step)
WHERE a.origin > 45 AND a.mean <> b.mean;

-- Each origin is the forecast of the series that ends there.
SELECT count(*) AS differ
FROM generate_series(30, 54, 3) AS o(origin)
CROSS JOIN LATERAL tidehold.backtest((SELECT array_agg(value ORDER BY t) FROM season WHERE t <= o.origin + 6), 6, tidehold.forecast_options(method => 'theta', periods => '{12}'), origins => 1) AS alone
JOIN pg_temp.forecasts('theta', 1000, true) AS rolled ON rolled.origin = o.origin AND rolled.step = alone.step
WHERE (rolled.mean, rolled.lower, rolled.upper) IS DISTINCT FROM (alone.mean, alone.lower, alone.upper);

-- Without refit the model of the first origin is moved on: the same where there is nothing to
-- estimate, another where there is.
SELECT method, count(*) FILTER (WHERE a.mean <> b.mean) > 0 AS other
FROM unnest(ARRAY['naive', 'seasonal_naive', 'holt_winters']) AS method
CROSS JOIN LATERAL pg_temp.forecasts(method, 1000, true) AS a
JOIN LATERAL pg_temp.forecasts(method, 1000, false) AS b ON b.origin = a.origin AND b.step = a.step
GROUP BY method ORDER BY method;

-- A model that counts demand has no step for a return: it is fitted anew there.
SELECT array_agg(method ORDER BY origin) AS methods, bool_and(status = 'ok') AS all_forecast
FROM tidehold.backtest('{0,3,0,0,2,0,1,0,0,4,0,-1,0,2,0,0}', 1, tidehold.forecast_options(method => 'tsb'), min_train => 9, refit => false);

-- Accuracy of it, for two methods and each step.
SELECT method, step, round(tidehold.mase(b.actual, b.mean, 10)::numeric, 3) AS mase, round(tidehold.coverage(b.actual, b.lower, b.upper)::numeric, 3) AS coverage
FROM unnest(ARRAY['naive', 'seasonal_naive']) AS wanted
CROSS JOIN LATERAL tidehold.backtest((SELECT array_agg(value ORDER BY t) FROM season), 2, tidehold.forecast_options(method => wanted, periods => '{12}'), origins => 20) AS b
GROUP BY method, step ORDER BY method, step;

-- Too little for it: a row that says so, and one for every origin that has no forecast.
SELECT * FROM tidehold.backtest('{}', 1);
SELECT * FROM tidehold.backtest('{1}', 1);
SELECT * FROM tidehold.backtest('{1,2}', 5);
SELECT * FROM tidehold.backtest('{1,2,3,4}', 1, min_train => 4);
SELECT count(*) FROM tidehold.backtest(NULL, 1);
SELECT origin, step, actual, mean, status FROM tidehold.backtest('{NULL,NULL,NULL,4,5}', 1);
SELECT origin, step, actual, mean, status FROM tidehold.backtest('{NULL,NULL,NULL,4,5}', 1, tidehold.forecast_options(method => 'naive'), refit => false);

-- Constant, zero, huge.
SELECT what, count(*), bool_and(status = 'ok' AND abs(mean / 2 - actual / 2) <= 1e-9 * abs(actual)) AS right
FROM (VALUES ('constant', 5::double precision), ('zero', 0), ('huge', 1e300), ('tiny', 1e-310)) AS v(what, x)
CROSS JOIN LATERAL tidehold.backtest(array_fill(x, '{20}'), 2) GROUP BY what ORDER BY what;

-- Arguments that cannot be meant.
SELECT * FROM tidehold.backtest('{1,2,3}', 0);
SELECT * FROM tidehold.backtest('{1,2,3}', NULL);
SELECT * FROM tidehold.backtest('{1,2,3}', 1000000);
SELECT * FROM tidehold.backtest('{1,2,3,4,5}', 1, origins => 0);
SELECT * FROM tidehold.backtest('{1,2,3,4,5}', 1, step_between => 0);
SELECT * FROM tidehold.backtest('{1,2,3,4,5}', 1, min_train => -1);
SELECT * FROM tidehold.backtest('{1,2,3,4,5}', 1, refit => NULL);
SELECT * FROM tidehold.backtest('{1,Infinity,3,4,5}', 1);
SELECT * FROM tidehold.backtest('{1,NaN,3,4,5}', 1);
SELECT * FROM tidehold.backtest('{1,2,3,4,5}', 1, tidehold.forecast_options(method => 'arimaa'));

-- A cancel ends it, inside one series.
SET statement_timeout = '300ms';
SELECT count(*) FROM tidehold.backtest((SELECT array_agg(sin(i / 3.0) + sin(i * i * 1e-3)) FROM generate_series(1, 20000) AS i), 24, tidehold.forecast_options(method => 'auto', periods => '{24}'));
RESET statement_timeout;
