-- Planning.  Pure functions of their arguments: they read no table.  A period is whatever
-- the caller counts in; quantities are base units, rounded up where they are ordered.

-- ---- how much at a time ----

CREATE FUNCTION inventory.eoq(
    demand_rate double precision, order_cost numeric, holding_cost numeric,
    shortage_cost numeric DEFAULT 'Infinity',
    OUT quantity bigint, OUT optimum double precision, OUT cost numeric,
    OUT orders double precision, OUT backorder_share double precision)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_eoq';
COMMENT ON FUNCTION inventory.eoq(double precision, numeric, numeric, numeric) IS
    'economic order quantity (Harris 1913), with planned backorders where shortage_cost, per unit and period, is finite (Hadley & Whitin 1963, 2-8): the cheapest whole quantity, the optimum before rounding with its cost and orders a period, and the share of demand that waits';

CREATE FUNCTION inventory.eoq_cost(
    quantity double precision, demand_rate double precision, order_cost numeric,
    holding_cost numeric, shortage_cost numeric DEFAULT 'Infinity') RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_eoq_cost';
COMMENT ON FUNCTION inventory.eoq_cost(double precision, double precision, numeric, numeric, numeric) IS
    'what ordering, holding and waiting cost a period where orders are of this quantity';

CREATE FUNCTION inventory.eoq_discount(
    demand_rate double precision, order_cost numeric, holding_rate double precision,
    breaks bigint[], prices numeric[], incremental boolean DEFAULT false,
    OUT quantity bigint, OUT optimum double precision, OUT cost numeric, OUT price numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_eoq_discount';
COMMENT ON FUNCTION inventory.eoq_discount(double precision, numeric, double precision, bigint[], numeric[], boolean) IS
    'order quantity under quantity discounts (Hadley & Whitin 1963, 2-11 and 2-12): prices[i] holds from breaks[i], for all units or, incremental, for those above the break; holding_rate is the share of its price that a unit costs a period; cost includes buying, price is the mean paid for a unit';

CREATE FUNCTION inventory.newsvendor(
    demand double precision, overage_cost numeric, shortage_cost numeric,
    deviation double precision DEFAULT 0, lead_time double precision DEFAULT 0,
    review_period double precision DEFAULT 1, distribution text DEFAULT 'normal',
    OUT quantity bigint, OUT optimum double precision, OUT service_level double precision, OUT cost numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_newsvendor';
COMMENT ON FUNCTION inventory.newsvendor(double precision, numeric, numeric, double precision, double precision, double precision, text) IS
    'stock for uncertain demand (Arrow, Harris & Marschak 1951): demand and deviation of a period, costs of a unit left and of a unit missing, distribution normal, poisson or negative_binomial; with lead_time the level that each review restores (Zipkin 2000, 9.4.5); quantity is rounded up, service_level is what it reaches, cost is that of the optimum';

CREATE FUNCTION inventory.newsvendor_sample(
    demands double precision[], overage_cost numeric, shortage_cost numeric,
    OUT quantity bigint, OUT optimum double precision, OUT service_level double precision, OUT cost numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_newsvendor_sample';
COMMENT ON FUNCTION inventory.newsvendor_sample(double precision[], numeric, numeric) IS
    'stock for uncertain demand of which a sample is given, or quantiles at evenly spaced levels, each as likely as another';

CREATE FUNCTION inventory.rq_policy(
    demand double precision, order_cost numeric, holding_cost numeric, shortage_cost numeric,
    lead_time double precision, deviation double precision DEFAULT 0,
    lead_time_deviation double precision DEFAULT 0, method text DEFAULT 'exact',
    distribution text DEFAULT 'normal',
    OUT reorder_point bigint, OUT quantity bigint, OUT optimal_reorder_point double precision,
    OUT optimal_quantity double precision, OUT cost numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_rq_policy';
COMMENT ON FUNCTION inventory.rq_policy(double precision, numeric, numeric, numeric, double precision, double precision, double precision, text, text) IS
    'reorder point and order quantity under continuous review: exact (Zipkin 1986; Federgruen & Zheng 1992 of counts) and eoq with shortage_cost per unit and period, eil (Hadley & Whitin 1963, 4-2) with shortage_cost per unit; cost is that of the optimum before rounding up';

CREATE FUNCTION inventory.ss_policy(
    demand double precision, order_cost numeric, holding_cost numeric, shortage_cost numeric,
    lead_time integer DEFAULT 0, deviation double precision DEFAULT 0,
    OUT reorder_point bigint, OUT order_up_to bigint, OUT cost numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_ss_policy';
COMMENT ON FUNCTION inventory.ss_policy(double precision, numeric, numeric, numeric, integer, double precision) IS
    'exact (s, S) policy under periodic review (Zheng & Federgruen 1991): Poisson demand, or negative binomial where the square of deviation is above demand; lead_time in whole periods, costs of a unit left and backordered at the end of a period';

CREATE FUNCTION inventory.ss_policy_table(
    probabilities double precision[], order_cost numeric, holding_cost numeric, shortage_cost numeric,
    lead_time integer DEFAULT 0,
    OUT reorder_point bigint, OUT order_up_to bigint, OUT cost numeric)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_ss_policy_table';
COMMENT ON FUNCTION inventory.ss_policy_table(double precision[], numeric, numeric, numeric, integer) IS
    'exact (s, S) policy for any demand in whole units: probabilities of 0, 1, 2 ... in a period, which are scaled to sum to 1';

CREATE FUNCTION inventory.serial_policy(
    demand double precision, lead_times double precision[], holding_costs numeric[], shortage_cost numeric,
    deviation double precision DEFAULT 0, distribution text DEFAULT 'normal',
    OUT stage integer, OUT base_stock bigint, OUT echelon_base_stock bigint, OUT optimum double precision, OUT cost numeric)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 3
    AS 'MODULE_PATHNAME', 'th_inventory_serial_policy';
COMMENT ON FUNCTION inventory.serial_policy(double precision, double precision[], numeric[], numeric, double precision, text) IS
    'base stock of least cost in a chain of places, the first of which serves the customers and is filled up from the second, and so on (Clark & Scarf 1960; Chen & Zheng 1994): lead_times to each place, holding_costs of a unit at each, which fall from place to place, shortage_cost of a unit and period that a customer waits; echelon_base_stock is of a place and all after it, optimum the same before rounding up, cost of a period of the echelon: in the last row of the whole chain';

-- ---- safety stock ----

CREATE FUNCTION inventory.service_factor(service_level double precision) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_service_factor';
COMMENT ON FUNCTION inventory.service_factor(double precision) IS
    'standard deviations of normal demand that reach a cycle service level: 1.645 for 0.95';

CREATE FUNCTION inventory.safety_stock(
    demand double precision, lead_time double precision, service_level double precision,
    lead_time_deviation double precision DEFAULT 0, review_period double precision DEFAULT 0,
    order_quantity double precision DEFAULT 0, measure text DEFAULT 'cycle',
    deviation double precision DEFAULT 0, distribution text DEFAULT 'normal',
    OUT safety_stock bigint, OUT reorder_point bigint, OUT demand_at_risk double precision,
    OUT deviation_at_risk double precision, OUT cycle_service double precision, OUT fill_rate double precision)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_safety_stock';
COMMENT ON FUNCTION inventory.safety_stock(double precision, double precision, double precision, double precision, double precision, double precision, text, double precision, text) IS
    'safety stock and reorder point for a service level, measure cycle (no stock-out in a cycle) or fill_rate (demand served at once, with order_quantity): variance (lead_time + review_period) * deviation^2 + demand^2 * lead_time_deviation^2 (Hadley & Whitin 1963, 3-6), loss functions (Axsaeter 2015, 5.3); both rounded up, services as reached before that';

CREATE FUNCTION inventory.intermittent_safety_stock(
    history double precision[], lead_time double precision, service_level double precision,
    lead_time_deviation double precision DEFAULT 0, review_period double precision DEFAULT 0,
    order_quantity double precision DEFAULT 0, measure text DEFAULT 'cycle',
    OUT safety_stock bigint, OUT reorder_point bigint, OUT demand_at_risk double precision,
    OUT deviation_at_risk double precision, OUT cycle_service double precision, OUT fill_rate double precision)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_intermittent_safety_stock';
COMMENT ON FUNCTION inventory.intermittent_safety_stock(double precision[], double precision, double precision, double precision, double precision, double precision, text) IS
    'safety stock and reorder point of intermittent demand: lead-time demand is simulated from a history of periods, the oldest first, NULL where unknown; the same history gives the same result';

CREATE FUNCTION inventory.reorder_point(
    demand double precision, lead_time double precision, service_level double precision,
    lead_time_deviation double precision DEFAULT 0, review_period double precision DEFAULT 0,
    order_quantity double precision DEFAULT 0, measure text DEFAULT 'cycle',
    deviation double precision DEFAULT 0, distribution text DEFAULT 'normal') RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_reorder_point';
COMMENT ON FUNCTION inventory.reorder_point(double precision, double precision, double precision, double precision, double precision, double precision, text, double precision, text) IS
    'the reorder point of inventory.safety_stock: mean demand of lead time and review period, and safety stock';

CREATE FUNCTION inventory.intermittent_reorder_point(
    history double precision[], lead_time double precision, service_level double precision,
    lead_time_deviation double precision DEFAULT 0, review_period double precision DEFAULT 0,
    order_quantity double precision DEFAULT 0, measure text DEFAULT 'cycle') RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_intermittent_reorder_point';
COMMENT ON FUNCTION inventory.intermittent_reorder_point(double precision[], double precision, double precision, double precision, double precision, double precision, text) IS
    'the reorder point of inventory.intermittent_safety_stock';

-- ---- orders over time ----

CREATE FUNCTION inventory.lot_sizes(
    demand bigint[], order_cost numeric[], holding_cost numeric[], unit_cost numeric[] DEFAULT '{0}',
    opening bigint DEFAULT 0,
    OUT period integer, OUT quantity bigint, OUT kept bigint, OUT cost numeric)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 50
    AS 'MODULE_PATHNAME', 'th_inventory_lot_sizes';
COMMENT ON FUNCTION inventory.lot_sizes(bigint[], numeric[], numeric[], numeric[], bigint) IS
    'the cheapest lots for known demand (Wagner & Whitin 1958), costs per period or one for all: what is ordered at the beginning of each period, what of it is kept over its end, and what that costs; opening serves the first demands and its keeping is not counted';

CREATE FUNCTION inventory.round_order(
    need bigint, minimum bigint DEFAULT 0, multiple bigint DEFAULT 1,
    maximum bigint DEFAULT 9223372036854775807) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_round_order';
COMMENT ON FUNCTION inventory.round_order(bigint, bigint, bigint, bigint) IS
    'the least quantity, not below need, of as few orders as can be, each a multiple from minimum to maximum; 0 where nothing is needed';

CREATE FUNCTION inventory.reorder_quantity(
    projected bigint, reorder_level bigint, order_quantity bigint DEFAULT 0,
    order_up_to bigint DEFAULT NULL) RETURNS bigint
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_reorder_quantity';
COMMENT ON FUNCTION inventory.reorder_quantity(bigint, bigint, bigint, bigint) IS
    'what to order of an item whose projected stock is at its reorder level or below: the larger of order_quantity and what is missing to order_up_to (NULL: to the level), else 0';

CREATE FUNCTION inventory.plan_orders(
    demand bigint[], opening bigint DEFAULT 0, receipts bigint[] DEFAULT '{0}', target bigint[] DEFAULT '{0}',
    lead_time integer DEFAULT 0, minimum bigint DEFAULT 0, multiple bigint DEFAULT 1,
    maximum bigint DEFAULT 9223372036854775807, cover integer DEFAULT 1, first_period integer DEFAULT 1,
    OUT period integer, OUT ordered bigint, OUT arriving bigint, OUT projected bigint, OUT missing bigint)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 50
    AS 'MODULE_PATHNAME', 'th_inventory_plan_orders';
COMMENT ON FUNCTION inventory.plan_orders(bigint[], bigint, bigint[], bigint[], integer, bigint, bigint, bigint, integer, integer) IS
    'time-phased netting (Orlicky 1975): opening stock and receipts due less demand, against a target (safety stock) of each period; what to order when, each order covering so many periods, none before first_period; projected stock, and what is missing to the target because no order can arrive in time';

CREATE FUNCTION inventory.supplier_arrival(
    on_date date, lead_days integer, order_weekdays integer[] DEFAULT '{1,2,3,4,5,6,7}',
    delivery_weekdays integer[] DEFAULT '{1,2,3,4,5,6,7}', holidays date[] DEFAULT '{}',
    working_days boolean DEFAULT false,
    OUT order_date date, OUT arrival_date date, OUT effective_lead_days integer,
    OUT next_order_date date, OUT next_arrival_date date, OUT cover_days integer)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_supplier_arrival';
COMMENT ON FUNCTION inventory.supplier_arrival(date, integer, integer[], integer[], date[], boolean) IS
    'when a supplier takes an order from on_date on and when it arrives, weekdays being 1 (Monday) to 7, holidays neither; working_days counts lead_days in order days; cover_days is how long the order has to last, until that of the next order day arrives';

-- ---- demand-driven buffers ----

CREATE FUNCTION inventory.buffer_zones(
    usage double precision, lead_days double precision, lead_factor double precision,
    variability_factor double precision, order_cycle double precision DEFAULT 0, minimum bigint DEFAULT 0,
    OUT red_base bigint, OUT red_safety bigint, OUT yellow bigint, OUT green bigint,
    OUT top_of_red bigint, OUT top_of_yellow bigint, OUT top_of_green bigint)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_buffer_zones';
COMMENT ON FUNCTION inventory.buffer_zones(double precision, double precision, double precision, double precision, double precision, bigint) IS
    'zones of a demand-driven buffer (Ptak & Smith 2016), each rounded up: from average daily usage, lead time in days, lead-time factor (0 to 1) and variability factor; green is the largest of red base, usage over order_cycle days, and minimum';

CREATE FUNCTION inventory.buffer_order(
    net_flow bigint, top_of_yellow bigint, top_of_green bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_buffer_order';
COMMENT ON FUNCTION inventory.buffer_order(bigint, bigint, bigint) IS
    'what to order of a buffered item: up to the top of green where the net flow (on hand + on order - qualified demand) is not above the top of yellow, else 0';

CREATE FUNCTION inventory.daily_usage(
    daily double precision[], spike_factor double precision DEFAULT 'Infinity',
    OUT usage double precision, OUT spikes integer)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_daily_usage';
COMMENT ON FUNCTION inventory.daily_usage(double precision[], double precision) IS
    'average daily usage of a window of days, NULL not counted; days above spike_factor times the mean of the rest are left out from the largest on, and counted in spikes';

CREATE FUNCTION inventory.blended_usage(
    past double precision, forward double precision, forward_share double precision DEFAULT 0.5)
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_blended_usage';
COMMENT ON FUNCTION inventory.blended_usage(double precision, double precision, double precision) IS
    'average daily usage of past and forecast together, forward_share (0 to 1) being the weight of the forecast';

-- ---- classes ----

CREATE FUNCTION inventory.abc_classes(
    keys anyarray, amounts numeric[], a_share double precision DEFAULT 0.8,
    b_share double precision DEFAULT 0.95,
    OUT key anyelement, OUT class text, OUT share double precision, OUT cumulated double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 100
    AS 'MODULE_PATHNAME', 'th_inventory_abc_classes';
COMMENT ON FUNCTION inventory.abc_classes(anyarray, numeric[], double precision, double precision) IS
    'classes of items by their amounts (value, turnover), the largest first: A up to a_share of the total, B up to b_share, C the rest; the item that crosses a limit is still above it, equal amounts are of one class, 0 is C';

CREATE FUNCTION inventory.xyz_class(
    demand double precision[], x_max double precision DEFAULT 0.5, y_max double precision DEFAULT 1,
    OUT class text, OUT variation double precision)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_xyz_class';
COMMENT ON FUNCTION inventory.xyz_class(double precision[], double precision, double precision) IS
    'class of an item by the coefficient of variation of its demand per period, NULL not counted: X up to x_max, Y up to y_max, Z above or where nothing was asked for';
