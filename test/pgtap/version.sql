-- Between a package upgrade and ALTER EXTENSION library and tables differ: calls are
-- refused by name, reading the version is not.
\ir setup.psql
SELECT plan(4);

UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'tidehold_inventory';
SELECT throws_ok($$SELECT inventory.reserve(sku => 'A', quantity => 1)$$, 'TH031', NULL, 'reserve is refused');
SELECT throws_ok($$SELECT inventory.available(sku => 'A')$$, 'TH031', NULL, 'so is available');
SELECT throws_ok($$INSERT INTO inventory.item (sku) VALUES ('A')$$, 'TH031', NULL, 'and so are new ids');
SELECT isnt(tidehold.version(), '0.0.1', 'the version of the library can be read');

SELECT * FROM finish();
ROLLBACK;
