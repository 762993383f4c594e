-- Those who come after the others gave back: reserve and pay at once.
SELECT r.code = 'created' AS granted, r.reservation_id FROM inventory.try_reserve('FLASH', 1) AS r \gset
\if :granted
SELECT inventory.fulfil(:reservation_id);
\else
INSERT INTO shop.refused VALUES ('FLASH', 1);
\endif
