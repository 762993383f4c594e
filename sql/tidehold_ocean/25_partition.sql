-- Partitions of ocean.observation.  None is made by CREATE EXTENSION: it would be a member
-- of the extension, and a dump would not carry it.  There is no DEFAULT partition: rows in
-- it would keep every later partition of their month from being made.
CREATE TABLE ocean.retention (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    kept_from timestamptz NOT NULL CHECK (isfinite(kept_from)),
    dropped_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ocean.retention IS
    'one row at most, written by ocean.drop_partitions(); delete it to load what was dropped again';
COMMENT ON COLUMN ocean.retention.only_row IS 'true';
COMMENT ON COLUMN ocean.retention.kept_from IS
    'observations before that were dropped: ocean.ingest() refuses such, and daily means of those days stay as they are';
COMMENT ON COLUMN ocean.retention.dropped_at IS 'when partitions were last dropped';

CREATE FUNCTION ocean.check_time(observed_at timestamptz) RETURNS void
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_check_time';
COMMENT ON FUNCTION ocean.check_time(timestamptz) IS
    'refuses (TH042) a time that no observation may have: farther ahead than tidehold.observation_ahead_max, before tidehold.observation_first_year or before what ocean.drop_partitions() has left';

-- What a partition's bounds are is told by PostgreSQL as text alone, in the time zone and
-- date style of the session, which reads it back.
CREATE VIEW ocean.observation_partition AS
    SELECT b.partition, b.bound[1]::timestamptz AS since, b.bound[2]::timestamptz AS until
    FROM (SELECT c.oid::regclass AS partition,
                 regexp_match(pg_get_expr(c.relpartbound, c.oid), $r$FROM \('(.*)'\) TO \('(.*)'\)$r$) AS bound
          FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
          WHERE i.inhparent = 'ocean.observation'::regclass) AS b;
COMMENT ON VIEW ocean.observation_partition IS 'partitions of ocean.observation';
COMMENT ON COLUMN ocean.observation_partition.partition IS 'table of the partition';
COMMENT ON COLUMN ocean.observation_partition.since IS 'first time that it takes';
COMMENT ON COLUMN ocean.observation_partition.until IS 'first time that it does not take';

-- The part_config of pg_partman is written here, and not by its create_parent(): that
-- would make a DEFAULT partition in version 4, and partitions by the session's time zone.
-- For the same reason its background worker keeps its hands off (automatic_maintenance).
CREATE FUNCTION ocean.make_partition_by_partman(partman text, version text, month timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    before_5 boolean := split_part(version, '.', 1)::integer < 5;
BEGIN
    EXECUTE format('INSERT INTO %I.part_config (parent_table, control, partition_type, partition_interval,
                                                datetime_string, automatic_maintenance, jobmon)
                    VALUES (%L, %L, %L, %L, %L, %L, false)
                    ON CONFLICT (parent_table) DO NOTHING',
                   partman, 'ocean.observation', 'observed_at', CASE WHEN before_5 THEN 'native' ELSE 'range' END,
                   '1 month', 'YYYYMM', 'off');
    EXECUTE format(CASE WHEN before_5 THEN 'SELECT %I.create_partition_time($1, $2, p_analyze => false)'
                        ELSE 'SELECT %I.create_partition_time($1, $2)' END, partman)
    USING 'ocean.observation', ARRAY[month];
END
$$;
COMMENT ON FUNCTION ocean.make_partition_by_partman(text, text, timestamptz) IS
    'has pg_partman, of that schema and version, make the partition of a month; part of ocean.attach_partitions()';

-- ATTACH leaves readers and writers of the table alone, where CREATE TABLE ... PARTITION OF
-- would lock them out.  Two sessions make partitions one after the other: the lock is held
-- until the first has committed, and to_regclass() sees what is committed by then, in a
-- transaction with an older snapshot too.
CREATE FUNCTION ocean.attach_partitions(months timestamptz[]) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO'
    AS $$
DECLARE
    month timestamptz;
    name text;
    partman record;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock('ocean.observation'::regclass::bigint);
    SELECT n.nspname, e.extversion INTO partman
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_partman';
    FOREACH month IN ARRAY months LOOP
        name := 'observation_p' || to_char(month, 'YYYYMM');
        CONTINUE WHEN pg_partition_root(to_regclass('ocean.' || name)) = 'ocean.observation'::regclass
                   OR EXISTS (SELECT FROM ocean.observation_partition AS p WHERE p.since <= month AND month < p.until);
        IF partman.nspname IS NOT NULL THEN
            PERFORM ocean.make_partition_by_partman(partman.nspname, partman.extversion, month);
        ELSE
            EXECUTE format('CREATE TABLE ocean.%I (LIKE ocean.observation INCLUDING ALL EXCLUDING INDEXES EXCLUDING COMMENTS)', name);
            EXECUTE format('ALTER TABLE ocean.observation ATTACH PARTITION ocean.%I FOR VALUES FROM (%L) TO (%L)',
                           name, month, month + interval '1 month');
        END IF;
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION ocean.attach_partitions(timestamptz[]) IS
    'makes the partitions that begin at these times, the first moments of months of UTC, where there are none; what ocean.make_partitions() and ocean.ingest() call as the owner of the table; returns how many were made';

CREATE FUNCTION ocean.make_partitions(since timestamptz, until timestamptz) RETURNS integer
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_make_partitions';
COMMENT ON FUNCTION ocean.make_partitions(timestamptz, timestamptz) IS
    'makes the partitions of ocean.observation for the months of UTC from that of since to that of until where they are missing, by pg_partman where it is installed; not before tidehold.observation_first_year nor more than ten years ahead (TH042); returns how many were made';

CREATE FUNCTION ocean.ensure_partitions(months_ahead integer DEFAULT 3) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF months_ahead < 0 THEN
        RAISE EXCEPTION 'months_ahead % is out of range', months_ahead
            USING ERRCODE = 'TH026', DETAIL = 'It is 0 or more.';
    END IF;
    RETURN ocean.make_partitions(now(), now() + make_interval(months => months_ahead));
END
$$;
COMMENT ON FUNCTION ocean.ensure_partitions(integer) IS
    'makes the partitions of this month and of so many to come; for a job that runs every night; returns how many were made';

-- A DROP waits for whoever reads the partition, and whoever comes then waits behind it.
CREATE FUNCTION ocean.drop_old_partitions(older_than timestamptz) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO'
    SET lock_timeout = '10s'
    AS $$
DECLARE
    limit_at timestamptz := date_trunc('month', older_than);
    old record;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock('ocean.observation'::regclass::bigint);
    PERFORM ocean.take_daily_means(NULL, NULL, (limit_at AT TIME ZONE 'UTC')::date);
    FOR old IN SELECT p.partition FROM ocean.observation_partition AS p WHERE p.until <= limit_at ORDER BY p.since LOOP
        EXECUTE format('DROP TABLE %s', old.partition);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM ocean.observation_revision AS r WHERE r.observed_at < limit_at;
    DELETE FROM ocean.dirty_day AS d WHERE d.day < (limit_at AT TIME ZONE 'UTC')::date;
    INSERT INTO ocean.retention AS r (kept_from) VALUES (limit_at)
    ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(r.kept_from, excluded.kept_from), dropped_at = now();
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION ocean.drop_old_partitions(timestamptz) IS
    'what ocean.drop_partitions() calls as the owner of the tables';

CREATE FUNCTION ocean.drop_partitions(older_than timestamptz) RETURNS integer
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_drop_partitions';
COMMENT ON FUNCTION ocean.drop_partitions(timestamptz) IS
    'drops the partitions of ocean.observation that end by the beginning of the month (UTC) of older_than, with the revisions of their rows; daily means are brought up to date first and kept; from then on older observations are refused; waits at most 10 s for who reads; returns how many were dropped';
