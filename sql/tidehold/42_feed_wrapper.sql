-- Where a feed goes is a foreign server of one of these.  They have no handler: nothing
-- is read through them.  A validator is called by the name of any option.
CREATE FUNCTION tidehold.kafka_validator(options text[], catalog oid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_feed_kafka_validator';
COMMENT ON FUNCTION tidehold.kafka_validator(text[], oid) IS
    'checks the options of a server or user mapping of tidehold_kafka; CREATE SERVER and CREATE USER MAPPING call it';

CREATE FUNCTION tidehold.redis_validator(options text[], catalog oid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_feed_redis_validator';
COMMENT ON FUNCTION tidehold.redis_validator(text[], oid) IS
    'checks the options of a server or user mapping of tidehold_redis; CREATE SERVER and CREATE USER MAPPING call it';

REVOKE ALL ON FUNCTION tidehold.kafka_validator, tidehold.redis_validator FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER tidehold_kafka NO HANDLER VALIDATOR tidehold.kafka_validator;
COMMENT ON FOREIGN DATA WRAPPER tidehold_kafka IS
    'a Kafka cluster that a feed publishes to: librdkafka''s properties are options of the server, secrets of the user mapping';
CREATE FOREIGN DATA WRAPPER tidehold_redis NO HANDLER VALIDATOR tidehold.redis_validator;
COMMENT ON FOREIGN DATA WRAPPER tidehold_redis IS
    'a Redis server, cluster or Sentinel group that a feed writes to';

-- CREATE SERVER needs this; who may use a server is granted server by server.
GRANT USAGE ON FOREIGN DATA WRAPPER tidehold_kafka, tidehold_redis TO tidehold_admin;
