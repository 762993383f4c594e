-- The entities of OGC SensorThings API Part 1: Sensing, version 1.1 (OGC 18-088), as views.
-- Ids are those of the tables; navigation links are columns ending in _id.
CREATE VIEW ocean.sensorthings_thing AS
    SELECT s.station_id AS id, s.code AS name, s.name AS description,
           s.attributes || jsonb_build_object('active', s.active) AS properties
    FROM ocean.station AS s;
COMMENT ON VIEW ocean.sensorthings_thing IS 'OGC SensorThings Thing: a station';
COMMENT ON COLUMN ocean.sensorthings_thing.id IS 'station_id';
COMMENT ON COLUMN ocean.sensorthings_thing.name IS 'code of the station';
COMMENT ON COLUMN ocean.sensorthings_thing.description IS 'name of the station';
COMMENT ON COLUMN ocean.sensorthings_thing.properties IS 'attributes of the station, and whether it is active';

CREATE VIEW ocean.sensorthings_historical_location AS
    SELECT format('%s/%s', p.station_id, extract(epoch FROM p.valid_from)) AS id,
           p.valid_from AS "time", p.station_id AS thing_id,
           format('%s/%s', p.station_id, extract(epoch FROM p.valid_from)) AS location_id
    FROM ocean.station_position AS p
    UNION ALL
    SELECT format('%s/%s', s.station_id, extract(epoch FROM s.position_since)), s.position_since, s.station_id,
           format('%s/%s', s.station_id, extract(epoch FROM s.position_since))
    FROM ocean.station AS s;
COMMENT ON VIEW ocean.sensorthings_historical_location IS
    'OGC SensorThings HistoricalLocation: since when a station was at each of its positions, the present one included';
COMMENT ON COLUMN ocean.sensorthings_historical_location.id IS 'station_id and seconds since 1970';
COMMENT ON COLUMN ocean.sensorthings_historical_location."time" IS 'when the station came to the position';
COMMENT ON COLUMN ocean.sensorthings_historical_location.thing_id IS 'the station';
COMMENT ON COLUMN ocean.sensorthings_historical_location.location_id IS 'the position';

CREATE VIEW ocean.sensorthings_location AS
    SELECT format('%s/%s', p.station_id, extract(epoch FROM p.since)) AS id, s.code AS name,
           format('position of %s since %s', s.code, p.since AT TIME ZONE 'UTC') AS description,
           'application/geo+json'::text AS encoding_type,
           jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(p.longitude, p.latitude)) AS location,
           p.station_id AS thing_id, p.is_current
    FROM (SELECT h.station_id, h.valid_from AS since, h.latitude, h.longitude, false AS is_current
          FROM ocean.station_position AS h
          UNION ALL
          SELECT t.station_id, t.position_since, t.latitude, t.longitude, true FROM ocean.station AS t) AS p
    JOIN ocean.station AS s ON s.station_id = p.station_id;
COMMENT ON VIEW ocean.sensorthings_location IS 'OGC SensorThings Location: a position of a station';
COMMENT ON COLUMN ocean.sensorthings_location.id IS 'station_id and seconds since 1970';
COMMENT ON COLUMN ocean.sensorthings_location.name IS 'code of the station';
COMMENT ON COLUMN ocean.sensorthings_location.description IS 'since when, in UTC';
COMMENT ON COLUMN ocean.sensorthings_location.encoding_type IS 'of location';
COMMENT ON COLUMN ocean.sensorthings_location.location IS 'GeoJSON: longitude and latitude in degrees';
COMMENT ON COLUMN ocean.sensorthings_location.thing_id IS 'the station';
COMMENT ON COLUMN ocean.sensorthings_location.is_current IS 'whether the station is there now';

CREATE VIEW ocean.sensorthings_sensor AS
    SELECT e.sensor_id AS id, e.code AS name, e.description, 'application/json'::text AS encoding_type,
           e.attributes AS metadata
    FROM ocean.sensor AS e
    UNION ALL
    SELECT 0, 'unknown', 'instrument that is not known', 'application/json', '{}'::jsonb;
COMMENT ON VIEW ocean.sensorthings_sensor IS 'OGC SensorThings Sensor: an instrument; 0 where a stream names none, as every Datastream must have one';
COMMENT ON COLUMN ocean.sensorthings_sensor.id IS 'sensor_id';
COMMENT ON COLUMN ocean.sensorthings_sensor.name IS 'code of the instrument';
COMMENT ON COLUMN ocean.sensorthings_sensor.description IS 'description of the instrument';
COMMENT ON COLUMN ocean.sensorthings_sensor.encoding_type IS 'of metadata';
COMMENT ON COLUMN ocean.sensorthings_sensor.metadata IS 'attributes of the instrument';

CREATE VIEW ocean.sensorthings_observed_property AS
    SELECT v.variable_id AS id, v.code AS name, 'http://vocab.nerc.ac.uk/standard_name/' || v.code AS definition,
           v.name AS description
    FROM ocean.variable AS v;
COMMENT ON VIEW ocean.sensorthings_observed_property IS 'OGC SensorThings ObservedProperty: a variable';
COMMENT ON COLUMN ocean.sensorthings_observed_property.id IS 'variable_id';
COMMENT ON COLUMN ocean.sensorthings_observed_property.name IS 'code of the variable';
COMMENT ON COLUMN ocean.sensorthings_observed_property.definition IS 'address of the CF standard name of that code, where it is one';
COMMENT ON COLUMN ocean.sensorthings_observed_property.description IS 'name of the variable';

CREATE VIEW ocean.sensorthings_datastream AS
    SELECT m.stream_id AS id, s.code || '/' || v.code AS name, v.name || ' at ' || s.code AS description,
           'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement'::text AS observation_type,
           jsonb_build_object('name', v.unit, 'symbol', v.unit, 'definition', NULL) AS unit_of_measurement,
           m.attributes || jsonb_build_object('depth_m', m.depth_m, 'cadence_s', extract(epoch FROM m.cadence),
                                              'active', m.active) AS properties,
           m.station_id AS thing_id, coalesce(m.sensor_id, 0) AS sensor_id, m.variable_id AS observed_property_id
    FROM ocean.stream AS m
    JOIN ocean.station AS s ON s.station_id = m.station_id
    JOIN ocean.variable AS v ON v.variable_id = m.variable_id;
COMMENT ON VIEW ocean.sensorthings_datastream IS 'OGC SensorThings Datastream: a stream';
COMMENT ON COLUMN ocean.sensorthings_datastream.id IS 'stream_id';
COMMENT ON COLUMN ocean.sensorthings_datastream.name IS 'codes of station and variable';
COMMENT ON COLUMN ocean.sensorthings_datastream.description IS 'names of variable and station';
COMMENT ON COLUMN ocean.sensorthings_datastream.observation_type IS 'always a measurement: a number';
COMMENT ON COLUMN ocean.sensorthings_datastream.unit_of_measurement IS 'unit of the variable';
COMMENT ON COLUMN ocean.sensorthings_datastream.properties IS 'attributes of the stream, depth, cadence, whether it is active';
COMMENT ON COLUMN ocean.sensorthings_datastream.thing_id IS 'the station';
COMMENT ON COLUMN ocean.sensorthings_datastream.sensor_id IS 'the instrument, 0 where it is not known';
COMMENT ON COLUMN ocean.sensorthings_datastream.observed_property_id IS 'the variable';

CREATE VIEW ocean.sensorthings_observation AS
    SELECT o.stream_id AS datastream_id, o.observed_at AS phenomenon_time, o.received_at AS result_time, o.value AS result,
           jsonb_build_object('flag', o.flag, 'scheme', o.flag_scheme, 'tests', o.tests,
                              'config', o.qc_config_id) AS result_quality,
           m.station_id AS feature_of_interest_id
    FROM ocean.observation AS o JOIN ocean.stream AS m ON m.stream_id = o.stream_id;
COMMENT ON VIEW ocean.sensorthings_observation IS
    'OGC SensorThings Observation: its id is the pair of datastream_id and phenomenon_time; ask by both, as the table is partitioned';
COMMENT ON COLUMN ocean.sensorthings_observation.datastream_id IS 'the stream';
COMMENT ON COLUMN ocean.sensorthings_observation.phenomenon_time IS 'observed_at';
COMMENT ON COLUMN ocean.sensorthings_observation.result_time IS 'received_at';
COMMENT ON COLUMN ocean.sensorthings_observation.result IS 'value, NULL where it is missing';
COMMENT ON COLUMN ocean.sensorthings_observation.result_quality IS 'flag, its scheme, results of the single tests and the configuration they were made by';
COMMENT ON COLUMN ocean.sensorthings_observation.feature_of_interest_id IS 'the station';

CREATE VIEW ocean.sensorthings_feature_of_interest AS
    SELECT s.station_id AS id, s.code AS name, 'sea at ' || s.code AS description,
           'application/geo+json'::text AS encoding_type,
           jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(s.longitude, s.latitude)) AS feature
    FROM ocean.station AS s;
COMMENT ON VIEW ocean.sensorthings_feature_of_interest IS 'OGC SensorThings FeatureOfInterest: the sea where a station is now';
COMMENT ON COLUMN ocean.sensorthings_feature_of_interest.id IS 'station_id';
COMMENT ON COLUMN ocean.sensorthings_feature_of_interest.name IS 'code of the station';
COMMENT ON COLUMN ocean.sensorthings_feature_of_interest.description IS 'for people';
COMMENT ON COLUMN ocean.sensorthings_feature_of_interest.encoding_type IS 'of feature';
COMMENT ON COLUMN ocean.sensorthings_feature_of_interest.feature IS 'GeoJSON: longitude and latitude in degrees';
