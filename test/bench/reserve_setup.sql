-- Tables for test/bench/reserve; psql variables cold_items and units.
SET client_min_messages = warning;
CREATE EXTENSION tidehold_inventory CASCADE;

-- One bin, one hot item and many cold ones, with more stock than a run can sell.
INSERT INTO inventory.location (code) VALUES ('BIN');
INSERT INTO inventory.item (sku) SELECT 'U' || i FROM generate_series(1, :cold_items) AS i;
INSERT INTO inventory.item (sku) VALUES ('HOT');
SELECT count(inventory.receive(sku, 1000000000, 'BIN')) FROM inventory.item \g /dev/null

CREATE SCHEMA bench;

-- Twin of the reservations: the same columns and indexes, numbers from a sequence with
-- the same cache, and nothing else.
CREATE TABLE bench.twin (LIKE inventory.reservation INCLUDING INDEXES INCLUDING STORAGE);
CREATE SEQUENCE bench.twin_seq CACHE 32;

-- No variant is disturbed by a vacuum that another has earned.
ALTER TABLE bench.twin SET (autovacuum_enabled = off);
ALTER TABLE inventory.reservation SET (autovacuum_enabled = off);
ALTER TABLE inventory.reservation_end SET (autovacuum_enabled = off);

-- One row that counts; room in the page keeps its updates in place.
CREATE TABLE bench.counter (
    item_id bigint PRIMARY KEY, on_hand bigint NOT NULL, reserved bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10, autovacuum_enabled = off);
INSERT INTO bench.counter SELECT item_id, 1000000000 FROM inventory.item WHERE sku = 'HOT';

-- The same in 16 rows.
CREATE TABLE bench.stripe (
    item_id bigint, stripe integer, on_hand bigint NOT NULL, reserved bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item_id, stripe)
) WITH (fillfactor = 10, autovacuum_enabled = off);
INSERT INTO bench.stripe
SELECT item_id, s, 1000000000 FROM inventory.item, generate_series(0, 15) AS s WHERE sku = 'HOT';

-- Starts at a random stripe and goes on to the next where that is sold out, so the last
-- unit is sold wherever it lies.
CREATE FUNCTION bench.reserve_striped(wanted_item bigint, wanted_location bigint) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    start integer := floor(random() * 16);
    number bigint;
BEGIN
    FOR i IN 0 .. 15 LOOP
        UPDATE bench.stripe SET reserved = reserved + 1
        WHERE item_id = wanted_item AND stripe = (start + i) % 16 AND on_hand - reserved >= 1;
        IF FOUND THEN
            INSERT INTO bench.twin
            VALUES (wanted_item, nextval('bench.twin_seq'), wanted_location, 0, 1, 0,
                    now(), now() + interval '15 min', current_user, NULL)
            RETURNING reservation_no INTO number;
            RETURN number;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'item % is sold out', wanted_item;
END
$$;

-- One row for each unit.
CREATE TABLE bench.unit (
    unit_id bigint GENERATED ALWAYS AS IDENTITY, item_id bigint NOT NULL, PRIMARY KEY (item_id, unit_id)
) WITH (autovacuum_enabled = off);
INSERT INTO bench.unit (item_id)
SELECT item_id FROM inventory.item, generate_series(1, :units) WHERE sku = 'HOT';

-- The lines of the cart.
CREATE TABLE bench.cart AS
    SELECT item_id, sku FROM inventory.item WHERE sku <> 'HOT' ORDER BY item_id LIMIT 1000;

VACUUM ANALYZE;
