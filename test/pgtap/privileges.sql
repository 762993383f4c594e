-- Who may do what: all privileges of the three roles, of pg_monitor and of nobody, and
-- what happens when they try.
\ir setup.psql
SELECT plan(104);

CREATE ROLE tap_nobody;
GRANT USAGE ON SCHEMA tidehold, inventory, ocean TO tap_nobody;	-- so that it is the object that refuses

-- The roles themselves.
SELECT results_eq(
    $$SELECT rolname::text COLLATE "default" FROM pg_roles
      WHERE rolname LIKE 'tidehold\_%' AND NOT (rolsuper OR rolcanlogin OR rolcreaterole OR rolcreatedb
          OR rolreplication OR rolbypassrls) ORDER BY 1$$,
    $$VALUES ('tidehold_admin'), ('tidehold_operator'), ('tidehold_reader')$$,
    'three group roles without a power of their own');
SELECT is_member_of('tidehold_reader', 'tidehold_operator', 'an operator is a reader');
SELECT is_member_of('tidehold_operator', 'tidehold_admin', 'an admin is an operator');
SELECT is_empty(
    $$SELECT r.rolname FROM pg_roles AS r WHERE r.rolname LIKE 'tidehold\_%' AND shobj_description(r.oid, 'pg_authid') IS NULL$$,
    'every role has a comment');

-- All privileges that a role has, its memberships included.
CREATE TEMPORARY TABLE who (role_name text);
INSERT INTO who VALUES ('tidehold_reader'), ('tidehold_operator'), ('tidehold_admin'), ('pg_monitor'), ('tap_nobody');
CREATE TEMPORARY VIEW table_privilege AS
    SELECT w.role_name, r.name, p.privilege
    FROM who AS w, relation AS r,
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(privilege)
    WHERE r.relkind <> 'S' AND has_table_privilege(w.role_name, r.oid, p.privilege)
    UNION ALL
    SELECT w.role_name, r.name, p.privilege
    FROM who AS w, relation AS r, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p(privilege)
    WHERE r.relkind = 'S' AND has_sequence_privilege(w.role_name, r.oid, p.privilege);

CREATE TEMPORARY TABLE planned AS
    SELECT 'inventory.' || unnest(ARRAY[
        'planning_setting', 'supplier', 'supplier_holiday', 'item_supply', 'expected_receipt', 'order_proposal',
        'forecast_model', 'forecast', 'forecast_error', 'planning_run']) AS name;
CREATE TEMPORARY TABLE of_ocean AS
    SELECT 'ocean.' || unnest(ARRAY['station', 'station_position', 'variable', 'sensor', 'stream']) AS name;
CREATE TEMPORARY TABLE of_heatwaves AS
    SELECT 'ocean.' || unnest(ARRAY[
        'climatology', 'climatology_day', 'heatwave_state', 'event', 'event_revision', 'alert', 'alert_channel',
        'prediction_model', 'prediction', 'prediction_error']) AS name;
CREATE TEMPORARY TABLE readable AS
    SELECT unnest(ARRAY[
        'tidehold.stat_worker', 'inventory.tenant', 'inventory.item', 'inventory.unit', 'inventory.barcode',
        'inventory.stock_status', 'inventory.location', 'inventory.lot', 'inventory.movement', 'inventory.balance',
        'inventory.reservation', 'inventory.reservation_end', 'inventory.stock', 'inventory.escrow_entry',
        'inventory.escrow_holder', 'ocean.qc_config', 'ocean.flag_scheme', 'ocean.flag_meaning',
        'ocean.flag_mapping', 'ocean.observation_test', 'tidehold.stat_feed', 'tidehold.stat_progress_snapshot',
        'tidehold.stat_progress_forecast',
        'inventory.lost_sale', 'inventory.demand_day', 'inventory.demand_state', 'inventory.movement_side', 'inventory.location_within',
        'inventory.supply_position', 'inventory.item_class', 'inventory.forecast_accuracy', 'inventory.forecast_alarm']) AS name
    UNION ALL
    SELECT name FROM planned
    UNION ALL
    SELECT name FROM of_ocean
    UNION ALL
    SELECT name FROM of_heatwaves
    UNION ALL
    SELECT 'ocean.' || unnest(ARRAY['current_climatology', 'heatwave_now', 'prediction_accuracy'])
    UNION ALL
    SELECT 'ocean.' || unnest(ARRAY[
        'observation', 'observation_revision', 'observation_partition', 'late_observation', 'latest', 'dirty_day', 'daily_mean',
        'daily_state', 'retention', 'sensorthings_thing', 'sensorthings_location', 'sensorthings_historical_location',
        'sensorthings_sensor', 'sensorthings_observed_property', 'sensorthings_datastream', 'sensorthings_observation',
        'sensorthings_feature_of_interest']);
CREATE TEMPORARY TABLE of_feeds AS
    SELECT 'tidehold.' || unnest(ARRAY['feed', 'feed_mapping', 'feed_snapshot', 'dead_letter']) AS name;
CREATE TEMPORARY TABLE master_data AS
    SELECT unnest(ARRAY[
        'inventory.tenant', 'inventory.item', 'inventory.unit', 'inventory.barcode', 'inventory.stock_status',
        'inventory.location', 'inventory.lot']) AS name
    UNION ALL
    SELECT name FROM of_ocean;

SELECT set_eq(
    $$SELECT name, privilege FROM table_privilege WHERE role_name = 'tidehold_reader'$$,
    $$SELECT name, 'SELECT' FROM readable$$,
    'a reader may read everything but requests, and no more');
SELECT set_eq(
    $$SELECT name, privilege FROM table_privilege WHERE role_name = 'tidehold_operator'$$,
    $$SELECT name, 'SELECT' FROM readable UNION ALL VALUES ('inventory.request', 'SELECT'),
      ('ocean.observation', 'INSERT'), ('ocean.late_observation', 'INSERT')$$,
    'an operator may read everything, and change no table, but bring observations');
SELECT set_eq(
    $$SELECT name, privilege FROM table_privilege WHERE role_name = 'tidehold_admin'$$,
    $$SELECT name, 'SELECT' FROM readable UNION ALL VALUES ('inventory.request', 'SELECT') UNION ALL
      SELECT name, 'SELECT' FROM of_feeds UNION ALL
      SELECT name, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) FROM master_data UNION ALL
      SELECT name, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) FROM planned UNION ALL
      SELECT name, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) FROM of_heatwaves UNION ALL
      VALUES ('inventory.demand_state', 'DELETE'), ('ocean.observation', 'INSERT'), ('ocean.observation', 'UPDATE'),
          ('ocean.observation', 'DELETE'), ('ocean.late_observation', 'INSERT'), ('ocean.observation_revision', 'INSERT'),
          ('ocean.dirty_day', 'INSERT'), ('ocean.daily_mean', 'DELETE'), ('ocean.retention', 'DELETE'),
          ('ocean.qc_config', 'INSERT')$$,
    'an admin may read what feeds keep, and change master data and what planning keeps alone');
SELECT set_eq(
    $$SELECT name, privilege FROM table_privilege WHERE role_name = 'pg_monitor'$$,
    $$VALUES ('tidehold.stat_worker', 'SELECT'), ('inventory.escrow_entry', 'SELECT'), ('inventory.escrow_holder', 'SELECT'),
             ('tidehold.stat_feed', 'SELECT'), ('tidehold.stat_progress_snapshot', 'SELECT'),
             ('tidehold.stat_progress_forecast', 'SELECT'),
             ('tidehold.feed', 'SELECT'), ('tidehold.feed_mapping', 'SELECT')$$,
    'pg_monitor may read the statistics');
SELECT is_empty($$SELECT name FROM table_privilege WHERE role_name = 'tap_nobody'$$, 'nobody else may read or write anything');

CREATE TEMPORARY VIEW function_privilege AS
    SELECT w.role_name, r.name FROM who AS w, routine AS r WHERE has_function_privilege(w.role_name, r.oid, 'EXECUTE');
CREATE TEMPORARY TABLE for_readers AS
    SELECT unnest(ARRAY[
        'tidehold.version', 'tidehold.stat_worker', 'tidehold.stat_feed', 'inventory.available', 'inventory.stock_at', 'inventory.search',
        'inventory.reservation_status', 'inventory.default_ttl', 'inventory.escrow_entries', 'inventory.escrow_holders',
        'ocean.distance_m', 'ocean.latitude_reach', 'ocean.nearest_stations']) AS name
    UNION ALL
    SELECT 'ocean.' || unnest(ARRAY[
        'position_at', 'flags_valid', 'expected_per_day', 'check_time', 'exact_mean', 'mean_add', 'mean_end', 'search_stations',
        'qartod_gross_range', 'qartod_spike', 'qartod_rate_of_change', 'qartod_flat_line', 'qartod_climatology',
        'qartod_attenuated_signal', 'qartod_time_gap', 'qartod_location', 'qartod_location_bounds',
        'qartod_density_inversion', 'qartod_percentile_range', 'qartod_aggregate', 'qartod_series',
        'thresholds_valid', 'flag_text', 'map_flag', 'map_flag_number', 'qc_config_in_force', 'test_flag', 'spike_flag'])
    UNION ALL
    SELECT 'inventory.' || unnest(ARRAY[
        'find_item', 'find_location', 'planning_time_zone', 'planning_date', 'period_length', 'days_of_period', 'demand_at',
        'demand', 'demand_of_items', 'planned_demand', 'stat_lost_sale', 'policy_order', 'planning_jobs',
        'eoq', 'eoq_cost', 'eoq_discount', 'newsvendor', 'newsvendor_sample', 'rq_policy', 'ss_policy',
        'ss_policy_table', 'service_factor', 'safety_stock', 'reorder_point', 'intermittent_safety_stock',
        'intermittent_reorder_point', 'lot_sizes', 'round_order', 'reorder_quantity', 'plan_orders',
        'supplier_arrival', 'buffer_zones', 'buffer_order', 'daily_usage', 'blended_usage', 'abc_classes',
        'xyz_class'])
    UNION ALL
    SELECT 'tidehold.' || unnest(ARRAY[
        'forecast_options', 'forecast_values', 'fit', 'fit_values', 'update', 'forecast', 'explain', 'stat_progress_forecast', 'forecast_model_eq',
        'forecast_model_ne', 'smape', 'mae', 'rmse', 'mase', 'rmsse', 'msis', 'coverage', 'pinball', 'bias', 'owa', 'mase_scale',
        'rmsse_scale', 'backtest', 'decompose', 'detect_seasonality', 'demand_class', 'sparkline', 'forecast_svg']);
INSERT INTO for_readers
    SELECT 'ocean.' || unnest(ARRAY[
        'heatwave_options', 'day_of_year', 'climatology_values', 'climatology_stream', 'climatology_fit_values',
        'climatology_fit_stream', 'climatology_days', 'detect_values', 'detect_stream', 'label_values', 'label_stream',
        'years_values', 'years_stream', 'heatwave_ranks', 'climatology', 'heatwaves', 'monthly_means_values',
        'monthly_means_stream', 'heating_values', 'heating_stream', 'stored_curve', 'stored_options', 'detect',
        'label_days', 'daily_values', 'heatwave_chance', 'heatwave_outlook']);
CREATE TEMPORARY TABLE for_operators AS
    SELECT 'inventory.' || unnest(ARRAY[
        'receive', 'issue', 'transfer', 'adjust', 'freeze', 'unfreeze', 'reserve', 'try_reserve', 'reserve_many',
        'fulfil', 'release', 'extend', 'settle_expected', 'receive_expected']) AS name
    UNION ALL
    SELECT 'ocean.' || unnest(ARRAY[
        'ingest', 'ingest_stream', 'ingest_many', 'ingest_ndbc', 'ingest_csv', 'make_partitions', 'ensure_partitions',
        'refresh_daily_means'])
    UNION ALL
    SELECT 'tidehold.' || unnest(ARRAY['emit', 'wait_feed']);
CREATE TEMPORARY TABLE for_admins AS
    SELECT unnest(ARRAY[
        'tidehold.wake_launcher', 'inventory.new_id', 'inventory.import', 'inventory.rebuild', 'inventory.verify',
        'inventory.verify_entries', 'ocean.new_id', 'ocean.drop_partitions', 'ocean.set_qc_config', 'ocean.rejudge', 'ocean.refresh_latest']) AS name
    UNION ALL
    SELECT 'inventory.' || unnest(ARRAY[
        'flush_lost_sales', 'update_demand', 'rebuild_demand', 'verify_demand', 'expect_receipt', 'close_expected', 'note_actuals',
        'store_forecast', 'fit_series', 'fail_series', 'refit_forecasts', 'update_forecasts', 'explain_order', 'propose_order',
        'propose_orders', 'lock_proposal', 'accept_proposal', 'dismiss_proposal', 'schedule_planning', 'unschedule_planning'])
    UNION ALL
    SELECT 'tidehold.' || unnest(ARRAY[
        'create_feed', 'alter_feed', 'drop_feed', 'pause_feed', 'resume_feed', 'map_feed', 'unmap_feed', 'resnapshot',
        'recover_feed', 'replay_dead_letters', 'discard_dead_letters']);
INSERT INTO for_admins
    SELECT 'ocean.' || unnest(ARRAY[
        'curve_for_stream', 'make_climatology', 'renew_climatologies', 'heatwave_step', 'heatwave_rerun', 'heatwave_days',
        'record_heatwaves', 'rerun_heatwaves', 'advance_heatwaves', 'watch_heatwaves', 'store_prediction',
        'fit_predictions', 'update_predictions']);

SELECT set_eq(
    $$SELECT name FROM function_privilege WHERE role_name = 'tidehold_reader'$$, 'SELECT name FROM for_readers',
    'functions for readers');
SELECT set_eq(
    $$SELECT name FROM function_privilege WHERE role_name = 'tidehold_operator'$$,
    'SELECT name FROM for_readers UNION ALL SELECT name FROM for_operators',
    'functions for operators');
SELECT set_eq(
    $$SELECT name FROM function_privilege WHERE role_name = 'tidehold_admin'$$,
    'SELECT name FROM for_readers UNION ALL SELECT name FROM for_operators UNION ALL SELECT name FROM for_admins',
    'functions for admins');
SELECT set_eq(
    $$SELECT name FROM function_privilege WHERE role_name = 'pg_monitor'$$,
    $$VALUES ('tidehold.version'), ('tidehold.stat_worker'), ('tidehold.stat_feed'), ('tidehold.stat_progress_forecast'),
             ('inventory.escrow_entries'), ('inventory.escrow_holders'),
             ('inventory.stat_lost_sale')$$,
    'functions for pg_monitor');
SELECT is_empty($$SELECT name FROM function_privilege WHERE role_name = 'tap_nobody'$$, 'nobody else may call anything');

SELECT set_eq(
    $$SELECT w.role_name, e.nspname FROM who AS w, extension AS e
      WHERE w.role_name <> 'tap_nobody' AND has_schema_privilege(w.role_name, e.schema, 'USAGE')$$,
    $$SELECT w.role_name, s.name FROM who AS w, (VALUES ('tidehold'), ('inventory'), ('ocean')) AS s(name)
      WHERE w.role_name LIKE 'tidehold%' UNION ALL
      VALUES ('pg_monitor', 'tidehold'), ('pg_monitor', 'inventory')$$,
    'who may look into the schemas');
SELECT is_empty(
    $$SELECT w.role_name, e.nspname FROM who AS w, extension AS e WHERE has_schema_privilege(w.role_name, e.schema, 'CREATE')$$,
    'nobody may put anything into the schemas');

-- What happens to those who try.
SELECT pg_temp.denied(role_name, command)
FROM (VALUES
    ('tap_nobody', 'SELECT * FROM inventory.item'),
    ('tap_nobody', 'SELECT * FROM inventory.stock'),
    ('tap_nobody', 'SELECT tidehold.version()'),
    ('tap_nobody', 'SELECT inventory.available(sku => ''A'')'),
    ('tap_nobody', 'SELECT inventory.stock_at(now())'),
    ('tap_nobody', 'SELECT inventory.search(''A'')'),
    ('tap_nobody', 'SELECT inventory.receive(sku => ''A'', quantity => 1, location => ''W'')'),
    ('tap_nobody', 'SELECT inventory.reserve(sku => ''A'', quantity => 1)'),
    ('tap_nobody', 'SELECT inventory.try_reserve(sku => ''A'', quantity => 1)'),
    ('tap_nobody', 'SELECT inventory.reserve_many(skus => ''{A}'', quantities => ''{1}'')'),
    ('tap_nobody', 'SELECT inventory.verify()'),
    ('tap_nobody', 'SELECT inventory.rebuild()'),
    ('tap_nobody', 'SELECT nextval(''inventory.id_seq'')'),
    ('tidehold_reader', 'SELECT inventory.receive(sku => ''A'', quantity => 1, location => ''W'')'),
    ('tidehold_reader', 'SELECT inventory.issue(sku => ''A'', quantity => 1)'),
    ('tidehold_reader', 'SELECT inventory.transfer(sku => ''A'', quantity => 1, source => ''W'', destination => ''V'')'),
    ('tidehold_reader', 'SELECT inventory.adjust(sku => ''A'', quantity => 1, location => ''W'', reason => ''r'')'),
    ('tidehold_reader', 'SELECT inventory.reserve(sku => ''A'', quantity => 1)'),
    ('tidehold_reader', 'SELECT inventory.fulfil(gen_random_uuid())'),
    ('tidehold_reader', 'SELECT inventory.release(gen_random_uuid())'),
    ('tidehold_reader', 'SELECT inventory.extend(gen_random_uuid())'),
    ('tidehold_reader', 'SELECT inventory.freeze(location => ''W'', duration => ''1 s'')'),
    ('tidehold_reader', 'SELECT * FROM inventory.request'),
    ('tidehold_reader', 'INSERT INTO inventory.item (sku) VALUES (''A'')'),
    ('tidehold_reader', 'UPDATE inventory.location SET priority = 1'),
    ('tidehold_reader', 'DELETE FROM inventory.reservation'),
    ('tidehold_operator', 'INSERT INTO inventory.item (sku) VALUES (''A'')'),
    ('tidehold_operator', 'UPDATE inventory.lot SET status = ''damaged'''),
    ('tidehold_operator', 'INSERT INTO inventory.balance SELECT 1, 1, 0, 1, 1'),
    ('tidehold_operator', 'UPDATE inventory.balance SET quantity = 1000'),
    ('tidehold_operator', 'DELETE FROM inventory.reservation'),
    ('tidehold_operator', 'TRUNCATE inventory.reservation'),
    ('tidehold_operator', 'UPDATE inventory.movement SET quantity = 1'),
    ('tidehold_operator', 'DELETE FROM inventory.request'),
    ('tidehold_operator', 'SELECT nextval(''inventory.id_seq'')'),
    ('tidehold_operator', 'SELECT inventory.import(''inventory.movement'')'),
    ('tidehold_operator', 'SELECT inventory.verify()'),
    ('tidehold_operator', 'SELECT inventory.rebuild()'),
    ('tidehold_admin', 'INSERT INTO inventory.balance SELECT 1, 1, 0, 1, 1'),
    ('tidehold_admin', 'UPDATE inventory.reservation SET quantity = 0'),
    ('tidehold_admin', 'DELETE FROM inventory.movement'),
    ('tidehold_admin', 'TRUNCATE inventory.balance'),
    ('tidehold_admin', 'TRUNCATE inventory.item CASCADE'),
    ('tidehold_admin', 'ALTER TABLE inventory.balance DISABLE TRIGGER ALL'),
    ('tidehold_admin', 'DROP FUNCTION inventory.verify()'),
    ('tidehold_admin', 'CREATE TABLE inventory.planted (a integer)'),
    ('tidehold_admin', 'SELECT nextval(''inventory.id_seq'')'),
    ('tidehold_admin', 'SELECT inventory.escrow_follow()'),
    ('tidehold_admin', 'SELECT tidehold.refuse_planted(''inventory'')'),
    ('tidehold_operator', 'INSERT INTO ocean.station (code, latitude, longitude) VALUES (''A'', 0, 0)'),
    ('tap_nobody', 'SELECT ocean.distance_m(0, 0, 1, 1)'),
    ('tap_nobody', 'SELECT tidehold.smape(1, 1)'),
    ('tap_nobody', 'SELECT tidehold.sparkline(''{1}'')'),
    ('tap_nobody', 'SELECT * FROM tidehold.backtest(''{1}'', 1)'),
    ('tidehold_reader', 'SELECT tidehold.emit(''t'', ''k'', ''v'')'),
    ('tidehold_reader', 'SELECT * FROM tidehold.feed'),
    ('tidehold_operator', 'SELECT tidehold.create_feed(''f'', ''p'', ''s'')'),
    ('tidehold_operator', 'SELECT * FROM tidehold.dead_letter'),
    ('tidehold_operator', 'CREATE SERVER s FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host ''h'')'),
    ('tidehold_admin', 'UPDATE tidehold.feed SET armed_system = 1'),
    ('tidehold_admin', 'INSERT INTO tidehold.feed_mapping SELECT gen_random_uuid(), ''s'', ''t'''),
    ('tidehold_admin', 'DELETE FROM tidehold.dead_letter'),
    ('tidehold_admin', 'SELECT tidehold.kafka_validator(''{}'', 0)'),
    ('pg_monitor', 'SELECT upto_key FROM tidehold.feed_snapshot'),
    ('pg_monitor', 'SELECT filter FROM tidehold.feed_snapshot'),
    ('pg_monitor', 'SELECT reason FROM tidehold.dead_letter'),
    ('pg_monitor', 'SELECT * FROM inventory.item'),
    ('pg_monitor', 'SELECT inventory.available(sku => ''A'')')
) AS attempt(role_name, command);

-- And what those may who may.
SELECT lives_ok(format('SELECT pg_temp.run_as(%L, %L)', role_name, command), role_name || ' may: ' || command)
FROM (VALUES
    ('tidehold_admin', 'INSERT INTO inventory.item (sku, tracking) VALUES (''MINE'', ''lot'') RETURNING sku'),
    ('tidehold_admin', 'UPDATE inventory.item SET name = ''changed'' WHERE sku = ''MINE'' RETURNING sku'),
    ('tidehold_admin', 'INSERT INTO inventory.location (code) VALUES (''SHELF'') RETURNING code'),
    ('tidehold_admin', 'DELETE FROM inventory.item WHERE sku = ''MINE'' RETURNING sku'),
    ('tidehold_admin', 'SELECT count(*) FROM inventory.verify()'),
    ('tidehold_reader', 'SELECT count(*) FROM inventory.stock'),
    ('tidehold_reader', 'SELECT count(*) FROM inventory.escrow_holder'),
    ('tidehold_reader', 'SELECT count(*) FROM inventory.search(''MINE'')'),
    ('tidehold_reader', 'SELECT count(*) FROM inventory.stock_at(now())'),
    ('tidehold_reader', 'SELECT count(*) FROM ocean.nearest_stations(latitude => 54, longitude => 8)'),
    ('tidehold_reader', 'SELECT tidehold.smape(1, 1)'),
    ('tidehold_reader', 'SELECT count(*) FROM tidehold.backtest(''{1,2,3,4,5}'', 1)'),
    ('tidehold_reader', 'SELECT count(*) FROM tidehold.decompose(''{1,2,3}'')'),
    ('tidehold_reader', 'SELECT tidehold.forecast_svg(''{1,2}'')'),
    ('tidehold_admin', 'INSERT INTO ocean.station (code, latitude, longitude) VALUES (''MINE'', 54, 8) RETURNING code'),
    ('pg_monitor', 'SELECT count(rows_sent) FROM tidehold.feed_snapshot'),
    ('pg_monitor', 'SELECT count(*) FROM tidehold.stat_feed'),
    ('tidehold_admin', 'SELECT count(*) FROM tidehold.dead_letter'),
    ('pg_monitor', 'SELECT count(*) FROM tidehold.stat_worker'),
    ('pg_monitor', 'SELECT count(*) FROM inventory.escrow_entry')
) AS attempt(role_name, command);

SELECT * FROM finish();
ROLLBACK;
