-- A catalogue of 2,000 SKUs from a fixed seed, stocked at five locations.  Teas and
-- other foods are tracked by lot and lie in two lots that expire at different times.
SELECT setseed(0.20) \g /dev/null

INSERT INTO shop.sku
    SELECT n, CASE n WHEN 1 THEN 'FLASH' ELSE format('SKU-%s', lpad(n::text, 4, '0')) END
    FROM generate_series(1, 2000) AS n;

WITH word AS (
    SELECT '{small,medium,large,double,pocket}'::text[] AS size,
           '{red,blue,green,amber,white,black,silver,ivory,coral,indigo,
             plain,striped,dotted,woven,carved,glazed,folded,painted,polished,rustic}'::text[] AS look,
           '{chair,lamp,mug,plate,bowl,blanket,cushion,mirror,clock,basket,
             candle,vase,towel,apron,notebook,tray,tea,coffee,honey,biscuits}'::text[] AS thing
)
INSERT INTO inventory.item (sku, name, tracking)
    SELECT sku,
           CASE n WHEN 1 THEN 'offer of the day'
               ELSE format('%s %s %s', size[1 + n % 5], look[1 + n / 5 % 20], thing[1 + n / 100]) END,
           CASE WHEN n BETWEEN 1600 AND 1999 THEN 'lot' ELSE 'none' END
    FROM shop.sku, word;

-- 2,000 pieces of the flash sale, 500 to 1,500 of everything else at each location.
SELECT count(inventory.receive(
           sku => sku, quantity => CASE n WHEN 1 THEN 400 ELSE 500 + floor(random() * 1001)::bigint END,
           location => location, reference => 'opening stock'))
FROM (SELECT n, i.sku, l.code AS location
      FROM shop.sku JOIN inventory.item AS i USING (sku), inventory.location AS l
      WHERE l.kind = 'internal' AND i.tracking = 'none' ORDER BY n, l.code) AS arrival \g /dev/null

SELECT count(inventory.receive(
           sku => sku, quantity => 250 + floor(random() * 501)::bigint, location => location,
           lot => format('L%s-%s', n, lot), expires_on => current_date + 90 * lot,
           reference => 'opening stock'))
FROM (SELECT n, i.sku, l.code AS location, lot
      FROM shop.sku JOIN inventory.item AS i USING (sku), inventory.location AS l, generate_series(1, 2) AS lot
      WHERE l.kind = 'internal' AND i.tracking = 'lot' ORDER BY n, l.code, lot) AS arrival \g /dev/null
