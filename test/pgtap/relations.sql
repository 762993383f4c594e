-- The catalogue is the contract: every table and view with its columns.  A change here is one
-- for users.
\ir setup.psql
SELECT plan(108);

CREATE TEMPORARY TABLE expected_relation (name text, kind "char", columns text);
INSERT INTO expected_relation VALUES
    ('tidehold.dead_letter', 'r',
        'letter_id bigint!, feed_id uuid!, commit_lsn pg_lsn!, change_index bigint!, part smallint!,
         schema_name name, table_name name, form text!, destination text, key bytea, value bytea, fields
         jsonb, whole boolean!, headers jsonb, ttl interval, sqlstate text!, reason text!, state text!,
         batch bigint, committed_at timestamptz, created_at timestamptz!'),
    ('tidehold.feed_mapping', 'r',
        'feed_id uuid!, schema_name name!, table_name name!, excluded boolean!, destination text,
         key_columns name[], envelope text, value text, query text, ttl interval'),
    ('tidehold.feed_snapshot', 'r',
        'snapshot_id bigint!, feed_id uuid!, schema_name name!, table_name name!, filter text, since
         pg_snapshot, until pg_snapshot, state text!, reason text, chunk bigint, upto_key text[],
         previous_key text[], rows_sent bigint!, rows_estimated bigint, requested_at timestamptz!, started_at timestamptz,
         finished_at timestamptz, sweep_lsn pg_lsn'),
    ('tidehold.feed', 'r',
        'feed_id uuid!, name text!, owner name!, publication name!, server name!, kind text!, slot_name
         name!, options jsonb!, wish text!, paused_until timestamptz, recovery text, epoch integer!,
         armed_system numeric(20,0), armed_timeline bigint, armed_identity text, created_at timestamptz!'),
    ('tidehold.id_seq', 'S', NULL),
    ('tidehold.stat_feed', 'v',
        'feed_id uuid, name text, kind text, state text, reason text, sqlstate text, retry_at
         timestamptz, pid integer, started_at timestamptz, lag_bytes bigint, retained_bytes bigint,
         lag_seconds double precision, oldest_unacknowledged_age interval, in_flight bigint,
         in_flight_bytes bigint, transactions bigint, changes bigint, messages bigint, bytes bigint,
         retries bigint, duplicates bigint, dead_letters bigint, skipped bigint, expired bigint,
         spilled_bytes bigint, latency_p50_ms double precision, latency_p95_ms double precision,
         latency_p99_ms double precision, last_sent_at timestamptz, last_error text, last_error_at
         timestamptz, read_lsn pg_lsn, sent_lsn pg_lsn, confirmed_lsn pg_lsn, restart_lsn pg_lsn,
         gap_from pg_lsn, gap_to pg_lsn'),
    ('tidehold.bigint_forecast', 'c',
        'step integer, at bigint, mean double precision, lower double precision, upper double
         precision, quantiles double precision[], method text, status text'),
    ('tidehold.date_forecast', 'c',
        'step integer, at date, mean double precision, lower double precision, upper double
         precision, quantiles double precision[], method text, status text'),
    ('tidehold.timestamp_forecast', 'c',
        'step integer, at timestamp without time zone, mean double precision, lower double precision, upper double
         precision, quantiles double precision[], method text, status text'),
    ('tidehold.timestamptz_forecast', 'c',
        'step integer, at timestamptz, mean double precision, lower double precision, upper double
         precision, quantiles double precision[], method text, status text'),
    ('tidehold.stat_progress_forecast', 'v',
        'pid integer, leader_pid integer, database_id oid, database name, role_id oid, phase text,
         started_at timestamptz, rows_read bigint, series_done bigint, series text, method text,
         value_count integer'),
    ('tidehold.stat_progress_snapshot', 'v',
        'snapshot_id bigint, feed text, schema_name name, table_name name, state text, reason text,
         rows_sent bigint, rows_estimated bigint, percent numeric, requested_at
         timestamptz, started_at timestamptz, finished_at timestamptz'),
    ('tidehold.stat_worker', 'v',
        'database_id oid, database name, pid integer, state text, started_at timestamptz, last_run_at
         timestamptz, expired bigint, folded bigint, failures bigint'),
    ('ocean.alert', 'r',
        'alert_id bigint!, event_id bigint!, revision integer!, stream_id bigint!, station text!, variable
         text!, climatology_id bigint!, kind text!, state_before text, state_after text!, category_before
         smallint, category_after smallint!, day date!, start_date date!, end_date date!, intensity_max
         double precision!, cause text!, at timestamptz!'),
    ('ocean.alert_channel', 'r',
        'channel text!, station text, min_category smallint!'),
    ('ocean.climatology', 'r',
        'climatology_id bigint!, stream_id bigint!, kind text!, name text!, version integer!, first_year
         integer!, last_year integer!, shift_years integer, percentile double precision!, month_percentiles
         double precision[], window_half_width integer!, smoothing_width integer!, pad_days integer!,
         min_years integer!, years integer!, observed integer!, guarded integer!, borrowed_from bigint,
         max_rmse double precision, fit_observed integer, fit_bias double precision, fit_rmse double
         precision, data_through date!, data_revision bigint!, created_at timestamptz!, created_by text!'),
    ('ocean.climatology_curve', 'c',
        'kind text, first_year integer, last_year integer, years integer, observed integer, guarded integer,
         first_day date, last_day date, mean double precision[], threshold double precision[], samples
         integer[]'),
    ('ocean.climatology_day', 'r',
        'climatology_id bigint!, day_of_year smallint!, mean double precision, threshold double precision,
         samples integer!'),
    ('ocean.current_climatology', 'v',
        'climatology_id bigint, stream_id bigint, kind text, name text, version integer, first_year integer,
         last_year integer, shift_years integer, percentile double precision, month_percentiles double
         precision[], window_half_width integer, smoothing_width integer, pad_days integer, min_years
         integer, years integer, observed integer, guarded integer, borrowed_from bigint, max_rmse double
         precision, fit_observed integer, fit_bias double precision, fit_rmse double precision, data_through
         date, data_revision bigint, created_at timestamptz, created_by text'),
    ('ocean.event', 'r',
        'event_id bigint!, stream_id bigint!, climatology_id bigint!, kind text!, state text!, revision
         integer!, merged_into bigint, split_from bigint, start_date date!, peak_date date!, end_date date!,
         duration integer!, missing_days integer!, category smallint!, category_name text!, category_date
         date!, days_moderate integer!, days_strong integer!, days_severe integer!, days_extreme integer!,
         intensity_max double precision!, intensity_mean double precision!, intensity_var double precision!,
         intensity_cumulative double precision!, intensity_max_rel_thresh double precision!,
         intensity_mean_rel_thresh double precision!, intensity_var_rel_thresh double precision!,
         intensity_cumulative_rel_thresh double precision!, intensity_max_abs double precision!,
         intensity_mean_abs double precision!, intensity_var_abs double precision!, intensity_cumulative_abs
         double precision!, rate_onset double precision, rate_decline double precision, declared_at
         timestamptz!, changed_at timestamptz!'),
    ('ocean.event_revision', 'r',
        'event_id bigint!, revision integer!, recorded_at timestamptz!, cause text!, through date!, state
         text!, start_date date!, peak_date date!, end_date date!, duration integer!, missing_days integer!,
         category smallint!, intensity_max double precision!, intensity_mean double precision!,
         intensity_cumulative double precision!'),
    ('ocean.heatwave', 'c',
        'event_no integer, state text, start_date date, peak_date date, end_date date, duration integer,
         missing_days integer, category smallint, category_name text, category_date date, days_moderate
         integer, days_strong integer, days_severe integer, days_extreme integer, intensity_max double
         precision, intensity_mean double precision, intensity_var double precision, intensity_cumulative
         double precision, intensity_max_rel_thresh double precision, intensity_mean_rel_thresh double
         precision, intensity_var_rel_thresh double precision, intensity_cumulative_rel_thresh double
         precision, intensity_max_abs double precision, intensity_mean_abs double precision,
         intensity_var_abs double precision, intensity_cumulative_abs double precision, rate_onset double
         precision, rate_decline double precision'),
    ('ocean.heatwave_now', 'v',
        'stream_id bigint, station text, variable text, climatology_id bigint, kind text, climatology text,
         version integer, phase text, through date, event_id bigint, revision integer, start_date date,
         end_date date, duration integer, category smallint, category_name text, intensity_max double
         precision, intensity_mean double precision, intensity_cumulative double precision'),
    ('ocean.heatwave_options', 'c',
        'kind text, first_year integer, last_year integer, percentile double precision, month_percentiles
         double precision[], window_half_width integer, smoothing_width integer, pad_days integer, min_years
         integer, min_duration integer, max_gap integer, shift_years integer'),
    ('ocean.heatwave_state', 'r',
        'stream_id bigint!, climatology_id bigint!, min_duration integer!, max_gap integer!, active boolean!,
         phase text!, first_day date, judged date, through date, revision bigint!, state bytea, advanced_at
         timestamptz'),
    ('ocean.prediction', 'r',
        'stream_id bigint!, lead integer!, day date!, mean double precision!, lower double precision, upper
         double precision, deviation double precision'),
    ('ocean.prediction_accuracy', 'v',
        'stream_id bigint, lead integer, predictions integer, since date, rmse double precision, mae double
         precision, bias double precision, coverage double precision, rmse_persistence double precision,
         rmse_anomaly_persistence double precision'),
    ('ocean.prediction_error', 'r',
        'stream_id bigint!, lead integer!, day date!, mean double precision!, lower double precision, upper
         double precision, persistence double precision, anomaly_persistence double precision, actual double
         precision'),
    ('ocean.prediction_model', 'r',
        'stream_id bigint!, status text!, model tidehold.forecast_model, through date, observed integer!,
         persistence double precision, last_value double precision, fitted_at timestamptz!, updated_at
         timestamptz!'),
    ('ocean.id_seq', 'S', NULL),
    ('ocean.daily_mean', 'r',
        'stream_id bigint!, day date!, mean double precision, valid integer!, excluded integer!,
         expected integer!, coverage double precision!, revision bigint!'),
    ('ocean.daily_state', 'r',
        'stream_id bigint!, revision bigint!, refreshed_at timestamptz!'),
    ('ocean.dirty_day', 'r',
        'stream_id bigint!, day date!'),
    ('ocean.late_observation', 'v',
        'stream_id bigint, observed_at timestamptz, value double precision, flag smallint'),
    ('ocean.latest', 'r',
        'stream_id bigint!, observed_at timestamptz!, value double precision, flag smallint!,
         flag_scheme smallint!, received_at timestamptz!, changes bigint!'),
    ('ocean.observation', 'p',
        'stream_id bigint!, observed_at timestamptz!, value double precision, flag smallint!,
         flag_scheme smallint!, tests integer!, qc_config_id integer, corrections integer!,
         received_at timestamptz!'),
    ('ocean.observation_partition', 'v',
        'partition regclass, since timestamptz, until timestamptz'),
    ('ocean.observation_revision', 'r',
        'stream_id bigint!, observed_at timestamptz!, revision integer!, value double precision, flag
         smallint!, flag_scheme smallint!, tests integer!, qc_config_id integer, received_at
         timestamptz!, replaced_at timestamptz!, reason text!'),
    ('ocean.retention', 'r',
        'only_row boolean!, kept_from timestamptz!, dropped_at timestamptz!'),
    ('ocean.sensor', 'r',
        'sensor_id bigint!, station_id bigint!, code text!, description text!, attributes jsonb!,
         created_at timestamptz!'),
    ('ocean.sensorthings_datastream', 'v',
        'id bigint, name text, description text, observation_type text, unit_of_measurement jsonb,
         properties jsonb, thing_id bigint, sensor_id bigint, observed_property_id smallint'),
    ('ocean.sensorthings_feature_of_interest', 'v',
        'id bigint, name text, description text, encoding_type text, feature jsonb'),
    ('ocean.sensorthings_historical_location', 'v',
        'id text, time timestamptz, thing_id bigint, location_id text'),
    ('ocean.sensorthings_location', 'v',
        'id text, name text, description text, encoding_type text, location jsonb, thing_id bigint,
         is_current boolean'),
    ('ocean.sensorthings_observation', 'v',
        'datastream_id bigint, phenomenon_time timestamptz, result_time timestamptz, result double
         precision, result_quality jsonb, feature_of_interest_id bigint'),
    ('ocean.sensorthings_observed_property', 'v',
        'id smallint, name text, definition text, description text'),
    ('ocean.sensorthings_sensor', 'v',
        'id bigint, name text, description text, encoding_type text, metadata jsonb'),
    ('ocean.sensorthings_thing', 'v',
        'id bigint, name text, description text, properties jsonb'),
    ('ocean.station', 'r',
        'station_id bigint!, code text!, name text!, latitude double precision!, longitude double
         precision!, active boolean!, attributes jsonb!, created_at timestamptz!, position_since
         timestamptz!'),
    ('ocean.station_position', 'r',
        'station_id bigint!, valid_from timestamptz!, valid_until timestamptz!, latitude double
         precision!, longitude double precision!'),
    ('ocean.stream', 'r',
        'stream_id bigint!, station_id bigint!, variable_id smallint!, sensor_id bigint, depth_m
         double precision, cadence interval!, active boolean!, min_coverage double precision!,
         excluded_flags smallint[]!, attributes jsonb!, created_at timestamptz!'),
    ('ocean.variable', 'r',
        'variable_id smallint!, code text!, name text!, unit text!, sane_min double precision!,
         sane_max double precision!, builtin boolean!'),
    ('ocean.flag_mapping', 'v',
        'from_scheme text, from_flag smallint, from_meaning text, to_scheme text, to_flag smallint,
         to_meaning text, lossy boolean'),
    ('ocean.flag_meaning', 'v',
        'flag_scheme smallint, code text, flag smallint, meaning text'),
    ('ocean.flag_scheme', 'r',
        'flag_scheme smallint!, code text!, name text!'),
    ('ocean.observation_test', 'v',
        'stream_id bigint, observed_at timestamptz, value double precision, flag smallint, flag_scheme
         smallint, qc_config_id integer, gross_range smallint, spike smallint, rate_of_change smallint,
         flat_line smallint, climatology smallint, attenuated_signal smallint, location smallint,
         time_gap smallint, supplied smallint, by_hand boolean'),
    ('ocean.qc_config', 'r',
        'qc_config_id integer!, stream_id bigint, variable_id smallint, cadence interval, version
         integer!, thresholds jsonb!, remark text!, created_at timestamptz!, created_by name!'),
    ('inventory.balance', 'r',
        'item_id bigint!, location_id bigint!, lot_id bigint!, movement_no bigint!, quantity
         bigint!'),
    ('inventory.barcode', 'r',
        'item_id bigint!, barcode text!, tenant_id integer!, unit text'),
    ('inventory.demand_day', 'r',
        'item_id bigint!, location_id bigint!, day date!, shipped bigint!, returned bigint!, corrected
         bigint!, change bigint!'),
    ('inventory.demand_state', 'r',
        'only_row boolean!, seen_xid xid8!, seen_at timestamptz!, seen_block bigint!, pending_block bigint!,
         pending_xid xid8!, updated_at timestamptz!, time_zone text!'),
    ('inventory.escrow_entry', 'v',
        'item_id bigint, sku text, location_id bigint, location text, lot_id bigint, lot
         text, available bigint, oversold boolean, pins integer, state text'),
    ('inventory.escrow_holder', 'v',
        'pid integer, role name, xact_start timestamptz, state text, item_id bigint, sku
         text, location_id bigint, lot_id bigint, taken bigint, to_give bigint, more integer'),
    ('inventory.expected_receipt', 'r',
        'item_id bigint!, receipt_no bigint!, location_id bigint!, supplier_id bigint, source_id bigint,
         quantity bigint!, received bigint!, due_on date!, ordered_at timestamptz!, closed_at
         timestamptz, movements bigint[]!, reference text, actor text!'),
    ('inventory.forecast', 'r',
        'item_id bigint!, location_id bigint!, step integer!, starts_on date!, mean double precision!,
         lower double precision, upper double precision, deviation double precision, quantiles
         double precision[], method text!'),
    ('inventory.forecast_accuracy', 'v',
        'item_id bigint, tenant_id integer, sku text, location_id bigint, location text, periods integer,
         since date, mae double precision, rmse double precision, mase double precision, rmsse
         double precision, bias double precision, coverage double precision, tracking_signal
         double precision'),
    ('inventory.forecast_alarm', 'v',
        'item_id bigint, tenant_id integer, sku text, location_id bigint, location text, periods integer,
         bias double precision, tracking_signal double precision, alarm text'),
    ('inventory.forecast_error', 'r',
        'item_id bigint!, location_id bigint!, starts_on date!, mean double precision!, lower double
         precision, upper double precision, actual double precision'),
    ('inventory.forecast_model', 'r',
        'item_id bigint!, location_id bigint!, period text!, status text!, model tidehold.forecast_model,
         next_on date, observed integer!, naive_error double precision, naive_square double
         precision, fitted_at timestamptz!, updated_at timestamptz!'),
    ('inventory.id_seq', 'S', NULL),
    ('inventory.item', 'r',
        'item_id bigint!, tenant_id integer!, sku text!, name text!, base_unit text!,
         tracking text!, best_before_days integer, removal_days integer, alert_days integer,
         attributes jsonb!, created_at timestamptz!'),
    ('inventory.item_class', 'v',
        'tenant_id integer, item_id bigint, sku text, quantity numeric, value numeric, share double
         precision, abc text, xyz text, variation double precision'),
    ('inventory.item_supply', 'r',
        'item_id bigint!, location_id bigint!, supplier_id bigint, source_id bigint, active boolean!,
         policy text!, lead_days double precision!, lead_days_sd double precision!, review_days
         double precision!, service_level double precision!, order_minimum bigint!,
         order_multiple bigint!, order_maximum bigint, unit_cost numeric, order_cost numeric,
         holding_rate double precision!, stock_minimum bigint, stock_maximum bigint, lead_factor
         double precision!, variability_factor double precision!, period text!, method text!'),
    ('inventory.location', 'r',
        'location_id bigint!, tenant_id integer!, code text!, name text!, kind text!,
         parent_id bigint, priority integer!, status text!, allow_negative boolean!,
         frozen_until timestamptz, frozen_reason text, builtin boolean!, created_at
         timestamptz!'),
    ('inventory.location_within', 'v',
        'node_id bigint, location_id bigint'),
    ('inventory.lost_sale', 'r',
        'item_id bigint!, location_id bigint!, hour timestamptz!, requests bigint!, requested bigint!,
         missing bigint!'),
    ('inventory.lot', 'r',
        'item_id bigint!, lot_id bigint!, code text!, status text!, expires_on date,
         best_before date, removal_date date, alert_date date, attributes jsonb!, created_at
         timestamptz!'),
    ('inventory.movement', 'r',
        'item_id bigint!, movement_no bigint!, line_no integer!, kind text!, source_id
         bigint!, destination_id bigint!, lot_id bigint!, quantity bigint!, occurred_at
         timestamptz!, recorded_at timestamptz!, reservation_no bigint, actor text!,
         reference text, reason text'),
    ('inventory.movement_side', 'v',
        'item_id bigint, location_id bigint, occurred_at timestamptz, shipped bigint, returned bigint,
         corrected bigint, change bigint'),
    ('inventory.order_proposal', 'r',
        'item_id bigint!, proposal_no bigint!, location_id bigint!, supplier_id bigint, source_id bigint,
         state text!, quantity bigint!, orders integer!, order_on date!, due_on date!, value
         numeric, explanation jsonb!, created_at timestamptz!, updated_at timestamptz!,
         decided_at timestamptz, quiet_until date, receipt_no bigint, actor text, reason text'),
    ('inventory.planning_run', 'r',
        'run_id bigint!, task text!, started_at timestamptz!, finished_at timestamptz!, series integer!,
         failed integer!, error text, actor text!'),
    ('inventory.planning_setting', 'r',
        'only_row boolean!, time_zone text!'),
    ('inventory.request', 'r',
        'tenant_id integer!, request_id text!, operation text!, arguments text[]!, result
         text[]!, created_at timestamptz!'),
    ('inventory.reservation', 'r',
        'item_id bigint!, reservation_no bigint!, location_id bigint!, lot_id bigint!,
         quantity bigint!, fulfilled bigint!, created_at timestamptz!, expires_at
         timestamptz, actor text!, reference text'),
    ('inventory.reservation_end', 'r',
        'item_id bigint!, reservation_no bigint!, location_id bigint!, lot_id bigint!,
         outcome text!, quantity bigint!, fulfilled bigint!, created_at timestamptz!,
         expires_at timestamptz, ended_at timestamptz!, actor text!, reference text, reason
         text'),
    ('inventory.stock', 'v',
        'item_id bigint, tenant_id integer, sku text, location_id bigint, location text,
         lot_id bigint, lot text, on_hand bigint, reserved bigint, unreserved bigint,
         sellable boolean'),
    ('inventory.stock_status', 'r',
        'status text!, sellable boolean!, description text!, builtin boolean!'),
    ('inventory.supplier', 'r',
        'supplier_id bigint!, tenant_id integer!, code text!, name text!, order_weekdays integer[]!,
         delivery_weekdays integer[]!, working_days boolean!'),
    ('inventory.supplier_holiday', 'r',
        'supplier_id bigint!, day date!, name text!'),
    ('inventory.supply_position', 'v',
        'item_id bigint, tenant_id integer, sku text, location_id bigint, location text, on_hand bigint,
         reserved bigint, in_transit bigint, on_order bigint, next_due_on date, outgoing bigint,
         position bigint'),
    ('inventory.tenant', 'r',
        'tenant_id integer!, name text!, builtin boolean!, created_at timestamptz!'),
    ('inventory.unit', 'r',
        'item_id bigint!, unit text!, numerator bigint!, denominator bigint!'),
    ('inventory.stock_target', 'r',
        'item_id bigint!, location_id bigint!, starts_on date!, quantity bigint!'),
    ('ocean.ingested_file', 'r',
        'folder text!, file text!, size bigint!, modified_at timestamptz!, read_at timestamptz!, run_id bigint!,
         inserted bigint, unchanged bigint, corrected bigint, refused bigint, ignored bigint, reasons text[],
         error_code text, error text'),
    ('ocean.job_run', 'r',
        'run_id bigint!, job text!, options jsonb!, state text!, started_at timestamptz!, finished_at
         timestamptz, rows bigint!, files integer!, failed integer!, error_code text, error text, detail jsonb!,
         last_item text, actor text!');

-- A column that cannot be NULL ends in "!".
CREATE TEMPORARY VIEW actual_relation AS
    SELECT c.name, c.relkind AS kind,
           string_agg(a.attname || ' ' || pg_temp.readable(format_type(a.atttypid, a.atttypmod))
                      || CASE WHEN a.attnotnull THEN '!' ELSE '' END, ', ' ORDER BY a.attnum) AS columns
    FROM relation AS c
    LEFT JOIN pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'
    GROUP BY c.name, c.relkind;

SELECT set_eq('SELECT name, kind FROM actual_relation', 'SELECT name, kind FROM expected_relation',
              'the tables, views and sequences are the expected ones');
SELECT is(a.columns, regexp_replace(e.columns, '\s+', ' ', 'g'), 'columns of ' || e.name)
FROM expected_relation AS e LEFT JOIN actual_relation AS a USING (name)
WHERE e.kind <> 'S' ORDER BY e.name;

-- What changes stock, master data or feeds without the functions is followed even where
-- ordinary triggers do not fire: logical replication, session_replication_role.
SELECT is(t.tgenabled, 'A', format('trigger %s on %s fires always', t.tgname, c.name))
FROM pg_trigger AS t JOIN relation AS c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgfoid::regproc::text ~ '^(inventory\.(escrow|forget)|tidehold\.feed)_'
ORDER BY c.name, t.tgname;

SELECT * FROM finish();
ROLLBACK;
