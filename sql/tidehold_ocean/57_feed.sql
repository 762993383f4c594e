CREATE FUNCTION ocean.feed_latest_query() RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $function$
    SELECT $query$
    SELECT st.code AS station, v.code AS variable, v.unit, l.value, l.observed_at, l.flag, l.flag_scheme, l.received_at,
           s.depth_m, s.stream_id
    FROM ocean.stream AS changed
    JOIN ocean.stream AS s ON s.station_id = changed.station_id AND s.variable_id = changed.variable_id
    JOIN ocean.latest AS l ON l.stream_id = s.stream_id
    JOIN ocean.station AS st ON st.station_id = s.station_id
    JOIN ocean.variable AS v ON v.variable_id = s.variable_id
    WHERE changed.stream_id = $1
    ORDER BY l.value IS NULL, l.observed_at DESC, s.stream_id
    LIMIT 1
    $query$
    $function$;
COMMENT ON FUNCTION ocean.feed_latest_query() IS
    'the query that computes a hash latest:STATION:VARIABLE of the feed ocean_state for the stream $1: the latest value of all streams of that station and variable';

-- Ready feeds.  Observations and alerts as events, in order per stream and per event; the
-- latest values as state, computed once per stream and batch; alerts as a stream.
CREATE FUNCTION ocean.create_feeds(kafka_server text DEFAULT NULL, redis_server text DEFAULT NULL)
    RETURNS SETOF text
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 2
    SET search_path = pg_catalog, pg_temp
    AS $create_feeds$
BEGIN
    IF kafka_server IS NULL AND redis_server IS NULL THEN
        RAISE EXCEPTION 'neither a Kafka nor a Redis server is named'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Make one with CREATE SERVER .. FOREIGN DATA WRAPPER tidehold_kafka or tidehold_redis.';
    END IF;
    IF kafka_server IS NOT NULL THEN
        CREATE PUBLICATION ocean_events FOR TABLE ocean.observation, ocean.alert WITH (publish_via_partition_root = true);
        PERFORM tidehold.create_feed('ocean_events', 'ocean_events', kafka_server,
            '{"destination": "ocean.{$table}", "tombstones": false}');
        PERFORM tidehold.map_feed('ocean_events', 'ocean.observation', key_columns => '{stream_id}');
        PERFORM tidehold.map_feed('ocean_events', 'ocean.alert', key_columns => '{event_id}');
        RETURN NEXT 'ocean_events';
    END IF;
    IF redis_server IS NOT NULL THEN
        CREATE PUBLICATION ocean_state FOR TABLE ocean.latest, ocean.alert;
        PERFORM tidehold.create_feed('ocean_state', 'ocean_state', redis_server);
        PERFORM tidehold.map_feed('ocean_state', 'ocean.latest', destination => 'latest:{station}:{variable}',
            key_columns => '{stream_id}', value => 'hash', query => ocean.feed_latest_query());
        PERFORM tidehold.map_feed('ocean_state', 'ocean.alert', destination => 'alerts', value => 'stream');
        RETURN NEXT 'ocean_state';
    END IF;
END
$create_feeds$;
COMMENT ON FUNCTION ocean.create_feeds(text, text) IS
    'makes the publications and feeds ocean_events (topics ocean.observation, keyed by stream, and ocean.alert, keyed by event) and ocean_state (Redis hashes latest:STATION:VARIABLE and the stream alerts); the caller must own the tables of the extension';
