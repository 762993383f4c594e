-- The job that takes observations from a folder of files or from a relation, a foreign
-- table for instance.  Files are read by the functions of the server, with their rights.

-- A file is passed over when it is as it was when it was taken.  Its time of change is told
-- in whole seconds: one that was read in the seconds of its change may have been changed after.
CREATE FUNCTION ocean.next_ingest_file(folder text, run_id bigint, after_file text) RETURNS text
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    candidate text COLLATE "C";
    status record;
BEGIN
    FOR candidate IN
        SELECT f.name COLLATE "C" FROM pg_ls_dir(folder) AS f (name)
        WHERE f.name ~* '^[^.].*\.(txt|ocean|csv)$' AND (after_file IS NULL OR f.name COLLATE "C" > after_file COLLATE "C")
        ORDER BY 1
    LOOP
        SELECT s.* INTO status FROM pg_stat_file(folder || '/' || candidate, true) AS s;
        CONTINUE WHEN status.isdir IS NOT false
            OR EXISTS (SELECT FROM ocean.ingested_file AS i
                       WHERE i.folder = next_ingest_file.folder AND i.file = candidate AND i.error_code IS NULL
                         AND i.size = status.size AND i.modified_at = status.modification
                         AND i.read_at > i.modified_at + interval '2 seconds');
        RETURN candidate;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ocean.next_ingest_file(text, bigint, text) IS
    'the next name, after that one, of a file in the folder (.txt, .ocean, .csv) that has not been taken as it is now; NULL: there is none';

CREATE FUNCTION ocean.station_of_file(file text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT coalesce((SELECT s.code FROM ocean.station AS s WHERE s.code = ANY (n.candidate) ORDER BY array_position(n.candidate, s.code) LIMIT 1),
                    n.candidate[1])
    FROM (SELECT ARRAY[f.stem, upper(f.stem), substr(f.stem, 1, 5), upper(substr(f.stem, 1, 5))] AS candidate
          FROM (SELECT regexp_replace(station_of_file.file, '\.[^.]*$', '') AS stem) AS f) AS n
    $$;
COMMENT ON FUNCTION ocean.station_of_file(text) IS
    'code of the station that a file of the National Data Buoy Center is of: 44013.txt, 44013h2022.txt, in either case';

CREATE FUNCTION ocean.note_ingested_file(
    run_id bigint, folder text, file text, counts jsonb, reasons text[], error_code text, error text) RETURNS void
    LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    INSERT INTO ocean.ingested_file (folder, file, size, modified_at, run_id, inserted, unchanged, corrected, refused, ignored,
                                     reasons, error_code, error)
    SELECT folder, file, s.size, s.modification, run_id, (counts ->> 'inserted')::bigint, (counts ->> 'unchanged')::bigint,
           (counts ->> 'corrected')::bigint, (counts ->> 'refused')::bigint, (counts ->> 'ignored')::bigint, reasons, error_code, error
    FROM pg_stat_file(folder || '/' || file, true) AS s
    WHERE s.size IS NOT NULL
    ON CONFLICT (folder, file) DO UPDATE
    SET size = excluded.size, modified_at = excluded.modified_at, read_at = excluded.read_at, run_id = excluded.run_id,
        inserted = excluded.inserted, unchanged = excluded.unchanged, corrected = excluded.corrected, refused = excluded.refused,
        ignored = excluded.ignored, reasons = excluded.reasons, error_code = excluded.error_code, error = excluded.error
    $$;
COMMENT ON FUNCTION ocean.note_ingested_file(bigint, text, text, jsonb, text[], text, text) IS
    'notes what became of a file in ocean.ingested_file';

-- Noted before it is read: what is added while it is read makes it another file.
CREATE FUNCTION ocean.take_ingest_file(run_id bigint, folder text, file text) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_variable
DECLARE
    path text := folder || '/' || file;
    size bigint := (SELECT s.size FROM pg_stat_file(path) AS s);
    taken record;
BEGIN
    IF size > 268435456 THEN
        RAISE EXCEPTION 'file "%" has % bytes', path, size
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Split it into files of at most 256 MB.';
    END IF;
    PERFORM ocean.note_ingested_file(run_id, folder, file, '{}', NULL, NULL, NULL);
    IF file ~* '\.csv$' THEN
        SELECT i.* INTO taken FROM ocean.ingest_csv(pg_read_file(path), reason => 'file ' || file) AS i;
    ELSE
        SELECT i.* INTO taken FROM ocean.ingest_ndbc(ocean.station_of_file(file), pg_read_file(path), reason => 'file ' || file) AS i;
    END IF;
    UPDATE ocean.ingested_file AS f
    SET inserted = taken.inserted, unchanged = taken.unchanged, corrected = taken.corrected, refused = taken.refused,
        ignored = taken.ignored, reasons = taken.reasons
    WHERE f.folder = take_ingest_file.folder AND f.file = take_ingest_file.file;
    RETURN to_jsonb(taken) - 'reasons';
END
$$;
COMMENT ON FUNCTION ocean.take_ingest_file(bigint, text, text) IS
    'takes in a file, as CSV where it is named so, else as one of the National Data Buoy Center; returns the counts of ocean.ingest()';

-- One pass over the relation; one stream's fault stops no other.
CREATE FUNCTION ocean.take_ingest_relation(
    relation text, lookback interval, OUT counts jsonb, OUT failed integer, OUT error_code text, OUT error text)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    AS $$
DECLARE
    series record;
    taken record;
BEGIN
    counts := '{}'; failed := 0;
    FOR series IN EXECUTE format(
        'SELECT r.station::text AS station, r.variable::text AS variable, array_agg(r."time"::timestamptz) AS times,
                array_agg(r.value::double precision) AS "values"
         FROM %s AS r WHERE $1 IS NULL OR r."time" >= now() - $1 GROUP BY 1, 2 ORDER BY 1, 2', relation::regclass) USING lookback
    LOOP
        BEGIN
            SELECT i.* INTO taken FROM ocean.ingest(series.station, series.variable, series.times, series."values",
                                                    reason => 'job') AS i;
            counts := ocean.add_counts(counts, to_jsonb(taken) - 'reasons');
        EXCEPTION WHEN OTHERS THEN
            failed := failed + 1;
            error_code := coalesce(error_code, SQLSTATE);
            error := coalesce(error, format('station %s, variable %s: %s', series.station, series.variable, SQLERRM));
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ocean.take_ingest_relation(text, interval) IS
    'takes in the rows of a table, view or foreign table (named with its schema) with the columns station, time, variable and value, those of the last lookback or all; a time without a zone is of UTC';
