CREATE FUNCTION inventory.feed_stock_query() RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $function$
    SELECT $query$
    WITH place AS (
        SELECT s.location, sum(s.on_hand) AS on_hand, sum(s.reserved) AS reserved,
               coalesce(sum(s.unreserved) FILTER (WHERE s.sellable), 0) AS available
        FROM inventory.stock AS s
        JOIN inventory.location AS l ON l.location_id = s.location_id AND l.kind = 'internal'
        WHERE s.item_id = $1
        GROUP BY s.location
    )
    SELECT i.sku, CASE WHEN i.tenant_id = 1 THEN '' ELSE i.tenant_id || ':' END AS scope,
           coalesce(sum(p.on_hand), 0) AS on_hand, coalesce(sum(p.reserved), 0) AS reserved,
           coalesce(sum(p.available), 0) AS available,
           jsonb_object_agg('on_hand:' || p.location, p.on_hand) FILTER (WHERE p.location IS NOT NULL) AS on_hand_at,
           jsonb_object_agg('reserved:' || p.location, p.reserved) FILTER (WHERE p.location IS NOT NULL) AS reserved_at,
           jsonb_object_agg('available:' || p.location, p.available) FILTER (WHERE p.location IS NOT NULL) AS available_at
    FROM inventory.item AS i LEFT JOIN place AS p ON true
    WHERE i.item_id = $1
    GROUP BY i.item_id
    $query$
    $function$;
COMMENT ON FUNCTION inventory.feed_stock_query() IS
    'the query that computes a hash stock:SKU of the feed inventory_stock for the item $1: on_hand, reserved and available in all and per location (field on_hand:LOCATION and so on)';

-- Ready feeds.  Movements and reservations as events, in order per item and per
-- reservation; stock as state, computed once per item and batch however often it changed.
CREATE FUNCTION inventory.create_feeds(kafka_server text DEFAULT NULL, redis_server text DEFAULT NULL)
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
        CREATE PUBLICATION inventory_events FOR TABLE
            inventory.movement, inventory.reservation, inventory.reservation_end;
        -- A reservation has a row for each pick, so a tombstone for one would hide the others.
        PERFORM tidehold.create_feed('inventory_events', 'inventory_events', kafka_server,
            '{"destination": "inventory.{$table}", "tombstones": false}');
        PERFORM tidehold.map_feed('inventory_events', 'inventory.movement', key_columns => '{item_id}');
        PERFORM tidehold.map_feed('inventory_events', 'inventory.reservation',
            destination => 'inventory.reservation', key_columns => '{item_id,reservation_no}');
        PERFORM tidehold.map_feed('inventory_events', 'inventory.reservation_end',
            destination => 'inventory.reservation', key_columns => '{item_id,reservation_no}');
        RETURN NEXT 'inventory_events';
    END IF;
    IF redis_server IS NOT NULL THEN
        CREATE PUBLICATION inventory_stock FOR TABLE inventory.movement, inventory.reservation;
        PERFORM tidehold.create_feed('inventory_stock', 'inventory_stock', redis_server);
        PERFORM tidehold.map_feed('inventory_stock', t.relation, destination => 'stock:{scope}{sku}',
            key_columns => '{item_id}', value => 'hash', query => inventory.feed_stock_query())
        FROM (VALUES ('inventory.movement'::regclass), ('inventory.reservation'::regclass)) AS t (relation);
        RETURN NEXT 'inventory_stock';
    END IF;
END
$create_feeds$;
COMMENT ON FUNCTION inventory.create_feeds(text, text) IS
    'makes the publications and feeds inventory_events (topics inventory.movement and inventory.reservation) and inventory_stock (Redis hashes stock:SKU); the caller must own the tables of the extension';
