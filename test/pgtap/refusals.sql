-- Every refusal has its SQLSTATE, and a refused call has written nothing.
\ir setup.psql
\ir shop.psql
SELECT plan(103);

SELECT pg_temp.op($$SELECT inventory.receive(sku => 'MUG', quantity => 10, location => 'FRONT')$$) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.receive(sku => 'PHONE', quantity => 1, location => 'FRONT', lot => 'S1')$$) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.receive(sku => 'FLOUR', quantity => 4611686018427387904, location => 'FRONT')$$) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 3, ttl => NULL, request_id => 'first')$$) AS held \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1)$$) AS shipped \gset
SELECT pg_temp.op(format('SELECT inventory.fulfil(%L)', :'shipped')) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1)$$) AS released \gset
SELECT pg_temp.op(format('SELECT inventory.release(%L)', :'released')) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1, ttl => '1 microsecond')$$) AS expired \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1)$$) AS alive \gset

CREATE TEMPORARY VIEW written AS
    SELECT (SELECT count(*) FROM inventory.movement) AS movements, (SELECT sum(quantity) FROM inventory.balance) AS on_hand,
           (SELECT count(*) FROM inventory.reservation) + (SELECT count(*) FROM inventory.reservation_end) AS reservations,
           (SELECT count(*) FROM inventory.request) AS requests, (SELECT count(*) FROM inventory.lot) AS lots;
CREATE TEMPORARY TABLE before AS SELECT * FROM written;

-- A call that an operator makes in vain.
CREATE FUNCTION pg_temp.refused(code text, command text) RETURNS SETOF text
    LANGUAGE sql
    AS $$
    SELECT throws_ok(format('SELECT pg_temp.op(%L)', command), code, NULL, code || ': ' || command)
    $$;

SELECT pg_temp.refused(code, command)
FROM (VALUES
    -- less than was asked
    ('TH001', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 7)'),
    ('TH001', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 20, minimum => 7)'),
    ('TH001', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, location => ''BACK'')'),
    ('TH001', 'SELECT inventory.issue(sku => ''MUG'', quantity => 7, location => ''FRONT'')'),
    ('TH001', 'SELECT inventory.transfer(sku => ''MUG'', quantity => 7, source => ''FRONT'', destination => ''BACK'')'),
    ('TH001', 'SELECT inventory.adjust(sku => ''MUG'', quantity => -7, location => ''FRONT'', reason => ''r'')'),
    ('TH001', 'SELECT * FROM inventory.reserve_many(skus => ''{MUG,MUG}'', quantities => ''{3,4}'')'),
    -- names and ids that nothing has
    ('TH002', 'SELECT inventory.reserve(sku => ''NONE'', quantity => 1)'),
    ('TH002', 'SELECT inventory.reserve(item_id => 7, quantity => 1)'),
    ('TH002', 'SELECT inventory.receive(sku => ''mug'', quantity => 1, location => ''FRONT'')'),
    ('TH002', 'SELECT inventory.available(sku => ''MUG'', tenant_id => 2)'),
    ('TH003', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, location => ''NONE'')'),
    ('TH003', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''NONE'')'),
    ('TH003', 'SELECT inventory.freeze(location => ''NONE'', duration => ''1 s'')'),
    ('TH004', 'SELECT inventory.reserve(sku => ''MILK'', quantity => 1, lot => ''NONE'')'),
    ('TH005', 'SELECT inventory.fulfil(''00000000-0000-0000-0000-000000000001'')'),
    ('TH005', 'SELECT inventory.release(''00000000-0000-0000-0000-000000000001'')'),
    ('TH005', 'SELECT inventory.extend(''00000000-0000-0000-0000-000000000001'')'),
    -- quantities and units
    ('TH013', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 0)'),
    ('TH013', 'SELECT inventory.reserve(sku => ''MUG'', quantity => -1)'),
    ('TH013', 'SELECT inventory.reserve(sku => ''MUG'')'),
    ('TH013', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, minimum => 2)'),
    ('TH013', 'SELECT inventory.receive(sku => ''MUG'', quantity => 0, location => ''FRONT'')'),
    ('TH013', 'SELECT inventory.issue(sku => ''MUG'', quantity => -5)'),
    ('TH013', 'SELECT inventory.transfer(sku => ''MUG'', source => ''FRONT'', destination => ''BACK'')'),
    ('TH013', 'SELECT inventory.adjust(sku => ''MUG'', quantity => 0, location => ''FRONT'', reason => ''r'')'),
    ('TH014', 'SELECT inventory.reserve(sku => ''FLOUR'', quantity => 1, unit => ''third of a kilogram'')'),
    ('TH015', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, unit => ''pallet'')'),
    ('TH016', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 9223372036854775807, unit => ''dozen'')'),
    ('TH016', 'SELECT inventory.receive(sku => ''FLOUR'', quantity => 4611686018427387904, location => ''FRONT'')'),
    -- places
    ('TH017', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''HOUSE'')'),
    ('TH017', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''CUSTOMER'')'),
    ('TH026', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''FRONT'', source => ''BACK'')'),
    ('TH017', 'SELECT inventory.transfer(sku => ''MUG'', quantity => 1, source => ''FRONT'', destination => ''LOSS'')'),
    ('TH026', 'SELECT inventory.issue(sku => ''MUG'', quantity => 1, destination => ''BACK'')'),
    ('TH018', 'SELECT inventory.transfer(sku => ''MUG'', quantity => 1, source => ''FRONT'', destination => ''FRONT'')'),
    -- lots
    ('TH019', 'SELECT inventory.receive(sku => ''MILK'', quantity => 1, location => ''FRONT'')'),
    ('TH020', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''FRONT'', lot => ''L'')'),
    ('TH004', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, lot => ''L'')'),
    ('TH027', 'SELECT inventory.receive(sku => ''PHONE'', quantity => 1, location => ''BACK'', lot => ''S1'')'),
    -- other arguments
    ('TH011', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 4, ttl => NULL, request_id => ''first'')'),
    ('TH011', 'SELECT inventory.receive(sku => ''MUG'', quantity => 3, location => ''FRONT'', request_id => ''first'')'),
    ('TH022', 'SELECT inventory.adjust(sku => ''MUG'', quantity => 1, location => ''FRONT'')'),
    ('TH026', 'SELECT inventory.reserve(quantity => 1)'),
    ('TH026', 'SELECT inventory.receive(sku => ''MUG'', quantity => 1)'),
    ('TH026', 'SELECT inventory.reserve(sku => ''MUG'', quantity => 1, ttl => ''-1 s'')'),
    ('TH026', 'SELECT inventory.adjust(sku => ''MUG'', quantity => 1, counted => 1, location => ''FRONT'', reason => ''r'')'),
    ('TH026', 'SELECT * FROM inventory.reserve_many(skus => ''{MUG}'', quantities => ''{1,2}'')'),
    ('TH028', format('SELECT inventory.reserve(sku => ''MUG'', quantity => 1, reference => %L)', repeat('r', 501))),
    ('TH028', format('SELECT inventory.reserve(sku => ''MUG'', quantity => 1, request_id => %L)', repeat('r', 201)))
) AS attempt(code, command);

SELECT pg_temp.refused(code, format(command, id))
FROM (VALUES
    ('TH006', 'SELECT inventory.fulfil(%L)', :'shipped'),
    ('TH006', 'SELECT inventory.release(%L)', :'shipped'),
    ('TH007', 'SELECT inventory.fulfil(%L)', :'released'),
    ('TH007', 'SELECT inventory.extend(%L)', :'released'),
    ('TH008', 'SELECT inventory.fulfil(%L)', :'expired'),
    ('TH008', 'SELECT inventory.extend(%L)', :'expired'),
    ('TH009', 'SELECT inventory.fulfil(%L, quantity => 4)', :'held'),
    ('TH010', 'SELECT inventory.release(%L, quantity => 2)', :'held'),
    ('TH013', 'SELECT inventory.fulfil(%L, quantity => -1)', :'held'),
    ('TH021', 'SELECT inventory.extend(%L, ttl => ''25 hours'')', :'alive')
) AS attempt(code, command, id);

-- Frozen.
SELECT pg_temp.op($$SELECT inventory.freeze(location => 'HOUSE', duration => '1 hour')$$) IS NULL AS done \gset
SELECT pg_temp.refused('TH012', command)
FROM (VALUES
    ('SELECT inventory.reserve(sku => ''MUG'', quantity => 1, location => ''FRONT'')'),
    ('SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''FRONT'')'),
    (format('SELECT inventory.fulfil(%L)', :'held'))
) AS attempt(command);
SELECT pg_temp.op($$SELECT inventory.unfreeze(location => 'HOUSE')$$) IS NULL AS done \gset

-- Negative stock.
SELECT pg_temp.refused('TH023', 'SELECT inventory.adjust(sku => ''MUG'', quantity => -100, location => ''FRONT'', reason => ''r'', force => true)');

-- Positions that are none.
SELECT pg_temp.refused('TH026', command)
FROM (VALUES ('SELECT * FROM ocean.nearest_stations(latitude => 91, longitude => 0)'),
             ('SELECT * FROM ocean.nearest_stations(latitude => 0, longitude => ''NaN'')')) AS attempt(command);

-- Feeds.
CREATE SERVER tap_redis FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache');
CREATE PUBLICATION tap_items FOR TABLE inventory.item;
SELECT tidehold.create_feed('one', 'tap_items', 'tap_redis') IS NOT NULL AS done \gset
SELECT throws_ok(command, code, NULL, code || ': ' || command)
FROM (VALUES
    ('TH033', 'SELECT tidehold.drop_feed(''none'')'),
    ('TH033', 'SELECT tidehold.emit(''t'', ''k'', ''v'')'),
    ('TH034', 'SELECT tidehold.create_feed(''one'', ''tap_items'', ''tap_redis'')'),
    ('TH038', 'SELECT tidehold.create_feed(''two'', ''tap_items'', ''tap_redis'', ''{"tt": 1}'')'),
    ('TH038', 'SELECT tidehold.create_feed(''two'', ''tap_items'', ''tap_redis'', ''{"value": "list"}'')'),
    ('TH038', 'SELECT tidehold.map_feed(''one'', ''inventory.item'', value => ''list'')'),
    ('42602', 'SELECT tidehold.create_feed(''Two'', ''tap_items'', ''tap_redis'')'),
    ('42704', 'SELECT tidehold.create_feed(''two'', ''none'', ''tap_redis'')'),
    ('42704', 'SELECT tidehold.create_feed(''two'', ''tap_items'', ''none'')'),
    ('42703', 'SELECT tidehold.map_feed(''one'', ''inventory.item'', ''{none}'')'),
    ('42P01', 'SELECT tidehold.map_feed(''one'', ''inventory.item'', query => ''SELECT * FROM none'')'),
    ('22023', 'SELECT tidehold.map_feed(''one'', ''inventory.item'', query => ''DELETE FROM inventory.item RETURNING 1'')'),
    ('42601', 'SELECT tidehold.resnapshot(''one'', ''inventory.item'', ''true) OR (true'')'),
    ('HV00D', 'CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (hots ''h'')'),
    ('HV00J', 'CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis'),
    ('22023', 'SET tidehold.traceparent = ''x''')
) AS attempt(code, command);

-- A transaction that may not write.
SELECT throws_ok('SET LOCAL transaction_read_only = on; ' || command, '25006', NULL, 'read-only: ' || command)
FROM (VALUES
    ('SELECT inventory.receive(sku => ''MUG'', quantity => 1, location => ''FRONT'')'),
    ('SELECT inventory.reserve(sku => ''MUG'', quantity => 1)'),
    ('SELECT inventory.try_reserve(sku => ''MUG'', quantity => 1)'),
    ('SELECT inventory.reserve_many(skus => ''{MUG}'', quantities => ''{1}'')'),
    (format('SELECT inventory.fulfil(%L)', :'held')),
    (format('SELECT inventory.release(%L)', :'held')),
    (format('SELECT inventory.extend(%L)', :'held')),
    ('SELECT inventory.freeze(location => ''FRONT'', duration => ''1 s'')'),
    ('SELECT inventory.rebuild()'),
    ('SELECT tidehold.create_feed(''two'', ''tap_items'', ''tap_redis'')'),
    ('SELECT tidehold.pause_feed(''one'')'),
    ('SELECT tidehold.emit(''t'', ''k'', ''v'')')
) AS attempt(command);

-- Master data, kept by an admin in plain SQL.
SELECT throws_ok(format('SELECT pg_temp.run_as(''tidehold_admin'', %L)', command), code, NULL, code || ': ' || command)
FROM (VALUES
    ('TH024', 'DELETE FROM inventory.item WHERE sku = ''MUG'' RETURNING 1'),
    ('TH024', 'DELETE FROM inventory.location WHERE code = ''FRONT'' RETURNING 1'),
    ('TH024', 'UPDATE inventory.location SET kind = ''view'' WHERE code = ''FRONT'' RETURNING 1'),
    ('TH024', 'DELETE FROM inventory.lot WHERE code = ''S1'' RETURNING 1'),
    ('TH029', 'UPDATE inventory.location SET name = ''x'' WHERE code = ''SUPPLIER'' RETURNING 1'),
    ('TH029', 'DELETE FROM inventory.stock_status WHERE status = ''available'' RETURNING 1'),
    ('TH029', 'UPDATE inventory.tenant SET name = ''x'' WHERE tenant_id = 1 RETURNING 1'),
    ('TH030', 'UPDATE inventory.location SET parent_id = (SELECT location_id FROM inventory.location WHERE code = ''FRONT'')
               WHERE code = ''HOUSE'' RETURNING 1')
) AS attempt(code, command);

SELECT results_eq('SELECT * FROM written', 'SELECT * FROM before', 'nothing was written by what was refused');

SELECT * FROM finish();
ROLLBACK;
