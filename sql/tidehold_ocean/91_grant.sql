REVOKE ALL ON ALL TABLES IN SCHEMA ocean FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ocean FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ocean FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA ocean TO tidehold_reader;
GRANT INSERT, UPDATE, DELETE ON TABLE ocean.station, ocean.station_position, ocean.variable, ocean.sensor,
    ocean.stream TO tidehold_admin;
-- Values may be brought by who runs the operations; changing and deleting them is repair.
GRANT INSERT ON TABLE ocean.observation, ocean.late_observation TO tidehold_operator;
GRANT UPDATE, DELETE ON TABLE ocean.observation TO tidehold_admin;
GRANT INSERT ON TABLE ocean.observation_revision, ocean.dirty_day TO tidehold_admin;
GRANT DELETE ON TABLE ocean.retention, ocean.daily_mean TO tidehold_admin;
GRANT EXECUTE ON FUNCTION ocean.position_at, ocean.flags_valid, ocean.expected_per_day, ocean.check_time,
    ocean.exact_mean, ocean.mean_add, ocean.mean_end, ocean.search_stations TO tidehold_reader;
GRANT EXECUTE ON FUNCTION ocean.ingest, ocean.ingest_stream, ocean.ingest_many, ocean.ingest_ndbc, ocean.ingest_csv, ocean.make_partitions,
    ocean.ensure_partitions, ocean.refresh_daily_means TO tidehold_operator;
GRANT EXECUTE ON FUNCTION ocean.drop_partitions TO tidehold_admin;
GRANT EXECUTE ON FUNCTION ocean.distance_m, ocean.latitude_reach, ocean.nearest_stations TO tidehold_reader;
GRANT EXECUTE ON FUNCTION ocean.new_id TO tidehold_admin;

GRANT EXECUTE ON FUNCTION ocean.heatwave_options, ocean.day_of_year, ocean.climatology_values, ocean.climatology_stream,
    ocean.climatology_fit_values, ocean.climatology_fit_stream, ocean.climatology_days, ocean.detect_values,
    ocean.detect_stream, ocean.label_values, ocean.label_stream, ocean.years_values, ocean.years_stream,
    ocean.heatwave_ranks, ocean.climatology(date, double precision),
    ocean.climatology(date, double precision, ocean.heatwave_options), ocean.heatwaves(date, double precision),
    ocean.heatwaves(date, double precision, ocean.heatwave_options), ocean.monthly_means_values,
    ocean.monthly_means_stream, ocean.heating_values, ocean.heating_stream, ocean.stored_curve, ocean.stored_options,
    ocean.detect, ocean.label_days, ocean.daily_values, ocean.heatwave_chance, ocean.heatwave_outlook TO tidehold_reader;
GRANT EXECUTE ON FUNCTION ocean.curve_for_stream, ocean.make_climatology, ocean.renew_climatologies,
    ocean.heatwave_step, ocean.heatwave_rerun, ocean.heatwave_days, ocean.record_heatwaves, ocean.rerun_heatwaves,
    ocean.advance_heatwaves, ocean.watch_heatwaves, ocean.store_prediction, ocean.fit_predictions,
    ocean.update_predictions TO tidehold_admin;
GRANT INSERT, UPDATE, DELETE ON TABLE ocean.climatology, ocean.climatology_day, ocean.heatwave_state, ocean.event,
    ocean.event_revision, ocean.alert, ocean.alert_channel, ocean.prediction_model, ocean.prediction,
    ocean.prediction_error TO tidehold_admin;
GRANT EXECUTE ON FUNCTION ocean.qartod_gross_range, ocean.qartod_spike, ocean.qartod_rate_of_change,
    ocean.qartod_flat_line, ocean.qartod_climatology, ocean.qartod_attenuated_signal, ocean.qartod_time_gap,
    ocean.qartod_location, ocean.qartod_location_bounds, ocean.qartod_density_inversion,
    ocean.qartod_percentile_range, ocean.qartod_aggregate, ocean.qartod_series, ocean.thresholds_valid,
    ocean.flag_text, ocean.map_flag, ocean.map_flag_number,
    ocean.qc_config_in_force, ocean.test_flag, ocean.spike_flag TO tidehold_reader;
GRANT INSERT ON TABLE ocean.qc_config TO tidehold_admin;
GRANT EXECUTE ON FUNCTION ocean.set_qc_config, ocean.rejudge, ocean.refresh_latest TO tidehold_admin;
