-- A table of an extension loses its rows in pg_dump unless it is named here, and so does
-- a sequence.
SELECT pg_catalog.pg_extension_config_dump('ocean.id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.station', '');
