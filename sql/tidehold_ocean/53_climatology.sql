-- Climatologies as stored, versioned objects.  A climatology never changes: what would
-- change it makes another version, and whoever reads an event can read what it was judged by.
CREATE TABLE ocean.climatology (
    climatology_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    stream_id bigint NOT NULL REFERENCES ocean.stream,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('heatwave', 'cold_spell')),
    name text COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    version integer NOT NULL CHECK (version > 0),
    first_year integer NOT NULL,
    last_year integer NOT NULL,
    shift_years integer,
    percentile double precision NOT NULL,
    month_percentiles double precision[],
    window_half_width integer NOT NULL,
    smoothing_width integer NOT NULL,
    pad_days integer NOT NULL,
    min_years integer NOT NULL,
    years integer NOT NULL,
    observed integer NOT NULL,
    guarded integer NOT NULL,
    borrowed_from bigint REFERENCES ocean.stream,
    max_rmse double precision,
    fit_observed integer,
    fit_bias double precision,
    fit_rmse double precision,
    data_through date NOT NULL,
    data_revision bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT current_user,
    UNIQUE (stream_id, kind, name, version),
    CHECK (first_year <= last_year)
);
CREATE INDEX climatology_borrowed_from_idx ON ocean.climatology (borrowed_from) WHERE borrowed_from IS NOT NULL;
COMMENT ON TABLE ocean.climatology IS
    'climatologies of streams: what each is made of; made by ocean.make_climatology() and never changed';
COMMENT ON COLUMN ocean.climatology.stream_id IS 'stream that it is for';
COMMENT ON COLUMN ocean.climatology.kind IS 'heatwave or cold_spell: which end its threshold is at';
COMMENT ON COLUMN ocean.climatology.name IS 'baselines side by side have different names';
COMMENT ON COLUMN ocean.climatology.version IS 'of that name, from 1; the greatest is in force';
COMMENT ON COLUMN ocean.climatology.first_year IS 'first year of the baseline';
COMMENT ON COLUMN ocean.climatology.last_year IS 'last year of the baseline';
COMMENT ON COLUMN ocean.climatology.shift_years IS 'ocean.renew_climatologies() makes a new version of so many years when another year is over; NULL: the baseline is fixed';
COMMENT ON COLUMN ocean.climatology.percentile IS 'of the threshold';
COMMENT ON COLUMN ocean.climatology.month_percentiles IS 'of the threshold in each month, where they differ';
COMMENT ON COLUMN ocean.climatology.window_half_width IS 'days on both sides of a day of the year that its sample holds';
COMMENT ON COLUMN ocean.climatology.smoothing_width IS 'days of the running mean over both curves';
COMMENT ON COLUMN ocean.climatology.pad_days IS 'runs of missing days up to so long were interpolated';
COMMENT ON COLUMN ocean.climatology.min_years IS 'years with values that were asked for';
COMMENT ON COLUMN ocean.climatology.years IS 'years of the baseline with a value on half of their days';
COMMENT ON COLUMN ocean.climatology.observed IS 'values in the baseline';
COMMENT ON COLUMN ocean.climatology.guarded IS 'days of the year with the threshold at the mean or on its other side';
COMMENT ON COLUMN ocean.climatology.borrowed_from IS 'stream whose values it is made of, as its own record is too short; NULL: its own';
COMMENT ON COLUMN ocean.climatology.max_rmse IS 'the most that fit_rmse was allowed to be';
COMMENT ON COLUMN ocean.climatology.fit_observed IS 'of a borrowed one: own values that it was compared with';
COMMENT ON COLUMN ocean.climatology.fit_bias IS 'their mean distance from it';
COMMENT ON COLUMN ocean.climatology.fit_rmse IS 'their root mean square distance from it';
COMMENT ON COLUMN ocean.climatology.data_through IS 'last day of the data';
COMMENT ON COLUMN ocean.climatology.data_revision IS 'revision of the daily means that it was made of';
COMMENT ON COLUMN ocean.climatology.created_at IS 'when it was made';
COMMENT ON COLUMN ocean.climatology.created_by IS 'role that made it';
COMMENT ON INDEX ocean.climatology_borrowed_from_idx IS 'who has borrowed from a stream';

CREATE TABLE ocean.climatology_day (
    climatology_id bigint NOT NULL REFERENCES ocean.climatology ON DELETE CASCADE,
    day_of_year smallint NOT NULL CHECK (day_of_year BETWEEN 1 AND 366),
    mean double precision,
    threshold double precision,
    samples integer NOT NULL,
    PRIMARY KEY (climatology_id, day_of_year)
);
COMMENT ON TABLE ocean.climatology_day IS 'the 366 days of each climatology';
COMMENT ON COLUMN ocean.climatology_day.day_of_year IS 'as in a leap year: see ocean.day_of_year()';
COMMENT ON COLUMN ocean.climatology_day.mean IS 'usual value; NULL where nothing is known';
COMMENT ON COLUMN ocean.climatology_day.threshold IS 'value beyond which the day is extreme';
COMMENT ON COLUMN ocean.climatology_day.samples IS 'values that the mean is of, before smoothing';

CREATE VIEW ocean.current_climatology AS
    SELECT DISTINCT ON (c.stream_id, c.kind, c.name) c.*
    FROM ocean.climatology AS c
    ORDER BY c.stream_id, c.kind, c.name, c.version DESC;
COMMENT ON VIEW ocean.current_climatology IS 'of each name the version in force';

CREATE FUNCTION ocean.stored_curve(climatology_id bigint) RETURNS ocean.climatology_curve
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT ROW(c.kind, c.first_year, c.last_year, c.years, c.observed, c.guarded, NULL, c.data_through,
               array_agg(d.mean ORDER BY d.day_of_year), array_agg(d.threshold ORDER BY d.day_of_year),
               array_agg(d.samples ORDER BY d.day_of_year))::ocean.climatology_curve
    FROM ocean.climatology AS c JOIN ocean.climatology_day AS d ON d.climatology_id = c.climatology_id
    WHERE c.climatology_id = stored_curve.climatology_id
    GROUP BY c.climatology_id;
END;
COMMENT ON FUNCTION ocean.stored_curve(bigint) IS 'a stored climatology as a value; NULL where there is none of that id';

-- All but the baseline, which is in the curve; the rule of detection comes with it.
CREATE FUNCTION ocean.stored_options(climatology_id bigint, min_duration integer DEFAULT NULL, max_gap integer DEFAULT NULL)
    RETURNS ocean.heatwave_options
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
    SELECT ocean.heatwave_options(c.kind, CASE WHEN c.shift_years IS NULL THEN c.first_year END,
               CASE WHEN c.shift_years IS NULL THEN c.last_year END, c.percentile, c.month_percentiles,
               c.window_half_width, c.smoothing_width, c.pad_days, c.min_years,
               stored_options.min_duration, stored_options.max_gap, c.shift_years)
    FROM ocean.climatology AS c WHERE c.climatology_id = stored_options.climatology_id;
END;
COMMENT ON FUNCTION ocean.stored_options(bigint, integer, integer) IS
    'the options that a stored climatology was made with, and those of a detection by it';

CREATE FUNCTION ocean.detect(stream_id bigint, climatology_id bigint, min_duration integer DEFAULT NULL, max_gap integer DEFAULT NULL)
    RETURNS SETOF ocean.heatwave
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
    SELECT h.*
    FROM (SELECT ocean.stored_options(detect.climatology_id, detect.min_duration, detect.max_gap) AS options,
                 ocean.stored_curve(detect.climatology_id) AS curve) AS c
    CROSS JOIN LATERAL ocean.detect_stream(detect.stream_id, c.options, c.curve) AS h
    WHERE (c.curve).kind IS NOT NULL;
END;
COMMENT ON FUNCTION ocean.detect(bigint, bigint, integer, integer) IS
    'events of the daily means of a stream by a stored climatology, its own or that of another; no rows where there is no such climatology';

CREATE FUNCTION ocean.label_days(
    stream_id bigint, climatology_id bigint, min_duration integer DEFAULT NULL, max_gap integer DEFAULT NULL,
    OUT day date, OUT value double precision, OUT mean double precision, OUT threshold double precision,
    OUT exceeds boolean, OUT causal text, OUT event_no integer)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    SELECT h.*
    FROM (SELECT ocean.stored_options(label_days.climatology_id, label_days.min_duration, label_days.max_gap) AS options,
                 ocean.stored_curve(label_days.climatology_id) AS curve) AS c
    CROSS JOIN LATERAL ocean.label_stream(label_days.stream_id, c.options, c.curve) AS h
    WHERE (c.curve).kind IS NOT NULL;
END;
COMMENT ON FUNCTION ocean.label_days(bigint, bigint, integer, integer) IS
    'each day of a stream by a stored climatology: see ocean.label_values()';

-- Stable, so that data and revision are of one snapshot.
--
-- The policy for a record that is too short: its own climatology is refused, and the one of
-- another stream, if one is named, must fit what there is of its own.
CREATE FUNCTION ocean.curve_for_stream(
    stream_id bigint, options ocean.heatwave_options, borrow_from bigint, max_rmse double precision,
    OUT curve ocean.climatology_curve, OUT source bigint, OUT data_revision bigint, OUT fit_observed integer, OUT fit_bias double precision,
    OUT fit_rmse double precision)
    RETURNS record
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    BEGIN
        curve := ocean.climatology_stream(stream_id, options);
        source := stream_id;
        data_revision := (SELECT max(d.revision) FROM ocean.daily_mean AS d WHERE d.stream_id = source);
        RETURN;
    EXCEPTION WHEN SQLSTATE 'TH026' THEN
        IF borrow_from IS NULL THEN
            RAISE;
        END IF;
    END;
    source := borrow_from;
    curve := ocean.climatology_stream(borrow_from, options);
    data_revision := (SELECT max(d.revision) FROM ocean.daily_mean AS d WHERE d.stream_id = source);
    IF EXISTS (SELECT FROM ocean.daily_mean AS d WHERE d.stream_id = curve_for_stream.stream_id) THEN
        SELECT f.observed, f.bias, f.rmse INTO fit_observed, fit_bias, fit_rmse
        FROM ocean.climatology_fit_stream(stream_id, curve) AS f;
    END IF;
    IF max_rmse IS NOT NULL AND NOT coalesce(fit_rmse <= max_rmse, false) THEN
        RAISE EXCEPTION 'the climatology of stream % does not fit stream %', borrow_from, stream_id
            USING ERRCODE = 'TH026',
                  DETAIL = format('Of %s values of its own the root mean square distance is %s, and max_rmse is %s; the mean distance is %s.',
                                  coalesce(fit_observed, 0), coalesce(round(fit_rmse::numeric, 3)::text, 'not known'), max_rmse,
                                  coalesce(round(fit_bias::numeric, 3)::text, 'not known')),
                  HINT = 'Borrow from a stream nearby, or allow a larger distance.';
    END IF;
END
$$;
COMMENT ON FUNCTION ocean.curve_for_stream(bigint, ocean.heatwave_options, bigint, double precision) IS
    'the curve that ocean.make_climatology() stores, whose data it is of and of which revision';

-- The stream's row is locked, so that two sessions do not make one version twice; a reader
-- sees a climatology with all of its days or none, as one transaction writes them.
CREATE FUNCTION ocean.make_climatology(
    stream_id bigint, options ocean.heatwave_options DEFAULT NULL, name text DEFAULT NULL,
    borrow_from bigint DEFAULT NULL, max_rmse double precision DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    made record;
    new_id bigint;
    lineage text;
BEGIN
    PERFORM FROM ocean.stream AS s WHERE s.stream_id = make_climatology.stream_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stream % does not exist', coalesce(stream_id::text, 'NULL') USING ERRCODE = 'TH026';
    END IF;
    -- NaN is above every number and would let any climatology pass.
    IF max_rmse < 0 OR max_rmse = 'NaN' THEN
        RAISE EXCEPTION 'max_rmse % is no distance', max_rmse
            USING ERRCODE = 'TH026', DETAIL = 'It is in the unit of the variable, from 0.';
    END IF;
    SELECT c.* INTO made FROM ocean.curve_for_stream(stream_id, options, borrow_from, max_rmse) AS c;
    lineage := coalesce(name, CASE WHEN (options).shift_years IS NULL
        THEN format('%s-%s', (made.curve).first_year, (made.curve).last_year)
        ELSE format('last %s years', (options).shift_years) END);
    INSERT INTO ocean.climatology
        (stream_id, kind, name, version, first_year, last_year, shift_years, percentile, month_percentiles,
         window_half_width, smoothing_width, pad_days, min_years, years, observed, guarded,
         borrowed_from, max_rmse, fit_observed, fit_bias, fit_rmse, data_through, data_revision)
    SELECT stream_id, (made.curve).kind, lineage,
           1 + coalesce((SELECT max(c.version) FROM ocean.climatology AS c
                         WHERE c.stream_id = make_climatology.stream_id AND c.kind = (made.curve).kind AND c.name = lineage), 0),
           (made.curve).first_year, (made.curve).last_year, (options).shift_years, coalesce((options).percentile, 90),
           (options).month_percentiles, coalesce((options).window_half_width, 5), coalesce((options).smoothing_width, 31),
           coalesce((options).pad_days, 0), coalesce((options).min_years, 0), (made.curve).years, (made.curve).observed,
           (made.curve).guarded, nullif(made.source, stream_id),
           CASE WHEN made.source <> stream_id THEN max_rmse END, made.fit_observed, made.fit_bias, made.fit_rmse,
           (made.curve).last_day, made.data_revision
    RETURNING climatology_id INTO new_id;
    INSERT INTO ocean.climatology_day (climatology_id, day_of_year, mean, threshold, samples)
    SELECT new_id, d.day_of_year, d.mean, d.threshold, d.samples FROM ocean.climatology_days(made.curve) AS d;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION ocean.make_climatology(bigint, ocean.heatwave_options, text, bigint, double precision) IS
    'makes and stores a climatology of the daily means of a stream, the next version of its name (by default the years, or "last N years" where the options shift the baseline), and returns its id; where the stream''s own record does not do, by min_years or by its years, that of borrow_from is taken, if the root mean square distance of the own values from it is at most max_rmse';

-- A shifting baseline moves when another year of the data is over; a fixed one is made anew
-- only where that is asked for and values in it were corrected.  Each is watched on if the
-- version before it was.
CREATE FUNCTION ocean.renew_climatologies(
    stream_id bigint DEFAULT NULL, corrected boolean DEFAULT false, OUT replaced bigint, OUT climatology_id bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 10
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    old record;
    watch record;
BEGIN
    FOR old IN
        SELECT c.*, coalesce(c.borrowed_from, c.stream_id) AS source
        FROM ocean.current_climatology AS c
        WHERE (renew_climatologies.stream_id IS NULL OR c.stream_id = renew_climatologies.stream_id)
          AND (c.shift_years IS NOT NULL AND
               c.last_year < (SELECT extract(year FROM max(d.day) + 1)::integer - 1 FROM ocean.daily_mean AS d
                              WHERE d.stream_id = coalesce(c.borrowed_from, c.stream_id))
               OR corrected AND EXISTS (
                   SELECT FROM ocean.daily_mean AS d
                   WHERE d.stream_id = coalesce(c.borrowed_from, c.stream_id) AND d.revision > c.data_revision
                     AND d.day BETWEEN make_date(c.first_year, 1, 1) - c.window_half_width
                                   AND make_date(c.last_year, 12, 31) + c.window_half_width))
        ORDER BY c.stream_id, c.climatology_id
    LOOP
        replaced := old.climatology_id;
        climatology_id := ocean.make_climatology(old.stream_id, ocean.stored_options(old.climatology_id), old.name,
                                                 old.borrowed_from, old.max_rmse);
        FOR watch IN
            UPDATE ocean.heatwave_state AS s SET active = false
            WHERE s.climatology_id = old.climatology_id AND s.active
            RETURNING s.stream_id, s.min_duration, s.max_gap
        LOOP
            PERFORM ocean.watch_heatwaves(watch.stream_id, climatology_id, watch.min_duration, watch.max_gap);
        END LOOP;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.renew_climatologies(bigint, boolean) IS
    'makes new versions of climatologies whose baseline shifts and has another whole year to shift to, and with corrected also of those in whose baseline values were corrected, of one stream or of all; the detection goes on with the new version, the events of the old one stay as they are';
