-- The job that writes observations as CSV, a file for each station.
CREATE FUNCTION ocean.export_folder(folder text) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'th_ocean_export_folder';
COMMENT ON FUNCTION ocean.export_folder(text) IS
    'the folder without links, where files may be exported to; refuses one that is not absolute, no folder, or in the data directory; for roles with privileges of pg_write_server_files';

CREATE FUNCTION ocean.publish_file(folder text, temporary_name text, name text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_publish_file';
COMMENT ON FUNCTION ocean.publish_file(text, text, text) IS
    'gives a file that was written under a temporary name its own, in the same folder, and replaces the one that had it: readers find the old file or the new one, whole; for roles with privileges of pg_write_server_files';

-- Different codes have different names, and none of them leads out of the folder.
CREATE FUNCTION ocean.export_name(station text, since date, until date) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT string_agg(CASE WHEN c.character ~ '^[A-Za-z0-9_-]$' OR c.character = '.' AND c.place > 1 THEN c.character
                           ELSE (SELECT string_agg('%' || upper(lpad(to_hex(get_byte(b.bytes, n)), 2, '0')), '' ORDER BY n)
                                 FROM (SELECT convert_to(c.character, 'UTF8') AS bytes) AS b, generate_series(0, length(b.bytes) - 1) AS n)
                      END, '' ORDER BY c.place)
           || format('_%s_%s.csv', to_char(since, 'YYYYMMDD'), to_char(until - 1, 'YYYYMMDD'))
    FROM regexp_split_to_table(station, '') WITH ORDINALITY AS c (character, place)
    $$;
COMMENT ON FUNCTION ocean.export_name(text, date, date) IS
    'name of the file for a station and the days from since to before until: STATION_FIRST_LAST.csv, other characters than letters, digits, dots, "-" and "_" as % and hexadecimal digits';

CREATE FUNCTION ocean.export_station(folder text, station text, since date, until date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO'
    SET extra_float_digits = 1
    AS $$
DECLARE
    target text := ocean.export_folder(folder);
    name text := ocean.export_name(station, since, until);
    written bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM ocean.station AS s WHERE s.code = export_station.station) THEN
        RAISE EXCEPTION 'station "%" does not exist', station USING ERRCODE = 'TH026';
    END IF;
    EXECUTE format($q$
        COPY (SELECT p.code AS station, rtrim(rtrim(to_char(o.observed_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS time,
                     v.code AS variable, o.value, ocean.map_flag_number(o.flag, o.flag_scheme, 1::smallint) AS flag,
                     s.depth_m, e.code AS sensor
              FROM ocean.station AS p
              JOIN ocean.stream AS s ON s.station_id = p.station_id
              JOIN ocean.variable AS v ON v.variable_id = s.variable_id
              LEFT JOIN ocean.sensor AS e ON e.sensor_id = s.sensor_id
              JOIN ocean.observation AS o ON o.stream_id = s.stream_id
              WHERE p.code = %L AND o.observed_at >= %L::timestamptz AND o.observed_at < %L::timestamptz
              ORDER BY v.code, s.depth_m, e.code, o.observed_at)
        TO %L WITH (FORMAT csv, HEADER, ENCODING 'UTF8')$q$, station, since, until, target || '/.' || name || '.tmp');
    GET DIAGNOSTICS written = ROW_COUNT;
    PERFORM ocean.publish_file(target, '.' || name || '.tmp', name);
    RETURN written;
END
$$;
COMMENT ON FUNCTION ocean.export_station(text, text, date, date) IS
    'writes the observations of a station, of the days (UTC) from since to before until, to a file of the folder that ocean.ingest_csv() reads; flags in QARTOD terms; the file has its name (see ocean.export_name()) when it is whole; returns the number of rows';

CREATE FUNCTION ocean.next_export_station(since date, until date, after_station text) RETURNS text
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT p.code FROM ocean.station AS p
    WHERE (after_station IS NULL OR p.code > after_station)
      AND EXISTS (SELECT FROM ocean.stream AS s JOIN ocean.observation AS o ON o.stream_id = s.stream_id
                  WHERE s.station_id = p.station_id AND o.observed_at >= since::timestamp AT TIME ZONE 'UTC'
                    AND o.observed_at < until::timestamp AT TIME ZONE 'UTC')
    ORDER BY p.code LIMIT 1
    $$;
COMMENT ON FUNCTION ocean.next_export_station(date, date, text) IS
    'the next station, after that one by code, with observations in these days; NULL: there is none';
