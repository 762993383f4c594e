-- Reservations: how they are made, shipped, given back, prolonged and how they expire.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
SET tidehold.reservation_lifetime_max = '1 d';
INSERT INTO inventory.tenant (tenant_id, name) VALUES (10, 'reserve');
INSERT INTO inventory.location (tenant_id, code) VALUES (10, 'SHOP');
INSERT INTO inventory.item (tenant_id, sku) VALUES (10, 'TEA'), (10, 'CUP'), (10, 'POT'), (10, 'JAR');

-- A shorter spelling for this file: ids differ from run to run, so they are kept by name.
CREATE TEMP TABLE held (name text PRIMARY KEY, id uuid);
CREATE FUNCTION pg_temp.hold(name text, sku text, quantity bigint, ttl interval DEFAULT NULL,
                             minimum bigint DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO held SELECT hold.name, inventory.reserve(hold.sku, hold.quantity, ttl => hold.ttl,
                                                         minimum => hold.minimum, tenant_id => 10);
    SELECT s.held FROM held AS h, inventory.reservation_status(h.id) AS s WHERE h.name = hold.name
$$;
CREATE FUNCTION pg_temp.id(name text) RETURNS uuid LANGUAGE sql AS $$ SELECT held.id FROM held WHERE held.name = $1 $$;
CREATE FUNCTION pg_temp.stock(sku text) RETURNS text LANGUAGE sql AS $$
    SELECT format('on hand %s, held %s, available %s',
        (SELECT coalesce(sum(on_hand), 0) FROM inventory.stock AS s WHERE s.tenant_id = 10 AND s.sku = stock.sku),
        (SELECT coalesce(sum(reserved), 0) FROM inventory.stock AS s WHERE s.tenant_id = 10 AND s.sku = stock.sku),
        inventory.available(stock.sku, tenant_id => 10))
$$;
-- What an error says, without the id, which differs from run to run.
CREATE FUNCTION pg_temp.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    detail text;
BEGIN
    EXECUTE 'SELECT ' || call INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN regexp_replace(SQLSTATE || ': ' || SQLERRM || coalesce(nullif(' / ' || detail, ' / '), ''),
                          '[0-9a-f]{8}-[0-9a-f-]{27}', '<id>', 'g');
END
$$;

-- Six reservations of 100; one lapses, the others end in every way there is.
SELECT inventory.receive('TEA', 100, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT inventory.issue('TEA', 15, 'SHOP', tenant_id => 10) > 0 AS issued;
SELECT pg_temp.hold('H2', 'TEA', 15, '1000 s'), pg_temp.hold('H3', 'TEA', 15, '50 s'),
       pg_temp.hold('H4', 'TEA', 15, '1 s'), pg_temp.hold('H5', 'TEA', 7, '50 s'),
       pg_temp.hold('H6', 'TEA', 1), pg_temp.hold('H7', 'TEA', 1);
SELECT pg_temp.stock('TEA');
SELECT pg_sleep(1.01);
SELECT inventory.fulfil(pg_temp.id('H2'), 13) AS h2, inventory.release(pg_temp.id('H3')) AS h3,
       inventory.fulfil(pg_temp.id('H5')) AS h5, inventory.fulfil(pg_temp.id('H6')) AS h6,
       inventory.fulfil(pg_temp.id('H7'), 0) AS h7;
SELECT pg_temp.stock('TEA');
SELECT h.name, s.state, s.held, s.fulfilled, s.returned
FROM held AS h, inventory.reservation_status(h.id) AS s ORDER BY h.name;

-- A reservation ends once.
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('H2'))$$);
SELECT pg_temp.try($$inventory.release(pg_temp.id('H3'))$$);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('H3'))$$);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('H4'))$$);
SELECT pg_temp.try($$inventory.release(pg_temp.id('H4'))$$);
SELECT pg_temp.try($$inventory.extend(pg_temp.id('H4'))$$);
SELECT pg_temp.try($$inventory.fulfil('00000000-0000-0000-0000-000000000000')$$);
SELECT pg_temp.try($$inventory.release(NULL)$$);
SELECT pg_temp.hold('H8', 'TEA', 15);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('H8'), 16)$$);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('H8'), -1)$$);
SELECT pg_temp.try($$inventory.release(pg_temp.id('H8'), 14)$$);
SELECT pg_temp.try($$inventory.release(pg_temp.id('H8'), 15)$$);
SELECT pg_temp.stock('TEA');

-- Reservations lapse one by one, marked by the worker or not.
SELECT inventory.receive('CUP', 46, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT pg_temp.hold('C0', 'CUP', 10), pg_temp.hold('C1', 'CUP', 11, '1 s'),
       pg_temp.hold('C2', 'CUP', 12, '2 s'), pg_temp.hold('C3', 'CUP', 13, '3 s');
SELECT pg_temp.stock('CUP');
SELECT pg_sleep_until(created_at + '1.01 s') FROM inventory.reservation_status(pg_temp.id('C1'));
SELECT pg_temp.stock('CUP');
SELECT pg_sleep_until(created_at + '2.01 s') FROM inventory.reservation_status(pg_temp.id('C2'));
SELECT pg_temp.stock('CUP');
SELECT pg_sleep_until(created_at + '3.01 s') FROM inventory.reservation_status(pg_temp.id('C3'));
SELECT pg_temp.stock('CUP');
SELECT inventory.fulfil(pg_temp.id('C0'));
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('C1'))$$);
SELECT pg_temp.stock('CUP');

-- "Up to": a minimum accepts less, and 0 accepts nothing at all.
SELECT inventory.receive('POT', 10, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT pg_temp.hold('P1', 'POT', 1);
SELECT pg_temp.hold('P2', 'POT', 3, NULL, 1), pg_temp.hold('P3', 'POT', 13, NULL, 1),
       pg_temp.hold('P4', 'POT', 1, NULL, 0);
SELECT pg_temp.try($$inventory.reserve('POT', 2, minimum => 1, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('POT', 2, minimum => 3, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('POT', 2, minimum => -1, tenant_id => 10)$$);
SELECT inventory.fulfil(pg_temp.id('P2'), 3), inventory.fulfil(pg_temp.id('P3'), 5), inventory.fulfil(pg_temp.id('P4'));
SELECT pg_temp.stock('POT');

-- Several shipments of one reservation.
SELECT inventory.receive('JAR', 10, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT pg_temp.hold('J1', 'JAR', 10);
SELECT inventory.fulfil(pg_temp.id('J1'), 4, keep_remainder => true);
SELECT state, held, fulfilled, returned FROM inventory.reservation_status(pg_temp.id('J1'));
SELECT pg_temp.stock('JAR');
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('J1'), 0, keep_remainder => true)$$);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('J1'), 7)$$);
SELECT inventory.fulfil(pg_temp.id('J1'), 5, keep_remainder => true), inventory.fulfil(pg_temp.id('J1'));
SELECT state, held, fulfilled, returned FROM inventory.reservation_status(pg_temp.id('J1'));
SELECT pg_temp.stock('JAR');

-- Who extends after the end has lost: the stock may be another's by now.
SELECT inventory.receive('JAR', 1, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT pg_temp.hold('X1', 'JAR', 1, '0.2 s');
SELECT pg_sleep(0.25);
SELECT pg_temp.hold('X2', 'JAR', 1);
SELECT pg_temp.try($$inventory.extend(pg_temp.id('X1'))$$);
SELECT pg_temp.stock('JAR');
SELECT inventory.release(pg_temp.id('X2'));
SELECT pg_temp.hold('X3', 'JAR', 1, '1 hour');
SELECT inventory.extend(pg_temp.id('X3'), '2 hours') - now() BETWEEN '119 min' AND '121 min' AS longer;
SELECT inventory.extend(pg_temp.id('X3'), '1 min') - now() BETWEEN '119 min' AND '121 min' AS never_shorter;
SELECT pg_temp.try($$inventory.extend(pg_temp.id('X3'), '25 hours')$$);
SELECT pg_temp.try($$inventory.extend(pg_temp.id('X3'), NULL)$$);
SELECT pg_temp.try($$inventory.extend(pg_temp.id('X3'), '-1 s')$$);

-- The same request is served once.
SELECT inventory.receive('JAR', 20, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT code, reserved FROM inventory.try_reserve('JAR', 3, request_id => 'r1', ttl => '1 h', tenant_id => 10);
SELECT code, reserved FROM inventory.try_reserve('JAR', 3, request_id => 'r1', ttl => '1 h', tenant_id => 10);
SELECT inventory.reserve('JAR', 3, request_id => 'r2', tenant_id => 10) =
       inventory.reserve('JAR', 3, request_id => 'r2', tenant_id => 10) AS same;
SELECT pg_temp.stock('JAR');
SELECT pg_temp.try($$inventory.reserve('JAR', 4, request_id => 'r2', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('CUP', 3, request_id => 'r2', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 3, request_id => 'r2', ttl => '2 h', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 3, request_id => 'r2', location => 'SHOP', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 3, request_id => 'r2', reference => 'o1', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.issue('JAR', 3, 'SHOP', request_id => 'r2', tenant_id => 10)$$);
-- The request id comes before every other check.
SELECT pg_temp.try($$inventory.reserve('NO SUCH SKU', -3, request_id => 'r2', tenant_id => 10)$$);
-- Its retry answers with what was shipped, even where the reservation is over.
SELECT pg_temp.hold('I1', 'JAR', 7);
SELECT inventory.fulfil(pg_temp.id('I1'), 5, request_id => 'f1', tenant_id => 10);
SELECT inventory.fulfil(pg_temp.id('I1'), 5, request_id => 'f1', tenant_id => 10);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('I1'), 6, request_id => 'f1', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.fulfil(pg_temp.id('I1'), request_id => 'f1', tenant_id => 10)$$);
-- A request that failed may be sent again.
SELECT pg_temp.try($$inventory.reserve('POT', 5, request_id => 'r3', tenant_id => 10)$$);
SELECT inventory.receive('POT', 5, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT inventory.reserve('POT', 5, request_id => 'r3', tenant_id => 10) IS NOT NULL AS reserved;

-- All inside the caller's transaction.
SELECT pg_temp.stock('JAR');
BEGIN;
SELECT pg_temp.hold('T1', 'JAR', 2);
SAVEPOINT s;
SELECT pg_temp.hold('T2', 'JAR', 3);
SELECT pg_temp.stock('JAR');
ROLLBACK TO s;
SELECT pg_temp.stock('JAR');
-- What this transaction gives back it may use at once; nobody else may before it commits.
SELECT inventory.release(pg_temp.id('T1'));
SELECT inventory.receive('JAR', 1, 'SHOP', tenant_id => 10) > 0 AS received;
SELECT inventory.reserve('JAR', inventory.available('JAR', tenant_id => 10), tenant_id => 10) IS NOT NULL AS all_of_it;
ROLLBACK;
SELECT pg_temp.stock('JAR');

-- Arguments that make no sense change nothing.
SELECT pg_temp.try($$inventory.reserve('JAR', 0, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', -1, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve(quantity => 1, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('NONE', 1, tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, tenant_id => 11)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, 'NOWHERE', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, unit => 'box', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, lot => 'L1', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, ttl => '0 s', tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, reference => repeat('x', 501), tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 1, request_id => repeat('x', 201), tenant_id => 10)$$);
SELECT pg_temp.try($$inventory.reserve('JAR', 9223372036854775807, tenant_id => 10)$$);
SELECT code, reserved, available, message FROM inventory.try_reserve('NONE', 1, tenant_id => 10);
SELECT code, reserved, available, message FROM inventory.try_reserve('JAR', 1000, tenant_id => 10);
SELECT code, reserved, available, message FROM inventory.try_reserve('JAR', 1, ttl => NULL, tenant_id => 10);
SELECT pg_temp.stock('JAR');

-- Without a time to live of its own a reservation takes the setting's.
SET tidehold.reservation_ttl = '1 min';
SELECT expires_at - clock_timestamp() BETWEEN '55 s' AND '60 s' AS a_minute FROM inventory.try_reserve('JAR', 1, tenant_id => 10);
SET tidehold.reservation_ttl = 0;
SELECT code, expires_at FROM inventory.try_reserve('JAR', 1, tenant_id => 10);
RESET tidehold.reservation_ttl;
SELECT v.* FROM inventory.verify() AS v JOIN inventory.item AS i USING (item_id) WHERE i.tenant_id = 10;
