CREATE TABLE ocean.sensor (
    sensor_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    station_id bigint NOT NULL REFERENCES ocean.station,
    code text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station_id, code),
    UNIQUE (sensor_id, station_id)
);
COMMENT ON TABLE ocean.sensor IS 'instruments of a station';
COMMENT ON COLUMN ocean.sensor.sensor_id IS 'never changes';
COMMENT ON COLUMN ocean.sensor.station_id IS 'where the instrument is';
COMMENT ON COLUMN ocean.sensor.code IS 'name of the instrument, unique at its station';
COMMENT ON COLUMN ocean.sensor.description IS 'maker, model, what people should know';
COMMENT ON COLUMN ocean.sensor.attributes IS 'whatever else is known: serial number, calibration, link to a data sheet';
COMMENT ON COLUMN ocean.sensor.created_at IS 'when it was entered';

CREATE FUNCTION ocean.flags_valid(flags smallint[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_position(flags_valid.flags, NULL) IS NULL AND flags_valid.flags <@ '{0,1,2,3,4,5,6,7,8,9}'::smallint[];
END;
COMMENT ON FUNCTION ocean.flags_valid(smallint[]) IS 'whether all of these are quality flags, 0 to 9';

CREATE TABLE ocean.stream (
    stream_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    station_id bigint NOT NULL REFERENCES ocean.station,
    variable_id smallint NOT NULL REFERENCES ocean.variable,
    sensor_id bigint,
    depth_m double precision CHECK (depth_m BETWEEN -1000 AND 12000),
    cadence interval NOT NULL CHECK (cadence BETWEEN '1 second' AND '1 year'),
    active boolean NOT NULL DEFAULT true,
    min_coverage double precision NOT NULL DEFAULT 0.5 CHECK (min_coverage BETWEEN 0 AND 1),
    excluded_flags smallint[] NOT NULL DEFAULT '{3,4,9}' CHECK (ocean.flags_valid(excluded_flags)),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (station_id, variable_id, sensor_id, depth_m),
    FOREIGN KEY (sensor_id, station_id) REFERENCES ocean.sensor (sensor_id, station_id)
);
CREATE INDEX stream_variable_id_idx ON ocean.stream (variable_id);
CREATE INDEX stream_sensor_id_idx ON ocean.stream (sensor_id);
COMMENT ON TABLE ocean.stream IS 'series of values of one variable at one station, by one sensor, at one depth';
COMMENT ON COLUMN ocean.stream.stream_id IS 'never changes: first column of every key of the large tables';
COMMENT ON COLUMN ocean.stream.station_id IS 'where it is observed';
COMMENT ON COLUMN ocean.stream.variable_id IS 'what is observed, and in which unit';
COMMENT ON COLUMN ocean.stream.sensor_id IS 'by which instrument of that station; NULL: not known, or several in turn';
COMMENT ON COLUMN ocean.stream.depth_m IS 'metres below the surface, negative above it; NULL: not known';
COMMENT ON COLUMN ocean.stream.cadence IS 'wanted distance of two values in time; the coverage of a day is counted with it';
COMMENT ON COLUMN ocean.stream.active IS 'false: keeps its observations, and jobs pass it over';
COMMENT ON COLUMN ocean.stream.min_coverage IS 'a day with a smaller share of its values has no daily mean';
COMMENT ON COLUMN ocean.stream.excluded_flags IS 'values with these quality flags are not part of a daily mean';
COMMENT ON COLUMN ocean.stream.attributes IS 'whatever else is known';
COMMENT ON COLUMN ocean.stream.created_at IS 'when it was entered';
COMMENT ON INDEX ocean.stream_variable_id_idx IS 'streams of a variable';
COMMENT ON INDEX ocean.stream_sensor_id_idx IS 'streams of a sensor';
