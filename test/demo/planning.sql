-- The five best sellers get half a year of made-up sales before today, that leave the stock
-- as it is, and a supplier; then the nightly work is done once.
CREATE TEMP TABLE best AS
    SELECT i.item_id, i.sku, greatest(sum(m.quantity) / 20, 4) AS daily
    FROM inventory.movement AS m JOIN inventory.item AS i USING (item_id)
    WHERE m.kind = 'fulfilment' GROUP BY i.item_id, i.sku ORDER BY sum(m.quantity) DESC, i.sku LIMIT 5;
CREATE TEMP TABLE sold AS
    SELECT b.sku, current_date - n AS day,
           -- Weekends sell more, and so does every month than the one before.
           greatest(round(b.daily * (1 + 0.3 * (extract(isodow FROM current_date - n) >= 6)::integer)
                          * (1.2 - n / 900.0) * (0.8 + 0.4 * ((n * 7919 + b.item_id * 104729) % 1000) / 1000.0)), 0)::bigint AS quantity
    FROM best AS b CROSS JOIN generate_series(1, 182) AS n;
CREATE TEMP TABLE history AS
    SELECT sku, sum(quantity)::bigint AS quantity, 'SUPPLIER' AS source, 'CENTRAL' AS destination, min(day)::timestamptz AS occurred_at
    FROM sold GROUP BY sku
    UNION ALL
    SELECT sku, quantity, 'CENTRAL', 'CUSTOMER', day::timestamptz + interval '12 hours' FROM sold WHERE quantity > 0;
SELECT * FROM inventory.import('history');
INSERT INTO inventory.supplier (code, order_weekdays, delivery_weekdays) VALUES ('ACME', '{1,3}', '{1,2,3,4,5}');
INSERT INTO inventory.item_supply (item_id, supplier_id, lead_days, lead_days_sd, review_days, order_multiple, unit_cost, order_cost, period)
SELECT b.item_id, s.supplier_id, 5, 1, 1, 12, 2.5, 40, 'day' FROM best AS b CROSS JOIN inventory.supplier AS s;
