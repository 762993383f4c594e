-- Stored forecasts: fitted, shown what has happened since, held against it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
\set SHOW_CONTEXT never
INSERT INTO inventory.tenant (tenant_id, name) VALUES (34, 'stored forecasts');
INSERT INTO inventory.location (tenant_id, code) VALUES (34, 'BIN');
INSERT INTO inventory.item (tenant_id, sku) VALUES (34, 'GROWS'), (34, 'BAD'), (34, 'GAP'), (34, 'MONTHS'), (34, 'NEVER');
CREATE FUNCTION pg_temp.item(sku text) RETURNS bigint LANGUAGE sql AS $$ SELECT item_id FROM inventory.item WHERE tenant_id = 34 AND item.sku = $1 $$;
-- Weeks from Monday 5 January 2026: 10 more are sold in each.
CREATE TEMP TABLE history AS
    SELECT sku, CASE sku WHEN 'GAP' THEN 60 ELSE 100000 END::bigint AS quantity, 'SUPPLIER' AS source, 'BIN' AS destination, timestamptz '2026-01-05' AS occurred_at
    FROM unnest(ARRAY['GROWS', 'BAD', 'GAP', 'MONTHS']) AS s (sku)
    UNION ALL
    SELECT sku, 10 * n, 'BIN', 'CUSTOMER', timestamptz '2025-12-31 10:00+00' + n * interval '7 days'
    FROM generate_series(1, 20) AS n, unnest(ARRAY['GROWS', 'BAD']) AS s (sku)
    UNION ALL
    -- Sold out in the third week, for two: nobody asked, so nothing is known of them.
    SELECT 'GAP', 20, 'BIN', 'CUSTOMER', timestamptz '2025-12-31 10:00+00' + n * interval '7 days' FROM generate_series(1, 3) AS n
    UNION ALL
    SELECT 'GAP', 500, 'SUPPLIER', 'BIN', timestamptz '2026-02-09 10:00+00'
    UNION ALL
    SELECT 'GAP', 26, 'BIN', 'CUSTOMER', timestamptz '2026-02-09 11:00+00'
    UNION ALL
    SELECT 'MONTHS', 300, 'BIN', 'CUSTOMER', timestamptz '2026-01-20' + n * interval '1 month' FROM generate_series(0, 3) AS n;
SELECT * FROM inventory.import('pg_temp.history', tenant_id => 34);
INSERT INTO inventory.item_supply (item_id, lead_days, period, method) VALUES
    (pg_temp.item('GROWS'), 14, 'week', 'naive'), (pg_temp.item('BAD'), 14, 'week', 'nothing'), (pg_temp.item('GAP'), 14, 'week', 'window_mean'),
    (pg_temp.item('MONTHS'), 14, 'month', 'naive'), (pg_temp.item('NEVER'), 14, 'week', 'naive');
CREATE TEMP VIEW stored AS
    SELECT sku, m.period, m.status, m.next_on, m.observed, round(m.naive_error::numeric, 3) AS naive_error
    FROM inventory.forecast_model AS m JOIN inventory.item AS i USING (item_id) WHERE i.tenant_id = 34 ORDER BY sku;
CREATE TEMP VIEW ahead AS
    SELECT sku, f.step, f.starts_on, round(f.mean::numeric, 3) AS mean, f.lower < f.mean AS lower, f.upper > f.mean AS upper, f.deviation > 0 AS deviation,
           cardinality(f.quantiles) AS quantiles
    FROM inventory.forecast AS f JOIN inventory.item AS i USING (item_id) WHERE i.tenant_id = 34 ORDER BY sku, step;

-- One bad series stops no other; one that nobody asked for has none.
SELECT * FROM inventory.refit_forecasts(today => '2026-03-04', tenant_id => 34);
SELECT * FROM stored;
SELECT * FROM ahead WHERE step <= 3;
SELECT sku, count(*) FROM ahead GROUP BY sku ORDER BY sku;
SELECT task, series, failed, regexp_replace(error, '\d{4,}', 'N', 'g') AS error, finished_at >= started_at AS ended FROM inventory.planning_run ORDER BY run_id DESC LIMIT 1;
-- Within a period there is nothing new; after it there is.
SELECT * FROM inventory.update_forecasts(today => '2026-03-08', tenant_id => 34);
SELECT * FROM inventory.update_forecasts(today => '2026-03-09', tenant_id => 34);
SELECT * FROM ahead WHERE step = 1;
-- An update is what a refit would be, where parameters are not estimated.
SELECT * FROM inventory.update_forecasts(today => '2026-03-16', tenant_id => 34);
SELECT starts_on, mean FROM ahead WHERE sku = 'GROWS' AND step = 1;
SELECT failed FROM inventory.refit_forecasts('GROWS', '2026-03-16', tenant_id => 34);
SELECT starts_on, mean FROM ahead WHERE sku = 'GROWS' AND step = 1;
-- Two periods at once, and parts that leave nothing out.
SELECT * FROM inventory.update_forecasts(today => '2026-03-30', tenant_id => 34);
SELECT sum(series) FROM generate_series(0, 2) AS n CROSS JOIN LATERAL inventory.refit_forecasts(part => n, parts => 3, today => '2026-03-30', tenant_id => 34);
SELECT * FROM inventory.refit_forecasts(part => 3, parts => 3, tenant_id => 34);
SELECT count(*) FROM generate_series(date '2026-04-06', '2026-05-18', '7 days') AS d CROSS JOIN LATERAL inventory.update_forecasts(today => d::date, tenant_id => 34);

-- What was forecast for each week when it began, and what came.
SELECT e.starts_on, e.mean, e.actual FROM inventory.forecast_error AS e WHERE e.item_id = pg_temp.item('GROWS') ORDER BY 1;
SELECT sku, periods, since, mae, rmse, round(mase::numeric, 4) AS mase, round(rmsse::numeric, 4) AS rmsse, round(bias::numeric, 4) AS bias, tracking_signal
FROM inventory.forecast_accuracy WHERE tenant_id = 34 AND sku = 'GROWS';
SELECT sku, periods, tracking_signal, alarm FROM inventory.forecast_alarm WHERE tenant_id = 34 AND sku IN ('GROWS', 'MONTHS') ORDER BY sku;
-- Without stock nothing is known, which is neither an error nor a zero.
SELECT starts_on, round(mean::numeric, 2) AS mean, actual FROM inventory.forecast_error WHERE item_id = pg_temp.item('GAP') ORDER BY 1 LIMIT 2;

-- What answers is named, also where it is not what was fitted.
BEGIN;
UPDATE inventory.forecast_model
SET model = jsonb_set(tidehold.fit_values('{1,2,3,4,6}', tidehold.forecast_options('holt'))::text::jsonb, '{ets,trend}', '1000')::text::tidehold.forecast_model
WHERE item_id = pg_temp.item('GROWS')
RETURNING tidehold.explain(model) ->> 'method' AS fitted;
SELECT inventory.store_forecast(item_id, location_id, '2026-05-18') FROM inventory.forecast_model WHERE item_id = pg_temp.item('GROWS');
SELECT DISTINCT mean, method FROM inventory.forecast WHERE item_id = pg_temp.item('GROWS');
ROLLBACK;

-- Proposals rest on the forecast, and on the history of what has none.
SELECT sku, basis, round(demand::numeric, 2) AS demand FROM inventory.planned_demand('2026-05-18') JOIN inventory.item USING (item_id)
WHERE tenant_id = 34 ORDER BY sku;
SELECT failed FROM inventory.propose_orders(today => '2026-05-18', tenant_id => 34);
