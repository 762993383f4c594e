-- A table of an extension loses its rows in pg_dump unless it is named here, and so does
-- a sequence.
SELECT pg_catalog.pg_extension_config_dump('ocean.id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.station', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.station_position', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.variable', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('ocean.sensor', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.stream', '');
-- Partitions are no members of the extension: pg_dump makes them, fills them and attaches them.
SELECT pg_catalog.pg_extension_config_dump('ocean.observation', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.observation_revision', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.latest', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('ocean.dirty_day', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.daily_mean', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.daily_state', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.climatology', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.climatology_day', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.heatwave_state', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.event', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.event_revision', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.alert', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.flag_scheme', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('ocean.qc_config', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.retention', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.alert_channel', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.prediction_model', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.prediction', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.prediction_error', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.job_run', '');
SELECT pg_catalog.pg_extension_config_dump('ocean.ingested_file', '');
