CREATE FUNCTION ocean.mean_add(state internal, value double precision) RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_mean_add';
COMMENT ON FUNCTION ocean.mean_add(internal, double precision) IS 'part of the aggregate ocean.exact_mean()';

CREATE FUNCTION ocean.mean_end(state internal) RETURNS double precision
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_mean_end';
COMMENT ON FUNCTION ocean.mean_end(internal) IS 'part of the aggregate ocean.exact_mean()';

CREATE AGGREGATE ocean.exact_mean(value double precision) (
    SFUNC = ocean.mean_add, STYPE = internal, SSPACE = 600, FINALFUNC = ocean.mean_end, PARALLEL = SAFE);
COMMENT ON AGGREGATE ocean.exact_mean(double precision) IS
    'mean, from a sum without rounding (Neal 2015, arXiv 1505.05571): the same to the last bit whatever the order of the values; NULL, NaN and infinite values are left out; NULL of none';

CREATE FUNCTION ocean.expected_per_day(cadence interval) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN expected_per_day.cadence > '0'
                THEN greatest(1, floor(86400 / extract(epoch FROM expected_per_day.cadence)))::integer END;
END;
COMMENT ON FUNCTION ocean.expected_per_day(interval) IS
    'number of values in a whole day by the cadence, at least 1; NULL where the cadence is not positive';

-- Partition by partition: within a month the days are found by index, and the planner sees
-- one partition, as both ends of the month are constants.  Days of observations that retention has dropped keep the mean they have.
CREATE FUNCTION ocean.take_daily_means(stream_ids bigint[], since date, until date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    AS $$
DECLARE
    kept_from date := (SELECT r.kept_from::date FROM ocean.retention AS r);
    streams bigint[];
    days date[];
    month date;
    changed bigint := 0;
    changed_streams bigint[];
    written_here bigint;
    all_changed bigint[] := '{}';
BEGIN
    -- One run at a time: a run that began earlier must not write over what a later one read.
    PERFORM pg_advisory_xact_lock('ocean.daily_mean'::regclass::bigint);
    WITH taken AS (
        DELETE FROM ocean.dirty_day AS d
        WHERE (stream_ids IS NULL OR d.stream_id = ANY (stream_ids))
          AND (since IS NULL OR d.day >= since) AND (until IS NULL OR d.day < until)
        RETURNING d.stream_id, d.day)
    SELECT array_agg(t.stream_id), array_agg(t.day) INTO streams, days
    FROM (SELECT DISTINCT t.stream_id, t.day FROM taken AS t JOIN ocean.stream AS s USING (stream_id)
          WHERE kept_from IS NULL OR t.day >= kept_from
          ORDER BY t.stream_id, t.day) AS t;

    INSERT INTO ocean.daily_state (stream_id, revision, refreshed_at)
    SELECT DISTINCT t.stream_id, 0, now() FROM unnest(streams) AS t (stream_id)
    ON CONFLICT (stream_id) DO UPDATE SET refreshed_at = excluded.refreshed_at;

    FOR month IN SELECT DISTINCT date_trunc('month', t.day)::date FROM unnest(days) AS t (day) ORDER BY 1 LOOP
        EXECUTE format($q$
            WITH taken AS (
                SELECT t.stream_id, t.day, s.excluded_flags, s.min_coverage, ocean.expected_per_day(s.cadence) AS expected,
                       e.revision + 1 AS revision
                FROM unnest($1, $2) AS t (stream_id, day)
                JOIN ocean.stream AS s USING (stream_id) JOIN ocean.daily_state AS e USING (stream_id)
                WHERE t.day >= %1$L::date AND t.day < %2$L::date
            ), counted AS (
                SELECT t.stream_id, t.day, t.expected, t.min_coverage, t.revision, m.mean, m.valid, m.excluded,
                       least(1, m.valid::double precision / t.expected) AS coverage
                FROM taken AS t CROSS JOIN LATERAL (
                    SELECT ocean.exact_mean(o.value) FILTER (WHERE o.flag <> ALL (t.excluded_flags)) AS mean,
                           count(o.value) FILTER (WHERE o.flag <> ALL (t.excluded_flags)) AS valid,
                           count(o.value) FILTER (WHERE o.flag = ANY (t.excluded_flags)) AS excluded
                    FROM ocean.observation AS o
                    WHERE o.stream_id = t.stream_id
                      AND o.observed_at >= t.day::timestamptz AND o.observed_at < (t.day + 1)::timestamptz
                      AND o.observed_at >= %1$L::timestamptz AND o.observed_at < %2$L::timestamptz) AS m
            ), written AS (
                INSERT INTO ocean.daily_mean AS d (stream_id, day, mean, valid, excluded, expected, coverage, revision)
                SELECT c.stream_id, c.day, CASE WHEN c.coverage >= c.min_coverage THEN c.mean END,
                       c.valid, c.excluded, c.expected, c.coverage, c.revision
                FROM counted AS c
                WHERE c.valid > 0 OR c.excluded > 0
                   OR EXISTS (SELECT FROM ocean.daily_mean AS old WHERE old.stream_id = c.stream_id AND old.day = c.day)
                ON CONFLICT (stream_id, day) DO UPDATE
                SET mean = excluded.mean, valid = excluded.valid, excluded = excluded.excluded,
                    expected = excluded.expected, coverage = excluded.coverage, revision = excluded.revision
                WHERE (d.mean, d.valid, d.excluded, d.expected)
                      IS DISTINCT FROM (excluded.mean, excluded.valid, excluded.excluded, excluded.expected)
                RETURNING d.stream_id
            )
            SELECT count(*), array_agg(DISTINCT w.stream_id) FROM written AS w $q$, month, (month + interval '1 month')::date)
        INTO written_here, changed_streams USING streams, days;
        changed := changed + written_here;
        all_changed := all_changed || changed_streams;
    END LOOP;

    UPDATE ocean.daily_state AS e SET revision = e.revision + 1 WHERE e.stream_id = ANY (all_changed);
    RETURN changed;
END
$$;
COMMENT ON FUNCTION ocean.take_daily_means(bigint[], date, date) IS
    'what ocean.refresh_daily_means() calls as the owner of the tables';

CREATE FUNCTION ocean.refresh_daily_means(
    stream_ids bigint[] DEFAULT NULL, since date DEFAULT NULL, until date DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_refresh_daily_means';
COMMENT ON FUNCTION ocean.refresh_daily_means(bigint[], date, date) IS
    'takes the daily means anew of the days (UTC) whose observations have changed, of those streams and from since to before until, or of all; values with a flag in excluded_flags of the stream are left out, and a day below its min_coverage has no mean; returns how many days have changed';

CREATE FUNCTION ocean.recount_days() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    INSERT INTO ocean.dirty_day (stream_id, day)
    SELECT d.stream_id, d.day FROM ocean.daily_mean AS d WHERE d.stream_id = NEW.stream_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ocean.recount_days() IS 'trigger: has all daily means of a stream taken anew';

CREATE TRIGGER recount_days AFTER UPDATE OF cadence, min_coverage, excluded_flags ON ocean.stream
    FOR EACH ROW WHEN (OLD.cadence <> NEW.cadence OR OLD.min_coverage <> NEW.min_coverage
                       OR OLD.excluded_flags <> NEW.excluded_flags)
    EXECUTE FUNCTION ocean.recount_days();
COMMENT ON TRIGGER recount_days ON ocean.stream IS 'has its daily means taken anew where what they depend on changes';

-- The large tables have no foreign keys.
CREATE FUNCTION ocean.refuse_in_use() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF EXISTS (SELECT FROM ocean.observation AS o WHERE o.stream_id = OLD.stream_id)
        OR EXISTS (SELECT FROM ocean.daily_mean AS d WHERE d.stream_id = OLD.stream_id) THEN
        RAISE EXCEPTION 'stream % has observations', OLD.stream_id
            USING ERRCODE = 'TH024',
                  DETAIL = 'A stream with observations keeps its id, station and variable and cannot be deleted.',
                  HINT = 'Set active to false, or delete its observations and daily means first.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION ocean.refuse_in_use() IS 'trigger: keeps streams that have observations (TH024)';

CREATE TRIGGER refuse_in_use BEFORE DELETE ON ocean.stream
    FOR EACH ROW EXECUTE FUNCTION ocean.refuse_in_use();
CREATE TRIGGER refuse_change_in_use BEFORE UPDATE OF stream_id, station_id, variable_id ON ocean.stream
    FOR EACH ROW WHEN (OLD.stream_id <> NEW.stream_id OR OLD.station_id <> NEW.station_id
                       OR OLD.variable_id <> NEW.variable_id)
    EXECUTE FUNCTION ocean.refuse_in_use();
COMMENT ON TRIGGER refuse_in_use ON ocean.stream IS 'keeps streams that have observations';
COMMENT ON TRIGGER refuse_change_in_use ON ocean.stream IS 'keeps what the observations of a stream are of';
