-- Predictions of daily means, what became of them, and the chance of a heatwave in them.
CREATE TABLE ocean.prediction_model (
    stream_id bigint PRIMARY KEY REFERENCES ocean.stream,
    status text NOT NULL,
    model tidehold.forecast_model,
    through date,
    observed integer NOT NULL,
    persistence double precision,
    last_value double precision,
    fitted_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ocean.prediction_model IS 'the model of each stream, as a value that tidehold.update() goes on with';
COMMENT ON COLUMN ocean.prediction_model.status IS 'ok, or why there is no prediction';
COMMENT ON COLUMN ocean.prediction_model.through IS 'last day that the model has seen';
COMMENT ON COLUMN ocean.prediction_model.observed IS 'days that it was fitted to';
COMMENT ON COLUMN ocean.prediction_model.persistence IS 'share of an anomaly that is left a day later; NULL where the method has none';
COMMENT ON COLUMN ocean.prediction_model.last_value IS 'last daily mean that was known';
COMMENT ON COLUMN ocean.prediction_model.fitted_at IS 'when it was fitted';
COMMENT ON COLUMN ocean.prediction_model.updated_at IS 'when it last saw a day';

CREATE TABLE ocean.prediction (
    stream_id bigint NOT NULL REFERENCES ocean.stream,
    lead integer NOT NULL CHECK (lead > 0),
    day date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    deviation double precision,
    PRIMARY KEY (stream_id, lead)
);
COMMENT ON TABLE ocean.prediction IS 'the latest prediction of the daily means of each stream';
COMMENT ON COLUMN ocean.prediction.lead IS 'days after the last one that was known';
COMMENT ON COLUMN ocean.prediction.day IS 'the day predicted';
COMMENT ON COLUMN ocean.prediction.mean IS 'expected daily mean';
COMMENT ON COLUMN ocean.prediction.lower IS 'with upper the interval that holds the daily mean with probability 0.95';
COMMENT ON COLUMN ocean.prediction.upper IS 'upper end of it';
COMMENT ON COLUMN ocean.prediction.deviation IS 'standard deviation of the daily mean about the expected one';

CREATE TABLE ocean.prediction_error (
    stream_id bigint NOT NULL REFERENCES ocean.stream,
    lead integer NOT NULL,
    day date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    persistence double precision,
    anomaly_persistence double precision,
    actual double precision,
    PRIMARY KEY (stream_id, lead, day)
);
CREATE INDEX prediction_error_open_idx ON ocean.prediction_error (stream_id, day) WHERE actual IS NULL;
COMMENT ON TABLE ocean.prediction_error IS 'predictions 1, 3, 7, 14 and 30 days ahead, and what came';
COMMENT ON COLUMN ocean.prediction_error.lead IS 'days from the last known one';
COMMENT ON COLUMN ocean.prediction_error.day IS 'the day predicted';
COMMENT ON COLUMN ocean.prediction_error.mean IS 'what was predicted';
COMMENT ON COLUMN ocean.prediction_error.lower IS 'lower end of the interval of probability 0.95';
COMMENT ON COLUMN ocean.prediction_error.upper IS 'upper end of it';
COMMENT ON COLUMN ocean.prediction_error.persistence IS 'the last known value: what a prediction must beat';
COMMENT ON COLUMN ocean.prediction_error.anomaly_persistence IS 'the climatology of the day and the last known anomaly: what a good prediction must beat; NULL without a climatology of the stream';
COMMENT ON COLUMN ocean.prediction_error.actual IS 'daily mean that came; NULL until it is known';
COMMENT ON INDEX ocean.prediction_error_open_idx IS 'days that have not come';

CREATE FUNCTION ocean.store_prediction(stream_id bigint, horizon integer) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    fitted ocean.prediction_model;
    usual bigint;
    anomaly double precision;
BEGIN
    SELECT m.* INTO fitted FROM ocean.prediction_model AS m WHERE m.stream_id = store_prediction.stream_id;
    DELETE FROM ocean.prediction AS p WHERE p.stream_id = store_prediction.stream_id;
    INSERT INTO ocean.prediction (stream_id, lead, day, mean, lower, upper, deviation)
    SELECT fitted.stream_id, f.step, fitted.through + f.step, f.mean, f.lower, f.upper, (f.upper - f.mean) / 1.959963984540054
    FROM tidehold.forecast(fitted.model, horizon, tidehold.forecast_options(level => 0.95)) AS f;
    SELECT c.climatology_id INTO usual FROM ocean.current_climatology AS c
    WHERE c.stream_id = fitted.stream_id AND c.kind = 'heatwave' ORDER BY c.climatology_id DESC LIMIT 1;
    SELECT m.mean - d.mean INTO anomaly
    FROM ocean.daily_mean AS m
    JOIN ocean.climatology_day AS d ON d.climatology_id = usual AND d.day_of_year = ocean.day_of_year(m.day)
    WHERE m.stream_id = fitted.stream_id AND m.day = fitted.through;
    INSERT INTO ocean.prediction_error (stream_id, lead, day, mean, lower, upper, persistence, anomaly_persistence)
    SELECT p.stream_id, p.lead, p.day, p.mean, p.lower, p.upper, fitted.last_value, d.mean + anomaly
    FROM ocean.prediction AS p
    LEFT JOIN ocean.climatology_day AS d ON d.climatology_id = usual AND d.day_of_year = ocean.day_of_year(p.day)
    WHERE p.stream_id = fitted.stream_id AND p.lead IN (1, 3, 7, 14, 30)
    ON CONFLICT (stream_id, lead, day) DO NOTHING;
END
$$;
COMMENT ON FUNCTION ocean.store_prediction(bigint, integer) IS 'replaces the stored prediction of a stream by that of its model';

CREATE FUNCTION ocean.daily_values(stream_id bigint, first_day date, last_day date) RETURNS double precision[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(d.mean ORDER BY n.n)
    FROM generate_series(0, daily_values.last_day - daily_values.first_day) AS n (n)
    LEFT JOIN ocean.daily_mean AS d ON d.stream_id = daily_values.stream_id AND d.day = daily_values.first_day + n.n;
END;
COMMENT ON FUNCTION ocean.daily_values(bigint, date, date) IS 'daily means of a stream, one for each day; NULL where there is none';

-- One stream's fault stops no other: it is counted, and said in prediction_model.status.
CREATE FUNCTION ocean.fit_predictions(
    stream_id bigint DEFAULT NULL, horizon integer DEFAULT 30, years integer DEFAULT 15, method text DEFAULT 'climatology',
    OUT series integer, OUT failed integer)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    one record;
    fitted tidehold.forecast_model;
BEGIN
    series := 0; failed := 0;
    -- A bad argument is no failure of a series: it must not cost the models that there are.
    PERFORM tidehold.forecast_options(method => method, horizon => horizon);
    IF years < 1 THEN
        RAISE EXCEPTION 'years % is out of range', years
            USING ERRCODE = 'TH026', DETAIL = 'It is 1 or more.';
    END IF;
    FOR one IN
        SELECT s.stream_id, d.first_day, d.last_day
        FROM ocean.stream AS s
        CROSS JOIN LATERAL (SELECT greatest(min(m.day), (max(m.day) - make_interval(years => fit_predictions.years))::date) AS first_day,
                                   max(m.day) AS last_day
                            FROM ocean.daily_mean AS m WHERE m.stream_id = s.stream_id AND m.mean IS NOT NULL) AS d
        WHERE (s.stream_id = fit_predictions.stream_id
               OR fit_predictions.stream_id IS NULL
                  AND EXISTS (SELECT FROM ocean.heatwave_state AS h WHERE h.stream_id = s.stream_id AND h.active))
        ORDER BY s.stream_id
    LOOP
        series := series + 1;
        BEGIN
            IF one.last_day IS NULL THEN
                RAISE EXCEPTION 'stream % has no daily means', one.stream_id USING ERRCODE = 'TH026';
            END IF;
            fitted := tidehold.fit_values(ocean.daily_values(one.stream_id, one.first_day, one.last_day),
                tidehold.forecast_options(method => method, gaps => 'missing', series => format('stream %s', one.stream_id)));
            INSERT INTO ocean.prediction_model (stream_id, status, model, through, observed, persistence, last_value)
            SELECT one.stream_id, 'ok', fitted, one.last_day, one.last_day - one.first_day + 1,
                   (tidehold.explain(fitted) #>> '{climatology,parameters,phi}')::double precision, m.mean
            FROM ocean.daily_mean AS m WHERE m.stream_id = one.stream_id AND m.day = one.last_day
            ON CONFLICT (stream_id) DO UPDATE
            SET status = excluded.status, model = excluded.model, through = excluded.through, observed = excluded.observed,
                persistence = excluded.persistence, last_value = excluded.last_value, fitted_at = now(), updated_at = now();
            PERFORM ocean.store_prediction(one.stream_id, horizon);
        EXCEPTION WHEN data_exception OR SQLSTATE 'TH026' OR program_limit_exceeded THEN
            failed := failed + 1;
            INSERT INTO ocean.prediction_model (stream_id, status, observed) VALUES (one.stream_id, SQLERRM, 0)
            ON CONFLICT (stream_id) DO UPDATE SET status = excluded.status, model = NULL, through = NULL, updated_at = now();
            DELETE FROM ocean.prediction AS p WHERE p.stream_id = one.stream_id;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.fit_predictions(bigint, integer, integer, text) IS
    'fits the model of a stream, or of all that are watched, to the daily means of so many years, and stores its prediction; method is one of tidehold.forecast_options(): climatology is harmonics of the year, a trend and an anomaly that fades';

CREATE FUNCTION ocean.update_predictions(
    stream_id bigint DEFAULT NULL, horizon integer DEFAULT 30, OUT series integer)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    one record;
    value double precision;
BEGIN
    series := 0;
    UPDATE ocean.prediction_error AS e SET actual = d.mean
    FROM ocean.daily_mean AS d
    WHERE e.actual IS NULL AND (update_predictions.stream_id IS NULL OR e.stream_id = update_predictions.stream_id)
      AND d.stream_id = e.stream_id AND d.day = e.day AND d.mean IS NOT NULL;
    FOR one IN
        SELECT m.stream_id, m.model, m.last_value, d.last_day, ocean.daily_values(m.stream_id, m.through + 1, d.last_day) AS news
        FROM ocean.prediction_model AS m
        CROSS JOIN LATERAL (SELECT max(v.day) AS last_day FROM ocean.daily_mean AS v
                            WHERE v.stream_id = m.stream_id AND v.mean IS NOT NULL) AS d
        WHERE m.model IS NOT NULL AND d.last_day > m.through
          AND (update_predictions.stream_id IS NULL OR m.stream_id = update_predictions.stream_id)
        ORDER BY m.stream_id FOR UPDATE OF m
    LOOP
        FOREACH value IN ARRAY one.news LOOP
            one.model := tidehold.update(one.model, value);
        END LOOP;
        UPDATE ocean.prediction_model AS m
        SET model = one.model, through = one.last_day, last_value = one.news[cardinality(one.news)], updated_at = now()
        WHERE m.stream_id = one.stream_id;
        PERFORM ocean.store_prediction(one.stream_id, horizon);
        series := series + 1;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.update_predictions(bigint, integer) IS
    'shows the models the daily means that are new, in constant time for each, stores their predictions, and notes what came of earlier ones; values that were corrected later are seen by the next ocean.fit_predictions()';

CREATE VIEW ocean.prediction_accuracy AS
    SELECT e.stream_id, e.lead, count(*)::integer AS predictions, min(e.day) AS since,
           sqrt(avg((e.mean - e.actual) ^ 2)) AS rmse, avg(abs(e.mean - e.actual)) AS mae, avg(e.mean - e.actual) AS bias,
           avg((e.actual BETWEEN e.lower AND e.upper)::integer)::double precision AS coverage,
           sqrt(avg((e.persistence - e.actual) ^ 2)) AS rmse_persistence,
           sqrt(avg((e.anomaly_persistence - e.actual) ^ 2)) AS rmse_anomaly_persistence
    FROM ocean.prediction_error AS e WHERE e.actual IS NOT NULL
    GROUP BY e.stream_id, e.lead;
COMMENT ON VIEW ocean.prediction_accuracy IS
    'predictions against what came, by lead in days: root mean square and mean absolute error, bias, coverage of the interval of 0.95, and the errors of the two simple predictions that must be beaten';

CREATE FUNCTION ocean.heatwave_chance(
    state bytea, options ocean.heatwave_options, mean double precision[], deviation double precision[],
    threshold double precision[], persistence double precision,
    OUT lead integer, OUT exceeds double precision, OUT active double precision, OUT ongoing double precision,
    OUT started double precision, OUT lasting double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 30
    AS 'MODULE_PATHNAME', 'th_ocean_heatwave_chance';
COMMENT ON FUNCTION ocean.heatwave_chance(bytea, ocean.heatwave_options, double precision[], double precision[], double precision[], double precision) IS
    'of each day after that of the state the probability that it is beyond the threshold, belongs to a declared event, that an event is not over, that one was declared in these days, and that the one of the state is not over; errors are normal, and go on from day to day by persistence; by quadrature, so the same input gives the same bits';

CREATE FUNCTION ocean.heatwave_outlook(
    stream_id bigint, climatology_id bigint, horizon integer DEFAULT 14,
    OUT lead integer, OUT day date, OUT mean double precision, OUT lower double precision, OUT upper double precision,
    OUT threshold double precision, OUT exceeds double precision, OUT active double precision,
    OUT ongoing double precision, OUT started double precision, OUT lasting double precision)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 14
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    watched record;
BEGIN
    SELECT s.state, s.through, s.min_duration, s.max_gap, m.through AS predicted_from, coalesce(m.persistence, 0) AS persistence
    INTO watched
    FROM ocean.heatwave_state AS s LEFT JOIN ocean.prediction_model AS m ON m.stream_id = s.stream_id
    WHERE s.stream_id = heatwave_outlook.stream_id AND s.climatology_id = heatwave_outlook.climatology_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stream % is not watched by climatology %', coalesce(stream_id::text, 'NULL'), coalesce(climatology_id::text, 'NULL')
            USING ERRCODE = 'TH026', HINT = 'Call ocean.watch_heatwaves() first.';
    ELSIF watched.through IS DISTINCT FROM watched.predicted_from OR watched.through IS NULL THEN
        RAISE EXCEPTION 'stream % has no prediction from the day that its heatwaves are known to', stream_id
            USING ERRCODE = 'TH026',
                  DETAIL = format('Heatwaves are known to %s, the prediction is made on %s.',
                                  coalesce(watched.through::text, 'no day'), coalesce(watched.predicted_from::text, 'no day')),
                  HINT = 'Call ocean.advance_heatwaves() and ocean.update_predictions(), or ocean.fit_predictions() first.';
    END IF;
    RETURN QUERY
    WITH ahead AS MATERIALIZED (
        SELECT p.lead, p.day, p.mean, p.lower, p.upper, p.deviation,
               CASE c.kind WHEN 'heatwave' THEN greatest(d.threshold, d.mean) ELSE least(d.threshold, d.mean) END AS threshold
        FROM ocean.prediction AS p
        JOIN ocean.climatology AS c ON c.climatology_id = heatwave_outlook.climatology_id
        JOIN ocean.climatology_day AS d ON d.climatology_id = c.climatology_id AND d.day_of_year = ocean.day_of_year(p.day)
        WHERE p.stream_id = heatwave_outlook.stream_id AND p.lead <= heatwave_outlook.horizon
    ), chance AS (
        SELECT h.*
        FROM (SELECT array_agg(a.mean ORDER BY a.lead) AS mean, array_agg(a.deviation ORDER BY a.lead) AS deviation,
                     array_agg(a.threshold ORDER BY a.lead) AS threshold FROM ahead AS a) AS s
        CROSS JOIN LATERAL ocean.heatwave_chance(watched.state,
            ocean.stored_options(heatwave_outlook.climatology_id, watched.min_duration, watched.max_gap),
            s.mean, s.deviation, s.threshold, watched.persistence) AS h
    )
    SELECT a.lead, a.day, a.mean, a.lower, a.upper, a.threshold, h.exceeds, h.active, h.ongoing, h.started, h.lasting
    FROM ahead AS a JOIN chance AS h ON h.lead = a.lead ORDER BY a.lead;
END
$$;
COMMENT ON FUNCTION ocean.heatwave_outlook(bigint, bigint, integer) IS
    'the stored prediction of a stream beside its threshold, and the chances of an event in the coming days: see ocean.heatwave_chance()';
