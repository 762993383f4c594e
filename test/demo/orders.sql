-- A catalogue from recorded orders (file of sku, ordered_at, quantity on standard
-- input).  The stock that lies ready is what was ordered of each SKU less 5 %, rounded
-- up, so that the last orders of most SKUs meet empty shelves.
CREATE TEMPORARY TABLE recorded (line serial, sku text, ordered_at timestamp, quantity bigint);
\copy recorded (sku, ordered_at, quantity) FROM pstdin WITH (FORMAT csv, HEADER)

INSERT INTO shop.order_line
    SELECT row_number() OVER (ORDER BY ordered_at, line), sku, quantity FROM recorded;

INSERT INTO shop.sku
    SELECT row_number() OVER (ORDER BY count(*) DESC, sku), sku FROM recorded GROUP BY sku;

INSERT INTO inventory.item (sku) SELECT sku FROM shop.sku ORDER BY n;

-- Each location gets a fifth, the first ones one more where five does not divide it.
SELECT count(inventory.receive(sku => sku, quantity => part, location => location, reference => 'opening stock'))
FROM (SELECT l.sku, p.location, (l.wanted + 5 - p.number) / 5 AS part
      FROM (SELECT sku, ceil(sum(quantity) * 0.95)::bigint AS wanted
            FROM recorded WHERE quantity > 0 GROUP BY sku) AS l,
           (SELECT code AS location, row_number() OVER (ORDER BY code) AS number
            FROM inventory.location WHERE kind = 'internal') AS p
      ORDER BY l.sku, p.location) AS arrival
WHERE part > 0 \g /dev/null
