-- What a feed is, in rows.  Every one of these tables is written by the functions below
-- and by the feed's worker alone, and by pg_restore.
CREATE TABLE tidehold.feed (
    feed_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z_][a-z0-9_]{0,39}$'),
    owner name NOT NULL,
    publication name NOT NULL,
    server name NOT NULL,
    kind text NOT NULL CHECK (kind IN ('kafka', 'redis')),
    slot_name name NOT NULL UNIQUE,
    options jsonb NOT NULL,
    wish text NOT NULL DEFAULT 'run' CHECK (wish IN ('run', 'pause', 'drop')),
    paused_until timestamptz,
    recovery text CHECK (recovery IN ('republish', 'resnapshot', 'from_now')),
    epoch integer NOT NULL DEFAULT 1 CHECK (epoch BETWEEN 1 AND 4095),
    armed_system numeric(20),
    armed_timeline bigint,
    armed_identity text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE tidehold.feed_mapping (
    feed_id uuid NOT NULL REFERENCES tidehold.feed ON DELETE CASCADE,
    schema_name name NOT NULL,
    table_name name NOT NULL,
    excluded boolean NOT NULL DEFAULT false,
    destination text,
    key_columns name[],
    envelope text CHECK (envelope IN ('debezium', 'flat', 'cloudevents')),
    value text CHECK (value IN ('hash', 'json', 'stream', 'publish')),
    query text,
    ttl interval CHECK (ttl > interval '0'),
    PRIMARY KEY (feed_id, schema_name, table_name)
);

-- Numbers of requests, of the chunks that snapshots are sent in, and of dead letters: what
-- has the greater number was there later.
CREATE SEQUENCE tidehold.id_seq;
COMMENT ON SEQUENCE tidehold.id_seq IS 'numbers of snapshots, their chunks and dead letters';

-- Rows asked for: the initial snapshot, resnapshot() and recover_feed().
CREATE TABLE tidehold.feed_snapshot (
    snapshot_id bigint PRIMARY KEY DEFAULT nextval('tidehold.id_seq'),
    feed_id uuid NOT NULL REFERENCES tidehold.feed ON DELETE CASCADE,
    schema_name name NOT NULL,
    table_name name NOT NULL,
    filter text,
    since pg_snapshot,
    until pg_snapshot,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    reason text,
    chunk bigint,
    upto_key text[],
    previous_key text[],
    rows_sent bigint NOT NULL DEFAULT 0,
    rows_estimated bigint,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    sweep_lsn pg_lsn
);
CREATE INDEX feed_snapshot_open ON tidehold.feed_snapshot (feed_id, snapshot_id)
    WHERE state IN ('waiting', 'running');

CREATE TABLE tidehold.dead_letter (
    letter_id bigint PRIMARY KEY DEFAULT nextval('tidehold.id_seq'),
    feed_id uuid NOT NULL REFERENCES tidehold.feed ON DELETE CASCADE,
    commit_lsn pg_lsn NOT NULL,
    change_index bigint NOT NULL,
    part smallint NOT NULL,
    schema_name name,
    table_name name,
    form text NOT NULL CHECK (form IN ('record', 'hash', 'json', 'stream', 'publish')),
    destination text,
    key bytea,
    value bytea,
    fields jsonb,
    whole boolean NOT NULL DEFAULT false,
    headers jsonb,
    ttl interval,
    sqlstate text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('refused', 'behind', 'no route', 'undecodable', 'replay')),
    batch bigint,
    committed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (feed_id, commit_lsn, change_index, part)
);

COMMENT ON TABLE tidehold.feed IS
    'one row per feed: what it publishes and where to, what is wished of it, and the cluster it was armed on';
COMMENT ON TABLE tidehold.feed_mapping IS
    'what becomes of the rows of one table of a feed; NULL is the default of the feed; map_feed() writes it';
COMMENT ON TABLE tidehold.feed_snapshot IS
    'tables whose rows are asked for by a first start, resnapshot() or recover_feed(), and how far each has come';
COMMENT ON COLUMN tidehold.feed_snapshot.sweep_lsn IS
    'what Redis has of the table from before this place when all rows are sent is removed; NULL: nothing is';
COMMENT ON INDEX tidehold.feed_snapshot_open IS 'what is still to be sent of a feed''s snapshots, in order';
COMMENT ON TABLE tidehold.dead_letter IS
    'messages that a sink refused, and those that wait behind them; replay_dead_letters() and discard_dead_letters() take them away';

-- Rows may come without any of the functions: from a dump, by logical replication, with
-- session_replication_role = replica.
CREATE FUNCTION tidehold.feed_row_changed() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_feed_row_changed';
COMMENT ON FUNCTION tidehold.feed_row_changed() IS
    'trigger: has the worker of the feed started, or told that its rows changed, when the transaction commits';
REVOKE ALL ON FUNCTION tidehold.feed_row_changed() FROM PUBLIC;
CREATE TRIGGER wake AFTER INSERT OR UPDATE OR DELETE ON tidehold.feed
    FOR EACH ROW EXECUTE FUNCTION tidehold.feed_row_changed();
ALTER TABLE tidehold.feed ENABLE ALWAYS TRIGGER wake;
COMMENT ON TRIGGER wake ON tidehold.feed IS 'wakes the worker of the feed, or has it started';
CREATE TRIGGER wake AFTER INSERT OR UPDATE OR DELETE ON tidehold.feed_mapping
    FOR EACH ROW EXECUTE FUNCTION tidehold.feed_row_changed();
ALTER TABLE tidehold.feed_mapping ENABLE ALWAYS TRIGGER wake;
COMMENT ON TRIGGER wake ON tidehold.feed_mapping IS 'has the worker of the feed read its mappings again';

REVOKE ALL ON TABLE tidehold.feed, tidehold.feed_mapping, tidehold.feed_snapshot, tidehold.dead_letter FROM PUBLIC;
REVOKE ALL ON SEQUENCE tidehold.id_seq FROM PUBLIC;
GRANT SELECT ON TABLE tidehold.feed, tidehold.feed_mapping TO tidehold_admin, pg_monitor;
GRANT SELECT ON TABLE tidehold.feed_snapshot, tidehold.dead_letter TO tidehold_admin;
-- Keys and filters hold values of rows, which monitoring has no business with.
GRANT SELECT (snapshot_id, feed_id, schema_name, table_name, since, until, state, reason, chunk, rows_sent,
    rows_estimated, requested_at, started_at, finished_at) ON tidehold.feed_snapshot TO pg_monitor;
