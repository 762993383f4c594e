CREATE FUNCTION ocean.refuse_builtin() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RAISE EXCEPTION 'cannot change a built-in row of table "%"', TG_TABLE_NAME
        USING ERRCODE = 'TH029',
              DETAIL = 'Built-in rows come with the extension and are not part of a dump.',
              HINT = 'Create a row of your own and use that.';
END
$$;
COMMENT ON FUNCTION ocean.refuse_builtin() IS
    'trigger: refuses to change rows that come with the extension, which a dump would not carry (TH029)';

CREATE TABLE ocean.station (
    station_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 200),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 1000),
    -- NaN is greater than any number, so the ranges refuse it.
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    active boolean NOT NULL DEFAULT true,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    position_since timestamptz NOT NULL DEFAULT now() CHECK (isfinite(position_since))
);
CREATE INDEX station_latitude_idx ON ocean.station (latitude) WHERE active;
COMMENT ON TABLE ocean.station IS 'places where the ocean is observed: buoys, tide gauges, moorings, cells of a grid';
COMMENT ON COLUMN ocean.station.station_id IS 'never changes: it is part of every key of the large tables';
COMMENT ON COLUMN ocean.station.code IS 'name of the station among data centres, compared byte by byte, unique';
COMMENT ON COLUMN ocean.station.name IS 'name for people';
COMMENT ON COLUMN ocean.station.latitude IS 'degrees north, -90 to 90';
COMMENT ON COLUMN ocean.station.longitude IS 'degrees east, -180 to 180';
COMMENT ON COLUMN ocean.station.active IS 'false: keeps its observations and is not found by nearest_stations';
COMMENT ON COLUMN ocean.station.attributes IS 'whatever else is known about the station';
COMMENT ON COLUMN ocean.station.created_at IS 'when the station was entered';
COMMENT ON COLUMN ocean.station.position_since IS 'since when the station has been at this position; where it was before is in ocean.station_position';
COMMENT ON INDEX ocean.station_latitude_idx IS 'finds the active stations of a latitude band';
