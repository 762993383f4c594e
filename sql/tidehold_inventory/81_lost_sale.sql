-- What had to be refused for want of stock.  Written by the maintenance worker alone, so
-- adding to a row is no hot row.  Hours begin on the hour of UTC.
CREATE TABLE inventory.lost_sale (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    hour timestamptz NOT NULL,
    requests bigint NOT NULL,
    requested bigint NOT NULL,
    missing bigint NOT NULL,
    PRIMARY KEY (item_id, location_id, hour)
);
CREATE INDEX lost_sale_hour_idx ON inventory.lost_sale USING brin (hour);
COMMENT ON INDEX inventory.lost_sale_hour_idx IS 'what was refused lately';
COMMENT ON TABLE inventory.lost_sale IS
    'demand that was refused for want of stock, per item, location asked for and hour, from reserve, try_reserve, reserve_many and issue to customers';
COMMENT ON COLUMN inventory.lost_sale.location_id IS 'the location that was asked for, a view as well; 0 where none was';
COMMENT ON COLUMN inventory.lost_sale.requests IS 'requests that were refused, or served in part by their minimum';
COMMENT ON COLUMN inventory.lost_sale.requested IS 'what these requests asked for, in base units';
COMMENT ON COLUMN inventory.lost_sale.missing IS 'what of it was not there, in base units';

CREATE FUNCTION inventory.flush_lost_sales() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_flush_lost_sales';
COMMENT ON FUNCTION inventory.flush_lost_sales() IS
    'writes what was refused and counted in shared memory to inventory.lost_sale now, at most 1000 items and places; the maintenance worker does it each tidehold.maintenance_naptime; returns how many rows were written';

CREATE FUNCTION inventory.stat_lost_sale(
    OUT entries bigint, OUT used bigint, OUT pending_requests bigint,
    OUT dropped_requests bigint, OUT dropped_missing bigint, OUT repeated_requests bigint)
    RETURNS record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'th_inventory_stat_lost_sale';
COMMENT ON FUNCTION inventory.stat_lost_sale() IS
    'shared memory of lost sales of the whole server since it started: entries, of them used, requests not yet written, requests and quantity that found no entry free, and requests recognised by their request id as counted before';
