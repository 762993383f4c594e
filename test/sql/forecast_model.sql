-- Options, models as values, forecasts of arrays.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;
SET search_path = tidehold, public;
SET extra_float_digits = 0;

-- ---- options ----
SELECT forecast_options();
SELECT forecast_options(method => 'arima', periods => '{24,7}', level => 0.8, quantiles => '{0.1,0.5}',
                        intervals => 'calibrated', series => 'A-1', arima_order => '{1,1,1}');
SELECT forecast_options(alpha => 0.1 / 3, method => 'tsb') -> 'alpha' = to_jsonb(0.1::numeric / 3) AS rounded,
       (forecast_options(alpha => 1::float8 / 3, method => 'tsb') ->> 'alpha')::float8 = 1::float8 / 3 AS exact;
-- One bare text is a method, and not the cast of that text to a type.
SELECT forecast_options('ses');
SELECT forecast_options(method => 'thetta');
SELECT forecast_options(method => 'prophet');
SELECT forecast_options(level => 1);
SELECT forecast_options(level => 'NaN');
SELECT forecast_options(quantiles => '{0.5,NULL}');
SELECT forecast_options(quantiles => '{0.5,1.5}');
SELECT forecast_options(quantiles => '{{0.5},{0.1}}');
SELECT forecast_options(periods => '{7,1}');
SELECT forecast_options(periods => '{7,7}');
SELECT forecast_options(periods => '{2,3,4,5,6}');
SELECT forecast_options(intervals => 'calibratd');
SELECT forecast_options(gaps => 'fill');
SELECT forecast_options(form => 'AAdN');
SELECT forecast_options(method => 'ets', form => 'AAM');
SELECT forecast_options(method => 'arima', arima_order => '{1,1}');
SELECT forecast_options(method => 'arima', arima_order => '{1,3,1}');
SELECT forecast_options(method => 'arima', arima_order => '{0,2,1}', arima_constant => true);
SELECT forecast_options(horizon => 0);
SELECT * FROM forecast_values('{1,2}', 1, '{"metod": "ses"}');
SELECT * FROM forecast_values('{1,2}', 1, '{"method": 7}');
SELECT * FROM forecast_values('{1,2}', 1, '{"level": "high"}');
SELECT * FROM forecast_values('{1,2}', 1, '{"nonnegative": 1}');
SELECT * FROM forecast_values('{1,2}', 1, '{"periods": 7}');
SELECT * FROM forecast_values('{1,2}', 1, '{"method": "adida", "bucket": 1.5}');
SELECT * FROM forecast_values('{1,2}', 1, '[]');
SELECT count(*) AS null_is_default FROM forecast_values('{1,2}', 1, '{"method": null, "level": null}');

-- ---- every method, and back by text and by bytes ----
CREATE TABLE history (name text PRIMARY KEY, value float8[]);
INSERT INTO history
    SELECT 'season', array_agg(100 + t / 2.0 + 20 * (t % 4 = 1)::int + (t * 7919 % 13) / 2.0 ORDER BY t)
    FROM generate_series(1, 48) AS t
    UNION ALL
    SELECT 'demand', array_agg((t % 3 = 0)::int * (1 + t * 7919 % 5) ORDER BY t) FROM generate_series(1, 48) AS t;
CREATE TABLE method (name text PRIMARY KEY, series text);
INSERT INTO method
    SELECT m, CASE WHEN m = ANY ('{croston,sba,tsb,adida,demand}') THEN 'demand' ELSE 'season' END
    FROM unnest('{auto,naive,seasonal_naive,drift,window_mean,ses,holt,damped,holt_winters,
        holt_winters_multiplicative,ets,theta,optimised_theta,dynamic_theta,arima,croston,sba,tsb,adida,mstl,
        climatology,demand,naive2}'::text[]) AS m;
CREATE TABLE fitted (name text PRIMARY KEY, options forecast_option_set, model forecast_model);
INSERT INTO fitted
    SELECT m.name, o, fit_values(h.value, o)
    FROM method AS m JOIN history AS h ON h.name = m.series,
         LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
             'method', m.name, 'periods', '[4]'::jsonb, 'quantiles', '[0.1, 0.9]'::jsonb, 'horizon', 3,
             'year', CASE WHEN m.name = 'climatology' THEN 4 END))::forecast_option_set) AS x(o);
SELECT f.name, round(r.mean::numeric, 2) AS mean,
       r.lower < r.quantiles[1] OR r.lower = 0 AS lower, r.quantiles[1] <= r.mean AS q10,
       r.quantiles[2] >= r.mean AS q90, r.upper >= r.quantiles[2] AS upper, r.method = f.name AS method, r.status
FROM fitted AS f, forecast(f.model, 3, f.options) AS r
WHERE f.name <> 'auto' AND r.step = 3 ORDER BY f.name COLLATE "C";
SELECT step, mean BETWEEN 100 AND 150 AS mean, lower < mean AS lower, upper > mean AS upper, method, status
FROM fitted AS f, forecast(f.model, 2) WHERE name = 'auto';

-- What fit and forecast say is what forecast_values says.
SELECT count(*) AS rows, count(*) FILTER (WHERE r IS DISTINCT FROM v) AS different
FROM fitted AS f JOIN method AS m USING (name) JOIN history AS h ON h.name = m.series,
     LATERAL (SELECT array_agg(x) FROM forecast(f.model, 3, f.options) AS x) AS a(r),
     LATERAL (SELECT array_agg(x) FROM forecast_values(h.value, 3, f.options) AS x) AS b(v);

SELECT count(*) AS models, count(*) FILTER (WHERE model::text::forecast_model <> model) AS text_lost
FROM fitted;
CREATE TEMPORARY TABLE copied (LIKE fitted);
\copy fitted TO 'results/forecast_model.bin' (FORMAT binary)
\copy copied FROM 'results/forecast_model.bin' (FORMAT binary)
SELECT count(*) AS models, count(*) FILTER (WHERE c.model <> f.model) AS binary_lost
FROM copied AS c JOIN fitted AS f USING (name);
SELECT count(*) FROM (SELECT DISTINCT model FROM (SELECT model FROM fitted UNION ALL SELECT model FROM copied) AS x) AS y;

-- Numbers that JSON has no number for are strings.
SELECT m::text::forecast_model = m AS same, m::text LIKE '%"-0"%' AS minus_zero, m::text LIKE '%"NaN"%' AS nan
FROM fit_values(ARRAY['-0'::float8], forecast_options(method => 'seasonal_naive', periods => '{2}')) AS m;

-- ---- updates ----
-- These follow each value by the rule that fitting follows, so that a model that was updated
-- is the model of the longer series.
SELECT m.name, update(update(update(fit_values(h.value[:45], o), h.value[46]), h.value[47]), h.value[48])
               = fit_values(h.value, o) AS same
FROM method AS m JOIN history AS h ON h.name = m.series, LATERAL (SELECT forecast_options(m.name, '{4}')) AS x(o)
WHERE m.name = ANY ('{naive,seasonal_naive,drift,window_mean}') ORDER BY m.name COLLATE "C";

-- The others keep their parameters: with these given the states are those of a longer run.
SELECT m.name, count(*) FILTER (WHERE u.mean IS NULL) AS unknown,
       bool_and(abs(u.mean - r.mean) < 0.25 * abs(r.mean)) AS near
FROM method AS m JOIN history AS h ON h.name = m.series,
     LATERAL (SELECT forecast_options(m.name, '{4}')) AS x(o),
     forecast(update(update(update(fit_values(h.value[:45], o), h.value[46]), h.value[47]), h.value[48]), 4) AS u
     JOIN LATERAL forecast_values(h.value, 4, o) AS r USING (step)
WHERE m.name <> 'climatology' GROUP BY m.name ORDER BY m.name COLLATE "C";

-- A value that is missing moves time on: the season that comes next is the other one.
SELECT r.step, round(r.mean) AS mean
FROM (SELECT update(fit_values('{1,5,1,5,1,5}', forecast_options('seasonal_naive', '{2}')), NULL) AS m) AS x,
     forecast(m, 2) AS r;
SELECT update(NULL, 1) IS NULL AS none;
SELECT update(model, 'NaN') FROM fitted WHERE name = 'ses';
SELECT update(model, '-Infinity') FROM fitted WHERE name = 'ses';
SELECT update(model, -1) FROM fitted WHERE name = 'tsb';
SELECT * FROM fitted, forecast(model, 0) WHERE name = 'ses';
SELECT * FROM fitted, forecast(model, 100001) WHERE name = 'ses';

-- ---- explanations ----
SELECT jsonb_pretty(explain(fit_values('{3,5,4}', forecast_options(method => 'naive'))));
SELECT jsonb_pretty(explain(fit_values('{3,5,4,NULL,6}', forecast_options('holt_winters', '{4}', nonnegative => true))));
WITH told AS (SELECT name, explain(model) AS e FROM fitted)
SELECT name, e ->> 'method' AS method, e -> 'ets' ->> 'form' AS form,
       round((e #> '{ets,parameters,alpha}')::numeric, 3) AS alpha,
       round((e #> '{ets,parameters,phi}')::numeric, 3) AS phi,
       round((e #> '{ets,states,level}')::numeric, 1) AS level,
       round((e #> '{ets,statistics,sigma}')::numeric, 2) AS sigma,
       round((e #> '{ets,statistics,aicc}')::numeric, 1) AS aicc,
       jsonb_array_length(e #> '{ets,states,season}') AS seasons
FROM told WHERE e ? 'ets' ORDER BY name COLLATE "C";
SELECT e #> '{arima,order}' AS arima_order FROM (
    SELECT explain(fit_values(value, forecast_options('arima', '{4}', arima_order => '{1,0,0,0,1,1}'))) AS e
    FROM history WHERE name = 'season') AS x;
SELECT e ->> 'wanted' AS wanted, e ->> 'method' AS method, e ->> 'reason' AS reason
FROM (VALUES ('{1,2,3}', 'holt_winters'), ('{1,2,3,4,5,6,-1}', 'sba'), ('{4,5,6,4,5,6,4}', 'climatology')) AS v(value, m),
     LATERAL explain(fit_values(value::float8[], forecast_options(m, '{12}'))) AS e;

-- ---- series at the limits ----
SELECT v.name, count(*) AS methods, count(*) FILTER (WHERE r.status = 'ok') AS ok,
       count(*) FILTER (WHERE r.mean IS NULL) AS unknown,
       string_agg(DISTINCT r.status, ', ') AS status
FROM (VALUES
    ('nothing', '{}'), ('one value', '{5}'), ('two values', '{5,7}'), ('missing ones', '{NULL,NULL}'),
    ('constant', '{3,3,3,3,3,3,3,3,3,3}'), ('zero', '{0,0,0,0,0,0,0,0,0,0}'),
    ('spike', '{0,0,0,0,0,900,0,0,0,0,0,0}'), ('huge', '{1e300,9e299,1e300,8e299,1e300,9e299,1e300,9e299}'),
    ('tiny', '{1e-300,2e-300,1e-300,3e-300,1e-300,2e-300,1e-300,2e-300}'),
    ('both', '{1e300,1e-300,1e300,1e-300,1e300,1e-300,1e300,1e-300}'),
    ('largest', '{1.7e308,-1.7e308,1.7e308,-1.7e308,1.7e308,-1.7e308}'),
    ('half missing', '{1,NULL,2,NULL,3,NULL,2,NULL,1,NULL,2,NULL}')) AS v(name, value),
    method AS m, forecast_values(v.value::float8[], 5, forecast_options(m.name, '{12}')) AS r
WHERE r.step IS NULL OR r.step = 5
GROUP BY v.name ORDER BY v.name COLLATE "C";
SELECT * FROM forecast_values('{1,NaN}', 1);
SELECT * FROM forecast_values('{1,2,-Infinity}', 1);
SELECT * FROM forecast_values('{{1,2},{3,4}}', 1);
SELECT fit_values('{}') IS NULL AS none, fit_values(NULL) IS NULL AS null_in,
       fit_values('{NULL}') IS NULL AS none_known;
SELECT count(*) AS no_rows FROM forecast_values(NULL, 3);
SELECT count(*) AS no_rows FROM forecast(NULL::forecast_model, 3);
SELECT min(mean) >= 0 AND min(lower) = 0 AS not_below_zero
FROM forecast_values('{9,7,6,5,3,2,1}', 20, forecast_options('holt', nonnegative => true));

-- ---- texts and bytes of others ----
SELECT '7'::forecast_model;
SELECT '[]'::forecast_model;
SELECT '{}'::forecast_model;
SELECT '{"version": 2}'::forecast_model;
SELECT '{"version": 1, "method": "ses"}'::forecast_model;
SELECT '{"version": 1, "method": "thetta"}'::forecast_model;
-- Where the forecast explodes the last value answers, and the row says so.
SELECT f.step, f.mean, f.method FROM forecast(jsonb_set(fit_values('{1,2,3,4,6}', forecast_options('holt'))::text::jsonb,
                                                        '{ets,trend}', '1000')::text::forecast_model, 2) AS f;
SELECT (jsonb_set(model::text::jsonb, '{ets,position}', '12000')::text)::forecast_model FROM fitted WHERE name = 'ses';
SELECT (jsonb_set(model::text::jsonb, '{ets,alpha}', '"much"')::text)::forecast_model FROM fitted WHERE name = 'ses';
SELECT (jsonb_set(model::text::jsonb, '{ets,beeta}', '1')::text)::forecast_model FROM fitted WHERE name = 'ses';
SELECT (jsonb_set(model::text::jsonb, '{beeta}', '1')::text)::forecast_model FROM fitted WHERE name = 'ses';
SELECT (jsonb_set(model::text::jsonb, '{last,held}', '[]')::text)::forecast_model FROM fitted WHERE name = 'ses';
SELECT (jsonb_set(model::text::jsonb, '{ets,level}', '1e999')::text)::forecast_model IS NULL AS none
FROM fitted WHERE name = 'ses';
CREATE FUNCTION pg_temp.received(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, current_setting('data_directory') || '/model.bin');
    EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('data_directory') || '/model.bin');
    RETURN 'read';
EXCEPTION WHEN invalid_binary_representation THEN
    RETURN sqlerrm;
END
$$;
CREATE TEMPORARY TABLE received (model forecast_model);
SELECT pg_temp.received(''), pg_temp.received('\x07'), pg_temp.received('\x01'), pg_temp.received('\x0105');
SELECT pg_temp.received(forecast_model_send(model)) AS whole,
       pg_temp.received(substr(forecast_model_send(model), 1, 40)) AS cut_off,
       pg_temp.received(forecast_model_send(model) || '\x00') AS too_long,
       pg_temp.received(overlay(forecast_model_send(model) PLACING '\xff' FROM 2 FOR 1)) AS no_method
FROM fitted WHERE name = 'theta';
SELECT count(*) AS models, bool_and(r.model = f.model) AS same FROM received AS r, fitted AS f WHERE f.name = 'theta';

DROP TABLE fitted, copied, received, history, method;
