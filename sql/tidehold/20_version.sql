CREATE FUNCTION tidehold.version() RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_version';
COMMENT ON FUNCTION tidehold.version() IS
    'version of the loaded library; it differs from pg_extension.extversion between a package upgrade and ALTER EXTENSION';
REVOKE ALL ON FUNCTION tidehold.version() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.version() TO tidehold_reader, pg_monitor;
