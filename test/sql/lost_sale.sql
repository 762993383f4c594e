-- What is refused for want of stock is counted, though the caller rolls back.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
INSERT INTO inventory.tenant (tenant_id, name) VALUES (31, 'lost sales');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (31, 'NORTH', 'view'), (31, 'SOUTH', 'internal');
INSERT INTO inventory.location (tenant_id, code, parent_id)
    SELECT 31, 'BIN', location_id FROM inventory.location WHERE code = 'NORTH' AND tenant_id = 31;
INSERT INTO inventory.item (tenant_id, sku) VALUES (31, 'TEA'), (31, 'CUP'), (31, 'POT');
SELECT inventory.receive('TEA', 10, 'BIN', tenant_id => 31) > 0 AS received,
       inventory.receive('CUP', 4, 'BIN', tenant_id => 31) > 0 AS received;

-- Sums since the last look, all hours together: the worker may have written a part.
CREATE FUNCTION pg_temp.lost(OUT sku text, OUT location text, OUT requests numeric, OUT requested numeric, OUT missing numeric)
    RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory.flush_lost_sales();
    RETURN QUERY
    WITH gone AS (
        DELETE FROM inventory.lost_sale AS s USING inventory.item AS i
        WHERE i.item_id = s.item_id AND i.tenant_id = 31 RETURNING s.*, i.sku
    )
    SELECT g.sku, l.code, sum(g.requests), sum(g.requested), sum(g.missing)
    FROM gone AS g LEFT JOIN inventory.location AS l USING (location_id) GROUP BY 1, 2 ORDER BY 1, 2;
END
$$;

SELECT inventory.reserve('TEA', 10, tenant_id => 31) IS NOT NULL AS reserved;
SELECT * FROM pg_temp.lost();
-- reserve raises, and what it lacked is kept; per location asked for, a view as well.
SELECT inventory.reserve('TEA', 3, tenant_id => 31);
SELECT inventory.reserve('CUP', 6, 'NORTH', tenant_id => 31);
SELECT code, available FROM inventory.try_reserve('CUP', 7, 'NORTH', tenant_id => 31);
SELECT inventory.issue('CUP', 5, 'SOUTH', tenant_id => 31);
SELECT * FROM pg_temp.lost();

-- Served in part: the rest was refused.  An empty reservation was refused whole.
BEGIN;
SELECT code, reserved FROM inventory.try_reserve('CUP', 9, minimum => 1, tenant_id => 31);
SELECT code, reserved FROM inventory.try_reserve('CUP', 2, minimum => 0, tenant_id => 31);
ROLLBACK;
SELECT * FROM pg_temp.lost();

-- A cart: the lines that were short, summed as they are asked for, and not those beside them.
SELECT inventory.reserve_many('{CUP,POT,CUP}', '{3,1,3}', tenant_id => 31);
SELECT line, code FROM inventory.reserve_many('{CUP,POT}', '{3,1}', independent => true, tenant_id => 31);
SELECT * FROM pg_temp.lost();

-- What is no sale, or was refused for another reason, does not count.
SELECT inventory.issue('TEA', 5, 'BIN', destination => 'LOSS', tenant_id => 31);
SELECT inventory.transfer('TEA', 5, 'BIN', 'SOUTH', tenant_id => 31);
SELECT inventory.adjust('TEA', -50, 'BIN', 'lost', tenant_id => 31);
SELECT code FROM inventory.try_reserve('NONE', 5, tenant_id => 31);
SELECT code FROM inventory.try_reserve('TEA', 5, 'NOWHERE', tenant_id => 31);
SELECT inventory.freeze('BIN', '1 min', tenant_id => 31) > now() AS frozen;
SELECT code FROM inventory.try_reserve('TEA', 5, 'BIN', tenant_id => 31);
SELECT inventory.unfreeze('BIN', tenant_id => 31);
SELECT * FROM pg_temp.lost();

-- A request id counts once for an item and place, in either function and after a flush.
SELECT code FROM inventory.try_reserve('POT', 2, request_id => 'again', tenant_id => 31);
SELECT * FROM pg_temp.lost();
SELECT code FROM inventory.try_reserve('POT', 2, request_id => 'again', tenant_id => 31);
SELECT inventory.reserve('POT', 2, request_id => 'again', tenant_id => 31);
SELECT inventory.reserve_many('{POT,TEA}', '{2,1}', request_id => 'again', tenant_id => 31);
SELECT code FROM inventory.try_reserve('POT', 2, 'SOUTH', request_id => 'again', tenant_id => 31);
SELECT * FROM pg_temp.lost();

-- A flush that is undone is done again; twice in a transaction counts once.
SELECT code FROM inventory.try_reserve('POT', 2, tenant_id => 31);
BEGIN;
SELECT inventory.flush_lost_sales() >= 0 AS flushed;
SAVEPOINT s;
ROLLBACK TO s;
SELECT inventory.flush_lost_sales() AS again;
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT inventory.flush_lost_sales() >= 0 AS flushed;
ROLLBACK TO s;
SAVEPOINT t;
SELECT inventory.flush_lost_sales() >= 0 AS flushed;
RELEASE t;
SELECT inventory.flush_lost_sales() AS again;
COMMIT;
SELECT * FROM pg_temp.lost();
SELECT * FROM pg_temp.lost();

SELECT entries, used >= 0 AS used, dropped_requests, dropped_missing, repeated_requests >= 3 AS repeated
FROM inventory.stat_lost_sale();
