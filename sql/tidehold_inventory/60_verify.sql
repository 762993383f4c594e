CREATE FUNCTION inventory.verify(
    OUT problem text, OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint,
    OUT expected bigint, OUT actual bigint, OUT detail text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 1
    SET search_path = pg_catalog, pg_temp
    AS $$
    WITH moved AS (
        SELECT m.item_id, m.destination_id AS location_id, m.lot_id, m.quantity FROM inventory.movement AS m
        UNION ALL
        SELECT m.item_id, m.source_id, m.lot_id, -m.quantity FROM inventory.movement AS m
    ), ledger AS (
        SELECT m.item_id, m.location_id, m.lot_id, sum(m.quantity) AS quantity
        FROM moved AS m JOIN inventory.location AS l USING (location_id)
        WHERE l.kind IN ('internal', 'view', 'transit')
        GROUP BY m.item_id, m.location_id, m.lot_id
    ), balance AS (
        SELECT b.item_id, b.location_id, b.lot_id, sum(b.quantity) AS quantity
        FROM inventory.balance AS b GROUP BY b.item_id, b.location_id, b.lot_id
    ), held AS (
        SELECT r.item_id, r.location_id, r.lot_id, sum(r.quantity) AS quantity
        FROM inventory.reservation AS r
        WHERE r.expires_at IS NULL OR r.expires_at > clock_timestamp()
        GROUP BY r.item_id, r.location_id, r.lot_id
    ), named AS (
        SELECT 'movement' AS source, m.item_id, m.source_id AS location_id, m.lot_id FROM inventory.movement AS m
        UNION SELECT 'movement', m.item_id, m.destination_id, m.lot_id FROM inventory.movement AS m
        UNION SELECT 'balance', b.item_id, b.location_id, b.lot_id FROM inventory.balance AS b
        UNION SELECT 'reservation', r.item_id, r.location_id, r.lot_id FROM inventory.reservation AS r
    )
    SELECT 'balance differs from ledger', item_id, location_id, lot_id,
           coalesce(ledger.quantity, 0)::bigint, coalesce(balance.quantity, 0)::bigint, NULL::text
    FROM ledger FULL JOIN balance USING (item_id, location_id, lot_id)
    WHERE coalesce(ledger.quantity, 0) <> coalesce(balance.quantity, 0)
    UNION ALL
    SELECT 'negative stock', b.item_id, b.location_id, b.lot_id, 0, b.quantity::bigint, NULL
    FROM balance AS b LEFT JOIN inventory.location AS l USING (location_id)
    WHERE b.quantity < 0 AND NOT coalesce(l.allow_negative, false)
    UNION ALL
    SELECT 'more reserved than on hand', item_id, location_id, lot_id,
           coalesce(b.quantity, 0)::bigint, h.quantity::bigint, NULL
    FROM held AS h LEFT JOIN balance AS b USING (item_id, location_id, lot_id)
    WHERE h.quantity > greatest(coalesce(b.quantity, 0), 0)
    UNION ALL
    SELECT 'quantity of a movement is not positive', m.item_id, m.source_id, m.lot_id, NULL, m.quantity,
           format('movement %s line %s', m.movement_no, m.line_no)
    FROM inventory.movement AS m WHERE m.quantity <= 0 OR m.source_id = m.destination_id
    UNION ALL
    SELECT 'quantity of a reservation is negative', r.item_id, r.location_id, r.lot_id, NULL, r.quantity,
           format('reservation %s', r.reservation_no)
    FROM inventory.reservation AS r WHERE r.quantity < 0 OR r.fulfilled < 0
    UNION ALL
    SELECT 'reservation is both open and ended', item_id, location_id, lot_id, NULL, NULL,
           format('reservation %s', reservation_no)
    FROM inventory.reservation JOIN inventory.reservation_end USING (item_id, reservation_no, location_id, lot_id)
    UNION ALL
    SELECT 'item does not exist', n.item_id, n.location_id, n.lot_id, NULL, NULL, n.source
    FROM named AS n WHERE NOT EXISTS (SELECT FROM inventory.item AS i WHERE i.item_id = n.item_id)
    UNION ALL
    SELECT 'location does not exist', n.item_id, n.location_id, n.lot_id, NULL, NULL, n.source
    FROM named AS n WHERE NOT EXISTS (SELECT FROM inventory.location AS l WHERE l.location_id = n.location_id)
    UNION ALL
    SELECT 'lot does not exist', n.item_id, n.location_id, n.lot_id, NULL, NULL, n.source
    FROM named AS n WHERE n.lot_id <> 0
        AND NOT EXISTS (SELECT FROM inventory.lot AS t WHERE t.item_id = n.item_id AND t.lot_id = n.lot_id)
    UNION ALL
    SELECT 'location cannot hold stock', b.item_id, b.location_id, b.lot_id, NULL, b.quantity::bigint, l.kind
    FROM balance AS b JOIN inventory.location AS l USING (location_id)
    WHERE l.kind NOT IN ('internal', 'transit') AND b.quantity <> 0
    UNION ALL
    -- A restore with --disable-triggers leaves them enabled for ordinary sessions only.
    SELECT 'trigger is not enabled always', NULL, NULL, NULL, NULL, NULL, format('%s on inventory.%s', w.trigger, w.tab)
    FROM (VALUES ('balance', 'escrow_follow'), ('balance', 'escrow_discard'),
                 ('reservation', 'escrow_follow'), ('reservation', 'escrow_discard'),
                 ('item', 'forget_cached'), ('unit', 'forget_cached'), ('location', 'forget_cached'),
                 ('stock_status', 'forget_cached'), ('lot', 'forget_item')) AS w(tab, trigger)
    LEFT JOIN pg_trigger AS t ON t.tgname = w.trigger AND t.tgrelid = to_regclass('inventory.' || w.tab)
    WHERE t.tgenabled IS DISTINCT FROM 'A'
    UNION ALL
    SELECT 'entry differs from rows', e.item_id, e.location_id, e.lot_id, e.expected, e.actual, NULL
    FROM inventory.verify_entries() AS e
    $$;
COMMENT ON FUNCTION inventory.verify() IS
    'proves that ledger, balances, reservations and shared-memory entries agree and that every reference exists; returns a row for each contradiction and none where all is well';
