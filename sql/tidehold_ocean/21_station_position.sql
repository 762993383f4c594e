-- Former positions alone are kept here, the present one is in ocean.station: so the
-- trigger has nothing to do when stations are inserted, and a restore, which inserts
-- them with the triggers live, brings back the history as it was.
CREATE TABLE ocean.station_position (
    station_id bigint NOT NULL REFERENCES ocean.station ON DELETE CASCADE,
    valid_from timestamptz NOT NULL CHECK (isfinite(valid_from)),
    valid_until timestamptz NOT NULL CHECK (isfinite(valid_until)),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    PRIMARY KEY (station_id, valid_from),
    CHECK (valid_from < valid_until)
);
COMMENT ON TABLE ocean.station_position IS 'where stations were before; written when the position of a station changes';
COMMENT ON COLUMN ocean.station_position.station_id IS 'the station';
COMMENT ON COLUMN ocean.station_position.valid_from IS 'since when it was there';
COMMENT ON COLUMN ocean.station_position.valid_until IS 'when it was there no longer';
COMMENT ON COLUMN ocean.station_position.latitude IS 'degrees north, -90 to 90';
COMMENT ON COLUMN ocean.station_position.longitude IS 'degrees east, -180 to 180';

CREATE FUNCTION ocean.keep_position() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NEW.position_since = OLD.position_since THEN
        NEW.position_since := greatest(now(), OLD.position_since);
    END IF;
    IF NEW.position_since < OLD.position_since THEN
        RAISE EXCEPTION 'station "%" cannot be at its new position since %, before it came to its last', NEW.code, NEW.position_since
            USING ERRCODE = 'TH026',
                  DETAIL = format('It has been at its last position since %s.', OLD.position_since),
                  HINT = 'Enter positions in the order of time, or insert a former one into ocean.station_position.';
    END IF;
    -- Two changes in one transaction: nobody ever saw the first.
    IF NEW.position_since > OLD.position_since THEN
        INSERT INTO ocean.station_position (station_id, valid_from, valid_until, latitude, longitude)
        VALUES (OLD.station_id, OLD.position_since, NEW.position_since, OLD.latitude, OLD.longitude);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION ocean.keep_position() IS 'trigger: keeps the position that a station leaves in ocean.station_position';

CREATE TRIGGER keep_position BEFORE UPDATE OF latitude, longitude ON ocean.station
    FOR EACH ROW WHEN (OLD.latitude <> NEW.latitude OR OLD.longitude <> NEW.longitude)
    EXECUTE FUNCTION ocean.keep_position();
COMMENT ON TRIGGER keep_position ON ocean.station IS 'keeps the former position';

CREATE FUNCTION ocean.position_at(
    station_id bigint, at timestamptz, OUT latitude double precision, OUT longitude double precision)
    RETURNS record
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.latitude, p.longitude
    FROM (SELECT s.latitude, s.longitude, s.position_since AS valid_from, NULL::timestamptz AS valid_until
          FROM ocean.station AS s WHERE s.station_id = position_at.station_id
          UNION ALL
          SELECT h.latitude, h.longitude, h.valid_from, h.valid_until
          FROM ocean.station_position AS h WHERE h.station_id = position_at.station_id) AS p
    ORDER BY p.valid_from <= position_at.at AND (p.valid_until IS NULL OR p.valid_until > position_at.at) DESC,
             p.valid_from
    LIMIT 1;
END;
COMMENT ON FUNCTION ocean.position_at(bigint, timestamptz) IS
    'where a station was at that time, in degrees north and east; before its first known position, that one; no row of NULLs for a station that is not there';
