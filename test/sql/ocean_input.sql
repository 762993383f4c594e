-- What the functions of the ocean say to arguments that make no sense.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_ocean CASCADE;
RESET client_min_messages;
SET datestyle = iso;
\set SHOW_CONTEXT never
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('A', 0, 0), ('B', 0, 1);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station ORDER BY code;
SELECT min(stream_id) AS long, max(stream_id) AS short FROM ocean.stream \gset
INSERT INTO ocean.daily_mean
    SELECT :long, day::date, 15 + extract(doy FROM day)::int % 3, 1, 0, 1, 1, 1 FROM generate_series(date '2001-01-01', '2010-12-31', '1 day') AS day;
INSERT INTO ocean.daily_mean VALUES (:short, '2010-01-01', 99, 1, 0, 1, 1, 1);
SELECT ocean.make_climatology(:long) AS climatology \gset

-- The bound of a borrowed climatology is a distance.
SELECT ocean.make_climatology(:short, ocean.heatwave_options(min_years => 5), borrow_from => :long, max_rmse => 'NaN');
SELECT ocean.make_climatology(:short, ocean.heatwave_options(min_years => 5), borrow_from => :long, max_rmse => -1);
SELECT count(*) FROM ocean.climatology;

SELECT ocean.watch_heatwaves(:long, :climatology, 0);
SELECT ocean.watch_heatwaves(:long, :climatology, max_gap => -1);
SELECT count(*) FROM ocean.heatwave_state;
SELECT ocean.watch_heatwaves(:long, :climatology) IS NOT NULL AS watched;

-- A typing error does not cost the models that there are.
SELECT * FROM ocean.fit_predictions();
SELECT * FROM ocean.fit_predictions(method => 'magic');
SELECT * FROM ocean.fit_predictions(horizon => 0);
SELECT * FROM ocean.fit_predictions(years => 0);
SELECT status, (SELECT count(*) FROM ocean.prediction) AS days FROM ocean.prediction_model;

SELECT * FROM ocean.monthly_means_stream(:long, centre => 'NaN');

DROP EXTENSION tidehold_ocean CASCADE;
DROP SCHEMA IF EXISTS ocean CASCADE;
