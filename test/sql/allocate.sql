-- Where reservations are picked from: several places, lots, carts.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
SET timezone = 'UTC';
INSERT INTO inventory.tenant (tenant_id, name) VALUES (20, 'allocate');
INSERT INTO inventory.location (tenant_id, location_id, code, kind, priority, parent_id) VALUES
    (20, 20001, 'W1', 'view', 1, NULL), (20, 20002, 'W2', 'view', 2, NULL),
    (20, 20011, 'W1-A', 'internal', 100, 20001), (20, 20012, 'W1-B', 'internal', 100, 20001),
    (20, 20021, 'W2-A', 'internal', 100, 20002);
CREATE FUNCTION pg_temp.picks(id uuid) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s%s: %s', l.code, ' ' || t.code, r.quantity), ', ' ORDER BY l.code, t.code)
    FROM inventory.reservation AS r JOIN inventory.location AS l USING (location_id)
    LEFT JOIN inventory.lot AS t USING (item_id, lot_id)
    WHERE r.reservation_no = ('x' || translate(right(id::text, 17), '-', ''))::bit(64)::bigint
$$;
CREATE FUNCTION pg_temp.stocked(sku text, VARIADIC quantities bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO inventory.item (tenant_id, sku) VALUES (20, sku);
    SELECT inventory.receive(sku, q, (ARRAY['W1-A', 'W2-A', 'W1-B'])[n::int], tenant_id => 20)
    FROM unnest(quantities) WITH ORDINALITY AS u(q, n) WHERE q > 0
$$;

-- Split over warehouses, the first by priority first.
SELECT FROM pg_temp.stocked('A', 3, 2);
SELECT pg_temp.picks(inventory.reserve('A', 5, tenant_id => 20));
SELECT FROM pg_temp.stocked('B', 4, 3);
SELECT pg_temp.picks(inventory.reserve('B', 5, tenant_id => 20));
SELECT FROM pg_temp.stocked('C', 3);
SELECT inventory.reserve('C', 5, tenant_id => 20);
SELECT inventory.available('C', tenant_id => 20);
UPDATE inventory.location SET priority = 3 WHERE location_id = 20001;
SELECT FROM pg_temp.stocked('D', 4, 3);
SELECT pg_temp.picks(inventory.reserve('D', 5, tenant_id => 20));
UPDATE inventory.location SET priority = 1 WHERE location_id = 20001;
-- Another's living reservation stays.
SELECT FROM pg_temp.stocked('E', 4, 3);
SELECT pg_temp.picks(inventory.reserve('E', 2, tenant_id => 20)), pg_temp.picks(inventory.reserve('E', 3, tenant_id => 20));

-- Five units from up to three places: exactly five, or none.
SELECT n, q, pg_temp.stocked('F' || n, VARIADIC q) IS NULL AS stocked,
       (SELECT code || coalesce(' ' || reserved, ', available ' || available)
        FROM inventory.try_reserve('F' || n, 5, tenant_id => 20))
FROM (VALUES (1, '{0}'::bigint[]), (2, '{1}'), (3, '{0,0}'), (4, '{1,1}'), (5, '{5}'), (6, '{5,0}'), (7, '{0,5}'),
             (8, '{2,3}'), (9, '{2,5}'), (10, '{5,2}'), (11, '{5,5}'), (12, '{3,3,3}')) AS v(n, q);

-- A node of the tree means any place below it.
SELECT FROM pg_temp.stocked('G', 2, 9, 3);
SELECT inventory.available('G', 'W1', tenant_id => 20) AS w1, inventory.available('G', 'W2', tenant_id => 20) AS w2,
       inventory.available('G', 'W1-B', tenant_id => 20) AS bin, inventory.available('G', tenant_id => 20) AS everywhere;
SELECT pg_temp.picks(inventory.reserve('G', 5, 'W1', tenant_id => 20));
SELECT inventory.reserve('G', 1, 'W1', tenant_id => 20);
SELECT pg_temp.picks(inventory.reserve('G', 1, 'W2', tenant_id => 20));

-- First expired, first out, over several lots and places of equal priority.
INSERT INTO inventory.item (tenant_id, sku, tracking) VALUES (20, 'MILK', 'lot');
SELECT count(inventory.receive('MILK', q, l, lot, expires_on => current_date + d, tenant_id => 20))
FROM (VALUES (4, 'W1-A', 'late', 30), (3, 'W1-B', 'early', 10), (2, 'W1-A', 'middle', 20), (5, 'W2-A', 'first', 1)) AS v(q, l, lot, d);
SELECT pg_temp.picks(inventory.reserve('MILK', 6, tenant_id => 20));
SELECT pg_temp.picks(inventory.reserve('MILK', 2, lot => 'first', tenant_id => 20));
SELECT inventory.reserve('MILK', 5, lot => 'late', tenant_id => 20);
-- Neither a recalled lot nor one at its removal date is promised, and expired stock is shown as what it is.
UPDATE inventory.lot SET status = 'recalled' WHERE code = 'late' AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 20 AND sku = 'MILK');
SELECT inventory.available('MILK', tenant_id => 20);
UPDATE inventory.lot SET removal_date = current_date WHERE code = 'first' AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 20 AND sku = 'MILK');
SELECT inventory.available('MILK', tenant_id => 20);
SELECT location, lot, on_hand, reserved, sellable FROM inventory.stock WHERE tenant_id = 20 AND sku = 'MILK' ORDER BY lot;
UPDATE inventory.lot SET status = 'available' WHERE code = 'late' AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 20 AND sku = 'MILK');
SELECT inventory.available('MILK', tenant_id => 20);

-- Stock of a status that is not sellable is there and not promised.
SELECT FROM pg_temp.stocked('H', 5);
INSERT INTO inventory.location (tenant_id, code, status) VALUES (20, 'INSPECTION', 'quarantined');
SELECT inventory.transfer('H', 4, 'W1-A', 'INSPECTION', tenant_id => 20) > 0 AS moved;
SELECT inventory.available('H', tenant_id => 20), inventory.available('H', 'INSPECTION', tenant_id => 20) AS inspected;
SELECT inventory.reserve('H', 2, tenant_id => 20);
SELECT inventory.transfer('H', 4, 'INSPECTION', 'W1-B', tenant_id => 20) > 0 AS moved;
SELECT pg_temp.picks(inventory.reserve('H', 5, tenant_id => 20));

-- Two warehouses through the life of an order.
SELECT FROM pg_temp.stocked('X', 100, 120);
SELECT FROM pg_temp.stocked('Y', 100, 120);
SELECT inventory.reserve('X', 2, 'W1', tenant_id => 20) AS x \gset
SELECT inventory.reserve('Y', 2, 'W2', tenant_id => 20) AS y \gset
SELECT sku, location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 20 AND sku IN ('X', 'Y') ORDER BY 1, 2;
SELECT inventory.fulfil(:'x'), inventory.fulfil(:'y', 1);
SELECT sku, location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 20 AND sku IN ('X', 'Y') ORDER BY 1, 2;
SELECT inventory.receive('X', 2, 'W1-A', source => 'CUSTOMER', tenant_id => 20) > 0 AS returned;
SELECT sku, location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 20 AND sku = 'X' ORDER BY 1, 2;

-- A cart is served whole or not at all, and the error names every line that is short.
SELECT FROM pg_temp.stocked('K', 5);
SELECT FROM pg_temp.stocked('L', 2);
SELECT FROM pg_temp.stocked('M', 9);
SELECT * FROM inventory.reserve_many(ARRAY['K', 'L', 'M', 'K'], ARRAY[3, 3, 9, 3], tenant_id => 20);
SELECT * FROM inventory.reserve_many(ARRAY['K', 'NONE', 'M'], ARRAY[3, 3, 0], tenant_id => 20);
SELECT inventory.available('K', tenant_id => 20) AS k, inventory.available('L', tenant_id => 20) AS l, inventory.available('M', tenant_id => 20) AS m;
-- Lines of one sku are summed and share a reservation.
SELECT line, code, requested, reserved, dense_rank() OVER (ORDER BY reservation_id) AS reservation
FROM inventory.reserve_many(ARRAY['K', 'M', 'K'], ARRAY[3, 4, 2], tenant_id => 20) ORDER BY line;
SELECT line, code FROM inventory.reserve_many(ARRAY['L', 'M'], ARRAY[1, 5], request_id => 'cart', tenant_id => 20);
SELECT line, code FROM inventory.reserve_many(ARRAY['L', 'M'], ARRAY[1, 5], request_id => 'cart', tenant_id => 20);
SELECT * FROM inventory.reserve_many(ARRAY['L', 'M'], ARRAY[1, 6], request_id => 'cart', tenant_id => 20);
-- Independent lines each have a code.
SELECT line, code, requested, reserved, available
FROM inventory.reserve_many(ARRAY['K', 'L', 'NONE', 'M', 'L'], ARRAY[1, 1, 1, -1, 1], independent => true, tenant_id => 20);
-- A minimum for each line.
SELECT FROM pg_temp.stocked('N', 5);
SELECT line, code, requested, reserved
FROM inventory.reserve_many(ARRAY['N', 'N'], ARRAY[4, 4], minimums => ARRAY[1, 1], tenant_id => 20);
SELECT * FROM inventory.reserve_many(ARRAY['N'], ARRAY[]::bigint[], tenant_id => 20);
SELECT * FROM inventory.reserve_many(ARRAY['N', 'M'], ARRAY[1], tenant_id => 20);

-- Units: exact or refused.
INSERT INTO inventory.item (tenant_id, sku) VALUES (20, 'EGG');
INSERT INTO inventory.unit (item_id, unit, numerator, denominator)
SELECT item_id, u, n, d FROM inventory.item, (VALUES ('dozen', 12, 1), ('half', 1, 2)) AS v(u, n, d) WHERE tenant_id = 20 AND sku = 'EGG';
SELECT inventory.receive('EGG', 2, 'W1-A', unit => 'dozen', tenant_id => 20) > 0 AS received;
SELECT inventory.available('EGG', tenant_id => 20);
SELECT reserved FROM inventory.try_reserve('EGG', 1, unit => 'dozen', tenant_id => 20);
SELECT reserved FROM inventory.try_reserve('EGG', 4, unit => 'half', tenant_id => 20);
SELECT inventory.reserve('EGG', 3, unit => 'half', tenant_id => 20);
SELECT inventory.reserve('EGG', 9223372036854775807, unit => 'dozen', tenant_id => 20);
SELECT inventory.available('EGG', tenant_id => 20);
SELECT v.* FROM inventory.verify() AS v JOIN inventory.item AS i USING (item_id) WHERE i.tenant_id = 20;
