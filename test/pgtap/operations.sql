-- What the operations do, called by an operator who has no privilege on the tables.
\ir setup.psql
\ir shop.psql
SELECT plan(58);

-- Stock arrives.
SELECT isnt(pg_temp.op($$SELECT inventory.receive(sku => 'MUG', quantity => 10, location => 'FRONT', reference => 'delivery 7')$$),
            NULL, 'receive returns a movement number');
SELECT results_eq(
    $$SELECT m.kind::text, s.code::text, d.code::text, m.quantity, m.lot_id, m.actor, m.reference
      FROM inventory.movement AS m JOIN inventory.item AS i USING (item_id)
      JOIN inventory.location AS s ON s.location_id = m.source_id
      JOIN inventory.location AS d ON d.location_id = m.destination_id WHERE i.sku = 'MUG'$$,
    $$VALUES ('receipt' COLLATE "C", 'SUPPLIER' COLLATE "C", 'FRONT' COLLATE "C", 10::bigint, 0::bigint, 'tidehold_operator', 'delivery 7')$$,
    'a movement has two sides, the role that called and its reference');
SELECT results_eq(
    $$SELECT l.code, sum(b.quantity)::bigint FROM inventory.balance AS b JOIN inventory.location AS l USING (location_id) GROUP BY 1$$,
    $$VALUES ('FRONT' COLLATE "C", 10::bigint)$$, 'the place outside has no balance');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '10', 'what was received is available');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG', location => 'HOUSE')$$), '10', 'at the node above as well');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG', location => 'BACK')$$), '0', 'and not beside');
SELECT is(pg_temp.op($$SELECT inventory.available(item_id => (SELECT item_id FROM inventory.item WHERE sku = 'MUG'))$$),
          '10', 'an id serves in place of a sku');

-- A reservation, shipped in part.
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 4, location => 'HOUSE', reference => 'order 1')$$) AS held \gset
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '6', 'what is reserved is not available');
SELECT results_eq(
    $$SELECT on_hand, reserved, unreserved, sellable FROM inventory.stock WHERE sku = 'MUG'$$,
    'VALUES (10::bigint, 4::bigint, 6::bigint, true)', 'the view of stock says the same');
SELECT results_eq(
    $$SELECT quantity, fulfilled, actor, reference, expires_at - created_at FROM inventory.reservation$$,
    $$VALUES (4::bigint, 0::bigint, 'tidehold_operator', 'order 1', interval '15 minutes')$$,
    'a reservation lives for tidehold.reservation_ttl and names the role that reserved');
SELECT is((SELECT item_id FROM inventory.item WHERE sku = 'MUG'),
          ('x' || translate(left(:'held', 18), '-', ''))::bit(64)::bigint, 'a reservation id carries its item id');
SELECT is(pg_temp.op(format('SELECT (inventory.reservation_status(%L)).state', :'held')), 'held', 'it is held');
SELECT is(pg_temp.op(format('SELECT inventory.fulfil(%L, quantity => 3)', :'held')), '3', 'fulfil returns what it shipped');
SELECT results_eq(
    format('SELECT state, held, fulfilled, returned FROM inventory.reservation_status(%L)', :'held'),
    $$VALUES ('fulfilled', 0::bigint, 3::bigint, 1::bigint)$$, 'the remainder is returned');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '7', 'and available');
SELECT is_empty('SELECT * FROM inventory.reservation', 'an ended reservation is open no more');
SELECT results_eq(
    'SELECT outcome::text, quantity, fulfilled, reference FROM inventory.reservation_end',
    $$VALUES ('fulfilled' COLLATE "C", 1::bigint, 3::bigint, 'order 1')$$, 'it stands among those that ended');

-- Shipped twice, and released.
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 5, ttl => NULL)$$) AS twice \gset
SELECT is((SELECT expires_at FROM inventory.reservation), NULL, 'ttl NULL is for ever');
SELECT is(pg_temp.op(format('SELECT inventory.fulfil(%L, quantity => 2, keep_remainder => true)', :'twice')), '2', 'a part ships');
SELECT results_eq(
    format('SELECT state, held, fulfilled FROM inventory.reservation_status(%L)', :'twice'),
    $$VALUES ('held', 3::bigint, 2::bigint)$$, 'the remainder stays held');
SELECT is(pg_temp.op(format('SELECT inventory.fulfil(%L)', :'twice')), '3', 'and ships later');
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 2)$$) AS released \gset
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '0', 'the last unit can be reserved');
SELECT is(pg_temp.op(format('SELECT inventory.release(%L, reason => %L)', :'released', 'changed mind')), '2', 'release returns what it released');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '2', 'which is available again');

-- Less than was asked.
SELECT results_eq(
    $$SELECT code, reservation_id, reserved, available FROM inventory.try_reserve(sku => 'MUG', quantity => 3)$$,
    $$VALUES ('insufficient_stock', NULL::uuid, NULL::bigint, 2::bigint)$$, 'try_reserve answers with a code and what there is');
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 3, minimum => 1)$$) AS some \gset
SELECT is(pg_temp.op(format('SELECT held FROM inventory.reservation_status(%L)', :'some')), '2', 'a minimum accepts less');
SELECT results_eq(
    $$SELECT code, reserved FROM inventory.try_reserve(sku => 'MUG', quantity => 3, minimum => 0)$$,
    $$VALUES ('created', 0::bigint)$$, 'a minimum of 0 accepts nothing');
SELECT is(pg_temp.op(format('SELECT inventory.release(%L)', :'some')), '2', 'given back');

-- The same request twice.
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1, request_id => 'cart 9')$$) AS once \gset
SELECT is(pg_temp.op($$SELECT inventory.reserve(sku => 'MUG', quantity => 1, request_id => 'cart 9')$$), :'once',
          'a repeated request answers with its first result');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG')$$), '1', 'and takes nothing');
SELECT is(pg_temp.op($$SELECT code FROM inventory.try_reserve(sku => 'MUG', quantity => 1, request_id => 'cart 10')$$), 'created', 'created');
SELECT is(pg_temp.op($$SELECT code FROM inventory.try_reserve(sku => 'MUG', quantity => 1, request_id => 'cart 10')$$), 'exists', 'exists');

-- Lots: first expired, first out, over several of them.
SELECT pg_temp.op($$SELECT inventory.receive(sku => 'MILK', quantity => 5, location => 'FRONT', lot => 'late', expires_on => current_date + 30)$$) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.receive(sku => 'MILK', quantity => 3, location => 'FRONT', lot => 'soon', expires_on => current_date + 3)$$) IS NULL AS done \gset
SELECT pg_temp.op($$SELECT inventory.reserve(sku => 'MILK', quantity => 4)$$) AS milk \gset
SELECT results_eq(
    $$SELECT t.code::text COLLATE "C", r.quantity FROM inventory.reservation AS r JOIN inventory.lot AS t USING (item_id, lot_id) ORDER BY t.expires_on$$,
    $$VALUES ('soon' COLLATE "C", 3::bigint), ('late' COLLATE "C", 1::bigint)$$, 'what expires first goes out first, over two lots');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MILK', lot => 'late')$$), '4', 'availability of one lot');
UPDATE inventory.lot SET status = 'recalled' WHERE code = 'late';
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MILK')$$), '0', 'a status that is not sellable forbids picking');
UPDATE inventory.lot SET status = 'available' WHERE code = 'late';
SELECT is(pg_temp.op(format('SELECT inventory.fulfil(%L)', :'milk')), '4', 'all lots of a reservation ship');

-- Carts.
SELECT throws_like(
    $$SELECT pg_temp.op('SELECT line FROM inventory.reserve_many(skus => ''{MILK,MILK}'', quantities => ''{3,3}'')')$$,
    '%MILK%', 'two lines of one sku are summed, and 6 of 4 are refused');
SELECT results_eq(
    $$SELECT line, code, reserved FROM inventory.reserve_many(skus => '{MILK,MILK,NONE}', quantities => '{3,3,1}', independent => true)$$,
    $$VALUES (1, 'created', 3::bigint), (2, 'insufficient_stock', 0::bigint), (3, 'item_not_found', 0::bigint)$$,
    'independent lines have a code each');
SELECT results_eq(
    $$SELECT line, code, requested, reserved FROM inventory.reserve_many(skus => '{MILK}', quantities => '{1}')$$,
    $$VALUES (1, 'created', 1::bigint, 1::bigint)$$, 'a cart is reserved');

-- Units are exact factors.
SELECT isnt(pg_temp.op($$SELECT inventory.receive(sku => 'MUG', quantity => 2, unit => 'dozen', location => 'BACK')$$), NULL, 'two dozen arrive');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG', location => 'BACK')$$), '24', 'and are 24 pieces');
SELECT isnt(pg_temp.op($$SELECT inventory.receive(sku => 'FLOUR', quantity => 3, unit => 'third of a kilogram', location => 'BACK')$$), NULL, 'three thirds');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'FLOUR')$$), '1000', 'are a kilogram');

-- Moved, issued, corrected.
SELECT isnt(pg_temp.op($$SELECT inventory.transfer(sku => 'MUG', quantity => 4, source => 'BACK', destination => 'BROKEN')$$), NULL, 'transfer');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG', location => 'HOUSE')$$), '20', 'damaged stock is not available');
SELECT isnt(pg_temp.op($$SELECT inventory.issue(sku => 'MUG', quantity => 5, location => 'BACK', destination => 'LOSS')$$), NULL, 'issue');
SELECT is(pg_temp.op($$SELECT inventory.adjust(sku => 'MUG', counted => 15, location => 'BACK', reason => 'count')$$), NULL,
          'a count that agrees changes nothing');
SELECT isnt(pg_temp.op($$SELECT inventory.adjust(sku => 'MUG', counted => 14, location => 'BACK', reason => 'count')$$), NULL, 'one that does not');
SELECT isnt(pg_temp.op($$SELECT inventory.adjust(sku => 'MUG', quantity => 2, location => 'BACK', reason => 'found')$$), NULL, 'a correction by quantity');
SELECT is(pg_temp.op($$SELECT inventory.available(sku => 'MUG', location => 'BACK')$$), '16', 'what is left');

-- Frozen for a while.
SELECT isnt(pg_temp.op($$SELECT inventory.freeze(location => 'BACK', duration => '1 hour', reason => 'count')$$), NULL, 'freeze returns its end');
SELECT is(pg_temp.op($$SELECT inventory.unfreeze(location => 'BACK')$$), 'true', 'unfreeze ends it');
SELECT is(pg_temp.op($$SELECT inventory.unfreeze(location => 'BACK')$$), 'false', 'once');

-- A savepoint gives back.
SAVEPOINT before;
SELECT inventory.reserve(sku => 'FLOUR', quantity => 1000) IS NULL AS done \gset
SELECT is(inventory.available(sku => 'FLOUR'), 0::bigint, 'all is reserved');
ROLLBACK TO SAVEPOINT before;
SELECT is(inventory.available(sku => 'FLOUR'), 1000::bigint, 'nothing is, after ROLLBACK TO SAVEPOINT');

-- Reading.
SELECT is((SELECT sku FROM inventory.search('telefone') LIMIT 1), 'PHONE', 'search forgives a typing error');
SELECT is_empty($$SELECT * FROM inventory.stock_at(now() - interval '1 day')$$, 'yesterday nothing was here');
SELECT is_empty('SELECT * FROM inventory.verify()', 'ledger, balances, reservations and entries agree');

SELECT * FROM finish();
ROLLBACK;
