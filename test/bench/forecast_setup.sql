-- Items of two years of weeks: half sell every week, some of them with a season, half now and
-- then.  The same items on every machine.
\set weeks 104
CREATE TABLE bench_sales AS
SELECT sku, date '2024-01-01' + 7 * week AS day,
       CASE WHEN sku % 2 = 0
            THEN round((20 + sku % 50) * (1 + 0.3 * (sku % 4) / 3.0 * sin(week * 0.1208))
                       * (0.7 + 0.6 * abs(hashint8(sku * 1000 + week)) / 2147483648.0))
            ELSE (abs(hashint8(sku * 1000 + week)) % 4 = 0)::int
                 * (1 + abs(hashint8(sku * 1000 + week + 500)) % 6)
       END::float8 AS quantity
  FROM generate_series(1::bigint, :count) AS sku, generate_series(0, :weeks - 1) AS week
 ORDER BY week, sku;
VACUUM (FREEZE, ANALYZE) bench_sales;
