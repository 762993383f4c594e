CREATE TABLE inventory.lot (
    item_id bigint NOT NULL REFERENCES inventory.item,
    lot_id bigint NOT NULL DEFAULT inventory.new_id(),
    code text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 200),
    status text COLLATE "C" NOT NULL DEFAULT 'available' REFERENCES inventory.stock_status,
    expires_on date,
    best_before date,
    removal_date date,
    alert_date date,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item_id, lot_id),
    UNIQUE (item_id, code),
    CHECK (lot_id > 0)
);
COMMENT ON TABLE inventory.lot IS 'lots (batches) and serial numbers of an item; lot_id 0 in other tables means stock without a lot';
COMMENT ON COLUMN inventory.lot.status IS 'a status that is not sellable forbids picking';
COMMENT ON COLUMN inventory.lot.expires_on IS 'last day of use';
COMMENT ON COLUMN inventory.lot.removal_date IS 'from this day on the lot is not promised; lots are picked in the order of removal_date, or expires_on where it is NULL';
COMMENT ON COLUMN inventory.lot.alert_date IS 'from this day on the lot is reported as expiring';

CREATE FUNCTION inventory.derive_lot_dates() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    days record;
    shift integer;
BEGIN
    IF NEW.expires_on IS NULL THEN
        -- Dates that were counted from an expiry go with it.
        IF TG_OP = 'UPDATE' AND OLD.expires_on IS NOT NULL THEN
            NEW.best_before := nullif(NEW.best_before, OLD.best_before);
            NEW.removal_date := nullif(NEW.removal_date, OLD.removal_date);
            NEW.alert_date := nullif(NEW.alert_date, OLD.alert_date);
        END IF;
        RETURN NEW;
    END IF;
    -- Moving the expiry of a lot moves the dates that were counted from it.
    IF TG_OP = 'UPDATE' AND OLD.expires_on IS NOT NULL THEN
        shift := NEW.expires_on - OLD.expires_on;
        IF NEW.best_before IS NOT DISTINCT FROM OLD.best_before THEN NEW.best_before := OLD.best_before + shift; END IF;
        IF NEW.removal_date IS NOT DISTINCT FROM OLD.removal_date THEN NEW.removal_date := OLD.removal_date + shift; END IF;
        IF NEW.alert_date IS NOT DISTINCT FROM OLD.alert_date THEN NEW.alert_date := OLD.alert_date + shift; END IF;
        RETURN NEW;
    END IF;
    SELECT best_before_days, removal_days, alert_days INTO days FROM inventory.item WHERE item_id = NEW.item_id;
    NEW.best_before := coalesce(NEW.best_before, NEW.expires_on - days.best_before_days);
    NEW.removal_date := coalesce(NEW.removal_date, NEW.expires_on - days.removal_days);
    NEW.alert_date := coalesce(NEW.alert_date, NEW.expires_on - days.alert_days);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION inventory.derive_lot_dates() IS
    'trigger: dates of a lot that were not given come from the item''s days before expiry, and move with the expiry';

CREATE FUNCTION inventory.forget_item() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_forget_item';
COMMENT ON FUNCTION inventory.forget_item() IS
    'trigger: backends look again where the item of the changed lot can be picked from';

CREATE TRIGGER derive_lot_dates BEFORE INSERT OR UPDATE OF expires_on ON inventory.lot
    FOR EACH ROW EXECUTE FUNCTION inventory.derive_lot_dates();
CREATE TRIGGER refuse_in_use BEFORE DELETE OR UPDATE OF item_id, lot_id ON inventory.lot
    FOR EACH ROW EXECUTE FUNCTION inventory.refuse_in_use();
CREATE TRIGGER forget_item AFTER UPDATE OR DELETE ON inventory.lot
    FOR EACH ROW EXECUTE FUNCTION inventory.forget_item();
ALTER TABLE inventory.lot ENABLE ALWAYS TRIGGER forget_item;
COMMENT ON TRIGGER derive_lot_dates ON inventory.lot IS 'fills and shifts the dates';
COMMENT ON TRIGGER refuse_in_use ON inventory.lot IS 'keeps lots that the ledger refers to';
COMMENT ON TRIGGER forget_item ON inventory.lot IS 'tells backends to look the lot up again';
