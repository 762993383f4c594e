-- The catalogue is the contract: every function with the names and defaults of its
-- arguments.  A change here is one for users.
\ir setup.psql
SELECT plan(343);

SELECT results_eq(
    'SELECT extname::text, nspname::text, extversion FROM extension ORDER BY 1',
    'SELECT e, s, tidehold.version() FROM (VALUES (''tidehold'', ''tidehold''),
         (''tidehold_inventory'', ''inventory''), (''tidehold_ocean'', ''ocean'')) AS x(e, s)',
    'three extensions, each in its schema, of the version of the library');

CREATE TEMPORARY TABLE expected_function (name text, arguments text, result text, labels text);
INSERT INTO expected_function VALUES
    ('tidehold.alter_feed', 'name text, options jsonb = NULL, server text = NULL',
     'void', 'c volatile unsafe'),
    ('tidehold.create_feed', 'name text, publication text, server text, options jsonb = ''{}''::jsonb',
     'uuid', 'c volatile unsafe strict'),
    ('tidehold.discard_dead_letters', 'feed text, letter_ids bigint[]',
     'bigint', 'c volatile unsafe strict'),
    ('tidehold.drop_feed', 'name text',
     'void', 'c volatile unsafe strict'),
    ('tidehold.emit', 'topic text, key text, payload anycompatible, headers jsonb = NULL, expires_in interval = NULL,
         feed text = NULL',
     'pg_lsn', 'c volatile unsafe'),
    ('tidehold.explain', 'model tidehold.forecast_model',
     'jsonb', 'c immutable safe strict'),
    ('tidehold.feed_row_changed', '',
     'trigger', 'c volatile unsafe'),
    ('tidehold.fit_values', 'value double precision[], options tidehold.forecast_option_set = NULL',
     'tidehold.forecast_model', 'c immutable safe'),
    ('tidehold.forecast', 'model tidehold.forecast_model, horizon integer, options tidehold.forecast_option_set = NULL,
         OUT step integer, OUT mean double precision, OUT lower double precision, OUT upper double
         precision, OUT quantiles double precision[], OUT method text, OUT status text',
     'SETOF record', 'c immutable safe'),
    ('tidehold.forecast_model_eq', 'one tidehold.forecast_model, other tidehold.forecast_model',
     'boolean', 'c immutable safe strict'),
    ('tidehold.forecast_model_hash', 'model tidehold.forecast_model',
     'integer', 'c immutable safe strict'),
    ('tidehold.forecast_model_in', 'value cstring',
     'tidehold.forecast_model', 'c immutable safe strict'),
    ('tidehold.forecast_model_ne', 'one tidehold.forecast_model, other tidehold.forecast_model',
     'boolean', 'c immutable safe strict'),
    ('tidehold.forecast_model_out', 'model tidehold.forecast_model',
     'cstring', 'c immutable safe strict'),
    ('tidehold.forecast_model_recv', 'message internal',
     'tidehold.forecast_model', 'c immutable safe strict'),
    ('tidehold.forecast_model_send', 'model tidehold.forecast_model',
     'bytea', 'c immutable safe strict'),
    ('tidehold.forecast_options', 'method text = ''auto''::text, periods integer[] = NULL, level double precision = 0.95,
         quantiles double precision[] = NULL, nonnegative boolean = false, intervals text = NULL,
         gaps text = ''error''::text, duplicates text = ''error''::text, series text = NULL,
         horizon integer = NULL, may_end boolean = NULL, window_size integer = NULL, alpha double
         precision = NULL, beta double precision = NULL, start_first boolean = NULL, bucket integer
         = NULL, periodic boolean = NULL, form text = NULL, arima_order integer[] = NULL,
         arima_constant boolean = NULL, year double precision = NULL, harmonics integer = NULL,
         trend boolean = NULL',
     'tidehold.forecast_option_set', 'c immutable safe'),
    ('tidehold.forecast_values', 'value double precision[], horizon integer, options tidehold.forecast_option_set = NULL, OUT
         step integer, OUT mean double precision, OUT lower double precision, OUT upper double
         precision, OUT quantiles double precision[], OUT method text, OUT status text',
     'SETOF record', 'c immutable safe'),
    ('tidehold.kafka_validator', 'options text[], catalog oid',
     'void', 'c volatile unsafe strict'),
    ('tidehold.map_feed', 'feed text, relation regclass, destination text = NULL, key_columns name[] = NULL, envelope text
         = NULL, value text = NULL, query text = NULL, ttl interval = NULL, excluded boolean = false',
     'void', 'c volatile unsafe'),
    ('tidehold.pause_feed', 'name text, at_most interval = ''01:00:00''::interval',
     'void', 'c volatile unsafe strict'),
    ('tidehold.recover_feed', 'name text, policy text = ''republish''::text',
     'void', 'c volatile unsafe strict'),
    ('tidehold.redis_validator', 'options text[], catalog oid',
     'void', 'c volatile unsafe strict'),
    ('tidehold.refuse_planted', 'schema regnamespace',
     'void', 'plpgsql stable safe strict'),
    ('tidehold.replay_dead_letters', 'feed text, letter_ids bigint[] = NULL',
     'bigint', 'c volatile unsafe'),
    ('tidehold.resnapshot', 'feed text, relation regclass = NULL, filter text = NULL',
     'bigint', 'c volatile unsafe'),
    ('tidehold.resume_feed', 'name text',
     'void', 'c volatile unsafe strict'),
    ('tidehold.stat_feed', 'feed_id uuid, OUT state text, OUT reason text, OUT retry_at timestamptz, OUT pid integer, OUT
         started_at timestamptz, OUT lag_seconds double precision, OUT oldest_unacknowledged_age
         interval, OUT in_flight bigint, OUT in_flight_bytes bigint, OUT transactions bigint, OUT
         changes bigint, OUT messages bigint, OUT bytes bigint, OUT retries bigint, OUT duplicates
         bigint, OUT skipped bigint, OUT expired bigint, OUT spilled_bytes bigint, OUT latency_p50_ms
         double precision, OUT latency_p95_ms double precision, OUT latency_p99_ms double precision, OUT
         last_sent_at timestamptz, OUT last_error text, OUT last_error_sqlstate text, OUT last_error_at
         timestamptz, OUT read_lsn pg_lsn, OUT sent_lsn pg_lsn, OUT confirmed_lsn pg_lsn, OUT gap_from
         pg_lsn, OUT gap_to pg_lsn',
     'record', 'c volatile restricted strict'),
    ('tidehold.stat_worker', 'OUT database_id oid, OUT pid integer, OUT state text, OUT started_at timestamptz, OUT
         last_run_at timestamptz, OUT expired bigint, OUT folded bigint, OUT failures bigint',
     'SETOF record', 'c volatile restricted strict'),
    ('tidehold.unmap_feed', 'feed text, relation regclass',
     'void', 'c volatile unsafe strict'),
    ('tidehold.fit', 'at bigint, value double precision, step bigint',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at date, value double precision, step interval',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at timestamptz, value double precision, step interval',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at timestamp without time zone, value double precision, step interval',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at bigint, value double precision, step bigint, options tidehold.forecast_option_set',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at date, value double precision, step interval, options tidehold.forecast_option_set',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at timestamptz, value double precision, step interval, options tidehold.forecast_option_set',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit', 'at timestamp without time zone, value double precision, step interval, options
         tidehold.forecast_option_set',
     'tidehold.forecast_model', 'aggregate immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at bigint, value double precision, step bigint',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at date, value double precision, step interval',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at timestamptz, value double precision, step interval',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at timestamp without time zone, value double precision, step interval',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at bigint, value double precision, step bigint, options tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at date, value double precision, step interval, options tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at timestamptz, value double precision, step interval, options
         tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.fit_accumulate', 'state internal, at timestamp without time zone, value double precision, step interval, options
         tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.fit_final', 'state internal',
     'tidehold.forecast_model', 'c stable safe'),
    ('tidehold.forecast', 'at bigint, value double precision, step bigint, horizon integer',
     'tidehold.bigint_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at date, value double precision, step interval, horizon integer',
     'tidehold.date_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at timestamptz, value double precision, step interval, horizon integer',
     'tidehold.timestamptz_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at timestamp without time zone, value double precision, step interval, horizon integer',
     'tidehold.timestamp_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at bigint, value double precision, step bigint, horizon integer, options tidehold.forecast_option_set',
     'tidehold.bigint_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at date, value double precision, step interval, horizon integer, options tidehold.forecast_option_set',
     'tidehold.date_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at timestamptz, value double precision, step interval, horizon integer, options
         tidehold.forecast_option_set',
     'tidehold.timestamptz_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast', 'at timestamp without time zone, value double precision, step interval, horizon integer, options
         tidehold.forecast_option_set',
     'tidehold.timestamp_forecast[]', 'aggregate immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at bigint, value double precision, step bigint, horizon integer',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at date, value double precision, step interval, horizon integer',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at timestamptz, value double precision, step interval, horizon integer',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at timestamp without time zone, value double precision, step interval, horizon
         integer',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at bigint, value double precision, step bigint, horizon integer, options
         tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at date, value double precision, step interval, horizon integer, options
         tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at timestamptz, value double precision, step interval, horizon integer, options
         tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_accumulate', 'state internal, at timestamp without time zone, value double precision, step interval, horizon
         integer, options tidehold.forecast_option_set',
     'internal', 'c immutable safe'),
    ('tidehold.forecast_final_bigint', 'state internal',
     'tidehold.bigint_forecast[]', 'c immutable safe'),
    ('tidehold.forecast_final_date', 'state internal',
     'tidehold.date_forecast[]', 'c immutable safe'),
    ('tidehold.forecast_final_timestamp', 'state internal',
     'tidehold.timestamp_forecast[]', 'c immutable safe'),
    ('tidehold.forecast_final_timestamptz', 'state internal',
     'tidehold.timestamptz_forecast[]', 'c stable safe'),
    ('tidehold.series_combine', 'state internal, other internal',
     'internal', 'c immutable safe'),
    ('tidehold.series_deserialize', 'serialized bytea, state internal',
     'internal', 'c immutable safe strict'),
    ('tidehold.series_serialize', 'state internal',
     'bytea', 'c immutable safe strict'),
    ('tidehold.stat_progress_forecast', 'OUT pid integer, OUT leader_pid integer, OUT database_id oid, OUT role_id oid, OUT phase text, OUT
         started_at timestamptz, OUT rows_read bigint, OUT series_done bigint, OUT series text, OUT method
         text, OUT value_count integer',
     'SETOF record', 'c volatile restricted strict'),
    ('tidehold.update', 'model tidehold.forecast_model, value double precision',
     'tidehold.forecast_model', 'c immutable safe'),
    ('tidehold.version', '',
     'text', 'c stable safe strict'),
    ('tidehold.wait_feed', 'name text, timeout interval = ''00:01:00''::interval, upto pg_lsn = NULL',
     'boolean', 'c volatile unsafe'),
    ('tidehold.wake_launcher', '',
     'void', 'c volatile unsafe strict'),
    ('tidehold.accuracy_bias', 'state internal',
     'double precision', 'c immutable safe strict'),
    ('tidehold.accuracy_combine', 'state internal, other internal',
     'internal', 'c immutable safe'),
    ('tidehold.accuracy_deserialize', 'written bytea, state internal',
     'internal', 'c immutable safe strict'),
    ('tidehold.accuracy_mean', 'state internal',
     'double precision', 'c immutable safe strict'),
    ('tidehold.accuracy_root', 'state internal',
     'double precision', 'c immutable safe strict'),
    ('tidehold.accuracy_serialize', 'state internal',
     'bytea', 'c immutable safe strict'),
    ('tidehold.backtest', 'value double precision[], horizon integer, options tidehold.forecast_option_set = NULL, origins
         integer = NULL, step_between integer = 1, min_train integer = NULL, refit boolean = true, OUT
         origin integer, OUT step integer, OUT actual double precision, OUT mean double precision, OUT
         lower double precision, OUT upper double precision, OUT quantiles double precision[], OUT method
         text, OUT status text',
     'SETOF record', 'c immutable safe'),
    ('tidehold.bias', 'actual double precision, forecast double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.bias_add', 'state internal, actual double precision, forecast double precision',
     'internal', 'c immutable safe'),
    ('tidehold.coverage', 'actual double precision, lower double precision, upper double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.coverage_add', 'state internal, actual double precision, lower double precision, upper double precision',
     'internal', 'c immutable safe'),
    ('tidehold.decompose', 'value double precision[], periods integer[] = NULL, robust boolean = false, OUT ordinal integer,
         OUT value double precision, OUT trend double precision, OUT seasonal double precision, OUT
         seasons double precision[], OUT remainder double precision',
     'SETOF record', 'c immutable safe'),
    ('tidehold.demand_class', 'value double precision[], OUT class text, OUT adi double precision, OUT cv2 double precision,
         OUT periods integer, OUT demands integer',
     'record', 'c immutable safe strict'),
    ('tidehold.detect_seasonality', 'value double precision[], longest integer = 1000, significance double precision = 0.01, OUT
         period integer, OUT strength double precision, OUT p_value double precision',
     'SETOF record', 'c immutable safe'),
    ('tidehold.forecast_svg', 'history double precision[], mean double precision[] = NULL, lower double precision[] = NULL,
         upper double precision[] = NULL, title text = NULL, width integer = 800, height integer = 400,
         labels text[] = NULL',
     'text', 'c stable safe'),
    ('tidehold.mae', 'actual double precision, forecast double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.mae_add', 'state internal, actual double precision, forecast double precision',
     'internal', 'c immutable safe'),
    ('tidehold.mase', 'actual double precision, forecast double precision, scale double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.mase_add', 'state internal, actual double precision, forecast double precision, scale double precision',
     'internal', 'c immutable safe'),
    ('tidehold.mase_scale', 'train double precision[], period integer = 1',
     'double precision', 'c immutable safe strict'),
    ('tidehold.msis', 'actual double precision, lower double precision, upper double precision, level double precision,
         scale double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.msis_add', 'state internal, actual double precision, lower double precision, upper double precision, level
         double precision, scale double precision',
     'internal', 'c immutable safe'),
    ('tidehold.owa', 'smape double precision, mase double precision, smape_naive2 double precision, mase_naive2 double
         precision',
     'double precision', 'c immutable safe strict'),
    ('tidehold.pinball', 'actual double precision, quantile double precision, q double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.pinball_add', 'state internal, actual double precision, quantile double precision, q double precision',
     'internal', 'c immutable safe'),
    ('tidehold.rmse', 'actual double precision, forecast double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.rmse_add', 'state internal, actual double precision, forecast double precision',
     'internal', 'c immutable safe'),
    ('tidehold.rmsse', 'actual double precision, forecast double precision, scale double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.rmsse_add', 'state internal, actual double precision, forecast double precision, scale double precision',
     'internal', 'c immutable safe'),
    ('tidehold.rmsse_scale', 'train double precision[]',
     'double precision', 'c immutable safe strict'),
    ('tidehold.smape', 'actual double precision, forecast double precision',
     'double precision', 'aggregate immutable safe'),
    ('tidehold.smape_add', 'state internal, actual double precision, forecast double precision',
     'internal', 'c immutable safe'),
    ('tidehold.sparkline', 'value double precision[], width integer = NULL',
     'text', 'c stable safe'),
    ('inventory.accept_proposal', 'proposal_no bigint, quantity bigint = NULL, due_on date = NULL, reference text = NULL',
     'bigint', 'plpgsql volatile unsafe'),
    ('inventory.adjust', 'sku text = NULL, quantity bigint = NULL, location text = NULL, reason text = NULL,
         lot text = NULL, counted bigint = NULL, force boolean = false, unit text = NULL,
         request_id text = NULL, reference text = NULL, item_id bigint = NULL, location_id
         bigint = NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.available', 'sku text = NULL, location text = NULL, lot text = NULL, item_id bigint = NULL,
         location_id bigint = NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.begin_run', 'task text, OUT run inventory.planning_run',
     'inventory.planning_run', 'plpgsql volatile unsafe strict'),
    ('inventory.check_supply', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('inventory.close_expected', 'receipt_no bigint, tenant_id integer = 1',
     'boolean', 'sql volatile unsafe strict'),
    ('inventory.count_failure', 'INOUT run inventory.planning_run, item_id bigint, location_id bigint, error text',
     'inventory.planning_run', 'plpgsql immutable safe'),
    ('inventory.create_feeds', 'kafka_server text = NULL, redis_server text = NULL',
     'SETOF text', 'plpgsql volatile unsafe'),
    ('inventory.days_of_period', 'period text',
     'double precision', 'sql immutable safe strict'),
    ('inventory.default_ttl', '',
     'interval', 'c stable safe strict'),
    ('inventory.demand', 'sku text = NULL, location text = NULL, period text = ''day''::text, since date = NULL, until
         date = NULL, item_id bigint = NULL, location_id bigint = NULL, tenant_id integer = 1,
         OUT starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint, OUT
         lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean',
     'SETOF record', 'sql stable restricted'),
    ('inventory.demand_at', 'node_id bigint, item_ids bigint[], period text, since date, until date, OUT item_id bigint, OUT
         starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint, OUT
         lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean',
     'SETOF record', 'sql stable safe'),
    ('inventory.demand_of_items', 'location text = NULL, period text = ''day''::text, since date = NULL, until date = NULL,
         location_id bigint = NULL, tenant_id integer = 1, OUT item_id bigint, OUT sku text, OUT
         starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint, OUT
         lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean',
     'SETOF record', 'sql stable restricted'),
    ('inventory.derive_lot_dates', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('inventory.dismiss_proposal', 'proposal_no bigint, reason text = NULL, quiet_until date = NULL',
     'void', 'plpgsql volatile unsafe'),
    ('inventory.end_run', 'run inventory.planning_run',
     'void', 'sql volatile unsafe'),
    ('inventory.escrow_discard', '',
     'trigger', 'c volatile unsafe'),
    ('inventory.escrow_entries', 'OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint, OUT available bigint,
         OUT pins integer, OUT state text, OUT committing integer',
     'SETOF record', 'c volatile restricted strict'),
    ('inventory.escrow_follow', '',
     'trigger', 'c volatile unsafe'),
    ('inventory.escrow_holders', 'OUT pid integer, OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint, OUT
         taken bigint, OUT to_give bigint, OUT more integer',
     'SETOF record', 'c volatile restricted strict'),
    ('inventory.expect_receipt', 'sku text = NULL, quantity bigint = NULL, location text = NULL, due_on date = NULL, supplier text
         = NULL, reference text = NULL, item_id bigint = NULL, location_id bigint = NULL,
         tenant_id integer = 1',
     'bigint', 'plpgsql volatile unsafe'),
    ('inventory.explain_order', 'supply inventory.item_supply, stock inventory.supply_position, demand jsonb, levels jsonb, dates
         jsonb',
     'jsonb', 'sql immutable safe'),
    ('inventory.extend', 'reservation_id uuid, ttl interval = inventory.default_ttl(), request_id text = NULL,
         tenant_id integer = 1',
     'timestamptz', 'c volatile unsafe'),
    ('inventory.fail_series', 'item_id bigint, location_id bigint, period text, status text',
     'void', 'plpgsql volatile unsafe strict'),
    ('inventory.feed_stock_query', '',
     'text', 'sql immutable safe strict'),
    ('inventory.find_item', 'sku text, item_id bigint = NULL, tenant_id integer = 1',
     'bigint', 'c stable restricted'),
    ('inventory.find_location', 'location text, location_id bigint = NULL, tenant_id integer = 1',
     'bigint', 'c stable restricted'),
    ('inventory.fit_series', 'item_id bigint, location_id bigint, period text, method text, history double precision[],
         next_on date, today date',
     'void', 'plpgsql volatile unsafe'),
    ('inventory.flush_lost_sales', '',
     'bigint', 'c volatile unsafe strict'),
    ('inventory.forget_cached', '',
     'trigger', 'c volatile unsafe'),
    ('inventory.forget_item', '',
     'trigger', 'c volatile unsafe'),
    ('inventory.freeze', 'location text = NULL, duration interval = NULL, reason text = NULL, location_id
         bigint = NULL, tenant_id integer = 1',
     'timestamptz', 'c volatile unsafe'),
    ('inventory.fulfil', 'reservation_id uuid, quantity bigint = NULL, keep_remainder boolean = false,
         destination text = ''CUSTOMER''::text, request_id text = NULL, reference text =
         NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.import', 'source regclass, keep_good boolean = true, tenant_id integer = 1, OUT row_number
         bigint, OUT code text, OUT message text',
     'SETOF record', 'c volatile unsafe'),
    ('inventory.issue', 'sku text = NULL, quantity bigint = NULL, location text = NULL, lot text = NULL, unit
         text = NULL, destination text = ''CUSTOMER''::text, request_id text = NULL,
         reference text = NULL, reason text = NULL, item_id bigint = NULL, location_id bigint
         = NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.lock_proposal', 'proposal_no bigint',
     'inventory.order_proposal', 'plpgsql volatile unsafe'),
    ('inventory.new_id', '',
     'bigint', 'c volatile unsafe strict'),
    ('inventory.note_actuals', 'node_id bigint, item_ids bigint[], period text, today date',
     'void', 'sql volatile unsafe strict'),
    ('inventory.period_length', 'period text',
     'interval', 'plpgsql immutable safe'),
    ('inventory.planned_demand', 'today date = inventory.planning_date(), item_ids bigint[] = NULL, OUT item_id bigint, OUT
         location_id bigint, OUT basis text, OUT observed integer, OUT demand double precision,
         OUT variance double precision, OUT zero_share double precision',
     'SETOF record', 'plpgsql stable restricted'),
    ('inventory.planning_date', 'at timestamptz = now()',
     'date', 'sql stable safe strict'),
    ('inventory.planning_jobs', 'OUT job text, OUT schedule text, OUT command text',
     'SETOF record', 'sql immutable safe strict'),
    ('inventory.planning_time_zone', '',
     'text', 'sql stable safe strict'),
    ('inventory.policy_order', 'policy text, stock_position bigint, demand double precision = 0, demand_variance double
         precision = 0, periods double precision = 0, periods_sd double precision = 0, counts
         boolean = false, service_level double precision = 0.95, order_cost double precision =
         NULL, holding_cost double precision = NULL, order_minimum bigint = 0, order_multiple
         bigint = 1, order_maximum bigint = NULL, stock_minimum bigint = NULL, stock_maximum
         bigint = NULL, daily_usage double precision = 0, lead_days double precision = 0,
         review_days double precision = 0, lead_factor double precision = 0.5,
         variability_factor double precision = 0.5, OUT mean double precision, OUT deviation
         double precision, OUT safety_stock double precision, OUT reorder_point bigint, OUT
         order_up_to bigint, OUT economic_quantity double precision, OUT reached double
         precision, OUT need bigint, OUT quantity bigint, OUT orders integer, OUT red bigint,
         OUT yellow bigint, OUT green bigint',
     'record', 'c immutable safe'),
    ('inventory.propose_order', 'supply inventory.item_supply, stock inventory.supply_position, today date, basis text,
         period_demand double precision, period_variance double precision, zero_share double
         precision',
     'text', 'plpgsql volatile unsafe'),
    ('inventory.propose_orders', 'sku text = NULL, today date = NULL, item_id bigint = NULL, tenant_id integer = 1, OUT looked_at
         integer, OUT proposed integer, OUT unchanged integer, OUT withdrawn integer, OUT failed
         integer',
     'record', 'plpgsql volatile unsafe'),
    ('inventory.rebuild', '',
     'bigint', 'c volatile unsafe strict'),
    ('inventory.rebuild_demand', 'time_zone text = NULL',
     'bigint', 'plpgsql volatile unsafe'),
    ('inventory.receive', 'sku text = NULL, quantity bigint = NULL, location text = NULL, lot text = NULL,
         expires_on date = NULL, best_before date = NULL, removal_date date = NULL, unit text
         = NULL, source text = ''SUPPLIER''::text, request_id text = NULL, reference text =
         NULL, reason text = NULL, item_id bigint = NULL, location_id bigint = NULL,
         tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.receive_expected', 'receipt_no bigint, quantity bigint = NULL, location text = NULL, lot text = NULL, expires_on
         date = NULL, close boolean = false, request_id text = NULL, reference text = NULL,
         tenant_id integer = 1',
     'bigint', 'plpgsql volatile unsafe'),
    ('inventory.refit_forecasts', 'sku text = NULL, today date = NULL, part integer = 0, parts integer = 1, item_id bigint = NULL,
         tenant_id integer = 1, OUT series integer, OUT failed integer',
     'record', 'plpgsql volatile unsafe'),
    ('inventory.refuse_builtin', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('inventory.refuse_cycle', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('inventory.refuse_in_use', '',
     'trigger', 'c volatile unsafe'),
    ('inventory.release', 'reservation_id uuid, quantity bigint = NULL, reason text = NULL, request_id text =
         NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.reservation_status', 'reservation_id uuid, OUT state text, OUT item_id bigint, OUT held bigint, OUT
         fulfilled bigint, OUT returned bigint, OUT created_at timestamptz, OUT expires_at
         timestamptz, OUT ended_at timestamptz',
     'record', 'sql stable safe strict'),
    ('inventory.reserve', 'sku text = NULL, quantity bigint = NULL, location text = NULL, ttl interval =
         inventory.default_ttl(), request_id text = NULL, reference text = NULL, minimum
         bigint = NULL, unit text = NULL, lot text = NULL, item_id bigint = NULL, location_id
         bigint = NULL, tenant_id integer = 1',
     'uuid', 'c volatile unsafe'),
    ('inventory.reserve_many', 'skus text[] = NULL, quantities bigint[] = NULL, location text = NULL, ttl interval =
         inventory.default_ttl(), request_id text = NULL, reference text = NULL, minimums
         bigint[] = NULL, units text[] = NULL, lots text[] = NULL, locations text[] = NULL,
         independent boolean = false, item_ids bigint[] = NULL, location_id bigint = NULL,
         tenant_id integer = 1, OUT line integer, OUT code text, OUT reservation_id uuid, OUT
         requested bigint, OUT reserved bigint, OUT available bigint, OUT expires_at
         timestamptz',
     'SETOF record', 'c volatile unsafe'),
    ('inventory.schedule_planning', 'refit text = NULL, refresh text = NULL, propose text = NULL',
     'SETOF bigint', 'plpgsql volatile unsafe'),
    ('inventory.search', 'query text, max_results integer = 20, tenant_id integer = 1, OUT item_id bigint, OUT
         sku text, OUT name text, OUT barcode text, OUT score real',
     'SETOF record', 'sql stable safe'),
    ('inventory.settle_expected', 'item_id bigint, receipt_no bigint, movement_no bigint, close boolean = false',
     'bigint', 'c volatile unsafe strict'),
    ('inventory.stat_lost_sale', 'OUT entries bigint, OUT used bigint, OUT pending_requests bigint, OUT dropped_requests bigint,
         OUT dropped_missing bigint, OUT repeated_requests bigint',
     'record', 'c volatile restricted strict'),
    ('inventory.stock_at', 'at timestamptz, sku text = NULL, location text = NULL, tenant_id integer = 1, OUT
         item_id bigint, OUT item_sku text, OUT location_id bigint, OUT location_code text,
         OUT lot_id bigint, OUT lot text, OUT on_hand bigint',
     'SETOF record', 'sql stable safe'),
    ('inventory.stock_target_between', 'item_id bigint, location_id bigint, since date, until date',
     'bigint', 'sql stable safe strict'),
    ('inventory.store_forecast', 'item_id bigint, location_id bigint, today date',
     'void', 'plpgsql volatile unsafe strict'),
    ('inventory.sum_up_demand', '',
     'bigint', 'plpgsql volatile unsafe strict'),
    ('inventory.transfer', 'sku text = NULL, quantity bigint = NULL, source text = NULL, destination text =
         NULL, lot text = NULL, unit text = NULL, request_id text = NULL, reference text =
         NULL, reason text = NULL, item_id bigint = NULL, source_id bigint = NULL,
         destination_id bigint = NULL, tenant_id integer = 1',
     'bigint', 'c volatile unsafe'),
    ('inventory.try_reserve', 'sku text = NULL, quantity bigint = NULL, location text = NULL, ttl interval =
         inventory.default_ttl(), request_id text = NULL, reference text = NULL, minimum
         bigint = NULL, unit text = NULL, lot text = NULL, item_id bigint = NULL, location_id
         bigint = NULL, tenant_id integer = 1, OUT code text, OUT reservation_id uuid, OUT
         reserved bigint, OUT available bigint, OUT expires_at timestamptz, OUT message text',
     'record', 'c volatile unsafe'),
    ('inventory.unfreeze', 'location text = NULL, location_id bigint = NULL, tenant_id integer = 1',
     'boolean', 'c volatile unsafe'),
    ('inventory.unschedule_planning', '',
     'bigint', 'sql volatile unsafe strict'),
    ('inventory.update_demand', '',
     'bigint', 'c volatile unsafe strict'),
    ('inventory.update_forecasts', 'today date = NULL, tenant_id integer = 1, OUT series integer, OUT failed integer',
     'record', 'plpgsql volatile unsafe'),
    ('inventory.verify', 'OUT problem text, OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint, OUT
         expected bigint, OUT actual bigint, OUT detail text',
     'SETOF record', 'sql volatile unsafe'),
    ('inventory.verify_demand', 'OUT item_id bigint, OUT location_id bigint, OUT day date, OUT expected text, OUT actual text',
     'SETOF record', 'sql stable safe strict'),
    ('inventory.verify_entries', 'OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint, OUT expected bigint,
         OUT actual bigint',
     'SETOF record', 'c volatile unsafe strict');

-- Planning.
INSERT INTO expected_function VALUES
    ('inventory.eoq', 'demand_rate double precision, order_cost numeric, holding_cost numeric, shortage_cost
         numeric = ''Infinity''::numeric, OUT quantity bigint, OUT optimum double precision, OUT
         cost numeric, OUT orders double precision, OUT backorder_share double precision',
     'record', 'c immutable safe strict'),
    ('inventory.eoq_cost', 'quantity double precision, demand_rate double precision, order_cost numeric,
         holding_cost numeric, shortage_cost numeric = ''Infinity''::numeric',
     'numeric', 'c immutable safe strict'),
    ('inventory.eoq_discount', 'demand_rate double precision, order_cost numeric, holding_rate double precision, breaks
         bigint[], prices numeric[], incremental boolean = false, OUT quantity bigint, OUT
         optimum double precision, OUT cost numeric, OUT price numeric',
     'record', 'c immutable safe strict'),
    ('inventory.newsvendor', 'demand double precision, overage_cost numeric, shortage_cost numeric, deviation double
         precision = 0, lead_time double precision = 0, review_period double precision = 1,
         distribution text = ''normal''::text, OUT quantity bigint, OUT optimum double precision,
         OUT service_level double precision, OUT cost numeric',
     'record', 'c immutable safe strict'),
    ('inventory.newsvendor_sample', 'demands double precision[], overage_cost numeric, shortage_cost numeric, OUT quantity
         bigint, OUT optimum double precision, OUT service_level double precision, OUT cost
         numeric',
     'record', 'c immutable safe strict'),
    ('inventory.rq_policy', 'demand double precision, order_cost numeric, holding_cost numeric, shortage_cost
         numeric, lead_time double precision, deviation double precision = 0, lead_time_deviation
         double precision = 0, method text = ''exact''::text, distribution text = ''normal''::text,
         OUT reorder_point bigint, OUT quantity bigint, OUT optimal_reorder_point double
         precision, OUT optimal_quantity double precision, OUT cost numeric',
     'record', 'c immutable safe strict'),
    ('inventory.ss_policy', 'demand double precision, order_cost numeric, holding_cost numeric, shortage_cost
         numeric, lead_time integer = 0, deviation double precision = 0, OUT reorder_point
         bigint, OUT order_up_to bigint, OUT cost numeric',
     'record', 'c immutable safe strict'),
    ('inventory.ss_policy_table', 'probabilities double precision[], order_cost numeric, holding_cost numeric,
         shortage_cost numeric, lead_time integer = 0, OUT reorder_point bigint, OUT order_up_to
         bigint, OUT cost numeric',
     'record', 'c immutable safe strict'),
    ('inventory.service_factor', 'service_level double precision',
     'double precision', 'c immutable safe strict'),
    ('inventory.safety_stock', 'demand double precision, lead_time double precision, service_level double precision,
         lead_time_deviation double precision = 0, review_period double precision = 0,
         order_quantity double precision = 0, measure text = ''cycle''::text, deviation double
         precision = 0, distribution text = ''normal''::text, OUT safety_stock bigint, OUT
         reorder_point bigint, OUT demand_at_risk double precision, OUT deviation_at_risk double
         precision, OUT cycle_service double precision, OUT fill_rate double precision',
     'record', 'c immutable safe strict'),
    ('inventory.intermittent_safety_stock', 'history double precision[], lead_time double precision, service_level double precision,
         lead_time_deviation double precision = 0, review_period double precision = 0,
         order_quantity double precision = 0, measure text = ''cycle''::text, OUT safety_stock
         bigint, OUT reorder_point bigint, OUT demand_at_risk double precision, OUT
         deviation_at_risk double precision, OUT cycle_service double precision, OUT fill_rate
         double precision',
     'record', 'c immutable safe strict'),
    ('inventory.reorder_point', 'demand double precision, lead_time double precision, service_level double precision,
         lead_time_deviation double precision = 0, review_period double precision = 0,
         order_quantity double precision = 0, measure text = ''cycle''::text, deviation double
         precision = 0, distribution text = ''normal''::text',
     'bigint', 'c immutable safe strict'),
    ('inventory.intermittent_reorder_point', 'history double precision[], lead_time double precision, service_level double precision,
         lead_time_deviation double precision = 0, review_period double precision = 0,
         order_quantity double precision = 0, measure text = ''cycle''::text',
     'bigint', 'c immutable safe strict'),
    ('inventory.serial_policy', 'demand double precision, lead_times double precision[], holding_costs numeric[],
         shortage_cost numeric, deviation double precision = 0, distribution text = ''normal''::text, OUT
         stage integer, OUT base_stock bigint, OUT echelon_base_stock bigint, OUT optimum double
         precision, OUT cost numeric',
     'SETOF record', 'c immutable safe strict'),
    ('inventory.lot_sizes', 'demand bigint[], order_cost numeric[], holding_cost numeric[], unit_cost numeric[] =
         ''{0}''::numeric[], opening bigint = 0, OUT period integer, OUT quantity bigint, OUT kept
         bigint, OUT cost numeric',
     'SETOF record', 'c immutable safe strict'),
    ('inventory.round_order', 'need bigint, minimum bigint = 0, multiple bigint = 1, maximum bigint =
         ''9223372036854775807''::bigint',
     'bigint', 'c immutable safe strict'),
    ('inventory.reorder_quantity', 'projected bigint, reorder_level bigint, order_quantity bigint = 0, order_up_to bigint =
         NULL',
     'bigint', 'c immutable safe'),
    ('inventory.plan_orders', 'demand bigint[], opening bigint = 0, receipts bigint[] = ''{0}''::bigint[], target
         bigint[] = ''{0}''::bigint[], lead_time integer = 0, minimum bigint = 0, multiple bigint =
         1, maximum bigint = ''9223372036854775807''::bigint, cover integer = 1, first_period
         integer = 1, OUT period integer, OUT ordered bigint, OUT arriving bigint, OUT projected
         bigint, OUT missing bigint',
     'SETOF record', 'c immutable safe strict'),
    ('inventory.supplier_arrival', 'on_date date, lead_days integer, order_weekdays integer[] =
         ''{1,2,3,4,5,6,7}''::integer[], delivery_weekdays integer[] =
         ''{1,2,3,4,5,6,7}''::integer[], holidays date[] = ''{}''::date[], working_days boolean =
         false, OUT order_date date, OUT arrival_date date, OUT effective_lead_days integer, OUT
         next_order_date date, OUT next_arrival_date date, OUT cover_days integer',
     'record', 'c immutable safe strict'),
    ('tidehold.schedule_job', 'job text, schedule text, command text',
     'bigint', 'plpgsql volatile unsafe strict'),
    ('tidehold.unschedule_jobs', 'jobs text[]',
     'bigint', 'plpgsql volatile unsafe strict'),
    ('inventory.buffer_zones', 'usage double precision, lead_days double precision, lead_factor double precision,
         variability_factor double precision, order_cycle double precision = 0, minimum bigint =
         0, OUT red_base bigint, OUT red_safety bigint, OUT yellow bigint, OUT green bigint, OUT
         top_of_red bigint, OUT top_of_yellow bigint, OUT top_of_green bigint',
     'record', 'c immutable safe strict'),
    ('inventory.buffer_order', 'net_flow bigint, top_of_yellow bigint, top_of_green bigint',
     'bigint', 'c immutable safe strict'),
    ('inventory.daily_usage', 'daily double precision[], spike_factor double precision = ''Infinity''::double precision,
         OUT usage double precision, OUT spikes integer',
     'record', 'c immutable safe strict'),
    ('inventory.blended_usage', 'past double precision, forward double precision, forward_share double precision = 0.5',
     'double precision', 'c immutable safe strict'),
    ('inventory.abc_classes', 'keys anyarray, amounts numeric[], a_share double precision = 0.8, b_share double
         precision = 0.95, OUT key anyelement, OUT class text, OUT share double precision, OUT
         cumulated double precision',
     'SETOF record', 'c immutable safe strict'),
    ('inventory.xyz_class', 'demand double precision[], x_max double precision = 0.5, y_max double precision = 1, OUT
         class text, OUT variation double precision',
     'record', 'c immutable safe strict');
\ir catalogue_ocean.psql

CREATE TEMPORARY VIEW actual_function AS
    SELECT name, pg_temp.readable(pg_get_function_arguments(oid)) AS arguments,
           pg_temp.readable(coalesce(pg_get_function_result(oid), '')) AS result,
           concat_ws(' ', language,
                     CASE provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END,
                     CASE proparallel WHEN 'u' THEN 'unsafe' WHEN 's' THEN 'safe' ELSE 'restricted' END,
                     CASE WHEN proisstrict THEN 'strict' END) AS labels
    FROM routine;

SELECT set_eq('SELECT name FROM actual_function', 'SELECT name FROM expected_function',
              'the functions are the expected ones');
-- An aggregate has no defaults, and is one of its own for each type of time.
SELECT is_empty('SELECT name FROM actual_function GROUP BY name
                     HAVING count(*) > 1 AND name !~ ''^(tidehold\.(forecast|fit)(_accumulate)?|ocean\.(climatology|heatwaves|daily_accumulate))$''',
                'no function is overloaded but those of the aggregates');
SELECT is(a.arguments || ' -> ' || a.result || ', ' || a.labels,
          regexp_replace(e.arguments, '\s+', ' ', 'g') || ' -> ' || e.result || ', ' || e.labels,
          e.name)
FROM expected_function AS e
LEFT JOIN actual_function AS a
    ON a.name = e.name AND (a.arguments = regexp_replace(e.arguments, '\s+', ' ', 'g')
        OR 1 = (SELECT count(*) FROM actual_function AS o WHERE o.name = e.name))
ORDER BY e.name, a.arguments;

SELECT * FROM finish();
ROLLBACK;
