CREATE FUNCTION inventory.receive(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL,
    lot text DEFAULT NULL, expires_on date DEFAULT NULL, best_before date DEFAULT NULL,
    removal_date date DEFAULT NULL, unit text DEFAULT NULL, source text DEFAULT 'SUPPLIER',
    request_id text DEFAULT NULL, reference text DEFAULT NULL, reason text DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_receive';
COMMENT ON FUNCTION inventory.receive IS
    'stock arrives at an internal or transit location from a location outside (a supplier, or CUSTOMER for a return); makes the lot if it is new; returns movement_no';

CREATE FUNCTION inventory.issue(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL,
    lot text DEFAULT NULL, unit text DEFAULT NULL, destination text DEFAULT 'CUSTOMER',
    request_id text DEFAULT NULL, reference text DEFAULT NULL, reason text DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_issue';
COMMENT ON FUNCTION inventory.issue IS
    'stock leaves without a reservation, picked as reserve picks; what is reserved stays (TH001); returns movement_no';

CREATE FUNCTION inventory.transfer(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, source text DEFAULT NULL,
    destination text DEFAULT NULL, lot text DEFAULT NULL, unit text DEFAULT NULL,
    request_id text DEFAULT NULL, reference text DEFAULT NULL, reason text DEFAULT NULL,
    item_id bigint DEFAULT NULL, source_id bigint DEFAULT NULL, destination_id bigint DEFAULT NULL,
    tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_transfer';
COMMENT ON FUNCTION inventory.transfer IS
    'moves stock between locations that hold stock, of any status; what is reserved stays (TH001); returns movement_no';

CREATE FUNCTION inventory.adjust(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL,
    reason text DEFAULT NULL, lot text DEFAULT NULL, counted bigint DEFAULT NULL,
    force boolean DEFAULT false, unit text DEFAULT NULL,
    request_id text DEFAULT NULL, reference text DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_adjust';
COMMENT ON FUNCTION inventory.adjust IS
    'corrects stock on hand by quantity (more or less) or to counted; reason is required; force lets it fall below what is reserved; returns movement_no, or NULL where counted agrees';

CREATE FUNCTION inventory.freeze(
    location text DEFAULT NULL, duration interval DEFAULT NULL, reason text DEFAULT NULL,
    location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS timestamptz
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_freeze';
COMMENT ON FUNCTION inventory.freeze IS
    'freezes a location and all below it for a time, for example while it is counted; returns when it ends by itself';

CREATE FUNCTION inventory.unfreeze(
    location text DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS boolean
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_unfreeze';
COMMENT ON FUNCTION inventory.unfreeze IS 'ends a freeze early; false where the location was not frozen';


CREATE FUNCTION inventory.import(
    source regclass, keep_good boolean DEFAULT true, tenant_id integer DEFAULT 1,
    OUT row_number bigint, OUT code text, OUT message text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 10
    AS 'MODULE_PATHNAME', 'th_inventory_import';
COMMENT ON FUNCTION inventory.import(regclass, boolean, integer) IS
    'back-fills movements with their own timestamps from a table or view with columns sku, quantity, source, destination, occurred_at and, if there, lot, reference, reason; returns the rows that are refused, with the reason; keep_good false imports all rows or none';
