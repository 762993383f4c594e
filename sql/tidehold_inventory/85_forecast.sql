-- Stored forecasts, and what became of them.
CREATE TABLE inventory.forecast (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    starts_on date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    deviation double precision,
    quantiles double precision[],
    method text COLLATE "C" NOT NULL,
    PRIMARY KEY (item_id, location_id, step)
);
COMMENT ON TABLE inventory.forecast IS 'the latest forecast of what is planned, per period, in base units';
COMMENT ON COLUMN inventory.forecast.step IS '1 is the period that has begun and is not over when the forecast is made';
COMMENT ON COLUMN inventory.forecast.lower IS 'with upper the interval that holds the demand with probability 0.95';
COMMENT ON COLUMN inventory.forecast.deviation IS 'standard deviation of the demand about the mean, by the interval';
COMMENT ON COLUMN inventory.forecast.quantiles IS 'at 0.5, 0.75, 0.9, 0.95 and 0.99';
COMMENT ON COLUMN inventory.forecast.method IS
    'what the forecast is by: that of item_supply, or the simpler one that answered in its place';

CREATE TABLE inventory.forecast_error (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    starts_on date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    actual double precision,
    PRIMARY KEY (item_id, location_id, starts_on)
);
COMMENT ON TABLE inventory.forecast_error IS 'forecasts one period ahead, and what was asked for then';
COMMENT ON COLUMN inventory.forecast_error.actual IS 'NULL until the period is over';

CREATE TABLE inventory.forecast_model (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    period text COLLATE "C" NOT NULL,
    status text NOT NULL,
    model tidehold.forecast_model,
    next_on date,
    observed integer NOT NULL,
    naive_error double precision,
    naive_square double precision,
    fitted_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (item_id, location_id)
);
COMMENT ON TABLE inventory.forecast_model IS 'the model of each planned series, as a value that tidehold.update() goes on with';
COMMENT ON COLUMN inventory.forecast_model.status IS 'ok, or why there is no forecast';
COMMENT ON COLUMN inventory.forecast_model.next_on IS 'start of the first period that the model has not seen';
COMMENT ON COLUMN inventory.forecast_model.observed IS 'periods that the model was fitted to';
COMMENT ON COLUMN inventory.forecast_model.naive_error IS 'mean absolute change from a period to the next: the scale of mase';
COMMENT ON COLUMN inventory.forecast_model.naive_square IS 'mean squared change from a period to the next: the scale of rmsse';

CREATE FUNCTION inventory.store_forecast(item_id bigint, location_id bigint, today date) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    fitted inventory.forecast_model;
    length interval;
    ahead integer;
BEGIN
    SELECT m.* INTO fitted FROM inventory.forecast_model AS m
    WHERE m.item_id = store_forecast.item_id AND m.location_id = store_forecast.location_id;
    length := inventory.period_length(fitted.period);
    DELETE FROM inventory.forecast AS f
    WHERE f.item_id = store_forecast.item_id AND f.location_id = store_forecast.location_id;
    -- As far as an order of the next review has to last, and a season's worth at least.
    SELECT greatest(ceil((s.lead_days + 2 * s.lead_days_sd + 2 * s.review_days) / inventory.days_of_period(fitted.period))::integer + 1,
                    CASE fitted.period WHEN 'day' THEN 28 WHEN 'week' THEN 13 ELSE 12 END)
    INTO ahead FROM inventory.item_supply AS s
    WHERE s.item_id = store_forecast.item_id AND s.location_id = store_forecast.location_id;
    INSERT INTO inventory.forecast (item_id, location_id, step, starts_on, mean, lower, upper, deviation, quantiles, method)
    SELECT fitted.item_id, fitted.location_id, f.step, (fitted.next_on + (f.step - 1) * length)::date, f.mean, f.lower, f.upper,
           -- The half above the mean: the other one may end at 0.
           (f.upper - f.mean) / 1.959963984540054, f.quantiles, f.method
    FROM tidehold.forecast(fitted.model, ahead,
                           tidehold.forecast_options(level => 0.95, quantiles => '{0.5,0.75,0.9,0.95,0.99}')) AS f;
    -- Whoever asks later what was forecast for a period means what was known when it began.
    INSERT INTO inventory.forecast_error (item_id, location_id, starts_on, mean, lower, upper)
    SELECT f.item_id, f.location_id, f.starts_on, f.mean, f.lower, f.upper FROM inventory.forecast AS f
    WHERE f.item_id = store_forecast.item_id AND f.location_id = store_forecast.location_id AND f.step = 1
    ON CONFLICT (item_id, location_id, starts_on) DO NOTHING;
END
$$;
COMMENT ON FUNCTION inventory.store_forecast(bigint, bigint, date) IS
    'replaces the stored forecast of a series by that of its model';

CREATE FUNCTION inventory.note_actuals(node_id bigint, item_ids bigint[], period text, today date) RETURNS void
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    UPDATE inventory.forecast_error AS e SET actual = d.demand
    FROM inventory.demand_at(note_actuals.node_id, note_actuals.item_ids, note_actuals.period,
                             note_actuals.today - 1100, note_actuals.today) AS d
    WHERE e.location_id = note_actuals.node_id AND e.item_id = d.item_id AND e.starts_on = d.starts_on AND e.actual IS NULL
      AND NOT (d.out_of_stock AND d.demand = 0)
    $$;
COMMENT ON FUNCTION inventory.note_actuals(bigint, bigint[], text, date) IS
    'fills in what was asked for in the periods that are over; a period without stock in which nobody asked stays unknown';

CREATE FUNCTION inventory.fit_series(
    item_id bigint, location_id bigint, period text, method text, history double precision[], next_on date, today date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    fitted tidehold.forecast_model := tidehold.fit_values(history, tidehold.forecast_options(
        method => method, nonnegative => true, gaps => 'missing', series => format('item %s at location %s', item_id, location_id),
        periods => CASE period WHEN 'day' THEN '{7}' WHEN 'week' THEN '{52}' WHEN 'month' THEN '{12}' END::integer[]));
    observed integer := cardinality(history);
BEGIN
    IF fitted IS NULL THEN
        RAISE EXCEPTION 'no demand is known' USING ERRCODE = 'TH026';
    END IF;
    INSERT INTO inventory.forecast_model
        (item_id, location_id, period, status, model, next_on, observed, naive_error, naive_square, fitted_at, updated_at)
    SELECT item_id, location_id, period, 'ok', fitted, next_on, observed, avg(abs(v.change)), avg(v.change * v.change), now(), now()
    FROM (SELECT h.value - lag(h.value) OVER (ORDER BY h.number) AS change
          FROM unnest(history) WITH ORDINALITY AS h (value, number)) AS v
    ON CONFLICT (item_id, location_id) DO UPDATE
    SET period = excluded.period, status = excluded.status, model = excluded.model, next_on = excluded.next_on,
        observed = excluded.observed, naive_error = excluded.naive_error, naive_square = excluded.naive_square,
        fitted_at = excluded.fitted_at, updated_at = excluded.updated_at;
    PERFORM inventory.store_forecast(item_id, location_id, today);
END
$$;
COMMENT ON FUNCTION inventory.fit_series(bigint, bigint, text, text, double precision[], date, date) IS
    'fits the model of a series anew and stores its forecast; history ends before next_on';

CREATE FUNCTION inventory.fail_series(item_id bigint, location_id bigint, period text, status text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO inventory.forecast_model (item_id, location_id, period, status, observed, fitted_at, updated_at)
    VALUES (fail_series.item_id, fail_series.location_id, fail_series.period, fail_series.status, 0, now(), now())
    ON CONFLICT (item_id, location_id) DO UPDATE
    SET period = excluded.period, status = excluded.status, model = NULL, next_on = NULL, updated_at = excluded.updated_at;
    DELETE FROM inventory.forecast AS f
    WHERE f.item_id = fail_series.item_id AND f.location_id = fail_series.location_id;
END
$$;
COMMENT ON FUNCTION inventory.fail_series(bigint, bigint, text, text) IS
    'notes why a series has no forecast, and drops the one it had';

CREATE FUNCTION inventory.refit_forecasts(
    sku text DEFAULT NULL, today date DEFAULT NULL, part integer DEFAULT 0, parts integer DEFAULT 1,
    item_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT series integer, OUT failed integer)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    run inventory.planning_run := inventory.begin_run('refit');
    wanted bigint := CASE WHEN sku IS NOT NULL OR item_id IS NOT NULL THEN inventory.find_item(sku, item_id, tenant_id) END;
    class record;
    one record;
BEGIN
    IF parts < 1 OR part NOT BETWEEN 0 AND parts - 1 THEN
        RAISE EXCEPTION 'part % of % does not exist', part, parts USING ERRCODE = 'TH026', HINT = 'Parts are numbered from 0.';
    END IF;
    PERFORM inventory.update_demand();
    today := coalesce(today, inventory.planning_date());
    FOR class IN
        SELECT s.location_id, s.period, array_agg(s.item_id) AS items,
               today - CASE s.period WHEN 'day' THEN 731 WHEN 'week' THEN 1827 ELSE 3653 END AS since
        FROM inventory.item_supply AS s JOIN inventory.item AS i ON i.item_id = s.item_id
        WHERE s.active AND i.tenant_id = refit_forecasts.tenant_id AND (wanted IS NULL OR s.item_id = wanted)
          AND s.item_id % parts = part
        GROUP BY s.location_id, s.period
    LOOP
        PERFORM inventory.note_actuals(class.location_id, class.items, class.period, today);
        FOR one IN
            SELECT d.item_id, s.method, (max(d.starts_on) + inventory.period_length(class.period))::date AS next_on,
                   -- A period without stock in which nobody asked says nothing of the demand.
                   array_agg(CASE WHEN NOT (d.out_of_stock AND d.demand = 0) THEN d.demand::double precision END ORDER BY d.starts_on)
                       FILTER (WHERE d.starts_on >= class.since) AS history
            FROM inventory.demand_at(class.location_id, class.items, class.period, NULL, today) AS d
            JOIN inventory.item_supply AS s ON s.item_id = d.item_id AND s.location_id = class.location_id
            GROUP BY d.item_id, s.method
        LOOP
            run.series := run.series + 1;
            BEGIN
                PERFORM inventory.fit_series(one.item_id, class.location_id, class.period, one.method, one.history, one.next_on, today);
            EXCEPTION WHEN OTHERS THEN
                run := inventory.count_failure(run, one.item_id, class.location_id, SQLERRM);
                PERFORM inventory.fail_series(one.item_id, class.location_id, class.period, SQLERRM);
            END;
        END LOOP;
    END LOOP;
    DELETE FROM inventory.forecast_error WHERE starts_on < today - 1100;
    PERFORM inventory.end_run(run);
    series := run.series; failed := run.failed;
END
$$;
COMMENT ON FUNCTION inventory.refit_forecasts IS
    'fits the forecast of everything in item_supply anew (of the tenant, or of one item; or one of several parts, for sessions side by side) and stores it; what cannot be forecast is counted as failed, said in forecast_model.status, and stops no other';

CREATE FUNCTION inventory.update_forecasts(today date DEFAULT NULL, tenant_id integer DEFAULT 1, OUT series integer, OUT failed integer)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    run inventory.planning_run := inventory.begin_run('update');
    class record;
    one record;
    value double precision;
BEGIN
    PERFORM inventory.update_demand();
    today := coalesce(today, inventory.planning_date());
    FOR class IN
        SELECT m.location_id, m.period, array_agg(m.item_id) AS items, min(m.next_on) AS since
        FROM inventory.forecast_model AS m
        JOIN inventory.item_supply AS s ON s.item_id = m.item_id AND s.location_id = m.location_id AND s.period = m.period
        JOIN inventory.item AS i ON i.item_id = m.item_id
        WHERE m.model IS NOT NULL AND s.active AND i.tenant_id = update_forecasts.tenant_id
          AND m.next_on + inventory.period_length(m.period) <= today::timestamp
        GROUP BY m.location_id, m.period
    LOOP
        PERFORM inventory.note_actuals(class.location_id, class.items, class.period, today);
        FOR one IN
            SELECT m.item_id, m.model, (max(d.starts_on) + inventory.period_length(class.period))::date AS next_on,
                   array_agg(CASE WHEN NOT (d.out_of_stock AND d.demand = 0) THEN d.demand::double precision END ORDER BY d.starts_on) AS news
            FROM inventory.forecast_model AS m
            JOIN inventory.demand_at(class.location_id, class.items, class.period, class.since, today) AS d
                ON d.item_id = m.item_id AND d.starts_on >= m.next_on
            WHERE m.location_id = class.location_id
            GROUP BY m.item_id, m.location_id
        LOOP
            run.series := run.series + 1;
            BEGIN
                FOREACH value IN ARRAY one.news LOOP
                    one.model := tidehold.update(one.model, value);
                END LOOP;
                UPDATE inventory.forecast_model AS m SET model = one.model, next_on = one.next_on, updated_at = now()
                WHERE m.item_id = one.item_id AND m.location_id = class.location_id;
                PERFORM inventory.store_forecast(one.item_id, class.location_id, today);
            EXCEPTION WHEN OTHERS THEN
                run := inventory.count_failure(run, one.item_id, class.location_id, SQLERRM);
                PERFORM inventory.fail_series(one.item_id, class.location_id, class.period, SQLERRM);
            END;
        END LOOP;
    END LOOP;
    PERFORM inventory.end_run(run);
    series := run.series; failed := run.failed;
END
$$;
COMMENT ON FUNCTION inventory.update_forecasts(date, integer) IS
    'shows each model the periods that have ended since it saw the last one, in constant time for each, and stores the new forecast; for every day between two runs of refit_forecasts';

CREATE VIEW inventory.forecast_accuracy AS
    WITH recent AS (
        SELECT e.item_id, e.location_id, e.starts_on, e.mean, e.lower, e.upper, e.actual, e.mean - e.actual AS error,
               row_number() OVER (PARTITION BY e.item_id, e.location_id ORDER BY e.starts_on DESC) AS age
        FROM inventory.forecast_error AS e WHERE e.actual IS NOT NULL
    ), summed AS (
        SELECT r.item_id, r.location_id, count(*)::integer AS periods, min(r.starts_on) AS since, avg(abs(r.error)) AS mae,
               sqrt(avg(r.error * r.error)) AS rmse, sum(r.error) AS cumulated, sum(r.actual) AS demand,
               avg((r.actual BETWEEN r.lower AND r.upper)::integer)::double precision AS coverage
        FROM recent AS r WHERE r.age <= 26
        GROUP BY r.item_id, r.location_id
    )
    SELECT s.item_id, i.tenant_id, i.sku, s.location_id, l.code AS location, s.periods, s.since, s.mae, s.rmse,
           s.mae / nullif(m.naive_error, 0) AS mase, s.rmse / nullif(sqrt(m.naive_square), 0) AS rmsse,
           s.cumulated / nullif(s.demand, 0) AS bias, s.coverage, s.cumulated / nullif(s.mae, 0) AS tracking_signal
    FROM summed AS s
    JOIN inventory.item AS i ON i.item_id = s.item_id
    LEFT JOIN inventory.location AS l ON l.location_id = s.location_id
    LEFT JOIN inventory.forecast_model AS m ON m.item_id = s.item_id AND m.location_id = s.location_id;
COMMENT ON VIEW inventory.forecast_accuracy IS
    'forecasts one period ahead against what was asked for, over the last 26 periods that are over: errors in base units, mase and rmsse against the naive forecast of the history, bias as a share of demand (above 0: too much was forecast), coverage of the 95 % interval, and the tracking signal, the sum of errors in mean absolute errors';

CREATE VIEW inventory.forecast_alarm AS
    SELECT a.item_id, a.tenant_id, a.sku, a.location_id, a.location, a.periods, a.bias, a.tracking_signal,
           CASE WHEN a.tracking_signal > 0 THEN 'forecast too high' ELSE 'forecast too low' END AS alarm
    FROM inventory.forecast_accuracy AS a
    WHERE a.periods >= 6 AND abs(a.tracking_signal) > 4;
COMMENT ON VIEW inventory.forecast_alarm IS
    'forecasts that lean to one side: of six periods or more, with a tracking signal beyond 4 (Brown 1959, Statistical Forecasting for Inventory Control); refit, or look at the item';
