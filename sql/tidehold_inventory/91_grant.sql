REVOKE ALL ON ALL TABLES IN SCHEMA inventory FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA inventory FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA inventory FROM PUBLIC;

-- The functions write as the owner of the tables, inside C; nobody else needs to.
GRANT SELECT ON ALL TABLES IN SCHEMA inventory TO tidehold_reader;
REVOKE ALL ON TABLE inventory.request FROM tidehold_reader;
GRANT SELECT ON TABLE inventory.request TO tidehold_operator;
GRANT INSERT, UPDATE, DELETE ON TABLE inventory.tenant, inventory.item, inventory.unit, inventory.barcode,
    inventory.location, inventory.lot, inventory.stock_status TO tidehold_admin;

GRANT EXECUTE ON FUNCTION inventory.available, inventory.stock_at, inventory.search,
    inventory.reservation_status, inventory.default_ttl TO tidehold_reader;
GRANT EXECUTE ON FUNCTION inventory.eoq, inventory.eoq_cost, inventory.eoq_discount, inventory.newsvendor,
    inventory.newsvendor_sample, inventory.rq_policy, inventory.ss_policy, inventory.ss_policy_table, inventory.serial_policy,
    inventory.service_factor, inventory.safety_stock, inventory.reorder_point,
    inventory.intermittent_safety_stock, inventory.intermittent_reorder_point, inventory.lot_sizes,
    inventory.round_order, inventory.reorder_quantity, inventory.plan_orders, inventory.supplier_arrival,
    inventory.buffer_zones, inventory.buffer_order, inventory.daily_usage, inventory.blended_usage,
    inventory.abc_classes, inventory.xyz_class TO tidehold_reader;
GRANT EXECUTE ON FUNCTION inventory.escrow_entries, inventory.escrow_holders TO tidehold_reader, pg_monitor;
GRANT USAGE ON SCHEMA inventory TO pg_monitor;
GRANT SELECT ON TABLE inventory.escrow_entry, inventory.escrow_holder TO pg_monitor;
GRANT EXECUTE ON FUNCTION inventory.receive, inventory.issue, inventory.transfer, inventory.adjust,
    inventory.freeze, inventory.unfreeze, inventory.reserve, inventory.try_reserve, inventory.reserve_many,
    inventory.fulfil, inventory.release, inventory.extend TO tidehold_operator;
GRANT EXECUTE ON FUNCTION inventory.new_id, inventory.import, inventory.rebuild, inventory.verify,
    inventory.verify_entries TO tidehold_admin;

GRANT EXECUTE ON FUNCTION inventory.find_item, inventory.find_location, inventory.planning_time_zone,
    inventory.planning_date, inventory.period_length, inventory.demand_at, inventory.demand,
    inventory.demand_of_items TO tidehold_reader;
GRANT EXECUTE ON FUNCTION inventory.stat_lost_sale TO tidehold_reader, pg_monitor;
GRANT EXECUTE ON FUNCTION inventory.flush_lost_sales, inventory.update_demand, inventory.rebuild_demand,
    inventory.verify_demand TO tidehold_admin;
GRANT EXECUTE ON FUNCTION inventory.settle_expected, inventory.receive_expected TO tidehold_operator;
GRANT EXECUTE ON FUNCTION inventory.policy_order, inventory.days_of_period,
    inventory.planned_demand, inventory.planning_jobs, inventory.stock_target_between TO tidehold_reader;
GRANT EXECUTE ON FUNCTION inventory.expect_receipt, inventory.close_expected, inventory.begin_run,
    inventory.count_failure, inventory.end_run, inventory.note_actuals, inventory.store_forecast,
    inventory.fit_series, inventory.fail_series, inventory.refit_forecasts,
    inventory.update_forecasts, inventory.explain_order, inventory.propose_order, inventory.propose_orders,
    inventory.lock_proposal, inventory.accept_proposal, inventory.dismiss_proposal,
    inventory.schedule_planning, inventory.unschedule_planning TO tidehold_admin;
GRANT INSERT, UPDATE, DELETE ON TABLE inventory.planning_setting, inventory.supplier, inventory.supplier_holiday,
    inventory.item_supply, inventory.stock_target, inventory.expected_receipt, inventory.order_proposal,
    inventory.forecast_model,
    inventory.forecast, inventory.forecast_error, inventory.planning_run TO tidehold_admin;
GRANT DELETE ON TABLE inventory.demand_state TO tidehold_admin;

SELECT tidehold.wake_launcher();
