-- No foreign key and no CHECK on movement, balance and reservation: a foreign key
-- costs a third of the speed.  The functions check, inventory.verify() proves.
CREATE TABLE inventory.movement (
    item_id bigint NOT NULL,
    movement_no bigint NOT NULL,
    line_no integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    source_id bigint NOT NULL,
    destination_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    quantity bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    reservation_no bigint,
    actor text NOT NULL,
    reference text,
    reason text,
    PRIMARY KEY (item_id, movement_no, line_no)
);
CREATE INDEX movement_item_id_occurred_at_idx ON inventory.movement (item_id, occurred_at);
COMMENT ON INDEX inventory.movement_item_id_occurred_at_idx IS 'history of an item, and inventory.stock_at()';
COMMENT ON TABLE inventory.movement IS
    'the ledger: append-only and double-entry; a correction is a new movement';
COMMENT ON COLUMN inventory.movement.movement_no IS 'number that the operation returned; its lines are one operation';
COMMENT ON COLUMN inventory.movement.kind IS 'receipt, issue, transfer, adjustment, fulfilment or import';
COMMENT ON COLUMN inventory.movement.source_id IS 'location that gave';
COMMENT ON COLUMN inventory.movement.destination_id IS 'location that received';
COMMENT ON COLUMN inventory.movement.lot_id IS '0 is stock without a lot';
COMMENT ON COLUMN inventory.movement.quantity IS 'in base units, greater than 0';
COMMENT ON COLUMN inventory.movement.occurred_at IS 'when it happened; differs from recorded_at for imports';
COMMENT ON COLUMN inventory.movement.reservation_no IS 'the reservation that a fulfilment ended or shipped from';
COMMENT ON COLUMN inventory.movement.actor IS 'role that called the operation';

-- What lies where, as the sum of appended rows: nobody updates a row, so nobody waits
-- for one.  A worker replaces many rows of a key by one with their sum.  Locations
-- outside (supplier, customer, loss) have no balance.
CREATE TABLE inventory.balance (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    movement_no bigint NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (item_id, location_id, lot_id, movement_no)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE inventory.balance IS
    'stock on hand per item, location and lot: the sum of quantity over its rows';
COMMENT ON COLUMN inventory.balance.movement_no IS 'movement that the row comes from; in a folded row the newest of them';
COMMENT ON COLUMN inventory.balance.quantity IS 'change in base units; of a folded row the sum';
