-- A table of an extension loses its rows in pg_dump unless it is named here, and so does
-- a sequence.  A feed that is restored into another cluster publishes nothing there: its
-- row says on which cluster it was armed.
SELECT pg_catalog.pg_extension_config_dump('tidehold.feed', '');
SELECT pg_catalog.pg_extension_config_dump('tidehold.feed_mapping', '');
SELECT pg_catalog.pg_extension_config_dump('tidehold.feed_snapshot', '');
SELECT pg_catalog.pg_extension_config_dump('tidehold.id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('tidehold.dead_letter', '');
