-- What to order of one item, from numbers alone.
CREATE FUNCTION inventory.policy_order(
    policy text, stock_position bigint, demand double precision DEFAULT 0, demand_variance double precision DEFAULT 0,
    periods double precision DEFAULT 0, periods_sd double precision DEFAULT 0, counts boolean DEFAULT false,
    service_level double precision DEFAULT 0.95, order_cost double precision DEFAULT NULL,
    holding_cost double precision DEFAULT NULL, order_minimum bigint DEFAULT 0, order_multiple bigint DEFAULT 1,
    order_maximum bigint DEFAULT NULL, stock_minimum bigint DEFAULT NULL, stock_maximum bigint DEFAULT NULL,
    daily_usage double precision DEFAULT 0, lead_days double precision DEFAULT 0, review_days double precision DEFAULT 0,
    lead_factor double precision DEFAULT 0.5, variability_factor double precision DEFAULT 0.5,
    OUT mean double precision, OUT deviation double precision, OUT safety_stock double precision,
    OUT reorder_point bigint, OUT order_up_to bigint, OUT economic_quantity double precision,
    OUT reached double precision, OUT need bigint, OUT quantity bigint, OUT orders integer,
    OUT red bigint, OUT yellow bigint, OUT green bigint)
    RETURNS record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_policy_order';
COMMENT ON FUNCTION inventory.policy_order IS
    'what to order at an inventory position, in base units. demand and demand_variance are of a period, periods and periods_sd the time at risk (lead time and review) in such periods, holding_cost of a unit for a period; counts takes demand as whole numbers (Poisson or negative binomial) and not as normal. reorder_point = mean + safety_stock, rounded up; need becomes quantity by order_minimum, order_multiple and order_maximum, in so many orders. policy buffer reads daily_usage, lead_days, review_days and the factors instead, and gives its zones';
