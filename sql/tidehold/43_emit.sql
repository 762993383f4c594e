CREATE FUNCTION tidehold.emit(
    topic text, key text, payload anycompatible, headers jsonb DEFAULT NULL,
    expires_in interval DEFAULT NULL, feed text DEFAULT NULL)
    RETURNS pg_lsn
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_emit';
COMMENT ON FUNCTION tidehold.emit(text, text, anycompatible, jsonb, interval, text) IS
    'sends a message of text, bytea, json or jsonb with the changes of this transaction, when it commits: an outbox without a table; returns the place in the WAL';
REVOKE ALL ON FUNCTION tidehold.emit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.emit TO tidehold_operator;
