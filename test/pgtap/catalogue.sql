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
    ('ocean.attach_partitions', 'months timestamptz[]',
     'integer', 'plpgsql volatile unsafe strict'),
    ('ocean.check_time', 'observed_at timestamptz',
     'void', 'c stable safe strict'),
    ('ocean.drop_old_partitions', 'older_than timestamptz',
     'integer', 'plpgsql volatile unsafe strict'),
    ('ocean.drop_partitions', 'older_than timestamptz',
     'integer', 'c volatile unsafe strict'),
    ('ocean.ensure_partitions', 'months_ahead integer = 3',
     'integer', 'sql volatile unsafe strict'),
    ('ocean.exact_mean', 'value double precision',
     'double precision', 'aggregate immutable safe'),
    ('ocean.expected_per_day', 'cadence interval',
     'integer', 'sql immutable safe strict'),
    ('ocean.flags_valid', 'flags smallint[]',
     'boolean', 'sql immutable safe strict'),
    ('ocean.ingest', 'station text, variable text, observed_at timestamptz[], value double precision[], flag
         smallint[] = NULL, depth_m double precision = NULL, sensor text = NULL, withdraw boolean =
         false, strict boolean = false, reason text = ''ingest''::text, OUT inserted bigint, OUT
         unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored bigint, OUT reasons
         text[]',
     'record', 'c volatile unsafe'),
    ('ocean.ingest_csv', 'content text, withdraw boolean = false, strict boolean = false, reason text =
         ''ingest''::text, OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT
         refused bigint, OUT ignored bigint, OUT reasons text[]',
     'record', 'c volatile unsafe strict'),
    ('ocean.ingest_many', 'stream_id bigint[], observed_at timestamptz[], value double precision[], flag smallint[] =
         NULL, withdraw boolean = false, strict boolean = false, reason text = ''ingest''::text, OUT
         inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored
         bigint, OUT reasons text[]',
     'record', 'c volatile unsafe'),
    ('ocean.ingest_ndbc', 'station text, content text, withdraw boolean = false, strict boolean = false, reason text =
         ''ingest''::text, OUT inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT
         refused bigint, OUT ignored bigint, OUT reasons text[]',
     'record', 'c volatile unsafe strict'),
    ('ocean.ingest_stream', 'stream_id bigint, observed_at timestamptz[], value double precision[], flag smallint[] =
         NULL, withdraw boolean = false, strict boolean = false, reason text = ''ingest''::text, OUT
         inserted bigint, OUT unchanged bigint, OUT corrected bigint, OUT refused bigint, OUT ignored
         bigint, OUT reasons text[]',
     'record', 'c volatile unsafe'),
    ('ocean.insert_late', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.keep_position', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.keep_revision', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.make_partition_by_partman', 'partman text, version text, month timestamptz',
     'void', 'plpgsql volatile unsafe strict'),
    ('ocean.make_partitions', 'since timestamptz, until timestamptz',
     'integer', 'c volatile unsafe strict'),
    ('ocean.mean_add', 'state internal, value double precision',
     'internal', 'c immutable safe'),
    ('ocean.mean_end', 'state internal',
     'double precision', 'c immutable safe'),
    ('ocean.position_at', 'station_id bigint, at timestamptz, OUT latitude double precision, OUT longitude double
         precision',
     'record', 'sql stable safe strict'),
    ('ocean.recount_days', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.refresh_daily_means', 'stream_ids bigint[] = NULL, since date = NULL, until date = NULL',
     'bigint', 'c volatile unsafe'),
    ('ocean.refuse_builtin', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.refuse_in_use', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.search_stations', 'query text, max_results integer = 20, OUT station_id bigint, OUT code text, OUT name text,
         OUT active boolean, OUT score real',
     'SETOF record', 'sql stable safe'),
    ('ocean.take_daily_means', 'stream_ids bigint[], since date, until date',
     'bigint', 'plpgsql volatile unsafe'),
    ('ocean.advance_heatwaves', 'stream_id bigint = NULL, through date = NULL, OUT series integer, OUT corrected integer, OUT events
         integer',
     'record', 'plpgsql volatile unsafe'),
    ('ocean.climatology', 'day date, value double precision',
     'ocean.climatology_curve', 'aggregate immutable safe'),
    ('ocean.climatology', 'day date, value double precision, options ocean.heatwave_options',
     'ocean.climatology_curve', 'aggregate immutable safe'),
    ('ocean.climatology_days', 'curve ocean.climatology_curve, OUT day_of_year smallint, OUT mean double precision, OUT threshold
         double precision, OUT samples integer',
     'SETOF record', 'sql immutable safe strict'),
    ('ocean.climatology_final', 'state internal',
     'ocean.climatology_curve', 'c immutable safe'),
    ('ocean.climatology_fit_stream', 'stream_id bigint, curve ocean.climatology_curve, OUT observed integer, OUT bias double precision,
         OUT rmse double precision, OUT rmse_less_bias double precision',
     'record', 'c stable safe strict'),
    ('ocean.climatology_fit_values', 'day date[], value double precision[], curve ocean.climatology_curve, OUT observed integer, OUT bias
         double precision, OUT rmse double precision, OUT rmse_less_bias double precision',
     'record', 'c immutable safe strict'),
    ('ocean.climatology_stream', 'stream_id bigint, options ocean.heatwave_options = NULL',
     'ocean.climatology_curve', 'c stable safe'),
    ('ocean.climatology_values', 'day date[], value double precision[], options ocean.heatwave_options = NULL',
     'ocean.climatology_curve', 'c immutable safe'),
    ('ocean.create_feeds', 'kafka_server text = NULL, redis_server text = NULL',
     'SETOF text', 'plpgsql volatile unsafe'),
    ('ocean.curve_for_stream', 'stream_id bigint, options ocean.heatwave_options, borrow_from bigint, max_rmse double precision, OUT
         curve ocean.climatology_curve, OUT source bigint, OUT data_revision bigint, OUT fit_observed
         integer, OUT fit_bias double precision, OUT fit_rmse double precision',
     'record', 'plpgsql stable safe'),
    ('ocean.daily_accumulate', 'state internal, day date, value double precision',
     'internal', 'c immutable safe'),
    ('ocean.daily_accumulate', 'state internal, day date, value double precision, options ocean.heatwave_options',
     'internal', 'c immutable safe'),
    ('ocean.daily_values', 'stream_id bigint, first_day date, last_day date',
     'double precision[]', 'sql stable safe strict'),
    ('ocean.day_of_year', 'day date',
     'smallint', 'c immutable safe strict'),
    ('ocean.detect', 'stream_id bigint, climatology_id bigint, min_duration integer = NULL, max_gap integer = NULL',
     'SETOF ocean.heatwave', 'sql stable safe'),
    ('ocean.detect_stream', 'stream_id bigint, options ocean.heatwave_options = NULL, curve ocean.climatology_curve = NULL',
     'SETOF ocean.heatwave', 'c stable safe'),
    ('ocean.detect_values', 'day date[], value double precision[], options ocean.heatwave_options = NULL, curve
         ocean.climatology_curve = NULL',
     'SETOF ocean.heatwave', 'c immutable safe'),
    ('ocean.feed_latest_query', '',
     'text', 'sql immutable safe strict'),
    ('ocean.fit_predictions', 'stream_id bigint = NULL, horizon integer = 30, years integer = 15, method text =
         ''climatology''::text, OUT series integer, OUT failed integer',
     'record', 'plpgsql volatile unsafe'),
    ('ocean.heating_stream', 'stream_id bigint, maximum_monthly_mean double precision, OUT day date, OUT hotspot double precision,
         OUT degree_weeks double precision, OUT missing_days integer, OUT level smallint, OUT area_level
         smallint',
     'SETOF record', 'c stable safe'),
    ('ocean.heating_values', 'day date[], value double precision[], maximum_monthly_mean double precision, OUT day date, OUT
         hotspot double precision, OUT degree_weeks double precision, OUT missing_days integer, OUT level
         smallint, OUT area_level smallint',
     'SETOF record', 'c immutable safe'),
    ('ocean.heatwave_chance', 'state bytea, options ocean.heatwave_options, mean double precision[], deviation double precision[],
         threshold double precision[], persistence double precision, OUT lead integer, OUT exceeds double
         precision, OUT active double precision, OUT ongoing double precision, OUT started double precision,
         OUT lasting double precision',
     'SETOF record', 'c immutable safe'),
    ('ocean.heatwave_days', 'stream_id bigint, climatology_id bigint, first_day date, last_day date, OUT value double
         precision[], OUT mean double precision[], OUT threshold double precision[]',
     'record', 'sql stable safe strict'),
    ('ocean.heatwave_options', 'kind text = NULL, first_year integer = NULL, last_year integer = NULL, percentile double precision =
         NULL, month_percentiles double precision[] = NULL, window_half_width integer = NULL, smoothing_width
         integer = NULL, pad_days integer = NULL, min_years integer = NULL, min_duration integer = NULL,
         max_gap integer = NULL, shift_years integer = NULL',
     'ocean.heatwave_options', 'sql immutable safe'),
    ('ocean.heatwave_outlook', 'stream_id bigint, climatology_id bigint, horizon integer = 14, OUT lead integer, OUT day date, OUT
         mean double precision, OUT lower double precision, OUT upper double precision, OUT threshold double
         precision, OUT exceeds double precision, OUT active double precision, OUT ongoing double precision,
         OUT started double precision, OUT lasting double precision',
     'SETOF record', 'plpgsql stable safe'),
    ('ocean.heatwave_ranks', 'figures double precision[], days integer, OUT ordinal integer, OUT figure double precision, OUT rank
         integer, OUT return_years double precision',
     'SETOF record', 'c immutable safe'),
    ('ocean.heatwave_rerun', 'options ocean.heatwave_options, starts date[], ends date[], first_changed date, last_changed date,
         OUT walk_from date, OUT first_day date, OUT last_day date',
     'record', 'c immutable safe strict'),
    ('ocean.heatwave_step', 'state bytea, options ocean.heatwave_options, first_day date, value double precision[], mean double
         precision[], threshold double precision[], stop date = NULL, resumed boolean = false, OUT state
         bytea, OUT phase text, OUT judged date, OUT through date, OUT replaced_from date, OUT events
         ocean.heatwave[]',
     'record', 'c immutable safe'),
    ('ocean.heatwaves', 'day date, value double precision',
     'ocean.heatwave[]', 'aggregate immutable safe'),
    ('ocean.heatwaves', 'day date, value double precision, options ocean.heatwave_options',
     'ocean.heatwave[]', 'aggregate immutable safe'),
    ('ocean.heatwaves_final', 'state internal',
     'ocean.heatwave[]', 'c immutable safe'),
    ('ocean.label_days', 'stream_id bigint, climatology_id bigint, min_duration integer = NULL, max_gap integer = NULL, OUT
         day date, OUT value double precision, OUT mean double precision, OUT threshold double precision, OUT
         exceeds boolean, OUT causal text, OUT event_no integer',
     'SETOF record', 'sql stable safe'),
    ('ocean.label_stream', 'stream_id bigint, options ocean.heatwave_options = NULL, curve ocean.climatology_curve = NULL, OUT
         day date, OUT value double precision, OUT mean double precision, OUT threshold double precision, OUT
         exceeds boolean, OUT causal text, OUT event_no integer',
     'SETOF record', 'c stable safe'),
    ('ocean.label_values', 'day date[], value double precision[], options ocean.heatwave_options = NULL, curve
         ocean.climatology_curve = NULL, OUT day date, OUT value double precision, OUT mean double precision,
         OUT threshold double precision, OUT exceeds boolean, OUT causal text, OUT event_no integer',
     'SETOF record', 'c immutable safe'),
    ('ocean.make_climatology', 'stream_id bigint, options ocean.heatwave_options = NULL, name text = NULL, borrow_from bigint =
         NULL, max_rmse double precision = NULL',
     'bigint', 'plpgsql volatile unsafe'),
    ('ocean.monthly_means_stream', 'stream_id bigint, first_year integer = NULL, last_year integer = NULL, centre double precision =
         NULL, OUT months double precision[], OUT maximum double precision, OUT maximum_month integer',
     'record', 'c stable safe'),
    ('ocean.monthly_means_values', 'day date[], value double precision[], first_year integer = NULL, last_year integer = NULL, centre
         double precision = NULL, OUT months double precision[], OUT maximum double precision, OUT
         maximum_month integer',
     'record', 'c immutable safe'),
    ('ocean.notify_alerts', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.record_heatwaves', 'stream_id bigint, climatology_id bigint, first_day date, through date, events ocean.heatwave[],
         known date, cause text',
     'integer', 'plpgsql volatile unsafe strict'),
    ('ocean.renew_climatologies', 'stream_id bigint = NULL, corrected boolean = false, OUT replaced bigint, OUT climatology_id bigint',
     'SETOF record', 'plpgsql volatile unsafe'),
    ('ocean.rerun_heatwaves', 'watched ocean.heatwave_state, first_changed date, last_changed date, seen bigint',
     'integer', 'plpgsql volatile unsafe strict'),
    ('ocean.store_prediction', 'stream_id bigint, horizon integer',
     'void', 'plpgsql volatile unsafe strict'),
    ('ocean.stored_curve', 'climatology_id bigint',
     'ocean.climatology_curve', 'sql stable safe strict'),
    ('ocean.stored_options', 'climatology_id bigint, min_duration integer = NULL, max_gap integer = NULL',
     'ocean.heatwave_options', 'sql stable safe'),
    ('ocean.update_predictions', 'stream_id bigint = NULL, horizon integer = 30, OUT series integer',
     'integer', 'plpgsql volatile unsafe'),
    ('ocean.watch_heatwaves', 'stream_id bigint, climatology_id bigint, min_duration integer = NULL, max_gap integer = NULL',
     'integer', 'plpgsql volatile unsafe'),
    ('ocean.years_stream', 'stream_id bigint, options ocean.heatwave_options = NULL, curve ocean.climatology_curve = NULL, OUT
         year integer, OUT events integer, OUT event_days integer, OUT days_moderate integer, OUT days_strong
         integer, OUT days_severe integer, OUT days_extreme integer, OUT duration double precision, OUT
         intensity_strongest double precision, OUT total_cumulative double precision, OUT intensity_max
         double precision, OUT intensity_mean double precision, OUT intensity_var double precision, OUT
         intensity_cumulative double precision, OUT intensity_max_rel_thresh double precision, OUT
         intensity_mean_rel_thresh double precision, OUT intensity_var_rel_thresh double precision, OUT
         intensity_cumulative_rel_thresh double precision, OUT intensity_max_abs double precision, OUT
         intensity_mean_abs double precision, OUT intensity_var_abs double precision, OUT
         intensity_cumulative_abs double precision, OUT rate_onset double precision, OUT rate_decline double
         precision, OUT observed integer, OUT value_mean double precision, OUT value_least double precision,
         OUT value_greatest double precision',
     'SETOF record', 'c stable safe'),
    ('ocean.years_values', 'day date[], value double precision[], options ocean.heatwave_options = NULL, curve
         ocean.climatology_curve = NULL, OUT year integer, OUT events integer, OUT event_days integer, OUT
         days_moderate integer, OUT days_strong integer, OUT days_severe integer, OUT days_extreme integer,
         OUT duration double precision, OUT intensity_strongest double precision, OUT total_cumulative double
         precision, OUT intensity_max double precision, OUT intensity_mean double precision, OUT
         intensity_var double precision, OUT intensity_cumulative double precision, OUT
         intensity_max_rel_thresh double precision, OUT intensity_mean_rel_thresh double precision, OUT
         intensity_var_rel_thresh double precision, OUT intensity_cumulative_rel_thresh double precision, OUT
         intensity_max_abs double precision, OUT intensity_mean_abs double precision, OUT intensity_var_abs
         double precision, OUT intensity_cumulative_abs double precision, OUT rate_onset double precision,
         OUT rate_decline double precision, OUT observed integer, OUT value_mean double precision, OUT
         value_least double precision, OUT value_greatest double precision',
     'SETOF record', 'c immutable safe'),
    ('ocean.distance_m', 'latitude1 double precision, longitude1 double precision, latitude2 double precision,
         longitude2 double precision',
     'double precision', 'c immutable safe strict'),
    ('ocean.latitude_reach', 'latitude double precision, longitude double precision, max_distance_m double
         precision',
     'double precision', 'c immutable safe'),
    ('ocean.nearest_stations', 'latitude double precision, longitude double precision, max_results integer = 10,
         max_distance_m double precision = NULL, OUT code text, OUT name text, OUT distance_m
         double precision',
     'SETOF record', 'sql stable safe'),
    ('ocean.new_id', '',
     'bigint', 'c volatile unsafe strict'),
    ('ocean.flag_text', 'flag_scheme smallint, flag smallint',
     'text', 'c immutable safe strict'),
    ('ocean.judge_observation', '',
     'trigger', 'c volatile unsafe'),
    ('ocean.map_flag_number', 'flag smallint, from_scheme smallint, to_scheme smallint',
     'smallint', 'c immutable safe strict'),
    ('ocean.map_flag', 'flag smallint, from_scheme text, to_scheme text',
     'smallint', 'sql stable safe strict'),
    ('ocean.observation_statement', '',
     'trigger', 'c volatile unsafe'),
    ('ocean.qartod_aggregate', 'flags smallint[]',
     'smallint[]', 'c immutable safe strict'),
    ('ocean.qartod_attenuated_signal', 'observed_at timestamptz[], value double precision[], suspect double precision, fail double
         precision, type text = ''std''::text, period_s double precision = NULL, min_observations integer
         = 1',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_climatology', 'observed_at timestamptz[], value double precision[], members jsonb, depth_m double precision[] =
         NULL',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_density_inversion', 'density double precision[], depth_m double precision[], suspect double precision, fail double
         precision',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_flat_line', 'observed_at timestamptz[], value double precision[], suspect_s double precision, fail_s double
         precision, tolerance double precision',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_gross_range', 'value double precision[], fail_low double precision, fail_high double precision, suspect_low
         double precision = NULL, suspect_high double precision = NULL',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_location', 'longitude double precision[], latitude double precision[], range_max_m double precision = NULL,
         method text = ''wgs84''::text',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_location_bounds', 'longitude double precision[], latitude double precision[], polygon_longitude double precision[],
         polygon_latitude double precision[], flag_area text = ''outside''::text',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_percentile_range', 'value double precision[], low_percentile double precision = 5, high_percentile double precision
         = 95, pad double precision = 0',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_rate_of_change', 'observed_at timestamptz[], value double precision[], suspect_per_s double precision, fail_per_s
         double precision',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_series', 'series_time timestamptz[], series_value double precision[], thresholds jsonb, cadence interval =
         NULL, depth_m double precision = NULL, latitude double precision = NULL, longitude double
         precision = NULL, OUT observed_at timestamptz, OUT value double precision, OUT flag smallint,
         OUT gross_range smallint, OUT spike smallint, OUT rate_of_change smallint, OUT flat_line
         smallint, OUT climatology smallint, OUT attenuated_signal smallint, OUT location smallint, OUT
         time_gap smallint',
     'SETOF record', 'c immutable safe'),
    ('ocean.qartod_spike', 'value double precision[], suspect double precision, fail double precision, method text =
         ''average''::text',
     'smallint[]', 'c immutable safe'),
    ('ocean.qartod_time_gap', 'observed_at timestamptz[], fail_s double precision = 7200, suspect_s double precision = NULL',
     'smallint[]', 'c immutable safe'),
    ('ocean.qc_config_in_force', 'stream_id bigint',
     'SETOF ocean.qc_config', 'sql stable safe strict'),
    ('ocean.refuse_change', '',
     'trigger', 'plpgsql volatile unsafe'),
    ('ocean.refresh_latest', 'stream_id bigint',
     'void', 'c volatile unsafe strict'),
    ('ocean.rejudge', 'stream_id bigint, from_time timestamptz = NULL, to_time timestamptz = NULL',
     'void', 'c volatile unsafe'),
    ('ocean.set_qc_config', 'thresholds jsonb, stream_id bigint = NULL, variable text = NULL, cadence interval = NULL, remark
         text = ''''::text',
     'integer', 'plpgsql volatile unsafe'),
    ('ocean.spike_flag', 'tests integer, stream_id bigint, observed_at timestamptz',
     'smallint', 'c stable safe strict'),
    ('ocean.test_flag', 'tests integer, place integer',
     'smallint', 'sql immutable safe strict'),
    ('ocean.thresholds_valid', 'thresholds jsonb',
     'boolean', 'c immutable safe strict'),
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
    ('ocean.add_counts', 'one jsonb, other jsonb',
     'jsonb', 'sql immutable safe strict'),
    ('ocean.begin_job', 'job text, options jsonb',
     'bigint', 'plpgsql volatile unsafe'),
    ('ocean.check_job', 'job text, options jsonb',
     'void', 'plpgsql immutable safe'),
    ('ocean.do_job_item', 'run ocean.job_run, item text, OUT rows bigint, OUT files integer, OUT failed integer, OUT detail
         jsonb, OUT error_code text, OUT error text',
     'record', 'plpgsql volatile unsafe'),
    ('ocean.end_job', 'run_id bigint, state text',
     'boolean', 'sql volatile unsafe strict'),
    ('ocean.export_folder', 'folder text',
     'text', 'c stable restricted strict'),
    ('ocean.export_name', 'station text, since date, until date',
     'text', 'sql immutable safe strict'),
    ('ocean.export_station', 'folder text, station text, since date, until date',
     'bigint', 'plpgsql volatile unsafe strict'),
    ('ocean.fail_job', 'run ocean.job_run, item text, error_code text, error text',
     'boolean', 'plpgsql volatile unsafe'),
    ('ocean.job_days', 'run ocean.job_run, OUT since date, OUT until date',
     'record', 'sql immutable safe'),
    ('ocean.jobs', 'ingest_folder text = NULL, ingest_relation text = NULL, lookback interval = NULL,
         export_folder text = NULL, keep interval = NULL, OUT job text, OUT schedule text, OUT
         command text',
     'SETOF record', 'sql stable safe'),
    ('ocean.lock_job', 'job text, options jsonb',
     'boolean', 'sql volatile unsafe strict'),
    ('ocean.next_export_station', 'since date, until date, after_station text',
     'text', 'sql stable safe'),
    ('ocean.next_ingest_file', 'folder text, run_id bigint, after_file text',
     'text', 'plpgsql stable unsafe'),
    ('ocean.next_job_item', 'run ocean.job_run',
     'text', 'plpgsql stable unsafe'),
    ('ocean.note_ingested_file', 'run_id bigint, folder text, file text, counts jsonb, reasons text[], error_code text, error
         text',
     'void', 'sql volatile unsafe'),
    ('ocean.publish_file', 'folder text, temporary_name text, name text',
     'void', 'c volatile unsafe strict'),
    ('ocean.run_job', 'IN job text, IN options jsonb = ''{}''::jsonb',
     '', 'plpgsql volatile unsafe'),
    ('ocean.schedule_jobs', 'ingest_folder text = NULL, ingest_relation text = NULL, lookback interval = NULL,
         export_folder text = NULL, keep interval = NULL, times jsonb = ''{}''::jsonb',
     'SETOF bigint', 'plpgsql volatile unsafe'),
    ('ocean.station_of_file', 'file text',
     'text', 'sql stable safe strict'),
    ('ocean.step_job', 'run_id bigint',
     'boolean', 'plpgsql volatile unsafe strict'),
    ('ocean.take_ingest_file', 'run_id bigint, folder text, file text',
     'jsonb', 'plpgsql volatile unsafe strict'),
    ('ocean.take_ingest_relation', 'relation text, lookback interval, OUT counts jsonb, OUT failed integer, OUT error_code text,
         OUT error text',
     'record', 'plpgsql volatile unsafe'),
    ('ocean.unschedule_jobs', '',
     'bigint', 'sql volatile unsafe strict'),
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
