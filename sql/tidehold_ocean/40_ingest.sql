-- Arguments in the order of src/ocean/ingest_array.c and ingest_text.c.
CREATE FUNCTION ocean.ingest(
    station text, variable text, observed_at timestamptz[], value double precision[],
    flag smallint[] DEFAULT NULL, depth_m double precision DEFAULT NULL, sensor text DEFAULT NULL,
    withdraw boolean DEFAULT false, strict boolean DEFAULT false, reason text DEFAULT 'ingest',
    OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint,
    OUT reasons text[])
    RETURNS record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_ingest';
COMMENT ON FUNCTION ocean.ingest(text, text, timestamptz[], double precision[], smallint[], double precision, text, boolean, boolean, text) IS
    'takes in observations of one stream, named by station and variable, and depth and sensor where there are several; a row that is there is unchanged or corrected (with a revision), NULL and NaN are missing, a missing value replaces a value with withdraw alone; rows that cannot be taken are counted with the first ten reasons, and are an error with strict or where no row was good; makes the partitions it needs';

CREATE FUNCTION ocean.ingest_stream(
    stream_id bigint, observed_at timestamptz[], value double precision[], flag smallint[] DEFAULT NULL,
    withdraw boolean DEFAULT false, strict boolean DEFAULT false, reason text DEFAULT 'ingest',
    OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint,
    OUT reasons text[])
    RETURNS record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_ingest_stream';
COMMENT ON FUNCTION ocean.ingest_stream(bigint, timestamptz[], double precision[], smallint[], boolean, boolean, text) IS
    'the same of the stream of that id';

CREATE FUNCTION ocean.ingest_many(
    stream_id bigint[], observed_at timestamptz[], value double precision[], flag smallint[] DEFAULT NULL,
    withdraw boolean DEFAULT false, strict boolean DEFAULT false, reason text DEFAULT 'ingest',
    OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint,
    OUT reasons text[])
    RETURNS record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_ingest_many';
COMMENT ON FUNCTION ocean.ingest_many(bigint[], timestamptz[], double precision[], smallint[], boolean, boolean, text) IS
    'the same of many streams, an id for each row';

CREATE FUNCTION ocean.ingest_ndbc(
    station text, content text,
    withdraw boolean DEFAULT false, strict boolean DEFAULT false, reason text DEFAULT 'ingest',
    OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint,
    OUT reasons text[])
    RETURNS record
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_ingest_ndbc';
COMMENT ON FUNCTION ocean.ingest_ndbc(text, text, boolean, boolean, text) IS
    'the same of a file of the U.S. National Data Buoy Center: standard meteorological or oceanographic data, realtime or historical; MM and a column filled with nines are missing; values of columns that the station has no stream for are ignored and counted';

CREATE FUNCTION ocean.ingest_csv(
    content text,
    withdraw boolean DEFAULT false, strict boolean DEFAULT false, reason text DEFAULT 'ingest',
    OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint,
    OUT reasons text[])
    RETURNS record
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_ingest_csv';
COMMENT ON FUNCTION ocean.ingest_csv(text, boolean, boolean, text) IS
    'the same of comma-separated values: station, time (ISO 8601, of UTC where it does not say), variable, value and flag, in this order or as a first line of these names says; flag may be left out';

-- An INSERT is routed before its triggers fire, so the table cannot make a partition; a
-- view can, as long as the statement does not read the table.
CREATE VIEW ocean.late_observation AS
    SELECT o.stream_id, o.observed_at, o.value, o.flag FROM ocean.observation AS o;
COMMENT ON VIEW ocean.late_observation IS
    'INSERT and COPY into it take rows of any time that is no mistake, as ocean.ingest() does, and make the partitions; row by row, so slower than ocean.observation';
COMMENT ON COLUMN ocean.late_observation.stream_id IS 'series that the value belongs to';
COMMENT ON COLUMN ocean.late_observation.observed_at IS 'phenomenon time';
COMMENT ON COLUMN ocean.late_observation.value IS 'in the unit of the variable; NULL: missing';
COMMENT ON COLUMN ocean.late_observation.flag IS 'quality of the value; NULL: none is given';

CREATE FUNCTION ocean.insert_late() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM ocean.check_time(NEW.observed_at);
    PERFORM ocean.ingest_stream(stream_id => NEW.stream_id, observed_at => ARRAY[NEW.observed_at], value => ARRAY[NEW.value],
                         flag => ARRAY[NEW.flag], strict => true, reason => 'late');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION ocean.insert_late() IS 'trigger: takes in a row by ocean.ingest()';

CREATE TRIGGER insert_late INSTEAD OF INSERT ON ocean.late_observation
    FOR EACH ROW EXECUTE FUNCTION ocean.insert_late();
COMMENT ON TRIGGER insert_late ON ocean.late_observation IS 'makes the partition where there is none';
