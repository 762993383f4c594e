-- The step from what is stored to what is so.  Nothing below is called by others.
CREATE FUNCTION ocean.heatwave_step(
    state bytea, options ocean.heatwave_options, first_day date, value double precision[],
    mean double precision[], threshold double precision[], stop date DEFAULT NULL, resumed boolean DEFAULT false,
    OUT state bytea, OUT phase text, OUT judged date, OUT through date, OUT replaced_from date, OUT events ocean.heatwave[])
    RETURNS record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_heatwave_step';
COMMENT ON FUNCTION ocean.heatwave_step(bytea, ocean.heatwave_options, date, double precision[], double precision[], double precision[], date, boolean) IS
    'moves a state, NULL of none, which resumed says is in the middle of a series, over days on end, of which those that it has seen are passed over; from day stop on it ends at the first day that belongs to nothing; events are all that start at replaced_from or later';

CREATE FUNCTION ocean.heatwave_rerun(
    options ocean.heatwave_options, starts date[], ends date[], first_changed date, last_changed date,
    OUT walk_from date, OUT first_day date, OUT last_day date)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_heatwave_rerun';
COMMENT ON FUNCTION ocean.heatwave_rerun(ocean.heatwave_options, date[], date[], date, date) IS
    'what to do when values of these days changed: walk from walk_from to last_day at least; events that start from first_day on may be others';

-- Days of a stream beside their climatology, as arrays; a day without a row is a missing one.
CREATE FUNCTION ocean.heatwave_days(
    stream_id bigint, climatology_id bigint, first_day date, last_day date,
    OUT value double precision[], OUT mean double precision[], OUT threshold double precision[])
    RETURNS record
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(d.mean ORDER BY n.n), array_agg(c.mean ORDER BY n.n), array_agg(c.threshold ORDER BY n.n)
    FROM generate_series(0, heatwave_days.last_day - heatwave_days.first_day) AS n (n)
    LEFT JOIN ocean.climatology_day AS c ON c.climatology_id = heatwave_days.climatology_id
        AND c.day_of_year = ocean.day_of_year(heatwave_days.first_day + n.n)
    LEFT JOIN ocean.daily_mean AS d ON d.stream_id = heatwave_days.stream_id AND d.day = heatwave_days.first_day + n.n;
END;
COMMENT ON FUNCTION ocean.heatwave_days(bigint, bigint, date, date) IS
    'what ocean.heatwave_step() takes of the days from first_day to last_day';

-- An event keeps its id where the stored and the found one are each the other's longest
-- overlap, the earlier one of equals.  So of the parts of a split the longest goes on, and
-- the others are new and know what they are split from; of events that merge the one with
-- most days in the whole goes on, and the others are retracted and know what they are merged
-- into.  Found events without a counterpart are new, stored ones without one are retracted.
CREATE FUNCTION ocean.record_heatwaves(
    stream_id bigint, climatology_id bigint, first_day date, through date, events ocean.heatwave[],
    known date, cause text)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    changes integer;
BEGIN
    WITH old AS MATERIALIZED (
        SELECT e.* FROM ocean.event AS e
        WHERE e.climatology_id = record_heatwaves.climatology_id AND e.stream_id = record_heatwaves.stream_id
          AND e.state <> 'retracted' AND e.start_date BETWEEN record_heatwaves.first_day AND record_heatwaves.through
    ), found AS MATERIALIZED (
        SELECT f.* FROM unnest(record_heatwaves.events) AS f WHERE f.start_date >= record_heatwaves.first_day
    ), overlap AS MATERIALIZED (
        SELECT o.event_id, f.event_no,
               row_number() OVER (PARTITION BY o.event_id ORDER BY least(o.end_date, f.end_date) - greatest(o.start_date, f.start_date) DESC, f.start_date) AS of_old,
               row_number() OVER (PARTITION BY f.event_no ORDER BY least(o.end_date, f.end_date) - greatest(o.start_date, f.start_date) DESC, o.start_date) AS of_found
        FROM old AS o JOIN found AS f ON o.start_date <= f.end_date AND f.start_date <= o.end_date
    ), pair AS MATERIALIZED (
        SELECT event_id, event_no FROM overlap WHERE of_old = 1 AND of_found = 1
    ), kept AS (
        UPDATE ocean.event AS e
        SET revision = e.revision + 1, changed_at = now(), state = f.state, (start_date, peak_date, end_date, duration, missing_days, category, category_name, category_date, days_moderate, days_strong, days_severe, days_extreme, intensity_max, intensity_mean, intensity_var, intensity_cumulative, intensity_max_rel_thresh, intensity_mean_rel_thresh, intensity_var_rel_thresh, intensity_cumulative_rel_thresh, intensity_max_abs, intensity_mean_abs, intensity_var_abs, intensity_cumulative_abs, rate_onset, rate_decline) = ROW(f.start_date, f.peak_date, f.end_date, f.duration, f.missing_days, f.category, f.category_name, f.category_date, f.days_moderate, f.days_strong, f.days_severe, f.days_extreme, f.intensity_max, f.intensity_mean, f.intensity_var, f.intensity_cumulative, f.intensity_max_rel_thresh, f.intensity_mean_rel_thresh, f.intensity_var_rel_thresh, f.intensity_cumulative_rel_thresh, f.intensity_max_abs, f.intensity_mean_abs, f.intensity_var_abs, f.intensity_cumulative_abs, f.rate_onset, f.rate_decline)
        FROM pair AS p JOIN found AS f ON f.event_no = p.event_no
        WHERE e.event_id = p.event_id
          AND (e.state, e.start_date, e.peak_date, e.end_date, e.duration, e.missing_days, e.category, e.category_name, e.category_date, e.days_moderate, e.days_strong, e.days_severe, e.days_extreme, e.intensity_max, e.intensity_mean, e.intensity_var, e.intensity_cumulative, e.intensity_max_rel_thresh, e.intensity_mean_rel_thresh, e.intensity_var_rel_thresh, e.intensity_cumulative_rel_thresh, e.intensity_max_abs, e.intensity_mean_abs, e.intensity_var_abs, e.intensity_cumulative_abs, e.rate_onset, e.rate_decline) IS DISTINCT FROM (f.state, f.start_date, f.peak_date, f.end_date, f.duration, f.missing_days, f.category, f.category_name, f.category_date, f.days_moderate, f.days_strong, f.days_severe, f.days_extreme, f.intensity_max, f.intensity_mean, f.intensity_var, f.intensity_cumulative, f.intensity_max_rel_thresh, f.intensity_mean_rel_thresh, f.intensity_var_rel_thresh, f.intensity_cumulative_rel_thresh, f.intensity_max_abs, f.intensity_mean_abs, f.intensity_var_abs, f.intensity_cumulative_abs, f.rate_onset, f.rate_decline)
        RETURNING e.*
    ), added AS (
        INSERT INTO ocean.event (stream_id, climatology_id, kind, state, split_from, start_date, peak_date, end_date, duration, missing_days, category, category_name, category_date, days_moderate, days_strong, days_severe, days_extreme, intensity_max, intensity_mean, intensity_var, intensity_cumulative, intensity_max_rel_thresh, intensity_mean_rel_thresh, intensity_var_rel_thresh, intensity_cumulative_rel_thresh, intensity_max_abs, intensity_mean_abs, intensity_var_abs, intensity_cumulative_abs, rate_onset, rate_decline)
        SELECT record_heatwaves.stream_id, record_heatwaves.climatology_id, c.kind, f.state, o.event_id, f.start_date, f.peak_date, f.end_date, f.duration, f.missing_days, f.category, f.category_name, f.category_date, f.days_moderate, f.days_strong, f.days_severe, f.days_extreme, f.intensity_max, f.intensity_mean, f.intensity_var, f.intensity_cumulative, f.intensity_max_rel_thresh, f.intensity_mean_rel_thresh, f.intensity_var_rel_thresh, f.intensity_cumulative_rel_thresh, f.intensity_max_abs, f.intensity_mean_abs, f.intensity_var_abs, f.intensity_cumulative_abs, f.rate_onset, f.rate_decline
        FROM found AS f
        JOIN ocean.climatology AS c ON c.climatology_id = record_heatwaves.climatology_id
        LEFT JOIN overlap AS o ON o.event_no = f.event_no AND o.of_found = 1
        WHERE NOT EXISTS (SELECT FROM pair AS p WHERE p.event_no = f.event_no)
        ORDER BY f.start_date
        RETURNING *
    ), gone AS (
        UPDATE ocean.event AS e
        SET revision = e.revision + 1, changed_at = now(), state = 'retracted',
            merged_into = (SELECT p.event_id FROM overlap AS v JOIN pair AS p ON p.event_no = v.event_no
                           WHERE v.event_id = e.event_id AND v.of_old = 1)
        FROM old AS o
        WHERE e.event_id = o.event_id AND NOT EXISTS (SELECT FROM pair AS p WHERE p.event_id = o.event_id)
        RETURNING e.*
    ), changed AS (
        TABLE kept UNION ALL TABLE added UNION ALL TABLE gone
    ), revised AS (
        INSERT INTO ocean.event_revision
            (event_id, revision, cause, through, state, start_date, peak_date, end_date, duration, missing_days, category,
             intensity_max, intensity_mean, intensity_cumulative)
        SELECT e.event_id, e.revision, record_heatwaves.cause, record_heatwaves.known, e.state, e.start_date, e.peak_date, e.end_date,
               e.duration, e.missing_days, e.category, e.intensity_max, e.intensity_mean, e.intensity_cumulative
        FROM changed AS e
    ), alerted AS (
        INSERT INTO ocean.alert
            (event_id, revision, stream_id, station, variable, climatology_id, kind, state_before, state_after, category_before, category_after,
             day, start_date, end_date, intensity_max, cause)
        SELECT e.event_id, e.revision, e.stream_id, p.code, v.code, e.climatology_id, e.kind, o.state, e.state, o.category, e.category,
               record_heatwaves.known, e.start_date, e.end_date, e.intensity_max, record_heatwaves.cause
        FROM changed AS e LEFT JOIN old AS o ON o.event_id = e.event_id
        JOIN ocean.stream AS s ON s.stream_id = e.stream_id
        JOIN ocean.station AS p ON p.station_id = s.station_id
        JOIN ocean.variable AS v ON v.variable_id = s.variable_id
        WHERE record_heatwaves.cause <> 'start' AND (e.state, e.category) IS DISTINCT FROM (o.state, o.category)
        ORDER BY e.start_date, e.event_id
    )
    SELECT count(*) INTO changes FROM changed;
    RETURN changes;
END
$$;
COMMENT ON FUNCTION ocean.record_heatwaves(bigint, bigint, date, date, ocean.heatwave[], date, text) IS
    'makes the stored events of a climatology that start from first_day to through be those found, with their revisions and alerts, known by the last day that is; returns how many changed';

CREATE FUNCTION ocean.rerun_heatwaves(watched ocean.heatwave_state, first_changed date, last_changed date, seen bigint) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    options ocean.heatwave_options := ocean.stored_options(watched.climatology_id, watched.min_duration, watched.max_gap);
    since date := least(watched.first_day, first_changed);
    again record;
    step record;
    upto date;
    chunk integer := 64;
BEGIN
    -- Days before the first one were no days at all; now they are missing ones.
    IF first_changed < watched.first_day THEN
        last_changed := greatest(last_changed, watched.first_day);
    END IF;
    SELECT r.* INTO again
    FROM (SELECT coalesce(array_agg(e.start_date ORDER BY e.start_date), '{}') AS starts,
                 coalesce(array_agg(e.end_date ORDER BY e.start_date), '{}') AS ends
          FROM ocean.event AS e
          WHERE e.climatology_id = watched.climatology_id AND e.stream_id = watched.stream_id AND e.state <> 'retracted') AS known
    CROSS JOIN LATERAL ocean.heatwave_rerun(options, known.starts, known.ends, first_changed, last_changed) AS r;
    again.walk_from := greatest(again.walk_from, since);
    -- Where the walk ends is not known before: it reads on in larger and larger pieces.
    LOOP
        upto := least(watched.through, greatest(again.last_day, again.walk_from) + chunk);
        SELECT s.* INTO step
        FROM ocean.heatwave_days(watched.stream_id, watched.climatology_id, again.walk_from, upto) AS d
        CROSS JOIN LATERAL ocean.heatwave_step(NULL, options, again.walk_from, d.value, d.mean, d.threshold, again.last_day,
                                               again.walk_from > since) AS s;
        EXIT WHEN upto = watched.through OR step.phase = 'none' AND step.judged = step.through;
        chunk := chunk * 4;
    END LOOP;
    UPDATE ocean.heatwave_state AS s
    SET first_day = since, revision = seen,
        state = CASE WHEN step.through = watched.through THEN step.state ELSE s.state END,
        phase = CASE WHEN step.through = watched.through THEN step.phase ELSE s.phase END,
        judged = CASE WHEN step.through = watched.through THEN step.judged ELSE s.judged END
    WHERE s.stream_id = watched.stream_id AND s.climatology_id = watched.climatology_id;
    RETURN ocean.record_heatwaves(watched.stream_id, watched.climatology_id, again.first_day, step.through, step.events, watched.through, 'correction');
END
$$;
COMMENT ON FUNCTION ocean.rerun_heatwaves(ocean.heatwave_state, date, date, bigint) IS
    'finds the events again around days that came late or changed, up to the revision seen; returns how many changed';

CREATE FUNCTION ocean.advance_heatwaves(
    stream_id bigint DEFAULT NULL, through date DEFAULT NULL, OUT series integer, OUT corrected integer, OUT events integer)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    -- Few days of many streams: whatever the statistics say, each is looked up by its key.
    SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    locked_streams bigint[];
    locked bigint[];
    late record;
    step record;
BEGIN
    series := 0; corrected := 0; events := 0;
    SELECT array_agg(l.stream_id), array_agg(l.climatology_id) INTO locked_streams, locked
    FROM (SELECT s.stream_id, s.climatology_id FROM ocean.heatwave_state AS s
          WHERE s.active AND (advance_heatwaves.stream_id IS NULL OR s.stream_id = advance_heatwaves.stream_id)
          ORDER BY s.stream_id, s.climatology_id FOR UPDATE) AS l;
    -- From here on each statement has a snapshot that is later than the locks, and that of a
    -- later one may show more.  So a revision counts as seen only where the statement that
    -- says so has looked for days that came late: one that commits in between keeps the
    -- revision of its stream where it was, and the next call finds it.
    FOR late IN
        SELECT s AS watched, l.first_day, l.last_day, l.seen
        FROM unnest(locked_streams, locked) AS k (stream_id, climatology_id)
        JOIN ocean.heatwave_state AS s ON s.stream_id = k.stream_id AND s.climatology_id = k.climatology_id
        CROSS JOIN LATERAL (
            -- OFFSET 0 keeps min() from walking over all days: what is new by its revision is little.
            SELECT min(d.day) FILTER (WHERE d.day <= s.through) AS first_day,
                   max(d.day) FILTER (WHERE d.day <= s.through) AS last_day, max(d.revision) AS seen
            FROM (SELECT m.day, m.revision FROM ocean.daily_mean AS m
                  WHERE m.stream_id = s.stream_id AND m.revision > s.revision OFFSET 0) AS d) AS l
        WHERE s.through IS NOT NULL AND l.first_day IS NOT NULL
    LOOP
        corrected := corrected + 1;
        events := events + ocean.rerun_heatwaves(late.watched, late.first_day, late.last_day, late.seen);
    END LOOP;
    FOR step IN
        WITH target AS MATERIALIZED (
            SELECT s.*, n.since, least(n.last_day, advance_heatwaves.through) AS until, n.seen,
                   ocean.heatwave_options(kind => c.kind, pad_days => c.pad_days, min_duration => s.min_duration, max_gap => s.max_gap) AS options
            FROM unnest(locked_streams, locked) AS k (stream_id, climatology_id)
            JOIN ocean.heatwave_state AS s ON s.stream_id = k.stream_id AND s.climatology_id = k.climatology_id
            JOIN ocean.climatology AS c ON c.climatology_id = s.climatology_id
            CROSS JOIN LATERAL (
                SELECT coalesce(s.judged + 1, (SELECT min(d.day) FROM ocean.daily_mean AS d WHERE d.stream_id = s.stream_id)) AS since,
                       (SELECT max(d.day) FROM ocean.daily_mean AS d WHERE d.stream_id = s.stream_id) AS last_day,
                       CASE WHEN EXISTS (SELECT FROM ocean.daily_mean AS d
                                         WHERE d.stream_id = s.stream_id AND d.revision > s.revision AND d.day <= s.through) THEN s.revision
                            ELSE coalesce((SELECT max(d.revision) FROM ocean.daily_mean AS d WHERE d.stream_id = s.stream_id), 0) END AS seen) AS n
        )
        UPDATE ocean.heatwave_state AS s
        SET state = coalesce(r.state, s.state), phase = coalesce(r.phase, s.phase), judged = coalesce(r.judged, s.judged),
            through = coalesce(r.through, s.through), first_day = coalesce(s.first_day, CASE WHEN r.through IS NOT NULL THEN t.since END),
            revision = t.seen, advanced_at = now()
        FROM target AS t
        LEFT JOIN LATERAL (
            SELECT h.*
            FROM (SELECT array_agg(d.mean ORDER BY g.n) AS value, array_agg(c.mean ORDER BY g.n) AS mean,
                         array_agg(c.threshold ORDER BY g.n) AS threshold
                  FROM generate_series(0, t.until - t.since) AS g (n)
                  LEFT JOIN ocean.climatology_day AS c ON c.climatology_id = t.climatology_id AND c.day_of_year = ocean.day_of_year(t.since + g.n)
                  LEFT JOIN ocean.daily_mean AS d ON d.stream_id = t.stream_id AND d.day = t.since + g.n) AS d
            CROSS JOIN LATERAL ocean.heatwave_step(t.state, t.options, t.since, d.value, d.mean, d.threshold) AS h
            WHERE t.until > coalesce(t.through, t.since - 1)) AS r ON true
        WHERE s.stream_id = t.stream_id AND s.climatology_id = t.climatology_id
          AND (r.through IS NOT NULL OR t.seen > t.revision)
        RETURNING s.stream_id, s.climatology_id, s.through, r.replaced_from, r.events,
                  CASE WHEN t.through IS NULL THEN 'start' ELSE 'day' END AS cause,
                  r.through IS NOT NULL AND (cardinality(r.events) > 0 OR t.phase IN ('active', 'pending') OR t.judged < t.through) AS touched
    LOOP
        series := series + 1;
        IF step.touched THEN
            events := events + ocean.record_heatwaves(step.stream_id, step.climatology_id, step.replaced_from, step.through, step.events, step.through, step.cause);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.advance_heatwaves(bigint, date) IS
    'moves the detection of one stream, or of all, over the daily means that are new, up to the last one or to through, and finds anew what days that came late or changed can have changed; writes events, revisions and alerts; days without a daily mean before the last one are missing days; returns how many series were moved or corrected and how many events changed';

CREATE FUNCTION ocean.watch_heatwaves(
    stream_id bigint, climatology_id bigint, min_duration integer DEFAULT NULL, max_gap integer DEFAULT NULL)
    RETURNS integer
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM ocean.climatology AS c
    WHERE c.climatology_id = watch_heatwaves.climatology_id AND c.stream_id = watch_heatwaves.stream_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'climatology % is none of stream %', coalesce(climatology_id::text, 'NULL'), coalesce(stream_id::text, 'NULL')
            USING ERRCODE = 'TH026', HINT = 'Make one with ocean.make_climatology(), which can borrow the data of another stream.';
    END IF;
    IF min_duration NOT BETWEEN 1 AND 366 OR max_gap NOT BETWEEN 0 AND 366 THEN
        RAISE EXCEPTION 'min_duration % with max_gap % is out of range', coalesce(min_duration, 5), coalesce(max_gap, 2)
            USING ERRCODE = 'TH026', DETAIL = 'min_duration is from 1 to 366, max_gap from 0 to 366.';
    END IF;
    INSERT INTO ocean.heatwave_state (stream_id, climatology_id, min_duration, max_gap)
    VALUES (stream_id, climatology_id, coalesce(min_duration, 5), coalesce(max_gap, 2))
    ON CONFLICT (stream_id, climatology_id) DO UPDATE SET active = true
    WHERE (heatwave_state.min_duration, heatwave_state.max_gap)
        = (coalesce(watch_heatwaves.min_duration, heatwave_state.min_duration), coalesce(watch_heatwaves.max_gap, heatwave_state.max_gap));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stream % is watched by climatology % with another min_duration or max_gap', stream_id, climatology_id
            USING ERRCODE = 'TH026', HINT = 'Make another climatology for it: events of both must not be taken for each other.';
    END IF;
    RETURN (SELECT a.events FROM ocean.advance_heatwaves(stream_id) AS a);
END
$$;
COMMENT ON FUNCTION ocean.watch_heatwaves(bigint, bigint, integer, integer) IS
    'lets ocean.advance_heatwaves() move the detection of a stream by one of its climatologies, and does so for the first time: the events of its past are stored without alerts; returns how many there are';
