-- The launcher must look at this database once the transaction that made the
-- extension has committed; before that the worker would not see it.
CREATE FUNCTION tidehold.wake_launcher() RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_wake_launcher';
COMMENT ON FUNCTION tidehold.wake_launcher() IS
    'asks the launcher to look for the extensions of this database after the transaction commits; CREATE EXTENSION calls it';
REVOKE ALL ON FUNCTION tidehold.wake_launcher() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.wake_launcher() TO tidehold_admin;

CREATE FUNCTION tidehold.stat_worker(
    OUT database_id oid, OUT pid integer, OUT state text,
    OUT started_at timestamptz, OUT last_run_at timestamptz,
    OUT expired bigint, OUT folded bigint, OUT failures bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 10
    AS 'MODULE_PATHNAME', 'th_stat_worker';
COMMENT ON FUNCTION tidehold.stat_worker() IS 'source of the view tidehold.stat_worker';

CREATE VIEW tidehold.stat_worker AS
    SELECT w.database_id, d.datname AS database, w.pid, w.state,
           w.started_at, w.last_run_at, w.expired, w.folded, w.failures
    FROM tidehold.stat_worker() AS w
    LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) w.database_id;
COMMENT ON VIEW tidehold.stat_worker IS
    'one row per database known to the launcher: its maintenance worker, its state (starting, running, absent, no slot, dropping, failed) and what it has done since the server started';
REVOKE ALL ON FUNCTION tidehold.stat_worker() FROM PUBLIC;
REVOKE ALL ON TABLE tidehold.stat_worker FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.stat_worker() TO tidehold_reader, pg_monitor;
GRANT SELECT ON TABLE tidehold.stat_worker TO tidehold_reader, pg_monitor;

SELECT tidehold.wake_launcher();
