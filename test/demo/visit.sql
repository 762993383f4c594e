-- One visitor.  He wants the offer of the day (1 of 6) or something else, and then pays
-- (70 of 100), cancels (12), fails to finish his order (3) or walks away (15).
\set wants_offer random(1, 6) = 1
\set n random(2, 2000)
\set quantity random(1, 3)
\set fate random(1, 100)
\if :wants_offer
\set n 1
\set quantity 1
\endif
\set paid :fate <= 70
\set cancelled :fate > 70 and :fate <= 82
\set failed :fate > 82 and :fate <= 85
\set ttl 900
\if :fate > 85
\set ttl 2
\endif

BEGIN;
SELECT r.code = 'created' AS granted, r.reservation_id
FROM shop.sku AS s, inventory.try_reserve(s.sku, :quantity, ttl => make_interval(secs => :ttl)) AS r
WHERE s.n = :n \gset
\if :granted
INSERT INTO shop.purchase SELECT :reservation_id::uuid, sku, :quantity::bigint FROM shop.sku WHERE n = :n;
\else
INSERT INTO shop.refused SELECT sku, :quantity::bigint FROM shop.sku WHERE n = :n;
\endif
\if :granted and :failed
ROLLBACK;
\else
COMMIT;
\endif

\if :granted and :paid
SELECT inventory.fulfil(:reservation_id);
\elif :granted and :cancelled
SELECT inventory.release(:reservation_id, reason => 'cancelled by the customer');
\endif
