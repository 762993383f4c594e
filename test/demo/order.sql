-- One recorded order line: client c takes the lines c, c + 32, c + 64, ...
\set n :step * 32 + :client_id + 1
\set step :step + 1
SELECT coalesce(max(sku), '') AS sku, coalesce(max(quantity), 0) AS quantity
FROM shop.order_line WHERE n = :n \gset
\if :quantity > 0
SELECT r.code = 'created' AS granted, r.reservation_id FROM inventory.try_reserve(:sku, :quantity) AS r \gset
\if :granted
SELECT inventory.fulfil(:reservation_id);
\else
INSERT INTO shop.refused VALUES (:sku, :quantity);
\endif
\elif :quantity < 0
SELECT inventory.receive(:sku, -:quantity::bigint, 'CENTRAL', source => 'CUSTOMER', reason => 'return');
\endif
