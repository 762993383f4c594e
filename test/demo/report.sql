-- What happened, counted from the ledger and the reservations, as text lines.
WITH hot AS (
    SELECT item_id, sku FROM shop.sku JOIN inventory.item USING (sku) WHERE n = 1
), fact AS (
    SELECT CASE reference WHEN 'opening stock' THEN 'received' ELSE 'returned' END AS what, item_id, quantity
    FROM inventory.movement WHERE kind = 'receipt'
    UNION ALL
    SELECT 'sold', item_id, quantity FROM inventory.movement WHERE kind = 'fulfilment'
    UNION ALL
    SELECT 'refused', item_id, 1 FROM shop.refused JOIN inventory.item USING (sku)
    UNION ALL
    SELECT outcome, item_id, 1
    FROM (SELECT DISTINCT item_id, reservation_no, outcome FROM inventory.reservation_end) AS ended
    UNION ALL
    SELECT 'left', item_id, on_hand FROM inventory.stock
), total AS (
    SELECT what, sum(quantity) AS everything, sum(quantity) FILTER (WHERE fact.item_id = hot.item_id) AS hot
    FROM fact, hot GROUP BY what
), label (place, what, text) AS (VALUES
    (1, 'received', 'pieces received'),
    (2, 'refused', 'requests refused, no stock left'),
    (3, 'fulfilled', 'reservations paid and shipped'),
    (4, 'released', 'reservations cancelled, released'),
    (5, 'expired', 'reservations left to expire'),
    (6, 'returned', 'pieces returned by customers'),
    (7, 'sold', 'pieces sold'),
    (8, 'left', 'pieces left on hand')
), line AS (
    SELECT place, text, coalesce(everything, 0) AS everything, coalesce(hot, 0) AS hot
    FROM label LEFT JOIN total USING (what)
    WHERE everything IS NOT NULL OR what IN ('refused', 'sold', 'left')
)
SELECT format('  %s  %s  %s', rpad('', 33), lpad('all SKUs', 12), lpad(sku, 12)) FROM hot
UNION ALL
(SELECT format('  %s  %s  %s', rpad(text, 33),
               lpad(to_char(everything, 'FM999,999,999,990'), 12), lpad(to_char(hot, 'FM999,999,999,990'), 12))
 FROM line ORDER BY place);
