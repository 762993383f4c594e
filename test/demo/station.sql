-- A place off Western Australia, a value a day, and a month of the table for each to come.
INSERT INTO ocean.station (code, name, latitude, longitude) VALUES ('WA', 'off Western Australia', -29.375, 112.625);
INSERT INTO ocean.stream (station_id, variable_id, cadence)
    SELECT station_id, variable_id, '1 day' FROM ocean.station, ocean.variable
    WHERE station.code = 'WA' AND variable.code = 'sea_surface_temperature';
SELECT ocean.make_partitions('1982-01-01', '2011-12-31');
