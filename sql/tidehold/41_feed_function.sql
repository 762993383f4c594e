-- These record what is wished; the feed's worker does it once the transaction commits.
CREATE FUNCTION tidehold.create_feed(
    name text, publication text, server text, options jsonb DEFAULT '{}')
    RETURNS uuid
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_create_feed';
COMMENT ON FUNCTION tidehold.create_feed(text, text, text, jsonb) IS
    'publishes the changes of a publication to the Kafka or Redis that a foreign server names; returns the feed''s id';

CREATE FUNCTION tidehold.alter_feed(name text, options jsonb DEFAULT NULL, server text DEFAULT NULL)
    RETURNS void
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_alter_feed';
COMMENT ON FUNCTION tidehold.alter_feed(text, jsonb, text) IS
    'changes options of a feed (null sets one back to its default) or moves it to another server of the same kind';

CREATE FUNCTION tidehold.drop_feed(name text)
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_drop_feed';
COMMENT ON FUNCTION tidehold.drop_feed(text) IS
    'ends a feed; its worker drops the replication slot and then the rows that describe it';

CREATE FUNCTION tidehold.pause_feed(name text, at_most interval DEFAULT '1 hour')
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_pause_feed';
COMMENT ON FUNCTION tidehold.pause_feed(text, interval) IS
    'stops publishing for a time, while the slot keeps the WAL; it goes on by itself';

CREATE FUNCTION tidehold.resume_feed(name text)
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_resume_feed';
COMMENT ON FUNCTION tidehold.resume_feed(text) IS 'ends a pause early';

CREATE FUNCTION tidehold.map_feed(
    feed text, relation regclass, destination text DEFAULT NULL, key_columns name[] DEFAULT NULL,
    envelope text DEFAULT NULL, value text DEFAULT NULL, query text DEFAULT NULL,
    ttl interval DEFAULT NULL, excluded boolean DEFAULT false)
    RETURNS void
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_map_feed';
COMMENT ON FUNCTION tidehold.map_feed(text, regclass, text, name[], text, text, text, interval, boolean) IS
    'says what becomes of the rows of one table where the feed''s options do not: topic or key, key columns, envelope, kind of value, the query that computes it, time to live; replaces an earlier mapping of the table';

CREATE FUNCTION tidehold.unmap_feed(feed text, relation regclass)
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_unmap_feed';
COMMENT ON FUNCTION tidehold.unmap_feed(text, regclass) IS
    'forgets the mapping of a table: the feed''s options hold for it again';

CREATE FUNCTION tidehold.resnapshot(feed text, relation regclass DEFAULT NULL, filter text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_resnapshot';
COMMENT ON FUNCTION tidehold.resnapshot(text, regclass, text) IS
    'sends the rows that a table, or every published table, holds now; filter is a condition over the table''s columns; returns how many tables were asked for';

CREATE FUNCTION tidehold.recover_feed(name text, policy text DEFAULT 'republish')
    RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_recover_feed';
COMMENT ON FUNCTION tidehold.recover_feed(text, text) IS
    'lets a parked feed publish from this server: republish sends the rows that the sink does not have, resnapshot all rows, from_now nothing of the gap';

CREATE FUNCTION tidehold.replay_dead_letters(feed text, letter_ids bigint[] DEFAULT NULL)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_replay_dead_letters';
COMMENT ON FUNCTION tidehold.replay_dead_letters(text, bigint[]) IS
    'sends dead letters of a feed again, all or those named; returns how many';

CREATE FUNCTION tidehold.discard_dead_letters(feed text, letter_ids bigint[])
    RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_discard_dead_letters';
COMMENT ON FUNCTION tidehold.discard_dead_letters(text, bigint[]) IS
    'deletes dead letters that will never be sent, so that what waits behind them can go; returns how many';

REVOKE ALL ON FUNCTION tidehold.create_feed, tidehold.alter_feed, tidehold.drop_feed,
    tidehold.pause_feed, tidehold.resume_feed, tidehold.map_feed, tidehold.unmap_feed,
    tidehold.resnapshot, tidehold.recover_feed, tidehold.replay_dead_letters,
    tidehold.discard_dead_letters FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.create_feed, tidehold.alter_feed, tidehold.drop_feed,
    tidehold.pause_feed, tidehold.resume_feed, tidehold.map_feed, tidehold.unmap_feed,
    tidehold.resnapshot, tidehold.recover_feed, tidehold.replay_dead_letters,
    tidehold.discard_dead_letters TO tidehold_admin;
