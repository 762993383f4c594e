-- Detection and its incremental state: events keep their ids, whatever comes late.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET datestyle = iso;
\set SHOW_CONTEXT never

-- Thirty years without a surprise: the threshold lies 0.5 above a mean of 20 all year.
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BAY', 40, -70), ('OTHER', 41, -70);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station;
SELECT (SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = 'BAY') AS bay,
       (SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = 'OTHER') AS other \gset
INSERT INTO ocean.daily_mean SELECT :other, day::date, 20 + CASE WHEN extract(year FROM day) = 2001 THEN 0.5 WHEN extract(year FROM day) = 2002 THEN -0.5 ELSE 0 END, 1, 0, 1, 1, 1
    FROM generate_series(date '2001-01-01', '2010-12-31', '1 day') AS day;
SELECT ocean.make_climatology(:bay, ocean.heatwave_options(percentile => 99), 'warm', borrow_from => :other) AS warm,
       ocean.make_climatology(:bay, ocean.heatwave_options('cold_spell', percentile => 99), 'cold', borrow_from => :other) AS cold \gset
SELECT kind, round(min(mean)::numeric, 3) AS mean, round(min(threshold)::numeric, 3) AS least, round(max(threshold)::numeric, 3) AS most
FROM ocean.climatology_day JOIN ocean.climatology USING (climatology_id) GROUP BY kind ORDER BY kind;

-- Letters are days: . usual, a to d one to four thresholds above, - missing, A to D below.
CREATE FUNCTION days(first date, letters text) RETURNS TABLE (day date, mean double precision) LANGUAGE sql AS $$
    SELECT first + n::int - 1, CASE letter WHEN '-' THEN NULL WHEN '.' THEN 20 ELSE 20 + 0.05
        + 0.5 * CASE WHEN letter >= 'a' THEN ascii(letter) - ascii('a') + 1 ELSE -(ascii(letter) - ascii('A') + 1) - 0.2 END END
    FROM unnest(string_to_array(letters, NULL)) WITH ORDINALITY AS l (letter, n)
$$;
CREATE SEQUENCE rev START 2;
CREATE FUNCTION come(stream bigint, first date, letters text) RETURNS void LANGUAGE sql AS $$
    WITH revision AS MATERIALIZED (SELECT nextval('rev') AS revision)
    INSERT INTO ocean.daily_mean SELECT stream, day, mean, (mean IS NOT NULL)::int, 0, 1, (mean IS NOT NULL)::int, revision
    FROM days(first, letters), revision
    ON CONFLICT (stream_id, day) DO UPDATE SET mean = excluded.mean, valid = excluded.valid, coverage = excluded.coverage, revision = excluded.revision
$$;
-- The ids as letters, in the order of their making.
CREATE VIEW events AS
    SELECT chr(64 + (dense_rank() OVER (ORDER BY event_id))::int) AS id, revision AS r, state, start_date, end_date, duration AS days, missing_days AS missing,
           category_name AS category, (SELECT chr(64 + count(*)::int) FROM ocean.event AS m WHERE m.climatology_id = e.climatology_id AND m.event_id <= e.merged_into HAVING count(*) > 0) AS merged_into,
           (SELECT chr(64 + count(*)::int) FROM ocean.event AS m WHERE m.climatology_id = e.climatology_id AND m.event_id <= e.split_from HAVING count(*) > 0) AS split_from
    FROM ocean.event AS e WHERE climatology_id = (SELECT climatology_id FROM ocean.climatology WHERE name = 'warm') ORDER BY event_id;

-- An event as it comes: watch, active, pending, active again, final.
SELECT come(:bay, '2020-01-01', '..........') \g /dev/null
SELECT ocean.watch_heatwaves(:bay, :warm) AS warm, ocean.watch_heatwaves(:bay, :cold) AS cold;
CREATE FUNCTION step(stream bigint, warm bigint, letter text) RETURNS TABLE (day date, letter_ text, phase text, state text, days int, category text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM come(stream, (SELECT max(d.day) + 1 FROM ocean.daily_mean AS d WHERE d.stream_id = stream), letter);
    PERFORM ocean.advance_heatwaves(stream);
    RETURN QUERY SELECT s.through, letter, s.phase, e.state, e.duration, e.category_name
    FROM ocean.heatwave_state AS s LEFT JOIN LATERAL (SELECT * FROM ocean.event AS o WHERE o.climatology_id = s.climatology_id ORDER BY event_id DESC LIMIT 1) AS e ON true
    WHERE s.climatology_id = warm;
END
$$;
SELECT s.* FROM unnest(string_to_array('aabaac..abca..aa...', NULL)) WITH ORDINALITY AS l (letter, n), step(:bay, :warm, letter) AS s ORDER BY day;
TABLE events;
SELECT revision, cause, state, start_date, end_date, duration, category FROM ocean.event_revision ORDER BY revision;
SELECT day, state_before, state_after, category_before AS c_before, category_after AS c_after, revision, station, variable FROM ocean.alert ORDER BY alert_id;
-- Nothing new is nothing done.
SELECT * FROM ocean.advance_heatwaves();

-- Late: an edge moves, the id stays.
SELECT come(:bay, '2020-01-10', 'a') \g /dev/null
SELECT * FROM ocean.advance_heatwaves(:bay);
TABLE events;
-- Corrected: its end moves, and days after it become an event of their own.
SELECT come(:bay, '2020-01-16', '...') \g /dev/null
SELECT come(:bay, '2020-01-19', 'aaaaaaa') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
TABLE events;
-- Corrected back: they merge, the one that is lost is taken back and knows where its days are.
SELECT come(:bay, '2020-01-16', 'a.a') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
TABLE events;
-- Split: the longer part goes on, the other is new and knows where it comes from.
SELECT come(:bay, '2020-01-15', '...') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
TABLE events;
-- None at all any more.
SELECT come(:bay, '2020-01-08', '......................') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
TABLE events;
SELECT count(*) FILTER (WHERE state_after = 'retracted') AS taken_back, count(*) FROM ocean.alert;
-- Days from before the first one, and a hole that is filled later: absent days are missing days.
SELECT come(:bay, '2019-12-01', 'aaaaaaa') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
SELECT first_day, judged, through, phase FROM ocean.heatwave_state WHERE climatology_id = :warm;
SELECT come(:bay, '2020-03-01', 'aaaaa') \g /dev/null
SELECT come(:bay, '2020-03-07', 'aaaaa') \g /dev/null
SELECT series, corrected, events FROM ocean.advance_heatwaves(:bay);
SELECT * FROM events WHERE state <> 'retracted';
SELECT come(:bay, '2020-03-06', 'd') \g /dev/null
SELECT corrected, events FROM ocean.advance_heatwaves(:bay);
SELECT * FROM events WHERE state <> 'retracted';
-- Cold beside warm, of the same days.
SELECT come(:bay, '2020-04-01', 'AAAAAB.') \g /dev/null
SELECT series, events FROM ocean.advance_heatwaves(:bay);
SELECT kind, state, start_date, end_date, category_name, round(intensity_max::numeric, 3) AS intensity_max FROM ocean.event WHERE kind = 'cold_spell';
SELECT kind, climatology, phase, through, start_date, category_name FROM ocean.heatwave_now ORDER BY kind DESC;
-- Up to a day, and then on.
SELECT come(:bay, '2020-04-08', '.......aaaaaaa..') \g /dev/null
SELECT series, events FROM ocean.advance_heatwaves(:bay, '2020-04-18');
SELECT phase, through FROM ocean.heatwave_state WHERE climatology_id = :warm;
SELECT come(:bay, '2020-04-20', '.') \g /dev/null
SELECT series, events FROM ocean.advance_heatwaves(:bay, '2020-04-19');
SELECT series, events FROM ocean.advance_heatwaves(:bay);
SELECT id, r, state, start_date, end_date, days FROM events WHERE start_date > '2020-04-01';
-- An abort takes everything back.
BEGIN;
SELECT come(:bay, '2020-04-26', 'aaaaaaaa') \g /dev/null
SELECT events > 0 AS changed FROM ocean.advance_heatwaves();
ROLLBACK;
SELECT count(*) FROM ocean.event WHERE start_date > '2020-04-20' AND state <> 'retracted';

-- Any history, any order of arrival: what is stored is what a detection over all of it finds.
CREATE FUNCTION unlike(watched bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH batch AS (SELECT h.* FROM ocean.climatology AS c, ocean.detect(c.stream_id, c.climatology_id) AS h WHERE c.climatology_id = watched),
    stored AS (SELECT * FROM ocean.event WHERE climatology_id = watched AND state <> 'retracted')
    SELECT count(*) FROM batch FULL JOIN stored USING (start_date)
    WHERE (batch.end_date, batch.peak_date, batch.state, batch.category, batch.duration, batch.missing_days, batch.intensity_max, batch.intensity_mean,
           batch.intensity_var, batch.intensity_cumulative, batch.intensity_var_abs, batch.rate_onset, batch.rate_decline)
        IS DISTINCT FROM
          (stored.end_date, stored.peak_date, stored.state, stored.category, stored.duration, stored.missing_days, stored.intensity_max, stored.intensity_mean,
           stored.intensity_var, stored.intensity_cumulative, stored.intensity_var_abs, stored.rate_onset, stored.rate_decline)
$$;
SELECT unlike(:warm) AS warm, unlike(:cold) AS cold;
-- md5 is the dice: changes of one to nine days anywhere, six hundred of them.
DO $$
DECLARE
    bay bigint := (SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = 'BAY');
    warm bigint := (SELECT climatology_id FROM ocean.climatology WHERE name = 'warm');
    cold bigint := (SELECT climatology_id FROM ocean.climatology WHERE name = 'cold');
    dice bytea;
    wrong bigint := 0;
BEGIN
    FOR n IN 1 .. 600 LOOP
        dice := decode(md5(n::text), 'hex');
        PERFORM come(bay, date '2019-11-15' + (get_byte(dice, 0) + 256 * get_byte(dice, 1)) % 400,
                     substr('aaaaaaaabbbcd....-AAAAAAABC..aaa', 1 + get_byte(dice, 2) % 24, 1 + get_byte(dice, 3) % 9));
        PERFORM ocean.advance_heatwaves(CASE WHEN n % 2 = 0 THEN bay END);
        IF n % 20 = 0 THEN
            wrong := wrong + unlike(warm) + unlike(cold);
        END IF;
    END LOOP;
    RAISE NOTICE '% wrong', wrong;
END
$$;
SELECT unlike(:warm) AS warm, unlike(:cold) AS cold;
SELECT count(*) > 5 AS several, count(*) FILTER (WHERE state = 'retracted') > 20 AS many_taken_back FROM events;
SELECT count(*) AS revisions_missing FROM ocean.event AS e
WHERE e.revision <> (SELECT count(*) FROM ocean.event_revision AS r WHERE r.event_id = e.event_id)
   OR e.state <> (SELECT r.state FROM ocean.event_revision AS r WHERE r.event_id = e.event_id AND r.revision = e.revision);
SELECT count(*) AS state_unlike FROM ocean.heatwave_state AS s
JOIN LATERAL (SELECT * FROM ocean.label_days(s.stream_id, s.climatology_id) ORDER BY day DESC LIMIT 1) AS l ON true
WHERE (s.phase, s.through) IS DISTINCT FROM (l.causal, l.day);

-- Labels of days: what was known on the evening, and what is known now.
SELECT l.day, round(l.value::numeric, 2) AS value, l.exceeds, l.causal, l.event_no
FROM (SELECT array_agg(day ORDER BY day) AS day, array_agg(mean ORDER BY day) AS value FROM days('2020-01-01', '.aaaaaa.-aaaaa...a')) AS d,
    ocean.label_values(d.day, d.value, NULL, ocean.stored_curve(:warm)) AS l;
-- By year, ranks and return periods.
SELECT year, events, event_days, days_moderate, days_strong, round(duration::numeric, 2) AS duration, round(intensity_max::numeric, 3) AS intensity_max,
       round(total_cumulative::numeric, 3) AS total_cumulative, observed
FROM (SELECT array_agg(day ORDER BY day) AS day, array_agg(mean ORDER BY day) AS value FROM
        (SELECT * FROM days('2019-12-28', 'aaaaaabbb.') UNION ALL SELECT * FROM days('2021-06-01', 'cccccc.')) AS h) AS d,
    ocean.years_values(d.day, d.value, NULL, ocean.stored_curve(:warm));
SELECT * FROM ocean.heatwave_ranks('{1.5,3,NULL,2,3}', 3653);
SELECT * FROM ocean.heatwave_ranks('{}', 3653);
SELECT * FROM ocean.heatwave_ranks('{1}', 0);

-- A baseline that shifts: a sea that warms by steps has events by a fixed one and none by its own.
CREATE TABLE warming AS SELECT day::date, 15 + (extract(year FROM day) - 2001)::int / 5 + 0.3 * sin(extract(doy FROM day)) AS value
    FROM generate_series(date '2001-01-01', '2020-12-31', '1 day') AS day;
SELECT options, count(h) AS events, min(h.start_date), max(h.end_date)
FROM (SELECT array_agg(day ORDER BY day) AS day, array_agg(value ORDER BY day) AS value FROM warming) AS w,
    (VALUES (1, ocean.heatwave_options(first_year => 2001, last_year => 2005)), (2, ocean.heatwave_options(shift_years => 5)),
            (3, ocean.heatwave_options(shift_years => 10))) AS o (n, options)
LEFT JOIN LATERAL (SELECT * FROM ocean.detect_values(w.day, w.value, o.options)) AS h ON true
GROUP BY n, options ORDER BY n;

-- Heat stress: four weeks of one degree are four degree weeks.
SELECT h.day, round(hotspot::numeric, 2) AS hotspot, round(degree_weeks::numeric, 3) AS degree_weeks, missing_days, level, area_level
FROM (SELECT array_agg(day ORDER BY day) AS day, array_agg(28 + CASE WHEN day >= '2020-03-25' AND day < '2020-04-22' THEN 1.0 WHEN day >= '2020-04-22' THEN -0.5 ELSE 0.25 END ORDER BY day) AS value
      FROM (SELECT day::date FROM generate_series(date '2020-01-01', '2020-04-30', '1 day') AS day WHERE day <> '2020-02-02') AS d) AS d,
    ocean.heating_values(d.day, d.value, 28.0) AS h
WHERE h.day IN ('2020-01-01', '2020-02-02', '2020-03-23', '2020-03-24', '2020-04-21', '2020-04-22', '2020-04-30');
SELECT round(maximum::numeric, 3) AS maximum, maximum_month, months[1] = months[2] AS equal FROM ocean.monthly_means_stream(:other);
SELECT * FROM ocean.heating_values('{2020-01-01}', '{20}', 'NaN');
SELECT ocean.monthly_means_stream(:other, 2010, 2001);

-- What cannot be.
SELECT ocean.watch_heatwaves(:other, :warm);
SELECT ocean.watch_heatwaves(:bay, NULL);
SELECT ocean.watch_heatwaves(:bay, :warm, min_duration => 3);
SELECT ocean.watch_heatwaves(:bay, :warm);
SELECT ocean.heatwave_step('\x00', NULL::ocean.heatwave_options, '2020-01-01', '{1}', '{1}', '{1}') IS NULL AS without_options;
SELECT ocean.heatwave_step('\x00', ocean.heatwave_options(), '2020-01-01', '{1}', '{1}', '{1}');
SELECT ocean.heatwave_step(NULL, ocean.heatwave_options(), '2020-01-01', '{1,2}', '{1}', '{1}');
BEGIN READ ONLY;
SELECT ocean.advance_heatwaves();
ROLLBACK;

DROP TABLE warming;
DROP VIEW events;
DROP FUNCTION unlike, step, come, days;
DROP SEQUENCE rev;
DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean CASCADE;
