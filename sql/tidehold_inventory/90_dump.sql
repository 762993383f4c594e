-- A table of an extension loses its rows in pg_dump unless it is named here, and so does
-- a sequence.  Rows with builtin come with CREATE EXTENSION.
SELECT pg_catalog.pg_extension_config_dump('inventory.id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.tenant', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('inventory.stock_status', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('inventory.item', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.unit', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.barcode', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.location', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('inventory.lot', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.movement', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.balance', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.reservation', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.reservation_end', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.request', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.lost_sale', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.planning_setting', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.demand_day', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('inventory.demand_state', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('inventory.supplier', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.supplier_holiday', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.item_supply', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.stock_target', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.expected_receipt', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.planning_run', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.forecast_model', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.forecast', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.forecast_error', '');
SELECT pg_catalog.pg_extension_config_dump('inventory.order_proposal', '');
