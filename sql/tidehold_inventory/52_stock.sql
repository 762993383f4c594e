CREATE VIEW inventory.stock AS
    WITH on_hand AS (
        SELECT b.item_id, b.location_id, b.lot_id, sum(b.quantity)::bigint AS on_hand
        FROM inventory.balance AS b GROUP BY b.item_id, b.location_id, b.lot_id
    ), held AS (
        SELECT r.item_id, r.location_id, r.lot_id, sum(r.quantity)::bigint AS reserved
        FROM inventory.reservation AS r
        WHERE r.expires_at IS NULL OR r.expires_at > clock_timestamp()
        GROUP BY r.item_id, r.location_id, r.lot_id
    )
    SELECT item_id, i.tenant_id, i.sku, location_id, l.code AS location, lot_id, t.code AS lot,
           coalesce(on_hand, 0) AS on_hand, coalesce(reserved, 0) AS reserved,
           coalesce(on_hand, 0) - coalesce(reserved, 0) AS unreserved,
           l.kind = 'internal' AND ls.sellable AND coalesce(ts.sellable, true)
               AND coalesce(coalesce(t.removal_date, t.expires_on + 1) > current_date, true) AS sellable
    FROM on_hand FULL JOIN held USING (item_id, location_id, lot_id)
    LEFT JOIN inventory.item AS i USING (item_id)
    LEFT JOIN inventory.location AS l USING (location_id)
    LEFT JOIN inventory.stock_status AS ls ON ls.status = l.status
    LEFT JOIN inventory.lot AS t USING (item_id, lot_id)
    LEFT JOIN inventory.stock_status AS ts ON ts.status = t.status;
COMMENT ON VIEW inventory.stock IS
    'stock per item, location and lot from the rows, in the snapshot of the query: on hand, reserved (without expired), the difference, and whether it can be sold';

CREATE FUNCTION inventory.stock_at(
    at timestamptz, sku text DEFAULT NULL, location text DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT item_id bigint, OUT item_sku text, OUT location_id bigint, OUT location_code text,
    OUT lot_id bigint, OUT lot text, OUT on_hand bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1000
    SET search_path = pg_catalog, pg_temp
    AS $$
    -- What lies there now, less what happened since: the recent past is near.
    WITH RECURSIVE place AS (
        SELECT l.location_id FROM inventory.location AS l
        WHERE stock_at.location IS NULL OR (l.code = stock_at.location AND (l.tenant_id = stock_at.tenant_id OR l.builtin))
        UNION
        SELECT l.location_id FROM inventory.location AS l JOIN place ON l.parent_id = place.location_id
    ), wanted AS (
        SELECT i.item_id, i.sku FROM inventory.item AS i
        WHERE i.tenant_id = stock_at.tenant_id AND (stock_at.sku IS NULL OR i.sku = stock_at.sku)
    ), change AS (
        SELECT b.item_id, b.location_id, b.lot_id, b.quantity FROM inventory.balance AS b
        UNION ALL
        SELECT m.item_id, m.destination_id, m.lot_id, -m.quantity FROM inventory.movement AS m WHERE m.occurred_at > stock_at.at
        UNION ALL
        SELECT m.item_id, m.source_id, m.lot_id, m.quantity FROM inventory.movement AS m WHERE m.occurred_at > stock_at.at
    )
    SELECT w.item_id, w.sku, l.location_id, l.code, c.lot_id, t.code, sum(c.quantity)::bigint
    FROM change AS c
    JOIN wanted AS w ON w.item_id = c.item_id
    JOIN place AS p ON p.location_id = c.location_id
    JOIN inventory.location AS l ON l.location_id = c.location_id AND l.kind IN ('internal', 'transit')
    LEFT JOIN inventory.lot AS t ON t.item_id = c.item_id AND t.lot_id = c.lot_id
    GROUP BY w.item_id, w.sku, l.location_id, l.code, c.lot_id, t.code
    HAVING sum(c.quantity) <> 0
    ORDER BY w.sku, l.code, t.code
    $$;
COMMENT ON FUNCTION inventory.stock_at(timestamptz, text, text, integer) IS
    'stock on hand as it was at a moment, by the time movements occurred (not when they were recorded), at a location and below';
