-- Of one feed of this database, as shared memory has it: a row for each feed, with a
-- process or without.
CREATE FUNCTION tidehold.stat_feed(
    feed_id uuid,
    OUT state text, OUT reason text, OUT retry_at timestamptz, OUT pid integer,
    OUT started_at timestamptz, OUT lag_seconds double precision,
    OUT oldest_unacknowledged_age interval, OUT in_flight bigint, OUT in_flight_bytes bigint,
    OUT transactions bigint, OUT changes bigint, OUT messages bigint, OUT bytes bigint,
    OUT retries bigint, OUT duplicates bigint, OUT skipped bigint, OUT expired bigint,
    OUT spilled_bytes bigint, OUT latency_p50_ms double precision,
    OUT latency_p95_ms double precision, OUT latency_p99_ms double precision,
    OUT last_sent_at timestamptz, OUT last_error text, OUT last_error_sqlstate text,
    OUT last_error_at timestamptz, OUT read_lsn pg_lsn, OUT sent_lsn pg_lsn,
    OUT confirmed_lsn pg_lsn, OUT gap_from pg_lsn, OUT gap_to pg_lsn)
    RETURNS record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'th_stat_feed';
COMMENT ON FUNCTION tidehold.stat_feed(uuid) IS 'source of the view tidehold.stat_feed';

CREATE VIEW tidehold.stat_feed AS
    SELECT f.feed_id, f.name, f.kind,
           CASE WHEN f.wish OPERATOR(pg_catalog.=) 'drop' THEN 'dropping' ELSE s.state END AS state,
           s.reason, s.last_error_sqlstate AS sqlstate, s.retry_at, s.pid, s.started_at,
           pg_catalog.pg_wal_lsn_diff(
               w.flush_lsn, COALESCE(r.confirmed_flush_lsn, s.confirmed_lsn))::bigint AS lag_bytes,
           pg_catalog.pg_wal_lsn_diff(w.flush_lsn, r.restart_lsn)::bigint AS retained_bytes,
           s.lag_seconds, s.oldest_unacknowledged_age, s.in_flight, s.in_flight_bytes,
           s.transactions, s.changes, s.messages, s.bytes, s.retries, s.duplicates,
           (SELECT pg_catalog.count(*) FROM tidehold.dead_letter AS d
            WHERE d.feed_id OPERATOR(pg_catalog.=) f.feed_id) AS dead_letters,
           s.skipped, s.expired, s.spilled_bytes,
           s.latency_p50_ms, s.latency_p95_ms, s.latency_p99_ms,
           s.last_sent_at, s.last_error, s.last_error_at,
           s.read_lsn, s.sent_lsn,
           COALESCE(r.confirmed_flush_lsn, s.confirmed_lsn) AS confirmed_lsn,
           r.restart_lsn, s.gap_from, s.gap_to
    FROM tidehold.feed AS f
    CROSS JOIN LATERAL tidehold.stat_feed(f.feed_id) AS s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                    ELSE pg_catalog.pg_current_wal_flush_lsn() END) AS w (flush_lsn)
    LEFT JOIN pg_catalog.pg_replication_slots AS r
        ON r.slot_name OPERATOR(pg_catalog.=) f.slot_name
       AND r.database OPERATOR(pg_catalog.=) pg_catalog.current_database();
COMMENT ON VIEW tidehold.stat_feed IS
    'one row per feed of this database: its state (starting, connecting, creating slot, running, paused, parked, failed, no worker slot, stopped, dropping), the reason and the next try, lag, figures since the server started, latency from commit to acknowledged, positions in the WAL';

CREATE VIEW tidehold.stat_progress_snapshot AS
    SELECT p.snapshot_id, f.name AS feed, p.schema_name, p.table_name, p.state, p.reason,
           p.rows_sent, p.rows_estimated,
           CASE WHEN p.state OPERATOR(pg_catalog.=) 'done' THEN 100.0
                WHEN p.rows_estimated OPERATOR(pg_catalog.>) 0 THEN LEAST(pg_catalog.round(
                    100.0 OPERATOR(pg_catalog.*) p.rows_sent
                    OPERATOR(pg_catalog./) p.rows_estimated, 1), 99.9) END AS percent,
           p.requested_at, p.started_at, p.finished_at
    FROM tidehold.feed_snapshot AS p
    JOIN tidehold.feed AS f ON f.feed_id OPERATOR(pg_catalog.=) p.feed_id;
COMMENT ON VIEW tidehold.stat_progress_snapshot IS
    'one row per table whose rows a feed sends as they are: initial snapshot, resnapshot() and recover_feed(); the estimate is the planner''s, percent NULL without one';

CREATE FUNCTION tidehold.wait_feed(
    name text, timeout interval DEFAULT '60 s', upto pg_lsn DEFAULT NULL) RETURNS boolean
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_wait_feed';
COMMENT ON FUNCTION tidehold.wait_feed(text, interval, pg_lsn) IS
    'waits until the feed runs and its sink has everything that was committed before the call, or up to a place in the WAL; false when the time is over, an error when the feed is parked';

REVOKE ALL ON FUNCTION tidehold.stat_feed, tidehold.wait_feed FROM PUBLIC;
REVOKE ALL ON TABLE tidehold.stat_feed, tidehold.stat_progress_snapshot FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.stat_feed TO tidehold_reader, pg_monitor;
GRANT EXECUTE ON FUNCTION tidehold.wait_feed TO tidehold_operator;
GRANT SELECT ON TABLE tidehold.stat_feed, tidehold.stat_progress_snapshot TO tidehold_reader, pg_monitor;
