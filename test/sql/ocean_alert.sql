-- Alerts and who hears of them, predictions and what became of them, the chance of an event.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET datestyle = iso;
\set SHOW_CONTEXT never

-- A sea with a year and slow waves that no forecast can know for long.
CREATE FUNCTION sea(day date) RETURNS double precision IMMUTABLE LANGUAGE sql AS $$
    SELECT round((15 + 5 * sin(2 * pi() * extract(doy FROM day)::float8 / 365.25)
                  + 1.2 * sin((day - '2000-01-01') * 2 * pi() / 97) + 0.8 * sin((day - '2000-01-01') * 2 * pi() / 41)
                  + (('x' || left(md5(day::text), 4))::bit(16)::int / 65536.0 - 0.5) * 0.4)::numeric, 3)
$$;
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('REEF', -18, 147), ('EMPTY', 0, 0), ('SHORT', 0, 1);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station;
CREATE FUNCTION stream(text) RETURNS bigint STABLE LANGUAGE sql AS
    'SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = $1';
INSERT INTO ocean.daily_mean SELECT stream('REEF'), day::date, sea(day::date), 1, 0, 1, 1, 1 FROM generate_series(date '2001-01-01', '2010-12-31', '1 day') AS day;
INSERT INTO ocean.daily_mean VALUES (stream('SHORT'), '2010-01-01', NULL, 0, 0, 1, 0, 1);
SELECT ocean.make_climatology(stream('REEF')) AS warm, ocean.make_climatology(stream('REEF'), ocean.heatwave_options('cold_spell')) AS cold \gset
SELECT stream('REEF') AS reef \gset
SELECT ocean.watch_heatwaves(:reef, :warm) > 10 AS warm, ocean.watch_heatwaves(:reef, :cold) > 10 AS cold;
SELECT count(*) AS alerts_of_the_past FROM ocean.alert;

-- Predictions: of what is watched, or of one; what cannot be predicted is said and stops no other.
SELECT * FROM ocean.fit_predictions();
SELECT status, through, observed, round(persistence::numeric, 2) > 0.9 AS persistent FROM ocean.prediction_model;
SELECT count(*), min(day), max(day), bool_and(lower < mean AND mean < upper AND deviation > 0) AS intervals FROM ocean.prediction;
SELECT * FROM ocean.fit_predictions(stream('EMPTY'));
SELECT * FROM ocean.fit_predictions(stream('SHORT'));
SELECT s.code, m.status = 'ok' AS ok, m.model IS NULL AS none FROM ocean.prediction_model AS m JOIN ocean.stream USING (stream_id) JOIN ocean.station AS s USING (station_id) ORDER BY 1;
SELECT ocean.update_predictions();

-- A year comes day by day; each day is predicted, watched, and compared.
DO $$
DECLARE
    reef bigint := stream('REEF');
BEGIN
    FOR d IN 0 .. 364 LOOP
        INSERT INTO ocean.daily_mean VALUES (reef, date '2011-01-01' + d, sea(date '2011-01-01' + d), 1, 0, 1, 1, 2 + d);
        PERFORM ocean.advance_heatwaves(reef);
        PERFORM ocean.update_predictions(reef);
    END LOOP;
END
$$;
SELECT lead, predictions, since, rmse < rmse_persistence AS beats_persistence, rmse < rmse_anomaly_persistence AS beats_anomaly_persistence,
       lead > 3 OR coverage > 0.8 AS covered, abs(bias) < 0.3 AS unbiased
FROM ocean.prediction_accuracy ORDER BY lead;
SELECT kind, state_before, state_after, count(*) > 0 AS some FROM ocean.alert GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS FIRST, 3;
SELECT count(*) AS gaps FROM (SELECT state_before, lag(state_after) OVER (PARTITION BY event_id ORDER BY revision) AS said FROM ocean.alert) AS a WHERE state_before <> said;
-- A model that was moved on says what one that is fitted to all says, nearly.
SELECT max(abs(u.mean - f.mean)) < 0.5 AS near FROM ocean.prediction AS u,
    tidehold.forecast_values(ocean.daily_values(:reef, '2001-01-01', '2011-12-31'), 30, tidehold.forecast_options('climatology', series => 'sea')) AS f
WHERE u.stream_id = :reef AND f.step = u.lead;

-- The chance of an event, from where the stream stands.
SELECT lead, day, round(threshold::numeric, 2) AS threshold, exceeds BETWEEN 0 AND 1 AS exceeds, active <= ongoing AS active, started BETWEEN 0 AND 1 AS started
FROM ocean.heatwave_outlook(:reef, :warm, 3);
SELECT count(*), bool_and(started >= before) AS grows FROM (SELECT started, lag(started, 1, 0::float8) OVER (ORDER BY lead) AS before FROM ocean.heatwave_outlook(:reef, :warm)) AS o;
-- By hand: five days that are beyond it for sure are an event on the fifth; in the middle of one it lasts.
SELECT lead, exceeds, active, started FROM ocean.heatwave_chance(NULL, ocean.heatwave_options(), '{21,21,21,21,21,21}', '{0,0,0,0,0,0}', '{20,20,20,20,20,20}', 0.9);
SELECT lead, round(exceeds::numeric, 6) AS exceeds, round(started::numeric, 6) AS started
FROM ocean.heatwave_chance(NULL, ocean.heatwave_options(min_duration => 2), '{20,20,20}', '{1,1,1}', '{20,20,20}', 0);
SELECT ocean.heatwave_chance(NULL, ocean.heatwave_options(), '{20}', '{-1}', '{20}', 0);
SELECT ocean.heatwave_chance(NULL, ocean.heatwave_options(), '{20}', '{1}', '{20}', 2);
SELECT ocean.heatwave_chance(NULL, ocean.heatwave_options(), '{20}', '{1,1}', '{20}', 0);
SELECT count(*) FROM ocean.heatwave_chance(NULL, NULL, '{20}', '{1}', '{20}', 0);
-- Prediction and state must be of one day.
INSERT INTO ocean.daily_mean VALUES (:reef, '2012-01-01', sea('2012-01-01'), 1, 0, 1, 1, 1000);
SELECT series FROM ocean.advance_heatwaves();
SELECT count(*) FROM ocean.heatwave_outlook(:reef, :warm);
SELECT ocean.update_predictions() AS series;
SELECT count(*) FROM ocean.heatwave_outlook(:reef, :warm);
SELECT count(*) FROM ocean.heatwave_outlook(:reef, 1);

-- Channels: of a station, from a category on.
INSERT INTO ocean.alert_channel VALUES ('all_alerts', NULL, 1), ('severe', NULL, 3), ('reef', 'REEF', 1);
INSERT INTO ocean.alert_channel VALUES ('', NULL, 1);
INSERT INTO ocean.alert_channel VALUES ('none', NULL, 5);

-- Alerts are read by readers, and written by what administrators call.
CREATE ROLE alert_reader IN ROLE tidehold_reader;
CREATE ROLE alert_admin IN ROLE tidehold_admin;
SET ROLE alert_reader;
SELECT count(*) > 0 AS alerts FROM ocean.alert;
SELECT count(*) FROM ocean.heatwave_now;
SELECT ocean.advance_heatwaves();
SELECT ocean.create_feeds();
SET ROLE alert_admin;
SELECT * FROM ocean.advance_heatwaves();
INSERT INTO ocean.daily_mean VALUES (:reef, '2012-01-02', 0, 1, 0, 1, 1, 1001);
RESET ROLE;
DROP ROLE alert_reader, alert_admin;
SELECT ocean.create_feeds();

DROP FUNCTION stream, sea;
DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean CASCADE;
